//! Delay notices: a person says that an order leaves later, why, and when instead.

use crate::domain::text_enum;
use crate::domain::time::UtcTime;

text_enum! {
    /// Why an order leaves later.
    pub enum DelayReason("reason of a delay") {
        StockShort = "stock_short",
        Production = "production",
        Holiday = "holiday",
        Weather = "weather",
        Carrier = "carrier",
        /// The buyer asked for it.
        Buyer = "buyer",
        /// Something else; then a note says what.
        Other = "other",
    }
}

/// A delay that was announced and not taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notice {
    /// Which one; it begins a round of alarms of its own.
    pub id: i64,
    /// The new date.
    pub due_at: UtcTime,
    /// What the platform had promised when it was announced.
    pub promised_then: Option<UtcTime>,
}

impl Notice {
    /// Whether it still holds: the platform has said nothing new since. A new promise is a newer word, such as the
    /// extension that Douyin and Xiaohongshu tell of.
    pub fn holds(self, promised: Option<UtcTime>) -> bool {
        self.promised_then == promised
    }
}
