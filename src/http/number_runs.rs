//! Number runs over HTTP, and the number of one shipment.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::{Body, Id, OptionalBody, Params};
use super::caller::Caller;
use super::jobs::JobView;
use super::later::prefers_later;
use super::page::{Items, Page};
use super::problem::Reply;
use super::shipment_query::{ShipmentQuery, ShipmentWish};
use super::shipments::{ACT_MAX, bounded};
use super::shops::PageQuery;
use crate::db::{Db, Tx};
use crate::domain::actor::Right;
use crate::domain::error::Error;
use crate::domain::id::{NumberRunId, ShipmentId};
use crate::domain::waybill::carriers;
use crate::operations::answers;
use crate::operations::number_runs::{
    self as operations, NewRun, Range, RunAnswer, RunDetail, RunView, Spoil, Spoiled, Undone,
};
use crate::operations::shipments::list as finding;
use crate::operations::waybills::{self, Correction, Waybill};

/// A wish to number shipments: those named, or those a filter finds, in the order of its list.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RunWish {
    /// Code or name of the carrier.
    #[serde(deserialize_with = "carriers::named")]
    #[schema(example = "sf")]
    carrier: String,
    /// Name of the waybill format.
    #[schema(example = "sf-12")]
    format: String,
    /// The number on the first sheet of the stack.
    #[serde(default)]
    first_number: String,
    /// 1, or −1 for a stack that is fed upside down.
    #[serde(default = "step")]
    #[schema(default = 1)]
    step: i64,
    /// In the order of the screen, which is the order of the paper; at most 5,000.
    shipments: Option<Vec<ShipmentId>>,
    /// Instead of `shipments`.
    filter: Option<ShipmentQuery>,
    /// Several stacks instead of one first number.
    #[serde(default)]
    ranges: Vec<Range>,
    /// Step over numbers in use instead of stopping there.
    #[serde(default)]
    skip_taken: bool,
    /// The range is ours: the yes that formats of policy `ask` need.
    #[serde(default)]
    confirm: bool,
    /// Show what would happen, and change nothing.
    #[serde(default)]
    preview: bool,
}

/// Why a number is given back.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReturnWish {
    #[serde(default)]
    reason: String,
}

fn step() -> i64 {
    1
}

/// Which shipments a wish means.
enum Chosen {
    Named(Vec<ShipmentId>),
    Found(Box<ShipmentWish>),
}

impl RunWish {
    fn read(self) -> Result<(NewRun, Chosen, bool), Error> {
        let chosen = match (self.shipments, self.filter) {
            (Some(named), None) => {
                bounded("shipments", named.len())?;
                Chosen::Named(named)
            }
            (None, Some(filter)) => Chosen::Found(Box::new(filter.parse()?)),
            _ => return Err(Error::invalid("shipments", "required", "Send either shipments or filter")),
        };
        let run = NewRun {
            carrier: self.carrier,
            format: self.format,
            first_number: self.first_number,
            step: self.step,
            shipments: Vec::new(),
            ranges: self.ranges,
            skip_taken: self.skip_taken,
            confirm: self.confirm,
        };
        Ok((run, chosen, self.preview))
    }
}

impl Chosen {
    fn ids(&self, db: &mut Db) -> Result<Vec<ShipmentId>, Error> {
        let wish = match self {
            Self::Named(ids) => return Ok(ids.clone()),
            Self::Found(wish) => wish,
        };
        let filter = wish.filter(db)?;
        let ids = finding::ids(db, &filter, wish.search.as_deref(), wish.sort, ACT_MAX + 1)?;
        if ids.len() > ACT_MAX {
            return Err(Error::invalid(
                "filter",
                "range",
                format!(
                    "The filter finds more than {ACT_MAX} shipments; narrow it and number the rest in another run"
                ),
            ));
        }
        Ok(ids)
    }
}

/// Number shipments
///
/// The first number is typed, the rest follow. A preview answers 200, has no `id` and changes nothing. With
/// `Prefer: respond-async` a job numbers them, all in one transaction, and `GET /jobs/{id}/answer` tells what each got.
#[utoipa::path(post, path = "/api/v1/number-runs", tag = "numbers", request_body = RunWish,
    responses((status = 201, description = "Which shipment got which number, and who was left out", body = RunAnswer),
              (status = 200, description = "The same, as a preview", body = RunAnswer),
              (status = 202, description = "The job that numbers them", body = JobView)))]
pub async fn create(caller: Caller, request: HttpRequest, body: Body<RunWish>) -> Reply {
    caller.needs(Right::Ship)?;
    let (run, chosen, is_preview) = body.0.read()?;
    if is_preview {
        let plan = move |db: &mut Db| {
            let shipments = chosen.ids(db)?;
            operations::preview(db, &NewRun { shipments, ..run.clone() })
        };
        return caller.work_out(plan).await;
    }
    if prefers_later(&request) {
        let ask = move |tx: &mut Tx| {
            let shipments = chosen.ids(tx)?;
            Ok(JobView::from(answers::number(tx, NewRun { shipments, ..run.clone() }, None)?))
        };
        return caller.write(StatusCode::ACCEPTED, ask).await;
    }
    caller
        .write(StatusCode::CREATED, move |tx| {
            let shipments = chosen.ids(tx)?;
            operations::commit(tx, &NewRun { shipments, ..run.clone() })
        })
        .await
}

/// List number runs
///
/// Newest first.
#[utoipa::path(get, path = "/api/v1/number-runs", tag = "numbers", params(PageQuery),
    responses((status = 200, description = "A page of number runs", body = Items<RunView>)))]
pub async fn list(caller: Caller, query: Params<PageQuery>) -> Reply {
    caller.needs(Right::See)?;
    let (page, before) = Page::by_id(query.0.limit.as_deref(), query.0.cursor.as_deref(), "number_runs")?;
    caller
        .read(move |db| {
            let rows = operations::list(db, before.map(NumberRunId), page.rows())?;
            Ok(page.items(rows, |run| vec![run.id.to_string()], |run| run))
        })
        .await
}

/// Show a number run
#[utoipa::path(get, path = "/api/v1/number-runs/{id}", tag = "numbers",
    responses((status = 200, description = "The run, and what its shipments carry now", body = RunDetail)))]
pub async fn show(caller: Caller, id: Id<NumberRunId>) -> Reply {
    caller.needs(Right::See)?;
    caller.read(move |db| operations::show(db, id.0)).await
}

/// Spoil a number
///
/// The sheet at a position jammed: its number is void, and the rest shifts or is kept.
#[utoipa::path(post, path = "/api/v1/number-runs/{id}/spoil", tag = "numbers", request_body = Spoil,
    responses((status = 200, description = "What moved", body = Spoiled)))]
pub async fn spoil(caller: Caller, id: Id<NumberRunId>, body: Body<Spoil>) -> Reply {
    caller.needs(Right::Ship)?;
    caller.write(StatusCode::OK, move |tx| operations::spoil(tx, id.0, &body.0)).await
}

/// Undo a number run
///
/// While nothing of it is printed or shipped. Repeating it changes nothing.
#[utoipa::path(delete, path = "/api/v1/number-runs/{id}", tag = "numbers",
    responses((status = 200, description = "Which shipments are without a number again", body = Undone)))]
pub async fn undo(caller: Caller, id: Id<NumberRunId>) -> Reply {
    caller.needs(Right::Ship)?;
    caller.write(StatusCode::OK, move |tx| operations::undo(tx, id.0)).await
}

/// Correct a shipment's number
///
/// Saves, and prints nothing.
#[utoipa::path(put, path = "/api/v1/shipments/{id}/waybill", tag = "numbers", request_body = Correction,
    responses((status = 200, description = "The number now and before", body = Waybill)))]
pub async fn correct(caller: Caller, id: Id<ShipmentId>, body: Body<Correction>) -> Reply {
    caller.needs(Right::Ship)?;
    caller.write(StatusCode::OK, move |tx| waybills::correct(tx, id.0, &body.0)).await
}

/// Give a shipment's number back
///
/// A printed number is void, an unprinted one is free again.
#[utoipa::path(delete, path = "/api/v1/shipments/{id}/waybill", tag = "numbers", request_body = Option<ReturnWish>,
    responses((status = 200, description = "What became of the number", body = Waybill)))]
pub async fn give_back(caller: Caller, id: Id<ShipmentId>, body: OptionalBody<ReturnWish>) -> Reply {
    caller.needs(Right::Ship)?;
    caller.write(StatusCode::OK, move |tx| waybills::void(tx, id.0, &body.0.reason)).await
}
