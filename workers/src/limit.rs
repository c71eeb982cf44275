//! Limits within one process: how fast, and how many at once.
//!
//! The rate is GCRA: one number per turn, the moment at which its bucket is full again.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::ports::{Limiter, Turn};

/// The limit of each turn of a lane.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    /// One job may begin this often on average.
    pub every: Duration,
    /// So many may begin at once after a pause.
    pub burst: u32,
    /// So many may be at work at once.
    pub at_once: usize,
}

/// No limits at all.
#[derive(Debug, Default)]
pub struct Unlimited;

impl Limiter for Unlimited {
    fn admit(&self, _: &Turn, _: usize, wanted: usize) -> usize {
        wanted
    }
    fn give_back(&self, _: &Turn, _: usize) {}
    fn block(&self, _: &Turn, _: Duration) {}
}

/// Limits by lane, kept in memory. Lanes without one are free.
#[derive(Debug, Default)]
pub struct LocalLimiter {
    limits: HashMap<String, Limit>,
    gates: Mutex<HashMap<Turn, Gate>>,
}

#[derive(Debug, Clone, Copy)]
struct Gate {
    full_at: Instant,
    blocked_until: Instant,
}

impl LocalLimiter {
    /// Limits each turn of the lanes named.
    pub fn new(limits: impl IntoIterator<Item = (String, Limit)>) -> Self {
        Self { limits: limits.into_iter().collect(), gates: Mutex::default() }
    }

    fn with_gate<T>(&self, turn: &Turn, now: Instant, work: impl FnOnce(&mut Gate) -> T) -> T {
        let mut gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner);
        if gates.len() > 10_000 {
            // A gate whose time has passed says nothing any more.
            gates.retain(|_, gate| gate.full_at > now || gate.blocked_until > now);
        }
        work(gates.entry(turn.clone()).or_insert(Gate { full_at: now, blocked_until: now }))
    }

    fn admit_at(&self, turn: &Turn, at_work: usize, wanted: usize, now: Instant) -> usize {
        let limit = self.limits.get(&turn.lane);
        self.with_gate(turn, now, |gate| {
            if gate.blocked_until > now {
                return 0;
            }
            let Some(limit) = limit else { return wanted };
            let wanted = wanted.min(limit.at_once.saturating_sub(at_work));
            let mut admitted = 0;
            while admitted < wanted {
                let full_at = gate.full_at.max(now) + limit.every;
                if full_at > now + limit.every * limit.burst.max(1) {
                    break;
                }
                gate.full_at = full_at;
                admitted += 1;
            }
            admitted
        })
    }
}

impl Limiter for LocalLimiter {
    fn admit(&self, turn: &Turn, at_work: usize, wanted: usize) -> usize {
        self.admit_at(turn, at_work, wanted, Instant::now())
    }

    fn give_back(&self, turn: &Turn, count: usize) {
        let Some(limit) = self.limits.get(&turn.lane) else { return };
        let back = limit.every * u32::try_from(count).unwrap_or(u32::MAX);
        self.with_gate(turn, Instant::now(), |gate| {
            gate.full_at = gate.full_at.checked_sub(back).unwrap_or(gate.full_at);
        });
    }

    fn block(&self, turn: &Turn, span: Duration) {
        let now = Instant::now();
        self.with_gate(turn, now, |gate| gate.blocked_until = gate.blocked_until.max(now + span));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_begins_in_a_burst_and_goes_on_at_its_rate() {
        let limit = Limit { every: Duration::from_secs(1), burst: 3, at_once: 4 };
        let limiter = LocalLimiter::new([("write_back".to_owned(), limit)]);
        let shop = |turn| Turn { lane: "write_back".to_owned(), turn };
        let free = Turn { lane: "house".to_owned(), turn: 1 };
        let begin = Instant::now();
        let at = |seconds| begin + Duration::from_secs(seconds);
        assert_eq!(limiter.admit_at(&shop(1), 0, 10, at(0)), 3, "the burst");
        assert_eq!(limiter.admit_at(&shop(1), 0, 10, at(0)), 0);
        assert_eq!(limiter.admit_at(&shop(1), 0, 10, at(1)), 1, "one more each second");
        assert_eq!(limiter.admit_at(&shop(1), 0, 10, at(60)), 3, "a pause fills it, and no more");
        assert_eq!(limiter.admit_at(&shop(2), 3, 10, at(60)), 1, "another shop has its own gate");
        assert_eq!(limiter.admit_at(&free, 99, 10, at(60)), 10);
    }

    #[test]
    fn the_limiter_keeps_the_contract() {
        crate::conformance::limiter(&LocalLimiter::default());
        let limit = Limit { every: Duration::from_secs(3600), burst: 3, at_once: 2 };
        crate::conformance::limited(&LocalLimiter::new([("shared".to_owned(), limit)]), 1);
    }
}
