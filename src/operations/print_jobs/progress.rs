//! What became of the sheets: the last good one, and how the job goes on.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::json;

use super::create::data_hash;
use super::{PrintJob, lock, needs_report, needs_reprint, values, view};
use crate::db::events::{self, NewEvent};
use crate::db::print_jobs::JobRow;
use crate::db::sheets::{self, Content, SheetRow};
use crate::db::shipments::{self, ShipmentRow};
use crate::db::{Tx, sellers};
use crate::domain::error::Error;
use crate::domain::id::{PrintJobId, ShipmentId};
use crate::domain::left_out::LeftOut;
use crate::domain::print::{
    Paper, SheetState, check_last_good, is_up_to, next_copy, not_handed_out, resumed, why_not_printed,
};
use crate::domain::shipment::PrintState;
use crate::domain::waybill::WaybillNumber;
use crate::operations::number_runs::reasons_of;
use crate::operations::shipments::{recheck, refresh};

/// Notes that the sheets up to `last_good` came out well. Those handed out behind it are unknown.
///
/// Repeating it, or naming an earlier sheet later, takes nothing back. Sheets up to there that were never
/// handed out stay queued and are listed in `left_out`; but of a job of which nothing was ever handed out, and that
/// stands at no printer, they count as printed elsewhere.
///
/// # Errors
/// `sheet_out_of_range`; `not_handed_out` when `last_good` itself was never handed out; `held_by_another`. Then
/// nothing is changed.
pub fn acknowledge(tx: &mut Tx, id: PrintJobId, last_good: i64) -> Result<PrintJob, Error> {
    acknowledge_read(tx, id, last_good, &Read::default())
}

/// What somebody reads on the first and the last good paper; empty where nobody looked.
#[derive(Debug, Clone, Default)]
pub struct Read {
    pub first: String,
    pub last: String,
}

/// As [`acknowledge`], with the numbers that stand on paper. They are asked for where the seller wants labels to be read
/// (`retype_numbers`); what was read counts wherever it was sent.
///
/// # Errors
/// `number_differs` for a paper that has another number than its sheet; a field that is asked for and empty.
pub fn acknowledge_read(tx: &mut Tx, id: PrintJobId, last_good: i64, read: &Read) -> Result<PrintJob, Error> {
    let job = lock(tx, id)?;
    needs_report(tx, &job)?;
    let sheets = sheets::of_job(tx, id)?;
    check_last_good(last_good, sheets.len() as i64)?;
    let is_good = |sheet: &SheetRow| is_up_to(sheet.position, last_good, job.is_reversed);
    // Whoever draws labels by a program of their own takes no document from here; their word is all there is.
    let by_own_means =
        job.printer_id.is_none() && sheets.iter().all(|sheet| sheet.state == SheetState::Queued);
    let is_waiting = |sheet: &&SheetRow| sheet.state == SheetState::Queued && is_good(sheet);
    let waiting: Vec<&SheetRow> = sheets.iter().filter(|_| !by_own_means).filter(is_waiting).collect();
    if waiting.iter().any(|sheet| sheet.position == last_good) {
        let why = not_handed_out(last_good);
        return Err(Error::conflict(why.code, why.message, why.next));
    }
    let left_out: Vec<LeftOut> = waiting
        .iter()
        .filter_map(|sheet| Some(LeftOut::one(sheet.shipment_id?, not_handed_out(sheet.position))))
        .collect();
    let changed: Vec<(&SheetRow, SheetState)> = sheets
        .iter()
        .map(|sheet| match by_own_means && is_good(sheet) {
            true => (sheet, SheetState::Acknowledged),
            false => (sheet, sheet.state.acknowledged(is_good(sheet))),
        })
        .filter(|(sheet, state)| sheet.state != *state)
        .collect();
    if changed.is_empty() {
        return view(tx, job, left_out);
    }
    let good =
        changed.iter().filter(|(_, state)| *state == SheetState::Acknowledged).map(|(sheet, _)| *sheet);
    compare(tx, &job, &good.collect::<Vec<_>>(), read)?;
    let states: Vec<_> = changed.iter().map(|(sheet, state)| (sheet.position, *state, "")).collect();
    sheets::set_states(tx, id, &states)?;
    let good =
        changed.iter().filter(|(_, state)| *state == SheetState::Acknowledged).map(|(sheet, _)| *sheet);
    if job.paper == Paper::Waybill {
        mark_printed(tx, id, good)?;
    }
    let data = json!({ "last_good": last_good, "changed": changed.len() });
    let told = NewEvent { kind: "print_job.acknowledged", subject_kind: "print_job", subject: id.0, data };
    events::record(tx, &[told])?;
    view(tx, job, left_out)
}

/// Holds what was read against the first and the last of the sheets that are good now, in the order in which they came out.
fn compare(tx: &mut Tx, job: &JobRow, good: &[&SheetRow], read: &Read) -> Result<(), Error> {
    let (Some(first), Some(last)) = (good.first(), good.last()) else { return Ok(()) };
    let (first, last) = if job.is_reversed { (last, first) } else { (first, last) };
    let is_asked = job.paper == Paper::Waybill && sellers::settings(tx)?.retype_numbers;
    for (field, sheet, typed) in [("first_number", first, &read.first), ("last_number", last, &read.last)] {
        let typed = typed.trim();
        if typed.is_empty() && is_asked {
            let detail = format!("Type the number on the paper of sheet {}", sheet.position);
            return Err(Error::invalid(field, "required", detail));
        }
        if !typed.is_empty() && !is_number(typed, &sheet.waybill) {
            return Err(Error::conflict(
                "number_differs",
                format!(
                    "Sheet {} has {}, and {typed} was read from its paper.",
                    sheet.position, sheet.waybill
                ),
                "Look where the paper moved on: spoil the sheets that slipped and shift the others, or name an earlier last good one.",
            ));
        }
    }
    Ok(())
}

/// Whether what was typed is this number, whatever case, blanks and signs a scanner or a person put in.
fn is_number(typed: &str, number: &str) -> bool {
    WaybillNumber::normalise(typed).is_ok_and(|typed| typed.as_str() == number) || typed == number
}

/// The labels of these sheets are good, as far as they still show what is the case.
pub(super) fn mark_printed<'a>(
    tx: &mut Tx,
    job: PrintJobId,
    sheets: impl Iterator<Item = &'a SheetRow>,
) -> Result<(), Error> {
    let sheets: HashMap<ShipmentId, &SheetRow> =
        sheets.filter_map(|sheet| Some((sheet.shipment_id?, sheet))).collect();
    let ids: Vec<ShipmentId> = sheets.keys().copied().collect();
    let rows = shipments::lock(tx, &ids)?;
    let current: Vec<ShipmentId> = rows
        .iter()
        .filter(|row| row.print != PrintState::Stale && row.waybill == sheets[&row.id].waybill)
        .map(|row| row.id)
        .collect();
    shipments::set_print(tx, &current, PrintState::Printed)?;
    refresh(tx, &current)?;
    let log: Vec<_> = rows
        .iter()
        .map(|row| {
            let sheet = sheets[&row.id];
            let data = json!({
                "print_job": job, "position": sheet.position, "number": sheet.waybill, "copy": sheet.copy,
            });
            NewEvent::shipment("shipment.printed", row.id, data)
        })
        .collect();
    Ok(events::record(tx, &log)?)
}

/// Queues again what has no good sheet yet, from behind the last good one, with what is true now.
///
/// An unknown sheet may be on paper, so its number is printed again as a copy that says so. Whoever knows
/// better decides first ([`super::decide`]). What is handed out is left to whoever has it.
///
/// Spoiled sheets stay spoiled; their shipments take the following sheets, and the last ones new sheets
/// at the end, so paper order stays the order of the run. `next` says which positions print now.
///
/// # Errors
/// When there is no such job; `Forbidden` when copies would be printed without the right to reprint.
pub fn resume(tx: &mut Tx, id: PrintJobId) -> Result<PrintJob, Error> {
    let job = lock(tx, id)?;
    let sheets = sheets::of_job(tx, id)?;
    if sheets.iter().any(|sheet| sheet.state == SheetState::Unknown) {
        needs_reprint(tx.actor)?;
    }
    let left_out =
        if job.paper.is_list() { resume_list(tx, &job, &sheets)? } else { resume_sheets(tx, &job, &sheets)? };
    let answer = view(tx, job, left_out)?;
    let data = json!({ "next": answer.next.len(), "left_out": answer.left_out.len() });
    let told = NewEvent { kind: "print_job.resumed", subject_kind: "print_job", subject: id.0, data };
    events::record(tx, &[told])?;
    Ok(answer)
}

fn resume_list(tx: &mut Tx, job: &JobRow, sheets: &[SheetRow]) -> Result<Vec<LeftOut>, Error> {
    if sheets.iter().any(|sheet| matches!(sheet.state, SheetState::Acknowledged | SheetState::Sent)) {
        return Ok(Vec::new());
    }
    let data_hash = super::document::list(tx, job)?.hash;
    let copy = next_copy(sheets.iter().map(|sheet| (sheet.state, sheet.copy, true)));
    let content = Content { position: 1, shipment: None, waybill: String::new(), copy, data_hash };
    sheets::queue_again(tx, job.id, &[content])?;
    Ok(Vec::new())
}

fn resume_sheets(tx: &mut Tx, job: &JobRow, sheets: &[SheetRow]) -> Result<Vec<LeftOut>, Error> {
    let order = order_of(sheets);
    let ids: Vec<ShipmentId> = order.iter().map(|(_, id)| *id).collect();
    shipments::lock(tx, &ids)?;
    recheck(tx, &ids)?;
    let rows: HashMap<ShipmentId, ShipmentRow> =
        shipments::find(tx, &ids)?.into_iter().map(|row| (row.id, row)).collect();
    let good: HashSet<(ShipmentId, &str)> = sheets
        .iter()
        .filter(|sheet| matches!(sheet.state, SheetState::Acknowledged | SheetState::Sent))
        .filter_map(|sheet| Some((sheet.shipment_id?, sheet.waybill.as_str())))
        .collect();

    let (mut rest, mut left_out) = (Vec::new(), Vec::new());
    for id in &ids {
        let Some(row) = rows.get(id) else { continue };
        if good.contains(&(*id, row.waybill.as_str())) {
            continue;
        }
        let reasons = why_not_printed(job.paper, *id, row.state, &row.waybill, &reasons_of(row)?);
        if reasons.is_empty() { rest.push(*id) } else { left_out.push(LeftOut { id: *id, reasons }) }
    }
    // Whoever is left out keeps an open sheet, and nobody else gets it.
    let away: HashSet<ShipmentId> = left_out.iter().map(|left| left.id).collect();
    let slots: Vec<i64> = sheets
        .iter()
        .filter(|sheet| sheet.state.is_unfinished() && !is_under_way(sheet, &rows))
        .filter(|sheet| sheet.shipment_id.is_none_or(|id| !away.contains(&id)))
        .map(|sheet| sheet.position)
        .collect();
    let placed = resumed(&slots, &rest, sheets.len() as i64);
    let contents = contents(tx, job, &placed, &rows)?;
    let (again, new): (Vec<Content>, Vec<Content>) =
        contents.into_iter().partition(|content| content.position <= sheets.len() as i64);
    // Slots nobody needs any more: their shipments gave up their numbers.
    let unused: Vec<_> = slots
        .iter()
        .filter(|slot| !again.iter().any(|content| content.position == **slot))
        .map(|slot| (*slot, SheetState::Spoiled, "not needed any more"))
        .collect();
    sheets::queue_again(tx, job.id, &again)?;
    sheets::insert(tx, job.id, &new)?;
    sheets::set_states(tx, job.id, &unused)?;
    if job.paper == Paper::Waybill {
        shipments::set_print(tx, &rest, PrintState::Queued)?;
        refresh(tx, &rest)?;
    }
    Ok(left_out)
}

/// Handed out with the number its shipment still has. One whose number went to another parcel is waste,
/// whatever becomes of it.
fn is_under_way(sheet: &SheetRow, rows: &HashMap<ShipmentId, ShipmentRow>) -> bool {
    let row = sheet.shipment_id.and_then(|id| rows.get(&id));
    sheet.state == SheetState::Sent && row.is_some_and(|row| row.waybill == sheet.waybill)
}

/// The shipments of a job in its order: by the first sheet each of them had.
fn order_of(sheets: &[SheetRow]) -> Vec<(i64, ShipmentId)> {
    let mut first: BTreeMap<ShipmentId, i64> = BTreeMap::new();
    for sheet in sheets {
        if let Some(id) = sheet.shipment_id {
            first.entry(id).or_insert(sheet.position);
        }
    }
    let mut order: Vec<_> = first.into_iter().map(|(id, position)| (position, id)).collect();
    order.sort_unstable();
    order
}

fn contents(
    tx: &mut Tx,
    job: &JobRow,
    placed: &[(i64, ShipmentId)],
    rows: &HashMap<ShipmentId, ShipmentRow>,
) -> Result<Vec<Content>, Error> {
    let ids: Vec<ShipmentId> = placed.iter().map(|(_, id)| *id).collect();
    let shown: Vec<ShipmentRow> = ids.iter().filter_map(|id| rows.get(id).cloned()).collect();
    let shown = values::load(tx, &shown)?;
    let mut earlier: HashMap<ShipmentId, Vec<(SheetState, i64, bool)>> = HashMap::new();
    for sheet in sheets::earlier(tx, job.paper, &ids)? {
        if rows[&sheet.shipment_id].waybill == sheet.waybill {
            let one = (sheet.state, sheet.copy, sheet.print_job_id == job.id);
            earlier.entry(sheet.shipment_id).or_default().push(one);
        }
    }
    Ok(placed
        .iter()
        .map(|(position, id)| Content {
            position: *position,
            shipment: Some(*id),
            waybill: rows[id].waybill.clone(),
            copy: next_copy(earlier.get(id).into_iter().flatten().copied()),
            data_hash: data_hash(job.paper, &shown[id]),
        })
        .collect())
}
