//! Sheets: every numbered paper of every print job, and what became of it.

use std::collections::HashSet;

use diesel::QueryResult;

use super::column::row;
use super::statement::{Rows, sql};
use super::{Db, Tx};
use crate::domain::id::{ClaimId, PrintJobId, SheetId, ShipmentId};
use crate::domain::print::{Paper, SheetState};
use crate::domain::time::UtcTime;

row! {
    /// A sheet as it stands.
    pub struct SheetRow {
        pub id: SheetId,
        pub position: i64,
        /// None on lists, which speak of many shipments.
        pub shipment_id: Option<ShipmentId>,
        /// The number it was made with; empty without one.
        pub waybill: String,
        pub state: SheetState,
        pub copy: i64,
        pub data_hash: String,
        pub reason: String,
    }
}

const COLUMNS: &str = "id, position, shipment_id, waybill, state, copy, data_hash, reason";

/// The sheets of a job, in its order.
pub fn of_job(db: &mut Db, job: PrintJobId) -> QueryResult<Vec<SheetRow>> {
    let statement = sql(format!(
        "SELECT {COLUMNS} FROM sheets WHERE seller_id = ? AND print_job_id = ? ORDER BY position"
    ))
    .bind(db.seller())
    .bind(job);
    db.load(statement)
}

/// The next sheets of a job that wait, from its beginning or from its end.
pub fn next(db: &mut Db, job: PrintJobId, limit: usize, from_end: bool) -> QueryResult<Vec<SheetRow>> {
    let order = if from_end { "DESC" } else { "ASC" };
    let statement = sql(format!(
        "SELECT {COLUMNS} FROM sheets WHERE seller_id = ? AND print_job_id = ? AND state = 'queued' \
         ORDER BY position {order} LIMIT ?"
    ))
    .bind(db.seller())
    .bind(job)
    .bind(limit);
    db.load(statement)
}

/// The sheets of a claim, in the order of the job or from its end.
pub fn of_claim(db: &mut Db, claim: ClaimId, from_end: bool) -> QueryResult<Vec<SheetRow>> {
    let order = if from_end { "DESC" } else { "ASC" };
    let statement = sql(format!(
        "SELECT {COLUMNS} FROM sheets WHERE seller_id = ? AND claim_id = ? ORDER BY position {order}"
    ))
    .bind(db.seller())
    .bind(claim);
    db.load(statement)
}

/// Takes sheets of a job out of their claim: what becomes of them is not the station's business any more.
pub fn release(tx: &mut Tx, job: PrintJobId, positions: &[i64]) -> QueryResult<()> {
    let statement =
        sql("UPDATE sheets SET claim_id = NULL WHERE seller_id = ? AND print_job_id = ? AND position IN ?")
            .bind(tx.seller())
            .bind(job)
            .list(positions.iter().copied());
    tx.execute(statement).map(drop)
}

row! {
    /// How many sheets of a job are in a state.
    pub struct TallyRow {
        pub state: SheetState,
        pub sheets: i64,
    }
}

/// The sheets of a job by their states.
pub fn tally(db: &mut Db, job: PrintJobId) -> QueryResult<Vec<TallyRow>> {
    let statement =
        sql("SELECT state, COUNT(*) AS sheets FROM sheets WHERE seller_id = ? AND print_job_id = ? \
         GROUP BY state")
        .bind(db.seller())
        .bind(job);
    db.load(statement)
}

row! {
    /// The last sheets that came out well.
    pub struct LatelyRow {
        pub sheets: i64,
        pub first_at: Option<UtcTime>,
        pub last_at: Option<UtcTime>,
    }
}

/// When the last `limit` good sheets of a job came out.
pub fn lately(db: &mut Db, job: PrintJobId, limit: usize) -> QueryResult<LatelyRow> {
    let statement = sql("SELECT COUNT(*) AS sheets, MIN(h.changed_at) AS first_at, MAX(h.changed_at) AS last_at \
         FROM (SELECT changed_at FROM sheets WHERE seller_id = ? AND print_job_id = ? AND state = 'acknowledged' \
         ORDER BY changed_at DESC LIMIT ?) AS h")
    .bind(db.seller())
    .bind(job)
    .bind(limit);
    Ok(db.first(statement)?.unwrap_or(LatelyRow { sheets: 0, first_at: None, last_at: None }))
}

/// How many sheets a job has.
pub fn count(db: &mut Db, job: PrintJobId) -> QueryResult<i64> {
    let statement = sql("SELECT COUNT(*) AS one FROM sheets WHERE seller_id = ? AND print_job_id = ?")
        .bind(db.seller())
        .bind(job);
    db.number(statement)
}

/// What a sheet is made of.
#[derive(Debug, Clone)]
pub struct Content {
    pub position: i64,
    pub shipment: Option<ShipmentId>,
    pub waybill: String,
    pub copy: i64,
    pub data_hash: String,
}

/// Adds queued sheets to a job.
pub fn insert(tx: &mut Tx, job: PrintJobId, sheets: &[Content]) -> QueryResult<()> {
    if sheets.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = tx.ids(sheets.len())?.collect();
    let rows = content_columns(sheets).column("id", ids);
    let statement = sql("INSERT INTO sheets (seller_id, id, print_job_id, position, shipment_id, waybill, state, copy, \
         data_hash, reason, changed_at) \
         SELECT ?, new.id, ?, new.position, new.shipment_id, new.waybill, 'queued', new.copy, new.data_hash, '', ? \
         FROM ?")
    .bind(tx.seller())
    .bind(job)
    .bind(tx.now)
    .rows(rows);
    tx.execute(statement).map(drop)
}

/// Queues sheets of a job again, with what they are to show now.
pub fn queue_again(tx: &mut Tx, job: PrintJobId, sheets: &[Content]) -> QueryResult<()> {
    if sheets.is_empty() {
        return Ok(());
    }
    let statement =
        sql("UPDATE sheets SET shipment_id = new.shipment_id, waybill = new.waybill, state = 'queued', \
         copy = new.copy, data_hash = new.data_hash, reason = '', claim_id = NULL, changed_at = ? FROM ? \
         WHERE sheets.seller_id = ? AND sheets.print_job_id = ? AND sheets.position = new.position")
        .bind(tx.now)
        .rows(content_columns(sheets))
        .bind(tx.seller())
        .bind(job);
    tx.execute(statement).map(drop)
}

fn content_columns(sheets: &[Content]) -> Rows {
    Rows::new("new")
        .column("position", sheets.iter().map(|sheet| sheet.position))
        .column("shipment_id", sheets.iter().map(|sheet| sheet.shipment))
        .column("waybill", sheets.iter().map(|sheet| &sheet.waybill))
        .column("copy", sheets.iter().map(|sheet| sheet.copy))
        .column("data_hash", sheets.iter().map(|sheet| &sheet.data_hash))
}

/// Notes what became of sheets of a job, by position.
pub fn set_states(tx: &mut Tx, job: PrintJobId, states: &[(i64, SheetState, &str)]) -> QueryResult<()> {
    if states.is_empty() {
        return Ok(());
    }
    let rows = Rows::new("new")
        .column("position", states.iter().map(|state| state.0))
        .column("state", states.iter().map(|state| state.1))
        .column("reason", states.iter().map(|state| state.2));
    let statement = sql("UPDATE sheets SET state = new.state, reason = new.reason, changed_at = ? FROM ? \
         WHERE sheets.seller_id = ? AND sheets.print_job_id = ? AND sheets.position = new.position")
    .bind(tx.now)
    .rows(rows)
    .bind(tx.seller())
    .bind(job);
    tx.execute(statement).map(drop)
}

/// Marks sheets of a job as one more copy of what is on paper, or may be.
pub fn mark_copies(tx: &mut Tx, job: PrintJobId, positions: &[i64]) -> QueryResult<()> {
    let statement =
        sql("UPDATE sheets SET copy = copy + 1 WHERE seller_id = ? AND print_job_id = ? AND position IN ?")
            .bind(tx.seller())
            .bind(job)
            .list(positions.iter().copied());
    tx.execute(statement).map(drop)
}

row! {
    /// A sheet of the same paper that was made before for a shipment and its number.
    pub struct EarlierSheet {
        pub shipment_id: ShipmentId,
        pub waybill: String,
        pub state: SheetState,
        pub copy: i64,
        pub print_job_id: PrintJobId,
    }
}

/// Every sheet of a paper for these shipments.
pub fn earlier(db: &mut Db, paper: Paper, shipments: &[ShipmentId]) -> QueryResult<Vec<EarlierSheet>> {
    let statement = sql("SELECT h.shipment_id, h.waybill, h.state, h.copy, h.print_job_id FROM sheets h \
         JOIN print_jobs j ON j.seller_id = h.seller_id AND j.id = h.print_job_id \
         WHERE h.seller_id = ? AND h.shipment_id IN ? AND j.paper = ? ORDER BY h.id")
    .bind(db.seller())
    .list(shipments.iter().copied())
    .bind(paper);
    db.load(statement)
}

row! {
    struct OfShipment {
        shipment_id: ShipmentId,
    }
}

/// Which of these shipments may have their present number on a label.
pub fn printed_or_unknown(db: &mut Db, shipments: &[ShipmentId]) -> QueryResult<HashSet<ShipmentId>> {
    let statement = sql("SELECT DISTINCT s.id AS shipment_id FROM shipments s \
         JOIN sheets h ON h.seller_id = s.seller_id AND h.shipment_id = s.id AND h.waybill = s.waybill \
         JOIN print_jobs j ON j.seller_id = h.seller_id AND j.id = h.print_job_id AND j.paper = 'waybill' \
         WHERE s.seller_id = ? AND s.id IN ? AND h.state IN ('sent', 'acknowledged', 'unknown')")
    .bind(db.seller())
    .list(shipments.iter().copied());
    Ok(db.load::<OfShipment>(statement)?.into_iter().map(|row| row.shipment_id).collect())
}

/// Gives up the sheets of these shipments that are queued, under way or unknown.
pub fn spoil_unfinished(tx: &mut Tx, shipments: &[ShipmentId], reason: &str) -> QueryResult<()> {
    spoil(tx, shipments, reason, "('queued', 'sent', 'unknown')")
}

/// Gives up the good sheets of these shipments that show a number.
pub fn spoil_acknowledged(tx: &mut Tx, shipments: &[ShipmentId], reason: &str) -> QueryResult<()> {
    spoil(tx, shipments, reason, "('acknowledged')")
}

fn spoil(tx: &mut Tx, shipments: &[ShipmentId], reason: &str, states: &str) -> QueryResult<()> {
    if shipments.is_empty() {
        return Ok(());
    }
    let statement = sql("UPDATE sheets SET state = 'spoiled', reason = ?, changed_at = ? \
         WHERE seller_id = ? AND shipment_id IN ? AND waybill <> ''")
    .bind(reason)
    .bind(tx.now)
    .bind(tx.seller())
    .list(shipments.iter().copied())
    .push(&format!(" AND state IN {states}"));
    tx.execute(statement).map(drop)
}
