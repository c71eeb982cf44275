//! WooCommerce: the REST API `wc/v3` of a shop's own site, and its webhooks.
//!
//! `date_modified` has whole seconds and is not moved by a changed address or by meta data (seen with 7.8), so the
//! moment of reading counts as the time of a telling. Sorting by modification loses orders between pages; pages
//! are sorted by id. Source: the observed server and the REST documentation.

mod map;
mod memo;
mod ship;
pub mod sign;
mod wire;

use chrono::Duration;
use serde_json::Value as Json;

use super::digest::{hex, percent_encoded, sha256};
use super::http::Answer;
use super::link::{Access, CallError, Connector, Counting, Page, Sweep};
use super::memo::Memos;
use super::overlap::Place;
use super::parcel::{Parcel, ShipError};
use super::rereading::Rereading;
use crate::domain::time::UtcTime;
use map::Provinces;
use wire::{Country, Order};

pub use memo::RULE as MEMO;

/// The connector. Credentials: `consumer_key` and `consumer_secret` of a REST key with the right to read.
pub struct Woocommerce;

/// The shop's own cap.
const PAGE: usize = 100;

impl Connector for Woocommerce {
    fn orders(&self, access: &Access, sweep: Sweep, from: Option<&str>) -> Result<Page, CallError> {
        let place =
            Place::parse(from).ok_or_else(|| CallError::Invalid("a page of another shop".to_owned()))?;
        let (field, since) = match sweep {
            Sweep::Changed(since) => ("modified_after", since),
            Sweep::Placed(since) => ("after", since),
        };
        // Strictly after, in whole seconds: a second earlier, or orders of the same second are missed.
        let since = since.plus(-Duration::seconds(1)).chrono().format("%Y-%m-%dT%H:%M:%S").to_string();
        let (offset, per_page) = (place.skip.to_string(), PAGE.to_string());
        let query = [
            (field, since.as_str()),
            ("dates_are_gmt", "true"),
            ("offset", &offset),
            ("order", "asc"),
            ("orderby", "id"),
            ("per_page", &per_page),
            ("status", "any"),
        ];
        let orders: Vec<Order> = call(access, "/orders", &query)?.json()?;
        let last_read: i64 = place.last.parse().unwrap_or(i64::MAX);
        if let Some(back) = place.back(PAGE, orders.first().is_none_or(|order| order.id > last_read)) {
            return Ok(Page { next: Some(back), ..Page::default() });
        }
        let is_last = orders.len() < PAGE;
        let next = orders.last().filter(|_| !is_last).map(|last| place.onward(PAGE, &last.id.to_string()));
        Ok(Page { next, ..page_of(orders, access)? })
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

impl Rereading for Woocommerce {
    fn read(&self, access: &Access, numbers: &[&str]) -> Result<Page, CallError> {
        // A plugin may give orders numbers of their own; without one a number is the order's id.
        let ids: Vec<&str> = numbers.iter().filter(|number| number.parse::<u64>().is_ok()).copied().collect();
        let mut found: Vec<Order> = match ids.is_empty() {
            true => Vec::new(),
            false => {
                let (include, per_page) = (ids.join(","), PAGE.to_string());
                let query = [("include", include.as_str()), ("per_page", &per_page), ("status", "any")];
                call(access, "/orders", &query)?.json()?
            }
        };
        found.retain(|order| numbers.contains(&order.number.as_str()));
        for number in numbers {
            if !found.iter().any(|order| order.number == *number) {
                let query = [("per_page", "100"), ("search", *number)];
                let searched: Vec<Order> = call(access, "/orders", &query)?.json()?;
                found.extend(searched.into_iter().find(|order| order.number == *number));
            }
        }
        Ok(page_of(found, access)?.without_silence(numbers))
    }
}

/// Orders as they are taken in.
fn page_of(orders: Vec<Order>, access: &Access) -> Result<Page, CallError> {
    let has_codes = orders
        .iter()
        .any(|order| order.shipping.state.starts_with("CN") || order.billing.state.starts_with("CN"));
    let provinces = if has_codes { provinces(access)? } else { Provinces::new() };
    let mut page = Page::default();
    for order in orders {
        let number = order.number.clone();
        match map::snapshot(order, access, &provinces) {
            Ok(snapshot) => page.orders.push(snapshot),
            Err(why) => page.unreadable.push((number, why)),
        }
    }
    Ok(page)
}

impl Counting for Woocommerce {
    fn placed(&self, access: &Access, from: UtcTime, until: UtcTime) -> Result<i64, CallError> {
        let shown = |time: UtcTime| time.chrono().format("%Y-%m-%dT%H:%M:%S").to_string();
        // Strictly between both, in whole seconds.
        let (after, before) = (shown(from.plus(-Duration::seconds(1))), shown(until));
        let query = [
            ("after", after.as_str()),
            ("before", before.as_str()),
            ("dates_are_gmt", "true"),
            ("per_page", "1"),
            ("status", "any"),
        ];
        let answer = call(access, "/orders", &query)?;
        answer.check()?;
        let total =
            answer.headers.get("x-wp-total").and_then(|value| value.to_str().ok()?.trim().parse().ok());
        total.ok_or_else(|| CallError::PlatformBusy("its answer has no X-WP-Total".to_owned()))
    }
}

/// The provinces of China by the shop's codes, which changed between its versions, so it is asked.
fn provinces(access: &Access) -> Result<Provinces, CallError> {
    let country: Country = call(access, "/data/countries/cn", &[])?.json()?;
    let name = |name: &str| name.rsplit(" / ").next().unwrap_or(name).trim().to_owned();
    Ok(country.states.into_iter().map(|state| (state.code, name(&state.name))).collect())
}

fn call(access: &Access, path: &str, query: &[(&str, &str)]) -> Result<Answer, CallError> {
    let (url, authorization) = signed(access, "GET", path, query)?;
    let headers: Vec<(&str, &str)> =
        authorization.iter().map(|value| ("authorization", value.as_str())).collect();
    Ok(access.heard(access.http.get(&url, &headers)?))
}

fn post(access: &Access, path: &str, body: &Json) -> Result<Answer, CallError> {
    let (url, authorization) = signed(access, "POST", path, &[])?;
    let headers: Vec<(&str, &str)> =
        authorization.iter().map(|value| ("authorization", value.as_str())).collect();
    access.http.post(&url, &headers, body)
}

fn put(access: &Access, path: &str, body: &Json) -> Result<Answer, CallError> {
    let (url, authorization) = signed(access, "PUT", path, &[])?;
    let headers: Vec<(&str, &str)> =
        authorization.iter().map(|value| ("authorization", value.as_str())).collect();
    access.http.put(&url, &headers, body)
}

/// The address to call, and the header `Authorization` where there is one: over https the keys travel as HTTP
/// Basic; over plain http, where they could be read, the query is signed.
fn signed(
    access: &Access,
    verb: &str,
    path: &str,
    query: &[(&str, &str)],
) -> Result<(String, Option<String>), CallError> {
    let (key, secret) = (access.credential("consumer_key")?, access.credential("consumer_secret")?);
    let url = format!("{}/wp-json/wc/v3{path}", access.settings.address.trim_end_matches('/'));
    let text = |pairs: &[(&str, &str)]| -> String {
        pairs
            .iter()
            .map(|(name, value)| format!("{name}={}", percent_encoded(value)))
            .collect::<Vec<_>>()
            .join("&")
    };
    if url.starts_with("https://") {
        let authorization = format!("Basic {}", sign::basic(key, secret));
        let query = if query.is_empty() { String::new() } else { format!("?{}", text(query)) };
        return Ok((format!("{url}{query}"), Some(authorization)));
    }
    let now = UtcTime::now().plus(access.clock.ahead());
    let timestamp = (now.micros() / 1_000_000).to_string();
    // Never the same twice for one key, and nothing a listener could guess from another.
    let nonce = hex(&sha256(format!("{verb}{}{path}{}{secret}", now.micros(), text(query))))[..32].to_owned();
    let mut signed: Vec<(&str, &str)> = query.to_vec();
    signed.extend([
        ("oauth_consumer_key", key),
        ("oauth_nonce", &nonce),
        ("oauth_signature_method", "HMAC-SHA256"),
        ("oauth_timestamp", &timestamp),
    ]);
    let base = sign::base_string(verb, &url, &signed);
    let signature = sign::sign(&base, &format!("{secret}&"), sign::Method::HmacSha256);
    signed.push(("oauth_signature", &signature));
    Ok((format!("{url}?{}", text(&signed)), None))
}
