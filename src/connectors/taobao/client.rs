//! Signed calls to TOP, and what its refusals mean.
//!
//! TOP answers 200 to everything; what went wrong stands in `error_response`. Source of the codes: open platform, common
//! error codes, and the sub-codes several clients agree on.

use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::GATEWAY;
use super::sign::{Method, sign};
use super::wire::ErrorResponse;
use crate::connectors::china::time;
use crate::connectors::link::{Access, CallError};

/// How long to wait when the platform bans us and does not say for how long.
const USUAL_BAN: u64 = 60;

/// Why a call came to nothing: the class, and the platform's own word.
#[derive(Debug)]
pub struct Failed {
    pub error: CallError,
    /// Such as `isv.logistics-offline-service-error:B04`; empty without one.
    pub sub_code: String,
}

impl From<CallError> for Failed {
    fn from(error: CallError) -> Self {
        Self { error, sub_code: String::new() }
    }
}

impl From<Failed> for CallError {
    fn from(failed: Failed) -> Self {
        failed.error
    }
}

/// Calls a method in the name of the shop; what stands within the answer's root.
pub fn call(access: &Access, method: &str, params: &[(&str, &str)]) -> Result<Json, Failed> {
    let session = access.credential("access_token")?;
    call_with(access, method, session, params)
}

/// Calls a method; the session is empty for those of the app itself.
pub fn call_with(
    access: &Access,
    method: &str,
    session: &str,
    params: &[(&str, &str)],
) -> Result<Json, Failed> {
    let timestamp = time(access.its_now().chrono().timestamp());
    let common = [
        ("method", method),
        ("app_key", access.credential("app_key")?),
        ("session", session),
        ("timestamp", timestamp.as_str()),
        ("format", "json"),
        ("v", "2.0"),
        ("sign_method", Method::HmacSha256.word()),
    ];
    // What is empty takes no part in the signature and is not sent.
    let mut fields: Vec<(&str, &str)> =
        common.into_iter().chain(params.iter().copied()).filter(|(_, value)| !value.is_empty()).collect();
    let secret = access.credential("app_secret")?;
    let signature = sign(fields.iter().copied(), secret.as_bytes(), Method::HmacSha256);
    fields.push(("sign", signature.as_str()));
    let answer = access.heard(access.http.post_form(access.address(GATEWAY), &fields)?);
    let body: Json = answer.json()?;
    let root = format!("{}_response", method.replace('.', "_"));
    match (body.get("error_response"), body.get(&root)) {
        (Some(error), _) => Err(refused(part(error.clone())?)),
        (None, Some(within)) => Ok(within.clone()),
        (None, None) => Err(CallError::PlatformBusy(format!("its answer to {method} has no {root}")).into()),
    }
}

/// A part of an answer as this type.
pub fn part<T: DeserializeOwned>(json: Json) -> Result<T, CallError> {
    serde_json::from_value(json).map_err(|error| unreadable(&error))
}

/// An answer that cannot be understood.
pub fn unreadable(error: &serde_json::Error) -> CallError {
    CallError::PlatformBusy(format!("its answer cannot be read: {error}"))
}

fn refused(error: ErrorResponse) -> Failed {
    let ErrorResponse { code, msg, sub_code, sub_msg } = error;
    let words =
        if sub_code.is_empty() { format!("{code} {msg}") } else { format!("{code} {sub_code} {sub_msg}") };
    let of_permission = sub_code.starts_with("isv.permission-") || sub_code == "isv.invalid-permission";
    let error = match code.as_str() {
        "7" => CallError::Throttled { retry_after: ban(&format!("{msg} {sub_msg}")) },
        "11" | "12" | "13" => CallError::PermissionMissing(words),
        _ if of_permission => CallError::PermissionMissing(words),
        "25" => CallError::AuthExpired(format!("the signature is wrong, so the app_secret is: {words}")),
        "26" | "27" | "28" | "29" => CallError::AuthExpired(words),
        // More than ten minutes off.
        "30" | "31" => CallError::ClockSkew(words),
        "10" => CallError::PlatformBusy(words),
        _ if sub_code.starts_with("isp.") => CallError::PlatformBusy(words),
        _ => CallError::Invalid(format!("the shop answered: {words}")),
    };
    Failed { error, sub_code }
}

/// "This ban will last for 17 more seconds": a second longer.
fn ban(words: &str) -> Duration {
    let after = words.split_once("ban will last for ").map_or("", |(_, after)| after);
    let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
    Duration::from_secs(digits.parse::<u64>().map_or(USUAL_BAN, |seconds| seconds.min(86_400) + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_have_the_class_that_says_what_to_do() {
        let class = |code: &str, sub_code: &str, sub_msg: &str| {
            let response = ErrorResponse {
                code: code.to_owned(),
                msg: "Remote".to_owned(),
                sub_code: sub_code.to_owned(),
                sub_msg: sub_msg.to_owned(),
            };
            match refused(response).error {
                CallError::AuthExpired(_) => "auth".to_owned(),
                CallError::PermissionMissing(_) => "permission".to_owned(),
                CallError::Throttled { retry_after } => format!("wait {}", retry_after.as_secs()),
                CallError::PlatformBusy(_) => "busy".to_owned(),
                CallError::Invalid(_) => "invalid".to_owned(),
                CallError::IpNotAllowed(_) => "ip".to_owned(),
                CallError::ClockSkew(_) => "clock".to_owned(),
            }
        };
        let ban = "This ban will last for 17 more seconds";
        assert_eq!(class("7", "accesscontrol.limited-by-app-access-count", ban), "wait 18");
        assert_eq!(class("7", "", ""), "wait 60");
        assert_eq!(class("27", "session-expired", ""), "auth");
        assert_eq!(class("25", "", ""), "auth");
        assert_eq!(class("11", "isv.permission-ip-whitelist-limit", ""), "permission");
        assert_eq!(class("15", "isv.permission-api-package-limit", ""), "permission");
        assert_eq!(class("15", "isp.remote-service-timeout", ""), "busy");
        assert_eq!(class("50", "isp.top-remote-connection-timeout", ""), "busy");
        assert_eq!(class("31", "", ""), "clock");
        assert_eq!(class("15", "isv.logistics-offline-service-error:B04", ""), "invalid");
        assert_eq!(class("41", "isv.invalid-parameter:tid", ""), "invalid");
    }
}
