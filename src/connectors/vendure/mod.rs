//! Vendure: the Admin API, GraphQL over one address.
//!
//! `updatedAt` is not moved by payment, shipping or a changed address (seen with 3.7.3), so the moment of reading
//! counts as the time of a telling. Source: the observed server and docs.vendure.io.

mod map;
mod memo;
mod ship;
mod wire;

use serde_json::{Value as Json, json};

use super::link::{Access, CallError, Connector, Counting, Page, Sweep};
use super::memo::Memos;
use super::overlap::Place;
use super::parcel::{Parcel, ShipError};
use super::rereading::Rereading;
use crate::domain::time::UtcTime;
use chrono::Duration;
use wire::{Answer, List, Order};

pub use memo::RULE as MEMO;

/// The connector. Credentials: `api_key`, made in the Admin UI, and `channel_token` for a shop of several channels.
pub struct Vendure;

/// The shop takes up to 1,000; larger pages are no quicker.
const PAGE: usize = 100;

/// `NOTE` is the custom field with the buyer's note, in shops that have one.
const QUERY: &str = "query($o: OrderListOptions!) { orders(options: $o) { items { \
    id code state orderPlacedAt createdAt currencyCode totalWithTax shippingWithTax NOTE \
    customer { emailAddress phoneNumber } \
    shippingAddress { fullName company streetLine1 streetLine2 city province postalCode countryCode phoneNumber } \
    lines { id quantity orderPlacedQuantity proratedUnitPriceWithTax productVariant { sku name } \
      fulfillmentLines { quantity fulfillment { state } } } \
    payments { state createdAt } } totalItems } }";

impl Connector for Vendure {
    fn orders(&self, access: &Access, sweep: Sweep, from: Option<&str>) -> Result<Page, CallError> {
        let place =
            Place::parse(from).ok_or_else(|| CallError::Invalid("a page of another shop".to_owned()))?;
        let filter = match sweep {
            Sweep::Changed(since) => json!({ "_or": [
                { "orderPlacedAt": { "after": since.to_string() } },
                { "updatedAt": { "after": since.to_string() } },
                // What may be shipped next; payment does not show otherwise.
                { "state": { "in": ["PaymentSettled", "PaymentAuthorized", "PartiallyShipped", "Modifying"] } },
            ], "orderPlacedAt": { "isNull": false } }),
            Sweep::Placed(since) => json!({ "orderPlacedAt": { "after": since.to_string() } }),
        };
        // By a time that never changes, and by id where it is equal: nothing moves between two pages.
        let options = json!({ "filter": filter, "sort": { "orderPlacedAt": "ASC", "id": "ASC" }, "skip": place.skip, "take": PAGE });
        let orders = list(access, &options)?;
        let key = |order: &Order| {
            format!("{} {}", order.order_placed_at.as_deref().unwrap_or_default(), order.code)
        };
        // Of two orders of the same moment the id decides, which is no number everywhere: another one is behind.
        let is_behind = orders.first().map(key).is_none_or(|first| {
            let moment =
                |key: &str| key.split_once(' ').map_or(String::new(), |(moment, _)| moment.to_owned());
            first != place.last && moment(&first) >= moment(&place.last)
        });
        if let Some(back) = place.back(PAGE, is_behind) {
            return Ok(Page { next: Some(back), ..Page::default() });
        }
        let is_last = orders.len() < PAGE;
        let next = orders.last().filter(|_| !is_last).map(|last| place.onward(PAGE, &key(last)));
        Ok(Page { next, ..page_of(orders, access) })
    }

    fn ship(&self, access: &Access, parcel: &Parcel) -> Result<String, ShipError> {
        ship::ship(access, parcel)
    }

    fn rereading(&self) -> Option<&dyn Rereading> {
        Some(self)
    }

    fn counting(&self) -> Option<&dyn Counting> {
        Some(self)
    }

    fn memos(&self) -> Option<&dyn Memos> {
        Some(self)
    }
}

impl Rereading for Vendure {
    fn read(&self, access: &Access, numbers: &[&str]) -> Result<Page, CallError> {
        let options = json!({ "filter": { "code": { "in": numbers } }, "take": PAGE });
        Ok(page_of(list(access, &options)?, access).without_silence(numbers))
    }
}

fn list(access: &Access, options: &Json) -> Result<Vec<Order>, CallError> {
    let data = call(access, &json!({ "query": query(access)?, "variables": { "o": options } }))?;
    let list: List = serde_json::from_value(data["orders"].clone())
        .map_err(|error| CallError::PlatformBusy(format!("its list cannot be read: {error}")))?;
    Ok(list.items)
}

/// Orders as they are taken in.
fn page_of(orders: Vec<Order>, access: &Access) -> Page {
    let mut page = Page::default();
    for order in orders {
        let code = order.code.clone();
        match map::snapshot(order, access) {
            Ok(snapshot) => page.orders.push(snapshot),
            Err(why) => page.unreadable.push((code, why)),
        }
    }
    page
}

impl Counting for Vendure {
    fn placed(&self, access: &Access, from: UtcTime, until: UtcTime) -> Result<i64, CallError> {
        // Both ends are within, and moments have milliseconds.
        let between =
            json!({ "start": from.to_string(), "end": until.plus(-Duration::milliseconds(1)).to_string() });
        let options = json!({ "filter": { "orderPlacedAt": { "between": between } }, "take": 1 });
        let query = "query($o: OrderListOptions!) { orders(options: $o) { totalItems } }";
        let data = call(access, &json!({ "query": query, "variables": { "o": options } }))?;
        let total = data["orders"]["totalItems"].as_i64();
        total.ok_or_else(|| CallError::PlatformBusy("its list has no totalItems".to_owned()))
    }
}

/// A shop without custom fields, or without this one, refuses a query that names it.
fn query(access: &Access) -> Result<String, CallError> {
    let key = &access.settings.buyer_note_key;
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    match key.as_str() {
        "" => Ok(QUERY.replace("NOTE", "")),
        key if key.chars().all(is_name) => Ok(QUERY.replace("NOTE", &format!("customFields {{ {key} }}"))),
        _ => Err(CallError::Invalid(format!(
            "buyer_note_key is {key:?}, and fields have letters and digits; correct it"
        ))),
    }
}

/// Vendure answers 200 to nearly everything; what went wrong stands in `errors`.
fn call(access: &Access, body: &Json) -> Result<Json, CallError> {
    let url = format!("{}/admin-api", access.settings.address.trim_end_matches('/'));
    let key = access.credential("api_key")?;
    let mut headers = vec![("vendure-api-key", key)];
    if let Ok(channel) = access.credential("channel_token") {
        headers.push(("vendure-token", channel));
    }
    let answer: Answer = access.http.post(&url, &headers, body)?.json()?;
    match answer.errors.into_iter().next() {
        None => Ok(answer.data),
        Some(error) => Err(match error.extensions.code.as_str() {
            "FORBIDDEN" => CallError::AuthExpired(error.message),
            "INTERNAL_SERVER_ERROR" => CallError::PlatformBusy(error.message),
            _ => CallError::Invalid(format!("the shop answered: {}", error.message)),
        }),
    }
}
