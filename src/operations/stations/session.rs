//! Who runs at a desk: one program at a time, alive as long as its lease.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Printer, token_of};
use crate::db::events::{self, NewEvent};
use crate::db::sheet_claims::{self, ClaimRow};
use crate::db::stations::{self as record, Described, StationRow};
use crate::db::{Db, Tx};
use crate::domain::actor::Actor;
use crate::domain::error::{Error, FieldError};
use crate::domain::id::{ClaimId, StationId};
use crate::domain::station::{PrinterKind, PrinterLanguage, Stacking};
use crate::papers::raster::Head;
use crate::papers::values::PaperSize;

/// Seconds a program may go without a word before what it holds is unknown.
const LEASE_S: std::ops::RangeInclusive<i64> = 1..=600;
/// Printers of one desk.
const PRINTERS_MAX: usize = 50;
/// Longest name and address.
const TEXT_MAX: usize = 200;

/// A program that says it is alive at a desk.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSession {
    /// Made up by the program when it starts.
    pub session: String,
    /// The session of the run before it at this very desk, which has ended for certain.
    #[serde(default)]
    pub replaces: String,
    /// Seconds until it is taken to be gone when it is not heard of.
    #[serde(default = "usual_lease")]
    pub lease_s: i64,
    /// Told at the start; left out when it only says that it lives.
    #[serde(default)]
    pub version: Option<String>,
    /// All printers of the desk, at the start.
    #[serde(default)]
    pub printers: Option<Vec<NewPrinter>>,
}

fn usual_lease() -> i64 {
    60
}

/// A printer as its desk describes it.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPrinter {
    pub name: String,
    pub kind: PrinterKind,
    pub address: String,
    pub sizes: Vec<PaperSize>,
    pub language: PrinterLanguage,
    pub dpi: i64,
    pub stacking: Stacking,
}

/// What a desk learns when its program has begun.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Session {
    pub station: StationId,
    pub name: String,
    /// Those it named, with their ids.
    pub printers: Vec<Printer>,
}

/// The desk whose token somebody has, if it is one's.
///
/// # Errors
/// When the record cannot be read.
pub fn desk_of(db: &mut Db, actor: &Actor) -> Result<Option<StationRow>, Error> {
    match token_of(actor) {
        Some(token) => Ok(record::by_token(db, token)?),
        None => Ok(None),
    }
}

/// The desk whose token asks.
///
/// # Errors
/// `not_a_station` for every other caller.
pub fn own(tx: &mut Tx) -> Result<StationRow, Error> {
    let actor = tx.actor;
    desk_of(tx, actor)?.ok_or_else(|| not_a_station(actor))
}

/// The refusal of whoever is no desk.
pub fn not_a_station(actor: &Actor) -> Error {
    Error::conflict(
        "not_a_station",
        format!("{} is no print station.", actor.name),
        "Register one with huidan work --station NAME --server URL.",
    )
}

/// Notes that a program is alive at the desk, and which printers it has.
///
/// # Errors
/// `station_in_use` while another program is alive there; fields that cannot be taken.
pub fn begin(tx: &mut Tx, new: &NewSession) -> Result<Session, Error> {
    check(new)?;
    let station = own(tx)?;
    let station = record::lock(tx, station.id)?;
    let is_other = station.session != new.session;
    let is_replaced = !new.replaces.is_empty() && station.session == new.replaces;
    if is_other && !is_replaced && station.session_left_ms > 0 {
        return Err(in_use(&station));
    }
    if is_other {
        end_others(tx, station.id, &new.session)?;
    }
    let lease_ms = new.lease_s * 1_000;
    record::set_session(tx, station.id, &new.session, lease_ms, new.version.as_deref())?;
    sheet_claims::renew(tx, station.id, &new.session, lease_ms)?;
    if let Some(printers) = &new.printers {
        let printers: Vec<Described> = printers.iter().map(described).collect();
        record::describe(tx, station.id, &printers)?;
    }
    let printers = record::printers_of(tx, station.id)?;
    let printers = printers.into_iter().filter(|one| !one.is_gone).map(Printer::from).collect();
    Ok(Session { station: station.id, name: station.name, printers })
}

fn described(new: &NewPrinter) -> Described {
    Described {
        name: new.name.clone(),
        kind: new.kind,
        address: new.address.clone(),
        sizes: serde_json::to_string(&new.sizes).expect("sizes are words"),
        language: new.language,
        dpi: new.dpi,
        stacking: new.stacking,
    }
}

fn check(new: &NewSession) -> Result<(), Error> {
    let mut errors = Vec::new();
    if new.session.is_empty() || new.session.len() > TEXT_MAX {
        errors.push(FieldError::new("session", "length", format!("Write 1 to {TEXT_MAX} characters")));
    }
    if !LEASE_S.contains(&new.lease_s) {
        let detail =
            format!("{} is not within {} to {} seconds", new.lease_s, LEASE_S.start(), LEASE_S.end());
        errors.push(FieldError::new("lease_s", "range", detail));
    }
    let printers = new.printers.as_deref().unwrap_or_default();
    if printers.len() > PRINTERS_MAX {
        let detail = format!("{} printers; a station has at most {PRINTERS_MAX}", printers.len());
        errors.push(FieldError::new("printers", "length", detail));
    }
    for (at, printer) in printers.iter().enumerate() {
        let field = |name: &str| format!("printers[{at}].{name}");
        for (name, text) in [("name", &printer.name), ("address", &printer.address)] {
            if text.trim().is_empty() || text.len() > TEXT_MAX {
                errors.push(FieldError::new(
                    field(name),
                    "length",
                    format!("Write 1 to {TEXT_MAX} characters"),
                ));
            }
        }
        if printers[..at].iter().any(|other| other.name == printer.name) {
            errors.push(FieldError::new(
                field("name"),
                "twice",
                format!("{:?} is named twice", printer.name),
            ));
        }
        if let Err(detail) = Head::parse(&printer.dpi.to_string()) {
            errors.push(FieldError::new(field("dpi"), "word", detail));
        }
        let is_thermal = printer.language != PrinterLanguage::Pdf;
        match printer.sizes.iter().find(|size| is_thermal && !size.is_label()) {
            Some(size) => {
                let detail = format!("{size} is no label, and {} prints labels only", printer.language);
                errors.push(FieldError::new(field("sizes"), "size_unsuitable", detail));
            }
            None if printer.sizes.is_empty() => {
                errors.push(FieldError::new(field("sizes"), "required", "Name at least one paper size"));
            }
            None => {}
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(Error::Invalid(errors)) }
}

fn in_use(station: &StationRow) -> Error {
    let seconds = station.session_left_ms.max(0) / 1_000 + 1;
    Error::conflict(
        "station_in_use",
        format!("Another program prints for station {:?}.", station.name),
        format!("End that one; should it be gone already, the desk is free in {seconds} s."),
    )
}

/// Refuses a program that is not the one that prints for the desk, and notes that the one that does is alive.
///
/// # Errors
/// `station_in_use`; a lease out of range.
pub fn check_session(tx: &mut Tx, station: &StationRow, session: &str, lease_s: i64) -> Result<(), Error> {
    if station.session != session {
        return Err(in_use(station));
    }
    if !LEASE_S.contains(&lease_s) {
        let detail = format!("{lease_s} is not within {} to {} seconds", LEASE_S.start(), LEASE_S.end());
        return Err(Error::invalid("lease_s", "range", detail));
    }
    record::set_session(tx, station.id, session, lease_s * 1_000, None)?;
    Ok(())
}

/// Gives up what programs have in hand that were not heard of in time. Nothing of it is printed again by itself.
///
/// # Errors
/// When the record cannot be written.
pub fn end_lapsed(tx: &mut Tx) -> Result<(), Error> {
    let lapsed = sheet_claims::lapsed(tx)?;
    end(tx, &lapsed)
}

/// The same for what other programs than this one have in hand at a desk.
pub(super) fn end_others(tx: &mut Tx, station: StationId, session: &str) -> Result<(), Error> {
    let others = sheet_claims::of_others(tx, station, session)?;
    end(tx, &others)
}

fn end(tx: &mut Tx, claims: &[ClaimRow]) -> Result<(), Error> {
    if claims.is_empty() {
        return Ok(());
    }
    let ids: Vec<ClaimId> = claims.iter().map(|claim| claim.id).collect();
    let doubted = sheet_claims::end(tx, &ids)?;
    let log: Vec<NewEvent> = claims
        .iter()
        .map(|claim| NewEvent {
            kind: "print_job.lapsed",
            subject_kind: "print_job",
            subject: claim.print_job_id.0,
            data: json!({ "station": claim.station_id, "unknown": doubted }),
        })
        .collect();
    Ok(events::record(tx, &log)?)
}
