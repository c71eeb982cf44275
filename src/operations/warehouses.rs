//! Warehouses: where parcels leave from and where returns go.

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::db::events::{self, NewEvent};
use crate::db::warehouses::{self as record, WarehouseRow};
use crate::db::{Db, Tx};
use crate::domain::error::Error;
use crate::domain::id::WarehouseId;
use crate::domain::warehouse::{ReturnAddress, WarehouseFields};
use crate::operations::plans;

/// The sealing purpose of return addresses.
const RETURN_ADDRESS: &str = "return_address";

/// What is to be said of a warehouse.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWarehouse {
    /// What rules, shops and people name it by: letters, digits, `-`, `_`, `.`.
    pub code: String,
    pub name: String,
    #[serde(default)]
    pub return_address: ReturnAddress,
    /// Until when orders of the day are taken, `HH:MM` in the seller's time zone; empty without one.
    #[serde(default)]
    pub order_cut_off: String,
    /// When the drivers come, `HH:MM`; empty without a time.
    #[serde(default)]
    pub pickup_at: String,
    /// Parcels leave from here unless something else is said; takes the place of the default before.
    #[serde(default)]
    pub is_default: bool,
    #[serde(default = "yes")]
    pub is_on: bool,
}

fn yes() -> bool {
    true
}

/// A warehouse.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Warehouse {
    pub id: WarehouseId,
    pub code: String,
    pub name: String,
    pub return_address: ReturnAddress,
    pub order_cut_off: String,
    pub pickup_at: String,
    pub is_default: bool,
    pub is_on: bool,
}

fn view(db: &Db, row: WarehouseRow) -> Result<Warehouse, Error> {
    let opened = db.open(RETURN_ADDRESS, &row.return_address)?;
    let return_address = serde_json::from_str(&opened).map_err(anyhow::Error::from)?;
    let WarehouseRow { id, code, name, order_cut_off, pickup_at, is_default, is_on, .. } = row;
    Ok(Warehouse { id, code, name, return_address, order_cut_off, pickup_at, is_default, is_on })
}

/// All warehouses, by code.
///
/// # Errors
/// When the record cannot be read.
pub fn list(db: &mut Db) -> Result<Vec<Warehouse>, Error> {
    let rows = record::all(db)?;
    rows.into_iter().map(|row| view(db, row)).collect()
}

/// One warehouse.
///
/// # Errors
/// A missing warehouse.
pub fn show(db: &mut Db, id: WarehouseId) -> Result<Warehouse, Error> {
    let row = record::find(db, id)?.ok_or_else(|| Error::missing("warehouse", id))?;
    view(db, row)
}

/// Writes a warehouse down; waiting parcels are planned anew.
///
/// # Errors
/// Every field that cannot be taken; `warehouse_code_taken`.
pub fn create(tx: &mut Tx, new: NewWarehouse) -> Result<Warehouse, Error> {
    let id = WarehouseId(tx.id()?);
    save(tx, id, new, "warehouse.created")
}

/// Replaces all that is said of a warehouse.
///
/// # Errors
/// As [`create`]; a missing warehouse.
pub fn replace(tx: &mut Tx, id: WarehouseId, new: NewWarehouse) -> Result<Warehouse, Error> {
    record::find(tx, id)?.ok_or_else(|| Error::missing("warehouse", id))?;
    save(tx, id, new, "warehouse.changed")
}

fn save(tx: &mut Tx, id: WarehouseId, new: NewWarehouse, kind: &'static str) -> Result<Warehouse, Error> {
    let NewWarehouse { code, name, return_address, order_cut_off, pickup_at, is_default, is_on } = new;
    let fields = WarehouseFields { code, name, return_address, order_cut_off, pickup_at, is_default, is_on };
    let fields = fields.parse().map_err(Error::Invalid)?;
    if let Some(other) = record::all(tx)?.into_iter().find(|row| row.id != id && row.code == fields.code) {
        return Err(Error::conflict(
            "warehouse_code_taken",
            format!("The warehouse {:?} has the code {:?} already.", other.name, other.code),
            "Change that one, or choose another code.",
        ));
    }
    let address = serde_json::to_string(&fields.return_address).expect("an address is plain data");
    let row = WarehouseRow {
        id,
        code: fields.code,
        name: fields.name,
        return_address: tx.seal(RETURN_ADDRESS, &address),
        order_cut_off: fields.order_cut_off,
        pickup_at: fields.pickup_at,
        is_default: fields.is_default,
        is_on: fields.is_on,
    };
    record::save(tx, &row)?;
    // The address is the seller's own, and still nothing for a log.
    let data =
        json!({ "code": row.code, "name": row.name, "is_default": row.is_default, "is_on": row.is_on });
    events::record(tx, &[NewEvent { kind, subject_kind: "warehouse", subject: id.0, data }])?;
    look_again(tx)?;
    show(tx, id)
}

/// Forgets a warehouse; waiting parcels leave from another one.
///
/// # Errors
/// A missing warehouse.
pub fn remove(tx: &mut Tx, id: WarehouseId) -> Result<(), Error> {
    let row = record::find(tx, id)?.ok_or_else(|| Error::missing("warehouse", id))?;
    record::remove(tx, id)?;
    let data = json!({ "code": row.code, "name": row.name });
    events::record(
        tx,
        &[NewEvent { kind: "warehouse.removed", subject_kind: "warehouse", subject: id.0, data }],
    )?;
    look_again(tx)
}

/// Its times move deadlines also of parcels that have their number.
fn look_again(tx: &mut Tx) -> Result<(), Error> {
    plans::look_again_in(tx, &[String::new()])
}
