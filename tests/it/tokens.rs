//! Tokens: who may come in, and as what.

use huidan::domain::actor::Role;
use serde_json::json;

use crate::support::TestApp;

each_database!(
    fn a_revoked_token_stops_at_once(app: TestApp) {
        let made =
            app.http().post("/api/v1/tokens", json!({ "name": "warehouse", "role": "shipper" })).expect(201);
        let token = made["token"].as_str().expect("its text");
        assert!(token.starts_with("hd_") && token.len() == 46, "256 bits behind a prefix");
        let warehouse = app.http_stranger().with_header("authorization", &format!("Bearer {token}"));
        warehouse.get("/api/v1/shops").expect(200);

        let id = made["id"].as_str().expect("an id");
        let revoked = app.http().post(&format!("/api/v1/tokens/{id}/revoke"), json!({})).expect(200);
        assert!(revoked["revoked_at"].is_string());
        assert_eq!(warehouse.get("/api/v1/shops").problem(), "401 token_revoked");
        let listed = app.http().get("/api/v1/tokens").text();
        assert!(!listed.contains("hd_") && !listed.contains("hash"), "a list shows no secret");
    }
);

each_database!(
    fn each_role_may_what_the_table_says(app: TestApp) {
        for (role, see, audit, ship, manage, own) in [
            (Role::Owner, true, true, true, true, true),
            (Role::Manager, true, true, true, true, false),
            (Role::Auditor, true, true, false, false, false),
            (Role::Finance, true, true, false, false, false),
            (Role::Shipper, true, true, true, false, false),
            (Role::Viewer, true, false, false, false, false),
            (Role::Station, false, false, false, false, false),
            (Role::Supplier, false, false, false, false, false),
        ] {
            let http = app.http_as(role);
            // What follows a right is refused for its content, which is all these ask.
            let may = |answer: crate::support::http::Answer| answer.status != 403;
            let found = [
                may(http.get("/api/v1/shipments")),
                may(http.post("/api/v1/shipments/merge", json!({ "shipments": [] }))),
                may(http.post("/api/v1/number-runs", json!({ "carrier": "sf", "format": "sf-12" }))),
                may(http.post("/api/v1/shops", json!({ "platform": "push", "name": "" }))),
                may(http.post("/api/v1/tokens", json!({ "name": "", "role": "viewer" }))),
            ];
            assert_eq!(found, [see, audit, ship, manage, own], "{role}");
        }
    }
);

each_database!(
    fn whoever_guesses_has_to_wait_and_others_do_not(app: TestApp) {
        let known = app.http();
        known.get("/api/v1/shops").expect(200);
        let guesser = app.http_stranger().with_header("authorization", "Bearer hd_guess");
        let problems: Vec<String> = (0..22).map(|_| guesser.get("/api/v1/shops").problem()).collect();
        assert_eq!(problems[0], "401 unauthorised");
        assert_eq!(problems[21], "429 too_many_failures");
        assert_eq!(guesser.get("/api/v1/shops").headers["retry-after"], "3");
        known.get("/api/v1/shops").expect(200);
    }
);
