//! JD's order to ours. Pure.

use std::collections::BTreeMap;

use super::wire::{Consignee, Item, Order};
use crate::connectors::china::read_time;
use crate::domain::money::Money;
use crate::domain::order::{OrderHead, OrderKind, OrderLine, OrderSnapshot, OrderState, Refund};
use crate::domain::recipient::Recipient;
use crate::domain::time::UtcTime;

/// # Errors
/// A sentence when the order says what we do not know.
pub fn snapshot(order: Order, now: UtcTime) -> Result<OrderSnapshot, String> {
    let state = state(&order.order_state)?;
    let head = OrderHead {
        state,
        kind: kind(&order),
        created_at: moment(&order.order_start_time)?,
        paid_at: moment(&order.payment_confirm_time)?,
        ship_by: None,
        ship_from: None,
        buyer_nick: order.open_id_buyer,
        buyer_message: order.order_remark,
        seller_memo: order.vender_remark,
        flag: String::new(),
        total: money(&order.order_payment)?,
        shipping_fee: money(&order.freight_price)?,
        recipient: recipient(order.consignee_info),
    };
    // Locked: the buyer wants to cancel, and nobody has decided yet.
    let refund = if order.order_state == "LOCKED" { Refund::Requested } else { Refund::None };
    let lines = lines(order.item_info_list, refund)?;
    Ok(OrderSnapshot { number: order.order_id, updated_at: now, head: Some(head), lines: Some(lines) })
}

pub fn state(word: &str) -> Result<OrderState, String> {
    Ok(match word {
        "NOT_PAY" => OrderState::Unpaid,
        "WAIT_SELLER_STOCK_OUT" | "WAIT_SELLER_DELIVERY" => OrderState::AwaitingShipment,
        "PAUSE" | "POP_ORDER_PAUSE" | "LOCKED" | "WAIT_SEND_CODE" => OrderState::Held,
        "WAIT_GOODS_RECEIVE_CONFIRM" => OrderState::Shipped,
        "FINISHED_L" => OrderState::Completed,
        "TRADE_CANCELED" => OrderState::Cancelled,
        other => return Err(format!("its orderState is {other:?}, which is not known here")),
    })
}

fn kind(order: &Order) -> OrderKind {
    match (order.pay_type.split('-').next(), order.return_order.as_str()) {
        // Sent again after a repair, a claim, or for a missing part.
        (_, "1" | "2") => OrderKind::Reissue,
        (Some("1"), _) => OrderKind::Cod,
        _ => OrderKind::Normal,
    }
}

/// Eight hours east; the year 1 stands for never.
fn moment(text: &str) -> Result<Option<UtcTime>, String> {
    if text.is_empty() || text.starts_with("0001-") {
        return Ok(None);
    }
    read_time(text).map(Some)
}

fn money(text: &str) -> Result<Money, String> {
    let text = if text.is_empty() { "0" } else { text };
    Money::parse(text, "CNY").map_err(|text| format!("{text:?} is no amount"))
}

fn recipient(to: Consignee) -> Recipient {
    let first = |texts: [String; 4]| texts.into_iter().find(|text| !text.is_empty()).unwrap_or_default();
    Recipient {
        name: first([to.desen_fullname, to.fullname, String::new(), String::new()]),
        phone: first([to.desen_mobile, to.mobile, to.desen_telephone, to.telephone]),
        country: "CN".to_owned(),
        province: to.province,
        city: to.city,
        district: to.county,
        town: to.town,
        detail: first([to.desen_full_address, to.full_address, String::new(), String::new()]),
        ..Recipient::default()
    }
}

/// JD numbers no lines; its SKU does, with a mark where one comes twice, as a gift does.
fn lines(items: Vec<Item>, refund: Refund) -> Result<Vec<OrderLine>, String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    items
        .into_iter()
        .map(|item| {
            let times = seen.entry(item.sku_id.clone()).or_default();
            *times += 1;
            let number = if *times == 1 { item.sku_id.clone() } else { format!("{}-{times}", item.sku_id) };
            Ok(OrderLine {
                number,
                sku: item.outer_sku_id,
                title: item.sku_name,
                variant: String::new(),
                quantity: item.item_total.max(1),
                price: money(&item.jd_price)?,
                refund,
                requires_shipping: true,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    fn read(with: Json) -> Result<OrderSnapshot, String> {
        let mut order = json!({
            "orderId": 330_000_000_000_000_123_i64, "orderState": "WAIT_SELLER_STOCK_OUT", "payType": "4-在线支付",
            "orderPayment": "129.90", "freightPrice": "0.00", "orderStartTime": "2026-11-20 10:00:00",
            "paymentConfirmTime": "0001-01-01 00:00:00",
            "consigneeInfo": { "fullname": "", "desen_fullname": "李*", "desen_mobile": "138****0001", "province": "浙江",
                "city": "杭州市", "county": "西湖区", "town": "", "desen_fullAddress": "浙江杭州市西湖区***" },
            "itemInfoList": [{ "skuId": "100", "outerSkuId": "MUG", "skuName": "杯", "itemTotal": "2", "jdPrice": "64.95" },
                { "skuId": "100", "skuName": "赠品", "itemTotal": "1", "jdPrice": "0" }],
        });
        for (key, value) in with.as_object().expect("an object") {
            order[key] = value.clone();
        }
        snapshot(serde_json::from_value(order).expect("an order"), UtcTime::of_millis(0))
    }

    #[test]
    fn an_order_is_read_to_the_last_digit_and_the_year_one_is_never() {
        let told = read(json!({})).expect("an order");
        assert_eq!(told.number, "330000000000000123");
        let head = told.head.expect("a head");
        assert_eq!((head.total.amount, head.paid_at), (12_990, None));
        assert_eq!(head.created_at.map(|at| at.to_string()).as_deref(), Some("2026-11-20T02:00:00Z"));
        assert_eq!((head.recipient.name.as_str(), head.recipient.address_key.as_str()), ("李*", ""));
        let numbers: Vec<String> = told.lines.expect("lines").into_iter().map(|line| line.number).collect();
        assert_eq!(numbers, ["100", "100-2"]);
    }

    #[test]
    fn each_state_is_ours_and_an_unknown_one_is_said() {
        for (word, expected) in [
            ("WAIT_SELLER_STOCK_OUT", "awaiting_shipment none"),
            ("LOCKED", "held requested"),
            ("POP_ORDER_PAUSE", "held none"),
            ("WAIT_SEND_CODE", "held none"),
            ("WAIT_GOODS_RECEIVE_CONFIRM", "shipped none"),
            ("FINISHED_L", "completed none"),
            ("TRADE_CANCELED", "cancelled none"),
            ("ON_THE_MOON", "its orderState is \"ON_THE_MOON\", which is not known here"),
        ] {
            let said = read(json!({ "orderState": word })).map(|told| {
                let refund = told.lines.expect("lines")[0].refund;
                format!("{} {refund}", told.head.expect("a head").state)
            });
            assert_eq!(said.unwrap_or_else(|why| why), expected);
        }
        assert!(read(json!({ "orderPayment": "viel" })).is_err_and(|why| why.contains("viel")));
        assert!(read(json!({ "orderStartTime": "gestern" })).is_err_and(|why| why.contains("gestern")));
    }
}
