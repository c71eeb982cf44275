//! Which way orders should go, as people said, and which parcels have to be planned anew.

use diesel::QueryResult;

use super::again;
use super::column::row;
use super::statement::{Rows, Statement, sql};
use super::{Db, Tx};
use crate::domain::id::{OrderId, ShipmentId};
use crate::domain::plan::Wish;
use crate::domain::time::UtcTime;

row! {
    /// What somebody said of an order.
    pub struct WishRow {
        pub order_id: OrderId,
        /// The parcel it was said of.
        pub shipment_id: ShipmentId,
        pub carrier: String,
        pub service: String,
        pub warehouse: String,
        pub branch: String,
        pub worker: String,
        pub said_by: String,
        pub said_at: UtcTime,
    }
}

/// Everything that was said of these orders, the latest last.
pub fn wishes(db: &mut Db, orders: &[OrderId]) -> QueryResult<Vec<WishRow>> {
    let seller = db.seller();
    db.load(
        sql("SELECT order_id, shipment_id, carrier, service, warehouse, branch, worker, said_by, said_at FROM plan_wishes \
             WHERE seller_id = ? AND order_id IN ? ORDER BY said_at, order_id, shipment_id")
        .bind(seller)
        .list(orders.iter().copied()),
    )
}

/// Something said of an order.
#[derive(Debug, Clone)]
pub struct NewWish {
    pub order: OrderId,
    /// The parcel it is said of.
    pub shipment: ShipmentId,
    pub wish: Wish,
}

/// Keeps what was said; what was said of the same order and parcel before is replaced.
pub fn save(tx: &mut Tx, wishes: &[NewWish]) -> QueryResult<()> {
    if wishes.is_empty() {
        return Ok(());
    }
    let (seller, now) = (tx.seller(), tx.now);
    let rows = Rows::new("new")
        .column("order_id", wishes.iter().map(|new| new.order))
        .column("shipment_id", wishes.iter().map(|new| new.shipment))
        .column("carrier", wishes.iter().map(|new| &new.wish.carrier))
        .column("service", wishes.iter().map(|new| &new.wish.service))
        .column("warehouse", wishes.iter().map(|new| &new.wish.warehouse))
        .column("branch", wishes.iter().map(|new| &new.wish.branch))
        .column("worker", wishes.iter().map(|new| &new.wish.worker))
        .column("said_by", wishes.iter().map(|new| &new.wish.said_by));
    tx.execute(
        sql("INSERT INTO plan_wishes (seller_id, order_id, shipment_id, carrier, service, warehouse, branch, \
             worker, said_by, said_at) SELECT ?, new.order_id, new.shipment_id, new.carrier, new.service, \
             new.warehouse, new.branch, new.worker, new.said_by, ? FROM ? WHERE true ON CONFLICT (seller_id, order_id, shipment_id) DO UPDATE SET \
             carrier = excluded.carrier, service = excluded.service, warehouse = excluded.warehouse, \
             branch = excluded.branch, worker = excluded.worker, said_by = excluded.said_by, said_at = excluded.said_at")
        .bind(seller)
        .bind(now)
        .rows(rows),
    )
    .map(drop)
}

/// Whether there is anything to plan by: services, warehouses, notices, or what somebody said.
pub fn are_on(db: &mut Db) -> QueryResult<bool> {
    let mut statement = sql("SELECT CAST(0 AS BIGINT)");
    for table in ["carrier_services", "warehouses", "region_rules", "plan_wishes"] {
        let text =
            format!(" + CASE WHEN EXISTS (SELECT 1 FROM {table} WHERE seller_id = ?) THEN 1 ELSE 0 END");
        statement = statement.push(&text).bind(db.seller());
    }
    Ok(db.number(statement.push(" AS one"))? > 0)
}

/// Marks the waiting parcels without a number to be planned anew; answers how many.
pub fn look_again(tx: &mut Tx) -> QueryResult<usize> {
    again::mark(tx, sql("s.waybill = ''"))
}

/// Marks the waiting parcels to these regions, also those with a number; an empty region means everywhere.
pub fn look_again_in(tx: &mut Tx, regions: &[String]) -> QueryResult<usize> {
    if regions.iter().any(String::is_empty) {
        return again::mark(tx, sql("s.country IS NOT NULL"));
    }
    let mut which: Option<Statement> = None;
    for region in regions {
        let started = which.map_or_else(|| sql("("), |which| which.push(" OR "));
        which = Some(
            started
                .push("(s.region_code >= ? AND s.region_code < ?)")
                .bind(region)
                .bind(format!("{region}~")),
        );
    }
    which.map_or(Ok(0), |which| again::mark(tx, which.push(")")))
}
