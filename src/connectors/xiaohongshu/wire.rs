//! What Xiaohongshu sends, as far as it is needed. Amounts are fen; it is asked in seconds and answers in milliseconds.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::connectors::loose::{int, or_default, text};

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Envelope {
    #[serde(deserialize_with = "or_default")]
    pub success: bool,
    #[serde(deserialize_with = "text")]
    error_code: String,
    #[serde(deserialize_with = "or_default")]
    error_msg: String,
    /// Some families of calls name them so.
    #[serde(deserialize_with = "text")]
    code: String,
    #[serde(deserialize_with = "or_default")]
    msg: String,
    pub data: Option<Box<RawValue>>,
}

impl Envelope {
    pub fn code(&self) -> String {
        if self.error_code.is_empty() { self.code.clone() } else { self.error_code.clone() }
    }

    pub fn words(&self) -> &str {
        if self.error_msg.is_empty() { &self.msg } else { &self.error_msg }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct List {
    #[serde(default, deserialize_with = "int")]
    pub total: i64,
    #[serde(default, deserialize_with = "int")]
    pub max_page_no: i64,
    #[serde(default, deserialize_with = "or_default")]
    pub order_list: Vec<Brief>,
}

impl List {
    /// How many rows the window has: the total, or what its last page lets guess where there is none.
    pub fn rows(&self, size: u64) -> u64 {
        self.total.unsigned_abs().max(self.max_page_no.unsigned_abs().saturating_sub(1) * size)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Brief {
    #[serde(deserialize_with = "text")]
    pub order_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    #[serde(deserialize_with = "text")]
    pub order_id: String,
    #[serde(default, deserialize_with = "int")]
    pub order_type: i64,
    #[serde(deserialize_with = "int")]
    pub order_status: i64,
    #[serde(default, deserialize_with = "int")]
    pub order_after_sales_status: i64,
    /// 1 while a cancellation is asked for.
    #[serde(default, deserialize_with = "int")]
    pub cancel_status: i64,
    #[serde(default, deserialize_with = "int")]
    pub created_time: i64,
    #[serde(default, deserialize_with = "int")]
    pub paid_time: i64,
    #[serde(default, deserialize_with = "int")]
    pub promise_last_delivery_time: i64,
    #[serde(default, deserialize_with = "int")]
    pub presale_delivery_start_time: i64,
    #[serde(default, deserialize_with = "int")]
    pub total_pay_amount: i64,
    #[serde(default, deserialize_with = "int")]
    pub total_shipping_free: i64,
    #[serde(default, deserialize_with = "or_default")]
    pub customer_remark: String,
    #[serde(default, deserialize_with = "or_default")]
    pub seller_remark: String,
    #[serde(default, deserialize_with = "int")]
    pub seller_remark_flag: i64,
    #[serde(default, deserialize_with = "or_default")]
    pub user_id: String,
    #[serde(default, deserialize_with = "or_default")]
    pub open_address_id: String,
    #[serde(default, deserialize_with = "or_default")]
    pub receiver_province_name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub receiver_city_name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub receiver_district_name: String,
    #[serde(default, deserialize_with = "text")]
    pub express_tracking_no: String,
    #[serde(default, deserialize_with = "or_default")]
    pub sku_list: Vec<Sku>,
    #[serde(default, deserialize_with = "or_default")]
    pub simple_delivery_order_list: Vec<Delivery>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sku {
    #[serde(deserialize_with = "text")]
    pub sku_id: String,
    #[serde(default, deserialize_with = "or_default")]
    pub sku_name: String,
    /// The seller's code.
    #[serde(default, deserialize_with = "text")]
    pub erpcode: String,
    #[serde(default, deserialize_with = "or_default")]
    pub sku_spec: String,
    #[serde(deserialize_with = "int")]
    pub sku_quantity: i64,
    #[serde(default, deserialize_with = "int")]
    pub total_paid_amount: i64,
}

/// A part of the order that leaves together; one without a number has still to.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    #[serde(default, deserialize_with = "text")]
    pub express_tracking_no: String,
    #[serde(default, deserialize_with = "or_default")]
    pub sku_id_list: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Carriers {
    #[serde(default, deserialize_with = "or_default")]
    pub express_company_infos: Vec<Carrier>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Carrier {
    #[serde(deserialize_with = "text")]
    pub express_company_code: String,
    #[serde(default, deserialize_with = "or_default")]
    pub express_company_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Token {
    pub access_token: String,
    #[serde(default, deserialize_with = "or_default")]
    pub refresh_token: String,
    /// Milliseconds after 1970.
    #[serde(default, deserialize_with = "int")]
    pub access_token_expires_at: i64,
    #[serde(default, deserialize_with = "int")]
    pub refresh_token_expires_at: i64,
}
