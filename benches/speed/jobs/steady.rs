//! How soon a job begins at a steady pace, across processes and within one, and beside a million that wait.
//!
//! The worker of the first is a process of its own, so that the wake-up crosses processes through Redis.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use diesel::RunQueryDsl;
use huidan::app::App;
use huidan::db::jobs::{self as record, NewJob, RunAt};
use huidan::domain::error::Error;
use huidan::jobs::run::{Task, kind, parts};
use serde_json::json;
use workers::redis::{Link, RedisBell};
use workers::{End, Kind, Options, Runner};

use super::{Count, NOOP, enqueue, micros, options, percentile};
use crate::report::{Bound, Report, median, size};
use crate::world::{Database, World};

/// Set for the child: the address of its database.
pub const CHILD: &str = "HUIDAN_BENCH_JOBS";

/// Jobs of the steady pace, one each two milliseconds.
const STEADY: usize = 5_000;
const STEADY_PACE: Duration = Duration::from_millis(2);
/// Delayed jobs that a new one must not notice.
const WAITING: usize = 1_000_000;

/// Measures; `theirs` are the waits of BullMQ, the median and the 99th percentile in ms.
pub fn measure(report: &mut Report, theirs: Vec<(f64, f64)>) -> anyhow::Result<()> {
    let Ok(redis) = std::env::var("TEST_REDIS_URL") else {
        report.note("latency", "not measured: TEST_REDIS_URL is not set");
        return Ok(());
    };
    let database = Database::new("steady", None)?;
    let world = World::at(&database.url)?;
    let link = Arc::new(Link::new(&redis)?);
    let app = world.app.clone().with_bell(RedisBell::start(link.clone())?).with_redis(link);
    let world = World { app, ..world };
    let (p50, p99) = steady(&world, &database, &redis)?;
    report
        .note("latency at 500 jobs a second", &format!("p50 {p50:.2} ms, p99 {p99:.2} ms, across processes"));
    let embedded = embedded()?;
    report.note(
        "the same within one process, on SQLite",
        &format!("p50 {:.2} ms, p99 {:.2} ms", embedded.0, embedded.1),
    );
    if !theirs.is_empty() {
        let of = |pick: fn(&(f64, f64)) -> f64| median(theirs.iter().map(pick).collect());
        let beside = format!("BullMQ p50 {:.2} ms, p99 {:.2} ms", of(|waits| waits.0), of(|waits| waits.1));
        report.hold(
            "p99 at 500 jobs a second, of BullMQ's",
            p99 / of(|waits| waits.1),
            Bound::AtMost(0.8),
            &beside,
        );
        let value = embedded.1 / of(|waits| waits.1);
        report.hold("p99 within one process, of BullMQ's", value, Bound::AtMost(0.5), &beside);
    }
    let before = bytes(&database)?;
    let waiting = size("BENCH_WAITING_JOBS", WAITING)?;
    enqueue(&world, waiting, RunAt::After(Duration::from_secs(86_400)))?;
    let each = (bytes(&database)? - before) as f64 / waiting as f64;
    report.hold("bytes of a waiting job, its indexes included", each, Bound::AtMost(500.0), "PostgreSQL");
    let (_, beside_many) = steady(&world, &database, &redis)?;
    let what = format!("p99 beside {waiting} waiting jobs, of beside none");
    report.hold(
        &what,
        beside_many / p99,
        Bound::AtMost(2.0),
        &format!("{beside_many:.2} ms beside {p99:.2} ms"),
    );
    Ok(())
}

fn bytes(database: &Database) -> anyhow::Result<i64> {
    let text = "SELECT pg_total_relation_size('jobs') AS count";
    Ok(diesel::sql_query(text).get_result::<Count>(&mut database.connect()?)?.count)
}

/// The same for a worker in the same process, on SQLite.
fn embedded() -> anyhow::Result<(f64, f64)> {
    let folder = tempfile::tempdir()?;
    let world = World::at(&format!("sqlite://{}", folder.path().join("jobs.db").display()))?;
    let (runner, waits) = listen(&world.app)?;
    enqueue_steadily(&world)?;
    let waits = all(&waits);
    runner.stop(Duration::from_secs(10));
    Ok(waits)
}

/// Enqueues at a steady pace for a worker in a process of its own; answers its waits' median and 99th percentile in ms.
fn steady(world: &World, database: &Database, redis: &str) -> anyhow::Result<(f64, f64)> {
    let mut child = Command::new(std::env::current_exe()?)
        .env(CHILD, &database.url)
        .env("REDIS_URL", redis)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("starting a worker")?;
    let result = feed(world, &mut child);
    child.kill()?;
    child.wait()?;
    result
}

fn feed(world: &World, child: &mut Child) -> anyhow::Result<(f64, f64)> {
    let mut said = BufReader::new(child.stdout.take().context("the worker has no output")?).lines();
    said.next().context("the worker ended early")??;
    enqueue_steadily(world)?;
    let line = said.next().context("the worker ended early")??;
    match line.split_whitespace().filter_map(|word| word.parse().ok()).collect::<Vec<f64>>().as_slice() {
        [p50, p99] => Ok((*p50, *p99)),
        _ => bail!("the worker said {line:?}"),
    }
}

fn enqueue_steadily(world: &World) -> anyhow::Result<()> {
    let begun = Instant::now();
    for n in 0..STEADY {
        let due = STEADY_PACE * u32::try_from(n)?;
        std::thread::sleep(due.saturating_sub(begun.elapsed()));
        let job = NewJob::new(NOOP, json!({ "at": micros()? }));
        world.app.write(&world.actor, |tx| record::enqueue(tx, job.clone()))?;
    }
    Ok(())
}

/// The worker: says that it listens, and after the last job how long they waited.
pub fn child() -> ExitCode {
    match work() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn work() -> anyhow::Result<()> {
    let world = World::at(&std::env::var(CHILD)?)?;
    let link = Arc::new(Link::new(&std::env::var("REDIS_URL")?)?);
    let app = world.app.with_bell(RedisBell::start(link.clone())?).with_redis(link);
    let (_runner, waits) = listen(&app)?;
    std::thread::sleep(Duration::from_millis(500));
    println!("listening");
    std::io::stdout().flush()?;
    let (p50, p99) = all(&waits);
    println!("{p50} {p99}");
    Ok(())
}

/// How long jobs waited, in ms.
pub type Waits = Arc<Mutex<Vec<f64>>>;

fn listen(app: &App) -> anyhow::Result<(Runner, Waits)> {
    let waits = Waits::default();
    let handler = {
        let waits = waits.clone();
        move |task: &Task| {
            note_wait(task, &waits)?;
            Ok(End::Done)
        }
    };
    let noop = Kind { is_started: false, ..kind(app, NOOP, handler) };
    let runner = Runner::start(parts(app, vec![noop]), Options { threads: 8, ..options() })?;
    Ok((runner, waits))
}

/// Notes how long ago this job was about to be enqueued.
pub fn note_wait(task: &Task, waits: &Waits) -> Result<(), Error> {
    let at = task.arguments::<serde_json::Value>()?["at"].as_u64().unwrap_or_default();
    let wait = micros()?.saturating_sub(at);
    waits.lock().expect("no handler panics").push(wait as f64 / 1_000.0);
    Ok(())
}

/// The median and the 99th percentile, once all have come.
fn all(waits: &Waits) -> (f64, f64) {
    loop {
        std::thread::sleep(Duration::from_millis(50));
        let mut waits = waits.lock().expect("no handler panics");
        if waits.len() >= STEADY {
            return (percentile(&mut waits, 50), percentile(&mut waits, 99));
        }
    }
}
