//! One rule as a form: seen, tried, kept.

use actix_web::HttpResponse;
use actix_web::web::Path;
use maud::html;

use super::fields::fields;
use super::read::typed;
use super::{remove_form, seen};
use crate::db::{Tx, shops};
use crate::domain::actor::Right;
use crate::domain::error::Error;
use crate::domain::rule::{Actions, Condition, Rule, RuleSet};
use crate::operations::rules as operations;
use crate::web::form::Form;
use crate::web::session::{Onward, Visitor, then};
use crate::web::shell::{Page, csrf};
use crate::web::texts::{common, rules as t};
use crate::web::view::View;

fn empty() -> Rule {
    Rule {
        key: String::new(),
        name: String::new(),
        on: true,
        from: None,
        until: None,
        when: Condition::default(),
        then: Actions::default(),
        stop: false,
    }
}

/// `GET /rules/new`
pub async fn new(visitor: Visitor) -> HttpResponse {
    page(visitor, None).await
}

/// `GET /rules/{key}`
pub async fn show(visitor: Visitor, key: Path<String>) -> HttpResponse {
    page(visitor, Some(key.into_inner())).await
}

async fn page(visitor: Visitor, key: Option<String>) -> HttpResponse {
    visitor
        .page(Right::Manage, move |db, view| {
            let rules = operations::current(db)?;
            let rule = match &key {
                None => empty(),
                Some(key) => {
                    let found = rules.rules.into_iter().find(|rule| rule.key == *key);
                    found.ok_or_else(|| Error::missing("rule", key))?
                }
            };
            let shops = shops::all(db)?;
            let action = format!("/rules/{}", key.as_deref().unwrap_or("new"));
            let title = if key.is_some() { rule.name.clone() } else { view.t(t::NEW).to_owned() };
            let body = html! {
                div.page {
                    nav { a href="/rules" { (view.t(t::TO_LIST)) } }
                    header.page-head { h1 { (title) } }
                    section.panel {
                        form.stack method="post" action=(action) data-trouble-here {
                            (csrf(view))
                            input type="hidden" name="version" value=(rules.version);
                            (fields(view, &shops, &rule))
                            div.buttons {
                                button.primary type="submit" name="act" value="try" { (view.t(t::TRY)) }
                                button type="submit" name="act" value="save" { (view.t(common::SAVE)) }
                            }
                        }
                        @if key.is_some() { (remove_form(view, &rule, rules.version)) }
                    }
                }
            };
            Ok(Page::new(title, "rules", body))
        })
        .await
}

/// `POST /rules/new`
pub async fn add(visitor: Visitor, form: Form) -> HttpResponse {
    visitor
        .change(Right::Manage, move |tx, view| {
            let rule = typed(&form, view, "")?;
            if form.get("act") == "try" {
                let mut rules = operations::current(tx)?.rules;
                rules.push(rule);
                return tried(tx, &form, rules);
            }
            let name = rule.name.clone();
            operations::add(tx, seen(&form)?, &rule, None)?;
            Ok(then("/rules", t::SAVED.with(view.lang, &[&name])))
        })
        .await
}

/// `POST /rules/{key}`
pub async fn change(visitor: Visitor, key: Path<String>, form: Form) -> HttpResponse {
    let key = key.into_inner();
    visitor
        .change(Right::Manage, move |tx, view| {
            let rule = typed(&form, view, &key)?;
            if form.get("act") == "try" {
                let mut rules = operations::current(tx)?.rules;
                let place = rules.iter_mut().find(|one| one.key == key);
                *place.ok_or_else(|| Error::missing("rule", &key))? = rule;
                return tried(tx, &form, rules);
            }
            let name = rule.name.clone();
            operations::change_one(tx, seen(&form)?, &key, &rule)?;
            Ok(then(format!("/rules#rule-{key}"), saved(view, &name)))
        })
        .await
}

fn saved(view: &View, name: &str) -> String {
    t::SAVED.with(view.lang, &[&name])
}

/// Counts what the set would change, and shows it.
fn tried(tx: &mut Tx, form: &Form, rules: Vec<Rule>) -> Result<Onward, Error> {
    let version = seen(form)?.unwrap_or_default();
    let run = operations::dry_run(tx, RuleSet { rules })?;
    Ok(then(format!("/rules/dry-runs/{}?version={version}", run.id), String::new()))
}
