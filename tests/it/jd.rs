//! JD, played over HTTP: every signature is checked, windows and pages have bounds, orders change between pages, refusals come
//! with status 200 and inside of what looks like success.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard};

use chrono::NaiveDateTime;
use huidan::app::App;
use huidan::connectors::jd::sign::sign;
use huidan::operations::merging::{self, SplitLine};
use serde_json::{Value as Json, json};

use crate::number_runs::{run, shipments};
use crate::rereads::assert_tells_again;
use crate::ship::{all_write_backs, ship};
use crate::support::TestApp;
use crate::support::gateway::{Asked, Gateway, Given};
use crate::support::played::{Moods, count, given, orders, pull, refusal, ship_all, tell};
use crate::support::shipments::the_shipment_of;
use crate::telling::{link, said};

const SECRET: &str = "jd-secret";
/// Above 2^53.
const FIRST: u64 = 33_000_000_000_000_000;

#[derive(Clone)]
struct Shown {
    updated: i64,
    state: &'static str,
    waybill: String,
}

struct Shop {
    clock: App,
    orders: Mutex<BTreeMap<u64, Shown>>,
    moods: Moods,
    /// Orders that change after the page of this count was answered.
    changes: Mutex<BTreeMap<usize, u64>>,
}

/// Times are eight hours east.
fn seconds(text: &str) -> i64 {
    let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").expect("a time");
    local.and_utc().timestamp() - 8 * 3_600
}

fn text(value: &Json) -> String {
    value.as_str().expect("a text").to_owned()
}

fn refused(code: &str) -> Given {
    given(json!({ "error_response": { "code": code, "zh_desc": "平台的话", "en_desc": "" } }))
}

impl Shop {
    fn of(app: &TestApp, count: u64) -> Arc<Self> {
        let updated = app.now().micros() / 1_000_000 - 3_600;
        let order = || Shown { updated, state: "WAIT_SELLER_STOCK_OUT", waybill: String::new() };
        Arc::new(Self {
            clock: app.app().clone(),
            orders: Mutex::new((1..=count).map(|n| (FIRST + n, order())).collect()),
            moods: Moods::default(),
            changes: Mutex::default(),
        })
    }

    fn start(self: &Arc<Self>) -> Gateway {
        let shop = self.clone();
        Gateway::start(move |asked| shop.answer(asked))
    }

    fn orders(&self) -> MutexGuard<'_, BTreeMap<u64, Shown>> {
        self.orders.lock().expect("no holder panics")
    }

    fn set(&self, n: u64, change: impl FnOnce(&mut Shown)) {
        change(self.orders().get_mut(&(FIRST + n)).expect("an order"));
    }

    fn now(&self) -> i64 {
        self.clock.now().micros() / 1_000_000
    }

    fn answer(&self, asked: &Asked) -> Given {
        let form = asked.form();
        assert_eq!((asked.method.as_str(), asked.path.as_str()), ("POST", "/routerjson"));
        let get = |name: &str| form.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value);
        let signed = form
            .iter()
            .filter(|(name, _)| name != "sign")
            .map(|(name, value)| (name.as_str(), value.as_str()));
        if get("sign") != sign(signed, SECRET) || form.len() != 7 || get("v") != "2.0" {
            return refused("12");
        }
        if (seconds(get("timestamp")) - self.now()).abs() > 360 {
            return refused("8");
        }
        if get("access_token") != "token-1" {
            return refused("19");
        }
        if self.moods.takes_a_rest() {
            return refused("2");
        }
        let wish: Json = serde_json::from_str(get("360buy_param_json")).expect("JSON");
        match get("method") {
            "jingdong.pop.order.enSearch" => self.page(&wish),
            "jingdong.pop.order.enGet" => {
                let id = text(&wish["order_id"]).parse().expect("a number");
                let found = self.orders().get(&id).map(|order| show(id, order));
                let result =
                    json!({ "success": found.is_some(), "chineseErrCode": "订单不存在", "errorCode": "400" });
                given(json!({ "jingdong_pop_order_enGet_responce": { "code": "0",
                    "orderDetailInfo": { "apiResult": result, "orderInfo": found } } }))
            }
            "jingdong.pop.order.shipment" => self.ship(&wish),
            _ => refused("22"),
        }
    }

    fn page(&self, wish: &Json) -> Given {
        let number = |name: &str| text(&wish[name]).parse::<usize>().expect("a number");
        let (start, end) = (seconds(&text(&wish["start_date"])), seconds(&text(&wish["end_date"])));
        let (page, size) = (number("page"), number("page_size"));
        if end < start
            || end - start > 30 * 86_400
            || size > 100
            || page < 1
            || text(&wish["optional_fields"]).is_empty()
        {
            return refused("10");
        }
        let mut orders = self.orders();
        let found: Vec<(&u64, &Shown)> =
            orders.iter().filter(|(_, order)| (start..=end).contains(&order.updated)).collect();
        // Behind the hundredth page there is nothing, and nothing is said.
        let skip = if page > 100 { found.len() } else { (page - 1) * size };
        let part: Vec<Json> =
            found.iter().skip(skip).take(size).map(|(id, order)| show(**id, order)).collect();
        let result =
            json!({ "apiResult": { "success": true }, "orderTotal": found.len(), "orderInfoList": part });
        let answer = json!({ "jingdong_pop_order_enSearch_responce": { "code": "0", "searchorderinfo_result": result } });
        if let Some(n) = self.changes.lock().expect("no holder panics").remove(&self.moods.turns_a_page()) {
            let order = orders.get_mut(&(FIRST + n)).expect("an order");
            (order.updated, order.state) = (self.now() + 30, "LOCKED");
        }
        given(answer)
    }

    fn ship(&self, wish: &Json) -> Given {
        let id: u64 = text(&wish["orderId"]).parse().expect("a number");
        let mut orders = self.orders();
        let order = orders.get_mut(&id).expect("an order");
        let mut result = json!({ "success": "true" });
        if order.state == "WAIT_SELLER_STOCK_OUT" {
            assert_eq!(wish["logiCoprId"], "1499");
            (order.state, order.waybill) = ("WAIT_GOODS_RECEIVE_CONFIRM", text(&wish["logiNo"]));
        } else {
            result = json!({ "success": "false", "errorCode": "10400001", "chineseErrCode": "订单已出库" });
        }
        self.moods.done(given(json!({ "jingdong_pop_order_shipment_responce": { "code": "0", "sopjosshipment_result": result } })))
    }
}

fn show(id: u64, order: &Shown) -> Json {
    let n = id - FIRST;
    json!({
        "orderId": id.to_string(), "orderState": order.state, "payType": "4-在线支付", "orderPayment": "129.90", "freightPrice": "0.00",
        "orderStartTime": "2026-11-20 10:00:00", "paymentConfirmTime": "2026-11-20 10:01:00", "modified": "2026-11-20 10:01:00",
        "waybill": order.waybill, "logisticsId": "", "returnOrder": "0", "venderRemark": "", "orderRemark": "",
        "consigneeInfo": { "fullname": format!("李{n}"), "mobile": format!("1380000{n:04}"), "telephone": "", "province": "浙江", "city": "杭州市",
            "county": "西湖区", "town": "", "fullAddress": format!("浙江杭州市西湖区文三路{n}号") },
        "itemInfoList": [{ "skuId": "100001", "outerSkuId": "MUG", "skuName": "杯", "itemTotal": "2", "jdPrice": "64.95" }],
    })
}

each_database!(
    fn orders_of_jd_that_change_while_pages_are_read_are_all_there_as_they_are(app: TestApp) {
        let shop = Shop::of(&app, 230);
        shop.set(9, |order| order.state = "ON_THE_MOON");
        let gateway = shop.start();
        let linked = link(&app, "jd", &gateway);
        // Twelve weeks without orders come first. Then one changes when its window was counted, and one of the first page
        // when the last one was read.
        shop.changes.lock().expect("no holder panics").extend([(12, 5), (13, 40)]);
        let job = pull(&app, linked.id);
        assert_eq!((&job["state"], &job["attempt"]), (&json!("done"), &json!(1)), "{job}");
        assert_eq!(orders(&app).len(), 227, "none but those that changed are left to the next pull");
        app.advance(chrono::Duration::minutes(1));
        assert_eq!(pull(&app, linked.id)["state"], "done");
        let read = orders(&app);
        let held: Vec<&Json> = read.iter().filter(|order| order["state"] == "held").collect();
        assert_eq!((read.len(), held.len()), (229, 2));
        assert_eq!(held[0]["lines"][0]["refund"], "requested", "the buyer wants to cancel");
        assert!(read.iter().any(|order| order["number"].as_str() == Some(&(FIRST + 230).to_string())));
    }
);

each_database!(
    fn an_order_of_jd_is_shipped_once_though_the_answer_is_lost(app: TestApp) {
        let shop = Shop::of(&app, 2);
        let gateway = shop.start();
        let linked = link(&app, "jd", &gateway);
        pull(&app, linked.id);
        assert_tells_again(&app, linked.id);
        shop.moods.silent_writes.store(1, Ordering::Relaxed);
        let told = ship_all(&app);
        assert_eq!(
            told,
            [format!("{} 100000000001 done", FIRST + 1), format!("{} 100000000002 done", FIRST + 2)]
        );
        let shown: Vec<String> = shop.orders().values().map(|order| order.waybill.clone()).collect();
        assert_eq!(shown, ["100000000001", "100000000002"]);
    }
);

#[test]
fn an_order_jd_put_into_its_list_late_is_found_by_counting() {
    let app = TestApp::sqlite();
    let shop = Shop::of(&app, 3);
    let late = shop.orders().remove(&(FIRST + 2)).expect("an order");
    let gateway = shop.start();
    let linked = link(&app, "jd", &gateway);
    pull(&app, linked.id);
    assert_eq!((orders(&app).len(), count(&app, linked.id)["missing"].as_i64()), (2, Some(0)));
    shop.orders().insert(FIRST + 2, late);
    let found = count(&app, linked.id);
    assert_eq!((&found["missing"], orders(&app).len()), (&json!(0), 3), "{found}");
}

#[test]
fn what_became_of_a_jd_order_meanwhile_decides() {
    for (state, waybill, expected) in [
        ("WAIT_GOODS_RECEIVE_CONFIRM", "OLD|100000000001", "done"),
        ("FINISHED_L", "YT999", "with YT999, not with 100000000001"),
        ("LOCKED", "", "as LOCKED"),
        ("TRADE_CANCELED", "", "as TRADE_CANCELED"),
    ] {
        let app = TestApp::sqlite();
        let shop = Shop::of(&app, 1);
        let gateway = shop.start();
        let linked = link(&app, "jd", &gateway);
        pull(&app, linked.id);
        shop.set(1, |order| (order.state, order.waybill) = (state, waybill.to_owned()));
        let told = ship_all(&app);
        match expected {
            "done" => assert_eq!(told, [format!("{} 100000000001 done", FIRST + 1)]),
            words => assert!(refusal(&app).0.contains(words), "{:?}", refusal(&app)),
        }
        assert_eq!(shop.orders()[&(FIRST + 1)].waybill, waybill, "nothing was written");
    }
}

#[test]
fn a_further_parcel_of_a_jd_order_is_for_a_person() {
    let app = TestApp::sqlite();
    let shop = Shop::of(&app, 1);
    let gateway = shop.start();
    let linked = link(&app, "jd", &gateway);
    pull(&app, linked.id);
    let whole = the_shipment_of(&app, orders(&app)[0]["id"].as_str().expect("an id").parse().expect("an id"));
    let part = SplitLine { line: whole.lines[0].line, quantity: 1 };
    app.write(|tx| merging::split(tx, whole.id, &[part])).expect("it is split");
    let ids = shipments(&app);
    run(&app, &ids);
    ship(&app, &ids[..1]);
    tell(&app);
    ship(&app, &ids[1..]);
    tell(&app);
    assert_eq!(said(&all_write_backs(&app)).len(), 2);
    let (words, _) = refusal(&app);
    assert!(
        words.contains("takes all numbers of an order at once") && words.contains("add 100000000002"),
        "{words}"
    );
}

#[test]
fn a_jd_shop_that_asks_for_patience_or_knows_another_secret_is_no_orders_fault() {
    let app = TestApp::sqlite();
    let shop = Shop::of(&app, 1);
    let gateway = shop.start();
    let wish = |secret: &str| json!({ "address": gateway.address(), "credentials": { "app_key": "jd-app", "app_secret": secret, "access_token": "token-1" } });
    let new = json!({ "platform": "jd", "name": "JD" });
    let id = text(&app.http().post("/api/v1/shops", new).expect(201)["id"]);
    let attempt = |secret: &str| app.http().post(&format!("/api/v1/shops/{id}/try"), wish(secret));
    let refused = attempt("guessed");
    assert_eq!(refused.problem(), "409 shop_refuses");
    assert!(refused.text().contains("app_secret is not that of app_key"), "{}", refused.text());
    assert_eq!(attempt(SECRET).expect(200)["orders"].as_array().map(Vec::len), Some(1));
    shop.moods.is_tired.store(true, Ordering::Relaxed);
    assert_eq!(attempt(SECRET).problem(), "409 shop_refuses");
}
