//! Rows that belong to one order become one order, wherever they stand in the file.
//!
//! Taking neighbouring rows together would be simpler, and wrong: in a file somebody has
//! sorted by product, the second telling of an order would replace the lines of the first.
//! So the file is read twice. The first reading notes the last row of each order (16 bytes
//! each); in the second an order leaves as soon as its last row was read, and in files as
//! the platforms write them only one order is ever held.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use super::cells::{clean, fold};
use super::formats::Layout;
use super::row::{Fields, Told};
use super::split::Cells;
use super::table::{Fault, Rows};
use super::{Item, Parsed, Rejection};
use crate::connectors::{limits, total_of};
use crate::domain::order::{OrderHead, OrderLine, OrderSnapshot};
use crate::domain::time::UtcTime;

/// The last row of each order, by a hash of its number.
#[derive(Default)]
pub(super) struct LastRows {
    hasher: RandomState,
    rows: HashMap<u64, u64>,
}

impl LastRows {
    /// Reads the order numbers of the whole file.
    pub(super) fn scan(rows: &mut Rows<'_>, number_column: &str) -> Self {
        let mut last = Self::default();
        let Some(place) = rows.header.place(number_column) else { return last };
        let mut cells = Cells::default();
        let mut before = None;
        while let Some(row) = rows.next(&mut cells) {
            if let Some(Fault::Damaged(_)) = row.fault {
                // The order read last may have had more rows: it must not be taken for whole.
                before.and_then(|hash| last.rows.insert(hash, u64::MAX));
                break;
            }
            let number = fold(clean(cells.get(place)));
            if !number.is_empty() {
                let hash = last.hasher.hash_one(number.as_ref());
                last.rows.insert(hash, row.number);
                before = Some(hash);
            }
        }
        last
    }

    fn is_last(&self, number: &str, row: u64) -> bool {
        self.rows.get(&self.hasher.hash_one(number)).is_none_or(|last| *last <= row)
    }
}

/// Orders some of whose rows were read.
#[derive(Default)]
pub(super) struct Groups {
    open: HashMap<String, Group>,
}

/// An order as far as it was read.
struct Group {
    row: u64,
    head: Option<OrderHead>,
    lines: Vec<OrderLine>,
    latest: Option<UtcTime>,
    good_rows: u64,
    /// The first row of the order that was refused.
    bad_row: Option<u64>,
}

impl Groups {
    /// Takes a row in. Orders and rejections that are final now go to `items`.
    pub(super) fn take(
        &mut self,
        layout: &dyn Layout,
        last: &LastRows,
        mut fields: Fields<'_>,
        fault: Option<Fault>,
        items: &mut Vec<Item>,
    ) {
        let column = layout.number_column();
        let row = fields.row;
        let (file_time, received_at) = (fields.file_time, fields.options.received_at);
        let number = match &fault {
            Some(fault) => {
                fields.faults.push(fault.reject(row, fields.cells));
                fold(fields.raw(column)).into_owned()
            }
            None => fields.identifier(column),
        };
        if number.is_empty() {
            if fault.is_none() {
                fields.refuse(column, "missing", "write the order number");
            }
            items.extend(fields.faults.into_iter().map(Err));
            return;
        }
        let before = items.len();
        let named = number.clone();
        let mut group = self.open.remove(&number).unwrap_or_else(|| Group::begin(row));
        let (told, faults) = match fault {
            Some(_) => (Told::default(), fields.faults),
            None => group.read(layout, fields),
        };
        if faults.is_empty() {
            group.add(layout, row, told, items);
        } else {
            group.bad_row.get_or_insert(row);
            items.extend(faults.into_iter().map(Err));
        }
        if !layout.is_grouped() || last.is_last(&number, row) {
            items.extend(group.finish(layout, number, file_time.ok_or(received_at)));
        } else {
            self.open.insert(number, group);
        }
        for rejection in items[before..].iter_mut().filter_map(|item| item.as_mut().err()) {
            rejection.order = Some(named.as_str().into());
        }
    }

    /// Ends the file: what is still open lacks rows that could not be read.
    pub(super) fn end(&mut self, layout: &dyn Layout, items: &mut Vec<Item>) {
        let mut open: Vec<(String, Group)> = self.open.drain().collect();
        open.sort_by_key(|(_, group)| group.row);
        items.extend(open.iter().map(|(number, group)| {
            let next = "the file cannot be read to its end and may hold more of this order; import it again when mended";
            let rejection = Rejection::new(group.row, layout.number_column(), number, "order_incomplete", next);
            Err(Rejection { order: Some(number.as_str().into()), ..rejection })
        }));
    }
}

impl Group {
    fn begin(row: u64) -> Self {
        Self { row, head: None, lines: Vec::new(), latest: None, good_rows: 0, bad_row: None }
    }

    fn read<'a>(&'a self, layout: &dyn Layout, mut fields: Fields<'a>) -> (Told, Vec<Rejection>) {
        // An order's first row may name the currency for the rows that follow.
        if let Some(head) = &self.head {
            fields.currency = &head.total.currency;
        }
        let told = layout.read(&mut fields);
        (told, fields.faults)
    }

    fn add(&mut self, layout: &dyn Layout, row: u64, told: Told, items: &mut Vec<Item>) {
        self.good_rows += 1;
        self.latest = self.latest.max(told.latest);
        match (&self.head, told.head) {
            (Some(known), Some(head)) if known.recipient != head.recipient => {
                let field = layout.column_of("recipient.detail").unwrap_or("address");
                let next = format!(
                    "row {} of the same order names another recipient; let one of them stand",
                    self.row
                );
                items.push(Err(Rejection::new(row, field, &head.recipient.detail, "rows_disagree", &next)));
                self.bad_row.get_or_insert(row);
            }
            (None, Some(head)) => self.head = Some(head),
            _ => {}
        }
        // More lines than an order may have are counted, not kept.
        if let Some(mut line) = told.line
            && self.lines.len() <= limits::LINES
        {
            if line.number.is_empty() {
                line.number = (self.lines.len() + 1).to_string();
            }
            self.lines.push(line);
        }
    }

    /// The order, or why it is none; `None` when its only row was refused already.
    fn finish(mut self, layout: &dyn Layout, number: String, time: Result<UtcTime, UtcTime>) -> Option<Item> {
        let column = layout.number_column();
        let reject = |code, next: &str| Some(Err(Rejection::new(self.row, column, &number, code, next)));
        if let Some(bad) = self.bad_row {
            if self.good_rows == 0 {
                return None;
            }
            return reject(
                "order_incomplete",
                &format!("row {bad} of this order is refused; mend it and import the file again"),
            );
        }
        let (tells_head, tells_lines) = layout.tells();
        if tells_head && self.head.is_none() {
            return reject("head_missing", "no row of this order tells the recipient; export the file again");
        }
        // The time in the file's name counts before the times in the rows, and those before
        // the clock, so the same file gives the same order every time.
        let updated_at = time.unwrap_or_else(|received_at| self.latest.unwrap_or(received_at));
        if let Some(head) = self.head.as_mut().filter(|_| !layout.tells_total()) {
            head.total.amount = total_of(&self.lines, head.shipping_fee.amount);
        }
        let order =
            OrderSnapshot { number, updated_at, head: self.head, lines: tells_lines.then_some(self.lines) };
        let found = limits::violations(&order).into_iter().next();
        Some(match found {
            None => Ok(Parsed { row: self.row, order }),
            Some(error) => {
                let field = layout.column_of(&error.field).map_or(error.field.clone(), str::to_owned);
                let next = error.message.split_once("; ").map_or(error.message.as_str(), |(_, next)| next);
                Err(Rejection::new(self.row, &field, &error.value, error.code, next))
            }
        })
    }
}
