//! The thread that keeps leases alive, apart from everything that may be slow.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use crate::job::Hold;
use crate::ports::Bell;
use crate::runner::Shared;
use crate::work;

pub(crate) fn beat(shared: &Arc<Shared>) {
    let mut well_at = Instant::now();
    while shared.ended.wait(0, shared.options.beat) == 0 {
        give_up_hung(shared);
        let holds = long_held(shared);
        let turns = {
            let state = shared.state();
            holds.iter().filter_map(|hold| state.held.get(hold)).map(|held| held.turn.clone()).collect()
        };
        shared.tell(turns);
        if holds.is_empty() {
            well_at = Instant::now();
            continue;
        }
        match shared.parts.ledger.extend(&holds, shared.options.lease) {
            Ok(kept) => {
                well_at = Instant::now();
                let mut state = shared.state();
                for hold in holds {
                    let Some(held) = state.held.get_mut(&hold) else { continue };
                    match kept.iter().find(|kept| kept.id == hold.id) {
                        None => held.flags.lose(),
                        Some(kept) if kept.is_cancelled => held.flags.cancel(),
                        Some(_) => {}
                    }
                }
            }
            Err(error) => {
                tracing::warn!("{} leases could not be extended: {error:#}", holds.len());
                // By now others may have the jobs; whatever calls the outside should stop.
                if well_at.elapsed() > shared.options.lease {
                    let state = shared.state();
                    holds.iter().filter_map(|hold| state.held.get(hold)).for_each(|held| held.flags.lose());
                }
            }
        }
    }
}

/// Leases old enough to need a sign of life; short jobs never cost one.
fn long_held(shared: &Shared) -> Vec<Hold> {
    let state = shared.state();
    let needs = |held: &crate::runner::Held| {
        !held.is_given_up && !held.flags.is_lost() && held.leased_at.elapsed() >= shared.options.beat / 2
    };
    state.held.iter().filter(|(_, held)| needs(held)).map(|(hold, _)| *hold).collect()
}

/// A handler beyond its time keeps its thread, which cannot be taken from it, but no longer its job.
fn give_up_hung(shared: &Arc<Shared>) {
    let mut hung = 0;
    for (hold, held) in &mut shared.state().held {
        if !held.is_given_up && held.begun.is_some_and(|(at, limit)| at.elapsed() > limit) {
            held.is_given_up = true;
            held.flags.lose();
            // One that was given on has left its thread already.
            hung += usize::from(!held.is_given);
            tracing::error!(job.id = hold.id, "Job {} hangs; it is given up", hold.id);
        }
    }
    for _ in 0..hung {
        // A bound, so that a kind that always hangs does not fill the process with dead threads.
        if shared.replaced.fetch_add(1, Ordering::Relaxed) < 4 * shared.options.threads
            && let Err(error) = work::spawn(shared)
        {
            tracing::error!("No thread for the next jobs: {error}");
        }
    }
}
