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

use super::authorisation::Authorisation;
use super::link::{Access, CallError, Connector, Page, Sweep};
use super::memo::Memos;
use super::parcel::{Parcel, ShipError};
use super::rereading::Rereading;
use super::walk::Walk;
use client::{call, part};
use wire::{Info, List, Named, Order};

pub use memo::RULE as MEMO;

/// The connector. Credentials: `client_id` and `client_secret` of an app of the open platform, and the `access_token` that
/// comes by consent or is typed.
pub struct Pinduoduo;

/// Where all shops are asked.
pub const GATEWAY: &str = "https://gw-api.pinduoduo.com/api/router";
/// Orders of a page, the platform's most.
const PAGE: i64 = 100;
/// The longest window over the time of change.
const CHANGED_SPAN: i64 = 30 * 60;
/// The longest window over the time of confirmation.
const CONFIRMED_SPAN: i64 = 86_400;
/// What changed longer ago is read by the time of confirmation.
const LONG_AGO: i64 = 7 * 86_400;
/// The platform keeps three months.
const MEMORY: i64 = 89 * 86_400;

impl Connector for Pinduoduo {
    fn orders(&self, access: &Access, sweep: Sweep, from: Option<&str>) -> Result<Page, CallError> {
        let now = access.now.chrono().timestamp();
        let (since, is_changed) = match sweep {
            Sweep::Changed(since) => {
                let since = since.chrono().timestamp();
                (since, now - since <= LONG_AGO)
            }
            Sweep::Placed(since) => (since.chrono().timestamp(), false),
        };
        // A page further on keeps the kind of list it began with, though time has gone on.
        let (kind, place) = match from.and_then(|from| from.split_once(' ')) {
            Some((kind, place)) => (kind == "changed", Some(place)),
            None => (is_changed, None),
        };
        let (method, span, names) = match kind {
            true => {
                ("pdd.order.number.list.increment.get", CHANGED_SPAN, ("start_updated_at", "end_updated_at"))
            }
            false => ("pdd.order.list.get", CONFIRMED_SPAN, ("start_confirm_at", "end_confirm_at")),
        };
        let walk = Walk::parse(place, since.max(now - MEMORY), span, now);
        let mut walk = walk.ok_or_else(|| CallError::Invalid(format!("{from:?} is no place in the list")))?;
        let list = |walk: &Walk| -> Result<List, CallError> {
            let page = walk.page.max(1).to_string();
            let (start, end, size) = (walk.start.to_string(), walk.end.to_string(), PAGE.to_string());
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
            part(call(access, method, &params)?)
        };
        let mut found = list(&walk)?;
        if walk.page == 0 {
            walk = walk.counted(found.total_count, PAGE);
            if walk.page > 1 {
                found = list(&walk)?;
            }
        }
        let mut page = Page::default();
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
        let word = if kind { "changed" } else { "confirmed" };
        page.next = walk.onward(found.total_count, span, now).map(|place| format!("{word} {place}"));
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
