//! What JD sends, as far as it is needed. Nearly all of it is text: amounts are yuan, times are eight hours east.

use serde::Deserialize;

use crate::connectors::link::CallError;
use crate::connectors::loose::{int, or_default, text};

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Refused {
    #[serde(deserialize_with = "text")]
    pub code: String,
    #[serde(deserialize_with = "or_default")]
    pub zh_desc: String,
    #[serde(deserialize_with = "or_default")]
    pub en_desc: String,
}

#[derive(Deserialize)]
pub struct Found {
    pub searchorderinfo_result: FoundOrders,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FoundOrders {
    #[serde(default, deserialize_with = "or_default")]
    pub api_result: ApiResult,
    #[serde(default, deserialize_with = "int")]
    pub order_total: i64,
    #[serde(default, deserialize_with = "or_default")]
    pub order_info_list: Vec<Order>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Got {
    pub order_detail_info: GotOrder,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GotOrder {
    #[serde(default, deserialize_with = "or_default")]
    pub api_result: ApiResult,
    pub order_info: Option<Order>,
}

/// Beside each result: whether it went well, as a truth value.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ApiResult {
    pub success: Option<bool>,
    #[serde(deserialize_with = "text")]
    pub error_code: String,
    #[serde(deserialize_with = "or_default")]
    pub chinese_err_code: String,
}

impl ApiResult {
    /// # Errors
    /// `Invalid` with the platform's words when it says no.
    pub fn check(&self) -> Result<(), CallError> {
        match self.success {
            Some(false) => Err(CallError::Invalid(format!(
                "The shop answered {}: {}",
                self.error_code, self.chinese_err_code
            ))),
            _ => Ok(()),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    #[serde(deserialize_with = "text")]
    pub order_id: String,
    #[serde(default, deserialize_with = "text")]
    pub pay_type: String,
    #[serde(default, deserialize_with = "text")]
    pub order_payment: String,
    #[serde(default, deserialize_with = "text")]
    pub freight_price: String,
    pub order_state: String,
    #[serde(default, deserialize_with = "or_default")]
    pub order_remark: String,
    #[serde(default, deserialize_with = "or_default")]
    pub vender_remark: String,
    #[serde(default, deserialize_with = "or_default")]
    pub order_start_time: String,
    #[serde(default, deserialize_with = "or_default")]
    pub payment_confirm_time: String,
    #[serde(default, deserialize_with = "text")]
    pub return_order: String,
    #[serde(default, deserialize_with = "text")]
    pub waybill: String,
    #[serde(default, rename = "open_id_buyer", deserialize_with = "or_default")]
    pub open_id_buyer: String,
    #[serde(default, deserialize_with = "or_default")]
    pub consignee_info: Consignee,
    #[serde(default, deserialize_with = "or_default")]
    pub item_info_list: Vec<Item>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Consignee {
    #[serde(deserialize_with = "or_default")]
    pub fullname: String,
    #[serde(deserialize_with = "or_default")]
    pub mobile: String,
    #[serde(deserialize_with = "or_default")]
    pub telephone: String,
    #[serde(deserialize_with = "or_default")]
    pub full_address: String,
    #[serde(rename = "desen_fullname", deserialize_with = "or_default")]
    pub desen_fullname: String,
    #[serde(rename = "desen_mobile", deserialize_with = "or_default")]
    pub desen_mobile: String,
    #[serde(rename = "desen_telephone", deserialize_with = "or_default")]
    pub desen_telephone: String,
    #[serde(rename = "desen_fullAddress", deserialize_with = "or_default")]
    pub desen_full_address: String,
    #[serde(deserialize_with = "or_default")]
    pub province: String,
    #[serde(deserialize_with = "or_default")]
    pub city: String,
    #[serde(deserialize_with = "or_default")]
    pub county: String,
    #[serde(deserialize_with = "or_default")]
    pub town: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Item {
    #[serde(deserialize_with = "text")]
    pub sku_id: String,
    #[serde(default, deserialize_with = "text")]
    pub outer_sku_id: String,
    #[serde(default, deserialize_with = "or_default")]
    pub sku_name: String,
    #[serde(deserialize_with = "int")]
    pub item_total: i64,
    #[serde(default, deserialize_with = "text")]
    pub jd_price: String,
}

#[derive(Deserialize)]
pub struct Shipped {
    pub sopjosshipment_result: WriteResult,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WriteResult {
    /// A truth value, or its text.
    pub success: serde_json::Value,
    #[serde(default, deserialize_with = "text")]
    pub error_code: String,
    #[serde(default, deserialize_with = "or_default")]
    pub chinese_err_code: String,
}

impl WriteResult {
    pub fn is_done(&self) -> bool {
        self.success == true || self.success.as_str().is_some_and(|text| text.eq_ignore_ascii_case("true"))
    }
}

#[derive(Deserialize)]
pub struct Remarked {
    pub modifyvenderremark_result: WriteResult,
}

/// A token, or why there is none.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Token {
    #[serde(deserialize_with = "or_default")]
    pub access_token: String,
    #[serde(deserialize_with = "or_default")]
    pub refresh_token: String,
    /// Seconds.
    #[serde(deserialize_with = "int")]
    pub expires_in: i64,
    #[serde(deserialize_with = "text")]
    pub code: String,
    #[serde(deserialize_with = "or_default")]
    pub msg: String,
}
