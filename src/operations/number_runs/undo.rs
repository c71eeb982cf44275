//! A whole run taken back in one step.

use serde::Serialize;
use serde_json::json;

use super::jam::lock;
use crate::db::events::{self, NewEvent};
use crate::db::number_runs as record;
use crate::db::waybills;
use crate::db::{Tx, sheets};
use crate::domain::error::Error;
use crate::domain::id::{NumberRunId, ShipmentId};
use crate::domain::number_run::WaybillState;
use crate::domain::shipment::PrintState;
use crate::operations::shipments::refresh;

/// A run that was taken back.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Undone {
    pub id: NumberRunId,
    /// Shipments without a number again.
    pub returned: Vec<ShipmentId>,
    /// It was undone before; nothing changed now.
    pub already: bool,
}

/// Takes every number of a run back, while nothing of it is printed or shipped. The numbers are free.
///
/// Sheets that were queued or handed out are given up. Repeating it changes nothing.
///
/// # Errors
/// `run_printed`, `run_shipped` with the positions; then nothing is changed.
pub fn undo(tx: &mut Tx, id: NumberRunId) -> Result<Undone, Error> {
    let known = record::find(tx, id)?.ok_or_else(|| Error::missing("number run", id))?;
    if known.undone_at.is_some() {
        return Ok(Undone { id, returned: Vec::new(), already: true });
    }
    let (_, rows) = lock(tx, id)?;
    let ids: Vec<ShipmentId> = rows.iter().map(|row| row.id).collect();

    let positions = |test: &dyn Fn(&crate::db::shipments::ShipmentRow) -> bool| {
        let found: Vec<_> =
            rows.iter().filter(|row| test(row)).filter_map(|row| row.run_position).take(20).collect();
        found.iter().map(i64::to_string).collect::<Vec<_>>().join(", ")
    };
    let shipped = positions(&|row| row.shipped_at.is_some());
    if !shipped.is_empty() {
        return Err(Error::conflict(
            "run_shipped",
            format!("Number run {id} cannot be undone: position {shipped} is shipped."),
            "Give the numbers of the others back one by one.",
        ));
    }
    let doubtful = sheets::printed_or_unknown(tx, &ids)?;
    let printed = positions(&|row| {
        matches!(row.print, PrintState::Printed | PrintState::Stale) || doubtful.contains(&row.id)
    });
    if !printed.is_empty() {
        return Err(Error::conflict(
            "run_printed",
            format!("Number run {id} cannot be undone: position {printed} is printed, or may be."),
            "Give the numbers of the others back one by one, or spoil the printed sheets first.",
        ));
    }

    sheets::spoil_unfinished(tx, &ids, "the number run was undone")?;
    waybills::end(tx, &ids, WaybillState::Returned, "the number run was undone")?;
    record::set_undone(tx, id)?;
    refresh(tx, &ids)?;
    let mut log = vec![NewEvent {
        kind: "number_run.undone",
        subject_kind: "number_run",
        subject: id.0,
        data: json!({ "returned": ids.len() }),
    }];
    log.extend(rows.iter().map(|row| {
        let data = json!({ "carrier": row.carrier, "number": row.waybill, "number_run": id });
        NewEvent::shipment("shipment.number_returned", row.id, data)
    }));
    events::record(tx, &log)?;
    Ok(Undone { id, returned: ids, already: false })
}
