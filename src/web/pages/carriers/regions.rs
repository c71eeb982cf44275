//! What carriers announced for regions: closed, dearer, slower.

use actix_web::web::{Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use super::{HOME, amount, carrier_select, number, told};
use crate::connectors::file::region_notice::{self, Notice};
use crate::db::Tx;
use crate::domain::actor::Right;
use crate::domain::error::Error;
use crate::domain::id::RegionRuleId;
use crate::domain::region_rule::RegionEffect;
use crate::http::lists as reading;
use crate::operations::region_rules::{self as operations, NewRegionRule, RegionRuleView, UnderstoodRule};
use crate::web::form::Form;
use crate::web::icons::icon;
use crate::web::pages::shipment::parts::money;
use crate::web::pages::workbench::chips::carrier_name;
use crate::web::parts::lists;
use crate::web::reply;
use crate::web::session::{Onward, Visitor, then};
use crate::web::shell::{Page, csrf};
use crate::web::texts::{carriers as t, common};
use crate::web::upload as uploading;
use crate::web::view::View;

const REGIONS: &str = "/carriers/regions";
/// Rules of one page.
const ROWS: usize = 200;
/// The currency of typed and pasted amounts.
const CURRENCY: &str = "CNY";

/// `GET /carriers/regions`
pub async fn list(visitor: Visitor, request: HttpRequest) -> HttpResponse {
    let before = lists::before(&request);
    visitor
        .page(Right::See, move |db, view| {
            let mut rules = operations::list(db, false, before.map(RegionRuleId), ROWS + 1)?;
            let more = lists::cut(&mut rules, ROWS).map(|last| last.id.0);
            let body = html! {
                div.page {
                    nav { a href=(HOME) { (view.t(t::TITLE)) } }
                    header.page-head { h1 { (view.t(t::REGIONS)) } }
                    @if rules.is_empty() { (lists::empty(view, t::REGIONS_EMPTY)) } @else { (table(view, &rules)) }
                    (lists::more(view, REGIONS, more))
                    @if view.may(Right::Manage) { (forms(view)) }
                }
            };
            Ok(Page::new(view.t(t::REGIONS), "carriers", body))
        })
        .await
}

fn place<'a>(view: &View, name: &'a str) -> &'a str {
    if name.is_empty() { view.t(t::EVERYWHERE) } else { name }
}

fn what(view: &View, effect: RegionEffect, amount: i64, days: i64) -> String {
    let word = view.t(t::effect(effect));
    match effect {
        RegionEffect::Closed => word.to_owned(),
        RegionEffect::Surcharge => format!("{word} {}", money(amount, CURRENCY)),
        RegionEffect::Slow => t::DAYS_MORE.with(view.lang, &[&days]),
    }
}

fn whose(view: &View, carrier: &str, service: &str) -> String {
    match (carrier, service) {
        ("", _) => view.t(t::ALL_CARRIERS).to_owned(),
        (carrier, "") => carrier_name(view, carrier),
        (carrier, service) => format!("{} · {service}", carrier_name(view, carrier)),
    }
}

fn table(view: &View, rules: &[RegionRuleView]) -> Markup {
    html! {
        div.list { table {
            thead { tr {
                th scope="col" { (view.t(t::REGION)) } th scope="col" { (view.t(t::CARRIER)) } th scope="col" { (view.t(t::EFFECT)) }
                th scope="col" { (view.t(t::VALID_FROM)) } th scope="col" { (view.t(t::VALID_UNTIL)) } th scope="col" { (view.t(t::NOTE)) } td {}
            } }
            tbody { @for rule in rules { tr {
                td { (place(view, &rule.region_name)) } td { (whose(view, &rule.carrier, &rule.service)) }
                td { @if rule.effect == RegionEffect::Closed { (icon("blocked")) " " } (what(view, rule.effect, rule.amount, rule.days)) }
                td { (rule.valid_from) } td { (rule.valid_until) } td { (rule.note) }
                td { @if view.may(Right::Manage) {
                    form method="post" action={ (REGIONS) "/" (rule.id) "/remove" } { (csrf(view)) button.quiet type="submit" { (view.t(common::REMOVE)) } }
                } }
            } } }
        } }
    }
}

fn forms(view: &View) -> Markup {
    let all = view.t(t::ALL_CARRIERS);
    let common_fields = html! {
        label { span { (view.t(t::CARRIER)) } (carrier_select(view, "carrier", "", Some(all))) }
        label { span { (view.t(t::EFFECT)) }
            select name="effect" { @for one in RegionEffect::ALL { option value=(one) { (view.t(t::effect(*one))) } } } }
        label { span { (view.t(t::VALID_FROM)) } input type="date" name="valid_from"; }
        label { span { (view.t(t::VALID_UNTIL)) } input type="date" name="valid_until"; }
        label { span { (view.t(t::AMOUNT)) } input name="amount" inputmode="decimal" autocomplete="off"; }
        label { span { (view.t(t::MORE_DAYS)) } input type="number" name="days" min="1" max="90"; }
        label { span { (view.t(t::NOTE)) } input name="note" maxlength="200"; }
    };
    html! {
        section.panel { h2 { (view.t(t::ADD_REGION)) }
            p.hint { (view.t(t::REGION_HINT)) }
            form.stack method="post" action=(REGIONS) data-trouble-here {
                (csrf(view))
                div.row-form {
                    label { span { (view.t(t::REGION)) } input name="region" inputmode="numeric" maxlength="6" autocomplete="off"; }
                    (common_fields)
                }
                button.primary type="submit" { (icon("plus")) (view.t(t::ADD_REGION)) }
            }
        }
        section.panel { h2 { (view.t(t::PASTE)) }
            p.hint { (view.t(t::NOTICE_HINT)) }
            form.stack method="post" action={ (REGIONS) "/notice" } data-trouble-here {
                (csrf(view)) div.row-form { (common_fields) }
                textarea name="text" rows="6" required aria-label=(view.t(t::PASTE)) spellcheck="false" {}
                (lists::look_or_keep(view))
            }
            details.fold { summary { (view.t(t::OR_FILE)) }
                // An upload is not read before its session is known, so its token stands in the address.
                form.stack method="post" enctype="multipart/form-data" action={ (REGIONS) "/notice/file?csrf=" (reply::escape(view.csrf())) } data-trouble-here {
                    div.row-form { (common_fields) }
                    input type="file" name="file" accept=".csv,.xlsx,.txt" required aria-label=(view.t(t::OR_FILE));
                    (lists::look_or_keep(view))
                }
            }
        }
    }
}

fn typed(form: &Form) -> Result<NewRegionRule, Error> {
    Ok(NewRegionRule {
        carrier: form.get("carrier").to_owned(),
        service: String::new(),
        region: form.get("region").to_owned(),
        effect: RegionEffect::parse(form.get("effect"))
            .map_err(|said| Error::invalid("effect", "word", said))?,
        amount: amount(form, "amount", CURRENCY)?.unwrap_or(0),
        days: number(form, "days")?.unwrap_or(0),
        valid_from: form.get("valid_from").to_owned(),
        valid_until: form.get("valid_until").to_owned(),
        note: form.get("note").to_owned(),
    })
}

/// `POST /carriers/regions`
pub async fn create(visitor: Visitor, form: Form) -> HttpResponse {
    visitor
        .change(Right::Manage, move |tx, view| {
            operations::create(tx, &[typed(&form)?])?;
            Ok(then(REGIONS, view.t(t::NOTED)))
        })
        .await
}

fn take(tx: &mut Tx, view: &View, form: &Form, notice: &Notice) -> Result<Onward, Error> {
    let is_preview = form.has("preview");
    let done = operations::import(tx, &typed(form)?, notice, is_preview)?;
    let line = |rule: &UnderstoodRule| {
        let days = [rule.valid_from.as_str(), rule.valid_until.as_str()].join(" – ");
        let what = what(view, rule.effect, rule.amount, rule.days);
        [place(view, &rule.region_name), &whose(view, &rule.carrier, &rule.service), &what, &days].join(" · ")
    };
    let mut lines: Vec<String> = if is_preview { done.rules.iter().map(line).collect() } else { Vec::new() };
    if !done.passed_over.is_empty() {
        lines.insert(0, t::PASSED_OVER.with(view.lang, &[&done.passed_over.join(", ")]));
    }
    Ok(told(view, REGIONS.to_owned(), is_preview, done.rules.len(), lines, &done.rejected))
}

/// `POST /carriers/regions/notice`
pub async fn paste(visitor: Visitor, form: Form) -> HttpResponse {
    visitor
        .change(Right::Manage, move |tx, view| {
            let notice = reading::read_text(form.exactly("text"), view.now, |source, options| {
                region_notice::read(source, options, CURRENCY)
            })?;
            take(tx, view, &form, &notice)
        })
        .await
}

/// `POST /carriers/regions/notice/file`
pub async fn upload(visitor: Visitor, request: HttpRequest, payload: Payload) -> HttpResponse {
    let upload = match uploading::receive(&request, payload).await {
        Ok(upload) => upload,
        Err(error) => return reply::failure(&visitor.view, &error),
    };
    visitor
        .change(Right::Manage, move |tx, view| {
            let notice = reading::read(&upload.file, view.now, |source, options| {
                region_notice::read(source, options, CURRENCY)
            })?;
            take(tx, view, &upload.form, &notice)
        })
        .await
}

/// `POST /carriers/regions/{id}/remove`
pub async fn remove(visitor: Visitor, id: Path<RegionRuleId>) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Manage, move |tx, view| {
            operations::remove(tx, &[id])?;
            Ok(then(REGIONS, view.t(t::NOTICE_GONE)))
        })
        .await
}
