//! Delay notices: a person says that an order leaves later, why, and when instead.

use serde::Serialize;

use super::Zone;
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

/// What a buyer is told of a delay, ready to be pasted where the shop lets one write to them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ForBuyer {
    pub en: String,
    pub zh: String,
}

/// The words for a buyer. The note is for the staff but with the reason `other`, where it is the reason. The time is that of
/// the clock on the seller's wall.
pub fn for_buyer(number: &str, reason: DelayReason, note: &str, due_at: UtcTime, zone: Zone) -> ForBuyer {
    let at = zone.local(due_at).format("%Y-%m-%d %H:%M");
    let (en, zh) = match reason {
        DelayReason::StockShort => ("we are waiting for new stock", "补货中"),
        DelayReason::Production => ("it is still being made", "正在生产备货"),
        DelayReason::Holiday => ("of the holidays", "节假日放假"),
        DelayReason::Weather => ("of the weather", "天气原因"),
        DelayReason::Carrier => ("our carrier is delayed", "快递原因"),
        DelayReason::Buyer => ("you asked us to", "应您要求"),
        DelayReason::Other => (note, note),
    };
    ForBuyer {
        en: format!(
            "Hello, your order {number} leaves later than promised because {en}. We will send it by {at} ({zone}). \
             We are sorry for the wait.",
            zone = zone.name()
        ),
        zh: format!("您好，您的订单 {number} 因{zh}延迟发货，预计 {at} 前发出。给您带来不便，敬请谅解！"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buyer_reads_why_and_until_when_by_the_sellers_clock() {
        let due = UtcTime::parse("2026-12-31T18:00:00Z").expect("a time");
        let said = |reason, note| for_buyer("77001", reason, note, due, Zone::default());
        let weather = said(DelayReason::Weather, "truck broken, tell nobody");
        assert_eq!(
            weather.zh,
            "您好，您的订单 77001 因天气原因延迟发货，预计 2027-01-01 02:00 前发出。给您带来不便，敬请谅解！"
        );
        assert!(
            weather.en.contains("order 77001") && weather.en.contains("2027-01-01 02:00 (Asia/Shanghai)")
        );
        assert!(!weather.en.contains("truck"), "a note is for the staff");
        assert!(said(DelayReason::Other, "the kiln broke").en.contains("because the kiln broke."));
    }
}
