//! kuaidi100. Source: its official demos and document pages.

use crate::connectors::digest::{hex, md5, same, sha256};

/// The `signType` of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignType {
    /// The usual one.
    Md5,
    /// Its letter case stands in no page that was found; off until a live call has shown it.
    Sha256,
}

/// The value of `sign` of a query, in capitals; `param` as sent.
pub fn sign_query(param: &str, key: &str, customer: &str, with: SignType) -> String {
    let text = format!("{param}{key}{customer}");
    let digest = if with == SignType::Md5 { md5(text) } else { sha256(text) };
    hex(&digest).to_uppercase()
}

/// The value of `sign` of the services for labels and pickups, in capitals.
pub fn sign_order(param: &str, t: &str, key: &str, secret: &str) -> String {
    hex(&md5(format!("{param}{t}{key}{secret}"))).to_uppercase()
}

/// The value of `sign` of a push, in capitals, over the decoded `param` and the salt of the subscription.
pub fn sign_push(param: &str, salt: &str) -> String {
    hex(&md5(format!("{param}{salt}"))).to_uppercase()
}

/// Whether a push is genuine; the case of the letters says nothing.
pub fn is_genuine(param: &str, salt: &str, given: &str) -> bool {
    same(&sign_push(param, salt), &given.to_uppercase())
}
