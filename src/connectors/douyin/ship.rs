//! Telling Douyin: the parcel with its pieces, under a name that makes the same telling the same.
//!
//! `order/logisticsAddMultiPack` takes any part of an order. Repeated with the same `request_id` it answers as it did the
//! first time and ships nothing more; the order is read first all the same, since another hand may have shipped it.
//! An order with a refund that waits for an answer is never shipped over it (`is_refund_reject` stays away).

use serde_json::json;

use super::map::bare;
use super::wire::{Carrier, Order, Shipped};
use super::{client, codes, detail, map};
use crate::connectors::digest::{hex, md5};
use crate::connectors::link::{Access, CallError};
use crate::connectors::parcel::{Parcel, ShipError};
use crate::connectors::refusal::RefusalKind;
use crate::connectors::shown::{Plan, Shown, ShownParcel};
use crate::domain::waybill::carriers::code_of;

/// The platform's codes of carriers by ours; others are looked for in its own list. Source: seed data of a public ERP,
/// 2026-07, and `order/logisticsCompanyList`.
const CARRIERS: &[(&str, &str)] = &[
    ("sf", "shunfeng"),
    ("zto", "zhongtong"),
    ("yto", "yuantong"),
    ("sto", "shentong"),
    ("yunda", "yunda"),
    ("jt", "jtexpress"),
    ("ems", "ems"),
    ("deppon", "debangwuliu"),
];

pub fn ship(access: &Access, parcel: &Parcel) -> Result<String, ShipError> {
    let order = detail(access, &parcel.order)?;
    let shown = shown(&order);
    let plan = shown.plan(parcel);
    if plan == Ok(Plan::Done) {
        return Ok(proof(parcel, ""));
    }
    if let Some(state) = closed(&order) {
        return Err(parcel.not_shippable(state));
    }
    let Plan::Tell(pieces) = plan? else { return Ok(proof(parcel, "")) };
    let is_asked_back = |line: &&super::wire::Line| map::refund(&line.after_sale_info).is_open();
    let mut told = order.sku_order_list.iter().filter(|line| pieces.contains_key(bare(&line.order_id)));
    if told.any(|line| is_asked_back(&line)) {
        return Err(parcel.not_shippable("waiting for an answer to a refund"));
    }
    let lines: Vec<_> = pieces
        .iter()
        .map(|(line, pieces)| json!({ "shipped_order_id": line, "shipped_num": pieces }))
        .collect();
    let wish = json!({
        "order_id": parcel.order,
        "request_id": request_id(parcel),
        "pack_list": [{
            "logistics_code": parcel.number, "company_code": carrier(access, parcel)?, "shipped_order_info": lines,
        }],
    });
    match client::call::<Shipped>(access, "order.logisticsAddMultiPack", &wish) {
        Ok(shipped) => {
            let pack = shipped.pack_list.iter().find(|pack| pack.logistics_code == parcel.number);
            Ok(proof(parcel, pack.map_or("", |pack| &pack.pack_id)))
        }
        Err(CallError::Invalid(words)) if codes::explained(&words) == Some(RefusalKind::AlreadyShipped) => {
            // By whom?
            match self::shown(&detail(access, &parcel.order)?).plan(parcel)? {
                Plan::Done => Ok(proof(parcel, "")),
                Plan::Tell(_) => Err(ShipError::Refused(words)),
            }
        }
        Err(error) => Err(ShipError::of_write(error)),
    }
}

fn proof(parcel: &Parcel, pack: &str) -> String {
    match pack {
        "" => format!("{} shows {}", parcel.order, parcel.number),
        pack => format!("{} shows {} as pack {pack}", parcel.order, parcel.number),
    }
}

fn shown(order: &Order) -> Shown {
    let lines = order.sku_order_list.iter().filter(|line| line.goods_type == 0 && line.order_status != 4);
    let parcels = order.logistics_info.iter().map(|pack| ShownParcel {
        number: pack.tracking_no.clone(),
        lines: pack
            .product_info
            .iter()
            .map(|packed| (bare(&packed.sku_order_id).to_owned(), packed.product_count))
            .collect(),
    });
    Shown {
        lines: lines.map(|line| (bare(&line.order_id).to_owned(), line.item_num)).collect(),
        parcels: parcels.collect(),
    }
}

/// Why nothing of it leaves, in a word for the person.
fn closed(order: &Order) -> Option<&'static str> {
    match (order.main_status, order.order_status) {
        (21 | 22 | 39, _) | (_, 4) => Some("cancelled"),
        (103, _) | (_, 1) => Some("unpaid"),
        (_, 105) => Some("being checked by the platform"),
        _ => None,
    }
}

/// In the platform's form; of everything that is told, so that no other telling is taken for this one.
fn request_id(parcel: &Parcel) -> String {
    let lines: Vec<String> =
        parcel.lines.iter().map(|line| format!("{}:{}", line.line, line.quantity)).collect();
    let lines = lines.join(",");
    let parts = [&*parcel.key, &*parcel.order, &*parcel.carrier, &*parcel.number, &*lines];
    let hash = hex(&md5(parts.join("\u{1f}")));
    [&hash[..8], &hash[8..12], &hash[12..16], &hash[16..20], &hash[20..]].join("-")
}

fn carrier(access: &Access, parcel: &Parcel) -> Result<String, ShipError> {
    if let Some((_, code)) = CARRIERS.iter().find(|(ours, _)| *ours == parcel.carrier) {
        return Ok((*code).to_owned());
    }
    let list: Vec<Carrier> = client::call(access, "order.logisticsCompanyList", &json!({}))?;
    let found =
        list.into_iter().find(|one| code_of(&one.name) == parcel.carrier || one.code == parcel.carrier);
    found.map(|one| one.code).ok_or_else(|| parcel.no_carrier())
}
