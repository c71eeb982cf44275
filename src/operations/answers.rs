//! Requests that are answered later: what is asked for is kept sealed with the job that answers it.
//!
//! A document's sheets are handed out when it is asked for, in the transaction that makes its job: the job only draws
//! what was collected then, so it may be cut off and begin again without handing anything out twice. Numbering and
//! making print jobs happen in the transaction that ends the job; shipping goes in steps, each of which keeps its part of
//! the answer in its own transaction, so that a job that is cut off goes on behind the last one.

use anyhow::Context;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::number_runs::NewRun;
use super::print_jobs::{self, NewPrintJob};
use super::ship::{self, NewShipping};
use crate::db::answers::{self as record, NewAnswer};
use crate::db::jobs::{self, JobKind, JobRow, NewJob};
use crate::db::{Db, Tx, sheets, shops};
use crate::domain::actor::Role;
use crate::domain::error::Error;
use crate::domain::id::{JobId, PrintJobId, ShopId, WriteBackId};
use crate::domain::job::JobState;
use crate::domain::print::SheetState;
use crate::domain::write_back::UploadForm;
use crate::papers::template::Template;
use crate::papers::{Output, Paper};

/// Draws a document. Safe to repeat.
pub const DOCUMENT: JobKind =
    JobKind { name: "answer.document", lane: "answer", max_attempts: 4, max_crashes: 3 };
/// Numbers shipments, once.
pub const NUMBER_RUN: JobKind =
    JobKind { name: "answer.number_run", lane: "answer", max_attempts: 4, max_crashes: 3 };
/// Ships, each parcel once.
pub const SHIP: JobKind = JobKind { name: "answer.ship", lane: "answer", max_attempts: 4, max_crashes: 3 };
/// Makes a print job, once.
pub const PRINT_JOB: JobKind =
    JobKind { name: "answer.print_job", lane: "answer", max_attempts: 4, max_crashes: 3 };
/// Writes a shop's upload file. Safe to repeat.
pub const UPLOAD_FILE: JobKind =
    JobKind { name: "answer.upload_file", lane: "answer", max_attempts: 4, max_crashes: 3 };

/// Documents of more sheets are drawn by a job: some seconds of drawing.
pub const DOCUMENT_AT_ONCE_MAX: usize = 2_000;

/// What pages do with more shipments is done by a job: longer than a person likes to look at a page that does nothing.
pub const ACT_AT_ONCE_MAX: usize = 300;

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
    PrintJob(NewPrintJob),
    UploadFile { shop: ShopId, form: UploadForm },
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
    /// Of a file: as it is saved, and which write-backs it tells.
    pub file_name: String,
    pub write_backs: Vec<WriteBackId>,
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

/// Has a job number these shipments. `form` is the mark of the form that asked: asked again by the same one, it is the
/// same job.
///
/// # Errors
/// When the record cannot be written.
pub fn number(tx: &mut Tx, run: NewRun, form: Option<&str>) -> Result<JobRow, Error> {
    let arguments = json!({ "shipments": run.shipments.len(), "carrier": run.carrier });
    ask_once(tx, NUMBER_RUN, form, |_| Ok((arguments, Act::NumberRun(run))))
}

/// Has a job ship these parcels; which those are is settled now.
///
/// # Errors
/// As [`ship::named`].
pub fn ship(tx: &mut Tx, new: NewShipping, form: Option<&str>) -> Result<JobRow, Error> {
    ask_once(tx, SHIP, form, |tx| {
        let shipments = ship::named(tx, &new)?;
        let arguments = json!({ "shipments": shipments.len(), "number_run": new.number_run });
        Ok((arguments, Act::Ship(NewShipping { shipments, number_run: None, ..new })))
    })
}

/// Has a job make a print job.
///
/// # Errors
/// When the record cannot be written.
pub fn print(tx: &mut Tx, new: NewPrintJob, form: Option<&str>) -> Result<JobRow, Error> {
    let arguments =
        json!({ "shipments": new.shipments.len(), "number_run": new.number_run, "paper": new.paper });
    ask_once(tx, PRINT_JOB, form, |_| Ok((arguments, Act::PrintJob(new))))
}

/// Has a job write a shop's upload file.
///
/// # Errors
/// [`Error::Missing`] without such a shop.
pub fn upload_file(
    tx: &mut Tx,
    shop: ShopId,
    form: UploadForm,
    asked_by: Option<&str>,
) -> Result<JobRow, Error> {
    shops::find(tx, shop)?;
    let arguments = json!({ "shop": shop, "form": form });
    ask_once(tx, UPLOAD_FILE, asked_by, |_| Ok((arguments, Act::UploadFile { shop, form })))
}

fn ask_once(
    tx: &mut Tx,
    kind: JobKind,
    form: Option<&str>,
    act: impl FnOnce(&mut Tx) -> Result<(Json, Act), Error>,
) -> Result<JobRow, Error> {
    if let Some(form) = form
        && let Some(before) = record::asked_by(tx, form)?
    {
        return jobs::find(tx, before.job_id);
    }
    let (arguments, act) = act(tx)?;
    ask(tx, kind, arguments, NewAnswer { asked_by_form: form, ..NewAnswer::default() }, act)
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
    let form = form(output)?;
    let new = NewAnswer { print_job: Some(id), form: &form, ..NewAnswer::default() };
    ask(tx, DOCUMENT, arguments, new, Act::Document(Box::new(drawing)))
}

fn ask(tx: &mut Tx, kind: JobKind, arguments: Json, new: NewAnswer, act: Act) -> Result<JobRow, Error> {
    let request = Request { role: tx.actor.role, act };
    let request = serde_json::to_string(&request).context("writing a request as JSON")?;
    let job =
        jobs::enqueue(tx, NewJob::new(kind, arguments))?.context("a job without a key is always new")?;
    record::begin(tx, job, &NewAnswer { request: &request, ..new })?;
    jobs::find(tx, job)
}

/// What a job that acts on shipments has to tell, as JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// The answer.
    Whole(Json),
    /// The answer, when it is a file.
    File(Head),
    /// What its steps have done so far, each as an answer of its own.
    SoFar(Vec<Json>),
    /// The day on which it was kept is over.
    Gone,
}

/// What this job has to tell by now.
///
/// # Errors
/// When it cannot be read.
pub fn told(db: &mut Db, job: JobId) -> Result<Told, Error> {
    let Some(row) = record::find(db, job)? else { return Ok(Told::Gone) };
    let read = |bytes: &[u8]| serde_json::from_slice(bytes).context("reading an answer back");
    if row.finished_at.is_some() {
        let head = Head::parse(&row.head)?;
        if !head.file_name.is_empty() {
            return Ok(Told::File(head));
        }
        return Ok(Told::Whole(read(&record::body(db, job)?)?));
    }
    let steps: Result<_, _> = record::pieces(db, job)?.iter().map(|step| read(step)).collect();
    Ok(Told::SoFar(steps?))
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
