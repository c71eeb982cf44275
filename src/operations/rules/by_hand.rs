//! What a person decides for one order, whatever rules say. It stays so through every later judgement.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::json;

use crate::connectors::file::goods::parts_of;
use crate::db::events::{self, NewEvent};
use crate::db::{Tx, orders, rules as record, skus};
use crate::domain::error::Error;
use crate::domain::id::OrderId;
use crate::domain::rule::ActionKind;
use crate::domain::waybill::carriers::code_of;
use crate::operations::merging::{self, Changes};

/// Characters of a value.
const VALUE_MAX: usize = 40;
/// Characters of gifts.
const GIFTS_MAX: usize = 1_000;
/// Pieces of one gift, as of one by a rule.
const PIECES_MAX: i64 = 1_000;

/// What a person decides for an order.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOverride {
    pub kind: ActionKind,
    /// Key of the rule whose wish is taken back; without it, that of every rule.
    #[serde(default)]
    pub rule: String,
    /// What counts instead: of carrier, service, warehouse and flag, and gifts as `CUP*2; BAG`. Empty for nothing.
    #[serde(default)]
    pub value: String,
}

/// Keeps what a person decided; the order follows at once. Saying it again changes nothing.
///
/// # Errors
/// [`Error::Missing`] without such an order; [`Error::Invalid`] for a value that cannot be taken.
pub fn give(tx: &mut Tx, order: OrderId, new: &NewOverride) -> Result<(), Error> {
    let value = match new.kind {
        ActionKind::Carrier => code_of(&new.value),
        ActionKind::Gift => gifts(tx, &new.value)?,
        _ => new.value.trim().to_owned(),
    };
    let length = value.chars().count();
    let most = if new.kind == ActionKind::Gift { GIFTS_MAX } else { VALUE_MAX };
    if length > most || value.chars().any(char::is_control) {
        let detail = format!("{value:?} has {length} characters; write up to {most} on one line");
        return Err(Error::invalid("value", "length", detail));
    }
    if !value.is_empty() && (!new.kind.may_be_named() || !new.rule.is_empty()) {
        let detail = format!("A {} is given by rules; take it back here, or leave it", new.kind);
        return Err(Error::invalid("value", "contradiction", detail));
    }
    there(tx, order)?;
    // What people decide is read with the rules; a seller without any has an empty list of them from now on.
    super::begin(tx)?;
    record::override_one(tx, order, new.kind, &new.rule, &value)?;
    let data = json!({ "kind": new.kind, "rule": new.rule, "value": value });
    events::record(tx, &[NewEvent::order("order.rule_overridden", order, data)])?;
    merging::settle(tx, &[order], &Changes::default())
}

/// Gives a kind back to the rules; doing it again changes nothing.
///
/// # Errors
/// [`Error::Missing`] without such an order.
pub fn take_back(tx: &mut Tx, order: OrderId, kind: ActionKind) -> Result<(), Error> {
    there(tx, order)?;
    if !record::forget_overrides(tx, order, kind)? {
        return Ok(());
    }
    events::record(tx, &[NewEvent::order("order.rule_override_ended", order, json!({ "kind": kind }))])?;
    merging::settle(tx, &[order], &Changes::default())
}

/// Gifts as they were typed, as they are kept: `CUP*2;BAG*1`.
fn gifts(tx: &mut Tx, typed: &str) -> Result<String, Error> {
    let refuse = |code, detail: String| Error::invalid("value", code, detail);
    let parts = parts_of(typed).ok_or_else(|| {
        refuse("bad_parts", format!("{typed:?} are no gifts; write SKU*PIECES; SKU*PIECES"))
    })?;
    let codes: Vec<&str> = parts.iter().map(|(code, _)| code.as_str()).collect();
    let known: HashSet<String> = match codes.is_empty() {
        true => HashSet::new(),
        false => skus::by_codes(tx, &codes)?.into_iter().map(|sku| sku.code).collect(),
    };
    for (code, pieces) in &parts {
        if !known.contains(code) {
            let detail = format!("There is no SKU {code:?}; write it down first, or name another");
            return Err(refuse("sku_unknown", detail));
        }
        if !(1..=PIECES_MAX).contains(pieces) {
            return Err(refuse("range", format!("{pieces} pieces are not within 1 to {PIECES_MAX}")));
        }
    }
    let kept: Vec<String> = parts.iter().map(|(code, pieces)| format!("{code}*{pieces}")).collect();
    Ok(kept.join(";"))
}

/// Locks the order: intake and other words on it come before or after.
fn there(tx: &mut Tx, order: OrderId) -> Result<(), Error> {
    match orders::lock(tx, &[order])?.is_empty() {
        true => Err(Error::missing("order", order)),
        false => Ok(()),
    }
}
