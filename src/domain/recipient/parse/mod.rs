//! Paste an address (智能识别): one line, or a few, of free text become the fields of a recipient.
//!
//! Certain things are taken out first (labelled pieces, phones, the region by the division table); what is
//! left is told apart into name, detail and talk. Nothing is invented: every guess names its field in
//! `review`, so that a person looks at that field before the parcel leaves.
//! Deliberately absent: a street table. A town is cut off the detail by its ending only.

mod chinese;
mod labels;
mod phone;
mod pieces;
mod places;
mod western;
mod words;

#[cfg(test)]
mod vectors;

use thiserror::Error;

use super::Recipient;

/// Longest text that is read, in characters. The longest real address found had 300.
pub const MAX_CHARS: usize = 2_000;

/// What a pasted text says.
///
/// Names and detail stay as typed (digits of double width become plain ones); the region has the official
/// names of today. `country` is always set.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parsed {
    pub recipient: Recipient,
    /// Extension of the phone, or the code of a privacy number.
    pub ext: String,
    pub company: String,
    /// Six digits of GB/T 2260 of the deepest certain division.
    pub code: Option<String>,
    /// Fields a person should look at: `name`, `phone`, `ext`, `region`, `province`, `city`, `district`,
    /// `town`, `detail`, `postcode`, or `all`.
    pub review: Vec<&'static str>,
}

impl Parsed {
    fn doubt(&mut self, field: &'static str) {
        if !self.review.contains(&field) {
            self.review.push(field);
        }
    }
}

/// Why a text was not read.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum ParseLineError {
    #[error(
        "address text has {chars} characters, at most {MAX_CHARS} are read; paste one recipient at a time"
    )]
    TooLong { chars: usize },
}

/// Reads one recipient from free text.
///
/// # Errors
/// `TooLong` above [`MAX_CHARS`] characters. Any other text gives an answer, if need be one that doubts `all`.
pub fn parse_line(line: &str) -> Result<Parsed, ParseLineError> {
    let chars = line.chars().count();
    if chars > MAX_CHARS {
        return Err(ParseLineError::TooLong { chars });
    }
    let text = clean(line);
    let mut parsed = if is_western(&text) { western::parse(&text) } else { chinese::parse(&text) };
    if line.contains('*') {
        parsed.doubt("all");
    }
    Ok(parsed)
}

/// Plain digits and letters for those of double width, no invisible characters, no blanks at the ends.
fn clean(line: &str) -> Vec<char> {
    line.trim()
        .chars()
        .filter_map(|c| match c {
            '\u{ff10}'..='\u{ff19}'
            | '\u{ff21}'..='\u{ff3a}'
            | '\u{ff41}'..='\u{ff5a}'
            | '\u{ff0b}'
            | '\u{ff0d}' => char::from_u32(u32::from(c) - 0xfee0),
            '–' | '—' | '‐' | '‑' | '−' => Some('-'),
            '\u{3000}' | '\u{a0}' => Some(' '),
            '\n' | '\t' => Some(c),
            '\r' => Some('\n'),
            '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}' => None,
            c if c.is_control() => None,
            c => Some(c),
        })
        .collect()
}

/// A text with hardly any Chinese is read by the rules of western addresses.
fn is_western(text: &[char]) -> bool {
    let han = text.iter().filter(|c| words::is_han(**c)).count();
    let latin = text.iter().filter(|c| c.is_alphabetic() && !words::is_han(**c)).count();
    latin > 0 && latin > 4 * han
}
