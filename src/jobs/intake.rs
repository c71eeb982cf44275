//! Streams of orders into one shop, one transaction per batch.

use crate::app::App;
use crate::db::shops::ShopRow;
use crate::domain::actor::Actor;
use crate::domain::error::Error;
use crate::domain::order::OrderSnapshot;
use crate::operations::intake::{BATCH, Taken, take_in};

/// Takes in orders in batches. A failure leaves the batches before it taken in; sending the same
/// orders again changes nothing for those.
///
/// # Errors
/// When a batch cannot be written.
pub fn take_in_all(
    app: &App,
    actor: &Actor,
    shop: &ShopRow,
    orders: &[OrderSnapshot],
) -> Result<Vec<Taken>, Error> {
    let mut taken = Vec::with_capacity(orders.len());
    for batch in orders.chunks(BATCH) {
        taken.extend(app.write(actor, |tx| take_in(tx, shop, batch))?);
    }
    Ok(taken)
}
