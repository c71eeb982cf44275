//! What a platform's refusal means, so that a person can be told in their own language.
//!
//! A write-back keeps the platform's words; what they mean is read from the code in them, each time they are shown.
//! So a code that is understood later explains refusals of today.

use super::{douyin, kuaishou};
use crate::domain::platform::Platform;
use crate::domain::text_enum;

text_enum! {
    /// Why a platform does not take a number.
    pub enum RefusalKind("kind of refusal") {
        /// It was shipped there before.
        AlreadyShipped = "already_shipped",
        /// It is finished, closed or cancelled.
        Ended = "ended",
        RefundInProgress = "refund_in_progress",
        /// The platform looks into the order first.
        RiskHold = "risk_hold",
        /// Unpaid, a group not formed, or of a kind that is not shipped this way.
        NotShippable = "not_shippable",
        TrackingNumberRejected = "tracking_number_rejected",
        CarrierRejected = "carrier_rejected",
        /// The sender's or the return address.
        SenderAddress = "sender_address",
        /// The buyer has another address by now.
        AddressChanged = "address_changed",
        /// Unknown, or of another shop.
        NotFound = "not_found",
        /// Serial numbers of subsidised goods.
        SerialNumbers = "serial_numbers",
    }
}

/// What these words of a platform mean; `None` where their code is not known.
pub fn explained(platform: Platform, words: &str) -> Option<RefusalKind> {
    match platform {
        Platform::Douyin => douyin::codes::explained(words),
        Platform::Kuaishou => kuaishou::codes::explained(words),
        Platform::Taobao | Platform::Tmall => top(words),
        _ => None,
    }
}

/// The sub-codes of TOP's logistics calls. Source: public clients, which agree.
fn top(words: &str) -> Option<RefusalKind> {
    let code = words.split_whitespace().find(|word| word.starts_with("isv.logistics-"))?;
    Some(match code.rsplit_once(':')?.1 {
        "B04" => RefusalKind::AlreadyShipped,
        "B60" => RefusalKind::TrackingNumberRejected,
        "B01" => RefusalKind::NotFound,
        "P38" | "CD01" => RefusalKind::NotShippable,
        "CD19" => RefusalKind::CarrierRejected,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_known_code_are_explained_and_others_are_left() {
        for (words, expected) in [
            (
                "the shop answered: 15 isv.logistics-offline-service-error:B04 已发货",
                Some(RefusalKind::AlreadyShipped),
            ),
            (
                "the shop answered: 15 isv.logistics-offline-service-error:B60 单号",
                Some(RefusalKind::TrackingNumberRejected),
            ),
            ("the shop answered: 15 isv.logistics-offline-service-error:X99 ?", None),
            ("The shop shows order 7 as shipped with A, not with B", None),
        ] {
            assert_eq!(explained(Platform::Taobao, words), expected, "{words}");
        }
        assert_eq!(explained(Platform::Vendure, "isv.logistics-x:B04"), None);
    }
}
