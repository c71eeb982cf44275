//! The thread that writes down what is done, while the dispatcher leases what comes next.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use crate::runner::Shared;

/// Finished jobs wait at most so long for company before they are written down.
const GATHER: Duration = Duration::from_millis(2);
/// So many are company enough.
pub(crate) const ENOUGH: usize = 128;
/// After trouble with the ledger.
const TROUBLE_PAUSE: Duration = Duration::from_millis(200);

pub(crate) fn settle(shared: &Arc<Shared>) {
    loop {
        let state = shared.state();
        let state = shared
            .done
            .wait_while(state, |state| state.finished.is_empty() && !shared.is_stopping())
            .unwrap_or_else(PoisonError::into_inner);
        // What ends from now on is settled by who stops.
        if shared.is_stopping() {
            return;
        }
        let few = |state: &mut crate::runner::State| state.finished.len() < ENOUGH && !shared.is_stopping();
        drop(shared.done.wait_timeout_while(state, GATHER, few).unwrap_or_else(PoisonError::into_inner));
        if !shared.settle() {
            std::thread::sleep(TROUBLE_PAUSE);
        } else if shared.state().has_ready {
            // A lane or turn that had reached its limit has room again.
            shared.parts.bell.nudge();
        }
    }
}
