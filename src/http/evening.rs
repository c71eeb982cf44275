//! The evening check over HTTP: what was printed and has not left.

use actix_web::web;
use serde::Deserialize;
use utoipa::IntoParams;

use super::body::{Params, id_of, word_of};
use super::caller::Caller;
use super::page::{Items, Page};
use super::problem::Reply;
use crate::db::evening::Filter;
use crate::domain::actor::Right;
use crate::domain::error::Error;
use crate::domain::id::{NumberRunId, WaybillId};
use crate::domain::time::UtcTime;
use crate::domain::waybill::carriers;
use crate::operations::evening::{self as operations, NotSent, Summary};

/// Until when.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EveningQuery {
    /// Numbered before this time; now without.
    before: Option<String>,
}

/// Which parcels.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct NotSentQuery {
    /// Numbered before this time; now without.
    before: Option<String>,
    /// Code or name of a carrier.
    carrier: Option<String>,
    /// Id of a number run.
    number_run: Option<String>,
    /// Most items, 1 to 500; 50 without.
    limit: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

fn moment(text: Option<&str>, now: UtcTime) -> Result<UtcTime, Error> {
    text.map_or(Ok(now), |text| word_of("before", text, UtcTime::parse))
}

/// Show the evening check
///
/// Parcels that have a number, printed or not, and have not left, counted by carrier and number run; and labels that
/// must be pulled out: of parcels cancelled within three days, of parcels somebody else shipped, of numbers on two parcels.
#[utoipa::path(get, path = "/api/v1/evening-check", tag = "shipping", params(EveningQuery),
    responses((status = 200, description = "What the day left behind", body = Summary)))]
pub async fn show(caller: Caller, query: Params<EveningQuery>) -> Reply {
    caller.needs(Right::See)?;
    let now = caller.now();
    let before = moment(query.0.before.as_deref(), now)?;
    caller.read(move |db| operations::summary(db, before, now)).await
}

/// List parcels that have not left
///
/// Numbered, printed or not, the longest numbered first.
#[utoipa::path(get, path = "/api/v1/evening-check/not-sent", tag = "shipping", params(NotSentQuery),
    responses((status = 200, description = "A page of parcels", body = Items<NotSent>)))]
pub async fn not_sent(caller: Caller, query: Params<NotSentQuery>) -> Reply {
    caller.needs(Right::See)?;
    let NotSentQuery { before, carrier, number_run, limit, cursor } = query.0;
    let filter = Filter {
        before: moment(before.as_deref(), caller.now())?,
        carrier: carrier.map(|text| carriers::code_of(&text)),
        number_run: number_run.map(|text| id_of("number_run", &text)).transpose()?.map(NumberRunId),
    };
    let (page, after) = Page::by_id(limit.as_deref(), cursor.as_deref(), "not_sent")?;
    caller
        .read(move |db| {
            let rows = operations::not_sent(db, &filter, after.map(WaybillId), page.rows())?;
            Ok(page.items(rows, |row| vec![row.row.to_string()], |row| row))
        })
        .await
}

/// The routes of the evening check.
pub fn routes(config: &mut web::ServiceConfig) {
    use actix_web::web::{get, resource};
    config
        .service(resource("/evening-check").route(get().to(show)))
        .service(resource("/evening-check/not-sent").route(get().to(not_sent)));
}
