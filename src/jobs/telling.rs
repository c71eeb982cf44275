//! Shops told by their API what left, one write-back at a time.
//!
//! The network and the record take turns: the write-back is the intent, written when the parcel left; the shop is
//! asked what it knows, told, and what it answers is written with the end of the job. Cut off anywhere, the next try
//! finds in the shop what this one did. What cannot be told for a reason that is the shop's as a whole (its key, its
//! server) leaves the write-back waiting; what the shop refuses of this order is for a person.

use std::time::Duration;

use chrono::Duration as Span;
use serde::Deserialize;
use workers::{End, Retry};

use super::authorising::{self, Shut};
use super::pulling::{AFRESH, doubt};
use super::run::Task;
use crate::connectors::link::CallError;
use crate::connectors::parcel::ShipError;
use crate::db::Tx;
use crate::db::jobs::JobKind;
use crate::db::sellers;
use crate::domain::actor::Actor;
use crate::domain::error::Error;
use crate::domain::id::WriteBackId;
use crate::domain::write_back::Outcome;
use crate::operations::write_backs::telling;
use crate::operations::{NOBODY, memos};

/// Enqueues what waits to be told and has no job.
pub const TELL_DUE: JobKind =
    JobKind { name: "write_backs.tell", lane: "house", max_attempts: 3, max_crashes: 3 };

/// Between tries while a shop does not answer.
pub const TELL_RETRY: Retry = Retry { base: Duration::from_secs(5), cap: Duration::from_secs(300) };

/// After all tries of a job came to nothing.
pub(super) const LATER: Span = Span::minutes(30);

#[derive(Deserialize)]
struct Arguments {
    write_back: WriteBackId,
}

/// Enqueues, for all sellers, what waits to be told: what was left when a shop could not be, or was linked later.
///
/// # Errors
/// When the record cannot be read or written.
pub fn tell_due(task: &Task) -> Result<End, Error> {
    for seller in task.app.read(NOBODY, |db| Ok(sellers::all(db)?))? {
        let actor = Actor::system(seller.id);
        let shops = task.app.read(seller.id, telling::told_shops)?;
        pages(|after| task.app.write(&actor, |tx| telling::enqueue_due(tx, &shops, after)))?;
        pages(|after| task.app.write(&actor, |tx| memos::telling::enqueue_due(tx, &shops, after)))?;
    }
    Ok(End::Done)
}

/// Page by page, until there is none behind.
fn pages<T>(mut page: impl FnMut(Option<T>) -> Result<Option<T>, Error>) -> Result<(), Error> {
    let mut after = page(None)?;
    while after.is_some() {
        after = page(after)?;
    }
    Ok(())
}

/// Tells one shop of one parcel.
///
/// # Errors
/// When the shop does not answer and there are tries left.
pub fn tell(task: &Task) -> Result<End, Error> {
    let id = task.arguments::<Arguments>()?.write_back;
    let Some(telling) = task.app.read(task.actor.seller, |db| telling::telling(db, id))? else {
        return Ok(End::Done);
    };
    let shop = telling.shop.id;
    let told = match authorising::open(task.app, &task.actor, shop, Some(task.job.hold())) {
        Ok(door) => match door.ask(task.app, |access| door.connector.ship(access, &telling.parcel)) {
            Err(ShipError::Unasked(CallError::AuthExpired(_))) if doubt(task, &door)? => {
                return Ok(End::Snooze(AFRESH));
            }
            told => told,
        },
        Err(Shut::Unlinked) => return Ok(End::Done),
        Err(Shut::Later(wait)) => return Ok(End::Snooze(wait)),
        Err(Shut::Call(error)) => Err(ShipError::Unasked(error)),
        Err(Shut::Ours(error)) => return Err(error),
    };
    match told {
        Ok(proof) => Ok(task.settle_together(None, move |tx| telling::told(tx, id, Outcome::Done, &proof))),
        Err(error) => {
            let noun = format!("write-back {id}");
            failed(task, &noun, error, move |tx, failure, words| match failure {
                Failure::Settled(outcome) => telling::told(tx, id, outcome, words),
                Failure::Delayed => telling::delayed(tx, id, words, tx.now.plus(LATER)),
            })
        }
    }
}

/// What is noted of a telling that failed, with the shop's words, or ours.
#[derive(Clone, Copy)]
pub(super) enum Failure {
    Settled(Outcome),
    /// It is tried again [`LATER`].
    Delayed,
}

/// What follows when a shop was not told something, which `noun` names.
///
/// # Errors
/// When the shop does not answer and there are tries left.
pub(super) fn failed(
    task: &Task,
    noun: &str,
    error: ShipError,
    mut note: impl FnMut(&mut Tx, Failure, &str) -> Result<(), Error> + Send + 'static,
) -> Result<End, Error> {
    let is_last_try = task.job.attempt >= task.job.max_attempts;
    let noted =
        move |failure, words: String| Ok(task.settle_together(None, move |tx| note(tx, failure, &words)));
    match error {
        ShipError::Refused(words) => noted(Failure::Settled(Outcome::Refused), words),
        ShipError::Unasked(CallError::Throttled { retry_after }) => {
            task.work.block_turn(retry_after);
            Ok(End::Snooze(retry_after))
        }
        ShipError::Unheard(error) if is_last_try => {
            noted(Failure::Settled(Outcome::Unknown), error.to_string())
        }
        ShipError::Unasked(error) if is_last_try || !error.may_pass() => {
            noted(Failure::Delayed, error.to_string())
        }
        ShipError::Unasked(error) | ShipError::Unheard(error) => {
            Err(anyhow::anyhow!("{noun}: {error}").into())
        }
    }
}
