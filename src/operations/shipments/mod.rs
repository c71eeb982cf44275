//! Shipments: judged from the facts of their orders, looked at again when time alone changes them.

pub mod again;
pub mod audits;
pub mod facts;
pub mod item;
pub mod list;
mod refresh;
pub mod reveal;

pub use refresh::refresh;
pub(crate) use refresh::refresh_with;

use crate::db::{Tx, shipments as record};
use crate::domain::error::Error;
use crate::domain::id::ShipmentId;

/// The late look before print and before ship: judges these shipments at this moment.
///
/// # Errors
/// When the record cannot be read or written.
pub fn recheck(tx: &mut Tx, shipments: &[ShipmentId]) -> Result<(), Error> {
    refresh(tx, shipments)
}

/// Judges the shipments whose presale day, hold or wait has passed; answers how many.
///
/// # Errors
/// When the record cannot be read or written.
pub fn recheck_due(tx: &mut Tx, limit: usize) -> Result<usize, Error> {
    let due = record::due_for_recheck(tx, limit)?;
    refresh(tx, &due)?;
    Ok(due.len())
}
