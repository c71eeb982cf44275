//! Trying a template: with the seller's own newest sheet, masked, or an invented one where there is none.

use serde::Serialize;

use crate::db::{Db, shipments, templates as record};
use crate::domain::error::Error;
use crate::operations::print_jobs::values;
use crate::papers::font::Fonts;
use crate::papers::sample;
use crate::papers::svg::svg;
use crate::papers::template::{Finding, SheetValues, Template, check, lay_out};
use crate::papers::values::{Stamp, WaybillSheet};

/// How a template looks and what is wrong with it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Trial {
    /// Each page as an `svg` element, one unit a millimetre. None while the template is refused.
    pub pages: Vec<String>,
    pub findings: Vec<Finding>,
}

/// Pages that are shown; more tell nothing new.
const PAGES: usize = 3;

/// Draws a template with these values and says what is wrong with it.
pub fn trial(template: &Template, sheet: &WaybillSheet) -> Trial {
    let fonts = Fonts::shared();
    let hash = sheet.data_hash();
    let values = SheetValues::of_waybill(sheet, &hash);
    let findings = check(template, Some(&values), fonts);
    if findings.iter().any(|finding| finding.refuses && !may_be_drawn(finding)) {
        return Trial { pages: Vec::new(), findings };
    }
    let flowed = lay_out(template, &values, fonts);
    let pages = flowed.pages.iter().take(PAGES).map(|page| svg(page, fonts)).collect();
    fonts.forget();
    Trial { pages, findings }
}

/// A template that lacks a field is refused and can be looked at all the same.
fn may_be_drawn(finding: &Finding) -> bool {
    use crate::papers::template::FindingCode::*;
    matches!(finding.code, MissingField | UnknownField | UnknownPart | EmptyBox)
}

/// What is wrong with a template, tried with the newest sheet.
pub(super) fn findings(db: &mut Db, template: &Template) -> Result<Vec<Finding>, Error> {
    let sheet = trial_sheet(db)?;
    let hash = sheet.data_hash();
    Ok(check(template, Some(&SheetValues::of_waybill(&sheet, &hash)), Fonts::shared()))
}

/// The newest sheet there is, as a copy so that its mark shows. Whoever arranges boxes has no business with the buyer: name,
/// phone and address have their length and not their letters.
///
/// # Errors
/// When the record cannot be read.
pub fn trial_sheet(db: &mut Db) -> Result<WaybillSheet, Error> {
    let Some(id) = record::newest_shipment(db)? else {
        let sheet = sample::waybill(12, 50);
        return Ok(WaybillSheet { stamp: Stamp { reprint: Some(1), ..sheet.stamp }, ..sheet });
    };
    let rows = shipments::find(db, &[id])?;
    let mut shown = values::load(db, &rows)?;
    let stamp = Stamp {
        position: 12,
        total: 50,
        serial: "261120-7102".to_owned(),
        reprint: Some(1),
        printed_note: "2026-11-20 14:05".to_owned(),
    };
    let mut sheet = shown.remove(&id).map(|shown| shown.waybill(stamp)).unwrap_or_default();
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
        sheet.carrier_name = "中通快递".to_owned();
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
