//! Tokens: keys for programs. Only their hashes are here.

use diesel::QueryResult;

use super::column::row;
use super::statement::sql;
use super::{Db, Tx};
use crate::domain::actor::Role;
use crate::domain::error::Error;
use crate::domain::id::{SellerId, TokenId};
use crate::domain::time::UtcTime;

row! {
    /// A token without its secret.
    pub struct TokenRow {
        pub seller_id: SellerId,
        pub id: TokenId,
        pub name: String,
        pub role: Role,
        pub secret_hash: String,
        pub created_at: UtcTime,
        pub revoked_at: Option<UtcTime>,
    }
}

const COLUMNS: &str = "seller_id, id, name, role, secret_hash, created_at, revoked_at";

/// The token of this hash, of any seller: who asks is not known before.
pub fn by_hash(db: &mut Db, secret_hash: &str) -> QueryResult<Option<TokenRow>> {
    db.first(sql(format!("SELECT {COLUMNS} FROM tokens WHERE secret_hash = ?")).bind(secret_hash))
}

/// The seller's tokens after `after`, oldest first, revoked ones too.
pub fn page(db: &mut Db, after: Option<i64>, limit: usize) -> QueryResult<Vec<TokenRow>> {
    let seller = db.seller();
    let statement =
        sql(format!("SELECT {COLUMNS} FROM tokens WHERE seller_id = ? AND id > ? ORDER BY id LIMIT ?"));
    db.load(statement.bind(seller).bind(after.unwrap_or(0)).bind(limit))
}

/// One token of the seller.
pub fn find(db: &mut Db, token: TokenId) -> Result<TokenRow, Error> {
    let seller = db.seller();
    let statement = sql(format!("SELECT {COLUMNS} FROM tokens WHERE seller_id = ? AND id = ?"));
    db.first(statement.bind(seller).bind(token))?.ok_or_else(|| Error::missing("token", token))
}

/// Adds a token.
pub fn insert(tx: &mut Tx, name: &str, role: Role, secret_hash: &str) -> QueryResult<TokenId> {
    let id = tx.id()?;
    let (seller, now) = (tx.seller(), tx.now);
    tx.execute(
        sql("INSERT INTO tokens (seller_id, id, name, role, secret_hash, created_at) VALUES (?, ?, ?, ?, ?, ?)")
            .bind(seller)
            .bind(id)
            .bind(name)
            .bind(role)
            .bind(secret_hash)
            .bind(now),
    )?;
    Ok(TokenId(id))
}

/// Ends a token; answers whether it was alive.
pub fn revoke(tx: &mut Tx, token: TokenId) -> QueryResult<bool> {
    let (seller, now) = (tx.seller(), tx.now);
    let statement =
        sql("UPDATE tokens SET revoked_at = ? WHERE seller_id = ? AND id = ? AND revoked_at IS NULL");
    Ok(tx.execute(statement.bind(now).bind(seller).bind(token))? > 0)
}
