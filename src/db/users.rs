//! Users: the seller's staff.

use diesel::QueryResult;

use super::column::row;
use super::statement::sql;
use super::{Db, Tx};
use crate::domain::actor::Role;
use crate::domain::id::{SellerId, UserId};
use crate::domain::time::UtcTime;

row! {
    /// A person of the staff.
    pub struct UserRow {
        pub seller_id: SellerId,
        pub id: UserId,
        pub email: String,
        pub role: Role,
        pub password_hash: String,
        pub created_at: UtcTime,
        pub disabled_at: Option<UtcTime>,
    }
}

const COLUMNS: &str = "seller_id, id, email, role, password_hash, created_at, disabled_at";

/// The user of this address, of any seller: who logs in is not known before.
pub fn by_email(db: &mut Db, email: &str) -> QueryResult<Option<UserRow>> {
    db.first(sql(format!("SELECT {COLUMNS} FROM users WHERE email = ?")).bind(email))
}

/// Adds a user. `email` is in lower case.
pub fn insert(tx: &mut Tx, email: &str, role: Role, password_hash: &str) -> QueryResult<UserId> {
    let id = tx.id()?;
    let (seller, now) = (tx.seller(), tx.now);
    tx.execute(
        sql("INSERT INTO users (seller_id, id, email, role, password_hash, created_at) VALUES (?, ?, ?, ?, ?, ?)")
            .bind(seller)
            .bind(id)
            .bind(email)
            .bind(role)
            .bind(password_hash)
            .bind(now),
    )?;
    Ok(UserId(id))
}

/// Gives a user another password.
pub fn set_password(tx: &mut Tx, user: UserId, password_hash: &str) -> QueryResult<()> {
    let seller = tx.seller();
    tx.execute(
        sql("UPDATE users SET password_hash = ? WHERE seller_id = ? AND id = ?")
            .bind(password_hash)
            .bind(seller)
            .bind(user),
    )
    .map(drop)
}
