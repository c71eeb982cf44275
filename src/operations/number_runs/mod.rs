//! Number runs: one typed number becomes the numbers of a batch, in the order of the screen.
//!
//! A preview and a commit make the same plan; the commit then writes it in one transaction. Only
//! ready shipments get a number, and every other one is answered with its reasons.

mod jam;
mod undo;

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::db::events::{self, NewEvent};
use crate::db::number_runs::{self as record, AssignedRow, RunRow};
use crate::db::shipments::{self, ShipmentRow};
use crate::db::waybills::{self, Given};
use crate::db::{Db, Tx, sellers};
use crate::domain::error::{Error, FieldError};
use crate::domain::id::{NumberRunId, ShipmentId};
use crate::domain::left_out::{LeftOut, each_once};
use crate::domain::number_run::{
    self as rules, Drawn, InUse, Occupied, Stack, Stop, Supply, WaybillState, allowed, draw, why_not_numbered,
};
use crate::domain::plan::OtherCarrier;
use crate::domain::reason::Reason;
use crate::domain::shipment::{PrintState, ShipmentState};
use crate::domain::time::UtcTime;
use crate::domain::waybill::carriers;
use crate::domain::waybill::{CompanyPrefix, Format, Policy, Refusal, WaybillNumber};
use crate::operations::plans;
use crate::operations::rereads::{self, Cause};
use crate::operations::shipments::{recheck, refresh};

pub use jam::{Spoil, Spoiled, spoil};
pub use undo::{Undone, undo};

/// A wish to number shipments.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct NewRun {
    /// Code or name of the carrier.
    #[serde(deserialize_with = "carriers::named")]
    pub carrier: String,
    /// Name of the waybill format.
    pub format: String,
    /// The number on the first sheet of the stack.
    #[serde(default)]
    pub first_number: String,
    /// 1, or −1 for a stack that is fed upside down.
    #[serde(default = "one")]
    pub step: i64,
    /// In the order of the screen, which is the order of the paper.
    #[serde(default)]
    pub shipments: Vec<ShipmentId>,
    /// Several stacks instead of one first number.
    #[serde(default)]
    pub ranges: Vec<Range>,
    /// Leave out numbers in use instead of stopping there.
    #[serde(default)]
    pub skip_taken: bool,
    /// The range is ours: the yes that formats of policy `ask` need.
    #[serde(default)]
    pub confirm: bool,
}

/// A stack with so many sheets.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = NumberStack)]
#[serde(deny_unknown_fields)]
pub struct Range {
    pub first_number: String,
    pub count: usize,
}

fn one() -> i64 {
    1
}

/// A run as planned, or as committed.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct RunAnswer {
    /// `None` in a preview, and when no shipment got a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<NumberRunId>,
    pub carrier: String,
    pub format: &'static str,
    pub step: i64,
    #[schema(value_type = Option<String>)]
    pub first_number: Option<WaybillNumber>,
    /// To be compared with the last sheet of the stack before printing.
    #[schema(value_type = Option<String>)]
    pub last_number: Option<WaybillNumber>,
    pub assigned: Vec<Assigned>,
    pub left_out: Vec<LeftOut>,
    /// Numbered although planned for another carrier, where the seller wants to be told only.
    pub warnings: Vec<LeftOut>,
    /// Numbers in use that the run stepped over.
    pub skipped: Vec<Occupied>,
    /// The number in use at which the run stopped; `skip_taken` steps over it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped_at: Option<Occupied>,
    /// The commit needs `"confirm": true`.
    pub confirm_needed: bool,
}

/// One shipment's number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Assigned {
    /// From 1, in the order of the run.
    pub position: i64,
    pub shipment: ShipmentId,
    #[schema(value_type = String)]
    pub number: WaybillNumber,
}

/// What a commit would do. Changes nothing.
///
/// # Errors
/// As [`commit`], except that a missing yes is told as `confirm_needed`.
pub fn preview(db: &mut Db, new: &NewRun) -> Result<RunAnswer, Error> {
    let stacks = Stacks::parse(new)?;
    let (listed, twice) = each_once(&new.shipments);
    let rows = shipments::find(db, &listed)?;
    plan(db, new, &stacks, &listed, twice, rows, true)
}

/// Numbers the ready ones of these shipments.
///
/// # Errors
/// `Invalid` fields; `number_format`, `number_check_digit`, `step_invalid` when the first number cannot
/// begin a run; `number_taken`, `number_void` when it is in use; `number_confirm` when the format needs
/// a yes. Then nothing is changed.
pub fn commit(tx: &mut Tx, new: &NewRun) -> Result<RunAnswer, Error> {
    let stacks = Stacks::parse(new)?;
    let (listed, twice) = each_once(&new.shipments);
    let mut rows = shipments::lock(tx, &listed)?;
    // Time takes reasons away by itself: a hold that has ended since the last look must not count.
    let blocked: Vec<_> =
        rows.iter().filter(|row| row.state == ShipmentState::Blocked).map(|row| row.id).collect();
    if !blocked.is_empty() {
        recheck(tx, &blocked)?;
        rows = shipments::find(tx, &listed)?;
    }
    let mut answer = plan(tx, new, &stacks, &listed, twice, rows, false)?;
    let (Some(first), Some(last)) = (&answer.first_number, &answer.last_number) else {
        return Ok(answer);
    };
    let run = record::insert(tx, &new.carrier, answer.format, first, last, new.step)?;
    let given: Vec<Given> = answer
        .assigned
        .iter()
        .map(|assigned| Given {
            shipment: assigned.shipment,
            number: assigned.number.to_string(),
            run: Some(run),
            place: Some((run, assigned.position)),
            print: PrintState::None,
        })
        .collect();
    waybills::give(tx, &new.carrier, answer.format, &given)?;
    refresh(tx, &given.iter().map(|given| given.shipment).collect::<Vec<_>>())?;
    record_commit(tx, run, &answer)?;
    // The sheets are printed soon: by then it is known what was refunded or changed meanwhile.
    rereads::enqueue(tx, Cause::NumberRun(run))?;
    answer.id = Some(run);
    Ok(answer)
}

fn record_commit(tx: &mut Tx, run: NumberRunId, answer: &RunAnswer) -> Result<(), Error> {
    let mut log = vec![NewEvent {
        kind: "number_run.committed",
        subject_kind: "number_run",
        subject: run.0,
        data: json!({
            "carrier": answer.carrier, "format": answer.format, "step": answer.step,
            "first_number": answer.first_number, "last_number": answer.last_number,
            "assigned": answer.assigned.len(), "left_out": answer.left_out.len(),
        }),
    }];
    log.extend(answer.assigned.iter().map(|assigned| {
        let data = json!({
            "carrier": answer.carrier, "number": assigned.number, "number_run": run,
            "position": assigned.position,
        });
        NewEvent::shipment("shipment.numbered", assigned.shipment, data)
    }));
    Ok(events::record(tx, &log)?)
}

/// The wish, read and checked as far as that needs no record.
struct Stacks {
    format: &'static Format,
    stacks: Vec<Stack>,
}

impl Stacks {
    fn parse(new: &NewRun) -> Result<Self, Error> {
        let format = rules::format_of(&new.carrier, &new.format)?;
        if new.step == 0 {
            return Err(rules::refused(&Refusal::StepZero));
        }
        let typed = match (new.first_number.trim().is_empty(), new.ranges.as_slice()) {
            (false, []) => vec![(new.first_number.as_str(), None)],
            (true, ranges) if !ranges.is_empty() => {
                ranges.iter().map(|range| (range.first_number.as_str(), Some(range.count))).collect()
            }
            (true, _) => {
                let detail = "Type the number of the first sheet, or give ranges.";
                return Err(Error::invalid("first_number", "required", detail));
            }
            (false, _) => {
                let detail = "Give either first_number or ranges, not both.";
                return Err(Error::Invalid(vec![FieldError::new("ranges", "contradiction", detail)]));
            }
        };
        let mut stacks = Vec::with_capacity(typed.len());
        for (text, count) in typed {
            let first = WaybillNumber::normalise(text).map_err(|refusal| rules::refused(&refusal))?;
            format.check(&first).map_err(|refusal| rules::refused(&refusal))?;
            stacks.push(Stack { first, count });
        }
        Ok(Self { format, stacks })
    }
}

/// Decides who gets which number.
fn plan(
    db: &mut Db,
    new: &NewRun,
    stacks: &Stacks,
    listed: &[ShipmentId],
    twice: Vec<LeftOut>,
    rows: Vec<ShipmentRow>,
    is_preview: bool,
) -> Result<RunAnswer, Error> {
    let Stacks { format, stacks } = stacks;
    let firsts: Vec<_> = stacks.iter().map(|stack| stack.first.clone()).collect();
    let uses = in_use(db, &new.carrier, &firsts)?;
    if let Some(occupied) = firsts.iter().find_map(|first| uses.get(first)) {
        return Err(occupied.refusal());
    }

    let planned: HashMap<ShipmentId, String> =
        rows.iter().map(|row| (row.id, row.plan_carrier.clone())).collect();
    let (fit, mut left_out) = sort_out(listed, rows)?;
    let (fit, mut warnings) = sort_by_plan(db, fit, &planned, &new.carrier, &mut left_out)?;
    let first = &firsts[0];
    let places = allowed(format, first, fit.len(), new.confirm || is_preview)?;
    let mut supply = Supply::new(format, stacks, new.step, CompanyPrefix::default());
    let Drawn { numbers, skipped, stop } =
        draw(&mut supply, places, new.skip_taken, |numbers| in_use(db, &new.carrier, numbers))?;
    // Somebody took it between the two looks.
    if let Some(Stop::Occupied(occupied)) = &stop
        && numbers.is_empty()
        && firsts.contains(&occupied.number)
    {
        return Err(occupied.refusal());
    }

    let short = match &stop {
        Some(stop) => stop.why(),
        None => rules::allocated(format, first),
    };
    left_out.extend(fit[numbers.len()..].iter().map(|id| LeftOut::one(*id, short.clone())));
    left_out.extend(twice);
    let assigned: Vec<_> = fit
        .iter()
        .zip(numbers)
        .zip(1..)
        .map(|((shipment, number), position)| Assigned { position, shipment: *shipment, number })
        .collect();
    Ok(RunAnswer {
        id: None,
        carrier: new.carrier.clone(),
        format: format.name,
        step: new.step,
        first_number: assigned.first().map(|assigned| assigned.number.clone()),
        last_number: assigned.last().map(|assigned| assigned.number.clone()),
        confirm_needed: is_preview && !new.confirm && format.policy == Policy::Ask && fit.len() > 1,
        warnings: {
            let numbered: HashSet<ShipmentId> = assigned.iter().map(|assigned| assigned.shipment).collect();
            warnings.retain(|warning| numbered.contains(&warning.id));
            warnings
        },
        assigned,
        left_out,
        skipped,
        stopped_at: match stop {
            Some(Stop::Occupied(occupied)) => Some(occupied),
            _ => None,
        },
    })
}

/// The shipments that may get a number, in their order, and the others with their reasons.
fn sort_out(listed: &[ShipmentId], rows: Vec<ShipmentRow>) -> Result<(Vec<ShipmentId>, Vec<LeftOut>), Error> {
    let rows: HashMap<_, _> = rows.into_iter().map(|row| (row.id, row)).collect();
    let (mut fit, mut left_out) = (Vec::with_capacity(listed.len()), Vec::new());
    for id in listed {
        let Some(row) = rows.get(id) else {
            left_out.push(LeftOut::not_found(*id));
            continue;
        };
        let reasons = why_not_numbered(*id, row.state, &row.waybill, &reasons_of(row)?);
        if reasons.is_empty() {
            fit.push(*id);
        } else {
            left_out.push(LeftOut { id: *id, reasons });
        }
    }
    Ok((fit, left_out))
}

/// Of the shipments that may get a number, those that are planned for this carrier or none; the others are left out, or
/// kept and told, as the seller wants it. What carries no number at all never gets one by a batch.
fn sort_by_plan(
    db: &mut Db,
    fit: Vec<ShipmentId>,
    planned: &HashMap<ShipmentId, String>,
    carrier: &str,
    left_out: &mut Vec<LeftOut>,
) -> Result<(Vec<ShipmentId>, Vec<LeftOut>), Error> {
    let setting = sellers::settings(db)?.plans.other_carrier;
    let (mut kept, mut warnings) = (Vec::with_capacity(fit.len()), Vec::new());
    for id in fit {
        let plan = planned.get(&id).map(String::as_str).unwrap_or_default();
        let without = plans::is_without_number(plan).then(|| plans::needs_no_number(id, plan));
        match (without, plans::planned_otherwise(id, plan, carrier)) {
            (Some(why), _) => left_out.push(LeftOut::one(id, why)),
            (None, Some(why)) if setting == OtherCarrier::LeaveOut => left_out.push(LeftOut::one(id, why)),
            (None, why) => {
                warnings.extend(why.map(|why| LeftOut::one(id, why)));
                kept.push(id);
            }
        }
    }
    Ok((kept, warnings))
}

/// The reasons as they were last derived.
pub(crate) fn reasons_of(row: &ShipmentRow) -> Result<Vec<Reason>, Error> {
    Ok(serde_json::from_str(&row.reasons).map_err(anyhow::Error::from)?)
}

/// Which of these numbers cannot be given out.
pub(crate) fn in_use(
    db: &mut Db,
    carrier: &str,
    numbers: &[WaybillNumber],
) -> Result<HashMap<WaybillNumber, Occupied>, Error> {
    let uses = waybills::uses(db, carrier, numbers.iter().map(WaybillNumber::as_str))?;
    let mut found: HashMap<String, (InUse, Option<ShipmentId>)> = HashMap::new();
    for row in uses {
        match row.state {
            WaybillState::Live => drop(found.insert(row.number, (InUse::Taken, row.shipment_id))),
            WaybillState::Void => drop(found.entry(row.number).or_insert((InUse::Void, row.shipment_id))),
            WaybillState::Returned => {}
        }
    }
    Ok(numbers
        .iter()
        .filter_map(|number| {
            let (code, holder) = found.get(number.as_str())?;
            Some((number.clone(), Occupied { number: number.clone(), code: *code, holder: *holder }))
        })
        .collect())
}

/// A run as it stands now.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct RunView {
    pub id: NumberRunId,
    pub carrier: String,
    pub format: String,
    pub step: i64,
    pub first_number: String,
    /// The last number used so far.
    pub last_number: String,
    pub created_by: String,
    pub created_at: UtcTime,
    pub undone_at: Option<UtcTime>,
}

impl From<RunRow> for RunView {
    fn from(row: RunRow) -> Self {
        let RunRow {
            id,
            carrier,
            format,
            step,
            first_number,
            last_number,
            created_by,
            created_at,
            undone_at,
        } = row;
        Self { id, carrier, format, step, first_number, last_number, created_by, created_at, undone_at }
    }
}

/// A run with what its shipments carry now.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct RunDetail {
    #[serde(flatten)]
    pub run: RunView,
    pub assigned: Vec<Carried>,
}

/// What stands at a position of a run now; a corrected number is not one of the run's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Carried {
    pub position: i64,
    pub shipment: ShipmentId,
    pub number: String,
}

impl From<AssignedRow> for Carried {
    fn from(AssignedRow { position, shipment, number }: AssignedRow) -> Self {
        Self { position, shipment, number }
    }
}

/// One run.
///
/// # Errors
/// When there is no such run.
pub fn show(db: &mut Db, id: NumberRunId) -> Result<RunDetail, Error> {
    let run = record::find(db, id)?.ok_or_else(|| Error::missing("number run", id))?;
    let assigned = record::assigned(db, id)?.into_iter().map(Carried::from).collect();
    Ok(RunDetail { run: run.into(), assigned })
}

/// Runs, newest first, before `before`.
///
/// # Errors
/// When the record cannot be read.
pub fn list(db: &mut Db, before: Option<NumberRunId>, limit: usize) -> Result<Vec<RunView>, Error> {
    Ok(record::list(db, before, limit)?.into_iter().map(RunView::from).collect())
}
