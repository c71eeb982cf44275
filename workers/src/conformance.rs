//! What every implementation of a port must keep. Tests of each implementation call these.

use std::time::Duration;

use crate::job::{Hold, Job, Periodic};
use crate::pace::{Pace, Rate};
use crate::ports::{Bell, Ledger, Limiter, Rescued, Then, Transport, Turn, Want};

/// A ledger in a test, with what a test needs beside the port. It begins empty.
pub trait Rig {
    fn ledger(&self) -> &dyn Ledger;
    /// Enqueues a job of the kind `noop` in the lane `test`, with three attempts and three crashes; `None` when its unique key is taken.
    fn enqueue(&self, order: Order) -> Option<i64>;
    /// Lets time pass for the ledger.
    fn pass(&self, span: Duration);
    /// `ready`, `leased`, `running`, `waiting`, `done`, `dead`, `cancelled`.
    fn state(&self, id: i64) -> String;
    /// Asks to cancel a job.
    fn cancel(&self, id: i64);
    /// Pauses or resumes the lane `test` for a seller.
    fn pause(&self, seller: i64, is_paused: bool);
}

/// A job to be enqueued by a [`Rig`].
#[derive(Debug, Clone, Default)]
pub struct Order {
    pub seller: i64,
    /// 0 is the most urgent, 5 the usual.
    pub priority: i64,
    pub delay: Duration,
    pub unique: Option<&'static str>,
}

const LEASE: Duration = Duration::from_secs(30);

/// Everything a ledger must keep; `fresh` makes an empty one.
pub fn ledger<R: Rig>(fresh: impl Fn() -> R) {
    for rule in [
        leases_in_order_and_once,
        what_comes_back_is_leased_again_at_once,
        only_the_holder_ends_a_job,
        a_lease_that_runs_out_is_rescued,
        the_third_crash_is_the_last,
        attempts_are_bounded_also_without_a_start,
        failures_wait_and_end_dead,
        handing_back_and_snoozing_do_not_count,
        unique_keys_are_free_again_after_the_end,
        a_cancelled_job_is_told_to_its_holder,
        a_paused_lane_gives_nothing,
        a_slot_is_taken_once,
    ] {
        rule(&fresh());
    }
}

fn order(seller: i64) -> Order {
    Order { seller, priority: 5, ..Order::default() }
}

fn enqueue(rig: &dyn Rig, order: Order) -> i64 {
    rig.enqueue(order).expect("nothing stands in its way")
}

fn lease(rig: &dyn Rig, seller: i64, count: usize) -> Vec<Job> {
    let want = Want { turn: Turn { lane: "test".to_owned(), turn: seller }, count };
    rig.ledger().lease(&[want], LEASE).expect("a lease")
}

fn hold(rig: &dyn Rig, seller: i64) -> Hold {
    let [job] = lease(rig, seller, 1).try_into().expect("one job is ready");
    job.hold()
}

fn leases_in_order_and_once(rig: &dyn Rig) {
    let late = enqueue(rig, Order { priority: 9, ..order(1) });
    let first = enqueue(rig, order(1));
    let second = enqueue(rig, order(1));
    let urgent = enqueue(rig, Order { priority: 0, ..order(1) });
    let other = enqueue(rig, order(2));
    enqueue(rig, Order { delay: Duration::from_secs(60), ..order(3) });
    let look = rig.ledger().look(&["test", "empty"]).expect("a look");
    assert_eq!(look.iter().map(|turn| turn.turn).collect::<Vec<_>>(), [1, 2], "3 is not due");
    let next = rig.ledger().next_in().expect("a moment");
    assert!(next.is_some_and(|next| (50..=60).contains(&next.as_secs())), "{next:?}");
    let survey = rig.ledger().survey(&["test", "empty"]).expect("a survey");
    assert_eq!(survey.turns, look, "one question for both");
    assert!(survey.next_in.is_some_and(|next| (50..=60).contains(&next.as_secs())), "{survey:?}");
    let elsewhere = rig.ledger().survey(&["empty"]).expect("a survey");
    assert!(elsewhere.turns.is_empty() && elsewhere.next_in.is_some(), "{elsewhere:?}");

    let wants = [1, 2, 4].map(|turn| Want { turn: Turn { lane: "test".to_owned(), turn }, count: 3 });
    let mut ids: Vec<i64> =
        rig.ledger().lease(&wants, LEASE).expect("a lease").iter().map(|job| job.id).collect();
    ids.sort_unstable();
    assert_eq!(ids, [first, second, urgent, other], "by urgency, then by age");
    let rest = lease(rig, 1, 9);
    assert_eq!(rest.iter().map(|job| job.id).collect::<Vec<_>>(), [late], "none is leased twice");
    assert_eq!((rest[0].attempt, rest[0].seller, rest[0].kind.as_str()), (1, 1, "noop"));
    assert_eq!(rig.state(late), "leased");
    rig.pass(Duration::from_secs(61));
    assert_eq!(rig.ledger().promote().expect("promotion"), 1);
    assert_eq!(lease(rig, 3, 9).len(), 1, "its time has come");
}

/// Also where a ledger remembers how far it has leased.
fn what_comes_back_is_leased_again_at_once(rig: &dyn Rig) {
    let ids: Vec<i64> = (0..4).map(|_| enqueue(rig, order(1))).collect();
    let leased = lease(rig, 1, 2);
    assert_eq!(leased.iter().map(|job| job.id).collect::<Vec<_>>(), ids[..2]);
    rig.ledger().release(&[leased[0].hold()]).expect("it is handed back");
    rig.ledger().fail(leased[1].hold(), "again", Then::RetryIn(Duration::ZERO)).expect("it failed");
    rig.pass(Duration::from_secs(1));
    assert_eq!(rig.ledger().promote().expect("promotion"), 1);
    let again = lease(rig, 1, 9);
    assert_eq!(again.iter().map(|job| job.id).collect::<Vec<_>>(), ids, "all that is ready");
    assert!(again[0].waited >= Duration::from_secs(1), "it has been due for a second: {:?}", again[0].waited);
}

fn only_the_holder_ends_a_job(rig: &dyn Rig) {
    let id = enqueue(rig, order(1));
    let hold = hold(rig, 1);
    let stranger = Hold { token: hold.token ^ 1, ..hold };
    let ledger = rig.ledger();
    assert!(ledger.complete(&[stranger]).expect("an answer").is_empty());
    assert!(!ledger.fail(stranger, "x", Then::Dead).expect("an answer"));
    assert!(!ledger.snooze(stranger, LEASE, "").expect("an answer"));
    assert_eq!(ledger.start(stranger, LEASE).expect("an answer"), None);
    assert!(ledger.extend(&[stranger], LEASE).expect("an answer").is_empty());
    assert_eq!(ledger.release(&[stranger]).expect("an answer"), 0);
    assert_eq!(rig.state(id), "leased");
    assert_eq!(ledger.start(hold, LEASE).expect("an answer"), Some(false));
    assert_eq!(rig.state(id), "running");
    assert_eq!(ledger.complete(&[stranger, hold]).expect("an answer"), [id]);
    assert_eq!(rig.state(id), "done");
    assert!(ledger.complete(&[hold]).expect("an answer").is_empty(), "once");
}

fn a_lease_that_runs_out_is_rescued(rig: &dyn Rig) {
    let id = enqueue(rig, order(1));
    let first = hold(rig, 1);
    rig.pass(Duration::from_secs(20));
    assert_eq!(rig.ledger().extend(&[first], LEASE).expect("an answer").len(), 1);
    rig.pass(Duration::from_secs(20));
    assert_eq!(rig.ledger().rescue().expect("a rescue"), Rescued::default(), "it was extended");
    rig.pass(Duration::from_secs(20));
    assert_eq!(rig.ledger().next_in().expect("a moment"), Some(Duration::ZERO));
    assert_eq!(rig.ledger().rescue().expect("a rescue"), Rescued { ready: 1, dead: 0 });
    let [again] = lease(rig, 1, 9).try_into().expect("it is ready again");
    assert_eq!((again.id, again.attempt), (id, 2));
    assert_ne!(again.token, first.token);
    assert!(rig.ledger().complete(&[first]).expect("an answer").is_empty(), "the first holder is fenced off");
}

fn the_third_crash_is_the_last(rig: &dyn Rig) {
    let id = enqueue(rig, order(1));
    for (crash, rescued) in [(1, (1, 0)), (2, (1, 0)), (3, (0, 1))] {
        let hold = hold(rig, 1);
        rig.ledger().start(hold, LEASE).expect("it starts");
        rig.pass(Duration::from_secs(31));
        let expected = Rescued { ready: rescued.0, dead: rescued.1 };
        assert_eq!(rig.ledger().rescue().expect("a rescue"), expected, "crash {crash}");
    }
    assert_eq!(rig.state(id), "dead");
}

fn attempts_are_bounded_also_without_a_start(rig: &dyn Rig) {
    let id = enqueue(rig, order(1));
    for _ in 0..3 {
        hold(rig, 1);
        rig.pass(Duration::from_secs(31));
        rig.ledger().rescue().expect("a rescue");
    }
    assert_eq!(rig.state(id), "dead");
}

fn failures_wait_and_end_dead(rig: &dyn Rig) {
    let id = enqueue(rig, order(1));
    let ledger = rig.ledger();
    assert!(ledger.fail(hold(rig, 1), "first", Then::RetryIn(Duration::from_secs(5))).expect("an answer"));
    assert_eq!(rig.state(id), "waiting");
    assert_eq!(ledger.promote().expect("promotion"), 0, "not before its time");
    rig.pass(Duration::from_secs(6));
    assert_eq!(ledger.promote().expect("promotion"), 1);
    assert!(ledger.fail(hold(rig, 1), "second", Then::Dead).expect("an answer"));
    assert_eq!(rig.state(id), "dead");
    let cancelled = enqueue(rig, order(1));
    assert!(ledger.fail(hold(rig, 1), "", Then::Cancelled).expect("an answer"));
    assert_eq!(rig.state(cancelled), "cancelled");
}

fn handing_back_and_snoozing_do_not_count(rig: &dyn Rig) {
    let id = enqueue(rig, order(1));
    let ledger = rig.ledger();
    for _ in 0..5 {
        assert_eq!(ledger.release(&[hold(rig, 1)]).expect("an answer"), 1);
        assert!(ledger.snooze(hold(rig, 1), Duration::from_secs(9), "later").expect("an answer"));
        assert_eq!(rig.state(id), "waiting");
        rig.pass(Duration::from_secs(10));
        ledger.promote().expect("promotion");
    }
    assert_eq!(lease(rig, 1, 1)[0].attempt, 1);
}

fn unique_keys_are_free_again_after_the_end(rig: &dyn Rig) {
    let unique = |seller| Order { unique: Some("k"), ..order(seller) };
    enqueue(rig, unique(1));
    assert_eq!(rig.enqueue(unique(1)), None, "one is enough");
    enqueue(rig, unique(2));
    let hold = hold(rig, 1);
    assert_eq!(rig.enqueue(unique(1)), None, "also while it runs");
    rig.ledger().complete(&[hold]).expect("an answer");
    enqueue(rig, unique(1));
}

fn a_cancelled_job_is_told_to_its_holder(rig: &dyn Rig) {
    let ready = enqueue(rig, order(1));
    rig.cancel(ready);
    assert_eq!(rig.state(ready), "cancelled");
    let id = enqueue(rig, order(1));
    let hold = hold(rig, 1);
    rig.cancel(id);
    assert_eq!(rig.state(id), "leased", "its holder ends it");
    let kept = rig.ledger().extend(&[hold], LEASE).expect("an answer");
    assert!(kept[0].is_cancelled);
    assert_eq!(rig.ledger().start(hold, LEASE).expect("an answer"), Some(true));
    rig.pass(Duration::from_secs(31));
    rig.ledger().rescue().expect("a rescue");
    assert_eq!(rig.state(id), "cancelled", "a cancelled job does not come back");
}

fn a_paused_lane_gives_nothing(rig: &dyn Rig) {
    enqueue(rig, order(1));
    enqueue(rig, order(2));
    let turns = || -> Vec<i64> {
        rig.ledger().look(&["test"]).expect("a look").iter().map(|turn| turn.turn).collect()
    };
    rig.pause(1, true);
    assert_eq!(turns(), [2], "others go on");
    rig.pause(1, false);
    assert_eq!(turns(), [1, 2]);
}

fn a_slot_is_taken_once(rig: &dyn Rig) {
    let every = Duration::from_secs(3600);
    let periodic = [Periodic { name: "tidy", every, lane: "test", kind: "noop" }];
    let ledger = rig.ledger();
    assert_eq!(ledger.take_slots(&periodic).expect("slots"), 1);
    assert_eq!(ledger.take_slots(&periodic).expect("slots"), 0, "another process asks too");
    ledger.complete(&[hold(rig, 0)]).expect("an answer");
    assert_eq!(ledger.take_slots(&periodic).expect("slots"), 0, "not again when it is done");
}

/// Everything a transport must keep; it begins empty and ends closed.
pub fn transport(transport: &dyn Transport) {
    let job = |id| Job {
        id,
        token: 7,
        lane: "test".to_owned(),
        kind: "noop".to_owned(),
        seller: 1,
        turn: 1,
        attempt: 1,
        max_attempts: 3,
        waited: Duration::ZERO,
        actor: "system".to_owned(),
        payload: "{}".to_owned(),
        trace: String::new(),
    };
    transport.send(vec![job(1), job(2)]);
    transport.send(vec![job(3)]);
    assert_eq!(transport.waiting(), 3);
    assert_eq!(transport.receive(), Some(job(1)), "in the order of dispatch");
    assert_eq!(transport.take_back(), [job(2), job(3)]);
    assert_eq!(transport.waiting(), 0);
    transport.close();
    assert_eq!(transport.receive(), None);
}

/// Everything a limiter must keep about lanes without a limit of their own.
pub fn limiter(limiter: &dyn Limiter) {
    let shop = |turn| Turn { lane: "write_back".to_owned(), turn };
    assert_eq!(limiter.admit(&shop(1), 0, 5), 5);
    limiter.block(&shop(1), Duration::from_secs(3600));
    assert_eq!(limiter.admit(&shop(1), 0, 5), 0, "the outside asked for patience");
    assert_eq!(limiter.admit(&shop(2), 0, 5), 5, "with this shop only");
}

/// Everything a pace must keep; `name` keeps tests that share a store apart.
pub fn pace(pace: &dyn Pace, name: &str) {
    let hourly = Rate { every: Duration::from_secs(3600), burst: 2 };
    let (one, other) = (format!("{name}:one"), format!("{name}:other"));
    assert_eq!([pace.take(&one, hourly, 1), pace.take(&one, hourly, 1)], [Duration::ZERO; 2], "the burst");
    let wait = pace.take(&one, hourly, 1);
    assert!((3590..=3600).contains(&wait.as_secs()), "an hour, and it took {wait:?}");
    let behind = pace.take(&one, hourly, 2);
    assert!((3 * 3590..=3 * 3600).contains(&behind.as_secs()), "behind the one before: {behind:?}");
    assert_eq!(pace.take(&other, hourly, 1), Duration::ZERO, "another key has a bucket of its own");
    let quick = Rate { every: Duration::from_nanos(1), burst: 1 };
    let blocked = format!("{name}:blocked");
    pace.block(&blocked, Duration::from_secs(60));
    assert!(pace.take(&blocked, quick, 1) > Duration::from_secs(50), "the outside asked for patience");
}

/// Everything a limiter must keep about a lane `shared` of two jobs at once and a burst of three in an hour, of which
/// this turn has begun none.
pub fn limited(limiter: &dyn Limiter, turn: i64) {
    let turn = Turn { lane: "shared".to_owned(), turn };
    assert_eq!(limiter.admit(&turn, 0, 9), 2, "two at once");
    assert_eq!(limiter.admit(&turn, 2, 9), 0, "they are at work");
    assert_eq!(limiter.admit(&turn, 1, 9), 1, "one has ended");
    limiter.tell(&turn, 0);
    assert_eq!(limiter.admit(&turn, 0, 9), 0, "the burst of the hour is used up");
    limiter.give_back(&turn, 1);
    assert_eq!(limiter.admit(&turn, 0, 9), 1, "what was not leased is free again");
    assert_eq!(
        limiter.admit(&Turn { turn: turn.turn + 100, ..turn }, 0, 1),
        1,
        "another turn has limits of its own"
    );
}

/// Everything a bell must keep within its process.
pub fn bell(bell: &dyn Bell) {
    let patience = Duration::from_secs(20);
    for is_nudge in [false, true] {
        let seen = bell.wait(u64::MAX, Duration::ZERO);
        match is_nudge {
            true => bell.nudge(),
            false => bell.ring(),
        }
        assert_ne!(bell.wait(seen, patience), seen, "what rang before the wait is heard");
    }
}

/// Everything limiters must keep that share what they know: a lane `shared` of two jobs at once and a burst of
/// three in an hour, through two runners.
pub fn shared_limiter(one: &dyn Limiter, other: &dyn Limiter, turn: i64) {
    let turn = Turn { lane: "shared".to_owned(), turn };
    assert_eq!(one.admit(&turn, 0, 9), 2, "two at once");
    assert_eq!(other.admit(&turn, 0, 9), 0, "the other runner has them");
    one.tell(&turn, 1);
    assert_eq!(other.admit(&turn, 0, 9), 1, "one has ended");
    one.tell(&turn, 0);
    other.tell(&turn, 0);
    assert_eq!(one.admit(&turn, 0, 9), 0, "the burst of the hour is used up");
    other.give_back(&turn, 1);
    assert_eq!(one.admit(&turn, 0, 9), 1, "what was not leased is free again");
    other.give_back(&turn, 1);
    one.block(&turn, Duration::from_secs(3600));
    assert_eq!(other.admit(&turn, 0, 9), 0, "patience was asked for, of all");
}

/// Everything a bell between processes must keep; `one` and `other` are of two processes.
pub fn far_bell(one: &dyn Bell, other: &dyn Bell) {
    let patience = Duration::from_secs(20);
    let mut seen = other.wait(u64::MAX, Duration::ZERO);
    let begun = std::time::Instant::now();
    while !(one.hears_all() && other.hears_all()) {
        assert!(begun.elapsed() < patience, "they hear each other");
        std::thread::sleep(Duration::from_millis(5));
    }
    // Both begin by hearing that it may have rung before them; that is over when it is quiet.
    loop {
        let now = other.wait(seen, Duration::from_millis(200));
        if now == seen {
            break;
        }
        seen = now;
    }
    one.ring();
    assert_ne!(other.wait(seen, patience), seen, "a ring here is heard there");
}
