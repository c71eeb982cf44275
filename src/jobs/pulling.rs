//! Orders pulled from shops: asked for page by page, taken in page by page.
//!
//! Each page is a transaction; cut off between two, the next pull reads the same pages again and changes nothing. Only the
//! first reading of a shop's history, which is long, goes on where it was.
//! How far the shop has been read is written only when the last page was, with the end of the job. Two sweeps
//! overlap: what the shop says has changed, every time; and every half hour everything placed since the oldest
//! order that is still open, because shops change orders without saying so.

use std::sync::LazyLock;

use chrono::Duration;
use serde::Deserialize;
use serde_json::json;
use workers::End;

use super::authorising::{self, Door, Shut};
use super::intake::take_in_all;
use super::run::Task;
use crate::connectors::http::Http;
use crate::connectors::link::{CallError, Connector, Sweep, connected, connector};
use crate::db::jobs::{self as record, JobKind, JobRow, NewJob};
use crate::db::shops;
use crate::db::{Tx, shop_pulls};
use crate::domain::actor::Actor;
use crate::domain::error::Error;
use crate::domain::id::{SellerId, ShopId};
use crate::domain::platform::Platform;
use crate::domain::shop::ShopSettings;
use crate::domain::time::UtcTime;
use crate::operations::shops as operations;
use crate::operations::{NOBODY, shop_tokens};

/// Asks one shop for its orders.
pub const PULL: JobKind = JobKind { name: "shop.pull", lane: "pull", max_attempts: 4, max_crashes: 10 };
/// Enqueues a pull for every shop that can be asked.
pub const PULL_ALL: JobKind = JobKind { name: "shops.pull", lane: "house", max_attempts: 3, max_crashes: 3 };

/// Two sweeps overlap by so much: clocks of whole seconds, transactions that end late, a clock that is off.
pub(super) const OVERLAP: Duration = Duration::minutes(5);
/// Between two sweeps over everything that may change unsaid.
const SLOW_BEAT: Duration = Duration::minutes(30);
/// An order open for longer does not keep the slow sweep so far back.
const OPEN_FOR: Duration = Duration::days(60);
/// Before a shop that did not accept its token is called with another: where the platform refuses to give one, too, nobody
/// is asked in circles.
pub(super) const AFRESH: std::time::Duration = std::time::Duration::from_secs(1);
/// Jobs enqueued in one transaction by work that goes round all sellers.
const ROUND: usize = 500;
/// A shop that failed so often in a row has gone silent, and that is said once.
const SILENT_AFTER: i64 = 3;

/// The client for all calls to shops.
pub(super) static HTTP: LazyLock<Http> = LazyLock::new(Http::default);

#[derive(Deserialize)]
struct Arguments {
    shop: ShopId,
}

/// Enqueues a pull of this shop; the one that waits or runs already, when there is one.
///
/// # Errors
/// When there is no such shop, or a conflict when its orders come by file or push, or nobody has said where it is.
pub fn enqueue(tx: &mut Tx, shop: ShopId) -> Result<JobRow, Error> {
    let row = shops::find(tx, shop)?;
    asked(shop, row.platform, &row.settings()?, row.is_linked)?;
    let key = shop.to_string();
    let job =
        NewJob { turn: Some(shop.0), ..NewJob::new(PULL, json!({ "shop": shop })) }.unique(key.as_str());
    match record::enqueue(tx, job)? {
        Some(id) => Ok(record::find(tx, id)?),
        None => record::live_with_key(tx, PULL, &key)?.ok_or_else(|| Error::missing("job", key)),
    }
}

/// The connector of a shop that can be asked.
///
/// # Errors
/// A conflict when it cannot: its platform has no API here, or it has no address or no keys.
pub(super) fn asked(
    shop: ShopId,
    platform: Platform,
    settings: &ShopSettings,
    is_linked: bool,
) -> Result<&'static dyn Connector, Error> {
    connected(platform, settings, is_linked).ok_or_else(|| {
        let (lacks, next) = match connector(platform).and_then(Connector::gateway) {
            Some(_) => {
                ("is not linked", "Give its keys and authorise it, or bring its orders by file or push.")
            }
            None => (
                "has no address that could be asked",
                "Write the shop's address, or bring its orders by file or push.",
            ),
        };
        Error::conflict("shop_not_pulled", format!("Shop {shop} on the platform {platform} {lacks}."), next)
    })
}

/// The shop says that something changed: it is asked, once for however many hints come while it waits. One that comes
/// while it is being asked is left to the next pull, two minutes later at most.
///
/// # Errors
/// When there is no such shop.
pub fn hint(tx: &mut Tx, shop: ShopId) -> Result<(), Error> {
    shop_pulls::note_hint(tx, shop)?;
    let row = shops::find(tx, shop)?;
    match connected(row.platform, &row.settings()?, row.is_linked) {
        Some(_) => enqueue(tx, shop).map(drop),
        // Its address was taken away; the shop does not know that.
        None => Ok(()),
    }
}

/// Enqueues pulls for all shops of all sellers that can be asked.
///
/// # Errors
/// When the record cannot be read or written.
pub fn pull_all(task: &Task) -> Result<End, Error> {
    let mut jobs: Vec<(SellerId, NewJob)> = Vec::new();
    for shop in task.app.read(NOBODY, |db| Ok(shops::of_all_sellers(db)?))? {
        if connected(shop.platform, &shop.settings()?, shop.is_linked).is_some() {
            let pull = NewJob { turn: Some(shop.id.0), ..NewJob::new(PULL, json!({ "shop": shop.id })) };
            jobs.push((shop.seller_id, pull.unique(shop.id.to_string())));
        }
    }
    enqueue_rounds(task, &jobs)
}

/// Enqueues jobs of many sellers, some hundred in a transaction.
pub(super) fn enqueue_rounds(task: &Task, jobs: &[(SellerId, NewJob)]) -> Result<End, Error> {
    for part in jobs.chunks(ROUND) {
        task.app.write(&Actor::system(NOBODY), |tx| record::enqueue_for(tx, part))?;
    }
    Ok(End::Done)
}

/// Asks one shop for its orders.
///
/// # Errors
/// When the shop refuses or does not answer; the record says so too.
pub fn pull(task: &Task) -> Result<End, Error> {
    let shop = task.arguments::<Arguments>()?.shop;
    let door = match authorising::open(task.app, &task.actor, shop, Some(task.job.hold())) {
        Ok(door) => door,
        // Its address or key may be gone by now.
        Err(Shut::Unlinked) => return Ok(End::Done),
        Err(Shut::Later(wait)) => return Ok(End::Snooze(wait)),
        Err(Shut::Call(error)) => return failed(task, shop, &error),
        Err(Shut::Ours(error)) => return Err(error),
    };
    let (state, oldest) = task.app.read(task.actor.seller, |db| {
        Ok((shop_pulls::find(db, shop)?, shop_pulls::oldest_open(db, shop)?))
    })?;
    let now = task.app.now();
    // The history goes on where it was cut off; what changed since it began is the next pull's.
    let history = state.changed_since.is_none().then(|| state.history_began_at.unwrap_or(now));
    let began = history.unwrap_or(now);
    let first = || began.plus(-Duration::days(door.settings.history_days));
    let since = state.changed_since.unwrap_or_else(first).plus(-OVERLAP);
    let mut sweeps = vec![Sweep::Changed(since)];
    let is_slow = state.placed_swept_at.is_none_or(|swept| swept.plus(SLOW_BEAT) <= began);
    if is_slow && state.changed_since.is_some() {
        sweeps.extend(oldest.map(|oldest| Sweep::Placed(oldest.max(began.plus(-OPEN_FOR)).plus(-OVERLAP))));
    }
    let mut read = match history {
        Some(_) => u64::try_from(state.history_read).unwrap_or_default(),
        None => 0,
    };
    let mut from = Some(state.history_place).filter(|place| history.is_some() && !place.is_empty());
    for sweep in sweeps {
        match sweep_all(task, &door, sweep, (history, from.take()), &mut read) {
            Ok(()) => {}
            Err(Trouble::Call(CallError::AuthExpired(_))) if doubt(task, &door)? => {
                return Ok(End::Snooze(AFRESH));
            }
            Err(Trouble::Call(error)) => return failed(task, shop, &error),
            Err(Trouble::Ours(error)) => return Err(error),
            Err(Trouble::Stopped) => return Ok(End::Snooze(std::time::Duration::ZERO)),
        }
    }
    Ok(task.settle_together(Some(json!({ "orders": read })), move |tx| {
        if state.failures > 0 {
            operations::record(tx, "shop.heard", shop, json!({ "failures": state.failures }))?;
        }
        Ok(shop_pulls::note_done(tx, shop, began, is_slow)?)
    }))
}

/// Why a reading was not ended.
pub(super) enum Trouble {
    Call(CallError),
    Ours(Error),
    Stopped,
}

/// Reads a sweep to its end. `history` is when the first reading of all began, which goes on at a place.
pub(super) fn sweep_all(
    task: &Task,
    door: &Door,
    sweep: Sweep,
    (history, mut from): (Option<UtcTime>, Option<String>),
    read: &mut u64,
) -> Result<(), Trouble> {
    let shop = &door.shop;
    loop {
        if task.work.is_stopping() || task.work.is_cancelled() {
            return Err(Trouble::Stopped);
        }
        // Anew for each page: what is read later tells what is newer.
        let page = door.ask(task.app, |access| door.connector.orders(access, sweep, from.as_deref()));
        let page = page.map_err(Trouble::Call)?;
        for (number, why) in &page.unreadable {
            tracing::warn!(shop.id = %shop.id, "Order {number} of shop {} could not be read: {why}", shop.id);
        }
        take_in_all(task.app, &task.actor, shop, &page.orders).map_err(Trouble::Ours)?;
        *read += page.orders.len() as u64;
        task.work.progress(*read, *read + u64::from(page.next.is_some()));
        let Some(next) = page.next else { return Ok(()) };
        if let Some(began) = history {
            let count = i64::try_from(*read).unwrap_or(i64::MAX);
            let noted = task
                .app
                .write(&task.actor, |tx| Ok(shop_pulls::note_history(tx, shop.id, began, &next, count)?));
            noted.map_err(Trouble::Ours)?;
        }
        from = Some(next);
    }
}

/// Notes why the shop was not read, says once that it has gone silent, and decides what follows.
fn failed(task: &Task, shop: ShopId, error: &CallError) -> Result<End, Error> {
    let text = error.to_string();
    task.app.write(&task.actor, |tx| {
        if matches!(error, CallError::Invalid(_)) {
            shop_pulls::forget_history(tx, shop)?;
        }
        let failures = shop_pulls::note_failed(tx, shop, &text)?;
        // What may pass gets a few tries; a key that has ended does not mend itself.
        if failures == if error.may_pass() { SILENT_AFTER } else { 1 } {
            operations::record(tx, "shop.silent", shop, json!({}))?;
        }
        Ok(())
    })?;
    match error {
        CallError::Throttled { retry_after } => {
            task.work.block_turn(*retry_after);
            Ok(End::Snooze(*retry_after))
        }
        error if error.may_pass() => Err(anyhow::anyhow!("shop {shop}: {text}").into()),
        error => Err(shop_refuses(shop, error)),
    }
}

/// The shop does not accept the token it was opened with: whether the next call will have another.
///
/// # Errors
/// When the record cannot be written.
pub(super) fn doubt(task: &Task, door: &Door) -> Result<bool, Error> {
    task.app.write(&task.actor, |tx| shop_tokens::doubt(tx, door.shop.id, door.version()))
}

/// What a shop said no to, in its words.
pub(super) fn shop_refuses(shop: ShopId, error: &CallError) -> Error {
    Error::conflict(
        "shop_refuses",
        format!("Shop {shop}: {error}."),
        "Mend its address or its key, then pull again.",
    )
}
