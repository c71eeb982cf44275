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

/// The seller's staff, in the order they came.
pub fn all(db: &mut Db) -> QueryResult<Vec<UserRow>> {
    let seller = db.seller();
    db.load(sql(format!("SELECT {COLUMNS} FROM users WHERE seller_id = ? ORDER BY id")).bind(seller))
}

/// Lets a user in no more, or again.
pub fn set_disabled(tx: &mut Tx, user: UserId, disabled: bool) -> QueryResult<bool> {
    let (seller, now) = (tx.seller(), tx.now);
    let statement = sql("UPDATE users SET disabled_at = ? WHERE seller_id = ? AND id = ?");
    Ok(tx.execute(statement.bind(disabled.then_some(now)).bind(seller).bind(user))? > 0)
}

/// Gives a user another role.
pub fn set_role(tx: &mut Tx, user: UserId, role: Role) -> QueryResult<bool> {
    let seller = tx.seller();
    let statement = sql("UPDATE users SET role = ? WHERE seller_id = ? AND id = ?");
    Ok(tx.execute(statement.bind(role).bind(seller).bind(user))? > 0)
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
