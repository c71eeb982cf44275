//! Jobs: enqueued with their cause, done once, fairly, whatever happens to their workers.
//!
//! What every ledger must keep is the suite of the `workers` crate, run here on both databases. The
//! rest is about whole runners, and about a worker process that is killed in the middle.

use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use huidan::app::App;
use huidan::db::jobs::{self as record, JobFilter, JobKind, JobRow, NewJob, RunAt};
use huidan::db::pool::{Pool, Synchronous};
use huidan::db::seal::Keys;
use huidan::db::statement::sql;
use huidan::domain::actor::{Actor, Role};
use huidan::domain::error::Error;
use huidan::domain::id::{JobId, SellerId};
use huidan::domain::job::JobState;
use huidan::jobs::run::{Task, parts};
use huidan::operations::jobs as operations;
use serde_json::json;
use workers::conformance::{self, Order, Rig};
use workers::{End, Kind, Lane, Ledger, Options, Periodic, Runner, Want};

use crate::support::TestApp;
use crate::support::effects::{PATIENCE, effect, effect_in_company, effects, handled, leave_effect, until};

const TEST: JobKind = JobKind { name: "test.effect", lane: "test", max_attempts: 3, max_crashes: 3 };

/// A runner of the lane `test` that loses no time.
fn options() -> Options {
    Options {
        lanes: vec![Lane { name: "test".to_owned(), at_once: usize::MAX }],
        threads: 2,
        beat: Duration::from_millis(20),
        idle_poll: Duration::from_millis(50),
        quiet_poll: Duration::from_millis(50),
        ..Options::default()
    }
}

fn runner(app: &App, kinds: Vec<Kind>, options: Options) -> Runner {
    Runner::start(parts(app, kinds), options).expect("threads")
}

fn enqueue(app: &TestApp, count: usize) -> Vec<JobId> {
    let jobs = vec![NewJob::new(TEST, json!({})); count];
    app.write(|tx| record::enqueue_all(tx, &jobs)).expect("jobs are enqueued")
}

fn state(app: &TestApp, job: JobId) -> JobState {
    app.read(|db| record::find(db, job)).state
}

struct LedgerRig {
    app: TestApp,
    ledger: huidan::db::job_ledger::JobLedger,
}

impl LedgerRig {
    fn new(app: TestApp) -> Self {
        Self { ledger: app.app().job_ledger(), app }
    }

    fn write<T>(&self, seller: i64, work: impl FnMut(&mut huidan::db::Tx) -> Result<T, Error>) -> T {
        self.app.app().write(&Actor::system(SellerId(seller)), work).expect("the record can be written")
    }

    /// The job, whosever it is.
    fn find(&self, id: i64) -> JobRow {
        let of = |seller| self.app.app().read(SellerId(seller), |db| record::find(db, JobId(id)));
        (0..9).find_map(|seller| of(seller).ok()).expect("the job is there")
    }
}

impl Rig for LedgerRig {
    fn ledger(&self) -> &dyn Ledger {
        &self.ledger
    }

    fn enqueue(&self, order: Order) -> Option<i64> {
        let kind = JobKind { name: "noop", ..TEST };
        let mut job = NewJob { priority: order.priority, ..NewJob::new(kind, json!({})) };
        job.key = order.unique.map(str::to_owned);
        if !order.delay.is_zero() {
            job.run_at = RunAt::After(order.delay);
        }
        self.write(order.seller, |tx| record::enqueue(tx, job.clone())).map(|id| id.0)
    }

    fn pass(&self, span: Duration) {
        let ms = i64::try_from(span.as_millis()).expect("a short span");
        self.write(0, |tx| {
            let text = "UPDATE jobs SET due_ms = due_ms - ?, lease_until_ms = lease_until_ms - ?";
            Ok(tx.execute(sql(text).bind(ms).bind(ms))?)
        });
    }

    fn state(&self, id: i64) -> String {
        self.find(id).state.to_string()
    }

    fn cancel(&self, id: i64) {
        for seller in 0..9 {
            let actor = Actor::system(SellerId(seller));
            if self.app.app().write(&actor, |tx| operations::cancel(tx, JobId(id))).is_ok() {
                return;
            }
        }
        panic!("job {id} was not cancelled");
    }

    fn pause(&self, seller: i64, is_paused: bool) {
        self.write(seller, |tx| Ok(record::pause(tx, "test", is_paused)?));
    }
}

mod the_ledger_keeps_its_contract {
    use super::*;

    #[test]
    fn sqlite() {
        conformance::ledger(|| LedgerRig::new(TestApp::sqlite()));
    }

    #[test]
    fn postgres() {
        conformance::ledger(|| LedgerRig::new(TestApp::postgres()));
    }
}

each_database!(
    fn a_change_and_its_jobs_commit_together_and_wake_a_worker(app: TestApp) {
        let options = Options { quiet_poll: Duration::from_secs(600), ..options() };
        let runner = runner(app.app(), vec![handled(app.app(), TEST, effect)], options);
        let refused = app.write(|tx| {
            record::enqueue(tx, NewJob::new(TEST, json!({})))?;
            Err::<(), _>(Error::conflict("no", "The change is refused.", "Nothing."))
        });
        assert!(refused.is_err());
        assert!(app.read(|db| record::list(db, &JobFilter::default(), 9)).is_empty(), "neither stays");

        let jobs = enqueue(&app, 3);
        // Nobody looks for ten minutes unless the bell rings.
        until("all are done", || jobs.iter().all(|job| state(&app, *job) == JobState::Done));
        assert_eq!(effects(app.app()), (3, 3));
        runner.stop(PATIENCE);
    }
);

each_database!(
    fn two_workers_race_and_each_job_has_one_effect(app: TestApp) {
        let other = app.fork();
        let runners = [app.app(), other.app()].map(|app| {
            runner(app, vec![handled(app, TEST, effect), handled(app, COMPANY, effect_in_company)], options())
        });
        enqueue_mixed(&app, 300, TEST);
        until("all are done", || effects(app.app()).1 == 300);
        for runner in runners {
            runner.stop(PATIENCE);
        }
        assert_eq!(effects(app.app()), (300, 300));
    }
);

each_database!(
    fn a_dead_workers_job_comes_back_on_time_while_every_thread_is_busy(app: TestApp) {
        let lost = enqueue(&app, 1)[0];
        let ledger = app.app().job_ledger();
        let turn = ledger.look(&["test"]).expect("the ledger answers").remove(0);
        let leased = ledger.lease(&[Want { turn, count: 1 }], Duration::from_secs(3)).expect("it is ready");
        assert_eq!(leased.len(), 1, "its worker has it, and dies");

        let long = enqueue(&app, 1)[0];
        let (release, released) = mpsc::channel::<()>();
        let released = Mutex::new(released);
        let handler = move |task: &Task| {
            if task.job.id == long.0 {
                released.lock().expect("one thread").recv().expect("the test tells");
            }
            effect(task)
        };
        // Nobody looks for ten minutes unless something is noted to fall due.
        let options = Options { threads: 1, quiet_poll: Duration::from_secs(600), ..options() };
        let runner = runner(app.app(), vec![handled(app.app(), TEST, handler)], options);
        until("the long one is at work", || state(&app, long) == JobState::Running);
        until("the lost one is ready again", || state(&app, lost) == JobState::Ready);
        release.send(()).expect("the handler waits");
        until("both are done", || [long, lost].iter().all(|job| state(&app, *job) == JobState::Done));
        runner.stop(PATIENCE);
    }
);

each_database!(
    fn a_panic_is_caught_and_the_last_failure_is_kept(app: TestApp) {
        let is_mended = Arc::new(AtomicBool::new(false));
        let handler = {
            let is_mended = is_mended.clone();
            move |task: &Task| {
                assert!(is_mended.load(Ordering::Relaxed), "the printer of shelf {} is on fire", 7);
                effect(task)
            }
        };
        let runner = runner(app.app(), vec![handled(app.app(), TEST, handler)], options());
        let job = enqueue(&app, 1)[0];
        until("it is dead", || state(&app, job) == JobState::Dead);

        let shown = app.http().get(&format!("/api/v1/jobs/{job}")).expect(200);
        assert_eq!(shown["attempt"], 3);
        assert_eq!(shown["error"], "panicked: the printer of shelf 7 is on fire");
        assert_eq!(shown["errors"].as_array().map(Vec::len), Some(3), "one per attempt");
        is_mended.store(true, Ordering::Relaxed);
        let retried = app.http().post(&format!("/api/v1/jobs/{job}/retry"), json!({})).expect(200);
        assert_eq!((&retried["state"], &retried["attempt"]), (&json!("ready"), &json!(0)));
        until("it is done", || state(&app, job) == JobState::Done);
        let again = app.http().post(&format!("/api/v1/jobs/{job}/retry"), json!({}));
        assert_eq!(again.problem(), "409 job_not_retryable");
        assert_eq!(
            app.http().post(&format!("/api/v1/jobs/{job}/cancel"), json!({})).problem(),
            "409 job_ended"
        );
        assert_eq!(runner.stop(PATIENCE), 0);
        let metrics = app.http_stranger().get("/metrics").text();
        for line in [
            "huidan_job_attempts_total{kind=\"test.effect\",outcome=\"done\"} 1",
            "huidan_job_attempts_total{kind=\"test.effect\",outcome=\"panicked\"} 2",
            "huidan_job_attempts_total{kind=\"test.effect\",outcome=\"dead\"} 1",
            "huidan_job_duration_seconds_bucket{kind=\"test.effect\",outcome=\"done\",le=\"+Inf\"} 1",
            "huidan_job_wait_seconds_count{queue=\"test\",kind=\"test.effect\"} 4",
        ] {
            assert!(metrics.contains(line), "{line} in\n{metrics}");
        }
    }
);

each_database!(
    fn a_refusal_of_the_rules_is_not_tried_again(app: TestApp) {
        let handler = |_: &Task| Err(Error::missing("shop", 7));
        let runner = runner(app.app(), vec![handled(app.app(), TEST, handler)], options());
        let job = enqueue(&app, 1)[0];
        until("it is dead", || state(&app, job) == JobState::Dead);
        let row = app.read(|db| record::find(db, job));
        assert_eq!((row.attempt, row.error.as_deref()), (1, Some("There is no shop 7")));
        runner.stop(PATIENCE);
    }
);

each_database!(
    fn a_kind_that_no_worker_knows_waits_uncounted(app: TestApp) {
        let runner = runner(app.app(), Vec::new(), options());
        let job = enqueue(&app, 1)[0];
        until("it waits", || state(&app, job) == JobState::Waiting);
        let row = app.read(|db| record::find(db, job));
        assert_eq!((row.attempt, row.error.as_deref()), (0, Some("no worker knows the kind test.effect")));
        runner.stop(PATIENCE);
    }
);

each_database!(
    fn a_backlog_of_one_seller_does_not_delay_another(app: TestApp) {
        let other = app.other_seller();
        enqueue(&app, 5_000);
        let waited = Arc::new(Mutex::new(None));
        let handler = {
            let (waited, enqueued, seller) = (waited.clone(), Instant::now(), other.owner().seller.0);
            move |task: &Task| {
                std::thread::sleep(Duration::from_millis(2));
                if task.job.seller == seller {
                    *waited.lock().expect("no holder panics") = Some(enqueued.elapsed());
                }
                Ok(End::Done)
            }
        };
        let quick = Kind { is_started: false, ..handled(app.app(), TEST, handler) };
        // Not even the beginning favours the single job: the backlog is being worked on.
        let runner = runner(app.app(), vec![quick], options());
        until("the backlog is being worked on", || {
            app.read(|db| {
                record::list(db, &JobFilter { state: Some(JobState::Done), ..JobFilter::default() }, 50)
            })
            .len()
                == 50
        });
        let begun = Instant::now();
        let single = enqueue(&other, 1)[0];
        until("the other seller's job is done", || state(&other, single) == JobState::Done);
        assert!(begun.elapsed() < Duration::from_secs(1), "it took {:?}", begun.elapsed());
        let left = app.read(|db| {
            db.number(sql("SELECT COUNT(*) AS one FROM jobs WHERE seller_id = ?").bind(db.seller()))
        });
        assert!(left > 1_000, "the backlog is still there: {left}");
        assert!(waited.lock().expect("no holder panics").is_some());
        runner.stop(PATIENCE);
    }
);

each_database!(
    fn a_shop_that_asked_for_patience_holds_nobody_up(app: TestApp) {
        let other = app.other_seller();
        let busy = app.owner().seller.0;
        let handler = move |task: &Task| {
            if task.job.seller == busy {
                // "Too many requests", says the shop.
                task.work.block_turn(Duration::from_secs(3600));
                return Ok(End::Snooze(Duration::ZERO));
            }
            effect(task)
        };
        let one = Options { threads: 1, ..options() };
        let jobs = enqueue(&app, 200);
        let runner = runner(app.app(), vec![handled(app.app(), TEST, handler)], one);
        let others = enqueue(&other, 20);
        until("the other seller's are done", || {
            others.iter().all(|job| state(&other, *job) == JobState::Done)
        });
        runner.stop(PATIENCE);
        let counted = "SELECT COUNT(*) AS one FROM jobs WHERE attempt > 0";
        assert_eq!(app.read(|db| db.number(sql(counted))), 0, "patience uses up no attempt");
        assert_eq!(effects(app.app()), (20, 20));
        assert!(jobs.iter().all(|job| !state(&app, *job).is_end()), "none is lost");
    }
);

each_database!(
    fn what_must_not_be_repeated_blindly_is_dead_after_its_first_crash(app: TestApp) {
        let rig = LedgerRig::new(app);
        let once = JobKind { max_crashes: 1, max_attempts: 9, ..TEST };
        let job = rig.write(1, |tx| record::enqueue(tx, NewJob::new(once, json!({})))).expect("it is new");
        let turn = rig.ledger.look(&["test"]).expect("a look").remove(0);
        let lease = Duration::from_secs(30);
        let leased = rig.ledger.lease(&[Want { turn, count: 1 }], lease).expect("a lease").remove(0);
        assert_eq!(rig.ledger.start(leased.hold(), lease).expect("it starts"), Some(false));
        rig.pass(Duration::from_secs(31));
        let rescued = rig.ledger.rescue().expect("a rescue");
        assert_eq!((rescued.ready, rescued.dead), (0, 1));
        assert_eq!(rig.state(job.0), "dead", "a person looks what became of it");
    }
);

/// The id is taken at the insert, and rows become visible in the order of the commits.
#[test]
fn a_job_that_is_committed_late_is_not_skipped() {
    let app = TestApp::postgres();
    let (enqueued, has_enqueued) = mpsc::channel();
    let (commit, may_commit) = mpsc::channel::<()>();
    let (ledger, lease) = (app.app().job_ledger(), Duration::from_secs(30));
    let late = std::thread::scope(|threads| {
        let writer = &app;
        let slow = threads.spawn(move || {
            let late = writer.write(|tx| {
                let job = record::enqueue(tx, NewJob::new(TEST, json!({})))?.expect("it is new");
                enqueued.send(()).expect("the test waits");
                let _ = may_commit.recv();
                Ok(job)
            });
            late.expect("it is enqueued")
        });
        has_enqueued.recv().expect("it is enqueued, and not committed");
        let others = enqueue(&app, 2);
        let turn = ledger.look(&["test"]).expect("a look").remove(0);
        let one = [Want { turn, count: 1 }];
        let leased = |what: &str| ledger.lease(&one, lease).expect(what).iter().map(|job| job.id).next();
        assert_eq!(leased("the first"), Some(others[0].0));
        drop(commit);
        let late = slow.join().expect("no panic");
        let mut rest = [leased("the next"), leased("the last")];
        rest.sort_unstable();
        assert_eq!(rest, [Some(late.0), Some(others[1].0)]);
        late
    });
    assert_eq!(state(&app, late), JobState::Leased);
}

each_database!(
    fn a_clean_stop_hands_back_what_has_not_ended(app: TestApp) {
        let (begun, has_begun) = mpsc::channel();
        let (end, may_end) = mpsc::channel::<()>();
        let may_end = Mutex::new(may_end);
        let handler = move |task: &Task| {
            begun.send(task.job.id).expect("the test waits");
            // Ends when the test drops its end; by then the process would be gone.
            let _ = may_end.lock().expect("no holder panics").recv();
            effect(task)
        };
        let one = Options { threads: 1, ..options() };
        let runner = runner(app.app(), vec![handled(app.app(), TEST, handler)], one);
        let jobs = enqueue(&app, 3);
        let at_work = has_begun.recv().expect("one begins");
        assert_eq!(runner.stop(Duration::from_millis(50)), 1);
        for job in &jobs {
            let row = app.read(|db| record::find(db, *job));
            assert_eq!((row.state, row.attempt), (JobState::Ready, 0), "none counts as an attempt");
        }
        // The late handler meets the fence.
        let next = self::runner(app.app(), vec![handled(app.app(), TEST, effect)], options());
        until("another worker has done all", || effects(app.app()).1 == 3);
        drop(end);
        next.stop(PATIENCE);
        assert!(jobs.contains(&JobId(at_work)));
        assert_eq!(effects(app.app()), (3, 3));
    }
);

each_database!(
    fn a_hanging_handler_loses_its_job_and_meets_the_fence(app: TestApp) {
        let tries = Arc::new(AtomicUsize::new(0));
        let (end, may_end) = mpsc::channel::<()>();
        let (ended, has_ended) = mpsc::channel();
        let may_end = Mutex::new(may_end);
        let handler = {
            let tries = tries.clone();
            move |task: &Task| {
                if tries.fetch_add(1, Ordering::Relaxed) > 0 {
                    return effect(task);
                }
                let _ = may_end.lock().expect("no holder panics").recv();
                assert!(task.work.is_cancelled(), "it is told that there is no point");
                let late = effect(task);
                let code = match &late {
                    Err(Error::Refused(refusal)) => refusal.code,
                    _ => "written",
                };
                ended.send(code).expect("the test waits");
                late
            }
        };
        let hasty = Kind { time_limit: Duration::from_millis(50), ..handled(app.app(), TEST, handler) };
        // One thread, so the second attempt needs the one that replaces the hung one.
        let one = Options { threads: 1, lease: Duration::from_millis(400), ..options() };
        let runner = runner(app.app(), vec![hasty], one);
        let job = enqueue(&app, 1)[0];
        until("the second attempt is done", || state(&app, job) == JobState::Done);
        assert_eq!(app.read(|db| record::find(db, job)).crashes, 1);
        drop(end);
        assert_eq!(has_ended.recv().expect("the hung one wakes"), "lease_lost");
        assert_eq!(effects(app.app()), (1, 1));
        runner.stop(PATIENCE);
    }
);

each_database!(
    fn a_long_handler_keeps_its_lease_and_ends_when_cancelled(app: TestApp) {
        let begun = Instant::now();
        let handler = |task: &Task| {
            let mut step = 0;
            while !task.work.is_cancelled() {
                step += 1;
                task.work.progress(step, 1_000_000);
                std::thread::sleep(Duration::from_millis(5));
            }
            Err(Error::Internal(anyhow::anyhow!("stopped half-way")))
        };
        let short = Options { lease: Duration::from_millis(500), ..options() };
        let runner = runner(app.app(), vec![handled(app.app(), TEST, handler)], short);
        let job = enqueue(&app, 1)[0];
        until("it has outlived three leases", || begun.elapsed() > Duration::from_millis(1_500));
        let shown = app.http().get(&format!("/api/v1/jobs/{job}")).expect(200);
        assert_eq!((&shown["state"], &shown["attempt"]), (&json!("running"), &json!(1)));
        assert!(shown["progress"]["done"].as_i64() > Some(0), "{shown}");

        let asked = app.http().post(&format!("/api/v1/jobs/{job}/cancel"), json!({})).expect(200);
        assert_eq!(asked["cancelling"], true);
        let stream = app.http().get(&format!("/api/v1/jobs/{job}/events")).text();
        assert!(stream.starts_with("event: job\ndata: {"), "{stream}");
        assert!(stream.trim_end().ends_with('}') && stream.contains("\"state\":\"cancelled\""), "{stream}");
        assert_eq!(state(&app, job), JobState::Cancelled);
        runner.stop(PATIENCE);
    }
);

each_database!(
    fn a_periodic_job_runs_once_per_slot_on_two_workers(app: TestApp) {
        let other = app.fork();
        let every = Duration::from_secs(7 * 86_400);
        let periodic = vec![Periodic { name: "test.tidy", every, lane: "test", kind: "test.effect" }];
        let runners = [app.app(), other.app()].map(|app| {
            let options = Options { periodic: periodic.clone(), ..options() };
            runner(app, vec![handled(app, TEST, effect)], options)
        });
        until("it has run", || effects(app.app()).0 > 0);
        let later = enqueue(&app, 20);
        until("later jobs are done too", || later.iter().all(|job| state(&app, *job) == JobState::Done));
        for runner in runners {
            runner.stop(PATIENCE);
        }
        assert_eq!(effects(app.app()).0, 21);
    }
);

each_database!(
    fn people_see_and_steer_their_own_jobs_only(app: TestApp) {
        let house = JobKind { lane: "house", ..TEST };
        let make = |app: &TestApp| {
            app.write(|tx| record::enqueue(tx, NewJob::new(house, json!({ "shelf": 7 }))))
                .expect("enqueued")
                .expect("new")
        };
        let jobs: Vec<JobId> = (0..3).map(|_| make(&app)).collect();
        let other = app.other_seller();
        let foreign = make(&other);
        let http = app.http();
        http.post(&format!("/api/v1/jobs/{}/cancel", jobs[1]), json!({})).expect(200);

        let first = http.get("/api/v1/jobs?limit=2").expect(200);
        let cursor = first["next_cursor"].as_str().expect("there is a second page");
        let second = http.get(&format!("/api/v1/jobs?limit=2&cursor={cursor}")).expect(200);
        let pages = [&first, &second].map(|page| page["items"].as_array().expect("items").clone()).concat();
        let shown: Vec<String> = pages
            .iter()
            .map(|job| {
                format!("{} {}", job["id"].as_str().unwrap_or("?"), job["state"].as_str().unwrap_or("?"))
            })
            .collect();
        assert_eq!(
            shown,
            [format!("{} ready", jobs[2]), format!("{} cancelled", jobs[1]), format!("{} ready", jobs[0])]
        );
        assert_eq!(pages[0]["arguments"]["shelf"], 7);
        let dead = http.get("/api/v1/jobs?state=cancelled&kind=test.effect").expect(200);
        assert_eq!(dead["items"].as_array().map(Vec::len), Some(1));
        assert_eq!(http.get("/api/v1/jobs?state=redy").problem(), "422 invalid_fields");
        for answer in [
            http.get(&format!("/api/v1/jobs/{foreign}")),
            http.get(&format!("/api/v1/jobs/{foreign}/events")),
            http.post(&format!("/api/v1/jobs/{foreign}/cancel"), json!({})),
            http.post(&format!("/api/v1/jobs/{foreign}/retry"), json!({})),
            http.post("/api/v1/queues/nowhere/pause", json!({})),
        ] {
            assert_eq!(answer.problem(), "404 not_found", "{}", answer.text());
        }
        let viewer = app.http_as(Role::Viewer);
        assert_eq!(viewer.post("/api/v1/queues/house/pause", json!({})).problem(), "403 forbidden");

        let paused = http.post("/api/v1/queues/house/pause", json!({})).expect(200);
        assert_eq!(paused, json!({ "name": "house", "paused": true }));
        let turns = || app.app().job_ledger().look(&["house"]).expect("a look").len();
        assert_eq!(turns(), 1, "only the other seller's");
        http.post("/api/v1/queues/house/resume", json!({})).expect(200);
        assert_eq!(turns(), 2);
        let queues = http.get("/api/v1/queues").expect(200)["items"].clone();
        let house = queues.as_array().and_then(|all| all.iter().find(|one| one["name"] == "house"));
        assert_eq!(
            house,
            Some(&json!({ "name": "house", "paused": false, "ready": 2, "running": 0, "waiting": 0 })),
            "its own jobs only: {queues}"
        );
        app.write(|tx| Ok(tx.execute(sql("INSERT INTO job_slots (name, slot) VALUES ('shops.pull', 10)"))?))
            .expect("a round was made");
        let rounds = http.get("/api/v1/periodic-jobs").expect(200)["items"].clone();
        let pull = rounds.as_array().and_then(|all| all.iter().find(|one| one["name"] == "shops.pull"));
        let expected = json!({ "name": "shops.pull", "every_s": 120, "last_at": "1970-01-01T00:20:00Z" });
        assert_eq!(pull, Some(&expected), "{rounds}");
        let events = http.get("/api/v1/events").text();
        for kind in ["job.cancelled", "queue.paused", "queue.resumed"] {
            assert!(events.contains(kind), "{kind} is recorded");
        }
        let metrics = app.http_stranger().get("/metrics").text();
        assert!(metrics.contains("huidan_jobs{queue=\"house\",state=\"ready\"} 3"), "{metrics}");
    }
);

each_database!(
    fn many_jobs_are_called_off_and_taken_up_again_in_one_act(app: TestApp) {
        let make = |app: &TestApp, count: usize| -> Vec<JobId> {
            let job = NewJob::new(JobKind { lane: "house", ..TEST }, json!({}));
            app.write(|tx| record::enqueue_all(tx, &vec![job.clone(); count])).expect("enqueued")
        };
        let mut jobs = make(&app, 4);
        jobs.sort();
        let foreign = make(&app.other_seller(), 1)[0];
        let http = app.http();
        let named = |ids: &[JobId]| -> Vec<String> { ids.iter().map(ToString::to_string).collect() };
        let code = |answer: &serde_json::Value| {
            let left = answer["left_out"].as_array().expect("a list").iter();
            left.map(|one| one["reasons"][0]["code"].as_str().unwrap_or_default().to_owned())
                .collect::<Vec<_>>()
        };

        let off = http
            .post("/api/v1/jobs/cancel", json!({ "jobs": named(&[jobs[0], jobs[1], foreign]) }))
            .expect(200);
        assert_eq!(off["done"], json!(named(&[jobs[1], jobs[0]])));
        assert_eq!(
            (code(&off), &off["left_out"][0]["id"]),
            (vec!["not_found".to_owned()], &json!(foreign.to_string()))
        );
        let again = http.post("/api/v1/jobs/cancel", json!({ "jobs": named(&jobs[1..3]) })).expect(200);
        assert_eq!(
            (&again["done"], code(&again)),
            (&json!(named(&jobs[2..3])), vec!["job_ended".to_owned()])
        );

        let up =
            http.post("/api/v1/jobs/retry", json!({ "state": "cancelled", "kind": TEST.name })).expect(200);
        assert_eq!(up["done"].as_array().map(Vec::len), Some(3), "{up}");
        let ready = http.post("/api/v1/jobs/retry", json!({ "jobs": named(&jobs) })).expect(200);
        assert_eq!((&ready["done"], code(&ready)), (&json!([]), vec!["job_not_retryable".to_owned(); 4]));
        assert_eq!(http.get("/api/v1/events?limit=100").text().matches("job.retried").count(), 3);
        for wrong in [json!({}), json!({ "jobs": ["1"], "state": "dead" }), json!({ "kind": "x" })] {
            assert_eq!(http.post("/api/v1/jobs/retry", wrong).problem(), "422 invalid_fields");
        }
        let many: Vec<String> = (1..=1_001).map(|id| id.to_string()).collect();
        assert_eq!(http.post("/api/v1/jobs/cancel", json!({ "jobs": many })).problem(), "422 invalid_fields");
        let viewer = app.http_as(Role::Viewer);
        assert_eq!(
            viewer.post("/api/v1/jobs/cancel", json!({ "state": "ready" })).problem(),
            "403 forbidden"
        );

        // The same on the page: those that are ticked, or all of a state.
        let person = crate::web::Browser::of(&app, Role::Manager);
        assert_eq!(person.post("/jobs/cancel", &[]).status, 422, "nothing is ticked");
        let ticked = jobs[0].to_string();
        let page = person.post("/jobs/cancel", &[("job", ticked.as_str())]).text();
        assert!(page.contains("1 are called off."), "{page}");
        let page = person.post("/jobs/cancel", &[("all", "1"), ("state", "ready")]).text();
        assert!(page.contains("3 are called off.") && !page.contains("name=\"job\""), "{page}");
        let page =
            person.post("/jobs/retry", &[("all", "1"), ("state", "cancelled"), ("kind", TEST.name)]).text();
        assert!(page.contains("4 are tried again."), "{page}");
        let kinds = person.get(&format!("/jobs?kind={}", TEST.name)).text();
        assert_eq!(kinds.matches("name=\"job\"").count(), 4, "{kinds}");
        assert_eq!(person.get("/jobs?kind=shop.pull").text().matches("name=\"job\"").count(), 0);
    }
);

/// Leaves its effect in one commit with others.
const COMPANY: JobKind = JobKind { name: "test.company", ..TEST };

/// Eats memory until there is none.
const GLUTTON: JobKind = JobKind { name: "test.glutton", max_attempts: 9, ..TEST };

/// Set for the process that [`a_worker_process`] is.
const WORKER: &str = "HUIDAN_TEST_WORKER";
const KEYS: &str = "k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Not a test by itself: the process that [`a_worker_killed_in_the_middle_leaves_each_effect_once`]
/// starts and kills. It works until its standard input ends.
#[test]
fn a_worker_process() {
    let Ok(address) = std::env::var(WORKER) else { return };
    let pool = Pool::open(&address, 4, Synchronous::Normal).expect("the test's database");
    let app = App::new(pool, Keys::parse(KEYS).expect("a key"));
    // Killed here, the transaction is half done.
    let half_done = || std::thread::sleep(Duration::from_millis(1));
    let slow = move |task: &Task| {
        half_done();
        task.settle(None, |tx| {
            leave_effect(tx, task.job.id)?;
            half_done();
            Ok(())
        })
    };
    let in_company = move |task: &Task| {
        let job = task.job.id;
        Ok(task.settle_together(None, move |tx| {
            leave_effect(tx, job)?;
            half_done();
            Ok(())
        }))
    };
    let glutton = |_: &Task| {
        // More than it may have, and not without end should nobody bound it.
        let eaten: Vec<Vec<u8>> = (0..150).map(|_| vec![1; 16 << 20]).collect();
        Err(Error::Internal(anyhow::anyhow!("{} pieces fit", eaten.len())))
    };
    let (lease, beat) = (Duration::from_millis(1_500), Duration::from_millis(300));
    let options = Options { threads: 4, lease, beat, ..options() };
    let kinds =
        vec![handled(&app, TEST, slow), handled(&app, COMPANY, in_company), handled(&app, GLUTTON, glutton)];
    let runner = runner(&app, kinds, options);
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).expect("standard input");
    runner.stop(PATIENCE);
}

/// As many jobs, every second one with its effect in company.
fn enqueue_mixed(app: &TestApp, count: i64, like: JobKind) {
    let kind = |number| if number % 2 == 0 { TEST.name } else { COMPANY.name };
    let jobs: Vec<NewJob> =
        (0..count).map(|number| NewJob::new(JobKind { name: kind(number), ..like }, json!({}))).collect();
    app.write(|tx| record::enqueue_all(tx, &jobs)).expect("jobs are enqueued");
}

fn worker_process(app: &TestApp) -> Child {
    // As a container is: it may have so much memory and no more (kB).
    Command::new("sh")
        .args(["-c", "ulimit -c 0; ulimit -v 1500000; exec \"$0\" \"$@\""])
        .arg(std::env::current_exe().expect("this program"))
        .args(["jobs::a_worker_process", "--exact", "--test-threads=1"])
        .env(WORKER, app.database_address())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the worker starts")
}

each_database!(
    fn a_worker_killed_in_the_middle_leaves_each_effect_once(app: TestApp) {
        const JOBS: i64 = 400;
        let sturdy = JobKind { max_attempts: 20, max_crashes: 20, ..TEST };
        enqueue_mixed(&app, JOBS, sturdy);
        for kill in 1..=3 {
            let mut worker = worker_process(&app);
            until("the worker is in the middle", || effects(app.app()).1 >= kill * 60);
            worker.kill().expect("SIGKILL reaches it");
            worker.wait().expect("it has ended");
            assert!(effects(app.app()).1 < JOBS, "it was caught in the middle");
        }
        let mut worker = worker_process(&app);
        until("another worker has done the rest", || effects(app.app()).1 == JOBS);
        until("none is left", || {
            app.read(|db| db.number(sql("SELECT COUNT(*) AS one FROM jobs WHERE lane = 'test'"))) == 0
        });
        drop(worker.stdin.take());
        worker.wait().expect("it ends when asked");
        assert_eq!(effects(app.app()), (JOBS, JOBS));
    }
);

each_database!(
    fn a_job_that_eats_all_memory_ends_three_workers_and_no_more(app: TestApp) {
        let glutton = app.write(|tx| record::enqueue(tx, NewJob::new(GLUTTON, json!({})))).expect("enqueued");
        let glutton = glutton.expect("it is new");
        let sturdy = JobKind { max_attempts: 20, max_crashes: 20, ..TEST };
        app.write(|tx| record::enqueue_all(tx, &vec![NewJob::new(sturdy, json!({})); 60])).expect("enqueued");
        let mut died = 0;
        let mut worker = worker_process(&app);
        until("it is dead", || {
            if worker.try_wait().expect("its state is known").is_some() {
                died += 1;
                worker = worker_process(&app);
            }
            state(&app, glutton) == JobState::Dead
        });
        until("the others are done", || effects(app.app()).1 == 60);
        drop(worker.stdin.take());
        assert!(worker.wait().expect("it ends when asked").success(), "the last one lives");
        assert_eq!(died, 3, "as many as it may have");
        assert_eq!(effects(app.app()), (60, 60), "each once");
    }
);

each_database!(
    fn a_deploy_under_load_doubles_nothing_and_counts_no_attempt(app: TestApp) {
        const JOBS: i64 = 400;
        enqueue_mixed(&app, JOBS, TEST);
        let mut worker = worker_process(&app);
        for deploy in 1..=3 {
            until("it is at work", || effects(app.app()).1 >= deploy * 60);
            // The new one comes before the old one has gone.
            let next = worker_process(&app);
            drop(worker.stdin.take());
            assert!(worker.wait().expect("it ends when asked").success());
            worker = next;
        }
        until("all are done", || effects(app.app()).1 == JOBS);
        drop(worker.stdin.take());
        worker.wait().expect("it ends when asked");
        assert_eq!(effects(app.app()), (JOBS, JOBS), "each once");
        let again = "SELECT COUNT(*) AS one FROM finished_jobs WHERE lane = 'test' AND (attempt > 1 OR state <> 'done')";
        assert_eq!(app.read(|db| db.number(sql(again))), 0, "each at the first attempt");
    }
);

each_database!(
    fn the_program_works_on_jobs_and_ends_when_asked(app: TestApp) {
        let folder = tempfile::tempdir().expect("a folder");
        let huidan = |arguments: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_huidan"));
            command.args(arguments).arg("--data").arg(folder.path());
            command.env("DATABASE_URL", app.database_address()).env("HUIDAN_SECRET_KEY", KEYS);
            command.stdout(Stdio::null()).stderr(Stdio::null());
            command
        };
        let wrong = huidan(&["work", "--queues", "hose"]).status().expect("it runs");
        assert_eq!(wrong.code(), Some(1), "an unknown queue is named, not ignored");
        let mut worker = huidan(&["work", "--queues", "house", "--threads", "2"]).spawn().expect("it starts");
        let kept = || {
            let text =
                "SELECT COUNT(*) AS one FROM finished_jobs WHERE kind = 'house.keep' AND state = 'done'";
            app.read(|db| db.number(sql(text)))
        };
        until("the house was looked after", || kept() > 0);
        let asked = Command::new("kill").arg(worker.id().to_string()).status().expect("kill runs");
        assert!(asked.success());
        assert!(worker.wait().expect("it ends").success(), "SIGTERM is a clean end");
        assert_eq!(
            app.read(|db| db.number(sql("SELECT COUNT(*) AS one FROM jobs WHERE token IS NOT NULL"))),
            0
        );
    }
);
