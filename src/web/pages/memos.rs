//! Memos: notes that shops are told as well, and what waits for a person.

use actix_web::web::{Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use maud::html;

use crate::db::shops;
use crate::domain::actor::Right;
use crate::domain::id::{NoteId, ShopId};
use crate::domain::write_back::WriteBackState;
use crate::operations::memos;
use crate::web::form::Form;
use crate::web::icons::icon;
use crate::web::inside;
use crate::web::parts::badges;
use crate::web::parts::lists;
use crate::web::parts::thread::{memo_acts, memo_word};
use crate::web::session::{Visitor, then};
use crate::web::shell::Page;
use crate::web::texts::{common, shipment as t, workbench as w};

/// Rows of one page.
const ROWS: usize = 50;
/// The states a memo can have.
const STATES: [WriteBackState; 5] = [
    WriteBackState::Waiting,
    WriteBackState::Done,
    WriteBackState::DoneByHand,
    WriteBackState::Refused,
    WriteBackState::Unknown,
];

/// The addresses.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(inside("/memos", [get().to(list)]))
        .service(inside("/memos/{id}/retry", [post().to(retry)]))
        .service(inside("/memos/{id}/settle", [post().to(settle)]));
}

/// `GET /memos`
pub async fn list(visitor: Visitor, request: HttpRequest) -> HttpResponse {
    let form = Form::parse(request.query_string());
    visitor
        .page(Right::See, move |db, view| {
            let state = WriteBackState::parse(form.get("state")).ok();
            let mut rows = memos::list(db, state, form.get("after").parse().ok(), ROWS + 1)?;
            let next = lists::cut(&mut rows, ROWS).map(|row| row.note);
            let names = shops::all(db)?;
            let shop = |id: ShopId| names.iter().find(|shop| shop.id == id).map_or("", |shop| shop.name.as_str());
            let path = |word: &str| if word.is_empty() { "/memos".to_owned() } else { format!("/memos?state={word}") };
            let here = state.map_or("", |state| state.as_str());
            let join = if here.is_empty() { '?' } else { '&' };
            let body = html! {
                div.page {
                    header.page-head { h1 { (view.t(t::MEMOS)) } small { (view.t(t::MEMOS_LEAD)) } }
                    nav.tabs aria-label=(view.t(common::STATE)) {
                        a href=(path("")) aria-current=[here.is_empty().then_some("page")] { (view.t(w::ALL_STATES)) }
                        @for state in STATES {
                            a href=(path(state.as_str())) aria-current=[(here == state.as_str()).then_some("page")] { (icon(memo_word(state).1)) (view.t(memo_word(state).0)) }
                        }
                    }
                    @if rows.is_empty() { (lists::empty(view, t::WB_EMPTY)) } @else {
                        div.list { table {
                            thead { tr {
                                th scope="col" { (view.t(common::STATE)) } th scope="col" { (view.t(w::SHOP)) } th scope="col" { (view.t(t::ORDERS)) }
                                th scope="col" { (view.t(t::MEMO_FLAG)) } th scope="col" { (view.t(t::WB_REPLY)) } th.num scope="col" { (view.t(t::WB_TRIES)) } th { }
                            } }
                            tbody { @for row in &rows {
                                @let (text, mark) = memo_word(row.state);
                                tr {
                                    td { span.badge data-state=(row.state) { (icon(mark)) (view.t(text)) } }
                                    td { (shop(row.shop)) } td { a href={ "/orders/" (row.order) } { code { (row.order_number) } } }
                                    td { @if !row.flag.is_empty() { (badges::flag(view, &row.flag)) } }
                                    td { small { (row.reply) } } td.num { (row.tries) }
                                    td { (memo_acts(view, row.note, row.state, "/memos")) }
                                }
                            } }
                        } }
                    }
                    @if let Some(next) = next { nav.pager { a.button href={ (path(here)) (join) "after=" (next) } { (view.t(common::MORE)) (icon("right")) } } }
                }
            };
            Ok(Page::new(view.t(t::MEMOS), "write-backs", body))
        })
        .await
}

/// `POST /memos/{id}/retry`
pub async fn retry(visitor: Visitor, id: Path<NoteId>, form: Form) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Audit, move |tx, view| {
            memos::retry(tx, id)?;
            Ok(then(back(&form), view.t(t::MEMO_RETRIED)))
        })
        .await
}

/// `POST /memos/{id}/settle`: a person wrote it in the shop.
pub async fn settle(visitor: Visitor, id: Path<NoteId>, form: Form) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Audit, move |tx, view| {
            memos::settle_by_hand(tx, id)?;
            Ok(then(back(&form), view.t(t::MEMO_SETTLED)))
        })
        .await
}

fn back(form: &Form) -> String {
    match form.get("back") {
        "" => "/memos".to_owned(),
        back => back.to_owned(),
    }
}
