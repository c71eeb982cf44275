//! Kuaishou shops: the open platform and its encrypted pushes.
//!
//! Orders are listed by a cursor over the time of change, oldest first, in windows of a week, 90 days back at most.
//! Recipients come masked; the ciphertext of one person differs from call to call, and only the key of the delivery
//! says who is the same. The signing secret is not the app's secret. Source: official documents of the open platform, and
//! the field lists of public Go clients.

mod client;
pub mod codes;
mod consent;
mod map;
mod memo;
mod push;
mod ship;
pub mod sign;
mod wire;

use chrono::Duration;
use serde_json::json;

use super::authorisation::Authorisation;
use super::capability::{Capability, Paging, Parts, Recipients};
use super::link::{Access, CallError, Connector, Page, Sweep};
use super::memo::Memos;
use super::parcel::{Parcel, ShipError};
use super::rereading::Rereading;
use super::windows::Stretch;
use crate::domain::platform::Platform;
use client::Verb;
use wire::List;

pub use push::{Push, opened};

/// The connector. Credentials: `app_key`, `sign_secret` of the app, `access_token` of the shop, and `message_key` where
/// pushes are to be heard.
pub struct Kuaishou;

/// Where all shops are asked.
const GATEWAY: &str = "https://openapi.kwaixiaodian.com";

/// What it can do.
pub const CAPABILITY: Capability = Capability {
    platform: Platform::Kuaishou,
    paging: Paging::Cursor,
    window_s: Some(7 * 86_400),
    page_size: 50,
    rows_max: None,
    back_days: Some(90),
    parts: Parts::Pieces,
    recipients: Recipients::MaskedWithKey,
    by_number: Some(1),
    memo: Some(memo::RULE),
    is_counted: false,
    is_pushed: true,
    is_seen: false,
    off: &[],
};

const LONGEST_S: i64 = CAPABILITY.rule().longest_s;
/// How far back the platform answers; an hour less, for a reading that takes its time.
const BACK: Duration = Duration::minutes(90 * 24 * 60 - 60);

impl Connector for Kuaishou {
    fn orders(&self, access: &Access, sweep: Sweep, from: Option<&str>) -> Result<Page, CallError> {
        let (by, since) = match sweep {
            Sweep::Changed(since) => (2, since),
            Sweep::Placed(since) => (1, since),
        };
        let since = since.max(access.its_now().plus(-BACK));
        let stretch = Stretch::parse(from, access.its(since), access.its_now(), LONGEST_S)?;
        let wish = json!({
            "orderViewStatus": 1, "pageSize": CAPABILITY.page_size, "sort": 2, "queryType": by, "cursor": stretch.cursor,
            "beginTime": stretch.start_s * 1_000, "endTime": stretch.end_s * 1_000,
        });
        let list: List = client::call(access, Verb::Get, "open.order.cursor.list", &wish)?;
        // The same cursor again would be read for ever.
        let cursor = Some(list.cursor.as_str())
            .filter(|cursor| !matches!(*cursor, "" | "nomore") && *cursor != stretch.cursor);
        let mut page = Page { next: stretch.onward(cursor, LONGEST_S), ..Page::default() };
        for order in list.order_list {
            let number = order.order_base_info.oid.clone();
            match map::snapshot(order, access.now) {
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

    fn authorisation(&self) -> Option<&dyn Authorisation> {
        Some(&consent::Consent)
    }

    fn gateway(&self) -> Option<&'static str> {
        Some(GATEWAY)
    }

    fn memos(&self) -> Option<&dyn Memos> {
        Some(self)
    }
}

impl Rereading for Kuaishou {
    fn read(&self, access: &Access, numbers: &[&str]) -> Result<Page, CallError> {
        Page::one_by_one(numbers, |number| Ok(map::snapshot(order(access, number)?, access.now)))
    }
}

fn order(access: &Access, number: &str) -> Result<wire::Order, CallError> {
    let id: u64 = number.parse().map_err(|_| {
        CallError::Invalid(format!("{number:?} is no order of this platform; its orders are numbers"))
    })?;
    client::call(access, Verb::Get, "open.order.detail", &json!({ "oid": id }))
}
