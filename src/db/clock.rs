//! The database's clock, as this process knows it.
//!
//! Leases and schedules count by the clock of the database; so should whatever else compares moments that several
//! processes write. It is asked for rarely and goes on by the machine's steady clock in between: a wall clock that is
//! wrong, or that somebody sets, changes nothing.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use super::Db;
use super::jobs::now_ms;
use super::pool::Pool;
use super::seal::Keys;
use super::statement::sql;
use crate::domain::id::SellerId;
use crate::domain::time::{Clock, UtcTime};

/// Between two questions what time it is. Two steady clocks part by less than a quarter of a second meanwhile.
const PACE: Duration = Duration::from_secs(300);
/// The same after one that was not answered.
const RETRY_PACE: Duration = Duration::from_secs(10);
/// A difference below this is how long the question took, and nothing to set a clock by.
const TOLERANCE_MS: i64 = 250;

/// Starts to follow the database's clock; answers a clock that shows it, and `wall` until it is known.
///
/// Its thread ends when nobody has the clock any more.
///
/// # Errors
/// When the system has no threads to give.
pub fn follow(pool: Pool, keys: Arc<Keys>, wall: Clock) -> std::io::Result<Clock> {
    let known = Arc::new(Known { wall, at: Mutex::default() });
    let pause = ask(&pool, &keys, &known);
    let weak = Arc::downgrade(&known);
    let keep = move || keep(&pool, &keys, &weak, pause);
    std::thread::Builder::new().name("database-clock".to_owned()).spawn(keep)?;
    Ok(Arc::new(move || known.now()))
}

struct Known {
    wall: Clock,
    /// What the database's clock showed at a moment of the steady one.
    at: Mutex<Option<(Instant, UtcTime)>>,
}

impl Known {
    fn now(&self) -> UtcTime {
        let at = *self.at.lock().unwrap_or_else(PoisonError::into_inner);
        match at {
            Some((moment, shown)) => shown.plus(elapsed(moment)),
            None => (self.wall)(),
        }
    }

    fn learn(&self, shown: UtcTime) {
        let mut at = self.at.lock().unwrap_or_else(PoisonError::into_inner);
        let is_off = at.is_none_or(|(moment, before)| {
            let difference = shown.micros() - before.plus(elapsed(moment)).micros();
            difference.abs() > TOLERANCE_MS * 1_000
        });
        if is_off {
            *at = Some((Instant::now(), shown));
        }
    }
}

fn elapsed(since: Instant) -> chrono::Duration {
    chrono::Duration::from_std(since.elapsed()).unwrap_or_default()
}

fn keep(pool: &Pool, keys: &Arc<Keys>, known: &Weak<Known>, mut pause: Duration) {
    loop {
        std::thread::sleep(pause);
        let Some(known) = known.upgrade() else { return };
        pause = ask(pool, keys, &known);
    }
}

/// Asks once; answers when to ask again.
fn ask(pool: &Pool, keys: &Arc<Keys>, known: &Known) -> Duration {
    let asked = pool.reader().and_then(|conn| {
        let mut db = Db::new(conn, SellerId(0), keys.clone(), known.now());
        let text = format!("SELECT {} AS one", now_ms(&db));
        Ok(db.number(sql(text))?)
    });
    match asked {
        Ok(ms) => {
            known.learn(UtcTime::of_millis(ms));
            PACE
        }
        Err(error) => {
            tracing::debug!("The database was not asked what time it is: {error:#}");
            RETRY_PACE
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Known {
        Known { wall: Arc::new(|| UtcTime::of_millis(1_000_000)), at: Mutex::default() }
    }

    #[test]
    fn the_machines_clock_counts_until_the_databases_is_known() {
        let known = known();
        assert_eq!(known.now(), UtcTime::of_millis(1_000_000));
        known.learn(UtcTime::of_millis(5_000_000));
        let gone = known.now().micros() / 1_000 - 5_000_000;
        assert!((0..5_000).contains(&gone), "{gone} ms");
    }

    #[test]
    fn small_differences_do_not_move_the_clock_and_large_ones_do() {
        let known = known();
        known.learn(UtcTime::of_millis(5_000_000));
        let set = *known.at.lock().expect("one thread");
        known.learn(UtcTime::of_millis(5_000_010));
        assert_eq!(*known.at.lock().expect("one thread"), set, "a slow answer is no other time");
        known.learn(UtcTime::of_millis(1_400_000));
        assert!(known.now() < UtcTime::of_millis(1_500_000), "an hour back is");
    }
}
