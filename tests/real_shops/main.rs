//! Shop servers that others wrote, installed and run here: what they say and what we say agree row by row.
//!
//! `make test-shops` runs this; it needs Node and some 700 MB from npm, so `make test` does not. Vendure and Medusa
//! run on a PostgreSQL of the test's own; Taobao, Pinduoduo and Douyin, which cannot be installed, are played beside them.
//! Buyers order everywhere while the program pulls and is killed again and again; then everything that may leave is
//! numbered, printed and shipped, and each shop's owner looks at it.

mod linked_day;
mod shop;
#[macro_use]
mod support;
#[allow(dead_code)] // The integration tests ask more of them.
#[path = "../it/gateways/mod.rs"]
mod gateways;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use huidan::connectors::capability;
use huidan::connectors::clock::PlatformClock;
use huidan::connectors::http::Http;
use huidan::connectors::link::{Access, Sweep, connector};
use huidan::domain::actor::Role;
use huidan::domain::platform::Platform;
use huidan::domain::shop::ShopSettings;
use huidan::domain::time::UtcTime;
use serde_json::{Value as Json, json};

use self::linked_day::linked::{Linked, buy};
use self::linked_day::places::{self, Place};
use self::shop::{Bought, Item, Shop};
use self::support::TestApp;
use self::support::person::Person;
use self::support::postgres::Postgres;
use self::support::served::Served;

const PATIENCE: Duration = Duration::from_secs(300);
/// Deaths of the program during the day.
const KILLS: usize = 10;
/// Vendure, Medusa, Taobao, Pinduoduo, Douyin.
const SHOPS: usize = 5;
/// Orders each shop's customer service calls off when they are here already.
const CALLED_OFF: usize = 3;

each_database!(
    fn real_and_played_shops_and_we_agree_row_by_row(app: TestApp) {
        let all: usize = std::env::var("SHOP_ORDERS").map_or(300, |text| text.parse().expect("SHOP_ORDERS"));
        let orders = all.div_ceil(SHOPS);
        // The program goes by the real time, and so do the platforms.
        let clocked = app.app().clone().with_clock(Arc::new(UtcTime::now));
        let places: Vec<Place> =
            places::open(&clocked).into_iter().filter(|place| place.platform != "woocommerce").collect();
        let database = Postgres::start();
        let shops: Vec<Shop> = std::thread::scope(|threads| {
            let start = |name| {
                let folder = database.folder();
                threads.spawn(move || Shop::start(name, &folder))
            };
            let shops: Vec<_> = ["vendure", "medusa"].into_iter().map(start).collect();
            shops.into_iter().map(|shop| shop.join().expect("the shop starts")).collect()
        });
        let data = tempfile::tempdir().expect("a data folder");
        let served = Served::start(&app, data.path());
        let person = Person::new(app.token(Role::Owner), PATIENCE, || served.address());
        let is_over = AtomicBool::new(false);
        std::thread::scope(|threads| {
            let day = threads.spawn(|| {
                let day = std::panic::AssertUnwindSafe(|| {
                    let linked =
                        places.iter().map(|place| Linked::begin(&app, &clocked, &person, place)).collect();
                    Day::begin(&person, &shops, linked).work(orders, &|| served.address());
                });
                let day = std::panic::catch_unwind(day);
                is_over.store(true, Ordering::Relaxed);
                day.map_err(std::panic::resume_unwind)
            });
            // On this thread: the program ends with the thread that started it.
            let pause = Duration::from_secs(3 + orders as u64 / 40);
            while !is_over.load(Ordering::Relaxed) {
                let until = Instant::now() + pause;
                while Instant::now() < until && !is_over.load(Ordering::Relaxed) {
                    std::thread::sleep(Duration::from_millis(50));
                }
                if served.kills() < KILLS {
                    served.kill_and_start();
                }
            }
            day.join().expect("the day went well").expect("the day went well");
        });
        println!("{} deaths", served.kills());
        assert!(served.kills() >= 5, "the day was too quiet to tell anything");
    }
);

struct Day<'a> {
    person: &'a Person<'a>,
    shops: &'a [Shop],
    /// Those on platforms that are played.
    linked: Vec<Linked<'a>>,
    /// Ours of each shop, of the played ones behind the others.
    ids: Vec<String>,
}

impl<'a> Day<'a> {
    fn begin(person: &'a Person<'a>, shops: &'a [Shop], linked: Vec<Linked<'a>>) -> Self {
        let ids = shops.iter().map(|shop| {
            let settings = json!({ "address": shop.door.address, "buyer_note_key":
                if shop.name == "vendure" { "customerNote" } else { "customer_note" } });
            let wish = json!({ "platform": shop.name, "name": shop.name, "settings": settings,
                "credentials": shop.door.credentials });
            person.post("/api/v1/shops", wish)["id"].as_str().expect("an id").to_owned()
        });
        let ids = ids.chain(linked.iter().map(|shop| shop.id.clone())).collect();
        Self { person, shops, linked, ids }
    }

    fn work(&self, orders: usize, address: &(dyn Fn() -> String + Sync)) {
        let is_bought = AtomicBool::new(false);
        let bought: Vec<Vec<Bought>> = std::thread::scope(|threads| {
            let buyers: Vec<_> =
                self.shops.iter().map(|shop| threads.spawn(|| shop.buy(orders, 0))).collect();
            let puller = threads.spawn(|| {
                while !is_bought.load(Ordering::Relaxed) {
                    self.pull();
                    std::thread::sleep(Duration::from_millis(500));
                }
            });
            // They buy and change their minds while tokens end, calls are throttled and pushes come twice.
            buy(&self.linked, orders, address);
            let bought = buyers.into_iter().map(|buyer| buyer.join().expect("buyers are served")).collect();
            is_bought.store(true, Ordering::Relaxed);
            puller.join().expect("the pulls go on");
            bought
        });
        self.until_agreed("what was bought");
        self.shops.iter().for_each(assert_tells_again);
        let called_off: Vec<BTreeSet<String>> =
            self.shops.iter().map(|shop| shop.cancel(CALLED_OFF).into_iter().collect()).collect();
        assert!(called_off.iter().all(|numbers| numbers.len() == CALLED_OFF));
        self.until_agreed("what was called off");

        // One person is one parcel, at home also with orders of both shops.
        let leaves =
            |at: usize, order: &Bought| order.fate == "paid" && !called_off[at].contains(&order.number);
        let person = |at: usize, order: &Bought| {
            let shop = (order.country != "CN").then_some(at);
            (shop, order.group, if order.group.is_some() { 0 } else { order.n })
        };
        let mut people = BTreeMap::new();
        for (at, orders) in bought.iter().enumerate() {
            for order in orders.iter().filter(|order| leaves(at, order)) {
                *people.entry(person(at, order)).or_insert(0) += 1;
            }
        }
        let played: Vec<BTreeSet<String>> = self.linked.iter().map(|shop| shop.place.due()).collect();
        let parcels: usize = self.linked.iter().map(|shop| shop.place.due_parcels()).sum();
        let all = people.values().sum::<usize>() + played.iter().map(BTreeSet::len).sum::<usize>();
        let number_of = self.ship(people.len() + parcels, all);

        self.until("every shop is told", || {
            // A refresh whose answer was lost with its process needs a person.
            self.linked.iter().for_each(|shop| shop.authorise_if_asked(self.person));
            let waiting = self.person.get("/api/v1/write-backs?state=waiting&limit=1");
            waiting["items"].as_array().expect("a page").is_empty()
        });
        let refused = self.person.get("/api/v1/write-backs?state=refused&limit=5");
        assert_eq!(refused["items"], json!([]), "nothing that left is refused");
        for (at, shop) in self.shops.iter().enumerate() {
            let shown = shop.show();
            assert_eq!(shown.len(), orders, "{}", shop.name);
            let left: BTreeSet<&str> = bought[at]
                .iter()
                .filter(|order| leaves(at, order))
                .map(|order| order.number.as_str())
                .collect();
            for order in shown {
                let ours = number_of.get(&(at, order.number.clone()));
                match left.contains(order.number.as_str()) {
                    true => {
                        assert_eq!(order.state, "shipped", "{} {}", shop.name, order.number);
                        assert_eq!(
                            order.numbers.iter().collect::<Vec<_>>(),
                            ours.into_iter().collect::<Vec<_>>()
                        );
                    }
                    false => assert_eq!(
                        (ours, order.numbers),
                        (None, Vec::new()),
                        "{} {}",
                        shop.name,
                        order.number
                    ),
                }
            }
        }
        for (at, (shop, due)) in (self.shops.len()..).zip(self.linked.iter().zip(&played)) {
            let told: BTreeSet<(String, String)> = shop.place.told().into_iter().collect();
            assert_eq!(told.len(), shop.place.told().len(), "{}: a number once", shop.place.platform);
            let number = |order: &String| (order.clone(), number_of[&(at, order.clone())].clone());
            assert_eq!(told, due.iter().map(number).collect(), "{}", shop.place.platform);
        }
        self.until_agreed("what left");
    }

    fn pull(&self) {
        self.linked.iter().for_each(|shop| shop.authorise_if_asked(self.person));
        for shop in &self.ids {
            self.person.post(&format!("/api/v1/shops/{shop}/pull"), json!({}));
        }
    }

    /// Numbers, prints and ships everything that is ready; answers the number of each order by its shop and own number.
    fn ship(&self, parcels: usize, orders: usize) -> BTreeMap<(usize, String), String> {
        let wish = json!({ "carrier": "zto", "format": "zto-12", "first_number": "100000000001",
            "filter": { "state": "ready" } });
        let run = self.person.post("/api/v1/number-runs", wish);
        assert_eq!(run["assigned"].as_array().map(Vec::len), Some(parcels), "one parcel for each person");
        let wish = json!({ "paper": "waybill", "size": "100x150", "number_run": run["id"] });
        let job = self.person.post("/api/v1/print-jobs", wish);
        let job = format!("/api/v1/print-jobs/{}", job["id"].as_str().expect("an id"));
        self.person.print(&job);
        self.person.post(&format!("{job}/acknowledge"), json!({ "last_good": parcels }));
        let shipped = self.person.post("/api/v1/shipments/ship", json!({ "number_run": run["id"] }));
        assert_eq!(shipped["done"].as_array().map(Vec::len), Some(parcels), "{}", shipped["left_out"]);
        let mut numbers = BTreeMap::new();
        for item in self.all("/api/v1/shipments?state=shipped") {
            let number = item["waybill"].as_str().expect("a number").to_owned();
            for order in item["orders"].as_array().expect("orders") {
                let shop = order["shop"].as_str().expect("a shop");
                let at = self.ids.iter().position(|id| id == shop).expect("one of ours");
                let name = order["number"].as_str().expect("a number").to_owned();
                assert!(numbers.insert((at, name), number.clone()).is_none(), "an order leaves once");
            }
        }
        assert_eq!(numbers.len(), orders, "every order that may leave does");
        numbers
    }

    /// Until our orders are the shops', row by row.
    fn until_agreed(&self, what: &str) {
        let mut differences = Vec::new();
        let begun = Instant::now();
        loop {
            self.pull();
            std::thread::sleep(Duration::from_millis(700));
            differences.clear();
            for (shop, id) in self.shops.iter().zip(&self.ids) {
                let ours = self.all(&format!("/api/v1/orders?shop={id}"));
                let ours: BTreeMap<&str, Row> = ours
                    .iter()
                    .map(|order| (order["number"].as_str().expect("a number"), row(order)))
                    .collect();
                let theirs = shop.show();
                for order in &theirs {
                    let state = match order.state.as_str() {
                        "open" => "awaiting_shipment",
                        state => state,
                    };
                    let mut items = order.items.clone();
                    items.sort();
                    let theirs = Some((state.to_owned(), items));
                    let ours = ours.get(order.number.as_str()).cloned();
                    if ours != theirs {
                        differences
                            .push(format!("{} {}: {ours:?}, there {theirs:?}", shop.name, order.number));
                    }
                }
                if ours.len() != theirs.len() {
                    differences.push(format!("{}: {} orders, there {}", shop.name, ours.len(), theirs.len()));
                }
            }
            for shop in &self.linked {
                let ours = self.all(&format!("/api/v1/orders?shop={}", shop.id));
                let ours: BTreeMap<String, places::Row> = ours.iter().map(places::Row::of).collect();
                let theirs = shop.place.rows();
                let platform = shop.place.platform;
                for (number, row) in theirs.iter().filter(|(number, row)| ours.get(*number) != Some(*row)) {
                    differences.push(format!("{platform} {number}: {:?}, there {row:?}", ours.get(number)));
                }
                if ours.len() != theirs.len() {
                    differences.push(format!("{platform}: {} orders, there {}", ours.len(), theirs.len()));
                }
            }
            if differences.is_empty() {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "{what}: {differences:#?}");
        }
    }

    /// Every item of a list.
    fn all(&self, path: &str) -> Vec<Json> {
        let (mut items, mut cursor) = (Vec::new(), String::new());
        loop {
            let joint = if path.contains('?') { '&' } else { '?' };
            let page = self.person.get(&format!("{path}{joint}limit=200{cursor}"));
            items.extend(page["items"].as_array().expect("a page").iter().cloned());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return items,
            }
        }
    }

    #[track_caller]
    fn until(&self, what: &str, mut is_so: impl FnMut() -> bool) {
        let begun = Instant::now();
        while !is_so() {
            assert!(begun.elapsed() < PATIENCE, "waited in vain until {what}");
            std::thread::sleep(Duration::from_millis(300));
        }
    }
}

/// The shop tells single orders as its list did, and names those it does not know.
fn assert_tells_again(shop: &Shop) {
    let platform = Platform::parse(shop.name).expect("a platform");
    let connector = connector(platform).expect("it is asked");
    let settings = ShopSettings { address: shop.door.address.clone(), ..ShopSettings::default() };
    let credentials = shop.door.credentials.as_object().expect("keys by name").clone();
    let access = Access {
        http: &Http::default(),
        settings: &settings,
        credentials: &credentials,
        now: UtcTime::now(),
        began: Instant::now(),
        clock: &PlatformClock::default(),
    };
    let since = Sweep::Placed(access.now.plus(-chrono::Duration::days(1)));
    let listed = connector.orders(&access, since, None).expect("its list").orders;
    let at_once = capability::of(platform).and_then(|one| one.by_number).expect("single orders are told");
    let unknown = "4711-0".to_owned();
    let numbers: Vec<&str> = listed
        .iter()
        .take(at_once.min(9))
        .map(|order| order.number.as_str())
        .chain([unknown.as_str()])
        .collect();
    for numbers in numbers.chunks(at_once) {
        let page = connector.rereading().expect("single orders are told").read(&access, numbers);
        let page = page.expect("single orders");
        assert!(page.unreadable.iter().all(|(number, _)| *number == unknown), "{:?}", page.unreadable);
        for told in page.orders {
            let known = listed.iter().find(|order| order.number == told.number);
            assert_eq!(Some(&told), known, "{}", shop.name);
        }
    }
}

/// An order's state and goods.
type Row = (String, Vec<Item>);

fn row(order: &Json) -> Row {
    let mut items: Vec<Item> = order["lines"]
        .as_array()
        .expect("lines")
        .iter()
        .map(|line| Item {
            sku: line["sku"].as_str().expect("a SKU").to_owned(),
            quantity: line["quantity"].as_i64().expect("a quantity"),
        })
        .collect();
    items.sort();
    (order["state"].as_str().expect("a state").to_owned(), items)
}
