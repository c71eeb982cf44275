//! A connection that may fail without anybody waiting for it.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context;
use redis::{Client, Connection};

/// A call that takes longer counts as lost.
const PATIENCE: Duration = Duration::from_millis(250);
/// After a failure nobody asks again for so long.
const REST: Duration = Duration::from_secs(1);

/// One connection, made when it is needed and made anew after a failure.
pub struct Link {
    client: Client,
    patience: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    connection: Option<Connection>,
    /// Not before this moment is it tried again.
    rests_until: Option<Instant>,
}

impl Link {
    /// A link to this address: `redis://[:PASSWORD@]HOST:PORT/DATABASE`. Connects later.
    ///
    /// # Errors
    /// When the address cannot be read.
    pub fn new(url: &str) -> anyhow::Result<Self> {
        let client = Client::open(url).context("REDIS_URL cannot be read; write redis://HOST:PORT/0")?;
        Ok(Self { client, patience: PATIENCE, state: Mutex::default() })
    }

    /// The same link, where a call counts as lost only after this time.
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// A connection of its own, for what waits on it.
    pub(crate) fn connect(&self, read_timeout: Duration) -> anyhow::Result<Connection> {
        let connection = self.client.get_connection_with_timeout(self.patience)?;
        connection.set_read_timeout(Some(read_timeout))?;
        connection.set_write_timeout(Some(self.patience))?;
        Ok(connection)
    }

    /// Asks something. `None` when Redis does not answer in time; the next second nobody tries.
    pub fn ask<T>(&self, question: impl FnOnce(&mut Connection) -> redis::RedisResult<T>) -> Option<T> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.rests_until.is_some_and(|until| Instant::now() < until) {
            return None;
        }
        let result = match state.connection.take() {
            Some(connection) => Ok(connection),
            None => self.connect(self.patience),
        }
        .and_then(|mut connection| {
            let answer = question(&mut connection)?;
            state.connection = Some(connection);
            Ok(answer)
        });
        match result {
            Ok(answer) => {
                if state.rests_until.take().is_some() {
                    tracing::info!("Redis answers again");
                }
                Some(answer)
            }
            Err(error) => {
                if state.rests_until.is_none() {
                    tracing::warn!("Redis does not answer; each process counts for itself: {error:#}");
                }
                state.rests_until = Some(Instant::now() + REST);
                None
            }
        }
    }
}
