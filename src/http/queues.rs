//! Queues of jobs: what stands in each, what comes by itself, and pausing one.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::web::Path;
use serde::Serialize;
use utoipa::ToSchema;

use super::caller::Caller;
use super::page::Items;
use super::problem::Reply;
use crate::db::{Db, due, jobs as record};
use crate::domain::actor::Right;
use crate::domain::error::Error;
use crate::domain::time::UtcTime;
use crate::jobs::registry::{self, QUEUES};
use crate::operations::jobs;

/// A queue with what stands in it of this seller.
#[derive(Debug, Serialize, ToSchema)]
pub struct QueueView {
    name: &'static str,
    paused: bool,
    ready: i64,
    running: i64,
    /// Scheduled: at their time, or for another try.
    waiting: i64,
}

/// Whether a queue is paused.
#[derive(Debug, Serialize, ToSchema)]
pub struct PausedView {
    name: String,
    paused: bool,
}

/// Work that comes again and again, for all sellers.
#[derive(Debug, Serialize, ToSchema)]
pub struct PeriodicView {
    #[schema(example = "shops.pull")]
    pub name: &'static str,
    pub every_s: u64,
    /// When it began last; left out while there was nothing to do, it may be long ago. `null` if never.
    pub last_at: Option<UtcTime>,
}

/// What comes by itself, with when it began last.
///
/// # Errors
/// When the record cannot be read.
pub fn periodic(db: &mut Db) -> Result<Vec<PeriodicView>, Error> {
    let taken = due::taken(db)?;
    let last = |name: &str, every: Duration| {
        let slot = taken.get(name)?;
        Some(UtcTime::of_millis(slot.saturating_mul(i64::try_from(every.as_millis()).ok()?)))
    };
    let all = registry::periodic().into_iter();
    Ok(all
        .map(|one| PeriodicView {
            name: one.name,
            every_s: one.every.as_secs(),
            last_at: last(one.name, one.every),
        })
        .collect())
}

/// List queues
#[utoipa::path(get, path = "/api/v1/queues", tag = "jobs",
    responses((status = 200, description = "Every queue that takes this seller's jobs", body = Items<QueueView>)))]
pub async fn list(caller: Caller) -> Reply {
    caller.needs(Right::See)?;
    caller
        .read(move |db| {
            let rows = record::queues(db)?;
            let view = |queue: &registry::Queue| {
                let row = rows.iter().find(|row| row.lane == queue.name);
                QueueView {
                    name: queue.name,
                    paused: row.is_some_and(|row| row.is_paused),
                    ready: row.map_or(0, |row| row.ready),
                    running: row.map_or(0, |row| row.running),
                    waiting: row.map_or(0, |row| row.waiting),
                }
            };
            Ok(Items { items: QUEUES.iter().map(view).collect(), next_cursor: None })
        })
        .await
}

/// List periodic jobs
#[utoipa::path(get, path = "/api/v1/periodic-jobs", tag = "jobs",
    responses((status = 200, description = "What comes by itself, for all sellers", body = Items<PeriodicView>)))]
pub async fn periodic_jobs(caller: Caller) -> Reply {
    caller.needs(Right::See)?;
    caller.read(move |db| Ok(Items { items: periodic(db)?, next_cursor: None })).await
}

/// Pause a queue
///
/// No further job of this seller begins in it; what is at work goes on.
#[utoipa::path(post, path = "/api/v1/queues/{name}/pause", tag = "jobs",
    responses((status = 200, description = "The queue", body = PausedView)))]
pub async fn pause(caller: Caller, name: Path<String>) -> Reply {
    set_paused(caller, name.into_inner(), true).await
}

/// Resume a queue
#[utoipa::path(post, path = "/api/v1/queues/{name}/resume", tag = "jobs",
    responses((status = 200, description = "The queue", body = PausedView)))]
pub async fn resume(caller: Caller, name: Path<String>) -> Reply {
    set_paused(caller, name.into_inner(), false).await
}

async fn set_paused(caller: Caller, name: String, paused: bool) -> Reply {
    caller.needs(Right::Manage)?;
    if !QUEUES.iter().any(|queue| queue.name == name) {
        return Err(Error::missing("queue", name).into());
    }
    caller
        .write(StatusCode::OK, move |tx| {
            jobs::pause(tx, &name, paused)?;
            Ok(PausedView { name: name.clone(), paused })
        })
        .await
}
