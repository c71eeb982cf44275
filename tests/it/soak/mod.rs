//! A day of six shops on the large shape while everything is killed: nothing lost, nothing doubled, nothing stuck.
//!
//! Two servers, two worker processes, a PostgreSQL and a Redis of the test's own. Three shops are pulled and told
//! over their API and count what they were told; three are pushed. All the while one of the parts is killed,
//! emptied, or asked to end, and comes back. `make soak` runs the long form: `SOAK_ORDERS` orders, and trouble
//! until the day is over.

mod stack;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use huidan::db::statement::sql;
use huidan::domain::actor::Role;
use serde_json::{Value as Json, json};

use self::stack::Stack;
use crate::gateways::woo::{self, Shop};
use crate::support::gateway::Gateway;
use crate::support::person::Person;
use crate::support::{TestApp, order, recipient};

/// Recipients of a batch: half buy in the pushed shops, half in the linked ones, each one order in three shops.
const RECIPIENTS: usize = 20;
const SHOPS: usize = 3;
/// How long anything may stand still: leases of 30 s, and what comes after.
const PATIENCE: Duration = Duration::from_secs(240);

#[test]
fn a_day_of_six_shops_survives_the_death_of_every_part() {
    let orders: usize = std::env::var("SOAK_ORDERS").map_or(300, |text| text.parse().expect("SOAK_ORDERS"));
    let batches = orders.div_ceil(RECIPIENTS * SHOPS);
    let is_long = orders > 1_000;
    let stack = Stack::start();
    let app = TestApp::elsewhere(&stack.database());
    let person = Person::new(app.token(Role::Owner), PATIENCE, || stack.next_address());
    let shops: Vec<_> = (0..SHOPS).map(|_| Shop::new()).collect();
    let gateways: Vec<Gateway> = shops.iter().map(Shop::open).collect();
    let is_over = AtomicBool::new(false);
    std::thread::scope(|threads| {
        let day = threads.spawn(|| {
            let day = std::panic::AssertUnwindSafe(|| Day::begin(&person, &shops, &gateways).work(batches));
            let day = std::panic::catch_unwind(day);
            is_over.store(true, Ordering::Relaxed);
            day.map_err(std::panic::resume_unwind)
        });
        // On this thread: servers end with the thread that started them.
        let log = stack.make_trouble(&is_over, is_long);
        println!("{} deaths: {}", log.len(), log.join(", "));
        day.join().expect("the day went well").expect("the day went well");
        assert!(log.len() >= 6, "the day was too quiet to tell anything: {log:?}");
    });

    let all = i64::try_from(batches * RECIPIENTS * SHOPS).expect("a number");
    let count = |text: &str| app.read(|db| db.number(sql(text).bind(db.seller())));
    let parcels = i64::try_from(batches * RECIPIENTS).expect("a number");
    assert_eq!(count("SELECT COUNT(*) AS one FROM orders WHERE seller_id = ?"), all);
    let shipped = "SELECT COUNT(*) AS one FROM shipments WHERE seller_id = ? AND state = 'shipped'";
    assert_eq!(count(shipped), parcels, "each recipient got one parcel");
    let numbers =
        "SELECT COUNT(DISTINCT number) AS one FROM waybills WHERE seller_id = ? AND state <> 'spoiled'";
    assert_eq!(count(numbers), parcels, "each number was used once");
    let events = "SELECT COUNT(*) AS one FROM events WHERE seller_id = ? AND kind = 'shipment.shipped'";
    assert_eq!(count(events), parcels, "each parcel left once");
    let told = "SELECT COUNT(*) AS one FROM write_backs WHERE seller_id = ? AND state = 'done'";
    assert_eq!(count(told), all, "each order's shop was told once");
    assert_eq!(count("SELECT COUNT(*) AS one FROM write_backs WHERE seller_id = ?"), all);
    let stuck = "SELECT COUNT(*) AS one FROM jobs WHERE seller_id = ? AND kind = 'write_back.tell'";
    assert_eq!(count(stuck), 0, "no job is stuck");
    for shop in &shops {
        shop.assert_told_once();
    }
}

struct Day<'a> {
    person: &'a Person<'a>,
    linked: &'a [std::sync::Arc<Shop>],
    pulled: Vec<String>,
    pushed: Vec<String>,
}

impl<'a> Day<'a> {
    fn begin(person: &'a Person<'a>, linked: &'a [std::sync::Arc<Shop>], gateways: &[Gateway]) -> Self {
        let id = |shop: Json| person.post("/api/v1/shops", shop)["id"].as_str().expect("an id").to_owned();
        let pushed =
            (0..SHOPS).map(|n| id(json!({ "platform": "push", "name": format!("Pushed {n}") }))).collect();
        let pulled = gateways
            .iter()
            .enumerate()
            .map(|(n, gateway)| {
                id(json!({ "platform": "woocommerce", "name": format!("Linked {n}"),
                    "credentials": woo::credentials(), "settings": { "address": gateway.address() } }))
            })
            .collect();
        Self { person, linked, pulled, pushed }
    }

    fn work(&self, batches: usize) {
        let mut first = "755000000000".to_owned();
        for batch in 0..batches {
            first = self.batch(batch, &first);
        }
        // The pushed shops are told by their owner's own program.
        for shop in &self.pushed {
            loop {
                let path = format!("/api/v1/write-backs?state=waiting&shop={shop}&limit=100");
                let waiting = self.person.get(&path);
                let items = waiting["items"].as_array().expect("a page");
                if items.is_empty() {
                    break;
                }
                for item in items {
                    let id = item["id"].as_str().expect("an id");
                    let done = json!({ "result": "done", "reply": "ok" });
                    self.person.post(&format!("/api/v1/write-backs/{id}/settle"), done);
                }
            }
        }
        self.until("every linked shop is told", || {
            let waiting = self.person.get("/api/v1/write-backs?state=waiting&limit=1");
            waiting["items"].as_array().expect("a page").is_empty()
        });
    }

    /// One batch from the buyers' clicks to the door; answers the number after the last.
    fn batch(&self, batch: usize, first: &str) -> String {
        let half = RECIPIENTS / 2;
        for (at, shop) in self.pushed.iter().enumerate() {
            let orders = (0..half).map(|n| {
                order(&format!("P{at}-{batch}-{n}")).to(recipient(&format!("客户{batch}之{n}"))).json()
            });
            let path = format!("/api/v1/shops/{shop}/orders");
            self.person.post(&path, Json::Array(orders.collect()));
        }
        for shop in self.linked {
            (0..half).for_each(|n| shop.sell(batch * half + n));
        }
        let mut ready = Json::Null;
        self.until("all orders of the batch are here and merged", || {
            for shop in &self.pulled {
                self.person.post(&format!("/api/v1/shops/{shop}/pull"), json!({}));
            }
            ready = self.person.get("/api/v1/shipments?state=ready&limit=200");
            let items = ready["items"].as_array().expect("a page");
            let orders: usize = items.iter().map(|item| item["orders"].as_array().map_or(0, Vec::len)).sum();
            orders == RECIPIENTS * SHOPS
        });
        let items = ready["items"].as_array().expect("a page");
        let shipments: Vec<&Json> = items.iter().map(|item| &item["id"]).collect();
        assert_eq!(shipments.len(), RECIPIENTS, "three orders of each recipient are one parcel");
        let run = self.person.post(
            "/api/v1/number-runs",
            json!({ "carrier": "sf", "format": "sf-12", "first_number": first, "shipments": shipments }),
        );
        assert_eq!(run["assigned"].as_array().map(Vec::len), Some(RECIPIENTS), "{run}");
        let wish = json!({ "paper": "waybill", "size": "100x150", "number_run": run["id"] });
        let job = self.person.post("/api/v1/print-jobs", wish);
        let job = job["id"].as_str().expect("an id");
        self.person.print(&format!("/api/v1/print-jobs/{job}"));
        let good = json!({ "last_good": RECIPIENTS });
        self.person.post(&format!("/api/v1/print-jobs/{job}/acknowledge"), good);
        let shipped = self.person.post("/api/v1/shipments/ship", json!({ "number_run": run["id"] }));
        assert_eq!(shipped["done"].as_array().map(Vec::len), Some(RECIPIENTS), "{shipped}");
        let next = json!({ "number": run["last_number"], "count": 1, "step": 1 });
        let next = self.person.post("/api/v1/waybill-formats/sf-12/next", next);
        next["numbers"][0].as_str().expect("the next number").to_owned()
    }

    #[track_caller]
    fn until(&self, what: &str, mut is_so: impl FnMut() -> bool) {
        let begun = std::time::Instant::now();
        while !is_so() {
            assert!(begun.elapsed() < PATIENCE, "waited in vain until {what}");
            std::thread::sleep(Duration::from_millis(300));
        }
    }
}
