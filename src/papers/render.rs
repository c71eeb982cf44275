//! From a paper to one file, sheet by sheet.
//!
//! Only one sheet is laid out at a time, and a finished page is compressed at once, so that a batch
//! of thousands stays small in memory. A sheet with a problem is left out and reported; its
//! position is missing from the stack, which the large position on its neighbours shows.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::domain::print as domain;
use crate::papers::display::Page;
use crate::papers::flow::Flowed;
use crate::papers::font::Fonts;
use crate::papers::pdf::{PdfError, PdfWriter};
use crate::papers::problem::{Problem, ProblemCode};
use crate::papers::raster::{Head, RasterWriter};
use crate::papers::template::{self, ListValues, SheetValues, Template, Values};
use crate::papers::thermal::{self, Language};
use crate::papers::values::{DeliveryNote, HandOverList, PaperSize, PickList, WaybillSheet};
use crate::papers::{delivery_note, hand_over_list, pick_list, waybill};

/// What to print.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "paper", rename_all = "snake_case")]
pub enum Paper {
    /// One label per parcel; sizes of label stock only.
    Waybills { size: PaperSize, sheets: Vec<WaybillSheet> },
    /// One note per shipment, on one or more pages each; any size but 76×130.
    DeliveryNotes { size: PaperSize, sheets: Vec<DeliveryNote> },
    /// One list per shipment of what belongs inside, for the packer.
    PackingLists { size: PaperSize, sheets: Vec<WaybillSheet> },
    /// One label per shipment that brings it back; label stock only.
    ReturnLabels { size: PaperSize, sheets: Vec<WaybillSheet> },
    /// One list for a run, on A4 or what its template is for.
    PickList { list: PickList },
    /// One list per carrier and day, on A4 or what its template is for.
    HandOverList { list: HandOverList },
}

/// What kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Output {
    #[default]
    Pdf,
    /// The language of a thermal printer, for this head; labels only.
    Thermal(Language, Head),
}

/// How to print.
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// Shared by all sheets; make it once per process.
    pub fonts: &'a Fonts,
    /// The last sheet first, for printers that stack face up: then the first lies on top.
    pub reversed: bool,
    pub output: Output,
    /// The seller's own boxes; `None` for the paper as the program has it.
    pub template: Option<&'a Template>,
    /// Told after each sheet of a batch how many are drawn, and of how many.
    pub watch: Option<&'a dyn Fn(usize, usize)>,
    /// Moves every page to the right and down, in millimetres: how far the paper lies off in the printer.
    pub offset_mm: (f32, f32),
}

impl<'a> Options<'a> {
    /// In the order of the run.
    pub fn new(fonts: &'a Fonts) -> Self {
        Self {
            fonts,
            reversed: false,
            output: Output::Pdf,
            template: None,
            watch: None,
            offset_mm: (0.0, 0.0),
        }
    }
}

/// The file and what became of each sheet.
#[derive(Debug, Clone, PartialEq)]
pub struct Rendered {
    /// The pages of all sheets that print; empty when there is none.
    pub file: Vec<u8>,
    /// The sheets in the file, in the order of its pages.
    pub sheets: Vec<SheetPages>,
    /// The sheets with problems, in the order of the run.
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

/// What is wrong with a sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SheetProblems {
    /// The position printed on the sheet, or that it would have had; 1 for lists.
    pub position: u32,
    /// True when the sheet is not in the file. A list prints with a strange character spelled out.
    pub left_out: bool,
    /// All of them, so that one correction is enough.
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
    /// Nothing to start from: the paper has no boxes of this size.
    #[error("there is no template for this paper on {size}; choose another size")]
    NoTemplate { size: PaperSize },
    /// The PDF library failed.
    #[error(transparent)]
    Pdf(#[from] PdfError),
}

/// Renders a paper as one file.
///
/// # Errors
/// When there is nothing to print, the size does not suit the paper, or the PDF cannot be
/// written. A sheet with a problem is no error: it is left out and the others print.
pub fn render(paper: &Paper, options: &Options) -> Result<Rendered, PaperError> {
    let fonts = options.fonts;
    let rendered = render_with(paper, options, fonts);
    fonts.forget();
    rendered
}

fn render_with(paper: &Paper, options: &Options, fonts: &Fonts) -> Result<Rendered, PaperError> {
    match paper {
        Paper::Waybills { size, sheets } => {
            check_size("a waybill", *size, PaperSize::is_label)?;
            let lay_out = |sheet: &WaybillSheet| match options.template {
                Some(template) => boxes(template, sheet, fonts),
                None => waybill::lay_out(sheet, *size, fonts),
            };
            batch(sheets, |sheet| sheet.stamp.position, options, lay_out)
        }
        Paper::DeliveryNotes { size, sheets } => {
            check_size("a delivery note", *size, |size| size != PaperSize::Label76x130)?;
            let lay_out = |note: &DeliveryNote| match options.template {
                Some(template) => {
                    let hash = note.data_hash();
                    template::lay_out(template, &Values::Sheet(SheetValues::of_note(note, &hash)), fonts)
                }
                None => delivery_note::lay_out(note, *size, fonts),
            };
            batch(sheets, |sheet| sheet.stamp.position, options, lay_out)
        }
        Paper::PackingLists { size, sheets } => in_boxes(domain::Paper::PackingList, *size, sheets, options),
        Paper::ReturnLabels { size, sheets } => in_boxes(domain::Paper::ReturnLabel, *size, sheets, options),
        Paper::PickList { list } => {
            let laid_out = match options.template {
                Some(template) => {
                    template::lay_out(template, &Values::List(ListValues::of_pick_list(list)), fonts)
                }
                None => pick_list::lay_out(list, PaperSize::A4, fonts),
            };
            single(laid_out, options)
        }
        Paper::HandOverList { list } => {
            let laid_out = match options.template {
                Some(template) => {
                    template::lay_out(template, &Values::List(ListValues::of_hand_over_list(list)), fonts)
                }
                None => hand_over_list::lay_out(list, PaperSize::A4, fonts),
            };
            single(laid_out, options)
        }
    }
}

/// A paper that exists as boxes only.
fn in_boxes(
    paper: domain::Paper,
    size: PaperSize,
    sheets: &[WaybillSheet],
    options: &Options,
) -> Result<Rendered, PaperError> {
    let usual = template::starting(paper, size).ok_or(PaperError::NoTemplate { size })?;
    let template = options.template.unwrap_or(&usual);
    batch(sheets, |sheet| sheet.stamp.position, options, |sheet| boxes(template, sheet, options.fonts))
}

fn boxes(template: &Template, sheet: &WaybillSheet, fonts: &Fonts) -> Flowed {
    let hash = sheet.data_hash();
    template::lay_out(template, &Values::Sheet(SheetValues::of_waybill(sheet, &hash)), fonts)
}

/// A page that was laid out elsewhere, as a file of its own.
///
/// # Errors
/// When the PDF cannot be written.
pub fn page_file(page: &Page, options: &Options) -> Result<Vec<u8>, PaperError> {
    let mut writer = Writer::new(options);
    writer.add(page)?;
    Ok(writer.finish()?)
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

/// A batch of one sheet after another; only one is in memory.
fn batch<S>(
    sheets: &[S],
    position: impl Fn(&S) -> u32,
    options: &Options,
    lay_out: impl Fn(&S) -> Flowed,
) -> Result<Rendered, PaperError> {
    if sheets.is_empty() {
        return Err(PaperError::NoSheets);
    }
    let mut file = File::new(options);
    for drawn in 0..sheets.len() {
        let index = if options.reversed { sheets.len() - 1 - drawn } else { drawn };
        file.add(position(&sheets[index]), lay_out(&sheets[index]), |_| false)?;
        if let Some(watch) = options.watch {
            watch(drawn + 1, sheets.len());
        }
    }
    file.finish(options)
}

/// A list of many parcels. A character no font has is spelled out on it, so it prints all the same.
fn single(list: Flowed, options: &Options) -> Result<Rendered, PaperError> {
    let mut file = File::new(options);
    file.add(1, list, |problem| problem.code == ProblemCode::MissingCharacter)?;
    file.finish(options)
}

enum Writer<'a> {
    Pdf(Box<PdfWriter<'a>>),
    Thermal { raster: RasterWriter<'a>, language: Language, pages: usize, out: Vec<u8> },
}

impl<'a> Writer<'a> {
    fn new(options: &Options<'a>) -> Self {
        match options.output {
            Output::Pdf => Self::Pdf(Box::new(PdfWriter::new(options.fonts))),
            Output::Thermal(language, head) => Self::Thermal {
                raster: RasterWriter::new(options.fonts, head),
                language,
                pages: 0,
                out: Vec::new(),
            },
        }
    }

    fn page_count(&self) -> usize {
        match self {
            Self::Pdf(writer) => writer.page_count(),
            Self::Thermal { pages, .. } => *pages,
        }
    }

    fn add(&mut self, page: &Page) -> Result<(), PdfError> {
        match self {
            Self::Pdf(writer) => writer.add(page),
            Self::Thermal { raster, language, pages, out } => {
                let dots = raster.draw(page);
                thermal::append(out, &dots, (page.width_mm, page.height_mm), *language);
                *pages += 1;
                Ok(())
            }
        }
    }

    fn finish(self) -> Result<Vec<u8>, PdfError> {
        match self {
            Self::Pdf(writer) => writer.finish(),
            Self::Thermal { out, .. } => Ok(out),
        }
    }
}

struct File<'a> {
    writer: Writer<'a>,
    offset_mm: (f32, f32),
    sheets: Vec<SheetPages>,
    problems: Vec<SheetProblems>,
}

impl<'a> File<'a> {
    fn new(options: &Options<'a>) -> Self {
        let (writer, offset_mm) = (Writer::new(options), options.offset_mm);
        Self { writer, offset_mm, sheets: Vec::new(), problems: Vec::new() }
    }

    fn add(&mut self, position: u32, sheet: Flowed, harmless: fn(&Problem) -> bool) -> Result<(), PdfError> {
        let Flowed { mut pages, problems } = sheet;
        let left_out = !problems.iter().all(harmless);
        if !problems.is_empty() {
            self.problems.push(SheetProblems { position, left_out, problems });
        }
        if left_out {
            return Ok(());
        }
        let first = self.writer.page_count();
        for page in &mut pages {
            page.shift(self.offset_mm.0, self.offset_mm.1);
            self.writer.add(page)?;
        }
        self.sheets.push(SheetPages { position, pages: first..self.writer.page_count() });
        Ok(())
    }

    fn finish(mut self, options: &Options) -> Result<Rendered, PaperError> {
        if options.reversed {
            self.problems.reverse();
        }
        // A PDF without pages is no valid file.
        let file = if self.sheets.is_empty() { Vec::new() } else { self.writer.finish()? };
        Ok(Rendered { file, sheets: self.sheets, problems: self.problems })
    }
}
