//! Deadlines: clocks that follow what they depend on, ring once, and are moved by a person's word.
//!
//! A clock is derived, never set. It follows an order in the transaction of the change ([`follow`]), and a rule by
//! being counted anew in batches ([`recount`]); the hash of its rule stands beside it, so nothing is missed when an
//! order arrives while the rule is changed.

mod alarms;
mod board;
mod follow;
mod notices;
mod recount;

pub use alarms::ring_due;
pub use board::{Board, DeadlineView, DueHour, PackingItem, ShopDeadlines, board, views};
pub(crate) use follow::follow;
pub use notices::{
    DelayNotice, Delayed, DelayedMany, NewDelayNotice, NotDelayed, give, list as notices, undo,
};
pub use recount::{BATCH, RECOUNT, recount, recount_first};
