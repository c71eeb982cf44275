//! The start page: what is to be done today, what is late, what is in trouble.

use actix_web::HttpResponse;
use maud::{Markup, html};

use super::workbench::query::Words;
use super::workbench::rail::{Counts, OPEN, state_words, thousands};
use crate::db::shipment_list::ShipmentFilter;
use crate::db::{Db, shipment_list, shops, write_backs};
use crate::domain::actor::Right;
use crate::domain::error::Error;
use crate::domain::shipment::ShipmentState;
use crate::domain::write_back::WriteBackState;
use crate::operations::merging::suggestions;
use crate::web::icons::icon;
use crate::web::lang::Text;
use crate::web::session::Visitor;
use crate::web::shell::Page;
use crate::web::texts::{house as t, words, workbench as w};
use crate::web::view::View;

/// Near matches counted at most; beyond it stands a plus.
const NEAR_MAX: usize = 50;

/// `GET /`
pub async fn show(visitor: Visitor) -> HttpResponse {
    visitor
        .page(Right::See, |db, view| {
            let counts = Counts::load(db, view)?;
            let body = if shops::all(db)?.is_empty() { begin(view) } else { today(db, view, &counts)? };
            Ok(Page::new(view.t(t::TODAY), "start", body))
        })
        .await
}

fn begin(view: &View) -> Markup {
    html! {
        div.page { div.empty {
            (icon("brand"))
            h1 { (view.t(t::BEGIN_HERE)) } p { (view.t(t::BEGIN_SHOP)) }
            p { a.button.primary href="/shops" { (view.t(w::TO_SHOPS)) } }
        } }
    }
}

fn today(db: &mut Db, view: &View, counts: &Counts) -> Result<Markup, Error> {
    let state = |state: ShipmentState| Words::default().with("state", state.as_str()).href();
    let open = Words::default().with("state", &state_words(OPEN));
    let late = open.with("ship_by_before", &view.now.to_string()).href();
    let soon = open.with("ship_by_before", &super::workbench::query::in_hours(view.now, 3)).href();
    let left_today = shipment_list::shipped_since(db, view.day_began())?;
    let to_tell = write_backs::count(db, &[WriteBackState::Waiting])?;
    let trouble = write_backs::count(db, &[WriteBackState::Refused, WriteBackState::Unknown])?;
    let (near, more) = suggestions::list(db, None, NEAR_MAX)?;
    let near_text = format!("{}{}", near.len(), if more.is_some() { "+" } else { "" });
    let tile = |href: String, mark: &str, icon_name: &str, text: Text, count: String| {
        html! { a.tile href=(href) data-mark=(mark) { b { (count) } span { (icon(icon_name)) (view.t(text)) } } }
    };
    let number = |count: i64| thousands(count);
    let alarm = |count: i64| if count > 0 { "late" } else { "" };
    Ok(html! {
        div.page {
            h1 { (view.t(t::GOOD_MORNING)) }
            div.tiles {
                (tile(late, alarm(counts.late), "alarm", w::OVERDUE, number(counts.late)))
                (tile(soon, if counts.soon > 0 { "soon" } else { "" }, "clock", w::DUE_SOON, number(counts.soon)))
                (tile(state(ShipmentState::Ready), "", "ready", words::READY, number(counts.of(ShipmentState::Ready))))
                (tile(state(ShipmentState::Blocked), "", "blocked", words::BLOCKED, number(counts.of(ShipmentState::Blocked))))
                (tile(state(ShipmentState::Numbered), "", "numbered", words::NUMBERED, number(counts.of(ShipmentState::Numbered))))
                (tile(state(ShipmentState::Printed), "", "printed", words::PRINTED, number(counts.of(ShipmentState::Printed))))
            }
            div.tiles {
                (tile(state(ShipmentState::Shipped), "", "shipped", t::LEFT_TODAY, number(left_today)))
                (tile("/write-backs?state=waiting".to_owned(), "", "clock", t::TO_TELL, number(to_tell)))
                (tile("/write-backs?state=refused".to_owned(), alarm(trouble), "alarm", t::TROUBLE_TELLING, number(trouble)))
                (tile("/suggestions".to_owned(), "", "merged", t::NEAR, near_text))
            }
            (board(db, view)?)
        }
    })
}

/// Open shipments by the time in which they are due, each bar with its number.
fn board(db: &mut Db, view: &View) -> Result<Markup, Error> {
    let steps = [
        (0, t::BUCKET_LATE),
        (3, t::BUCKET_3),
        (12, t::BUCKET_12),
        (24, t::BUCKET_24),
        (48, t::BUCKET_48),
        (24 * 365, t::BUCKET_LATER),
    ];
    let (mut before, mut bars) = (0, Vec::new());
    for (hours, text) in steps {
        let filter = ShipmentFilter {
            states: OPEN.to_vec(),
            ship_by_before: Some(view.now.plus(chrono::Duration::hours(hours))),
            ..ShipmentFilter::default()
        };
        let upto = shipment_list::count(db, &filter)?;
        bars.push((text, upto - before));
        before = upto;
    }
    let most = bars.iter().map(|(_, count)| *count).max().unwrap_or(0).max(1);
    Ok(html! {
        section.panel {
            h2 { (view.t(t::SHIP_BY_BOARD)) }
            p.hint { (view.t(t::SHIP_BY_HINT)) }
            svg.board role="img" viewBox="0 0 720 220" aria-label=(view.t(t::SHIP_BY_HINT)) {
                @for (index, (text, count)) in bars.iter().enumerate() {
                    @let height = count * 150 / most;
                    @let x = 10 + index * 118;
                    rect.bar-shape data-step=(index) x=(x) y=(180 - height) width="96" height=(height) rx="3" {}
                    text.bar-count x=(x + 48) y=(172 - height) { (thousands(*count)) }
                    text.bar-name x=(x + 48) y="202" { (view.t(*text)) }
                }
                line.bar-base x1="0" x2="720" y1="180.5" y2="180.5" {}
            }
        }
    })
}
