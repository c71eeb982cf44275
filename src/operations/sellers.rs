//! Sellers come into being with their first token or user, and have settings.

use serde_json::{Map, Value as Json, json};

use crate::db::events::{self, NewEvent};
use crate::db::{Tx, sellers};
use crate::domain::error::{Error, FieldError};
use crate::domain::id::SellerId;
use crate::domain::remark::parse_keywords;
use crate::domain::seller::{SellerSettings, Sender};
use crate::domain::weight;
use crate::operations::deadlines;
use crate::operations::settings::merged;

/// The name of the only seller of a small installation.
const FIRST_NAME: &str = "main";

/// The seller of this name, made when there is none.
///
/// # Errors
/// When the name is empty or too long.
pub fn ensure(tx: &mut Tx, name: &str) -> Result<SellerId, Error> {
    let name = super::shops::checked_name("seller", name)?;
    match sellers::by_name(tx, name)? {
        Some(seller) => Ok(seller.id),
        None => Ok(sellers::insert(tx, name)?),
    }
}

/// The seller that is meant when none is named: the only one there is, made when there is none.
///
/// # Errors
/// When there are several.
pub fn only(tx: &mut Tx) -> Result<SellerId, Error> {
    match sellers::all(tx)?.as_slice() {
        [] => ensure(tx, FIRST_NAME),
        [one] => Ok(one.id),
        several => {
            let names: Vec<_> = several.iter().map(|seller| seller.name.as_str()).collect();
            Err(Error::invalid(
                "seller",
                "required",
                format!("There are several sellers; name one of {}", names.join(", ")),
            ))
        }
    }
}

/// Longest wait for companions: a day, or orders would miss their deadline by it.
const WAIT_MAX_MINUTES: i64 = 24 * 60;
/// Longest line of a sender, in characters: more does not fit on a label.
const SENDER_MAX: usize = 120;

/// Changes the seller's settings; what is not named stays. Orders that arrive from now on follow them, and deadlines of
/// all that have not left.
///
/// # Errors
/// Every setting that is unknown or out of range.
pub fn change_settings(tx: &mut Tx, change: &Map<String, Json>) -> Result<SellerSettings, Error> {
    let old = sellers::settings(tx)?;
    let mut settings = merged("", &old, change)?;
    let mut errors = Vec::new();
    let wait = settings.merge_wait_minutes;
    if !(0..=WAIT_MAX_MINUTES).contains(&wait) {
        let detail = format!("{wait} is not within 0 to {WAIT_MAX_MINUTES}");
        errors.push(FieldError::new("merge_wait_minutes", "range", detail));
    }
    if let Some(percent) = settings.weight_difference_percent.filter(|percent| !(1..=100).contains(percent)) {
        let detail = format!("{percent} is not within 1 to 100; null switches it off");
        errors.push(FieldError::new("weight_difference_percent", "range", detail));
    }
    if let Some(grams) = settings.plans.assumed_weight_g
        && let Err(said) = weight::check(grams)
    {
        errors.push(FieldError::new("plans.assumed_weight_g", "range", said));
    }
    let keywords = parse_keywords(&settings.remark_keywords).unwrap_or_else(|said| {
        errors.push(FieldError::new("remark_keywords", "length", said));
        Vec::new()
    });
    let Sender { name, phone, address } = &settings.sender;
    for (field, text) in [("name", name), ("phone", phone), ("address", address)] {
        let length = text.chars().count();
        if length > SENDER_MAX || text.chars().any(char::is_control) {
            let detail = format!("It has {length} characters; write up to {SENDER_MAX} on one line");
            errors.push(FieldError::new(format!("sender.{field}"), "length", detail));
        }
    }
    errors.extend(settings.calendar.check("calendar"));
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    settings.remark_keywords = keywords;
    sellers::set_settings(tx, &settings)?;
    if settings.remarks_must_be_read != old.remarks_must_be_read {
        super::orders::judge_all(tx)?;
    }
    if settings.skus_must_be_mapped != old.skus_must_be_mapped {
        super::skus::judge_all(tx)?;
    }
    if settings.plans != old.plans || settings.time_zone != old.time_zone {
        super::plans::look_again(tx)?;
    }
    if settings.time_zone != old.time_zone {
        super::rules::clock_changed(tx)?;
    }
    if settings.calendar != old.calendar || settings.time_zone != old.time_zone {
        deadlines::recount_first(tx)?;
    }
    // The sender is the seller's own address, and still nothing for a log.
    let names: Vec<&String> = change.keys().collect();
    let event = NewEvent {
        kind: "seller.settings_changed",
        subject_kind: "seller",
        subject: tx.seller().0,
        data: json!({
            "settings": names,
            "merge_policy": settings.merge_policy,
            "merge_wait_minutes": wait,
            "skus_must_be_mapped": settings.skus_must_be_mapped,
            "remarks_must_be_read": settings.remarks_must_be_read,
            "retype_numbers": settings.retype_numbers,
        }),
    };
    events::record(tx, &[event])?;
    Ok(settings)
}
