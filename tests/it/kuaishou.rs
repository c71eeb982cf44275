//! Kuaishou, played over HTTP: every signature is checked, a cursor leads through windows while orders change, gifts have
//! orders of their own, pushes come encrypted.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard};

use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockModeEncrypt, KeyIvInit};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use huidan::app::App;
use huidan::connectors::kuaishou::sign::{Method, sign};
use huidan::operations::merging::{self, SplitLine};
use serde_json::{Value as Json, json};

use crate::number_runs::{run, shipments};
use crate::rereads::assert_tells_again;
use crate::ship::ship;
use crate::support::TestApp;
use crate::support::gateway::{Asked, Gateway, Given};
use crate::support::played::{Moods, given, orders, pull, refusal, ship_all, tell};
use crate::support::shipments::the_shipment_of;
use crate::telling::link;

const SECRET: &str = "ks-sign-secret";
/// Sixteen bytes in base64.
pub const MESSAGE_KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZg==";
/// Above 2^53; gifts have a digit more.
const FIRST: u64 = 240_150_000_000_000_000;

#[derive(Clone)]
struct Shown {
    updated_ms: i64,
    status: i64,
    refund: i64,
    /// Pieces of the goods and of the gift.
    pieces: [i64; 2],
    /// Number and pieces that left, of each.
    left: [Vec<(String, i64)>; 2],
    address: String,
}

struct Shop {
    clock: App,
    token: Mutex<String>,
    orders: Mutex<BTreeMap<u64, Shown>>,
    moods: Moods,
    /// Orders that change after the page of this count was answered.
    changes: Mutex<BTreeMap<usize, u64>>,
}

fn refused(result: i64, words: &str) -> Given {
    given(
        json!({ "result": result, "error_msg": words, "code": result.to_string(), "sub_code": "", "sub_msg": "" }),
    )
}

fn done(data: Json) -> Given {
    given(json!({ "result": 1, "msg": "success", "error_msg": "SUCCESS", "code": "1", "data": data }))
}

impl Shop {
    fn of(app: &TestApp, count: u64, gifts: i64) -> Arc<Self> {
        let updated_ms = app.now().micros() / 1_000 - 3_600_000;
        let order = |n: u64| Shown {
            updated_ms,
            status: 30,
            refund: 0,
            pieces: [2, gifts],
            left: Default::default(),
            address: format!("key-{n}"),
        };
        Arc::new(Self {
            clock: app.app().clone(),
            token: Mutex::new("token-1".to_owned()),
            orders: Mutex::new((1..=count).map(|n| (FIRST + n, order(n))).collect()),
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

    fn now_ms(&self) -> i64 {
        self.clock.now().micros() / 1_000
    }

    fn answer(&self, asked: &Asked) -> Given {
        let fields = if asked.method == "GET" { asked.query.clone() } else { asked.form() };
        let get = |name: &str| fields.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value);
        let signed = fields
            .iter()
            .filter(|(name, _)| name != "sign")
            .map(|(name, value)| (name.as_str(), value.as_str()));
        if fields.len() != 8 || get("sign") != sign(signed, SECRET, Method::HmacSha256) {
            return refused(22, "sign check failed");
        }
        let method = get("method");
        assert_eq!(asked.path, format!("/{}", method.replace('.', "/")));
        if (get("timestamp").parse::<i64>().expect("a time") - self.now_ms()).abs() > 600_000 {
            return refused(22, "timestamp invalid");
        }
        if get("access_token") != *self.token.lock().expect("no holder panics") {
            return refused(24, "access_token expired");
        }
        if self.moods.takes_a_rest() {
            return refused(50, "Exceed qps limit");
        }
        let wish: Json = serde_json::from_str(get("param")).expect("JSON");
        match (asked.method.as_str(), method) {
            ("GET", "open.order.cursor.list") => self.page(&wish),
            ("GET", "open.order.detail") => {
                let id = wish["oid"].as_u64().expect("a number");
                self.orders()
                    .get(&id)
                    .map_or_else(|| refused(21, "订单不存在"), |order| done(show(id, order)))
            }
            ("POST", "open.seller.order.goods.deliver") => {
                let id = wish["orderId"].as_u64().expect("a number");
                let all = self.orders()[&id].pieces[0];
                self.deliver(id, &wish, &[(id, all)])
            }
            ("POST", "open.order.goods.split.deliver") => {
                let (id, part) =
                    (wish["mainOrderId"].as_u64().expect("a number"), &wish["deliveryItemInfoList"][0]);
                let goods = part["deliveryGoodsInfoList"].as_array().expect("goods").iter();
                let goods: Vec<(u64, i64)> = goods
                    .map(|one| {
                        (one["oid"].as_u64().expect("a number"), one["deliveryNum"].as_i64().expect("pieces"))
                    })
                    .collect();
                self.deliver(id, part, &goods)
            }
            _ => refused(9, "接口请求方式错误"),
        }
    }

    fn page(&self, wish: &Json) -> Given {
        let number = |name: &str| wish[name].as_i64().expect(name);
        let (begin, end) = (number("beginTime"), number("endTime"));
        let is_bad = number("pageSize") > 50
            || number("sort") != 2
            || end - begin > 7 * 86_400_000
            || begin < self.now_ms() - 90 * 86_400_000;
        if is_bad {
            return refused(9, "参数错误");
        }
        let mut orders = self.orders();
        let key = |id: u64, order: &Shown| format!("{:015} {id}", order.updated_ms);
        let after = wish["cursor"].as_str().expect("a cursor").to_owned();
        let mut found: Vec<(String, u64)> = orders
            .iter()
            .filter(|(_, order)| (begin..=end).contains(&order.updated_ms))
            .map(|(id, order)| (key(*id, order), *id))
            .filter(|(key, _)| *key > after)
            .collect();
        found.sort();
        let page = &found[..found.len().min(50)];
        let cursor = if found.len() > 50 { page[49].0.clone() } else { "nomore".to_owned() };
        let list: Vec<Json> = page.iter().map(|(_, id)| show(*id, &orders[id])).collect();
        if let Some(n) = self.changes.lock().expect("no holder panics").remove(&self.moods.turns_a_page()) {
            let now = self.now_ms();
            let order = orders.get_mut(&(FIRST + n)).expect("an order");
            (order.updated_ms, order.status) = (now + 30_000, 80);
        }
        done(json!({ "cursor": cursor, "orderList": list, "pageSize": 50 }))
    }

    fn deliver(&self, id: u64, part: &Json, goods: &[(u64, i64)]) -> Given {
        assert_eq!(part["expressCode"], 9);
        let number = part["expressNo"].as_str().expect("a number").to_owned();
        let mut orders = self.orders();
        let order = orders.get_mut(&id).expect("an order");
        let gone = |order: &Shown, at: usize| order.left[at].iter().map(|(_, pieces)| pieces).sum::<i64>();
        for (oid, pieces) in goods {
            let at = usize::from(*oid != id);
            if order.status >= 40 || gone(order, at) + pieces > order.pieces[at] {
                return refused(11, "订单已发货");
            }
            if order.refund == 10 {
                return refused(11, "订单存在退款,不允许发货");
            }
        }
        for (oid, pieces) in goods {
            order.left[usize::from(*oid != id)].push((number.clone(), *pieces));
        }
        if (0..2).all(|at| gone(order, at) == order.pieces[at]) {
            order.status = 40;
        }
        self.moods.done(done(json!({})))
    }

    /// What left of an order: goods, then gifts.
    fn left(&self, n: u64) -> Vec<String> {
        let order = &self.orders()[&(FIRST + n)];
        let show =
            |at: usize| order.left[at].iter().map(move |(number, pieces)| format!("{at} {number}×{pieces}"));
        (0..2).flat_map(show).collect()
    }
}

fn show(id: u64, order: &Shown) -> Json {
    let logistics = |at: usize| -> Vec<Json> {
        order.left[at]
            .iter()
            .map(|(number, _)| json!({ "expressNo": number, "expressCode": 9, "logisticsId": 1 }))
            .collect()
    };
    let gone = |at: usize| order.left[at].iter().map(|(_, pieces)| pieces).sum::<i64>();
    let gift = json!({ "subOrderBaseInfo": { "oid": id * 10 + 1, "status": order.status },
        "subOrderItemInfo": { "itemTitle": "赠品", "num": order.pieces[1], "price": 0, "skuNick": "GIFT" },
        "subOrderLogisticsInfo": logistics(1), "subOrderDeliveryInfo": { "deliveryNum": gone(1) } });
    json!({
        "orderBaseInfo": { "oid": id, "status": order.status, "createTime": order.updated_ms, "payTime": order.updated_ms,
            "updateTime": order.updated_ms, "totalFee": 2158, "expressFee": 0, "buyerNick": "买家", "remark": "",
            "validPromiseShipmentTimeStamp": order.updated_ms + 172_800_000, "disableDeliveryReasonCode": [], "riskCode": 0, "preSale": 0 },
        "orderItemInfo": { "itemTitle": "马克杯", "skuDesc": "红", "skuNick": "MUG", "num": order.pieces[0], "price": 1079 },
        "orderAddress": { "desensitiseConsignee": "李*", "desensitiseMobile": "138****0001", "desensitiseAddress": "文一西路***",
            "province": "浙江省", "city": "杭州市", "district": "余杭区", "town": "", "encryptedConsignee": format!("#{}#", order.updated_ms) },
        "orderDeliveryInfo": { "openAddressId": order.address, "deliveryNum": gone(0) },
        "orderRefundList": if order.refund == 0 { json!([]) } else { json!([{ "refundId": 7, "refundStatus": order.refund }]) },
        "orderLogisticsInfo": logistics(0),
        "subOrderInfo": if order.pieces[1] == 0 { json!([]) } else { json!([gift]) },
    })
}

each_database!(
    fn orders_of_kuaishou_that_change_while_the_cursor_runs_are_all_there_as_they_are(app: TestApp) {
        let shop = Shop::of(&app, 130, 0);
        shop.set(9, |order| order.status = 33);
        let gateway = shop.start();
        let linked = link(&app, "kuaishou", &gateway);
        // Pages of windows without orders come first; then one changes that was read, and one that is still to come.
        let before = 12;
        shop.changes.lock().expect("no holder panics").extend([(before, 3), (before + 1, 110)]);
        shop.moods.is_tired.store(true, Ordering::Relaxed);
        let job = pull(&app, linked.id);
        assert_eq!((&job["state"], &job["attempt"]), (&json!("done"), &json!(1)), "{job}");
        app.advance(chrono::Duration::minutes(1));
        assert_eq!(pull(&app, linked.id)["state"], "done");
        let read = orders(&app);
        let cancelled = read.iter().filter(|order| order["state"] == "cancelled").count();
        assert_eq!((read.len(), cancelled), (129, 2));
        assert!(
            read.iter().any(|order| order["number"].as_str() == Some(&(FIRST + 130).to_string())),
            "to the last digit"
        );
    }
);

each_database!(
    fn orders_of_kuaishou_are_shipped_once_though_answers_are_lost(app: TestApp) {
        let shop = Shop::of(&app, 3, 0);
        shop.set(2, |order| order.address = "key-1".to_owned());
        let gateway = shop.start();
        let linked = link(&app, "kuaishou", &gateway);
        pull(&app, linked.id);
        assert_tells_again(&app, linked.id);
        assert_eq!(shipments(&app).len(), 2, "two orders have one key");
        shop.moods.silent_writes.store(2, Ordering::Relaxed);
        let told = ship_all(&app);
        assert!(told.len() == 3 && told.iter().all(|told| told.ends_with(" done")), "{told:?}");
        let left: Vec<_> = (1..=3).flat_map(|n| shop.left(n)).collect();
        assert_eq!(left, ["0 100000000001×2", "0 100000000001×2", "0 100000000002×2"]);
    }
);

#[test]
fn goods_and_gifts_of_a_kuaishou_order_are_shipped_parcel_by_parcel() {
    let app = TestApp::sqlite();
    let shop = Shop::of(&app, 1, 1);
    let gateway = shop.start();
    let linked = link(&app, "kuaishou", &gateway);
    pull(&app, linked.id);
    let whole = the_shipment_of(&app, orders(&app)[0]["id"].as_str().expect("an id").parse().expect("an id"));
    let part = SplitLine { line: whole.lines[0].line, quantity: 1 };
    app.write(|tx| merging::split(tx, whole.id, &[part])).expect("it is split");
    let ids = shipments(&app);
    run(&app, &ids);
    shop.moods.silent_writes.store(1, Ordering::Relaxed);
    ship(&app, &ids[..1]);
    tell(&app);
    assert_eq!(shop.left(1), ["0 100000000001×1", "1 100000000001×1"]);
    ship(&app, &ids[1..]);
    let told = tell(&app);
    assert!(told.iter().all(|told| told.ends_with(" done")), "{told:?}");
    assert_eq!(shop.left(1), ["0 100000000001×1", "0 100000000002×1", "1 100000000001×1"]);
}

#[test]
fn what_became_of_a_kuaishou_order_meanwhile_decides() {
    type Change = fn(&mut Shown);
    let cases: [(Change, &str); 4] = [
        (|order| (order.left[0], order.status) = (vec![("100000000001".to_owned(), 2)], 40), "done"),
        (
            |order| (order.left[0], order.status) = (vec![("YT999".to_owned(), 2)], 40),
            "with YT999, not with 100000000001",
        ),
        (|order| order.status = 80, "as closed"),
        (|order| order.refund = 10, "refund"),
    ];
    for (change, expected) in cases {
        let app = TestApp::sqlite();
        let shop = Shop::of(&app, 1, 0);
        let gateway = shop.start();
        let linked = link(&app, "kuaishou", &gateway);
        pull(&app, linked.id);
        shop.set(1, change);
        let before = shop.left(1);
        let told = ship_all(&app);
        match expected {
            "done" => assert_eq!(told, [format!("{} 100000000001 done", FIRST + 1)]),
            words => assert!(refusal(&app).0.contains(words), "{:?}", refusal(&app)),
        }
        assert_eq!(shop.left(1), before, "nothing was written");
    }
}

fn encrypted(message: &Json) -> String {
    let key = STANDARD.decode(MESSAGE_KEY).expect("base64");
    let cipher = cbc::Encryptor::<aes::Aes128>::new_from_slices(&key, &[0; 16]).expect("a key");
    let text = message.to_string();
    let mut blocks = text.clone().into_bytes();
    blocks.resize(text.len() + 16, 0);
    STANDARD.encode(cipher.encrypt_padded::<Pkcs7>(&mut blocks, text.len()).expect("there is room"))
}

#[test]
fn pushes_of_kuaishou_have_the_shop_asked_once_and_forged_ones_change_nothing() {
    let app = TestApp::sqlite();
    let shop = Shop::of(&app, 2, 0);
    let gateway = shop.start();
    let linked = link(&app, "kuaishou", &gateway);
    let stranger = app.http_stranger();
    let path = format!("/hooks/{}", linked.id);
    let send = |body: &str| stranger.send("POST", &path, "text/plain", body.as_bytes());
    let pulls =
        || app.http().get("/api/v1/jobs?kind=shop.pull").expect(200)["items"].as_array().map_or(0, Vec::len);
    let event = json!({ "eventId": "e1", "bizId": 1, "appKey": "ks-app", "event": "kwaishop_order_addOrder", "info": "{}", "test": false });
    let foreign = json!({ "eventId": "e1", "appKey": "another", "event": "kwaishop_order_addOrder" });
    assert_eq!(send("bm90aGluZyBvZiBvdXJzIQ==").problem(), "401 hook_refused");
    assert_eq!(send(&encrypted(&foreign)).problem(), "401 hook_refused");
    assert_eq!(send(&encrypted(&json!({ "test": true }))).expect(200)["result"], 1);
    assert_eq!(pulls(), 0, "a heartbeat is no change");
    for _ in 0..3 {
        assert_eq!(send(&encrypted(&event)).expect(200), json!({ "result": 1 }));
    }
    assert_eq!(pulls(), 1);
}
