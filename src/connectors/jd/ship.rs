//! Telling JD: one call takes the order and its number, and nothing tells a repetition apart.
//!
//! So the order is read first, and again when JD says no: what repeated shipping is answered with is not listed anywhere.
//! A further parcel of an order that was shipped already has no call of its own; that is said to a person.

use serde_json::json;

use super::wire::{Order, Shipped};
use super::{client, map, order};
use crate::connectors::link::Access;
use crate::connectors::parcel::{Parcel, ShipError};
use crate::domain::order::OrderState;

/// JD's ids of carriers by our codes. Source: seed data of a public ERP, 2026-07; a merchant's own list may have more.
const CARRIERS: &[(&str, &str)] = &[
    ("sf", "467"),
    ("zto", "1499"),
    ("yto", "463"),
    ("sto", "470"),
    ("yunda", "1327"),
    ("jt", "1255654"),
    ("ems", "465"),
    ("deppon", "3046"),
    ("jd", "2087"),
];

pub fn ship(access: &Access, parcel: &Parcel) -> Result<String, ShipError> {
    let carrier = CARRIERS.iter().find(|(ours, _)| *ours == parcel.carrier).map(|(_, id)| *id);
    let shown = order(access, &parcel.order)?;
    if has(&shown, &parcel.number) {
        return Ok(proof(&shown));
    }
    match map::state(&shown.order_state) {
        Ok(OrderState::AwaitingShipment) => {}
        Ok(OrderState::Shipped | OrderState::Completed) => return Err(taken(&shown, parcel)),
        _ => return Err(parcel.not_shippable(&shown.order_state)),
    }
    let wish = json!({
        "orderId": parcel.order, "logiCoprId": carrier.ok_or_else(|| parcel.no_carrier())?, "logiNo": parcel.number,
    });
    let shipped: Shipped =
        client::call(access, "jingdong.pop.order.shipment", &wish).map_err(ShipError::of_write)?;
    let result = shipped.sopjosshipment_result;
    if result.is_done() {
        return Ok(format!("{} shows {}", parcel.order, parcel.number));
    }
    let after = order(access, &parcel.order)?;
    match has(&after, &parcel.number) {
        true => Ok(proof(&after)),
        false => Err(ShipError::Refused(format!(
            "The shop answered {}: {}",
            result.error_code, result.chinese_err_code
        ))),
    }
}

fn proof(order: &Order) -> String {
    format!("{} is {} with {}", order.order_id, order.order_state, order.waybill)
}

/// Numbers of one carrier are joined by commas, those of several by bars.
fn numbers(order: &Order) -> impl Iterator<Item = &str> {
    order.waybill.split([',', '|']).map(str::trim).filter(|number| !number.is_empty())
}

fn has(order: &Order, number: &str) -> bool {
    numbers(order).any(|shown| shown == number)
}

/// Shipped with another number: of a parcel of ours, or of somebody else's.
fn taken(order: &Order, parcel: &Parcel) -> ShipError {
    let shown: Vec<String> = numbers(order).map(str::to_owned).collect();
    match !shown.is_empty() && shown.iter().all(|number| parcel.others.contains(number)) {
        true => ShipError::Refused(format!(
            "JD takes all numbers of an order at once, and order {} was shipped with {}; add {} in the shop",
            parcel.order,
            shown.join(", "),
            parcel.number
        )),
        false => parcel.conflict(&shown),
    }
}
