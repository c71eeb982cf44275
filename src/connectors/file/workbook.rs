//! Rows of an XLSX workbook, cell by cell from the packed file.
//!
//! The shared texts of a workbook are held in memory, its rows are not. `archive` has
//! bounded both before we come here.

use std::io::BufReader;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{Data, DataRef, Reader as _, Sheet, SheetType, SheetVisible, Xlsx, XlsxCellReader, XlsxError};

use super::Source;
use super::split::Cells;
use crate::connectors::Refusal;

/// Columns beyond it are passed over; Excel allows 16,384.
const MAX_COLUMNS: usize = 512;

type Book = Xlsx<BufReader<Box<dyn Source>>>;

/// A workbook and the name of its first sheet that is shown and has rows.
pub(super) struct Workbook {
    book: Book,
    sheet: String,
}

impl Workbook {
    /// Opens a workbook that `archive::check` has passed.
    ///
    /// # Errors
    /// `file_damaged` when its parts do not fit together, `file_empty` without such a sheet.
    pub(super) fn open(source: Box<dyn Source>) -> Result<Self, Refusal> {
        let book: Book = contain(|| Xlsx::new(BufReader::new(source))).map_err(|error| damaged(&error))?;
        let is_shown =
            |sheet: &&Sheet| sheet.visible == SheetVisible::Visible && sheet.typ == SheetType::WorkSheet;
        let shown: Vec<String> =
            book.sheets_metadata().iter().filter(is_shown).map(|sheet| sheet.name.clone()).collect();
        let mut workbook = Self { book, sheet: String::new() };
        for sheet in shown {
            workbook.sheet = sheet;
            let first = workbook.rows()?.next_row(&mut Cells::default()).map_err(|error| damaged(&error))?;
            if first.is_some() {
                return Ok(workbook);
            }
        }
        Err(super::detect::empty("no sheet with rows"))
    }

    /// The rows from the first one on.
    pub(super) fn rows(&mut self) -> Result<WorkbookRows<'_>, Refusal> {
        let Self { book, sheet } = self;
        let reader = contain(|| book.worksheet_cells_reader(sheet)).map_err(|error| damaged(&error))?;
        Ok(WorkbookRows { reader, ahead: None, ended: false })
    }
}

/// Runs a step of the library. A damaged cell reference makes it multiply beyond its numbers,
/// which panics in builds that check for it; the workbook is then as damaged as with an error.
fn contain<T>(step: impl FnOnce() -> Result<T, XlsxError>) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(step)) {
        Ok(answer) => answer.map_err(|error| error.to_string()),
        Err(_) => Err("its parts do not fit together".to_owned()),
    }
}

fn damaged(error: &str) -> Refusal {
    Refusal::new(
        "file_damaged",
        format!("The workbook cannot be read: {error}."),
        "Open it in a spreadsheet program and save it once more, or export it again.",
    )
}

/// Reads one sheet row by row.
pub(super) struct WorkbookRows<'a> {
    reader: XlsxCellReader<'a, BufReader<Box<dyn Source>>>,
    /// The first cell of the next row, met while reading the row before.
    ahead: Option<(u32, u32, String)>,
    ended: bool,
}

impl WorkbookRows<'_> {
    /// The next row that has cells, and its number from 1; `None` after the last.
    ///
    /// # Errors
    /// What is wrong with the workbook. Nothing can be read after it.
    pub(super) fn next_row(&mut self, cells: &mut Cells) -> Result<Option<u64>, String> {
        contain(|| self.read_row(cells))
    }

    fn read_row(&mut self, cells: &mut Cells) -> Result<Option<u64>, XlsxError> {
        cells.clear();
        let mut current = None;
        while let Some((row, column, text)) = self.next_cell()? {
            if *current.get_or_insert(row) != row {
                self.ahead = Some((row, column, text));
                break;
            }
            let column = column as usize;
            if column < MAX_COLUMNS && column >= cells.len() {
                while cells.len() < column {
                    cells.push("");
                }
                cells.push(&text);
            }
        }
        Ok(current.map(|row| u64::from(row) + 1))
    }

    fn next_cell(&mut self) -> Result<Option<(u32, u32, String)>, XlsxError> {
        if let Some(cell) = self.ahead.take() {
            return Ok(Some(cell));
        }
        while !self.ended {
            let Some(cell) = self.reader.next_cell()? else {
                self.ended = true;
                break;
            };
            let (row, column) = cell.get_position();
            let text = show(cell.get_value());
            if !text.is_empty() {
                return Ok(Some((row, column, text)));
            }
        }
        Ok(None)
    }
}

/// A cell as the text a CSV export would hold.
fn show(value: &DataRef<'_>) -> String {
    match value {
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Float(number) => show_number(*number),
        DataRef::Int(number) => number.to_string(),
        DataRef::DateTime(time) if time.is_datetime() => {
            let (year, month, day, hour, minute, second, _) = time.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
        }
        DataRef::DateTime(span) => show_number(span.as_f64()),
        other => Data::from(other.clone()).to_string(),
    }
}

/// A spreadsheet number keeps 15 digits. A longer one is shown in scientific notation, as
/// the spreadsheet shows it, so that it is refused and never taken for an order number.
fn show_number(number: f64) -> String {
    if number.abs() < 1e15 { number.to_string() } else { format!("{number:E}") }
}

#[cfg(test)]
mod tests {
    use super::show_number;

    #[test]
    fn long_numbers_show_that_digits_are_gone() {
        for (number, text) in [
            (2.0, "2"),
            (129.9, "129.9"),
            (13_800_001_001.0, "13800001001"),
            (2.608_411_234_567_89e18, "2.60841123456789E18"),
        ] {
            assert_eq!(show_number(number), text);
        }
    }
}
