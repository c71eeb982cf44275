//! Dry runs: what another set of rules would change on what waits, counted before it counts.
//!
//! A few orders are counted at once. Many are a job that counts batch by batch; each batch is stored with the place where it
//! ended, so a killed worker goes on there, and two workers on one run do not count twice.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Serialize;
use serde_json::json;

use super::follow::decisions;
use super::ready::{RULES, of_sealed};
use super::ruling::Ruling;
use super::{gifts_are_there, look_at};
use crate::db::facts::orders as fact_rows;
use crate::db::jobs::{self, JobKind, NewJob};
use crate::db::orders::{self, LineRow};
use crate::db::rules::{self as record, RunRow};
use crate::db::{Db, Tx, sellers, shops};
use crate::domain::error::Error;
use crate::domain::id::{OrderId, RuleRunId, ShopId};
use crate::domain::order::OrderState;
use crate::domain::platform::Platform;
use crate::domain::rule::analysis::Finding;
use crate::domain::rule::dry_run::Tally;
use crate::domain::rule::text::{checked, print};
use crate::domain::rule::{Compiled, Decision, RuleSet};
use crate::domain::time::UtcTime;

/// Counts what rules would change, batch after batch.
pub const DRY_RUN: JobKind =
    JobKind { name: "rules.dry_run", lane: "house", max_attempts: 5, max_crashes: 5 };

/// How many orders one step looks at.
pub const BATCH: usize = 1_000;
/// So many are counted while the asker waits.
const AT_ONCE: usize = 2_000;
/// Waiting orders are counted up to this: a progress bar needs no more.
const COUNTED_MAX: usize = 1_000_000;

/// What another set of rules would change.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct DryRunView {
    pub id: RuleRunId,
    /// False while it is still being counted.
    pub done: bool,
    /// Orders that wait, when it began.
    pub total: i64,
    #[serde(flatten)]
    pub tally: Tally,
    /// What is odd about the rules.
    pub findings: Vec<Finding>,
    pub created_by: String,
    pub created_at: UtcTime,
    pub finished_at: Option<UtcTime>,
}

/// Begins a dry run of a set; a small house has its answer at once.
///
/// # Errors
/// Every field of the set that cannot be taken.
pub fn begin(tx: &mut Tx, set: RuleSet) -> Result<DryRunView, Error> {
    let set = checked(set).map_err(Error::Invalid)?;
    gifts_are_there(tx, &set)?;
    let total = record::count_waiting(tx, COUNTED_MAX)?;
    let sealed = tx.seal(RULES, &print(&set));
    let tally = serde_json::to_string(&Tally::default()).map_err(anyhow::Error::from)?;
    let id = record::insert_run(tx, &sealed, total, &tally)?;
    let mut looked_at = 0;
    while looked_at < AT_ONCE {
        if step(tx, id)? {
            return one(tx, id);
        }
        looked_at += BATCH;
    }
    jobs::enqueue(tx, NewJob::new(DRY_RUN, json!({ "run": id })).unique(id.to_string()))?;
    one(tx, id)
}

/// A dry run as far as it is.
///
/// # Errors
/// [`Error::Missing`] without such a run.
pub fn one(db: &mut Db, id: RuleRunId) -> Result<DryRunView, Error> {
    let row = found(db, id)?;
    let set = of_sealed(db, &row.text)?;
    let mut tally: Tally = serde_json::from_str(&row.tally).map_err(anyhow::Error::from)?;
    tally.sort();
    Ok(DryRunView {
        id,
        done: row.finished_at.is_some(),
        total: row.total,
        tally,
        findings: look_at(db, &set)?,
        created_by: row.created_by,
        created_at: row.created_at,
        finished_at: row.finished_at,
    })
}

/// The rules of a dry run.
///
/// # Errors
/// [`Error::Missing`] when it is not kept any more.
pub(super) fn rules_of(db: &mut Db, id: RuleRunId) -> Result<RuleSet, Error> {
    let row = found(db, id)?;
    of_sealed(db, &row.text)
}

/// Looks at the next batch of a dry run; answers whether it is done.
///
/// # Errors
/// [`Error::Missing`] when it is not kept any more.
pub fn step(tx: &mut Tx, id: RuleRunId) -> Result<bool, Error> {
    let row = found(tx, id)?;
    if row.finished_at.is_some() {
        return Ok(true);
    }
    let orders = record::waiting(tx, row.after_order, BATCH)?;
    let mut tally: Tally = serde_json::from_str(&row.tally).map_err(anyhow::Error::from)?;
    let set = of_sealed(tx, &row.text)?;
    count(tx, &set, &orders, &mut tally)?;
    let is_done = orders.len() < BATCH;
    let last = orders.last().copied().unwrap_or(row.after_order);
    let tally = serde_json::to_string(&tally).map_err(anyhow::Error::from)?;
    record::advance_run(tx, &row, last, &tally, is_done)?;
    Ok(is_done)
}

fn found(db: &mut Db, id: RuleRunId) -> Result<RunRow, Error> {
    record::run(db, id)?.ok_or_else(|| Error::missing("dry run", id))
}

/// Counts what a set would change on these orders, beside what stands.
fn count(db: &mut Db, set: &RuleSet, ids: &[OrderId], tally: &mut Tally) -> Result<(), Error> {
    let zone = sellers::settings(db)?.time_zone;
    let compiled = Arc::new(Compiled::new(set, zone));
    let platforms: HashMap<ShopId, Platform> =
        shops::all(db)?.into_iter().map(|shop| (shop.id, shop.platform)).collect();
    let mut lines: HashMap<OrderId, Vec<LineRow>> = HashMap::new();
    for line in orders::lines(db, ids)? {
        lines.entry(line.order_id).or_default().push(line);
    }
    let mut ruling = Ruling::load(db, &compiled, ids)?;
    let stands = decisions(db, ids)?;
    let nothing = Decision::default();
    for row in fact_rows(db, ids)? {
        // What nothing will leave on is no rule's business, here as where orders are judged.
        if matches!(row.state, OrderState::Cancelled | OrderState::Shipped | OrderState::Completed) {
            continue;
        }
        let own = lines.remove(&row.id).unwrap_or_default();
        let (then, _) = ruling.decide(platforms[&row.shop_id], &row, &own);
        let now = stands.get(&row.id).map_or(&nothing, |(_, decision)| decision);
        tally.add(row.id, now, &then);
    }
    Ok(())
}
