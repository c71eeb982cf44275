//! Which memos a worker tells, and what follows when the shop knows one.

use serde_json::json;

use super::log;
use crate::connectors::memo::{Memo, Noted};
use crate::db::jobs::{self, JobKind, NewJob};
use crate::db::memos::{self as record, MemoRow, WaitingMemo};
use crate::db::{Db, Tx, holds, order_audits, orders};
use crate::domain::error::Error;
use crate::domain::id::{NoteId, ShopId};
use crate::domain::time::UtcTime;
use crate::domain::write_back::{Outcome, WriteBackState};
use crate::operations::merging::{self, Changes};
use crate::operations::orders::NOTE;
use crate::operations::shipments::facts::{self, Context, Facts};

/// Tells one shop of one memo. A crash is no reason to stop: it reads before it writes.
pub const TELL: JobKind = JobKind { name: "memo.tell", lane: "tell", max_attempts: 6, max_crashes: 10 };

/// How many jobs are enqueued at once.
const BATCH: usize = 1_000;

/// Enqueues the telling of a memo.
///
/// # Errors
/// When the record cannot be written.
pub fn enqueue(tx: &mut Tx, note_id: NoteId, shop_id: ShopId) -> Result<(), Error> {
    jobs::enqueue_all(tx, &tellings(&[WaitingMemo { note_id, shop_id }])).map(drop)
}

/// Enqueues a page of the memos of these shops whose next try is due; answers behind which one the next page begins.
///
/// # Errors
/// When the record cannot be read or written.
pub fn enqueue_due(tx: &mut Tx, shops: &[ShopId], after: Option<NoteId>) -> Result<Option<NoteId>, Error> {
    if shops.is_empty() {
        return Ok(None);
    }
    let now = tx.now;
    let due = record::due(tx, shops, now, after, BATCH)?;
    jobs::enqueue_all(tx, &tellings(&due))?;
    Ok(due.last().filter(|_| due.len() == BATCH).map(|row| row.note_id))
}

/// Enqueues everything a shop waits to be told: it has another key or address now.
///
/// # Errors
/// When the record cannot be read or written.
pub fn enqueue_shop(tx: &mut Tx, shop: ShopId) -> Result<(), Error> {
    record::set_due(tx, shop)?;
    let mut after = None;
    loop {
        after = enqueue_due(tx, &[shop], after)?;
        if after.is_none() {
            return Ok(());
        }
    }
}

fn tellings(rows: &[WaitingMemo]) -> Vec<NewJob> {
    let job = |row: &WaitingMemo| {
        let telling = NewJob::new(TELL, json!({ "note": row.note_id }));
        NewJob { turn: Some(row.shop_id.0), ..telling }.unique(row.note_id.to_string())
    };
    rows.iter().map(job).collect()
}

/// The shop and the memo it is told, while it waits.
///
/// # Errors
/// When there is no such memo, or its note was sealed by a key that is gone.
pub fn telling(db: &mut Db, note: NoteId) -> Result<Option<(ShopId, Memo)>, Error> {
    let row = record::find(db, note)?.ok_or_else(|| Error::missing("memo", note))?;
    match row.state {
        WriteBackState::Waiting => Ok(Some((row.shop_id, memo(db, &row)?))),
        _ => Ok(None),
    }
}

fn memo(db: &Db, row: &MemoRow) -> Result<Memo, Error> {
    Ok(Memo {
        order: row.order_number.clone(),
        text: db.open(NOTE, &row.sealed)?,
        flag: row.flag.clone(),
        is_replacing: row.is_replacing,
    })
}

/// Notes that the shop shows the memo, unless a person has settled it meanwhile, and has the order show it, too: lists of some
/// platforms do not say that a memo has changed.
///
/// # Errors
/// When the record cannot be read or written.
pub fn told(tx: &mut Tx, note: NoteId, noted: &Noted) -> Result<(), Error> {
    let Some(row) = record::lock(tx, note)?.filter(|row| row.state == WriteBackState::Waiting) else {
        return Ok(());
    };
    record::set_outcome(tx, note, WriteBackState::Done, &noted.proof)?;
    log(tx, "memo.settled", &row, WriteBackState::Done)?;
    stand(tx, &row, noted)
}

/// Notes that the shop refused it, or was told and not heard.
///
/// # Errors
/// When the record cannot be read or written.
pub fn failed(tx: &mut Tx, note: NoteId, outcome: Outcome, reply: &str) -> Result<(), Error> {
    match record::lock(tx, note)? {
        Some(row) if row.state == WriteBackState::Waiting => {
            record::set_outcome(tx, note, outcome.state(), reply)?;
            log(tx, "memo.settled", &row, outcome.state())
        }
        _ => Ok(()),
    }
}

/// Notes why the shop could not be told; it waits until `next_try_at`. Said once for each memo.
///
/// # Errors
/// When the record cannot be read or written.
pub fn delayed(tx: &mut Tx, note: NoteId, why: &str, next_try_at: UtcTime) -> Result<(), Error> {
    let Some(row) = record::lock(tx, note)?.filter(|row| row.state == WriteBackState::Waiting) else {
        return Ok(());
    };
    record::set_delayed(tx, note, why, next_try_at)?;
    if row.tries == 0 {
        log(tx, "memo.delayed", &row, WriteBackState::Waiting)?;
    }
    Ok(())
}

/// The order has the memo now. Who had read or audited it with our note has read this memo as well; words of another hand that
/// stand beside ours have still to be read.
fn stand(tx: &mut Tx, row: &MemoRow, noted: &Noted) -> Result<(), Error> {
    let Some(stands) = &noted.stands else { return Ok(()) };
    let order = row.order_id;
    orders::lock(tx, &[order])?;
    let memo = memo(tx, row)?;
    let Some(before) = judged(tx, row)? else { return Ok(()) };
    if (&before.row.seller_memo, &before.row.flag) == (&stands.text, &stands.flag) {
        return Ok(());
    }
    let is_ours = memo.leads_to(&before.row.seller_memo, &stands.text);
    orders::set_memo(tx, order, &stands.text, &stands.flag)?;
    if is_ours {
        let after = judged(tx, row)?;
        let note = crate::db::order_notes::newest(tx, &[order])?.get(&order).copied();
        let hash = |memo: &str| facts::remark_hash(&before.row.buyer_message, memo, note);
        holds::carry_read(tx, order, &hash(&before.row.seller_memo), &hash(&stands.text))?;
        if let (Some(old), Some(new)) = (before.audit_hash, after.and_then(|after| after.audit_hash)) {
            order_audits::carry(tx, order, &old, &new)?;
        }
    }
    merging::settle(tx, &[order], &Changes::default())?;
    Ok(())
}

fn judged(tx: &mut Tx, row: &MemoRow) -> Result<Option<Facts>, Error> {
    let context = Context::load(tx)?;
    let now = tx.now;
    Ok(facts::load(tx, &context, &[row.order_id], now)?.remove(&row.order_id))
}
