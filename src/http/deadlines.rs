//! Deadlines over HTTP: the board, and delays that are announced and taken back.

use actix_web::http::StatusCode;
use actix_web::web;
use serde::Deserialize;
use utoipa::IntoParams;

use super::body::{Body, Id, Params, id_of};
use super::caller::Caller;
use super::page::{Items, Page};
use super::problem::Reply;
use super::shipments::bounded;
use crate::domain::actor::Right;
use crate::domain::error::Error;
use crate::domain::id::OrderId;
use crate::operations::deadlines::{self as operations, Board, DelayNotice, DelayedMany, NewDelayNotice};

/// Hours of the board unless told otherwise, and at most.
const HOURS: i64 = 48;
const HOURS_MAX: i64 = 168;

/// How far the board looks.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BoardQuery {
    /// Hours from the present one on, 1 to 168; 48 without.
    hours: Option<String>,
}

/// Which delay notices.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct NoticeQuery {
    /// Id of an order.
    order: Option<String>,
    /// Most items, 1 to 500; 50 without.
    limit: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Show the deadlines
///
/// Orders that have not left, by the hour in which they are due and by shop, and how many are overdue. Each order's own
/// clock stands in `GET /orders/{id}`.
#[utoipa::path(get, path = "/api/v1/deadlines", tag = "deadlines", params(BoardQuery),
    responses((status = 200, description = "What is due when", body = Board)))]
pub async fn board(caller: Caller, query: Params<BoardQuery>) -> Reply {
    caller.needs(Right::See)?;
    let hours = query.0.hours.map_or(Ok(HOURS), |text| hours_of(&text))?;
    caller.read(move |db| operations::board(db, hours)).await
}

fn hours_of(text: &str) -> Result<i64, Error> {
    let read = text.trim().parse().ok().filter(|hours| (1..=HOURS_MAX).contains(hours));
    read.ok_or_else(|| Error::invalid("hours", "range", format!("{text:?} is not within 1 to {HOURS_MAX}")))
}

/// Announce a delay
///
/// Orders leave later: their deadlines become the time named, until the shop tells of another promise. Each order is
/// answered by itself.
#[utoipa::path(post, path = "/api/v1/delay-notices", tag = "deadlines", request_body = NewDelayNotice,
    responses((status = 200, description = "Which deadlines moved and which stayed", body = DelayedMany)))]
pub async fn give(caller: Caller, body: Body<NewDelayNotice>) -> Reply {
    caller.needs(Right::Audit)?;
    bounded("orders", body.0.orders.len())?;
    caller.write(StatusCode::OK, move |tx| operations::give(tx, &body.0)).await
}

/// List delay notices
///
/// Newest first, also those that were taken back.
#[utoipa::path(get, path = "/api/v1/delay-notices", tag = "deadlines", params(NoticeQuery),
    responses((status = 200, description = "A page of notices", body = Items<DelayNotice>)))]
pub async fn list(caller: Caller, query: Params<NoticeQuery>) -> Reply {
    caller.needs(Right::See)?;
    let NoticeQuery { order, limit, cursor } = query.0;
    let order = order.map(|text| id_of("order", &text)).transpose()?.map(OrderId);
    let (page, before) = Page::by_id(limit.as_deref(), cursor.as_deref(), "delay_notices")?;
    caller
        .read(move |db| {
            let rows = operations::notices(db, order, before, page.rows())?;
            Ok(page.items(rows, |row| vec![row.row.to_string()], |row| row))
        })
        .await
}

/// Take a delay back
///
/// The deadlines of its orders become what they were without it. Repeating it changes nothing.
#[utoipa::path(delete, path = "/api/v1/delay-notices/{id}", tag = "deadlines",
    responses((status = 200, description = "Which deadlines moved and which stayed", body = DelayedMany)))]
pub async fn undo(caller: Caller, id: Id<i64>) -> Reply {
    caller.needs(Right::Audit)?;
    caller.write(StatusCode::OK, move |tx| operations::undo(tx, id.0)).await
}

/// The routes of deadlines.
pub fn routes(config: &mut web::ServiceConfig) {
    use actix_web::web::{delete, get, post, resource};
    config
        .service(resource("/deadlines").route(get().to(board)))
        .service(resource("/delay-notices").route(post().to(give)).route(get().to(list)))
        .service(resource("/delay-notices/{id}").route(delete().to(undo)));
}
