//! Shipments marked to be looked at again, because something they are judged by has changed.

use diesel::QueryResult;

use super::Tx;
use super::statement::{Statement, sql};

/// States of shipments that wait here.
pub(super) const WAITING: &str = "'blocked', 'ready', 'numbered', 'printed'";

/// Marks the waiting shipments `s` for which `which` holds; answers how many. One statement, however many
/// they are.
pub(super) fn mark(tx: &mut Tx, which: Statement) -> QueryResult<usize> {
    let (seller, now) = (tx.seller(), tx.now);
    // Locked in the order of ids, as every writer of shipments does.
    let statement = sql("UPDATE shipments SET recheck_at = ? FROM (SELECT s.id FROM shipments s \
         WHERE s.seller_id = ?")
    .bind(now)
    .bind(seller)
    .push(&format!(" AND s.state IN ({WAITING}) AND "))
    .append(which)
    .push(" ORDER BY s.id FOR UPDATE) AS marked WHERE shipments.seller_id = ? AND shipments.id = marked.id")
    .bind(seller);
    tx.execute(statement)
}
