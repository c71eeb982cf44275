//! Events: who did what to which thing, and when. Only added, in the transaction of the change.

use diesel::QueryResult;
use serde_json::Value as Json;

use super::column::row;
use super::statement::{Rows, sql};
use super::{Db, Tx};
use crate::domain::id::EventId;
use crate::domain::time::UtcTime;

/// An event about to be recorded. `data` holds no personal data.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// Dotted, the noun first: `shipment.merged`.
    pub kind: &'static str,
    pub subject_kind: &'static str,
    pub subject: i64,
    pub data: Json,
}

impl NewEvent {
    /// Something happened to an order.
    pub fn order(kind: &'static str, order: crate::domain::id::OrderId, data: Json) -> Self {
        Self { kind, subject_kind: "order", subject: order.0, data }
    }

    /// Something happened to a shipment.
    pub fn shipment(kind: &'static str, shipment: crate::domain::id::ShipmentId, data: Json) -> Self {
        Self { kind, subject_kind: "shipment", subject: shipment.0, data }
    }
}

row! {
    /// An event as it stands in the log.
    pub struct EventRow {
        pub id: EventId,
        pub at: UtcTime,
        pub actor: String,
        pub kind: String,
        pub subject_kind: String,
        pub subject_id: i64,
        pub data: String,
    }
}

/// Records events in their order.
pub fn record(tx: &mut Tx, events: &[NewEvent]) -> QueryResult<()> {
    if events.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = tx.ids(events.len())?.collect();
    let rows = Rows::new("new")
        .column("id", ids)
        .column("kind", events.iter().map(|event| event.kind))
        .column("subject_kind", events.iter().map(|event| event.subject_kind))
        .column("subject_id", events.iter().map(|event| event.subject))
        .column("data", events.iter().map(|event| event.data.to_string()));
    let statement =
        sql("INSERT INTO events (seller_id, id, at, actor, kind, subject_kind, subject_id, data) \
         SELECT ?, new.id, ?, ?, new.kind, new.subject_kind, new.subject_id, new.data FROM ?")
        .bind(tx.seller())
        .bind(tx.now)
        .bind(&tx.actor.name)
        .rows(rows);
    tx.execute(statement).map(drop)
}

/// The log, newest first, of one subject or of everything, before `before`.
pub fn list(
    db: &mut Db,
    subject: Option<i64>,
    before: Option<i64>,
    limit: usize,
) -> QueryResult<Vec<EventRow>> {
    let mut statement = sql("SELECT id, at, actor, kind, subject_kind, subject_id, data FROM events \
         WHERE seller_id = ? AND id < ?")
    .bind(db.seller())
    .bind(before.unwrap_or(i64::MAX));
    if let Some(subject) = subject {
        statement = statement.push(" AND subject_id = ?").bind(subject);
    }
    db.load(statement.push(" ORDER BY id DESC LIMIT ?").bind(limit))
}
