//! Jobs without an effect: how fast they are written down and drained, beside bare SQL and beside other
//! queues, and how soon one begins at a steady pace.
//!
//! The peers run where `npm install` was run in `benches/peers`. The worker of the steady pace is a process
//! of its own, so that the wake-up crosses processes through Redis.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, bail};
use diesel::connection::SimpleConnection;
use diesel::sql_types::BigInt;
use diesel::{QueryableByName, RunQueryDsl};
use huidan::app::App;
use huidan::db::jobs::{self as record, JobKind, NewJob, RunAt};
use huidan::db::statement::sql;
use huidan::jobs::run::{kind, parts};
use serde_json::json;
use workers::redis::{Link, RedisBell};
use workers::{End, Kind, Lane, Options, Runner};

use crate::report::{Bound, Report, median, size, timed};
use crate::world::{Database, World};

/// Set for the child: the address of its database.
pub const CHILD: &str = "HUIDAN_BENCH_JOBS";

const JOBS: usize = 50_000;
const ROUNDS: usize = 5;
const BATCH: usize = 1_000;
/// As the peers are given.
const CONCURRENCY: usize = 64;
/// Jobs of the steady pace, one each two milliseconds.
const STEADY: usize = 5_000;
const STEADY_PACE: Duration = Duration::from_millis(2);
/// Delayed jobs that a new one must not notice.
const WAITING: usize = 1_000_000;

const NOOP: JobKind = JobKind { name: "bench.noop", lane: "bench", max_attempts: 3, max_crashes: 3 };

/// Measures.
pub fn measure(report: &mut Report) -> anyhow::Result<()> {
    let (count, rounds) = (size("BENCH_JOBS", JOBS)?, size("BENCH_ROUNDS", ROUNDS)?);
    let mut seen: Vec<Round> = Vec::new();
    for _ in 0..rounds {
        seen.push(round(count)?);
    }
    let rate = |pick: fn(&Round) -> Option<f64>| {
        let rates: Vec<f64> = seen.iter().filter_map(pick).collect();
        (!rates.is_empty()).then(|| median(rates))
    };
    let ratio = |own: fn(&Round) -> f64, other: fn(&Round) -> Option<f64>| {
        let ratios: Vec<f64> = seen.iter().filter_map(|round| Some(own(round) / other(round)?)).collect();
        (!ratios.is_empty()).then(|| median(ratios))
    };
    let shown = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.0}/s"));
    report.note(
        "enqueued in bulk",
        &format!("{count} jobs at {}", shown(rate(|round| Some(round.own.enqueued)))),
    );
    for (what, pick) in [
        ("drained on PostgreSQL", (|round: &Round| Some(round.own.drained)) as fn(&Round) -> Option<f64>),
        ("drained on SQLite", |round| Some(round.embedded)),
        ("drained, an effect each", |round| Some(round.effects)),
    ] {
        report.note(what, &shown(rate(pick)));
    }
    let bare =
        format!("lease and delete by {BATCH} over one connection: {}", shown(rate(|round| Some(round.bare))));
    let of_bare = ratio(|round| round.own.drained, |round| Some(round.bare)).unwrap_or_default();
    report.hold("drained, of bare SQL", of_bare, Bound::AtLeast(0.4), &bare);
    let bullmq = ratio(|round| round.own.drained, |round| Some(round.bullmq?.drained));
    let graphile = ratio(|round| round.own.drained, |round| Some(round.graphile?.drained));
    if bullmq.is_none() && graphile.is_none() {
        report.note(
            "BullMQ, graphile-worker",
            "not here; npm install in benches/peers brings them into the run",
        );
    }
    if let Some(value) = bullmq {
        let beside = format!("BullMQ {}", shown(rate(|round| Some(round.bullmq?.drained))));
        report.hold("drained, of BullMQ", value, Bound::AtLeast(2.5), &beside);
        let embedded = ratio(|round| round.embedded, |round| Some(round.bullmq?.drained)).unwrap_or_default();
        report.hold("drained on SQLite, of BullMQ", embedded, Bound::AtLeast(5.0), &beside);
        let effects = ratio(|round| round.effects, |round| Some(round.bullmq?.drained)).unwrap_or_default();
        report.hold("drained with an effect each, of BullMQ without", effects, Bound::AtLeast(0.3), &beside);
    }
    if let Some(value) = graphile {
        let beside = format!("graphile-worker {}", shown(rate(|round| Some(round.graphile?.drained))));
        report.hold("drained, of graphile-worker", value, Bound::AtLeast(1.3), &beside);
        let value =
            ratio(|round| round.own.enqueued, |round| Some(round.graphile?.enqueued)).unwrap_or_default();
        let beside = format!("graphile-worker {}", shown(rate(|round| Some(round.graphile?.enqueued))));
        report.hold("enqueued in bulk, of graphile-worker", value, Bound::AtLeast(2.0), &beside);
    }
    latencies(report, &seen)
}

/// Jobs per second.
#[derive(Debug, Clone, Copy)]
struct Pace {
    enqueued: f64,
    drained: f64,
}

struct Round {
    own: Pace,
    embedded: f64,
    /// Each completed in a transaction of its own, beside an effect.
    effects: f64,
    bare: f64,
    bullmq: Option<Peer>,
    graphile: Option<Peer>,
}

/// What a peer printed.
#[derive(Debug, Clone, Copy)]
struct Peer {
    enqueued: f64,
    drained: f64,
    /// Milliseconds at the steady pace: the median and the 99th percentile.
    waits: Option<(f64, f64)>,
}

fn round(count: usize) -> anyhow::Result<Round> {
    let database = Database::new("jobs", None)?;
    let world = World::at(&database.url)?;
    let (enqueued, drained) = (enqueue(&world, count, RunAt::Now)?, drain(&world.app, count, false)?);
    enqueue(&world, count / 5, RunAt::Now)?;
    let effects = drain(&world.app, count / 5, true)?;
    let bare = bare(&database, count)?;
    let folder = tempfile::tempdir()?;
    let small = World::at(&format!("sqlite://{}", folder.path().join("jobs.db").display()))?;
    enqueue(&small, count, RunAt::Now)?;
    let embedded = drain(&small.app, count, false)?;
    let redis = std::env::var("TEST_REDIS_URL").ok();
    let bullmq = redis.and_then(|url| peer("bullmq", &url, count).transpose()).transpose()?;
    let theirs = Database::new("graphile", None)?;
    let graphile = peer("graphile-worker", &theirs.url, count)?;
    Ok(Round { own: Pace { enqueued, drained }, embedded, effects, bare, bullmq, graphile })
}

fn enqueue(world: &World, count: usize, run_at: RunAt) -> anyhow::Result<f64> {
    let jobs = vec![NewJob { run_at, ..NewJob::new(NOOP, json!({ "n": 1 })) }; BATCH];
    let (time, result) = timed(|| {
        (0..count.div_ceil(BATCH)).try_for_each(|batch| {
            let jobs = &jobs[..BATCH.min(count - batch * BATCH)];
            world.app.write(&world.actor, |tx| record::enqueue_all(tx, jobs)).map(drop)
        })
    });
    result?;
    Ok(count as f64 / time.as_secs_f64())
}

fn options() -> Options {
    let lanes = vec![Lane { name: NOOP.lane.to_owned(), at_once: usize::MAX }];
    Options { lanes, threads: CONCURRENCY, ..Options::default() }
}

/// Drains all that is ready, to the last completion that is written down.
fn drain(app: &App, count: usize, has_effect: bool) -> anyhow::Result<f64> {
    let done = Arc::new(AtomicUsize::new(0));
    let handler = {
        let done = done.clone();
        move |task: &huidan::jobs::run::Task| {
            let ended = match has_effect {
                false => Ok(End::Done),
                true => task.settle(None, |tx| {
                    let seller = tx.seller();
                    tx.execute(sql("UPDATE sellers SET name = name WHERE id = ?").bind(seller))?;
                    Ok(())
                }),
            };
            done.fetch_add(1, Ordering::Relaxed);
            ended
        }
    };
    let noop = Kind { is_started: false, ..kind(app, NOOP, handler) };
    let (time, result) = timed(|| -> anyhow::Result<()> {
        let runner = Runner::start(parts(app, vec![noop]), options())?;
        while done.load(Ordering::Relaxed) < count || runner.held() > 0 {
            std::thread::sleep(Duration::from_millis(1));
        }
        runner.stop(Duration::from_secs(10));
        Ok(())
    });
    result?;
    Ok(count as f64 / time.as_secs_f64())
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// The least that leases and completes: one statement each, a thousand rows at a time.
fn bare(database: &Database, count: usize) -> anyhow::Result<f64> {
    let mut connection = database.connect()?;
    connection.batch_execute(&format!(
        "CREATE TABLE bare (id BIGINT PRIMARY KEY, state SMALLINT NOT NULL, token BIGINT, payload TEXT NOT NULL); \
         CREATE INDEX bare_ready ON bare (id) WHERE state = 0; \
         INSERT INTO bare SELECT n, 0, NULL, '{{\"n\": 1}}' FROM generate_series(1, {count}) AS n"
    ))?;
    let (time, result) = timed(|| -> anyhow::Result<()> {
        for token in 1..=count.div_ceil(BATCH) {
            let leased = diesel::sql_query(format!(
                "WITH next AS (SELECT id FROM bare WHERE state = 0 ORDER BY id LIMIT {BATCH} FOR UPDATE SKIP LOCKED), \
                 leased AS (UPDATE bare SET state = 1, token = {token} FROM next WHERE bare.id = next.id RETURNING bare.id) \
                 SELECT COUNT(*) AS count FROM leased"
            ))
            .get_result::<Count>(&mut connection)?;
            if leased.count == 0 {
                bail!("the bare queue ran dry");
            }
            connection.batch_execute(&format!("DELETE FROM bare WHERE state = 1 AND token = {token}"))?;
        }
        Ok(())
    });
    result?;
    connection.batch_execute("DROP TABLE bare")?;
    Ok(count as f64 / time.as_secs_f64())
}

fn peer(name: &str, url: &str, count: usize) -> anyhow::Result<Option<Peer>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers");
    if !folder.join("node_modules").join(name).exists() {
        return Ok(None);
    }
    let script = if name == "bullmq" { "jobs_bullmq.mjs" } else { "jobs_graphile.mjs" };
    let mut command = Command::new("node");
    command.arg(folder.join(script)).args([url, &count.to_string(), &CONCURRENCY.to_string()]);
    let output = command.output().with_context(|| format!("{command:?}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let figures: Vec<f64> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let rate = |seconds: f64| count as f64 / seconds;
    match *figures.as_slice() {
        [enqueued, drained] => {
            Ok(Some(Peer { enqueued: rate(enqueued), drained: rate(drained), waits: None }))
        }
        [enqueued, drained, p50, p99] => {
            Ok(Some(Peer { enqueued: rate(enqueued), drained: rate(drained), waits: Some((p50, p99)) }))
        }
        _ => bail!("{name} answered {text:?}: {}", String::from_utf8_lossy(&output.stderr)),
    }
}

fn latencies(report: &mut Report, seen: &[Round]) -> anyhow::Result<()> {
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
    let theirs: Vec<(f64, f64)> = seen.iter().filter_map(|round| round.bullmq?.waits).collect();
    if !theirs.is_empty() {
        let of = |pick: fn(&(f64, f64)) -> f64| median(theirs.iter().map(pick).collect());
        let beside = format!("BullMQ p50 {:.2} ms, p99 {:.2} ms", of(|waits| waits.0), of(|waits| waits.1));
        report.hold(
            "p99 at 500 jobs a second, of BullMQ's",
            p99 / of(|waits| waits.1),
            Bound::AtMost(1.5),
            &beside,
        );
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
    let begun = Instant::now();
    for n in 0..STEADY {
        let due = STEADY_PACE * u32::try_from(n)?;
        std::thread::sleep(due.saturating_sub(begun.elapsed()));
        let job = NewJob::new(NOOP, json!({ "at": micros()? }));
        world.app.write(&world.actor, |tx| record::enqueue(tx, job.clone()))?;
    }
    let line = said.next().context("the worker ended early")??;
    match line.split_whitespace().filter_map(|word| word.parse().ok()).collect::<Vec<f64>>().as_slice() {
        [p50, p99] => Ok((*p50, *p99)),
        _ => bail!("the worker said {line:?}"),
    }
}

fn micros() -> anyhow::Result<u64> {
    Ok(u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_micros())?)
}

/// The worker: says that it listens, and after the last job how long they waited.
pub fn child() -> ExitCode {
    match listen() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn listen() -> anyhow::Result<()> {
    let world = World::at(&std::env::var(CHILD)?)?;
    let link = Arc::new(Link::new(&std::env::var("REDIS_URL")?)?);
    let app = world.app.with_bell(RedisBell::start(link.clone())?).with_redis(link);
    let waits = Arc::new(Mutex::new(Vec::with_capacity(STEADY)));
    let handler = {
        let waits = waits.clone();
        move |task: &huidan::jobs::run::Task| {
            let at = task.arguments::<serde_json::Value>()?["at"].as_u64().unwrap_or_default();
            let wait = micros()?.saturating_sub(at);
            waits.lock().expect("no handler panics").push(wait as f64 / 1_000.0);
            Ok(End::Done)
        }
    };
    let noop = Kind { is_started: false, ..kind(&app, NOOP, handler) };
    let _runner = Runner::start(parts(&app, vec![noop]), Options { threads: 8, ..options() })?;
    std::thread::sleep(Duration::from_millis(500));
    println!("listening");
    std::io::stdout().flush()?;
    loop {
        std::thread::sleep(Duration::from_millis(50));
        let mut waits = waits.lock().expect("no handler panics");
        if waits.len() >= STEADY {
            waits.sort_by(f64::total_cmp);
            println!("{} {}", waits[STEADY / 2], waits[STEADY * 99 / 100]);
            return Ok(());
        }
    }
}
