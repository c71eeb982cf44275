//! What Douyin sends, as far as it is needed. Amounts are fen, times seconds; ids are texts, or numbers of 19 digits.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::connectors::loose::{int, or_default, text};

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Envelope {
    #[serde(deserialize_with = "text")]
    pub code: String,
    #[serde(deserialize_with = "or_default")]
    pub msg: String,
    #[serde(deserialize_with = "or_default")]
    pub sub_code: String,
    #[serde(deserialize_with = "or_default")]
    pub sub_msg: String,
    pub data: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
pub struct List {
    #[serde(deserialize_with = "int")]
    pub total: i64,
    #[serde(default, deserialize_with = "or_default")]
    pub shop_order_list: Vec<Order>,
}

#[derive(Deserialize)]
pub struct Detail {
    pub shop_order_detail: Order,
}

#[derive(Deserialize)]
pub struct Order {
    #[serde(deserialize_with = "text")]
    pub order_id: String,
    #[serde(deserialize_with = "int")]
    pub order_status: i64,
    #[serde(default, deserialize_with = "int")]
    pub main_status: i64,
    /// 0 is cash on delivery.
    #[serde(default)]
    pub pay_type: Option<i64>,
    #[serde(default, deserialize_with = "int")]
    pub create_time: i64,
    #[serde(default, deserialize_with = "int")]
    pub pay_time: i64,
    #[serde(default, deserialize_with = "int")]
    pub exp_ship_time: i64,
    #[serde(default, deserialize_with = "int")]
    pub appointment_ship_time: i64,
    #[serde(deserialize_with = "int")]
    pub pay_amount: i64,
    #[serde(default, deserialize_with = "int")]
    pub post_amount: i64,
    #[serde(default, deserialize_with = "or_default")]
    pub buyer_words: String,
    #[serde(default, deserialize_with = "or_default")]
    pub seller_words: String,
    #[serde(default, deserialize_with = "int")]
    pub seller_remark_stars: i64,
    #[serde(default, deserialize_with = "or_default")]
    pub doudian_open_id: String,
    #[serde(default, deserialize_with = "or_default")]
    pub open_address_id: String,
    #[serde(default, deserialize_with = "or_default")]
    pub mask_post_receiver: String,
    #[serde(default, deserialize_with = "or_default")]
    pub mask_post_tel: String,
    #[serde(default, deserialize_with = "or_default")]
    pub mask_post_addr: Address,
    #[serde(default, deserialize_with = "or_default")]
    pub post_addr: Address,
    #[serde(default, deserialize_with = "or_default")]
    pub sku_order_list: Vec<Line>,
    #[serde(default, deserialize_with = "or_default")]
    pub logistics_info: Vec<Pack>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Address {
    #[serde(deserialize_with = "or_default")]
    pub province: Named,
    #[serde(deserialize_with = "or_default")]
    pub city: Named,
    #[serde(deserialize_with = "or_default")]
    pub town: Named,
    #[serde(deserialize_with = "or_default")]
    pub street: Named,
    #[serde(deserialize_with = "or_default")]
    pub detail: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Named {
    #[serde(deserialize_with = "or_default")]
    pub name: String,
}

/// An order of one SKU, the platform's line.
#[derive(Deserialize)]
pub struct Line {
    #[serde(deserialize_with = "text")]
    pub order_id: String,
    #[serde(default, deserialize_with = "int")]
    pub order_status: i64,
    #[serde(default, deserialize_with = "or_default")]
    pub product_name: String,
    /// The seller's code of the SKU.
    #[serde(default, deserialize_with = "text")]
    pub code: String,
    #[serde(default, deserialize_with = "text")]
    pub out_sku_id: String,
    #[serde(default, deserialize_with = "or_default")]
    pub spec: Vec<Spec>,
    #[serde(deserialize_with = "int")]
    pub item_num: i64,
    #[serde(default, deserialize_with = "int")]
    pub pay_amount: i64,
    /// 0 is a thing, 1 is none.
    #[serde(default, deserialize_with = "int")]
    pub goods_type: i64,
    /// 2 is a presale with a deposit.
    #[serde(default, deserialize_with = "int")]
    pub trade_type: i64,
    /// 0 is on hand.
    #[serde(default, deserialize_with = "int")]
    pub pre_sale_type: i64,
    #[serde(default, deserialize_with = "or_default")]
    pub after_sale_info: AfterSale,
}

#[derive(Deserialize)]
pub struct Spec {
    #[serde(default, deserialize_with = "or_default")]
    pub value: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct AfterSale {
    #[serde(deserialize_with = "int")]
    pub after_sale_status: i64,
    #[serde(deserialize_with = "int")]
    pub after_sale_type: i64,
    #[serde(deserialize_with = "int")]
    pub refund_status: i64,
}

/// A parcel that left.
#[derive(Deserialize)]
pub struct Pack {
    #[serde(default, deserialize_with = "text")]
    pub tracking_no: String,
    #[serde(default, deserialize_with = "or_default")]
    pub product_info: Vec<Packed>,
}

#[derive(Deserialize)]
pub struct Packed {
    #[serde(default, deserialize_with = "text")]
    pub sku_order_id: String,
    #[serde(default, deserialize_with = "int")]
    pub product_count: i64,
}

#[derive(Deserialize)]
pub struct Shipped {
    #[serde(default, deserialize_with = "or_default")]
    pub pack_list: Vec<ShippedPack>,
}

#[derive(Deserialize)]
pub struct ShippedPack {
    #[serde(default, deserialize_with = "text")]
    pub logistics_code: String,
    #[serde(default, deserialize_with = "text")]
    pub pack_id: String,
}

/// A carrier of the platform's own list.
#[derive(Deserialize)]
pub struct Carrier {
    #[serde(deserialize_with = "text")]
    pub code: String,
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
}

/// A message of a push.
#[derive(Deserialize)]
pub struct Pushed {
    #[serde(default, deserialize_with = "text")]
    pub tag: String,
}

#[derive(Deserialize)]
pub struct Token {
    pub access_token: String,
    #[serde(default, deserialize_with = "or_default")]
    pub refresh_token: String,
    /// Seconds.
    #[serde(deserialize_with = "int")]
    pub expires_in: i64,
}
