//! The audit log: everything anybody did.

use actix_web::web::{ServiceConfig, get};
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use crate::db::events;
use crate::domain::actor::Right;
use crate::web::form::Form;
use crate::web::inside;
use crate::web::parts::events::{People, kind, values};
use crate::web::parts::lists;
use crate::web::session::Visitor;
use crate::web::shell::Page;
use crate::web::texts::{common, house as t};

/// Events of one page.
const ROWS: usize = 100;

/// The addresses.
pub fn routes(config: &mut ServiceConfig) {
    config.service(inside("/audit", [get().to(list)]));
}

/// `GET /audit`
pub async fn list(visitor: Visitor, request: HttpRequest) -> HttpResponse {
    let form = Form::parse(request.query_string());
    let before = lists::before(&request);
    visitor
        .page(Right::See, move |db, view| {
            let subject = form.get("subject").parse().ok();
            let mut rows = events::list(db, subject, before, ROWS + 1)?;
            let more = lists::cut(&mut rows, ROWS).map(|row| row.id.0);
            let people = People::load(db)?;
            let path = subject.map_or("/audit".to_owned(), |subject: i64| format!("/audit?subject={subject}"));
            let body = html! {
                div.page {
                    header.page-head { h1 { (view.t(common::AUDIT)) } small { (view.t(t::AUDIT_LEAD)) } }
                    div.list { table {
                        thead { tr {
                            th scope="col" { (view.t(common::WHEN)) } th scope="col" { (view.t(common::BY)) }
                            th scope="col" { (view.t(common::WHAT)) } th scope="col" { (view.t(t::SUBJECT)) } th { }
                        } }
                        tbody { @for row in &rows {
                            tr {
                                td { time datetime=(row.at) { (view.moment(row.at)) } } td { (people.name(&row.actor)) }
                                td { (kind(view, &row.kind)) } td { (subject_link(&row.subject_kind, row.subject_id)) }
                                td { small { (values(&row.data)) } }
                            }
                        } }
                    } }
                    (lists::more(view, &path, more))
                }
            };
            Ok(Page::new(view.t(common::AUDIT), "audit", body))
        })
        .await
}

/// A way to what an event is about, where it has a page.
fn subject_link(kind: &str, id: i64) -> Markup {
    let path = match kind {
        "shipment" => format!("/shipments/{id}"),
        "number_run" => format!("/number-runs/{id}"),
        "print_job" => format!("/print-jobs/{id}"),
        _ => format!("/audit?subject={id}"),
    };
    html! { a href=(path) { (kind.replace('_', " ")) " #" (id) } }
}
