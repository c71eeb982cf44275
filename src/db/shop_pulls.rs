//! How far shops have been read, and what stands in the way.

use std::collections::HashMap;

use anyhow::Context;
use diesel::QueryResult;

use super::column::row;
use super::statement::{Rows, sql};
use super::{Db, One, Tx};
use crate::domain::gap::Gap;
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
        /// When the first reading of the history began, where its next page starts, and how many orders it has read.
        pub history_began_at: Option<UtcTime>,
        pub history_place: String,
        pub history_read: i64,
        /// When the shop's count was last held against ours, and what it has more of: see [`ShopPullRow::gaps`].
        pub gaps_checked_at: Option<UtcTime>,
        pub gaps: String,
    }
}

impl ShopPullRow {
    /// How many orders the first reading of the history has brought, while it is under way.
    pub fn history(&self) -> Option<i64> {
        self.history_began_at.filter(|_| self.changed_since.is_none()).map(|_| self.history_read)
    }

    /// The days of which the shop counts more orders than are here.
    ///
    /// # Errors
    /// When the column holds no such list.
    pub fn gaps(&self) -> anyhow::Result<Vec<Gap>> {
        match self.gaps.as_str() {
            "" => Ok(Vec::new()),
            text => serde_json::from_str(text).context("reading the gaps of a shop"),
        }
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
        history_began_at: Option<UtcTime>,
        history_place: String,
        history_read: i64,
        gaps_checked_at: Option<UtcTime>,
        gaps: String,
    }
}

/// How far every shop has been read that ever was.
pub fn all(db: &mut Db) -> QueryResult<HashMap<ShopId, ShopPullRow>> {
    let text = "SELECT shop_id, changed_since, placed_swept_at, pulled_at, hinted_at, failures, error, \
         history_began_at, history_place, history_read, gaps_checked_at, gaps FROM shop_pulls WHERE seller_id = ?";
    let seller = db.seller();
    let rows: Vec<OfShop> = db.load(sql(text).bind(seller))?;
    let pull = |row: OfShop| {
        let state = ShopPullRow {
            changed_since: row.changed_since,
            placed_swept_at: row.placed_swept_at,
            pulled_at: row.pulled_at,
            hinted_at: row.hinted_at,
            failures: row.failures,
            error: row.error,
            history_began_at: row.history_began_at,
            history_place: row.history_place,
            history_read: row.history_read,
            gaps_checked_at: row.gaps_checked_at,
            gaps: row.gaps,
        };
        (row.shop_id, state)
    };
    Ok(rows.into_iter().map(pull).collect())
}

/// How far a shop has been read; the beginning for one that never was.
pub fn find(db: &mut Db, shop: ShopId) -> QueryResult<ShopPullRow> {
    let text = "SELECT changed_since, placed_swept_at, pulled_at, hinted_at, failures, error, \
         history_began_at, history_place, history_read, gaps_checked_at, gaps FROM shop_pulls \
         WHERE seller_id = ? AND shop_id = ?";
    let seller = db.seller();
    Ok(db.first(sql(text).bind(seller).bind(shop))?.unwrap_or_default())
}

/// Notes that a pull which began at `began` has read everything; `swept` when it read what may change unsaid too.
pub fn note_done(tx: &mut Tx, shop: ShopId, began: UtcTime, swept: bool) -> QueryResult<()> {
    let (seller, now) = (tx.seller(), tx.now);
    let swept = swept.then_some(began);
    let text = "INSERT INTO shop_pulls (seller_id, shop_id, changed_since, placed_swept_at, pulled_at, failures, error, history_began_at) \
         VALUES (?, ?, ?, ?, ?, 0, '', ?) ON CONFLICT (seller_id, shop_id) DO UPDATE SET \
         changed_since = excluded.changed_since, pulled_at = excluded.pulled_at, failures = 0, error = '', history_place = '', \
         placed_swept_at = COALESCE(excluded.placed_swept_at, shop_pulls.placed_swept_at), \
         history_began_at = COALESCE(shop_pulls.history_began_at, excluded.history_began_at)";
    tx.execute(sql(text).bind(seller).bind(shop).bind(began).bind(swept).bind(now).bind(began)).map(drop)
}

/// Notes where the first reading of the history goes on, and how many orders it has read.
pub fn note_history(tx: &mut Tx, shop: ShopId, began: UtcTime, place: &str, read: i64) -> QueryResult<()> {
    let seller = tx.seller();
    let text = "INSERT INTO shop_pulls (seller_id, shop_id, failures, error, history_began_at, history_place, history_read) \
         VALUES (?, ?, 0, '', ?, ?, ?) ON CONFLICT (seller_id, shop_id) DO UPDATE SET \
         history_began_at = excluded.history_began_at, history_place = excluded.history_place, \
         history_read = excluded.history_read";
    tx.execute(sql(text).bind(seller).bind(shop).bind(began).bind(place).bind(read)).map(drop)
}

/// Has the history read from its beginning: its place was one of other keys, or the shop does not know it any more.
pub fn forget_history(tx: &mut Tx, shop: ShopId) -> QueryResult<()> {
    let seller = tx.seller();
    let text = "UPDATE shop_pulls SET history_began_at = NULL, history_place = '', history_read = 0 \
         WHERE seller_id = ? AND shop_id = ? AND changed_since IS NULL";
    tx.execute(sql(text).bind(seller).bind(shop)).map(drop)
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

row! {
    struct OfDay {
        count: i64,
    }
}

/// How many orders of the shop are here of each of these spans of the time of placing, which end before their end.
pub fn placed(db: &mut Db, shop: ShopId, spans: &[(UtcTime, UtcTime)]) -> QueryResult<Vec<i64>> {
    let seller = db.seller();
    let text = "SELECT COUNT(o.id) AS count FROM ? LEFT JOIN orders o ON o.seller_id = ? AND o.shop_id = ? \
         AND o.ordered_at >= span.since AND o.ordered_at < span.until GROUP BY span.since ORDER BY span.since";
    let rows = Rows::new("span")
        .column("since", spans.iter().map(|(since, _)| *since))
        .column("until", spans.iter().map(|(_, until)| *until));
    let days: Vec<OfDay> = db.load(sql(text).rows(rows).bind(seller).bind(shop))?;
    Ok(days.into_iter().map(|day| day.count).collect())
}

/// Keeps the gaps that were found, before they are read again or, with `is_checked`, at the end of a check.
pub fn note_gaps(tx: &mut Tx, shop: ShopId, gaps: &[Gap], is_checked: bool) -> QueryResult<()> {
    let (seller, now) = (tx.seller(), tx.now);
    let gaps = serde_json::json!(gaps).to_string();
    let text = "UPDATE shop_pulls SET gaps = ?, gaps_checked_at = COALESCE(?, gaps_checked_at) \
         WHERE seller_id = ? AND shop_id = ?";
    let checked = is_checked.then_some(now);
    tx.execute(sql(text).bind(gaps).bind(checked).bind(seller).bind(shop)).map(drop)
}
