//! One SQL text for both databases.
//!
//! A statement is a text with a `?` per value. Single values become parameters as usual.
//! A list after `IN` and a table of rows after `FROM` or `JOIN` become what each database
//! does best: arrays with `unnest` on PostgreSQL, one JSON text with `json_each` on SQLite.
//! So bulk work stays one statement with a fixed text, which both databases cache.

use diesel::RunQueryDsl;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamp, Untyped};
use diesel::sqlite::Sqlite;

use crate::domain::time::UtcTime;

/// A value for one `?`.
#[derive(Debug, Clone)]
pub enum Value {
    Int(Option<i64>),
    Text(Option<String>),
    Bool(Option<bool>),
    Time(Option<chrono::NaiveDateTime>),
    /// For `IN ?` and `NOT IN ?`.
    Ints(Vec<i64>, Json),
    /// For `IN ?` and `NOT IN ?`.
    Texts(Vec<String>, Json),
    Rows(Rows),
}

/// A list or table as one JSON text, for SQLite; made when the statement meets its database.
type Json = std::sync::OnceLock<String>;

/// A table of values that stands after `FROM` or `JOIN`: `FROM ? AS new`.
#[derive(Debug, Clone)]
pub struct Rows {
    alias: &'static str,
    columns: Vec<(&'static str, Cells)>,
    json: Json,
}

#[derive(Debug, Clone)]
enum Cells {
    Int(Vec<Option<i64>>),
    Text(Vec<Option<String>>),
    Bool(Vec<Option<bool>>),
    Time(Vec<Option<chrono::NaiveDateTime>>),
}

/// A type whose values can stand in a column of [`Rows`] or alone as a parameter.
pub trait Bind {
    /// Which column of values this type forms.
    fn cell(self) -> Value;
    /// A null of this type.
    fn null() -> Value;
}

macro_rules! bind {
    ($($type:ty => $variant:ident |$value:ident| $into:expr;)*) => {$(
        impl Bind for $type {
            fn cell(self) -> Value {
                let $value = self;
                Value::$variant(Some($into))
            }
            fn null() -> Value {
                Value::$variant(None)
            }
        }
    )*};
}

bind! {
    i64 => Int |value| value;
    usize => Int |value| value as i64;
    bool => Bool |value| value;
    String => Text |value| value;
    &str => Text |value| value.to_owned();
    &String => Text |value| value.clone();
    UtcTime => Time |value| value.naive();
}

impl<T: Bind> Bind for Option<T> {
    fn cell(self) -> Value {
        self.map_or_else(T::null, T::cell)
    }
    fn null() -> Value {
        T::null()
    }
}

impl<T: Bind> From<T> for Value {
    fn from(value: T) -> Self {
        value.cell()
    }
}

impl Rows {
    /// An empty table called `alias`.
    pub fn new(alias: &'static str) -> Self {
        Self { alias, columns: Vec::new(), json: Json::new() }
    }

    /// Adds a column. All columns of a table have the same number of values.
    pub fn column<T: Bind>(mut self, name: &'static str, values: impl IntoIterator<Item = T>) -> Self {
        let mut cells = match T::null() {
            Value::Int(_) => Cells::Int(Vec::new()),
            Value::Text(_) => Cells::Text(Vec::new()),
            Value::Bool(_) => Cells::Bool(Vec::new()),
            _ => Cells::Time(Vec::new()),
        };
        for value in values {
            match (&mut cells, value.cell()) {
                (Cells::Int(column), Value::Int(value)) => column.push(value),
                (Cells::Text(column), Value::Text(value)) => column.push(value),
                (Cells::Bool(column), Value::Bool(value)) => column.push(value),
                (Cells::Time(column), Value::Time(value)) => column.push(value),
                _ => unreachable!("a type forms one kind of column"),
            }
        }
        self.columns.push((name, cells));
        self
    }

    fn json(&self) -> &String {
        use serde_json::Value as Json;
        self.json.get_or_init(|| {
            let height = self.columns.first().map_or(0, |(_, cells)| cells.len());
            let rows = (0..height).map(|row| {
                Json::Array(
                    self.columns
                        .iter()
                        .map(|(_, cells)| match cells {
                            Cells::Int(column) => column[row].into(),
                            Cells::Text(column) => column[row].clone().into(),
                            Cells::Bool(column) => column[row].map(i64::from).into(),
                            Cells::Time(column) => column[row].map(sqlite_time).into(),
                        })
                        .collect(),
                )
            });
            Json::Array(rows.collect()).to_string()
        })
    }
}

impl Cells {
    fn len(&self) -> usize {
        match self {
            Self::Int(column) => column.len(),
            Self::Text(column) => column.len(),
            Self::Bool(column) => column.len(),
            Self::Time(column) => column.len(),
        }
    }
}

/// How diesel writes a time for SQLite; the same text must come out of a [`Rows`] table.
fn sqlite_time(time: chrono::NaiveDateTime) -> String {
    time.format("%F %T%.f").to_string()
}

/// An SQL text with its values.
#[derive(Debug, Clone)]
pub struct Statement {
    text: String,
    values: Vec<Value>,
    planned_anew: bool,
}

/// A statement of this text; values follow with [`Statement::bind`].
pub fn sql(text: impl Into<String>) -> Statement {
    Statement { text: text.into(), values: Vec::new(), planned_anew: false }
}

impl Statement {
    /// The value of the next `?`.
    pub fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// The list for the next `IN ?`.
    pub fn list<T: Bind>(mut self, items: impl IntoIterator<Item = T>) -> Self {
        let (mut ints, mut texts) = (Vec::new(), Vec::new());
        for item in items {
            match item.cell() {
                Value::Int(Some(value)) => ints.push(value),
                Value::Text(Some(value)) => texts.push(value),
                _ => unreachable!("lists hold numbers or texts"),
            }
        }
        self.values.push(match T::null() {
            Value::Text(_) => Value::Texts(texts, Json::new()),
            _ => Value::Ints(ints, Json::new()),
        });
        self
    }

    /// The table for the next `FROM ?` or `JOIN ?`.
    pub fn rows(mut self, rows: Rows) -> Self {
        self.values.push(Value::Rows(rows));
        self
    }

    /// Adds to the text; a later part may bring its own `?`.
    pub fn push(mut self, text: &str) -> Self {
        self.text.push_str(text);
        self
    }

    /// Has PostgreSQL plan for these very values each time. A cached statement soon gets one plan for
    /// all values, and a page narrowed by a common SKU wants another one than by a rare SKU.
    pub fn planned_anew(mut self) -> Self {
        self.planned_anew = true;
        self
    }

    /// Adds another statement with its values.
    pub fn append(mut self, other: Self) -> Self {
        self.text.push_str(&other.text);
        self.values.extend(other.values);
        self
    }

    /// The text pieces around each `?`, with its value.
    fn pieces(&self) -> impl Iterator<Item = (&str, Option<&Value>)> {
        let holes = self.text.matches('?').count();
        assert_eq!(holes, self.values.len(), "a value for every ? in {}", self.text);
        self.text.split('?').enumerate().map(|(index, piece)| (piece, self.values.get(index)))
    }
}

impl Query for Statement {
    type SqlType = Untyped;
}

/// Statements are told apart by their text.
impl QueryId for Statement {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Conn> RunQueryDsl<Conn> for Statement {}

impl QueryFragment<Pg> for Statement {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        if self.planned_anew {
            out.unsafe_to_cache_prepared();
        }
        for (piece, value) in self.pieces() {
            let list = matches!(value, Some(Value::Ints(..) | Value::Texts(..)));
            match piece
                .strip_suffix("NOT IN ")
                .map(|head| (head, "<> ALL("))
                .or_else(|| piece.strip_suffix("IN ").map(|head| (head, "= ANY(")))
            {
                Some((head, operator)) if list => {
                    out.push_sql(head);
                    out.push_sql(operator);
                }
                _ => out.push_sql(piece),
            }
            match value {
                None => {}
                Some(Value::Int(value)) => out.push_bind_param::<Nullable<BigInt>, _>(value)?,
                Some(Value::Text(value)) => out.push_bind_param::<Nullable<Text>, _>(value)?,
                Some(Value::Bool(value)) => out.push_bind_param::<Nullable<Bool>, _>(value)?,
                Some(Value::Time(value)) => out.push_bind_param::<Nullable<Timestamp>, _>(value)?,
                Some(Value::Ints(values, _)) => out.push_bind_param::<Array<BigInt>, _>(values)?,
                Some(Value::Texts(values, _)) => out.push_bind_param::<Array<Text>, _>(values)?,
                Some(Value::Rows(rows)) => rows.walk_postgres(&mut out)?,
            }
            if list {
                out.push_sql(")");
            }
        }
        Ok(())
    }
}

impl QueryFragment<Sqlite> for Statement {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        for (piece, value) in self.pieces() {
            // Row locks are PostgreSQL's; on SQLite the one writer has the whole file.
            let plain = piece.replace(" FOR UPDATE SKIP LOCKED", "").replace(" FOR UPDATE", "");
            out.push_sql(&plain.replace(" FOR SHARE", ""));
            match value {
                None => {}
                Some(Value::Int(value)) => out.push_bind_param::<Nullable<BigInt>, _>(value)?,
                Some(Value::Text(value)) => out.push_bind_param::<Nullable<Text>, _>(value)?,
                Some(Value::Bool(value)) => out.push_bind_param::<Nullable<Bool>, _>(value)?,
                Some(Value::Time(value)) => out.push_bind_param::<Nullable<Timestamp>, _>(value)?,
                Some(Value::Ints(values, json)) => {
                    walk_json_list(&mut out, json.get_or_init(|| serde_json::json!(values).to_string()))?;
                }
                Some(Value::Texts(values, json)) => {
                    walk_json_list(&mut out, json.get_or_init(|| serde_json::json!(values).to_string()))?;
                }
                Some(Value::Rows(rows)) => rows.walk_sqlite(&mut out)?,
            }
        }
        Ok(())
    }
}

fn walk_json_list<'b>(out: &mut AstPass<'_, 'b, Sqlite>, json: &'b String) -> QueryResult<()> {
    out.push_sql("(SELECT value FROM json_each(");
    out.push_bind_param::<Text, _>(json)?;
    out.push_sql("))");
    Ok(())
}

impl Rows {
    /// `unnest($1::bigint[], $2::text[]) AS new(id, state)`
    fn walk_postgres<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("unnest(");
        for (index, (_, cells)) in self.columns.iter().enumerate() {
            if index > 0 {
                out.push_sql(", ");
            }
            match cells {
                Cells::Int(column) => out.push_bind_param::<Array<Nullable<BigInt>>, _>(column)?,
                Cells::Text(column) => out.push_bind_param::<Array<Nullable<Text>>, _>(column)?,
                Cells::Bool(column) => out.push_bind_param::<Array<Nullable<Bool>>, _>(column)?,
                Cells::Time(column) => out.push_bind_param::<Array<Nullable<Timestamp>>, _>(column)?,
            }
        }
        out.push_sql(") AS ");
        out.push_sql(self.alias);
        let names: Vec<_> = self.columns.iter().map(|(name, _)| *name).collect();
        out.push_sql(&format!("({})", names.join(", ")));
        Ok(())
    }

    /// `(SELECT json_extract(value, '$[0]') AS id, … FROM json_each(?) LIMIT -1) AS new`
    ///
    /// The limit that is none keeps SQLite from folding the table into the statement around it. Folded,
    /// a column is an expression that no index is used for, and a join reads the whole JSON text once
    /// per row: 10,000 rows took minutes instead of milliseconds.
    fn walk_sqlite<'b>(&'b self, out: &mut AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        let picks: Vec<_> = self
            .columns
            .iter()
            .enumerate()
            .map(|(index, (name, _))| format!("json_extract(value, '$[{index}]') AS {name}"))
            .collect();
        out.push_sql(&format!("(SELECT {} FROM json_each(", picks.join(", ")));
        out.push_bind_param::<Text, _>(self.json())?;
        out.push_sql(&format!(") LIMIT -1) AS {}", self.alias));
        Ok(())
    }
}
