//! Sellers come into being with their first token or user.

use crate::db::{Db, Tx, sellers};
use crate::domain::error::Error;
use crate::domain::id::SellerId;

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

/// The seller of this name, or the only one.
///
/// # Errors
/// When there is none of this name, or there are several and none is named.
pub fn named(db: &mut Db, name: Option<&str>) -> Result<SellerId, Error> {
    match name {
        Some(name) => {
            sellers::by_name(db, name)?.map(|seller| seller.id).ok_or_else(|| Error::missing("seller", name))
        }
        None => match sellers::all(db)?.as_slice() {
            [one] => Ok(one.id),
            all => Err(Error::invalid(
                "seller",
                "required",
                format!("There are {} sellers here; name the one you mean", all.len()),
            )),
        },
    }
}
