//! Machines whose clocks are wrong: workers an hour ahead and an hour behind do what is due, when it is due, once.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use chrono::Duration as Span;
use huidan::app::App;
use huidan::db::jobs::{self as record, JobKind, NewJob, RunAt};
use huidan::db::seal::Keys;
use huidan::db::statement::sql;
use huidan::domain::error::Error;
use huidan::domain::shipment::ShipmentState::{Blocked, Ready};
use huidan::domain::time::UtcTime;
use huidan::jobs::housekeeping;
use huidan::jobs::run::{Task, parts};
use huidan::operations::orders::{NewHold, hold};
use serde_json::json;
use workers::{Lane, Options, Periodic, Runner};

use crate::support::effects::{PATIENCE, effect, effects, handled, until};
use crate::support::shipments::company;
use crate::support::{TestApp, order};

/// What is due is done at most so much later, on a machine with other things to do.
const LATE: Duration = Duration::from_secs(10);

const TEST: JobKind = JobKind { name: "test.effect", lane: "test", max_attempts: 9, max_crashes: 3 };

/// The program on a machine whose clock is off by so much, as `huidan serve` and `huidan work` open it.
fn on_a_machine_off_by(app: &TestApp, off: Span) -> App {
    let keys = Keys::parse("k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").expect("a key");
    App::new(app.app().pool().clone(), keys)
        .with_clock(Arc::new(move || UtcTime::now().plus(off)))
        .by_the_databases_clock()
        .expect("a thread")
}

fn hours() -> [Span; 2] {
    [Span::hours(1), Span::hours(-1)]
}

#[test]
fn a_worker_whose_clock_is_wrong_goes_by_the_databases() {
    let app = TestApp::postgres();
    let shop = app.shop("Tea House");
    app.set_now(&chrono::Utc::now().to_rfc3339());
    let [soon, later] = ["1001", "1002"].map(|number| {
        let person = crate::support::recipient(&format!("客户{number}"));
        app.push(&shop, [&order(number).to(person)])[0].order
    });
    let until_when = |span: Span| Some(app.now().plus(span));
    let held = |order, span| {
        let new = NewHold { reason: "buyer wants to add a cup".into(), until: until_when(span) };
        app.write(|tx| hold(tx, order, &new)).expect("it is held");
    };
    held(later, Span::minutes(30));
    held(soon, Span::milliseconds(300));
    std::thread::sleep(Duration::from_millis(800));
    for off in hours() {
        let wrong = on_a_machine_off_by(&app, off);
        let difference = wrong.now().micros() - UtcTime::now().micros();
        assert!(difference.abs() < 2_000_000, "{off}: {difference} µs from the database");
        housekeeping::keep(&wrong).expect("the house is kept");
        assert_eq!(company(&app, later).1, Blocked, "{off}: not before its time");
        assert_eq!(company(&app, soon).1, Ready, "{off}: not after it");
    }
}

#[test]
fn workers_an_hour_apart_do_each_job_once_and_on_time() {
    const JOBS: i64 = 120;
    let app = TestApp::postgres();
    let begun = Instant::now();
    let wait = Duration::from_millis(1_500);
    let times: Arc<Mutex<Vec<Duration>>> = Arc::default();
    let tries = Arc::new(AtomicUsize::new(0));
    let runners = hours().map(|off| {
        let wrong = on_a_machine_off_by(&app, off);
        let (times, tries) = (times.clone(), tries.clone());
        let handler = move |task: &Task| {
            let arguments: serde_json::Value = task.arguments()?;
            if arguments["waits"] == true {
                times.lock().expect("no holder panics").push(begun.elapsed());
            } else if task.job.attempt == 1 && tries.fetch_add(1, Ordering::Relaxed) % 3 == 0 {
                return Err(Error::Internal(anyhow::anyhow!("every third job fails at first")));
            }
            std::thread::sleep(Duration::from_millis(1));
            effect(task)
        };
        let every = Duration::from_secs(7 * 86_400);
        let options = Options {
            lanes: vec![Lane { name: "test".to_owned(), at_once: usize::MAX }],
            threads: 2,
            lease: Duration::from_millis(1_000),
            beat: Duration::from_millis(100),
            idle_poll: Duration::from_millis(50),
            quiet_poll: Duration::from_millis(50),
            periodic: vec![Periodic { name: "test.tidy", every, lane: "test", kind: "test.effect" }],
            ..Options::default()
        };
        Runner::start(parts(&wrong, vec![handled(&wrong, TEST, handler)]), options).expect("threads")
    });
    // Enqueued by a machine whose clock is wrong, too.
    let wrong = on_a_machine_off_by(&app, Span::hours(1));
    let mut jobs = vec![NewJob::new(TEST, json!({})); JOBS as usize];
    let waiting = NewJob::new(TEST, json!({ "waits": true }));
    jobs.push(NewJob { run_at: RunAt::After(wait), ..waiting.clone() });
    let moment = wrong.now().plus(Span::milliseconds(1_500));
    jobs.push(NewJob { run_at: RunAt::At(moment), ..waiting });
    let enqueued_at = begun.elapsed();
    wrong.write(app.owner(), |tx| record::enqueue_all(tx, &jobs)).expect("jobs are enqueued");
    let all = JOBS + 3;
    until("all are done, and what comes once a week", || effects(app.app()).1 == all);
    until("none is left", || app.read(|db| db.number(sql("SELECT COUNT(*) AS one FROM jobs"))) == 0);
    for runner in runners {
        runner.stop(PATIENCE);
    }
    assert_eq!(effects(app.app()), (all, all), "each once");
    let times = times.lock().expect("no holder panics").clone();
    assert_eq!(times.len(), 2);
    for time in times {
        let waited = time.saturating_sub(enqueued_at);
        assert!(waited + Duration::from_millis(300) >= wait, "{waited:?} is too early");
        assert!(waited < wait + LATE, "{waited:?} is too late");
    }
}

each_database!(
    fn a_clock_of_the_record_set_an_hour_ahead_doubles_nothing(app: TestApp) {
        let (begin, begun) = std::sync::mpsc::channel();
        let (release, released) = std::sync::mpsc::channel::<()>();
        let released = Mutex::new(released);
        let tries = Arc::new(AtomicUsize::new(0));
        let handler = {
            let tries = tries.clone();
            move |task: &Task| {
                if tries.fetch_add(1, Ordering::SeqCst) == 0 {
                    begin.send(()).expect("the test waits");
                    let _ = released.lock().expect("one waits").recv();
                }
                effect(task)
            }
        };
        let options = Options {
            lanes: vec![Lane { name: "test".to_owned(), at_once: usize::MAX }],
            threads: 2,
            // No sign of life mends the lease before somebody has seen that it is over.
            beat: Duration::from_secs(60),
            quiet_poll: Duration::from_millis(50),
            ..Options::default()
        };
        let runner = Runner::start(parts(app.app(), vec![handled(app.app(), TEST, handler)]), options)
            .expect("threads");
        app.write(|tx| record::enqueue(tx, NewJob::new(TEST, json!({})))).expect("enqueued");
        begun.recv().expect("it is at work");
        // As the rows look when the clock has leapt.
        let leap = "UPDATE jobs SET due_ms = due_ms - 3600000, lease_until_ms = lease_until_ms - 3600000";
        app.write(|tx| Ok(tx.execute(sql(leap))?)).expect("time passes");
        until("the job was taken for lost and done again", || effects(app.app()).0 == 1);
        release.send(()).expect("the first one waits");
        runner.stop(PATIENCE);
        assert_eq!(tries.load(Ordering::SeqCst), 2);
        assert_eq!(effects(app.app()), (1, 1), "the first one met the fence");
    }
);
