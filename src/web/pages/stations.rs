//! Print stations: who wants in, who prints, and the printers.

use actix_web::HttpResponse;
use actix_web::web::{Path, ServiceConfig, get, post};
use maud::{Markup, html};

use crate::domain::actor::Right;
use crate::domain::error::Error;
use crate::domain::id::{PrinterId, StationId};
use crate::domain::station::{Stacking, StationState};
use crate::operations::stations::{self, Printer, PrinterOffset, Station};
use crate::web::form::Form;
use crate::web::icons::icon;
use crate::web::inside;
use crate::web::lang::Text;
use crate::web::parts::lists;
use crate::web::session::{Visitor, then};
use crate::web::shell::{Page, csrf};
use crate::web::texts::{common, stations as t};
use crate::web::view::View;

const HOME: &str = "/stations";

/// The addresses.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(inside("/stations", [get().to(list)]))
        .service(inside("/stations/{id}/approve", [post().to(approve)]))
        .service(inside("/stations/{id}/refuse", [post().to(refuse)]))
        .service(inside("/printers/{id}/offset", [post().to(set_offset)]))
        .service(inside("/printers/{id}/pause", [post().to(pause)]))
        .service(inside("/printers/{id}/go-on", [post().to(go_on)]));
}

/// `GET /stations`
pub async fn list(visitor: Visitor) -> HttpResponse {
    visitor
        .page(Right::See, |db, view| {
            let all = stations::list(db, view.now)?;
            let (waiting, printing): (Vec<_>, Vec<_>) =
                all.into_iter().partition(|station| station.state == StationState::Waiting);
            let body = html! {
                div.page {
                    header.page-head { h1 { (view.t(t::TITLE)) } small { (view.t(t::LEAD)) } }
                    div #stations data-live {
                        @for station in &waiting { (knocking(view, station)) }
                        @if waiting.is_empty() && printing.is_empty() { (lists::empty(view, t::EMPTY)) }
                        @for station in &printing { (desk(view, station)) }
                    }
                    p.hint { (view.t(t::HOW)) " " code { "huidan work --station 'desk 1' --server https://… --printer 'zebra=raw://192.168.1.50:9100'" } }
                }
            };
            Ok(Page::new(view.t(t::TITLE), "stations", body))
        })
        .await
}

fn knocking(view: &View, station: &Station) -> Markup {
    html! {
        section.panel.stack aria-label=(station.name) {
            p { (icon("person")) " " b { (station.name) } " · " (view.t(t::WAITING)) " · " (view.moment(station.created_at))
                " · " (view.t(t::CODE)) " " code { (station.code) } }
            @if view.may(Right::Manage) {
                p.hint { (view.t(t::COMPARE)) }
                div.row-form {
                    (deed(view, &format!("{HOME}/{}/approve", station.id), t::LET_IN, None))
                    (deed(view, &format!("{HOME}/{}/refuse", station.id), t::REFUSE, None))
                }
            }
        }
    }
}

fn deed(view: &View, to: &str, text: crate::web::lang::Text, ask: Option<String>) -> Markup {
    html! { form method="post" action=(to) { (csrf(view)) button type="submit" data-ask=[ask] { (view.t(text)) } } }
}

fn desk(view: &View, station: &Station) -> Markup {
    let seen = station.seen_at.map(|at| view.moment(at));
    html! {
        section.panel.stack aria-label=(station.name) {
            p { b { (station.name) } " · "
                @if station.is_alive { span.badge data-state="ready" { (icon("tick")) (view.t(t::ALIVE)) } }
                @else if let Some(seen) = seen { span.badge data-state="unknown" { (icon("alarm")) (t::SILENT.with(view.lang, &[&seen])) } }
                @else { (view.t(t::NEVER_SEEN)) }
                @if let Some(pace) = station.per_minute { " · " (t::PER_MINUTE.with(view.lang, &[&pace])) }
                " · " small { (view.t(t::CODE)) " " code { (station.code) } " · " (station.version) }
            }
            @if !station.printers.is_empty() { (printers(view, &station.printers)) }
            @if view.may(Right::Manage) {
                (deed(view, &format!("{HOME}/{}/refuse", station.id), t::RETIRE, Some(t::RETIRE_ASK.with(view.lang, &[&station.name]))))
            }
        }
    }
}

/// Where a printer is, as its desk names it.
fn place(printer: &Printer) -> String {
    match printer.address.contains("://") {
        true => printer.address.clone(),
        false => format!("{}://{}", printer.kind, printer.address),
    }
}

fn printers(view: &View, printers: &[Printer]) -> Markup {
    html! {
        div.list { table {
            thead { tr {
                th scope="col" { (view.t(t::PRINTER)) } th scope="col" { (view.t(t::PLACE)) } th scope="col" { (view.t(t::SIZES)) }
                th scope="col" { (view.t(t::READS)) } th scope="col" { (view.t(t::STACK)) } th scope="col" { (view.t(common::STATE)) }
                th.num scope="col" { (view.t(t::SHEETS_WAITING)) }
                td {}
            } }
            tbody { @for printer in printers {
                tr.is-undone[printer.is_gone] {
                    td { (printer.name) }
                    td { code { (place(printer)) } }
                    td { (printer.sizes.join(", ")) }
                    td { (printer.language) " · " (printer.dpi) " dpi" }
                    td { (view.t(match printer.stacking { Stacking::FirstOnTop => t::ON_TOP, Stacking::FirstAtBottom => t::AT_BOTTOM })) }
                    td { (state(view, printer)) }
                    td.num { (printer.waiting) }
                    td { @if view.may(Right::Ship) && !printer.is_gone {
                        @let (way, text) = if printer.is_paused { ("go-on", t::GO_ON) } else { ("pause", t::PAUSE) };
                        (deed(view, &format!("/printers/{}/{way}", printer.id), text, None))
                        (offset(view, printer))
                    } }
                }
            } }
        } }
    }
}

/// How far its paper lies off, found with a template's test sheet.
fn offset(view: &View, printer: &Printer) -> Markup {
    let field = |text: Text, name: &str, tenths: i64| {
        let value = format!("{:.1}", tenths as f64 / 10.0);
        html! { label { span { (view.t(text)) } input type="number" name=(name) value=(value) step="0.1" min="-20" max="20" required; } }
    };
    html! {
        details.fold {
            summary { (view.t(t::OFFSET)) @if (printer.offset_x_tenths, printer.offset_y_tenths) != (0, 0) { " *" } }
            form.row-form method="post" action={ "/printers/" (printer.id) "/offset" } {
                (csrf(view))
                (field(t::OFFSET_X, "x_mm", printer.offset_x_tenths))
                (field(t::OFFSET_Y, "y_mm", printer.offset_y_tenths))
                button type="submit" { (view.t(t::OFFSET_SET)) }
            }
        }
    }
}

fn state(view: &View, printer: &Printer) -> Markup {
    html! {
        @if printer.is_gone { (view.t(t::GONE)) }
        @else if printer.is_paused { span.badge { (icon("clock")) (view.t(t::PAUSED)) } }
        @else if printer.problem.is_empty() { span.badge data-state="ready" { (icon("tick")) (view.t(t::FINE)) } }
        @else { span.badge data-state="unknown" { (icon("alarm")) (t::problem(view.lang, &printer.problem)) } }
    }
}

/// `POST /stations/{id}/approve`
pub async fn approve(visitor: Visitor, id: Path<StationId>) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Manage, move |tx, view| {
            let station = stations::approve(tx, id)?;
            Ok(then(HOME, t::LET_IN_DONE.with(view.lang, &[&station.name])))
        })
        .await
}

/// `POST /stations/{id}/refuse`
pub async fn refuse(visitor: Visitor, id: Path<StationId>) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Manage, move |tx, view| {
            let station = stations::refuse(tx, id)?;
            Ok(then(HOME, t::REFUSED_DONE.with(view.lang, &[&station.name])))
        })
        .await
}

/// `POST /printers/{id}/offset`
pub async fn set_offset(visitor: Visitor, id: Path<PrinterId>, form: Form) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Ship, move |tx, view| {
            let tenths = |name: &str| {
                let mm: Option<f64> = form.get(name).replace(',', ".").parse().ok();
                let mm = mm.filter(|mm| mm.abs() <= 1_000.0);
                let said = || format!("{:?} is no offset; write millimetres, -20 to 20", form.get(name));
                mm.map(|mm| (mm * 10.0).round() as i64).ok_or_else(|| Error::invalid(name, "range", said()))
            };
            let new = PrinterOffset { x_tenths: tenths("x_mm")?, y_tenths: tenths("y_mm")? };
            let printer = stations::set_offset(tx, id, &new)?;
            Ok(then(HOME, t::OFFSET_DONE.with(view.lang, &[&printer.name])))
        })
        .await
}

/// `POST /printers/{id}/pause`
pub async fn pause(visitor: Visitor, id: Path<PrinterId>) -> HttpResponse {
    set_paused(visitor, id.into_inner(), true).await
}

/// `POST /printers/{id}/go-on`
pub async fn go_on(visitor: Visitor, id: Path<PrinterId>) -> HttpResponse {
    set_paused(visitor, id.into_inner(), false).await
}

async fn set_paused(visitor: Visitor, id: PrinterId, is_paused: bool) -> HttpResponse {
    visitor
        .change(Right::Ship, move |tx, view| {
            let printer = stations::pause_printer(tx, id, is_paused)?;
            let text = if is_paused { t::PAUSED_DONE } else { t::GO_ON_DONE };
            Ok(then(HOME, text.with(view.lang, &[&printer.name])))
        })
        .await
}
