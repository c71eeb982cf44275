//! The start page: what is to be done today, what is late, what is in trouble.

use std::collections::HashMap;

use actix_web::HttpResponse;
use maud::{Markup, html};

use super::jobs::LATELY;
use super::workbench::query::Words;
use super::workbench::rail::{Counts, OPEN, state_words, thousands};
use crate::db::day_figures::Sample;
use crate::db::shipment_list::ShipmentFilter;
use crate::db::{Db, day_figures, jobs, memos, shipment_list, shops, write_backs};
use crate::domain::actor::Right;
use crate::domain::error::Error;
use crate::domain::id::ShopId;
use crate::domain::shipment::ShipmentState;
use crate::domain::write_back::WriteBackState;
use crate::operations::merging::suggestions;
use crate::web::icons::icon;
use crate::web::lang::Text;
use crate::web::parts::charts::{self, Series};
use crate::web::session::Visitor;
use crate::web::shell::Page;
use crate::web::texts::{deadlines as d, house as t, words, workbench as w};
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
    let memos = memos::failed(db)?;
    let failed = jobs::failed_lately(db, LATELY)?;
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
                @if memos > 0 { (tile("/memos?state=refused".to_owned(), alarm(memos), "alarm", t::TROUBLE_MEMOS, number(memos))) }
                (tile("/suggestions".to_owned(), "", "merged", t::NEAR, near_text))
                @if failed > 0 { (tile("/jobs?state=dead".to_owned(), "late", "alarm", t::FAILED_JOBS, number(failed))) }
            }
            (board(db, view)?)
            (the_day(db, view)?)
        }
    })
}

/// Samples of a day: one every ten minutes.
const SAMPLES: usize = 144;
/// Shops drawn by name; the others are one.
const SHOPS_DRAWN: usize = 5;

/// Orders by hour and shop, and the queue through the day.
fn the_day(db: &mut Db, view: &View) -> Result<Markup, Error> {
    let began = view.day_began();
    let names: HashMap<ShopId, String> =
        shops::all(db)?.into_iter().map(|shop| (shop.id, shop.name)).collect();
    let mut by_shop: HashMap<ShopId, Vec<(i64, i64)>> = HashMap::new();
    for row in day_figures::ordered(db, began)? {
        by_shop.entry(row.shop_id).or_default().push((row.hour, row.count));
    }
    let mut shops: Vec<_> = by_shop.into_iter().collect();
    let total = |hours: &[(i64, i64)]| hours.iter().map(|(_, count)| count).sum::<i64>();
    shops.sort_by_key(|(id, hours)| (std::cmp::Reverse(total(hours)), *id));
    let others: Vec<(i64, i64)> =
        shops.split_off(SHOPS_DRAWN.min(shops.len())).into_iter().flat_map(|(_, hours)| hours).collect();
    let mut orders: Vec<Series> = shops
        .into_iter()
        .map(|(id, hours)| Series::by_hour(names.get(&id).cloned().unwrap_or_default(), hours))
        .collect();
    if !others.is_empty() {
        orders.push(Series::by_hour(view.t(t::OTHER_SHOPS), others));
    }
    let samples = day_figures::samples(db, began)?;
    let line = |name: Text, of: fn(&Sample) -> i64| {
        let mut values = vec![None; SAMPLES];
        for sample in &samples {
            let at = (sample.at.micros() - began.micros()) / 600_000_000;
            if let Some(place) = usize::try_from(at).ok().and_then(|at| values.get_mut(at)) {
                *place = Some(of(sample));
            }
        }
        Series { name: view.t(name).to_owned(), values }
    };
    let mut left = Series::by_hour(
        view.t(words::SHIPPED),
        day_figures::left(db, began)?.into_iter().map(|row| (row.hour, row.count)),
    );
    let mut sum = 0;
    let hour_now = (view.now.micros() - began.micros()) / 3_600_000_000;
    // All that left so far, up to this hour.
    for (hour, value) in left.values.iter_mut().enumerate() {
        sum += value.unwrap_or(0);
        *value = (hour as i64 <= hour_now).then_some(sum);
    }
    let queue =
        [line(words::READY, |sample| sample.ready), line(words::BLOCKED, |sample| sample.blocked), left];
    Ok(html! {
        div.charts {
            section.panel { (charts::columns(view, view.t(t::ORDERS_BY_HOUR), &orders)) }
            section.panel { (charts::lines(view, view.t(t::THROUGH_THE_DAY), &queue)) }
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
            p.hint { (view.t(t::SHIP_BY_HINT)) " " a href="/deadlines" { (view.t(d::TO_BOARD)) } }
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
