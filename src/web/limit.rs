//! How often a password may be wrong: per machine and per address, so that guessing costs more
//! than it can bring.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use crate::db::seal::digest;

/// Seconds until one more try is allowed.
const REFILL_S: f64 = 15.0;
/// Names remembered at most; beyond that everything is forgotten and begins anew.
const REMEMBERED: usize = 10_000;

/// Who tries, and how many wrong tries in a row they have.
#[derive(Debug, Clone)]
pub struct Tries {
    name: String,
    burst: f64,
}

impl Tries {
    /// An account. Its address is hashed: the list of who tried must not become a list of people.
    pub fn of_account(email: &str) -> Self {
        Self { name: format!("email:{}", digest(email.as_bytes())), burst: 8.0 }
    }

    /// A machine; behind one address there may be a whole office.
    pub fn of_machine(address: &str) -> Self {
        Self { name: format!("peer:{address}"), burst: 40.0 }
    }
}

/// Wrong tries left, by name, as of a moment.
#[derive(Debug, Default)]
pub struct LoginLimit(Mutex<HashMap<String, (f64, Instant)>>);

impl LoginLimit {
    /// Seconds to wait before all of these may try again; `None` when they may now.
    pub fn wait_s(&self, who: &[Tries]) -> Option<u64> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let least = who.iter().map(|tries| left(&known, tries)).fold(f64::INFINITY, f64::min);
        // Whole and positive: at most one refill.
        (least < 1.0).then(|| ((1.0 - least) * REFILL_S).ceil() as u64)
    }

    /// A password was wrong.
    pub fn failed(&self, who: &[Tries]) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.clear();
        }
        for tries in who {
            let left = (left(&known, tries) - 1.0).max(0.0);
            known.insert(tries.name.clone(), (left, Instant::now()));
        }
    }
}

fn left(known: &HashMap<String, (f64, Instant)>, tries: &Tries) -> f64 {
    let Some((left, at)) = known.get(&tries.name) else { return tries.burst };
    (left + at.elapsed().as_secs_f64() / REFILL_S).min(tries.burst)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ninth_wrong_password_has_to_wait_and_others_do_not() {
        let limit = LoginLimit::default();
        let mei = [Tries::of_account("mei@example.com"), Tries::of_machine("10.0.0.1")];
        for _ in 0..8 {
            assert_eq!(limit.wait_s(&mei), None);
            limit.failed(&mei);
        }
        assert!(limit.wait_s(&mei).is_some_and(|seconds| seconds <= 15));
        let li = [Tries::of_account("li@example.com"), Tries::of_machine("10.0.0.1")];
        assert_eq!(limit.wait_s(&li), None);
    }
}
