//! Holds and remarks that were read: what people decided about an order.

use diesel::QueryResult;

use super::statement::{Rows, sql};
use super::{Db, Tx};
use crate::domain::id::{HoldId, OrderId};
use crate::domain::time::UtcTime;

/// Adds a hold of the same reason by the writer to each of these orders; their ids, in the order of the orders.
pub fn insert(
    tx: &mut Tx,
    orders: &[OrderId],
    reason: &str,
    until: Option<UtcTime>,
) -> QueryResult<Vec<HoldId>> {
    let ids: Vec<i64> = tx.ids(orders.len())?.collect();
    let (seller, now) = (tx.seller(), tx.now);
    let rows = Rows::new("new").column("id", ids.iter().copied()).column("order_id", orders.iter().copied());
    tx.execute(
        sql("INSERT INTO holds (seller_id, id, order_id, reason, until_at, held_by, held_at) \
             SELECT ?, new.id, new.order_id, ?, ?, ?, ? FROM ?")
        .bind(seller)
        .bind(reason)
        .bind(until)
        .bind(&tx.actor.name)
        .bind(now)
        .rows(rows),
    )?;
    Ok(ids.into_iter().map(HoldId).collect())
}

/// Whether this order has, or had, this hold.
pub fn exists(db: &mut Db, order: OrderId, hold: HoldId) -> QueryResult<bool> {
    let seller = db.seller();
    let text = "SELECT COUNT(*) AS one FROM holds WHERE seller_id = ? AND order_id = ? AND id = ?";
    Ok(db.number(sql(text).bind(seller).bind(order).bind(hold))? > 0)
}

/// Ends a hold by the writer; answers whether it was still on.
pub fn release(tx: &mut Tx, order: OrderId, hold: HoldId) -> QueryResult<bool> {
    let (seller, now) = (tx.seller(), tx.now);
    let changed = tx.execute(
        sql("UPDATE holds SET released_by = ?, released_at = ? \
             WHERE seller_id = ? AND order_id = ? AND id = ? AND released_at IS NULL")
        .bind(&tx.actor.name)
        .bind(now)
        .bind(seller)
        .bind(order)
        .bind(hold),
    )?;
    Ok(changed > 0)
}

/// Notes that the writer read these remarks, each told by its hash.
pub fn mark_read(tx: &mut Tx, remarks: &[(OrderId, String)]) -> QueryResult<()> {
    let (seller, now) = (tx.seller(), tx.now);
    let rows = Rows::new("new")
        .column("order_id", remarks.iter().map(|(order, _)| *order))
        .column("hash", remarks.iter().map(|(_, hash)| hash));
    tx.execute(
        sql("INSERT INTO remark_reads (seller_id, order_id, remark_hash, read_by, read_at) \
             SELECT ?, new.order_id, new.hash, ?, ? FROM ? WHERE true \
             ON CONFLICT (seller_id, order_id, remark_hash) DO NOTHING")
        .bind(seller)
        .bind(&tx.actor.name)
        .bind(now)
        .rows(rows),
    )
    .map(drop)
}

/// Whoever read the remarks of the one hash has read those of the other.
pub fn carry_read(tx: &mut Tx, order: OrderId, from: &str, to: &str) -> QueryResult<()> {
    let seller = tx.seller();
    tx.execute(
        sql("INSERT INTO remark_reads (seller_id, order_id, remark_hash, read_by, read_at) \
             SELECT seller_id, order_id, ?, read_by, read_at FROM remark_reads \
             WHERE seller_id = ? AND order_id = ? AND remark_hash = ? \
             ON CONFLICT (seller_id, order_id, remark_hash) DO NOTHING")
        .bind(to)
        .bind(seller)
        .bind(order)
        .bind(from),
    )
    .map(drop)
}
