//! What people decided about merging, so that intake leaves it as it is.

use diesel::QueryResult;

use super::Tx;
use super::statement::{Rows, sql};
use crate::domain::id::OrderId;

/// These orders stand alone from now on.
pub fn stand_alone(tx: &mut Tx, orders: &[OrderId]) -> QueryResult<()> {
    let (seller, now) = (tx.seller(), tx.now);
    let rows = Rows::new("new").column("order_id", orders.iter().copied());
    tx.execute(
        sql("INSERT INTO merge_decisions (seller_id, order_id, decision, decided_by, decided_at) \
             SELECT ?, new.order_id, 'alone', ?, ? FROM ? WHERE true \
             ON CONFLICT (seller_id, order_id) DO NOTHING")
        .bind(seller)
        .bind(&tx.actor.name)
        .bind(now)
        .rows(rows),
    )
    .map(drop)
}

/// These orders may merge again.
pub fn forget(tx: &mut Tx, orders: &[OrderId]) -> QueryResult<()> {
    let seller = tx.seller();
    tx.execute(
        sql("DELETE FROM merge_decisions WHERE seller_id = ? AND order_id IN ?")
            .bind(seller)
            .list(orders.iter().copied()),
    )
    .map(drop)
}
