//! Douyin's order to ours. Pure.

use super::memo::RULE;
use super::wire::{Address, AfterSale, Line, Order};
use crate::connectors::memo::word;
use crate::domain::money::Money;
use crate::domain::order::{OrderHead, OrderKind, OrderLine, OrderSnapshot, OrderState, Refund};
use crate::domain::recipient::Recipient;
use crate::domain::time::UtcTime;

/// # Errors
/// A sentence when the order says what we do not know.
pub fn snapshot(order: Order, now: UtcTime) -> Result<OrderSnapshot, String> {
    let head = OrderHead {
        state: state(&order)?,
        kind: kind(&order),
        created_at: moment(order.create_time),
        paid_at: moment(order.pay_time),
        ship_by: moment(order.exp_ship_time),
        ship_from: moment(order.appointment_ship_time),
        buyer_nick: order.doudian_open_id.clone(),
        buyer_message: order.buyer_words.clone(),
        seller_memo: order.seller_words.clone(),
        flag: flag(order.seller_remark_stars).to_owned(),
        total: Money::new(order.pay_amount, "CNY"),
        shipping_fee: Money::new(order.post_amount, "CNY"),
        recipient: recipient(&order),
    };
    let number = bare(&order.order_id).to_owned();
    let lines = order.sku_order_list.into_iter().map(read_line).collect();
    Ok(OrderSnapshot { number, updated_at: now, head: Some(head), lines: Some(lines) })
}

/// Old interfaces wrote an `A` behind the number.
pub fn bare(number: &str) -> &str {
    number.strip_suffix('A').unwrap_or(number)
}

fn moment(seconds: i64) -> Option<UtcTime> {
    (seconds > 0).then(|| UtcTime::of_millis(seconds.saturating_mul(1_000)))
}

fn state(order: &Order) -> Result<OrderState, String> {
    match order.main_status {
        // The deposit alone.
        103 => return Ok(OrderState::Unpaid),
        // Refunded as a whole before it left, after it left, after it was received.
        21 | 22 | 39 => return Ok(OrderState::Cancelled),
        _ => {}
    }
    Ok(match order.order_status {
        // Cash on delivery waits for the seller's word.
        1 if order.pay_type == Some(0) => OrderState::Held,
        1 => OrderState::Unpaid,
        // Paid, and looked at by the platform.
        105 => OrderState::Held,
        2 => OrderState::AwaitingShipment,
        101 => OrderState::PartiallyShipped,
        3 => OrderState::Shipped,
        5 => OrderState::Completed,
        4 => OrderState::Cancelled,
        other => return Err(format!("its order_status is {other}, which is not known here")),
    })
}

fn kind(order: &Order) -> OrderKind {
    let is_presale = |line: &Line| line.trade_type == 2 || line.pre_sale_type != 0;
    match () {
        () if order.pay_type == Some(0) => OrderKind::Cod,
        () if order.sku_order_list.iter().any(is_presale) => OrderKind::Presale,
        () => OrderKind::Normal,
    }
}

pub fn flag(star: i64) -> &'static str {
    word(RULE.flags, star)
}

fn recipient(order: &Order) -> Recipient {
    let (masked, plain) = (&order.mask_post_addr, &order.post_addr);
    let part = |of: fn(&Address) -> &String| {
        let first = of(masked);
        if first.is_empty() { of(plain).clone() } else { first.clone() }
    };
    Recipient {
        name: order.mask_post_receiver.clone(),
        phone: order.mask_post_tel.clone(),
        country: "CN".to_owned(),
        province: part(|address| &address.province.name),
        city: part(|address| &address.city.name),
        // The platform calls the district a town, and the town a street.
        district: part(|address| &address.town.name),
        town: part(|address| &address.street.name),
        detail: part(|address| &address.detail),
        postcode: String::new(),
        address_key: order.open_address_id.clone(),
    }
}

fn read_line(line: Line) -> OrderLine {
    let quantity = line.item_num.max(1);
    let values: Vec<&str> =
        line.spec.iter().map(|spec| spec.value.as_str()).filter(|value| !value.is_empty()).collect();
    OrderLine {
        number: bare(&line.order_id).to_owned(),
        variant: values.join(" "),
        quantity,
        price: Money::new(line.pay_amount / quantity, "CNY"),
        refund: if line.order_status == 4 { Refund::Refunded } else { refund(&line.after_sale_info) },
        requires_shipping: line.goods_type == 0,
        sku: if line.code.is_empty() { line.out_sku_id } else { line.code },
        title: line.product_name,
    }
}

/// What is not known here counts as asked for: the line waits until a person has looked.
pub fn refund(info: &AfterSale) -> Refund {
    // Exchanges (3), price guarantees (6), things sent later (7) and repairs (8) give no goods back for good.
    let is_for_money = matches!(info.after_sale_type, 0 | 1 | 2 | 4 | 5);
    match info.after_sale_status {
        0 => Refund::None,
        6 => Refund::Requested,
        7 => Refund::ApprovedWaitingReturn,
        11 => Refund::Returning,
        12 | 51 | 53 if is_for_money && info.refund_status != 4 => Refund::Refunded,
        12 | 13 | 14 | 28 | 51 | 53 => Refund::Closed,
        27 | 29 => Refund::Rejected,
        _ => Refund::Requested,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    fn order(with: Json) -> Order {
        let mut order = json!({
            "order_id": "6496679971677798670A", "order_status": 2, "pay_amount": 2158, "pay_type": 2,
            "sku_order_list": [{ "order_id": 6_496_679_971_677_798_671_i64, "item_num": 2, "pay_amount": 2158, "code": "MUG" }],
        });
        for (key, value) in with.as_object().expect("an object") {
            order[key] = value.clone();
        }
        serde_json::from_value(order).expect("an order")
    }

    #[test]
    fn each_state_is_ours_and_an_unknown_one_is_said() {
        for (with, expected) in [
            (json!({ "order_status": 1 }), Ok(OrderState::Unpaid)),
            (json!({ "order_status": 1, "pay_type": 0 }), Ok(OrderState::Held)),
            (json!({ "order_status": 105 }), Ok(OrderState::Held)),
            (json!({ "order_status": 2 }), Ok(OrderState::AwaitingShipment)),
            (json!({ "order_status": "101" }), Ok(OrderState::PartiallyShipped)),
            (json!({ "order_status": 3 }), Ok(OrderState::Shipped)),
            (json!({ "order_status": 5 }), Ok(OrderState::Completed)),
            (json!({ "order_status": 4 }), Ok(OrderState::Cancelled)),
            (json!({ "order_status": 1, "main_status": 103 }), Ok(OrderState::Unpaid)),
            (json!({ "order_status": 4, "main_status": 21 }), Ok(OrderState::Cancelled)),
            (
                json!({ "order_status": 999 }),
                Err("its order_status is 999, which is not known here".to_owned()),
            ),
        ] {
            assert_eq!(state(&order(with.clone())), expected, "{with}");
        }
    }

    #[test]
    fn each_after_sale_stops_its_line_or_not() {
        for (status, kind, refund_status, expected) in [
            (0, 0, 0, Refund::None),
            (6, 2, 1, Refund::Requested),
            (7, 0, 1, Refund::ApprovedWaitingReturn),
            (11, 0, 1, Refund::Returning),
            (12, 1, 3, Refund::Refunded),
            (51, 5, 3, Refund::Refunded),
            (12, 6, 3, Refund::Closed),
            (12, 3, 0, Refund::Closed),
            (28, 1, 4, Refund::Closed),
            (12, 1, 4, Refund::Closed),
            (27, 1, 4, Refund::Rejected),
            (29, 0, 1, Refund::Rejected),
            (777, 0, 0, Refund::Requested),
        ] {
            let info = AfterSale { after_sale_status: status, after_sale_type: kind, refund_status };
            assert_eq!(refund(&info), expected, "{status} {kind} {refund_status}");
        }
    }

    #[test]
    fn numbers_and_amounts_are_exact_and_the_recipient_keeps_its_key() {
        let now = UtcTime::of_millis(0);
        let told = snapshot(
            order(json!({
                "pay_amount": "9007199254740993", "exp_ship_time": 1_767_200_400, "seller_remark_stars": 5,
                "seller_words": "易碎", "open_address_id": "#xyz", "mask_post_receiver": "李*", "mask_post_tel": "138****0001",
                "post_addr": { "province": { "name": "浙江省" }, "city": { "name": "杭州市" }, "town": { "name": "余杭区" }, "street": null },
                "mask_post_addr": { "detail": "文一西路***" },
            })),
            now,
        )
        .expect("an order");
        assert_eq!(told.number, "6496679971677798670");
        let head = told.head.expect("a head");
        assert_eq!(head.total.amount, 9_007_199_254_740_993);
        assert_eq!((head.flag.as_str(), head.seller_memo.as_str()), ("red", "易碎"));
        assert_eq!(head.ship_by.map(|at| at.to_string()).as_deref(), Some("2025-12-31T17:00:00Z"));
        let who = head.recipient;
        assert_eq!(
            [&*who.province, &*who.city, &*who.district, &*who.detail],
            ["浙江省", "杭州市", "余杭区", "文一西路***"]
        );
        assert_eq!(who.address_key, "#xyz");
        let line = &told.lines.expect("lines")[0];
        assert_eq!(
            (line.number.as_str(), line.price.amount, line.sku.as_str()),
            ("6496679971677798671", 1079, "MUG")
        );
    }
}
