//! Audits of orders over HTTP: passed, rejected, taken back.

use actix_web::http::StatusCode;
use actix_web::web;
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::Body;
use super::caller::Caller;
use super::problem::Reply;
use super::shipments::bounded;
use crate::domain::audit::AuditKind;
use crate::domain::id::OrderId;
use crate::operations::orders::{self as operations, AuditMany, AuditedMany};

/// Orders whose audit is taken back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AuditsToUndo {
    /// 1 to 5,000.
    orders: Vec<OrderId>,
    kind: AuditKind,
}

/// Pass orders in an audit
///
/// As they stand; when the total, lines or remarks of one change afterwards, it has to be audited again. The finance audit
/// comes after the customer audit. Each order is answered by itself; passing it again changes nothing.
#[utoipa::path(post, path = "/api/v1/orders/audit", tag = "orders", request_body = AuditMany,
    responses((status = 200, description = "Which orders pass and which were left out", body = AuditedMany)))]
pub async fn pass(caller: Caller, body: Body<AuditMany>) -> Reply {
    caller.needs(body.0.kind.right())?;
    bounded("orders", body.0.orders.len())?;
    caller.write(StatusCode::OK, move |tx| operations::pass(tx, &body.0)).await
}

/// Reject orders in an audit
///
/// Each is held for the reason in `note` and stays in the audit: release the hold and pass it once it is mended.
#[utoipa::path(post, path = "/api/v1/orders/audit/reject", tag = "orders", request_body = AuditMany,
    responses((status = 200, description = "Which orders were rejected and which were left out", body = AuditedMany)))]
pub async fn reject(caller: Caller, body: Body<AuditMany>) -> Reply {
    caller.needs(body.0.kind.right())?;
    bounded("orders", body.0.orders.len())?;
    caller.write(StatusCode::OK, move |tx| operations::reject(tx, &body.0)).await
}

/// Take audits back
///
/// Only while nothing of an order is numbered, printed or shipped. Without its customer audit an order has to pass the
/// finance audit again as well.
#[utoipa::path(post, path = "/api/v1/orders/audit/undo", tag = "orders", request_body = AuditsToUndo,
    responses((status = 200, description = "Which audits are open again and which were left out", body = AuditedMany)))]
pub async fn undo(caller: Caller, body: Body<AuditsToUndo>) -> Reply {
    let AuditsToUndo { orders, kind } = body.0;
    caller.needs(kind.right())?;
    bounded("orders", orders.len())?;
    caller.write(StatusCode::OK, move |tx| operations::undo(tx, &orders, kind)).await
}

/// The routes of audits; they come before those with ids.
pub fn routes(config: &mut web::ServiceConfig) {
    use actix_web::web::{post, resource};
    config
        .service(resource("/orders/audit").route(post().to(pass)))
        .service(resource("/orders/audit/reject").route(post().to(reject)))
        .service(resource("/orders/audit/undo").route(post().to(undo)));
}
