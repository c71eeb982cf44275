//! A runner: threads for handlers, one that dispatches, one that writes down what is done, one that keeps leases alive.

use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::counts::Counts;
use crate::job::{Ended, Hold, Job, Periodic};
use crate::local::LocalBell;
use crate::ports::{Bell, Ledger, Limiter, Transport, Turn, Want};
use crate::retry::Retry;
use crate::work::{Flags, Work};
use crate::{dispatch, heart, settle, work};

/// Before a thread that panicked begins anew.
const RESTART_PAUSE: Duration = Duration::from_millis(500);

/// What a runner is made of.
pub struct Parts {
    pub ledger: Arc<dyn Ledger>,
    pub transport: Arc<dyn Transport>,
    pub bell: Arc<dyn Bell>,
    pub limiter: Arc<dyn Limiter>,
    pub counts: Arc<Counts>,
    /// What this process can do. A job of another kind waits for one that can.
    pub kinds: Vec<Kind>,
}

/// A kind of job and its handler.
pub struct Kind {
    pub name: &'static str,
    pub retry: Retry,
    /// Notes each beginning in the ledger, so that crashes count and people see it running. Costs
    /// a write; kinds of many short jobs without outside effects go without.
    pub is_started: bool,
    /// After so long a handler counts as hung: its lease runs out and its thread is given up.
    pub time_limit: Duration,
    #[allow(clippy::type_complexity)]
    pub run: Box<dyn Fn(&Job, &Work) -> Ended + Send + Sync>,
}

/// A queue this runner works on.
#[derive(Debug, Clone)]
pub struct Lane {
    pub name: String,
    /// Most jobs of this lane at work in this runner.
    pub at_once: usize,
}

/// How a runner works.
#[derive(Debug, Clone)]
pub struct Options {
    pub lanes: Vec<Lane>,
    /// Handlers at work at once.
    pub threads: usize,
    /// How long a job is ours without a sign of life.
    pub lease: Duration,
    /// How often signs of life are given; well below `lease`.
    pub beat: Duration,
    /// Longest pause between two looks at the ledger while the bell does not hear all processes.
    pub idle_poll: Duration,
    /// The same while it does.
    pub quiet_poll: Duration,
    /// Most jobs leased ahead of free threads; only short jobs are leased ahead at all.
    pub prefetch: usize,
    pub periodic: Vec<Periodic>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            lanes: Vec::new(),
            threads: 4,
            lease: Duration::from_secs(30),
            beat: Duration::from_secs(5),
            idle_poll: Duration::from_secs(1),
            quiet_poll: Duration::from_secs(20),
            prefetch: 512,
            periodic: Vec::new(),
        }
    }
}

/// Works until stopped. Dropped without [`Runner::stop`] it goes on until the process ends.
pub struct Runner {
    shared: Arc<Shared>,
    dispatcher: JoinHandle<()>,
    heart: JoinHandle<()>,
    settler: JoinHandle<()>,
}

pub(crate) struct Shared {
    pub parts: Parts,
    pub kinds: HashMap<&'static str, usize>,
    pub options: Options,
    pub is_stopping: AtomicBool,
    /// Threads that replace hung ones.
    pub replaced: AtomicUsize,
    /// Rings once, at the very end.
    pub ended: LocalBell,
    /// Held while the limiter is asked or told, so that it never hears an older count after a newer one.
    word: Mutex<()>,
    state: Mutex<State>,
    /// Tells [`Runner::stop`] that something has ended.
    pub released: Condvar,
    /// Tells the settler that something is done.
    pub done: Condvar,
}

#[derive(Default)]
pub(crate) struct State {
    /// Every lease of this runner that has not ended.
    pub held: HashMap<Hold, Held>,
    /// Admitted by the limiter and not yet leased.
    pub coming: HashMap<Turn, usize>,
    /// Done, and not yet written down or not yet let go of.
    pub finished: Vec<Finished>,
    /// Done jobs that are being written down at this moment.
    pub settling: usize,
    /// How long a job takes, lately.
    pub pace: Option<Duration>,
    /// Jobs may be ready that no thread, lane or limit has had room for.
    pub has_ready: bool,
    /// With so few jobs left in the transport the dispatcher is woken.
    pub low_water: usize,
}

impl State {
    /// How many jobs of these turns are held or about to be.
    fn at_work(&self, turns: HashSet<Turn>) -> HashMap<Turn, usize> {
        let coming = |turn: &Turn| self.coming.get(turn).copied().unwrap_or_default();
        let mut counts: HashMap<Turn, usize> =
            turns.into_iter().map(|turn| (turn.clone(), coming(&turn))).collect();
        for held in self.held.values().filter(|held| !held.is_given_up) {
            if let Some(count) = counts.get_mut(&held.turn) {
                *count += 1;
            }
        }
        counts
    }
}

pub(crate) struct Held {
    pub turn: Turn,
    pub flags: Arc<Flags>,
    pub leased_at: Instant,
    /// When the handler began, and how long it may take.
    pub begun: Option<(Instant, Duration)>,
    /// Its handler hangs; it counts no more.
    pub is_given_up: bool,
    /// Its handler has returned, and somebody else writes its end.
    pub is_given: bool,
}

pub(crate) struct Finished {
    pub hold: Hold,
    pub kind: String,
    pub took: Duration,
    /// Its end is written down already.
    pub is_written: bool,
}

impl Shared {
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn is_stopping(&self) -> bool {
        self.is_stopping.load(Ordering::Relaxed)
    }

    /// Forgets leases that have ended; answers whether one of them had been given up.
    pub fn forget(&self, holds: impl IntoIterator<Item = Hold>) -> bool {
        let mut state = self.state();
        let mut was_given_up = false;
        let mut turns = HashSet::new();
        for held in holds.into_iter().filter_map(|hold| state.held.remove(&hold)) {
            was_given_up |= held.is_given_up;
            turns.insert(held.turn);
        }
        drop(state);
        self.released.notify_all();
        self.tell(turns);
        was_given_up
    }

    /// Tells the limiter what is at work of these turns, for limits that several runners share.
    pub fn tell(&self, turns: HashSet<Turn>) {
        if turns.is_empty() {
            return;
        }
        let _word = self.word();
        let at_work = self.state().at_work(turns);
        at_work.iter().for_each(|(turn, count)| self.parts.limiter.tell(turn, *count));
    }

    /// Asks the limiter how many jobs of each turn may begin; these count as at work until [`Self::took`].
    pub fn admit(&self, wants: Vec<Want>) -> Vec<Want> {
        let _word = self.word();
        let at_work = self.state().at_work(wants.iter().map(|want| want.turn.clone()).collect());
        let admitted: Vec<Want> = wants
            .into_iter()
            .map(|Want { turn, count }| {
                let held = at_work.get(&turn).copied().unwrap_or_default();
                let count = self.parts.limiter.admit(&turn, held, count);
                Want { turn, count }
            })
            .filter(|want| want.count > 0)
            .collect();
        let mut state = self.state();
        for want in &admitted {
            state.coming.insert(want.turn.clone(), want.count);
        }
        admitted
    }

    /// Notes which of the admitted jobs were leased, and gives the rest back.
    pub fn took(&self, admitted: &[Want], jobs: &[Job]) {
        let _word = self.word();
        let now = Instant::now();
        let mut leased: HashMap<Turn, usize> = HashMap::new();
        {
            let mut state = self.state();
            for job in jobs {
                let turn = Turn { lane: job.lane.clone(), turn: job.turn };
                *leased.entry(turn.clone()).or_default() += 1;
                let flags = Arc::new(Flags::default());
                let held =
                    Held { turn, flags, leased_at: now, begun: None, is_given_up: false, is_given: false };
                state.held.insert(job.hold(), held);
            }
            state.coming.clear();
        }
        for want in admitted {
            let taken = leased.get(&want.turn).copied().unwrap_or_default();
            if taken < want.count {
                self.parts.limiter.give_back(&want.turn, want.count - taken);
            }
        }
    }

    fn word(&self) -> MutexGuard<'_, ()> {
        self.word.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The kind of a job, if this process knows it.
    pub fn kind(&self, job: &Job) -> Option<&Kind> {
        self.kinds.get(job.kind.as_str()).map(|index| &self.parts.kinds[*index])
    }

    /// Notes that a handler has returned and somebody else writes its end; answers whether its thread is still wanted.
    /// `None` when the job is no longer held.
    pub fn note_given(&self, hold: Hold) -> Option<bool> {
        let mut state = self.state();
        let held = state.held.get_mut(&hold)?;
        held.is_given = true;
        Some(!held.is_given_up)
    }

    /// Writes down what is done, and lets go of it; false when it could not be written and stays for the next time.
    pub fn settle(&self) -> bool {
        let finished = std::mem::take(&mut self.state().finished);
        let (written, finished): (Vec<_>, Vec<_>) = finished.into_iter().partition(|done| done.is_written);
        self.let_go(written, |_| true);
        if finished.is_empty() {
            return true;
        }
        let holds: Vec<Hold> = finished.iter().map(|done| done.hold).collect();
        self.state().settling += holds.len();
        let completed = self.parts.ledger.complete(&holds);
        self.state().settling -= holds.len();
        match completed {
            Ok(ids) => {
                let ids: HashSet<i64> = ids.into_iter().collect();
                self.let_go(finished, |hold| ids.contains(&hold.id));
                true
            }
            Err(error) => {
                tracing::warn!("{} finished jobs could not be written down yet: {error:#}", holds.len());
                self.state().finished.extend(finished);
                false
            }
        }
    }

    fn let_go(&self, done: Vec<Finished>, was_held: impl Fn(Hold) -> bool) {
        if done.is_empty() {
            return;
        }
        for Finished { hold, kind, took, .. } in &done {
            let outcome = if was_held(*hold) { "done" } else { "refused" };
            self.parts.counts.add(kind, outcome, 1, *took);
        }
        self.forget(done.into_iter().map(|done| done.hold));
    }
}

impl Runner {
    /// Starts to work.
    ///
    /// # Errors
    /// When the system has no threads to give.
    pub fn start(parts: Parts, options: Options) -> std::io::Result<Self> {
        let kinds = parts.kinds.iter().enumerate().map(|(index, kind)| (kind.name, index)).collect();
        let shared = Arc::new(Shared {
            parts,
            kinds,
            options,
            is_stopping: AtomicBool::new(false),
            replaced: AtomicUsize::new(0),
            ended: LocalBell::default(),
            word: Mutex::default(),
            state: Mutex::default(),
            released: Condvar::new(),
            done: Condvar::new(),
        });
        for _ in 0..shared.options.threads {
            work::spawn(&shared)?;
        }
        let thread = |name: &'static str, work: fn(&Arc<Shared>)| {
            let shared = shared.clone();
            std::thread::Builder::new().name(name.to_owned()).spawn(move || restarted(name, &shared, work))
        };
        let settler = thread("job-settle", settle::settle)?;
        let (dispatcher, heart) =
            (thread("job-dispatch", dispatch::dispatch)?, thread("job-leases", heart::beat)?);
        Ok(Self { shared, dispatcher, heart, settler })
    }

    /// Stops: what no handler has begun goes back at once, handlers get `patience` to end, and what is
    /// still at work then goes back too, its effect fenced off. Answers how many jobs went back.
    ///
    /// None of them counts as an attempt.
    pub fn stop(self, patience: Duration) -> usize {
        let Self { shared, dispatcher, heart, settler } = self;
        let deadline = Instant::now() + patience;
        shared.is_stopping.store(true, Ordering::Relaxed);
        shared.parts.bell.nudge();
        {
            // Who waits for something done has seen the flag, or hears of it now.
            let _state = shared.state();
            shared.done.notify_all();
        }
        if dispatcher.join().is_err() {
            tracing::error!("The dispatcher of jobs had panicked");
        }
        let unstarted: Vec<Hold> = shared.parts.transport.take_back().iter().map(Job::hold).collect();
        shared.parts.transport.close();
        let mut returned = hand_back(&shared, &unstarted);
        shared.forget(unstarted);
        loop {
            shared.settle();
            let state = shared.state();
            let left = deadline.saturating_duration_since(Instant::now());
            if state.held.values().all(|held| held.is_given_up) || left.is_zero() {
                break;
            }
            // Woken by handlers that end; looks again soon, for what could not be written down.
            let pause = left.min(Duration::from_millis(200));
            drop(shared.released.wait_timeout(state, pause).unwrap_or_else(PoisonError::into_inner));
        }
        let late: Vec<Hold> = {
            let state = shared.state();
            state.held.iter().inspect(|(_, held)| held.flags.lose()).map(|(hold, _)| *hold).collect()
        };
        returned += hand_back(&shared, &late);
        shared.ended.ring();
        if heart.join().is_err() {
            tracing::error!("The keeper of leases had panicked");
        }
        if settler.join().is_err() {
            tracing::error!("The settler of jobs had panicked");
        }
        returned
    }

    /// How many jobs this runner holds.
    pub fn held(&self) -> usize {
        self.shared.state().held.len()
    }
}

/// Runs until it ends well: a defect in a chore must not end the work of the process in silence.
fn restarted(name: &str, shared: &Arc<Shared>, work: fn(&Arc<Shared>)) {
    while catch_unwind(AssertUnwindSafe(|| work(shared))).is_err() {
        tracing::error!("The thread {name} panicked and begins anew");
        std::thread::sleep(RESTART_PAUSE);
    }
}

fn hand_back(shared: &Shared, holds: &[Hold]) -> usize {
    if holds.is_empty() {
        return 0;
    }
    match shared.parts.ledger.release(holds) {
        Ok(count) => {
            // Others begin at once what we no longer can.
            shared.parts.bell.ring();
            count
        }
        Err(error) => {
            tracing::warn!("{} jobs could not be handed back, their leases run out: {error:#}", holds.len());
            0
        }
    }
}
