//! Sessions: who is logged in on which browser, and how the very first person gets in.
//!
//! A session is 256 random bits in a cookie; the record has only their hash. It ends after twelve
//! hours of silence, seven days after log-in at the latest, or when its user says so anywhere.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64_URL;
use chrono::Duration;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::sellers;
use super::users::{self, NewUser};
use crate::db::events::{self, NewEvent};
use crate::db::sessions::{self as record, SessionRow};
use crate::db::{Db, Tx, seal};
use crate::domain::error::Error;
use crate::domain::id::{SellerId, UserId};
use crate::domain::time::UtcTime;

/// Silence after which a session ends.
pub const IDLE: Duration = Duration::hours(12);
/// Age at which a session ends, used or not.
pub const LIFETIME: Duration = Duration::days(7);
/// How stale `seen_at` may be, so that not every look at a page is a write.
const SEEN_PACE: Duration = Duration::minutes(5);

/// A fresh secret: 43 characters that nobody can guess.
fn secret() -> String {
    BASE64_URL.encode(seal::random::<32>())
}

/// SHA-256 is enough for what nobody can guess.
fn hash(secret: &str) -> String {
    BASE64_URL.encode(Sha256::digest(secret))
}

/// The text every form of a session carries, so that another site's form is told apart.
pub fn csrf(secret: &str) -> String {
    hash(&format!("csrf {secret}"))
}

/// Begins a session for a user who has shown the password; answers the cookie's secret.
///
/// # Errors
/// When the record cannot be written.
pub fn begin(tx: &mut Tx, user: UserId) -> Result<String, Error> {
    let secret = secret();
    record::insert(tx, user, &hash(&secret))?;
    event(tx, "user.logged_in", user)?;
    Ok(secret)
}

/// Drops this seller's sessions that have ended by themselves.
///
/// # Errors
/// When the record cannot be written.
pub fn forget_ended(tx: &mut Tx) -> Result<(), Error> {
    let now = tx.now;
    Ok(record::forget(tx, now.plus(-IDLE), now.plus(-LIFETIME))?)
}

/// The session of a cookie's secret; `None` when it has ended.
///
/// # Errors
/// When the record cannot be read.
pub fn recognise(db: &mut Db, secret: &str, now: UtcTime) -> Result<Option<SessionRow>, Error> {
    let row = record::by_hash(db, &hash(secret))?;
    Ok(row.filter(|row| now < row.seen_at.plus(IDLE) && now < row.created_at.plus(LIFETIME)))
}

/// Whether the record should hear that the session is still used.
pub fn is_stale(session: &SessionRow, now: UtcTime) -> bool {
    now > session.seen_at.plus(SEEN_PACE)
}

/// Ends one session.
///
/// # Errors
/// When the record cannot be written.
pub fn end(tx: &mut Tx, session: &SessionRow) -> Result<(), Error> {
    record::end(tx, session.id)?;
    event(tx, "user.logged_out", session.user_id)
}

/// Ends every session of a user, on all browsers.
///
/// # Errors
/// When the record cannot be written.
pub fn end_all(tx: &mut Tx, user: UserId) -> Result<(), Error> {
    record::end_all(tx, user)?;
    event(tx, "user.logged_out_everywhere", user)
}

/// A link for the first user, while there is none; answers its secret.
///
/// # Errors
/// When the record cannot be read or written.
pub fn offer_setup(tx: &mut Tx) -> Result<Option<String>, Error> {
    if record::any_user(tx)? {
        return Ok(None);
    }
    let secret = secret();
    record::add_setup_link(tx, &hash(&secret))?;
    Ok(Some(secret))
}

/// Whether a set-up link still works.
///
/// # Errors
/// When the record cannot be read.
pub fn may_set_up(db: &mut Db, secret: &str) -> Result<bool, Error> {
    Ok(record::has_setup_link(db, &hash(secret))? && !record::any_user(db)?)
}

/// Makes the seller of a set-up; the link stays good until there is an owner.
///
/// # Errors
/// A conflict when the link was used; what is wrong with the seller's name.
pub fn set_up_seller(tx: &mut Tx, link: &str, seller: &str) -> Result<SellerId, Error> {
    match may_set_up(tx, link)? {
        true => sellers::ensure(tx, seller),
        false => Err(link_used()),
    }
}

/// Makes the owner of a set-up in the name of the new seller, and logs the owner in.
///
/// # Errors
/// A conflict when the link was used.
pub fn set_up_owner(tx: &mut Tx, link: &str, owner: &NewUser) -> Result<String, Error> {
    if !record::take_setup_link(tx, &hash(link))? || record::any_user(tx)? {
        return Err(link_used());
    }
    record::clear_setup_links(tx)?;
    let user = users::create(tx, owner)?;
    begin(tx, user)
}

fn link_used() -> Error {
    Error::conflict(
        "setup_done",
        "This set-up link was used, or is not the newest one.",
        "Log in; or, when nobody can, make an owner with huidan user create.",
    )
}

fn event(tx: &mut Tx, kind: &'static str, user: UserId) -> Result<(), Error> {
    let event = NewEvent { kind, subject_kind: "user", subject: user.0, data: json!({}) };
    Ok(events::record(tx, &[event])?)
}
