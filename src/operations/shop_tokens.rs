//! Tokens of shops: whose consent is awaited, who refreshes, what is kept of what the platform gave.
//!
//! A refresh is for one process at a time, for the platforms end the old token with it. The right to it is a lease by
//! the database's clock; what it brought is kept only by its holder, and only while nobody has given the shop other keys.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Duration;
use serde_json::json;
use workers::Hold;

use super::shops::{credentials, record, seal_credentials};
use crate::connectors::authorisation::Grant;
use crate::db::events::{self, NewEvent};
use crate::db::seal::random;
use crate::db::shop_tokens::EndingRow;
use crate::db::{Tx, shop_tokens, shops};
use crate::domain::error::Error;
use crate::domain::id::ShopId;
use crate::domain::shop_token::{FRESH_FOR, refresh_again_at};

/// The hashing purpose of the word a person goes away with.
const STATE: &str = "consent";
/// How long a person may take on the platform's page.
const AWAY: Duration = Duration::minutes(30);
/// Beyond the calls a refresh takes, so that two are never under way.
const SLACK_MS: i64 = 5_000;

/// The word a person of this session goes to the platform with. An earlier one of the shop is void.
///
/// # Errors
/// When there is no such shop.
pub fn send_away(tx: &mut Tx, shop: ShopId, session: i64) -> Result<String, Error> {
    shops::find(tx, shop)?;
    let state = URL_SAFE_NO_PAD.encode(random::<32>());
    let until = tx.now.plus(AWAY);
    let hash = tx.hash(STATE, &state);
    shop_tokens::set_state(tx, shop, &hash, session, until)?;
    Ok(state)
}

/// The shop for which a person of this session went to the platform. A word works once.
///
/// # Errors
/// `consent_unknown` when nobody of this session went with it, or too long ago.
pub fn welcome_back(tx: &mut Tx, state: &str, session: i64) -> Result<ShopId, Error> {
    let hash = tx.hash(STATE, state);
    shop_tokens::take_state(tx, &hash, session)?.ok_or_else(|| {
        Error::conflict(
            "consent_unknown",
            "Nobody of this session went to the platform with this word, or it was used before.",
            "Begin with Authorise on the page of shops, in this browser, and come back within half an hour.",
        )
    })
}

/// Keeps the token a person consented to, unless the shop's keys have changed since `version`.
///
/// # Errors
/// `keys_changed` when they have.
pub fn keep_consented(tx: &mut Tx, shop: ShopId, version: i64, given: &Grant) -> Result<(), Error> {
    if !keep(tx, shop, version, None, given)? {
        return Err(Error::conflict(
            "keys_changed",
            format!("The keys of shop {shop} were changed while it was being authorised."),
            "Authorise it again.",
        ));
    }
    let linked_until = shop_tokens::find(tx, shop)?.linked_until;
    record(tx, "shop.authorised", shop, json!({ "linked_until": linked_until }))
}

/// Takes the right to refresh the token of this version by calls that end within `deadline`; `None` when another has it.
/// The right of a job ends with the job's own lease: when its process is killed, whoever takes the job up may refresh.
///
/// # Errors
/// When the record cannot be written.
pub fn hold(
    tx: &mut Tx,
    shop: ShopId,
    version: i64,
    refresher: Option<Hold>,
    deadline: std::time::Duration,
) -> Result<Option<i64>, Error> {
    let lease_ms = i64::try_from(deadline.as_millis()).unwrap_or(i64::MAX / 2).saturating_add(SLACK_MS);
    Ok(shop_tokens::hold(tx, shop, version, refresher, lease_ms)?)
}

/// Keeps the token a refresh brought; `false` when the right to it had gone meanwhile.
///
/// # Errors
/// When the record cannot be written.
pub fn keep_refreshed(
    tx: &mut Tx,
    shop: ShopId,
    version: i64,
    hold: i64,
    given: &Grant,
) -> Result<bool, Error> {
    keep(tx, shop, version, Some(hold), given)
}

fn keep(tx: &mut Tx, shop: ShopId, version: i64, hold: Option<i64>, given: &Grant) -> Result<bool, Error> {
    let terms = given.life.terms(tx.now);
    if !shop_tokens::grant(tx, shop, version, hold, &given.life, &terms)? {
        return Ok(false);
    }
    let keys = given.added_to(credentials(tx, shop)?);
    seal_credentials(tx, shop, &keys)?;
    Ok(true)
}

/// Gives the right to refresh back: the platform did not answer and is asked again later, or it refused for good, and a
/// person has to consent anew.
///
/// # Errors
/// When the record cannot be written.
pub fn let_go(tx: &mut Tx, shop: ShopId, hold: i64, may_pass: bool) -> Result<(), Error> {
    let again_at = match may_pass {
        true => Some(refresh_again_at(tx.now, shop_tokens::find(tx, shop)?.ends_at)),
        false => None,
    };
    Ok(shop_tokens::let_go(tx, shop, hold, again_at)?)
}

/// The shop does not accept the token of this version: whether the next call will have another. It is refreshed before
/// that where it can help, and is younger already when another process refreshed it meanwhile.
///
/// # Errors
/// When the record cannot be written.
pub fn doubt(tx: &mut Tx, shop: ShopId, version: i64) -> Result<bool, Error> {
    if shop_tokens::is_replaced(tx, shop, version)? {
        return Ok(true);
    }
    let granted_before = tx.now.plus(-FRESH_FOR);
    Ok(shop_tokens::refresh_now(tx, shop, granted_before)?)
}

/// Says of each token once that it ends and that a person has to consent anew.
///
/// # Errors
/// When the record cannot be written.
pub fn tell_ending(tx: &mut Tx) -> Result<(), Error> {
    let ending = shop_tokens::take_ending(tx)?;
    let event = |row: &EndingRow| NewEvent {
        kind: "shop.token_ending",
        subject_kind: "shop",
        subject: row.shop_id.0,
        data: json!({ "linked_until": row.linked_until }),
    };
    Ok(events::record(tx, &ending.iter().map(event).collect::<Vec<_>>())?)
}
