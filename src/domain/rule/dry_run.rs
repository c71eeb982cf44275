//! What another set of rules would change, counted order by order.
//!
//! The count takes as much memory as there are different changes, not as there are orders.

use serde::{Deserialize, Serialize};

use super::{ActionKind, Decision};
use crate::domain::id::OrderId;

/// Different changes that are told apart; the rest is counted together.
const CHANGES_MAX: usize = 200;
/// Orders named for each change.
const EXAMPLES: usize = 5;

/// What would change.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Tally {
    /// Orders that were looked at.
    pub looked_at: i64,
    /// Orders of which something would change.
    pub changed: i64,
    /// The most frequent first.
    pub changes: Vec<Change>,
    /// Changes beyond the first 200 different ones.
    pub others: i64,
}

/// One change and how many orders it concerns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Change {
    pub kind: ActionKind,
    /// What counts now; empty for nothing.
    pub from: String,
    /// What would count; empty for nothing.
    pub to: String,
    pub orders: i64,
    /// Some of them.
    pub examples: Vec<OrderId>,
}

impl Tally {
    /// Counts an order.
    pub fn add(&mut self, order: OrderId, now: &Decision, then: &Decision) {
        self.looked_at += 1;
        let mut any = false;
        for kind in ActionKind::ALL {
            let (before, after) = (counting(now, *kind), counting(then, *kind));
            if before == after {
                continue;
            }
            any = true;
            if kind.is_single() {
                let value = |list: Vec<String>| list.into_iter().next().unwrap_or_default();
                self.count(order, *kind, value(before), value(after));
                continue;
            }
            for gone in before.iter().filter(|one| !after.contains(one)) {
                self.count(order, *kind, gone.clone(), String::new());
            }
            for new in after.iter().filter(|one| !before.contains(one)) {
                self.count(order, *kind, String::new(), new.clone());
            }
        }
        self.changed += i64::from(any);
    }

    /// Puts the most frequent first.
    pub fn sort(&mut self) {
        self.changes.sort_by(|a, b| b.orders.cmp(&a.orders).then(a.kind.cmp(&b.kind)).then(a.to.cmp(&b.to)));
    }

    fn count(&mut self, order: OrderId, kind: ActionKind, from: String, to: String) {
        let same = |one: &&mut Change| one.kind == kind && one.from == from && one.to == to;
        if let Some(known) = self.changes.iter_mut().find(same) {
            known.orders += 1;
            if known.examples.len() < EXAMPLES {
                known.examples.push(order);
            }
        } else if self.changes.len() < CHANGES_MAX {
            self.changes.push(Change { kind, from, to, orders: 1, examples: vec![order] });
        } else {
            self.others += 1;
        }
    }
}

/// What counts of a kind, each value once.
fn counting(decision: &Decision, kind: ActionKind) -> Vec<String> {
    let mut values: Vec<String> = match kind {
        ActionKind::Gift => {
            decision.gifts().into_iter().map(|(sku, pieces)| format!("{sku} × {pieces}")).collect()
        }
        _ => decision.counting(kind).map(|one| one.value.clone()).collect(),
    };
    values.sort_unstable();
    values.dedup();
    values
}
