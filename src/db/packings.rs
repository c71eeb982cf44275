//! Packings: what was scanned into a parcel so far.

use diesel::QueryResult;

use super::column::row;
use super::statement::sql;
use super::{Db, Tx};
use crate::domain::id::ShipmentId;
use crate::domain::time::UtcTime;

row! {
    /// How far the packing of a parcel is.
    pub struct PackingRow {
        pub shipment_id: ShipmentId,
        /// JSON: pieces by item.
        pub scanned: String,
        pub scan_count: i64,
        pub contents_hash: String,
        pub packed_by: String,
        pub packed_at: Option<UtcTime>,
    }
}

/// How far a parcel is; `None` before its first scan.
pub fn find(db: &mut Db, shipment: ShipmentId) -> QueryResult<Option<PackingRow>> {
    let text = "SELECT shipment_id, scanned, scan_count, contents_hash, packed_by, packed_at FROM packings \
        WHERE seller_id = ? AND shipment_id = ?";
    let seller = db.seller();
    db.first(sql(text).bind(seller).bind(shipment))
}

/// Writes how far a parcel is. Its shipment is locked.
pub fn put(tx: &mut Tx, row: &PackingRow) -> QueryResult<()> {
    let text = "INSERT INTO packings (seller_id, shipment_id, scanned, scan_count, contents_hash, packed_by, packed_at, \
        changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (seller_id, shipment_id) DO UPDATE SET \
        scanned = excluded.scanned, scan_count = excluded.scan_count, contents_hash = excluded.contents_hash, \
        packed_by = excluded.packed_by, packed_at = excluded.packed_at, changed_at = excluded.changed_at";
    let (seller, now) = (tx.seller(), tx.now);
    let statement = sql(text)
        .bind(seller)
        .bind(row.shipment_id)
        .bind(&row.scanned)
        .bind(row.scan_count)
        .bind(&row.contents_hash)
        .bind(&row.packed_by)
        .bind(row.packed_at)
        .bind(now);
    tx.execute(statement).map(drop)
}
