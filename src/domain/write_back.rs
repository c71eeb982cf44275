//! Write-backs: telling a shop what was shipped, once per order of a parcel.
//!
//! Each is an intent of its own with the shop's answer as its proof. What was told cannot be untold,
//! so a settled one stays as it is; an answer that got lost is unknown, never repeated blindly.

use serde::{Deserialize, Serialize};

use super::error::Error;
use super::id::{ShipmentId, WriteBackId};
use super::left_out::Why;
use super::number_run::cancelled;
use super::print::not_numbered;
use super::reason::Reason;
use super::shipment::ShipmentState;
use super::text_enum;

text_enum! {
    /// How far the shop has been told.
    pub enum WriteBackState("state of a write-back") {
        /// To be told: by a worker, by the shop's own program, by file.
        Waiting = "waiting",
        /// The shop took it.
        Done = "done",
        /// A person entered it in the shop.
        DoneByHand = "done_by_hand",
        /// The shop said no.
        Refused = "refused",
        /// The shop has no way to be told.
        Unsupported = "unsupported",
        /// It was sent, and no answer came.
        Unknown = "unknown",
    }
}

text_enum! {
    /// What came of telling the shop.
    pub enum Outcome("result") {
        Done = "done",
        DoneByHand = "done_by_hand",
        Refused = "refused",
        Unknown = "unknown",
    }
}

text_enum! {
    /// How a file of numbers is laid out.
    pub enum UploadForm("form of an upload file") {
        /// The batch-ship upload of the Taobao seller centre.
        Taobao = "taobao",
        /// A fulfilment list as apps for Shopify read it.
        Shopify = "shopify",
        /// For any other program.
        Generic = "generic",
    }
}

impl Outcome {
    /// The state it leads to.
    pub fn state(self) -> WriteBackState {
        match self {
            Self::Done => WriteBackState::Done,
            Self::DoneByHand => WriteBackState::DoneByHand,
            Self::Refused => WriteBackState::Refused,
            Self::Unknown => WriteBackState::Unknown,
        }
    }
}

/// What a wish makes of a write-back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    To(WriteBackState),
    /// It is so already: the wish was repeated.
    Already,
}

/// The state after telling the shop came to `outcome`.
///
/// A refusal or a missing way is not the end: a person may enter the number in the shop by hand.
///
/// # Errors
/// `write_back_settled` when something else has been settled before.
pub fn settle(id: WriteBackId, state: WriteBackState, outcome: Outcome) -> Result<Change, Error> {
    use WriteBackState::{Done, DoneByHand, Refused, Unknown, Unsupported, Waiting};
    match (state, outcome.state()) {
        (now, wished) if now == wished => Ok(Change::Already),
        (Waiting | Unknown, wished) => Ok(Change::To(wished)),
        (Refused | Unsupported, DoneByHand) => Ok(Change::To(DoneByHand)),
        (Refused, wished) => Err(Error::conflict(
            "write_back_settled",
            format!("Write-back {id} is refused; it cannot become {wished}."),
            "Retry it first, or settle it as done_by_hand when the number stands in the shop.",
        )),
        (Done | DoneByHand | Unsupported, wished) => Err(Error::conflict(
            "write_back_settled",
            format!("Write-back {id} is {state}; it cannot become {wished}."),
            "Nothing is to be done: what the shop was told stays told.",
        )),
    }
}

/// The state after somebody asked to tell the shop again.
///
/// # Errors
/// `write_back_settled` when the shop has been told, or cannot be.
pub fn retry(id: WriteBackId, state: WriteBackState) -> Result<Change, Error> {
    match state {
        WriteBackState::Waiting => Ok(Change::Already),
        WriteBackState::Refused | WriteBackState::Unknown => Ok(Change::To(WriteBackState::Waiting)),
        _ => Err(Error::conflict(
            "write_back_settled",
            format!("Write-back {id} is {state} and is not sent again."),
            "Look it up in the shop; a correction is entered there.",
        )),
    }
}

/// Pieces of an order line that left in the parcel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ShippedLine {
    /// The platform's number of the line.
    pub line: String,
    pub quantity: i64,
}

/// Why a shipment that we have not shipped yet cannot be shipped; empty when it can.
pub fn why_not_shipped(id: ShipmentId, state: ShipmentState, reasons: &[Reason]) -> Vec<Why> {
    match state {
        ShipmentState::Numbered | ShipmentState::Printed => Vec::new(),
        // Shipped by someone else: the reasons say that the shop shows it so.
        ShipmentState::Blocked | ShipmentState::Shipped => reasons.iter().map(Why::from).collect(),
        ShipmentState::Ready => vec![not_numbered(id)],
        ShipmentState::Cancelled => vec![cancelled(id)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_told_stays_told_and_what_failed_can_be_mended() {
        use Outcome as To;
        use WriteBackState::*;
        for (state, outcome, expected) in [
            (Waiting, To::Done, Some(Change::To(Done))),
            (Waiting, To::Refused, Some(Change::To(Refused))),
            (Waiting, To::Unknown, Some(Change::To(Unknown))),
            (Unknown, To::Done, Some(Change::To(Done))),
            (Unknown, To::Unknown, Some(Change::Already)),
            (Done, To::Done, Some(Change::Already)),
            (Done, To::Refused, None),
            (DoneByHand, To::Done, None),
            (Refused, To::Done, None),
            (Refused, To::DoneByHand, Some(Change::To(DoneByHand))),
            (Unsupported, To::DoneByHand, Some(Change::To(DoneByHand))),
            (Unsupported, To::Done, None),
        ] {
            assert_eq!(settle(WriteBackId(1), state, outcome).ok(), expected, "{state} {outcome}");
        }
    }

    #[test]
    fn only_what_failed_is_sent_again() {
        use WriteBackState::*;
        for (state, expected) in [
            (Waiting, Some(Change::Already)),
            (Refused, Some(Change::To(Waiting))),
            (Unknown, Some(Change::To(Waiting))),
            (Done, None),
            (DoneByHand, None),
            (Unsupported, None),
        ] {
            assert_eq!(retry(WriteBackId(1), state).ok(), expected, "{state}");
        }
    }
}
