//! All that was said of an order, in one thread, with the seller's keywords marked.

use maud::{Markup, html};

use super::badges;
use super::events::People;
use crate::domain::actor::Right;
use crate::domain::remark::pieces;
use crate::operations::orders::{OrderView, RemarkItem};
use crate::web::icons::icon;
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
    }
}
