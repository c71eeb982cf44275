//! The evening check: numbered parcels that have not left, and labels that must be pulled out.

use diesel::QueryResult;

use super::Db;
use super::column::row;
use super::statement::{Statement, sql};
use crate::domain::id::{NumberRunId, ShipmentId, WaybillId};
use crate::domain::shipment::{PrintState, ShipmentState};
use crate::domain::time::UtcTime;

/// Which parcels are meant.
#[derive(Debug, Clone)]
pub struct Filter {
    /// Numbered before this time.
    pub before: UtcTime,
    pub carrier: Option<String>,
    pub number_run: Option<NumberRunId>,
}

row! {
    /// A parcel with a number that has not left.
    pub struct NotSent {
        /// The use of its number; ascending ids are ascending times.
        pub id: WaybillId,
        pub shipment_id: ShipmentId,
        pub state: ShipmentState,
        pub print: PrintState,
        pub carrier: String,
        pub number: String,
        pub number_run_id: Option<NumberRunId>,
        pub numbered_at: UtcTime,
        pub numbered_by: String,
    }
}

row! {
    /// Parcels of one carrier and one number run that have not left.
    pub struct Group {
        pub carrier: String,
        /// None for numbers typed one by one.
        pub number_run_id: Option<NumberRunId>,
        pub parcels: i64,
        /// Those of them whose label is good.
        pub printed: i64,
        pub oldest_at: UtcTime,
    }
}

row! {
    /// A label that must not leave on a parcel as it is.
    pub struct PullOut {
        pub shipment_id: ShipmentId,
        /// `cancelled`, `shipped_elsewhere`, `used_twice`
        pub why: String,
        pub carrier: String,
        pub number: String,
        /// The other parcel of the number.
        pub other_id: Option<ShipmentId>,
        pub since: UtcTime,
    }
}

/// What both questions about parcels in the house ask of.
const IN_HOUSE: &str = " FROM shipments s JOIN waybills w \
    ON w.seller_id = s.seller_id AND w.shipment_id = s.id AND w.state = 'live' \
    WHERE s.seller_id = ? AND s.waybill <> '' AND s.shipped_at IS NULL \
    AND s.state <> 'shipped' AND s.state <> 'cancelled' AND w.created_at < ?";

fn in_house(db: &Db, select: &str, filter: &Filter) -> Statement {
    let mut statement = sql(select).push(IN_HOUSE).bind(db.seller()).bind(filter.before);
    if let Some(carrier) = &filter.carrier {
        statement = statement.push(" AND w.carrier = ?").bind(carrier);
    }
    if let Some(run) = filter.number_run {
        statement = statement.push(" AND w.number_run_id = ?").bind(run);
    }
    statement
}

/// Numbered parcels that have not left, behind `after`, the longest numbered first.
pub fn not_sent(
    db: &mut Db,
    filter: &Filter,
    after: Option<WaybillId>,
    limit: usize,
) -> QueryResult<Vec<NotSent>> {
    let select = "SELECT w.id, s.id AS shipment_id, s.state, s.print, w.carrier, w.number, w.number_run_id, \
        w.created_at AS numbered_at, w.created_by AS numbered_by";
    let statement = in_house(db, select, filter)
        .push(" AND w.id > ? ORDER BY w.id LIMIT ?")
        .bind(after.map_or(i64::MIN, |id| id.0))
        .bind(limit);
    db.load(statement)
}

/// The same, counted by carrier and number run, the oldest group first.
pub fn groups(db: &mut Db, filter: &Filter, limit: usize) -> QueryResult<Vec<Group>> {
    let select = "SELECT w.carrier, w.number_run_id, COUNT(*) AS parcels, \
        COUNT(CASE WHEN s.print = 'printed' THEN 1 END) AS printed, MIN(w.created_at) AS oldest_at";
    let statement = in_house(db, select, filter)
        .push(" GROUP BY w.carrier, w.number_run_id ORDER BY oldest_at, w.carrier, w.number_run_id LIMIT ?")
        .bind(limit);
    db.load(statement)
}

/// Labels of parcels that were cancelled since, of parcels that somebody else shipped, and numbers that stand on a
/// parcel in the house and on another one too. The newest first.
pub fn pull_out(db: &mut Db, since: UtcTime, limit: usize) -> QueryResult<Vec<PullOut>> {
    let seller = db.seller();
    let statement = sql("SELECT * FROM (\
         SELECT s.id AS shipment_id, 'cancelled' AS why, w.carrier, w.number, NULLIF(s.id, s.id) AS other_id, w.ended_at AS since \
         FROM waybills w JOIN shipments s ON s.seller_id = w.seller_id AND s.id = w.shipment_id \
         WHERE w.seller_id = ? AND w.state = 'void' AND w.ended_at >= ? AND s.cancelled_at IS NOT NULL \
         UNION ALL \
         SELECT s.id, 'shipped_elsewhere', s.carrier, s.waybill, NULL, s.updated_at FROM shipments s \
         WHERE s.seller_id = ? AND s.waybill <> '' AND s.shipped_at IS NULL AND s.state = 'shipped' \
         UNION ALL \
         SELECT s.id, 'used_twice', w.carrier, w.number, o.shipment_id, w.created_at FROM shipments s \
         JOIN waybills w ON w.seller_id = s.seller_id AND w.shipment_id = s.id AND w.state = 'live' \
         JOIN waybills o ON o.seller_id = w.seller_id AND o.number = w.number AND o.id <> w.id \
         AND o.shipment_id <> w.shipment_id AND o.state <> 'returned' \
         WHERE s.seller_id = ? AND s.waybill <> '' AND s.shipped_at IS NULL) found \
         ORDER BY since DESC, shipment_id, number LIMIT ?")
    .bind(seller)
    .bind(since)
    .bind(seller)
    .bind(seller)
    .bind(limit);
    db.load(statement)
}
