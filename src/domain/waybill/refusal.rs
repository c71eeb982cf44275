//! Why a number was not taken or has no successor.

use thiserror::Error;

use super::WaybillNumber;

/// A number, or a run of numbers, that the rules do not allow.
///
/// The sentence shows the value, [`Refusal::next_step`] says what to do about it and [`Refusal::code`]
/// is stable.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// No character was left after cleaning.
    #[error("the waybill number is empty")]
    Empty,
    /// More characters than any carrier prints.
    #[error("the waybill number has {length} characters; at most {max} are taken", max = super::MAX_LENGTH)]
    TooLong {
        /// Characters after cleaning.
        length: usize,
    },
    /// Length, prefix or kind of characters do not fit.
    #[error("{number} is no number of format {format}, which is {shape}")]
    Shape {
        /// The number as cleaned.
        number: WaybillNumber,
        /// Name of the format.
        format: &'static str,
        /// The shape in words.
        shape: String,
    },
    /// The check character does not belong to the rest of the number.
    #[error("{number} ends its {format} check with {found}; the rest of the number asks for {expected}")]
    CheckDigit {
        /// The number as cleaned.
        number: WaybillNumber,
        /// Name of the format.
        format: &'static str,
        /// The check character that would be right.
        expected: char,
        /// The check character that was given.
        found: char,
    },
    /// The carrier or the platform hands these numbers out one by one.
    #[error("no number follows {number}: {format} numbers are allocated one by one")]
    Allocated {
        /// The number as cleaned.
        number: WaybillNumber,
        /// Name of the format.
        format: &'static str,
    },
    /// The number does not end in digits, so there is nothing to count.
    #[error("no number follows {number}: it does not end in digits")]
    NoCounter {
        /// The number as cleaned.
        number: WaybillNumber,
    },
    /// The counter would leave its width, or the number its range.
    #[error("the {format} counter is used up: no number stands {step} from {number}")]
    Exhausted {
        /// The last number there is.
        number: WaybillNumber,
        /// Name of the format.
        format: &'static str,
        /// The step that was asked for.
        step: i64,
    },
    /// A step of nought would give every parcel the same number.
    #[error("the step is 0; every number of the run would be the same")]
    StepZero,
    /// A GS1 company prefix has 4 to 12 digits.
    #[error("a company prefix of {digits} digits does not exist; GS1 gives 4 to 12")]
    CompanyPrefix {
        /// The number of digits that was asked for.
        digits: usize,
    },
}

impl Refusal {
    /// The stable code, explained in `docs/errors.md`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty | Self::TooLong { .. } | Self::Shape { .. } | Self::NoCounter { .. } => {
                "number_format"
            }
            Self::CheckDigit { .. } => "number_check_digit",
            Self::Allocated { .. } => "number_refused",
            Self::Exhausted { .. } => "number_exhausted",
            Self::StepZero => "step_invalid",
            Self::CompanyPrefix { .. } => "company_prefix_invalid",
        }
    }

    /// What the person can do next, as a sentence.
    pub fn next_step(&self) -> String {
        match self {
            Self::Empty => "Type or scan the number on the sheet.".into(),
            Self::TooLong { .. } => {
                "Scan one barcode only, and the one that holds the waybill number.".into()
            }
            Self::Shape { .. } => {
                "Compare with the sheet, or choose the carrier and format it was printed for.".into()
            }
            Self::CheckDigit { expected, .. } => format!(
                "Compare with the sheet: the check character must be {expected}, or another digit was mistyped."
            ),
            Self::Allocated { .. } => {
                "Book this number for one shipment, and fetch the others from the carrier.".into()
            }
            Self::NoCounter { .. } => "Book this number for one shipment, and type the others.".into(),
            Self::Exhausted { .. } => {
                "Type the first number of the next stack for the shipments left.".into()
            }
            Self::StepZero => "Use 1, or −1 for a stack that is fed upside down.".into(),
            Self::CompanyPrefix { .. } => "Use the length written in the GS1 certificate.".into(),
        }
    }
}
