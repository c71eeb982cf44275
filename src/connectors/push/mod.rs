//! Orders pushed to us as JSON: the normalised order of the API.
//!
//! The body is a JSON array, or one order per line (NDJSON). A request carries thousands
//! of orders and is answered item by item, so a bad order, or a broken line, leaves the
//! others standing. Unknown fields and `raw` are passed over.

mod wire;

use serde::de::{DeserializeSeed, SeqAccess, Visitor};
use serde::{Deserializer, Serialize};
use serde_json::Value;

use crate::connectors::limits::{self, FieldError};
use crate::connectors::{Refusal, total_of};
use crate::domain::money::Money;
use crate::domain::order::{OrderHead, OrderKind, OrderLine, OrderSnapshot, OrderState, Refund};
use crate::domain::recipient::Recipient;
use crate::domain::time::UtcTime;
use wire::Reader;

/// Orders of one request; more belong into the next request.
pub const MAX_ORDERS: usize = 10_000;

/// An order of the request that cannot be stored, with everything that is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rejected {
    /// Position in the request, from 0. Blank lines of NDJSON do not count.
    pub index: usize,
    /// The order number, when it could be read.
    pub number: Option<String>,
    pub errors: Vec<FieldError>,
}

/// One item of the request.
pub type Item = Result<OrderSnapshot, Rejected>;

/// Reads a request body: a JSON array, or NDJSON by its type or by its look.
///
/// # Errors
/// When the body as a whole is neither, or holds more than [`MAX_ORDERS`] orders.
pub fn parse_orders(body: &[u8], content_type: Option<&str>) -> Result<Vec<Item>, Refusal> {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    let lines = content_type.is_some_and(|kind| kind.contains("ndjson") || kind.contains("jsonl"));
    match body.iter().find(|byte| !byte.is_ascii_whitespace()) {
        None => Err(Refusal::new("empty_body", "The body is empty.", FORM)),
        // An array on one line is a legal array whatever the type says.
        Some(b'[') => parse_array(body),
        Some(_) if lines => parse_lines(body),
        Some(b'{') if looks_like_lines(body) => parse_lines(body),
        Some(_) => {
            let start = limits::shorten(&String::from_utf8_lossy(&body[..body.len().min(60)]));
            Err(Refusal::new(
                "not_a_list",
                format!("The body begins with {start} and is no list of orders."),
                FORM,
            ))
        }
    }
}

const FORM: &str = "Send a JSON array of orders, or one order per line as application/x-ndjson.";

/// The first line is a whole object with an order number, so the body is one order per line.
fn looks_like_lines(body: &[u8]) -> bool {
    let first = body.split(|byte| *byte == b'\n').find(|line| !line.trim_ascii().is_empty());
    let value: Option<Value> = first.and_then(|line| serde_json::from_slice(line).ok());
    value.is_some_and(|value| value.get("number").is_some())
}

fn parse_lines(body: &[u8]) -> Result<Vec<Item>, Refusal> {
    let mut items = Vec::new();
    for line in body.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty()) {
        let index = items.len();
        if index == MAX_ORDERS {
            return Err(too_many());
        }
        items.push(match serde_json::from_slice(line) {
            Ok(value) => parse_order(index, &value),
            Err(error) => Err(Rejected {
                index,
                number: None,
                errors: vec![FieldError::new(
                    "line",
                    "broken_json",
                    &String::from_utf8_lossy(line),
                    &format!("mend the JSON of this line ({error}) and send it again"),
                )],
            }),
        });
    }
    Ok(items)
}

/// Reads one order after the other, so only one of them exists as a JSON tree at a time.
fn parse_array(body: &[u8]) -> Result<Vec<Item>, Refusal> {
    struct Orders<'a>(&'a mut Vec<Item>);

    impl<'de> Visitor<'de> for Orders<'_> {
        type Value = ();

        fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            out.write_str("a list of orders")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
            while let Some(value) = list.next_element::<Value>()? {
                // One above the limit is enough to know; the rest is only walked over.
                if self.0.len() <= MAX_ORDERS {
                    self.0.push(parse_order(self.0.len(), &value));
                }
            }
            Ok(())
        }
    }

    impl<'de> DeserializeSeed<'de> for Orders<'_> {
        type Value = ();

        fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
            from.deserialize_seq(self)
        }
    }

    let mut items = Vec::new();
    let mut json = serde_json::Deserializer::from_slice(body);
    let read = Orders(&mut items).deserialize(&mut json).and_then(|()| json.end());
    match read {
        Err(error) => Err(Refusal::new(
            "broken_json",
            format!("The JSON array cannot be read: {error}. No order of this request was taken."),
            "Mend the array, or send one order per line as application/x-ndjson, where a broken line stays alone.",
        )),
        Ok(()) if items.len() > MAX_ORDERS => Err(too_many()),
        Ok(()) => Ok(items),
    }
}

fn too_many() -> Refusal {
    Refusal::new(
        "too_many_orders",
        format!("The body holds more than {MAX_ORDERS} orders."),
        format!("Send at most {MAX_ORDERS} orders per request."),
    )
}

/// Reads one normalised order.
///
/// # Errors
/// Every field that is missing, of the wrong type or out of bounds, at once.
pub fn parse_order(index: usize, value: &Value) -> Item {
    let Some(object) = value.as_object() else {
        let error = FieldError::new("order", "wrong_type", &value.to_string(), "write an object in braces");
        return Err(Rejected { index, number: None, errors: vec![error] });
    };
    let mut errors = Vec::new();
    let order = read_order(&mut Reader::new(object, String::new(), &mut errors));
    for found in limits::violations(&order) {
        // A field that could not be read has a stand-in now, whose faults are ours.
        if !errors.iter().any(|error| is_within(&found.field, &error.field)) {
            errors.push(found);
        }
    }
    if errors.is_empty() {
        return Ok(order);
    }
    let number = Some(limits::shorten(&order.number)).filter(|number| !number.is_empty());
    Err(Rejected { index, number, errors })
}

fn is_within(field: &str, outer: &str) -> bool {
    field.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

fn read_order(from: &mut Reader<'_>) -> OrderSnapshot {
    let number = from.text("number");
    let states = words(OrderState::ALL, OrderState::as_str);
    let state = from.word("state", &states, None, OrderState::Unpaid);
    let kind = from.word(
        "kind",
        &words(OrderKind::ALL, OrderKind::as_str),
        Some(OrderKind::Normal),
        OrderKind::Normal,
    );
    let stand_in = UtcTime::from(chrono::DateTime::UNIX_EPOCH + chrono::Duration::days(20_000));
    let created_at = from.required_time("created_at", stand_in);
    let updated_at = from.required_time("updated_at", stand_in);
    let (paid_at, ship_by, ship_from) = (from.time("paid_at"), from.time("ship_by"), from.time("ship_from"));
    let (mut buyer_nick, mut buyer_message) = (String::new(), String::new());
    from.object("buyer", |buyer| {
        buyer_nick = buyer.text("nick");
        buyer_message = buyer.text("message");
    });
    let (seller_memo, flag) = (from.text("seller_memo"), from.text("flag"));
    let (total, shipping_fee) = (from.money("total"), from.money("shipping_fee"));
    let mut recipient = Recipient::default();
    from.object("recipient", |from| recipient = read_recipient(from));
    let lines = from.objects("lines", read_line);

    let named = [total.as_ref(), shipping_fee.as_ref()].into_iter().flatten();
    let priced = lines.iter().filter_map(|line| line.1.as_ref());
    let usable = named.chain(priced).find(|money| limits::are_capitals(&money.currency, 3));
    let currency = usable.map_or_else(|| "CNY".to_owned(), |money| money.currency.clone());
    let shipping_fee = shipping_fee.unwrap_or_else(|| Money::new(0, &currency));
    let lines: Vec<OrderLine> = lines
        .into_iter()
        .map(|(line, price)| OrderLine { price: price.unwrap_or_else(|| Money::new(0, &currency)), ..line })
        .collect();
    let total = total.unwrap_or_else(|| Money::new(total_of(&lines, shipping_fee.amount), &currency));
    let head = OrderHead {
        state,
        kind,
        created_at: Some(created_at),
        paid_at,
        ship_by,
        ship_from,
        buyer_nick,
        buyer_message,
        seller_memo,
        flag,
        total,
        shipping_fee,
        recipient,
    };
    OrderSnapshot { number, updated_at, head: Some(head), lines: Some(lines) }
}

fn read_recipient(from: &mut Reader<'_>) -> Recipient {
    Recipient {
        name: from.text("name"),
        phone: from.text("phone"),
        country: from.text("country"),
        province: from.text("province"),
        city: from.text("city"),
        district: from.text("district"),
        town: from.text("town"),
        detail: from.text("detail"),
        postcode: from.text("postcode"),
        address_key: from.text("address_key"),
    }
}

/// A line and its price, which may be absent and then takes the order's currency.
fn read_line(index: usize, from: &mut Reader<'_>) -> (OrderLine, Option<Money>) {
    let number = Some(from.text("number")).filter(|number| !number.is_empty());
    let line = OrderLine {
        number: number.unwrap_or_else(|| (index + 1).to_string()),
        sku: from.text("sku"),
        title: from.text("title"),
        variant: from.text("variant"),
        quantity: from.quantity("quantity"),
        price: Money::new(0, "CNY"),
        refund: from.word("refund", &words(Refund::ALL, Refund::as_str), Some(Refund::None), Refund::None),
        requires_shipping: from.yes_or_no("requires_shipping", true),
    };
    let price = from.money("price");
    (line, price)
}

fn words<T: Copy>(all: &[T], text: fn(T) -> &'static str) -> Vec<(&'static str, T)> {
    all.iter().map(|word| (text(*word), *word)).collect()
}

#[cfg(test)]
mod tests;
