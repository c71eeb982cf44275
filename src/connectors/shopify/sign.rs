//! Signatures Shopify puts on what it sends: the way back from authorisation, webhooks, app proxies.
//!
//! Source: authentication pages of shopify.dev and the tests of the official libraries. Calls to Shopify
//! carry a token and no signature.

use crate::connectors::digest::{base64, hex, hmac_sha256, same};

/// A parameter with its values; more than one where the key was repeated or ends in `[]`.
pub type Param<'a> = (&'a str, Vec<&'a str>);

/// The value of `hmac` on the way back from authorisation, in small letters.
///
/// `hmac` and the old `signature` take no part. A key that ends in `[]` stands without it, its values as
/// a JSON list. Delimiters inside keys and values are escaped, so that none can be moved.
pub fn sign_query(params: &[Param], secret: &str) -> String {
    let mut pairs: Vec<String> = params
        .iter()
        .filter(|(key, _)| !matches!(*key, "hmac" | "signature"))
        .map(|(key, values)| {
            let bare = key.strip_suffix("[]");
            let value = match values.as_slice() {
                [one] if bare.is_none() => (*one).to_owned(),
                many => {
                    format!("[{}]", many.iter().map(|value| quoted(value)).collect::<Vec<_>>().join(", "))
                }
            };
            let key = bare.unwrap_or(key).replace('%', "%25").replace('=', "%3D");
            format!("{key}={}", value.replace('%', "%25")).replace('&', "%26")
        })
        .collect();
    pairs.sort_unstable();
    hex(&hmac_sha256(secret, pairs.join("&")))
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The parameter `signature` of a request through an app proxy, in small letters: no separators, repeated
/// values joined by commas.
pub fn sign_proxy(params: &[Param], secret: &str) -> String {
    let mut pairs: Vec<String> = params
        .iter()
        .filter(|(key, _)| *key != "signature")
        .map(|(key, values)| format!("{key}={}", values.join(",")))
        .collect();
    pairs.sort_unstable();
    hex(&hmac_sha256(secret, pairs.concat()))
}

/// The header `X-Shopify-Hmac-Sha256` of a webhook, over the body as it came.
pub fn sign_webhook(body: &[u8], secret: &str) -> String {
    base64(&hmac_sha256(secret, body))
}

/// Whether a webhook is genuine. After a change of secrets either may sign for an hour.
pub fn is_genuine(body: &[u8], given: &str, secrets: &[&str]) -> bool {
    secrets.iter().any(|secret| same(&sign_webhook(body, secret), given))
}
