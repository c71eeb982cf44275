//! Effects of jobs that share a commit: nobody notices the company.
//!
//! A test lets the first effect wait within its transaction while the others come; what comes meanwhile is the next
//! group.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use huidan::app::App;
use huidan::db::Tx;
use huidan::db::jobs::{self as record, JobKind, NewJob};
use huidan::db::pool::{Pool, Synchronous};
use huidan::db::statement::sql;
use huidan::domain::error::Error;
use huidan::domain::id::{JobId, SellerId};
use huidan::domain::job::JobState;
use huidan::jobs::run::{Task, parts};
use serde_json::json;
use workers::{Kind, Lane, Options, Runner};

use crate::support::TestApp;
use crate::support::effects::{PATIENCE, effect, effect_in_company, effects, handled, leave_effect, until};
use crate::support::wire::Wire;

const TEST: JobKind = JobKind { name: "test.company", lane: "test", max_attempts: 3, max_crashes: 3 };

/// So many jobs make the group of a test.
const GROUP: usize = 6;

fn options(threads: usize) -> Options {
    Options {
        lanes: vec![Lane { name: "test".to_owned(), at_once: usize::MAX }],
        threads,
        beat: Duration::from_millis(20),
        idle_poll: Duration::from_millis(50),
        quiet_poll: Duration::from_millis(50),
        ..Options::default()
    }
}

fn runner(app: &App, kinds: Vec<Kind>, threads: usize) -> Runner {
    Runner::start(parts(app, kinds), options(threads)).expect("threads")
}

fn enqueue(app: &TestApp, count: usize) -> Vec<JobId> {
    let jobs = vec![NewJob::new(TEST, json!({})); count];
    app.write(|tx| record::enqueue_all(tx, &jobs)).expect("jobs are enqueued")
}

fn state(app: &TestApp, job: JobId) -> JobState {
    app.read(|db| record::find(db, job)).state
}

/// Groups that gather while those who commit are made to wait.
struct Gate {
    /// Who commits: two on PostgreSQL, one on SQLite.
    committers: usize,
    inside: mpsc::Receiver<i64>,
    open: Vec<mpsc::Sender<()>>,
    given: Arc<AtomicUsize>,
}

impl Gate {
    /// A kind whose effects are `write`, the first of them once the gate is open: these do `opened` before.
    fn over(
        app: &TestApp,
        opened: impl Fn(&mut Tx) -> Result<(), Error> + Send + Sync + Clone + 'static,
        write: impl Fn(&mut Tx, i64) -> Result<(), Error> + Send + Sync + Clone + 'static,
    ) -> (Self, Kind) {
        let committers = if app.database_address().starts_with("postgres") { 2 } else { 1 };
        let (enter, inside) = mpsc::channel();
        let (open, gates): (Vec<_>, Vec<_>) = (0..committers).map(|_| mpsc::channel::<()>()).unzip();
        let gates = Arc::new(Mutex::new(gates));
        let given = Arc::new(AtomicUsize::new(0));
        let counted = given.clone();
        let handler = move |task: &Task| {
            counted.fetch_add(1, Ordering::SeqCst);
            let (job, write, opened) = (task.job.id, write.clone(), opened.clone());
            let (gates, enter) = (gates.clone(), enter.clone());
            Ok(task.settle_together(None, move |tx| {
                let gate = gates.lock().expect("no holder panics").pop();
                if let Some(gate) = gate {
                    enter.send(job).expect("the test waits");
                    // Opened by dropping the other end.
                    let _ = gate.recv();
                    opened(tx)?;
                }
                write(tx, job)
            }))
        };
        let kind = Kind { is_started: false, ..handled(app.app(), TEST, handler) };
        (Self { committers, inside, open, given }, kind)
    }

    /// Enough for a whole group to be leased at once.
    fn threads(&self) -> usize {
        self.committers + GROUP
    }

    /// Has every committer wait, and a group gather behind it.
    fn gather(&self, app: &TestApp) -> Vec<JobId> {
        let enter = || JobId(self.inside.recv_timeout(PATIENCE).expect("one waits in its transaction"));
        let group = if self.committers == 1 {
            // Nobody else writes meanwhile.
            let all = enqueue(app, 1 + GROUP);
            let first = enter();
            all.into_iter().filter(|job| *job != first).collect()
        } else {
            for _ in 0..self.committers {
                enqueue(app, 1);
                enter();
            }
            enqueue(app, GROUP)
        };
        self.have_come(GROUP);
        group
    }

    fn have_come(&self, count: usize) {
        until("all have come", || self.given.load(Ordering::SeqCst) == self.committers + count);
        // Counted before they return.
        std::thread::sleep(Duration::from_millis(100));
    }

    fn open(&mut self) {
        self.open.clear();
    }
}

fn nothing(_: &mut Tx) -> Result<(), Error> {
    Ok(())
}

each_database!(
    fn effects_that_come_together_share_a_commit(app: TestApp) {
        let seen: Arc<Mutex<BTreeSet<i64>>> = Arc::default();
        let write = {
            let (seen, outside) = (seen.clone(), app.app().clone());
            move |tx: &mut Tx, job| {
                leave_effect(tx, job)?;
                seen.lock().expect("no holder panics").insert(effects(&outside).0);
                Ok(())
            }
        };
        let (mut gate, kind) = Gate::over(&app, nothing, write);
        let runner = runner(app.app(), vec![kind], gate.threads());
        let group = gate.gather(&app);
        gate.open();
        until("all are done", || group.iter().all(|job| state(&app, *job) == JobState::Done));
        runner.stop(PATIENCE);
        let all = (GROUP + gate.committers) as i64;
        assert_eq!(effects(app.app()), (all, all));
        let moments = seen.lock().expect("no holder panics").len();
        // Those that waited, and what had gathered behind them.
        assert!(moments <= 2 * gate.committers, "{all} effects became visible at {moments} moments");
    }
);

each_database!(
    fn an_effect_that_fails_or_panics_leaves_its_company_standing(app: TestApp) {
        let members = Arc::new(Mutex::new(Vec::new()));
        let write = {
            let members = members.clone();
            move |tx: &mut Tx, job: i64| {
                leave_effect(tx, job)?;
                let place = members.lock().expect("no holder panics").iter().position(|one| *one == job);
                match place {
                    Some(1) => Err(Error::missing("shop", 7)),
                    Some(2) => panic!("the printer of shelf {} is on fire", 7),
                    // PostgreSQL takes nothing more in a transaction after this.
                    Some(3) => Ok(tx.execute(sql("INSERT INTO no_such_table (id) VALUES (1)")).map(drop)?),
                    _ => Ok(()),
                }
            }
        };
        let (mut gate, kind) = Gate::over(&app, nothing, write);
        let runner = runner(app.app(), vec![kind], gate.threads());
        let group = gate.gather(&app);
        *members.lock().expect("no holder panics") = group.iter().map(|job| job.0).collect();
        gate.open();
        until("all have ended", || group.iter().all(|job| state(&app, *job).is_end()));
        runner.stop(PATIENCE);
        let said: Vec<String> = group
            .iter()
            .map(|job| {
                let row = app.read(|db| record::find(db, *job));
                let why = row.error.unwrap_or_default();
                format!("{} {} {}", row.state, row.attempt, why.split(':').next().unwrap_or_default())
            })
            .collect();
        let refused =
            if gate.committers == 2 { "relation \"no_such_table\" does not exist" } else { "no such table" };
        let expected = [
            "done 1 ",
            "dead 1 There is no shop 7",
            "dead 3 panicked",
            &format!("dead 3 {refused}"),
            "done 1 ",
            "done 1 ",
        ];
        let starts = |(said, expected): (&String, &&str)| said.starts_with(*expected);
        assert!(said.iter().zip(&expected).all(starts), "{said:#?}");
        let done = (3 + gate.committers) as i64;
        assert_eq!(effects(app.app()), (done, done), "what failed left nothing");
        let metrics = app.http_stranger().get("/metrics").text();
        for (outcome, count) in [("done", 3 + gate.committers), ("panicked", 2), ("retried", 2), ("dead", 3)]
        {
            let line = format!("attempts_total{{kind=\"test.company\",outcome=\"{outcome}\"}} {count}");
            assert!(metrics.contains(&line), "{line} in\n{metrics}");
        }
    }
);

each_database!(
    fn who_lost_its_lease_in_company_writes_nothing(app: TestApp) {
        // Another worker has the youngest by the time the group is written.
        let steal = |tx: &mut Tx| {
            let text = "UPDATE jobs SET token = token + 1 WHERE id = (SELECT MAX(id) FROM jobs)";
            Ok(tx.execute(sql(text)).map(drop)?)
        };
        let (mut gate, kind) = Gate::over(&app, steal, leave_effect);
        let runner = runner(app.app(), vec![kind], gate.threads());
        let group = gate.gather(&app);
        gate.open();
        let (lost, others) = group.split_last().expect("a group");
        until("the others are done", || others.iter().all(|job| state(&app, *job) == JobState::Done));
        let refused = "attempts_total{kind=\"test.company\",outcome=\"refused\"} 1";
        until("the lost one is refused", || app.http_stranger().get("/metrics").text().contains(refused));
        let count = (GROUP - 1 + gate.committers) as i64;
        assert_eq!(effects(app.app()), (count, count), "the one that was lost wrote nothing");
        assert_eq!(state(&app, *lost), JobState::Leased, "it is the other worker's");
        runner.stop(PATIENCE);
    }
);

each_database!(
    fn effects_that_cannot_both_be_are_tried_apart(app: TestApp) {
        let write = |tx: &mut Tx, job| {
            // The second one meets the first one's row, as it would another process's.
            if tx.number(sql("SELECT slot AS one FROM job_slots WHERE name = 'only one'"))? == 0 {
                leave_effect(tx, job)?;
            }
            Ok(tx.execute(sql("INSERT INTO job_slots (name, slot) VALUES ('only one', 1)")).map(drop)?)
        };
        let (mut gate, kind) = Gate::over(&app, nothing, write);
        let runner = runner(app.app(), vec![kind], gate.threads());
        let group = gate.gather(&app);
        gate.open();
        until("all have ended", || group.iter().all(|job| state(&app, *job).is_end()));
        runner.stop(PATIENCE);
        assert_eq!(effects(app.app()), (1, 1));
        let ended = |state| {
            app.read(|db| {
                db.number(sql("SELECT COUNT(*) AS one FROM finished_jobs WHERE state = ?").bind(state))
            })
        };
        assert_eq!((ended(JobState::Done), ended(JobState::Dead)), (1, (GROUP + gate.committers - 1) as i64));
    }
);

each_database!(
    fn jobs_that_follow_from_company_begin_at_once(app: TestApp) {
        const NEXT: JobKind = JobKind { name: "test.next", ..TEST };
        let write = |tx: &mut Tx, job| {
            record::enqueue(tx, NewJob::new(NEXT, json!({ "after": job })))?;
            Ok(())
        };
        let (mut gate, kind) = Gate::over(&app, nothing, write);
        let other = app.other_seller();
        let kinds = vec![kind, handled(app.app(), NEXT, effect_in_company)];
        // Nobody looks for ten minutes unless the bell rings.
        let patient = Options { quiet_poll: Duration::from_secs(600), ..options(gate.threads() + 2) };
        let runner = Runner::start(parts(app.app(), kinds), patient).expect("threads");
        gate.gather(&app);
        // Of another seller, in the same group.
        let foreign = vec![NewJob::new(TEST, json!({})); 2];
        let is_postgres = gate.committers == 2;
        if is_postgres {
            other.write(|tx| record::enqueue_all(tx, &foreign)).expect("enqueued");
            app.app().bell().ring();
            gate.have_come(GROUP + 2);
        }
        gate.open();
        let foreign = if is_postgres { 2 } else { 0 };
        let all = (gate.committers + GROUP) as i64 + foreign;
        until("all that follows is done", || effects(app.app()).1 == all);
        runner.stop(PATIENCE);
        let of = |seller: SellerId| {
            let text = "SELECT COUNT(*) AS one FROM finished_jobs WHERE seller_id = ? AND kind = 'test.next'";
            app.read(|db| db.number(sql(text).bind(seller)))
        };
        let own = (gate.committers + GROUP) as i64;
        let found = (of(app.owner().seller), of(other.owner().seller));
        assert_eq!(found, (own, foreign), "each its own seller's");
    }
);

/// Questions asked of the database by a runner of these many jobs.
fn questions(count: usize, handler: fn(&Task) -> Result<workers::End, Error>) -> (usize, Duration) {
    let near = TestApp::postgres();
    let wire = Wire::to(&near.database_address());
    let app = near.on_pool(Pool::open(wire.url(), 8, Synchronous::Normal).expect("the wire holds"));
    enqueue(&near, count);
    let (before, begun) = (wire.asked(), std::time::Instant::now());
    let kind = Kind { is_started: false, ..handled(app.app(), TEST, handler) };
    let runner = runner(app.app(), vec![kind], 16);
    until("all are done", || effects(near.app()).1 == count as i64);
    let took = begun.elapsed();
    runner.stop(PATIENCE);
    (wire.asked() - before, took)
}

#[test]
fn company_spares_the_database_most_commits() {
    const JOBS: usize = 600;
    let (alone, alone_took) = questions(JOBS, effect);
    let (together, took) = questions(JOBS, effect_in_company);
    println!("{JOBS} effects alone: {alone} questions in {alone_took:?}; in company: {together} in {took:?}");
    // Alone each effect costs a beginning, a completion and a commit beside itself.
    assert!(together * 10 <= alone * 7, "{together} questions instead of {alone}");
}

/// A job with a long effect and one with a long handler, at work on PostgreSQL for longer than a lease.
#[test]
fn a_long_effect_costs_no_other_job_its_lease() {
    const LONG: JobKind = JobKind { name: "test.long", ..TEST };
    let app = TestApp::postgres();
    let long = Duration::from_millis(2_500);
    let slow_effect = move |task: &Task| {
        task.settle(None, |tx| {
            leave_effect(tx, task.job.id)?;
            std::thread::sleep(long);
            Ok(())
        })
    };
    let slow_handler = move |task: &Task| {
        std::thread::sleep(long);
        effect(task)
    };
    let kinds = vec![handled(app.app(), TEST, slow_handler), handled(app.app(), LONG, slow_effect)];
    let options = Options { lease: Duration::from_millis(800), ..options(3) };
    let runner = Runner::start(parts(app.app(), kinds), options).expect("threads");
    app.write(|tx| record::enqueue(tx, NewJob::new(LONG, json!({})))).expect("enqueued");
    enqueue(&app, 1);
    until("both are done", || effects(app.app()).1 == 2);
    runner.stop(PATIENCE);
    let again = "SELECT COUNT(*) AS one FROM finished_jobs WHERE attempt > 1 OR crashes > 0";
    assert_eq!(app.read(|db| db.number(sql(again))), 0, "neither was taken for lost");
}
