//! Jobs as the program enqueues them and as people see them.
//!
//! Live jobs stand in `jobs`, ended ones in `finished_jobs`. How workers lease and end them is in
//! [`super::job_ledger`].

use std::time::Duration;

use diesel::QueryResult;
use serde_json::Value as Json;
use workers::Hold;

use super::column::row;
use super::statement::{Rows, Statement, sql};
use super::{Db, One, Tx};
use crate::domain::error::Error;
use crate::domain::id::{JobId, SellerId};
use crate::domain::job::JobState;
use crate::domain::time::UtcTime;
use crate::traces;

/// A kind of job, as those see it who enqueue one.
#[derive(Debug, Clone, Copy)]
pub struct JobKind {
    /// Dotted, the noun first: `import.file`.
    pub name: &'static str,
    /// The queue it stands in.
    pub lane: &'static str,
    pub max_attempts: i64,
    /// 1 for what must never be repeated blindly: its first crash is for a person to look at.
    pub max_crashes: i64,
}

/// A job about to be enqueued.
#[derive(Debug, Clone)]
pub struct NewJob {
    pub kind: JobKind,
    /// At most one live job of the kind has this key.
    pub key: Option<String>,
    pub run_at: RunAt,
    /// 0 is the most urgent, [`USUAL`] the usual.
    pub priority: i64,
    /// What takes turns, when that is not the seller.
    pub turn: Option<i64>,
    /// No personal data; people see it.
    pub payload: Json,
}

/// When a job may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunAt {
    Now,
    /// By the database's clock.
    After(Duration),
    At(UtcTime),
}

/// The usual priority.
pub const USUAL: i64 = 5;

/// Longest payload in bytes. Data goes into a table, its id into the payload.
const PAYLOAD_MAX: usize = 64 << 10;

impl NewJob {
    /// A job of this kind that may begin at once.
    pub fn new(kind: JobKind, payload: Json) -> Self {
        Self { kind, key: None, run_at: RunAt::Now, priority: USUAL, turn: None, payload }
    }

    /// The same, at most one at a time for this key.
    pub fn unique(self, key: impl Into<String>) -> Self {
        Self { key: Some(key.into()), ..self }
    }
}

/// This database's moment in milliseconds since 1970, for a statement's text.
///
/// Fixed for a statement, so that PostgreSQL can look it up in an index.
pub(super) fn now_ms(db: &Db) -> &'static str {
    match db.is_postgres() {
        true => "CAST(EXTRACT(EPOCH FROM statement_timestamp()) * 1000 AS BIGINT)",
        false => "CAST(unixepoch('subsec') * 1000 AS INTEGER)",
    }
}

/// Enqueues a job in this transaction; workers hear of it after the commit. `None` when a live job
/// has its key already.
///
/// # Errors
/// When the payload is longer than a job may carry.
pub fn enqueue(tx: &mut Tx, job: NewJob) -> Result<Option<JobId>, Error> {
    Ok(enqueue_all(tx, &[job])?.pop())
}

/// Enqueues many at once; answers the ids of those that were not there already.
///
/// # Errors
/// As [`enqueue`].
pub fn enqueue_all(tx: &mut Tx, jobs: &[NewJob]) -> Result<Vec<JobId>, Error> {
    let seller = tx.seller();
    let jobs: Vec<_> = jobs.iter().map(|job| (seller, job)).collect();
    enqueue_each(tx, &jobs)
}

/// Enqueues jobs of many sellers at once, for work that goes round them all.
///
/// # Errors
/// As [`enqueue`].
pub fn enqueue_for(tx: &mut Tx, jobs: &[(SellerId, NewJob)]) -> Result<Vec<JobId>, Error> {
    let jobs: Vec<_> = jobs.iter().map(|(seller, job)| (*seller, job)).collect();
    enqueue_each(tx, &jobs)
}

fn enqueue_each(tx: &mut Tx, jobs: &[(SellerId, &NewJob)]) -> Result<Vec<JobId>, Error> {
    let (sellers, jobs): (Vec<SellerId>, Vec<&NewJob>) = jobs.iter().copied().unzip();
    let payloads: Vec<String> = jobs.iter().map(|job| job.payload.to_string()).collect();
    if let Some(long) = payloads.iter().find(|payload| payload.len() > PAYLOAD_MAX) {
        let length = long.len();
        return Err(anyhow::anyhow!("a job's payload has {length} bytes; at most {PAYLOAD_MAX}").into());
    }
    let (now, actor) = (now_ms(tx), tx.actor.name.clone());
    // One question less where a sequence can be asked within the statement.
    let (next_id, ids) = match tx.is_postgres() {
        true => ("nextval('ids')", vec![0; jobs.len()]),
        false => ("new.id", tx.ids(jobs.len())?.collect()),
    };
    let run_at = |job: &NewJob| match job.run_at {
        RunAt::Now => (None, 0),
        RunAt::After(span) => (None, ms(span)),
        RunAt::At(moment) => (Some(moment.micros() / 1000), 0),
    };
    let rows = Rows::new("new")
        .column("id", ids)
        .column("seller_id", sellers.iter().copied())
        .column("lane", jobs.iter().map(|job| job.kind.lane))
        .column("kind", jobs.iter().map(|job| job.kind.name))
        .column("turn", jobs.iter().zip(&sellers).map(|(job, seller)| job.turn.unwrap_or(seller.0)))
        .column("priority", jobs.iter().map(|job| job.priority))
        .column("state", jobs.iter().map(|job| if job.run_at == RunAt::Now { "ready" } else { "waiting" }))
        .column("at_ms", jobs.iter().map(|job| run_at(job).0))
        .column("after_ms", jobs.iter().map(|job| run_at(job).1))
        .column("max_attempts", jobs.iter().map(|job| job.kind.max_attempts))
        .column("max_crashes", jobs.iter().map(|job| job.kind.max_crashes))
        .column("unique_key", jobs.iter().map(|job| job.key.as_deref()))
        .column("payload", payloads);
    let statement = sql(format!(
        "INSERT INTO jobs (id, seller_id, lane, kind, turn, priority, state, due_ms, attempt, max_attempts, \
         crashes, max_crashes, is_cancelled, unique_key, actor, payload, progress_done, progress_total, created_ms, \
         trace) SELECT {next_id}, new.seller_id, new.lane, new.kind, new.turn, new.priority, new.state, \
         COALESCE(new.at_ms, {now} + new.after_ms), 0, new.max_attempts, 0, new.max_crashes, false, \
         new.unique_key, ?, new.payload, 0, 0, {now}, ? FROM ? WHERE true \
         ON CONFLICT (seller_id, kind, unique_key) WHERE unique_key IS NOT NULL DO NOTHING RETURNING id AS one"
    ));
    let made = tx.load::<One>(statement.bind(actor).bind(traces::current()).rows(rows))?;
    tx.has_jobs |= !made.is_empty();
    Ok(made.into_iter().map(|row| JobId(row.one)).collect())
}

/// Completes a job beside its effect: the first statement of the handler's transaction.
///
/// # Errors
/// `lease_lost` when the job is no longer held by this lease; the transaction must not go on.
pub fn complete(tx: &mut Tx, hold: Hold, result: Option<&Json>) -> Result<(), Error> {
    match complete_all(tx, &[(hold, result)])?.is_empty() {
        false => Ok(()),
        true => Err(lease_lost(hold)),
    }
}

/// Holds a job for a step on its way: the first statement of the step's transaction.
///
/// # Errors
/// `lease_lost` as [`complete`]; the transaction must not go on.
pub fn go_on(tx: &mut Tx, hold: Hold) -> Result<(), Error> {
    let seller = tx.seller();
    let text = "SELECT id AS one FROM jobs WHERE seller_id = ? AND id = ? AND token = ? FOR UPDATE";
    match tx.first::<One>(sql(text).bind(seller).bind(hold.id).bind(hold.token))? {
        Some(_) => Ok(()),
        None => Err(lease_lost(hold)),
    }
}

/// Completes several jobs, each with what people find with it, before their effects are written in the same
/// transaction. Answers the ids of those that were held; no effect of the others may be written.
pub(crate) fn complete_all(db: &mut Db, ends: &[(Hold, Option<&Json>)]) -> QueryResult<Vec<i64>> {
    let holds: Vec<Hold> = ends.iter().map(|(hold, _)| *hold).collect();
    let results = ends.iter().map(|(_, result)| result.map(Json::to_string));
    move_to_ended(db, held(&holds).column("said", results), JobState::Done, None)
}

/// What is said of a completion by somebody who no longer holds the job.
pub(crate) fn lease_lost(hold: Hold) -> Error {
    Error::conflict(
        LEASE_LOST,
        format!("Job {} is no longer this worker's.", hold.id),
        "Nothing was written; another worker has it.",
    )
}

/// Notes what came of a job that was completed before its effect was known.
pub fn set_result(tx: &mut Tx, job: JobId, result: &Json) -> QueryResult<()> {
    let seller = tx.seller();
    let statement = sql("UPDATE finished_jobs SET result = ? WHERE seller_id = ? AND id = ?");
    tx.execute(statement.bind(result.to_string()).bind(seller).bind(job)).map(drop)
}

/// The code of a completion that came too late.
pub const LEASE_LOST: &str = "lease_lost";

/// What a live and an ended job have in common.
const SHARED: &str = "id, seller_id, lane, kind, turn, priority, due_ms, attempt, max_attempts, crashes, \
     max_crashes, unique_key, actor, payload, progress_done, progress_total, created_ms";

/// Moves held jobs to the ended ones; answers the ids that were held. `error` replaces the last one.
pub(super) fn finish(
    db: &mut Db,
    holds: &[Hold],
    state: JobState,
    error: Option<&str>,
) -> QueryResult<Vec<i64>> {
    let nothing = std::iter::repeat_n(None::<String>, holds.len());
    move_to_ended(db, held(holds).column("said", nothing), state, error)
}

/// As [`finish`], for leases with a result each in a column `said`.
fn move_to_ended(db: &mut Db, held: Rows, state: JobState, error: Option<&str>) -> QueryResult<Vec<i64>> {
    let now = now_ms(db);
    let into = format!("INSERT INTO finished_jobs ({SHARED}, state, error, result, finished_ms)");
    let pick = format!("SELECT {SHARED}, ?, COALESCE(?, error), said, {now}");
    let values = |statement: Statement| statement.bind(state).bind(error);
    let ids: Vec<One> = if db.is_postgres() {
        let text = format!(
            "WITH gone AS (DELETE FROM jobs USING (SELECT * FROM ?) held WHERE jobs.id = held.one \
             AND jobs.token = held.token RETURNING jobs.*, held.said), \
             kept AS ({into} {pick} FROM gone) SELECT id AS one FROM gone"
        );
        db.load(values(sql(text).rows(held)))?
    } else {
        // There is one writer, so nothing changes between the two.
        let text = format!(
            "{into} {pick} FROM ? CROSS JOIN jobs WHERE jobs.id = held.one AND jobs.token = held.token"
        );
        db.execute(values(sql(text)).rows(held.clone()))?;
        let text = "DELETE FROM jobs WHERE id IN (SELECT j.id FROM ? CROSS JOIN jobs j WHERE j.id = held.one \
             AND j.token = held.token) RETURNING id AS one";
        db.load(sql(text).rows(held))?
    };
    Ok(ids.into_iter().map(|row| row.one).collect())
}

/// Leases as a table `held` of `one` (the id) and `token`.
pub(super) fn held(holds: &[Hold]) -> Rows {
    Rows::new("held")
        .column("one", holds.iter().map(|hold| hold.id))
        .column("token", holds.iter().map(|hold| hold.token))
}

/// A span in milliseconds, for a statement.
pub(super) fn ms(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX / 2)
}

row! {
    /// A job as people see it. Times are milliseconds since 1970.
    pub struct JobRow {
        pub id: JobId,
        pub lane: String,
        pub kind: String,
        pub state: JobState,
        pub priority: i64,
        pub attempt: i64,
        pub max_attempts: i64,
        pub crashes: i64,
        pub is_cancelled: bool,
        pub actor: String,
        pub payload: String,
        pub error: Option<String>,
        pub result: Option<String>,
        pub progress_done: i64,
        pub progress_total: i64,
        pub created_ms: i64,
        pub due_ms: i64,
        pub finished_ms: Option<i64>,
    }
}

/// Which jobs to list.
#[derive(Debug, Clone, Default)]
pub struct JobFilter {
    pub state: Option<JobState>,
    pub kind: Option<String>,
    /// Ids below this one.
    pub before: Option<JobId>,
}

const COMMON: &str = "id, lane, kind, state, priority, attempt, max_attempts, crashes, actor, payload, error, \
     progress_done, progress_total, created_ms, due_ms";

fn live() -> String {
    format!(
        "SELECT {COMMON}, is_cancelled, CAST(NULL AS TEXT) AS result, CAST(NULL AS BIGINT) AS finished_ms FROM jobs"
    )
}

fn ended() -> String {
    format!("SELECT {COMMON}, state = 'cancelled' AS is_cancelled, result, finished_ms FROM finished_jobs")
}

/// This seller's jobs, newest first.
pub fn list(db: &mut Db, filter: &JobFilter, limit: usize) -> QueryResult<Vec<JobRow>> {
    let mut found = Vec::new();
    for (text, holds_ended) in [(live(), false), (ended(), true)] {
        if filter.state.is_some_and(|state| state.is_end() != holds_ended) {
            continue;
        }
        let mut statement = sql(format!("{text} WHERE seller_id = ? AND id < ?"))
            .bind(db.seller())
            .bind(filter.before.map_or(i64::MAX, |id| id.0));
        if let Some(state) = filter.state {
            statement = statement.push(" AND state = ?").bind(state);
        }
        if let Some(kind) = &filter.kind {
            statement = statement.push(" AND kind = ?").bind(kind);
        }
        found.extend(db.load::<JobRow>(statement.push(" ORDER BY id DESC LIMIT ?").bind(limit))?);
    }
    found.sort_by_key(|row| std::cmp::Reverse(row.id));
    found.truncate(limit);
    Ok(found)
}

/// One job of this seller.
///
/// # Errors
/// [`Error::Missing`].
pub fn find(db: &mut Db, job: JobId) -> Result<JobRow, Error> {
    for text in [live(), ended()] {
        let statement = sql(format!("{text} WHERE seller_id = ? AND id = ?")).bind(db.seller()).bind(job);
        if let Some(row) = db.first(statement)? {
            return Ok(row);
        }
    }
    Err(Error::missing("job", job))
}

/// Those of these jobs that this seller has, newest first.
pub fn find_all(db: &mut Db, jobs: &[JobId]) -> QueryResult<Vec<JobRow>> {
    let seller = db.seller();
    let mut found = Vec::new();
    for text in [live(), ended()] {
        let statement = sql(format!("{text} WHERE seller_id = ? AND id IN ?")).bind(seller);
        found.extend(db.load::<JobRow>(statement.list(jobs.iter().copied()))?);
    }
    found.sort_by_key(|row| std::cmp::Reverse(row.id));
    Ok(found)
}

/// The live job of this kind with this key, if there is one.
pub fn live_with_key(db: &mut Db, kind: JobKind, key: &str) -> QueryResult<Option<JobRow>> {
    let text = format!("{} WHERE seller_id = ? AND kind = ? AND unique_key = ?", live());
    let seller = db.seller();
    db.first(sql(text).bind(seller).bind(kind.name).bind(key))
}

row! {
    /// A failed attempt.
    pub struct JobErrorRow {
        pub at_ms: i64,
        pub attempt: i64,
        pub error: String,
    }
}

/// The failed attempts of a job, the first one first.
pub fn errors(db: &mut Db, job: JobId) -> QueryResult<Vec<JobErrorRow>> {
    let text = "SELECT at_ms, attempt, error FROM job_errors WHERE job_id = ? ORDER BY at_ms, attempt";
    db.load(sql(text).bind(job))
}

/// Calls jobs off, as far as they have not ended. Those that are held are told so, and their handlers end them.
pub fn cancel(tx: &mut Tx, jobs: &[JobId]) -> QueryResult<()> {
    let (seller, now) = (tx.seller(), now_ms(tx));
    let text = "UPDATE jobs SET is_cancelled = true WHERE seller_id = ? AND id IN ?";
    tx.execute(sql(text).bind(seller).list(jobs.iter().copied()))?;
    // The rows are ours since the update, so no worker leases one in between.
    let text = format!(
        "INSERT INTO finished_jobs ({SHARED}, state, error, finished_ms) \
         SELECT {SHARED}, 'cancelled', error, {now} FROM jobs WHERE seller_id = ? AND id IN ? AND token IS NULL"
    );
    tx.execute(sql(text).bind(seller).list(jobs.iter().copied()))?;
    let text = "DELETE FROM jobs WHERE seller_id = ? AND id IN ? AND token IS NULL";
    tx.execute(sql(text).bind(seller).list(jobs.iter().copied())).map(drop)
}

/// Takes dead and cancelled jobs up again, with all their attempts; lets waiting ones begin now. Answers which.
pub fn retry(tx: &mut Tx, jobs: &[JobId]) -> QueryResult<Vec<JobId>> {
    let (seller, now) = (tx.seller(), now_ms(tx));
    let text = format!(
        "UPDATE jobs SET state = 'ready', due_ms = {now} WHERE seller_id = ? AND id IN ? AND state = 'waiting' \
         RETURNING id AS one"
    );
    let mut taken_up: Vec<One> = tx.load(sql(text).bind(seller).list(jobs.iter().copied()))?;
    let columns = SHARED.replace("due_ms, attempt,", "").replace("crashes, max", "max");
    let text = format!(
        "INSERT INTO jobs ({columns}, state, due_ms, attempt, crashes, is_cancelled, error, trace) \
         SELECT {columns}, 'ready', {now}, 0, 0, false, error, ? FROM finished_jobs \
         WHERE seller_id = ? AND id IN ? AND state IN ('dead', 'cancelled') \
         ON CONFLICT (seller_id, kind, unique_key) WHERE unique_key IS NOT NULL DO NOTHING RETURNING id AS one"
    );
    let again = sql(text).bind(traces::current()).bind(seller).list(jobs.iter().copied());
    let again: Vec<One> = tx.load(again)?;
    let text = "DELETE FROM finished_jobs WHERE seller_id = ? AND id IN ?";
    tx.execute(sql(text).bind(seller).list(again.iter().map(|row| row.one)))?;
    taken_up.extend(again);
    tx.has_jobs |= !taken_up.is_empty();
    Ok(taken_up.into_iter().map(|row| JobId(row.one)).collect())
}

/// Pauses a queue for this seller's jobs, or resumes it.
pub fn pause(tx: &mut Tx, lane: &str, is_paused: bool) -> QueryResult<()> {
    let seller = tx.seller();
    let text = match is_paused {
        true => {
            "INSERT INTO paused_lanes (seller_id, lane) VALUES (?, ?) ON CONFLICT (seller_id, lane) DO NOTHING"
        }
        false => "DELETE FROM paused_lanes WHERE seller_id = ? AND lane = ?",
    };
    tx.execute(sql(text).bind(seller).bind(lane))?;
    tx.has_jobs |= !is_paused;
    Ok(())
}

row! {
    /// What stands in one lane of a seller.
    pub struct QueueRow {
        pub lane: String,
        pub is_paused: bool,
        pub ready: i64,
        pub running: i64,
        pub waiting: i64,
    }
}

/// This seller's lanes that hold anything or are paused.
pub fn queues(db: &mut Db) -> QueryResult<Vec<QueueRow>> {
    let seller = db.seller();
    let count = |states: &str| {
        format!("COALESCE(CAST(SUM(CASE WHEN j.state IN ({states}) THEN 1 ELSE 0 END) AS BIGINT), 0)")
    };
    let text = format!(
        "SELECT l.lane, EXISTS (SELECT 1 FROM paused_lanes p WHERE p.seller_id = ? AND p.lane = l.lane) AS is_paused, \
         {} AS ready, {} AS running, {} AS waiting \
         FROM (SELECT lane FROM jobs WHERE seller_id = ? UNION SELECT lane FROM paused_lanes WHERE seller_id = ?) AS l \
         LEFT JOIN jobs j ON j.seller_id = ? AND j.lane = l.lane GROUP BY l.lane ORDER BY l.lane",
        count("'ready'"),
        count("'leased', 'running'"),
        count("'waiting'")
    );
    db.load(sql(text).bind(seller).bind(seller).bind(seller).bind(seller))
}

/// How many of this seller's jobs have failed for good within so long.
pub fn failed_lately(db: &mut Db, span: Duration) -> QueryResult<i64> {
    let (seller, now) = (db.seller(), now_ms(db));
    let text = format!(
        "SELECT COUNT(*) AS one FROM finished_jobs WHERE seller_id = ? AND state = 'dead' AND finished_ms > {now} - ?"
    );
    db.number(sql(text).bind(seller).bind(ms(span)))
}

row! {
    /// How many jobs of a lane are in a state, and how long the oldest of them has been due.
    pub struct DepthRow {
        pub lane: String,
        pub state: JobState,
        pub count: i64,
        pub oldest_ms: i64,
    }
}

/// The depth of every lane, over all sellers; only numbers, for metrics.
pub fn depths(db: &mut Db) -> QueryResult<Vec<DepthRow>> {
    let now = now_ms(db);
    db.load(sql(format!(
        "SELECT lane, state, COUNT(*) AS count, {now} - MIN(due_ms) AS oldest_ms FROM jobs \
         GROUP BY lane, state ORDER BY lane, state"
    )))
}

/// Forgets what ended long ago, at most `limit` jobs: done ones after `done`, the others after `dead`.
/// Answers how many.
pub fn forget(tx: &mut Tx, done: Duration, dead: Duration, limit: usize) -> QueryResult<usize> {
    let now = now_ms(tx);
    let text = format!(
        "DELETE FROM finished_jobs WHERE (seller_id, id) IN (SELECT seller_id, id FROM finished_jobs \
         WHERE finished_ms < {now} - ? AND (state = 'done' OR finished_ms < {now} - ?) \
         ORDER BY finished_ms LIMIT ?) RETURNING id AS one"
    );
    let gone = tx.load::<One>(sql(text).bind(ms(done)).bind(ms(dead)).bind(limit))?;
    let text = "DELETE FROM job_errors WHERE job_id IN ?";
    tx.execute(sql(text).list(gone.iter().map(|row| row.one)))?;
    Ok(gone.len())
}

/// Has a periodic job come again at the next look, whenever its slot was taken.
pub fn begin_again(tx: &mut Tx, name: &str) -> QueryResult<()> {
    tx.execute(sql("DELETE FROM job_slots WHERE name = ?").bind(name)).map(drop)
}

/// The seller of a job that a worker holds, for those who act in its name.
pub fn seller_of(job: &workers::Job) -> SellerId {
    SellerId(job.seller)
}
