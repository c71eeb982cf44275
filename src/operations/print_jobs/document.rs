//! Handing out what a job prints. Handed out is not printed.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::json;

use super::create::data_hash;
use super::values::{self, Shown};
use super::{held, lock, members, needs_report};
use crate::db::events::{self, NewEvent};
use crate::db::print_jobs::{self as record, JobRow};
use crate::db::sheets::{self, SheetRow};
use crate::db::shipments::{self, ShipmentRow};
use crate::db::stations as desks;
use crate::db::{Db, Tx, tokens, users};
use crate::domain::actor::{Right, Role};
use crate::domain::error::Error;
use crate::domain::id::{PrintJobId, ShipmentId};
use crate::domain::left_out::{LeftOut, Why};
use crate::domain::print::{self as rules, Paper, SheetState, may_take, why_not_printed};
use crate::domain::shipment::PrintState;
use crate::operations::number_runs::reasons_of;
use crate::operations::shipments::{recheck, refresh};
use crate::operations::{stations, templates};
use crate::papers::template::Template;
use crate::papers::values::{HandOverList, PaperSize, PickList, Stamp};
use crate::papers::{self, data_hash as hash_of};

/// The values of the sheets that are to be printed now.
#[derive(Debug, Clone)]
pub struct Document {
    pub id: PrintJobId,
    /// To be rendered; its sheets stand in the order of the job.
    pub paper: papers::Paper,
    /// The sheets in it.
    pub positions: Vec<i64>,
    /// Shipments whose sheets were given up: stale, or no longer fit to be sent.
    pub left_out: Vec<LeftOut>,
    /// Every sheet in it was handed out before, and says so.
    pub are_copies: bool,
    /// The version of the seller's template the job was made with.
    pub template: Option<Arc<Template>>,
}

/// Hands out every sheet of a job that waits: collects what they show, and marks them as handed out.
///
/// Every shipment is looked at anew. A sheet whose values have changed since the job was made is
/// spoiled and listed; [`super::resume`] queues it with what is true now.
///
/// Asked again while nobody has said what became of the sheets, it hands them out once more, each marked
/// as a copy: whether the first document reached paper cannot be known here, so the second one says what
/// it is. Refusing would lose a batch whose download broke; handing it out unmarked would send two parcels
/// under one number in silence.
///
/// # Errors
/// `nothing_to_print` when no sheet waits; `already_handed_out` for copies without the right to reprint;
/// `held_by_another` when a station has the job.
pub fn document(tx: &mut Tx, id: PrintJobId) -> Result<Document, Error> {
    let job = lock_to_take(tx, id)?;
    let (mut queued, mut sent) = (Vec::new(), Vec::new());
    for sheet in sheets::of_job(tx, id)? {
        match sheet.state {
            SheetState::Queued => queued.push(sheet),
            SheetState::Sent => sent.push(SheetRow { copy: sheet.copy + 1, ..sheet }),
            _ => {}
        }
    }
    let are_copies = queued.is_empty() && !sent.is_empty();
    if are_copies {
        if !tx.actor.role.may(Right::Reprint) {
            return Err(already_handed_out(id, &sent));
        }
        needs_report(tx, &job)?;
        let positions: Vec<i64> = sent.iter().map(|sheet| sheet.position).collect();
        sheets::mark_copies(tx, id, &positions)?;
    }
    let by = tx.actor.name.clone();
    let document = hand_out(tx, &job, if are_copies { &sent } else { &queued }, &by)?;
    let document = document.map_err(|left_out| nothing_to_print(id, &left_out))?;
    if tx.actor.role == Role::Station && job.held_by.is_empty() {
        record::set_holder(tx, id, &tx.actor.name)?;
    }
    Ok(Document { are_copies, ..document })
}

/// Locks a job whose sheets this actor may take.
///
/// # Errors
/// `held_by_another` when a station has it; when there is no such job.
pub fn lock_to_take(tx: &mut Tx, id: PrintJobId) -> Result<JobRow, Error> {
    let job = lock(tx, id)?;
    match may_take(&job.held_by, tx.actor) && is_of_desk(tx, &job)? {
        true => Ok(job),
        false => Err(held(tx, id, &job.held_by)?),
    }
}

/// Collects what these sheets of a locked job show, and marks those that still hold as handed out; only the
/// shipments whose sheets were given up, when none does. `by` is printed on them.
///
/// # Errors
/// When the record cannot be read or written.
pub(super) fn hand_out(
    tx: &mut Tx,
    job: &JobRow,
    waiting: &[SheetRow],
    by: &str,
) -> Result<Collected, Error> {
    let id = job.id;
    let collected = if waiting.is_empty() {
        Err(Vec::new())
    } else if job.paper.is_list() {
        list_document(tx, job, waiting, by)?
    } else {
        sheet_document(tx, job, waiting, by)?
    };
    let document = match collected {
        Ok(document) => document,
        Err(left_out) => return Ok(Err(left_out)),
    };
    let sent: Vec<_> = document.positions.iter().map(|position| (*position, SheetState::Sent, "")).collect();
    sheets::set_states(tx, id, &sent)?;
    let data = json!({ "paper": job.paper, "sheets": sent.len(), "left_out": document.left_out.len() });
    let rendered = NewEvent { kind: "print_job.rendered", subject_kind: "print_job", subject: id.0, data };
    events::record(tx, &[rendered])?;
    Ok(Ok(document))
}

/// A station's key opens the jobs of its own printers, and a station without a desk those of no printer. People
/// may take any job to the browser.
fn is_of_desk(tx: &mut Tx, job: &JobRow) -> Result<bool, Error> {
    if tx.actor.role != Role::Station {
        return Ok(true);
    }
    let actor = tx.actor;
    let desk = stations::desk_of(tx, actor)?.map(|desk| desk.id);
    let wanted = match job.printer_id {
        Some(printer) => Some(desks::printer(tx, printer)?.station_id),
        None => None,
    };
    Ok(desk == wanted)
}

fn already_handed_out(id: PrintJobId, sent: &[SheetRow]) -> Error {
    let (first, last) = (sent.first().map_or(0, |s| s.position), sent.last().map_or(0, |s| s.position));
    Error::conflict(
        "already_handed_out",
        format!(
            "Sheets {first} to {last} of job {id} were handed out, and nobody has said what became of them."
        ),
        "Acknowledge the last good one; copies are printed by whoever may reprint.",
    )
}

fn nothing_to_print(id: PrintJobId, left_out: &[LeftOut]) -> Error {
    match left_out.first().and_then(|left| left.reasons.first()) {
        Some(why) => Error::conflict(
            "nothing_to_print",
            format!("No sheet of job {id} can be printed as it is. {}", why.message),
            why.next.clone(),
        ),
        None => Error::conflict(
            "nothing_to_print",
            format!("No sheet of job {id} waits to be printed."),
            "Resume the job to print its open sheets, or make a new one with \"reprint\": true.",
        ),
    }
}

/// What is printed; without any such sheet, why each was given up.
pub(super) type Collected = Result<Document, Vec<LeftOut>>;

fn sheet_document(tx: &mut Tx, job: &JobRow, waiting: &[SheetRow], by: &str) -> Result<Collected, Error> {
    let ids: Vec<ShipmentId> = waiting.iter().filter_map(|sheet| sheet.shipment_id).collect();
    shipments::lock(tx, &ids)?;
    recheck(tx, &ids)?;
    let rows = shipments::find(tx, &ids)?;
    let shown = values::load(tx, &rows)?;
    let rows: HashMap<ShipmentId, ShipmentRow> = rows.into_iter().map(|row| (row.id, row)).collect();

    let (mut good, mut given_up, mut left_out) = (Vec::new(), Vec::new(), Vec::new());
    for sheet in waiting {
        let Some(row) = sheet.shipment_id.and_then(|id| rows.get(&id)) else { continue };
        let mut reasons = why_not_printed(job.paper, row.id, row.state, &row.waybill, &reasons_of(row)?);
        if reasons.is_empty() && sheet.data_hash != data_hash(job.paper, &shown[&row.id]) {
            reasons.push(rules::stale(sheet.position));
        }
        match reasons.first() {
            None => good.push((sheet, &shown[&row.id])),
            Some(why) => {
                given_up.push((sheet.position, row.id, why.code));
                left_out.push(LeftOut { id: row.id, reasons });
            }
        }
    }
    give_up(tx, job, &given_up)?;
    if good.is_empty() {
        return Ok(Err(left_out));
    }
    Ok(Ok(Document {
        id: job.id,
        paper: paper_of(tx, job, &good, by)?,
        positions: good.iter().map(|(sheet, _)| sheet.position).collect(),
        left_out,
        are_copies: false,
        template: templates::of_job(tx, job)?.map(Arc::new),
    }))
}

fn paper_of(
    tx: &mut Tx,
    job: &JobRow,
    good: &[(&SheetRow, &Shown)],
    by: &str,
) -> Result<papers::Paper, Error> {
    let total = sheets::count(tx, job.id)?;
    let printed_note = printed_note(tx, by)?;
    let stamp = |sheet: &SheetRow| Stamp {
        position: small(sheet.position),
        total: small(total),
        serial: job.serial.clone(),
        reprint: (sheet.copy > 1).then(|| small(sheet.copy - 1)),
        printed_note: printed_note.clone(),
    };
    let size = PaperSize::parse(&job.size).map_err(anyhow::Error::msg)?;
    Ok(match job.paper {
        Paper::DeliveryNote => papers::Paper::DeliveryNotes {
            size,
            sheets: good.iter().map(|(sheet, shown)| shown.delivery_note(stamp(sheet))).collect(),
        },
        Paper::PackingList => papers::Paper::PackingLists {
            size,
            sheets: good.iter().map(|(sheet, shown)| shown.packing_list(stamp(sheet))).collect(),
        },
        Paper::ReturnLabel => papers::Paper::ReturnLabels {
            size,
            sheets: good.iter().map(|(sheet, shown)| shown.waybill(stamp(sheet))).collect(),
        },
        _ => papers::Paper::Waybills {
            size,
            sheets: good.iter().map(|(sheet, shown)| shown.waybill(stamp(sheet))).collect(),
        },
    })
}

fn small(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn printed_note(tx: &mut Tx, by: &str) -> Result<String, Error> {
    let now = tx.now;
    let by = name_on_paper(tx, by)?;
    Ok(format!("{} {by}", values::local_time(tx, now)?.format("%Y-%m-%d %H:%M")))
}

/// Who prints, as people call them: the first part of an address of the staff, or the name of a program.
fn name_on_paper(db: &mut Db, by: &str) -> Result<String, Error> {
    let found = match by.split_once(':') {
        Some(("user", id)) => {
            let user = users::all(db)?.into_iter().find(|user| user.id.to_string() == id);
            user.and_then(|user| user.email.split('@').next().map(str::to_owned))
        }
        Some(("token", id)) => match id.parse() {
            Ok(token) => match tokens::find(db, token) {
                Ok(token) => Some(token.name),
                Err(Error::Missing { .. }) => None,
                Err(error) => return Err(error),
            },
            Err(_) => None,
        },
        _ => None,
    };
    Ok(found.unwrap_or_else(|| by.to_owned()))
}

/// Spoils sheets that will not be printed as they are; their shipments have no label under way any more.
fn give_up(tx: &mut Tx, job: &JobRow, sheets: &[(i64, ShipmentId, &str)]) -> Result<(), Error> {
    let states: Vec<_> =
        sheets.iter().map(|(position, _, why)| (*position, SheetState::Spoiled, *why)).collect();
    sheets::set_states(tx, job.id, &states)?;
    if job.paper == Paper::Waybill && !sheets.is_empty() {
        let ids: Vec<ShipmentId> = sheets.iter().map(|(_, shipment, _)| *shipment).collect();
        shipments::set_print(tx, &ids, PrintState::None)?;
        refresh(tx, &ids)?;
    }
    Ok(())
}

/// Gives up sheets that could not be drawn: a character no font has, a text that does not fit.
///
/// `problems` are positions with the reason in words.
///
/// # Errors
/// When there is no such job.
pub fn not_rendered(tx: &mut Tx, id: PrintJobId, problems: &[(i64, String)]) -> Result<(), Error> {
    let job = lock(tx, id)?;
    let known: HashMap<i64, ShipmentId> = sheets::of_job(tx, id)?
        .into_iter()
        .filter(|sheet| sheet.state.is_unfinished())
        .filter_map(|sheet| Some((sheet.position, sheet.shipment_id?)))
        .collect();
    let given_up: Vec<_> = problems
        .iter()
        .filter_map(|(position, why)| Some((*position, *known.get(position)?, why.as_str())))
        .collect();
    give_up(tx, &job, &given_up)
}

/// A list as it is true now, with those that dropped off it since the job was made.
pub(super) struct CurrentList {
    paper: papers::Paper,
    pub hash: String,
    /// How many shipments it shows.
    shown: usize,
    left_out: Vec<LeftOut>,
}

fn list_document(tx: &mut Tx, job: &JobRow, waiting: &[SheetRow], by: &str) -> Result<Collected, Error> {
    recheck(tx, &members(job)?)?;
    let mut list = list(tx, job)?;
    if list.shown == 0 {
        return Ok(Err(list.left_out));
    }
    let mut note = printed_note(tx, by)?;
    // A list has no stamp of its own; its foot says that it is not the first.
    if let Some(copy) = waiting.iter().map(|sheet| sheet.copy).max().filter(|copy| *copy > 1) {
        note.push_str(&format!(" · 补打 {n} REPRINT {n}", n = copy - 1));
    }
    match &mut list.paper {
        papers::Paper::PickList { list } => list.printed_note = note,
        papers::Paper::HandOverList { list } => list.printed_note = note,
        _ => {}
    }
    let document = Document {
        id: job.id,
        paper: list.paper,
        positions: vec![1],
        left_out: list.left_out,
        are_copies: false,
        template: templates::of_job(tx, job)?.map(Arc::new),
    };
    Ok(Ok(document))
}

/// Puts a list together from what is true now. Positions stay those of the job.
pub(super) fn list(db: &mut Db, job: &JobRow) -> Result<CurrentList, Error> {
    let ids = members(job)?;
    let rows = shipments::find(db, &ids)?;
    let shown = values::load(db, &rows)?;
    let rows: HashMap<ShipmentId, ShipmentRow> = rows.into_iter().map(|row| (row.id, row)).collect();
    let (mut good, mut left_out): (Vec<(u32, &Shown)>, Vec<LeftOut>) = (Vec::new(), Vec::new());
    for (id, position) in ids.iter().zip(1..) {
        let Some(row) = rows.get(id) else { continue };
        let reasons: Vec<Why> = why_not_printed(job.paper, *id, row.state, &row.waybill, &reasons_of(row)?);
        if reasons.is_empty() {
            good.push((position, &shown[id]));
        } else {
            left_out.push(LeftOut { id: *id, reasons });
        }
    }
    let warehouse = values::one_warehouse(good.iter().map(|(_, shown)| *shown));
    let (paper, hash) = if job.paper == Paper::PickList {
        let shipments = good.iter().map(|(position, shown)| shown.pick_shipment(*position)).collect();
        let list = PickList { serial: job.serial.clone(), warehouse, shipments, ..PickList::default() };
        let hash = hash_of(&list);
        (papers::Paper::PickList { list }, hash)
    } else {
        let parcels = good.iter().map(|(position, shown)| shown.parcel(*position)).collect();
        let list = HandOverList {
            carrier_name: good.first().map(|(_, shown)| shown.carrier_name.clone()).unwrap_or_default(),
            day: values::local_time(db, job.created_at)?.format("%Y-%m-%d").to_string(),
            serial: job.serial.clone(),
            warehouse,
            parcels,
            ..HandOverList::default()
        };
        let hash = hash_of(&list);
        (papers::Paper::HandOverList { list }, hash)
    };
    Ok(CurrentList { paper, hash, shown: good.len(), left_out })
}
