//! What carriers announce for regions: written down, or taken in from a notice.

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::connectors::file::Rejection;
use crate::connectors::file::region_notice::Notice;
use crate::db::events::{self, NewEvent};
use crate::db::region_rules::{self as record, RegionRuleRow};
use crate::db::{Db, Tx, carrier_services, sellers};
use crate::domain::carrier_service;
use crate::domain::error::{Error, FieldError};
use crate::domain::id::RegionRuleId;
use crate::domain::region;
use crate::domain::region_rule::{RegionEffect, RegionRule};
use crate::domain::time::UtcTime;
use crate::domain::validity::Validity;
use crate::operations::carriers::region_code;
use crate::operations::plans;

/// Rules of one request.
const RULES_MAX: usize = 20_000;
/// Most minor units of a surcharge, and most additional days.
const AMOUNT_MAX: i64 = 100_000_000;
const DAYS_MAX: i64 = 90;
/// Characters of a note.
const NOTE_MAX: usize = 200;

/// Something a carrier announced.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRegionRule {
    /// Code or name of the carrier; empty for every carrier.
    #[serde(default)]
    pub carrier: String,
    /// Code of a service; empty for all of the carrier.
    #[serde(default)]
    pub service: String,
    /// Two, four or six digits of GB/T 2260; empty for everywhere.
    #[serde(default)]
    pub region: String,
    pub effect: RegionEffect,
    /// Of a surcharge, in minor units.
    #[serde(default)]
    pub amount: i64,
    /// Of a slow region, days beyond the usual ones.
    #[serde(default)]
    pub days: i64,
    /// First and last day in the seller's time zone; an empty one is an open end.
    #[serde(default)]
    pub valid_from: String,
    #[serde(default)]
    pub valid_until: String,
    #[serde(default)]
    pub note: String,
}

/// A rule as it stands.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct RegionRuleView {
    pub id: RegionRuleId,
    pub carrier: String,
    pub service: String,
    pub region: String,
    /// The official name of the region; empty for everywhere.
    pub region_name: String,
    pub effect: RegionEffect,
    pub amount: i64,
    pub days: i64,
    pub valid_from: String,
    pub valid_until: String,
    pub note: String,
    pub created_by: String,
    pub created_at: UtcTime,
}

impl From<RegionRuleRow> for RegionRuleView {
    fn from(row: RegionRuleRow) -> Self {
        Self {
            region_name: name_of(&row.region),
            id: row.id,
            carrier: row.carrier,
            service: row.service,
            region: row.region,
            effect: row.effect,
            amount: row.amount,
            days: row.days,
            valid_from: row.valid_from,
            valid_until: row.valid_until,
            note: row.note,
            created_by: row.created_by,
            created_at: row.created_at,
        }
    }
}

fn name_of(code: &str) -> String {
    region::name_of(code).map_or_else(String::new, |found| found.name())
}

/// What a notice did, or would do.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ImportedRules {
    /// As they were understood; each is kept unless it is a preview.
    pub rules: Vec<UnderstoodRule>,
    pub is_preview: bool,
    pub rejected: Vec<Rejection>,
    /// Columns that mean nothing here.
    pub passed_over: Vec<String>,
}

/// A rule as a notice was understood.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct UnderstoodRule {
    pub row: u64,
    pub carrier: String,
    pub service: String,
    pub region: String,
    pub region_name: String,
    pub effect: RegionEffect,
    pub amount: i64,
    pub days: i64,
    pub valid_from: String,
    pub valid_until: String,
    pub note: String,
}

/// A page of rules, newest first; those that have ended only if wanted.
///
/// # Errors
/// When the record cannot be read.
pub fn list(
    db: &mut Db,
    with_ended: bool,
    before: Option<RegionRuleId>,
    limit: usize,
) -> Result<Vec<RegionRuleView>, Error> {
    let today = sellers::settings(db)?.time_zone.day_of(db.now()).to_string();
    let ended = (!with_ended).then_some(today.as_str());
    Ok(record::list(db, ended, before, limit)?.into_iter().map(RegionRuleView::from).collect())
}

/// Writes rules down; parcels to their regions are looked at anew. One that is there already for the same days gets the
/// new amount, days and note.
///
/// # Errors
/// Every field that cannot be taken; then nothing is kept.
pub fn create(tx: &mut Tx, new: &[NewRegionRule]) -> Result<Vec<RegionRuleView>, Error> {
    let services = services(tx)?;
    let mut errors = Vec::new();
    if new.is_empty() || new.len() > RULES_MAX {
        let detail = format!("There are {} rules; write 1 to {RULES_MAX}", new.len());
        errors.push(FieldError::new("items", "length", detail));
    }
    let mut rules = Vec::with_capacity(new.len());
    for (index, one) in new.iter().enumerate() {
        match checked(one, &services) {
            Ok(rule) => rules.push(rule),
            Err(found) => errors.extend(found.into_iter().map(|error| {
                FieldError::new(format!("items[{index}].{}", error.field), error.code, error.detail)
            })),
        }
    }
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    let kept = keep(tx, rules)?;
    let before: Vec<RegionRuleView> =
        record::find(tx, &kept)?.into_iter().map(RegionRuleView::from).collect();
    Ok(before)
}

/// The services by code, with their carriers.
fn services(db: &mut Db) -> Result<HashMap<String, String>, Error> {
    let all = carrier_services::all(db)?.into_iter();
    Ok(all.map(|service| (service.fields.code, service.fields.carrier)).collect())
}

fn checked(new: &NewRegionRule, services: &HashMap<String, String>) -> Result<RegionRule, Vec<FieldError>> {
    let mut errors = Vec::new();
    let mut carrier = String::new();
    if !new.carrier.trim().is_empty() {
        match carrier_service::carrier("carrier", &new.carrier) {
            Ok(code) => carrier = code,
            Err(error) => errors.push(error),
        }
    }
    let service = new.service.trim().to_owned();
    match services.get(&service) {
        _ if service.is_empty() => {}
        None => {
            let detail = format!("There is no service {service:?}; write the code of one under carriers");
            errors.push(FieldError::new("service", "unknown", detail));
        }
        Some(of) if carrier.is_empty() => carrier.clone_from(of),
        Some(of) if *of != carrier => {
            let detail = format!("The service {service:?} is of {of}, not of {carrier}");
            errors.push(FieldError::new("service", "contradiction", detail));
        }
        Some(_) => {}
    }
    let region = region_code(&new.region).unwrap_or_else(|detail| {
        errors.push(FieldError::new("region", "unknown", detail));
        String::new()
    });
    let validity = Validity::parse(&new.valid_from, &new.valid_until).unwrap_or_else(|error| {
        errors.push(error);
        Validity::default()
    });
    let (amount, days) = match new.effect {
        RegionEffect::Closed => (0, 0),
        RegionEffect::Surcharge => (new.amount, 0),
        RegionEffect::Slow => (0, new.days),
    };
    if new.effect == RegionEffect::Surcharge && !(1..=AMOUNT_MAX).contains(&amount) {
        let detail = format!("{amount} is no surcharge; write 1 to {AMOUNT_MAX} minor units");
        errors.push(FieldError::new("amount", "range", detail));
    }
    if new.effect == RegionEffect::Slow && !(1..=DAYS_MAX).contains(&days) {
        let detail = format!("{days} is no number of days; write 1 to {DAYS_MAX}");
        errors.push(FieldError::new("days", "range", detail));
    }
    let note = new.note.trim().to_owned();
    if note.chars().count() > NOTE_MAX || note.chars().any(char::is_control) {
        let detail =
            format!("It has {} characters; write at most {NOTE_MAX} on one line", note.chars().count());
        errors.push(FieldError::new("note", "length", detail));
    }
    match errors.is_empty() {
        true => Ok(RegionRule { carrier, service, region, effect: new.effect, amount, days, validity, note }),
        false => Err(errors),
    }
}

/// Keeps rules and has the parcels to their regions looked at anew; answers the new ids, also of those that were there.
fn keep(tx: &mut Tx, rules: Vec<RegionRule>) -> Result<Vec<RegionRuleId>, Error> {
    // Of the same rule said twice the last counts; one statement cannot write a row twice.
    let mut last: HashMap<_, RegionRule> = HashMap::new();
    for rule in rules {
        let key = (
            rule.carrier.clone(),
            rule.service.clone(),
            rule.region.clone(),
            rule.effect,
            rule.validity.texts(),
        );
        last.insert(key, rule);
    }
    let ids: Vec<RegionRuleId> = tx.ids(last.len())?.map(RegionRuleId).collect();
    let rules: Vec<_> = ids.iter().copied().zip(last.into_values()).collect();
    record::save(tx, &rules)?;
    let regions: BTreeSet<&str> = rules.iter().map(|(_, rule)| rule.region.as_str()).collect();
    let data = json!({ "rules": rules.len(), "regions": regions });
    let subject = ids.first().map_or(0, |id| id.0);
    events::record(
        tx,
        &[NewEvent { kind: "region_rules.saved", subject_kind: "region_rule", subject, data }],
    )?;
    let regions: Vec<String> = regions.into_iter().map(str::to_owned).collect();
    plans::look_again_in(tx, &regions)?;
    Ok(ids)
}

/// Takes a carrier's notice in, or only says how it is understood. A row that cannot be taken is listed and leaves the
/// others. `defaults` fill what the notice does not say.
///
/// # Errors
/// When the record cannot be read or written.
pub fn import(
    tx: &mut Tx,
    defaults: &NewRegionRule,
    notice: &Notice,
    is_preview: bool,
) -> Result<ImportedRules, Error> {
    let services = services(tx)?;
    let mut rejected = notice.rejected.clone();
    let (mut rules, mut understood) = (Vec::new(), Vec::new());
    let or = |text: &str, other: &str| if text.is_empty() { other.to_owned() } else { text.to_owned() };
    for row in &notice.rows {
        let new = NewRegionRule {
            carrier: or(&row.carrier, &defaults.carrier),
            service: or(&row.service, &defaults.service),
            region: row.region.clone(),
            effect: row.effect.unwrap_or(defaults.effect),
            amount: row.amount.unwrap_or(defaults.amount),
            days: row.days.unwrap_or(defaults.days),
            valid_from: or(&row.valid_from, &defaults.valid_from),
            valid_until: or(&row.valid_until, &defaults.valid_until),
            note: or(&row.note, &defaults.note),
        };
        match checked(&new, &services) {
            Ok(rule) => {
                let (valid_from, valid_until) = rule.validity.texts();
                let RegionRule { carrier, service, region, effect, amount, days, note, .. } = rule.clone();
                let (row, region_name) = (row.row, name_of(&region));
                understood.push(UnderstoodRule {
                    row,
                    carrier,
                    service,
                    region,
                    region_name,
                    effect,
                    amount,
                    days,
                    valid_from,
                    valid_until,
                    note,
                });
                rules.push(rule);
            }
            Err(errors) => rejected.extend(errors.into_iter().take(1).map(|error| {
                Rejection::new(row.row, notice.column(&error.field), "", error.code, &error.detail)
            })),
        }
    }
    rejected.sort_by_key(|rejection| rejection.row);
    if !is_preview && !rules.is_empty() {
        keep(tx, rules)?;
    }
    Ok(ImportedRules { rules: understood, is_preview, rejected, passed_over: notice.passed_over.clone() })
}

/// Forgets rules; parcels to their regions are looked at anew. Ids that are not there are passed over.
///
/// # Errors
/// When the record cannot be read or written.
pub fn remove(tx: &mut Tx, ids: &[RegionRuleId]) -> Result<usize, Error> {
    let rows = record::find(tx, ids)?;
    if rows.is_empty() {
        return Ok(0);
    }
    let gone = record::remove(tx, ids)?;
    let regions: BTreeSet<String> = rows.into_iter().map(|row| row.region).collect();
    let data = json!({ "rules": gone, "regions": regions });
    let subject = ids.first().map_or(0, |id| id.0);
    events::record(
        tx,
        &[NewEvent { kind: "region_rules.removed", subject_kind: "region_rule", subject, data }],
    )?;
    plans::look_again_in(tx, &regions.into_iter().collect::<Vec<_>>())?;
    Ok(gone)
}
