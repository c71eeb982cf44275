//! Warehouses and plans over HTTP.

use actix_web::http::StatusCode;
use actix_web::web::{ServiceConfig, get, post, put, resource};
use serde::Serialize;
use utoipa::ToSchema;

use super::body::{Body, Id};
use super::caller::Caller;
use super::problem::Reply;
use crate::domain::actor::Right;
use crate::domain::id::WarehouseId;
use crate::operations::plans::{self, NewPlan, PlannedMany};
use crate::operations::warehouses::{self as operations, NewWarehouse, Warehouse};

/// The addresses under `/api/v1`.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/warehouses").route(get().to(list)).route(post().to(create)))
        .service(
            resource("/warehouses/{id}")
                .route(get().to(show))
                .route(put().to(replace))
                .route(actix_web::web::delete().to(remove)),
        )
        .service(resource("/shipments/plan").route(post().to(plan)));
}

/// All warehouses.
#[derive(Debug, Serialize, ToSchema)]
pub struct Warehouses {
    items: Vec<Warehouse>,
}

/// List warehouses
#[utoipa::path(get, path = "/api/v1/warehouses", tag = "carriers",
    responses((status = 200, description = "The warehouses", body = Warehouses)))]
pub async fn list(caller: Caller) -> Reply {
    caller.needs(Right::See)?;
    caller.read(move |db| Ok(Warehouses { items: operations::list(db)? })).await
}

/// Write a warehouse down
///
/// Waiting parcels are planned anew.
#[utoipa::path(post, path = "/api/v1/warehouses", tag = "carriers", request_body = NewWarehouse,
    responses((status = 201, description = "The warehouse", body = Warehouse)))]
pub async fn create(caller: Caller, body: Body<NewWarehouse>) -> Reply {
    caller.needs(Right::Manage)?;
    caller.write(StatusCode::CREATED, move |tx| operations::create(tx, body.0.clone())).await
}

/// Show a warehouse
#[utoipa::path(get, path = "/api/v1/warehouses/{id}", tag = "carriers",
    responses((status = 200, description = "The warehouse", body = Warehouse)))]
pub async fn show(caller: Caller, id: Id<WarehouseId>) -> Reply {
    caller.needs(Right::See)?;
    caller.read(move |db| operations::show(db, id.0)).await
}

/// Replace what is said of a warehouse
#[utoipa::path(put, path = "/api/v1/warehouses/{id}", tag = "carriers", request_body = NewWarehouse,
    responses((status = 200, description = "The warehouse as it is now", body = Warehouse)))]
pub async fn replace(caller: Caller, id: Id<WarehouseId>, body: Body<NewWarehouse>) -> Reply {
    caller.needs(Right::Manage)?;
    caller.write(StatusCode::OK, move |tx| operations::replace(tx, id.0, body.0.clone())).await
}

/// Remove a warehouse
///
/// Waiting parcels leave from another one.
#[utoipa::path(delete, path = "/api/v1/warehouses/{id}", tag = "carriers",
    responses((status = 204, description = "Removed")))]
pub async fn remove(caller: Caller, id: Id<WarehouseId>) -> Reply {
    caller.needs(Right::Manage)?;
    caller.write(StatusCode::NO_CONTENT, move |tx| operations::remove(tx, id.0)).await
}

/// Choose the way of shipments
///
/// A carrier, a service or a warehouse by hand: that comes before rules and policies and stays, also through merging. An
/// empty text goes back to rules and policies. Item by item; what has a number keeps its plan.
#[utoipa::path(post, path = "/api/v1/shipments/plan", tag = "shipments", request_body = NewPlan,
    responses((status = 200, description = "The plans, and what was left out", body = PlannedMany)))]
pub async fn plan(caller: Caller, body: Body<NewPlan>) -> Reply {
    caller.needs(Right::Audit)?;
    caller.write(StatusCode::OK, move |tx| plans::choose(tx, &body.0)).await
}
