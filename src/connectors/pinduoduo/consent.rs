//! Consent to a shop on Pinduoduo. A refresh there does not prolong anything, so none is made: the owner consents again
//! before the year (or the order of the tool) ends. Consenting again ends older tokens.

use chrono::Duration;
use serde_json::Map;

use super::client::{call_with, part};
use super::wire::Token;
use crate::connectors::authorisation::{Authorisation, Grant};
use crate::connectors::digest::percent_encoded;
use crate::connectors::link::{Access, CallError};
use crate::domain::shop_token::Life;

const PAGE: &str = "https://fuwu.pinduoduo.com/service-market/auth";

pub struct Consent;

impl Authorisation for Consent {
    fn consent_url(&self, access: &Access, state: &str, back: &str) -> Result<String, CallError> {
        Ok(format!(
            "{PAGE}?response_type=code&client_id={}&redirect_uri={}&state={}&view=web",
            percent_encoded(access.credential("client_id")?),
            percent_encoded(back),
            percent_encoded(state)
        ))
    }

    fn exchange(&self, access: &Access, code: &str, _: &str) -> Result<Grant, CallError> {
        let token: Token = part(call_with(access, "pdd.pop.auth.token.create", "", &[("code", code)])?)?;
        let seconds = token.expires_in.parse().ok().filter(|seconds| *seconds > 0);
        let ends_at = seconds.and_then(Duration::try_seconds).map(|life| access.now.plus(life));
        Ok(Grant {
            access_token: token.access_token,
            refresh_token: None,
            life: Life { ends_at, is_refreshable: false, refreshable_until: None },
            more: Map::new(),
        })
    }
}
