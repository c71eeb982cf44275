//! The evening check: what was numbered or printed and has not left, each one click from its mend.

use actix_web::web::{ServiceConfig, get};
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use super::workbench::chips::carrier_name;
use crate::db::evening::Filter;
use crate::domain::actor::Right;
use crate::operations::evening::{self, NotSent, NotSentGroup, PullOut};
use crate::web::form::Form;
use crate::web::icons::icon;
use crate::web::inside;
use crate::web::lang::Text;
use crate::web::parts::{badges, lists};
use crate::web::reply::escape;
use crate::web::session::Visitor;
use crate::web::shell::{Page, csrf};
use crate::web::texts::{batch, common, evening as t, words};
use crate::web::view::View;

/// Rows of one page.
const ROWS: usize = 50;

/// The addresses.
pub fn routes(config: &mut ServiceConfig) {
    config.service(inside("/evening", [get().to(show)]));
}

/// `GET /evening`
pub async fn show(visitor: Visitor, request: HttpRequest) -> HttpResponse {
    let form = Form::parse(request.query_string());
    visitor
        .page(Right::See, move |db, view| {
            let before = view.read_local(form.get("before")).unwrap_or(view.now);
            let typed = view.write_local(before);
            let filter = Filter {
                before,
                carrier: Some(form.get("carrier").to_owned()).filter(|carrier| !carrier.is_empty()),
                number_run: form.get("run").parse().ok(),
            };
            let summary = evening::summary(db, before, view.now)?;
            let mut rows = evening::not_sent(db, &filter, form.get("after").parse().ok(), ROWS + 1)?;
            let next = lists::cut(&mut rows, ROWS).map(|row| row.row);
            let way = |carrier: &str, run: &str| format!("/evening?before={typed}&carrier={}&run={}", escape(carrier), escape(run));
            let here = way(form.get("carrier"), form.get("run"));
            let body = html! {
                div.page {
                    header.page-head { h1 { (view.t(t::TITLE)) } small { (view.t(t::HINT)) } }
                    form.row-form.panel method="get" action="/evening" {
                        label { span { (view.t(t::BEFORE)) } input type="datetime-local" name="before" value=(typed) required; }
                        button type="submit" { (icon("search")) (view.t(t::SHOW)) }
                    }
                    @if !summary.pull_out.is_empty() { (pull_out(view, &summary.pull_out)) }
                    @if summary.groups.is_empty() { (lists::empty(view, t::NONE)) } @else {
                        (groups(view, &summary.groups, way))
                        @if filter.carrier.is_some() || filter.number_run.is_some() { p { a href=(way("", "")) { (view.t(t::ALL)) } } }
                        (parcels(view, &rows))
                    }
                    @if let Some(next) = next { nav.pager { a.button rel="next" href={ (here) "&after=" (next) } { (view.t(common::MORE)) (icon("right")) } } }
                }
            };
            Ok(Page::new(view.t(t::TITLE), "evening", body))
        })
        .await
}

fn groups(view: &View, groups: &[NotSentGroup], way: impl Fn(&str, &str) -> String) -> Markup {
    html! {
        div.list { table {
            thead { tr {
                th scope="col" { (view.t(t::CARRIER)) } th scope="col" { (view.t(t::RUN)) }
                th.num scope="col" { (view.t(t::PARCELS)) } th.num scope="col" { (view.t(t::PRINTED)) } th scope="col" { (view.t(t::OLDEST)) }
            } }
            tbody { @for group in groups {
                @let run = group.number_run.map(|run| run.to_string()).unwrap_or_default();
                tr {
                    td { a href=(way(&group.carrier, &run)) { (carrier_name(view, &group.carrier)) } }
                    td { @if run.is_empty() { (view.t(t::BY_HAND)) } @else { a href={ "/number-runs/" (run) } { "#" (run) } } }
                    td.num { (group.parcels) } td.num { (group.printed) } td { (view.moment(group.oldest_at)) }
                }
            } }
        } }
    }
}

fn parcels(view: &View, rows: &[NotSent]) -> Markup {
    html! {
        div.list { table {
            thead { tr {
                th scope="col" { (view.t(batch::SHIPMENT)) } th scope="col" { (view.t(batch::NUMBER)) } th scope="col" { (view.t(common::STATE)) }
                th scope="col" { (view.t(batch::PRINT)) } th scope="col" { (view.t(t::NUMBERED)) } th scope="col" { (view.t(common::WHAT)) }
            } }
            tbody { @for row in rows {
                tr {
                    td { a href={ "/shipments/" (row.shipment) } { "#" (row.shipment) } }
                    td { (carrier_name(view, &row.carrier)) " " code { (row.number) } }
                    td { (badges::state(view, row.state)) }
                    td { (badges::print(view, row.print)) (view.t(words::print(row.print))) }
                    td { (view.moment(row.numbered_at)) }
                    td { @if view.may(Right::Ship) { (acts(view, row)) } }
                }
            } }
        } }
    }
}

fn acts(view: &View, row: &NotSent) -> Markup {
    html! {
        div.buttons {
            form method="post" action="/scan" {
                (csrf(view))
                input type="hidden" name="code" value=(row.number);
                button type="submit" { (view.t(t::SCAN)) }
            }
            form method="post" action={ "/shipments/" (row.shipment) "/waybill/void" } {
                (csrf(view))
                button.danger type="submit" data-ask=(view.t(t::VOID_ASK)) { (view.t(t::VOID)) }
            }
        }
    }
}

fn word(why: &str) -> Text {
    match why {
        "cancelled" => t::CANCELLED,
        "shipped_elsewhere" => t::ELSEWHERE,
        _ => t::TWICE,
    }
}

fn pull_out(view: &View, labels: &[PullOut]) -> Markup {
    html! {
        section.panel aria-labelledby="pull-out" {
            h2 #pull-out { (icon("alarm")) (view.t(t::PULL_OUT)) }
            p.hint { (view.t(t::PULL_OUT_HINT)) }
            ul { @for label in labels {
                li data-why=(label.why) {
                    a href={ "/shipments/" (label.shipment) } { "#" (label.shipment) } " "
                    (carrier_name(view, &label.carrier)) " " code { (label.number) } " · " (view.t(word(&label.why)))
                    @if let Some(other) = label.other { " " a href={ "/shipments/" (other) } { "#" (other) } }
                    " · " (view.moment(label.since))
                }
            } }
        }
    }
}
