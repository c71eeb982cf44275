//! Douyin, played over HTTP: every signature is checked, orders change between pages and between reading and shipping,
//! refusals come with status 200, answers get lost after the deed.

use std::sync::atomic::Ordering;

use huidan::connectors::douyin::sign::event_sign;
use huidan::operations::merging::{self, SplitLine};
use serde_json::{Value as Json, json};

use crate::gateways::douyin::{FIRST, KEY, SECRET, Shop, Shown, line_id, shown};
use crate::number_runs::{run, shipments};
use crate::pulling;
use crate::rereads::assert_tells_again;
use crate::ship::{all_write_backs, ship};
use crate::support::TestApp;
use crate::support::effects::{PATIENCE, until};
use crate::support::played::{orders, pull, refusal, ship_all, tell};
use crate::support::shipments::the_shipment_of;
use crate::telling::{link, said, waits, worker};

/// Orders of one second an hour ago.
fn some(app: &TestApp, count: u64) -> Vec<Shown> {
    let updated = app.now().micros() / 1_000_000 - 3_600;
    (1..=count).map(|n| shown(FIRST + n, updated)).collect()
}

each_database!(
    fn orders_of_douyin_that_change_while_pages_are_read_are_all_there_as_they_are(app: TestApp) {
        let mut all = some(&app, 230);
        all[8].status = 999;
        let shop = Shop::of(app.app(), all);
        let gateway = shop.start();
        let linked = link(&app, "douyin", &gateway);
        // Twelve weeks without orders come first. Then one changes when its window was counted, and two of the first page
        // when the last one was read.
        shop.changes
            .lock()
            .expect("no holder panics")
            .extend([(12, vec![FIRST + 5]), (13, vec![FIRST + 40, FIRST + 41])]);
        shop.world.bans.store(1, Ordering::Relaxed);
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

#[test]
fn an_order_that_came_late_into_douyins_list_is_found_by_counting() {
    let app = TestApp::sqlite();
    let shop = Shop::of(app.app(), some(&app, 2));
    let gateway = shop.start();
    let linked = link(&app, "douyin", &gateway);
    assert_eq!(pull(&app, linked.id)["state"], "done");
    let late = shop.now() - 3 * 86_400;
    shop.orders().insert(FIRST, shown(FIRST, late));
    let runner = pulling::worker(&app);
    let job = pulling::ended(&app, &format!("/api/v1/shops/{}/gap-check", linked.id));
    runner.stop(PATIENCE);
    assert_eq!(job["result"], json!({ "days": 30, "orders_read": 3, "missing": 0 }));
    assert_eq!(orders(&app).len(), 3);
}

each_database!(
    fn both_orders_of_a_merged_parcel_are_shipped_in_douyin_once_though_an_answer_is_lost(app: TestApp) {
        let mut all = some(&app, 3);
        all[1].address = all[0].address.clone();
        let shop = Shop::of(app.app(), all);
        let gateway = shop.start();
        let linked = link(&app, "douyin", &gateway);
        pull(&app, linked.id);
        assert_tells_again(&app, linked.id);
        assert_eq!(shipments(&app).len(), 2, "two orders have one key, though all names look alike");
        shop.world.silent_writes.store(2, Ordering::Relaxed);
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
    let shop = Shop::of(app.app(), some(&app, 1));
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
        let shop = Shop::of(app.app(), some(&app, 1));
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
    let shop = Shop::of(app.app(), some(&app, 2));
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
    let shop = Shop::of(app.app(), some(&app, 1));
    let gateway = shop.start();
    let linked = link(&app, "douyin", &gateway);
    pull(&app, linked.id);
    "token-2".clone_into(&mut shop.world.tokens().access);
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
        let shop = Shop::of(app.app(), some(&app, 2));
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
        let shop = Shop::of(app.app(), some(&app, 1));
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
