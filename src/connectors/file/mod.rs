//! Orders in as files, waybill numbers out as files.
//!
//! A file of any size is read in bounded memory: [`open`] looks at the bytes and the header,
//! then [`Import::batches`] hands out orders in small batches. One bad row is a [`Rejection`]
//! and leaves the rest; only what cannot be an order file at all is a [`Refusal`].
//!
//! Which columns mean what is told per format in `taobao`, `shopify` and `generic`; they share
//! one way of reading cells. `export` writes the upload files of the way back.

mod address;
mod archive;
mod cells;
mod common_names;
mod detect;
pub mod export;
mod formats;
mod generic;
pub mod goods;
mod group;
mod import;
mod lists;
pub mod mapping;
mod places;
pub mod price_list;
pub mod region_notice;
mod row;
mod shopify;
mod split;
mod table;
mod taobao;
mod text;
mod workbook;

use std::borrow::Cow;
use std::io::{Read, Seek};

use chrono::FixedOffset;
use serde::{Deserialize, Serialize};

pub use crate::connectors::Refusal;
use crate::connectors::limits;
use crate::domain::order::OrderSnapshot;
use crate::domain::text_enum;
use crate::domain::time::UtcTime;
pub use import::{Batches, Import, Inspection, inspect, open};
pub use mapping::Mapping;

text_enum! {
    /// Which export a file is.
    pub enum Format("file format") {
        /// ExportOrderList: one row per order, no lines.
        TaobaoOrders = "taobao_orders",
        /// ExportOrderDetailList: one row per line, no heads.
        TaobaoLines = "taobao_lines",
        /// orders_export.csv of the Shopify admin.
        Shopify = "shopify",
        /// Anything else, read by a column mapping.
        Generic = "generic",
    }
}

/// Something a file can be read from, more than once.
pub trait Source: Read + Seek + Send {}

impl<T: Read + Seek + Send> Source for T {}

/// How to read a file.
#[derive(Debug, Clone)]
pub struct Options {
    /// Told by the person; without it the header decides.
    pub format: Option<Format>,
    /// Columns of a generic file; without it the proposal from the header.
    pub mapping: Option<Mapping>,
    /// Currency of amounts that name none.
    pub currency: String,
    /// Zone of times that name none. Chinese platforms write +08:00 without saying so.
    pub utc_offset: FixedOffset,
    /// When the file came in. Stands in where neither the file's name nor a row tells a time.
    pub received_at: UtcTime,
    /// Larger files are refused.
    pub max_bytes: u64,
    /// Reading stops after so many rows.
    pub max_rows: u64,
}

impl Options {
    /// The defaults: detect everything, yuan, Chinese time, 200 MB, a million rows.
    pub fn new(received_at: UtcTime) -> Self {
        Self {
            format: None,
            mapping: None,
            currency: "CNY".to_owned(),
            utc_offset: FixedOffset::east_opt(8 * 3600).expect("eight hours are less than a day"),
            received_at,
            max_bytes: 200 * 1024 * 1024,
            max_rows: 1_000_000,
        }
    }
}

/// An order of the file, and the row it begins in (1 is the header, as a spreadsheet counts).
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    pub row: u64,
    pub order: OrderSnapshot,
}

/// What is wrong with one row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Rejection {
    /// As a spreadsheet counts: the header is row 1.
    pub row: u64,
    /// The number of its order, where the row tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<Box<str>>,
    /// The column's name in the file.
    pub field: String,
    /// The value as it stands in the file, shortened.
    pub value: String,
    /// Stable word for programs.
    pub code: Cow<'static, str>,
    /// A sentence with the row, the field, the value and the next step.
    pub message: String,
}

impl Rejection {
    pub(crate) fn new(row: u64, field: &str, value: &str, code: &'static str, next: &str) -> Self {
        let value = limits::shorten(value);
        let what = match value.as_str() {
            "" => format!("row {row}: {field} is empty"),
            shown => format!("row {row}: {field} is {shown}"),
        };
        Self {
            row,
            order: None,
            field: field.to_owned(),
            code: code.into(),
            message: format!("{what}; {next}"),
            value,
        }
    }
}

/// One answer of a file: an order, or a row that gave none.
pub type Item = Result<Parsed, Rejection>;

#[cfg(test)]
mod tests;
