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
        // The file's write lock is taken before it is asked what is left to do: a second process waits
        // by busy_timeout, and then finds all done.
        Conn::Sqlite(mut conn) => {
            conn.immediate_transaction(|conn| conn.run_pending_migrations(SQLITE).map(names)).map_err(failed)
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::pool::Synchronous;

    #[test]
    fn processes_that_start_at_once_on_a_fresh_file_migrate_it_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let address = format!("sqlite://{}", folder.path().join("huidan.db").display());
        let start = || {
            let pool = Pool::open(&address, 2, Synchronous::Normal).expect("the file opens");
            run(&pool).expect("the schema is brought up to date").len()
        };
        let done: Vec<usize> = std::thread::scope(|threads| {
            let started: Vec<_> = (0..4).map(|_| threads.spawn(start)).collect();
            started.into_iter().map(|thread| thread.join().expect("it ended")).collect()
        });
        assert_eq!(done.iter().filter(|ran| **ran > 0).count(), 1, "{done:?}");
    }
}
