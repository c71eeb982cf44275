//! Tokens: keys for programs, shown once and kept as hashes.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64_URL;
use serde_json::json;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::db::events::{self, NewEvent};
use crate::db::tokens::TokenRow;
use crate::db::{Db, Tx, seal, tokens};
use crate::domain::actor::Role;
use crate::domain::error::Error;
use crate::domain::id::TokenId;

/// What every token begins with, so that a leaked one is recognised by scanners.
pub const PREFIX: &str = "hd_";

/// A token that was just made. Its text is nowhere else.
pub struct Issued {
    pub id: TokenId,
    pub token: String,
}

/// Makes a token of 256 random bits.
///
/// # Errors
/// When the name is empty or too long.
pub fn issue(tx: &mut Tx, name: &str, role: Role) -> Result<Issued, Error> {
    let name = super::shops::checked_name("name", name)?;
    let token = format!("{PREFIX}{}", BASE64_URL.encode(seal::random::<32>()));
    let id = tokens::insert(tx, name, role, &hash(&token))?;
    record(tx, "token.issued", id, json!({ "name": name, "role": role }))?;
    Ok(Issued { id, token })
}

/// Ends a token at once. Ending it again changes nothing.
///
/// # Errors
/// When there is no such token.
pub fn revoke(tx: &mut Tx, token: TokenId) -> Result<TokenRow, Error> {
    if tokens::revoke(tx, token)? {
        record(tx, "token.revoked", token, json!({}))?;
    }
    tokens::find(tx, token)
}

/// The row of a token, also of a revoked one; `None` when nobody was given this text.
pub fn recognise(db: &mut Db, token: &str) -> Result<Option<TokenRow>, Error> {
    let hash = hash(token);
    let row = tokens::by_hash(db, &hash)?;
    Ok(row.filter(|row| row.secret_hash.as_bytes().ct_eq(hash.as_bytes()).into()))
}

/// SHA-256 is enough for what nobody can guess; passwords need more, see [`super::users`].
fn hash(token: &str) -> String {
    BASE64_URL.encode(Sha256::digest(token.as_bytes()))
}

fn record(tx: &mut Tx, kind: &'static str, token: TokenId, data: serde_json::Value) -> Result<(), Error> {
    Ok(events::record(tx, &[NewEvent { kind, subject_kind: "token", subject: token.0, data }])?)
}
