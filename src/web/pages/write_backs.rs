//! Write-backs: what each shop was told, and what waits for a person.

use actix_web::web::{Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use super::answers::on_its_way;
use super::workbench::chips::carrier_name;
use crate::connectors::refusal::RefusalKind;
use crate::db::shops;
use crate::domain::actor::Right;
use crate::domain::error::Error;
use crate::domain::id::{ShopId, WriteBackId};
use crate::domain::write_back::{Outcome, UploadForm, WriteBackState};
use crate::operations::answers;
use crate::operations::write_backs::{self, ByFile, Filter, Settlement, WriteBack};
use crate::web::form::Form;
use crate::web::icons::icon;
use crate::web::inside;
use crate::web::lang::Text;
use crate::web::parts::lists;
use crate::web::session::{Visitor, then};
use crate::web::shell::{Page, csrf, mark};
use crate::web::texts::{batch, common, shipment as t, workbench as w};
use crate::web::view::View;

/// Rows of one page.
const ROWS: usize = 50;

/// The addresses.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(inside("/write-backs", [get().to(list)]))
        .service(inside("/write-backs/file", [post().to(file)]))
        .service(inside("/write-backs/{id}/retry", [post().to(retry)]))
        .service(inside("/write-backs/{id}/settle", [post().to(settle)]));
}

pub fn word(state: WriteBackState) -> (Text, &'static str) {
    match state {
        WriteBackState::Waiting => (t::WB_WAITING, "clock"),
        WriteBackState::Done => (t::WB_DONE, "tick"),
        WriteBackState::DoneByHand => (t::WB_DONE_BY_HAND, "person"),
        WriteBackState::Refused => (t::WB_REFUSED, "blocked"),
        WriteBackState::Unsupported => (t::WB_UNSUPPORTED, "cancelled"),
        WriteBackState::Unknown => (t::WB_UNKNOWN, "alarm"),
    }
}

/// What a refusal means, and what to do.
fn meaning(kind: RefusalKind) -> Text {
    match kind {
        RefusalKind::AlreadyShipped => t::RF_ALREADY_SHIPPED,
        RefusalKind::Ended => t::RF_ENDED,
        RefusalKind::RefundInProgress => t::RF_REFUND,
        RefusalKind::RiskHold => t::RF_RISK,
        RefusalKind::NotShippable => t::RF_NOT_SHIPPABLE,
        RefusalKind::TrackingNumberRejected => t::RF_NUMBER,
        RefusalKind::CarrierRejected => t::RF_CARRIER,
        RefusalKind::SenderAddress => t::RF_SENDER,
        RefusalKind::AddressChanged => t::RF_ADDRESS,
        RefusalKind::NotFound => t::RF_NOT_FOUND,
        RefusalKind::SerialNumbers => t::RF_SERIAL,
    }
}

/// `GET /write-backs`
pub async fn list(visitor: Visitor, request: HttpRequest) -> HttpResponse {
    let form = Form::parse(request.query_string());
    visitor
        .page(Right::See, move |db, view| {
            let state = WriteBackState::parse(form.get("state")).ok();
            let filter = Filter { state, shop: form.get("shop").parse().ok(), ..Filter::default() };
            let after = form.get("after").parse().ok();
            let mut rows = write_backs::list(db, filter, after, ROWS + 1)?;
            let next = lists::cut(&mut rows, ROWS).map(|row| row.id);
            let by_file = if view.may(Right::Ship) { write_backs::by_file(db)? } else { Vec::new() };
            let names: Vec<(ShopId, String)> = shops::all(db)?.into_iter().map(|shop| (shop.id, shop.name)).collect();
            let path = |word: &str| if word.is_empty() { "/write-backs".to_owned() } else { format!("/write-backs?state={word}") };
            let here = state.map_or("", |state| state.as_str());
            let join = if here.is_empty() { '?' } else { '&' };
            let body = html! {
                div.page {
                    header.page-head { h1 { (view.t(common::WRITE_BACKS)) } small { (view.t(t::WB_HINT)) } span.spring {} a.button href="/memos" { (icon("person")) (view.t(t::MEMOS)) } }
                    @if !by_file.is_empty() { (files(view, &by_file)) }
                    nav.tabs aria-label=(view.t(common::STATE)) {
                        a href=(path("")) aria-current=[here.is_empty().then_some("page")] { (view.t(w::ALL_STATES)) }
                        @for state in WriteBackState::ALL {
                            a href=(path(state.as_str())) aria-current=[(here == state.as_str()).then_some("page")] { (icon(word(*state).1)) (view.t(word(*state).0)) }
                        }
                    }
                    @if rows.is_empty() { (lists::empty(view, t::WB_EMPTY)) } @else { (table(view, &rows, &names)) }
                    @if let Some(next) = next { nav.pager { a.button href={ (path(here)) (join) "after=" (next) } { (view.t(common::MORE)) (icon("right")) } } }
                }
            };
            Ok(Page::new(view.t(common::WRITE_BACKS), "write-backs", body))
        })
        .await
}

fn form_word(form: UploadForm) -> Text {
    match form {
        UploadForm::Taobao => batch::FORM_TAOBAO,
        UploadForm::Shopify => batch::FORM_SHOPIFY,
        UploadForm::Generic => batch::FORM_GENERIC,
    }
}

/// The shops that are told by a file, each with the way to one.
fn files(view: &View, shops: &[ByFile]) -> Markup {
    html! {
        section.panel.stack aria-labelledby="files-title" {
            h2 #files-title { (view.t(batch::FILES)) }
            p.hint { (view.t(batch::FILES_HINT)) }
            div.list { table { tbody { @for shop in shops { tr {
                td { (shop.name) } td.num { (batch::FILE_WAITING.with(view.lang, &[&shop.waiting])) }
                td.mend { form.row-form method="post" action="/write-backs/file" {
                    (csrf(view)) (mark()) input type="hidden" name="shop" value=(shop.shop);
                    select name="form" aria-label=(view.t(batch::FILE_FORM)) {
                        @for form in UploadForm::ALL { option value=(form) selected[*form == shop.form] { (view.t(form_word(*form))) } }
                    }
                    button type="submit" { (icon("file")) (view.t(batch::FILE_MAKE)) }
                } }
            } } } } }
        }
    }
}

/// `POST /write-backs/file`: a job writes a shop's upload file.
pub async fn file(visitor: Visitor, form: Form) -> HttpResponse {
    visitor
        .change(Right::Ship, move |tx, _| {
            let shop = ShopId(form.number("shop")?);
            let layout =
                UploadForm::parse(form.get("form")).map_err(|said| Error::invalid("form", "word", said))?;
            Ok(on_its_way(&answers::upload_file(tx, shop, layout, form.mark())?))
        })
        .await
}

fn table(view: &View, rows: &[WriteBack], names: &[(ShopId, String)]) -> Markup {
    let shop = |id: ShopId| names.iter().find(|(one, _)| *one == id).map_or("", |(_, name)| name.as_str());
    html! {
        div.list { table {
            thead { tr {
                th scope="col" { (view.t(common::STATE)) } th scope="col" { (view.t(w::SHOP)) } th scope="col" { (view.t(t::ORDERS)) }
                th scope="col" { (view.t(batch::SHIPMENT)) } th scope="col" { (view.t(batch::NUMBER)) }
                th scope="col" { (view.t(t::WB_REPLY)) } th.num scope="col" { (view.t(t::WB_TRIES)) } th { }
            } }
            tbody { @for row in rows {
                @let (text, mark) = word(row.state);
                tr {
                    td { span.badge data-state=(row.state) { (icon(mark)) (view.t(text)) } }
                    td { (shop(row.shop)) } td { code { (row.order_number) } }
                    td { a href={ "/shipments/" (row.shipment) } { "#" (row.shipment) } }
                    td { (carrier_name(view, &row.carrier)) " " code { (row.number) } }
                    td { small { (row.reply) } @if let Some(kind) = row.refusal { p.reason { (view.t(meaning(kind))) } } } td.num { (row.tries) }
                    td { @if view.may(Right::Ship) { (acts(view, row)) } }
                }
            } }
        } }
    }
}

fn acts(view: &View, row: &WriteBack) -> Markup {
    let is_settled = matches!(row.state, WriteBackState::Done | WriteBackState::DoneByHand);
    let can_retry = matches!(row.state, WriteBackState::Refused | WriteBackState::Unknown);
    html! {
        div.buttons {
            @if can_retry {
                form method="post" action={ "/write-backs/" (row.id) "/retry" } { (csrf(view)) button type="submit" { (view.t(t::WB_RETRY)) } }
            }
            @if !is_settled {
                form method="post" action={ "/write-backs/" (row.id) "/settle" } { (csrf(view)) button type="submit" { (view.t(t::WB_BY_HAND)) } }
            }
        }
    }
}

/// `POST /write-backs/{id}/retry`
pub async fn retry(visitor: Visitor, id: Path<WriteBackId>) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Ship, move |tx, view| {
            write_backs::retry(tx, id)?;
            Ok(then("/write-backs", view.t(t::WB_RETRIED)))
        })
        .await
}

/// `POST /write-backs/{id}/settle`: a person entered it in the shop.
pub async fn settle(visitor: Visitor, id: Path<WriteBackId>) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Ship, move |tx, view| {
            write_backs::settle(tx, id, &Settlement { result: Outcome::DoneByHand, reply: String::new() })?;
            Ok(then("/write-backs", t::WB_SETTLED.with(view.lang, &[&1])))
        })
        .await
}
