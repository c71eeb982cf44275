//! The panels of a shipment's page.

use maud::{Markup, html};

use super::Shown;
use crate::domain::actor::Right;
use crate::domain::id::LineId;
use crate::domain::recipient::Recipient;
use crate::domain::shipment::{PrintState, ShipmentState};
use crate::operations::orders::OrderView;
use crate::operations::shipments::item::{ReasonItem, ShipmentItem};
use crate::web::icons::icon;
use crate::web::pages::workbench::chips::{carrier_name, carriers};
use crate::web::parts::audits;
use crate::web::parts::badges;
use crate::web::parts::thread::thread;
use crate::web::shell::csrf;
use crate::web::texts::{batch, common, shipment as t, words, workbench as w};
use crate::web::view::View;

/// What stands in the way, each with the next step.
pub fn reasons(view: &View, shown: &Shown) -> Markup {
    reasons_of(view, &shown.item.reasons)
}

/// The panel of reasons; nothing without any.
pub fn reasons_of(view: &View, reasons: &[ReasonItem]) -> Markup {
    html! {
        @if !reasons.is_empty() {
            section.panel.is-blocked {
                h2 { (view.t(t::REASONS)) }
                ul.reasons {
                    @for reason in reasons {
                        li {
                            (icon("blocked")) (badges::reason(view, reason))
                            small { (view.lang.pick(reason.next, reason.next_zh)) }
                        }
                    }
                }
            }
        }
    }
}

/// Its orders with their lines, remarks and holds.
pub fn orders(view: &View, shown: &Shown) -> Markup {
    // Of a single order its own thread has the button.
    let has_remarks = !shown.item.remarks.is_empty() && shown.orders.len() > 1;
    html! {
        @for order in &shown.orders { (order_panel(view, shown, order)) }
        @if has_remarks && view.may(Right::Audit) && shown.item.state != ShipmentState::Shipped {
            form method="post" action={ "/shipments/" (shown.item.id) "/remarks-read" } {
                (csrf(view)) button type="submit" { (icon("tick")) (view.t(t::MARK_READ)) }
            }
        }
    }
}

fn order_panel(view: &View, shown: &Shown, order: &OrderView) -> Markup {
    html! {
        section.panel.order-panel {
            header {
                h2 { a href={ "/orders/" (order.id) } title=(view.t(t::OPEN_ORDER)) { (order.shop_name) " · " code { (order.number) } } }
                (badges::flag(view, &order.flag))
                small { (view.t(words::order_state(order.state))) " · " (view.t(words::kind(order.kind))) " · " (order.buyer_nick) }
            }
            table.lines { tbody {
                @for line in order.lines.iter().filter(|line| !line.gone) {
                    tr {
                        td.num { b { (line.quantity) "×" } }
                        td { (line.title) " " small { (line.variant) } }
                        td { code { (line.sku) } @if let Some(own) = own(shown, line.id).filter(|own| *own != line.sku) { " → " code { (own) } } }
                        td { @if line.refund.is_open() || line.refund.is_final() { span.reason { (view.t(words::refund(line.refund))) } } }
                        td.num { (money(line.price.amount, &line.price.currency)) }
                    }
                }
            } }
            (audits::panel(view, &shown.people, order, &format!("/shipments/{}", shown.item.id)))
            (thread(view, &shown.people, order, &format!("/shipments/{}", shown.item.id)))
            @for hold in &order.holds {
                div.hold {
                    (icon("pause")) b { (hold.reason) }
                    small {
                        @if let Some(until) = hold.until { (t::UNTIL.with(view.lang, &[&view.moment(until)])) " · " }
                        (view.moment(hold.held_at))
                    }
                    @if view.may(Right::Audit) {
                        form method="post" action={ "/shipments/" (shown.item.id) "/orders/" (order.id) "/holds/" (hold.id) "/release" } {
                            (csrf(view)) button type="submit" { (view.t(t::RELEASE)) }
                        }
                    }
                }
            }
            footer {
                small { (view.t(t::PAID)) " " (order.paid_at.map(|at| view.moment(at)).unwrap_or_else(|| "–".to_owned())) }
                small { (view.t(t::TOTAL)) " " (money(order.total.amount, &order.total.currency)) }
                span.spring {}
                @if view.may(Right::Audit) && shown.item.state != ShipmentState::Shipped {
                    details.menu {
                        summary.button { (icon("pause")) (view.t(t::HOLD)) }
                        form.menu-body.stack method="post" action={ "/shipments/" (shown.item.id) "/orders/" (order.id) "/hold" } {
                            (csrf(view))
                            label { span { (view.t(w::HOLD_REASON)) } input name="reason" maxlength="200" required; }
                            label { span { (view.t(t::HOLD_UNTIL)) } input type="datetime-local" name="until"; }
                            button.primary type="submit" { (view.t(t::HOLD)) }
                        }
                    }
                }
            }
        }
    }
}

/// The own SKU that a line means.
fn own(shown: &Shown, line: LineId) -> Option<&str> {
    shown.item.lines.iter().find(|item| item.line == line)?.own_sku.as_deref()
}

/// Minor units as people write them.
pub fn money(amount: i64, currency: &str) -> String {
    let sign = if amount < 0 { "-" } else { "" };
    let (whole, rest) = (amount.abs() / 100, amount.abs() % 100);
    match currency {
        "CNY" => format!("{sign}¥{whole}.{rest:02}"),
        // The yen has no smaller coin.
        "JPY" => format!("{amount} JPY"),
        other => format!("{sign}{whole}.{rest:02} {other}"),
    }
}

/// The recipient, masked unless someone has just asked.
pub fn recipient(view: &View, shown: &Shown) -> Markup {
    let item = &shown.item;
    html! {
        section.panel #recipient {
            h2 { (view.t(t::RECIPIENT)) }
            @if let Some(full) = &shown.revealed {
                (in_full(view, full))
            } @else if let Some(masked) = &item.recipient {
                dl.facts {
                    dt { (view.t(t::COPY_ADDRESS)) } dd { (masked.name) }
                    dt { (view.t(t::PHONE)) } dd { (masked.phone) }
                    dt { (view.t(t::ADDRESS)) } dd { (masked.region) " " (masked.detail) }
                }
                @if view.may(Right::Reveal) {
                    form.reveal method="post" action={ "/shipments/" (item.id) "/reveal" } {
                        (csrf(view))
                        button type="submit" { (icon("eye")) (view.t(t::REVEAL)) }
                        small { (view.t(t::REVEAL_HINT)) }
                    }
                }
            } @else { p.none { "–" } }
        }
    }
}

fn in_full(view: &View, full: &Recipient) -> Markup {
    let parts = [&full.province, &full.city, &full.district, &full.town, &full.detail, &full.postcode];
    let address: Vec<&str> = parts.into_iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    html! {
        dl.facts {
            dt { (view.t(t::COPY_ADDRESS)) } dd { (full.name) }
            dt { (view.t(t::PHONE)) } dd { (full.phone) }
            dt { (view.t(t::ADDRESS)) } dd { (address.join(" ")) }
        }
        p.hint { (icon("eye")) " " (view.t(t::REVEALED)) }
    }
}

/// The number, its correction, print and ship.
pub fn waybill(view: &View, shown: &Shown) -> Markup {
    let item = &shown.item;
    let path = format!("/shipments/{}", item.id);
    let is_open = !matches!(item.state, ShipmentState::Shipped | ShipmentState::Cancelled);
    let (carrier, number) =
        (item.carrier.as_deref().unwrap_or_default(), item.waybill.as_deref().unwrap_or_default());
    html! {
        section.panel {
            h2 { (view.t(t::WAYBILL)) }
            dl.facts {
                dt { (view.t(t::WEIGHT)) }
                dd #weight { @match item.estimated_weight_g { Some(weight) => { (t::GRAMS.with(view.lang, &[&weight])) } None => { (view.t(t::WEIGHT_UNKNOWN)) } } }
                @if let (Some(grams), Some(at)) = (shown.weight.weighed_g, shown.weight.weighed_at) {
                    dt { (view.t(t::WEIGHED)) }
                    dd #weighed { (t::GRAMS.with(view.lang, &[&grams])) " · " (shown.people.name(shown.weight.weighed_by.as_deref().unwrap_or_default())) " · " (view.moment(at)) }
                }
            }
            @if !number.is_empty() {
                dl.facts {
                    dt { (view.t(t::CARRIER)) } dd { (carrier_name(view, carrier)) }
                    dt { (view.t(batch::NUMBER)) } dd { code { (number) } }
                    dt { (view.t(batch::PRINT)) } dd { (badges::print(view, item.print)) (view.t(words::print(item.print))) }
                    @if let Some(run) = item.number_run {
                        dt { (view.t(t::RUN)) } dd { a href={ "/number-runs/" (run) } { "#" (run) } @if let Some(at) = item.run_position { " · " (at) } }
                    }
                }
            } @else { p.none { "–" } }
            @if view.may(Right::Ship) && is_open {
                div.buttons {
                    @if !number.is_empty() {
                        form method="post" action={ (path) "/print" } {
                            (csrf(view))
                            @if item.print == PrintState::Printed { input type="hidden" name="reprint" value="1"; }
                            button type="submit" { (icon("printed")) (view.t(t::PRINT_LABEL)) }
                        }
                        form method="post" action={ (path) "/ship" } {
                            (csrf(view))
                            button.primary type="submit" data-ask=(batch::SHIP_ASK.with(view.lang, &[&1])) { (icon("shipped")) (view.t(batch::SHIP)) }
                        }
                    }
                }
                details.fold {
                    summary { (view.t(t::CORRECT)) }
                    form.stack method="post" action={ (path) "/waybill" } {
                        (csrf(view))
                        label { span { (view.t(t::CARRIER)) }
                            select name="carrier" required {
                                @for (code, name) in carriers(view) { option value=(code) selected[code == carrier] { (name) } }
                            } }
                        label { span { (view.t(batch::NUMBER)) }
                            input name="number" value=(number) required autocomplete="off"; small { (view.t(t::CORRECT_HINT)) } }
                        label.tick { input type="checkbox" name="force" value="1"; span { (view.t(t::FORCE)) } }
                        button type="submit" { (view.t(common::SAVE)) }
                    }
                    @if !number.is_empty() {
                        form.stack method="post" action={ (path) "/waybill/void" } {
                            (csrf(view))
                            button.danger type="submit" data-ask=(t::VOID_ASK.with(view.lang, &[&number])) { (view.t(t::VOID)) }
                        }
                    }
                }
            }
        }
    }
}

/// The button that takes a merged shipment apart.
pub fn unmerge(view: &View, item: &ShipmentItem) -> Markup {
    html! {
        form method="post" action={ "/shipments/" (item.id) "/unmerge" } {
            (csrf(view))
            button type="submit" data-ask=(t::UNMERGE_ASK.with(view.lang, &[&item.orders.len()])) { (icon("split")) (view.t(t::UNMERGE)) }
        }
    }
}

/// The form that moves pieces into a parcel of their own.
pub fn split(view: &View, item: &ShipmentItem) -> Markup {
    html! {
        details.menu {
            summary.button { (icon("split")) (view.t(t::SPLIT)) }
            form.menu-body.stack.wide method="post" action={ "/shipments/" (item.id) "/split" } {
                (csrf(view))
                p.hint { (view.t(t::SPLIT_HINT)) }
                @for line in &item.lines {
                    label.piece {
                        span { (line.title) " " small { (line.variant) } }
                        input type="number" name={ "line-" (line.line) } min="0" max=(line.quantity) value="0";
                        small { "/ " (line.quantity) }
                    }
                }
                button.primary type="submit" { (view.t(t::SPLIT)) }
            }
        }
    }
}
