//! Why a sheet cannot be printed as asked.

use serde::Serialize;

use crate::domain::text_enum;
use crate::papers::barcode::BarcodeError;
use crate::papers::fit::Overflow;

text_enum! {
    /// Kind of a [`Problem`].
    pub enum ProblemCode("problem of a sheet") {
        /// No font has a character of the text.
        MissingCharacter = "missing_character",
        /// A text does not fit its box at the smallest readable size.
        Overflow = "overflow",
        /// The number cannot be a barcode, or not on this paper.
        Barcode = "barcode",
        /// A field that the paper cannot do without is empty.
        Empty = "empty",
    }
}

/// One reason why a sheet was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    pub code: ProblemCode,
    /// The field of the values, such as `recipient.name` or `remarks[2].text`.
    pub field: String,
    /// What is wrong, with the value.
    pub message: String,
    /// What to do about it.
    pub next: String,
}

impl Problem {
    pub(crate) fn missing(field: &str, missing: char) -> Self {
        let code_point = format!("U+{:04X}", u32::from(missing));
        let (message, next) = if missing == '\u{FFFD}' {
            (
                format!("{field} contains {code_point}: the text was damaged before it came here"),
                "Read the order again, or type the text anew.".to_owned(),
            )
        } else {
            (
                format!("no font has the character {missing} ({code_point}) of {field}"),
                "Put a font that has it into the font folder, or replace the character.".to_owned(),
            )
        };
        Self { code: ProblemCode::MissingCharacter, field: field.to_owned(), message, next }
    }

    pub(crate) fn overflow(field: &str, text: &str, overflow: Overflow) -> Self {
        Self {
            code: ProblemCode::Overflow,
            field: field.to_owned(),
            message: format!(
                "{field} needs {:.1} mm at its smallest readable size and has {:.1} mm: {:?}",
                overflow.needed_mm, overflow.has_mm, text
            ),
            next: "Shorten the text, or print on a larger paper.".to_owned(),
        }
    }

    pub(crate) fn too_many_pages(field: &str, pages: usize, limit: usize) -> Self {
        Self {
            code: ProblemCode::Overflow,
            field: field.to_owned(),
            message: format!("{field} would take {pages} labels, and {limit} is the limit for one parcel"),
            next: "Shorten the texts, or print a delivery note on A4 for them.".to_owned(),
        }
    }

    pub(crate) fn barcode(field: &str, error: &BarcodeError) -> Self {
        Self {
            code: ProblemCode::Barcode,
            field: field.to_owned(),
            message: error.to_string(),
            next: "Correct the value, or print on a larger paper.".to_owned(),
        }
    }

    pub(crate) fn empty(field: &str) -> Self {
        Self {
            code: ProblemCode::Empty,
            field: field.to_owned(),
            message: format!("{field} is empty"),
            next: format!("Fill in {field} and print the sheet again."),
        }
    }
}
