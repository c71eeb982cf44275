//! Rules: the list in its order, one of them as a form, their text, and what they would change.

mod dry;
mod edit;
mod fields;
mod read;

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::{Path, ServiceConfig, get, post};
use maud::{Markup, html};

use crate::db::shops::{self, ShopRow};
use crate::domain::actor::Right;
use crate::domain::error::Error;
use crate::domain::id::OrderId;
use crate::domain::rule::text::print;
use crate::domain::rule::{ActionKind, Rule, RuleSet};
use crate::http::blocking::blocking;
use crate::operations::rules::{self as operations, NewOverride, RulesView, Which};
use crate::web::form::Form;
use crate::web::icons::icon;
use crate::web::inside;
use crate::web::lang::Text;
use crate::web::parts::events::People;
use crate::web::parts::{lists, rules as words};
use crate::web::reply;
use crate::web::session::{Visitor, then};
use crate::web::shell::{Page, csrf};
use crate::web::texts::{common, rules as t};
use crate::web::view::View;

/// The addresses.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(inside("/rules", [get().to(list)]))
        .service(inside("/rules/new", [get().to(edit::new), post().to(edit::add)]))
        .service(inside("/rules/text", [get().to(text), post().to(replace_text)]))
        .service(inside("/rules/run", [post().to(run)]))
        .service(inside("/rules/dry-runs/{id}", [get().to(dry::show), post().to(dry::keep)]))
        .service(inside("/rules/{key}", [get().to(edit::show), post().to(edit::change)]))
        .service(inside("/rules/{key}/{act}", [post().to(act)]))
        .service(inside("/orders/{id}/rule-overrides", [post().to(give)]))
        .service(inside("/orders/{id}/rule-overrides/end", [post().to(take_back)]));
}

/// `GET /rules`
pub async fn list(visitor: Visitor) -> HttpResponse {
    visitor
        .page(Right::See, move |db, view| {
            let rules = operations::current(db)?;
            let shops = shops::all(db)?;
            let people = People::load(db)?;
            let may = view.may(Right::Manage);
            let body = html! {
                div.page {
                    header.page-head {
                        h1 { (view.t(t::TITLE)) } small { (view.t(t::LEAD)) } span.spring {}
                        @if may { a.button.primary href="/rules/new" { (icon("plus")) (view.t(t::NEW)) } }
                    }
                    p.hint { (view.t(t::HOW)) }
                    @if rules.being_judged > 0 { p role="status" { (t::BEING_JUDGED.with(view.lang, &[&rules.being_judged])) } }
                    (words::findings(view, &rules.findings))
                    @if rules.rules.is_empty() { (lists::empty(view, t::EMPTY)) } @else { (table(view, &rules, &shops)) }
                    @if let (Some(by), Some(at)) = (&rules.changed_by, rules.changed_at) {
                        p.hint { (t::CHANGED_BY.with(view.lang, &[&rules.version, &people.name(by), &view.moment(at)])) }
                    }
                    @if may { (as_text(view, &rules)) }
                }
            };
            Ok(Page::new(view.t(t::TITLE), "rules", body))
        })
        .await
}

fn table(view: &View, rules: &RulesView, shops: &[ShopRow]) -> Markup {
    let may = view.may(Right::Manage);
    html! {
        div.list { table {
            thead { tr {
                th.num scope="col" { "#" } th scope="col" { (view.t(t::NAME)) } th scope="col" { (view.t(t::WHEN)) }
                th scope="col" { (view.t(t::THEN)) } th scope="col" { (view.t(t::STATE)) } @if may { td {} }
            } }
            tbody { @for (at, rule) in rules.rules.iter().enumerate() { tr.is-undone[!rule.on] id={ "rule-" (rule.key) } {
                td.num { (at + 1) }
                td { @if may { a href={ "/rules/" (rule.key) } { (rule.name) } } @else { (rule.name) }
                    @if let Some(from) = rule.from { br; small { "≥ " (view.moment(from)) } }
                    @if let Some(until) = rule.until { br; small { "< " (view.moment(until)) } } }
                td { (words::when(view, shops, &rule.when)) }
                td { (words::then(view, &rule.then)) @if rule.stop { " " small { "(" (view.t(t::ENDS)) ")" } } }
                td { (view.t(if rule.on { t::ON } else { t::OFF })) }
                @if may { td { div.buttons {
                    (button(view, rules, rule, "up", t::UP, "↑", at == 0))
                    (button(view, rules, rule, "down", t::DOWN, "↓", at + 1 == rules.rules.len()))
                    @if rule.on { (button(view, rules, rule, "off", t::SWITCH_OFF, view.t(t::SWITCH_OFF), false)) }
                    @else { (button(view, rules, rule, "on", t::SWITCH_ON, view.t(t::SWITCH_ON), false)) }
                } } }
            } } }
        } }
    }
}

fn button(
    view: &View,
    rules: &RulesView,
    rule: &Rule,
    act: &str,
    name: Text,
    shown: &str,
    is_off: bool,
) -> Markup {
    html! {
        form method="post" action={ "/rules/" (rule.key) "/" (act) } {
            (csrf(view))
            input type="hidden" name="version" value=(rules.version);
            button.quiet type="submit" disabled[is_off] aria-label={ (view.t(name)) ": " (rule.name) } title=(view.t(name)) { (shown) }
        }
    }
}

fn as_text(view: &View, rules: &RulesView) -> Markup {
    let text = print(&RuleSet { rules: rules.rules.clone() });
    html! {
        section.panel {
            form method="post" action="/rules/run" { (csrf(view)) button type="submit" { (icon("stale")) (view.t(t::RUN_ALL)) } }
        }
        details.fold {
            summary { (view.t(t::TEXT)) }
            form.stack method="post" action="/rules/text" data-trouble-here {
                (csrf(view))
                input type="hidden" name="version" value=(rules.version);
                label { span { (view.t(t::TEXT)) } textarea name="text" rows="16" spellcheck="false" { (text) } small { (view.t(t::TEXT_HINT)) } }
                div.buttons {
                    button type="submit" { (icon("file")) (view.t(t::IMPORT)) }
                    a.button href="/rules/text" download="rules.json" { (view.t(t::EXPORT)) }
                }
            }
        }
    }
}

/// The version a page showed.
fn seen(form: &Form) -> Result<Option<i64>, Error> {
    match form.get("version") {
        "" => Ok(None),
        _ => form.number("version").map(Some),
    }
}

/// `POST /rules/{key}/{act}`: `up`, `down`, `on`, `off`, `remove`.
pub async fn act(visitor: Visitor, path: Path<(String, String)>, form: Form) -> HttpResponse {
    let (key, act) = path.into_inner();
    visitor
        .change(Right::Manage, move |tx, view| {
            let seen = seen(&form)?;
            let rules = operations::current(tx)?.rules;
            let at = rules.iter().position(|rule| rule.key == key);
            let at = at.ok_or_else(|| Error::missing("rule", &key))?;
            let back = format!("/rules#rule-{key}");
            Ok(match act.as_str() {
                "up" | "down" => {
                    let to = if act == "up" { at.saturating_sub(1) } else { at + 1 };
                    operations::move_to(tx, seen, &key, to)?;
                    then(back, view.t(t::MOVED))
                }
                "on" | "off" => {
                    operations::switch(tx, seen, &key, act == "on")?;
                    then(back, view.t(t::SWITCHED))
                }
                "remove" => {
                    operations::remove(tx, seen, &key)?;
                    then("/rules", t::REMOVED.with(view.lang, &[&rules[at].name]))
                }
                other => return Err(Error::missing("act", other)),
            })
        })
        .await
}

/// `GET /rules/text`
pub async fn text(visitor: Visitor) -> HttpResponse {
    let view = visitor.view.clone();
    let read = blocking(move || {
        visitor.needs(Right::See)?;
        let rules = visitor.app.read(visitor.actor.seller, operations::current)?.rules;
        Ok(print(&RuleSet { rules }))
    });
    match read.await {
        Ok(text) => HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, "application/json"))
            .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"rules.json\""))
            .body(text),
        Err(error) => reply::failure(&view, &error),
    }
}

/// `POST /rules/text`
pub async fn replace_text(visitor: Visitor, form: Form) -> HttpResponse {
    visitor
        .change(Right::Manage, move |tx, view| {
            let rules = operations::replace_by_text(tx, seen(&form)?, form.exactly("text"))?;
            Ok(then("/rules", t::IMPORTED.with(view.lang, &[&rules.rules.len()])))
        })
        .await
}

/// `POST /rules/run`
pub async fn run(visitor: Visitor) -> HttpResponse {
    visitor
        .change(Right::Manage, move |tx, view| {
            let count = operations::run(tx, &Which::All)?;
            Ok(then("/rules", t::RAN.with(view.lang, &[&count])))
        })
        .await
}

fn kind_of(form: &Form) -> Result<ActionKind, Error> {
    ActionKind::parse(form.get("kind")).map_err(|said| Error::invalid("kind", "word", said))
}

fn back(form: &Form, order: OrderId) -> String {
    match form.get("back") {
        "" => format!("/orders/{order}#rules"),
        back => back.to_owned(),
    }
}

/// `POST /orders/{id}/rule-overrides`
pub async fn give(visitor: Visitor, id: Path<OrderId>, form: Form) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Audit, move |tx, view| {
            let (rule, value) = (form.get("rule").to_owned(), form.get("value").to_owned());
            operations::give(tx, id, &NewOverride { kind: kind_of(&form)?, rule, value })?;
            Ok(then(back(&form, id), view.t(t::OVERRIDDEN)))
        })
        .await
}

/// `POST /orders/{id}/rule-overrides/end`
pub async fn take_back(visitor: Visitor, id: Path<OrderId>, form: Form) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Audit, move |tx, view| {
            operations::take_back(tx, id, kind_of(&form)?)?;
            Ok(then(back(&form, id), view.t(t::GIVEN_BACK)))
        })
        .await
}

/// The way out of a form of one rule.
fn remove_form(view: &View, rule: &Rule, version: i64) -> Markup {
    html! {
        form method="post" action={ "/rules/" (rule.key) "/remove" } {
            (csrf(view))
            input type="hidden" name="version" value=(version);
            button.danger type="submit" data-ask=(t::REMOVE_ASK.with(view.lang, &[&rule.name])) { (view.t(common::REMOVE)) }
        }
    }
}
