//! Signatures of Kuaishou calls, and pushes decrypted.
//!
//! Source: official documents of the open platform. The signing secret is not the app's secret.

use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockModeDecrypt, KeyIvInit};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::connectors::digest::{base64, hex, hmac_sha256, joined, md5};

/// The `signMethod` of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// `MD5`, in small hexadecimal.
    Md5,
    /// `HMAC_SHA256`, in base64.
    HmacSha256,
}

/// The value of `sign`. All arguments of a call are one parameter, `param`, signed as sent and before it is
/// encoded for the form.
pub fn sign<'a>(
    params: impl IntoIterator<Item = (&'a str, &'a str)>,
    sign_secret: &str,
    method: Method,
) -> String {
    let text = joined(params.into_iter().filter(|(key, _)| *key != "sign"));
    let text = format!("{text}&signSecret={sign_secret}");
    match method {
        Method::Md5 => hex(&md5(text)),
        Method::HmacSha256 => base64(&hmac_sha256(sign_secret, text)),
    }
}

/// Why a push cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PushError {
    #[error("the message key is no base64 of 16 bytes; copy it from the platform's console")]
    Key,
    #[error("the body is no base64 of AES blocks, or of another message key")]
    Body,
}

/// The JSON of a push: base64 of AES-128-CBC with PKCS#5 padding and a vector of zeros.
///
/// # Errors
/// When the key or the body is not of that kind.
pub fn open_push(body: &str, message_key: &str) -> Result<String, PushError> {
    let key = STANDARD.decode(message_key.trim()).map_err(|_| PushError::Key)?;
    let mut blocks = STANDARD.decode(body.trim()).map_err(|_| PushError::Body)?;
    let cipher =
        cbc::Decryptor::<aes::Aes128>::new_from_slices(&key, &[0; 16]).map_err(|_| PushError::Key)?;
    let opened = cipher.decrypt_padded::<Pkcs7>(&mut blocks).map_err(|_| PushError::Body)?;
    String::from_utf8(opened.to_vec()).map_err(|_| PushError::Body)
}
