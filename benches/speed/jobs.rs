//! Jobs without an effect: how fast they are written down and drained, beside bare SQL and beside other
//! queues; with an effect each; and ([`steady`], [`crowd`]) how soon one begins.
//!
//! The peers run where `npm install` was run in `benches/peers`. Each prints one line of JSON.

mod crowd;
mod steady;

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, bail};
use diesel::connection::SimpleConnection;
use diesel::sql_types::BigInt;
use diesel::{QueryableByName, RunQueryDsl};
use huidan::app::App;
use huidan::db::Tx;
use huidan::db::jobs::{self as record, JobKind, NewJob, RunAt};
use huidan::db::statement::sql;
use huidan::jobs::run::{Task, kind, parts};
use serde::Deserialize;
use serde_json::json;
use workers::{End, Kind, Lane, Options, Runner};

use crate::report::{Bound, Report, median, size, timed};
use crate::resources;
use crate::world::{Database, World};

pub use steady::{CHILD, child};

const JOBS: usize = 50_000;
const ROUNDS: usize = 5;
const BATCH: usize = 1_000;
/// As the peers are given.
const CONCURRENCY: usize = 64;
/// Jobs enqueued one by one, and by how many at once.
const SINGLE: usize = 4_000;
const SINGLE_THREADS: usize = 16;

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
        ("drained, an effect each, in company", |round| Some(round.together)),
        ("drained, an effect each, alone", |round| Some(round.alone)),
        ("enqueued one by one", |round| Some(round.own.single)),
    ] {
        report.note(what, &shown(rate(pick)));
    }
    let bare =
        format!("lease and delete by {BATCH} over one connection: {}", shown(rate(|round| Some(round.bare))));
    let of_bare = ratio(|round| round.own.drained, |round| Some(round.bare)).unwrap_or_default();
    report.hold("drained, of bare SQL", of_bare, Bound::AtLeast(0.4), &bare);
    let gained = ratio(|round| round.together, |round| Some(round.alone)).unwrap_or_default();
    report.hold("effects in company, of alone", gained, Bound::AtLeast(1.5), "in one commit with others");
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
        let effects = ratio(|round| round.together, |round| Some(round.bullmq?.drained)).unwrap_or_default();
        report.hold("drained with an effect each, of BullMQ without", effects, Bound::AtLeast(1.2), &beside);
    }
    if let Some(value) = graphile {
        let beside = format!("graphile-worker {}", shown(rate(|round| Some(round.graphile?.drained))));
        report.hold("drained, of graphile-worker", value, Bound::AtLeast(1.3), &beside);
        let value =
            ratio(|round| round.own.enqueued, |round| Some(round.graphile?.enqueued)).unwrap_or_default();
        let beside = format!("graphile-worker {}", shown(rate(|round| Some(round.graphile?.enqueued))));
        report.hold("enqueued in bulk, of graphile-worker", value, Bound::AtLeast(2.0), &beside);
        let single = ratio(|round| round.own.single, |round| round.graphile?.single).unwrap_or_default();
        let beside = format!("graphile-worker {}", shown(rate(|round| round.graphile?.single)));
        report.hold("enqueued one by one, of graphile-worker", single, Bound::AtLeast(8.0), &beside);
        let cost = 1.0
            / ratio(|round| 1.0 / round.own.cpu_us, |round| Some(1.0 / round.graphile?.cpu_us?))
                .unwrap_or(0.0);
        let micros =
            |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.0} µs"));
        let (ours, theirs) = (rate(|round| Some(round.own.cpu_us)), rate(|round| round.graphile?.cpu_us));
        let beside = format!("worker and server, enqueued and done: {} of {}", micros(ours), micros(theirs));
        report.hold("CPU per job, of graphile-worker's", cost, Bound::AtMost(0.8), &beside);
    }
    let waits = seen.iter().filter_map(|round| Some((round.bullmq?.p50?, round.bullmq?.p99?))).collect();
    steady::measure(report, waits)?;
    crowd::measure(report, count)
}

/// Jobs per second.
struct Pace {
    enqueued: f64,
    drained: f64,
    /// Each by a commit of its own, from sixteen threads.
    single: f64,
    /// CPU of the process and of PostgreSQL for each job, enqueued in bulk and done.
    cpu_us: f64,
}

struct Round {
    own: Pace,
    embedded: f64,
    /// With an effect each: completed in one commit with others, and in a transaction of its own.
    together: f64,
    alone: f64,
    bare: f64,
    bullmq: Option<Peer>,
    graphile: Option<Peer>,
}

/// What a peer measured.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default)]
struct Peer {
    /// Jobs a second.
    enqueued: f64,
    drained: f64,
    single: Option<f64>,
    cpu_us: Option<f64>,
    /// Milliseconds at the steady pace.
    p50: Option<f64>,
    p99: Option<f64>,
    /// Milliseconds that 99 of 100 jobs of small sellers waited behind a backlog.
    crowd_p99: Option<f64>,
}

/// How a job ends.
#[derive(Debug, Clone, Copy)]
enum Ending {
    Done,
    Alone,
    Together,
}

fn round(count: usize) -> anyhow::Result<Round> {
    let database = Database::new("jobs", None)?;
    let world = World::with_connections(&database.url, 6)?;
    let server = database.server()?;
    let cpu = || anyhow::Ok(resources::cpu("self")? + resources::cpu_of_family(server)?);
    let before = cpu()?;
    let (enqueued, drained) = (enqueue(&world, count, RunAt::Now)?, drain(&world.app, count, Ending::Done)?);
    let cpu_us = (cpu()? - before).as_micros() as f64 / count as f64;
    database.connect()?.batch_execute("CREATE TABLE bench_effects (job BIGINT PRIMARY KEY)")?;
    enqueue(&world, count, RunAt::Now)?;
    let together = drain(&world.app, count, Ending::Together)?;
    enqueue(&world, count / 5, RunAt::Now)?;
    let alone = drain(&world.app, count / 5, Ending::Alone)?;
    let single = enqueue_single(&World::with_connections(&database.url, SINGLE_THREADS as u32)?)?;
    let bare = bare(&database, count)?;
    let folder = tempfile::tempdir()?;
    let small = World::at(&format!("sqlite://{}", folder.path().join("jobs.db").display()))?;
    enqueue(&small, count, RunAt::Now)?;
    let embedded = drain(&small.app, count, Ending::Done)?;
    let redis = std::env::var("TEST_REDIS_URL").ok();
    let bullmq = redis.and_then(|url| peer("bullmq", &url, count, "drain").transpose()).transpose()?;
    let theirs = Database::new("graphile", None)?;
    let before = resources::cpu_of_family(server)?;
    let mut graphile = peer("graphile-worker", &theirs.url, count, "drain")?;
    if let Some(cpu_us) = graphile.as_mut().and_then(|peer| peer.cpu_us.as_mut()) {
        // What it costs itself it knows; what it costs PostgreSQL is seen from here.
        *cpu_us += (resources::cpu_of_family(server)? - before).as_micros() as f64 / count as f64;
    }
    let own = Pace { enqueued, drained, single, cpu_us };
    Ok(Round { own, embedded, together, alone, bare, bullmq, graphile })
}

/// Enqueues one job per commit, from as many threads as there are connections.
fn enqueue_single(world: &World) -> anyhow::Result<f64> {
    let (time, result) = timed(|| {
        std::thread::scope(|threads| {
            let one_by_one = || {
                (0..SINGLE / SINGLE_THREADS).try_for_each(|_| {
                    let job = NewJob::new(NOOP, json!({ "n": 1 }));
                    world.app.write(&world.actor, |tx| record::enqueue(tx, job.clone())).map(drop)
                })
            };
            let all: Vec<_> = (0..SINGLE_THREADS).map(|_| threads.spawn(one_by_one)).collect();
            all.into_iter().try_for_each(|thread| thread.join().expect("no thread panics"))
        })
    });
    result?;
    Ok(SINGLE as f64 / time.as_secs_f64())
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
fn drain(app: &App, count: usize, ending: Ending) -> anyhow::Result<f64> {
    let done = Arc::new(AtomicUsize::new(0));
    let handler = {
        let done = done.clone();
        move |task: &Task| {
            let job = task.job.id;
            let effect = move |tx: &mut Tx| {
                tx.execute(sql("INSERT INTO bench_effects (job) VALUES (?)").bind(job))?;
                Ok(())
            };
            let ended = match ending {
                Ending::Done => Ok(End::Done),
                Ending::Alone => task.settle(None, effect),
                Ending::Together => Ok(task.settle_together(None, effect)),
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

/// What a peer answers in this role; nothing where it is not installed.
fn peer(name: &str, url: &str, count: usize, role: &str) -> anyhow::Result<Option<Peer>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers");
    if !folder.join("node_modules").join(name).exists() {
        return Ok(None);
    }
    let script = if name == "bullmq" { "jobs_bullmq.mjs" } else { "jobs_graphile.mjs" };
    let mut command = Command::new("node");
    command.arg(folder.join(script)).args([url, &count.to_string(), &CONCURRENCY.to_string(), role]);
    let output = command.output().with_context(|| format!("{command:?}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let said = || format!("{name} answered {text:?}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(Some(serde_json::from_str(text.trim()).with_context(said)?))
}

fn micros() -> anyhow::Result<u64> {
    Ok(u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_micros())?)
}

/// The value below which so many of a hundred lie.
fn percentile(values: &mut [f64], of_hundred: usize) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() * of_hundred / 100).copied().unwrap_or_default()
}
