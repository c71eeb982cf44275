//! Telling WooCommerce: the numbers as metadata, and `completed` with the order's last parcel.
//!
//! The core has no field for numbers and no state between paid and done. `_tracking_number` and `_tracking_provider`
//! are what common plug-ins read; an order of several parcels keeps its numbers there, with commas. Completing a
//! cancelled order is accepted and brings it back, and completing an unpaid one marks it paid (seen with 7.8): the
//! state is looked at first.

use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{call, put};
use crate::connectors::link::{Access, CallError};
use crate::connectors::parcel::{Parcel, ShipError};

const NUMBER: &str = "_tracking_number";
const PROVIDER: &str = "_tracking_provider";

#[derive(Deserialize)]
pub(super) struct Order {
    pub(super) id: i64,
    number: String,
    status: String,
    #[serde(default)]
    meta_data: Vec<Meta>,
}

#[derive(Deserialize)]
struct Meta {
    key: String,
    #[serde(default)]
    value: Json,
}

impl Order {
    fn numbers(&self) -> Vec<String> {
        let text = self.meta_data.iter().find(|meta| meta.key == NUMBER);
        let text = text.and_then(|meta| meta.value.as_str()).unwrap_or_default();
        text.split(',').map(|number| number.trim().to_owned()).filter(|number| !number.is_empty()).collect()
    }

    fn proof(&self) -> String {
        format!("{} is {} with {}", self.number, self.status, self.numbers().join(", "))
    }
}

pub fn ship(access: &Access, parcel: &Parcel) -> Result<String, ShipError> {
    let order = find(access, &parcel.order)?;
    let mut numbers = order.numbers();
    if numbers.iter().any(|number| *number != parcel.number && !parcel.others.contains(number)) {
        return Err(parcel.conflict(&numbers));
    }
    let is_known = numbers.contains(&parcel.number);
    let is_done = order.status == "completed";
    if is_known && (is_done || !parcel.is_last) {
        return Ok(order.proof());
    }
    // The core knows no partly shipped order, so one that is done may still get a further number.
    if !is_done && order.status != "processing" {
        return Err(parcel.not_shippable(&order.status));
    }
    if !is_known {
        numbers.push(parcel.number.clone());
    }
    let mut change = json!({ "meta_data": [
        { "key": NUMBER, "value": numbers.join(", ") },
        { "key": PROVIDER, "value": parcel.carrier_name },
    ] });
    if parcel.is_last && !is_done {
        change["status"] = "completed".into();
    }
    let answer = put(access, &format!("/orders/{}", order.id), &change).map_err(ShipError::of_write)?;
    let told: Order = answer.json().map_err(ShipError::of_write)?;
    match told.numbers().contains(&parcel.number) {
        true => Ok(told.proof()),
        // Read again by the next try.
        false => {
            Err(ShipError::Unheard(CallError::PlatformBusy("its answer does not show the number".to_owned())))
        }
    }
}

/// The order buyers know by this number. It is the id, unless a plug-in numbers orders its own way.
pub(super) fn find(access: &Access, number: &str) -> Result<Order, ShipError> {
    if number.parse::<u64>().is_ok() {
        let answer = call(access, &format!("/orders/{number}"), &[])?;
        if answer.status != 404 {
            let order: Order = answer.json()?;
            if order.number == number {
                return Ok(order);
            }
        }
    }
    let found: Vec<Order> = call(access, "/orders", &[("search", number), ("per_page", "100")])?.json()?;
    let order = found.into_iter().find(|order| order.number == number);
    order.ok_or_else(|| ShipError::Refused(format!("The shop knows no order {number}")))
}
