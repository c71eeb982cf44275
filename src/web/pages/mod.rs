//! The pages, one file or folder per noun.

pub mod live;
pub mod login;
pub mod look;
pub mod setup;
pub mod workbench;
