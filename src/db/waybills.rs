//! Uses of waybill numbers.

use diesel::QueryResult;

use super::Tx;
use super::statement::sql;
use crate::domain::id::ShipmentId;
use crate::domain::shipment::PrintState;

/// Ends the live number of a shipment that was cancelled: a printed one is void, for its label
/// may be on a parcel; an unprinted one returns and may be used again.
pub fn end_of_cancelled(tx: &mut Tx, shipment: ShipmentId, print: PrintState) -> QueryResult<()> {
    let (seller, now) = (tx.seller(), tx.now);
    let state = if print == PrintState::None { "returned" } else { "void" };
    tx.execute(
        sql("UPDATE waybills SET state = ?, reason = 'cancelled', ended_at = ? \
             WHERE seller_id = ? AND shipment_id = ? AND state = 'live'")
        .bind(state)
        .bind(now)
        .bind(seller)
        .bind(shipment),
    )
    .map(drop)
}
