//! Merging: orders of one recipient leave together, and part again when they must.
//!
//! `settle` does it by itself as facts arrive; `by_hand` is what people decide; `suggestions`
//! are near matches, shown with their reason and never merged silently.

mod by_hand;
pub mod settle;
pub mod suggestions;

pub use by_hand::{Merged, SplitLine, merge, split, unmerge};
pub use settle::{BY_HAND, Changes, SPLIT, settle};
