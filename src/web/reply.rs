//! Answers of the pages: HTML with its policy, ways onward, and refusals as a person reads them.

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, LOCATION};
use actix_web::{HttpResponse, ResponseError};
use maud::{Markup, html};

use super::shell::Page;
use super::texts::common as t;
use super::view::View;
use crate::db::trouble::{self, Trouble};
use crate::domain::error::{Error, FieldError, RefusalClass};
use crate::http::problem::Failure;

/// Nothing inline, nothing from elsewhere, no frame around us.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// A page of a status.
pub fn html_of(status: StatusCode, markup: Markup) -> HttpResponse {
    HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        // Pages name recipients, masked or not: no shared cache and no back button after log-out.
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(markup.into_string())
}

/// The page that was made, or why it was not.
pub fn page(view: &View, made: Result<Markup, Error>) -> HttpResponse {
    match made {
        Ok(markup) => html_of(StatusCode::OK, markup),
        Err(error) => failure(view, &error),
    }
}

/// Onward to another address, by GET.
pub fn see_other(to: &str) -> HttpResponse {
    // Only ways within this program: an address from a form must not lead elsewhere.
    let is_local = to.starts_with('/') && !to.starts_with("//") && !to.starts_with("/\\");
    let to = if is_local { to } else { "/" };
    HttpResponse::SeeOther().insert_header((LOCATION, to)).insert_header((CACHE_CONTROL, "no-store")).finish()
}

/// A refusal as a page; scripts lift `#trouble` out of it and leave what was typed as it is.
pub fn failure(view: &View, error: &Error) -> HttpResponse {
    let status = match error {
        Error::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Error::Refused(refusal) if refusal.class == RefusalClass::TooMany => StatusCode::TOO_MANY_REQUESTS,
        Error::Refused(refusal) if refusal.class == RefusalClass::Conflict => StatusCode::CONFLICT,
        other => Failure::Core(copy(other)).status_code(),
    };
    if let Error::Internal(cause) = error {
        tracing::error!("A page failed: {cause:#}");
    }
    let body = html! { div.page.narrow { (trouble(view, error)) p { a.button href="/" { (view.t(t::BACK_TO_START)) } } } };
    let page = Page::new(view.t(t::TROUBLE), "", body);
    html_of(status, page.render(view, None))
}

/// The same error without its cause, for its status.
fn copy(error: &Error) -> Error {
    match error {
        Error::Missing { noun, id } => Error::Missing { noun, id: id.clone() },
        Error::Refused(refusal) => Error::Refused(refusal.clone()),
        Error::Unauthorised => Error::Unauthorised,
        Error::Forbidden { role } => Error::Forbidden { role: role.clone() },
        Error::Invalid(fields) => Error::Invalid(fields.clone()),
        Error::Internal(_) => Error::Internal(anyhow::anyhow!("shown elsewhere")),
    }
}

/// What went wrong and what to do next.
pub fn trouble(view: &View, error: &Error) -> Markup {
    let (title, detail, next): (&str, String, String) = match error {
        Error::Invalid(_) => (view.t(t::FIELDS_WRONG), String::new(), String::new()),
        Error::Refused(refusal) => (view.t(t::REFUSED), refusal.detail.clone(), refusal.next.clone()),
        Error::Missing { .. } => {
            (view.t(t::NOT_FOUND), format!("{error}."), view.t(t::NOT_FOUND_NEXT).to_owned())
        }
        Error::Forbidden { .. } => {
            (view.t(t::FORBIDDEN), format!("{error}."), view.t(t::FORBIDDEN_NEXT).to_owned())
        }
        Error::Unauthorised => (view.t(t::LOG_IN_FIRST), String::new(), String::new()),
        Error::Internal(cause) => {
            let detail = match trouble::of(cause) {
                Some(Trouble::Unavailable | Trouble::Busy) => t::DATABASE_BUSY,
                Some(Trouble::DiskFull) => t::DISK_FULL,
                None => t::PROGRAM_FAILED,
            };
            (view.t(t::TROUBLE), view.t(detail).to_owned(), view.t(t::TRY_AGAIN).to_owned())
        }
    };
    let fields: &[FieldError] = match error {
        Error::Invalid(fields) => fields,
        _ => &[],
    };
    html! {
        section.notice.is-wrong #trouble role="alert" tabindex="-1" {
            h2 { (title) }
            @if !detail.is_empty() { p { (detail) } }
            @if !fields.is_empty() {
                ul { @for field in fields { li data-field=(field.field) { (field.detail) } } }
            }
            @if !next.is_empty() { p.next { (next) } }
        }
    }
}

/// A text as part of a query.
pub fn escape(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
