//! What a shop shows of an order's parcels, and what of ours is still to be told. Pure.

use std::collections::BTreeMap;

use super::parcel::{Parcel, ShipError};

/// An order as the shop shows it before it is told anything.
#[derive(Debug, Default)]
pub struct Shown {
    /// Pieces by line, as the platform numbers lines; only what can be shipped.
    pub lines: BTreeMap<String, i64>,
    /// What has left there already.
    pub parcels: Vec<ShownParcel>,
}

/// A parcel the shop knows.
#[derive(Debug, Default)]
pub struct ShownParcel {
    pub number: String,
    /// Pieces by line.
    pub lines: BTreeMap<String, i64>,
}

/// What is to be done.
#[derive(Debug, PartialEq, Eq)]
pub enum Plan {
    /// All of the parcel stands under its number.
    Done,
    /// These pieces by line are to be told.
    Tell(BTreeMap<String, i64>),
}

impl Shown {
    /// The numbers the shop shows.
    pub fn numbers(&self) -> Vec<String> {
        self.parcels.iter().map(|parcel| parcel.number.clone()).collect()
    }

    /// Whether our number is among them.
    pub fn has(&self, number: &str) -> bool {
        self.parcels.iter().any(|parcel| parcel.number == number)
    }

    /// What of our parcel is still to be told.
    ///
    /// # Errors
    /// A conflict for a person when other numbers have what is ours, or the shop has no such line.
    pub fn plan(&self, parcel: &Parcel) -> Result<Plan, ShipError> {
        let mut known: BTreeMap<&str, i64> = BTreeMap::new();
        let mut left: BTreeMap<&str, i64> =
            self.lines.iter().map(|(line, pieces)| (line.as_str(), *pieces)).collect();
        for shown in &self.parcels {
            for (line, pieces) in &shown.lines {
                *left.entry(line).or_default() -= pieces;
                if shown.number == parcel.number {
                    *known.entry(line).or_default() += pieces;
                }
            }
        }
        if parcel.lines.is_empty() {
            let rest: BTreeMap<String, i64> = left
                .iter()
                .filter(|(_, pieces)| **pieces > 0)
                .map(|(line, pieces)| ((*line).to_owned(), *pieces))
                .collect();
            return match (rest.is_empty(), self.has(&parcel.number)) {
                (true, true) => Ok(Plan::Done),
                (true, false) => Err(parcel.conflict(&self.numbers())),
                (false, _) => Ok(Plan::Tell(rest)),
            };
        }
        let mut wanted: BTreeMap<String, i64> = BTreeMap::new();
        for line in &parcel.lines {
            *wanted.entry(line.line.clone()).or_default() += line.quantity;
        }
        for (line, pieces) in &mut wanted {
            *pieces -= known.get(line.as_str()).copied().unwrap_or_default();
        }
        wanted.retain(|_, pieces| *pieces > 0);
        if let Some(line) = wanted.keys().find(|line| !self.lines.contains_key(*line)) {
            return Err(ShipError::Refused(format!(
                "The shop shows no line {line} of order {} that could be shipped",
                parcel.order
            )));
        }
        match wanted.iter().all(|(line, pieces)| left.get(line.as_str()).is_some_and(|left| left >= pieces)) {
            true if wanted.is_empty() => Ok(Plan::Done),
            true => Ok(Plan::Tell(wanted)),
            false => Err(parcel.conflict(&self.numbers())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::write_back::ShippedLine;

    fn pieces(text: &str) -> BTreeMap<String, i64> {
        let pair = |pair: &str| {
            let (line, pieces) = pair.split_once(':').expect("a pair");
            (line.to_owned(), pieces.parse().expect("a number"))
        };
        text.split_whitespace().map(pair).collect()
    }

    #[test]
    fn what_a_shop_shows_says_what_is_left_to_tell() {
        for (parcels, wanted, expected) in [
            ("", "", "tell a:2 b:1"),
            ("", "a:2", "tell a:2"),
            ("OURS a:2 b:1", "", "done"),
            ("OURS a:2", "a:2", "done"),
            ("OURS a:2", "", "tell b:1"),
            ("OURS a:1", "a:2", "tell a:1"),
            ("THEIRS a:2 b:1", "", "The shop shows order 7 as shipped with THEIRS, not with OURS"),
            ("THEIRS a:1", "a:2", "The shop shows order 7 as shipped with THEIRS, not with OURS"),
            ("THEIRS a:1", "a:1", "tell a:1"),
            ("THEIRS a:2|OURS b:1", "b:1", "done"),
            ("", "c:1", "The shop shows no line c of order 7 that could be shipped"),
        ] {
            let read = |text: &str| {
                let (number, lines) = text.split_once(' ').expect("a parcel");
                ShownParcel { number: number.to_owned(), lines: pieces(lines) }
            };
            let shown = Shown {
                lines: pieces("a:2 b:1"),
                parcels: parcels.split('|').filter(|text| !text.is_empty()).map(read).collect(),
            };
            let parcel = Parcel {
                order: "7".to_owned(),
                number: "OURS".to_owned(),
                lines: pieces(wanted)
                    .into_iter()
                    .map(|(line, quantity)| ShippedLine { line, quantity })
                    .collect(),
                ..Parcel::default()
            };
            let said = match shown.plan(&parcel) {
                Ok(Plan::Done) => "done".to_owned(),
                Ok(Plan::Tell(lines)) => {
                    let lines: Vec<String> =
                        lines.iter().map(|(line, pieces)| format!("{line}:{pieces}")).collect();
                    format!("tell {}", lines.join(" "))
                }
                Err(ShipError::Refused(words)) => words,
                Err(other) => format!("{other:?}"),
            };
            assert_eq!(said, expected, "{parcels:?} and {wanted:?}");
        }
    }
}
