//! What carriers announce for regions, over HTTP.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Payload, ServiceConfig, delete, get, post, resource};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::blocking::blocking;
use super::body::{Body, Id, Params};
use super::caller::Caller;
use super::lists::{self, ListUpload};
use super::page::{Items, Page};
use super::problem::Reply;
use crate::connectors::file::region_notice;
use crate::domain::actor::Right;
use crate::domain::error::Error;
use crate::domain::id::RegionRuleId;
use crate::domain::region_rule::RegionEffect;
use crate::operations::region_rules::{self as operations, ImportedRules, NewRegionRule, RegionRuleView};

/// The addresses under `/api/v1`.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/region-rules").route(get().to(list)).route(post().to(create)))
        .service(resource("/region-rules/imports").route(post().to(import)))
        .service(resource("/region-rules/{id}").route(delete().to(remove)));
}

/// Which rules.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RegionRuleQuery {
    /// `true`: also those that have ended.
    ended: Option<bool>,
    /// Most items, 1 to 500; 50 without.
    limit: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Rules to be written down.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RulesToKeep {
    /// At most 20,000.
    items: Vec<NewRegionRule>,
}

/// Rules as they were written down.
#[derive(Debug, Serialize, ToSchema)]
pub struct RulesKept {
    items: Vec<RegionRuleView>,
}

/// List region rules
///
/// Newest first.
#[utoipa::path(get, path = "/api/v1/region-rules", tag = "carriers", params(RegionRuleQuery),
    responses((status = 200, description = "A page of rules", body = Items<RegionRuleView>)))]
pub async fn list(caller: Caller, query: Params<RegionRuleQuery>) -> Reply {
    caller.needs(Right::See)?;
    let RegionRuleQuery { ended, limit, cursor } = query.0;
    let page = Page::parse(limit.as_deref(), cursor.as_deref(), "region_rules", 1)?;
    let before = match page.after.as_ref().and_then(|key| key.first()) {
        None => None,
        Some(id) => Some(
            id.parse::<RegionRuleId>().map_err(|_| Error::invalid("cursor", "cursor", "It is no cursor"))?,
        ),
    };
    caller
        .read(move |db| {
            let mut items = operations::list(db, ended.unwrap_or(false), before, page.limit + 1)?;
            let more = items.len() > page.limit;
            items.truncate(page.limit);
            let next = items.last().filter(|_| more).map(|last| vec![last.id.to_string()]);
            Ok(page.found(items, next))
        })
        .await
}

/// Write region rules down
///
/// All or none. Parcels to their regions are looked at anew; a rule that is there already for the same days gets the new
/// amount, days and note.
#[utoipa::path(post, path = "/api/v1/region-rules", tag = "carriers", request_body = RulesToKeep,
    responses((status = 201, description = "The rules", body = RulesKept)))]
pub async fn create(caller: Caller, body: Body<RulesToKeep>) -> Reply {
    caller.needs(Right::Manage)?;
    caller
        .write(StatusCode::CREATED, move |tx| Ok(RulesKept { items: operations::create(tx, &body.0.items)? }))
        .await
}

/// Remove a region rule
///
/// Parcels to its region are looked at anew.
#[utoipa::path(delete, path = "/api/v1/region-rules/{id}", tag = "carriers",
    responses((status = 204, description = "Removed")))]
pub async fn remove(caller: Caller, id: Id<RegionRuleId>) -> Reply {
    caller.needs(Right::Manage)?;
    caller
        .write(StatusCode::NO_CONTENT, move |tx| match operations::remove(tx, &[id.0])? {
            0 => Err(Error::missing("region rule", id.0)),
            _ => Ok(()),
        })
        .await
}

/// What a notice does not say itself.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct NoticeQuery {
    /// `true`: only tell how it is understood, keep nothing.
    preview: Option<bool>,
    /// For rows without a carrier.
    carrier: Option<String>,
    service: Option<String>,
    /// For rows without one; `closed` without.
    effect: Option<RegionEffect>,
    /// Minor units.
    amount: Option<i64>,
    days: Option<i64>,
    valid_from: Option<String>,
    valid_until: Option<String>,
    note: Option<String>,
    /// Of amounts in the notice; CNY without one.
    currency: Option<String>,
}

/// Import a carrier's notice
///
/// CSV or XLSX with a header: `region` (停发区域: names or codes, several in a cell), `carrier`, `service`, `effect` (停发,
/// 加价, 延误), `amount`, `days`, `valid_from`, `valid_until`, `note`. A row that cannot be taken is listed and leaves the
/// others; importing it again changes nothing; `preview=true` keeps nothing.
#[utoipa::path(post, path = "/api/v1/region-rules/imports", tag = "carriers", params(NoticeQuery),
    request_body(content = ListUpload, content_type = "multipart/form-data"),
    responses((status = 200, description = "How the notice was understood", body = ImportedRules)))]
pub async fn import(
    caller: Caller,
    query: Params<NoticeQuery>,
    request: HttpRequest,
    payload: Payload,
) -> Reply {
    caller.needs(Right::Manage)?;
    let now = caller.now();
    let query = query.0;
    let file = lists::upload(&request, payload).await?;
    let currency = query.currency.unwrap_or_else(|| "CNY".to_owned());
    let notice = blocking(move || {
        lists::read(&file, now, |source, options| region_notice::read(source, options, &currency))
    });
    let notice = notice.await?;
    let defaults = NewRegionRule {
        carrier: query.carrier.unwrap_or_default(),
        service: query.service.unwrap_or_default(),
        region: String::new(),
        effect: query.effect.unwrap_or(RegionEffect::Closed),
        amount: query.amount.unwrap_or(0),
        days: query.days.unwrap_or(0),
        valid_from: query.valid_from.unwrap_or_default(),
        valid_until: query.valid_until.unwrap_or_default(),
        note: query.note.unwrap_or_default(),
    };
    let is_preview = query.preview.unwrap_or(false);
    caller.write(StatusCode::OK, move |tx| operations::import(tx, &defaults, &notice, is_preview)).await
}
