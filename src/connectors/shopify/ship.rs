//! Telling Shopify: a fulfilment with the number, for what of the order lies at each place.
//!
//! An order's goods stand in fulfilment orders, each at one place; a fulfilment is of one place only, so a parcel
//! may need several of them, all with its number. Which pieces a number has taken already is read back from the
//! fulfilments, and only the others are written. There is no error for shipping twice (shopify.dev): what remains is
//! looked at first.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::wire::number;
use super::{call, part};
use crate::connectors::link::Access;
use crate::connectors::parcel::{Parcel, ShipError};

const ORDER: &str = "query($q: String!) { orders(first: 5, query: $q) { nodes { name cancelledAt displayFinancialStatus \
    fulfillments(first: 50) { status trackingInfo { number } \
      fulfillmentLineItems(first: 100) { nodes { quantity lineItem { id } } } } \
    fulfillmentOrders(first: 20) { nodes { id status assignedLocation { location { id } } \
      lineItems(first: 100) { nodes { id remainingQuantity lineItem { id } } } } } } } }";
const CREATE: &str = "mutation($f: FulfillmentInput!) { fulfillmentCreate(fulfillment: $f) { \
    fulfillment { id status } userErrors { field message } } }";

#[derive(Deserialize)]
struct Nodes<T> {
    nodes: Vec<T>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Order {
    name: String,
    cancelled_at: Option<String>,
    display_financial_status: Option<String>,
    fulfillments: Vec<Fulfillment>,
    fulfillment_orders: Nodes<FulfillmentOrder>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Fulfillment {
    status: String,
    tracking_info: Vec<TrackingInfo>,
    fulfillment_line_items: Nodes<FulfillmentLine>,
}

#[derive(Deserialize)]
struct TrackingInfo {
    number: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FulfillmentLine {
    quantity: Option<i64>,
    line_item: LineItem,
}

#[derive(Deserialize)]
struct LineItem {
    id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FulfillmentOrder {
    id: String,
    status: String,
    assigned_location: AssignedLocation,
    line_items: Nodes<OpenLine>,
}

#[derive(Deserialize)]
struct AssignedLocation {
    location: Option<LineItem>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OpenLine {
    id: String,
    remaining_quantity: i64,
    line_item: LineItem,
}

impl Order {
    fn live(&self) -> impl Iterator<Item = &Fulfillment> {
        self.fulfillments
            .iter()
            .filter(|fulfillment| !matches!(fulfillment.status.as_str(), "CANCELLED" | "ERROR" | "FAILURE"))
    }

    /// Pieces by line that stand under this number already.
    fn under(&self, wanted: &str) -> BTreeMap<&str, i64> {
        let mut pieces = BTreeMap::new();
        for fulfillment in self.live().filter(|fulfillment| fulfillment.has(wanted)) {
            for line in &fulfillment.fulfillment_line_items.nodes {
                *pieces.entry(number(&line.line_item.id)).or_default() += line.quantity.unwrap_or_default();
            }
        }
        pieces
    }

    fn shown(&self) -> Vec<String> {
        let infos = self.live().flat_map(|fulfillment| &fulfillment.tracking_info);
        infos.filter_map(|info| info.number.clone()).collect()
    }
}

impl Fulfillment {
    fn has(&self, wanted: &str) -> bool {
        self.tracking_info.iter().any(|info| info.number.as_deref() == Some(wanted))
    }
}

pub fn ship(access: &Access, parcel: &Parcel) -> Result<String, ShipError> {
    let order = find(access, &parcel.order)?;
    let proof = || format!("{} has a fulfilment with {}", order.name, parcel.number);
    let places = places(parcel, &order)?;
    let Some(places) = places else { return Ok(proof()) };
    if order.cancelled_at.is_some() {
        return Err(parcel.not_shippable("cancelled"));
    }
    if let Some(state) = order
        .display_financial_status
        .as_deref()
        .filter(|state| matches!(*state, "VOIDED" | "EXPIRED" | "REFUNDED"))
    {
        return Err(parcel.not_shippable(&state.to_lowercase()));
    }
    // The buyer is written to once for a parcel.
    let mut is_first = order.under(&parcel.number).is_empty();
    for fulfillment_orders in places {
        let input = json!({
            "lineItemsByFulfillmentOrder": fulfillment_orders,
            "trackingInfo": { "company": parcel.carrier_name, "number": parcel.number },
            "notifyCustomer": is_first,
        });
        let data = call(access, CREATE, &json!({ "f": input })).map_err(ShipError::of_write)?;
        accepted(&data["fulfillmentCreate"])?;
        is_first = false;
    }
    Ok(proof())
}

fn find(access: &Access, name: &str) -> Result<Order, ShipError> {
    // A quote would end the text of the filter.
    let filter = format!("name:\"{}\"", name.replace(['"', '\\'], ""));
    let data = call(access, ORDER, &json!({ "q": filter }))?;
    let found: Nodes<Order> = part(&data["orders"])?;
    let order = found.nodes.into_iter().find(|order| order.name == name);
    order.ok_or_else(|| ShipError::Refused(format!("The shop knows no order {name}")))
}

/// What is still to be written, place by place; `None` when all of the parcel stands under its number.
fn places(parcel: &Parcel, order: &Order) -> Result<Option<Vec<Vec<Json>>>, ShipError> {
    let known = order.under(&parcel.number);
    // What is wanted of each line; without lines all that remains.
    let mut wanted: BTreeMap<&str, i64> = BTreeMap::new();
    for line in &parcel.lines {
        *wanted.entry(line.line.as_str()).or_default() += line.quantity;
    }
    for (line, quantity) in &mut wanted {
        *quantity -= known.get(line).copied().unwrap_or_default();
    }
    let is_all = parcel.lines.is_empty();
    let open = || {
        let orders = order.fulfillment_orders.nodes.iter();
        orders.filter(|one| matches!(one.status.as_str(), "OPEN" | "IN_PROGRESS"))
    };
    let remains = open().flat_map(|one| &one.line_items.nodes).any(|line| line.remaining_quantity > 0);
    let is_done = if is_all { !known.is_empty() && !remains } else { wanted.values().all(|left| *left <= 0) };
    if is_done {
        return Ok(None);
    }
    if !remains && order.fulfillment_orders.nodes.iter().any(|one| one.status == "ON_HOLD") {
        return Err(parcel.not_shippable("on hold"));
    }
    let mut by_place: BTreeMap<&str, Vec<Json>> = BTreeMap::new();
    for one in open() {
        let mut lines = Vec::new();
        for line in one.line_items.nodes.iter().filter(|line| line.remaining_quantity > 0) {
            let quantity = match is_all {
                true => line.remaining_quantity,
                false => {
                    let left = wanted.entry(number(&line.line_item.id)).or_default();
                    let taken = line.remaining_quantity.min(*left).max(0);
                    *left -= taken;
                    taken
                }
            };
            if quantity > 0 {
                lines.push(json!({ "id": line.id, "quantity": quantity }));
            }
        }
        if !lines.is_empty() {
            let place = one.assigned_location.location.as_ref().map_or("", |location| location.id.as_str());
            by_place
                .entry(place)
                .or_default()
                .push(json!({ "fulfillmentOrderId": one.id, "fulfillmentOrderLineItems": lines }));
        }
    }
    // Somebody else has shipped what we have.
    if by_place.is_empty() || wanted.values().any(|left| *left > 0) {
        return Err(parcel.conflict(&order.shown()));
    }
    Ok(Some(by_place.into_values().collect()))
}

/// Shopify answers refusals as a list beside nothing.
fn accepted(result: &Json) -> Result<(), ShipError> {
    match result["userErrors"].as_array().and_then(|errors| errors.first()) {
        None if !result["fulfillment"].is_null() => Ok(()),
        None => Err(ShipError::Refused("The shop made no fulfilment and gave no reason".to_owned())),
        Some(error) => {
            let words = error["message"].as_str().unwrap_or("no reason given");
            Err(ShipError::Refused(format!("The shop answered: {words}")))
        }
    }
}
