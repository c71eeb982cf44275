//! Consent to a JD shop, at an address beside the gateway. Source: public clients, which agree; JD does not say there how
//! long a refresh token lives.

use chrono::Duration;
use serde_json::Map;

use super::GATEWAY;
use super::wire::Token;
use crate::connectors::authorisation::{Authorisation, Grant};
use crate::connectors::digest::percent_encoded;
use crate::connectors::link::{Access, CallError};
use crate::domain::shop_token::Life;

const HOST: &str = "https://open-oauth.jd.com";

pub struct Consent;

impl Authorisation for Consent {
    fn consent_url(&self, access: &Access, state: &str, back: &str) -> Result<String, CallError> {
        Ok(format!(
            "{HOST}/oauth2/to_login?app_key={}&response_type=code&redirect_uri={}&state={}&scope=snsapi_base",
            percent_encoded(access.credential("app_key")?),
            percent_encoded(back),
            percent_encoded(state)
        ))
    }

    fn exchange(&self, access: &Access, code: &str, _: &str) -> Result<Grant, CallError> {
        token(access, "access_token", "authorization_code", ("code", code))
    }

    fn refresh(&self, access: &Access) -> Result<Grant, CallError> {
        let refresh = access.credential("refresh_token")?;
        token(access, "refresh_token", "refresh_token", ("refresh_token", refresh))
    }
}

fn token(access: &Access, path: &str, grant: &str, (name, value): (&str, &str)) -> Result<Grant, CallError> {
    let url = format!(
        "{}/oauth2/{path}?app_key={}&app_secret={}&grant_type={grant}&{name}={}",
        access.address_beside(GATEWAY, HOST),
        percent_encoded(access.credential("app_key")?),
        percent_encoded(access.credential("app_secret")?),
        percent_encoded(value)
    );
    let token: Token = access.http.get(&url, &[])?.json()?;
    if token.access_token.is_empty() {
        return Err(CallError::AuthExpired(format!("The shop answered {}: {}", token.code, token.msg)));
    }
    let ends_at = access.now.plus(Duration::seconds(token.expires_in.clamp(0, 400 * 86_400)));
    let refresh_token = Some(token.refresh_token).filter(|token| !token.is_empty());
    Ok(Grant {
        access_token: token.access_token,
        life: Life {
            ends_at: Some(ends_at),
            is_refreshable: refresh_token.is_some(),
            refreshable_until: None,
        },
        refresh_token,
        more: Map::new(),
    })
}
