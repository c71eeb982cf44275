//! The pages, one file or folder per noun.

pub mod audit;
pub mod batch;
pub mod deadlines;
pub mod factor;
pub mod imports;
pub mod jobs;
pub mod live;
pub mod login;
pub mod look;
pub mod number_runs;
pub mod order_audits;
pub mod orders;
pub mod print_jobs;
pub mod scan;
pub mod settings;
pub mod setup;
pub mod shipment;
pub mod shops;
pub mod skus;
pub mod staff;
pub mod start;
pub mod stations;
pub mod suggestions;
pub mod why;
pub mod workbench;
pub mod write_backs;
