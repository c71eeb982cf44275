//! Print jobs: a ledger of sheets, so that nothing is printed twice in silence and a jam loses nothing.
//!
//! Making a job decides who gets a sheet; handing out its document is not printing; only a person's or
//! a station's word makes a sheet good. Sheets of values that have changed since are refused.

mod claim;
mod create;
mod decide;
mod document;
mod doubts;
mod place;
mod progress;
pub mod values;

use serde::{Deserialize, Serialize};

use crate::db::print_jobs::{self as record, JobRow};
use crate::db::sheet_claims;
use crate::db::sheets::{self, SheetRow};
use crate::db::stations as desks;
use crate::db::{Db, Tx};
use crate::domain::actor::{Actor, Right};
use crate::domain::error::Error;
use crate::domain::id::{NumberRunId, PrintJobId, PrinterId, ShipmentId};
use crate::domain::left_out::LeftOut;
use crate::domain::print::{Paper, SheetState, held_by_another, may_report};
use crate::domain::station::pace_per_minute;
use crate::domain::time::UtcTime;
use crate::operations::stations;
use crate::papers::values::PaperSize;

pub use claim::{Claim, NewClaimWish, Report, Reported, Taken, claim, next_job, nothing_now, report};
pub use create::create;
pub use decide::{Decision, decide};
pub use document::{Document, document, lock_to_take, not_rendered};
pub use doubts::{Doubt, doubts};
pub use place::{pause, place};
pub use progress::{Read, acknowledge, acknowledge_read, resume};

/// A wish to print.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPrintJob {
    pub paper: Paper,
    /// Name of one of the seller's templates; `built-in` for the paper as the program has it. Left out, the default of the
    /// paper and its size, if there is one.
    #[serde(default)]
    pub template: String,
    /// Left out, the usual size of the paper.
    #[serde(default)]
    pub size: Option<PaperSize>,
    /// All shipments of this run, in its order.
    #[serde(default)]
    pub number_run: Option<NumberRunId>,
    /// These shipments, in the order of the screen.
    #[serde(default)]
    pub shipments: Vec<ShipmentId>,
    #[serde(default)]
    pub station: String,
    /// Print again what was printed or may have been: the same number on another sheet.
    #[serde(default)]
    pub reprint: bool,
}

/// A job with its sheets.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PrintJob {
    /// `None` when no shipment could be printed and so no job was made.
    pub id: Option<PrintJobId>,
    pub paper: Paper,
    /// Name of the seller's template; empty for the paper as the program has it.
    pub template: String,
    /// The version its sheets are printed with, however the template changed since.
    pub template_version: Option<i64>,
    pub size: String,
    /// Printed on every sheet of the job; it pairs waybills, notes and lists.
    pub serial: String,
    pub number_run: Option<NumberRunId>,
    pub station: String,
    pub created_at: UtcTime,
    pub sheets: Vec<Sheet>,
    pub left_out: Vec<LeftOut>,
    /// Positions that wait to be printed, in their order.
    pub next: Vec<i64>,
    /// The printer it waits for; `null` for a document in the browser.
    pub printer: Option<PrinterId>,
    pub paused: bool,
    /// Printed from its last sheet to its first: the last good one is then the one with the lowest position.
    pub from_end: bool,
    /// The station that has taken sheets of it, as events name it; empty without one.
    pub held_by: String,
    /// How far it is; `null` in lists.
    pub progress: Option<Progress>,
}

/// How far a job is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Progress {
    pub queued: i64,
    pub sent: i64,
    pub acknowledged: i64,
    pub unknown: i64,
    pub spoiled: i64,
    /// Good sheets a minute, by the last fifty; `null` while that says nothing.
    pub per_minute: Option<i64>,
    /// When the last good sheet came out.
    pub last_at: Option<UtcTime>,
}

impl Progress {
    /// Sheets that are still to come out.
    pub fn remaining(&self) -> i64 {
        self.queued + self.sent
    }
}

/// One sheet of a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Sheet {
    pub position: i64,
    /// `None` on lists.
    pub shipment: Option<ShipmentId>,
    /// The number on it; empty without one.
    pub number: String,
    pub state: SheetState,
    /// 1 for the first print of this number on this paper.
    pub copy: i64,
    /// Why it was spoiled; empty otherwise.
    pub reason: String,
}

impl From<SheetRow> for Sheet {
    fn from(row: SheetRow) -> Self {
        Self {
            position: row.position,
            shipment: row.shipment_id,
            number: row.waybill,
            state: row.state,
            copy: row.copy,
            reason: row.reason,
        }
    }
}

/// A job as it stands.
///
/// # Errors
/// When there is no such job.
pub fn show(db: &mut Db, id: PrintJobId) -> Result<PrintJob, Error> {
    let job = record::find(db, id)?.ok_or_else(|| Error::missing("print job", id))?;
    view(db, job, Vec::new())
}

/// How far a job is, and what is in its way: what changes while it prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Pulse {
    pub id: PrintJobId,
    pub progress: Progress,
    pub paused: bool,
    pub printer: Option<PrinterId>,
    /// What is wrong with its printer; empty when nothing is known.
    pub problem: String,
}

impl Pulse {
    /// Nothing of the job is on its way to paper, or waits to be.
    pub fn is_over(&self) -> bool {
        self.progress.remaining() + self.progress.unknown == 0
    }
}

/// How far a job is, without its sheets.
///
/// # Errors
/// When there is no such job.
pub fn pulse(db: &mut Db, id: PrintJobId) -> Result<Pulse, Error> {
    let job = record::find(db, id)?.ok_or_else(|| Error::missing("print job", id))?;
    let problem = match job.printer_id {
        Some(printer) => desks::problem(db, printer)?,
        None => String::new(),
    };
    let progress = progress(db, id)?;
    Ok(Pulse { id, progress, paused: job.is_paused, printer: job.printer_id, problem })
}

/// Jobs, newest first, before `before`, without their sheets.
///
/// # Errors
/// When the record cannot be read.
pub fn list(db: &mut Db, before: Option<PrintJobId>, limit: usize) -> Result<Vec<PrintJob>, Error> {
    Ok(record::list(db, before, limit)?.into_iter().map(|job| head(job, Vec::new(), Vec::new())).collect())
}

fn view(db: &mut Db, job: JobRow, left_out: Vec<LeftOut>) -> Result<PrintJob, Error> {
    let sheets = sheets::of_job(db, job.id)?.into_iter().map(Sheet::from).collect();
    let progress = Some(progress(db, job.id)?);
    Ok(PrintJob { progress, ..head(job, sheets, left_out) })
}

/// Sheets a pace is taken from: the last minute or so of a fast printer.
const PACE_SHEETS: usize = 50;

fn progress(db: &mut Db, job: PrintJobId) -> Result<Progress, Error> {
    let mut progress = Progress::default();
    for row in sheets::tally(db, job)? {
        let count = match row.state {
            SheetState::Queued => &mut progress.queued,
            SheetState::Sent => &mut progress.sent,
            SheetState::Acknowledged => &mut progress.acknowledged,
            SheetState::Unknown => &mut progress.unknown,
            SheetState::Spoiled => &mut progress.spoiled,
        };
        *count = row.sheets;
    }
    let lately = sheets::lately(db, job, PACE_SHEETS)?;
    if let (Some(first), Some(last)) = (lately.first_at, lately.last_at) {
        let span_ms = (last.chrono() - first.chrono()).num_milliseconds();
        progress.per_minute = pace_per_minute(lately.sheets, span_ms);
        progress.last_at = Some(last);
    }
    Ok(progress)
}

fn head(job: JobRow, sheets: Vec<Sheet>, left_out: Vec<LeftOut>) -> PrintJob {
    PrintJob {
        id: Some(job.id),
        paper: job.paper,
        template: job.template,
        template_version: job.template_version,
        size: job.size,
        serial: job.serial,
        number_run: job.number_run_id,
        station: job.station,
        created_at: job.created_at,
        next: sheets
            .iter()
            .filter(|sheet| sheet.state == SheetState::Queued)
            .map(|sheet| sheet.position)
            .collect(),
        sheets,
        left_out,
        printer: job.printer_id,
        paused: job.is_paused,
        from_end: job.is_reversed,
        held_by: job.held_by,
        progress: None,
    }
}

/// Refuses what a thermal printer cannot print: papers that are no labels.
///
/// # Errors
/// When there is no such job, or a conflict.
pub fn is_on_labels(db: &mut Db, id: PrintJobId) -> Result<(), Error> {
    let job = record::find(db, id)?.ok_or_else(|| Error::missing("print job", id))?;
    match PaperSize::parse(&job.size).is_ok_and(PaperSize::is_label) {
        true => Ok(()),
        false => Err(Error::conflict(
            "not_on_labels",
            format!("Job {id} prints on {}, and thermal printers print labels.", job.size),
            "Ask for application/pdf, or make a job for a label size.",
        )),
    }
}

/// The job, locked.
fn lock(tx: &mut Tx, id: PrintJobId) -> Result<JobRow, Error> {
    record::lock(tx, id)?.ok_or_else(|| Error::missing("print job", id))
}

/// Refuses whoever may not say what became of the sheets of a job: of what a station has in hand only it may, or a
/// manager, also when the job itself went to another printer meanwhile.
fn needs_report(tx: &mut Tx, job: &JobRow) -> Result<(), Error> {
    if !may_report(&job.held_by, tx.actor) {
        return Err(held(tx, job.id, &job.held_by)?);
    }
    let others = sheet_claims::holders(tx, job.id)?.into_iter().map(|token| format!("token:{token}"));
    match others.into_iter().find(|holder| !may_report(holder, tx.actor)) {
        Some(holder) => Err(held(tx, job.id, &holder)?),
        None => Ok(()),
    }
}

/// The refusal that names the station by its name, where it has one.
fn held(tx: &mut Tx, job: PrintJobId, held_by: &str) -> Result<Error, Error> {
    let name = stations::name_of(tx, held_by)?;
    Ok(held_by_another(job, name.as_deref().unwrap_or(held_by)))
}

/// Refuses a copy of what is on paper, or may be, to whoever may only print.
fn needs_reprint(actor: &Actor) -> Result<(), Error> {
    match actor.role.may(Right::Reprint) {
        true => Ok(()),
        false => Err(Error::Forbidden { role: actor.role.to_string() }),
    }
}

/// The members of a list.
fn members(job: &JobRow) -> Result<Vec<ShipmentId>, Error> {
    Ok(serde_json::from_str(&job.members).map_err(anyhow::Error::from)?)
}
