//! Every text of the pages, one table per page, both languages side by side.

pub mod audits;
pub mod batch;
pub mod carriers;
pub mod common;
pub mod deadlines;
pub mod evening;
pub mod events;
pub mod hand_overs;
pub mod house;
pub mod jobs;
pub mod keys;
pub mod login;
pub mod packing;
pub mod reasons;
pub mod rules;
pub mod scan;
pub mod shipment;
pub mod skus;
pub mod stations;
pub mod templates;
pub mod tour;
pub mod why;
pub mod words;
pub mod workbench;

/// For the test that reads them all.
#[cfg(test)]
pub const ALL_TABLES: &[&[super::lang::Text]] = &[
    audits::TABLE,
    batch::TABLE,
    carriers::TABLE,
    deadlines::TABLE,
    evening::TABLE,
    events::TABLE,
    hand_overs::TABLE,
    house::TABLE,
    rules::TABLE,
    scan::TABLE,
    shipment::TABLE,
    skus::TABLE,
    stations::TABLE,
    templates::TABLE,
    tour::TABLE,
    common::TABLE,
    jobs::TABLE,
    keys::TABLE,
    login::TABLE,
    packing::TABLE,
    reasons::TABLE,
    why::TABLE,
    words::TABLE,
    workbench::TABLE,
];
