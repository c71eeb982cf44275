//! What time alone asks for, found without changing anything: one index probe for each question and seller.
//!
//! A periodic job that would find nothing to do is not enqueued: an idle house costs a question a minute and no job.

use std::collections::HashMap;

use diesel::QueryResult;

use super::Db;
use super::column::row;
use super::jobs::now_ms;
use super::statement::{Rows, Statement, sql};
use crate::domain::id::SellerId;
use crate::domain::time::UtcTime;

/// Between two pictures of the queue.
pub const SAMPLE_PACE: chrono::Duration = chrono::Duration::minutes(10);

row! {
    /// What a seller's house has to do now.
    pub struct HouseRow {
        pub seller_id: SellerId,
        /// Shipments whose reasons may have changed.
        pub rechecks: bool,
        /// Deadlines that ring.
        pub rings: bool,
        /// Print stations that have fallen silent.
        pub lapses: bool,
        /// No picture of the queue was taken for a while.
        pub samples: bool,
    }
}

/// The question behind [`house`], as a table without a name.
fn asked(db: &Db) -> String {
    format!(
        "SELECT s.id AS seller_id, \
         EXISTS (SELECT 1 FROM shipments h WHERE h.seller_id = s.id AND h.recheck_at <= ?) AS rechecks, \
         EXISTS (SELECT 1 FROM deadlines d WHERE d.seller_id = s.id AND d.ring_at <= ?) AS rings, \
         EXISTS (SELECT 1 FROM sheet_claims c WHERE c.seller_id = s.id AND c.lease_until_ms < {}) AS lapses, \
         NOT EXISTS (SELECT 1 FROM queue_samples q WHERE q.seller_id = s.id AND q.at > ?) AS samples \
         FROM sellers s",
        now_ms(db)
    )
}

fn with_moments(statement: Statement, now: UtcTime) -> Statement {
    statement.bind(now).bind(now).bind(now.plus(-SAMPLE_PACE))
}

/// The sellers whose house has something to do, and what.
pub fn house(db: &mut Db) -> QueryResult<Vec<HouseRow>> {
    let text = format!(
        "SELECT seller_id, rechecks, rings, lapses, samples FROM ({}) AS due \
         WHERE rechecks OR rings OR lapses OR samples ORDER BY seller_id",
        asked(db)
    );
    let now = db.now();
    db.load(with_moments(sql(text), now))
}

row! {
    struct SlotRow {
        name: String,
        slot: i64,
    }
}

/// Which of these periodic jobs, by name and pace in milliseconds, begin a slot that nobody has taken and would find
/// something to do. A name without a question of its own always does.
pub fn slots(db: &mut Db, periodic: &[(&str, i64)]) -> QueryResult<HashMap<String, i64>> {
    let text = format!(
        "SELECT slots.name, slots.slot FROM (SELECT new.name, {} / new.every AS slot FROM ?) AS slots \
         LEFT JOIN job_slots taken ON taken.name = slots.name \
         WHERE (taken.slot IS NULL OR taken.slot < slots.slot) AND CASE slots.name \
         WHEN 'house.keep' THEN EXISTS (SELECT 1 FROM ({}) AS due WHERE rechecks OR rings OR lapses OR samples) \
         WHEN 'shops.gap_check' THEN EXISTS (SELECT 1 FROM shops WHERE credentials <> '') \
         WHEN 'shops.pull' THEN EXISTS (SELECT 1 FROM shops WHERE credentials <> '') \
         WHEN 'write_backs.tell' THEN EXISTS (SELECT 1 FROM shops p JOIN write_backs w \
         ON w.seller_id = p.seller_id AND w.shop_id = p.id WHERE p.credentials <> '' AND w.state = 'waiting' \
         AND w.next_try_at <= ?) OR EXISTS (SELECT 1 FROM memos m WHERE m.state = 'waiting' AND m.next_try_at <= ?) \
         ELSE true END",
        now_ms(db),
        asked(db)
    );
    let rows = Rows::new("new")
        .column("name", periodic.iter().map(|(name, _)| *name))
        .column("every", periodic.iter().map(|(_, every)| *every));
    let now = db.now();
    let statement = with_moments(sql(text).rows(rows), now).bind(now).bind(now);
    Ok(db.load::<SlotRow>(statement)?.into_iter().map(|row| (row.name, row.slot)).collect())
}

/// The slot that each periodic job took last, by its name.
pub fn taken(db: &mut Db) -> QueryResult<HashMap<String, i64>> {
    let rows: Vec<SlotRow> = db.load(sql("SELECT name, slot FROM job_slots"))?;
    Ok(rows.into_iter().map(|row| (row.name, row.slot)).collect())
}
