//! What people do about jobs: call off, take up again, pause a queue; one or many at once. Each is recorded.

use std::collections::HashSet;

use serde::Serialize;
use serde_json::json;

use crate::db::Tx;
use crate::db::events::{self, NewEvent};
use crate::db::jobs::{self, JobFilter, JobRow};
use crate::domain::error::Error;
use crate::domain::id::JobId;
use crate::domain::job::JobState;
use crate::domain::left_out::Why;

/// Most jobs of one act.
pub const ACT_MAX: usize = 1_000;

/// What was done with each of many jobs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ManyJobs {
    pub done: Vec<JobId>,
    pub left_out: Vec<JobLeftOut>,
}

/// A job that an act left as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct JobLeftOut {
    pub id: JobId,
    /// Never empty.
    pub reasons: Vec<Why>,
}

/// Calls a job off. One that is held is told so, and its handler ends it.
///
/// # Errors
/// [`Error::Missing`]; `job_ended` when there is nothing left to call off.
pub fn cancel(tx: &mut Tx, job: JobId) -> Result<JobRow, Error> {
    one(tx, job, cancel_all)
}

/// Takes a dead or cancelled job up again, with all its attempts; lets a waiting one begin now.
///
/// # Errors
/// [`Error::Missing`]; `job_not_retryable` when it is done or at work, or another one has its key.
pub fn retry(tx: &mut Tx, job: JobId) -> Result<JobRow, Error> {
    one(tx, job, retry_all)
}

fn one(
    tx: &mut Tx,
    job: JobId,
    act: impl Fn(&mut Tx, &[JobId]) -> Result<ManyJobs, Error>,
) -> Result<JobRow, Error> {
    jobs::find(tx, job)?;
    match act(tx, &[job])?.left_out.pop().and_then(|mut left| left.reasons.pop()) {
        Some(why) => Err(Error::conflict(why.code, why.message, why.next)),
        None => jobs::find(tx, job),
    }
}

/// Calls many jobs off, each by itself.
///
/// # Errors
/// `Invalid` for more than [`ACT_MAX`].
pub fn cancel_all(tx: &mut Tx, ids: &[JobId]) -> Result<ManyJobs, Error> {
    bounded(ids)?;
    let open: Vec<JobId> =
        jobs::find_all(tx, ids)?.iter().filter(|row| !row.state.is_end()).map(|row| row.id).collect();
    jobs::cancel(tx, &open)?;
    answer(tx, "job.cancelled", ids, |row| {
        // One that ended in between is as ended as one that had before.
        let is_off = open.contains(&row.id) && (row.is_cancelled || row.state == JobState::Cancelled);
        (!is_off).then(|| {
            Why::new(
                "job_ended",
                format!("Job {} is {} already.", row.id, row.state),
                "There is nothing left to do about it.",
            )
        })
    })
}

/// Takes many jobs up again, each by itself.
///
/// # Errors
/// As [`cancel_all`].
pub fn retry_all(tx: &mut Tx, ids: &[JobId]) -> Result<ManyJobs, Error> {
    bounded(ids)?;
    let taken_up: HashSet<JobId> = jobs::retry(tx, ids)?.into_iter().collect();
    answer(tx, "job.retried", ids, |row| {
        let detail = match row.state {
            _ if taken_up.contains(&row.id) => return None,
            JobState::Dead | JobState::Cancelled => {
                format!("Another job does what job {} was to do.", row.id)
            }
            state => format!("Job {} is {state}.", row.id),
        };
        Some(Why::new("job_not_retryable", detail, "Only dead, cancelled and waiting jobs can be retried."))
    })
}

/// Does this with the newest [`ACT_MAX`] jobs of a kind; nothing where there are none.
///
/// # Errors
/// What `act` answers.
pub fn on_found(
    tx: &mut Tx,
    filter: &JobFilter,
    act: impl Fn(&mut Tx, &[JobId]) -> Result<ManyJobs, Error>,
) -> Result<ManyJobs, Error> {
    let found: Vec<JobId> = jobs::list(tx, filter, ACT_MAX)?.into_iter().map(|row| row.id).collect();
    match found.is_empty() {
        true => Ok(ManyJobs::default()),
        false => act(tx, &found),
    }
}

fn bounded(ids: &[JobId]) -> Result<(), Error> {
    match ids.len() {
        1..=ACT_MAX => Ok(()),
        count => Err(Error::invalid("jobs", "range", format!("{count} jobs; name 1 to {ACT_MAX} at a time"))),
    }
}

/// Sorts jobs by what became of them, and records it for those with which something was done.
fn answer(
    tx: &mut Tx,
    event: &'static str,
    ids: &[JobId],
    why_not: impl Fn(&JobRow) -> Option<Why>,
) -> Result<ManyJobs, Error> {
    let rows = jobs::find_all(tx, ids)?;
    let known: HashSet<JobId> = rows.iter().map(|row| row.id).collect();
    let (mut many, mut log) = (ManyJobs::default(), Vec::new());
    for row in &rows {
        match why_not(row) {
            Some(why) => many.left_out.push(JobLeftOut { id: row.id, reasons: vec![why] }),
            None => {
                many.done.push(row.id);
                let data = json!({ "kind": row.kind });
                log.push(NewEvent { kind: event, subject_kind: "job", subject: row.id.0, data });
            }
        }
    }
    let unknown = ids.iter().filter(|id| !known.contains(id)).map(|id| JobLeftOut {
        id: *id,
        reasons: vec![Why::new(
            "not_found",
            format!("There is no job {id}."),
            "Read the list again and choose anew.",
        )],
    });
    many.left_out.extend(unknown);
    events::record(tx, &log)?;
    Ok(many)
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
