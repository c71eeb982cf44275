//! Saved filters over HTTP.

use actix_web::http::StatusCode;
use anyhow::Context;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::{Body, Id};
use super::caller::Caller;
use super::problem::Reply;
use super::shipment_query::ShipmentQuery;
use crate::db::saved_filters::{self as record, SavedFilterRow};
use crate::domain::actor::Right;
use crate::domain::error::Error;
use crate::domain::time::UtcTime;

const NAME_MAX: usize = 60;
/// Filters are counted on every look at the workbench.
const FILTERS_MAX: usize = 50;

/// A filter to be saved.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FilterToSave {
    /// 1 to 60 characters; a filter of the same name is replaced.
    name: String,
    query: ShipmentQuery,
}

/// A saved filter.
#[derive(Debug, Serialize, ToSchema)]
pub struct SavedFilterView {
    id: String,
    name: String,
    query: ShipmentQuery,
    created_by: String,
    created_at: UtcTime,
}

/// Every saved filter.
#[derive(Debug, Serialize, ToSchema)]
pub struct SavedFiltersView {
    items: Vec<SavedFilterView>,
}

impl SavedFilterView {
    fn of(row: SavedFilterRow) -> Result<Self, Error> {
        let query = serde_json::from_str(&row.query).context("reading a saved filter")?;
        let SavedFilterRow { id, name, created_by, created_at, .. } = row;
        Ok(Self { id: id.to_string(), name, query, created_by, created_at })
    }
}

/// List saved filters
#[utoipa::path(get, path = "/api/v1/saved-filters", tag = "shipments",
    responses((status = 200, description = "By name", body = SavedFiltersView)))]
pub async fn list(caller: Caller) -> Reply {
    caller.needs(Right::See)?;
    caller
        .read(|db| {
            let items = record::all(db)?.into_iter().map(SavedFilterView::of).collect::<Result<_, _>>()?;
            Ok(SavedFiltersView { items })
        })
        .await
}

/// Save a filter
#[utoipa::path(post, path = "/api/v1/saved-filters", tag = "shipments", request_body = FilterToSave,
    responses((status = 201, description = "The filter", body = SavedFilterView)))]
pub async fn save(caller: Caller, body: Body<FilterToSave>) -> Reply {
    caller.needs(Right::Audit)?;
    let FilterToSave { name, query } = body.0;
    query.parse()?;
    let (name, length) = (name.trim().to_owned(), name.trim().chars().count());
    if length == 0 || length > NAME_MAX {
        let detail = format!("The name has {length} characters; write 1 to {NAME_MAX}");
        return Err(Error::invalid("name", "length", detail).into());
    }
    let text = serde_json::to_string(&query).map_err(|error| Error::Internal(error.into()))?;
    caller
        .write(StatusCode::CREATED, move |tx| {
            let there = record::all(tx)?;
            if there.len() >= FILTERS_MAX && !there.iter().any(|filter| filter.name == name) {
                return Err(Error::conflict(
                    "too_many_filters",
                    format!("There are {FILTERS_MAX} saved filters already."),
                    "Remove one that nobody uses.",
                ));
            }
            SavedFilterView::of(record::save(tx, &name, &text)?)
        })
        .await
}

/// Remove a saved filter
#[utoipa::path(delete, path = "/api/v1/saved-filters/{id}", tag = "shipments",
    responses((status = 204, description = "Removed")))]
pub async fn remove(caller: Caller, id: Id<i64>) -> Reply {
    caller.needs(Right::Audit)?;
    let remove = move |tx: &mut crate::db::Tx| match record::remove(tx, id.0)? {
        true => Ok(()),
        false => Err(Error::missing("saved filter", id.0)),
    };
    caller.write(StatusCode::NO_CONTENT, remove).await
}
