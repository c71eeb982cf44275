//! Tokens of shops, as far as they are no secret: when they end, who refreshes them, who is away to consent.

use diesel::QueryResult;
use workers::Hold;

use super::column::row;
use super::jobs::now_ms;
use super::statement::sql;
use super::{Db, One, Tx};
use crate::domain::id::ShopId;
use crate::domain::shop_token::{Life, Terms};
use crate::domain::time::UtcTime;

row! {
    /// What is known of a shop's token.
    #[derive(Default)]
    pub struct ShopTokenRow {
        pub version: i64,
        pub granted_at: Option<UtcTime>,
        pub ends_at: Option<UtcTime>,
        pub linked_until: Option<UtcTime>,
        pub refresh_at: Option<UtcTime>,
    }
}

/// What is known of a shop's token; nothing for one that never had any.
pub fn find(db: &mut Db, shop: ShopId) -> QueryResult<ShopTokenRow> {
    let text = "SELECT version, granted_at, ends_at, linked_until, refresh_at FROM shop_tokens \
         WHERE seller_id = ? AND shop_id = ?";
    let seller = db.seller();
    Ok(db.first(sql(text).bind(seller).bind(shop))?.unwrap_or_default())
}

/// Notes that a person has given the shop other keys: what was known of the old ones is void, and so is a refresh under way.
pub fn begin_anew(tx: &mut Tx, shop: ShopId) -> QueryResult<()> {
    let seller = tx.seller();
    let text = "INSERT INTO shop_tokens (seller_id, shop_id, version, state_hash) VALUES (?, ?, 1, '') \
         ON CONFLICT (seller_id, shop_id) DO UPDATE SET version = shop_tokens.version + 1, granted_at = NULL, \
         ends_at = NULL, linked_until = NULL, refresh_at = NULL, warn_at = NULL, lease_until_ms = NULL, \
         state_hash = '', state_session_id = NULL, state_until = NULL";
    tx.execute(sql(text).bind(seller).bind(shop)).map(drop)
}

/// Notes with which word a person of this session goes to the platform; an earlier one is void.
pub fn set_state(tx: &mut Tx, shop: ShopId, hash: &str, session: i64, until: UtcTime) -> QueryResult<()> {
    let seller = tx.seller();
    let text = "INSERT INTO shop_tokens (seller_id, shop_id, version, state_hash, state_session_id, state_until) \
         VALUES (?, ?, 0, ?, ?, ?) ON CONFLICT (seller_id, shop_id) DO UPDATE SET state_hash = excluded.state_hash, \
         state_session_id = excluded.state_session_id, state_until = excluded.state_until";
    tx.execute(sql(text).bind(seller).bind(shop).bind(hash).bind(session).bind(until)).map(drop)
}

row! {
    struct Whose {
        shop_id: ShopId,
    }
}

/// Takes the word back, once, from the session that went with it in time: the shop it was for.
pub fn take_state(tx: &mut Tx, hash: &str, session: i64) -> QueryResult<Option<ShopId>> {
    let (seller, now) = (tx.seller(), tx.now);
    let text = "UPDATE shop_tokens SET state_hash = '', state_session_id = NULL, state_until = NULL \
         WHERE seller_id = ? AND state_hash = ? AND state_session_id = ? AND state_until > ? RETURNING shop_id";
    let taken: Option<Whose> = tx.first(sql(text).bind(seller).bind(hash).bind(session).bind(now))?;
    Ok(taken.map(|row| row.shop_id))
}

/// Whether a refresh is under way: its time has not run out, and the job that refreshes is still its worker's.
fn is_refreshing(now: &str) -> String {
    format!(
        "(lease_until_ms IS NOT NULL AND lease_until_ms >= {now} AND (refresher_token IS NULL OR EXISTS \
         (SELECT 1 FROM jobs WHERE jobs.id = shop_tokens.refresher_job_id AND jobs.token = shop_tokens.refresher_token)))"
    )
}

/// Takes the right to refresh for so long, unless somebody has it or the keys have changed. With the job that refreshes the
/// right ends when that job is its worker's no more. The answer names this hold.
pub fn hold(
    tx: &mut Tx,
    shop: ShopId,
    version: i64,
    refresher: Option<Hold>,
    lease_ms: i64,
) -> QueryResult<Option<i64>> {
    let (seller, now) = (tx.seller(), now_ms(tx));
    let text = format!(
        "UPDATE shop_tokens SET lease_until_ms = {now} + ?, refresher_job_id = ?, refresher_token = ? \
         WHERE seller_id = ? AND shop_id = ? AND version = ? AND NOT {} RETURNING lease_until_ms AS one",
        is_refreshing(now)
    );
    let statement = sql(text)
        .bind(lease_ms)
        .bind(refresher.map(|hold| hold.id))
        .bind(refresher.map(|hold| hold.token))
        .bind(seller)
        .bind(shop)
        .bind(version);
    let held: Option<One> = tx.first(statement)?;
    Ok(held.map(|row| row.one))
}

/// Keeps what is known of a new token, unless the keys have changed since `version` or another has the right to refresh.
/// `hold` is `None` for a token a person consented to, which ends any refresh under way.
pub fn grant(
    tx: &mut Tx,
    shop: ShopId,
    version: i64,
    hold: Option<i64>,
    life: &Life,
    terms: &Terms,
) -> QueryResult<bool> {
    let (seller, now) = (tx.seller(), tx.now);
    let text = "UPDATE shop_tokens SET version = version + 1, granted_at = ?, ends_at = ?, linked_until = ?, \
         refresh_at = ?, warn_at = ?, lease_until_ms = NULL \
         WHERE seller_id = ? AND shop_id = ? AND version = ? AND (? OR lease_until_ms = ?)";
    let statement = sql(text)
        .bind(now)
        .bind(life.ends_at)
        .bind(terms.linked_until)
        .bind(terms.refresh_at)
        .bind(terms.warn_at)
        .bind(seller)
        .bind(shop)
        .bind(version)
        .bind(hold.is_none())
        .bind(hold);
    Ok(tx.execute(statement)? == 1)
}

/// Gives the right to refresh back without a new token. It is tried again at `refresh_at`; without one it never is, and
/// the token's end is the last.
pub fn let_go(tx: &mut Tx, shop: ShopId, hold: i64, refresh_at: Option<UtcTime>) -> QueryResult<()> {
    let (seller, now) = (tx.seller(), tx.now);
    let end = match refresh_at {
        Some(_) => "",
        None => ", linked_until = ends_at, warn_at = ?",
    };
    let text = format!(
        "UPDATE shop_tokens SET lease_until_ms = NULL, refresh_at = ?{end} \
         WHERE seller_id = ? AND shop_id = ? AND lease_until_ms = ?"
    );
    let mut statement = sql(text).bind(refresh_at);
    if refresh_at.is_none() {
        statement = statement.bind(now);
    }
    tx.execute(statement.bind(seller).bind(shop).bind(hold)).map(drop)
}

/// Has a token refreshed now, which the shop does not accept any more, unless it is younger than `granted_before` or
/// cannot be.
pub fn refresh_now(tx: &mut Tx, shop: ShopId, granted_before: UtcTime) -> QueryResult<bool> {
    let (seller, now) = (tx.seller(), tx.now);
    let text = "UPDATE shop_tokens SET refresh_at = ? WHERE seller_id = ? AND shop_id = ? \
         AND refresh_at > ? AND granted_at < ?";
    Ok(tx.execute(sql(text).bind(now).bind(seller).bind(shop).bind(now).bind(granted_before))? == 1)
}

/// Whether a shop's token is another than that of this version, or another process is about to bring one.
pub fn is_replaced(db: &mut Db, shop: ShopId, version: i64) -> QueryResult<bool> {
    let (seller, now) = (db.seller(), now_ms(db));
    let text = format!(
        "SELECT COUNT(*) AS one FROM shop_tokens WHERE seller_id = ? AND shop_id = ? \
         AND (version <> ? OR {})",
        is_refreshing(now)
    );
    Ok(db.number(sql(text).bind(seller).bind(shop).bind(version))? > 0)
}

row! {
    /// A token whose end is to be told.
    pub struct EndingRow {
        pub shop_id: ShopId,
        pub linked_until: Option<UtcTime>,
    }
}

/// The tokens whose end is to be told by now, each once.
pub fn take_ending(tx: &mut Tx) -> QueryResult<Vec<EndingRow>> {
    let (seller, now) = (tx.seller(), tx.now);
    let text = "UPDATE shop_tokens SET warn_at = NULL WHERE seller_id = ? AND warn_at <= ? \
         RETURNING shop_id, linked_until";
    tx.load(sql(text).bind(seller).bind(now))
}
