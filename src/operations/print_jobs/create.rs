//! Making a print job: who gets a sheet, and who is left out.

use std::collections::HashMap;

use serde_json::json;

use super::{NewPrintJob, PrintJob, needs_reprint, values, view};
use crate::db::events::{self, NewEvent};
use crate::db::print_jobs::{self as record, JobRow};
use crate::db::sheets::{self, Content, EarlierSheet};
use crate::db::shipments::{self, ShipmentRow};
use crate::db::templates::TemplateRow;
use crate::db::{Tx, number_runs};
use crate::domain::error::Error;
use crate::domain::id::{PrintJobId, ShipmentId};
use crate::domain::left_out::{LeftOut, Why, each_once};
use crate::domain::print::{Paper, SheetState, next_copy, why_not_printed};
use crate::domain::shipment::PrintState;
use crate::operations::number_runs::reasons_of;
use crate::operations::rereads::{self, Cause};
use crate::operations::shipments::{recheck, refresh};
use crate::operations::templates;
use crate::papers::values::{PaperSize, Stamp};

/// Makes a job with a sheet for each shipment that may be printed, in their order.
///
/// Looks at every shipment anew first: what was refunded, held or changed since numbering is left out
/// with its reasons. Lists are one sheet for all.
///
/// # Errors
/// `Invalid` fields; a missing number run; `Forbidden` for a reprint without the right to it. A job without any sheet is not made and has no id.
pub fn create(tx: &mut Tx, new: &NewPrintJob) -> Result<PrintJob, Error> {
    if new.reprint {
        needs_reprint(tx.actor)?;
    }
    let template = templates::wanted(tx, new)?;
    let size = size_of(new, template.as_ref())?;
    let (listed, mut left_out) = each_once(&named(tx, new)?);
    shipments::lock(tx, &listed)?;
    recheck(tx, &listed)?;
    let rows: HashMap<ShipmentId, ShipmentRow> =
        shipments::find(tx, &listed)?.into_iter().map(|row| (row.id, row)).collect();
    let earlier = if new.paper.is_list() { Vec::new() } else { sheets::earlier(tx, new.paper, &listed)? };
    let mut before: HashMap<ShipmentId, Vec<EarlierSheet>> = HashMap::new();
    for sheet in earlier {
        before.entry(sheet.shipment_id).or_default().push(sheet);
    }

    let mut fit = Vec::with_capacity(listed.len());
    for id in &listed {
        let Some(row) = rows.get(id) else {
            left_out.push(LeftOut::not_found(*id));
            continue;
        };
        let mut reasons = why_not_printed(new.paper, *id, row.state, &row.waybill, &reasons_of(row)?);
        let before: Vec<&EarlierSheet> =
            before.get(id).into_iter().flatten().filter(|sheet| sheet.waybill == row.waybill).collect();
        let mut alive = before.iter().filter(|sheet| sheet.state != SheetState::Spoiled);
        if reasons.is_empty()
            && !new.reprint
            && (row.print != PrintState::Stale || new.paper != Paper::Waybill)
        {
            reasons.extend(alive.next_back().map(|sheet| printed_before(row, sheet)));
        }
        if reasons.is_empty() {
            fit.push((row.clone(), next_copy(before.iter().map(|sheet| (sheet.state, sheet.copy, false)))));
        } else {
            left_out.push(LeftOut { id: *id, reasons });
        }
    }
    if new.paper == Paper::HandOverList {
        keep_one_carrier(&mut fit, &mut left_out);
    }
    write(tx, new, (size, template), &fit, left_out)
}

/// The shipments that are meant, in their order.
fn named(tx: &mut Tx, new: &NewPrintJob) -> Result<Vec<ShipmentId>, Error> {
    match (new.number_run, new.shipments.is_empty()) {
        (Some(run), true) => {
            number_runs::find(tx, run)?.ok_or_else(|| Error::missing("number run", run))?;
            Ok(number_runs::assigned(tx, run)?.into_iter().map(|row| row.shipment).collect())
        }
        (None, false) => Ok(new.shipments.clone()),
        (Some(_), false) => Err(Error::invalid(
            "shipments",
            "contradiction",
            "Give either number_run or shipments, not both.",
        )),
        (None, true) => {
            Err(Error::invalid("shipments", "required", "Give number_run, or at least one shipment."))
        }
    }
}

/// The size that was asked for, or the usual one; checked against the paper.
fn size_of(new: &NewPrintJob, template: Option<&TemplateRow>) -> Result<PaperSize, Error> {
    if let Some(template) = template {
        return Ok(PaperSize::parse(&template.size).map_err(anyhow::Error::msg)?);
    }
    let usual = match new.paper {
        Paper::Waybill | Paper::ReturnLabel => PaperSize::Label100x150,
        Paper::DeliveryNote | Paper::PackingList => PaperSize::A5,
        Paper::PickList | Paper::HandOverList => PaperSize::A4,
    };
    let size = new.size.unwrap_or(usual);
    let (suits, allowed) = match new.paper {
        Paper::Waybill | Paper::ReturnLabel => (size.is_label(), "76x130, 100x150, 100x180 or 4x6in"),
        Paper::DeliveryNote | Paper::PackingList => {
            (size != PaperSize::Label76x130, "100x150, 100x180, 4x6in, a5 or a4")
        }
        Paper::PickList | Paper::HandOverList => (size == PaperSize::A4, "a4"),
    };
    if suits {
        return Ok(size);
    }
    let detail = format!("The paper {} is not printed on {size}; write {allowed}.", new.paper);
    Err(Error::invalid("size", "size_unsuitable", detail))
}

fn printed_before(row: &ShipmentRow, sheet: &EarlierSheet) -> Why {
    let (id, job) = (row.id, sheet.print_job_id);
    match sheet.state {
        SheetState::Acknowledged => Why::new(
            "already_printed",
            format!("Shipment {id} was printed by job {job}."),
            "Send \"reprint\": true to print the same number again.",
        ),
        state => Why::new(
            "already_queued",
            format!("Shipment {id} has a sheet in job {job}, which is {state}."),
            format!("Go on with job {job}, or send \"reprint\": true for a second sheet."),
        ),
    }
}

/// A driver takes the parcels of one carrier: the list is about the first one's.
fn keep_one_carrier(fit: &mut Vec<(ShipmentRow, i64)>, left_out: &mut Vec<LeftOut>) {
    let Some(carrier) = fit.first().map(|(row, _)| row.carrier.clone()) else { return };
    fit.retain(|(row, _)| {
        let same = row.carrier == carrier;
        if !same {
            let why = Why::new(
                "other_carrier",
                format!("Shipment {} goes with {}, and the list is for {carrier}.", row.id, row.carrier),
                "Make a list of its own for each carrier.",
            );
            left_out.push(LeftOut::one(row.id, why));
        }
        same
    });
}

fn write(
    tx: &mut Tx,
    new: &NewPrintJob,
    (size, template): (PaperSize, Option<TemplateRow>),
    fit: &[(ShipmentRow, i64)],
    left_out: Vec<LeftOut>,
) -> Result<PrintJob, Error> {
    let now = tx.now;
    let mut job = JobRow {
        id: PrintJobId(0),
        paper: new.paper,
        template: template.as_ref().map(|row| row.name.clone()).unwrap_or_default(),
        template_id: template.as_ref().map(|row| row.id),
        template_version: template.as_ref().map(|row| row.version),
        size: size.to_string(),
        serial: String::new(),
        number_run_id: new.number_run,
        station: new.station.trim().to_owned(),
        members: "[]".to_owned(),
        created_by: tx.actor.name.clone(),
        created_at: now,
        held_by: String::new(),
        printer_id: None,
        is_paused: false,
        is_reversed: false,
    };
    if fit.is_empty() {
        return Ok(PrintJob { id: None, ..super::head(job, Vec::new(), left_out) });
    }
    job.id = PrintJobId(tx.id()?);
    job.serial = format!("{}-{}", values::local_time(tx, now)?.format("%y%m%d"), job.id);
    let ids: Vec<ShipmentId> = fit.iter().map(|(row, _)| row.id).collect();
    if new.paper.is_list() {
        job.members = serde_json::to_string(&ids).expect("ids are plain data");
    }
    job.printer_id = super::place::usual(tx, &job)?;
    record::insert(tx, &job)?;
    let contents = if new.paper.is_list() {
        let data_hash = super::document::list(tx, &job)?.hash;
        vec![Content { position: 1, shipment: None, waybill: String::new(), copy: 1, data_hash }]
    } else {
        contents(tx, new.paper, fit)?
    };
    sheets::insert(tx, job.id, &contents)?;
    if new.paper == Paper::Waybill {
        shipments::set_print(tx, &ids, PrintState::Queued)?;
        refresh(tx, &ids)?;
    }
    let data = json!({
        "paper": new.paper, "size": size, "serial": job.serial, "number_run": new.number_run,
        "station": job.station, "template": job.template_id, "shipments": ids.len(), "reprint": new.reprint,
    });
    let made = NewEvent { kind: "print_job.created", subject_kind: "print_job", subject: job.id.0, data };
    events::record(tx, &[made])?;
    rereads::enqueue(tx, Cause::PrintJob(job.id))?;
    view(tx, job, left_out)
}

fn contents(tx: &mut Tx, paper: Paper, fit: &[(ShipmentRow, i64)]) -> Result<Vec<Content>, Error> {
    let rows: Vec<ShipmentRow> = fit.iter().map(|(row, _)| row.clone()).collect();
    let shown = values::load(tx, &rows)?;
    Ok(fit
        .iter()
        .zip(1..)
        .map(|((row, copy), position)| Content {
            position,
            shipment: Some(row.id),
            waybill: row.waybill.clone(),
            copy: *copy,
            data_hash: data_hash(paper, &shown[&row.id]),
        })
        .collect())
}

/// The hash by which a sheet of this paper is known to be stale.
pub(super) fn data_hash(paper: Paper, shown: &values::Shown) -> String {
    match paper {
        Paper::DeliveryNote => shown.delivery_note(Stamp::default()).data_hash(),
        Paper::PackingList => shown.packing_list(Stamp::default()).data_hash(),
        _ => shown.waybill(Stamp::default()).data_hash(),
    }
}
