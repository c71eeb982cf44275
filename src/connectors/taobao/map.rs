//! A trade of TOP to our order. Pure.

use super::memo::RULE;
use super::wire::{Order, Trade};
use crate::connectors::china::read_time;
use crate::connectors::loose::is_set;
use crate::connectors::memo::word;
use crate::domain::money::Money;
use crate::domain::order::{OrderHead, OrderKind, OrderLine, OrderSnapshot, OrderState, Refund};
use crate::domain::recipient::Recipient;
use crate::domain::time::UtcTime;

const CURRENCY: &str = "CNY";

/// # Errors
/// A sentence when the order says what we do not know.
pub fn snapshot(trade: Trade, now: UtcTime) -> Result<OrderSnapshot, String> {
    let state = state(&trade)?;
    let time = |text: &str| if text.is_empty() { Ok(None) } else { read_time(text).map(Some) };
    let is_sent = trade.shipping_type != "virtual";
    let head = OrderHead {
        state,
        kind: match trade.kind.as_str() {
            "cod" => OrderKind::Cod,
            "step" => OrderKind::Presale,
            _ => OrderKind::Normal,
        },
        created_at: time(&trade.created)?,
        paid_at: time(&trade.pay_time)?.filter(|_| state != OrderState::Unpaid),
        ship_by: time(&trade.delivery_time)?,
        ship_from: None,
        buyer_nick: trade.buyer_nick,
        buyer_message: trade.buyer_message,
        seller_memo: trade.seller_memo,
        flag: flag(&trade.seller_flag).to_owned(),
        total: money(&trade.payment)?,
        shipping_fee: money(&trade.post_fee)?,
        recipient: Recipient {
            name: trade.receiver_name,
            phone: if trade.receiver_mobile.is_empty() {
                trade.receiver_phone
            } else {
                trade.receiver_mobile
            },
            country: "CN".to_owned(),
            province: trade.receiver_state,
            city: trade.receiver_city,
            district: trade.receiver_district,
            town: trade.receiver_town,
            detail: trade.receiver_address,
            postcode: trade.receiver_zip,
            address_key: trade.oaid,
        },
    };
    let lines = trade.orders.order.iter().map(|line| read_line(line, is_sent));
    Ok(OrderSnapshot {
        number: trade.tid,
        // `modified` has whole seconds: of two changes within one the later would look no newer.
        updated_at: now,
        lines: Some(lines.collect::<Result<_, String>>()?),
        head: Some(head),
    })
}

/// Paid is not yet to be sent: the platform holds orders back for a group, a check or a presale's second payment.
fn state(trade: &Trade) -> Result<OrderState, String> {
    let holds = [
        &trade.top_hold,
        &trade.team_buy_hold,
        &trade.share_group_hold,
        &trade.ofp_hold,
        &trade.forbid_consign,
        &trade.delay_create_delivery,
    ];
    Ok(match trade.status.as_str() {
        "TRADE_NO_CREATE_PAY" | "WAIT_BUYER_PAY" | "PAY_PENDING" | "WAIT_PRE_AUTH_CONFIRM" => {
            OrderState::Unpaid
        }
        "WAIT_SELLER_SEND_GOODS" => match trade.step_trade_status.as_str() {
            "FRONT_NOPAID_FINAL_NOPAID" => OrderState::Unpaid,
            "FRONT_PAID_FINAL_NOPAID" => OrderState::Held,
            "FRONT_PAID_FRONT_FORFEITED" => OrderState::Cancelled,
            "" | "FRONT_PAID_FINAL_PAID" if holds.into_iter().any(|flag| is_set(flag)) => OrderState::Held,
            "" | "FRONT_PAID_FINAL_PAID" => OrderState::AwaitingShipment,
            other => return Err(format!("its presale is {other:?}, which is not known here")),
        },
        "PAID_FORBID_CONSIGN" => OrderState::Held,
        "SELLER_CONSIGNED_PART" => OrderState::PartiallyShipped,
        "WAIT_BUYER_CONFIRM_GOODS" | "TRADE_BUYER_SIGNED" => OrderState::Shipped,
        "TRADE_FINISHED" => OrderState::Completed,
        "TRADE_CLOSED" | "TRADE_CLOSED_BY_TAOBAO" => OrderState::Cancelled,
        other => return Err(format!("its state is {other:?}, which is not known here")),
    })
}

/// What the platform says of a line's refund.
///
/// # Errors
/// A sentence when it is a word we do not know.
pub fn refund(line: &Order) -> Result<Refund, String> {
    // A closed line of a living order was paid back.
    if matches!(line.status.as_str(), "TRADE_CLOSED" | "TRADE_CLOSED_BY_TAOBAO") {
        return Ok(Refund::Refunded);
    }
    Ok(match line.refund_status.as_str() {
        "" | "NO_REFUND" => Refund::None,
        "WAIT_SELLER_AGREE"
        | "WAIT_BUYER_CONFIRM_EXCHANGE_SELLER_SEND_GOODS"
        | "EXCHANGE_TRANSFORM_TO_REFUND"
        | "WAIT_SELLER_CONSIGN_GOODS" => Refund::Requested,
        "WAIT_BUYER_RETURN_GOODS" => Refund::ApprovedWaitingReturn,
        "WAIT_SELLER_CONFIRM_GOODS" => Refund::Returning,
        "SELLER_REFUSE_BUYER" => Refund::Rejected,
        "CLOSED" => Refund::Closed,
        "SUCCESS" => Refund::Refunded,
        other => return Err(format!("its refund is {other:?}, which is not known here")),
    })
}

fn read_line(line: &Order, requires_shipping: bool) -> Result<OrderLine, String> {
    let quantity = line.num.max(1);
    let paid = [&line.divide_order_fee, &line.payment].into_iter().find(|text| !text.is_empty());
    let price = match paid {
        Some(paid) => Money::new(money(paid)?.amount / quantity, CURRENCY),
        None => money(&line.price)?,
    };
    Ok(OrderLine {
        number: line.oid.clone(),
        // The code of the variant before the code of the product.
        sku: if line.outer_sku_id.is_empty() { &line.outer_iid } else { &line.outer_sku_id }.clone(),
        title: line.title.clone(),
        variant: line.sku_properties_name.clone(),
        quantity,
        price,
        refund: refund(line)?,
        requires_shipping,
    })
}

/// Yuan as text.
fn money(text: &str) -> Result<Money, String> {
    match text {
        "" => Ok(Money::new(0, CURRENCY)),
        text => Money::parse(text, CURRENCY).map_err(|text| format!("{text:?} is no amount in yuan")),
    }
}

/// The colours of the platform's flags; 0 is the grey everybody has.
pub fn flag(number: &str) -> &'static str {
    number.parse().map_or("", |number| word(RULE.flags, number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_platform_lets_go_is_to_be_sent() {
        let state = |status: &str, step: &str, hold: &str| {
            let trade = Trade {
                status: status.to_owned(),
                step_trade_status: step.to_owned(),
                team_buy_hold: hold.to_owned(),
                ..Trade::default()
            };
            super::state(&trade).map(|state| state.to_string())
        };
        for (status, step, hold, expected) in [
            ("WAIT_BUYER_PAY", "", "", "unpaid"),
            ("WAIT_SELLER_SEND_GOODS", "", "", "awaiting_shipment"),
            ("WAIT_SELLER_SEND_GOODS", "", "0", "awaiting_shipment"),
            ("WAIT_SELLER_SEND_GOODS", "", "1", "held"),
            ("WAIT_SELLER_SEND_GOODS", "FRONT_PAID_FINAL_NOPAID", "", "held"),
            ("WAIT_SELLER_SEND_GOODS", "FRONT_PAID_FINAL_PAID", "", "awaiting_shipment"),
            ("WAIT_SELLER_SEND_GOODS", "FRONT_PAID_FINAL_PAID", "true", "held"),
            ("WAIT_SELLER_SEND_GOODS", "FRONT_PAID_FRONT_FORFEITED", "", "cancelled"),
            ("PAID_FORBID_CONSIGN", "", "", "held"),
            ("SELLER_CONSIGNED_PART", "", "", "partially_shipped"),
            ("TRADE_BUYER_SIGNED", "", "", "shipped"),
            ("TRADE_FINISHED", "", "", "completed"),
            ("TRADE_CLOSED", "", "", "cancelled"),
            ("TRADE_CLOSED_BY_TAOBAO", "", "", "cancelled"),
        ] {
            assert_eq!(state(status, step, hold).as_deref(), Ok(expected), "{status} {step} {hold}");
        }
        assert!(state("ON_THE_MOON", "", "").is_err(), "a new word is no guess");
    }
}
