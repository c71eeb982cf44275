//! Audits: a person passes orders as they stand, rejects them, or takes a decision back. Orders are answered one by one.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::hold::REASON_LIMIT;
use crate::db::events::{self, NewEvent};
use crate::db::{Tx, holds, order_audits, orders, shipments};
use crate::domain::audit::{self, AuditKind, AuditState};
use crate::domain::error::Error;
use crate::domain::id::{OrderId, ShipmentId, ShopId};
use crate::domain::left_out::{OrderLeftOut, Why};
use crate::domain::reason::ReasonCode;
use crate::domain::shipment::PrintState;
use crate::operations::merging::{self, Changes};
use crate::operations::shipments::again;
use crate::operations::shipments::facts::{self, Context, Facts};

/// What the notes of audits are sealed for.
pub(super) const NOTE: &str = "order_audit";

/// Orders whose audit is decided.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AuditMany {
    /// 1 to 5,000.
    pub orders: Vec<OrderId>,
    pub kind: AuditKind,
    /// Up to 200 characters; a rejection needs them: they become the reason of the hold.
    #[serde(default)]
    pub note: String,
    /// As which orders were seen; one that has changed since is left out. Those not named count as they stand.
    #[serde(default)]
    pub seen: Vec<SeenOrder>,
}

/// As what an order was seen.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SeenOrder {
    pub order: OrderId,
    /// `facts` of its audit.
    pub facts: String,
}

/// What became of an act on the audits of many orders.
#[derive(Debug, Clone, Default, Serialize, utoipa::ToSchema)]
pub struct AuditedMany {
    pub done: Vec<OrderId>,
    pub left_out: Vec<OrderLeftOut>,
}

impl AuditedMany {
    fn leave(&mut self, order: OrderId, why: Why) {
        self.left_out.push(OrderLeftOut { id: order, reasons: vec![why] });
    }
}

/// Passes orders as they stand. Passing one again changes nothing.
///
/// # Errors
/// [`Error::Invalid`] for a note that is too long.
pub fn pass(tx: &mut Tx, new: &AuditMany) -> Result<AuditedMany, Error> {
    let note = checked_note(new, false)?;
    let (mut many, found) = look(tx, new)?;
    let mut decided = Vec::new();
    for (order, facts, hash) in &found {
        let passed = facts.audits.iter().any(|one| one.kind == new.kind && one.state == AuditState::Passed);
        let first = audit::next(&facts.audits).filter(|next| !passed && next.kind < new.kind);
        match first {
            Some(first) => many.leave(*order, not_yet(facts, first.kind)),
            None => {
                many.done.push(*order);
                if !passed {
                    decided.push((*order, hash.clone()));
                }
            }
        }
    }
    store(tx, new.kind, AuditState::Passed, &decided, note)?;
    record(tx, "order.audited", new.kind, &decided)?;
    settle(tx, decided)?;
    Ok(many)
}

/// Rejects orders as they stand, and holds them for the reason in the note. Those that passed are left out.
///
/// # Errors
/// [`Error::Invalid`] without a reason, or with one that is too long.
pub fn reject(tx: &mut Tx, new: &AuditMany) -> Result<AuditedMany, Error> {
    let note = checked_note(new, true)?;
    let (mut many, found) = look(tx, new)?;
    let mut decided = Vec::new();
    for (order, facts, hash) in found {
        match facts.audits.iter().any(|one| one.kind == new.kind && one.state == AuditState::Passed) {
            true => many.leave(order, passed_already(order, new.kind)),
            false => decided.push((order, hash)),
        }
    }
    many.done = decided.iter().map(|(order, _)| *order).collect();
    store(tx, new.kind, AuditState::Rejected, &decided, note)?;
    holds::insert(tx, &many.done, note, None)?;
    record(tx, "order.audit_rejected", new.kind, &decided)?;
    settle(tx, decided)?;
    Ok(many)
}

/// Takes decisions back while nothing of the order is numbered, printed or shipped. Without the customer audit the finance
/// audit is open again as well.
///
/// # Errors
/// When the record cannot be read or written.
pub fn undo(tx: &mut Tx, orders: &[OrderId], kind: AuditKind) -> Result<AuditedMany, Error> {
    let (mut many, there) = lock(tx, orders)?;
    let under_way = under_way(tx, &there)?;
    let decided: HashSet<OrderId> = order_audits::of_orders(tx, &there)?
        .into_iter()
        .filter(|row| row.kind == kind)
        .map(|row| row.order_id)
        .collect();
    for order in there {
        match (decided.contains(&order), under_way.get(&order)) {
            (false, _) => many.leave(order, not_audited(order, kind)),
            (true, Some(shipment)) => many.leave(order, is_under_way(order, *shipment)),
            (true, None) => many.done.push(order),
        }
    }
    let kinds: Vec<AuditKind> = AuditKind::ALL.iter().copied().filter(|one| *one >= kind).collect();
    order_audits::take_back(tx, &kinds, &many.done)?;
    let taken: Vec<(OrderId, String)> = many.done.iter().map(|order| (*order, String::new())).collect();
    record(tx, "order.audit_undone", kind, &taken)?;
    settle(tx, taken)?;
    Ok(many)
}

/// Has the waiting parcels of a shop judged anew: it was just decided which of its orders are to be audited.
///
/// # Errors
/// When the record cannot be read or written.
pub fn judge_shop(tx: &mut Tx, shop: ShopId) -> Result<(), Error> {
    order_audits::look_again(tx, shop)?;
    again::judge_marked(tx)
}

fn checked_note(new: &AuditMany, is_needed: bool) -> Result<&str, Error> {
    let note = new.note.trim();
    let length = note.chars().count();
    if length > REASON_LIMIT || is_needed && length == 0 {
        let least = usize::from(is_needed);
        let detail = format!("The note has {length} characters; write {least} to {REASON_LIMIT}.");
        return Err(Error::invalid("note", "length", detail));
    }
    Ok(note)
}

/// Locks the orders, each once: what changes them, intake and notes, is before this act or after it.
fn lock(tx: &mut Tx, ids: &[OrderId]) -> Result<(AuditedMany, Vec<OrderId>), Error> {
    let mut many = AuditedMany::default();
    let mut seen = HashSet::new();
    let wanted: Vec<OrderId> = ids.iter().copied().filter(|order| seen.insert(*order)).collect();
    let found: HashSet<OrderId> = orders::lock(tx, &wanted)?.into_iter().collect();
    let (there, missing): (Vec<OrderId>, Vec<OrderId>) =
        wanted.into_iter().partition(|order| found.contains(order));
    for order in missing {
        let why = Why::new(
            "not_found",
            format!("There is no order {order}."),
            "Read the list again and choose anew.",
        );
        many.leave(order, why);
    }
    Ok((many, there))
}

/// An order that is decided on, judged, with the hash of what the decision is for.
type Looked = (OrderId, Facts, String);

/// The orders that need this audit and are as they were seen.
fn look(tx: &mut Tx, new: &AuditMany) -> Result<(AuditedMany, Vec<Looked>), Error> {
    let (mut many, there) = lock(tx, &new.orders)?;
    let context = Context::load(tx)?;
    let now = tx.now;
    let mut judged = facts::load(tx, &context, &there, now)?;
    let seen: HashMap<OrderId, &str> = new.seen.iter().map(|one| (one.order, one.facts.as_str())).collect();
    let mut found = Vec::new();
    for order in there {
        let Some(facts) = judged.remove(&order) else { continue };
        let hash = facts.audit_hash.clone().unwrap_or_default();
        if !facts.audits.iter().any(|one| one.kind == new.kind) {
            many.leave(order, not_needed(order, new.kind));
        } else if seen.get(&order).is_some_and(|seen| *seen != hash) {
            many.leave(order, has_changed(order));
        } else {
            found.push((order, facts, hash));
        }
    }
    Ok((many, found))
}

/// Orders of which something is numbered, printed or shipped, with the shipment.
fn under_way(tx: &mut Tx, ids: &[OrderId]) -> Result<HashMap<OrderId, ShipmentId>, Error> {
    let places = shipments::places(tx, ids)?;
    let mut parcels: Vec<ShipmentId> = places.iter().map(|place| place.shipment_id).collect();
    parcels.sort();
    parcels.dedup();
    let parcels: HashSet<ShipmentId> = shipments::lock(tx, &parcels)?
        .into_iter()
        .filter(|row| !row.waybill.is_empty() || row.print != PrintState::None || row.shipped_at.is_some())
        .map(|row| row.id)
        .collect();
    let places = places.into_iter().filter(|place| parcels.contains(&place.shipment_id));
    Ok(places.map(|place| (place.order_id, place.shipment_id)).collect())
}

fn store(
    tx: &mut Tx,
    kind: AuditKind,
    state: AuditState,
    decided: &[(OrderId, String)],
    note: &str,
) -> Result<(), Error> {
    let sealed = if note.is_empty() { String::new() } else { tx.seal(NOTE, note) };
    Ok(order_audits::decide(tx, kind, state, decided, &sealed)?)
}

fn record(
    tx: &mut Tx,
    what: &'static str,
    kind: AuditKind,
    decided: &[(OrderId, String)],
) -> Result<(), Error> {
    let event = |(order, _): &(OrderId, String)| NewEvent::order(what, *order, json!({"audit": kind}));
    Ok(events::record(tx, &decided.iter().map(event).collect::<Vec<_>>())?)
}

fn settle(tx: &mut Tx, decided: Vec<(OrderId, String)>) -> Result<(), Error> {
    let orders: Vec<OrderId> = decided.into_iter().map(|(order, _)| order).collect();
    merging::settle(tx, &orders, &Changes::default())
}

fn not_yet(facts: &Facts, first: AuditKind) -> Why {
    let code = ReasonCode::of_audit(first);
    match facts.reasons.iter().find(|reason| reason.code == code) {
        Some(reason) => reason.into(),
        None => Why::new(code.as_str(), code.sentence().0, code.next_step().0),
    }
}

fn not_needed(order: OrderId, kind: AuditKind) -> Why {
    Why::new(
        "audit_not_needed",
        format!("Order {order} needs no {kind} audit by the settings of its shop."),
        "Nothing is to be done.",
    )
}

fn has_changed(order: OrderId) -> Why {
    Why::new(
        "order_changed",
        format!("Order {order} has changed since it was shown."),
        "Look at it again, then decide.",
    )
}

fn passed_already(order: OrderId, kind: AuditKind) -> Why {
    Why::new(
        "audit_passed",
        format!("Order {order} has passed its {kind} audit."),
        "Take the audit back first, or hold the order.",
    )
}

fn not_audited(order: OrderId, kind: AuditKind) -> Why {
    Why::new(
        "not_audited",
        format!("Nobody has decided the {kind} audit of order {order}."),
        "Nothing is to be done.",
    )
}

fn is_under_way(order: OrderId, shipment: ShipmentId) -> Why {
    Why::new(
        "order_under_way",
        format!("Order {order} is in shipment {shipment}, which is numbered, printed or shipped."),
        "Give the number back first, or hold the order.",
    )
}
