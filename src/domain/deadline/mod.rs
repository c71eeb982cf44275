//! Deadlines: until when an order has to leave, and how far its clock is.
//!
//! Pure rules: what the platform promised, or what the shop's own rule makes of the payment, by the days and the time
//! zone of the shop. `docs/deadlines.md` states them with their sources. Whether an order has left is the record's
//! business; nothing here asks for it.

pub mod calendar;
pub mod clock;
pub mod day_time;
pub mod notice;
pub mod rule;
pub mod stage;
pub mod zone;

pub use calendar::Calendar;
pub use clock::{Clock, ClockSource, Told, clock};
pub use day_time::DayTime;
pub use notice::{DelayReason, ForBuyer, Notice, for_buyer};
pub use rule::{DeadlineSettings, House, Rule};
pub use stage::{End, Stage};
pub use zone::Zone;

#[cfg(test)]
mod properties;
