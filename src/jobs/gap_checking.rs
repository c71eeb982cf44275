//! Gaps: a shop's own count of its orders is held against ours, day by day, once a day.
//!
//! Platforms put orders into their lists late, leave some out for a while, or forget to say that one was placed; then every
//! pull ends well and an order is missing. Where more are counted there than are here, everything placed since that day is
//! read again, and what was missing is reported. A gap that stays, such as an order that cannot be understood, is said once.
//! Cut off anywhere, the next try goes on with what was found.

use chrono::Duration;
use serde::Deserialize;
use serde_json::json;
use workers::End;

use super::authorising::{self, Door, Shut};
use super::pulling::{AFRESH, Trouble, asked, doubt, enqueue_rounds, shop_refuses, sweep_all};
use super::run::Task;
use crate::connectors::link::{CallError, Connector, Counting, Sweep, connected};
use crate::db::events::{self, NewEvent};
use crate::db::jobs::{self as record, JobKind, JobRow, NewJob};
use crate::db::{Tx, shop_pulls, shops};
use crate::domain::error::Error;
use crate::domain::gap::{self, Counted, Gap};
use crate::domain::id::{SellerId, ShopId};
use crate::domain::time::UtcTime;
use crate::operations::NOBODY;

/// Counts one shop's orders. In the queue of pulls, so that it takes turns with those of the shop.
pub const CHECK: JobKind = JobKind { name: "shop.gap_check", lane: "pull", max_attempts: 4, max_crashes: 10 };
/// Enqueues a count for every shop whose platform counts.
pub const CHECK_ALL: JobKind =
    JobKind { name: "shops.gap_check", lane: "house", max_attempts: 3, max_crashes: 3 };

/// How far back days are counted.
const BACK: Duration = Duration::days(30);
/// What was placed so shortly before the last pull began may come with the next one.
const FRESH: Duration = Duration::minutes(10);

#[derive(Deserialize)]
struct Arguments {
    shop: ShopId,
}

fn job(shop: ShopId) -> NewJob {
    NewJob { turn: Some(shop.0), ..NewJob::new(CHECK, json!({ "shop": shop })) }.unique(shop.to_string())
}

/// Enqueues a count of this shop's orders; the one that waits or runs already, when there is one.
///
/// # Errors
/// When there is no such shop, or a conflict when it is not asked, or its platform does not count.
pub fn enqueue(tx: &mut Tx, shop: ShopId) -> Result<JobRow, Error> {
    let row = shops::find(tx, shop)?;
    if asked(shop, row.platform, &row.settings()?, row.is_linked)?.counting().is_none() {
        return Err(Error::conflict(
            "shop_not_counted",
            format!("Shop {shop} on the platform {} does not say how many orders it has.", row.platform),
            "Compare with the shop's own list of orders; pull again if one is missing.",
        ));
    }
    match record::enqueue(tx, job(shop))? {
        Some(id) => Ok(record::find(tx, id)?),
        None => record::live_with_key(tx, CHECK, &shop.to_string())?
            .ok_or_else(|| Error::missing("job", shop.to_string())),
    }
}

/// Enqueues counts for all shops of all sellers whose platforms count.
///
/// # Errors
/// When the record cannot be read or written.
pub fn check_all(task: &Task) -> Result<End, Error> {
    let mut jobs: Vec<(SellerId, NewJob)> = Vec::new();
    for shop in task.app.read(NOBODY, |db| Ok(shops::of_all_sellers(db)?))? {
        let connector = connected(shop.platform, &shop.settings()?, shop.is_linked);
        if connector.and_then(Connector::counting).is_some() {
            jobs.push((shop.seller_id, job(shop.id)));
        }
    }
    enqueue_rounds(task, &jobs)
}

/// Counts one shop's orders, reads again what is missing, and reports it.
///
/// # Errors
/// When the shop refuses or does not answer.
pub fn check(task: &Task) -> Result<End, Error> {
    let shop = task.arguments::<Arguments>()?.shop;
    let door = match authorising::open(task.app, &task.actor, shop, Some(task.job.hold())) {
        Ok(door) => door,
        Err(Shut::Unlinked) => return Ok(End::Done),
        Err(Shut::Later(wait)) => return Ok(End::Snooze(wait)),
        Err(Shut::Call(error)) => return failed(task, shop, &error),
        Err(Shut::Ours(error)) => return Err(error),
    };
    let Some(counting) = door.connector.counting() else { return Ok(End::Done) };
    match count(task, &door, counting) {
        Ok(end) => Ok(end),
        Err(Trouble::Call(CallError::AuthExpired(_))) if doubt(task, &door)? => Ok(End::Snooze(AFRESH)),
        Err(Trouble::Call(error)) => failed(task, shop, &error),
        Err(Trouble::Ours(error)) => Err(error),
        Err(Trouble::Stopped) => Ok(End::Snooze(std::time::Duration::ZERO)),
    }
}

fn count(task: &Task, door: &Door, counting: &dyn Counting) -> Result<End, Trouble> {
    let shop = door.shop.id;
    let pull =
        task.app.read(task.actor.seller, |db| Ok(shop_pulls::find(db, shop)?)).map_err(Trouble::Ours)?;
    // Before its history is read much is missing, and that is no news.
    let (Some(read_until), Some(began)) = (pull.changed_since, pull.history_began_at) else {
        return Ok(End::Done);
    };
    let mut known = pull.gaps().map_err(|error| Trouble::Ours(error.into()))?;
    let first = began.plus(-Duration::days(door.settings.history_days));
    let since = task.app.now().plus(-BACK).max(first);
    // What lies further back is counted no more; that does not close it.
    known.retain(|gap| gap.from >= since);
    let days = gap::days(since, read_until.plus(-FRESH), door.settings.utc_offset_minutes);
    let mut theirs = Vec::with_capacity(days.len());
    for (from, until) in &days {
        if task.work.is_stopping() || task.work.is_cancelled() {
            return Err(Trouble::Stopped);
        }
        let counted = door.ask(task.app, |access| counting.placed(access, *from, *until));
        theirs.push(counted.map_err(Trouble::Call)?);
    }
    let counted: Vec<Counted> = days
        .iter()
        .zip(theirs)
        .zip(ours(task, shop, &days)?)
        .map(|((&(from, until), theirs), ours)| Counted { from, until, theirs, ours })
        .collect();
    let mut gaps = gap::found(&known, &counted);
    let oldest = gaps.iter().filter(|gap| gap.missing() > 0).map(|gap| gap.from).min();
    let mut read = 0;
    if let Some(oldest) = oldest {
        let noted = task.app.write(&task.actor, |tx| Ok(shop_pulls::note_gaps(tx, shop, &gaps, false)?));
        noted.map_err(Trouble::Ours)?;
        sweep_all(task, door, Sweep::Placed(oldest), (None, None), &mut read)?;
        let spans: Vec<_> = gaps.iter().map(|gap| (gap.from, gap.until)).collect();
        for (gap, ours) in gaps.iter_mut().zip(ours(task, shop, &spans)?) {
            gap.ours = ours;
        }
    }
    Ok(settle(task, shop, &known, gaps, (days.len(), read)))
}

fn ours(task: &Task, shop: ShopId, spans: &[(UtcTime, UtcTime)]) -> Result<Vec<i64>, Trouble> {
    task.app.read(task.actor.seller, |db| Ok(shop_pulls::placed(db, shop, spans)?)).map_err(Trouble::Ours)
}

/// Reports what nobody was told of, and keeps what is still missing.
fn settle(task: &Task, shop: ShopId, known: &[Gap], gaps: Vec<Gap>, (days, read): (usize, u64)) -> End {
    let event = |kind, data| NewEvent { kind, subject_kind: "shop", subject: shop.0, data };
    let mut told: Vec<NewEvent> = gaps
        .iter()
        .filter(|gap| !gap.is_told)
        .map(|gap| {
            let Gap { from, until, theirs, ours_before, ours, .. } = gap;
            let data = json!({ "from": from, "until": until, "theirs": theirs, "ours_before": ours_before, "ours": ours });
            event("shop.gap_found", data)
        })
        .collect();
    let left: Vec<Gap> =
        gaps.into_iter().filter(|gap| gap.missing() > 0).map(|gap| Gap { is_told: true, ..gap }).collect();
    if left.is_empty() && known.iter().any(|gap| gap.is_told) {
        told.push(event("shop.gap_closed", json!({})));
    }
    let missing: i64 = left.iter().map(Gap::missing).sum();
    let result = json!({ "days": days, "orders_read": read, "missing": missing });
    task.settle_together(Some(result), move |tx| {
        if !told.is_empty() {
            events::record(tx, &told)?;
        }
        Ok(shop_pulls::note_gaps(tx, shop, &left, true)?)
    })
}

/// What follows when the shop does not answer. That it is silent is said by its pulls.
fn failed(task: &Task, shop: ShopId, error: &CallError) -> Result<End, Error> {
    match error {
        CallError::Throttled { retry_after } => {
            task.work.block_turn(*retry_after);
            Ok(End::Snooze(*retry_after))
        }
        error if error.may_pass() => Err(anyhow::anyhow!("shop {shop}: {error}").into()),
        error => Err(shop_refuses(shop, error)),
    }
}
