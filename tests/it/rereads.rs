//! What changed between number and label: the shop is asked once more, and labels do not wait for it for long.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use chrono::Duration as Span;
use huidan::connectors::capability;
use huidan::connectors::link::Sweep;
use huidan::db::statement::sql;
use huidan::domain::id::{ShipmentId, ShopId};
use huidan::jobs::authorising::open;
use huidan::jobs::registry;
use huidan::jobs::run::parts;
use serde_json::{Value as Json, json};
use workers::{Lane, Options, Runner};

use crate::gateways::{top, woo};
use crate::linked_day::places::{self, Change, Place};
use crate::number_runs::{run, shipments};
use crate::pulling;
use crate::support::TestApp;
use crate::support::effects::PATIENCE;
use crate::support::gateway::Gateway;

/// Longer than what was read counts as known.
const A_WHILE: Span = Span::seconds(61);

/// Workers for pulls and for what labels wait for.
fn workers(app: &TestApp) -> Runner {
    let lane = |name: &str| Lane { name: name.to_owned(), at_once: 4 };
    let options = Options {
        lanes: vec![lane("pull"), lane("reread")],
        idle_poll: Duration::from_millis(20),
        quiet_poll: Duration::from_millis(20),
        ..Options::default()
    };
    Runner::start(parts(app.app(), registry::kinds(app.app())), options).expect("threads")
}

fn link(app: &TestApp, platform: &str, mut keys: Json, address: &str) -> String {
    // Whoever has a token may type it, where no browser consents.
    match platform {
        "woocommerce" => {}
        "douyin" => keys["access_token"] = "token-1".into(),
        _ => keys["access_token"] = "token-0".into(),
    }
    let shop = json!({ "platform": platform, "name": address, "settings": { "address": address }, "credentials": keys });
    app.http().post("/api/v1/shops", shop).expect(201)["id"].as_str().expect("an id").to_owned()
}

/// The shop tells single orders as its list did, and names those it does not know.
pub fn assert_tells_again(app: &TestApp, shop: ShopId) {
    let door = open(app.app(), app.owner(), shop, None).unwrap_or_else(|_| panic!("shop {shop} is open"));
    let access = door.access(app.app());
    let (mut listed, mut from) = (Vec::new(), None);
    loop {
        let sweep = Sweep::Placed(access.now.plus(-Span::days(30)));
        let page = door.connector.orders(&access, sweep, from.as_deref()).expect("a page");
        listed.extend(page.orders);
        from = page.next;
        if from.is_none() {
            break;
        }
    }
    listed.truncate(2);
    let mut numbers: Vec<&str> = listed.iter().map(|order| order.number.as_str()).collect();
    numbers.push("4711");
    let mut told = Vec::new();
    let rereading = door.connector.rereading().expect("it tells single orders");
    let at_once = capability::of(door.shop.platform).and_then(|one| one.by_number).expect("it says how many");
    for numbers in numbers.chunks(at_once) {
        let page = rereading.read(&access, numbers).expect("it answers");
        told.extend(page.orders);
        assert!(page.unreadable.iter().all(|(number, _)| number == "4711"), "{:?}", page.unreadable);
    }
    assert!(!listed.is_empty());
    assert_eq!(told, listed);
}

/// Labels of these shipments; the print job.
fn labels(app: &TestApp, ids: &[ShipmentId]) -> String {
    let wish = json!({ "paper": "waybill", "size": "100x150", "shipments": ids });
    app.http().post("/api/v1/print-jobs", wish).expect(201)["id"].as_str().expect("a job").to_owned()
}

/// Fetches the document; how long that took.
fn fetch(app: &TestApp, job: &str) -> Duration {
    let begun = Instant::now();
    let answer = app.http().get(&format!("/api/v1/print-jobs/{job}/document"));
    assert!([200, 409].contains(&answer.status), "{}", answer.text());
    begun.elapsed()
}

/// State and reason of each sheet: `sent`, `spoiled refunded`.
fn sheets(app: &TestApp, job: &str) -> Vec<String> {
    let job = app.http().get(&format!("/api/v1/print-jobs/{job}")).expect(200);
    let text = |sheet: &Json, name: &str| sheet[name].as_str().unwrap_or_default().to_owned();
    let show = |sheet: &Json| format!("{} {}", text(sheet, "state"), text(sheet, "reason")).trim().to_owned();
    job["sheets"].as_array().expect("sheets").iter().map(show).collect()
}

fn events(app: &TestApp, kind: &str) -> Vec<Json> {
    let page = app.http().get("/api/v1/events?limit=200").expect(200);
    let items = page["items"].as_array().expect("a page");
    items.iter().filter(|event| event["kind"] == kind).map(|event| event["data"].clone()).collect()
}

/// What of four orders still gets its label when one was called off, one is asked back and one is held meanwhile.
fn only_what_stands_is_labelled(app: &TestApp, place: &Place) {
    let shop = link(app, place.platform, place.keys(), &place.address());
    [0, 1, 2, 4].into_iter().for_each(|n| place.sell(n));
    assert_eq!(pulling::pulled(app, &shop)["state"], "done", "{}", place.platform);
    let before: Vec<ShipmentId> = app.read(|db| {
        let text = "SELECT DISTINCT so.shipment_id AS one FROM shipment_orders so JOIN shipments s ON s.seller_id = so.seller_id \
             AND s.id = so.shipment_id WHERE so.seller_id = ? AND so.shop_id = ? AND s.waybill = '' ORDER BY 1";
        let statement = sql(text).bind(db.seller()).bind(shop.parse::<i64>().expect("an id"));
        let rows = db.load::<huidan::db::One>(statement)?;
        Ok::<_, huidan::domain::error::Error>(rows.into_iter().map(|row| ShipmentId(row.one)).collect())
    });
    assert_eq!(before.len(), 4, "{}", place.platform);
    // No two parcels have one number, of whatever shop.
    let first = format!("1{:011}", 1_000 * before[0].0);
    let wish = json!({ "carrier": "zto", "format": "zto-12", "first_number": first, "shipments": before });
    app.http().post("/api/v1/number-runs", wish).expect(201);
    app.advance(A_WHILE);
    place.change(1, Change::Cancel);
    place.change(2, Change::AskBack);
    place.change(4, Change::Hold);
    let job = labels(app, &before);
    let took = fetch(app, &job);
    let mut states: Vec<String> = sheets(app, &job);
    states.sort();
    let is_left_out = |state: &&String| state.starts_with("spoiled");
    assert_eq!(
        (states[0].as_str(), states.iter().filter(is_left_out).count()),
        ("sent", 3),
        "{} {states:?}",
        place.platform
    );
    assert!(took < Duration::from_secs(5), "{} answered: {took:?}", place.platform);
    assert_eq!(events(app, "print_job.unread"), Vec::<Json>::new());
}

each_database!(
    fn what_was_called_off_asked_back_or_held_after_its_number_gets_no_label(app: TestApp) {
        let runner = workers(&app);
        for place in places::open(app.app()) {
            only_what_stands_is_labelled(&app, &place);
        }
        runner.stop(PATIENCE);
    }
);

each_database!(
    fn a_label_for_the_old_address_is_not_printed_and_the_new_one_is(app: TestApp) {
        let shop = woo::Shop::new();
        let gateway = shop.open();
        let runner = workers(&app);
        let id = link(&app, "woocommerce", woo::credentials(), &gateway.address());
        (0..2).for_each(|n| shop.sell(n));
        assert_eq!(pulling::pulled(&app, &id)["state"], "done");
        assert_tells_again(&app, id.parse().expect("an id"));
        let ids = shipments(&app);
        run(&app, &ids);
        let job = labels(&app, &ids);
        app.advance(A_WHILE);
        shop.moves_house(2);
        fetch(&app, &job);
        assert_eq!(
            sheets(&app, &job),
            ["sent", "spoiled sheet_stale"],
            "the parcel waits for a label of the new address"
        );
        runner.stop(PATIENCE);
    }
);

each_database!(
    fn a_dead_shop_keeps_labels_back_for_seconds_once_and_that_is_said(app: TestApp) {
        let (dead, alive) = (woo::Shop::new(), woo::Shop::new());
        let is_dead = Arc::new(AtomicBool::new(false));
        let (shop, hangs) = (dead.clone(), is_dead.clone());
        let dead_gateway = Gateway::start(move |asked| {
            while hangs.load(Ordering::Relaxed) {
                std::thread::sleep(Duration::from_millis(20));
            }
            shop.answer(asked)
        });
        let gateway = alive.open();
        let runner = workers(&app);
        let shops = [&dead_gateway, &gateway]
            .map(|gateway| link(&app, "woocommerce", woo::credentials(), &gateway.address()));
        // Different people.
        (0..2).for_each(|n| dead.sell(n));
        (2..4).for_each(|n| alive.sell(n));
        for shop in &shops {
            assert_eq!(pulling::pulled(&app, shop)["state"], "done");
        }
        let ids = shipments(&app);
        assert_eq!(ids.len(), 4);
        run(&app, &ids);
        app.advance(A_WHILE);
        is_dead.store(true, Ordering::Relaxed);
        alive.set(4, "cancelled");

        let job = labels(&app, &ids);
        let took = fetch(&app, &job);
        assert_eq!(sheets(&app, &job)[..3], ["sent", "sent", "sent"], "what is known is printed");
        assert!(
            sheets(&app, &job)[3].starts_with("spoiled"),
            "the other shop was heard: {:?}",
            sheets(&app, &job)
        );
        assert!(took < Duration::from_secs(9), "it waits for five seconds: {took:?}");
        assert_eq!(events(&app, "print_job.unread"), [json!({ "shops": [shops[0]] })]);

        let again = fetch(&app, &job);
        assert!(
            again < Duration::from_secs(3),
            "a shop that did not answer is left alone for a while: {again:?}"
        );
        assert_eq!(events(&app, "print_job.unread").len(), 1, "said once");
        is_dead.store(false, Ordering::Relaxed);
        runner.stop(PATIENCE);
    }
);

each_database!(
    fn a_shop_that_was_just_read_or_is_not_to_be_asked_costs_no_call(app: TestApp) {
        let shop = woo::Shop::new();
        let gateway = shop.open();
        let runner = workers(&app);
        let id = link(&app, "woocommerce", woo::credentials(), &gateway.address());
        (0..2).for_each(|n| shop.sell(n));
        assert_eq!(pulling::pulled(&app, &id)["state"], "done");
        let ids = shipments(&app);
        run(&app, &ids);
        let calls = shop.asked();
        fetch(&app, &labels(&app, &ids[..1]));
        assert_eq!(shop.asked(), calls, "it was read a moment ago");

        app.advance(A_WHILE);
        let change = |is_on: bool| json!({ "settings": { "reread_before_print": is_on } });
        app.http().patch(&format!("/api/v1/shops/{id}"), change(false)).expect(200);
        let job = labels(&app, &ids[1..]);
        fetch(&app, &job);
        assert_eq!(shop.asked(), calls, "its seller does not want it");
        app.http().patch(&format!("/api/v1/shops/{id}"), change(true)).expect(200);
        fetch(&app, &job);
        assert_eq!(shop.asked(), calls + 1, "one call reads all its orders");
        runner.stop(PATIENCE);
    }
);

each_database!(
    fn many_labels_of_a_shop_that_tells_orders_one_by_one_cost_one_look_at_its_list(app: TestApp) {
        let now = app.now().chrono().timestamp();
        let (shop, gateway) = top::start(app.app(), top::trades(40, now - 600, 1));
        let runner = workers(&app);
        let keys = json!({ "app_key": top::KEY, "app_secret": top::SECRET });
        let id = link(&app, "taobao", keys, &gateway.address());
        assert_eq!(pulling::pulled(&app, &id)["result"], json!({ "orders": 40 }));
        let ids = shipments(&app);
        run(&app, &ids);
        app.advance(A_WHILE);
        let now = app.now().chrono().timestamp();
        {
            let mut rows = shop.rows();
            let trade = rows.get_mut(&(top::FIRST + 7)).expect("a trade");
            (trade.status, trade.modified) = ("TRADE_CLOSED", now);
        }
        let lists = shop.lists.load(Ordering::Relaxed);
        let job = labels(&app, &ids);
        fetch(&app, &job);
        let states = sheets(&app, &job);
        assert_eq!(states.iter().filter(|state| *state == "sent").count(), 39, "{states:?}");
        assert!(shop.lists.load(Ordering::Relaxed) > lists);
        runner.stop(PATIENCE);
    }
);
