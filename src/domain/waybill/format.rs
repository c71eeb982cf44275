//! A carrier's number format: does a number fit, and which one follows.

use super::carriers::Carrier;
use super::formats::FORMATS;
use super::shape::{Reading, Shape};
use super::{CheckRule, CompanyPrefix, Refusal, WaybillNumber, counter};
use crate::domain::text_enum;

text_enum! {
    /// Whether following numbers may be written down without asking the carrier.
    pub enum Policy("policy") {
        /// Pre-printed stock or the sender's own range: fills down at once.
        Auto = "auto",
        /// The counter is the sender's only if the carrier said so: fills down after one yes per run.
        Ask = "ask",
        /// Allocated one by one: the neighbour belongs to somebody else, nothing follows.
        Never = "never",
    }
}

text_enum! {
    /// How sure the rule of a format is.
    pub enum Certainty("certainty") {
        /// Checked on published numbers that played no part in finding the rule.
        Proven = "proven",
        /// Several independent programs do the same; few or no real numbers at hand.
        Agreed = "agreed",
        /// Length and prefix are known, a check digit is not.
        FormatOnly = "format only",
        /// Not known.
        Open = "open",
    }
}

/// The numbers of one carrier that share a shape, a check rule and a policy.
#[derive(Debug)]
pub struct Format {
    /// Stable name, such as `sf-12`.
    pub name: &'static str,
    /// Whose numbers these are.
    pub carrier: &'static Carrier,
    /// Whether following numbers may be written down.
    pub policy: Policy,
    /// How sure the rule is.
    pub certainty: Certainty,
    /// The rule of the check character, where one is known.
    pub check_rule: Option<CheckRule>,
    /// How many characters before the check character its rule covers, at most.
    pub(super) covers: usize,
    pub(super) shape: Shape,
}

impl Format {
    /// Every format, those of one carrier together.
    pub fn all() -> &'static [Self] {
        FORMATS
    }

    /// The format of this name.
    pub fn find(name: &str) -> Option<&'static Self> {
        FORMATS.iter().find(|format| format.name == name)
    }

    /// The formats of a carrier, by its code; none for a carrier that is not known here.
    ///
    /// A carrier without formats counts with `plain`.
    pub fn of_carrier(code: &str) -> impl Iterator<Item = &'static Self> {
        FORMATS.iter().filter(move |format| format.carrier.code == code)
    }

    /// The shape in words, such as `3 digits + counter of 8 + check digit`.
    pub fn shape(&self) -> String {
        self.shape.to_string()
    }

    /// Whether the number has this shape and the right check character.
    ///
    /// # Errors
    /// [`Refusal::Shape`], or [`Refusal::CheckDigit`] with the character that would be right.
    pub fn check(&self, number: &WaybillNumber) -> Result<(), Refusal> {
        self.read(number, CompanyPrefix::default()).map(drop)
    }

    /// The number that stands `step` from this one: 1 for the next, −1 for the one before.
    ///
    /// The policy `ask` is the caller's to honour; `never` is refused here.
    ///
    /// # Errors
    /// What [`Format::check`] refuses; [`Refusal::Allocated`] when the policy is never;
    /// [`Refusal::Exhausted`] when the counter or its range ends; [`Refusal::NoCounter`] when there is
    /// nothing to count; [`Refusal::StepZero`].
    pub fn next(&self, number: &WaybillNumber, step: i64) -> Result<WaybillNumber, Refusal> {
        self.next_with(number, step, CompanyPrefix::default())
    }

    /// [`Format::next`] for a sender whose GS1 company prefix is known; only `sscc-18` looks at it.
    ///
    /// # Errors
    /// As [`Format::next`].
    pub fn next_with(
        &self,
        number: &WaybillNumber,
        step: i64,
        company: CompanyPrefix,
    ) -> Result<WaybillNumber, Refusal> {
        if step == 0 {
            return Err(Refusal::StepZero);
        }
        let reading = self.read(number, company)?;
        Ok(self.advance(number, &reading, step, company)?.0)
    }

    /// Takes the number apart. Of several ways to read it, the first with the right check character
    /// counts; where none has it, the first tells which one is expected.
    pub(super) fn read(&self, number: &WaybillNumber, company: CompanyPrefix) -> Result<Reading, Refusal> {
        let text = number.as_str();
        let mut first_misfit = None;
        for reading in self.shape.readings(text, company) {
            match self.expected_check(text, &reading) {
                Some((at, expected)) if !text[at..].starts_with(expected) => {
                    first_misfit.get_or_insert((at, expected));
                }
                _ => return Ok(reading),
            }
        }
        Err(match first_misfit {
            Some((at, expected)) => Refusal::CheckDigit {
                number: number.clone(),
                format: self.name,
                expected,
                found: char::from(text.as_bytes()[at]),
            },
            None => Refusal::Shape { number: number.clone(), format: self.name, shape: self.shape() },
        })
    }

    /// The number `step` away from one that was read before, and how that number reads.
    pub(super) fn advance(
        &self,
        number: &WaybillNumber,
        reading: &Reading,
        step: i64,
        company: CompanyPrefix,
    ) -> Result<(WaybillNumber, Reading), Refusal> {
        if self.policy == Policy::Never {
            return Err(Refusal::Allocated { number: number.clone(), format: self.name });
        }
        let Some(counter) = reading.counter.clone() else {
            return Err(Refusal::NoCounter { number: number.clone() });
        };
        let exhausted = || Refusal::Exhausted { number: number.clone(), format: self.name, step };

        let mut bytes = number.as_str().as_bytes().to_vec();
        if !counter::add(&mut bytes[counter], step) {
            return Err(exhausted());
        }
        let mut text = String::from_utf8(bytes).expect("digits were put in place of digits");
        if let Some((at, expected)) = self.expected_check(&text, reading) {
            text.replace_range(at..=at, expected.encode_utf8(&mut [0; 4]));
        }
        // A number that no longer fits the format has left its range.
        let next = WaybillNumber::from_cleaned(text);
        let reading = self.read(&next, company).map_err(|_| exhausted())?;
        Ok((next, reading))
    }

    /// Where the check character stands and which one belongs there.
    fn expected_check(&self, text: &str, reading: &Reading) -> Option<(usize, char)> {
        let at = reading.check?;
        let from = at.saturating_sub(self.covers).max(reading.start);
        Some((at, self.check_rule?.check_char(&text[from..at])?))
    }
}
