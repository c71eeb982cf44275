//! A shop that is asked for its orders and told what left: what every platform with an API offers.
//!
//! A connector knows its platform's protocol and nothing of tables: it is handed an address, what opens the door,
//! and answers orders. When it is asked, how far back, and what becomes of the orders is decided elsewhere
//! (`jobs/pulling.rs`, `jobs/telling.rs`). Source of the classes of errors: the platforms' own codes, gathered over all of them.

use std::time::{Duration as Wait, Instant};

use chrono::Duration;
use serde_json::{Map, Value as Json};
use ureq::http::header::DATE;

use super::authorisation::Authorisation;
use super::clock::PlatformClock;
use super::http::{Answer, Http};
use super::memo::Memos;
use super::parcel::{Parcel, ShipError};
use super::rereading::Rereading;
use super::{douyin, jd, kuaishou, medusa, pinduoduo, shopify, taobao, vendure, woocommerce, xiaohongshu};
use crate::domain::order::OrderSnapshot;
use crate::domain::platform::Platform;
use crate::domain::shop::ShopSettings;
use crate::domain::time::UtcTime;

/// Which orders are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sweep {
    /// What the shop says was placed or changed at or after this moment. Shops are known to change orders without
    /// saying so, hence the other sweep.
    Changed(UtcTime),
    /// Everything placed at or after this moment, changed or not.
    Placed(UtcTime),
}

/// A page of orders.
#[derive(Debug, Default)]
pub struct Page {
    pub orders: Vec<OrderSnapshot>,
    /// Orders that could not be read, with the platform's number and why; the others stand.
    pub unreadable: Vec<(String, String)>,
    /// Where the next page starts; `None` behind the last one.
    pub next: Option<String>,
}

/// What a connector is handed.
pub struct Access<'a> {
    pub http: &'a Http,
    pub settings: &'a ShopSettings,
    pub credentials: &'a Map<String, Json>,
    /// When this sweep began, by our clock. Where a platform's own time of change is not to be trusted, the
    /// moment of reading stands for it.
    pub now: UtcTime,
    /// When `now` was, by a clock that nobody sets: a page of many orders takes minutes where the shop is slow.
    pub began: Instant,
    /// How far the platform's clock is ahead of ours.
    pub clock: &'a PlatformClock,
}

impl Access<'_> {
    /// The present by the platform's clock, which signs calls and ends windows.
    pub fn its_now(&self) -> UtcTime {
        self.present().plus(self.clock.ahead())
    }

    fn present(&self) -> UtcTime {
        self.now.plus(Duration::from_std(self.began.elapsed()).unwrap_or_default())
    }

    /// A moment of ours by the platform's clock; no later than by ours, since what is read twice does no harm.
    pub fn its(&self, moment: UtcTime) -> UtcTime {
        moment.plus(self.clock.ahead().min(Duration::zero()))
    }

    /// An answer of the platform, by which its clock is known.
    pub fn heard(&self, answer: Answer) -> Answer {
        if let Some(date) = answer.headers.get(DATE).and_then(|date| date.to_str().ok()) {
            self.clock.hear(date, self.present());
        }
        answer
    }

    /// Where the shop is, without a slash at the end; where its platform is, when a person has written nothing else.
    pub fn address(&self, platforms: &'static str) -> &str {
        match self.settings.address.trim_end_matches('/') {
            "" => platforms,
            own => own,
        }
    }

    /// The same for a second address of the platform, which stands beside its gateway.
    pub fn address_beside(&self, gateway: &'static str, other: &'static str) -> &str {
        match self.address(gateway) {
            own if own == gateway => other,
            own => own,
        }
    }

    /// One of the credentials.
    ///
    /// # Errors
    /// `AuthExpired` with its name when it is missing or no text: that is the shop's failure, not the order's.
    pub fn credential(&self, name: &'static str) -> Result<&str, CallError> {
        let found = self.credentials.get(name).and_then(Json::as_str).filter(|text| !text.is_empty());
        found.ok_or_else(|| CallError::AuthExpired(format!("there is no {name}")))
    }
}

/// Why a call came to nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The key has ended or is wrong; a person has to link the shop anew.
    #[error("the shop does not accept the key: {0}; link it anew")]
    AuthExpired(String),
    /// The key may not do this.
    #[error("the key may not do this: {0}; give it the right in the shop")]
    PermissionMissing(String),
    /// The platform does not take calls from this machine's address.
    #[error(
        "the platform takes no calls from this machine's address: {0}; add it to the app's list of addresses"
    )]
    IpNotAllowed(String),
    /// This machine's clock is too far from the platform's.
    #[error("this machine's clock is too far from the platform's: {0}; set it right")]
    ClockSkew(String),
    /// Too many calls.
    #[error("the shop asks for patience")]
    Throttled { retry_after: Wait },
    /// The shop is at fault or out of reach; it may be well later.
    #[error("the shop does not answer as it should: {0}")]
    PlatformBusy(String),
    /// What was asked makes no sense to the shop, or its answer none to us.
    #[error("{0}")]
    Invalid(String),
}

impl CallError {
    /// Of a call for a token: what was handed in is no good any more, and a person has to consent anew.
    pub fn of_token(self) -> Self {
        match self {
            Self::Invalid(words) => Self::AuthExpired(words),
            other => other,
        }
    }

    /// Whether the same call may succeed by itself later.
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Throttled { .. } | Self::PlatformBusy(_))
    }
}

/// A platform that is asked.
pub trait Connector: Send + Sync {
    /// A page of orders, from the beginning or from where the page before ended.
    ///
    /// Pages are stable while orders change: none is left out because another one moved.
    ///
    /// # Errors
    /// As [`CallError`] says; a page is read whole or not at all.
    fn orders(&self, access: &Access, sweep: Sweep, from: Option<&str>) -> Result<Page, CallError>;

    /// Tells the shop that this left; answers what the shop shows now, as proof.
    ///
    /// Reads before it writes, so that telling again what the shop knows already changes nothing there, and goes on
    /// where an earlier try was cut off.
    ///
    /// # Errors
    /// As [`ShipError`] says: whether the shop refused, could not be asked, or was told and not heard.
    fn ship(&self, access: &Access, parcel: &Parcel) -> Result<String, ShipError>;

    /// How the platform is asked for consent; `None` where a person makes a key in the shop.
    fn authorisation(&self) -> Option<&dyn Authorisation> {
        None
    }

    /// How the platform counts its orders; `None` where it cannot, or by another time than orders are read with.
    fn counting(&self) -> Option<&dyn Counting> {
        None
    }

    /// How the platform tells single orders again; `None` where it cannot.
    fn rereading(&self) -> Option<&dyn Rereading> {
        None
    }

    /// How the platform is told memos; `None` where it takes none.
    fn memos(&self) -> Option<&dyn Memos> {
        None
    }

    /// Where all shops of the platform are asked; `None` where each is asked at its own address.
    fn gateway(&self) -> Option<&'static str> {
        None
    }
}

/// A platform that says how many orders it has.
pub trait Counting: Send + Sync {
    /// How many orders were placed at or after `from` and before `until`, both whole seconds: by the time that stands in
    /// their snapshots as the time of placing, in every state.
    ///
    /// # Errors
    /// As [`CallError`] says.
    fn placed(&self, access: &Access, from: UtcTime, until: UtcTime) -> Result<i64, CallError>;
}

/// The connector of a platform, if orders can be pulled from it.
pub fn connector(platform: Platform) -> Option<&'static dyn Connector> {
    match platform {
        Platform::Vendure => Some(&vendure::Vendure),
        Platform::Medusa => Some(&medusa::Medusa),
        Platform::Shopify => Some(&shopify::Shopify),
        Platform::Woocommerce => Some(&woocommerce::Woocommerce),
        Platform::Taobao | Platform::Tmall => Some(&taobao::Taobao),
        Platform::Douyin => Some(&douyin::Douyin),
        Platform::Jd => Some(&jd::Jd),
        Platform::Kuaishou => Some(&kuaishou::Kuaishou),
        Platform::Xiaohongshu => Some(&xiaohongshu::Xiaohongshu),
        Platform::Pdd => Some(&pinduoduo::Pinduoduo),
        _ => None,
    }
}

/// The connector of a shop that is linked. One without an address is told and asked by nobody; where the platform has one
/// address for all, the shop's keys decide.
pub fn connected(
    platform: Platform,
    settings: &ShopSettings,
    is_linked: bool,
) -> Option<&'static dyn Connector> {
    connector(platform).filter(|connector| match connector.gateway() {
        Some(_) => is_linked,
        // Its address alone opens nothing where the token is still to come.
        None => !settings.address.is_empty() && (connector.authorisation().is_none() || is_linked),
    })
}

/// Whether these are all the keys a platform needs, also those that come by consent.
pub fn is_complete(platform: Platform, keys: &Map<String, Json>) -> bool {
    let has = |name: &&str| keys.get(*name).and_then(Json::as_str).is_some_and(|text| !text.is_empty());
    let by_consent = connector(platform).and_then(Connector::authorisation).map(|_| "access_token");
    credentials(platform).iter().filter(|name| !is_optional(platform, name)).chain(&by_consent).all(has)
}

/// What opens a platform's API, by the names of the credentials, in the order a person is asked.
pub fn credentials(platform: Platform) -> &'static [&'static str] {
    match platform {
        Platform::Vendure => &["api_key", "channel_token"],
        Platform::Medusa => &["secret_key"],
        Platform::Shopify => &["access_token", "client_id", "webhook_secret"],
        Platform::Woocommerce => &["consumer_key", "consumer_secret", "webhook_secret"],
        Platform::Taobao | Platform::Tmall | Platform::Douyin | Platform::Jd | Platform::Xiaohongshu => {
            &["app_key", "app_secret", "access_token"]
        }
        Platform::Kuaishou => &["app_key", "app_secret", "sign_secret", "access_token", "message_key"],
        Platform::Pdd => &["client_id", "client_secret", "access_token"],
        _ => &[],
    }
}

/// Whether a person need not type this credential: the shop does without, or it comes by consent.
pub fn is_optional(platform: Platform, credential: &str) -> bool {
    let comes = || connector(platform).is_some_and(|connector| connector.authorisation().is_some());
    matches!(credential, "channel_token" | "webhook_secret" | "message_key")
        || platform == Platform::Shopify && credential == "client_id"
        || credential == "access_token" && comes()
}

/// A person's name from its parts: Chinese, Japanese and Korean names have the family first and no blank.
pub fn joined_name(first: &str, last: &str) -> String {
    let is_cjk = |text: &str| {
        text.chars().any(|c| matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{20000}'..='\u{323af}'))
    };
    match is_cjk(first) || is_cjk(last) {
        true => format!("{}{}", last.trim(), first.trim()),
        false => format!("{} {}", first.trim(), last.trim()).trim().to_owned(),
    }
}
