//! Xiaohongshu's order to ours. Pure.

use std::collections::BTreeMap;

use super::memo::RULE;
use super::wire::{Order, Sku};
use crate::connectors::memo::word;
use crate::domain::money::Money;
use crate::domain::order::{OrderHead, OrderKind, OrderLine, OrderSnapshot, OrderState, Refund};
use crate::domain::recipient::Recipient;
use crate::domain::time::UtcTime;

/// # Errors
/// A sentence when the order says what we do not know.
pub fn snapshot(order: Order, now: UtcTime) -> Result<OrderSnapshot, String> {
    let refund = refund(&order);
    let head = OrderHead {
        state: state(order.order_status)?,
        kind: kind(order.order_type),
        created_at: moment(order.created_time),
        paid_at: moment(order.paid_time),
        ship_by: moment(order.promise_last_delivery_time),
        ship_from: moment(order.presale_delivery_start_time),
        buyer_nick: order.user_id,
        buyer_message: order.customer_remark,
        seller_memo: order.seller_remark,
        flag: flag(order.seller_remark_flag).to_owned(),
        total: Money::new(order.total_pay_amount, "CNY"),
        shipping_fee: Money::new(order.total_shipping_free, "CNY"),
        recipient: Recipient {
            country: "CN".to_owned(),
            province: order.receiver_province_name,
            city: order.receiver_city_name,
            district: order.receiver_district_name,
            address_key: order.open_address_id,
            ..Recipient::default()
        },
    };
    let lines =
        numbered(&order.sku_list).into_iter().map(|(number, sku)| read_line(number, sku, refund)).collect();
    Ok(OrderSnapshot { number: order.order_id, updated_at: now, head: Some(head), lines: Some(lines) })
}

fn moment(millis: i64) -> Option<UtcTime> {
    (millis > 0).then(|| UtcTime::of_millis(millis))
}

pub fn state(status: i64) -> Result<OrderState, String> {
    Ok(match status {
        1 => OrderState::Unpaid,
        // Being processed; at the customs.
        2 | 3 => OrderState::Held,
        4 => OrderState::AwaitingShipment,
        5 => OrderState::PartiallyShipped,
        // An exchange is asked for of what has arrived.
        6 | 10 => OrderState::Shipped,
        7 => OrderState::Completed,
        8 | 9 => OrderState::Cancelled,
        other => return Err(format!("its orderStatus is {other}, which is not known here")),
    })
}

/// The platform tells it of the whole order; what is not known here counts as asked for.
pub fn refund(order: &Order) -> Refund {
    match order.order_after_sales_status {
        _ if order.cancel_status == 1 || order.order_status == 10 => Refund::Requested,
        0 | 1 => Refund::None,
        4 => Refund::Rejected,
        // Done, closed, taken back: an order that is paid back as a whole is closed itself.
        3 | 5 | 7 => Refund::Closed,
        _ => Refund::Requested,
    }
}

fn kind(order_type: i64) -> OrderKind {
    match order_type {
        2 | 3 => OrderKind::Presale,
        5 => OrderKind::Reissue,
        _ => OrderKind::Normal,
    }
}

pub fn flag(flag: i64) -> &'static str {
    word(RULE.flags, flag)
}

/// The platform numbers no lines; its SKU does, with a mark where one comes twice.
pub fn numbered(skus: &[Sku]) -> Vec<(String, &Sku)> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let number = |sku: &'_ Sku| {
        let times = seen.entry(sku.sku_id.clone()).or_default();
        *times += 1;
        if *times == 1 { sku.sku_id.clone() } else { format!("{}-{times}", sku.sku_id) }
    };
    let numbers: Vec<String> = skus.iter().map(number).collect();
    numbers.into_iter().zip(skus).collect()
}

fn read_line(number: String, sku: &Sku, refund: Refund) -> OrderLine {
    let quantity = sku.sku_quantity.max(1);
    OrderLine {
        number,
        sku: sku.erpcode.clone(),
        title: sku.sku_name.clone(),
        variant: sku.sku_spec.clone(),
        quantity,
        price: Money::new(sku.total_paid_amount / quantity, "CNY"),
        refund,
        requires_shipping: true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    fn read(with: Json) -> Order {
        let mut order = json!({ "orderId": "P718870545250225361", "orderStatus": 4, "totalPayAmount": 2158, "openAddressId": "a1",
            "skuList": [{ "skuId": "s1", "skuQuantity": 2, "totalPaidAmount": 2158 }, { "skuId": "s1", "skuQuantity": 1 }] });
        for (key, value) in with.as_object().expect("an object") {
            order[key] = value.clone();
        }
        serde_json::from_value(order).expect("an order")
    }

    #[test]
    fn states_and_after_sales_are_ours_and_an_unknown_state_is_said() {
        for (with, expected) in [
            (json!({ "orderStatus": 1 }), "unpaid none"),
            (json!({ "orderStatus": 2 }), "held none"),
            (json!({ "orderStatus": 3 }), "held none"),
            (json!({}), "awaiting_shipment none"),
            (json!({ "orderStatus": 5 }), "partially_shipped none"),
            (json!({ "orderStatus": 6 }), "shipped none"),
            (json!({ "orderStatus": 7, "orderAfterSalesStatus": 3 }), "completed closed"),
            (json!({ "orderStatus": 8 }), "cancelled none"),
            (json!({ "orderStatus": 9 }), "cancelled none"),
            (json!({ "orderStatus": 10 }), "shipped requested"),
            (json!({ "cancelStatus": 1 }), "awaiting_shipment requested"),
            (json!({ "orderAfterSalesStatus": 2 }), "awaiting_shipment requested"),
            (json!({ "orderAfterSalesStatus": 4 }), "awaiting_shipment rejected"),
            (json!({ "orderAfterSalesStatus": 6 }), "awaiting_shipment requested"),
            (json!({ "orderStatus": 42 }), "its orderStatus is 42, which is not known here"),
        ] {
            let said = snapshot(read(with.clone()), UtcTime::of_millis(0)).map(|told| {
                let refund = told.lines.expect("lines")[0].refund;
                format!("{} {refund}", told.head.expect("a head").state)
            });
            assert_eq!(said.unwrap_or_else(|why| why), expected, "{with}");
        }
    }

    #[test]
    fn a_sku_that_comes_twice_is_two_lines() {
        let told = snapshot(read(json!({})), UtcTime::of_millis(0)).expect("an order");
        let lines: Vec<_> =
            told.lines.expect("lines").into_iter().map(|line| (line.number, line.price.amount)).collect();
        assert_eq!(lines, [("s1".to_owned(), 1079), ("s1-2".to_owned(), 0)]);
        assert_eq!(told.head.expect("a head").recipient.address_key, "a1");
    }
}
