//! Print jobs over HTTP: sheets made, handed out, acknowledged.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::ACCEPT;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::blocking::blocking;
use super::body::{Body, Id, Params};
use super::caller::Caller;
use super::follow;
use super::jobs::JobView;
use super::later::{self, prefers_later};
use super::page::{Items, Page};
use super::problem::{Failure, Reply};
use super::shipments::bounded;
use super::shops::PageQuery;
use crate::app::App;
use crate::db::Tx;
use crate::db::jobs::JobRow;
use crate::domain::actor::Right;
use crate::domain::error::{Error, FieldError};
use crate::domain::id::{PrintJobId, PrinterId, SellerId};
use crate::jobs::housekeeping;
use crate::jobs::printing::{self, Printout};
use crate::operations::answers::{self, DOCUMENT_AT_ONCE_MAX};
use crate::operations::print_jobs::{self as operations, Decision, NewPrintJob, PrintJob, Pulse, Read};
use crate::papers::Output;
use crate::papers::raster::Head;
use crate::papers::thermal::Language;

const ZPL: &str = "application/zpl";
const TSPL: &str = "application/tspl";
const PDF: &str = "application/pdf";

/// How far the paper came out well.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Acknowledgement {
    /// Position of the last good sheet; 0 when not even the first one is.
    last_good: i64,
    /// The number on the paper of the first sheet that is good now; asked for with the setting `retype_numbers`.
    #[serde(default)]
    first_number: String,
    /// The number on the paper of the last good sheet.
    #[serde(default)]
    last_number: String,
}

/// Make a print job
///
/// Its sheets stand in the order of the number run or of the shipments named; nothing is printed yet. With
/// `Prefer: respond-async` a job makes it, and `GET /jobs/{id}/answer` has the sheets.
#[utoipa::path(post, path = "/api/v1/print-jobs", tag = "printing", request_body = NewPrintJob,
    responses((status = 201, description = "The sheets, and who was left out", body = PrintJob),
              (status = 202, description = "The job that makes it", body = JobView)))]
pub async fn create(caller: Caller, request: HttpRequest, body: Body<NewPrintJob>) -> Reply {
    caller.needs(Right::Ship)?;
    let new = body.0;
    if new.number_run.is_none() {
        bounded("shipments", new.shipments.len())?;
    }
    if prefers_later(&request) {
        let ask = move |tx: &mut Tx| Ok(JobView::from(answers::print(tx, new.clone(), None)?));
        return caller.write(StatusCode::ACCEPTED, ask).await;
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
    let job = caller.run(move |app, actor| {
        housekeeping::hear_silence(app, actor.seller)?;
        app.read(actor.seller, |db| operations::show(db, id.0))
    });
    Ok(HttpResponse::Ok().json(job.await?))
}

/// Between two looks at a job that prints: a fast label printer has moved by one sheet or two.
const LOOK: Duration = Duration::from_millis(500);

/// Follow a print job
///
/// Server-sent events: `job` with how far it is and what is in its way whenever that has changed, until nothing of it is on
/// its way to paper or in doubt.
#[utoipa::path(get, path = "/api/v1/print-jobs/{id}/events", tag = "printing",
    responses((status = 200, description = "Events", body = String, content_type = "text/event-stream")))]
pub async fn events(caller: Caller, id: Id<PrintJobId>, app: Data<App>) -> Reply {
    sees(&caller)?;
    Ok(stream(app, caller.actor.seller, id.0).await?)
}

/// How far a print job is, whenever that has changed, as server-sent events.
///
/// # Errors
/// When the seller has no such job.
pub async fn stream(app: Data<App>, seller: SellerId, id: PrintJobId) -> Result<HttpResponse, Error> {
    let look = move || {
        let app = app.clone();
        blocking(move || {
            housekeeping::hear_silence(&app, seller)?;
            app.read(seller, |db| operations::pulse(db, id))
        })
    };
    follow::stream("job", LOOK, look, Pulse::is_over).await
}

/// How a document for a thermal printer is written.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DocumentQuery {
    /// Dots per inch of the print head: `203` (the default) or `300`.
    dpi: Option<String>,
    /// For ZPL: `z64` (the default), or `runs` for printers that do not know it.
    compression: Option<String>,
}

impl DocumentQuery {
    fn head(&self) -> Result<Head, Error> {
        let parse =
            |text: &str| Head::parse(text).map_err(|detail| vec![FieldError::new("dpi", "word", detail)]);
        self.dpi.as_deref().map_or(Ok(Head::Dpi203), parse).map_err(Error::Invalid)
    }

    fn zpl(&self) -> Result<Language, Error> {
        match self.compression.as_deref() {
            None | Some("z64") => Ok(Language::Zpl),
            Some("runs") => Ok(Language::ZplRuns),
            Some(other) => {
                let detail = format!("{other:?} is no compression; write z64 or runs");
                Err(Error::Invalid(vec![FieldError::new("compression", "word", detail)]))
            }
        }
    }
}

/// Fetch the document of a print job
///
/// The sheets that wait, as one file: a PDF, or the language of a thermal printer by the header `Accept`. They count
/// as handed out from then on, not as printed. Shipments are looked at anew; sheets that no longer hold are left
/// out (`X-Left-Out` counts them, the job says why). Asked again before anybody has acknowledged, the same sheets come
/// once more, each stamped as a copy (`X-Copies: yes`), to whoever may reprint; others are told `already_handed_out`.
///
/// More than 2,000 sheets are drawn by a job: one that ends within ten seconds is answered like a short document, any
/// other with 202 and the job, at once with `Prefer: respond-async`. Asked again, or by `GET /jobs/{id}/answer`, the
/// document is given out once it is drawn; until somebody has taken it, it is no copy.
#[utoipa::path(get, path = "/api/v1/print-jobs/{id}/document", tag = "printing", params(DocumentQuery),
    responses((status = 200, description = "The document", content(
        (Vec<u8> = "application/pdf"), (Vec<u8> = "application/zpl"), (Vec<u8> = "application/tspl"))),
        (status = 202, description = "The job that draws it", body = JobView)))]
pub async fn document(
    caller: Caller,
    id: Id<PrintJobId>,
    query: Params<DocumentQuery>,
    request: HttpRequest,
) -> Reply {
    caller.needs(Right::Print)?;
    let accepted = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or("*/*");
    let (kind, output) = output_of(accepted, &query.0)?;
    let (id, is_patient) = (id.0, !prefers_later(&request));
    let (app, actor) = (caller.app.clone(), caller.actor.clone());
    let made = caller
        .run(move |app, actor| {
            let (open, sheets) = app.read(actor.seller, |db| {
                Ok((answers::open_document(db, id, output)?, answers::sheets_waiting(db, id)?))
            })?;
            if open.is_none() && is_patient && sheets <= DOCUMENT_AT_ONCE_MAX {
                return Ok(Made::Now(printing::print(app, actor, id, output)?));
            }
            if output != Output::Pdf {
                app.read(actor.seller, |db| operations::is_on_labels(db, id))?;
            }
            Ok(Made::Later(printing::draw_later(app, actor, id, output)?))
        })
        .await?;
    let job = match made {
        Made::Now(printout) => return Ok(later::document(id, kind, printout)),
        Made::Later(job) if is_patient => later::waited_for(app.clone(), actor.seller, job.id).await?,
        Made::Later(job) => job,
    };
    if !job.state.is_end() || !is_patient {
        return Ok(later::accepted(job));
    }
    later::succeeded(&job)?;
    let job = job.id;
    let taken = blocking(move || app.write(&actor, |tx| answers::take(tx, job))).await?;
    let (answers::Head { positions, left_out, are_copies, .. }, file) = taken;
    Ok(later::document(id, kind, Printout { file, positions, left_out, are_copies }))
}

/// A document, or the job that draws it.
enum Made {
    Now(Printout),
    Later(JobRow),
}

/// The kind of document that is asked for, and how it is drawn.
///
/// # Errors
/// When no kind is accepted that there is, or the query has a word nobody knows.
pub(super) fn output_of(accepted: &str, query: &DocumentQuery) -> Result<(&'static str, Output), Failure> {
    match wanted(accepted) {
        Some(ZPL) => Ok((ZPL, Output::Thermal(query.zpl()?, query.head()?))),
        Some(TSPL) => Ok((TSPL, Output::Thermal(Language::Tspl, query.head()?))),
        Some(_) => Ok((PDF, Output::Pdf)),
        None => Err(Failure::edge(
            StatusCode::NOT_ACCEPTABLE,
            "not_acceptable",
            format!("The document is {PDF}, {ZPL} or {TSPL}, and the request accepts {accepted}."),
            "Ask for one of them.",
        )),
    }
}

/// Acknowledge sheets
///
/// Those up to `last_good` came out well; those handed out behind it are unknown. Sheets that were never handed out stay
/// queued and are listed in `left_out`. Once a station has taken sheets of a job, only it or a manager may tell.
#[utoipa::path(post, path = "/api/v1/print-jobs/{id}/acknowledge", tag = "printing", request_body = Acknowledgement,
    responses((status = 200, description = "The job as it is now", body = PrintJob)))]
pub async fn acknowledge(caller: Caller, id: Id<PrintJobId>, body: Body<Acknowledgement>) -> Reply {
    caller.needs(Right::Print)?;
    let Acknowledgement { last_good, first_number, last_number } = body.0;
    let read = Read { first: first_number, last: last_number };
    caller.write(StatusCode::OK, move |tx| operations::acknowledge_read(tx, id.0, last_good, &read)).await
}

/// Resume a print job
///
/// What has no good sheet yet is queued again, from behind the last good one; `next` says which. Unknown sheets may be
/// on paper, so they are printed as copies that say so; decide upon them first where you know better.
#[utoipa::path(post, path = "/api/v1/print-jobs/{id}/resume", tag = "printing",
    responses((status = 200, description = "The job as it is now", body = PrintJob)))]
pub async fn resume(caller: Caller, id: Id<PrintJobId>) -> Reply {
    caller.needs(Right::Ship)?;
    caller.write(StatusCode::OK, move |tx| operations::resume(tx, id.0)).await
}

/// Decide upon unknown sheets
///
/// `printed` ones are good from now on; `not_printed` ones are queued again as if for the first time, because somebody
/// has looked and they are nowhere.
#[utoipa::path(post, path = "/api/v1/print-jobs/{id}/decide", tag = "printing", request_body = Decision,
    responses((status = 200, description = "The job as it is now", body = PrintJob)))]
pub async fn decide(caller: Caller, id: Id<PrintJobId>, body: Body<Decision>) -> Reply {
    caller.needs(Right::Ship)?;
    caller.write(StatusCode::OK, move |tx| operations::decide(tx, id.0, &body.0)).await
}

/// Where a job is to be printed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Placing {
    /// A printer of a station; `null` for a document in the browser.
    printer: Option<PrinterId>,
}

/// Move a print job
///
/// What waits of it goes to another printer, or back to the browser; what a station has in hand stays with it.
#[utoipa::path(put, path = "/api/v1/print-jobs/{id}/printer", tag = "printing", request_body = Placing,
    responses((status = 200, description = "The job as it is now", body = PrintJob)))]
pub async fn place(caller: Caller, id: Id<PrintJobId>, body: Body<Placing>) -> Reply {
    caller.needs(Right::Ship)?;
    caller.write(StatusCode::OK, move |tx| operations::place(tx, id.0, body.0.printer)).await
}

/// Pause a print job
///
/// No station takes more of it; what is on its way to paper comes out.
#[utoipa::path(post, path = "/api/v1/print-jobs/{id}/pause", tag = "printing",
    responses((status = 200, description = "The job as it is now", body = PrintJob)))]
pub async fn pause(caller: Caller, id: Id<PrintJobId>) -> Reply {
    caller.needs(Right::Ship)?;
    caller.write(StatusCode::OK, move |tx| operations::pause(tx, id.0, true)).await
}

/// Let a print job go on
#[utoipa::path(post, path = "/api/v1/print-jobs/{id}/go-on", tag = "printing",
    responses((status = 200, description = "The job as it is now", body = PrintJob)))]
pub async fn go_on(caller: Caller, id: Id<PrintJobId>) -> Reply {
    caller.needs(Right::Ship)?;
    caller.write(StatusCode::OK, move |tx| operations::pause(tx, id.0, false)).await
}

/// Sheets show numbers and no names, so print stations may see them.
fn sees(caller: &Caller) -> Result<(), Error> {
    caller.needs(Right::See).or_else(|_| caller.needs(Right::Print))
}

/// The kind of document an Accept header asks for (RFC 9110, section 12.5.1): the one of the greatest weight, a PDF
/// among equals and for wildcards.
fn wanted(accepted: &str) -> Option<&'static str> {
    let weighed = accepted.split(',').filter_map(|range| {
        let (kind, parameters) = range.split_once(';').unwrap_or((range, ""));
        let weight = parameters.split(';').find_map(|one| one.trim().strip_prefix("q="));
        let weight: f32 = weight.map_or(Some(1.0), |text| text.trim().parse().ok())?;
        let kind = match kind.trim().to_ascii_lowercase().as_str() {
            PDF | "application/*" | "*/*" | "" => PDF,
            ZPL | "application/vnd.zebra-zpl" => ZPL,
            TSPL => TSPL,
            _ => return None,
        };
        (weight > 0.0).then_some((weight, kind))
    });
    weighed
        .max_by(|(a, of), (b, other)| a.total_cmp(b).then((*of == PDF).cmp(&(*other == PDF))))
        .map(|(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use super::{PDF, TSPL, ZPL, wanted};

    #[test]
    fn accept_is_read_like_a_browser_writes_it() {
        for (accepted, kind) in [
            ("application/pdf", Some(PDF)),
            ("text/html,application/xhtml+xml,*/*;q=0.8", Some(PDF)),
            ("Application/PDF;q=0.5", Some(PDF)),
            ("application/zpl", Some(ZPL)),
            ("application/vnd.zebra-zpl, application/pdf;q=0.5", Some(ZPL)),
            ("application/tspl;q=0.9, */*;q=0.1", Some(TSPL)),
            ("application/zpl, application/pdf", Some(PDF)),
            ("application/pdf;q=0", None),
            ("text/html", None),
        ] {
            assert_eq!(wanted(accepted), kind, "{accepted}");
        }
    }
}
