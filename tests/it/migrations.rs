//! Both databases hold the same schema, and every migration can be undone.

use std::collections::BTreeSet;
use std::path::PathBuf;

use diesel::migration::MigrationSource;
use diesel::pg::PgConnection;
use diesel::sqlite::SqliteConnection;
use diesel::{Connection, QueryableByName, RunQueryDsl, sql_query};
use diesel_migrations::{FileBasedMigrations, MigrationHarness};
use huidan::db::migrate;

use crate::support::database::Database;

#[test]
fn migrations_come_in_pairs_that_are_embedded() {
    let names = |dialect: &str| -> Vec<String> {
        let mut names: Vec<_> = std::fs::read_dir(folder(dialect))
            .expect("the folder of migrations")
            .map(|entry| entry.expect("an entry").path())
            .inspect(|path| {
                for file in ["up.sql", "down.sql"] {
                    assert!(path.join(file).is_file(), "{} has no {file}", path.display());
                }
            })
            .map(|path| path.file_name().expect("a name").to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    };
    let sqlite = names("sqlite");
    assert_eq!(sqlite, names("postgres"));
    // Where SQLite makes a table anew it says again what stands there already.
    let mut known: BTreeSet<String> = BTreeSet::new();
    for name in &sqlite {
        let [sqlite, postgres] = ["sqlite", "postgres"].map(|dialect| {
            checks(dialect, name).into_iter().filter(|check| !known.contains(check)).collect::<Vec<_>>()
        });
        assert_eq!(sqlite, postgres, "CHECK conditions of {name}");
        known.extend(sqlite);
    }

    // Versions are the names up to the first underscore, without the dashes.
    let version = |name: &String| name.split('_').next().unwrap_or_default().replace('-', "");
    let run = migrate::run(&Database::empty_sqlite().open()).expect("SQLite migrates");
    assert_eq!(run, sqlite.iter().map(version).collect::<Vec<_>>(), "the program embeds these files");
}

/// The CHECK conditions as written: SQLite does not list them otherwise.
fn checks(dialect: &str, name: &str) -> Vec<String> {
    let text = std::fs::read_to_string(folder(dialect).join(name).join("up.sql")).expect("an up.sql");
    text.split("CHECK")
        .skip(1)
        .filter_map(|rest| rest.lines().next())
        .map(|line| line.trim_end_matches(',').to_owned())
        .collect()
}

#[test]
fn sqlite_and_postgres_hold_the_same_schema() {
    let sqlite = schema_of_sqlite(&mut sqlite(&Database::sqlite()));
    let postgres = schema_of_postgres(&mut postgres(&Database::postgres()));
    let only = |a: &BTreeSet<String>, b: &BTreeSet<String>| {
        a.difference(b).map(|line| format!("  {line}\n")).collect::<String>()
    };
    assert!(
        sqlite == postgres,
        "only in SQLite:\n{}only in PostgreSQL:\n{}",
        only(&sqlite, &postgres),
        only(&postgres, &sqlite)
    );
    // The comparison has something to compare: of each kind of line at least one.
    for kind in ["column", "primary key", "unique", "index", "foreign key", " WHERE "] {
        assert!(sqlite.iter().any(|line| line.contains(kind)), "no {kind} was found");
    }
}

#[test]
fn sqlite_migrations_can_be_undone_and_done_again() {
    let database = Database::empty_sqlite();
    up_down_up(&mut sqlite(&database), "sqlite", schema_of_sqlite);
}

#[test]
fn postgres_migrations_can_be_undone_and_done_again() {
    let database = Database::empty_postgres();
    up_down_up(&mut postgres(&database), "postgres", schema_of_postgres);
}

/// Undoes one migration after the other; each leaves exactly what was there before it.
fn up_down_up<C>(conn: &mut C, dialect: &str, schema: fn(&mut C) -> BTreeSet<String>)
where
    C: MigrationHarness<C::Backend> + Connection,
    FileBasedMigrations: MigrationSource<C::Backend>,
{
    let files = || FileBasedMigrations::from_path(folder(dialect)).expect("the folder of migrations");
    let mut before = vec![schema(conn)];
    while conn.has_pending_migration(files()).expect("migrations are listed") {
        conn.run_next_migration(files()).unwrap_or_else(|error| panic!("{dialect} up: {error}"));
        before.push(schema(conn));
    }
    let whole = before.pop().expect("there is a migration");
    while let Some(before) = before.pop() {
        let undone =
            conn.revert_last_migration(files()).unwrap_or_else(|error| panic!("{dialect} down: {error}"));
        assert_eq!(schema(conn), before, "{dialect}: down.sql of {undone} left another schema");
    }
    conn.run_pending_migrations(files()).unwrap_or_else(|error| panic!("{dialect} up again: {error}"));
    assert_eq!(schema(conn), whole);
}

fn folder(dialect: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "migrations", dialect].iter().collect()
}

fn sqlite(database: &Database) -> SqliteConnection {
    let address = database.address();
    let file = address.strip_prefix("sqlite://").expect("the address of a file");
    SqliteConnection::establish(file).expect("SQLite opens")
}

fn postgres(database: &Database) -> PgConnection {
    PgConnection::establish(&database.address()).expect("PostgreSQL opens")
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = diesel::sql_types::Text)]
    line: String,
}

/// The schema as sentences, the same for both databases.
///
/// Left out: diesel's own table, and `ids`, a table here and a sequence there.
fn schema_of_sqlite(conn: &mut SqliteConnection) -> BTreeSet<String> {
    const TEXTS: &[&str] = &[
        "SELECT t.name || ' column ' || c.name || ' ' || c.type
                || CASE WHEN c.\"notnull\" THEN ' NOT NULL' ELSE '' END
                || coalesce(' DEFAULT ' || c.dflt_value, '') AS line
         FROM tables t JOIN pragma_table_info(t.name) c",
        "SELECT name || ' primary key (' || group_concat(part, ', ') || ')' AS line
         FROM (SELECT t.name, c.name AS part FROM tables t JOIN pragma_table_info(t.name) c
               WHERE c.pk > 0 ORDER BY t.name, c.pk)
         GROUP BY name",
        "SELECT name || ' unique (' || group_concat(part, ', ') || ')' AS line
         FROM (SELECT t.name, i.name AS list, c.name AS part
               FROM tables t JOIN pragma_index_list(t.name) i JOIN pragma_index_info(i.name) c
               WHERE i.origin = 'u' ORDER BY i.name, c.seqno)
         GROUP BY name, list",
        "SELECT name || CASE WHEN is_unique THEN ' unique' ELSE '' END || ' index ' || list || ' ('
                || group_concat(part, ', ') || ')'
                || CASE WHEN at > 0 THEN substr(sql, at) ELSE '' END AS line
         FROM (SELECT t.name, i.name AS list, i.\"unique\" AS is_unique, s.sql, instr(s.sql, ' WHERE ') AS at,
                      c.name || CASE WHEN c.\"desc\" THEN ' DESC' ELSE '' END AS part
               FROM tables t JOIN pragma_index_list(t.name) i JOIN pragma_index_xinfo(i.name) c
                    JOIN sqlite_master s ON s.name = i.name
               WHERE i.origin = 'c' AND c.key ORDER BY i.name, c.seqno)
         GROUP BY name, is_unique, list, sql, at",
        "SELECT name || ' foreign key (' || group_concat(here, ', ') || ') to ' || other || ' ('
                || group_concat(there, ', ') || ')' AS line
         FROM (SELECT t.name, f.id, f.\"table\" AS other, f.\"from\" AS here, f.\"to\" AS there
               FROM tables t JOIN pragma_foreign_key_list(t.name) f ORDER BY t.name, f.id, f.seq)
         GROUP BY name, id, other",
    ];
    let tables = "WITH tables AS (SELECT name FROM sqlite_master WHERE type = 'table'
                  AND name NOT IN ('ids', '__diesel_schema_migrations') AND name NOT LIKE 'sqlite_%') ";
    lines(TEXTS, |text| sql_query(format!("{tables}{text}")).load(conn))
}

/// See [`schema_of_sqlite`].
fn schema_of_postgres(conn: &mut PgConnection) -> BTreeSet<String> {
    const TEXTS: &[&str] = &[
        "SELECT t.name || ' column ' || c.attname || ' '
                || CASE format_type(c.atttypid, c.atttypmod)
                       WHEN 'timestamp without time zone' THEN 'TIMESTAMP'
                       ELSE upper(format_type(c.atttypid, c.atttypmod)) END
                || CASE WHEN c.attnotnull THEN ' NOT NULL' ELSE '' END
                || coalesce(' DEFAULT ' || replace(pg_get_expr(d.adbin, d.adrelid), '::text', ''), '') AS line
         FROM tables t JOIN pg_attribute c ON c.attrelid = t.oid AND c.attnum > 0 AND NOT c.attisdropped
              LEFT JOIN pg_attrdef d ON d.adrelid = t.oid AND d.adnum = c.attnum",
        "SELECT t.name || CASE k.contype WHEN 'p' THEN ' primary key (' ELSE ' unique (' END
                || (SELECT string_agg(c.attname, ', ' ORDER BY p.at)
                    FROM unnest(k.conkey) WITH ORDINALITY p (attnum, at)
                         JOIN pg_attribute c ON c.attrelid = t.oid AND c.attnum = p.attnum)
                || ')' AS line
         FROM tables t JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype IN ('p', 'u')",
        "SELECT t.name || CASE WHEN i.indisunique THEN ' unique' ELSE '' END || ' index ' || n.relname || ' ('
                || (SELECT string_agg(pg_get_indexdef(i.indexrelid, at, true)
                                      || CASE WHEN i.indoption[at - 1] & 1 = 1 THEN ' DESC' ELSE '' END, ', ' ORDER BY at)
                    FROM generate_series(1, i.indnkeyatts) at)
                || ')' || coalesce(' WHERE ' || pg_get_expr(i.indpred, i.indrelid), '') AS line
         FROM tables t JOIN pg_index i ON i.indrelid = t.oid JOIN pg_class n ON n.oid = i.indexrelid
         WHERE NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u'))",
        "SELECT t.name || ' foreign key ('
                || (SELECT string_agg(c.attname, ', ' ORDER BY p.at)
                    FROM unnest(k.conkey) WITH ORDINALITY p (attnum, at)
                         JOIN pg_attribute c ON c.attrelid = t.oid AND c.attnum = p.attnum)
                || ') to ' || o.relname || ' ('
                || (SELECT string_agg(c.attname, ', ' ORDER BY p.at)
                    FROM unnest(k.confkey) WITH ORDINALITY p (attnum, at)
                         JOIN pg_attribute c ON c.attrelid = o.oid AND c.attnum = p.attnum)
                || ')' AS line
         FROM tables t JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'f'
              JOIN pg_class o ON o.oid = k.confrelid",
    ];
    let tables = "WITH tables AS (SELECT oid, relname::text AS name FROM pg_class WHERE relkind = 'r'
                  AND relnamespace = 'public'::regnamespace AND relname <> '__diesel_schema_migrations') ";
    lines(TEXTS, |text| sql_query(format!("{tables}{text}")).load(conn))
}

fn lines(texts: &[&str], mut load: impl FnMut(&str) -> diesel::QueryResult<Vec<Line>>) -> BTreeSet<String> {
    texts
        .iter()
        .flat_map(|text| load(text).unwrap_or_else(|error| panic!("{text}: {error}")))
        .map(|row| match row.line.split_once(" WHERE ") {
            Some((index, condition)) => format!("{index} WHERE {}", plain(condition)),
            None => row.line,
        })
        .collect()
}

/// A condition without what PostgreSQL adds when it shows one: casts and brackets.
fn plain(condition: &str) -> String {
    let words = condition.replace("::text", "").replace(['(', ')'], " ");
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}
