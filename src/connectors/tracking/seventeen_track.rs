//! 17TRACK. Calls carry a token in the header `17token`; only webhooks are signed.

use crate::connectors::digest::{hex, sha256};

/// The header `sign` of a webhook of version 2.2, over the body as it came.
pub fn sign_webhook(body: &str, key: &str) -> String {
    hex(&sha256(format!("{body}/{key}")))
}

/// The field `sign` inside a webhook of version 1: `data` in its compact JSON.
pub fn sign_webhook_v1(event: &str, data: &str, key: &str) -> String {
    hex(&sha256(format!("{event}/{data}/{key}")))
}
