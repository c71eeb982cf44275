//! Signed calls to Pinduoduo, and what its refusals mean.
//!
//! It answers 200 to everything; what went wrong stands in `error_response`. The answer's root is not always made of the
//! call's name, so the one root that is there is taken.

use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::GATEWAY;
use super::sign::sign;
use super::wire::ErrorResponse;
use crate::connectors::link::{Access, CallError};

/// The platform counts calls by the minute and does not say when it has patience again.
const PATIENCE: Duration = Duration::from_secs(3);

/// Calls a method in the name of the shop; what stands within the answer's root.
pub fn call(access: &Access, method: &str, params: &[(&str, &str)]) -> Result<Json, CallError> {
    let token = access.credential("access_token")?;
    call_with(access, method, token, params)
}

/// Calls a method; the token is empty for those of the app itself.
pub fn call_with(
    access: &Access,
    method: &str,
    token: &str,
    params: &[(&str, &str)],
) -> Result<Json, CallError> {
    let timestamp = access.its_now().chrono().timestamp().to_string();
    let common = [
        ("type", method),
        ("client_id", access.credential("client_id")?),
        ("access_token", token),
        ("timestamp", timestamp.as_str()),
        ("data_type", "JSON"),
        ("version", "V1"),
    ];
    // What is empty takes no part in the signature and is not sent.
    let mut fields: Vec<(&str, &str)> =
        common.into_iter().chain(params.iter().copied()).filter(|(_, value)| !value.is_empty()).collect();
    let signature = sign(fields.iter().copied(), access.credential("client_secret")?);
    fields.push(("sign", signature.as_str()));
    let answer = access.heard(access.http.post_form(access.address(GATEWAY), &fields)?);
    let Json::Object(body) = answer.json()? else {
        return Err(CallError::PlatformBusy(format!("its answer to {method} is no object")));
    };
    if let Some(error) = body.get("error_response") {
        return Err(refused(part(error.clone())?));
    }
    let root = body.into_iter().find(|(name, _)| name.ends_with("_response"));
    let (_, within) =
        root.ok_or_else(|| CallError::PlatformBusy(format!("its answer to {method} has no root")))?;
    Ok(within)
}

/// A part of an answer as this type.
pub fn part<T: DeserializeOwned>(json: Json) -> Result<T, CallError> {
    serde_json::from_value(json)
        .map_err(|error| CallError::PlatformBusy(format!("its answer cannot be read: {error}")))
}

/// Source of the codes: the platform's common error codes, as several clients have them.
fn refused(error: ErrorResponse) -> CallError {
    let ErrorResponse { error_code, error_msg, sub_code, sub_msg } = error;
    let words = [error_code.as_str(), &error_msg, &sub_code, &sub_msg];
    let words = words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    match error_code.as_str() {
        "10019" => CallError::AuthExpired(words),
        "20004" => {
            CallError::AuthExpired(format!("the signature is wrong, so the client_secret is: {words}"))
        }
        "20005" => CallError::IpNotAllowed(words),
        // Not this call; banned.
        "20031" | "70032" | "70034" | "70035" | "70036" => CallError::PermissionMissing(words),
        "52101" | "70031" => CallError::Throttled { retry_after: PATIENCE },
        "50000" | "50001" | "50002" | "52001" | "52002" | "52102" | "52103" | "70033" => {
            CallError::PlatformBusy(words)
        }
        _ => CallError::Invalid(format!("the shop answered: {words}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_have_the_class_that_says_what_to_do() {
        let class = |code: &str| {
            let response = ErrorResponse { error_code: code.to_owned(), ..ErrorResponse::default() };
            match refused(response) {
                CallError::AuthExpired(_) => "auth",
                CallError::PermissionMissing(_) => "permission",
                CallError::IpNotAllowed(_) => "address",
                CallError::ClockSkew(_) => "clock",
                CallError::Throttled { .. } => "wait",
                CallError::PlatformBusy(_) => "busy",
                CallError::Invalid(_) => "invalid",
            }
        };
        for (code, expected) in [
            ("10019", "auth"),
            ("20004", "auth"),
            ("20005", "address"),
            ("70035", "permission"),
            ("70031", "wait"),
            ("52101", "wait"),
            ("52103", "busy"),
            ("50001", "busy"),
            ("50003", "invalid"),
        ] {
            assert_eq!(class(code), expected, "{code}");
        }
    }
}
