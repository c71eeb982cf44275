//! Texts of platforms that cannot decide between `"7"`, `7` and nothing: numbers keep all of their digits.

use serde::{Deserialize, Deserializer};
use serde_json::Value as Json;

/// A text from a text, a number or a truth value; empty for null.
///
/// # Errors
/// When it is a list or an object.
pub fn text<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    match Json::deserialize(from)? {
        Json::Null => Ok(String::new()),
        Json::String(text) => Ok(text),
        Json::Number(number) => Ok(number.to_string()),
        Json::Bool(truth) => Ok(truth.to_string()),
        _ => Err(serde::de::Error::custom("a list or an object stands where a text is expected")),
    }
}

/// Whether a flag that was read by [`text`] is set.
pub fn is_set(flag: &str) -> bool {
    matches!(flag, "1" | "true" | "TRUE")
}
