//! A day of linked shops: orders are placed and keep changing while the real program pulls, is killed, and tells the shops
//! what left. At the end the platforms' truth and our record agree row by row, and every shop shows each number once.
//!
//! Taobao, Pinduoduo, Douyin and WooCommerce are played. Tokens end after seconds and are refreshed, or consented to anew;
//! calls are refused for being too many, writes are done and never answered, pushes come twice and out of their sequence.
//! On PostgreSQL two processes share the work. `SHOP_ORDERS` sets how many orders are placed; without it few enough for
//! every run of the tests. What is late when the day gives up is named: order, shop and job.

mod late;
pub mod linked;
pub mod places;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use huidan::domain::actor::Role;
use huidan::domain::time::UtcTime;
use serde_json::{Value as Json, json};

use self::linked::{Linked, PATIENCE, buy};
use self::places::Row;
use crate::ship::all_write_backs;
use crate::support::TestApp;
use crate::support::person::Person;
use crate::support::played;
use crate::support::served::Served;

const KILLS: usize = 10;
/// For so long a killed process keeps its jobs, in seconds: the day waits for that more than for anything else.
const LEASE_S: u32 = 5;

each_database!(
    fn a_day_of_linked_shops_agrees_with_the_platforms_row_by_row(app: TestApp) {
        let orders: usize =
            std::env::var("SHOP_ORDERS").map_or(200, |text| text.parse().expect("SHOP_ORDERS"));
        // The program goes by the real time, and so do the platforms.
        let clocked = app.app().clone().with_clock(Arc::new(UtcTime::now));
        let places = places::open(&clocked);
        let each = orders.div_ceil(places.len());
        let data = tempfile::tempdir().expect("a data folder");
        let token = app.token(Role::Owner);
        let processes = if app.database_address().starts_with("postgres") { 2 } else { 1 };
        let served: Vec<Served> =
            (0..processes).map(|_| Served::start_leasing(&app, data.path(), LEASE_S)).collect();
        let turn = AtomicUsize::new(0);
        let address = || served[turn.fetch_add(1, Ordering::Relaxed) % processes].address();
        let person = Person::new(token, PATIENCE, address);
        let shops: Vec<Linked> =
            places.iter().map(|place| Linked::begin(&app, &clocked, &person, place)).collect();

        let (is_over, are_all_placed) = (AtomicBool::new(false), AtomicBool::new(false));
        std::thread::scope(|threads| {
            threads.spawn(|| kill(&served, &person, &is_over));
            let buyers = threads.spawn(|| {
                buy(&shops, each, &address);
                are_all_placed.store(true, Ordering::Relaxed);
            });
            let kills = || served.iter().map(Served::kills).sum::<usize>();
            let may_end = || are_all_placed.load(Ordering::Relaxed) && kills() >= KILLS;
            // The killer stops also when the day fails.
            let day = catch_unwind(AssertUnwindSafe(|| work(&person, &shops, may_end)));
            is_over.store(true, Ordering::Relaxed);
            day.unwrap_or_else(|panic| resume_unwind(panic));
            buyers.join().expect("buyers buy");
        });
        for shop in &shops {
            // Twice: the first may have begun before the last change.
            (0..2).for_each(|_| shop.pull_to_the_end(&person));
        }
        for shop in shops.iter().filter(|shop| shop.place.platform != "woocommerce") {
            let given = shop.place.tokens_given();
            assert!(given > 1, "{} gave {given} tokens, too few to tell anything", shop.place.platform);
        }
        compare(&app, &shops, each);
    }
);

/// Ends the program again and again, one process after the other, each time after it has answered something.
fn kill(served: &[Served], person: &Person, is_over: &AtomicBool) {
    let pauses_ms = [900, 1_600, 400, 2_100, 700];
    for (served, pause_ms) in served.iter().cycle().zip(pauses_ms.into_iter().cycle()).take(KILLS) {
        let (begun, answered) = (Instant::now(), person.answered());
        while begun.elapsed() < Duration::from_millis(pause_ms) || person.answered() < answered + 3 {
            if is_over.load(Ordering::Relaxed) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        served.kill_and_start();
    }
}

/// Somebody numbers, prints and ships whatever is ready until nothing is left that may leave.
fn work(person: &Person, shops: &[Linked], may_end: impl Fn() -> bool) {
    let ids = |state: &str| -> Vec<Json> {
        let page = person.get(&format!("/api/v1/shipments?state={state}&limit=200"));
        page["items"].as_array().expect("a page").iter().map(|item| item["id"].clone()).collect()
    };
    let mut first = 100_000_000_001_u64;
    let mut progress = (Instant::now(), usize::MAX);
    loop {
        for shop in shops {
            shop.authorise_if_asked(person);
            person.post(&format!("/api/v1/shops/{}/pull", shop.id), json!({}));
        }
        let ready = ids("ready");
        if !ready.is_empty() {
            let run = person.post(
                "/api/v1/number-runs",
                json!({ "carrier": "zto", "format": "zto-12", "first_number": first.to_string(), "shipments": ready }),
            );
            first =
                run["last_number"].as_str().map_or(first, |last| last.parse::<u64>().expect("digits") + 1);
        }
        let numbered = ids("numbered");
        if !numbered.is_empty() {
            let wish = json!({ "paper": "waybill", "size": "100x150", "shipments": numbered });
            let job = person.post("/api/v1/print-jobs", wish);
            if let Some(id) = job["id"].as_str() {
                person.print(&format!("/api/v1/print-jobs/{id}"));
                let good = json!({ "last_good": job["sheets"].as_array().map(Vec::len) });
                person.post(&format!("/api/v1/print-jobs/{id}/acknowledge"), good);
            }
        }
        let printed = ids("printed");
        if !printed.is_empty() {
            person.post("/api/v1/shipments/ship", json!({ "shipments": printed }));
        }
        let due = shops.iter().flat_map(|shop| shop.place.rows().into_values()).filter(Row::is_due).count();
        tell_again(person, shops);
        if due != progress.1 {
            progress = (Instant::now(), due);
        }
        let waiting = person.get("/api/v1/write-backs?state=waiting&limit=1");
        let is_told = waiting["items"].as_array().expect("a page").is_empty();
        if may_end() && due == 0 && is_told {
            return;
        }
        if progress.0.elapsed() >= PATIENCE {
            panic!("{due} orders stand still.\n{}", late::described(shops));
        }
        std::thread::sleep(Duration::from_millis(300));
    }
}

/// What a shop refused while it held an order back, and what nobody heard of, is told again once the order may leave.
fn tell_again(person: &Person, shops: &[Linked]) {
    for state in ["refused", "unknown"] {
        let page = person.get(&format!("/api/v1/write-backs?state={state}&limit=200"));
        for item in page["items"].as_array().expect("a page") {
            let shop = shops.iter().find(|shop| item["shop"] == shop.id.as_str()).expect("one of ours");
            let number = item["order_number"].as_str().expect("a number");
            if shop.place.rows().get(number).is_some_and(Row::is_due) {
                let id = item["id"].as_str().expect("an id");
                person.post(&format!("/api/v1/write-backs/{id}/retry"), json!({}));
            }
        }
    }
}

/// Truth and record, row by row, and who was told what.
fn compare(app: &TestApp, shops: &[Linked], each: usize) {
    let mut ours: BTreeMap<String, BTreeMap<String, Row>> = BTreeMap::new();
    for order in played::orders(app) {
        let shop = order["shop"].as_str().expect("a shop").to_owned();
        let (number, row) = Row::of(&order);
        let is_new = ours.entry(shop).or_default().insert(number, row).is_none();
        assert!(is_new, "{order} came twice");
    }
    let mut told = Vec::new();
    for shop in shops {
        let (truth, ours) = (shop.place.rows(), ours.remove(&shop.id).unwrap_or_default());
        assert_eq!(truth.len(), each);
        for (number, row) in &truth {
            assert_eq!(Some(row), ours.get(number), "{} {number}", shop.place.platform);
        }
        assert_eq!(ours.len(), each, "{} has no others", shop.place.platform);
        let shown = shop.place.told();
        let gone: BTreeSet<&String> = shown.iter().map(|(order, _)| order).collect();
        assert_eq!(
            gone.len(),
            shown.len(),
            "{}: each order shows one number, once: {shown:?}",
            shop.place.platform
        );
        for (number, row) in &truth {
            let has_left = ["shipped", "completed"].contains(&row.state.as_str());
            assert_eq!(has_left, gone.contains(number), "{} {number}: {row:?}", shop.place.platform);
        }
        told.extend(shown);
    }
    let all = all_write_backs(app);
    let of = |state: &str| all.iter().filter(|one| one.state.as_str() == state).collect::<Vec<_>>();
    let (done, refused) = (of("done"), of("refused"));
    assert_eq!(done.len() + refused.len(), all.len(), "nothing is open: {all:?}");
    told.sort();
    let mut ours: Vec<_> =
        done.iter().map(|one| (one.order_number.clone(), one.number.to_string())).collect();
    ours.sort();
    assert_eq!(ours, told, "what we know to be told is what the shops show");
    let leaves = (0..each).filter(|n| ![5, 7].contains(&(n % 8))).count() * shops.len();
    assert!(told.len() >= leaves, "{} of {leaves} that had to leave have left", told.len());
}
