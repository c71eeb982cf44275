//! Derives what a shipment is from the facts of its orders.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::facts::{self, Context, Facts};
use crate::db::shipments::{self as record, Derived, MemberRow, ShipmentRow};
use crate::db::{Tx, waybills};
use crate::domain::error::Error;
use crate::domain::id::{OrderId, ShipmentId};
use crate::domain::reason::{Reason, ReasonCode};
use crate::domain::rule::ActionKind;
use crate::domain::shipment::{Axes, PrintState, ShipmentState, state};
use crate::domain::time::UtcTime;
use crate::operations::deadlines;
use crate::operations::plans::planning::{self, Planned};
use crate::operations::rules::follow as ruling;

/// Derives the state, reasons, deadline and counts of these shipments anew.
///
/// # Errors
/// When the record cannot be read or written.
pub fn refresh(tx: &mut Tx, shipments: &[ShipmentId]) -> Result<(), Error> {
    look_through(tx, shipments).map(drop)
}

/// As [`refresh`]; answers the orders that a rule wants taken apart.
pub(super) fn look_through(tx: &mut Tx, shipments: &[ShipmentId]) -> Result<Vec<OrderId>, Error> {
    let context = Context::load_to_judge(tx)?;
    refresh_with(tx, &context, shipments, HashMap::new(), &HashSet::new())
}

/// As [`refresh`], with facts that are known already and with shipments whose papers, if printed,
/// no longer say what is the case. Answers the orders that a rule wants taken apart.
pub(crate) fn refresh_with(
    tx: &mut Tx,
    context: &Context,
    shipments: &[ShipmentId],
    mut known: HashMap<OrderId, Facts>,
    stale: &HashSet<ShipmentId>,
) -> Result<Vec<OrderId>, Error> {
    let rows = record::lock(tx, shipments)?;
    let members = record::members(tx, shipments)?;
    let unknown: Vec<OrderId> =
        members.iter().map(|member| member.order_id).filter(|order| !known.contains_key(order)).collect();
    if !unknown.is_empty() {
        let now = tx.now;
        known.extend(facts::load(tx, context, &unknown, now)?);
    }
    let decided = ruling::compare(tx, context, &known)?;
    let mut stale = stale.clone();
    stale.extend(
        members
            .iter()
            .filter(|member| decided.gifts.contains(&member.order_id))
            .map(|member| member.shipment_id),
    );
    let pieces = record::pieces(tx, shipments)?;
    let reopened = reopening(tx, &rows, &members, &known)?;

    let now = tx.now;
    let mut plans = planning::plan(tx, context, &rows, &members, &known, now)?;
    move_clocks(tx, context, &plans, &mut known)?;

    let mut by_shipment: HashMap<ShipmentId, Vec<&MemberRow>> = HashMap::new();
    for member in &members {
        by_shipment.entry(member.shipment_id).or_default().push(member);
    }
    let mut derived = Vec::with_capacity(rows.len());
    let mut given_back = Vec::new();
    for row in &rows {
        let members = by_shipment.remove(&row.id).unwrap_or_default();
        let facts: Vec<&Facts> = members.iter().filter_map(|member| known.get(&member.order_id)).collect();
        let planned = plans.remove(&row.id).unwrap_or_default();
        let count = pieces.get(&row.id).copied().unwrap_or(0);
        let next = derive(tx.now, row, &facts, planned, count, &reopened, &stale);
        if next.state == ShipmentState::Cancelled && !row.waybill.is_empty() {
            given_back.push((row.id, row.print));
        }
        derived.push(next);
    }
    record::store(tx, &derived)?;
    ruling::store(tx, context, decided)?;
    deadlines::follow(tx, context, &known)?;
    for (shipment, print) in given_back {
        waybills::end_of_cancelled(tx, shipment, print)?;
    }
    Ok(to_be_split(&rows, &members, &known))
}

/// Lets clocks follow the warehouses that plans name now.
fn move_clocks(
    tx: &mut Tx,
    context: &Context,
    plans: &HashMap<ShipmentId, Planned>,
    known: &mut HashMap<OrderId, Facts>,
) -> Result<(), Error> {
    if context.houses.is_empty() {
        return Ok(());
    }
    let mut orders: Vec<OrderId> = known.keys().copied().collect();
    orders.sort_unstable();
    let planned = plans.iter().map(|(id, plan)| (*id, plan.stored.warehouse.as_str())).collect();
    let houses = context.houses.of_orders(tx, &orders, &planned)?;
    for facts in known.values_mut() {
        let house = houses.get(&facts.row.id).copied();
        facts.clock = context.shop(facts.row.shop_id).clock(house, &facts.told);
    }
    Ok(())
}

/// The orders that a rule wants taken apart, in parcels that have no number yet.
fn to_be_split(rows: &[ShipmentRow], members: &[MemberRow], known: &HashMap<OrderId, Facts>) -> Vec<OrderId> {
    if !known.values().any(|facts| facts.parts.len() > 1) {
        return Vec::new();
    }
    let free: HashSet<ShipmentId> = rows
        .iter()
        .filter(|row| row.waybill.is_empty() && row.shipped_at.is_none())
        .map(|row| row.id)
        .collect();
    let wants = |member: &&MemberRow| {
        let facts = known.get(&member.order_id);
        free.contains(&member.shipment_id)
            && facts.is_some_and(|facts| facts.is_to_be_split(Some(&member.joined_why)))
    };
    let orders: BTreeSet<OrderId> = members.iter().filter(wants).map(|member| member.order_id).collect();
    orders.into_iter().collect()
}

/// Which closed shipments may take further orders again: nobody else does under their key.
fn reopening(
    tx: &mut Tx,
    rows: &[ShipmentRow],
    members: &[MemberRow],
    known: &HashMap<OrderId, Facts>,
) -> Result<HashSet<ShipmentId>, Error> {
    let filled: HashSet<ShipmentId> = members
        .iter()
        .filter(|member| known.get(&member.order_id).is_some_and(Facts::may_merge))
        .map(|member| member.shipment_id)
        .collect();
    let closed: Vec<&ShipmentRow> = rows
        .iter()
        .filter(|row| {
            !row.is_open && row.waybill.is_empty() && row.shipped_at.is_none() && filled.contains(&row.id)
        })
        .filter(|row| row.merge_key.is_some())
        .collect();
    if closed.is_empty() {
        return Ok(HashSet::new());
    }
    let keys: Vec<&str> = closed.iter().filter_map(|row| row.merge_key.as_deref()).collect();
    let mut taken: HashSet<String> =
        record::lock_open(tx, &keys)?.into_iter().map(|open| open.merge_key).collect();
    Ok(closed
        .into_iter()
        .filter(|row| taken.insert(row.merge_key.clone().unwrap_or_default()))
        .map(|row| row.id)
        .collect())
}

/// The tags that rules give its orders, each once.
fn tags(facts: &[&Facts]) -> String {
    let given = facts.iter().filter_map(|facts| facts.decision.as_ref());
    let tags: BTreeSet<&str> =
        given.flat_map(|decision| decision.counting(ActionKind::Tag)).map(|one| one.value.as_str()).collect();
    serde_json::to_string(&tags).expect("tags are texts")
}

fn derive(
    now: UtcTime,
    row: &ShipmentRow,
    facts: &[&Facts],
    planned: Planned,
    piece_count: i64,
    reopened: &HashSet<ShipmentId>,
    stale: &HashSet<ShipmentId>,
) -> Derived {
    let mut reasons: Vec<Reason> = facts.iter().flat_map(|facts| facts.reasons.iter().cloned()).collect();
    reasons.extend(planned.reason);
    let every = |test: fn(ReasonCode) -> bool| {
        !facts.is_empty() && facts.iter().all(|facts| facts.reasons.iter().any(|reason| test(reason.code)))
    };
    let print = match row.print {
        PrintState::Queued | PrintState::Printed if stale.contains(&row.id) => PrintState::Stale,
        print => print,
    };
    let state = state(Axes {
        shipped: row.shipped_at.is_some(),
        void: facts.is_empty() || every(ReasonCode::is_final),
        shipped_elsewhere: every(|code| code == ReasonCode::PlatformShipped),
        reasons: &reasons,
        numbered: !row.waybill.is_empty(),
        print,
    });
    let cancelled = state == ShipmentState::Cancelled;
    let rests = cancelled || state == ShipmentState::Shipped;
    let first = facts.first();
    Derived {
        id: row.id,
        state,
        reasons: serde_json::to_string(&reasons).expect("reasons are plain data"),
        merge_key: row.merge_key.clone(),
        is_open: (row.is_open || reopened.contains(&row.id))
            && !rests
            && row.waybill.is_empty()
            && row.merge_key.is_some(),
        recipient: first.and_then(|facts| facts.row.recipient_id).or(row.recipient_id),
        country: first.and_then(|facts| facts.row.country.clone()).unwrap_or_default(),
        region_code: first.and_then(|facts| facts.row.region_code.clone()).unwrap_or_default(),
        due_at: facts.iter().filter_map(|facts| facts.due_at()).min().unwrap_or_else(UtcTime::never),
        paid_at: facts.iter().filter_map(|facts| facts.row.paid_at).min(),
        order_count: facts.len() as i64,
        piece_count,
        has_message: facts.iter().any(|facts| !facts.row.buyer_message.is_empty()),
        has_memo: facts.iter().any(|facts| !facts.row.seller_memo.is_empty()),
        tags: tags(facts),
        carrier: if cancelled { String::new() } else { row.carrier.clone() },
        waybill: if cancelled { String::new() } else { row.waybill.clone() },
        print,
        cancelled_at: cancelled.then(|| row.cancelled_at.unwrap_or(now)),
        recheck_at: match rests {
            true => None,
            false => facts.iter().filter_map(|facts| facts.recheck_at).chain(planned.recheck_at).min(),
        },
        plan: planned.stored,
    }
}
