//! Jobs whose work can be counted: each leaves an event as its effect.

use std::time::{Duration, Instant};

use huidan::app::App;
use huidan::db::Tx;
use huidan::db::events::{self, NewEvent};
use huidan::db::jobs::JobKind;
use huidan::db::statement::sql;
use huidan::domain::error::Error;
use huidan::jobs::run::{Task, kind};
use huidan::operations::NOBODY;
use serde_json::json;
use workers::{End, Kind, Retry};

/// A span no healthy test comes near.
pub const PATIENCE: Duration = Duration::from_secs(90);

/// This kind of job, done by this handler; retried soon.
pub fn handled(
    app: &App,
    what: JobKind,
    handler: impl Fn(&Task) -> Result<End, Error> + Send + Sync + 'static,
) -> Kind {
    let retry = Retry { base: Duration::from_millis(1), cap: Duration::from_millis(1) };
    Kind { retry, ..kind(app, what, handler) }
}

/// Leaves one event per job as its effect.
pub fn effect(task: &Task) -> Result<End, Error> {
    task.settle(None, |tx| leave_effect(tx, task.job.id))
}

/// The same in one commit with the effects that come at the same time.
pub fn effect_in_company(task: &Task) -> Result<End, Error> {
    let job = task.job.id;
    Ok(task.settle_together(None, move |tx| leave_effect(tx, job)))
}

/// What [`effects`] counts.
pub fn leave_effect(tx: &mut Tx, job: i64) -> Result<(), Error> {
    let event = NewEvent { kind: "test.effect", subject_kind: "job", subject: job, data: json!({}) };
    Ok(events::record(tx, &[event])?)
}

/// All effects there are, and of how many jobs.
pub fn effects(app: &App) -> (i64, i64) {
    let count = |what: &str| {
        let text = format!("SELECT COUNT({what}) AS one FROM events WHERE kind = 'test.effect'");
        app.read(NOBODY, |db| Ok(db.number(sql(text))?)).expect("events are counted")
    };
    (count("*"), count("DISTINCT subject_id"))
}

/// Waits until it is so.
#[track_caller]
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
