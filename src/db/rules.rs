//! Rules in their versions, what they decided on orders, and what people decided instead.

use std::collections::HashMap;

use diesel::QueryResult;

use super::again::{self, WAITING};
use super::column::row;
use super::statement::{Rows, sql};
use super::{Db, Tx};
use crate::domain::id::{OrderId, RuleRunId, ShipmentId};
use crate::domain::rule::ActionKind;
use crate::domain::time::UtcTime;

/// Versions of a seller's rules that are kept to be looked up.
const VERSIONS_KEPT: i64 = 100;
/// Dry runs that are kept.
const RUNS_KEPT: i64 = 20;

row! {
    /// Which version of the rules counts, and the hash of its text.
    pub struct SetHead {
        pub version: i64,
        pub hash: String,
        pub rule_count: i64,
        pub changed_by: String,
        pub changed_at: UtcTime,
    }
}

row! {
    struct Sealed {
        text: String,
    }
}

/// The versions of the rules, the newest first; none while there were never any.
pub fn heads(db: &mut Db, limit: usize) -> QueryResult<Vec<SetHead>> {
    let seller = db.seller();
    db.load(
        sql("SELECT version, hash, rule_count, changed_by, changed_at FROM rule_sets WHERE seller_id = ? \
             ORDER BY version DESC LIMIT ?")
        .bind(seller)
        .bind(limit),
    )
}

/// The sealed text of a version.
pub fn text(db: &mut Db, version: i64) -> QueryResult<Option<String>> {
    let seller = db.seller();
    let text = "SELECT text FROM rule_sets WHERE seller_id = ? AND version = ?";
    Ok(db.first::<Sealed>(sql(text).bind(seller).bind(version))?.map(|row| row.text))
}

/// Adds a version. Of two writers of one version the second begins again.
pub fn insert(tx: &mut Tx, version: i64, sealed: &str, hash: &str, rules: usize) -> QueryResult<()> {
    let (seller, now) = (tx.seller(), tx.now);
    tx.execute(
        sql("INSERT INTO rule_sets (seller_id, version, text, hash, rule_count, changed_by, changed_at) \
             VALUES (?, ?, ?, ?, ?, ?, ?)")
        .bind(seller)
        .bind(version)
        .bind(sealed)
        .bind(hash)
        .bind(rules)
        .bind(&tx.actor.name)
        .bind(now),
    )?;
    let old = "DELETE FROM rule_sets WHERE seller_id = ? AND version <= ?";
    tx.execute(sql(old).bind(seller).bind(version - VERSIONS_KEPT)).map(drop)
}

/// Marks every waiting shipment to be judged anew; answers how many.
pub fn look_again(tx: &mut Tx) -> QueryResult<usize> {
    again::mark(tx, sql("true"))
}

/// Marks the waiting shipments of these orders; answers how many.
pub fn look_again_at(tx: &mut Tx, orders: &[OrderId]) -> QueryResult<usize> {
    let which = "EXISTS (SELECT 1 FROM shipment_orders so WHERE so.seller_id = s.seller_id \
         AND so.shipment_id = s.id AND so.left_at IS NULL AND so.order_id IN ?)";
    again::mark(tx, sql(which).list(orders.iter().copied()))
}

/// Marks those of these shipments that wait; answers how many.
pub fn look_again_in(tx: &mut Tx, shipments: &[ShipmentId]) -> QueryResult<usize> {
    again::mark(tx, sql("s.id IN ?").list(shipments.iter().copied()))
}

/// How many waiting shipments are marked and not judged yet.
pub fn marked(db: &mut Db) -> QueryResult<i64> {
    let (seller, now) = (db.seller(), db.now());
    let text = "SELECT COUNT(*) AS one FROM shipments WHERE seller_id = ? AND recheck_at <= ?";
    db.number(sql(text).bind(seller).bind(now))
}

row! {
    /// What was decided on an order.
    pub struct DecisionRow {
        pub order_id: OrderId,
        pub version: i64,
        pub decision: String,
        pub decided_at: UtcTime,
    }
}

/// What was decided on these orders.
pub fn decisions(db: &mut Db, orders: &[OrderId]) -> QueryResult<Vec<DecisionRow>> {
    let seller = db.seller();
    db.load(
        sql("SELECT order_id, version, decision, decided_at FROM rule_decisions \
             WHERE seller_id = ? AND order_id IN ?")
        .bind(seller)
        .list(orders.iter().copied()),
    )
}

row! {
    struct Flag {
        order_id: OrderId,
        flag: String,
    }
}

/// The flags that rules and people here gave these orders; those without one are not named.
pub fn flags(db: &mut Db, orders: &[OrderId]) -> QueryResult<HashMap<OrderId, String>> {
    let seller = db.seller();
    let text =
        "SELECT order_id, flag FROM rule_decisions WHERE seller_id = ? AND order_id IN ? AND flag <> ''";
    let rows: Vec<Flag> = db.load(sql(text).bind(seller).list(orders.iter().copied()))?;
    Ok(rows.into_iter().map(|row| (row.order_id, row.flag)).collect())
}

/// A decision about to be stored.
#[derive(Debug, Clone)]
pub struct DecisionWrite {
    pub order: OrderId,
    pub decision: String,
    pub carrier: String,
    pub service: String,
    pub warehouse: String,
    pub flag: String,
    /// Empty without gifts.
    pub gifts: String,
}

row! {
    struct Order {
        order_id: OrderId,
    }
}

/// Stores decisions of a version on those of the orders that wait; answers which.
pub fn decide(tx: &mut Tx, version: i64, decisions: &[DecisionWrite]) -> QueryResult<Vec<OrderId>> {
    if decisions.is_empty() {
        return Ok(Vec::new());
    }
    let (seller, now) = (tx.seller(), tx.now);
    let rows = Rows::new("new")
        .column("order_id", decisions.iter().map(|one| one.order))
        .column("decision", decisions.iter().map(|one| &one.decision))
        .column("carrier", decisions.iter().map(|one| &one.carrier))
        .column("service", decisions.iter().map(|one| &one.service))
        .column("warehouse", decisions.iter().map(|one| &one.warehouse))
        .column("flag", decisions.iter().map(|one| &one.flag))
        .column("gifts", decisions.iter().map(|one| &one.gifts));
    let statement = sql(
        "INSERT INTO rule_decisions (seller_id, order_id, version, decision, carrier, service, warehouse, flag, \
         gifts, decided_at) SELECT ?, new.order_id, ?, new.decision, new.carrier, new.service, new.warehouse, \
         new.flag, new.gifts, ? FROM ? WHERE EXISTS (SELECT 1 FROM shipment_orders so JOIN shipments s \
         ON s.seller_id = so.seller_id AND s.id = so.shipment_id WHERE so.seller_id = ? \
         AND so.order_id = new.order_id AND so.left_at IS NULL",
    )
    .bind(seller)
    .bind(version)
    .bind(now)
    .rows(rows)
    .bind(seller)
    .push(&format!(
        " AND s.state IN ({WAITING})) ORDER BY new.order_id ON CONFLICT (seller_id, order_id) DO UPDATE SET \
         version = excluded.version, decision = excluded.decision, carrier = excluded.carrier, \
         service = excluded.service, warehouse = excluded.warehouse, flag = excluded.flag, gifts = excluded.gifts, \
         decided_at = excluded.decided_at RETURNING order_id"
    ));
    Ok(tx.load::<Order>(statement)?.into_iter().map(|row| row.order_id).collect())
}

row! {
    /// What a person decided for an order.
    pub struct OverrideRow {
        pub order_id: OrderId,
        pub kind: ActionKind,
        pub rule: String,
        pub value: String,
        pub decided_by: String,
        pub decided_at: UtcTime,
    }
}

/// What people decided for these orders, in the order of kinds and rules.
pub fn overrides(db: &mut Db, orders: &[OrderId]) -> QueryResult<Vec<OverrideRow>> {
    let seller = db.seller();
    db.load(
        sql("SELECT order_id, kind, rule, value, decided_by, decided_at FROM rule_overrides \
             WHERE seller_id = ? AND order_id IN ? ORDER BY order_id, kind, rule")
        .bind(seller)
        .list(orders.iter().copied()),
    )
}

/// Keeps what a person decided for an order; a second word on the same takes the place of the first.
pub fn override_one(
    tx: &mut Tx,
    order: OrderId,
    kind: ActionKind,
    rule: &str,
    value: &str,
) -> QueryResult<()> {
    let (seller, now) = (tx.seller(), tx.now);
    tx.execute(
        sql("INSERT INTO rule_overrides (seller_id, order_id, kind, rule, value, decided_by, decided_at) \
             VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (seller_id, order_id, kind, rule) DO UPDATE SET \
             value = excluded.value, decided_by = excluded.decided_by, decided_at = excluded.decided_at")
        .bind(seller)
        .bind(order)
        .bind(kind)
        .bind(rule)
        .bind(value)
        .bind(&tx.actor.name)
        .bind(now),
    )
    .map(drop)
}

/// Forgets what people decided of a kind for an order; answers whether there was anything.
pub fn forget_overrides(tx: &mut Tx, order: OrderId, kind: ActionKind) -> QueryResult<bool> {
    let seller = tx.seller();
    let text = "DELETE FROM rule_overrides WHERE seller_id = ? AND order_id = ? AND kind = ?";
    Ok(tx.execute(sql(text).bind(seller).bind(order).bind(kind))? > 0)
}

row! {
    struct Company {
        order_id: OrderId,
        orders: i64,
    }
}

/// How many orders are in the shipment of each of these orders; of several the fullest.
pub fn companies(db: &mut Db, orders: &[OrderId]) -> QueryResult<HashMap<OrderId, i64>> {
    let seller = db.seller();
    let rows: Vec<Company> = db.load(
        sql("SELECT order_id, MAX(orders) AS orders FROM (SELECT so.order_id, (SELECT COUNT(*) \
             FROM shipment_orders c WHERE c.seller_id = so.seller_id AND c.shipment_id = so.shipment_id \
             AND c.left_at IS NULL) AS orders FROM shipment_orders so WHERE so.seller_id = ? AND so.left_at IS NULL \
             AND so.order_id IN ?) AS found GROUP BY order_id")
        .bind(seller)
        .list(orders.iter().copied()),
    )?;
    Ok(rows.into_iter().map(|row| (row.order_id, row.orders)).collect())
}

row! {
    /// The gifts of an order, in the shipment they go into.
    pub struct GiftRow {
        pub shipment_id: ShipmentId,
        pub gifts: String,
    }
}

/// The gifts that go into these shipments: those of an order in several shipments go into the first of them.
pub fn gifts(db: &mut Db, shipments: &[ShipmentId]) -> QueryResult<Vec<GiftRow>> {
    let seller = db.seller();
    db.load(
        sql("SELECT so.shipment_id, d.gifts FROM shipment_orders so JOIN rule_decisions d \
             ON d.seller_id = so.seller_id AND d.order_id = so.order_id AND d.gifts <> '' \
             WHERE so.seller_id = ? AND so.shipment_id IN ? AND so.left_at IS NULL AND NOT EXISTS (SELECT 1 \
             FROM shipment_orders e JOIN shipments s ON s.seller_id = e.seller_id AND s.id = e.shipment_id \
             WHERE e.seller_id = so.seller_id AND e.order_id = so.order_id AND e.left_at IS NULL \
             AND e.shipment_id < so.shipment_id AND s.state <> 'cancelled') ORDER BY so.shipment_id, so.joined_at, \
             so.order_id")
        .bind(seller)
        .list(shipments.iter().copied()),
    )
}

row! {
    struct Id {
        id: OrderId,
    }
}

/// The orders that wait, by id, behind `after`.
pub fn waiting(db: &mut Db, after: OrderId, limit: usize) -> QueryResult<Vec<OrderId>> {
    let seller = db.seller();
    let rows: Vec<Id> = db.load(
        sql(format!(
            "SELECT o.id FROM orders o WHERE o.seller_id = ? AND o.id > ? AND EXISTS (SELECT 1 \
             FROM shipment_orders so JOIN shipments s ON s.seller_id = so.seller_id AND s.id = so.shipment_id \
             WHERE so.seller_id = o.seller_id AND so.order_id = o.id AND so.left_at IS NULL \
             AND s.state IN ({WAITING})) ORDER BY o.id LIMIT ?"
        ))
        .bind(seller)
        .bind(after)
        .bind(limit),
    )?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// How many orders wait, counted up to `most`.
pub fn count_waiting(db: &mut Db, most: usize) -> QueryResult<i64> {
    let seller = db.seller();
    db.number(
        sql(format!(
            "SELECT COUNT(*) AS one FROM (SELECT DISTINCT so.order_id FROM shipments s JOIN shipment_orders so \
             ON so.seller_id = s.seller_id AND so.shipment_id = s.id AND so.left_at IS NULL \
             WHERE s.seller_id = ? AND s.state IN ({WAITING}) LIMIT ?) AS found"
        ))
        .bind(seller)
        .bind(most),
    )
}

row! {
    /// A dry run.
    pub struct RunRow {
        pub id: RuleRunId,
        pub text: String,
        pub after_order: OrderId,
        pub total: i64,
        pub tally: String,
        pub created_by: String,
        pub created_at: UtcTime,
        pub finished_at: Option<UtcTime>,
    }
}

/// Begins a dry run; the oldest are forgotten.
pub fn insert_run(tx: &mut Tx, sealed: &str, total: i64, tally: &str) -> QueryResult<RuleRunId> {
    let id = RuleRunId(tx.id()?);
    let (seller, now) = (tx.seller(), tx.now);
    tx.execute(
        sql("INSERT INTO rule_dry_runs (seller_id, id, text, after_order, total, tally, created_by, created_at) \
             VALUES (?, ?, ?, 0, ?, ?, ?, ?)")
        .bind(seller)
        .bind(id)
        .bind(sealed)
        .bind(total)
        .bind(tally)
        .bind(&tx.actor.name)
        .bind(now),
    )?;
    tx.execute(
        sql("DELETE FROM rule_dry_runs WHERE seller_id = ? AND id IN (SELECT id FROM rule_dry_runs \
             WHERE seller_id = ? ORDER BY id DESC LIMIT 1000 OFFSET ?)")
        .bind(seller)
        .bind(seller)
        .bind(RUNS_KEPT),
    )?;
    Ok(id)
}

/// A dry run.
pub fn run(db: &mut Db, id: RuleRunId) -> QueryResult<Option<RunRow>> {
    let seller = db.seller();
    db.first(
        sql("SELECT id, text, after_order, total, tally, created_by, created_at, finished_at FROM rule_dry_runs \
             WHERE seller_id = ? AND id = ?")
        .bind(seller)
        .bind(id),
    )
}

/// Notes how far a dry run is, if it is still where it was: a second worker's word on the same orders counts not.
pub fn advance_run(
    tx: &mut Tx,
    from: &RunRow,
    after: OrderId,
    tally: &str,
    is_done: bool,
) -> QueryResult<()> {
    let (seller, now) = (tx.seller(), tx.now);
    tx.execute(
        sql("UPDATE rule_dry_runs SET after_order = ?, tally = ?, finished_at = ? \
             WHERE seller_id = ? AND id = ? AND after_order = ? AND finished_at IS NULL")
        .bind(after)
        .bind(tally)
        .bind(is_done.then_some(now))
        .bind(seller)
        .bind(from.id)
        .bind(from.after_order),
    )
    .map(drop)
}
