//! A test on both databases.

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
