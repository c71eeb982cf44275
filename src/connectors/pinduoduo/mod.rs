//! Pinduoduo: its gateway and its message channel.
//!
//! Orders are listed by the time of change in closed windows of half an hour, from the last page to the first, and each
//! is then asked for by itself. Orders from before the last week are found by the time they were confirmed instead, a day
//! at a time: three months of half hours would be over four thousand calls. Unpaid orders are not told. Source:
//! declarations of the platform's calls in several published clients (2023 to 2026), its document on signing.

mod client;
mod consent;
mod map;
mod memo;
mod ship;
pub mod sign;
mod wire;

use chrono::Duration;

use super::authorisation::Authorisation;
use super::link::{Access, CallError, Connector, Page, Sweep};
use super::memo::Memos;
use super::parcel::{Parcel, ShipError};
use super::rereading::Rereading;
use super::windows::{Rule, Window};
use client::{call, part};
use wire::{Info, List, Named, Order};

pub use memo::RULE as MEMO;

/// The connector. Credentials: `client_id` and `client_secret` of an app of the open platform, and the `access_token` that
/// comes by consent or is typed.
pub struct Pinduoduo;

/// Where all shops are asked.
pub const GATEWAY: &str = "https://gw-api.pinduoduo.com/api/router";
/// Windows over the time of change: half an hour, in pages of 100, the platform's most.
const CHANGED: Rule = Rule { longest_s: 30 * 60, size: 100, most: u64::MAX };
/// Windows over the time of confirmation.
const CONFIRMED: Rule = Rule { longest_s: 86_400, ..CHANGED };
/// What changed longer ago is read by the time of confirmation.
const LONG_AGO: Duration = Duration::days(7);
/// The platform keeps three months.
const MEMORY: Duration = Duration::days(89);

impl Connector for Pinduoduo {
    fn orders(&self, access: &Access, sweep: Sweep, from: Option<&str>) -> Result<Page, CallError> {
        let now = access.its_now();
        let (since, is_changed) = match sweep {
            Sweep::Changed(since) => (access.its(since), access.its(since).plus(LONG_AGO) >= now),
            Sweep::Placed(since) => (access.its(since), false),
        };
        // A page further on keeps the kind of list it began with, though time has gone on.
        let (kind, place) = match from.and_then(|from| from.split_once(' ')) {
            Some((kind, place)) => (kind == "changed", Some(place)),
            None => (is_changed, None),
        };
        let (method, rule, names) = match kind {
            true => {
                let names = ("start_updated_at", "end_updated_at");
                ("pdd.order.number.list.increment.get", &CHANGED, names)
            }
            false => ("pdd.order.list.get", &CONFIRMED, ("start_confirm_at", "end_confirm_at")),
        };
        let window = Window::parse(place, since.max(now.plus(-MEMORY)), now, rule)?;
        let (page, size) = (window.page().to_string(), rule.size.to_string());
        let (start, end) = (window.start_s.to_string(), window.end_s.to_string());
        let params = [
            (names.0, start.as_str()),
            (names.1, end.as_str()),
            // Of every state.
            ("order_status", "5"),
            ("refund_status", "5"),
            ("is_lucky_flag", if kind { "0" } else { "" }),
            ("page", page.as_str()),
            ("page_size", size.as_str()),
            // Without a total nobody knows where the last page is.
            ("use_has_next", "false"),
        ];
        let found: List = part(call(access, method, &params)?)?;
        let onward = window.onward(rule, found.total_count.unsigned_abs())?;
        let word = if kind { "changed" } else { "confirmed" };
        let mut page = Page { next: onward.next.map(|place| format!("{word} {place}")), ..Page::default() };
        if !onward.is_read {
            return Ok(page);
        }
        for Named { order_sn } in found.orders {
            match detail(access, &order_sn) {
                Ok(order) => match map::snapshot(order, access.now) {
                    Ok(snapshot) => page.orders.push(snapshot),
                    Err(why) => page.unreadable.push((order_sn, why)),
                },
                Err(CallError::Invalid(why)) => page.unreadable.push((order_sn, why)),
                Err(error) => return Err(error),
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

impl Rereading for Pinduoduo {
    fn read(&self, access: &Access, numbers: &[&str]) -> Result<Page, CallError> {
        Page::one_by_one(numbers, |number| Ok(map::snapshot(detail(access, number)?, access.now)))
    }
}

fn detail(access: &Access, number: &str) -> Result<Order, CallError> {
    let Info { order_info } = part(call(access, "pdd.order.information.get", &[("order_sn", number)])?)?;
    match order_info.order_sn == number {
        true => Ok(order_info),
        false => Err(CallError::Invalid(format!("the shop answered order {} for it", order_info.order_sn))),
    }
}
