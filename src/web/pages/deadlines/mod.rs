//! Deadlines: what is due when and where, and the delays that were announced.

mod chart;
pub mod notices;
pub mod settings;

use actix_web::HttpResponse;
use actix_web::web::{ServiceConfig, get, post};
use maud::{Markup, html};

use super::workbench::query::Words;
use super::workbench::rail::{OPEN, state_words, thousands};
use crate::db::Db;
use crate::domain::actor::Right;
use crate::domain::error::Error;
use crate::domain::time::UtcTime;
use crate::operations::deadlines::{self, Board, ShopDeadlines};
use crate::web::icons::icon;
use crate::web::inside;
use crate::web::session::Visitor;
use crate::web::shell::Page;
use crate::web::texts::deadlines as t;
use crate::web::view::View;

/// Hours that are drawn.
const HOURS: i64 = 24;

/// The addresses.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(inside("/deadlines", [get().to(show)]))
        .service(inside("/delay-notices/{id}/undo", [post().to(notices::undo)]))
        .service(inside("/workbench/delay", [post().to(notices::give)]))
        .service(inside("/shops/{id}/deadline", [post().to(settings::change_shop)]))
        .service(inside("/settings/calendar", [post().to(settings::change_seller)]));
}

/// `GET /deadlines`
pub async fn show(visitor: Visitor) -> HttpResponse {
    visitor.page(Right::See, |db, view| Ok(Page::new(view.t(t::TITLE), "deadlines", body(db, view)?))).await
}

fn body(db: &mut Db, view: &View) -> Result<Markup, Error> {
    let board = deadlines::board(db, HOURS)?;
    let given = deadlines::notices(db, None, None, notices::SHOWN)?;
    Ok(html! {
        div.page {
            header.page-head { h1 { (view.t(t::TITLE)) } small { (view.t(t::LEAD)) } }
            (tiles(view, &board))
            @if board.open == 0 {
                div.empty.small { (icon("brand")) p { (view.t(t::NOTHING_OPEN)) } }
            } @else {
                section.panel { (chart::hours(view, &board, HOURS)) }
                section.panel { h2 { (view.t(t::BY_SHOP)) } (by_shop(view, &board)) }
            }
            section.panel { h2 { (view.t(t::DELAYS)) } (notices::table(db, view, &given)?) }
        }
    })
}

/// The workbench with what has not left, of one shop or of all.
fn open_words(shop: Option<&ShopDeadlines>) -> Words {
    let words = Words::default().with("state", &state_words(OPEN));
    shop.map_or(words.clone(), |shop| words.with("shop", &shop.shop.to_string()))
}

/// The workbench with what is due from one moment to another.
fn due_between(words: &Words, from: Option<UtcTime>, to: Option<UtcTime>) -> String {
    let text = |at: Option<UtcTime>| at.map(|at| at.to_string()).unwrap_or_default();
    words.with("ship_by_from", &text(from)).with("ship_by_before", &text(to)).href()
}

fn tiles(view: &View, board: &Board) -> Markup {
    let words = open_words(None);
    let tile = |href: String, mark: &str, icon_name: &str, text: String, count: i64| {
        html! { a.tile href=(href) data-mark=(mark) { b { (thousands(count)) } span { (icon(icon_name)) (text) } } }
    };
    let mark = |count: i64, word: &'static str| if count > 0 { word } else { "" };
    let name = |text| view.t(text).to_owned();
    html! {
        div.tiles {
            (tile(words.with("overdue", "true").href(), mark(board.overdue, "late"), "alarm", name(t::OVERDUE), board.overdue))
            (tile(due_between(&words, Some(board.now), Some(board.near_until)), mark(board.near, "soon"), "clock", name(t::NEAR), board.near))
            (tile(due_between(&words, Some(board.until), None), "", "ready", name(t::LATER), board.later))
            (tile(words.href(), "", "brand", name(t::OPEN), board.open))
        }
        div.tiles {
            div.tile data-mark=(mark(board.packing_missed, "soon")) { b { (thousands(board.packing_missed)) } span { (icon("alarm")) (view.t(t::PACK_MISSED)) } }
            @for packing in board.packing.iter().take(3) {
                div.tile { b { (thousands(packing.count)) } span { (icon("clock")) (t::PACK_BY.with(view.lang, &[&view.moment(packing.pack_by)])) } }
            }
        }
    }
}

fn by_shop(view: &View, board: &Board) -> Markup {
    let next = |open: i64, overdue: i64, later: i64| open - overdue - later;
    html! {
        table.figures.wide {
            thead { tr {
                @for head in [t::SHOP, t::OVERDUE, t::NEAR, t::NEXT_24, t::LATER, t::OPEN] { th scope="col" { (view.t(head)) } }
            } }
            tbody { @for shop in &board.shops {
                @let words = open_words(Some(shop));
                @let cells = [
                    (words.with("overdue", "true").href(), shop.overdue),
                    (due_between(&words, Some(board.now), Some(shop.near_until)), shop.near),
                    (due_between(&words, Some(board.now), Some(board.until)), next(shop.open, shop.overdue, shop.later)),
                    (due_between(&words, Some(board.until), None), shop.later),
                    (words.href(), shop.open),
                ];
                tr {
                    th scope="row" { (shop.shop_name) }
                    @for (at, (href, count)) in cells.into_iter().enumerate() {
                        td data-mark=[(count > 0).then(|| mark_of(at))] { a href=(href) { (thousands(count)) } }
                    }
                }
            } }
            tfoot { tr {
                th scope="row" { (view.t(t::TOTAL)) }
                @for count in [board.overdue, board.near, next(board.open, board.overdue, board.later), board.later, board.open] {
                    td { b { (thousands(count)) } }
                }
            } }
        }
    }
}

/// Overdue and near ones stand out, by weight as well as by colour.
fn mark_of(column: usize) -> &'static str {
    match column {
        0 => "late",
        1 => "soon",
        _ => "",
    }
}
