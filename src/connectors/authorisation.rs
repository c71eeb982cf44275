//! Consent: a seller lets us in on the platform's own page, and the platform gives a token for it.
//!
//! A person goes to the platform with a word of ours (`state`) and comes back with a code, which is exchanged once. The
//! token ends; most can be refreshed, and many platforms then end the old one, so that of two refreshes at the same time
//! one would be left with a dead token. Who refreshes when is decided elsewhere (`jobs/authorising.rs`).

use serde_json::{Map, Value as Json};

use super::link::{Access, CallError};
use crate::domain::shop_token::Life;

/// What the platform gave. Never logged.
#[derive(Clone, PartialEq, Eq)]
pub struct Grant {
    pub access_token: String,
    /// Exchanged for the next token; `None` where a refresh does not prolong anything.
    pub refresh_token: Option<String>,
    pub life: Life,
    /// Further keys that are kept with them, such as the shop's own number there.
    pub more: Map<String, Json>,
}

impl Grant {
    /// The shop's keys with these tokens instead of older ones.
    pub fn added_to(&self, mut credentials: Map<String, Json>) -> Map<String, Json> {
        credentials.insert("access_token".to_owned(), self.access_token.clone().into());
        match &self.refresh_token {
            Some(token) => credentials.insert("refresh_token".to_owned(), token.clone().into()),
            None => credentials.remove("refresh_token"),
        };
        credentials.extend(self.more.clone());
        credentials
    }
}

/// How a platform is asked for consent.
pub trait Authorisation: Send + Sync {
    /// The platform's page where a person consents. It sends them to `back` with `code` and `state`; `back` has to be
    /// registered there.
    ///
    /// # Errors
    /// `AuthExpired` when the key of the app is missing.
    fn consent_url(&self, access: &Access, state: &str, back: &str) -> Result<String, CallError>;

    /// Whether the platform itself has sent the person back with these parameters, where it signs them.
    fn is_genuine(&self, _access: &Access, _returned: &[(String, String)]) -> bool {
        true
    }

    /// Exchanges the code a person came back with. A code works once and ends within minutes.
    ///
    /// # Errors
    /// What the platform says.
    fn exchange(&self, access: &Access, code: &str, back: &str) -> Result<Grant, CallError>;

    /// Exchanges `refresh_token` of the credentials for the next token. Not asked of platforms that give none.
    ///
    /// # Errors
    /// What the platform says. What came of one that was not answered is unknown: the old token may be dead.
    fn refresh(&self, _access: &Access) -> Result<Grant, CallError> {
        Err(CallError::AuthExpired("the platform prolongs no token".to_owned()))
    }
}
