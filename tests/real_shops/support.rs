//! What the integration tests are built from, as far as it is needed here.

// Each helper serves more tests than these.
#![allow(dead_code)]

#[path = "../it/support/app.rs"]
pub mod app;
#[path = "../it/support/database.rs"]
pub mod database;
#[path = "../it/support/document.rs"]
pub mod document;
#[macro_use]
#[path = "../it/support/each_database.rs"]
mod each_database;
#[path = "../it/support/gateway.rs"]
pub mod gateway;
#[path = "../it/support/http.rs"]
pub mod http;
#[path = "../it/support/orders.rs"]
pub mod orders;
#[path = "../it/support/person.rs"]
pub mod person;
#[path = "../it/support/postgres.rs"]
pub mod postgres;
#[path = "../it/support/served.rs"]
pub mod served;

pub use app::TestApp;
