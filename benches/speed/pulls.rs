//! Shops side by side: orders per second from the shops' answers to merged shipments in the database.
//!
//! The shops answer at once, so what is measured is ours: signing, calling, reading, taking in, merging, jobs.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Map, Value as Json, json};
use workers::{Lane, Options, Runner};

use huidan::db::jobs::{self as record, NewJob};
use huidan::db::statement::sql;
use huidan::domain::order::OrderSnapshot;
use huidan::domain::platform::Platform;
use huidan::domain::shop::ShopSettings;
use huidan::jobs::run::parts;
use huidan::jobs::{pulling, registry};
use huidan::operations::shops::{self, NewShop};

use crate::gateway::{Asked, Gateway, Given};
use crate::orders::snapshots;
use crate::report::{Bound, Report, median, size};
use crate::world::{Database, World};

const SHOPS: usize = 20;
/// Orders of one shop.
const ORDERS: usize = 500;
const ROUNDS: usize = 3;
const PATIENCE: Duration = Duration::from_secs(300);

pub fn measure(report: &mut Report) -> anyhow::Result<()> {
    let (orders, rounds) = (size("BENCH_PULL_ORDERS", ORDERS)?, size("BENCH_ROUNDS", ROUNDS)?);
    let template = Database::new("template", None)?;
    drop(World::at(&template.url)?);
    let told: Vec<Arc<Vec<String>>> = (0..SHOPS).map(|shop| Arc::new(told(shop, orders))).collect();
    let gateways: Vec<Gateway> = told
        .iter()
        .map(|told| {
            let told = told.clone();
            Gateway::start(move |asked| page(asked, &told))
        })
        .collect();
    let mut paces = Vec::new();
    for _ in 0..rounds {
        let database = Database::new("pulled", Some(&template))?;
        let world = World::with_connections(&database.url, 8)?;
        link(&world, &gateways)?;
        paces.push((SHOPS * orders) as f64 / pull_all(&world, SHOPS * orders)?.as_secs_f64());
    }
    let beside =
        format!("{SHOPS} shops of {orders} orders, into PostgreSQL, merging on, median of {rounds} rounds");
    report.hold("orders pulled a second", median(paces), Bound::AtLeast(3_000.0), &beside);
    Ok(())
}

fn link(world: &World, gateways: &[Gateway]) -> anyhow::Result<()> {
    let keys = json!({ "consumer_key": "ck_bench", "consumer_secret": "cs_bench" });
    let Json::Object(credentials) = keys else { anyhow::bail!("keys are an object") };
    for (n, gateway) in gateways.iter().enumerate() {
        let new = NewShop {
            platform: Platform::Woocommerce,
            name: format!("Shop {n}"),
            settings: ShopSettings { address: gateway.address(), ..ShopSettings::default() },
            credentials: Map::clone(&credentials),
        };
        let shop = world.app.write(&world.actor, |tx| shops::create(tx, &new))?;
        let job = NewJob { turn: Some(shop.id.0), ..NewJob::new(pulling::PULL, json!({ "shop": shop.id })) };
        world.app.write(&world.actor, |tx| Ok(record::enqueue_all(tx, std::slice::from_ref(&job))?.len()))?;
    }
    Ok(())
}

/// Works through what was enqueued; answers how long that took.
fn pull_all(world: &World, orders: usize) -> anyhow::Result<Duration> {
    let options = Options { lanes: vec![Lane { name: "pull".to_owned(), at_once: 4 }], ..Options::default() };
    let begun = Instant::now();
    let runner = Runner::start(parts(&world.app, registry::kinds(&world.app)), options)?;
    let count =
        |text: &str| world.app.read(world.actor.seller, |db| Ok(db.number(sql(text).bind(db.seller()))?));
    let spent = loop {
        let left = "SELECT COUNT(*) AS one FROM jobs WHERE seller_id = ? AND state NOT IN ('done', 'dead')";
        if count(left)? == 0 {
            break begun.elapsed();
        }
        anyhow::ensure!(begun.elapsed() < PATIENCE, "the shops are read");
        std::thread::sleep(Duration::from_millis(20));
    };
    runner.stop(Duration::from_secs(5));
    let taken = count("SELECT COUNT(*) AS one FROM orders WHERE seller_id = ?")?;
    anyhow::ensure!(usize::try_from(taken)? == orders, "{taken} of {orders} orders are here");
    Ok(spent)
}

/// A page of the list; it is sorted by id whatever was asked.
fn page(asked: &Asked, told: &[String]) -> Given {
    let place = |name: &str| asked.get(name).parse::<usize>().unwrap_or_default();
    let from = place("offset").min(told.len());
    let to = (from + place("per_page")).min(told.len());
    (200, Vec::new(), format!("[{}]", told[from..to].join(",")))
}

/// The orders of one shop as a WooCommerce tells them.
fn told(shop: usize, orders: usize) -> Vec<String> {
    snapshots(shop * orders, orders)
        .iter()
        .enumerate()
        .map(|(n, order)| woo(n + 1, order).to_string())
        .collect()
}

fn woo(id: usize, order: &OrderSnapshot) -> Json {
    let Some(head) = &order.head else { return Json::Null };
    let time = head.created_at.unwrap_or(order.updated_at).chrono().format("%Y-%m-%dT%H:%M:%S").to_string();
    let to = &head.recipient;
    let lines: Vec<Json> = order
        .lines
        .iter()
        .flatten()
        .enumerate()
        .map(|(n, line)| {
            json!({ "id": id * 10 + n, "name": line.title, "quantity": line.quantity, "sku": line.sku,
                "total": "64.95", "total_tax": "0.00" })
        })
        .collect();
    json!({
        "id": id, "number": order.number, "status": "processing", "currency": "CNY", "payment_method": "alipay",
        "date_created_gmt": time, "date_modified_gmt": time, "date_paid_gmt": time,
        "total": "129.90", "shipping_total": "0.00", "customer_note": head.buyer_message,
        "billing": { "email": head.buyer_nick, "phone": to.phone },
        "shipping": { "first_name": to.name, "last_name": "", "country": "CN", "postcode": "", "phone": to.phone,
            "state": to.province, "city": to.city, "address_1": format!("{}{}", to.district, to.detail) },
        "line_items": lines,
    })
}
