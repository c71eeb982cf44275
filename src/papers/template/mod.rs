//! Papers as data: boxes in millimetres that a seller moves, fills and saves.
//!
//! A template stands beside the papers in code, not instead of them: those choose between a comfortable
//! and a tight form for each sheet, which boxes at fixed places cannot. [`starting`] is the same label
//! as boxes, to be copied and changed; packing list and return label exist as boxes only. The boxes of a list of
//! many parcels stand on every page of it, and its rows flow.
//!
//! A template makes the same display list as every paper, so preview, PDF and thermal printers show the
//! same. What does not fit is a [`crate::papers::problem::Problem`] of its sheet here too, and nothing is cut.

mod check;
mod columns;
mod fields;
mod flow;
mod layout;
mod list;
mod picture;
mod starting;
mod test_sheet;

use serde::{Deserialize, Serialize};

use crate::domain::print::Paper;
use crate::domain::text_enum;
use crate::papers::values::PaperSize;

pub use check::{Finding, FindingCode, check};
pub use columns::{Chosen, Table, TableColumn, parse as table_of, tables_of};
pub use fields::{Field, SheetValues, Values, fields_of};
pub use flow::parts_of;
pub use layout::lay_out;
pub use list::ListValues;
pub use picture::Picture;
pub use starting::{sizes, starting};
pub use test_sheet::test_sheet;

/// Boxes of one template; more are a mistake of a program.
pub const MAX_BOXES: usize = 100;
/// Characters of one box's text.
pub const MAX_TEXT: usize = 1_000;
/// Smallest text anybody reads, in points.
pub const MIN_PT: f32 = 4.0;
/// Largest text.
pub const MAX_PT: f32 = 100.0;
/// How far a template can be moved on its form, in millimetres.
pub const MAX_OFFSET_MM: f32 = 20.0;

text_enum! {
    /// What a box shows.
    pub enum BoxKind("kind of box") {
        /// Words, with fields such as `{recipient.name}`.
        Text = "text",
        /// Words in white on black.
        Badge = "badge",
        /// A Code 128 of its text.
        Barcode = "barcode",
        /// A QR code of its text.
        Qr = "qr",
        /// A black line as long and thick as the box.
        Line = "line",
        /// The four sides of the box.
        Frame = "frame",
        /// A logo in black and white.
        Picture = "picture",
        /// What is as long as the order: remarks, order numbers, items. It goes on on further pages. One
        /// part a line.
        Flow = "flow",
    }
}

impl BoxKind {
    /// Shows a text; lines, frames and pictures have none.
    pub fn has_words(self) -> bool {
        !matches!(self, Self::Line | Self::Frame | Self::Picture)
    }

    /// Its text has a size; the bars of a code follow from its box.
    pub fn has_type(self) -> bool {
        matches!(self, Self::Text | Self::Badge | Self::Flow)
    }
}

text_enum! {
    /// Where text stands between the sides of its box.
    pub enum Side("side") {
        Left = "left",
        Center = "center",
        Right = "right",
    }
}

/// A paper as boxes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Template {
    pub paper: Paper,
    pub size: PaperSize,
    /// For pre-printed forms: only boxes with fields are printed, without lines, frames and fixed words.
    #[serde(default)]
    pub fill_only: bool,
    /// Moves everything to the right; negative to the left. Millimetres, in steps of one dot (1/8 mm).
    #[serde(default)]
    pub offset_x_mm: f32,
    /// Moves everything down; negative up.
    #[serde(default)]
    pub offset_y_mm: f32,
    /// The later ones lie on top.
    pub boxes: Vec<TemplateBox>,
}

/// One box. Lengths are millimetres from the upper left corner of the paper.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateBox {
    pub kind: BoxKind,
    pub x_mm: f32,
    pub y_mm: f32,
    pub width_mm: f32,
    pub height_mm: f32,
    /// Words with fields in braces; in a flow one part a line.
    #[serde(default)]
    pub text: String,
    /// Size of the text in points, where there is room.
    #[serde(default = "usual_pt")]
    pub size_pt: f32,
    /// The smallest size it may shrink to; what does not fit then is a problem of the sheet.
    #[serde(default = "least_pt")]
    pub min_pt: f32,
    #[serde(default)]
    pub bold: bool,
    #[serde(default = "left")]
    pub side: Side,
    /// Takes more lines before it gets smaller, from the top: addresses.
    #[serde(default)]
    pub wraps: bool,
    /// Of a box of the kind `picture`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<Picture>,
}

fn usual_pt() -> f32 {
    10.0
}

fn least_pt() -> f32 {
    8.0
}

fn left() -> Side {
    Side::Left
}

impl TemplateBox {
    /// A box without words, with the usual looks.
    pub fn new(kind: BoxKind, x_mm: f32, y_mm: f32, width_mm: f32, height_mm: f32) -> Self {
        Self {
            kind,
            x_mm,
            y_mm,
            width_mm,
            height_mm,
            text: String::new(),
            size_pt: usual_pt(),
            min_pt: least_pt(),
            bold: false,
            side: left(),
            wraps: false,
            picture: None,
        }
    }

    /// Shows the same on every sheet, so that a pre-printed form has it already.
    fn is_fixed(&self) -> bool {
        match self.kind {
            BoxKind::Line | BoxKind::Frame | BoxKind::Picture => true,
            BoxKind::Flow => false,
            _ => fields::names(&self.text).next().is_none(),
        }
    }
}

impl Template {
    /// Papers that can be templates.
    pub const PAPERS: &'static [Paper] = &[
        Paper::Waybill,
        Paper::DeliveryNote,
        Paper::PackingList,
        Paper::PickList,
        Paper::HandOverList,
        Paper::ReturnLabel,
    ];
}
