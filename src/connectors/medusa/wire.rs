//! What Medusa sends, as far as it is needed. Money is major units; numbers are kept as they are written.

use serde::Deserialize;
use serde_json::{Number, Value as Json};

#[derive(Deserialize)]
pub struct List {
    pub orders: Vec<Order>,
}

/// One order, asked for by its id.
#[derive(Deserialize)]
pub struct One {
    pub order: Order,
}

/// How many orders a filter finds.
#[derive(Deserialize)]
pub struct Count {
    pub count: i64,
}

#[derive(Deserialize)]
pub struct Order {
    pub id: String,
    pub display_id: Option<i64>,
    pub status: String,
    pub payment_status: Option<String>,
    pub fulfillment_status: Option<String>,
    pub email: Option<String>,
    pub currency_code: String,
    pub created_at: String,
    #[serde(default)]
    pub metadata: Json,
    pub total: Number,
    pub shipping_total: Number,
    #[serde(default)]
    pub items: Vec<Item>,
    pub shipping_address: Option<Address>,
    #[serde(default)]
    pub payment_collections: Vec<Collection>,
}

impl Order {
    /// The number buyers see.
    pub fn number(&self) -> String {
        self.display_id.map_or_else(|| self.id.clone(), |number| number.to_string())
    }
}

#[derive(Deserialize)]
pub struct Item {
    pub id: String,
    #[serde(default)]
    pub variant_sku: Option<String>,
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub variant_title: Option<String>,
    pub quantity: i64,
    pub unit_price: Number,
    #[serde(default)]
    pub requires_shipping: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Address {
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub company: Option<String>,
    pub address_1: Option<String>,
    pub address_2: Option<String>,
    pub city: Option<String>,
    pub province: Option<String>,
    pub postal_code: Option<String>,
    pub country_code: Option<String>,
    pub phone: Option<String>,
}

#[derive(Deserialize)]
pub struct Collection {
    #[serde(default)]
    pub payments: Vec<Payment>,
}

#[derive(Deserialize)]
pub struct Payment {
    pub captured_at: Option<String>,
}
