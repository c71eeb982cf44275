//! Many shipments looked at again, because something they are judged by has changed.
//!
//! Which ones is marked by one statement in the transaction of the change, however many they are. A first
//! batch is judged at once, so that a small house sees it on the next page; the rest follows in batches of
//! a job, and what a lost job left is found by housekeeping. Nothing leaves by an old judgement meanwhile:
//! print and ship look at each parcel anew.

use serde_json::json;

use super::recheck_due;
use crate::db::Tx;
use crate::db::jobs::{self, JobKind, NewJob};
use crate::domain::error::Error;

/// Judges the shipments of a seller that were marked.
pub const RECHECK: JobKind =
    JobKind { name: "shipments.recheck", lane: "house", max_attempts: 5, max_crashes: 5 };

/// How many shipments one transaction judges.
pub const BATCH: usize = 500;

/// Judges a first batch of what was just marked and leaves the rest to a job.
///
/// # Errors
/// When the record cannot be read or written.
pub fn judge_marked(tx: &mut Tx) -> Result<(), Error> {
    if recheck_due(tx, BATCH)? == BATCH {
        jobs::enqueue(tx, NewJob::new(RECHECK, json!({})).unique("marked"))?;
    }
    Ok(())
}
