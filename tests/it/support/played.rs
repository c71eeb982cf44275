//! What platforms that are played have in common: moods a test puts them in, and a world with a shop of theirs.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use serde_json::Value as Json;

use super::TestApp;
use super::effects::{PATIENCE, until};
use super::gateway::Given;
pub use super::gateway::given;
use crate::number_runs::{run, shipments};
use crate::pulling;
use crate::ship::{all_write_backs, ship};
use crate::telling::{said, waits, worker};
use huidan::domain::id::ShopId;

/// What goes wrong next.
#[derive(Default)]
pub struct Moods {
    /// Throttles once.
    pub is_tired: AtomicBool,
    /// So many further writes are done and never answered.
    pub silent_writes: AtomicUsize,
    /// Pages asked for so far.
    pub pages: AtomicUsize,
}

impl Moods {
    pub fn takes_a_rest(&self) -> bool {
        self.is_tired.swap(false, Ordering::Relaxed)
    }

    /// Counts a page; answers how many came before.
    pub fn turns_a_page(&self) -> usize {
        self.pages.fetch_add(1, Ordering::Relaxed)
    }

    /// The answer to a write that was done, if there is one.
    pub fn done(&self, answer: Given) -> Given {
        let less = |left: usize| left.checked_sub(1);
        match self.silent_writes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less) {
            Ok(_) => (0, Vec::new(), String::new()),
            Err(_) => answer,
        }
    }
}

/// Pulls a shop to the end by the first try.
pub fn pull(app: &TestApp, shop: ShopId) -> Json {
    let runner = pulling::worker(app);
    let job = pulling::pulled(app, &shop.to_string());
    runner.stop(PATIENCE);
    job
}

/// Holds a shop's own count against ours; what came of it.
pub fn count(app: &TestApp, shop: ShopId) -> Json {
    let runner = pulling::worker(app);
    let job = pulling::ended(app, &format!("/api/v1/shops/{shop}/gap-check"));
    runner.stop(PATIENCE);
    job["result"].clone()
}

/// All orders, page by page.
pub fn orders(app: &TestApp) -> Vec<Json> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = app.http().get(&format!("/api/v1/orders?limit=200{cursor}")).expect(200);
        all.extend(page["items"].as_array().expect("a page").iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

/// Numbers every shipment, ships it and waits until its shop was told; answers what came of it, in order.
pub fn ship_all(app: &TestApp) -> Vec<String> {
    let ids = shipments(app);
    run(app, &ids);
    ship(app, &ids);
    tell(app)
}

/// Waits until everything that waits was told.
pub fn tell(app: &TestApp) -> Vec<String> {
    let runner = worker(app);
    until("all is told", || waits(app) == 0);
    runner.stop(PATIENCE);
    said(&all_write_backs(app))
}

/// What the only refused write-back says, and what its words mean.
pub fn refusal(app: &TestApp) -> (String, Json) {
    let page = app.http().get("/api/v1/write-backs?state=refused").expect(200);
    let items = page["items"].as_array().expect("items");
    assert_eq!(items.len(), 1, "{page}");
    (items[0]["reply"].as_str().expect("words").to_owned(), items[0]["refusal"].clone())
}
