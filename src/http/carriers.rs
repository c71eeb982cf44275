//! Carriers over HTTP: contracts, services, prices, estimates.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Payload, ServiceConfig, delete, get, post, put, resource};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::blocking::blocking;
use super::body::{Body, Id, Params};
use super::caller::Caller;
use super::lists::{self, ListUpload};
use super::problem::Reply;
use crate::connectors::file::price_list;
use crate::domain::actor::Right;
use crate::domain::freight::PriceKind;
use crate::domain::id::{CarrierAccountId, CarrierServiceId, PriceTableId};
use crate::operations::carriers::{
    self as operations, AccountView, ImportedPrices, NewAccount, NewPriceTable, NewService, PriceTableDetail,
    PriceTableView, ServiceView,
};
use crate::operations::plans::{self, Estimate, NewEstimate};

/// The addresses under `/api/v1`.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/carrier-accounts").route(get().to(accounts)).route(post().to(create_account)))
        .service(
            resource("/carrier-accounts/{id}")
                .route(put().to(replace_account))
                .route(delete().to(remove_account)),
        )
        .service(resource("/carrier-services").route(get().to(list)).route(post().to(create)))
        .service(
            resource("/carrier-services/{id}")
                .route(get().to(show))
                .route(put().to(replace))
                .route(delete().to(remove)),
        )
        .service(
            resource("/carrier-services/{id}/price-tables")
                .route(get().to(prices))
                .route(post().to(create_prices)),
        )
        .service(resource("/carrier-services/{id}/price-tables/imports").route(post().to(import_prices)))
        .service(
            resource("/price-tables/{id}").route(get().to(show_prices)).route(delete().to(remove_prices)),
        )
        .service(resource("/freight-estimates").route(post().to(estimate)));
}

/// All contracts.
#[derive(Debug, Serialize, ToSchema)]
pub struct Accounts {
    items: Vec<AccountView>,
}

/// All services.
#[derive(Debug, Serialize, ToSchema)]
pub struct Services {
    items: Vec<ServiceView>,
}

/// All versions of a service's prices.
#[derive(Debug, Serialize, ToSchema)]
pub struct PriceTables {
    items: Vec<PriceTableView>,
}

/// List carrier accounts
///
/// Of an account number only the last four characters are shown.
#[utoipa::path(get, path = "/api/v1/carrier-accounts", tag = "carriers",
    responses((status = 200, description = "The contracts", body = Accounts)))]
pub async fn accounts(caller: Caller) -> Reply {
    caller.needs(Right::See)?;
    caller.read(move |db| Ok(Accounts { items: operations::accounts(db)? })).await
}

/// Write a carrier account down
#[utoipa::path(post, path = "/api/v1/carrier-accounts", tag = "carriers", request_body = NewAccount,
    responses((status = 201, description = "The contract", body = AccountView)))]
pub async fn create_account(caller: Caller, body: Body<NewAccount>) -> Reply {
    caller.needs(Right::Manage)?;
    caller.write(StatusCode::CREATED, move |tx| operations::create_account(tx, &body.0)).await
}

/// Replace what is said of a carrier account
///
/// An account number that is left out stays.
#[utoipa::path(put, path = "/api/v1/carrier-accounts/{id}", tag = "carriers", request_body = NewAccount,
    responses((status = 200, description = "The contract as it is now", body = AccountView)))]
pub async fn replace_account(caller: Caller, id: Id<CarrierAccountId>, body: Body<NewAccount>) -> Reply {
    caller.needs(Right::Manage)?;
    caller.write(StatusCode::OK, move |tx| operations::replace_account(tx, id.0, &body.0)).await
}

/// Remove a carrier account
///
/// Its services stay, without one.
#[utoipa::path(delete, path = "/api/v1/carrier-accounts/{id}", tag = "carriers",
    responses((status = 204, description = "Removed")))]
pub async fn remove_account(caller: Caller, id: Id<CarrierAccountId>) -> Reply {
    caller.needs(Right::Manage)?;
    caller.write(StatusCode::NO_CONTENT, move |tx| operations::remove_account(tx, id.0)).await
}

/// List services
///
/// What carriers offer, the own fleet and self-pickup, by carrier and code.
#[utoipa::path(get, path = "/api/v1/carrier-services", tag = "carriers",
    responses((status = 200, description = "The services", body = Services)))]
pub async fn list(caller: Caller) -> Reply {
    caller.needs(Right::See)?;
    caller.read(move |db| Ok(Services { items: operations::list(db)? })).await
}

/// Write a service down
///
/// Waiting parcels are planned anew.
#[utoipa::path(post, path = "/api/v1/carrier-services", tag = "carriers", request_body = NewService,
    responses((status = 201, description = "The service", body = ServiceView)))]
pub async fn create(caller: Caller, body: Body<NewService>) -> Reply {
    caller.needs(Right::Manage)?;
    caller.write(StatusCode::CREATED, move |tx| operations::create(tx, body.0.clone())).await
}

/// Show a service
#[utoipa::path(get, path = "/api/v1/carrier-services/{id}", tag = "carriers",
    responses((status = 200, description = "The service", body = ServiceView)))]
pub async fn show(caller: Caller, id: Id<CarrierServiceId>) -> Reply {
    caller.needs(Right::See)?;
    caller.read(move |db| operations::show(db, id.0)).await
}

/// Replace what is said of a service
///
/// All of it; its prices stay.
#[utoipa::path(put, path = "/api/v1/carrier-services/{id}", tag = "carriers", request_body = NewService,
    responses((status = 200, description = "The service as it is now", body = ServiceView)))]
pub async fn replace(caller: Caller, id: Id<CarrierServiceId>, body: Body<NewService>) -> Reply {
    caller.needs(Right::Manage)?;
    caller.write(StatusCode::OK, move |tx| operations::replace(tx, id.0, body.0.clone())).await
}

/// Remove a service
///
/// With its prices. Parcels with a number keep their plan; the others are planned anew.
#[utoipa::path(delete, path = "/api/v1/carrier-services/{id}", tag = "carriers",
    responses((status = 204, description = "Removed")))]
pub async fn remove(caller: Caller, id: Id<CarrierServiceId>) -> Reply {
    caller.needs(Right::Manage)?;
    caller.write(StatusCode::NO_CONTENT, move |tx| operations::remove(tx, id.0)).await
}

/// List a service's price tables
///
/// Every version, the one that begins last first.
#[utoipa::path(get, path = "/api/v1/carrier-services/{id}/price-tables", tag = "carriers",
    responses((status = 200, description = "The versions", body = PriceTables)))]
pub async fn prices(caller: Caller, id: Id<CarrierServiceId>) -> Reply {
    caller.needs(Right::See)?;
    caller.read(move |db| Ok(PriceTables { items: operations::prices_of(db, id.0)? })).await
}

/// Add a price table
///
/// A new version; on a day the one that began last counts. Waiting parcels are priced anew.
#[utoipa::path(post, path = "/api/v1/carrier-services/{id}/price-tables", tag = "carriers",
    request_body = NewPriceTable, responses((status = 201, description = "The version", body = PriceTableView)))]
pub async fn create_prices(caller: Caller, id: Id<CarrierServiceId>, body: Body<NewPriceTable>) -> Reply {
    caller.needs(Right::Manage)?;
    caller.write(StatusCode::CREATED, move |tx| operations::create_prices(tx, id.0, &body.0)).await
}

/// How a price sheet is to be read.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PriceSheetQuery {
    /// `true`: only tell how it is understood, keep nothing.
    preview: Option<bool>,
    /// `parcel` (the default) or `average`.
    kind: Option<PriceKind>,
    /// ISO 4217; CNY without one.
    currency: Option<String>,
    /// First day; today without one.
    valid_from: Option<String>,
    /// Last day; none without one.
    valid_until: Option<String>,
    /// Cubic centimetres that count as a kilogram.
    volumetric_divisor: Option<i64>,
    /// Of kind `average`, in grams.
    average_g: Option<i64>,
    note: Option<String>,
}

impl From<&PriceSheetQuery> for NewPriceTable {
    fn from(query: &PriceSheetQuery) -> Self {
        Self {
            kind: query.kind.unwrap_or(PriceKind::Parcel),
            currency: query.currency.clone().unwrap_or_else(|| "CNY".to_owned()),
            valid_from: query.valid_from.clone().unwrap_or_default(),
            valid_until: query.valid_until.clone().unwrap_or_default(),
            volumetric_divisor: query.volumetric_divisor,
            average_g: query.average_g,
            note: query.note.clone().unwrap_or_default(),
            rates: Vec::new(),
        }
    }
}

/// Import a price sheet
///
/// CSV or XLSX with a header: `region` (省份: names or codes, several in a cell), `first_kg` or `first_g`, `first_price`
/// (首重价格), `step_kg` or `step_g`, `step_price` (续重价格), `surcharge` (附加费). Without weights one kilogram. A row that
/// cannot be taken is listed and leaves the others; `preview=true` keeps nothing.
#[utoipa::path(post, path = "/api/v1/carrier-services/{id}/price-tables/imports", tag = "carriers",
    params(PriceSheetQuery), request_body(content = ListUpload, content_type = "multipart/form-data"),
    responses((status = 200, description = "How the sheet was understood", body = ImportedPrices)))]
pub async fn import_prices(
    caller: Caller,
    id: Id<CarrierServiceId>,
    query: Params<PriceSheetQuery>,
    request: HttpRequest,
    payload: Payload,
) -> Reply {
    caller.needs(Right::Manage)?;
    let (now, new) = (caller.now(), NewPriceTable::from(&query.0));
    let is_preview = query.0.preview.unwrap_or(false);
    let file = lists::upload(&request, payload).await?;
    let currency = new.currency.clone();
    let list = blocking(move || {
        lists::read(&file, now, |source, options| price_list::read(source, options, &currency))
    })
    .await?;
    caller.write(StatusCode::OK, move |tx| operations::import_prices(tx, id.0, &new, &list, is_preview)).await
}

/// Show a price table
#[utoipa::path(get, path = "/api/v1/price-tables/{id}", tag = "carriers",
    responses((status = 200, description = "The version with its rates", body = PriceTableDetail)))]
pub async fn show_prices(caller: Caller, id: Id<PriceTableId>) -> Reply {
    caller.needs(Right::See)?;
    caller.read(move |db| operations::show_prices(db, id.0)).await
}

/// Remove a price table
///
/// The version before it counts again.
#[utoipa::path(delete, path = "/api/v1/price-tables/{id}", tag = "carriers",
    responses((status = 204, description = "Removed")))]
pub async fn remove_prices(caller: Caller, id: Id<PriceTableId>) -> Reply {
    caller.needs(Right::Manage)?;
    caller.write(StatusCode::NO_CONTENT, move |tx| operations::remove_prices(tx, id.0)).await
}

/// Estimate what a parcel costs
///
/// With every service, for today: the amount with its parts, the expected days, and what speaks against the service.
#[utoipa::path(post, path = "/api/v1/freight-estimates", tag = "carriers", request_body = NewEstimate,
    responses((status = 200, description = "Every service's answer", body = Estimate)))]
pub async fn estimate(caller: Caller, body: Body<NewEstimate>) -> Reply {
    caller.needs(Right::See)?;
    caller.read(move |db| plans::estimate(db, &body.0)).await
}
