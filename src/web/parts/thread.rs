//! All that was said of an order, in one thread, with the seller's keywords marked.

use maud::{Markup, html};

use super::badges;
use super::events::People;
use crate::domain::actor::Right;
use crate::domain::id::NoteId;
use crate::domain::remark::pieces;
use crate::domain::write_back::WriteBackState;
use crate::operations::orders::{MemoWays, OrderView, RemarkItem};
use crate::web::icons::icon;
use crate::web::lang::Text;
use crate::web::shell::csrf;
use crate::web::texts::{shipment as t, words, workbench as w};
use crate::web::view::View;

/// A remark's words, keywords marked.
pub fn text(remark: &RemarkItem) -> Markup {
    html! {
        @for piece in pieces(&remark.text, &remark.keywords) {
            @if piece.is_keyword { mark { (piece.text) } } @else { (piece.text) }
        }
    }
}

/// How far the shop has been told of a note.
pub fn memo_word(state: WriteBackState) -> (Text, &'static str) {
    match state {
        WriteBackState::Waiting => (t::MEMO_WAITING, "clock"),
        WriteBackState::Done => (t::MEMO_DONE, "tick"),
        WriteBackState::DoneByHand => (t::MEMO_BY_HAND, "person"),
        WriteBackState::Refused | WriteBackState::Unsupported => (t::MEMO_REFUSED, "blocked"),
        WriteBackState::Unknown => (t::MEMO_UNKNOWN, "alarm"),
    }
}

/// What a person can do about a memo that failed; `back` is where it leads.
pub fn memo_acts(view: &View, note: NoteId, state: WriteBackState, back: &str) -> Markup {
    let has_failed = matches!(state, WriteBackState::Refused | WriteBackState::Unknown);
    html! {
        @if has_failed && view.may(Right::Audit) {
            div.buttons {
                @for (deed, text) in [("retry", t::MEMO_RETRY), ("settle", t::MEMO_SETTLE)] {
                    form method="post" action={ "/memos/" (note) "/" (deed) } {
                        (csrf(view)) input type="hidden" name="back" value=(back);
                        button type="submit" { (view.t(text)) }
                    }
                }
            }
        }
    }
}

/// Whether the shop is told of the note, and how.
fn memo_fields(view: &View, ways: &MemoWays) -> Markup {
    html! {
        label.tick { input type="checkbox" name="memo" value="1"; span { (view.t(t::MEMO_TOO)) } }
        @if !ways.flags.is_empty() {
            label { span { (view.t(t::MEMO_FLAG)) }
                select name="memo_flag" {
                    option value="" { (view.t(t::MEMO_FLAG_STAYS)) }
                    @for flag in &ways.flags { option value=(flag) { (view.t(words::flag(flag))) } }
                }
            }
        }
        @if ways.replace { label.tick { input type="checkbox" name="memo_replace" value="1"; span { (view.t(t::MEMO_REPLACE)) } } }
    }
}

/// What was said and who read it, without anything to do.
pub fn said_of(view: &View, people: &People, order: &OrderView) -> Markup {
    html! {
        @if !order.flag.is_empty() && order.flag != "none" {
            p { (badges::flag(view, &order.flag)) " " (view.t(words::flag(&order.flag))) }
        }
        @if !order.remarks.is_empty() {
            ol { @for remark in &order.remarks { li data-by=(remark.by) { (said(view, people, remark)) } } }
            p.hint {
                @match &order.remarks_read {
                    Some(read) => { (icon("tick")) " " (t::READ_BY.with(view.lang, &[&people.name(&read.by), &view.moment(read.at)])) }
                    None => { (view.t(t::NOT_READ)) }
                }
            }
        }
    }
}

/// The thread of an order; `back` is where its forms lead.
pub fn thread(view: &View, people: &People, order: &OrderView, back: &str) -> Markup {
    let may = view.may(Right::Audit);
    html! {
        div.thread id={ "remarks-" (order.id) } data-trouble-here {
            (said_of(view, people, order))
            @if may {
                @for (note, memo) in order.remarks.iter().filter_map(|remark| remark.note.zip(remark.memo.as_ref())) {
                    (memo_acts(view, note, memo.state, back))
                }
                div.buttons {
                    @if !order.remarks.is_empty() && order.remarks_read.is_none() {
                        form method="post" action={ "/orders/" (order.id) "/remarks-read" } {
                            (csrf(view)) input type="hidden" name="back" value=(back);
                            button type="submit" { (icon("tick")) (view.t(t::I_HAVE_READ)) }
                        }
                    }
                }
                details.fold {
                    summary { (view.t(t::NOTE)) }
                    form.stack method="post" action={ "/orders/" (order.id) "/notes" } {
                        (csrf(view)) input type="hidden" name="back" value=(back);
                        label { span { (view.t(t::NOTE_TEXT)) } textarea name="text" rows="2" maxlength="1000" required {} small { (view.t(t::NOTE_HINT)) } }
                        @if let Some(ways) = &order.memo { (memo_fields(view, ways)) }
                        button type="submit" { (icon("plus")) (view.t(t::NOTE)) }
                    }
                }
            }
        }
    }
}

fn said(view: &View, people: &People, remark: &RemarkItem) -> Markup {
    let (mark, word) = match remark.by {
        "buyer" => ("buyer", w::BUYER),
        "seller" => ("seller", w::SELLER),
        _ => ("person", t::STAFF_NOTE),
    };
    html! {
        small {
            (icon(mark)) " " (view.t(word))
            @if let Some(author) = &remark.author { " · " (people.name(author)) }
            @if let Some(at) = remark.at { " · " time datetime=(at) { (view.moment(at)) } }
        }
        p.said { (text(remark)) }
        @if let Some(memo) = &remark.memo {
            @let (word, mark) = memo_word(memo.state);
            small {
                (icon(mark)) " " (view.t(word))
                @if !memo.flag.is_empty() { " · " (badges::flag(view, &memo.flag)) " " (view.t(words::flag(&memo.flag))) }
                @if !memo.reply.is_empty() && memo.state != WriteBackState::Done { " · " (memo.reply) }
            }
        }
    }
}
