//! The left side: states and saved filters, each with its count.

use std::collections::HashMap;

use maud::{Markup, html};

use super::query::{FIND, Words};
use crate::db::order_audits::Waiting;
use crate::db::shipment_list::{self, ShipmentFilter};
use crate::db::shops::{self, ShopRow};
use crate::db::{Db, saved_filters};
use crate::domain::actor::Right;
use crate::domain::error::Error;
use crate::domain::shipment::ShipmentState;
use crate::domain::time::UtcTime;
use crate::http::shipment_query::ShipmentQuery;
use crate::operations::orders;
use crate::operations::shipments::list;
use crate::web::form::Form;
use crate::web::icons::icon;
use crate::web::shell::csrf;
use crate::web::texts::{audits as a, common, words, workbench as t};
use crate::web::view::View;

/// States in which there is something left to do.
pub const OPEN: &[ShipmentState] = ShipmentState::OPEN;

/// What the rail shows. Counting a year of work takes longer than listing a page of it, so a script may ask for the
/// counts once the list is there.
pub struct Counts {
    /// Nothing was counted yet.
    pub is_late: bool,
    states: HashMap<ShipmentState, i64>,
    /// Past their deadline, and due within three hours.
    pub late: i64,
    pub soon: i64,
    /// What waits for an audit; nothing where nobody audits.
    audits: Option<Waiting>,
    saved: Vec<Saved>,
}

struct Saved {
    id: i64,
    name: String,
    words: Words,
    count: i64,
}

impl Counts {
    /// Counts everything.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn load(db: &mut Db, view: &View) -> Result<Self, Error> {
        let states = shipment_list::count_by_state_for_pages(db)?
            .into_iter()
            .map(|row| (row.state, row.count))
            .collect();
        let due = |db: &mut Db, before: UtcTime| {
            let filter = ShipmentFilter {
                states: OPEN.to_vec(),
                ship_by_before: Some(before),
                ..ShipmentFilter::default()
            };
            list::count(db, &filter, None)
        };
        let late = due(db, view.now)?;
        let soon = due(db, view.now.plus(chrono::Duration::hours(3)))? - late;
        let waiting = orders::waiting(db)?;
        let audits = (waiting.either > 0 || is_audited(db)?).then_some(waiting);
        let mut saved = Vec::new();
        for row in saved_filters::all(db)? {
            let query: ShipmentQuery = serde_json::from_str(&row.query).map_err(anyhow::Error::from)?;
            let wish = query.parse()?;
            let filter = wish.filter(db)?;
            let count = list::count(db, &filter, wish.search.as_deref())?;
            let pairs: HashMap<String, String> =
                serde_json::from_str(&row.query).map_err(anyhow::Error::from)?;
            let form = Form::of(pairs.into_iter());
            saved.push(Saved { id: row.id, name: row.name, words: Words::of(&form, view), count });
        }
        Ok(Self { is_late: false, states, late, soon, audits, saved })
    }

    /// The names alone; the counts follow.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn later(db: &mut Db, view: &View) -> Result<Self, Error> {
        let mut saved = Vec::new();
        for row in saved_filters::all(db)? {
            let pairs: HashMap<String, String> =
                serde_json::from_str(&row.query).map_err(anyhow::Error::from)?;
            let words = Words::of(&Form::of(pairs.into_iter()), view);
            saved.push(Saved { id: row.id, name: row.name, words, count: 0 });
        }
        let audits = is_audited(db)?.then(Waiting::default);
        Ok(Self { is_late: true, states: HashMap::new(), late: 0, soon: 0, audits, saved })
    }

    /// A count as it is shown; a place for it before it is known.
    fn text(&self, count: i64) -> String {
        if self.is_late { "\u{2007}".to_owned() } else { counted(count) }
    }

    /// Whether there is nothing of it, as far as is known.
    fn is_none(&self, count: i64) -> bool {
        count == 0 && !self.is_late
    }

    /// How many are in a state.
    pub fn of(&self, state: ShipmentState) -> i64 {
        self.states.get(&state).copied().unwrap_or_default()
    }

    /// How many are in any of these.
    pub fn of_all(&self, states: &[ShipmentState]) -> i64 {
        states.iter().map(|state| self.of(*state)).sum()
    }

    /// How many there are.
    pub fn total(&self) -> i64 {
        self.states.values().sum()
    }
}

/// Whether a shop has its orders audited.
fn is_audited(db: &mut Db) -> Result<bool, Error> {
    let settings = shops::all(db)?.iter().map(ShopRow::settings).collect::<Result<Vec<_>, Error>>()?;
    Ok(settings.iter().any(|shop| shop.audits.is_on()))
}

/// The words of a list of states.
pub fn state_words(states: &[ShipmentState]) -> String {
    states.iter().map(|state| state.as_str()).collect::<Vec<_>>().join(",")
}

/// The rail.
pub fn rail(view: &View, counts: &Counts, here: &Words) -> Markup {
    let bare = Words::default();
    let to = |state: &str| bare.with("state", state).with("sort", here.get("sort"));
    let is_here = |words: &Words| {
        let plain = |words: &Words| words.with("sort", "").with("ship_by_before", "");
        let timed = |words: &Words| !words.get("ship_by_before").is_empty();
        (plain(words) == plain(here) && timed(words) == timed(here)).then_some("page")
    };
    let entry = |words: Words, mark: &str, label: &str, count: i64| {
        html! {
            li { a href=(words.href()) aria-current=[is_here(&words)] data-rail=(mark) data-empty[counts.is_none(count)] {
                (icon(mark)) span.label { (label) } span.count { (counts.text(count)) }
            } }
        }
    };
    let late = to(&state_words(OPEN)).with("ship_by_before", &view.now.to_string());
    let soon = to(&state_words(OPEN)).with("ship_by_before", &super::query::in_hours(view.now, 3));
    // Both speak of a moment that moves; only one of them can be where the reader is.
    let until = UtcTime::parse(here.get("ship_by_before")).ok();
    let in_late = until.is_some_and(|until| until <= view.now);
    let urgent = |words: Words, mark: &str, label: &str, count: i64, is_it: bool| {
        let current = is_it.then_some("page").filter(|_| is_here(&words).is_some());
        html! {
            li { a href=(words.href()) aria-current=[current] data-rail=(mark) data-empty[counts.is_none(count)] {
                (icon(mark)) span.label { (label) } span.count { (counts.text(count)) }
            } }
        }
    };
    html! {
        aside.rail #rail data-late[counts.is_late] aria-label=(view.t(t::STATES)) {
            ul {
                (entry(to(&state_words(OPEN)), "clock", view.t(t::OPEN_ONES), counts.of_all(OPEN)))
                (urgent(late, "alarm", view.t(t::OVERDUE), counts.late, in_late))
                (urgent(soon, "clock", view.t(t::DUE_SOON), counts.soon, !in_late))
            }
            h2 { (view.t(t::STATES)) }
            ul {
                @for state in ShipmentState::ALL {
                    (entry(to(state.as_str()), state.as_str(), view.t(words::state(*state)), counts.of(*state)))
                }
                (entry(bare.with("state", ""), "brand", view.t(t::ALL_STATES), counts.total()))
            }
            @if let Some(waiting) = &counts.audits {
                h2 { (view.t(a::AUDITS)) }
                ul {
                    @for (word, mark, text, count) in [
                        ("customer", "tick", a::CUSTOMER, waiting.customer),
                        ("finance", "tick", a::FINANCE, waiting.finance),
                        ("left_over", "stale", a::LEFT_OVER, waiting.left_over),
                    ] { (entry(bare.with("audit", word).with("sort", here.get("sort")), mark, view.t(text), count)) }
                    li { a href="/audits" { (icon("right")) span.label { (view.t(a::TO_DESK)) } } }
                }
            }
            h2 { (view.t(t::SAVED)) }
            ul.saved {
                @for saved in &counts.saved {
                    li {
                        a href=(saved.words.href()) aria-current=[is_here(&saved.words)] data-empty[counts.is_none(saved.count)] {
                            (icon("search")) span.label { (saved.name) } span.count { (counts.text(saved.count)) }
                        }
                        @if view.may(Right::Audit) && is_here(&saved.words).is_some() {
                            form method="post" action={ "/workbench/filters/" (saved.id) "/remove" } {
                                (csrf(view))
                                button.quiet.icon-only type="submit"
                                    aria-label={ (view.t(common::REMOVE)) " " (saved.name) } { (icon("cross")) }
                            }
                        }
                    }
                }
                @if counts.saved.is_empty() { li.none { (view.t(common::NONE_YET)) } }
            }
            @if view.may(Right::Audit) && here.with(FIND, "").is_narrow() {
                form.save-filter method="post" action="/workbench/filters" {
                    (csrf(view))
                    input type="hidden" name="query" value=(here.query());
                    label { span.visually-hidden { (view.t(t::FILTER_NAME)) }
                        input name="name" maxlength="60" required placeholder=(view.t(t::FILTER_NAME)); }
                    button type="submit" { (view.t(t::SAVE_FILTER)) }
                }
            }
        }
    }
}

/// A count that went as far as pages count: `12,840`, or `50,000+`.
pub fn counted(count: i64) -> String {
    match count > shipment_list::COUNTED {
        true => format!("{}+", thousands(shipment_list::COUNTED)),
        false => thousands(count),
    }
}

/// `12,840`
pub fn thousands(number: i64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        let left = digits.len() - index;
        if index > 0 && left.is_multiple_of(3) && digit.is_ascii_digit() {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn long_numbers_are_grouped() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_284_000, "1,284,000")] {
            assert_eq!(super::thousands(number), text);
        }
    }
}
