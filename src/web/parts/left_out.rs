//! What was left as it was: each with its reason and one click from its mend.

use maud::{Markup, html};

use crate::domain::left_out::LeftOut;
use crate::web::texts::{batch as t, common, reasons};
use crate::web::view::View;

/// How many are listed.
const LISTED: usize = 50;

/// The list; nothing when nothing was left out.
pub fn list(view: &View, all: &[LeftOut]) -> Markup {
    html! {
        @if !all.is_empty() {
            details.left-out-box open {
                summary { (view.t(t::CANNOT)) " · " (all.len()) }
                ul.left-out {
                    @for left in all.iter().take(LISTED) {
                        @for why in left.reasons.iter().take(2) {
                            li {
                                a href={ "/shipments/" (left.id) } target="_blank" { "#" (left.id) }
                                span { (reasons::message(view.lang, why.code, &why.message)) }
                                small { (reasons::next(view.lang, why.code, &why.next)) }
                            }
                        }
                    }
                }
                @if all.len() > LISTED { p.hint { (common::AND_MORE.with(view.lang, &[&(all.len() - LISTED)])) } }
            }
        }
    }
}
