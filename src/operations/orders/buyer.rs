//! What else a buyer ordered: what an auditor looks at before passing an order.

use std::collections::HashMap;

use serde_json::json;

use crate::db::events::{self, NewEvent};
use crate::db::order_audits::{self, OtherCount, OtherOrder, Waiting};
use crate::db::orders::OrderRow;
use crate::db::{Db, Tx, buyer_tags, orders, sellers, shops};
use crate::domain::error::Error;
use crate::domain::id::OrderId;
use crate::domain::platform::Platform;
use crate::operations::shipments::again;

/// Tags of one buyer.
const TAGS_MAX: usize = 20;
/// Characters of a tag, as of one by a rule.
const TAG_MAX: usize = 40;

/// The other orders of an order's buyer nick in the same shop; none where the shop tells no nick.
pub struct BuyerHistory {
    pub counts: OtherCount,
    /// Newest first.
    pub newest: Vec<OtherOrder>,
}

/// Reads at most `limit` of them, and how many there are.
///
/// # Errors
/// When the record cannot be read.
pub fn buyer_history(db: &mut Db, order: OrderId, limit: usize) -> Result<BuyerHistory, Error> {
    Ok(BuyerHistory {
        counts: order_audits::count_others_of_buyer(db, order)?,
        newest: order_audits::others_of_buyer(db, order, limit)?,
    })
}

/// How many shipments wait for an audit; what is left over came before today, by the seller's calendar.
///
/// # Errors
/// When the record cannot be read.
pub fn waiting(db: &mut Db) -> Result<Waiting, Error> {
    let zone = sellers::settings(db)?.time_zone;
    let began = zone.day_start(zone.day_of(db.now()));
    Ok(order_audits::waiting(db, began)?)
}

/// The tags of the buyers of these orders; an order whose buyer has none is not named. `platform` tells an order's.
///
/// # Errors
/// When the record cannot be read.
pub fn tags_of(
    db: &mut Db,
    orders: &[OrderRow],
    platform: impl Fn(&OrderRow) -> Platform,
) -> Result<HashMap<OrderId, Vec<String>>, Error> {
    let nicks = orders.iter().map(|row| (row.id, platform(row), row.buyer_nick.as_str()));
    tags_of_nicks(db, nicks)
}

/// The same by nicks.
///
/// # Errors
/// When the record cannot be read.
pub fn tags_of_nicks<'a>(
    db: &mut Db,
    nicks: impl Iterator<Item = (OrderId, Platform, &'a str)>,
) -> Result<HashMap<OrderId, Vec<String>>, Error> {
    let known: Vec<(OrderId, String)> = nicks
        .filter(|(.., nick)| !nick.is_empty())
        .map(|(order, platform, nick)| (order, buyer_tags::buyer(db, platform, nick)))
        .collect();
    let mut buyers: Vec<String> = known.iter().map(|(_, buyer)| buyer.clone()).collect();
    buyers.sort_unstable();
    buyers.dedup();
    let mut tags: HashMap<String, Vec<String>> = HashMap::new();
    if !buyers.is_empty() {
        for row in buyer_tags::of_buyers(db, &buyers)? {
            tags.entry(row.buyer).or_default().push(row.tag);
        }
    }
    Ok(known.into_iter().filter_map(|(order, buyer)| Some((order, tags.get(&buyer)?.clone()))).collect())
}

/// Has the buyer of an order these tags and no others, whatever they order in shops of that platform. What waits of theirs
/// is judged anew. Saying it again changes nothing.
///
/// # Errors
/// [`Error::Missing`] without such an order; a conflict where the shop tells no nick; [`Error::Invalid`] for a tag that
/// cannot be taken.
pub fn tag_buyer(tx: &mut Tx, order: OrderId, tags: &[String]) -> Result<Vec<String>, Error> {
    let tags = checked(tags)?;
    // Intake and other words on it come before or after.
    orders::lock(tx, &[order])?;
    let row = orders::find(tx, &[order])?.pop().ok_or_else(|| Error::missing("order", order))?;
    if row.buyer_nick.is_empty() {
        return Err(Error::conflict(
            "no_buyer_nick",
            format!("The shop tells no buyer nick for order {}.", row.number),
            "Put a note on the order instead.",
        ));
    }
    let platform = shops::find(tx, row.shop_id)?.platform;
    let buyer = buyer_tags::buyer(tx, platform, &row.buyer_nick);
    let known = buyer_tags::of_buyers(tx, std::slice::from_ref(&buyer))?;
    if known.iter().map(|row| &row.tag).eq(&tags) {
        return Ok(tags);
    }
    sellers::lock(tx)?;
    buyer_tags::set(tx, &buyer, &tags)?;
    events::record(tx, &[NewEvent::order("buyer.tagged", order, json!({ "tags": tags }))])?;
    buyer_tags::look_again(tx, platform, &row.buyer_nick)?;
    again::judge_marked(tx)?;
    Ok(tags)
}

/// Trimmed, each once, in their order.
fn checked(tags: &[String]) -> Result<Vec<String>, Error> {
    let mut checked: Vec<String> =
        tags.iter().map(|tag| tag.trim().to_owned()).filter(|tag| !tag.is_empty()).collect();
    checked.sort_unstable();
    checked.dedup();
    if checked.len() > TAGS_MAX {
        let detail = format!("There are {} tags; write up to {TAGS_MAX}", checked.len());
        return Err(Error::invalid("tags", "length", detail));
    }
    for tag in &checked {
        let length = tag.chars().count();
        if length > TAG_MAX || tag.chars().any(char::is_control) {
            let detail = format!("{tag:?} has {length} characters; write up to {TAG_MAX} on one line");
            return Err(Error::invalid("tags", "length", detail));
        }
    }
    Ok(checked)
}
