//! Users: the seller's staff, who log in with a password.

use anyhow::anyhow;
use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use serde_json::json;

use crate::db::events::{self, NewEvent};
use crate::db::users::{self, UserRow};
use crate::db::{Db, Tx};
use crate::domain::actor::Role;
use crate::domain::error::{Error, FieldError};
use crate::domain::id::UserId;

/// NIST SP 800-63B, section 3.1.1.2: at least 8 characters, and long ones are taken.
const PASSWORD_MIN: usize = 8;
const PASSWORD_MAX: usize = 256;

/// A user to be made, checked, the password already hashed.
pub struct NewUser {
    email: String,
    role: Role,
    password_hash: String,
}

impl NewUser {
    /// Checks the fields and hashes the password, which takes some tens of milliseconds on
    /// purpose: do this before the transaction, not inside.
    ///
    /// # Errors
    /// Every field that cannot be taken.
    pub fn parse(email: &str, role: Role, password: &str) -> Result<Self, Error> {
        let email = normalised(email);
        let mut errors = Vec::new();
        let well_formed =
            email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
        if !well_formed || email.len() > 254 || email.chars().any(|c| c.is_whitespace() || c.is_control()) {
            errors.push(FieldError::new("email", "email", format!("{email:?} is no e-mail address")));
        }
        let length = password.chars().count();
        if !(PASSWORD_MIN..=PASSWORD_MAX).contains(&length) {
            errors.push(FieldError::new(
                "password",
                "length",
                format!("The password has {length} characters; it needs {PASSWORD_MIN} to {PASSWORD_MAX}"),
            ));
        }
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        // Argon2id with the parameters of OWASP's Password Storage Cheat Sheet (19 MiB, 2, 1).
        let hash = Argon2::default()
            .hash_password(password.as_bytes())
            .map_err(|error| anyhow!("hashing a password: {error}"))?;
        Ok(Self { email, role, password_hash: hash.to_string() })
    }
}

/// Adds a user, or gives the one of this address the new password.
///
/// # Errors
/// When the address is a user of another seller.
pub fn create_or_reset(tx: &mut Tx, new: &NewUser) -> Result<UserId, Error> {
    match users::by_email(tx, &new.email)? {
        Some(user) if user.seller_id == tx.seller() => {
            users::set_password(tx, user.id, &new.password_hash)?;
            let (id, data) = (user.id, json!({}));
            let event = NewEvent { kind: "user.password_set", subject_kind: "user", subject: id.0, data };
            events::record(tx, &[event])?;
            Ok(id)
        }
        _ => create(tx, new),
    }
}

/// Adds a user.
///
/// # Errors
/// When someone has this address already.
pub fn create(tx: &mut Tx, new: &NewUser) -> Result<UserId, Error> {
    if users::by_email(tx, &new.email)?.is_some() {
        return Err(Error::conflict(
            "email_taken",
            format!("There is a user {} already.", new.email),
            "Use another address; one address is one user over all sellers.",
        ));
    }
    let id = users::insert(tx, &new.email, new.role, &new.password_hash)?;
    let data = json!({ "role": new.role });
    events::record(tx, &[NewEvent { kind: "user.created", subject_kind: "user", subject: id.0, data }])?;
    Ok(id)
}

/// Gives a user another role.
///
/// # Errors
/// When there is no such user.
pub fn change_role(tx: &mut Tx, user: UserId, role: Role) -> Result<(), Error> {
    if !users::set_role(tx, user, role)? {
        return Err(Error::missing("user", user));
    }
    let data = json!({ "role": role });
    Ok(events::record(
        tx,
        &[NewEvent { kind: "user.role_changed", subject_kind: "user", subject: user.0, data }],
    )?)
}

/// Lets a user log in no more, or again. Sessions under way are the caller's to end.
///
/// # Errors
/// When there is no such user.
pub fn set_disabled(tx: &mut Tx, user: UserId, disabled: bool) -> Result<(), Error> {
    if !users::set_disabled(tx, user, disabled)? {
        return Err(Error::missing("user", user));
    }
    let kind = if disabled { "user.disabled" } else { "user.enabled" };
    Ok(events::record(tx, &[NewEvent { kind, subject_kind: "user", subject: user.0, data: json!({}) }])?)
}

/// A well-formed hash of no known password, to spend the time on.
const NO_ONE: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$Y2hlc3RudXQtc2FsdA$7vlGJeK3uPbX5gMtCBuuYpFGyfUPZkIv/VLLdRxhQ4w";

/// The user with this address and password; `None` when either is wrong or the user is disabled.
///
/// Takes as long for an unknown address as for a wrong password, so nobody learns who is here.
pub fn verify(db: &mut Db, email: &str, password: &str) -> Result<Option<UserRow>, Error> {
    let user = users::by_email(db, &normalised(email))?;
    let hash = user.as_ref().map_or(NO_ONE, |user| user.password_hash.as_str());
    let is_right = Argon2::default().verify_password(password.as_bytes(), hash).is_ok();
    Ok(user.filter(|user| is_right && user.disabled_at.is_none()))
}

fn normalised(email: &str) -> String {
    email.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_kept_as_argon2id() {
        let new = NewUser::parse(" Mei@Example.COM ", Role::Auditor, "correct horse").expect("well-formed");
        assert_eq!(new.email, "mei@example.com");
        assert!(new.password_hash.starts_with("$argon2id$v=19$"), "{}", new.password_hash);
        assert!(Argon2::default().verify_password(b"correct horse", new.password_hash.as_str()).is_ok());
        assert!(Argon2::default().verify_password(b"wrong horse", new.password_hash.as_str()).is_err());
    }

    #[test]
    fn an_unknown_address_costs_a_hash_too() {
        argon2::password_hash::phc::PasswordHash::new(NO_ONE).expect("well-formed");
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let Err(Error::Invalid(errors)) = NewUser::parse("mei", Role::Owner, "short") else {
            panic!("both fields are wrong");
        };
        let fields: Vec<_> = errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["email", "password"]);
    }
}
