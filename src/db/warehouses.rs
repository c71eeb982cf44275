//! Where parcels leave from.

use diesel::QueryResult;

use super::column::row;
use super::statement::sql;
use super::{Db, Tx};
use crate::domain::id::WarehouseId;

row! {
    /// A warehouse. The return address is sealed.
    pub struct WarehouseRow {
        pub id: WarehouseId,
        pub code: String,
        pub name: String,
        pub return_address: String,
        pub order_cut_off: String,
        pub pickup_at: String,
        pub is_default: bool,
        pub is_on: bool,
    }
}

const COLUMNS: &str = "id, code, name, return_address, order_cut_off, pickup_at, is_default, is_on";

/// All warehouses, by code.
pub fn all(db: &mut Db) -> QueryResult<Vec<WarehouseRow>> {
    let seller = db.seller();
    db.load(sql(format!("SELECT {COLUMNS} FROM warehouses WHERE seller_id = ? ORDER BY code")).bind(seller))
}

/// One warehouse.
pub fn find(db: &mut Db, id: WarehouseId) -> QueryResult<Option<WarehouseRow>> {
    let seller = db.seller();
    let text = format!("SELECT {COLUMNS} FROM warehouses WHERE seller_id = ? AND id = ?");
    db.first(sql(text).bind(seller).bind(id))
}

/// Adds a warehouse, or replaces what is said of it. A new default takes the place of the old one.
pub fn save(tx: &mut Tx, row: &WarehouseRow) -> QueryResult<()> {
    let (seller, now) = (tx.seller(), tx.now);
    if row.is_default {
        let text = "UPDATE warehouses SET is_default = false WHERE seller_id = ? AND is_default AND id <> ?";
        tx.execute(sql(text).bind(seller).bind(row.id))?;
    }
    tx.execute(
        sql("INSERT INTO warehouses (seller_id, id, code, name, return_address, order_cut_off, pickup_at, is_default, \
             is_on, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) \
             ON CONFLICT (seller_id, id) DO UPDATE SET code = excluded.code, name = excluded.name, \
             return_address = excluded.return_address, order_cut_off = excluded.order_cut_off, \
             pickup_at = excluded.pickup_at, is_default = excluded.is_default, is_on = excluded.is_on, \
             updated_at = excluded.updated_at")
        .bind(seller)
        .bind(row.id)
        .bind(&row.code)
        .bind(&row.name)
        .bind(&row.return_address)
        .bind(&row.order_cut_off)
        .bind(&row.pickup_at)
        .bind(row.is_default)
        .bind(row.is_on)
        .bind(now)
        .bind(now),
    )
    .map(drop)
}

/// Forgets a warehouse.
pub fn remove(tx: &mut Tx, id: WarehouseId) -> QueryResult<()> {
    let seller = tx.seller();
    tx.execute(sql("DELETE FROM warehouses WHERE seller_id = ? AND id = ?").bind(seller).bind(id)).map(drop)
}
