//! What Vendure sends, as far as it is needed. Money is whole minor units.

use serde::Deserialize;
use serde_json::Value as Json;

#[derive(Deserialize)]
pub struct Answer {
    #[serde(default)]
    pub data: Json,
    #[serde(default)]
    pub errors: Vec<Error>,
}

#[derive(Deserialize)]
pub struct Error {
    pub message: String,
    #[serde(default)]
    pub extensions: Extensions,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Extensions {
    pub code: String,
}

#[derive(Deserialize)]
pub struct List {
    pub items: Vec<Order>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    pub code: String,
    pub state: String,
    pub order_placed_at: Option<String>,
    pub created_at: Option<String>,
    pub currency_code: String,
    pub total_with_tax: i64,
    pub shipping_with_tax: i64,
    #[serde(default)]
    pub custom_fields: Json,
    pub customer: Option<Customer>,
    pub shipping_address: Option<Address>,
    pub lines: Vec<Line>,
    #[serde(default)]
    pub payments: Vec<Payment>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Customer {
    pub email_address: Option<String>,
    pub phone_number: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Address {
    pub full_name: Option<String>,
    pub company: Option<String>,
    pub street_line1: Option<String>,
    pub street_line2: Option<String>,
    pub city: Option<String>,
    pub province: Option<String>,
    pub postal_code: Option<String>,
    pub country_code: Option<String>,
    pub phone_number: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    pub id: String,
    pub quantity: i64,
    /// Stays when the line is cancelled.
    pub order_placed_quantity: i64,
    pub prorated_unit_price_with_tax: i64,
    pub product_variant: Variant,
}

#[derive(Deserialize)]
pub struct Variant {
    #[serde(default)]
    pub sku: String,
    #[serde(default)]
    pub name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Payment {
    pub state: String,
    pub created_at: Option<String>,
}
