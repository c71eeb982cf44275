//! Telling Xiaohongshu: the whole order, or its parts by SKU; a SKU leaves as a whole.
//!
//! Nothing tells a repetition apart, so the order is read first, and again when the platform says no. Carriers are named as
//! the platform's own list names them.

use serde_json::{Value as Json, json};

use super::wire::{Carriers, Order};
use super::{client, map, order};
use crate::connectors::link::{Access, CallError};
use crate::connectors::parcel::{Parcel, ShipError};
use crate::connectors::shown::{Plan, Shown, ShownParcel};
use crate::connectors::windows::seconds;
use crate::domain::order::OrderState;
use crate::domain::waybill::carriers::code_of;

pub fn ship(access: &Access, parcel: &Parcel) -> Result<String, ShipError> {
    let proof = || format!("{} shows {}", parcel.order, parcel.number);
    let read = order(access, &parcel.order)?;
    let shown = shown(&read);
    let plan = shown.plan(parcel);
    if plan == Ok(Plan::Done) {
        return Ok(proof());
    }
    if let Some(state) = closed(&read) {
        return Err(parcel.not_shippable(state));
    }
    let Plan::Tell(pieces) = plan? else { return Ok(proof()) };
    if let Some((line, _)) = pieces.iter().find(|(line, pieces)| shown.lines.get(*line) != Some(*pieces)) {
        return Err(ShipError::Refused(format!(
            "Xiaohongshu ships a SKU as a whole, and only part of line {line} of order {} left; enter it in the shop",
            parcel.order
        )));
    }
    let is_whole = shown.parcels.is_empty() && pieces.len() == shown.lines.len();
    let (code, name) = carrier(access, parcel)?;
    let mut wish = json!({
        "orderId": parcel.order, "expressNo": parcel.number, "expressCompanyCode": code, "expressCompanyName": name,
        "deliveringTime": seconds(access.its_now()) * 1_000, "unpack": !is_whole,
    });
    if !is_whole {
        let mut skus: Vec<&str> = pieces.keys().map(|line| sku(line)).collect();
        skus.dedup();
        wish["skuIdList"] = skus.into();
    }
    match client::call::<Json>(access, "order.orderDeliver", &wish) {
        Ok(_) => Ok(proof()),
        // Perhaps because it knows already.
        Err(CallError::Invalid(words)) => match self::shown(&order(access, &parcel.order)?).plan(parcel) {
            Ok(Plan::Done) => Ok(proof()),
            _ => Err(ShipError::Refused(words)),
        },
        Err(error) => Err(ShipError::of_write(error)),
    }
}

/// The SKU of a line, without the mark of one that comes twice.
fn sku(line: &str) -> &str {
    line.split_once('-').map_or(line, |(sku, _)| sku)
}

fn shown(read: &Order) -> Shown {
    let lines =
        map::numbered(&read.sku_list).into_iter().map(|(number, sku)| (number, sku.sku_quantity.max(1)));
    let mut shown = Shown { lines: lines.collect(), parcels: Vec::new() };
    let parts = read.simple_delivery_order_list.iter().filter(|part| !part.express_tracking_no.is_empty());
    for part in parts {
        let is_in = |line: &str| part.sku_id_list.iter().any(|id| id == sku(line));
        let lines = shown.lines.iter().filter(|(line, _)| is_in(line));
        let lines = lines.map(|(line, pieces)| (line.clone(), *pieces)).collect();
        shown.parcels.push(ShownParcel { number: part.express_tracking_no.clone(), lines });
    }
    if shown.parcels.is_empty() && !read.express_tracking_no.is_empty() {
        let number = read.express_tracking_no.clone();
        shown.parcels.push(ShownParcel { number, lines: shown.lines.clone() });
    }
    shown
}

/// Why nothing of it leaves, in a word for the person.
fn closed(read: &Order) -> Option<&'static str> {
    match map::state(read.order_status) {
        Ok(OrderState::Unpaid) => Some("unpaid"),
        Ok(OrderState::Held) => Some("held by the platform"),
        Ok(OrderState::Cancelled) => Some("closed"),
        _ if map::refund(read).is_open() => Some("waiting for an answer to an after-sale or a cancellation"),
        _ => None,
    }
}

fn carrier(access: &Access, parcel: &Parcel) -> Result<(String, String), ShipError> {
    let list: Carriers = client::call(access, "common.getExpressCompanyList", &json!({}))?;
    let found = list.express_company_infos.into_iter().find(|one| {
        one.express_company_code == parcel.carrier || code_of(&one.express_company_name) == parcel.carrier
    });
    found.map(|one| (one.express_company_code, one.express_company_name)).ok_or_else(|| parcel.no_carrier())
}
