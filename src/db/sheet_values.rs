//! What sheets show of the orders in shipments, with every remark. What lies in the parcel is in
//! [`super::shipments::content`].

use diesel::QueryResult;

use super::Db;
use super::column::row;
use super::statement::{Statement, sql};
use crate::domain::id::{SellerId, ShipmentId};

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
    let statement = orders_of(db.seller(), shipments);
    db.load(statement)
}

// SQLite takes the tables of a CROSS JOIN in their order. Left to itself it begins with every order the seller ever had
// and probes each for every shipment: 3,000 sheets took nine seconds.
fn orders_of(seller: SellerId, shipments: &[ShipmentId]) -> Statement {
    sql("SELECT so.shipment_id, o.number, p.name AS shop, o.buyer_message, o.seller_memo, o.flag \
         FROM shipment_orders so CROSS JOIN orders o CROSS JOIN shops p \
         WHERE so.seller_id = ? AND so.shipment_id IN ? AND so.left_at IS NULL \
         AND o.seller_id = so.seller_id AND o.id = so.order_id \
         AND p.seller_id = o.seller_id AND p.id = o.shop_id \
         ORDER BY so.shipment_id, so.joined_at, so.order_id")
    .bind(seller)
    .list(shipments.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::pool::{Pool, Synchronous};
    use crate::db::seal::Keys;
    use crate::db::{migrate, shipments};
    use crate::domain::error::Error;

    row! {
        struct Step {
            detail: String,
        }
    }

    #[test]
    fn what_sheets_show_is_looked_up_by_shipment_and_not_found_among_all_orders() {
        let folder = tempfile::tempdir().expect("a folder");
        let address = format!("sqlite://{}", folder.path().join("huidan.db").display());
        let pool = Pool::open(&address, 2, Synchronous::Normal).expect("a database");
        migrate::run(&pool).expect("a schema");
        let keys = Keys::parse("k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").expect("a key");
        let app = crate::app::App::new(pool, keys);
        let ids = [ShipmentId(1), ShipmentId(2)];
        for (statement, first) in
            [(orders_of(SellerId(1), &ids), "so"), (shipments::content_of(SellerId(1), &ids), "sl")]
        {
            let explained = sql("EXPLAIN QUERY PLAN ").append(statement);
            let steps: Vec<Step> =
                app.read(SellerId(1), |db| Ok::<_, Error>(db.load(explained)?)).expect("a plan");
            let looked_up: Vec<&str> = steps
                .iter()
                .map(|step| step.detail.as_str())
                .filter(|detail| detail.starts_with("SEARCH") || detail.starts_with("SCAN"))
                .collect();
            assert!(looked_up[0].starts_with(&format!("SEARCH {first} USING INDEX")), "{looked_up:?}");
            let order = looked_up.iter().find(|detail| detail.starts_with("SEARCH o "));
            assert!(order.is_some_and(|detail| detail.ends_with("(seller_id=? AND id=?)")), "{looked_up:?}");
        }
    }
}
