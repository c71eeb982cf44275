//! What staff write on an order for each other. Rows are only added.

use std::collections::HashMap;

use diesel::QueryResult;

use super::again::{self, WAITING};
use super::column::row;
use super::statement::sql;
use super::{Db, Tx};
use crate::domain::id::{NoteId, OrderId};
use crate::domain::time::UtcTime;
use crate::domain::write_back::WriteBackState;

row! {
    /// A note; its text is sealed.
    pub struct NoteRow {
        pub id: NoteId,
        pub order_id: OrderId,
        pub sealed: String,
        pub written_by: String,
        pub written_at: UtcTime,
        /// How far the shop has been told of it, where it is.
        pub told: Option<WriteBackState>,
        pub told_flag: Option<String>,
        /// What the shop said.
        pub reply: Option<String>,
    }
}

/// Adds a note by the writer.
pub fn insert(tx: &mut Tx, order: OrderId, sealed: &str) -> QueryResult<NoteId> {
    let id = NoteId(tx.id()?);
    let (seller, now) = (tx.seller(), tx.now);
    tx.execute(
        sql("INSERT INTO order_notes (seller_id, id, order_id, sealed, written_by, written_at) \
             VALUES (?, ?, ?, ?, ?, ?)")
        .bind(seller)
        .bind(id)
        .bind(order)
        .bind(sealed)
        .bind(&tx.actor.name)
        .bind(now),
    )?;
    Ok(id)
}

row! {
    struct Told {
        settings: String,
        id: Option<NoteId>,
        order_id: Option<OrderId>,
        sealed: Option<String>,
        written_by: Option<String>,
        written_at: Option<UtcTime>,
        told: Option<WriteBackState>,
        told_flag: Option<String>,
        reply: Option<String>,
    }
}

/// The notes of these orders, the oldest first, and the seller's settings as they are stored: one question
/// for both, because every page of the list asks it.
pub fn of_orders(db: &mut Db, orders: &[OrderId]) -> QueryResult<(Vec<NoteRow>, String)> {
    let seller = db.seller();
    let rows: Vec<Told> = db.load(
        sql("SELECT s.settings, n.id, n.order_id, n.sealed, n.written_by, n.written_at, \
             m.state AS told, m.flag AS told_flag, m.reply FROM sellers s \
             LEFT JOIN order_notes n ON n.seller_id = s.id AND n.order_id IN ? \
             LEFT JOIN memos m ON m.seller_id = n.seller_id AND m.note_id = n.id WHERE s.id = ? \
             ORDER BY n.order_id, n.id")
        .list(orders.iter().copied())
        .bind(seller),
    )?;
    let settings = rows.first().map(|row| row.settings.clone()).unwrap_or_else(|| "{}".to_owned());
    let note = |row: Told| {
        Some(NoteRow {
            id: row.id?,
            order_id: row.order_id?,
            sealed: row.sealed?,
            written_by: row.written_by?,
            written_at: row.written_at?,
            told: row.told,
            told_flag: row.told_flag,
            reply: row.reply,
        })
    };
    Ok((rows.into_iter().filter_map(note).collect(), settings))
}

/// How many notes an order has.
pub fn count(db: &mut Db, order: OrderId) -> QueryResult<i64> {
    let seller = db.seller();
    let text = "SELECT COUNT(*) AS one FROM order_notes WHERE seller_id = ? AND order_id = ?";
    db.number(sql(text).bind(seller).bind(order))
}

row! {
    struct Last {
        order_id: OrderId,
        last: NoteId,
    }
}

/// The newest note of each of these orders that has any.
pub fn newest(db: &mut Db, orders: &[OrderId]) -> QueryResult<HashMap<OrderId, NoteId>> {
    let seller = db.seller();
    let rows: Vec<Last> = db.load(
        sql("SELECT order_id, MAX(id) AS last FROM order_notes WHERE seller_id = ? AND order_id IN ? \
             GROUP BY order_id")
        .bind(seller)
        .list(orders.iter().copied()),
    )?;
    Ok(rows.into_iter().map(|row| (row.order_id, row.last)).collect())
}

/// Marks the waiting shipments whose orders say anything, or that wait for a reader, to be looked at again;
/// answers how many. One statement, however many they are.
pub fn look_again(tx: &mut Tx) -> QueryResult<usize> {
    let seller = tx.seller();
    let which = format!(
        "s.id IN (SELECT w.id FROM shipments w WHERE w.seller_id = ? AND w.state IN ({WAITING}) \
         AND (w.has_message OR w.has_memo OR w.reasons LIKE '%\"remark_unread\"%') \
         UNION SELECT so.shipment_id FROM order_notes n JOIN shipment_orders so ON so.seller_id = n.seller_id \
         AND so.order_id = n.order_id AND so.left_at IS NULL WHERE n.seller_id = ?)"
    );
    again::mark(tx, sql(which).bind(seller).bind(seller))
}
