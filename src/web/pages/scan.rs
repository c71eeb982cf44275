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
use crate::operations::ship::{self, NewShipping};
use crate::operations::shipments::item::ShipmentItem;
use crate::operations::shipments::list;
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
        let found = look(&visitor, form.get("code"), at_once || form.has("ship"))?;
        Ok(page(&visitor.view, at_once, &found).render(&visitor.view, None))
    });
    reply::page(&view, made.await)
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
        return Ok(Found::Parcel { item: Box::new(before), outcome: Outcome::LeftBefore });
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
    Ok(Found::Parcel { item: Box::new(item), outcome })
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
                    Found::Parcel { item, outcome } => { (parcel(view, item, outcome)) }
                }
            }
            p.hint #tally data-text=(view.t(t::TALLY)) {}
        }
    };
    Page::new(view.t(t::TITLE), "scan", body)
}

fn parcel(view: &View, item: &ShipmentItem, outcome: &Outcome) -> Markup {
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
