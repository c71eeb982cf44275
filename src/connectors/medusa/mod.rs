//! Medusa v2: the Admin API.
//!
//! `updated_at` is not moved by payment (seen with 2.21.2), so the moment of reading counts as the time of a
//! telling. Unknown filters are ignored with 200, so only those seen to work are used. Source: the observed server.

mod map;
mod memo;
mod ship;
mod wire;

use serde_json::Value as Json;

use super::digest::percent_encoded;
use super::http::Answer;
use super::link::{Access, CallError, Connector, Counting, Page, Sweep};
use super::memo::Memos;
use super::parcel::{Parcel, ShipError};
use super::rereading::Rereading;
use super::woocommerce::sign::basic;
use crate::domain::time::UtcTime;
use wire::{Count, List, One};

pub use memo::RULE as MEMO;

/// The connector. Credentials: `secret_key`, a secret API key of the admin (`sk_…`).
pub struct Medusa;

const PAGE: usize = 100;

/// Relations are asked for whole: with single fields of `detail` named, `quantity` can be missing.
const FIELDS: &str = "id,display_id,status,email,currency_code,created_at,canceled_at,metadata,total,shipping_total,\
    *items,*items.detail,*shipping_address,*payment_collections,*payment_collections.payments";

impl Connector for Medusa {
    fn orders(&self, access: &Access, sweep: Sweep, from: Option<&str>) -> Result<Page, CallError> {
        let (field, since) = match sweep {
            Sweep::Changed(since) => ("updated_at", since),
            Sweep::Placed(since) => ("created_at", since),
        };
        let pairs = [
            ("limit", PAGE.to_string()),
            // Ids grow with time and never change, so a page starts behind the last id of the one before.
            ("order", "id".to_owned()),
            ("fields", FIELDS.to_owned()),
        ];
        let mut query: Vec<String> =
            pairs.iter().map(|(name, value)| format!("{name}={}", percent_encoded(value))).collect();
        query.push(format!("{field}[$gte]={}", percent_encoded(&since.to_string())));
        query.extend(from.map(|id| format!("id[$gt]={}", percent_encoded(id))));
        let query = query.join("&").replace('[', "%5B").replace(']', "%5D");
        let list: List = get(access, &format!("/admin/orders?{query}"))?.json()?;
        let last = list.orders.last().map(|order| order.id.clone());
        let is_last = list.orders.len() < PAGE;
        let mut page = Page { next: last.filter(|_| !is_last), ..Page::default() };
        for order in list.orders {
            let number = order.number();
            match map::snapshot(order, access) {
                Ok(snapshot) => page.orders.push(snapshot),
                Err(why) => page.unreadable.push((number, why)),
            }
        }
        Ok(page)
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

impl Rereading for Medusa {
    fn read(&self, access: &Access, numbers: &[&str]) -> Result<Page, CallError> {
        Page::one_by_one(numbers, |number| {
            let id = ship::find_id(access, number)?;
            let id = id.ok_or_else(|| CallError::Invalid(format!("The shop knows no order {number}")))?;
            let path = format!("/admin/orders/{id}?fields={}", percent_encoded(FIELDS));
            let one: One = get(access, &path)?.json()?;
            Ok(map::snapshot(one.order, access))
        })
    }
}

impl Counting for Medusa {
    fn placed(&self, access: &Access, from: UtcTime, until: UtcTime) -> Result<i64, CallError> {
        // An end of the span is not known to be heeded, a beginning is; an order that comes in between is counted later.
        let since = |time: UtcTime| -> Result<i64, CallError> {
            let time = percent_encoded(&time.to_string());
            let list: Count =
                get(access, &format!("/admin/orders?limit=1&fields=id&created_at%5B$gte%5D={time}"))?
                    .json()?;
            Ok(list.count)
        };
        let later = since(until)?;
        Ok(since(from)? - later)
    }
}

fn get(access: &Access, path: &str) -> Result<Answer, CallError> {
    access.http.get(&url(access, path), &[("authorization", &key(access)?)])
}

fn post(access: &Access, path: &str, body: &Json) -> Result<Answer, CallError> {
    access.http.post(&url(access, path), &[("authorization", &key(access)?)], body)
}

fn url(access: &Access, path: &str) -> String {
    format!("{}{path}", access.settings.address.trim_end_matches('/'))
}

fn key(access: &Access) -> Result<String, CallError> {
    Ok(format!("Basic {}", basic(access.credential("secret_key")?, "")))
}
