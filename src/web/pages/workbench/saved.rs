//! Filters kept by name.

use actix_web::{HttpResponse, web};

use super::query::{FIND, Words};
use crate::db::saved_filters as record;
use crate::domain::actor::Right;
use crate::domain::error::Error;
use crate::web::form::Form;
use crate::web::session::{Visitor, then};
use crate::web::texts::workbench as t;

/// Longest name, in characters.
const NAME_MAX: usize = 60;

/// `POST /workbench/filters`. A search is left out: it may name a person, and saved filters are read by all.
pub async fn save(visitor: Visitor, form: Form) -> HttpResponse {
    visitor
        .change(Right::Audit, move |tx, view| {
            let words = Words::of(&Form::parse(form.get("query")), view).with(FIND, "");
            let query = words.api_query()?;
            query.parse()?;
            let name = form.get("name");
            let length = name.chars().count();
            if length == 0 || length > NAME_MAX {
                let detail = format!("The name has {length} characters; write 1 to {NAME_MAX}");
                return Err(Error::invalid("name", "length", detail));
            }
            let text = serde_json::to_string(&query).map_err(anyhow::Error::from)?;
            record::save(tx, name, &text)?;
            Ok(then(words.href(), t::FILTER_SAVED.with(view.lang, &[&name])))
        })
        .await
}

/// `POST /workbench/filters/{id}/remove`
pub async fn remove(visitor: Visitor, id: web::Path<i64>) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Audit, move |tx, view| match record::remove(tx, id)? {
            true => Ok(then("/workbench", view.t(t::FILTER_REMOVED))),
            false => Err(Error::missing("saved filter", id)),
        })
        .await
}
