//! What people do about jobs: call off, take up again, pause a queue. Each is recorded.

use serde_json::json;

use crate::db::Tx;
use crate::db::events::{self, NewEvent};
use crate::db::jobs::{self, JobRow};
use crate::domain::error::Error;
use crate::domain::id::JobId;

/// Calls a job off.
///
/// # Errors
/// As [`jobs::cancel`].
pub fn cancel(tx: &mut Tx, job: JobId) -> Result<JobRow, Error> {
    let row = jobs::cancel(tx, job)?;
    record(tx, "job.cancelled", &row)?;
    Ok(row)
}

/// Takes a job up again.
///
/// # Errors
/// As [`jobs::retry`].
pub fn retry(tx: &mut Tx, job: JobId) -> Result<JobRow, Error> {
    let row = jobs::retry(tx, job)?;
    record(tx, "job.retried", &row)?;
    Ok(row)
}

/// Pauses or resumes a queue for this seller's jobs. What is at work goes on to its end.
///
/// # Errors
/// When the record cannot be written.
pub fn pause(tx: &mut Tx, queue: &str, is_paused: bool) -> Result<(), Error> {
    jobs::pause(tx, queue, is_paused)?;
    let kind = if is_paused { "queue.paused" } else { "queue.resumed" };
    let event =
        NewEvent { kind, subject_kind: "seller", subject: tx.seller().0, data: json!({ "queue": queue }) };
    Ok(events::record(tx, &[event])?)
}

fn record(tx: &mut Tx, kind: &'static str, row: &JobRow) -> Result<(), Error> {
    let data = json!({ "kind": row.kind });
    Ok(events::record(tx, &[NewEvent { kind, subject_kind: "job", subject: row.id.0, data }])?)
}
