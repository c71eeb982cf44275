//! What parcels weigh by the scale.

use std::collections::HashMap;

use diesel::QueryResult;

use super::column::row;
use super::statement::sql;
use super::{Db, Tx};
use crate::domain::id::ShipmentId;
use crate::domain::time::UtcTime;

row! {
    /// The last weighing of a parcel.
    pub struct WeightRow {
        pub weighed_g: Option<i64>,
        pub weighed_by: String,
        pub weighed_at: Option<UtcTime>,
    }
}

/// The last weighing of a shipment; empty columns when it was not weighed, nothing when it is not there.
pub fn find(db: &mut Db, id: ShipmentId) -> QueryResult<Option<WeightRow>> {
    let seller = db.seller();
    let text = "SELECT weighed_g, weighed_by, weighed_at FROM shipments WHERE seller_id = ? AND id = ?";
    db.first(sql(text).bind(seller).bind(id))
}

/// Keeps what the scale said.
pub fn set(tx: &mut Tx, id: ShipmentId, grams: i64) -> QueryResult<()> {
    let (seller, now, actor) = (tx.seller(), tx.now, tx.actor.name.clone());
    let text =
        "UPDATE shipments SET weighed_g = ?, weighed_by = ?, weighed_at = ? WHERE seller_id = ? AND id = ?";
    tx.execute(sql(text).bind(grams).bind(actor).bind(now).bind(seller).bind(id)).map(drop)
}

row! {
    struct Weighed {
        id: ShipmentId,
        weighed_g: i64,
    }
}

/// What those of these shipments weigh that were weighed.
pub fn weighed(db: &mut Db, ids: &[ShipmentId]) -> QueryResult<HashMap<ShipmentId, i64>> {
    let seller = db.seller();
    let text =
        "SELECT id, weighed_g FROM shipments WHERE seller_id = ? AND id IN ? AND weighed_g IS NOT NULL";
    let rows: Vec<Weighed> = db.load(sql(text).bind(seller).list(ids.iter().copied()))?;
    Ok(rows.into_iter().map(|row| (row.id, row.weighed_g)).collect())
}
