//! An order as its platform says it is.
//!
//! A snapshot is one telling of an order: an API answer, a pushed document, a row of an
//! export. It may tell the head (everything but the lines), the lines, or both, because
//! some exports come as two files. Our own work on an order is not here.

use serde::{Deserialize, Serialize};

use crate::domain::money::Money;
use crate::domain::recipient::Recipient;
use crate::domain::text_enum;
use crate::domain::time::UtcTime;

text_enum! {
    /// What the platform says of the whole order.
    pub enum OrderState("order state") {
        Unpaid = "unpaid",
        AwaitingShipment = "awaiting_shipment",
        Held = "held",
        PartiallyShipped = "partially_shipped",
        Shipped = "shipped",
        Completed = "completed",
        Cancelled = "cancelled",
    }
}

impl OrderState {
    /// How far along the order is. Of two tellings with the same time the further one is newer.
    pub fn rank(self) -> i64 {
        self as i64
    }
}

text_enum! {
    /// What the platform says of a line's refund.
    pub enum Refund("refund state") {
        None = "none",
        Requested = "requested",
        ApprovedWaitingReturn = "approved_waiting_return",
        Returning = "returning",
        Refunded = "refunded",
        Rejected = "rejected",
        Closed = "closed",
    }
}

impl Refund {
    /// The buyer wants the money back and nobody has decided yet, or it is under way.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Requested | Self::ApprovedWaitingReturn | Self::Returning)
    }

    /// The line must not be sent any more.
    pub fn is_final(self) -> bool {
        self == Self::Refunded
    }
}

text_enum! {
    /// What sort of order it is.
    pub enum OrderKind("order kind") {
        Normal = "normal",
        Presale = "presale",
        /// Cash on delivery.
        Cod = "cod",
        Exchange = "exchange",
        Reissue = "reissue",
    }
}

/// Everything a platform says of an order except its lines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderHead {
    pub state: OrderState,
    pub kind: OrderKind,
    /// When the buyer placed it; some files do not say.
    pub created_at: Option<UtcTime>,
    pub paid_at: Option<UtcTime>,
    /// The platform's promise; without one the shop's own rule counts.
    pub ship_by: Option<UtcTime>,
    /// A presale's first day; before it nothing leaves.
    pub ship_from: Option<UtcTime>,
    pub buyer_nick: String,
    pub buyer_message: String,
    pub seller_memo: String,
    /// Colour word of the platform's flag (`red`, `yellow`, …), empty without one.
    pub flag: String,
    pub total: Money,
    pub shipping_fee: Money,
    pub recipient: Recipient,
}

/// A line as the platform says it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderLine {
    /// Unique within the order; a platform's sub-order number where it has one.
    pub number: String,
    /// The seller's code; empty when the shop has none.
    pub sku: String,
    pub title: String,
    /// Colour, size and the like.
    pub variant: String,
    /// At least 1.
    pub quantity: i64,
    /// Of one piece.
    pub price: Money,
    pub refund: Refund,
    /// False for what is not sent: vouchers, services.
    pub requires_shipping: bool,
}

/// One telling of an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderSnapshot {
    /// The platform's order number.
    pub number: String,
    /// When the platform last changed it. Older tellings never overwrite newer ones.
    pub updated_at: UtcTime,
    /// `None` when this telling has only lines.
    pub head: Option<OrderHead>,
    /// `None` when this telling has only the head.
    pub lines: Option<Vec<OrderLine>>,
}
