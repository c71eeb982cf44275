//! Figures of a day by hour: what came in, what stood in the queue, what left.

use diesel::QueryResult;

use super::column::row;
use super::statement::sql;
use super::{Db, Tx};
use crate::domain::id::ShopId;
use crate::domain::time::UtcTime;

row! {
    /// How many orders of a shop were placed in an hour of the day, the first being 0.
    pub struct HourOfShop {
        pub shop_id: ShopId,
        pub hour: i64,
        pub count: i64,
    }
}

row! {
    /// How many parcels left in an hour of the day.
    pub struct Hour {
        pub hour: i64,
        pub count: i64,
    }
}

row! {
    /// How many shipments stood in each open state at a moment.
    pub struct Sample {
        pub at: UtcTime,
        pub blocked: i64,
        pub ready: i64,
        pub numbered: i64,
        pub printed: i64,
    }
}

/// Whole hours of a column since a moment that is bound before everything else.
pub(super) fn hours_since(db: &Db, column: &str) -> String {
    match db.is_postgres() {
        true => {
            format!("CAST(FLOOR(EXTRACT(EPOCH FROM ({column} - CAST(? AS TIMESTAMP))) / 3600) AS BIGINT)")
        }
        false => format!("CAST((strftime('%s', {column}) - strftime('%s', ?)) / 3600 AS INTEGER)"),
    }
}

/// Orders placed in the day that began then, by hour and shop.
pub fn ordered(db: &mut Db, began: UtcTime) -> QueryResult<Vec<HourOfShop>> {
    let text = format!(
        "SELECT shop_id, hour, COUNT(*) AS count FROM (SELECT shop_id, {} AS hour FROM orders \
         WHERE seller_id = ? AND ordered_at >= ? AND ordered_at < ?) AS placed GROUP BY shop_id, hour",
        hours_since(db, "ordered_at")
    );
    let seller = db.seller();
    db.load(sql(text).bind(began).bind(seller).bind(began).bind(began.plus(chrono::Duration::hours(24))))
}

/// Parcels that left in the day that began then, by hour.
pub fn left(db: &mut Db, began: UtcTime) -> QueryResult<Vec<Hour>> {
    let text = format!(
        "SELECT hour, COUNT(*) AS count FROM (SELECT {} AS hour FROM shipments \
         WHERE seller_id = ? AND shipped_at >= ? AND shipped_at < ?) AS gone GROUP BY hour",
        hours_since(db, "shipped_at")
    );
    let seller = db.seller();
    db.load(sql(text).bind(began).bind(seller).bind(began).bind(began.plus(chrono::Duration::hours(24))))
}

/// Samples of the day that began then, in their order.
pub fn samples(db: &mut Db, began: UtcTime) -> QueryResult<Vec<Sample>> {
    let text = "SELECT at, blocked, ready, numbered, printed FROM queue_samples \
         WHERE seller_id = ? AND at >= ? AND at < ? ORDER BY at";
    let seller = db.seller();
    db.load(sql(text).bind(seller).bind(began).bind(began.plus(chrono::Duration::hours(24))))
}

/// Takes a sample, unless there is one since `last`; forgets those before `kept`.
pub fn take_sample(tx: &mut Tx, last: UtcTime, kept: UtcTime) -> QueryResult<()> {
    let (seller, now) = (tx.seller(), tx.now);
    let state = |state: &str| format!("COALESCE(SUM(CASE WHEN state = '{state}' THEN 1 ELSE 0 END), 0)");
    let text = format!(
        "INSERT INTO queue_samples (seller_id, at, blocked, ready, numbered, printed) \
         SELECT ?, ?, {}, {}, {}, {} FROM shipments WHERE seller_id = ? \
         AND state IN ('blocked', 'ready', 'numbered', 'printed') \
         AND NOT EXISTS (SELECT 1 FROM queue_samples WHERE seller_id = ? AND at > ?) \
         HAVING NOT EXISTS (SELECT 1 FROM queue_samples WHERE seller_id = ? AND at > ?) \
         ON CONFLICT (seller_id, at) DO NOTHING",
        state("blocked"),
        state("ready"),
        state("numbered"),
        state("printed")
    );
    let fresh = sql(text).bind(seller).bind(now).bind(seller).bind(seller).bind(last).bind(seller).bind(last);
    tx.execute(fresh)?;
    let old = sql("DELETE FROM queue_samples WHERE seller_id = ? AND at < ?");
    tx.execute(old.bind(seller).bind(kept)).map(drop)
}
