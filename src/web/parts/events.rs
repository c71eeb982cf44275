//! The history of a thing: who did what, and when.

use std::collections::HashMap;

use maud::{Markup, html};
use serde_json::Value as Json;

use crate::db::events::EventRow;
use crate::db::{Db, tokens, users};
use crate::domain::error::Error;
use crate::web::lang::Text;
use crate::web::texts::events as t;
use crate::web::view::View;

/// Tokens whose names are shown; later ones keep their number.
const TOKENS_NAMED: usize = 500;

/// Names behind `user:12` and `token:7`.
pub struct People(HashMap<String, String>);

impl People {
    /// Reads the seller's staff and tokens.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn load(db: &mut Db) -> Result<Self, Error> {
        let rows = users::all(db)?;
        let mut names: HashMap<_, _> =
            rows.into_iter().map(|user| (format!("user:{}", user.id), user.email)).collect();
        let programs = tokens::page(db, None, TOKENS_NAMED)?;
        names.extend(programs.into_iter().map(|token| (format!("token:{}", token.id), token.name)));
        Ok(Self(names))
    }

    /// Who that was.
    pub fn name<'a>(&'a self, actor: &'a str) -> &'a str {
        self.0.get(actor).map_or(actor, String::as_str)
    }
}

/// What happened, in words; the dotted kind when it has none yet.
pub fn kind(view: &View, kind: &str) -> String {
    t::kind(kind).map_or_else(|| kind.to_owned(), |text: Text| view.t(text).to_owned())
}

/// The values of an event that say more than its kind.
pub fn values(data: &str) -> String {
    let Ok(Json::Object(values)) = serde_json::from_str(data) else { return String::new() };
    let text = |value: &Json| match value {
        Json::Null => None,
        Json::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        Json::Array(list) => Some(format!("{}×", list.len())),
        Json::Object(_) => None,
        other => Some(other.to_string()),
    };
    let shown = values
        .iter()
        .filter_map(|(name, value)| Some(format!("{} {}", name.replace('_', " "), text(value)?)));
    shown.collect::<Vec<_>>().join(" · ")
}

/// The history, newest first.
pub fn timeline(view: &View, people: &People, rows: &[EventRow]) -> Markup {
    html! {
        ol.timeline {
            @for row in rows {
                li {
                    time datetime=(row.at) { (view.moment(row.at)) }
                    div {
                        (kind(view, &row.kind)) " "
                        small { (people.name(&row.actor)) @let more = values(&row.data); @if !more.is_empty() { " · " (more) } }
                    }
                }
            }
        }
    }
}
