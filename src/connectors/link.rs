//! A shop that is asked for its orders and told what left: what every platform with an API offers.
//!
//! A connector knows its platform's protocol and nothing of tables: it is handed an address, what opens the door,
//! and answers orders. When it is asked, how far back, and what becomes of the orders is decided elsewhere
//! (`jobs/pulling.rs`, `jobs/telling.rs`). Source of the classes of errors: the platforms' own codes, gathered over all of them.

use std::time::Duration;

use serde_json::{Map, Value as Json};

use super::http::Http;
use super::parcel::{Parcel, ShipError};
use super::{medusa, shopify, vendure, woocommerce};
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
}

impl Access<'_> {
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
    /// Too many calls.
    #[error("the shop asks for patience")]
    Throttled { retry_after: Duration },
    /// The shop is at fault or out of reach; it may be well later.
    #[error("the shop does not answer as it should: {0}")]
    PlatformBusy(String),
    /// What was asked makes no sense to the shop, or its answer none to us.
    #[error("{0}")]
    Invalid(String),
}

impl CallError {
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
}

/// The connector of a platform, if orders can be pulled from it.
pub fn connector(platform: Platform) -> Option<&'static dyn Connector> {
    match platform {
        Platform::Vendure => Some(&vendure::Vendure),
        Platform::Medusa => Some(&medusa::Medusa),
        Platform::Shopify => Some(&shopify::Shopify),
        Platform::Woocommerce => Some(&woocommerce::Woocommerce),
        _ => None,
    }
}

/// The connector of a shop that is linked: one without an address is told and asked by nobody.
pub fn connected(platform: Platform, settings: &ShopSettings) -> Option<&'static dyn Connector> {
    connector(platform).filter(|_| !settings.address.is_empty())
}

/// What opens a platform's API, by the names of the credentials, in the order a person is asked.
pub fn credentials(platform: Platform) -> &'static [&'static str] {
    match platform {
        Platform::Vendure => &["api_key", "channel_token"],
        Platform::Medusa => &["secret_key"],
        Platform::Shopify => &["access_token", "webhook_secret"],
        Platform::Woocommerce => &["consumer_key", "consumer_secret", "webhook_secret"],
        _ => &[],
    }
}

/// Whether a shop can be linked without this credential.
pub fn is_optional(credential: &str) -> bool {
    matches!(credential, "channel_token" | "webhook_secret")
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
