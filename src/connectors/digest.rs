//! Digests as platforms write them: MD5 and HMAC in hexadecimal or base64.
//!
//! MD5 and SHA-1 protect nothing by themselves; they stand here because the platforms' own rules ask for
//! them, over connections that TLS protects.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use sha1::Sha1;
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// Lower hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a text takes what is written to it");
        text
    })
}

/// Base64 with padding.
pub fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// MD5, 16 bytes.
pub fn md5(text: impl AsRef<[u8]>) -> Vec<u8> {
    Md5::digest(text).to_vec()
}

/// SHA-256, 32 bytes.
pub fn sha256(text: impl AsRef<[u8]>) -> Vec<u8> {
    Sha256::digest(text).to_vec()
}

macro_rules! keyed {
    ($($(#[$doc:meta])* $name:ident: $hash:ty;)*) => {$(
        $(#[$doc])*
        pub fn $name(key: impl AsRef<[u8]>, text: impl AsRef<[u8]>) -> Vec<u8> {
            let mut mac = <Hmac<$hash> as KeyInit>::new_from_slice(key.as_ref())
                .expect("HMAC takes keys of any length");
            mac.update(text.as_ref());
            mac.finalize().into_bytes().to_vec()
        }
    )*};
}

keyed! {
    /// HMAC with MD5.
    hmac_md5: Md5;
    /// HMAC with SHA-1.
    hmac_sha1: Sha1;
    /// HMAC with SHA-256.
    hmac_sha256: Sha256;
}

/// Whether two signatures are equal, in a time that does not tell how far they agree.
pub fn same(expected: &str, given: &str) -> bool {
    expected.as_bytes().ct_eq(given.as_bytes()).into()
}

/// Percent-encoding by RFC 3986: letters, digits and `-._~` stay.
pub fn percent_encoded(text: &str) -> String {
    encoded(text, |byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte), "%20")
}

/// Encoding of forms: letters, digits and `.-*_~` stay, a blank is a plus.
///
/// `java.net.URLEncoder` would encode `~` too; the known signature with one in it has it plain.
pub fn form_encoded(text: &str) -> String {
    encoded(text, |byte| byte.is_ascii_alphanumeric() || b".-*_~".contains(&byte), "+")
}

fn encoded(text: &str, stays: impl Fn(u8) -> bool, blank: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b' ' => out.push_str(blank),
            byte if stays(byte) => out.push(char::from(byte)),
            byte => write!(out, "%{byte:02X}").expect("a text takes what is written to it"),
        }
    }
    out
}

/// Keys and values without separators, sorted by the bytes of the keys.
///
/// Bytes, not a locale: digits stand before capitals, those before `_`, that before small letters.
pub fn concatenated<'a>(params: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut params: Vec<(&str, &str)> = params.into_iter().collect();
    params.sort_unstable();
    params.iter().flat_map(|(key, value)| [*key, *value]).collect()
}

/// `key=value` joined by `&`, sorted by the bytes of the keys.
pub fn joined<'a>(params: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut params: Vec<String> = params.into_iter().map(|(key, value)| format!("{key}={value}")).collect();
    params.sort_unstable();
    params.join("&")
}
