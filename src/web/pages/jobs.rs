//! A window on jobs: what runs, waits and failed; called off, taken up again, whole queues paused.

use std::time::Duration;

use actix_web::web::{Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use crate::db::Tx;
use crate::db::jobs::{self as record, JobErrorRow, JobFilter, JobRow, QueueRow};
use crate::domain::actor::Right;
use crate::domain::error::Error;
use crate::domain::id::JobId;
use crate::domain::job::JobState;
use crate::domain::time::UtcTime;
use crate::http::queues::{self, PeriodicView};
use crate::jobs::registry::QUEUES;
use crate::operations::jobs::{self, ManyJobs};
use crate::web::form::Form;
use crate::web::icons::icon;
use crate::web::inside;
use crate::web::lang::Text;
use crate::web::parts::events::{People, values};
use crate::web::parts::lists;
use crate::web::reply::escape;
use crate::web::session::{Notice, Onward, Visitor, then};
use crate::web::shell::{Page, csrf};
use crate::web::texts::{batch, common, jobs as t};
use crate::web::view::View;

const ROWS: usize = 50;
/// Failures of so long are counted.
pub(super) const LATELY: Duration = Duration::from_secs(24 * 3600);
/// Jobs that were left out and are named after an act.
const LEFT_SHOWN: usize = 10;

/// The addresses.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(inside("/jobs", [get().to(list)]))
        .service(inside("/jobs/retry", [post().to(retry_many)]))
        .service(inside("/jobs/cancel", [post().to(cancel_many)]))
        .service(inside("/jobs/{id}", [get().to(show)]))
        .service(inside("/jobs/{id}/retry", [post().to(retry)]))
        .service(inside("/jobs/{id}/cancel", [post().to(cancel)]))
        .service(inside("/queues/{name}/pause", [post().to(pause)]))
        .service(inside("/queues/{name}/resume", [post().to(resume)]));
}

fn word(state: JobState) -> (Text, &'static str) {
    match state {
        JobState::Ready => (t::READY, "ready"),
        JobState::Leased | JobState::Running => (t::RUNNING, "right"),
        JobState::Waiting => (t::WAITING, "clock"),
        JobState::Done => (t::DONE, "tick"),
        JobState::Dead => (t::DEAD, "alarm"),
        JobState::Cancelled => (t::CANCELLED, "cancelled"),
    }
}

/// What a kind of job is called; its dotted name when it has none.
pub(super) fn kind(view: &View, kind: &str) -> String {
    let text = match kind {
        "import.file" => t::IMPORT,
        "shop.pull" | "demo.pull" => t::PULL,
        "shop.gap_check" => t::GAP_CHECK,
        "shipments.recheck" => t::RECHECK,
        "write_back.tell" => t::TELL,
        "memo.tell" => t::TELL_MEMO,
        "answer.document" => t::DOCUMENT,
        "answer.number_run" => t::NUMBER_RUN,
        "answer.ship" => t::SHIP,
        "answer.print_job" => t::PRINT_JOB,
        "answer.upload_file" => t::UPLOAD_FILE,
        "deadlines.recount" => t::RECOUNT,
        "rules.dry_run" => t::DRY_RUN,
        "rules.first" => t::FIRST_RULES,
        _ => return kind.to_owned(),
    };
    view.t(text).to_owned()
}

/// What a queue is for; nothing where its name is all there is to say.
fn lane(view: &View, name: &str) -> &'static str {
    match name {
        "import" => view.t(t::LANE_IMPORT),
        "answer" => view.t(t::LANE_ANSWER),
        "pull" => view.t(t::LANE_PULL),
        "reread" => view.t(t::LANE_REREAD),
        "tell" => view.t(t::LANE_TELL),
        _ => "",
    }
}

/// `GET /jobs`
pub async fn list(visitor: Visitor, request: HttpRequest) -> HttpResponse {
    let form = Form::parse(request.query_string());
    let before = lists::before(&request).map(JobId);
    visitor
        .page(Right::See, move |db, view| {
            let state = JobState::parse(form.get("state")).ok();
            let only = Some(form.get("kind")).filter(|kind| !kind.is_empty()).map(str::to_owned);
            let filter = JobFilter { state, kind: only.clone(), before };
            let mut rows = record::list(db, &filter, ROWS + 1)?;
            let more = lists::cut(&mut rows, ROWS).map(|row| row.id.0);
            let people = People::load(db)?;
            let queues = record::queues(db)?;
            let periodic = queues::periodic(db)?;
            let failed = record::failed_lately(db, LATELY)?;
            let path = |state: Option<JobState>| {
                let words = [("state", state.map(JobState::as_str)), ("kind", only.as_deref())];
                let words: Vec<String> =
                    words.iter().filter_map(|(name, word)| Some(format!("{name}={}", escape((*word)?)))).collect();
                if words.is_empty() { "/jobs".to_owned() } else { format!("/jobs?{}", words.join("&")) }
            };
            let body = html! {
                div.page {
                    header.page-head { h1 { (view.t(t::TITLE)) } small { (view.t(t::LEAD)) } }
                    (queues_panel(view, &queues))
                    (by_itself(view, &periodic))
                    nav.tabs aria-label=(view.t(common::STATE)) {
                        a href=(path(None)) aria-current=[state.is_none().then_some("page")] { (view.t(t::ALL)) }
                        @for one in JobState::ALL.iter().filter(|one| **one != JobState::Leased) {
                            a href=(path(Some(*one))) aria-current=[(state == Some(*one)).then_some("page")] { (icon(word(*one).1)) (view.t(word(*one).0)) @if *one == JobState::Dead && failed > 0 { " " span.count title=(view.t(t::FAILED_LATELY)) { (failed) } } }
                        }
                    }
                    @if let Some(only) = &only {
                        p.chips { span.chip { (kind(view, only)) a href=(state.map_or("/jobs".to_owned(), |state| format!("/jobs?state={state}"))) aria-label=(view.t(t::ANY_KIND)) { (icon("cross")) } } }
                    }
                    @if view.may(Right::Manage) && !rows.is_empty() { (many(view, state, only.as_deref())) }
                    div #jobs data-live {
                        @if rows.is_empty() { (lists::empty(view, t::EMPTY)) } @else { (table(view, &people, &rows)) }
                    }
                    (lists::more(view, &path(state), more))
                }
            };
            Ok(Page::new(view.t(t::TITLE), "jobs", body))
        })
        .await
}

/// What comes again and again, and when it began last.
fn by_itself(view: &View, periodic: &[PeriodicView]) -> Markup {
    let name = |name: &'static str| match name {
        "house.keep" => view.t(t::KEEP),
        "house.tidy" => view.t(t::TIDY),
        "shops.pull" => view.t(t::PULL_ROUND),
        "shops.gap_check" => view.t(t::GAP_ROUND),
        "write_backs.tell" => view.t(t::TELL_ROUND),
        other => other,
    };
    html! {
        details.fold.panel {
            summary { (icon("clock")) (view.t(t::BY_ITSELF)) }
            p.hint { (view.t(t::BY_ITSELF_HINT)) }
            div.list { table {
                thead { tr { th scope="col" { (view.t(t::KIND)) } th scope="col" { (view.t(t::EVERY)) } th scope="col" { (view.t(t::LAST_AT)) } } }
                tbody { @for one in periodic { tr {
                    td { (name(one.name)) " " code { (one.name) } }
                    td { (view.span(chrono::Duration::seconds(i64::try_from(one.every_s).unwrap_or(i64::MAX)))) }
                    td { @if let Some(at) = one.last_at { (view.moment(at)) } @else { (view.t(t::NEVER_YET)) } }
                } } }
            } }
        }
    }
}

/// What can be done with many at once: those that are ticked, or all of what is shown.
fn many(view: &View, state: Option<JobState>, only: Option<&str>) -> Markup {
    let can_retry =
        state.is_none_or(|state| matches!(state, JobState::Dead | JobState::Cancelled | JobState::Waiting));
    let can_cancel = state.is_none_or(|state| !state.is_end());
    html! {
        form.row-form #many method="post" action="/jobs/retry" {
            (csrf(view))
            @if let Some(state) = state {
                input type="hidden" name="state" value=(state);
                input type="hidden" name="kind" value=(only.unwrap_or_default());
                label.tick { input type="checkbox" name="all" value="1"; span { (t::ALL_OF_THEM.with(view.lang, &[&jobs::ACT_MAX])) } }
            }
            @if can_retry { button type="submit" { (view.t(t::RETRY_TICKED)) } }
            @if can_cancel { button type="submit" formaction="/jobs/cancel" data-ask=(view.t(t::CANCEL_TICKED_ASK)) { (view.t(t::CANCEL_TICKED)) } }
        }
    }
}

/// Each queue with what stands in it, of this seller.
fn queues_panel(view: &View, rows: &[QueueRow]) -> Markup {
    let of = |name: &str| rows.iter().find(|row| row.lane == name);
    html! {
        div.list { table {
            thead { tr {
                th scope="col" { (view.t(t::QUEUE)) } th.num scope="col" { (view.t(t::READY)) }
                th.num scope="col" { (view.t(t::RUNNING)) } th.num scope="col" { (view.t(t::WAITING)) } th {}
            } }
            tbody { @for queue in QUEUES.iter().filter(|queue| queue.name != "house") {
                @let row = of(queue.name);
                @let is_paused = row.is_some_and(|row| row.is_paused);
                tr {
                    td { (lane(view, queue.name)) " " code { (queue.name) } @if is_paused { " " span.badge data-state="blocked" { (icon("pause")) (view.t(t::PAUSED)) } } }
                    td.num { (row.map_or(0, |row| row.ready)) } td.num { (row.map_or(0, |row| row.running)) } td.num { (row.map_or(0, |row| row.waiting)) }
                    td { @if view.may(Right::Manage) {
                        div.buttons { form method="post" action={ "/queues/" (queue.name) (if is_paused { "/resume" } else { "/pause" }) } {
                            (csrf(view)) button type="submit" { (view.t(if is_paused { t::RESUME } else { t::PAUSE })) }
                        } }
                    } }
                }
            } }
        } }
    }
}

pub(super) fn badge(view: &View, row: &JobRow) -> Markup {
    let (text, mark) = word(row.state);
    html! {
        span.badge data-state=(row.state) { (icon(mark)) (view.t(text)) }
        @if row.is_cancelled && !row.state.is_end() { " " small { (view.t(t::CANCELLING)) } }
    }
}

pub(super) fn progress(row: &JobRow) -> Markup {
    html! {
        @if row.progress_total > 0 && !row.state.is_end() {
            progress max=(row.progress_total) value=(row.progress_done) aria-label={ (row.progress_done) " / " (row.progress_total) } {}
            " " small { (row.progress_done) " / " (row.progress_total) }
        }
    }
}

fn table(view: &View, people: &People, rows: &[JobRow]) -> Markup {
    html! {
        div.list { table {
            thead { tr {
                @if view.may(Right::Manage) { th { span.visually-hidden { (view.t(t::TICKED)) } } }
                th scope="col" { "#" } th scope="col" { (view.t(t::KIND)) } th scope="col" { (view.t(common::STATE)) }
                th scope="col" { (view.t(t::ABOUT)) } th.num scope="col" { (view.t(t::ATTEMPTS)) } th scope="col" { (view.t(t::BY)) }
                th scope="col" { (view.t(common::WHEN)) } th {}
            } }
            tbody { @for row in rows { tr {
                @if view.may(Right::Manage) { td { input type="checkbox" form="many" name="job" value=(row.id) aria-label={ "#" (row.id) }; } }
                td { a href={ "/jobs/" (row.id) } { "#" (row.id) } } td { a href={ "/jobs?kind=" (escape(&row.kind)) } { (kind(view, &row.kind)) } } td { (badge(view, row)) " " (progress(row)) }
                td { small { (values(&row.payload)) @if let Some(error) = &row.error { br; (error) } } }
                td.num { (row.attempt) " / " (row.max_attempts) } td { (people.name(&row.actor)) }
                td {
                    @if row.state == JobState::Waiting { (view.t(t::NEXT_TRY)) " " (view.moment(UtcTime::of_millis(row.due_ms))) }
                    @else { (view.moment(UtcTime::of_millis(row.finished_ms.unwrap_or(row.created_ms)))) }
                }
                td { (acts(view, row)) }
            } } }
        } }
    }
}

fn acts(view: &View, row: &JobRow) -> Markup {
    let can_retry = matches!(row.state, JobState::Dead | JobState::Cancelled | JobState::Waiting);
    let can_cancel = !row.state.is_end() && !row.is_cancelled;
    html! {
        @if view.may(Right::Manage) {
            div.buttons {
                @if can_retry { form method="post" action={ "/jobs/" (row.id) "/retry" } { (csrf(view)) button type="submit" { (view.t(t::RETRY)) } } }
                @if can_cancel { form method="post" action={ "/jobs/" (row.id) "/cancel" } {
                    (csrf(view)) button type="submit" data-ask=(t::CANCEL_ASK.with(view.lang, &[&row.id])) { (view.t(t::CANCEL)) }
                } }
            }
        }
    }
}

/// `GET /jobs/{id}`
pub async fn show(visitor: Visitor, id: Path<JobId>) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .page(Right::See, move |db, view| {
            let row = record::find(db, id)?;
            let errors = record::errors(db, id)?;
            let people = People::load(db)?;
            let title = t::JOB.with(view.lang, &[&id]);
            let body = html! {
                div.page {
                    nav { a href="/jobs" { (view.t(t::TITLE)) } }
                    article #job data-live data-events=[lists::events(&row)] {
                        header.page-head { h1 { (title) } (badge(view, &row)) (progress(&row)) span.spring {} (acts(view, &row)) }
                        div.columns {
                            section.panel { h2 { (view.t(t::TIMELINE)) } (timeline(view, &row, &errors)) }
                            (facts(view, &people, &row))
                        }
                    }
                }
            };
            Ok(Page::new(title.clone(), "jobs", body))
        })
        .await
}

fn facts(view: &View, people: &People, row: &JobRow) -> Markup {
    html! {
        section.panel {
            h2 { (kind(view, &row.kind)) }
            dl.facts {
                dt { (view.t(t::QUEUE)) } dd { code { (row.lane) } }
                dt { (view.t(t::ABOUT)) } dd { (values(&row.payload)) }
                dt { (view.t(t::BY)) } dd { (people.name(&row.actor)) }
                dt { (view.t(t::ATTEMPTS)) } dd { (row.attempt) " / " (row.max_attempts) }
                dt { (view.t(t::CRASHES)) } dd { (row.crashes) }
                @if super::answers::has_page(&row.kind) { dt { (view.t(batch::OUTCOME)) } dd { a href={ "/answers/" (row.id) } { (view.t(batch::SEE_ANSWER)) } } }
                @if let Some(result) = &row.result { dt { (view.t(t::RESULT)) } dd { (values(result)) } }
            }
        }
    }
}

fn timeline(view: &View, row: &JobRow, errors: &[JobErrorRow]) -> Markup {
    let at = |ms: i64| view.moment(UtcTime::of_millis(ms));
    html! {
        ol.timeline {
            li { time { (at(row.created_ms)) } div { (view.t(t::ENQUEUED)) } }
            @for error in errors {
                li { time { (at(error.at_ms)) } div { (t::FAILED.with(view.lang, &[&error.attempt])) br; small { (error.error) } } }
            }
            @if let Some(finished) = row.finished_ms { li { time { (at(finished)) } div { (badge(view, row)) } } }
            @else if row.state == JobState::Waiting { li { time { (at(row.due_ms)) } div { (view.t(t::NEXT_TRY)) } } }
        }
    }
}

/// `POST /jobs/{id}/retry`
pub async fn retry(visitor: Visitor, id: Path<JobId>) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Manage, move |tx, view| {
            jobs::retry(tx, id)?;
            Ok(then(format!("/jobs/{id}"), view.t(t::RETRIED)))
        })
        .await
}

/// `POST /jobs/{id}/cancel`
pub async fn cancel(visitor: Visitor, id: Path<JobId>) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Manage, move |tx, view| {
            jobs::cancel(tx, id)?;
            Ok(then(format!("/jobs/{id}"), view.t(t::CALLED_OFF)))
        })
        .await
}

/// `POST /jobs/retry`
pub async fn retry_many(visitor: Visitor, form: Form) -> HttpResponse {
    act_on_many(visitor, form, jobs::retry_all, t::RETRIED_MANY).await
}

/// `POST /jobs/cancel`
pub async fn cancel_many(visitor: Visitor, form: Form) -> HttpResponse {
    act_on_many(visitor, form, jobs::cancel_all, t::CALLED_OFF_MANY).await
}

async fn act_on_many(
    visitor: Visitor,
    form: Form,
    act: fn(&mut Tx, &[JobId]) -> Result<ManyJobs, Error>,
    said: Text,
) -> HttpResponse {
    visitor
        .change(Right::Manage, move |tx, view| {
            let state = JobState::parse(form.get("state")).ok();
            let many = if form.has("all") && state.is_some() {
                let kind = Some(form.get("kind")).filter(|kind| !kind.is_empty()).map(str::to_owned);
                jobs::on_found(tx, &JobFilter { state, kind, before: None }, act)?
            } else {
                let ticked: Vec<JobId> = form.ids("job")?;
                if ticked.is_empty() {
                    return Err(Error::invalid("job", "required", view.t(t::NONE_TICKED)));
                }
                act(tx, &ticked)?
            };
            let left = many.left_out.iter().map(|left| left.reasons[0].message.clone());
            let notice = Notice {
                text: said.with(view.lang, &[&many.done.len()]),
                lines: left.take(LEFT_SHOWN).collect(),
                ..Notice::default()
            };
            let to = state.map_or("/jobs".to_owned(), |state| format!("/jobs?state={state}"));
            Ok(Onward { to, notice })
        })
        .await
}

/// `POST /queues/{name}/pause`
pub async fn pause(visitor: Visitor, name: Path<String>) -> HttpResponse {
    set_paused(visitor, name.into_inner(), true).await
}

/// `POST /queues/{name}/resume`
pub async fn resume(visitor: Visitor, name: Path<String>) -> HttpResponse {
    set_paused(visitor, name.into_inner(), false).await
}

async fn set_paused(visitor: Visitor, name: String, is_paused: bool) -> HttpResponse {
    visitor
        .change(Right::Manage, move |tx, view| {
            if !QUEUES.iter().any(|queue| queue.name == name) {
                return Err(Error::missing("queue", &name));
            }
            jobs::pause(tx, &name, is_paused)?;
            Ok(then("/jobs", view.t(if is_paused { t::QUEUE_PAUSED } else { t::QUEUE_RESUMED })))
        })
        .await
}
