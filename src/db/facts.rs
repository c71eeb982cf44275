//! All that decides what may happen to an order, read for many orders at once.

use diesel::QueryResult;

use super::Db;
use super::column::row;
use super::statement::sql;
use crate::domain::id::{HoldId, OrderId, RecipientId, ShopId};
use crate::domain::order::{OrderKind, OrderState};
use crate::domain::time::UtcTime;

row! {
    /// An order with what its recipient and people's decisions say.
    pub struct FactRow {
        pub id: OrderId,
        pub shop_id: ShopId,
        pub number: String,
        pub head_at: Option<UtcTime>,
        pub lines_at: Option<UtcTime>,
        pub state: OrderState,
        pub kind: OrderKind,
        pub currency: String,
        pub ordered_at: Option<UtcTime>,
        pub paid_at: Option<UtcTime>,
        pub ship_by: Option<UtcTime>,
        pub ship_from: Option<UtcTime>,
        pub buyer_nick: String,
        pub buyer_message: String,
        pub seller_memo: String,
        pub flag: String,
        pub total_amount: i64,
        pub shipping_amount: i64,
        pub recipient_id: Option<RecipientId>,
        pub country: Option<String>,
        pub region_code: Option<String>,
        pub identity_key: Option<String>,
        pub missing: Option<String>,
        pub is_masked: Option<bool>,
        /// A person took it out of merging.
        pub stands_alone: bool,
    }
}

/// The facts of these orders.
pub fn orders(db: &mut Db, orders: &[OrderId]) -> QueryResult<Vec<FactRow>> {
    let seller = db.seller();
    db.load(
        sql("SELECT o.id, o.shop_id, o.number, o.head_at, o.lines_at, o.state, o.kind, o.currency, o.ordered_at, \
             o.paid_at, o.ship_by, o.ship_from, o.buyer_nick, o.buyer_message, o.seller_memo, o.flag, o.total_amount, \
             o.shipping_amount, o.recipient_id, r.country, \
             r.region_code, r.identity_key, r.missing, r.is_masked, d.order_id IS NOT NULL AS stands_alone \
             FROM orders o \
             LEFT JOIN recipients r ON r.seller_id = o.seller_id AND r.id = o.recipient_id \
             LEFT JOIN merge_decisions d ON d.seller_id = o.seller_id AND d.order_id = o.id \
             WHERE o.seller_id = ? AND o.id IN ?")
        .bind(seller)
        .list(orders.iter().copied()),
    )
}

row! {
    /// A hold that nobody has released; its day may have passed.
    pub struct HoldRow {
        pub id: HoldId,
        pub order_id: OrderId,
        pub reason: String,
        pub until_at: Option<UtcTime>,
        pub held_by: String,
        pub held_at: UtcTime,
    }
}

/// The holds on these orders.
pub fn holds(db: &mut Db, orders: &[OrderId]) -> QueryResult<Vec<HoldRow>> {
    let seller = db.seller();
    db.load(
        sql("SELECT id, order_id, reason, until_at, held_by, held_at FROM holds \
             WHERE seller_id = ? AND order_id IN ? AND released_at IS NULL ORDER BY id")
        .bind(seller)
        .list(orders.iter().copied()),
    )
}

row! {
    /// Remarks that someone has read.
    pub struct RemarkRead {
        pub order_id: OrderId,
        pub remark_hash: String,
        pub read_by: String,
        pub read_at: UtcTime,
    }
}

/// Which remarks of these orders have been read.
pub fn remark_reads(db: &mut Db, orders: &[OrderId]) -> QueryResult<Vec<RemarkRead>> {
    let seller = db.seller();
    db.load(
        sql("SELECT order_id, remark_hash, read_by, read_at FROM remark_reads WHERE seller_id = ? AND order_id IN ?")
            .bind(seller)
            .list(orders.iter().copied()),
    )
}
