//! Pages of the workbench with a year of work stored, beside one statement written by hand.

use anyhow::{Context, ensure};
use diesel::RunQueryDsl;
use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;

use huidan::db::shipment_list::{After, RemarkFilter, ShipmentFilter, ShipmentSort};
use huidan::domain::id::{ShipmentId, ShopId};
use huidan::domain::recipient::Recipient;
use huidan::domain::recipient::keys::Keys;
use huidan::domain::shipment::{PrintState, ShipmentState};
use huidan::domain::time::UtcTime;
use huidan::operations::shipments::list;

use crate::pages_sql::{self, PageRow, RECIPIENTS};
use crate::report::{Bound, Report, best, median, size, timed};
use crate::world::{Database, World};

const ORDERS: usize = 100_000;
const ROUNDS: usize = 5;
const PAGE: usize = 50;
/// How often a page above the bound is measured again.
const LOOKS: usize = 5;
/// What a page may cost, of the statement by hand.
const MOST: f64 = 3.0;

/// One way of narrowing: as the program takes it, and as SQL.
struct Narrowing {
    name: &'static str,
    set: fn(&mut ShipmentFilter, shop: i64),
    sql: &'static str,
}

const NARROWINGS: &[Narrowing] = &[
    Narrowing { name: "state", set: |f, _| f.states = vec![ShipmentState::Ready], sql: "s.state = 'ready'" },
    Narrowing {
        name: "states",
        set: |f, _| f.states = vec![ShipmentState::Blocked, ShipmentState::Numbered],
        sql: "s.state IN ('blocked', 'numbered')",
    },
    Narrowing {
        name: "shipped",
        set: |f, _| f.states = vec![ShipmentState::Shipped],
        sql: "s.state = 'shipped'",
    },
    Narrowing {
        name: "shop",
        set: |f, shop| f.shops = Some(vec![ShopId(shop + 2)]),
        sql: "EXISTS (SELECT 1 FROM shipment_orders f WHERE f.seller_id = s.seller_id AND f.shipment_id = s.id \
              AND f.left_at IS NULL AND f.shop_id = {shop} + 2)",
    },
    Narrowing { name: "carrier", set: |f, _| f.carrier = Some("sf".to_owned()), sql: "s.carrier = 'sf'" },
    Narrowing { name: "print", set: |f, _| f.print = Some(PrintState::Stale), sql: "s.print = 'stale'" },
    Narrowing { name: "message", set: |f, _| f.remark = Some(RemarkFilter::Message), sql: "s.has_message" },
    Narrowing {
        name: "no remark",
        set: |f, _| f.remark = Some(RemarkFilter::None),
        sql: "NOT s.has_message AND NOT s.has_memo",
    },
    Narrowing {
        name: "flag",
        set: |f, _| f.flag = Some("red".to_owned()),
        sql: "EXISTS (SELECT 1 FROM shipment_orders f JOIN orders x ON x.seller_id = f.seller_id AND x.id = f.order_id \
              WHERE f.seller_id = s.seller_id AND f.shipment_id = s.id AND f.left_at IS NULL AND x.flag = 'red')",
    },
    Narrowing {
        name: "region",
        set: |f, _| f.region = Some("44".to_owned()),
        sql: "s.region_code >= '44' AND s.region_code < '45'",
    },
    Narrowing {
        name: "sku",
        set: |f, _| f.sku = Some("SKU-1014".to_owned()),
        sql: "EXISTS (SELECT 1 FROM shipment_lines f JOIN order_lines x ON x.seller_id = f.seller_id AND x.id = f.line_id \
              WHERE f.seller_id = s.seller_id AND f.shipment_id = s.id AND x.sku = 'SKU-1014')",
    },
    Narrowing {
        name: "common sku",
        set: |f, _| f.sku = Some("SKU-0".to_owned()),
        sql: "EXISTS (SELECT 1 FROM shipment_lines f JOIN order_lines x ON x.seller_id = f.seller_id AND x.id = f.line_id \
              WHERE f.seller_id = s.seller_id AND f.shipment_id = s.id AND x.sku = 'SKU-0')",
    },
    Narrowing {
        name: "tag",
        set: |f, _| f.tag = Some("urgent".to_owned()),
        sql: "s.tags LIKE '%\"urgent\"%'",
    },
    Narrowing {
        name: "paid",
        set: |f, _| (f.paid_from, f.paid_to) = (Some(time("2026-11-01")), Some(time("2026-11-20"))),
        sql: "s.paid_at >= '2026-11-01' AND s.paid_at < '2026-11-20'",
    },
    Narrowing {
        name: "ship by",
        set: |f, _| f.ship_by_before = Some(time("2026-11-28")),
        sql: "s.due_at < '2026-11-28'",
    },
    Narrowing { name: "merged", set: |f, _| f.merged = Some(true), sql: "s.order_count > 1" },
    Narrowing {
        name: "pieces",
        set: |f, _| (f.pieces_from, f.pieces_to) = (Some(5), Some(6)),
        sql: "s.piece_count >= 5 AND s.piece_count <= 6",
    },
];

fn time(day: &str) -> UtcTime {
    UtcTime::parse(&format!("{day}T00:00:00Z")).expect("a day of this file")
}

/// A typed search and the ids it means, by hand.
struct Typed {
    name: &'static str,
    text: String,
    found: String,
}

/// A filled record and what to ask of it.
struct Bench {
    world: World,
    conn: PgConnection,
    seller: i64,
    rounds: usize,
}

impl Bench {
    /// Milliseconds of the program and of the hand, in turns. The best of each counts: a page takes so
    /// little that neighbours of the machine only ever add to it.
    fn compare(
        &mut self,
        filter: &ShipmentFilter,
        narrow: &str,
        typed: Option<&Typed>,
        after: Option<After>,
    ) -> anyhow::Result<(f64, f64)> {
        let found = typed.map(|typed| typed.found.as_str()).unwrap_or_default();
        let behind = after.map(|after| {
            let micros = after.due_at.naive().format("%F %T%.6f");
            format!(" AND (s.due_at, s.id) > ('{micros}', {})", after.id.0)
        });
        let narrow = format!("{narrow}{}", behind.unwrap_or_default());
        let text = pages_sql::page(self.seller, &narrow, found, PAGE + 1);
        let (mut ours, mut hand) = (Vec::new(), Vec::new());
        for _ in 0..self.rounds {
            let (spent, page) = timed(|| self.page(filter, typed.map(|typed| typed.text.as_str()), after));
            ours.push(spent.as_secs_f64() * 1_000.0);
            let (spent, rows) = timed(|| diesel::sql_query(&text).load::<PageRow>(&mut self.conn));
            hand.push(spent.as_secs_f64() * 1_000.0);
            let mut rows = rows.with_context(|| text.clone())?;
            rows.truncate(PAGE);
            let page: Vec<i64> = page?.items.iter().map(|item| item.id.0).collect();
            let expected: Vec<i64> = rows.iter().map(|row| row.id).collect();
            ensure!(
                page == expected,
                "both sides find the same page; {narrow} found {page:?}, not {expected:?}"
            );
        }
        Ok((best(&ours), best(&hand)))
    }

    fn page(
        &self,
        filter: &ShipmentFilter,
        query: Option<&str>,
        after: Option<After>,
    ) -> anyhow::Result<list::ShipmentPage> {
        let sort = ShipmentSort::ShipBy;
        Ok(self
            .world
            .app
            .read(self.world.actor.seller, |db| list::page(db, filter, query, sort, after, PAGE))?)
    }

    /// What people type, with recipients prepared that answer to it.
    fn searches(&mut self, orders: usize) -> anyhow::Result<Vec<Typed>> {
        let seller = self.seller;
        let (name, phone) = ("陈静娜", "13800001001");
        let person = Recipient { name: name.to_owned(), phone: phone.to_owned(), ..Recipient::default() };
        let keys = Keys::of(&person);
        let hashes = self.world.app.read(self.world.actor.seller, |db| {
            Ok([db.hash("phone", &keys.phone), db.hash("last4", "1001"), db.hash("name", &keys.name)])
        })?;
        let [phone_key, last4_key, name_key] = hashes;
        let one = RECIPIENTS + orders as i64 / 2 + 1;
        self.conn.batch_execute(&format!(
            "UPDATE recipients SET phone_key = '{phone_key}' WHERE seller_id = {seller} AND id BETWEEN {one} AND {one} + 10;
             UPDATE recipients SET last4_key = '{last4_key}' WHERE seller_id = {seller} AND id % 10000 = 1;
             UPDATE recipients SET name_key = '{name_key}' WHERE seller_id = {seller} AND id % 3000 = 1"
        ))?;
        self.conn.batch_execute("VACUUM ANALYZE recipients")?;
        let number = format!("26{:016}", (orders as i64 - 7) * 7_919 % 1_000_000_007);
        let by_order = |text: &str, column: &str| {
            format!(
                "SELECT so.shipment_id AS id FROM orders o JOIN shipment_orders so ON so.seller_id = o.seller_id AND so.order_id = o.id \
                 AND so.left_at IS NULL WHERE o.seller_id = {seller} AND o.{column} >= '{text}' AND o.{column} < '{text}~'"
            )
        };
        let by_recipient = |column: &str, key: &str| {
            format!(
                " UNION SELECT s.id FROM recipients r JOIN shipments s ON s.seller_id = r.seller_id AND s.recipient_id = r.id \
                 WHERE r.seller_id = {seller} AND r.{column} = '{key}'"
            )
        };
        let by_waybill = |number: &str| {
            format!(
                " UNION SELECT shipment_id FROM waybills WHERE seller_id = {seller} AND number = '{number}'"
            )
        };
        let typed = |name, text: &str, more: String| Typed {
            name,
            text: text.to_owned(),
            found: format!("{} UNION {}{more}", by_order(text, "number"), by_order(text, "buyer_nick")),
        };
        Ok(vec![
            typed("order number", &number, by_waybill(&number)),
            typed("beginning of an order number", &number[..14], by_waybill(&number[..14])),
            typed("nick", "tb00001", by_waybill("TB00001")),
            typed("phone", phone, by_recipient("phone_key", &phone_key) + &by_waybill(phone)),
            typed("last four digits", "1001", by_recipient("last4_key", &last4_key) + &by_waybill("1001")),
            typed("name", name, by_recipient("name_key", &name_key)),
        ])
    }
}

/// Measures.
pub fn measure(report: &mut Report) -> anyhow::Result<()> {
    let orders = size("BENCH_STORED_ORDERS", ORDERS)?;
    let database = Database::new("pages", None)?;
    let world = World::at(&database.url)?;
    let (seller, shop) = (world.actor.seller.0, world.shop.id.0);
    let mut conn = database.connect()?;
    let (spent, filled) = timed(|| {
        pages_sql::fill(seller, shop, orders).split(";\n").try_for_each(|text| conn.batch_execute(text))
    });
    filled?;
    conn.batch_execute("SET jit = off")?;
    report.note("stored", &format!("{orders} orders of two lines, filled in {:.0} s", spent.as_secs_f64()));
    let mut bench = Bench { world, conn, seller, rounds: size("BENCH_ROUNDS", ROUNDS)? };
    let searches = bench.searches(orders)?;

    let mut found: Vec<(String, f64, f64)> = Vec::new();
    for (index, first) in NARROWINGS.iter().enumerate() {
        for second in &NARROWINGS[index + 1..] {
            let mut filter = ShipmentFilter::default();
            (first.set)(&mut filter, shop);
            (second.set)(&mut filter, shop);
            let narrow =
                format!(" AND {} AND {}", first.sql, second.sql).replace("{shop}", &shop.to_string());
            // Two filters on one thing: the later one counts, and no page asks for that.
            if same_field(first.name, second.name) {
                continue;
            }
            for typed in std::iter::once(None).chain(searches.iter().map(Some)) {
                let (mut ours, mut hand) = bench.compare(&filter, &narrow, typed, None)?;
                // What looks slow is looked at again: a neighbour's burst outlasts a few pages.
                for _ in 0..LOOKS {
                    if ours <= MOST * hand {
                        break;
                    }
                    let again = bench.compare(&filter, &narrow, typed, None)?;
                    (ours, hand) = (ours.min(again.0), hand.min(again.1));
                }
                let with = typed.map_or("no search", |typed| typed.name);
                found.push((format!("{} + {}, {with}", first.name, second.name), ours, hand));
            }
        }
    }
    judge(report, "two filters and a search", found.iter().filter(|one| !one.0.ends_with("no search")));
    judge(report, "two filters, no search", found.iter().filter(|one| one.0.ends_with("no search")));
    depths(report, &mut bench)
}

/// Narrowings of one field, of which a filter can have only one.
fn same_field(first: &str, second: &str) -> bool {
    [["state", "states", "shipped"], ["message", "no remark", ""], ["sku", "common sku", ""]]
        .iter()
        .any(|field| field.contains(&first) && field.contains(&second))
}

fn judge<'a>(report: &mut Report, what: &str, found: impl Iterator<Item = &'a (String, f64, f64)>) {
    let mut found: Vec<_> = found.collect();
    found.sort_by(|a, b| (b.1 / b.2).total_cmp(&(a.1 / a.2)));
    let Some((name, ours, hand)) = found.first() else { return };
    let middle = median(found.iter().map(|(_, ours, hand)| ours / hand).collect());
    let beside = format!(
        "{name}: {ours:.2} ms beside {hand:.2} ms; {} pages, ratio in the middle {middle:.2}",
        found.len()
    );
    report.hold(
        &format!("{what}, of the statement by hand, worst"),
        ours / hand,
        Bound::AtMost(3.0),
        &beside,
    );
    if std::env::var_os("BENCH_LIST").is_some() {
        for (name, ours, hand) in &found {
            println!("         {:.2}  {ours:8.2} ms {hand:8.2} ms  {name}", ours / hand);
        }
    }
    found.sort_by(|a, b| b.1.total_cmp(&a.1));
    let slowest: Vec<String> = found
        .iter()
        .take(3)
        .map(|(name, ours, hand)| format!("{name}: {ours:.1} ms ({hand:.1} by hand)"))
        .collect();
    report.note("slowest", &slowest.join("; "));
}

/// Page 1 and page 1,000, walked as a person would, behind the last row of the one before.
fn depths(report: &mut Report, bench: &mut Bench) -> anyhow::Result<()> {
    for (name, states) in [("everything", vec![]), ("shipped", vec![ShipmentState::Shipped])] {
        let filter = ShipmentFilter { states, ..ShipmentFilter::default() };
        let narrow = if filter.states.is_empty() { "" } else { " AND s.state = 'shipped'" };
        let ids = bench.world.app.read(bench.world.actor.seller, |db| {
            list::ids(db, &filter, None, ShipmentSort::ShipBy, PAGE * 999)
        })?;
        let page = ids.len() / PAGE + 1;
        let last: &ShipmentId = ids.last().context("a filled record")?;
        let item = bench.world.app.read(bench.world.actor.seller, |db| list::one(db, *last))?;
        let after = After { due_at: item.ship_by.unwrap_or_else(UtcTime::never), id: *last };
        let (mut first, mut deep) = (Vec::new(), Vec::new());
        for _ in 0..3 {
            first.push(bench.compare(&filter, narrow, None, None)?.0);
            deep.push(bench.compare(&filter, narrow, None, Some(after))?.0);
        }
        let (first, deep) = (best(&first), best(&deep));
        let what = format!("page {page} of {name}, of page 1");
        report.hold(&what, deep / first, Bound::AtMost(1.5), &format!("{deep:.2} ms beside {first:.2} ms"));
    }
    Ok(())
}
