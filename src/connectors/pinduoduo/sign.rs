//! Signatures of Pinduoduo calls.
//!
//! Source: open platform document 8EC06C399636041E. Lists and objects are signed as their compact JSON,
//! exactly as sent; truth values as `true` and `false`.

use crate::connectors::digest::{base64, concatenated, hex, md5, percent_encoded};

/// The value of `sign`, in capitals. Parameters with an empty value take no part and must not be sent.
pub fn sign<'a>(params: impl IntoIterator<Item = (&'a str, &'a str)>, secret: &str) -> String {
    let text = concatenated(params.into_iter().filter(|(key, value)| *key != "sign" && !value.is_empty()));
    hex(&md5(format!("{secret}{text}{secret}"))).to_uppercase()
}

/// The path of the message channel (PMC), opened as a WebSocket at `wss://message-api.pinduoduo.com`.
pub fn message_path(client_id: &str, now_ms: &str, secret: &str) -> String {
    let token = base64(hex(&md5(format!("{client_id}{now_ms}{secret}"))).as_bytes());
    format!("/message/{client_id}/{now_ms}/{}", percent_encoded(&token))
}
