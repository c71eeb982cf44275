//! Bodies, queries and ids, read with errors that name the field.

use std::str::FromStr;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::future::{LocalBoxFuture, Ready, ready};
use futures_util::{FutureExt, StreamExt};
use serde::de::DeserializeOwned;

use super::problem::Failure;
use crate::domain::error::Error;

/// Most bytes of a body that names things; bodies that carry data have a limit of their own.
pub const SMALL: usize = 2 << 20;
/// Most bytes of a body that carries orders or a file.
pub const LARGE: usize = 64 << 20;

/// A JSON body.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        async move {
            let bytes = read(&mut payload, SMALL).await?;
            if !is_json(&request) {
                return Err(media_type(&content_type(&request), "application/json"));
            }
            Ok(Self(object(&bytes)?))
        }
        .boxed_local()
    }
}

/// A JSON body that may be left out.
#[derive(Debug)]
pub struct OptionalBody<T>(pub T);

impl<T: DeserializeOwned + Default + 'static> FromRequest for OptionalBody<T> {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        async move {
            let bytes = read(&mut payload, SMALL).await?;
            match (bytes.is_empty(), is_json(&request)) {
                (true, _) => Ok(Self(T::default())),
                (false, true) => Ok(Self(object(&bytes)?)),
                (false, false) => Err(media_type(&content_type(&request), "application/json")),
            }
        }
        .boxed_local()
    }
}

/// A body that carries orders, as it came.
#[derive(Debug)]
pub struct LargeBody {
    pub bytes: web::Bytes,
    /// In lower case, without parameters.
    pub content_type: String,
}

impl FromRequest for LargeBody {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (content_type, mut payload) = (content_type(request), payload.take());
        async move { Ok(Self { bytes: read(&mut payload, LARGE).await?, content_type }) }.boxed_local()
    }
}

impl LargeBody {
    /// Checks the media type.
    ///
    /// # Errors
    /// 415.
    pub fn takes(&self, kinds: &[&str]) -> Result<(), Failure> {
        match kinds.contains(&self.content_type.as_str()) {
            true => Ok(()),
            false => Err(media_type(&self.content_type, &kinds.join(" or "))),
        }
    }
}

/// The query of the address.
#[derive(Debug)]
pub struct Params<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Params<T> {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::parse(request.query_string()))
    }
}

impl<T: DeserializeOwned> Params<T> {
    /// Reads the text after the question mark.
    ///
    /// # Errors
    /// [`Error::Invalid`] with the field.
    pub fn parse(query: &str) -> Result<Self, Failure> {
        let query = web::Query::<T>::from_query(query);
        query.map(|query| Self(query.into_inner())).map_err(|error| {
            let said = error.to_string();
            let said = said.strip_prefix("Query deserialize error: ").unwrap_or(&said);
            field_error("", said).into()
        })
    }
}

/// The `{id}` of the address.
#[derive(Debug)]
pub struct Id<T>(pub T);

impl<T: FromStr> FromRequest for Id<T> {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(segment(request, "id").map(Self))
    }
}

/// A named part of the address. What is no id of any kind is simply not there.
///
/// # Errors
/// 404.
pub fn segment<T: FromStr>(request: &HttpRequest, name: &str) -> Result<T, Failure> {
    let text = request.match_info().get(name).unwrap_or_default();
    text.parse().map_err(|_| Error::missing("thing with the id", text).into())
}

/// An id in a query.
///
/// # Errors
/// [`Error::Invalid`] with the field.
pub fn id_of(field: &str, text: &str) -> Result<i64, Error> {
    let refuse = |_| Error::invalid(field, "id", format!("{text:?} is no id; ids are strings of digits"));
    text.trim().parse().map_err(refuse)
}

/// A word in a query, read by `parse`.
///
/// # Errors
/// [`Error::Invalid`] with the field.
pub fn word_of<T>(field: &str, text: &str, parse: fn(&str) -> Result<T, String>) -> Result<T, Error> {
    parse(text.trim()).map_err(|detail| Error::invalid(field, "word", detail))
}

/// Reads a body whole.
///
/// # Errors
/// 413 beyond `limit`, 400 when it breaks off.
pub async fn read(payload: &mut Payload, limit: usize) -> Result<web::Bytes, Failure> {
    let mut bytes = web::BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| {
            Failure::edge(StatusCode::BAD_REQUEST, "body_incomplete", "The body broke off.", "Send it again.")
        })?;
        if bytes.len() + chunk.len() > limit {
            return Err(too_large(limit));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}

/// A body beyond its limit in bytes.
pub fn too_large(limit: usize) -> Failure {
    let detail = format!("The body is larger than the {} MB this address takes.", limit >> 20);
    Failure::edge(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", detail, "Send it in several parts.")
}

/// The media type of the body, in lower case and without parameters.
pub fn content_type(request: &HttpRequest) -> String {
    let text = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// A body of a kind this address does not take.
pub fn media_type(given: &str, wanted: &str) -> Failure {
    let detail = match given.is_empty() {
        true => format!("The body has no Content-Type; this address takes {wanted}."),
        false => format!("The body is {given}; this address takes {wanted}."),
    };
    let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
    Failure::edge(status, "media_type", detail, "Set the Content-Type header to what the body is.")
}

fn is_json(request: &HttpRequest) -> bool {
    let kind = content_type(request);
    kind == "application/json" || kind.ends_with("+json")
}

/// Reads JSON; what does not fit is named by its path.
///
/// # Errors
/// [`Error::Invalid`] with one field: `body` when the text is no JSON.
pub fn json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        let error = error.into_inner();
        match error.classify() {
            serde_json::error::Category::Data => field_error(&path, &error.to_string()),
            _ if bytes.is_empty() => Error::invalid("body", "json", "The body is empty; send JSON"),
            _ => Error::invalid("body", "json", format!("The body is no JSON: {error}")),
        }
    })?;
    reader.end().map_err(|error| Error::invalid("body", "json", format!("The body is no JSON: {error}")))?;
    Ok(value)
}

/// Reads a body with named fields; serde alone would take a list as the fields in their order.
fn object<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    match bytes.trim_ascii_start().first() {
        Some(b'[') => {
            Err(Error::invalid("body", "type", "The body is a list; send an object with named fields"))
        }
        _ => json(bytes),
    }
}

/// Gives a sentence of serde the field it speaks of.
fn field_error(path: &str, said: &str) -> Error {
    let path = if path == "." { "" } else { path };
    let named = said.split('`').nth(1).unwrap_or_default();
    let join = |name: &str| match (path, name) {
        ("", name) => name.to_owned(),
        (path, "") => path.to_owned(),
        (path, name) if path == name || path.ends_with(&format!(".{name}")) => path.to_owned(),
        (path, name) => format!("{path}.{name}"),
    };
    let (field, code, said) = if said.starts_with("missing field") {
        (join(named), "required", format!("{} is missing", join(named)))
    } else if said.starts_with("unknown field") {
        let allowed = said.split_once("expected ").map_or("", |(_, rest)| rest);
        let allowed = allowed.split(" at line").next().unwrap_or_default().replace('`', "");
        let allowed = allowed.strip_prefix("one of ").unwrap_or(&allowed);
        (join(named), "unknown", format!("There is no field {}; the fields here are {allowed}", join(named)))
    } else {
        let field = if path.is_empty() { "body".to_owned() } else { path.to_owned() };
        // The path says where; a place in the text is only of use for broken JSON.
        (field, "type", said.split(" at line ").next().unwrap_or(said).to_owned())
    };
    Error::invalid(field, code, said)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only how it is refused matters")]
    struct Outer {
        name: String,
        #[serde(default)]
        lines: Vec<Inner>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only how it is refused matters")]
    struct Inner {
        quantity: i64,
    }

    #[test]
    fn what_does_not_fit_is_named_by_its_path() {
        for (text, field, code) in [
            ("", "body", "json"),
            ("{\"name\":", "body", "json"),
            ("{\"name\":\"a\"} x", "body", "json"),
            ("[]", "body", "type"),
            (" [\"a\"]", "body", "type"),
            ("{}", "name", "required"),
            ("{\"name\":\"a\",\"nmae\":1}", "nmae", "unknown"),
            ("{\"name\":7}", "name", "type"),
            ("{\"name\":\"a\",\"lines\":[{\"quantity\":\"two\"}]}", "lines[0].quantity", "type"),
            ("{\"name\":\"a\",\"lines\":[{}]}", "lines[0].quantity", "required"),
            ("{\"name\":\"a\",\"lines\":[{\"quantity\":1,\"q\":1}]}", "lines[0].q", "unknown"),
        ] {
            let refused = object::<Outer>(text.as_bytes()).expect_err(text);
            let Error::Invalid(fields) = refused else { panic!("{refused}") };
            assert_eq!((fields[0].field.as_str(), fields[0].code), (field, code), "{text}: {fields:?}");
        }
    }
}
