//! What people put together, take apart and split. All of it can be taken back until hand-over.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::json;

use super::settle::BY_HAND;
use crate::db::events::{self, NewEvent};
use crate::db::shipments::{self as record, Allocation, Join, MemberRow, NewShipment, ShipmentRow};
use crate::db::{Tx, decisions, recipients};
use crate::domain::error::{Error, FieldError};
use crate::domain::id::{LineId, OrderId, RecipientId, ShipmentId};
use crate::domain::left_out::{LeftOut, Why, each_once};
use crate::domain::recipient::Recipient;
use crate::domain::recipient::identity::{Party, Verdict, compare};
use crate::domain::recipient::permission::{MergePolicy, Traveller, may_travel_together};
use crate::domain::shipment::PrintState;
use crate::operations::shipments::facts::{self, Context, Facts};
use crate::operations::shipments::refresh;

/// What a merge by hand did.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Merged {
    /// The shipment that holds all of them now.
    pub shipment: ShipmentId,
    /// Shipments whose orders went into it.
    pub done: Vec<ShipmentId>,
    pub left_out: Vec<LeftOut>,
}

/// Puts the orders of several shipments into the first of them.
///
/// The first one that has not left is the one the others join. Orders that must not share a parcel
/// are left out with the objection; so is another recipient, unless `other_recipients` says that
/// the person has seen it.
///
/// # Errors
/// [`Error::Invalid`] with fewer than two shipments; a conflict when the first can take nobody in.
pub fn merge(tx: &mut Tx, ids: &[ShipmentId], other_recipients: bool) -> Result<Merged, Error> {
    let (ids, mut left_out) = each_once(ids);
    if ids.len() < 2 {
        let detail = format!("{} shipments are named; name at least two.", ids.len());
        return Err(Error::invalid("shipments", "too_few", detail));
    }
    let rows: HashMap<ShipmentId, ShipmentRow> =
        record::lock(tx, &ids)?.into_iter().map(|row| (row.id, row)).collect();
    let target = rows.get(&ids[0]).ok_or_else(|| Error::missing("shipment", ids[0]))?;
    if let Some(why) = unfit(target, true) {
        return Err(Error::conflict(why.code, why.message, why.next));
    }
    let hosts = Side::load(tx, target)?;
    let (mut done, mut joins, mut leaving, mut pieces) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for id in &ids[1..] {
        let Some(row) = rows.get(id) else {
            left_out.push(LeftOut::not_found(*id));
            continue;
        };
        let guests = Side::load(tx, row)?;
        if let Some(why) = unfit(row, false).or_else(|| hosts.objects_to(&guests, other_recipients)) {
            left_out.push(LeftOut::one(*id, why));
            continue;
        }
        for piece in record::pieces_by_line(tx, &[*id])? {
            // Parts of one order have lines in common.
            let order = guests.order_of(piece.line_id);
            let (line, quantity) = (piece.line_id, piece.quantity);
            match pieces.iter_mut().find(|known: &&mut Allocation| known.line == line) {
                Some(known) => known.quantity += quantity,
                None => pieces.push(Allocation { shipment: target.id, order, line, quantity }),
            }
        }
        for member in &guests.members {
            let (order, shop) = (member.order_id, member.shop_id);
            leaving.push((*id, order));
            if !joins.iter().any(|known: &Join| known.order == order) {
                joins.push(Join { shipment: target.id, order, shop, why: BY_HAND });
            }
        }
        done.push(*id);
    }
    let joined: Vec<OrderId> = joins.iter().map(|join| join.order).collect();
    record::leave(tx, &leaving, "merged_by_hand")?;
    record::join(tx, &joins)?;
    record::add_pieces(tx, &pieces)?;
    decisions::forget(tx, &joined)?;
    if !done.is_empty() {
        let mut log =
            vec![NewEvent::shipment("shipment.merged", target.id, json!({"from": done, "orders": joined}))];
        log.extend(
            done.iter()
                .map(|id| NewEvent::shipment("shipment.merged_into", *id, json!({"shipment": target.id}))),
        );
        events::record(tx, &log)?;
        stale_if_printed(tx, target)?;
        let touched: Vec<ShipmentId> = done.iter().copied().chain([target.id]).collect();
        refresh(tx, &touched)?;
    }
    Ok(Merged { shipment: target.id, done, left_out })
}

/// Takes a merged shipment apart: each order gets a shipment of its own, the first keeps the old
/// one with its number. Intake leaves them apart from then on.
///
/// # Errors
/// [`Error::Missing`] without such a shipment; a conflict when it has left or holds one order only.
pub fn unmerge(tx: &mut Tx, id: ShipmentId) -> Result<Vec<ShipmentId>, Error> {
    let row = record::lock(tx, &[id])?.pop().ok_or_else(|| Error::missing("shipment", id))?;
    refuse_if_gone(&row)?;
    let members = record::members(tx, &[id])?;
    let [_, others @ ..] = members.as_slice() else { return Err(not_merged(id)) };
    if others.is_empty() {
        return Err(not_merged(id));
    }
    let orders: Vec<OrderId> = members.iter().map(|member| member.order_id).collect();
    let mut order_recipients = HashMap::new();
    let context = Context::load_to_judge(tx)?;
    let now = tx.now;
    let judged = facts::load(tx, &context, &orders, now)?;
    for (order, facts) in &judged {
        order_recipients.insert(*order, facts.row.recipient_id);
    }
    let line_orders: HashMap<LineId, OrderId> =
        judged.values().flat_map(|facts| &facts.lines).map(|line| (line.id, line.order_id)).collect();
    let pieces = record::pieces_by_line(tx, &[id])?;

    let fresh: Vec<ShipmentId> = tx.ids(others.len())?.map(ShipmentId).collect();
    let seats: HashMap<OrderId, ShipmentId> =
        others.iter().zip(&fresh).map(|(member, id)| (member.order_id, *id)).collect();
    let new: Vec<NewShipment> = others
        .iter()
        .zip(&fresh)
        .map(|(member, id)| NewShipment {
            id: *id,
            merge_key: None,
            recipient: order_recipients.get(&member.order_id).copied().flatten(),
        })
        .collect();
    let joins: Vec<Join> = others
        .iter()
        .zip(&fresh)
        .map(|(member, id)| Join {
            shipment: *id,
            order: member.order_id,
            shop: member.shop_id,
            why: "unmerged",
        })
        .collect();
    let leaving: Vec<(ShipmentId, OrderId)> = others.iter().map(|member| (id, member.order_id)).collect();
    let moved: Vec<Allocation> = pieces
        .iter()
        .filter_map(|piece| {
            let order = *line_orders.get(&piece.line_id)?;
            let shipment = *seats.get(&order)?;
            Some(Allocation { shipment, order, line: piece.line_id, quantity: piece.quantity })
        })
        .collect();
    record::leave(tx, &leaving, "unmerged")?;
    record::set_keys(tx, &[(id, None)])?;
    record::insert(tx, &new)?;
    record::join(tx, &joins)?;
    record::add_pieces(tx, &moved)?;
    decisions::stand_alone(tx, &orders)?;
    stale_if_printed(tx, &row)?;
    events::record(tx, &[NewEvent::shipment("shipment.unmerged", id, json!({"into": fresh}))])?;
    let touched: Vec<ShipmentId> = [id].into_iter().chain(fresh).collect();
    refresh(tx, &touched)?;
    Ok(touched)
}

/// Pieces that are to leave in a shipment of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SplitLine {
    pub line: LineId,
    pub quantity: i64,
}

/// Moves pieces of a shipment into a new one; answers its id.
///
/// # Errors
/// [`Error::Missing`] without such a shipment; a conflict when it has left; [`Error::Invalid`] with
/// every line that is not in it or of which there are fewer pieces, or when nothing would stay.
pub fn split(tx: &mut Tx, id: ShipmentId, lines: &[SplitLine]) -> Result<ShipmentId, Error> {
    let row = record::lock(tx, &[id])?.pop().ok_or_else(|| Error::missing("shipment", id))?;
    refuse_if_gone(&row)?;
    let side = Side::load(tx, &row)?;
    let pieces = record::pieces_by_line(tx, &[id])?;
    let mut wanted: HashMap<LineId, i64> = HashMap::new();
    let mut errors = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let total = wanted.entry(line.line).or_default();
        *total = total.saturating_add(line.quantity.max(0));
        let here = pieces.iter().find(|piece| piece.line_id == line.line).map_or(0, |piece| piece.quantity);
        if here == 0 {
            let detail =
                format!("Line {} is not in shipment {id}; read the shipment for its lines.", line.line);
            errors.push(FieldError::new(format!("lines[{index}].line"), "not_here", detail));
        } else if line.quantity < 1 || *total > here {
            let detail =
                format!("{} of {here} pieces cannot be split off; write 1 to {here}.", line.quantity);
            errors.push(FieldError::new(format!("lines[{index}].quantity"), "out_of_range", detail));
        }
    }
    let rest: i64 = pieces.iter().map(|piece| piece.quantity).sum::<i64>() - wanted.values().sum::<i64>();
    if lines.is_empty() {
        errors.push(FieldError::new("lines", "too_few", "No line is named; name what is to leave apart."));
    } else if errors.is_empty() && rest < 1 {
        let detail = format!("All pieces of shipment {id} are named; leave at least one.");
        errors.push(FieldError::new("lines", "nothing_left", detail));
    }
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    let new = ShipmentId(tx.id()?);
    let mut orders: Vec<OrderId> = wanted.keys().map(|line| side.order_of(*line)).collect();
    orders.sort();
    orders.dedup();
    let moved: Vec<Allocation> = wanted
        .iter()
        .map(|(line, quantity)| Allocation {
            shipment: new,
            order: side.order_of(*line),
            line: *line,
            quantity: *quantity,
        })
        .collect();
    record::set_keys(tx, &[(id, None)])?;
    record::insert(tx, &[NewShipment { id: new, merge_key: None, recipient: row.recipient_id }])?;
    let here: Vec<&MemberRow> =
        side.members.iter().filter(|member| orders.contains(&member.order_id)).collect();
    let joins = |shipment| {
        here.iter().map(move |member| Join {
            shipment,
            order: member.order_id,
            shop: member.shop_id,
            why: "split",
        })
    };
    record::join(tx, &joins(new).chain(joins(id)).collect::<Vec<_>>())?;
    record::take_pieces(tx, id, &moved)?;
    record::add_pieces(tx, &moved)?;
    // An order of which nothing is left here has moved as a whole.
    record::leave_without_pieces(tx, id, &orders, "split")?;
    stale_if_printed(tx, &row)?;
    events::record(tx, &[NewEvent::shipment("shipment.split", id, json!({"into": new, "orders": orders}))])?;
    refresh(tx, &[id, new])?;
    Ok(new)
}

/// The orders of one shipment, judged, with their opened recipient.
struct Side {
    members: Vec<MemberRow>,
    facts: HashMap<OrderId, Facts>,
    recipient: Option<Recipient>,
    row: ShipmentRow,
}

impl Side {
    fn load(tx: &mut Tx, row: &ShipmentRow) -> Result<Self, Error> {
        let members = record::members(tx, &[row.id])?;
        let orders: Vec<OrderId> = members.iter().map(|member| member.order_id).collect();
        let context = Context::load_to_judge(tx)?;
        let now = tx.now;
        let facts = facts::load(tx, &context, &orders, now)?;
        let ids: Vec<RecipientId> = row.recipient_id.into_iter().collect();
        let recipient = recipients::open(tx, &ids)?.into_values().next();
        Ok(Self { members, facts, recipient, row: row.clone() })
    }

    /// Every piece belongs to an order of the shipment, by foreign key.
    fn order_of(&self, line: LineId) -> OrderId {
        let found = self.facts.values().find(|facts| facts.lines.iter().any(|own| own.id == line));
        found.expect("a piece belongs to an order of its shipment").row.id
    }

    fn objects_to(&self, guests: &Self, other_recipients: bool) -> Option<Why> {
        for host in self.facts.values() {
            for guest in guests.facts.values() {
                let together = may_travel_together(
                    &traveller(host, &self.row),
                    &traveller(guest, &guests.row),
                    MergePolicy::AllShops,
                );
                if let Err(objection) = together {
                    let next = "Leave them apart, or settle what stands in the way.";
                    return Some(Why::new(objection.code(), objection.english(), next));
                }
            }
        }
        let (Some(a), Some(b)) = (&self.recipient, &guests.recipient) else {
            return Some(Why::new(
                "recipient_missing",
                "One of the shipments has no recipient yet.",
                "Import the missing half of the order first.",
            ));
        };
        let party = |recipient: &Recipient, side: &Self| {
            let facts = side.members.first().and_then(|member| side.facts.get(&member.order_id));
            Party {
                platform: facts.map(|facts| facts.platform.to_string()).unwrap_or_default(),
                token: recipient.address_key.clone(),
                recipient: recipient.clone(),
                ..Party::default()
            }
        };
        let comparison = compare(&party(a, self), &party(b, guests), None);
        let same = self.row.recipient_id == guests.row.recipient_id || comparison.verdict == Verdict::Same;
        (!same && !other_recipients).then(|| {
            Why::new(
                "recipient_differs",
                format!("The recipients differ: {}", comparison.why.english()),
                "Look at both; to merge them all the same, repeat with \"other_recipients\": true.",
            )
        })
    }
}

fn traveller(facts: &Facts, row: &ShipmentRow) -> Traveller {
    Traveller {
        platform: facts.platform,
        shop: facts.row.shop_id,
        kind: facts.row.kind,
        state: facts.row.state,
        country: facts.row.country.clone().unwrap_or_default(),
        ship_from: facts.row.ship_from,
        ship_by: facts.row.ship_by,
        after_sale_open: facts.lines.iter().any(|line| !line.is_gone && line.refund.is_open()),
        presale_waiting: false,
        printed: row.print == PrintState::Printed,
        started: row.shipped_at.is_some(),
        consolidated: false,
        declared: false,
        fixed_route: String::new(),
    }
}

/// Why a shipment can take nobody in, or cannot go into another.
fn unfit(row: &ShipmentRow, is_target: bool) -> Option<Why> {
    let id = row.id;
    if row.shipped_at.is_some() {
        Some(Why::new("already_shipped", format!("Shipment {id} has left."), "Ship the other orders apart."))
    } else if row.cancelled_at.is_some() {
        Some(Why::new("cancelled", format!("Shipment {id} is cancelled."), "Nothing is to be done."))
    } else if !is_target && !row.waybill.is_empty() {
        Some(Why::new(
            "already_numbered",
            format!("Shipment {id} has the number {}.", row.waybill),
            "Give its number back first, or name it first so that the others join it.",
        ))
    } else {
        None
    }
}

fn refuse_if_gone(row: &ShipmentRow) -> Result<(), Error> {
    match unfit(row, true) {
        Some(why) => Err(Error::conflict(why.code, why.message, why.next)),
        None => Ok(()),
    }
}

fn not_merged(id: ShipmentId) -> Error {
    Error::conflict(
        "not_merged",
        format!("Shipment {id} holds one order."),
        "Split it by lines, if it is to leave in parts.",
    )
}

fn stale_if_printed(tx: &mut Tx, row: &ShipmentRow) -> Result<(), Error> {
    if matches!(row.print, PrintState::Queued | PrintState::Printed) {
        record::set_print(tx, &[row.id], PrintState::Stale)?;
    }
    Ok(())
}
