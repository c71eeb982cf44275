//! Orders over HTTP: pushed in, listed, held.

use std::collections::BTreeMap;

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::body::{Body, Id, LargeBody, Params, id_of, segment, word_of};
use super::caller::Caller;
use super::events::EventView;
use super::page::{Items, Page};
use super::problem::Reply;
use super::shipment_query::yes_or_no;
use crate::app::App;
use crate::connectors::limits;
use crate::connectors::push::{self, Item};
use crate::db::events;
use crate::db::orders::OrderFilter;
use crate::db::shops;
use crate::domain::actor::{Actor, Right};
use crate::domain::error::Error;
use crate::domain::id::{HoldId, NoteId, OrderId, ShopId};
use crate::domain::order::OrderState;
use crate::domain::platform::Platform;
use crate::domain::time::UtcTime;
use crate::jobs::intake::take_in_all;
use crate::operations::intake::Outcome;
use crate::operations::memos::MemoWish;
use crate::operations::orders::{self as operations, NewHold, OrderView};

/// How many events an order shows; `/events?subject=` has them all.
const EVENTS_SHOWN: usize = 100;

/// What became of the orders of one request.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct TakenOrdersView {
    created: usize,
    updated: usize,
    unchanged: usize,
    rejected: usize,
    /// One per order of the request, in its sequence.
    items: Vec<TakenOrderView>,
}

/// What became of one order.
#[derive(Debug, Serialize, ToSchema)]
pub struct TakenOrderView {
    /// Position in the request, from 0.
    index: usize,
    /// The platform's number, when it could be read.
    number: Option<String>,
    /// `created`, `updated`, `unchanged` or `rejected`.
    result: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<OrderId>,
    /// Everything that is wrong with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<RejectedFieldView>,
}

/// A field of an order that cannot be taken.
#[derive(Debug, Serialize, ToSchema)]
pub struct RejectedFieldView {
    #[schema(example = "lines[0].quantity")]
    field: String,
    code: &'static str,
    /// As it came, shortened.
    value: String,
    detail: String,
}

/// An order with the latest of what happened to it.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderWithEventsView {
    #[serde(flatten)]
    order: OrderView,
    /// Newest first, at most 100.
    events: Vec<EventView>,
}

/// Which orders.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OrderQuery {
    /// Id of a shop.
    shop: Option<String>,
    /// What the platform says of it.
    state: Option<String>,
    /// The platform's number.
    number: Option<String>,
    /// Nick of the buyer.
    nick: Option<String>,
    /// Not shipped, and to be shipped before this time.
    ship_by_before: Option<String>,
    /// `true`: not shipped, and past its deadline; `false`: not shipped, and not past it.
    overdue: Option<String>,
    /// Most items, 1 to 500; 50 without.
    limit: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A reason to wait.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HoldToSet {
    /// What to wait for, 1 to 200 characters.
    reason: String,
    /// It ends by itself then; without, only a person ends it.
    #[serde(default)]
    until: Option<UtcTime>,
}

/// Orders whose remarks were read.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrdersRead {
    orders: Vec<OrderId>,
}

/// What is said of a buyer.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BuyerTags {
    /// Up to 20 of up to 40 characters; these and no others.
    #[schema(example = json!(["regular"]))]
    pub tags: Vec<String>,
}

/// A note to be written.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoteToWrite {
    /// 1 to 1,000 characters.
    text: String,
    /// Tells the order's shop as well; without it the note is for colleagues only.
    memo: Option<MemoWish>,
}

/// A note that was written.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoteView {
    id: NoteId,
    /// The order as it is now, the note at the end of its remarks.
    order: OrderView,
}

/// Which orders' remarks now count as read.
#[derive(Debug, Serialize, ToSchema)]
pub struct RemarksReadView {
    done: Vec<OrderId>,
    left_out: Vec<UnknownOrderView>,
}

/// An order that is not there.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnknownOrderView {
    id: OrderId,
    reasons: Vec<WhyView>,
}

/// Why something was left out.
#[derive(Debug, Serialize, ToSchema)]
pub struct WhyView {
    code: &'static str,
    message: String,
}

/// Push orders
///
/// A JSON array, or one order per line as `application/x-ndjson`; at most 10,000. Each is answered by
/// itself, and sending the same again changes nothing. Only for shops of the platform `push`.
#[utoipa::path(post, path = "/api/v1/shops/{id}/orders", tag = "orders",
    request_body(content = Vec<Object>, description = "Normalised orders; see docs/api.md"),
    responses((status = 200, description = "Each order, what became of it", body = TakenOrdersView)))]
pub async fn push(caller: Caller, id: Id<ShopId>, body: LargeBody) -> Reply {
    caller.needs(Right::Intake)?;
    body.takes(&["application/json", "application/x-ndjson", "application/jsonl", "text/plain"])?;
    let take = move |app: &App, actor: &Actor| take_in(app, actor, id.0, &body);
    caller.steps(StatusCode::OK, take).await
}

fn take_in(app: &App, actor: &Actor, shop: ShopId, body: &LargeBody) -> Result<TakenOrdersView, Error> {
    let shop = app.read(actor.seller, |db| shops::find(db, shop))?;
    if shop.platform != Platform::Push {
        return Err(Error::conflict(
            "platform_differs",
            format!(
                "Shop {} is of the platform {}; orders are pushed to shops of the platform push.",
                shop.id, shop.platform
            ),
            "Import its files, pull it, or link another shop of the platform push.",
        ));
    }
    let refused = |refusal: crate::connectors::Refusal| {
        Error::unprocessable(refusal.code, refusal.message, refusal.next)
    };
    let items = push::parse_orders(&body.bytes, Some(&body.content_type)).map_err(refused)?;
    let mut view = TakenOrdersView::default();
    let mut good = Vec::new();
    for (index, item) in items.into_iter().enumerate() {
        match item {
            Ok(order) => {
                good.push((view.items.len(), order));
                view.items.push(TakenOrderView {
                    index,
                    number: None,
                    result: "",
                    order: None,
                    errors: Vec::new(),
                });
            }
            rejected => view.items.push(TakenOrderView::rejected(rejected)),
        }
    }
    let (places, orders): (Vec<usize>, Vec<_>) = good.into_iter().unzip();
    for ((place, order), taken) in places.iter().zip(&orders).zip(take_in_all(app, actor, &shop, &orders)?) {
        let item = &mut view.items[*place];
        item.number = Some(order.number.clone());
        item.order = Some(taken.order);
        item.result = match taken.outcome {
            Outcome::Created => "created",
            Outcome::Updated => "updated",
            Outcome::Unchanged => "unchanged",
        };
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for item in &view.items {
        *counts.entry(item.result).or_default() += 1;
    }
    let count = |result| counts.get(result).copied().unwrap_or_default();
    (view.created, view.updated) = (count("created"), count("updated"));
    (view.unchanged, view.rejected) = (count("unchanged"), count("rejected"));
    Ok(view)
}

impl TakenOrderView {
    fn rejected(item: Item) -> Self {
        let rejected = item.expect_err("only rejected orders come here");
        let field = |error: limits::FieldError| RejectedFieldView {
            field: error.field,
            code: error.code,
            value: error.value,
            detail: error.message,
        };
        Self {
            index: rejected.index,
            number: rejected.number,
            result: "rejected",
            order: None,
            errors: rejected.errors.into_iter().map(field).collect(),
        }
    }
}

/// List orders
///
/// Newest first.
#[utoipa::path(get, path = "/api/v1/orders", tag = "orders", params(OrderQuery),
    responses((status = 200, description = "A page of orders", body = Items<OrderView>)))]
pub async fn list(caller: Caller, query: Params<OrderQuery>) -> Reply {
    caller.needs(Right::See)?;
    let OrderQuery { shop, state, number, nick, ship_by_before, overdue, limit, cursor } = query.0;
    let filter = OrderFilter {
        shop: shop.map(|text| id_of("shop", &text)).transpose()?.map(ShopId),
        state: state.map(|text| word_of("state", &text, OrderState::parse)).transpose()?,
        number,
        buyer_nick: nick,
        ship_by_before: ship_by_before
            .map(|text| word_of("ship_by_before", &text, UtcTime::parse))
            .transpose()?,
        overdue: overdue.map(|text| word_of("overdue", &text, yes_or_no)).transpose()?,
    };
    let (page, before) = Page::by_id(limit.as_deref(), cursor.as_deref(), "orders")?;
    let now = caller.now();
    caller
        .read(move |db| {
            let (items, next) = operations::orders(db, &filter, before.map(OrderId), page.limit, now)?;
            Ok(page.found(items, next.map(|id| vec![id.to_string()])))
        })
        .await
}

/// Show an order
#[utoipa::path(get, path = "/api/v1/orders/{id}", tag = "orders",
    responses((status = 200, description = "The order", body = OrderWithEventsView)))]
pub async fn show(caller: Caller, id: Id<OrderId>) -> Reply {
    caller.needs(Right::See)?;
    let now = caller.now();
    caller
        .read(move |db| {
            let order = operations::order(db, id.0, now)?;
            let events = events::list(db, Some(id.0.0), None, EVENTS_SHOWN)?;
            Ok(OrderWithEventsView { order, events: events.into_iter().map(EventView::from).collect() })
        })
        .await
}

/// Hold an order
#[utoipa::path(post, path = "/api/v1/orders/{id}/holds", tag = "orders", request_body = HoldToSet,
    responses((status = 201, description = "The hold, and the order as it is now", body = HeldView)))]
pub async fn hold(caller: Caller, id: Id<OrderId>, body: Body<HoldToSet>) -> Reply {
    caller.needs(Right::Audit)?;
    let new = NewHold { reason: body.0.reason, until: body.0.until };
    caller
        .write(StatusCode::CREATED, move |tx| {
            let hold = operations::hold(tx, id.0, &new)?;
            let now = tx.now;
            Ok(HeldView { id: hold, order: operations::order(tx, id.0, now)? })
        })
        .await
}

/// A hold that was set.
#[derive(Debug, Serialize, ToSchema)]
pub struct HeldView {
    /// For its release.
    id: HoldId,
    /// The order as it is now.
    order: OrderView,
}

/// Release a hold
///
/// Releasing it again changes nothing.
#[utoipa::path(delete, path = "/api/v1/orders/{id}/holds/{hold}", tag = "orders",
    responses((status = 204, description = "Released")))]
pub async fn release(caller: Caller, id: Id<OrderId>, request: HttpRequest) -> Reply {
    caller.needs(Right::Audit)?;
    let hold: HoldId = segment(&request, "hold")?;
    caller.write(StatusCode::NO_CONTENT, move |tx| operations::release(tx, id.0, hold)).await
}

/// Tag the buyer of an order
///
/// All that is said of them: what is left out is no more. It counts for every order of the nick on the platform; what waits
/// is judged anew, because rules may ask for it (`buyer_tag`).
#[utoipa::path(put, path = "/api/v1/orders/{id}/buyer-tags", tag = "orders", request_body = BuyerTags,
    responses((status = 200, description = "The tags as they are now", body = BuyerTags)))]
pub async fn tag_buyer(caller: Caller, id: Id<OrderId>, body: Body<BuyerTags>) -> Reply {
    caller.needs(Right::Audit)?;
    caller
        .write(StatusCode::OK, move |tx| {
            Ok(BuyerTags { tags: operations::tag_buyer(tx, id.0, &body.0.tags)? })
        })
        .await
}

/// Write a note on an order
///
/// For colleagues, and with `memo` for the order's shop, which a job tells once; it is never changed. It makes the remarks
/// unread again.
#[utoipa::path(post, path = "/api/v1/orders/{id}/notes", tag = "orders", request_body = NoteToWrite,
    responses((status = 201, description = "The note", body = NoteView)))]
pub async fn write_note(caller: Caller, id: Id<OrderId>, body: Body<NoteToWrite>) -> Reply {
    caller.needs(Right::Audit)?;
    caller
        .write(StatusCode::CREATED, move |tx| {
            let note = operations::write_note(tx, id.0, &body.0.text, body.0.memo.as_ref())?;
            let now = tx.now;
            Ok(NoteView { id: note, order: operations::order(tx, id.0, now)? })
        })
        .await
}

/// Mark remarks as read
///
/// As they stand now; one that changes afterwards is unread again.
#[utoipa::path(post, path = "/api/v1/orders/remarks-read", tag = "orders", request_body = OrdersRead,
    responses((status = 200, description = "Which were marked", body = RemarksReadView)))]
pub async fn mark_read(caller: Caller, body: Body<OrdersRead>) -> Reply {
    caller.needs(Right::Audit)?;
    let orders = body.0.orders;
    caller
        .write(StatusCode::OK, move |tx| {
            let read = operations::mark_read(tx, &orders)?;
            let unknown = |id| UnknownOrderView {
                id,
                reasons: vec![WhyView { code: "not_found", message: format!("There is no order {id}.") }],
            };
            Ok(RemarksReadView { done: read.done, left_out: read.missing.into_iter().map(unknown).collect() })
        })
        .await
}
