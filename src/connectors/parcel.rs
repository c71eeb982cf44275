//! A parcel a shop is told of, and what may come of telling.

use super::link::CallError;
use crate::domain::write_back::ShippedLine;

/// What left, of one order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parcel {
    /// The platform's number of the order.
    pub order: String,
    /// Our code of the carrier.
    pub carrier: String,
    /// The carrier's name for buyers.
    pub carrier_name: String,
    pub number: String,
    /// The lines that left, as the platform numbers them; empty for all of the order.
    pub lines: Vec<ShippedLine>,
    /// Nothing of the order is still to leave.
    pub is_last: bool,
    /// Numbers of the order's other parcels, which the shop may know.
    pub others: Vec<String>,
    /// Names this telling, the same each time: shops that keep it let a half-done one be found again.
    pub key: String,
}

impl Parcel {
    /// The refusal when the shop shows other numbers than ours for what left.
    pub fn conflict(&self, shown: &[String]) -> ShipError {
        ShipError::Refused(format!(
            "The shop shows order {} as shipped with {}, not with {}",
            self.order,
            if shown.is_empty() { "no number".to_owned() } else { shown.join(", ") },
            self.number
        ))
    }

    /// The refusal when the shop does not want the order shipped.
    pub fn not_shippable(&self, state: &str) -> ShipError {
        ShipError::Refused(format!(
            "The shop shows order {} as {state}; it was not marked as shipped",
            self.order
        ))
    }

    /// The refusal when the platform does not know who carries.
    pub fn no_carrier(&self) -> ShipError {
        ShipError::Refused(format!(
            "The platform knows no carrier {} ({}); tell it by hand, or number the parcel with another carrier",
            self.carrier, self.carrier_name
        ))
    }
}

/// Why a shop was not told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ShipError {
    /// The shop says no, or shows something else: for a person.
    Refused(String),
    /// Nothing was written: the shop could not be asked.
    Unasked(CallError),
    /// It was sent, and no answer came: the shop may know or not.
    Unheard(CallError),
}

impl From<CallError> for ShipError {
    /// Of a call that only reads.
    fn from(error: CallError) -> Self {
        match error {
            CallError::Invalid(words) => Self::Refused(words),
            other => Self::Unasked(other),
        }
    }
}

impl ShipError {
    /// Of a call that writes.
    pub fn of_write(error: CallError) -> Self {
        match error {
            CallError::Invalid(words) => Self::Refused(words),
            busy @ CallError::PlatformBusy(_) => Self::Unheard(busy),
            // Refused before anything was done.
            other => Self::Unasked(other),
        }
    }
}
