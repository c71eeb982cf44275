//! Shops: linked, renamed, set up anew. A shop is never deleted, because its orders stay.

use serde_json::{Map, Value as Json, json};

use crate::connectors::link::is_complete;
use crate::db::events::{self, NewEvent};
use crate::db::shops::{self, ShopRow};
use crate::db::{Db, Tx, shop_pulls, shop_tokens};
use crate::domain::audit::AuditKind;
use crate::domain::deadline::rule::WITHIN_MAX_HOURS;
use crate::domain::error::{Error, FieldError};
use crate::domain::id::ShopId;
use crate::domain::platform::Platform;
use crate::domain::shop::ShopSettings;
use crate::operations::deadlines;
use crate::operations::settings::merged;
use crate::operations::write_backs::telling;

/// The sealing purpose of a shop's credentials.
pub const CREDENTIALS: &str = "credentials";

/// Longest name of a shop, token or seller, in characters.
const NAME_MAX: usize = 100;

/// A shop to be linked.
#[derive(Debug)]
pub struct NewShop {
    pub platform: Platform,
    pub name: String,
    pub settings: ShopSettings,
    /// What the platform gave for its API; empty for files and pushed orders. Never logged.
    pub credentials: Map<String, Json>,
}

/// What is to become different.
#[derive(Debug, Default)]
pub struct ShopChange {
    pub name: Option<String>,
    /// Only these settings; the others stay. A null goes back to the default.
    pub settings: Map<String, Json>,
    pub credentials: Option<Map<String, Json>>,
}

/// Links a shop.
///
/// # Errors
/// When the name is empty, too long or taken, or a setting is out of range.
pub fn create(tx: &mut Tx, new: &NewShop) -> Result<ShopRow, Error> {
    let name = checked_name("name", &new.name)?;
    check(&new.settings)?;
    check_plan(tx, &new.settings)?;
    name_is_free(tx, name, None)?;
    let shop = shops::insert(tx, new.platform, name, &new.settings)?;
    if !new.credentials.is_empty() {
        give_keys(tx, shop, &new.credentials)?;
    }
    record(tx, "shop.created", shop, json!({ "platform": new.platform, "name": name }))?;
    shops::find(tx, shop)
}

/// Changes a shop's name, settings or credentials.
///
/// # Errors
/// When there is no such shop, the name is taken, or a setting is unknown or out of range; a conflict when another
/// address comes without credentials and there are some.
pub fn change(tx: &mut Tx, shop: ShopId, change: &ShopChange) -> Result<ShopRow, Error> {
    let row = shops::find(tx, shop)?;
    let name = match &change.name {
        Some(name) => checked_name("name", name)?,
        None => &row.name,
    };
    name_is_free(tx, name, Some(shop))?;
    let old = row.settings()?;
    let settings = merged("settings", &old, &change.settings)?;
    check(&settings)?;
    if change.credentials.is_none() {
        keys_stay_home(tx, shop, &old, &settings)?;
    }
    if settings.plan != old.plan {
        check_plan(tx, &settings)?;
    }
    shops::update(tx, shop, name, &settings)?;
    if settings.plan != old.plan || settings.currency != old.currency {
        super::plans::look_again_at_all(tx)?;
    }
    if settings.remarks_must_be_read != old.remarks_must_be_read {
        super::orders::judge_all(tx)?;
    }
    if settings.audits != old.audits {
        super::orders::judge_shop(tx, shop)?;
    }
    if let Some(credentials) = &change.credentials {
        give_keys(tx, shop, credentials)?;
    }
    let changed = json!({
        "name": change.name,
        "settings": change.settings,
        "credentials": change.credentials.is_some(),
    });
    record(tx, "shop.changed", shop, changed)?;
    if change.credentials.is_some() || change.settings.contains_key("address") {
        telling::enqueue_shop(tx, shop)?;
    }
    if settings.ship_within_hours != old.ship_within_hours || settings.deadline != old.deadline {
        deadlines::recount_first(tx)?;
    }
    shops::find(tx, shop)
}

/// Kept keys are for the address they were given for: they are sent to no other, whoever writes it.
fn keys_stay_home(db: &mut Db, shop: ShopId, old: &ShopSettings, new: &ShopSettings) -> Result<(), Error> {
    let is_moved = !new.address.is_empty() && new.address != old.address;
    if is_moved && !shops::credentials(db, shop)?.is_empty() {
        return Err(Error::conflict(
            "address_without_keys",
            format!("Shop {shop} has keys that were given for another address than {:?}.", new.address),
            "Send its credentials with the new address.",
        ));
    }
    Ok(())
}

/// A shop's platform, and its settings as they would be with these changes; nothing is written.
///
/// # Errors
/// When there is no such shop, or a setting is unknown or out of range.
pub fn settings_with(
    db: &mut Db,
    shop: ShopId,
    patch: &Map<String, Json>,
) -> Result<(Platform, ShopSettings), Error> {
    let row = shops::find(db, shop)?;
    let settings = merged("settings", &row.settings()?, patch)?;
    check(&settings)?;
    Ok((row.platform, settings))
}

/// What opens the shop's API. Never logged.
///
/// # Errors
/// When there is no such shop, or its credentials were sealed by a key that is gone.
pub fn credentials(db: &mut Db, shop: ShopId) -> Result<Map<String, Json>, Error> {
    let sealed = shops::credentials(db, shop)?;
    match sealed.is_empty() {
        true => Ok(Map::new()),
        false => Ok(serde_json::from_str(&db.open(CREDENTIALS, &sealed)?).map_err(anyhow::Error::from)?),
    }
}

/// A name as it is kept: trimmed, one to a hundred characters, no line ends.
pub(super) fn checked_name<'a>(field: &str, name: &'a str) -> Result<&'a str, Error> {
    let name = name.trim();
    let length = name.chars().count();
    if length == 0 || length > NAME_MAX || name.chars().any(char::is_control) {
        let detail = format!("{name:?} has {length} characters; write 1 to {NAME_MAX} on one line");
        return Err(Error::invalid(field, "length", detail));
    }
    Ok(name)
}

fn name_is_free(db: &mut Db, name: &str, own: Option<ShopId>) -> Result<(), Error> {
    match shops::by_name(db, name)? {
        Some(other) if Some(other.id) != own => Err(Error::conflict(
            "shop_name_taken",
            format!("Shop {} is called {name:?} already.", other.id),
            "Choose another name, or use that shop.",
        )),
        _ => Ok(()),
    }
}

/// Values no shop can mean. Every one of them at once.
fn check(settings: &ShopSettings) -> Result<(), Error> {
    let mut errors = Vec::new();
    let mut hold = |is_fine: bool, field: &str, detail: String| {
        if !is_fine {
            errors.push(FieldError::new(format!("settings.{field}"), "range", detail));
        }
    };
    let hours = settings.ship_within_hours;
    let detail = format!("{hours} is not within 1 to {WITHIN_MAX_HOURS}");
    hold((1..=WITHIN_MAX_HOURS).contains(&hours), "ship_within_hours", detail);
    let offset = settings.utc_offset_minutes;
    hold((-720..=840).contains(&offset), "utc_offset_minutes", format!("{offset} is not within -720 to 840"));
    let days = settings.history_days;
    hold((1..=730).contains(&days), "history_days", format!("{days} is not within 1 to 730"));
    let address = &settings.address;
    let is_address = address.starts_with("https://") || address.starts_with("http://");
    let shown = address.is_empty() || is_address && !address.contains(['?', '#', '@', ' ']);
    hold(
        shown,
        "address",
        format!("{address:?} is no address of a shop; write it like https://shop.example"),
    );
    let currency = &settings.currency;
    hold(
        currency.len() == 3 && currency.bytes().all(|b| b.is_ascii_uppercase()),
        "currency",
        format!("{currency:?} is no currency; write the three capitals of ISO 4217, such as CNY"),
    );
    for kind in AuditKind::ALL {
        if let Some((field, detail)) = settings.audits.rule(*kind).check() {
            errors.push(FieldError::new(format!("settings.audits.{kind}.{field}"), "setting", detail));
        }
    }
    errors.extend(settings.deadline.check("settings.deadline"));
    if errors.is_empty() { Ok(()) } else { Err(Error::Invalid(errors)) }
}

/// Defaults that name a carrier, service or warehouse that is not there.
fn check_plan(db: &mut Db, settings: &ShopSettings) -> Result<(), Error> {
    let errors = super::plans::unknown_codes(db, &settings.plan, "settings.plan.")?;
    if errors.is_empty() { Ok(()) } else { Err(Error::Invalid(errors)) }
}

/// Keys of a person's: what was known of a token among the old ones is void.
fn give_keys(tx: &mut Tx, shop: ShopId, credentials: &Map<String, Json>) -> Result<(), Error> {
    seal_credentials(tx, shop, credentials)?;
    shop_pulls::forget_history(tx, shop)?;
    Ok(shop_tokens::begin_anew(tx, shop)?)
}

/// Keeps what opens a shop, sealed, and whether that is all its platform needs.
pub(super) fn seal_credentials(
    tx: &mut Tx,
    shop: ShopId,
    credentials: &Map<String, Json>,
) -> Result<(), Error> {
    let sealed = match credentials.is_empty() {
        true => String::new(),
        false => tx.seal(CREDENTIALS, &Json::Object(credentials.clone()).to_string()),
    };
    let is_linked = is_complete(shops::find(tx, shop)?.platform, credentials);
    Ok(shops::set_credentials(tx, shop, &sealed, is_linked)?)
}

/// What happened to a shop, noted with the change.
///
/// # Errors
/// When the record cannot be written.
pub fn record(tx: &mut Tx, kind: &'static str, shop: ShopId, data: Json) -> Result<(), Error> {
    Ok(events::record(tx, &[NewEvent { kind, subject_kind: "shop", subject: shop.0, data }])?)
}
