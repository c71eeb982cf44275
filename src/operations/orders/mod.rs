//! What people do with one order: look at it, hold it, read and write remarks.

mod hold;
mod item;
mod remarks;
mod thread;

pub use hold::{NewHold, hold, release};
pub use item::{OrderView, order, orders};
pub use remarks::{Read, judge_all, mark_read, write_note};
pub use thread::{RemarkItem, Threads};
