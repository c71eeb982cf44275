//! Douyin, played over HTTP: every signature is checked, orders change between pages and between reading and shipping,
//! refusals come with status 200, answers get lost after the deed.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard};

use huidan::app::App;
use huidan::connectors::douyin::canonical::canonical;
use huidan::connectors::douyin::sign::{Method, event_sign, sign};
use huidan::operations::merging::{self, SplitLine};
use serde_json::{Value as Json, json};

use crate::number_runs::{run, shipments};
use crate::ship::{all_write_backs, ship};
use crate::support::TestApp;
use crate::support::effects::{PATIENCE, until};
use crate::support::gateway::{Asked, Gateway, Given};
use crate::support::played::{Moods, given, orders, pull, refusal, ship_all, tell};
use crate::support::shipments::the_shipment_of;
use crate::telling::{link, said, waits, worker};

const KEY: &str = "3409409348479354011";
const SECRET: &str = "dy-secret";
/// Above 2^53, as the platform's are; those of lines have a digit more.
const FIRST: u64 = 649_667_997_167_779_800;

/// A parcel as it was told: company, number, and pieces of each line.
type Pack = (String, String, Vec<(String, i64)>);

/// An order as the shop keeps it.
#[derive(Clone)]
struct Shown {
    id: u64,
    updated: i64,
    status: i64,
    /// Pieces and state of the after-sale, by line.
    lines: Vec<(i64, i64)>,
    /// Number, carrier, pieces by line.
    packs: Vec<Pack>,
    /// Who receives it.
    address: String,
}

struct Shop {
    clock: App,
    token: Mutex<String>,
    orders: Mutex<BTreeMap<u64, Shown>>,
    /// Answers by `request_id`.
    requests: Mutex<BTreeMap<String, Json>>,
    moods: Moods,
    /// Orders that change after the page of this count was answered.
    changes: Mutex<BTreeMap<usize, Vec<u64>>>,
    /// A refund is asked for between reading an order and shipping it.
    is_regretted: Mutex<Option<u64>>,
}

fn shown(id: u64, updated: i64) -> Shown {
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
    fn of(app: &TestApp, orders: impl IntoIterator<Item = Shown>) -> Arc<Self> {
        Arc::new(Self {
            clock: app.app().clone(),
            token: Mutex::new("token-1".to_owned()),
            orders: Mutex::new(orders.into_iter().map(|order| (order.id, order)).collect()),
            requests: Mutex::default(),
            moods: Moods::default(),
            changes: Mutex::default(),
            is_regretted: Mutex::default(),
        })
    }

    fn start(self: &Arc<Self>) -> Gateway {
        let shop = self.clone();
        Gateway::start(move |asked| shop.answer(asked))
    }

    fn orders(&self) -> MutexGuard<'_, BTreeMap<u64, Shown>> {
        self.orders.lock().expect("no holder panics")
    }

    fn now(&self) -> i64 {
        self.clock.now().micros() / 1_000_000
    }

    fn answer(&self, asked: &Asked) -> Given {
        let names: std::collections::BTreeSet<&str> =
            asked.query.iter().map(|(name, _)| name.as_str()).collect();
        let expected = ["access_token", "app_key", "method", "sign", "sign_method", "timestamp", "v"];
        if !names.into_iter().eq(expected)
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
        if asked.get("access_token") != *self.token.lock().expect("no holder panics") {
            return refused("30002", "isv.access-token-expired");
        }
        if self.moods.takes_a_rest() {
            return refused("80000", "isv.app-call-limited");
        }
        let wish: Json = serde_json::from_str(&asked.body).expect("JSON");
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
        let count = self.moods.turns_a_page();
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
        self.moods.done(done(answer))
    }

    /// Number, carrier and pieces of each pack of an order.
    fn packs(&self, id: u64) -> Vec<String> {
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

fn line_id(order: u64, at: usize) -> u64 {
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

/// Orders of one second an hour ago.
fn some(app: &TestApp, count: u64) -> Vec<Shown> {
    let updated = app.now().micros() / 1_000_000 - 3_600;
    (1..=count).map(|n| shown(FIRST + n, updated)).collect()
}

each_database!(
    fn orders_of_douyin_that_change_while_pages_are_read_are_all_there_as_they_are(app: TestApp) {
        let mut all = some(&app, 230);
        all[8].status = 999;
        let shop = Shop::of(&app, all);
        let gateway = shop.start();
        let linked = link(&app, "douyin", &gateway);
        // Twelve weeks without orders come first. Then one changes when its window was counted, and two of the first page
        // when the last one was read.
        shop.changes
            .lock()
            .expect("no holder panics")
            .extend([(12, vec![FIRST + 5]), (13, vec![FIRST + 40, FIRST + 41])]);
        shop.moods.is_tired.store(true, Ordering::Relaxed);
        let job = pull(&app, linked.id);
        assert_eq!((&job["state"], &job["attempt"]), (&json!("done"), &json!(1)), "{job}");
        let read = orders(&app);
        assert_eq!(read.len(), 226, "three have changed and come with the next pull, one is not understood");
        let one = read
            .iter()
            .find(|order| order["number"].as_str() == Some(&(FIRST + 100).to_string()))
            .expect("to the last digit");
        assert_eq!(one["lines"][0]["price"]["amount"], 1_079);
        assert_eq!(one["lines"][1]["number"], ((FIRST + 100) * 10 + 2).to_string());

        app.advance(chrono::Duration::minutes(1));
        assert_eq!(pull(&app, linked.id)["state"], "done");
        let read = orders(&app);
        let cancelled = read.iter().filter(|order| order["state"] == "cancelled").count();
        assert_eq!((read.len(), cancelled), (229, 3));
    }
);

each_database!(
    fn both_orders_of_a_merged_parcel_are_shipped_in_douyin_once_though_an_answer_is_lost(app: TestApp) {
        let mut all = some(&app, 3);
        all[1].address = all[0].address.clone();
        let shop = Shop::of(&app, all);
        let gateway = shop.start();
        let linked = link(&app, "douyin", &gateway);
        pull(&app, linked.id);
        assert_eq!(shipments(&app).len(), 2, "two orders have one key, though all names look alike");
        shop.moods.silent_writes.store(2, Ordering::Relaxed);
        let told = ship_all(&app);
        assert_eq!(told.len(), 3);
        assert!(told.iter().all(|told| told.ends_with(" done")), "{told:?}");
        let packs: Vec<_> = (1..=3).flat_map(|n| shop.packs(FIRST + n)).collect();
        assert_eq!(
            packs,
            [
                "100000000001 zhongtong 1×2,2×1",
                "100000000001 zhongtong 1×2,2×1",
                "100000000002 zhongtong 1×2,2×1"
            ]
        );
    }
);

#[test]
fn pieces_of_a_douyin_order_are_shipped_parcel_by_parcel() {
    let app = TestApp::sqlite();
    let shop = Shop::of(&app, some(&app, 1));
    let gateway = shop.start();
    let linked = link(&app, "douyin", &gateway);
    pull(&app, linked.id);
    let whole = the_shipment_of(&app, orders(&app)[0]["id"].as_str().expect("an id").parse().expect("an id"));
    let part = SplitLine { line: whole.lines[0].line, quantity: 1 };
    app.write(|tx| merging::split(tx, whole.id, &[part])).expect("it is split");
    let ids = shipments(&app);
    run(&app, &ids);
    ship(&app, &ids[..1]);
    assert_eq!(tell(&app), [format!("{} 100000000001 done", FIRST + 1)]);
    assert_eq!(
        (shop.packs(FIRST + 1), shop.orders()[&(FIRST + 1)].status),
        (vec!["100000000001 zhongtong 1×1,2×1".to_owned()], 101)
    );
    ship(&app, &ids[1..]);
    tell(&app);
    let packs = ["100000000001 zhongtong 1×1,2×1", "100000000002 zhongtong 1×1"];
    assert_eq!(
        (shop.packs(FIRST + 1), shop.orders()[&(FIRST + 1)].status),
        (packs.map(str::to_owned).to_vec(), 3)
    );
}

#[test]
fn what_became_of_a_douyin_order_meanwhile_decides() {
    let all = |number: &str| {
        vec![(
            number.to_owned(),
            "zhongtong".to_owned(),
            vec![(line_id(FIRST + 1, 0).to_string(), 2), (line_id(FIRST + 1, 1).to_string(), 1)],
        )]
    };
    type Change = Box<dyn Fn(&mut Shown)>;
    let cases: Vec<(Change, &str, Json)> = vec![
        (Box::new(move |order| (order.packs, order.status) = (all("100000000001"), 3)), "done", Json::Null),
        (
            Box::new(move |order| (order.packs, order.status) = (all("YT999"), 3)),
            "with YT999, not with 100000000001",
            Json::Null,
        ),
        (Box::new(|order| order.status = 4), "as cancelled", Json::Null),
        (Box::new(|order| order.status = 105), "being checked", Json::Null),
        (Box::new(|order| order.lines[1].1 = 6), "refund", Json::Null),
    ];
    for (change, expected, meaning) in cases {
        let app = TestApp::sqlite();
        let shop = Shop::of(&app, some(&app, 1));
        let gateway = shop.start();
        let linked = link(&app, "douyin", &gateway);
        pull(&app, linked.id);
        change(shop.orders().get_mut(&(FIRST + 1)).expect("an order"));
        let before = shop.packs(FIRST + 1);
        let told = ship_all(&app);
        if expected == "done" {
            assert_eq!(told, [format!("{} 100000000001 done", FIRST + 1)]);
        } else {
            let (words, kind) = refusal(&app);
            assert!(words.contains(expected), "{words}");
            assert_eq!(kind, meaning);
        }
        assert_eq!(shop.packs(FIRST + 1), before, "nothing was written");
    }
}

#[test]
fn a_refund_asked_for_at_the_last_moment_is_refused_in_the_platforms_words_and_explained() {
    let app = TestApp::sqlite();
    let shop = Shop::of(&app, some(&app, 2));
    let gateway = shop.start();
    let linked = link(&app, "douyin", &gateway);
    pull(&app, linked.id);
    *shop.is_regretted.lock().expect("no holder panics") = Some(FIRST + 1);
    let told = ship_all(&app);
    assert_eq!(
        told,
        [format!("{} 100000000001 refused", FIRST + 1), format!("{} 100000000002 done", FIRST + 2)]
    );
    let (words, meaning) = refusal(&app);
    assert!(words.contains("isv.business-failed:60040") && words.contains("平台的话"), "{words}");
    assert_eq!(meaning, "refund_in_progress");
}

#[test]
fn a_douyin_token_that_ended_leaves_tellings_waiting_until_there_is_another() {
    let app = TestApp::sqlite();
    let shop = Shop::of(&app, some(&app, 1));
    let gateway = shop.start();
    let linked = link(&app, "douyin", &gateway);
    pull(&app, linked.id);
    "token-2".clone_into(&mut shop.token.lock().expect("no holder panics"));
    let ids = shipments(&app);
    run(&app, &ids);
    ship(&app, &ids);
    let runner = worker(&app);
    until("it was tried", || all_write_backs(&app)[0].tries == 1);
    assert_eq!(said(&all_write_backs(&app)), [format!("{} 100000000001 waiting", FIRST + 1)]);
    let keys = json!({ "credentials": { "app_key": KEY, "app_secret": SECRET, "access_token": "token-2" } });
    app.http().patch(&format!("/api/v1/shops/{}", linked.id), keys).expect(200);
    until("it is told", || waits(&app) == 0);
    runner.stop(PATIENCE);
    assert_eq!(shop.packs(FIRST + 1), ["100000000001 zhongtong 1×2,2×1"]);
}

each_database!(
    fn pushes_of_douyin_have_the_shop_asked_once_and_forged_ones_change_nothing(app: TestApp) {
        let shop = Shop::of(&app, some(&app, 2));
        let gateway = shop.start();
        let linked = link(&app, "douyin", &gateway);
        let stranger = app.http_stranger();
        let path = format!("/hooks/{}", linked.id);
        let send = |body: &str, secret: &str| {
            let signed = stranger.with_header("event-sign", &event_sign(KEY, body.as_bytes(), secret));
            signed.send("POST", &path, "application/json", body.as_bytes())
        };
        let pulls = || {
            app.http().get("/api/v1/jobs?kind=shop.pull").expect(200)["items"].as_array().map_or(0, Vec::len)
        };
        let (paid, cancelled) =
            (r#"[{"tag":"101","msg_id":"m1","data":"{}"}]"#, r#"[{"tag":"106","msg_id":"m2","data":"{}"}]"#);
        assert_eq!(send(paid, "guessed").problem(), "401 hook_refused");
        assert_eq!(send(r#"[{"tag":"0","msg_id":"0","data":""}]"#, SECRET).expect(200)["code"], 0);
        assert_eq!(pulls(), 0, "a probe is no change");
        // Out of order, and more than once.
        for body in [cancelled, paid, paid, cancelled] {
            assert_eq!(send(body, SECRET).expect(200), json!({ "code": 0, "msg": "success" }));
        }
        assert_eq!(pulls(), 1);
        pull(&app, linked.id);
        assert_eq!(orders(&app).len(), 2);
    }
);

#[test]
fn carriers_douyin_lists_itself_are_found_and_others_refused_before_anything_is_written() {
    for (carrier, expected) in [("jd", "done"), ("ups", "The platform knows no carrier ups")] {
        let app = TestApp::sqlite();
        let shop = Shop::of(&app, some(&app, 1));
        let gateway = shop.start();
        let linked = link(&app, "douyin", &gateway);
        pull(&app, linked.id);
        let ids = shipments(&app);
        run(&app, &ids);
        ship(&app, &ids);
        let set = format!("UPDATE write_backs SET carrier = '{carrier}'");
        app.write(|tx| Ok(tx.execute(huidan::db::statement::sql(&set))?)).expect("it is changed");
        tell(&app);
        match expected {
            "done" => assert_eq!(shop.packs(FIRST + 1), ["100000000001 jd 1×2,2×1"]),
            words => assert!(refusal(&app).0.contains(words)),
        }
    }
}
