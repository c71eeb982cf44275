//! Consent to a Kuaishou shop: the token lives two days. Each refresh gives another refresh token, which inherits the end
//! of the first, half a year after the consent; the one before dies within minutes.

use chrono::Duration;
use serde_json::Map;

use super::GATEWAY;
use super::wire::Token;
use crate::connectors::authorisation::{Authorisation, Grant};
use crate::connectors::digest::percent_encoded;
use crate::connectors::link::{Access, CallError};
use crate::domain::shop_token::Life;

const PAGE: &str = "https://open.kwaixiaodian.com/oauth/authorize";
/// What the calls made here need.
const SCOPE: &str = "user_info,merchant_order,merchant_refund,merchant_logistics";

pub struct Consent;

impl Authorisation for Consent {
    fn consent_url(&self, access: &Access, state: &str, back: &str) -> Result<String, CallError> {
        Ok(format!(
            "{PAGE}?app_id={}&redirect_uri={}&scope={SCOPE}&response_type=code&state={}",
            percent_encoded(access.credential("app_key")?),
            percent_encoded(back),
            percent_encoded(state)
        ))
    }

    fn exchange(&self, access: &Access, code: &str, _: &str) -> Result<Grant, CallError> {
        let url = format!(
            "{}/oauth2/access_token?grant_type=code&app_id={}&app_secret={}&code={}",
            access.address(GATEWAY),
            percent_encoded(access.credential("app_key")?),
            percent_encoded(access.credential("app_secret")?),
            percent_encoded(code)
        );
        granted(access, access.http.get(&url, &[])?.json()?)
    }

    fn refresh(&self, access: &Access) -> Result<Grant, CallError> {
        let url = format!("{}/oauth2/refresh_token", access.address(GATEWAY));
        let fields = [
            ("grant_type", "refresh_token"),
            ("refresh_token", access.credential("refresh_token")?),
            ("app_id", access.credential("app_key")?),
            ("app_secret", access.credential("app_secret")?),
        ];
        granted(access, access.http.post_form(&url, &fields)?.json()?)
    }
}

fn granted(access: &Access, token: Token) -> Result<Grant, CallError> {
    if token.result != 1 || token.access_token.is_empty() {
        let words = format!("The shop answered {} {}: {}", token.result, token.error, token.error_msg);
        return Err(CallError::AuthExpired(words));
    }
    let after = |seconds: i64| access.now.plus(Duration::seconds(seconds.clamp(0, 400 * 86_400)));
    let refreshable_until =
        (token.refresh_token_expires_in > 0).then(|| after(token.refresh_token_expires_in));
    Ok(Grant {
        access_token: token.access_token,
        life: Life { ends_at: Some(after(token.expires_in)), is_refreshable: true, refreshable_until },
        refresh_token: Some(token.refresh_token).filter(|token| !token.is_empty()),
        more: Map::new(),
    })
}
