//! Which queues and kinds of jobs there are, and what each kind does.

use std::time::Duration;

use workers::{End, Kind, Limit, Periodic, Retry};

use super::gap_checking::{CHECK, CHECK_ALL};
use super::imports::later::{IMPORT, import_file};
use super::pulling::{PULL, PULL_ALL};
use super::run::{Task, kind};
use super::telling::{TELL_DUE, TELL_RETRY};
use super::{answering, dry_running, gap_checking, housekeeping, memo_telling, pulling, rereading, telling};
use crate::app::App;
use crate::db::jobs::JobKind;
use crate::domain::error::Error;
use crate::operations::answers::{DOCUMENT, NUMBER_RUN, PRINT_JOB, SHIP, UPLOAD_FILE};
use crate::operations::deadlines::RECOUNT;
use crate::operations::memos::telling as memos;
use crate::operations::rereads::REREAD;
use crate::operations::rules::{DRY_RUN, FIRST_RULES};
use crate::operations::shipments::again::RECHECK;
use crate::operations::write_backs::telling::TELL;

/// A queue, as `--queues` and `POST /queues/{name}/pause` name it.
pub struct Queue {
    pub name: &'static str,
    /// Most jobs of it at work in one process, so that long work leaves threads to the others.
    pub at_once: usize,
    /// How fast each of those who take turns in it may go, and how many of its jobs at once, over all processes.
    pub limit: Option<Limit>,
}

/// Every queue.
pub const QUEUES: &[Queue] = &[
    Queue { name: "house", at_once: 1, limit: None },
    // A long file keeps a thread and the disk busy for a while.
    Queue { name: "import", at_once: 2, limit: None },
    // Drawing keeps a thread busy for seconds, and so does a run of thousands.
    Queue { name: "answer", at_once: 2, limit: None },
    // A shop serves one caller no slower than four; shops stand side by side.
    Queue {
        name: "pull",
        at_once: 8,
        limit: Some(Limit { every: Duration::from_secs(2), burst: 5, at_once: 1 }),
    },
    // People wait for it at the printer, so it stands apart from pulls that may be long.
    Queue {
        name: "reread",
        at_once: 8,
        limit: Some(Limit { every: Duration::from_millis(200), burst: 20, at_once: 2 }),
    },
    // One after another: two parcels of one order may change the same field of the shop.
    Queue {
        name: "tell",
        at_once: 8,
        limit: Some(Limit { every: Duration::from_millis(50), burst: 20, at_once: 1 }),
    },
];

/// The limit of each turn of a queue, for all workers together. A queue without one is free.
pub fn limits() -> Vec<(String, Limit)> {
    QUEUES.iter().filter_map(|queue| Some((queue.name.to_owned(), queue.limit?))).collect()
}

/// What time alone changes, for all sellers.
pub const KEEP_HOUSE: JobKind =
    JobKind { name: "house.keep", lane: "house", max_attempts: 3, max_crashes: 3 };

/// The same and what can wait for hours, also where nothing seems to be due.
pub const TIDY_HOUSE: JobKind =
    JobKind { name: "house.tidy", lane: "house", max_attempts: 3, max_crashes: 3 };

/// How often the house is looked after, if anything is due.
const HOUSE_PACE: Duration = Duration::from_secs(60);

/// How often it is gone through from top to bottom.
const TIDY_PACE: Duration = Duration::from_secs(3600);

/// How often every shop is asked for what has changed.
const PULL_PACE: Duration = Duration::from_secs(120);

/// How often every shop's orders are counted.
const COUNT_PACE: Duration = Duration::from_secs(24 * 3600);

/// How often write-backs are looked for that no job tells.
const TELL_PACE: Duration = Duration::from_secs(600);

/// What comes again and again. A slot of time is taken once, whichever process notices it first; one in which nothing
/// would be found to do is left ([`crate::db::due`]).
pub fn periodic() -> Vec<Periodic> {
    vec![
        Periodic { name: "house.keep", every: HOUSE_PACE, lane: KEEP_HOUSE.lane, kind: KEEP_HOUSE.name },
        Periodic { name: "house.tidy", every: TIDY_PACE, lane: TIDY_HOUSE.lane, kind: TIDY_HOUSE.name },
        Periodic { name: "shops.pull", every: PULL_PACE, lane: PULL_ALL.lane, kind: PULL_ALL.name },
        Periodic { name: "shops.gap_check", every: COUNT_PACE, lane: CHECK_ALL.lane, kind: CHECK_ALL.name },
        Periodic { name: "write_backs.tell", every: TELL_PACE, lane: TELL_DUE.lane, kind: TELL_DUE.name },
    ]
}

/// What this program can do.
pub fn kinds(app: &App) -> Vec<Kind> {
    vec![
        Kind {
            // The next slot comes soon; a late retry would only meet it.
            retry: Retry { base: Duration::from_secs(1), cap: HOUSE_PACE },
            ..kind(app, KEEP_HOUSE, keep_house)
        },
        kind(app, TIDY_HOUSE, tidy_house),
        kind(app, RECHECK, recheck),
        kind(app, RECOUNT, housekeeping::recount),
        kind(app, DRY_RUN, dry_running::count),
        kind(app, FIRST_RULES, dry_running::judge_all),
        kind(app, PULL_ALL, pulling::pull_all),
        kind(app, PULL, pulling::pull),
        kind(app, CHECK_ALL, gap_checking::check_all),
        kind(app, CHECK, gap_checking::check),
        kind(app, REREAD, rereading::reread),
        kind(app, IMPORT, import_file),
        kind(app, DOCUMENT, answering::answer),
        kind(app, NUMBER_RUN, answering::answer),
        kind(app, SHIP, answering::answer),
        kind(app, PRINT_JOB, answering::answer),
        kind(app, UPLOAD_FILE, answering::answer),
        kind(app, TELL_DUE, telling::tell_due),
        Kind { retry: TELL_RETRY, ..kind(app, TELL, telling::tell) },
        Kind { retry: TELL_RETRY, ..kind(app, memos::TELL, memo_telling::tell) },
    ]
}

fn recheck(task: &Task) -> Result<End, Error> {
    housekeeping::recheck(task.app, &task.actor)?;
    Ok(End::Done)
}

fn keep_house(task: &Task) -> Result<End, Error> {
    housekeeping::keep(task.app)?;
    Ok(End::Done)
}

fn tidy_house(task: &Task) -> Result<End, Error> {
    housekeeping::once(task.app)?;
    Ok(End::Done)
}
