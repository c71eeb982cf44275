//! Xiaohongshu, played over HTTP: every signature is checked, windows are short, the list is brief, orders change between
//! pages and between the list and the detail, refusals come with status 200.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard};

use huidan::app::App;
use huidan::connectors::xiaohongshu::sign::sign;
use huidan::operations::merging::{self, SplitLine};
use serde_json::{Value as Json, json};

use crate::number_runs::{run, shipments};
use crate::rereads::assert_tells_again;
use crate::ship::ship;
use crate::support::TestApp;
use crate::support::gateway::{Asked, Gateway, Given};
use crate::support::played::{Moods, count, given, orders, pull, refusal, ship_all, tell};
use crate::support::shipments::the_shipment_of;
use crate::telling::link;

const SECRET: &str = "xhs-secret";

#[derive(Clone)]
struct Shown {
    created: i64,
    updated: i64,
    status: i64,
    after_sale: i64,
    /// Number and SKUs that left with it.
    left: Vec<(String, Vec<String>)>,
    address: String,
}

struct Shop {
    clock: App,
    orders: Mutex<BTreeMap<String, Shown>>,
    moods: Moods,
    /// Orders that change after the page of this count was answered.
    changes: Mutex<BTreeMap<usize, String>>,
}

fn name(n: usize) -> String {
    format!("P71887054525022{n:04}")
}

fn refused(words: &str) -> Given {
    given(json!({ "error_code": -1, "error_msg": words, "success": false, "data": null }))
}

fn done(data: Json) -> Given {
    given(json!({ "error_code": 0, "error_msg": "", "success": true, "data": data }))
}

impl Shop {
    fn of(app: &TestApp, count: usize) -> Arc<Self> {
        let at = app.now().micros() / 1_000_000 - 3_600;
        let order = |n: usize| Shown {
            created: at,
            updated: at,
            status: 4,
            after_sale: 1,
            left: Vec::new(),
            address: format!("address-{n}"),
        };
        Arc::new(Self {
            clock: app.app().clone(),
            orders: Mutex::new((1..=count).map(|n| (name(n), order(n))).collect()),
            moods: Moods::default(),
            changes: Mutex::default(),
        })
    }

    fn start(self: &Arc<Self>) -> Gateway {
        let shop = self.clone();
        Gateway::start(move |asked| shop.answer(asked))
    }

    fn orders(&self) -> MutexGuard<'_, BTreeMap<String, Shown>> {
        self.orders.lock().expect("no holder panics")
    }

    fn set(&self, n: usize, change: impl FnOnce(&mut Shown)) {
        change(self.orders().get_mut(&name(n)).expect("an order"));
    }

    fn now(&self) -> i64 {
        self.clock.now().micros() / 1_000_000
    }

    fn answer(&self, asked: &Asked) -> Given {
        assert_eq!(
            (asked.method.as_str(), asked.path.as_str()),
            ("POST", "/ark/open_api/v3/common_controller")
        );
        let wish: Json = serde_json::from_str(&asked.body).expect("JSON");
        let text = |name: &str| wish[name].as_str().unwrap_or_default();
        if text("sign") != sign(text("method"), "xhs-app", text("timestamp"), "2.0", SECRET)
            || text("appId") != "xhs-app"
        {
            return refused("签名错误");
        }
        if (text("timestamp").parse::<i64>().expect("seconds") - self.now()).abs() > 600 {
            return refused("timestamp 超出范围");
        }
        if text("accessToken") != "token-1" {
            return refused("accessToken 已过期");
        }
        if self.moods.takes_a_rest() {
            return refused("请求过于频繁");
        }
        match text("method") {
            "order.getOrderList" => self.page(&wish),
            "order.getOrderDetail" => match self.orders().get(text("orderId")) {
                Some(order) => done(show(text("orderId"), order)),
                None => refused("订单不存在"),
            },
            "order.orderDeliver" => self.deliver(text("orderId"), &wish),
            "common.getExpressCompanyList" => done(json!({ "expressCompanyInfos": [
                { "expressCompanyId": 1, "expressCompanyCode": "shunfeng", "expressCompanyName": "顺丰速运", "comment": "" },
                { "expressCompanyId": 2, "expressCompanyCode": "zhongtong", "expressCompanyName": "中通快递", "comment": "" }] })),
            _ => refused("方法不存在"),
        }
    }

    fn page(&self, wish: &Json) -> Given {
        let number = |name: &str| wish[name].as_i64().expect(name);
        let (start, end, by, page, size) = (
            number("startTime"),
            number("endTime"),
            number("timeType"),
            number("pageNo"),
            number("pageSize"),
        );
        let longest = if by == 1 { 86_400 } else { 1_800 };
        if end < start || end - start > longest || !(1..=100).contains(&page) || size > 100 {
            return refused("参数错误");
        }
        let mut orders = self.orders();
        let is_in =
            |order: &Shown| (start..=end).contains(if by == 1 { &order.created } else { &order.updated });
        let found: Vec<&String> =
            orders.iter().filter(|(_, order)| is_in(order)).map(|(name, _)| name).collect();
        let skip = usize::try_from((page - 1) * size).expect("small");
        let size = usize::try_from(size).expect("small");
        let list: Vec<Json> = found
            .iter()
            .skip(skip)
            .take(size)
            .map(|name| json!({ "orderId": name, "orderStatus": 4 }))
            .collect();
        let answer = json!({ "total": found.len(), "pageNo": page, "pageSize": size, "maxPageNo": found.len().div_ceil(size), "orderList": list });
        if let Some(name) = self.changes.lock().expect("no holder panics").remove(&self.moods.turns_a_page())
        {
            let now = self.now();
            let order = orders.get_mut(&name).expect("an order");
            (order.updated, order.status) = (now + 30, 9);
        }
        done(answer)
    }

    fn deliver(&self, name: &str, wish: &Json) -> Given {
        let mut orders = self.orders();
        let order = orders.get_mut(name).expect("an order");
        if wish["expressCompanyCode"] != "zhongtong"
            || wish["deliveringTime"].as_i64() < Some(1_000_000_000_000)
        {
            return refused("快递公司错误");
        }
        let all = ["s1", "s2"].map(str::to_owned);
        let skus: Vec<String> = match wish["unpack"].as_bool().expect("a truth value") {
            false => all.to_vec(),
            true => wish["skuIdList"]
                .as_array()
                .expect("SKUs")
                .iter()
                .map(|sku| sku.as_str().expect("a SKU").to_owned())
                .collect(),
        };
        if order.after_sale == 2 {
            return refused("订单售后中,不允许发货");
        }
        if !matches!(order.status, 4 | 5)
            || order.left.iter().any(|(_, left)| left.iter().any(|sku| skus.contains(sku)))
        {
            return refused("订单状态不允许发货");
        }
        order.left.push((wish["expressNo"].as_str().expect("a number").to_owned(), skus));
        order.status =
            if order.left.iter().map(|(_, skus)| skus.len()).sum::<usize>() == all.len() { 6 } else { 5 };
        self.moods.done(done(json!({ "orderId": name })))
    }

    fn left(&self, n: usize) -> Vec<String> {
        self.orders()[&name(n)]
            .left
            .iter()
            .map(|(number, skus)| format!("{number} {}", skus.join(",")))
            .collect()
    }
}

fn all() -> Vec<String> {
    ["s1", "s2"].map(str::to_owned).to_vec()
}

fn show(name: &str, order: &Shown) -> Json {
    let parts: Vec<Json> = order
        .left
        .iter()
        .enumerate()
        .map(|(at, (number, skus))| json!({ "deliveryOrderIndex": at, "status": 6, "expressTrackingNo": number, "expressCompanyCode": "zhongtong", "skuIdList": skus }))
        .collect();
    json!({
        "orderId": name, "orderType": 1, "orderStatus": order.status, "orderAfterSalesStatus": order.after_sale, "cancelStatus": 0,
        "createdTime": order.created * 1_000, "paidTime": order.created * 1_000, "updateTime": order.updated * 1_000,
        "promiseLastDeliveryTime": (order.created + 172_800) * 1_000, "totalPayAmount": 3_237, "totalShippingFree": 0,
        "customerRemark": "", "sellerRemark": "", "sellerRemarkFlag": 1, "userId": "u1", "openAddressId": order.address,
        "receiverProvinceName": "浙江省", "receiverCityName": "杭州市", "receiverDistrictName": "余杭区", "unpack": order.left.len() > 1,
        "expressTrackingNo": if order.left.len() == 1 { order.left[0].0.as_str() } else { "" },
        "skuList": [{ "skuId": "s1", "skuName": "马克杯", "erpcode": "MUG", "skuSpec": "红", "skuQuantity": 2, "totalPaidAmount": 2158 },
            { "skuId": "s2", "skuName": "杯垫", "erpcode": "MAT", "skuSpec": "", "skuQuantity": 1, "totalPaidAmount": 1079 }],
        "simpleDeliveryOrderList": parts,
    })
}

each_database!(
    fn orders_of_xiaohongshu_that_change_while_pages_are_read_are_all_there_as_they_are(app: TestApp) {
        let shop = Shop::of(&app, 130);
        shop.set(9, |order| order.status = 42);
        let gateway = shop.start();
        let linked = link(&app, "xiaohongshu", &gateway);
        // The season is read by days of placing; the second pull by half hours of change.
        assert_eq!(pull(&app, linked.id)["state"], "done");
        assert_eq!(orders(&app).len(), 129, "one is not understood");
        for n in 1..=130 {
            let at = shop.now() + 60;
            shop.set(n, |order| (order.updated, order.after_sale) = (at, 2));
        }
        app.advance(chrono::Duration::minutes(5));
        let count = shop.moods.pages.load(Ordering::Relaxed);
        // After the count of the window, and after its last page.
        shop.changes.lock().expect("no holder panics").extend([(count, name(3)), (count + 1, name(60))]);
        let job = pull(&app, linked.id);
        assert_eq!((&job["state"], &job["attempt"]), (&json!("done"), &json!(1)), "{job}");
        let asked =
            |what: &str| orders(&app).iter().filter(|order| order["lines"][0]["refund"] == what).count();
        assert!(
            asked("requested") >= 127,
            "none but those that changed again are left: {}",
            asked("requested")
        );
        app.advance(chrono::Duration::minutes(1));
        pull(&app, linked.id);
        let read = orders(&app);
        let cancelled = read.iter().filter(|order| order["state"] == "cancelled").count();
        assert_eq!((read.len(), cancelled, asked("requested")), (129, 2, 129));
    }
);

#[test]
fn an_order_xiaohongshu_put_into_its_list_late_is_found_by_counting() {
    let app = TestApp::sqlite();
    let shop = Shop::of(&app, 3);
    let late = shop.orders().remove(&name(2)).expect("an order");
    let gateway = shop.start();
    let linked = link(&app, "xiaohongshu", &gateway);
    pull(&app, linked.id);
    assert_eq!((orders(&app).len(), count(&app, linked.id)["missing"].as_i64()), (2, Some(0)));
    shop.orders().insert(name(2), late);
    let found = count(&app, linked.id);
    assert_eq!((&found["missing"], orders(&app).len()), (&json!(0), 3), "{found}");
}

each_database!(
    fn orders_of_xiaohongshu_are_shipped_once_though_answers_are_lost(app: TestApp) {
        let shop = Shop::of(&app, 3);
        shop.set(2, |order| order.address = "address-1".to_owned());
        let gateway = shop.start();
        let linked = link(&app, "xiaohongshu", &gateway);
        pull(&app, linked.id);
        assert_tells_again(&app, linked.id);
        assert_eq!(shipments(&app).len(), 2, "two orders have one key, and nobody has a name");
        shop.moods.silent_writes.store(2, Ordering::Relaxed);
        let told = ship_all(&app);
        assert!(told.len() == 3 && told.iter().all(|told| told.ends_with(" done")), "{told:?}");
        let left: Vec<_> = (1..=3).flat_map(|n| shop.left(n)).collect();
        assert_eq!(left, ["100000000001 s1,s2", "100000000001 s1,s2", "100000000002 s1,s2"]);
    }
);

#[test]
fn skus_of_a_xiaohongshu_order_are_shipped_parcel_by_parcel_and_parts_of_one_are_for_a_person() {
    for (line, quantity, expected) in [(1, 1, ["100000000001 s1", "100000000002 s2"].as_slice()), (0, 1, &[])]
    {
        let app = TestApp::sqlite();
        let shop = Shop::of(&app, 1);
        let gateway = shop.start();
        let linked = link(&app, "xiaohongshu", &gateway);
        pull(&app, linked.id);
        let whole =
            the_shipment_of(&app, orders(&app)[0]["id"].as_str().expect("an id").parse().expect("an id"));
        let part = SplitLine { line: whole.lines[line].line, quantity };
        app.write(|tx| merging::split(tx, whole.id, &[part])).expect("it is split");
        let ids = shipments(&app);
        run(&app, &ids);
        ship(&app, &ids[..1]);
        tell(&app);
        if expected.is_empty() {
            assert!(refusal(&app).0.contains("ships a SKU as a whole"), "{:?}", refusal(&app));
            continue;
        }
        assert_eq!(shop.orders()[&name(1)].status, 5);
        ship(&app, &ids[1..]);
        tell(&app);
        assert_eq!(
            (shop.left(1), shop.orders()[&name(1)].status),
            (expected.iter().map(|text| (*text).to_owned()).collect(), 6)
        );
    }
}

#[test]
fn what_became_of_a_xiaohongshu_order_meanwhile_decides() {
    type Change = fn(&mut Shown);
    let cases: [(Change, &str); 4] = [
        (|order| (order.left, order.status) = (vec![("100000000001".to_owned(), all())], 6), "done"),
        (
            |order| (order.left, order.status) = (vec![("YT999".to_owned(), all())], 6),
            "with YT999, not with 100000000001",
        ),
        (|order| order.status = 9, "as closed"),
        (|order| order.after_sale = 2, "after-sale"),
    ];
    for (change, expected) in cases {
        let app = TestApp::sqlite();
        let shop = Shop::of(&app, 1);
        let gateway = shop.start();
        let linked = link(&app, "xiaohongshu", &gateway);
        pull(&app, linked.id);
        shop.set(1, change);
        let before = shop.left(1);
        let told = ship_all(&app);
        match expected {
            "done" => assert_eq!(told, [format!("{} 100000000001 done", name(1))]),
            words => assert!(refusal(&app).0.contains(words), "{:?}", refusal(&app)),
        }
        assert_eq!(shop.left(1), before, "nothing was written");
    }
}
