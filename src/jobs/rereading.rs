//! Orders read again from their shop right before their labels leave, and how long labels wait for that.
//!
//! Network and record take turns here too: the job reads, each handful is taken in by itself, and the hand-out looks at the
//! record. A shop that is dead costs its own labels a few seconds, once a minute, and those of other shops nothing more.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use serde_json::json;
use workers::End;

use super::authorising::{self, Door, Shut};
use super::intake::take_in_all;
use super::pulling::{AFRESH, OVERLAP, Trouble, doubt, sweep_all};
use super::run::Task;
use crate::app::App;
use crate::connectors::capability;
use crate::connectors::http::Http;
use crate::connectors::link::{CallError, Sweep};
use crate::connectors::rereading::Rereading as Platform;
use crate::db::rereads::{self as record, DueRow};
use crate::db::{Tx, shop_pulls};
use crate::domain::actor::Actor;
use crate::domain::error::Error;
use crate::domain::id::{OrderId, PrintJobId, ShopId};
use crate::domain::time::UtcTime;
use crate::operations::rereads::{self, Cause, Due, Rereading};

/// How long a hand-out waits for all its shops together.
const PATIENCE: Duration = Duration::from_secs(5);
/// Between two looks at whether they have answered.
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// So many calls fit into that. For more orders than these can read, one question for what has changed since the last pull
/// is quicker.
const CALLS_MAX: usize = 30;

/// A call here takes no longer than anybody waits for it, so that a dead shop keeps a thread no longer either.
static HTTP: LazyLock<Http> = LazyLock::new(|| Http::with_deadline(PATIENCE));

/// Waits until the shops of a print job's sheets have said what is true now, or for five seconds; who has not.
///
/// # Errors
/// When the record cannot be read or written.
pub fn before_hand_out(app: &App, actor: &Actor, job: PrintJobId) -> Result<Due, Error> {
    let cause = Cause::PrintJob(job);
    let now = app.now();
    let due = app.read(actor.seller, |db| rereads::due(db, cause, now))?;
    if due.awaited.is_empty() {
        return Ok(due);
    }
    app.write(actor, |tx| rereads::enqueue(tx, cause))?;
    let begun = Instant::now();
    loop {
        let now = app.now();
        let (due, is_any_at_work) = app.read(actor.seller, |db| rereads::under_way(db, cause, now))?;
        if !is_any_at_work || begun.elapsed() >= PATIENCE {
            return Ok(due);
        }
        std::thread::sleep(LOOK_AGAIN);
    }
}

/// Hands sheets out as `work` does, after their shops were asked, and notes who did not answer.
///
/// # Errors
/// What `work` answers.
pub fn hand_out<T>(
    app: &App,
    actor: &Actor,
    job: PrintJobId,
    mut work: impl FnMut(&mut Tx) -> Result<T, Error>,
) -> Result<T, Error> {
    let unread = before_hand_out(app, actor, job)?;
    app.write(actor, |tx| {
        let done = work(tx)?;
        rereads::note_unread(tx, job, &unread)?;
        Ok(done)
    })
}

/// Reads the orders of one shop again.
///
/// # Errors
/// When the record cannot be read or written. A shop that does not answer is noted, and is no error: its pulls say it.
pub fn reread(task: &Task) -> Result<End, Error> {
    let wish = task.arguments::<Rereading>()?;
    let now = task.app.now();
    let orders = task.app.read(task.actor.seller, |db| rereads::orders(db, wish, now))?;
    if orders.is_empty() {
        return Ok(End::Done);
    }
    let door = match authorising::open(task.app, &task.actor, wish.shop, Some(task.job.hold())) {
        Ok(door) => door.through(&HTTP),
        Err(Shut::Unlinked) => return Ok(End::Done),
        Err(Shut::Later(wait)) => return Ok(End::Snooze(wait)),
        Err(Shut::Call(error)) => return failed(task, wish.shop, &error),
        Err(Shut::Ours(error)) => return Err(error),
    };
    match read(task, &door, &orders) {
        Ok(()) => task
            .settle(Some(&json!({ "orders": orders.len() })), |tx| Ok(record::note_answered(tx, wish.shop)?)),
        Err(Trouble::Call(CallError::AuthExpired(_))) if doubt(task, &door)? => Ok(End::Snooze(AFRESH)),
        Err(Trouble::Call(error)) => failed(task, wish.shop, &error),
        Err(Trouble::Ours(error)) => Err(error),
        Err(Trouble::Stopped) => Ok(End::Snooze(Duration::ZERO)),
    }
}

fn read(task: &Task, door: &Door, orders: &[DueRow]) -> Result<(), Trouble> {
    let shop = door.shop.id;
    let at_once = capability::of(door.shop.platform).and_then(|one| one.by_number).unwrap_or(1).max(1);
    let pull =
        task.app.read(task.actor.seller, |db| Ok(shop_pulls::find(db, shop)?)).map_err(Trouble::Ours)?;
    match (door.connector.rereading(), pull.changed_since) {
        (Some(platform), since) if since.is_none() || orders.len() <= at_once * CALLS_MAX => {
            let chunks: Vec<&[DueRow]> = orders.chunks(at_once).collect();
            chunks.into_iter().try_for_each(|chunk| read_some(task, door, platform, chunk))
        }
        (_, Some(since)) => {
            let began = task.app.now();
            sweep_all(task, door, Sweep::Changed(since.plus(-OVERLAP)), (None, None), &mut 0)?;
            note_read(task, orders, began)
        }
        (_, None) => Ok(()),
    }
}

fn read_some(task: &Task, door: &Door, platform: &dyn Platform, orders: &[DueRow]) -> Result<(), Trouble> {
    if task.work.is_stopping() || task.work.is_cancelled() {
        return Err(Trouble::Stopped);
    }
    let numbers: Vec<&str> = orders.iter().map(|order| order.number.as_str()).collect();
    let asked = door.ask(task.app, |access| Ok((platform.read(access, &numbers)?, access.now)));
    let (page, at) = asked.map_err(Trouble::Call)?;
    for (number, why) in &page.unreadable {
        let shop = door.shop.id;
        tracing::warn!(shop.id = %shop, "Order {number} of shop {shop} could not be read again: {why}");
    }
    take_in_all(task.app, &task.actor, &door.shop, &page.orders).map_err(Trouble::Ours)?;
    // What the shop does not tell stays unread, and the hand-out says so.
    let is_told = |order: &&DueRow| page.orders.iter().any(|told| told.number == order.number);
    let told: Vec<DueRow> = orders.iter().filter(is_told).cloned().collect();
    note_read(task, &told, at)
}

fn note_read(task: &Task, orders: &[DueRow], at: UtcTime) -> Result<(), Trouble> {
    let ids: Vec<OrderId> = orders.iter().map(|order| order.order_id).collect();
    let noted = task.app.write(&task.actor, |tx| Ok(record::note_read(tx, &ids, at)?));
    noted.map_err(Trouble::Ours)
}

/// The shop does not answer: labels go without it for a while.
fn failed(task: &Task, shop: ShopId, error: &CallError) -> Result<End, Error> {
    tracing::warn!(shop.id = %shop, "Orders of shop {shop} could not be read again: {error}");
    if let CallError::Throttled { retry_after } = error {
        task.work.block_turn(*retry_after);
    }
    task.settle(Some(&json!({ "error": error.to_string() })), |tx| Ok(record::note_failed(tx, &[shop])?))
}
