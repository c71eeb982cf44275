//! Douyin as it answers: every signature and clock checked, unknown parameters refused, orders that change between pages and
//! between reading and shipping, refusals with status 200, answers that get lost after the deed.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use huidan::app::App;
use huidan::connectors::douyin::canonical::canonical;
use huidan::connectors::douyin::sign::{Method, sign};
use serde_json::{Value as Json, json};

use super::World;
use crate::support::gateway::{Asked, Gateway, Given, given};

pub const KEY: &str = "3409409348479354011";
pub const SECRET: &str = "dy-secret";
/// Above 2^53, as the platform's are; those of lines have a digit more.
pub const FIRST: u64 = 649_667_997_167_779_800;

/// A parcel as it was told: company, number, and pieces of each line.
pub type Pack = (String, String, Vec<(String, i64)>);

/// An order as the shop keeps it.
#[derive(Clone)]
pub struct Shown {
    pub id: u64,
    pub updated: i64,
    pub status: i64,
    /// Pieces and state of the after-sale, by line.
    pub lines: Vec<(i64, i64)>,
    /// Number, carrier, pieces by line.
    pub packs: Vec<Pack>,
    /// Who receives it.
    pub address: String,
}

pub type Orders = BTreeMap<u64, Shown>;

/// A shop of the platform. Its first token is `token-1`.
pub struct Shop {
    pub world: World<Orders>,
    /// Answers by `request_id`.
    requests: Mutex<BTreeMap<String, Json>>,
    /// Pages answered so far.
    pages: AtomicUsize,
    /// Orders that change after the page of this count was answered.
    pub changes: Mutex<BTreeMap<usize, Vec<u64>>>,
    /// A refund is asked for between reading an order and shipping it.
    pub is_regretted: Mutex<Option<u64>>,
}

/// Paid, of two lines, changed at that second.
pub fn shown(id: u64, updated: i64) -> Shown {
    Shown {
        id,
        updated,
        status: 2,
        lines: vec![(2, 0), (1, 0)],
        packs: Vec::new(),
        address: format!("#{id}"),
    }
}

impl Shop {
    pub fn of(app: &App, orders: impl IntoIterator<Item = Shown>) -> Arc<Self> {
        let world = World::new(app, orders.into_iter().map(|order| (order.id, order)).collect());
        "token-1".clone_into(&mut world.tokens().access);
        Arc::new(Self {
            world,
            requests: Mutex::default(),
            pages: AtomicUsize::new(0),
            changes: Mutex::default(),
            is_regretted: Mutex::default(),
        })
    }

    pub fn start(self: &Arc<Self>) -> Gateway {
        let shop = self.clone();
        Gateway::start(move |asked| shop.answer(asked))
    }

    pub fn orders(&self) -> MutexGuard<'_, Orders> {
        self.world.rows()
    }

    /// Seconds, by the clock of the app.
    pub fn now(&self) -> i64 {
        self.world.now().micros() / 1_000_000
    }

    fn answer(&self, asked: &Asked) -> Given {
        let names: std::collections::BTreeSet<&str> =
            asked.query.iter().map(|(name, _)| name.as_str()).collect();
        // Tokens are asked for without one.
        let is_for_token = asked.get("method").starts_with("token.");
        let expected = ["access_token", "app_key", "method", "sign", "sign_method", "timestamp", "v"];
        if !names.into_iter().eq(expected.into_iter().skip(usize::from(is_for_token)))
            || asked.get("v") != "2"
            || asked.get("sign_method") != "hmac-sha256"
        {
            return refused("40002", "isv.missing-parameter");
        }
        let method = asked.get("method");
        assert_eq!(asked.path, format!("/{}", method.replace('.', "/")));
        assert_eq!(canonical(&asked.body).expect("JSON"), asked.body, "in the one spelling that is signed");
        let signature = sign(KEY, method, &asked.body, asked.get("timestamp"), SECRET, Method::HmacSha256);
        if asked.get("app_key") != KEY || asked.get("sign") != signature {
            return refused("40003", "isv.signature-invalid");
        }
        let skew = asked.get("timestamp").parse::<i64>().expect("seconds") - self.now();
        if skew.abs() > 600 {
            return refused("40003", "isv.timestamp-invalid");
        }
        if World::<Orders>::takes(&self.world.bans) {
            return refused("80000", "isv.app-call-limited");
        }
        let wish: Json = serde_json::from_str(&asked.body).expect("JSON");
        if is_for_token {
            return match self.world.give(wish["code"].as_str(), wish["refresh_token"].as_str()) {
                Some(tokens) => done(json!({ "access_token": tokens.access, "refresh_token": tokens.refresh,
                    "expires_in": tokens.life.0, "shop_id": "4463798" })),
                None => refused("50002", "isv.business-failed:4005"),
            };
        }
        if !self.world.opens(asked.get("access_token")) {
            return refused("30002", "isv.access-token-expired");
        }
        match method {
            "order.searchList" => self.page(&wish),
            "order.orderDetail" => {
                let id = wish["shop_order_id"].as_str().expect("an id").parse().expect("a number");
                match self.orders().get(&id) {
                    Some(order) => done(json!({ "shop_order_detail": show(order) })),
                    None => refused("50002", "isv.business-failed:60033"),
                }
            }
            "order.logisticsAddMultiPack" => self.ship(&wish),
            "order.logisticsCompanyList" => done(
                json!([{ "id": 1, "name": "京东快递", "code": "jd" }, { "id": 2, "name": "优速", "code": "youshuwuliu" }]),
            ),
            _ => refused("40001", "isv.method-not-exist"),
        }
    }

    fn page(&self, wish: &Json) -> Given {
        let known = ["page", "size", "order_by", "order_asc"];
        let field = wish["order_by"].as_str().expect("a field");
        let number = |name: &str| wish[name].as_i64().unwrap_or(-1);
        let (start, end) = (number(&format!("{field}_start")), number(&format!("{field}_end")));
        let is_known = |name: &String| known.contains(&name.as_str()) || name.starts_with(field);
        let is_bad = !wish.as_object().expect("an object").keys().all(is_known)
            || !(1..=100).contains(&number("size"))
            || number("page") < 0
            || number("page") * number("size") >= 10_000
            || start < self.now() - 90 * 86_400
            || end < start;
        if is_bad {
            return refused("40004", "isv.parameter-invalid");
        }
        let mut orders = self.orders();
        let mut found: Vec<&Shown> =
            orders.values().filter(|order| (start..=end).contains(&order.updated)).collect();
        found.sort_by_key(|order| (order.updated, order.id));
        let skip = usize::try_from(number("page") * number("size")).expect("small");
        let part: Vec<Json> = found.iter().skip(skip).take(100).map(|order| show(order)).collect();
        let answer =
            json!({ "page": number("page"), "size": 100, "total": found.len(), "shop_order_list": part });
        let count = self.pages.fetch_add(1, Ordering::Relaxed);
        let after = self.now() + 30;
        for id in self.changes.lock().expect("no holder panics").remove(&count).unwrap_or_default() {
            let order = orders.get_mut(&id).expect("an order");
            (order.updated, order.status) = (after, 4);
        }
        done(answer)
    }

    fn ship(&self, wish: &Json) -> Given {
        let request = text(&wish["request_id"]);
        if let Some(answer) = self.requests.lock().expect("no holder panics").get(&request) {
            return done(answer.clone());
        }
        let id: u64 = text(&wish["order_id"]).parse().expect("a number");
        let mut orders = self.orders();
        let order = orders.get_mut(&id).expect("an order");
        if *self.is_regretted.lock().expect("no holder panics") == Some(id) {
            order.lines[0].1 = 6;
        }
        let pack = &wish["pack_list"][0];
        let (number, carrier) = (text(&pack["logistics_code"]), text(&pack["company_code"]));
        if !["zhongtong", "jd"].contains(&carrier.as_str()) {
            return refused("40004", "isv.parameter-invalid:60018");
        }
        let lines: Vec<(String, i64)> = pack["shipped_order_info"]
            .as_array()
            .expect("lines")
            .iter()
            .map(|line| (text(&line["shipped_order_id"]), line["shipped_num"].as_i64().expect("pieces")))
            .collect();
        for (line, pieces) in &lines {
            let at =
                usize::try_from(line.parse::<u64>().expect("a number") % 1_000_000 % 10).expect("small") - 1;
            let gone: i64 = order
                .packs
                .iter()
                .flat_map(|pack| &pack.2)
                .filter(|(one, _)| one == line)
                .map(|(_, n)| n)
                .sum();
            match order.lines[at] {
                (_, 6) => return refused("50002", "isv.business-failed:60040"),
                (all, _) if gone + pieces > all => return refused("50002", "isv.business-failed:60110"),
                _ => {}
            }
        }
        order.packs.push((number.clone(), carrier, lines));
        let gone: i64 = order.packs.iter().flat_map(|pack| &pack.2).map(|(_, pieces)| pieces).sum();
        order.status = if gone == order.lines.iter().map(|line| line.0).sum::<i64>() { 3 } else { 101 };
        let answer = json!({ "pack_list": [{ "logistics_code": number, "pack_id": format!("7{}", order.packs.len()) }] });
        self.requests.lock().expect("no holder panics").insert(request, answer.clone());
        if World::<Orders>::takes(&self.world.silent_writes) {
            return (0, Vec::new(), String::new());
        }
        done(answer)
    }

    /// Number, carrier and pieces of each pack of an order.
    pub fn packs(&self, id: u64) -> Vec<String> {
        let show = |(number, carrier, lines): &(String, String, Vec<(String, i64)>)| {
            let lines: Vec<String> =
                lines.iter().map(|(line, pieces)| format!("{}×{pieces}", &line[line.len() - 1..])).collect();
            format!("{number} {carrier} {}", lines.join(","))
        };
        self.orders()[&id].packs.iter().map(show).collect()
    }
}

fn text(value: &Json) -> String {
    value.as_str().expect("a text").to_owned()
}

fn done(data: Json) -> Given {
    given(
        json!({ "code": 10000, "msg": "success", "sub_code": "", "sub_msg": "", "data": data, "log_id": "2026" }),
    )
}

fn refused(code: &str, sub_code: &str) -> Given {
    let code: i64 = code.parse().expect("a number");
    given(
        json!({ "code": code, "msg": "业务处理失败", "sub_code": sub_code, "sub_msg": "平台的话", "data": null, "log_id": "1" }),
    )
}

/// The number of a line of an order.
pub fn line_id(order: u64, at: usize) -> u64 {
    order * 10 + 1 + at as u64
}

fn show(order: &Shown) -> Json {
    let lines: Vec<Json> = order
        .lines
        .iter()
        .enumerate()
        .map(|(at, (pieces, after_sale))| {
            json!({ "order_id": line_id(order.id, at).to_string(), "order_status": order.status, "item_num": pieces,
                "product_name": "马克杯", "code": "MUG", "spec": [{ "name": "颜色", "value": "红" }], "pay_amount": 1_079 * pieces,
                "goods_type": 0, "after_sale_info": { "after_sale_status": after_sale, "after_sale_type": 2, "refund_status": 1 } })
        })
        .collect();
    let packs: Vec<Json> = order
        .packs
        .iter()
        .map(|(number, carrier, lines)| {
            json!({ "tracking_no": number, "company": carrier, "delivery_id": "7",
                "product_info": lines.iter().map(|(line, pieces)| json!({ "sku_order_id": line, "product_count": pieces })).collect::<Vec<_>>() })
        })
        .collect();
    json!({
        "order_id": order.id.to_string(), "order_status": order.status, "main_status": order.status, "pay_type": 2,
        "create_time": order.updated - 60, "pay_time": order.updated - 30, "update_time": order.updated,
        "exp_ship_time": order.updated + 172_800, "pay_amount": 3_237, "post_amount": 0,
        "buyer_words": null, "seller_words": "", "seller_remark_stars": 0, "open_address_id": order.address,
        "mask_post_receiver": "李*", "mask_post_tel": "138****0001",
        "mask_post_addr": { "province": { "name": "浙江省", "id": "33" }, "city": { "name": "杭州市", "id": "3301" },
            "town": { "name": "余杭区", "id": "330110" }, "street": { "name": "仓前街道", "id": "1" }, "detail": "文一西路***" },
        "sku_order_list": lines, "logistics_info": packs,
    })
}
