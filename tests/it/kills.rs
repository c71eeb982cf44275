//! A working day while the program is killed again and again: every parcel leaves once.
//!
//! The real program serves; a person pushes, numbers, prints and ships through the API, repeating
//! each request with its `Idempotency-Key` until it is answered; all the while the process is ended
//! with SIGKILL and started again.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use huidan::db::statement::sql;
use huidan::domain::actor::Role;
use serde_json::{Value as Json, json};

use crate::support::person::Person;
use crate::support::served::Served;
use crate::support::{TestApp, order, recipient};

/// Of fifteen orders for five recipients each.
const BATCHES: i64 = 12;

each_database!(
    fn a_day_of_kills_ships_every_order_once(app: TestApp) {
        let data = tempfile::tempdir().expect("a data folder");
        let token = app.token(Role::Owner);
        let served = Served::start(&app, data.path());
        let person = Person::new(token, Duration::from_secs(30), || served.address());
        let done = AtomicBool::new(false);
        std::thread::scope(|threads| {
            threads.spawn(|| {
                let (mut patience, mut answered) = (1, 0);
                for delay_ms in [90, 35, 160, 60, 120, 250, 110, 45, 75, 140, 80, 200].into_iter().cycle() {
                    std::thread::sleep(Duration::from_millis(delay_ms * patience));
                    if done.load(Ordering::Relaxed) {
                        return;
                    }
                    // On a machine too busy to answer anything in between, nothing would be tested.
                    patience = if person.answered() == answered { (patience * 2).min(16) } else { 1 };
                    answered = person.answered();
                    served.kill_and_start();
                }
            });
            // The killer stops also when the day fails.
            let day = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(&person)));
            done.store(true, Ordering::Relaxed);
            day.map_err(std::panic::resume_unwind).expect("the day went well");
        });
        assert!(served.kills() > 5, "the day was too quiet to tell anything");

        let count = |text: &str| app.read(|db| db.number(sql(text).bind(db.seller())));
        assert_eq!(count("SELECT COUNT(*) AS one FROM orders WHERE seller_id = ?"), 15 * BATCHES);
        assert_eq!(
            count("SELECT COUNT(*) AS one FROM shipments WHERE seller_id = ? AND state = 'shipped'"),
            5 * BATCHES
        );
        assert_eq!(count("SELECT COUNT(*) AS one FROM number_runs WHERE seller_id = ?"), BATCHES);
        assert_eq!(count("SELECT COUNT(*) AS one FROM waybills WHERE seller_id = ?"), 5 * BATCHES);
        assert_eq!(
            count("SELECT COUNT(DISTINCT number) AS one FROM waybills WHERE seller_id = ?"),
            5 * BATCHES
        );
        assert_eq!(count("SELECT COUNT(*) AS one FROM print_jobs WHERE seller_id = ?"), BATCHES);
        assert_eq!(
            count("SELECT COUNT(*) AS one FROM sheets WHERE seller_id = ? AND state = 'acknowledged'"),
            5 * BATCHES
        );
        assert_eq!(count("SELECT COUNT(*) AS one FROM write_backs WHERE seller_id = ?"), 15 * BATCHES);
        assert_eq!(
            count("SELECT COUNT(*) AS one FROM write_backs WHERE seller_id = ? AND state = 'done'"),
            15 * BATCHES
        );
    }
);

/// One person's day: batches of fifteen orders for five recipients each.
fn work(person: &Person) {
    let shops = ["Tea House", "Cups", "Own"].map(|name| {
        let shop = person.post("/api/v1/shops", json!({"platform": "push", "name": name}));
        shop["id"].as_str().expect("an id").to_owned()
    });
    let mut first_number = "755000000000".to_owned();
    for batch in 0..BATCHES {
        for shop in &shops {
            let orders: Vec<Json> = (0..5)
                .map(|n| order(&format!("{batch}-{n}")).to(recipient(&format!("客户{batch}{n}"))).json())
                .collect();
            person.post(&format!("/api/v1/shops/{shop}/orders"), Json::Array(orders));
        }
        let ready = person.get("/api/v1/shipments?state=ready&limit=100");
        let shipments: Vec<&Json> =
            ready["items"].as_array().expect("a page").iter().map(|item| &item["id"]).collect();
        assert_eq!(shipments.len(), 5, "three orders of each recipient are one parcel");
        let run = person.post(
            "/api/v1/number-runs",
            json!({"carrier": "sf", "format": "sf-12", "first_number": first_number, "shipments": shipments}),
        );
        let numbers: HashSet<&str> = run["assigned"]
            .as_array()
            .expect("numbers")
            .iter()
            .filter_map(|a| a["number"].as_str())
            .collect();
        assert_eq!(numbers.len(), 5, "{run}");
        let job = person.post(
            "/api/v1/print-jobs",
            json!({"paper": "waybill", "size": "100x150", "number_run": run["id"]}),
        );
        assert_eq!(job["sheets"].as_array().map(Vec::len), Some(5), "{job}");
        let job = job["id"].as_str().expect("an id");
        person.print(&format!("/api/v1/print-jobs/{job}"));
        person.post(&format!("/api/v1/print-jobs/{job}/acknowledge"), json!({"last_good": 5}));
        let shipped = person.post("/api/v1/shipments/ship", json!({"number_run": run["id"]}));
        assert_eq!(shipped["done"].as_array().map(Vec::len), Some(5), "{shipped}");
        let next = person.post(
            "/api/v1/waybill-formats/sf-12/next",
            json!({"number": run["last_number"], "count": 1, "step": 1}),
        );
        first_number = next["numbers"][0].as_str().expect("the next number").to_owned();
    }
    let mut settled = 0;
    loop {
        let waiting = person.get("/api/v1/write-backs?state=waiting&limit=25");
        let items = waiting["items"].as_array().expect("a page");
        if items.is_empty() {
            break;
        }
        for item in items {
            let id = item["id"].as_str().expect("an id");
            person
                .post(&format!("/api/v1/write-backs/{id}/settle"), json!({"result": "done", "reply": "ok"}));
            settled += 1;
        }
    }
    assert_eq!(settled, 15 * BATCHES, "each order's shop is told once");
}
