//! A day of linked shops: orders are placed and keep changing while the real program pulls, is killed, and tells the shops
//! what left. At the end the platforms' truth and our record agree row by row, and every shop shows each number once.
//!
//! Taobao, Pinduoduo, Douyin and WooCommerce are played. Tokens end after seconds and are refreshed, or consented to anew;
//! calls are refused for being too many, writes are done and never answered, pushes come twice and out of their sequence.
//! `SHOP_ORDERS` sets how many orders are placed; without it few enough for every run of the tests.

mod places;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use huidan::app::App;
use huidan::domain::actor::Role;
use huidan::domain::id::ShopId;
use huidan::domain::time::UtcTime;
use huidan::jobs::authorising::{consent, consented};
use serde_json::{Value as Json, json};

use self::places::{Change, Place, Row};
use crate::ship::all_write_backs;
use crate::support::TestApp;
use crate::support::person::Person;
use crate::support::played;
use crate::support::served::Served;

/// How long anything may stand still: leases of jobs, and of the right to refresh a token.
const PATIENCE: Duration = Duration::from_secs(240);
const KILLS: usize = 10;
/// The buyers' hours: so many ticks, each so long.
const TICKS: usize = 50;
const TICK: Duration = Duration::from_millis(250);
/// Where platforms send a person back to.
const BACK: &str = "https://huidan.example/shops/authorised";
/// The session of the person who consents.
const SESSION: i64 = 7;

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
        let served = Served::start(&app, data.path());
        let person = Person::new(token, PATIENCE, || served.address());
        let shops: Vec<Linked> =
            places.iter().map(|place| Linked::begin(&app, &clocked, &person, place)).collect();

        let (is_over, are_all_placed) = (AtomicBool::new(false), AtomicBool::new(false));
        std::thread::scope(|threads| {
            threads.spawn(|| kill(&served, &person, &is_over));
            let buyers = threads.spawn(|| {
                buy(&shops, each, &|| served.address());
                are_all_placed.store(true, Ordering::Relaxed);
            });
            let may_end = || are_all_placed.load(Ordering::Relaxed) && served.kills() >= KILLS;
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

/// A platform and the shop that stands for it.
struct Linked<'a> {
    app: &'a TestApp,
    clocked: &'a App,
    place: &'a Place,
    id: String,
}

impl<'a> Linked<'a> {
    fn begin(app: &'a TestApp, clocked: &'a App, person: &Person, place: &'a Place) -> Self {
        let wish = json!({ "platform": place.platform, "name": place.platform, "credentials": place.keys(),
            "settings": { "address": place.address() } });
        let id = person.post("/api/v1/shops", wish)["id"].as_str().expect("an id").to_owned();
        let linked = Self { app, clocked, place, id };
        linked.authorise();
        linked
    }

    /// The owner consents on the platform's page and comes back.
    fn authorise(&self) {
        let Some(code) = self.place.consents() else { return };
        let (owner, id) = (self.app.owner(), self.id.parse::<ShopId>().expect("an id"));
        let to = consent(self.clocked, owner, id, SESSION, BACK).expect("a way there");
        let state = to.split("state=").nth(1).and_then(|rest| rest.split('&').next()).expect("a word");
        consented(self.clocked, owner, SESSION, state, &code, BACK).expect("it is linked");
    }

    /// Consents anew where the page says that a token ends: a refresh whose answer was lost with the process.
    fn authorise_if_asked(&self, person: &Person) {
        let shop = person.get(&format!("/api/v1/shops/{}", self.id));
        let Some(end) = shop["health"]["linked_until"].as_str() else { return };
        if UtcTime::parse(end).expect("a time") < UtcTime::now().plus(chrono::Duration::hours(1)) {
            self.authorise();
        }
    }

    fn pull_to_the_end(&self, person: &Person) {
        let job = person.post(&format!("/api/v1/shops/{}/pull", self.id), json!({}));
        let path = format!("/api/v1/jobs/{}", job["id"].as_str().expect("an id"));
        let begun = Instant::now();
        loop {
            let job = person.get(&path);
            if job["state"] == "done" {
                return;
            }
            assert!(job["state"] != "dead" && begun.elapsed() < PATIENCE, "{}: {job}", self.place.platform);
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

/// Ends the program again and again, each time after it has answered something.
fn kill(served: &Served, person: &Person, is_over: &AtomicBool) {
    let pauses_ms = [900, 1_600, 400, 2_100, 700];
    for pause_ms in pauses_ms.into_iter().cycle().take(KILLS) {
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

/// Buyers buy and change their minds; of each eight one is held back and released, one cancels, one wants money back.
fn buy(shops: &[Linked], each: usize, address: &dyn Fn() -> String) {
    let per_tick = each.div_ceil(TICKS);
    let of_tick = |tick: usize| (tick * per_tick).min(each)..((tick + 1) * per_tick).min(each);
    let mut last = None;
    for tick in 0..TICKS + 8 {
        for shop in shops {
            let place = shop.place;
            of_tick(tick).for_each(|n| place.sell(n));
            for n in tick.checked_sub(3).map(of_tick).into_iter().flatten() {
                match n % 8 {
                    1 => place.change(n, Change::Hold),
                    5 => place.change(n, Change::Cancel),
                    7 => place.change(n, Change::AskBack),
                    _ => {}
                }
            }
            let released = tick.checked_sub(7).map(of_tick).into_iter().flatten();
            released.filter(|n| n % 8 == 1).for_each(|n| place.change(n, Change::Release));
            if tick % 5 == 2 {
                place.misbehave(tick / 5);
            }
            // The new one, an older one behind it, and the new one again.
            let push = place.push(tick).map(|push| (shop.id.clone(), push));
            for push in [&push, &last, &push].into_iter().flatten() {
                send(&address(), push);
            }
            last = push.or(last);
        }
        if tick == TICKS / 2 {
            // Older tokens end with it, whoever is asking with them just now.
            shops.iter().filter(|shop| shop.place.platform == "pdd").for_each(Linked::authorise);
        }
        std::thread::sleep(TICK);
    }
}

/// A platform pushes and does not care whether it is heard.
fn send(address: &str, (shop, (body, header, signature)): &(String, (String, &'static str, String))) {
    let timeout = Some(Duration::from_secs(2));
    let agent = ureq::Agent::config_builder().timeout_global(timeout).proxy(None).build().new_agent();
    let request = agent.post(format!("http://{address}/hooks/{shop}"));
    let request = request.header(*header, signature.as_str()).header("content-type", "application/json");
    drop(request.send(body.as_str()));
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
        if due != progress.1 {
            progress = (Instant::now(), due);
        }
        let waiting = person.get("/api/v1/write-backs?state=waiting&limit=1");
        let is_told = waiting["items"].as_array().expect("a page").is_empty();
        if may_end() && due == 0 && is_told {
            return;
        }
        assert!(progress.0.elapsed() < PATIENCE, "{due} orders stand still; waiting: {waiting}");
        std::thread::sleep(Duration::from_millis(300));
    }
}

/// Truth and record, row by row, and who was told what.
fn compare(app: &TestApp, shops: &[Linked], each: usize) {
    let mut ours: BTreeMap<String, BTreeMap<String, Row>> = BTreeMap::new();
    for order in played::orders(app) {
        let text = |value: &Json| value.as_str().expect("a text").to_owned();
        let line = |line: &Json| {
            (text(&line["number"]), line["quantity"].as_i64().expect("a number"), text(&line["refund"]))
        };
        let lines = order["lines"].as_array().expect("lines").iter().map(line).collect();
        let row = Row { state: text(&order["state"]), lines };
        let is_new =
            ours.entry(text(&order["shop"])).or_default().insert(text(&order["number"]), row).is_none();
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
