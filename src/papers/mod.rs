//! Papers: values in, sheets out.
//!
//! Waybill labels, delivery notes, pick lists and hand-over lists. Plain values ([`values`]) are laid
//! out as a display list in millimetres ([`display`]), and a writer turns the list into bytes: [`pdf`],
//! [`svg`] for pages of the browser, or [`raster`] and [`thermal`] for the heads and languages of thermal printers. Every writer takes the
//! same list, so that what people preview is what prints. Nothing here reads a database, a clock or the network: the
//! same values give the same bytes.
//!
//! A text is never cut and a character is never drawn as a box. Whatever does not fit or has no
//! glyph is a [`problem`] of its sheet, and the other sheets print.

pub mod barcode;
pub mod delivery_note;
pub mod display;
pub mod font;
pub mod hand_over_list;
pub mod pdf;
pub mod pick_list;
pub mod problem;
pub mod raster;
pub mod sample;
pub mod svg;
pub mod template;
pub mod thermal;
pub mod values;
pub mod waybill;

mod breaking;
mod canvas;
mod clean;
mod document;
mod fit;
mod flow;
mod natural;
mod render;
mod rows;
mod shared;
mod table;
mod text;

#[cfg(test)]
mod list_tests;
#[cfg(test)]
mod sheet_tests;
#[cfg(test)]
mod template_tests;
#[cfg(test)]
mod thermal_tests;

pub use flow::Flowed;
pub use render::{
    Options, Output, Paper, PaperError, Rendered, SheetPages, SheetProblems, page_file, render,
};
pub use values::data_hash;
