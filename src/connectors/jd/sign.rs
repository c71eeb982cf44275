//! Signatures of JD calls.
//!
//! Source: JOS guide, listId 2643; the rule of SP-API from its two public clients, which agree on calls
//! without a body only, so nothing is written through it.

use crate::connectors::digest::{concatenated, hex, md5};

/// The value of `sign` for `routerjson` and the cloud-print gateway, in capitals. Every parameter that is
/// sent takes part but `sign` itself; the arguments of a call are one of them, `360buy_param_json`.
pub fn sign<'a>(params: impl IntoIterator<Item = (&'a str, &'a str)>, secret: &str) -> String {
    wrapped(params, secret, &["sign"])
}

/// The header `X-JOS-Sign` of SP-API, in capitals: over the headers `X-JOS-App-Key`, `X-JOS-Access-Token` and
/// `X-JOS-Timestamp`, the query and the parameters of the path.
pub fn sign_sp<'a>(params: impl IntoIterator<Item = (&'a str, &'a str)>, secret: &str) -> String {
    wrapped(params, secret, &["X-JOS-Sign", "X-JOS-Request-Identity"])
}

fn wrapped<'a>(
    params: impl IntoIterator<Item = (&'a str, &'a str)>,
    secret: &str,
    unsigned: &[&str],
) -> String {
    let text = concatenated(params.into_iter().filter(|(key, _)| !unsigned.contains(key)));
    hex(&md5(format!("{secret}{text}{secret}"))).to_uppercase()
}
