//! Waybill formats over HTTP: what they are, whether numbers fit, which ones follow.

use actix_web::HttpRequest;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::caller::{Caller, ok};
use super::problem::Reply;
use crate::domain::error::Error;
use crate::domain::waybill::{Certainty, CompanyPrefix, Format, Policy, Refusal, WaybillNumber, successors};

/// Most numbers of one question.
const NUMBERS_MAX: usize = 10_000;

/// A number format of a carrier.
#[derive(Debug, Serialize, ToSchema)]
pub struct WaybillFormatView {
    #[schema(example = "sf-12")]
    name: &'static str,
    carrier: CarrierView,
    /// `auto`: fills down at once; `ask`: after one yes per run; `never`: allocated one by one.
    #[schema(example = "auto")]
    policy: Policy,
    /// How sure the rule is.
    #[schema(example = "proven")]
    certainty: Certainty,
    /// In words.
    #[schema(example = "3 digits + counter of 8 + check digit")]
    shape: String,
}

/// Who carries.
#[derive(Debug, Serialize, ToSchema)]
pub struct CarrierView {
    #[schema(example = "sf")]
    code: &'static str,
    name: &'static str,
    name_zh: &'static str,
}

/// Every format.
#[derive(Debug, Serialize, ToSchema)]
pub struct WaybillFormatsView {
    items: Vec<WaybillFormatView>,
}

/// Numbers to be checked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NumbersToCheck {
    /// As typed or scanned; at most 10,000.
    numbers: Vec<String>,
}

/// Which numbers fit.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckedNumbersView {
    items: Vec<CheckedNumberView>,
}

/// Whether a number fits.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckedNumberView {
    /// As it was sent.
    number: String,
    /// As it would be stored; null when nothing is left of it.
    normalised: Option<String>,
    valid: bool,
    /// Why not.
    code: Option<&'static str>,
    message: Option<String>,
}

/// A number to be followed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NumberToFollow {
    number: String,
    /// How many numbers, 1 to 10,000.
    #[serde(default = "one")]
    #[schema(default = 1)]
    count: usize,
    /// 1, or −1 for a stack that is fed upside down.
    #[serde(default = "step_one")]
    #[schema(default = 1)]
    step: i64,
}

/// The numbers that follow.
#[derive(Debug, Serialize, ToSchema)]
pub struct FollowingNumbersView {
    numbers: Vec<String>,
    /// Why there are fewer than asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped: Option<StoppedView>,
}

/// Why no further number follows.
#[derive(Debug, Serialize, ToSchema)]
pub struct StoppedView {
    #[schema(example = "number_exhausted")]
    code: &'static str,
    message: String,
}

fn one() -> usize {
    1
}

fn step_one() -> i64 {
    1
}

/// List the formats
#[utoipa::path(get, path = "/api/v1/waybill-formats", tag = "waybill formats",
    responses((status = 200, description = "Every format", body = WaybillFormatsView)))]
pub async fn list(_: Caller) -> Reply {
    let view = |format: &Format| WaybillFormatView {
        name: format.name,
        carrier: CarrierView {
            code: format.carrier.code,
            name: format.carrier.name,
            name_zh: format.carrier.name_zh,
        },
        policy: format.policy,
        certainty: format.certainty,
        shape: format.shape(),
    };
    ok(&WaybillFormatsView { items: Format::all().iter().map(view).collect() })
}

/// Check numbers
#[utoipa::path(post, path = "/api/v1/waybill-formats/{format}/check", tag = "waybill formats",
    request_body = NumbersToCheck,
    responses((status = 200, description = "Each number, whether it fits", body = CheckedNumbersView)))]
pub async fn check(caller: Caller, request: HttpRequest, body: Body<NumbersToCheck>) -> Reply {
    let (format, numbers) = (named(&request)?, body.0.numbers);
    within("numbers", numbers.len())?;
    let view = move |_: &mut _| {
        Ok(CheckedNumbersView { items: numbers.iter().map(|number| checked(format, number)).collect() })
    };
    caller.work_out(view).await
}

/// Work out the numbers that follow
///
/// The number itself is not among them. A problem when not even one may follow.
#[utoipa::path(post, path = "/api/v1/waybill-formats/{format}/next", tag = "waybill formats",
    request_body = NumberToFollow,
    responses((status = 200, description = "The numbers", body = FollowingNumbersView)))]
pub async fn next(caller: Caller, request: HttpRequest, body: Body<NumberToFollow>) -> Reply {
    let (format, wish) = (named(&request)?, body.0);
    within("count", wish.count)?;
    caller.work_out(move |_| following(format, &wish)).await
}

fn named(request: &HttpRequest) -> Result<&'static Format, Error> {
    let name = request.match_info().get("format").unwrap_or_default();
    Format::find(name).ok_or_else(|| Error::missing("waybill format", name))
}

fn within(field: &str, count: usize) -> Result<(), Error> {
    match count {
        1..=NUMBERS_MAX => Ok(()),
        _ => Err(Error::invalid(field, "range", format!("{count} is not within 1 to {NUMBERS_MAX}"))),
    }
}

fn checked(format: &Format, number: &str) -> CheckedNumberView {
    let cleaned = WaybillNumber::normalise(number);
    let verdict = cleaned.as_ref().map_err(Refusal::clone).and_then(|cleaned| format.check(cleaned));
    CheckedNumberView {
        number: number.to_owned(),
        normalised: cleaned.ok().map(String::from),
        valid: verdict.is_ok(),
        code: verdict.as_ref().err().map(Refusal::code),
        message: verdict.err().map(|refusal| refusal.to_string()),
    }
}

fn following(format: &'static Format, wish: &NumberToFollow) -> Result<FollowingNumbersView, Error> {
    let first = WaybillNumber::normalise(&wish.number).map_err(refused)?;
    let mut numbers = Vec::new();
    let mut run = successors(format, &first, wish.step, CompanyPrefix::default());
    // The run begins with the number itself.
    run.next().transpose().map_err(refused)?;
    for number in run.take(wish.count) {
        match number {
            Ok(number) => numbers.push(number.into()),
            Err(refusal) if numbers.is_empty() => return Err(refused(refusal)),
            Err(refusal) => {
                let stopped = Some(StoppedView { code: refusal.code(), message: refusal.to_string() });
                return Ok(FollowingNumbersView { numbers, stopped });
            }
        }
    }
    Ok(FollowingNumbersView { numbers, stopped: None })
}

fn refused(refusal: Refusal) -> Error {
    Error::unprocessable(refusal.code(), sentence(&refusal.to_string()), refusal.next_step())
}

/// Error texts begin small, because they may stand inside a sentence.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).chain(['.']).collect())
}
