//! What can go wrong, in words for the person who asked.
//!
//! Each refusal has a stable code, a sentence that names the thing and shows the value, and
//! the next step. The codes are documented in `docs/errors.md`; a test keeps that page whole.

use serde::Serialize;

/// A field that cannot be taken as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// Path of the field in the body or query: `lines[0].quantity`.
    pub field: String,
    pub code: &'static str,
    /// What is wrong, showing the value, and what to write instead.
    pub detail: String,
}

impl FieldError {
    pub fn new(field: impl Into<String>, code: &'static str, detail: impl Into<String>) -> Self {
        Self { field: field.into(), code, detail: detail.into() }
    }
}

/// Why an act did not happen.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request itself cannot be understood; every field at once.
    #[error("{} of the request cannot be taken as it is", fields_phrase(.0))]
    Invalid(Vec<FieldError>),
    /// No such thing, or another seller's: the two look alike on purpose.
    #[error("There is no {noun} {id}")]
    Missing { noun: &'static str, id: String },
    /// A rule of the business says no.
    #[error("{}", .0.detail)]
    Refused(Refusal),
    /// No valid token or session.
    #[error("This address needs a valid token")]
    Unauthorised,
    /// The role does not allow it.
    #[error("The role {role} may not do this")]
    Forbidden { role: String },
    /// A program or machine failed; the cause is logged and not shown.
    #[error(transparent)]
    Internal(#[from] anyhow::Error),
}

/// A rule of the business said no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub code: &'static str,
    pub class: RefusalClass,
    /// What is the case, with the values.
    pub detail: String,
    /// What to do next.
    pub next: String,
}

/// How a refusal is told to programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalClass {
    /// Something else stands in the way: 409.
    Conflict,
    /// The wish itself cannot be granted: 422.
    Unprocessable,
    /// Too much or too often: 413 or 429.
    TooLarge,
    TooMany,
}

impl Error {
    /// A conflict with what is already there.
    pub fn conflict(code: &'static str, detail: impl Into<String>, next: impl Into<String>) -> Self {
        Self::refusal(RefusalClass::Conflict, code, detail, next)
    }

    /// A wish that cannot be granted.
    pub fn unprocessable(code: &'static str, detail: impl Into<String>, next: impl Into<String>) -> Self {
        Self::refusal(RefusalClass::Unprocessable, code, detail, next)
    }

    /// A refusal of any class.
    pub fn refusal(
        class: RefusalClass,
        code: &'static str,
        detail: impl Into<String>,
        next: impl Into<String>,
    ) -> Self {
        Self::Refused(Refusal { code, class, detail: detail.into(), next: next.into() })
    }

    /// No such thing of this seller.
    pub fn missing(noun: &'static str, id: impl std::fmt::Display) -> Self {
        Self::Missing { noun, id: id.to_string() }
    }

    /// One field that cannot be taken.
    pub fn invalid(field: impl Into<String>, code: &'static str, detail: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(field, code, detail)])
    }
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        Self::Internal(anyhow::Error::new(error))
    }
}

fn fields_phrase(fields: &[FieldError]) -> String {
    match fields {
        [one] => format!("The field {}", one.field),
        many => format!("{} fields", many.len()),
    }
}
