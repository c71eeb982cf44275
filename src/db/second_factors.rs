//! Second factors at log-in, one per user.

use diesel::QueryResult;

use super::column::row;
use super::statement::sql;
use super::{Db, Tx};
use crate::domain::id::UserId;
use crate::domain::time::UtcTime;

row! {
    /// A user's second factor.
    pub struct FactorRow {
        pub user_id: UserId,
        /// Sealed.
        pub secret: String,
        pub confirmed_at: Option<UtcTime>,
        pub last_step: i64,
        /// JSON list of hashes.
        pub recovery: String,
    }
}

const SELECT: &str =
    "SELECT user_id, secret, confirmed_at, last_step, recovery FROM second_factors WHERE seller_id = ?";

/// The factor of a user.
pub fn find(db: &mut Db, user: UserId) -> QueryResult<Option<FactorRow>> {
    let seller = db.seller();
    db.first(sql(SELECT).push(" AND user_id = ?").bind(seller).bind(user))
}

/// The same, locked until the transaction ends: a code is taken by one log-in only.
pub fn lock(tx: &mut Tx, user: UserId) -> QueryResult<Option<FactorRow>> {
    let seller = tx.seller();
    tx.first(sql(SELECT).push(" AND user_id = ? FOR UPDATE").bind(seller).bind(user))
}

/// Every confirmed factor's user.
pub fn confirmed(db: &mut Db) -> QueryResult<Vec<UserId>> {
    let seller = db.seller();
    let rows: Vec<FactorRow> = db.load(sql(SELECT).push(" AND confirmed_at IS NOT NULL").bind(seller))?;
    Ok(rows.into_iter().map(|row| row.user_id).collect())
}

/// Begins a factor anew, not confirmed yet.
pub fn begin(tx: &mut Tx, user: UserId, secret: &str) -> QueryResult<()> {
    let seller = tx.seller();
    let text = "INSERT INTO second_factors (seller_id, user_id, secret, last_step, recovery) \
         VALUES (?, ?, ?, 0, '[]') ON CONFLICT (seller_id, user_id) DO UPDATE SET \
         secret = excluded.secret, confirmed_at = NULL, last_step = 0, recovery = '[]'";
    tx.execute(sql(text).bind(seller).bind(user).bind(secret)).map(drop)
}

/// Notes a code that was taken, and what recovery codes are left; confirms the factor.
pub fn take(tx: &mut Tx, user: UserId, step: i64, recovery: &str) -> QueryResult<()> {
    let (seller, now) = (tx.seller(), tx.now);
    let text = "UPDATE second_factors SET last_step = ?, recovery = ?, \
         confirmed_at = COALESCE(confirmed_at, ?) WHERE seller_id = ? AND user_id = ?";
    tx.execute(sql(text).bind(step).bind(recovery).bind(now).bind(seller).bind(user)).map(drop)
}

/// Forgets a user's factor; answers whether there was one.
pub fn forget(tx: &mut Tx, user: UserId) -> QueryResult<bool> {
    let seller = tx.seller();
    let text = "DELETE FROM second_factors WHERE seller_id = ? AND user_id = ?";
    Ok(tx.execute(sql(text).bind(seller).bind(user))? > 0)
}
