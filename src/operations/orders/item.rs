//! An order as people and programs see it.

use std::collections::HashMap;

use serde::Serialize;

use crate::connectors::memo::MemoRule;
use crate::db::facts::HoldRow;
use crate::db::order_audits::{self, AuditRow};
use crate::db::orders::{LineRow, OrderFilter, OrderRow};
use crate::db::{Db, facts as fact_rows, order_notes, orders as record, recipients, shipments};
use crate::domain::audit::{AuditCause, AuditKind, AuditState, Standing};
use crate::domain::error::Error;
use crate::domain::id::{HoldId, LineId, OrderId, ShipmentId, ShopId};
use crate::domain::money::Money;
use crate::domain::order::{OrderKind, OrderState, Refund};
use crate::domain::platform::Platform;
use crate::domain::reason::{Reason, ReasonCode};
use crate::domain::shipment::{PrintState, ShipmentState};
use crate::domain::time::UtcTime;
use crate::operations::deadlines::{self, DeadlineView};
use crate::operations::intake::kept_nick;
use crate::operations::memos;
use crate::operations::plans;
use crate::operations::rules::{self, OrderRules};
use crate::operations::shipments::facts::{self, Context};
use crate::operations::shipments::item::{ReasonItem, RecipientItem};

use super::audits::NOTE as AUDIT_NOTE;
use super::{RemarkItem, Threads};

/// An order with its lines, remarks, reasons and shipments; the recipient is masked.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct OrderView {
    pub id: OrderId,
    pub number: String,
    pub shop: ShopId,
    pub shop_name: String,
    pub platform: Platform,
    pub state: OrderState,
    pub kind: OrderKind,
    pub created_at: Option<UtcTime>,
    pub paid_at: Option<UtcTime>,
    pub updated_at: Option<UtcTime>,
    pub ship_by: Option<UtcTime>,
    /// How far its clock is; none while nothing has to leave.
    pub deadline: Option<DeadlineView>,
    pub buyer_nick: String,
    /// What is said here of this buyer, whatever they order on the platform.
    pub buyer_tags: Vec<String>,
    pub flag: String,
    pub total: Money,
    pub shipping_fee: Money,
    pub recipient: Option<RecipientItem>,
    pub lines: Vec<LineView>,
    /// The buyer's message, the seller's memo, then the notes of the staff.
    pub remarks: Vec<RemarkItem>,
    /// How a note of it can be told to the shop as its memo; null where it cannot.
    pub memo: Option<MemoWays>,
    /// Who read them as they are now, and when; null when nobody has.
    pub remarks_read: Option<ReadView>,
    pub reasons: Vec<ReasonItem>,
    /// The audits it needs, the customer audit first; empty when nobody has to audit it.
    pub audits: Vec<AuditView>,
    pub holds: Vec<HoldView>,
    /// What rules and people decided on it; null while no rule wanted anything.
    pub rules: Option<OrderRules>,
    pub shipments: Vec<PlaceView>,
    pub received_at: UtcTime,
}

/// How a note can be told to the shop.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct MemoWays {
    /// The flags that can go with it; empty where the platform has none.
    pub flags: Vec<&'static str>,
    /// It can take the place of the memo that stands there.
    pub replace: bool,
}

impl From<MemoRule> for MemoWays {
    fn from(rule: MemoRule) -> Self {
        Self { flags: rule.flags.iter().map(|(word, _)| *word).collect(), replace: !rule.is_list }
    }
}

/// A line as the platform says it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct LineView {
    pub id: LineId,
    pub number: String,
    pub sku: String,
    pub title: String,
    pub variant: String,
    pub quantity: i64,
    pub price: Money,
    pub refund: Refund,
    pub requires_shipping: bool,
    /// The platform's newest telling no longer has it.
    pub gone: bool,
}

/// How an audit of an order stands.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct AuditView {
    pub kind: AuditKind,
    pub state: AuditState,
    /// Why it is needed, and why again.
    pub causes: Vec<AuditCause>,
    /// Stands for total, lines and remarks as they are: what a decision is for. Sent back as `facts` with it, the decision
    /// is refused if they have changed.
    pub facts: String,
    /// Who decided last, and when; null when nobody has.
    pub decided_by: Option<String>,
    pub decided_at: Option<UtcTime>,
    /// What was written with it; empty without.
    pub note: String,
}

/// Somebody who has read the remarks of an order.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ReadView {
    pub by: String,
    pub at: UtcTime,
}

/// A hold that nobody has released.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct HoldView {
    pub id: HoldId,
    pub reason: String,
    pub until: Option<UtcTime>,
    pub held_by: String,
    pub held_at: UtcTime,
}

/// A shipment the order is in.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PlaceView {
    pub id: ShipmentId,
    pub state: ShipmentState,
    pub carrier: Option<String>,
    pub waybill: Option<String>,
    pub print: PrintState,
    /// By its plan it leaves without a number: by the own fleet, or fetched by the buyer.
    pub needs_no_number: bool,
}

/// One order at `now`.
///
/// # Errors
/// [`Error::Missing`] when this seller has no such order.
pub fn order(db: &mut Db, order: OrderId, now: UtcTime) -> Result<OrderView, Error> {
    let rows = record::find(db, &[order])?;
    views(db, rows, now)?.pop().ok_or_else(|| Error::missing("order", order))
}

/// These orders at `now`, in the order of their ids; those that are not there are left out.
///
/// # Errors
/// When the record cannot be read.
pub fn these(db: &mut Db, orders: &[OrderId], now: UtcTime) -> Result<Vec<OrderView>, Error> {
    let rows = record::find(db, orders)?;
    views(db, rows, now)
}

/// A page of orders, newest first, and the id behind which the next one starts.
///
/// # Errors
/// When the record cannot be read.
pub fn orders(
    db: &mut Db,
    filter: &OrderFilter,
    before: Option<OrderId>,
    limit: usize,
    now: UtcTime,
) -> Result<(Vec<OrderView>, Option<OrderId>), Error> {
    let buyer_nick = filter.buyer_nick.as_deref().map(|nick| kept_nick(db, nick));
    let filter = OrderFilter { buyer_nick, ..filter.clone() };
    let mut rows = record::list(db, &filter, before, limit + 1)?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|row| row.id);
    Ok((views(db, rows, now)?, next))
}

fn views(db: &mut Db, rows: Vec<OrderRow>, now: UtcTime) -> Result<Vec<OrderView>, Error> {
    let ids: Vec<OrderId> = rows.iter().map(|row| row.id).collect();
    let context = Context::load(db)?;
    let mut judged = facts::load(db, &context, &ids, now)?;
    let mut decided_by_rules = rules::of_orders(db, &ids)?;
    let recipient_ids: Vec<_> = rows.iter().filter_map(|row| row.recipient_id).collect();
    let masked = recipients::masked(db, &recipient_ids)?;
    let mut holds: HashMap<OrderId, Vec<HoldView>> = HashMap::new();
    for hold in fact_rows::holds(db, &ids)? {
        holds.entry(hold.order_id).or_default().push(hold.into());
    }
    let mut buyers = super::tags_of(db, &rows, |row| context.shop(row.shop_id).row.platform)?;
    let threads = Threads::load(db, &ids)?;
    let notes = order_notes::newest(db, &ids)?;
    let mut reads: HashMap<(OrderId, String), ReadView> = fact_rows::remark_reads(db, &ids)?
        .into_iter()
        .map(|read| ((read.order_id, read.remark_hash), ReadView { by: read.read_by, at: read.read_at }))
        .collect();
    let mut decided: HashMap<(OrderId, AuditKind), AuditRow> =
        match judged.values().any(|facts| !facts.audits.is_empty()) {
            true => order_audits::of_orders(db, &ids)?
                .into_iter()
                .map(|row| ((row.order_id, row.kind), row))
                .collect(),
            false => HashMap::new(),
        };
    let mut clocks = deadlines::views(db, &ids)?;
    let places = shipments::places(db, &ids)?;
    let shipment_ids: Vec<ShipmentId> = places.iter().map(|place| place.shipment_id).collect();
    let shipments: HashMap<ShipmentId, _> =
        shipments::find(db, &shipment_ids)?.into_iter().map(|row| (row.id, row)).collect();
    let mut places_of: HashMap<OrderId, Vec<PlaceView>> = HashMap::new();
    let mut closed: HashMap<OrderId, Vec<Reason>> = HashMap::new();
    for place in places {
        let row = &shipments[&place.shipment_id];
        // That a region is not served is said of the parcel, and holds for every order in it.
        let of_parcel: Vec<Reason> = serde_json::from_str(&row.reasons).map_err(anyhow::Error::from)?;
        let found = of_parcel.into_iter().filter(|reason| reason.code == ReasonCode::RegionClosed);
        closed
            .entry(place.order_id)
            .or_default()
            .extend(found.map(|reason| Reason { order: place.order_id, ..reason }));
        places_of.entry(place.order_id).or_default().push(PlaceView {
            id: row.id,
            state: row.state,
            carrier: Some(row.carrier.clone()).filter(|carrier| !carrier.is_empty()),
            waybill: Some(row.waybill.clone()).filter(|number| !number.is_empty()),
            print: row.print,
            needs_no_number: plans::is_without_number(&row.plan_carrier),
        });
    }
    rows.into_iter()
        .filter_map(|row| Some((judged.remove(&row.id)?, row)))
        .map(|(mut facts, row)| {
            let hash = facts.audit_hash.take().unwrap_or_default();
            let audits = std::mem::take(&mut facts.audits).into_iter().map(|one| {
                let decision = decided.remove(&(row.id, one.kind));
                audit(db, one, decision, &hash)
            });
            let audits = audits.collect::<Result<Vec<_>, Error>>()?;
            let known = context.shop(row.shop_id);
            let shop = &known.row;
            let hash = facts::remark_hash(&row.buyer_message, &row.seller_memo, notes.get(&row.id).copied());
            Ok(OrderView {
                id: row.id,
                remarks: threads.of(db, &row)?,
                memo: memos::rule(shop, &known.settings).map(Into::into),
                remarks_read: reads.remove(&(row.id, hash)),
                shop: row.shop_id,
                shop_name: shop.name.clone(),
                platform: shop.platform,
                state: row.state,
                kind: row.kind,
                created_at: row.ordered_at,
                paid_at: row.paid_at,
                updated_at: row.head_at.max(row.lines_at),
                ship_by: facts.due_at(),
                deadline: clocks.remove(&row.id),
                buyer_tags: buyers.remove(&row.id).unwrap_or_default(),
                buyer_nick: row.buyer_nick,
                flag: row.flag,
                total: Money::new(row.total_amount, &row.currency),
                shipping_fee: Money::new(row.shipping_amount, &row.currency),
                recipient: row.recipient_id.and_then(|id| masked.get(&id)).cloned().map(Into::into),
                lines: facts.lines.into_iter().map(Into::into).collect(),
                reasons: facts
                    .reasons
                    .into_iter()
                    .chain(closed.remove(&row.id).unwrap_or_default())
                    .map(Into::into)
                    .collect(),
                audits,
                holds: holds.remove(&row.id).unwrap_or_default(),
                rules: decided_by_rules.remove(&row.id),
                shipments: places_of.remove(&row.id).unwrap_or_default(),
                received_at: row.received_at,
                number: row.number,
            })
        })
        .collect()
}

fn audit(db: &Db, one: Standing, decision: Option<AuditRow>, facts: &str) -> Result<AuditView, Error> {
    let note = match decision.as_ref().map(|row| row.note.as_str()).unwrap_or_default() {
        "" => String::new(),
        sealed => db.open(AUDIT_NOTE, sealed)?,
    };
    let (decided_by, decided_at) = decision.map(|row| (row.decided_by, row.decided_at)).unzip();
    Ok(AuditView {
        kind: one.kind,
        state: one.state,
        causes: one.causes,
        facts: facts.to_owned(),
        decided_by,
        decided_at,
        note,
    })
}

impl From<LineRow> for LineView {
    fn from(row: LineRow) -> Self {
        Self {
            id: row.id,
            number: row.number,
            sku: row.sku,
            title: row.title,
            variant: row.variant,
            quantity: row.quantity,
            price: Money::new(row.price_amount, &row.currency),
            refund: row.refund,
            requires_shipping: row.requires_shipping,
            gone: row.is_gone,
        }
    }
}

impl From<HoldRow> for HoldView {
    fn from(row: HoldRow) -> Self {
        Self {
            id: row.id,
            reason: row.reason,
            until: row.until_at,
            held_by: row.held_by,
            held_at: row.held_at,
        }
    }
}
