//! Orders in, numbers out: everything that speaks a platform's language.
//!
//! A connector turns what a platform sends into an [`OrderSnapshot`](crate::domain::order::OrderSnapshot)
//! and our numbers into what the platform reads. Nothing here knows a table or a transaction.
//! Two connectors need no network and are pure functions of bytes:
//!
//! - [`push`]: the normalised order as JSON, sent to us by the seller's own programs;
//! - [`file`]: the exports sellers already have (Taobao, Shopify, any CSV or XLSX by mapping),
//!   and the upload files that carry waybill numbers back.
//!
//! A platform with an API gets a folder of its own, `<platform>/{mod,client,wire,map}.rs`:
//! settings and trait · network · wire types · pure mapping to the snapshot. How it signs is pure too and
//! stands in its `sign.rs`; [`sign_check`] holds all of them against files of known signatures.

pub mod authorisation;
pub mod capability;
mod china;
pub mod clock;
pub mod digest;
pub mod douyin;
pub mod file;
pub mod hooks;
pub mod http;
pub mod jd;
pub mod kuaishou;
pub mod limits;
pub mod link;
mod loose;
pub mod medusa;
pub mod memo;
mod overlap;
pub mod parcel;
pub mod pinduoduo;
pub mod push;
pub mod refusal;
pub mod rereading;
pub mod shopify;
mod shown;
pub mod sign_check;
pub mod taobao;
pub mod tracking;
pub mod vendure;
mod windows;
pub mod woocommerce;
pub mod xiaohongshu;

use serde::Serialize;

use crate::domain::order::OrderLine;

/// Why a whole file or a whole request body cannot be read.
///
/// One bad order among many is never a refusal: that is a rejection of the one item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{message} {next}")]
pub struct Refusal {
    /// Stable word for programs.
    pub code: &'static str,
    /// What is wrong, with the value.
    pub message: String,
    /// What the person can do about it.
    pub next: String,
}

impl Refusal {
    pub(crate) fn new(code: &'static str, message: impl Into<String>, next: impl Into<String>) -> Self {
        Self { code, message: message.into(), next: next.into() }
    }
}

/// Goods and postage in minor units, for tellings that leave the total out.
fn total_of(lines: &[OrderLine], shipping_fee: i64) -> i64 {
    lines
        .iter()
        .fold(shipping_fee, |sum, line| sum.saturating_add(line.quantity.saturating_mul(line.price.amount)))
}
