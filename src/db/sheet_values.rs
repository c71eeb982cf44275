//! What sheets show of shipments: their orders with every remark, and what lies in the parcel.

use diesel::QueryResult;

use super::Db;
use super::column::row;
use super::statement::sql;
use crate::domain::id::ShipmentId;

row! {
    /// An order in a shipment, as a sheet names it.
    pub struct ShownOrder {
        pub shipment_id: ShipmentId,
        pub number: String,
        pub shop: String,
        pub buyer_message: String,
        pub seller_memo: String,
        pub flag: String,
    }
}

/// The orders of these shipments, in the order in which they joined.
pub fn orders(db: &mut Db, shipments: &[ShipmentId]) -> QueryResult<Vec<ShownOrder>> {
    let statement =
        sql("SELECT so.shipment_id, o.number, p.name AS shop, o.buyer_message, o.seller_memo, o.flag \
         FROM shipment_orders so \
         JOIN orders o ON o.seller_id = so.seller_id AND o.id = so.order_id \
         JOIN shops p ON p.seller_id = o.seller_id AND p.id = o.shop_id \
         WHERE so.seller_id = ? AND so.shipment_id IN ? AND so.left_at IS NULL \
         ORDER BY so.shipment_id, so.joined_at, so.order_id")
        .bind(db.seller())
        .list(shipments.iter().copied());
    db.load(statement)
}

row! {
    /// Pieces of one line in a shipment.
    pub struct ShownItem {
        pub shipment_id: ShipmentId,
        pub sku: String,
        pub title: String,
        pub variant: String,
        pub quantity: i64,
    }
}

/// What lies in these shipments, order by order.
pub fn items(db: &mut Db, shipments: &[ShipmentId]) -> QueryResult<Vec<ShownItem>> {
    let statement = sql("SELECT sl.shipment_id, l.sku, l.title, l.variant, sl.quantity FROM shipment_lines sl \
         JOIN order_lines l ON l.seller_id = sl.seller_id AND l.id = sl.line_id \
         WHERE sl.seller_id = ? AND sl.shipment_id IN ? ORDER BY sl.shipment_id, l.order_id, l.position, l.id")
    .bind(db.seller())
    .list(shipments.iter().copied());
    db.load(statement)
}
