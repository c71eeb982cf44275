//! Vendure's order to ours. Pure.

use super::wire::{Address, Order};
use crate::connectors::link::Access;
use crate::domain::money::Money;
use crate::domain::order::{OrderHead, OrderKind, OrderLine, OrderSnapshot, OrderState, Refund};
use crate::domain::recipient::Recipient;
use crate::domain::time::UtcTime;

/// # Errors
/// A sentence when the order says what we do not know.
pub fn snapshot(order: Order, access: &Access) -> Result<OrderSnapshot, String> {
    let paid_at = order
        .payments
        .iter()
        .filter(|payment| payment.state == "Settled")
        .filter_map(|payment| payment.created_at.as_deref())
        .max()
        .map(UtcTime::parse)
        .transpose()?;
    let time = |text: &Option<String>| text.as_deref().map(UtcTime::parse).transpose();
    let money = |amount| Money::new(amount, &order.currency_code);
    let state = match order.state.as_str() {
        "Created" | "Draft" | "AddingItems" | "ArrangingPayment" | "PaymentAuthorized" => OrderState::Unpaid,
        "PaymentSettled" => OrderState::AwaitingShipment,
        "PartiallyShipped" => OrderState::PartiallyShipped,
        "Shipped" | "PartiallyDelivered" => OrderState::Shipped,
        "Delivered" => OrderState::Completed,
        "Cancelled" => OrderState::Cancelled,
        // Being changed, or paid anew after a change.
        "Modifying" | "ArrangingAdditionalPayment" => OrderState::Held,
        other => return Err(format!("its state is {other:?}, which is not known here")),
    };
    let customer_phone = order.customer.as_ref().and_then(|customer| customer.phone_number.clone());
    let note = &order.custom_fields[&access.settings.buyer_note_key];
    let head = OrderHead {
        state,
        kind: OrderKind::Normal,
        created_at: time(&order.order_placed_at)?.or(time(&order.created_at)?),
        paid_at,
        ship_by: None,
        ship_from: None,
        buyer_nick: order
            .customer
            .as_ref()
            .and_then(|customer| customer.email_address.clone())
            .unwrap_or_default(),
        buyer_message: note.as_str().unwrap_or_default().to_owned(),
        seller_memo: String::new(),
        flag: String::new(),
        total: money(order.total_with_tax),
        shipping_fee: money(order.shipping_with_tax),
        recipient: recipient(order.shipping_address.unwrap_or_default(), customer_phone),
    };
    let lines = order.lines.into_iter().map(|line| OrderLine {
        number: line.id,
        sku: line.product_variant.sku,
        title: line.product_variant.name,
        variant: String::new(),
        // A cancelled line reads quantity 0; what was ordered stays, and does not leave.
        quantity: if line.quantity > 0 { line.quantity } else { line.order_placed_quantity.max(1) },
        price: Money::new(line.prorated_unit_price_with_tax, &order.currency_code),
        refund: if line.quantity > 0 { Refund::None } else { Refund::Refunded },
        requires_shipping: true,
    });
    Ok(OrderSnapshot {
        number: order.code,
        updated_at: access.now,
        lines: Some(lines.collect()),
        head: Some(head),
    })
}

fn recipient(address: Address, customer_phone: Option<String>) -> Recipient {
    let text = Option::unwrap_or_default;
    let lines = [address.company, address.street_line1, address.street_line2].map(text);
    let lines: Vec<String> = lines.into_iter().filter(|line| !line.trim().is_empty()).collect();
    Recipient {
        name: text(address.full_name),
        phone: address.phone_number.filter(|phone| !phone.is_empty()).or(customer_phone).unwrap_or_default(),
        country: text(address.country_code).to_uppercase(),
        province: text(address.province),
        city: text(address.city),
        detail: lines.join(", "),
        postcode: text(address.postal_code),
        ..Recipient::default()
    }
}
