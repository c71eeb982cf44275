//! What is said of an order: one thread, marked words, and orders that wait for a reader.

use huidan::db::statement::sql;
use huidan::domain::actor::Role;
use huidan::domain::id::OrderId;
use huidan::domain::shop::ShopSettings;
use serde_json::{Value as Json, json};

use crate::support::http::Http;
use crate::support::shipments::{reasons, the_shipment_of};
use crate::support::{TestApp, order, recipient};

fn note(http: &Http, order: OrderId, text: &str) -> Json {
    http.post(&format!("/api/v1/orders/{order}/notes"), json!({ "text": text })).expect(201)
}

fn settings(http: &Http, change: Json) {
    http.patch("/api/v1/settings", change).expect(200);
}

fn in_state(app: &TestApp, state: &str) -> i64 {
    let text = "SELECT COUNT(*) AS one FROM shipments WHERE state = ?";
    app.read(|db| db.number(sql(text).bind(state)))
}

each_database!(
    fn all_that_is_said_of_an_order_stands_in_one_thread(app: TestApp) {
        let (shop, http) = (app.shop("Tea House"), app.http());
        settings(&http, json!({ "remark_keywords": ["加急", " 换地址 ", "urgent"] }));
        let told = order("1").message("请加急").memo("送小样").with("flag", "red");
        let id = app.push(&shop, &[told])[0].order;
        note(&http, id, "买家要换地址, URGENT 13800001001");
        let written = note(&http, id, "second");
        let thread = |order: &Json| -> Vec<String> {
            let remark = |remark: &Json| {
                format!(
                    "{} {} {} {}",
                    remark["by"].as_str().unwrap_or("-"),
                    remark["author"].as_str().map_or("-", |author| &author[..5]),
                    remark["text"].as_str().unwrap_or("-"),
                    remark["keywords"]
                )
            };
            order["remarks"].as_array().expect("a thread").iter().map(remark).collect()
        };
        let expected = [
            "buyer - 请加急 [\"加急\"]",
            "seller - 送小样 []",
            "note token 买家要换地址, URGENT 13800001001 [\"换地址\",\"urgent\"]",
            "note token second []",
        ];
        assert_eq!(thread(&written["order"]), expected);
        let shown = http.get(&format!("/api/v1/orders/{id}")).expect(200);
        assert_eq!(
            (thread(&shown), shown["flag"].as_str()),
            (expected.map(str::to_owned).to_vec(), Some("red"))
        );
        let shipment = the_shipment_of(&app, id).id;
        let shipment = http.get(&format!("/api/v1/shipments/{shipment}")).expect(200);
        assert_eq!(thread(&shipment), expected);
        assert!(!shown["events"].to_string().contains("13800001001"), "the log holds no text");
        let kept = "SELECT COUNT(*) AS one FROM order_notes WHERE sealed LIKE '%13800001001%'";
        assert_eq!(app.read(|db| db.number(sql(kept))), 0, "notes are sealed");
    }
);

each_database!(
    fn a_note_that_cannot_be_taken_is_refused(app: TestApp) {
        let (shop, http) = (app.shop("Tea House"), app.http());
        let id = app.push(&shop, &[order("1")])[0].order;
        let path = format!("/api/v1/orders/{id}/notes");
        let long = "长".repeat(1_001);
        for text in ["", "  ", long.as_str()] {
            let refused = http.post(&path, json!({ "text": text }));
            assert_eq!(refused.json()["errors"][0]["field"], "text", "{}", refused.text());
        }
        assert_eq!(http.post("/api/v1/orders/7/notes", json!({ "text": "x" })).problem(), "404 not_found");
        let stranger = app.other_seller();
        assert_eq!(stranger.http().post(&path, json!({ "text": "x" })).problem(), "404 not_found");
        assert_eq!(app.http_as(Role::Viewer).post(&path, json!({ "text": "x" })).problem(), "403 forbidden");
        let words = http.patch("/api/v1/settings", json!({ "remark_keywords": ["", "x"] }));
        assert_eq!(words.json()["errors"][0]["field"], "remark_keywords");
    }
);

each_database!(
    fn unread_remarks_keep_an_order_waiting_until_somebody_has_read_them_all(app: TestApp) {
        let (shop, http) = (app.shop("Tea House"), app.http());
        let to = |number: &str| order(number).to(recipient(number));
        let taken = app.push(&shop, &[to("1").message("快点"), to("2").memo("送小样"), to("3"), to("4")]);
        let ids: Vec<OrderId> = taken.iter().map(|taken| taken.order).collect();
        note(&http, ids[3], "易碎");
        assert_eq!(in_state(&app, "ready"), 4, "off by default");
        settings(&http, json!({ "remarks_must_be_read": true }));
        assert_eq!(
            (in_state(&app, "ready"), in_state(&app, "blocked")),
            (1, 3),
            "all that wait follow at once"
        );
        let shown = http.get(&format!("/api/v1/orders/{}", ids[0])).expect(200);
        assert_eq!(shown["reasons"][0]["mend"], format!("/orders/{}#remarks", ids[0]));
        assert_eq!(shown["remarks_read"], Json::Null);

        let read = |orders: &[OrderId]| {
            http.post("/api/v1/orders/remarks-read", json!({ "orders": orders })).expect(200)
        };
        let answer = read(&[ids[0], ids[3], OrderId(999_999)]);
        assert_eq!(answer["done"].as_array().map(Vec::len), Some(2));
        assert_eq!(answer["left_out"][0]["id"], "999999");
        assert_eq!((in_state(&app, "ready"), in_state(&app, "blocked")), (3, 1));
        let shown = http.get(&format!("/api/v1/orders/{}", ids[3])).expect(200);
        assert!(shown["remarks_read"]["by"].as_str().is_some_and(|by| by.starts_with("token:")), "{shown}");

        note(&http, ids[0], "又来一条");
        assert_eq!(reasons(&app, ids[0]), ["remark_unread"], "a further note is unread");
        read(&[ids[0]]);
        app.push(&shop, &[to("1").message("不要了").updated_at("2026-11-20T03:00:00Z")]);
        assert_eq!(reasons(&app, ids[0]), ["remark_unread"], "and so is another message");
        settings(&http, json!({ "remarks_must_be_read": false }));
        assert_eq!(in_state(&app, "ready"), 4);
    }
);

each_database!(
    fn parcels_are_found_by_what_was_said_of_them(app: TestApp) {
        let (shop, http) = (app.shop("Tea House"), app.http());
        let to = |number: &str| order(number).to(recipient(number));
        let taken = app.push(&shop, &[to("1").message("快点"), to("2").memo("送小样"), to("3"), to("4")]);
        note(&http, taken[2].order, "易碎");
        for (remark, expected) in [
            ("message", &["1"][..]),
            ("memo", &["2"]),
            ("note", &["3"]),
            ("any", &["1", "2", "3"]),
            ("none", &["4"]),
        ] {
            let page = http.get(&format!("/api/v1/shipments?remark={remark}&sort=created")).expect(200);
            let found: Vec<&str> = page["items"]
                .as_array()
                .expect("a list")
                .iter()
                .map(|item| item["orders"][0]["number"].as_str().expect("a number"))
                .collect();
            assert_eq!(found, expected, "{remark}");
        }
    }
);

each_database!(
    fn a_shop_may_want_its_remarks_read_by_itself(app: TestApp) {
        let strict = ShopSettings { remarks_must_be_read: true, ..ShopSettings::default() };
        let (here, there, http) = (app.shop_with("Here", strict), app.shop("There"), app.http());
        let told = |number: &str| order(number).to(recipient(number)).message("快点");
        app.push(&here, &[told("1")]);
        app.push(&there, &[told("2")]);
        assert_eq!((in_state(&app, "ready"), in_state(&app, "blocked")), (1, 1));
        let path = format!("/api/v1/shops/{}", here.id);
        http.patch(&path, json!({ "settings": { "remarks_must_be_read": false } })).expect(200);
        assert_eq!(in_state(&app, "ready"), 2, "the orders that wait follow");
    }
);
