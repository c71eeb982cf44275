//! What the desk shows of a parcel, and the deeds with their keys.

use maud::{Markup, html};

use super::{Decided, Desk, to};
use crate::domain::actor::Right;
use crate::domain::audit::{AuditKind, AuditState};
use crate::operations::orders::{BuyerHistory, OrderView};
use crate::web::icons::icon;
use crate::web::pages::shipment::parts::{money, reasons_of};
use crate::web::parts::thread::said_of;
use crate::web::parts::{audits, badges, rules};
use crate::web::shell::csrf;
use crate::web::texts::{audits as t, shipment as s, words, workbench as w};
use crate::web::view::View;

/// The parcel on the desk: head, deeds, then what they are decided by.
pub fn parcel(view: &View, desk: &Desk, undo: Option<&Decided>) -> Markup {
    let order = desk.order();
    html! {
        header.page-head {
            h1 tabindex="-1" { (t::DESK_OF.with(view.lang, &[&order.shop_name, &order.number])) }
            (badges::ship_by(view, &desk.item))
            (badges::flag(view, &order.flag))
            span.spring {}
            nav.buttons aria-label=(view.t(t::QUEUE)) {
                a.button rel="prev" href=(to(&desk.queue, "before", desk.item.id)) data-key="k" aria-keyshortcuts="k" { (view.t(t::PREVIOUS)) " " kbd { "k" } }
                a.button rel="next" href=(to(&desk.queue, "after", desk.item.id)) data-key="j" aria-keyshortcuts="j" { (view.t(t::NEXT)) " " kbd { "j" } }
            }
        }
        (deeds(view, desk, undo))
        div.columns {
            div {
                section.panel.order-panel #order {
                    h2 { a href={ "/orders/" (order.id) } title=(view.t(s::OPEN_ORDER)) { code { (order.number) } } }
                    (contents(view, order))
                    div.thread { @for audit in &order.audits { (audits::standing(view, &desk.people, audit)) } }
                    div.thread #remarks { (said_of(view, &desk.people, order)) }
                    (holds(view, desk, order))
                }
                (rules::panel(view, &desk.people, order, &desk.here()))
                (reasons_of(view, &desk.item.reasons))
            }
            div {
                (buyer(view, order, &desk.others))
                (recipient(view, desk))
                (same_parcel(view, desk))
            }
        }
    }
}

/// A form that is unfolded by its key.
fn fold(view: &View, key: &str, text: crate::web::lang::Text, action: &str, fields: &Markup) -> Markup {
    html! {
        details.fold.deed {
            summary.button data-key=(key) aria-keyshortcuts=(key) { (view.t(text)) " " kbd { (key) } }
            form.row-form method="post" action=(action) data-trouble-here {
                (csrf(view))
                (fields)
                button.primary type="submit" { (view.t(text)) }
            }
        }
    }
}

fn deeds(view: &View, desk: &Desk, undone: Option<&Decided>) -> Markup {
    let order = desk.order();
    let here = desk.here();
    let mine = desk.next.filter(|kind| view.may(kind.right()));
    let may = view.may(Right::Audit);
    let back = |to: &str| html! { input type="hidden" name="back" value=(to); };
    html! {
        section.panel.audit-deeds aria-label=(view.t(t::DEEDS)) data-trouble-here {
            @if let Some(kind) = mine { (decisions(view, desk, kind)) }
            @if desk.next.is_some() && mine.is_none() { p.hint { (view.t(t::NOT_YOURS)) } }
            @if may {
                @let hold = html! {
                    (back(&here))
                    label { span { (view.t(w::HOLD_REASON)) } input name="reason" maxlength="200" required autocomplete="off"; }
                    label { span { (view.t(s::HOLD_UNTIL)) } input type="datetime-local" name="until"; }
                };
                (fold(view, "h", s::HOLD, &format!("/shipments/{}/orders/{}/hold", desk.item.id, order.id), &hold))
                @let note = html! {
                    (back(&here))
                    label { span { (view.t(s::NOTE_TEXT)) } input name="text" maxlength="1000" required autocomplete="off"; }
                };
                (fold(view, "n", s::NOTE, &format!("/orders/{}/notes", order.id), &note))
                @if !order.remarks.is_empty() && order.remarks_read.is_none() {
                    form method="post" action={ "/orders/" (order.id) "/remarks-read" } {
                        (csrf(view)) (back(&here))
                        button type="submit" data-key="m" aria-keyshortcuts="m" { (view.t(s::I_HAVE_READ)) " " kbd { "m" } }
                    }
                }
            }
            (undo(view, &desk.queue, undone))
        }
    }
}

/// Pass and reject, for the order as it is shown.
fn decisions(view: &View, desk: &Desk, kind: AuditKind) -> Markup {
    let order = desk.order();
    let facts = order.audits.iter().find(|one| one.kind == kind).map_or("", |one| one.facts.as_str());
    let act = |act: &str| format!("/orders/{}/audits/{kind}/{act}", order.id);
    let fields = |place: &str| {
        let back = format!("{}&undo={}.{kind}", to(&desk.queue, place, desk.item.id), order.id);
        html! {
            input type="hidden" name="back" value=(back);
            input type="hidden" name="facts" value=(facts);
        }
    };
    let pass = match kind {
        AuditKind::Customer => t::PASS_CUSTOMER,
        AuditKind::Finance => t::PASS_FINANCE,
    };
    let reject = html! {
        (fields("after"))
        label { span { (view.t(t::REASON)) } input name="note" maxlength="200" required autocomplete="off"; }
    };
    html! {
        form method="post" action=(act("pass")) {
            (csrf(view))
            (fields("at"))
            button.primary type="submit" data-key="p" aria-keyshortcuts="p" { (icon("tick")) (view.t(pass)) " " kbd { "p" } }
        }
        (fold(view, "x", t::REJECT, &act("reject"), &reject))
    }
}

/// Takes back what was decided last, wherever the desk is by now.
pub fn undo(view: &View, queue: &str, decided: Option<&Decided>) -> Markup {
    html! {
        @if let Some(Decided { order, kind, state }) = decided {
            form method="post" action={ "/orders/" (order.id) "/audits/" (kind) "/undo" } {
                (csrf(view))
                @if let Some(place) = order.shipments.first() { input type="hidden" name="back" value=(to(queue, "at", place.id)); }
                button.quiet type="submit" data-key="u" aria-keyshortcuts="u" {
                    (t::UNDO_LAST.with(view.lang, &[&order.number, &view.t(t::state(*state))])) " " kbd { "u" }
                }
                @if *state == AuditState::Rejected { small.hint { " " (view.t(t::UNDO_HOLD_STAYS)) } }
            }
        }
    }
}

fn contents(view: &View, order: &OrderView) -> Markup {
    html! {
        table.lines {
            tbody { @for line in order.lines.iter().filter(|line| !line.gone) {
                tr {
                    td.num { b { (line.quantity) "×" } }
                    td { (line.title) " " small { (line.variant) } }
                    td { code { (line.sku) } }
                    td { @if line.refund.is_open() || line.refund.is_final() { span.reason { (view.t(words::refund(line.refund))) } } }
                    td.num { (money(line.price.amount, &line.price.currency)) }
                }
            } }
            tfoot {
                tr { td {} td colspan="3" { (view.t(s::SHIPPING_FEE)) } td.num { (money(order.shipping_fee.amount, &order.shipping_fee.currency)) } }
                tr { td {} th colspan="3" scope="row" { (view.t(s::TOTAL)) } td.num { b { (money(order.total.amount, &order.total.currency)) } } }
            }
        }
    }
}

/// Every hold of the order; the first one has the key.
fn holds(view: &View, desk: &Desk, order: &OrderView) -> Markup {
    html! {
        @for (index, hold) in order.holds.iter().enumerate() {
            div.hold {
                (icon("pause")) b { (hold.reason) }
                small {
                    @if let Some(until) = hold.until { (s::UNTIL.with(view.lang, &[&view.moment(until)])) " · " }
                    (desk.people.name(&hold.held_by)) " · " (view.moment(hold.held_at))
                }
                @if view.may(Right::Audit) {
                    @let key = (index == 0).then_some("r");
                    form method="post" action={ "/shipments/" (desk.item.id) "/orders/" (order.id) "/holds/" (hold.id) "/release" } {
                        (csrf(view)) input type="hidden" name="back" value=(desk.here());
                        button type="submit" data-key=[key] aria-keyshortcuts=[key] {
                            (view.t(s::RELEASE)) span.visually-hidden { ": " (hold.reason) }
                            @if let Some(key) = key { " " kbd { (key) } }
                        }
                    }
                }
            }
        }
    }
}

fn buyer(view: &View, order: &OrderView, others: &BuyerHistory) -> Markup {
    html! {
        section.panel #buyer {
            h2 { (view.t(t::BUYER)) @if !order.buyer_nick.is_empty() { " · " (order.buyer_nick) } }
            @if !order.buyer_tags.is_empty() { p { @for tag in &order.buyer_tags { span.tag { (tag) } " " } } }
            @if order.buyer_nick.is_empty() { p.none { (view.t(t::NO_NICK)) } }
            @else if others.counts.count == 0 { p.none { (view.t(t::NO_OTHERS)) } }
            @else {
                p { (t::OTHERS_N.with(view.lang, &[&others.counts.count, &others.counts.cancelled])) }
                ul.plain { @for other in &others.newest {
                    li {
                        a href={ "/orders/" (other.id) } { code { (other.number) } } " "
                        (view.t(words::order_state(other.state))) " "
                        (money(other.total_amount, &other.currency)) " "
                        small { (view.moment(other.received_at)) }
                    }
                } }
            }
        }
    }
}

fn recipient(view: &View, desk: &Desk) -> Markup {
    html! {
        section.panel {
            h2 { (view.t(s::RECIPIENT)) }
            @match &desk.item.recipient {
                Some(masked) => { p { (masked.name) " " (masked.phone) br; (masked.region) " " (masked.detail) } }
                None => { p.none { "–" } }
            }
            p { a href={ "/shipments/" (desk.item.id) } { (s::TITLE.with(view.lang, &[&desk.item.id])) } }
        }
    }
}

fn same_parcel(view: &View, desk: &Desk) -> Markup {
    html! {
        @if desk.orders.len() > 1 {
            section.panel {
                h2 { (view.t(t::SAME_PARCEL)) }
                ul.plain { @for order in desk.orders.iter().filter(|order| order.id != desk.order().id) {
                    li {
                        a href={ "/orders/" (order.id) } { code { (order.number) } } " "
                        (money(order.total.amount, &order.total.currency))
                        @for audit in &order.audits { " · " (view.t(t::kind(audit.kind))) " " (view.t(t::state(audit.state))) }
                    }
                } }
            }
        }
    }
}
