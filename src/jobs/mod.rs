//! Work of many transactions: it can be cut off between any two of them and be done again.
//!
//! What runs later is a durable job; [`registry`] lists the kinds, [`run`] runs them.

pub mod answering;
pub mod authorising;
pub mod dry_running;
pub mod gap_checking;
pub mod housekeeping;
pub mod imports;
pub mod intake;
mod memo_telling;
pub mod printing;
pub mod pulling;
pub mod registry;
pub mod rereading;
pub mod run;
pub mod shipping;
pub mod telling;
pub mod trying;
