//! The demo's guided tour: five steps of the main job above the pages on which they are done, until it is put away.

use maud::{Markup, html};

use crate::db::{Db, shops};
use crate::domain::error::Error;
use crate::web::icons::icon;
use crate::web::lang::Text;
use crate::web::shell::csrf;
use crate::web::texts::{common, tour as t};
use crate::web::view::View;

/// The steps: the page they are done on, where that page is, what to do there.
const STEPS: &[(&str, &str, Text, Text)] = &[
    ("start", "/", t::LOOK, t::LOOK_DO),
    ("workbench", "/workbench?state=ready", t::TICK, t::TICK_DO),
    ("runs", "/number-runs", t::PRINT, t::PRINT_DO),
    ("prints", "/print-jobs", t::PAPER, t::PAPER_DO),
    ("write-backs", "/write-backs", t::TOLD, t::TOLD_DO),
];

/// The strip for a page; nothing for who put it away, where no shop is simulated, or off its way.
///
/// # Errors
/// When the record cannot be read.
pub fn strip(db: &mut Db, view: &View, place: &str) -> Result<Markup, Error> {
    let here = STEPS.iter().position(|(page, ..)| *page == place);
    let Some(here) = here.filter(|_| view.wants_tour && view.reader.is_some()) else { return Ok(html! {}) };
    let mut is_demo = false;
    for shop in shops::all(db)? {
        is_demo |= shop.settings()?.simulated;
    }
    if !is_demo {
        return Ok(html! {});
    }
    Ok(html! {
        aside.tour aria-label=(view.t(t::TITLE)) {
            ol {
                @for (at, (_, href, name, _)) in STEPS.iter().enumerate() {
                    li { a href=(href) aria-current=[(at == here).then_some("step")] { span.at { (at + 1) } (view.t(*name)) } }
                }
            }
            p { (view.t(STEPS[here].3)) }
            form method="post" action="/look" data-plain {
                (csrf(view))
                input type="hidden" name="back" value=(view.here);
                button.quiet.icon-only type="submit" name="tour" value="off" title=(view.t(t::AWAY)) aria-label=(view.t(t::AWAY)) { (icon("cross")) span.visually-hidden { (view.t(common::DISMISS)) } }
            }
        }
    })
}
