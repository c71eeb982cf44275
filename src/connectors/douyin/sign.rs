//! Signatures of Douyin calls, pushes, and calls of the platform to us (SPI).
//!
//! Source: the official clients in Go and PHP. `param_json` is the body, canonical and sent in exactly
//! that spelling ([`super::canonical`]).

use crate::connectors::digest::{hex, hmac_sha256, md5};

/// The `sign_method` of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// The older default, being withdrawn.
    Md5,
    /// `hmac-sha256`, the one to use.
    HmacSha256,
}

/// The value of `sign`, in small letters. The access token and `sign_method` take no part.
pub fn sign(
    app_key: &str,
    method: &str,
    param_json: &str,
    timestamp: &str,
    secret: &str,
    with: Method,
) -> String {
    let text = format!("app_key{app_key}method{method}param_json{param_json}timestamp{timestamp}v2");
    wrapped(&text, secret, with)
}

/// The value of `sign` of a call the platform makes to us.
pub fn sign_spi(app_key: &str, param_json: &str, timestamp: &str, secret: &str, with: Method) -> String {
    wrapped(&format!("app_key{app_key}param_json{param_json}timestamp{timestamp}"), secret, with)
}

/// The header `event-sign` of a push, over the body as it came.
pub fn event_sign(app_key: &str, body: &[u8], secret: &str) -> String {
    hex(&md5([app_key.as_bytes(), body, secret.as_bytes()].concat()))
}

fn wrapped(text: &str, secret: &str, with: Method) -> String {
    let text = format!("{secret}{text}{secret}");
    match with {
        Method::Md5 => hex(&md5(text)),
        Method::HmacSha256 => hex(&hmac_sha256(secret, text)),
    }
}
