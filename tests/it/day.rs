//! A working day over the API: pushed, numbered, printed through a jam, shipped, told.

use huidan::domain::actor::Role;
use serde_json::{Value as Json, json};

use crate::support::{TestApp, order, recipient};

fn id(of: &Json) -> &str {
    of["id"].as_str().expect("an id is a string")
}

fn states(job: &Json) -> Vec<&str> {
    let sheets = job["sheets"].as_array().expect("a job has sheets");
    sheets.iter().map(|sheet| sheet["state"].as_str().expect("a state")).collect()
}

each_database!(
    fn orders_leave_and_every_shop_is_told_once(app: TestApp) {
        let shop = app.shop("Tea House");
        app.push(&shop, &[order("1001"), order("1002"), order("1003").to(recipient("王芳"))]);
        let http = app.http_as(Role::Shipper);

        let run = json!({ "carrier": "SF Express", "format": "sf-12", "first_number": "755000000000",
                          "filter": { "state": "ready" } });
        let preview = http.post("/api/v1/number-runs", {
            let mut wish = run.clone();
            wish["preview"] = true.into();
            wish
        });
        let preview = preview.expect(200);
        let run = http.post("/api/v1/number-runs", run).expect(201);
        assert!(preview["id"].is_null());
        assert_eq!(preview["assigned"], run["assigned"]);
        assert_eq!(
            run["assigned"].as_array().map(Vec::len),
            Some(2),
            "two orders of one recipient are one parcel"
        );

        let print =
            json!({ "paper": "waybill", "size": "100x150", "number_run": id(&run), "station": "desk" });
        let job = http.post("/api/v1/print-jobs", print).expect(201);
        let place = format!("/api/v1/print-jobs/{}", id(&job));
        let station = app.http_as(Role::Station);
        let document = station.get(&format!("{place}/document"));
        assert!(document.body.starts_with(b"%PDF-"), "{}", document.text());
        assert_eq!(document.headers["x-sheets"], "1,2");
        let jammed = station.post(&format!("{place}/acknowledge"), json!({ "last_good": 1 })).expect(200);
        assert_eq!(states(&jammed), ["acknowledged", "unknown"]);
        let resumed = http.post(&format!("{place}/resume"), json!({})).expect(200);
        assert_eq!(resumed["next"], json!([2]));
        assert_eq!(station.get(&format!("{place}/document")).headers["x-sheets"], "2");
        let printed = station.post(&format!("{place}/acknowledge"), json!({ "last_good": 2 })).expect(200);
        assert_eq!(states(&printed), ["acknowledged", "acknowledged"]);
        let unread =
            station.with_header("accept", "application/postscript").get(&format!("{place}/document"));
        assert_eq!(unread.problem(), "406 not_acceptable");

        for repeated in [false, true] {
            let left = http.post("/api/v1/shipments/ship", json!({ "number_run": id(&run) })).expect(200);
            let done = left["done"].as_array().expect("what left");
            assert_eq!((done.len(), &done[0]["already"]), (2, &json!(repeated)));
        }
        let waiting = http.get("/api/v1/write-backs?state=waiting").expect(200);
        let waiting = waiting["items"].as_array().expect("items");
        let numbers: Vec<&str> = waiting.iter().filter_map(|item| item["order_number"].as_str()).collect();
        assert_eq!(numbers, ["1001", "1002", "1003"], "one for each source order");

        let file = http.get(&format!("/api/v1/shops/{}/write-backs/file?form=generic", shop.id)).text();
        assert_eq!(file.lines().count(), 4, "{file}");
        let told: Vec<&str> = waiting.iter().map(id).collect();
        let settle = json!({ "write_backs": told, "result": "done_by_hand", "reply": "uploaded" });
        let settled = http.post("/api/v1/write-backs/settle", settle).expect(200);
        assert_eq!(settled["done"].as_array().map(Vec::len), Some(3));
        let again = http.post(&format!("/api/v1/write-backs/{}/retry", told[0]), json!({}));
        assert_eq!(again.problem(), "409 write_back_settled");
        let counts = http.get("/api/v1/shipments/counts").expect(200);
        assert_eq!(counts["states"]["shipped"], 2);
    }
);
