//! Paces shared by all processes: GCRA by the clock of Redis.

use std::sync::Arc;
use std::time::Duration;

use redis::Script;

use super::link::Link;
use crate::pace::{LocalPace, Pace, Rate};

/// KEYS: bucket. ARGV: microseconds per call, burst, cost. Answers the microseconds to wait.
const TAKE: &str = r"
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local every, burst, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now) + every * cost
redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', math.ceil((full - now) / 1000) + 1000)
return string.format('%.0f', math.max(0, full - now - every * burst))
";

/// KEYS: bucket. ARGV: microseconds nothing may happen.
const BLOCK: &str = r"
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now + tonumber(ARGV[1]))
redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', math.ceil((full - now) / 1000) + 1000)
return 0
";

/// Buckets in Redis; in this process alone while it does not answer.
pub struct RedisPace {
    link: Arc<Link>,
    alone: LocalPace,
    take: Script,
    block: Script,
}

impl RedisPace {
    pub fn new(link: Arc<Link>) -> Self {
        let (take, block) = (Script::new(TAKE), Script::new(BLOCK));
        Self { link, alone: LocalPace::default(), take, block }
    }
}

fn bucket(key: &str) -> String {
    format!("huidan:pace:{key}")
}

impl Pace for RedisPace {
    fn take(&self, key: &str, rate: Rate, cost: u32) -> Duration {
        let mut call = self.take.key(bucket(key));
        call.arg(micros(rate.every)).arg(rate.burst.max(1)).arg(cost);
        let wait = self.link.ask(|redis| call.invoke::<String>(redis));
        match wait.and_then(|wait| wait.parse().ok()) {
            Some(wait) => Duration::from_micros(wait),
            None => self.alone.take(key, rate, cost),
        }
    }

    fn block(&self, key: &str, span: Duration) {
        // Kept here too, for the time in which Redis may be away.
        self.alone.block(key, span);
        let mut call = self.block.key(bucket(key));
        call.arg(micros(span));
        self.link.ask(|redis| call.invoke::<i64>(redis));
    }
}

fn micros(span: Duration) -> u64 {
    u64::try_from(span.as_micros()).unwrap_or(u64::MAX)
}
