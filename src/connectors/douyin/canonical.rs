//! The one spelling of a JSON text that Douyin signs.
//!
//! Keys sorted at every depth, no blanks, no escapes that need not be, whole numbers without a fraction.
//! Numbers are never read as numbers: ids have more digits than a float holds.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

/// The canonical spelling; an empty text is an empty object.
///
/// # Errors
/// When the text is no JSON.
pub fn canonical(json: &str) -> serde_json::Result<String> {
    let json = if json.trim().is_empty() { "{}" } else { json };
    let mut out = String::with_capacity(json.len());
    write(&mut out, serde_json::from_str::<&RawValue>(json)?)?;
    Ok(out)
}

fn write(out: &mut String, value: &RawValue) -> serde_json::Result<()> {
    let text = value.get();
    match text.as_bytes().first() {
        Some(b'{') => {
            let fields: BTreeMap<String, &RawValue> = serde_json::from_str(text)?;
            out.push('{');
            for (place, (key, value)) in fields.into_iter().enumerate() {
                out.push_str(if place > 0 { "," } else { "" });
                out.push_str(&serde_json::to_string(&key)?);
                out.push(':');
                write(out, value)?;
            }
            out.push('}');
        }
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(text)?;
            out.push('[');
            for (place, item) in items.into_iter().enumerate() {
                out.push_str(if place > 0 { "," } else { "" });
                write(out, item)?;
            }
            out.push(']');
        }
        Some(b'"') => out.push_str(&serde_json::to_string(&serde_json::from_str::<String>(text)?)?),
        _ => out.push_str(whole(text)),
    }
    Ok(())
}

/// `12.0` is written `12`; every other number, and a truth value, stays as it is.
fn whole(text: &str) -> &str {
    match text.split_once('.') {
        Some((whole, fraction)) if fraction.bytes().all(|digit| digit == b'0') => whole,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spelling_for_all() {
        for (written, expected) in [
            ("", "{}"),
            ("{}", "{}"),
            ("[]", "[]"),
            (r#"{ "b": [ {"z":1, "a":2} ], "a": {} }"#, r#"{"a":{},"b":[{"a":2,"z":1}]}"#),
            (
                r#"{"big":6496679971677798670123,"f":1.50,"n":12.0,"e":1e3}"#,
                r#"{"big":6496679971677798670123,"e":1e3,"f":1.50,"n":12}"#,
            ),
            (r#"{"html":"\u003ca\u003e&\u5f20 \/"}"#, r#"{"html":"<a>&张 /"}"#),
            (r#"{"t":true,"x":null,"A":"","_":"\n"}"#, r#"{"A":"","_":"\n","t":true,"x":null}"#),
        ] {
            assert_eq!(canonical(written).expect(written), expected);
        }
        assert!(canonical("{").is_err());
    }
}
