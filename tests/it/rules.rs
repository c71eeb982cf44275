//! Rules: what they decide with every change of an order, what people decide instead, and what they would change.

use std::sync::mpsc;

use huidan::db::statement::sql;
use huidan::domain::actor::Role;
use huidan::domain::id::{OrderId, RuleRunId};
use huidan::jobs::{housekeeping, registry};
use huidan::operations::intake::take_in;
use huidan::operations::merging::{self, SplitLine};
use huidan::operations::rules;
use serde_json::{Value as Json, json};

use crate::number_runs::{FIRST, zto};
use crate::support::http::Http;
use crate::support::orders::OrderBuilder;
use crate::support::shipments::{reasons, the_shipment_of};
use crate::support::{TestApp, order, recipient};

fn to(number: &str) -> OrderBuilder {
    order(number).to(recipient(number)).nick(number)
}

fn set(http: &Http, rules: Json) -> Json {
    http.put("/api/v1/rules", json!({ "rules": rules })).expect(200)
}

fn sku(http: &Http, code: &str, weight_g: i64) {
    let body = json!({ "code": code, "title": format!("Own {code}"), "weight_g": weight_g });
    http.post("/api/v1/skus", body).expect(201);
}

/// What counts on an order, and what lost in brackets: `a:sf [b:zto]`.
fn decided(http: &Http, order: OrderId) -> String {
    let shown = http.get(&format!("/api/v1/orders/{order}")).expect(200);
    let outcomes = shown["rules"]["outcomes"].as_array().cloned().unwrap_or_default();
    let text = |one: &Json, field: &str| one[field].as_str().unwrap_or_default().to_owned();
    let shown = outcomes.iter().map(|one| {
        let pieces = one["quantity"].as_i64().map(|pieces| format!("×{pieces}")).unwrap_or_default();
        let word = format!("{}:{}{pieces}", text(one, "rule"), text(one, "value"));
        match one["fate"].as_str() {
            Some("won" | "by_hand") => word,
            _ => format!("[{word}]"),
        }
    });
    shown.collect::<Vec<_>>().join(" ")
}

fn count(app: &TestApp, text: &'static str) -> i64 {
    app.read(|db| db.number(sql(text)))
}

fn rule(key: &str, when: Json, then: Json) -> Json {
    json!({ "key": key, "name": format!("Rule {key}"), "when": when, "then": then })
}

each_database!(
    fn rules_decide_as_orders_come_in_and_again_when_they_change(app: TestApp) {
        let (shop, http) = (app.shop("Tea House"), app.http());
        sku(&http, "TEA-250", 250);
        sku(&http, "CUP", 100);
        let before = app.push(&shop, &[to("0").line("TEA-250", 9)])[0].order;
        let view = set(
            &http,
            json!([
                rule(
                    "heavy",
                    json!({ "weight_g": { "at_least": 1000 } }),
                    json!({ "carrier": "顺丰", "tags": ["heavy"] })
                ),
                rule(
                    "urgent",
                    json!({ "remark": { "any_of": ["加急"] } }),
                    json!({ "carrier": "jd", "hold": { "reason": "look" } })
                ),
                rule(
                    "gift",
                    json!({ "amount": { "at_least": 6000 } }),
                    json!({ "gifts": [{ "sku": "CUP", "per": 3000 }] })
                ),
                rule("new", json!({ "first_order": true }), json!({ "audits": ["finance"] })),
            ]),
        );
        assert_eq!(
            (&view["version"], view["findings"].as_array().map(Vec::len)),
            (&json!(1), Some(0)),
            "{view}"
        );
        assert_eq!(
            decided(&http, before),
            "heavy:sf heavy:heavy gift:CUP×2 new:finance",
            "what waited follows"
        );
        assert_eq!(the_shipment_of(&app, before).tags, ["heavy"]);
        assert_eq!(reasons(&app, before), ["audit_finance"]);

        let taken = app.push(
            &shop,
            &[
                to("1")
                    .line("TEA-250", 1)
                    .with("total", json!({ "amount": 100, "currency": "CNY" }))
                    .nick("0"),
                to("2").line("TEA-250", 5).message("请加急").nick("0"),
            ],
        );
        let ids: Vec<OrderId> = taken.iter().map(|taken| taken.order).collect();
        assert_eq!(decided(&http, ids[0]), "", "no rule wants anything of it");
        assert_eq!(decided(&http, ids[1]), "heavy:sf heavy:heavy [urgent:jd] urgent:look gift:CUP×2");
        assert_eq!((reasons(&app, ids[0]), reasons(&app, ids[1])), (vec![], vec!["rule_held".to_owned()]));
        let shown = http.get(&format!("/api/v1/orders/{}", ids[1])).expect(200);
        assert_eq!(shown["reasons"][0]["message"], "A rule holds the order: look (Rule urgent).");
        assert_eq!(shown["rules"]["outcomes"][2]["lost_to"], "heavy");

        // A note, a weight and what the shop tells are all looked at again.
        http.post(&format!("/api/v1/orders/{}/notes", ids[0]), json!({ "text": "客户要求加急" })).expect(201);
        assert_eq!(decided(&http, ids[0]), "urgent:jd urgent:look");
        let quiet = to("2").line("TEA-250", 5).nick("0").updated_at("2026-11-20T03:00:00Z");
        app.push(&shop, &[quiet]);
        assert_eq!(
            (decided(&http, ids[1]), reasons(&app, ids[1]).len()),
            ("heavy:sf heavy:heavy gift:CUP×2".to_owned(), 0)
        );
        let tea =
            http.get("/api/v1/skus?q=TEA").expect(200)["items"][0]["id"].as_str().expect("an id").to_owned();
        let lighter = json!({ "code": "TEA-250", "title": "Tea", "weight_g": 20 });
        http.put(&format!("/api/v1/skus/{tea}"), lighter).expect(200);
        assert_eq!(decided(&http, ids[1]), "gift:CUP×2");
        assert_eq!(the_shipment_of(&app, ids[1]).tags, [""; 0]);

        set(&http, json!([]));
        assert_eq!(
            (decided(&http, before), reasons(&app, before).len()),
            (String::new(), 0),
            "without rules all are free"
        );
        assert!(count(&app, "SELECT COUNT(*) AS one FROM events WHERE kind = 'order.ruled'") >= 7);
        let stranger = app.other_seller();
        assert_eq!(stranger.http().get("/api/v1/rules").expect(200)["version"], 0);
    }
);

each_database!(
    fn what_a_person_decides_stays_through_every_later_judgement(app: TestApp) {
        let (shop, http) = (app.shop("Tea House"), app.http());
        let all = || {
            json!([
                rule("a", json!({}), json!({ "carrier": "sf", "hold": { "reason": "look" } })),
                rule("b", json!({}), json!({ "hold": { "reason": "call" } })),
            ])
        };
        let open = |mut rules: Json| {
            for rule in rules.as_array_mut().expect("a list") {
                rule.as_object_mut().expect("a rule").remove("when");
            }
            rules
        };
        set(&http, open(all()));
        let id = app.push(&shop, &[to("1")])[0].order;
        assert_eq!(decided(&http, id), "a:sf a:look b:call");
        let path = format!("/api/v1/orders/{id}/rule-overrides");
        http.put(&path, json!({ "kind": "hold", "rule": "a" })).expect(200);
        assert_eq!(
            (decided(&http, id), reasons(&app, id)),
            ("a:sf [a:look] b:call".to_owned(), vec!["rule_held".to_owned()])
        );
        http.put(&path, json!({ "kind": "hold", "rule": "b" })).expect(200);
        http.put(&path, json!({ "kind": "carrier", "value": "中通" })).expect(200);
        http.put(&path, json!({ "kind": "carrier", "value": "中通" })).expect(200);
        assert_eq!(
            (decided(&http, id), reasons(&app, id).len()),
            ("[a:sf] [a:look] [b:call] :zto".to_owned(), 0)
        );

        // Another telling, other rules and a run of them all leave it so.
        app.push(&shop, &[to("1").message("hello").updated_at("2026-11-20T05:00:00Z")]);
        let mut more = open(all());
        more.as_array_mut()
            .expect("a list")
            .push(json!({ "key": "c", "name": "c", "then": { "tags": ["x"] } }));
        set(&http, more);
        http.post("/api/v1/rules/run", json!({ "all": true })).expect(200);
        assert_eq!(decided(&http, id), "[a:sf] [a:look] [b:call] c:x :zto");

        let view = http.delete(&format!("{path}/carrier")).expect(200);
        assert_eq!(view["rules"]["overrides"].as_array().map(Vec::len), Some(2), "{view}");
        assert_eq!(decided(&http, id), "a:sf [a:look] [b:call] c:x");
        for (body, field) in [
            (json!({ "kind": "gift", "value": "CUP" }), "value"),
            (json!({ "kind": "carrier", "rule": "a", "value": "zto" }), "value"),
            (json!({ "kind": "colour" }), "kind"),
        ] {
            assert_eq!(http.put(&path, body).json()["errors"][0]["field"], field);
        }
        assert_eq!(http.put("/api/v1/orders/999/rule-overrides", json!({ "kind": "hold" })).status, 404);
        assert_eq!(app.http_as(Role::Viewer).put(&path, json!({ "kind": "hold" })).status, 403);
    }
);

each_database!(
    fn a_flag_by_a_rule_is_found_beside_those_of_platforms(app: TestApp) {
        let (shop, http) = (app.shop("Tea House"), app.http());
        set(
            &http,
            json!([rule("dear", json!({ "amount": { "at_least": 6000 } }), json!({ "flag": "red" }))]),
        );
        let cheap = json!({ "amount": 100, "currency": "CNY" });
        let ids: Vec<OrderId> = app
            .push(
                &shop,
                &[
                    to("1"),
                    to("2").with("flag", "red").with("total", cheap.clone()),
                    to("3").with("total", cheap),
                    to("4").with("flag", "red"),
                ],
            )
            .iter()
            .map(|taken| taken.order)
            .collect();
        let found = |query: &str| -> Vec<String> {
            let list = http.get(&format!("/api/v1/shipments?{query}")).expect(200);
            let items = list["items"].as_array().expect("a list").iter();
            let mut numbers: Vec<String> = items
                .map(|item| item["orders"][0]["number"].as_str().expect("a number").to_owned())
                .collect();
            numbers.sort();
            numbers
        };
        assert_eq!(found("flag=red"), ["1", "2", "4"]);
        assert_eq!(found("flag=red&sku=TEA-250&state=ready"), ["1", "2", "4"]);
        assert_eq!(found("flag=blue"), Vec::<String>::new());
        let path = format!("/api/v1/orders/{}/rule-overrides", ids[0]);
        http.put(&path, json!({ "kind": "flag", "value": "blue" })).expect(200);
        assert_eq!(found("flag=blue"), ["1"], "what a person decided counts");
        assert_eq!(found("flag=red"), ["2", "4"]);
    }
);

each_database!(
    fn the_list_is_changed_rule_by_rule_and_by_text(app: TestApp) {
        let http = app.http();
        let keys = |view: &Json| -> String {
            let rules = view["rules"].as_array().expect("a list").iter();
            rules.map(|rule| rule["key"].as_str().expect("a key")).collect::<Vec<_>>().join(" ")
        };
        let body = |name: &str| json!({ "name": name, "then": { "flag": "red" } });
        http.post("/api/v1/rules", body("first")).expect(201);
        http.post("/api/v1/rules", body("last")).expect(201);
        let view = http.post("/api/v1/rules?place=0&version=2", body("front")).expect(201);
        assert_eq!((keys(&view), &view["version"]), ("r3 r1 r2".to_owned(), &json!(3)));
        let late = http.post("/api/v1/rules?version=2", body("late"));
        assert_eq!(late.problem(), "409 rules_changed");
        assert_eq!(keys(&http.put("/api/v1/rules/r3/place", json!({ "place": 9 })).expect(200)), "r1 r2 r3");
        let changed =
            http.put("/api/v1/rules/r2", json!({ "name": "mid", "then": { "flag": "blue" } })).expect(200);
        assert_eq!(
            (&changed["rules"][1]["key"], &changed["rules"][1]["name"]),
            (&json!("r2"), &json!("mid"))
        );
        assert_eq!(changed["findings"].as_array().expect("a list").len(), 5, "{changed}");
        assert_eq!(changed["findings"][1]["code"], "matches_all");
        assert_eq!(keys(&http.delete("/api/v1/rules/r1").expect(200)), "r2 r3");
        assert_eq!(http.delete("/api/v1/rules/r1").status, 404);

        let text = http.get("/api/v1/rules/text").text();
        let version = http.get("/api/v1/rules").expect(200)["version"].clone();
        let put = |text: &str| http.send("PUT", "/api/v1/rules/text", "text/plain", text.as_bytes());
        assert_eq!(put(&text).expect(200)["version"], version, "the same text changes nothing");
        assert_eq!(http.get("/api/v1/rules/text").text(), text);
        let refused = put(&text.replace("\"mid\"", "\"mid\", \"form\": 1")).json();
        assert_eq!(refused["errors"][0]["field"], "rules[0].form");
        assert!(
            refused["errors"][0]["detail"].as_str().is_some_and(|said| said.contains("\"mid\"")),
            "{refused}"
        );
        let gift = json!({ "name": "g", "then": { "gifts": [{ "sku": "NOT-HERE" }] } });
        let refused = http.post("/api/v1/rules", gift).json();
        assert_eq!(
            (&refused["errors"][0]["code"], &refused["errors"][0]["field"]),
            (&json!("sku_unknown"), &json!("rules[2].then.gifts[0].sku"))
        );
        for role in [Role::Auditor, Role::Viewer] {
            let other = app.http_as(role);
            assert_eq!(other.get("/api/v1/rules").status, 200);
            assert_eq!(other.post("/api/v1/rules", body("no")).status, 403);
        }
        let stranger = app.other_seller();
        assert_eq!(stranger.http().delete("/api/v1/rules/r2").status, 404);
        let sealed = "SELECT COUNT(*) AS one FROM rule_sets WHERE text LIKE '%\"name\"%'";
        assert_eq!(count(&app, sealed), 0, "rules may name buyers, so they are sealed");
    }
);

each_database!(
    fn a_dry_run_says_what_would_change_and_changes_nothing(app: TestApp) {
        let (shop, http) = (app.shop("Tea House"), app.http());
        set(&http, json!([{ "key": "a", "name": "a", "then": { "carrier": "sf" } }]));
        let orders: Vec<OrderBuilder> = (0..7).map(|n| to(&n.to_string()).line("TEA-250", n + 1)).collect();
        let ids: Vec<OrderId> = app.push(&shop, &orders).iter().map(|taken| taken.order).collect();
        let other = json!({ "rules": [
            rule("many", json!({ "pieces": { "at_least": 4 } }), json!({ "carrier": "zto", "hold": { "reason": "look" } })),
            { "key": "a", "name": "a", "then": { "carrier": "sf" } },
        ] });
        let run = http.post("/api/v1/rules/dry-runs", other.clone()).expect(201);
        assert_eq!(
            (&run["done"], &run["looked_at"], &run["changed"]),
            (&json!(true), &json!(7), &json!(4)),
            "{run}"
        );
        let word = |one: &Json, field: &str| one[field].as_str().expect("a word").to_owned();
        let changes: Vec<String> = run["changes"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|one| {
                format!("{} {}→{} {}", word(one, "kind"), word(one, "from"), word(one, "to"), one["orders"])
            })
            .collect();
        assert_eq!(changes, ["carrier sf→zto 4", "hold →look 4"]);
        assert_eq!(run["changes"][0]["examples"][0], ids[3].to_string());
        assert_eq!(decided(&http, ids[6]), "a:sf", "nothing has changed");

        // Cut off and done by two workers at once, each order is counted once.
        let id: RuleRunId = run["id"].as_str().expect("an id").parse().expect("an id");
        app.write(|tx| {
            tx.execute(sql("UPDATE rule_dry_runs SET finished_at = NULL, after_order = 0, tally = '{\"looked_at\":0,\"changed\":0,\"changes\":[],\"others\":0}' WHERE true"))?;
            Ok(())
        })
        .expect("it is to be counted again");
        assert!(app.write(|tx| rules::dry_run_step(tx, id)).expect("counted"));
        assert!(app.write(|tx| rules::dry_run_step(tx, id)).expect("counted already"));
        assert_eq!(http.get(&format!("/api/v1/rules/dry-runs/{id}")).expect(200)["looked_at"], 7);
        let stranger = app.other_seller();
        assert_eq!(stranger.http().get(&format!("/api/v1/rules/dry-runs/{id}")).status, 404);

        http.put("/api/v1/rules", other).expect(200);
        assert_eq!(decided(&http, ids[6]), "many:zto many:look [a:sf]");
        assert!(registry::kinds(app.app()).iter().any(|kind| kind.name == "rules.dry_run"));
    }
);

each_database!(
    fn a_hold_ends_by_itself_and_what_has_left_stays_as_it_was_decided(app: TestApp) {
        let (shop, http) = (app.shop("Tea House"), app.http());
        app.set_now("2026-11-20T02:10:00Z");
        let rules = |carrier: &str| json!([{ "key": "a", "name": "a", "then": { "carrier": carrier, "hold": { "reason": "regret", "minutes": 30 } } }]);
        set(&http, rules("sf"));
        let id = app.push(&shop, &[to("1")])[0].order;
        assert_eq!(reasons(&app, id), ["rule_held"]);
        app.set_now("2026-11-20T02:32:00Z");
        housekeeping::once(app.app()).expect("the house is kept");
        assert_eq!(reasons(&app, id), [""; 0], "thirty minutes after it was paid");

        let run = zto(&[the_shipment_of(&app, id).id], FIRST);
        app.write(|tx| huidan::operations::number_runs::commit(tx, &run)).expect("it is numbered");
        set(&http, rules("jd"));
        assert_eq!(decided(&http, id), "a:jd a:regret", "it has not left yet");
        app.write(|tx| {
            tx.execute(sql("UPDATE shipments SET shipped_at = updated_at, state = 'shipped' WHERE true"))?;
            Ok(())
        })
        .expect("it has left");
        set(&http, rules("yto"));
        app.push(&shop, &[to("1").message("thanks").updated_at("2026-11-20T06:00:00Z")]);
        assert_eq!(decided(&http, id), "a:jd a:regret");
    }
);

each_database!(
    fn gifts_lie_in_the_first_parcel_of_an_order_and_stand_on_its_papers(app: TestApp) {
        let (shop, http) = (app.shop("Tea House"), app.http());
        sku(&http, "CUP", 100);
        set(
            &http,
            json!([{ "key": "a", "name": "a", "then": { "gifts": [{ "sku": "CUP", "quantity": 2 }] } }]),
        );
        let person = recipient("陈静");
        let ids: Vec<OrderId> = app
            .push(
                &shop,
                &[order("1").to(person.clone()).line("TEA-250", 2), order("2").to(person).line("BAG", 1)],
            )
            .iter()
            .map(|taken| taken.order)
            .collect();
        let parcel = the_shipment_of(&app, ids[0]);
        let gifts = |ids: &[huidan::domain::id::ShipmentId]| -> Vec<String> {
            app.read(|db| huidan::db::rules::gifts(db, ids)).into_iter().map(|row| row.gifts).collect()
        };
        assert_eq!(gifts(&[parcel.id]), [r#"[["CUP",2]]"#; 2], "two orders, two gifts in one parcel");
        let split = SplitLine { line: parcel.lines[0].line, quantity: 1 };
        let second = app.write(|tx| merging::split(tx, parcel.id, &[split])).expect("it is split");
        assert_eq!(gifts(&[second]).len(), 0, "not twice for one order");
        assert_eq!(gifts(&[parcel.id]).len(), 2);

        let run = zto(&[parcel.id], FIRST);
        app.write(|tx| huidan::operations::number_runs::commit(tx, &run)).expect("it is numbered");
        let rows = app.read(|db| huidan::db::shipments::find(db, &[parcel.id]));
        let shown = app.read(|db| huidan::operations::print_jobs::values::load(db, &rows));
        let note = shown[&parcel.id].delivery_note(Default::default());
        let gift = note.items.iter().find(|item| item.sku == "CUP").expect("the gift is on the note");
        assert_eq!((gift.name.as_str(), gift.quantity, gift.variant.as_str()), ("Own CUP", 4, "赠品 Gift"));
        let pick = shown[&parcel.id].pick_shipment(1);
        assert!(pick.items.iter().any(|item| item.sku == "CUP"), "and on the pick list");
    }
);

each_database!(
    fn what_rules_decide_is_the_way_a_parcel_is_planned_to_go(app: TestApp) {
        let (shop, http) = (app.shop("Tea House"), app.http());
        let many = |carrier: &str| {
            let then = json!({ "carrier": carrier, "warehouse": "south" });
            json!([rule("many", json!({ "pieces": { "at_least": 4 } }), then)])
        };
        set(&http, many("sf"));
        let taken = app.push(&shop, &[to("1").line("TEA-250", 5), to("2").line("TEA-250", 1)]);
        let ids: Vec<OrderId> = taken.iter().map(|taken| taken.order).collect();
        let carrier = |order| the_shipment_of(&app, order).plan.map(|plan| plan.carrier).unwrap_or_default();
        assert_eq!((carrier(ids[0]).as_str(), carrier(ids[1]).as_str()), ("sf", ""));
        set(&http, many("zto"));
        assert_eq!(carrier(ids[0]), "zto", "other rules, another plan");
        let path = format!("/api/v1/orders/{}/rule-overrides", ids[0]);
        http.put(&path, json!({ "kind": "carrier", "value": "yto" })).expect(200);
        assert_eq!(carrier(ids[0]), "yto", "a person decides for this order");
        http.delete(&format!("{path}/carrier")).expect(200);
        set(&http, json!([]));
        assert_eq!(carrier(ids[0]), "", "without rules nothing is said of it");
    }
);

each_database!(
    fn another_time_zone_judges_what_waits_by_its_clock_also_what_has_a_number(app: TestApp) {
        let (shop, http) = (app.shop("Tea House"), app.http());
        let at_night = json!({ "paid": { "from": "22:00", "to": "06:00" } });
        set(
            &http,
            json!([rule("night", at_night, json!({ "tags": ["night"], "hold": { "reason": "late" } }))]),
        );
        // Paid at 02:02 UTC: ten in the morning in Shanghai, nine in the evening in New York.
        let taken = app.push(&shop, &[to("1"), to("2").paid_at("2026-11-20T03:30:00Z")]);
        let ids: Vec<OrderId> = taken.iter().map(|taken| taken.order).collect();
        assert_eq!((decided(&http, ids[0]), decided(&http, ids[1])), (String::new(), String::new()));
        let run = zto(&[the_shipment_of(&app, ids[1]).id], FIRST);
        app.write(|tx| huidan::operations::number_runs::commit(tx, &run)).expect("it is numbered");
        http.patch("/api/v1/settings", json!({ "time_zone": "America/New_York" })).expect(200);
        assert_eq!(decided(&http, ids[0]), "", "21:02 there");
        assert_eq!(decided(&http, ids[1]), "night:night night:late", "22:30 there");
        assert_eq!(reasons(&app, ids[1]), ["rule_held"]);
    }
);

each_database!(
    fn what_is_said_of_a_buyer_counts_for_all_they_order_on_the_platform(app: TestApp) {
        let (shop, other, http) = (app.shop("Tea House"), app.shop("Second"), app.http());
        let file = app.file_shop("Counter");
        set(&http, json!([rule("vip", json!({ "buyer_tag": ["vip"] }), json!({ "carrier": "sf" }))]));
        let by = |number: &str| order(number).to(recipient(number)).nick("anna");
        let first = app.push(&shop, &[by("1"), to("2"), to("3").nick("")]);
        let ids: Vec<OrderId> = first.iter().map(|taken| taken.order).collect();
        let path = |order: OrderId| format!("/api/v1/orders/{order}/buyer-tags");
        let said = http.put(&path(ids[0]), json!({ "tags": [" vip", "regular", "vip", ""] })).expect(200);
        assert_eq!(said["tags"], json!(["regular", "vip"]));
        let second = app.push(&other, &[by("4")])[0].order;
        let counter = app.push(&file, &[by("5")])[0].order;
        let all = |orders: &[OrderId]| orders.iter().map(|one| decided(&http, *one)).collect::<Vec<_>>();
        assert_eq!(all(&[ids[0], ids[1], second, counter]), ["vip:sf", "", "vip:sf", ""], "of this platform");
        assert_eq!(http.get(&format!("/api/v1/orders/{second}")).expect(200)["buyer_tags"], said["tags"]);
        http.put(&path(second), json!({ "tags": ["regular"] })).expect(200);
        assert_eq!(all(&[ids[0], second]), ["", ""]);
        http.put(&path(second), json!({ "tags": ["regular"] })).expect(200);
        assert_eq!(count(&app, "SELECT COUNT(*) AS one FROM events WHERE kind = 'buyer.tagged'"), 2);
        assert_eq!(
            count(&app, "SELECT COUNT(*) AS one FROM buyer_tags WHERE buyer LIKE '%anna%'"),
            0,
            "sealed"
        );
        assert_eq!(http.put(&path(ids[2]), json!({ "tags": ["x"] })).problem(), "409 no_buyer_nick");
        assert_eq!(http.put(&path(OrderId(999_999)), json!({ "tags": [] })).status, 404);
        let long = json!({ "tags": ["x".repeat(41)] });
        assert_eq!(http.put(&path(ids[0]), long).expect(422)["errors"][0]["field"], "tags");
        let stranger = app.other_seller();
        assert_eq!(stranger.http().put(&path(ids[0]), json!({ "tags": [] })).status, 404);
        assert_eq!(app.http_as(Role::Viewer).put(&path(ids[0]), json!({ "tags": [] })).status, 403);
    }
);

each_database!(
    fn what_is_said_of_a_buyer_known_by_an_e_mail_address_counts_for_all_their_orders(app: TestApp) {
        let (shop, http) = (app.shop("Tea House"), app.http());
        set(&http, json!([rule("vip", json!({ "buyer_tag": ["vip"] }), json!({ "carrier": "sf" }))]));
        let by = |number: &str, nick: &str| order(number).to(recipient(number)).nick(nick);
        let taken = app.push(&shop, &[by("1", "Ada@Example.com"), by("2", "abe@example.com")]);
        let (first, stranger) = (taken[0].order, taken[1].order);
        let waiting = app.push(&shop, &[by("3", "ada@example.com")])[0].order;
        http.put(&format!("/api/v1/orders/{first}/buyer-tags"), json!({ "tags": ["vip"] })).expect(200);
        let later = app.push(&shop, &[by("4", " ada@example.com")])[0].order;
        let all = [first, waiting, later, stranger].map(|order| decided(&http, order));
        assert_eq!(all, ["vip:sf", "vip:sf", "vip:sf", ""], "the same mask is not the same buyer");
        let shown = http.get(&format!("/api/v1/orders/{later}")).expect(200);
        assert_eq!(shown["buyer_tags"], json!(["vip"]));
    }
);

each_database!(
    fn gifts_are_given_by_hand_also_where_there_are_no_rules(app: TestApp) {
        let (shop, http) = (app.shop("Tea House"), app.http());
        sku(&http, "CUP", 100);
        sku(&http, "BAG", 10);
        let id = app.push(&shop, &[to("1")])[0].order;
        let path = format!("/api/v1/orders/{id}/rule-overrides");
        let give = |value: &str| http.put(&path, json!({ "kind": "gift", "value": value }));
        for (value, code) in [("MUG", "sku_unknown"), ("CUP*0", "range"), ("CUP*x", "bad_parts")] {
            assert_eq!(give(value).expect(422)["errors"][0]["code"], code, "{value}");
        }
        give("CUP*2; BAG").expect(200);
        assert_eq!(decided(&http, id), ":CUP×2 :BAG×1");
        let parcel = the_shipment_of(&app, id).id;
        let rows = app.read(|db| huidan::db::shipments::find(db, &[parcel]));
        let shown = app.read(|db| huidan::operations::print_jobs::values::load(db, &rows));
        let note = shown[&parcel].delivery_note(Default::default());
        assert!(note.items.iter().any(|item| item.sku == "CUP" && item.quantity == 2), "it is on the note");

        set(&http, json!([rule("bag", json!({ "all": [] }), json!({ "gifts": [{ "sku": "BAG" }] }))]));
        assert_eq!(decided(&http, id), "[bag:BAG×1] :CUP×2 :BAG×1", "a person's word stays");
        http.delete(&format!("{path}/gift")).expect(200);
        assert_eq!(decided(&http, id), "bag:BAG×1");
    }
);

#[test]
fn an_order_that_comes_in_while_the_rules_are_changed_is_judged_by_the_new_ones() {
    let app = TestApp::postgres();
    let (shop, http) = (app.shop("Tea House"), app.http());
    set(&http, json!([{ "key": "a", "name": "a", "then": { "carrier": "sf" } }]));
    let (other, snapshot) = (app.fork(), to("1").snapshot());
    let (begun, is_begun) = mpsc::channel();
    let (go_on, may_go_on) = mpsc::channel::<()>();
    std::thread::scope(|scope| {
        let intake = scope.spawn(move || {
            other.write(|tx| {
                let taken = take_in(tx, &shop, std::slice::from_ref(&snapshot))?;
                begun.send(()).expect("the test waits");
                may_go_on.recv().expect("the test says when");
                Ok(taken)
            })
        });
        is_begun.recv().expect("the order is on its way");
        let change =
            scope.spawn(|| set(&http, json!([{ "key": "b", "name": "b", "then": { "carrier": "zto" } }])));
        go_on.send(()).expect("intake waits");
        let taken = intake.join().expect("no panic").expect("the order is in");
        change.join().expect("no panic");
        assert_eq!(decided(&http, taken[0].order), "b:zto");
    });
}
