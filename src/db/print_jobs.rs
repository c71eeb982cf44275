//! Print jobs: batches of sheets of one paper.

use diesel::QueryResult;

use super::column::row;
use super::statement::sql;
use super::{Db, Tx};
use crate::domain::id::{NumberRunId, PrintJobId, PrinterId, TemplateId};
use crate::domain::print::Paper;
use crate::domain::time::UtcTime;

row! {
    /// A job as it stands.
    pub struct JobRow {
        pub id: PrintJobId,
        pub paper: Paper,
        pub template: String,
        pub size: String,
        pub serial: String,
        pub number_run_id: Option<NumberRunId>,
        pub station: String,
        /// JSON list of shipments; empty unless the paper is a list.
        pub members: String,
        pub created_by: String,
        pub created_at: UtcTime,
        /// The station that took sheets of it; empty without one.
        pub held_by: String,
        /// Where it is to be printed; `None` for the browser.
        pub printer_id: Option<PrinterId>,
        pub is_paused: bool,
        /// Printed from its last sheet to its first.
        pub is_reversed: bool,
        /// The seller's template and the version of it; `None` for the paper as the program has it.
        pub template_id: Option<TemplateId>,
        pub template_version: Option<i64>,
    }
}

const COLUMNS: &str = "id, paper, template, size, serial, number_run_id, station, members, created_by, created_at, held_by, \
     printer_id, is_paused, is_reversed, template_id, template_version";

/// Adds a job; its id and serial are in the row already.
pub fn insert(tx: &mut Tx, job: &JobRow) -> QueryResult<()> {
    let statement = sql(format!(
        "INSERT INTO print_jobs (seller_id, {COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    ))
    .bind(tx.seller())
    .bind(job.id)
    .bind(job.paper)
    .bind(&job.template)
    .bind(&job.size)
    .bind(&job.serial)
    .bind(job.number_run_id)
    .bind(&job.station)
    .bind(&job.members)
    .bind(&job.created_by)
    .bind(job.created_at)
    .bind(&job.held_by)
    .bind(job.printer_id)
    .bind(job.is_paused)
    .bind(job.is_reversed)
    .bind(job.template_id)
    .bind(job.template_version);
    tx.execute(statement).map(drop)
}

/// A job.
pub fn find(db: &mut Db, id: PrintJobId) -> QueryResult<Option<JobRow>> {
    select(db, id, "")
}

/// A job, locked until the transaction ends. Locked before its shipments, always.
pub fn lock(tx: &mut Tx, id: PrintJobId) -> QueryResult<Option<JobRow>> {
    select(tx, id, " FOR UPDATE")
}

fn select(db: &mut Db, id: PrintJobId, lock: &str) -> QueryResult<Option<JobRow>> {
    let statement = sql(format!("SELECT {COLUMNS} FROM print_jobs WHERE seller_id = ? AND id = ?{lock}"))
        .bind(db.seller())
        .bind(id);
    db.first(statement)
}

/// Notes which station holds a job; nobody when it is empty.
pub fn set_holder(tx: &mut Tx, job: PrintJobId, held_by: &str) -> QueryResult<()> {
    let statement = sql("UPDATE print_jobs SET held_by = ? WHERE seller_id = ? AND id = ?")
        .bind(held_by)
        .bind(tx.seller())
        .bind(job);
    tx.execute(statement).map(drop)
}

/// Notes that a station has begun with a job, and from which end.
pub fn begin(tx: &mut Tx, job: PrintJobId, held_by: &str, is_reversed: bool) -> QueryResult<()> {
    let statement = sql("UPDATE print_jobs SET held_by = ?, is_reversed = ? WHERE seller_id = ? AND id = ?")
        .bind(held_by)
        .bind(is_reversed)
        .bind(tx.seller())
        .bind(job);
    tx.execute(statement).map(drop)
}

/// Sends what waits of a job to a printer, or to nobody's.
pub fn place(tx: &mut Tx, job: PrintJobId, printer: Option<PrinterId>, station: &str) -> QueryResult<()> {
    let statement = sql("UPDATE print_jobs SET printer_id = ?, station = ?, held_by = '' \
         WHERE seller_id = ? AND id = ?")
    .bind(printer)
    .bind(station)
    .bind(tx.seller())
    .bind(job);
    tx.execute(statement).map(drop)
}

/// Stops a job, or lets it go on.
pub fn pause(tx: &mut Tx, job: PrintJobId, is_paused: bool) -> QueryResult<()> {
    let statement = sql("UPDATE print_jobs SET is_paused = ? WHERE seller_id = ? AND id = ?")
        .bind(is_paused)
        .bind(tx.seller())
        .bind(job);
    tx.execute(statement).map(drop)
}

/// Jobs, newest first, before `before`.
pub fn list(db: &mut Db, before: Option<PrintJobId>, limit: usize) -> QueryResult<Vec<JobRow>> {
    let statement = sql(format!(
        "SELECT {COLUMNS} FROM print_jobs WHERE seller_id = ? AND id < ? ORDER BY id DESC LIMIT ?"
    ))
    .bind(db.seller())
    .bind(before.map_or(i64::MAX, |id| id.0))
    .bind(limit);
    db.load(statement)
}
