//! What is leased, and how it may end.

use std::fmt;
use std::time::Duration;

use crate::later::Later;

/// A job as a worker holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    pub id: i64,
    /// Random for every lease: the fence. Whatever is written about this job names it.
    pub token: i64,
    /// Which queue it stands in.
    pub lane: String,
    pub kind: String,
    /// Whose job it is; 0 for the house's own.
    pub seller: i64,
    /// What takes turns in the lane: the seller, or one shop where shops have limits of their own.
    pub turn: i64,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    pub max_attempts: u32,
    /// How long it had been due when it was leased, by the ledger's clock.
    pub waited: Duration,
    /// Who asked for it, as events show it.
    pub actor: String,
    /// The arguments, as the handler of this kind reads them.
    pub payload: String,
    /// Where in a trace it was enqueued, as a W3C traceparent; empty without one.
    pub trace: String,
}

impl Job {
    /// What proves that this lease is meant.
    pub fn hold(&self) -> Hold {
        Hold { id: self.id, token: self.token }
    }
}

/// One lease of one job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hold {
    pub id: i64,
    pub token: i64,
}

/// How a handler ends well.
pub enum End {
    /// The handler's own transaction has completed the job, beside its effect.
    Settled,
    /// Somebody else completes the job beside its effect, perhaps together with others. Called once the handler has
    /// returned, on its thread; the job is held until the [`Later`] has heard of its end.
    Given(Box<dyn FnOnce(Later) + Send>),
    /// There is no effect to stand beside; the runner completes it, many at once.
    Done,
    /// Later, please. Does not count as an attempt.
    Snooze(Duration),
}

impl fmt::Debug for End {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Settled => out.write_str("Settled"),
            Self::Given(_) => out.write_str("Given"),
            Self::Done => out.write_str("Done"),
            Self::Snooze(span) => out.debug_tuple("Snooze").field(span).finish(),
        }
    }
}

/// How a handler ends badly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// May succeed another time.
    Retry(String),
    /// Will never succeed; a person has to look at it.
    Never(String),
    /// It panicked, with these words; may succeed another time.
    Panicked(String),
    /// The lease was gone when the effect should have been written; nothing was written.
    LeaseLost,
}

/// How a handler ends.
pub type Ended = Result<End, Failure>;

/// A job that comes into being once per slot of time, whoever notices first.
#[derive(Debug, Clone)]
pub struct Periodic {
    pub name: &'static str,
    pub every: Duration,
    pub lane: &'static str,
    pub kind: &'static str,
}
