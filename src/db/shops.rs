//! Shops: where orders come from and numbers go back to.

use diesel::QueryResult;

use super::column::row;
use super::statement::sql;
use super::{Db, Tx};
use crate::domain::error::Error;
use crate::domain::id::{SellerId, ShopId};
use crate::domain::platform::Platform;
use crate::domain::shop::ShopSettings;
use crate::domain::time::UtcTime;

row! {
    /// A shop without its credentials.
    pub struct ShopRow {
        pub id: ShopId,
        pub platform: Platform,
        pub name: String,
        pub settings: String,
        pub created_at: UtcTime,
        pub last_intake_at: Option<UtcTime>,
        pub last_order_at: Option<UtcTime>,
        /// All keys that its platform needs are there.
        pub is_linked: bool,
    }
}

impl ShopRow {
    /// The shop's settings with defaults for what it leaves out.
    pub fn settings(&self) -> Result<ShopSettings, Error> {
        Ok(serde_json::from_str(&self.settings).map_err(anyhow::Error::from)?)
    }
}

const COLUMNS: &str = "id, platform, name, settings, created_at, last_intake_at, last_order_at, is_linked";

/// All shops of the seller, in the order they were added.
pub fn all(db: &mut Db) -> QueryResult<Vec<ShopRow>> {
    let seller = db.seller();
    db.load(sql(format!("SELECT {COLUMNS} FROM shops WHERE seller_id = ? ORDER BY id")).bind(seller))
}

row! {
    /// A shop of any seller, as far as it says whether its platform can be asked.
    pub struct AnyShopRow {
        pub seller_id: SellerId,
        pub id: ShopId,
        pub platform: Platform,
        settings: String,
        pub is_linked: bool,
    }
}

impl AnyShopRow {
    /// As [`ShopRow::settings`].
    pub fn settings(&self) -> Result<ShopSettings, Error> {
        Ok(serde_json::from_str(&self.settings).map_err(anyhow::Error::from)?)
    }
}

/// The shops of all sellers, for work that goes round them all.
pub fn of_all_sellers(db: &mut Db) -> QueryResult<Vec<AnyShopRow>> {
    db.load(sql("SELECT seller_id, id, platform, settings, is_linked FROM shops ORDER BY seller_id, id"))
}

/// One shop.
pub fn find(db: &mut Db, shop: ShopId) -> Result<ShopRow, Error> {
    let seller = db.seller();
    let statement = sql(format!("SELECT {COLUMNS} FROM shops WHERE seller_id = ? AND id = ?"));
    db.first(statement.bind(seller).bind(shop))?.ok_or_else(|| Error::missing("shop", shop))
}

row! {
    struct Whose {
        seller_id: SellerId,
        platform: Platform,
    }
}

/// Whose shop this is and on which platform, of any seller: a webhook names nothing but the shop.
pub fn anybodys(db: &mut Db, shop: ShopId) -> QueryResult<Option<(SellerId, Platform)>> {
    let row: Option<Whose> =
        db.first(sql("SELECT seller_id, platform FROM shops WHERE id = ?").bind(shop))?;
    Ok(row.map(|row| (row.seller_id, row.platform)))
}

/// The shop of this name.
pub fn by_name(db: &mut Db, name: &str) -> QueryResult<Option<ShopRow>> {
    let seller = db.seller();
    let statement = sql(format!("SELECT {COLUMNS} FROM shops WHERE seller_id = ? AND name = ?"));
    db.first(statement.bind(seller).bind(name))
}

/// Adds a shop, without any keys.
pub fn insert(tx: &mut Tx, platform: Platform, name: &str, settings: &ShopSettings) -> Result<ShopId, Error> {
    let id = tx.id()?;
    let (seller, now) = (tx.seller(), tx.now);
    tx.execute(
        sql("INSERT INTO shops (seller_id, id, platform, name, settings, credentials, created_at) \
             VALUES (?, ?, ?, ?, ?, '', ?)")
        .bind(seller)
        .bind(id)
        .bind(platform)
        .bind(name)
        .bind(serde_json::to_string(settings).map_err(anyhow::Error::from)?)
        .bind(now),
    )?;
    Ok(ShopId(id))
}

/// Notes that orders came in, the newest of them changed at `newest` by the platform's clock.
pub fn note_intake(tx: &mut Tx, shop: ShopId, newest: Option<UtcTime>) -> QueryResult<()> {
    let (seller, now) = (tx.seller(), tx.now);
    tx.execute(
        sql("UPDATE shops SET last_intake_at = ?, \
             last_order_at = CASE WHEN last_order_at IS NULL OR last_order_at < ? THEN ? ELSE last_order_at END \
             WHERE seller_id = ? AND id = ?")
        .bind(now)
        .bind(newest)
        .bind(newest)
        .bind(seller)
        .bind(shop),
    )
    .map(drop)
}

/// The shops after `after`, in the order they were added.
pub fn page(db: &mut Db, after: Option<i64>, limit: usize) -> QueryResult<Vec<ShopRow>> {
    let seller = db.seller();
    let statement =
        sql(format!("SELECT {COLUMNS} FROM shops WHERE seller_id = ? AND id > ? ORDER BY id LIMIT ?"));
    db.load(statement.bind(seller).bind(after.unwrap_or(0)).bind(limit))
}

/// Replaces a shop's name and settings.
pub fn update(tx: &mut Tx, shop: ShopId, name: &str, settings: &ShopSettings) -> Result<(), Error> {
    let text = serde_json::to_string(settings).map_err(anyhow::Error::from)?;
    let seller = tx.seller();
    let changed = tx.execute(
        sql("UPDATE shops SET name = ?, settings = ? WHERE seller_id = ? AND id = ?")
            .bind(name)
            .bind(text)
            .bind(seller)
            .bind(shop),
    )?;
    if changed == 0 { Err(Error::missing("shop", shop)) } else { Ok(()) }
}

/// Replaces a shop's credentials, sealed already or empty, and notes whether they are all its platform needs.
pub fn set_credentials(tx: &mut Tx, shop: ShopId, credentials: &str, is_linked: bool) -> QueryResult<()> {
    let seller = tx.seller();
    let statement = sql("UPDATE shops SET credentials = ?, is_linked = ? WHERE seller_id = ? AND id = ?");
    tx.execute(statement.bind(credentials).bind(is_linked).bind(seller).bind(shop)).map(drop)
}

row! {
    struct Sealed {
        credentials: String,
    }
}

/// A shop's credentials, sealed, or empty.
pub fn credentials(db: &mut Db, shop: ShopId) -> Result<String, Error> {
    let seller = db.seller();
    let statement =
        sql("SELECT credentials FROM shops WHERE seller_id = ? AND id = ?").bind(seller).bind(shop);
    let row: Option<Sealed> = db.first(statement)?;
    row.map(|row| row.credentials).ok_or_else(|| Error::missing("shop", shop))
}
