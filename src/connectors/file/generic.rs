//! Any other file, read by a column mapping.
//!
//! A row is a line; rows with the same order number are one order. The head may stand in
//! every row of the order or only in its first.

use super::address;
use super::formats::{Layout, order_state};
use super::mapping::{Field, Mapping};
use super::row::{Fields, Told};
use crate::domain::order::{OrderHead, OrderKind, OrderLine, OrderState, Refund};
use crate::domain::recipient::Recipient;

/// Rows read by a mapping that has what it needs.
pub(super) struct Orders {
    pub(super) mapping: Mapping,
}

impl Orders {
    fn column(&self, field: Field) -> &str {
        self.mapping.column(field)
    }

    fn read_state(&self, fields: &mut Fields<'_>) -> (OrderState, OrderKind) {
        let column = self.column(Field::State);
        let text = fields.get(column);
        if text.is_empty() {
            // A list of orders to ship has no need to say so in each row.
            return (OrderState::AwaitingShipment, OrderKind::Normal);
        }
        order_state(text).unwrap_or_else(|| {
            let words: Vec<&str> = OrderState::ALL.iter().map(|state| state.as_str()).collect();
            fields.refuse(column, "unknown_state", &format!("write one of {}", words.join(", ")));
            (OrderState::Unpaid, OrderKind::Normal)
        })
    }

    fn read_recipient(&self, fields: &mut Fields<'_>) -> Recipient {
        let mut recipient = Recipient::default();
        let whole = fields.address(self.column(Field::Address));
        if !whole.is_empty() {
            address::read(&whole, &mut recipient);
        }
        let mut set = |field, part: &mut String| {
            let text = fields.address(self.column(field));
            if !text.is_empty() {
                *part = text;
            }
        };
        set(Field::Name, &mut recipient.name);
        set(Field::Province, &mut recipient.province);
        set(Field::City, &mut recipient.city);
        set(Field::District, &mut recipient.district);
        set(Field::Town, &mut recipient.town);
        set(Field::Detail, &mut recipient.detail);
        set(Field::AddressKey, &mut recipient.address_key);
        recipient.country = match fields.get(self.column(Field::Country)) {
            "" => String::new(),
            "中国" | "China" => "CN".to_owned(),
            country => country.to_uppercase(),
        };
        recipient.phone = fields.identifier(self.column(Field::Phone));
        let postcode = fields.identifier(self.column(Field::Postcode));
        if !postcode.is_empty() {
            recipient.postcode = postcode;
        }
        recipient
    }

    fn read_line(&self, fields: &mut Fields<'_>, currency: &str) -> OrderLine {
        let quantity = self.column(Field::Quantity);
        OrderLine {
            number: fields.identifier(self.column(Field::LineNumber)),
            sku: fields.sku(self.column(Field::Sku)),
            title: fields.text(self.column(Field::Title)),
            variant: fields.text(self.column(Field::Variant)),
            quantity: if quantity.is_empty() { 1 } else { fields.quantity(quantity) },
            price: fields.money(self.column(Field::Price), currency),
            refund: Refund::None,
            requires_shipping: true,
        }
    }
}

impl Layout for Orders {
    fn number_column(&self) -> &str {
        self.column(Field::Number)
    }

    fn is_grouped(&self) -> bool {
        true
    }

    fn tells(&self) -> (bool, bool) {
        (true, true)
    }

    fn read(&self, fields: &mut Fields<'_>) -> Told {
        let currency = match fields.get(self.column(Field::Currency)) {
            "" => fields.currency,
            told => told,
        };
        let updated_at = fields.time(self.column(Field::UpdatedAt));
        let created_at = fields.time(self.column(Field::CreatedAt));
        let paid_at = fields.time(self.column(Field::PaidAt));
        let latest = updated_at.or_else(|| created_at.max(paid_at));
        let line = self.read_line(fields, currency);
        let recipient = self.read_recipient(fields);
        let tells_head =
            [&recipient.name, &recipient.detail, &recipient.address_key].iter().any(|part| !part.is_empty());
        if !tells_head {
            return Told { head: None, line: Some(line), latest };
        }
        let (state, kind) = self.read_state(fields);
        let head = OrderHead {
            state,
            kind,
            created_at: fields.created_at(created_at, paid_at),
            paid_at,
            ship_by: fields.time(self.column(Field::ShipBy)),
            ship_from: None,
            buyer_nick: fields.text(self.column(Field::BuyerNick)),
            buyer_message: fields.text(self.column(Field::BuyerMessage)),
            seller_memo: fields.text(self.column(Field::SellerMemo)),
            flag: fields.text(self.column(Field::Flag)),
            total: fields.money(self.column(Field::Total), currency),
            shipping_fee: fields.money(self.column(Field::ShippingFee), currency),
            recipient,
        };
        Told { head: Some(head), line: Some(line), latest }
    }

    fn tells_total(&self) -> bool {
        !self.column(Field::Total).is_empty()
    }

    fn column_of(&self, path: &str) -> Option<&str> {
        let (start, end) = (path.starts_with("lines"), path.rsplit('.').next().unwrap_or(path));
        let word = match (start, path) {
            (true, _) if path.ends_with("number") => "line_number",
            (true, _) if path.contains(".price") => "price",
            (_, "buyer.nick") => "buyer_nick",
            (_, "buyer.message") => "buyer_message",
            _ if path.ends_with(".currency") => "currency",
            _ if path.starts_with("total") => "total",
            _ if path.starts_with("shipping_fee") => "shipping_fee",
            _ => end,
        };
        let column = Field::parse(word).map(|field| self.column(field)).unwrap_or_default();
        // A part of an address that came in one text.
        let column = if column.is_empty() && path.starts_with("recipient.") {
            self.column(Field::Address)
        } else {
            column
        };
        Some(column).filter(|column| !column.is_empty())
    }
}
