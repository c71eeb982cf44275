//! Print stations: how a desk comes in, who runs there, and which printers it has.
//!
//! A desk makes its own key and shows only the key's hash; a manager who sees the same code on both screens
//! lets it in, and from then on the key is a token of the role `station`. So nothing secret travels before
//! the approval, and the server never knows a key it could lose.

mod enrol;
mod session;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::db::events::{self, NewEvent};
use crate::db::stations::{self as record, PrinterRow, StationRow};
use crate::db::{Db, Tx};
use crate::domain::actor::Actor;
use crate::domain::error::Error;
use crate::domain::id::{PrinterId, StationId, TokenId};
use crate::domain::station::{
    PrinterKind, PrinterLanguage, Stacking, StationState, code_of, pace_per_minute,
};
use crate::domain::time::UtcTime;

pub use enrol::{Enrolled, NewStation, approve, enrol, enrolled, refuse};
pub use session::{
    NewPrinter, NewSession, Session, begin, check_session, desk_of, end_lapsed, not_a_station, own,
};

/// A desk with its printers.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Station {
    pub id: StationId,
    pub name: String,
    pub state: StationState,
    /// Shown on the desk too; compare before letting it in.
    #[schema(example = "Q7FK-2MZD")]
    pub code: String,
    pub version: String,
    /// A program is printing for it now.
    pub is_alive: bool,
    pub seen_at: Option<UtcTime>,
    pub created_at: UtcTime,
    /// Sheets a minute of late; `null` while that says nothing.
    pub per_minute: Option<i64>,
    pub printers: Vec<Printer>,
}

/// A printer of a desk.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Printer {
    pub id: PrinterId,
    pub name: String,
    pub kind: PrinterKind,
    /// Where it is, as the desk reaches it.
    #[schema(example = "192.168.1.50:9100")]
    pub address: String,
    /// Paper sizes that lie in it.
    pub sizes: Vec<String>,
    pub language: PrinterLanguage,
    pub dpi: i64,
    pub stacking: Stacking,
    pub is_paused: bool,
    /// The desk does not name it any more.
    pub is_gone: bool,
    /// What is wrong with it; empty when nothing is known.
    pub problem: String,
    /// Sheets that wait for it; 0 where only the printer itself is shown.
    pub waiting: i64,
    /// Everything it prints is moved to the right by so many tenths of a millimetre, and down.
    pub offset_x_tenths: i64,
    pub offset_y_tenths: i64,
}

impl From<PrinterRow> for Printer {
    fn from(row: PrinterRow) -> Self {
        Self {
            sizes: sizes(&row),
            id: row.id,
            name: row.name,
            kind: row.kind,
            address: row.address,
            language: row.language,
            dpi: row.dpi,
            stacking: row.stacking,
            is_paused: row.is_paused,
            is_gone: row.is_gone,
            problem: row.problem,
            waiting: 0,
            offset_x_tenths: row.offset_x_tenths,
            offset_y_tenths: row.offset_y_tenths,
        }
    }
}

/// The sizes that lie in a printer.
pub fn sizes(row: &PrinterRow) -> Vec<String> {
    serde_json::from_str(&row.sizes).unwrap_or_default()
}

/// How far back a pace is looked at.
const PACE_SPAN: chrono::Duration = chrono::Duration::minutes(10);

/// The desks that wait or print, with their printers.
///
/// # Errors
/// When the record cannot be read.
pub fn list(db: &mut Db, now: UtcTime) -> Result<Vec<Station>, Error> {
    let mut stations: Vec<Station> = record::living(db)?.into_iter().map(view).collect();
    for printer in record::printers(db)? {
        if let Some(station) = stations.iter_mut().find(|station| station.id == printer.station_id) {
            station.printers.push(printer.into());
        }
    }
    for waiting in record::waiting(db)? {
        let mut printers = stations.iter_mut().flat_map(|station| &mut station.printers);
        if let Some(printer) = printers.find(|printer| printer.id == waiting.printer_id) {
            printer.waiting = waiting.sheets;
        }
    }
    for pace in record::pace(db, now.plus(-PACE_SPAN))? {
        let span = pace.last_at.chrono() - pace.first_at.chrono();
        if let Some(station) = stations.iter_mut().find(|station| station.id == pace.station_id) {
            station.per_minute = pace_per_minute(pace.sheets, span.num_milliseconds());
        }
    }
    Ok(stations)
}

fn view(row: StationRow) -> Station {
    Station {
        id: row.id,
        name: row.name,
        state: row.state,
        code: code_of(&row.secret_hash),
        version: row.version,
        is_alive: row.session_left_ms > 0,
        seen_at: row.seen_at,
        created_at: row.created_at,
        per_minute: None,
        printers: Vec::new(),
    }
}

/// Stops a printer, or lets it go on. What is on its way to paper comes out all the same.
///
/// # Errors
/// When there is no such printer.
pub fn pause_printer(tx: &mut Tx, id: PrinterId, is_paused: bool) -> Result<Printer, Error> {
    record::printer(tx, id)?;
    record::pause_printer(tx, id, is_paused)?;
    Ok(record::printer(tx, id)?.into())
}

/// How far everything a printer prints is moved.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PrinterOffset {
    /// To the right, in tenths of a millimetre, -200 to 200; negative to the left.
    pub x_tenths: i64,
    /// Down; negative up.
    pub y_tenths: i64,
}

/// Tenths of a millimetre a printer can be moved by: what is farther off is the wrong paper.
const OFFSET: std::ops::RangeInclusive<i64> = -200..=200;

/// Moves everything a printer prints from its next sheet on. It stays with the printer whatever its desk says of it.
///
/// # Errors
/// An offset out of range; a missing printer.
pub fn set_offset(tx: &mut Tx, id: PrinterId, new: &PrinterOffset) -> Result<Printer, Error> {
    for (field, value) in [("x_tenths", new.x_tenths), ("y_tenths", new.y_tenths)] {
        if !OFFSET.contains(&value) {
            let detail = format!("{value} is not within -200 to 200 tenths of a millimetre.");
            return Err(Error::invalid(field, "range", detail));
        }
    }
    let before = record::printer(tx, id)?;
    if (before.offset_x_tenths, before.offset_y_tenths) != (new.x_tenths, new.y_tenths) {
        record::set_offset(tx, id, new.x_tenths, new.y_tenths)?;
        let data = json!({ "x_tenths": new.x_tenths, "y_tenths": new.y_tenths });
        let moved = NewEvent { kind: "printer.offset_set", subject_kind: "printer", subject: id.0, data };
        events::record(tx, &[moved])?;
    }
    Ok(record::printer(tx, id)?.into())
}

/// What the desk is called that acts under this name; `None` when it is no desk.
///
/// # Errors
/// When the record cannot be read.
pub fn name_of(db: &mut Db, actor_name: &str) -> Result<Option<String>, Error> {
    let Some(token) = actor_name.strip_prefix("token:").and_then(|id| id.parse().ok()) else {
        return Ok(None);
    };
    Ok(record::by_token(db, token)?.map(|desk| desk.name))
}

/// The token of an actor that is one.
fn token_of(actor: &Actor) -> Option<TokenId> {
    actor.name.strip_prefix("token:")?.parse().ok()
}
