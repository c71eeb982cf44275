//! What a crowd costs the others: a backlog of one seller, memory in Redis, rows that a long transaction keeps.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use diesel::connection::SimpleConnection;
use huidan::app::App;
use huidan::db::jobs::{self as record, NewJob, RunAt};
use huidan::domain::actor::Actor;
use huidan::domain::id::SellerId;
use huidan::jobs::run::{Task, kind, parts};
use serde_json::json;
use workers::redis::{Link, RedisBell};
use workers::{End, Kind, Runner};

use super::steady::{Waits, note_wait};
use super::{Ending, NOOP, drain, enqueue, micros, options, peer, percentile};
use crate::report::{Bound, Report};
use crate::world::{Database, World};

/// How long each job of the crowd takes.
const WORK: Duration = Duration::from_millis(20);
/// Sellers with few jobs, how many they have in all, and how often one comes.
const SMALL: i64 = 50;
const SMALL_JOBS: usize = 1_000;
const SMALL_PACE: Duration = Duration::from_millis(10);

/// Measures, with a backlog of so many jobs.
pub fn measure(report: &mut Report, count: usize) -> anyhow::Result<()> {
    beside_a_long_transaction(report, 2 * count)?;
    let Ok(redis) = std::env::var("TEST_REDIS_URL") else {
        report.note("behind a backlog", "not measured: TEST_REDIS_URL is not set");
        return Ok(());
    };
    let database = Database::new("crowd", None)?;
    let world = World::with_connections(&database.url, 6)?;
    let link = Arc::new(Link::new(&redis)?);
    let app = world.app.clone().with_bell(RedisBell::start(link.clone())?).with_redis(link);
    let world = World { app, ..world };
    let before = redis_bytes(&redis)?;
    enqueue(&world, count, RunAt::Now)?;
    let p99 = small_sellers(&world)?;
    let kept = redis_bytes(&redis)?.saturating_sub(before) as f64 / 1e6;
    let what = format!("MB in Redis beside {count} waiting jobs");
    report.hold(&what, kept, Bound::AtMost(2.0), "while they were worked on");
    let what = format!("small sellers' p99 behind {count} jobs of one");
    match peer("bullmq", &redis, count, "crowd")?.and_then(|peer| peer.crowd_p99) {
        None => report.note(&what, &format!("{p99:.0} ms")),
        Some(theirs) => {
            let beside = format!("{p99:.0} ms beside BullMQ {theirs:.0} ms");
            report.hold(&format!("{what}, of BullMQ's"), p99 / theirs, Bound::AtMost(0.01), &beside);
        }
    }
    Ok(())
}

/// How long 99 of 100 jobs of small sellers wait, in ms, while the backlog is worked on.
fn small_sellers(world: &World) -> anyhow::Result<f64> {
    let waits = Waits::default();
    let handler = {
        let waits = waits.clone();
        move |task: &Task| {
            if task.job.payload.contains("at") {
                note_wait(task, &waits)?;
            }
            std::thread::sleep(WORK);
            Ok(End::Done)
        }
    };
    let busy = Kind { is_started: false, ..kind(&world.app, NOOP, handler) };
    let runner = Runner::start(parts(&world.app, vec![busy]), options())?;
    std::thread::sleep(Duration::from_millis(500));
    let begun = Instant::now();
    for n in 0..SMALL_JOBS {
        std::thread::sleep((SMALL_PACE * u32::try_from(n)?).saturating_sub(begun.elapsed()));
        let actor = Actor::system(SellerId(1_000_000 + n as i64 % SMALL));
        let job = NewJob::new(NOOP, json!({ "at": micros()? }));
        world.app.write(&actor, |tx| record::enqueue(tx, job.clone()))?;
    }
    loop {
        std::thread::sleep(Duration::from_millis(50));
        let mut waits = waits.lock().expect("no handler panics");
        if waits.len() == SMALL_JOBS {
            let p99 = percentile(&mut waits, 99);
            drop(waits);
            runner.stop(Duration::from_secs(10));
            return Ok(p99);
        }
    }
}

/// Drains while nobody, and then while an old snapshot, keeps the rows that are done with.
fn beside_a_long_transaction(report: &mut Report, count: usize) -> anyhow::Result<()> {
    let drained = |app: &App, world: &World| {
        enqueue(world, count, RunAt::Now)?;
        drain(app, count, Ending::Done)
    };
    let fresh = Database::new("short", None)?;
    let world = World::with_connections(&fresh.url, 6)?;
    let free = drained(&world.app, &world)?;
    let held = Database::new("long", None)?;
    let world = World::with_connections(&held.url, 6)?;
    let mut long = held.connect()?;
    long.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT id FROM sellers")?;
    let beside = drained(&world.app, &world)?;
    long.batch_execute("ROLLBACK")?;
    report.hold(
        &format!("{count} jobs drained beside a long transaction, of without"),
        beside / free,
        Bound::AtLeast(0.8),
        &format!("{beside:.0}/s beside {free:.0}/s"),
    );
    Ok(())
}

/// What Redis keeps.
fn redis_bytes(url: &str) -> anyhow::Result<u64> {
    let address = url.trim_start_matches("redis://").split('/').next().unwrap_or_default();
    let mut stream = TcpStream::connect(address).with_context(|| address.to_owned())?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    stream.write_all(b"INFO memory\r\nQUIT\r\n")?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    let line = text.lines().find_map(|line| line.strip_prefix("used_memory:"));
    Ok(line.context("Redis tells no used_memory")?.trim().parse()?)
}
