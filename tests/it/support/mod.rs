//! What tests are built from: databases of their own, a clock, orders, a server and its client.

// Each helper serves some nouns, and tests come and go.
#![allow(dead_code)]

pub mod app;
pub mod browser;
pub mod database;
pub mod document;
#[macro_use]
mod each_database;
pub mod effects;
pub mod gateway;
pub mod http;
pub mod ipp_printer;
pub mod orders;
pub mod person;
pub mod played;
pub mod postgres;
pub mod redis;
pub mod served;
pub mod shipments;
pub mod station;
pub mod wire;

pub use app::TestApp;
pub use orders::{order, recipient};
