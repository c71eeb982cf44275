//! Shopify, played over HTTP: queries cost points, orders change between pages, goods lie at two places, answers get
//! lost after the deed.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use huidan::db::jobs::{self, NewJob};
use huidan::jobs::pulling::PULL_ALL;
use huidan::jobs::registry;
use huidan::jobs::run::parts;
use huidan::operations::merging::{self, SplitLine};
use serde_json::{Value as Json, json};
use workers::{Lane, Options, Runner};

use crate::number_runs::{run, shipments};
use crate::pulling;
use crate::rereads::assert_tells_again;
use crate::ship::{all_write_backs, ship};
use crate::support::TestApp;
use crate::support::effects::{PATIENCE, until};
use crate::support::gateway::{Asked, Gateway, Given};
use crate::support::orders::{OrderBuilder, order};
use crate::support::played::{count, orders, pull};
use crate::support::shipments::the_shipment_of;
use crate::telling::{link, said, waits, worker};

/// When all orders were placed.
const PLACED: &str = "2026-11-20T01:00:00Z";

/// A shop by order name.
#[derive(Default)]
struct Shop {
    orders: Mutex<BTreeMap<String, Shown>>,
    pages: AtomicUsize,
    /// Has no points left, once.
    is_tired: AtomicBool,
    /// So many further writes are done and never answered.
    silent_writes: AtomicUsize,
}

/// An order as the shop keeps it: pieces of each line at each place.
#[derive(Clone)]
struct Shown {
    id: usize,
    updated: String,
    lines: usize,
    state: &'static str,
    /// What remains: place, line, pieces.
    remaining: Vec<(usize, usize, i64)>,
    fulfillments: Vec<(String, Vec<(usize, i64)>)>,
    mails: usize,
}

impl Shown {
    fn new(id: usize, lines: usize) -> Self {
        let updated = format!("2026-11-20T02:{:02}:{:02}Z", id / 60, id % 60);
        let remaining = (1..=lines).map(|line| (1, line, 1)).collect();
        Self { id, updated, lines, state: "UNFULFILLED", remaining, fulfillments: Vec::new(), mails: 0 }
    }
}

fn given(body: Json) -> Given {
    (200, Vec::new(), body.to_string())
}

fn refused(code: &str) -> Given {
    let cost = json!({ "requestedQueryCost": 500, "throttleStatus": { "currentlyAvailable": 450, "restoreRate": 100 } });
    given(
        json!({ "errors": [{ "message": code, "extensions": { "code": code } }], "extensions": { "cost": cost } }),
    )
}

fn gid(kind: &str, number: impl std::fmt::Display) -> String {
    format!("gid://shopify/{kind}/{number}")
}

impl Shop {
    fn of(orders: impl IntoIterator<Item = Shown>) -> Arc<Self> {
        let shop = Self::default();
        shop.orders().extend(orders.into_iter().map(|order| (format!("#{}", order.id), order)));
        Arc::new(shop)
    }

    fn orders(&self) -> MutexGuard<'_, BTreeMap<String, Shown>> {
        self.orders.lock().expect("no holder panics")
    }

    fn start(self: &Arc<Self>) -> Gateway {
        let shop = self.clone();
        Gateway::start(move |asked| shop.answer(asked))
    }

    fn answer(&self, asked: &Asked) -> Given {
        assert_eq!(asked.path, "/admin/api/2026-07/graphql.json");
        let token = asked.headers.iter().find(|(name, _)| name == "x-shopify-access-token");
        if token.is_none_or(|(_, token)| token != "shpat_test") {
            return (
                401,
                Vec::new(),
                json!({ "errors": "[API] Invalid API key or access token" }).to_string(),
            );
        }
        if self.is_tired.swap(false, Ordering::Relaxed) {
            return refused("THROTTLED");
        }
        let body: Json = serde_json::from_str(&asked.body).expect("JSON");
        let (query, variables) = (body["query"].as_str().expect("a query"), &body["variables"]);
        if query.contains("fulfillmentCreate") {
            return self.fulfil(&variables["f"]);
        }
        if query.contains("fulfillmentOrders(") {
            return self.show_for_shipping(variables["q"].as_str().expect("a filter"));
        }
        if query.contains("ordersCount(") {
            let filter = variables["q"].as_str().expect("a filter");
            let bound = |sign: &str| {
                filter.split(sign).nth(1).and_then(|rest| rest.split('\'').next()).expect("a bound")
            };
            let is_in = (bound(":>='")..bound(":<'")).contains(&PLACED);
            let count = if is_in { self.orders().len() } else { 0 };
            return given(json!({ "data": { "ordersCount": { "count": count } } }));
        }
        if query.contains("order(id:") {
            let id = variables["id"].as_str().expect("an id");
            let orders = self.orders();
            let order = orders.values().find(|order| gid("Order", order.id) == id).expect("an order");
            return given(json!({ "data": { "order": { "lineItems": lines(order, variables, "n") } } }));
        }
        self.page(variables)
    }

    fn page(&self, variables: &Json) -> Given {
        let size = variables["n"].as_u64().expect("a size");
        if size > 20 {
            return refused("MAX_COST_EXCEEDED");
        }
        let filter = variables["q"].as_str().expect("a filter");
        if filter.starts_with("name:") {
            let orders = self.orders();
            let named = |name: &String| filter.split(" OR ").any(|one| one == format!("name:\"{name}\""));
            let found = orders.iter().filter(|(name, _)| named(&(*name).to_string()));
            let nodes: Vec<Json> = found.map(|(_, order)| show(order, variables)).collect();
            let last = json!({ "hasNextPage": false, "endCursor": null });
            return given(json!({ "data": { "orders": { "nodes": nodes, "pageInfo": last } } }));
        }
        let (field, since) = filter.split_once(":>='").expect("a filter by time");
        assert_eq!(variables["by"], if field == "updated_at" { "UPDATED_AT" } else { "CREATED_AT" });
        let key = |order: &Shown| format!("{} {:05}", order.updated, order.id);
        let after = variables["after"].as_str().unwrap_or(since.trim_end_matches('\''));
        let mut orders = self.orders();
        let mut found: Vec<&Shown> = orders.values().filter(|order| key(order).as_str() > after).collect();
        found.sort_by_key(|order| key(order));
        let size = usize::try_from(size).expect("a size");
        let (has_next, page) = (found.len() > size, &found[..size.min(found.len())]);
        let nodes: Vec<Json> = page.iter().map(|order| show(order, variables)).collect();
        let end = page.last().map(|order| key(order));
        let answer = json!({ "data": { "orders": { "nodes": nodes, "pageInfo": { "hasNextPage": has_next, "endCursor": end } } } });
        // While the first page is read, one of its orders and one far behind change.
        if self.pages.fetch_add(1, Ordering::Relaxed) == 0 {
            for name in ["#3", "#60"] {
                if let Some(order) = orders.get_mut(name) {
                    (order.updated, order.state) = ("2026-11-20T03:59:00Z".to_owned(), "ON_HOLD");
                }
            }
        }
        given(answer)
    }

    fn show_for_shipping(&self, filter: &str) -> Given {
        let orders = self.orders();
        let name = filter.trim_start_matches("name:\"").trim_end_matches('"');
        let nodes: Vec<Json> = orders.get(name).into_iter().map(|order| {
            let line = |line: usize| json!({ "id": gid("LineItem", format!("{}{line:02}", order.id)) });
            let fulfillments = order.fulfillments.iter().map(|(number, lines)| {
                json!({ "status": "SUCCESS", "trackingInfo": [{ "number": number }], "fulfillmentLineItems": { "nodes":
                    lines.iter().map(|(at, quantity)| json!({ "quantity": quantity, "lineItem": line(*at) })).collect::<Vec<_>>() } })
            });
            let places = [1, 2].map(|place| {
                let here = order.remaining.iter().filter(|(at, _, _)| *at == place);
                let lines: Vec<Json> = here.map(|(_, at, left)| {
                    json!({ "id": gid("FulfillmentOrderLineItem", format!("{place}{at:02}")), "remainingQuantity": left, "lineItem": line(*at) })
                }).collect();
                let is_open = lines.iter().any(|line| line["remainingQuantity"] != 0);
                json!({ "id": gid("FulfillmentOrder", format!("{}{place}", order.id)), "status": if is_open { "OPEN" } else { "CLOSED" },
                    "assignedLocation": { "location": { "id": gid("Location", place) } }, "lineItems": { "nodes": lines } })
            });
            json!({ "name": name, "cancelledAt": null, "displayFinancialStatus": "PAID",
                "fulfillments": fulfillments.collect::<Vec<_>>(), "fulfillmentOrders": { "nodes": places } })
        }).collect();
        given(json!({ "data": { "orders": { "nodes": nodes } } }))
    }

    fn fulfil(&self, wish: &Json) -> Given {
        let tail =
            |value: &Json| value.as_str().expect("a gid").rsplit('/').next().expect("a tail").to_owned();
        let mut orders = self.orders();
        let groups = wish["lineItemsByFulfillmentOrder"].as_array().expect("groups");
        let mut places: Vec<String> = Vec::new();
        let mut lines = Vec::new();
        let refuse = |message: &str| {
            given(
                json!({ "data": { "fulfillmentCreate": { "fulfillment": null, "userErrors": [{ "field": ["fulfillment"], "message": message }] } } }),
            )
        };
        let first = tail(&groups[0]["fulfillmentOrderId"]);
        let order = orders.get_mut(&format!("#{}", &first[..first.len() - 1])).expect("an order");
        for group in groups {
            places.push(tail(&group["fulfillmentOrderId"]));
            for line in group["fulfillmentOrderLineItems"].as_array().expect("lines") {
                let id = tail(&line["id"]);
                let (place, at): (usize, usize) =
                    (id[..1].parse().expect("a place"), id[1..].parse().expect("a line"));
                let quantity = line["quantity"].as_i64().expect("a number");
                let left = order
                    .remaining
                    .iter_mut()
                    .find(|(here, line, _)| (*here, *line) == (place, at))
                    .expect("a line");
                if quantity > left.2 {
                    return refuse("Invalid fulfillment order line item quantity requested.");
                }
                left.2 -= quantity;
                lines.push((at, quantity));
            }
        }
        if places.len() > 1 {
            return refuse("All fulfillment orders must be assigned to the same location.");
        }
        let number = wish["trackingInfo"]["number"].as_str().expect("a number").to_owned();
        order.mails += usize::from(wish["notifyCustomer"] == true);
        order.fulfillments.push((number, lines));
        let less = |left: usize| left.checked_sub(1);
        if self.silent_writes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_ok() {
            return (0, Vec::new(), String::new());
        }
        given(
            json!({ "data": { "fulfillmentCreate": { "fulfillment": { "id": gid("Fulfillment", 1), "status": "SUCCESS" }, "userErrors": [] } } }),
        )
    }
}

fn show(order: &Shown, variables: &Json) -> Json {
    let money = |amount: &str| json!({ "shopMoney": { "amount": amount, "currencyCode": "USD" } });
    // Without the right to protected data the address is null.
    let address = (order.id != 5).then(|| {
        json!({ "firstName": "子涵", "lastName": format!("李{}", order.id), "company": null, "address1": format!("文一西路{}号", order.id),
            "address2": null, "city": "杭州市", "province": "浙江省", "zip": "311121", "countryCodeV2": "CN", "phone": format!("1380000{:04}", order.id) })
    });
    json!({
        "id": gid("Order", order.id), "name": format!("#{}", order.id), "createdAt": PLACED,
        "processedAt": "2026-11-20T01:00:05Z", "updatedAt": order.updated, "cancelledAt": null, "closedAt": null,
        "email": "buyer@example.com", "phone": null, "note": null, "displayFinancialStatus": "PAID",
        "displayFulfillmentStatus": order.state, "returnStatus": "NO_RETURN", "paymentGatewayNames": ["shopify_payments"],
        "currentTotalPriceSet": money("26.58"), "totalShippingPriceSet": money("5.0"), "shippingAddress": address,
        "lineItems": lines(order, variables, "lines"),
    })
}

fn lines(order: &Shown, variables: &Json, size: &str) -> Json {
    let from: usize = match size {
        "lines" => 0,
        _ => variables["after"].as_str().expect("a cursor").parse().expect("a place"),
    };
    let size = usize::try_from(variables[size].as_u64().expect("a size")).expect("a size");
    let to = order.lines.min(from + size);
    let nodes: Vec<Json> = (from + 1..=to).map(|line| {
        json!({ "id": gid("LineItem", format!("{}{line:02}", order.id)), "sku": "MUG", "title": "Mug", "variantTitle": "red", "quantity": 1,
            "currentQuantity": 1, "requiresShipping": true,
            "discountedUnitPriceSet": { "shopMoney": { "amount": "10.79", "currencyCode": "USD" } } })
    }).collect();
    json!({ "nodes": nodes, "pageInfo": { "hasNextPage": to < order.lines, "endCursor": to.to_string() } })
}

#[test]
fn an_order_shopify_put_into_its_list_late_is_found_by_counting() {
    let app = TestApp::sqlite();
    let shop = Shop::of([Shown::new(1, 1), Shown::new(3, 1)]);
    let gateway = shop.start();
    let linked = link(&app, "shopify", &gateway);
    pull(&app, linked.id);
    assert_eq!((orders(&app).len(), count(&app, linked.id)["missing"].as_i64()), (2, Some(0)));
    shop.orders().insert("#2".to_owned(), Shown::new(2, 1));
    let found = count(&app, linked.id);
    assert_eq!((&found["missing"], orders(&app).len()), (&json!(0), 3), "{found}");
}

each_database!(
    fn orders_of_shopify_that_change_while_pages_are_read_are_all_there_as_they_are(app: TestApp) {
        let mut orders: Vec<Shown> =
            (1..=65).map(|id| Shown::new(id, if id == 7 { 45 } else { 1 })).collect();
        orders[8].state = "ON_THE_MOON";
        let shop = Shop::of(orders);
        let gateway = shop.start();
        let linked = link(&app, "shopify", &gateway);
        shop.is_tired.store(true, Ordering::Relaxed);
        let runner = pulling::worker(&app);
        let job = pulling::pulled(&app, &linked.id.to_string());
        runner.stop(PATIENCE);
        assert_eq!((&job["state"], &job["attempt"]), (&json!("done"), &json!(1)), "{job}");
        let all = app.http().get("/api/v1/orders?limit=100").expect(200);
        let all = all["items"].as_array().expect("a page").clone();
        assert_eq!(all.len(), 64, "the one that is not understood is left, the others stand");
        let find = |name: &str| all.iter().find(|order| order["number"] == name).expect(name);
        for changed in ["#3", "#60"] {
            assert_eq!(find(changed)["state"], "held", "as it was at the end");
        }
        assert_eq!(find("#7")["lines"].as_array().map(Vec::len), Some(45), "lines of three pages");
        assert_eq!(find("#8")["lines"][0]["price"], json!({ "amount": 1079, "currency": "USD" }));
        assert_eq!(find("#8")["lines"][0]["number"], "801", "as the shop's own pages number it");
        let ready = app.http().get("/api/v1/shipments/counts").expect(200)["states"]["ready"].clone();
        assert_eq!(ready, 61, "two are held, one has no address");
        assert_tells_again(&app, linked.id);
    }
);

/// Order `#101` as it is pulled: two pieces of one line, one of another.
fn two_lines() -> OrderBuilder {
    let line = |number: &str, quantity: i64| {
        json!({ "number": number, "sku": "MUG", "title": "Mug", "variant": "red", "quantity": quantity,
            "price": { "amount": 1079, "currency": "CNY" }, "refund": "none" })
    };
    order("#101").with("lines", json!([line("10101", 2), line("10102", 1)]))
}

each_database!(
    fn a_parcel_from_two_places_is_told_with_one_number_and_one_mail_though_answers_are_lost(app: TestApp) {
        let mut shown = Shown::new(101, 2);
        shown.remaining = vec![(1, 1, 2), (2, 2, 1)];
        let shop = Shop::of([shown]);
        let gateway = shop.start();
        let linked = link(&app, "shopify", &gateway);
        app.push(&linked, &[two_lines()]);
        let ids = shipments(&app);
        run(&app, &ids);
        shop.silent_writes.store(1, Ordering::Relaxed);
        ship(&app, &ids);
        let runner = worker(&app);
        until("it is told", || waits(&app) == 0);
        runner.stop(PATIENCE);
        let number = "100000000001";
        let all = all_write_backs(&app);
        assert_eq!(said(&all), [format!("#101 {number} done")], "{}", all[0].reply);
        let shown = shop.orders()["#101"].clone();
        let told = vec![(number.to_owned(), vec![(1, 2)]), (number.to_owned(), vec![(2, 1)])];
        assert_eq!((shown.fulfillments, shown.mails), (told, 1));
    }
);

#[test]
fn pieces_of_an_order_are_told_parcel_by_parcel_and_what_others_shipped_is_a_conflict() {
    let app = TestApp::sqlite();
    let mut shown = Shown::new(101, 2);
    shown.remaining = vec![(1, 1, 2), (1, 2, 1)];
    let shop = Shop::of([shown]);
    let gateway = shop.start();
    let linked = link(&app, "shopify", &gateway);
    let taken = app.push(&linked, &[two_lines()]);
    let whole = the_shipment_of(&app, taken[0].order);
    let part = SplitLine { line: whole.lines[1].line, quantity: 1 };
    app.write(|tx| merging::split(tx, whole.id, &[part])).expect("it is split");
    let ids = shipments(&app);
    run(&app, &ids);
    let runner = worker(&app);
    ship(&app, &ids[..1]);
    until("the first is told", || waits(&app) == 0);
    let first = shop.orders()["#101"].fulfillments.clone();
    assert_eq!(first, [("100000000001".to_owned(), vec![(1, 2)])]);

    // Somebody ships the rest in the shop itself.
    {
        let mut orders = shop.orders();
        let order = orders.get_mut("#101").expect("an order");
        order.remaining[1].2 = 0;
        order.fulfillments.push(("THEIRS".to_owned(), vec![(2, 1)]));
    }
    ship(&app, &ids[1..]);
    until("the second is judged", || all_write_backs(&app).len() == 2 && waits(&app) == 0);
    runner.stop(PATIENCE);
    let all = all_write_backs(&app);
    let refused = all.iter().find(|told| told.state.as_str() == "refused").expect("a conflict for a person");
    assert!(refused.reply.contains("THEIRS"), "{}", refused.reply);
    assert_eq!(shop.orders()["#101"].fulfillments.len(), 2, "nothing was written over it");
}

#[test]
fn a_shopify_shop_without_an_address_is_asked_by_nobody() {
    let app = TestApp::sqlite();
    let shop = json!({ "platform": "shopify", "name": "By file" });
    app.http().post("/api/v1/shops", shop).expect(201);
    let lanes = vec![Lane { name: "house".to_owned(), at_once: 1 }];
    let runner = Runner::start(
        parts(app.app(), registry::kinds(app.app())),
        Options { lanes, threads: 1, ..Options::default() },
    )
    .expect("threads");
    let round = app.write(|tx| jobs::enqueue(tx, NewJob::new(PULL_ALL, json!({})))).expect("a job");
    let round = round.expect("it is new");
    until("every shop was thought of", || app.read(|db| jobs::find(db, round)).state.is_end());
    runner.stop(PATIENCE);
    let pulls = app.http().get("/api/v1/jobs?kind=shop.pull").expect(200)["items"].clone();
    assert_eq!(pulls, json!([]));
}
