//! Shops told by their API what the staff noted, one memo at a time, as they are told what left ([`super::telling`]).

use serde::Deserialize;
use workers::End;

use super::authorising::{self, Shut};
use super::pulling::{AFRESH, doubt};
use super::run::Task;
use super::telling::{Failure, LATER, failed};
use crate::connectors::link::CallError;
use crate::connectors::parcel::ShipError;
use crate::domain::error::Error;
use crate::domain::id::NoteId;
use crate::operations::memos::telling;

#[derive(Deserialize)]
struct Arguments {
    note: NoteId,
}

/// Tells one shop of one memo.
///
/// # Errors
/// When the shop does not answer and there are tries left.
pub fn tell(task: &Task) -> Result<End, Error> {
    let id = task.arguments::<Arguments>()?.note;
    let Some((shop, memo)) = task.app.read(task.actor.seller, |db| telling::telling(db, id))? else {
        return Ok(End::Done);
    };
    let told = match authorising::open(task.app, &task.actor, shop, Some(task.job.hold())) {
        Ok(door) => match door.connector.memos() {
            Some(memos) => match door.ask(task.app, |access| memos.note(access, &memo)) {
                Err(ShipError::Unasked(CallError::AuthExpired(_))) if doubt(task, &door)? => {
                    return Ok(End::Snooze(AFRESH));
                }
                told => told,
            },
            None => Err(ShipError::Refused("The platform takes no memos".to_owned())),
        },
        // It waits for the shop's next keys.
        Err(Shut::Unlinked) => return Ok(End::Done),
        Err(Shut::Later(wait)) => return Ok(End::Snooze(wait)),
        Err(Shut::Call(error)) => Err(ShipError::Unasked(error)),
        Err(Shut::Ours(error)) => return Err(error),
    };
    match told {
        Ok(noted) => Ok(task.settle_together(None, move |tx| telling::told(tx, id, &noted))),
        Err(error) => {
            let noun = format!("memo of note {id}");
            failed(task, &noun, error, move |tx, failure, words| match failure {
                Failure::Settled(outcome) => telling::failed(tx, id, outcome, words),
                Failure::Delayed => telling::delayed(tx, id, words, tx.now.plus(LATER)),
            })
        }
    }
}
