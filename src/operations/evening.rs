//! The end of a shipper's day: what was numbered or printed and is still in the house.

use chrono::Duration;
use serde::Serialize;

use crate::db::Db;
use crate::db::evening::{self as record, Filter};
use crate::domain::error::Error;
use crate::domain::id::{NumberRunId, ShipmentId, WaybillId};
use crate::domain::shipment::{PrintState, ShipmentState};
use crate::domain::time::UtcTime;

/// Groups, and labels to pull out, that one check shows at most.
pub const MOST: usize = 200;
/// How far back cancelled parcels with a label are named: a label older than this has left the table.
const PULL_OUT_DAYS: i64 = 3;

/// A parcel with a number that has not left.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct NotSent {
    /// The place in the list.
    #[serde(skip)]
    pub row: WaybillId,
    pub shipment: ShipmentId,
    pub state: ShipmentState,
    pub print: PrintState,
    pub carrier: String,
    pub number: String,
    /// None when the number was typed for this parcel alone.
    pub number_run: Option<NumberRunId>,
    pub numbered_at: UtcTime,
    pub numbered_by: String,
}

/// Parcels of one carrier and number run that have not left.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct NotSentGroup {
    pub carrier: String,
    pub number_run: Option<NumberRunId>,
    pub parcels: i64,
    /// Those of them whose label is good.
    pub printed: i64,
    pub oldest_at: UtcTime,
}

/// A label that must not leave on a parcel as it is.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PullOut {
    pub shipment: ShipmentId,
    /// `cancelled`: the parcel was cancelled after printing; `shipped_elsewhere`: somebody else shipped its orders;
    /// `used_twice`: its number stands on another parcel too.
    pub why: String,
    pub carrier: String,
    pub number: String,
    /// The other parcel of a number that is used twice.
    pub other: Option<ShipmentId>,
    pub since: UtcTime,
}

/// What the day left behind, without the list itself.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Summary {
    /// Only parcels numbered before this time are asked about.
    pub before: UtcTime,
    /// The oldest first, at most 200.
    pub groups: Vec<NotSentGroup>,
    /// The newest first, at most 200.
    pub pull_out: Vec<PullOut>,
}

/// Parcels in groups, and labels to be pulled out.
///
/// # Errors
/// When the record cannot be read.
pub fn summary(db: &mut Db, before: UtcTime, now: UtcTime) -> Result<Summary, Error> {
    let filter = Filter { before, carrier: None, number_run: None };
    let groups = record::groups(db, &filter, MOST)?
        .into_iter()
        .map(|row| NotSentGroup {
            carrier: row.carrier,
            number_run: row.number_run_id,
            parcels: row.parcels,
            printed: row.printed,
            oldest_at: row.oldest_at,
        })
        .collect();
    let pull_out = record::pull_out(db, now.plus(-Duration::days(PULL_OUT_DAYS)), MOST)?
        .into_iter()
        .map(|row| PullOut {
            shipment: row.shipment_id,
            why: row.why,
            carrier: row.carrier,
            number: row.number,
            other: row.other_id,
            since: row.since,
        })
        .collect();
    Ok(Summary { before, groups, pull_out })
}

/// Numbered parcels that have not left, behind `after`, the longest numbered first.
///
/// # Errors
/// When the record cannot be read.
pub fn not_sent(
    db: &mut Db,
    filter: &Filter,
    after: Option<WaybillId>,
    limit: usize,
) -> Result<Vec<NotSent>, Error> {
    let rows = record::not_sent(db, filter, after, limit)?;
    Ok(rows
        .into_iter()
        .map(|row| NotSent {
            row: row.id,
            shipment: row.shipment_id,
            state: row.state,
            print: row.print,
            carrier: row.carrier,
            number: row.number,
            number_run: row.number_run_id,
            numbered_at: row.numbered_at,
            numbered_by: row.numbered_by,
        })
        .collect())
}
