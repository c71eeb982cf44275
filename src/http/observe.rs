//! The outermost layer of every request: its id, its log line, its count, its last defence.
//!
//! The log line has the path without the query, which may hold a name or a phone.

use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue,
    REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpResponse, web};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64_URL;
use futures_util::FutureExt;
use tracing::{Instrument, error, info};

use super::metrics::Metrics;
use super::problem::{self, Failure};
use crate::domain::error::Error as CoreError;
use crate::traces::TARGET;

/// Names the request in headers, problems and logs.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of a request, kept with it.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

/// Wraps a whole request.
pub async fn observe(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let begun = Instant::now();
    let id = request_id(request.headers());
    let method = request.method().clone();
    let path = request.path().to_owned();
    let metrics = request.app_data::<web::Data<Metrics>>().cloned();
    request.extensions_mut().insert(RequestId(id.clone()));

    let parent =
        request.headers().get("traceparent").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let span = tracing::info_span!(
        target: TARGET,
        "request",
        trace.parent = parent,
        request.id = id,
        http.request.method = method.as_str(),
        http.route = tracing::field::Empty,
        http.response.status_code = tracing::field::Empty,
        "error.type" = tracing::field::Empty,
    );
    // The future is dropped after a panic; what it held is not looked at again.
    let outcome =
        std::panic::AssertUnwindSafe(next.call(request).instrument(span.clone())).catch_unwind().await;
    let (answer, template) = match outcome {
        Ok(Ok(response)) => {
            let template = response.request().match_pattern();
            (Ok(with_problem(response.map_into_boxed_body(), &id)), template)
        }
        Ok(Err(error)) => (Err(respond_to(&error, &id)), None),
        Err(_) => {
            let cause = Failure::Core(CoreError::Internal(anyhow::anyhow!("a handler panicked")));
            (Err(respond(&cause, &id)), None)
        }
    };
    let mut answer = answer;
    let (status, headers) = match &mut answer {
        Ok(response) => (response.status(), response.headers_mut()),
        Err(response) => (response.status(), response.headers_mut()),
    };
    add_headers(headers, &id, path.starts_with("/api/"));

    let elapsed = begun.elapsed();
    let template = template.unwrap_or_else(|| "unmatched".to_owned());
    if let Some(metrics) = metrics {
        metrics.count(method.as_str(), &template, status.as_u16(), elapsed);
    }
    let elapsed_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    let status = status.as_u16();
    span.record("http.route", template.as_str());
    span.record("http.response.status_code", status);
    if status >= 500 {
        span.record("error.type", status);
    }
    info!(request.id = %id, http.status = status, elapsed_ms, "{method} {path} answered {status}");
    answer.map_err(|response| InternalError::from_response("answered", response).into())
}

/// Replaces what handlers and the framework refused with a problem.
fn with_problem(response: ServiceResponse<BoxBody>, id: &str) -> ServiceResponse<BoxBody> {
    let problem = match response.response().error() {
        Some(error) => respond_to(error, id),
        None if is_bare_refusal(&response) => respond(&Failure::of_status(response.status()), id),
        None => return response,
    };
    let (request, old) = response.into_parts();
    let mut problem = problem;
    for (name, value) in old.headers() {
        if !problem.headers().contains_key(name) {
            problem.headers_mut().insert(name.clone(), value.clone());
        }
    }
    ServiceResponse::new(request, problem)
}

fn is_bare_refusal(response: &ServiceResponse<BoxBody>) -> bool {
    let status = response.status();
    (status.is_client_error() || status.is_server_error()) && !response.headers().contains_key(CONTENT_TYPE)
}

fn respond_to(error: &Error, id: &str) -> HttpResponse {
    match error.as_error::<Failure>() {
        Some(failure) => respond(failure, id),
        None => {
            let status = error.as_response_error().status_code();
            respond(&Failure::of_status(status), id)
        }
    }
}

/// The response to a failure; a failure of the program is logged here and nowhere else.
fn respond(failure: &Failure, id: &str) -> HttpResponse {
    if let Failure::Core(CoreError::Internal(cause)) = failure {
        error!(request.id = %id, "Request {id} failed: {cause:#}");
    }
    problem::respond(failure, id)
}

/// The caller's id when it is a plain short word, else a fresh one.
fn request_id(headers: &HeaderMap) -> String {
    let plain = |id: &&str| {
        (1..=64).contains(&id.len())
            && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    let given = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok()).filter(plain);
    given.map_or_else(|| BASE64_URL.encode(crate::db::seal::random::<12>()), str::to_owned)
}

fn add_headers(headers: &mut HeaderMap, id: &str, is_api: bool) {
    let mut add = |name: HeaderName, value: &'static str| {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    add(X_CONTENT_TYPE_OPTIONS, "nosniff");
    add(X_FRAME_OPTIONS, "DENY");
    add(REFERRER_POLICY, "same-origin");
    // Pages bring a policy of their own.
    add(CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'");
    if is_api {
        add(CACHE_CONTROL, "no-store");
    }
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
}

/// Whatever no route takes.
pub async fn not_found() -> problem::Reply {
    Err(Failure::of_status(StatusCode::NOT_FOUND))
}
