//! Warehouses whose times of the day move deadlines: from which of them orders leave.

use std::collections::HashMap;

use crate::db::{Db, shipments as record, warehouses};
use crate::domain::deadline::{DayTime, House};
use crate::domain::error::Error;
use crate::domain::id::{OrderId, ShipmentId};

/// The times of the warehouses that name any, by code.
#[derive(Debug, Default)]
pub struct Houses(HashMap<String, House>);

impl Houses {
    /// Reads them.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn load(db: &mut Db) -> Result<Self, Error> {
        let mut houses = HashMap::new();
        for row in warehouses::all(db)? {
            let house = House { order_cut_off: time(&row.order_cut_off)?, pickup_at: time(&row.pickup_at)? };
            if !house.is_silent() {
                houses.insert(row.code, house);
            }
        }
        Ok(Self(houses))
    }

    /// Whether none moves a deadline.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// From where these orders leave, by the plans of their parcels as they stand, or as `planned` says; an order that
    /// leaves from nowhere special is not named.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn of_orders(
        &self,
        db: &mut Db,
        orders: &[OrderId],
        planned: &HashMap<ShipmentId, &str>,
    ) -> Result<HashMap<OrderId, House>, Error> {
        let mut found: HashMap<OrderId, House> = HashMap::new();
        if self.is_empty() {
            return Ok(found);
        }
        for place in record::planned_from(db, orders)? {
            let code = planned.get(&place.shipment_id).copied().unwrap_or(&place.warehouse);
            if let Some(house) = self.0.get(code) {
                let known = found.entry(place.order_id).or_default();
                *known = known.and(*house);
            }
        }
        Ok(found)
    }
}

fn time(text: &str) -> Result<Option<DayTime>, Error> {
    match text {
        "" => Ok(None),
        text => Ok(Some(DayTime::parse(text).map_err(anyhow::Error::msg)?)),
    }
}
