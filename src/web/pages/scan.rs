//! Scan-and-ship: one waybill after the other, what belongs into it, right or wrong at a glance.
//!
//! A scan is a form like any other; the script only tells a scanner's typing from a person's and
//! gives the sound. What is wrong stays on the screen until the next scan.

use actix_web::HttpResponse;
use actix_web::web::{ServiceConfig, get, post};
use maud::{Markup, html};

use super::shipment::parts::reasons_of;
use super::workbench::chips::carrier_name;
use crate::db::waybills as record;
use crate::domain::actor::Right;
use crate::domain::error::Error;
use crate::domain::left_out::LeftOut;
use crate::domain::shipment::ShipmentState;
use crate::domain::waybill::WaybillNumber;
use crate::domain::weight;
use crate::operations::ship::{self, NewShipping};
use crate::operations::shipments::item::ShipmentItem;
use crate::operations::shipments::list;
use crate::operations::weights::{self, Weight};
use crate::web::form::Form;
use crate::web::icons::icon;
use crate::web::inside;
use crate::web::parts::{badges, left_out};
use crate::web::reply;
use crate::web::session::Visitor;
use crate::web::shell::{Page, csrf};
use crate::web::texts::scan as t;
use crate::web::view::View;

/// The addresses.
pub fn routes(config: &mut ServiceConfig) {
    config.service(inside("/scan", [get().to(show), post().to(scan)]));
}

/// What a scan found.
enum Found {
    /// Nothing was scanned yet.
    Nothing,
    Unknown(String),
    Parcel {
        item: Box<ShipmentItem>,
        weight: Box<Weight>,
        outcome: Outcome,
    },
}

/// What became of the parcel.
enum Outcome {
    Fit,
    Left,
    LeftBefore,
    Stopped(Vec<LeftOut>),
}

/// `GET /scan`
pub async fn show(visitor: Visitor) -> HttpResponse {
    visitor.page(Right::Ship, |_, view| Ok(page(view, false, &Found::Nothing))).await
}

/// `POST /scan`
pub async fn scan(visitor: Visitor, form: Form) -> HttpResponse {
    let view = visitor.view.clone();
    let made = crate::http::blocking::blocking(move || {
        visitor.needs(Right::Ship)?;
        let at_once = form.has("at_once");
        let found = match weighed(&visitor, &form)? {
            Some(number) => look(&visitor, &number, false)?,
            None => look(&visitor, form.get("code"), at_once || form.has("ship"))?,
        };
        Ok(page(&visitor.view, at_once, &found).render(&visitor.view, None))
    });
    reply::page(&view, made.await)
}

/// Keeps a weight that was typed, or that a scale sent behind a scan; answers the number of the parcel on it.
fn weighed(visitor: &Visitor, form: &Form) -> Result<Option<String>, Error> {
    let scanned = form.get("code");
    let (number, typed) = if form.has("weight") {
        (scanned, form.get("weight"))
    } else if form.has("last") && weight::is_weight(scanned) {
        (form.get("last"), scanned)
    } else {
        return Ok(None);
    };
    let grams = weight::parse(typed).map_err(|said| Error::invalid("weight", "range", said))?;
    let holder = visitor.app.read(visitor.actor.seller, |db| Ok(record::holder(db, number)?))?;
    let id = holder.ok_or_else(|| Error::missing("parcel with the number", number))?;
    visitor.app.write(&visitor.actor, |tx| weights::weigh(tx, id, grams))?;
    Ok(Some(number.to_owned()))
}

fn look(visitor: &Visitor, code: &str, ships: bool) -> Result<Found, Error> {
    if code.is_empty() {
        return Ok(Found::Nothing);
    }
    let Ok(number) = WaybillNumber::normalise(code) else { return Ok(Found::Unknown(code.to_owned())) };
    let seller = visitor.actor.seller;
    let Some(id) = visitor.app.read(seller, |db| Ok(record::holder(db, number.as_str())?))? else {
        return Ok(Found::Unknown(number.to_string()));
    };
    let before = visitor.app.read(seller, |db| list::one(db, id))?;
    if before.state == ShipmentState::Shipped {
        let weight = Box::new(visitor.app.read(seller, |db| weights::show(db, id))?);
        return Ok(Found::Parcel { item: Box::new(before), weight, outcome: Outcome::LeftBefore });
    }
    let outcome = if ships {
        let wish = NewShipping { shipments: vec![id], ..NewShipping::default() };
        let shipped = visitor.app.write(&visitor.actor, |tx| ship::ship(tx, &wish))?;
        if shipped.left_out.is_empty() { Outcome::Left } else { Outcome::Stopped(shipped.left_out) }
    } else if before.reasons.is_empty() {
        Outcome::Fit
    } else {
        Outcome::Stopped(Vec::new())
    };
    let item = visitor.app.read(seller, |db| list::one(db, id))?;
    let weight = Box::new(visitor.app.read(seller, |db| weights::show(db, id))?);
    Ok(Found::Parcel { item: Box::new(item), weight, outcome })
}

fn page(view: &View, at_once: bool, found: &Found) -> Page {
    let verdict = match found {
        Found::Nothing => "none",
        Found::Unknown(_) => "wrong",
        Found::Parcel { outcome: Outcome::Stopped(_), .. } => "wrong",
        Found::Parcel { outcome: Outcome::LeftBefore, .. } => "again",
        Found::Parcel { .. } => "right",
    };
    let body = html! {
        div.page.narrow.scan {
            h1 { (view.t(t::TITLE)) }
            form #scan-form.stack method="post" action="/scan" data-part="#scanned" {
                (csrf(view))
                label { span { (view.t(t::FIELD)) }
                    input #code.number-input name="code" autocomplete="off" autofocus spellcheck="false"; small { (view.t(t::HINT)) } }
                label.tick { input type="checkbox" name="at_once" value="1" checked[at_once]; span { (view.t(t::AT_ONCE)) } }
                div.buttons { button.primary type="submit" data-part="#scanned" { (icon("search")) (view.t(t::LOOK)) } }
            }
            section #scanned data-verdict=(verdict) data-left[matches!(found, Found::Parcel { outcome: Outcome::Left, .. })] aria-live="assertive" {
                @match found {
                    Found::Nothing => {}
                    Found::Unknown(code) => {
                        div.verdict.is-wrong { (icon("alarm")) b { (t::UNKNOWN.with(view.lang, &[code])) } }
                        p.hint { (view.t(t::UNKNOWN_NEXT)) }
                    }
                    Found::Parcel { item, weight, outcome } => { (parcel(view, item, weight, outcome)) }
                }
            }
            p.hint #tally data-text=(view.t(t::TALLY)) {}
        }
    };
    Page::new(view.t(t::TITLE), "scan", body)
}

fn parcel(view: &View, item: &ShipmentItem, weight: &Weight, outcome: &Outcome) -> Markup {
    let number = item.waybill.as_deref().unwrap_or_default();
    let left_at = item.shipped_at.map(|at| view.moment(at)).unwrap_or_default();
    html! {
        @match outcome {
            Outcome::Fit => { div.verdict.is-right { (icon("tick")) b { (view.t(t::FIT)) } } }
            Outcome::Left => { div.verdict.is-right { (icon("shipped")) b { (view.t(t::LEFT)) } } }
            Outcome::LeftBefore => { div.verdict.is-again { (icon("clock")) b { (t::LEFT_BEFORE.with(view.lang, &[&left_at])) } } }
            Outcome::Stopped(all) => { div.verdict.is-wrong { (icon("alarm")) b { (view.t(t::STOP)) } } (left_out::list(view, all)) }
        }
        div.panel.stack {
            header.page-head {
                h2 { a href={ "/shipments/" (item.id) } { "#" (item.id) } } (badges::state(view, item.state))
                span { (carrier_name(view, item.carrier.as_deref().unwrap_or_default())) " " code { (item.waybill.as_deref().unwrap_or_default()) } }
            }
            @for remark in &item.remarks { p.big-remark { (badges::remark(view, remark)) } }
            h3 { (view.t(t::INSIDE)) }
            ul.inside { @for line in &item.lines { li { b { (line.quantity) "×" } " " (line.title) " " small { (line.variant) " " (line.sku) } } } }
            (reasons_of(view, &item.reasons))
            @if let Some(off) = weight.difference_percent {
                p.big-remark #weight-off { (icon("alarm")) (t::WEIGHT_OFF.with(view.lang, &[&weight.weighed_g.unwrap_or_default(), &weight.estimated_weight_g.unwrap_or_default(), &off])) }
            }
            // A scale that types like a keyboard speaks of the parcel scanned last.
            input type="hidden" form="scan-form" name="last" value=(number);
            form.row-form method="post" action="/scan" {
                (csrf(view))
                input type="hidden" name="code" value=(number);
                label { span { (view.t(t::WEIGHT)) } input name="weight" inputmode="decimal" autocomplete="off" value=[weight.weighed_g] required; }
                button type="submit" data-part="#scanned" { (view.t(t::WEIGH)) }
            }
            @if matches!(outcome, Outcome::Fit) {
                form method="post" action="/scan" {
                    (csrf(view))
                    input type="hidden" name="code" value=(item.waybill.as_deref().unwrap_or_default());
                    input type="hidden" name="ship" value="1";
                    button.primary type="submit" data-part="#scanned" { (icon("shipped")) (view.t(t::SHIP)) }
                }
            }
        }
    }
}
