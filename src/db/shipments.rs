//! Shipments, the orders in them and the pieces that leave: our own work.

use std::collections::HashMap;

use diesel::QueryResult;

use super::column::row;
use super::sku_codes::{MEANT, SKU};
use super::statement::{Rows, Statement, sql};
use super::{Db, Tx};
use crate::domain::id::{LineId, NumberRunId, OrderId, RecipientId, SellerId, ShipmentId, ShopId, SkuId};
use crate::domain::shipment::{PrintState, ShipmentState};
use crate::domain::time::UtcTime;

row! {
    /// A shipment as it stands.
    pub struct ShipmentRow {
        pub id: ShipmentId,
        pub state: ShipmentState,
        pub reasons: String,
        pub merge_key: Option<String>,
        pub is_open: bool,
        pub recipient_id: Option<RecipientId>,
        pub due_at: UtcTime,
        pub paid_at: Option<UtcTime>,
        pub order_count: i64,
        pub piece_count: i64,
        pub tags: String,
        pub carrier: String,
        pub waybill: String,
        pub number_run_id: Option<NumberRunId>,
        pub run_position: Option<i64>,
        pub print: PrintState,
        pub shipped_at: Option<UtcTime>,
        pub cancelled_at: Option<UtcTime>,
        pub version: i64,
        pub created_at: UtcTime,
        pub plan_carrier: String,
        pub plan_service: String,
        pub plan_warehouse: String,
        pub plan_cost: Option<i64>,
        /// JSON of a [`crate::domain::plan::Plan`]; empty without one.
        pub plan: String,
    }
}

pub(super) const COLUMNS: &str = "s.id, s.state, s.reasons, s.merge_key, s.is_open, s.recipient_id, s.due_at, \
    s.paid_at, s.order_count, s.piece_count, s.tags, s.carrier, s.waybill, s.number_run_id, s.run_position, \
    s.print, s.shipped_at, s.cancelled_at, s.version, s.created_at, s.plan_carrier, s.plan_service, s.plan_warehouse, \
    s.plan_cost, s.plan";

/// Shipments by id, ascending.
pub fn find(db: &mut Db, ids: &[ShipmentId]) -> QueryResult<Vec<ShipmentRow>> {
    select(db, ids, "")
}

/// Shipments by id, locked until the transaction ends. Ascending, so that two writers that want
/// the same ones wait in one order.
pub fn lock(tx: &mut Tx, ids: &[ShipmentId]) -> QueryResult<Vec<ShipmentRow>> {
    select(tx, ids, " FOR UPDATE")
}

fn select(db: &mut Db, ids: &[ShipmentId], lock: &str) -> QueryResult<Vec<ShipmentRow>> {
    let seller = db.seller();
    db.load(
        sql(format!(
            "SELECT {COLUMNS} FROM shipments s WHERE s.seller_id = ? AND s.id IN ? ORDER BY s.id{lock}"
        ))
        .bind(seller)
        .list(ids.iter().copied()),
    )
}

row! {
    /// The warehouse from which a parcel of an order is planned to leave.
    pub struct PlannedFrom {
        pub order_id: OrderId,
        pub shipment_id: ShipmentId,
        pub warehouse: String,
    }
}

/// From where the parcels of these orders are planned to leave; those that have left keep theirs.
pub fn planned_from(db: &mut Db, orders: &[OrderId]) -> QueryResult<Vec<PlannedFrom>> {
    let seller = db.seller();
    db.load(
        sql("SELECT so.order_id, so.shipment_id, s.plan_warehouse AS warehouse FROM shipment_orders so \
             JOIN shipments s ON s.seller_id = so.seller_id AND s.id = so.shipment_id \
             WHERE so.seller_id = ? AND so.order_id IN ? AND so.left_at IS NULL \
             ORDER BY so.order_id, so.shipment_id")
        .bind(seller)
        .list(orders.iter().copied()),
    )
}

row! {
    /// A shipment an order is in.
    pub struct Place {
        pub order_id: OrderId,
        pub shipment_id: ShipmentId,
        pub joined_why: String,
    }
}

/// Where these orders are now, shipped shipments included.
pub fn places(db: &mut Db, orders: &[OrderId]) -> QueryResult<Vec<Place>> {
    let seller = db.seller();
    db.load(
        sql("SELECT so.order_id, so.shipment_id, so.joined_why FROM shipment_orders so \
             WHERE so.seller_id = ? AND so.order_id IN ? AND so.left_at IS NULL \
             ORDER BY so.order_id, so.shipment_id")
        .bind(seller)
        .list(orders.iter().copied()),
    )
}

row! {
    /// An open shipment that takes orders of a key.
    pub struct OpenShipment {
        pub id: ShipmentId,
        pub merge_key: String,
    }
}

/// The open shipments of these keys, locked, ascending by key.
pub fn lock_open(tx: &mut Tx, keys: &[&str]) -> QueryResult<Vec<OpenShipment>> {
    let seller = tx.seller();
    tx.load(
        sql("SELECT id, merge_key FROM shipments WHERE seller_id = ? AND is_open AND merge_key IN ? \
             ORDER BY merge_key FOR UPDATE")
        .bind(seller)
        .list(keys.iter().copied()),
    )
}

/// A shipment about to be made; what is derived follows by `refresh`.
#[derive(Debug, Clone)]
pub struct NewShipment {
    pub id: ShipmentId,
    /// `None` when it stands alone.
    pub merge_key: Option<String>,
    pub recipient: Option<RecipientId>,
}

/// Adds shipments. Ascending by key, so that two intakes never wait for each other in a ring; one
/// that lost the race for its key is answered by the unique index.
pub fn insert(tx: &mut Tx, new: &[NewShipment]) -> QueryResult<()> {
    if new.is_empty() {
        return Ok(());
    }
    let (seller, now) = (tx.seller(), tx.now);
    let rows = Rows::new("new")
        .column("id", new.iter().map(|shipment| shipment.id))
        .column("merge_key", new.iter().map(|shipment| shipment.merge_key.as_ref()))
        .column("recipient_id", new.iter().map(|shipment| shipment.recipient));
    tx.execute(
        sql("INSERT INTO shipments (seller_id, id, state, reasons, merge_key, is_open, recipient_id, country, \
             region_code, due_at, order_count, piece_count, has_message, has_memo, tags, carrier, waybill, print, \
             version, created_at, updated_at) \
             SELECT ?, new.id, 'blocked', '[]', new.merge_key, new.merge_key IS NOT NULL, new.recipient_id, '', \
             '', ?, 0, 0, false, false, '[]', '', '', 'none', 0, ?, ? FROM ?")
        .bind(seller)
        .bind(now)
        .bind(now)
        .bind(now)
        .rows(rows),
    )
    .map(drop)
}

/// An order that enters a shipment.
#[derive(Debug, Clone, Copy)]
pub struct Join {
    pub shipment: ShipmentId,
    pub order: OrderId,
    pub shop: ShopId,
    /// `intake`, `by_hand`, `split`, …
    pub why: &'static str,
}

/// Puts orders into shipments; one that was there before returns.
pub fn join(tx: &mut Tx, joins: &[Join]) -> QueryResult<()> {
    if joins.is_empty() {
        return Ok(());
    }
    let (seller, now) = (tx.seller(), tx.now);
    let rows = Rows::new("new")
        .column("shipment_id", joins.iter().map(|join| join.shipment))
        .column("order_id", joins.iter().map(|join| join.order))
        .column("shop_id", joins.iter().map(|join| join.shop))
        .column("why", joins.iter().map(|join| join.why));
    tx.execute(
        sql(
            "INSERT INTO shipment_orders (seller_id, shipment_id, order_id, shop_id, joined_at, joined_why) \
             SELECT ?, new.shipment_id, new.order_id, new.shop_id, ?, new.why FROM ? WHERE true \
             ON CONFLICT (seller_id, shipment_id, order_id) DO UPDATE SET joined_at = excluded.joined_at, \
             joined_why = excluded.joined_why, left_at = NULL, left_why = NULL",
        )
        .bind(seller)
        .bind(now)
        .rows(rows),
    )
    .map(drop)
}

/// Takes orders out of shipments, with their pieces.
pub fn leave(tx: &mut Tx, places: &[(ShipmentId, OrderId)], why: &str) -> QueryResult<()> {
    if places.is_empty() {
        return Ok(());
    }
    let (seller, now) = (tx.seller(), tx.now);
    let rows = || {
        Rows::new("old")
            .column("shipment_id", places.iter().map(|place| place.0))
            .column("order_id", places.iter().map(|place| place.1))
    };
    tx.execute(
        sql("UPDATE shipment_orders SET left_at = ?, left_why = ? FROM ? \
             WHERE shipment_orders.seller_id = ? AND shipment_orders.shipment_id = old.shipment_id \
             AND shipment_orders.order_id = old.order_id")
        .bind(now)
        .bind(why)
        .rows(rows())
        .bind(seller),
    )?;
    tx.execute(
        sql("DELETE FROM shipment_lines WHERE seller_id = ? AND (shipment_id, order_id) IN \
             (SELECT old.shipment_id, old.order_id FROM ?)")
        .bind(seller)
        .rows(rows()),
    )
    .map(drop)
}

/// Pieces of a line that leave in a shipment.
#[derive(Debug, Clone, Copy)]
pub struct Allocation {
    pub shipment: ShipmentId,
    pub order: OrderId,
    pub line: LineId,
    pub quantity: i64,
}

/// Replaces all pieces of these orders in these shipments.
pub fn allocate(
    tx: &mut Tx,
    replaced: &[(ShipmentId, OrderId)],
    allocations: &[Allocation],
) -> QueryResult<()> {
    let seller = tx.seller();
    if !replaced.is_empty() {
        let rows = Rows::new("old")
            .column("shipment_id", replaced.iter().map(|place| place.0))
            .column("order_id", replaced.iter().map(|place| place.1));
        tx.execute(
            sql("DELETE FROM shipment_lines WHERE seller_id = ? AND (shipment_id, order_id) IN \
                 (SELECT old.shipment_id, old.order_id FROM ?)")
            .bind(seller)
            .rows(rows),
        )?;
    }
    if allocations.is_empty() {
        return Ok(());
    }
    let rows = Rows::new("new")
        .column("shipment_id", allocations.iter().map(|allocation| allocation.shipment))
        .column("line_id", allocations.iter().map(|allocation| allocation.line))
        .column("order_id", allocations.iter().map(|allocation| allocation.order))
        .column("quantity", allocations.iter().map(|allocation| allocation.quantity));
    tx.execute(
        sql("INSERT INTO shipment_lines (seller_id, shipment_id, line_id, order_id, quantity) \
             SELECT ?, new.shipment_id, new.line_id, new.order_id, new.quantity FROM ?")
        .bind(seller)
        .rows(rows),
    )
    .map(drop)
}

row! {
    /// Pieces of one line in one shipment.
    pub struct AllocationRow {
        pub shipment_id: ShipmentId,
        pub order_id: OrderId,
        pub line_id: LineId,
        pub quantity: i64,
        pub is_shipped: bool,
    }
}

/// Where the pieces of these orders are.
pub fn allocations(db: &mut Db, orders: &[OrderId]) -> QueryResult<Vec<AllocationRow>> {
    let seller = db.seller();
    db.load(
        sql("SELECT sl.shipment_id, sl.order_id, sl.line_id, sl.quantity, s.shipped_at IS NOT NULL AS is_shipped \
             FROM order_lines l JOIN shipment_lines sl ON sl.seller_id = l.seller_id AND sl.line_id = l.id \
             JOIN shipments s ON s.seller_id = sl.seller_id AND s.id = sl.shipment_id \
             WHERE l.seller_id = ? AND l.order_id IN ? ORDER BY sl.shipment_id, sl.line_id")
        .bind(seller)
        .list(orders.iter().copied()),
    )
}

row! {
    /// An order that is in a shipment.
    pub struct MemberRow {
        pub shipment_id: ShipmentId,
        pub order_id: OrderId,
        pub shop_id: ShopId,
        pub joined_at: UtcTime,
        pub joined_why: String,
    }
}

/// The orders in these shipments, in the order in which they joined.
pub fn members(db: &mut Db, shipments: &[ShipmentId]) -> QueryResult<Vec<MemberRow>> {
    let seller = db.seller();
    db.load(
        sql("SELECT shipment_id, order_id, shop_id, joined_at, joined_why FROM shipment_orders \
             WHERE seller_id = ? AND shipment_id IN ? AND left_at IS NULL \
             ORDER BY shipment_id, joined_at, order_id")
        .bind(seller)
        .list(shipments.iter().copied()),
    )
}

/// What is derived from the facts of a shipment, ready to be stored.
#[derive(Debug, Clone)]
pub struct Derived {
    pub id: ShipmentId,
    pub state: ShipmentState,
    pub reasons: String,
    pub merge_key: Option<String>,
    pub is_open: bool,
    pub recipient: Option<RecipientId>,
    pub country: String,
    pub region_code: String,
    pub due_at: UtcTime,
    pub paid_at: Option<UtcTime>,
    pub order_count: i64,
    pub piece_count: i64,
    pub has_message: bool,
    pub has_memo: bool,
    /// JSON, a list of texts.
    pub tags: String,
    pub carrier: String,
    pub waybill: String,
    pub print: PrintState,
    pub cancelled_at: Option<UtcTime>,
    pub recheck_at: Option<UtcTime>,
    pub plan: StoredPlan,
}

/// A plan as the record keeps it.
#[derive(Debug, Clone, Default)]
pub struct StoredPlan {
    pub carrier: String,
    pub service: String,
    pub warehouse: String,
    pub cost: Option<i64>,
    /// JSON; empty without a plan.
    pub text: String,
}

impl ShipmentRow {
    /// The plan as it stands.
    pub fn stored_plan(&self) -> StoredPlan {
        StoredPlan {
            carrier: self.plan_carrier.clone(),
            service: self.plan_service.clone(),
            warehouse: self.plan_warehouse.clone(),
            cost: self.plan_cost,
            text: self.plan.clone(),
        }
    }
}

/// Stores what was derived and counts the change.
pub fn store(tx: &mut Tx, derived: &[Derived]) -> QueryResult<()> {
    if derived.is_empty() {
        return Ok(());
    }
    let (seller, now) = (tx.seller(), tx.now);
    let rows = Rows::new("new")
        .column("id", derived.iter().map(|d| d.id))
        .column("state", derived.iter().map(|d| d.state))
        .column("reasons", derived.iter().map(|d| &d.reasons))
        .column("merge_key", derived.iter().map(|d| d.merge_key.as_ref()))
        .column("is_open", derived.iter().map(|d| d.is_open))
        .column("recipient_id", derived.iter().map(|d| d.recipient))
        .column("country", derived.iter().map(|d| &d.country))
        .column("region_code", derived.iter().map(|d| &d.region_code))
        .column("due_at", derived.iter().map(|d| d.due_at))
        .column("paid_at", derived.iter().map(|d| d.paid_at))
        .column("order_count", derived.iter().map(|d| d.order_count))
        .column("piece_count", derived.iter().map(|d| d.piece_count))
        .column("has_message", derived.iter().map(|d| d.has_message))
        .column("has_memo", derived.iter().map(|d| d.has_memo))
        .column("tags", derived.iter().map(|d| &d.tags))
        .column("carrier", derived.iter().map(|d| &d.carrier))
        .column("waybill", derived.iter().map(|d| &d.waybill))
        .column("print", derived.iter().map(|d| d.print))
        .column("cancelled_at", derived.iter().map(|d| d.cancelled_at))
        .column("recheck_at", derived.iter().map(|d| d.recheck_at))
        .column("plan_carrier", derived.iter().map(|d| &d.plan.carrier))
        .column("plan_service", derived.iter().map(|d| &d.plan.service))
        .column("plan_warehouse", derived.iter().map(|d| &d.plan.warehouse))
        .column("plan_cost", derived.iter().map(|d| d.plan.cost))
        .column("plan", derived.iter().map(|d| &d.plan.text));
    tx.execute(
        sql("UPDATE shipments SET state = new.state, reasons = new.reasons, merge_key = new.merge_key, \
             is_open = new.is_open, recipient_id = new.recipient_id, country = new.country, \
             region_code = new.region_code, due_at = new.due_at, paid_at = new.paid_at, \
             order_count = new.order_count, piece_count = new.piece_count, has_message = new.has_message, \
             has_memo = new.has_memo, tags = new.tags, carrier = new.carrier, waybill = new.waybill, print = new.print, \
             cancelled_at = new.cancelled_at, recheck_at = new.recheck_at, plan_carrier = new.plan_carrier, \
             plan_service = new.plan_service, plan_warehouse = new.plan_warehouse, plan_cost = new.plan_cost, \
             plan = new.plan, \
             version = shipments.version + 1, updated_at = ? \
             FROM ? WHERE shipments.seller_id = ? AND shipments.id = new.id")
        .bind(now)
        .rows(rows)
        .bind(seller),
    )
    .map(drop)
}

/// Sets when shipments are due, where only that changed: who looked at one a moment ago need not look again.
pub fn set_due(tx: &mut Tx, due: &[(ShipmentId, UtcTime)]) -> QueryResult<()> {
    if due.is_empty() {
        return Ok(());
    }
    let (seller, now) = (tx.seller(), tx.now);
    let rows = Rows::new("new")
        .column("id", due.iter().map(|(id, _)| *id))
        .column("due_at", due.iter().map(|(_, at)| *at));
    tx.execute(
        sql("UPDATE shipments SET due_at = new.due_at, updated_at = ? FROM ? \
             WHERE shipments.seller_id = ? AND shipments.id = new.id")
        .bind(now)
        .rows(rows)
        .bind(seller),
    )
    .map(drop)
}

/// Gives shipments a key under which they take further orders, or none.
pub fn set_keys(tx: &mut Tx, keys: &[(ShipmentId, Option<String>)]) -> QueryResult<()> {
    if keys.is_empty() {
        return Ok(());
    }
    let seller = tx.seller();
    let rows = Rows::new("new")
        .column("id", keys.iter().map(|(id, _)| *id))
        .column("merge_key", keys.iter().map(|(_, key)| key.as_ref()));
    tx.execute(
        sql("UPDATE shipments SET merge_key = new.merge_key, \
             is_open = new.merge_key IS NOT NULL AND shipments.waybill = '' FROM ? WHERE shipments.seller_id = ? AND shipments.id = new.id")
        .rows(rows)
        .bind(seller),
    )
    .map(drop)
}

row! {
    struct PieceCount {
        shipment_id: ShipmentId,
        pieces: i64,
    }
}

/// How many pieces leave in each of these shipments.
pub fn pieces(db: &mut Db, shipments: &[ShipmentId]) -> QueryResult<HashMap<ShipmentId, i64>> {
    let seller = db.seller();
    let rows: Vec<PieceCount> = db.load(
        sql("SELECT shipment_id, CAST(SUM(quantity) AS BIGINT) AS pieces FROM shipment_lines \
             WHERE seller_id = ? AND shipment_id IN ? GROUP BY shipment_id")
        .bind(seller)
        .list(shipments.iter().copied()),
    )?;
    Ok(rows.into_iter().map(|row| (row.shipment_id, row.pieces)).collect())
}

row! {
    struct Id {
        id: ShipmentId,
    }
}

/// Shipments whose reasons time alone may have changed by now, locked; those that another worker
/// looks at are left to it.
pub fn due_for_recheck(tx: &mut Tx, limit: usize) -> QueryResult<Vec<ShipmentId>> {
    let (seller, now) = (tx.seller(), tx.now);
    let rows: Vec<Id> = tx.load(
        sql("SELECT id FROM shipments WHERE seller_id = ? AND recheck_at <= ? ORDER BY recheck_at LIMIT ? \
             FOR UPDATE SKIP LOCKED")
        .bind(seller)
        .bind(now)
        .bind(limit),
    )?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

row! {
    /// Pieces of a line that leave in a shipment.
    pub struct PieceRow {
        pub shipment_id: ShipmentId,
        pub line_id: LineId,
        pub quantity: i64,
    }
}

/// What leaves in these shipments, in the order of orders and lines.
pub fn pieces_by_line(db: &mut Db, shipments: &[ShipmentId]) -> QueryResult<Vec<PieceRow>> {
    let seller = db.seller();
    db.load(
        sql("SELECT sl.shipment_id, sl.line_id, sl.quantity FROM shipment_lines sl \
             JOIN order_lines l ON l.seller_id = sl.seller_id AND l.id = sl.line_id \
             WHERE sl.seller_id = ? AND sl.shipment_id IN ? \
             ORDER BY sl.shipment_id, sl.order_id, l.position, sl.line_id")
        .bind(seller)
        .list(shipments.iter().copied()),
    )
}

row! {
    /// Pieces of a line that leave in a shipment, with what the line says of them.
    pub struct ContentRow {
        pub shipment_id: ShipmentId,
        pub order_id: OrderId,
        pub line_id: LineId,
        pub sku: String,
        pub title: String,
        pub variant: String,
        pub quantity: i64,
        /// The own SKU it means.
        pub sku_id: Option<SkuId>,
    }
}

/// What leaves in these shipments as lists show it, in the order of orders and lines.
pub fn content(db: &mut Db, shipments: &[ShipmentId]) -> QueryResult<Vec<ContentRow>> {
    let statement = content_of(db.seller(), shipments);
    db.load(statement)
}

// CROSS JOIN keeps SQLite from beginning with every order of the seller; see `sheet_values`.
pub(super) fn content_of(seller: SellerId, shipments: &[ShipmentId]) -> Statement {
    sql(format!(
        "SELECT sl.shipment_id, l.order_id, sl.line_id, l.sku, l.title, l.variant, sl.quantity, {SKU} AS sku_id \
         FROM shipment_lines sl CROSS JOIN order_lines l CROSS JOIN orders o {MEANT} \
         WHERE sl.seller_id = ? AND sl.shipment_id IN ? AND l.seller_id = sl.seller_id AND l.id = sl.line_id \
         AND o.seller_id = l.seller_id AND o.id = l.order_id \
         ORDER BY sl.shipment_id, sl.order_id, l.position, sl.line_id"
    ))
    .bind(seller)
    .list(shipments.iter().copied())
}

/// Adds pieces to shipments, to those of the same line that are there already.
pub fn add_pieces(tx: &mut Tx, pieces: &[Allocation]) -> QueryResult<()> {
    if pieces.is_empty() {
        return Ok(());
    }
    let seller = tx.seller();
    tx.execute(
        sql("INSERT INTO shipment_lines (seller_id, shipment_id, line_id, order_id, quantity) \
             SELECT ?, new.shipment_id, new.line_id, new.order_id, new.quantity FROM ? WHERE true \
             ON CONFLICT (seller_id, shipment_id, line_id) \
             DO UPDATE SET quantity = shipment_lines.quantity + excluded.quantity")
        .bind(seller)
        .rows(piece_rows(pieces)),
    )
    .map(drop)
}

/// Takes pieces out of one shipment; a line of which none is left goes.
pub fn take_pieces(tx: &mut Tx, shipment: ShipmentId, pieces: &[Allocation]) -> QueryResult<()> {
    let seller = tx.seller();
    tx.execute(
        sql("DELETE FROM shipment_lines WHERE seller_id = ? AND shipment_id = ? AND (line_id, quantity) IN \
             (SELECT new.line_id, new.quantity FROM ?)")
        .bind(seller)
        .bind(shipment)
        .rows(piece_rows(pieces)),
    )?;
    tx.execute(
        sql("UPDATE shipment_lines SET quantity = shipment_lines.quantity - new.quantity FROM ? \
             WHERE shipment_lines.seller_id = ? AND shipment_lines.shipment_id = ? \
             AND shipment_lines.line_id = new.line_id")
        .rows(piece_rows(pieces))
        .bind(seller)
        .bind(shipment),
    )
    .map(drop)
}

fn piece_rows(pieces: &[Allocation]) -> Rows {
    Rows::new("new")
        .column("shipment_id", pieces.iter().map(|piece| piece.shipment))
        .column("line_id", pieces.iter().map(|piece| piece.line))
        .column("order_id", pieces.iter().map(|piece| piece.order))
        .column("quantity", pieces.iter().map(|piece| piece.quantity))
}

/// Those of these orders that have no piece left in a shipment leave it.
pub fn leave_without_pieces(
    tx: &mut Tx,
    shipment: ShipmentId,
    orders: &[OrderId],
    why: &str,
) -> QueryResult<()> {
    let (seller, now) = (tx.seller(), tx.now);
    tx.execute(
        sql("UPDATE shipment_orders SET left_at = ?, left_why = ? \
             WHERE seller_id = ? AND shipment_id = ? AND order_id IN ? AND NOT EXISTS (SELECT 1 \
             FROM shipment_lines sl WHERE sl.seller_id = shipment_orders.seller_id \
             AND sl.shipment_id = shipment_orders.shipment_id AND sl.order_id = shipment_orders.order_id)")
        .bind(now)
        .bind(why)
        .bind(seller)
        .bind(shipment)
        .list(orders.iter().copied()),
    )
    .map(drop)
}

/// Sets what became of the label of these shipments.
pub fn set_print(tx: &mut Tx, shipments: &[ShipmentId], print: PrintState) -> QueryResult<()> {
    let seller = tx.seller();
    tx.execute(
        sql("UPDATE shipments SET print = ? WHERE seller_id = ? AND id IN ?")
            .bind(print)
            .bind(seller)
            .list(shipments.iter().copied()),
    )
    .map(drop)
}
