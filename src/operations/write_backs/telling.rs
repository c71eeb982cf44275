//! Which write-backs a worker tells the shop by its API, and what the shop is told.

use serde_json::json;

use super::{Settlement, note, settle};
use crate::connectors::link::connected;
use crate::connectors::parcel::Parcel;
use crate::db::jobs::{self, JobKind, NewJob};
use crate::db::shops::{self, ShopRow};
use crate::db::write_backs::{self as record, WaitingRow, WriteBackRow};
use crate::db::{Db, Tx};
use crate::domain::error::Error;
use crate::domain::id::{ShipmentId, ShopId, WriteBackId};
use crate::domain::time::UtcTime;
use crate::domain::waybill::Format;
use crate::domain::write_back::{Outcome, WriteBackState};
use crate::operations::memos::telling as memos;

/// Tells one shop of one parcel. A crash is no reason to stop: it reads before it writes.
pub const TELL: JobKind = JobKind { name: "write_back.tell", lane: "tell", max_attempts: 6, max_crashes: 10 };

/// How many jobs are enqueued at once.
const BATCH: usize = 1_000;

/// Enqueues the telling of every waiting write-back of these shipments whose shop is told by its API.
///
/// # Errors
/// When the record cannot be read or written.
pub fn enqueue(tx: &mut Tx, shipments: &[ShipmentId]) -> Result<(), Error> {
    let shops = told_shops(tx)?;
    if shops.is_empty() {
        return Ok(());
    }
    let waiting = record::waiting(tx, shipments, &shops)?;
    for part in waiting.chunks(BATCH) {
        jobs::enqueue_all(tx, &tellings(part))?;
    }
    Ok(())
}

/// Enqueues everything a shop waits to be told: it has another key or address now.
///
/// # Errors
/// When the record cannot be read or written.
pub fn enqueue_shop(tx: &mut Tx, shop: ShopId) -> Result<(), Error> {
    if !told_shops(tx)?.contains(&shop) {
        return Ok(());
    }
    memos::enqueue_shop(tx, shop)?;
    record::set_due(tx, shop)?;
    let mut after = None;
    loop {
        after = enqueue_due(tx, &[shop], after)?;
        if after.is_none() {
            return Ok(());
        }
    }
}

/// Enqueues a page of the write-backs of these shops whose next try is due; answers behind which one the next page begins.
///
/// # Errors
/// When the record cannot be read or written.
pub fn enqueue_due(
    tx: &mut Tx,
    shops: &[ShopId],
    after: Option<WriteBackId>,
) -> Result<Option<WriteBackId>, Error> {
    if shops.is_empty() {
        return Ok(None);
    }
    let now = tx.now;
    let due = record::due(tx, shops, now, after, BATCH)?;
    jobs::enqueue_all(tx, &tellings(&due))?;
    Ok(due.last().filter(|_| due.len() == BATCH).map(|row| row.id))
}

/// The shops that are told by their API.
///
/// # Errors
/// When the record cannot be read.
pub fn told_shops(db: &mut Db) -> Result<Vec<ShopId>, Error> {
    let mut told = Vec::new();
    for shop in shops::all(db)? {
        if connected(shop.platform, &shop.settings()?, shop.is_linked).is_some() {
            told.push(shop.id);
        }
    }
    Ok(told)
}

fn tellings(rows: &[WaitingRow]) -> Vec<NewJob> {
    let job = |row: &WaitingRow| {
        let telling = NewJob::new(TELL, json!({ "write_back": row.id }));
        NewJob { turn: Some(row.shop_id.0), ..telling }.unique(row.id.to_string())
    };
    rows.iter().map(job).collect()
}

/// What a shop is told, and who it is.
pub struct Telling {
    pub shop: ShopRow,
    pub parcel: Parcel,
}

/// The telling of a write-back that still waits.
///
/// # Errors
/// When there is no such write-back.
pub fn telling(db: &mut Db, id: WriteBackId) -> Result<Option<Telling>, Error> {
    let row = record::find(db, &[id])?.pop().ok_or_else(|| Error::missing("write-back", id))?;
    if row.state != WriteBackState::Waiting {
        return Ok(None);
    }
    let shop = shops::find(db, row.shop_id)?;
    let is_last = record::pieces_left(db, row.order_id)? == 0;
    let others = record::other_numbers(db, row.order_id, id)?;
    Ok(Some(Telling { parcel: parcel(row, is_last, others)?, shop }))
}

fn parcel(row: WriteBackRow, is_last: bool, others: Vec<String>) -> Result<Parcel, Error> {
    let carrier = Format::of_carrier(&row.carrier).next().map(|format| format.carrier.name);
    Ok(Parcel {
        order: row.order_number,
        carrier_name: carrier.unwrap_or(&row.carrier).to_owned(),
        carrier: row.carrier,
        number: row.number,
        lines: serde_json::from_str(&row.lines).map_err(anyhow::Error::from)?,
        is_last,
        others,
        key: format!("huidan:{}", row.id),
    })
}

/// Notes what came of telling the shop, unless a person has settled it meanwhile.
///
/// # Errors
/// When the record cannot be read or written.
pub fn told(tx: &mut Tx, id: WriteBackId, result: Outcome, reply: &str) -> Result<(), Error> {
    match record::lock(tx, &[id])?.pop() {
        Some(row) if row.state == WriteBackState::Waiting => {
            settle(tx, id, &Settlement { result, reply: reply.to_owned() }).map(drop)
        }
        _ => Ok(()),
    }
}

/// Notes why the shop could not be told; it waits until `next_try_at`. Said once for each write-back.
///
/// # Errors
/// When the record cannot be read or written.
pub fn delayed(tx: &mut Tx, id: WriteBackId, why: &str, next_try_at: UtcTime) -> Result<(), Error> {
    let Some(row) = record::lock(tx, &[id])?.pop().filter(|row| row.state == WriteBackState::Waiting) else {
        return Ok(());
    };
    record::set_delayed(tx, id, why, next_try_at)?;
    if row.tries == 0 {
        note(tx, "write_back.delayed", &[(&row, WriteBackState::Waiting)])?;
    }
    Ok(())
}
