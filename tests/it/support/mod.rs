//! What tests are built from: databases of their own, a clock, orders, a server and its client.

// Each helper serves some nouns, and tests come and go.
#![allow(dead_code)]

pub mod app;
pub mod browser;
pub mod database;
pub mod document;
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

/// One behaviour, held by both databases: a module with a test `sqlite` and a test `postgres`.
///
/// ```ignore
/// each_database!(fn a_held_order_waits(app: TestApp) { … });
/// ```
macro_rules! each_database {
    ($(#[$meta:meta])* fn $name:ident($($argument:tt)+) $body:block) => {
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            $(#[$meta])*
            fn check($($argument)+) $body

            #[test]
            fn sqlite() {
                check($crate::support::TestApp::sqlite());
            }

            #[test]
            fn postgres() {
                check($crate::support::TestApp::postgres());
            }
        }
    };
}
