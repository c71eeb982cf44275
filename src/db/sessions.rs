//! Sessions of people on the pages, and the links that let the first of them in.

use diesel::QueryResult;

use super::column::row;
use super::statement::sql;
use super::{Db, Tx};
use crate::domain::actor::Role;
use crate::domain::id::{SellerId, UserId};
use crate::domain::time::UtcTime;

row! {
    /// A session with what is known of its user.
    pub struct SessionRow {
        pub seller_id: SellerId,
        pub id: i64,
        pub user_id: UserId,
        pub email: String,
        pub role: Role,
        pub created_at: UtcTime,
        pub seen_at: UtcTime,
        pub notice: String,
    }
}

/// The session of this hash, of any seller, while its user may log in.
pub fn by_hash(db: &mut Db, secret_hash: &str) -> QueryResult<Option<SessionRow>> {
    db.first(
        sql("SELECT s.seller_id, s.id, s.user_id, u.email, u.role, s.created_at, s.seen_at, s.notice \
             FROM sessions s JOIN users u ON u.seller_id = s.seller_id AND u.id = s.user_id \
             WHERE s.secret_hash = ? AND u.disabled_at IS NULL")
        .bind(secret_hash),
    )
}

/// Begins a session.
pub fn insert(tx: &mut Tx, user: UserId, secret_hash: &str) -> QueryResult<i64> {
    let id = tx.id()?;
    let (seller, now) = (tx.seller(), tx.now);
    tx.execute(
        sql("INSERT INTO sessions (seller_id, id, user_id, secret_hash, created_at, seen_at, notice) \
             VALUES (?, ?, ?, ?, ?, ?, '')")
        .bind(seller)
        .bind(id)
        .bind(user)
        .bind(secret_hash)
        .bind(now)
        .bind(now),
    )?;
    Ok(id)
}

/// Notes that someone is still there.
pub fn seen(tx: &mut Tx, session: i64) -> QueryResult<()> {
    let (seller, now) = (tx.seller(), tx.now);
    let statement = sql("UPDATE sessions SET seen_at = ? WHERE seller_id = ? AND id = ?");
    tx.execute(statement.bind(now).bind(seller).bind(session)).map(drop)
}

/// Keeps what the next page has to say, sealed already; empty once it has been said.
pub fn set_notice(tx: &mut Tx, session: i64, notice: &str) -> QueryResult<()> {
    let seller = tx.seller();
    let statement = sql("UPDATE sessions SET notice = ? WHERE seller_id = ? AND id = ?");
    tx.execute(statement.bind(notice).bind(seller).bind(session)).map(drop)
}

/// Ends one session.
pub fn end(tx: &mut Tx, session: i64) -> QueryResult<()> {
    let seller = tx.seller();
    let statement = sql("DELETE FROM sessions WHERE seller_id = ? AND id = ?");
    tx.execute(statement.bind(seller).bind(session)).map(drop)
}

/// Ends every session of a user; answers how many there were.
pub fn end_all(tx: &mut Tx, user: UserId) -> QueryResult<usize> {
    let seller = tx.seller();
    tx.execute(sql("DELETE FROM sessions WHERE seller_id = ? AND user_id = ?").bind(seller).bind(user))
}

/// Ends this seller's sessions that nobody used since `seen` or that began before `created`.
pub fn forget(tx: &mut Tx, seen: UtcTime, created: UtcTime) -> QueryResult<()> {
    let seller = tx.seller();
    let statement = sql("DELETE FROM sessions WHERE seller_id = ? AND (seen_at < ? OR created_at < ?)");
    tx.execute(statement.bind(seller).bind(seen).bind(created)).map(drop)
}

/// Whether there is any user, of any seller.
pub fn any_user(db: &mut Db) -> QueryResult<bool> {
    Ok(db.number(sql("SELECT COUNT(*) AS one FROM (SELECT 1 FROM users LIMIT 1) AS first"))? > 0)
}

/// Adds a set-up link.
pub fn add_setup_link(tx: &mut Tx, secret_hash: &str) -> QueryResult<()> {
    let now = tx.now;
    let statement = sql("INSERT INTO setup_links (secret_hash, created_at) VALUES (?, ?)");
    tx.execute(statement.bind(secret_hash).bind(now)).map(drop)
}

/// Whether this set-up link still works.
pub fn has_setup_link(db: &mut Db, secret_hash: &str) -> QueryResult<bool> {
    let statement = sql("SELECT COUNT(*) AS one FROM setup_links WHERE secret_hash = ?");
    Ok(db.number(statement.bind(secret_hash))? > 0)
}

/// Takes back a set-up link; answers whether it was there, so that two at once cannot both use it.
pub fn take_setup_link(tx: &mut Tx, secret_hash: &str) -> QueryResult<bool> {
    Ok(tx.execute(sql("DELETE FROM setup_links WHERE secret_hash = ?").bind(secret_hash))? > 0)
}

/// Takes back every set-up link.
pub fn clear_setup_links(tx: &mut Tx) -> QueryResult<()> {
    tx.execute(sql("DELETE FROM setup_links WHERE true")).map(drop)
}
