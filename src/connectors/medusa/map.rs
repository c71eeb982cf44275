//! Medusa's order to ours. Pure.

use super::wire::{Address, Order};
use crate::connectors::link::{Access, joined_name};
use crate::domain::money::Money;
use crate::domain::order::{OrderHead, OrderKind, OrderLine, OrderSnapshot, OrderState, Refund};
use crate::domain::recipient::Recipient;
use crate::domain::time::UtcTime;

/// # Errors
/// A sentence when the order says what we do not know.
pub fn snapshot(order: Order, access: &Access) -> Result<OrderSnapshot, String> {
    let currency = order.currency_code.to_uppercase();
    let money = |number: &serde_json::Number| Money::parse(&number.to_string(), &currency);
    let payments = order.payment_collections.iter().flat_map(|collection| &collection.payments);
    let paid_at = payments
        .filter_map(|payment| payment.captured_at.as_deref())
        .max()
        .map(UtcTime::parse)
        .transpose()?;
    let note = |key: &str| {
        order.metadata.get(key).unwrap_or(&serde_json::Value::Null).as_str().unwrap_or_default().to_owned()
    };
    let head = OrderHead {
        state: state(&order)?,
        kind: OrderKind::Normal,
        created_at: Some(UtcTime::parse(&order.created_at)?),
        paid_at,
        ship_by: None,
        ship_from: None,
        buyer_nick: order.email.clone().unwrap_or_default(),
        buyer_message: note(&access.settings.buyer_note_key),
        seller_memo: note(&access.settings.seller_memo_key),
        flag: String::new(),
        total: money(&order.total)?,
        shipping_fee: money(&order.shipping_total)?,
        recipient: recipient(order.shipping_address.as_ref()),
    };
    let lines = order
        .items
        .iter()
        .map(|item| {
            Ok(OrderLine {
                number: item.id.clone(),
                sku: item.variant_sku.clone().unwrap_or_default(),
                title: item.title.clone(),
                variant: item.variant_title.clone().unwrap_or_default(),
                quantity: item.quantity.max(1),
                price: money(&item.unit_price)?,
                refund: Refund::None,
                requires_shipping: item.requires_shipping.unwrap_or(true),
            })
        })
        .collect::<Result<_, String>>()?;
    Ok(OrderSnapshot { number: order.number(), updated_at: access.now, head: Some(head), lines: Some(lines) })
}

/// `status` stays `pending` after shipping, so payment and fulfilment decide. A cancelled fulfilment leaves the
/// order open and unshipped.
fn state(order: &Order) -> Result<OrderState, String> {
    if order.status == "canceled" {
        return Ok(OrderState::Cancelled);
    }
    match order.fulfillment_status.as_deref() {
        Some("shipped") => return Ok(OrderState::Shipped),
        Some("delivered") => return Ok(OrderState::Completed),
        Some("partially_shipped" | "partially_delivered") => return Ok(OrderState::PartiallyShipped),
        None | Some("not_fulfilled" | "canceled" | "partially_fulfilled" | "fulfilled") => {}
        Some(other) => return Err(format!("its fulfilment is {other:?}, which is not known here")),
    }
    match order.payment_status.as_deref() {
        Some("captured") => Ok(OrderState::AwaitingShipment),
        // A part was paid back, and nobody says of which line: a person has to look.
        Some("partially_refunded") => Ok(OrderState::Held),
        Some("refunded") => Ok(OrderState::Cancelled),
        None
        | Some(
            "not_paid"
            | "awaiting"
            | "authorized"
            | "partially_authorized"
            | "partially_captured"
            | "requires_action"
            | "canceled",
        ) => Ok(OrderState::Unpaid),
        Some(other) => Err(format!("its payment is {other:?}, which is not known here")),
    }
}

fn recipient(address: Option<&Address>) -> Recipient {
    let Some(address) = address else { return Recipient::default() };
    let text = |part: &Option<String>| part.clone().unwrap_or_default();
    let lines = [&address.company, &address.address_1, &address.address_2].map(text);
    let lines: Vec<String> = lines.into_iter().filter(|line| !line.trim().is_empty()).collect();
    Recipient {
        name: joined_name(&text(&address.first_name), &text(&address.last_name)),
        phone: text(&address.phone),
        country: text(&address.country_code).to_uppercase(),
        province: text(&address.province),
        city: text(&address.city),
        detail: lines.join(", "),
        postcode: text(&address.postal_code),
        ..Recipient::default()
    }
}
