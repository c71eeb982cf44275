//! Write-backs: what each shop has to be told, and what it answered.

use diesel::QueryResult;

use super::column::row;
use super::statement::{Rows, sql};
use super::{Db, Tx};
use crate::domain::id::{OrderId, ShipmentId, ShopId, WriteBackId};
use crate::domain::platform::Platform;
use crate::domain::time::UtcTime;
use crate::domain::write_back::WriteBackState;

row! {
    /// A write-back with the order it is about.
    pub struct WriteBackRow {
        pub id: WriteBackId,
        pub shop_id: ShopId,
        pub platform: Platform,
        pub order_id: OrderId,
        /// The platform's number of the order.
        pub order_number: String,
        pub shipment_id: ShipmentId,
        pub carrier: String,
        pub number: String,
        /// JSON list of the lines that left.
        pub lines: String,
        pub state: WriteBackState,
        pub tries: i64,
        pub next_try_at: Option<UtcTime>,
        pub reply: String,
        pub created_at: UtcTime,
        pub settled_by: Option<String>,
        pub settled_at: Option<UtcTime>,
        pub shipped_at: Option<UtcTime>,
    }
}

const SELECT: &str = "SELECT w.id, w.shop_id, h.platform, w.order_id, o.number AS order_number, w.shipment_id, w.carrier, w.number, \
    w.lines, w.state, w.tries, w.next_try_at, w.reply, w.created_at, w.settled_by, w.settled_at, s.shipped_at \
    FROM write_backs w \
    JOIN shops h ON h.seller_id = w.seller_id AND h.id = w.shop_id \
    JOIN orders o ON o.seller_id = w.seller_id AND o.id = w.order_id \
    JOIN shipments s ON s.seller_id = w.seller_id AND s.id = w.shipment_id WHERE w.seller_id = ?";

/// Which write-backs are meant.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter {
    pub state: Option<WriteBackState>,
    pub shop: Option<ShopId>,
    pub order: Option<OrderId>,
    pub shipment: Option<ShipmentId>,
}

/// Write-backs behind `after`, oldest first.
pub fn list(
    db: &mut Db,
    filter: Filter,
    after: Option<WriteBackId>,
    limit: usize,
) -> QueryResult<Vec<WriteBackRow>> {
    let mut statement =
        sql(SELECT).bind(db.seller()).push(" AND w.id > ?").bind(after.map_or(i64::MIN, |id| id.0));
    if let Some(state) = filter.state {
        statement = statement.push(" AND w.state = ?").bind(state);
    }
    if let Some(shop) = filter.shop {
        statement = statement.push(" AND w.shop_id = ?").bind(shop);
    }
    if let Some(order) = filter.order {
        statement = statement.push(" AND w.order_id = ?").bind(order);
    }
    if let Some(shipment) = filter.shipment {
        statement = statement.push(" AND w.shipment_id = ?").bind(shipment);
    }
    db.load(statement.push(" ORDER BY w.id LIMIT ?").bind(limit))
}

/// All write-backs of these orders, oldest first.
pub fn of_orders(db: &mut Db, orders: &[OrderId]) -> QueryResult<Vec<WriteBackRow>> {
    let statement =
        sql(SELECT).bind(db.seller()).push(" AND w.order_id IN ? ORDER BY w.id").list(orders.iter().copied());
    db.load(statement)
}

/// Write-backs by id, ascending.
pub fn find(db: &mut Db, ids: &[WriteBackId]) -> QueryResult<Vec<WriteBackRow>> {
    let statement =
        sql(SELECT).bind(db.seller()).push(" AND w.id IN ? ORDER BY w.id").list(ids.iter().copied());
    db.load(statement)
}

row! {
    struct Locked {
        id: WriteBackId,
    }
}

/// The same, locked until the transaction ends.
pub fn lock(tx: &mut Tx, ids: &[WriteBackId]) -> QueryResult<Vec<WriteBackRow>> {
    let statement = sql("SELECT id FROM write_backs WHERE seller_id = ? AND id IN ? ORDER BY id FOR UPDATE")
        .bind(tx.seller())
        .list(ids.iter().copied());
    let locked: Vec<WriteBackId> = tx.load::<Locked>(statement)?.into_iter().map(|row| row.id).collect();
    find(tx, &locked)
}

row! {
    /// A write-back that waits, and for which shop.
    pub struct WaitingRow {
        pub id: WriteBackId,
        pub shop_id: ShopId,
    }
}

row! {
    /// How much a shop waits to be told.
    pub struct WaitingShopRow {
        pub shop_id: ShopId,
        pub waiting: i64,
    }
}

/// The shops that wait to be told something.
pub fn waiting_by_shop(db: &mut Db) -> QueryResult<Vec<WaitingShopRow>> {
    let text = "SELECT shop_id, COUNT(*) AS waiting FROM write_backs \
         WHERE seller_id = ? AND state = 'waiting' GROUP BY shop_id ORDER BY shop_id";
    let seller = db.seller();
    db.load(sql(text).bind(seller))
}

/// The waiting write-backs of these shipments to these shops.
pub fn waiting(db: &mut Db, shipments: &[ShipmentId], shops: &[ShopId]) -> QueryResult<Vec<WaitingRow>> {
    let statement = sql("SELECT id, shop_id FROM write_backs WHERE seller_id = ? AND shipment_id IN ? \
         AND shop_id IN ? AND state = 'waiting' ORDER BY id");
    let seller = db.seller();
    db.load(statement.bind(seller).list(shipments.iter().copied()).list(shops.iter().copied()))
}

/// Waiting write-backs of these shops behind `after` whose next try is due.
pub fn due(
    db: &mut Db,
    shops: &[ShopId],
    now: UtcTime,
    after: Option<WriteBackId>,
    limit: usize,
) -> QueryResult<Vec<WaitingRow>> {
    let statement = sql("SELECT id, shop_id FROM write_backs WHERE seller_id = ? AND shop_id IN ? \
         AND state = 'waiting' AND next_try_at <= ? AND id > ? ORDER BY id LIMIT ?");
    let seller = db.seller();
    let after = after.map_or(i64::MIN, |id| id.0);
    db.load(statement.bind(seller).list(shops.iter().copied()).bind(now).bind(after).bind(limit))
}

/// How many pieces of this order stand in parcels that have still to leave.
pub fn pieces_left(db: &mut Db, order: OrderId) -> QueryResult<i64> {
    let text = "SELECT COALESCE(CAST(SUM(sl.quantity) AS BIGINT), 0) AS one FROM shipment_lines sl \
         JOIN shipments s ON s.seller_id = sl.seller_id AND s.id = sl.shipment_id \
         WHERE sl.seller_id = ? AND sl.order_id = ? AND s.shipped_at IS NULL AND s.cancelled_at IS NULL";
    let seller = db.seller();
    db.number(sql(text).bind(seller).bind(order))
}

row! {
    struct Number {
        number: String,
    }
}

/// The numbers of the order's other write-backs: what its shop knows or will know.
pub fn other_numbers(db: &mut Db, order: OrderId, own: WriteBackId) -> QueryResult<Vec<String>> {
    let text = "SELECT DISTINCT number FROM write_backs WHERE seller_id = ? AND order_id = ? AND id <> ?";
    let seller = db.seller();
    let rows: Vec<Number> = db.load(sql(text).bind(seller).bind(order).bind(own))?;
    Ok(rows.into_iter().map(|row| row.number).collect())
}

/// Notes why the shop could not be told yet and when it is tried again.
pub fn set_delayed(tx: &mut Tx, id: WriteBackId, why: &str, next_try_at: UtcTime) -> QueryResult<()> {
    let text = "UPDATE write_backs SET reply = ?, tries = tries + 1, next_try_at = ? \
         WHERE seller_id = ? AND id = ? AND state = 'waiting'";
    let seller = tx.seller();
    tx.execute(sql(text).bind(why).bind(next_try_at).bind(seller).bind(id)).map(drop)
}

/// Makes the next try of everything a shop waits to be told due now.
pub fn set_due(tx: &mut Tx, shop: ShopId) -> QueryResult<()> {
    let text =
        "UPDATE write_backs SET next_try_at = ? WHERE seller_id = ? AND shop_id = ? AND state = 'waiting'";
    let (seller, now) = (tx.seller(), tx.now);
    tx.execute(sql(text).bind(now).bind(seller).bind(shop)).map(drop)
}

/// A shop about to be told.
#[derive(Debug, Clone)]
pub struct NewWriteBack {
    pub shop: ShopId,
    pub order: OrderId,
    pub shipment: ShipmentId,
    pub carrier: String,
    pub number: String,
    /// JSON list of the lines that left.
    pub lines: String,
    /// Why the shop cannot be told; `None` when it can.
    pub unsupported: Option<String>,
}

/// Adds write-backs, waiting or unsupported; one that is there already stays as it is. Answers how many are new.
pub fn insert(tx: &mut Tx, new: &[NewWriteBack]) -> QueryResult<usize> {
    if new.is_empty() {
        return Ok(0);
    }
    let ids: Vec<i64> = tx.ids(new.len())?.collect();
    let now = tx.now;
    let state_of = |new: &NewWriteBack| match new.unsupported {
        None => WriteBackState::Waiting,
        Some(_) => WriteBackState::Unsupported,
    };
    let rows = Rows::new("new")
        .column("id", ids)
        .column("shop_id", new.iter().map(|w| w.shop))
        .column("order_id", new.iter().map(|w| w.order))
        .column("shipment_id", new.iter().map(|w| w.shipment))
        .column("carrier", new.iter().map(|w| &w.carrier))
        .column("number", new.iter().map(|w| &w.number))
        .column("lines", new.iter().map(|w| &w.lines))
        .column("state", new.iter().map(state_of))
        .column("next_try_at", new.iter().map(|w| w.unsupported.is_none().then_some(now)))
        .column("reply", new.iter().map(|w| w.unsupported.as_deref().unwrap_or_default()));
    let statement = sql(
        "INSERT INTO write_backs (seller_id, id, shop_id, order_id, shipment_id, carrier, number, lines, \
         state, tries, next_try_at, reply, created_at) \
         SELECT ?, new.id, new.shop_id, new.order_id, new.shipment_id, new.carrier, new.number, new.lines, \
         new.state, 0, new.next_try_at, new.reply, ? FROM ? WHERE true \
         ON CONFLICT (seller_id, order_id, shipment_id, number) DO NOTHING",
    )
    .bind(tx.seller())
    .bind(now)
    .rows(rows);
    tx.execute(statement)
}

/// Queues write-backs to be told again.
pub fn set_waiting(tx: &mut Tx, ids: &[WriteBackId]) -> QueryResult<()> {
    let statement = sql("UPDATE write_backs SET state = 'waiting', next_try_at = ?, settled_by = NULL, \
         settled_at = NULL WHERE seller_id = ? AND id IN ?")
    .bind(tx.now)
    .bind(tx.seller())
    .list(ids.iter().copied());
    tx.execute(statement).map(drop)
}

/// Notes what came of telling the shop, with its answer as the proof.
pub fn set_outcome(tx: &mut Tx, ids: &[WriteBackId], state: WriteBackState, reply: &str) -> QueryResult<()> {
    let statement =
        sql("UPDATE write_backs SET state = ?, reply = ?, tries = tries + 1, next_try_at = NULL, \
         settled_by = ?, settled_at = ? WHERE seller_id = ? AND id IN ?")
        .bind(state)
        .bind(reply)
        .bind(&tx.actor.name)
        .bind(tx.now)
        .bind(tx.seller())
        .list(ids.iter().copied());
    tx.execute(statement).map(drop)
}

row! {
    /// How many write-backs of a shipment there are.
    pub struct CountRow {
        pub shipment_id: ShipmentId,
        pub one: i64,
    }
}

/// How many shops' orders have to be told about each of these shipments.
pub fn counts(db: &mut Db, shipments: &[ShipmentId]) -> QueryResult<Vec<CountRow>> {
    let statement = sql("SELECT shipment_id, COUNT(*) AS one FROM write_backs \
         WHERE seller_id = ? AND shipment_id IN ? GROUP BY shipment_id")
    .bind(db.seller())
    .list(shipments.iter().copied());
    db.load(statement)
}

row! {
    /// Pieces of a line in a shipment, with the order's shop. An order without pieces has one row
    /// without a line.
    pub struct LeavingLine {
        pub shipment_id: ShipmentId,
        pub order_id: OrderId,
        pub shop_id: ShopId,
        pub line: Option<String>,
        pub quantity: Option<i64>,
    }
}

/// The orders of these shipments with the lines that leave, order by order.
pub fn leaving(db: &mut Db, shipments: &[ShipmentId]) -> QueryResult<Vec<LeavingLine>> {
    let statement = sql("SELECT so.shipment_id, so.order_id, so.shop_id, l.number AS line, sl.quantity \
         FROM shipment_orders so \
         LEFT JOIN shipment_lines sl ON sl.seller_id = so.seller_id AND sl.shipment_id = so.shipment_id \
         AND sl.order_id = so.order_id \
         LEFT JOIN order_lines l ON l.seller_id = sl.seller_id AND l.id = sl.line_id \
         WHERE so.seller_id = ? AND so.shipment_id IN ? AND so.left_at IS NULL \
         ORDER BY so.shipment_id, so.order_id, l.position, l.id")
    .bind(db.seller())
    .list(shipments.iter().copied());
    db.load(statement)
}

/// How many are in any of these states.
pub fn count(db: &mut Db, states: &[WriteBackState]) -> QueryResult<i64> {
    let words: Vec<String> = states.iter().map(|state| format!("'{state}'")).collect();
    let text = format!(
        "SELECT COUNT(*) AS one FROM write_backs WHERE seller_id = ? AND state IN ({})",
        words.join(", ")
    );
    let seller = db.seller();
    db.number(sql(text).bind(seller))
}
