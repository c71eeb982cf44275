//! Number runs: what each batch got, its way to print and ship, and the torn sheet.

use std::collections::{HashMap, HashSet};

use actix_web::web::{Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use super::answers::on_its_way;
use super::templates::template_field;
use super::workbench::acts::back_with;
use super::workbench::chips::carrier_name;
use crate::db::{Db, number_runs as runs, shipments as record};
use crate::domain::actor::Right;
use crate::domain::error::Error;
use crate::domain::id::{NumberRunId, ShipmentId};
use crate::domain::number_run::Then;
use crate::domain::print::Paper;
use crate::domain::shipment::{PrintState, ShipmentState};
use crate::operations::answers::{self, ACT_AT_ONCE_MAX};
use crate::operations::number_runs::{self, Carried, RunDetail, Spoil};
use crate::operations::print_jobs::{self, NewPrintJob};
use crate::operations::ship::{self, NewShipping};
use crate::operations::shipments::item::{ShipmentItem, items};
use crate::operations::stations::{Station, list as stations_list};
use crate::operations::templates::{self, TemplateView};
use crate::papers::values::PaperSize;
use crate::web::form::Form;
use crate::web::icons::icon;
use crate::web::inside;
use crate::web::parts::lists::{self, Window};
use crate::web::parts::{badges, placing, stations};
use crate::web::session::{Visitor, then};
use crate::web::shell::{Page, csrf, mark};
use crate::web::texts::{batch as t, common, words};
use crate::web::view::View;

/// Runs of one page.
const ROWS: usize = 50;

/// The addresses.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(inside("/number-runs", [get().to(list)]))
        .service(inside("/number-runs/{id}", [get().to(show)]))
        .service(inside("/number-runs/{id}/print", [post().to(print)]))
        .service(inside("/number-runs/{id}/ship", [post().to(ship)]))
        .service(inside("/number-runs/{id}/spoil", [post().to(spoil)]))
        .service(inside("/number-runs/{id}/undo", [post().to(undo)]));
}

fn home(id: NumberRunId) -> String {
    format!("/number-runs/{id}")
}

/// `GET /number-runs`
pub async fn list(visitor: Visitor, request: HttpRequest) -> HttpResponse {
    let before = lists::before(&request);
    visitor
        .page(Right::See, move |db, view| {
            let mut runs = number_runs::list(db, before.map(NumberRunId), ROWS + 1)?;
            let more = lists::cut(&mut runs, ROWS).map(|run| run.id.0);
            let body = html! {
                div.page {
                    h1 { (view.t(common::NUMBER_RUNS)) }
                    @if runs.is_empty() { (lists::empty(view, t::RUNS_EMPTY)) } @else {
                        div.list { table {
                            thead { tr {
                                th scope="col" { "#" } th scope="col" { (view.t(super::super::texts::shipment::CARRIER)) }
                                th scope="col" { (view.t(t::FIRST)) } th scope="col" { (view.t(t::STEP_NUMBER)) " →" }
                                th scope="col" { (view.t(common::WHEN)) } th scope="col" { (view.t(common::STATE)) }
                            } }
                            tbody { @for run in &runs {
                                tr.is-undone[run.undone_at.is_some()] {
                                    td { a href=(home(run.id)) { "#" (run.id) } }
                                    td { (carrier_name(view, &run.carrier)) }
                                    td { code { (run.first_number) } } td { code { (run.last_number) } }
                                    td { (view.moment(run.created_at)) }
                                    td { @if run.undone_at.is_some() { span.badge data-state="undone" { (icon("cancelled")) (view.t(t::UNDONE)) } } }
                                }
                            } }
                        } }
                    }
                    (lists::more(view, "/number-runs", more))
                }
            };
            Ok(Page::new(view.t(common::NUMBER_RUNS), "runs", body))
        })
        .await
}

/// `GET /number-runs/{id}`
pub async fn show(visitor: Visitor, id: Path<NumberRunId>, request: HttpRequest) -> HttpResponse {
    let id = id.into_inner();
    let window = Window::of(&request);
    visitor
        .page(Right::See, move |db, view| {
            let run = number_runs::show(db, id)?;
            let body = body(db, view, &run, window(run.assigned.len()))?;
            Ok(Page::new(t::RUN.with(view.lang, &[&id]), "runs", body))
        })
        .await
}

fn body(db: &mut Db, view: &View, detail: &RunDetail, window: Window) -> Result<Markup, Error> {
    let ids: Vec<ShipmentId> = detail.assigned.iter().map(|carried| carried.shipment).collect();
    let rows = record::find(db, &ids)?;
    let shipped = rows.iter().filter(|row| row.state == ShipmentState::Shipped).count();
    let printed = rows.iter().filter(|row| row.print == PrintState::Printed).count();
    let shown: HashSet<ShipmentId> =
        window.rows(&detail.assigned).iter().map(|carried| carried.shipment).collect();
    let rows = rows.into_iter().filter(|row| shown.contains(&row.id)).collect();
    let known: HashMap<ShipmentId, ShipmentItem> =
        items(db, rows)?.into_iter().map(|item| (item.id, item)).collect();
    let desks = stations_list(db, view.now)?;
    let papers = templates::list(db)?;
    let total = detail.assigned.len();
    let run = &detail.run;
    let is_live = run.undone_at.is_none() && total > 0;
    let present = match (shipped == total, printed == total) {
        (true, _) => 3,
        (false, true) => 2,
        (false, false) => 1,
    };
    Ok(html! {
        div.page {
            section #step data-step="run" data-run=(run.id) data-trouble-here aria-labelledby="step-title" {
                header.page-head {
                    h1 #step-title { a href=(home(run.id)) { (t::RUN.with(view.lang, &[&run.id])) } }
                    @if run.undone_at.is_some() { span.badge data-state="undone" { (icon("cancelled")) (view.t(t::UNDONE)) } }
                }
                (stations::steps(view, present))
                p { (carrier_name(view, &run.carrier)) " · " code { (t::RUN_SPAN.with(view.lang, &[&run.first_number, &run.last_number])) }
                    " · " (common::PIECES.with(view.lang, &[&total])) @if run.step < 0 { " · " (view.t(t::BACKWARDS)) } }
                @if is_live && shipped == total { p.all-done { (icon("tick")) (view.t(t::ALL_SHIPPED)) } }
                @if is_live && shipped < total && view.may(Right::Ship) {
                    (print_form(view, run.id, printed > 0, &desks, &papers))
                    (ship_form(view, run.id, total - shipped, total - printed.max(shipped)))
                }
                (sheets(view, window.rows(&detail.assigned), &known))
                (window.ways(view, &home(run.id)))
                @if is_live && view.may(Right::Ship) {
                    (jam_form(view, run.id))
                    @if printed == 0 && shipped == 0 {
                        form method="post" action={ (home(run.id)) "/undo" } {
                            (csrf(view))
                            button.danger type="submit" data-ask=(t::UNDO_ASK.with(view.lang, &[&total])) { (view.t(t::UNDO)) }
                        }
                    }
                }
            }
        }
    })
}

/// Papers with their words.
pub const PAPERS: &[(Paper, super::super::lang::Text)] = &[
    (Paper::Waybill, t::WAYBILL),
    (Paper::DeliveryNote, t::DELIVERY_NOTE),
    (Paper::PickList, t::PICK_LIST),
    (Paper::HandOverList, t::HAND_OVER_LIST),
    (Paper::PackingList, t::PACKING_LIST),
    (Paper::ReturnLabel, t::RETURN_LABEL),
];

fn print_form(
    view: &View,
    run: NumberRunId,
    was_printed: bool,
    desks: &[Station],
    papers: &[TemplateView],
) -> Markup {
    html! {
        form.row-form.panel method="post" action={ (home(run)) "/print" } {
            (csrf(view)) (mark())
            label { span { (view.t(t::PAPER)) }
                select name="paper" { @for (paper, text) in PAPERS { option value=(paper) { (view.t(*text)) } } } }
            label { span { (view.t(t::SIZE)) }
                select name="size" {
                    option value="" { (view.t(t::USUAL_SIZE)) }
                    @for size in PaperSize::ALL { option value=(size) { (size) } }
                } }
            (template_field(view, papers))
            (placing::station_field(view, desks))
            button.primary[!was_printed] type="submit" data-step-on { (icon("printed")) (view.t(t::PRINT)) }
            @if was_printed { label.tick { input type="checkbox" name="reprint" value="1"; span { (view.t(t::REPRINT)) } } }
        }
    }
}

fn ship_form(view: &View, run: NumberRunId, left: usize, unprinted: usize) -> Markup {
    html! {
        form.row-form.panel method="post" action={ (home(run)) "/ship" } {
            (csrf(view)) (mark())
            button.primary[unprinted == 0] type="submit" data-step-on data-ask=(t::SHIP_ASK.with(view.lang, &[&left])) {
                (icon("shipped")) (t::SHIP_N.with(view.lang, &[&left]))
            }
            label.tick { input type="checkbox" name="stale_labels" value="1"; span { (view.t(t::STALE)) } }
            @if unprinted > 0 { p.hint { (t::NOT_PRINTED_YET.with(view.lang, &[&unprinted])) } }
        }
    }
}

fn sheets(view: &View, assigned: &[Carried], known: &HashMap<ShipmentId, ShipmentItem>) -> Markup {
    html! {
        div.list { table {
            thead { tr {
                th.num scope="col" { (view.t(t::POSITION)) } th scope="col" { (view.t(t::SHIPMENT)) }
                th scope="col" { (view.t(super::super::texts::shipment::RECIPIENT)) }
                th scope="col" { (view.t(t::NUMBER)) } th scope="col" { (view.t(common::STATE)) } th scope="col" { (view.t(t::PRINT)) }
            } }
            tbody { @for carried in assigned {
                @let item = known.get(&carried.shipment);
                tr {
                    td.num { (carried.position) }
                    td { a href={ "/shipments/" (carried.shipment) } { "#" (carried.shipment) } }
                    td { @if let Some(to) = item.and_then(|item| item.recipient.as_ref()) { (to.name) " " small { (to.region) } } }
                    td { code { (carried.number) } }
                    td { @if let Some(item) = item { (badges::state(view, item.state)) } }
                    td { @if let Some(item) = item { (badges::print(view, item.print)) (view.t(words::print(item.print))) } }
                }
            } }
        } }
    }
}

fn jam_form(view: &View, run: NumberRunId) -> Markup {
    html! {
        details.fold.panel {
            summary { (icon("alarm")) (view.t(t::JAM)) }
            form.stack method="post" action={ (home(run)) "/spoil" } {
                (csrf(view))
                p.hint { (view.t(t::JAM_HINT)) }
                label { span { (view.t(t::JAM_POSITION)) } input type="number" name="position" min="1" required; }
                label.tick { input type="radio" name="then" value="shift" checked; span { (view.t(t::SHIFT)) } }
                label.tick { input type="radio" name="then" value="keep"; span { (view.t(t::KEEP)) } }
                label.tick { input type="checkbox" name="printed" value="1"; span { (view.t(t::JAM_PRINTED)) } }
                label { span { (view.t(t::JAM_REASON)) } input name="reason" maxlength="200" value=(view.t(t::JAM)); }
                button.danger type="submit" { (view.t(t::JAM_DO)) }
            }
        }
    }
}

/// Whether what is done with a run is done by a job.
fn is_long(db: &mut Db, id: NumberRunId) -> Result<bool, Error> {
    Ok(runs::assigned(db, id)?.len() > ACT_AT_ONCE_MAX)
}

/// `POST /number-runs/{id}/print`
pub async fn print(visitor: Visitor, id: Path<NumberRunId>, form: Form) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Ship, move |tx, view| {
            let size = match form.get("size") {
                "" => None,
                size => Some(PaperSize::parse(size).map_err(|said| Error::invalid("size", "word", said))?),
            };
            let paper =
                Paper::parse(form.get("paper")).map_err(|said| Error::invalid("paper", "word", said))?;
            let new = NewPrintJob {
                paper,
                template: form.get("template").to_owned(),
                size,
                number_run: Some(id),
                shipments: Vec::new(),
                station: form.get("station").to_owned(),
                reprint: form.has("reprint"),
            };
            if is_long(tx, id)? {
                return Ok(on_its_way(&answers::print(tx, new, form.mark())?));
            }
            let job = print_jobs::create(tx, &new)?;
            let (to, text) = match job.id {
                Some(job_id) => {
                    (format!("/print-jobs/{job_id}"), t::JOB_MADE.with(view.lang, &[&job.sheets.len()]))
                }
                None => (home(id), view.t(t::NOTHING_PRINTED).to_owned()),
            };
            Ok(back_with(&to, text, &job.left_out))
        })
        .await
}

/// `POST /number-runs/{id}/ship`
pub async fn ship(visitor: Visitor, id: Path<NumberRunId>, form: Form) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Ship, move |tx, view| {
            let wish = NewShipping {
                number_run: Some(id),
                stale_labels: form.has("stale_labels"),
                ..NewShipping::default()
            };
            if is_long(tx, id)? {
                return Ok(on_its_way(&answers::ship(tx, wish, form.mark())?));
            }
            let shipped = ship::ship(tx, &wish)?;
            let left: Vec<_> = shipped.done.iter().filter(|one| !one.already).collect();
            let told: i64 = left.iter().map(|one| one.write_backs).sum();
            let text = t::SHIPPED_DONE.with(view.lang, &[&left.len(), &told]);
            Ok(back_with(&home(id), text, &shipped.left_out))
        })
        .await
}

/// `POST /number-runs/{id}/spoil`
pub async fn spoil(visitor: Visitor, id: Path<NumberRunId>, form: Form) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Ship, move |tx, view| {
            let wish = Spoil {
                position: form.number("position")?,
                then: Then::parse(form.get("then")).map_err(|said| Error::invalid("then", "word", said))?,
                reason: form.get("reason").to_owned(),
                printed: form.has("printed"),
            };
            let spoiled = number_runs::spoil(tx, id, &wish)?;
            let text = t::JAM_DONE.with(view.lang, &[&spoiled.number, &spoiled.moved.len()]);
            Ok(back_with(&home(id), text, &spoiled.left_out))
        })
        .await
}

/// `POST /number-runs/{id}/undo`
pub async fn undo(visitor: Visitor, id: Path<NumberRunId>) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Ship, move |tx, view| {
            let undone = number_runs::undo(tx, id)?;
            Ok(then(home(id), t::UNDO_DONE.with(view.lang, &[&undone.returned.len()])))
        })
        .await
}
