//! Hand-overs over HTTP: closed, printed, taken back.

use actix_web::http::StatusCode;
use actix_web::web;
use serde::Serialize;
use utoipa::ToSchema;

use super::body::{Body, Id, Params};
use super::caller::Caller;
use super::page::{Items, Page};
use super::problem::Reply;
use super::shops::PageQuery;
use crate::domain::actor::Right;
use crate::domain::id::HandOverId;
use crate::operations::hand_overs::{self as operations, HandOver, NewHandOver, WaitingParcels};
use crate::operations::print_jobs::PrintJob;

/// What waits for drivers.
#[derive(Debug, Serialize, ToSchema)]
pub struct Waiting {
    items: Vec<WaitingParcels>,
}

/// Close a hand-over
///
/// Takes in every parcel of the carrier that left and is in no hand-over yet. Each parcel is in at most one.
#[utoipa::path(post, path = "/api/v1/hand-overs", tag = "shipping", request_body = NewHandOver,
    responses((status = 201, description = "The hand-over", body = HandOver)))]
pub async fn close(caller: Caller, body: Body<NewHandOver>) -> Reply {
    caller.needs(Right::Ship)?;
    caller.write(StatusCode::CREATED, move |tx| operations::close(tx, &body.0)).await
}

/// List hand-overs
///
/// Newest first, also those that were taken back.
#[utoipa::path(get, path = "/api/v1/hand-overs", tag = "shipping", params(PageQuery),
    responses((status = 200, description = "A page of hand-overs", body = Items<HandOver>)))]
pub async fn list(caller: Caller, query: Params<PageQuery>) -> Reply {
    caller.needs(Right::See)?;
    let (page, before) = Page::by_id(query.0.limit.as_deref(), query.0.cursor.as_deref(), "hand_overs")?;
    caller
        .read(move |db| {
            let rows = operations::list(db, before.map(HandOverId), page.rows())?;
            Ok(page.items(rows, |row| vec![row.id.to_string()], |row| row))
        })
        .await
}

/// Count parcels that wait to be handed over
///
/// By carrier: those that left and are in no hand-over.
#[utoipa::path(get, path = "/api/v1/hand-overs/waiting", tag = "shipping",
    responses((status = 200, description = "Counts by carrier", body = Waiting)))]
pub async fn waiting(caller: Caller) -> Reply {
    caller.needs(Right::See)?;
    caller.read(|db| Ok(Waiting { items: operations::waiting(db)? })).await
}

/// Show a hand-over
#[utoipa::path(get, path = "/api/v1/hand-overs/{id}", tag = "shipping",
    responses((status = 200, description = "The hand-over", body = HandOver)))]
pub async fn show(caller: Caller, id: Id<HandOverId>) -> Reply {
    caller.needs(Right::See)?;
    caller.read(move |db| operations::show(db, id.0)).await
}

/// Print a hand-over's list
///
/// A print job of the paper `hand_over_list` over its parcels; as often as it is needed.
#[utoipa::path(post, path = "/api/v1/hand-overs/{id}/print", tag = "shipping",
    responses((status = 201, description = "The print job", body = PrintJob)))]
pub async fn print(caller: Caller, id: Id<HandOverId>) -> Reply {
    caller.needs(Right::Ship)?;
    caller.write(StatusCode::CREATED, move |tx| operations::print(tx, id.0, "")).await
}

/// Take a hand-over back
///
/// Its parcels wait again. Managers may, while no later one of the carrier stands. Repeating it changes nothing.
#[utoipa::path(delete, path = "/api/v1/hand-overs/{id}", tag = "shipping",
    responses((status = 200, description = "The hand-over as it is now", body = HandOver)))]
pub async fn undo(caller: Caller, id: Id<HandOverId>) -> Reply {
    caller.needs(Right::Manage)?;
    caller.write(StatusCode::OK, move |tx| operations::undo(tx, id.0)).await
}

/// The routes of hand-overs.
pub fn routes(config: &mut web::ServiceConfig) {
    use actix_web::web::{get, post, resource};
    config
        .service(resource("/hand-overs").route(post().to(close)).route(get().to(list)))
        .service(resource("/hand-overs/waiting").route(get().to(waiting)))
        .service(resource("/hand-overs/{id}").route(get().to(show)).route(web::delete().to(undo)))
        .service(resource("/hand-overs/{id}/print").route(post().to(print)));
}
