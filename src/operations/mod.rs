//! Verbs on a transaction: what people and programs do with orders and shipments.
//!
//! Each takes `&mut Tx`, checks, changes, and records an event, all in one transaction.

pub mod intake;
pub mod merging;
pub mod orders;
pub mod shipments;
