//! A recipient unmasked, for the one who asked, with the asking recorded.

use serde_json::json;

use crate::db::events::{self, NewEvent};
use crate::db::{Tx, recipients, shipments as record};
use crate::domain::error::Error;
use crate::domain::id::ShipmentId;
use crate::domain::recipient::Recipient;

/// Opens the recipient of a shipment. The event says who asked and why, not what was shown.
///
/// # Errors
/// [`Error::Missing`] when there is no such shipment, or it has no recipient yet.
pub fn reveal(tx: &mut Tx, shipment: ShipmentId, why: &str) -> Result<Recipient, Error> {
    let row = record::find(tx, &[shipment])?.pop().ok_or_else(|| Error::missing("shipment", shipment))?;
    let recipient = row.recipient_id.ok_or_else(|| Error::missing("recipient of shipment", shipment))?;
    let opened = recipients::open(tx, &[recipient])?.remove(&recipient);
    events::record(tx, &[NewEvent::shipment("recipient.revealed", shipment, json!({"why": why}))])?;
    opened.ok_or_else(|| Error::missing("recipient", recipient))
}
