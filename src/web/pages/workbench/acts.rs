//! What can be done with the ticked shipments without leaving the list.

use actix_web::HttpResponse;

use super::query::ticked;
use crate::db::Tx;
use crate::domain::actor::Right;
use crate::domain::error::Error;
use crate::domain::id::OrderId;
use crate::domain::left_out::LeftOut;
use crate::operations::merging;
use crate::operations::orders::{self, NewHold};
use crate::operations::plans::{self, NewPlan};
use crate::web::form::Form;
use crate::web::parts::plans::{chosen, typed};
use crate::web::session::{Left, Notice, Onward, Visitor, then};
use crate::web::texts::{carriers, workbench as t};
use crate::web::view::View;

/// How many left-out shipments a notice lists.
const LISTED: usize = 20;

/// What a notice lists of those that were left as they were.
pub fn left_out(all: &[LeftOut]) -> (Vec<Left>, usize) {
    let left = |one: &LeftOut| {
        let why = one.reasons.first();
        Left {
            id: one.id.0,
            code: why.map_or("", |why| why.code).to_owned(),
            message: why.map(|why| why.message.clone()).unwrap_or_default(),
            next: why.map(|why| why.next.clone()).unwrap_or_default(),
        }
    };
    (all.iter().take(LISTED).map(left).collect(), all.len().saturating_sub(LISTED))
}

/// Goes back with a sentence and what was left out.
pub fn back_with(to: &str, text: String, all: &[LeftOut]) -> Onward {
    let (left_out, more) = left_out(all);
    Onward { to: to.to_owned(), notice: Notice { text, left_out, more, ..Notice::default() } }
}

/// `POST /workbench/merge`
pub async fn merge(visitor: Visitor, form: Form) -> HttpResponse {
    visitor
        .change(Right::Audit, move |tx, view| {
            let ids = ticked(tx, &form, view)?;
            let merged = merging::merge(tx, &ids, form.has("other_recipients"))?;
            let text = t::MERGED_DONE.with(view.lang, &[&merged.done.len(), &merged.shipment]);
            Ok(back_with(form.get("back"), text, &merged.left_out))
        })
        .await
}

/// `POST /workbench/plan`
pub async fn plan(visitor: Visitor, form: Form) -> HttpResponse {
    visitor
        .change(Right::Audit, move |tx, view| {
            let new = NewPlan {
                shipments: ticked(tx, &form, view)?,
                carrier: None,
                service: chosen(form.get("plan_service")),
                warehouse: chosen(form.get("plan_warehouse")),
                branch: typed(form.get("plan_branch")),
                worker: typed(form.get("plan_worker")),
            };
            let planned = plans::choose(tx, &new)?;
            let text = carriers::CHOSEN.with(view.lang, &[&planned.done.len()]);
            Ok(back_with(form.get("back"), text, &planned.left_out))
        })
        .await
}

/// `POST /workbench/hold`
pub async fn hold(visitor: Visitor, form: Form) -> HttpResponse {
    visitor
        .change(Right::Audit, move |tx, view| {
            let orders = orders_of(tx, &form, view)?;
            let new =
                NewHold { reason: form.get("reason").to_owned(), until: view.read_local(form.get("until")) };
            orders::hold_all(tx, &orders, &new)?;
            Ok(then(form.get("back"), t::HELD_DONE.with(view.lang, &[&orders.len()])))
        })
        .await
}

/// `POST /workbench/remarks-read`
pub async fn mark_read(visitor: Visitor, form: Form) -> HttpResponse {
    visitor
        .change(Right::Audit, move |tx, view| {
            let orders = orders_of(tx, &form, view)?;
            let read = orders::mark_read(tx, &orders)?;
            Ok(then(form.get("back"), t::READ_DONE.with(view.lang, &[&read.done.len()])))
        })
        .await
}

/// The orders of the ticked shipments.
pub fn orders_of(tx: &mut Tx, form: &Form, view: &View) -> Result<Vec<OrderId>, Error> {
    let ids = ticked(tx, form, view)?;
    let mut orders: Vec<OrderId> =
        crate::db::shipments::members(tx, &ids)?.into_iter().map(|member| member.order_id).collect();
    orders.sort();
    orders.dedup();
    Ok(orders)
}
