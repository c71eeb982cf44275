//! What a runner needs from outside.

use std::time::Duration;

use anyhow::Result;

use crate::job::{Hold, Job, Periodic};

/// The record of all jobs. All times are its own clock's; no worker's clock is asked.
///
/// Every method is safe to call from several processes at once. [`crate::conformance`] says what
/// an implementation must keep.
pub trait Ledger: Send + Sync + 'static {
    /// Who has ready jobs in these lanes and is not paused. Changes nothing.
    fn look(&self, lanes: &[&str]) -> Result<Vec<Turn>>;

    /// How long until a waiting job is due or a lease runs out; zero when one already has.
    fn next_in(&self) -> Result<Option<Duration>>;

    /// [`Self::look`] and [`Self::next_in`] as one question, for who waits and asks now and then.
    fn survey(&self, lanes: &[&str]) -> Result<Survey> {
        Ok(Survey { turns: self.look(lanes)?, next_in: self.next_in()? })
    }

    /// Leases ready jobs for `lease`: of each wanted turn the most urgent first, counted as an attempt.
    fn lease(&self, wants: &[Want], lease: Duration) -> Result<Vec<Job>>;

    /// Notes that a handler begins, so that a crash from now on counts as one. `None` when the
    /// lease is gone; otherwise whether the job is to be cancelled.
    fn start(&self, hold: Hold, lease: Duration) -> Result<Option<bool>>;

    /// Lengthens leases to `lease` from now. One that is not answered is lost.
    fn extend(&self, holds: &[Hold], lease: Duration) -> Result<Vec<Extended>>;

    /// Completes jobs without an effect of their own; answers the ids that were still held.
    fn complete(&self, holds: &[Hold]) -> Result<Vec<i64>>;

    /// Writes down a failure and what follows; false when the lease is gone.
    fn fail(&self, hold: Hold, error: &str, then: Then) -> Result<bool>;

    /// Puts a job off without counting the attempt; false when the lease is gone.
    fn snooze(&self, hold: Hold, span: Duration, why: &str) -> Result<bool>;

    /// Hands jobs back as if they had never been leased; answers how many.
    fn release(&self, holds: &[Hold]) -> Result<usize>;

    /// Makes waiting jobs ready whose time has come; answers how many.
    fn promote(&self) -> Result<usize>;

    /// Takes jobs back whose lease ran out. One that had started has crashed once more, and is
    /// dead after as many crashes as it may have.
    fn rescue(&self) -> Result<Rescued>;

    /// Notes how far a job is.
    fn progress(&self, hold: Hold, done: u64, total: u64) -> Result<()>;

    /// Enqueues the periodic jobs whose slot nobody has taken yet; answers how many. A ledger may leave one out that
    /// would find nothing to do; it is asked for again before the slot ends.
    fn take_slots(&self, periodic: &[Periodic]) -> Result<usize>;
}

/// A lane and one of those who take turns in it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Turn {
    pub lane: String,
    pub turn: i64,
}

/// What there is to do now, and when time alone asks for more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survey {
    /// As [`Ledger::look`] answers.
    pub turns: Vec<Turn>,
    /// As [`Ledger::next_in`] answers.
    pub next_in: Option<Duration>,
}

/// So many jobs of a turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Want {
    pub turn: Turn,
    pub count: usize,
}

/// A lease that still holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extended {
    pub id: i64,
    /// Somebody asked to cancel the job.
    pub is_cancelled: bool,
}

/// What follows a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    RetryIn(Duration),
    Dead,
    Cancelled,
}

/// What a rescue did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rescued {
    pub ready: usize,
    pub dead: usize,
}

/// Carries leased jobs to threads: through a channel here, through a broker between machines.
///
/// It may lose what it carries: the lease runs out and the ledger has the job again.
pub trait Transport: Send + Sync + 'static {
    /// Hands jobs over in this order.
    fn send(&self, jobs: Vec<Job>);
    /// The next job; waits. `None` once closed.
    fn receive(&self) -> Option<Job>;
    /// How many were sent and not received.
    fn waiting(&self) -> usize;
    /// Takes back what was not received.
    fn take_back(&self) -> Vec<Job>;
    /// Lets every receiver go.
    fn close(&self);
}

/// Tells runners that there may be work. A lost ring costs time, never a job: runners also look
/// by themselves.
pub trait Bell: Send + Sync + 'static {
    /// There is work: for all who listen.
    fn ring(&self);
    /// Something changed within this process only.
    fn nudge(&self);
    /// Waits until it has rung since `seen`, at most `timeout`; answers the new `seen`.
    fn wait(&self, seen: u64, timeout: Duration) -> u64;
    /// Whether rings of all processes are heard just now; who does not hear them looks more often.
    fn hears_all(&self) -> bool;
}

/// Says how many jobs of a turn may begin now. Asked before rows are read, so that a turn that must
/// wait never stands in another's way.
pub trait Limiter: Send + Sync + 'static {
    /// How many of `wanted` may begin, given how many of this turn are at work; takes them.
    fn admit(&self, turn: &Turn, at_work: usize, wanted: usize) -> usize;
    /// Gives back what was admitted and then not leased.
    fn give_back(&self, turn: &Turn, count: usize);
    /// Nothing of this turn for a while: the outside asked for patience.
    fn block(&self, turn: &Turn, span: Duration);
    /// How many of this turn are at work in this runner, told when that changes and with every sign of life, for
    /// limits that several runners share.
    fn tell(&self, _turn: &Turn, _at_work: usize) {}
}
