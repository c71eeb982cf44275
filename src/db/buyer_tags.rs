//! What the seller says of buyers. A buyer is a keyed hash of platform and nick.

use diesel::QueryResult;

use super::again;
use super::column::row;
use super::statement::{Rows, sql};
use super::{Db, Tx};
use crate::domain::platform::Platform;

row! {
    /// A tag of a buyer.
    pub struct BuyerTag {
        pub buyer: String,
        pub tag: String,
    }
}

/// Who is meant by a nick of a platform; the same nick elsewhere is somebody else.
pub fn buyer(db: &Db, platform: Platform, nick: &str) -> String {
    db.hash("buyer", &format!("{platform}\u{1f}{nick}"))
}

/// The tags of these buyers.
pub fn of_buyers(db: &mut Db, buyers: &[String]) -> QueryResult<Vec<BuyerTag>> {
    let seller = db.seller();
    db.load(
        sql("SELECT buyer, tag FROM buyer_tags WHERE seller_id = ? AND buyer IN ? ORDER BY buyer, tag")
            .bind(seller)
            .list(buyers),
    )
}

/// Has a buyer these tags and no others; who gave one first stays.
pub fn set(tx: &mut Tx, buyer: &str, tags: &[String]) -> QueryResult<()> {
    let (seller, now) = (tx.seller(), tx.now);
    let known: Vec<String> = of_buyers(tx, &[buyer.to_owned()])?.into_iter().map(|row| row.tag).collect();
    let gone: Vec<&str> = known.iter().filter(|tag| !tags.contains(tag)).map(String::as_str).collect();
    if !gone.is_empty() {
        let forget = sql("DELETE FROM buyer_tags WHERE seller_id = ? AND buyer = ? AND tag IN ?");
        tx.execute(forget.bind(seller).bind(buyer).list(gone))?;
    }
    if tags.is_empty() {
        return Ok(());
    }
    let rows = Rows::new("new").column("tag", tags);
    tx.execute(
        sql("INSERT INTO buyer_tags (seller_id, buyer, tag, given_by, given_at) SELECT ?, ?, new.tag, ?, ? FROM ? \
             WHERE true ON CONFLICT (seller_id, buyer, tag) DO NOTHING")
        .bind(seller)
        .bind(buyer)
        .bind(&tx.actor.name)
        .bind(now)
        .rows(rows),
    )
    .map(drop)
}

/// Marks the waiting shipments with orders of a nick of a platform; answers how many.
pub fn look_again(tx: &mut Tx, platform: Platform, nick: &str) -> QueryResult<usize> {
    let which = "EXISTS (SELECT 1 FROM shipment_orders so JOIN orders o ON o.seller_id = so.seller_id \
         AND o.id = so.order_id JOIN shops sh ON sh.seller_id = o.seller_id AND sh.id = o.shop_id \
         WHERE so.seller_id = s.seller_id AND so.shipment_id = s.id AND so.left_at IS NULL AND sh.platform = ? \
         AND o.buyer_nick = ?)";
    again::mark(tx, sql(which).bind(platform).bind(nick))
}
