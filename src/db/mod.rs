//! The record: SQLite or PostgreSQL, chosen by the address.
//!
//! A read takes `&mut Db`, a write takes `&mut Tx`. Both carry the seller whose rows they may
//! touch, so no query has to be told twice and none can forget it. One file per noun; each
//! statement is one text for both databases (see [`statement`]).

mod again;
pub mod answers;
pub mod backup;
pub mod bell;
pub mod buyer_tags;
pub mod carrier_services;
pub mod clock;
pub mod column;
pub mod copy;
pub mod day_figures;
pub mod deadlines;
pub mod decisions;
pub mod delay_notices;
pub mod due;
pub mod evening;
pub mod events;
pub mod facts;
pub mod hand_overs;
pub mod holds;
pub mod idempotency;
pub mod imports;
pub mod job_ledger;
pub mod jobs;
pub mod memos;
pub mod migrate;
pub mod number_runs;
pub mod order_audits;
pub mod order_notes;
pub mod orders;
pub mod packings;
pub mod planner;
pub mod plans;
pub mod pool;
pub mod price_tables;
pub mod print_jobs;
pub mod recipients;
pub mod region_rules;
pub mod rereads;
pub mod rules;
pub mod saved_filters;
pub mod seal;
pub mod second_factors;
pub mod sellers;
pub mod sessions;
pub mod sheet_claims;
pub mod sheet_values;
pub mod sheets;
pub mod shipment_list;
pub mod shipments;
pub mod shop_pulls;
pub mod shop_tokens;
pub mod shops;
pub mod sku_codes;
pub mod skus;
pub mod statement;
pub mod stations;
pub mod suggestions;
pub mod templates;
pub mod ticks;
pub mod tokens;
pub mod trouble;
pub mod users;
pub mod warehouses;
pub mod waybills;
pub mod weights;
pub mod why;
pub mod write_backs;

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use diesel::connection::SimpleConnection;
use diesel::deserialize::QueryableByName;
use diesel::pg::Pg;
use diesel::sqlite::Sqlite;
use diesel::{QueryResult, RunQueryDsl};

use crate::domain::actor::Actor;
use crate::domain::error::Error;
use crate::domain::id::SellerId;
use crate::domain::time::UtcTime;
use column::row;
use pool::{PgManager, Pooled, SqliteManager};
use seal::Keys;
use statement::{Statement, sql};

/// A connection to one of the two databases.
pub enum Conn {
    Sqlite(Pooled<SqliteManager>),
    Postgres(Pooled<PgManager>),
}

/// A reader of one seller's rows.
pub struct Db {
    conn: Conn,
    seller: SellerId,
    keys: Arc<Keys>,
    now: UtcTime,
}

row! {
    /// One number, for counts and existence.
    pub struct One {
        pub one: i64,
    }
}

impl Db {
    pub(crate) fn new(conn: Conn, seller: SellerId, keys: Arc<Keys>, now: UtcTime) -> Self {
        Self { conn, seller, keys, now }
    }

    /// Seals a text of this seller; see [`seal`].
    pub fn seal(&self, purpose: &str, text: &str) -> String {
        self.keys.seal(self.seller, purpose, text)
    }

    /// Opens a sealed text of this seller.
    pub fn open(&self, purpose: &str, sealed: &str) -> anyhow::Result<String> {
        self.keys.open(self.seller, purpose, sealed)
    }

    /// Seals bytes of this seller; see [`seal`].
    pub fn seal_bytes(&self, purpose: &str, bytes: &[u8]) -> String {
        self.keys.seal_bytes(self.seller, purpose, bytes)
    }

    /// Opens sealed bytes of this seller.
    pub fn open_bytes(&self, purpose: &str, sealed: &str) -> anyhow::Result<Vec<u8>> {
        self.keys.open_bytes(self.seller, purpose, sealed)
    }

    /// The keyed hash of a text of this seller.
    pub fn hash(&self, purpose: &str, text: &str) -> String {
        self.keys.hash(self.seller, purpose, text)
    }

    /// Runs `work` as one transaction that begins as a write.
    pub(crate) fn transaction<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.batch(match self.conn {
            // A plain BEGIN would have to turn from reader to writer later, and could be refused.
            Conn::Sqlite(_) => "BEGIN IMMEDIATE",
            Conn::Postgres(_) => "BEGIN",
        })?;
        match work(self) {
            Ok(value) => {
                if let Err(error) = self.batch("COMMIT") {
                    // A full disk, a lost server: nothing of this transaction stays.
                    let _ = self.batch("ROLLBACK");
                    return Err(error.into());
                }
                Ok(value)
            }
            Err(error) => {
                if let Err(rollback) = self.batch("ROLLBACK") {
                    tracing::debug!("Could not roll back, the connection is gone: {rollback}");
                }
                Err(error)
            }
        }
    }

    /// Runs `work` within the transaction so that its own failure undoes only itself.
    ///
    /// # Errors
    /// When the transaction as a whole cannot go on.
    pub(crate) fn apart<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<Result<T, Error>, Error> {
        self.batch("SAVEPOINT apart")?;
        let result = work(self);
        self.batch(match result {
            Ok(_) => "RELEASE SAVEPOINT apart",
            Err(_) => "ROLLBACK TO SAVEPOINT apart; RELEASE SAVEPOINT apart",
        })?;
        Ok(result)
    }

    /// Goes on with another seller's rows in the same transaction.
    pub(crate) fn turn_to(&mut self, seller: SellerId) {
        self.seller = seller;
    }

    /// In this transaction nobody's rows are waited for longer than this, where rows are waited for.
    pub(crate) fn wait_at_most(&mut self, ms: u32) -> QueryResult<()> {
        match self.conn {
            Conn::Sqlite(_) => Ok(()),
            Conn::Postgres(_) => self.batch(&format!("SET LOCAL lock_timeout = {ms}")),
        }
    }

    fn batch(&mut self, text: &str) -> QueryResult<()> {
        match &mut self.conn {
            Conn::Sqlite(conn) => conn.batch_execute(text),
            Conn::Postgres(conn) => conn.batch_execute(text),
        }
    }

    /// The seller whose rows this reader may see.
    pub fn seller(&self) -> SellerId {
        self.seller
    }

    /// The moment at which this reader was made: questions of what is late go by it.
    pub fn now(&self) -> UtcTime {
        self.now
    }

    /// All rows of a statement.
    pub fn load<R>(&mut self, statement: Statement) -> QueryResult<Vec<R>>
    where
        R: QueryableByName<Sqlite> + QueryableByName<Pg> + 'static,
    {
        match &mut self.conn {
            Conn::Sqlite(conn) => statement.load(&mut **conn),
            Conn::Postgres(conn) => statement.load(&mut **conn),
        }
    }

    /// The first row of a statement, if there is one.
    pub fn first<R>(&mut self, statement: Statement) -> QueryResult<Option<R>>
    where
        R: QueryableByName<Sqlite> + QueryableByName<Pg> + 'static,
    {
        Ok(self.load(statement)?.into_iter().next())
    }

    /// The column `one` of the first row; 0 without a row.
    pub fn number(&mut self, statement: Statement) -> QueryResult<i64> {
        Ok(self.first::<One>(statement)?.map_or(0, |row| row.one))
    }

    /// Which database this is, for the few statements that cannot be one text.
    pub fn is_postgres(&self) -> bool {
        matches!(self.conn, Conn::Postgres(_))
    }

    fn execute(&mut self, statement: Statement) -> QueryResult<usize> {
        match &mut self.conn {
            Conn::Sqlite(conn) => statement.execute(&mut **conn),
            Conn::Postgres(conn) => statement.execute(&mut **conn),
        }
    }
}

/// A write in progress: everything done through it becomes visible at once, or never.
///
/// The only ways to one are `App::write` and, for the effects of jobs, `App::settle_together`.
pub struct Tx<'a> {
    db: &'a mut Db,
    /// The moment of this write; one write has one `now`.
    pub now: UtcTime,
    /// Who does this.
    pub actor: &'a Actor,
    /// Whether jobs were enqueued that may begin at once.
    has_jobs: bool,
}

impl Deref for Tx<'_> {
    type Target = Db;
    fn deref(&self) -> &Db {
        self.db
    }
}

impl DerefMut for Tx<'_> {
    fn deref_mut(&mut self) -> &mut Db {
        self.db
    }
}

impl<'a> Tx<'a> {
    pub(crate) fn new(db: &'a mut Db, now: UtcTime, actor: &'a Actor) -> Self {
        Self { db, now, actor, has_jobs: false }
    }

    /// Whether workers should be woken once this is committed.
    pub(crate) fn has_jobs(&self) -> bool {
        self.has_jobs
    }

    /// Runs a statement that changes rows; answers how many.
    pub fn execute(&mut self, statement: Statement) -> QueryResult<usize> {
        self.db.execute(statement)
    }

    /// Takes `count` fresh ids, ascending. They are never given again, also after a rollback on
    /// PostgreSQL; gaps mean nothing.
    pub fn ids(&mut self, count: usize) -> QueryResult<impl Iterator<Item = i64> + use<>> {
        let ids: Vec<i64> = match (count, self.is_postgres()) {
            (0, _) => Vec::new(),
            (_, true) => self
                .load::<One>(
                    sql("SELECT nextval('ids') AS one FROM generate_series(1, ?) ORDER BY 1").bind(count),
                )?
                .into_iter()
                .map(|row| row.one)
                .collect(),
            (_, false) => {
                let last = self.number(
                    sql("UPDATE ids SET last = last + ? WHERE true RETURNING last AS one").bind(count),
                )?;
                (last - count as i64 + 1..=last).collect()
            }
        };
        Ok(ids.into_iter())
    }

    /// Takes one fresh id.
    pub fn id(&mut self) -> QueryResult<i64> {
        Ok(self.ids(1)?.next().expect("one id was asked for"))
    }
}
