//! Opening a file and reading its orders in batches.

use chrono::{FixedOffset, NaiveDateTime, TimeZone, Utc};
use serde::Serialize;

use super::formats::Layout;
use super::group::{Groups, LastRows};
use super::mapping::{self, Mapping};
use super::row::Fields;
use super::split::Cells;
use super::table::{Fault, Rows, Table};
use super::{Format, Item, Options, Source, detect, generic, shopify, taobao};
use crate::connectors::{Refusal, limits};
use crate::domain::time::UtcTime;

/// A file that was recognised and can be read.
pub struct Import {
    /// Which export it is.
    pub format: Format,
    table: Table,
    layout: Box<dyn Layout>,
    options: Options,
    file_time: Option<UtcTime>,
}

/// What a file's header says, for the page where a person matches columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Inspection {
    pub format: Format,
    /// Column names as they stand in the file, without blanks around them.
    pub header: Vec<String>,
    /// Key under which a mapping is remembered.
    pub fingerprint: String,
    /// A mapping from common names; it may lack fields.
    pub proposal: Mapping,
    /// What the proposal still lacks, each as the field or fields to choose from.
    pub missing: Vec<&'static str>,
}

/// Opens a file and checks that its columns suffice. `file_name` only tells the time it was made.
///
/// # Errors
/// `file_empty`, `file_too_large`, `file_binary`, `old_workbook`, `file_damaged`, `zip_bomb`,
/// `not_a_workbook`, `file_unreadable`, `missing_columns`.
pub fn open(source: impl Source + 'static, file_name: &str, options: Options) -> Result<Import, Refusal> {
    let table = Table::open(Box::new(source), &options)?;
    let format = options.format.unwrap_or_else(|| detect::format(&table.header_cells()));
    let layout = layout(format, &table, &options)?;
    let file_time = file_time(file_name, options.utc_offset);
    Ok(Import { format, table, layout, options, file_time })
}

/// Looks at a file's header only.
///
/// # Errors
/// As [`open`], but never `missing_columns`.
pub fn inspect(source: impl Source + 'static, options: &Options) -> Result<Inspection, Refusal> {
    let table = Table::open(Box::new(source), options)?;
    let header = table.header.names().to_vec();
    let proposal = Mapping::propose(&header);
    Ok(Inspection {
        format: options.format.unwrap_or_else(|| detect::format(&table.header_cells())),
        fingerprint: mapping::fingerprint(&header),
        missing: proposal.missing(),
        proposal,
        header,
    })
}

fn layout(format: Format, table: &Table, options: &Options) -> Result<Box<dyn Layout>, Refusal> {
    let header = table.header.names();
    let (needed, layout): (&[&str], Box<dyn Layout>) = match format {
        Format::TaobaoOrders => (taobao::NEEDED_FOR_ORDERS, Box::new(taobao::Orders)),
        Format::TaobaoLines => (taobao::NEEDED_FOR_LINES, Box::new(taobao::Lines)),
        Format::Shopify => (shopify::NEEDED, Box::new(shopify::Orders)),
        Format::Generic => {
            let mapping = options.mapping.clone().unwrap_or_else(|| Mapping::propose(header));
            let absent = mapping.absent(header);
            if !absent.is_empty() {
                return Err(missing_columns(
                    format,
                    &absent,
                    header,
                    "Map these fields to columns the file has.",
                ));
            }
            let missing = mapping.missing();
            if !missing.is_empty() {
                return Err(missing_columns(
                    format,
                    &missing,
                    header,
                    "Say which column holds each of these fields.",
                ));
            }
            (&[], Box::new(generic::Orders { mapping }))
        }
    };
    let missing: Vec<&str> =
        needed.iter().copied().filter(|name| table.header.place(name).is_none()).collect();
    if missing.is_empty() {
        return Ok(layout);
    }
    Err(missing_columns(
        format,
        &missing,
        header,
        "Export the file again with these columns, or import it as generic.",
    ))
}

fn missing_columns(format: Format, missing: &[&str], header: &[String], next: &str) -> Refusal {
    let found = limits::shorten(&header.join(", "));
    let message = format!("As {format} the file lacks: {}. Its columns are: {found}.", missing.join(", "));
    Refusal::new("missing_columns", message, next)
}

/// The minute in a name like `ExportOrderList202611241030.csv`, in the shop's own zone.
fn file_time(name: &str, zone: FixedOffset) -> Option<UtcTime> {
    let stem = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let digits = stem.split(|c: char| !c.is_ascii_digit()).find(|run| matches!(run.len(), 12 | 14))?;
    let time = NaiveDateTime::parse_from_str(&format!("{}00", &digits[..12]), "%Y%m%d%H%M%S").ok()?;
    let moment = zone.from_local_datetime(&time).single()?.with_timezone(&Utc);
    Some(UtcTime::from(moment)).filter(|time| limits::is_in_calendar(*time))
}

impl Import {
    /// Reads the file from its start, `size` orders and rejections at a time.
    ///
    /// # Errors
    /// When the source cannot be read any more.
    pub fn batches(&mut self, size: usize) -> Result<Batches<'_>, Refusal> {
        let mut last = LastRows::default();
        if self.layout.is_grouped() {
            last = LastRows::scan(&mut self.table.rows()?, self.layout.number_column());
        }
        Ok(Batches {
            rows: Some(self.table.rows()?),
            cells: Cells::default(),
            layout: self.layout.as_ref(),
            options: &self.options,
            file_time: self.file_time,
            last,
            groups: Groups::default(),
            size: size.max(1),
        })
    }

    /// The first orders and rejections of the file, for a look before anything is stored.
    ///
    /// # Errors
    /// As [`Import::batches`].
    pub fn preview(&mut self, count: usize) -> Result<Vec<Item>, Refusal> {
        let mut items = self.batches(count)?.next().unwrap_or_default();
        items.truncate(count);
        Ok(items)
    }
}

/// The orders of a file, a batch at a time.
pub struct Batches<'a> {
    /// `None` after the last row.
    rows: Option<Rows<'a>>,
    cells: Cells,
    layout: &'a dyn Layout,
    options: &'a Options,
    file_time: Option<UtcTime>,
    last: LastRows,
    groups: Groups,
    size: usize,
}

impl Iterator for Batches<'_> {
    /// At least one item; a few more than `size` when one row gives several rejections.
    type Item = Vec<Item>;

    fn next(&mut self) -> Option<Vec<Item>> {
        let mut items = Vec::with_capacity(self.size.min(1_000));
        while items.len() < self.size {
            let Some(rows) = &mut self.rows else { break };
            let Some(row) = rows.next(&mut self.cells) else {
                self.groups.end(self.layout, &mut items);
                self.rows = None;
                break;
            };
            if let Some(fault @ (Fault::Damaged(_) | Fault::TooManyRows(_))) = &row.fault {
                items.push(Err(fault.reject(row.number, &self.cells)));
                continue;
            }
            let fields = Fields {
                row: row.number,
                header: rows.header,
                cells: &self.cells,
                options: self.options,
                currency: &self.options.currency,
                file_time: self.file_time,
                faults: Vec::new(),
            };
            self.groups.take(self.layout, &self.last, fields, row.fault, &mut items);
        }
        (!items.is_empty()).then_some(items)
    }
}
