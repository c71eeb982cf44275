//! Known signatures recomputed: what an author of a connector runs first.
//!
//! A file of vectors names for each its rule (`algorithm`, of which the word before the colon counts), the
//! secret, parameters or body, and the signature expected. The same functions sign the real calls.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    douyin, jd, kuaishou, pinduoduo, shopify, taobao,
    tracking::{kdniao, kuaidi100, seventeen_track, sf_express, trackingmore},
    woocommerce, xiaohongshu,
};

/// One known signature.
#[derive(Deserialize)]
pub struct Vector {
    pub id: String,
    /// The rule: a word, perhaps a variant behind it, a colon and words for people.
    pub algorithm: String,
    #[serde(default)]
    pub secret: Option<String>,
    /// The secret where it is no text.
    #[serde(default)]
    pub secret_hex: Option<String>,
    /// The whole key of the HMAC where it is more than the secret (OAuth 1.0a).
    #[serde(default)]
    pub signing_key: Option<String>,
    #[serde(default)]
    params: BTreeMap<String, Box<RawValue>>,
    #[serde(default)]
    pub body: Option<String>,
    pub expected: String,
}

/// Why a vector cannot be recomputed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VectorError {
    #[error("{0:?} is no rule known here")]
    UnknownRule(String),
    #[error("{0} is missing")]
    Missing(&'static str),
    #[error("{0}")]
    Unreadable(String),
}

/// Reads a file of vectors: a list, or an object with the list under `vectors`.
///
/// # Errors
/// When it is no JSON of that shape.
pub fn read(json: &str) -> serde_json::Result<Vec<Vector>> {
    #[derive(Deserialize)]
    struct Object {
        vectors: Vec<Vector>,
    }
    match json.trim_start().starts_with('{') {
        true => Ok(serde_json::from_str::<Object>(json)?.vectors),
        false => serde_json::from_str(json),
    }
}

impl Vector {
    /// Whether our signature is the one expected. Hexadecimal is compared without regard to case only where
    /// the platform's own rule is silent about it.
    ///
    /// # Errors
    /// When the rule is unknown or the vector lacks what it needs.
    pub fn holds(&self) -> Result<bool, VectorError> {
        let ours = self.signature()?;
        let is_silent = self.algorithm.contains("case-insensitive");
        Ok(ours == self.expected || is_silent && ours.eq_ignore_ascii_case(&self.expected))
    }

    /// The signature by our own functions.
    ///
    /// # Errors
    /// As [`Vector::holds`].
    pub fn signature(&self) -> Result<String, VectorError> {
        let texts = self.texts()?;
        let pairs = || texts.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        let secret = self.secret.as_deref().unwrap_or_default();
        let body = self.body.as_deref().unwrap_or_default();
        let param =
            |name: &'static str| texts.get(name).map(String::as_str).ok_or(VectorError::Missing(name));
        let rule = self.algorithm.split(':').next().unwrap_or_default().trim();
        let word = rule.split_whitespace().next().unwrap_or_default();
        Ok(match word {
            "top-md5" => taobao::sign::sign(pairs(), &self.key()?, taobao::sign::Method::Md5),
            "top-hmac" | "top-hmac-md5" => {
                taobao::sign::sign(pairs(), &self.key()?, taobao::sign::Method::HmacMd5)
            }
            "top-hmac-sha256" => taobao::sign::sign(pairs(), &self.key()?, taobao::sign::Method::HmacSha256),
            "jd-routerjson-md5" => jd::sign::sign(pairs(), secret),
            "jd-sp-md5" => jd::sign::sign_sp(pairs(), secret),
            "pdd-md5" => pinduoduo::sign::sign(pairs(), secret),
            "pdd-pmc-path" => {
                pinduoduo::sign::message_path(param("client_id")?, param("timestamp_ms")?, secret)
            }
            "douyin-hmac-sha256" | "douyin-md5" => {
                let json = self.canonical()?;
                let (app_key, method) = (param("app_key")?, param("method")?);
                let timestamp = param("timestamp")?;
                douyin::sign::sign(app_key, method, &json, timestamp, secret, self.douyin_method(word))
            }
            "douyin-spi" => {
                let json = self.canonical()?;
                let (app_key, timestamp) = (param("app_key")?, param("timestamp")?);
                douyin::sign::sign_spi(app_key, &json, timestamp, secret, self.douyin_method(word))
            }
            "douyin-event-sign" => douyin::sign::event_sign(param("app_key")?, body.as_bytes(), secret),
            "kuaishou-md5" => kuaishou::sign::sign(pairs(), secret, kuaishou::sign::Method::Md5),
            "kuaishou-hmac-sha256" => {
                kuaishou::sign::sign(pairs(), secret, kuaishou::sign::Method::HmacSha256)
            }
            "kuaishou-push" => kuaishou::sign::open_push(body, secret)
                .map_err(|error| VectorError::Unreadable(error.to_string()))?,
            "xhs-v2" => xiaohongshu::sign::sign(
                param("method")?,
                param("appId")?,
                param("timestamp")?,
                param("version")?,
                secret,
            ),
            "xhs-v1" => {
                let signed = pairs().filter(|(key, _)| *key != "path");
                xiaohongshu::sign::sign_path(param("path")?, signed, secret)
            }
            "shopify-oauth" => self.shopify(|params| shopify::sign::sign_query(params, secret))?,
            "shopify-app-proxy" => self.shopify(|params| shopify::sign::sign_proxy(params, secret))?,
            "shopify-webhook" => shopify::sign::sign_webhook(body.as_bytes(), secret),
            "woocommerce-webhook" => woocommerce::sign::sign_webhook(body.as_bytes(), secret),
            "oauth1-sha1" => self.oauth1(woocommerce::sign::Method::HmacSha1)?,
            "oauth1-sha256" => self.oauth1(woocommerce::sign::Method::HmacSha256)?,
            "http-basic" => woocommerce::sign::basic(param("consumer_key")?, secret),
            "kuaidi100-query" => {
                let sha = texts.get("signType").is_some_and(|word| word == "SHA256");
                let with = if sha { kuaidi100::SignType::Sha256 } else { kuaidi100::SignType::Md5 };
                kuaidi100::sign_query(body, secret, param("customer")?, with)
            }
            "kuaidi100-print/order" | "kuaidi100-order" => {
                kuaidi100::sign_order(body, param("t")?, param("key")?, secret)
            }
            "kuaidi100-push" => {
                let signed = kuaidi100::sign_push(body, secret);
                if self.algorithm.contains("lower(") { signed.to_lowercase() } else { signed }
            }
            "kdniao" | "kdniao-push" => kdniao::sign(body, secret),
            "17track-v1-webhook" => seventeen_track::sign_webhook_v1(param("event")?, body, secret),
            word if word.starts_with("17track") => seventeen_track::sign_webhook(body, secret),
            word if word.starts_with("trackingmore") => {
                trackingmore::sign_webhook(param("timestamp")?, secret)
            }
            "sf-express" => sf_express::sign(body, param("timestamp")?, secret),
            other => return Err(VectorError::UnknownRule(other.to_owned())),
        })
    }

    fn key(&self) -> Result<Vec<u8>, VectorError> {
        match (&self.secret_hex, &self.secret) {
            (Some(hex), _) => (0..hex.len() / 2)
                .map(|at| hex.get(2 * at..2 * at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok()))
                .collect::<Option<_>>()
                .ok_or_else(|| VectorError::Unreadable(format!("secret_hex is {hex:?}"))),
            (None, Some(secret)) => Ok(secret.clone().into_bytes()),
            (None, None) => Err(VectorError::Missing("secret")),
        }
    }

    /// Parameters as they are sent: texts as they are, everything else as compact JSON.
    fn texts(&self) -> Result<BTreeMap<String, String>, VectorError> {
        let text = |value: &RawValue| match value.get().starts_with('"') {
            true => {
                serde_json::from_str(value.get()).map_err(|error| VectorError::Unreadable(error.to_string()))
            }
            false => Ok(compact(value.get())),
        };
        self.params.iter().map(|(key, value)| Ok((key.clone(), text(value)?))).collect()
    }

    fn canonical(&self) -> Result<String, VectorError> {
        douyin::canonical::canonical(self.body.as_deref().unwrap_or_default())
            .map_err(|error| VectorError::Unreadable(format!("the body is no JSON: {error}")))
    }

    fn douyin_method(&self, word: &str) -> douyin::sign::Method {
        let is_md5 = word == "douyin-md5" || self.algorithm.contains("[md5]");
        if is_md5 { douyin::sign::Method::Md5 } else { douyin::sign::Method::HmacSha256 }
    }

    fn shopify(&self, sign: impl FnOnce(&[(&str, Vec<&str>)]) -> String) -> Result<String, VectorError> {
        let unreadable = |error: serde_json::Error| VectorError::Unreadable(error.to_string());
        let mut owned: Vec<(&str, Vec<String>)> = Vec::new();
        for (key, value) in &self.params {
            let is_list = value.get().starts_with('[');
            let values = match is_list {
                true => serde_json::from_str(value.get()).map_err(unreadable)?,
                false => vec![self.texts()?[key].clone()],
            };
            owned.push((key, values));
        }
        let params: Vec<(&str, Vec<&str>)> =
            owned.iter().map(|(key, values)| (*key, values.iter().map(String::as_str).collect())).collect();
        Ok(sign(&params))
    }

    fn oauth1(&self, method: woocommerce::sign::Method) -> Result<String, VectorError> {
        let unreadable = |error: serde_json::Error| VectorError::Unreadable(error.to_string());
        let get = |name: &str| self.params.get(name).map(|value| value.get());
        let text = |name: &'static str| -> Result<Option<String>, VectorError> {
            get(name).map_or(Ok(None), |raw| serde_json::from_str(raw).map_err(unreadable))
        };
        let pairs: Vec<(String, String)> =
            serde_json::from_str(get("pairs").ok_or(VectorError::Missing("pairs"))?).map_err(unreadable)?;
        let pairs: Vec<(&str, &str)> =
            pairs.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        let base = match (text("method")?, text("url")?) {
            (Some(verb), Some(url)) => woocommerce::sign::base_string(&verb, &url, &pairs),
            _ => woocommerce::sign::encoded_params(&pairs),
        };
        let secret = self.secret.as_deref().unwrap_or_default();
        let key = self.signing_key.clone().unwrap_or_else(|| format!("{secret}&"));
        Ok(woocommerce::sign::sign(&base, &key, method))
    }
}

/// JSON without the blanks between its parts.
fn compact(json: &str) -> String {
    let (mut in_text, mut escaped) = (false, false);
    json.chars()
        .filter(|c| {
            let stays = in_text || !c.is_whitespace();
            match *c {
                '"' if !escaped => in_text = !in_text,
                _ => {}
            }
            escaped = in_text && *c == '\\' && !escaped;
            stays
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_signature_is_reproduced() {
        let vectors = read(include_str!("../../tests/vectors/sign-vectors.json")).expect("well-formed");
        assert!(vectors.len() >= 53);
        let wrong: Vec<String> = vectors
            .iter()
            .filter(|vector| vector.holds() != Ok(true))
            .map(|vector| format!("{}: {:?}, expected {}", vector.id, vector.signature(), vector.expected))
            .collect();
        assert_eq!(wrong, Vec::<String>::new());
    }

    #[test]
    fn what_cannot_be_recomputed_says_why() {
        let vector = |json: &str| read(json).expect("well-formed").remove(0).signature();
        let unknown = vector(r#"[{"id":"x","algorithm":"rot13: by hand","expected":""}]"#);
        assert_eq!(unknown, Err(VectorError::UnknownRule("rot13".to_owned())));
        let bare = vector(r#"{"vectors":[{"id":"x","algorithm":"xhs-v2: …","secret":"s","expected":""}]}"#);
        assert_eq!(bare, Err(VectorError::Missing("method")));
    }

    #[test]
    fn parameters_that_are_no_texts_are_signed_as_compact_json() {
        assert_eq!(
            compact(r#" { "a b" : [ 1 , true ], "c": "\" d\\" } "#),
            r#"{"a b":[1,true],"c":"\" d\\"}"#
        );
    }
}
