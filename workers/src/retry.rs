//! When to try again.

use std::time::Duration;

/// Exponential backoff with full jitter: after the n-th attempt a random span up to `base · 2ⁿ⁻¹`, at
/// most `cap`. Full jitter, because jobs that failed together would otherwise come back together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    pub base: Duration,
    pub cap: Duration,
}

/// Shorter spans only keep a failing neighbour busy.
const LEAST: Duration = Duration::from_millis(100);

impl Default for Retry {
    /// 5 s, 10 s, 20 s … up to an hour: twelve attempts take about three hours.
    fn default() -> Self {
        Self { base: Duration::from_secs(5), cap: Duration::from_secs(3600) }
    }
}

impl Retry {
    /// How long to wait after this attempt.
    pub fn delay(&self, attempt: u32) -> Duration {
        self.ceiling(attempt).mul_f64(fraction()).max(LEAST)
    }

    fn ceiling(&self, attempt: u32) -> Duration {
        let doubled = 2_u32.checked_pow(attempt.saturating_sub(1)).unwrap_or(u32::MAX);
        self.base.checked_mul(doubled).unwrap_or(self.cap).min(self.cap)
    }
}

/// From 0 up to 1.
fn fraction() -> f64 {
    // Without randomness of the system the longest wait is the careful one.
    getrandom::u32().map_or(1.0, |bits| f64::from(bits) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_doubles_the_longest_wait_up_to_the_cap() {
        let retry = Retry { base: Duration::from_secs(5), cap: Duration::from_secs(60) };
        let ceilings: Vec<u64> = [0, 1, 2, 3, 4, 5, 40, u32::MAX]
            .into_iter()
            .map(|attempt| retry.ceiling(attempt).as_secs())
            .collect();
        assert_eq!(ceilings, [5, 5, 10, 20, 40, 60, 60, 60]);
    }

    #[test]
    fn waits_are_spread_over_the_whole_span() {
        let retry = Retry { base: Duration::from_secs(8), cap: Duration::from_secs(60) };
        let waits: Vec<Duration> = (0..200).map(|_| retry.delay(1)).collect();
        assert!(waits.iter().all(|wait| (LEAST..=Duration::from_secs(8)).contains(wait)));
        assert!(waits.iter().any(|wait| wait.as_secs() < 2) && waits.iter().any(|wait| wait.as_secs() >= 6));
    }
}
