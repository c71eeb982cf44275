//! Print jobs and their sheets: which paper may be printed, and what became of each sheet.
//!
//! A sheet's state is only ever what somebody or something said. Handing out a document is not
//! printing; a sheet behind the last good one is unknown until a person goes on from there.

use super::error::Error;
use super::id::ShipmentId;
use super::left_out::Why;
use super::number_run::{already_shipped, cancelled};
use super::reason::Reason;
use super::shipment::ShipmentState;
use super::text_enum;

text_enum! {
    /// What a print job prints.
    pub enum Paper("paper") {
        /// One label per shipment.
        Waybill = "waybill",
        /// One note per shipment, for the buyer.
        DeliveryNote = "delivery_note",
        /// One list for all shipments: what to fetch.
        PickList = "pick_list",
        /// One list for all shipments: what the carrier takes along.
        HandOverList = "hand_over_list",
    }
}

impl Paper {
    /// Speaks of many shipments on one sheet.
    pub fn is_list(self) -> bool {
        matches!(self, Self::PickList | Self::HandOverList)
    }

    /// Shows the waybill number, so a shipment without one has no such sheet.
    pub fn needs_number(self) -> bool {
        matches!(self, Self::Waybill | Self::HandOverList)
    }
}

text_enum! {
    /// What became of a sheet.
    pub enum SheetState("state of a sheet") {
        /// Waits to be printed.
        Queued = "queued",
        /// Handed out for printing.
        Sent = "sent",
        /// Someone said it came out well.
        Acknowledged = "acknowledged",
        /// Handed out, and nobody said what became of it.
        Unknown = "unknown",
        /// Will not be used: torn, stale, or its number changed.
        Spoiled = "spoiled",
    }
}

impl SheetState {
    /// Still to be settled: neither known to be good nor given up.
    pub fn is_unfinished(self) -> bool {
        matches!(self, Self::Queued | Self::Sent | Self::Unknown)
    }

    /// What "sheet `last_good` was the last good one" makes of the sheet at `position`.
    pub fn acknowledged(self, position: i64, last_good: i64) -> Self {
        match self {
            Self::Queued | Self::Sent | Self::Unknown if position <= last_good => Self::Acknowledged,
            Self::Sent => Self::Unknown,
            state => state,
        }
    }
}

/// Whether `last_good` is a sheet of a job of so many sheets; 0 says that none came out.
///
/// # Errors
/// `sheet_out_of_range`, with the range.
pub fn check_last_good(last_good: i64, sheets: i64) -> Result<(), Error> {
    if (0..=sheets).contains(&last_good) {
        return Ok(());
    }
    Err(Error::unprocessable(
        "sheet_out_of_range",
        format!("Sheet {last_good} is no sheet of this job, which has the sheets 1 to {sheets}."),
        format!("Write the number of the last good sheet, 1 to {sheets}, or 0 when none came out."),
    ))
}

/// Why a shipment gets no sheet of this paper; empty when it may have one.
pub fn why_not_printed(
    paper: Paper,
    id: ShipmentId,
    state: ShipmentState,
    waybill: &str,
    reasons: &[Reason],
) -> Vec<Why> {
    match state {
        ShipmentState::Cancelled => return vec![cancelled(id)],
        // A lost label or note is printed again after shipping, and the driver's list comes last of all.
        ShipmentState::Shipped if paper == Paper::PickList => return vec![already_shipped(id)],
        ShipmentState::Blocked => return reasons.iter().map(Why::from).collect(),
        _ => {}
    }
    if paper.needs_number() && waybill.is_empty() { vec![not_numbered(id)] } else { Vec::new() }
}

pub fn not_numbered(id: ShipmentId) -> Why {
    Why::new(
        "not_numbered",
        format!("Shipment {id} has no waybill number."),
        "Number it with a run, or type its number on the shipment.",
    )
}

/// A sheet whose values have changed since it was queued.
pub fn stale(position: i64) -> Why {
    Why::new(
        "sheet_stale",
        format!("What sheet {position} shows has changed since the job was made."),
        "Resume the job: the sheet is then printed with what is true now.",
    )
}

/// The sheets of a job that are printed next, when it goes on after a jam.
///
/// `slots` are the positions of its unfinished sheets and `shipments` those without a good sheet, both
/// in the order of the job. Shipments take the slots in that order, so paper order stays the order of
/// the run; whoever finds none, because sheets were spoiled, takes a new one behind `last`.
pub fn resumed(slots: &[i64], shipments: &[ShipmentId], last: i64) -> Vec<(i64, ShipmentId)> {
    slots.iter().copied().chain(last + 1..).zip(shipments.iter().copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_good_sheet_settles_those_before_it_and_doubts_those_behind() {
        use SheetState::*;
        for (state, before, behind) in [
            (Queued, Acknowledged, Queued),
            (Sent, Acknowledged, Unknown),
            (Acknowledged, Acknowledged, Acknowledged),
            (Unknown, Acknowledged, Unknown),
            (Spoiled, Spoiled, Spoiled),
        ] {
            assert_eq!(state.acknowledged(4, 4), before, "{state} up to the last good one");
            assert_eq!(state.acknowledged(5, 4), behind, "{state} behind it");
        }
    }

    #[test]
    fn only_a_sheet_of_the_job_can_be_the_last_good_one() {
        for (last_good, fits) in [(-1, false), (0, true), (3, true), (4, false)] {
            assert_eq!(check_last_good(last_good, 3).is_ok(), fits, "{last_good}");
        }
    }

    #[test]
    fn a_job_goes_on_in_the_order_of_the_run_with_new_sheets_for_spoiled_ones() {
        let check = |slots: &[i64], shipments: &[i64], expected: &[(i64, i64)]| {
            let shipments: Vec<_> = shipments.iter().copied().map(ShipmentId).collect();
            let found: Vec<_> = resumed(slots, &shipments, 6).into_iter().map(|(p, s)| (p, s.0)).collect();
            assert_eq!(found, expected, "{slots:?} {shipments:?}");
        };
        check(&[4, 5, 6], &[40, 50, 60], &[(4, 40), (5, 50), (6, 60)]);
        // Sheet 4 is spoiled and its shipment moved up to sheet 5.
        check(&[5, 6], &[40, 50, 60], &[(5, 40), (6, 50), (7, 60)]);
        // Sheet 4 is spoiled and its shipment gave up its number.
        check(&[5, 6], &[50, 60], &[(5, 50), (6, 60)]);
        check(&[], &[], &[]);
    }

    #[test]
    fn each_paper_says_which_shipments_it_may_show() {
        use ShipmentState::*;
        for (paper, state, waybill, code) in [
            (Paper::Waybill, Numbered, "1", None),
            (Paper::Waybill, Ready, "", Some("not_numbered")),
            (Paper::Waybill, Shipped, "1", None),
            (Paper::Waybill, Cancelled, "1", Some("cancelled")),
            (Paper::DeliveryNote, Ready, "", None),
            (Paper::PickList, Ready, "", None),
            (Paper::PickList, Shipped, "1", Some("already_shipped")),
            (Paper::HandOverList, Shipped, "1", None),
            (Paper::HandOverList, Ready, "", Some("not_numbered")),
        ] {
            let found = why_not_printed(paper, ShipmentId(7), state, waybill, &[]);
            assert_eq!(found.first().map(|why| why.code), code, "{paper} {state}");
        }
    }
}
