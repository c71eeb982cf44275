//! Recipients: sealed, once per distinct content, found by keyed hashes.

use std::collections::HashMap;

use diesel::QueryResult;

use super::column::row;
use super::statement::{Rows, sql};
use super::{Db, Tx};
use crate::domain::error::Error;
use crate::domain::id::RecipientId;
use crate::domain::recipient::Recipient;

/// What a sealed recipient is bound to.
const PURPOSE: &str = "recipient";

/// A recipient about to be kept, with all that is derived from it.
#[derive(Debug, Clone)]
pub struct NewRecipient {
    pub content_hash: String,
    pub sealed: String,
    pub masked_name: String,
    pub masked_phone: String,
    pub masked_detail: String,
    pub country: String,
    pub region_code: String,
    pub region: String,
    pub name_key: String,
    pub phone_key: String,
    pub last4_key: String,
    pub address_key: String,
    pub identity_key: String,
    pub missing: String,
    pub is_masked: bool,
}

row! {
    /// A recipient as lists show it.
    pub struct RecipientRow {
        pub id: RecipientId,
        pub masked_name: String,
        pub masked_phone: String,
        pub masked_detail: String,
        pub country: String,
        pub region_code: String,
        pub region: String,
    }
}

row! {
    /// A sealed recipient with its id.
    pub struct SealedRow {
        pub id: RecipientId,
        pub sealed: String,
    }
}

row! {
    struct Known {
        id: RecipientId,
        content_hash: String,
    }
}

/// The ids of recipients with these contents, keeping those that are new.
///
/// Ascending by hash, so that two intakes that keep the same people wait for each other in one
/// order and never in a ring.
pub fn keep(tx: &mut Tx, mut new: Vec<NewRecipient>) -> QueryResult<HashMap<String, RecipientId>> {
    new.sort_by(|a, b| a.content_hash.cmp(&b.content_hash));
    new.dedup_by(|a, b| a.content_hash == b.content_hash);
    let mut ids = known(tx, &new)?;
    new.retain(|recipient| !ids.contains_key(&recipient.content_hash));
    if new.is_empty() {
        return Ok(ids);
    }
    let texts = |pick: fn(&NewRecipient) -> &String| new.iter().map(pick).collect::<Vec<_>>();
    let fresh: Vec<i64> = tx.ids(new.len())?.collect();
    let seller = tx.seller();
    let rows = Rows::new("new")
        .column("id", fresh)
        .column("content_hash", texts(|r| &r.content_hash))
        .column("sealed", texts(|r| &r.sealed))
        .column("masked_name", texts(|r| &r.masked_name))
        .column("masked_phone", texts(|r| &r.masked_phone))
        .column("masked_detail", texts(|r| &r.masked_detail))
        .column("country", texts(|r| &r.country))
        .column("region_code", texts(|r| &r.region_code))
        .column("region", texts(|r| &r.region))
        .column("name_key", texts(|r| &r.name_key))
        .column("phone_key", texts(|r| &r.phone_key))
        .column("last4_key", texts(|r| &r.last4_key))
        .column("address_key", texts(|r| &r.address_key))
        .column("identity_key", texts(|r| &r.identity_key))
        .column("missing", texts(|r| &r.missing))
        .column("is_masked", new.iter().map(|r| r.is_masked));
    let inserted: Vec<Known> = tx.load(
        sql("INSERT INTO recipients (seller_id, id, content_hash, sealed, masked_name, masked_phone, \
             masked_detail, country, region_code, region, name_key, phone_key, last4_key, address_key, \
             identity_key, missing, is_masked) \
             SELECT ?, new.id, new.content_hash, new.sealed, new.masked_name, new.masked_phone, \
             new.masked_detail, new.country, new.region_code, new.region, new.name_key, new.phone_key, \
             new.last4_key, new.address_key, new.identity_key, new.missing, new.is_masked FROM ? \
             WHERE true ON CONFLICT (seller_id, content_hash) DO NOTHING RETURNING id, content_hash")
        .bind(seller)
        .rows(rows),
    )?;
    ids.extend(inserted.into_iter().map(|row| (row.content_hash, row.id)));
    // Another intake kept some of them between our look and our insert.
    new.retain(|recipient| !ids.contains_key(&recipient.content_hash));
    if !new.is_empty() {
        ids.extend(known(tx, &new)?);
    }
    Ok(ids)
}

fn known(db: &mut Db, new: &[NewRecipient]) -> QueryResult<HashMap<String, RecipientId>> {
    let seller = db.seller();
    let found: Vec<Known> = db.load(
        sql("SELECT id, content_hash FROM recipients WHERE seller_id = ? AND content_hash IN ?")
            .bind(seller)
            .list(new.iter().map(|recipient| &recipient.content_hash)),
    )?;
    Ok(found.into_iter().map(|row| (row.content_hash, row.id)).collect())
}

/// Recipients as lists show them.
pub fn masked(db: &mut Db, ids: &[RecipientId]) -> QueryResult<HashMap<RecipientId, RecipientRow>> {
    let seller = db.seller();
    let rows: Vec<RecipientRow> = db.load(
        sql("SELECT id, masked_name, masked_phone, masked_detail, country, region_code, region \
             FROM recipients WHERE seller_id = ? AND id IN ?")
        .bind(seller)
        .list(ids.iter().copied()),
    )?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Opens sealed recipients. Whoever shows them records that; see `shipments::reveal`.
pub fn open(db: &mut Db, ids: &[RecipientId]) -> Result<HashMap<RecipientId, Recipient>, Error> {
    let seller = db.seller();
    let rows: Vec<SealedRow> = db.load(
        sql("SELECT id, sealed FROM recipients WHERE seller_id = ? AND id IN ?")
            .bind(seller)
            .list(ids.iter().copied()),
    )?;
    rows.into_iter().map(|row| Ok((row.id, unseal(db, &row.sealed)?))).collect()
}

/// Seals a recipient of this seller.
pub fn seal(db: &Db, recipient: &Recipient) -> Result<String, Error> {
    Ok(db.seal(PURPOSE, &serde_json::to_string(recipient).map_err(anyhow::Error::from)?))
}

/// Opens one sealed recipient of this seller.
pub fn unseal(db: &Db, sealed: &str) -> Result<Recipient, Error> {
    Ok(serde_json::from_str(&db.open(PURPOSE, sealed)?).map_err(anyhow::Error::from)?)
}
