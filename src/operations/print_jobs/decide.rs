//! Unknown sheets: only somebody who has looked at the paper may say what they are.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::json;

use super::progress::mark_printed;
use super::{PrintJob, lock, view};
use crate::db::Tx;
use crate::db::events::{self, NewEvent};
use crate::db::sheets::{self, SheetRow};
use crate::domain::error::Error;
use crate::domain::id::PrintJobId;
use crate::domain::print::{Paper, SheetState};

/// What somebody saw of sheets of which nobody knew whether they came out.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[schema(as = SheetDecision)]
#[serde(default, deny_unknown_fields)]
pub struct Decision {
    /// Positions of sheets that lie there and are good.
    pub printed: Vec<i64>,
    /// Positions of sheets that are nowhere; they are printed as if for the first time.
    pub not_printed: Vec<i64>,
}

/// Settles unknown sheets. Saying the same again changes nothing.
///
/// # Errors
/// `sheet_not_unknown` for a sheet whose state is known, or that the job has not; `contradiction` for one
/// that is both. Then nothing is changed.
pub fn decide(tx: &mut Tx, id: PrintJobId, decision: &Decision) -> Result<PrintJob, Error> {
    let job = lock(tx, id)?;
    let known: HashMap<i64, SheetRow> =
        sheets::of_job(tx, id)?.into_iter().map(|sheet| (sheet.position, sheet)).collect();
    if let Some(both) = decision.printed.iter().find(|one| decision.not_printed.contains(one)) {
        return Err(Error::invalid(
            "not_printed",
            "contradiction",
            format!("Sheet {both} is named as printed and as not printed; name it once."),
        ));
    }
    let printed = to_settle(id, &known, &decision.printed, SheetState::Acknowledged)?;
    let missing = to_settle(id, &known, &decision.not_printed, SheetState::Queued)?;
    if printed.is_empty() && missing.is_empty() {
        return view(tx, job, Vec::new());
    }
    let states: Vec<_> = printed
        .iter()
        .map(|sheet| (sheet.position, SheetState::Acknowledged, ""))
        .chain(missing.iter().map(|sheet| (sheet.position, SheetState::Queued, "")))
        .collect();
    sheets::set_states(tx, id, &states)?;
    if job.paper == Paper::Waybill {
        mark_printed(tx, id, printed.iter().copied())?;
    }
    let positions = |sheets: &[&SheetRow]| sheets.iter().map(|sheet| sheet.position).collect::<Vec<_>>();
    let data = json!({ "printed": positions(&printed), "not_printed": positions(&missing) });
    let told = NewEvent { kind: "print_job.decided", subject_kind: "print_job", subject: id.0, data };
    events::record(tx, &[told])?;
    view(tx, job, Vec::new())
}

/// The unknown ones among the sheets named; those that are in the wanted state already are left out.
fn to_settle<'a>(
    job: PrintJobId,
    known: &'a HashMap<i64, SheetRow>,
    positions: &[i64],
    wanted: SheetState,
) -> Result<Vec<&'a SheetRow>, Error> {
    let mut found = Vec::with_capacity(positions.len());
    for position in positions {
        let state = known.get(position).map(|sheet| sheet.state);
        match known.get(position) {
            Some(sheet) if sheet.state == SheetState::Unknown => found.push(sheet),
            _ if state == Some(wanted) => {}
            _ => {
                let is = state.map_or("no sheet of it".to_owned(), |state| state.to_string());
                return Err(Error::conflict(
                    "sheet_not_unknown",
                    format!(
                        "Sheet {position} of job {job} is {is}, and only unknown sheets are decided upon."
                    ),
                    "Look at the job again, and name its unknown sheets.",
                ));
            }
        }
    }
    found.sort_by_key(|sheet| sheet.position);
    found.dedup_by_key(|sheet| sheet.position);
    Ok(found)
}
