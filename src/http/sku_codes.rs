//! What shops call SKUs, over HTTP: mapped codes, patterns, and what means no SKU yet.

use actix_web::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::body::{Body, Id, Params, id_of};
use super::caller::Caller;
use super::page::{Items, Page};
use super::problem::Reply;
use crate::db::sku_codes::{CodeFilter, Said, UnmappedAfter};
use crate::domain::actor::Right;
use crate::domain::error::Error;
use crate::domain::id::{OrderId, ShopId, SkuCodeId, SkuId, SkuPatternId};
use crate::operations::skus::{self as operations, Mapped, NewCode, PatternView, SkuCodeView, Unmapped};

/// Codes to be mapped, at most 1,000.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CodesToMap {
    items: Vec<CodeToMap>,
}

/// A code to be mapped. One that is mapped already means the new SKU from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CodeToMap {
    /// For this shop alone; for all shops without it. A shop's own mapping comes first.
    #[serde(default)]
    shop: Option<ShopId>,
    /// The shop's code.
    #[serde(default)]
    code: String,
    /// Stands for the code where the shop has none, with the variant, exactly as the shop writes it.
    #[serde(default)]
    title: String,
    #[serde(default)]
    variant: String,
    /// The own code it means.
    sku: String,
}

/// Which mapped codes.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CodeQuery {
    /// Id of a SKU.
    sku: Option<String>,
    /// Id of a shop; 0 for what is mapped for all shops.
    shop: Option<String>,
    /// The shop's code.
    code: Option<String>,
    /// Most items, 1 to 500; 50 without.
    limit: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Which unmapped things.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UnmappedQuery {
    /// Id of a shop.
    shop: Option<String>,
    /// Id of an order: its lines alone.
    order: Option<String>,
    /// Most items, 1 to 500; 50 without.
    limit: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A pattern to be kept.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PatternToKeep {
    /// Words of a title in their order, `*` between words that need not touch.
    pattern: String,
    /// The own code it proposes.
    sku: String,
}

/// Every pattern.
#[derive(Debug, Serialize, ToSchema)]
pub struct PatternsView {
    items: Vec<PatternView>,
}

/// List mapped codes
///
/// Newest first. A line whose code is an own code means that SKU without being listed here.
#[utoipa::path(get, path = "/api/v1/sku-codes", tag = "skus", params(CodeQuery),
    responses((status = 200, description = "A page of codes", body = Items<SkuCodeView>)))]
pub async fn list(caller: Caller, query: Params<CodeQuery>) -> Reply {
    caller.needs(Right::See)?;
    let CodeQuery { sku, shop, code, limit, cursor } = query.0;
    let filter = CodeFilter {
        sku: sku.map(|text| id_of("sku", &text)).transpose()?.map(SkuId),
        shop: shop.map(|text| id_of("shop", &text)).transpose()?.map(ShopId),
        code,
    };
    let (page, before) = Page::by_id(limit.as_deref(), cursor.as_deref(), "sku_codes")?;
    caller
        .read(move |db| {
            let (items, next) = operations::codes(db, &filter, before.map(SkuCodeId), page.limit)?;
            Ok(page.found(items, next.map(|id| vec![id.to_string()])))
        })
        .await
}

/// Map codes
///
/// All waiting orders with such lines follow. Each is answered by itself.
#[utoipa::path(post, path = "/api/v1/sku-codes", tag = "skus", request_body = CodesToMap,
    responses((status = 200, description = "Which were mapped", body = Mapped)))]
pub async fn map(caller: Caller, body: Body<CodesToMap>) -> Reply {
    caller.needs(Right::Audit)?;
    let new = |one: CodeToMap| {
        let CodeToMap { shop, code, title, variant, sku } = one;
        NewCode { shop, code, title, variant, sku }
    };
    let codes: Vec<NewCode> = body.0.items.into_iter().map(new).collect();
    caller.write(StatusCode::OK, move |tx| operations::map(tx, &codes)).await
}

/// Forget a mapped code
///
/// Waiting orders with such lines follow.
#[utoipa::path(delete, path = "/api/v1/sku-codes/{id}", tag = "skus",
    responses((status = 204, description = "Forgotten")))]
pub async fn unmap(caller: Caller, id: Id<SkuCodeId>) -> Reply {
    caller.needs(Right::Audit)?;
    caller.write(StatusCode::NO_CONTENT, move |tx| operations::unmap(tx, id.0).map(drop)).await
}

/// List what means no SKU
///
/// Counted over the parcels that wait, the most wanted first, with the SKU it probably means.
#[utoipa::path(get, path = "/api/v1/sku-codes/unmapped", tag = "skus", params(UnmappedQuery),
    responses((status = 200, description = "A page of things", body = Items<Unmapped>)))]
pub async fn unmapped(caller: Caller, query: Params<UnmappedQuery>) -> Reply {
    caller.needs(Right::See)?;
    let UnmappedQuery { shop, order, limit, cursor } = query.0;
    let shop = shop.map(|text| id_of("shop", &text)).transpose()?.map(ShopId);
    let order = order.map(|text| id_of("order", &text)).transpose()?.map(OrderId);
    let page = Page::parse(limit.as_deref(), cursor.as_deref(), "unmapped", 5)?;
    let after = page.after.as_deref().map(place).transpose()?;
    caller
        .read(move |db| {
            let (items, more) = operations::unmapped(db, shop, order, after.as_ref(), page.limit)?;
            let next = items.last().filter(|_| more).map(|row| key(&row.place()));
            Ok(page.found(items, next))
        })
        .await
}

/// The sort key of a row, as cursors have it.
fn key(place: &UnmappedAfter) -> Vec<String> {
    let UnmappedAfter { orders, shop, said } = place;
    vec![orders.to_string(), shop.to_string(), said.code.clone(), said.title.clone(), said.variant.clone()]
}

fn place(key: &[String]) -> Result<UnmappedAfter, Error> {
    let number = |text: &String| {
        text.parse::<i64>().map_err(|_| {
            Error::invalid("cursor", "cursor", "This is no cursor of this list; take it from next_cursor")
        })
    };
    let said = Said { code: key[2].clone(), title: key[3].clone(), variant: key[4].clone() };
    Ok(UnmappedAfter { orders: number(&key[0])?, shop: ShopId(number(&key[1])?), said })
}

/// List patterns
///
/// The longest first.
#[utoipa::path(get, path = "/api/v1/sku-patterns", tag = "skus",
    responses((status = 200, description = "Every pattern", body = PatternsView)))]
pub async fn patterns(caller: Caller) -> Reply {
    caller.needs(Right::See)?;
    caller.read(|db| Ok(PatternsView { items: operations::patterns(db)? })).await
}

/// Keep a pattern
///
/// It proposes a SKU for lines whose title it fits; a person confirms each. One that is there proposes the new SKU from
/// now on.
#[utoipa::path(post, path = "/api/v1/sku-patterns", tag = "skus", request_body = PatternToKeep,
    responses((status = 201, description = "The pattern", body = PatternView)))]
pub async fn save_pattern(caller: Caller, body: Body<PatternToKeep>) -> Reply {
    caller.needs(Right::Audit)?;
    caller
        .write(StatusCode::CREATED, move |tx| operations::save_pattern(tx, &body.0.pattern, &body.0.sku))
        .await
}

/// Remove a pattern
///
/// What was mapped by it stays.
#[utoipa::path(delete, path = "/api/v1/sku-patterns/{id}", tag = "skus",
    responses((status = 204, description = "Removed")))]
pub async fn remove_pattern(caller: Caller, id: Id<SkuPatternId>) -> Reply {
    caller.needs(Right::Audit)?;
    caller.write(StatusCode::NO_CONTENT, move |tx| operations::remove_pattern(tx, id.0)).await
}
