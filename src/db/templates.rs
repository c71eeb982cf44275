//! Templates: a seller's own papers, with every version they had.

use diesel::QueryResult;

use super::column::row;
use super::statement::sql;
use super::{Db, Tx};
use crate::domain::id::{ShipmentId, TemplateId};
use crate::domain::print::Paper;
use crate::domain::time::UtcTime;

row! {
    /// A template as it stands, without its boxes.
    pub struct TemplateRow {
        pub id: TemplateId,
        pub name: String,
        pub paper: Paper,
        pub size: String,
        pub version: i64,
        pub is_default: bool,
        pub is_retired: bool,
        pub changed_by: String,
        pub changed_at: UtcTime,
    }
}

row! {
    /// One version of a template.
    pub struct VersionRow {
        pub version: i64,
        pub body: String,
        pub made_by: String,
        pub made_at: UtcTime,
    }
}

const SELECT: &str = "SELECT id, name, paper, size, version, is_default, is_retired, changed_by, changed_at \
    FROM templates WHERE seller_id = ?";

/// A template, also a retired one.
pub fn find(db: &mut Db, id: TemplateId) -> QueryResult<Option<TemplateRow>> {
    let seller = db.seller();
    db.first(sql(SELECT).bind(seller).push(" AND id = ?").bind(id))
}

/// A living template by its name.
pub fn by_name(db: &mut Db, name: &str) -> QueryResult<Option<TemplateRow>> {
    let seller = db.seller();
    db.first(sql(SELECT).bind(seller).push(" AND name = ? AND NOT is_retired").bind(name))
}

/// Every living template, by paper and name.
pub fn all(db: &mut Db) -> QueryResult<Vec<TemplateRow>> {
    let seller = db.seller();
    db.load(sql(SELECT).bind(seller).push(" AND NOT is_retired ORDER BY paper, name"))
}

/// The defaults of a paper, at most one a size.
pub fn defaults(db: &mut Db, paper: Paper) -> QueryResult<Vec<TemplateRow>> {
    let seller = db.seller();
    db.load(sql(SELECT).bind(seller).push(" AND paper = ? AND is_default ORDER BY size").bind(paper))
}

/// One version of a template.
pub fn version(db: &mut Db, id: TemplateId, version: i64) -> QueryResult<Option<VersionRow>> {
    let text = "SELECT version, body, made_by, made_at FROM template_versions \
        WHERE seller_id = ? AND template_id = ? AND version = ?";
    let seller = db.seller();
    db.first(sql(text).bind(seller).bind(id).bind(version))
}

/// The newest versions of a template, the newest first.
pub fn versions(db: &mut Db, id: TemplateId, limit: usize) -> QueryResult<Vec<VersionRow>> {
    let text = "SELECT version, body, made_by, made_at FROM template_versions \
        WHERE seller_id = ? AND template_id = ? ORDER BY version DESC LIMIT ?";
    let seller = db.seller();
    db.load(sql(text).bind(seller).bind(id).bind(limit))
}

/// Adds a template; its first version follows.
pub fn insert(tx: &mut Tx, row: &TemplateRow) -> QueryResult<()> {
    let text = "INSERT INTO templates (seller_id, id, name, paper, size, version, is_default, is_retired, changed_by, \
        changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let seller = tx.seller();
    let statement = sql(text)
        .bind(seller)
        .bind(row.id)
        .bind(&row.name)
        .bind(row.paper)
        .bind(&row.size)
        .bind(row.version)
        .bind(row.is_default)
        .bind(row.is_retired)
        .bind(&row.changed_by)
        .bind(row.changed_at);
    tx.execute(statement).map(drop)
}

/// Adds a version.
pub fn add_version(tx: &mut Tx, id: TemplateId, version: i64, body: &str) -> QueryResult<()> {
    let (seller, now, actor) = (tx.seller(), tx.now, tx.actor.name.clone());
    let text = "INSERT INTO template_versions (seller_id, template_id, version, body, made_by, made_at) \
        VALUES (?, ?, ?, ?, ?, ?)";
    let statement = sql(text).bind(seller).bind(id).bind(version).bind(body).bind(actor).bind(now);
    tx.execute(statement).map(drop)
}

/// Writes how a template stands.
pub fn update(tx: &mut Tx, row: &TemplateRow) -> QueryResult<()> {
    let (seller, now, actor) = (tx.seller(), tx.now, tx.actor.name.clone());
    let text = "UPDATE templates SET name = ?, version = ?, is_default = ?, is_retired = ?, changed_by = ?, changed_at = ? \
        WHERE seller_id = ? AND id = ?";
    let statement = sql(text)
        .bind(&row.name)
        .bind(row.version)
        .bind(row.is_default)
        .bind(row.is_retired)
        .bind(actor)
        .bind(now)
        .bind(seller)
        .bind(row.id);
    tx.execute(statement).map(drop)
}

/// No template of this paper and size is the default any more.
pub fn clear_default(tx: &mut Tx, paper: Paper, size: &str) -> QueryResult<()> {
    let seller = tx.seller();
    let text =
        "UPDATE templates SET is_default = ? WHERE seller_id = ? AND paper = ? AND size = ? AND is_default";
    tx.execute(sql(text).bind(false).bind(seller).bind(paper).bind(size)).map(drop)
}

row! {
    struct Newest {
        id: ShipmentId,
    }
}

/// The newest shipments with a recipient, the newest first.
pub fn newest_shipments(db: &mut Db, limit: usize) -> QueryResult<Vec<ShipmentId>> {
    let text =
        "SELECT id FROM shipments WHERE seller_id = ? AND recipient_id IS NOT NULL ORDER BY id DESC LIMIT ?";
    let seller = db.seller();
    let rows: Vec<Newest> = db.load(sql(text).bind(seller).bind(limit))?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}
