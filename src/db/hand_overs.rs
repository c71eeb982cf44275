//! Hand-overs: what a carrier's driver took at once, each parcel in at most one.

use diesel::QueryResult;

use super::column::row;
use super::statement::sql;
use super::{Db, Tx};
use crate::domain::id::{HandOverId, ShipmentId};
use crate::domain::time::UtcTime;

row! {
    /// A hand-over.
    pub struct HandOverRow {
        pub id: HandOverId,
        pub carrier: String,
        pub until_at: UtcTime,
        pub parcel_count: i64,
        /// Of its parcels that were weighed, as they stand now.
        pub weighed_g: i64,
        pub created_by: String,
        pub created_at: UtcTime,
        pub undone_by: Option<String>,
        pub undone_at: Option<UtcTime>,
    }
}

const SELECT: &str = "SELECT id, carrier, until_at, parcel_count, created_by, created_at, undone_by, undone_at, \
    (SELECT CAST(COALESCE(SUM(s.weighed_g), 0) AS BIGINT) FROM shipments s \
    WHERE s.seller_id = hand_overs.seller_id AND s.hand_over_id = hand_overs.id) AS weighed_g \
    FROM hand_overs WHERE seller_id = ?";

/// One hand-over.
pub fn find(db: &mut Db, id: HandOverId) -> QueryResult<Option<HandOverRow>> {
    let seller = db.seller();
    db.first(sql(SELECT).bind(seller).push(" AND id = ?").bind(id))
}

/// Hand-overs of ids below `before`, the newest first, also those that were taken back.
pub fn list(db: &mut Db, before: Option<HandOverId>, limit: usize) -> QueryResult<Vec<HandOverRow>> {
    let seller = db.seller();
    let statement = sql(SELECT).bind(seller).push(" AND id < ? ORDER BY id DESC LIMIT ?");
    db.load(statement.bind(before.map_or(i64::MAX, |id| id.0)).bind(limit))
}

/// Whether a later hand-over of this carrier stands.
pub fn has_later(db: &mut Db, carrier: &str, id: HandOverId) -> QueryResult<bool> {
    let text = "SELECT COUNT(*) AS one FROM hand_overs WHERE seller_id = ? AND carrier = ? AND id > ? \
        AND undone_at IS NULL";
    let seller = db.seller();
    Ok(db.number(sql(text).bind(seller).bind(carrier).bind(id))? > 0)
}

row! {
    /// Parcels of a carrier that left and are in no hand-over.
    pub struct WaitingRow {
        pub carrier: String,
        pub parcels: i64,
        pub oldest_at: UtcTime,
    }
}

/// What waits to be handed over, by carrier.
pub fn waiting(db: &mut Db) -> QueryResult<Vec<WaitingRow>> {
    let text = "SELECT carrier, COUNT(*) AS parcels, MIN(shipped_at) AS oldest_at FROM shipments \
        WHERE seller_id = ? AND shipped_at IS NOT NULL AND hand_over_id IS NULL GROUP BY carrier ORDER BY carrier";
    let seller = db.seller();
    db.load(sql(text).bind(seller))
}

row! {
    struct Member {
        id: ShipmentId,
    }
}

/// The parcels of a hand-over, in the order in which they left.
pub fn members(db: &mut Db, id: HandOverId) -> QueryResult<Vec<ShipmentId>> {
    let text = "SELECT id FROM shipments WHERE seller_id = ? AND hand_over_id = ? ORDER BY shipped_at, id";
    let seller = db.seller();
    let rows: Vec<Member> = db.load(sql(text).bind(seller).bind(id))?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Takes every parcel of the carrier that left by then and is in no hand-over into this one; answers how many.
pub fn take(tx: &mut Tx, id: HandOverId, carrier: &str, until: UtcTime) -> QueryResult<usize> {
    let text = "UPDATE shipments SET hand_over_id = ? WHERE seller_id = ? AND carrier = ? \
        AND shipped_at IS NOT NULL AND shipped_at <= ? AND hand_over_id IS NULL";
    let seller = tx.seller();
    tx.execute(sql(text).bind(id).bind(seller).bind(carrier).bind(until))
}

/// Writes a hand-over down.
pub fn insert(tx: &mut Tx, row: &HandOverRow) -> QueryResult<()> {
    let text = "INSERT INTO hand_overs (seller_id, id, carrier, until_at, parcel_count, created_by, created_at) \
        VALUES (?, ?, ?, ?, ?, ?, ?)";
    let seller = tx.seller();
    let statement = sql(text)
        .bind(seller)
        .bind(row.id)
        .bind(&row.carrier)
        .bind(row.until_at)
        .bind(row.parcel_count)
        .bind(&row.created_by)
        .bind(row.created_at);
    tx.execute(statement).map(drop)
}

/// Takes a hand-over back: its parcels wait again.
pub fn undo(tx: &mut Tx, id: HandOverId) -> QueryResult<()> {
    let (seller, now, actor) = (tx.seller(), tx.now, tx.actor.name.clone());
    let text = "UPDATE shipments SET hand_over_id = NULL WHERE seller_id = ? AND hand_over_id = ?";
    tx.execute(sql(text).bind(seller).bind(id))?;
    let text = "UPDATE hand_overs SET undone_by = ?, undone_at = ? WHERE seller_id = ? AND id = ?";
    tx.execute(sql(text).bind(actor).bind(now).bind(seller).bind(id)).map(drop)
}
