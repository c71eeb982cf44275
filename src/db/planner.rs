//! What PostgreSQL knows of its tables when it plans.
//!
//! It counts rows by itself, a minute or so later. Until then the plans of an empty table stay in
//! use on every connection, those of foreign keys too, and the first import of an installation
//! would read whole indexes for each row. SQLite needs none of this: a migration tells it once
//! and for all which tables grow.

use diesel::QueryResult;

use super::Tx;
use super::statement::sql;

/// The tables that grow with every order.
const GROWING: &str =
    "recipients, orders, order_versions, order_lines, shipments, shipment_orders, shipment_lines";

/// Fewer rows say nothing about how values repeat.
const LEAST: usize = 50;

/// Has PostgreSQL count the tables anew when `added` orders are at least as many as it knew of.
pub fn tables_grew(tx: &mut Tx, added: usize) -> QueryResult<()> {
    if added < LEAST || !tx.is_postgres() {
        return Ok(());
    }
    let known =
        "SELECT CAST(reltuples AS BIGINT) AS one FROM pg_class WHERE oid = CAST('orders' AS regclass)";
    if tx.number(sql(known))? <= added as i64 {
        tx.execute(sql(format!("ANALYZE {GROWING}")))?;
    }
    Ok(())
}
