//! The second factor at log-in: codes of an authenticator app (RFC 6238: SHA-1, six digits, thirty seconds), each
//! taken once, and recovery codes for a lost phone.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64_URL;
use serde_json::json;
use sha2::{Digest, Sha256};
use totp_rs::{Algorithm, Builder, Secret, Totp};

use crate::connectors::digest::percent_encoded;
use crate::db::events::{self, NewEvent};
use crate::db::second_factors::{self as record, FactorRow};
use crate::db::{Db, Tx, seal};
use crate::domain::error::Error;
use crate::domain::id::UserId;
use crate::domain::time::UtcTime;

/// The sealing purpose of the shared secret.
const SECRET: &str = "second_factor";
/// How many recovery codes are given.
const RECOVERY: usize = 8;
/// Seconds a code is good for, and how many such steps a phone's clock may be off.
const STEP_S: u64 = 30;
const SKEW: u16 = 1;

/// What an authenticator app is told, by picture or by hand.
#[derive(Debug)]
pub struct Offer {
    /// `otpauth://totp/…`, for the picture.
    pub address: String,
    /// The shared secret as people type it.
    pub secret: String,
}

/// Whether this user is asked for a second factor.
///
/// # Errors
/// When the record cannot be read.
pub fn is_asked(db: &mut Db, user: UserId) -> Result<bool, Error> {
    Ok(record::find(db, user)?.is_some_and(|row| row.confirmed_at.is_some()))
}

/// Begins a factor; it is asked for once a first code was shown. One that is in use stays as it is.
///
/// # Errors
/// A conflict when the user has one already.
pub fn begin(tx: &mut Tx, user: UserId) -> Result<(), Error> {
    if record::lock(tx, user)?.is_some_and(|row| row.confirmed_at.is_some()) {
        return Err(Error::conflict(
            "second_factor_on",
            "There is a second factor already.",
            "Switch it off first, with the password.",
        ));
    }
    let secret = BASE64_URL.encode(seal::random::<20>());
    let sealed = tx.seal(SECRET, &secret);
    Ok(record::begin(tx, user, &sealed)?)
}

/// What the app is told of a factor that was begun and not confirmed.
///
/// # Errors
/// When the record cannot be read.
pub fn offer(db: &mut Db, user: UserId, email: &str) -> Result<Option<Offer>, Error> {
    let Some(row) = record::find(db, user)?.filter(|row| row.confirmed_at.is_none()) else { return Ok(None) };
    let secret = totp(db, &row)?.secret().to_base32();
    let address = format!(
        "otpauth://totp/huidan:{}?secret={secret}&issuer=huidan&algorithm=SHA1&digits=6&period={STEP_S}",
        percent_encoded(email)
    );
    Ok(Some(Offer { address, secret }))
}

/// Confirms a factor by its first code; answers the recovery codes, which are shown once and kept nowhere.
///
/// # Errors
/// `Invalid` for a wrong code; a missing factor.
pub fn confirm(tx: &mut Tx, user: UserId, code: &str) -> Result<Vec<String>, Error> {
    let row = record::lock(tx, user)?
        .filter(|row| row.confirmed_at.is_none())
        .ok_or_else(|| Error::missing("second factor to confirm", user))?;
    let step = step_of(tx, &row, code, tx.now)?.ok_or_else(wrong)?;
    let codes: Vec<String> = (0..RECOVERY).map(|_| recovery_code()).collect();
    let hashes: Vec<String> = codes.iter().map(|code| hash(code)).collect();
    record::take(tx, user, step, &json!(hashes).to_string())?;
    event(tx, "user.second_factor_on", user)?;
    Ok(codes)
}

/// Takes a code at log-in: one of the app that was not taken before, or a recovery code, which is then used up.
///
/// # Errors
/// When the record cannot be read or written.
pub fn take(tx: &mut Tx, user: UserId, code: &str) -> Result<bool, Error> {
    let Some(row) = record::lock(tx, user)?.filter(|row| row.confirmed_at.is_some()) else {
        return Ok(false);
    };
    if let Some(step) = step_of(tx, &row, code, tx.now)? {
        record::take(tx, user, step, &row.recovery)?;
        return Ok(true);
    }
    let mut left: Vec<String> = serde_json::from_str(&row.recovery).map_err(anyhow::Error::from)?;
    let given = hash(&folded(code));
    let before = left.len();
    left.retain(|hash| *hash != given);
    if left.len() == before {
        return Ok(false);
    }
    record::take(tx, user, row.last_step, &json!(left).to_string())?;
    event(tx, "user.recovery_code_used", user)?;
    Ok(true)
}

/// Switches a user's factor off.
///
/// # Errors
/// When there is none.
pub fn forget(tx: &mut Tx, user: UserId) -> Result<(), Error> {
    if !record::forget(tx, user)? {
        return Err(Error::missing("second factor of user", user));
    }
    event(tx, "user.second_factor_off", user)
}

fn totp(db: &Db, row: &FactorRow) -> Result<Totp, Error> {
    let secret = BASE64_URL.decode(db.open(SECRET, &row.secret)?).map_err(anyhow::Error::from)?;
    let totp = Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_skew(SKEW)
        .with_step_duration(STEP_S)
        .with_secret(Secret::from(secret))
        .build();
    Ok(totp.map_err(|error| anyhow::anyhow!("a second factor's secret: {error}"))?)
}

/// The step of a code that is right and newer than the last one taken.
fn step_of(db: &Db, row: &FactorRow, code: &str, now: UtcTime) -> Result<Option<i64>, Error> {
    let seconds = u64::try_from(now.micros() / 1_000_000).unwrap_or_default();
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let step = totp(db, row)?.check(&digits, seconds).and_then(|step| i64::try_from(step).ok());
    Ok(step.filter(|step| *step > row.last_step))
}

/// Ten letters and digits without 0 and 1, in two groups: fifty bits, and the tries are limited.
fn recovery_code() -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let letters: Vec<char> =
        seal::random::<10>().iter().map(|byte| ALPHABET[usize::from(byte % 32)] as char).collect();
    let text: String = letters.iter().collect();
    format!("{}-{}", &text[..5], &text[5..])
}

/// As it is hashed: without the dash and in small letters.
fn folded(code: &str) -> String {
    code.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
}

/// SHA-256 is enough for what nobody can guess.
fn hash(code: &str) -> String {
    BASE64_URL.encode(Sha256::digest(folded(code)))
}

fn wrong() -> Error {
    Error::invalid("code", "word", "This code is not the present one; type the one the app shows now")
}

fn event(tx: &mut Tx, kind: &'static str, user: UserId) -> Result<(), Error> {
    let event = NewEvent { kind, subject_kind: "user", subject: user.0, data: json!({}) };
    Ok(events::record(tx, &[event])?)
}
