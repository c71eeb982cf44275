//! A consistent copy of the SQLite file, while everything goes on.

use std::path::Path;

use anyhow::{Context, bail};
use diesel::RunQueryDsl;

use super::Conn;
use super::pool::Pool;
use super::statement::sql;

/// Writes the whole database, as it stands now, into a new file.
///
/// # Errors
/// When the file is there already, cannot be written, or the database is PostgreSQL, which has
/// its own tool for this.
pub fn write(pool: &Pool, file: &Path) -> anyhow::Result<()> {
    let Conn::Sqlite(mut conn) = pool.reader()? else {
        bail!("This database is PostgreSQL; make the copy with pg_dump");
    };
    if file.exists() {
        bail!("{} is there already; name a new file", file.display());
    }
    let name = file.to_str().with_context(|| format!("{} is no plain file name", file.display()))?;
    sql("VACUUM INTO ?")
        .bind(name)
        .execute(&mut *conn)
        .with_context(|| format!("writing the copy {}", file.display()))?;
    Ok(())
}
