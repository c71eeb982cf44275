//! TrackingMore. Source: its webhook documentation (version 4), with the sample secret printed there.

use crate::connectors::digest::{hex, hmac_sha256};

/// The signature of a webhook: over its timestamp, not its body.
pub fn sign_webhook(timestamp: &str, secret: &str) -> String {
    hex(&hmac_sha256(secret, timestamp))
}
