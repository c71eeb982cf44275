//! Own SKUs: written down, meant by what shops call them, and orders that wait for it.

use std::sync::mpsc;
use std::time::Duration;

use huidan::db::statement::sql;
use huidan::domain::actor::Role;
use huidan::domain::id::{OrderId, ShipmentId};
use huidan::jobs::registry;
use huidan::jobs::run::parts;
use huidan::operations::intake::take_in;
use huidan::operations::shipments::again::BATCH;
use huidan::operations::skus::{self, NewCode};
use serde_json::{Value as Json, json};
use workers::{Lane, Options, Runner};

use crate::support::effects::{PATIENCE, until};
use crate::support::http::Http;
use crate::support::shipments::{company, reasons, the_shipment_of};
use crate::support::{TestApp, order, recipient};

fn sku(http: &Http, code: &str, weight_g: impl Into<Json>) -> String {
    let body = json!({ "code": code, "title": format!("Own {code}"), "weight_g": weight_g.into() });
    http.post("/api/v1/skus", body).expect(201)["id"].as_str().expect("an id").to_owned()
}

fn insist(http: &Http, on: bool) {
    http.patch("/api/v1/settings", json!({ "skus_must_be_mapped": on })).expect(200);
}

/// Maps one code for all shops; the answer.
fn map(http: &Http, code: &str, sku: &str) -> Json {
    http.post("/api/v1/sku-codes", json!({ "items": [{ "code": code, "sku": sku }] })).expect(200)
}

fn items(answer: &Json) -> &Vec<Json> {
    answer["items"].as_array().unwrap_or_else(|| panic!("{answer}"))
}

fn in_state(app: &TestApp, state: &str) -> i64 {
    let text = "SELECT COUNT(*) AS one FROM shipments WHERE state = ?";
    app.read(|db| db.number(sql(text).bind(state)))
}

each_database!(
    fn one_mapped_code_releases_every_waiting_order(app: TestApp) {
        let (shop, http) = (app.shop("Tea House"), app.http());
        let wanted = |number: &str, code: &str| order(number).to(recipient(number)).line(code, 1);
        let taken = app.push(&shop, &[wanted("1", "X-1"), wanted("2", "X-1"), wanted("3", "X-2")]);
        let ids: Vec<OrderId> = taken.iter().map(|taken| taken.order).collect();
        let all = || ids.iter().map(|id| reasons(&app, *id).join(" ")).collect::<Vec<_>>();
        let states = || (in_state(&app, "ready"), in_state(&app, "blocked"));
        assert_eq!((all(), states()), (vec![String::new(); 3], (3, 0)), "off by default");

        insist(&http, true);
        assert_eq!((all(), states()), (vec!["sku_unmapped".to_owned(); 3], (0, 3)));
        let shown = http.get(&format!("/api/v1/orders/{}", ids[0])).expect(200);
        let reason = &shown["reasons"][0];
        assert_eq!(reason["message"], "It is not known which SKU is meant: X-1.");
        assert_eq!(reason["message_zh"], "商品未对应自有编码：X-1。");
        assert_eq!(reason["mend"], format!("/skus/unmapped?order={}", ids[0]));

        sku(&http, "TEA-250", 250);
        assert_eq!(states(), (0, 3), "a new SKU means nothing yet");
        let mapped = map(&http, "X-1", "TEA-250");
        assert_eq!((mapped["judged_anew"].as_i64(), states()), (Some(2), (2, 1)));
        assert_eq!(all(), ["", "", "sku_unmapped"]);
        sku(&http, "X-2", 30);
        assert_eq!(states(), (3, 0), "a line with an own code means it by itself");

        let code = mapped["done"][0]["id"].as_str().expect("an id");
        assert_eq!(http.delete(&format!("/api/v1/sku-codes/{code}")).status, 204);
        assert_eq!(states(), (1, 2), "without the mapping they wait again");
        assert_eq!(http.delete(&format!("/api/v1/sku-codes/{code}")).status, 404);
        insist(&http, false);
        assert_eq!((all(), states()), (vec![String::new(); 3], (3, 0)));
        let later = app.push(&shop, &[wanted("4", "X-9")]);
        assert_eq!(reasons(&app, later[0].order), [""; 0]);
    }
);

each_database!(
    fn what_is_not_sent_needs_no_sku_and_companions_stay_together(app: TestApp) {
        let (shop, http) = (app.shop("Tea House"), app.http());
        sku(&http, "TEA-250", 250);
        insist(&http, true);
        let to = |number: &str| order(number).to(recipient("陈静"));
        let taken = app.push(
            &shop,
            &[
                to("1").line("TEA-250", 1),
                to("2").line("CUP", 1),
                order("3").to(recipient("王芳")).line("TEA-250", 1).line_with("GONE", 1, "refunded"),
            ],
        );
        let id = |index: usize| taken[index].order;
        assert_eq!(company(&app, id(0)).0, ["1", "2"], "the unmapped one travels along");
        assert_eq!(the_shipment_of(&app, id(0)).state.as_str(), "blocked");
        assert_eq!((reasons(&app, id(0)), reasons(&app, id(1))), (vec![], vec!["sku_unmapped".to_owned()]));
        assert_eq!(the_shipment_of(&app, id(2)).state.as_str(), "ready");
        map(&http, "CUP", "TEA-250");
        assert_eq!(company(&app, id(0)).0, ["1", "2"]);
        assert_eq!(the_shipment_of(&app, id(0)).state.as_str(), "ready");
    }
);

each_database!(
    fn a_shops_own_mapping_comes_first_then_that_of_all_then_the_own_code(app: TestApp) {
        let (here, there, http) = (app.shop("Here"), app.shop("There"), app.http());
        for code in ["X", "EVERY", "OWN"] {
            sku(&http, code, 1);
        }
        let taken = [&here, &there].map(|shop| app.push(shop, &[order("1").line("X", 1)])[0].order);
        let meant =
            || taken.map(|order| the_shipment_of(&app, order).lines[0].own_sku.clone().unwrap_or_default());
        app.write(|tx| huidan::operations::merging::unmerge(tx, the_shipment_of(&app, taken[0]).id)).ok();
        assert_eq!(meant(), ["X", "X"]);
        let every = map(&http, "X", "EVERY")["done"][0]["id"].as_str().expect("an id").to_owned();
        assert_eq!(meant(), ["EVERY", "EVERY"]);
        let item = json!({ "code": "X", "sku": "OWN", "shop": here.id });
        http.post("/api/v1/sku-codes", json!({ "items": [item] })).expect(200);
        assert_eq!(meant(), ["OWN", "EVERY"]);
        map(&http, "X", "OWN");
        assert_eq!(meant(), ["OWN", "OWN"], "mapped anew");
        let listed = http.get("/api/v1/sku-codes?code=X").expect(200);
        assert_eq!(items(&listed).len(), 2, "{listed}");
        http.delete(&format!("/api/v1/sku-codes/{every}"));
        assert_eq!(meant(), ["OWN", "X"]);
    }
);

each_database!(
    fn a_parcel_weighs_what_its_skus_do_once_all_are_known(app: TestApp) {
        let (shop, http) = (app.shop("Tea House"), app.http());
        sku(&http, "TEA", 250);
        let cup = sku(&http, "CUP", Json::Null);
        let set = json!({ "code": "SET", "title": "A set", "parts": [
            { "code": "TEA", "quantity": 2 }, { "code": "CUP", "quantity": 1 }] });
        let set = http.post("/api/v1/skus", set).expect(201);
        assert_eq!(set["counted_weight_g"], Json::Null);
        let id = app.push(&shop, &[order("1").line("TEA", 2).line("SET", 3).line("BOX", 1)])[0].order;
        let shipment = the_shipment_of(&app, id).id;
        let weight =
            || http.get(&format!("/api/v1/shipments/{shipment}")).expect(200)["estimated_weight_g"].clone();
        assert_eq!(weight(), Json::Null);
        let heavier = json!({ "code": "CUP", "title": "Cup", "weight_g": 100,
                              "size_mm": { "length": 80, "width": 80, "height": 90 } });
        let cup = http.put(&format!("/api/v1/skus/{cup}"), heavier).expect(200);
        assert_eq!((&cup["counted_weight_g"], &cup["size_mm"]["height"]), (&json!(100), &json!(90)));
        assert_eq!(weight(), Json::Null, "BOX means nothing yet");
        map(&http, "BOX", "CUP");
        assert_eq!(weight(), json!(2 * 250 + 3 * 600 + 100));
    }
);

each_database!(
    fn what_means_no_sku_is_counted_and_what_it_may_mean_proposed(app: TestApp) {
        let (here, there, http) = (app.shop("Here"), app.shop("There"), app.http());
        for code in ["TEA-250", "CUP", "CARD"] {
            sku(&http, code, 1);
        }
        let pattern = |pattern: &str, sku: &str| json!({ "pattern": pattern, "sku": sku });
        http.post("/api/v1/sku-patterns", pattern("杯*蓝", "CUP")).expect(201);
        let to = |number: &str| order(number).to(recipient(number));
        let mut nameless = to("4").line("", 1).json();
        nameless["lines"][0]["title"] = "马克杯 500ml".into();
        nameless["lines"][0]["variant"] = "深蓝".into();
        app.push(&here, &[to("1").line("tea 250", 2), to("2").line("tea 250", 1).line("ODD", 1)]);
        app.push(&there, &[to("3").line("ODD", 5), to("5").line("TEA-250", 1), to("6").line("Own CARD!", 1)]);
        http.post(&format!("/api/v1/shops/{}/orders", there.id), json!([nameless])).expect(200);

        let row = |row: &Json| {
            let proposed = &row["proposal"];
            let text = |value: &Json| value.as_str().unwrap_or("-").to_owned();
            format!(
                "{} {}|{}|{} {}/{}/{} {}:{}",
                text(&row["shop_name"]),
                text(&row["code"]),
                if row["code"] == "" { text(&row["title"]) } else { String::new() },
                text(&row["variant"]),
                row["lines"],
                row["orders"],
                row["pieces"],
                text(&proposed["sku_code"]),
                text(&proposed["why"]),
            )
        };
        let all = http.get("/api/v1/sku-codes/unmapped").expect(200);
        let shown: Vec<String> = items(&all).iter().map(row).collect();
        let expected = [
            "Here tea 250|| 2/2/3 TEA-250:code",
            "Here ODD|| 1/1/1 -:-",
            "There |马克杯 500ml|深蓝 1/1/1 CUP:pattern",
            "There ODD|| 1/1/5 -:-",
            "There Own CARD!|| 1/1/1 -:-",
        ];
        assert_eq!(shown, expected);

        let (mut paged, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = http.get(&format!("/api/v1/sku-codes/unmapped?limit=2&cursor={cursor}")).expect(200);
            paged.extend(items(&page).iter().map(row));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = next.to_owned(),
                None => break,
            }
        }
        assert_eq!(paged, expected, "page by page the same");

        let title = json!({ "title": "马克杯 500ml", "variant": "深蓝", "sku": "CUP" });
        let other = json!({ "title": "马克杯 500ml", "variant": "浅蓝", "sku": "CARD" });
        http.post("/api/v1/sku-codes", json!({ "items": [title, other] })).expect(200);
        let rest = http.get(&format!("/api/v1/sku-codes/unmapped?shop={}", there.id)).expect(200);
        assert_eq!(items(&rest).len(), 2, "{rest}");
        let two = app.read(|db| db.number(sql("SELECT id AS one FROM orders WHERE number = '2'")));
        let of_order = http.get(&format!("/api/v1/sku-codes/unmapped?order={two}")).expect(200);
        assert_eq!(items(&of_order).len(), 2);
        let patterns = http.get("/api/v1/sku-patterns").expect(200);
        let id = patterns["items"][0]["id"].as_str().expect("an id");
        assert_eq!(http.delete(&format!("/api/v1/sku-patterns/{id}")).status, 204);
        assert_eq!(http.delete(&format!("/api/v1/sku-patterns/{id}")).status, 404);
    }
);

each_database!(
    fn codes_are_mapped_item_by_item(app: TestApp) {
        let http = app.http();
        sku(&http, "TEA", 1);
        let long = "长".repeat(700);
        let answer = http
            .post(
                "/api/v1/sku-codes",
                json!({ "items": [
                    { "code": "A", "sku": "TEA" }, { "code": "B", "sku": "COFFEE" }, { "sku": "TEA" },
                    { "code": " A ", "sku": "TEA" }, { "code": "C", "sku": "TEA", "shop": "7" },
                    { "title": long, "sku": "TEA" }, { "title": "龙井", "sku": "TEA" }] }),
            )
            .expect(200);
        let left: Vec<String> = answer["left_out"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|left| {
                assert!(!left["reasons"][0]["next"].as_str().unwrap_or_default().is_empty());
                format!("{} {}", left["index"], left["reasons"][0]["code"].as_str().unwrap_or_default())
            })
            .collect();
        assert_eq!(left, ["1 sku_unknown", "2 required", "3 listed_twice", "4 not_found", "5 length"]);
        assert_eq!(answer["done"].as_array().map(Vec::len), Some(2));
        assert_eq!(http.post("/api/v1/sku-codes", json!({ "items": [] })).problem(), "422 invalid_fields");
        let viewer = app.http_as(Role::Viewer);
        assert_eq!(viewer.post("/api/v1/sku-codes", json!({ "items": [] })).problem(), "403 forbidden");
    }
);

each_database!(
    fn a_sku_is_refused_with_the_field_and_a_bundle_never_holds_itself(app: TestApp) {
        let http = app.http();
        let post = |body: Json| http.post("/api/v1/skus", body);
        let wrong = post(json!({ "code": " ", "title": "a", "weight_g": 0,
                                 "parts": [{ "code": "NONE", "quantity": 0 }] }));
        let fields: Vec<_> =
            wrong.json()["errors"].as_array().expect("fields").iter().map(|e| e["field"].clone()).collect();
        assert_eq!(fields, ["code", "weight_g", "parts[0].quantity", "parts[0].code"]);
        let tea = sku(&http, "TEA", 1);
        assert_eq!(post(json!({ "code": "TEA", "title": "again" })).problem(), "409 sku_code_taken");
        let part = |code: &str| json!([{ "code": code, "quantity": 1 }]);
        let set = post(json!({ "code": "SET", "title": "a set", "parts": part("TEA") })).expect(201);
        let path = format!("/api/v1/skus/{tea}");
        let around = http.put(&path, json!({ "code": "TEA", "title": "tea", "parts": part("SET") }));
        assert_eq!(around.problem(), "409 bundle_circle");
        let itself = http.put(&path, json!({ "code": "TEA", "title": "tea", "parts": part("TEA") }));
        assert_eq!(itself.problem(), "409 bundle_circle");
        for level in 1..4 {
            let below = if level == 1 { "SET".to_owned() } else { format!("L{}", level - 1) };
            let code = format!("L{level}");
            post(json!({ "code": code, "title": code, "parts": part(&below) })).expect(201);
        }
        let deep = post(json!({ "code": "L4", "title": "L4", "parts": part("L3") }));
        assert_eq!(deep.problem(), "409 bundle_deep");
        assert_eq!(http.delete(&path).problem(), "409 sku_is_part");
        let renamed = http.put(&path, json!({ "code": "TEA-1", "title": "tea" })).expect(200);
        assert_eq!((&renamed["code"], &renamed["weight_g"]), (&json!("TEA-1"), &Json::Null));
        let shown = http.get(&format!("/api/v1/skus/{}", set["id"].as_str().expect("an id"))).expect(200);
        assert_eq!(shown["parts"][0]["code"], "TEA-1");
        let found = http.get("/api/v1/skus?q=tea%201").expect(200);
        assert_eq!(items(&found).len(), 1);
        let first = http.get("/api/v1/skus?limit=2").expect(200);
        let cursor = first["next_cursor"].as_str().expect("more");
        let second = http.get(&format!("/api/v1/skus?limit=9&cursor={cursor}")).expect(200);
        assert_eq!((items(&first).len(), items(&second).len()), (2, 3));
    }
);

each_database!(
    fn a_removed_or_renamed_sku_has_its_orders_wait_again(app: TestApp) {
        let (shop, http) = (app.shop("Tea House"), app.http());
        let tea = sku(&http, "TEA", 1);
        map(&http, "X", "TEA");
        insist(&http, true);
        let to = |number: &str, code: &str| order(number).to(recipient(number)).line(code, 1);
        app.push(&shop, &[to("1", "X"), to("2", "TEA")]);
        assert_eq!(in_state(&app, "ready"), 2);
        http.put(&format!("/api/v1/skus/{tea}"), json!({ "code": "TEE", "title": "tea" })).expect(200);
        assert_eq!((in_state(&app, "ready"), in_state(&app, "blocked")), (1, 1));
        assert_eq!(http.delete(&format!("/api/v1/skus/{tea}")).status, 204);
        assert_eq!((in_state(&app, "ready"), in_state(&app, "blocked")), (0, 2));
        assert!(items(&http.get("/api/v1/sku-codes").expect(200)).is_empty());
    }
);

each_database!(
    fn a_list_is_taken_in_row_by_row_and_changes_nothing_the_second_time(app: TestApp) {
        let (shop, http) = (app.shop("Tea House"), app.http());
        insist(&http, true);
        let id = app.push(&shop, &[order("1").line("9001", 1).line("SET", 1)])[0].order;
        let list = "商品编码,名称,重量(克),组合,平台编码,店铺\n\
                    TEA,龙井,250,,9001,Tea House\n\
                    TEA,,,,9002,\n\
                    SET,礼盒,,TEA*2;CUP,,\n\
                    CUP,茶杯,x,,,\n\
                    CUP,茶杯,100,,,Nowhere\n\
                    CUP,,,,9003,Nowhere\n\
                    ,无码,1,,,\n\
                    ROUND,圆,,ROUND,,\n\
                    NEW,,1,,,\n";
        let send = || http.upload("/api/v1/skus/imports", "goods.csv", list.as_bytes(), &[]).expect(201);
        let first = send();
        let counts = |answer: &Json| {
            ["created", "updated", "unchanged", "mapped"].map(|name| answer[name].as_i64().expect(name))
        };
        assert_eq!(counts(&first), [4, 0, 0, 2], "{first}");
        let refused: Vec<String> = first["rejected"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|row| format!("{} {} {}", row["row"], row["field"].as_str().unwrap_or("?"), row["code"]))
            .collect();
        assert_eq!(
            refused,
            [
                "5 重量(克) \"bad_number\"",
                "7 店铺 \"not_found\"",
                "8 商品编码 \"missing\"",
                "9 组合 \"bundle_circle\"",
                "10 名称 \"missing\""
            ]
        );
        let item = the_shipment_of(&app, id);
        assert_eq!((item.state.as_str(), item.estimated_weight_g), ("ready", Some(250 + 600)));
        assert_eq!(counts(&send()), [0, 0, 4, 2]);
        let kinds = "code,category,warehouse,floor_price\nTEA,茶叶,hz,59.5\nCUP,,,bad\n";
        let answer = http.upload("/api/v1/skus/imports", "k.csv", kinds.as_bytes(), &[]).expect(201);
        assert_eq!((counts(&answer), &answer["rejected"][0]["code"]), ([0, 1, 0, 0], &json!("bad_amount")));
        let tea = http.get("/api/v1/skus?q=TEA").expect(200)["items"][0].clone();
        assert_eq!((&tea["category"], &tea["warehouse"]), (&json!("茶叶"), &json!("hz")));
        assert_eq!(tea["floor_price"], json!({ "amount": 5950, "currency": "CNY" }));
        http.upload("/api/v1/skus/imports", "k.csv", b"code,title\nTEA,Longjing\n", &[]).expect(201);
        let tea = http.get("/api/v1/skus?q=TEA").expect(200)["items"][0].clone();
        assert_eq!((&tea["title"], &tea["category"]), (&json!("Longjing"), &json!("茶叶")), "it stays");
        let wrong = http.upload("/api/v1/skus/imports", "x.csv", b"name\na\n", &[]);
        assert_eq!(wrong.problem(), "422 missing_columns");
    }
);

each_database!(
    fn thousands_are_released_by_one_act_and_the_rest_by_a_job(app: TestApp) {
        let (shop, http) = (app.shop("Tea House"), app.http());
        sku(&http, "TEA", 1);
        insist(&http, true);
        let count = BATCH + 60;
        let orders: Vec<_> = (0..count)
            .map(|number| {
                let mut who = recipient("王伟");
                who["detail"] = format!("文三路{}号", number + 1).into();
                order(&format!("S{number}")).to(who).line("X", 1)
            })
            .collect();
        app.push(&shop, &orders);
        assert_eq!(in_state(&app, "blocked"), count as i64);
        assert_eq!(map(&http, "X", "TEA")["judged_anew"], json!(count));
        assert_eq!(in_state(&app, "ready"), BATCH as i64, "the first of them at once");
        let lane = Lane { name: "house".to_owned(), at_once: 1 };
        let options = Options { lanes: vec![lane], threads: 1, periodic: Vec::new(), ..Options::default() };
        let runner = Runner::start(parts(app.app(), registry::kinds(app.app())), options).expect("threads");
        until("the others follow", || in_state(&app, "ready") == count as i64);
        runner.stop(PATIENCE);
        assert_eq!(in_state(&app, "blocked"), 0);
    }
);

each_database!(
    fn an_order_that_comes_in_while_its_code_is_mapped_does_not_wait_for_ever(app: TestApp) {
        let (shop, http) = (app.shop("Tea House"), app.http());
        sku(&http, "TEA", 1);
        insist(&http, true);
        let (other, snapshot) = (app.fork(), order("1").line("X", 1).snapshot());
        let (taken_in, is_taken_in) = mpsc::channel();
        let (go_on, may_go_on) = mpsc::channel::<()>();
        let (mapped, is_mapped) = mpsc::channel();
        let (here, shop) = (&app, &shop);
        std::thread::scope(|scope| {
            scope.spawn(move || {
                here.write(|tx| {
                    let taken = take_in(tx, shop, std::slice::from_ref(&snapshot))?;
                    taken_in.send(()).expect("the test waits for it");
                    may_go_on.recv().expect("the test lets it go on");
                    Ok(taken)
                })
                .expect("it is taken in");
            });
            is_taken_in.recv().expect("the order is there and not committed");
            scope.spawn(move || {
                let code = NewCode {
                    shop: None,
                    code: "X".to_owned(),
                    title: String::new(),
                    variant: String::new(),
                    sku: "TEA".to_owned(),
                };
                other.write(|tx| skus::map(tx, std::slice::from_ref(&code))).expect("it is mapped");
                mapped.send(()).expect("the test waits for it");
            });
            let early = is_mapped.recv_timeout(Duration::from_millis(300));
            go_on.send(()).expect("it waits for this");
            assert!(early.is_err(), "mapping waits for the order that is coming in");
        });
        assert_eq!((in_state(&app, "ready"), in_state(&app, "blocked")), (1, 0));
    }
);

each_database!(
    fn a_code_of_very_many_lines_releases_them_too(app: TestApp) {
        let (shop, http) = (app.shop("Tea House"), app.http());
        sku(&http, "TEA", 1);
        insist(&http, true);
        let long = |number: usize| {
            let of_lines = (0..450).fold(order(&number.to_string()), |order, _| order.line("X", 1));
            of_lines.to(recipient(&number.to_string()))
        };
        app.push(&shop, &(0..5).map(long).collect::<Vec<_>>());
        app.push(&shop, &[order("other").to(recipient("other")).line("Y", 1)]);
        assert_eq!(map(&http, "X", "TEA")["judged_anew"], 5);
        assert_eq!((in_state(&app, "ready"), in_state(&app, "blocked")), (5, 1));
    }
);

each_database!(
    fn sellers_do_not_share_skus(app: TestApp) {
        let http = app.http();
        let tea = sku(&http, "TEA", 1);
        let code = map(&http, "X", "TEA")["done"][0]["id"].as_str().expect("an id").to_owned();
        let other = app.other_seller();
        let stranger = other.http();
        for path in [format!("/api/v1/skus/{tea}"), format!("/api/v1/sku-codes/{code}")] {
            assert_eq!(stranger.delete(&path).status, 404, "{path}");
        }
        assert!(items(&stranger.get("/api/v1/skus").expect(200)).is_empty());
        let refused = map(&stranger, "X", "TEA");
        assert_eq!(refused["left_out"][0]["reasons"][0]["code"], "sku_unknown");
        let shop = other.shop("Their shop");
        let theirs = other.push(&shop, &[order("1").line("X", 1)])[0].order;
        assert_eq!(the_shipment_of(&other, theirs).lines[0].own_sku, None);
        sku(&stranger, "TEA", 2);
        assert!(the_shipment_of(&other, theirs).id != ShipmentId(0));
    }
);
