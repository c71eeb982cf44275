//! What shops call SKUs: mapped codes, patterns of titles, and the lines that mean no SKU yet.
//!
//! A line means the SKU of its shop's own row, else of the row for all shops, else the SKU whose code is
//! the line's code. It is looked up where it is needed and stored nowhere, so no mapping is ever stale.

use diesel::QueryResult;

use super::again::{self, WAITING};
use super::column::row;
use super::statement::{Rows, sql};
use super::{Db, Tx};
use crate::domain::id::{LineId, OrderId, ShopId, SkuCodeId, SkuId, SkuPatternId};
use crate::domain::time::UtcTime;

/// What a shop says of a thing: its code, or, without one, title and variant.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Said {
    pub code: String,
    /// Empty beside a code.
    pub title: String,
    pub variant: String,
}

row! {
    /// A mapped code.
    pub struct CodeRow {
        pub id: SkuCodeId,
        /// 0 for all shops.
        pub shop_id: ShopId,
        pub code: String,
        pub title: String,
        pub variant: String,
        pub sku_id: SkuId,
        pub sku: String,
        pub mapped_by: String,
        pub mapped_at: UtcTime,
    }
}

const CODES: &str = "SELECT c.id, c.shop_id, c.code, c.title, c.variant, c.sku_id, s.code AS sku, c.mapped_by, \
     c.mapped_at FROM sku_codes c JOIN skus s ON s.seller_id = c.seller_id AND s.id = c.sku_id";

/// What a list of codes may be narrowed by.
#[derive(Debug, Clone, Default)]
pub struct CodeFilter {
    pub sku: Option<SkuId>,
    pub shop: Option<ShopId>,
    pub code: Option<String>,
}

/// A page of mapped codes, newest first, of ids below `before`.
pub fn list(
    db: &mut Db,
    filter: &CodeFilter,
    before: Option<SkuCodeId>,
    limit: usize,
) -> QueryResult<Vec<CodeRow>> {
    let mut statement = sql(format!("{CODES} WHERE c.seller_id = ? AND c.id < ?"))
        .bind(db.seller())
        .bind(before.map_or(i64::MAX, |id| id.0));
    if let Some(sku) = filter.sku {
        statement = statement.push(" AND c.sku_id = ?").bind(sku);
    }
    if let Some(shop) = filter.shop {
        statement = statement.push(" AND c.shop_id = ?").bind(shop);
    }
    if let Some(code) = &filter.code {
        statement = statement.push(" AND c.code = ?").bind(code);
    }
    db.load(statement.push(" ORDER BY c.id DESC LIMIT ?").bind(limit))
}

/// Mapped codes by id.
pub fn find(db: &mut Db, ids: &[SkuCodeId]) -> QueryResult<Vec<CodeRow>> {
    let seller = db.seller();
    db.load(
        sql(format!("{CODES} WHERE c.seller_id = ? AND c.id IN ? ORDER BY c.id"))
            .bind(seller)
            .list(ids.iter().copied()),
    )
}

/// Maps codes; one that is mapped already means the new SKU from now on and keeps its id. Answers the
/// rows as they are now.
pub fn map(tx: &mut Tx, codes: &[(ShopId, Said, SkuId)]) -> QueryResult<Vec<CodeRow>> {
    if codes.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<i64> = tx.ids(codes.len())?.collect();
    let (seller, now, actor) = (tx.seller(), tx.now, tx.actor.name.clone());
    let rows = Rows::new("new")
        .column("id", ids)
        .column("shop_id", codes.iter().map(|(shop, ..)| *shop))
        .column("code", codes.iter().map(|(_, said, _)| &said.code))
        .column("title", codes.iter().map(|(_, said, _)| &said.title))
        .column("variant", codes.iter().map(|(_, said, _)| &said.variant))
        .column("sku_id", codes.iter().map(|(.., sku)| *sku));
    let mapped: Vec<Id> = tx.load(
        sql("INSERT INTO sku_codes (seller_id, id, shop_id, code, title, variant, sku_id, mapped_by, mapped_at) \
             SELECT ?, new.id, new.shop_id, new.code, new.title, new.variant, new.sku_id, ?, ? FROM ? WHERE true \
             ON CONFLICT (seller_id, code, title, variant, shop_id) DO UPDATE SET sku_id = excluded.sku_id, \
             mapped_by = excluded.mapped_by, mapped_at = excluded.mapped_at RETURNING id")
        .bind(seller)
        .bind(actor)
        .bind(now)
        .rows(rows),
    )?;
    find(tx, &mapped.into_iter().map(|row| row.id).collect::<Vec<_>>())
}

row! {
    struct Id {
        id: SkuCodeId,
    }
}

/// Forgets a mapped code.
pub fn remove(tx: &mut Tx, id: SkuCodeId) -> QueryResult<()> {
    let seller = tx.seller();
    tx.execute(sql("DELETE FROM sku_codes WHERE seller_id = ? AND id = ?").bind(seller).bind(id)).map(drop)
}

/// The SKU of the line `l` of the order `o`, as joins and an expression.
pub(super) const MEANT: &str = "LEFT JOIN sku_codes own ON own.seller_id = l.seller_id AND own.code = l.sku \
     AND own.title = CASE WHEN l.sku = '' THEN l.title ELSE '' END \
     AND own.variant = CASE WHEN l.sku = '' THEN l.variant ELSE '' END AND own.shop_id = o.shop_id \
     LEFT JOIN sku_codes every ON every.seller_id = l.seller_id AND every.code = l.sku \
     AND every.title = CASE WHEN l.sku = '' THEN l.title ELSE '' END \
     AND every.variant = CASE WHEN l.sku = '' THEN l.variant ELSE '' END AND every.shop_id = 0 \
     LEFT JOIN skus same ON same.seller_id = l.seller_id AND same.code = l.sku";
/// Its id; see [`MEANT`].
pub(super) const SKU: &str = "COALESCE(own.sku_id, every.sku_id, same.id)";

row! {
    /// Which SKU a line means.
    pub struct LineSku {
        pub line_id: LineId,
        pub sku_id: Option<SkuId>,
    }
}

/// Which SKUs the lines of these orders mean.
pub fn of_lines(db: &mut Db, orders: &[OrderId]) -> QueryResult<Vec<LineSku>> {
    let seller = db.seller();
    db.load(
        sql(format!(
            "SELECT l.id AS line_id, {SKU} AS sku_id FROM order_lines l \
             JOIN orders o ON o.seller_id = l.seller_id AND o.id = l.order_id {MEANT} \
             WHERE l.seller_id = ? AND l.order_id IN ?"
        ))
        .bind(seller)
        .list(orders.iter().copied()),
    )
}

row! {
    /// Something a shop sells that means no SKU, as waiting parcels hold it.
    pub struct UnmappedRow {
        pub shop_id: ShopId,
        pub code: String,
        /// What names it beside an empty code.
        pub named: String,
        pub variant: String,
        /// Any title of such a line.
        pub title: String,
        pub lines: i64,
        pub orders: i64,
        pub pieces: i64,
    }
}

/// Where the next page of unmapped things begins.
#[derive(Debug, Clone)]
pub struct UnmappedAfter {
    pub orders: i64,
    pub shop: ShopId,
    pub said: Said,
}

/// What waits in parcels that have not left and means no SKU, the most wanted first.
pub fn unmapped(
    db: &mut Db,
    shop: Option<ShopId>,
    order: Option<OrderId>,
    after: Option<&UnmappedAfter>,
    limit: usize,
) -> QueryResult<Vec<UnmappedRow>> {
    let seller = db.seller();
    let from = match order {
        Some(_) => format!(
            "orders o CROSS JOIN order_lines l CROSS JOIN shipment_lines sl CROSS JOIN shipments s {MEANT}"
        ),
        None => format!("{WAITING_LINES} CROSS JOIN orders o {MEANT}"),
    };
    let mut statement = sql(format!(
        "SELECT shop_id, code, named, variant, title, lines, orders, pieces FROM (SELECT o.shop_id, l.sku AS code, \
         CASE WHEN l.sku = '' THEN l.title ELSE '' END AS named, CASE WHEN l.sku = '' THEN l.variant ELSE '' END \
         AS variant, MAX(l.title) AS title, COUNT(DISTINCT l.id) AS lines, COUNT(DISTINCT o.id) AS orders, \
         CAST(SUM(sl.quantity) AS BIGINT) AS pieces FROM {from} \
         WHERE s.seller_id = ? AND s.state IN ({WAITING}) AND {OF_SHIPMENTS} AND {OF_ORDERS} AND {SKU} IS NULL"
    ))
    .bind(seller);
    if let Some(shop) = shop {
        statement = statement.push(" AND o.shop_id = ?").bind(shop);
    }
    if let Some(order) = order {
        statement = statement.push(" AND o.id = ?").bind(order);
    }
    statement = statement.push(" GROUP BY o.shop_id, l.sku, 3, 4) AS found");
    if let Some(UnmappedAfter { orders, shop, said }) = after {
        statement = statement
            .push(" WHERE orders < ? OR (orders = ? AND (shop_id, code, named, variant) > (?, ?, ?, ?))")
            .bind(*orders)
            .bind(*orders)
            .bind(*shop)
            .bind(&said.code)
            .bind(&said.title)
            .bind(&said.variant);
    }
    statement = statement.push(" ORDER BY orders DESC, shop_id, code, named, variant LIMIT ?").bind(limit);
    db.load(statement.planned_anew())
}

/// Lines of waiting shipments. SQLite joins across in the order that is written; left to itself it would
/// begin with all orders there ever were. PostgreSQL decides for itself.
const WAITING_LINES: &str = "shipments s CROSS JOIN shipment_lines sl CROSS JOIN order_lines l";
const OF_SHIPMENTS: &str = "sl.seller_id = s.seller_id AND sl.shipment_id = s.id AND l.seller_id = sl.seller_id \
     AND l.id = sl.line_id";
const OF_ORDERS: &str = "o.seller_id = l.seller_id AND o.id = l.order_id";

/// How many lines of some codes are few enough to begin with them instead of with all that waits.
const FEW: usize = 2_000;

/// Marks the waiting shipments with lines of these names to be looked at again; answers how many. One
/// statement, however many they are.
pub fn look_again_at(tx: &mut Tx, said: &[Said]) -> QueryResult<usize> {
    if said.is_empty() {
        return Ok(0);
    }
    let seller = tx.seller();
    let (titles, codes): (Vec<&Said>, Vec<&Said>) = said.iter().partition(|said| said.code.is_empty());
    let codes = || codes.iter().map(|said| &said.code);
    let beyond = "SELECT CAST(1 AS BIGINT) AS one FROM order_lines l WHERE l.seller_id = ? AND l.sku IN ? \
         LIMIT 1 OFFSET ?";
    let is_few = titles.is_empty() && tx.number(sql(beyond).bind(seller).list(codes()).bind(FEW))? == 0;
    let which = match is_few {
        true => sql("s.id IN (SELECT sl.shipment_id FROM order_lines l CROSS JOIN shipment_lines sl \
             WHERE l.seller_id = ? AND l.sku IN ? AND sl.seller_id = l.seller_id AND sl.line_id = l.id)")
        .bind(seller)
        .list(codes()),
        false => {
            let rows = Rows::new("one")
                .column("title", titles.iter().map(|said| &said.title))
                .column("variant", titles.iter().map(|said| &said.variant));
            let lines = format!(
                "s.id IN (SELECT sl.shipment_id FROM {WAITING_LINES} WHERE s.seller_id = ? \
                 AND s.state IN ({WAITING}) AND {OF_SHIPMENTS} AND (l.sku IN ? OR (l.sku = '' AND EXISTS \
                 (SELECT 1 FROM ? WHERE one.title = l.title AND one.variant = l.variant))))"
            );
            sql(lines).bind(seller).list(codes()).rows(rows)
        }
    };
    again::mark(tx, which)
}

/// Marks the waiting shipments that hold an unmapped line, or that wait for one, to be looked at again;
/// answers how many. One statement, however many they are.
pub fn look_again_at_unmapped(tx: &mut Tx) -> QueryResult<usize> {
    let seller = tx.seller();
    let which = format!(
        "s.id IN (SELECT b.id FROM shipments b WHERE b.seller_id = ? AND b.state = 'blocked' \
         AND b.reasons LIKE '%\"sku_unmapped\"%' UNION SELECT sl.shipment_id FROM {WAITING_LINES} \
         CROSS JOIN orders o {MEANT} WHERE s.seller_id = ? AND s.state IN ({WAITING}) AND {OF_SHIPMENTS} \
         AND {OF_ORDERS} AND {SKU} IS NULL)"
    );
    again::mark(tx, sql(which).bind(seller).bind(seller))
}

row! {
    /// A pattern of titles.
    pub struct PatternRow {
        pub id: SkuPatternId,
        pub pattern: String,
        pub sku_id: SkuId,
        pub sku: String,
        pub created_by: String,
        pub created_at: UtcTime,
    }
}

/// All patterns of the seller, the longest first: it says most.
pub fn patterns(db: &mut Db) -> QueryResult<Vec<PatternRow>> {
    let seller = db.seller();
    db.load(
        sql(
            "SELECT p.id, p.pattern, p.sku_id, s.code AS sku, p.created_by, p.created_at FROM sku_patterns p \
             JOIN skus s ON s.seller_id = p.seller_id AND s.id = p.sku_id \
             WHERE p.seller_id = ? ORDER BY length(p.pattern) DESC, p.id",
        )
        .bind(seller),
    )
}

/// Keeps a pattern; one that is there means the new SKU from now on.
pub fn save_pattern(tx: &mut Tx, pattern: &str, sku: SkuId) -> QueryResult<()> {
    let id = tx.id()?;
    let (seller, now) = (tx.seller(), tx.now);
    tx.execute(
        sql("INSERT INTO sku_patterns (seller_id, id, pattern, sku_id, created_by, created_at) \
             VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (seller_id, pattern) DO UPDATE SET sku_id = excluded.sku_id, \
             created_by = excluded.created_by, created_at = excluded.created_at")
        .bind(seller)
        .bind(id)
        .bind(pattern)
        .bind(sku)
        .bind(&tx.actor.name)
        .bind(now),
    )
    .map(drop)
}

/// Forgets a pattern; answers whether there was one.
pub fn remove_pattern(tx: &mut Tx, id: SkuPatternId) -> QueryResult<bool> {
    let seller = tx.seller();
    let text = "DELETE FROM sku_patterns WHERE seller_id = ? AND id = ?";
    Ok(tx.execute(sql(text).bind(seller).bind(id))? > 0)
}
