//! Shops over HTTP.

use actix_web::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use utoipa::{IntoParams, ToSchema};

use super::body::{Body, Id, Params};
use super::caller::{Caller, ok};
use super::jobs::JobView;
use super::page::{Items, Page};
use super::problem::Reply;
use crate::db::shops::{self, ShopRow};
use crate::db::{Db, shop_pulls, shop_tokens};
use crate::domain::actor::Right;
use crate::domain::error::Error;
use crate::domain::gap::Gap;
use crate::domain::id::ShopId;
use crate::domain::order::{OrderSnapshot, OrderState};
use crate::domain::platform::Platform;
use crate::domain::recipient::mask::masked;
use crate::domain::shop::ShopSettings;
use crate::domain::time::UtcTime;
use crate::jobs::trying::{Trial, Tried, first_orders};
use crate::jobs::{gap_checking, pulling};
use crate::operations::shops as operations;

/// A shop to be linked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewShop {
    /// `file`, `push`, or the name of a platform.
    #[schema(example = "push")]
    platform: Platform,
    #[schema(example = "Tea House")]
    name: String,
    /// What the platform gave for its API. Sealed; never shown again.
    #[serde(default)]
    #[schema(value_type = Object)]
    credentials: Map<String, Json>,
    #[serde(default)]
    settings: Option<ShopSettings>,
}

/// What is to become different. Left-out fields stay.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShopPatch {
    name: Option<String>,
    /// Replaces all credentials.
    #[schema(value_type = Option<Object>)]
    credentials: Option<Map<String, Json>>,
    /// Only these settings; null goes back to the default.
    #[serde(default)]
    #[schema(value_type = Object)]
    settings: Map<String, Json>,
}

/// A shop.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShopView {
    #[schema(example = "12")]
    id: ShopId,
    platform: Platform,
    name: String,
    settings: ShopSettings,
    health: ShopHealthView,
    created_at: UtcTime,
}

/// Whether orders come in.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShopHealthView {
    /// `waiting` before the first order, then `receiving`; `failing` while the shop cannot be read.
    state: &'static str,
    /// When everything in the shop was last read to its end; `None` for shops that are not asked.
    last_pull_at: Option<UtcTime>,
    /// How many orders the first reading of the history has brought so far; `None` once it is read.
    history_read: Option<i64>,
    /// When the shop's own count of its orders was last held against ours; `None` where it does not count.
    gaps_checked_at: Option<UtcTime>,
    /// The days of which it counted more, after what was missing was read again.
    gaps: Vec<GapView>,
    /// When the shop last said by a webhook that something changed.
    last_hint_at: Option<UtcTime>,
    /// How many pulls in a row came to nothing, and why the last one did.
    failures: i64,
    error: Option<String>,
    /// Until when the platform accepts us; then a person has to authorise the shop anew. `None` where nobody says.
    linked_until: Option<UtcTime>,
    /// When an order last came in.
    last_intake_at: Option<UtcTime>,
    /// Newest change of an order, by the platform's clock.
    last_order_at: Option<UtcTime>,
}

/// A day of which the shop counts more orders than are here.
#[derive(Debug, Serialize, ToSchema)]
pub struct GapView {
    /// When the day began by the shop's clock.
    from: UtcTime,
    /// Where it ended, or how far it was counted.
    until: UtcTime,
    /// How many orders the shop counts, and how many are here.
    theirs: i64,
    ours: i64,
}

impl From<Gap> for GapView {
    fn from(gap: Gap) -> Self {
        let Gap { from, until, theirs, ours, .. } = gap;
        Self { from, until, theirs, ours }
    }
}

impl ShopView {
    fn of(db: &mut Db, row: ShopRow) -> Result<Self, Error> {
        let settings = row.settings()?;
        let pull = shop_pulls::find(db, row.id)?;
        let gaps = pull.gaps()?.into_iter().map(GapView::from).collect();
        let health = ShopHealthView {
            state: match row.last_intake_at {
                _ if pull.failures > 0 => "failing",
                Some(_) => "receiving",
                None => "waiting",
            },
            last_pull_at: pull.pulled_at,
            history_read: pull.history(),
            gaps_checked_at: pull.gaps_checked_at,
            gaps,
            last_hint_at: pull.hinted_at,
            failures: pull.failures,
            error: Some(pull.error).filter(|error| !error.is_empty()),
            linked_until: shop_tokens::find(db, row.id)?.linked_until,
            last_intake_at: row.last_intake_at,
            last_order_at: row.last_order_at,
        };
        let ShopRow { id, platform, name, created_at, .. } = row;
        Ok(Self { id, platform, name, settings, health, created_at })
    }
}

/// Which page of a list sorted by id.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// Most items, 1 to 500; 50 without.
    pub limit: Option<String>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// Link a shop
#[utoipa::path(post, path = "/api/v1/shops", tag = "shops", request_body = NewShop,
    responses((status = 201, description = "The shop", body = ShopView)))]
pub async fn create(caller: Caller, body: Body<NewShop>) -> Reply {
    caller.needs(Right::Manage)?;
    let NewShop { platform, name, credentials, settings } = body.0;
    let new = operations::NewShop { platform, name, credentials, settings: settings.unwrap_or_default() };
    caller
        .write(StatusCode::CREATED, move |tx| {
            let row = operations::create(tx, &new)?;
            ShopView::of(tx, row)
        })
        .await
}

/// List shops
#[utoipa::path(get, path = "/api/v1/shops", tag = "shops", params(PageQuery),
    responses((status = 200, description = "A page of shops", body = Items<ShopView>)))]
pub async fn list(caller: Caller, query: Params<PageQuery>) -> Reply {
    caller.needs(Right::See)?;
    let (page, after) = Page::by_id(query.0.limit.as_deref(), query.0.cursor.as_deref(), "shops")?;
    caller
        .read(move |db| {
            let rows = shops::page(db, after, page.rows())?;
            page.items(rows, |row| vec![row.id.to_string()], |row| ShopView::of(db, row)).all()
        })
        .await
}

/// Show a shop
#[utoipa::path(get, path = "/api/v1/shops/{id}", tag = "shops",
    responses((status = 200, description = "The shop", body = ShopView)))]
pub async fn show(caller: Caller, id: Id<ShopId>) -> Reply {
    caller.needs(Right::See)?;
    caller
        .read(move |db| {
            let row = shops::find(db, id.0)?;
            ShopView::of(db, row)
        })
        .await
}

/// Change a shop
#[utoipa::path(patch, path = "/api/v1/shops/{id}", tag = "shops", request_body = ShopPatch,
    responses((status = 200, description = "The shop as it is now", body = ShopView)))]
pub async fn change(caller: Caller, id: Id<ShopId>, body: Body<ShopPatch>) -> Reply {
    caller.needs(Right::Manage)?;
    let ShopPatch { name, credentials, settings } = body.0;
    let change = operations::ShopChange { name, settings, credentials };
    caller
        .write(StatusCode::OK, move |tx| {
            let row = operations::change(tx, id.0, &change)?;
            ShopView::of(tx, row)
        })
        .await
}

/// Pull a shop's orders
///
/// Asks the shop for what has changed, as a job; every shop is asked every two minutes by itself. While a pull of
/// the shop waits or runs it is answered, and no second one begins.
#[utoipa::path(post, path = "/api/v1/shops/{id}/pull", tag = "shops",
    responses((status = 202, description = "The job", body = JobView)))]
pub async fn pull(caller: Caller, id: Id<ShopId>) -> Reply {
    caller.needs(Right::Intake)?;
    caller.write(StatusCode::ACCEPTED, move |tx| Ok(JobView::from(pulling::enqueue(tx, id.0)?))).await
}

/// Count a shop's orders
///
/// Holds the shop's own count of the orders of each of the last 30 days against ours, as a job; what is missing is read
/// again. Every shop is counted once a day by itself.
#[utoipa::path(post, path = "/api/v1/shops/{id}/gap-check", tag = "shops",
    responses((status = 202, description = "The job", body = JobView)))]
pub async fn check_gaps(caller: Caller, id: Id<ShopId>) -> Reply {
    caller.needs(Right::Intake)?;
    caller.write(StatusCode::ACCEPTED, move |tx| Ok(JobView::from(gap_checking::enqueue(tx, id.0)?))).await
}

/// What opens a shop, to be tried.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TrialWish {
    /// The shop's own when left out.
    address: Option<String>,
    /// Added to the shop's own, which are sent to the shop's own address only.
    #[serde(default)]
    #[schema(value_type = Object)]
    credentials: Map<String, Json>,
}

/// What a shop answered.
#[derive(Debug, Serialize, ToSchema)]
pub struct TriedView {
    /// The first ten of the last 90 days.
    orders: Vec<TriedOrderView>,
    unreadable: Vec<UnreadableView>,
}

/// An order as it would come in.
#[derive(Debug, Serialize, ToSchema)]
pub struct TriedOrderView {
    number: String,
    #[schema(value_type = Option<String>)]
    state: Option<OrderState>,
    created_at: Option<UtcTime>,
    /// Masked.
    name: String,
    city: String,
    lines: usize,
}

/// An order that cannot be understood.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnreadableView {
    number: String,
    why: String,
}

impl From<OrderSnapshot> for TriedOrderView {
    fn from(order: OrderSnapshot) -> Self {
        let recipient = order.head.as_ref().map(|head| masked(&head.recipient)).unwrap_or_default();
        Self {
            number: order.number,
            state: order.head.as_ref().map(|head| head.state),
            created_at: order.head.and_then(|head| head.created_at),
            name: recipient.name,
            city: recipient.city,
            lines: order.lines.map_or(0, |lines| lines.len()),
        }
    }
}

/// Try a shop
///
/// Reads the first orders by an address and keys before they are kept; nothing is written.
#[utoipa::path(post, path = "/api/v1/shops/{id}/try", tag = "shops", request_body = TrialWish,
    responses((status = 200, description = "What the shop answered", body = TriedView)))]
pub async fn attempt(caller: Caller, id: Id<ShopId>, body: Body<TrialWish>) -> Reply {
    caller.needs(Right::Manage)?;
    let TrialWish { address, credentials } = body.0;
    let tried = caller.run(move |app, actor| first_orders(app, actor, id.0, Trial { address, credentials }));
    let Tried { orders, unreadable } = tried.await?;
    let unreadable = unreadable.into_iter().map(|(number, why)| UnreadableView { number, why }).collect();
    ok(&TriedView { orders: orders.into_iter().map(TriedOrderView::from).collect(), unreadable })
}
