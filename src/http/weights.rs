//! Weighing over HTTP: a program beside a scale says what a parcel weighs.

use actix_web::http::StatusCode;
use actix_web::web;

use super::body::{Body, Id};
use super::caller::Caller;
use super::problem::Reply;
use crate::domain::actor::Right;
use crate::domain::id::ShipmentId;
use crate::operations::weights::{self as operations, NewWeight, Weight};

/// Weigh a shipment
///
/// Keeps what the scale says, with who and when; the last weighing counts. A difference to the estimate is told and
/// blocks nothing.
#[utoipa::path(post, path = "/api/v1/shipments/{id}/weigh", tag = "shipping", request_body = NewWeight,
    responses((status = 200, description = "What it weighs", body = Weight)))]
pub async fn weigh(caller: Caller, id: Id<ShipmentId>, body: Body<NewWeight>) -> Reply {
    caller.needs(Right::Ship)?;
    caller.write(StatusCode::OK, move |tx| operations::weigh(tx, id.0, body.0.weight_g)).await
}

/// Show a shipment's weight
///
/// By the scale and by the SKUs of its pieces.
#[utoipa::path(get, path = "/api/v1/shipments/{id}/weight", tag = "shipping",
    responses((status = 200, description = "What it weighs", body = Weight)))]
pub async fn show(caller: Caller, id: Id<ShipmentId>) -> Reply {
    caller.needs(Right::See)?;
    caller.read(move |db| operations::show(db, id.0)).await
}

/// The routes of weights.
pub fn routes(config: &mut web::ServiceConfig) {
    use actix_web::web::{get, post, resource};
    config
        .service(resource("/shipments/{id}/weigh").route(post().to(weigh)))
        .service(resource("/shipments/{id}/weight").route(get().to(show)));
}
