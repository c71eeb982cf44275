//! States, deadlines, flags and reasons, each told by a shape and a word; colour only repeats it.

use chrono::Duration;
use maud::{Markup, html};

use crate::domain::shipment::{PrintState, ShipmentState};
use crate::operations::orders::RemarkItem;
use crate::operations::shipments::item::{ReasonItem, ShipmentItem};
use crate::web::icons::icon;
use crate::web::texts::{shipment, words, workbench as t};
use crate::web::view::View;

/// A shipment's state.
pub fn state(view: &View, state: ShipmentState) -> Markup {
    html! {
        span.badge data-state=(state) { (icon(state.as_str())) (view.t(words::state(state))) }
    }
}

/// The time left; scripts keep it counting.
pub fn ship_by(view: &View, item: &ShipmentItem) -> Markup {
    let state = item.state;
    let Some(due) = item.ship_by.filter(|_| state != ShipmentState::Cancelled) else {
        return html! { span.none { (view.t(t::NO_DEADLINE)) } };
    };
    if let Some(shipped) = item.shipped_at {
        return html! { span.left { (t::SHIPPED_AT.with(view.lang, &[&view.moment(shipped)])) } };
    }
    if state == ShipmentState::Shipped {
        return html! { time.left datetime=(due) { (view.moment(due)) } };
    }
    let left = due.chrono() - view.now.chrono();
    let (class, text, mark) = if left <= Duration::zero() {
        ("late", t::OVERDUE_BY.with(view.lang, &[&view.span(left)]), Some("alarm"))
    } else if item.warn_at.is_some_and(|warn_at| warn_at <= view.now) {
        ("soon", view.span(left), Some("clock"))
    } else {
        ("calm", view.span(left), None)
    };
    html! {
        time.due data-due=(due) data-warn=[item.warn_at] datetime=(due) data-urgency=(class) title=(view.moment(due)) {
            @if let Some(mark) = mark { (icon(mark)) }
            span { (text) }
        }
    }
}

/// A platform's flag.
pub fn flag(view: &View, colour: &str) -> Markup {
    let word = view.t(words::flag(colour));
    html! {
        @if !colour.is_empty() && colour != "none" {
            span.flag data-flag=(colour) title=(word) { (icon("flag")) span.visually-hidden { (word) } }
        }
    }
}

/// Our own flag, by a rule or by hand.
pub fn own_flag(view: &View, colour: &str) -> Markup {
    let word = words::OWN_FLAG.with(view.lang, &[&view.t(words::flag(colour))]);
    html! {
        span.flag.is-own data-flag=(colour) title=(word) { (icon("flag")) span.visually-hidden { (word) } }
    }
}

/// Whether the label was printed.
pub fn print(view: &View, print: PrintState) -> Markup {
    let (mark, word) = match print {
        PrintState::None => return html! {},
        PrintState::Queued => ("clock", words::PRINT_QUEUED),
        PrintState::Printed => ("printed", words::PRINT_DONE),
        PrintState::Stale => ("stale", words::PRINT_STALE),
    };
    html! { span.print data-print=(print) title=(view.t(word)) { (icon(mark)) span.visually-hidden { (view.t(word)) } } }
}

/// Why it cannot leave; the sentence and what to do next.
pub fn reason(view: &View, reason: &ReasonItem) -> Markup {
    let (said, next) =
        (view.lang.pick(&reason.message, &reason.message_zh), view.lang.pick(reason.next, reason.next_zh));
    html! {
        @match &reason.mend {
            Some(mend) => { a.reason data-code=(reason.code) title=(next) href=(mend) { (said) } }
            None => { span.reason data-code=(reason.code) title=(next) { (said) } }
        }
    }
}

/// What a buyer or the seller wrote.
pub fn remark(view: &View, remark: &RemarkItem) -> Markup {
    let (mark, word) = match remark.by {
        "buyer" => ("buyer", t::BUYER),
        "seller" => ("seller", t::SELLER),
        _ => ("person", shipment::STAFF_NOTE),
    };
    html! {
        span.remark data-by=(remark.by) title=(remark.text) {
            (icon(mark)) span.visually-hidden { (view.t(word)) ": " } span.text { (super::thread::text(remark)) }
        }
    }
}
