//! Which shipments the workbench shows: the words of the address, the same as the API's.
//!
//! What was searched for may be a name or a phone, so it never stands in an address in clear: it
//! is sealed there, which also lets a reload and a second tab keep it.

use std::collections::BTreeMap;

use crate::db::Db;
use crate::db::shipment_list::ShipmentFilter;
use crate::domain::error::Error;
use crate::domain::id::ShipmentId;
use crate::domain::time::UtcTime;
use crate::http::shipment_query::{ShipmentQuery, ShipmentWish};
use crate::operations::shipments::list;
use crate::web::form::Form;
use crate::web::reply::escape;
use crate::web::view::View;

/// Filters in the order of the form and of the chips.
pub const FILTERS: &[&str] = &[
    "shop",
    "platform",
    "carrier",
    "service",
    "warehouse",
    "print",
    "remark",
    "audit",
    "flag",
    "merged",
    "region",
    "sku",
    "tag",
    "paid_from",
    "paid_to",
    "ship_by_from",
    "ship_by_before",
    "overdue",
    "pieces_from",
    "pieces_to",
];
pub const TIMES: &[&str] = &["paid_from", "paid_to", "ship_by_from", "ship_by_before"];

/// The sealed search.
pub const FIND: &str = "find";
const SEALED_FOR: &str = "search";
/// Longest search, in characters.
const SEARCH_MAX: usize = 200;

/// The words of the address: state, filters, sort, search; without the page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words(BTreeMap<String, String>);

/// The words, read.
pub struct Wish {
    pub words: Words,
    pub search: String,
    pub wish: ShipmentWish,
    pub filter: ShipmentFilter,
}

impl Words {
    /// Takes the known words of a form or an address; several values of one become a list.
    pub fn of(form: &Form, view: &View) -> Self {
        let mut words = BTreeMap::new();
        for name in FILTERS.iter().chain(&["state", "sort", FIND]) {
            let values: Vec<&str> = form.each(name).collect();
            let mut text = values.join(",");
            // A browser sends the local time of its own calendar.
            if let Some(moment) = TIMES.contains(name).then(|| view.read_local(&text)).flatten() {
                text = moment.to_string();
            }
            if !text.is_empty() {
                words.insert((*name).to_owned(), text);
            }
        }
        Self(words)
    }

    /// A word; empty when it is not there.
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// The same with another value; an empty one takes the word away.
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut words = self.clone();
        match value {
            "" => words.0.remove(name),
            value => words.0.insert(name.to_owned(), value.to_owned()),
        };
        words
    }

    /// Only some of the words.
    pub fn only(&self, names: &[&str]) -> Self {
        Self(
            self.0
                .iter()
                .filter(|(name, _)| names.contains(&name.as_str()))
                .map(|(n, v)| (n.clone(), v.clone()))
                .collect(),
        )
    }

    /// Every word with its value.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// As the query of an address, without the question mark.
    pub fn query(&self) -> String {
        self.pairs().map(|(name, value)| format!("{name}={}", escape(value))).collect::<Vec<_>>().join("&")
    }

    /// The workbench with these words.
    pub fn href(&self) -> String {
        match self.query() {
            query if query.is_empty() => "/workbench".to_owned(),
            query => format!("/workbench?{query}"),
        }
    }

    /// Whether anything but the state and the sort narrows the list.
    pub fn is_narrow(&self) -> bool {
        self.0.keys().any(|name| !matches!(name.as_str(), "state" | "sort"))
    }

    /// The words as the API knows them, without the search.
    pub fn api_query(&self) -> Result<ShipmentQuery, Error> {
        let words: serde_json::Map<_, _> =
            self.pairs().filter(|(name, _)| *name != FIND).map(|(n, v)| (n.to_owned(), v.into())).collect();
        serde_json::from_value(words.into()).map_err(|error| Error::Internal(error.into()))
    }

    /// Reads every word.
    ///
    /// # Errors
    /// Every word that cannot be read, at once.
    pub fn read(self, db: &mut Db) -> Result<Wish, Error> {
        let wish = self.api_query()?.parse()?;
        let filter = wish.filter(db)?;
        let search = match self.get(FIND) {
            "" => String::new(),
            // Sealed with a key that is gone, or by hand: then nothing is searched for.
            sealed => db.open(SEALED_FOR, sealed).unwrap_or_default(),
        };
        Ok(Wish { words: self, search, wish, filter })
    }

    /// The same with what was typed into the search box.
    pub fn searching(&self, db: &Db, typed: &str) -> Self {
        let typed: String = typed.trim().chars().take(SEARCH_MAX).collect();
        match typed.as_str() {
            "" => self.with(FIND, ""),
            typed => self.with(FIND, &db.seal(SEALED_FOR, typed)),
        }
    }
}

impl Wish {
    /// What is searched for, as operations take it.
    pub fn search(&self) -> Option<&str> {
        Some(self.search.as_str()).filter(|text| !text.is_empty())
    }
}

/// Most shipments of one act.
pub const ACT_MAX: usize = 10_000;

/// The shipments that were ticked, in the order of the list, which is the order of the paper.
///
/// # Errors
/// When none was ticked, or more than [`ACT_MAX`].
pub fn ticked(db: &mut Db, form: &Form, view: &View) -> Result<Vec<ShipmentId>, Error> {
    let words = Words::of(&Form::parse(form.get("query")), view);
    let wish = words.read(db)?;
    let ids = if form.has("all") {
        list::ids(db, &wish.filter, wish.search(), wish.wish.sort, ACT_MAX + 1)?
    } else {
        let chosen: Vec<ShipmentId> = form.ids("shipment")?;
        let filter = ShipmentFilter { ids: Some(chosen), ..ShipmentFilter::default() };
        list::ids(db, &filter, None, wish.wish.sort, ACT_MAX + 1)?
    };
    use crate::web::texts::workbench as t;
    match ids.len() {
        0 => Err(Error::invalid("shipment", "required", view.t(t::NOTHING_TICKED))),
        count if count > ACT_MAX => {
            Err(Error::invalid("shipment", "range", t::TOO_MANY_TICKED.with(view.lang, &[&ACT_MAX])))
        }
        _ => Ok(ids),
    }
}

/// A moment some hours from now, for the ways to what is urgent.
pub fn in_hours(now: UtcTime, hours: i64) -> String {
    now.plus(chrono::Duration::hours(hours)).to_string()
}
