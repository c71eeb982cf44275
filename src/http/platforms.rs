//! Platforms over HTTP: what the connector of each can do and needs.

use serde::Serialize;
use utoipa::ToSchema;

use super::caller::{Caller, ok};
use super::problem::Reply;
use crate::connectors::capability::{ALL, Capability, Paging, Parts, Recipients};
use crate::connectors::link::{connector, credentials, is_optional};
use crate::domain::platform::Platform;
use crate::operations::orders::MemoWays;

/// What the connector of a platform can do.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlatformView {
    #[schema(example = "douyin")]
    platform: Platform,
    paging: Paging,
    /// Longest window over the time of change, in seconds; null where there is no longest one.
    #[schema(example = 604_800)]
    window_s: Option<i64>,
    /// Orders of a page.
    page_size: u64,
    /// Orders of a window up to which its pages are answered.
    rows_max: Option<u64>,
    /// How many days back the platform answers.
    back_days: Option<i64>,
    /// What of an order may leave in a parcel of its own.
    parts: Parts,
    recipients: Recipients,
    /// How many single orders a call reads again by their numbers; null where they cannot be.
    by_number: Option<usize>,
    /// How a note of the staff can be told to its shops; null where it cannot.
    memo: Option<MemoWays>,
    /// It says how many orders were placed within a time, so that gaps are found.
    counted: bool,
    /// Pushes or webhooks are heard.
    pushed: bool,
    /// It was seen on a running server, not only played.
    seen: bool,
    /// What stays off until it was seen on a live shop.
    off: &'static [&'static str],
    /// Its token comes by a person's consent on the platform's page.
    consent: bool,
    /// Where all of its shops are asked; null where each has an address of its own.
    gateway: Option<&'static str>,
    credentials: Vec<CredentialView>,
}

/// What opens a shop there.
#[derive(Debug, Serialize, ToSchema)]
pub struct CredentialView {
    #[schema(example = "app_key")]
    name: &'static str,
    /// Nobody need type it.
    optional: bool,
}

/// Every platform that is asked.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlatformsView {
    items: Vec<PlatformView>,
}

/// List the platforms
///
/// Those whose shops are asked for their orders and told the numbers, and what each can do.
#[utoipa::path(get, path = "/api/v1/platforms", tag = "shops",
    responses((status = 200, description = "Every platform that is asked", body = PlatformsView)))]
pub async fn list(_: Caller) -> Reply {
    ok(&PlatformsView { items: ALL.iter().map(view).collect() })
}

fn view(one: &Capability) -> PlatformView {
    let asked = connector(one.platform);
    let names = credentials(one.platform).iter();
    PlatformView {
        platform: one.platform,
        paging: one.paging,
        window_s: one.window_s,
        page_size: one.page_size,
        rows_max: one.rows_max,
        back_days: one.back_days,
        parts: one.parts,
        recipients: one.recipients,
        by_number: one.by_number,
        memo: one.memo.map(Into::into),
        counted: one.is_counted,
        pushed: one.is_pushed,
        seen: one.is_seen,
        off: one.off,
        consent: asked.is_some_and(|connector| connector.authorisation().is_some()),
        gateway: asked.and_then(|connector| connector.gateway()),
        credentials: names
            .map(|name| CredentialView { name, optional: is_optional(one.platform, name) })
            .collect(),
    }
}
