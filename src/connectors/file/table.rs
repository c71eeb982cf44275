//! A file as a header and rows, whether it is text or a workbook.

use std::collections::{HashMap, VecDeque};
use std::io::SeekFrom;

use super::cells::clean;
use super::detect::{self, Content, TextForm};
use super::split::{self, Cells, Status, feed};
use super::text::Lines;
use super::workbook::{Workbook, WorkbookRows};
use super::{Options, Rejection, Source, archive};
use crate::connectors::Refusal;

/// Lines a quoted cell may span; with more, the quote was opened by mistake.
const CELL_LINES: usize = 100;
/// Bytes a row over several lines may have.
const ROW_BYTES: usize = 64 * 1024;

/// The names of the columns.
#[derive(Debug, Clone, Default)]
pub(super) struct Header {
    names: Vec<String>,
    places: HashMap<String, usize>,
}

impl Header {
    fn new(cells: &Cells) -> Self {
        let mut names: Vec<String> = cells.iter().map(|cell| clean(cell).to_owned()).collect();
        while names.last().is_some_and(String::is_empty) {
            names.pop();
        }
        let mut places = HashMap::new();
        for (index, name) in names.iter().enumerate() {
            // Of columns with one name the first counts.
            places.entry(name.clone()).or_insert(index);
        }
        Self { names, places }
    }

    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    pub(super) fn place(&self, name: &str) -> Option<usize> {
        self.places.get(name).copied()
    }

    fn is_repeated_in(&self, cells: &Cells) -> bool {
        cells.len() >= self.names.len()
            && self.names.iter().zip(cells.iter()).all(|(name, cell)| clean(cell) == name)
    }
}

/// A file that can be read row by row, any number of times.
pub(super) struct Table {
    pub(super) header: Header,
    /// The header's own row.
    header_row: u64,
    max_rows: u64,
    body: Body,
}

enum Body {
    Text { source: Box<dyn Source>, form: TextForm },
    Workbook(Box<Workbook>),
}

impl Table {
    /// Looks at the file and reads its header: the first row that is not blank.
    pub(super) fn open(mut source: Box<dyn Source>, options: &Options) -> Result<Self, Refusal> {
        let content = detect::content(&mut source, options.max_bytes)?;
        let body = match content {
            Content::Workbook => {
                archive::check(&mut source)?;
                source.seek(SeekFrom::Start(0)).map_err(|error| detect::unreadable(&error))?;
                Body::Workbook(Box::new(Workbook::open(source)?))
            }
            Content::Text(form) => Body::Text { source, form },
        };
        let mut table = Self { header: Header::default(), header_row: 0, max_rows: options.max_rows, body };
        let mut rows = table.rows()?;
        let mut cells = Cells::default();
        let header = loop {
            match rows.read(&mut cells) {
                None => return Err(detect::empty("no row")),
                Some(Row { fault: Some(Fault::Damaged(error)), .. }) => {
                    return Err(Refusal::new(
                        "file_damaged",
                        format!("The file cannot be read: {error}."),
                        "Export it again.",
                    ));
                }
                Some(row) if cells.iter().any(|cell| !clean(cell).is_empty()) => {
                    break (row.number, Header::new(&cells));
                }
                Some(_) => {}
            }
        };
        drop(rows);
        (table.header_row, table.header) = header;
        Ok(table)
    }

    /// The header as cells, for telling the format.
    pub(super) fn header_cells(&self) -> Cells {
        let mut cells = Cells::default();
        self.header.names.iter().for_each(|name| cells.push(name));
        cells
    }

    /// The rows below the header, from the first on.
    pub(super) fn rows(&mut self) -> Result<Rows<'_>, Refusal> {
        let (reader, width) = match &mut self.body {
            Body::Text { source, form } => {
                source.seek(SeekFrom::Start(0)).map_err(|error| detect::unreadable(&error))?;
                let lines = Lines::new(source, form.encoding, form.line_end);
                let text = TextRows { lines, ahead: VecDeque::new(), delimiter: form.delimiter, row: 0 };
                (RowReader::Text(text), self.header.names.len())
            }
            Body::Workbook(book) => (RowReader::Workbook(Box::new(book.rows()?)), 0),
        };
        let (header, header_row, max_rows) = (&self.header, self.header_row, self.max_rows);
        Ok(Rows { reader, header, width, header_row, max_rows, last: 0, ended: false })
    }
}

/// A row that was read into cells.
#[derive(Debug)]
pub(super) struct Row {
    /// From 1, as a spreadsheet counts.
    pub(super) number: u64,
    /// Why the cells cannot be trusted.
    pub(super) fault: Option<Fault>,
}

#[derive(Debug)]
pub(super) enum Fault {
    /// A quote was opened and never closed.
    OpenQuote,
    /// Fewer or more cells than the header has names.
    Width { cells: usize, header: usize },
    /// The file ends here, more than so many rows are not read.
    TooManyRows(u64),
    /// The file cannot be read further.
    Damaged(String),
}

impl Fault {
    /// The row's rejection; `cells` are what could be read of it.
    pub(super) fn reject(&self, row: u64, cells: &Cells) -> Rejection {
        let start: Vec<&str> = cells.iter().take(3).collect();
        let reject = |code, next: &str| Rejection::new(row, "row", &start.join(","), code, next);
        match self {
            Self::OpenQuote => {
                reject("row_cut", "a quote is opened and never closed; export the file again or mend the row")
            }
            Self::Width { cells, header } => {
                let next = format!(
                    "it has {cells} cells where the header has {header}; export the file again or mend the row"
                );
                reject("row_cut", &next)
            }
            Self::TooManyRows(limit) => reject(
                "too_many_rows",
                &format!("the limit is {limit} rows; put this row and the rest into another file"),
            ),
            Self::Damaged(error) => reject(
                "file_damaged",
                &format!("the file cannot be read from here on ({error}); export it again"),
            ),
        }
    }
}

/// Reads rows; blank rows and repeated headers are passed over.
pub(super) struct Rows<'a> {
    reader: RowReader<'a>,
    pub(super) header: &'a Header,
    /// Cells a row must have, 0 for any number.
    width: usize,
    header_row: u64,
    max_rows: u64,
    /// The row read last.
    last: u64,
    ended: bool,
}

enum RowReader<'a> {
    Text(TextRows<'a>),
    Workbook(Box<WorkbookRows<'a>>),
}

impl Rows<'_> {
    /// The next row below the header; `None` after the last.
    pub(super) fn next(&mut self, cells: &mut Cells) -> Option<Row> {
        while !self.ended {
            let mut row = self.read(cells)?;
            self.last = row.number;
            let is_blank = || cells.iter().all(|cell| clean(cell).is_empty());
            if row.fault.is_none()
                && (row.number <= self.header_row || is_blank() || self.header.is_repeated_in(cells))
            {
                continue;
            }
            if row.number.saturating_sub(self.header_row) > self.max_rows {
                row.fault = Some(Fault::TooManyRows(self.max_rows));
            }
            self.ended = matches!(row.fault, Some(Fault::Damaged(_) | Fault::TooManyRows(_)));
            return Some(row);
        }
        None
    }

    fn read(&mut self, cells: &mut Cells) -> Option<Row> {
        match &mut self.reader {
            RowReader::Text(rows) => rows.next_row(self.width, self.header_row, cells),
            RowReader::Workbook(rows) => match rows.next_row(cells) {
                Ok(number) => number.map(|number| Row { number, fault: None }),
                Err(error) => Some(Row { number: self.last + 1, fault: Some(Fault::Damaged(error)) }),
            },
        }
    }
}

struct TextRows<'a> {
    lines: Lines<&'a mut Box<dyn Source>>,
    /// Lines given back by a row that was cut.
    ahead: VecDeque<String>,
    delimiter: u8,
    row: u64,
}

impl TextRows<'_> {
    fn next_line(&mut self) -> std::io::Result<Option<String>> {
        match self.ahead.pop_front() {
            Some(line) => Ok(Some(line)),
            None => self.lines.next_line(),
        }
    }

    fn next_row(&mut self, width: usize, header_row: u64, cells: &mut Cells) -> Option<Row> {
        cells.clear();
        self.row += 1;
        let number = self.row;
        let row = |fault| Some(Row { number, fault });
        let first = match self.next_line() {
            Ok(line) => line?,
            Err(error) => return row(Some(Fault::Damaged(error.to_string()))),
        };
        let mut status = feed(&first, self.delimiter, false, cells);
        if status != Status::Open {
            let is_blank = first.trim().is_empty();
            let fits = is_blank || self.row <= header_row || Self::fits(width, cells);
            return row((!fits).then(|| Fault::Width { cells: cells.len(), header: width }));
        }
        let mut taken = Vec::new();
        let mut bytes = first.len();
        while status == Status::Open && taken.len() < CELL_LINES && bytes < ROW_BYTES {
            let line = match self.next_line() {
                Ok(Some(line)) => line,
                Ok(None) => break,
                Err(error) => return row(Some(Fault::Damaged(error.to_string()))),
            };
            bytes += line.len();
            status = feed(&line, self.delimiter, true, cells);
            taken.push(line);
        }
        if status == Status::Whole && Self::fits(width, cells) {
            return row(None);
        }
        // The quote had no partner of its own. Only the first line is given up: what it
        // swallowed are rows of their own.
        let found = if status == Status::Open {
            Fault::OpenQuote
        } else {
            Fault::Width { cells: cells.len(), header: width }
        };
        taken.into_iter().rev().for_each(|line| self.ahead.push_front(line));
        cells.clear();
        if feed(&first, self.delimiter, false, cells) == Status::Open {
            split::give_up(cells);
        }
        row(Some(found))
    }

    /// As many cells as the header, or more when the rest is blank.
    fn fits(width: usize, cells: &Cells) -> bool {
        width == 0 || (cells.len() >= width && cells.iter().skip(width).all(|cell| clean(cell).is_empty()))
    }
}
