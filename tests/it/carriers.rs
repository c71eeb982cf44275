//! Carriers: services, prices, notices, warehouses, and the plans of parcels that come of them.

use chrono::Duration;
use huidan::domain::actor::Role;
use huidan::domain::id::{OrderId, ShipmentId};
use huidan::domain::platform::Platform;
use huidan::domain::shop::ShopSettings;
use huidan::jobs::housekeeping;
use huidan::operations::hand_overs;
use huidan::operations::shops::{self as shop_operations, NewShop};
use huidan::operations::{merging, number_runs as runs};
use serde_json::{Value as Json, json};

use crate::number_runs::{FIRST, commit, shipments, zto};
use crate::support::http::Http;
use crate::support::shipments::the_shipment_of;
use crate::support::{TestApp, order, recipient};

/// Writes a service down; its id.
fn service(http: &Http, code: &str, carrier: &str, days: i64) -> String {
    let body = json!({ "code": code, "name": code.to_uppercase(), "carrier": carrier, "days": days });
    id(&http.post("/api/v1/carrier-services", body).expect(201))
}

fn id(answer: &Json) -> String {
    answer["id"].as_str().expect("an id").to_owned()
}

/// One price up to a kilogram everywhere, and one yuan for each further one.
fn price(http: &Http, service: &str, first_price: i64) -> String {
    let rate = json!({ "first_g": 1000, "first_price": first_price, "step_g": 1000, "step_price": 100 });
    id(&prices(http, service, json!({ "rates": [rate] })).expect(201))
}

fn prices(http: &Http, service: &str, body: Json) -> crate::support::http::Answer {
    http.post(&format!("/api/v1/carrier-services/{service}/price-tables"), body)
}

fn policy(http: &Http, policy: &str) {
    http.patch("/api/v1/settings", json!({ "plans": { "policy": policy } })).expect(200);
}

/// `sf-std by cheapest for 12.00`, as a shipment is planned now.
fn plan(http: &Http, shipment: ShipmentId) -> String {
    let shown = http.get(&format!("/api/v1/shipments/{shipment}")).expect(200);
    let plan = &shown["plan"];
    let word = |name: &str| plan[name].as_str().unwrap_or("-").to_owned();
    let cost = plan["cost"]["amount"].as_i64().map_or("?".to_owned(), |cost| cost.to_string());
    let reasons: Vec<&str> = shown["reasons"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|reason| reason["code"].as_str())
        .collect();
    let (carrier, service) = (word("carrier"), word("service"));
    let way = if service.is_empty() { carrier } else { service };
    [vec![way, word("why"), cost], reasons.into_iter().map(str::to_owned).collect()].concat().join(" ")
}

/// A shop with one waiting order to each of these people, of a SKU that weighs 800 g.
fn waiting(app: &TestApp, people: &[Json]) -> Vec<ShipmentId> {
    let http = app.http();
    let sku = json!({ "code": "TEA-250", "title": "Tea", "weight_g": 800 });
    http.post("/api/v1/skus", sku).expect(201);
    let shop = app.shop("Tea House");
    let orders: Vec<_> = people
        .iter()
        .enumerate()
        .map(|(n, person)| order(&format!("{}", 1000 + n)).line("TEA-250", 1).to(person.clone()))
        .collect();
    app.push(&shop, &orders);
    shipments(app)
}

/// Somebody in Xinjiang.
fn far(name: &str) -> Json {
    let mut person = recipient(name);
    person["province"] = json!("新疆维吾尔自治区");
    person["city"] = json!("乌鲁木齐市");
    person["district"] = json!("天山区");
    person
}

fn choose(http: &Http, shipments: &[ShipmentId], what: Json) -> Json {
    let mut body = what;
    body["shipments"] = json!(shipments);
    http.post("/api/v1/shipments/plan", body).expect(200)
}

fn rule(http: &Http, body: Json) -> String {
    id(&http.post("/api/v1/region-rules", json!({ "items": [body] })).expect(201)["items"][0])
}

each_database!(
    fn the_cheapest_service_is_planned_and_follows_every_change(app: TestApp) {
        let ids = waiting(&app, &[recipient("陈静")]);
        let http = app.http();
        assert_eq!(plan(&http, ids[0]), "- - ?", "nothing to plan by");
        let (sf, yto) = (service(&http, "sf-std", "sf", 1), service(&http, "zto-std", "zto", 3));
        assert_eq!(plan(&http, ids[0]), " - ?", "nobody has said how to choose");
        policy(&http, "cheapest");
        price(&http, &sf, 1200);
        assert_eq!(plan(&http, ids[0]), "sf-std cheapest 1200");
        price(&http, &yto, 500);
        assert_eq!(plan(&http, ids[0]), "zto-std cheapest 500");
        policy(&http, "fastest");
        assert_eq!(plan(&http, ids[0]), "sf-std fastest 1200");
        policy(&http, "cheapest");
        let sku = &http.get("/api/v1/skus").expect(200)["items"][0];
        let heavy = json!({ "code": "TEA-250", "title": "Tea", "weight_g": 2500 });
        http.put(&format!("/api/v1/skus/{}", id(sku)), heavy).expect(200);
        assert_eq!(plan(&http, ids[0]), "zto-std cheapest 700");
        http.post(&format!("/api/v1/shipments/{}/weigh", ids[0]), json!({ "weight_g": 900 })).expect(200);
        assert_eq!(plan(&http, ids[0]), "zto-std cheapest 500", "the scale knows better");
        let light = json!({ "code": "zto-std", "name": "Z", "carrier": "zto", "max_weight_g": 800 });
        http.put(&format!("/api/v1/carrier-services/{yto}"), light).expect(200);
        assert_eq!(plan(&http, ids[0]), "sf-std cheapest 1200");
        let shown = http.get(&format!("/api/v1/shipments/{}", ids[0])).expect(200);
        assert_eq!(shown["plan"]["others"][0]["bars"], json!(["too_heavy"]));
        assert_eq!(shown["plan"]["cost"]["steps"][0]["kind"], "first");
        assert_eq!(http.delete(&format!("/api/v1/carrier-services/{sf}")).status, 204);
        assert_eq!(plan(&http, ids[0]), " - ?");
    }
);

each_database!(
    fn what_a_person_said_wins_and_survives_merging(app: TestApp) {
        let ids = waiting(&app, &[recipient("陈静"), recipient("王芳"), recipient("李雷")]);
        let http = app.http();
        let sf = service(&http, "sf-std", "sf", 1);
        price(&http, &sf, 1200);
        price(&http, &service(&http, "zto-std", "zto", 3), 500);
        policy(&http, "cheapest");
        let answer = choose(&http, &[ids[0], ids[1], ShipmentId(7), ids[1]], json!({ "service": "sf-std" }));
        let left: Vec<_> = answer["left_out"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|l| l["reasons"][0]["code"].as_str().unwrap_or_default().to_owned())
            .collect();
        assert_eq!(
            (answer["done"].as_array().map(Vec::len), left),
            (Some(2), vec!["listed_twice".to_owned(), "not_found".to_owned()])
        );
        assert_eq!(plan(&http, ids[0]), "sf-std hand 1200");
        assert_eq!(plan(&http, ids[2]), "zto-std cheapest 500");

        let orders: Vec<OrderId> =
            app.read(|db| huidan::db::shipments::members(db, &ids)).into_iter().map(|m| m.order_id).collect();
        app.write(|tx| merging::merge(tx, &[ids[2], ids[0]], true)).expect("they are merged");
        let together = the_shipment_of(&app, orders[0]).id;
        assert_eq!(plan(&http, together), "sf-std hand 1300", "one of its orders was said to go so");
        let small = json!({ "key": "small", "name": "Small ones", "when": { "platform": ["push"] },
            "then": { "service": "zto-std" } });
        http.put("/api/v1/rules", json!({ "rules": [small] })).expect(200);
        assert_eq!(plan(&http, ids[1]), "sf-std hand 1200", "a person comes first");
        choose(&http, &[ids[1]], json!({ "service": "" }));
        assert_eq!(plan(&http, ids[1]), "zto-std rule 500");
        http.put("/api/v1/rules", json!({ "rules": [] })).expect(200);
        assert_eq!(plan(&http, ids[1]), "zto-std cheapest 500");
        choose(&http, &[ids[1]], json!({ "carrier": "顺丰" }));
        assert_eq!(plan(&http, ids[1]), "sf-std hand 1200", "a carrier by its name");

        for (body, field) in [
            (json!({ "service": "gone" }), "service"),
            (json!({ "carrier": "nobody" }), "carrier"),
            (json!({ "warehouse": "gone" }), "warehouse"),
            (json!({ "carrier": "zto", "service": "sf-std" }), "carrier"),
            (json!({}), "carrier"),
        ] {
            let mut body = body;
            body["shipments"] = json!([ids[1]]);
            let said = http.post("/api/v1/shipments/plan", body).expect(422);
            assert_eq!(said["errors"][0]["field"], field, "{said}");
        }
        app.http_as(Role::Viewer)
            .post("/api/v1/shipments/plan", json!({ "shipments": [], "carrier": "sf" }))
            .expect(403);
        let other = app.other_seller();
        let answer = choose(&other.http(), &[ids[1]], json!({ "carrier": "sf" }));
        assert_eq!(answer["left_out"][0]["reasons"][0]["code"], "not_found");
    }
);

each_database!(
    fn a_closed_region_waits_until_its_day_has_passed(app: TestApp) {
        let ids = waiting(&app, &[recipient("陈静"), far("王芳")]);
        let http = app.http();
        price(&http, &service(&http, "zto-std", "zto", 3), 500);
        price(&http, &service(&http, "sf-std", "sf", 1), 1200);
        policy(&http, "cheapest");
        let closed = json!({
            "carrier": "中通", "region": "650000", "effect": "closed", "valid_from": "2026-11-21",
            "valid_until": "2026-11-22", "note": "大雪",
        });
        rule(&http, closed);
        assert_eq!(plan(&http, ids[1]), "zto-std cheapest 500", "not yet");
        choose(&http, &ids, json!({ "carrier": "zto" }));
        app.advance(Duration::days(1));
        housekeeping::once(app.app()).expect("a round");
        assert_eq!(plan(&http, ids[0]), "zto-std hand 500");
        assert_eq!(plan(&http, ids[1]), "zto-std hand 500 region_closed");
        let shown = http.get(&format!("/api/v1/shipments/{}", ids[1])).expect(200);
        assert_eq!(shown["state"], "blocked");
        let message = shown["reasons"][0]["message"].as_str().expect("a sentence");
        assert_eq!(message, "The region is not served: 新疆维吾尔自治区 · 2026-11-21 – 2026-11-22 · 大雪.");
        choose(&http, &ids[1..], json!({ "carrier": "" }));
        assert_eq!(plan(&http, ids[1]), "sf-std cheapest 1200", "another carrier goes there");
        choose(&http, &ids[1..], json!({ "carrier": "zto" }));
        app.advance(Duration::days(2));
        housekeeping::once(app.app()).expect("a round");
        assert_eq!(plan(&http, ids[1]), "zto-std hand 500", "it is over");

        let slow = json!({ "carrier": "zto", "region": "65", "effect": "slow", "days": 4 });
        let dear = json!({ "region": "65", "effect": "surcharge", "amount": 300 });
        rule(&http, slow);
        let dear = rule(&http, dear);
        assert_eq!(plan(&http, ids[1]), "zto-std hand 800");
        let days =
            |id: ShipmentId| http.get(&format!("/api/v1/shipments/{id}")).expect(200)["plan"]["days"].clone();
        assert_eq!((days(ids[0]), days(ids[1])), (json!(3), json!(7)));
        assert_eq!(http.delete(&format!("/api/v1/region-rules/{dear}")).status, 204);
        assert_eq!(plan(&http, ids[1]), "zto-std hand 500");
    }
);

each_database!(
    fn a_numbered_parcel_keeps_its_plan_and_stops_where_the_region_closes(app: TestApp) {
        let ids = waiting(&app, &[recipient("陈静"), far("王芳")]);
        let http = app.http();
        let zto_std = service(&http, "zto-std", "zto", 3);
        price(&http, &zto_std, 500);
        policy(&http, "cheapest");
        commit(&app, &zto(&ids, FIRST));
        price(&http, &zto_std, 900);
        assert_eq!(plan(&http, ids[0]), "zto-std cheapest 500", "it has its number");
        rule(&http, json!({ "carrier": "zto", "region": "65", "effect": "closed" }));
        let state =
            |id: ShipmentId| http.get(&format!("/api/v1/shipments/{id}")).expect(200)["state"].clone();
        assert_eq!((state(ids[0]), state(ids[1])), (json!("numbered"), json!("blocked")));
        let answer = choose(&http, &ids[..1], json!({ "carrier": "sf" }));
        assert_eq!(answer["left_out"][0]["reasons"][0]["code"], "already_numbered");
        assert_eq!(http.delete(&format!("/api/v1/shipments/{}/waybill", ids[0])).status, 200);
        assert_eq!(plan(&http, ids[0]), "zto-std cheapest 900", "without a number it is planned anew");
    }
);

each_database!(
    fn a_run_leaves_out_what_is_planned_for_another_carrier(app: TestApp) {
        let ids =
            waiting(&app, &[recipient("陈静"), recipient("王芳"), recipient("李雷"), recipient("韩梅")]);
        let http = app.http();
        service(&http, "sf-std", "sf", 1);
        let van = json!({ "code": "van", "name": "Van", "kind": "own_fleet" });
        http.post("/api/v1/carrier-services", van).expect(201);
        choose(&http, &ids[1..2], json!({ "carrier": "sf" }));
        choose(&http, &ids[2..3], json!({ "service": "van" }));
        let found = |query: &str| {
            let list = http.get(&format!("/api/v1/shipments?{query}")).expect(200);
            list["items"].as_array().expect("a list").len()
        };
        assert_eq!((found("carrier=sf"), found("carrier=own_fleet"), found("service=van")), (1, 1, 1));
        let preview = app.read(|db| runs::preview(db, &zto(&ids, FIRST)));
        let left: Vec<_> = preview.left_out.iter().map(|left| (left.id, left.reasons[0].code)).collect();
        assert_eq!(left, [(ids[1], "planned_otherwise"), (ids[2], "needs_no_number")]);
        assert_eq!(
            preview.left_out[0].reasons[0].message,
            format!("Shipment {} is planned for sf, not for zto.", ids[1])
        );
        http.patch("/api/v1/settings", json!({ "plans": { "other_carrier": "warn" } })).expect(200);
        let done = commit(&app, &zto(&ids, FIRST));
        assert_eq!((done.assigned.len(), done.left_out.len(), done.warnings.len()), (3, 1, 1));
        assert_eq!(found("carrier=zto"), 3, "what has a number counts by it");
        assert_eq!(found("carrier=sf"), 0);
    }
);

each_database!(
    fn a_price_sheet_is_previewed_then_taken_in_row_by_row(app: TestApp) {
        let ids = waiting(&app, &[recipient("陈静"), far("王芳")]);
        let http = app.http();
        let zto_std = service(&http, "zto-std", "zto", 3);
        policy(&http, "cheapest");
        let sheet = "省份,首重(kg),首重价格,续重(kg),续重价格\n江浙沪,1,3.5,1,0.8\n新疆,1,15,1,12\n火星,1,1,1,1\n其他,1,free,1,1\n";
        let path = format!("/api/v1/carrier-services/{zto_std}/price-tables/imports");
        let send = |query: &str| http.upload(&format!("{path}{query}"), "prices.csv", sheet.as_bytes(), &[]);
        let seen = send("?preview=true").expect(200);
        assert_eq!((&seen["table"], seen["rates"].as_array().map(Vec::len)), (&Json::Null, Some(4)));
        let refused: Vec<_> = seen["rejected"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|r| (r["row"].clone(), r["code"].clone()))
            .collect();
        assert_eq!(refused, [(json!(4), json!("unknown")), (json!(5), json!("bad_amount"))]);
        assert_eq!(plan(&http, ids[0]), " - ?", "a preview keeps nothing");
        let kept = send("?volumetric_divisor=6000&note=2026").expect(200);
        assert_eq!(
            (&kept["table"]["counts_today"], &kept["table"]["valid_from"]),
            (&json!(true), &json!("2026-11-20"))
        );
        assert_eq!(
            (plan(&http, ids[0]), plan(&http, ids[1])),
            ("zto-std cheapest 350".into(), "zto-std cheapest 1500".into())
        );

        prices(
            &http,
            &zto_std,
            json!({ "valid_from": "2026-11-22", "rates": [{ "first_g": 1000, "first_price": 400 }] }),
        )
        .expect(201);
        assert_eq!(plan(&http, ids[0]), "zto-std cheapest 350", "a version of tomorrow");
        app.advance(Duration::days(2));
        housekeeping::once(app.app()).expect("a round");
        assert_eq!(plan(&http, ids[0]), "zto-std cheapest 400");
        let versions = http.get(&format!("/api/v1/carrier-services/{zto_std}/price-tables")).expect(200);
        let newest = id(&versions["items"][0]);
        assert_eq!(
            http.get(&format!("/api/v1/price-tables/{newest}")).expect(200)["rates"][0]["first_price"],
            400
        );
        assert_eq!(http.delete(&format!("/api/v1/price-tables/{newest}")).status, 204);
        assert_eq!(plan(&http, ids[0]), "zto-std cheapest 350");

        let twice =
            json!({ "rates": [{ "first_g": 1, "first_price": 1 }, { "first_g": 1, "first_price": 2 }] });
        for (body, field) in [
            (json!({}), "rates"),
            (json!({ "kind": "average", "rates": [{ "first_g": 1, "first_price": 1 }] }), "average_g"),
            (json!({ "rates": [{ "region": "99", "first_g": 1, "first_price": 1 }] }), "rates[0].region"),
            (json!({ "valid_from": "2026-02-30" }), "valid_from"),
            (twice, "rates[1].first_g"),
        ] {
            assert_eq!(prices(&http, &zto_std, body).expect(422)["errors"][0]["field"], field);
        }
        let average = json!({ "kind": "average", "average_g": 1500, "valid_from": "2026-11-01", "rates": [
            { "first_g": 1000, "first_price": 260, "step_g": 500, "step_price": 40 } ] });
        let zto_year = service(&http, "zto-year", "zto", 3);
        prices(&http, &zto_year, average).expect(201);
        assert_eq!(plan(&http, ids[1]), "zto-year cheapest 300", "one price for the whole country");
    }
);

each_database!(
    fn a_notice_is_previewed_taken_in_and_taken_in_again(app: TestApp) {
        let ids = waiting(&app, &[far("王芳"), recipient("陈静")]);
        let http = app.http();
        price(&http, &service(&http, "zto-std", "zto", 3), 500);
        policy(&http, "cheapest");
        let notice = "停发区域\t开始日期\t结束日期\n新疆、西藏\t2026/11/19\t2026年11月25日\n火星\t\t\n";
        let send = |query: &str| {
            http.upload(&format!("/api/v1/region-rules/imports?{query}"), "n.txt", notice.as_bytes(), &[])
        };
        let seen = send("preview=true&carrier=zto&note=snow").expect(200);
        assert_eq!(
            (seen["rules"].as_array().map(Vec::len), seen["rejected"].as_array().map(Vec::len)),
            (Some(2), Some(1))
        );
        assert_eq!(seen["rules"][0]["region_name"], "新疆维吾尔自治区");
        assert_eq!(http.get("/api/v1/region-rules").expect(200)["items"], json!([]));
        for _ in 0..2 {
            send("carrier=zto&note=snow").expect(200);
        }
        assert_eq!(http.get("/api/v1/region-rules").expect(200)["items"].as_array().map(Vec::len), Some(2));
        assert_eq!(plan(&http, ids[0]), " - ? region_closed", "no other service goes there");
        assert_eq!(plan(&http, ids[1]), "zto-std cheapest 500");
        app.advance(Duration::days(10));
        assert_eq!(
            http.get("/api/v1/region-rules").expect(200)["items"],
            json!([]),
            "what has ended is put aside"
        );
        let page = http.get("/api/v1/region-rules?ended=true&limit=1").expect(200);
        let cursor = page["next_cursor"].as_str().expect("a second page");
        let rest = http.get(&format!("/api/v1/region-rules?ended=true&limit=1&cursor={cursor}")).expect(200);
        assert_ne!(page["items"][0]["id"], rest["items"][0]["id"]);
    }
);

each_database!(
    fn parcels_leave_from_the_warehouse_that_was_said(app: TestApp) {
        let ids = waiting(&app, &[recipient("陈静"), recipient("王芳")]);
        let http = app.http();
        let house = |code: &str, is_default: bool| {
            let address = json!({ "name": "王芳", "phone": "13800000001", "address": "杭州市西湖区1号" });
            let body = json!({ "code": code, "name": code, "is_default": is_default, "return_address": address, "order_cut_off": "16:00" });
            http.post("/api/v1/warehouses", body).expect(201)
        };
        let at = |id: ShipmentId| {
            let plan = http.get(&format!("/api/v1/shipments/{id}")).expect(200)["plan"].clone();
            format!(
                "{} {}",
                plan["warehouse"].as_str().unwrap_or("-"),
                plan["warehouse_why"].as_str().unwrap_or("-")
            )
        };
        let east = house("east", true);
        assert_eq!(
            (at(ids[0]), east["return_address"]["phone"].as_str()),
            ("east default".into(), Some("13800000001"))
        );
        house("west", false);
        choose(&http, &ids[..1], json!({ "warehouse": "west" }));
        assert_eq!((at(ids[0]), at(ids[1])), ("west hand".into(), "east default".into()));
        let found = http.get("/api/v1/shipments?warehouse=west").expect(200);
        assert_eq!(found["items"].as_array().map(Vec::len), Some(1));
        let shop = app.read(huidan::db::shops::all).remove(0);
        let path = format!("/api/v1/shops/{}", shop.id);
        http.patch(&path, json!({ "settings": { "plan": { "warehouse": "west" } } })).expect(200);
        assert_eq!(at(ids[1]), "west shop");
        let bad = http.patch(&path, json!({ "settings": { "plan": { "service": "gone" } } })).expect(422);
        assert_eq!(bad["errors"][0]["field"], "settings.plan.service");
        http.post("/api/v1/warehouses", json!({ "code": "west", "name": "Other" })).expect(409);
        house("north", true);
        let shown = http.get("/api/v1/warehouses").expect(200);
        let defaults: Vec<_> = shown["items"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|w| (w["code"].clone(), w["is_default"].clone()))
            .collect();
        assert_eq!(
            defaults,
            [(json!("east"), json!(false)), (json!("north"), json!(true)), (json!("west"), json!(false))]
        );
        let sealed = app.read(|db| {
            db.number(huidan::db::statement::sql(
                "SELECT COUNT(*) AS one FROM warehouses WHERE return_address LIKE '%13800000001%'",
            ))
        });
        assert_eq!(sealed, 0);
        assert_eq!(app.other_seller().http().get("/api/v1/warehouses").expect(200)["items"], json!([]));
    }
);

each_database!(
    fn an_account_number_is_sealed_and_shown_in_part(app: TestApp) {
        let http = app.http();
        let body = json!({ "carrier": "顺丰", "name": "Monthly", "account_number": "5710394821" });
        let account = http.post("/api/v1/carrier-accounts", body.clone()).expect(201);
        assert_eq!((&account["carrier"], &account["account_number"]), (&json!("sf"), &json!("…4821")));
        http.post("/api/v1/carrier-accounts", body).expect(409);
        let path = format!("/api/v1/carrier-accounts/{}", id(&account));
        let kept = http.put(&path, json!({ "carrier": "sf", "name": "Monthly 2" })).expect(200);
        assert_eq!(kept["account_number"], "…4821", "left out, it stays");
        let own = json!({ "code": "sf-1", "name": "S", "carrier": "sf", "account": id(&account) });
        http.post("/api/v1/carrier-services", own).expect(201);
        let foreign = json!({ "code": "zto-1", "name": "Z", "carrier": "zto", "account": id(&account) });
        assert_eq!(
            http.post("/api/v1/carrier-services", foreign).expect(422)["errors"][0]["field"],
            "account"
        );
        let clear = app.read(|db| {
            db.number(huidan::db::statement::sql(
                "SELECT COUNT(*) AS one FROM carrier_accounts WHERE account_number LIKE '%4821%'",
            ))
        });
        assert_eq!(clear, 0);
        assert_eq!(http.delete(&path).status, 204);
        assert_eq!(http.get("/api/v1/carrier-services").expect(200)["items"][0]["account"], Json::Null);
        app.http_as(Role::Shipper).get("/api/v1/carrier-accounts").expect(200);
        app.http_as(Role::Shipper).delete("/api/v1/carrier-services/1").expect(403);
    }
);

each_database!(
    fn an_estimate_shows_every_service_with_its_parts(app: TestApp) {
        let http = app.http();
        price(&http, &service(&http, "zto-std", "zto", 3), 500);
        let small = json!({ "code": "sf-small", "name": "S", "carrier": "sf", "max_weight_g": 1000 });
        http.post("/api/v1/carrier-services", small).expect(201);
        let wish = json!({ "region": "650102", "weight_g": 2100 });
        let answer = http.post("/api/v1/freight-estimates", wish).expect(200);
        let (sf, zto) = (&answer["services"][0], &answer["services"][1]);
        assert_eq!((&sf["bars"], &sf["amount"]), (&json!(["too_heavy"]), &Json::Null));
        assert_eq!((&zto["amount"], &zto["cost"]["steps"][1]["count"]), (&json!(700), &json!(2)));
    }
);

each_database!(
    fn the_own_fleet_leaves_without_a_number_and_shops_that_need_one_are_named(app: TestApp) {
        let ids = waiting(&app, &[recipient("陈静"), recipient("王芳")]);
        let linked = app.write(|tx| {
            let new = NewShop {
                platform: Platform::Taobao,
                name: "Linked".to_owned(),
                settings: ShopSettings::default(),
                credentials: serde_json::Map::new(),
            };
            shop_operations::create(tx, &new)
        });
        let linked = linked.expect("a shop");
        app.push(&linked, &[order("T-1").line("TEA-250", 1).to(recipient("李雷"))]);
        let all = shipments(&app);
        let http = app.http();
        let van = json!({ "code": "van", "name": "Van", "kind": "own_fleet", "days": 1 });
        http.post("/api/v1/carrier-services", van).expect(201);
        let stays = http.post("/api/v1/shipments/ship", json!({ "shipments": [ids[0]] })).expect(200);
        assert_eq!(stays["left_out"][0]["reasons"][0]["code"], "not_numbered");
        choose(&http, &all, json!({ "service": "van" }));
        let said = |shipments: &[ShipmentId], body: Json| {
            let mut body = body;
            body["shipments"] = json!(shipments);
            http.post("/api/v1/shipments/plan", body)
        };
        choose(&http, &all[1..2], json!({ "service": "" }));
        let named = said(&all, json!({ "branch": "城西网点", "worker": " 王师傅 " })).expect(200);
        assert_eq!(named["done"].as_array().map(Vec::len), Some(2), "{named}");
        assert_eq!(named["left_out"][0]["reasons"][0]["code"], "goes_by_carrier");
        assert_eq!(named["done"][0]["plan"]["worker"], "王师傅");
        let long = said(&all, json!({ "worker": "x".repeat(41) })).expect(422);
        assert_eq!(long["errors"][0]["field"], "worker");
        let carried = |id: ShipmentId| {
            let rows = app.read(|db| huidan::db::shipments::find(db, &[id]));
            let shown = app.read(|db| huidan::operations::print_jobs::values::load(db, &rows));
            shown[&id].carrier_name.clone()
        };
        assert_eq!(carried(all[0]), "商家自送 · 城西网点 · 王师傅");
        said(&all[..1], json!({ "worker": "" })).expect(200);
        assert_eq!(carried(all[0]), "商家自送 · 城西网点");
        choose(&http, &all[1..2], json!({ "service": "van" }));
        let send =
            || http.post("/api/v1/shipments/ship", json!({ "shipments": [all[0], all[2]] })).expect(200);
        let left = send();
        let done = |answer: &Json| -> Vec<Json> {
            let list = answer["done"].as_array().expect("a list").iter();
            list.map(|one| json!([one["carrier"], one["number"], one["write_backs"], one["already"]]))
                .collect()
        };
        assert_eq!(done(&left), vec![json!(["own_fleet", "", 1, false]); 2], "{left}");
        assert_eq!(done(&send()), vec![json!(["own_fleet", "", 1, true]); 2], "twice is once");
        let told = http.get("/api/v1/write-backs").expect(200);
        let states: Vec<_> =
            told["items"].as_array().expect("a list").iter().map(|one| one["state"].clone()).collect();
        assert_eq!(states, [json!("waiting"), json!("unsupported")], "a program takes it, a platform cannot");
        let reply = told["items"][1]["reply"].as_str().expect("a sentence");
        assert!(reply.contains("own_fleet") && reply.contains("mark it as shipped there"), "{reply}");
        let waiting = app.read(hand_overs::waiting);
        assert_eq!((waiting[0].carrier.as_str(), waiting[0].parcels), ("own_fleet", 2));
        let note =
            http.post("/api/v1/print-jobs", json!({ "paper": "delivery_note", "shipments": [ids[1]] }));
        assert_eq!(note.expect(201)["sheets"].as_array().map(Vec::len), Some(1));
    }
);
