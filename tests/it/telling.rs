//! Shops told by their API what left: three platforms played over HTTP, each refusing, forgetting and hanging up as
//! the real one does, and counting what it was told.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use huidan::db::shops::{self, ShopRow};
use huidan::domain::id::ShopId;
use huidan::jobs::registry;
use huidan::jobs::run::parts;
use huidan::operations::merging::{self, SplitLine};
use huidan::operations::write_backs::{self, WriteBack};
use serde_json::{Value as Json, json};
use workers::{Lane, Options, Retry, Runner};

use crate::number_runs::{run, shipments};
use crate::pulling::{KEY, SECRET, is_signed};
use crate::ship::{all_write_backs, ship};
use crate::support::effects::{PATIENCE, until};
use crate::support::gateway::{Asked, Gateway, Given};
use crate::support::shipments::the_shipment_of;
use crate::support::{TestApp, order, recipient};

/// An order as a shop keeps it.
#[derive(Default)]
struct Shown {
    state: String,
    /// Quantity by line.
    lines: BTreeMap<String, i64>,
    parcels: Vec<Fulfilment>,
    /// What WooCommerce keeps instead of parcels.
    numbers: String,
    /// How often the buyer was written to.
    mails: usize,
}

#[derive(Default)]
struct Fulfilment {
    lines: BTreeMap<String, i64>,
    number: String,
    key: String,
    is_shipped: bool,
}

impl Shown {
    fn rest(&self, line: &str) -> i64 {
        let gone: i64 = self.parcels.iter().filter_map(|parcel| parcel.lines.get(line)).sum();
        self.lines.get(line).copied().unwrap_or_default() - gone
    }
}

/// A shop by order number.
#[derive(Default)]
struct Shop {
    orders: Mutex<BTreeMap<String, Shown>>,
    /// So many further writes are done and never answered.
    silent_writes: AtomicUsize,
    /// Throttles once.
    is_tired: AtomicBool,
    is_locked: AtomicBool,
}

impl Shop {
    /// Order `101` of two lines, `102` of one.
    fn open(state: &str) -> Arc<Self> {
        let shop = Self::default();
        for (number, lines) in [("101", vec![("1", 2), ("2", 1)]), ("102", vec![("1", 3)])] {
            let lines = lines.into_iter().map(|(line, quantity)| (line.to_owned(), quantity)).collect();
            let shown = Shown { state: state.to_owned(), lines, ..Shown::default() };
            shop.orders().insert(number.to_owned(), shown);
        }
        // So many more that a search meets them too.
        for number in 1_000..1_150 {
            shop.orders().insert(number.to_string(), Shown { state: state.to_owned(), ..Shown::default() });
        }
        Arc::new(shop)
    }

    fn orders(&self) -> MutexGuard<'_, BTreeMap<String, Shown>> {
        self.orders.lock().expect("no holder panics")
    }

    fn set(&self, number: &str, change: impl FnOnce(&mut Shown)) {
        change(self.orders().get_mut(number).expect("an order"));
    }

    fn start(self: &Arc<Self>, answer: fn(&Self, &Asked) -> Given) -> Gateway {
        let shop = self.clone();
        Gateway::start(move |asked| {
            if shop.is_locked.load(Ordering::Relaxed) {
                return (401, Vec::new(), "{}".to_owned());
            }
            if shop.is_tired.swap(false, Ordering::Relaxed) {
                return (429, vec![("retry-after", "0".to_owned())], String::new());
            }
            answer(&shop, asked)
        })
    }

    /// The answer to a write that was done, if there is one.
    fn done(&self, body: Json) -> Given {
        let less = |left: usize| left.checked_sub(1);
        match self.silent_writes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less) {
            Ok(_) => (0, Vec::new(), String::new()),
            Err(_) => given(200, body),
        }
    }

    /// What each order shows: state, numbers, how often the buyer was written to.
    fn shows(&self) -> Vec<String> {
        let show = |(number, order): (&String, &Shown)| {
            let parcels: Vec<&str> = order.parcels.iter().map(|parcel| parcel.number.as_str()).collect();
            format!("{number} {} [{}{}] {}", order.state, order.numbers, parcels.join(", "), order.mails)
        };
        self.orders().iter().filter(|(number, _)| number.len() == 3).map(show).collect()
    }
}

fn given(status: u16, body: Json) -> Given {
    (status, Vec::new(), body.to_string())
}

fn woocommerce(shop: &Shop, asked: &Asked) -> Given {
    if !is_signed(asked) {
        return given(401, json!({ "code": "woocommerce_rest_cannot_view" }));
    }
    let number = asked.path.strip_prefix("/wp-json/wc/v3/orders/").unwrap_or_default().to_owned();
    let mut orders = shop.orders();
    let Some(order) = orders.get_mut(&number) else {
        return match asked.get("search") {
            "" => given(404, json!({ "code": "woocommerce_rest_shop_order_invalid_id" })),
            _ => given(200, json!([])),
        };
    };
    let show = |order: &Shown| {
        json!({ "id": number.parse::<i64>().expect("a number"), "number": number, "status": order.state,
            "meta_data": [{ "id": 7, "key": "_gift", "value": { "wrap": true } },
                          { "id": 8, "key": "_tracking_number", "value": order.numbers }] })
    };
    if asked.method == "GET" {
        return given(200, show(order));
    }
    let change: Json = serde_json::from_str(&asked.body).expect("JSON");
    for meta in change["meta_data"].as_array().into_iter().flatten() {
        if meta["key"] == "_tracking_number" {
            order.numbers = meta["value"].as_str().expect("a text").to_owned();
        }
    }
    // A cancelled or unpaid order is completed without complaint, as in the real one.
    if let Some(status) = change["status"].as_str() {
        order.mails += usize::from(status == "completed" && order.state != "completed");
        order.state = status.to_owned();
    }
    let shown = show(order);
    shop.done(shown)
}

fn vendure(shop: &Shop, asked: &Asked) -> Given {
    let body: Json = serde_json::from_str(&asked.body).expect("JSON");
    let (query, variables) = (body["query"].as_str().expect("a query"), &body["variables"]);
    let refuse = |field: &str, code: &str| {
        given(200, json!({ "data": { field: { "__typename": "X", "errorCode": code, "message": code } } }))
    };
    let mut orders = shop.orders();
    if query.contains("addFulfillmentToOrder") {
        let input = &variables["i"];
        let order = orders.get_mut("101").expect("the only one asked for");
        let lines: BTreeMap<String, i64> = input["lines"]
            .as_array()
            .expect("lines")
            .iter()
            .map(|line| (text(&line["orderLineId"]), line["quantity"].as_i64().expect("a number")))
            .collect();
        if lines.iter().any(|(line, quantity)| *quantity > order.rest(line)) {
            return refuse("addFulfillmentToOrder", "ITEMS_ALREADY_FULFILLED_ERROR");
        }
        let number = text(&input["handler"]["arguments"][1]["value"]);
        order.parcels.push(Fulfilment { lines, number, ..Fulfilment::default() });
        let id = order.parcels.len().to_string();
        let made = json!({ "__typename": "Fulfillment", "id": id, "state": "Pending" });
        return shop.done(json!({ "data": { "addFulfillmentToOrder": made } }));
    }
    if query.contains("transitionFulfillmentToState") {
        let order = orders.get_mut("101").expect("the only one asked for");
        let id: usize = text(&variables["id"]).parse().expect("an id");
        if std::mem::replace(&mut order.parcels[id - 1].is_shipped, true) {
            return refuse("transitionFulfillmentToState", "Cannot transition Fulfillment");
        }
        let is_whole = order.lines.keys().all(|line| order.rest(line) == 0);
        order.state = if is_whole { "Shipped" } else { "PartiallyShipped" }.to_owned();
        order.mails += 1;
        let moved = json!({ "__typename": "Fulfillment", "id": id.to_string(), "state": "Shipped" });
        return shop.done(json!({ "data": { "transitionFulfillmentToState": moved } }));
    }
    let code = text(&variables["code"]);
    let found = orders.get(&code).map(|order| {
        let parcels = order.parcels.iter().enumerate().map(|(at, parcel)| {
            json!({ "id": (at + 1).to_string(), "state": if parcel.is_shipped { "Shipped" } else { "Pending" },
                "trackingCode": parcel.number, "lines": parcel.lines.iter()
                    .map(|(line, quantity)| json!({ "orderLineId": line, "quantity": quantity })).collect::<Vec<_>>() })
        });
        json!({ "code": code, "state": order.state, "fulfillments": parcels.collect::<Vec<_>>(),
            "lines": order.lines.iter().map(|(id, quantity)| json!({ "id": id, "quantity": quantity })).collect::<Vec<_>>() })
    });
    given(200, json!({ "data": { "orders": { "items": found.into_iter().collect::<Vec<_>>() } } }))
}

fn medusa(shop: &Shop, asked: &Asked) -> Given {
    let mut orders = shop.orders();
    let Some(rest) = asked.path.strip_prefix("/admin/orders/order_") else {
        // The search finds everything that begins alike, page by page.
        let number = |name: &str| asked.get(name).parse::<usize>().expect(name);
        let found = orders.keys().filter(|number| number.starts_with(&asked.get("q")[..2]));
        let page = found.skip(number("offset")).take(number("limit"));
        let named = page.map(|number| {
            json!({ "id": format!("order_{number}"), "display_id": number.parse::<i64>().expect("a number") })
        });
        return given(200, json!({ "orders": named.collect::<Vec<_>>() }));
    };
    if asked.method == "GET" {
        let order = orders.get(rest).expect("an order");
        let parcels = order.parcels.iter().enumerate().map(|(at, parcel)| {
            json!({ "id": format!("ful_{at}"), "shipped_at": parcel.is_shipped.then_some("2026-11-21T00:00:00Z"),
                "canceled_at": null, "metadata": { "huidan_key": parcel.key },
                "labels": parcel.is_shipped.then(|| json!({ "tracking_number": parcel.number })).into_iter().collect::<Vec<_>>() })
        });
        let items = order.lines.iter().map(|(id, quantity)| {
            json!({ "id": id, "quantity": quantity, "detail": { "fulfilled_quantity": quantity - order.rest(id) } })
        });
        let shown = json!({ "id": format!("order_{rest}"), "status": order.state, "payment_status": "captured",
            "items": items.collect::<Vec<_>>(), "fulfillments": parcels.collect::<Vec<_>>() });
        return given(200, json!({ "order": shown }));
    }
    let body: Json = serde_json::from_str(&asked.body).expect("JSON");
    let (number, rest) = rest.split_once('/').expect("a deed");
    let order = orders.get_mut(number).expect("an order");
    if rest == "fulfillments" {
        let items = body["items"].as_array().expect("items").iter();
        let lines: BTreeMap<String, i64> =
            items.map(|item| (text(&item["id"]), item["quantity"].as_i64().expect("a number"))).collect();
        if lines.iter().any(|(line, quantity)| *quantity > order.rest(line)) {
            return given(400, json!({ "type": "not_allowed", "message": "No stock reservation found" }));
        }
        let key = text(&body["metadata"]["huidan_key"]);
        order.parcels.push(Fulfilment { lines, key, ..Fulfilment::default() });
    } else {
        let at: usize =
            rest["fulfillments/ful_".len()..].split('/').next().expect("an id").parse().expect("one");
        if std::mem::replace(&mut order.parcels[at].is_shipped, true) {
            return given(400, json!({ "message": "Shipment has already been created" }));
        }
        assert_eq!(body["labels"][0]["tracking_url"], "", "it must be there");
        order.parcels[at].number = text(&body["labels"][0]["tracking_number"]);
        order.mails += 1;
    }
    shop.done(json!({ "order": { "id": number } }))
}

fn text(value: &Json) -> String {
    value.as_str().expect("a text").to_owned()
}

pub fn link(app: &TestApp, platform: &str, gateway: &Gateway) -> ShopRow {
    let credentials = match platform {
        "woocommerce" => json!({ "consumer_key": KEY, "consumer_secret": SECRET }),
        "vendure" => json!({ "api_key": "the-key" }),
        "douyin" => {
            json!({ "app_key": "3409409348479354011", "app_secret": "dy-secret", "access_token": "token-1" })
        }
        "jd" => json!({ "app_key": "jd-app", "app_secret": "jd-secret", "access_token": "token-1" }),
        "kuaishou" => {
            json!({ "app_key": "ks-app", "app_secret": "ks-secret", "sign_secret": "ks-sign-secret", "access_token": "token-1",
            "message_key": crate::kuaishou::MESSAGE_KEY })
        }
        "xiaohongshu" => {
            json!({ "app_key": "xhs-app", "app_secret": "xhs-secret", "access_token": "token-1" })
        }
        "taobao" => json!({ "app_key": "12345678", "app_secret": "helloworld", "access_token": "token-0" }),
        "pdd" => json!({ "client_id": "1", "client_secret": "testSecret", "access_token": "token-0" }),
        "shopify" => json!({ "access_token": "shpat_test", "webhook_secret": "hush" }),
        _ => json!({ "secret_key": "the-key" }),
    };
    let shop = json!({ "platform": platform, "name": platform, "credentials": credentials,
        "settings": { "address": gateway.address() } });
    let id = app.http().post("/api/v1/shops", shop).expect(201)["id"].as_str().expect("an id").to_owned();
    let id: ShopId = id.parse().expect("an id");
    app.read(|db| shops::find(db, id))
}

/// A worker that tries again at once.
pub fn worker(app: &TestApp) -> Runner {
    let options = Options {
        lanes: vec![Lane { name: "tell".to_owned(), at_once: 4 }],
        idle_poll: Duration::from_millis(20),
        quiet_poll: Duration::from_millis(20),
        ..Options::default()
    };
    let mut kinds = registry::kinds(app.app());
    for kind in kinds.iter_mut().filter(|kind| kind.name.ends_with(".tell")) {
        kind.retry = Retry { base: Duration::from_millis(1), cap: Duration::from_millis(1) };
    }
    Runner::start(parts(app.app(), kinds), options).expect("threads")
}

/// Orders 101 and 102 of different people, numbered.
fn two_parcels(app: &TestApp, shop: &ShopRow) -> Vec<huidan::domain::id::ShipmentId> {
    app.push(
        shop,
        &[
            order("101").to(recipient("陈一")).line("A", 2).line("B", 1),
            order("102").to(recipient("陈二")).line("C", 3),
        ],
    );
    let ids = shipments(app);
    run(app, &ids);
    ids
}

pub fn said(all: &[WriteBack]) -> Vec<String> {
    all.iter().map(|told| format!("{} {} {}", told.order_number, told.number, told.state)).collect()
}

pub fn waits(app: &TestApp) -> usize {
    all_write_backs(app).iter().filter(|told| told.state.as_str() == "waiting").count()
}

each_database!(
    fn both_orders_of_a_merged_parcel_show_its_number_once_though_answers_are_lost(app: TestApp) {
        let shop = Shop::open("processing");
        let gateway = shop.start(woocommerce);
        let linked = link(&app, "woocommerce", &gateway);
        app.push(&linked, &[order("101").line("A", 2).line("B", 1), order("102").line("C", 3)]);
        let ids = shipments(&app);
        assert_eq!(ids.len(), 1, "one recipient, one parcel");
        run(&app, &ids);
        shop.is_tired.store(true, Ordering::Relaxed);
        shop.silent_writes.store(2, Ordering::Relaxed);
        ship(&app, &ids);
        ship(&app, &ids);
        let runner = worker(&app);
        until("both are told", || waits(&app) == 0);
        runner.stop(PATIENCE);
        let number = "100000000001";
        assert_eq!(
            said(&all_write_backs(&app)),
            [format!("101 {number} done"), format!("102 {number} done")]
        );
        assert_eq!(
            shop.shows(),
            [format!("101 completed [{number}] 1"), format!("102 completed [{number}] 1")]
        );
        let proof = &all_write_backs(&app)[0].reply;
        assert!(proof.contains("completed") && proof.contains(number), "{proof}");
    }
);

#[test]
fn a_parcel_told_in_two_calls_is_finished_when_it_was_cut_off_between_them() {
    for (platform, answer, state, shipped) in [
        ("vendure", vendure as fn(&Shop, &Asked) -> Given, "PaymentSettled", "Shipped"),
        ("medusa", medusa, "pending", "pending"),
    ] {
        let app = TestApp::sqlite();
        let shop = Shop::open(state);
        let gateway = shop.start(answer);
        let linked = link(&app, platform, &gateway);
        app.push(&linked, &[order("101").line("A", 2).line("B", 1)]);
        let ids = shipments(&app);
        run(&app, &ids);
        // Neither the fulfilment nor its shipment is answered; both are done.
        shop.silent_writes.store(2, Ordering::Relaxed);
        ship(&app, &ids);
        let runner = worker(&app);
        until("it is told", || waits(&app) == 0);
        runner.stop(PATIENCE);
        assert_eq!(said(&all_write_backs(&app)), ["101 100000000001 done"], "{platform}");
        assert_eq!(shop.shows()[0], format!("101 {shipped} [100000000001] 1"), "{platform}");
    }
}

#[test]
fn pieces_of_one_order_are_told_parcel_by_parcel() {
    for (platform, answer, state, [first, last]) in [
        (
            "woocommerce",
            woocommerce as fn(&Shop, &Asked) -> Given,
            "processing",
            ["101 processing [100000000001] 0", "101 completed [100000000001, 100000000002] 1"],
        ),
        (
            "vendure",
            vendure,
            "PaymentSettled",
            ["101 PartiallyShipped [100000000001] 1", "101 Shipped [100000000001, 100000000002] 2"],
        ),
        (
            "medusa",
            medusa,
            "pending",
            ["101 pending [100000000001] 1", "101 pending [100000000001, 100000000002] 2"],
        ),
    ] {
        let app = TestApp::sqlite();
        let shop = Shop::open(state);
        let gateway = shop.start(answer);
        let linked = link(&app, platform, &gateway);
        let taken = app.push(&linked, &[order("101").line("A", 2).line("B", 1)]);
        let whole = the_shipment_of(&app, taken[0].order);
        let part = SplitLine { line: whole.lines[1].line, quantity: 1 };
        app.write(|tx| merging::split(tx, whole.id, &[part])).expect("it is split");
        let ids = shipments(&app);
        assert_eq!(ids.len(), 2);
        run(&app, &ids);
        let runner = worker(&app);
        ship(&app, &ids[..1]);
        until("the first is told", || waits(&app) == 0);
        assert_eq!(shop.shows()[0], first, "{platform}");
        ship(&app, &ids[1..]);
        until("the second is told", || all_write_backs(&app).len() == 2 && waits(&app) == 0);
        runner.stop(PATIENCE);
        assert_eq!(shop.shows()[0], last, "{platform}");
    }
}

#[test]
fn an_order_called_off_or_shipped_otherwise_is_refused_in_the_shops_words() {
    for (platform, answer, state, cancelled) in [
        ("woocommerce", woocommerce as fn(&Shop, &Asked) -> Given, "processing", "cancelled"),
        ("vendure", vendure, "PaymentSettled", "Cancelled"),
        ("medusa", medusa, "pending", "canceled"),
    ] {
        let app = TestApp::sqlite();
        let shop = Shop::open(state);
        let gateway = shop.start(answer);
        let linked = link(&app, platform, &gateway);
        let ids = two_parcels(&app, &linked);
        shop.set("101", |order| order.state = cancelled.to_owned());
        shop.set("102", |order| {
            let lines = order.lines.clone();
            let number = "YT999".to_owned();
            match platform {
                "woocommerce" => order.numbers = number,
                _ => order.parcels.push(Fulfilment {
                    lines,
                    number,
                    is_shipped: true,
                    ..Fulfilment::default()
                }),
            }
        });
        let before = shop.shows();
        ship(&app, &ids);
        let runner = worker(&app);
        until("both are answered", || waits(&app) == 0);
        runner.stop(PATIENCE);
        let all = all_write_backs(&app);
        assert!(all.iter().all(|told| told.state.as_str() == "refused"), "{platform}: {:?}", said(&all));
        assert!(all[0].reply.contains("cancel") || all[0].reply.contains("Cancel"), "{}", all[0].reply);
        assert!(all[1].reply.contains("YT999"), "{}", all[1].reply);
        assert_eq!(shop.shows(), before, "{platform} was left as it was");
    }
}

each_database!(
    fn a_shop_whose_key_has_ended_is_told_everything_when_it_has_a_new_one(app: TestApp) {
        let shop = Shop::open("processing");
        let gateway = shop.start(woocommerce);
        let linked = link(&app, "woocommerce", &gateway);
        let ids = two_parcels(&app, &linked);
        shop.is_locked.store(true, Ordering::Relaxed);
        let runner = worker(&app);
        ship(&app, &ids);
        let tried = || all_write_backs(&app).iter().filter(|told| told.tries == 1).count();
        until("both were tried", || tried() == 2);
        let all = all_write_backs(&app);
        assert!(
            all.iter().all(|told| told.state.as_str() == "waiting" && told.reply.contains("link it anew"))
        );
        assert!(all.iter().all(|told| told.next_try_at > Some(app.now())));
        shop.is_locked.store(false, Ordering::Relaxed);
        let path = format!("/api/v1/shops/{}", linked.id);
        let key = json!({ "credentials": { "consumer_key": KEY, "consumer_secret": SECRET } });
        app.http().patch(&path, key).expect(200);
        until("both are told", || waits(&app) == 0);
        runner.stop(PATIENCE);
        assert_eq!(shop.shows(), ["101 completed [100000000001] 1", "102 completed [100000000002] 1"]);
    }
);

#[test]
fn what_was_sent_and_never_heard_is_for_a_person_and_can_be_asked_again() {
    let app = TestApp::sqlite();
    let shop = Shop::open("processing");
    let gateway = shop.start(|shop, asked| match asked.method.as_str() {
        "GET" => woocommerce(shop, asked),
        // Not even done: the shop's host is out of order.
        _ => (0, Vec::new(), String::new()),
    });
    let linked = link(&app, "woocommerce", &gateway);
    let ids = two_parcels(&app, &linked);
    let runner = worker(&app);
    ship(&app, &ids[..1]);
    until("it was tried often enough", || waits(&app) == 0);
    let told = all_write_backs(&app).remove(0);
    assert_eq!((told.state.as_str(), told.tries), ("unknown", 1));
    drop(gateway);

    let gateway = shop.start(woocommerce);
    let path = format!("/api/v1/shops/{}", linked.id);
    let moved = json!({ "settings": { "address": gateway.address() },
        "credentials": { "consumer_key": KEY, "consumer_secret": SECRET } });
    app.http().patch(&path, moved).expect(200);
    app.write(|tx| write_backs::retry(tx, told.id)).expect("it waits again");
    until("it is told", || waits(&app) == 0);
    runner.stop(PATIENCE);
    assert_eq!(shop.shows()[0], "101 completed [100000000001] 1");
}

#[test]
fn a_shop_without_an_address_is_told_by_others_as_before() {
    let app = TestApp::sqlite();
    let shop = json!({ "platform": "woocommerce", "name": "Woo" });
    let id = app.http().post("/api/v1/shops", shop).expect(201)["id"].as_str().expect("an id").to_owned();
    let id: ShopId = id.parse().expect("an id");
    let linked = app.read(|db| shops::find(db, id));
    let ids = two_parcels(&app, &linked);
    ship(&app, &ids);
    assert_eq!(waits(&app), 2);
    assert_eq!(app.http().get("/api/v1/jobs?kind=write_back.tell").expect(200)["items"], json!([]));
}
