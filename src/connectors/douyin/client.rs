//! Calls to Douyin: signed over the body's one spelling, answered 200 to nearly everything.

use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::GATEWAY;
use super::canonical::canonical;
use super::codes;
use super::sign::{Method, sign};
use super::wire::Envelope;
use crate::connectors::digest::percent_encoded;
use crate::connectors::link::{Access, CallError};
use crate::connectors::windows::seconds;

/// Asks.
///
/// # Errors
/// What the platform's code says; `PlatformBusy` when its answer cannot be read.
pub fn call<T: DeserializeOwned>(access: &Access, method: &str, wish: &Json) -> Result<T, CallError> {
    call_with(access, method, Some(access.credential("access_token")?), wish)
}

/// Asks in the name of a shop, or of the app itself without a token.
///
/// # Errors
/// As [`call`].
pub fn call_with<T: DeserializeOwned>(
    access: &Access,
    method: &str,
    token: Option<&str>,
    wish: &Json,
) -> Result<T, CallError> {
    let body = canonical(&wish.to_string())
        .map_err(|error| CallError::Invalid(format!("{method} cannot be asked: {error}")))?;
    let (app_key, secret) = (access.credential("app_key")?, access.credential("app_secret")?);
    let timestamp = seconds(access.its_now()).to_string();
    let signature = sign(app_key, method, &body, &timestamp, secret, Method::HmacSha256);
    let query: Vec<String> = [
        ("app_key", app_key),
        ("method", method),
        ("access_token", token.unwrap_or_default()),
        ("timestamp", &timestamp),
        ("v", "2"),
        ("sign_method", "hmac-sha256"),
        ("sign", &signature),
    ]
    .iter()
    .filter(|(_, value)| !value.is_empty())
    .map(|(name, value)| format!("{name}={}", percent_encoded(value)))
    .collect();
    let address = access.address(GATEWAY);
    let url = format!("{address}/{}?{}", method.replace('.', "/"), query.join("&"));
    let answer = access.heard(access.http.post_text(&url, "application/json", &body)?);
    let envelope: Envelope = answer.json()?;
    match (envelope.code.as_str(), &envelope.data) {
        ("10000", Some(data)) => serde_json::from_str(data.get()).map_err(|error| {
            CallError::PlatformBusy(format!("its answer to {method} cannot be read: {error}"))
        }),
        _ => Err(codes::refused(&envelope)),
    }
}
