//! Migrations: pairs of the same name, embedded in the program, run under a lock.

use anyhow::{Context, anyhow};
use diesel::connection::SimpleConnection;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::Conn;
use super::pool::Pool;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Any number; all huidan processes of one PostgreSQL database take the same lock.
const LOCK: i64 = 0x6875_6964_616e;

/// Brings the schema up to date; answers the names of the migrations it ran.
///
/// Whoever starts first migrates; the others wait and find nothing left to do.
///
/// # Errors
/// The migration's name and what the database said.
pub fn run(pool: &Pool) -> anyhow::Result<Vec<String>> {
    let failed = |error| anyhow!("migrating the database: {error}");
    let names = |versions: Vec<diesel::migration::MigrationVersion<'_>>| {
        versions.into_iter().map(|version| version.to_string()).collect()
    };
    match pool.writer()? {
        // The file's write lock keeps a second process out; it retries by busy_timeout.
        Conn::Sqlite(mut conn) => conn.run_pending_migrations(SQLITE).map(names).map_err(failed),
        Conn::Postgres(mut conn) => {
            conn.batch_execute(&format!("SELECT pg_advisory_lock({LOCK})"))
                .context("waiting for another process to migrate")?;
            let done = conn.run_pending_migrations(POSTGRES).map(names).map_err(failed);
            conn.batch_execute(&format!("SELECT pg_advisory_unlock({LOCK})"))?;
            done
        }
    }
}

/// Whether the schema is older than this program.
///
/// # Errors
/// When the database does not answer.
pub fn is_pending(pool: &Pool) -> anyhow::Result<bool> {
    let failed = |error| anyhow!("reading which migrations were done: {error}");
    match pool.reader()? {
        Conn::Sqlite(mut conn) => conn.has_pending_migration(SQLITE).map_err(failed),
        Conn::Postgres(mut conn) => conn.has_pending_migration(POSTGRES).map_err(failed),
    }
}
