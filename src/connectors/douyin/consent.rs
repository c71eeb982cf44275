//! Consent to a Douyin shop: the token lives a week, what refreshes it two. Each refresh ends the refresh token before it,
//! with an hour of grace.

use chrono::Duration;
use serde_json::{Map, Value as Json, json};

use super::client::call_with;
use super::wire::Token;
use crate::connectors::authorisation::{Authorisation, Grant};
use crate::connectors::digest::percent_encoded;
use crate::connectors::link::{Access, CallError};
use crate::domain::shop_token::Life;

const PAGE: &str = "https://fxg.jinritemai.com/index.html#/ffa/open/applicationAuthorize";
/// The answer does not say how long a refresh token lives; the platform's documents do.
const REFRESHABLE_FOR: Duration = Duration::days(14);

pub struct Consent;

impl Authorisation for Consent {
    fn consent_url(&self, access: &Access, state: &str, back: &str) -> Result<String, CallError> {
        Ok(format!(
            "{PAGE}?response_type=code&app_id={}&redirect_uri={}&state={}",
            percent_encoded(access.credential("app_key")?),
            percent_encoded(back),
            percent_encoded(state)
        ))
    }

    fn exchange(&self, access: &Access, code: &str, _: &str) -> Result<Grant, CallError> {
        token(access, "token.create", &json!({ "grant_type": "authorization_code", "code": code }))
    }

    fn refresh(&self, access: &Access) -> Result<Grant, CallError> {
        let refresh = access.credential("refresh_token")?;
        token(access, "token.refresh", &json!({ "grant_type": "refresh_token", "refresh_token": refresh }))
    }
}

fn token(access: &Access, method: &str, wish: &Json) -> Result<Grant, CallError> {
    let token: Token = call_with(access, method, None, wish).map_err(CallError::of_token)?;
    let ends_at = access.now.plus(Duration::seconds(token.expires_in.clamp(0, 400 * 86_400)));
    Ok(Grant {
        access_token: token.access_token,
        refresh_token: Some(token.refresh_token).filter(|token| !token.is_empty()),
        life: Life {
            ends_at: Some(ends_at),
            is_refreshable: true,
            refreshable_until: Some(access.now.plus(REFRESHABLE_FOR)),
        },
        more: Map::new(),
    })
}
