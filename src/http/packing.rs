//! Packing over HTTP: pieces scanned into a parcel, the last one prints and ships.

use actix_web::http::StatusCode;
use actix_web::web;

use super::body::{Body, Id};
use super::caller::Caller;
use super::problem::Reply;
use crate::domain::actor::Right;
use crate::domain::id::ShipmentId;
use crate::operations::packing::{self as operations, NewScan, Packing};

/// Show a parcel's packing
///
/// What belongs inside, and what was scanned so far.
#[utoipa::path(get, path = "/api/v1/shipments/{id}/packing", tag = "shipping",
    responses((status = 200, description = "Items with counts", body = Packing)))]
pub async fn show(caller: Caller, id: Id<ShipmentId>) -> Reply {
    caller.needs(Right::See)?;
    caller.read(move |db| operations::show(db, id.0)).await
}

/// Scan a piece into a parcel
///
/// What does not belong inside is refused and changes nothing. The last piece prints the waybill and ships, if wished.
#[utoipa::path(post, path = "/api/v1/shipments/{id}/packing", tag = "shipping", request_body = NewScan,
    responses((status = 200, description = "Items with counts", body = Packing)))]
pub async fn scan(caller: Caller, id: Id<ShipmentId>, body: Body<NewScan>) -> Reply {
    caller.needs(Right::Ship)?;
    caller.write(StatusCode::OK, move |tx| operations::scan(tx, id.0, &body.0)).await
}

/// Pack a parcel again
///
/// Its pieces are scanned from the first one.
#[utoipa::path(delete, path = "/api/v1/shipments/{id}/packing", tag = "shipping",
    responses((status = 200, description = "Items without any scan", body = Packing)))]
pub async fn start_again(caller: Caller, id: Id<ShipmentId>) -> Reply {
    caller.needs(Right::Ship)?;
    caller.write(StatusCode::OK, move |tx| operations::start_again(tx, id.0)).await
}

/// The routes of packing.
pub fn routes(config: &mut web::ServiceConfig) {
    use actix_web::web::{delete, get, post, resource};
    config.service(
        resource("/shipments/{id}/packing")
            .route(get().to(show))
            .route(post().to(scan))
            .route(delete().to(start_again)),
    );
}
