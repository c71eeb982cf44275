//! From a recipient as told to a recipient as kept: sealed, masked, with its keys hashed.

use std::collections::HashMap;

use crate::db::Tx;
use crate::db::recipients::{self, NewRecipient};
use crate::domain::error::Error;
use crate::domain::id::{OrderId, RecipientId};
use crate::domain::platform::Platform;
use crate::domain::recipient::complete::missing_fields;
use crate::domain::recipient::keys::{self, Keys};
use crate::domain::recipient::{Recipient, mask};
use crate::domain::region;

/// Keeps the recipients of these orders; answers where each is.
///
/// # Errors
/// When the record cannot be read or written.
pub fn keep<'a>(
    tx: &mut Tx,
    platform: Platform,
    told: impl Iterator<Item = (OrderId, &'a Recipient)>,
) -> Result<HashMap<OrderId, RecipientId>, Error> {
    let mut hashes = Vec::new();
    let mut new: HashMap<String, NewRecipient> = HashMap::new();
    for (order, recipient) in told {
        let text = serde_json::to_string(recipient).map_err(anyhow::Error::from)?;
        // The platform belongs to the content: its address keys mean nothing elsewhere.
        let hash = tx.hash("recipient_content", &format!("{platform}\u{1f}{text}"));
        if !new.contains_key(&hash) {
            new.insert(hash.clone(), describe(tx, platform, recipient, hash.clone())?);
        }
        hashes.push((order, hash));
    }
    let ids = recipients::keep(tx, new.into_values().collect())?;
    Ok(hashes.into_iter().filter_map(|(order, hash)| Some((order, *ids.get(&hash)?))).collect())
}

fn describe(
    tx: &Tx,
    platform: Platform,
    recipient: &Recipient,
    content_hash: String,
) -> Result<NewRecipient, Error> {
    let is_masked = keys::is_masked(recipient);
    let plain = if is_masked { None } else { Some(Keys::of(recipient)) };
    let key = |purpose, pick: fn(&Keys) -> &String| {
        plain.as_ref().map(|keys| tx.hash(purpose, pick(keys))).unwrap_or_default()
    };
    let identity = keys::merge_key(platform.as_str(), recipient).unwrap_or_default();
    let region =
        region::resolve(&recipient.province, &recipient.city, &recipient.district, &recipient.detail);
    let masked = mask::masked(recipient);
    let missing: Vec<&str> = missing_fields(recipient).into_iter().map(|field| field.as_str()).collect();
    Ok(NewRecipient {
        sealed: recipients::seal(tx, recipient)?,
        masked_name: masked.name,
        masked_phone: masked.phone,
        masked_detail: masked.detail,
        country: if recipient.country.is_empty() { "CN".to_owned() } else { recipient.country.clone() },
        region_code: region.region.prefix().to_owned(),
        region: shown_region(recipient),
        name_key: key("name", |keys| &keys.name),
        phone_key: key("phone", |keys| &keys.phone),
        last4_key: keys::phone_last4(recipient).map(|digits| tx.hash("last4", &digits)).unwrap_or_default(),
        address_key: key("address", |keys| &keys.address),
        identity_key: tx.hash("identity", &identity),
        missing: serde_json::to_string(&missing).map_err(anyhow::Error::from)?,
        is_masked,
        content_hash,
    })
}

/// The region in words. 上海市 is its own province: it is written once.
fn shown_region(recipient: &Recipient) -> String {
    let parts = [&recipient.province, &recipient.city, &recipient.district, &recipient.town];
    let mut words: Vec<&str> =
        parts.into_iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    words.dedup();
    words.join(" ")
}
