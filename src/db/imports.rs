//! File imports and the column mappings they remember.

use diesel::QueryResult;

use super::column::row;
use super::statement::sql;
use super::{Db, Tx};
use crate::domain::error::Error;
use crate::domain::id::{ImportId, JobId, ShopId};
use crate::domain::job::JobState;
use crate::domain::time::UtcTime;

row! {
    /// An import as it stands; one without an end was cut off and can be repeated.
    pub struct ImportRow {
        pub id: ImportId,
        pub shop_id: ShopId,
        pub file_name: String,
        pub format: String,
        pub created: i64,
        pub updated: i64,
        pub unchanged: i64,
        pub rejected: i64,
        pub rejections: String,
        pub created_at: UtcTime,
        pub finished_at: Option<UtcTime>,
        pub progressed_at: Option<UtcTime>,
        /// The job that takes it in, when that is not the request that brought it.
        pub job_id: Option<JobId>,
        pub job_state: Option<JobState>,
        /// How the person wants the file read, as JSON.
        pub choice: String,
        /// How many batches of the file have been taken in.
        pub batches: i64,
    }
}

/// A batch takes seconds at most; who has been silent for so long was cut off.
const SILENT: chrono::Duration = chrono::Duration::minutes(2);

impl ImportRow {
    /// Whether it is under way at `now`, or will be.
    pub fn is_running(&self, now: UtcTime) -> bool {
        match self.job_state {
            Some(state) => self.finished_at.is_none() && !state.is_end(),
            None => self.finished_at.is_none() && self.progressed_at.is_some_and(|at| now < at.plus(SILENT)),
        }
    }

    /// Its counts so far.
    pub fn counts(&self) -> ImportCounts {
        let Self { created, updated, unchanged, rejected, .. } = *self;
        ImportCounts { created, updated, unchanged, rejected }
    }
}

/// How an import stands.
#[derive(Debug, Clone, Copy, Default)]
pub struct ImportCounts {
    pub created: i64,
    pub updated: i64,
    pub unchanged: i64,
    pub rejected: i64,
}

/// What sealed rejections are bound to.
const PURPOSE: &str = "import_rejections";
/// What sealed pieces of files are bound to.
const FILE_PURPOSE: &str = "import_file";

/// Notes that an import begins.
pub fn begin(tx: &mut Tx, shop: ShopId, file_name: &str, format: &str) -> QueryResult<ImportId> {
    let id = ImportId(tx.id()?);
    let (seller, now) = (tx.seller(), tx.now);
    tx.execute(
        sql("INSERT INTO imports (seller_id, id, shop_id, file_name, format, created, updated, unchanged, \
             rejected, rejections, created_at, progressed_at) VALUES (?, ?, ?, ?, ?, 0, 0, 0, 0, '', ?, ?)")
        .bind(seller)
        .bind(id)
        .bind(shop)
        .bind(file_name)
        .bind(format)
        .bind(now)
        .bind(now),
    )?;
    Ok(id)
}

/// Notes that batch `batches` (from 0) of a file was taken in, and the counts with it. False when it was
/// before: another worker has the import, and this transaction must not go on.
pub fn progress(tx: &mut Tx, import: ImportId, batches: i64, counts: ImportCounts) -> QueryResult<bool> {
    let (seller, now) = (tx.seller(), tx.now);
    let changed = tx.execute(
        sql("UPDATE imports SET created = ?, updated = ?, unchanged = ?, rejected = ?, progressed_at = ?, \
             batches = ? WHERE seller_id = ? AND id = ? AND batches = ?")
        .bind(counts.created)
        .bind(counts.updated)
        .bind(counts.unchanged)
        .bind(counts.rejected)
        .bind(now)
        .bind(batches + 1)
        .bind(seller)
        .bind(import)
        .bind(batches),
    )?;
    Ok(changed > 0)
}

/// Notes that an import has read its file to the end; `rejections` is JSON and gets sealed. The file itself
/// is no longer kept.
pub fn finish(tx: &mut Tx, import: ImportId, rejections: &str) -> QueryResult<()> {
    let (seller, now) = (tx.seller(), tx.now);
    let sealed = tx.seal(PURPOSE, rejections);
    tx.execute(
        sql("UPDATE imports SET rejections = ?, finished_at = ? WHERE seller_id = ? AND id = ?")
            .bind(sealed)
            .bind(now)
            .bind(seller)
            .bind(import),
    )?;
    let statement = sql("DELETE FROM import_files WHERE seller_id = ? AND import_id = ?");
    tx.execute(statement.bind(seller).bind(import)).map(drop)
}

/// Notes the job that takes an import in, and how the file is to be read (JSON).
pub fn hand_over(tx: &mut Tx, import: ImportId, job: JobId, choice: &str) -> QueryResult<()> {
    let seller = tx.seller();
    let statement = sql("UPDATE imports SET job_id = ?, choice = ? WHERE seller_id = ? AND id = ?");
    tx.execute(statement.bind(job).bind(choice).bind(seller).bind(import)).map(drop)
}

/// Keeps a piece of an import's file, sealed.
pub fn keep_piece(tx: &mut Tx, import: ImportId, piece: i64, bytes: &[u8]) -> QueryResult<()> {
    let (seller, sealed) = (tx.seller(), tx.seal_bytes(FILE_PURPOSE, bytes));
    let statement =
        sql("INSERT INTO import_files (seller_id, import_id, piece, content) VALUES (?, ?, ?, ?)");
    tx.execute(statement.bind(seller).bind(import).bind(piece).bind(sealed)).map(drop)
}

/// A piece of an import's file; `None` after the last.
///
/// # Errors
/// When it cannot be read or opened.
pub fn piece(db: &mut Db, import: ImportId, piece: i64) -> Result<Option<Vec<u8>>, Error> {
    let seller = db.seller();
    let statement =
        sql("SELECT content FROM import_files WHERE seller_id = ? AND import_id = ? AND piece = ?");
    let row: Option<PieceRow> = db.first(statement.bind(seller).bind(import).bind(piece))?;
    Ok(row.map(|row| db.open_bytes(FILE_PURPOSE, &row.content)).transpose()?)
}

/// Drops the files of imports that began before `before` and never ended: they name people.
pub fn forget_files(tx: &mut Tx, before: UtcTime) -> QueryResult<()> {
    let seller = tx.seller();
    let statement = sql("DELETE FROM import_files WHERE seller_id = ? AND import_id IN \
         (SELECT id FROM imports WHERE seller_id = ? AND finished_at IS NULL AND created_at < ?)");
    tx.execute(statement.bind(seller).bind(seller).bind(before)).map(drop)
}

row! {
    struct PieceRow {
        content: String,
    }
}

/// A job stands in one of two tables.
const COLUMNS: &str = "id, shop_id, file_name, format, created, updated, unchanged, rejected, rejections, \
    created_at, finished_at, progressed_at, job_id, \
    COALESCE((SELECT j.state FROM jobs j WHERE j.seller_id = imports.seller_id AND j.id = imports.job_id), \
             (SELECT f.state FROM finished_jobs f WHERE f.seller_id = imports.seller_id AND f.id = imports.job_id)) AS job_state, choice, batches";

/// Imports of a shop, or of all, newest first, of ids below `before`.
pub fn list(
    db: &mut Db,
    shop: Option<ShopId>,
    before: Option<ImportId>,
    limit: usize,
) -> QueryResult<Vec<ImportRow>> {
    let mut statement = sql(format!("SELECT {COLUMNS} FROM imports WHERE seller_id = ? AND id < ?"))
        .bind(db.seller())
        .bind(before.map_or(i64::MAX, |id| id.0));
    if let Some(shop) = shop {
        statement = statement.push(" AND shop_id = ?").bind(shop);
    }
    db.load(statement.push(" ORDER BY id DESC LIMIT ?").bind(limit))
}

/// One import.
pub fn find(db: &mut Db, import: ImportId) -> Result<ImportRow, Error> {
    let seller = db.seller();
    let statement = sql(format!("SELECT {COLUMNS} FROM imports WHERE seller_id = ? AND id = ?"));
    db.first(statement.bind(seller).bind(import))?.ok_or_else(|| Error::missing("import", import))
}

/// The rejected rows of an import, as JSON.
pub fn rejections(db: &Db, row: &ImportRow) -> Result<String, Error> {
    match row.rejections.as_str() {
        "" => Ok("[]".to_owned()),
        sealed => Ok(db.open(PURPOSE, sealed)?),
    }
}

row! {
    struct MappingRow {
        mapping: String,
    }
}

/// The mapping that was used for files of this header, as JSON.
pub fn mapping(db: &mut Db, shop: ShopId, fingerprint: &str) -> QueryResult<Option<String>> {
    let seller = db.seller();
    let text = "SELECT mapping FROM import_mappings WHERE seller_id = ? AND shop_id = ? AND fingerprint = ?";
    let row: Option<MappingRow> = db.first(sql(text).bind(seller).bind(shop).bind(fingerprint))?;
    Ok(row.map(|row| row.mapping))
}

/// Remembers a mapping for files of this header.
pub fn remember_mapping(tx: &mut Tx, shop: ShopId, fingerprint: &str, mapping: &str) -> QueryResult<()> {
    let (seller, now) = (tx.seller(), tx.now);
    tx.execute(
        sql("INSERT INTO import_mappings (seller_id, shop_id, fingerprint, mapping, created_at) \
             VALUES (?, ?, ?, ?, ?) ON CONFLICT (seller_id, shop_id, fingerprint) \
             DO UPDATE SET mapping = excluded.mapping, created_at = excluded.created_at")
        .bind(seller)
        .bind(shop)
        .bind(fingerprint)
        .bind(mapping)
        .bind(now),
    )
    .map(drop)
}
