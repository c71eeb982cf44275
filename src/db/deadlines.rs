//! The clocks of orders, and the alarms that rang. Boards, lists and alarms go by these rows.

use diesel::QueryResult;

use super::column::row;
use super::day_figures::hours_since;
use super::statement::{Rows, sql};
use super::{Db, Tx};
use crate::domain::deadline::{Clock, ClockSource, End, Stage};
use crate::domain::id::{OrderId, ShopId};
use crate::domain::time::UtcTime;

row! {
    /// An order's clock as it stands.
    pub struct DeadlineRow {
        pub order_id: OrderId,
        pub shop_id: ShopId,
        pub due_at: UtcTime,
        pub warn_at: UtcTime,
        pub pack_by: UtcTime,
        pub source: ClockSource,
        pub rule: String,
        pub stage: Stage,
        pub round: i64,
        pub ring_at: Option<UtcTime>,
        pub left_at: Option<UtcTime>,
    }
}

impl DeadlineRow {
    /// The clock alone.
    pub fn clock(&self) -> Clock {
        Clock { due_at: self.due_at, warn_at: self.warn_at, pack_by: self.pack_by, source: self.source }
    }

    /// The stage at a moment, which the stored one may be a minute behind.
    pub fn stage_at(&self, now: UtcTime) -> Stage {
        if self.stage.is_open() { self.clock().stage(End::Open, now) } else { self.stage }
    }
}

const COLUMNS: &str =
    "order_id, shop_id, due_at, warn_at, pack_by, source, rule, stage, round, ring_at, left_at";

/// The clocks of these orders; those that run for none are left out.
pub fn find(db: &mut Db, orders: &[OrderId]) -> QueryResult<Vec<DeadlineRow>> {
    select(db, orders, "")
}

/// The same, locked until the transaction ends, ascending by order.
pub fn lock(tx: &mut Tx, orders: &[OrderId]) -> QueryResult<Vec<DeadlineRow>> {
    select(tx, orders, " FOR UPDATE")
}

fn select(db: &mut Db, orders: &[OrderId], lock: &str) -> QueryResult<Vec<DeadlineRow>> {
    let seller = db.seller();
    let text = format!(
        "SELECT {COLUMNS} FROM deadlines WHERE seller_id = ? AND order_id IN ? ORDER BY order_id{lock}"
    );
    db.load(sql(text).bind(seller).list(orders.iter().copied()))
}

/// Writes clocks, new ones and changed ones, ascending by order.
pub fn write(tx: &mut Tx, clocks: &[DeadlineRow]) -> QueryResult<()> {
    if clocks.is_empty() {
        return Ok(());
    }
    let seller = tx.seller();
    let rows = Rows::new("new")
        .column("order_id", clocks.iter().map(|clock| clock.order_id))
        .column("shop_id", clocks.iter().map(|clock| clock.shop_id))
        .column("due_at", clocks.iter().map(|clock| clock.due_at))
        .column("warn_at", clocks.iter().map(|clock| clock.warn_at))
        .column("pack_by", clocks.iter().map(|clock| clock.pack_by))
        .column("source", clocks.iter().map(|clock| clock.source))
        .column("rule", clocks.iter().map(|clock| &clock.rule))
        .column("stage", clocks.iter().map(|clock| clock.stage))
        .column("is_open", clocks.iter().map(|clock| clock.stage.is_open()))
        .column("round", clocks.iter().map(|clock| clock.round))
        .column("ring_at", clocks.iter().map(|clock| clock.ring_at))
        .column("left_at", clocks.iter().map(|clock| clock.left_at));
    tx.execute(
        sql("INSERT INTO deadlines (seller_id, order_id, shop_id, due_at, warn_at, pack_by, source, rule, stage, \
             is_open, round, ring_at, left_at) \
             SELECT ?, new.order_id, new.shop_id, new.due_at, new.warn_at, new.pack_by, new.source, new.rule, \
             new.stage, new.is_open, new.round, new.ring_at, new.left_at FROM ? WHERE true \
             ON CONFLICT (seller_id, order_id) DO UPDATE SET due_at = excluded.due_at, warn_at = excluded.warn_at, \
             pack_by = excluded.pack_by, source = excluded.source, rule = excluded.rule, stage = excluded.stage, \
             is_open = excluded.is_open, round = excluded.round, ring_at = excluded.ring_at, \
             left_at = excluded.left_at")
        .bind(seller)
        .rows(rows),
    )
    .map(drop)
}

/// Takes away the clocks of orders for which none runs any more: the payment was taken back.
pub fn remove(tx: &mut Tx, orders: &[OrderId]) -> QueryResult<()> {
    if orders.is_empty() {
        return Ok(());
    }
    let seller = tx.seller();
    let statement = sql("DELETE FROM deadlines WHERE seller_id = ? AND order_id IN ?");
    tx.execute(statement.bind(seller).list(orders.iter().copied())).map(drop)
}

row! {
    /// How an order's parcels stand.
    pub struct LeavingRow {
        pub order_id: OrderId,
        /// Parcels that have not left.
        pub open: i64,
        /// When the last of the others left.
        pub left_at: Option<UtcTime>,
    }
}

/// How the parcels of these orders stand.
pub fn leaving(db: &mut Db, orders: &[OrderId]) -> QueryResult<Vec<LeavingRow>> {
    let seller = db.seller();
    db.load(
        sql("SELECT so.order_id, \
             CAST(SUM(CASE WHEN s.state IN ('blocked', 'ready', 'numbered', 'printed') THEN 1 ELSE 0 END) AS BIGINT) \
             AS open, MAX(s.shipped_at) AS left_at FROM shipment_orders so \
             JOIN shipments s ON s.seller_id = so.seller_id AND s.id = so.shipment_id \
             WHERE so.seller_id = ? AND so.order_id IN ? AND so.left_at IS NULL GROUP BY so.order_id")
        .bind(seller)
        .list(orders.iter().copied()),
    )
}

/// Open clocks that ring by now, locked; those another worker looks at are left to it.
pub fn due_to_ring(tx: &mut Tx, limit: usize) -> QueryResult<Vec<DeadlineRow>> {
    let (seller, now) = (tx.seller(), tx.now);
    let text = format!(
        "SELECT {COLUMNS} FROM deadlines WHERE seller_id = ? AND ring_at <= ? ORDER BY ring_at, order_id LIMIT ? \
         FOR UPDATE SKIP LOCKED"
    );
    tx.load(sql(text).bind(seller).bind(now).bind(limit))
}

row! {
    /// An alarm that rings now, for the first time.
    pub struct AlarmRow {
        pub order_id: OrderId,
        pub stage: Stage,
    }
}

/// Writes alarms of these clocks in these stages; answers those that had not rung before.
pub fn ring(tx: &mut Tx, alarms: &[(OrderId, Stage, i64)]) -> QueryResult<Vec<AlarmRow>> {
    if alarms.is_empty() {
        return Ok(Vec::new());
    }
    let (seller, now) = (tx.seller(), tx.now);
    let rows = Rows::new("new")
        .column("order_id", alarms.iter().map(|alarm| alarm.0))
        .column("stage", alarms.iter().map(|alarm| alarm.1))
        .column("round", alarms.iter().map(|alarm| alarm.2));
    tx.load(
        sql("INSERT INTO deadline_alarms (seller_id, order_id, stage, round, at) \
             SELECT ?, new.order_id, new.stage, new.round, ? FROM ? WHERE true \
             ON CONFLICT (seller_id, order_id, stage, round) DO NOTHING RETURNING order_id, stage")
        .bind(seller)
        .bind(now)
        .rows(rows),
    )
}

row! {
    struct Id {
        order_id: OrderId,
    }
}

/// Orders whose open clock was made by another rule than their shop has, at most `limit`.
pub fn made_otherwise(db: &mut Db, rules: &[(ShopId, &str)], limit: usize) -> QueryResult<Vec<OrderId>> {
    let seller = db.seller();
    let rows = || {
        Rows::new("now")
            .column("shop_id", rules.iter().map(|rule| rule.0))
            .column("rule", rules.iter().map(|rule| rule.1))
    };
    // Two ranges of the index instead of one walk over every open clock.
    let range = |order: &str| {
        format!(
            "SELECT * FROM (SELECT d.order_id FROM ? JOIN deadlines d ON d.shop_id = now.shop_id \
             AND d.rule {order} now.rule WHERE d.seller_id = ? AND d.is_open LIMIT ?) AS d_{}",
            if order == "<" { "below" } else { "above" }
        )
    };
    let statement = sql(range("<")).rows(rows()).bind(seller).bind(limit);
    let other = sql(range(">")).rows(rows()).bind(seller).bind(limit);
    let found = db.load::<Id>(statement.push(" UNION ALL ").append(other).push(" LIMIT ?").bind(limit))?;
    Ok(found.into_iter().map(|row| row.order_id).collect())
}

row! {
    /// How many orders of a shop are due in an hour, the first being 0.
    pub struct HourRow {
        pub shop_id: ShopId,
        pub hour: i64,
        pub count: i64,
    }
}

/// Open orders due after now and before a moment, by shop and hour since `began`.
pub fn by_hour(db: &mut Db, began: UtcTime, before: UtcTime) -> QueryResult<Vec<HourRow>> {
    let (seller, now) = (db.seller(), db.now());
    let text = format!(
        "SELECT shop_id, hour, COUNT(*) AS count FROM (SELECT shop_id, {} AS hour FROM deadlines \
         WHERE seller_id = ? AND is_open AND due_at > ? AND due_at < ?) AS due GROUP BY shop_id, hour \
         ORDER BY hour, shop_id",
        hours_since(db, "due_at")
    );
    db.load(sql(text).bind(began).bind(seller).bind(now).bind(before))
}

row! {
    /// How a shop's open orders stand.
    pub struct ShopRow {
        pub shop_id: ShopId,
        pub open: i64,
        pub overdue: i64,
        pub near: i64,
        pub later: i64,
    }
}

/// How the open orders of each shop that has any stand; `later` counts those due at or after a moment.
pub fn by_shop(db: &mut Db, later: UtcTime) -> QueryResult<Vec<ShopRow>> {
    let (seller, now) = (db.seller(), db.now());
    let count = |test: &str| format!("CAST(SUM(CASE WHEN {test} THEN 1 ELSE 0 END) AS BIGINT)");
    let text = format!(
        "SELECT shop_id, COUNT(*) AS open, {} AS overdue, {} AS near, {} AS later FROM deadlines \
         WHERE seller_id = ? AND is_open GROUP BY shop_id ORDER BY shop_id",
        count("due_at <= ?"),
        count("due_at > ? AND warn_at <= ?"),
        count("due_at >= ?")
    );
    db.load(sql(text).bind(now).bind(now).bind(now).bind(later).bind(seller))
}

row! {
    /// How many open orders are for one packing cut-off.
    pub struct PackingRow {
        pub pack_by: UtcTime,
        pub count: i64,
    }
}

/// Open orders by the packing cut-off for which they are, those cut-offs that lie ahead.
pub fn by_packing(db: &mut Db, limit: usize) -> QueryResult<Vec<PackingRow>> {
    let (seller, now) = (db.seller(), db.now());
    db.load(
        sql("SELECT pack_by, COUNT(*) AS count FROM deadlines WHERE seller_id = ? AND is_open AND pack_by > ? \
             GROUP BY pack_by ORDER BY pack_by LIMIT ?")
        .bind(seller)
        .bind(now)
        .bind(limit),
    )
}

/// Open orders whose packing cut-off has passed.
pub fn packing_missed(db: &mut Db) -> QueryResult<i64> {
    let (seller, now) = (db.seller(), db.now());
    let text = "SELECT COUNT(*) AS one FROM deadlines WHERE seller_id = ? AND is_open AND pack_by <= ?";
    db.number(sql(text).bind(seller).bind(now))
}
