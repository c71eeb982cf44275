//! Shopify: the GraphQL Admin API and its webhooks.
//!
//! Orders are read oldest change first from a cursor: one that changes meanwhile moves behind it and is read again,
//! so none is missed. A query has a cost, known only when it is asked; one that is too dear is asked for fewer
//! orders. Source: shopify.dev, API version 2026-07.

mod consent;
mod map;
mod memo;
mod ship;
pub mod sign;
mod wire;

use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

use super::authorisation::Authorisation;
use super::link::{Access, CallError, Connector, Counting, Page, Sweep};
use super::memo::Memos;
use super::parcel::{Parcel, ShipError};
use super::rereading::Rereading;
use crate::domain::order::OrderSnapshot;
use crate::domain::time::UtcTime;
use wire::{Answer, Cost, Error, Line, List, Order};

pub use memo::RULE as MEMO;

/// The connector. Credentials: `access_token` of an app of the shop's own, and `webhook_secret`, the app's client secret, where
/// webhooks are to be heard; or `client_id` and that secret of an app of the platform, whose token comes by consent.
pub struct Shopify;

/// Pinned: each version is served for a year at least.
const VERSION: &str = "2026-07";
/// Orders of a page, fewer where the shop finds it too dear.
const PAGE: usize = 50;
/// Lines of an order that come with it; the others are asked for.
const LINES: usize = 20;
const LINES_MORE: usize = 100;

const MONEY: &str = "{ shopMoney { amount currencyCode } }";
const LINE: &str = "nodes { id sku title variantTitle quantity currentQuantity requiresShipping discountedUnitPriceSet MONEY } \
     pageInfo { hasNextPage endCursor }";
const ORDERS: &str = "query($n: Int!, $lines: Int!, $after: String, $q: String!, $by: OrderSortKeys!) { \
    orders(first: $n, after: $after, query: $q, sortKey: $by) { pageInfo { hasNextPage endCursor } nodes { \
    id name createdAt processedAt updatedAt cancelledAt closedAt email phone note displayFinancialStatus \
    displayFulfillmentStatus returnStatus paymentGatewayNames currentTotalPriceSet MONEY totalShippingPriceSet MONEY \
    shippingAddress { firstName lastName company address1 address2 city province zip countryCodeV2 phone } \
    lineItems(first: $lines) { LINE } } } }";
const MORE_LINES: &str = "query($id: ID!, $n: Int!, $after: String) { order(id: $id) { \
    lineItems(first: $n, after: $after) { LINE } } }";

impl Connector for Shopify {
    fn orders(&self, access: &Access, sweep: Sweep, from: Option<&str>) -> Result<Page, CallError> {
        let (field, since, by) = match sweep {
            Sweep::Changed(since) => ("updated_at", since, "UPDATED_AT"),
            Sweep::Placed(since) => ("created_at", since, "CREATED_AT"),
        };
        // Whole seconds, and older orders first.
        let filter = format!("{field}:>='{}'", since.chrono().format("%Y-%m-%dT%H:%M:%SZ"));
        page_of(access, &filter, by, from)
    }

    fn ship(&self, access: &Access, parcel: &Parcel) -> Result<String, ShipError> {
        ship::ship(access, parcel)
    }

    fn rereading(&self) -> Option<&dyn Rereading> {
        Some(self)
    }

    fn authorisation(&self) -> Option<&dyn Authorisation> {
        Some(&consent::Consent)
    }

    fn counting(&self) -> Option<&dyn Counting> {
        Some(self)
    }

    fn memos(&self) -> Option<&dyn Memos> {
        Some(self)
    }
}

impl Rereading for Shopify {
    fn read(&self, access: &Access, numbers: &[&str]) -> Result<Page, CallError> {
        // A quote would end the text of the filter.
        let name = |number: &&str| format!("name:\"{}\"", number.replace(['"', '\\'], ""));
        let filter = numbers.iter().map(name).collect::<Vec<_>>().join(" OR ");
        let mut from: Option<String> = None;
        let mut page = Page::default();
        loop {
            let part = page_of(access, &filter, "UPDATED_AT", from.as_deref())?;
            let asked = |order: &OrderSnapshot| numbers.contains(&order.number.as_str());
            page.orders.extend(part.orders.into_iter().filter(asked));
            page.unreadable.extend(part.unreadable);
            from = part.next;
            if from.is_none() {
                return Ok(page.without_silence(numbers));
            }
        }
    }
}

/// A page of the orders this filter finds.
fn page_of(access: &Access, filter: &str, by: &str, from: Option<&str>) -> Result<Page, CallError> {
    let mut size = PAGE;
    let list: List<Order> = loop {
        let variables = json!({ "n": size, "lines": LINES, "after": from, "q": filter, "by": by });
        match call(access, &query(ORDERS), &variables) {
            Err(CallError::Invalid(words)) if words == TOO_DEAR && size > 1 => size /= 2,
            answer => break part(&answer?["orders"])?,
        }
    };
    let mut page = Page::default();
    for mut order in list.nodes {
        let name = order.name.clone();
        read_all_lines(access, &mut order)?;
        match map::snapshot(order) {
            Ok(snapshot) => page.orders.push(snapshot),
            Err(why) => page.unreadable.push((name, why)),
        }
    }
    page.next = list.page_info.end_cursor.filter(|_| list.page_info.has_next_page);
    Ok(page)
}

impl Counting for Shopify {
    fn placed(&self, access: &Access, from: UtcTime, until: UtcTime) -> Result<i64, CallError> {
        let shown = |time: UtcTime| time.chrono().format("%Y-%m-%dT%H:%M:%SZ");
        let filter = format!("created_at:>='{}' created_at:<'{}'", shown(from), shown(until));
        // Without a limit it stops counting at 10,000.
        let query = "query($q: String!) { ordersCount(query: $q, limit: null) { count } }";
        let data = call(access, query, &json!({ "q": filter }))?;
        let count = data["ordersCount"]["count"].as_i64();
        count.ok_or_else(|| CallError::PlatformBusy("its answer has no ordersCount".to_owned()))
    }
}

/// An order of many lines tells the first of them only.
fn read_all_lines(access: &Access, order: &mut Order) -> Result<(), CallError> {
    while order.line_items.page_info.has_next_page {
        let after = order.line_items.page_info.end_cursor.clone();
        let variables = json!({ "id": order.id, "n": LINES_MORE, "after": after });
        let data = call(access, &query(MORE_LINES), &variables)?;
        let more: List<Line> = part(&data["order"]["lineItems"])?;
        order.line_items.nodes.extend(more.nodes);
        order.line_items.page_info = more.page_info;
    }
    Ok(())
}

fn query(text: &str) -> String {
    text.replace("LINE", LINE).replace("MONEY", MONEY)
}

fn part<T: DeserializeOwned>(data: &Json) -> Result<T, CallError> {
    T::deserialize(data)
        .map_err(|error| CallError::PlatformBusy(format!("its answer cannot be read: {error}")))
}

/// What [`call`] says of a query that costs more than the shop allows for one.
const TOO_DEAR: &str = "the query is too dear";

/// Shopify answers 200 to nearly everything; what went wrong stands in `errors`.
fn call(access: &Access, query: &str, variables: &Json) -> Result<Json, CallError> {
    let address = access.settings.address.trim_end_matches('/');
    let url = format!("{address}/admin/api/{VERSION}/graphql.json");
    let headers = [("x-shopify-access-token", access.credential("access_token")?)];
    let answer = access.http.post(&url, &headers, &json!({ "query": query, "variables": variables }))?;
    match answer.status {
        402 | 423 => return Err(CallError::PermissionMissing("the shop is frozen or locked".to_owned())),
        _ => answer.check()?,
    }
    let answer: Answer = answer.json()?;
    match answer.errors.into_iter().next() {
        None => Ok(answer.data),
        Some(error) => Err(refused(error, answer.extensions.cost)),
    }
}

fn refused(error: Error, cost: Option<Cost>) -> CallError {
    match error.extensions.code.as_str() {
        "THROTTLED" => CallError::Throttled { retry_after: patience(cost) },
        "MAX_COST_EXCEEDED" => CallError::Invalid(TOO_DEAR.to_owned()),
        "ACCESS_DENIED" => CallError::PermissionMissing(error.message),
        "SHOP_INACTIVE" => CallError::AuthExpired(error.message),
        "INTERNAL_SERVER_ERROR" => CallError::PlatformBusy(error.message),
        _ => CallError::Invalid(format!("the shop answered: {}", error.message)),
    }
}

/// Until the bucket holds what the query costs; at least a second, at most a minute.
fn patience(cost: Option<Cost>) -> Duration {
    let seconds = cost.map_or(2.0, |cost| {
        let lacking = cost.requested_query_cost - cost.throttle_status.currently_available;
        lacking / cost.throttle_status.restore_rate.max(1.0)
    });
    Duration::from_secs_f64(if seconds.is_finite() { seconds.ceil().clamp(1.0, 60.0) } else { 2.0 })
}
