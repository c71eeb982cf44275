//! Uses of waybill numbers, live and past, and the numbers that shipments carry.
//!
//! The history and the columns on the shipment are always written together, by [`give`] and [`end`].

use diesel::QueryResult;

use super::column::row;
use super::statement::{Rows, sql};
use super::{Db, Tx};
use crate::domain::id::{NumberRunId, ShipmentId};
use crate::domain::number_run::WaybillState;
use crate::domain::shipment::PrintState;

row! {
    /// A number that is on a shipment or void.
    pub struct Use {
        pub number: String,
        pub state: WaybillState,
        pub shipment_id: Option<ShipmentId>,
    }
}

/// Which of these numbers of a carrier are on a shipment or void.
pub fn uses<'a>(
    db: &mut Db,
    carrier: &str,
    numbers: impl IntoIterator<Item = &'a str>,
) -> QueryResult<Vec<Use>> {
    let statement =
        sql("SELECT number, state, shipment_id FROM waybills WHERE seller_id = ? AND number IN ? \
         AND carrier = ? AND state <> 'returned' ORDER BY id")
        .bind(db.seller())
        .list(numbers)
        .bind(carrier);
    db.load(statement)
}

row! {
    /// A shipment's live number.
    pub struct Live {
        pub shipment_id: ShipmentId,
        pub format: String,
        pub number: String,
        /// The run this number came from; none when it was typed for this shipment alone.
        pub number_run_id: Option<NumberRunId>,
    }
}

/// The live numbers of these shipments.
pub fn live(db: &mut Db, shipments: &[ShipmentId]) -> QueryResult<Vec<Live>> {
    let statement = sql("SELECT shipment_id, format, number, number_run_id FROM waybills \
         WHERE seller_id = ? AND shipment_id IN ? AND state = 'live'")
    .bind(db.seller())
    .list(shipments.iter().copied());
    db.load(statement)
}

/// A number for a shipment.
#[derive(Debug, Clone)]
pub struct Given {
    pub shipment: ShipmentId,
    pub number: String,
    /// The run the number comes from.
    pub run: Option<NumberRunId>,
    /// The shipment's place in the order of numbers and of paper; it outlives a corrected number.
    pub place: Option<(NumberRunId, i64)>,
    pub print: PrintState,
}

/// Puts numbers on shipments that have none.
///
/// # Errors
/// A unique violation when another writer took one of them first.
pub fn give(tx: &mut Tx, carrier: &str, format: &str, given: &[Given]) -> QueryResult<()> {
    if given.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = tx.ids(given.len())?.collect();
    let rows = Rows::new("new")
        .column("id", ids)
        .column("number", given.iter().map(|g| &g.number))
        .column("shipment_id", given.iter().map(|g| g.shipment))
        .column("run_id", given.iter().map(|g| g.run))
        .column("run_position", given.iter().map(|g| g.place.map(|place| place.1)));
    let statement = sql("INSERT INTO waybills (seller_id, id, carrier, format, number, state, shipment_id, \
         number_run_id, run_position, reason, created_by, created_at) \
         SELECT ?, new.id, ?, ?, new.number, 'live', new.shipment_id, new.run_id, new.run_position, '', ?, ? FROM ?")
    .bind(tx.seller())
    .bind(carrier)
    .bind(format)
    .bind(&tx.actor.name)
    .bind(tx.now)
    .rows(rows);
    tx.execute(statement)?;

    let rows = Rows::new("new")
        .column("id", given.iter().map(|g| g.shipment))
        .column("waybill", given.iter().map(|g| &g.number))
        .column("run_id", given.iter().map(|g| g.place.map(|place| place.0)))
        .column("run_position", given.iter().map(|g| g.place.map(|place| place.1)))
        .column("print", given.iter().map(|g| g.print));
    let statement =
        sql("UPDATE shipments SET carrier = ?, waybill = new.waybill, number_run_id = new.run_id, \
         run_position = new.run_position, print = new.print FROM ? \
         WHERE shipments.seller_id = ? AND shipments.id = new.id")
        .bind(carrier)
        .rows(rows)
        .bind(tx.seller());
    tx.execute(statement).map(drop)
}

/// Takes the live numbers off these shipments; the uses stay as history in `state`.
pub fn end(tx: &mut Tx, shipments: &[ShipmentId], state: WaybillState, reason: &str) -> QueryResult<()> {
    if shipments.is_empty() {
        return Ok(());
    }
    let statement = sql("UPDATE waybills SET state = ?, reason = ?, ended_at = ? \
         WHERE seller_id = ? AND shipment_id IN ? AND state = 'live'")
    .bind(state)
    .bind(reason)
    .bind(tx.now)
    .bind(tx.seller())
    .list(shipments.iter().copied());
    tx.execute(statement)?;
    let statement =
        sql("UPDATE shipments SET carrier = '', waybill = '', number_run_id = NULL, run_position = NULL, \
         print = 'none' WHERE seller_id = ? AND id IN ?")
        .bind(tx.seller())
        .list(shipments.iter().copied());
    tx.execute(statement).map(drop)
}

/// Ends the live number of a shipment that was cancelled: a printed one is void, for its label
/// may be on a parcel; an unprinted one returns and may be used again.
pub fn end_of_cancelled(tx: &mut Tx, shipment: ShipmentId, print: PrintState) -> QueryResult<()> {
    let state = if print == PrintState::None { WaybillState::Returned } else { WaybillState::Void };
    end(tx, &[shipment], state, "cancelled")
}

/// Marks shipments as shipped now; they take no further orders.
pub fn set_shipped(tx: &mut Tx, shipments: &[ShipmentId]) -> QueryResult<()> {
    if shipments.is_empty() {
        return Ok(());
    }
    // What goes without a number is with whom its plan names.
    let statement = sql("UPDATE shipments SET shipped_at = ?, is_open = false, \
         carrier = CASE WHEN waybill = '' THEN plan_carrier ELSE carrier END \
         WHERE seller_id = ? AND id IN ? AND shipped_at IS NULL")
    .bind(tx.now)
    .bind(tx.seller())
    .list(shipments.iter().copied());
    tx.execute(statement).map(drop)
}

/// The shipment that carries this number now; of two carriers' equal numbers the newer one.
pub fn holder(db: &mut Db, number: &str) -> QueryResult<Option<ShipmentId>> {
    let seller = db.seller();
    let statement = sql("SELECT shipment_id, format, number, number_run_id FROM waybills \
         WHERE seller_id = ? AND number = ? AND state = 'live' AND shipment_id IS NOT NULL ORDER BY id DESC LIMIT 1");
    Ok(db.first::<Live>(statement.bind(seller).bind(number))?.map(|live| live.shipment_id))
}
