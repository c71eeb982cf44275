//! What Kuaishou sends, as far as it is needed. Amounts are fen, times milliseconds, ids numbers of up to 19 digits.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::connectors::loose::{int, or_default, text};

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Envelope {
    #[serde(deserialize_with = "int")]
    pub result: i64,
    #[serde(deserialize_with = "or_default")]
    pub msg: String,
    #[serde(deserialize_with = "or_default")]
    pub error_msg: String,
    #[serde(deserialize_with = "text")]
    pub sub_code: String,
    #[serde(deserialize_with = "or_default")]
    pub sub_msg: String,
    pub data: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct List {
    #[serde(default, deserialize_with = "text")]
    pub cursor: String,
    #[serde(default, deserialize_with = "or_default")]
    pub order_list: Vec<Order>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    pub order_base_info: Base,
    #[serde(default, deserialize_with = "or_default")]
    pub order_item_info: Item,
    #[serde(default, deserialize_with = "or_default")]
    pub order_address: Address,
    #[serde(default, deserialize_with = "or_default")]
    pub order_delivery_info: Delivery,
    #[serde(default, deserialize_with = "or_default")]
    pub order_refund_list: Vec<RefundInfo>,
    #[serde(default, deserialize_with = "or_default")]
    pub order_logistics_info: Vec<Logistics>,
    #[serde(default, deserialize_with = "or_default")]
    pub order_note: Notes,
    /// Gifts and parts, each with an order of its own.
    #[serde(default, deserialize_with = "or_default")]
    pub sub_order_info: Vec<SubOrder>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Base {
    #[serde(deserialize_with = "text")]
    pub oid: String,
    #[serde(deserialize_with = "int")]
    pub status: i64,
    #[serde(default, deserialize_with = "int")]
    pub create_time: i64,
    #[serde(default, deserialize_with = "int")]
    pub pay_time: i64,
    #[serde(default, deserialize_with = "int")]
    pub total_fee: i64,
    #[serde(default, deserialize_with = "int")]
    pub express_fee: i64,
    #[serde(default, deserialize_with = "or_default")]
    pub buyer_nick: String,
    #[serde(default, deserialize_with = "or_default")]
    pub remark: String,
    /// 0 while the platform does not want it shipped; absent in what does not tell it.
    #[serde(default)]
    pub valid_promise_shipment_time_stamp: Option<i64>,
    #[serde(default, deserialize_with = "or_default")]
    pub disable_delivery_reason_code: Vec<i64>,
    #[serde(default, deserialize_with = "int")]
    pub risk_code: i64,
    #[serde(default, deserialize_with = "int")]
    pub pre_sale: i64,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Item {
    #[serde(deserialize_with = "or_default")]
    pub item_title: String,
    #[serde(deserialize_with = "or_default")]
    pub sku_desc: String,
    /// The seller's code of the SKU.
    #[serde(deserialize_with = "text")]
    pub sku_nick: String,
    #[serde(deserialize_with = "text")]
    pub goods_code: String,
    #[serde(deserialize_with = "int")]
    pub num: i64,
    #[serde(deserialize_with = "int")]
    pub price: i64,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Address {
    #[serde(deserialize_with = "or_default")]
    pub desensitise_consignee: String,
    #[serde(deserialize_with = "or_default")]
    pub desensitise_mobile: String,
    #[serde(deserialize_with = "or_default")]
    pub desensitise_address: String,
    #[serde(deserialize_with = "or_default")]
    pub province: String,
    #[serde(deserialize_with = "or_default")]
    pub city: String,
    #[serde(deserialize_with = "or_default")]
    pub district: String,
    #[serde(deserialize_with = "or_default")]
    pub town: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Delivery {
    #[serde(deserialize_with = "or_default")]
    pub open_address_id: String,
    /// Pieces that left.
    #[serde(deserialize_with = "int")]
    pub delivery_num: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RefundInfo {
    #[serde(default, deserialize_with = "int")]
    pub refund_id: i64,
    #[serde(deserialize_with = "int")]
    pub refund_status: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Logistics {
    #[serde(default, deserialize_with = "text")]
    pub express_no: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Notes {
    #[serde(deserialize_with = "or_default")]
    pub order_note_info: Vec<Note>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Note {
    #[serde(deserialize_with = "int")]
    pub create_time: i64,
    #[serde(deserialize_with = "or_default")]
    pub note: String,
    /// `red_flag_tag_order`.
    #[serde(deserialize_with = "or_default")]
    pub flag_tag_code: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SubOrder {
    #[serde(default)]
    pub sub_order_base_info: Option<SubBase>,
    #[serde(default, deserialize_with = "or_default")]
    pub sub_order_item_info: Item,
    #[serde(default, deserialize_with = "or_default")]
    pub sub_order_logistics_info: Vec<Logistics>,
    #[serde(default, deserialize_with = "or_default")]
    pub sub_order_delivery_info: Delivery,
}

#[derive(Deserialize)]
pub struct SubBase {
    #[serde(deserialize_with = "text")]
    pub oid: String,
    #[serde(default, deserialize_with = "int")]
    pub status: i64,
}

/// A token, or why there is none.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Token {
    #[serde(deserialize_with = "int")]
    pub result: i64,
    #[serde(deserialize_with = "text")]
    pub error: String,
    #[serde(deserialize_with = "or_default")]
    pub error_msg: String,
    #[serde(deserialize_with = "or_default")]
    pub access_token: String,
    #[serde(deserialize_with = "or_default")]
    pub refresh_token: String,
    /// Seconds.
    #[serde(deserialize_with = "int")]
    pub expires_in: i64,
    /// Seconds.
    #[serde(deserialize_with = "int")]
    pub refresh_token_expires_in: i64,
}
