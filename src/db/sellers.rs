//! Sellers: the tenants.

use diesel::QueryResult;

use super::column::row;
use super::statement::sql;
use super::{Db, Tx};
use crate::domain::error::Error;
use crate::domain::id::SellerId;
use crate::domain::seller::SellerSettings;

row! {
    /// A seller.
    pub struct SellerRow {
        pub id: SellerId,
        pub name: String,
        pub settings: String,
    }
}

/// The seller of this name. Names are unique over the installation.
pub fn by_name(db: &mut Db, name: &str) -> QueryResult<Option<SellerRow>> {
    db.first(sql("SELECT id, name, settings FROM sellers WHERE name = ?").bind(name))
}

/// Every seller, for work that goes round them all.
pub fn all(db: &mut Db) -> QueryResult<Vec<SellerRow>> {
    db.load(sql("SELECT id, name, settings FROM sellers ORDER BY id"))
}

/// Adds a seller with default settings.
pub fn insert(tx: &mut Tx, name: &str) -> QueryResult<SellerId> {
    let id = tx.id()?;
    let now = tx.now;
    tx.execute(
        sql("INSERT INTO sellers (id, name, settings, created_at) VALUES (?, ?, '{}', ?)")
            .bind(id)
            .bind(name)
            .bind(now),
    )?;
    Ok(SellerId(id))
}

/// The settings of this reader's seller.
pub fn settings(db: &mut Db) -> Result<SellerSettings, Error> {
    let row =
        db.first::<SellerRow>(sql("SELECT id, name, settings FROM sellers WHERE id = ?").bind(db.seller()))?;
    match row {
        Some(row) => Ok(serde_json::from_str(&row.settings).map_err(anyhow::Error::from)?),
        None => Err(Error::missing("seller", db.seller())),
    }
}

/// Has other writers that lock or share this writer's seller wait until this transaction ends.
pub fn lock(tx: &mut Tx) -> QueryResult<()> {
    held(tx, "FOR UPDATE")
}

/// Has writers that lock this writer's seller wait until this transaction ends; others that share it do not.
pub fn share(tx: &mut Tx) -> QueryResult<()> {
    held(tx, "FOR SHARE")
}

fn held(tx: &mut Tx, how: &str) -> QueryResult<()> {
    let seller = tx.seller();
    let statement = sql(format!("SELECT id, name, settings FROM sellers WHERE id = ? {how}"));
    tx.load::<SellerRow>(statement.bind(seller)).map(drop)
}

/// Replaces the settings of this writer's seller.
pub fn set_settings(tx: &mut Tx, settings: &SellerSettings) -> Result<(), Error> {
    let text = serde_json::to_string(settings).map_err(anyhow::Error::from)?;
    let seller = tx.seller();
    tx.execute(sql("UPDATE sellers SET settings = ? WHERE id = ?").bind(text).bind(seller))?;
    Ok(())
}
