//! Calls to Xiaohongshu: JSON to one address; the signature covers who asks what and when, not what is asked for.

use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::sign::sign;
use super::wire::Envelope;
use super::{GATEWAY, codes};
use crate::connectors::link::{Access, CallError};
use crate::connectors::windows::seconds;

const PATH: &str = "/ark/open_api/v3/common_controller";
const VERSION: &str = "2.0";

/// Asks.
///
/// # Errors
/// What the platform's words say; `PlatformBusy` when its answer cannot be read.
pub fn call<T: DeserializeOwned>(access: &Access, method: &str, wish: &Json) -> Result<T, CallError> {
    let mut wish = wish.clone();
    wish["accessToken"] = access.credential("access_token")?.into();
    call_with(access, method, wish)
}

/// Asks in the name of the app itself.
///
/// # Errors
/// As [`call`].
pub fn call_with<T: DeserializeOwned>(access: &Access, method: &str, mut body: Json) -> Result<T, CallError> {
    let (app_id, secret) = (access.credential("app_key")?, access.credential("app_secret")?);
    let timestamp = seconds(access.its_now()).to_string();
    for (name, value) in [
        ("appId", app_id),
        ("method", method),
        ("version", VERSION),
        ("timestamp", &timestamp),
        ("sign", &sign(method, app_id, &timestamp, VERSION, secret)),
    ] {
        body[name] = value.into();
    }
    let url = format!("{}{PATH}", access.address(GATEWAY));
    let envelope: Envelope = access.heard(access.http.post(&url, &[], &body)?).json()?;
    if !envelope.success {
        return Err(codes::refused(&envelope.code(), envelope.words()));
    }
    let data = envelope.data.as_ref().map_or("null", |data| data.get());
    serde_json::from_str(data)
        .map_err(|error| CallError::PlatformBusy(format!("its answer to {method} cannot be read: {error}")))
}
