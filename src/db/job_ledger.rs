//! The record of jobs as workers need it: [`workers::Ledger`] on both databases.
//!
//! Every method is one short transaction, most of them one statement, and every write names the lease's token. The
//! conformance suite of the workers' crate runs against it in `tests/it/jobs.rs`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Result;
use diesel::QueryResult;
use serde_json::json;
use workers::{Extended, Hold, Job, Ledger, Periodic, Rescued, Survey, Then, Turn, Want};

use super::column::row;
use super::jobs::{self, JobKind, NewJob, finish, held, ms, now_ms};
use super::pool::Pool;
use super::seal::{Keys, random};
use super::statement::{Rows, sql};
use super::{Db, One, Tx, due};
use crate::domain::actor::Actor;
use crate::domain::error::Error;
use crate::domain::id::SellerId;
use crate::domain::job::JobState;
use crate::domain::time::Clock;

/// How many jobs one chore moves at once, so that no transaction holds many rows for long.
const CHORE: usize = 500;

/// The jobs of all sellers.
pub struct JobLedger {
    pool: Pool,
    keys: Arc<Keys>,
    /// For what our own rows say about time; jobs themselves count by the database's clock.
    clock: Clock,
    /// How far each turn with a backlog has been leased, on PostgreSQL.
    reached: Mutex<HashMap<Turn, Reached>>,
}

/// The last job leased of a turn, whose next ones are looked for behind it. Where a long transaction keeps the rows of
/// jobs that are done with, each look from the beginning would go past all of them.
#[derive(Clone, Copy)]
struct Reached {
    priority: i64,
    id: i64,
    at: Instant,
}

/// So long nobody looks at what a turn has before the place that was reached: an urgent job waits for it at most.
const REACHED_HOLDS: Duration = Duration::from_millis(500);

row! {
    struct LeasedRow {
        id: i64,
        lane: String,
        kind: String,
        seller_id: i64,
        turn: i64,
        priority: i64,
        attempt: i64,
        max_attempts: i64,
        waited_ms: i64,
        actor: String,
        payload: String,
        trace: String,
    }
}

row! {
    struct TurnRow {
        lane: String,
        turn: i64,
    }
}

row! {
    struct MomentRow {
        number: Option<i64>,
    }
}

row! {
    /// A turn, or without a lane the moment of what comes next.
    struct SurveyRow {
        lane: Option<String>,
        number: Option<i64>,
    }
}

row! {
    struct ExtendedRow {
        id: i64,
        is_cancelled: bool,
    }
}

row! {
    struct LostRow {
        id: i64,
        token: i64,
        state: JobState,
        attempt: i64,
        max_attempts: i64,
        crashes: i64,
        max_crashes: i64,
        is_cancelled: bool,
    }
}

impl JobLedger {
    pub(crate) fn new(pool: Pool, keys: Arc<Keys>, clock: Clock) -> Self {
        Self { pool, keys, clock, reached: Mutex::default() }
    }

    fn reader(&self) -> Result<Db> {
        Ok(Db::new(self.pool.reader()?, SellerId(0), self.keys.clone(), (self.clock)()))
    }

    /// A connection for one statement, which is a transaction by itself.
    fn writer(&self) -> Result<Db> {
        Ok(Db::new(self.pool.writer()?, SellerId(0), self.keys.clone(), (self.clock)()))
    }

    fn reached(&self) -> MutexGuard<'_, HashMap<Turn, Reached>> {
        self.reached.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where each of the wanted turns goes on.
    fn from(&self, wants: &[Want]) -> Vec<Option<Reached>> {
        let mut reached = self.reached();
        reached.retain(|_, place| place.at.elapsed() < REACHED_HOLDS);
        wants.iter().map(|want| reached.get(&want.turn).copied()).collect()
    }

    /// Notes how far turns have come; answers what is to be looked for from the beginning, for it was not found behind.
    fn note_reached(&self, wants: &[Want], from: &[Option<Reached>], rows: &[LeasedRow]) -> Vec<Want> {
        let mut found: HashMap<(&str, i64), (usize, i64, i64)> = HashMap::new();
        for row in rows {
            let (count, priority, id) =
                found.entry((row.lane.as_str(), row.turn)).or_insert((0, i64::MIN, i64::MIN));
            *count += 1;
            (*priority, *id) = (*priority, *id).max((row.priority, row.id));
        }
        let mut reached = self.reached();
        let mut missing = Vec::new();
        for (Want { turn, count }, from) in wants.iter().zip(from) {
            let none = (0, i64::MIN, i64::MIN);
            let (had, priority, id) = found.get(&(turn.lane.as_str(), turn.turn)).copied().unwrap_or(none);
            if had == *count {
                // What is before the place comes back into view at the same moment, however far one gets until then.
                let at = from.map_or_else(Instant::now, |from| from.at);
                reached.insert(turn.clone(), Reached { priority, id, at });
            } else {
                reached.remove(turn);
                if from.is_some() {
                    missing.push(Want { turn: turn.clone(), count: count - had });
                }
            }
        }
        missing
    }

    fn write<T>(&self, work: impl FnOnce(&mut Db) -> Result<T, Error>) -> Result<T> {
        Ok(self.writer()?.transaction(work)?)
    }
}

/// Who has ready jobs: one probe of the index per turn, so the cost does not grow with the backlog. Two lists of rows
/// stand for the lanes.
const TURNS: &str = "WITH RECURSIVE t(lane, turn) AS ( \
     SELECT l.lane, (SELECT MIN(j.turn) FROM jobs j WHERE j.state = 'ready' AND j.lane = l.lane) FROM ? \
     UNION ALL \
     SELECT t.lane, (SELECT MIN(j.turn) FROM jobs j WHERE j.state = 'ready' AND j.lane = t.lane \
     AND j.turn > t.turn) FROM t WHERE t.turn IS NOT NULL) \
     SELECT t.lane AS lane, t.turn AS number FROM t WHERE t.turn IS NOT NULL AND NOT EXISTS (SELECT 1 \
     FROM paused_lanes p WHERE p.lane = t.lane AND p.seller_id = (SELECT j.seller_id FROM jobs j \
     WHERE j.state = 'ready' AND j.lane = t.lane AND j.turn = t.turn LIMIT 1))";

/// How many milliseconds until a waiting job is due or a lease runs out, as a column `number`.
fn next_ms(db: &Db) -> String {
    format!(
        "SELECT MIN(next.ms) - {} AS number FROM (SELECT MIN(due_ms) AS ms FROM jobs WHERE state = 'waiting' \
         UNION ALL SELECT MIN(lease_until_ms) AS ms FROM jobs WHERE lease_until_ms IS NOT NULL) AS next",
        now_ms(db)
    )
}

fn lanes_as_rows(lanes: &[&str]) -> Rows {
    Rows::new("l").column("lane", lanes.iter().copied())
}

fn span(ms: i64) -> Duration {
    Duration::from_millis(u64::try_from(ms).unwrap_or_default())
}

impl Ledger for JobLedger {
    fn look(&self, lanes: &[&str]) -> Result<Vec<Turn>> {
        let statement = sql(format!("{TURNS} ORDER BY lane, number")).rows(lanes_as_rows(lanes));
        Ok(turns(self.reader()?.load(statement)?))
    }

    fn next_in(&self) -> Result<Option<Duration>> {
        let mut db = self.reader()?;
        let next = db.first::<MomentRow>(sql(next_ms(&db)))?;
        Ok(next.and_then(|row| row.number).map(span))
    }

    fn survey(&self, lanes: &[&str]) -> Result<Survey> {
        let mut db = self.reader()?;
        let text = format!(
            "SELECT lane, number FROM ({TURNS}) AS turns UNION ALL \
             SELECT CAST(NULL AS TEXT) AS lane, number FROM ({}) AS moment ORDER BY lane, number",
            next_ms(&db)
        );
        let rows: Vec<SurveyRow> = db.load(sql(text).rows(lanes_as_rows(lanes)))?;
        let next_in = rows.iter().find(|row| row.lane.is_none()).and_then(|row| row.number).map(span);
        Ok(Survey { turns: turns(rows), next_in })
    }

    fn lease(&self, wants: &[Want], lease: Duration) -> Result<Vec<Job>> {
        let token = i64::from_be_bytes(random());
        let mut rows = self.write(|db| {
            if !db.is_postgres() {
                return lease_one_by_one(db, wants, token, lease);
            }
            // If a crash of the server loses this commit, the rows are simply ready again; a
            // completion that is durable comes after it in the log and proves it.
            db.batch("SET LOCAL synchronous_commit = off")?;
            let from = self.from(wants);
            let mut rows = lease_from(db, wants, &from, token, lease)?;
            let missing = self.note_reached(wants, &from, &rows);
            if !missing.is_empty() {
                rows.extend(lease_from(db, &missing, &vec![None; missing.len()], token, lease)?);
            }
            Ok(rows)
        })?;
        rows.sort_by_key(|row| (row.priority, row.id));
        Ok(rows.into_iter().map(|row| row.job(token)).collect())
    }

    fn start(&self, hold: Hold, lease: Duration) -> Result<Option<bool>> {
        let mut db = self.writer()?;
        let text = format!(
            "UPDATE jobs SET state = 'running', lease_until_ms = {} + ? WHERE id = ? AND token = ? \
             RETURNING id, is_cancelled",
            now_ms(&db)
        );
        let statement = sql(text).bind(ms(lease)).bind(hold.id).bind(hold.token);
        Ok(db.first::<ExtendedRow>(statement)?.map(|row| row.is_cancelled))
    }

    fn extend(&self, holds: &[Hold], lease: Duration) -> Result<Vec<Extended>> {
        let mut db = self.writer()?;
        let now = now_ms(&db);
        let statement = match db.is_postgres() {
            // A long effect has its job's row locked until it commits. Nobody waits for that row, so that the others
            // keep their leases; nor does a rescue take it, so it is as good as extended.
            true => sql("WITH mine AS MATERIALIZED (SELECT j.id, j.token, j.is_cancelled FROM ? JOIN jobs j \
                 ON j.id = held.one AND j.token = held.token), \
                 free AS MATERIALIZED (SELECT j.id, j.token FROM mine JOIN jobs j ON j.id = mine.id \
                 AND j.token = mine.token FOR UPDATE OF j SKIP LOCKED), ")
            .push(&format!("longer AS (UPDATE jobs SET lease_until_ms = {now} + ? FROM free "))
            .push(
                "WHERE jobs.id = free.id AND jobs.token = free.token RETURNING jobs.id, jobs.is_cancelled) \
                 SELECT id, is_cancelled FROM longer UNION ALL \
                 SELECT id, is_cancelled FROM mine WHERE id NOT IN (SELECT id FROM free)",
            )
            .rows(held(holds))
            .bind(ms(lease)),
            false => sql(format!("UPDATE jobs SET lease_until_ms = {now} + ? FROM ? "))
                .push("WHERE jobs.id = held.one AND jobs.token = held.token RETURNING jobs.id, jobs.is_cancelled")
                .bind(ms(lease))
                .rows(held(holds)),
        };
        let rows = db.load::<ExtendedRow>(statement)?;
        let extended = |row: ExtendedRow| Extended { id: row.id, is_cancelled: row.is_cancelled };
        Ok(rows.into_iter().map(extended).collect())
    }

    fn complete(&self, holds: &[Hold]) -> Result<Vec<i64>> {
        let mut db = self.writer()?;
        match db.is_postgres() {
            true => Ok(finish(&mut db, holds, JobState::Done, None)?),
            // Two statements there.
            false => Ok(db.transaction(|db| Ok(finish(db, holds, JobState::Done, None)?))?),
        }
    }

    fn fail(&self, hold: Hold, error: &str, then: Then) -> Result<bool> {
        self.write(|db| {
            let now = now_ms(db);
            let text = format!(
                "INSERT INTO job_errors (job_id, at_ms, attempt, error) \
                 SELECT id, {now}, attempt, ? FROM jobs WHERE id = ? AND token = ?"
            );
            if db.execute(sql(text).bind(error).bind(hold.id).bind(hold.token))? == 0 {
                return Ok(false);
            }
            Ok(match then {
                Then::RetryIn(span) => wait(db, hold, span, error, 0)?,
                Then::Dead => !finish(db, &[hold], JobState::Dead, Some(error))?.is_empty(),
                Then::Cancelled => !finish(db, &[hold], JobState::Cancelled, Some(error))?.is_empty(),
            })
        })
    }

    fn snooze(&self, hold: Hold, span: Duration, why: &str) -> Result<bool> {
        Ok(wait(&mut self.writer()?, hold, span, why, 1)?)
    }

    fn release(&self, holds: &[Hold]) -> Result<usize> {
        let text = "UPDATE jobs SET state = 'ready', attempt = attempt - 1, token = NULL, \
             lease_until_ms = NULL FROM ? WHERE jobs.id = held.one AND jobs.token = held.token";
        Ok(self.writer()?.execute(sql(text).rows(held(holds)))?)
    }

    fn promote(&self) -> Result<usize> {
        let mut db = self.writer()?;
        let text = format!(
            "UPDATE jobs SET state = 'ready' WHERE id IN (SELECT id FROM jobs WHERE state = 'waiting' \
             AND due_ms <= {} ORDER BY due_ms, id LIMIT ? FOR UPDATE SKIP LOCKED)",
            now_ms(&db)
        );
        Ok(db.execute(sql(text).bind(CHORE))?)
    }

    fn rescue(&self) -> Result<Rescued> {
        self.write(|db| {
            let text = format!(
                "SELECT id, token, state, attempt, max_attempts, crashes, max_crashes, is_cancelled FROM jobs \
                 WHERE lease_until_ms < {} ORDER BY lease_until_ms LIMIT ? FOR UPDATE SKIP LOCKED",
                now_ms(db)
            );
            let lost = db.load::<LostRow>(sql(text).bind(CHORE))?;
            if lost.is_empty() {
                return Ok(Rescued::default());
            }
            let of = |end: Option<JobState>| -> Vec<Hold> {
                let chosen = lost.iter().filter(|row| row.end() == end);
                chosen.map(|row| Hold { id: row.id, token: row.token }).collect()
            };
            let (ready, dead) = (of(None), of(Some(JobState::Dead)));
            let text = "UPDATE jobs SET crashes = crashes + CASE WHEN state = 'running' THEN 1 ELSE 0 END, \
                 state = 'ready', token = NULL, lease_until_ms = NULL FROM ? \
                 WHERE jobs.id = held.one AND jobs.token = held.token";
            db.execute(sql(text).rows(held(&ready)))?;
            let why = "its worker was lost too often while it was at work";
            finish(db, &dead, JobState::Dead, Some(why))?;
            finish(db, &of(Some(JobState::Cancelled)), JobState::Cancelled, None)?;
            Ok(Rescued { ready: ready.len(), dead: dead.len() })
        })
    }

    fn progress(&self, hold: Hold, done: u64, total: u64) -> Result<()> {
        let number = |count| i64::try_from(count).unwrap_or(i64::MAX);
        let text = "UPDATE jobs SET progress_done = ?, progress_total = ? WHERE id = ? AND token = ?";
        let statement = sql(text).bind(number(done)).bind(number(total));
        Ok(self.writer()?.execute(statement.bind(hold.id).bind(hold.token)).map(drop)?)
    }

    fn take_slots(&self, periodic: &[Periodic]) -> Result<usize> {
        let paces: Vec<(&str, i64)> =
            periodic.iter().map(|periodic| (periodic.name, ms(periodic.every).max(1))).collect();
        // Most of the time there is nothing to take, and then nothing is written.
        let begun = due::slots(&mut self.reader()?, &paces)?;
        if begun.is_empty() {
            return Ok(0);
        }
        let actor = Actor::system(SellerId(0));
        self.write(|db| {
            let text = "INSERT INTO job_slots (name, slot) SELECT new.name, new.slot FROM ? WHERE true \
                 ON CONFLICT (name) DO UPDATE SET slot = excluded.slot WHERE job_slots.slot < excluded.slot \
                 RETURNING name AS lane, slot AS turn";
            let slots = Rows::new("new").column("name", begun.keys()).column("slot", begun.values().copied());
            let taken: HashMap<String, i64> = db
                .load::<TurnRow>(sql(text).rows(slots))?
                .into_iter()
                .map(|row| (row.lane, row.turn))
                .collect();
            let jobs: Vec<NewJob> = periodic
                .iter()
                .filter(|periodic| taken.contains_key(periodic.name))
                .map(|periodic| {
                    let kind =
                        JobKind { name: periodic.kind, lane: periodic.lane, max_attempts: 3, max_crashes: 3 };
                    // A slot that is still at work is company enough for the next one.
                    NewJob::new(kind, json!({ "slot": taken[periodic.name] })).unique(periodic.name)
                })
                .collect();
            let now = db.now();
            Ok(jobs::enqueue_all(&mut Tx::new(db, now, &actor), &jobs)?.len())
        })
    }
}

const LEASED: &str = "jobs.id, jobs.lane, jobs.kind, jobs.seller_id, jobs.turn, jobs.priority, \
     jobs.attempt, jobs.max_attempts, jobs.actor, jobs.payload, jobs.trace";

fn lease_set(db: &Db) -> String {
    let now = now_ms(db);
    format!("UPDATE jobs SET state = 'leased', attempt = attempt + 1, token = ?, lease_until_ms = {now} + ?")
}

fn lease_returning(db: &Db) -> String {
    format!("RETURNING {LEASED}, {} - jobs.due_ms AS waited_ms", now_ms(db))
}

fn lease_one_by_one(
    db: &mut Db,
    wants: &[Want],
    token: i64,
    lease: Duration,
) -> Result<Vec<LeasedRow>, Error> {
    let text = format!(
        "{} WHERE id IN (SELECT j.id FROM jobs j WHERE j.state = 'ready' AND j.lane = ? \
         AND j.turn = ? ORDER BY j.priority, j.id LIMIT ?) {}",
        lease_set(db),
        lease_returning(db)
    );
    let mut rows = Vec::new();
    for Want { turn: Turn { lane, turn }, count } in wants {
        let statement = sql(text.as_str()).bind(token).bind(ms(lease));
        rows.extend(db.load::<LeasedRow>(statement.bind(lane).bind(*turn).bind(*count))?);
    }
    Ok(rows)
}

/// Leases of each turn what stands behind the place given for it.
fn lease_from(
    db: &mut Db,
    wants: &[Want],
    from: &[Option<Reached>],
    token: i64,
    lease: Duration,
) -> QueryResult<Vec<LeasedRow>> {
    let text = format!(
        "WITH pick AS MATERIALIZED (SELECT p.id FROM ? CROSS JOIN LATERAL (SELECT j.id FROM jobs j \
         WHERE j.state = 'ready' AND j.lane = want.lane AND j.turn = want.turn \
         AND (j.priority, j.id) > (want.priority, want.id) \
         ORDER BY j.priority, j.id LIMIT want.count FOR UPDATE SKIP LOCKED) p) \
         {} FROM pick WHERE jobs.id = pick.id {}",
        lease_set(db),
        lease_returning(db)
    );
    let place = |reached: &Option<Reached>| reached.map_or((i64::MIN, i64::MIN), |at| (at.priority, at.id));
    let wants = Rows::new("want")
        .column("lane", wants.iter().map(|want| want.turn.lane.as_str()))
        .column("turn", wants.iter().map(|want| want.turn.turn))
        .column("count", wants.iter().map(|want| want.count))
        .column("priority", from.iter().map(|reached| place(reached).0))
        .column("id", from.iter().map(|reached| place(reached).1));
    db.load(sql(text).rows(wants).bind(token).bind(ms(lease)))
}

fn turns(rows: Vec<SurveyRow>) -> Vec<Turn> {
    rows.into_iter().filter_map(|row| Some(Turn { lane: row.lane?, turn: row.number? })).collect()
}

/// Puts a held job off; `uncounted` attempts are given back.
fn wait(db: &mut Db, hold: Hold, span: Duration, why: &str, uncounted: i64) -> QueryResult<bool> {
    let text = format!(
        "UPDATE jobs SET state = 'waiting', due_ms = {} + ?, attempt = attempt - ?, error = ?, token = NULL, \
         lease_until_ms = NULL WHERE id = ? AND token = ? RETURNING id AS one",
        now_ms(db)
    );
    let why = (!why.is_empty()).then_some(why);
    let statement = sql(text).bind(ms(span)).bind(uncounted).bind(why).bind(hold.id).bind(hold.token);
    Ok(db.first::<One>(statement)?.is_some())
}

impl LeasedRow {
    fn job(self, token: i64) -> Job {
        let small = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
        Job {
            id: self.id,
            token,
            lane: self.lane,
            kind: self.kind,
            seller: self.seller_id,
            turn: self.turn,
            attempt: small(self.attempt),
            max_attempts: small(self.max_attempts),
            waited: span(self.waited_ms),
            actor: self.actor,
            payload: self.payload,
            trace: self.trace,
        }
    }
}

impl LostRow {
    /// How a job whose lease ran out ends, if it does.
    fn end(&self) -> Option<JobState> {
        let crashes = self.crashes + i64::from(self.state == JobState::Running);
        if self.is_cancelled {
            Some(JobState::Cancelled)
        } else if crashes >= self.max_crashes || self.attempt >= self.max_attempts {
            Some(JobState::Dead)
        } else {
            None
        }
    }
}
