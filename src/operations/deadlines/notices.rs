//! Delay notices: a person says that orders leave later, why, and when instead. Their clocks follow, and follow back.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::recount::recount_orders;
use crate::db::deadlines::{self as clocks, DeadlineRow};
use crate::db::delay_notices::{self as record, GivenRow, NewNotice};
use crate::db::events::{self, NewEvent};
use crate::db::{Db, Tx, orders, sellers, shipments};
use crate::domain::deadline::{DelayReason, ForBuyer, Zone, for_buyer};
use crate::domain::error::{Error, FieldError};
use crate::domain::id::{OrderId, ShipmentId};
use crate::domain::left_out::Why;
use crate::domain::time::UtcTime;
use crate::operations::shipments::facts::Context;

/// Longest note, in characters.
const NOTE_MAX: usize = 200;

/// A delay about to be announced.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDelayNotice {
    /// 1 to 5,000.
    pub orders: Vec<OrderId>,
    pub reason: DelayReason,
    /// In your own words, up to 200 characters without personal data; needed with the reason `other`.
    #[serde(default)]
    pub note: String,
    /// When they leave instead: later than now, and than each order's deadline.
    pub ship_by: UtcTime,
}

/// An order whose deadline moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Delayed {
    pub order: OrderId,
    /// Its deadline before.
    pub was: UtcTime,
    /// Its deadline now.
    pub ship_by: UtcTime,
}

/// An order whose deadline stayed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct NotDelayed {
    pub id: OrderId,
    pub reasons: Vec<Why>,
}

/// What became of a notice, order by order.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct DelayedMany {
    /// Under which it can be taken back; none when no order was delayed.
    pub id: Option<String>,
    pub done: Vec<Delayed>,
    pub left_out: Vec<NotDelayed>,
}

/// A notice on one order.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct DelayNotice {
    /// The same for all that were announced together.
    pub id: String,
    pub order: OrderId,
    pub order_number: String,
    pub reason: DelayReason,
    pub note: String,
    pub ship_by: UtcTime,
    /// The deadline before.
    pub was: UtcTime,
    pub given_by: String,
    pub given_at: UtcTime,
    pub undone_by: Option<String>,
    pub undone_at: Option<UtcTime>,
    /// Words for the buyer, to be pasted at the shop: no platform is told of a delay from here.
    pub for_buyer: ForBuyer,
    #[serde(skip)]
    pub row: i64,
}

impl DelayNotice {
    fn of(row: GivenRow, zone: Zone) -> Self {
        Self {
            for_buyer: for_buyer(&row.order_number, row.reason, &row.note, row.due_at, zone),
            id: row.batch_id.to_string(),
            order: row.order_id,
            order_number: row.order_number,
            reason: row.reason,
            note: row.note,
            ship_by: row.due_at,
            was: row.was_due_at,
            given_by: row.given_by,
            given_at: row.given_at,
            undone_by: row.undone_by,
            undone_at: row.undone_at,
            row: row.id,
        }
    }
}

/// Notices behind row `before`, newest first; of one order, or of all.
///
/// # Errors
/// When the record cannot be read.
pub fn list(
    db: &mut Db,
    order: Option<OrderId>,
    before: Option<i64>,
    limit: usize,
) -> Result<Vec<DelayNotice>, Error> {
    let zone = sellers::settings(db)?.time_zone;
    let rows = record::list(db, order, before, limit)?.into_iter();
    Ok(rows.map(|row| DelayNotice::of(row, zone)).collect())
}

/// Announces a delay. Each order stands for itself.
///
/// # Errors
/// [`Error::Invalid`] for a date that has passed, a note that is too long, or none with the reason `other`.
pub fn give(tx: &mut Tx, new: &NewDelayNotice) -> Result<DelayedMany, Error> {
    let note = new.note.trim();
    check(new, note, tx.now)?;
    let (wanted, mut left_out) = each_once(&new.orders);
    lock_parcels(tx, &wanted)?;
    let there: HashMap<OrderId, _> =
        orders::find(tx, &wanted)?.into_iter().map(|row| (row.id, row.ship_by)).collect();
    let running = running(tx, &wanted)?;
    let mut notices = Vec::new();
    for order in wanted {
        match (there.get(&order), running.get(&order)) {
            (None, _) => left_out.push(NotDelayed::new(order, not_found(order))),
            (Some(_), None) => left_out.push(NotDelayed::new(order, not_running(order))),
            (Some(_), Some(clock)) if clock.due_at >= new.ship_by => {
                left_out.push(NotDelayed::new(order, not_later(order, clock.due_at, new.ship_by)));
            }
            (Some(promised), Some(clock)) => {
                notices.push(NewNotice { order, was_due_at: clock.due_at, promised_then: *promised });
            }
        }
    }
    if notices.is_empty() {
        return Ok(DelayedMany { id: None, done: Vec::new(), left_out });
    }
    let batch = record::insert(tx, &notices, new.reason, note, new.ship_by)?;
    let done: Vec<Delayed> = notices
        .iter()
        .map(|notice| Delayed { order: notice.order, was: notice.was_due_at, ship_by: new.ship_by })
        .collect();
    let data = |one: &Delayed| json!({ "notice": batch.to_string(), "reason": new.reason, "was": one.was, "ship_by": one.ship_by });
    follow(tx, "order.delayed", &done, data)?;
    Ok(DelayedMany { id: Some(batch.to_string()), done, left_out })
}

/// Takes a notice back: the clocks of its orders go by what they went by before. Repeating it changes nothing.
///
/// # Errors
/// [`Error::Missing`] without such a notice.
pub fn undo(tx: &mut Tx, batch: i64) -> Result<DelayedMany, Error> {
    let given = record::of_batch(tx, batch)?;
    if given.is_empty() {
        return Err(Error::missing("delay notice", batch));
    }
    let standing: Vec<OrderId> =
        given.iter().filter(|row| row.undone_at.is_none()).map(|row| row.order_id).collect();
    lock_parcels(tx, &standing)?;
    let before = running(tx, &standing)?;
    let (open, at_rest): (Vec<OrderId>, Vec<OrderId>) =
        standing.iter().copied().partition(|order| before.contains_key(order));
    record::undo(tx, batch, &open)?;
    let context = Context::load(tx)?;
    recount_orders(tx, &context, &open)?;
    let after = running(tx, &open)?;
    let done: Vec<Delayed> = open
        .iter()
        .filter_map(|order| {
            let (was, now) = (before.get(order)?, after.get(order)?);
            Some(Delayed { order: *order, was: was.due_at, ship_by: now.due_at })
        })
        .collect();
    let data = |one: &Delayed| json!({ "notice": batch.to_string(), "was": one.was, "ship_by": one.ship_by });
    tell(tx, "order.delay_undone", &done, data)?;
    let left_out = at_rest.into_iter().map(|order| NotDelayed::new(order, not_running(order))).collect();
    Ok(DelayedMany { id: Some(batch.to_string()), done, left_out })
}

fn check(new: &NewDelayNotice, note: &str, now: UtcTime) -> Result<(), Error> {
    let mut errors = Vec::new();
    if new.ship_by <= now {
        let detail = format!("{} has passed; write a later time.", new.ship_by);
        errors.push(FieldError::new("ship_by", "in_the_past", detail));
    }
    let length = note.chars().count();
    if length > NOTE_MAX {
        let detail = format!("The note has {length} characters; write up to {NOTE_MAX}.");
        errors.push(FieldError::new("note", "length", detail));
    }
    if note.is_empty() && new.reason == DelayReason::Other {
        let detail = "The reason is \"other\" and there is no note; say in a few words what it is.";
        errors.push(FieldError::new("note", "required", detail));
    }
    if errors.is_empty() { Ok(()) } else { Err(Error::Invalid(errors)) }
}

/// The open clocks of these orders.
fn running(tx: &mut Tx, orders: &[OrderId]) -> Result<HashMap<OrderId, DeadlineRow>, Error> {
    let rows = clocks::find(tx, orders)?.into_iter().filter(|row| row.stage.is_open());
    Ok(rows.map(|row| (row.order_id, row)).collect())
}

/// Shipments before clocks, as everywhere, so that nobody ships one of these orders meanwhile.
fn lock_parcels(tx: &mut Tx, orders: &[OrderId]) -> Result<(), Error> {
    let mut ids: Vec<ShipmentId> =
        shipments::places(tx, orders)?.into_iter().map(|place| place.shipment_id).collect();
    ids.sort_unstable();
    ids.dedup();
    shipments::lock(tx, &ids)?;
    Ok(())
}

fn follow(
    tx: &mut Tx,
    kind: &'static str,
    done: &[Delayed],
    data: impl Fn(&Delayed) -> serde_json::Value,
) -> Result<(), Error> {
    let orders: Vec<OrderId> = done.iter().map(|one| one.order).collect();
    let context = Context::load(tx)?;
    recount_orders(tx, &context, &orders)?;
    tell(tx, kind, done, data)
}

fn tell(
    tx: &mut Tx,
    kind: &'static str,
    done: &[Delayed],
    data: impl Fn(&Delayed) -> serde_json::Value,
) -> Result<(), Error> {
    let told: Vec<NewEvent> = done.iter().map(|one| NewEvent::order(kind, one.order, data(one))).collect();
    Ok(events::record(tx, &told)?)
}

/// The orders, each once, and those that were named again.
fn each_once(orders: &[OrderId]) -> (Vec<OrderId>, Vec<NotDelayed>) {
    let (mut seen, mut twice) = (HashSet::new(), HashSet::new());
    let (mut once, mut left_out) = (Vec::with_capacity(orders.len()), Vec::new());
    for order in orders {
        if seen.insert(*order) {
            once.push(*order);
        } else if twice.insert(*order) {
            let why = Why::new(
                "listed_twice",
                format!("Order {order} is listed twice."),
                "Nothing is to be done: it counted once.",
            );
            left_out.push(NotDelayed::new(*order, why));
        }
    }
    (once, left_out)
}

impl NotDelayed {
    fn new(id: OrderId, why: Why) -> Self {
        Self { id, reasons: vec![why] }
    }
}

fn not_found(order: OrderId) -> Why {
    Why::new("not_found", format!("There is no order {order}."), "Read the list again and choose anew.")
}

fn not_running(order: OrderId) -> Why {
    Why::new(
        "deadline_not_running",
        format!("No deadline runs for order {order}: it has left, is closed, or is not paid."),
        "Nothing is to be done here.",
    )
}

fn not_later(order: OrderId, due: UtcTime, wanted: UtcTime) -> Why {
    Why::new(
        "deadline_not_later",
        format!("Order {order} is to leave by {due} as it is; {wanted} is no later."),
        "Name a later time, or leave this order out.",
    )
}
