//! What rules decided on orders, as people and programs see it.

use std::collections::HashMap;

use serde::Serialize;

use super::follow::decisions;
use crate::db::{Db, rules as record};
use crate::domain::error::Error;
use crate::domain::id::OrderId;
use crate::domain::rule::{ActionKind, Outcome};
use crate::domain::time::UtcTime;

/// What rules and people decided on an order.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct OrderRules {
    /// The version of the rules that decided so first.
    pub version: i64,
    pub decided_at: UtcTime,
    /// Winners and losers, in the order in which the rules were read.
    pub outcomes: Vec<Outcome>,
    /// Key of the rule that ended the reading.
    pub stopped_by: Option<String>,
    /// What people decided for this order.
    pub overrides: Vec<OverrideView>,
}

/// What a person decided for an order.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct OverrideView {
    pub kind: ActionKind,
    /// Key of the rule whose wish was taken back; empty for every rule.
    pub rule: String,
    /// What counts instead; empty for nothing.
    pub value: String,
    pub by: String,
    pub at: UtcTime,
}

/// What stands on each of these orders; those no rule ever wanted anything of are not named.
///
/// # Errors
/// When the record cannot be read.
pub fn of_orders(db: &mut Db, orders: &[OrderId]) -> Result<HashMap<OrderId, OrderRules>, Error> {
    let stands = decisions(db, orders)?;
    if stands.is_empty() {
        return Ok(HashMap::new());
    }
    let mut by_people: HashMap<OrderId, Vec<OverrideView>> = HashMap::new();
    for row in record::overrides(db, orders)? {
        let view = OverrideView {
            kind: row.kind,
            rule: row.rule,
            value: row.value,
            by: row.decided_by,
            at: row.decided_at,
        };
        by_people.entry(row.order_id).or_default().push(view);
    }
    let view = |(order, (row, decision)): (OrderId, (record::DecisionRow, crate::domain::rule::Decision))| {
        let view = OrderRules {
            version: row.version,
            decided_at: row.decided_at,
            outcomes: decision.outcomes,
            stopped_by: decision.stopped_by,
            overrides: by_people.remove(&order).unwrap_or_default(),
        };
        (order, view)
    };
    Ok(stands.into_iter().map(view).collect())
}
