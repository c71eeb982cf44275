//! Workers of several processes: what they share through Redis, or PostgreSQL alone, and what happens
//! when that is lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use huidan::app::App;
use huidan::db::bell;
use huidan::db::jobs::{self as record, JobKind, NewJob};
use huidan::jobs::run::{Task, parts};
use serde_json::json;
use workers::conformance;
use workers::redis::{Link, RedisBell, RedisLimiter, RedisPace};
use workers::{Lane, Limit, Options, Runner};

use crate::support::TestApp;
use crate::support::effects::{PATIENCE, effect, effects, handled, until};
use crate::support::redis::Redis;

const TEST: JobKind = JobKind { name: "test.effect", lane: "test", max_attempts: 9, max_crashes: 3 };

fn link(redis: &Redis) -> Arc<Link> {
    Arc::new(Link::new(&redis.url()).expect("an address"))
}

/// A runner that looks by itself so often, and not at all while it hears the others.
fn options(idle_poll: Duration) -> Options {
    Options {
        lanes: vec![Lane { name: "test".to_owned(), at_once: usize::MAX }],
        threads: 3,
        beat: Duration::from_millis(20),
        idle_poll,
        quiet_poll: Duration::from_secs(600),
        ..Options::default()
    }
}

fn enqueue(app: &App, by: &TestApp, count: usize) {
    let jobs = vec![NewJob::new(TEST, json!({})); count];
    app.write(by.owner(), |tx| record::enqueue_all(tx, &jobs)).expect("jobs are enqueued");
}

#[test]
fn what_redis_carries_keeps_the_contracts() {
    let redis = Redis::start();
    let bell = || RedisBell::start(link(&redis)).expect("threads");
    conformance::bell(&bell());
    conformance::far_bell(&bell(), &bell());
    conformance::pace(&RedisPace::new(link(&redis)), "redis");
    let limit = Limit { every: Duration::from_secs(3600), burst: 3, at_once: 2 };
    let limiter = || RedisLimiter::new(link(&redis), [("shared".to_owned(), limit)]);
    conformance::limiter(&limiter());
    conformance::limited(&limiter(), 2);
    conformance::shared_limiter(&limiter(), &limiter(), 1);
    redis.empty();
    conformance::shared_limiter(&limiter(), &limiter(), 1);
}

#[test]
fn without_redis_limits_and_paces_hold_within_the_process() {
    let mut redis = Redis::start();
    let limit = Limit { every: Duration::from_secs(3600), burst: 3, at_once: 2 };
    let limiter = RedisLimiter::new(link(&redis), [("shared".to_owned(), limit)]);
    let pace = RedisPace::new(link(&redis));
    redis.kill();
    conformance::limiter(&limiter);
    conformance::limited(&limiter, 1);
    conformance::pace(&pace, "alone");
}

#[test]
fn a_bell_by_postgres_keeps_the_contract() {
    let app = TestApp::postgres();
    let bell = || bell::start(app.database_address()).expect("threads");
    conformance::bell(&bell());
    conformance::far_bell(&bell(), &bell());
}

/// A process enqueues, another works; neither looks for ten minutes unless it hears the bell.
#[track_caller]
fn begins_at_once(app: &TestApp, web: App, worker: App) {
    let runner = Runner::start(
        parts(&worker, vec![handled(&worker, TEST, effect)]),
        options(Duration::from_secs(600)),
    )
    .expect("threads");
    until("they hear each other", || web.bell().hears_all() && worker.bell().hears_all());
    for round in 1..=3 {
        enqueue(&web, app, 5);
        until("the other process has done them", || effects(&worker) == (5 * round, 5 * round));
    }
    runner.stop(PATIENCE);
}

#[test]
fn a_job_of_one_process_begins_in_another_at_once_by_redis() {
    let (app, redis) = (TestApp::postgres(), Redis::start());
    let of = |app: &App| app.clone().with_bell(RedisBell::start(link(&redis)).expect("threads"));
    let other = app.fork();
    begins_at_once(&app, of(app.app()), of(other.app()));
}

#[test]
fn a_job_of_one_process_begins_in_another_at_once_by_postgres_alone() {
    let app = TestApp::postgres();
    let of = |of: &App| of.clone().with_bell(bell::start(app.database_address()).expect("threads"));
    let other = app.fork();
    begins_at_once(&app, of(app.app()), of(other.app()));
}

#[test]
fn jobs_are_done_once_while_redis_is_emptied_killed_and_started_again() {
    let (app, mut redis) = (TestApp::postgres(), Redis::start());
    let other = app.fork();
    let apps = [app.app(), other.app()].map(|app| {
        let link = link(&redis);
        app.clone().with_bell(RedisBell::start(link.clone()).expect("threads")).with_redis(link)
    });
    let slow = |task: &Task| {
        std::thread::sleep(Duration::from_millis(2));
        effect(task)
    };
    let runners = apps.each_ref().map(|app| {
        Runner::start(parts(app, vec![handled(app, TEST, slow)]), options(Duration::from_millis(50)))
            .expect("threads")
    });
    let mut total = 0;
    let mut more = |count: usize| {
        enqueue(&apps[0], &app, count);
        total += count as i64;
        total
    };
    more(150);
    redis.empty();
    more(150);
    until("some are done", || effects(&apps[0]).0 > 50);
    redis.kill();
    let before_the_loss = more(150);
    until("work goes on without Redis", || effects(&apps[0]).1 == before_the_loss);
    redis.restart();
    redis.empty();
    until("they hear each other again", || apps.iter().all(|app| app.bell().hears_all()));
    let all = more(150);
    until("all are done", || effects(&apps[0]).1 == all);
    for runner in runners {
        runner.stop(PATIENCE);
    }
    assert_eq!(effects(&apps[0]), (all, all), "each once");
}

#[test]
fn work_goes_on_while_redis_is_full_or_hangs() {
    let (app, redis) = (TestApp::postgres(), Redis::start());
    let link = link(&redis);
    let shared =
        app.app().clone().with_bell(RedisBell::start(link.clone()).expect("threads")).with_redis(link);
    let kinds = vec![handled(&shared, TEST, effect)];
    let runner = Runner::start(parts(&shared, kinds), options(Duration::from_millis(50))).expect("threads");
    until("it hears", || shared.bell().hears_all());
    let mut total = 0;
    for trouble in [Redis::fill, Redis::hang, Redis::wake] {
        trouble(&redis);
        enqueue(&shared, &app, 20);
        total += 20;
        until("they are done all the same", || effects(&shared) == (total, total));
    }
    runner.stop(PATIENCE);
}

#[test]
fn two_processes_together_keep_to_the_limit_of_one_shop() {
    let (app, redis) = (TestApp::postgres(), Redis::start());
    let (at_work, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let limit = Limit { every: Duration::from_micros(1), burst: 1_000, at_once: 2 };
    // On a machine at its limit an answer may take longer than anybody would wait for it elsewhere.
    let patient = || Arc::new(Link::new(&redis.url()).expect("an address").with_patience(PATIENCE));
    let runners: Vec<Runner> = [app.fork(), app.fork()]
        .iter()
        .map(|process| {
            let (at_work, most) = (at_work.clone(), most.clone());
            let handler = move |task: &Task| {
                most.fetch_max(at_work.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                std::thread::sleep(Duration::from_millis(10));
                at_work.fetch_sub(1, Ordering::SeqCst);
                effect(task)
            };
            let mut parts = parts(process.app(), vec![handled(process.app(), TEST, handler)]);
            parts.limiter = Arc::new(RedisLimiter::new(patient(), [("test".to_owned(), limit)]));
            let options =
                Options { quiet_poll: Duration::from_millis(20), ..options(Duration::from_millis(20)) };
            Runner::start(parts, options).expect("threads")
        })
        .collect();
    enqueue(app.app(), &app, 60);
    until("all are done", || effects(app.app()).1 == 60);
    for runner in runners {
        runner.stop(PATIENCE);
    }
    assert_eq!(effects(app.app()), (60, 60));
    assert_eq!(most.load(Ordering::SeqCst), 2, "two at once, and never a third");
}
