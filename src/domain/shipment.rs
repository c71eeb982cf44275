//! What a shipment is at one moment, derived from independent facts.

use super::reason::Reason;
use super::text_enum;

text_enum! {
    /// The label a person sees; derived, never set.
    pub enum ShipmentState("shipment state") {
        Blocked = "blocked",
        Ready = "ready",
        Numbered = "numbered",
        Printed = "printed",
        Shipped = "shipped",
        Cancelled = "cancelled",
    }
}

impl ShipmentState {
    /// States in which there is something left to do.
    pub const OPEN: &'static [Self] = &[Self::Blocked, Self::Ready, Self::Numbered, Self::Printed];
}

text_enum! {
    /// What became of the waybill label; derived from its sheets.
    pub enum PrintState("print state") {
        None = "none",
        /// Sheets wait or are under way.
        Queued = "queued",
        Printed = "printed",
        /// Printed from values that have changed since.
        Stale = "stale",
    }
}

/// The independent facts of a shipment that its label is derived from.
#[derive(Debug, Clone, Copy)]
pub struct Axes<'a> {
    pub shipped: bool,
    /// No order is left in it, or nothing will leave on any of its orders.
    pub void: bool,
    /// Every order of it was shipped by someone else.
    pub shipped_elsewhere: bool,
    pub reasons: &'a [Reason],
    pub numbered: bool,
    pub print: PrintState,
}

/// The label: what is final comes first, then what stands in the way, then how far it got.
pub fn state(axes: Axes) -> ShipmentState {
    if axes.shipped || axes.shipped_elsewhere {
        ShipmentState::Shipped
    } else if axes.void {
        ShipmentState::Cancelled
    } else if !axes.reasons.is_empty() {
        ShipmentState::Blocked
    } else if axes.numbered && axes.print == PrintState::Printed {
        ShipmentState::Printed
    } else if axes.numbered {
        ShipmentState::Numbered
    } else {
        ShipmentState::Ready
    }
}
