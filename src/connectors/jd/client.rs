//! Calls to JD: a signed form, answered 200 to nearly everything, the answer under a name of its own.

use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

use super::sign::sign;
use super::wire::Refused;
use super::{GATEWAY, codes};
use crate::connectors::china::time;
use crate::connectors::link::{Access, CallError};
use crate::connectors::windows::seconds;

/// Asks.
///
/// # Errors
/// What the platform's code says; `PlatformBusy` when its answer cannot be read.
pub fn call<T: DeserializeOwned>(access: &Access, method: &str, wish: &Json) -> Result<T, CallError> {
    let arguments = wish.to_string();
    let timestamp = time(seconds(access.its_now()));
    let mut fields = vec![
        ("360buy_param_json", arguments.as_str()),
        ("access_token", access.credential("access_token")?),
        ("app_key", access.credential("app_key")?),
        ("method", method),
        ("timestamp", &timestamp),
        ("v", "2.0"),
    ];
    let signature = sign(fields.iter().copied(), access.credential("app_secret")?);
    fields.push(("sign", &signature));
    let url = format!("{}/routerjson", access.address(GATEWAY));
    let answer = access.heard(access.http.post_form(&url, &fields)?);
    let unreadable = |error: &dyn std::fmt::Display| {
        CallError::PlatformBusy(format!("its answer to {method} cannot be read: {error}"))
    };
    // One name, spelled `…_responce`, or `error_response`.
    let roots: BTreeMap<String, Box<RawValue>> = answer.json()?;
    if let Some(error) = roots.get("error_response") {
        let refused: Refused = serde_json::from_str(error.get()).map_err(|error| unreadable(&error))?;
        return Err(codes::refused(&refused));
    }
    let Some(root) = roots.values().find(|root| root.get().starts_with('{')) else {
        return Err(unreadable(&"it is empty"));
    };
    serde_json::from_str(root.get()).map_err(|error| unreadable(&error))
}
