//! Alarms: each rings once per order, stage and announced date, whoever looks and however often.

use std::collections::{HashMap, HashSet};

use serde_json::json;

use crate::db::Tx;
use crate::db::deadlines::{self as record, DeadlineRow};
use crate::db::events::{self, NewEvent};
use crate::domain::deadline::Stage;
use crate::domain::error::Error;
use crate::domain::id::OrderId;

/// Rings for the open clocks whose moment has come; answers how many were looked at.
///
/// A clock whose warning was slept through rings for being overdue only.
///
/// # Errors
/// When the record cannot be read or written.
pub fn ring_due(tx: &mut Tx, limit: usize) -> Result<usize, Error> {
    let mut due = record::due_to_ring(tx, limit)?;
    for row in &mut due {
        row.stage = row.stage_at(tx.now);
        row.ring_at = row.clock().rings_after(row.stage);
    }
    due.sort_by_key(|row| row.order_id);
    ring(tx, &due)?;
    record::write(tx, &due)?;
    Ok(due.len())
}

/// Rings for these clocks in their stages, where they have not rung before.
pub(super) fn ring(tx: &mut Tx, rows: &[DeadlineRow]) -> Result<(), Error> {
    let alarms: Vec<(OrderId, Stage, i64)> = rows
        .iter()
        .filter(|row| event(row.stage).is_some())
        .map(|row| (row.order_id, row.stage, row.round))
        .collect();
    let rung: HashSet<(OrderId, Stage)> =
        record::ring(tx, &alarms)?.into_iter().map(|alarm| (alarm.order_id, alarm.stage)).collect();
    let mut told: HashMap<OrderId, NewEvent> = HashMap::new();
    for row in rows.iter().filter(|row| rung.contains(&(row.order_id, row.stage))) {
        let Some(kind) = event(row.stage) else { continue };
        let mut data = json!({ "shop": row.shop_id, "ship_by": row.due_at, "source": row.source });
        if let Some(left_at) = row.left_at {
            data["left_at"] = json!(left_at);
        }
        told.insert(row.order_id, NewEvent::order(kind, row.order_id, data));
    }
    let mut told: Vec<NewEvent> = told.into_values().collect();
    told.sort_by_key(|event| event.subject);
    Ok(events::record(tx, &told)?)
}

/// What a stage rings; those that are no alarm ring nothing.
fn event(stage: Stage) -> Option<&'static str> {
    match stage {
        Stage::Warn => Some("order.deadline_near"),
        Stage::Overdue => Some("order.overdue"),
        Stage::ShippedLate => Some("order.shipped_late"),
        Stage::Running | Stage::ShippedInTime | Stage::Ended => None,
    }
}
