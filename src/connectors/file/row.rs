//! Reading the cells of one row by column name, noting every fault on the way.

use super::cells::{self, NoTime, clean, fold, is_nothing, is_scientific};
use super::split::Cells;
use super::table::Header;
use super::{Options, Rejection};
use crate::connectors::limits;
use crate::domain::money::Money;
use crate::domain::order::{OrderHead, OrderLine};
use crate::domain::time::UtcTime;

/// What a row tells of its order.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) head: Option<OrderHead>,
    /// Its number is empty when the file has none; it then takes its position.
    pub(super) line: Option<OrderLine>,
    /// The latest moment the row speaks of.
    pub(super) latest: Option<UtcTime>,
}

/// A row, read by column name. A column the file does not have reads as empty.
pub(super) struct Fields<'a> {
    pub(super) row: u64,
    pub(super) header: &'a Header,
    pub(super) cells: &'a Cells,
    pub(super) options: &'a Options,
    /// Currency of amounts in this row that name none.
    pub(super) currency: &'a str,
    /// When the file was made, by its name.
    pub(super) file_time: Option<UtcTime>,
    pub(super) faults: Vec<Rejection>,
}

impl<'a> Fields<'a> {
    /// Notes that a column's value cannot be used.
    pub(super) fn refuse(&mut self, column: &str, code: &'static str, next: &str) {
        let value = self.raw(column);
        self.faults.push(Rejection::new(self.row, column, value, code, next));
    }

    /// The cell without blanks and guards.
    pub(super) fn raw(&self, column: &str) -> &'a str {
        self.header.place(column).map_or("", |place| clean(self.cells.get(place)))
    }

    /// The cell, empty when it holds a word for nothing.
    pub(super) fn get(&self, column: &str) -> &'a str {
        let text = self.raw(column);
        if is_nothing(text) { "" } else { text }
    }

    /// The first of the columns that holds something.
    pub(super) fn first_of<'c>(&self, columns: &[&'c str]) -> &'c str {
        let filled = columns.iter().find(|column| !self.get(column).is_empty());
        filled.or(columns.last()).copied().unwrap_or_default()
    }

    /// A free text.
    pub(super) fn text(&self, column: &str) -> String {
        self.get(column).to_owned()
    }

    /// A part of the recipient. A damaged character in an address must not reach a label.
    pub(super) fn address(&mut self, column: &str) -> String {
        let text = self.get(column);
        if text.contains('\u{FFFD}') {
            self.refuse(column, "unreadable_text", "a character is damaged; export the file again");
        }
        text.to_owned()
    }

    /// A number that is a name: an order number, a phone, a postcode.
    pub(super) fn identifier(&mut self, column: &str) -> String {
        let text = fold(self.get(column));
        if is_scientific(&text) {
            self.refuse(
                column,
                "scientific_notation",
                "a spreadsheet has cut its digits; import the file as exported, or export again and keep the column as text",
            );
        } else if text.contains('\u{FFFD}') {
            self.refuse(column, "unreadable_text", "a character is damaged; export the file again");
        }
        text.into_owned()
    }

    /// A seller's code. Only the form a spreadsheet gives a long number is refused: `2E10` may be a code.
    pub(super) fn sku(&mut self, column: &str) -> String {
        let text = self.get(column);
        if is_scientific(text) && text.contains(['.', '+']) {
            return self.identifier(column);
        }
        text.to_owned()
    }

    pub(super) fn quantity(&mut self, column: &str) -> i64 {
        match cells::quantity(self.raw(column)) {
            Some(quantity) => quantity,
            None => {
                self.refuse(column, "bad_quantity", "write a whole number such as 2");
                1
            }
        }
    }

    /// An amount; zero when the cell is empty.
    pub(super) fn money(&mut self, column: &str, currency: &str) -> Money {
        let text = self.get(column);
        if text.is_empty() {
            return Money::new(0, currency);
        }
        cells::money(text, currency).unwrap_or_else(|| {
            self.refuse(column, "bad_amount", "write an amount such as 129.90");
            Money::new(0, currency)
        })
    }

    pub(super) fn time(&mut self, column: &str) -> Option<UtcTime> {
        let text = self.get(column);
        if text.is_empty() {
            return None;
        }
        match cells::time(text, self.options.utc_offset) {
            Ok(time) if limits::is_in_calendar(time) => Some(time),
            Ok(_) => {
                self.refuse(column, "out_of_range", limits::CALENDAR);
                None
            }
            Err(NoTime::Ambiguous) => {
                self.refuse(
                    column,
                    "ambiguous_date",
                    "day and month cannot be told apart; write the year first",
                );
                None
            }
            Err(NoTime::Unreadable) => {
                self.refuse(column, "bad_time", "write a time such as 2026-05-14 11:23:45");
                None
            }
        }
    }

    /// When the buyer placed the order. Only the row may say so: a stand-in from the file or the
    /// clock would make the same row another telling each time it is imported.
    pub(super) fn created_at(&self, created: Option<UtcTime>, paid: Option<UtcTime>) -> Option<UtcTime> {
        created.or(paid)
    }
}
