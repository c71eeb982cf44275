//! What holds for every address: problems, pages, strangers.

use huidan::domain::actor::Role;
use serde_json::{Value as Json, json};

use crate::support::{TestApp, order, recipient};

/// The fields a problem names, each with its code.
fn fields(problem: &Json) -> Vec<String> {
    let errors = problem["errors"].as_array().expect("a problem with fields");
    let shown = |error: &Json| {
        format!("{} {}", error["field"].as_str().unwrap_or("?"), error["code"].as_str().unwrap_or("?"))
    };
    errors.iter().map(shown).collect()
}

each_database!(
    fn what_cannot_be_understood_is_a_problem_with_a_next_step(app: TestApp) {
        let http = app.http();
        let json = "application/json";
        for (method, path, kind, body, expected) in [
            ("GET", "/nowhere", "", "", "404 address_unknown"),
            ("GET", "/api/v1/nowhere", "", "", "404 address_unknown"),
            ("DELETE", "/api/v1/shops", "", "", "405 method_not_allowed"),
            ("POST", "/api/v1/shops", json, "", "400 invalid_json"),
            ("POST", "/api/v1/shops", json, "{\"name\":", "400 invalid_json"),
            ("POST", "/api/v1/shops", json, "[]", "422 invalid_fields"),
            ("POST", "/api/v1/shops", "text/plain", "{}", "415 media_type"),
            ("GET", "/api/v1/shops/7102", "", "", "404 not_found"),
            ("GET", "/api/v1/shops/tea", "", "", "404 not_found"),
            ("GET", "/api/v1/shipments?colour=red", "", "", "422 invalid_fields"),
        ] {
            let answer = http.send(method, path, kind, body.as_bytes());
            assert_eq!(answer.problem(), expected, "{method} {path} {body}");
            assert_eq!(answer.headers["content-type"], "application/problem+json");
            assert!(
                !answer.json()["next"].as_str().unwrap_or_default().is_empty(),
                "{method} {path} has a next step"
            );
            assert!(answer.headers.contains_key("x-request-id"));
        }
        let big = vec![b' '; (2 << 20) + 1];
        assert_eq!(http.send("POST", "/api/v1/shops", json, &big).problem(), "413 body_too_large");
    }
);

each_database!(
    fn every_field_that_cannot_be_taken_is_named_at_once(app: TestApp) {
        let settings = json!({ "ship_within_hours": 0, "currency": "yuan" });
        let body = json!({ "platform": "push", "name": "Tea House", "settings": settings });
        let shop = app.http().post("/api/v1/shops", body).expect(422);
        assert_eq!(fields(&shop), ["settings.ship_within_hours range", "settings.currency range"]);
        let list = app.http().get("/api/v1/shipments?state=redy&limit=0&merged=yes&cursor=x").expect(422);
        assert_eq!(fields(&list), ["state word", "merged word", "limit range", "cursor cursor"]);
        let misspelt =
            app.http().post("/api/v1/shops", json!({ "platform": "push", "nmae": "x" })).expect(422);
        assert_eq!(fields(&misspelt), ["nmae unknown"]);
    }
);

each_database!(
    fn pages_of_shipments_show_each_once_while_orders_come_in(app: TestApp) {
        let shop = app.shop("Tea House");
        let named = |number: usize| order(&number.to_string()).to(recipient(&format!("收件人{number}")));
        app.push(&shop, &(1001..1008).map(named).collect::<Vec<_>>());
        let http = app.http();
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = http.get(&format!("/api/v1/shipments?limit=3&cursor={cursor}")).expect(200);
            let items = page["items"].as_array().expect("items").iter();
            seen.extend(items.map(|item| item["id"].as_str().expect("an id").to_owned()));
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = next.to_owned();
            // Placed later, so it is sorted behind; nobody before it moves.
            app.push(&shop, &[named(2000 + seen.len()).with("paid_at", "2026-11-20T03:00:00Z")]);
        }
        let distinct: std::collections::HashSet<&String> = seen.iter().collect();
        assert_eq!(distinct.len(), seen.len(), "none twice");
        assert_eq!(seen.len(), 9, "the seven of the beginning and those that came in on the way");
        let foreign = http.get(&format!("/api/v1/shipments?sort=created&cursor={cursor}")).expect(422);
        assert_eq!(fields(&foreign), ["cursor cursor"]);
    }
);

each_database!(
    fn another_sellers_things_look_as_if_they_were_not_there(app: TestApp) {
        let shop = app.shop("Tea House");
        app.push(&shop, &[order("1001"), order("1002")]);
        let http = app.http();
        let run = json!({ "carrier": "sf", "format": "sf-12", "first_number": "755000000000", "filter": {} });
        let run = http.post("/api/v1/number-runs", run).expect(201);
        let shipment = run["assigned"][0]["shipment"].as_str().expect("one was numbered").to_owned();
        let run = run["id"].as_str().expect("an id").to_owned();
        let order =
            http.get("/api/v1/orders").expect(200)["items"][0]["id"].as_str().expect("an id").to_owned();

        let stranger = app.other_seller();
        let stranger = stranger.http();
        let hold = json!({ "reason": "mine" });
        let waybill = json!({ "carrier": "sf", "number": "755000000019" });
        let split = json!({ "lines": [{ "line": "1", "quantity": 1 }] });
        for answer in [
            stranger.get(&format!("/api/v1/shops/{}", shop.id)),
            stranger.patch(&format!("/api/v1/shops/{}", shop.id), json!({ "name": "Mine" })),
            stranger.post(&format!("/api/v1/shops/{}/orders", shop.id), json!([])),
            stranger.get(&format!("/api/v1/orders/{order}")),
            stranger.post(&format!("/api/v1/orders/{order}/holds"), hold),
            stranger.get(&format!("/api/v1/shipments/{shipment}")),
            stranger.post(&format!("/api/v1/shipments/{shipment}/reveal"), json!({})),
            stranger.post(&format!("/api/v1/shipments/{shipment}/unmerge"), json!({})),
            stranger.post(&format!("/api/v1/shipments/{shipment}/split"), split),
            stranger.put(&format!("/api/v1/shipments/{shipment}/waybill"), waybill),
            stranger.get(&format!("/api/v1/number-runs/{run}")),
            stranger.delete(&format!("/api/v1/number-runs/{run}")),
        ] {
            assert_eq!(answer.problem(), "404 not_found", "{}", answer.text());
        }
        for list in ["shops", "orders", "shipments", "number-runs", "events", "imports"] {
            let page = stranger.get(&format!("/api/v1/{list}")).expect(200);
            let items = page["items"].to_string();
            let shows = |id: &str| items.contains(&format!("\"{id}\""));
            assert!(!shows(&shipment) && !shows(&order) && !shows(&run), "{list}: {items}");
        }
    }
);

each_database!(
    fn a_recipient_is_masked_until_someone_asks_and_that_is_recorded(app: TestApp) {
        let shop = app.shop("Tea House");
        app.push(&shop, &[order("1001")]);
        let http = app.http_as(Role::Auditor);
        let list = http.get("/api/v1/shipments");
        assert!(!list.text().contains("陈静"), "{}", list.text());
        let shipment = list.expect(200)["items"][0]["id"].as_str().expect("an id").to_owned();
        let place = format!("/api/v1/shipments/{shipment}/reveal");
        assert_eq!(app.http_as(Role::Viewer).post(&place, json!({})).problem(), "403 forbidden");
        let shown = http.post(&place, json!({ "why": "the carrier calls" })).expect(200);
        assert_eq!(shown["recipient"]["name"], "陈静");
        let events = http.get(&format!("/api/v1/events?subject={shipment}"));
        assert_eq!(events.expect(200)["items"][0]["kind"], "recipient.revealed");
        assert!(!events.text().contains("陈静"), "the log names nobody");
    }
);
