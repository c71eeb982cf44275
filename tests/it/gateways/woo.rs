//! A WooCommerce that is played: it checks signatures, throttles, hangs up after the deed, and counts.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use huidan::connectors::woocommerce::sign;
use serde_json::{Value as Json, json};

use crate::support::gateway::{Asked, Gateway, Given};

pub const KEY: &str = "ck_test";
pub const SECRET: &str = "cs_test";

/// A shop by order id.
pub struct Shop {
    orders: Mutex<BTreeMap<usize, Order>>,
    asked: AtomicUsize,
}

struct Order {
    json: Json,
    /// What stood as its numbers, one after the other.
    numbers: Vec<String>,
    completions: usize,
}

/// OAuth 1.0a as WooCommerce checks it over plain HTTP.
pub fn is_signed(asked: &Asked) -> bool {
    let params: Vec<(&str, &str)> = asked
        .query
        .iter()
        .filter(|(name, _)| name != "oauth_signature")
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let base = sign::base_string(&asked.method, &format!("{}{}", asked.base, asked.path), &params);
    let expected = sign::sign(&base, &format!("{SECRET}&"), sign::Method::HmacSha256);
    asked.get("oauth_consumer_key") == KEY && asked.get("oauth_signature") == expected
}

pub fn credentials() -> Json {
    json!({ "consumer_key": KEY, "consumer_secret": SECRET })
}

impl Shop {
    pub fn new() -> Arc<Self> {
        Arc::new(Self { orders: Mutex::default(), asked: AtomicUsize::new(0) })
    }

    pub fn open(self: &Arc<Self>) -> Gateway {
        let shop = self.clone();
        Gateway::start(move |asked| shop.answer(asked))
    }

    /// Recipient `n` buys.
    pub fn sell(&self, n: usize) {
        let now = now();
        let id = n + 1;
        let json = json!({
            "id": id, "number": id.to_string(), "status": "processing", "currency": "CNY",
            "date_created_gmt": now, "date_modified_gmt": now, "date_paid_gmt": now,
            "total": "64.95", "shipping_total": "0.00", "customer_note": "", "payment_method": "alipay",
            "billing": { "email": format!("buyer{n}@example.com") },
            "shipping": { "first_name": format!("买家{n}"), "address_1": format!("浙江省杭州市西湖区文一西路{n}号2幢"),
                "city": "", "state": "", "postcode": "311121", "country": "CN", "phone": format!("139{n:08}") },
            "line_items": [{ "id": 10 * id, "name": "Mug", "quantity": 1, "total": "64.95", "sku": "MUG-RED" }],
        });
        self.orders
            .lock()
            .expect("no holder panics")
            .insert(id, Order { json, numbers: Vec::new(), completions: 0 });
    }

    /// Somebody sets the order's state, unless it was shipped.
    pub fn set(&self, id: usize, status: &str) {
        let mut orders = self.orders.lock().expect("no holder panics");
        let order = orders.get_mut(&id).expect("an order");
        if order.json["status"] != "completed" {
            order.json["status"] = status.into();
            order.json["date_modified_gmt"] = now().into();
        }
    }

    /// Each order's number, state, and the numbers it was told, one after the other.
    pub fn shows(&self) -> Vec<(String, String, Vec<String>)> {
        let orders = self.orders.lock().expect("no holder panics");
        let show = |(id, order): (&usize, &Order)| {
            let status = order.json["status"].as_str().expect("a state").to_owned();
            (id.to_string(), status, order.numbers.clone())
        };
        orders.iter().map(show).collect()
    }

    /// Every order shows one number, was completed once, and no two orders of different people share one.
    pub fn assert_told_once(&self) {
        for (id, order) in &*self.orders.lock().expect("no holder panics") {
            assert_eq!(order.numbers.len(), 1, "order {id} was told {:?}", order.numbers);
            assert_eq!(order.completions, 1, "order {id}");
            assert_eq!(order.json["status"], "completed", "order {id}");
        }
    }

    /// How often it was asked for anything.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }

    /// The buyer moves house; no list says that the order has changed.
    pub fn moves_house(&self, id: usize) {
        let mut orders = self.orders.lock().expect("no holder panics");
        orders.get_mut(&id).expect("an order").json["shipping"]["address_1"] =
            "浙江省杭州市余杭区五常大道168号".into();
    }

    pub fn answer(&self, asked: &Asked) -> Given {
        let refuse = |status: u16, code: &str| (status, Vec::new(), json!({ "code": code }).to_string());
        if !is_signed(asked) {
            return refuse(401, "woocommerce_rest_cannot_view");
        }
        let turn = self.asked.fetch_add(1, Ordering::Relaxed);
        if turn % 41 == 40 {
            return (429, vec![("retry-after", "1".to_owned())], String::new());
        }
        if asked.path == "/wp-json/wc/v3/orders" {
            return self.page(asked);
        }
        let id = asked.path.strip_prefix("/wp-json/wc/v3/orders/").and_then(|id| id.parse::<usize>().ok());
        let mut orders = self.orders.lock().expect("no holder panics");
        let Some(order) = id.and_then(|id| orders.get_mut(&id)) else {
            return refuse(404, "woocommerce_rest_shop_order_invalid_id");
        };
        if asked.method != "GET" {
            order.change(&serde_json::from_str(&asked.body).expect("JSON"));
            if turn % 17 == 16 {
                // Done, and nobody hears of it.
                return (0, Vec::new(), String::new());
            }
        }
        (200, Vec::new(), order.json.to_string())
    }

    fn page(&self, asked: &Asked) -> Given {
        if !asked.get("search").is_empty() {
            return (200, Vec::new(), "[]".to_owned());
        }
        if !asked.get("include").is_empty() {
            let ids: Vec<usize> = asked.get("include").split(',').filter_map(|id| id.parse().ok()).collect();
            assert!(ids.len() <= 100 && asked.get("status") == "any");
            let orders = self.orders.lock().expect("no holder panics");
            let found: Vec<&Json> =
                ids.iter().filter_map(|id| orders.get(id)).map(|order| &order.json).collect();
            return (200, Vec::new(), json!(found).to_string());
        }
        if asked.get("offset").is_empty() {
            return self.count(asked.get("after"), asked.get("before"));
        }
        let place = |name: &str| asked.get(name).parse::<usize>().expect(name);
        let (offset, per_page) = (place("offset"), place("per_page"));
        let (field, since) = match asked.get("modified_after") {
            "" => ("date_created_gmt", asked.get("after")),
            since => ("date_modified_gmt", since),
        };
        let orders = self.orders.lock().expect("no holder panics");
        let found =
            orders.values().map(|order| &order.json).filter(|json| json[field].as_str() > Some(since));
        let page: Vec<&Json> = found.skip(offset).take(per_page).collect();
        (200, Vec::new(), json!(page).to_string())
    }

    /// How many were placed between these moments; the list itself is not looked at.
    fn count(&self, after: &str, before: &str) -> Given {
        let orders = self.orders.lock().expect("no holder panics");
        let placed = orders.values().map(|order| order.json["date_created_gmt"].as_str().unwrap_or_default());
        let count = placed.filter(|at| *at > after && *at < before).count();
        (200, vec![("x-wp-total", count.to_string())], "[]".to_owned())
    }
}

impl Order {
    fn change(&mut self, change: &Json) {
        for meta in change["meta_data"].as_array().into_iter().flatten() {
            if meta["key"] == "_tracking_number" {
                let numbers = meta["value"].as_str().expect("a text").to_owned();
                if self.numbers.last() != Some(&numbers) {
                    self.numbers.push(numbers);
                }
                self.json["meta_data"] = change["meta_data"].clone();
            }
        }
        if let Some(status) = change["status"].as_str() {
            self.completions += usize::from(status == "completed" && self.json["status"] != "completed");
            self.json["status"] = status.into();
        }
        self.json["date_modified_gmt"] = now().into();
    }
}

fn now() -> String {
    chrono::Utc::now().format("%Y-%m-%dT%H:%M:%S").to_string()
}
