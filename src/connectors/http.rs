//! Calls to the outside: one client with a total deadline, so that a shop that accepts a connection and never
//! answers keeps nobody.

use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use ureq::http::header::{HeaderMap, RETRY_AFTER};

use super::digest::form_encoded;
use super::link::CallError;
use crate::traces::{self, TARGET};

/// A call, from the first byte to the last.
pub const DEADLINE: Duration = Duration::from_secs(30);
/// Longest answer that is read.
const ANSWER_MAX: u64 = 64 << 20;
/// How long to wait when a shop asks for patience and does not say how much.
const USUAL_PATIENCE: Duration = Duration::from_secs(30);
/// What of a complaint is kept: enough to understand it.
const SHOWN: usize = 300;

/// The client of this process. Follows no redirect: keys are for the address they were given for.
pub struct Http(ureq::Agent);

impl Default for Http {
    fn default() -> Self {
        Self::with_deadline(DEADLINE)
    }
}

/// An answer, read whole.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl Http {
    /// A client of another patience.
    pub fn with_deadline(deadline: Duration) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(deadline))
            .user_agent(concat!("huidan/", env!("CARGO_PKG_VERSION")))
            .build();
        Self(config.into())
    }

    /// Asks.
    ///
    /// # Errors
    /// `PlatformBusy` when no whole answer comes in time, `Invalid` for an address that is none.
    pub fn get(&self, url: &str, headers: &[(&str, &str)]) -> Result<Answer, CallError> {
        let request =
            headers.iter().fold(self.0.get(url), |request, (name, value)| request.header(*name, *value));
        traced("GET", url, || read(in_trace(request).call()))
    }

    /// Sends JSON.
    ///
    /// # Errors
    /// As [`Http::get`]. Whether the shop did it is then unknown.
    pub fn post(&self, url: &str, headers: &[(&str, &str)], body: &Json) -> Result<Answer, CallError> {
        traced("POST", url, || send(self.0.post(url), headers, body))
    }

    /// Sends a form.
    ///
    /// # Errors
    /// As [`Http::post`].
    pub fn post_form(&self, url: &str, fields: &[(&str, &str)]) -> Result<Answer, CallError> {
        let pair = |(name, value): &(&str, &str)| format!("{}={}", form_encoded(name), form_encoded(value));
        let body = fields.iter().map(pair).collect::<Vec<_>>().join("&");
        let request =
            self.0.post(url).header("content-type", "application/x-www-form-urlencoded;charset=utf-8");
        traced("POST", url, || read(in_trace(request).send(body)))
    }

    /// Sends a text as it stands: what was signed is what goes out.
    ///
    /// # Errors
    /// As [`Http::post`].
    pub fn post_text(&self, url: &str, content_type: &str, body: &str) -> Result<Answer, CallError> {
        let request = self.0.post(url).header("content-type", content_type);
        traced("POST", url, || read(in_trace(request).send(body)))
    }

    /// Sends JSON that replaces what is there.
    ///
    /// # Errors
    /// As [`Http::post`].
    pub fn put(&self, url: &str, headers: &[(&str, &str)], body: &Json) -> Result<Answer, CallError> {
        traced("PUT", url, || send(self.0.put(url), headers, body))
    }
}

/// Makes a call as a span of the trace at hand. Only the host is named: paths and queries may name orders and people.
fn traced(
    method: &str,
    url: &str,
    call: impl FnOnce() -> Result<Answer, CallError>,
) -> Result<Answer, CallError> {
    let uri = url.parse::<ureq::http::Uri>().ok();
    let span = tracing::info_span!(
        target: TARGET,
        "call",
        http.request.method = method,
        server.address = uri.as_ref().and_then(ureq::http::Uri::host).unwrap_or_default(),
        http.response.status_code = tracing::field::Empty,
        "error.type" = tracing::field::Empty,
    );
    let answer = span.in_scope(call);
    match &answer {
        Ok(answer) => span.record("http.response.status_code", answer.status),
        Err(_) => span.record("error.type", "no_answer"),
    };
    answer
}

/// Tells whom is called where in a trace the call is made (W3C Trace Context): two random numbers. Outside of any, nothing.
fn in_trace<Body>(request: ureq::RequestBuilder<Body>) -> ureq::RequestBuilder<Body> {
    match traces::current() {
        place if place.is_empty() => request,
        place => request.header("traceparent", place),
    }
}

fn send(
    request: ureq::RequestBuilder<ureq::typestate::WithBody>,
    headers: &[(&str, &str)],
    body: &Json,
) -> Result<Answer, CallError> {
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    read(in_trace(request).header("content-type", "application/json").send(body.to_string()))
}

fn read(answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Result<Answer, CallError> {
    let mut answer = answer.map_err(|error| match error {
        ureq::Error::BadUri(what) => CallError::Invalid(format!("the shop's address cannot be used: {what}")),
        other => CallError::PlatformBusy(other.to_string()),
    })?;
    let body = answer.body_mut().with_config().limit(ANSWER_MAX).lossy_utf8(true).read_to_string();
    let body = body.map_err(|error| CallError::PlatformBusy(error.to_string()))?;
    let (parts, _) = answer.into_parts();
    Ok(Answer { status: parts.status.as_u16(), headers: parts.headers, body })
}

impl Answer {
    /// The answer to a call that went well, as this type.
    ///
    /// # Errors
    /// What the status says, or `PlatformBusy` when it is no JSON of that kind: shops answer pages of their hosts.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, CallError> {
        self.check()?;
        serde_json::from_str(&self.body).map_err(|error| {
            CallError::PlatformBusy(format!("its answer cannot be read ({error}): {}", self.shown()))
        })
    }

    /// Whether the status says that it went well.
    ///
    /// # Errors
    /// The class of the status.
    pub fn check(&self) -> Result<(), CallError> {
        match self.status {
            200..=299 => Ok(()),
            401 => Err(CallError::AuthExpired(self.shown())),
            403 => Err(CallError::PermissionMissing(self.shown())),
            429 | 503 => Err(CallError::Throttled { retry_after: self.retry_after() }),
            400..=499 => {
                Err(CallError::Invalid(format!("the shop answered {}: {}", self.status, self.shown())))
            }
            _ => Err(CallError::PlatformBusy(format!("{} {}", self.status, self.shown()))),
        }
    }

    fn retry_after(&self) -> Duration {
        let told = self.headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        told.and_then(|text| text.trim().parse().ok()).map_or(USUAL_PATIENCE, Duration::from_secs)
    }

    /// The beginning of the body on one line.
    fn shown(&self) -> String {
        self.body.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(SHOWN).collect()
    }
}
