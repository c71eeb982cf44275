//! What else a buyer ordered: what an auditor looks at before passing an order.

use crate::db::order_audits::{self, OtherCount, OtherOrder, Waiting};
use crate::db::{Db, sellers};
use crate::domain::error::Error;
use crate::domain::id::OrderId;

/// The other orders of an order's buyer nick in the same shop; none where the shop tells no nick.
pub struct BuyerHistory {
    pub counts: OtherCount,
    /// Newest first.
    pub newest: Vec<OtherOrder>,
}

/// Reads at most `limit` of them, and how many there are.
///
/// # Errors
/// When the record cannot be read.
pub fn buyer_history(db: &mut Db, order: OrderId, limit: usize) -> Result<BuyerHistory, Error> {
    Ok(BuyerHistory {
        counts: order_audits::count_others_of_buyer(db, order)?,
        newest: order_audits::others_of_buyer(db, order, limit)?,
    })
}

/// How many shipments wait for an audit; what is left over came before today, by the seller's calendar.
///
/// # Errors
/// When the record cannot be read.
pub fn waiting(db: &mut Db) -> Result<Waiting, Error> {
    let zone = sellers::settings(db)?.time_zone;
    let began = zone.day_start(zone.day_of(db.now()));
    Ok(order_audits::waiting(db, began)?)
}
