//! WooCommerce's order to ours. Pure.

use std::collections::HashMap;

use super::wire::{Address, Line, Order};
use crate::connectors::link::{Access, joined_name};
use crate::domain::money::Money;
use crate::domain::order::{OrderHead, OrderKind, OrderLine, OrderSnapshot, OrderState, Refund};
use crate::domain::recipient::Recipient;
use crate::domain::time::UtcTime;

/// Names of provinces by the codes this shop gives them.
pub type Provinces = HashMap<String, String>;

/// # Errors
/// A sentence when the order says what we do not know.
pub fn snapshot(order: Order, access: &Access, provinces: &Provinces) -> Result<OrderSnapshot, String> {
    let time =
        |text: &Option<String>| text.as_deref().map(|text| UtcTime::parse(&format!("{text}Z"))).transpose();
    let kind = if order.payment_method == "cod" { OrderKind::Cod } else { OrderKind::Normal };
    let (state, refund) = match order.status.as_str() {
        "pending" | "failed" | "checkout-draft" | "auto-draft" => (OrderState::Unpaid, Refund::None),
        "on-hold" => (OrderState::Held, Refund::None),
        "processing" => (OrderState::AwaitingShipment, Refund::None),
        // The core has no state between shipped and done.
        "completed" => (OrderState::Completed, Refund::None),
        "cancelled" | "trash" => (OrderState::Cancelled, Refund::None),
        "refunded" => (OrderState::Cancelled, Refund::Refunded),
        other => return Err(format!("its status is {other:?}, one of a plugin's that is not known here")),
    };
    let head = OrderHead {
        state,
        kind,
        created_at: time(&order.date_created_gmt)?,
        paid_at: time(&order.date_paid_gmt)?,
        ship_by: None,
        ship_from: None,
        buyer_nick: order.billing.email.clone(),
        buyer_message: order.customer_note.clone(),
        seller_memo: String::new(),
        flag: String::new(),
        total: Money::parse(&order.total, &order.currency)?,
        shipping_fee: Money::parse(&order.shipping_total, &order.currency)?,
        recipient: recipient(&order, provinces),
    };
    let lines = order.line_items.iter().map(|line| read_line(line, &order.currency, refund));
    let lines = lines.collect::<Result<_, String>>()?;
    Ok(OrderSnapshot { number: order.number, updated_at: access.now, head: Some(head), lines: Some(lines) })
}

fn read_line(line: &Line, currency: &str, refund: Refund) -> Result<OrderLine, String> {
    let quantity = line.quantity.max(1);
    let money = |text: &str| Money::parse(text, currency).map(|money| money.amount);
    // What the buyer paid; `total` leaves the tax out.
    let tax = line.total_tax.as_deref().filter(|text| !text.is_empty()).map_or(Ok(0), money)?;
    let paid = money(&line.total)? + tax;
    Ok(OrderLine {
        number: line.id.to_string(),
        sku: line.sku.clone().unwrap_or_default(),
        title: line.name.clone(),
        variant: String::new(),
        quantity,
        // The shop's own `price` is a float; the line's amounts are exact.
        price: Money::new(paid / quantity, currency),
        refund,
        requires_shipping: true,
    })
}

/// The address to ship to; the one to bill where the shop keeps only that. The phone may be in either.
fn recipient(order: &Order, provinces: &Provinces) -> Recipient {
    let has_address = |address: &Address| !(address.address_1.is_empty() && address.city.is_empty());
    let to = if has_address(&order.shipping) { &order.shipping } else { &order.billing };
    let phone = if order.shipping.phone.is_empty() { &order.billing.phone } else { &order.shipping.phone };
    let lines = [&to.company, &to.address_1, &to.address_2];
    let lines: Vec<&str> =
        lines.into_iter().map(String::as_str).filter(|line| !line.trim().is_empty()).collect();
    Recipient {
        name: joined_name(&to.first_name, &to.last_name),
        phone: phone.clone(),
        country: to.country.to_uppercase(),
        province: provinces.get(&to.state).unwrap_or(&to.state).clone(),
        city: to.city.clone(),
        detail: lines.join(", "),
        postcode: to.postcode.clone(),
        ..Recipient::default()
    }
}
