//! The seller's settings over HTTP.

use actix_web::http::StatusCode;
use serde_json::{Map, Value as Json};

use super::body::Body;
use super::caller::Caller;
use super::problem::Reply;
use crate::db::sellers;
use crate::domain::actor::Right;
use crate::domain::seller::SellerSettings;
use crate::operations::sellers as operations;

/// Show the seller's settings
#[utoipa::path(get, path = "/api/v1/settings", tag = "settings",
    responses((status = 200, description = "Every setting", body = SellerSettings)))]
pub async fn show(caller: Caller) -> Reply {
    caller.needs(Right::See)?;
    caller.read(sellers::settings).await
}

/// Change the seller's settings
///
/// Only those named; null goes back to the default. Orders that arrive from now on follow them; the calendar and the time
/// zone count for every order that has not left.
#[utoipa::path(patch, path = "/api/v1/settings", tag = "settings", request_body = SellerSettings,
    responses((status = 200, description = "Every setting as it is now", body = SellerSettings)))]
pub async fn change(caller: Caller, body: Body<Map<String, Json>>) -> Reply {
    caller.needs(Right::Manage)?;
    caller.write(StatusCode::OK, move |tx| operations::change_settings(tx, &body.0)).await
}
