//! Why an order is not further: known numbers, waybills, and numbers nobody here knows.

use huidan::db::shop_pulls;
use huidan::db::statement::sql;
use huidan::domain::gap::Gap;
use huidan::domain::why::WhyStage;
use huidan::operations::why::{self, Why};
use serde_json::json;

use crate::number_runs::{code, run, shipments};
use crate::ship::ship;
use crate::support::{TestApp, order, recipient};

fn ask(app: &TestApp, number: &str) -> Why {
    app.read(|db| why::why(db, number, app.now()))
}

fn stages(why: &Why) -> Vec<(String, WhyStage)> {
    let mut stages: Vec<_> = why.orders.iter().map(|one| (one.order.number.clone(), one.stage)).collect();
    stages.sort();
    stages
}

each_database!(
    fn an_order_says_where_it_is_and_what_happens_next(app: TestApp) {
        let shop = app.shop("Tea House");
        app.push(
            &shop,
            &[
                order("77001").to(recipient("陈一")),
                order("77002").to(recipient("陈二")).line_with("TEA", 1, "requested"),
                order("88001").to(recipient("陈三")),
            ],
        );
        let ids = shipments(&app);
        run(&app, &[ids[0]]);
        let by_beginning = ask(&app, " 77 ");
        assert_eq!(
            stages(&by_beginning),
            [("77001".to_owned(), WhyStage::ToPrint), ("77002".to_owned(), WhyStage::Blocked)]
        );
        assert!(by_beginning.orders.iter().all(|one| !one.next.is_empty() && !one.next_zh.is_empty()));
        assert_eq!(stages(&ask(&app, "88001")), [("88001".to_owned(), WhyStage::ToNumber)]);
        ship(&app, &[ids[0]]);
        let by_waybill = ask(&app, "100000000001");
        assert_eq!(stages(&by_waybill), [("77001".to_owned(), WhyStage::ToBring)]);
        assert_eq!(by_waybill.orders[0].write_backs.len(), 1);
        assert!(ask(&app.other_seller(), "77001").orders.is_empty());
    }
);

each_database!(
    fn a_number_nobody_knows_is_answered_with_where_it_could_be(app: TestApp) {
        let shop = app.file_shop("Tea House");
        let file = "Order No.;Recipient;Phone;City;Street;Product;SKU;Qty;Price\n\
             90210;Max Muster;+49 30 555001;Berlin;Musterweg 1;Tee;TEE-1;many;12,50\n";
        let path = format!("/api/v1/shops/{}/imports", shop.id);
        let report = app.http().upload(&path, "orders.csv", file.as_bytes(), &[]).json();
        assert_eq!(report["rejected_count"], 1, "{report}");
        let why = ask(&app, "many");
        assert!(why.orders.is_empty());
        assert_eq!(why.rejected.len(), 1, "{:?}", why.rejected);
        assert_eq!((why.rejected[0].file.as_str(), why.rejected[0].row), ("orders.csv", 2));
        assert_eq!((why.shops[0].name.as_str(), why.shops[0].by), ("Tea House", "file"));
        let http = app.http();
        let answer = http.get("/api/v1/why?number=90210").expect(200);
        assert_eq!(answer["orders"], json!([]));
        assert_eq!(answer["rejected"][0]["row"], 2, "by the order's own number too: {answer}");
        assert_eq!(http.get("/api/v1/why").problem(), "422 invalid_fields");
        assert_eq!(http.get("/api/v1/why?nummer=1").problem(), "422 invalid_fields");
        let long = "9".repeat(101);
        assert_eq!(code(app.app().read(app.owner().seller, |db| why::why(db, &long, app.now()))), "length");
    }
);

each_database!(
    fn an_unknown_number_points_to_the_shop_whose_numbers_look_like_it(app: TestApp) {
        app.file_shop("Counter");
        let shop = app.shop("Tea House");
        app.push(&shop, &[order("T-77001").to(recipient("陈一")), order("T-77002").to(recipient("陈二"))]);
        let why = ask(&app, "T-99999");
        let shops: Vec<_> =
            why.shops.iter().map(|shop| (shop.name.as_str(), shop.by, shop.looks_alike)).collect();
        assert_eq!(shops, [("Tea House", "pushed", true), ("Counter", "file", false)]);
        assert!(why.shops[0].next.contains("push") && why.shops[1].next.contains("import"));
        assert!(ask(&app, "99999").shops.iter().all(|shop| !shop.looks_alike));
    }
);

each_database!(
    fn it_says_who_decided_what_and_which_shop_was_counted_when(app: TestApp) {
        let (shop, http) = (app.shop("Tea House"), app.http());
        let audits = json!({ "customer": { "mode": "manual" } });
        http.patch(&format!("/api/v1/shops/{}", shop.id), json!({ "settings": { "audits": audits } }))
            .expect(200);
        let rule = json!({ "key": "far", "name": "Far away", "then": { "carrier": "ems" } });
        http.put("/api/v1/rules", json!({ "rules": [rule] })).expect(200);
        let id = app.push(&shop, &[order("55001").to(recipient("陈一"))])[0].order;
        http.post("/api/v1/orders/audit", json!({ "orders": [id], "kind": "customer" })).expect(200);
        http.post(&format!("/api/v1/orders/{id}/holds"), json!({ "reason": "call first" })).expect(201);
        let found = http.get("/api/v1/why?number=55001").expect(200)["orders"][0].clone();
        let shown = &found["order"];
        assert_eq!(found["stage"], "blocked");
        assert_eq!(
            (&shown["rules"]["outcomes"][0]["name"], &shown["rules"]["outcomes"][0]["value"]),
            (&json!("Far away"), &json!("ems"))
        );
        assert!(shown["audits"][0]["decided_by"].is_string() && shown["holds"][0]["held_by"].is_string());

        let gap =
            Gap { from: app.now(), until: app.now(), theirs: 12, ours_before: 9, ours: 10, is_told: true };
        app.write(|tx| {
            tx.execute(sql("INSERT INTO shop_pulls (seller_id, shop_id, failures, error) SELECT seller_id, id, 0, '' FROM shops \
                            WHERE true ON CONFLICT DO NOTHING"))?;
            Ok(shop_pulls::note_gaps(tx, shop.id, std::slice::from_ref(&gap), true)?)
        })
        .expect("a gap is noted");
        let shop = http.get("/api/v1/why?number=nowhere").expect(200)["shops"][0].clone();
        assert_eq!((&shop["missing"], shop["gaps_checked_at"].is_string()), (&json!(2), true), "{shop}");
    }
);
