//! The two audits of orders: who needs one, what a decision is for, and when it is needed again.

use std::sync::mpsc;

use chrono::Duration;
use huidan::db::statement::sql;
use huidan::domain::actor::Role;
use huidan::domain::audit::{AuditKind, AuditMode, AuditRule, AuditSettings};
use huidan::domain::id::OrderId;
use huidan::domain::shop::ShopSettings;
use huidan::operations::intake::take_in;
use huidan::operations::number_runs;
use huidan::operations::orders::{self, AuditMany, SeenOrder};
use serde_json::{Value as Json, json};

use crate::number_runs::{FIRST, zto};
use crate::support::http::Http;
use crate::support::orders::OrderBuilder;
use crate::support::shipments::{reasons, the_shipment_of};
use crate::support::{TestApp, order, recipient};

const LATER: &str = "2026-11-20T03:00:00Z";

fn every_order(kinds: &[AuditKind]) -> ShopSettings {
    let rule = |kind| {
        let mode = if kinds.contains(&kind) { AuditMode::Manual } else { AuditMode::Off };
        AuditRule { mode, ..AuditRule::default() }
    };
    let audits = AuditSettings { customer: rule(AuditKind::Customer), finance: rule(AuditKind::Finance) };
    ShopSettings { audits, ..ShopSettings::default() }
}

fn to(number: &str) -> OrderBuilder {
    order(number).to(recipient(number)).nick(number)
}

fn in_state(app: &TestApp, state: &str) -> i64 {
    let text = "SELECT COUNT(*) AS one FROM shipments WHERE state = ?";
    app.read(|db| db.number(sql(text).bind(state)))
}

fn audit(http: &Http, orders: &[OrderId], kind: &str) -> Json {
    http.post("/api/v1/orders/audit", json!({ "orders": orders, "kind": kind })).expect(200)
}

/// How many are done, and the codes of what is left out.
fn outcome(answer: &Json) -> (usize, Vec<String>) {
    let left = answer["left_out"].as_array().expect("a list").iter();
    let codes = left.map(|one| one["reasons"][0]["code"].as_str().expect("a code").to_owned());
    (answer["done"].as_array().expect("a list").len(), codes.collect())
}

fn events_of(app: &TestApp, kind: &str) -> i64 {
    let text = "SELECT COUNT(*) AS one FROM events WHERE kind = ?";
    app.read(|db| db.number(sql(text).bind(kind)))
}

each_database!(
    fn only_orders_that_meet_a_trigger_wait_and_the_setting_judges_them_anew(app: TestApp) {
        let (shop, http) = (app.shop("Tea House"), app.http());
        let other = app.shop("Other");
        app.push(&other, &[to("other").with("total", json!({ "amount": 99999, "currency": "CNY" }))]);
        let money = |amount: i64| json!({ "amount": amount, "currency": "CNY" });
        let taken = app.push(
            &shop,
            &[
                to("plain"),
                to("dear").with("total", money(50000)),
                to("told").message("快点"),
                to("flagged").with("flag", "red"),
                to("cheap").with("total", money(6494)),
                to("second").nick("plain"),
            ],
        );
        let ids: Vec<OrderId> = taken.iter().map(|taken| taken.order).collect();
        assert_eq!(in_state(&app, "ready"), 7, "off by default");
        let path = format!("/api/v1/shops/{}", shop.id);
        let set = |rule: Json| http.patch(&path, json!({ "settings": { "audits": { "customer": rule } } }));
        let waiting = || -> Vec<usize> {
            (0..ids.len()).filter(|at| reasons(&app, ids[*at]) == ["audit_customer"]).collect()
        };

        let refused = set(json!({ "mode": "auto" }));
        assert_eq!(refused.json()["errors"][0]["field"], "settings.audits.customer.mode");
        set(json!({ "mode": "auto", "total_from": 50000, "remarks": true })).expect(200);
        assert_eq!(waiting(), [1, 2, 3]);
        assert_eq!((in_state(&app, "ready"), in_state(&app, "blocked")), (4, 3), "another shop has its own");
        set(json!({ "total_from": null, "remarks": false, "discounted": true })).expect(200);
        assert_eq!(waiting(), [4]);
        set(json!({ "discounted": false, "first_order": true })).expect(200);
        assert_eq!(waiting(), [0, 1, 2, 3, 4]);
        set(json!({ "first_order": false, "unlinked": true })).expect(200);
        assert_eq!(waiting().len(), 6, "pushed, not told by a platform");
        let shown = http.get(&format!("/api/v1/orders/{}", ids[0])).expect(200);
        assert_eq!(shown["reasons"][0]["message"], "It waits for the customer audit: imported or typed.");
        assert_eq!(shown["reasons"][0]["message_zh"], "待客审：导入或手工录入。");
        assert_eq!(shown["reasons"][0]["mend"], format!("/orders/{}#audits", ids[0]));
        set(json!({ "mode": "off" })).expect(200);
        assert_eq!(in_state(&app, "ready"), 7);
    }
);

each_database!(
    fn gifts_companions_and_prices_below_the_floor_are_audited(app: TestApp) {
        let (shop, http) = (app.shop("Tea House"), app.http());
        let path = format!("/api/v1/shops/{}", shop.id);
        let set = |trigger: &str| {
            let mut rule =
                json!({ "mode": "auto", "gifts": false, "several_orders": false, "below_floor": false });
            rule[trigger] = json!(true);
            http.patch(&path, json!({ "settings": { "audits": { "customer": rule } } })).expect(200);
        };
        let money = |amount: i64| json!({ "amount": amount, "currency": "CNY" });
        let tea = |price: i64| {
            let body = json!({ "code": "TEA", "title": "Tea", "weight_g": 1, "floor_price": money(price) });
            let known =
                http.get("/api/v1/skus?q=TEA").expect(200)["items"][0]["id"].as_str().map(str::to_owned);
            match known {
                None => http.post("/api/v1/skus", body).expect(201),
                Some(id) => http.put(&format!("/api/v1/skus/{id}"), body).expect(200),
            }
        };
        tea(6495);
        http.post("/api/v1/skus", json!({ "code": "CUP", "title": "Cup" })).expect(201);
        let then = json!({ "gifts": [{ "sku": "CUP" }] });
        let gift =
            json!({ "key": "g", "name": "g", "when": { "remark": { "any_of": ["gift"] } }, "then": then });
        http.put("/api/v1/rules", json!({ "rules": [gift] })).expect(200);
        let taken = app.push(
            &shop,
            &[
                to("plain").line("TEA", 1),
                to("gift").message("a gift please"),
                to("cheap").line("TEA", 2).with("total", money(12_000)),
                to("pair").line("MUG", 1),
            ],
        );
        let ids: Vec<OrderId> = taken.iter().map(|taken| taken.order).collect();
        let waiting = |ids: &[OrderId]| -> Vec<usize> {
            (0..ids.len()).filter(|at| reasons(&app, ids[*at]) == ["audit_customer"]).collect()
        };
        set("gifts");
        assert_eq!(waiting(&ids), [1]);
        set("below_floor");
        assert_eq!(waiting(&ids), [2], "two pieces for less than two floors");
        tea(6496);
        assert_eq!(waiting(&ids), [0, 2], "another floor judges what waits anew");
        tea(100);
        assert_eq!(waiting(&ids), [0; 0]);
        set("several_orders");
        assert_eq!(waiting(&ids), [0; 0]);
        let second = app.push(&shop, &[order("second").to(recipient("pair")).nick("other")])[0].order;
        assert_eq!(waiting(&[ids[3], second, ids[0]]), [0, 1], "both of one parcel");
        let shown = http.get(&format!("/api/v1/orders/{second}")).expect(200);
        assert_eq!(shown["reasons"][0]["message_zh"], "待客审：多单合并。");
        assert_eq!(outcome(&audit(&http, &[ids[3], second], "customer")), (2, vec![]));
        assert_eq!(waiting(&[ids[3], second]), [0; 0]);
    }
);

each_database!(
    fn finance_comes_after_the_customer_audit_and_both_count_for_what_was_seen(app: TestApp) {
        let shop = app.shop_with("Tea House", every_order(AuditKind::ALL));
        let plain = app.shop("No audits");
        let http = app.http();
        let taken = app.push(&shop, &[to("1"), to("2")]);
        let ids: Vec<OrderId> = taken.iter().map(|taken| taken.order).collect();
        let free = app.push(&plain, &[to("3")])[0].order;
        assert_eq!(reasons(&app, ids[0]), ["audit_customer"]);
        assert_eq!(outcome(&audit(&http, &ids, "finance")), (0, vec!["audit_customer".to_owned(); 2]));

        let named = [ids[0], free, OrderId(999_999), ids[0]];
        let answer = audit(&http, &named, "customer");
        assert_eq!(outcome(&answer), (1, vec!["not_found".to_owned(), "audit_not_needed".to_owned()]));
        assert_eq!(reasons(&app, ids[0]), ["audit_finance"]);
        assert_eq!(reasons(&app, ids[1]), ["audit_customer"], "the other one stands for itself");
        assert_eq!(outcome(&audit(&http, &[ids[0]], "customer")), (1, vec![]), "again changes nothing");
        assert_eq!(events_of(&app, "order.audited"), 1);
        let body = json!({ "orders": [ids[0]], "kind": "finance", "note": "paid 13800001001" });
        http.post("/api/v1/orders/audit", body).expect(200);
        assert_eq!((reasons(&app, ids[0]).len(), in_state(&app, "ready")), (0, 2));
        let shown = http.get(&format!("/api/v1/orders/{}", ids[0])).expect(200);
        assert_eq!(shown["audits"][1]["note"], "paid 13800001001");
        assert!(shown["audits"][1]["decided_by"].as_str().is_some_and(|by| by.starts_with("token:")));
        assert!(!shown["events"].to_string().contains("13800001001"), "the log holds no note");
        let kept = "SELECT COUNT(*) AS one FROM order_audits WHERE note LIKE '%13800001001%'";
        assert_eq!(app.read(|db| db.number(sql(kept))), 0, "notes are sealed");

        // What the platform tells again without a difference needs nobody.
        app.push(&shop, &[to("1").updated_at("2026-11-20T02:30:00Z")]);
        assert_eq!(reasons(&app, ids[0]).len(), 0);
        for (hour, changed) in [
            (3, to("1").with("total", json!({ "amount": 7000, "currency": "CNY" }))),
            (4, to("1").message("不要了")),
            (5, to("1").line("TEA-500", 2)),
        ] {
            app.push(&shop, &[changed.updated_at(&format!("2026-11-20T0{hour}:00:00Z"))]);
            assert_eq!(reasons(&app, ids[0]), ["audit_customer"], "change {hour}");
            let shown = http.get(&format!("/api/v1/orders/{}", ids[0])).expect(200);
            assert_eq!(shown["audits"][0]["causes"], json!(["every_order", "changed"]));
            for kind in ["customer", "finance"] {
                assert_eq!(outcome(&audit(&http, &[ids[0]], kind)), (1, vec![]));
            }
            assert_eq!(reasons(&app, ids[0]).len(), 0);
        }
        http.post(&format!("/api/v1/orders/{}/notes", ids[0]), json!({ "text": "易碎" })).expect(201);
        assert_eq!(reasons(&app, ids[0]), ["audit_customer"], "and a note is a remark");
        let stranger = app.other_seller();
        assert_eq!(
            outcome(&audit(&stranger.http(), &[ids[1]], "customer")),
            (0, vec!["not_found".to_owned()])
        );
    }
);

each_database!(
    fn a_rejected_order_is_held_until_it_is_released_and_passes(app: TestApp) {
        let shop = app.shop_with("Tea House", every_order(&[AuditKind::Customer]));
        let http = app.http();
        let id = app.push(&shop, &[to("1")])[0].order;
        let reject = |note: &str| {
            let body = json!({ "orders": [id], "kind": "customer", "note": note });
            http.post("/api/v1/orders/audit/reject", body)
        };
        for note in ["", " ", "长".repeat(201).as_str()] {
            assert_eq!(reject(note).json()["errors"][0]["field"], "note");
        }
        assert_eq!(outcome(&reject("price is wrong").expect(200)), (1, vec![]));
        assert_eq!(reasons(&app, id), ["held", "audit_customer"]);
        let shown = http.get(&format!("/api/v1/orders/{id}")).expect(200);
        assert_eq!(
            (&shown["audits"][0]["state"], &shown["holds"][0]["reason"]),
            (&json!("rejected"), &json!("price is wrong"))
        );
        let hold = shown["holds"][0]["id"].as_str().expect("an id").to_owned();
        assert_eq!(http.delete(&format!("/api/v1/orders/{id}/holds/{hold}")).status, 204);
        assert_eq!(reasons(&app, id), ["audit_customer"]);
        assert_eq!(outcome(&audit(&http, &[id], "customer")), (1, vec![]));
        assert_eq!(in_state(&app, "ready"), 1);
        assert_eq!(outcome(&reject("late").expect(200)), (0, vec!["audit_passed".to_owned()]));
    }
);

each_database!(
    fn an_audit_is_taken_back_only_while_nothing_is_numbered(app: TestApp) {
        let shop = app.shop_with("Tea House", every_order(AuditKind::ALL));
        let http = app.http();
        let taken = app.push(&shop, &[to("1"), to("2"), to("3")]);
        let ids: Vec<OrderId> = taken.iter().map(|taken| taken.order).collect();
        for kind in ["customer", "finance"] {
            assert_eq!(outcome(&audit(&http, &ids[..2], kind)), (2, vec![]));
        }
        let run = zto(&[the_shipment_of(&app, ids[0]).id], FIRST);
        let answer = app.write(|tx| number_runs::commit(tx, &run)).expect("it is numbered");
        assert_eq!(answer.assigned.len(), 1);
        let body = json!({ "orders": ids, "kind": "customer" });
        let answer = http.post("/api/v1/orders/audit/undo", body).expect(200);
        assert_eq!(outcome(&answer), (1, vec!["order_under_way".to_owned(), "not_audited".to_owned()]));
        assert_eq!(reasons(&app, ids[0]).len(), 0);
        assert_eq!(reasons(&app, ids[1]), ["audit_customer"]);
        assert_eq!(outcome(&audit(&http, &[ids[1]], "customer")), (1, vec![]));
        assert_eq!(reasons(&app, ids[1]), ["audit_finance"], "finance has to look again as well");
        assert_eq!(events_of(&app, "order.audit_undone"), 1);
    }
);

each_database!(
    fn each_audit_belongs_to_a_role(app: TestApp) {
        let shop = app.shop_with("Tea House", every_order(AuditKind::ALL));
        let id = app.push(&shop, &[to("1")])[0].order;
        let roles = [Role::Owner, Role::Manager, Role::Auditor, Role::Finance, Role::Shipper, Role::Viewer];
        let allowed = |kind: &str| -> Vec<Role> {
            let may = |role: &Role| {
                ["", "/reject", "/undo"].map(|act| {
                    let mut body = json!({ "orders": [id], "kind": kind });
                    if act == "/reject" {
                        body["note"] = "x".into();
                    }
                    app.http_as(*role).post(&format!("/api/v1/orders/audit{act}"), body).status == 200
                })
            };
            let found = roles.iter().copied().filter(|role| {
                let may = may(role);
                assert!(may == [true; 3] || may == [false; 3], "{role}: {may:?}");
                may[0]
            });
            found.collect()
        };
        assert_eq!(allowed("customer"), [Role::Owner, Role::Manager, Role::Auditor]);
        assert_eq!(allowed("finance"), [Role::Owner, Role::Manager, Role::Finance]);
        let unknown = app.http().post("/api/v1/orders/audit", json!({ "orders": [id], "kind": "x" }));
        assert_eq!(unknown.status, 422, "{}", unknown.text());
    }
);

each_database!(
    fn what_waits_for_an_audit_is_found_also_from_earlier_days(app: TestApp) {
        let shop = app.shop_with("Tea House", every_order(AuditKind::ALL));
        let http = app.http();
        let old = app.push(&shop, &[to("1"), to("2"), to("3")]);
        app.advance(Duration::days(1));
        app.push(&shop, &[to("4")]);
        audit(&http, &[old[1].order, old[2].order], "customer");
        audit(&http, &[old[2].order], "finance");
        for (word, expected) in [
            ("customer", &["1", "4"][..]),
            ("finance", &["2"]),
            ("any", &["1", "2", "4"]),
            ("left_over", &["1", "2"]),
        ] {
            let page = http.get(&format!("/api/v1/shipments?audit={word}&sort=created")).expect(200);
            let found: Vec<&str> = page["items"]
                .as_array()
                .expect("a list")
                .iter()
                .map(|item| item["orders"][0]["number"].as_str().expect("a number"))
                .collect();
            assert_eq!(found, expected, "{word}");
        }
        assert_eq!(http.get("/api/v1/shipments?audit=x").json()["errors"][0]["field"], "audit");
    }
);

each_database!(
    fn an_order_that_changes_while_it_is_audited_does_not_pass_unseen(app: TestApp) {
        let shop = app.shop_with("Tea House", every_order(&[AuditKind::Customer]));
        let http = app.http();
        let id = app.push(&shop, &[to("1")])[0].order;
        let facts_of = |id: OrderId| {
            let shown = http.get(&format!("/api/v1/orders/{id}")).expect(200);
            shown["audits"][0]["facts"].as_str().expect("a hash").to_owned()
        };
        let many = |facts: String| AuditMany {
            orders: vec![id],
            kind: AuditKind::Customer,
            note: String::new(),
            seen: vec![SeenOrder { order: id, facts }],
        };
        let (other, shop) = (app.fork(), &shop);
        let changed = |text: &str, at: &str| to("1").message(text).updated_at(at).snapshot();

        // The change is there and not committed when the audit of what was before begins.
        let (seen, first) = (many(facts_of(id)), changed("first", LATER));
        let (started, is_started) = mpsc::channel();
        let (go_on, may_go_on) = mpsc::channel::<()>();
        let (passed, is_passed) = mpsc::channel();
        let (here, there) = (&app, &other);
        std::thread::scope(|scope| {
            scope.spawn(move || {
                here.write(|tx| {
                    let taken = take_in(tx, shop, std::slice::from_ref(&first))?;
                    started.send(()).expect("the test waits for it");
                    may_go_on.recv().expect("the test lets it go on");
                    Ok(taken)
                })
                .expect("it is taken in");
            });
            is_started.recv().expect("the change is there");
            scope.spawn(move || {
                let answer = there.write(|tx| orders::pass(tx, &seen)).expect("it is answered");
                passed.send(answer).expect("the test waits for it");
            });
            let early = is_passed.recv_timeout(std::time::Duration::from_millis(300));
            go_on.send(()).expect("it waits for this");
            assert!(early.is_err(), "the audit waits for the change");
            let answer = is_passed.recv().expect("an answer");
            assert_eq!(answer.left_out[0].reasons[0].code, "order_changed");
        });
        assert_eq!((reasons(&app, id), in_state(&app, "blocked")), (vec!["audit_customer".to_owned()], 1));

        // And the other way round: the audit is not committed when the change comes.
        let (seen, second) = (many(facts_of(id)), changed("second", "2026-11-20T04:00:00Z"));
        let (started, is_started) = mpsc::channel();
        let (go_on, may_go_on) = mpsc::channel::<()>();
        std::thread::scope(|scope| {
            scope.spawn(move || {
                here.write(|tx| {
                    let answer = orders::pass(tx, &seen)?;
                    started.send(answer.done.len()).expect("the test waits for it");
                    may_go_on.recv().expect("the test lets it go on");
                    Ok(())
                })
                .expect("it passes");
            });
            assert_eq!(is_started.recv(), Ok(1));
            scope.spawn(move || {
                there.write(|tx| take_in(tx, shop, std::slice::from_ref(&second))).expect("it is taken in");
            });
            go_on.send(()).expect("it waits for this");
        });
        assert_eq!((reasons(&app, id), in_state(&app, "blocked")), (vec!["audit_customer".to_owned()], 1));
    }
);
