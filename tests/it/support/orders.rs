//! Orders as a shop tells them: `order("1001").line("TEA-250", 2).to(recipient("陈静"))`.
//!
//! One builder gives both forms, the normalised JSON of the API and the snapshot it becomes, by
//! way of the program's own reader: a builder that drifts from the contract fails here.

use huidan::connectors::push::parse_orders;
use huidan::domain::order::OrderSnapshot;
use serde_json::{Value as Json, json};

/// A paid order of one piece of TEA-250, unless told otherwise.
#[derive(Clone)]
pub struct OrderBuilder {
    json: Json,
}

/// An order awaiting shipment, paid two minutes after it was placed.
pub fn order(number: &str) -> OrderBuilder {
    OrderBuilder {
        json: json!({
            "number": number, "state": "awaiting_shipment", "kind": "normal",
            "created_at": "2026-11-20T02:00:00Z", "paid_at": "2026-11-20T02:02:00Z",
            "updated_at": "2026-11-20T02:02:01Z", "ship_by": null,
            "buyer": { "nick": "tea_lover_88", "message": "" }, "seller_memo": "", "flag": "",
            "total": money(6495), "shipping_fee": money(0),
            "recipient": recipient("陈静"), "lines": [], "raw": {},
        }),
    }
}

/// An invented person in Hangzhou. Equal names are equal recipients.
pub fn recipient(name: &str) -> Json {
    // Each name has a phone of its own, so that different people do not look alike.
    let number = name.chars().fold(7_u32, |sum, c| sum.wrapping_mul(31).wrapping_add(c as u32)) % 10_000;
    json!({
        "name": name, "phone": format!("1380000{number:04}"), "country": "CN",
        "province": "浙江省", "city": "杭州市", "district": "西湖区", "town": null,
        "detail": "文三路478号华星时代广场3栋2单元1201室", "postcode": null, "address_key": null,
    })
}

fn money(amount: i64) -> Json {
    json!({ "amount": amount, "currency": "CNY" })
}

impl OrderBuilder {
    /// Sets any field by its name in the contract.
    pub fn with(mut self, field: &str, value: impl Into<Json>) -> Self {
        self.json[field] = value.into();
        self
    }

    /// Adds a line; its number is its position from 1.
    pub fn line(self, sku: &str, quantity: i64) -> Self {
        self.line_with(sku, quantity, "none")
    }

    /// Adds a line with a refund state.
    pub fn line_with(mut self, sku: &str, quantity: i64, refund: &str) -> Self {
        let lines = self.json["lines"].as_array_mut().expect("an order has lines");
        lines.push(json!({
            "number": (lines.len() + 1).to_string(), "sku": sku, "title": format!("Goods {sku}"),
            "variant": "", "quantity": quantity, "price": money(6495), "refund": refund,
        }));
        self
    }

    /// Who receives it.
    pub fn to(self, recipient: Json) -> Self {
        self.with("recipient", recipient)
    }

    pub fn state(self, state: &str) -> Self {
        self.with("state", state)
    }

    /// Awaiting payment.
    pub fn unpaid(self) -> Self {
        self.state("unpaid").with("paid_at", Json::Null)
    }

    /// When the platform last changed it.
    pub fn updated_at(self, moment: &str) -> Self {
        self.with("updated_at", moment)
    }

    pub fn paid_at(self, moment: &str) -> Self {
        self.with("paid_at", moment)
    }

    /// What the buyer wrote.
    pub fn message(mut self, message: &str) -> Self {
        self.json["buyer"]["message"] = message.into();
        self
    }

    pub fn nick(mut self, nick: &str) -> Self {
        self.json["buyer"]["nick"] = nick.into();
        self
    }

    pub fn memo(self, memo: &str) -> Self {
        self.with("seller_memo", memo)
    }

    /// The refund state of every line so far.
    pub fn refund(mut self, refund: &str) -> Self {
        for line in self.json["lines"].as_array_mut().expect("an order has lines") {
            line["refund"] = refund.into();
        }
        self
    }

    /// The normalised order.
    pub fn json(&self) -> Json {
        match self.json["lines"].as_array().is_some_and(Vec::is_empty) {
            true => self.clone().line("TEA-250", 1).json,
            false => self.json.clone(),
        }
    }

    /// What the program reads it as.
    pub fn snapshot(&self) -> OrderSnapshot {
        let body = json!([self.json()]).to_string();
        let mut items = parse_orders(body.as_bytes(), None).expect("a list of orders");
        items.remove(0).expect("a normalised order")
    }
}
