//! Prices of services: versions that begin on a day, typed or from a carrier's table.

use std::collections::{HashMap, HashSet};
use std::num::NonZeroI64;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::note;
use super::services::found;
use crate::connectors::file::Rejection;
use crate::connectors::file::price_list::PriceList;
use crate::db::price_tables::{self as record, PriceTableRow};
use crate::db::{Db, Tx, sellers};
use crate::domain::carrier_service::is_currency;
use crate::domain::error::{Error, FieldError};
use crate::domain::freight::{PriceKind, Rate, check};
use crate::domain::id::{CarrierServiceId, PriceTableId};
use crate::domain::region;
use crate::domain::time::UtcTime;
use crate::domain::validity::Validity;
use crate::operations::plans;

/// Rates of one version: each county with a dozen bands.
const RATES_MAX: usize = 20_000;
/// Characters of a note.
const NOTE_MAX: usize = 200;

/// A version of a service's prices.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPriceTable {
    /// `parcel`: each by its own weight; `average`: each by the average weight of the month.
    #[serde(default = "by_parcel")]
    pub kind: PriceKind,
    #[serde(default = "yuan")]
    pub currency: String,
    /// First day, in the seller's time zone; today without one.
    #[serde(default)]
    pub valid_from: String,
    /// Last day; none while it is left out.
    #[serde(default)]
    pub valid_until: String,
    /// Cubic centimetres that count as a kilogram, 1,000 to 100,000; left out where size does not matter.
    #[serde(default)]
    pub volumetric_divisor: Option<i64>,
    /// The average weight of kind `average`, in grams.
    #[serde(default)]
    pub average_g: Option<i64>,
    #[serde(default)]
    pub note: String,
    #[serde(default)]
    pub rates: Vec<Rate>,
}

fn by_parcel() -> PriceKind {
    PriceKind::Parcel
}

fn yuan() -> String {
    "CNY".to_owned()
}

/// A version without its rates.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PriceTableView {
    pub id: PriceTableId,
    pub service: CarrierServiceId,
    pub kind: PriceKind,
    pub currency: String,
    pub valid_from: String,
    /// Empty for an open end.
    pub valid_until: String,
    pub volumetric_divisor: Option<i64>,
    pub average_g: Option<i64>,
    pub note: String,
    /// It counts today: the one that began last of those that hold.
    pub counts_today: bool,
    pub created_by: String,
    pub created_at: UtcTime,
}

/// A version with its rates.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PriceTableDetail {
    #[serde(flatten)]
    pub table: PriceTableView,
    pub rates: Vec<Rate>,
}

/// What a carrier's table did, or would do.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ImportedPrices {
    /// The new version; null in a preview, and when no row could be taken.
    pub table: Option<PriceTableView>,
    /// As they were understood.
    pub rates: Vec<Rate>,
    pub rejected: Vec<Rejection>,
    /// Columns that mean nothing here.
    pub passed_over: Vec<String>,
}

/// The versions of a service, the one that begins last first.
///
/// # Errors
/// A missing service.
pub fn prices_of(db: &mut Db, service: CarrierServiceId) -> Result<Vec<PriceTableView>, Error> {
    found(db, service)?;
    let today = sellers::settings(db)?.time_zone.day_of(db.now());
    let mut counts = false;
    let rows = record::of_service(db, service)?.into_iter();
    Ok(rows
        .map(|row| {
            let holds =
                Validity::parse(&row.valid_from, &row.valid_until).is_ok_and(|span| span.holds(today));
            let is_it = holds && !counts;
            counts |= is_it;
            view(row, is_it)
        })
        .collect())
}

fn view(row: PriceTableRow, counts_today: bool) -> PriceTableView {
    PriceTableView {
        id: row.id,
        service: row.service_id,
        kind: row.kind,
        currency: row.currency,
        valid_from: row.valid_from,
        valid_until: row.valid_until,
        volumetric_divisor: row.volumetric_divisor,
        average_g: row.average_g,
        note: row.note,
        counts_today,
        created_by: row.created_by,
        created_at: row.created_at,
    }
}

/// A version with its rates.
///
/// # Errors
/// A missing version.
pub fn show_prices(db: &mut Db, id: PriceTableId) -> Result<PriceTableDetail, Error> {
    let row = record::find(db, id)?.ok_or_else(|| Error::missing("price table", id))?;
    let all = prices_of(db, row.service_id)?;
    let table =
        all.into_iter().find(|table| table.id == id).ok_or_else(|| Error::missing("price table", id))?;
    let rates = record::rates(db, &[id], None)?.remove(&id).unwrap_or_default();
    Ok(PriceTableDetail { table, rates })
}

/// Adds a version; waiting parcels are priced anew.
///
/// # Errors
/// A missing service; every field that cannot be taken.
pub fn create_prices(
    tx: &mut Tx,
    service: CarrierServiceId,
    new: &NewPriceTable,
) -> Result<PriceTableView, Error> {
    found(tx, service)?;
    let row = checked(tx, service, new)?;
    let mut errors = Vec::new();
    let (mut rates, mut seen) = (Vec::with_capacity(new.rates.len()), HashSet::new());
    for (index, rate) in new.rates.iter().enumerate() {
        let named = |error: FieldError| {
            FieldError::new(format!("rates[{index}].{}", error.field), error.code, error.detail)
        };
        match taken(rate) {
            Err(found) => errors.extend(found.into_iter().map(named)),
            Ok(rate) if !seen.insert((rate.region.clone(), rate.first_g)) => {
                let detail = format!("{:?} up to {} g is priced twice; keep one", rate.region, rate.first_g);
                errors.push(named(FieldError::new("first_g", "listed_twice", detail)));
            }
            Ok(rate) => rates.push(rate),
        }
    }
    if new.rates.is_empty() || new.rates.len() > RATES_MAX {
        let detail = format!("There are {} rates; write 1 to {RATES_MAX}", new.rates.len());
        errors.push(FieldError::new("rates", "length", detail));
    }
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    keep(tx, row, &rates)
}

/// A rate with its region as the digits it begins with.
fn taken(rate: &Rate) -> Result<Rate, Vec<FieldError>> {
    let mut errors = check(rate).err().unwrap_or_default();
    match region_code(&rate.region) {
        Ok(region) if errors.is_empty() => return Ok(Rate { region, ..rate.clone() }),
        Ok(_) => {}
        Err(detail) => errors.push(FieldError::new("region", "unknown", detail)),
    }
    Err(errors)
}

/// The digits of a region that is written as a code of today; empty for everywhere.
pub(in crate::operations) fn region_code(text: &str) -> Result<String, String> {
    let text = text.trim();
    match region::name_of(text) {
        _ if text.is_empty() => Ok(String::new()),
        Some(found) => Ok(found.prefix().to_owned()),
        None => Err(format!("{text:?} is no division of today; write 2, 4 or 6 digits of GB/T 2260")),
    }
}

fn keep(tx: &mut Tx, row: PriceTableRow, rates: &[Rate]) -> Result<PriceTableView, Error> {
    record::insert(tx, &row, rates)?;
    let data = json!({ "price_table": row.id, "valid_from": row.valid_from, "rates": rates.len() });
    note(tx, "carrier_service.priced", "carrier_service", row.service_id.0, data)?;
    plans::look_again_at_all(tx)?;
    let all = prices_of(tx, row.service_id)?;
    all.into_iter().find(|table| table.id == row.id).ok_or_else(|| Error::missing("price table", row.id))
}

/// The head of a new version.
fn checked(tx: &mut Tx, service: CarrierServiceId, new: &NewPriceTable) -> Result<PriceTableRow, Error> {
    let mut errors = Vec::new();
    let today = sellers::settings(tx)?.time_zone.day_of(tx.now).to_string();
    let from = if new.valid_from.trim().is_empty() { today.as_str() } else { new.valid_from.as_str() };
    let validity = Validity::parse(from, &new.valid_until).unwrap_or_else(|error| {
        errors.push(error);
        Validity::default()
    });
    if !is_currency(&new.currency) {
        let detail = format!("{:?} is no currency; write three capitals, such as CNY", new.currency);
        errors.push(FieldError::new("currency", "range", detail));
    }
    let divisor = new.volumetric_divisor;
    if let Some(divisor) = divisor.filter(|divisor| !(1_000..=100_000).contains(divisor)) {
        let detail = format!("{divisor} is not within 1000 to 100000; 6000 and 8000 are common");
        errors.push(FieldError::new("volumetric_divisor", "range", detail));
    }
    match (new.kind, new.average_g) {
        (PriceKind::Average, None) => {
            let detail = "Write the average weight that the contract goes by, in grams";
            errors.push(FieldError::new("average_g", "missing", detail));
        }
        (PriceKind::Parcel, Some(grams)) => {
            let detail =
                format!("{grams} g mean nothing for kind parcel; write kind average, or leave it out");
            errors.push(FieldError::new("average_g", "contradiction", detail));
        }
        (_, Some(grams)) if !(1..=200_000).contains(&grams) => {
            let detail = format!("{grams} g is not within 1 to 200000");
            errors.push(FieldError::new("average_g", "range", detail));
        }
        _ => {}
    }
    let note = new.note.trim().to_owned();
    if note.chars().count() > NOTE_MAX {
        let detail = format!("It has {} characters; write at most {NOTE_MAX}", note.chars().count());
        errors.push(FieldError::new("note", "length", detail));
    }
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    let (valid_from, valid_until) = validity.texts();
    Ok(PriceTableRow {
        id: PriceTableId(tx.id()?),
        service_id: service,
        kind: new.kind,
        currency: new.currency.clone(),
        valid_from,
        valid_until,
        volumetric_divisor: divisor.and_then(NonZeroI64::new).map(NonZeroI64::get),
        average_g: new.average_g,
        note,
        created_by: tx.actor.name.clone(),
        created_at: tx.now,
    })
}

/// Takes a carrier's table in as a new version, or only says what it would be. A row that cannot be taken is listed and
/// leaves the others; of rows for the same region and first weight the last counts.
///
/// # Errors
/// A missing service; fields of the version that cannot be taken.
pub fn import_prices(
    tx: &mut Tx,
    service: CarrierServiceId,
    new: &NewPriceTable,
    list: &PriceList,
    is_preview: bool,
) -> Result<ImportedPrices, Error> {
    found(tx, service)?;
    let row = checked(tx, service, new)?;
    let mut rejected = list.rejected.clone();
    let mut rates: HashMap<(String, i64), Rate> = HashMap::new();
    for one in &list.rows {
        match taken(&one.rate) {
            Ok(rate) => drop(rates.insert((rate.region.clone(), rate.first_g), rate)),
            Err(errors) => rejected.extend(errors.into_iter().take(1).map(|error| {
                Rejection::new(one.row, list.column(&error.field), "", error.code, &error.detail)
            })),
        }
    }
    rejected.sort_by_key(|rejection| rejection.row);
    let mut rates: Vec<Rate> = rates.into_values().collect();
    rates.sort_by(|a, b| (&a.region, a.first_g).cmp(&(&b.region, b.first_g)));
    let table = match is_preview || rates.is_empty() {
        true => None,
        false => Some(keep(tx, row, &rates)?),
    };
    Ok(ImportedPrices { table, rates, rejected, passed_over: list.passed_over.clone() })
}

/// Forgets a version; the one before it counts again.
///
/// # Errors
/// A missing version.
pub fn remove_prices(tx: &mut Tx, id: PriceTableId) -> Result<(), Error> {
    let row = record::find(tx, id)?.ok_or_else(|| Error::missing("price table", id))?;
    record::remove(tx, id)?;
    let data = json!({ "price_table": id, "valid_from": row.valid_from, "removed": true });
    note(tx, "carrier_service.priced", "carrier_service", row.service_id.0, data)?;
    plans::look_again_at_all(tx)
}
