//! A sheet was torn or jammed: its number is void, and the shipments behind it move up or stay.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::in_use;
use crate::db::events::{self, NewEvent};
use crate::db::number_runs::{self as record, RunRow};
use crate::db::shipments::{self, ShipmentRow};
use crate::db::waybills::{self, Given};
use crate::db::{Tx, sheets};
use crate::domain::error::Error;
use crate::domain::id::{NumberRunId, ShipmentId};
use crate::domain::left_out::{LeftOut, Why};
use crate::domain::number_run::{Move, Seat, Stop, Then, WaybillState, already_shipped, shift};
use crate::domain::shipment::PrintState;
use crate::domain::waybill::{Format, WaybillNumber};
use crate::operations::shipments::refresh;

/// Which sheet was spoiled, and how to go on.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Spoil {
    /// The place in the run.
    pub position: i64,
    pub then: Then,
    #[serde(default)]
    pub reason: String,
    /// Move shipments behind it too whose labels are printed; those labels are spoiled then.
    #[serde(default)]
    pub printed: bool,
}

/// What became of a run after a spoiled sheet.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Spoiled {
    pub id: NumberRunId,
    pub position: i64,
    /// Void from now on.
    pub number: String,
    /// Who has which number now; without `to` it is ready again.
    pub moved: Vec<Move>,
    /// Shipments behind the sheet that kept their number, or found none.
    pub left_out: Vec<LeftOut>,
    /// The last number of the stack used so far.
    pub last_number: String,
}

/// Makes the number at a position void, and moves the shipments behind it up or leaves them.
///
/// # Errors
/// `run_undone`; `position_unknown` when no shipment stands there with a number of this run;
/// `already_shipped`. Then nothing is changed.
pub fn spoil(tx: &mut Tx, id: NumberRunId, spoil: &Spoil) -> Result<Spoiled, Error> {
    let (run, rows) = lock(tx, id)?;
    let Some(spoiled) = rows.iter().find(|row| row.run_position == Some(spoil.position)) else {
        return Err(Error::unprocessable(
            "position_unknown",
            format!("No shipment has a number of run {id} at position {}.", spoil.position),
            "Look at the run and write the position printed on the spoiled sheet.",
        ));
    };
    if spoiled.shipped_at.is_some() {
        let why = already_shipped(spoiled.id);
        return Err(Error::conflict(why.code, why.message, "Correct its number in the shop by hand."));
    }

    let behind = rows.iter().filter(|row| row.run_position > Some(spoil.position));
    let (moved, left_out, last_number) = match spoil.then {
        Then::Keep => {
            let alone = Seat { moves: true, ..seat(spoiled) };
            (shift(&[alone], None), Vec::new(), None)
        }
        Then::Shift => move_up(tx, &run, spoil, spoiled, behind)?,
    };
    write(tx, &run, spoil, spoiled, &moved, last_number.as_ref())?;
    Ok(Spoiled {
        id,
        position: spoil.position,
        number: spoiled.waybill.clone(),
        moved,
        left_out,
        last_number: last_number.map_or(run.last_number, |number| number.to_string()),
    })
}

/// The run, and the shipments that carry a number of it, in its order, all locked.
///
/// Whoever got another number by hand keeps the place and stays out of this.
pub(super) fn lock(tx: &mut Tx, id: NumberRunId) -> Result<(RunRow, Vec<ShipmentRow>), Error> {
    let run = record::lock(tx, id)?.ok_or_else(|| Error::missing("number run", id))?;
    if run.undone_at.is_some() {
        return Err(Error::conflict(
            "run_undone",
            format!("Number run {id} has been undone."),
            "Number its shipments with a new run.",
        ));
    }
    let members: Vec<ShipmentId> = record::assigned(tx, id)?.iter().map(|member| member.shipment).collect();
    let mut rows = shipments::lock(tx, &members)?;
    let from_run: HashSet<ShipmentId> = waybills::live(tx, &members)?
        .into_iter()
        .filter(|live| live.number_run_id == Some(id))
        .map(|live| live.shipment_id)
        .collect();
    rows.retain(|row| from_run.contains(&row.id));
    rows.sort_by_key(|row| row.run_position);
    Ok((run, rows))
}

fn seat(row: &ShipmentRow) -> Seat {
    Seat {
        shipment: row.id,
        position: row.run_position.unwrap_or_default(),
        number: row.waybill.clone(),
        moves: false,
    }
}

type Shifted = (Vec<Move>, Vec<LeftOut>, Option<WaybillNumber>);

fn move_up<'a>(
    tx: &mut Tx,
    run: &RunRow,
    spoil: &Spoil,
    spoiled: &ShipmentRow,
    behind: impl Iterator<Item = &'a ShipmentRow>,
) -> Result<Shifted, Error> {
    let mut seats = vec![Seat { moves: true, ..seat(spoiled) }];
    let mut left_out = Vec::new();
    for row in behind {
        let stays = if row.shipped_at.is_some() {
            Some(already_shipped(row.id))
        } else if row.print == PrintState::Printed && !spoil.printed {
            Some(Why::new(
                "already_printed",
                format!("Shipment {} is printed with {} and keeps it.", row.id, row.waybill),
                "Send \"printed\": true with the next spoiled sheet to move printed ones as well.",
            ))
        } else {
            None
        };
        seats.push(Seat { moves: stays.is_none(), ..seat(row) });
        left_out.extend(stays.map(|why| LeftOut::one(row.id, why)));
    }
    let (successor, short) = match successor(tx, run)? {
        Ok(number) => (Some(number), None),
        Err(stop) => (None, Some(stop.why())),
    };
    let moved = shift(&seats, successor.as_ref());
    if let (Some(short), Some(last)) = (short, moved.last()) {
        left_out.push(LeftOut::one(last.shipment, short));
    }
    Ok((moved, left_out, successor))
}

/// The sheet behind the last one used, if there is one and it is free.
fn successor(tx: &mut Tx, run: &RunRow) -> Result<Result<WaybillNumber, Stop>, Error> {
    let format = Format::find(&run.format)
        .ok_or_else(|| anyhow::anyhow!("run {} has the format {}, which is not known", run.id, run.format))?;
    let last = WaybillNumber::normalise(&run.last_number).map_err(anyhow::Error::from)?;
    let next = match format.next(&last, run.step) {
        Ok(next) => next,
        Err(refusal) => return Ok(Err(Stop::Ended(refusal))),
    };
    let mut uses = in_use(tx, &run.carrier, std::slice::from_ref(&next))?;
    Ok(uses.remove(&next).map_or(Ok(next), |occupied| Err(Stop::Occupied(occupied))))
}

fn write(
    tx: &mut Tx,
    run: &RunRow,
    spoil: &Spoil,
    spoiled: &ShipmentRow,
    moved: &[Move],
    last_number: Option<&WaybillNumber>,
) -> Result<(), Error> {
    let reason = if spoil.reason.trim().is_empty() { "spoiled sheet" } else { spoil.reason.trim() };
    let ids: Vec<ShipmentId> = moved.iter().map(|moved| moved.shipment).collect();
    sheets::spoil_unfinished(tx, &[spoiled.id], reason)?;
    sheets::spoil_acknowledged(tx, &ids, reason)?;
    waybills::end(tx, &[spoiled.id], WaybillState::Void, reason)?;
    let others: Vec<_> = ids.iter().copied().filter(|id| *id != spoiled.id).collect();
    waybills::end(tx, &others, WaybillState::Returned, "moved up behind a spoiled sheet")?;
    let given: Vec<Given> = moved
        .iter()
        .filter_map(|moved| {
            Some(Given {
                shipment: moved.shipment,
                number: moved.to.clone()?,
                run: Some(run.id),
                place: Some((run.id, moved.position)),
                print: PrintState::None,
            })
        })
        .collect();
    waybills::give(tx, &run.carrier, &run.format, &given)?;
    if let Some(last) = last_number {
        record::set_last_number(tx, run.id, last)?;
    }
    refresh(tx, &ids)?;

    let mut log = vec![NewEvent {
        kind: "number_run.spoiled",
        subject_kind: "number_run",
        subject: run.id.0,
        data: json!({
            "position": spoil.position, "number": spoiled.waybill, "then": spoil.then, "reason": reason,
        }),
    }];
    log.extend(moved.iter().map(|moved| {
        let data =
            json!({ "carrier": run.carrier, "from": moved.from, "to": moved.to, "number_run": run.id });
        NewEvent::shipment("shipment.renumbered", moved.shipment, data)
    }));
    Ok(events::record(tx, &log)?)
}
