//! A bell heard by every process: one entry in a stream, replaced by the next.
//!
//! A stream and not a channel, because who was away hears on return that it has rung meanwhile.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use redis::streams::{StreamReadOptions, StreamReadReply};
use redis::{Commands, Connection};

use super::link::Link;
use crate::far::{FarBell, Wire};

const STREAM: &str = "huidan:bell";
/// Longer than any wait on it.
const READ_PATIENCE: Duration = Duration::from_secs(10);

/// Makes [`FarBell`]s that ring through Redis.
pub struct RedisBell;

impl RedisBell {
    /// A bell on this link; its two threads end with the process.
    ///
    /// # Errors
    /// When the system has no threads to give.
    pub fn start(link: Arc<Link>) -> std::io::Result<FarBell> {
        FarBell::start(move || {
            let connection = link.connect(READ_PATIENCE)?;
            Ok(Box::new(RedisWire { connection, last: None }) as Box<dyn Wire>)
        })
    }
}

struct RedisWire {
    connection: Connection,
    /// The entry heard last.
    last: Option<String>,
}

impl Wire for RedisWire {
    fn tell(&mut self) -> anyhow::Result<()> {
        redis::cmd("XADD")
            .arg(&[STREAM, "MAXLEN", "1", "*", "rung", "1"])
            .exec(&mut self.connection)
            .context("ringing through Redis")
    }

    fn hear(&mut self, timeout: Duration) -> anyhow::Result<bool> {
        let Some(last) = &self.last else {
            let newest: Vec<(String, Vec<String>)> =
                self.connection.xrevrange_count(STREAM, "+", "-", 1).unwrap_or_default();
            self.last = Some(newest.into_iter().next().map_or_else(|| "0-0".to_owned(), |(id, _)| id));
            // Whatever rang before counts once.
            return Ok(true);
        };
        let block_ms = usize::try_from(timeout.as_millis()).unwrap_or(usize::MAX).max(1);
        let options = StreamReadOptions::default().block(block_ms).count(1);
        let reply: Option<StreamReadReply> =
            self.connection.xread_options(&[STREAM], &[last], &options).context("listening to Redis")?;
        let heard = reply.into_iter().flat_map(|reply| reply.keys).flat_map(|key| key.ids).last();
        let is_heard = heard.is_some();
        if let Some(entry) = heard {
            self.last = Some(entry.id);
        }
        Ok(is_heard)
    }
}
