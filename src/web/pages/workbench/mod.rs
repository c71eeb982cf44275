//! The workbench: the list on which staff work all day.

pub mod acts;
pub mod chips;
mod columns;
pub mod query;
pub mod rail;
mod saved;
mod table;

use actix_web::web::{ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use super::deadlines::notices;
use super::order_audits;
use crate::db::shipment_list::After;
use crate::db::{Db, shops};
use crate::domain::actor::Right;
use crate::domain::error::Error;
use crate::domain::id::ShipmentId;
use crate::domain::time::UtcTime;
use crate::http::page::Page as Paging;
use crate::http::shipment_query::sort_word;
use crate::operations::shipments::list::{self, ShipmentPage};
use crate::web::form::Form;
use crate::web::icons::icon;
use crate::web::inside;
use crate::web::parts::plans::{self, Choices};
use crate::web::session::Visitor;
use crate::web::shell::{Page, csrf};
use crate::web::texts::{common, workbench as t};
use crate::web::view::View;
use columns::Column;
use query::{Wish, Words};
use rail::{Counts, counted, rail};

/// Rows of a page, unless the reader asks for more.
const ROWS: &str = "50";

/// The workbench's addresses.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(inside("/workbench", [get().to(show)]))
        .service(inside("/workbench/counts", [get().to(counts)]))
        .service(inside("/workbench/search", [post().to(search)]))
        .service(inside("/workbench/columns", [post().to(columns::choose)]))
        .service(inside("/workbench/filters", [post().to(saved::save)]))
        .service(inside("/workbench/filters/{id}/remove", [post().to(saved::remove)]))
        .service(inside("/workbench/merge", [post().to(acts::merge)]))
        .service(inside("/workbench/plan", [post().to(acts::plan)]))
        .service(inside("/workbench/hold", [post().to(acts::hold)]))
        .service(inside("/workbench/remarks-read", [post().to(acts::mark_read)]));
}

/// `GET /workbench`. Where scripts run, the counts follow: they ask for `/workbench/counts`.
pub async fn show(visitor: Visitor, request: HttpRequest) -> HttpResponse {
    // Kept by a script of the first page.
    let has_scripts = request.cookie("zone").is_some();
    let form = Form::parse(request.query_string());
    let columns = columns::chosen(&request);
    visitor
        .page(Right::See, move |db, view| {
            let wish = Words::of(&form, view).read(db)?;
            let body = body(db, view, &wish, &form, &columns, has_scripts)?;
            Ok(Page::filling(view.t(t::TITLE), "workbench", body))
        })
        .await
}

/// `GET /workbench/counts`: what [`show`] leaves out, each in the place a script takes it from, without the list.
pub async fn counts(visitor: Visitor, request: HttpRequest) -> HttpResponse {
    let form = Form::parse(request.query_string());
    visitor
        .page(Right::See, move |db, view| {
            let wish = Words::of(&form, view).read(db)?;
            let counts = Counts::load(db, view)?;
            let total = total(db, &wish, &counts)?;
            let (paging, first) = paging(&wish, &form)?;
            let rows = i64::try_from(paging.limit).unwrap_or(i64::MAX);
            let last = total.unwrap_or(0).min(first.saturating_add(rows));
            let body = html! {
                (rail(view, &counts, &wish.words))
                div #list data-total=[total] { nav.pager { (range(view, first, last, total)) } }
                (ticked_bar(view, total))
            };
            Ok(Page::new(view.t(t::TITLE), "workbench", body))
        })
        .await
}

/// How many rows a page has, and how many stand before it.
fn paging(wish: &Wish, form: &Form) -> Result<(Paging, i64), Error> {
    let rows = if form.has("limit") { form.get("limit") } else { ROWS };
    let paging = Paging::parse(Some(rows), Some(form.get("cursor")), sort_word(wish.wish.sort), 2)?;
    Ok((paging, form.get("from").parse::<i64>().unwrap_or(0).max(0)))
}

/// How many shipments there are of this kind; `None` while nothing is counted.
fn total(db: &mut Db, wish: &Wish, counts: &Counts) -> Result<Option<i64>, Error> {
    // One state alone was counted already; anything narrower has to be asked for.
    Ok(match wish.filter.states.as_slice() {
        _ if counts.is_late => None,
        states if !wish.words.is_narrow() && !states.is_empty() => Some(counts.of_all(states)),
        [] if !wish.words.is_narrow() => Some(counts.total()),
        _ => Some(list::count(db, &wish.filter, wish.search())?),
    })
}

fn body(
    db: &mut Db,
    view: &View,
    wish: &Wish,
    form: &Form,
    columns: &[Column],
    counts_later: bool,
) -> Result<Markup, Error> {
    let shops = shops::all(db)?;
    let (paging, first) = paging(wish, form)?;
    let after = paging.after.as_deref().map(after).transpose()?;
    let page = list::page(db, &wish.filter, wish.search(), wish.wish.sort, after, paging.limit)?;
    // What to say of an empty list hangs on how much there is elsewhere.
    let counts = match counts_later && !page.items.is_empty() {
        true => Counts::later(db, view)?,
        false => Counts::load(db, view)?,
    };
    let total = total(db, wish, &counts)?;
    let listed = Listed { first, total, page, paging };
    let audits = order_audits::buttons(view, &shops)?;
    let choices = Choices::load(db)?;
    Ok(html! {
        div.workbench {
            (rail(view, &counts, &wish.words))
            section.queue aria-label=(view.t(t::TITLE)) {
                h1.visually-hidden { (view.t(t::TITLE)) }
                div.top { (chips::bar(view, wish, &shops, columns)) }
                div.rows #list tabindex="-1" data-total=[total] data-query=(wish.words.query()) {
                    @if listed.page.items.is_empty() {
                        (empty(view, &wish.words, counts.total()))
                    } @else {
                        (table::table(view, columns, &listed.page.items))
                    }
                    (pager(view, &wish.words, &listed))
                }
                (act_bar(view, wish, total, &audits, &choices))
            }
        }
    })
}

/// One page and where it stands in the whole.
struct Listed {
    /// Rows before this page.
    first: i64,
    /// `None` while it is not counted yet.
    total: Option<i64>,
    page: ShipmentPage,
    paging: Paging,
}

fn after(key: &[String]) -> Result<After, Error> {
    let refuse = |_| Error::invalid("cursor", "cursor", "This page of the list is gone; begin anew");
    match key {
        [due_at, id] => Ok(After {
            due_at: UtcTime::parse(due_at).map_err(refuse)?,
            id: id.parse::<ShipmentId>().map_err(|_| refuse(String::new()))?,
        }),
        _ => Err(refuse(String::new())),
    }
}

/// How many there are, or that this is not known yet.
fn total_text(total: Option<i64>) -> String {
    total.map_or("…".to_owned(), counted)
}

/// Which rows are shown, of how many.
fn range(view: &View, first: i64, last: i64, total: Option<i64>) -> Markup {
    html! {
        span.range {
            @if last <= first { (view.t(t::RANGE_NONE)) }
            @else { (t::RANGE.with(view.lang, &[&(first + 1), &last, &total_text(total)])) }
        }
    }
}

fn pager(view: &View, words: &Words, listed: &Listed) -> Markup {
    let count = i64::try_from(listed.page.items.len()).unwrap_or(i64::MAX);
    let last = listed.first + count;
    let next = listed.page.next.map(|next| {
        let key = vec![next.due_at.to_string(), next.id.to_string()];
        let cursor = listed.paging.found::<()>(Vec::new(), Some(key)).next_cursor.unwrap_or_default();
        let limit = listed.paging.limit;
        let join = if words.query().is_empty() { "?" } else { "&" };
        format!("{}{join}limit={limit}&from={last}&cursor={cursor}", words.href())
    });
    html! {
        nav.pager aria-label=(view.t(common::MORE)) {
            (range(view, listed.first, last, listed.total))
            @if listed.first > 0 { a.button href=(words.href()) { (view.t(t::TO_TOP)) } }
            @if let Some(next) = next {
                a.button #next-page rel="next" href=(next) { (t::NEXT_ROWS.with(view.lang, &[&listed.paging.limit])) (icon("right")) }
            }
        }
    }
}

/// How many are ticked, and the way to tick all that match.
fn ticked_bar(view: &View, total: Option<i64>) -> Markup {
    let total = total_text(total);
    html! {
        div.ticked {
            output #ticked-count data-text=(t::SELECTED.of(view.lang)) data-all=(t::ALL_SELECTED.with(view.lang, &[&total])) {
                (view.t(t::ACT_WITH))
            }
            label.take-all {
                input #take-all type="checkbox" name="all" value="1";
                span { (t::SELECT_ALL.with(view.lang, &[&total])) }
            }
            button.quiet #clear-ticks type="reset" data-needs-script { (view.t(t::CLEAR_TICKS)) }
        }
    }
}

fn act_bar(view: &View, wish: &Wish, total: Option<i64>, audits: &Markup, choices: &Choices) -> Markup {
    html! {
        form.acts #act method="post" action="/batch" aria-label=(view.t(t::ACT_WITH)) {
            (csrf(view))
            input type="hidden" name="query" value=(wish.words.query());
            input type="hidden" name="back" value=(wish.words.href());
            (ticked_bar(view, total))
            div.deeds {
                @if view.may(Right::Audit) {
                    button type="submit" formaction="/workbench/remarks-read" data-act="read" { (view.t(t::ACT_READ)) }
                    details.menu.up {
                        summary.button { (icon("pause")) (view.t(t::ACT_HOLD)) }
                        div.menu-body.stack {
                            label { span { (view.t(t::HOLD_REASON)) } input name="reason" maxlength="200"; }
                            button.primary type="submit" formaction="/workbench/hold" data-act="hold" { (view.t(t::HOLD_DO)) }
                        }
                    }
                    (notices::menu(view))
                    (audits)
                    (plans::menu(view, choices))
                    button type="submit" formaction="/workbench/merge" data-act="merge" aria-keyshortcuts="m" { (icon("merged")) (view.t(t::ACT_MERGE)) }
                }
                @if view.may(Right::Ship) {
                    button.primary type="submit" data-act="number" aria-keyshortcuts="n" { (icon("numbered")) (view.t(t::ACT_NUMBER)) }
                }
            }
        }
    }
}

fn empty(view: &View, words: &Words, stored: i64) -> Markup {
    let (title, text) = match (stored, words.is_narrow()) {
        (0, _) => (t::EMPTY_FIRST_TITLE, t::EMPTY_FIRST),
        (_, true) => (t::EMPTY_TITLE, t::EMPTY_FILTERED),
        (_, false) => (t::EMPTY_READY_TITLE, t::EMPTY_READY),
    };
    html! {
        div.empty {
            (icon("brand"))
            h2 { (view.t(title)) }
            p { (view.t(text)) }
            @if stored == 0 {
                p.buttons {
                    a.button.primary href="/shops" { (view.t(t::TO_SHOPS)) }
                    a.button href="/imports" { (view.t(t::TO_IMPORTS)) }
                }
            } @else if words.is_narrow() {
                p.buttons {
                    a.button href=(words.only(&["state", "sort"]).href()) { (view.t(t::CLEAR_ALL)) }
                    a.button href="/why" { (view.t(super::super::texts::why::FROM_EMPTY)) }
                }
            }
        }
    }
}

/// `POST /workbench/search`: what was typed is sealed and goes into the address.
pub async fn search(visitor: Visitor, form: Form) -> HttpResponse {
    visitor
        .steps(Right::See, move |visitor| {
            visitor.app.read(visitor.actor.seller, |db| {
                let words = Words::of(&form, &visitor.view);
                // Who searches looks everywhere; a state they had chosen would hide what they look for.
                let words = if form.get("typed").is_empty() { words } else { words.with("state", "") };
                Ok(words.searching(db, form.get("typed")).href())
            })
        })
        .await
}
