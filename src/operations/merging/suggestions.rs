//! Near matches: shown with the reason, decided by a person, remembered.

use serde::Serialize;
use serde_json::json;

use super::by_hand::{Merged, merge};
use crate::db::events::{self, NewEvent};
use crate::db::suggestions::{self as record, NewSuggestion};
use crate::db::{Db, Tx, recipients};
use crate::domain::error::Error;
use crate::domain::id::{RecipientId, ShipmentId, SuggestionId};
use crate::domain::recipient::Recipient;
use crate::domain::recipient::identity::{Party, Verdict, compare};
use crate::domain::recipient::why::Why;
use crate::operations::shipments::item::RecipientItem;

/// Looks for near matches of these recipients among those that wait, and keeps them.
///
/// # Errors
/// When the record cannot be read or written.
pub fn find_near(tx: &mut Tx, new: &[RecipientId]) -> Result<(), Error> {
    if new.is_empty() {
        return Ok(());
    }
    let near = record::near(tx, new)?;
    if near.is_empty() {
        return Ok(());
    }
    let mut ids: Vec<RecipientId> = near.iter().flat_map(|pair| [pair.a, pair.b]).collect();
    ids.sort();
    ids.dedup();
    let opened = recipients::open(tx, &ids)?;
    let party = |recipient: &Recipient| Party { recipient: recipient.clone(), ..Party::default() };
    let found: Vec<NewSuggestion> = near
        .into_iter()
        .filter_map(|pair| {
            let comparison = compare(&party(opened.get(&pair.a)?), &party(opened.get(&pair.b)?), None);
            let is_near = comparison.verdict == Verdict::Suggest;
            is_near.then(|| NewSuggestion { a: pair.a, b: pair.b, why: comparison.why.code() })
        })
        .collect();
    Ok(record::keep(tx, &found)?)
}

/// A near match as people see it, masked, with the field that differs.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SuggestionView {
    pub id: SuggestionId,
    pub why: String,
    pub message: String,
    pub message_zh: String,
    /// The field to look at; absent when it is not one.
    pub field: Option<&'static str>,
    pub shipments: [ShipmentId; 2],
    pub recipients: Vec<RecipientItem>,
    /// The same two recipients were merged before.
    pub accepted_before: bool,
}

/// Near matches that can still be acted on, behind `after`, and where the next page starts.
///
/// # Errors
/// When the record cannot be read.
pub fn list(
    db: &mut Db,
    after: Option<SuggestionId>,
    limit: usize,
) -> Result<(Vec<SuggestionView>, Option<SuggestionId>), Error> {
    let mut rows = record::list(db, after, limit + 1)?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|row| row.id);
    let ids: Vec<RecipientId> = rows.iter().flat_map(|row| [row.recipient_a, row.recipient_b]).collect();
    let masked = recipients::masked(db, &ids)?;
    let views = rows
        .into_iter()
        .map(|row| {
            let why = Why::ALL.iter().find(|why| why.code() == row.why);
            SuggestionView {
                id: row.id,
                message: why.map(|why| why.english()).unwrap_or_default().to_owned(),
                message_zh: why.map(|why| why.chinese()).unwrap_or_default().to_owned(),
                field: why.and_then(|why| why.field()).map(|field| field.as_str()),
                shipments: [row.shipment_a, row.shipment_b],
                recipients: [row.recipient_a, row.recipient_b]
                    .iter()
                    .filter_map(|id| masked.get(id).cloned().map(Into::into))
                    .collect(),
                accepted_before: row.state == "accepted",
                why: row.why,
            }
        })
        .collect();
    Ok((views, next))
}

/// Merges the two shipments of a near match and remembers it.
///
/// # Errors
/// [`Error::Missing`] when one of them no longer waits; a conflict when they must not share a parcel.
pub fn accept(tx: &mut Tx, id: SuggestionId) -> Result<Merged, Error> {
    let row = record::find(tx, id)?.ok_or_else(|| Error::missing("suggestion", id))?;
    let merged = merge(tx, &[row.shipment_a, row.shipment_b], true)?;
    if let Some(why) = merged.left_out.first().and_then(|left_out| left_out.reasons.first()) {
        return Err(Error::conflict(why.code, why.message.clone(), why.next.clone()));
    }
    record::decide(tx, id, "accepted")?;
    let data = json!({"suggestion": id});
    events::record(tx, &[NewEvent::shipment("suggestion.accepted", merged.shipment, data)])?;
    Ok(merged)
}

/// Remembers that these two are not to be proposed again.
///
/// # Errors
/// [`Error::Missing`] without such a near match.
pub fn decline(tx: &mut Tx, id: SuggestionId) -> Result<(), Error> {
    if !record::decide(tx, id, "declined")? {
        return Err(Error::missing("suggestion", id));
    }
    let event =
        NewEvent { kind: "suggestion.declined", subject_kind: "suggestion", subject: id.0, data: json!({}) };
    Ok(events::record(tx, &[event])?)
}
