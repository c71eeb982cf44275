//! Hand-overs: what waits for each driver, and the lists that were closed.

use actix_web::web::{Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use super::workbench::acts::back_with;
use super::workbench::chips::carrier_name;
use crate::domain::actor::Right;
use crate::domain::id::HandOverId;
use crate::operations::hand_overs::{self, HandOver, NewHandOver, WaitingParcels};
use crate::web::form::Form;
use crate::web::icons::icon;
use crate::web::inside;
use crate::web::parts::events::People;
use crate::web::parts::lists;
use crate::web::session::{Visitor, then};
use crate::web::shell::{Page, csrf};
use crate::web::texts::{batch, common, hand_overs as t};
use crate::web::view::View;

/// Rows of one page.
const ROWS: usize = 50;
const HOME: &str = "/hand-overs";

/// The addresses.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(inside("/hand-overs", [get().to(list), post().to(close)]))
        .service(inside("/hand-overs/{id}/print", [post().to(print)]))
        .service(inside("/hand-overs/{id}/undo", [post().to(undo)]));
}

/// `GET /hand-overs`
pub async fn list(visitor: Visitor, request: HttpRequest) -> HttpResponse {
    let before = lists::before(&request).map(HandOverId);
    visitor
        .page(Right::See, move |db, view| {
            let waits = hand_overs::waiting(db)?;
            let mut rows = hand_overs::list(db, before, ROWS + 1)?;
            let more = lists::cut(&mut rows, ROWS).map(|row| row.id.0);
            let people = People::load(db)?;
            let body = html! {
                div.page {
                    h1 { (view.t(t::TITLE)) }
                    h2 { (view.t(t::WAITING)) }
                    @if waits.is_empty() { p.hint { (view.t(t::NOTHING)) } } @else { (waiting(view, &waits)) }
                    h2 { (view.t(t::CLOSED_LISTS)) }
                    @if rows.is_empty() { (lists::empty(view, t::NONE_CLOSED)) } @else { (closed(view, &people, &rows)) }
                    (lists::more(view, HOME, more))
                }
            };
            Ok(Page::new(view.t(t::TITLE), "hand-overs", body))
        })
        .await
}

fn waiting(view: &View, rows: &[WaitingParcels]) -> Markup {
    html! {
        div.list { table {
            thead { tr {
                th scope="col" { (view.t(t::CARRIER)) } th.num scope="col" { (view.t(t::PARCELS)) }
                th scope="col" { (view.t(t::OLDEST)) } th scope="col" { (view.t(common::WHAT)) }
            } }
            tbody { @for row in rows {
                @let name = carrier_name(view, &row.carrier);
                tr {
                    td { (name) } td.num { (row.parcels) } td { (view.moment(row.oldest_at)) }
                    td { @if view.may(Right::Ship) {
                        form method="post" action=(HOME) {
                            (csrf(view))
                            input type="hidden" name="carrier" value=(row.carrier);
                            button.primary type="submit" data-ask=(t::CLOSE_ASK.with(view.lang, &[&row.parcels, &name])) { (icon("shipped")) (view.t(t::CLOSE)) }
                        }
                    } }
                }
            } }
        } }
    }
}

fn closed(view: &View, people: &People, rows: &[HandOver]) -> Markup {
    html! {
        div.list { table {
            thead { tr {
                th scope="col" { "#" } th scope="col" { (view.t(t::CARRIER)) } th.num scope="col" { (view.t(t::PARCELS)) }
                th.num scope="col" { (view.t(t::WEIGHED)) } th scope="col" { (view.t(common::WHEN)) } th scope="col" { (view.t(common::BY)) } th scope="col" { (view.t(common::WHAT)) }
            } }
            tbody { @for row in rows {
                tr.is-undone[row.undone_at.is_some()] {
                    td { "#" (row.id) } td { (carrier_name(view, &row.carrier)) } td.num { (row.parcels) } td.num { (row.weighed_g) }
                    td { (view.moment(row.created_at)) } td { (people.name(&row.created_by)) }
                    td { @if row.undone_at.is_some() { span.badge data-state="undone" { (icon("cancelled")) (view.t(t::UNDONE)) } }
                        @else { (acts(view, row)) } }
                }
            } }
        } }
    }
}

fn acts(view: &View, row: &HandOver) -> Markup {
    html! {
        div.buttons {
            @if view.may(Right::Ship) {
                form method="post" action={ (HOME) "/" (row.id) "/print" } { (csrf(view)) button type="submit" { (icon("printed")) (view.t(t::PRINT)) } }
            }
            @if view.may(Right::Manage) {
                form method="post" action={ (HOME) "/" (row.id) "/undo" } {
                    (csrf(view))
                    button.danger type="submit" data-ask=(view.t(t::UNDO_ASK)) { (view.t(t::UNDO)) }
                }
            }
        }
    }
}

/// `POST /hand-overs`
pub async fn close(visitor: Visitor, form: Form) -> HttpResponse {
    visitor
        .change(Right::Ship, move |tx, view| {
            let new = NewHandOver { carrier: form.get("carrier").to_owned(), until: None };
            let closed = hand_overs::close(tx, &new)?;
            Ok(then(HOME, t::CLOSED.with(view.lang, &[&closed.parcels])))
        })
        .await
}

/// `POST /hand-overs/{id}/print`
pub async fn print(visitor: Visitor, id: Path<HandOverId>) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Ship, move |tx, view| {
            let job = hand_overs::print(tx, id, "")?;
            let (to, text) = match job.id {
                Some(made) => {
                    (format!("/print-jobs/{made}"), batch::JOB_MADE.with(view.lang, &[&job.sheets.len()]))
                }
                None => (HOME.to_owned(), view.t(batch::NOTHING_PRINTED).to_owned()),
            };
            Ok(back_with(&to, text, &job.left_out))
        })
        .await
}

/// `POST /hand-overs/{id}/undo`
pub async fn undo(visitor: Visitor, id: Path<HandOverId>) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Manage, move |tx, view| {
            hand_overs::undo(tx, id)?;
            Ok(then(HOME, view.t(t::UNDONE_DONE)))
        })
        .await
}
