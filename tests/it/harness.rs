//! What every other test stands on: databases apart from each other, sellers apart, the clock, the server.

use chrono::Duration;
use huidan::db::{sellers, shops};
use huidan::domain::actor::Role;
use huidan::operations::intake::Outcome;
use serde_json::json;

use crate::support::{TestApp, order, recipient};

each_database!(
    fn a_test_has_a_database_a_clock_and_a_seller_of_its_own(app: TestApp) {
        assert_eq!(app.read(sellers::all).len(), 1);
        assert_eq!(app.now().to_string(), "2026-11-20T04:00:00Z");
        app.advance(Duration::hours(2));
        let shop = app.shop("Tea House");
        assert_eq!(shop.created_at.to_string(), "2026-11-20T06:00:00Z");

        let other = app.other_seller();
        assert!(other.read(shops::all).is_empty(), "another seller sees nothing of this one");
        assert_eq!(app.fork().read(shops::all).len(), 1, "a second process of the seller does");
    }
);

each_database!(
    fn built_orders_are_taken_in(app: TestApp) {
        let shop = app.shop("Tea House");
        let orders = [order("1001").line("TEA-250", 2), order("1002").to(recipient("王芳")).unpaid()];
        let outcomes = |taken: Vec<huidan::operations::intake::Taken>| -> Vec<_> {
            taken.iter().map(|taken| taken.outcome).collect()
        };
        assert_eq!(outcomes(app.push(&shop, &orders)), [Outcome::Created, Outcome::Created]);
        assert_eq!(outcomes(app.push(&shop, &orders)), [Outcome::Unchanged, Outcome::Unchanged]);
    }
);

each_database!(
    fn the_server_answers_owners_viewers_and_strangers(app: TestApp) {
        let shop = json!({ "platform": "push", "name": "Tea House" });
        let created = app.http().post("/api/v1/shops", shop.clone()).expect(201);
        assert_eq!(created["name"], "Tea House");
        assert_eq!(app.http_as(Role::Viewer).post("/api/v1/shops", shop.clone()).problem(), "403 forbidden");
        assert_eq!(app.http_stranger().post("/api/v1/shops", shop).problem(), "401 unauthorised");
        assert_eq!(app.http_stranger().get("/readyz").status, 200);
    }
);
