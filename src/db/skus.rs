//! Own SKUs and what bundles consist of.

use diesel::QueryResult;

use super::column::row;
use super::statement::{Rows, sql};
use super::{Db, Tx};
use crate::domain::id::SkuId;
use crate::domain::money::Money;
use crate::domain::sku::{Parts, SizeMm, SkuFields, loose};

row! {
    /// A SKU.
    pub struct SkuRow {
        pub id: SkuId,
        pub code: String,
        pub title: String,
        pub weight_g: Option<i64>,
        pub length_mm: Option<i64>,
        pub width_mm: Option<i64>,
        pub height_mm: Option<i64>,
        pub category: String,
        pub warehouse: String,
        pub floor_amount: Option<i64>,
        pub floor_currency: String,
        pub shelf: String,
        pub barcode: String,
        pub code_key: String,
        pub title_key: String,
    }
}

impl SkuRow {
    /// Fetched as one piece, also where it is a bundle: it lies somewhere, or is scanned itself.
    pub fn is_whole(&self) -> bool {
        !self.shelf.is_empty() || !self.barcode.is_empty()
    }

    /// All three sides, or none.
    pub fn size_mm(&self) -> Option<SizeMm> {
        Some(SizeMm { length: self.length_mm?, width: self.width_mm?, height: self.height_mm? })
    }

    /// What one piece is never sold below.
    pub fn floor_price(&self) -> Option<Money> {
        Some(Money::new(self.floor_amount?, &self.floor_currency))
    }
}

const COLUMNS: &str = "id, code, title, weight_g, length_mm, width_mm, height_mm, category, warehouse, floor_amount, \
     floor_currency, shelf, barcode, code_key, title_key";

/// SKUs by id, ascending.
pub fn find(db: &mut Db, ids: &[SkuId]) -> QueryResult<Vec<SkuRow>> {
    let seller = db.seller();
    db.load(
        sql(format!("SELECT {COLUMNS} FROM skus WHERE seller_id = ? AND id IN ? ORDER BY id"))
            .bind(seller)
            .list(ids.iter().copied()),
    )
}

/// SKUs by their codes.
pub fn by_codes(db: &mut Db, codes: &[&str]) -> QueryResult<Vec<SkuRow>> {
    let seller = db.seller();
    db.load(
        sql(format!("SELECT {COLUMNS} FROM skus WHERE seller_id = ? AND code IN ? ORDER BY id"))
            .bind(seller)
            .list(codes.iter().copied()),
    )
}

/// SKUs by what a scanner reads on them.
pub fn by_barcodes(db: &mut Db, barcodes: &[&str]) -> QueryResult<Vec<SkuRow>> {
    let seller = db.seller();
    db.load(
        sql(format!(
            "SELECT {COLUMNS} FROM skus WHERE seller_id = ? AND barcode IN ? AND barcode <> '' ORDER BY id"
        ))
        .bind(seller)
        .list(barcodes.iter().copied()),
    )
}

/// SKUs whose code or title is one of these but for case, blanks and signs; the oldest first.
pub fn by_keys(db: &mut Db, codes: &[String], titles: &[String]) -> QueryResult<Vec<SkuRow>> {
    let seller = db.seller();
    db.load(
        sql(format!(
            "SELECT {COLUMNS} FROM skus WHERE seller_id = ? AND code_key IN ? \
             UNION SELECT {COLUMNS} FROM skus WHERE seller_id = ? AND title_key IN ? ORDER BY id"
        ))
        .bind(seller)
        .list(codes)
        .bind(seller)
        .list(titles),
    )
}

/// A page of SKUs by code, behind `after`; `query` stands in the code or the title.
pub fn list(db: &mut Db, query: &str, after: Option<&str>, limit: usize) -> QueryResult<Vec<SkuRow>> {
    let mut statement = sql(format!("SELECT {COLUMNS} FROM skus WHERE seller_id = ? AND code > ?"))
        .bind(db.seller())
        .bind(after.unwrap_or_default());
    let key = loose(query);
    if !key.is_empty() {
        let like = format!("%{key}%");
        statement = statement.push(" AND (code_key LIKE ? OR title_key LIKE ?)").bind(&like).bind(&like);
    }
    db.load(statement.push(" ORDER BY code LIMIT ?").bind(limit))
}

/// How many SKUs the seller has.
pub fn count(db: &mut Db) -> QueryResult<i64> {
    let seller = db.seller();
    db.number(sql("SELECT COUNT(*) AS one FROM skus WHERE seller_id = ?").bind(seller))
}

/// Adds SKUs; one of the same code is replaced and keeps its id.
pub fn save(tx: &mut Tx, skus: &[(SkuId, SkuFields)]) -> QueryResult<()> {
    if skus.is_empty() {
        return Ok(());
    }
    let (seller, now) = (tx.seller(), tx.now);
    let side = |pick: fn(&SizeMm) -> i64| skus.iter().map(move |(_, sku)| sku.size_mm.as_ref().map(pick));
    let rows = Rows::new("new")
        .column("id", skus.iter().map(|(id, _)| *id))
        .column("code", skus.iter().map(|(_, sku)| &sku.code))
        .column("title", skus.iter().map(|(_, sku)| &sku.title))
        .column("weight_g", skus.iter().map(|(_, sku)| sku.weight_g))
        .column("length_mm", side(|size| size.length))
        .column("width_mm", side(|size| size.width))
        .column("height_mm", side(|size| size.height))
        .column("category", skus.iter().map(|(_, sku)| &sku.category))
        .column("warehouse", skus.iter().map(|(_, sku)| &sku.warehouse))
        .column(
            "floor_amount",
            skus.iter().map(|(_, sku)| sku.floor_price.as_ref().map(|price| price.amount)),
        )
        .column("floor_currency", skus.iter().map(|(_, sku)| floor_currency(sku)))
        .column("shelf", skus.iter().map(|(_, sku)| &sku.shelf))
        .column("barcode", skus.iter().map(|(_, sku)| &sku.barcode))
        .column("code_key", skus.iter().map(|(_, sku)| loose(&sku.code)))
        .column("title_key", skus.iter().map(|(_, sku)| loose(&sku.title)));
    tx.execute(
        sql(
            "INSERT INTO skus (seller_id, id, code, title, weight_g, length_mm, width_mm, height_mm, category, \
             warehouse, floor_amount, floor_currency, shelf, barcode, code_key, title_key, created_at, updated_at) \
             SELECT ?, new.id, new.code, new.title, new.weight_g, new.length_mm, new.width_mm, new.height_mm, \
             new.category, new.warehouse, new.floor_amount, new.floor_currency, new.shelf, new.barcode, new.code_key, new.title_key, ?, ? \
             FROM ? WHERE true \
             ON CONFLICT (seller_id, code) DO UPDATE SET title = excluded.title, title_key = excluded.title_key, \
             weight_g = excluded.weight_g, length_mm = excluded.length_mm, width_mm = excluded.width_mm, \
             height_mm = excluded.height_mm, \
             category = excluded.category, warehouse = excluded.warehouse, floor_amount = excluded.floor_amount, \
             floor_currency = excluded.floor_currency, shelf = excluded.shelf, barcode = excluded.barcode, updated_at = excluded.updated_at",
        )
        .bind(seller)
        .bind(now)
        .bind(now)
        .rows(rows),
    )
    .map(drop)
}

/// Replaces every field of one SKU, its code too.
pub fn update(tx: &mut Tx, id: SkuId, sku: &SkuFields) -> QueryResult<()> {
    let (seller, now) = (tx.seller(), tx.now);
    tx.execute(
        sql(
            "UPDATE skus SET code = ?, title = ?, weight_g = ?, length_mm = ?, width_mm = ?, height_mm = ?, \
             category = ?, warehouse = ?, floor_amount = ?, floor_currency = ?, \
             shelf = ?, barcode = ?, code_key = ?, title_key = ?, updated_at = ? \
             WHERE seller_id = ? AND id = ?",
        )
        .bind(&sku.code)
        .bind(&sku.title)
        .bind(sku.weight_g)
        .bind(sku.size_mm.map(|size| size.length))
        .bind(sku.size_mm.map(|size| size.width))
        .bind(sku.size_mm.map(|size| size.height))
        .bind(&sku.category)
        .bind(&sku.warehouse)
        .bind(sku.floor_price.as_ref().map(|price| price.amount))
        .bind(floor_currency(sku))
        .bind(&sku.shelf)
        .bind(&sku.barcode)
        .bind(loose(&sku.code))
        .bind(loose(&sku.title))
        .bind(now)
        .bind(seller)
        .bind(id),
    )
    .map(drop)
}

fn floor_currency(sku: &SkuFields) -> &str {
    sku.floor_price.as_ref().map_or("", |price| price.currency.as_str())
}

/// Forgets a SKU with its parts, codes and patterns. It must be no part of another one.
pub fn remove(tx: &mut Tx, id: SkuId) -> QueryResult<()> {
    let seller = tx.seller();
    for table in ["sku_parts", "sku_codes", "sku_patterns"] {
        let text = format!("DELETE FROM {table} WHERE seller_id = ? AND sku_id = ?");
        tx.execute(sql(text).bind(seller).bind(id))?;
    }
    tx.execute(sql("DELETE FROM skus WHERE seller_id = ? AND id = ?").bind(seller).bind(id)).map(drop)
}

row! {
    struct PartRow {
        sku_id: SkuId,
        part_id: SkuId,
        quantity: i64,
    }
}

/// What these SKUs consist of, and what that consists of, down to what is no bundle.
pub fn parts_below(db: &mut Db, skus: &[SkuId]) -> QueryResult<Parts> {
    edges(db, skus, "p.sku_id = w.id", "p.part_id")
}

/// The bundles these SKUs stand in, and those that these stand in, with that edge each.
pub fn parts_above(db: &mut Db, skus: &[SkuId]) -> QueryResult<Parts> {
    edges(db, skus, "p.part_id = w.id", "p.sku_id")
}

fn edges(db: &mut Db, skus: &[SkuId], joins: &str, onward: &str) -> QueryResult<Parts> {
    let seller = db.seller();
    // UNION drops what was met already, so the walk ends also where a circle would be.
    let rows: Vec<PartRow> = db.load(
        sql(format!(
            "WITH RECURSIVE walk (id) AS (SELECT s.id FROM skus s WHERE s.seller_id = ? AND s.id IN ? \
             UNION SELECT {onward} FROM walk w JOIN sku_parts p ON p.seller_id = ? AND {joins}) \
             SELECT p.sku_id, p.part_id, p.quantity FROM walk w JOIN sku_parts p ON p.seller_id = ? AND {joins} \
             ORDER BY p.sku_id, p.part_id"
        ))
        .bind(seller)
        .list(skus.iter().copied())
        .bind(seller)
        .bind(seller),
    )?;
    let mut parts = Parts::new();
    for row in rows {
        parts.entry(row.sku_id).or_default().push((row.part_id, row.quantity));
    }
    Ok(parts)
}

/// Whether this SKU is a part of another one.
pub fn is_part(db: &mut Db, id: SkuId) -> QueryResult<bool> {
    let seller = db.seller();
    let text = "SELECT COUNT(*) AS one FROM sku_parts WHERE seller_id = ? AND part_id = ?";
    Ok(db.number(sql(text).bind(seller).bind(id))? > 0)
}

/// Replaces what these SKUs consist of.
pub fn set_parts(tx: &mut Tx, skus: &[SkuId], parts: &[(SkuId, SkuId, i64)]) -> QueryResult<()> {
    if skus.is_empty() {
        return Ok(());
    }
    let seller = tx.seller();
    let forget = sql("DELETE FROM sku_parts WHERE seller_id = ? AND sku_id IN ?");
    tx.execute(forget.bind(seller).list(skus.iter().copied()))?;
    if parts.is_empty() {
        return Ok(());
    }
    let rows = Rows::new("new")
        .column("sku_id", parts.iter().map(|part| part.0))
        .column("part_id", parts.iter().map(|part| part.1))
        .column("quantity", parts.iter().map(|part| part.2));
    tx.execute(
        sql("INSERT INTO sku_parts (seller_id, sku_id, part_id, quantity) \
             SELECT ?, new.sku_id, new.part_id, new.quantity FROM ?")
        .bind(seller)
        .rows(rows),
    )
    .map(drop)
}
