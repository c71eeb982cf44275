//! What processes of several machines share through Redis: a bell, limits, paces. Never the record.
//!
//! Everything here may be lost at any moment. Without Redis each process goes on by itself: it looks at the
//! ledger instead of waiting for the bell, and limits count within the process.

mod bell;
mod limiter;
mod link;
mod pace;

pub use bell::RedisBell;
pub use limiter::RedisLimiter;
pub use link::Link;
pub use pace::RedisPace;
