//! Requests that are answered later: what is asked for is kept sealed with the job that answers it.
//!
//! A document's sheets are handed out when it is asked for, in the transaction that makes its job: the job only draws
//! what was collected then, so it may be cut off and begin again without handing anything out twice. Numbering and
//! shipping happen in the job, in the transaction that ends it.

use anyhow::Context;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::number_runs::NewRun;
use super::print_jobs;
use super::ship::NewShipping;
use crate::db::answers as record;
use crate::db::jobs::{self, JobKind, JobRow, NewJob};
use crate::db::{Db, Tx, sheets};
use crate::domain::actor::Role;
use crate::domain::error::Error;
use crate::domain::id::{JobId, PrintJobId};
use crate::domain::job::JobState;
use crate::domain::print::SheetState;
use crate::papers::template::Template;
use crate::papers::{Output, Paper};

/// Draws a document. Safe to repeat.
pub const DOCUMENT: JobKind =
    JobKind { name: "answer.document", lane: "answer", max_attempts: 4, max_crashes: 3 };
/// Numbers shipments, once.
pub const NUMBER_RUN: JobKind =
    JobKind { name: "answer.number_run", lane: "answer", max_attempts: 4, max_crashes: 3 };
/// Ships, once.
pub const SHIP: JobKind = JobKind { name: "answer.ship", lane: "answer", max_attempts: 4, max_crashes: 3 };

/// Documents of more sheets are drawn by a job: some seconds of drawing.
pub const DOCUMENT_AT_ONCE_MAX: usize = 2_000;

/// What is to be done, and by whose leave.
#[derive(Debug, Serialize, Deserialize)]
pub struct Request {
    pub role: Role,
    pub act: Act,
}

/// What is to be done.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    Document(Box<Drawing>),
    NumberRun(NewRun),
    Ship(NewShipping),
}

/// A document whose sheets were handed out, to be drawn.
#[derive(Debug, Serialize, Deserialize)]
pub struct Drawing {
    pub print_job: PrintJobId,
    pub paper: Paper,
    /// The seller's own boxes; `None` for the paper as the program has it.
    #[serde(default)]
    pub template: Option<Template>,
    pub output: Output,
    pub left_out: usize,
    pub are_copies: bool,
}

/// How an answer is given. No personal data.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Head {
    pub status: u16,
    pub media_type: String,
    /// Of a document: positions of its sheets, how many were left out, and whether it says that it is a copy.
    pub positions: Vec<i64>,
    pub left_out: usize,
    pub are_copies: bool,
}

impl Head {
    /// Reads what [`record::finish`] kept.
    ///
    /// # Errors
    /// When it is nothing this program wrote.
    pub fn parse(text: &str) -> Result<Self, Error> {
        Ok(serde_json::from_str(text).context("reading how an answer is given")?)
    }
}

/// Has a job number these shipments.
///
/// # Errors
/// When the record cannot be written.
pub fn number(tx: &mut Tx, run: NewRun) -> Result<JobRow, Error> {
    let arguments = json!({ "shipments": run.shipments.len(), "carrier": run.carrier });
    ask(tx, NUMBER_RUN, arguments, None, "", Act::NumberRun(run))
}

/// Has a job ship these parcels.
///
/// # Errors
/// When the record cannot be written.
pub fn ship(tx: &mut Tx, new: NewShipping) -> Result<JobRow, Error> {
    let arguments = json!({ "shipments": new.shipments.len(), "number_run": new.number_run });
    ask(tx, SHIP, arguments, None, "", Act::Ship(new))
}

/// Hands the waiting sheets of a print job out, and has a job draw them. Asked again before anybody took the document,
/// it is the same job.
///
/// # Errors
/// As [`print_jobs::document`].
pub fn document(tx: &mut Tx, id: PrintJobId, output: Output) -> Result<JobRow, Error> {
    if let Some(job) = open_document(tx, id, output)? {
        return Ok(job);
    }
    let document = print_jobs::document(tx, id)?;
    let drawing = Drawing {
        print_job: id,
        paper: document.paper,
        template: document.template.as_deref().cloned(),
        output,
        left_out: document.left_out.len(),
        are_copies: document.are_copies,
    };
    let arguments = json!({ "print_job": id, "sheets": document.positions.len() });
    ask(tx, DOCUMENT, arguments, Some(id), &form(output)?, Act::Document(Box::new(drawing)))
}

fn ask(
    tx: &mut Tx,
    kind: JobKind,
    arguments: Json,
    print_job: Option<PrintJobId>,
    form: &str,
    act: Act,
) -> Result<JobRow, Error> {
    let request = Request { role: tx.actor.role, act };
    let request = serde_json::to_string(&request).context("writing a request as JSON")?;
    let job =
        jobs::enqueue(tx, NewJob::new(kind, arguments))?.context("a job without a key is always new")?;
    record::begin(tx, job, print_job, form, &request)?;
    jobs::find(tx, job)
}

/// The job of the document of this print job that is being drawn, or is drawn and waits to be taken. `None` also when
/// its sheets have gone on meanwhile: somebody has said what became of them, or queued them again.
///
/// # Errors
/// When the record cannot be read.
pub fn open_document(db: &mut Db, id: PrintJobId, output: Output) -> Result<Option<JobRow>, Error> {
    let has_failed = |job: &JobRow| matches!(job.state, JobState::Dead | JobState::Cancelled);
    Ok(newest_document(db, id, output)?.filter(|job| !has_failed(job)))
}

/// The same, also when its job came to nothing and can be taken up again.
///
/// # Errors
/// When the record cannot be read.
pub fn newest_document(db: &mut Db, id: PrintJobId, output: Output) -> Result<Option<JobRow>, Error> {
    let Some(row) = record::untaken(db, id, &form(output)?)? else { return Ok(None) };
    let is_current = match row.finished_at {
        Some(_) => are_out(db, id, &Head::parse(&row.head)?.positions)?,
        None => are_out(db, id, &[])?,
    };
    match is_current {
        true => jobs::find(db, row.job_id).map(Some),
        false => Ok(None),
    }
}

/// Whether the sheets of a document are still as they were when it was asked for.
fn are_out(db: &mut Db, id: PrintJobId, positions: &[i64]) -> Result<bool, Error> {
    let sheets = sheets::of_job(db, id)?;
    let is_out = |position: &i64| {
        sheets.iter().any(|sheet| sheet.position == *position && sheet.state == SheetState::Sent)
    };
    Ok(sheets.iter().all(|sheet| sheet.state != SheetState::Queued) && positions.iter().all(is_out))
}

/// How many sheets the next document of a print job has.
///
/// # Errors
/// When the record cannot be read.
pub fn sheets_waiting(db: &mut Db, id: PrintJobId) -> Result<usize, Error> {
    let count = |state, rows: &[sheets::TallyRow]| {
        rows.iter().filter(|row| row.state == state).map(|row| usize::try_from(row.sheets).unwrap_or(0)).sum()
    };
    let rows = sheets::tally(db, id)?;
    let queued: usize = count(SheetState::Queued, &rows);
    Ok(if queued > 0 { queued } else { count(SheetState::Sent, &rows) })
}

/// Takes the answer of a job. A document is given out once: a second one has to say that it is a copy.
///
/// # Errors
/// [`Error::Missing`] when there is none, or none any more; `document_taken`, `document_outdated`, `held_by_another`.
pub fn take(tx: &mut Tx, job: JobId) -> Result<(Head, Vec<u8>), Error> {
    let row = record::find(tx, job)?.filter(|row| row.finished_at.is_some());
    let row = row.ok_or_else(|| Error::missing("answer of job", job))?;
    let head = Head::parse(&row.head)?;
    if let Some(print_job) = row.print_job_id {
        print_jobs::lock_to_take(tx, print_job)?;
        if !record::take(tx, job)? {
            return Err(Error::conflict(
                "document_taken",
                format!("The document of print job {print_job} was given out before."),
                "Ask the print job for its document again: the sheets come as copies that say so.",
            ));
        }
        if !are_out(tx, print_job, &head.positions)? {
            return Err(Error::conflict(
                "document_outdated",
                format!("The sheets of print job {print_job} have gone on since this document was drawn."),
                "Ask the print job for its document: it has what waits now.",
            ));
        }
    }
    Ok((head, record::body(tx, job)?))
}

/// A form of documents as one word: only the same form is the same document.
fn form(output: Output) -> Result<String, Error> {
    Ok(serde_json::to_string(&output).context("writing a form of documents")?)
}
