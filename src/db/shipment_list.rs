//! Finding shipments: filters, search, counts, pages.
//!
//! A page starts behind the last row of the one before (seek), so page 1,000 costs what page 1
//! costs. A search is answered first, by indexes, as a short list of ids that the filters then
//! narrow; one that means very many shipments stands beside the filters as a condition instead.

use diesel::QueryResult;

use super::Db;
use super::column::row;
use super::shipments::{COLUMNS, ShipmentRow};
use super::statement::{Statement, sql};
use crate::domain::audit::AuditKind;
use crate::domain::id::{SellerId, ShipmentId, ShopId};
use crate::domain::reason::ReasonCode;
use crate::domain::shipment::{PrintState, ShipmentState};
use crate::domain::time::UtcTime;

/// So many shipments are few enough to list before the filters narrow them.
const FEW_FOUND: usize = 1_000;

/// How many lines or orders are few enough to list their shipments before anything else.
const FEW: usize = 2_000;

/// Which remarks a shipment's orders carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemarkFilter {
    Message,
    Memo,
    /// A note of the staff.
    Note,
    Any,
    None,
}

/// Which audit has to be done next on one of a shipment's orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditFilter {
    Any,
    Of(AuditKind),
}

/// What a list of shipments is narrowed by; absent parts narrow nothing.
#[derive(Debug, Clone, Default)]
pub struct ShipmentFilter {
    pub ids: Option<Vec<ShipmentId>>,
    /// What was typed, when it means more shipments than can be listed by id.
    pub search: Option<Search>,
    pub states: Vec<ShipmentState>,
    /// Shops of at least one of its orders; `Some` of none finds nothing.
    pub shops: Option<Vec<ShopId>>,
    pub carrier: Option<String>,
    /// Code of a service it is planned for.
    pub service: Option<String>,
    /// Code of the warehouse it leaves from.
    pub warehouse: Option<String>,
    pub print: Option<PrintState>,
    pub remark: Option<RemarkFilter>,
    pub audit: Option<AuditFilter>,
    /// Only those with an order that came in before then.
    pub came_before: Option<UtcTime>,
    /// Of one of its orders, from the platform or by a rule.
    pub flag: Option<String>,
    /// Digits of GB/T 2260 that the region begins with.
    pub region: Option<String>,
    pub sku: Option<String>,
    pub tag: Option<String>,
    pub paid_from: Option<UtcTime>,
    pub paid_to: Option<UtcTime>,
    pub ship_by_from: Option<UtcTime>,
    pub ship_by_before: Option<UtcTime>,
    pub merged: Option<bool>,
    pub pieces_from: Option<i64>,
    pub pieces_to: Option<i64>,
}

/// How a list is sorted. Every order ends in the id, so that it is total.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShipmentSort {
    ShipBy,
    ShipByDescending,
    Created,
    CreatedDescending,
}

/// The last row of a page; the next page starts behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct After {
    pub due_at: UtcTime,
    pub id: ShipmentId,
}

impl ShipmentFilter {
    /// The same filter with what only few shipments have answered beforehand, from its own index.
    ///
    /// A page of what many have is soon full when it walks the list; of what few have, never. The
    /// databases cannot tell, for they know how often a SKU is sold but not where in the list.
    fn with_few(&self, db: &mut Db) -> QueryResult<Self> {
        let mut filter = self.clone();
        if filter.ids.is_some() {
            return Ok(filter);
        }
        let seller = db.seller();
        if let Some(sku) = filter.sku.clone().filter(|sku| !sku.is_empty()) {
            let which = sql("SELECT l.id FROM order_lines l WHERE l.seller_id = ? AND l.sku = ?");
            let places = "shipment_lines p ON p.seller_id = ? AND p.line_id = l.id";
            if filter.keep_few(db, which.bind(seller).bind(sku), places)? {
                filter.sku = None;
            }
        }
        if let Some(flag) = filter.flag.clone().filter(|flag| !flag.is_empty()) {
            let places = "shipment_orders p ON p.seller_id = ? AND p.order_id = l.id AND p.left_at IS NULL";
            if filter.keep_few(db, flagged(seller, &flag), places)? {
                filter.flag = None;
            }
        }
        Ok(filter)
    }

    /// Keeps only the shipments of `which`, when they are few; answers whether they were.
    fn keep_few(&mut self, db: &mut Db, which: Statement, places: &str) -> QueryResult<bool> {
        let beyond = sql("SELECT CAST(1 AS BIGINT) AS one FROM (").append(which.clone());
        if db.number(beyond.push(&format!(") l LIMIT 1 OFFSET {FEW}")))? == 1 {
            return Ok(false);
        }
        let found = sql("SELECT p.shipment_id AS id FROM (").append(which);
        let found = found.push(&format!(") l JOIN {places}")).bind(db.seller());
        let found = db.load::<Id>(found)?.into_iter().map(|row| row.id);
        self.ids = Some(match self.ids.take() {
            Some(ids) => found.filter(|id| ids.contains(id)).collect(),
            None => found.collect(),
        });
        Ok(true)
    }

    fn narrow(&self, seller: SellerId, mut statement: Statement) -> Statement {
        if let Some(ids) = &self.ids {
            statement = statement.push(" AND s.id IN ?").list(ids.iter().copied());
        }
        if let Some(search) = &self.search {
            statement = statement.push(" AND s.id IN (").append(search.statement(seller, "")).push(")");
        }
        if !self.states.is_empty() {
            let words = self.states.iter().map(|state| format!("'{state}'")).collect::<Vec<_>>();
            // Words of our own, so that a single state can walk its index in the order of the page.
            statement = match words.as_slice() {
                [one] => statement.push(&format!(" AND s.state = {one}")),
                many => statement.push(&format!(" AND s.state IN ({})", many.join(", "))),
            };
        }
        if let Some(shops) = &self.shops {
            statement = statement
                .push(
                    " AND EXISTS (SELECT 1 FROM shipment_orders so WHERE so.seller_id = s.seller_id \
                     AND so.shipment_id = s.id AND so.left_at IS NULL AND so.shop_id IN ?)",
                )
                .list(shops.iter().copied());
        }
        if let Some(carrier) = &self.carrier {
            // What has no number yet is with the carrier it is planned for.
            statement = statement
                .push(" AND (s.carrier = ? OR (s.waybill = '' AND s.plan_carrier = ?))")
                .bind(carrier)
                .bind(carrier);
        }
        for (column, code) in [("plan_service", &self.service), ("plan_warehouse", &self.warehouse)] {
            if let Some(code) = code {
                statement = statement.push(&format!(" AND s.{column} = ?")).bind(code);
            }
        }
        if let Some(print) = self.print {
            statement = statement.push(" AND s.print = ?").bind(print);
        }
        // Notes are few, so they are listed rather than looked for beside each shipment.
        const NOTED: &str = "s.id IN (SELECT so.shipment_id FROM order_notes n JOIN shipment_orders so \
             ON so.seller_id = n.seller_id AND so.order_id = n.order_id AND so.left_at IS NULL WHERE n.seller_id = ?)";
        statement = match self.remark {
            Some(RemarkFilter::Message) => statement.push(" AND s.has_message"),
            Some(RemarkFilter::Memo) => statement.push(" AND s.has_memo"),
            Some(RemarkFilter::Note) => statement.push(&format!(" AND {NOTED}")).bind(seller),
            Some(RemarkFilter::Any) => {
                statement.push(&format!(" AND (s.has_message OR s.has_memo OR {NOTED})")).bind(seller)
            }
            Some(RemarkFilter::None) => {
                statement.push(&format!(" AND NOT (s.has_message OR s.has_memo OR {NOTED})")).bind(seller)
            }
            None => statement,
        };
        // Only what is blocked has reasons, and few of it wait for an audit for long.
        statement = match self.audit {
            Some(AuditFilter::Of(kind)) => {
                statement.push(&format!(" AND s.state = 'blocked' AND {}", waits_for(kind)))
            }
            Some(AuditFilter::Any) => {
                let any = AuditKind::ALL.iter().map(|kind| waits_for(*kind)).collect::<Vec<_>>().join(" OR ");
                statement.push(&format!(" AND s.state = 'blocked' AND ({any})"))
            }
            None => statement,
        };
        if let Some(before) = self.came_before {
            statement = statement
                .push(
                    " AND EXISTS (SELECT 1 FROM shipment_orders so JOIN orders o ON o.seller_id = so.seller_id \
                     AND o.id = so.order_id WHERE so.seller_id = s.seller_id AND so.shipment_id = s.id \
                     AND so.left_at IS NULL AND o.received_at < ?)",
                )
                .bind(before);
        }
        if let Some(flag) = &self.flag {
            statement = statement
                .push(
                    " AND EXISTS (SELECT 1 FROM shipment_orders so JOIN orders o ON o.seller_id = so.seller_id \
                     AND o.id = so.order_id WHERE so.seller_id = s.seller_id AND so.shipment_id = s.id \
                     AND so.left_at IS NULL AND (o.flag = ? OR EXISTS (SELECT 1 FROM rule_decisions d \
                     WHERE d.seller_id = o.seller_id AND d.order_id = o.id AND d.flag = ?)))",
                )
                .bind(flag)
                .bind(flag);
        }
        if let Some(region) = &self.region {
            statement = statement
                .push(" AND s.region_code >= ? AND s.region_code < ?")
                .bind(region)
                .bind(format!("{region}~"));
        }
        if let Some(sku) = &self.sku {
            statement = statement
                .push(
                    " AND EXISTS (SELECT 1 FROM shipment_lines sl JOIN order_lines l ON l.seller_id = sl.seller_id \
                     AND l.id = sl.line_id WHERE sl.seller_id = s.seller_id AND sl.shipment_id = s.id AND l.sku = ?)",
                )
                .bind(sku);
        }
        if let Some(tag) = &self.tag {
            let quoted = serde_json::Value::from(tag.as_str()).to_string();
            statement = statement.push(" AND s.tags LIKE ? ESCAPE '\\'").bind(format!("%{}%", like(&quoted)));
        }
        for (clause, moment) in [
            (" AND s.paid_at >= ?", self.paid_from),
            (" AND s.paid_at < ?", self.paid_to),
            (" AND s.due_at >= ?", self.ship_by_from),
            (" AND s.due_at < ?", self.ship_by_before),
        ] {
            if let Some(moment) = moment {
                statement = statement.push(clause).bind(moment);
            }
        }
        statement = match self.merged {
            Some(true) => statement.push(" AND s.order_count > 1"),
            Some(false) => statement.push(" AND s.order_count <= 1"),
            None => statement,
        };
        for (clause, pieces) in
            [(" AND s.piece_count >= ?", self.pieces_from), (" AND s.piece_count <= ?", self.pieces_to)]
        {
            if let Some(pieces) = pieces {
                statement = statement.push(clause).bind(pieces);
            }
        }
        statement
    }
}

/// The orders with this flag, from their platform or by a rule.
fn flagged(seller: SellerId, flag: &str) -> Statement {
    sql("SELECT o.id FROM orders o WHERE o.seller_id = ? AND o.flag = ? AND o.flag <> '' \
         UNION ALL SELECT d.order_id AS id FROM rule_decisions d WHERE d.seller_id = ? AND d.flag = ? AND d.flag <> ''")
        .bind(seller)
        .bind(flag)
        .bind(seller)
        .bind(flag)
}

/// Whether a shipment `s` waits for this audit; true only of what is blocked.
pub(super) fn waits_for(kind: AuditKind) -> String {
    format!("s.reasons LIKE '%\"{}\"%'", ReasonCode::of_audit(kind))
}

fn like(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

/// One page of shipments.
pub fn page(
    db: &mut Db,
    filter: &ShipmentFilter,
    sort: ShipmentSort,
    after: Option<After>,
    limit: usize,
) -> QueryResult<Vec<ShipmentRow>> {
    let statement = sql(format!("SELECT {COLUMNS} FROM shipments s WHERE s.seller_id = ?")).bind(db.seller());
    let statement = seek(filter.with_few(db)?.narrow(db.seller(), statement), sort, after);
    db.load(statement.push(" LIMIT ?").bind(limit).planned_anew())
}

row! {
    struct Id {
        id: ShipmentId,
    }
}

/// The ids of all that match, in the order of the list, at most `limit`.
pub fn ids(
    db: &mut Db,
    filter: &ShipmentFilter,
    sort: ShipmentSort,
    limit: usize,
) -> QueryResult<Vec<ShipmentId>> {
    let statement = sql("SELECT s.id FROM shipments s WHERE s.seller_id = ?").bind(db.seller());
    let statement = seek(filter.with_few(db)?.narrow(db.seller(), statement), sort, None);
    let rows: Vec<Id> = db.load(statement.push(" LIMIT ?").bind(limit).planned_anew())?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

fn seek(mut statement: Statement, sort: ShipmentSort, after: Option<After>) -> Statement {
    if let Some(after) = after {
        statement = match sort {
            ShipmentSort::ShipBy => {
                statement.push(" AND (s.due_at, s.id) > (?, ?)").bind(after.due_at).bind(after.id)
            }
            ShipmentSort::ShipByDescending => {
                statement.push(" AND (s.due_at, s.id) < (?, ?)").bind(after.due_at).bind(after.id)
            }
            ShipmentSort::Created => statement.push(" AND s.id > ?").bind(after.id),
            ShipmentSort::CreatedDescending => statement.push(" AND s.id < ?").bind(after.id),
        };
    }
    statement.push(match sort {
        ShipmentSort::ShipBy => " ORDER BY s.due_at, s.id",
        ShipmentSort::ShipByDescending => " ORDER BY s.due_at DESC, s.id DESC",
        ShipmentSort::Created => " ORDER BY s.id",
        ShipmentSort::CreatedDescending => " ORDER BY s.id DESC",
    })
}

/// How many match.
pub fn count(db: &mut Db, filter: &ShipmentFilter) -> QueryResult<i64> {
    let statement = sql("SELECT COUNT(*) AS one FROM shipments s WHERE s.seller_id = ?").bind(db.seller());
    let statement = filter.with_few(db)?.narrow(db.seller(), statement);
    db.number(statement.planned_anew())
}

row! {
    /// How many shipments are in a state.
    pub struct StateCount {
        pub state: ShipmentState,
        pub count: i64,
    }
}

/// How many shipments are in each state that has any.
pub fn count_by_state(db: &mut Db) -> QueryResult<Vec<StateCount>> {
    let seller = db.seller();
    db.load(
        sql("SELECT state, COUNT(*) AS count FROM shipments WHERE seller_id = ? GROUP BY state").bind(seller),
    )
}

/// How far the pages count a state: years of what has left would cost more than the list beside it.
pub const COUNTED: i64 = 50_000;

/// The same, up to one beyond [`COUNTED`] each: for pages, which are read many times a minute.
pub fn count_by_state_for_pages(db: &mut Db) -> QueryResult<Vec<StateCount>> {
    let seller = db.seller();
    let mut statement = sql("");
    for (index, state) in ShipmentState::ALL.iter().enumerate() {
        let union = if index == 0 { "" } else { " UNION ALL " };
        statement = statement
            .push(&format!(
                "{union}SELECT '{state}' AS state, (SELECT COUNT(*) FROM (SELECT 1 FROM shipments \
                 WHERE seller_id = ? AND state = '{state}' LIMIT ?) AS found) AS count"
            ))
            .bind(seller)
            .bind(COUNTED + 1);
    }
    db.load(statement)
}

/// What a typed search may mean, hashed where the record is.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// As typed, for order numbers and nicks.
    pub text: String,
    /// Normalised, for waybill numbers.
    pub waybill: String,
    pub phone_keys: Vec<String>,
    pub last4_key: String,
    pub name_key: String,
}

/// From how many characters on the beginning of an order number or nick is enough.
const PREFIX_FROM: usize = 4;

/// What a search found.
pub enum Found {
    /// These, and no others.
    Few(Vec<ShipmentId>),
    /// More than can be listed.
    Many,
}

impl Search {
    /// A statement for the ids of the shipments it means: by order number, nick, waybill, phone, its last
    /// four digits, or the recipient's name. `limit` ends each branch.
    fn statement(&self, seller: SellerId, limit: &str) -> Statement {
        let is_prefix = self.text.chars().count() >= PREFIX_FROM;
        let orders = |column: &str| {
            let test = if is_prefix {
                format!("o.{column} >= ? AND o.{column} < ?")
            } else {
                format!("o.{column} = ?")
            };
            let select = sql(format!(
                "SELECT so.shipment_id AS id FROM orders o JOIN shipment_orders so ON so.seller_id = o.seller_id \
                 AND so.order_id = o.id AND so.left_at IS NULL WHERE o.seller_id = ? AND {test}{limit}"
            ))
            .bind(seller)
            .bind(&self.text);
            if is_prefix { select.bind(format!("{}\u{10FFFF}", self.text)) } else { select }
        };
        let recipients = |column: &str, keys: Vec<&String>| {
            sql(format!(
                "SELECT s.id FROM recipients r JOIN shipments s ON s.seller_id = r.seller_id AND s.recipient_id = r.id \
                 WHERE r.seller_id = ? AND r.{column} IN ?{limit}"
            ))
            .bind(seller)
            .list(keys)
        };
        let mut branches = vec![orders("number"), orders("buyer_nick")];
        if !self.waybill.is_empty() {
            let text = format!(
                "SELECT shipment_id AS id FROM waybills WHERE seller_id = ? AND number = ? \
                 AND shipment_id IS NOT NULL{limit}"
            );
            branches.push(sql(text).bind(seller).bind(&self.waybill));
        }
        if !self.phone_keys.is_empty() {
            branches.push(recipients("phone_key", self.phone_keys.iter().collect()));
        }
        for (column, key) in [("last4_key", &self.last4_key), ("name_key", &self.name_key)] {
            if !key.is_empty() {
                branches.push(recipients(column, vec![key]));
            }
        }
        // One question instead of six: most of what a page costs is the way to the database and back.
        let mut statement = sql("");
        for (index, branch) in branches.into_iter().enumerate() {
            let union = if index == 0 { "SELECT id FROM (" } else { " UNION SELECT id FROM (" };
            statement = statement.push(union).append(branch).push(&format!(") AS branch{index}"));
        }
        statement
    }
}

/// The shipments that a search means, when they are few.
pub fn search(db: &mut Db, search: &Search) -> QueryResult<Found> {
    let limit = format!(" LIMIT {}", FEW_FOUND + 1);
    let statement = search.statement(db.seller(), &limit).push(&format!(" ORDER BY id{limit}"));
    let ids: Vec<ShipmentId> = db.load::<Id>(statement)?.into_iter().map(|row| row.id).collect();
    Ok(if ids.len() > FEW_FOUND { Found::Many } else { Found::Few(ids) })
}

/// How many left since a moment.
pub fn shipped_since(db: &mut Db, since: UtcTime) -> QueryResult<i64> {
    let statement = sql(
        "SELECT COUNT(*) AS one FROM shipments WHERE seller_id = ? AND state = 'shipped' AND shipped_at >= ?",
    );
    let seller = db.seller();
    db.number(statement.bind(seller).bind(since))
}
