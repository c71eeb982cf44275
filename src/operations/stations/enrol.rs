//! A desk knocks, and a manager lets it in or not.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::super::{shops::checked_name, tokens};
use super::{Station, view};
use crate::db::events::{self, NewEvent};
use crate::db::stations::{self as record, StationRow};
use crate::db::{Db, Tx, tokens as token_record};
use crate::domain::actor::Role;
use crate::domain::error::{Error, RefusalClass};
use crate::domain::id::StationId;
use crate::domain::station::{StationState, code_of};

/// Desks that may wait at once: whoever knocks is a stranger, and a list of thousands helps nobody.
const WAITING_MAX: usize = 20;
/// How long a desk may wait before it has to knock again.
const WAITING_KEPT: chrono::Duration = chrono::Duration::hours(24);
/// A SHA-256 in base64 without padding.
const HASH_LENGTH: usize = 43;
/// Longest version a desk may tell.
const VERSION_MAX: usize = 40;

/// A desk that wants in.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewStation {
    pub name: String,
    /// Whose desk it is; may be left out where there is one seller.
    #[serde(default)]
    pub seller: Option<String>,
    /// Hash of the key the desk made for itself.
    pub secret_hash: String,
    #[serde(default)]
    pub version: String,
}

/// How a desk that knocked stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Enrolled {
    pub state: StationState,
    /// To be compared with the code on the manager's page.
    pub code: String,
}

impl From<StationRow> for Enrolled {
    fn from(row: StationRow) -> Self {
        Self { state: row.state, code: code_of(&row.secret_hash) }
    }
}

/// How the desk with this key stands; `None` when it never knocked.
///
/// # Errors
/// When the record cannot be read.
pub fn enrolled(db: &mut Db, secret_hash: &str) -> Result<Option<Enrolled>, Error> {
    Ok(record::by_secret(db, secret_hash)?.map(Enrolled::from))
}

/// Adds a desk to those that wait.
///
/// # Errors
/// `station_name_taken`, `too_many_stations`, or fields that cannot be taken.
pub fn enrol(tx: &mut Tx, new: &NewStation) -> Result<Enrolled, Error> {
    let name = checked_name("name", &new.name)?;
    let is_hash = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if new.secret_hash.len() != HASH_LENGTH || !new.secret_hash.chars().all(is_hash) {
        let detail =
            format!("It is no SHA-256 in base64 ({HASH_LENGTH} characters of A-Z, a-z, 0-9, - and _)");
        return Err(Error::invalid("secret_hash", "length", detail));
    }
    if new.version.len() > VERSION_MAX {
        return Err(Error::invalid("version", "length", format!("Write at most {VERSION_MAX} characters")));
    }
    let expired = tx.now.plus(-WAITING_KEPT);
    record::forget_waiting(tx, expired)?;
    // Two knocks of one desk at the same moment: the second one finds the first.
    if let Some(known) = record::by_secret(tx, &new.secret_hash)? {
        return Ok(known.into());
    }
    if let Some(other) = record::by_name(tx, name)? {
        return Err(Error::conflict(
            "station_name_taken",
            format!(
                "There is a station {name:?} with another key; its code is {}.",
                code_of(&other.secret_hash)
            ),
            "Choose another name, or have a manager retire that station first.",
        ));
    }
    let living = record::living(tx)?;
    let waiting = living.iter().filter(|one| one.state == StationState::Waiting).count();
    if waiting >= WAITING_MAX {
        return Err(Error::refusal(
            RefusalClass::TooMany,
            "too_many_stations",
            format!("{waiting} stations wait to be let in."),
            "Have a manager decide about those first.",
        ));
    }
    let id = record::insert(tx, name, &new.secret_hash, &new.version)?;
    log(tx, "station.knocked", id, json!({ "name": name }))?;
    Ok(Enrolled { state: StationState::Waiting, code: code_of(&new.secret_hash) })
}

/// Lets a desk in: its key becomes a token that may take and report sheets, and nothing else.
///
/// # Errors
/// `station_decided` when it was refused or retired. Approving again changes nothing.
pub fn approve(tx: &mut Tx, id: StationId) -> Result<Station, Error> {
    let row = record::lock(tx, id)?;
    match row.state {
        StationState::Approved => return Ok(view(row)),
        StationState::Waiting => {}
        StationState::Refused | StationState::Retired => return Err(decided(&row)),
    }
    let token = token_record::insert(tx, &row.name, Role::Station, &row.secret_hash)?;
    record::decide(tx, id, StationState::Approved, Some(token))?;
    log(tx, "station.approved", id, json!({ "name": row.name, "token": token }))?;
    Ok(view(record::lock(tx, id)?))
}

/// Keeps a desk out, or retires one that was in: its token ends at once, and what it had in hand is unknown.
///
/// # Errors
/// When there is no such desk. Doing it again changes nothing.
pub fn refuse(tx: &mut Tx, id: StationId) -> Result<Station, Error> {
    let row = record::lock(tx, id)?;
    let (state, kind) = match row.state {
        StationState::Waiting => (StationState::Refused, "station.refused"),
        StationState::Approved => (StationState::Retired, "station.retired"),
        StationState::Refused | StationState::Retired => return Ok(view(row)),
    };
    if let Some(token) = row.token_id {
        tokens::revoke(tx, token)?;
    }
    super::session::end_others(tx, id, "")?;
    record::decide(tx, id, state, row.token_id)?;
    log(tx, kind, id, json!({ "name": row.name }))?;
    Ok(view(record::lock(tx, id)?))
}

fn decided(row: &StationRow) -> Error {
    Error::conflict(
        "station_decided",
        format!("Station {:?} is {}.", row.name, row.state),
        "Start the desk anew; it makes another key and knocks again.",
    )
}

fn log(tx: &mut Tx, kind: &'static str, id: StationId, data: serde_json::Value) -> Result<(), Error> {
    Ok(events::record(tx, &[NewEvent { kind, subject_kind: "station", subject: id.0, data }])?)
}
