//! Shipments over HTTP: found, counted, merged, taken apart, revealed.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::{Body, Id, Params, id_of};
use super::caller::Caller;
use super::page::{Items, Page, both};
use super::problem::{Failure, Reply};
use super::shipment_query::{ShipmentQuery, sort_word};
use super::shops::PageQuery;
use crate::db::shipment_list::{self, After, ShipmentSort};
use crate::domain::actor::Right;
use crate::domain::error::Error;
use crate::domain::id::{ShipmentId, SuggestionId};
use crate::domain::recipient::Recipient;
use crate::domain::shipment::ShipmentState;
use crate::domain::time::UtcTime;
use crate::operations::merging::suggestions::{self, SuggestionView};
use crate::operations::merging::{self, Merged, SplitLine};
use crate::operations::shipments::item::ShipmentItem;
use crate::operations::shipments::{list as finding, reveal as revealing};

/// Most shipments of one act.
pub const ACT_MAX: usize = 5_000;

/// Shipments to be put together.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShipmentsToMerge {
    /// At least two; the first that can takes the others in.
    shipments: Vec<ShipmentId>,
    /// Someone has seen that the recipients differ and wants it so.
    #[serde(default)]
    other_recipients: bool,
}

/// Pieces that leave in a shipment of their own.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PiecesToSplit {
    lines: Vec<SplitLine>,
}

/// Shipments after an act.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShipmentsView {
    items: Vec<ShipmentItem>,
}

/// A shipment taken apart by pieces.
#[derive(Debug, Serialize, ToSchema)]
pub struct SplitView {
    /// The new shipment.
    shipment: ShipmentId,
    /// The old one and the new one.
    items: Vec<ShipmentItem>,
}

/// How many shipments there are.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShipmentCountsView {
    /// Per state, also those without any.
    states: BTreeMap<&'static str, i64>,
    /// Per saved filter, by its name.
    filters: Vec<FilterCountView>,
}

/// How many shipments a saved filter finds.
#[derive(Debug, Serialize, ToSchema)]
pub struct FilterCountView {
    id: String,
    name: String,
    count: i64,
}

/// Why a recipient is to be shown.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RevealWish {
    /// For the audit log; at most 200 characters.
    #[serde(default)]
    why: String,
}

/// A recipient, unmasked.
#[derive(Serialize, ToSchema)]
pub struct RevealedView {
    recipient: Recipient,
}

/// List shipments
///
/// By ship-by deadline unless told otherwise.
#[utoipa::path(get, path = "/api/v1/shipments", tag = "shipments", params(ShipmentQuery, PageQuery),
    responses((status = 200, description = "A page of shipments", body = Items<ShipmentItem>)))]
pub async fn list(caller: Caller, request: HttpRequest) -> Reply {
    caller.needs(Right::See)?;
    let (page, query) = paged(request.query_string())?;
    let wish = query.parse();
    let sort = sort_word(wish.as_ref().map_or(ShipmentSort::ShipBy, |wish| wish.sort));
    let page = Page::parse(page.limit.as_deref(), page.cursor.as_deref(), sort, 2);
    let (wish, page) = both(wish, page)?;
    let after = page.after.as_deref().map(after).transpose()?;
    caller
        .read(move |db| {
            let filter = wish.filter(db)?;
            let found = finding::page(db, &filter, wish.search.as_deref(), wish.sort, after, page.limit)?;
            Ok(page.found(
                found.items,
                found.next.map(|next| vec![next.due_at.to_string(), next.id.to_string()]),
            ))
        })
        .await
}

/// Parts a query into the page and the rest; serde cannot refuse unknown words of a flattened struct.
fn paged(query: &str) -> Result<(PageQuery, ShipmentQuery), Failure> {
    let is_page = |pair: &&str| pair.starts_with("limit=") || pair.starts_with("cursor=");
    let (page, rest): (Vec<&str>, Vec<&str>) = query.split('&').partition(is_page);
    let read = |parts: Vec<&str>| parts.join("&");
    let page: Params<PageQuery> = Params::parse(&read(page))?;
    let rest: Params<ShipmentQuery> = Params::parse(&read(rest))?;
    Ok((page.0, rest.0))
}

fn after(key: &[String]) -> Result<After, Error> {
    let refuse =
        |_| Error::invalid("cursor", "cursor", "This is no cursor of this list; take it from next_cursor");
    match key {
        [due_at, id] => Ok(After {
            due_at: UtcTime::parse(due_at).map_err(refuse)?,
            id: ShipmentId(id_of("cursor", id)?),
        }),
        _ => Err(refuse(String::new())),
    }
}

/// Count shipments
#[utoipa::path(get, path = "/api/v1/shipments/counts", tag = "shipments",
    responses((status = 200, description = "Per state and per saved filter", body = ShipmentCountsView)))]
pub async fn counts(caller: Caller) -> Reply {
    caller.needs(Right::See)?;
    caller
        .read(|db| {
            let mut states: BTreeMap<_, _> =
                ShipmentState::ALL.iter().map(|state| (state.as_str(), 0)).collect();
            states.extend(
                shipment_list::count_by_state(db)?.into_iter().map(|row| (row.state.as_str(), row.count)),
            );
            let mut filters = Vec::new();
            for saved in crate::db::saved_filters::all(db)? {
                let query: ShipmentQuery = serde_json::from_str(&saved.query).map_err(anyhow::Error::from)?;
                let wish = query.parse()?;
                let filter = wish.filter(db)?;
                let count = finding::count(db, &filter, wish.search.as_deref())?;
                filters.push(FilterCountView { id: saved.id.to_string(), name: saved.name, count });
            }
            Ok(ShipmentCountsView { states, filters })
        })
        .await
}

/// Show a shipment
#[utoipa::path(get, path = "/api/v1/shipments/{id}", tag = "shipments",
    responses((status = 200, description = "The shipment", body = ShipmentItem)))]
pub async fn show(caller: Caller, id: Id<ShipmentId>) -> Reply {
    caller.needs(Right::See)?;
    caller.read(move |db| finding::one(db, id.0)).await
}

/// Merge shipments
///
/// Reversible until one of them leaves.
#[utoipa::path(post, path = "/api/v1/shipments/merge", tag = "shipments", request_body = ShipmentsToMerge,
    responses((status = 200, description = "What was merged and what was left out", body = Merged)))]
pub async fn merge(caller: Caller, body: Body<ShipmentsToMerge>) -> Reply {
    caller.needs(Right::Audit)?;
    let ShipmentsToMerge { shipments, other_recipients } = body.0;
    bounded("shipments", shipments.len())?;
    caller.write(StatusCode::OK, move |tx| merging::merge(tx, &shipments, other_recipients)).await
}

/// Take a merged shipment apart
///
/// Each order gets a shipment of its own.
#[utoipa::path(post, path = "/api/v1/shipments/{id}/unmerge", tag = "shipments",
    responses((status = 200, description = "The shipments of its orders", body = ShipmentsView)))]
pub async fn unmerge(caller: Caller, id: Id<ShipmentId>) -> Reply {
    caller.needs(Right::Audit)?;
    caller
        .write(StatusCode::OK, move |tx| {
            let shipments = merging::unmerge(tx, id.0)?;
            let items =
                shipments.iter().map(|shipment| finding::one(tx, *shipment)).collect::<Result<_, _>>()?;
            Ok(ShipmentsView { items })
        })
        .await
}

/// Split a shipment
///
/// The pieces named leave in a new one.
#[utoipa::path(post, path = "/api/v1/shipments/{id}/split", tag = "shipments", request_body = PiecesToSplit,
    responses((status = 201, description = "Both shipments", body = SplitView)))]
pub async fn split(caller: Caller, id: Id<ShipmentId>, body: Body<PiecesToSplit>) -> Reply {
    caller.needs(Right::Audit)?;
    let lines = body.0.lines;
    bounded("lines", lines.len())?;
    caller
        .write(StatusCode::CREATED, move |tx| {
            let shipment = merging::split(tx, id.0, &lines)?;
            let items = vec![finding::one(tx, id.0)?, finding::one(tx, shipment)?];
            Ok(SplitView { shipment, items })
        })
        .await
}

/// Reveal a recipient
///
/// The asking is recorded.
#[utoipa::path(post, path = "/api/v1/shipments/{id}/reveal", tag = "shipments", request_body = Option<RevealWish>,
    responses((status = 200, description = "The recipient, unmasked", body = RevealedView)))]
pub async fn reveal(
    caller: Caller,
    id: Id<ShipmentId>,
    body: super::body::OptionalBody<RevealWish>,
) -> Reply {
    caller.needs(Right::Reveal)?;
    let why = body.0.why;
    let length = why.chars().count();
    if length > 200 {
        return Err(Error::invalid(
            "why",
            "length",
            format!("The reason has {length} characters; write up to 200"),
        )
        .into());
    }
    let show =
        move |tx: &mut crate::db::Tx| Ok(RevealedView { recipient: revealing::reveal(tx, id.0, &why)? });
    caller.write(StatusCode::OK, show).await
}

/// List near matches
///
/// Shipments that may go to one recipient; a person decides.
#[utoipa::path(get, path = "/api/v1/merge-suggestions", tag = "shipments", params(PageQuery),
    responses((status = 200, description = "A page of near matches", body = Items<SuggestionView>)))]
pub async fn suggested(caller: Caller, query: Params<PageQuery>) -> Reply {
    caller.needs(Right::See)?;
    let (page, after) = Page::by_id(query.0.limit.as_deref(), query.0.cursor.as_deref(), "suggestions")?;
    caller
        .read(move |db| {
            let (items, next) = suggestions::list(db, after.map(SuggestionId), page.limit)?;
            Ok(page.found(items, next.map(|id| vec![id.to_string()])))
        })
        .await
}

/// Merge a near match
#[utoipa::path(post, path = "/api/v1/merge-suggestions/{id}/accept", tag = "shipments",
    responses((status = 200, description = "What was merged", body = Merged)))]
pub async fn accept(caller: Caller, id: Id<SuggestionId>) -> Reply {
    caller.needs(Right::Audit)?;
    caller.write(StatusCode::OK, move |tx| suggestions::accept(tx, id.0)).await
}

/// Decline a near match
///
/// These two are not proposed again.
#[utoipa::path(post, path = "/api/v1/merge-suggestions/{id}/decline", tag = "shipments",
    responses((status = 204, description = "Remembered")))]
pub async fn decline(caller: Caller, id: Id<SuggestionId>) -> Reply {
    caller.needs(Right::Audit)?;
    caller.write(StatusCode::NO_CONTENT, move |tx| suggestions::decline(tx, id.0)).await
}

/// An act on so many things, within bounds.
///
/// # Errors
/// [`Error::Invalid`] with the field.
pub fn bounded(field: &str, count: usize) -> Result<(), Error> {
    match count {
        1..=ACT_MAX => Ok(()),
        _ => Err(Error::invalid(field, "range", format!("{count} {field} were named; name 1 to {ACT_MAX}"))),
    }
}

/// The routes of shipments; fixed words come before ids.
pub fn routes(config: &mut web::ServiceConfig) {
    use actix_web::web::{get, post, resource};
    config
        .service(resource("/shipments").route(get().to(list)))
        .service(resource("/shipments/counts").route(get().to(counts)))
        .service(resource("/shipments/merge").route(post().to(merge)))
        .service(resource("/shipments/ship").route(post().to(super::shipping::ship)))
        .service(resource("/shipments/{id}").route(get().to(show)))
        .service(resource("/shipments/{id}/unmerge").route(post().to(unmerge)))
        .service(resource("/shipments/{id}/split").route(post().to(split)))
        .service(resource("/shipments/{id}/reveal").route(post().to(reveal)))
        .service(resource("/merge-suggestions").route(get().to(suggested)))
        .service(resource("/merge-suggestions/{id}/accept").route(post().to(accept)))
        .service(resource("/merge-suggestions/{id}/decline").route(post().to(decline)));
}
