//! What the runners of this process have done, for metrics.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Counts by kind and outcome.
#[derive(Debug, Default)]
pub struct Counts {
    inner: Mutex<BTreeMap<(String, &'static str), Count>>,
    /// By lane and kind.
    waits: Mutex<BTreeMap<(String, String), Count>>,
}

/// Upper ends of the buckets in which durations are counted, in milliseconds; longer ones are in none.
pub const BUCKETS_MS: [u64; 9] = [5, 25, 100, 250, 1_000, 5_000, 30_000, 120_000, 600_000];

/// How often, how long it took in all, and how many took at most so long.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Count {
    pub times: u64,
    pub took: Duration,
    /// By the buckets of [`BUCKETS_MS`], each with all that took less.
    pub within: [u64; BUCKETS_MS.len()],
}

impl Count {
    fn add(&mut self, times: u64, took: Duration) {
        self.times += times;
        self.took += took;
        let each = took.as_millis() / u128::from(times.max(1));
        for (within, most) in self.within.iter_mut().zip(BUCKETS_MS) {
            *within += if each <= u128::from(most) { times } else { 0 };
        }
    }
}

impl Counts {
    /// Counts attempts of a kind that ended alike.
    pub(crate) fn add(&self, kind: &str, outcome: &'static str, times: u64, took: Duration) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.entry((kind.to_owned(), outcome)).or_default().add(times, took);
    }

    /// Counts how long a job was due before its handler began.
    pub(crate) fn add_wait(&self, lane: &str, kind: &str, wait: Duration) {
        let mut waits = self.waits.lock().unwrap_or_else(PoisonError::into_inner);
        waits.entry((lane.to_owned(), kind.to_owned())).or_default().add(1, wait);
    }

    /// How long jobs were due before their handlers began: lane, kind, count.
    pub fn waits(&self) -> Vec<(String, String, Count)> {
        let waits = self.waits.lock().unwrap_or_else(PoisonError::into_inner);
        waits.iter().map(|((lane, kind), count)| (lane.clone(), kind.clone(), *count)).collect()
    }

    /// Everything counted: kind, outcome, count. Outcomes are `done`, `retried`, `dead`, `cancelled`,
    /// `snoozed`, `panicked`, `refused` (the lease was gone), and of the kind `*` `rescued`, `rescued_dead`.
    pub fn all(&self) -> Vec<(String, &'static str, Count)> {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.iter().map(|((kind, outcome), count)| (kind.clone(), *outcome, *count)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_counts_in_every_bucket_it_fits() {
        let counts = Counts::default();
        for ms in [3, 200, 700_000] {
            counts.add("shop.pull", "done", 1, Duration::from_millis(ms));
        }
        let (_, _, count) = counts.all().remove(0);
        assert_eq!((count.times, count.within), (3, [1, 1, 1, 2, 2, 2, 2, 2, 2]));
    }
}
