//! File imports and the column mappings they remember.

use diesel::QueryResult;

use super::column::row;
use super::statement::sql;
use super::{Db, Tx};
use crate::domain::error::Error;
use crate::domain::id::{ImportId, ShopId};
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
    }
}

/// A batch takes seconds at most; who has been silent for so long was cut off.
const SILENT: chrono::Duration = chrono::Duration::minutes(2);

impl ImportRow {
    /// Whether it is under way at `now`.
    pub fn is_running(&self, now: UtcTime) -> bool {
        self.finished_at.is_none() && self.progressed_at.is_some_and(|at| now < at.plus(SILENT))
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

/// Notes how far an import is.
pub fn progress(tx: &mut Tx, import: ImportId, counts: ImportCounts) -> QueryResult<()> {
    let (seller, now) = (tx.seller(), tx.now);
    tx.execute(
        sql("UPDATE imports SET created = ?, updated = ?, unchanged = ?, rejected = ?, progressed_at = ? WHERE seller_id = ? AND id = ?")
            .bind(counts.created)
            .bind(counts.updated)
            .bind(counts.unchanged)
            .bind(counts.rejected)
            .bind(now)
            .bind(seller)
            .bind(import),
    )
    .map(drop)
}

/// Notes that an import has read its file to the end; `rejections` is JSON and gets sealed.
pub fn finish(tx: &mut Tx, import: ImportId, counts: ImportCounts, rejections: &str) -> QueryResult<()> {
    progress(tx, import, counts)?;
    let (seller, now) = (tx.seller(), tx.now);
    let sealed = tx.seal(PURPOSE, rejections);
    tx.execute(
        sql("UPDATE imports SET rejections = ?, finished_at = ? WHERE seller_id = ? AND id = ?")
            .bind(sealed)
            .bind(now)
            .bind(seller)
            .bind(import),
    )
    .map(drop)
}

const COLUMNS: &str = "id, shop_id, file_name, format, created, updated, unchanged, rejected, rejections, \
    created_at, finished_at, progressed_at";

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
