//! huidan: one shipping queue for the orders of every shop a seller runs.

pub mod app;
pub mod connectors;
pub mod db;
pub mod domain;
pub mod operations;
