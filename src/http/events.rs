//! The audit log over HTTP.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use utoipa::{IntoParams, ToSchema};

use super::body::{Params, id_of};
use super::caller::Caller;
use super::page::{Items, Page};
use super::problem::Reply;
use crate::db::events::{self, EventRow};
use crate::domain::actor::Right;
use crate::domain::id::EventId;
use crate::domain::time::UtcTime;

/// Which events.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EventQuery {
    /// Id of the order, shipment, shop, … they are about; everything without.
    subject: Option<String>,
    /// Most items, 1 to 500; 50 without.
    limit: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Who did what to which thing, and when.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventView {
    pub id: EventId,
    pub at: UtcTime,
    /// `user:12`, `token:7` or `system`.
    pub actor: String,
    #[schema(example = "shipment.merged")]
    pub kind: String,
    pub subject: SubjectView,
    /// What there is to say beyond that; never personal data.
    #[schema(value_type = Object)]
    pub data: Json,
}

/// What an event is about.
#[derive(Debug, Serialize, ToSchema)]
pub struct SubjectView {
    #[schema(example = "shipment")]
    pub kind: String,
    pub id: String,
}

impl From<EventRow> for EventView {
    fn from(row: EventRow) -> Self {
        let subject = SubjectView { kind: row.subject_kind, id: row.subject_id.to_string() };
        let data = serde_json::from_str(&row.data).unwrap_or(Json::Null);
        Self { id: row.id, at: row.at, actor: row.actor, kind: row.kind, subject, data }
    }
}

/// Read the audit log
///
/// Newest first.
#[utoipa::path(get, path = "/api/v1/events", tag = "events", params(EventQuery),
    responses((status = 200, description = "A page of events", body = Items<EventView>)))]
pub async fn list(caller: Caller, query: Params<EventQuery>) -> Reply {
    caller.needs(Right::See)?;
    let EventQuery { subject, limit, cursor } = query.0;
    let subject = subject.map(|text| id_of("subject", &text)).transpose()?;
    let (page, before) = Page::by_id(limit.as_deref(), cursor.as_deref(), "events")?;
    caller
        .read(move |db| {
            let rows = events::list(db, subject, before, page.rows())?;
            Ok(page.items(rows, |row| vec![row.id.to_string()], EventView::from))
        })
        .await
}
