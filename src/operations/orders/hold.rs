//! Holds: a person's reasons to wait, several at once if need be.

use std::collections::HashSet;

use serde_json::json;

use crate::db::events::{self, NewEvent};
use crate::db::{Tx, holds, orders};
use crate::domain::error::{Error, FieldError};
use crate::domain::id::{HoldId, OrderId};
use crate::domain::time::UtcTime;
use crate::operations::merging::{self, Changes};

/// How long a reason may be, in characters.
pub(super) const REASON_LIMIT: usize = 200;

/// A hold as asked for.
#[derive(Debug, Clone)]
pub struct NewHold {
    pub reason: String,
    /// It ends by itself then; without a day only a person ends it.
    pub until: Option<UtcTime>,
}

/// Holds an order; its shipment waits.
///
/// # Errors
/// [`Error::Missing`] without such an order, [`Error::Invalid`] without a reason or with a day
/// that has passed.
pub fn hold(tx: &mut Tx, order: OrderId, new: &NewHold) -> Result<HoldId, Error> {
    Ok(hold_all(tx, &[order], new)?[0])
}

/// Holds many orders for the same reason: all of them, or none. Their holds, in the order of the orders.
///
/// # Errors
/// As [`hold`]; the first order that there is not.
pub fn hold_all(tx: &mut Tx, held: &[OrderId], new: &NewHold) -> Result<Vec<HoldId>, Error> {
    let reason = new.reason.trim();
    let mut errors = Vec::new();
    let length = reason.chars().count();
    if length == 0 || length > REASON_LIMIT {
        let detail = format!("The reason has {length} characters; write 1 to {REASON_LIMIT}.");
        errors.push(FieldError::new("reason", "length", detail));
    }
    if let Some(until) = new.until.filter(|until| *until <= tx.now) {
        let detail = format!("{until} has passed; write a later time, or leave it out.");
        errors.push(FieldError::new("until", "in_the_past", detail));
    }
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    let known: HashSet<OrderId> = orders::find(tx, held)?.into_iter().map(|order| order.id).collect();
    if let Some(unknown) = held.iter().find(|order| !known.contains(order)) {
        return Err(Error::missing("order", unknown));
    }
    let holds = holds::insert(tx, held, reason, new.until)?;
    let log: Vec<NewEvent> = held
        .iter()
        .zip(&holds)
        .map(|(order, hold)| {
            let data = json!({"hold": hold, "reason": reason, "until": new.until});
            NewEvent::order("order.held", *order, data)
        })
        .collect();
    events::record(tx, &log)?;
    merging::settle(tx, held, &Changes::default())?;
    Ok(holds)
}

/// Releases a hold; releasing it again changes nothing.
///
/// # Errors
/// [`Error::Missing`] when the order has no such hold.
pub fn release(tx: &mut Tx, order: OrderId, hold: HoldId) -> Result<(), Error> {
    if !holds::exists(tx, order, hold)? {
        return Err(Error::missing("hold", hold));
    }
    if holds::release(tx, order, hold)? {
        events::record(tx, &[NewEvent::order("order.released", order, json!({"hold": hold}))])?;
        merging::settle(tx, &[order], &Changes::default())?;
    }
    Ok(())
}
