//! One order as its shop tells it, and what became of it here. Fit to be printed.

use actix_web::HttpResponse;
use actix_web::web::{Path, ServiceConfig, get, post};
use maud::{Markup, html};

use super::deadlines::notices;
use super::shipment::parts::{money, reasons_of};
use super::workbench::chips::carrier_name;
use super::write_backs::word as told;
use crate::db::{Db, events};
use crate::domain::actor::Right;
use crate::domain::error::Error;
use crate::domain::id::OrderId;
use crate::operations::deadlines;
use crate::operations::memos::MemoWish;
use crate::operations::orders::{self, OrderView};
use crate::operations::write_backs::{self, Filter, WriteBack};
use crate::web::form::Form;
use crate::web::icons::icon;
use crate::web::inside;
use crate::web::parts::audits;
use crate::web::parts::badges;
use crate::web::parts::events::{People, timeline};
use crate::web::parts::rules;
use crate::web::parts::thread::thread;
use crate::web::session::{Visitor, then};
use crate::web::shell::{Page, csrf};
use crate::web::texts::{audits as a, batch, common, deadlines as d, shipment as t, words};
use crate::web::view::View;

/// Events and write-backs shown.
const SHOWN: usize = 100;

/// The order's address.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(inside("/orders/{id}", [get().to(show)]))
        .service(inside("/orders/{id}/notes", [post().to(write_note)]))
        .service(inside("/orders/{id}/buyer-tags", [post().to(tag_buyer)]))
        .service(inside("/orders/{id}/remarks-read", [post().to(mark_read)]));
}

/// `GET /orders/{id}`
pub async fn show(visitor: Visitor, id: Path<OrderId>) -> HttpResponse {
    let id = id.into_inner();
    visitor.page(Right::See, move |db, view| page(db, view, id)).await
}

/// `POST /orders/{id}/buyer-tags`
pub async fn tag_buyer(visitor: Visitor, id: Path<OrderId>, form: Form) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Audit, move |tx, view| {
            let typed = form.get("tags").split([',', '，', '、']).map(str::to_owned);
            let tags = orders::tag_buyer(tx, id, &typed.collect::<Vec<_>>())?;
            Ok(then(format!("/orders/{id}"), t::BUYER_TAGGED.with(view.lang, &[&tags.len()])))
        })
        .await
}

/// `POST /orders/{id}/notes`
pub async fn write_note(visitor: Visitor, id: Path<OrderId>, form: Form) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Audit, move |tx, view| {
            let wish = MemoWish { flag: form.get("memo_flag").to_owned(), replace: form.has("memo_replace") };
            orders::write_note(tx, id, form.get("text"), form.has("memo").then_some(&wish))?;
            Ok(then(back(&form, id), view.t(t::NOTED)))
        })
        .await
}

/// `POST /orders/{id}/remarks-read`
pub async fn mark_read(visitor: Visitor, id: Path<OrderId>, form: Form) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Audit, move |tx, view| {
            let read = orders::mark_read(tx, &[id])?;
            match read.missing.first() {
                Some(missing) => Err(Error::missing("order", missing)),
                None => Ok(then(back(&form, id), view.t(t::READ))),
            }
        })
        .await
}

fn back(form: &Form, order: OrderId) -> String {
    match form.get("back") {
        "" => format!("/orders/{order}"),
        back => back.to_owned(),
    }
}

fn page(db: &mut Db, view: &View, id: OrderId) -> Result<Page, Error> {
    let order = orders::order(db, id, view.now)?;
    let filter = Filter { order: Some(id), ..Filter::default() };
    let tellings = write_backs::list(db, filter, None, SHOWN)?;
    let log = events::list(db, Some(id.0), None, SHOWN)?;
    let people = People::load(db)?;
    let is_running = order.deadline.as_ref().is_some_and(|clock| clock.stage.is_open());
    let may_delay = is_running && view.may(Right::Audit);
    let delays = deadlines::notices(db, Some(id), None, notices::SHOWN)?;
    let body = html! {
        div.page {
            nav { a href="/workbench?state=ready" { (view.t(t::TO_WORKBENCH)) } }
            article #order {
                header.page-head {
                    h1 { (order.shop_name) " · " code { (order.number) } }
                    span.badge { (view.t(words::order_state(order.state))) }
                    (badges::flag(view, &order.flag))
                    span.spring {}
                    button.quiet type="button" data-print data-needs-script { (icon("printed")) (view.t(t::PRINT_PAGE)) }
                }
                div.columns {
                    div {
                        (reasons_of(view, &order.reasons))
                        @if !order.audits.is_empty() {
                            section.panel #audits { h2 { (view.t(a::AUDITS)) } (audits::panel(view, &people, &order, &format!("/orders/{id}"))) }
                        }
                        (rules::panel(view, &people, &order, &format!("/orders/{id}#rules")))
                        (lines(view, &order))
                        section.panel #remarks { h2 { (view.t(t::REMARKS)) } (thread(view, &people, &order, &format!("/orders/{id}"))) }
                        @if !tellings.is_empty() { (shop_was_told(view, &tellings)) }
                        @if !delays.is_empty() || may_delay {
                            section.panel {
                                h2 { (view.t(d::DELAYS)) }
                                (notices::table(db, view, &delays)?)
                                @if may_delay { (notices::form_of(view, id)) }
                            }
                        }
                        section.panel { h2 { (view.t(t::HISTORY)) } (timeline(view, &people, &log)) }
                    }
                    div { (facts(view, &order)) (places(view, &order)) }
                }
            }
        }
    };
    Ok(Page::new(t::ORDER_TITLE.with(view.lang, &[&order.number]), "workbench", body))
}

fn lines(view: &View, order: &OrderView) -> Markup {
    html! {
        section.panel {
            h2 { (view.t(t::CONTENTS)) }
            table.lines {
                tbody { @for line in &order.lines {
                    tr.is-undone[line.gone] {
                        td.num { b { (line.quantity) "×" } }
                        td { (line.title) " " small { (line.variant) } }
                        td { code { (line.sku) } }
                        td { @if line.refund.is_open() || line.refund.is_final() { span.reason { (view.t(words::refund(line.refund))) } } }
                        td.num { (money(line.price.amount, &line.price.currency)) }
                    }
                } }
                tfoot {
                    tr { td {} td colspan="3" { (view.t(t::SHIPPING_FEE)) } td.num { (money(order.shipping_fee.amount, &order.shipping_fee.currency)) } }
                    tr { td {} th colspan="3" scope="row" { (view.t(t::TOTAL)) } td.num { b { (money(order.total.amount, &order.total.currency)) } } }
                }
            }
        }
    }
}

fn facts(view: &View, order: &OrderView) -> Markup {
    let moment = |at: Option<crate::domain::time::UtcTime>| at.map_or("–".to_owned(), |at| view.moment(at));
    html! {
        section.panel {
            h2 { (view.t(t::FACTS)) }
            dl.facts {
                dt { (view.t(t::BUYER)) } dd { (order.buyer_nick) @for tag in &order.buyer_tags { " " span.tag { (tag) } } }
                dt { (view.t(t::KIND)) } dd { (view.t(words::kind(order.kind))) }
                dt { (view.t(t::ORDERED)) } dd { (moment(order.created_at)) }
                dt { (view.t(t::PAID)) } dd { (moment(order.paid_at)) }
                dt { (view.t(t::SHIP_BY)) } dd { (moment(order.ship_by)) }
                @if let Some(clock) = &order.deadline {
                    dt { (view.t(d::CLOCK)) } dd { (view.t(d::stage(clock.stage))) " · " (view.t(d::source(clock.source))) }
                    dt { (view.t(d::PACKING_DAY)) } dd { (view.moment(clock.pack_by)) }
                }
                dt { (view.t(t::RECEIVED)) } dd { (view.moment(order.received_at)) }
                @if let Some(to) = &order.recipient {
                    dt { (view.t(t::RECIPIENT)) } dd { (to.name) " " (to.phone) br; (to.region) " " (to.detail) }
                }
            }
            @if !order.buyer_nick.is_empty() && view.may(Right::Audit) {
                form.row-form #buyer-tags method="post" action={ "/orders/" (order.id) "/buyer-tags" } data-trouble-here {
                    (csrf(view))
                    label { span { (view.t(t::BUYER_TAGS)) } input name="tags" value=(order.buyer_tags.join(", ")) maxlength="400" autocomplete="off"; small { (view.t(t::BUYER_TAGS_HINT)) } }
                    button type="submit" { (view.t(common::SAVE)) }
                }
            }
            @for hold in &order.holds {
                p.hold { (icon("pause")) b { (hold.reason) } @if let Some(until) = hold.until { " " (t::UNTIL.with(view.lang, &[&view.moment(until)])) } }
            }
        }
    }
}

/// The parcels it is in.
fn places(view: &View, order: &OrderView) -> Markup {
    html! {
        section.panel {
            h2 { (view.t(t::PARCELS)) }
            @if order.shipments.is_empty() { p.none { "–" } }
            ul.plain { @for place in &order.shipments {
                li {
                    a href={ "/shipments/" (place.id) } { (t::TITLE.with(view.lang, &[&place.id])) } " "
                    (badges::state(view, place.state)) " "
                    @if let Some(number) = &place.waybill {
                        (carrier_name(view, place.carrier.as_deref().unwrap_or_default())) " " code { (number) }
                    }
                }
            } }
        }
    }
}

fn shop_was_told(view: &View, tellings: &[WriteBack]) -> Markup {
    html! {
        section.panel {
            h2 { (view.t(common::WRITE_BACKS)) }
            table.lines { tbody { @for telling in tellings {
                @let (text, mark) = told(telling.state);
                tr {
                    td { span.badge data-state=(telling.state) { (icon(mark)) (view.t(text)) } }
                    td { (view.t(batch::NUMBER)) " " code { (telling.number) } }
                    td { small { (telling.reply) } }
                }
            } } }
        }
    }
}
