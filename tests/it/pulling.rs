//! Orders pulled from shops: from a WooCommerce that is played, with every signature checked, and pages of real
//! shops as they were answered.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use huidan::connectors::clock::PlatformClock;
use huidan::connectors::http::Http;
use huidan::connectors::link::{Access, Connector, connector};
use huidan::connectors::woocommerce::sign;
use huidan::db::jobs::{self, NewJob};
use huidan::db::statement::sql;
use huidan::domain::platform::Platform;
use huidan::domain::shop::ShopSettings;
use huidan::domain::time::UtcTime;
use huidan::jobs::gap_checking;
use huidan::jobs::pulling;
use huidan::jobs::registry;
use huidan::jobs::run::parts;
use serde_json::{Value as Json, json};
use workers::{Lane, Options, Runner};

pub use crate::gateways::woo::{KEY, SECRET, is_signed};
use crate::support::TestApp;
use crate::support::effects::until;
use crate::support::gateway::{Asked, Gateway, Given};

const PATIENCE: Duration = Duration::from_secs(30);

/// A WooCommerce with orders by id, and what it does next.
#[derive(Default)]
struct Shop {
    orders: Mutex<BTreeMap<usize, Json>>,
    pages: AtomicUsize,
    /// Throttles once.
    is_tired: AtomicBool,
    /// The key has ended.
    is_locked: AtomicBool,
    /// Breaks off at the second page, once.
    breaks: AtomicBool,
    /// This order leaves the list after the first page, once: somebody put it into the trash.
    leaves: AtomicUsize,
    /// Seen nonces; none may come twice.
    nonces: Mutex<Vec<String>>,
}

fn woo_order(id: usize, status: &str, modified: &str) -> Json {
    json!({
        "id": id, "number": id.to_string(), "status": status, "currency": "USD",
        "date_created_gmt": "2026-11-20T02:00:00", "date_modified_gmt": modified, "date_paid_gmt": "2026-11-20T02:01:00",
        "total": "26.58", "shipping_total": "5.00", "customer_note": "Please ring 🔔", "payment_method": "stripe",
        "billing": { "email": format!("buyer{id}@example.com"), "phone": format!("+1415555{id:04}") },
        "shipping": { "first_name": "子涵", "last_name": "李", "address_1": format!("文一西路{id}号"), "city": "杭州市",
            "state": "CN30", "postcode": "311121", "country": "CN", "phone": format!("1380000{id:04}") },
        "line_items": [{ "id": 10 * id, "name": "Mug", "quantity": 2, "total": "19.98", "total_tax": "1.60", "sku": "MUG-RED" }],
    })
}

impl Shop {
    fn of(count: usize) -> Arc<Self> {
        let shop = Self::default();
        let orders = (1..=count).map(|id| (id, woo_order(id, "processing", "2026-11-20T02:01:00")));
        shop.orders.lock().expect("no holder panics").extend(orders);
        Arc::new(shop)
    }

    fn start(self: &Arc<Self>) -> Gateway {
        let shop = self.clone();
        Gateway::start(move |asked| shop.answer(asked))
    }

    fn set(&self, id: usize, status: &str, modified: &str) {
        self.orders.lock().expect("no holder panics").insert(id, woo_order(id, status, modified));
    }

    fn answer(&self, asked: &Asked) -> Given {
        let refuse = |status: u16, code: &str| {
            (status, Vec::new(), json!({ "code": code, "message": code }).to_string())
        };
        if self.is_locked.load(Ordering::Relaxed) || !is_signed(asked) || !self.is_new(asked) {
            return refuse(401, "woocommerce_rest_cannot_view");
        }
        if self.is_tired.swap(false, Ordering::Relaxed) {
            return (429, vec![("retry-after", "0".to_owned())], String::new());
        }
        match asked.path.as_str() {
            "/wp-json/wc/v3/orders" => self.page(asked),
            "/wp-json/wc/v3/data/countries/cn" => (
                200,
                Vec::new(),
                json!({ "code": "CN", "states": [{ "code": "CN30", "name": "Zhejiang / 浙江" }] })
                    .to_string(),
            ),
            _ => refuse(404, "rest_no_route"),
        }
    }

    fn page(&self, asked: &Asked) -> Given {
        assert_eq!((asked.get("orderby"), asked.get("order")), ("id", "asc"), "the only stable order");
        assert_eq!(asked.get("dates_are_gmt"), "true");
        let (offset, per_page): (usize, usize) =
            (asked.get("offset").parse().expect("a place"), asked.get("per_page").parse().expect("a size"));
        assert!(per_page <= 100);
        if offset > 0 && self.breaks.swap(false, Ordering::Relaxed) {
            return (500, Vec::new(), "<html>the host's own page</html>".to_owned());
        }
        let (field, since) = match asked.get("modified_after") {
            "" => ("date_created_gmt", asked.get("after")),
            since => ("date_modified_gmt", since),
        };
        let orders = self.orders.lock().expect("no holder panics");
        let found: Vec<Json> =
            orders.values().filter(|order| order[field].as_str() > Some(since)).cloned().collect();
        drop(orders);
        if offset == 0 {
            let gone = self.leaves.swap(0, Ordering::Relaxed);
            self.orders.lock().expect("no holder panics").remove(&gone);
        }
        // While one page is read, an order of a page read before changes, and a new one comes.
        if self.pages.fetch_add(1, Ordering::Relaxed) == 0 && found.len() > per_page {
            self.set(1, "cancelled", "2026-11-20T04:00:00");
            self.set(found.len() + 1, "processing", "2026-11-20T04:00:00");
        }
        let part: Vec<Json> = found.into_iter().skip(offset).take(per_page).collect();
        (200, Vec::new(), Json::Array(part).to_string())
    }

    fn is_new(&self, asked: &Asked) -> bool {
        let nonce = asked.get("oauth_nonce").to_owned();
        let mut nonces = self.nonces.lock().expect("no holder panics");
        let is_new = !nonces.contains(&nonce);
        nonces.push(nonce);
        is_new
    }
}

fn link(app: &TestApp, address: &str) -> String {
    let shop = json!({
        "platform": "woocommerce", "name": "Woo", "settings": { "address": address },
        "credentials": { "consumer_key": KEY, "consumer_secret": SECRET },
    });
    let linked = app.http().post("/api/v1/shops", shop).expect(201);
    assert!(!linked.to_string().contains(SECRET));
    linked["id"].as_str().expect("an id").to_owned()
}

pub fn worker(app: &TestApp) -> Runner {
    let options = Options {
        lanes: vec![Lane { name: "pull".to_owned(), at_once: 4 }],
        idle_poll: Duration::from_millis(20),
        quiet_poll: Duration::from_millis(20),
        ..Options::default()
    };
    Runner::start(parts(app.app(), registry::kinds(app.app())), options).expect("threads")
}

/// Asks for a pull and waits for its end.
pub fn pulled(app: &TestApp, shop: &str) -> Json {
    ended(app, &format!("/api/v1/shops/{shop}/pull"))
}

/// Asks for a job and waits for its end.
pub fn ended(app: &TestApp, asked: &str) -> Json {
    let job = app.http().post(asked, json!({})).expect(202);
    let path = format!("/api/v1/jobs/{}", job["id"].as_str().expect("an id"));
    let begun = Instant::now();
    loop {
        let job = app.http().get(&path).expect(200);
        if ["done", "dead"].iter().any(|state| job["state"] == *state) {
            return job;
        }
        assert!(begun.elapsed() < PATIENCE, "it ends: {job}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn states(app: &TestApp) -> (i64, i64) {
    let counts = app.http().get("/api/v1/shipments/counts").expect(200)["states"].clone();
    (counts["ready"].as_i64().unwrap_or(-1), counts["cancelled"].as_i64().unwrap_or(-1))
}

each_database!(
    fn orders_that_change_while_pages_are_read_are_all_there(app: TestApp) {
        let shop = Shop::of(230);
        shop.set(7, "on-the-moon", "2026-11-20T02:01:00");
        let gateway = shop.start();
        let id = link(&app, &gateway.address());
        shop.is_tired.store(true, Ordering::Relaxed);
        let runner = worker(&app);
        let job = pulled(&app, &id);
        assert_eq!(
            (&job["state"], &job["attempt"]),
            (&json!("done"), &json!(1)),
            "patience is no attempt: {job}"
        );
        // 231 orders, one of them not understood; the first was cancelled after its page was read.
        assert_eq!(states(&app), (230, 0));

        app.advance(chrono::Duration::minutes(1));
        assert_eq!(pulled(&app, &id)["state"], "done");
        assert_eq!(states(&app), (229, 1), "the next pull has heard of it");
        let told = || {
            let text = "SELECT COUNT(*) AS one FROM events WHERE kind LIKE 'order.%'";
            app.read(|db| db.number(sql(text)))
        };
        let before = told();
        app.advance(chrono::Duration::minutes(1));
        assert_eq!(pulled(&app, &id)["state"], "done");
        assert_eq!(states(&app), (229, 1));
        assert_eq!(told(), before, "nothing new, nothing said");

        let health = app.http().get(&format!("/api/v1/shops/{id}")).expect(200)["health"].clone();
        assert_eq!((&health["state"], &health["failures"]), (&json!("receiving"), &json!(0)));
        runner.stop(PATIENCE);
    }
);

each_database!(
    fn a_shop_shows_its_first_orders_before_anything_is_kept(app: TestApp) {
        let shop = Shop::of(14);
        shop.set(3, "on-the-moon", "2026-11-20T02:01:00");
        let gateway = shop.start();
        let new = json!({ "platform": "woocommerce", "name": "Woo" });
        let id = app.http().post("/api/v1/shops", new).expect(201)["id"].as_str().expect("an id").to_owned();
        let path = format!("/api/v1/shops/{id}/try");
        assert_eq!(app.http().post(&path, json!({})).problem(), "409 shop_not_pulled");
        let wish = |secret: &str| {
            json!({ "address": gateway.address(),
                    "credentials": { "consumer_key": KEY, "consumer_secret": secret } })
        };
        let refused = app.http().post(&path, wish("wrong"));
        assert_eq!(refused.problem(), "409 shop_refuses");
        assert!(refused.text().contains("link it anew"), "{}", refused.text());
        let tried = app.http().post(&path, wish(SECRET)).expect(200);
        assert_eq!(tried["orders"].as_array().map(Vec::len), Some(10), "{tried}");
        assert_eq!(tried["orders"][0]["name"], "李**", "masked: {tried}");
        assert_eq!(tried["unreadable"][0]["number"], "3");
        assert_eq!(app.http_as(huidan::domain::actor::Role::Shipper).post(&path, wish(SECRET)).status, 403);

        assert_eq!(states(&app), (0, 0), "nothing came in");
        let kept = app.http().get(&format!("/api/v1/shops/{id}")).expect(200);
        assert_eq!(kept["settings"]["address"], "", "nothing is kept");
        assert_eq!(
            app.http().post(&path, json!({ "address": gateway.address() })).problem(),
            "409 shop_refuses"
        );
    }
);

each_database!(
    fn keys_are_for_the_address_they_were_given_for(app: TestApp) {
        let heard = Arc::new(AtomicBool::new(false));
        let elsewhere = {
            let heard = heard.clone();
            Gateway::start(move |_| {
                heard.store(true, Ordering::Relaxed);
                (200, Vec::new(), "[]".to_owned())
            })
        };
        let shop = Shop::of(3);
        let gateway = shop.start();
        let id = link(&app, &gateway.address());
        let path = format!("/api/v1/shops/{id}");
        let moved = json!({ "settings": { "address": elsewhere.address() } });
        assert_eq!(app.http().patch(&path, moved.clone()).problem(), "409 address_without_keys");
        let same = json!({ "settings": { "address": gateway.address(), "ship_within_hours": 24 } });
        app.http().patch(&path, same).expect(200);
        // Emptied it is asked by nobody; the way back leads over the keys too.
        app.http().patch(&path, json!({ "settings": { "address": "" } })).expect(200);
        assert_eq!(app.http().post(&format!("{path}/pull"), json!({})).problem(), "409 shop_not_pulled");
        assert_eq!(app.http().patch(&path, moved).problem(), "409 address_without_keys");
        assert!(!heard.load(Ordering::Relaxed), "no key was sent elsewhere");

        let given = json!({ "settings": { "address": elsewhere.address() },
            "credentials": { "consumer_key": "another", "consumer_secret": "another" } });
        app.http().patch(&path, given).expect(200);
        let runner = worker(&app);
        assert_eq!(pulled(&app, &id)["state"], "done");
        assert!(heard.load(Ordering::Relaxed));
        runner.stop(PATIENCE);
    }
);

#[test]
fn a_first_reading_that_breaks_off_goes_on_and_the_next_pull_knows_what_happened_meanwhile() {
    let (app, shop) = (TestApp::sqlite(), Shop::of(120));
    let gateway = shop.start();
    let id = link(&app, &gateway.address());
    shop.breaks.store(true, Ordering::Relaxed);
    let runner = worker(&app);
    let job = pulled(&app, &id);
    assert_eq!((&job["state"], &job["attempt"]), (&json!("done"), &json!(2)), "{job}");
    assert_eq!(states(&app), (121, 0), "an order of the first page was cancelled after it was read");
    assert_eq!(pulled(&app, &id)["state"], "done");
    assert_eq!(states(&app), (120, 1), "what changed since the first reading began");
    runner.stop(PATIENCE);
}

each_database!(
    fn a_webhook_that_is_genuine_has_the_shop_asked_and_others_change_nothing(app: TestApp) {
        let shop = Shop::of(3);
        let gateway = shop.start();
        let id = link(&app, &gateway.address());
        let stranger = app.http_stranger();
        let body = json!({ "id": 1, "status": "cancelled" }).to_string();
        let signature = sign::sign_webhook(body.as_bytes(), SECRET);
        let path = format!("/hooks/{id}");
        for (path, signature, body) in [
            (path.as_str(), sign::sign_webhook(b"another body", SECRET), body.as_str()),
            (path.as_str(), sign::sign_webhook(body.as_bytes(), "guessed"), body.as_str()),
            ("/hooks/4711", signature.clone(), body.as_str()),
            ("/hooks/none", signature.clone(), body.as_str()),
        ] {
            let signed = stranger.with_header("x-wc-webhook-signature", &signature);
            let refused = signed.send("POST", path, "application/json", body.as_bytes());
            assert_eq!(refused.problem(), "401 hook_refused", "{path}");
        }
        let pulls = || app.http().get("/api/v1/jobs?kind=shop.pull").expect(200)["items"].clone();
        let form = "application/x-www-form-urlencoded";
        assert_eq!(stranger.send("POST", &path, form, b"webhook_id=2").status, 204);
        assert_eq!(pulls(), json!([]), "a greeting is no change");
        for _ in 0..5 {
            let signed = stranger.with_header("x-wc-webhook-signature", &signature);
            assert_eq!(signed.send("POST", &path, "application/json", body.as_bytes()).status, 204);
        }
        assert_eq!(pulls().as_array().map(Vec::len), Some(1), "five hints, one pull");
        let runner = worker(&app);
        let begun = Instant::now();
        while states(&app) != (3, 0) {
            assert!(begun.elapsed() < PATIENCE, "the shop is asked");
            std::thread::sleep(Duration::from_millis(10));
        }
        runner.stop(PATIENCE);
        let health = app.http().get(&format!("/api/v1/shops/{id}")).expect(200)["health"].clone();
        assert!(health["last_hint_at"].is_string(), "{health}");
    }
);

#[test]
fn an_order_that_leaves_the_list_meanwhile_takes_no_other_with_it() {
    let (app, shop) = (TestApp::sqlite(), Shop::of(240));
    let gateway = shop.start();
    let id = link(&app, &gateway.address());
    shop.leaves.store(5, Ordering::Relaxed);
    let runner = worker(&app);
    let job = pulled(&app, &id);
    assert_eq!((&job["state"], &job["attempt"]), (&json!("done"), &json!(1)), "{job}");
    // All 240 and the one that came while they were read.
    assert_eq!(states(&app).0 + states(&app).1, 241);
    runner.stop(PATIENCE);
}

#[test]
fn a_line_costs_what_the_buyer_paid_with_tax() {
    let (app, shop) = (TestApp::sqlite(), Shop::of(1));
    let gateway = shop.start();
    let id = link(&app, &gateway.address());
    let runner = worker(&app);
    assert_eq!(pulled(&app, &id)["state"], "done");
    runner.stop(PATIENCE);
    let order = app.http().get(&format!("/api/v1/orders?shop={id}")).expect(200)["items"][0].clone();
    assert_eq!(order["total"]["amount"], 2658);
    assert_eq!(order["lines"][0]["price"]["amount"], 1079, "(19.98 + 1.60) / 2");
}

#[test]
fn a_change_the_shop_does_not_tell_is_found_by_the_slow_sweep() {
    let (app, shop) = (TestApp::sqlite(), Shop::of(3));
    let gateway = shop.start();
    let id = link(&app, &gateway.address());
    let runner = worker(&app);
    pulled(&app, &id);
    assert_eq!(states(&app), (3, 0));
    // Its time of change stays where it was, as shops do it.
    shop.set(2, "cancelled", "2026-11-20T02:01:00");
    app.advance(chrono::Duration::hours(3));
    pulled(&app, &id);
    assert_eq!(states(&app), (2, 1));
    runner.stop(PATIENCE);
}

#[test]
fn a_shop_whose_key_has_ended_says_so_once_and_is_heard_again() {
    let (app, shop) = (TestApp::sqlite(), Shop::of(2));
    let gateway = shop.start();
    let id = link(&app, &gateway.address());
    let runner = worker(&app);
    shop.is_locked.store(true, Ordering::Relaxed);
    for _ in 0..4 {
        assert_eq!(pulled(&app, &id)["state"], "dead");
    }
    let health = || app.http().get(&format!("/api/v1/shops/{id}")).expect(200)["health"].clone();
    assert_eq!((&health()["state"], &health()["failures"]), (&json!("failing"), &json!(4)));
    assert!(health()["error"].as_str().is_some_and(|error| error.contains("link it anew")), "{}", health());
    let alarms = |kind: &str| {
        let events = app.http().get(&format!("/api/v1/events?subject={id}&limit=100")).expect(200);
        events["items"].as_array().expect("items").iter().filter(|event| event["kind"] == kind).count()
    };
    assert_eq!(alarms("shop.silent"), 1, "said once");
    shop.is_locked.store(false, Ordering::Relaxed);
    assert_eq!(pulled(&app, &id)["state"], "done");
    assert_eq!((&health()["state"], alarms("shop.heard")), (&json!("receiving"), 1));
    runner.stop(PATIENCE);
}

#[test]
fn one_pull_of_a_shop_waits_at_a_time_and_others_are_not_asked() {
    let app = TestApp::sqlite();
    let id = link(&app, "http://127.0.0.1:9");
    let pull = || app.http().post(&format!("/api/v1/shops/{id}/pull"), json!({})).expect(202)["id"].clone();
    assert_eq!(pull(), pull(), "an impatient click is answered with the same job");
    let pushed = app.shop("Tea House").id;
    let refused = app.http().post(&format!("/api/v1/shops/{pushed}/pull"), json!({}));
    assert_eq!(refused.problem(), "409 shop_not_pulled");
    let bad = json!({ "platform": "vendure", "name": "x", "settings": { "address": "ftp://shop" } });
    assert_eq!(app.http().post("/api/v1/shops", bad).problem(), "422 invalid_fields");
    let missing = app.write(|tx| pulling::enqueue(tx, huidan::domain::id::ShopId(4711)).map(|row| row.id));
    assert!(missing.is_err_and(|error| error.to_string().contains("4711")));
}

#[test]
fn shops_count_the_orders_of_a_day_by_filters_they_are_seen_to_know() {
    let gateway = Gateway::start(|asked| match asked.path.as_str() {
        "/wp-json/wc/v3/orders" => {
            let span = (asked.get("after"), asked.get("before"));
            let is_right = is_signed(asked) && span == ("2026-11-18T15:59:59", "2026-11-19T16:00:00");
            (if is_right { 200 } else { 401 }, vec![("x-wp-total", "12".to_owned())], "[]".to_owned())
        }
        "/admin/orders" => {
            let count = if asked.get("created_at[$gte]") == "2026-11-18T16:00:00Z" { 30 } else { 18 };
            (200, Vec::new(), json!({ "orders": [], "count": count, "offset": 0, "limit": 1 }).to_string())
        }
        _ => {
            let wish: Json = serde_json::from_str(&asked.body).expect("JSON");
            let between = json!({ "start": "2026-11-18T16:00:00Z", "end": "2026-11-19T15:59:59.999Z" });
            let is_right = wish["variables"]["o"]["filter"]["orderPlacedAt"]["between"] == between;
            let total = if is_right { 12 } else { 0 };
            (200, Vec::new(), json!({ "data": { "orders": { "totalItems": total } } }).to_string())
        }
    });
    let settings = ShopSettings { address: gateway.address(), ..ShopSettings::default() };
    let keys = json!({ "consumer_key": KEY, "consumer_secret": SECRET, "secret_key": "sk", "api_key": "k" });
    let (from, until) = ("2026-11-18T16:00:00Z", "2026-11-19T16:00:00Z");
    let at = |text| UtcTime::parse(text).expect("a time");
    let (http, clock) = (Http::default(), PlatformClock::default());
    let access = Access {
        http: &http,
        settings: &settings,
        credentials: keys.as_object().expect("an object"),
        now: at("2026-11-20T04:00:00Z"),
        began: Instant::now(),
        clock: &clock,
    };
    for platform in [Platform::Woocommerce, Platform::Medusa, Platform::Vendure] {
        let counting = connector(platform).and_then(Connector::counting).expect("it counts");
        assert_eq!(counting.placed(&access, at(from), at(until)), Ok(12), "{platform}");
    }
}

#[test]
fn pages_of_real_shops_are_read_to_the_last_field() {
    let app = TestApp::sqlite();
    for (platform, credential, fixture, expected) in [
        ("vendure", "api_key", include_str!("../fixtures/vendure/orders.json"), ["awaiting_shipment"; 6]),
        (
            "medusa",
            "secret_key",
            include_str!("../fixtures/medusa/orders.json"),
            [
                "unpaid",
                "awaiting_shipment",
                "awaiting_shipment",
                "awaiting_shipment",
                "awaiting_shipment",
                "awaiting_shipment",
            ],
        ),
    ] {
        let gateway = Gateway::start(move |asked| {
            let has_key = asked.headers.iter().any(|(name, value)| {
                name == "vendure-api-key" && value == "the-key"
                    || name == "authorization" && value == "Basic dGhlLWtleTo="
            });
            if has_key { (200, Vec::new(), fixture.to_owned()) } else { (401, Vec::new(), String::new()) }
        });
        let shop = json!({
            "platform": platform, "name": platform, "settings": { "address": gateway.address(), "buyer_note_key": "customerNote" },
            "credentials": { credential: "the-key" },
        });
        let id = app.http().post("/api/v1/shops", shop).expect(201)["id"].as_str().expect("an id").to_owned();
        let runner = worker(&app);
        assert_eq!(pulled(&app, &id)["state"], "done");
        runner.stop(PATIENCE);
        let page = app.http().get(&format!("/api/v1/orders?shop={id}&limit=50")).expect(200);
        let orders: Vec<&Json> = page["items"]
            .as_array()
            .expect("items")
            .iter()
            .filter(|order| order["shop"] == id.as_str())
            .collect();
        let mut found: Vec<_> =
            orders.iter().map(|order| order["state"].as_str().unwrap_or_default()).collect();
        let mut expected = expected.to_vec();
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected, "{platform}");
        for order in orders {
            assert!(order["lines"].as_array().is_some_and(|lines| !lines.is_empty()), "{order}");
            assert!(order["total"]["amount"].as_i64().is_some_and(|amount| amount > 500), "{order}");
        }
    }
}

each_database!(
    fn one_round_asks_the_shops_of_every_seller_and_leaves_those_that_cannot_be_asked(app: TestApp) {
        let other = app.other_seller();
        let mut shops = Vec::new();
        for seller in [&app, &other] {
            let linked = json!({ "platform": "medusa", "name": "Ours", "settings": { "address": "http://127.0.0.1:9" },
                                 "credentials": { "api_key": "k" } });
            let shop = seller.http().post("/api/v1/shops", linked).expect(201);
            shops.push(shop["id"].as_str().expect("an id").to_owned());
            seller.shop("By push");
        }
        for (kind, made) in [(pulling::PULL_ALL, "shop.pull"), (gap_checking::CHECK_ALL, "shop.gap_check")] {
            let mut rounds = Vec::new();
            for _ in 0..2 {
                let round = app.write(|tx| jobs::enqueue(tx, NewJob::new(kind, json!({}))));
                rounds.push(round.expect("a job").expect("it is new"));
            }
            let lanes = vec![Lane { name: "house".to_owned(), at_once: 1 }];
            let runner = Runner::start(
                parts(app.app(), registry::kinds(app.app())),
                Options { lanes, threads: 1, ..Options::default() },
            )
            .expect("threads");
            until("both rounds are made", || {
                rounds.iter().all(|round| app.read(|db| jobs::find(db, *round)).state.is_end())
            });
            runner.stop(PATIENCE);
            for (seller, shop) in [&app, &other].into_iter().zip(&shops) {
                let jobs =
                    seller.http().get(&format!("/api/v1/jobs?kind={made}")).expect(200)["items"].clone();
                let asked: Vec<_> =
                    jobs.as_array().expect("jobs").iter().map(|job| &job["arguments"]["shop"]).collect();
                assert_eq!(asked, [&json!(shop)], "{made}, once for each shop that can be asked");
            }
        }
    }
);
