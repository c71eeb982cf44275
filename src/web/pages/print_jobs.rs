//! Print jobs: every sheet with what became of it, and how to go on after a jam.

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use actix_web::web::{Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use super::jobs::{badge, progress};
use super::number_runs::PAPERS;
use crate::db::jobs::JobRow;
use crate::db::sellers;
use crate::domain::actor::Right;
use crate::domain::id::{PrintJobId, PrinterId};
use crate::domain::job::JobState;
use crate::domain::print::{Paper, SheetState};
use crate::http::blocking::blocking;
use crate::jobs::printing;
use crate::operations::answers::{self, DOCUMENT_AT_ONCE_MAX};
use crate::operations::print_jobs::{self, Decision, PrintJob, Read, Sheet};
use crate::operations::rereads;
use crate::operations::stations::{Station, list as stations_of};
use crate::papers::Output;
use crate::web::form::Form;
use crate::web::icons::icon;
use crate::web::inside;
use crate::web::lang::Text;
use crate::web::parts::lists::{self, Window};
use crate::web::parts::{placing, stations};
use crate::web::reply;
use crate::web::session::{Visitor, then};
use crate::web::shell::{Page, csrf};
use crate::web::texts::{batch as t, common, reasons, stations as desks};
use crate::web::view::View;

/// Jobs of one page.
const ROWS: usize = 50;

/// The addresses.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(inside("/print-jobs", [get().to(list)]))
        .service(inside("/print-jobs/{id}", [get().to(show)]))
        .service(inside("/print-jobs/{id}/document", [post().to(document)]))
        .service(inside("/print-jobs/{id}/document/later", [post().to(draw)]))
        .service(inside("/print-jobs/{id}/acknowledge", [post().to(acknowledge)]))
        .service(inside("/print-jobs/{id}/printer", [post().to(place)]))
        .service(inside("/print-jobs/{id}/pause", [post().to(pause)]))
        .service(inside("/print-jobs/{id}/go-on", [post().to(go_on)]))
        .service(inside("/print-jobs/{id}/decide", [post().to(decide)]))
        .service(inside("/print-jobs/{id}/resume", [post().to(resume)]));
}

fn home(id: PrintJobId) -> String {
    format!("/print-jobs/{id}")
}

fn paper(view: &View, paper: Paper) -> &'static str {
    PAPERS.iter().find(|(one, _)| *one == paper).map_or("", |(_, text)| view.t(*text))
}

fn sheet_state(state: SheetState) -> (Text, &'static str) {
    match state {
        SheetState::Queued => (t::QUEUED, "clock"),
        SheetState::Sent => (t::SENT, "printed"),
        SheetState::Acknowledged => (t::ACKNOWLEDGED, "tick"),
        SheetState::Unknown => (t::UNKNOWN, "alarm"),
        SheetState::Spoiled => (t::SPOILED, "cross"),
    }
}

/// `GET /print-jobs`
pub async fn list(visitor: Visitor, request: HttpRequest) -> HttpResponse {
    let before = lists::before(&request);
    visitor
        .page(Right::See, move |db, view| {
            let mut jobs = print_jobs::list(db, before.map(PrintJobId), ROWS + 1)?;
            let more = lists::cut(&mut jobs, ROWS).and_then(|job| job.id).map(|id| id.0);
            let body = html! {
                div.page {
                    h1 { (view.t(common::PRINT_JOBS)) }
                    @if jobs.is_empty() { (lists::empty(view, t::JOBS_EMPTY)) } @else {
                        div.list { table {
                            thead { tr {
                                th scope="col" { "#" } th scope="col" { (view.t(t::PAPER)) } th scope="col" { (view.t(t::SIZE)) }
                                th scope="col" { (view.t(t::SERIAL)) } th scope="col" { (view.t(common::NUMBER_RUNS)) } th scope="col" { (view.t(common::WHEN)) }
                            } }
                            tbody { @for job in &jobs {
                                tr {
                                    td { @if let Some(id) = job.id { a href=(home(id)) { "#" (id) } } }
                                    td { (paper(view, job.paper)) } td { (job.size) } td { code { (job.serial) } }
                                    td { @if let Some(run) = job.number_run { a href={ "/number-runs/" (run) } { "#" (run) } } }
                                    td { (view.moment(job.created_at)) }
                                }
                            } }
                        } }
                    }
                    (lists::more(view, "/print-jobs", more))
                }
            };
            Ok(Page::new(view.t(common::PRINT_JOBS), "prints", body))
        })
        .await
}

/// `GET /print-jobs/{id}`
pub async fn show(visitor: Visitor, id: Path<PrintJobId>, request: HttpRequest) -> HttpResponse {
    let id = id.into_inner();
    let window = Window::of(&request);
    visitor
        .page(Right::See, move |db, view| {
            let job = print_jobs::show(db, id)?;
            let stations = stations_of(db, view.now)?;
            let drawing = answers::newest_document(db, id, Output::Pdf)?;
            let unread = rereads::unread_shops(db, id)?;
            let reads = job.paper == Paper::Waybill && sellers::settings(db)?.retype_numbers;
            Ok(Page::new(
                t::JOB.with(view.lang, &[&id]),
                "prints",
                body(
                    view,
                    id,
                    (&job, &unread),
                    drawing.as_ref(),
                    (&stations, reads),
                    window(job.sheets.len()),
                ),
            ))
        })
        .await
}

fn body(
    view: &View,
    id: PrintJobId,
    (job, unread): (&PrintJob, &[String]),
    drawing: Option<&JobRow>,
    (desks_of, reads): (&[Station], bool),
    window: Window,
) -> Markup {
    let count = |state: SheetState| job.sheets.iter().filter(|sheet| sheet.state == state).count();
    let (queued, sent, unknown) =
        (count(SheetState::Queued), count(SheetState::Sent), count(SheetState::Unknown));
    let good = count(SheetState::Acknowledged);
    // Only what was handed out can have come out well.
    let is_out = |sheet: &&Sheet| matches!(sheet.state, SheetState::Sent | SheetState::Unknown);
    let out = job.sheets.iter().filter(is_out).map(|sheet| sheet.position);
    let last = if job.from_end { out.min() } else { out.max() }.unwrap_or(0);
    // Spoiled sheets of shipments that have no good one yet can be printed again.
    let lacks =
        |shipment| !job.sheets.iter().any(|s| s.shipment == shipment && s.state == SheetState::Acknowledged);
    let torn = job.sheets.iter().filter(|s| s.state == SheetState::Spoiled && lacks(s.shipment)).count();
    // What a station took is its own to report on, or a manager's.
    let is_ours = job.held_by.is_empty() || view.may(Right::Manage);
    let is_done = queued + sent + unknown == 0 && good > 0;
    html! {
        div.page {
            section #step data-step="job" data-job=(id) data-run=[job.number_run] data-trouble-here aria-labelledby="step-title" {
                header.page-head {
                    h1 #step-title { a href=(home(id)) { (t::JOB.with(view.lang, &[&id])) } }
                    span { (paper(view, job.paper)) " · " (job.size) " · " code { (job.serial) } " · " (t::SHEETS.with(view.lang, &[&job.sheets.len()])) }
                }
                @if job.number_run.is_some() && job.paper == Paper::Waybill { (stations::steps(view, if is_done { 2 } else { 1 })) }
                div #print-progress data-live data-events=[events_of(id, job)] { (placing::progress(view, job, desks_of)) }
                @if !unread.is_empty() { p.hint { (icon("stale")) (t::PRINT_UNREAD.with(view.lang, &[&unread.join(", ")])) } }
                div #print-work.flow data-live {
                @if is_done { p.all-done { (icon("tick")) (view.t(t::JOB_DONE)) } }
                @if is_ours && job.printer.is_none() { (document_form(view, id, queued, sent, drawing)) }
                (placing::forms(view, id, job, desks_of))
                // What nobody has opened yet cannot have come out well.
                @if view.may(Right::Print) && is_ours && sent + unknown > 0 && drawing.is_none_or(has_failed) {
                    div.panel.stack {
                        // While a desk prints, one click must not call good what is still in its hand.
                        @if job.held_by.is_empty() {
                            form method="post" action={ (home(id)) "/acknowledge" } {
                                (csrf(view))
                                input type="hidden" name="last_good" value=(last);
                                @if reads { (read_fields(view)) }
                                button.primary[sent > 0] type="submit" data-step-on { (icon("tick")) (t::ALL_GOOD.with(view.lang, &[&(sent + unknown)])) }
                            }
                        }
                        form.row-form method="post" action={ (home(id)) "/acknowledge" } {
                            (csrf(view))
                            label { span { (view.t(t::LAST_GOOD)) } input type="number" name="last_good" min="0" max=(job.sheets.len()) required; }
                            @if reads { (read_fields(view)) }
                            button type="submit" { (view.t(t::LAST_GOOD_DO)) }
                            p.hint { (view.t(t::LAST_GOOD_HINT)) }
                        }
                    }
                }
                @if view.may(Right::Ship) && unknown > 0 { (unknown_ones(view, id, job)) }
                @if view.may(Right::Ship) && unknown + torn > 0 {
                    form.panel.row-form method="post" action={ (home(id)) "/resume" } {
                        (csrf(view)) button.primary type="submit" { (icon("stale")) (view.t(if unknown > 0 { t::RESUME_COPIES } else { t::RESUME })) }
                    }
                }
                @if let Some(run) = job.number_run { p { a.button.primary[is_done] data-step-link href={ "/number-runs/" (run) } { (view.t(t::TO_RUN)) (icon("right")) } } }
                (sheets(view, window.rows(&job.sheets)))
                }
                (window.ways(view, &home(id)))
            }
        }
    }
}

/// What stands on the first and the last paper, to be typed or scanned.
fn read_fields(view: &View) -> Markup {
    html! {
        label { span { (view.t(t::FIRST_PAPER)) } input name="first_number" maxlength="64" autocomplete="off" spellcheck="false" required; }
        label { span { (view.t(t::LAST_PAPER)) } input name="last_number" maxlength="64" autocomplete="off" spellcheck="false" required; }
    }
}

/// Where a job that stands at a printer is heard, until it is done.
fn events_of(id: PrintJobId, job: &PrintJob) -> Option<String> {
    let left = job.progress.as_ref().map_or(0, |progress| progress.remaining() + progress.unknown);
    (job.printer.is_some() && left > 0).then(|| format!("/live/print-jobs/{id}"))
}

/// Whether a document was not drawn, and will not be unless somebody takes its job up again.
fn has_failed(job: &JobRow) -> bool {
    matches!(job.state, JobState::Dead | JobState::Cancelled)
}

/// How to the document: at once, or by a job when it is long; then how far that is.
fn document_form(
    view: &View,
    id: PrintJobId,
    queued: usize,
    sent: usize,
    drawing: Option<&JobRow>,
) -> Markup {
    let (at_once, later) = (format!("{}/document", home(id)), format!("{}/document/later", home(id)));
    html! {
        div #drawing data-live data-events=[drawing.and_then(lists::events)] {
            @if let Some(job) = drawing.filter(|job| has_failed(job)) {
                p.reason { (icon("alarm")) " " a href={ "/jobs/" (job.id) } { (t::DRAWING_FAILED.with(view.lang, &[&job.id])) } @if let Some(error) = &job.error { " " (error) } }
            }
            @if let Some(job) = drawing.filter(|job| !job.state.is_end()) {
                p.panel.row-form { a href={ "/jobs/" (job.id) } { (t::DRAWING.with(view.lang, &[&job.id])) } " " (badge(view, job)) " " (progress(job)) }
            } @else if view.may(Right::Print) && drawing.is_some_and(|job| !has_failed(job)) {
                form.panel.row-form method="post" action=(at_once) target="_blank" data-plain data-then-reload {
                    (csrf(view)) button.primary type="submit" { (icon("file")) (t::OPEN_PDF_N.with(view.lang, &[&sent])) }
                }
            } @else if view.may(Right::Print) && queued > DOCUMENT_AT_ONCE_MAX {
                form.panel.row-form method="post" action=(later) {
                    (csrf(view)) button.primary[sent == 0] type="submit" { (icon("file")) (t::DRAW_N.with(view.lang, &[&queued])) }
                }
            } @else if (view.may(Right::Print) && queued > 0) || (view.may(Right::Reprint) && sent > 0) {
                form.panel.row-form method="post" action=(at_once) target="_blank" data-plain data-then-reload {
                    (csrf(view))
                    @if queued > 0 {
                        button.primary[sent == 0] type="submit" { (icon("file")) (t::OPEN_PDF_N.with(view.lang, &[&queued])) }
                    } @else {
                        button type="submit" data-ask=(t::COPIES_ASK.with(view.lang, &[&sent])) { (icon("file")) (t::OPEN_COPIES.with(view.lang, &[&sent])) }
                    }
                }
            }
        }
    }
}

/// Somebody looks at the paper and says which of the unknown sheets are there.
fn unknown_ones(view: &View, id: PrintJobId, job: &PrintJob) -> Markup {
    let unknown = job.sheets.iter().filter(|sheet| sheet.state == SheetState::Unknown);
    let positions: Vec<String> = unknown.map(|sheet| sheet.position.to_string()).collect();
    let all = positions.join(",");
    html! {
        form.panel.row-form method="post" action={ (home(id)) "/decide" } {
            (csrf(view))
            label { span { (t::UNKNOWN_ONES.with(view.lang, &[&positions.len()])) } input type="text" name="positions" value=(all) required; }
            button type="submit" name="came_out" value="yes" { (icon("tick")) (view.t(t::CAME_OUT)) }
            button type="submit" name="came_out" value="no" { (icon("clock")) (view.t(t::NOT_OUT)) }
            p.hint { (view.t(t::UNKNOWN_HINT)) }
        }
    }
}

fn sheets(view: &View, sheets: &[Sheet]) -> Markup {
    html! {
        div.list { table {
            thead { tr {
                th.num scope="col" { (view.t(t::POSITION)) } th scope="col" { (view.t(t::SHIPMENT)) } th scope="col" { (view.t(t::NUMBER)) }
                th scope="col" { (view.t(common::STATE)) } th.num scope="col" { (view.t(t::COPY)) } th scope="col" { (view.t(t::JAM_REASON)) }
            } }
            tbody { @for sheet in sheets {
                @let (text, mark) = sheet_state(sheet.state);
                tr {
                    td.num { (sheet.position) }
                    td { @if let Some(id) = sheet.shipment { a href={ "/shipments/" (id) } { "#" (id) } } }
                    td { code { (sheet.number) } }
                    td { span.badge data-state=(sheet.state) { (icon(mark)) (view.t(text)) } }
                    td.num { (sheet.copy) }
                    td { small { (reasons::of_sheet(view.lang, &sheet.reason)) } }
                }
            } }
        } }
    }
}

/// `POST /print-jobs/{id}/document`: a PDF of the sheets that wait; they count as handed out.
pub async fn document(visitor: Visitor, id: Path<PrintJobId>) -> HttpResponse {
    let id = id.into_inner();
    let view = visitor.view.clone();
    let made = blocking(move || {
        visitor.needs(Right::Print)?;
        match printing::take_drawn(&visitor.app, &visitor.actor, id, Output::Pdf)? {
            Some(drawn) => Ok(drawn),
            None => printing::print(&visitor.app, &visitor.actor, id, Output::Pdf),
        }
    });
    match made.await {
        Ok(printout) => HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, "application/pdf"))
            .insert_header((CONTENT_DISPOSITION, format!("inline; filename=\"print-job-{id}.pdf\"")))
            // The browser's own viewer brings styles and an object of its own.
            .insert_header((
                CONTENT_SECURITY_POLICY,
                "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'",
            ))
            .body(printout.file),
        Err(error) => reply::failure(&view, &error),
    }
}

/// `POST /print-jobs/{id}/document/later`: the same, drawn by a job; the page tells when it can be opened.
pub async fn draw(visitor: Visitor, id: Path<PrintJobId>) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .steps(Right::Print, move |visitor| {
            printing::draw_later(&visitor.app, &visitor.actor, id, Output::Pdf)?;
            let next = then(home(id), visitor.view.t(t::DRAWING_BEGUN).to_owned());
            visitor.app.write(&visitor.actor, |tx| visitor.keep_notice(tx, &next.notice))?;
            Ok(next.to)
        })
        .await
}

/// `POST /print-jobs/{id}/acknowledge`
pub async fn acknowledge(visitor: Visitor, id: Path<PrintJobId>, form: Form) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Print, move |tx, view| {
            let read =
                Read { first: form.get("first_number").to_owned(), last: form.get("last_number").to_owned() };
            let job = print_jobs::acknowledge_read(tx, id, form.number("last_good")?, &read)?;
            let good = job.sheets.iter().filter(|sheet| sheet.state == SheetState::Acknowledged).count();
            // All is well: what comes next is the run they belong to.
            let is_done = job.sheets.iter().all(|sheet| !sheet.state.is_unfinished());
            let to = match job.number_run.filter(|_| is_done) {
                Some(run) => format!("/number-runs/{run}"),
                None => home(id),
            };
            Ok(then(to, t::ACK_DONE.with(view.lang, &[&good])))
        })
        .await
}

/// `POST /print-jobs/{id}/printer`
pub async fn place(visitor: Visitor, id: Path<PrintJobId>, form: Form) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Ship, move |tx, view| {
            let printer = form.ids::<PrinterId>("printer")?.first().copied();
            let job = print_jobs::place(tx, id, printer)?;
            let said = match printer {
                Some(_) => desks::SENT_THERE.with(view.lang, &[&job.station]),
                None => view.t(desks::SENT_BACK).to_owned(),
            };
            Ok(then(home(id), said))
        })
        .await
}

/// `POST /print-jobs/{id}/pause`
pub async fn pause(visitor: Visitor, id: Path<PrintJobId>) -> HttpResponse {
    set_paused(visitor, id.into_inner(), true).await
}

/// `POST /print-jobs/{id}/go-on`
pub async fn go_on(visitor: Visitor, id: Path<PrintJobId>) -> HttpResponse {
    set_paused(visitor, id.into_inner(), false).await
}

async fn set_paused(visitor: Visitor, id: PrintJobId, is_paused: bool) -> HttpResponse {
    visitor
        .change(Right::Ship, move |tx, view| {
            print_jobs::pause(tx, id, is_paused)?;
            let name = t::JOB.with(view.lang, &[&id]);
            let text = if is_paused { desks::PAUSED_DONE } else { desks::GO_ON_DONE };
            Ok(then(home(id), text.with(view.lang, &[&name])))
        })
        .await
}

/// `POST /print-jobs/{id}/decide`
pub async fn decide(visitor: Visitor, id: Path<PrintJobId>, form: Form) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Ship, move |tx, view| {
            let positions: Vec<i64> = form.ids("positions")?;
            let count = positions.len();
            let decision = match form.get("came_out") {
                "yes" => Decision { printed: positions, ..Decision::default() },
                _ => Decision { not_printed: positions, ..Decision::default() },
            };
            print_jobs::decide(tx, id, &decision)?;
            Ok(then(home(id), t::DECIDED.with(view.lang, &[&count])))
        })
        .await
}

/// `POST /print-jobs/{id}/resume`
pub async fn resume(visitor: Visitor, id: Path<PrintJobId>) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Ship, move |tx, view| {
            let job = print_jobs::resume(tx, id)?;
            Ok(then(home(id), t::RESUME_DONE.with(view.lang, &[&job.next.len()])))
        })
        .await
}
