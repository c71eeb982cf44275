//! The clocks of orders that were judged: written where they differ from what stands.

use std::collections::HashMap;

use super::alarms;
use crate::db::Tx;
use crate::db::deadlines::{self as record, DeadlineRow, LeavingRow};
use crate::domain::deadline::{Clock, End, Stage};
use crate::domain::error::Error;
use crate::domain::id::OrderId;
use crate::domain::order::OrderState;
use crate::domain::reason::ReasonCode;
use crate::operations::shipments::facts::{Context, Facts};

/// Lets the clocks of these orders follow their facts and their parcels. Their shipments are locked and stored.
///
/// # Errors
/// When the record cannot be read or written.
pub(crate) fn follow(tx: &mut Tx, context: &Context, judged: &HashMap<OrderId, Facts>) -> Result<(), Error> {
    let mut orders: Vec<OrderId> = judged.keys().copied().collect();
    orders.sort_unstable();
    // Locked before the parcels are looked at: of two workers that ship two parcels of one order at once, the second one
    // must see that the first has left.
    let mut there: HashMap<OrderId, DeadlineRow> =
        record::lock(tx, &orders)?.into_iter().map(|row| (row.order_id, row)).collect();
    let leaving: HashMap<OrderId, LeavingRow> =
        record::leaving(tx, &orders)?.into_iter().map(|row| (row.order_id, row)).collect();
    let (mut changed, mut gone, mut late) = (Vec::new(), Vec::new(), Vec::new());
    for order in orders {
        let facts = &judged[&order];
        let old = there.remove(&order);
        let end = end_of(facts, leaving.get(&order));
        let Some(clock) = running(facts, end) else {
            gone.extend(old.map(|row| row.order_id));
            continue;
        };
        // What was judged when it left stays so, whatever rules and promises say afterwards.
        if matches!(end, End::Left(at) if old.as_ref().is_some_and(|old| old.left_at == Some(at))) {
            continue;
        }
        let new = row(tx, context, facts, &clock, end);
        if new.stage == Stage::ShippedLate {
            late.push(new.clone());
        }
        if old.is_none_or(|old| differs(&old, &new)) {
            changed.push(new);
        }
    }
    record::write(tx, &changed)?;
    record::remove(tx, &gone)?;
    alarms::ring(tx, &late)
}

/// What became of an order.
fn end_of(facts: &Facts, leaving: Option<&LeavingRow>) -> End {
    let left = leaving.filter(|row| row.open == 0).and_then(|row| row.left_at);
    let is_over = |code: ReasonCode| code.is_final() || code == ReasonCode::PlatformShipped;
    match left {
        Some(at) => End::Left(at),
        None if facts.reasons.iter().any(|reason| is_over(reason.code)) => End::Void,
        None => End::Open,
    }
}

/// The clock, when one runs or ran: an order that is not paid has none, whatever day was promised.
fn running(facts: &Facts, end: End) -> Option<Clock> {
    let is_waiting = facts.row.head_at.is_none() || facts.row.state == OrderState::Unpaid;
    facts.clock.filter(|_| !(is_waiting && end == End::Open))
}

fn row(tx: &Tx, context: &Context, facts: &Facts, clock: &Clock, end: End) -> DeadlineRow {
    let stage = clock.stage(end, tx.now);
    DeadlineRow {
        order_id: facts.row.id,
        shop_id: facts.row.shop_id,
        due_at: clock.due_at,
        warn_at: clock.warn_at,
        pack_by: clock.pack_by,
        source: clock.source,
        rule: context.shop(facts.row.shop_id).rule_hash.clone(),
        stage,
        round: facts.round,
        ring_at: clock.rings_at(stage),
        left_at: match end {
            End::Left(at) => Some(at),
            End::Open | End::Void => None,
        },
    }
}

/// Whether a clock has to be written. The stage and the next alarm of a clock that only went on are housekeeping's.
fn differs(old: &DeadlineRow, new: &DeadlineRow) -> bool {
    let made_of = |row: &DeadlineRow| {
        (row.due_at, row.warn_at, row.pack_by, row.source, row.rule.clone(), row.round, row.left_at)
    };
    made_of(old) != made_of(new) || old.stage.is_open() != new.stage.is_open()
}
