//! What TOP sends, as far as it is needed. Lists stand within an object of their singular; numbers and truth values come
//! as either kind; what an order lacks is left out.

use serde::Deserialize;

use crate::connectors::loose::text;

#[derive(Deserialize)]
pub struct ErrorResponse {
    #[serde(default, deserialize_with = "text")]
    pub code: String,
    #[serde(default)]
    pub msg: String,
    #[serde(default)]
    pub sub_code: String,
    #[serde(default)]
    pub sub_msg: String,
}

#[derive(Deserialize)]
pub struct List {
    #[serde(default)]
    pub total_results: i64,
    #[serde(default)]
    pub trades: Trades,
}

#[derive(Default, Deserialize)]
pub struct Trades {
    #[serde(default)]
    pub trade: Vec<Named>,
}

#[derive(Deserialize)]
pub struct Named {
    #[serde(deserialize_with = "text")]
    pub tid: String,
}

#[derive(Deserialize)]
pub struct Detail {
    pub trade: Trade,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Trade {
    #[serde(deserialize_with = "text")]
    pub tid: String,
    pub status: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub created: String,
    pub pay_time: String,
    #[serde(deserialize_with = "text")]
    pub payment: String,
    #[serde(deserialize_with = "text")]
    pub post_fee: String,
    pub buyer_nick: String,
    pub buyer_message: String,
    pub seller_memo: String,
    #[serde(deserialize_with = "text")]
    pub seller_flag: String,
    pub receiver_name: String,
    pub receiver_state: String,
    pub receiver_city: String,
    pub receiver_district: String,
    pub receiver_town: String,
    pub receiver_address: String,
    #[serde(deserialize_with = "text")]
    pub receiver_zip: String,
    #[serde(deserialize_with = "text")]
    pub receiver_mobile: String,
    #[serde(deserialize_with = "text")]
    pub receiver_phone: String,
    pub oaid: String,
    pub step_trade_status: String,
    pub shipping_type: String,
    pub delivery_time: String,
    #[serde(deserialize_with = "text")]
    pub top_hold: String,
    #[serde(deserialize_with = "text")]
    pub team_buy_hold: String,
    #[serde(deserialize_with = "text")]
    pub share_group_hold: String,
    #[serde(deserialize_with = "text")]
    pub ofp_hold: String,
    #[serde(deserialize_with = "text")]
    pub forbid_consign: String,
    #[serde(deserialize_with = "text")]
    pub delay_create_delivery: String,
    pub orders: Orders,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Orders {
    pub order: Vec<Order>,
}

/// A line.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Order {
    #[serde(deserialize_with = "text")]
    pub oid: String,
    pub status: String,
    pub refund_status: String,
    pub title: String,
    pub sku_properties_name: String,
    #[serde(deserialize_with = "text")]
    pub outer_sku_id: String,
    #[serde(deserialize_with = "text")]
    pub outer_iid: String,
    pub num: i64,
    #[serde(deserialize_with = "text")]
    pub price: String,
    /// What the buyer paid for the line of the whole order's discounts; only in orders of several lines.
    #[serde(deserialize_with = "text")]
    pub divide_order_fee: String,
    #[serde(deserialize_with = "text")]
    pub payment: String,
    #[serde(deserialize_with = "text")]
    pub invoice_no: String,
    pub logistics_company: String,
}

/// What the platform gives for consent; a text within the answer.
#[derive(Deserialize)]
pub struct Token {
    pub access_token: String,
    #[serde(default)]
    pub refresh_token: String,
    /// Seconds.
    #[serde(default, deserialize_with = "text")]
    pub expires_in: String,
    /// Seconds; 0 where the app may not refresh.
    #[serde(default, deserialize_with = "text")]
    pub re_expires_in: String,
}
