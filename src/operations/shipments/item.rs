//! A shipment as people and programs see it, put together for a whole page at once.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use chrono::Duration;
use serde::Serialize;

use crate::db::orders::{self, OrderRow};
use crate::db::recipients::{self, RecipientRow};
use crate::db::shipments::{self as record, ShipmentRow};
use crate::db::shops::{self, ShopRow};
use crate::db::{Db, rules};
use crate::domain::error::Error;
use crate::domain::id::{LineId, NumberRunId, OrderId, RecipientId, ShipmentId, ShopId, SkuId};
use crate::domain::plan::Plan;
use crate::domain::platform::Platform;
use crate::domain::reason::{Reason, ReasonCode};
use crate::domain::shipment::{PrintState, ShipmentState};
use crate::domain::sku::total_g;
use crate::domain::time::UtcTime;
use crate::operations::orders::{RemarkItem, Threads};
use crate::operations::{plans, skus};

/// A shipment with all that is shown of it; names, phones and addresses are masked.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ShipmentItem {
    pub id: ShipmentId,
    pub state: ShipmentState,
    pub orders: Vec<OrderItem>,
    pub lines: Vec<LineItem>,
    pub recipient: Option<RecipientItem>,
    pub reasons: Vec<ReasonItem>,
    pub remarks: Vec<RemarkItem>,
    /// `None` while nothing promises a day.
    pub ship_by: Option<UtcTime>,
    /// From then on little time is left: the longest warning of its shops before that.
    pub warn_at: Option<UtcTime>,
    pub paid_at: Option<UtcTime>,
    pub pieces: i64,
    /// What its pieces weigh by the SKUs they mean, without the box. Null while a line means none, or a SKU has no weight.
    pub estimated_weight_g: Option<i64>,
    pub merged: bool,
    pub tags: Vec<String>,
    pub carrier: Option<String>,
    /// Which way it is to go, and why; null while nothing says so. Kept as it was once it has a number.
    pub plan: Option<Plan>,
    pub waybill: Option<String>,
    pub number_run: Option<NumberRunId>,
    pub run_position: Option<i64>,
    pub print: PrintState,
    pub shipped_at: Option<UtcTime>,
    pub cancelled_at: Option<UtcTime>,
    /// Counts every change.
    pub version: i64,
}

/// An order of a shipment.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct OrderItem {
    pub id: OrderId,
    /// The platform's number.
    pub number: String,
    pub shop: ShopId,
    pub shop_name: String,
    pub platform: Platform,
    pub buyer_nick: String,
    /// The platform's.
    pub flag: String,
    /// Our own, by a rule or by hand; null without one.
    pub own_flag: Option<String>,
}

/// Pieces of one line that leave in a shipment.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct LineItem {
    pub line: LineId,
    pub order: OrderId,
    pub sku: String,
    pub title: String,
    pub variant: String,
    pub quantity: i64,
    /// The own SKU it means, by its code; null while nobody knows.
    pub own_sku: Option<String>,
}

/// A recipient, masked.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct RecipientItem {
    pub id: RecipientId,
    pub name: String,
    pub phone: String,
    pub country: String,
    pub region: String,
    pub region_code: String,
    pub detail: String,
}

/// A reason with its sentences and the next step.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ReasonItem {
    pub code: String,
    pub order: OrderId,
    pub message: String,
    pub message_zh: String,
    pub next: &'static str,
    pub next_zh: &'static str,
    /// The page where it is mended, where one page does it.
    pub mend: Option<String>,
}

impl From<RecipientRow> for RecipientItem {
    fn from(row: RecipientRow) -> Self {
        Self {
            id: row.id,
            name: row.masked_name,
            phone: row.masked_phone,
            country: row.country,
            region: row.region,
            region_code: row.region_code,
            detail: row.masked_detail,
        }
    }
}

impl From<Reason> for ReasonItem {
    fn from(reason: Reason) -> Self {
        let (message, message_zh) = reason.message();
        let (next, next_zh) = reason.code.next_step();
        let mend = match reason.code {
            ReasonCode::SkuUnmapped => Some(format!("/skus/unmapped?order={}", reason.order)),
            ReasonCode::RuleHeld => Some(format!("/orders/{}#rules", reason.order)),
            ReasonCode::RemarkUnread => Some(format!("/orders/{}#remarks", reason.order)),
            ReasonCode::AuditCustomer | ReasonCode::AuditFinance => {
                Some(format!("/orders/{}#audits", reason.order))
            }
            _ => None,
        };
        Self { code: reason.code.to_string(), order: reason.order, message, message_zh, next, next_zh, mend }
    }
}

/// Puts shipments together with their orders, lines and recipients, in the order given.
///
/// # Errors
/// When the record cannot be read.
pub fn items(db: &mut Db, rows: Vec<ShipmentRow>) -> Result<Vec<ShipmentItem>, Error> {
    let ids: Vec<ShipmentId> = rows.iter().map(|row| row.id).collect();
    let shops: HashMap<ShopId, ShopRow> = shops::all(db)?.into_iter().map(|shop| (shop.id, shop)).collect();
    let members = record::members(db, &ids)?;
    let mut order_ids: Vec<OrderId> = members.iter().map(|member| member.order_id).collect();
    order_ids.sort();
    order_ids.dedup();
    let orders: HashMap<OrderId, OrderRow> =
        orders::find(db, &order_ids)?.into_iter().map(|row| (row.id, row)).collect();
    let recipient_ids: Vec<RecipientId> = rows.iter().filter_map(|row| row.recipient_id).collect();
    let masked = recipients::masked(db, &recipient_ids)?;

    let mut company: HashMap<ShipmentId, Vec<&OrderRow>> = HashMap::new();
    for member in &members {
        company.entry(member.shipment_id).or_default().extend(orders.get(&member.order_id));
    }
    let threads = Threads::load(db, &order_ids)?;
    let flags = rules::flags(db, &order_ids)?;
    let lines = record::content(db, &ids)?;
    let mut meant: Vec<SkuId> = lines.iter().filter_map(|line| line.sku_id).collect();
    meant.sort();
    meant.dedup();
    let meant = if meant.is_empty() { HashMap::new() } else { skus::weights(db, &meant)? };
    let mut content: HashMap<ShipmentId, Vec<LineItem>> = HashMap::new();
    let mut pieces: HashMap<ShipmentId, Vec<(i64, Option<i64>)>> = HashMap::new();
    for row in lines {
        let sku = row.sku_id.and_then(|sku| meant.get(&sku));
        pieces.entry(row.shipment_id).or_default().push((row.quantity, sku.and_then(|(_, weight)| *weight)));
        content.entry(row.shipment_id).or_default().push(LineItem {
            own_sku: sku.map(|(code, _)| code.clone()),
            line: row.line_id,
            order: row.order_id,
            sku: row.sku,
            title: row.title,
            variant: row.variant,
            quantity: row.quantity,
        });
    }

    let mut warnings: HashMap<ShopId, Duration> = HashMap::new();
    for shop in orders.values().filter_map(|order| shops.get(&order.shop_id)) {
        if let Entry::Vacant(place) = warnings.entry(shop.id) {
            place.insert(Duration::minutes(shop.settings()?.deadline.warn_minutes));
        }
    }

    rows.into_iter()
        .map(|row| {
            let orders = company.remove(&row.id).unwrap_or_default();
            let due = Some(row.due_at).filter(|due| *due < UtcTime::never());
            let warning = orders.iter().filter_map(|order| warnings.get(&order.shop_id)).max();
            let reasons: Vec<Reason> = serde_json::from_str(&row.reasons).map_err(anyhow::Error::from)?;
            Ok(ShipmentItem {
                id: row.id,
                state: row.state,
                remarks: orders
                    .iter()
                    .map(|order| threads.of(db, order))
                    .collect::<Result<Vec<_>, _>>()?
                    .concat(),
                lines: content.remove(&row.id).unwrap_or_default(),
                orders: orders
                    .into_iter()
                    .map(|order| order_item(&shops[&order.shop_id], order, flags.get(&order.id).cloned()))
                    .collect(),
                recipient: row.recipient_id.and_then(|id| masked.get(&id)).cloned().map(Into::into),
                reasons: reasons.into_iter().map(Into::into).collect(),
                ship_by: due,
                warn_at: due.zip(warning).map(|(due, warning)| due.plus(-*warning)),
                paid_at: row.paid_at,
                pieces: row.piece_count,
                estimated_weight_g: total_g(pieces.remove(&row.id).unwrap_or_default()),
                merged: row.order_count > 1,
                tags: serde_json::from_str(&row.tags).map_err(anyhow::Error::from)?,
                plan: plans::read(&row.plan)?,
                carrier: Some(row.carrier).filter(|carrier| !carrier.is_empty()),
                waybill: Some(row.waybill).filter(|number| !number.is_empty()),
                number_run: row.number_run_id,
                run_position: row.run_position,
                print: row.print,
                shipped_at: row.shipped_at,
                cancelled_at: row.cancelled_at,
                version: row.version,
            })
        })
        .collect()
}

fn order_item(shop: &ShopRow, order: &OrderRow, own_flag: Option<String>) -> OrderItem {
    OrderItem {
        id: order.id,
        number: order.number.clone(),
        shop: order.shop_id,
        shop_name: shop.name.clone(),
        platform: shop.platform,
        buyer_nick: order.buyer_nick.clone(),
        flag: order.flag.clone(),
        own_flag,
    }
}
