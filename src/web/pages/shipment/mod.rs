//! One shipment: its orders, what stands in the way, and what can be done with it.

mod acts;
pub mod parts;

use actix_web::HttpResponse;
use actix_web::web::{Path, ServiceConfig, get, post};
use maud::{Markup, html};

use crate::db::{Db, events, shipments as record};
use crate::domain::actor::Right;
use crate::domain::error::Error;
use crate::domain::id::{OrderId, ShipmentId};
use crate::domain::recipient::Recipient;
use crate::domain::shipment::ShipmentState;
use crate::operations::orders::{self, OrderView};
use crate::operations::shipments::item::ShipmentItem;
use crate::operations::shipments::list;
use crate::operations::weights::{self, Weight};
use crate::web::icons::icon;
use crate::web::inside;
use crate::web::parts::badges;
use crate::web::parts::events::{People, timeline};
use crate::web::parts::plans::{self, Choices};
use crate::web::session::Visitor;
use crate::web::shell::{Page, csrf};
use crate::web::texts::{batch, carriers as c, shipment as t};
use crate::web::view::View;

/// Events shown of a shipment and of each of its orders.
const EVENTS_SHOWN: usize = 40;

/// The shipment's addresses.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(inside("/shipments/{id}", [get().to(show)]))
        .service(inside("/shipments/{id}/reveal", [post().to(acts::reveal)]))
        .service(inside("/shipments/{id}/unmerge", [post().to(acts::unmerge)]))
        .service(inside("/shipments/{id}/split", [post().to(acts::split)]))
        .service(inside("/shipments/{id}/waybill", [post().to(acts::correct)]))
        .service(inside("/shipments/{id}/waybill/void", [post().to(acts::void)]))
        .service(inside("/shipments/{id}/print", [post().to(acts::print)]))
        .service(inside("/shipments/{id}/plan", [post().to(acts::plan)]))
        .service(inside("/shipments/{id}/ship", [post().to(acts::ship)]))
        .service(inside("/shipments/{id}/remarks-read", [post().to(acts::mark_read)]))
        .service(inside("/shipments/{id}/orders/{order}/hold", [post().to(acts::hold)]))
        .service(inside("/shipments/{id}/orders/{order}/holds/{hold}/release", [post().to(acts::release)]));
}

/// `GET /shipments/{id}`
pub async fn show(visitor: Visitor, id: Path<ShipmentId>) -> HttpResponse {
    let id = id.into_inner();
    visitor.page(Right::See, move |db, view| page(db, view, id, None)).await
}

/// Everything the page shows of a shipment.
pub struct Shown {
    pub item: ShipmentItem,
    pub orders: Vec<OrderView>,
    pub revealed: Option<Recipient>,
    pub people: People,
    pub weight: Weight,
    pub choices: Choices,
}

/// The page, with the recipient in full when someone has just asked for it.
///
/// # Errors
/// When there is no such shipment.
pub fn page(db: &mut Db, view: &View, id: ShipmentId, revealed: Option<Recipient>) -> Result<Page, Error> {
    let item = list::one(db, id)?;
    // An order that left for another parcel still belongs to the history of this one.
    let members: Vec<OrderId> =
        record::members(db, &[id])?.into_iter().map(|member| member.order_id).collect();
    let orders =
        members.iter().map(|order| orders::order(db, *order, view.now)).collect::<Result<Vec<_>, _>>()?;
    let mut log = events::list(db, Some(id.0), None, EVENTS_SHOWN)?;
    for order in &members {
        log.extend(events::list(db, Some(order.0), None, EVENTS_SHOWN)?);
    }
    log.sort_by_key(|row| std::cmp::Reverse(row.id.0));
    let people = People::load(db)?;
    let weight = weights::show(db, id)?;
    let choices = Choices::load(db)?;
    let shown = Shown { item, orders, revealed, people, weight, choices };
    let title = t::TITLE.with(view.lang, &[&id]);
    let body = html! {
        div.page {
            nav { a href="/workbench?state=ready" { (view.t(t::TO_WORKBENCH)) } }
            article #shipment data-trouble-here {
                (head(view, &shown))
                div.columns {
                    div {
                        (parts::reasons(view, &shown))
                        (parts::orders(view, &shown))
                        section.panel { h2 { (view.t(t::HISTORY)) } (timeline(view, &shown.people, &log)) }
                    }
                    div {
                        (parts::recipient(view, &shown))
                        (plan(view, &shown))
                        (parts::waybill(view, &shown))
                    }
                }
            }
        }
    };
    Ok(Page::new(title, "workbench", body))
}

/// Which way it is to go, and the form that says so by hand.
fn plan(view: &View, shown: &Shown) -> Markup {
    let item = &shown.item;
    let is_open = !matches!(item.state, ShipmentState::Shipped | ShipmentState::Cancelled);
    let without = item.plan.as_ref().is_some_and(|plan| !plan.kind.has_number());
    html! {
        @if item.plan.is_some() || !shown.choices.is_empty() {
            section.panel #plan {
                h2 { (view.t(c::PLAN)) }
                @match &item.plan {
                    Some(plan) => { (plans::facts(view, plan, &shown.choices)) }
                    None => { p.none { (view.t(c::NOT_PLANNED)) } }
                }
                @if is_open && item.waybill.is_none() && view.may(Right::Audit) && !shown.choices.is_empty() {
                    form.stack method="post" action={ "/shipments/" (item.id) "/plan" } {
                        (csrf(view)) (plans::fields(view, &shown.choices))
                        button type="submit" { (view.t(c::CHOOSE)) }
                    }
                }
                @if without && item.state == ShipmentState::Ready && view.may(Right::Ship) {
                    form method="post" action={ "/shipments/" (item.id) "/ship" } {
                        (csrf(view))
                        button.primary type="submit" data-ask=(batch::SHIP_ASK.with(view.lang, &[&1])) { (icon("shipped")) (view.t(c::SHIP_WITHOUT)) }
                    }
                }
            }
        }
    }
}

fn head(view: &View, shown: &Shown) -> Markup {
    let item = &shown.item;
    let is_open = !matches!(item.state, ShipmentState::Shipped | ShipmentState::Cancelled);
    html! {
        header.page-head {
            h1 { a href={ "/shipments/" (item.id) } { (t::TITLE.with(view.lang, &[&item.id])) } }
            (badges::state(view, item.state))
            (badges::ship_by(view, item))
            @for order in &item.orders {
                (badges::flag(view, &order.flag))
                @if let Some(colour) = &order.own_flag { (badges::own_flag(view, colour)) }
            }
            span.spring {}
            @if is_open && view.may(Right::Audit) {
                @if item.merged { (parts::unmerge(view, item)) }
                @if item.pieces > 1 { (parts::split(view, item)) }
            }
            @if item.merged { span.merged { (icon("merged")) (item.orders.len()) } }
        }
    }
}
