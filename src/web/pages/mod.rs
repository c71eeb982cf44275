//! The pages, one file or folder per noun.

pub mod batch;
pub mod live;
pub mod login;
pub mod look;
pub mod number_runs;
pub mod print_jobs;
pub mod setup;
pub mod shipment;
pub mod suggestions;
pub mod workbench;
pub mod write_backs;
