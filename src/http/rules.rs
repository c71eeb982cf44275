//! Rules over HTTP: the list, its text, what it would change, and what a person decides on one order.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::{self, Path};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::body::{Body, Id, LargeBody, Params, id_of};
use super::caller::Caller;
use super::problem::Reply;
use super::shipment_query::{ShipmentQuery, ShipmentWish};
use super::shipments::{ACT_MAX, bounded};
use crate::db::Db;
use crate::domain::actor::Right;
use crate::domain::error::Error;
use crate::domain::id::{OrderId, RuleRunId};
use crate::domain::rule::analysis::Finding;
use crate::domain::rule::text::{checked, print};
use crate::domain::rule::{ActionKind, Rule, RuleSet};
use crate::operations::orders::{self, OrderView};
use crate::operations::rules::{self as operations, DryRunView, NewOverride, RulesView, Which};
use crate::operations::shipments::list as finding;

/// Which version of the rules was seen.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SeenVersion {
    /// `version` of the rules as they were seen. When others count by now, nothing is changed. Without it, whichever count.
    version: Option<String>,
}

impl SeenVersion {
    fn read(&self) -> Result<Option<i64>, Error> {
        self.version.as_deref().map(|text| id_of("version", text)).transpose()
    }
}

/// Where a new rule goes.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct NewPlace {
    /// `version` of the rules as they were seen.
    version: Option<String>,
    /// Place in the list, from 0; at its end without.
    place: Option<String>,
}

/// Where a rule goes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RulePlace {
    /// From 0; beyond the end it is the last.
    place: usize,
}

/// Orders that are judged anew: those named, those in shipments a filter finds, or all that wait.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RulesRun {
    /// 1 to 5,000.
    orders: Option<Vec<OrderId>>,
    /// Instead of `orders`.
    filter: Option<ShipmentQuery>,
    /// Instead of both: everything that waits.
    #[serde(default)]
    all: bool,
}

/// How many shipments are judged anew.
#[derive(Debug, Serialize, ToSchema)]
pub struct RulesRunView {
    /// A first part is done; the rest follows in a moment, as `being_judged` of the rules says.
    judged_anew: usize,
}

/// What is odd about rules.
#[derive(Debug, Serialize, ToSchema)]
pub struct FindingsView {
    findings: Vec<Finding>,
}

/// Show the rules
///
/// In the order in which they are read, with what is odd about them.
#[utoipa::path(get, path = "/api/v1/rules", tag = "rules",
    responses((status = 200, description = "The rules", body = RulesView)))]
pub async fn list(caller: Caller) -> Reply {
    caller.needs(Right::See)?;
    caller.read(operations::current).await
}

/// Replace the rules
///
/// Everything that waits is judged by them, a first part at once.
#[utoipa::path(put, path = "/api/v1/rules", tag = "rules", params(SeenVersion), request_body = RuleSet,
    responses((status = 200, description = "The rules", body = RulesView)))]
pub async fn replace(caller: Caller, query: Params<SeenVersion>, body: Body<RuleSet>) -> Reply {
    caller.needs(Right::Manage)?;
    let seen = query.0.read()?;
    caller.write(StatusCode::OK, move |tx| operations::replace(tx, seen, body.0.clone())).await
}

/// Add a rule
#[utoipa::path(post, path = "/api/v1/rules", tag = "rules", params(NewPlace), request_body = Rule,
    responses((status = 201, description = "The rules", body = RulesView)))]
pub async fn add(caller: Caller, query: Params<NewPlace>, body: Body<Rule>) -> Reply {
    caller.needs(Right::Manage)?;
    let seen = SeenVersion { version: query.0.version }.read()?;
    let place = query.0.place.as_deref().map(|text| id_of("place", text)).transpose()?;
    let place = place.map(|place| usize::try_from(place).unwrap_or(0));
    caller.write(StatusCode::CREATED, move |tx| operations::add(tx, seen, &body.0, place)).await
}

/// Change a rule
///
/// It keeps its key and its place.
#[utoipa::path(put, path = "/api/v1/rules/{key}", tag = "rules", params(SeenVersion), request_body = Rule,
    responses((status = 200, description = "The rules", body = RulesView)))]
pub async fn change(
    caller: Caller,
    key: Path<String>,
    query: Params<SeenVersion>,
    body: Body<Rule>,
) -> Reply {
    caller.needs(Right::Manage)?;
    let seen = query.0.read()?;
    caller.write(StatusCode::OK, move |tx| operations::change_one(tx, seen, &key, &body.0)).await
}

/// Take a rule out
#[utoipa::path(delete, path = "/api/v1/rules/{key}", tag = "rules", params(SeenVersion),
    responses((status = 200, description = "The rules", body = RulesView)))]
pub async fn remove(caller: Caller, key: Path<String>, query: Params<SeenVersion>) -> Reply {
    caller.needs(Right::Manage)?;
    let seen = query.0.read()?;
    caller.write(StatusCode::OK, move |tx| operations::remove(tx, seen, &key)).await
}

/// Move a rule
#[utoipa::path(put, path = "/api/v1/rules/{key}/place", tag = "rules", params(SeenVersion), request_body = RulePlace,
    responses((status = 200, description = "The rules", body = RulesView)))]
pub async fn place(
    caller: Caller,
    key: Path<String>,
    query: Params<SeenVersion>,
    body: Body<RulePlace>,
) -> Reply {
    caller.needs(Right::Manage)?;
    let seen = query.0.read()?;
    caller.write(StatusCode::OK, move |tx| operations::move_to(tx, seen, &key, body.0.place)).await
}

/// Export the rules as text
#[utoipa::path(get, path = "/api/v1/rules/text", tag = "rules",
    responses((status = 200, description = "The rules, to be kept and edited", body = RuleSet)))]
pub async fn text(caller: Caller) -> Reply {
    caller.needs(Right::See)?;
    let rules = caller.load(operations::current).await?.rules;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/json"))
        .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"rules.json\""))
        .body(print(&RuleSet { rules })))
}

/// Import rules from text
///
/// They take the place of all rules. An error names the rule, the field and the line.
#[utoipa::path(put, path = "/api/v1/rules/text", tag = "rules", params(SeenVersion), request_body = RuleSet,
    responses((status = 200, description = "The rules", body = RulesView)))]
pub async fn replace_text(caller: Caller, query: Params<SeenVersion>, body: LargeBody) -> Reply {
    caller.needs(Right::Manage)?;
    body.takes(&["application/json", "text/plain"])?;
    let seen = query.0.read()?;
    let text = String::from_utf8(body.bytes.to_vec())
        .map_err(|_| Error::invalid("text", "encoding", "The text is no UTF-8; save it as UTF-8"))?;
    caller.write(StatusCode::OK, move |tx| operations::replace_by_text(tx, seen, &text)).await
}

/// Check rules
///
/// Says what is odd about them: rules that never match, that match every order, that come too late. Nothing is changed.
#[utoipa::path(post, path = "/api/v1/rules/check", tag = "rules", request_body = RuleSet,
    responses((status = 200, description = "What is odd", body = FindingsView)))]
pub async fn check(caller: Caller, body: Body<RuleSet>) -> Reply {
    caller.needs(Right::See)?;
    caller
        .work_out(move |db| {
            let set = checked(body.0.clone()).map_err(Error::Invalid)?;
            Ok(FindingsView { findings: operations::look_at(db, &set)? })
        })
        .await
}

/// Count what rules would change
///
/// On every order that waits, beside what stands. Many orders are counted in a moment: ask for the run until it is `done`.
#[utoipa::path(post, path = "/api/v1/rules/dry-runs", tag = "rules", request_body = RuleSet,
    responses((status = 201, description = "What would change", body = DryRunView)))]
pub async fn dry_run(caller: Caller, body: Body<RuleSet>) -> Reply {
    caller.needs(Right::Manage)?;
    caller.write(StatusCode::CREATED, move |tx| operations::dry_run(tx, body.0.clone())).await
}

/// Show a dry run
#[utoipa::path(get, path = "/api/v1/rules/dry-runs/{id}", tag = "rules",
    responses((status = 200, description = "What would change, as far as it is counted", body = DryRunView)))]
pub async fn show_dry_run(caller: Caller, id: Id<RuleRunId>) -> Reply {
    caller.needs(Right::See)?;
    caller.read(move |db| operations::dry_run_view(db, id.0)).await
}

/// Judge orders anew
///
/// By the rules that count. What a person decided stays.
#[utoipa::path(post, path = "/api/v1/rules/run", tag = "rules", request_body = RulesRun,
    responses((status = 200, description = "How many shipments follow", body = RulesRunView)))]
pub async fn run(caller: Caller, body: Body<RulesRun>) -> Reply {
    caller.needs(Right::Manage)?;
    let chosen = body.0.read()?;
    caller
        .write(StatusCode::OK, move |tx| {
            let which = chosen.which(tx)?;
            Ok(RulesRunView { judged_anew: operations::run(tx, &which)? })
        })
        .await
}

enum Chosen {
    All,
    Orders(Vec<OrderId>),
    Found(Box<ShipmentWish>),
}

impl RulesRun {
    fn read(self) -> Result<Chosen, Error> {
        match (self.orders, self.filter, self.all) {
            (None, None, true) => Ok(Chosen::All),
            (Some(orders), None, false) => {
                bounded("orders", orders.len())?;
                Ok(Chosen::Orders(orders))
            }
            (None, Some(filter), false) => Ok(Chosen::Found(Box::new(filter.parse()?))),
            _ => Err(Error::invalid("orders", "required", "Send one of orders, filter, and \"all\": true")),
        }
    }
}

impl Chosen {
    fn which(&self, db: &mut Db) -> Result<Which, Error> {
        let wish = match self {
            Self::All => return Ok(Which::All),
            Self::Orders(orders) => return Ok(Which::Orders(orders.clone())),
            Self::Found(wish) => wish,
        };
        let filter = wish.filter(db)?;
        let ids = finding::ids(db, &filter, wish.search.as_deref(), wish.sort, ACT_MAX + 1)?;
        if ids.len() > ACT_MAX {
            let detail =
                format!("The filter finds more than {ACT_MAX} shipments; narrow it, or send \"all\": true");
            return Err(Error::invalid("filter", "range", detail));
        }
        Ok(Which::Shipments(ids))
    }
}

/// Decide otherwise for one order
///
/// Takes back what rules want of a kind, or sets carrier, service, warehouse or flag. It stays so through every later
/// judgement.
#[utoipa::path(put, path = "/api/v1/orders/{id}/rule-overrides", tag = "rules", request_body = NewOverride,
    responses((status = 200, description = "The order", body = OrderView)))]
pub async fn give(caller: Caller, id: Id<OrderId>, body: Body<NewOverride>) -> Reply {
    caller.needs(Right::Audit)?;
    let now = caller.app.now();
    caller
        .write(StatusCode::OK, move |tx| {
            operations::give(tx, id.0, &body.0)?;
            orders::order(tx, id.0, now)
        })
        .await
}

/// Give a kind back to the rules
#[utoipa::path(delete, path = "/api/v1/orders/{id}/rule-overrides/{kind}", tag = "rules",
    responses((status = 200, description = "The order", body = OrderView)))]
pub async fn take_back(caller: Caller, path: Path<(OrderId, String)>) -> Reply {
    caller.needs(Right::Audit)?;
    let (order, kind) = path.into_inner();
    let kind = ActionKind::parse(&kind).map_err(|said| Error::invalid("kind", "word", said))?;
    let now = caller.app.now();
    caller
        .write(StatusCode::OK, move |tx| {
            operations::take_back(tx, order, kind)?;
            orders::order(tx, order, now)
        })
        .await
}

/// The routes of rules; fixed words come before keys.
pub fn routes(config: &mut web::ServiceConfig) {
    use actix_web::web::{delete, get, post, put, resource};
    config
        .service(resource("/rules").route(get().to(list)).route(put().to(replace)).route(post().to(add)))
        .service(resource("/rules/text").route(get().to(text)).route(put().to(replace_text)))
        .service(resource("/rules/check").route(post().to(check)))
        .service(resource("/rules/run").route(post().to(run)))
        .service(resource("/rules/dry-runs").route(post().to(dry_run)))
        .service(resource("/rules/dry-runs/{id}").route(get().to(show_dry_run)))
        .service(resource("/rules/{key}").route(put().to(change)).route(delete().to(remove)))
        .service(resource("/rules/{key}/place").route(put().to(place)))
        .service(resource("/orders/{id}/rule-overrides").route(put().to(give)))
        .service(resource("/orders/{id}/rule-overrides/{kind}").route(delete().to(take_back)));
}
