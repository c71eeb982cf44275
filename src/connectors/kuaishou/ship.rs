//! Telling Kuaishou: a whole order of one line by one call, everything else piece by piece by another.
//!
//! Neither call tells a repetition apart, so the order is read first, and again when the platform says no. It tells numbers
//! by line without their pieces: a line that shows our number has been told.

use std::collections::BTreeMap;

use serde_json::{Number, Value as Json, json};

use super::client::{self, Verb};
use super::map::{self, lines};
use super::order;
use super::wire::Order;
use crate::connectors::link::{Access, CallError};
use crate::connectors::parcel::{Parcel, ShipError};
use crate::connectors::shown::{Plan, Shown, ShownParcel};

/// The platform's numbers of carriers by our codes. Source: table of the official documents.
const CARRIERS: &[(&str, i64)] = &[
    ("sf", 4),
    ("zto", 9),
    ("yto", 6),
    ("sto", 3),
    ("yunda", 11),
    ("jt", 109),
    ("ems", 2),
    ("deppon", 53),
    ("jd", 14),
];

pub fn ship(access: &Access, parcel: &Parcel) -> Result<String, ShipError> {
    let proof = || format!("{} shows {}", parcel.order, parcel.number);
    let order = read(access, &parcel.order)?;
    let shown = shown(&order, parcel);
    let plan = shown.plan(parcel);
    if plan == Ok(Plan::Done) {
        return Ok(proof());
    }
    if let Some(state) = closed(&order) {
        return Err(parcel.not_shippable(state));
    }
    let Plan::Tell(pieces) = plan? else { return Ok(proof()) };
    let carrier =
        CARRIERS.iter().find(|(ours, _)| *ours == parcel.carrier).ok_or_else(|| parcel.no_carrier())?.1;
    let is_whole = shown.parcels.is_empty() && shown.lines.len() == 1 && pieces == shown.lines;
    let told: Result<Json, CallError> = match is_whole {
        true => {
            let wish =
                json!({ "orderId": id(&parcel.order)?, "expressCode": carrier, "expressNo": parcel.number });
            client::call(access, Verb::Post, "open.seller.order.goods.deliver", &wish)
        }
        false => {
            let goods: Result<Vec<Json>, ShipError> = pieces
                .iter()
                .map(|(line, pieces)| Ok(json!({ "oid": id(line)?, "deliveryNum": pieces })))
                .collect();
            let wish = json!({
                "mainOrderId": id(&parcel.order)?,
                "deliveryItemInfoList": [{
                    "expressCode": carrier, "expressNo": parcel.number, "deliveryGoodsInfoList": goods?,
                }],
            });
            client::call(access, Verb::Post, "open.order.goods.split.deliver", &wish)
        }
    };
    match told {
        Ok(_) => Ok(proof()),
        // Perhaps because it knows already.
        Err(CallError::Invalid(words)) => {
            match self::shown(&read(access, &parcel.order)?, parcel).plan(parcel) {
                Ok(Plan::Done) => Ok(proof()),
                _ => Err(ShipError::Refused(words)),
            }
        }
        Err(error) => Err(ShipError::of_write(error)),
    }
}

pub(super) fn read(access: &Access, number: &str) -> Result<Order, ShipError> {
    id(number)?;
    Ok(order(access, number)?)
}

/// As a number, to the last digit.
pub(super) fn id(text: &str) -> Result<Number, ShipError> {
    let number = text.parse::<u64>().map(Number::from);
    number.map_err(|_| {
        ShipError::Refused(format!("{text:?} is no order of this platform; its orders are numbers"))
    })
}

fn shown(order: &Order, parcel: &Parcel) -> Shown {
    let mut shown = Shown::default();
    for part in lines(order) {
        let all = part.item.num.max(1);
        let delivered = if part.status >= 40 { all } else { part.delivered.min(all) };
        shown.lines.insert(part.number.to_owned(), all);
        let wanted =
            parcel.lines.iter().find(|line| line.line == part.number).map_or(all, |line| line.quantity);
        let ours =
            if part.numbers.contains(&parcel.number.as_str()) { wanted.min(delivered.max(1)) } else { 0 };
        let other = part.numbers.iter().find(|number| **number != parcel.number).copied().unwrap_or_default();
        for (number, pieces) in [(parcel.number.as_str(), ours), (other, delivered - ours)] {
            if pieces > 0 {
                let lines = BTreeMap::from([(part.number.to_owned(), pieces)]);
                shown.parcels.push(ShownParcel { number: number.to_owned(), lines });
            }
        }
    }
    shown
}

/// Why nothing of it leaves, in a word for the person.
fn closed(order: &Order) -> Option<&'static str> {
    match order.order_base_info.status {
        10 => Some("unpaid"),
        80 => Some("closed"),
        30 if map::is_held(&order.order_base_info) => Some("held by the platform"),
        30 | 40 if map::refund(&order.order_refund_list).is_open() => {
            Some("waiting for an answer to a refund")
        }
        30 if map::refund(&order.order_refund_list).is_final() => Some("refunded"),
        _ => None,
    }
}
