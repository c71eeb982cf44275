//! Fields that platforms write now as a text, now as a number, now not at all.
//!
//! Ids have up to 19 digits, more than a float holds, so no number is read as one.

use serde::{Deserialize, Deserializer};
use serde_json::Value as Json;

/// A text from a text, a number or a truth value; empty for null. Numbers keep all of their digits.
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

/// A whole number, or a text of one; 0 for null and for an empty text.
///
/// # Errors
/// For everything else.
pub fn int<'de, D: Deserializer<'de>>(from: D) -> Result<i64, D::Error> {
    let value = Json::deserialize(from)?;
    let read = match &value {
        Json::Null => Some(0),
        Json::String(text) if text.trim().is_empty() => Some(0),
        Json::String(text) => text.trim().parse().ok(),
        Json::Number(number) => number.as_i64(),
        _ => None,
    };
    read.ok_or_else(|| serde::de::Error::custom(format!("{value} is no whole number")))
}

/// A value that may be null where its kind is promised.
///
/// # Errors
/// When it is there and of another kind.
pub fn or_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(from: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize, Default, PartialEq, Debug)]
    #[serde(default)]
    struct Read {
        #[serde(deserialize_with = "text")]
        id: String,
        #[serde(deserialize_with = "int")]
        count: i64,
        #[serde(deserialize_with = "or_default")]
        list: Vec<i64>,
    }

    #[test]
    fn numbers_and_texts_are_read_to_the_last_digit() {
        for (json, id, count) in [
            (r#"{"id":6496679971677798670,"count":12}"#, "6496679971677798670", 12),
            (
                r#"{"id":"18446744073709551615","count":"9007199254740993"}"#,
                "18446744073709551615",
                9_007_199_254_740_993,
            ),
            (r#"{"id":18446744073709551615,"count":"","list":null}"#, "18446744073709551615", 0),
            (r#"{"id":null,"count":null}"#, "", 0),
            ("{}", "", 0),
        ] {
            let read: Read = serde_json::from_str(json).expect(json);
            assert_eq!(read, Read { id: id.to_owned(), count, list: Vec::new() });
        }
        for json in
            [r#"{"id":[1]}"#, r#"{"id":{}}"#, r#"{"count":"12.5"}"#, r#"{"count":true}"#, r#"{"list":1}"#]
        {
            assert!(serde_json::from_str::<Read>(json).is_err(), "{json}");
        }
    }
}
