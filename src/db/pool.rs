//! Connections: opened by address, tuned once, lent by r2d2.
//!
//! A connection to PostgreSQL is looked at before it is lent, without a question: the socket tells when the server has
//! gone or has hung up. A question would cost every transaction a round trip, and an idle worker most of what it asks.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::r2d2::{ConnectionManager, CustomizeConnection, Error as PoolError, ManageConnection};
use diesel::sqlite::SqliteConnection;

use super::Conn;

/// A connection lent by a pool.
pub type Pooled<M> = diesel::r2d2::PooledConnection<M>;
type R2d2<M> = diesel::r2d2::Pool<M>;
/// Opens connections to a SQLite file.
pub type SqliteManager = ConnectionManager<SqliteConnection>;

/// The connections of this process.
#[derive(Clone)]
pub enum Pool {
    /// SQLite has one writer; giving it a connection of its own keeps readers out of its way.
    Sqlite {
        readers: R2d2<SqliteManager>,
        writer: R2d2<SqliteManager>,
    },
    Postgres(R2d2<PgManager>),
}

/// How hard SQLite presses each commit to the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Synchronous {
    /// Safe against a killed process; the last commits may be lost with the power.
    Normal,
    /// Safe against lost power too; every commit waits for the disk.
    Full,
}

#[derive(Debug)]
struct TuneSqlite(Synchronous);

impl CustomizeConnection<SqliteConnection, PoolError> for TuneSqlite {
    fn on_acquire(&self, conn: &mut SqliteConnection) -> Result<(), PoolError> {
        let synchronous = match self.0 {
            Synchronous::Normal => "NORMAL",
            Synchronous::Full => "FULL",
        };
        conn.batch_execute(&format!(
            "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}; \
             PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8000; \
             PRAGMA mmap_size = 0; PRAGMA journal_size_limit = 67108864;"
        ))
        .map_err(PoolError::QueryError)
    }
}

#[derive(Debug)]
struct TunePostgres;

impl CustomizeConnection<PgConnection, PoolError> for TunePostgres {
    fn on_acquire(&self, conn: &mut PgConnection) -> Result<(), PoolError> {
        conn.batch_execute(
            "SET TIME ZONE 'UTC'; SET client_min_messages = warning; SET lock_timeout = '30s'; \
             SET idle_in_transaction_session_timeout = '60s'; SET jit = off",
        )
        .map_err(PoolError::QueryError)
    }
}

/// Opens connections to a PostgreSQL server, and tells the living from the dead.
#[derive(Debug)]
pub struct PgManager(ConnectionManager<PgConnection>);

impl ManageConnection for PgManager {
    type Connection = PgConnection;
    type Error = PoolError;

    fn connect(&self) -> Result<PgConnection, PoolError> {
        self.0.connect()
    }

    fn is_valid(&self, conn: &mut PgConnection) -> Result<(), PoolError> {
        // The first look takes in the server's last words, the second one sees that it has hung up.
        for _ in 0..2 {
            for notice in conn.notifications_iter() {
                notice.map_err(PoolError::QueryError)?;
            }
        }
        Ok(())
    }

    fn has_broken(&self, conn: &mut PgConnection) -> bool {
        self.0.has_broken(conn)
    }
}

impl Pool {
    /// Opens the database at `address`: `postgres://…`, or `sqlite://FILE`.
    ///
    /// # Errors
    /// A sentence that names the setting when the address cannot be read, and the cause when the
    /// database cannot be reached.
    pub fn open(address: &str, size: u32, synchronous: Synchronous) -> anyhow::Result<Self> {
        if let Some(file) = address.strip_prefix("sqlite://") {
            if let Some(folder) = Path::new(file).parent() {
                std::fs::create_dir_all(folder)
                    .with_context(|| format!("making the data folder {}", folder.display()))?;
            }
            let pool = |size| {
                builder(size, false)
                    .connection_customizer(Box::new(TuneSqlite(synchronous)))
                    .build(ConnectionManager::new(file))
                    .with_context(|| format!("opening the SQLite file {file}"))
            };
            // The writer first: switching a new file to WAL needs it alone.
            let writer = pool(1)?;
            return Ok(Self::Sqlite { readers: pool(size)?, writer });
        }
        if address.starts_with("postgres://") || address.starts_with("postgresql://") {
            // Tested when lent: after a restart of the server no request meets a dead connection.
            let pool = builder(size, true)
                .connection_customizer(Box::new(TunePostgres))
                .build(PgManager(ConnectionManager::new(address)))
                .context("connecting to PostgreSQL at DATABASE_URL")?;
            return Ok(Self::Postgres(pool));
        }
        bail!("DATABASE_URL is {:?}; write postgres://… or sqlite://…", without_password(address))
    }

    /// A connection to read with.
    pub fn reader(&self) -> anyhow::Result<Conn> {
        Ok(match self {
            Self::Sqlite { readers, .. } => Conn::Sqlite(readers.get()?),
            Self::Postgres(pool) => Conn::Postgres(pool.get()?),
        })
    }

    /// A connection to write with.
    pub fn writer(&self) -> anyhow::Result<Conn> {
        Ok(match self {
            Self::Sqlite { writer, .. } => Conn::Sqlite(writer.get()?),
            Self::Postgres(pool) => Conn::Postgres(pool.get()?),
        })
    }
}

fn builder<M: ManageConnection>(size: u32, test: bool) -> diesel::r2d2::Builder<M> {
    diesel::r2d2::Pool::builder()
        .max_size(size)
        .min_idle(Some(1))
        .test_on_check_out(test)
        .connection_timeout(Duration::from_secs(15))
}

/// An address fit for a message: what stands between `:` and `@` is hidden.
pub fn without_password(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
    match rest.split_once('@') {
        Some((user, host)) => {
            let name = user.split(':').next().unwrap_or_default();
            format!("{scheme}://{name}:…@{host}")
        }
        None => address.to_owned(),
    }
}
