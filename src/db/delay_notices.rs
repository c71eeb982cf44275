//! Delay notices: announced for many orders at once, taken back together.

use diesel::QueryResult;

use super::column::row;
use super::statement::{Rows, sql};
use super::{Db, Tx};
use crate::domain::deadline::DelayReason;
use crate::domain::id::OrderId;
use crate::domain::time::UtcTime;

row! {
    /// The part of a notice that a clock goes by.
    pub struct NoticeRow {
        pub order_id: OrderId,
        pub id: i64,
        pub due_at: UtcTime,
        pub promised_then: Option<UtcTime>,
    }
}

/// The notices of these orders that were not taken back, the newest of an order last.
pub fn standing(db: &mut Db, orders: &[OrderId]) -> QueryResult<Vec<NoticeRow>> {
    let seller = db.seller();
    db.load(
        sql("SELECT order_id, id, due_at, promised_then FROM delay_notices \
             WHERE seller_id = ? AND order_id IN ? AND undone_at IS NULL ORDER BY order_id, id")
        .bind(seller)
        .list(orders.iter().copied()),
    )
}

/// A notice about to be announced.
pub struct NewNotice {
    pub order: OrderId,
    pub was_due_at: UtcTime,
    pub promised_then: Option<UtcTime>,
}

/// Announces notices together; answers the number under which they can be taken back.
pub fn insert(
    tx: &mut Tx,
    new: &[NewNotice],
    reason: DelayReason,
    note: &str,
    due_at: UtcTime,
) -> QueryResult<i64> {
    let batch = tx.id()?;
    let ids: Vec<i64> = tx.ids(new.len())?.collect();
    let (seller, now, actor) = (tx.seller(), tx.now, tx.actor.name.clone());
    let rows = Rows::new("new")
        .column("id", ids)
        .column("order_id", new.iter().map(|notice| notice.order))
        .column("was_due_at", new.iter().map(|notice| notice.was_due_at))
        .column("promised_then", new.iter().map(|notice| notice.promised_then));
    tx.execute(
        sql(
            "INSERT INTO delay_notices (seller_id, id, batch_id, order_id, reason, note, due_at, was_due_at, \
             promised_then, given_by, given_at) \
             SELECT ?, new.id, ?, new.order_id, ?, ?, ?, new.was_due_at, new.promised_then, ?, ? FROM ?",
        )
        .bind(seller)
        .bind(batch)
        .bind(reason)
        .bind(note)
        .bind(due_at)
        .bind(actor)
        .bind(now)
        .rows(rows),
    )?;
    Ok(batch)
}

row! {
    /// A notice with its words.
    pub struct GivenRow {
        pub id: i64,
        pub batch_id: i64,
        pub order_id: OrderId,
        pub order_number: String,
        pub reason: DelayReason,
        pub note: String,
        pub due_at: UtcTime,
        pub was_due_at: UtcTime,
        pub given_by: String,
        pub given_at: UtcTime,
        pub undone_by: Option<String>,
        pub undone_at: Option<UtcTime>,
    }
}

const GIVEN: &str = "SELECT n.id, n.batch_id, n.order_id, o.number AS order_number, n.reason, n.note, n.due_at, \
    n.was_due_at, n.given_by, n.given_at, n.undone_by, n.undone_at FROM delay_notices n \
    JOIN orders o ON o.seller_id = n.seller_id AND o.id = n.order_id WHERE n.seller_id = ?";

/// The notices that were announced together, by order.
pub fn of_batch(db: &mut Db, batch: i64) -> QueryResult<Vec<GivenRow>> {
    let seller = db.seller();
    db.load(sql(GIVEN).bind(seller).push(" AND n.batch_id = ? ORDER BY n.order_id").bind(batch))
}

/// Notices of ids below `before`, newest first; of one order, or of all.
pub fn list(
    db: &mut Db,
    order: Option<OrderId>,
    before: Option<i64>,
    limit: usize,
) -> QueryResult<Vec<GivenRow>> {
    let mut statement = sql(GIVEN).bind(db.seller()).push(" AND n.id < ?").bind(before.unwrap_or(i64::MAX));
    if let Some(order) = order {
        statement = statement.push(" AND n.order_id = ?").bind(order);
    }
    db.load(statement.push(" ORDER BY n.id DESC LIMIT ?").bind(limit))
}

/// Takes back the notices of a batch on these orders.
pub fn undo(tx: &mut Tx, batch: i64, orders: &[OrderId]) -> QueryResult<()> {
    let (seller, now, actor) = (tx.seller(), tx.now, tx.actor.name.clone());
    tx.execute(
        sql("UPDATE delay_notices SET undone_by = ?, undone_at = ? WHERE seller_id = ? AND batch_id = ? \
             AND order_id IN ? AND undone_at IS NULL")
        .bind(actor)
        .bind(now)
        .bind(seller)
        .bind(batch)
        .list(orders.iter().copied()),
    )
    .map(drop)
}
