//! Effects of jobs that share a commit.
//!
//! Small effects cost little and their commits much. While one group of them is being committed the next one gathers:
//! whoever brings an effect and finds nobody at it becomes the one who commits, for all who come meanwhile. So a group
//! is as large as the load is high, and an effect without company waits for nobody.
//!
//! Nobody notices the company. An effect that fails, panics, or lost its lease leaves the others standing; when a
//! concurrent write came first, each is written by itself, as by [`App::write`]. And nobody is told anything before
//! the commit: what an effect saw of a group that was rolled back is forgotten with it.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value as Json;
use workers::Hold;

use super::{App, lost_a_race};
use crate::db::jobs::{self as record, lease_lost};
use crate::db::pool::Pool;
use crate::db::trouble::{self, Trouble};
use crate::db::{Db, Tx};
use crate::domain::actor::Actor;
use crate::domain::error::Error;

/// Most effects of one commit. PostgreSQL keeps up to 64 savepoints of a transaction where every snapshot finds them
/// at once, and locks are held until the last one of the group is written.
const GROUP: usize = 64;
/// A group at work for longer is waiting for something; the next ones no longer wait for it.
const SLOW: Duration = Duration::from_secs(5);
/// How long a group waits for rows that others hold, in milliseconds. Alone an effect may wait longer.
const LOCK_MS: u32 = 1_000;

/// The effect of a job, and what is needed to write it.
pub struct Effect {
    /// In whose name it is written.
    pub actor: Actor,
    /// The job that it completes.
    pub hold: Hold,
    /// What people find with the job.
    pub result: Option<Json>,
    /// Runs again when it was rolled back, so it touches nothing but the transaction.
    #[allow(clippy::type_complexity)]
    pub write: Box<dyn FnMut(&mut Tx) -> Result<(), Error> + Send>,
    /// What its logs belong to.
    pub span: tracing::Span,
    /// Hears once what came of it.
    pub told: Box<dyn FnOnce(Told) + Send>,
}

/// What came of an effect.
#[derive(Debug)]
pub enum Told {
    /// It is committed, and its job completed with it.
    Written,
    /// Nothing of it was written. `lease_lost` when another worker has the job by now.
    Failed(Error),
    /// It panicked with these words; nothing of it was written.
    Panicked(String),
}

/// Who waits to be written, and who is writing.
#[derive(Default)]
pub(super) struct Company {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Effect>,
    /// Since when each of those who commit has been at its group.
    at_work: BTreeMap<u64, Instant>,
    last: u64,
}

/// One who commits groups, until none waits.
struct Committer<'a> {
    company: &'a Company,
    number: u64,
}

impl Company {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Brings an effect; answers whoever brought it the task to commit, unless `most` are at it.
    fn join(&self, effect: Effect, most: usize) -> Option<Committer<'_>> {
        let mut state = self.state();
        state.waiting.push_back(effect);
        if state.at_work.values().filter(|since| since.elapsed() < SLOW).count() >= most {
            return None;
        }
        state.last += 1;
        let number = state.last;
        state.at_work.insert(number, Instant::now());
        Some(Committer { company: self, number })
    }
}

impl Committer<'_> {
    /// The next group; without one this committer is no longer counted upon.
    fn next(&self) -> Option<Vec<Effect>> {
        let mut state = self.company.state();
        if state.waiting.is_empty() {
            state.at_work.remove(&self.number);
            return None;
        }
        state.at_work.insert(self.number, Instant::now());
        let count = state.waiting.len().min(GROUP);
        Some(state.waiting.drain(..count).collect())
    }
}

impl Drop for Committer<'_> {
    fn drop(&mut self) {
        self.company.state().at_work.remove(&self.number);
    }
}

/// Why a group was not committed.
enum Undone {
    /// The database could not be asked at all.
    Away(Error),
    /// A concurrent write came first, or holds what is needed.
    Raced,
    /// One of its effects failed.
    Failed,
}

impl App {
    /// Completes a job beside its effect, in one transaction with others that come at the same time. Answers at once
    /// when somebody is committing already; otherwise this thread commits, until nothing waits.
    ///
    /// The effect is written as if it were alone. It holds its locks until its group is committed, so a long one
    /// belongs into a transaction of its own.
    pub fn settle_together(&self, effect: Effect) {
        // More would only wait for each other: SQLite has one writer, and a disk one log.
        let most = if matches!(self.pool, Pool::Sqlite { .. }) { 1 } else { 2 };
        let Some(committer) = self.company.join(effect, most) else { return };
        while let Some(group) = committer.next() {
            self.settle_group(group);
        }
    }

    fn settle_group(&self, mut group: Vec<Effect>) {
        // Everybody takes rows in the same order, so that two groups seldom wait for each other.
        group.sort_by_key(|effect| (effect.actor.seller, effect.hold.id));
        if group.len() == 1 {
            return group.into_iter().for_each(|effect| self.settle_alone(effect));
        }
        let mut result = self.commit(&mut group, false);
        if matches!(result, Err(Undone::Failed)) {
            result = self.commit(&mut group, true);
        }
        match result {
            Ok(told) => {
                for (effect, told) in group.into_iter().zip(told) {
                    match told {
                        Told::Failed(error) if is_raced(&error) => self.settle_alone(effect),
                        told => (effect.told)(told),
                    }
                }
            }
            Err(Undone::Away(error)) => {
                let why = error.to_string();
                for effect in group {
                    (effect.told)(Told::Failed(anyhow::anyhow!("{why}").into()));
                }
            }
            Err(Undone::Raced | Undone::Failed) => {
                group.into_iter().for_each(|effect| self.settle_alone(effect));
            }
        }
    }

    /// Writes a group as one transaction. Without savepoints, which cost each effect a question, the first failure
    /// undoes all; with them it undoes itself.
    fn commit(&self, group: &mut [Effect], has_savepoints: bool) -> Result<Vec<Told>, Undone> {
        let mut has_jobs = false;
        let result = self.pool.writer().map_err(Error::from).and_then(|conn| {
            let now = self.now();
            let mut db = Db::new(conn, group[0].actor.seller, self.keys.clone(), now);
            db.transaction(|db| {
                db.wait_at_most(LOCK_MS)?;
                let held = match has_savepoints {
                    true => HashSet::new(),
                    false => complete(db, group)?,
                };
                group
                    .iter_mut()
                    .map(|effect| {
                        db.turn_to(effect.actor.seller);
                        let Effect { actor, hold, result, write, span, .. } = effect;
                        let mut has_more = false;
                        let mut write = |db: &mut Db| {
                            let mut tx = Tx::new(db, now, actor);
                            if has_savepoints {
                                record::complete(&mut tx, *hold, result.as_ref())?;
                            }
                            write(&mut tx)?;
                            has_more = tx.has_jobs();
                            Ok(())
                        };
                        let told = match has_savepoints {
                            true => Told::from(db.apart(|db| span.in_scope(|| caught(|| write(db))))?),
                            false if held.contains(&hold.id) => {
                                span.in_scope(|| caught(|| write(db)))?;
                                Told::Written
                            }
                            false => Told::Failed(lease_lost(*hold)),
                        };
                        has_jobs |= has_more;
                        Ok(told)
                    })
                    .collect()
            })
        });
        if has_jobs && result.is_ok() {
            self.bell.ring();
        }
        result.map_err(|error: Error| {
            tracing::debug!(has_savepoints, "{} effects were not committed together: {error}", group.len());
            match trouble_of(&error) {
                Some(Trouble::Unavailable | Trouble::DiskFull) => Undone::Away(error),
                _ if is_raced(&error) => Undone::Raced,
                _ => Undone::Failed,
            }
        })
    }

    /// Writes an effect as [`App::write`] does.
    fn settle_alone(&self, effect: Effect) {
        let Effect { actor, hold, result, mut write, span, told } = effect;
        let work = || {
            self.write(&actor, |tx| {
                record::complete(tx, hold, result.as_ref())?;
                write(tx)
            })
        };
        told(span.in_scope(|| caught(work)).into());
    }
}

fn trouble_of(error: &Error) -> Option<Trouble> {
    match error {
        Error::Internal(cause) => trouble::of(cause),
        _ => None,
    }
}

/// Whether the same work may succeed by itself: a concurrent write came first, or holds what is needed.
fn is_raced(error: &Error) -> bool {
    lost_a_race(error) || trouble_of(error) == Some(Trouble::Busy)
}

/// Completes the jobs of a group; answers the ids of those that were still held.
fn complete(db: &mut Db, group: &[Effect]) -> Result<HashSet<i64>, Error> {
    let ends: Vec<_> = group.iter().map(|effect| (effect.hold, effect.result.as_ref())).collect();
    Ok(record::complete_all(db, &ends)?.into_iter().collect())
}

/// A panic as an error that only [`Told`] reads again.
#[derive(Debug, thiserror::Error)]
#[error("panicked: {0}")]
struct Panic(String);

/// What `work` answers; a panic ends it like a failure.
fn caught(work: impl FnOnce() -> Result<(), Error>) -> Result<(), Error> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        Err(anyhow::Error::new(Panic(workers::words(panic.as_ref()).to_owned())).into())
    })
}

impl From<Result<(), Error>> for Told {
    fn from(result: Result<(), Error>) -> Self {
        match result {
            Ok(()) => Self::Written,
            Err(Error::Internal(cause)) => match cause.downcast::<Panic>() {
                Ok(Panic(words)) => Self::Panicked(words),
                Err(cause) => Self::Failed(Error::Internal(cause)),
            },
            Err(error) => Self::Failed(error),
        }
    }
}
