//! Contracts with carriers and the ways parcels can go.
//!
//! Every change has the waiting parcels planned anew, in the transaction of the change.

mod prices;
mod services;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::db::carrier_services::{self as record, AccountRow};
use crate::db::events::{self, NewEvent};
use crate::db::{Db, Tx};
use crate::domain::carrier_service::{carrier, name};
use crate::domain::error::{Error, FieldError};
use crate::domain::id::CarrierAccountId;

pub(in crate::operations) use prices::region_code;
pub use prices::{
    ImportedPrices, NewPriceTable, PriceTableDetail, PriceTableView, create_prices, import_prices, prices_of,
    remove_prices, show_prices,
};
pub use services::{NewService, ServiceView, create, list, remove, replace, show};

/// The sealing purpose of account numbers.
const ACCOUNT_NUMBER: &str = "carrier_account";
/// Characters of an account number.
const NUMBER_MAX: usize = 100;

/// What is to be said of a contract.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAccount {
    /// Code or name of the carrier.
    pub carrier: String,
    pub name: String,
    /// Kept sealed and never shown whole again. Left out, the known one stays.
    #[serde(default)]
    pub account_number: Option<String>,
    #[serde(default = "yes")]
    pub is_on: bool,
}

fn yes() -> bool {
    true
}

/// A contract as people see it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct AccountView {
    pub id: CarrierAccountId,
    pub carrier: String,
    pub name: String,
    /// The last four characters of the account number behind dots; empty without one.
    #[schema(example = "…4821")]
    pub account_number: String,
    pub is_on: bool,
}

/// All contracts.
///
/// # Errors
/// When the record cannot be read.
pub fn accounts(db: &mut Db) -> Result<Vec<AccountView>, Error> {
    let rows = record::accounts(db)?;
    rows.into_iter().map(|row| view(db, row)).collect()
}

fn view(db: &Db, row: AccountRow) -> Result<AccountView, Error> {
    let number = match row.account_number.as_str() {
        "" => String::new(),
        sealed => db.open(ACCOUNT_NUMBER, sealed)?,
    };
    let length = number.chars().count();
    // Of a short number nothing is shown: four of five characters would be the number.
    let shown: String = number.chars().skip(length.saturating_sub(if length >= 8 { 4 } else { 0 })).collect();
    let account_number = if number.is_empty() { String::new() } else { format!("…{shown}") };
    Ok(AccountView { id: row.id, carrier: row.carrier, name: row.name, account_number, is_on: row.is_on })
}

/// Writes a contract down.
///
/// # Errors
/// Fields that cannot be taken; `account_taken` when the carrier has one of this name.
pub fn create_account(tx: &mut Tx, new: &NewAccount) -> Result<AccountView, Error> {
    let id = CarrierAccountId(tx.id()?);
    save_account(tx, id, new, String::new(), "carrier_account.created")
}

/// Replaces what is said of a contract.
///
/// # Errors
/// As [`create_account`]; a missing contract.
pub fn replace_account(tx: &mut Tx, id: CarrierAccountId, new: &NewAccount) -> Result<AccountView, Error> {
    let old = record::account(tx, id)?.ok_or_else(|| Error::missing("carrier account", id))?;
    save_account(tx, id, new, old.account_number, "carrier_account.changed")
}

fn save_account(
    tx: &mut Tx,
    id: CarrierAccountId,
    new: &NewAccount,
    known: String,
    kind: &'static str,
) -> Result<AccountView, Error> {
    let mut errors = Vec::new();
    let mut keep =
        |found: Result<String, FieldError>| found.map_err(|error| errors.push(error)).unwrap_or_default();
    let (carrier, name) = (keep(carrier("carrier", &new.carrier)), keep(name("name", &new.name)));
    let number = new.account_number.as_deref().map(str::trim);
    if number
        .is_some_and(|number| number.chars().count() > NUMBER_MAX || number.chars().any(char::is_control))
    {
        let detail = format!("It is no account number; write at most {NUMBER_MAX} characters on one line");
        errors.push(FieldError::new("account_number", "length", detail));
    }
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    if record::accounts(tx)?.iter().any(|row| row.id != id && row.carrier == carrier && row.name == name) {
        return Err(Error::conflict(
            "account_taken",
            format!("{carrier} has an account called {name:?} already."),
            "Change that one, or choose another name.",
        ));
    }
    let account_number = match number {
        None => known,
        Some("") => String::new(),
        Some(number) => tx.seal(ACCOUNT_NUMBER, number),
    };
    let row = AccountRow { id, carrier, name, account_number, is_on: new.is_on };
    record::save_account(tx, &row)?;
    note(
        tx,
        kind,
        "carrier_account",
        id.0,
        json!({ "carrier": row.carrier, "name": row.name, "is_on": row.is_on }),
    )?;
    super::plans::look_again_at_all(tx)?;
    view(tx, row)
}

/// Forgets a contract; its services stay, without one.
///
/// # Errors
/// A missing contract.
pub fn remove_account(tx: &mut Tx, id: CarrierAccountId) -> Result<(), Error> {
    let row = record::account(tx, id)?.ok_or_else(|| Error::missing("carrier account", id))?;
    record::remove_account(tx, id)?;
    note(
        tx,
        "carrier_account.removed",
        "carrier_account",
        id.0,
        json!({ "carrier": row.carrier, "name": row.name }),
    )
}

fn note(
    tx: &mut Tx,
    kind: &'static str,
    subject_kind: &'static str,
    subject: i64,
    data: serde_json::Value,
) -> Result<(), Error> {
    Ok(events::record(tx, &[NewEvent { kind, subject_kind, subject, data }])?)
}
