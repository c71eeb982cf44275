//! From a paper to one PDF, sheet by sheet.
//!
//! Only one sheet is laid out at a time, and a finished page is compressed at once, so that a batch
//! of thousands stays small in memory. A sheet with a problem is left out and reported; its
//! position is missing from the stack, which the large position on its neighbours shows.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::papers::font::Fonts;
use crate::papers::pdf::{PdfError, PdfWriter};
use crate::papers::problem::Problem;
use crate::papers::rows::Flowed;
use crate::papers::values::{PaperSize, WaybillSheet};
use crate::papers::waybill;

/// What to print.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "paper", rename_all = "snake_case")]
pub enum Paper {
    /// One label per parcel; sizes of label stock only.
    Waybills { size: PaperSize, sheets: Vec<WaybillSheet> },
}

/// How to print.
#[derive(Clone, Copy)]
pub struct Options<'a> {
    pub fonts: &'a Fonts,
    /// The last sheet first, for printers that stack face up: then the first lies on top.
    pub reversed: bool,
}

impl<'a> Options<'a> {
    /// In the order of the run.
    pub fn new(fonts: &'a Fonts) -> Self {
        Self { fonts, reversed: false }
    }
}

/// The file and what became of each sheet.
#[derive(Debug, Clone, PartialEq)]
pub struct Rendered {
    /// A PDF with the pages of all sheets without problems. Without any such sheet it has no
    /// pages and is not worth sending.
    pub pdf: Vec<u8>,
    /// The sheets in the file, in the order of its pages.
    pub sheets: Vec<SheetPages>,
    /// The sheets left out, in the order of the run.
    pub problems: Vec<SheetProblems>,
}

/// Where a sheet stands in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetPages {
    /// The position printed on the sheet; 1 for papers of a single sheet.
    pub position: u32,
    /// Pages of the file, from 0.
    pub pages: Range<usize>,
}

/// Why a sheet was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SheetProblems {
    /// The position the sheet would have had.
    pub position: u32,
    pub problems: Vec<Problem>,
}

/// Why nothing could be printed at all. What concerns one sheet is in [`Rendered::problems`].
#[derive(Debug, thiserror::Error)]
pub enum PaperError {
    /// An empty batch would be an empty file.
    #[error("there is no sheet to print; choose at least one shipment")]
    NoSheets,
    /// A waybill on A4 wastes paper, a list on a label is unreadable.
    #[error("{paper} cannot be printed on {size}; choose one of {allowed}")]
    Size { paper: &'static str, size: PaperSize, allowed: String },
    #[error(transparent)]
    Pdf(#[from] PdfError),
}

/// Renders a paper as one PDF.
///
/// # Errors
/// When there is nothing to print, the size does not suit the paper, or the PDF cannot be
/// written. A sheet with a problem is no error: it is left out and the others print.
pub fn render(paper: &Paper, options: &Options) -> Result<Rendered, PaperError> {
    match paper {
        Paper::Waybills { size, sheets } => {
            check_size("a waybill", *size, PaperSize::is_label)?;
            batch(
                sheets,
                |sheet| sheet.stamp.position,
                options,
                |sheet| waybill::lay_out(sheet, *size, options.fonts),
            )
        }
    }
}

fn check_size(
    paper: &'static str,
    size: PaperSize,
    suits: impl Fn(PaperSize) -> bool,
) -> Result<(), PaperError> {
    if suits(size) {
        return Ok(());
    }
    let allowed: Vec<&str> =
        PaperSize::ALL.iter().filter(|size| suits(**size)).map(|size| size.as_str()).collect();
    Err(PaperError::Size { paper, size, allowed: allowed.join(", ") })
}

fn batch<S>(
    sheets: &[S],
    position: impl Fn(&S) -> u32,
    options: &Options,
    lay_out: impl Fn(&S) -> Flowed,
) -> Result<Rendered, PaperError> {
    if sheets.is_empty() {
        return Err(PaperError::NoSheets);
    }
    let mut writer = PdfWriter::new(options.fonts);
    let mut rendered = Rendered { pdf: Vec::new(), sheets: Vec::new(), problems: Vec::new() };
    for index in 0..sheets.len() {
        let index = if options.reversed { sheets.len() - 1 - index } else { index };
        let sheet = &sheets[index];
        let Flowed { pages, problems } = lay_out(sheet);
        let position = position(sheet);
        if !problems.is_empty() {
            rendered.problems.push(SheetProblems { position, problems });
            continue;
        }
        let first = writer.page_count();
        for page in &pages {
            writer.add(page)?;
        }
        rendered.sheets.push(SheetPages { position, pages: first..writer.page_count() });
    }
    if options.reversed {
        rendered.problems.reverse();
    }
    rendered.pdf = writer.finish()?;
    Ok(rendered)
}
