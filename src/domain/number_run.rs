//! Number runs: which numbers a batch of shipments gets, and how a spoiled sheet moves the rest.
//!
//! [`waybill`](super::waybill) knows which number follows which. Here stands what a person expects on
//! top of it: a run draws on one or more stacks, stops at a number that is in use instead of jumping
//! over it silently, and lets the shipments behind a torn sheet move up. Which numbers are in use is
//! the record's knowledge and comes in as an argument.

use std::collections::{HashMap, HashSet, VecDeque};

use serde::Serialize;

use super::error::{Error, FieldError, RefusalClass};
use super::id::ShipmentId;
use super::left_out::Why;
use super::reason::Reason;
use super::shipment::ShipmentState;
use super::text_enum;
use super::waybill::{CompanyPrefix, Format, Policy, Refusal, Successors, WaybillNumber, successors};

/// Numbers one run may skip. A stack with more used numbers than this is the wrong stack.
pub const MAX_SKIPPED: usize = 10_000;

text_enum! {
    /// What became of one use of a number.
    pub enum WaybillState("state of a waybill") {
        Live = "live",
        /// Never to be used again.
        Void = "void",
        /// Given back before it was printed; free to be used again.
        Returned = "returned",
    }
}

text_enum! {
    /// What keeps a number from being given out.
    pub enum InUse("use of a number") {
        /// It is on another shipment.
        Taken = "taken",
        /// It was spoiled or given back after printing, and is never used again.
        Void = "void",
    }
}

/// A number that cannot be given out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Occupied {
    #[schema(value_type = String)]
    pub number: WaybillNumber,
    pub code: InUse,
    /// The shipment it is on, or was on when it became void.
    pub holder: Option<ShipmentId>,
}

impl Occupied {
    /// The code of the refusal.
    pub fn refusal_code(&self) -> &'static str {
        match self.code {
            InUse::Taken => "number_taken",
            InUse::Void => "number_void",
        }
    }

    /// What is the case.
    pub fn message(&self) -> String {
        let number = &self.number;
        match (self.code, self.holder) {
            (InUse::Taken, Some(holder)) => format!("Waybill {number} is on shipment {holder}."),
            (InUse::Taken, None) => format!("Waybill {number} is in use."),
            (InUse::Void, Some(holder)) => format!("Waybill {number} was on shipment {holder} and is void."),
            (InUse::Void, None) => format!("Waybill {number} is void."),
        }
    }

    /// The refusal when this number itself was asked for.
    pub fn refusal(&self) -> Error {
        let next = match self.code {
            InUse::Taken => "Void it there, or type another number.",
            InUse::Void => "A void number is never used again; type the number of the next sheet.",
        };
        Error::conflict(self.refusal_code(), self.message(), next)
    }
}

/// Numbers that stand on paper one after the other: a typed first number, and how many sheets there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stack {
    pub first: WaybillNumber,
    /// `None` when it lasts as long as its counter.
    pub count: Option<usize>,
}

/// The numbers of one stack after the other.
#[derive(Debug)]
pub struct Supply {
    stacks: VecDeque<(Successors, usize)>,
    ended: Option<Refusal>,
}

impl Supply {
    pub fn new(format: &'static Format, stacks: &[Stack], step: i64, company: CompanyPrefix) -> Self {
        let stacks = stacks
            .iter()
            .map(|stack| (successors(format, &stack.first, step, company), stack.count.unwrap_or(usize::MAX)))
            .collect();
        Self { stacks, ended: None }
    }

    /// The next numbers, at most `count`; fewer when the last stack ends.
    fn draw(&mut self, count: usize) -> Vec<WaybillNumber> {
        let mut drawn = Vec::with_capacity(count.min(16_384));
        while drawn.len() < count {
            let Some((numbers, left)) = self.stacks.front_mut() else { break };
            match if *left == 0 { None } else { numbers.next() } {
                Some(Ok(number)) => {
                    *left -= 1;
                    drawn.push(number);
                }
                Some(Err(refusal)) => {
                    self.ended = Some(refusal);
                    self.stacks.pop_front();
                }
                None => drop(self.stacks.pop_front()),
            }
        }
        drawn
    }
}

/// Why a run is shorter than the list of its shipments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// The next number is in use, and nobody said to skip it.
    Occupied(Occupied),
    /// Two stacks of the same call share this number.
    Overlap(WaybillNumber),
    /// The rule of the format ends the stack.
    Ended(Refusal),
    /// The stacks have as many sheets as was said, and no more.
    UsedUp,
    /// More numbers were in use than a run may skip.
    TooManySkipped,
}

impl Stop {
    /// Why a shipment behind the stop has no number.
    pub fn why(&self) -> Why {
        match self {
            Self::Occupied(occupied) => Why::new(
                occupied.refusal_code(),
                format!("The run stopped before it: {}", occupied.message()),
                "Number the rest with skip_taken, or with another first number.",
            ),
            Self::Overlap(number) => Why::new(
                "number_taken",
                format!("The run stopped before it: {number} stands in two of the ranges."),
                "Give ranges that do not overlap.",
            ),
            Self::Ended(refusal) => Why::new(refusal.code(), sentence(refusal), refusal.next_step()),
            Self::UsedUp => Why::new(
                "number_exhausted",
                "The ranges hold fewer numbers than there are shipments.",
                "Give the first number of the next stack for the rest.",
            ),
            Self::TooManySkipped => Why::new(
                "number_taken",
                format!("More than {MAX_SKIPPED} numbers in a row of this stack are in use."),
                "Compare with the sheet and type another first number.",
            ),
        }
    }
}

/// A refusal's words as a sentence.
fn sentence(refusal: &Refusal) -> String {
    let text = refusal.to_string();
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
}

/// The refusal of a number that was asked for by name.
pub fn refused(refusal: &Refusal) -> Error {
    Error::refusal(RefusalClass::Unprocessable, refusal.code(), sentence(refusal), refusal.next_step())
}

/// The numbers of a run, in the order of its shipments.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Drawn {
    pub numbers: Vec<WaybillNumber>,
    /// Numbers in use that were skipped, because the person said so.
    pub skipped: Vec<Occupied>,
    pub stop: Option<Stop>,
}

/// Draws `wanted` numbers that are not in use.
///
/// `in_use` answers which of the given numbers cannot be given out; it is asked once per block, so a
/// run of ten thousand asks once.
///
/// # Errors
/// What `in_use` answers.
pub fn draw<E>(
    supply: &mut Supply,
    wanted: usize,
    skip: bool,
    mut in_use: impl FnMut(&[WaybillNumber]) -> Result<HashMap<WaybillNumber, Occupied>, E>,
) -> Result<Drawn, E> {
    let mut drawn = Drawn::default();
    let mut seen = HashSet::new();
    while drawn.numbers.len() < wanted {
        let block = supply.draw(wanted - drawn.numbers.len());
        if block.is_empty() {
            drawn.stop = Some(supply.ended.take().map_or(Stop::UsedUp, Stop::Ended));
            break;
        }
        let uses = in_use(&block)?;
        for number in block {
            if !seen.insert(number.clone()) {
                drawn.stop = Some(Stop::Overlap(number));
                return Ok(drawn);
            }
            match uses.get(&number) {
                None => drawn.numbers.push(number),
                Some(occupied) if !skip => {
                    drawn.stop = Some(Stop::Occupied(occupied.clone()));
                    return Ok(drawn);
                }
                Some(_) if drawn.skipped.len() == MAX_SKIPPED => {
                    drawn.stop = Some(Stop::TooManySkipped);
                    return Ok(drawn);
                }
                Some(occupied) => drawn.skipped.push(occupied.clone()),
            }
        }
    }
    Ok(drawn)
}

/// The format of a run, checked against its carrier.
///
/// Formats of postal unions, of GS1 and `plain` are printed by many carriers; all others belong to one.
///
/// # Errors
/// Both fields at once when they cannot be taken or do not belong together.
pub fn format_of(carrier: &str, format: &str) -> Result<&'static Format, Error> {
    let mut wrong = Vec::new();
    if let Err(detail) = check_carrier(carrier) {
        wrong.push(FieldError::new("carrier", "carrier_invalid", detail));
    }
    let Some(found) = Format::find(format) else {
        let known: Vec<_> = Format::of_carrier(carrier).map(|format| format.name).collect();
        let hint = if known.is_empty() { "plain".to_owned() } else { known.join(", ") };
        wrong.push(FieldError::new(
            "format",
            "format_unknown",
            format!("There is no waybill format {format:?}; for the carrier {carrier:?} write {hint}."),
        ));
        return Err(Error::Invalid(wrong));
    };
    let shared = matches!(found.carrier.code, "other" | "gs1" | "post");
    if wrong.is_empty() && !shared && found.carrier.code != carrier {
        let detail = format!(
            "The format {format} belongs to the carrier {}, and the carrier of the run is {carrier}; \
             write a format of {carrier}, or plain.",
            found.carrier.code
        );
        wrong.push(FieldError::new("format", "format_of_other_carrier", detail));
    }
    if wrong.is_empty() { Ok(found) } else { Err(Error::Invalid(wrong)) }
}

/// Carriers are short codes: lower-case letters and digits.
///
/// # Errors
/// A sentence with the value and the form.
pub fn check_carrier(carrier: &str) -> Result<(), String> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    if (1..=32).contains(&carrier.len()) && carrier.chars().all(fits) {
        return Ok(());
    }
    Err(format!("{carrier:?} is no carrier; write its code in lower-case letters, such as sf or zto."))
}

/// How many of the shipments may get a number, by the format's policy.
///
/// # Errors
/// `number_confirm` when following numbers need a yes that was not given.
pub fn allowed(
    format: &Format,
    first: &WaybillNumber,
    wanted: usize,
    confirmed: bool,
) -> Result<usize, Error> {
    match format.policy {
        Policy::Auto => Ok(wanted),
        Policy::Never => Ok(wanted.min(1)),
        Policy::Ask if wanted <= 1 || confirmed => Ok(wanted),
        Policy::Ask => Err(Error::unprocessable(
            "number_confirm",
            format!(
                "Numbers of the format {} follow each other only if the carrier gave you the whole range; \
                 {wanted} shipments would be numbered from {first}.",
                format.name
            ),
            "Send the same again with \"confirm\": true when the range is yours, or number one shipment.",
        )),
    }
}

/// Why the shipments after the first get no number of an allocated format.
pub fn allocated(format: &Format, first: &WaybillNumber) -> Why {
    Stop::Ended(Refusal::Allocated { number: first.clone(), format: format.name }).why()
}

/// Why a shipment gets no number in a run; empty when it may have one.
pub fn why_not_numbered(id: ShipmentId, state: ShipmentState, waybill: &str, reasons: &[Reason]) -> Vec<Why> {
    match state {
        ShipmentState::Ready => Vec::new(),
        ShipmentState::Blocked => reasons.iter().map(Why::from).collect(),
        ShipmentState::Numbered | ShipmentState::Printed => vec![Why::new(
            "already_numbered",
            format!("Shipment {id} has the waybill {waybill}."),
            "Void that number first, or correct it on the shipment.",
        )],
        ShipmentState::Shipped => vec![already_shipped(id)],
        ShipmentState::Cancelled => vec![cancelled(id)],
    }
}

pub fn already_shipped(id: ShipmentId) -> Why {
    Why::new("already_shipped", format!("Shipment {id} has been shipped."), "Nothing is to be done.")
}

pub fn cancelled(id: ShipmentId) -> Why {
    Why::new(
        "cancelled",
        format!("Shipment {id} is cancelled: no order is left in it."),
        "Nothing is to be done.",
    )
}

text_enum! {
    /// What happens to the shipment whose sheet was spoiled.
    pub enum Then("way to go on after a spoiled sheet") {
        /// It takes the next sheet, and those behind it move up by one.
        Shift = "shift",
        /// It loses its number and is ready again; the others keep theirs.
        Keep = "keep",
    }
}

/// A shipment of a run with its number, from the spoiled sheet on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seat {
    pub shipment: ShipmentId,
    pub position: i64,
    pub number: String,
    /// Whether it may move: the spoiled one itself, and those behind it that are not printed.
    pub moves: bool,
}

/// A shipment that changed its number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Move {
    pub position: i64,
    pub shipment: ShipmentId,
    pub from: String,
    /// `None` when the stack ended: it is ready again and waits for another stack.
    pub to: Option<String>,
}

/// Moves the shipments behind a spoiled sheet up by one sheet.
///
/// `seats` begins with the spoiled one and goes on in the order of the run. Whoever stays keeps the
/// number and is stepped over. The last one that moves takes `successor`, the sheet behind the run.
pub fn shift(seats: &[Seat], successor: Option<&WaybillNumber>) -> Vec<Move> {
    let moving: Vec<&Seat> = seats.iter().filter(|seat| seat.moves).collect();
    let next = moving.iter().skip(1).map(|seat| Some(seat.number.clone()));
    let to = next.chain(std::iter::once(successor.map(WaybillNumber::to_string)));
    moving
        .iter()
        .zip(to)
        .map(|(seat, to)| Move {
            position: seat.position,
            shipment: seat.shipment,
            from: seat.number.clone(),
            to,
        })
        .collect()
}

#[cfg(test)]
mod tests;
