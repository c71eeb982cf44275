//! Consent to a Taobao shop. Apps of the service market may refresh; the back office of one merchant gets a session of a
//! fixed length, and its owner consents again before it ends.

use chrono::Duration;
use serde_json::Map;

use super::client::{call_with, part};
use super::wire::Token;
use crate::connectors::authorisation::{Authorisation, Grant};
use crate::connectors::digest::percent_encoded;
use crate::connectors::link::{Access, CallError};
use crate::domain::shop_token::Life;

const PAGE: &str = "https://oauth.taobao.com/authorize";

pub struct Consent;

impl Authorisation for Consent {
    fn consent_url(&self, access: &Access, state: &str, back: &str) -> Result<String, CallError> {
        Ok(format!(
            "{PAGE}?response_type=code&client_id={}&redirect_uri={}&state={}&view=web",
            percent_encoded(access.credential("app_key")?),
            percent_encoded(back),
            percent_encoded(state)
        ))
    }

    fn exchange(&self, access: &Access, code: &str, _: &str) -> Result<Grant, CallError> {
        token(access, "taobao.top.auth.token.create", ("code", code))
    }

    fn refresh(&self, access: &Access) -> Result<Grant, CallError> {
        let token_now = access.credential("refresh_token")?;
        token(access, "taobao.top.auth.token.refresh", ("refresh_token", token_now))
    }
}

fn token(access: &Access, method: &str, param: (&str, &str)) -> Result<Grant, CallError> {
    let answer = call_with(access, method, "", &[param]).map_err(|failed| match failed.error {
        // The code or the token that was handed in is no good any more.
        CallError::Invalid(words) => CallError::AuthExpired(words),
        other => other,
    })?;
    let text = answer["token_result"].as_str().unwrap_or_default();
    let token: Token = part(serde_json::from_str(text).unwrap_or_default())?;
    let after = |seconds: &str| {
        let seconds: i64 = seconds.parse().ok().filter(|seconds| *seconds > 0)?;
        Some(access.now.plus(Duration::try_seconds(seconds)?))
    };
    let refreshable_until = after(&token.re_expires_in).filter(|_| !token.refresh_token.is_empty());
    Ok(Grant {
        access_token: token.access_token,
        refresh_token: refreshable_until.map(|_| token.refresh_token),
        life: Life {
            ends_at: after(&token.expires_in),
            is_refreshable: refreshable_until.is_some(),
            refreshable_until,
        },
        more: Map::new(),
    })
}
