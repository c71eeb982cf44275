//! Who has which shipment ticked just now.

use diesel::QueryResult;

use super::column::row;
use super::statement::{Rows, sql};
use super::{Db, Tx};
use crate::domain::id::ShipmentId;
use crate::domain::time::UtcTime;

row! {
    /// A shipment that someone else has ticked.
    pub struct TickedRow {
        pub shipment_id: ShipmentId,
        pub email: String,
    }
}

/// What of these shipments others have ticked since a moment.
pub fn of_others(
    db: &mut Db,
    user: i64,
    shipments: &[ShipmentId],
    since: UtcTime,
) -> QueryResult<Vec<TickedRow>> {
    let text = "SELECT t.shipment_id, u.email FROM ticks t \
         JOIN users u ON u.seller_id = t.seller_id AND u.id = t.user_id \
         WHERE t.seller_id = ? AND t.shipment_id IN ? AND t.user_id <> ? AND t.at >= ? \
         ORDER BY t.shipment_id, t.at";
    let seller = db.seller();
    db.load(sql(text).bind(seller).list(shipments.iter().copied()).bind(user).bind(since))
}

/// Replaces what this person has ticked; forgets what anybody ticked before `old`.
pub fn replace(tx: &mut Tx, user: i64, shipments: &[ShipmentId], old: UtcTime) -> QueryResult<()> {
    let (seller, now) = (tx.seller(), tx.now);
    let gone = sql("DELETE FROM ticks WHERE seller_id = ? AND (user_id = ? OR at < ?)");
    tx.execute(gone.bind(seller).bind(user).bind(old))?;
    if shipments.is_empty() {
        return Ok(());
    }
    let rows = Rows::new("new").column("shipment_id", shipments.iter().copied());
    // Only what there is: an id from an address names nothing of another seller's.
    let text = "INSERT INTO ticks (seller_id, shipment_id, user_id, at) SELECT s.seller_id, s.id, ?, ? \
         FROM shipments s JOIN ? ON new.shipment_id = s.id WHERE s.seller_id = ? \
         ON CONFLICT (seller_id, shipment_id, user_id) DO NOTHING";
    tx.execute(sql(text).bind(user).bind(now).rows(rows).bind(seller)).map(drop)
}
