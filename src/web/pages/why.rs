//! Why an order is not further: one field, and everything that is known of what was typed.

use actix_web::web::{ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use super::shipment::parts::reasons_of;
use super::workbench::chips::carrier_name;
use super::write_backs::word as told;
use crate::domain::actor::Right;
use crate::domain::why::WhyStage;
use crate::operations::why::{self as operations, OrderWhy, ShopWhy, Why};
use crate::web::form::Form;
use crate::web::icons::icon;
use crate::web::inside;
use crate::web::lang::Text;
use crate::web::parts::events::People;
use crate::web::parts::{audits, badges, rules};
use crate::web::session::Visitor;
use crate::web::shell::{Page, csrf};
use crate::web::texts::{why as t, words};
use crate::web::view::View;

/// The address.
pub fn routes(config: &mut ServiceConfig) {
    config.service(inside("/why", [get().to(show), post().to(ask)]));
}

/// `GET /why`, with an order's number where a page links here.
pub async fn show(visitor: Visitor, request: HttpRequest) -> HttpResponse {
    let number = Form::parse(request.query_string()).get("number").to_owned();
    answer(visitor, number).await
}

/// `POST /why`: what people type may be somebody's phone, and stands in no address.
pub async fn ask(visitor: Visitor, form: Form) -> HttpResponse {
    answer(visitor, form.get("number").to_owned()).await
}

async fn answer(visitor: Visitor, number: String) -> HttpResponse {
    visitor
        .page(Right::See, move |db, view| {
            let found = match number.is_empty() {
                true => None,
                false => Some(operations::why(db, &number, view.now)?),
            };
            let people = People::load(db)?;
            let body = html! {
                div.page {
                    header.page-head { h1 { (view.t(t::TITLE)) } small { (view.t(t::LEAD)) } }
                    form.row-form method="post" action="/why" data-plain {
                        (csrf(view))
                        label { span { (view.t(t::NUMBER)) } input name="number" value=(number) maxlength="100" required autocomplete="off" autofocus; }
                        button.primary type="submit" { (icon("search")) (view.t(t::ASK)) }
                    }
                    @if let Some(why) = &found { (said(view, &people, why)) }
                }
            };
            Ok(Page::new(view.t(t::TITLE), "why", body))
        })
        .await
}

fn stage(stage: WhyStage) -> Text {
    match stage {
        WhyStage::Blocked => words::BLOCKED,
        WhyStage::ToNumber => t::TO_NUMBER,
        WhyStage::ToPrint => t::TO_PRINT,
        WhyStage::ToReprint => t::TO_REPRINT,
        WhyStage::ToShip => t::TO_SHIP,
        WhyStage::ToTell => t::TO_TELL,
        WhyStage::ToBring => t::TO_BRING,
        WhyStage::ToSettle => t::TO_SETTLE,
        WhyStage::Done => t::DONE,
        WhyStage::Cancelled => words::CANCELLED,
        WhyStage::Nowhere => t::NOWHERE,
    }
}

fn said(view: &View, people: &People, why: &Why) -> Markup {
    html! {
        @for order in &why.orders { (one(view, people, order)) }
        @if why.orders.is_empty() {
            section.panel.is-blocked { h2 { (icon("alarm")) " " (t::UNKNOWN.with(view.lang, &[&why.number])) } p { (view.t(t::UNKNOWN_NEXT)) } }
        }
        @if !why.rejected.is_empty() {
            section.panel { h2 { (view.t(t::REJECTED)) }
                ul.plain { @for row in &why.rejected { li { a href={ "/imports/" (row.import) } { (row.file) } " · " (row.row) " · " (row.message) } } }
            }
        }
        @if why.orders.is_empty() { (shops(view, &why.shops)) }
    }
}

fn one(view: &View, people: &People, why: &OrderWhy) -> Markup {
    let order = &why.order;
    html! {
        section.panel.order-panel {
            header {
                h2 { a href={ "/orders/" (order.id) } { (order.shop_name) " · " code { (order.number) } } }
                span.badge data-stage=(why.stage) { (view.t(stage(why.stage))) }
                small { (view.t(words::order_state(order.state))) }
            }
            p.next { b { (view.t(t::NEXT)) } " " (view.lang.pick(why.next, why.next_zh)) }
            (reasons_of(view, &order.reasons))
            ul.plain {
                @for place in &order.shipments { li {
                    a href={ "/shipments/" (place.id) } { "#" (place.id) } " " (badges::state(view, place.state)) " "
                    @if let Some(number) = &place.waybill { (carrier_name(view, place.carrier.as_deref().unwrap_or_default())) " " code { (number) } }
                } }
                @for one in order.rules.iter().flat_map(|rules| &rules.outcomes) {
                    li.is-undone[!one.counts()] { (rules::outcome_line(view, one)) }
                }
                @for hold in &order.holds { li { (icon("pause")) " " (hold.reason) " · " (people.name(&hold.held_by)) " " small { (view.moment(hold.held_at)) } } }
                @for audit in &order.audits { li { (audits::standing(view, people, audit)) } }
                @for telling in &why.write_backs {
                    @let (text, mark) = told(telling.state);
                    li { span.badge data-state=(telling.state) { (icon(mark)) (view.t(text)) } " " code { (telling.number) } " " small { (telling.reply) } }
                }
            }
        }
    }
}

/// Where it could have come from, and when that was last heard.
fn shops(view: &View, shops: &[ShopWhy]) -> Markup {
    let by = |shop: &ShopWhy| match shop.by {
        "pulled" => t::PULLED,
        "pushed" => t::PUSHED,
        _ => t::FILE,
    };
    let moment = |at: Option<crate::domain::time::UtcTime>| at.map_or("–".to_owned(), |at| view.moment(at));
    html! {
        h2 #shops-of-why { (view.t(t::SHOPS)) }
        div.list tabindex="0" role="region" aria-labelledby="shops-of-why" { table {
            thead { tr {
                th scope="col" { (view.t(t::SHOP)) } th scope="col" { (view.t(t::BY)) } th scope="col" { (view.t(t::LAST_PULL)) }
                th scope="col" { (view.t(t::LAST_INTAKE)) } th scope="col" { (view.t(t::LAST_ORDER)) } th scope="col" { (view.t(t::COUNTED)) } th {}
            } }
            tbody { @for shop in shops { tr {
                td { (shop.name) @if shop.looks_alike { " " span.badge { (view.t(t::ALIKE)) } } } td { (view.t(by(shop))) } td { (moment(shop.last_pull_at)) }
                td { (moment(shop.last_intake_at)) } td { (moment(shop.last_order_at)) }
                td { (moment(shop.gaps_checked_at)) @if shop.missing > 0 { " " span.reason { (icon("alarm")) " " (t::MISSING.with(view.lang, &[&shop.missing])) } } }
                td {
                    @if let Some(error) = &shop.error { span.reason { (icon("alarm")) " " (error) } " " }
                    small { (view.lang.pick(shop.next, shop.next_zh)) }
                }
            } } }
        } }
    }
}
