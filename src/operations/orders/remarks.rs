//! Remarks are written, and read as they stand; one that changes or joins afterwards is unread again.

use serde_json::json;

use crate::db::events::{self, NewEvent};
use crate::db::orders::OrderRow;
use crate::db::{Tx, holds, order_notes, orders};
use crate::domain::error::Error;
use crate::domain::id::{NoteId, OrderId};
use crate::domain::remark::parse_note;
use crate::operations::memos::{self, MemoWish};
use crate::operations::merging::{self, Changes};
use crate::operations::shipments::again;
use crate::operations::shipments::facts::remark_hash;

use super::thread::NOTE;

/// Notes of one order: more are a conversation that belongs elsewhere.
const NOTES_MAX: i64 = 200;

/// Which orders' remarks now count as read, and which orders do not exist.
#[derive(Debug, Clone, Default)]
pub struct Read {
    pub done: Vec<OrderId>,
    pub missing: Vec<OrderId>,
}

/// Marks the remarks of these orders as read.
///
/// # Errors
/// When the record cannot be read or written.
pub fn mark_read(tx: &mut Tx, ids: &[OrderId]) -> Result<Read, Error> {
    let rows = orders::find(tx, ids)?;
    let done: Vec<OrderId> = rows.iter().map(|row| row.id).collect();
    let notes = order_notes::newest(tx, &done)?;
    let hash =
        |row: &OrderRow| remark_hash(&row.buyer_message, &row.seller_memo, notes.get(&row.id).copied());
    let hashes: Vec<(OrderId, String)> = rows.iter().map(|row| (row.id, hash(row))).collect();
    holds::mark_read(tx, &hashes)?;
    let read: Vec<NewEvent> =
        done.iter().map(|order| NewEvent::order("order.remarks_read", *order, json!({}))).collect();
    events::record(tx, &read)?;
    merging::settle(tx, &done, &Changes::default())?;
    let missing = ids.iter().copied().filter(|id| !done.contains(id)).collect();
    Ok(Read { done, missing })
}

/// Writes a note on an order for colleagues, and for the shop where `memo` says so; it is never changed. Whoever must read
/// remarks has this one to read as well.
///
/// # Errors
/// [`Error::Invalid`] for a text that cannot be taken, [`Error::Missing`] without such an order, a conflict
/// when there are too many; what [`memos::ask`] says.
pub fn write_note(tx: &mut Tx, order: OrderId, text: &str, memo: Option<&MemoWish>) -> Result<NoteId, Error> {
    let text = parse_note(text).map_err(|said| Error::invalid("text", "length", said))?;
    // Locked, so that an audit is before the note or sees it.
    if orders::lock(tx, &[order])?.is_empty() {
        return Err(Error::missing("order", order));
    }
    if order_notes::count(tx, order)? >= NOTES_MAX {
        return Err(Error::conflict(
            "too_many_notes",
            format!("Order {order} has {NOTES_MAX} notes already."),
            "Go on where you talk with each other.",
        ));
    }
    let sealed = tx.seal(NOTE, &text);
    let note = order_notes::insert(tx, order, &sealed)?;
    let data = json!({ "note": note, "memo": memo.is_some() });
    events::record(tx, &[NewEvent::order("order.note_written", order, data)])?;
    if let Some(wish) = memo {
        let row = orders::find(tx, &[order])?.pop().ok_or_else(|| Error::missing("order", order))?;
        memos::ask(tx, note, (row.shop_id, order), &text, wish)?;
    }
    merging::settle(tx, &[order], &Changes::default())?;
    Ok(note)
}

/// Has every waiting parcel with remarks judged anew: it was just decided whether they must be read.
///
/// # Errors
/// When the record cannot be read or written.
pub fn judge_all(tx: &mut Tx) -> Result<(), Error> {
    order_notes::look_again(tx)?;
    again::judge_marked(tx)
}
