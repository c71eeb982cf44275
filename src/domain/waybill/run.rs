//! Number runs: one typed waybill number becomes the numbers of a whole batch.
//!
//! Stops at the first number that cannot be made; jumping over taken or void numbers is a decision of
//! the person, so it is not made here.

use super::shape::Reading;
use super::{CompanyPrefix, Format, Refusal, WaybillNumber};

/// The numbers of a run, in order, and why there are fewer than asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filled {
    /// The first number itself and those that follow it.
    pub numbers: Vec<WaybillNumber>,
    /// Why the run is short; `None` when it has as many numbers as asked for.
    pub stopped: Option<Refusal>,
}

/// Fills `count` places: the first number itself, then those that follow it at `step`.
///
/// A first number that does not fit gives an empty run. An allocated number, or one that does not end
/// in digits, gives a run of that one number.
pub fn fill(format: &'static Format, first: &WaybillNumber, step: i64, count: usize) -> Filled {
    fill_with(format, first, step, count, CompanyPrefix::default())
}

/// [`fill`] for a sender whose GS1 company prefix is known; only `sscc-18` looks at it.
pub fn fill_with(
    format: &'static Format,
    first: &WaybillNumber,
    step: i64,
    count: usize,
    company: CompanyPrefix,
) -> Filled {
    let mut filled = Filled { numbers: Vec::new(), stopped: None };
    for number in successors(format, first, step, company).take(count) {
        match number {
            Ok(number) => filled.numbers.push(number),
            Err(refusal) => filled.stopped = Some(refusal),
        }
    }
    filled
}

/// The first number and those that follow it, worked out one at a time.
///
/// Ends after the first refusal, which is the last item.
pub fn successors(
    format: &'static Format,
    first: &WaybillNumber,
    step: i64,
    company: CompanyPrefix,
) -> Successors {
    let state = match format.read(first, company) {
        _ if step == 0 => State::Refused(Refusal::StepZero),
        Ok(reading) => State::First(first.clone(), reading),
        Err(refusal) => State::Refused(refusal),
    };
    Successors { format, step, company, state }
}

/// Iterator of [`successors`].
#[derive(Debug)]
pub struct Successors {
    format: &'static Format,
    step: i64,
    company: CompanyPrefix,
    state: State,
}

#[derive(Debug)]
enum State {
    First(WaybillNumber, Reading),
    After(WaybillNumber, Reading),
    Refused(Refusal),
    Ended,
}

impl Iterator for Successors {
    type Item = Result<WaybillNumber, Refusal>;

    fn next(&mut self) -> Option<Self::Item> {
        let made = match std::mem::replace(&mut self.state, State::Ended) {
            State::First(number, reading) => Ok((number, reading)),
            State::After(number, reading) => self.format.advance(&number, &reading, self.step, self.company),
            State::Refused(refusal) => Err(refusal),
            State::Ended => return None,
        };
        Some(made.map(|(number, reading)| {
            self.state = State::After(number.clone(), reading);
            number
        }))
    }
}

impl std::iter::FusedIterator for Successors {}
