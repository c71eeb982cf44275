//! Lists of shipments: what was typed into the search box, pages, counts.

use crate::db::Db;
use crate::db::shipment_list::{self, After, Found, Search, ShipmentFilter, ShipmentSort};
use crate::db::shipments::{self as record, ShipmentRow};
use crate::domain::error::Error;
use crate::domain::id::ShipmentId;
use crate::domain::recipient::Recipient;
use crate::domain::recipient::keys::Keys;
use crate::domain::recipient::phone::phones_for_search;
use crate::domain::waybill::WaybillNumber;
use crate::operations::intake::kept_nick;

use super::item::{ShipmentItem, items};

/// One page of shipments and where the next one starts.
#[derive(Debug)]
pub struct ShipmentPage {
    pub items: Vec<ShipmentItem>,
    pub next: Option<After>,
}

/// A page of the shipments that match.
///
/// # Errors
/// When the record cannot be read.
pub fn page(
    db: &mut Db,
    filter: &ShipmentFilter,
    query: Option<&str>,
    sort: ShipmentSort,
    after: Option<After>,
    limit: usize,
) -> Result<ShipmentPage, Error> {
    let filter = searched(db, filter, query)?;
    let mut rows = shipment_list::page(db, &filter, sort, after, limit + 1)?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|row| After { due_at: row.due_at, id: row.id });
    Ok(ShipmentPage { items: items(db, rows)?, next })
}

/// The ids of all shipments that match, in the order of the list, at most `limit`.
///
/// # Errors
/// When the record cannot be read.
pub fn ids(
    db: &mut Db,
    filter: &ShipmentFilter,
    query: Option<&str>,
    sort: ShipmentSort,
    limit: usize,
) -> Result<Vec<ShipmentId>, Error> {
    let filter = searched(db, filter, query)?;
    Ok(shipment_list::ids(db, &filter, sort, limit)?)
}

/// One shipment.
///
/// # Errors
/// [`Error::Missing`] when this seller has no such shipment.
pub fn one(db: &mut Db, shipment: ShipmentId) -> Result<ShipmentItem, Error> {
    let rows: Vec<ShipmentRow> = record::find(db, &[shipment])?;
    items(db, rows)?.pop().ok_or_else(|| Error::missing("shipment", shipment))
}

/// How many match.
///
/// # Errors
/// When the record cannot be read.
pub fn count(db: &mut Db, filter: &ShipmentFilter, query: Option<&str>) -> Result<i64, Error> {
    let filter = searched(db, filter, query)?;
    Ok(shipment_list::count(db, &filter)?)
}

/// Narrows a filter to what a search means; an empty search narrows nothing.
fn searched(db: &mut Db, filter: &ShipmentFilter, query: Option<&str>) -> Result<ShipmentFilter, Error> {
    let mut filter = filter.clone();
    let Some(text) = query.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(filter) };
    let search = meaning(db, text);
    match shipment_list::search(db, &search)? {
        Found::Many => filter.search = Some(search),
        Found::Few(found) => {
            filter.ids = Some(match filter.ids {
                Some(ids) => found.into_iter().filter(|id| ids.contains(id)).collect(),
                None => found,
            });
        }
    }
    Ok(filter)
}

/// All that a typed text may be.
fn meaning(db: &Db, text: &str) -> Search {
    let is_last4 = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    let name = Keys::of(&Recipient { name: text.to_owned(), ..Recipient::default() }).name;
    Search {
        waybill: WaybillNumber::normalise(text).map(|number| number.as_str().to_owned()).unwrap_or_default(),
        phone_keys: phones_for_search(text).iter().map(|phone| db.hash("phone", phone)).collect(),
        last4_key: if is_last4 { db.hash("last4", text) } else { String::new() },
        name_key: db.hash("name", &name),
        text: kept_nick(db, text),
    }
}
