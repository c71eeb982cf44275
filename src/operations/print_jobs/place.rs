//! Where a job is printed: on a printer of a desk, on another one, or not for now.

use serde_json::json;

use super::{PrintJob, lock, view};
use crate::db::events::{self, NewEvent};
use crate::db::print_jobs::{self as record, JobRow};
use crate::db::stations::{self as desks, PrinterRow};
use crate::db::{Db, Tx};
use crate::domain::error::Error;
use crate::domain::id::{PrintJobId, PrinterId};
use crate::domain::station::StationState;
use crate::operations::stations::sizes;

/// The printer a new job goes to by the station it names: that desk's first one with the paper in it. A name
/// no desk has is a note for people, as it always was.
///
/// # Errors
/// `no_printer` when the desk has none with this paper.
pub(super) fn usual(db: &mut Db, job: &JobRow) -> Result<Option<PrinterId>, Error> {
    let desk = if job.station.is_empty() { None } else { desks::by_name(db, &job.station)? };
    let Some(desk) = desk.filter(|desk| desk.state == StationState::Approved) else { return Ok(None) };
    let printers: Vec<PrinterRow> =
        desks::printers_of(db, desk.id)?.into_iter().filter(|one| !one.is_gone).collect();
    let fits = |one: &&PrinterRow| sizes(one).contains(&job.size);
    let ready = printers.iter().filter(fits).find(|one| !one.is_paused);
    match ready.or_else(|| printers.iter().find(fits)) {
        Some(printer) => Ok(Some(printer.id)),
        None => Err(Error::unprocessable(
            "no_printer",
            format!("Station {:?} has no printer with {} in it.", desk.name, job.size),
            "Choose another size or station, or leave the station out and print from the browser.",
        )),
    }
}

/// Sends what waits of a job to a printer, or back to the browser. What a station has in hand stays with it.
///
/// # Errors
/// When there is no such job or printer; `no_printer` when the paper is not in it.
pub fn place(tx: &mut Tx, id: PrintJobId, printer: Option<PrinterId>) -> Result<PrintJob, Error> {
    let mut job = lock(tx, id)?;
    let station = match printer {
        None => String::new(),
        Some(printer) => {
            let row = desks::printer(tx, printer)?;
            if row.is_gone || !sizes(&row).contains(&job.size) {
                return Err(Error::unprocessable(
                    "no_printer",
                    format!("Printer {:?} of station {:?} has no {} in it.", row.name, row.station, job.size),
                    "Choose a printer with this paper.",
                ));
            }
            row.station
        }
    };
    if job.printer_id != printer {
        record::place(tx, id, printer, &station)?;
        let data = json!({ "from": job.printer_id, "to": printer, "station": station });
        let placed = NewEvent { kind: "print_job.placed", subject_kind: "print_job", subject: id.0, data };
        events::record(tx, &[placed])?;
        job = lock(tx, id)?;
    }
    view(tx, job, Vec::new())
}

/// Stops a job, or lets it go on. What is on its way to paper comes out all the same.
///
/// # Errors
/// When there is no such job.
pub fn pause(tx: &mut Tx, id: PrintJobId, is_paused: bool) -> Result<PrintJob, Error> {
    let mut job = lock(tx, id)?;
    if job.is_paused != is_paused {
        record::pause(tx, id, is_paused)?;
        let kind = if is_paused { "print_job.paused" } else { "print_job.continued" };
        let told = NewEvent { kind, subject_kind: "print_job", subject: id.0, data: json!({}) };
        events::record(tx, &[told])?;
        job = lock(tx, id)?;
    }
    view(tx, job, Vec::new())
}
