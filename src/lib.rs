//! huidan: one shipping queue for the orders of every shop a seller runs.

pub mod domain;
