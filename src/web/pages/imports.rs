//! Order files: looked at first, imported, and what became of each row.

use std::collections::BTreeMap;

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::{Path, Payload, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use anyhow::Context;
use maud::{Markup, html};

use crate::connectors::file::mapping::Field;
use crate::connectors::file::{Format, Mapping, Rejection};
use crate::db::imports::{self as record, ImportRow};
use crate::db::jobs::{self as record_of_jobs, JobRow};
use crate::db::shops::{self, ShopRow};
use crate::domain::actor::Right;
use crate::domain::error::Error;
use crate::domain::id::{ImportId, ShopId};
use crate::domain::platform::Platform;
use crate::http::blocking::blocking;
use crate::jobs::imports::later::{AT_ONCE_MAX, Upload};
use crate::jobs::imports::{self as jobs, FileChoice, Preview};
use crate::web::form::Form;
use crate::web::icons::icon;
use crate::web::inside;
use crate::web::pages::jobs::{badge, progress};
use crate::web::parts::lists;
use crate::web::reply;
use crate::web::session::{Visitor, then};
use crate::web::shell::Page;
use crate::web::texts::{common, house as t};
use crate::web::upload;
use crate::web::view::View;

/// Imports of one page.
const ROWS: usize = 30;
/// Rows of a file that a preview reads.
const LOOKED_AT: usize = 8;
/// Refused rows on the page; the file has them all.
const REFUSED_SHOWN: usize = 200;

/// The addresses.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(inside("/imports", [get().to(list)]))
        .service(inside("/imports/into/{shop}", [post().to(create)]))
        .service(inside("/imports/into/{shop}/preview", [post().to(preview)]))
        .service(inside("/imports/{id}", [get().to(show)]))
        .service(inside("/imports/{id}/rejected.csv", [get().to(download)]));
}

/// `GET /imports`
pub async fn list(visitor: Visitor, request: HttpRequest) -> HttpResponse {
    let form = Form::parse(request.query_string());
    let before = lists::before(&request);
    visitor
        .page(Right::Intake, move |db, view| {
            let all = shops::all(db)?;
            let mut rows = record::list(db, None, before.map(ImportId), ROWS + 1)?;
            let more = lists::cut(&mut rows, ROWS).map(|row| row.id.0);
            let takes: Vec<&ShopRow> = all.iter().filter(|shop| shop.platform == Platform::File).collect();
            let chosen = form.get("shop");
            let shop = takes.iter().find(|shop| shop.id.to_string() == chosen).or(takes.first());
            let body = html! {
                div.page {
                    h1 { (view.t(t::IMPORT_TITLE)) }
                    @match shop {
                        Some(shop) => {
                            @if takes.len() > 1 {
                                nav.tabs aria-label=(view.t(t::IMPORT_SHOP)) {
                                    @for one in &takes { a href={ "/imports?shop=" (one.id) } aria-current=[(one.id == shop.id).then_some("page")] { (one.name) } }
                                }
                            }
                            (upload_form(view, shop, None))
                        }
                        None => {
                            (lists::empty(view, t::NO_FILE_SHOP))
                            p { a.button.primary href="/shops" { (view.t(t::ADD_SHOP)) } }
                        }
                    }
                    div #recent { @if !rows.is_empty() { h2 { (view.t(t::RECENT_IMPORTS)) } (table(view, &rows, &all)) } }
                    (lists::more(view, "/imports", more))
                }
            };
            Ok(Page::new(view.t(common::IMPORTS), "imports", body))
        })
        .await
}

/// The form; with what a preview said, so that columns can be matched before importing.
fn upload_form(view: &View, shop: &ShopRow, seen: Option<&Preview>) -> Markup {
    // An upload is not read before its session is known, so its token stands in the address.
    let to = |path: &str| format!("/imports/into/{}{path}?csrf={}", shop.id, reply::escape(view.csrf()));
    html! {
        form #upload.stack method="post" enctype="multipart/form-data" action=(to("")) data-trouble-here {
            div.drop {
                (icon("file"))
                label for="file" { b { (view.t(t::DROP)) } " · " (shop.name) }
                input #file type="file" name="file" accept=".csv,.xlsx,.txt" required;
                small { (view.t(t::DROP_HINT)) }
            }
            div #preview { @if let Some(seen) = seen { (previewed(view, seen)) } }
            div.buttons {
                button.primary type="submit" data-watch="#recent" { (icon("file")) (view.t(t::IMPORT_DO)) }
                button type="submit" formaction=(to("/preview")) data-part="#preview" { (icon("eye")) (view.t(t::LOOK)) }
            }
        }
    }
}

fn previewed(view: &View, seen: &Preview) -> Markup {
    let says = &seen.inspection;
    html! {
        section.panel.stack {
            h2 { (view.t(t::PREVIEW)) } p { (t::RECOGNISED.with(view.lang, &[&says.format])) }
            @if let Some(refusal) = &seen.refusal { p.reason { (icon("alarm")) " " (refusal.message) " " (refusal.next) } }
            @if says.format == Format::Generic {
                h3 { (view.t(t::COLUMNS)) }
                @if !says.missing.is_empty() { p.reason { (t::MISSING.with(view.lang, &[&says.missing.join(", ")])) } }
                div.mapping {
                    @for field in Field::ALL {
                        @let column = says.proposal.column(*field);
                        label { span { (field) }
                            select name={ "map-" (field) } {
                                option value="" { (view.t(t::COLUMN_NONE)) }
                                @for name in &says.header { option value=(name) selected[name == column] { (name) } }
                            } }
                    }
                }
            }
            @if !seen.items.is_empty() {
                h3 { (view.t(t::FIRST_ROWS)) }
                div.list { table { tbody { @for item in &seen.items {
                    @match item {
                        Ok(parsed) => { tr {
                            td.num { (parsed.row) } td { code { (parsed.order.number) } }
                            td { @for line in parsed.order.lines.iter().flatten().take(2) { (line.quantity) "× " (line.title) " " } }
                            td { (icon("tick")) }
                        } }
                        Err(rejection) => { tr { td.num { (rejection.row) } td { (rejection.field) } td colspan="2" { span.reason { (rejection.message) } } } }
                    }
                } } } }
            }
        }
    }
}

fn table(view: &View, rows: &[ImportRow], shops: &[ShopRow]) -> Markup {
    let name = |id: ShopId| shops.iter().find(|shop| shop.id == id).map_or("", |shop| shop.name.as_str());
    html! {
        div.list { table {
            thead { tr {
                th scope="col" { "#" } th scope="col" { (view.t(t::FILE)) } th scope="col" { (view.t(common::SHOPS)) }
                th.num scope="col" { (view.t(t::CREATED)) } th.num scope="col" { (view.t(t::UPDATED)) }
                th.num scope="col" { (view.t(t::UNCHANGED)) } th.num scope="col" { (view.t(t::REJECTED)) } th scope="col" { (view.t(common::WHEN)) }
            } }
            tbody { @for row in rows { tr {
                td { a href={ "/imports/" (row.id) } { "#" (row.id) } } td { (row.file_name) } td { (name(row.shop_id)) }
                td.num { (row.created) } td.num { (row.updated) } td.num { (row.unchanged) }
                td.num { @if row.rejected > 0 { span.reason { (row.rejected) } } @else { "0" } }
                td { (view.moment(row.created_at)) " "
                    @if row.is_running(view.now) { span.badge data-state="running" { (icon("clock")) (view.t(t::RUNNING)) } }
                    @else if row.finished_at.is_none() { span.reason { (view.t(t::CUT_OFF)) } }
                }
            } } }
        } }
    }
}

/// The columns a person matched; `None` when the form had none.
fn mapping(form: &Form) -> Result<Option<Mapping>, Error> {
    let mut columns = BTreeMap::new();
    for (name, column) in form.pairs() {
        let Some(field) = name.strip_prefix("map-").filter(|_| !column.is_empty()) else { continue };
        let field = Field::parse(field).map_err(|said| Error::invalid(name, "word", said))?;
        columns.insert(field, column.to_owned());
    }
    Ok(Some(Mapping(columns)).filter(|mapping| !mapping.0.is_empty()))
}

/// `POST /imports/into/{shop}/preview`: reads the head of the file and stores nothing.
pub async fn preview(
    visitor: Visitor,
    shop: Path<ShopId>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    let shop = shop.into_inner();
    let upload = match upload::receive(&request, payload).await {
        Ok(upload) => upload,
        Err(error) => return reply::failure(&visitor.view, &error),
    };
    let view = visitor.view.clone();
    let made = blocking(move || {
        visitor.needs(Right::Intake)?;
        let shop = visitor.app.read(visitor.actor.seller, |db| shops::find(db, shop))?;
        let choice = FileChoice { name: upload.name, format: None, mapping: mapping(&upload.form)? };
        let seen =
            jobs::preview(&visitor.app, &visitor.actor, &shop, upload.file.path(), &choice, LOOKED_AT)?;
        let view = &visitor.view;
        let body =
            html! { div.page { h1 { (view.t(t::IMPORT_TITLE)) } (upload_form(view, &shop, Some(&seen))) } };
        Ok(Page::new(view.t(common::IMPORTS), "imports", body).render(view, None))
    });
    reply::page(&view, made.await)
}

/// `POST /imports/into/{shop}`
pub async fn create(
    visitor: Visitor,
    shop: Path<ShopId>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    let shop = shop.into_inner();
    let upload = match upload::receive(&request, payload).await {
        Ok(upload) => upload,
        Err(error) => return reply::failure(&visitor.view, &error),
    };
    visitor
        .steps(Right::Intake, move |visitor| {
            let shop = visitor.app.read(visitor.actor.seller, |db| shops::find(db, shop))?;
            let choice = FileChoice { name: upload.name, format: None, mapping: mapping(&upload.form)? };
            let path = upload.file.path();
            let size = upload.file.as_file().metadata().context("looking at an upload")?.len();
            if size > AT_ONCE_MAX {
                let upload = Upload::look(&visitor.app, &visitor.actor, &shop, path, &choice)?;
                let (import, _) = visitor.app.write(&visitor.actor, |tx| upload.enqueue(tx))?;
                return Ok(format!("/imports/{import}"));
            }
            let report = jobs::import(&visitor.app, &visitor.actor, &shop, path, &choice, &mut |_| {})?;
            let said = t::IMPORT_DONE.with(
                visitor.view.lang,
                &[&report.created, &report.updated, &report.unchanged, &report.rejected_count],
            );
            let next = then(format!("/imports/{}", report.id), said);
            visitor.app.write(&visitor.actor, |tx| visitor.keep_notice(tx, &next.notice))?;
            Ok(next.to)
        })
        .await
}

/// `GET /imports/{id}`
pub async fn show(visitor: Visitor, id: Path<ImportId>) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .page(Right::Intake, move |db, view| {
            let row = record::find(db, id)?;
            let refused: Vec<Rejection> =
                serde_json::from_str(&record::rejections(db, &row)?).map_err(anyhow::Error::from)?;
            let all = shops::all(db)?;
            let job = row.job_id.map(|id| record_of_jobs::find(db, id)).transpose().or_else(if_gone)?;
            let title = t::IMPORT_RESULT.with(view.lang, &[&id]);
            let body = html! {
                div.page {
                    header.page-head { h1 { (title) } small { (row.file_name) } span.spring {} a.button href="/workbench?state=ready" { (view.t(common::WORKBENCH)) (icon("right")) } }
                    article #import data-live data-events=[job.as_ref().and_then(lists::events)] {
                        @if let Some(job) = &job {
                            header.page-head { a href={ "/jobs/" (job.id) } { (t::BY_JOB.with(view.lang, &[&job.id])) } (badge(view, job)) (progress(job)) }
                            @if let Some(error) = job.error.as_ref().filter(|_| row.finished_at.is_none()) { p.reason { (icon("alarm")) " " (error) } }
                        }
                        (table(view, std::slice::from_ref(&row), &all))
                        @if !refused.is_empty() {
                            header.page-head { h2 { (view.t(t::REJECTED_ROWS)) } span.spring {}
                                a.button href={ "/imports/" (id) "/rejected.csv" } download { (icon("file")) (view.t(t::DOWNLOAD)) } }
                            div.list { table {
                                thead { tr { th.num scope="col" { (view.t(t::ROW)) } th scope="col" { (view.t(t::FIELD)) } th scope="col" { (view.t(t::VALUE)) } th scope="col" { (view.t(t::WHY)) } } }
                                tbody { @for one in refused.iter().take(REFUSED_SHOWN) {
                                    tr { td.num { (one.row) } td { (one.field) } td { code { (one.value) } } td { (one.message) } }
                                } }
                            } }
                        }
                    }
                }
            };
            Ok(Page::new(title.clone(), "imports", body))
        })
        .await
}

/// Jobs are forgotten sooner than imports.
fn if_gone(error: Error) -> Result<Option<JobRow>, Error> {
    match error {
        Error::Missing { .. } => Ok(None),
        other => Err(other),
    }
}

/// `GET /imports/{id}/rejected.csv`
pub async fn download(visitor: Visitor, id: Path<ImportId>) -> HttpResponse {
    let id = id.into_inner();
    let view = visitor.view.clone();
    let made = blocking(move || {
        visitor.needs(Right::Intake)?;
        let text = visitor.app.read(visitor.actor.seller, |db| {
            let row = record::find(db, id)?;
            record::rejections(db, &row)
        })?;
        let refused: Vec<Rejection> = serde_json::from_str(&text).map_err(anyhow::Error::from)?;
        let mut out = csv::Writer::from_writer(Vec::new());
        out.write_record(["row", "column", "value", "code", "message"]).map_err(anyhow::Error::from)?;
        for one in refused {
            let row = one.row.to_string();
            let fields = [row.as_str(), &one.field, &one.value, one.code.as_ref(), &one.message];
            out.write_record(fields.map(harmless)).map_err(anyhow::Error::from)?;
        }
        Ok(out.into_inner().map_err(|error| anyhow::anyhow!("writing a CSV: {error}"))?)
    });
    match made.await {
        Ok(bytes) => HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8"))
            .insert_header((
                CONTENT_DISPOSITION,
                format!("attachment; filename=\"import-{id}-rejected.csv\""),
            ))
            // Spreadsheets take a file for UTF-8 only with this mark before it.
            .body([b"\xEF\xBB\xBF".as_slice(), &bytes].concat()),
        Err(error) => reply::failure(&view, &error),
    }
}

/// A cell that no spreadsheet runs as a formula.
fn harmless(cell: &str) -> String {
    match cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => format!("'{cell}"),
        false => cell.to_owned(),
    }
}
