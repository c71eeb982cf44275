//! A bell between processes on one PostgreSQL, for where there is no Redis: LISTEN and NOTIFY.
//!
//! Told on a connection of its own after the commit. A NOTIFY inside the transaction would pass one lock of
//! the whole server and cost half the pace of all commits.

use std::time::{Duration, Instant};

use anyhow::Context;
use diesel::Connection;
use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use workers::{FarBell, Wire};

/// Between two looks at the socket: how late a ring may be heard.
const GLANCE: Duration = Duration::from_millis(25);
/// Between two questions whether the server is still there: a socket does not tell.
const PROOF: Duration = Duration::from_secs(60);

/// A bell on the database at this address; its two threads end with the process.
///
/// # Errors
/// When the system has no threads to give.
pub fn start(address: String) -> std::io::Result<FarBell> {
    FarBell::start(move || {
        let mut connection = PgConnection::establish(&address).context("connecting to ring")?;
        connection.batch_execute("LISTEN huidan_jobs")?;
        Ok(Box::new(PgWire { connection, is_new: true, proven_at: Instant::now() }) as Box<dyn Wire>)
    })
}

struct PgWire {
    connection: PgConnection,
    /// Whatever rang before it listened counts once.
    is_new: bool,
    proven_at: Instant,
}

impl Wire for PgWire {
    fn tell(&mut self) -> anyhow::Result<()> {
        Ok(self.connection.batch_execute("NOTIFY huidan_jobs")?)
    }

    fn hear(&mut self, timeout: Duration) -> anyhow::Result<bool> {
        if std::mem::take(&mut self.is_new) {
            return Ok(true);
        }
        let until = Instant::now() + timeout;
        loop {
            let mut is_told = false;
            for notice in self.connection.notifications_iter() {
                notice?;
                is_told = true;
            }
            if is_told || Instant::now() >= until {
                if self.proven_at.elapsed() > PROOF {
                    self.connection.batch_execute("SELECT 1")?;
                    self.proven_at = Instant::now();
                }
                return Ok(is_told);
            }
            std::thread::sleep(GLANCE);
        }
    }
}
