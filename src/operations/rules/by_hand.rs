//! What a person decides for one order, whatever rules say. It stays so through every later judgement.

use serde::Deserialize;
use serde_json::json;

use crate::db::events::{self, NewEvent};
use crate::db::{Tx, orders, rules as record};
use crate::domain::error::Error;
use crate::domain::id::OrderId;
use crate::domain::rule::ActionKind;
use crate::domain::waybill::carriers::code_of;
use crate::operations::merging::{self, Changes};

/// Characters of a value.
const VALUE_MAX: usize = 40;

/// What a person decides for an order.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOverride {
    pub kind: ActionKind,
    /// Key of the rule whose wish is taken back; without it, that of every rule.
    #[serde(default)]
    pub rule: String,
    /// What counts instead: of carrier, service, warehouse and flag. Empty for nothing.
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
        _ => new.value.trim().to_owned(),
    };
    let length = value.chars().count();
    if length > VALUE_MAX || value.chars().any(char::is_control) {
        let detail = format!("{value:?} has {length} characters; write up to {VALUE_MAX} on one line");
        return Err(Error::invalid("value", "length", detail));
    }
    if !value.is_empty() && (!new.kind.may_be_named() || !new.rule.is_empty()) {
        let detail = format!("A {} is given by rules; take it back here, or leave it", new.kind);
        return Err(Error::invalid("value", "contradiction", detail));
    }
    there(tx, order)?;
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

/// Locks the order: intake and other words on it come before or after.
fn there(tx: &mut Tx, order: OrderId) -> Result<(), Error> {
    match orders::lock(tx, &[order])?.is_empty() {
        true => Err(Error::missing("order", order)),
        false => Ok(()),
    }
}
