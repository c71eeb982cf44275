//! What can be done with one shipment. Each act leads back to its page.

use actix_web::HttpResponse;
use actix_web::web::Path;

use crate::domain::actor::Right;
use crate::domain::error::Error;
use crate::domain::id::{HoldId, LineId, OrderId, ShipmentId};
use crate::domain::print::Paper;
use crate::http::blocking::blocking;
use crate::operations::merging::{self, SplitLine};
use crate::operations::orders::{self, NewHold};
use crate::operations::plans::{self, NewPlan};
use crate::operations::print_jobs::{self, NewPrintJob};
use crate::operations::ship::{self, NewShipping};
use crate::operations::shipments::{list, reveal as revealing};
use crate::operations::waybills::{self, Correction};
use crate::web::form::Form;
use crate::web::pages::workbench::acts::back_with;
use crate::web::parts::plans::{chosen, typed};
use crate::web::reply;
use crate::web::session::{Visitor, then};
use crate::web::texts::{batch, carriers, shipment as t};

fn home(id: ShipmentId) -> String {
    format!("/shipments/{id}")
}

/// Where the form stood, or the shipment's page.
fn back(form: &Form, id: ShipmentId) -> String {
    match form.get("back") {
        "" => home(id),
        back => back.to_owned(),
    }
}

/// `POST /shipments/{id}/reveal`: shows the page with the recipient in full, once; a reload masks it again.
pub async fn reveal(visitor: Visitor, id: Path<ShipmentId>, form: Form) -> HttpResponse {
    let id = id.into_inner();
    let view = visitor.view.clone();
    let why = form.get("why").to_owned();
    let made = blocking(move || {
        visitor.needs(Right::Reveal)?;
        let full = visitor.app.write(&visitor.actor, |tx| revealing::reveal(tx, id, &why))?;
        let page =
            visitor.app.read(visitor.actor.seller, |db| super::page(db, &visitor.view, id, Some(full)))?;
        Ok(page.render(&visitor.view, None))
    });
    reply::page(&view, made.await)
}

/// `POST /shipments/{id}/unmerge`
pub async fn unmerge(visitor: Visitor, id: Path<ShipmentId>) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Audit, move |tx, view| {
            let now = merging::unmerge(tx, id)?;
            Ok(then(home(id), t::UNMERGED.with(view.lang, &[&now.len()])))
        })
        .await
}

/// `POST /shipments/{id}/split`
pub async fn split(visitor: Visitor, id: Path<ShipmentId>, form: Form) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Audit, move |tx, view| {
            let mut lines = Vec::new();
            for (name, value) in form.pairs() {
                let Some(line) = name.strip_prefix("line-").and_then(|line| line.parse().ok()) else {
                    continue;
                };
                let quantity: i64 = value
                    .parse()
                    .map_err(|_| Error::invalid(name, "word", format!("{value:?} is no whole number")))?;
                if quantity > 0 {
                    lines.push(SplitLine { line: LineId(line), quantity });
                }
            }
            let new = merging::split(tx, id, &lines)?;
            Ok(then(home(id), t::SPLIT_DONE.with(view.lang, &[&new])))
        })
        .await
}

/// `POST /shipments/{id}/waybill`
pub async fn correct(visitor: Visitor, id: Path<ShipmentId>, form: Form) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Ship, move |tx, view| {
            let wish = Correction {
                carrier: form.get("carrier").to_owned(),
                number: form.get("number").to_owned(),
                force_check_digit: form.has("force"),
            };
            let now = waybills::correct(tx, id, &wish)?;
            Ok(then(home(id), t::CORRECTED.with(view.lang, &[&now.number.unwrap_or_default()])))
        })
        .await
}

/// `POST /shipments/{id}/waybill/void`
pub async fn void(visitor: Visitor, id: Path<ShipmentId>) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Ship, move |tx, view| {
            waybills::void(tx, id, "")?;
            Ok(then(home(id), view.t(t::VOIDED)))
        })
        .await
}

/// `POST /shipments/{id}/print`
pub async fn print(visitor: Visitor, id: Path<ShipmentId>, form: Form) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Ship, move |tx, view| {
            let job = print_jobs::create(
                tx,
                &NewPrintJob {
                    paper: Paper::Waybill,
                    template: String::new(),
                    size: None,
                    number_run: None,
                    shipments: vec![id],
                    station: String::new(),
                    reprint: form.has("reprint"),
                },
            )?;
            let to = job.id.map_or_else(|| home(id), |job| format!("/print-jobs/{job}"));
            let text = batch::JOB_MADE.with(view.lang, &[&job.sheets.len()]);
            Ok(back_with(&to, text, &job.left_out))
        })
        .await
}

/// `POST /shipments/{id}/plan`
pub async fn plan(visitor: Visitor, id: Path<ShipmentId>, form: Form) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Audit, move |tx, view| {
            let new = NewPlan {
                shipments: vec![id],
                carrier: None,
                service: chosen(form.get("plan_service")),
                warehouse: chosen(form.get("plan_warehouse")),
                branch: typed(form.get("plan_branch")),
                worker: typed(form.get("plan_worker")),
            };
            let planned = plans::choose(tx, &new)?;
            let text = carriers::CHOSEN.with(view.lang, &[&planned.done.len()]);
            Ok(back_with(&home(id), text, &planned.left_out))
        })
        .await
}

/// `POST /shipments/{id}/ship`
pub async fn ship(visitor: Visitor, id: Path<ShipmentId>) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Ship, move |tx, view| {
            let shipped = ship::ship(tx, &NewShipping { shipments: vec![id], ..NewShipping::default() })?;
            let told: i64 = shipped.done.iter().map(|one| one.write_backs).sum();
            let text = batch::SHIPPED_DONE.with(view.lang, &[&shipped.done.len(), &told]);
            Ok(back_with(&home(id), text, &shipped.left_out))
        })
        .await
}

/// `POST /shipments/{id}/remarks-read`
pub async fn mark_read(visitor: Visitor, id: Path<ShipmentId>) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Audit, move |tx, view| {
            let orders: Vec<OrderId> = list::one(tx, id)?.orders.iter().map(|order| order.id).collect();
            orders::mark_read(tx, &orders)?;
            Ok(then(home(id), view.t(t::READ)))
        })
        .await
}

/// `POST /shipments/{id}/orders/{order}/hold`
pub async fn hold(visitor: Visitor, path: Path<(ShipmentId, OrderId)>, form: Form) -> HttpResponse {
    let (id, order) = path.into_inner();
    visitor
        .change(Right::Audit, move |tx, view| {
            let new =
                NewHold { reason: form.get("reason").to_owned(), until: view.read_local(form.get("until")) };
            orders::hold(tx, order, &new)?;
            Ok(then(back(&form, id), view.t(t::HELD)))
        })
        .await
}

/// `POST /shipments/{id}/orders/{order}/holds/{hold}/release`
pub async fn release(
    visitor: Visitor,
    path: Path<(ShipmentId, OrderId, HoldId)>,
    form: Form,
) -> HttpResponse {
    let (id, order, hold) = path.into_inner();
    visitor
        .change(Right::Audit, move |tx, view| {
            orders::release(tx, order, hold)?;
            Ok(then(back(&form, id), view.t(t::RELEASED)))
        })
        .await
}
