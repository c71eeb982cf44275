//! Xiaohongshu: the open platform's one address for all calls.
//!
//! Orders are listed by time of change in windows of half an hour, read from the last page back, or by time of placing in
//! windows of a day; the list is brief, so each order is asked for by itself. Names and phones come as ciphertext, of which a
//! shop may have ten batches opened a day, masked ones counted by the same sentence of the document: they are not asked for.
//! The region is plain, and `openAddressId` says who is the same. Source: the official Java client, the API text of a public
//! Python client. The push signature was never seen on a live push, so pushes stay unheard.

mod client;
mod codes;
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
use wire::{List, Order};

/// The connector. Credentials: `app_key` (the app's id) and `app_secret`, `access_token` of the shop.
pub struct Xiaohongshu;

/// Where all shops are asked.
const GATEWAY: &str = "https://ark.xiaohongshu.com";

/// What it can do.
pub const CAPABILITY: Capability = Capability {
    platform: Platform::Xiaohongshu,
    paging: Paging::Backward,
    window_s: Some(1_800),
    page_size: 50,
    // Pages behind the hundredth are not answered.
    rows_max: Some(5_000),
    back_days: None,
    parts: Parts::WholeLines,
    recipients: Recipients::MaskedWithKey,
    by_number: Some(1),
    memo: Some(memo::RULE),
    is_counted: true,
    is_pushed: false,
    is_seen: false,
    off: &["pushes"],
};

/// By time of change.
const CHANGED: Rule = CAPABILITY.rule();
/// By time of placing: a day.
const PLACED: Rule = Rule { longest_s: 86_400, ..CHANGED };

/// What changed longer ago is read by time of placing: half hours of a season are thousands of calls.
const FAR: Duration = Duration::days(7);

impl Connector for Xiaohongshu {
    fn orders(&self, access: &Access, sweep: Sweep, from: Option<&str>) -> Result<Page, CallError> {
        let (by, since) = match sweep {
            Sweep::Changed(since) if since.plus(FAR) >= access.now => ("changed", since),
            Sweep::Changed(since) | Sweep::Placed(since) => ("placed", since),
        };
        let unknown = || CallError::Invalid("a page of another shop".to_owned());
        let (by, place) = match from {
            Some(from) => from.split_once(' ').map(|(by, place)| (by, Some(place))).ok_or_else(unknown)?,
            None => (by, None),
        };
        let (rule, time_type) = if by == "changed" { (&CHANGED, 2) } else { (&PLACED, 1) };
        let window = Window::parse(place, access.its(since), access.its_now(), rule)?;
        let wish = json!({
            "startTime": window.start_s, "endTime": window.end_s, "timeType": time_type,
            "pageNo": window.page(), "pageSize": rule.size,
        });
        let list: List = client::call(access, "order.getOrderList", &wish)?;
        let onward = window.onward(rule, list.rows(rule.size))?;
        let mut page = Page { next: onward.next.map(|next| format!("{by} {next}")), ..Page::default() };
        if onward.is_read {
            for brief in list.order_list {
                match order(access, &brief.order_id) {
                    Ok(order) => match map::snapshot(order, access.now) {
                        Ok(snapshot) => page.orders.push(snapshot),
                        Err(why) => page.unreadable.push((brief.order_id, why)),
                    },
                    // Of this order alone.
                    Err(CallError::Invalid(why)) => page.unreadable.push((brief.order_id, why)),
                    Err(error) => return Err(error),
                }
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

    fn counting(&self) -> Option<&dyn Counting> {
        Some(self)
    }

    fn memos(&self) -> Option<&dyn Memos> {
        Some(self)
    }
}

impl Rereading for Xiaohongshu {
    fn read(&self, access: &Access, numbers: &[&str]) -> Result<Page, CallError> {
        Page::one_by_one(numbers, |number| Ok(map::snapshot(order(access, number)?, access.now)))
    }
}

impl Counting for Xiaohongshu {
    fn placed(&self, access: &Access, from: UtcTime, until: UtcTime) -> Result<i64, CallError> {
        // In pages of one its last page is how many there are, where it tells no total.
        let wish = json!({
            "startTime": seconds(from), "endTime": seconds(until) - 1, "timeType": 1, "pageNo": 1, "pageSize": 1,
        });
        let list: List = client::call(access, "order.getOrderList", &wish)?;
        Ok(if list.total > 0 { list.total } else { list.max_page_no.max(list.order_list.len() as i64) })
    }
}

fn order(access: &Access, number: &str) -> Result<Order, CallError> {
    client::call(access, "order.getOrderDetail", &json!({ "orderId": number }))
}
