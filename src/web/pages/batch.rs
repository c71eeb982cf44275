//! From ticked shipments to numbers: carrier, first number, preview, commit.
//!
//! What the preview showed is what the commit numbers: the ids stand in the form. The page is the
//! same with and without scripts; with them it stands in a drawer beside the list.

use actix_web::web::{ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use super::answers::on_its_way;
use super::workbench::acts::back_with;
use super::workbench::query::ticked;
use super::workbench::rail::thousands;
use crate::db::{Db, shipments as record};
use crate::domain::actor::Right;
use crate::domain::error::Error;
use crate::domain::id::ShipmentId;
use crate::domain::shipment::ShipmentState;
use crate::domain::waybill::{Format, Policy, WaybillNumber};
use crate::operations::answers::{self, ACT_AT_ONCE_MAX};
use crate::operations::number_runs::{self, NewRun, RunAnswer, RunView};
use crate::web::form::Form;
use crate::web::icons::icon;
use crate::web::inside;
use crate::web::parts::{left_out, stations};
use crate::web::reply;
use crate::web::session::Visitor;
use crate::web::shell::{Page, csrf, mark};
use crate::web::texts::batch as t;
use crate::web::view::View;

/// Rows of a preview at its beginning and at its end.
const SHOWN: usize = 8;
/// Runs looked at for the formats used lately.
const LATELY: usize = 20;

/// The addresses.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(inside("/batch", [get().to(nothing), post().to(begin)]))
        .service(inside("/batch/preview", [post().to(preview)]))
        .service(inside("/batch/commit", [post().to(commit)]));
}

/// `GET /batch`: a reload of what was only previewed.
pub async fn nothing(_: HttpRequest) -> HttpResponse {
    reply::see_other("/workbench?state=ready")
}

/// `POST /batch`: the ticked shipments.
pub async fn begin(visitor: Visitor, form: Form) -> HttpResponse {
    visitor
        .page(Right::Ship, move |db, view| {
            let ids = ticked(db, &form, view)?;
            page(db, view, &Draft::of(&form, ids), None)
        })
        .await
}

/// `POST /batch/preview`
pub async fn preview(visitor: Visitor, form: Form) -> HttpResponse {
    visitor
        .page(Right::Ship, move |db, view| {
            let draft = Draft::of(&form, form.ids("shipment")?);
            let answer = number_runs::preview(db, &draft.run()?)?;
            page(db, view, &draft, Some(&answer))
        })
        .await
}

/// `POST /batch/commit`
pub async fn commit(visitor: Visitor, form: Form) -> HttpResponse {
    visitor
        .change(Right::Ship, move |tx, view| {
            let draft = Draft::of(&form, form.ids("shipment")?);
            if draft.ids.len() > ACT_AT_ONCE_MAX {
                return Ok(on_its_way(&answers::number(tx, draft.run()?, form.mark())?));
            }
            let answer = number_runs::commit(tx, &draft.run()?)?;
            let to = answer.id.map_or_else(|| draft.back.clone(), |run| format!("/number-runs/{run}"));
            let text = t::NUMBERED_DONE.with(view.lang, &[&answer.assigned.len()]);
            Ok(back_with(&to, text, &answer.left_out))
        })
        .await
}

/// What was chosen and typed so far.
struct Draft {
    ids: Vec<ShipmentId>,
    back: String,
    query: String,
    format: String,
    first: String,
    backwards: bool,
    skip_taken: bool,
    confirm: bool,
}

impl Draft {
    fn of(form: &Form, ids: Vec<ShipmentId>) -> Self {
        Self {
            ids,
            back: form.get("back").to_owned(),
            query: form.get("query").to_owned(),
            format: form.get("format").to_owned(),
            first: form.get("first_number").to_owned(),
            backwards: form.has("backwards"),
            skip_taken: form.has("skip_taken"),
            confirm: form.has("confirm"),
        }
    }

    fn run(&self) -> Result<NewRun, Error> {
        let format = Format::find(&self.format).ok_or_else(|| {
            Error::invalid("format", "required", "Choose the carrier and its kind of number")
        })?;
        Ok(NewRun {
            carrier: format.carrier.code.to_owned(),
            format: format.name.to_owned(),
            first_number: self.first.clone(),
            step: if self.backwards { -1 } else { 1 },
            shipments: self.ids.clone(),
            ranges: Vec::new(),
            skip_taken: self.skip_taken,
            confirm: self.confirm,
        })
    }
}

fn page(db: &mut Db, view: &View, draft: &Draft, answer: Option<&RunAnswer>) -> Result<Page, Error> {
    let rows = record::find(db, &draft.ids)?;
    let ready = rows.iter().filter(|row| row.state == ShipmentState::Ready).count();
    let lately = number_runs::list(db, None, LATELY)?;
    let ids: Vec<String> = draft.ids.iter().map(ToString::to_string).collect();
    let chosen = t::CHOSEN.with(view.lang, &[&draft.ids.len(), &ready, &(draft.ids.len() - ready)]);
    let body = html! {
        div.page.narrow {
            section #step data-step="number" data-trouble-here aria-labelledby="step-title" {
                h1 #step-title { (view.t(t::TITLE)) }
                (stations::steps(view, 0))
                p { (chosen) }
                form.stack #batch method="post" action="/batch/preview" {
                    (csrf(view)) (mark())
                    input type="hidden" name="shipment" value=(ids.join(","));
                    input type="hidden" name="back" value=(draft.back);
                    input type="hidden" name="query" value=(draft.query);
                    (format_field(view, draft, &lately))
                    (number_field(view, draft, &lately))
                    label.tick { input type="checkbox" name="backwards" value="1" checked[draft.backwards]; span { (view.t(t::UPSIDE_DOWN)) } }
                    label.tick { input type="checkbox" name="skip_taken" value="1" checked[draft.skip_taken]; span { (view.t(t::SKIP_TAKEN)) } }
                    @if answer.is_some_and(|answer| answer.confirm_needed) || draft.confirm {
                        label.tick.is-asked { input type="checkbox" name="confirm" value="1" checked[draft.confirm] required; span { (view.t(t::CONFIRM)) } }
                    }
                    div.buttons { button.primary[answer.is_none()] type="submit" { (view.t(t::PREVIEW)) } }
                    @if let Some(answer) = answer { (plan(view, answer)) }
                }
                @if answer.is_none() && !draft.back.is_empty() { p { a href=(draft.back) data-close-drawer { (view.t(t::BACK)) } } }
            }
        }
    };
    Ok(Page::new(view.t(t::TITLE), "workbench", body))
}

/// What a format is called in a list.
fn format_name(view: &View, format: &Format) -> String {
    format!("{} · {}", view.lang.pick(format.carrier.name, format.carrier.name_zh), format.name)
}

fn format_field(view: &View, draft: &Draft, lately: &[RunView]) -> Markup {
    let mut known: Vec<&Format> = Vec::new();
    for format in lately.iter().filter_map(|run| Format::find(&run.format)) {
        if !known.iter().any(|one| one.name == format.name) {
            known.push(format);
        }
    }
    let chosen = match draft.format.as_str() {
        "" => known.first().map_or("", |format| format.name),
        format => format,
    };
    // Formats no run may follow are left out: there is nothing to type a first number for.
    let mut rest: Vec<&Format> =
        Format::all().iter().filter(|format| format.policy != Policy::Never).collect();
    rest.retain(|format| !known.iter().any(|one| one.name == format.name));
    html! {
        label { span { (view.t(t::FORMAT)) }
            select #format name="format" required {
                @if chosen.is_empty() { option value="" selected {} }
                @if !known.is_empty() {
                    optgroup label=(view.t(t::USED_LATELY)) {
                        @for format in &known { option value=(format.name) selected[format.name == chosen] { (format_name(view, format)) } }
                    }
                }
                optgroup label="–" {
                    @for format in &rest { option value=(format.name) selected[format.name == chosen] { (format_name(view, format)) } }
                }
            }
        }
    }
}

fn number_field(view: &View, draft: &Draft, lately: &[RunView]) -> Markup {
    let format = match draft.format.as_str() {
        "" => lately.first().map_or("", |run| run.format.as_str()),
        format => format,
    };
    let follows = lately.iter().find(|run| run.format == format && run.undone_at.is_none()).and_then(|run| {
        let last = WaybillNumber::normalise(&run.last_number).ok()?;
        let next = Format::find(&run.format)?.next(&last, run.step).ok()?;
        Some((run.last_number.clone(), next.to_string()))
    });
    html! {
        label { span { (view.t(t::FIRST_NUMBER)) }
            input.number-input #first-number name="first_number" value=(draft.first) required autocomplete="off" autofocus
                inputmode="text" spellcheck="false";
            small { (view.t(t::FIRST_HINT)) }
        }
        @if let Some((last, next)) = follows.filter(|_| draft.first.is_empty()) {
            p.hint {
                (t::NEXT_OF_LAST.with(view.lang, &[&last, &next])) " "
                button.quiet type="button" data-fill="first-number" data-value=(next) data-needs-script { (view.t(t::TAKE_IT)) }
            }
        }
    }
}

fn plan(view: &View, answer: &RunAnswer) -> Markup {
    let count = answer.assigned.len();
    let number =
        |number: &Option<WaybillNumber>| number.as_ref().map(ToString::to_string).unwrap_or_default();
    html! {
        section.plan aria-live="polite" {
            h2 { (view.t(t::PREVIEW_TITLE)) }
            @if count == 0 { p.reason { (view.t(t::NONE_ASSIGNED)) } }
            @else {
                dl.ends {
                    div { dt { (view.t(t::FIRST)) } dd { code { (number(&answer.first_number)) } } }
                    div { dt { (view.t(t::LAST)) } dd { code { (number(&answer.last_number)) } } }
                    div { dt { (view.t(t::COUNT)) } dd { (thousands(i64::try_from(count).unwrap_or(i64::MAX))) } }
                }
                table.plan-rows {
                    thead { tr { th scope="col" { (view.t(t::POSITION)) } th scope="col" { (view.t(t::SHIPMENT)) } th scope="col" { (view.t(t::NUMBER)) } } }
                    tbody {
                        @for (index, one) in answer.assigned.iter().enumerate() {
                            @if index < SHOWN || index + SHOWN >= count {
                                tr { td { (one.position) } td { a href={ "/shipments/" (one.shipment) } target="_blank" { "#" (one.shipment) } } td { code { (one.number) } } }
                            } @else if index == SHOWN {
                                tr { td colspan="3" { (t::MORE_ROWS.with(view.lang, &[&(count - 2 * SHOWN)])) } }
                            }
                        }
                    }
                }
            }
            @if !answer.skipped.is_empty() { p.hint { (t::SKIPPED.with(view.lang, &[&answer.skipped.len()])) } }
            @if let Some(stop) = &answer.stopped_at {
                p.reason { (icon("alarm")) " " (t::STOPPED_AT.with(view.lang, &[&stop.number])) }
            }
            (left_out::list(view, &answer.left_out))
            @if !answer.warnings.is_empty() {
                p.reason { (icon("alarm")) " " (t::PLANNED_OTHERWISE.with(view.lang, &[&answer.warnings.len()])) }
            }
            @if count > 0 {
                div.buttons {
                    button.primary type="submit" formaction="/batch/commit" data-step-on { (icon("numbered")) (t::COMMIT.with(view.lang, &[&count])) }
                }
            }
        }
    }
}
