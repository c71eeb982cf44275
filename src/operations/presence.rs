//! Who works on which shipments just now: ticks that others see. They hold nothing back; a shipment goes to
//! whoever acts first, and the other one is told why.

use chrono::Duration;

use crate::db::ticks::{self as record, TickedRow};
use crate::db::{Db, Tx};
use crate::domain::error::Error;
use crate::domain::id::ShipmentId;
use crate::domain::time::UtcTime;

/// Ticks of somebody who has not been heard of for so long say nothing any more.
const FRESH: Duration = Duration::minutes(3);

/// Most ticks that are shown to others.
pub const SHOWN_MAX: usize = 500;

/// Notes what this person has ticked, instead of what they had before.
///
/// # Errors
/// When the record cannot be written.
pub fn tick(tx: &mut Tx, user: i64, shipments: &[ShipmentId]) -> Result<(), Error> {
    let old = tx.now.plus(-FRESH);
    let shown = &shipments[..shipments.len().min(SHOWN_MAX)];
    Ok(record::replace(tx, user, shown, old)?)
}

/// What of these shipments others have ticked.
///
/// # Errors
/// When the record cannot be read.
pub fn of_others(
    db: &mut Db,
    user: i64,
    shipments: &[ShipmentId],
    now: UtcTime,
) -> Result<Vec<TickedRow>, Error> {
    let shown = &shipments[..shipments.len().min(SHOWN_MAX)];
    Ok(record::of_others(db, user, shown, now.plus(-FRESH))?)
}
