//! Recipients over HTTP: whether two are one, and what a pasted line says.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::caller::Caller;
use super::problem::Reply;
use crate::domain::error::Error;
use crate::domain::recipient::identity::{Party, PartyFields, Verdict, compare as compared};
use crate::domain::recipient::parse::{Parsed, parse_line};

/// Two recipients.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Pair {
    a: PartyFields,
    b: PartyFields,
    /// What the platform answered when it was asked about these two; null when it was not.
    #[serde(default)]
    platform_merge: Option<bool>,
}

/// What two recipients are to each other.
#[derive(Debug, Serialize, ToSchema)]
pub struct ComparisonView {
    verdict: Verdict,
    /// In English.
    why: &'static str,
    why_zh: &'static str,
    /// Stable.
    code: &'static str,
    /// The field that decides, when one does.
    field: Option<&'static str>,
}

/// A pasted text.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PastedLine {
    /// One recipient as people paste it, up to 2,000 characters.
    line: String,
}

/// What a pasted text says.
#[derive(Serialize, ToSchema)]
pub struct ParsedLineView {
    recipient: ParsedRecipientView,
    /// Fields a person should look at; `all` when nothing is certain.
    review: Vec<&'static str>,
}

/// The parts of a pasted text; what it does not say is empty.
#[derive(Serialize, ToSchema)]
pub struct ParsedRecipientView {
    name: String,
    phone: String,
    /// Extension of the phone, or the code of a privacy number.
    ext: String,
    company: String,
    country: String,
    province: String,
    city: String,
    district: String,
    town: String,
    detail: String,
    postcode: String,
    /// The postcode under its other name.
    zip: String,
    /// Six digits of GB/T 2260 of the deepest certain division.
    code: Option<String>,
}

impl From<Parsed> for ParsedLineView {
    fn from(parsed: Parsed) -> Self {
        let from = parsed.recipient;
        let recipient = ParsedRecipientView {
            name: from.name,
            phone: from.phone,
            ext: parsed.ext,
            company: parsed.company,
            country: from.country,
            province: from.province,
            city: from.city,
            district: from.district,
            town: from.town,
            detail: from.detail,
            zip: from.postcode.clone(),
            postcode: from.postcode,
            code: parsed.code,
        };
        Self { recipient, review: parsed.review }
    }
}

/// Compare two recipients
///
/// The order of the two makes no difference.
#[utoipa::path(post, path = "/api/v1/recipients/compare", tag = "recipients", request_body = Pair,
    responses((status = 200, description = "The verdict and its reason", body = ComparisonView)))]
pub async fn compare(caller: Caller, body: Body<Pair>) -> Reply {
    let Pair { a, b, platform_merge } = body.0;
    let (a, b) = (Party::from(a), Party::from(b));
    let view = move |_: &mut _| {
        let found = compared(&a, &b, platform_merge);
        let why = found.why;
        Ok(ComparisonView {
            verdict: found.verdict,
            why: why.english(),
            why_zh: why.chinese(),
            code: why.code(),
            field: why.field().map(|field| field.as_str()),
        })
    };
    caller.work_out(view).await
}

/// Read a pasted recipient
#[utoipa::path(post, path = "/api/v1/recipients/parse", tag = "recipients", request_body = PastedLine,
    responses((status = 200, description = "Its fields, and which to look at", body = ParsedLineView)))]
pub async fn parse(caller: Caller, body: Body<PastedLine>) -> Reply {
    let line = body.0.line;
    let view = move |_: &mut _| {
        let parsed =
            parse_line(&line).map_err(|error| Error::invalid("line", "length", error.to_string()))?;
        Ok(ParsedLineView::from(parsed))
    };
    caller.work_out(view).await
}
