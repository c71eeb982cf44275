//! Print jobs and their sheets: which paper may be printed, and what became of each sheet.
//!
//! A sheet's state is only ever what somebody or something said. Handing out a document is not
//! printing; a sheet behind the last good one is unknown until a person goes on from there.

use super::actor::{Actor, Right};
use super::error::Error;
use super::id::{PrintJobId, ShipmentId};
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
        /// One list per shipment of what belongs inside, for the packer.
        PackingList = "packing_list",
        /// One label per shipment that brings it back.
        ReturnLabel = "return_label",
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

    /// What "sheet `last_good` was the last good one" makes of a sheet; `is_up_to` says whether it came out before
    /// that one or is it.
    ///
    /// A sheet that was never handed out did not come out well, whatever was said about those around it.
    pub fn acknowledged(self, is_up_to: bool) -> Self {
        match self {
            Self::Sent | Self::Unknown if is_up_to => Self::Acknowledged,
            Self::Sent => Self::Unknown,
            state => state,
        }
    }
}

/// Whether the sheet at `position` came out before the one at `last_good`, or is it; with `last_good` 0 none did. A job
/// for a printer that stacks face up is printed from its end.
pub fn is_up_to(position: i64, last_good: i64, from_end: bool) -> bool {
    last_good > 0 && if from_end { position >= last_good } else { position <= last_good }
}

/// Whether somebody may have more sheets of a job that is held by `held_by` (empty: by no station).
pub fn may_take(held_by: &str, actor: &Actor) -> bool {
    held_by.is_empty() || held_by == actor.name || actor.role.may(Right::Manage)
}

/// Whether somebody may say what became of the sheets of a job that is held by `held_by`.
///
/// What a station took it alone has seen come out; a manager answers for it when it cannot. What people
/// took lies on a table that everyone who ships stands around.
pub fn may_report(held_by: &str, actor: &Actor) -> bool {
    held_by == actor.name
        || actor.role.may(Right::Manage)
        || (held_by.is_empty() && actor.role.may(Right::Ship))
}

/// The refusal for whoever may neither take nor report.
pub fn held_by_another(job: PrintJobId, held_by: &str) -> Error {
    let detail = match held_by {
        "" => format!("Job {job} was handed out to somebody else."),
        station => format!("Job {job} is printed by {station:?}."),
    };
    Error::conflict("held_by_another", detail, "Leave it to that station, or ask a manager.")
}

/// Which copy the next sheet of a number is: 1 for the first one that may have reached paper.
///
/// `earlier` are the sheets of this paper with this number: state, copy, and whether the sheet is of the
/// job that goes on. A sheet that only waited, or was given up before it was handed out, is not on paper;
/// its copy tells how many before it may be. One that waits in another job will be.
pub fn next_copy(earlier: impl Iterator<Item = (SheetState, i64, bool)>) -> i64 {
    let on_paper = earlier.map(|(state, copy, is_own)| match state {
        SheetState::Sent | SheetState::Acknowledged | SheetState::Unknown => copy,
        SheetState::Queued if !is_own => copy,
        SheetState::Queued | SheetState::Spoiled => copy - 1,
    });
    on_paper.max().unwrap_or(0) + 1
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

/// A sheet somebody called good although nobody was given it.
pub fn not_handed_out(position: i64) -> Why {
    Why::new(
        "not_handed_out",
        format!("Sheet {position} was not handed out, so it cannot have come out well."),
        "Print the sheets that wait, then say which of them is the last good one.",
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
    use crate::domain::actor::Role;
    use crate::domain::id::SellerId;

    #[test]
    fn the_last_good_sheet_settles_those_before_it_and_doubts_those_behind() {
        use SheetState::*;
        for (state, before, behind) in [
            (Queued, Queued, Queued),
            (Sent, Acknowledged, Unknown),
            (Acknowledged, Acknowledged, Acknowledged),
            (Unknown, Acknowledged, Unknown),
            (Spoiled, Spoiled, Spoiled),
        ] {
            assert_eq!(state.acknowledged(true), before, "{state} up to the last good one");
            assert_eq!(state.acknowledged(false), behind, "{state} behind it");
        }
    }

    #[test]
    fn what_a_station_took_is_told_by_it_or_by_a_manager() {
        let actor = |name: &str, role| Actor { role, name: name.to_owned(), ..Actor::system(SellerId(1)) };
        for (held_by, who, takes, reports) in [
            ("", actor("user:1", Role::Shipper), true, true),
            ("", actor("token:7", Role::Station), true, false),
            ("token:7", actor("token:7", Role::Station), true, true),
            ("token:7", actor("token:8", Role::Station), false, false),
            ("token:7", actor("user:1", Role::Shipper), false, false),
            ("token:7", actor("user:2", Role::Manager), true, true),
        ] {
            let found = (may_take(held_by, &who), may_report(held_by, &who));
            assert_eq!(found, (takes, reports), "{who:?} and {held_by:?}");
        }
    }

    #[test]
    fn a_number_that_may_be_on_paper_is_printed_as_a_copy() {
        use SheetState::*;
        for (earlier, copy) in [
            (vec![], 1),
            (vec![(Queued, 1, true)], 1),
            (vec![(Queued, 1, false)], 2),
            (vec![(Unknown, 1, true)], 2),
            (vec![(Sent, 1, true)], 2),
            (vec![(Acknowledged, 1, false), (Acknowledged, 2, false)], 3),
            (vec![(Unknown, 1, true), (Spoiled, 2, true)], 2),
            (vec![(Spoiled, 2, true)], 2),
            (vec![(Queued, 3, true)], 3),
        ] {
            assert_eq!(next_copy(earlier.iter().copied()), copy, "{earlier:?}");
        }
    }

    #[test]
    fn the_last_good_sheet_is_the_last_that_came_out() {
        for (position, last_good, from_end, is_good) in [
            (4, 4, false, true),
            (5, 4, false, false),
            (4, 4, true, true),
            (5, 4, true, true),
            (3, 4, true, false),
            (5, 0, false, false),
            (5, 0, true, false),
        ] {
            assert_eq!(is_up_to(position, last_good, from_end), is_good, "{position} {last_good} {from_end}");
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
            (Paper::PackingList, Ready, "", None),
            (Paper::ReturnLabel, Shipped, "", None),
            (Paper::HandOverList, Ready, "", Some("not_numbered")),
        ] {
            let found = why_not_printed(paper, ShipmentId(7), state, waybill, &[]);
            assert_eq!(found.first().map(|why| why.code), code, "{paper} {state}");
        }
    }
}
