//! Pushes of Kuaishou: encrypted with a key only the platform and the app have, which is all that vouches for them.

use serde::Deserialize;

use super::sign::open_push;
use crate::connectors::loose::or_default;

/// What a push is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Push {
    /// Something happened.
    Event,
    /// A heartbeat.
    Heartbeat,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    #[serde(default, deserialize_with = "or_default")]
    test: bool,
    #[serde(default, deserialize_with = "or_default")]
    event: String,
    #[serde(default, deserialize_with = "or_default")]
    app_key: String,
}

/// Opens a push; `None` when it was not made with this key, or for another app.
pub fn opened(body: &[u8], message_key: &str, app_key: &str) -> Option<Push> {
    let json = open_push(std::str::from_utf8(body).ok()?, message_key).ok()?;
    let message: Message = serde_json::from_str(&json).ok()?;
    match message {
        Message { test: true, .. } => Some(Push::Heartbeat),
        Message { event, app_key: named, .. } if !event.is_empty() => {
            (named.is_empty() || named == app_key).then_some(Push::Event)
        }
        _ => None,
    }
}
