//! What people do with one order: look at it, hold it, read its remarks.

mod hold;
mod item;
mod remarks;

pub use hold::{NewHold, hold, release};
pub use item::{OrderView, order, orders};
pub use remarks::{Read, mark_read};
