//! Weighing: what the scale says of a parcel, beside what its goods should weigh.

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::db::events::{self, NewEvent};
use crate::db::{Db, Tx, sellers, shipments, weights as record};
use crate::domain::error::Error;
use crate::domain::id::ShipmentId;
use crate::domain::time::UtcTime;
use crate::domain::weight;
use crate::operations::shipments::{list, refresh};

/// What the scale says.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWeight {
    /// Whole grams, 1 to 200,000.
    pub weight_g: i64,
}

/// What a parcel weighs.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Weight {
    pub shipment: ShipmentId,
    /// By the scale; null when it was not weighed.
    pub weighed_g: Option<i64>,
    pub weighed_by: Option<String>,
    pub weighed_at: Option<UtcTime>,
    /// By the SKUs of its pieces, without the box.
    pub estimated_weight_g: Option<i64>,
    /// By how many per cent it is off the estimate, when that is more than the setting `weight_difference_percent`.
    pub difference_percent: Option<i64>,
}

/// Keeps what the scale says of a shipment; the last weighing counts. Never blocks anything.
///
/// # Errors
/// A weight out of range; a missing shipment.
pub fn weigh(tx: &mut Tx, id: ShipmentId, grams: i64) -> Result<Weight, Error> {
    weight::check(grams).map_err(|said| Error::invalid("weight_g", "range", said))?;
    shipments::lock(tx, &[id])?;
    let before = record::find(tx, id)?.ok_or_else(|| Error::missing("shipment", id))?;
    record::set(tx, id, grams)?;
    let data = json!({ "weight_g": grams, "previous_g": before.weighed_g });
    events::record(tx, &[NewEvent::shipment("shipment.weighed", id, data)])?;
    refresh(tx, &[id])?;
    show(tx, id)
}

/// What a shipment weighs, by the scale and by its goods.
///
/// # Errors
/// A missing shipment.
pub fn show(db: &mut Db, id: ShipmentId) -> Result<Weight, Error> {
    let row = record::find(db, id)?.ok_or_else(|| Error::missing("shipment", id))?;
    let estimated_weight_g = list::one(db, id)?.estimated_weight_g;
    let tolerance = sellers::settings(db)?.weight_difference_percent;
    Ok(Weight {
        shipment: id,
        weighed_g: row.weighed_g,
        weighed_by: row.weighed_at.map(|_| row.weighed_by),
        weighed_at: row.weighed_at,
        estimated_weight_g,
        difference_percent: row
            .weighed_g
            .and_then(|grams| weight::difference(grams, estimated_weight_g, tolerance)),
    })
}
