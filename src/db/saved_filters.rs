//! Saved filters: questions a seller asks every day, by name.

use diesel::QueryResult;

use super::column::row;
use super::statement::sql;
use super::{Db, Tx};
use crate::domain::time::UtcTime;

row! {
    /// A saved filter.
    pub struct SavedFilterRow {
        pub id: i64,
        pub name: String,
        /// JSON of the words of the shipment list.
        pub query: String,
        pub created_by: String,
        pub created_at: UtcTime,
    }
}

const COLUMNS: &str = "id, name, query, created_by, created_at";

/// All of the seller, by name.
pub fn all(db: &mut Db) -> QueryResult<Vec<SavedFilterRow>> {
    let seller = db.seller();
    db.load(
        sql(format!("SELECT {COLUMNS} FROM saved_filters WHERE seller_id = ? ORDER BY name")).bind(seller),
    )
}

/// Saves a filter; one of the same name is replaced and keeps its id.
pub fn save(tx: &mut Tx, name: &str, query: &str) -> QueryResult<SavedFilterRow> {
    let id = tx.id()?;
    let (seller, now) = (tx.seller(), tx.now);
    tx.execute(
        sql("INSERT INTO saved_filters (seller_id, id, name, query, created_by, created_at) VALUES (?, ?, ?, ?, ?, ?) \
             ON CONFLICT (seller_id, name) DO UPDATE SET query = excluded.query, created_by = excluded.created_by, \
             created_at = excluded.created_at")
        .bind(seller)
        .bind(id)
        .bind(name)
        .bind(query)
        .bind(&tx.actor.name)
        .bind(now),
    )?;
    let saved = sql(format!("SELECT {COLUMNS} FROM saved_filters WHERE seller_id = ? AND name = ?"));
    let rows = tx.load(saved.bind(seller).bind(name))?;
    rows.into_iter().next().ok_or(diesel::result::Error::NotFound)
}

/// Forgets a filter; answers whether there was one.
pub fn remove(tx: &mut Tx, id: i64) -> QueryResult<bool> {
    let seller = tx.seller();
    let statement = sql("DELETE FROM saved_filters WHERE seller_id = ? AND id = ?");
    Ok(tx.execute(statement.bind(seller).bind(id))? > 0)
}
