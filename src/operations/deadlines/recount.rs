//! Clocks counted anew: after a shop's rule, the calendar or a zone was changed, and for one word of a person.

use std::collections::HashMap;

use serde_json::json;

use super::follow;
use crate::db::jobs::{self, JobKind, NewJob};
use crate::db::{Tx, deadlines as record, shipments};
use crate::domain::error::Error;
use crate::domain::id::{OrderId, ShipmentId, ShopId};
use crate::domain::time::UtcTime;
use crate::operations::shipments::facts::{self, Context};

/// Counts a seller's clocks anew, batch after batch.
pub const RECOUNT: JobKind =
    JobKind { name: "deadlines.recount", lane: "house", max_attempts: 3, max_crashes: 3 };

/// How many clocks one transaction counts anew.
pub const BATCH: usize = 500;

/// Counts a first batch anew at once, so that a small house sees it on the next page, and leaves the rest to a job.
/// Housekeeping does the same a little later, should the job be lost.
///
/// # Errors
/// When the record cannot be read or written.
pub fn recount_first(tx: &mut Tx) -> Result<(), Error> {
    if recount(tx, BATCH)? == BATCH {
        jobs::enqueue(tx, NewJob::new(RECOUNT, json!({})).unique("recount"))?;
    }
    Ok(())
}

/// Counts up to `limit` open clocks anew whose rule is no longer the shop's; answers how many. None are left when that
/// is less than `limit`.
///
/// # Errors
/// When the record cannot be read or written.
pub fn recount(tx: &mut Tx, limit: usize) -> Result<usize, Error> {
    let context = Context::load(tx)?;
    let mut rules: Vec<(ShopId, &str)> =
        context.shops.iter().map(|(shop, it)| (*shop, it.rule_hash.as_str())).collect();
    rules.sort_unstable();
    let orders = record::made_otherwise(tx, &rules, limit)?;
    recount_orders(tx, &context, &orders)?;
    Ok(orders.len())
}

/// Counts the clocks of these orders anew, and when their shipments are due.
pub(super) fn recount_orders(tx: &mut Tx, context: &Context, orders: &[OrderId]) -> Result<(), Error> {
    if orders.is_empty() {
        return Ok(());
    }
    let mut ids: Vec<ShipmentId> =
        shipments::places(tx, orders)?.into_iter().map(|place| place.shipment_id).collect();
    ids.sort_unstable();
    ids.dedup();
    // Shipments before clocks, as everywhere: two that meet here wait for each other and then find nothing to do.
    let rows = shipments::lock(tx, &ids)?;
    let members = shipments::members(tx, &ids)?;
    let mut all: Vec<OrderId> =
        members.iter().map(|member| member.order_id).chain(orders.iter().copied()).collect();
    all.sort_unstable();
    all.dedup();
    let now = tx.now;
    let judged = facts::load(tx, context, &all, now)?;
    follow(tx, context, &judged)?;
    let mut due: HashMap<ShipmentId, UtcTime> = HashMap::new();
    for member in &members {
        let Some(at) = judged.get(&member.order_id).and_then(|facts| facts.due_at()) else { continue };
        due.entry(member.shipment_id).and_modify(|first| *first = at.min(*first)).or_insert(at);
    }
    let changed: Vec<(ShipmentId, UtcTime)> = rows
        .iter()
        .map(|row| (row, due.get(&row.id).copied().unwrap_or_else(UtcTime::never)))
        .filter(|(row, at)| row.due_at != *at)
        .map(|(row, at)| (row.id, at))
        .collect();
    Ok(shipments::set_due(tx, &changed)?)
}
