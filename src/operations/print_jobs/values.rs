//! What a sheet shows of a shipment, read from the record and put into the words to print.

use std::collections::HashMap;

use chrono::{DateTime, FixedOffset};

use crate::db::shipments::ShipmentRow;
use crate::db::{Db, recipients, rules, sellers, sheet_values, shipments, shops, skus, warehouses, weights};
use crate::domain::carrier_service::DeliveryKind;
use crate::domain::error::Error;
use crate::domain::id::{ShipmentId, SkuId};
use crate::domain::recipient::Recipient;
use crate::domain::time::UtcTime;
use crate::domain::waybill::Format;
use crate::operations::plans;
use crate::operations::skus::{self as skus_of, Piece};
use crate::papers::values::{
    DeliveryNote, HandOverParcel, ItemText, OrderNumberText, PickShipment, RecipientText, RemarkBy,
    RemarkText, SenderText, Stamp, WaybillSheet,
};

/// One shipment in the words of every paper.
#[derive(Clone)]
pub struct Shown {
    pub shipment: ShipmentId,
    pub number: String,
    pub carrier_name: String,
    recipient: RecipientText,
    city: String,
    sender: SenderText,
    items: Vec<ItemText>,
    /// The same by the seller's own SKUs, as the warehouse knows them.
    picks: Vec<ItemText>,
    remarks: Vec<RemarkText>,
    order_numbers: Vec<OrderNumberText>,
    pieces: u32,
    /// The name of the warehouse it leaves from; empty without one.
    pub warehouse: String,
    /// By the scale.
    weight_grams: Option<u32>,
}

/// Reads what sheets show of these shipments. Opens the recipients; whoever prints them records that.
///
/// # Errors
/// When the record cannot be read, or a sealed recipient cannot be opened.
pub fn load(db: &mut Db, rows: &[ShipmentRow]) -> Result<HashMap<ShipmentId, Shown>, Error> {
    let ids: Vec<ShipmentId> = rows.iter().map(|row| row.id).collect();
    let people: Vec<_> = rows.iter().filter_map(|row| row.recipient_id).collect();
    let people = recipients::open(db, &people)?;
    let sender = sellers::settings(db)?.sender;
    let sender = SenderText { name: sender.name, phone: sender.phone, address: sender.address };

    let places: HashMap<String, String> =
        warehouses::all(db)?.into_iter().map(|row| (row.code, row.name)).collect();
    let mut shown: HashMap<ShipmentId, Shown> = rows
        .iter()
        .map(|row| {
            let person = row.recipient_id.and_then(|id| people.get(&id));
            let country = person.map_or("", |person| person.country.as_str());
            let shown = Shown {
                shipment: row.id,
                number: row.waybill.clone(),
                carrier_name: match row.carrier.as_str() {
                    "" => brought_by(row, country)?,
                    carrier => carrier_name(carrier, country),
                },
                recipient: person.map(recipient_text).unwrap_or_default(),
                city: person.map(|person| person.city.clone()).unwrap_or_default(),
                sender: sender.clone(),
                items: Vec::new(),
                picks: Vec::new(),
                remarks: Vec::new(),
                order_numbers: Vec::new(),
                pieces: 0,
                warehouse: places.get(&row.plan_warehouse).cloned().unwrap_or_default(),
                weight_grams: None,
            };
            Ok((row.id, shown))
        })
        .collect::<Result<_, Error>>()?;
    for (id, grams) in weights::weighed(db, &ids)? {
        if let Some(shown) = shown.get_mut(&id) {
            shown.weight_grams = u32::try_from(grams).ok();
        }
    }
    for order in sheet_values::orders(db, &ids)? {
        let Some(shown) = shown.get_mut(&order.shipment_id) else { continue };
        let told = [
            (RemarkBy::Buyer, order.buyer_message, ""),
            (RemarkBy::Seller, order.seller_memo, flag_word(&order.flag)),
        ];
        shown.remarks.extend(told.into_iter().filter(|(_, text, _)| !text.is_empty()).map(
            |(who, text, flag)| RemarkText {
                shop: order.shop.clone(),
                order_number: order.number.clone(),
                who,
                text,
                flag: flag.to_owned(),
            },
        ));
        shown.order_numbers.push(OrderNumberText { shop: order.shop, number: order.number });
    }
    let lines = shipments::content(db, &ids)?;
    let mut meant: Vec<SkuId> = lines.iter().filter_map(|line| line.sku_id).collect();
    meant.sort();
    meant.dedup();
    let own: HashMap<SkuId, _> = skus::find(db, &meant)?.into_iter().map(|sku| (sku.id, sku)).collect();
    let codes: Vec<&str> = own.values().map(|sku| sku.code.as_str()).collect();
    let apart = skus_of::pieces(db, &codes)?;
    for line in lines {
        let Some(shown) = shown.get_mut(&line.shipment_id) else { continue };
        let quantity = u32::try_from(line.quantity).unwrap_or(u32::MAX);
        shown.pieces = shown.pieces.saturating_add(quantity);
        let item = ItemText {
            sku: line.sku,
            name: line.title,
            variant: line.variant,
            quantity,
            location: String::new(),
        };
        let pieces = line.sku_id.and_then(|sku| apart.get(&own.get(&sku)?.code));
        match pieces {
            Some(pieces) => {
                for piece in pieces {
                    add(&mut shown.picks, picked(piece, &item));
                }
            }
            None => add(&mut shown.picks, item.clone()),
        }
        add(&mut shown.items, item);
    }
    add_gifts(db, &ids, &mut shown)?;
    Ok(shown)
}

/// What is fetched for an item: its SKU, or a part of it. The seller's own title says which variant it is.
fn picked(piece: &Piece, item: &ItemText) -> ItemText {
    let has_title = !piece.title.is_empty();
    ItemText {
        sku: piece.code.clone(),
        name: if has_title { piece.title.clone() } else { item.name.clone() },
        variant: if has_title { String::new() } else { item.variant.clone() },
        quantity: item.quantity.saturating_mul(u32::try_from(piece.quantity).unwrap_or(u32::MAX)),
        location: piece.shelf.clone(),
    }
}

/// How a gift is marked, on every paper.
const GIFT: &str = "赠品 Gift";

/// Puts the gifts of rules below what was ordered, by their own SKUs and titles.
fn add_gifts(db: &mut Db, ids: &[ShipmentId], shown: &mut HashMap<ShipmentId, Shown>) -> Result<(), Error> {
    let mut gifts: Vec<(ShipmentId, String, i64)> = Vec::new();
    for row in rules::gifts(db, ids)? {
        let own: Vec<(String, i64)> = serde_json::from_str(&row.gifts).map_err(anyhow::Error::from)?;
        gifts.extend(own.into_iter().map(|(sku, pieces)| (row.shipment_id, sku, pieces)));
    }
    let mut codes: Vec<&str> = gifts.iter().map(|(_, sku, _)| sku.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    if codes.is_empty() {
        return Ok(());
    }
    let known: HashMap<String, (String, String)> =
        skus::by_codes(db, &codes)?.into_iter().map(|row| (row.code, (row.title, row.shelf))).collect();
    for (shipment, sku, pieces) in gifts {
        let Some(shown) = shown.get_mut(&shipment) else { continue };
        let quantity = u32::try_from(pieces).unwrap_or(u32::MAX);
        shown.pieces = shown.pieces.saturating_add(quantity);
        let (name, shelf) = known.get(&sku).cloned().unwrap_or_default();
        let gift = ItemText { name, sku, variant: GIFT.to_owned(), quantity, location: String::new() };
        add(&mut shown.items, gift.clone());
        add(&mut shown.picks, ItemText { location: shelf, ..gift });
    }
    Ok(())
}

/// Adds an item to a list; the same item only counts up.
fn add(items: &mut Vec<ItemText>, item: ItemText) {
    let same = |known: &&mut ItemText| {
        known.sku == item.sku && known.name == item.name && known.variant == item.variant
    };
    match items.iter_mut().find(same) {
        Some(known) => known.quantity = known.quantity.saturating_add(item.quantity),
        None => items.push(item),
    }
}

impl Shown {
    pub fn waybill(&self, stamp: Stamp) -> WaybillSheet {
        WaybillSheet {
            stamp,
            carrier_name: self.carrier_name.clone(),
            number: self.number.clone(),
            sort_code: None,
            recipient: self.recipient.clone(),
            sender: self.sender.clone(),
            items: self.items.clone(),
            remarks: self.remarks.clone(),
            order_numbers: self.order_numbers.clone(),
            pieces: self.pieces,
            package_code: Some(self.shipment.to_string()),
        }
    }

    /// For the packer, who knows the seller's own SKUs.
    pub fn packing_list(&self, stamp: Stamp) -> WaybillSheet {
        WaybillSheet { items: self.picks.clone(), ..self.waybill(stamp) }
    }

    pub fn delivery_note(&self, stamp: Stamp) -> DeliveryNote {
        DeliveryNote {
            stamp,
            shop_name: self.order_numbers.first().map(|order| order.shop.clone()).unwrap_or_default(),
            recipient: self.recipient.clone(),
            sender: self.sender.clone(),
            carrier_name: self.carrier_name.clone(),
            number: self.number.clone(),
            items: self.items.clone(),
            remarks: self.remarks.clone(),
            order_numbers: self.order_numbers.clone(),
            closing: String::new(),
            warehouse: self.warehouse.clone(),
        }
    }

    pub fn pick_shipment(&self, position: u32) -> PickShipment {
        PickShipment {
            position,
            number: self.number.clone(),
            items: self.picks.clone(),
            remarks: self.remarks.clone(),
        }
    }

    pub fn parcel(&self, position: u32) -> HandOverParcel {
        HandOverParcel {
            position,
            number: self.number.clone(),
            city: self.city.clone(),
            pieces: self.pieces,
            weight_grams: self.weight_grams,
        }
    }
}

/// Addresses of Chinese writing run from large to small without separators; others are parted by commas.
fn recipient_text(person: &Recipient) -> RecipientText {
    let chinese = is_chinese(&person.country);
    let joined = |parts: &[&str]| {
        let mut kept: Vec<&str> = Vec::new();
        for part in parts.iter().copied().filter(|part| !part.is_empty()) {
            match kept.last_mut() {
                // 北京市 is its own province, and some shops call that 北京: it is written once.
                Some(last) if *last == part || is_municipality(last, part) => {
                    if part.len() > last.len() {
                        *last = part;
                    }
                }
                _ => kept.push(part),
            }
        }
        kept.join(if chinese { "" } else { ", " })
    };
    let postcode = if chinese { "" } else { person.postcode.as_str() };
    RecipientText {
        name: person.name.clone(),
        phone: person.phone.clone(),
        region: joined(&[&person.province, &person.city, &person.district]),
        detail: joined(&[&person.town, &person.detail, postcode]),
    }
}

/// Whether a province and a city are one of the four cities without a province: `上海` and `上海市`.
fn is_municipality(province: &str, city: &str) -> bool {
    let name = province.trim_end_matches('市');
    matches!(name, "北京" | "天津" | "上海" | "重庆") && city.trim_end_matches('市') == name
}

fn is_chinese(country: &str) -> bool {
    matches!(country, "" | "CN" | "HK" | "MO" | "TW")
}

/// Who brings a parcel that goes without a number; empty for one that waits for its number.
fn without_number(plan_carrier: &str, country: &str) -> &'static str {
    let words = match DeliveryKind::parse(plan_carrier) {
        Ok(DeliveryKind::OwnFleet) => ("Own fleet", "商家自送"),
        Ok(DeliveryKind::SelfPickup) => ("Self-pickup", "到店自提"),
        _ => ("", ""),
    };
    if is_chinese(country) { words.1 } else { words.0 }
}

/// The same with the branch and the worker, where somebody named them.
fn brought_by(row: &ShipmentRow, country: &str) -> Result<String, Error> {
    let who = without_number(&row.plan_carrier, country);
    if who.is_empty() {
        return Ok(String::new());
    }
    let plan = plans::read(&row.plan)?;
    let named = plan.iter().flat_map(|plan| [plan.branch.as_str(), plan.worker.as_str()]);
    let all: Vec<&str> = [who].into_iter().chain(named).filter(|text| !text.is_empty()).collect();
    Ok(all.join(" · "))
}

/// The name of the one warehouse that all of these leave from; empty when they leave from several, or none is known.
pub fn one_warehouse<'a>(all: impl IntoIterator<Item = &'a Shown>) -> String {
    let mut names = all.into_iter().map(|shown| &shown.warehouse);
    let first = names.next();
    first.filter(|first| names.all(|name| name == *first)).cloned().unwrap_or_default()
}

/// The carrier's name in the language of where the parcel goes; its code when it has no other name.
fn carrier_name(code: &str, country: &str) -> String {
    let known = Format::of_carrier(code).next().map(|format| format.carrier);
    known.map_or(code, |carrier| if is_chinese(country) { carrier.name_zh } else { carrier.name }).to_owned()
}

fn flag_word(flag: &str) -> &str {
    match flag {
        "red" => "红",
        "yellow" => "黄",
        "green" => "绿",
        "blue" => "蓝",
        "purple" => "紫",
        "orange" => "橙",
        "gray" | "grey" => "灰",
        other => other,
    }
}

/// A moment on the seller's wall clock: that of the first shop.
///
/// # Errors
/// When the shops cannot be read.
pub fn local_time(db: &mut Db, moment: UtcTime) -> Result<DateTime<FixedOffset>, Error> {
    let minutes = match shops::all(db)?.first() {
        Some(shop) => shop.settings()?.utc_offset_minutes,
        None => crate::domain::shop::ShopSettings::default().utc_offset_minutes,
    };
    let zone = FixedOffset::east_opt(minutes.saturating_mul(60))
        .unwrap_or_else(|| FixedOffset::east_opt(0).expect("UTC is a zone"));
    Ok(moment.chrono().with_timezone(&zone))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_city_without_a_province_is_written_once() {
        for (province, city, expected) in [
            ("上海", "上海市", "上海市浦东新区"),
            ("上海市", "上海市", "上海市浦东新区"),
            ("北京市", "北京", "北京市浦东新区"),
            ("吉林省", "吉林市", "吉林省吉林市浦东新区"),
            ("吉林", "吉林市", "吉林吉林市浦东新区"),
        ] {
            let person = Recipient {
                province: province.to_owned(),
                city: city.to_owned(),
                district: "浦东新区".to_owned(),
                ..Recipient::default()
            };
            assert_eq!(recipient_text(&person).region, expected);
        }
    }
}
