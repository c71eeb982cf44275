//! Requests that are answered later: with 202 and a job, whose answer is fetched when it has ended.

use std::time::{Duration, Instant};

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::rt::time::sleep;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use super::blocking::blocking;
use super::body::Id;
use super::caller::Caller;
use super::jobs::JobView;
use super::problem::Reply;
use crate::app::App;
use crate::db::jobs::{self, JobRow};
use crate::domain::actor::Right;
use crate::domain::error::Error;
use crate::domain::id::{JobId, PrintJobId, SellerId};
use crate::domain::job::JobState;
use crate::jobs::printing::Printout;
use crate::operations::answers::{self, DOCUMENT};

/// A job that ends so soon is waited for.
pub const WAIT: Duration = Duration::from_secs(10);
/// How often it is looked whether it has.
pub const LOOK: Duration = Duration::from_millis(100);

/// Whether the client asked not to be kept waiting (RFC 7240).
pub fn prefers_later(request: &HttpRequest) -> bool {
    let wishes = request.headers().get_all("prefer").filter_map(|value| value.to_str().ok());
    wishes.flat_map(|value| value.split(',')).any(|wish| wish.trim().eq_ignore_ascii_case("respond-async"))
}

/// 202 with the job.
pub fn accepted(job: JobRow) -> HttpResponse {
    HttpResponse::Accepted().json(JobView::from(job))
}

/// A job as it is when it has ended, or when that took too long.
pub async fn waited_for(app: Data<App>, seller: SellerId, job: JobId) -> Result<JobRow, Error> {
    let until = Instant::now() + WAIT;
    loop {
        let app = app.clone();
        let row = blocking(move || app.read(seller, |db| jobs::find(db, job))).await?;
        if row.state.is_end() || Instant::now() >= until {
            return Ok(row);
        }
        sleep(LOOK).await;
    }
}

/// Fetch the answer of a job
///
/// What the request that was answered with 202 would have been answered: what a number run, a shipping or a print job did,
/// item by item, the document of a print job, or a shop's upload file. 202 with the job while it has not ended; `job_failed` when it came to nothing.
/// Answers are kept for a day. A document is given out once (`document_taken`): after that the print job hands out
/// copies that say so.
#[utoipa::path(get, path = "/api/v1/jobs/{id}/answer", tag = "jobs",
    responses((status = 200, description = "The answer: JSON, or the document", content(
                (serde_json::Value = "application/json"),
                (Vec<u8> = "application/pdf"), (Vec<u8> = "application/zpl"), (Vec<u8> = "application/tspl"), (Vec<u8> = "text/csv"))),
              (status = 201, description = "The answer, where something was made", body = serde_json::Value),
              (status = 202, description = "The job, which has not ended", body = JobView)))]
pub async fn answer(caller: Caller, id: Id<JobId>) -> Reply {
    caller.needs(Right::See)?;
    let (app, actor) = (caller.app.clone(), caller.actor.clone());
    let job = blocking(move || app.read(actor.seller, |db| jobs::find(db, id.0))).await?;
    caller.needs(if job.kind == DOCUMENT.name { Right::Print } else { Right::Ship })?;
    if !job.state.is_end() {
        return Ok(accepted(job));
    }
    succeeded(&job)?;
    let (head, body) = caller.run(move |app, actor| app.write(actor, |tx| answers::take(tx, id.0))).await?;
    let status = StatusCode::from_u16(head.status).unwrap_or(StatusCode::OK);
    if !head.file_name.is_empty() {
        return Ok(attachment(&head.file_name, &head.media_type, body));
    }
    if head.positions.is_empty() {
        return Ok(HttpResponse::build(status).insert_header((CONTENT_TYPE, head.media_type)).body(body));
    }
    let answers::Head { positions, left_out, are_copies, media_type, .. } = head;
    let arguments: serde_json::Value = serde_json::from_str(&job.payload).unwrap_or_default();
    let print_job =
        arguments["print_job"].as_str().and_then(|id| id.parse().ok()).map_or(PrintJobId(0), PrintJobId);
    Ok(document(print_job, &media_type, Printout { file: body, positions, left_out, are_copies }))
}

/// Refuses a job that came to nothing.
///
/// # Errors
/// `job_failed`.
pub fn succeeded(job: &JobRow) -> Result<(), Error> {
    if job.state == JobState::Done {
        return Ok(());
    }
    let why = job.error.as_deref().unwrap_or("It was called off.");
    Err(Error::conflict(
        "job_failed",
        format!("Job {} came to nothing. {why}", job.id),
        "See what stands against it, then ask again.",
    ))
}

/// A file to be saved, as a response.
pub fn attachment(name: &str, media_type: &str, bytes: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, media_type))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .body(bytes)
}

/// A document as a response.
pub fn document(id: PrintJobId, media_type: &str, printout: Printout) -> HttpResponse {
    let ending = media_type.rsplit('/').next().unwrap_or("pdf");
    let shown: Vec<String> = printout.positions.iter().map(i64::to_string).collect();
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, media_type))
        .insert_header((CONTENT_DISPOSITION, format!("inline; filename=\"print-job-{id}.{ending}\"")))
        .insert_header(("x-sheets", shown.join(",")))
        .insert_header(("x-left-out", printout.left_out.to_string()))
        .insert_header(("x-copies", if printout.are_copies { "yes" } else { "no" }))
        .body(printout.file)
}
