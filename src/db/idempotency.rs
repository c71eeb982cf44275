//! The first answers to requests that carry an `Idempotency-Key`.
//!
//! The primary key decides between two requests that arrive together: one inserts, the other
//! waits for its end and then reads. Rows of status 0 are requests still at work.

use diesel::QueryResult;

use super::column::row;
use super::statement::sql;
use super::{Db, Tx};
use crate::domain::time::UtcTime;

row! {
    /// What is known of a key.
    pub struct AnswerRow {
        pub request_hash: String,
        /// HTTP status of the answer; 0 while the request is at work.
        pub status: i64,
        pub content_type: String,
        /// Sealed.
        pub body: String,
        pub created_at: UtcTime,
    }
}

/// Takes a key for a request; answers whether it was free. On PostgreSQL this waits for another
/// transaction that has just taken it.
pub fn take(tx: &mut Tx, key: &str, request_hash: &str) -> QueryResult<bool> {
    let (seller, now) = (tx.seller(), tx.now);
    let statement = sql(
        "INSERT INTO idempotency_keys (seller_id, key, request_hash, status, content_type, body, created_at) \
         VALUES (?, ?, ?, 0, '', '', ?) ON CONFLICT (seller_id, key) DO NOTHING",
    );
    Ok(tx.execute(statement.bind(seller).bind(key).bind(request_hash).bind(now))? > 0)
}

/// What is known of a key, held against change until this transaction ends.
pub fn find(db: &mut Db, key: &str) -> QueryResult<Option<AnswerRow>> {
    let seller = db.seller();
    let statement = sql("SELECT request_hash, status, content_type, body, created_at FROM idempotency_keys \
         WHERE seller_id = ? AND key = ? FOR UPDATE");
    db.first(statement.bind(seller).bind(key))
}

/// Begins the time of a key anew: its request has died, another one takes over.
pub fn take_over(tx: &mut Tx, key: &str) -> QueryResult<()> {
    let (seller, now) = (tx.seller(), tx.now);
    let statement = sql("UPDATE idempotency_keys SET created_at = ? WHERE seller_id = ? AND key = ?");
    tx.execute(statement.bind(now).bind(seller).bind(key)).map(drop)
}

/// Keeps the answer to the request that took the key. `body` is sealed already.
pub fn keep(tx: &mut Tx, key: &str, status: u16, content_type: &str, body: &str) -> QueryResult<()> {
    let seller = tx.seller();
    let statement = sql("UPDATE idempotency_keys SET status = ?, content_type = ?, body = ? \
         WHERE seller_id = ? AND key = ?");
    tx.execute(statement.bind(i64::from(status)).bind(content_type).bind(body).bind(seller).bind(key))
        .map(drop)
}

/// Frees a key whose request came to no answer.
pub fn free(tx: &mut Tx, key: &str) -> QueryResult<()> {
    let seller = tx.seller();
    let statement = sql("DELETE FROM idempotency_keys WHERE seller_id = ? AND key = ? AND status = 0");
    tx.execute(statement.bind(seller).bind(key)).map(drop)
}

/// Forgets the keys of this seller that were taken before `before`.
pub fn forget(tx: &mut Tx, before: UtcTime) -> QueryResult<()> {
    let seller = tx.seller();
    let statement = sql("DELETE FROM idempotency_keys WHERE seller_id = ? AND created_at < ?");
    tx.execute(statement.bind(seller).bind(before)).map(drop)
}
