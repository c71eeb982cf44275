//! `Idempotency-Key`: the same request, sent again, gets the first answer.

use chrono::Duration;
use huidan::db::shops;
use huidan::domain::actor::Role;
use serde_json::json;

use crate::support::{TestApp, order};

each_database!(
    fn the_same_request_gets_the_first_answer_for_a_day(app: TestApp) {
        let http = app.http().with_header("idempotency-key", "click-1");
        let shop = json!({ "platform": "push", "name": "Tea House" });
        let first = http.post("/api/v1/shops", shop.clone());
        let again = http.post("/api/v1/shops", shop.clone());
        assert_eq!((first.status, first.text()), (201, again.text()));
        assert_eq!(first.headers.get("idempotency-replayed"), None);
        assert_eq!(again.headers["idempotency-replayed"], "true");
        assert_eq!(app.read(shops::all).len(), 1);

        app.advance(Duration::hours(25));
        assert_eq!(
            http.post("/api/v1/shops", shop).problem(),
            "409 shop_name_taken",
            "a day later it is a new request"
        );
    }
);

each_database!(
    fn a_key_belongs_to_one_request(app: TestApp) {
        let http = app.http().with_header("idempotency-key", "click-1");
        http.post("/api/v1/shops", json!({ "platform": "push", "name": "Tea House" })).expect(201);
        let other_body = http.post("/api/v1/shops", json!({ "platform": "push", "name": "Tea Room" }));
        assert_eq!(other_body.problem(), "422 idempotency_key_reused");
        let other_address = http.post("/api/v1/tokens", json!({ "name": "x", "role": "viewer" }));
        assert_eq!(other_address.problem(), "422 idempotency_key_reused");
        let other = app.other_seller();
        let stranger = other.http().with_header("idempotency-key", "click-1");
        stranger.post("/api/v1/shops", json!({ "platform": "push", "name": "Tea Room" })).expect(201);
    }
);

each_database!(
    fn another_role_is_not_shown_what_the_owner_was_answered(app: TestApp) {
        let body = json!({ "name": "warehouse", "role": "shipper" });
        app.http().with_header("idempotency-key", "k").post("/api/v1/tokens", body.clone()).expect(201);
        let manager = app.http_as(Role::Manager).with_header("idempotency-key", "k");
        assert_eq!(manager.post("/api/v1/tokens", body).problem(), "403 forbidden");
    }
);

each_database!(
    fn a_refusal_is_answered_again_as_it_was(app: TestApp) {
        let shop = json!({ "platform": "push", "name": "Tea House" });
        let first = app.http().post("/api/v1/shops", shop.clone()).expect(201);
        let http = app.http().with_header("idempotency-key", "click-1");
        assert_eq!(http.post("/api/v1/shops", shop.clone()).problem(), "409 shop_name_taken");
        let place = format!("/api/v1/shops/{}", first["id"].as_str().expect("an id"));
        app.http().patch(&place, json!({ "name": "Tea Room" })).expect(200);
        let again = http.post("/api/v1/shops", shop);
        assert_eq!(again.problem(), "409 shop_name_taken");
        assert_eq!(again.headers["idempotency-replayed"], "true");
    }
);

each_database!(
    fn eight_clicks_at_once_are_one_deed(app: TestApp) {
        let shop = app.shop("Tea House");
        app.push(&shop, &[order("1001"), order("1002")]);
        let run = json!({ "carrier": "sf", "format": "sf-12", "first_number": "755000000000",
                          "filter": { "state": "ready" } });
        let http = app.http().with_header("idempotency-key", "click-1");
        let answers: Vec<_> = std::thread::scope(|threads| {
            let clicks: Vec<_> =
                (0..8).map(|_| threads.spawn(|| http.post("/api/v1/number-runs", run.clone()))).collect();
            clicks.into_iter().map(|click| click.join().expect("a click is answered")).collect()
        });
        let bodies: std::collections::HashSet<String> = answers.iter().map(|answer| answer.text()).collect();
        assert_eq!(bodies.len(), 1, "all were answered alike: {bodies:?}");
        assert_eq!(answers[0].expect(201)["assigned"].as_array().map(Vec::len), Some(1));
        let replayed = answers.iter().filter(|answer| answer.headers.contains_key("idempotency-replayed"));
        assert_eq!(replayed.count(), 7);
        let runs = app.http().get("/api/v1/number-runs").expect(200);
        assert_eq!(runs["items"].as_array().map(Vec::len), Some(1));
    }
);

each_database!(
    fn an_impatient_click_on_what_is_only_worked_out_is_never_told_to_wait(app: TestApp) {
        let wish = json!({ "number": "755000000000", "count": 3, "step": 1 });
        for round in 0..10 {
            let http = app.http().with_header("idempotency-key", &format!("click-{round}"));
            let answers: Vec<_> = std::thread::scope(|threads| {
                let ask = || http.post("/api/v1/waybill-formats/sf-12/next", wish.clone());
                let clicks: Vec<_> = (0..4).map(|_| threads.spawn(ask)).collect();
                clicks.into_iter().map(|click| click.join().expect("it is answered")).collect()
            });
            for answer in answers {
                assert_eq!(answer.expect(200)["numbers"].as_array().map(Vec::len), Some(3));
            }
        }
    }
);

each_database!(
    fn an_upload_sent_again_is_the_same_request(app: TestApp) {
        let shop =
            app.http().post("/api/v1/shops", json!({ "platform": "file", "name": "Files" })).expect(201);
        let place = format!("/api/v1/shops/{}/imports", shop["id"].as_str().expect("an id"));
        let http = app.http().with_header("idempotency-key", "upload-1");
        let file =
            "订单号,收货人,手机号,详细地址,商品名称\n1,陈静,13800001001,浙江省杭州市西湖区文三路478号,龙井\n";
        let first = http.upload(&place, "orders.csv", file.as_bytes(), &[]);
        let again = http.upload(&place, "orders.csv", file.as_bytes(), &[]);
        assert_eq!(first.expect(201)["created"], 1);
        assert_eq!(first.text(), again.text());
        let other = http.upload(&place, "orders.csv", file.replace("龙井", "碧螺春").as_bytes(), &[]);
        assert_eq!(other.problem(), "422 idempotency_key_reused");
    }
);
