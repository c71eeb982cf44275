//! What time alone changes: presales fall due, holds end, deadlines draw near and pass, stations fall silent, tokens, keys and
//! sessions end, files are dropped.

use std::time::Duration;

use workers::End;

use super::run::Task;
use crate::app::App;
use crate::db::{Tx, answers, day_figures, due, idempotency, imports, jobs, sellers, sheet_claims};
use crate::domain::actor::Actor;
use crate::domain::error::Error;
use crate::domain::id::SellerId;
use crate::jobs::answering::ANSWER_KEPT;
use crate::jobs::imports::later::FILE_KEPT;
use crate::operations::shipments::{self, again};
use crate::operations::{NOBODY, deadlines, sessions, shop_tokens, stations};

/// How many ended jobs one transaction forgets.
const BATCH: usize = 500;

/// How long the first answer to a request is kept.
const IDEMPOTENCY_HOURS: chrono::Duration = chrono::Duration::hours(24);

/// How long jobs that ended well stay to be looked up, and the others.
const DONE_KEPT: Duration = Duration::from_secs(7 * 86_400);
const DEAD_KEPT: Duration = Duration::from_secs(90 * 86_400);

/// How long pictures of the queue are kept.
const SAMPLES_KEPT: chrono::Duration = chrono::Duration::days(8);

/// Counts one seller's clocks anew after a rule was changed.
///
/// # Errors
/// When the record cannot be read or written.
pub fn recount(task: &Task) -> Result<End, Error> {
    recount_all(task.app, &task.actor)?;
    Ok(End::Done)
}

/// What time asks for now, for the sellers of whom it asks anything. Several rounds may run at once: what one has
/// locked the others leave.
///
/// # Errors
/// When the record cannot be read or written.
pub fn keep(app: &App) -> Result<(), Error> {
    for due in app.read(NOBODY, |db| Ok(due::house(db)?))? {
        let actor = Actor::system(due.seller_id);
        if due.rechecks {
            recheck(app, &actor)?;
        }
        if due.rings {
            ring(app, &actor)?;
        }
        if due.lapses {
            app.write(&actor, stations::end_lapsed)?;
        }
        if due.samples {
            app.write(&actor, sample)?;
        }
    }
    Ok(())
}

/// Gives up what silent print stations have in hand, as soon as somebody looks: nobody has to wait for the next round.
///
/// # Errors
/// When the record cannot be read or written.
pub fn hear_silence(app: &App, seller: SellerId) -> Result<(), Error> {
    if app.read(seller, |db| Ok(sheet_claims::has_lapsed(db)?))? {
        app.write(&Actor::system(seller), stations::end_lapsed)?;
    }
    Ok(())
}

/// Everything, for everybody: also what is forgotten after hours and days, and what only a defect could have left undone.
///
/// # Errors
/// When the record cannot be read or written.
pub fn once(app: &App) -> Result<(), Error> {
    for seller in app.read(NOBODY, |db| Ok(sellers::all(db)?))? {
        let actor = Actor::system(seller.id);
        recheck(app, &actor)?;
        recount_all(app, &actor)?;
        ring(app, &actor)?;
        app.write(&actor, stations::end_lapsed)?;
        app.write(&actor, shop_tokens::tell_ending)?;
        app.write(&actor, |tx| {
            let expired = tx.now.plus(-IDEMPOTENCY_HOURS);
            idempotency::forget(tx, expired)?;
            sessions::forget_ended(tx)?;
            let too_old = tx.now.plus(-FILE_KEPT);
            imports::forget_files(tx, too_old)?;
            let answered = tx.now.plus(-ANSWER_KEPT);
            answers::forget(tx, answered)?;
            sample(tx)
        })?;
    }
    while app.write(&Actor::system(NOBODY), |tx| Ok(jobs::forget(tx, DONE_KEPT, DEAD_KEPT, BATCH)?))? == BATCH
    {
    }
    Ok(())
}

fn ring(app: &App, actor: &Actor) -> Result<(), Error> {
    while app.write(actor, |tx| deadlines::ring_due(tx, deadlines::BATCH))? == deadlines::BATCH {}
    Ok(())
}

fn sample(tx: &mut Tx) -> Result<(), Error> {
    let (last, kept) = (tx.now.plus(-due::SAMPLE_PACE), tx.now.plus(-SAMPLES_KEPT));
    Ok(day_figures::take_sample(tx, last, kept)?)
}

fn recount_all(app: &App, actor: &Actor) -> Result<(), Error> {
    while app.write(actor, |tx| deadlines::recount(tx, deadlines::BATCH))? == deadlines::BATCH {}
    Ok(())
}

/// Judges every shipment of a seller whose reasons may have changed by now, batch by batch.
///
/// # Errors
/// When the record cannot be read or written.
pub fn recheck(app: &App, actor: &Actor) -> Result<(), Error> {
    while app.write(actor, |tx| shipments::recheck_due(tx, again::BATCH))? == again::BATCH {}
    Ok(())
}
