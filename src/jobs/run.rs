//! Runs jobs in this process: the runner of the `workers` crate with our record and handlers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, bail};
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use workers::redis::RedisLimiter;
use workers::{
    End, Failure, Job, Kind, Lane, Later, LocalLimiter, LocalTransport, Options, Parts, Periodic, Retry,
    Runner, Work,
};

use super::registry::{self, QUEUES};
use crate::app::{App, Effect, Told};
use crate::db::Tx;
use crate::db::jobs::{self as record, JobKind, LEASE_LOST};
use crate::domain::actor::Actor;
use crate::domain::error::Error;
use crate::traces::TARGET;

/// Handlers at work at once in one process, unless somebody says otherwise. Most of them wait for shops, and a dead one keeps
/// its handlers for as long as a call may take: with few threads two dead shops would stand in everybody's way. What keeps a
/// core or the disk busy is bounded by its queue.
pub const THREADS: u16 = 24;
/// How long handlers have to end when the process is asked to.
const PATIENCE: Duration = Duration::from_secs(20);
/// A handler without a sign of an end for so long counts as hung.
const TIME_LIMIT: Duration = Duration::from_secs(15 * 60);

/// Which queues a process works on, and how many handlers at once.
#[derive(Debug, Clone)]
pub struct Choice {
    queues: Vec<&'static registry::Queue>,
    threads: usize,
    lease: Duration,
}

impl std::fmt::Debug for registry::Queue {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.name)
    }
}

impl Choice {
    /// All queues.
    pub fn all(threads: usize) -> Self {
        Self { queues: QUEUES.iter().collect(), threads, lease: Options::default().lease }
    }

    /// The same, with jobs that stay a killed process's own for so long.
    pub fn leased_for(self, lease: Duration) -> Self {
        Self { lease, ..self }
    }

    /// The queues named; all without a name.
    ///
    /// # Errors
    /// A sentence that lists the queues when one is unknown.
    pub fn named(names: &[String], threads: usize) -> anyhow::Result<Self> {
        if names.is_empty() {
            return Ok(Self::all(threads));
        }
        let mut queues = Vec::new();
        for name in names {
            match QUEUES.iter().find(|queue| queue.name == name) {
                Some(queue) => queues.push(queue),
                None => {
                    let known: Vec<_> = QUEUES.iter().map(|queue| queue.name).collect();
                    bail!("{name:?} is no queue; the queues are {}", known.join(", "));
                }
            }
        }
        Ok(Self { queues, ..Self::all(threads) })
    }

    fn options(&self) -> Options {
        let lane = |queue: &&registry::Queue| Lane { name: queue.name.to_owned(), at_once: queue.at_once };
        Options {
            lanes: self.queues.iter().map(lane).collect(),
            threads: self.threads,
            lease: self.lease,
            beat: self.lease / 6,
            periodic: registry::periodic(),
            ..Options::default()
        }
    }
}

/// What a process works on beside the kinds of [`registry`].
#[derive(Default)]
pub struct Beside {
    pub kinds: Vec<Kind>,
    pub periodic: Vec<Periodic>,
}

/// Works until `stop` is set and this thread is woken; what is at work then may end.
///
/// # Errors
/// When the system has no threads to give.
pub fn work_until(app: &App, choice: &Choice, beside: Beside, stop: &AtomicBool) -> std::io::Result<()> {
    let mut kinds = registry::kinds(app);
    kinds.extend(beside.kinds);
    let mut options = choice.options();
    options.periodic.extend(beside.periodic);
    let runner = Runner::start(parts(app, kinds), options)?;
    while !stop.load(Ordering::Relaxed) {
        std::thread::park();
    }
    let returned = runner.stop(PATIENCE);
    tracing::info!(job.count = returned, "Workers have ended; {returned} jobs were handed back");
    Ok(())
}

/// What a runner of this process is made of.
pub fn parts(app: &App, kinds: Vec<Kind>) -> Parts {
    Parts {
        ledger: Arc::new(app.job_ledger()),
        transport: Arc::new(LocalTransport::default()),
        bell: app.bell().clone(),
        limiter: match app.redis() {
            Some(link) => Arc::new(RedisLimiter::new(link.clone(), registry::limits())),
            None => Arc::new(LocalLimiter::new(registry::limits())),
        },
        counts: app.job_counts().clone(),
        kinds,
    }
}

/// A job at work, with what its handler needs.
pub struct Task<'a> {
    pub app: &'a App,
    pub job: &'a Job,
    pub work: &'a Work,
    /// In whose name it acts: the seller's, as whoever asked for it.
    pub actor: Actor,
}

impl Task<'_> {
    /// The arguments.
    ///
    /// # Errors
    /// When they are not what this kind takes.
    pub fn arguments<T: DeserializeOwned>(&self) -> Result<T, Error> {
        let context = || format!("reading the arguments of job {}", self.job.id);
        Ok(serde_json::from_str(&self.job.payload).with_context(context)?)
    }

    /// Writes the effect and completes the job in one transaction: both or neither, and only while
    /// the lease holds. `result` is what people find with the job.
    ///
    /// # Errors
    /// `lease_lost` when another worker has the job by now; what `effect` answers.
    pub fn settle(
        &self,
        result: Option<&Json>,
        mut effect: impl FnMut(&mut Tx) -> Result<(), Error>,
    ) -> Result<End, Error> {
        self.app.write(&self.actor, |tx| {
            record::complete(tx, self.job.hold(), result)?;
            effect(tx)
        })?;
        Ok(End::Settled)
    }

    /// The same for a short effect, in one commit with those of other jobs that end at the same time. Written once the
    /// handler has returned; an error of the effect ends the job as one of the handler does.
    ///
    /// A long effect has a transaction of its own by [`Self::settle`]: in a group the others would wait for it
    /// (decision 9).
    pub fn settle_together(
        &self,
        result: Option<Json>,
        effect: impl FnMut(&mut Tx) -> Result<(), Error> + Send + 'static,
    ) -> End {
        let (app, actor, hold) = (self.app.clone(), self.actor.clone(), self.job.hold());
        let span = tracing::Span::current();
        End::Given(Box::new(move |later: Later| {
            let told = move |told| match told {
                Told::Written => later.settled(),
                Told::Failed(error) => later.failed(failure(error)),
                Told::Panicked(words) => later.failed(Failure::Panicked(words)),
            };
            let (write, told) = (Box::new(effect), Box::new(told));
            app.settle_together(Effect { actor, hold, result, write, span, told });
        }))
    }
}

/// A kind with its handler and the usual ways. A refusal ends the job for good, for the rules will say
/// the same next time; failures of programs and machines are tried again.
pub fn kind(
    app: &App,
    kind: JobKind,
    handler: impl Fn(&Task) -> Result<End, Error> + Send + Sync + 'static,
) -> Kind {
    let app = app.clone();
    let run = move |job: &Job, work: &Work| {
        let actor = Actor { name: job.actor.clone(), ..Actor::system(record::seller_of(job)) };
        let task = Task { app: &app, job, work, actor };
        let traced = tracing::info_span!(
            target: TARGET,
            "job",
            trace.parent = job.trace,
            job.id,
            job.kind,
            job.attempt,
            seller.id = job.seller,
            "error.type" = tracing::field::Empty,
        );
        let span = tracing::info_span!("job", job.id, job.kind, seller.id = job.seller);
        let result = traced.in_scope(|| span.in_scope(|| handler(&task)));
        if let Err(error) = &result {
            traced.record("error.type", kind_of(error));
        }
        result.map_err(failure)
    };
    Kind {
        name: kind.name,
        retry: Retry::default(),
        is_started: true,
        time_limit: TIME_LIMIT,
        run: Box::new(run),
    }
}

/// A word for what failed. What errors say may hold words of shops and people, and stays here.
fn kind_of(error: &Error) -> &'static str {
    match error {
        Error::Refused(refusal) => refusal.code,
        Error::Missing { .. } => "not_found",
        Error::Invalid(_) => "invalid_fields",
        Error::Unauthorised | Error::Forbidden { .. } => "forbidden",
        Error::Internal(_) => "internal",
    }
}

/// What an error means for the job whose handler or effect it ended.
fn failure(error: Error) -> Failure {
    match error {
        Error::Refused(refusal) if refusal.code == LEASE_LOST => Failure::LeaseLost,
        Error::Internal(cause) => Failure::Retry(format!("{cause:#}")),
        refused => Failure::Never(refused.to_string()),
    }
}
