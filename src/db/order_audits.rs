//! What people decided in the audits of orders.

use std::collections::HashSet;

use diesel::QueryResult;

use super::again;
use super::column::row;
use super::statement::{Rows, sql};
use super::{Db, Tx};
use crate::domain::audit::{AuditKind, AuditState};
use crate::domain::id::{OrderId, ShopId};
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
