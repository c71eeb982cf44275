//! Telling Vendure: a fulfilment with the number, then its transition to `Shipped`.
//!
//! Between the two the fulfilment is `Pending`; it is found again by its number. A fulfilment is of one order only:
//! one over two orders is accepted and can then never be shipped (seen with 3.7.3).

use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::call;
use crate::connectors::link::{Access, CallError};
use crate::connectors::parcel::{Parcel, ShipError};

const ORDER: &str = "query($code: String!) { orders(options: { filter: { code: { eq: $code } }, take: 2 }) { items { \
    code state lines { id quantity } fulfillments { id state trackingCode lines { orderLineId quantity } } } } }";
const ADD: &str = "mutation($i: FulfillOrderInput!) { addFulfillmentToOrder(input: $i) { __typename \
    ... on Fulfillment { id state } ... on ErrorResult { errorCode message } } }";
const MOVE: &str = "mutation($id: ID!) { transitionFulfillmentToState(id: $id, state: \"Shipped\") { __typename \
    ... on Fulfillment { id state } ... on FulfillmentStateTransitionError { errorCode message transitionError } } }";

#[derive(Deserialize)]
struct Order {
    code: String,
    state: String,
    lines: Vec<Line>,
    #[serde(default)]
    fulfillments: Vec<Fulfillment>,
}

#[derive(Deserialize)]
struct Line {
    id: String,
    quantity: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Fulfillment {
    id: String,
    state: String,
    tracking_code: Option<String>,
    lines: Vec<FulfillmentLine>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FulfillmentLine {
    order_line_id: String,
    quantity: i64,
}

pub fn ship(access: &Access, parcel: &Parcel) -> Result<String, ShipError> {
    let order = find(access, &parcel.order)?;
    let live: Vec<&Fulfillment> =
        order.fulfillments.iter().filter(|fulfillment| fulfillment.state != "Cancelled").collect();
    let ours = live.iter().find(|fulfillment| fulfillment.tracking_code.as_deref() == Some(&parcel.number));
    let id = match ours {
        Some(ours) if ours.state != "Pending" => {
            return Ok(format!("{} has fulfilment {} with {}", order.code, ours.id, parcel.number));
        }
        Some(half) => half.id.clone(),
        None => add(access, parcel, &order, &live)?,
    };
    let data =
        call(access, &json!({ "query": MOVE, "variables": { "id": id } })).map_err(ShipError::of_write)?;
    accepted(&data["transitionFulfillmentToState"])?;
    Ok(format!("{} has fulfilment {id} with {}", order.code, parcel.number))
}

fn find(access: &Access, code: &str) -> Result<Order, ShipError> {
    let data = call(access, &json!({ "query": ORDER, "variables": { "code": code } }))?;
    let found: Vec<Order> = serde_json::from_value(data["orders"]["items"].clone())
        .map_err(|error| CallError::PlatformBusy(format!("its order cannot be read: {error}")))?;
    let order = found.into_iter().find(|order| order.code == code);
    order.ok_or_else(|| ShipError::Refused(format!("The shop knows no order {code}")))
}

/// Adds the fulfilment; answers its id.
fn add(access: &Access, parcel: &Parcel, order: &Order, live: &[&Fulfillment]) -> Result<String, ShipError> {
    if !matches!(
        order.state.as_str(),
        "PaymentSettled" | "PartiallyShipped" | "Shipped" | "PartiallyDelivered" | "Delivered"
    ) {
        return Err(parcel.not_shippable(&order.state));
    }
    let shown =
        || live.iter().filter_map(|fulfillment| fulfillment.tracking_code.clone()).collect::<Vec<_>>();
    let rest = |line: &Line| {
        let gone = live.iter().flat_map(|fulfillment| &fulfillment.lines);
        let gone: i64 = gone.filter(|gone| gone.order_line_id == line.id).map(|gone| gone.quantity).sum();
        line.quantity - gone
    };
    let mut lines = Vec::new();
    for line in &order.lines {
        let left = rest(line);
        let wanted = match parcel.lines.is_empty() {
            true => left,
            false => parcel.lines.iter().filter(|part| part.line == line.id).map(|part| part.quantity).sum(),
        };
        if wanted > left {
            return Err(parcel.conflict(&shown()));
        }
        if wanted > 0 {
            lines.push(json!({ "orderLineId": line.id, "quantity": wanted }));
        }
    }
    if lines.is_empty() {
        return Err(parcel.conflict(&shown()));
    }
    let handler = json!({ "code": "manual-fulfillment", "arguments": [
        { "name": "method", "value": parcel.carrier_name },
        { "name": "trackingCode", "value": parcel.number },
    ] });
    let input = json!({ "lines": lines, "handler": handler });
    let data =
        call(access, &json!({ "query": ADD, "variables": { "i": input } })).map_err(ShipError::of_write)?;
    let added = &data["addFulfillmentToOrder"];
    accepted(added)?;
    let id = added["id"].as_str().map(str::to_owned);
    id.ok_or_else(|| ShipError::Unheard(CallError::PlatformBusy("its answer names no fulfilment".to_owned())))
}

/// Vendure answers refusals as values of another type.
fn accepted(result: &Json) -> Result<(), ShipError> {
    match result["__typename"].as_str() {
        Some("Fulfillment") => Ok(()),
        _ => {
            let words = ["transitionError", "message", "errorCode"];
            let words = words.into_iter().find_map(|name| result[name].as_str()).unwrap_or("no reason given");
            Err(ShipError::Refused(format!("The shop answered: {words}")))
        }
    }
}
