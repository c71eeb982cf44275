//! Pinduoduo as it answers: every signature and clock checked, unknown parameters refused, windows of half an hour and a
//! day, one number by sending and further ones by adding, 200 to everything.

use std::collections::BTreeMap;
use std::sync::Arc;

use huidan::app::App;
use huidan::connectors::pinduoduo::sign::sign;
use serde_json::{Value as Json, json};

use super::World;
use crate::support::gateway::{Asked, Gateway, Given};

pub const ID: &str = "8f3a";
pub const SECRET: &str = "testSecret";

/// An order as the platform keeps it.
#[derive(Clone)]
pub struct Order {
    pub confirmed: &'static str,
    pub status: &'static str,
    pub refund: &'static str,
    pub risk: u8,
    /// Seconds since 1970.
    pub confirmed_at: i64,
    pub updated_at: i64,
    /// The first number and those that were added.
    pub numbers: Vec<String>,
    pub told: usize,
}

pub type Orders = BTreeMap<String, Order>;
pub type Pdd = World<Orders>;

impl Order {
    /// Of a full group, confirmed and changed at that second.
    pub fn paid(at: i64) -> Self {
        Self {
            confirmed: "1",
            status: "1",
            refund: "1",
            risk: 0,
            confirmed_at: at,
            updated_at: at,
            numbers: Vec::new(),
            told: 0,
        }
    }
}

/// So many orders, the first changed at `since`, each `step` seconds after the one before.
pub fn orders(count: i64, since: i64, step: i64) -> Orders {
    (0..count).map(|at| (number(at), Order::paid(since + step * at))).collect()
}

pub fn number(at: i64) -> String {
    format!("261120-{:015}", 900_719_925_474_099 + at)
}

pub fn start(app: &App, orders: Orders) -> (Arc<Pdd>, Gateway) {
    let pdd = Arc::new(Pdd::new(app, orders));
    let shop = pdd.clone();
    (pdd, Gateway::start(move |asked| answer(&shop, asked)))
}

fn refused(code: u32, words: &str) -> Given {
    let error = json!({ "error_code": code, "error_msg": words, "sub_code": code.to_string(), "sub_msg": words, "request_id": "15x" });
    (200, Vec::new(), json!({ "error_response": error }).to_string())
}

fn given(root: &str, within: Json) -> Given {
    (200, Vec::new(), json!({ root: within }).to_string())
}

const COMMON: &[&str] = &["type", "client_id", "access_token", "timestamp", "data_type", "version", "sign"];

fn known(method: &str) -> Option<&'static [&'static str]> {
    Some(match method {
        "pdd.order.number.list.increment.get" => &[
            "start_updated_at",
            "end_updated_at",
            "order_status",
            "refund_status",
            "is_lucky_flag",
            "page",
            "page_size",
            "use_has_next",
        ],
        "pdd.order.list.get" => &[
            "start_confirm_at",
            "end_confirm_at",
            "order_status",
            "refund_status",
            "page",
            "page_size",
            "use_has_next",
        ],
        "pdd.order.information.get" => &["order_sn"],
        "pdd.logistics.online.send" => &["order_sn", "logistics_id", "tracking_number"],
        "pdd.order.upload.extra.logistics" => &["order_sn", "extra_track_type", "extra_track_list"],
        "pdd.pop.auth.token.create" => &["code"],
        _ => return None,
    })
}

fn answer(pdd: &Pdd, asked: &Asked) -> Given {
    let form = asked.form();
    let get = |name: &str| form.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str());
    let method = get("type");
    let Some(params) = known(method) else { return refused(10_001, method) };
    if let Some((name, _)) = form.iter().find(|(name, value)| {
        value.is_empty() || !COMMON.contains(&name.as_str()) && !params.contains(&name.as_str())
    }) {
        return refused(50_003, name);
    }
    let signed = form.iter().map(|(key, value)| (key.as_str(), value.as_str()));
    if get("client_id") != ID || sign(signed, SECRET) != get("sign") {
        return refused(20_004, "签名sign校验失败");
    }
    let off = get("timestamp")
        .parse::<i64>()
        .map_or(i64::MAX, |then| (pdd.now().chrono().timestamp() - then).abs());
    if off > 600 {
        return refused(20_003, "timestamp");
    }
    if Pdd::takes(&pdd.bans) {
        return refused(70_031, "调用过于频繁");
    }
    if method == "pdd.pop.auth.token.create" {
        let Some(tokens) = pdd.give(Some(get("code")), None) else { return refused(10_035, "code已过期") };
        let token = json!({ "access_token": tokens.access, "refresh_token": tokens.refresh, "expires_in": tokens.life.0,
            "owner_id": "1", "owner_name": "茶庄" });
        return given("pop_auth_token_create_response", token);
    }
    if !pdd.opens(get("access_token")) {
        return refused(10_019, "access_token已过期");
    }
    match method {
        "pdd.order.information.get" => detail(pdd, get("order_sn")),
        "pdd.logistics.online.send" => {
            send(pdd, get("order_sn"), get("logistics_id"), get("tracking_number"), false)
        }
        "pdd.order.upload.extra.logistics" => {
            let list: Json = serde_json::from_str(get("extra_track_list")).unwrap_or_default();
            let text = |name: &str| list[0][name].as_str().unwrap_or_default().to_owned();
            send(pdd, get("order_sn"), &text("shipping_id"), &text("tracking_number"), true)
        }
        _ => list(pdd, method.contains("increment"), &get),
    }
}

fn list<'a>(pdd: &Pdd, is_changed: bool, get: &impl Fn(&str) -> &'a str) -> Given {
    let (names, span) = match is_changed {
        true => (("start_updated_at", "end_updated_at"), 1_800),
        false => (("start_confirm_at", "end_confirm_at"), 86_400),
    };
    let numbers = (get(names.0).parse::<i64>(), get(names.1).parse::<i64>());
    let pages = (get("page").parse::<usize>(), get("page_size").parse::<usize>());
    let ((Ok(start), Ok(end)), (Ok(page), Ok(size))) = (numbers, pages) else {
        return refused(50_003, "a number is none");
    };
    let now = pdd.now().chrono().timestamp();
    if end - start > span || end < start || end > now || start < now - 90 * 86_400 {
        return refused(50_004, "the window is too long, too old or open");
    }
    if page == 0 || size == 0 || size > 100 || get("order_status") != "5" || get("refund_status") != "5" {
        return refused(50_003, "page_size");
    }
    let time = |order: &Order| if is_changed { order.updated_at } else { order.confirmed_at };
    let answer = {
        let rows = pdd.rows();
        let mut found: Vec<(&String, &Order)> =
            rows.iter().filter(|(_, order)| (start..=end).contains(&time(order))).collect();
        found.sort_by_key(|(number, order)| std::cmp::Reverse((time(order), (*number).clone())));
        let shown = found.iter().skip((page - 1) * size).take(size);
        let shown: Vec<Json> = shown.map(|(number, _)| json!({ "order_sn": number })).collect();
        // The root has another name than the call.
        match is_changed {
            true => given(
                "order_sn_increment_get_response",
                json!({ "total_count": found.len(), "order_sn_list": shown }),
            ),
            false => {
                given("order_list_get_response", json!({ "total_count": found.len(), "order_list": shown }))
            }
        }
    };
    pdd.listed();
    answer
}

fn text(seconds: i64) -> String {
    let moment = chrono::DateTime::from_timestamp(seconds + 8 * 3600, 0).expect("within the calendar");
    moment.format("%Y-%m-%d %H:%M:%S").to_string()
}

fn detail(pdd: &Pdd, number: &str) -> Given {
    let rows = pdd.rows();
    let Some(order) = rows.get(number) else { return refused(50_001, "订单不存在") };
    let extra: Vec<Json> =
        order.numbers.iter().skip(1).map(|number| json!({ "tracking_number": number })).collect();
    let info = json!({ "order_sn": number, "confirm_status": order.confirmed, "order_status": order.status,
        "refund_status": order.refund, "risk_control_status": order.risk, "is_lucky_flag": 1, "pre_sale_time": "",
        "created_time": text(order.confirmed_at - 60), "pay_time": text(order.confirmed_at - 30),
        "confirm_time": text(order.confirmed_at), "last_ship_time": text(order.confirmed_at + 172_800),
        "pay_amount": 39.9, "postage": 0, "buyer_memo": "", "remark": "老客户", "remark_tag": 2,
        "receiver_name": "~AgAAAAFq~", "receiver_name_mask": "陈**", "receiver_phone": "$aBcD$", "receiver_phone_mask": "138****0001",
        "province": "浙江省", "city": "杭州市", "town": "西湖区", "address": "~AgAAAAFr~", "address_mask": "文***室",
        "open_address_id": format!("address-{number}"), "tracking_number": order.numbers.first(), "extra_delivery_list": extra,
        "item_list": [
            { "sku_id": 9_007_199_254_740_993_u64, "goods_name": "茶", "goods_spec": "250g", "goods_count": 2, "goods_price": 12.95, "outer_id": "TEA-250" },
            { "sku_id": 9_007_199_254_740_994_u64, "goods_name": "米", "goods_spec": "", "goods_count": 1, "goods_price": "14", "outer_goods_id": "RICE" },
        ] });
    given("order_info_get_response", json!({ "order_info": info }))
}

fn send(pdd: &Pdd, order: &str, company: &str, number: &str, is_further: bool) -> Given {
    let now = pdd.now().chrono().timestamp();
    let mut rows = pdd.rows();
    let Some(order) = rows.get_mut(order) else { return refused(50_001, "订单不存在") };
    if company != "115" || number.len() < 8 {
        return refused(50_003, "运单号格式不正确");
    }
    if order.confirmed != "1" || order.refund != "1" || (order.status == "1") == is_further {
        return refused(70_005, "订单状态不支持发货");
    }
    order.numbers.push(number.to_owned());
    order.told += 1;
    (order.status, order.updated_at) = ("2", now);
    if Pdd::takes(&pdd.silent_writes) {
        return (0, Vec::new(), String::new());
    }
    given("logistics_online_send_response", json!({ "is_success": true }))
}
