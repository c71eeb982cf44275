//! Many parcels shipped as a job, step by step.
//!
//! One transaction over thousands of parcels would keep everybody else who writes waiting, and tell nobody how far it is.
//! So some hundred leave at a time; what became of them is kept with them, in the same transaction. A job that is cut off,
//! called off and taken up again, or taken over by another worker goes on behind the last step, and its answer reads as
//! if all had left at once.

use std::time::Duration;

use anyhow::Context;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use workers::End;

use super::answering::{json_head, to_json};
use super::run::Task;
use crate::db::{answers as record, jobs};
use crate::domain::error::Error;
use crate::domain::id::JobId;
use crate::domain::left_out::each_once;
use crate::operations::ship::{self, NewShipping};

/// Parcels of one step: a transaction of about a quarter of a second.
pub const STEP: usize = 200;

/// Ships what is left to ship of these, and puts the answer together.
///
/// # Errors
/// When the record cannot be read or written.
pub fn ship(task: &Task, new: &NewShipping) -> Result<End, Error> {
    let job = JobId(task.job.id);
    let (listed, twice) = each_once(&new.shipments);
    let twice: Vec<Json> = twice.iter().map(|one| json!(one)).collect();
    let kept = task.app.read(task.actor.seller, |db| record::pieces(db, job))?;
    let mut done = joined(&kept, Vec::new())?.parcels();
    for (step, parcels) in (kept.len()..).zip(listed[done.min(listed.len())..].chunks(STEP)) {
        if task.work.is_cancelled() || task.work.is_stopping() {
            return Ok(End::Snooze(Duration::ZERO));
        }
        let part = NewShipping { shipments: parcels.to_vec(), ..new.clone() };
        task.app.write(&task.actor, |tx| {
            jobs::go_on(tx, task.job.hold())?;
            let shipped = ship::ship(tx, &part)?;
            let step = i64::try_from(step).context("steps are few")?;
            Ok(record::keep_piece(tx, job, step, &to_json(&shipped)?)?)
        })?;
        done += parcels.len();
        task.work.progress(done as u64, listed.len() as u64);
    }
    let head = json_head(200)?;
    task.app.write(&task.actor, |tx| {
        jobs::complete(tx, task.job.hold(), None)?;
        let whole = joined(&record::pieces(tx, job)?, twice.clone())?;
        let result = json!({ "done": whole.done.len(), "left_out": whole.left_out.len() });
        record::finish(tx, job, &head, &to_json(&whole)?)?;
        Ok(jobs::set_result(tx, job, &result)?)
    })?;
    Ok(End::Settled)
}

/// An answer as [`ship::Shipping`] is written, or a part of it.
#[derive(Default, Serialize, Deserialize)]
struct Shipped {
    done: Vec<Json>,
    left_out: Vec<Json>,
}

impl Shipped {
    fn parcels(&self) -> usize {
        self.done.len() + self.left_out.len()
    }
}

/// The answer of all steps, as one act over all parcels would have given it.
fn joined(steps: &[Vec<u8>], twice: Vec<Json>) -> Result<Shipped, Error> {
    let mut whole = Shipped { left_out: twice, ..Shipped::default() };
    for step in steps {
        let Shipped { done, left_out } =
            serde_json::from_slice(step).context("reading a step's answer back")?;
        whole.done.extend(done);
        whole.left_out.extend(left_out);
    }
    Ok(whole)
}
