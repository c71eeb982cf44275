//! kdniao. Source: its interface document, with the sample key printed there.

use crate::connectors::digest::{base64, hex, md5};

/// The value of `DataSign`: base64 of the hexadecimal text, not of the bytes. A request encodes it for the
/// form, a push does not.
pub fn sign(request_data: &str, api_key: &str) -> String {
    base64(hex(&md5(format!("{request_data}{api_key}"))).as_bytes())
}
