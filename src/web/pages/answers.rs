//! What a batch that became a job has done: how far it is, then what came of each shipment, as if it had been answered
//! at once; or the file it has written. The page may be left, reloaded and come back to for a day.

use actix_web::web::{Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use anyhow::Context;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::Value as Json;

use super::jobs::{badge, kind, progress};
use crate::db::answers as kept;
use crate::db::jobs::{self as record, JobRow};
use crate::domain::actor::Right;
use crate::domain::error::Error;
use crate::domain::id::{JobId, NumberRunId, PrintJobId, ShipmentId};
use crate::domain::job::JobState;
use crate::domain::write_back::Outcome;
use crate::http::blocking::blocking;
use crate::http::later::attachment;
use crate::operations::answers::{self, Head, NUMBER_RUN, PRINT_JOB, SHIP, Told, UPLOAD_FILE};
use crate::operations::jobs;
use crate::operations::write_backs::{self, Settlement};
use crate::web::icons::icon;
use crate::web::inside;
use crate::web::parts::lists::{self, Window};
use crate::web::parts::stations;
use crate::web::reply;
use crate::web::session::{Notice, Onward, Visitor, then};
use crate::web::shell::{Page, csrf};
use crate::web::texts::{batch as t, common, reasons, shipment};
use crate::web::view::View;

/// The addresses.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(inside("/answers/{id}", [get().to(show)]))
        .service(inside("/answers/{id}/file", [get().to(file)]))
        .service(inside("/answers/{id}/taken", [post().to(taken)]))
        .service(inside("/answers/{id}/again", [post().to(again)]));
}

fn home(id: JobId) -> String {
    format!("/answers/{id}")
}

/// The way to the page of a batch that a job does now.
pub fn on_its_way(job: &JobRow) -> Onward {
    Onward { to: home(job.id), notice: Notice::default() }
}

/// Whether jobs of this kind have a page here.
pub fn has_page(kind: &str) -> bool {
    [NUMBER_RUN, SHIP, PRINT_JOB, UPLOAD_FILE].iter().any(|one| one.name == kind)
}

/// `GET /answers/{id}`
pub async fn show(visitor: Visitor, id: Path<JobId>, request: HttpRequest) -> HttpResponse {
    let id = id.into_inner();
    let window = Window::of(&request);
    visitor
        .page(Right::Ship, move |db, view| {
            let job = record::find(db, id)?;
            if !has_page(&job.kind) {
                return Err(Error::missing("answer of job", id));
            }
            let said = match answers::told(db, id)? {
                Told::Whole(answer) => Said::Whole(read(answer)?),
                Told::SoFar(steps) => {
                    let steps: Result<Vec<Answer>, Error> = steps.into_iter().map(read).collect();
                    Said::SoFar(
                        steps?.iter().map(|step| step.done.iter().filter(|one| !one.already).count()).sum(),
                    )
                }
                Told::File(head) => Said::File(head),
                Told::Gone => Said::Gone,
            };
            let title = kind(view, &job.kind);
            let body = html! { div.page { (step(view, &job, &said, &window)) } };
            Ok(Page::new(title, if job.kind == UPLOAD_FILE.name { "write-backs" } else { "runs" }, body))
        })
        .await
}

/// What can be shown of an answer.
enum Said {
    Whole(Answer),
    File(Head),
    /// So many parcels have left by now.
    SoFar(usize),
    Gone,
}

/// An answer of any of the kinds, as its job wrote it.
#[derive(Deserialize)]
struct Answer {
    /// Of the number run or the print job.
    #[serde(default)]
    id: Option<String>,
    #[serde(default, alias = "assigned", alias = "sheets")]
    done: Vec<Done>,
    left_out: Vec<Left>,
}

#[derive(Deserialize)]
struct Done {
    #[serde(default)]
    position: Option<i64>,
    shipment: Option<ShipmentId>,
    #[serde(default)]
    number: Option<String>,
    #[serde(default)]
    write_backs: Option<i64>,
    #[serde(default)]
    already: bool,
}

#[derive(Deserialize)]
struct Left {
    id: ShipmentId,
    reasons: Vec<Reason>,
}

#[derive(Deserialize)]
struct Reason {
    code: String,
    message: String,
    next: String,
}

fn read(answer: Json) -> Result<Answer, Error> {
    Ok(serde_json::from_value(answer).context("reading an answer for its page")?)
}

/// A number of the job's arguments.
fn argument(job: &JobRow, name: &str) -> Option<i64> {
    let arguments: Json = serde_json::from_str(&job.payload).unwrap_or_default();
    arguments[name].as_i64().or_else(|| arguments[name].as_str()?.parse().ok())
}

/// Where the batch is on its way: numbered, printed, shipped.
fn place(job: &JobRow) -> usize {
    let begun = [NUMBER_RUN, PRINT_JOB, SHIP].iter().position(|one| one.name == job.kind).unwrap_or(0);
    begun + usize::from(job.state == JobState::Done)
}

fn step(view: &View, job: &JobRow, said: &Said, window: &impl Fn(usize) -> Window) -> Markup {
    let run = argument(job, "number_run").map(NumberRunId);
    html! {
        section #step data-step="answer" data-live data-events=[lists::events(job)] data-done[job.state == JobState::Done]
            data-trouble-here aria-labelledby="step-title" {
            header.page-head { h1 #step-title { a href=(home(job.id)) { (kind(view, &job.kind)) } } (badge(view, job)) }
            @if job.kind != UPLOAD_FILE.name { (stations::steps(view, place(job))) }
            @if let Some(run) = run { p { a.button data-step-link href={ "/number-runs/" (run) } { (view.t(t::TO_RUN)) (icon("right")) } } }
            @if !job.state.is_end() { (under_way(view, job)) }
            @else if job.state != JobState::Done { (came_to_nothing(view, job, said)) }
            @else if let Said::Whole(answer) = said { (came_of_it(view, job, answer, window)) }
            @else if let Said::File(head) = said { (written(view, job, head)) }
            @else { p { (view.t(t::LATER_GONE)) } }
            p { a href={ "/jobs/" (job.id) } { small { (t::AS_JOB.with(view.lang, &[&job.id])) } } }
        }
    }
}

fn under_way(view: &View, job: &JobRow) -> Markup {
    let count = argument(job, "shipments").filter(|count| *count > 0);
    let text = match job.kind.as_str() {
        kind if kind == NUMBER_RUN.name => t::LATER_NUMBER,
        kind if kind == SHIP.name => t::LATER_SHIP,
        _ => t::LATER_PRINT,
    };
    html! {
        div.panel.stack role="status" {
            @if job.kind == UPLOAD_FILE.name { p { (view.t(t::FILE_BEING_WRITTEN)) } }
            @else if let Some(count) = count { p { (text.with(view.lang, &[&count])) } }
            p { @if job.progress_total > 0 { (progress(job)) } @else { progress aria-label=(kind(view, &job.kind)) {} } }
            @if let Some(error) = &job.error { p.reason { (icon("alarm")) " " (error) } }
            p.hint { (view.t(t::LATER_HINT)) }
        }
    }
}

fn came_to_nothing(view: &View, job: &JobRow, said: &Said) -> Markup {
    let text = if job.state == JobState::Cancelled { t::LATER_CANCELLED } else { t::LATER_FAILED };
    html! {
        div.panel.stack role="status" {
            p.reason { (icon("alarm")) " " (view.t(text)) @if let Some(error) = &job.error { " " (error) } }
            @if let Said::SoFar(left) = said && *left > 0 { p { (t::LATER_SO_FAR.with(view.lang, &[left])) } }
            @if matches!(said, Said::SoFar(_)) {
                form method="post" action={ (home(job.id)) "/again" } { (csrf(view)) button type="submit" { (icon("stale")) (view.t(t::LATER_AGAIN)) } }
            }
            @if job.kind == UPLOAD_FILE.name { p { a href="/write-backs" { (view.t(common::WRITE_BACKS)) } } }
            @else { p { a href="/workbench?state=ready" data-close-drawer { (view.t(t::BACK)) } } }
        }
    }
}

fn came_of_it(view: &View, job: &JobRow, answer: &Answer, window: &impl Fn(usize) -> Window) -> Markup {
    let count = answer.done.len();
    let told: i64 = answer.done.iter().filter(|one| !one.already).filter_map(|one| one.write_backs).sum();
    let id: Option<i64> = answer.id.as_deref().and_then(|id| id.parse().ok());
    let (text, onward) = match job.kind.as_str() {
        kind if kind == NUMBER_RUN.name => {
            let text = if count == 0 {
                view.t(t::NONE_ASSIGNED).to_owned()
            } else {
                t::NUMBERED_DONE.with(view.lang, &[&count])
            };
            (text, id.map(|id| (format!("/number-runs/{}", NumberRunId(id)), t::TO_RUN)))
        }
        kind if kind == PRINT_JOB.name => {
            let text = if count == 0 {
                view.t(t::NOTHING_PRINTED).to_owned()
            } else {
                t::JOB_MADE.with(view.lang, &[&count])
            };
            (text, id.map(|id| (format!("/print-jobs/{}", PrintJobId(id)), t::TO_JOB)))
        }
        _ => {
            let now = answer.done.iter().filter(|one| !one.already).count();
            (t::SHIPPED_DONE.with(view.lang, &[&now, &told]), None)
        }
    };
    let left = answer.left_out.len();
    html! {
        p.all-done role="status" { @if count > 0 { (icon("tick")) } (text) @if left > 0 { " " (common::LEFT_OUT_N.with(view.lang, &[&left])) } }
        @if let Some((to, text)) = onward { p { a.button.primary data-step-link href=(to) { (view.t(text)) (icon("right")) } } }
        (each(view, job, answer, window(count + left)))
    }
}

/// What came of each shipment: those that were left out first, for they want somebody.
fn each(view: &View, job: &JobRow, answer: &Answer, window: Window) -> Markup {
    let rows: Vec<Row> =
        answer.left_out.iter().map(Row::Left).chain(answer.done.iter().map(Row::Done)).collect();
    // What was numbered or is printed has its place in the batch; what leaves has none.
    let is_placed = job.kind != SHIP.name;
    html! {
        div.list { table {
            thead { tr {
                @if is_placed { th.num scope="col" { (view.t(t::POSITION)) } }
                th scope="col" { (view.t(t::SHIPMENT)) } th scope="col" { (view.t(t::NUMBER)) } th scope="col" { (view.t(t::OUTCOME)) }
            } }
            tbody { @for row in window.rows(&rows) { @match row {
                Row::Left(left) => tr {
                    @if is_placed { td.num {} } td { a href={ "/shipments/" (left.id) } { "#" (left.id) } } td {}
                    td { @for why in &left.reasons { p.reason { (reasons::message(view.lang, &why.code, &why.message)) br; small { (reasons::next(view.lang, &why.code, &why.next)) } } } }
                },
                Row::Done(done) => tr {
                    @if is_placed { td.num { @if let Some(position) = done.position { (position) } } }
                    td { @if let Some(id) = done.shipment { a href={ "/shipments/" (id) } { "#" (id) } } }
                    td { code { (done.number.as_deref().unwrap_or_default()) } }
                    td { (icon("tick")) " " @if done.already { (view.t(t::SHIPPED_BEFORE)) } @else if let Some(told) = done.write_backs { (t::TELLS.with(view.lang, &[&told])) } }
                },
            } } }
        } }
        (window.ways(view, &home(job.id)))
    }
}

enum Row<'a> {
    Left(&'a Left),
    Done(&'a Done),
}

/// A file that lies ready: to be saved, then uploaded, then said to be taken.
fn written(view: &View, job: &JobRow, head: &Head) -> Markup {
    let count = head.write_backs.len();
    html! {
        p.all-done role="status" { (icon("tick")) (t::FILE_WRITTEN.with(view.lang, &[&count])) }
        div.panel.stack {
            div.buttons { a.button.primary href={ (home(job.id)) "/file" } download=(head.file_name) { (icon("file")) (view.t(t::FILE_FETCH)) } }
            @if count > 0 {
                p.hint { (view.t(t::FILE_HINT)) }
                form method="post" action={ (home(job.id)) "/taken" } {
                    (csrf(view)) button type="submit" data-ask=(t::FILE_TAKEN_ASK.with(view.lang, &[&count])) { (icon("tick")) (t::FILE_TAKEN.with(view.lang, &[&count])) }
                }
            }
        }
    }
}

/// The head of a file, or that there is none.
fn file_of(told: Told, id: JobId) -> Result<Head, Error> {
    match told {
        Told::File(head) => Ok(head),
        _ => Err(Error::missing("answer of job", id)),
    }
}

/// `GET /answers/{id}/file`
pub async fn file(visitor: Visitor, id: Path<JobId>) -> HttpResponse {
    let id = id.into_inner();
    let view = visitor.view.clone();
    let made = blocking(move || {
        visitor.needs(Right::Ship)?;
        visitor.app.read(visitor.actor.seller, |db| {
            let head = file_of(answers::told(db, id)?, id)?;
            Ok((head, kept::body(db, id)?))
        })
    });
    match made.await {
        Ok((head, bytes)) => attachment(&head.file_name, &head.media_type, bytes),
        Err(error) => reply::failure(&view, &error),
    }
}

/// `POST /answers/{id}/taken`: the shop took the file, so what stands in it is told.
pub async fn taken(visitor: Visitor, id: Path<JobId>) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Ship, move |tx, view| {
            let head = file_of(answers::told(tx, id)?, id)?;
            let settlement = Settlement { result: Outcome::Done, reply: head.file_name };
            let settled = write_backs::settle_many(tx, &head.write_backs, &settlement)?;
            Ok(then("/write-backs", shipment::WB_SETTLED.with(view.lang, &[&settled.done.len()])))
        })
        .await
}

/// `POST /answers/{id}/again`
pub async fn again(visitor: Visitor, id: Path<JobId>) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Ship, move |tx, view| {
            if !has_page(&record::find(tx, id)?.kind) {
                return Err(Error::missing("answer of job", id));
            }
            jobs::retry(tx, id)?;
            Ok(then(home(id), view.t(t::LATER_TAKEN_UP)))
        })
        .await
}
