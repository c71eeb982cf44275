//! Rules on everything that waits: counted before they count, and judged anew by a seller's first ones.

use serde::Deserialize;
use workers::End;

use super::housekeeping;
use super::run::Task;
use crate::domain::error::Error;
use crate::domain::id::RuleRunId;
use crate::operations::rules::{Which, dry_run_step, run};

#[derive(Deserialize)]
struct Arguments {
    run: RuleRunId,
}

/// Counts a dry run to its end, batch by batch; each is stored with the place where it ended.
///
/// # Errors
/// When the record cannot be read or written.
pub fn count(task: &Task) -> Result<End, Error> {
    let Arguments { run } = task.arguments()?;
    while !task.app.write(&task.actor, |tx| dry_run_step(tx, run))? {}
    Ok(End::Done)
}

/// Judges everything that waits anew.
///
/// # Errors
/// When the record cannot be read or written.
pub fn judge_all(task: &Task) -> Result<End, Error> {
    task.app.write(&task.actor, |tx| run(tx, &Which::All))?;
    housekeeping::recheck(task.app, &task.actor)?;
    Ok(End::Done)
}
