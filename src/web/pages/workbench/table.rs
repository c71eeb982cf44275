//! The middle: one dense row per shipment, everything that decides visible without a click.

use maud::{Markup, html};

use super::chips::carrier_name;
use super::columns::Column;
use crate::domain::shipment::ShipmentState;
use crate::operations::orders::RemarkItem;
use crate::operations::shipments::item::{LineItem, OrderItem, ShipmentItem};
use crate::web::icons::icon;
use crate::web::parts::{badges, plans};
use crate::web::texts::{common, workbench as t};
use crate::web::view::View;

/// Reasons, lines and remarks shown in a row; the rest stands in the unfolded row.
const SHOWN: usize = 2;

/// The table with its rows.
pub fn table(view: &View, columns: &[Column], items: &[ShipmentItem]) -> Markup {
    html! {
        table.shipments #shipments {
            thead { tr {
                th.c-tick scope="col" {
                    input #tick-page type="checkbox" aria-label=(view.t(t::TICK_PAGE)) title=(view.t(t::TICK_PAGE)) data-needs-script;
                }
                @for column in columns { th class=(column.class()) scope="col" { (view.t(column.text())) } }
            } }
            tbody #rows { @for item in items { (row(view, columns, item)) } }
        }
    }
}

fn row(view: &View, columns: &[Column], item: &ShipmentItem) -> Markup {
    let id = item.id;
    html! {
        tr.row #{ "s" (id) } data-id=(id) data-state=(item.state) data-version=(item.version) {
            td.c-tick {
                input type="checkbox" name="shipment" value=(id) form="act"
                    aria-label=(t::TICK_ONE.with(view.lang, &[&id]));
            }
            @for column in columns { td class=(column.class()) { (cell(view, *column, item)) } }
        }
    }
}

/// The remarks, those with one of the seller's keywords first.
fn loudest(item: &ShipmentItem) -> Vec<&RemarkItem> {
    let mut remarks: Vec<&RemarkItem> = item.remarks.iter().collect();
    remarks.sort_by_key(|remark| remark.keywords.is_empty());
    remarks
}

fn cell(view: &View, column: Column, item: &ShipmentItem) -> Markup {
    match column {
        Column::State => html! {
            (badges::state(view, item.state))
            @for reason in item.reasons.iter().take(1) { (badges::reason(view, reason)) }
            @if item.reasons.len() > 1 { span.more { "+" (item.reasons.len() - 1) } }
        },
        Column::ShipBy => badges::ship_by(view, item),
        Column::Orders => orders(view, item),
        Column::Recipient => html! {
            @if let Some(to) = &item.recipient {
                span.who { (to.name) " " span.phone { (to.phone) } }
                span.where title={ (to.region) " " (to.detail) } { (to.region) " " (to.detail) }
            } @else { span.none { "–" } }
        },
        Column::Contents => lines(view, item),
        Column::Remarks => html! {
            @for colour in flags(item, |order| Some(&order.flag)) { (badges::flag(view, colour)) }
            @for colour in flags(item, |order| order.own_flag.as_deref()) { (badges::own_flag(view, colour)) }
            @for remark in loudest(item).into_iter().take(SHOWN) { (badges::remark(view, remark)) }
            @if item.remarks.len() > SHOWN { span.more { "+" (item.remarks.len() - SHOWN) } }
        },
        Column::Waybill => html! {
            @if let Some(number) = &item.waybill {
                span.carrier { (badges::print(view, item.print)) (carrier_name(view, item.carrier.as_deref().unwrap_or_default())) }
                code.number { (number) }
            } @else if item.state != ShipmentState::Cancelled { (plans::short(view, item.plan.as_ref())) }
        },
        Column::Plan => plans::short(view, item.plan.as_ref()),
        Column::Paid => html! {
            @if let Some(at) = item.paid_at { time datetime=(at) { (view.moment(at)) } } @else { span.none { "–" } }
        },
        Column::Pieces => html! { (item.pieces) },
        Column::Tags => html! {
            @for tag in &item.tags { span.tag { (tag) } " " }
            @if item.tags.is_empty() { span.none { "–" } }
        },
    }
}

/// The colours of its orders' flags, each once.
fn flags<'a>(item: &'a ShipmentItem, pick: fn(&'a OrderItem) -> Option<&'a str>) -> Vec<&'a str> {
    let mut colours: Vec<&str> = item.orders.iter().filter_map(pick).collect();
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
