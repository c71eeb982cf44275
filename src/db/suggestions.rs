//! Near matches between recipients, and what people decided about them.

use diesel::QueryResult;

use super::column::row;
use super::statement::{Rows, sql};
use super::{Db, Tx};
use crate::domain::id::{RecipientId, ShipmentId, SuggestionId};
use crate::domain::time::UtcTime;

row! {
    /// Two recipients that agree in two of their three parts.
    pub struct Near {
        pub a: RecipientId,
        pub b: RecipientId,
    }
}

/// How many near matches one intake looks at; beyond it a front desk or a campus is at work.
const NEAR_LIMIT: usize = 2_000;

/// Recipients of waiting shipments that agree with one of these in exactly two of phone, name and
/// address, by their hashes, and about which nothing was said yet.
pub fn near(db: &mut Db, recipients: &[RecipientId]) -> QueryResult<Vec<Near>> {
    let seller = db.seller();
    // Each branch ends at the limit by itself: people of one front desk would be pairs without end.
    let branch = |first: &str, second: &str, third: &str| {
        format!(
            "SELECT n.id AS a, r.id AS b FROM recipients n JOIN recipients r ON r.seller_id = n.seller_id \
             AND r.{first} = n.{first} AND r.{second} = n.{second} AND r.{third} <> n.{third} AND r.id <> n.id \
             WHERE n.seller_id = ? AND n.id IN ? AND n.{first} <> '' AND n.{second} <> '' \
             AND EXISTS (SELECT 1 FROM shipments s WHERE s.seller_id = r.seller_id AND s.recipient_id = r.id \
             AND s.state IN ('blocked', 'ready')) LIMIT {NEAR_LIMIT}"
        )
    };
    // No pair is in two of them, for the third part differs.
    let mut statement = sql(format!(
        "SELECT a, b FROM ({}) AS x UNION ALL SELECT a, b FROM ({}) AS y UNION ALL SELECT a, b FROM ({}) AS z LIMIT {NEAR_LIMIT}",
        branch("phone_key", "name_key", "address_key"),
        branch("phone_key", "address_key", "name_key"),
        branch("address_key", "name_key", "phone_key"),
    ));
    for _ in 0..3 {
        statement = statement.bind(seller).list(recipients.iter().copied());
    }
    db.load(statement)
}

/// A near match about to be kept.
pub struct NewSuggestion {
    pub a: RecipientId,
    pub b: RecipientId,
    /// The code of what makes them alike and unlike.
    pub why: &'static str,
}

/// Keeps near matches; a pair about which something was said already stays as it is.
pub fn keep(tx: &mut Tx, new: &[NewSuggestion]) -> QueryResult<()> {
    if new.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = tx.ids(new.len())?.collect();
    let (seller, now) = (tx.seller(), tx.now);
    let rows = Rows::new("new")
        .column("id", ids)
        .column("a", new.iter().map(|pair| pair.a.min(pair.b)))
        .column("b", new.iter().map(|pair| pair.a.max(pair.b)))
        .column("why", new.iter().map(|pair| pair.why));
    tx.execute(
        sql("INSERT INTO suggestions (seller_id, id, recipient_a, recipient_b, why, state, created_at) \
             SELECT ?, new.id, new.a, new.b, new.why, 'open', ? FROM ? WHERE true \
             ON CONFLICT (seller_id, recipient_a, recipient_b) DO NOTHING")
        .bind(seller)
        .bind(now)
        .rows(rows),
    )
    .map(drop)
}

row! {
    /// A near match whose two shipments both wait.
    pub struct SuggestionRow {
        pub id: SuggestionId,
        pub recipient_a: RecipientId,
        pub recipient_b: RecipientId,
        pub why: String,
        pub state: String,
        pub shipment_a: ShipmentId,
        pub shipment_b: ShipmentId,
        pub created_at: UtcTime,
    }
}

const SELECT: &str = "SELECT g.id, g.recipient_a, g.recipient_b, g.why, g.state, \
    MIN(a.id) AS shipment_a, MIN(b.id) AS shipment_b, g.created_at FROM suggestions g \
    JOIN shipments a ON a.seller_id = g.seller_id AND a.recipient_id = g.recipient_a \
    AND a.state IN ('blocked', 'ready') AND a.order_count > 0 \
    JOIN shipments b ON b.seller_id = g.seller_id AND b.recipient_id = g.recipient_b \
    AND b.state IN ('blocked', 'ready') AND b.order_count > 0 AND b.id <> a.id \
    WHERE g.seller_id = ? AND g.state <> 'declined'";

const GROUP: &str = " GROUP BY g.id, g.recipient_a, g.recipient_b, g.why, g.state, g.created_at";

/// Near matches that a person can still act on, oldest first, behind `after`.
pub fn list(db: &mut Db, after: Option<SuggestionId>, limit: usize) -> QueryResult<Vec<SuggestionRow>> {
    let seller = db.seller();
    db.load(
        sql(format!("{SELECT} AND g.id > ?{GROUP} ORDER BY g.id LIMIT ?"))
            .bind(seller)
            .bind(after.map_or(0, |id| id.0))
            .bind(limit),
    )
}

/// One near match that a person can still act on.
pub fn find(db: &mut Db, id: SuggestionId) -> QueryResult<Option<SuggestionRow>> {
    let seller = db.seller();
    db.first(sql(format!("{SELECT} AND g.id = ?{GROUP}")).bind(seller).bind(id))
}

/// Remembers what a person decided; answers whether there is such a near match.
pub fn decide(tx: &mut Tx, id: SuggestionId, state: &str) -> QueryResult<bool> {
    let (seller, now) = (tx.seller(), tx.now);
    let changed = tx.execute(
        sql(
            "UPDATE suggestions SET state = ?, decided_by = ?, decided_at = ? WHERE seller_id = ? AND id = ?",
        )
        .bind(state)
        .bind(&tx.actor.name)
        .bind(now)
        .bind(seller)
        .bind(id),
    )?;
    Ok(changed > 0)
}
