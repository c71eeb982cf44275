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
        _ => None,
    }
}
