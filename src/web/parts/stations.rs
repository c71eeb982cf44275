//! The way of a batch: number, print, ship; which of them is done, which comes next.

use maud::{Markup, html};

use crate::web::icons::icon;
use crate::web::texts::batch as t;
use crate::web::view::View;

/// The three steps with the present one marked, counted from 0.
pub fn steps(view: &View, present: usize) -> Markup {
    html! {
        ol.steps aria-label=(view.t(t::STEPS)) {
            @for (index, text) in [t::STEP_NUMBER, t::STEP_PRINT, t::STEP_SHIP].into_iter().enumerate() {
                li.is-done[index < present] aria-current=[(index == present).then_some("step")] {
                    span.dot { @if index < present { (icon("tick")) } @else { (index + 1) } }
                    (view.t(text))
                }
            }
        }
    }
}
