//! Taobao and Tmall: the gateway TOP of the open platform.
//!
//! Orders are listed by the time of change in closed windows of a day, from the last page to the first, and each is then
//! asked for by itself: lists lack remarks. Recipients come masked with an OAID, by which they merge and are labelled.
//! Source: the platform's API documents (metadata of 2026-04) and its signing document 101617.

mod client;
mod consent;
mod map;
mod memo;
mod ship;
pub mod sign;
mod wire;

use chrono::Duration;
use serde::Deserialize;

use super::authorisation::Authorisation;
use super::china::time;
use super::link::{Access, CallError, Connector, Counting, Page, Sweep};
use super::memo::Memos;
use super::parcel::{Parcel, ShipError};
use super::rereading::Rereading;
use super::windows::{Rule, Window};
use crate::domain::time::UtcTime;
use client::{call, part};
use wire::{Detail, List};

pub use memo::RULE as MEMO;

/// The connector. Credentials: `app_key` and `app_secret` of an app of the open platform, and the `access_token`
/// (session key) that comes by consent or is typed.
pub struct Taobao;

/// Where all shops are asked. The platform has others for the overseas and for its sandbox.
pub const GATEWAY: &str = "https://eco.taobao.com/router/rest";
/// Windows over the time of change: a day, in pages of 50; the platform takes 100 and advises this.
const CHANGED: Rule = Rule { longest_s: 86_400, size: 50, most: u64::MAX };
/// A window over the time of placing; the platform keeps three months and has no longest one.
const PLACED: Rule = Rule { longest_s: 30 * 86_400, ..CHANGED };
/// Older orders stand in another list of the platform.
const MEMORY: Duration = Duration::days(89);

impl Connector for Taobao {
    fn orders(&self, access: &Access, sweep: Sweep, from: Option<&str>) -> Result<Page, CallError> {
        let (method, since, rule, names) = match sweep {
            Sweep::Changed(since) => {
                let names = ("start_modified", "end_modified");
                ("taobao.trades.sold.increment.get", since, &CHANGED, names)
            }
            Sweep::Placed(since) => {
                ("taobao.trades.sold.get", since, &PLACED, ("start_created", "end_created"))
            }
        };
        let now = access.its_now();
        let window = Window::parse(from, access.its(since).max(now.plus(-MEMORY)), now, rule)?;
        let (page, size) = (window.page().to_string(), rule.size.to_string());
        let (start, end) = (time(window.start_s), time(window.end_s));
        let params = [
            ("fields", "tid,modified"),
            (names.0, start.as_str()),
            (names.1, end.as_str()),
            ("page_no", page.as_str()),
            ("page_size", size.as_str()),
            // Without a total nobody knows where the last page is.
            ("use_has_next", "false"),
        ];
        let found: List = part(call(access, method, &params)?)?;
        let onward = window.onward(rule, found.total_results.unsigned_abs())?;
        let mut page = Page { next: onward.next, ..Page::default() };
        if !onward.is_read {
            return Ok(page);
        }
        for trade in found.trades.trade {
            match detail(access, &trade.tid) {
                Ok(full) => match map::snapshot(full, access.now) {
                    Ok(snapshot) => page.orders.push(snapshot),
                    Err(why) => page.unreadable.push((trade.tid, why)),
                },
                Err(CallError::Invalid(why)) => page.unreadable.push((trade.tid, why)),
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

impl Rereading for Taobao {
    fn read(&self, access: &Access, numbers: &[&str]) -> Result<Page, CallError> {
        Page::one_by_one(numbers, |number| Ok(map::snapshot(detail(access, number)?, access.now)))
    }
}

impl Counting for Taobao {
    fn placed(&self, access: &Access, from: UtcTime, until: UtcTime) -> Result<i64, CallError> {
        // Both ends are within.
        let (start, end) = (time(from.chrono().timestamp()), time(until.chrono().timestamp() - 1));
        let params = [
            ("fields", "tid"),
            ("start_created", start.as_str()),
            ("end_created", end.as_str()),
            ("page_no", "1"),
            ("page_size", "1"),
            ("use_has_next", "false"),
        ];
        let list: List = part(call(access, "taobao.trades.sold.get", &params)?)?;
        Ok(list.total_results)
    }
}

/// What is asked of an order. The OAID comes only together with the recipient's fields and `created`.
const FIELDS: &str = "tid,status,type,created,pay_time,modified,payment,post_fee,buyer_nick,buyer_message,seller_memo,seller_flag,\
     receiver_name,receiver_state,receiver_city,receiver_district,receiver_town,receiver_address,receiver_zip,receiver_mobile,\
     receiver_phone,oaid,step_trade_status,shipping_type,delivery_time,top_hold,team_buy_hold,share_group_hold,ofp_hold,\
     forbid_consign,delay_create_delivery,orders";

fn detail(access: &Access, tid: &str) -> Result<wire::Trade, CallError> {
    let answer = call(access, "taobao.trade.fullinfo.get", &[("fields", FIELDS), ("tid", tid)])?;
    let Detail { trade } = Detail::deserialize(answer).map_err(|error| client::unreadable(&error))?;
    match trade.tid == tid {
        true => Ok(trade),
        false => Err(CallError::Invalid(format!("the shop answered order {} for it", trade.tid))),
    }
}
