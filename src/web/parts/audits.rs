//! How the audits of an order stand, with what may be done.

use maud::{Markup, html};

use super::events::People;
use crate::domain::audit::{AuditKind, AuditState};
use crate::operations::orders::{AuditView, OrderView};
use crate::web::icons::icon;
use crate::web::shell::csrf;
use crate::web::texts::audits as t;
use crate::web::view::View;

/// The audits an order needs; nothing without any. `back` is where its forms lead.
pub fn panel(view: &View, people: &People, order: &OrderView, back: &str) -> Markup {
    let open = |audit: &AuditView| audit.state != AuditState::Passed;
    // Finance waits for the customer audit.
    let next = order.audits.iter().find(|audit| open(audit)).map(|audit| audit.kind);
    html! {
        @if !order.audits.is_empty() {
            div.thread id={ "audits-" (order.id) } data-trouble-here {
                @for audit in &order.audits { (one(view, people, order, audit, next, back)) }
                @if next.is_some() { p.hint { (view.t(t::FOR_WHAT_STANDS)) } }
            }
        }
    }
}

/// How an audit stands, why it is needed, and who decided what.
pub fn standing(view: &View, people: &People, audit: &AuditView) -> Markup {
    let causes: Vec<&str> = audit
        .causes
        .iter()
        .map(|cause| cause.words())
        .map(|(english, chinese)| view.lang.pick(english, chinese))
        .collect();
    html! {
        p {
            (icon(if audit.state == AuditState::Passed { "tick" } else { "blocked" })) " "
            b { (view.t(t::kind(audit.kind))) } " · " (view.t(t::state(audit.state))) " "
            small { (causes.join(view.lang.pick(", ", "、"))) }
        }
        @if let (Some(by), Some(at)) = (&audit.decided_by, audit.decided_at) {
            p.hint { (t::DECIDED.with(view.lang, &[&people.name(by), &view.moment(at)])) }
        }
        @if !audit.note.is_empty() { p.said { (audit.note) } }
    }
}

fn one(
    view: &View,
    people: &People,
    order: &OrderView,
    audit: &AuditView,
    next: Option<AuditKind>,
    back: &str,
) -> Markup {
    let may = view.may(audit.kind.right());
    let to = |act: &str| format!("/orders/{}/audits/{}/{act}", order.id, audit.kind);
    let hidden = html! {
        (csrf(view))
        input type="hidden" name="back" value=(back);
        input type="hidden" name="facts" value=(audit.facts);
    };
    html! {
        (standing(view, people, audit))
        @if may && next == Some(audit.kind) {
            form.row-form method="post" action=(to("pass")) {
                (hidden)
                label { span { (view.t(t::NOTE)) } input name="note" maxlength="200"; }
                button.primary type="submit" { (icon("tick")) (view.t(t::PASS)) }
            }
            details.fold {
                summary { (view.t(t::REJECT)) }
                form.row-form method="post" action=(to("reject")) {
                    (hidden)
                    label { span { (view.t(t::REASON)) } input name="note" maxlength="200" required; }
                    button type="submit" { (icon("pause")) (view.t(t::REJECT)) }
                }
            }
        }
        @if may && audit.state == AuditState::Passed {
            form method="post" action=(to("undo")) { (hidden) button.quiet type="submit" { (view.t(t::UNDO)) } }
        }
    }
}
