//! What time alone changes: presales fall due, holds end, old keys expire.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::app::App;
use crate::db::{idempotency, sellers};
use crate::domain::actor::Actor;
use crate::domain::error::Error;
use crate::operations::{NOBODY, shipments};

/// How often the house is looked after.
const PACE: Duration = Duration::from_secs(20);

/// How many shipments one transaction looks at again.
const BATCH: usize = 500;

/// Looks after the house until `stop` is set. Several processes may do so at once: what one has
/// locked the others leave.
pub fn keep_house(app: &App, stop: &AtomicBool) {
    while !stop.load(Ordering::Relaxed) {
        if let Err(error) = once(app) {
            tracing::warn!("Housekeeping failed, it will be tried again: {error}");
        }
        std::thread::park_timeout(PACE);
    }
}

/// How long the first answer to a request is kept.
const IDEMPOTENCY_HOURS: chrono::Duration = chrono::Duration::hours(24);

/// One round.
///
/// # Errors
/// When the record cannot be read or written.
pub fn once(app: &App) -> Result<(), Error> {
    for seller in app.read(NOBODY, |db| Ok(sellers::all(db)?))? {
        let actor = Actor::system(seller.id);
        while app.write(&actor, |tx| shipments::recheck_due(tx, BATCH))? == BATCH {}
        app.write(&actor, |tx| {
            let expired = tx.now.plus(-IDEMPOTENCY_HOURS);
            Ok(idempotency::forget(tx, expired)?)
        })?;
    }
    Ok(())
}
