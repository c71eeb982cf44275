//! Own SKUs over HTTP.

use std::fs::File;

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use serde::Deserialize;
use tempfile::NamedTempFile;
use utoipa::{IntoParams, ToSchema};

use super::blocking::blocking;
use super::body::{Body, Id, Params};
use super::caller::Caller;
use super::lists;
use super::page::{Items, Page};
use super::problem::Reply;
use crate::connectors::file::goods::{self, Goods};
use crate::connectors::file::{Options, Source};
use crate::domain::actor::Right;
use crate::domain::error::Error;
use crate::domain::id::SkuId;
use crate::domain::money::Money;
use crate::domain::sku::{SizeMm, SkuFields};
use crate::domain::time::UtcTime;
use crate::operations::skus::{self as operations, Imported, NewSku, SKU_ROWS_MAX, SkuView};

/// Most bytes of a list of SKUs.
const LIST_MAX: u64 = 20 << 20;

/// A SKU to be written down, or all that is to be said of one.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SkuToKeep {
    /// The own code, 1 to 128 characters. A shop's line with the same code means it by itself.
    code: String,
    /// 1 to 200 characters.
    title: String,
    /// Of one piece. A bundle without one weighs what its parts do.
    #[serde(default)]
    weight_g: Option<i64>,
    #[serde(default)]
    size_mm: Option<SizeMm>,
    /// What kind of thing it is, up to 40 characters; rules ask for it.
    #[serde(default)]
    category: String,
    /// Code of the warehouse it lies in; without one, the usual one.
    #[serde(default)]
    warehouse: String,
    /// What one piece is never sold below, for the audit trigger `below_floor`.
    #[serde(default)]
    floor_price: Option<Money>,
    /// Where it lies; pick lists are sorted by it. At most 40 characters.
    #[serde(default)]
    shelf: String,
    /// What a scanner reads on a piece, an EAN for instance. It means this SKU alone.
    #[serde(default)]
    barcode: String,
    /// What a bundle consists of, at most 50.
    #[serde(default)]
    parts: Vec<PartToKeep>,
}

/// A part of a bundle.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PartToKeep {
    /// An own code.
    code: String,
    /// 1 to 1,000.
    quantity: i64,
}

/// Which SKUs.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SkuQuery {
    /// Stands in the code or the title, whatever case, blanks and signs.
    q: Option<String>,
    /// Most items, 1 to 500; 50 without.
    limit: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A list of SKUs.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the document's picture of a multipart body")]
pub struct SkuListUpload {
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

impl From<SkuToKeep> for NewSku {
    fn from(wish: SkuToKeep) -> Self {
        let SkuToKeep {
            code,
            title,
            weight_g,
            size_mm,
            category,
            warehouse,
            floor_price,
            shelf,
            barcode,
            parts,
        } = wish;
        let parts = parts.into_iter().map(|part| (part.code, part.quantity)).collect();
        Self {
            fields: SkuFields {
                code,
                title,
                weight_g,
                size_mm,
                category,
                warehouse,
                floor_price,
                shelf,
                barcode,
            },
            parts,
        }
    }
}

/// List SKUs
///
/// By code.
#[utoipa::path(get, path = "/api/v1/skus", tag = "skus", params(SkuQuery),
    responses((status = 200, description = "A page of SKUs", body = Items<SkuView>)))]
pub async fn list(caller: Caller, query: Params<SkuQuery>) -> Reply {
    caller.needs(Right::See)?;
    let SkuQuery { q, limit, cursor } = query.0;
    let page = Page::parse(limit.as_deref(), cursor.as_deref(), "skus", 1)?;
    caller
        .read(move |db| {
            let after = page.after.as_ref().and_then(|key| key.first()).map(String::as_str);
            let (items, next) = operations::list(db, q.as_deref().unwrap_or_default(), after, page.limit)?;
            Ok(page.found(items, next.map(|code| vec![code])))
        })
        .await
}

/// Write a SKU down
///
/// Waiting orders whose lines have its code follow at once.
#[utoipa::path(post, path = "/api/v1/skus", tag = "skus", request_body = SkuToKeep,
    responses((status = 201, description = "The SKU", body = SkuView)))]
pub async fn create(caller: Caller, body: Body<SkuToKeep>) -> Reply {
    caller.needs(Right::Audit)?;
    caller.write(StatusCode::CREATED, move |tx| operations::create(tx, body.0.clone().into())).await
}

/// Show a SKU
#[utoipa::path(get, path = "/api/v1/skus/{id}", tag = "skus",
    responses((status = 200, description = "The SKU", body = SkuView)))]
pub async fn show(caller: Caller, id: Id<SkuId>) -> Reply {
    caller.needs(Right::See)?;
    caller.read(move |db| operations::one(db, id.0)).await
}

/// Replace what is said of a SKU
///
/// All of it: what is left out is unknown from now on. Codes that mean it go on meaning it.
#[utoipa::path(put, path = "/api/v1/skus/{id}", tag = "skus", request_body = SkuToKeep,
    responses((status = 200, description = "The SKU as it is now", body = SkuView)))]
pub async fn replace(caller: Caller, id: Id<SkuId>, body: Body<SkuToKeep>) -> Reply {
    caller.needs(Right::Audit)?;
    caller.write(StatusCode::OK, move |tx| operations::replace(tx, id.0, body.0.clone().into())).await
}

/// Remove a SKU
///
/// With the codes and patterns that mean it; not while it is part of a bundle.
#[utoipa::path(delete, path = "/api/v1/skus/{id}", tag = "skus",
    responses((status = 204, description = "Removed")))]
pub async fn remove(caller: Caller, id: Id<SkuId>) -> Reply {
    caller.needs(Right::Audit)?;
    caller.write(StatusCode::NO_CONTENT, move |tx| operations::remove(tx, id.0)).await
}

/// Import a list of SKUs
///
/// CSV or XLSX with a header: `code`, `title`, `weight_g` or `weight_kg`, `length_mm` `width_mm` `height_mm` (or in cm),
/// `category`, `warehouse`, `floor_price`, `parts` (`TEA-250*2; CUP*1`), `platform_code`, `shop`; Chinese names too. Up to 20,000 rows and 20 MB. An empty cell
/// leaves what is known; a row that cannot be taken is listed and leaves the others; importing it again changes nothing.
#[utoipa::path(post, path = "/api/v1/skus/imports", tag = "skus",
    request_body(content = SkuListUpload, content_type = "multipart/form-data"),
    responses((status = 201, description = "What the list did", body = Imported)))]
pub async fn import(caller: Caller, request: HttpRequest, payload: actix_web::web::Payload) -> Reply {
    caller.needs(Right::Audit)?;
    let now = caller.now();
    let file = lists::upload(&request, payload).await?;
    let goods = blocking(move || read(&file, now)).await?;
    caller.write(StatusCode::CREATED, move |tx| operations::import(tx, &goods)).await
}

/// Reads an uploaded list.
///
/// # Errors
/// When it is no list of SKUs.
pub(crate) fn read(file: &NamedTempFile, now: UtcTime) -> Result<Goods, Error> {
    let file = File::open(file.path()).map_err(anyhow::Error::from)?;
    let options = Options { max_bytes: LIST_MAX, max_rows: SKU_ROWS_MAX, ..Options::new(now) };
    let source: Box<dyn Source> = Box::new(file);
    goods::read(source, &options)
        .map_err(|refusal| Error::unprocessable(refusal.code, refusal.message, refusal.next))
}
