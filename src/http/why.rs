//! Why an order is not further.

use serde::Deserialize;
use utoipa::IntoParams;

use super::body::Params;
use super::caller::Caller;
use super::problem::Reply;
use crate::domain::actor::Right;
use crate::operations::why::{self as operations, Why};

/// What somebody holds in the hand.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WhyQuery {
    /// An order's number or its beginning, or a waybill number.
    #[serde(default)]
    number: String,
}

/// Say why an order is not further
///
/// Where it is, what stands in the way and what happens next; for a number nobody knows, refused rows of files that name
/// it and when each shop was last heard.
#[utoipa::path(get, path = "/api/v1/why", tag = "orders", params(WhyQuery),
    responses((status = 200, description = "What is known", body = Why)))]
pub async fn show(caller: Caller, query: Params<WhyQuery>) -> Reply {
    caller.needs(Right::See)?;
    let number = query.0.number;
    let now = caller.app.now();
    caller.read(move |db| operations::why(db, &number, now)).await
}
