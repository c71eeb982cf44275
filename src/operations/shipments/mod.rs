//! Shipments: judged from the facts of their orders, looked at again when time alone changes them.

pub mod again;
pub mod audits;
pub mod facts;
mod houses;
pub mod item;
pub mod list;
mod refresh;
pub mod reveal;

pub use refresh::refresh;
pub(crate) use refresh::refresh_with;

use crate::db::{Tx, orders, shipments as record};
use crate::domain::error::Error;
use crate::domain::id::ShipmentId;
use crate::operations::merging::{self, Changes};

/// The late look before print and before ship: judges these shipments at this moment.
///
/// # Errors
/// When the record cannot be read or written.
pub fn recheck(tx: &mut Tx, shipments: &[ShipmentId]) -> Result<(), Error> {
    refresh(tx, shipments)
}

/// Judges the shipments whose presale day, hold or wait has passed, and those that were marked; orders that a rule takes
/// apart are taken apart. Answers how many shipments were looked at.
///
/// # Errors
/// When the record cannot be read or written.
pub fn recheck_due(tx: &mut Tx, limit: usize) -> Result<usize, Error> {
    let due = record::due_for_recheck(tx, limit)?;
    let apart = refresh::look_through(tx, &due)?;
    if !apart.is_empty() {
        // What takes in a newer telling of them is before this or behind it.
        orders::lock(tx, &apart)?;
        merging::settle(tx, &apart, &Changes::default())?;
    }
    Ok(due.len())
}
