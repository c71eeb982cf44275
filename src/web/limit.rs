//! How often a password may be wrong: per machine and per address, so that guessing costs more
//! than it can bring.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Wrong tries in a row before one has to wait.
const BURST: f64 = 8.0;
/// Seconds until one more try is allowed.
const REFILL_S: f64 = 15.0;
/// Names remembered at most; beyond that everything is forgotten and begins anew.
const REMEMBERED: usize = 10_000;

/// Wrong tries by name of who tried.
#[derive(Debug, Default)]
pub struct LoginLimit(Mutex<HashMap<String, (f64, Instant)>>);

impl LoginLimit {
    /// Seconds to wait before any of these names may try again; `None` when they may now.
    pub fn wait_s(&self, names: &[String]) -> Option<u64> {
        let tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let least = names.iter().map(|name| left(&tries, name)).fold(BURST, f64::min);
        // Whole and positive: at most one refill.
        (least < 1.0).then(|| ((1.0 - least) * REFILL_S).ceil() as u64)
    }

    /// A password was wrong.
    pub fn failed(&self, names: &[String]) {
        let mut tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if tries.len() >= REMEMBERED {
            tries.clear();
        }
        for name in names {
            let left = (left(&tries, name) - 1.0).max(0.0);
            tries.insert(name.clone(), (left, Instant::now()));
        }
    }
}

fn left(tries: &HashMap<String, (f64, Instant)>, name: &str) -> f64 {
    let Some((left, at)) = tries.get(name) else { return BURST };
    (left + at.elapsed().as_secs_f64() / REFILL_S).min(BURST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ninth_wrong_password_has_to_wait_and_others_do_not() {
        let limit = LoginLimit::default();
        let mei = ["email:mei@example.com".to_owned()];
        for _ in 0..8 {
            assert_eq!(limit.wait_s(&mei), None);
            limit.failed(&mei);
        }
        assert!(limit.wait_s(&mei).is_some_and(|seconds| seconds <= 15));
        assert_eq!(limit.wait_s(&["email:li@example.com".to_owned()]), None);
    }
}
