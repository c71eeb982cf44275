//! Webhooks of shops: whether one is genuine. What it says is never believed, only that something changed: the shop is
//! asked then, so lost, repeated and reordered ones do no harm.

use serde_json::{Map, Value as Json};

use super::digest::same;
use super::kuaishou::{self, Push};
use super::{douyin, shopify, woocommerce};
use crate::domain::platform::Platform;

/// What came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hook {
    /// Something changed in the shop.
    Hint,
    /// The shop tries whether somebody is there; nothing changed.
    Greeting,
    /// Signed by nobody we know.
    Forged,
}

/// Judges a webhook by the body as it came and its headers, by name in small letters.
pub fn judge<'a>(
    platform: Platform,
    credentials: &Map<String, Json>,
    header: impl Fn(&str) -> Option<&'a str>,
    body: &[u8],
) -> Hook {
    let credential = |name: &str| credentials.get(name).and_then(Json::as_str).unwrap_or_default();
    match platform {
        Platform::Woocommerce => {
            let Some(signature) = header("x-wc-webhook-signature") else {
                // Sent once when a webhook is made, unsigned: `webhook_id=2`.
                return if body.starts_with(b"webhook_id=") { Hook::Greeting } else { Hook::Forged };
            };
            // The shop signs with the consumer's secret when no other was given.
            let secrets = [credential("webhook_secret"), credential("consumer_secret")];
            let is_genuine = |secret: &&str| woocommerce::sign::is_genuine(body, signature, secret);
            match secrets.iter().filter(|secret| !secret.is_empty()).any(is_genuine) {
                true => Hook::Hint,
                false => Hook::Forged,
            }
        }
        Platform::Shopify => {
            let (signature, secret) = (header("x-shopify-hmac-sha256"), credential("webhook_secret"));
            let is_genuine = |signature| shopify::sign::is_genuine(body, signature, &[secret]);
            match !secret.is_empty() && signature.is_some_and(is_genuine) {
                true => Hook::Hint,
                false => Hook::Forged,
            }
        }
        Platform::Douyin => {
            let (key, secret) = (credential("app_key"), credential("app_secret"));
            let is_genuine = |given: &str| same(&douyin::sign::event_sign(key, body, secret), given);
            if secret.is_empty() || !header("event-sign").is_some_and(is_genuine) {
                return Hook::Forged;
            }
            if douyin::is_probe(body) { Hook::Greeting } else { Hook::Hint }
        }
        Platform::Kuaishou => {
            let (message_key, app_key) = (credential("message_key"), credential("app_key"));
            match Some(message_key)
                .filter(|key| !key.is_empty())
                .and_then(|key| kuaishou::opened(body, key, app_key))
            {
                Some(Push::Event) => Hook::Hint,
                Some(Push::Heartbeat) => Hook::Greeting,
                None => Hook::Forged,
            }
        }
        // The others of these platforms have none, or are not asked yet.
        _ => Hook::Forged,
    }
}

/// What a platform wants to be answered, where nothing is not enough: it sends the same again otherwise.
pub fn thanks(platform: Platform) -> Option<&'static str> {
    match platform {
        Platform::Douyin => Some(r#"{"code":0,"msg":"success"}"#),
        Platform::Kuaishou => Some(r#"{"result":1}"#),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_shops_own_secret_signs() {
        let mut credentials = Map::new();
        credentials.insert("consumer_secret".to_owned(), "cs_1".into());
        let body = br#"{"id":1}"#;
        let signed = woocommerce::sign::sign_webhook(body, "cs_1");
        let judged = |given: Option<&str>, body: &[u8], credentials: &Map<String, Json>| {
            judge(Platform::Woocommerce, credentials, |_| given, body)
        };
        assert_eq!(judged(Some(&signed), body, &credentials), Hook::Hint);
        assert_eq!(judged(Some(&signed), br#"{"id":2}"#, &credentials), Hook::Forged);
        assert_eq!(judged(None, b"webhook_id=2", &credentials), Hook::Greeting);
        assert_eq!(judged(None, body, &credentials), Hook::Forged);
        let unsigned = woocommerce::sign::sign_webhook(body, "");
        assert_eq!(judged(Some(&unsigned), body, &Map::new()), Hook::Forged, "an empty secret is none");
        credentials.insert("webhook_secret".to_owned(), "another".into());
        let other = woocommerce::sign::sign_webhook(body, "another");
        assert_eq!(judged(Some(&other), body, &credentials), Hook::Hint);
        let shopify =
            |given: Option<&str>, body: &[u8]| judge(Platform::Shopify, &credentials, |_| given, body);
        let signed = shopify::sign::sign_webhook(body, "another");
        assert_eq!(shopify(Some(&signed), body), Hook::Hint);
        assert_eq!(shopify(Some(&signed), b"{}"), Hook::Forged);
        assert_eq!(shopify(None, body), Hook::Forged);
        credentials.insert("app_key".to_owned(), "3409".into());
        credentials.insert("app_secret".to_owned(), "dy".into());
        let douyin =
            |given: Option<&str>, body: &[u8]| judge(Platform::Douyin, &credentials, |_| given, body);
        let pushed = br#"[{"tag":"101","msg_id":"m1","data":"{}"}]"#;
        let signed = douyin::sign::event_sign("3409", pushed, "dy");
        assert_eq!(douyin(Some(&signed), pushed), Hook::Hint);
        assert_eq!(douyin(Some(&signed), b"[]"), Hook::Forged);
        assert_eq!(douyin(None, pushed), Hook::Forged);
        let probe = br#"[{"tag":"0","msg_id":"0","data":"2026"}]"#;
        assert_eq!(douyin(Some(&douyin::sign::event_sign("3409", probe, "dy")), probe), Hook::Greeting);
        let elsewhere = judge(Platform::Vendure, &credentials, |_| Some(other.as_str()), body);
        assert_eq!(elsewhere, Hook::Forged);
    }
}
