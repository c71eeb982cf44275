//! Trying a template: with the seller's own newest sheet, masked, or an invented one where there is none.

use serde::Serialize;

use crate::db::{Db, shipments, templates as record};
use crate::domain::error::Error;
use crate::domain::print::Paper;
use crate::operations::print_jobs::values;
use crate::papers::font::Fonts;
use crate::papers::sample;
use crate::papers::svg::svg;
use crate::papers::template::{Finding, ListValues, SheetValues, Template, Values, check, lay_out};
use crate::papers::values::{HandOverList, PickList, Stamp, WaybillSheet};

/// How a template looks and what is wrong with it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Trial {
    /// Each page as an `svg` element, one unit a millimetre. None while the template is refused.
    pub pages: Vec<String>,
    pub findings: Vec<Finding>,
}

/// Pages that are shown; more tell nothing new.
const PAGES: usize = 3;

/// What a template is tried with.
pub enum TrialValues {
    Sheet(Box<WaybillSheet>),
    PickList(PickList),
    HandOverList(HandOverList),
}

impl TrialValues {
    fn show<T>(&self, work: impl FnOnce(&Values) -> T) -> T {
        match self {
            Self::Sheet(sheet) => {
                let hash = sheet.data_hash();
                work(&Values::Sheet(SheetValues::of_waybill(sheet, &hash)))
            }
            Self::PickList(list) => work(&Values::List(ListValues::of_pick_list(list))),
            Self::HandOverList(list) => work(&Values::List(ListValues::of_hand_over_list(list))),
        }
    }
}

/// Draws a template with these values and says what is wrong with it.
pub fn trial(template: &Template, tried_with: &TrialValues) -> Trial {
    let fonts = Fonts::shared();
    tried_with.show(|values| {
        let findings = check(template, Some(values), fonts);
        if findings.iter().any(|finding| finding.refuses && !may_be_drawn(finding)) {
            return Trial { pages: Vec::new(), findings };
        }
        let flowed = lay_out(template, values, fonts);
        let pages = flowed.pages.iter().take(PAGES).map(|page| svg(page, fonts)).collect();
        fonts.forget();
        Trial { pages, findings }
    })
}

/// A template that lacks a field is refused and can be looked at all the same.
fn may_be_drawn(finding: &Finding) -> bool {
    use crate::papers::template::FindingCode::*;
    matches!(finding.code, MissingField | UnknownField | UnknownPart | EmptyBox)
}

/// What is wrong with a template, tried with the newest of what it shows.
pub(super) fn findings(db: &mut Db, template: &Template) -> Result<Vec<Finding>, Error> {
    let tried_with = trial_values(db, template.paper)?;
    Ok(tried_with.show(|values| check(template, Some(values), Fonts::shared())))
}

/// The newest of what a paper shows, masked; an invented one where there is nothing yet.
///
/// # Errors
/// When the record cannot be read.
pub fn trial_values(db: &mut Db, paper: Paper) -> Result<TrialValues, Error> {
    match paper.is_list() {
        true => trial_list(db, paper),
        false => trial_sheet(db).map(|sheet| TrialValues::Sheet(Box::new(sheet))),
    }
}

/// Parcels on a list that is tried.
const LISTED: usize = 12;

fn trial_list(db: &mut Db, paper: Paper) -> Result<TrialValues, Error> {
    let ids = record::newest_shipments(db, LISTED)?;
    let rows = shipments::find(db, &ids)?;
    let shown = values::load(db, &rows)?;
    let listed: Vec<_> = ids.iter().filter_map(|id| shown.get(id)).collect();
    let Stamp { serial, printed_note, .. } = trial_stamp();
    let warehouse = values::one_warehouse(listed.iter().copied());
    Ok(match paper {
        Paper::HandOverList if listed.is_empty() => {
            TrialValues::HandOverList(sample::hand_over_list(LISTED as u32))
        }
        Paper::HandOverList => {
            let carrier_name = listed.iter().map(|shown| shown.carrier_name.clone());
            TrialValues::HandOverList(HandOverList {
                carrier_name: carrier_name
                    .into_iter()
                    .find(|name| !name.is_empty())
                    .unwrap_or_else(usual_carrier),
                day: "2026-11-20".to_owned(),
                serial,
                warehouse,
                printed_note,
                parcels: (1..).zip(listed).map(|(position, shown)| shown.parcel(position)).collect(),
            })
        }
        _ if listed.is_empty() => TrialValues::PickList(sample::pick_list(LISTED as u32)),
        _ => {
            let mut shipments: Vec<_> =
                (1..).zip(listed).map(|(position, shown)| shown.pick_shipment(position)).collect();
            for remark in shipments.iter_mut().flat_map(|shipment| &mut shipment.remarks) {
                remark.text = masked(&remark.text, 0);
            }
            TrialValues::PickList(PickList { serial, warehouse, printed_note, shipments })
        }
    })
}

fn usual_carrier() -> String {
    "中通快递".to_owned()
}

fn trial_stamp() -> Stamp {
    Stamp {
        position: 12,
        total: 50,
        serial: "261120-7102".to_owned(),
        reprint: Some(1),
        printed_note: "2026-11-20 14:05".to_owned(),
    }
}

/// The newest sheet there is, as a copy so that its mark shows. Whoever arranges boxes has no business with the buyer: name,
/// phone and address have their length and not their letters.
///
/// # Errors
/// When the record cannot be read.
fn trial_sheet(db: &mut Db) -> Result<WaybillSheet, Error> {
    let Some(id) = record::newest_shipments(db, 1)?.first().copied() else {
        let sheet = sample::waybill(12, 50);
        return Ok(WaybillSheet { stamp: Stamp { reprint: Some(1), ..sheet.stamp }, ..sheet });
    };
    let rows = shipments::find(db, &[id])?;
    let mut shown = values::load(db, &rows)?;
    let mut sheet = shown.remove(&id).map(|shown| shown.waybill(trial_stamp())).unwrap_or_default();
    let recipient = &mut sheet.recipient;
    recipient.name = masked(&recipient.name, 1);
    recipient.phone = masked(&recipient.phone, 3);
    recipient.detail = masked(&recipient.detail, 0);
    for remark in &mut sheet.remarks {
        remark.text = masked(&remark.text, 0);
    }
    if sheet.number.is_empty() {
        sheet.number = "7730001200012".to_owned();
    }
    if sheet.carrier_name.is_empty() {
        sheet.carrier_name = usual_carrier();
    }
    sheet.sort_code.get_or_insert_with(|| "571-08-023".to_owned());
    if sheet.sender.address.is_empty() {
        sheet.sender = sample::waybill(12, 50).sender;
    }
    Ok(sheet)
}

/// As wide as the text, and nothing of it but the first characters.
fn masked(text: &str, kept: usize) -> String {
    let mask = |(index, found): (usize, char)| match found {
        found if index < kept => found,
        found if found.is_ascii_digit() => '0',
        found if found.is_ascii_alphabetic() => 'x',
        found if found.is_alphanumeric() => '某',
        found => found,
    };
    text.chars().enumerate().map(mask).collect()
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn a_mask_is_as_long_as_the_text_and_tells_nothing() {
        assert_eq!(masked("陈小明", 1), "陈某某");
        assert_eq!(masked("13812345678", 3), "13800000000");
        assert_eq!(masked("科技园 7 号 Block B-12", 0), "某某某 0 某 xxxxx x-00");
        assert_eq!(masked("𠮷", 0), "某");
    }
}
