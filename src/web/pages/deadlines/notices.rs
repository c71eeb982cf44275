//! Delays: announced for what is ticked, listed, taken back.

use std::collections::HashMap;

use actix_web::HttpResponse;
use actix_web::web::Path;
use maud::{Markup, html};

use super::super::workbench::acts::{back_with, orders_of};
use crate::db::{Db, Tx, shipments};
use crate::domain::actor::Right;
use crate::domain::deadline::DelayReason;
use crate::domain::error::Error;
use crate::domain::id::{OrderId, ShipmentId};
use crate::domain::left_out::LeftOut;
use crate::operations::deadlines::{self, DelayNotice, DelayedMany, NewDelayNotice};
use crate::web::form::Form;
use crate::web::icons::icon;
use crate::web::parts::events::People;
use crate::web::session::Visitor;
use crate::web::shell::csrf;
use crate::web::texts::deadlines as t;
use crate::web::view::View;

/// Notices listed.
pub const SHOWN: usize = 20;

/// The part of the workbench's bar that announces a delay of what is ticked.
pub fn menu(view: &View) -> Markup {
    html! {
        details.menu.up {
            summary.button { (icon("clock")) (view.t(t::DELAY)) }
            div.menu-body.stack {
                (fields(view, false))
                button.primary type="submit" formaction="/workbench/delay" data-act="delay" { (view.t(t::DELAY_DO)) }
            }
        }
    }
}

/// The form that announces a delay of one order.
pub fn form_of(view: &View, order: OrderId) -> Markup {
    html! {
        details.fold {
            summary { (view.t(t::DELAY)) }
            form.row-form method="post" action="/workbench/delay" {
                (csrf(view))
                input type="hidden" name="order" value=(order);
                input type="hidden" name="back" value=(view.here);
                (fields(view, true))
                button.primary type="submit" { (view.t(t::DELAY_DO)) }
            }
        }
    }
}

fn fields(view: &View, is_alone: bool) -> Markup {
    html! {
        // In the bar of the workbench other deeds share the form, and need no date.
        label { span { (view.t(t::DELAY_UNTIL)) } input type="datetime-local" name="delay_until" required[is_alone]; }
        label { span { (view.t(t::DELAY_REASON)) }
            select name="delay_reason" { @for one in DelayReason::ALL { option value=(one) { (view.t(t::reason(*one))) } } } }
        label { span { (view.t(t::DELAY_NOTE)) } input name="delay_note" maxlength="200"; }
        p.hint { (view.t(t::DELAY_HINT)) }
    }
}

/// `POST /workbench/delay`: the orders named, else those of the ticked parcels.
pub async fn give(visitor: Visitor, form: Form) -> HttpResponse {
    visitor
        .change(Right::Audit, move |tx, view| {
            let orders = match form.has("order") {
                true => form.ids("order")?,
                false => orders_of(tx, &form, view)?,
            };
            let reason = DelayReason::parse(form.get("delay_reason"))
                .map_err(|said| Error::invalid("delay_reason", "word", said))?;
            let ship_by = view
                .read_local(form.get("delay_until"))
                .ok_or_else(|| Error::invalid("delay_until", "required", view.t(t::DATE_MISSING)))?;
            let note = form.get("delay_note").to_owned();
            let many = deadlines::give(tx, &NewDelayNotice { orders, reason, note, ship_by })?;
            let text = t::DELAYED.with(view.lang, &[&many.done.len()]);
            let left_out = left_out(tx, &many)?;
            Ok(back_with(form.get("back"), text, &left_out))
        })
        .await
}

/// `POST /delay-notices/{id}/undo`
pub async fn undo(visitor: Visitor, id: Path<i64>, form: Form) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Audit, move |tx, view| {
            let many = deadlines::undo(tx, id)?;
            let text = t::UNDONE.with(view.lang, &[&many.done.len()]);
            let left_out = left_out(tx, &many)?;
            Ok(back_with(form.get("back"), text, &left_out))
        })
        .await
}

/// Orders that were left out, by the parcel a reader knows them by.
fn left_out(tx: &mut Tx, many: &DelayedMany) -> Result<Vec<LeftOut>, Error> {
    let orders: Vec<OrderId> = many.left_out.iter().map(|one| one.id).collect();
    let parcels: HashMap<OrderId, ShipmentId> = shipments::places(tx, &orders)?
        .into_iter()
        .map(|place| (place.order_id, place.shipment_id))
        .collect();
    let left = many
        .left_out
        .iter()
        .filter_map(|one| Some(LeftOut { id: *parcels.get(&one.id)?, reasons: one.reasons.clone() }));
    Ok(left.collect())
}

/// Notices in a table, those that stand with the way to take them back.
///
/// # Errors
/// When the record cannot be read.
pub fn table(db: &mut Db, view: &View, given: &[DelayNotice]) -> Result<Markup, Error> {
    if given.is_empty() {
        return Ok(html! { p.none { (view.t(t::NO_DELAYS)) } });
    }
    let people = People::load(db)?;
    Ok(html! {
        table.lines { tbody { @for notice in given {
            tr.is-undone[notice.undone_at.is_some()] {
                td { a href={ "/orders/" (notice.order) } { code { (notice.order_number) } } }
                td { b { (view.moment(notice.ship_by)) } " " small { (view.t(t::WAS)) " " (view.moment(notice.was)) } }
                td { (view.t(t::reason(notice.reason))) @if !notice.note.is_empty() { " · " (notice.note) } }
                td { small { (people.name(&notice.given_by)) " · " time datetime=(notice.given_at) { (view.moment(notice.given_at)) } } }
                td { @if notice.undone_at.is_none() {
                    details.menu {
                        summary.button { (view.t(t::FOR_BUYER)) span.visually-hidden { " " (notice.order_number) } }
                        div.menu-body.stack {
                            textarea readonly rows="6" aria-label=(view.t(t::FOR_BUYER)) { (view.lang.pick(&notice.for_buyer.en, &notice.for_buyer.zh)) }
                            textarea readonly rows="6" aria-label=(view.t(t::FOR_BUYER)) { (view.lang.pick(&notice.for_buyer.zh, &notice.for_buyer.en)) }
                            p.hint { (view.t(t::FOR_BUYER_HINT)) }
                        }
                    }
                } }
                td.num {
                    @if notice.undone_at.is_some() { small { (view.t(t::TAKEN_BACK)) } }
                    @else if view.may(Right::Audit) {
                        details.menu {
                            summary.button { (view.t(t::UNDO)) }
                            form.menu-body.stack method="post" action={ "/delay-notices/" (notice.id) "/undo" } {
                                (csrf(view))
                                input type="hidden" name="back" value=(view.here);
                                p { (view.t(t::UNDO_ASK)) }
                                button.primary type="submit" { (view.t(t::UNDO)) span.visually-hidden { " " (notice.order_number) } }
                            }
                        }
                    }
                }
            }
        } } }
    })
}
