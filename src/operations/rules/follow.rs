//! Decisions follow the orders that are judged: stored with the change that brought them about, where they differ from what
//! stands.

use std::collections::{HashMap, HashSet};

use serde_json::json;

use crate::db::Tx;
use crate::db::events::{self, NewEvent};
use crate::db::rules::{self as record, DecisionWrite};
use crate::domain::error::Error;
use crate::domain::id::OrderId;
use crate::domain::rule::{ActionKind, Decision};
use crate::operations::shipments::facts::{Context, Facts};

/// Decisions that are not as they stand.
#[derive(Default)]
pub struct Changed {
    decisions: Vec<(OrderId, Decision)>,
    /// Orders whose gifts are others now: papers that show them are out of date.
    pub gifts: HashSet<OrderId>,
}

/// Compares what was judged with what stands.
///
/// # Errors
/// When the record cannot be read.
pub fn compare(tx: &mut Tx, context: &Context, judged: &HashMap<OrderId, Facts>) -> Result<Changed, Error> {
    let mut changed = Changed::default();
    if context.rules.is_none() {
        return Ok(changed);
    }
    let mut orders: Vec<OrderId> =
        judged.iter().filter(|(_, facts)| facts.decision.is_some()).map(|(order, _)| *order).collect();
    orders.sort_unstable();
    let stands = decisions(tx, &orders)?;
    for order in orders {
        let Some(new) = &judged[&order].decision else { continue };
        let old = stands.get(&order).map(|(_, old)| old);
        if old.is_none() && new.is_empty() || old == Some(new) {
            continue;
        }
        if old.map(Decision::gifts).unwrap_or_default() != new.gifts() {
            changed.gifts.insert(order);
        }
        changed.decisions.push((order, new.clone()));
    }
    Ok(changed)
}

/// What stands on these orders, with the version that decided it.
///
/// # Errors
/// When the record cannot be read.
pub(super) fn decisions(
    db: &mut crate::db::Db,
    orders: &[OrderId],
) -> Result<HashMap<OrderId, (record::DecisionRow, Decision)>, Error> {
    record::decisions(db, orders)?
        .into_iter()
        .map(|row| {
            let decision = serde_json::from_str(&row.decision).map_err(anyhow::Error::from)?;
            Ok((row.order_id, (row, decision)))
        })
        .collect()
}

/// Stores what changed, on orders that wait: what left stays as it was decided.
///
/// # Errors
/// When the record cannot be written.
pub fn store(tx: &mut Tx, context: &Context, changed: Changed) -> Result<(), Error> {
    let Some(rules) = &context.rules else { return Ok(()) };
    let writes: Vec<DecisionWrite> =
        changed.decisions.iter().map(|(order, decision)| write(*order, decision)).collect();
    let stored: HashSet<OrderId> = record::decide(tx, rules.version, &writes)?.into_iter().collect();
    let told = changed.decisions.iter().filter(|(order, _)| stored.contains(order));
    let told: Vec<NewEvent> = told.map(|(order, decision)| event(*order, rules.version, decision)).collect();
    Ok(events::record(tx, &told)?)
}

fn write(order: OrderId, decision: &Decision) -> DecisionWrite {
    let single = |kind| decision.single(kind).unwrap_or_default().to_owned();
    let gifts = decision.gifts();
    DecisionWrite {
        order,
        decision: serde_json::to_string(decision).expect("a decision is plain data"),
        carrier: single(ActionKind::Carrier),
        service: single(ActionKind::Service),
        warehouse: single(ActionKind::Warehouse),
        flag: single(ActionKind::Flag),
        gifts: if gifts.is_empty() { String::new() } else { json!(gifts).to_string() },
    }
}

/// What counts, by kind: reasons of holds stay with the order.
fn event(order: OrderId, version: i64, decision: &Decision) -> NewEvent {
    let mut counts = serde_json::Map::new();
    for one in decision.outcomes.iter().filter(|one| one.counts()) {
        let said = match one.kind {
            ActionKind::Hold => json!(one.rule),
            ActionKind::Gift => json!(format!("{} × {}", one.value, one.quantity.unwrap_or(1))),
            _ => json!(one.value),
        };
        let list = counts.entry(one.kind.as_str()).or_insert_with(|| json!([]));
        list.as_array_mut().expect("made as a list").push(said);
    }
    NewEvent::order("order.ruled", order, json!({ "rules": version, "counts": counts }))
}
