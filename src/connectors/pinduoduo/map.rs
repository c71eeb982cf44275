//! Pinduoduo's order to ours. Pure.

use super::memo::RULE;
use super::wire::{Item, Order};
use crate::connectors::china::read_time;
use crate::connectors::memo::word;
use crate::domain::money::Money;
use crate::domain::order::{OrderHead, OrderKind, OrderLine, OrderSnapshot, OrderState, Refund};
use crate::domain::recipient::Recipient;
use crate::domain::time::UtcTime;

const CURRENCY: &str = "CNY";

/// # Errors
/// A sentence when the order says what we do not know.
pub fn snapshot(order: Order, now: UtcTime) -> Result<OrderSnapshot, String> {
    let time = |text: &str| if text.is_empty() { Ok(None) } else { read_time(text).map(Some) };
    let state = state(&order)?;
    let refund = refund(&order.refund_status)?;
    let (paid_at, confirmed_at) = (time(&order.pay_time)?, time(&order.confirm_time)?);
    let lines =
        order.item_list.iter().enumerate().map(|(at, item)| read_line(item, at, &order.item_list, refund));
    let lines = lines.collect::<Result<_, String>>()?;
    let head = OrderHead {
        state,
        kind: if is_presale(&order) { OrderKind::Presale } else { OrderKind::Normal },
        created_at: time(&order.created_time)?.or(confirmed_at),
        paid_at: paid_at.or(confirmed_at),
        ship_by: time(&order.last_ship_time)?,
        ship_from: None,
        buyer_nick: String::new(),
        buyer_message: order.buyer_memo,
        seller_memo: order.remark,
        flag: flag(&order.remark_tag).to_owned(),
        total: money(&order.pay_amount)?,
        shipping_fee: money(&order.postage)?,
        recipient: Recipient {
            name: readable(&order.receiver_name_mask, &order.receiver_name),
            phone: readable(&order.receiver_phone_mask, &order.contact_mobile.or(order.receiver_phone)),
            country: "CN".to_owned(),
            province: order.province,
            city: order.city,
            district: order.town,
            detail: readable(&order.address_mask, &order.address),
            address_key: order.open_address_id,
            ..Recipient::default()
        },
    };
    Ok(OrderSnapshot { number: order.order_sn, updated_at: now, head: Some(head), lines: Some(lines) })
}

/// The first that is not empty.
trait Or {
    fn or(self, other: String) -> String;
}

impl Or for String {
    fn or(self, other: String) -> String {
        if self.is_empty() { other } else { self }
    }
}

/// The masked text; else the plain one, unless it is a cipher (`~…~`, `#…#`, `$…$`): those of one person differ each time.
fn readable(mask: &str, text: &str) -> String {
    match mask.is_empty() {
        false => mask.to_owned(),
        true if text.starts_with(['~', '#', '$']) => String::new(),
        true => text.to_owned(),
    }
}

fn is_presale(order: &Order) -> bool {
    !matches!(order.pre_sale_time.as_str(), "" | "0")
}

/// Paid is not yet to be sent: the group has to be full, the draw decided, the platform's look over and a presale paid.
fn state(order: &Order) -> Result<OrderState, String> {
    let is_held = order.risk_control_status == "1"
        || order.is_lucky_flag == "2"
        || is_presale(order) && order.pay_time.is_empty();
    Ok(match (order.confirm_status.as_str(), order.order_status.as_str()) {
        ("0", _) => OrderState::Held,
        ("2", _) => OrderState::Cancelled,
        // Paid back before it was sent: nobody waits for it.
        ("1", "1") if order.refund_status == "4" => OrderState::Cancelled,
        ("1", "1") if is_held => OrderState::Held,
        ("1", "1") => OrderState::AwaitingShipment,
        ("1", "2") => OrderState::Shipped,
        ("1", "3") => OrderState::Completed,
        (confirmed, state) => {
            return Err(format!("its states are {confirmed:?} and {state:?}, which are not known here"));
        }
    })
}

/// What the platform says of the whole order's refund.
///
/// # Errors
/// A sentence when it is a word we do not know.
pub fn refund(status: &str) -> Result<Refund, String> {
    Ok(match status {
        "" | "0" | "1" => Refund::None,
        "2" | "3" => Refund::Requested,
        "4" => Refund::Refunded,
        other => return Err(format!("its refund is {other:?}, which is not known here")),
    })
}

fn read_line(item: &Item, at: usize, all: &[Item], refund: Refund) -> Result<OrderLine, String> {
    // Lines have no number of their own; the variant is one as long as it comes once.
    let is_twice = all[..at].iter().any(|other| other.sku_id == item.sku_id);
    Ok(OrderLine {
        number: if is_twice { format!("{}-{}", item.sku_id, at + 1) } else { item.sku_id.clone() },
        sku: if item.outer_id.is_empty() { &item.outer_goods_id } else { &item.outer_id }.clone(),
        title: item.goods_name.clone(),
        variant: item.goods_spec.clone(),
        quantity: item.goods_count.max(1),
        price: money(&item.goods_price)?,
        refund,
        requires_shipping: true,
    })
}

/// Yuan as text.
fn money(text: &str) -> Result<Money, String> {
    match text {
        "" => Ok(Money::new(0, CURRENCY)),
        text => Money::parse(text, CURRENCY).map_err(|text| format!("{text:?} is no amount in yuan")),
    }
}

/// The colours of the platform's notes.
pub fn flag(tag: &str) -> &'static str {
    tag.parse().map_or("", |tag| word(RULE.flags, tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_platform_lets_go_is_to_be_sent() {
        let state = |confirmed: &str, status: &str, refund: &str, risk: &str, lucky: &str| {
            let order = Order {
                confirm_status: confirmed.to_owned(),
                order_status: status.to_owned(),
                refund_status: refund.to_owned(),
                risk_control_status: risk.to_owned(),
                is_lucky_flag: lucky.to_owned(),
                ..Order::default()
            };
            super::state(&order).map(|state| state.to_string())
        };
        for (confirmed, status, refund, risk, lucky, expected) in [
            ("0", "1", "1", "0", "1", "held"),
            ("1", "1", "1", "0", "1", "awaiting_shipment"),
            ("1", "1", "1", "1", "1", "held"),
            ("1", "1", "1", "0", "2", "held"),
            ("1", "1", "2", "0", "1", "awaiting_shipment"),
            ("1", "1", "4", "0", "1", "cancelled"),
            ("1", "2", "1", "0", "1", "shipped"),
            ("1", "3", "4", "0", "1", "completed"),
            ("2", "1", "1", "0", "1", "cancelled"),
        ] {
            assert_eq!(state(confirmed, status, refund, risk, lucky).as_deref(), Ok(expected));
        }
        assert!(state("1", "9", "1", "0", "0").is_err(), "a new number is no guess");
    }

    #[test]
    fn ciphers_are_no_names() {
        assert_eq!(readable("陈**", "~AgAAAAFq~"), "陈**");
        assert_eq!(readable("", "~AgAAAAFq~"), "");
        assert_eq!(readable("", "陈静"), "陈静");
    }
}
