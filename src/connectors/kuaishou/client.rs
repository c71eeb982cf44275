//! Calls to Kuaishou: all arguments in one parameter, signed as they are sent; reading goes by GET, writing by POST.

use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::sign::{Method, sign};
use super::wire::Envelope;
use super::{GATEWAY, codes};
use crate::connectors::digest::percent_encoded;
use crate::connectors::link::{Access, CallError};
use crate::connectors::windows::seconds;

/// Each call has its own; the other one is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    Get,
    Post,
}

/// Asks.
///
/// # Errors
/// What the platform's code says; `PlatformBusy` when its answer cannot be read.
pub fn call<T: DeserializeOwned>(
    access: &Access,
    verb: Verb,
    method: &str,
    wish: &Json,
) -> Result<T, CallError> {
    let param = wish.to_string();
    let timestamp = (seconds(access.its_now()) * 1_000).to_string();
    let mut fields = vec![
        ("access_token", access.credential("access_token")?),
        ("appkey", access.credential("app_key")?),
        ("method", method),
        ("param", &param),
        ("signMethod", "HMAC_SHA256"),
        ("timestamp", &timestamp),
        ("version", "1"),
    ];
    let signature = sign(fields.iter().copied(), access.credential("sign_secret")?, Method::HmacSha256);
    fields.push(("sign", &signature));
    let url = format!("{}/{}", access.address(GATEWAY), method.replace('.', "/"));
    let answer = match verb {
        Verb::Post => access.http.post_form(&url, &fields)?,
        Verb::Get => {
            let pair = |(name, value): &(&str, &str)| format!("{name}={}", percent_encoded(value));
            let query: Vec<String> = fields.iter().map(pair).collect();
            access.http.get(&format!("{url}?{}", query.join("&")), &[])?
        }
    };
    let envelope: Envelope = access.heard(answer).json()?;
    if envelope.result != 1 {
        return Err(codes::refused(&envelope));
    }
    let data = envelope.data.as_ref().map_or("null", |data| data.get());
    serde_json::from_str(data)
        .map_err(|error| CallError::PlatformBusy(format!("its answer to {method} cannot be read: {error}")))
}
