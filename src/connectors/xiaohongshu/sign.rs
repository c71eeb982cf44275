//! Signatures of Xiaohongshu calls.
//!
//! Source: the official Java client for version 2; the quick-start page for the older form, which the
//! description of pushes repeats and no live push has confirmed.

use crate::connectors::digest::{hex, joined, md5};

/// The value of `sign`, in small letters. The arguments of the call and the access token take no part.
pub fn sign(method: &str, app_id: &str, timestamp_s: &str, version: &str, secret: &str) -> String {
    hex(&md5(format!("{method}?appId={app_id}&timestamp={timestamp_s}&version={version}{secret}")))
}

/// The older form: over the path and all parameters.
pub fn sign_path<'a>(
    path: &str,
    params: impl IntoIterator<Item = (&'a str, &'a str)>,
    secret: &str,
) -> String {
    hex(&md5(format!("{path}?{}{secret}", joined(params.into_iter().filter(|(key, _)| *key != "sign")))))
}
