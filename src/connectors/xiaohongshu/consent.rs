//! Consent to a Xiaohongshu shop. The address of the consent page is that of public clients; no stored document has it.

use serde_json::{Map, Value as Json, json};

use super::client::call_with;
use super::wire::Token;
use crate::connectors::authorisation::{Authorisation, Grant};
use crate::connectors::digest::percent_encoded;
use crate::connectors::link::{Access, CallError};
use crate::domain::shop_token::Life;
use crate::domain::time::UtcTime;

const PAGE: &str = "https://ark.xiaohongshu.com/ark/authorization";

pub struct Consent;

impl Authorisation for Consent {
    fn consent_url(&self, access: &Access, state: &str, back: &str) -> Result<String, CallError> {
        Ok(format!(
            "{PAGE}?appId={}&redirectUri={}&state={}",
            percent_encoded(access.credential("app_key")?),
            percent_encoded(back),
            percent_encoded(state)
        ))
    }

    fn exchange(&self, access: &Access, code: &str, _: &str) -> Result<Grant, CallError> {
        token(access, "oauth.getAccessToken", json!({ "code": code }))
    }

    fn refresh(&self, access: &Access) -> Result<Grant, CallError> {
        let refresh = access.credential("refresh_token")?;
        token(access, "oauth.refreshToken", json!({ "refreshToken": refresh }))
    }
}

fn token(access: &Access, method: &str, wish: Json) -> Result<Grant, CallError> {
    let token: Token = call_with(access, method, wish).map_err(CallError::of_token)?;
    let at = |millis: i64| (millis > 0).then(|| UtcTime::of_millis(millis));
    Ok(Grant {
        access_token: token.access_token,
        life: Life {
            ends_at: at(token.access_token_expires_at),
            is_refreshable: !token.refresh_token.is_empty(),
            refreshable_until: at(token.refresh_token_expires_at),
        },
        refresh_token: Some(token.refresh_token).filter(|token| !token.is_empty()),
        more: Map::new(),
    })
}
