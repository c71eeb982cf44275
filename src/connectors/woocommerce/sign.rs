//! How calls to WooCommerce are signed, and its webhooks.
//!
//! Over HTTPS the keys travel as HTTP Basic. Over plain HTTP calls carry OAuth 1.0a in one leg: no token,
//! so the key of the HMAC is the consumer's secret and `&`. A JSON body never takes part.
//!
//! Source: the WooCommerce REST documentation and OAuth Core 1.0, section 9.

use crate::connectors::digest::{base64, hmac_sha1, hmac_sha256, percent_encoded, same};

/// The `oauth_signature_method` of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// `HMAC-SHA1`.
    HmacSha1,
    /// `HMAC-SHA256`, the one to use.
    HmacSha256,
}

/// Name and value of each parameter of the query, encoded, sorted by both, joined.
fn normalised(params: &[(&str, &str)]) -> String {
    let mut pairs: Vec<(String, String)> =
        params.iter().map(|(key, value)| (percent_encoded(key), percent_encoded(value))).collect();
    pairs.sort_unstable();
    pairs.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join("&")
}

/// The text that is signed: the verb, the address without its query, the parameters.
pub fn base_string(verb: &str, url: &str, params: &[(&str, &str)]) -> String {
    [verb.to_ascii_uppercase(), percent_encoded(url), percent_encoded(&normalised(params))].join("&")
}

/// The value of `oauth_signature`, before it is encoded for the query. `key` is the consumer's secret, `&`, and the
/// token's secret where there is one.
pub fn sign(base_string: &str, key: &str, method: Method) -> String {
    match method {
        Method::HmacSha1 => base64(&hmac_sha1(key, base_string)),
        Method::HmacSha256 => base64(&hmac_sha256(key, base_string)),
    }
}

/// What stands behind `Basic` in the header `Authorization`.
pub fn basic(consumer_key: &str, consumer_secret: &str) -> String {
    base64(format!("{consumer_key}:{consumer_secret}").as_bytes())
}

/// The header `X-WC-Webhook-Signature`, over the body as it came.
pub fn sign_webhook(body: &[u8], secret: &str) -> String {
    base64(&hmac_sha256(secret, body))
}

/// Whether a webhook is genuine.
pub fn is_genuine(body: &[u8], given: &str, secret: &str) -> bool {
    same(&sign_webhook(body, secret), given)
}

/// The parameters alone as they are signed where a test leaves verb and address out.
pub fn encoded_params(params: &[(&str, &str)]) -> String {
    percent_encoded(&normalised(params))
}
