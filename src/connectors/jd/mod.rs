//! JD: the gateway `routerjson` for shops of merchants, and the signature of its successor SP-API.
//!
//! Orders are searched by time of change in windows and pages; those not yet paid are not among them. Recipients come
//! encrypted, with masked twins and no key that says who is the same, so two orders of one person are not merged by
//! themselves. JD takes all numbers of an order at once and knows no partly shipped order. Source: the JOS guide and the
//! public Go and PHP clients. Unpaid orders, the refund list and OAID stay out until seen on a live shop.

mod client;
mod codes;
mod consent;
mod map;
mod memo;
mod ship;
pub mod sign;
mod wire;

use serde_json::json;

use super::authorisation::Authorisation;
use super::capability::{Capability, Paging, Parts, Recipients};
use super::china::time;
use super::link::{Access, CallError, Connector, Counting, Page, Sweep};
use super::memo::Memos;
use super::parcel::{Parcel, ShipError};
use super::rereading::Rereading;
use super::windows::{Rule, Window, seconds};
use crate::domain::platform::Platform;
use crate::domain::time::UtcTime;
use wire::{Found, Got};

/// The connector. Credentials: `app_key` and `app_secret` of the app, `access_token` of the shop.
pub struct Jd;

/// Where all shops are asked.
const GATEWAY: &str = "https://api.jd.com";

/// What it can do.
pub const CAPABILITY: Capability = Capability {
    platform: Platform::Jd,
    paging: Paging::Backward,
    // A window may be a month long; pages behind the hundredth are empty.
    window_s: Some(7 * 86_400),
    page_size: 100,
    rows_max: Some(10_000),
    back_days: None,
    parts: Parts::WholeOrders,
    recipients: Recipients::Masked,
    by_number: Some(1),
    memo: Some(memo::RULE),
    is_counted: true,
    is_pushed: false,
    is_seen: false,
    off: &["unpaid orders", "refund list", "OAID", "SP-API"],
};

const RULE: Rule = CAPABILITY.rule();

/// The states the search is asked for; it has no word for all of them in the platform's own documents.
const STATES: &str = "WAIT_SELLER_STOCK_OUT,WAIT_GOODS_RECEIVE_CONFIRM,WAIT_SELLER_DELIVERY,POP_ORDER_PAUSE,PAUSE,\
    FINISHED_L,TRADE_CANCELED,LOCKED,WAIT_SEND_CODE";

/// What is to be told of an order; nothing is told that is not asked for.
const FIELDS: &str = "orderId,orderType,payType,orderPayment,freightPrice,orderState,orderRemark,venderRemark,\
    orderStartTime,paymentConfirmTime,modified,returnOrder,waybill,logisticsId,consigneeInfo,itemInfoList,open_id_buyer";

impl Connector for Jd {
    fn orders(&self, access: &Access, sweep: Sweep, from: Option<&str>) -> Result<Page, CallError> {
        let (by, since) = match sweep {
            Sweep::Changed(since) => (0, since),
            Sweep::Placed(since) => (1, since),
        };
        let window = Window::parse(from, access.its(since), access.its_now(), &RULE)?;
        let wish = json!({
            "start_date": time(window.start_s), "end_date": time(window.end_s),
            "order_state": STATES, "optional_fields": FIELDS, "dateType": by, "sortType": 0,
            "page": window.page().to_string(), "page_size": RULE.size.to_string(),
        });
        let found: Found = client::call(access, "jingdong.pop.order.enSearch", &wish)?;
        let result = found.searchorderinfo_result;
        result.api_result.check()?;
        let onward = window.onward(&RULE, result.order_total.unsigned_abs())?;
        let mut page = Page { next: onward.next, ..Page::default() };
        if onward.is_read {
            for order in result.order_info_list {
                let number = order.order_id.clone();
                match map::snapshot(order, access.now) {
                    Ok(snapshot) => page.orders.push(snapshot),
                    Err(why) => page.unreadable.push((number, why)),
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

impl Rereading for Jd {
    fn read(&self, access: &Access, numbers: &[&str]) -> Result<Page, CallError> {
        Page::one_by_one(numbers, |number| Ok(map::snapshot(order(access, number)?, access.now)))
    }
}

impl Counting for Jd {
    fn placed(&self, access: &Access, from: UtcTime, until: UtcTime) -> Result<i64, CallError> {
        // Whether the end is within is not documented: where it is not, the last second is not counted, which is no gap.
        let wish = json!({
            "start_date": time(seconds(from)), "end_date": time(seconds(until) - 1), "order_state": STATES,
            "optional_fields": "orderId", "dateType": 1, "sortType": 0, "page": "1", "page_size": "1",
        });
        let found: Found = client::call(access, "jingdong.pop.order.enSearch", &wish)?;
        found.searchorderinfo_result.api_result.check()?;
        Ok(found.searchorderinfo_result.order_total)
    }
}

fn order(access: &Access, number: &str) -> Result<wire::Order, CallError> {
    let wish = json!({ "order_id": number, "order_state": STATES, "optional_fields": FIELDS });
    let got: Got = client::call(access, "jingdong.pop.order.enGet", &wish)?;
    got.order_detail_info.api_result.check()?;
    let order = got.order_detail_info.order_info;
    order.ok_or_else(|| CallError::Invalid(format!("The shop knows no order {number}")))
}
