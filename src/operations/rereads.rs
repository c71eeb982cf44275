//! Orders read again right before their labels: what their shops said minutes ago may not hold any more.
//!
//! Numbering and print jobs ask for it, a job reads, and whoever hands sheets out waits for it a few seconds and then goes
//! on with what is known. A shop that was read within the last minute, by a pull or for another label, is not asked again;
//! one that did not answer is not waited for again for a minute.

use std::collections::{BTreeSet, HashSet};

use chrono::Duration;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::connectors::link::connected;
use crate::db::events::{self, NewEvent};
use crate::db::jobs::{self, JobKind, NewJob};
use crate::db::rereads::{self as record, DueRow, Labels};
use crate::db::{Db, Tx, shops};
use crate::domain::error::Error;
use crate::domain::id::{NumberRunId, PrintJobId, ShopId};
use crate::domain::time::UtcTime;

/// Reads the orders of one shop again whose labels are about to leave. In a queue of its own: a long pull of the shop must
/// not hold labels up.
pub const REREAD: JobKind = JobKind { name: "shop.reread", lane: "reread", max_attempts: 2, max_crashes: 3 };

/// What was read so shortly before counts as known.
const FRESH_FOR: Duration = Duration::seconds(60);
/// A shop that did not answer is not waited for again for so long.
const LEFT_ALONE_FOR: Duration = Duration::seconds(60);
/// Labels left although a shop did not say what is true now.
const UNREAD: &str = "print_job.unread";

/// What the job is to read.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Rereading {
    pub shop: ShopId,
    #[serde(flatten)]
    pub cause: Cause,
}

/// Why orders are read again.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    NumberRun(NumberRunId),
    PrintJob(PrintJobId),
}

impl Cause {
    fn labels(self) -> Labels {
        match self {
            Self::NumberRun(run) => Labels::Run(run),
            Self::PrintJob(job) => Labels::Job(job),
        }
    }

    /// Ids name one thing of one kind, so they need no word beside them.
    fn key(self, shop: ShopId) -> String {
        match self {
            Self::NumberRun(run) => format!("{run} {shop}"),
            Self::PrintJob(job) => format!("{job} {shop}"),
        }
    }
}

/// Shops whose orders are not known as they are now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Due {
    /// To be waited for.
    pub awaited: Vec<ShopId>,
    /// They did not answer a moment ago.
    pub silent: Vec<ShopId>,
}

/// Which shops have not said what is true now of the orders whose labels are about to leave.
///
/// # Errors
/// When the record cannot be read.
pub fn due(db: &mut Db, cause: Cause, now: UtcTime) -> Result<Due, Error> {
    let asked = asked_shops(db)?;
    if asked.is_empty() {
        return Ok(Due::default());
    }
    let rows = record::due(db, cause.labels(), &asked, now.plus(-FRESH_FOR))?;
    let shops: BTreeSet<ShopId> = rows.into_iter().map(|row| row.shop_id).collect();
    if shops.is_empty() {
        return Ok(Due::default());
    }
    let failed: HashSet<ShopId> = record::failed(db, now.plus(-LEFT_ALONE_FOR))?.into_iter().collect();
    let (silent, awaited) = shops.into_iter().partition(|shop| failed.contains(shop));
    Ok(Due { awaited, silent })
}

/// The same, of the shops to be waited for only those whose reading has not ended.
///
/// # Errors
/// When the record cannot be read.
pub fn under_way(db: &mut Db, cause: Cause, now: UtcTime) -> Result<(Due, bool), Error> {
    let seen = due(db, cause, now)?;
    let keys: Vec<String> = seen.awaited.iter().map(|shop| cause.key(*shop)).collect();
    let is_any = !keys.is_empty() && !record::at_work(db, REREAD, &keys)?.is_empty();
    // Between the two questions a reading may have ended, and what it read counts.
    let seen = if is_any || keys.is_empty() { seen } else { due(db, cause, now)? };
    Ok((seen, is_any))
}

/// The orders of a shop that a job is to read.
///
/// # Errors
/// When the record cannot be read.
pub fn orders(db: &mut Db, rereading: Rereading, now: UtcTime) -> Result<Vec<DueRow>, Error> {
    let labels = rereading.cause.labels();
    Ok(record::due(db, labels, &[rereading.shop], now.plus(-FRESH_FOR))?)
}

/// Has the orders read again that are not known as they are now. Asked again while that waits or runs, nothing is added.
///
/// # Errors
/// When the record cannot be read or written.
pub fn enqueue(tx: &mut Tx, cause: Cause) -> Result<(), Error> {
    let now = tx.now;
    let due = due(tx, cause, now)?;
    let job = |shop: &ShopId| {
        let arguments = json!(Rereading { shop: *shop, cause });
        NewJob { turn: Some(shop.0), ..NewJob::new(REREAD, arguments) }.unique(cause.key(*shop))
    };
    let jobs: Vec<NewJob> = due.awaited.iter().map(job).collect();
    if !jobs.is_empty() {
        jobs::enqueue_all(tx, &jobs)?;
    }
    Ok(())
}

/// Notes, with the hand-out, that these shops have not said what is true now. Said once of each print job.
///
/// # Errors
/// When the record cannot be read or written.
pub fn note_unread(tx: &mut Tx, job: PrintJobId, due: &Due) -> Result<(), Error> {
    if !due.awaited.is_empty() {
        record::note_failed(tx, &due.awaited)?;
    }
    let shops: Vec<ShopId> = due.awaited.iter().chain(&due.silent).copied().collect();
    if shops.is_empty() || record::said(tx, job, UNREAD)?.is_some() {
        return Ok(());
    }
    let data = json!(Unread { shops });
    let unread = NewEvent { kind: UNREAD, subject_kind: "print_job", subject: job.0, data };
    Ok(events::record(tx, &[unread])?)
}

/// What [`UNREAD`] says.
#[derive(Serialize, Deserialize)]
struct Unread {
    shops: Vec<ShopId>,
}

/// The names of the shops without whose word sheets of this job went out.
///
/// # Errors
/// When the record cannot be read.
pub fn unread_shops(db: &mut Db, job: PrintJobId) -> Result<Vec<String>, Error> {
    let Some(data) = record::said(db, job, UNREAD)? else { return Ok(Vec::new()) };
    let unread: Unread = serde_json::from_str(&data).map_err(anyhow::Error::from)?;
    let named = shops::all(db)?.into_iter().filter(|shop| unread.shops.contains(&shop.id));
    Ok(named.map(|shop| shop.name).collect())
}

/// The shops that can be asked, and whose seller wants that before labels leave.
fn asked_shops(db: &mut Db) -> Result<Vec<ShopId>, Error> {
    let mut asked = Vec::new();
    for shop in shops::all(db)? {
        let settings = shop.settings()?;
        let connector = connected(shop.platform, &settings, shop.is_linked);
        if settings.reread_before_print && connector.is_some_and(|one| one.rereading().is_some()) {
            asked.push(shop.id);
        }
    }
    Ok(asked)
}
