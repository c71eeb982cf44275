//! How far shops have been read, and what stands in the way.

use std::collections::HashMap;

use diesel::QueryResult;

use super::column::row;
use super::statement::sql;
use super::{Db, One, Tx};
use crate::domain::id::ShopId;
use crate::domain::time::UtcTime;

row! {
    /// How far a shop has been read.
    #[derive(Default)]
    pub struct ShopPullRow {
        pub changed_since: Option<UtcTime>,
        pub placed_swept_at: Option<UtcTime>,
        pub pulled_at: Option<UtcTime>,
        pub hinted_at: Option<UtcTime>,
        pub failures: i64,
        pub error: String,
    }
}

row! {
    struct Moment {
        at: Option<UtcTime>,
    }
}

row! {
    struct OfShop {
        shop_id: ShopId,
        changed_since: Option<UtcTime>,
        placed_swept_at: Option<UtcTime>,
        pulled_at: Option<UtcTime>,
        hinted_at: Option<UtcTime>,
        failures: i64,
        error: String,
    }
}

/// How far every shop has been read that ever was.
pub fn all(db: &mut Db) -> QueryResult<HashMap<ShopId, ShopPullRow>> {
    let text = "SELECT shop_id, changed_since, placed_swept_at, pulled_at, hinted_at, failures, error FROM shop_pulls \
         WHERE seller_id = ?";
    let seller = db.seller();
    let rows: Vec<OfShop> = db.load(sql(text).bind(seller))?;
    let pull = |row: OfShop| {
        let OfShop { shop_id, changed_since, placed_swept_at, pulled_at, hinted_at, failures, error } = row;
        (shop_id, ShopPullRow { changed_since, placed_swept_at, pulled_at, hinted_at, failures, error })
    };
    Ok(rows.into_iter().map(pull).collect())
}

/// How far a shop has been read; the beginning for one that never was.
pub fn find(db: &mut Db, shop: ShopId) -> QueryResult<ShopPullRow> {
    let text = "SELECT changed_since, placed_swept_at, pulled_at, hinted_at, failures, error FROM shop_pulls \
         WHERE seller_id = ? AND shop_id = ?";
    let seller = db.seller();
    Ok(db.first(sql(text).bind(seller).bind(shop))?.unwrap_or_default())
}

/// Notes that a pull which began at `began` has read everything; `swept` when it read what may change unsaid too.
pub fn note_done(tx: &mut Tx, shop: ShopId, began: UtcTime, swept: bool) -> QueryResult<()> {
    let (seller, now) = (tx.seller(), tx.now);
    let swept = swept.then_some(began);
    let text = "INSERT INTO shop_pulls (seller_id, shop_id, changed_since, placed_swept_at, pulled_at, failures, error) \
         VALUES (?, ?, ?, ?, ?, 0, '') ON CONFLICT (seller_id, shop_id) DO UPDATE SET \
         changed_since = excluded.changed_since, pulled_at = excluded.pulled_at, failures = 0, error = '', \
         placed_swept_at = COALESCE(excluded.placed_swept_at, shop_pulls.placed_swept_at)";
    tx.execute(sql(text).bind(seller).bind(shop).bind(began).bind(swept).bind(now)).map(drop)
}

/// Notes that the shop has said by itself that something changed.
pub fn note_hint(tx: &mut Tx, shop: ShopId) -> QueryResult<()> {
    let (seller, now) = (tx.seller(), tx.now);
    let text = "INSERT INTO shop_pulls (seller_id, shop_id, failures, error, hinted_at) VALUES (?, ?, 0, '', ?) \
         ON CONFLICT (seller_id, shop_id) DO UPDATE SET hinted_at = excluded.hinted_at";
    tx.execute(sql(text).bind(seller).bind(shop).bind(now)).map(drop)
}

/// Notes that a pull came to nothing; answers how many in a row have.
pub fn note_failed(tx: &mut Tx, shop: ShopId, error: &str) -> QueryResult<i64> {
    let seller = tx.seller();
    let text = "INSERT INTO shop_pulls (seller_id, shop_id, failures, error) VALUES (?, ?, 1, ?) \
         ON CONFLICT (seller_id, shop_id) DO UPDATE SET failures = shop_pulls.failures + 1, error = excluded.error \
         RETURNING failures AS one";
    Ok(tx.first::<One>(sql(text).bind(seller).bind(shop).bind(error))?.map_or(0, |row| row.one))
}

/// When the oldest order of the shop was placed that may still change: neither done nor called off there.
pub fn oldest_open(db: &mut Db, shop: ShopId) -> QueryResult<Option<UtcTime>> {
    let seller = db.seller();
    let text = "SELECT MIN(ordered_at) AS at FROM orders WHERE seller_id = ? AND shop_id = ? \
         AND state <> 'shipped' AND state <> 'completed' AND state <> 'cancelled'";
    Ok(db.first::<Moment>(sql(text).bind(seller).bind(shop))?.and_then(|row| row.at))
}
