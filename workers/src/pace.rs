//! How fast the outside may be called: one bucket per key, for every process that shares the store.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How many calls a bucket gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// One call on average in this time.
    pub every: Duration,
    /// So many at once after a pause; at least one.
    pub burst: u32,
}

/// Says when a call may be made. A caller that is told to wait does not ask again: its place is taken.
pub trait Pace: Send + Sync + 'static {
    /// Takes `cost` from the bucket of `key`; answers how long to wait before the call. Zero: now.
    fn take(&self, key: &str, rate: Rate, cost: u32) -> Duration;
    /// Nothing of this key for a while: the outside asked for patience.
    fn block(&self, key: &str, span: Duration);
}

/// Buckets within one process, by its own clock.
#[derive(Debug, Default)]
pub struct LocalPace {
    buckets: Mutex<HashMap<String, Instant>>,
}

/// So many buckets are kept before those that are full again are forgotten.
const KEPT: usize = 10_000;

impl LocalPace {
    fn take_at(&self, key: &str, rate: Rate, cost: u32, now: Instant) -> Duration {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() > KEPT {
            buckets.retain(|_, full_at| *full_at > now);
        }
        // GCRA: the one number per bucket is the moment at which it is full again.
        let full_at = buckets.entry(key.to_owned()).or_insert(now);
        *full_at = (*full_at).max(now) + rate.every * cost;
        let ahead = full_at.saturating_duration_since(now);
        ahead.saturating_sub(rate.every * rate.burst.max(1))
    }
}

impl Pace for LocalPace {
    fn take(&self, key: &str, rate: Rate, cost: u32) -> Duration {
        self.take_at(key, rate, cost, Instant::now())
    }

    fn block(&self, key: &str, span: Duration) {
        let until = Instant::now() + span;
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let full_at = buckets.entry(key.to_owned()).or_insert(until);
        *full_at = (*full_at).max(until);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_gives_its_burst_and_then_one_place_after_another() {
        let (pace, begin) = (LocalPace::default(), Instant::now());
        let rate = Rate { every: Duration::from_secs(1), burst: 2 };
        let waits: Vec<u64> = (0..4).map(|_| pace.take_at("shop", rate, 1, begin).as_secs()).collect();
        assert_eq!(waits, [0, 0, 1, 2], "each waits behind the one before");
        assert_eq!(pace.take_at("other", rate, 2, begin), Duration::ZERO);
        assert_eq!(pace.take_at("other", rate, 3, begin), Duration::from_secs(3), "cost counts");
        assert_eq!(pace.take_at("shop", rate, 1, begin + Duration::from_secs(9)), Duration::ZERO);
    }

    #[test]
    fn the_pace_keeps_the_contract() {
        crate::conformance::pace(&LocalPace::default(), "local");
    }
}
