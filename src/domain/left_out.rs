//! Answers of acts on many shipments: what was left as it was, and why.
//!
//! A batch answers item by item. One refusal leaves the others standing, and each says what to do next.

use serde::Serialize;

use super::id::{OrderId, ShipmentId};
use super::reason::Reason;

/// Why one thing was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Why {
    /// Stable; a code of a reason or of a refusal.
    pub code: &'static str,
    /// The order the reason is about, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    /// What is the case, with the values.
    pub message: String,
    /// What to do next.
    pub next: String,
}

impl Why {
    pub fn new(code: &'static str, message: impl Into<String>, next: impl Into<String>) -> Self {
        Self { code, order: None, message: message.into(), next: next.into() }
    }
}

impl From<&Reason> for Why {
    fn from(reason: &Reason) -> Self {
        Self {
            code: reason.code.as_str(),
            order: Some(reason.order),
            message: reason.message().0,
            next: reason.code.next_step().0.to_owned(),
        }
    }
}

/// A shipment that an act left as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct LeftOut {
    pub id: ShipmentId,
    /// Never empty.
    pub reasons: Vec<Why>,
}

impl LeftOut {
    /// Left out for one reason.
    pub fn one(id: ShipmentId, why: Why) -> Self {
        Self { id, reasons: vec![why] }
    }

    /// There is no such shipment of this seller.
    pub fn not_found(id: ShipmentId) -> Self {
        Self::one(
            id,
            Why::new(
                "not_found",
                format!("There is no shipment {id}."),
                "Read the list again and choose anew.",
            ),
        )
    }

    /// It was named before in the same request; the first mention counts.
    pub fn listed_twice(id: ShipmentId) -> Self {
        Self::one(
            id,
            Why::new(
                "listed_twice",
                format!("Shipment {id} is listed twice."),
                "Nothing is to be done: it counted once.",
            ),
        )
    }
}

/// An order that an act left as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct OrderLeftOut {
    pub id: OrderId,
    /// Never empty.
    pub reasons: Vec<Why>,
}

/// The ids in their order, each once, and those that were named again.
pub fn each_once(ids: &[ShipmentId]) -> (Vec<ShipmentId>, Vec<LeftOut>) {
    let (mut seen, mut twice) = (std::collections::HashSet::new(), std::collections::HashSet::new());
    let (mut once, mut left_out) = (Vec::with_capacity(ids.len()), Vec::new());
    for id in ids {
        if seen.insert(*id) {
            once.push(*id);
        } else if twice.insert(*id) {
            left_out.push(LeftOut::listed_twice(*id));
        }
    }
    (once, left_out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shipment_listed_three_times_counts_once_and_is_told_once() {
        let ids = [7, 8, 7, 9, 7].map(ShipmentId);
        let (once, left_out) = each_once(&ids);
        assert_eq!(once, [7, 8, 9].map(ShipmentId));
        assert_eq!(left_out, [LeftOut::listed_twice(ShipmentId(7))]);
    }
}
