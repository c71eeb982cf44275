//! Where a print job is printed, and how far it is.

use maud::{Markup, html};

use crate::domain::actor::Right;
use crate::domain::id::PrintJobId;
use crate::domain::station::StationState;
use crate::operations::print_jobs::PrintJob;
use crate::operations::stations::{Printer, Station};
use crate::web::icons::icon;
use crate::web::shell::csrf;
use crate::web::texts::stations as t;
use crate::web::view::View;

/// The bar, the pace, and why it stands still if it does.
pub fn progress(view: &View, job: &PrintJob, stations: &[Station]) -> Markup {
    let Some(progress) = &job.progress else { return html! {} };
    let (good, left) = (progress.acknowledged, progress.remaining());
    let minutes =
        progress.per_minute.filter(|pace| *pace > 0 && left > 0).map(|pace| (left + pace - 1) / pace);
    html! {
        @if job.printer.is_some() || job.paused {
            p.hint {
                progress max=(good + left + progress.unknown) value=(good) aria-label=(t::PROGRESS.with(view.lang, &[&good, &left])) {}
                " " (t::PROGRESS.with(view.lang, &[&good, &left]))
                @if let Some(pace) = progress.per_minute { " · " (t::PACE.with(view.lang, &[&pace])) }
                @if let Some(minutes) = minutes { " · " (t::MINUTES_LEFT.with(view.lang, &[&minutes])) }
            }
            @if let Some(why) = standstill(view, job, stations).filter(|_| left + progress.unknown > 0) {
                p.hint { (icon("alarm")) " " (why) }
            }
        }
    }
}

/// The first thing in the way, in words.
fn standstill(view: &View, job: &PrintJob, stations: &[Station]) -> Option<String> {
    if job.paused {
        return Some(view.t(t::JOB_PAUSED).to_owned());
    }
    let wanted = job.printer?;
    let found = stations.iter().find_map(|station| {
        let printer = station.printers.iter().find(|printer| printer.id == wanted)?;
        Some((station, printer))
    });
    if job.progress.as_ref().is_some_and(|progress| progress.unknown > 0) {
        return Some(view.t(t::JOB_DOUBT).to_owned());
    }
    match found {
        Some((_, printer)) if printer.is_gone => Some(view.t(t::GONE).to_owned()),
        Some((_, printer)) if printer.is_paused => Some(format!("{}: {}", printer.name, view.t(t::PAUSED))),
        Some((_, printer)) if !printer.problem.is_empty() => {
            Some(format!("{}: {}", printer.name, t::problem(view.lang, &printer.problem)))
        }
        Some((station, _)) if station.is_alive => None,
        _ => Some(view.t(t::STATION_SILENT).to_owned()),
    }
}

/// Another printer, or a pause, for whoever ships.
pub fn forms(view: &View, id: PrintJobId, job: &PrintJob, stations: &[Station]) -> Markup {
    let fits = |printer: &&Printer| !printer.is_gone && printer.sizes.contains(&job.size);
    let printers: Vec<(&Station, &Printer)> = stations
        .iter()
        .flat_map(|station| station.printers.iter().filter(fits).map(move |printer| (station, printer)))
        .collect();
    let waits = job.progress.as_ref().is_some_and(|progress| progress.queued > 0);
    html! {
        @if view.may(Right::Ship) && waits && (!printers.is_empty() || job.printer.is_some()) {
            div.panel.stack {
                form.row-form method="post" action={ "/print-jobs/" (id) "/printer" } {
                    (csrf(view))
                    label { span { (view.t(t::PRINT_AT)) }
                        select name="printer" {
                            option value="" selected[job.printer.is_none()] { (view.t(t::BROWSER)) }
                            @for (station, printer) in &printers {
                                option value=(printer.id) selected[job.printer == Some(printer.id)] { (station.name) " · " (printer.name) }
                            }
                        } }
                    button type="submit" { (icon("printed")) (view.t(t::SEND_THERE)) }
                }
                @if job.printer.is_some() {
                    form method="post" action={ "/print-jobs/" (id) (if job.paused { "/go-on" } else { "/pause" }) } {
                        (csrf(view)) button type="submit" { (view.t(if job.paused { t::GO_ON } else { t::PAUSE })) }
                    }
                }
            }
        }
    }
}

/// A field to choose a desk in; nothing where there is none.
pub fn station_field(view: &View, stations: &[Station]) -> Markup {
    let ready = |station: &&Station| station.state == StationState::Approved && !station.printers.is_empty();
    let ready: Vec<&Station> = stations.iter().filter(ready).collect();
    html! {
        @if !ready.is_empty() {
            label { span { (view.t(t::PRINT_AT)) }
                select name="station" {
                    option value="" { (view.t(t::BROWSER)) }
                    @for station in ready { option value=(station.name) { (station.name) } }
                } }
        }
    }
}
