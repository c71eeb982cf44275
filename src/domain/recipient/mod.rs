//! Who receives a parcel.
//!
//! Two questions are kept apart: whether two orders go to one recipient (`identity`, by the texts of
//! `keys`), and whether they may travel together (`permission`). `mask` and `complete` serve lists
//! and holds, `parse` reads pasted text. What is printed is always the text as it was written.

mod address;
mod collective;
mod detail;
mod difference;
mod name;
mod states;
mod text;
mod western;

pub mod complete;
pub mod identity;
pub mod keys;
pub mod mask;
pub mod parse;
pub mod permission;
pub mod phone;
pub mod why;

#[cfg(test)]
mod vectors_test;

use serde::{Deserialize, Serialize};

/// A recipient as a platform or a person wrote it. Absent texts are empty.
///
/// `Debug` is hidden on purpose: names, phones and addresses must not reach a log.
#[derive(Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct Recipient {
    pub name: String,
    pub phone: String,
    /// ISO 3166-1 alpha-2 in capitals; empty reads as `CN`.
    pub country: String,
    /// Province or state.
    pub province: String,
    pub city: String,
    pub district: String,
    /// Town or street office (乡镇、街道).
    pub town: String,
    /// Street, house, building, unit, room.
    pub detail: String,
    pub postcode: String,
    /// The platform's own key of a masked recipient (OAID, open_address_id).
    pub address_key: String,
}

impl std::fmt::Debug for Recipient {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Recipient(sealed)")
    }
}
