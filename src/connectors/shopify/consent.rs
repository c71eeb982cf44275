//! Consent to a Shopify shop: at the shop's own address, for an app of the platform; a token for when nobody is there (offline).
//!
//! Tokens are asked for that end after an hour and are refreshed, as the platform demands of new public apps. An app made in the
//! shop itself needs none of this: its token is typed. Source: shopify.dev, authorisation code grant.

use chrono::Duration;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::sign::sign_query;
use crate::connectors::authorisation::{Authorisation, Grant};
use crate::connectors::digest::{percent_encoded, same};
use crate::connectors::link::{Access, CallError};
use crate::domain::shop_token::Life;

/// What is asked for. Orders older than 60 days (`read_all_orders`) are granted by the platform to few apps, and asking for what
/// an app may not have ends the consent.
const SCOPES: &str = "read_orders,write_orders,read_merchant_managed_fulfillment_orders,write_merchant_managed_fulfillment_orders,\
    read_assigned_fulfillment_orders,write_assigned_fulfillment_orders,read_third_party_fulfillment_orders,\
    write_third_party_fulfillment_orders";

pub struct Consent;

#[derive(Deserialize)]
struct Token {
    access_token: String,
    /// Seconds; absent for one that does not end.
    expires_in: Option<i64>,
    refresh_token: Option<String>,
    /// Seconds.
    refresh_token_expires_in: Option<i64>,
}

impl Authorisation for Consent {
    fn consent_url(&self, access: &Access, state: &str, back: &str) -> Result<String, CallError> {
        Ok(format!(
            "{}/admin/oauth/authorize?client_id={}&scope={}&redirect_uri={}&state={}",
            shop(access)?,
            percent_encoded(access.credential("client_id")?),
            percent_encoded(SCOPES),
            percent_encoded(back),
            percent_encoded(state)
        ))
    }

    fn exchange(&self, access: &Access, code: &str, _: &str) -> Result<Grant, CallError> {
        // 1: one that ends and is refreshed.
        token(access, json!({ "code": code, "expiring": "1" }))
    }

    fn refresh(&self, access: &Access) -> Result<Grant, CallError> {
        let refresh = access.credential("refresh_token")?;
        token(access, json!({ "grant_type": "refresh_token", "refresh_token": refresh }))
    }

    fn is_genuine(&self, access: &Access, returned: &[(String, String)]) -> bool {
        let value =
            |name: &str| returned.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let params: Vec<_> =
            returned.iter().map(|(key, value)| (key.as_str(), vec![value.as_str()])).collect();
        let Ok(secret) = access.credential("webhook_secret") else { return false };
        let host = access.settings.address.trim_start_matches("https://").trim_end_matches('/');
        value("shop") == Some(host)
            && value("hmac").is_some_and(|given| same(&sign_query(&params, secret), given))
    }
}

fn shop<'a>(access: &'a Access) -> Result<&'a str, CallError> {
    match access.address("") {
        "" => Err(CallError::AuthExpired("the shop has no address".to_owned())),
        own => Ok(own),
    }
}

fn token(access: &Access, mut wish: Json) -> Result<Grant, CallError> {
    wish["client_id"] = access.credential("client_id")?.into();
    wish["client_secret"] = access.credential("webhook_secret")?.into();
    let url = format!("{}/admin/oauth/access_token", shop(access)?);
    let answer = access.http.post(&url, &[], &wish)?;
    let token: Token = answer.json().map_err(CallError::of_token)?;
    let after = |seconds: i64| access.now.plus(Duration::seconds(seconds.clamp(0, 400 * 86_400)));
    let refresh_token = token.refresh_token.filter(|token| !token.is_empty());
    Ok(Grant {
        access_token: token.access_token,
        life: Life {
            ends_at: token.expires_in.map(after),
            is_refreshable: refresh_token.is_some(),
            refreshable_until: token.refresh_token_expires_in.map(after),
        },
        refresh_token,
        more: Map::new(),
    })
}
