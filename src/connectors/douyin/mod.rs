//! Douyin shops (抖店): the open platform and its pushes.
//!
//! Orders are listed by time in pages that count from 0, 90 days back at most, and no list says whether there is more: the
//! total does. A remark does not move the time of change, so the moment of reading counts as the time of a telling.
//! Recipients come masked, with a key that says who is the same (`open_address_id`). Source: the official clients in Go
//! and PHP, their comments, and the return codes of the interface pages.

pub mod canonical;
mod client;
pub mod codes;
mod consent;
mod map;
mod memo;
mod ship;
pub mod sign;
mod wire;

use chrono::Duration;
use serde_json::json;

use super::authorisation::Authorisation;
use super::capability::{Capability, Paging, Parts, Recipients};
use super::link::{Access, CallError, Connector, Counting, Page, Sweep};
use super::memo::Memos;
use super::parcel::{Parcel, ShipError};
use super::rereading::Rereading;
use super::windows::{Rule, Window, seconds};
use crate::domain::platform::Platform;
use crate::domain::time::UtcTime;
use wire::{Detail, List};

/// The connector. Credentials: `app_key` and `app_secret` of the app, `access_token` of the shop.
pub struct Douyin;

/// Where all shops are asked.
const GATEWAY: &str = "https://openapi-fxg.jinritemai.com";

/// What it can do.
pub const CAPABILITY: Capability = Capability {
    platform: Platform::Douyin,
    paging: Paging::Backward,
    window_s: Some(7 * 86_400),
    page_size: 100,
    // The stricter of two documents.
    rows_max: Some(10_000),
    back_days: Some(90),
    parts: Parts::Pieces,
    recipients: Recipients::MaskedWithKey,
    by_number: Some(1),
    memo: Some(memo::RULE),
    is_counted: true,
    is_pushed: true,
    is_seen: false,
    off: &[],
};

const RULE: Rule = CAPABILITY.rule();

/// How far back the platform answers; an hour less, for a reading that takes its time.
const BACK: Duration = Duration::minutes(90 * 24 * 60 - 60);

impl Connector for Douyin {
    fn orders(&self, access: &Access, sweep: Sweep, from: Option<&str>) -> Result<Page, CallError> {
        let (field, since) = match sweep {
            Sweep::Changed(since) => ("update_time", since),
            Sweep::Placed(since) => ("create_time", since),
        };
        let since = since.max(access.its_now().plus(-BACK));
        let window = Window::parse(from, access.its(since), access.its_now(), &RULE)?;
        let wish = json!({
            format!("{field}_start"): window.start_s, format!("{field}_end"): window.end_s,
            "order_by": field, "order_asc": true, "page": window.page() - 1, "size": RULE.size,
        });
        let list: List = client::call(access, "order.searchList", &wish)?;
        let onward = window.onward(&RULE, list.total.unsigned_abs())?;
        let mut page = Page { next: onward.next, ..Page::default() };
        if !onward.is_read {
            return Ok(page);
        }
        for mut order in list.shop_order_list {
            let number = order.order_id.clone();
            if order.sku_order_list.is_empty() {
                order = match detail(access, &number) {
                    Ok(order) => order,
                    // Of this order alone.
                    Err(CallError::Invalid(why)) => {
                        page.unreadable.push((number, why));
                        continue;
                    }
                    Err(error) => return Err(error),
                };
            }
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

    fn counting(&self) -> Option<&dyn Counting> {
        Some(self)
    }

    fn gateway(&self) -> Option<&'static str> {
        Some(GATEWAY)
    }

    fn memos(&self) -> Option<&dyn Memos> {
        Some(self)
    }
}

impl Rereading for Douyin {
    fn read(&self, access: &Access, numbers: &[&str]) -> Result<Page, CallError> {
        Page::one_by_one(numbers, |number| Ok(map::snapshot(detail(access, number)?, access.now)))
    }
}

impl Counting for Douyin {
    fn placed(&self, access: &Access, from: UtcTime, until: UtcTime) -> Result<i64, CallError> {
        // Whether the end is within is not documented: where it is not, the last second is not counted, which is no gap.
        let wish = json!({
            "create_time_start": seconds(from), "create_time_end": seconds(until) - 1,
            "order_by": "create_time", "order_asc": true, "page": 0, "size": 1,
        });
        let list: List = client::call(access, "order.searchList", &wish)?;
        Ok(list.total)
    }
}

/// Whether a push only tries whether somebody is there: all its messages have tag 0.
pub fn is_probe(body: &[u8]) -> bool {
    serde_json::from_slice::<Vec<wire::Pushed>>(body).is_ok_and(|all| all.iter().all(|one| one.tag == "0"))
}

fn detail(access: &Access, number: &str) -> Result<wire::Order, CallError> {
    let wish = json!({ "shop_order_id": number });
    client::call::<Detail>(access, "order.orderDetail", &wish).map(|detail| detail.shop_order_detail)
}
