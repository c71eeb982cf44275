//! What WooCommerce sends, as far as it is needed. Money is decimal text; `_gmt` times lack their `Z`.

use serde::Deserialize;

#[derive(Deserialize)]
pub struct Order {
    pub id: i64,
    pub number: String,
    pub status: String,
    pub currency: String,
    pub date_created_gmt: Option<String>,
    pub date_paid_gmt: Option<String>,
    pub total: String,
    pub shipping_total: String,
    #[serde(default)]
    pub customer_note: String,
    #[serde(default)]
    pub payment_method: String,
    #[serde(default)]
    pub billing: Address,
    #[serde(default)]
    pub shipping: Address,
    #[serde(default)]
    pub line_items: Vec<Line>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Address {
    pub first_name: String,
    pub last_name: String,
    pub company: String,
    pub address_1: String,
    pub address_2: String,
    pub city: String,
    pub state: String,
    pub postcode: String,
    pub country: String,
    pub phone: String,
    pub email: String,
}

#[derive(Deserialize)]
pub struct Line {
    pub id: i64,
    pub name: String,
    pub quantity: i64,
    /// Of the whole line, after discounts, without tax.
    pub total: String,
    /// The tax on `total`; absent in shops that charge none.
    #[serde(default)]
    pub total_tax: Option<String>,
    #[serde(default)]
    pub sku: Option<String>,
}

#[derive(Deserialize)]
pub struct Country {
    #[serde(default)]
    pub states: Vec<State>,
}

/// A province: `CN30`, and `Zhejiang / 浙江`.
#[derive(Deserialize)]
pub struct State {
    pub code: String,
    pub name: String,
}
