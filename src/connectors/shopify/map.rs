//! Shopify's order to ours. Pure.

use super::memo::parts;
use super::wire::{Address, Line, MoneyBag, Order, number};
use crate::connectors::link::joined_name;
use crate::domain::money::Money;
use crate::domain::order::{OrderHead, OrderKind, OrderLine, OrderSnapshot, OrderState, Refund};
use crate::domain::recipient::Recipient;
use crate::domain::time::UtcTime;

/// # Errors
/// A sentence when the order says what we do not know.
pub fn snapshot(order: Order) -> Result<OrderSnapshot, String> {
    let time = |text: &Option<String>| text.as_deref().map(UtcTime::parse).transpose();
    let is_cod =
        order.payment_gateway_names.iter().any(|name| name.to_lowercase().contains("cash on delivery"));
    let state = state(&order, is_cod)?;
    let refund = refund(&order)?;
    let (message, memo) = parts(order.note.as_deref().unwrap_or_default());
    let is_paid = !matches!(state, OrderState::Unpaid);
    let head = OrderHead {
        state,
        kind: if is_cod { OrderKind::Cod } else { OrderKind::Normal },
        created_at: Some(UtcTime::parse(&order.created_at)?),
        // The moment of payment is not told; the checkout's end stands for it.
        paid_at: time(&order.processed_at)?.filter(|_| is_paid && !is_cod),
        ship_by: None,
        ship_from: None,
        buyer_nick: order.email.clone().unwrap_or_default(),
        buyer_message: message,
        seller_memo: memo,
        flag: String::new(),
        total: money(&order.current_total_price_set)?,
        shipping_fee: match &order.total_shipping_price_set {
            Some(fee) => money(fee)?,
            None => Money::new(0, &order.current_total_price_set.shop_money.currency_code),
        },
        recipient: recipient(order.shipping_address.unwrap_or_default(), order.phone),
    };
    let lines = order.line_items.nodes.into_iter().map(|line| read_line(line, refund));
    Ok(OrderSnapshot {
        number: order.name,
        updated_at: UtcTime::parse(&order.updated_at)?,
        head: Some(head),
        lines: Some(lines.collect::<Result<_, String>>()?),
    })
}

fn state(order: &Order, is_cod: bool) -> Result<OrderState, String> {
    if order.cancelled_at.is_some() {
        return Ok(OrderState::Cancelled);
    }
    let financial = order.display_financial_status.as_deref().unwrap_or("PENDING");
    match financial {
        "VOIDED" => return Ok(OrderState::Cancelled),
        "PENDING" if is_cod => {}
        "PENDING" | "AUTHORIZED" | "PARTIALLY_PAID" | "EXPIRED" => return Ok(OrderState::Unpaid),
        "PAID" | "PARTIALLY_REFUNDED" | "REFUNDED" => {}
        other => return Err(format!("its payment is {other:?}, which is not known here")),
    }
    Ok(match order.display_fulfillment_status.as_str() {
        "UNFULFILLED" | "OPEN" | "IN_PROGRESS" | "PENDING_FULFILLMENT" | "REQUEST_DECLINED" => {
            OrderState::AwaitingShipment
        }
        "ON_HOLD" | "SCHEDULED" => OrderState::Held,
        "PARTIALLY_FULFILLED" => OrderState::PartiallyShipped,
        "FULFILLED" if order.closed_at.is_some() => OrderState::Completed,
        "FULFILLED" => OrderState::Shipped,
        "FULFILLMENT_NOT_REQUIRED" => OrderState::Completed,
        "RESTOCKED" => OrderState::Cancelled,
        other => return Err(format!("its shipping is {other:?}, which is not known here")),
    })
}

/// What the whole order's lines have of refunds and returns.
fn refund(order: &Order) -> Result<Refund, String> {
    if order.display_financial_status.as_deref() == Some("REFUNDED") {
        return Ok(Refund::Refunded);
    }
    Ok(match order.return_status.as_deref().unwrap_or("NO_RETURN") {
        "NO_RETURN" => Refund::None,
        "RETURN_REQUESTED" => Refund::Requested,
        "IN_PROGRESS" | "INSPECTION_COMPLETE" => Refund::Returning,
        "RETURNED" => Refund::Closed,
        "RETURN_FAILED" => Refund::Rejected,
        other => return Err(format!("its return is {other:?}, which is not known here")),
    })
}

fn read_line(line: Line, refund: Refund) -> Result<OrderLine, String> {
    // Pieces taken back do not leave; a line without any left stays as what it was.
    let is_gone = line.current_quantity == 0;
    Ok(OrderLine {
        number: number(&line.id).to_owned(),
        sku: line.sku.unwrap_or_default(),
        title: line.title,
        variant: line.variant_title.unwrap_or_default(),
        quantity: if is_gone { line.quantity.max(1) } else { line.current_quantity },
        price: money(&line.discounted_unit_price_set)?,
        refund: if is_gone { Refund::Refunded } else { refund },
        requires_shipping: line.requires_shipping,
    })
}

fn money(bag: &MoneyBag) -> Result<Money, String> {
    Money::parse(&bag.shop_money.amount, &bag.shop_money.currency_code)
}

fn recipient(address: Address, order_phone: Option<String>) -> Recipient {
    let text = Option::unwrap_or_default;
    let lines = [address.company, address.address1, address.address2].map(text);
    let lines: Vec<String> = lines.into_iter().filter(|line| !line.trim().is_empty()).collect();
    let name = joined_name(&text(address.first_name), &text(address.last_name));
    Recipient {
        name,
        phone: address.phone.filter(|phone| !phone.is_empty()).or(order_phone).unwrap_or_default(),
        country: text(address.country_code_v2).to_uppercase(),
        province: text(address.province),
        city: text(address.city),
        detail: lines.join(", "),
        postcode: text(address.zip),
        ..Recipient::default()
    }
}
