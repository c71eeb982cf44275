//! A window on jobs: which there are, how far they are, and what people may do about them.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use utoipa::{IntoParams, ToSchema};

use super::blocking::blocking;
use super::body::{Body, Id, Params, word_of};
use super::caller::Caller;
use super::follow;
use super::page::{Items, Page, both};
use super::problem::Reply;
use crate::app::App;
use crate::db::Tx;
use crate::db::jobs::{self as record, JobErrorRow, JobFilter, JobRow};
use crate::domain::actor::Right;
use crate::domain::error::Error;
use crate::domain::id::{JobId, SellerId};
use crate::domain::job::JobState;
use crate::domain::time::UtcTime;
use crate::operations::jobs::{self, ManyJobs};

/// How often a stream of events looks for news.
const LOOK: Duration = Duration::from_millis(400);

/// A job as it stands.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct JobView {
    id: JobId,
    #[schema(example = "house.keep")]
    kind: String,
    queue: String,
    state: JobState,
    /// 0 is the most urgent.
    priority: i64,
    attempt: i64,
    max_attempts: i64,
    /// How often its worker was lost while it was at work.
    crashes: i64,
    /// Somebody called it off, and its worker has not ended it yet.
    cancelling: bool,
    /// Who asked for it.
    actor: String,
    #[schema(value_type = Object)]
    arguments: Json,
    progress: ProgressView,
    /// Why the last attempt failed.
    error: Option<String>,
    /// What came of it.
    #[schema(value_type = Option<Object>)]
    result: Option<Json>,
    created_at: UtcTime,
    /// When it may begin, or was allowed to.
    due_at: UtcTime,
    finished_at: Option<UtcTime>,
}

/// How far a job is; both 0 when its kind does not tell.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ProgressView {
    done: i64,
    total: i64,
}

/// A job with its failed attempts.
#[derive(Debug, Serialize, ToSchema)]
pub struct JobWithErrorsView {
    #[serde(flatten)]
    job: JobView,
    /// The first one first.
    errors: Vec<JobErrorView>,
}

/// A failed attempt.
#[derive(Debug, Serialize, ToSchema)]
pub struct JobErrorView {
    at: UtcTime,
    attempt: i64,
    error: String,
}

/// Which jobs.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct JobQuery {
    /// ready, leased, running, waiting, done, dead or cancelled.
    state: Option<String>,
    /// A kind such as `house.keep`.
    kind: Option<String>,
    /// Most items, 1 to 500; 50 without.
    limit: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

impl From<JobRow> for JobView {
    fn from(row: JobRow) -> Self {
        let json = |text: String| serde_json::from_str(&text).unwrap_or(Json::Null);
        Self {
            id: row.id,
            kind: row.kind,
            queue: row.lane,
            state: row.state,
            priority: row.priority,
            attempt: row.attempt,
            max_attempts: row.max_attempts,
            crashes: row.crashes,
            cancelling: row.is_cancelled && !row.state.is_end(),
            actor: row.actor,
            arguments: json(row.payload),
            progress: ProgressView { done: row.progress_done, total: row.progress_total },
            error: row.error,
            result: row.result.map(json),
            created_at: UtcTime::of_millis(row.created_ms),
            due_at: UtcTime::of_millis(row.due_ms),
            finished_at: row.finished_ms.map(UtcTime::of_millis),
        }
    }
}

impl From<JobErrorRow> for JobErrorView {
    fn from(JobErrorRow { at_ms, attempt, error }: JobErrorRow) -> Self {
        Self { at: UtcTime::of_millis(at_ms), attempt, error }
    }
}

/// List jobs
///
/// Newest first. Jobs that ended well stay for 7 days, the others for 90.
#[utoipa::path(get, path = "/api/v1/jobs", tag = "jobs", params(JobQuery),
    responses((status = 200, description = "A page of jobs", body = Items<JobView>)))]
pub async fn list(caller: Caller, query: Params<JobQuery>) -> Reply {
    caller.needs(Right::See)?;
    let JobQuery { state, kind, limit, cursor } = query.0;
    let state = state.map(|text| word_of("state", &text, JobState::parse)).transpose();
    let (state, (page, before)) = both(state, Page::by_id(limit.as_deref(), cursor.as_deref(), "jobs"))?;
    let filter = JobFilter { state, kind, before: before.map(JobId) };
    caller
        .read(move |db| {
            let rows = record::list(db, &filter, page.rows())?;
            Ok(page.items(rows, |row| vec![row.id.to_string()], JobView::from))
        })
        .await
}

/// Show a job
#[utoipa::path(get, path = "/api/v1/jobs/{id}", tag = "jobs",
    responses((status = 200, description = "The job with its failed attempts", body = JobWithErrorsView)))]
pub async fn show(caller: Caller, id: Id<JobId>) -> Reply {
    caller.needs(Right::See)?;
    caller
        .read(move |db| {
            let job = record::find(db, id.0)?.into();
            let errors = record::errors(db, id.0)?.into_iter().map(JobErrorView::from).collect();
            Ok(JobWithErrorsView { job, errors })
        })
        .await
}

/// Follow a job
///
/// Server-sent events: `job` with the job whenever it has changed, until it has ended.
#[utoipa::path(get, path = "/api/v1/jobs/{id}/events", tag = "jobs",
    responses((status = 200, description = "Events", body = String, content_type = "text/event-stream")))]
pub async fn events(caller: Caller, id: Id<JobId>, app: Data<App>) -> Reply {
    caller.needs(Right::See)?;
    Ok(stream(app, caller.actor.seller, id.0).await?)
}

/// A job whenever it has changed, as server-sent events.
///
/// # Errors
/// When the seller has no such job.
pub async fn stream(app: Data<App>, seller: SellerId, job: JobId) -> Result<HttpResponse, Error> {
    let look = move || {
        let app = app.clone();
        async move { blocking(move || app.read(seller, |db| record::find(db, job)).map(JobView::from)).await }
    };
    follow::stream("job", LOOK, look, |job: &JobView| job.state.is_end()).await
}

/// Retry a job
///
/// A dead or cancelled job gets all its attempts again; a waiting one begins now.
#[utoipa::path(post, path = "/api/v1/jobs/{id}/retry", tag = "jobs",
    responses((status = 200, description = "The job", body = JobView)))]
pub async fn retry(caller: Caller, id: Id<JobId>) -> Reply {
    caller.needs(Right::Manage)?;
    caller.write(StatusCode::OK, move |tx| Ok(JobView::from(jobs::retry(tx, id.0)?))).await
}

/// Cancel a job
///
/// One that is at work is told so and ends when its handler next looks.
#[utoipa::path(post, path = "/api/v1/jobs/{id}/cancel", tag = "jobs",
    responses((status = 200, description = "The job", body = JobView)))]
pub async fn cancel(caller: Caller, id: Id<JobId>) -> Reply {
    caller.needs(Right::Manage)?;
    caller.write(StatusCode::OK, move |tx| Ok(JobView::from(jobs::cancel(tx, id.0)?))).await
}

/// Which jobs an act is about: those named, or the newest 1,000 of a state and kind.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JobsWish {
    /// At most 1,000.
    #[serde(default)]
    jobs: Vec<JobId>,
    /// Instead of `jobs`: waiting, dead or cancelled to retry; ready, running or waiting to cancel.
    state: Option<String>,
    /// With `state`: only jobs of this kind.
    kind: Option<String>,
}

impl JobsWish {
    fn read(self) -> Result<(Vec<JobId>, Option<JobFilter>), Error> {
        let state = self.state.map(|text| word_of("state", &text, JobState::parse)).transpose()?;
        match (self.jobs.is_empty(), state) {
            (false, None) if self.kind.is_none() => Ok((self.jobs, None)),
            (true, Some(state)) => {
                Ok((Vec::new(), Some(JobFilter { state: Some(state), kind: self.kind, before: None })))
            }
            _ => {
                Err(Error::invalid("jobs", "required", "Send either jobs, or a state with or without a kind"))
            }
        }
    }
}

/// Retry many jobs
///
/// Each as by itself; those that cannot be retried are left out with the reason.
#[utoipa::path(post, path = "/api/v1/jobs/retry", tag = "jobs", request_body = JobsWish,
    responses((status = 200, description = "Which were taken up again and which stay", body = ManyJobs)))]
pub async fn retry_many(caller: Caller, body: Body<JobsWish>) -> Reply {
    act_on_many(caller, body.0, jobs::retry_all).await
}

/// Cancel many jobs
///
/// Each as by itself; those that have ended are left out with the reason.
#[utoipa::path(post, path = "/api/v1/jobs/cancel", tag = "jobs", request_body = JobsWish,
    responses((status = 200, description = "Which are called off and which stay", body = ManyJobs)))]
pub async fn cancel_many(caller: Caller, body: Body<JobsWish>) -> Reply {
    act_on_many(caller, body.0, jobs::cancel_all).await
}

async fn act_on_many(
    caller: Caller,
    wish: JobsWish,
    act: fn(&mut Tx, &[JobId]) -> Result<ManyJobs, Error>,
) -> Reply {
    caller.needs(Right::Manage)?;
    let (named, filter) = wish.read()?;
    caller
        .write(StatusCode::OK, move |tx| match &filter {
            Some(filter) => jobs::on_found(tx, filter, act),
            None => act(tx, &named),
        })
        .await
}
