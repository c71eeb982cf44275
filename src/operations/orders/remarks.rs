//! Remarks are read, as they stand; one that changes afterwards is unread again.

use serde_json::json;

use crate::db::events::{self, NewEvent};
use crate::db::{Tx, holds, orders};
use crate::domain::error::Error;
use crate::domain::id::OrderId;
use crate::operations::merging::{self, Changes};
use crate::operations::shipments::facts::remark_hash;

/// Which orders' remarks now count as read, and which orders do not exist.
#[derive(Debug, Clone, Default)]
pub struct Read {
    pub done: Vec<OrderId>,
    pub missing: Vec<OrderId>,
}

/// Marks the remarks of these orders as read.
///
/// # Errors
/// When the record cannot be read or written.
pub fn mark_read(tx: &mut Tx, ids: &[OrderId]) -> Result<Read, Error> {
    let rows = orders::find(tx, ids)?;
    let done: Vec<OrderId> = rows.iter().map(|row| row.id).collect();
    let hashes: Vec<(OrderId, String)> =
        rows.iter().map(|row| (row.id, remark_hash(&row.buyer_message, &row.seller_memo))).collect();
    holds::mark_read(tx, &hashes)?;
    let read: Vec<NewEvent> =
        done.iter().map(|order| NewEvent::order("order.remarks_read", *order, json!({}))).collect();
    events::record(tx, &read)?;
    merging::settle(tx, &done, &Changes::default())?;
    let missing = ids.iter().copied().filter(|id| !done.contains(id)).collect();
    Ok(Read { done, missing })
}
