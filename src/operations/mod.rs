//! Verbs on a transaction: what people and programs do with orders and shipments.
//!
//! Each takes `&mut Tx`, checks, changes, and records an event, all in one transaction.

pub mod answers;
pub mod carriers;
pub mod deadlines;
pub mod evening;
pub mod hand_overs;
pub mod intake;
pub mod jobs;
pub mod memos;
pub mod merging;
pub mod number_runs;
pub mod orders;
pub mod packing;
pub mod plans;
pub mod presence;
pub mod print_jobs;
pub mod region_rules;
pub mod rereads;
pub mod rules;
pub mod second_factor;
pub mod sellers;
pub mod sessions;
pub mod settings;
pub mod ship;
pub mod shipments;
pub mod shop_tokens;
pub mod shops;
pub mod skus;
pub mod stations;
pub mod templates;
pub mod tokens;
pub mod users;
pub mod warehouses;
pub mod waybills;
pub mod weights;
pub mod why;
pub mod write_backs;

/// No seller: for the few reads and writes that come before it is known whose they are.
pub const NOBODY: crate::domain::id::SellerId = crate::domain::id::SellerId(0);
