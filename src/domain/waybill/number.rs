//! A waybill number as it is stored: cleaned once, on the way in.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::Refusal;

/// Characters of the longest number taken. The longest barcode known (FedEx, USPS) has 34.
pub const MAX_LENGTH: usize = 64;

/// A waybill number without blanks and other invisible characters, in upper case.
///
/// Hyphens stay, because they are part of some numbers (`784-18099992`). The text need not fit any
/// carrier's format; [`Format::check`](super::Format::check) answers that.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct WaybillNumber(String);

impl WaybillNumber {
    /// Cleans what a person typed, pasted or scanned: NFKC (full width becomes plain), no blanks,
    /// control or zero-width characters (a scanner ends with a newline), every dash a hyphen, upper case.
    ///
    /// # Errors
    /// [`Refusal::Empty`] when nothing is left, [`Refusal::TooLong`] beyond [`MAX_LENGTH`] characters.
    pub fn normalise(text: &str) -> Result<Self, Refusal> {
        let cleaned: String = text
            .nfkc()
            .filter(|c| !c.is_whitespace() && !c.is_control() && !is_invisible(*c))
            .map(|c| if is_dash(c) { '-' } else { c })
            .map(|c| c.to_ascii_uppercase())
            // What stood apart before the blanks went may combine now.
            .nfc()
            .collect();
        match cleaned.chars().count() {
            0 => Err(Refusal::Empty),
            length if length > MAX_LENGTH => Err(Refusal::TooLong { length }),
            _ => Ok(Self(cleaned)),
        }
    }

    /// The cleaned text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Takes text that was made from a cleaned number by changing digits only.
    pub(super) fn from_cleaned(text: String) -> Self {
        Self(text)
    }
}

/// Format characters that pasted text carries along: soft hyphen, zero-width and direction marks, byte order mark.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}')
        || matches!(c, '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}')
}

/// Dashes that word processors put in place of a hyphen.
fn is_dash(c: char) -> bool {
    matches!(c, '\u{2010}'..='\u{2015}' | '\u{2212}')
}

impl fmt::Display for WaybillNumber {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl AsRef<str> for WaybillNumber {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl FromStr for WaybillNumber {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        Self::normalise(text)
    }
}

impl TryFrom<String> for WaybillNumber {
    type Error = Refusal;

    fn try_from(text: String) -> Result<Self, Refusal> {
        Self::normalise(&text)
    }
}

impl From<WaybillNumber> for String {
    fn from(number: WaybillNumber) -> Self {
        number.0
    }
}
