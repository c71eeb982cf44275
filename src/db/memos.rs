//! Memos: notes that shops are told as well, and what they answered.

use diesel::QueryResult;

use super::column::row;
use super::statement::sql;
use super::{Db, Tx};
use crate::domain::id::{NoteId, OrderId, ShopId};
use crate::domain::time::UtcTime;
use crate::domain::write_back::WriteBackState;

row! {
    /// A memo with its note, whose text is sealed.
    pub struct MemoRow {
        pub note_id: NoteId,
        pub shop_id: ShopId,
        pub order_id: OrderId,
        /// The platform's number of the order.
        pub order_number: String,
        pub sealed: String,
        pub flag: String,
        pub is_replacing: bool,
        pub state: WriteBackState,
        pub tries: i64,
        pub next_try_at: Option<UtcTime>,
        pub reply: String,
        pub settled_by: Option<String>,
        pub settled_at: Option<UtcTime>,
    }
}

const SELECT: &str = "SELECT m.note_id, m.shop_id, m.order_id, o.number AS order_number, n.sealed, m.flag, m.is_replacing, m.state, \
    m.tries, m.next_try_at, m.reply, m.settled_by, m.settled_at FROM memos m \
    JOIN order_notes n ON n.seller_id = m.seller_id AND n.id = m.note_id \
    JOIN orders o ON o.seller_id = m.seller_id AND o.id = m.order_id WHERE m.seller_id = ?";

/// Adds the memo of a note, waiting.
pub fn insert(
    tx: &mut Tx,
    (note, shop, order): (NoteId, ShopId, OrderId),
    flag: &str,
    is_replacing: bool,
) -> QueryResult<()> {
    let (seller, now) = (tx.seller(), tx.now);
    tx.execute(
        sql("INSERT INTO memos (seller_id, note_id, shop_id, order_id, flag, is_replacing, state, tries, next_try_at, reply) \
             VALUES (?, ?, ?, ?, ?, ?, 'waiting', 0, ?, '')")
        .bind(seller)
        .bind(note)
        .bind(shop)
        .bind(order)
        .bind(flag)
        .bind(is_replacing)
        .bind(now),
    )
    .map(drop)
}

/// One memo.
pub fn find(db: &mut Db, note: NoteId) -> QueryResult<Option<MemoRow>> {
    let seller = db.seller();
    Ok(db.load(sql(SELECT).bind(seller).push(" AND m.note_id = ?").bind(note))?.pop())
}

/// Memos behind `after`, oldest first, of one state or of all.
pub fn list(
    db: &mut Db,
    state: Option<WriteBackState>,
    after: Option<NoteId>,
    limit: usize,
) -> QueryResult<Vec<MemoRow>> {
    let seller = db.seller();
    let mut statement =
        sql(SELECT).bind(seller).push(" AND m.note_id > ?").bind(after.map_or(i64::MIN, |id| id.0));
    if let Some(state) = state {
        statement = statement.push(" AND m.state = ?").bind(state);
    }
    db.load(statement.push(" ORDER BY m.note_id LIMIT ?").bind(limit))
}

row! {
    struct Locked {
        note_id: NoteId,
    }
}

/// The same, locked until the transaction ends.
pub fn lock(tx: &mut Tx, note: NoteId) -> QueryResult<Option<MemoRow>> {
    let seller = tx.seller();
    let text = "SELECT note_id FROM memos WHERE seller_id = ? AND note_id = ? FOR UPDATE";
    match tx.load::<Locked>(sql(text).bind(seller).bind(note))?.pop() {
        Some(locked) => find(tx, locked.note_id),
        None => Ok(None),
    }
}

row! {
    /// A memo that waits, and for which shop.
    pub struct WaitingMemo {
        pub note_id: NoteId,
        pub shop_id: ShopId,
    }
}

/// Waiting memos of these shops behind `after` whose next try is due.
pub fn due(
    db: &mut Db,
    shops: &[ShopId],
    now: UtcTime,
    after: Option<NoteId>,
    limit: usize,
) -> QueryResult<Vec<WaitingMemo>> {
    let seller = db.seller();
    let statement = sql("SELECT note_id, shop_id FROM memos WHERE seller_id = ? AND state = 'waiting' \
         AND next_try_at <= ? AND shop_id IN ? AND note_id > ? ORDER BY note_id LIMIT ?");
    let after = after.map_or(i64::MIN, |id| id.0);
    db.load(statement.bind(seller).bind(now).list(shops.iter().copied()).bind(after).bind(limit))
}

/// Notes why the shop could not be told yet and when it is tried again.
pub fn set_delayed(tx: &mut Tx, note: NoteId, why: &str, next_try_at: UtcTime) -> QueryResult<()> {
    let text = "UPDATE memos SET reply = ?, tries = tries + 1, next_try_at = ? \
         WHERE seller_id = ? AND note_id = ? AND state = 'waiting'";
    let seller = tx.seller();
    tx.execute(sql(text).bind(why).bind(next_try_at).bind(seller).bind(note)).map(drop)
}

/// Makes the next try of everything a shop waits to be told due now.
pub fn set_due(tx: &mut Tx, shop: ShopId) -> QueryResult<()> {
    let text = "UPDATE memos SET next_try_at = ? WHERE seller_id = ? AND shop_id = ? AND state = 'waiting'";
    let (seller, now) = (tx.seller(), tx.now);
    tx.execute(sql(text).bind(now).bind(seller).bind(shop)).map(drop)
}

/// Queues a memo to be told again.
pub fn set_waiting(tx: &mut Tx, note: NoteId) -> QueryResult<()> {
    let text = "UPDATE memos SET state = 'waiting', next_try_at = ?, settled_by = NULL, settled_at = NULL \
         WHERE seller_id = ? AND note_id = ?";
    let (seller, now) = (tx.seller(), tx.now);
    tx.execute(sql(text).bind(now).bind(seller).bind(note)).map(drop)
}

/// Notes what came of telling the shop, with its answer as the proof.
pub fn set_outcome(tx: &mut Tx, note: NoteId, state: WriteBackState, reply: &str) -> QueryResult<()> {
    let text = "UPDATE memos SET state = ?, reply = ?, tries = tries + 1, next_try_at = NULL, settled_by = ?, settled_at = ? \
         WHERE seller_id = ? AND note_id = ?";
    let (seller, now) = (tx.seller(), tx.now);
    let statement = sql(text).bind(state).bind(reply).bind(&tx.actor.name).bind(now).bind(seller).bind(note);
    tx.execute(statement).map(drop)
}

/// How many wait for a person: refused, or told and not heard.
pub fn failed(db: &mut Db) -> QueryResult<i64> {
    let seller = db.seller();
    let text = "SELECT COUNT(*) AS one FROM memos WHERE seller_id = ? AND state IN ('refused', 'unknown')";
    db.number(sql(text).bind(seller))
}
