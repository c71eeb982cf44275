//! What Pinduoduo sends, as far as it is needed. Amounts are yuan, as texts or numbers; times are texts of China.

use serde::Deserialize;

use crate::connectors::loose::text;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ErrorResponse {
    #[serde(deserialize_with = "text")]
    pub error_code: String,
    #[serde(deserialize_with = "text")]
    pub error_msg: String,
    #[serde(deserialize_with = "text")]
    pub sub_code: String,
    #[serde(deserialize_with = "text")]
    pub sub_msg: String,
}

#[derive(Deserialize)]
pub struct List {
    #[serde(default)]
    pub total_count: i64,
    #[serde(default, alias = "order_sn_list", alias = "order_list")]
    pub orders: Vec<Named>,
}

#[derive(Deserialize)]
pub struct Named {
    pub order_sn: String,
}

#[derive(Deserialize)]
pub struct Info {
    pub order_info: Order,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Order {
    pub order_sn: String,
    /// 0 the group is not full yet, 1 it is, 2 cancelled.
    #[serde(deserialize_with = "text")]
    pub confirm_status: String,
    /// 1 to be sent, 2 sent, 3 signed for.
    #[serde(deserialize_with = "text")]
    pub order_status: String,
    /// 1 none, 2 and 3 under way, 4 paid back.
    #[serde(deserialize_with = "text")]
    pub refund_status: String,
    /// 1 the platform looks into it.
    #[serde(deserialize_with = "text")]
    pub risk_control_status: String,
    /// 2 a draw that is not decided.
    #[serde(deserialize_with = "text")]
    pub is_lucky_flag: String,
    #[serde(deserialize_with = "text")]
    pub pre_sale_time: String,
    #[serde(deserialize_with = "text")]
    pub created_time: String,
    #[serde(deserialize_with = "text")]
    pub pay_time: String,
    #[serde(deserialize_with = "text")]
    pub confirm_time: String,
    #[serde(deserialize_with = "text")]
    pub last_ship_time: String,
    #[serde(deserialize_with = "text")]
    pub pay_amount: String,
    #[serde(deserialize_with = "text")]
    pub postage: String,
    #[serde(deserialize_with = "text")]
    pub buyer_memo: String,
    #[serde(deserialize_with = "text")]
    pub remark: String,
    #[serde(deserialize_with = "text")]
    pub remark_tag: String,
    #[serde(deserialize_with = "text")]
    pub receiver_name: String,
    #[serde(deserialize_with = "text")]
    pub receiver_name_mask: String,
    #[serde(deserialize_with = "text")]
    pub receiver_phone: String,
    #[serde(deserialize_with = "text")]
    pub receiver_phone_mask: String,
    #[serde(deserialize_with = "text")]
    pub contact_mobile: String,
    #[serde(deserialize_with = "text")]
    pub province: String,
    #[serde(deserialize_with = "text")]
    pub city: String,
    /// The district; towns have no field.
    #[serde(deserialize_with = "text")]
    pub town: String,
    #[serde(deserialize_with = "text")]
    pub address: String,
    #[serde(deserialize_with = "text")]
    pub address_mask: String,
    #[serde(deserialize_with = "text")]
    pub open_address_id: String,
    #[serde(deserialize_with = "text")]
    pub tracking_number: String,
    /// Further parcels of an order that was sent.
    pub extra_delivery_list: Vec<Extra>,
    pub item_list: Vec<Item>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Extra {
    #[serde(deserialize_with = "text")]
    pub tracking_number: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Item {
    #[serde(deserialize_with = "text")]
    pub sku_id: String,
    pub goods_name: String,
    #[serde(deserialize_with = "text")]
    pub goods_spec: String,
    pub goods_count: i64,
    #[serde(deserialize_with = "text")]
    pub goods_price: String,
    #[serde(deserialize_with = "text")]
    pub outer_id: String,
    #[serde(deserialize_with = "text")]
    pub outer_goods_id: String,
}

/// What the platform gives for consent.
#[derive(Deserialize)]
pub struct Token {
    pub access_token: String,
    /// Seconds.
    #[serde(default, deserialize_with = "text")]
    pub expires_in: String,
}
