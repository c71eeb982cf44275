//! Orders and their lines: what the platforms say, and nothing of our own work.

use std::collections::HashMap;

use diesel::QueryResult;

use super::column::row;
use super::statement::{Rows, sql};
use super::{Db, Tx};
use crate::domain::id::{LineId, OrderId, RecipientId, ShopId};
use crate::domain::order::{OrderHead, OrderKind, OrderLine, OrderState, Refund};
use crate::domain::time::UtcTime;

row! {
    /// What intake needs of an order that is already here.
    pub struct KnownOrder {
        pub id: OrderId,
        pub number: String,
        pub head_at: Option<UtcTime>,
        pub head_rank: i64,
        pub head_hash: String,
        pub lines_at: Option<UtcTime>,
        pub lines_rank: i64,
        pub lines_hash: String,
        pub state: OrderState,
        pub kind: OrderKind,
        pub paid_at: Option<UtcTime>,
        pub ship_by: Option<UtcTime>,
        pub ship_from: Option<UtcTime>,
        pub buyer_message: String,
        pub seller_memo: String,
        pub flag: String,
        pub recipient_id: Option<RecipientId>,
    }
}

/// The orders of these numbers, locked until the transaction ends.
pub fn lock_known(tx: &mut Tx, shop: ShopId, numbers: &[&str]) -> QueryResult<HashMap<String, KnownOrder>> {
    let seller = tx.seller();
    let rows: Vec<KnownOrder> = tx.load(
        sql("SELECT id, number, head_at, head_rank, head_hash, lines_at, lines_rank, lines_hash, state, kind, \
             paid_at, ship_by, ship_from, buyer_message, seller_memo, flag, recipient_id FROM orders \
             WHERE seller_id = ? AND shop_id = ? AND number IN ? ORDER BY number FOR UPDATE")
        .bind(seller)
        .bind(shop)
        .list(numbers.iter().copied()),
    )?;
    Ok(rows.into_iter().map(|row| (row.number.clone(), row)).collect())
}

/// An order as intake wants it to stand: the whole row.
#[derive(Debug, Clone)]
pub struct OrderWrite<'a> {
    pub id: OrderId,
    pub shop: ShopId,
    pub number: &'a str,
    pub head: Option<&'a OrderHead>,
    /// The head's nick as it is kept.
    pub buyer_nick: String,
    pub recipient: Option<RecipientId>,
    pub head_at: Option<UtcTime>,
    pub head_rank: i64,
    pub head_hash: &'a str,
    pub lines_at: Option<UtcTime>,
    pub lines_rank: i64,
    pub lines_hash: &'a str,
}

/// Adds orders. Ascending by number, so that two intakes never wait for each other in a ring.
pub fn insert(tx: &mut Tx, orders: &[OrderWrite]) -> QueryResult<()> {
    if orders.is_empty() {
        return Ok(());
    }
    let (seller, now) = (tx.seller(), tx.now);
    let rows = version_columns(head_columns(Rows::new("new"), orders), orders)
        .column("shop_id", orders.iter().map(|order| order.shop))
        .column("number", orders.iter().map(|order| order.number));
    tx.execute(
        sql("INSERT INTO orders (seller_id, id, shop_id, number, head_at, head_rank, head_hash, lines_at, \
             lines_rank, lines_hash, state, kind, ordered_at, paid_at, ship_by, ship_from, buyer_nick, \
             buyer_message, seller_memo, flag, currency, total_amount, shipping_amount, recipient_id, received_at) \
             SELECT ?, new.id, new.shop_id, new.number, new.head_at, new.head_rank, new.head_hash, new.lines_at, \
             new.lines_rank, new.lines_hash, new.state, new.kind, new.ordered_at, new.paid_at, new.ship_by, \
             new.ship_from, new.buyer_nick, new.buyer_message, new.seller_memo, new.flag, new.currency, \
             new.total_amount, new.shipping_amount, new.recipient_id, ? FROM ?")
        .bind(seller)
        .bind(now)
        .rows(rows),
    )
    .map(drop)
}

/// Writes a newer head into orders that are here.
pub fn update_heads(tx: &mut Tx, orders: &[OrderWrite]) -> QueryResult<()> {
    if orders.is_empty() {
        return Ok(());
    }
    let seller = tx.seller();
    tx.execute(
        sql("UPDATE orders SET state = new.state, kind = new.kind, ordered_at = new.ordered_at, \
             paid_at = new.paid_at, ship_by = new.ship_by, ship_from = new.ship_from, \
             buyer_nick = new.buyer_nick, buyer_message = new.buyer_message, seller_memo = new.seller_memo, \
             flag = new.flag, currency = new.currency, total_amount = new.total_amount, \
             shipping_amount = new.shipping_amount, recipient_id = new.recipient_id \
             FROM ? WHERE orders.seller_id = ? AND orders.id = new.id")
        .rows(head_columns(Rows::new("new"), orders))
        .bind(seller),
    )
    .map(drop)
}

/// Writes which tellings count, also where the content is the same as before.
pub fn update_versions(tx: &mut Tx, orders: &[OrderWrite]) -> QueryResult<()> {
    if orders.is_empty() {
        return Ok(());
    }
    let seller = tx.seller();
    let rows = Rows::new("new").column("id", orders.iter().map(|order| order.id));
    tx.execute(
        sql(
            "UPDATE orders SET head_at = new.head_at, head_rank = new.head_rank, head_hash = new.head_hash, \
             lines_at = new.lines_at, lines_rank = new.lines_rank, lines_hash = new.lines_hash \
             FROM ? WHERE orders.seller_id = ? AND orders.id = new.id",
        )
        .rows(version_columns(rows, orders))
        .bind(seller),
    )
    .map(drop)
}

fn head_columns(rows: Rows, orders: &[OrderWrite]) -> Rows {
    let text = |pick: fn(&OrderHead) -> &String| {
        orders.iter().map(|order| order.head.map(pick).cloned().unwrap_or_default()).collect::<Vec<_>>()
    };
    let time = |pick: fn(&OrderHead) -> Option<UtcTime>| {
        orders.iter().map(|order| order.head.and_then(pick)).collect::<Vec<_>>()
    };
    let amount = |pick: fn(&OrderHead) -> i64| {
        orders.iter().map(|order| order.head.map_or(0, pick)).collect::<Vec<_>>()
    };
    rows.column("id", orders.iter().map(|order| order.id))
        .column("state", orders.iter().map(|order| order.head.map_or(OrderState::Unpaid, |head| head.state)))
        .column("kind", orders.iter().map(|order| order.head.map_or(OrderKind::Normal, |head| head.kind)))
        .column("ordered_at", time(|head| head.created_at))
        .column("paid_at", time(|head| head.paid_at))
        .column("ship_by", time(|head| head.ship_by))
        .column("ship_from", time(|head| head.ship_from))
        .column("buyer_nick", orders.iter().map(|order| &order.buyer_nick))
        .column("buyer_message", text(|head| &head.buyer_message))
        .column("seller_memo", text(|head| &head.seller_memo))
        .column("flag", text(|head| &head.flag))
        .column("currency", text(|head| &head.total.currency))
        .column("total_amount", amount(|head| head.total.amount))
        .column("shipping_amount", amount(|head| head.shipping_fee.amount))
        .column("recipient_id", orders.iter().map(|order| order.recipient))
}

fn version_columns(rows: Rows, orders: &[OrderWrite]) -> Rows {
    rows.column("head_at", orders.iter().map(|order| order.head_at))
        .column("head_rank", orders.iter().map(|order| order.head_rank))
        .column("head_hash", orders.iter().map(|order| order.head_hash))
        .column("lines_at", orders.iter().map(|order| order.lines_at))
        .column("lines_rank", orders.iter().map(|order| order.lines_rank))
        .column("lines_hash", orders.iter().map(|order| order.lines_hash))
}

/// A line as intake wants it to stand.
pub struct LineWrite<'a> {
    pub order: OrderId,
    pub position: i64,
    pub line: &'a OrderLine,
}

/// Writes all lines of these orders: known ones change, new ones join, others are marked gone.
///
/// `known` are the orders that had lines before.
pub fn write_lines(tx: &mut Tx, lines: &[LineWrite], known: &[OrderId]) -> QueryResult<()> {
    let seller = tx.seller();
    if !known.is_empty() {
        tx.execute(
            sql("UPDATE order_lines SET is_gone = true WHERE seller_id = ? AND order_id IN ?")
                .bind(seller)
                .list(known.iter().copied()),
        )?;
    }
    if lines.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = tx.ids(lines.len())?.collect();
    let rows = Rows::new("new")
        .column("id", ids)
        .column("order_id", lines.iter().map(|write| write.order))
        .column("number", lines.iter().map(|write| &write.line.number))
        .column("position", lines.iter().map(|write| write.position))
        .column("sku", lines.iter().map(|write| &write.line.sku))
        .column("title", lines.iter().map(|write| &write.line.title))
        .column("variant", lines.iter().map(|write| &write.line.variant))
        .column("quantity", lines.iter().map(|write| write.line.quantity))
        .column("currency", lines.iter().map(|write| &write.line.price.currency))
        .column("price_amount", lines.iter().map(|write| write.line.price.amount))
        .column("refund", lines.iter().map(|write| write.line.refund))
        .column("requires_shipping", lines.iter().map(|write| write.line.requires_shipping));
    let conflict = if known.is_empty() {
        ""
    } else {
        " WHERE true ON CONFLICT (seller_id, order_id, number) DO UPDATE SET position = excluded.position, \
         sku = excluded.sku, title = excluded.title, variant = excluded.variant, quantity = excluded.quantity, \
         currency = excluded.currency, price_amount = excluded.price_amount, refund = excluded.refund, \
         requires_shipping = excluded.requires_shipping, is_gone = false"
    };
    tx.execute(
        sql("INSERT INTO order_lines (seller_id, id, order_id, number, position, sku, title, variant, quantity, \
             currency, price_amount, refund, requires_shipping, is_gone) \
             SELECT ?, new.id, new.order_id, new.number, new.position, new.sku, new.title, new.variant, \
             new.quantity, new.currency, new.price_amount, new.refund, new.requires_shipping, false FROM ?")
        .bind(seller)
        .rows(rows)
        .push(conflict),
    )
    .map(drop)
}

/// One telling of an order, sealed.
pub struct VersionWrite {
    pub order: OrderId,
    pub hash: String,
    pub told_at: UtcTime,
    pub sealed: String,
}

/// Keeps tellings; one that is here already is left as it is.
pub fn keep_versions(tx: &mut Tx, versions: &[VersionWrite]) -> QueryResult<()> {
    if versions.is_empty() {
        return Ok(());
    }
    let (seller, now) = (tx.seller(), tx.now);
    let rows = Rows::new("new")
        .column("order_id", versions.iter().map(|version| version.order))
        .column("hash", versions.iter().map(|version| &version.hash))
        .column("told_at", versions.iter().map(|version| version.told_at))
        .column("sealed", versions.iter().map(|version| &version.sealed));
    tx.execute(
        sql("INSERT INTO order_versions (seller_id, order_id, hash, told_at, sealed, received_at) \
             SELECT ?, new.order_id, new.hash, new.told_at, new.sealed, ? FROM ? WHERE true \
             ON CONFLICT (seller_id, order_id, hash) DO NOTHING")
        .bind(seller)
        .bind(now)
        .rows(rows),
    )
    .map(drop)
}

row! {
    /// An order as it stands.
    pub struct OrderRow {
        pub id: OrderId,
        pub shop_id: ShopId,
        pub number: String,
        pub head_at: Option<UtcTime>,
        pub lines_at: Option<UtcTime>,
        pub state: OrderState,
        pub kind: OrderKind,
        pub ordered_at: Option<UtcTime>,
        pub paid_at: Option<UtcTime>,
        pub ship_by: Option<UtcTime>,
        pub ship_from: Option<UtcTime>,
        pub buyer_nick: String,
        pub buyer_message: String,
        pub seller_memo: String,
        pub flag: String,
        pub currency: String,
        pub total_amount: i64,
        pub shipping_amount: i64,
        pub recipient_id: Option<RecipientId>,
        pub received_at: UtcTime,
    }
}

const COLUMNS: &str = "id, shop_id, number, head_at, lines_at, state, kind, ordered_at, paid_at, ship_by, \
    ship_from, buyer_nick, buyer_message, seller_memo, flag, currency, total_amount, shipping_amount, \
    recipient_id, received_at";

/// Orders by id, ascending.
pub fn find(db: &mut Db, orders: &[OrderId]) -> QueryResult<Vec<OrderRow>> {
    let seller = db.seller();
    db.load(
        sql(format!("SELECT {COLUMNS} FROM orders WHERE seller_id = ? AND id IN ? ORDER BY id"))
            .bind(seller)
            .list(orders.iter().copied()),
    )
}

row! {
    struct Id {
        id: OrderId,
    }
}

/// Writes memo and flag as the shop shows them since it was told a memo of ours.
pub fn set_memo(tx: &mut Tx, order: OrderId, memo: &str, flag: &str) -> QueryResult<()> {
    let seller = tx.seller();
    let text = "UPDATE orders SET seller_memo = ?, flag = ? WHERE seller_id = ? AND id = ?";
    tx.execute(sql(text).bind(memo).bind(flag).bind(seller).bind(order)).map(drop)
}

/// Locks these orders until the transaction ends, in the order in which intake locks them; answers which there are.
pub fn lock(tx: &mut Tx, orders: &[OrderId]) -> QueryResult<Vec<OrderId>> {
    let seller = tx.seller();
    let text = "SELECT id FROM orders WHERE seller_id = ? AND id IN ? ORDER BY shop_id, number FOR UPDATE";
    let rows: Vec<Id> = tx.load(sql(text).bind(seller).list(orders.iter().copied()))?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// What a list of orders may be narrowed by.
#[derive(Debug, Clone, Default)]
pub struct OrderFilter {
    pub shop: Option<ShopId>,
    pub state: Option<OrderState>,
    pub number: Option<String>,
    pub buyer_nick: Option<String>,
    /// To be shipped before then and not shipped.
    pub ship_by_before: Option<UtcTime>,
    /// Not shipped, and past its deadline or not.
    pub overdue: Option<bool>,
}

/// A page of orders, newest first, of ids below `before`.
pub fn list(
    db: &mut Db,
    filter: &OrderFilter,
    before: Option<OrderId>,
    limit: usize,
) -> QueryResult<Vec<OrderRow>> {
    let mut statement = sql(format!("SELECT {COLUMNS} FROM orders WHERE seller_id = ? AND id < ?"))
        .bind(db.seller())
        .bind(before.map_or(i64::MAX, |order| order.0));
    if let Some(shop) = filter.shop {
        statement = statement.push(" AND shop_id = ?").bind(shop);
    }
    if let Some(state) = filter.state {
        statement = statement.push(" AND state = ?").bind(state);
    }
    if let Some(number) = &filter.number {
        statement = statement.push(" AND number = ?").bind(number);
    }
    if let Some(nick) = &filter.buyer_nick {
        statement = statement.push(" AND buyer_nick = ?").bind(nick);
    }
    let now = db.now();
    let overdue = |is: bool| filter.overdue.filter(|overdue| *overdue == is).map(|_| now);
    for (test, moment) in [("<", filter.ship_by_before), ("<=", overdue(true)), (">", overdue(false))] {
        let Some(moment) = moment else { continue };
        let text = format!(
            " AND id IN (SELECT d.order_id FROM deadlines d WHERE d.seller_id = ? AND d.is_open AND d.due_at {test} ?)"
        );
        statement = statement.push(&text).bind(db.seller()).bind(moment);
    }
    db.load(statement.push(" ORDER BY id DESC LIMIT ?").bind(limit))
}

row! {
    /// A line as it stands.
    pub struct LineRow {
        pub id: LineId,
        pub order_id: OrderId,
        pub number: String,
        pub sku: String,
        pub title: String,
        pub variant: String,
        pub quantity: i64,
        pub currency: String,
        pub price_amount: i64,
        pub refund: Refund,
        pub requires_shipping: bool,
        pub is_gone: bool,
    }
}

impl LineRow {
    /// Pieces that are to be sent.
    pub fn shippable(&self) -> i64 {
        if self.requires_shipping && !self.is_gone && !self.refund.is_final() { self.quantity } else { 0 }
    }
}

/// The lines of these orders, in the platform's order.
pub fn lines(db: &mut Db, orders: &[OrderId]) -> QueryResult<Vec<LineRow>> {
    let seller = db.seller();
    db.load(
        sql("SELECT id, order_id, number, sku, title, variant, quantity, currency, price_amount, refund, \
             requires_shipping, is_gone FROM order_lines WHERE seller_id = ? AND order_id IN ? \
             ORDER BY order_id, position, id")
        .bind(seller)
        .list(orders.iter().copied()),
    )
}
