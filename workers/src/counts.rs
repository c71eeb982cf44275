//! What the runners of this process have done, for metrics.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Counts by kind and outcome.
#[derive(Debug, Default)]
pub struct Counts {
    inner: Mutex<BTreeMap<(String, &'static str), Count>>,
}

/// How often, and how long it took in all.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Count {
    pub times: u64,
    pub took: Duration,
}

impl Counts {
    /// Counts attempts of a kind that ended alike.
    pub(crate) fn add(&self, kind: &str, outcome: &'static str, times: u64, took: Duration) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let count = inner.entry((kind.to_owned(), outcome)).or_default();
        count.times += times;
        count.took += took;
    }

    /// Everything counted: kind, outcome, count. Outcomes are `done`, `retried`, `dead`, `cancelled`,
    /// `snoozed`, `panicked`, `refused` (the lease was gone), and of the kind `*` `rescued`, `rescued_dead`.
    pub fn all(&self) -> Vec<(String, &'static str, Count)> {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.iter().map(|((kind, outcome), count)| (kind.clone(), *outcome, *count)).collect()
    }
}
