//! What sheets show of the orders in shipments, with every remark. What lies in the parcel is in
//! [`super::shipments::content`].

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
