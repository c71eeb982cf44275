//! What Shopify sends, as far as it is needed. Amounts are decimal texts; without the right to protected customer
//! data, names and addresses are null.

use serde::Deserialize;
use serde_json::Value as Json;

#[derive(Deserialize)]
pub struct Answer {
    #[serde(default)]
    pub data: Json,
    #[serde(default)]
    pub errors: Vec<Error>,
    #[serde(default)]
    pub extensions: Costs,
}

#[derive(Deserialize)]
pub struct Error {
    pub message: String,
    #[serde(default)]
    pub extensions: Code,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Code {
    pub code: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Costs {
    pub cost: Option<Cost>,
}

/// What a query costs, of a bucket that fills again by so many points a second.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cost {
    pub requested_query_cost: f64,
    pub throttle_status: ThrottleStatus,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ThrottleStatus {
    pub currently_available: f64,
    pub restore_rate: f64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct List<T> {
    pub nodes: Vec<T>,
    pub page_info: PageInfo,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PageInfo {
    pub has_next_page: bool,
    pub end_cursor: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    pub id: String,
    pub name: String,
    pub created_at: String,
    pub processed_at: Option<String>,
    pub updated_at: String,
    pub cancelled_at: Option<String>,
    pub closed_at: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub note: Option<String>,
    pub display_financial_status: Option<String>,
    pub display_fulfillment_status: String,
    #[serde(default)]
    pub return_status: Option<String>,
    #[serde(default)]
    pub payment_gateway_names: Vec<String>,
    pub current_total_price_set: MoneyBag,
    pub total_shipping_price_set: Option<MoneyBag>,
    pub shipping_address: Option<Address>,
    pub line_items: List<Line>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MoneyBag {
    pub shop_money: Amount,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Amount {
    pub amount: String,
    pub currency_code: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Address {
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub company: Option<String>,
    pub address1: Option<String>,
    pub address2: Option<String>,
    pub city: Option<String>,
    pub province: Option<String>,
    pub zip: Option<String>,
    pub country_code_v2: Option<String>,
    pub phone: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    pub id: String,
    pub sku: Option<String>,
    pub title: String,
    pub variant_title: Option<String>,
    /// What was ordered.
    pub quantity: i64,
    /// What of it was neither taken back nor removed.
    pub current_quantity: i64,
    pub requires_shipping: bool,
    pub discounted_unit_price_set: MoneyBag,
}

/// The number at the end of `gid://shopify/LineItem/123`, as exports and pages show it.
pub fn number(gid: &str) -> &str {
    gid.rsplit('/').next().unwrap_or(gid)
}
