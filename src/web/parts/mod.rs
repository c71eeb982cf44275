//! Pieces that several pages show alike.

pub mod audits;
pub mod badges;
pub mod charts;
pub mod events;
pub mod left_out;
pub mod lists;
pub mod placing;
pub mod plans;
pub mod rules;
pub mod stations;
pub mod thread;
pub mod tour;
