//! SF Express, asked directly. Source: the open platform's example.

use crate::connectors::digest::{base64, form_encoded, md5};

/// The value of `msgDigest`: base64 of the bytes of the digest, over the text as a Java form would encode it.
pub fn sign(msg_data: &str, timestamp: &str, check_word: &str) -> String {
    base64(&md5(form_encoded(&format!("{msg_data}{timestamp}{check_word}"))))
}
