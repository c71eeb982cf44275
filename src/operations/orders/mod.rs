//! What people do with one order: look at it, audit it, hold it, read and write remarks.

mod audits;
mod buyer;
mod hold;
mod item;
mod remarks;
mod thread;

pub use audits::{AuditMany, AuditedMany, SeenOrder, judge_shop, pass, reject, undo};
use buyer::tags_of;
pub use buyer::{BuyerHistory, buyer_history, tag_buyer, tags_of_nicks, waiting};
pub use hold::{NewHold, hold, hold_all, release};
pub use item::{AuditView, MemoWays, OrderView, PlaceView, order, orders, these};
pub use remarks::{Read, judge_all, mark_read, write_note};
pub use thread::{MemoState, NOTE, RemarkItem, Threads};
