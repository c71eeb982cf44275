//! A station takes the next sheets of a job, and says what became of each.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::document::{Document, hand_out};
use super::progress::mark_printed;
use super::{held, lock};
use crate::db::events::{self, NewEvent};
use crate::db::print_jobs::{self as record, JobRow};
use crate::db::sheet_claims::{self, NewClaim};
use crate::db::sheets::{self, SheetRow};
use crate::db::stations::{self as desks, PrinterRow, StationRow};
use crate::db::{Db, Tx};
use crate::domain::actor::Actor;
use crate::domain::error::Error;
use crate::domain::id::{ClaimId, PrintJobId, PrinterId};
use crate::domain::left_out::LeftOut;
use crate::domain::print::{Paper, SheetState, may_take};
use crate::domain::station::{SheetResult, Stacking};
use crate::operations::stations::{check_session, desk_of, end_lapsed, own};

/// Sheets a station may take at once.
const SHEETS_MAX: usize = 100;
/// Longest reason that is kept.
const DETAIL_MAX: usize = 200;

/// A wish for the next sheets.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewClaimWish {
    /// The session the program began with.
    pub session: String,
    pub printer: PrinterId,
    /// Made up for each handful; asking again with it brings the same sheets, when an answer got lost.
    pub request: String,
    /// At most so many sheets.
    pub sheets: usize,
    /// Seconds until what is not reported is unknown; every word of the program renews it.
    pub lease_s: i64,
}

/// What a station got.
#[derive(Debug, Clone)]
pub struct Taken {
    /// `None` when there is nothing to print now.
    pub claim: Option<Claim>,
    /// Sheets that were given up instead of printed.
    pub left_out: Vec<LeftOut>,
    /// Why there is nothing now, in words; empty when there is simply nothing.
    pub waits: String,
    /// The printer as the desk described it.
    pub printer: PrinterRow,
}

/// Sheets that a station has in hand.
#[derive(Debug, Clone)]
pub struct Claim {
    pub id: ClaimId,
    pub job: PrintJobId,
    /// Printed on every sheet of the job.
    pub serial: String,
    pub document: Document,
}

/// Whether there is nothing for a printer now, and why, without writing anything: desks look often. `None` when
/// there may be something; then [`claim`] knows.
///
/// # Errors
/// When the record cannot be read.
pub fn nothing_now(db: &mut Db, actor: &Actor, wish: &NewClaimWish) -> Result<Option<String>, Error> {
    let Some(station) = desk_of(db, actor)?.filter(|desk| desk.session == wish.session) else {
        return Ok(None);
    };
    let is_known = sheet_claims::by_request(db, station.id, &wish.request)?.is_some();
    let printer = desks::printer(db, wish.printer)?;
    // What a silent desk left is told by the first one that asks, not by the next round of the house.
    if is_known || printer.station_id != station.id || sheet_claims::has_lapsed(db)? {
        return Ok(None);
    }
    standstill(db, &printer)
}

/// The job whose sheets [`claim`] would take now.
///
/// # Errors
/// When the record cannot be read.
pub fn next_job(db: &mut Db, actor: &Actor, wish: &NewClaimWish) -> Result<Option<PrintJobId>, Error> {
    let Some(station) = desk_of(db, actor)? else { return Ok(None) };
    let is_own = desks::printer(db, wish.printer)?.station_id == station.id;
    Ok(if is_own { sheet_claims::next_job(db, wish.printer)? } else { None })
}

/// What keeps a printer from getting sheets; empty when none wait, `None` when some do.
fn standstill(db: &mut Db, printer: &PrinterRow) -> Result<Option<String>, Error> {
    if printer.is_paused {
        return Ok(Some("This printer is paused.".to_owned()));
    }
    if let Some(doubt) = sheet_claims::doubt(db, printer.id)? {
        return Ok(Some(format!(
            "Sheet {} of job {} is unknown; somebody has to say whether it came out.",
            doubt.position, doubt.print_job_id
        )));
    }
    match sheet_claims::next_job(db, printer.id)? {
        Some(_) => Ok(None),
        None => Ok(Some(String::new())),
    }
}

/// Takes the next sheets for a printer: the oldest job that waits for it, from the end the printer needs.
///
/// One transaction, under the job's lock: whoever comes second finds what is left. As long as a sheet on this
/// printer is unknown nothing more is taken, because paper behind it would hide whether it came out.
///
/// # Errors
/// `not_a_station`, `station_in_use`, another desk's printer, `claim_ended` for a request whose sheets went
/// elsewhere.
pub fn claim(tx: &mut Tx, wish: &NewClaimWish) -> Result<Taken, Error> {
    let station = own(tx)?;
    check_session(tx, &station, &wish.session, wish.lease_s)?;
    let printer = desks::printer(tx, wish.printer)?;
    if printer.station_id != station.id {
        return Err(Error::missing("printer", wish.printer));
    }
    if let Some(known) = sheet_claims::by_request(tx, station.id, &wish.request)? {
        return again(tx, known.id, known.print_job_id, &known.session, wish, printer);
    }
    end_lapsed(tx)?;
    let nothing = |waits: String, printer| Taken { claim: None, left_out: Vec::new(), waits, printer };
    if let Some(waits) = standstill(tx, &printer)? {
        return Ok(nothing(waits, printer));
    }
    let Some(job) = sheet_claims::next_job(tx, printer.id)? else {
        return Ok(nothing(String::new(), printer));
    };
    let job = lock(tx, job)?;
    // It may have gone to another printer while its lock was waited for.
    if job.printer_id != Some(printer.id) || job.is_paused {
        return Ok(nothing(String::new(), printer));
    }
    take(tx, &station, job, wish, printer)
}

fn take(
    tx: &mut Tx,
    station: &StationRow,
    job: JobRow,
    wish: &NewClaimWish,
    printer: PrinterRow,
) -> Result<Taken, Error> {
    if !may_take(&job.held_by, tx.actor) {
        return Err(held(tx, job.id, &job.held_by)?);
    }
    let from_end = printer.stacking == Stacking::FirstAtBottom;
    let waiting = sheets::next(tx, job.id, wish.sheets.clamp(1, SHEETS_MAX), from_end)?;
    let document = match hand_out(tx, &job, &waiting, &station.name)? {
        Ok(document) => document,
        Err(left_out) => return Ok(Taken { claim: None, left_out, waits: String::new(), printer }),
    };
    let new = NewClaim {
        job: job.id,
        station: station.id,
        request: &wish.request,
        session: &wish.session,
        lease_ms: wish.lease_s * 1_000,
    };
    let id = sheet_claims::insert(tx, new, &document.positions)?;
    record::begin(tx, job.id, &tx.actor.name, from_end)?;
    desks::set_problem(tx, printer.id, "")?;
    let left_out = document.left_out.clone();
    let claim = Claim { id, job: job.id, serial: job.serial, document };
    Ok(Taken { claim: Some(claim), left_out, waits: String::new(), printer })
}

/// The same sheets once more: the answer got lost, so the program that asks has printed none of them.
fn again(
    tx: &mut Tx,
    id: ClaimId,
    job: PrintJobId,
    session: &str,
    wish: &NewClaimWish,
    printer: PrinterRow,
) -> Result<Taken, Error> {
    let job = lock(tx, job)?;
    let mut open = sheets::of_claim(tx, id, job.is_reversed)?;
    open.retain(|sheet| matches!(sheet.state, SheetState::Sent | SheetState::Unknown));
    let station = own(tx)?;
    let document = match open.is_empty() || session != wish.session {
        true => Err(Vec::new()),
        false => hand_out(tx, &job, &open, &station.name)?,
    };
    let Ok(document) = document else {
        return Err(Error::conflict(
            "claim_ended",
            format!(
                "What request {:?} had taken of job {} is not this program's any more.",
                wish.request, job.id
            ),
            "Ask with another request.",
        ));
    };
    sheet_claims::revive(tx, id, wish.lease_s * 1_000)?;
    record::begin(tx, job.id, &tx.actor.name, job.is_reversed)?;
    let left_out = document.left_out.clone();
    let claim = Claim { id, job: job.id, serial: job.serial, document };
    Ok(Taken { claim: Some(claim), left_out, waits: String::new(), printer })
}

/// What became of sheets a station has in hand.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Report {
    pub session: String,
    pub claim: ClaimId,
    pub lease_s: i64,
    pub sheets: Vec<SheetReport>,
    /// The printer and what is wrong with it; left out while it works.
    #[serde(default)]
    pub problem: Option<PrinterProblem>,
}

/// What became of one sheet.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SheetReport {
    pub position: i64,
    pub result: SheetResult,
    /// What the printer said, in words; empty when all is well.
    #[serde(default)]
    pub detail: String,
}

/// What is wrong with a printer.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PrinterProblem {
    pub printer: PrinterId,
    pub detail: String,
}

/// How the reported sheets stand now.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Reported {
    pub sheets: Vec<Settled>,
}

/// One sheet after a report.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Settled {
    pub position: i64,
    pub state: SheetState,
}

/// Notes what a station says of its sheets. A late word counts as long as nobody else has them in hand; sheets that
/// went elsewhere meanwhile stay as they are. Saying it again changes nothing.
///
/// # Errors
/// `not_a_station`, `station_in_use`, or another desk's claim.
pub fn report(tx: &mut Tx, report: &Report) -> Result<Reported, Error> {
    let station = own(tx)?;
    check_session(tx, &station, &report.session, report.lease_s)?;
    sheet_claims::renew(tx, station.id, &report.session, report.lease_s * 1_000)?;
    let claim = sheet_claims::find(tx, station.id, report.claim)?;
    let job = lock(tx, claim.print_job_id)?;
    let known: HashMap<i64, SheetRow> =
        sheets::of_claim(tx, claim.id, false)?.into_iter().map(|sheet| (sheet.position, sheet)).collect();
    let changed: Vec<(&SheetRow, SheetState, &SheetReport)> = report
        .sheets
        .iter()
        .filter_map(|told| {
            let sheet = known.get(&told.position)?;
            Some((sheet, told.result.settle(sheet.state), told))
        })
        .filter(|(sheet, state, told)| sheet.state != *state || told.result == SheetResult::HandedOver)
        .collect();
    let details: Vec<String> =
        changed.iter().map(|(_, _, told)| told.detail.chars().take(DETAIL_MAX).collect()).collect();
    let states: Vec<_> = changed
        .iter()
        .zip(&details)
        .map(|((sheet, state, _), detail)| {
            (sheet.position, *state, if *state == SheetState::Unknown { detail.as_str() } else { "" })
        })
        .collect();
    sheets::set_states(tx, job.id, &states)?;
    let good = changed.iter().filter(|(_, state, _)| *state == SheetState::Acknowledged);
    if job.paper == Paper::Waybill {
        mark_printed(tx, job.id, good.map(|(sheet, ..)| *sheet))?;
    }
    let of = |result: SheetResult| -> Vec<i64> {
        let told = changed.iter().filter(|(_, _, told)| told.result == result);
        told.map(|(sheet, ..)| sheet.position).collect()
    };
    let handed_over = of(SheetResult::HandedOver);
    if !handed_over.is_empty() {
        sheets::release(tx, job.id, &handed_over)?;
        record::set_holder(tx, job.id, "")?;
    }
    sheet_claims::end_if_settled(tx, claim.id)?;
    let (unknown, back) = (of(SheetResult::Unknown), of(SheetResult::NotPrinted));
    if !unknown.is_empty() || !back.is_empty() {
        let detail = report.sheets.iter().find_map(|told| Some(&told.detail).filter(|text| !text.is_empty()));
        let data =
            json!({ "station": station.id, "unknown": unknown, "not_printed": back, "detail": detail });
        let stopped =
            NewEvent { kind: "print_job.stopped", subject_kind: "print_job", subject: job.id.0, data };
        events::record(tx, &[stopped])?;
    }
    if let Some(problem) = &report.problem {
        let printer = desks::printer(tx, problem.printer)?;
        if printer.station_id != station.id {
            return Err(Error::missing("printer", problem.printer));
        }
        let detail: String = problem.detail.chars().take(DETAIL_MAX).collect();
        desks::set_problem(tx, printer.id, &detail)?;
    }
    let now: HashMap<i64, SheetState> =
        states.iter().map(|(position, state, _)| (*position, *state)).collect();
    let settled = report.sheets.iter().filter_map(|told| {
        let position = told.position;
        let state = now.get(&position).copied().or_else(|| known.get(&position).map(|sheet| sheet.state))?;
        Some(Settled { position, state })
    });
    Ok(Reported { sheets: settled.collect() })
}
