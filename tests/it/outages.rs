//! A database that goes away and comes back, as workers and requests see it; and how little is asked of one that is well.

use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use huidan::app::App;
use huidan::db::jobs::{self as record, JobKind, NewJob};
use huidan::db::pool::{Pool, Synchronous};
use huidan::db::statement::sql;
use huidan::jobs::run::{Task, parts};
use huidan::operations::NOBODY;
use serde_json::json;
use workers::{Lane, Options, Runner};

use crate::support::TestApp;
use crate::support::effects::{PATIENCE, effect, effects, handled, until};
use crate::support::redis::Redis;
use crate::support::wire::Wire;

const TEST: JobKind = JobKind { name: "test.effect", lane: "test", max_attempts: 9, max_crashes: 3 };

/// Connections of the app behind the wire.
const CONNECTIONS: usize = 4;

fn behind(wire: &Wire, app: &TestApp) -> TestApp {
    app.on_pool(Pool::open(wire.url(), CONNECTIONS as u32, Synchronous::Normal).expect("the wire holds"))
}

/// Every connection of the pool is lent once.
fn ask_with_all(app: &App) {
    std::thread::scope(|threads| {
        for _ in 0..CONNECTIONS {
            threads.spawn(|| {
                let asked = app.read(NOBODY, |db| {
                    Ok(db.number(sql("SELECT CAST(1 AS BIGINT) AS one FROM pg_sleep(0.05)"))?)
                });
                assert_eq!(asked.expect("a living connection is lent"), 1);
            });
        }
    });
}

#[test]
fn no_request_meets_a_connection_that_the_server_has_ended() {
    let near = TestApp::postgres();
    let wire = Wire::to(&near.database_address());
    let app = behind(&wire, &near);
    ask_with_all(app.app());
    let before = wire.asked();
    ask_with_all(app.app());
    assert_eq!(wire.asked() - before, CONNECTIONS, "whether a connection lives is not asked");

    // As a restart of the server does it: with last words.
    let ended = near.read(|db| {
        db.number(sql("SELECT COUNT(pg_terminate_backend(pid)) AS one FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid()"))
    });
    assert!(ended >= CONNECTIONS as i64, "{ended} were ended");
    std::thread::sleep(Duration::from_millis(100));
    ask_with_all(app.app());

    // As a killed server does it: without.
    wire.cut();
    wire.mend();
    std::thread::sleep(Duration::from_millis(100));
    ask_with_all(app.app());
}

/// `huidan work` on this database, until it is dropped.
struct Worker(Child);

impl Worker {
    fn start(database: &str, redis: Option<&Redis>, data: &std::path::Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_huidan"));
        command.args(["work", "--data"]).arg(data).env("DATABASE_URL", database);
        command.env("HUIDAN_SECRET_KEY", "k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
        if let Some(redis) = redis {
            command.env("REDIS_URL", redis.url());
        }
        Self(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts"))
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// So long an idle worker is watched.
const WATCHED: Duration = Duration::from_secs(30);
/// Most statements it may ask in a minute.
const MOST_A_MINUTE: usize = 10;

/// Counts every statement an idle worker asks, whatever it is for.
#[track_caller]
fn asks_little(redis: Option<&Redis>) {
    let app = TestApp::postgres();
    app.shop("Tea House");
    let wire = Wire::to(&app.database_address());
    let folder = tempfile::tempdir().expect("a folder");
    let _worker = Worker::start(wire.url(), redis, folder.path());
    let number = |text: &str| app.read(|db| db.number(sql(text)));
    let done = || number("SELECT COUNT(*) AS one FROM finished_jobs");
    until("the house has been gone through", || {
        number("SELECT COUNT(*) AS one FROM finished_jobs WHERE kind = 'house.tidy' AND state = 'done'") == 1
            && number("SELECT COUNT(*) AS one FROM jobs") == 0
    });
    loop {
        // What was done needs to be seen done.
        std::thread::sleep(Duration::from_secs(1));
        let (jobs, before) = (done(), wire.asked());
        std::thread::sleep(WATCHED);
        let asked = wire.asked() - before;
        if done() == jobs {
            let in_a_minute = asked * 60 / WATCHED.as_secs() as usize;
            assert!(in_a_minute <= MOST_A_MINUTE, "{asked} statements in {WATCHED:?}");
            assert!(asked > 0, "it looks by itself, too");
            return;
        }
        // An hour began meanwhile, and the house was gone through again: that was no idle worker.
    }
}

#[test]
fn an_idle_worker_leaves_the_database_alone() {
    asks_little(None);
}

#[test]
fn an_idle_worker_with_redis_leaves_the_database_alone() {
    asks_little(Some(&Redis::start()));
}

/// So long the database refuses connections; `make soak` has half a minute of it.
const SILENCE: Duration = Duration::from_secs(2);

#[test]
fn work_waits_while_the_database_refuses_connections_and_nothing_is_lost_or_doubled() {
    const JOBS: i64 = 200;
    let near = TestApp::postgres();
    let wire = Wire::to(&near.database_address());
    let app = behind(&wire, &near);
    let slow = |task: &Task| {
        std::thread::sleep(Duration::from_millis(5));
        effect(task)
    };
    let tries = Arc::new(AtomicUsize::new(0));
    let counted = {
        let tries = tries.clone();
        move |task: &Task| {
            tries.fetch_add(1, Ordering::Relaxed);
            slow(task)
        }
    };
    let options = Options {
        lanes: vec![Lane { name: "test".to_owned(), at_once: usize::MAX }],
        threads: 3,
        lease: Duration::from_secs(3),
        beat: Duration::from_millis(500),
        idle_poll: Duration::from_millis(50),
        quiet_poll: Duration::from_millis(50),
        ..Options::default()
    };
    let runner =
        Runner::start(parts(app.app(), vec![handled(app.app(), TEST, counted)]), options).expect("threads");
    let jobs = vec![NewJob::new(TEST, json!({})); JOBS as usize];
    near.write(|tx| record::enqueue_all(tx, &jobs)).expect("jobs are enqueued");
    until("it is in the middle", || effects(near.app()).1 >= 40);
    wire.cut();
    let silent_at = Instant::now();
    std::thread::sleep(SILENCE);
    let before = effects(near.app());
    assert!(before.1 < JOBS, "it was caught in the middle");
    assert!(silent_at.elapsed() >= SILENCE);
    wire.mend();
    until("the rest is done", || effects(near.app()).1 == JOBS);
    until("none is left", || near.read(|db| db.number(sql("SELECT COUNT(*) AS one FROM jobs"))) == 0);
    runner.stop(PATIENCE);
    assert_eq!(effects(near.app()), (JOBS, JOBS), "each once, in {} tries", tries.load(Ordering::Relaxed));
    let dead =
        near.read(|db| db.number(sql("SELECT COUNT(*) AS one FROM finished_jobs WHERE state <> 'done'")));
    assert_eq!(dead, 0, "an outage uses up nobody's attempts for good");
}
