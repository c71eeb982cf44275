//! The bare limit of taking rows in: `COPY` of the same rows into the same tables.

use std::io::Read;

use diesel::ExecuteCopyFromDsl;
use diesel::pg::{CopyTarget, Pg, PgConnection};
use diesel::query_builder::AstPass;
use diesel::{Connection, QueryResult};

use crate::world::Database;

diesel::table! {
    /// diesel wants some table beside the target, which names the real one.
    unused (id) {
        id -> BigInt,
    }
}

/// All rows of a table in PostgreSQL's own text form.
pub struct Copied {
    text: Vec<u8>,
    pub rows: usize,
    copy_in: fn(&mut PgConnection, &[u8]) -> QueryResult<usize>,
}

macro_rules! targets {
    ($($target:ident = $table:literal;)*) => {
        $(
            struct $target;
            impl CopyTarget for $target {
                type Table = unused::table;
                type SqlType = diesel::sql_types::BigInt;
                fn walk_target(mut pass: AstPass<'_, '_, Pg>) -> QueryResult<()> {
                    pass.push_sql($table);
                    Ok(())
                }
            }
        )*

        /// Every row that intake writes, parents before children.
        pub fn out(database: &Database) -> anyhow::Result<Vec<Copied>> {
            let mut all = Vec::new();
            $(
                let mut text = Vec::new();
                diesel::copy_to($target).load_raw(&mut database.connect()?)?.read_to_end(&mut text)?;
                // A line end within a value is written as \n.
                let rows = text.iter().filter(|byte| **byte == b'\n').count();
                let copy_in = |conn: &mut PgConnection, text: &[u8]| {
                    let write = |target: &mut dyn std::io::Write| {
                        target.write_all(text).map_err(|error| diesel::result::Error::SerializationError(error.into()))
                    };
                    diesel::copy_from(unused::table).from_raw_data($target, write).execute(conn)
                };
                all.push(Copied { text, rows, copy_in });
            )*
            Ok(all)
        }
    };
}

targets! {
    Recipients = "recipients";
    Orders = "orders";
    OrderVersions = "order_versions";
    OrderLines = "order_lines";
    Shipments = "shipments";
    ShipmentOrders = "shipment_orders";
    ShipmentLines = "shipment_lines";
    Suggestions = "suggestions";
    // The installation's own first events are in both databases already.
    Events = "events";
}

/// Copies the rows in, as one transaction.
pub fn into(conn: &mut PgConnection, tables: &[Copied]) -> QueryResult<usize> {
    conn.transaction(|conn| tables.iter().map(|table| (table.copy_in)(conn, &table.text)).sum())
}
