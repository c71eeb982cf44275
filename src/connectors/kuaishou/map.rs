//! Kuaishou's order to ours. Pure.

use super::wire::{Base, Item, Logistics, Order, RefundInfo};
use crate::domain::money::Money;
use crate::domain::order::{OrderHead, OrderKind, OrderLine, OrderSnapshot, OrderState, Refund};
use crate::domain::recipient::Recipient;
use crate::domain::time::UtcTime;

/// # Errors
/// A sentence when the order says what we do not know.
pub fn snapshot(order: Order, now: UtcTime) -> Result<OrderSnapshot, String> {
    let state = state(&order)?;
    let refund = refund(&order.order_refund_list);
    let lines = lines(&order).into_iter().map(|line| line.read(refund)).collect();
    let note = order.order_note.order_note_info.iter().max_by_key(|note| note.create_time);
    let (base, to) = (order.order_base_info, order.order_address);
    let head = OrderHead {
        state,
        kind: if base.pre_sale == 1 { OrderKind::Presale } else { OrderKind::Normal },
        created_at: moment(base.create_time),
        paid_at: moment(base.pay_time),
        ship_by: base.valid_promise_shipment_time_stamp.and_then(moment),
        ship_from: None,
        buyer_nick: base.buyer_nick,
        buyer_message: base.remark,
        seller_memo: note.map(|note| note.note.clone()).unwrap_or_default(),
        flag: note.map(|note| flag(&note.flag_tag_code)).unwrap_or_default(),
        total: Money::new(base.total_fee, "CNY"),
        shipping_fee: Money::new(base.express_fee, "CNY"),
        recipient: Recipient {
            name: to.desensitise_consignee,
            phone: to.desensitise_mobile,
            country: "CN".to_owned(),
            province: to.province,
            city: to.city,
            district: to.district,
            town: to.town,
            detail: to.desensitise_address,
            postcode: String::new(),
            address_key: order.order_delivery_info.open_address_id,
        },
    };
    Ok(OrderSnapshot { number: base.oid, updated_at: now, head: Some(head), lines: Some(lines) })
}

fn moment(millis: i64) -> Option<UtcTime> {
    (millis > 0).then(|| UtcTime::of_millis(millis))
}

/// `red_flag_tag_order` is `red`.
pub fn flag(code: &str) -> String {
    code.strip_suffix("_flag_tag_order").unwrap_or_default().to_owned()
}

fn state(order: &Order) -> Result<OrderState, String> {
    let waits = |order: &Order| {
        order
            .sub_order_info
            .iter()
            .filter_map(|sub| sub.sub_order_base_info.as_ref())
            .any(|sub| sub.status == 30)
    };
    Ok(match order.order_base_info.status {
        10 => OrderState::Unpaid,
        30 if is_held(&order.order_base_info) => OrderState::Held,
        30 if order.order_delivery_info.delivery_num > 0 => OrderState::PartiallyShipped,
        30 => OrderState::AwaitingShipment,
        40 if waits(order) => OrderState::PartiallyShipped,
        40 | 50 => OrderState::Shipped,
        70 => OrderState::Completed,
        80 => OrderState::Cancelled,
        other => return Err(format!("its status is {other}, which is not known here")),
    })
}

/// A group that is not formed (1), a risk (2, and code 10001), or no promised time yet.
pub fn is_held(base: &Base) -> bool {
    base.valid_promise_shipment_time_stamp == Some(0)
        || !base.disable_delivery_reason_code.is_empty()
        || base.risk_code == 10_001
}

/// Of several refunds the latest; what is not known here counts as asked for.
pub fn refund(refunds: &[RefundInfo]) -> Refund {
    match refunds.iter().max_by_key(|refund| refund.refund_id).map(|refund| refund.refund_status) {
        None | Some(0) => Refund::None,
        Some(60) => Refund::Refunded,
        Some(70) => Refund::Closed,
        Some(_) => Refund::Requested,
    }
}

/// The order's own goods and those of its parts, each under the number of the order that is theirs.
pub struct Part<'a> {
    pub number: &'a str,
    pub status: i64,
    pub item: &'a Item,
    /// Pieces that left, where the platform tells it.
    pub delivered: i64,
    pub numbers: Vec<&'a str>,
}

impl Part<'_> {
    fn read(&self, refund: Refund) -> OrderLine {
        let item = self.item;
        OrderLine {
            number: self.number.to_owned(),
            sku: if item.sku_nick.is_empty() { item.goods_code.clone() } else { item.sku_nick.clone() },
            title: item.item_title.clone(),
            variant: item.sku_desc.clone(),
            quantity: item.num.max(1),
            price: Money::new(item.price, "CNY"),
            refund,
            requires_shipping: true,
        }
    }
}

pub fn lines(order: &Order) -> Vec<Part<'_>> {
    let base = &order.order_base_info;
    let mut parts = vec![Part {
        number: &base.oid,
        status: base.status,
        item: &order.order_item_info,
        delivered: order.order_delivery_info.delivery_num,
        numbers: shown(&order.order_logistics_info),
    }];
    for sub in &order.sub_order_info {
        // Some answers name the order itself among its parts.
        if let Some(own) = sub.sub_order_base_info.as_ref().filter(|own| own.oid != base.oid) {
            parts.push(Part {
                number: &own.oid,
                status: own.status,
                item: &sub.sub_order_item_info,
                delivered: sub.sub_order_delivery_info.delivery_num,
                numbers: shown(&sub.sub_order_logistics_info),
            });
        }
    }
    parts
}

fn shown(all: &[Logistics]) -> Vec<&str> {
    all.iter().map(|one| one.express_no.as_str()).filter(|number| !number.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    fn read(with: Json) -> Order {
        let mut base = json!({ "oid": 2_401_500_000_000_000_123_i64, "status": 30, "totalFee": 2158,
            "validPromiseShipmentTimeStamp": 1_767_200_400_000_i64 });
        for (key, value) in with.as_object().expect("an object") {
            base[key] = value.clone();
        }
        let order = json!({ "orderBaseInfo": base, "orderItemInfo": { "num": 2, "price": 1079, "itemTitle": "杯", "skuNick": "MUG" },
            "orderDeliveryInfo": { "openAddressId": "key-1" },
            "orderNote": { "orderNoteInfo": [{ "createTime": 1, "note": "旧", "flagTagCode": "red_flag_tag_order" },
                { "createTime": 2, "note": "新", "flagTagCode": "blue_flag_tag_order" }] },
            "subOrderInfo": [{ "subOrderBaseInfo": { "oid": "77", "status": 30 }, "subOrderItemInfo": { "num": 1, "price": 0, "itemTitle": "赠品" } }] });
        serde_json::from_value(order).expect("an order")
    }

    #[test]
    fn an_order_has_its_own_goods_and_its_gifts() {
        let told = snapshot(read(json!({})), UtcTime::of_millis(0)).expect("an order");
        assert_eq!(told.number, "2401500000000000123");
        let head = told.head.expect("a head");
        assert_eq!(
            (head.recipient.address_key.as_str(), head.flag.as_str(), head.seller_memo.as_str()),
            ("key-1", "blue", "新")
        );
        let lines: Vec<String> = told
            .lines
            .expect("lines")
            .iter()
            .map(|line| format!("{}×{}", line.number, line.quantity))
            .collect();
        assert_eq!(lines, ["2401500000000000123×2", "77×1"]);
    }

    #[test]
    fn each_state_is_ours_and_an_unknown_one_is_said() {
        for (with, expected) in [
            (json!({ "status": 10 }), Ok(OrderState::Unpaid)),
            (json!({}), Ok(OrderState::AwaitingShipment)),
            (json!({ "validPromiseShipmentTimeStamp": 0 }), Ok(OrderState::Held)),
            (json!({ "disableDeliveryReasonCode": [1] }), Ok(OrderState::Held)),
            (json!({ "riskCode": 10001 }), Ok(OrderState::Held)),
            (json!({ "status": 40 }), Ok(OrderState::PartiallyShipped)),
            (json!({ "status": 50 }), Ok(OrderState::Shipped)),
            (json!({ "status": 70 }), Ok(OrderState::Completed)),
            (json!({ "status": 80 }), Ok(OrderState::Cancelled)),
            (json!({ "status": 33 }), Err("its status is 33, which is not known here".to_owned())),
        ] {
            assert_eq!(state(&read(with.clone())), expected, "{with}");
        }
    }

    #[test]
    fn the_latest_refund_decides() {
        let refunds = |all: &[(i64, i64)]| {
            let all: Vec<RefundInfo> = all
                .iter()
                .map(|(refund_id, refund_status)| RefundInfo {
                    refund_id: *refund_id,
                    refund_status: *refund_status,
                })
                .collect();
            refund(&all)
        };
        assert_eq!(refunds(&[]), Refund::None);
        assert_eq!(refunds(&[(1, 70), (2, 10)]), Refund::Requested);
        assert_eq!(refunds(&[(2, 60), (1, 10)]), Refund::Refunded);
        assert_eq!(refunds(&[(2, 70)]), Refund::Closed);
        assert_eq!(refunds(&[(2, 999)]), Refund::Requested);
    }
}
