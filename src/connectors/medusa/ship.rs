//! Telling Medusa: a fulfilment that carries our key, then its shipment with the number.
//!
//! There is no field for the carrier, and metadata of the second call is dropped without a word (seen with 2.21.2), so
//! the first call carries both; the key finds a fulfilment whose second call was cut off. After shipping a number
//! cannot be changed there.

use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{get, post};
use crate::connectors::digest::percent_encoded;
use crate::connectors::link::{Access, CallError};
use crate::connectors::parcel::{Parcel, ShipError};

/// Where a fulfilment keeps whose it is.
const KEY: &str = "huidan_key";
/// Hits of one call of the search, and how many such pages are gone through.
const PAGE: usize = 100;
const SEARCHED: usize = 100;
const FIELDS: &str =
    "id,display_id,status,payment_status,*items,*items.detail,*fulfillments,*fulfillments.labels";

#[derive(Deserialize)]
struct List {
    orders: Vec<Named>,
}

#[derive(Deserialize)]
struct Named {
    id: String,
    display_id: Option<i64>,
}

#[derive(Deserialize)]
struct One {
    order: Order,
}

#[derive(Deserialize)]
struct Order {
    id: String,
    status: String,
    payment_status: Option<String>,
    #[serde(default)]
    items: Vec<Item>,
    #[serde(default)]
    fulfillments: Vec<Fulfillment>,
}

#[derive(Deserialize)]
struct Item {
    id: String,
    quantity: i64,
    #[serde(default)]
    requires_shipping: Option<bool>,
    detail: Option<Detail>,
}

#[derive(Deserialize)]
struct Detail {
    fulfilled_quantity: i64,
}

#[derive(Deserialize)]
struct Fulfillment {
    id: String,
    shipped_at: Option<String>,
    canceled_at: Option<String>,
    #[serde(default)]
    metadata: Json,
    #[serde(default)]
    labels: Vec<Label>,
}

#[derive(Deserialize)]
struct Label {
    tracking_number: String,
}

impl Order {
    fn live(&self) -> impl Iterator<Item = &Fulfillment> {
        self.fulfillments.iter().filter(|fulfillment| fulfillment.canceled_at.is_none())
    }

    fn ours(&self, parcel: &Parcel) -> Option<&Fulfillment> {
        self.live().find(|fulfillment| {
            fulfillment.metadata[KEY] == parcel.key.as_str()
                || fulfillment.labels.iter().any(|label| label.tracking_number == parcel.number)
        })
    }
}

pub fn ship(access: &Access, parcel: &Parcel) -> Result<String, ShipError> {
    let order = find(access, &parcel.order)?;
    let proof = |id: &str| format!("{} has fulfilment {id} with {}", parcel.order, parcel.number);
    let items = wanted(parcel, &order);
    let id = match order.ours(parcel) {
        Some(ours) if ours.shipped_at.is_some() => {
            let numbers: Vec<String> =
                ours.labels.iter().map(|label| label.tracking_number.clone()).collect();
            return match numbers.contains(&parcel.number) {
                true => Ok(proof(&ours.id)),
                false => Err(parcel.conflict(&numbers)),
            };
        }
        Some(half) => half.id.clone(),
        None => add(access, parcel, &order, &items)?,
    };
    let label = json!({ "tracking_number": parcel.number, "tracking_url": "", "label_url": "" });
    let items: Vec<Json> =
        items.iter().map(|(id, quantity)| json!({ "id": id, "quantity": quantity })).collect();
    let path = format!("/admin/orders/{}/fulfillments/{id}/shipments", order.id);
    let answer = post(access, &path, &json!({ "items": items, "labels": [label] }));
    answer.and_then(|answer| answer.check()).map_err(ShipError::of_write)?;
    Ok(proof(&id))
}

/// The order buyers know by this number, with what is shipped of it.
fn find(access: &Access, number: &str) -> Result<Order, ShipError> {
    let path = format!("/admin/orders/{}?fields={}", found(access, number)?, percent_encoded(FIELDS));
    let one: One = get(access, &path)?.json()?;
    Ok(one.order)
}

/// The id of the order that buyers know by this number.
pub(super) fn found(access: &Access, number: &str) -> Result<String, ShipError> {
    let id = find_id(access, number)?;
    id.ok_or_else(|| ShipError::Refused(format!("The shop knows no order {number}")))
}

/// The id of the order that buyers know by this number. There is no filter by it; the search finds everything in which it
/// stands, an address or an e-mail too, so it is gone through.
///
/// # Errors
/// As [`CallError`] says.
pub fn find_id(access: &Access, number: &str) -> Result<Option<String>, CallError> {
    for page in 0..SEARCHED {
        let query = format!(
            "q={}&limit={PAGE}&offset={}&order=-id&fields=id,display_id",
            percent_encoded(number),
            page * PAGE
        );
        let found: List = get(access, &format!("/admin/orders?{query}"))?.json()?;
        let is_it = |order: &Named| match order.display_id {
            Some(shown) => shown.to_string() == number,
            None => order.id == number,
        };
        let is_last = found.orders.len() < PAGE;
        if let Some(named) = found.orders.into_iter().find(is_it) {
            return Ok(Some(named.id));
        }
        if is_last {
            break;
        }
    }
    Ok(None)
}

/// Items and how many of each left in this parcel.
fn wanted(parcel: &Parcel, order: &Order) -> Vec<(String, i64)> {
    if !parcel.lines.is_empty() {
        return parcel.lines.iter().map(|line| (line.line.clone(), line.quantity)).collect();
    }
    let items = order.items.iter().filter(|item| item.requires_shipping != Some(false));
    items.map(|item| (item.id.clone(), rest(item))).filter(|(_, quantity)| *quantity > 0).collect()
}

fn rest(item: &Item) -> i64 {
    item.quantity - item.detail.as_ref().map_or(0, |detail| detail.fulfilled_quantity)
}

/// Adds the fulfilment; answers its id.
fn add(
    access: &Access,
    parcel: &Parcel,
    order: &Order,
    items: &[(String, i64)],
) -> Result<String, ShipError> {
    if order.status == "canceled" {
        return Err(parcel.not_shippable("cancelled"));
    }
    if let Some(payment) = order.payment_status.as_deref().filter(|state| *state != "captured") {
        return Err(parcel.not_shippable(payment));
    }
    let left = |id: &str| order.items.iter().find(|item| item.id == id).map_or(0, rest);
    if items.is_empty() || items.iter().any(|(id, quantity)| *quantity > left(id)) {
        let labels = order.live().flat_map(|fulfillment| &fulfillment.labels);
        let shown: Vec<String> = labels.map(|label| label.tracking_number.clone()).collect();
        return Err(parcel.conflict(&shown));
    }
    let items: Vec<Json> =
        items.iter().map(|(id, quantity)| json!({ "id": id, "quantity": quantity })).collect();
    let body = json!({ "items": items, "metadata": { "carrier": parcel.carrier, KEY: parcel.key } });
    let answer = post(access, &format!("/admin/orders/{}/fulfillments", order.id), &body);
    answer.and_then(|answer| answer.check()).map_err(ShipError::of_write)?;
    // The answer does not name the new fulfilment.
    let unheard = |error| match error {
        ShipError::Unasked(error) => ShipError::Unheard(error),
        other => other,
    };
    let order = find(access, &parcel.order).map_err(unheard)?;
    let id = order.ours(parcel).map(|ours| ours.id.clone());
    id.ok_or_else(|| {
        ShipError::Unheard(CallError::PlatformBusy("it does not show the fulfilment".to_owned()))
    })
}
