//! Where an order may be found by what somebody holds in the hand: a number, or the beginning of one.

use diesel::QueryResult;

use super::statement::sql;
use super::{Db, One};
use crate::db::column::row;
use crate::domain::id::{OrderId, ShopId};

/// Orders whose number begins with this text, or whose parcel carries or carried this waybill.
///
/// Both by an index: a fragment from the middle would read every order there is.
pub fn orders(db: &mut Db, number: &str, waybill: &str, limit: usize) -> QueryResult<Vec<OrderId>> {
    let text = "SELECT id AS one FROM (\
         SELECT id FROM (SELECT id FROM orders WHERE seller_id = ? AND number >= ? AND number < ? \
         ORDER BY number LIMIT ?) AS named \
         UNION SELECT so.order_id AS id FROM waybills w \
         JOIN shipment_orders so ON so.seller_id = w.seller_id AND so.shipment_id = w.shipment_id \
         AND so.left_at IS NULL WHERE w.seller_id = ? AND w.number = ?) AS found ORDER BY id LIMIT ?";
    let seller = db.seller();
    let statement = sql(text)
        .bind(seller)
        .bind(number)
        // Behind every number that begins so.
        .bind(format!("{number}\u{10ffff}"))
        .bind(limit)
        .bind(seller)
        .bind(waybill)
        .bind(limit);
    Ok(db.load::<One>(statement)?.into_iter().map(|row| OrderId(row.one)).collect())
}

row! {
    /// A shop and the number of an order of it.
    pub struct LatestNumber {
        pub shop_id: ShopId,
        pub number: String,
    }
}

/// The number of each shop's newest order: others of the shop are written alike.
pub fn latest_numbers(db: &mut Db) -> QueryResult<Vec<LatestNumber>> {
    let text = "SELECT o.shop_id, o.number FROM (SELECT s.seller_id, s.id, (SELECT MAX(l.id) FROM orders l \
         WHERE l.seller_id = s.seller_id AND l.shop_id = s.id) AS newest FROM shops s WHERE s.seller_id = ?) AS shop \
         JOIN orders o ON o.seller_id = shop.seller_id AND o.id = shop.newest ORDER BY o.shop_id";
    let seller = db.seller();
    db.load(sql(text).bind(seller))
}
