//! The threads that run handlers, and what a handler can ask.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::job::{End, Ended, Failure, Hold, Job};
use crate::later::Later;
use crate::ports::{Then, Turn};
use crate::runner::{Finished, Shared};
use crate::settle::ENOUGH;

/// How long a job waits for a worker that knows its kind: the length of a deploy.
const UNKNOWN_PAUSE: Duration = Duration::from_secs(30);
/// How long the end of a job is tried to be written down before its lease is left to run out.
const WRITE_TRIES: u32 = 20;
const WRITE_PAUSE: Duration = Duration::from_millis(500);
/// Progress is written at most this often.
const PROGRESS_PACE: Duration = Duration::from_millis(300);

/// What happens to a job while its handler works.
#[derive(Debug, Default)]
pub(crate) struct Flags {
    cancelled: AtomicBool,
    lost: AtomicBool,
}

impl Flags {
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }
    pub fn lose(&self) {
        self.lost.store(true, Ordering::Relaxed);
    }
    fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }
    pub fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Relaxed)
    }
}

/// A handler's way to ask and tell.
pub struct Work {
    hold: Hold,
    turn: Turn,
    flags: Arc<Flags>,
    shared: Arc<Shared>,
    told_at: Mutex<Option<Instant>>,
}

impl Work {
    /// Whether there is no point in going on: somebody cancelled the job, or the lease is lost.
    pub fn is_cancelled(&self) -> bool {
        self.flags.is_cancelled() || self.flags.is_lost()
    }

    /// Whether the process is about to end: a long handler comes to a good place and snoozes.
    pub fn is_stopping(&self) -> bool {
        self.shared.is_stopping()
    }

    /// Tells how far the job is. Cheap to call often.
    pub fn progress(&self, done: u64, total: u64) {
        {
            let mut told_at = self.told_at.lock().unwrap_or_else(PoisonError::into_inner);
            if done < total && told_at.is_some_and(|at| at.elapsed() < PROGRESS_PACE) {
                return;
            }
            *told_at = Some(Instant::now());
        }
        if let Err(error) = self.shared.parts.ledger.progress(self.hold, done, total) {
            tracing::debug!(job.id = self.hold.id, "The progress of a job was not noted: {error:#}");
        }
    }

    /// Keeps further jobs of this turn away for a while: the outside asked for patience.
    pub fn block_turn(&self, span: Duration) {
        self.shared.parts.limiter.block(&self.turn, span);
    }
}

/// One more thread for handlers.
pub(crate) fn spawn(shared: &Arc<Shared>) -> std::io::Result<()> {
    let shared = shared.clone();
    let work = move || {
        while let Some(job) = shared.parts.transport.receive() {
            if !attempt(&shared, job) {
                return;
            }
        }
    };
    std::thread::Builder::new().name("job-handler".to_owned()).spawn(work).map(drop)
}

/// One attempt at a job; answers whether the thread is still wanted.
fn attempt(shared: &Arc<Shared>, job: Job) -> bool {
    let hold = job.hold();
    let Some(kind) = shared.kind(&job) else {
        let why = format!("no worker knows the kind {}", job.kind);
        tracing::warn!(job.id = job.id, seller.id = job.seller, "Job {} waits: {why}", job.id);
        write(shared, hold, || shared.parts.ledger.snooze(hold, UNKNOWN_PAUSE, &why));
        return !shared.forget([hold]);
    };
    let begun = Instant::now();
    let (flags, leased_at) = match shared.state().held.get_mut(&hold) {
        Some(held) => {
            held.begun = Some((begun, kind.time_limit));
            (held.flags.clone(), held.leased_at)
        }
        None => return true,
    };
    shared.parts.counts.add_wait(&job.lane, &job.kind, job.waited + leased_at.elapsed());
    if kind.is_started {
        match shared.parts.ledger.start(hold, shared.options.lease) {
            Ok(Some(false)) => {}
            Ok(Some(true)) => flags.cancel(),
            Ok(None) => flags.lose(),
            // Nothing has happened yet, so nothing is risked by leaving the lease to run out.
            Err(error) => {
                tracing::warn!(
                    job.id = job.id,
                    seller.id = job.seller,
                    "Job {} could not be started: {error:#}",
                    job.id
                );
                flags.lose();
            }
        }
    }
    let turn = Turn { lane: job.lane.clone(), turn: job.turn };
    let work = Work { hold, turn, flags, shared: shared.clone(), told_at: Mutex::default() };
    let ended = match work.is_cancelled() {
        true if work.flags.is_lost() => Err(Failure::LeaseLost),
        true => Err(Failure::Never("cancelled".to_owned())),
        false => catch_unwind(AssertUnwindSafe(|| (kind.run)(&job, &work)))
            .unwrap_or_else(|panic| Err(Failure::Panicked(words(panic.as_ref()).to_owned()))),
    };
    let took = begun.elapsed();
    note_pace(&mut shared.state().pace, took);
    match ended {
        Ok(End::Done) => finish(shared, Finished { hold, kind: job.kind, took, is_written: false }),
        Ok(End::Given(give)) => {
            let Some(is_wanted) = shared.note_given(hold) else { return true };
            let later = Later::new(shared.clone(), job, work.flags, begun);
            if catch_unwind(AssertUnwindSafe(|| give(later))).is_err() {
                tracing::error!(job.id = hold.id, "Whoever writes the effects of jobs panicked");
            }
            is_wanted
        }
        ended => {
            let is_wanted = end(shared, &job, &work.flags, took, ended);
            shared.parts.bell.nudge();
            is_wanted
        }
    }
}

/// Leaves a finished job to the dispatcher, which writes many at once; answers whether its thread is still wanted.
pub(crate) fn finish(shared: &Shared, finished: Finished) -> bool {
    let waiting = shared.parts.transport.waiting();
    let mut state = shared.state();
    let is_wanted = !state.held.get(&finished.hold).is_some_and(|held| held.is_given_up);
    state.finished.push(finished);
    let is_low = waiting <= state.low_water;
    let count = state.finished.len();
    drop(state);
    // The settler waits for the first one, and then for enough of them.
    if count == 1 || count == ENOUGH {
        shared.done.notify_all();
    }
    if shared.is_stopping() {
        shared.released.notify_all();
    } else if is_low {
        shared.parts.bell.nudge();
    }
    is_wanted
}

/// Writes down how a job ended and lets go of it; answers whether its thread is still wanted.
pub(crate) fn end(shared: &Shared, job: &Job, flags: &Flags, took: Duration, ended: Ended) -> bool {
    let outcome = write_end(shared, job, flags, ended);
    shared.parts.counts.add(&job.kind, outcome, 1, took);
    !shared.forget([job.hold()])
}

/// A moving average: a handler that was interrupted once says little, two long ones say enough.
fn note_pace(pace: &mut Option<Duration>, took: Duration) {
    *pace = Some(pace.map_or(took, |pace| pace * 9 / 10 + took / 10).max(Duration::from_micros(1)));
}

/// Writes down every end but the plain one; answers its name.
fn write_end(shared: &Shared, job: &Job, flags: &Flags, ended: Ended) -> &'static str {
    let (hold, ledger) = (job.hold(), &shared.parts.ledger);
    let fail = |why: &str, then, outcome| match write(shared, hold, || ledger.fail(hold, why, then)) {
        true => outcome,
        false => "refused",
    };
    let (why, may_retry, outcome) = match ended {
        Ok(End::Done | End::Settled | End::Given(_)) => return "done",
        Ok(End::Snooze(span)) => {
            if flags.is_cancelled() {
                return fail("cancelled", Then::Cancelled, "cancelled");
            }
            write(shared, hold, || ledger.snooze(hold, span, ""));
            return "snoozed";
        }
        Err(Failure::LeaseLost) => {
            tracing::warn!(
                job.id = job.id,
                seller.id = job.seller,
                "Job {} had lost its lease; nothing was written",
                job.id
            );
            return "refused";
        }
        Err(Failure::Retry(why)) => (why, true, "retried"),
        Err(Failure::Never(why)) => (why, false, "dead"),
        Err(Failure::Panicked(why)) => (format!("panicked: {why}"), true, "panicked"),
    };
    if flags.is_cancelled() {
        return fail(&why, Then::Cancelled, "cancelled");
    }
    let (id, attempt) = (job.id, job.attempt);
    let retry = shared.kind(job).filter(|_| may_retry && attempt < job.max_attempts).map(|kind| kind.retry);
    match retry {
        Some(retry) => {
            tracing::warn!(
                job.id = id,
                seller.id = job.seller,
                job.attempt = attempt,
                "Job {id} ({}) failed: {why}",
                job.kind
            );
            fail(&why, Then::RetryIn(retry.delay(attempt)), outcome)
        }
        None => {
            tracing::error!(
                job.id = id,
                seller.id = job.seller,
                job.attempt = attempt,
                "Job {id} ({}) is dead: {why}",
                job.kind
            );
            fail(&why, Then::Dead, "dead")
        }
    }
}

/// Writes the end of a job, patiently: what is not written will be done again. False when the
/// lease is gone.
fn write(shared: &Shared, hold: Hold, mut work: impl FnMut() -> anyhow::Result<bool>) -> bool {
    for _ in 0..WRITE_TRIES {
        match work() {
            Ok(is_held) => return is_held,
            Err(error) => {
                tracing::warn!(job.id = hold.id, "The end of job {} is not written yet: {error:#}", hold.id);
                if shared.is_stopping() {
                    break;
                }
                std::thread::sleep(WRITE_PAUSE);
            }
        }
    }
    false
}

/// What a panic said, as it was caught.
pub fn words(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without words")
}
