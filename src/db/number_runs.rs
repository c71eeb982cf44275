//! Number runs: one typed number and those that followed from it.

use diesel::QueryResult;

use super::column::row;
use super::statement::sql;
use super::{Db, Tx};
use crate::domain::id::{NumberRunId, ShipmentId};
use crate::domain::time::UtcTime;
use crate::domain::waybill::WaybillNumber;

row! {
    /// A run as it stands.
    pub struct RunRow {
        pub id: NumberRunId,
        pub carrier: String,
        pub format: String,
        pub first_number: String,
        /// The last sheet of the stack that was used; the next free one follows it.
        pub last_number: String,
        pub step: i64,
        pub created_by: String,
        pub created_at: UtcTime,
        pub undone_at: Option<UtcTime>,
    }
}

const COLUMNS: &str =
    "id, carrier, format, first_number, last_number, step, created_by, created_at, undone_at";

/// Adds a run.
pub fn insert(
    tx: &mut Tx,
    carrier: &str,
    format: &str,
    first: &WaybillNumber,
    last: &WaybillNumber,
    step: i64,
) -> QueryResult<NumberRunId> {
    let id = NumberRunId(tx.id()?);
    let statement =
        sql("INSERT INTO number_runs (seller_id, id, carrier, format, first_number, last_number, step, \
         created_by, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
        .bind(tx.seller())
        .bind(id)
        .bind(carrier)
        .bind(format)
        .bind(first.as_str())
        .bind(last.as_str())
        .bind(step)
        .bind(&tx.actor.name)
        .bind(tx.now);
    tx.execute(statement)?;
    Ok(id)
}

/// A run.
pub fn find(db: &mut Db, id: NumberRunId) -> QueryResult<Option<RunRow>> {
    select(db, id, "")
}

/// A run, locked until the transaction ends. Locked before its shipments, always.
pub fn lock(tx: &mut Tx, id: NumberRunId) -> QueryResult<Option<RunRow>> {
    select(tx, id, " FOR UPDATE")
}

fn select(db: &mut Db, id: NumberRunId, lock: &str) -> QueryResult<Option<RunRow>> {
    let statement = sql(format!("SELECT {COLUMNS} FROM number_runs WHERE seller_id = ? AND id = ?{lock}"))
        .bind(db.seller())
        .bind(id);
    db.first(statement)
}

/// Runs, newest first, before `before`.
pub fn list(db: &mut Db, before: Option<NumberRunId>, limit: usize) -> QueryResult<Vec<RunRow>> {
    let statement = sql(format!(
        "SELECT {COLUMNS} FROM number_runs WHERE seller_id = ? AND id < ? ORDER BY id DESC LIMIT ?"
    ))
    .bind(db.seller())
    .bind(before.map_or(i64::MAX, |id| id.0))
    .bind(limit);
    db.load(statement)
}

row! {
    /// A number of a run that is on a shipment.
    pub struct AssignedRow {
        pub position: i64,
        pub shipment: ShipmentId,
        pub number: String,
    }
}

/// What a run's shipments carry now, in its order.
pub fn assigned(db: &mut Db, id: NumberRunId) -> QueryResult<Vec<AssignedRow>> {
    let statement = sql("SELECT run_position AS position, id AS shipment, waybill AS number FROM shipments \
         WHERE seller_id = ? AND number_run_id = ? ORDER BY run_position, id")
    .bind(db.seller())
    .bind(id);
    db.load(statement)
}

/// Notes how far the stack has been used.
pub fn set_last_number(tx: &mut Tx, id: NumberRunId, last: &WaybillNumber) -> QueryResult<()> {
    let statement = sql("UPDATE number_runs SET last_number = ? WHERE seller_id = ? AND id = ?")
        .bind(last.as_str())
        .bind(tx.seller())
        .bind(id);
    tx.execute(statement).map(drop)
}

/// Notes that the run has been taken back.
pub fn set_undone(tx: &mut Tx, id: NumberRunId) -> QueryResult<()> {
    let statement = sql("UPDATE number_runs SET undone_by = ?, undone_at = ? WHERE seller_id = ? AND id = ?")
        .bind(&tx.actor.name)
        .bind(tx.now)
        .bind(tx.seller())
        .bind(id);
    tx.execute(statement).map(drop)
}
