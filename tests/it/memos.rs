//! Notes that shops are told as their memo: every platform that takes one, played over HTTP, keeps it once.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use huidan::domain::actor::Role;
use huidan::domain::id::OrderId;
use huidan::domain::order::OrderState;
use serde_json::{Value as Json, json};

use crate::gateways::top::{self, FIRST, Trade};
use crate::support::effects::{PATIENCE, until};
use crate::support::gateway::{Asked, Gateway, Given};
use crate::support::http::Http;
use crate::support::played::pull;
use crate::support::shipments::reasons;
use crate::support::{TestApp, order};
use crate::telling::{link, worker};
use crate::web::Browser;

/// What a shop keeps of order 101.
#[derive(Default)]
struct Kept {
    /// One text, or one each.
    memos: Vec<String>,
    flag: String,
    writes: usize,
}

#[derive(Default)]
struct Desk {
    kept: Mutex<Kept>,
    /// So many further writes are done and never answered.
    silent_writes: AtomicUsize,
}

impl Desk {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().expect("no holder panics")
    }

    fn memo(&self) -> String {
        self.kept().memos.join("|")
    }

    fn flag(&self) -> String {
        self.kept().flag.clone()
    }

    fn write(&self, memos: Vec<String>, flag: &Json, answer: Json) -> Given {
        let mut kept = self.kept();
        (kept.memos, kept.writes) = (memos, kept.writes + 1);
        if let Some(flag) = flag.as_str().map(str::to_owned).or_else(|| Some(flag.as_i64()?.to_string())) {
            kept.flag = flag;
        }
        match self
            .silent_writes
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1))
        {
            Ok(_) => (0, Vec::new(), String::new()),
            Err(_) => given(answer),
        }
    }

    fn add(&self, memo: &Json, flag: &Json, answer: Json) -> Given {
        let mut memos = self.kept().memos.clone();
        memos.push(text(memo));
        self.write(memos, flag, answer)
    }
}

fn given(body: Json) -> Given {
    (200, Vec::new(), body.to_string())
}

fn text(value: &Json) -> String {
    value.as_str().expect("a text").to_owned()
}

/// The answers of a platform, as far as memos need them.
fn answer(platform: &str, desk: &Desk, asked: &Asked) -> Given {
    let form = asked.form();
    let get = |name: &str| form.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str());
    let body: Json = serde_json::from_str(&asked.body).unwrap_or_default();
    let (memo, flag) = (desk.memo(), desk.flag());
    let field = |value: &str| vec![value.to_owned()];
    match (platform, asked.path.as_str()) {
        ("taobao", _) if get("method").ends_with("memo.update") => {
            let done = json!({ "taobao_trade_memo_update_response": { "trade": {} } });
            desk.write(field(get("memo")), &json!(get("flag")), done)
        }
        ("taobao", _) => given(json!({ "taobao_trade_fullinfo_get_response": { "trade": { "tid": "101",
            "status": "WAIT_SELLER_SEND_GOODS", "seller_memo": memo, "seller_flag": flag } } })),
        ("pdd", _) if get("type") == "pdd.order.note.update" => {
            assert_eq!(get("tag_name"), "绿色");
            let done = json!({ "order_note_update_response": { "is_success": true } });
            desk.write(field(get("note")), &json!(get("tag")), done)
        }
        ("pdd", _) => given(json!({ "order_info_get_response": { "order_info": { "order_sn": "101",
            "remark": memo, "remark_tag": flag } } })),
        ("douyin", "/order/addOrderRemark") => {
            assert_eq!(body["is_add_star"], "true");
            desk.write(field(&text(&body["remark"])), &body["star"], json!({ "code": 10000, "data": {} }))
        }
        ("douyin", _) => given(
            json!({ "code": 10000, "data": { "shop_order_detail": { "order_id": "101", "order_status": 2, "pay_amount": 2158,
            "seller_words": memo, "seller_remark_stars": flag } } }),
        ),
        ("jd", _) => {
            let wish: Json = serde_json::from_str(get("360buy_param_json")).expect("JSON");
            match get("method") {
                "jingdong.pop.order.modifyVenderRemark" => {
                    let done = json!({ "jingdong_pop_order_modifyVenderRemark_responce": { "code": "0",
                        "modifyvenderremark_result": { "success": true } } });
                    desk.write(field(&text(&wish["remark"])), &wish["flag"], done)
                }
                _ => {
                    given(json!({ "jingdong_pop_order_enGet_responce": { "orderDetailInfo": { "orderInfo": {
                    "orderId": "101", "orderState": "WAIT_SELLER_STOCK_OUT", "venderRemark": memo } } } }))
                }
            }
        }
        ("kuaishou", "/open/seller/order/note/add") => {
            let wish: Json = serde_json::from_str(get("param")).expect("JSON");
            assert_eq!(wish["orderId"], 101);
            desk.add(&wish["note"], &wish["flag"], json!({ "result": 1, "data": true }))
        }
        ("kuaishou", _) => {
            let notes = desk.kept().memos.clone().into_iter().enumerate().map(|(at, note)| {
                json!({ "createTime": at, "note": note, "flagTagCode": if at == 0 { "" } else { "green_flag_tag_order" } })
            });
            given(json!({ "result": 1, "data": { "orderBaseInfo": { "oid": 101, "status": 30 },
                "orderNote": { "orderNoteInfo": notes.collect::<Vec<_>>() } } }))
        }
        ("xiaohongshu", _) if body["method"] == "order.modifySellerMarkInfo" => {
            let done = json!({ "success": true, "error_code": 0 });
            desk.write(field(&text(&body["sellerMarkNote"])), &body["sellerMarkPriority"], done)
        }
        ("xiaohongshu", _) => given(json!({ "success": true, "data": { "orderId": "101", "orderStatus": 4,
            "sellerRemark": memo, "sellerRemarkFlag": flag } })),
        ("shopify", _) if text(&body["query"]).contains("orderUpdate") => {
            let done =
                json!({ "data": { "orderUpdate": { "order": { "id": "gid://o/1" }, "userErrors": [] } } });
            desk.write(field(&text(&body["variables"]["i"]["note"])), &Json::Null, done)
        }
        ("shopify", _) => {
            given(json!({ "data": { "orders": { "pageInfo": { "hasNextPage": false, "endCursor": null },
            "nodes": [{ "id": "gid://o/1", "name": "101", "note": memo }] } } }))
        }
        ("woocommerce", "/wp-json/wc/v3/orders/101") => {
            given(json!({ "id": 101, "number": "101", "status": "processing" }))
        }
        ("woocommerce", _) if asked.method == "POST" => {
            assert_eq!(body["customer_note"], false, "no mail to the buyer");
            desk.add(&body["note"], &Json::Null, json!({ "id": 1 }))
        }
        ("woocommerce", _) => {
            let notes: Vec<Json> =
                desk.kept().memos.iter().map(|note| json!({ "id": 1, "note": note })).collect();
            given(json!(notes))
        }
        ("vendure", _) if text(&body["query"]).contains("addNoteToOrder") => {
            assert_eq!(body["variables"]["i"]["isPublic"], false);
            desk.add(
                &body["variables"]["i"]["note"],
                &Json::Null,
                json!({ "data": { "addNoteToOrder": { "id": "1" } } }),
            )
        }
        ("vendure", _) => {
            let notes: Vec<Json> =
                desk.kept().memos.iter().map(|note| json!({ "data": { "note": note } })).collect();
            given(
                json!({ "data": { "orders": { "items": [{ "id": "1", "code": "101", "history": { "items": notes } }] } } }),
            )
        }
        ("medusa", "/admin/orders") => given(json!({ "orders": [{ "id": "order_1", "display_id": 101 }] })),
        ("medusa", _) if asked.method == "POST" => {
            assert_eq!(body["metadata"]["gift"], "yes", "other keys stay");
            desk.write(field(&text(&body["metadata"]["seller_memo"])), &Json::Null, json!({ "order": {} }))
        }
        ("medusa", _) => {
            given(json!({ "order": { "id": "order_1", "metadata": { "seller_memo": memo, "gift": "yes" } } }))
        }
        other => panic!("{other:?}"),
    }
}

fn note(http: &Http, order: OrderId, wish: Json) -> Json {
    http.post(&format!("/api/v1/orders/{order}/notes"), wish).expect(201)
}

/// Tells everything that waits; states and replies of all memos, oldest first.
fn tell(app: &TestApp) -> Vec<String> {
    let memos = || app.http().get("/api/v1/memos").expect(200)["items"].as_array().expect("a list").clone();
    let runner = worker(app);
    // One that could not be told is tried again later.
    let is_later = |memo: &Json| memo["next_try_at"].as_str() > Some(app.now().to_string().as_str());
    until("all is told", || memos().iter().all(|memo| memo["state"] != "waiting" || is_later(memo)));
    runner.stop(PATIENCE);
    let said = |memo: &Json| format!("{} {}", text(&memo["state"]), text(&memo["reply"]));
    memos().iter().map(said).collect()
}

#[test]
fn every_platform_that_takes_memos_keeps_one_once_though_its_answer_is_lost() {
    for (platform, before, flag, expected) in [
        ("taobao", "老客户", "green", ("老客户；送小样", "老客户；送小样；易碎 勿压", "3")),
        ("pdd", "老客户", "green", ("老客户；送小样", "老客户；送小样；易碎 勿压", "3")),
        ("douyin", "老客户", "green", ("老客户；送小样", "老客户；送小样；易碎 勿压", "3")),
        ("jd", "老客户", "green", ("老客户；送小样", "老客户；送小样；易碎 勿压", "3")),
        ("kuaishou", "老客户", "green", ("老客户|送小样", "老客户|送小样|易碎 勿压", "3")),
        ("xiaohongshu", "老客户", "green", ("老客户；送小样", "老客户；送小样；易碎 勿压", "4")),
        (
            "shopify",
            "Ring twice",
            "",
            ("Ring twice\nMemo: 送小样", "Ring twice\nMemo: 送小样；易碎 勿压", ""),
        ),
        ("woocommerce", "Order placed", "", ("Order placed|送小样", "Order placed|送小样|易碎 勿压", "")),
        ("vendure", "VIP", "", ("VIP|送小样", "VIP|送小样|易碎 勿压", "")),
        ("medusa", "VIP", "", ("VIP；送小样", "VIP；送小样；易碎 勿压", "")),
    ] {
        let app = TestApp::sqlite();
        let desk = Arc::new(Desk::default());
        desk.kept().memos.push(before.to_owned());
        let shared = desk.clone();
        let gateway = Gateway::start(move |asked| answer(platform, &shared, asked));
        let shop = link(&app, platform, &gateway);
        let http = app.http();
        if platform == "medusa" {
            let settings = json!({ "settings": { "seller_memo_key": "seller_memo" } });
            http.patch(&format!("/api/v1/shops/{}", shop.id), settings).expect(200);
        }
        let id = app.push(&shop, &[order("101").memo("")])[0].order;
        desk.silent_writes.store(1, Ordering::Relaxed);
        note(&http, id, json!({ "text": "送小样", "memo": { "flag": flag } }));
        let told = tell(&app);
        assert!(told[0].starts_with("done 101 shows the memo"), "{platform} {told:?}");
        // JD does not say which flag an order has, so a wished one is written again; the memo is not.
        let writes = if platform == "jd" { 2 } else { 1 };
        assert_eq!((desk.memo().as_str(), desk.kept().writes), (expected.0, writes), "{platform}");
        note(&http, id, json!({ "text": "易碎\n勿压", "memo": {} }));
        tell(&app);
        assert_eq!((desk.memo().as_str(), desk.flag().as_str()), (expected.1, expected.2), "{platform}");
    }
}

each_database!(
    fn a_note_told_to_the_shop_comes_back_with_the_order_and_stays_read(app: TestApp) {
        let (shop, gateway) =
            top::start(app.app(), [(FIRST, Trade::paid(FIRST, 1_795_147_200 - 600, 1))].into());
        let linked = link(&app, "taobao", &gateway);
        pull(&app, linked.id);
        let http = app.http();
        http.patch("/api/v1/settings", json!({ "remarks_must_be_read": true })).expect(200);
        let page = http.get("/api/v1/orders").expect(200);
        let id: OrderId = text(&page["items"][0]["id"]).parse().expect("an id");
        assert_eq!(page["items"][0]["memo"]["flags"][2], "green");
        let written = note(&http, id, json!({ "text": "送小样", "memo": { "flag": "green" } }));
        let remark = &written["order"]["remarks"][1];
        assert_eq!((&remark["by"], &remark["memo"]["state"]), (&json!("note"), &json!("waiting")));
        http.post("/api/v1/orders/remarks-read", json!({ "orders": [id] })).expect(200);
        assert_eq!(reasons(&app, id), [""; 0]);
        shop.silent_writes.store(1, Ordering::Relaxed);
        assert_eq!(tell(&app), [format!("done {FIRST} shows the memo, flag green")]);
        let shown = || http.get(&format!("/api/v1/orders/{id}")).expect(200);
        assert_eq!(
            (&shown()["remarks"][0]["text"], &shown()["flag"]),
            (&json!("老客户；送小样"), &json!("green"))
        );
        assert_eq!(reasons(&app, id), [""; 0], "whoever read the note has read the memo");
        app.advance(chrono::Duration::minutes(3));
        pull(&app, linked.id);
        assert_eq!(reasons(&app, id), [""; 0], "and the shop tells nothing new");
        // Another hand writes beside ours.
        shop.rows().get_mut(&FIRST).expect("a trade").memo = "老客户；送小样；电话联系".to_owned();
        note(&http, id, json!({ "text": "易碎", "memo": {} }));
        http.post("/api/v1/orders/remarks-read", json!({ "orders": [id] })).expect(200);
        tell(&app);
        assert_eq!(shop.rows()[&FIRST].memo, "老客户；送小样；电话联系；易碎");
        assert_eq!(reasons(&app, id), ["remark_unread"], "nobody here has read that");
        note(&http, id, json!({ "text": "全部重写", "memo": { "replace": true } }));
        tell(&app);
        let trade = shop.rows()[&FIRST].clone();
        assert_eq!((trade.memo.as_str(), trade.flag.as_str()), ("全部重写", "3"));
        assert_eq!(app.read(|db| huidan::db::orders::find(db, &[id]))[0].state, OrderState::AwaitingShipment);
    }
);

each_database!(
    fn a_memo_the_shop_refuses_or_never_answers_is_for_a_person(app: TestApp) {
        let (shop, gateway) = top::start(app.app(), top::trades(2, 1_795_147_200 - 600, 1));
        let linked = link(&app, "taobao", &gateway);
        pull(&app, linked.id);
        let http = app.http();
        let page = http.get("/api/v1/orders").expect(200);
        let id: OrderId = text(&page["items"][0]["id"]).parse().expect("an id");
        let number: u64 = text(&page["items"][0]["number"]).parse().expect("a number");
        let path = format!("/api/v1/orders/{id}/notes");
        // With what stands there it is too long.
        shop.rows().get_mut(&number).expect("a trade").memo = "长".repeat(300);
        let written = note(&http, id, json!({ "text": "长".repeat(60), "memo": {} }));
        let refused = tell(&app);
        assert!(
            refused[0].starts_with("refused With what stands there the memo has 1083 bytes"),
            "{refused:?}"
        );
        assert_eq!(shop.rows()[&number].memo, "长".repeat(300), "nothing was written");
        let memo = text(&written["id"]);
        shop.rows().get_mut(&number).expect("a trade").memo.clear();
        http.post(&format!("/api/v1/memos/{memo}/retry"), json!({})).expect(200);
        assert!(tell(&app)[0].starts_with("done"));
        assert_eq!(
            http.post(&format!("/api/v1/memos/{memo}/retry"), json!({})).problem(),
            "409 memo_settled"
        );
        // The key has ended: it waits, and is told by the next.
        shop.tokens().access = "token-9".to_owned();
        let written = note(&http, id, json!({ "text": "再来一条", "memo": {} }));
        let runner = worker(&app);
        let state = || http.get("/api/v1/memos").expect(200)["items"][1].clone();
        until("it was tried", || state()["tries"] == 1);
        runner.stop(PATIENCE);
        assert_eq!(state()["state"], "waiting");
        let keys = json!({ "credentials": { "app_key": "12345678", "app_secret": "helloworld", "access_token": "token-9" } });
        http.patch(&format!("/api/v1/shops/{}", linked.id), keys).expect(200);
        assert!(tell(&app)[1].starts_with("done"));
        let settled = http.post(&format!("/api/v1/memos/{}/settle", text(&written["id"])), json!({}));
        assert_eq!(settled.problem(), "409 memo_settled");
        // What cannot be told is said before it is written.
        for (wish, field) in [
            (json!({ "text": "长".repeat(334), "memo": {} }), "text"),
            (json!({ "text": "x", "memo": { "flag": "cyan" } }), "memo.flag"),
        ] {
            assert_eq!(http.post(&path, wish).json()["errors"][0]["field"], field);
        }
        let apart = app.push(&app.shop("Tea House"), &[order("1")])[0].order;
        let elsewhere =
            http.post(&format!("/api/v1/orders/{apart}/notes"), json!({ "text": "x", "memo": {} }));
        assert_eq!(elsewhere.problem(), "409 memo_not_told");
        let stranger = app.other_seller();
        let stranger_http = stranger.http();
        assert_eq!(
            stranger_http.post(&format!("/api/v1/memos/{memo}/retry"), json!({})).problem(),
            "404 not_found"
        );
        let viewer = app.http_as(Role::Viewer);
        assert_eq!(
            viewer.post(&format!("/api/v1/memos/{memo}/settle"), json!({})).problem(),
            "403 forbidden"
        );
        assert_eq!(
            http.get("/api/v1/memos?state=done").expect(200)["items"].as_array().map(Vec::len),
            Some(2)
        );
    }
);

each_database!(
    fn a_person_tells_the_shop_from_the_page_and_mends_what_it_refused(app: TestApp) {
        let (shop, gateway) = top::start(app.app(), top::trades(1, 1_795_147_200 - 600, 1));
        let linked = link(&app, "taobao", &gateway);
        pull(&app, linked.id);
        let page = app.http().get("/api/v1/orders").expect(200);
        let order = format!("/orders/{}", text(&page["items"][0]["id"]));
        let browser = Browser::of(&app, Role::Shipper);
        assert!(browser.get(&order).text().contains("Also as the memo in the shop"));
        shop.rows().get_mut(&FIRST).expect("a trade").memo = "长".repeat(333);
        let wish = [("text", "送小样"), ("memo", "1"), ("memo_flag", "blue"), ("back", order.as_str())];
        assert!(browser.post(&format!("{order}/notes"), &wish).text().contains("The shop is being told"));
        tell(&app);
        assert!(browser.get("/").text().contains("Memos the shop did not take"));
        let list = browser.get("/memos?state=refused").text();
        assert!(list.contains("the memo has 1011 bytes, and the platform takes 1000"), "{list}");
        let memo = text(&app.http().get("/api/v1/memos").expect(200)["items"][0]["note"]);
        shop.rows().get_mut(&FIRST).expect("a trade").memo.clear();
        assert!(
            browser
                .post(&format!("/memos/{memo}/retry"), &[("back", order.as_str())])
                .text()
                .contains("told again")
        );
        tell(&app);
        let trade = shop.rows()[&FIRST].clone();
        assert_eq!((trade.memo.as_str(), trade.flag.as_str()), ("送小样", "4"));
        let shown = browser.get(&order).text();
        assert!(shown.contains("Stands in the shop") && !shown.contains("/memos/"), "{shown}");
        let elsewhere = app.push(&app.shop("Tea House"), &[crate::support::order("1")])[0].order;
        assert!(!browser.get(&format!("/orders/{elsewhere}")).text().contains("Also as the memo"));
    }
);
