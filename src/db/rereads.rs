//! Orders that are read again from their shops before their labels leave.

use diesel::QueryResult;

use super::column::row;
use super::jobs::JobKind;
use super::statement::{Rows, Statement, sql};
use super::{Db, Tx};
use crate::domain::id::{NumberRunId, OrderId, PrintJobId, ShopId};
use crate::domain::time::UtcTime;

/// Whose labels are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Labels {
    Run(NumberRunId),
    Job(PrintJobId),
}

row! {
    /// An order whose state has to be read again.
    pub struct DueRow {
        pub shop_id: ShopId,
        pub order_id: OrderId,
        pub number: String,
    }
}

row! {
    struct Shop {
        shop_id: ShopId,
    }
}

/// The orders of these shops in the parcels of a run, or in those whose sheets are to leave, that were read last before
/// `since`: neither by themselves nor by a pull of their shop.
pub fn due(db: &mut Db, labels: Labels, shops: &[ShopId], since: UtcTime) -> QueryResult<Vec<DueRow>> {
    let seller = db.seller();
    let (from, shipment, which) = match labels {
        Labels::Run(_) => ("shipments h", "h.id", "h.number_run_id = ?"),
        Labels::Job(_) => {
            ("sheets h", "h.shipment_id", "h.print_job_id = ? AND h.state IN ('queued', 'sent')")
        }
    };
    let text = format!(
        "SELECT DISTINCT o.shop_id, o.id AS order_id, o.number FROM {from} \
         JOIN shipment_orders so ON so.seller_id = h.seller_id AND so.shipment_id = {shipment} AND so.left_at IS NULL \
         JOIN orders o ON o.seller_id = so.seller_id AND o.id = so.order_id \
         LEFT JOIN shop_pulls p ON p.seller_id = o.seller_id AND p.shop_id = o.shop_id \
         WHERE h.seller_id = ? AND {which} AND o.shop_id IN ? AND (o.reread_at IS NULL OR o.reread_at < ?) \
         AND (p.changed_since IS NULL OR p.changed_since < ?) ORDER BY o.shop_id, o.id"
    );
    let statement = sql(text).bind(seller);
    let statement = match labels {
        Labels::Run(run) => statement.bind(run),
        Labels::Job(job) => statement.bind(job),
    };
    db.load(statement.list(shops.iter().copied()).bind(since).bind(since))
}

/// The shops that could not be read again since this moment.
pub fn failed(db: &mut Db, since: UtcTime) -> QueryResult<Vec<ShopId>> {
    let seller = db.seller();
    let text = "SELECT shop_id FROM shop_pulls WHERE seller_id = ? AND reread_failed_at >= ?";
    let rows: Vec<Shop> = db.load(sql(text).bind(seller).bind(since))?;
    Ok(rows.into_iter().map(|row| row.shop_id).collect())
}

/// Of these jobs of a kind, by their keys, those that have not ended: their turns, which are shops.
pub fn at_work(db: &mut Db, kind: JobKind, keys: &[String]) -> QueryResult<Vec<ShopId>> {
    let seller = db.seller();
    let text = "SELECT turn AS shop_id FROM jobs WHERE seller_id = ? AND kind = ? AND unique_key IN ?";
    let statement: Statement = sql(text).bind(seller).bind(kind.name).list(keys.iter().map(String::as_str));
    Ok(db.load::<Shop>(statement)?.into_iter().map(|row| row.shop_id).collect())
}

/// Notes that these orders were read at this moment; a reading that began later keeps its word.
pub fn note_read(tx: &mut Tx, orders: &[OrderId], at: UtcTime) -> QueryResult<()> {
    let seller = tx.seller();
    let text = "UPDATE orders SET reread_at = ? WHERE seller_id = ? AND id IN ? \
         AND (reread_at IS NULL OR reread_at < ?)";
    tx.execute(sql(text).bind(at).bind(seller).list(orders.iter().copied()).bind(at)).map(drop)
}

/// Notes that labels went without a word of these shops.
pub fn note_failed(tx: &mut Tx, shops: &[ShopId]) -> QueryResult<()> {
    let (seller, now) = (tx.seller(), tx.now);
    let rows = Rows::new("new").column("shop_id", shops.iter().copied());
    let text = "INSERT INTO shop_pulls (seller_id, shop_id, failures, error, reread_failed_at) \
         SELECT ?, new.shop_id, 0, '', ? FROM ? WHERE true ON CONFLICT (seller_id, shop_id) DO UPDATE SET \
         reread_failed_at = excluded.reread_failed_at";
    tx.execute(sql(text).bind(seller).bind(now).rows(rows)).map(drop)
}

/// Notes that the shop answers again.
pub fn note_answered(tx: &mut Tx, shop: ShopId) -> QueryResult<()> {
    let seller = tx.seller();
    let text = "UPDATE shop_pulls SET reread_failed_at = NULL WHERE seller_id = ? AND shop_id = ? \
         AND reread_failed_at IS NOT NULL";
    tx.execute(sql(text).bind(seller).bind(shop)).map(drop)
}

row! {
    struct Said {
        data: String,
    }
}

/// What an event of this kind says of a print job, if there is one.
pub fn said(db: &mut Db, job: PrintJobId, kind: &str) -> QueryResult<Option<String>> {
    let seller = db.seller();
    let text = "SELECT data FROM events WHERE seller_id = ? AND subject_kind = 'print_job' AND subject_id = ? \
         AND kind = ? LIMIT 1";
    Ok(db.first::<Said>(sql(text).bind(seller).bind(job).bind(kind))?.map(|row| row.data))
}
