//! The whole data set, carried into another database: from the file to PostgreSQL, or back.
//!
//! Rows travel as JSON arrays, which both databases write, so no table is described twice: columns and
//! their types are read from the schema. The source is read at one moment, the target is written as
//! one transaction: it ends up whole, or as empty as it was.

use std::collections::BTreeSet;

use anyhow::{Context, bail};
use diesel::RunQueryDsl;
use diesel::connection::{DefaultLoadingMode, SimpleConnection};
use diesel::pg::PgRowByRowLoadingMode;
use diesel::{QueryResult, deserialize::QueryableByName};
use serde_json::Value as Json;

use super::column::row;
use super::pool::Pool;
use super::statement::{Rows, Statement, sql};
use super::{Conn, One};
use crate::domain::time::UtcTime;

/// Every table of the schema, those that are referred to before those that refer.
pub const TABLES: &[&str] = &[
    "sellers",
    "users",
    "second_factors",
    "tokens",
    "events",
    "idempotency_keys",
    "shops",
    "shop_pulls",
    "shop_tokens",
    "import_mappings",
    "imports",
    "import_files",
    "recipients",
    "orders",
    "order_versions",
    "order_lines",
    "deadlines",
    "deadline_alarms",
    "delay_notices",
    "holds",
    "remark_reads",
    "order_audits",
    "buyer_tags",
    "order_notes",
    "memos",
    "rule_sets",
    "rule_decisions",
    "rule_overrides",
    "rule_dry_runs",
    "number_runs",
    "shipments",
    "hand_overs",
    "packings",
    "shipment_orders",
    "shipment_lines",
    "merge_decisions",
    "suggestions",
    "saved_filters",
    "waybills",
    "stations",
    "printers",
    "templates",
    "template_versions",
    "print_jobs",
    "sheet_claims",
    "sheets",
    "write_backs",
    "plan_wishes",
    "carrier_accounts",
    "carrier_services",
    "price_tables",
    "rates",
    "region_rules",
    "warehouses",
    "skus",
    "sku_parts",
    "sku_codes",
    "sku_patterns",
    "queue_samples",
    "jobs",
    "finished_jobs",
    "job_errors",
    "job_slots",
    "answers",
    "answer_pieces",
    "paused_lanes",
];

/// Tables of the schema that are no data: done migrations, the counter of ids, who is logged in and what
/// they have ticked.
const NO_DATA: &[&str] = &["__diesel_schema_migrations", "ids", "sessions", "setup_links", "ticks"];

/// Rows written by one statement.
const BATCH: usize = 1_000;

/// What the columns are called on the way; no table has more.
#[rustfmt::skip]
const PLACES: [&str; 40] = [
    "c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "c9", "c10", "c11", "c12", "c13", "c14", "c15", "c16",
    "c17", "c18", "c19", "c20", "c21", "c22", "c23", "c24", "c25", "c26", "c27", "c28", "c29", "c30", "c31", "c32",
    "c33", "c34", "c35", "c36", "c37", "c38", "c39",
];

row! {
    struct Name {
        name: String,
    }
}

row! {
    struct Column {
        name: String,
        kind: String,
    }
}

row! {
    struct Line {
        line: String,
    }
}

/// Copies everything; answers the tables with their numbers of rows. `progress` hears of each batch.
///
/// Both schemas must be up to date. Sealed values are copied as they are: the key ring goes along.
///
/// # Errors
/// When the target holds data, a table is unknown, or either database fails; then the target is as it was.
pub fn copy(
    from: &Pool,
    to: &Pool,
    progress: &mut dyn FnMut(&'static str, u64),
) -> anyhow::Result<Vec<(&'static str, u64)>> {
    let (mut from, mut to) = (from.reader()?, to.writer()?);
    let (read, write) = (
        match from {
            Conn::Sqlite(_) => "BEGIN",
            Conn::Postgres(_) => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        },
        match to {
            Conn::Sqlite(_) => "BEGIN IMMEDIATE",
            Conn::Postgres(_) => "BEGIN",
        },
    );
    batch(&mut from, read)?;
    batch(&mut to, write)?;
    let copied = copy_tables(&mut from, &mut to, progress);
    let ended = batch(&mut to, if copied.is_ok() { "COMMIT" } else { "ROLLBACK" });
    batch(&mut from, "ROLLBACK")?;
    let copied = copied?;
    ended.context("ending the copy")?;
    Ok(copied)
}

fn copy_tables(
    from: &mut Conn,
    to: &mut Conn,
    progress: &mut dyn FnMut(&'static str, u64),
) -> anyhow::Result<Vec<(&'static str, u64)>> {
    for conn in [&mut *from, &mut *to] {
        let known: BTreeSet<&str> = TABLES.iter().chain(NO_DATA).copied().collect();
        if let Some(strange) = tables(conn)?.iter().find(|table| !known.contains(table.as_str())) {
            bail!("the table {strange} is not known to this program; update huidan, then copy");
        }
    }
    if number(to, sql("SELECT COUNT(*) AS one FROM sellers"))? > 0 {
        bail!("the other database holds data already; name an empty one");
    }
    let mut copied = Vec::with_capacity(TABLES.len());
    for table in TABLES {
        let rows = copy_table(from, to, table, progress).with_context(|| format!("copying {table}"))?;
        let there = number(to, sql(format!("SELECT COUNT(*) AS one FROM {table}")))?;
        if there.unsigned_abs() != rows {
            bail!("{rows} rows of {table} were copied, and {there} are there");
        }
        copied.push((*table, rows));
    }
    let last = match from {
        Conn::Sqlite(_) => number(from, sql("SELECT last AS one FROM ids"))?,
        Conn::Postgres(_) => number(from, sql("SELECT last_value AS one FROM ids"))?,
    };
    match to {
        Conn::Sqlite(conn) => sql("UPDATE ids SET last = ?").bind(last).execute(&mut **conn).map(drop)?,
        Conn::Postgres(_) => drop(number(to, sql("SELECT setval('ids', ?) AS one").bind(last.max(1)))?),
    }
    Ok(copied)
}

fn copy_table(
    from: &mut Conn,
    to: &mut Conn,
    table: &'static str,
    progress: &mut dyn FnMut(&'static str, u64),
) -> anyhow::Result<u64> {
    let columns = columns(from, table)?;
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    let array = match from {
        Conn::Sqlite(_) => "json_array",
        Conn::Postgres(_) => "json_build_array",
    };
    let text = format!("SELECT CAST({array}({}) AS TEXT) AS line FROM {table}", names.join(", "));
    let (mut copied, mut waiting) = (0, Vec::with_capacity(BATCH));
    let mut take = |line: QueryResult<Line>| -> anyhow::Result<()> {
        let row: Vec<Json> = serde_json::from_str(&line?.line)?;
        waiting.push(row);
        if waiting.len() == BATCH {
            copied += put(to, table, &columns, std::mem::take(&mut waiting))?;
            progress(table, copied);
        }
        Ok(())
    };
    // Row by row: a table may be larger than the memory.
    match from {
        Conn::Sqlite(conn) => {
            sql(text).load_iter::<Line, DefaultLoadingMode>(&mut **conn)?.try_for_each(&mut take)?;
        }
        Conn::Postgres(conn) => {
            sql(text).load_iter::<Line, PgRowByRowLoadingMode>(&mut **conn)?.try_for_each(&mut take)?;
        }
    }
    if !waiting.is_empty() {
        copied += put(to, table, &columns, waiting)?;
        progress(table, copied);
    }
    Ok(copied)
}

/// Writes rows; answers how many.
fn put(to: &mut Conn, table: &str, columns: &[Column], rows: Vec<Vec<Json>>) -> anyhow::Result<u64> {
    let count = rows.len() as u64;
    let mut cells: Vec<Vec<Json>> = columns.iter().map(|_| Vec::with_capacity(rows.len())).collect();
    for row in rows {
        for (column, cell) in cells.iter_mut().zip(row) {
            column.push(cell);
        }
    }
    let mut new = Rows::new("new");
    if columns.len() > PLACES.len() {
        bail!("{table} has {} columns; at most {} are copied", columns.len(), PLACES.len());
    }
    for ((column, name), cells) in columns.iter().zip(PLACES).zip(cells) {
        new = match column.kind.to_ascii_lowercase().as_str() {
            "bigint" => new.column(name, cells.iter().map(Json::as_i64)),
            "text" => new.column(name, cells.iter().map(|cell| cell.as_str().map(str::to_owned))),
            "boolean" => new.column(name, cells.iter().map(truth)),
            kind if kind.starts_with("timestamp") => {
                let times: Result<Vec<Option<UtcTime>>, _> = cells.iter().map(time).collect();
                new.column(name, times?)
            }
            kind => bail!("the column {} is of the type {kind}, which is not copied yet", column.name),
        };
    }
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    let picks: Vec<String> = PLACES.iter().take(names.len()).map(|place| format!("new.{place}")).collect();
    let statement =
        sql(format!("INSERT INTO {table} ({}) SELECT {} FROM ?", names.join(", "), picks.join(", ")))
            .rows(new);
    match to {
        Conn::Sqlite(conn) => statement.execute(&mut **conn)?,
        Conn::Postgres(conn) => statement.execute(&mut **conn)?,
    };
    Ok(count)
}

/// SQLite has 0 and 1 where PostgreSQL has false and true.
fn truth(cell: &Json) -> Option<bool> {
    cell.as_bool().or_else(|| cell.as_i64().map(|number| number != 0))
}

/// SQLite writes a blank where PostgreSQL writes a T; neither writes a zone, which is UTC.
fn time(cell: &Json) -> anyhow::Result<Option<UtcTime>> {
    let Some(text) = cell.as_str() else { return Ok(None) };
    let moment = chrono::NaiveDateTime::parse_from_str(&text.replacen('T', " ", 1), "%Y-%m-%d %H:%M:%S%.f")
        .with_context(|| format!("{text:?} is no time"))?;
    Ok(Some(moment.into()))
}

fn tables(conn: &mut Conn) -> QueryResult<Vec<String>> {
    let text = match conn {
        Conn::Sqlite(_) => "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
        Conn::Postgres(_) => {
            "SELECT CAST(table_name AS TEXT) AS name FROM information_schema.tables \
             WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'"
        }
    };
    Ok(load::<Name>(conn, sql(text))?.into_iter().map(|row| row.name).collect())
}

fn columns(conn: &mut Conn, table: &str) -> QueryResult<Vec<Column>> {
    let text = match conn {
        Conn::Sqlite(_) => "SELECT name, type AS kind FROM pragma_table_info(?) ORDER BY cid",
        Conn::Postgres(_) => {
            "SELECT CAST(column_name AS TEXT) AS name, CAST(data_type AS TEXT) AS kind \
             FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = ? \
             ORDER BY ordinal_position"
        }
    };
    load(conn, sql(text).bind(table))
}

fn load<R>(conn: &mut Conn, statement: Statement) -> QueryResult<Vec<R>>
where
    R: QueryableByName<diesel::sqlite::Sqlite> + QueryableByName<diesel::pg::Pg> + 'static,
{
    match conn {
        Conn::Sqlite(conn) => statement.load(&mut **conn),
        Conn::Postgres(conn) => statement.load(&mut **conn),
    }
}

fn number(conn: &mut Conn, statement: Statement) -> QueryResult<i64> {
    Ok(load::<One>(conn, statement)?.first().map_or(0, |row| row.one))
}

fn batch(conn: &mut Conn, text: &str) -> QueryResult<()> {
    match conn {
        Conn::Sqlite(conn) => conn.batch_execute(text),
        Conn::Postgres(conn) => conn.batch_execute(text),
    }
}
