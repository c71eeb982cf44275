//! Signatures of TOP calls.
//!
//! Source: open platform document 101617 and the official Java client. The international platforms of
//! the same house put the path of the call in front; nothing here serves them.

use crate::connectors::digest::{concatenated, hex, hmac_md5, hmac_sha256, md5};

/// The `sign_method` of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// `md5`: the secret before and behind the text.
    Md5,
    /// `hmac`: HMAC-MD5.
    HmacMd5,
    /// `hmac-sha256`, the one to use.
    HmacSha256,
}

impl Method {
    /// As the parameter `sign_method` has it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Md5 => "md5",
            Self::HmacMd5 => "hmac",
            Self::HmacSha256 => "hmac-sha256",
        }
    }
}

/// The value of `sign`, in capitals.
///
/// Every parameter takes part but `sign` itself, files and those with an empty value; the latter must not
/// be sent either. Values are signed before they are encoded for the form.
pub fn sign<'a>(
    params: impl IntoIterator<Item = (&'a str, &'a str)>,
    secret: &[u8],
    method: Method,
) -> String {
    let signed = params.into_iter().filter(|(key, value)| *key != "sign" && !value.is_empty());
    let text = concatenated(signed);
    let digest = match method {
        Method::Md5 => md5([secret, text.as_bytes(), secret].concat()),
        Method::HmacMd5 => hmac_md5(secret, text),
        Method::HmacSha256 => hmac_sha256(secret, text),
    };
    hex(&digest).to_uppercase()
}
