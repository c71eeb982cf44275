//! The program's parts, put together: the record, the keys, the clock.

mod together;

use std::sync::Arc;

use workers::redis::Link;
use workers::{Bell, Counts, LocalBell, LocalPace, Pace};

use crate::db::job_ledger::JobLedger;
use crate::db::pool::Pool;
use crate::db::seal::Keys;
use crate::db::{Db, Tx, clock};
use crate::domain::actor::Actor;
use crate::domain::error::Error;
use crate::domain::id::SellerId;
use crate::domain::time::{Clock, UtcTime};
use together::Company;
pub use together::{Effect, Told};

/// Everything an edge needs to read and write. Cheap to clone.
#[derive(Clone)]
pub struct App {
    pool: Pool,
    keys: Arc<Keys>,
    clock: Clock,
    bell: Arc<dyn Bell>,
    pace: Arc<dyn Pace>,
    redis: Option<Arc<Link>>,
    job_counts: Arc<Counts>,
    company: Arc<Company>,
}

/// How often a write is tried again when the database put another one first.
const WRITE_TRIES: u32 = 8;

impl App {
    /// An app on an open database, by the machine's clock.
    pub fn new(pool: Pool, keys: Keys) -> Self {
        Self {
            pool,
            keys: Arc::new(keys),
            clock: Arc::new(UtcTime::now),
            bell: Arc::new(LocalBell::default()),
            pace: Arc::new(LocalPace::default()),
            redis: None,
            job_counts: Arc::default(),
            company: Arc::default(),
        }
    }

    /// The same app by another clock.
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// The same app by the database's clock instead of its own, where the database is another machine's.
    ///
    /// # Errors
    /// When the system has no threads to give.
    pub fn by_the_databases_clock(mut self) -> std::io::Result<Self> {
        if matches!(self.pool, Pool::Postgres(_)) {
            self.clock = clock::follow(self.pool.clone(), self.keys.clone(), self.clock)?;
        }
        Ok(self)
    }

    /// The same app, ringing for other processes too.
    pub fn with_bell(mut self, bell: impl Bell) -> Self {
        self.bell = Arc::new(bell);
        self
    }

    /// The same app, with limits and paces shared through Redis.
    pub fn with_redis(mut self, link: Arc<Link>) -> Self {
        self.pace = Arc::new(workers::redis::RedisPace::new(link.clone()));
        self.redis = Some(link);
        self
    }

    pub fn now(&self) -> UtcTime {
        (self.clock)()
    }

    pub fn pool(&self) -> &Pool {
        &self.pool
    }

    /// The record of jobs, as workers need it.
    pub fn job_ledger(&self) -> JobLedger {
        JobLedger::new(self.pool.clone(), self.keys.clone(), self.clock.clone())
    }

    /// Rings when jobs were enqueued.
    pub fn bell(&self) -> &Arc<dyn Bell> {
        &self.bell
    }

    /// How fast the outside may be called, shared by all processes that share a Redis.
    pub fn pace(&self) -> &Arc<dyn Pace> {
        &self.pace
    }

    /// The link to Redis, where there is one.
    pub fn redis(&self) -> Option<&Arc<Link>> {
        self.redis.as_ref()
    }

    /// What the workers of this process have done.
    pub fn job_counts(&self) -> &Arc<Counts> {
        &self.job_counts
    }

    /// Reads rows of one seller.
    ///
    /// # Errors
    /// What `work` answers, or [`Error::Internal`] when no connection is to be had.
    pub fn read<T>(
        &self,
        seller: SellerId,
        work: impl FnOnce(&mut Db) -> Result<T, Error>,
    ) -> Result<T, Error> {
        work(&mut Db::new(self.pool.reader()?, seller, self.keys.clone(), self.now()))
    }

    /// Writes as one transaction: all of `work` becomes visible at once, or nothing of it.
    ///
    /// `work` runs again when the database put a concurrent write first (a deadlock, a lost
    /// race for a unique key), so it must touch nothing but the transaction.
    ///
    /// # Errors
    /// What `work` answers; then nothing was changed.
    pub fn write<T>(
        &self,
        actor: &Actor,
        mut work: impl FnMut(&mut Tx) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut tries = 0;
        loop {
            tries += 1;
            // Waiting for one's turn to write takes time; the write's moment is when it begins.
            let conn = self.pool.writer()?;
            let now = self.now();
            let mut db = Db::new(conn, actor.seller, self.keys.clone(), now);
            let mut has_jobs = false;
            let result = db.transaction(|db| {
                let mut tx = Tx::new(db, now, actor);
                let value = work(&mut tx);
                has_jobs = tx.has_jobs();
                value
            });
            drop(db);
            // After the commit: whoever wakes must find the row.
            if has_jobs && result.is_ok() {
                self.bell.ring();
            }
            match result {
                Err(error) if tries < WRITE_TRIES && lost_a_race(&error) => {
                    tracing::debug!(tries, "A concurrent write came first; trying again: {error}");
                    let jitter = u64::from(crate::db::seal::random::<1>()[0]) * u64::from(tries);
                    std::thread::sleep(std::time::Duration::from_micros(200 + 40 * jitter));
                }
                result => return result,
            }
        }
    }
}

/// Whether the same work, done again, may succeed.
fn lost_a_race(error: &Error) -> bool {
    use diesel::result::{DatabaseErrorKind, Error as Diesel};
    let Error::Internal(cause) = error else { return false };
    match cause.downcast_ref::<Diesel>() {
        Some(Diesel::DatabaseError(
            DatabaseErrorKind::SerializationFailure | DatabaseErrorKind::UniqueViolation,
            _,
        )) => true,
        Some(Diesel::DatabaseError(_, info)) => {
            let said = info.message();
            said.contains("deadlock detected") || said.contains("database is locked")
        }
        _ => false,
    }
}
