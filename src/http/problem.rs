//! What goes wrong, as RFC 9457 problems.
//!
//! Handlers answer a [`Failure`]; the outermost layer ([`super::observe`]) turns it into the
//! response, because only there the request id is at hand. A failure of the program is logged
//! there, once, with its cause; the answer shows the id and no details.

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, RETRY_AFTER};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;

use crate::db::trouble::{self, Trouble};
use crate::domain::error::{Error, FieldError, Refusal, RefusalClass};

/// The media type of a problem.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// Why a request was not answered as wished.
#[derive(Debug)]
pub enum Failure {
    /// The rules, the record or the program said no.
    Core(Error),
    /// The request did not get that far.
    Edge(EdgeProblem),
}

/// A problem of the transport: address, method, media type, token.
#[derive(Debug)]
pub struct EdgeProblem {
    pub status: StatusCode,
    pub code: &'static str,
    pub detail: String,
    pub next: &'static str,
    /// Seconds after which it may work.
    pub retry_after_s: Option<u64>,
}

/// What handlers answer.
pub type Reply = Result<HttpResponse, Failure>;

impl Failure {
    /// A problem of the transport.
    pub fn edge(
        status: StatusCode,
        code: &'static str,
        detail: impl Into<String>,
        next: &'static str,
    ) -> Self {
        Self::Edge(EdgeProblem { status, code, detail: detail.into(), next, retry_after_s: None })
    }

    /// The problem that belongs to a bare status, for what the web framework refuses by itself.
    pub fn of_status(status: StatusCode) -> Self {
        let (code, detail, next) = match status {
            StatusCode::NOT_FOUND => (
                "address_unknown",
                "There is nothing at this address.",
                "Compare it with the addresses in /openapi.json.",
            ),
            StatusCode::METHOD_NOT_ALLOWED => (
                "method_not_allowed",
                "This address does not take this method.",
                "Use one of the methods in the Allow header or in /openapi.json.",
            ),
            StatusCode::PAYLOAD_TOO_LARGE => {
                ("body_too_large", "The body is larger than this address takes.", "Send it in several parts.")
            }
            StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                ("media_type", "This address does not take this media type.", "Set the Content-Type header.")
            }
            StatusCode::REQUEST_TIMEOUT => {
                ("request_timeout", "The request did not arrive in time.", "Send it again.")
            }
            status if status.is_client_error() => {
                ("bad_request", "The request cannot be understood.", "Compare it with /openapi.json.")
            }
            _ => return Self::Core(Error::Internal(anyhow::anyhow!("an answer of status {status}"))),
        };
        Self::edge(status, code, detail, next)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Core(error)
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Core(error) => error.fmt(out),
            Self::Edge(problem) => out.write_str(&problem.detail),
        }
    }
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Core(error) => status_of(error),
            Self::Edge(problem) => problem.status,
        }
    }

    /// Only the status; the outermost layer writes the rest.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

/// A problem as it is sent.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ProblemView {
    /// Where the code is explained.
    #[serde(rename = "type")]
    #[schema(example = "/docs/errors#number_taken")]
    kind: String,
    title: String,
    status: u16,
    /// What is the case, with the values.
    detail: String,
    /// Stable; programs may rely on it.
    #[schema(example = "number_taken")]
    code: String,
    /// What to do next.
    next: String,
    /// Every field that cannot be taken, at once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldErrorView>,
    /// On failures of the program: what to look for in its log.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
}

/// A field that cannot be taken as it is.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct FieldErrorView {
    /// Path in the body or query.
    #[schema(example = "lines[0].quantity")]
    field: String,
    code: String,
    /// What is wrong, showing the value, and what to write instead.
    detail: String,
}

impl From<&FieldError> for FieldErrorView {
    fn from(error: &FieldError) -> Self {
        Self { field: error.field.clone(), code: error.code.to_owned(), detail: error.detail.clone() }
    }
}

/// The response to a failure.
pub fn respond(failure: &Failure, request_id: &str) -> HttpResponse {
    let (view, retry_after_s) = match failure {
        Failure::Core(error) => (view(error, Some(request_id)), retry_after_s(error)),
        Failure::Edge(problem) => (
            problem_view(problem.status, problem.code, problem.detail.clone(), problem.next),
            problem.retry_after_s,
        ),
    };
    let mut response = HttpResponse::build(status(view.status));
    response.insert_header((CONTENT_TYPE, MEDIA_TYPE));
    if let Some(seconds) = retry_after_s {
        response.insert_header((RETRY_AFTER, seconds.to_string()));
    }
    response.body(body(&view))
}

/// Status and body of a refusal that is the answer to the request itself, for keeping; `None` for
/// failures that may pass, and for what a better token would change.
pub fn lasting(error: &Error) -> Option<(u16, String)> {
    match error {
        Error::Invalid(_) | Error::Missing { .. } => {}
        Error::Refused(refusal) if refusal.class != RefusalClass::TooMany => {}
        _ => return None,
    }
    let view = view(error, None);
    Some((view.status, body(&view)))
}

fn body(view: &ProblemView) -> String {
    serde_json::to_string(view).expect("a problem holds only texts and a number")
}

fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).expect("problems are made from statuses")
}

fn view(error: &Error, request_id: Option<&str>) -> ProblemView {
    let plain = |code, next: &str| problem_view(status_of(error), code, format!("{error}."), next);
    match error {
        Error::Invalid(fields) => {
            let (code, detail, next) = match fields.as_slice() {
                [only] if only.code == "json" => (
                    "invalid_json",
                    only.detail.clone(),
                    "Correct the text of the body; it must be one JSON value.",
                ),
                [only] => (
                    "invalid_fields",
                    only.detail.clone(),
                    "Correct the field named in errors and send the request again.",
                ),
                many => {
                    let names: Vec<_> = many.iter().map(|field| field.field.as_str()).collect();
                    let detail =
                        format!("{} fields cannot be taken as they are: {}.", many.len(), names.join(", "));
                    (
                        "invalid_fields",
                        detail,
                        "Correct the fields listed in errors and send the request again.",
                    )
                }
            };
            let errors = fields.iter().map(FieldErrorView::from).collect();
            ProblemView { errors, ..problem_view(status_of(error), code, detail, next) }
        }
        Error::Missing { .. } => plain("not_found", "Look it up in the list; it may have another id."),
        Error::Refused(Refusal { code, detail, next, .. }) => {
            problem_view(status_of(error), code, detail.clone(), next)
        }
        Error::Unauthorised => plain("unauthorised", "Send the header Authorization: Bearer TOKEN."),
        Error::Forbidden { .. } => plain("forbidden", "Ask an owner for a token of another role."),
        Error::Internal(cause) => {
            let (code, detail, next) = match trouble::of(cause) {
                Some(Trouble::Unavailable) => (
                    "database_unavailable",
                    "The database does not answer; nothing was changed.",
                    "Send the request again in a moment.",
                ),
                Some(Trouble::DiskFull) => (
                    "disk_full",
                    "The disk of the database is full; nothing was changed.",
                    "Make room on the disk, then send the request again.",
                ),
                Some(Trouble::Busy) => (
                    "database_busy",
                    "Other work held the same rows for too long; nothing was changed.",
                    "Send the request again in a moment.",
                ),
                None => (
                    "internal",
                    "The program failed; nothing was changed.",
                    "Send the request again; if it fails again, look for the request id in the log.",
                ),
            };
            let view = problem_view(status_of(error), code, detail.to_owned(), next);
            ProblemView { request_id: request_id.map(str::to_owned), ..view }
        }
    }
}

fn problem_view(status: StatusCode, code: &str, detail: String, next: &str) -> ProblemView {
    ProblemView {
        kind: format!("/docs/errors#{code}"),
        title: title(code),
        status: status.as_u16(),
        detail,
        code: code.to_owned(),
        next: next.to_owned(),
        errors: Vec::new(),
        request_id: None,
    }
}

/// `number_taken` reads `Number taken`.
fn title(code: &str) -> String {
    let words = code.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn status_of(error: &Error) -> StatusCode {
    match error {
        Error::Invalid(fields) if matches!(fields.as_slice(), [only] if only.code == "json") => {
            StatusCode::BAD_REQUEST
        }
        Error::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Error::Missing { .. } => StatusCode::NOT_FOUND,
        Error::Refused(refusal) => match refusal.class {
            RefusalClass::Conflict => StatusCode::CONFLICT,
            RefusalClass::Unprocessable => StatusCode::UNPROCESSABLE_ENTITY,
            RefusalClass::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            RefusalClass::TooMany => StatusCode::TOO_MANY_REQUESTS,
        },
        Error::Unauthorised => StatusCode::UNAUTHORIZED,
        Error::Forbidden { .. } => StatusCode::FORBIDDEN,
        Error::Internal(cause) => match trouble::of(cause) {
            Some(_) => StatusCode::SERVICE_UNAVAILABLE,
            None => StatusCode::INTERNAL_SERVER_ERROR,
        },
    }
}

fn retry_after_s(error: &Error) -> Option<u64> {
    match error {
        Error::Internal(cause) => trouble::of(cause).map(|trouble| match trouble {
            Trouble::Busy => 1,
            Trouble::Unavailable => 5,
            Trouble::DiskFull => 60,
        }),
        Error::Refused(refusal) if refusal.class == RefusalClass::TooMany => Some(1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_error_has_its_status_and_code() {
        let full = diesel::result::Error::DatabaseError(
            diesel::result::DatabaseErrorKind::Unknown,
            Box::new("database or disk is full".to_owned()),
        );
        for (error, status, code) in [
            (Error::invalid("name", "length", "…"), 422, "invalid_fields"),
            (Error::invalid("body", "json", "…"), 400, "invalid_json"),
            (Error::missing("order", 7), 404, "not_found"),
            (Error::conflict("number_taken", "…", "…"), 409, "number_taken"),
            (Error::unprocessable("step_invalid", "…", "…"), 422, "step_invalid"),
            (Error::Unauthorised, 401, "unauthorised"),
            (Error::Forbidden { role: "viewer".to_owned() }, 403, "forbidden"),
            (Error::from(full), 503, "disk_full"),
            (Error::Internal(anyhow::anyhow!("secret cause")), 500, "internal"),
        ] {
            let view = view(&error, Some("r1"));
            assert_eq!((view.status, view.code.as_str()), (status, code));
            assert!(!body(&view).contains("secret cause"), "{view:?}");
        }
    }

    #[test]
    fn a_problem_reads_like_the_contract() {
        let error = Error::conflict("number_taken", "Waybill 77 is on shipment 7102.", "Void it there.");
        assert_eq!(
            body(&view(&error, None)),
            "{\"type\":\"/docs/errors#number_taken\",\"title\":\"Number taken\",\"status\":409,\
             \"detail\":\"Waybill 77 is on shipment 7102.\",\"code\":\"number_taken\",\
             \"next\":\"Void it there.\"}"
        );
    }
}
