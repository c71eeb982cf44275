//! What people decided in the audits of orders.

use std::collections::HashSet;

use diesel::QueryResult;

use super::again;
use super::column::row;
use super::shipment_list::waits_for;
use super::statement::{Rows, sql};
use super::{Db, Tx};
use crate::domain::audit::{AuditKind, AuditState};
use crate::domain::id::{OrderId, ShopId};
use crate::domain::order::OrderState;
use crate::domain::time::UtcTime;

row! {
    /// A decision; it counts while the order has the same hash.
    pub struct AuditRow {
        pub order_id: OrderId,
        pub kind: AuditKind,
        pub state: AuditState,
        pub facts_hash: String,
        /// Sealed; empty without one.
        pub note: String,
        pub decided_by: String,
        pub decided_at: UtcTime,
    }
}

/// The decisions on these orders.
pub fn of_orders(db: &mut Db, orders: &[OrderId]) -> QueryResult<Vec<AuditRow>> {
    let seller = db.seller();
    db.load(
        sql("SELECT order_id, kind, state, facts_hash, note, decided_by, decided_at FROM order_audits \
             WHERE seller_id = ? AND order_id IN ? ORDER BY order_id, kind")
        .bind(seller)
        .list(orders.iter().copied()),
    )
}

/// Writes what the writer decided on orders as their hashes tell them; a later decision replaces an earlier one.
pub fn decide(
    tx: &mut Tx,
    kind: AuditKind,
    state: AuditState,
    orders: &[(OrderId, String)],
    note: &str,
) -> QueryResult<()> {
    let (seller, now) = (tx.seller(), tx.now);
    let rows = Rows::new("new")
        .column("order_id", orders.iter().map(|(order, _)| *order))
        .column("hash", orders.iter().map(|(_, hash)| hash));
    tx.execute(
        sql("INSERT INTO order_audits (seller_id, order_id, kind, state, facts_hash, note, decided_by, decided_at) \
             SELECT ?, new.order_id, ?, ?, new.hash, ?, ?, ? FROM ? WHERE true \
             ON CONFLICT (seller_id, order_id, kind) DO UPDATE SET state = excluded.state, \
             facts_hash = excluded.facts_hash, note = excluded.note, decided_by = excluded.decided_by, \
             decided_at = excluded.decided_at")
        .bind(seller)
        .bind(kind)
        .bind(state)
        .bind(note)
        .bind(&tx.actor.name)
        .bind(now)
        .rows(rows),
    )
    .map(drop)
}

/// What was decided on the facts of the one hash counts for those of the other.
pub fn carry(tx: &mut Tx, order: OrderId, from: &str, to: &str) -> QueryResult<()> {
    let seller = tx.seller();
    let text =
        "UPDATE order_audits SET facts_hash = ? WHERE seller_id = ? AND order_id = ? AND facts_hash = ?";
    tx.execute(sql(text).bind(to).bind(seller).bind(order).bind(from)).map(drop)
}

/// Takes back the decisions of these audits on these orders.
pub fn take_back(tx: &mut Tx, kinds: &[AuditKind], orders: &[OrderId]) -> QueryResult<()> {
    let seller = tx.seller();
    tx.execute(
        sql("DELETE FROM order_audits WHERE seller_id = ? AND order_id IN ? AND kind IN ?")
            .bind(seller)
            .list(orders.iter().copied())
            .list(kinds.iter().map(|kind| kind.as_str())),
    )
    .map(drop)
}

row! {
    struct Id {
        id: OrderId,
    }
}

/// Those of these orders before which none came from the same buyer nick in the same shop. An order without a nick is
/// nobody's second.
pub fn first_of_buyer(db: &mut Db, orders: &[OrderId]) -> QueryResult<HashSet<OrderId>> {
    let seller = db.seller();
    let rows: Vec<Id> = db.load(
        sql("SELECT o.id FROM orders o WHERE o.seller_id = ? AND o.id IN ? AND (o.buyer_nick = '' OR NOT EXISTS (\
             SELECT 1 FROM orders p WHERE p.seller_id = o.seller_id AND p.buyer_nick = o.buyer_nick \
             AND p.shop_id = o.shop_id AND p.id < o.id))")
        .bind(seller)
        .list(orders.iter().copied()),
    )?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Marks the waiting shipments with orders of this shop to be looked at again; answers how many. One statement, however
/// many they are.
pub fn look_again(tx: &mut Tx, shop: ShopId) -> QueryResult<usize> {
    let which = "EXISTS (SELECT 1 FROM shipment_orders so WHERE so.seller_id = s.seller_id \
         AND so.shipment_id = s.id AND so.left_at IS NULL AND so.shop_id = ?)";
    again::mark(tx, sql(which).bind(shop))
}

row! {
    /// How many shipments wait for an audit.
    #[derive(Default, Copy)]
    pub struct Waiting {
        pub either: i64,
        pub customer: i64,
        pub finance: i64,
        /// Of any of the two, with an order that came in before the day.
        pub left_over: i64,
    }
}

/// How many shipments wait for an audit, in one pass over what is blocked; `before` is when the day began.
pub fn waiting(db: &mut Db, before: UtcTime) -> QueryResult<Waiting> {
    let seller = db.seller();
    let (customer, finance) = (waits_for(AuditKind::Customer), waits_for(AuditKind::Finance));
    let counts = db.first(
        sql(format!(
            "SELECT COUNT(*) AS either, COUNT(CASE WHEN {customer} THEN 1 END) AS customer, \
             COUNT(CASE WHEN {finance} THEN 1 END) AS finance, \
             COUNT(CASE WHEN EXISTS (SELECT 1 FROM shipment_orders so JOIN orders o ON o.seller_id = so.seller_id \
             AND o.id = so.order_id WHERE so.seller_id = s.seller_id AND so.shipment_id = s.id \
             AND so.left_at IS NULL AND o.received_at < ?) THEN 1 END) AS left_over \
             FROM shipments s WHERE s.seller_id = ? AND s.state = 'blocked' AND ({customer} OR {finance})"
        ))
        .bind(before)
        .bind(seller),
    )?;
    Ok(counts.unwrap_or_default())
}

row! {
    /// An earlier or later order of the same buyer nick in the same shop.
    pub struct OtherOrder {
        pub id: OrderId,
        pub number: String,
        pub state: OrderState,
        pub currency: String,
        pub total_amount: i64,
        pub received_at: UtcTime,
    }
}

row! {
    /// How many other orders a buyer has, and how many of them were cancelled.
    #[derive(Default, Copy)]
    pub struct OtherCount {
        pub count: i64,
        pub cancelled: i64,
    }
}

const OTHERS: &str = "FROM orders me JOIN orders o ON o.seller_id = me.seller_id AND o.buyer_nick = me.buyer_nick \
     AND o.shop_id = me.shop_id AND o.id <> me.id WHERE me.seller_id = ? AND me.id = ? AND me.buyer_nick <> ''";

/// The newest other orders of an order's buyer, at most `limit`; none without a nick.
pub fn others_of_buyer(db: &mut Db, order: OrderId, limit: usize) -> QueryResult<Vec<OtherOrder>> {
    let seller = db.seller();
    let text = format!(
        "SELECT o.id, o.number, o.state, o.currency, o.total_amount, o.received_at {OTHERS} ORDER BY o.id DESC LIMIT ?"
    );
    db.load(sql(text).bind(seller).bind(order).bind(limit))
}

/// How many those are.
pub fn count_others_of_buyer(db: &mut Db, order: OrderId) -> QueryResult<OtherCount> {
    let seller = db.seller();
    let text = format!(
        "SELECT COUNT(*) AS count, COUNT(CASE WHEN o.state = 'cancelled' THEN 1 END) AS cancelled {OTHERS}"
    );
    Ok(db.first(sql(text).bind(seller).bind(order))?.unwrap_or_default())
}
