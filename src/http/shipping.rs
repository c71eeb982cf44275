//! Shipping over HTTP, and telling the shops.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::body::{Body, Id, Params, id_of, word_of};
use super::caller::Caller;
use super::jobs::JobView;
use super::later::{attachment, prefers_later};
use super::page::{Items, Page};
use super::problem::Reply;
use super::shipments::bounded;
use crate::db::Tx;
use crate::db::write_backs::Filter;
use crate::domain::actor::Right;
use crate::domain::id::{OrderId, ShipmentId, ShopId, WriteBackId};
use crate::domain::write_back::{Outcome, UploadForm, WriteBackState};
use crate::operations::answers;
use crate::operations::ship::{NewShipping, Shipping, ship as ship_them};
use crate::operations::write_backs::{self as operations, SettledMany, Settlement, WriteBack};

/// Which write-backs.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WriteBackQuery {
    /// `waiting`, `done`, `done_by_hand`, `refused`, `unsupported`, `unknown`.
    state: Option<String>,
    /// Id of a shop.
    shop: Option<String>,
    /// Id of an order.
    order: Option<String>,
    /// Id of a shipment.
    shipment: Option<String>,
    /// Most items, 1 to 500; 50 without.
    limit: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Write-backs that came to the same.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WriteBacksToSettle {
    write_backs: Vec<WriteBackId>,
    result: Outcome,
    /// The shop's answer, kept as proof.
    #[serde(default)]
    reply: String,
}

/// How the file is laid out.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UploadQuery {
    /// `taobao`, `shopify` or `generic`, the default.
    form: Option<String>,
}

/// Ship
///
/// Looks at each shipment once more, then ships it; every source order gets one write-back. Repeating it adds
/// nothing. With `Prefer: respond-async` a job ships them, 200 in a transaction, and `GET /jobs/{id}/answer` tells what
/// came of each.
#[utoipa::path(post, path = "/api/v1/shipments/ship", tag = "shipping", request_body = NewShipping,
    responses((status = 200, description = "What left and what stays", body = Shipping),
              (status = 202, description = "The job that ships", body = JobView)))]
pub async fn ship(caller: Caller, request: HttpRequest, body: Body<NewShipping>) -> Reply {
    caller.needs(Right::Ship)?;
    let new = body.0;
    if new.number_run.is_none() {
        bounded("shipments", new.shipments.len())?;
    }
    if prefers_later(&request) {
        let ask = move |tx: &mut Tx| Ok(JobView::from(answers::ship(tx, new.clone(), None)?));
        return caller.write(StatusCode::ACCEPTED, ask).await;
    }
    caller.write(StatusCode::OK, move |tx| ship_them(tx, &new)).await
}

/// List write-backs
///
/// Oldest first.
#[utoipa::path(get, path = "/api/v1/write-backs", tag = "shipping", params(WriteBackQuery),
    responses((status = 200, description = "A page of write-backs", body = Items<WriteBack>)))]
pub async fn list(caller: Caller, query: Params<WriteBackQuery>) -> Reply {
    caller.needs(Right::See)?;
    let WriteBackQuery { state, shop, order, shipment, limit, cursor } = query.0;
    let filter = Filter {
        state: state.map(|text| word_of("state", &text, WriteBackState::parse)).transpose()?,
        shop: shop.map(|text| id_of("shop", &text)).transpose()?.map(ShopId),
        order: order.map(|text| id_of("order", &text)).transpose()?.map(OrderId),
        shipment: shipment.map(|text| id_of("shipment", &text)).transpose()?.map(ShipmentId),
    };
    let (page, after) = Page::by_id(limit.as_deref(), cursor.as_deref(), "write_backs")?;
    caller
        .read(move |db| {
            let rows = operations::list(db, filter, after.map(WriteBackId), page.rows())?;
            Ok(page.items(rows, |row| vec![row.id.to_string()], |row| row))
        })
        .await
}

/// Show a write-back
#[utoipa::path(get, path = "/api/v1/write-backs/{id}", tag = "shipping",
    responses((status = 200, description = "The write-back", body = WriteBack)))]
pub async fn show(caller: Caller, id: Id<WriteBackId>) -> Reply {
    caller.needs(Right::See)?;
    caller.read(move |db| operations::show(db, id.0)).await
}

/// Tell a shop again
///
/// After it refused or gave no answer.
#[utoipa::path(post, path = "/api/v1/write-backs/{id}/retry", tag = "shipping",
    responses((status = 200, description = "The write-back as it is now", body = WriteBack)))]
pub async fn retry(caller: Caller, id: Id<WriteBackId>) -> Reply {
    caller.needs(Right::Ship)?;
    caller.write(StatusCode::OK, move |tx| operations::retry(tx, id.0)).await
}

/// Settle a write-back
///
/// What came of telling the shop: by the shop's own program, or by hand.
#[utoipa::path(post, path = "/api/v1/write-backs/{id}/settle", tag = "shipping", request_body = Settlement,
    responses((status = 200, description = "The write-back as it is now", body = WriteBack)))]
pub async fn settle(caller: Caller, id: Id<WriteBackId>, body: Body<Settlement>) -> Reply {
    caller.needs(Right::Ship)?;
    caller.write(StatusCode::OK, move |tx| operations::settle(tx, id.0, &body.0)).await
}

/// Settle many write-backs alike
///
/// Such as all rows of a file that was uploaded to the shop. Each stands for itself.
#[utoipa::path(post, path = "/api/v1/write-backs/settle", tag = "shipping", request_body = WriteBacksToSettle,
    responses((status = 200, description = "Which were settled and which stay", body = SettledMany)))]
pub async fn settle_many(caller: Caller, body: Body<WriteBacksToSettle>) -> Reply {
    caller.needs(Right::Ship)?;
    let WriteBacksToSettle { write_backs, result, reply } = body.0;
    bounded("write_backs", write_backs.len())?;
    let settlement = Settlement { result, reply };
    caller.write(StatusCode::OK, move |tx| operations::settle_many(tx, &write_backs, &settlement)).await
}

/// Fetch a shop's upload file
///
/// Every number the shop waits to be told, laid out for its upload page. Changes nothing; settle the write-backs
/// when the shop has taken the file. With `Prefer: respond-async` a job writes it, and `GET /jobs/{id}/answer` has it; the
/// job's result names how many rows there are.
#[utoipa::path(get, path = "/api/v1/shops/{id}/write-backs/file", tag = "shipping", params(UploadQuery),
    responses((status = 200, description = "The file", body = Vec<u8>, content_type = "text/csv"),
              (status = 202, description = "The job that writes it", body = JobView)))]
pub async fn file(caller: Caller, id: Id<ShopId>, query: Params<UploadQuery>, request: HttpRequest) -> Reply {
    caller.needs(Right::Ship)?;
    let form = query.0.form.map(|text| word_of("form", &text, UploadForm::parse)).transpose()?;
    let (shop, form) = (id.0, form.unwrap_or(UploadForm::Generic));
    if prefers_later(&request) {
        let ask = move |tx: &mut Tx| Ok(JobView::from(answers::upload_file(tx, shop, form, None)?));
        return caller.write(StatusCode::ACCEPTED, ask).await;
    }
    let now = caller.now();
    let file = caller.load(move |db| operations::upload_file(db, shop, form, now)).await?;
    Ok(attachment(&file.name, &file.media_type, file.bytes))
}
