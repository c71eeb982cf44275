//! Hand-overs: the driver takes all parcels of a carrier, and the list of them is closed.

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::db::events::{self, NewEvent};
use crate::db::hand_overs::{self as record, HandOverRow};
use crate::db::{Db, Tx, sellers};
use crate::domain::error::Error;
use crate::domain::id::HandOverId;
use crate::domain::print::Paper;
use crate::domain::time::UtcTime;
use crate::domain::waybill::carriers;
use crate::operations::print_jobs::{self, NewPrintJob, PrintJob};

/// What is handed over.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewHandOver {
    /// Code or name of the carrier.
    #[serde(deserialize_with = "carriers::named")]
    pub carrier: String,
    /// Only what left by this time; without it, all of it.
    #[serde(default)]
    pub until: Option<UtcTime>,
}

/// A closed list of parcels that a carrier took.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct HandOver {
    pub id: HandOverId,
    pub carrier: String,
    pub until: UtcTime,
    /// Parcels taken in when it was closed.
    pub parcels: i64,
    /// Of its parcels that were weighed, together; 0 when none was.
    pub weighed_g: i64,
    pub created_by: String,
    pub created_at: UtcTime,
    pub undone_by: Option<String>,
    pub undone_at: Option<UtcTime>,
}

/// Parcels of a carrier that left and wait for its driver.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct WaitingParcels {
    pub carrier: String,
    pub parcels: i64,
    pub oldest_at: UtcTime,
}

impl From<HandOverRow> for HandOver {
    fn from(row: HandOverRow) -> Self {
        Self {
            id: row.id,
            carrier: row.carrier,
            until: row.until_at,
            parcels: row.parcel_count,
            weighed_g: row.weighed_g,
            created_by: row.created_by,
            created_at: row.created_at,
            undone_by: row.undone_by,
            undone_at: row.undone_at,
        }
    }
}

/// Closes a hand-over of all parcels of a carrier that left and are in none yet.
///
/// # Errors
/// `nothing_to_hand_over` when there are none, also when another click took them a moment ago.
pub fn close(tx: &mut Tx, new: &NewHandOver) -> Result<HandOver, Error> {
    // Two clicks take turns, and the second one finds what the first one left.
    sellers::lock(tx)?;
    let carrier = new.carrier.trim().to_owned();
    if carrier.is_empty() {
        return Err(Error::invalid(
            "carrier",
            "required",
            "It is empty; name the carrier whose driver is here",
        ));
    }
    let mut row = HandOverRow {
        id: HandOverId(tx.id()?),
        until_at: new.until.unwrap_or(tx.now),
        carrier,
        parcel_count: 0,
        weighed_g: 0,
        created_by: tx.actor.name.clone(),
        created_at: tx.now,
        undone_by: None,
        undone_at: None,
    };
    let taken = record::take(tx, row.id, &row.carrier, row.until_at)?;
    if taken == 0 {
        return Err(Error::conflict(
            "nothing_to_hand_over",
            format!("No parcel of {} that left by {} waits to be handed over.", row.carrier, row.until_at),
            "Ship parcels first; what was handed over already stands in its own list.",
        ));
    }
    row.parcel_count = i64::try_from(taken).unwrap_or(i64::MAX);
    record::insert(tx, &row)?;
    let data = json!({ "carrier": row.carrier, "parcels": row.parcel_count, "until": row.until_at });
    note(tx, "hand_over.closed", row.id, data)?;
    show(tx, row.id)
}

/// Takes a hand-over back: its parcels wait again. Repeating it changes nothing.
///
/// # Errors
/// A missing hand-over; `hand_over_followed` when a later one of the carrier stands.
pub fn undo(tx: &mut Tx, id: HandOverId) -> Result<HandOver, Error> {
    sellers::lock(tx)?;
    let row = found(tx, id)?;
    if row.undone_at.is_some() {
        return Ok(row.into());
    }
    if record::has_later(tx, &row.carrier, id)? {
        return Err(Error::conflict(
            "hand_over_followed",
            format!("Hand-over {id} was followed by a later one of {}.", row.carrier),
            "Take back the later ones first, or leave it as it is.",
        ));
    }
    record::undo(tx, id)?;
    note(tx, "hand_over.undone", id, json!({ "carrier": row.carrier, "parcels": row.parcel_count }))?;
    Ok(found(tx, id)?.into())
}

/// Makes a print job of its hand-over list; again and again, as often as the paper is needed.
///
/// # Errors
/// A missing hand-over; `hand_over_undone`.
pub fn print(tx: &mut Tx, id: HandOverId, station: &str) -> Result<PrintJob, Error> {
    let row = found(tx, id)?;
    if row.undone_at.is_some() {
        return Err(Error::conflict(
            "hand_over_undone",
            format!("Hand-over {id} was taken back and has no parcels any more."),
            "Close a new one and print that.",
        ));
    }
    let wish = NewPrintJob {
        paper: Paper::HandOverList,
        template: String::new(),
        size: None,
        number_run: None,
        shipments: record::members(tx, id)?,
        station: station.to_owned(),
        reprint: false,
    };
    print_jobs::create(tx, &wish)
}

/// One hand-over.
///
/// # Errors
/// When there is none of this id.
pub fn show(db: &mut Db, id: HandOverId) -> Result<HandOver, Error> {
    Ok(found(db, id)?.into())
}

/// Hand-overs, the newest first.
///
/// # Errors
/// When the record cannot be read.
pub fn list(db: &mut Db, before: Option<HandOverId>, limit: usize) -> Result<Vec<HandOver>, Error> {
    Ok(record::list(db, before, limit)?.into_iter().map(HandOver::from).collect())
}

/// What waits for each carrier's driver.
///
/// # Errors
/// When the record cannot be read.
pub fn waiting(db: &mut Db) -> Result<Vec<WaitingParcels>, Error> {
    let rows = record::waiting(db)?.into_iter();
    Ok(rows
        .map(|row| WaitingParcels { carrier: row.carrier, parcels: row.parcels, oldest_at: row.oldest_at })
        .collect())
}

fn found(db: &mut Db, id: HandOverId) -> Result<HandOverRow, Error> {
    record::find(db, id)?.ok_or_else(|| Error::missing("hand-over", id))
}

fn note(tx: &mut Tx, kind: &'static str, id: HandOverId, data: serde_json::Value) -> Result<(), Error> {
    let event = NewEvent { kind, subject_kind: "hand_over", subject: id.0, data };
    Ok(events::record(tx, &[event])?)
}
