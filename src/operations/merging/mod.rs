//! Merging: orders of one recipient leave together, and part again when they must.

pub mod settle;

pub use settle::{Changes, settle};
