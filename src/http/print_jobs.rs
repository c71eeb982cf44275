//! Print jobs over HTTP: sheets made, handed out, acknowledged.

use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT, CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::{Body, Id, Params};
use super::caller::Caller;
use super::page::{Items, Page};
use super::problem::{Failure, Reply};
use super::shipments::bounded;
use super::shops::PageQuery;
use crate::domain::actor::Right;
use crate::domain::error::Error;
use crate::domain::id::PrintJobId;
use crate::jobs::printing;
use crate::operations::print_jobs::{self as operations, NewPrintJob, PrintJob};

const PDF: &str = "application/pdf";

/// How far the paper came out well.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Acknowledgement {
    /// Position of the last good sheet; 0 when not even the first one is.
    last_good: i64,
}

/// Make a print job
///
/// Its sheets stand in the order of the number run or of the shipments named; nothing is printed yet.
#[utoipa::path(post, path = "/api/v1/print-jobs", tag = "printing", request_body = NewPrintJob,
    responses((status = 201, description = "The sheets, and who was left out", body = PrintJob)))]
pub async fn create(caller: Caller, body: Body<NewPrintJob>) -> Reply {
    caller.needs(Right::Ship)?;
    let new = body.0;
    if new.number_run.is_none() {
        bounded("shipments", new.shipments.len())?;
    }
    caller.write(StatusCode::CREATED, move |tx| operations::create(tx, &new)).await
}

/// List print jobs
///
/// Newest first, without their sheets.
#[utoipa::path(get, path = "/api/v1/print-jobs", tag = "printing", params(PageQuery),
    responses((status = 200, description = "A page of print jobs", body = Items<PrintJob>)))]
pub async fn list(caller: Caller, query: Params<PageQuery>) -> Reply {
    sees(&caller)?;
    let (page, before) = Page::by_id(query.0.limit.as_deref(), query.0.cursor.as_deref(), "print_jobs")?;
    caller
        .read(move |db| {
            let rows = operations::list(db, before.map(PrintJobId), page.rows())?;
            let key = |job: &PrintJob| job.id.iter().map(ToString::to_string).collect();
            Ok(page.items(rows, key, |job| job))
        })
        .await
}

/// Show a print job
#[utoipa::path(get, path = "/api/v1/print-jobs/{id}", tag = "printing",
    responses((status = 200, description = "The job with its sheets", body = PrintJob)))]
pub async fn show(caller: Caller, id: Id<PrintJobId>) -> Reply {
    sees(&caller)?;
    caller.read(move |db| operations::show(db, id.0)).await
}

/// Fetch the document of a print job
///
/// The sheets that wait, as one PDF. They count as handed out from then on, not as printed. Shipments are
/// looked at anew; sheets that no longer hold are left out (`X-Left-Out` counts them, the job says why).
#[utoipa::path(get, path = "/api/v1/print-jobs/{id}/document", tag = "printing",
    responses((status = 200, description = "The document", body = Vec<u8>, content_type = "application/pdf")))]
pub async fn document(caller: Caller, id: Id<PrintJobId>, request: HttpRequest) -> Reply {
    caller.needs(Right::Print)?;
    let accepted = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or("*/*");
    if !takes_pdf(accepted) {
        return Err(Failure::edge(
            StatusCode::NOT_ACCEPTABLE,
            "not_acceptable",
            format!("The document is {PDF}, and the request accepts {accepted}."),
            "Ask for application/pdf.",
        ));
    }
    let id = id.0;
    let printout = caller.run(move |app, actor| printing::print(app, actor, id)).await?;
    let shown: Vec<String> = printout.positions.iter().map(i64::to_string).collect();
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, PDF))
        .insert_header((CONTENT_DISPOSITION, format!("inline; filename=\"print-job-{id}.pdf\"")))
        .insert_header(("x-sheets", shown.join(",")))
        .insert_header(("x-left-out", printout.left_out.to_string()))
        .body(printout.pdf))
}

/// Acknowledge sheets
///
/// Those up to `last_good` came out well; those handed out behind it are unknown.
#[utoipa::path(post, path = "/api/v1/print-jobs/{id}/acknowledge", tag = "printing", request_body = Acknowledgement,
    responses((status = 200, description = "The job as it is now", body = PrintJob)))]
pub async fn acknowledge(caller: Caller, id: Id<PrintJobId>, body: Body<Acknowledgement>) -> Reply {
    caller.needs(Right::Print)?;
    caller.write(StatusCode::OK, move |tx| operations::acknowledge(tx, id.0, body.0.last_good)).await
}

/// Resume a print job
///
/// What has no good sheet yet is queued again, from behind the last good one; `next` says which.
#[utoipa::path(post, path = "/api/v1/print-jobs/{id}/resume", tag = "printing",
    responses((status = 200, description = "The job as it is now", body = PrintJob)))]
pub async fn resume(caller: Caller, id: Id<PrintJobId>) -> Reply {
    caller.needs(Right::Ship)?;
    caller.write(StatusCode::OK, move |tx| operations::resume(tx, id.0)).await
}

/// Sheets show numbers and no names, so print stations may see them.
fn sees(caller: &Caller) -> Result<(), Error> {
    caller.needs(Right::See).or_else(|_| caller.needs(Right::Print))
}

/// Whether an Accept header takes a PDF (RFC 9110, section 12.5.1); a weight of 0 refuses.
fn takes_pdf(accepted: &str) -> bool {
    accepted.split(',').any(|range| {
        let (kind, parameters) = range.split_once(';').unwrap_or((range, ""));
        let refused =
            parameters.split(';').any(|p| matches!(p.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000"));
        !refused && [PDF, "application/*", "*/*", ""].contains(&kind.trim().to_ascii_lowercase().as_str())
    })
}

#[cfg(test)]
mod tests {
    use super::takes_pdf;

    #[test]
    fn accept_is_read_like_a_browser_writes_it() {
        for (accepted, takes) in [
            ("application/pdf", true),
            ("text/html,application/xhtml+xml,*/*;q=0.8", true),
            ("Application/PDF;q=0.5", true),
            ("application/zpl", false),
            ("application/pdf;q=0", false),
            ("text/html", false),
        ] {
            assert_eq!(takes_pdf(accepted), takes, "{accepted}");
        }
    }
}
