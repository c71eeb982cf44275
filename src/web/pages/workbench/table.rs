//! The middle: one dense row per shipment, everything that decides visible without a click.

use maud::{Markup, html};

use super::chips::carrier_name;
use crate::domain::shipment::ShipmentState;
use crate::operations::shipments::item::{LineItem, ShipmentItem};
use crate::web::icons::icon;
use crate::web::parts::badges;
use crate::web::texts::{common, workbench as t};
use crate::web::view::View;

/// Reasons, lines and remarks shown in a row; the rest stands in the unfolded row.
const SHOWN: usize = 2;

/// The table with its rows.
pub fn table(view: &View, items: &[ShipmentItem]) -> Markup {
    html! {
        table.shipments #shipments {
            thead { tr {
                th.c-tick scope="col" {
                    input #tick-page type="checkbox" aria-label=(view.t(t::TICK_PAGE)) title=(view.t(t::TICK_PAGE)) data-needs-script;
                }
                th.c-state scope="col" { (view.t(t::STATE)) }
                th.c-due scope="col" { (view.t(t::COL_SHIP_BY)) }
                th.c-orders scope="col" { (view.t(t::COL_ORDERS)) }
                th.c-recipient scope="col" { (view.t(t::COL_RECIPIENT)) }
                th.c-lines scope="col" { (view.t(t::COL_LINES)) }
                th.c-remarks scope="col" { (view.t(t::COL_REMARKS)) }
                th.c-waybill scope="col" { (view.t(t::COL_WAYBILL)) }
            } }
            tbody #rows { @for item in items { (row(view, item)) } }
        }
    }
}

fn row(view: &View, item: &ShipmentItem) -> Markup {
    let id = item.id;
    html! {
        tr.row #{ "s" (id) } data-id=(id) data-state=(item.state) data-version=(item.version) {
            td.c-tick {
                input type="checkbox" name="shipment" value=(id) form="act"
                    aria-label=(t::TICK_ONE.with(view.lang, &[&id]));
            }
            td.c-state {
                (badges::state(view, item.state))
                @for reason in item.reasons.iter().take(1) { (badges::reason(view, reason)) }
                @if item.reasons.len() > 1 { span.more { "+" (item.reasons.len() - 1) } }
            }
            td.c-due { (badges::ship_by(view, item.ship_by, item.state, item.shipped_at)) }
            td.c-orders { (orders(view, item)) }
            td.c-recipient {
                @if let Some(to) = &item.recipient {
                    span.who { (to.name) " " span.phone { (to.phone) } }
                    span.where title={ (to.region) " " (to.detail) } { (to.region) " " (to.detail) }
                } @else { span.none { "–" } }
            }
            td.c-lines { (lines(view, item)) }
            td.c-remarks {
                @for colour in flags(item) { (badges::flag(view, colour)) }
                @for remark in item.remarks.iter().take(SHOWN) { (badges::remark(view, remark)) }
                @if item.remarks.len() > SHOWN { span.more { "+" (item.remarks.len() - SHOWN) } }
            }
            td.c-waybill {
                @if let Some(number) = &item.waybill {
                    span.carrier { (badges::print(view, item.print)) (carrier_name(view, item.carrier.as_deref().unwrap_or_default())) }
                    code.number { (number) }
                } @else if item.state != ShipmentState::Cancelled { span.none { "–" } }
            }
        }
    }
}

/// The colours of its orders' flags, each once.
fn flags(item: &ShipmentItem) -> Vec<&str> {
    let mut colours: Vec<&str> = item.orders.iter().map(|order| order.flag.as_str()).collect();
    colours.sort_unstable();
    colours.dedup();
    colours
}

fn orders(view: &View, item: &ShipmentItem) -> Markup {
    let mut shops: Vec<&str> = item.orders.iter().map(|order| order.shop_name.as_str()).collect();
    shops.sort_unstable();
    shops.dedup();
    html! {
        span.shops title=(shops.join(", ")) {
            @if item.merged {
                span.merged title=(t::MERGED_N.with(view.lang, &[&item.orders.len()])) {
                    (icon("merged")) (item.orders.len())
                    span.visually-hidden { " " (t::MERGED_N.with(view.lang, &[&item.orders.len()])) }
                }
            }
            (shops.join(" + "))
        }
        a.order href={ "/shipments/" (item.id) } {
            @if let Some(order) = item.orders.first() { code { (order.number) } } @else { "#" (item.id) }
        }
        @if item.orders.len() > 1 { span.more { (t::MORE_ORDERS.with(view.lang, &[&(item.orders.len() - 1)])) } }
    }
}

fn lines(view: &View, item: &ShipmentItem) -> Markup {
    let line = |line: &LineItem| {
        html! {
            span.line title={ (line.sku) " · " (line.title) " · " (line.variant) } {
                b.qty { (line.quantity) "×" } " " (line.title)
                @if !line.variant.is_empty() { small { " " (line.variant) } }
            }
        }
    };
    html! {
        @for one in item.lines.iter().take(SHOWN) { (line(one)) }
        @if item.lines.len() > SHOWN {
            span.more {
                (t::MORE_LINES.with(view.lang, &[&(item.lines.len() - SHOWN)])) " · "
                (common::PIECES.with(view.lang, &[&item.pieces]))
            }
        }
    }
}
