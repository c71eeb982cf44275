//! Runs jobs. Knows no order and no SQL.
//!
//! A job is a row of somebody's [`Ledger`]; the row is the truth, everything here may be killed at
//! any moment. A [`Runner`] leases ready rows in fair turns, hands them to its threads, keeps the
//! leases alive while handlers work, and writes down how each one ended. What a handler did counts
//! only if the lease still holds: completion is conditional on a random token, so a worker that
//! was believed dead cannot finish a job a second time.
//!
//! Deliberately absent: async (handlers wait on a database; threads do that well), a broker that
//! must not lose anything, and a leader (every runner may do every chore; the ledger decides).

pub mod conformance;
mod counts;
mod dispatch;
mod far;
mod heart;
mod job;
mod later;
mod limit;
mod local;
mod pace;
mod ports;
pub mod redis;
mod retry;
mod runner;
mod settle;
mod turns;
mod work;

pub use counts::{BUCKETS_MS, Count, Counts};
pub use far::{FarBell, Wire};
pub use job::{End, Ended, Failure, Hold, Job, Periodic};
pub use later::Later;
pub use limit::{Limit, LocalLimiter, Unlimited};
pub use local::{LocalBell, LocalTransport};
pub use pace::{LocalPace, Pace, Rate};
pub use ports::{Bell, Extended, Ledger, Limiter, Rescued, Survey, Then, Transport, Turn, Want};
pub use retry::Retry;
pub use runner::{Kind, Lane, Options, Parts, Runner};
pub use work::{Work, words};
