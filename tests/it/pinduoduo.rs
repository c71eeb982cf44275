//! Pinduoduo, played over HTTP by its own rules: windows of half an hour, orders that move between pages, a first number
//! and further ones, a token that cannot be prolonged.

use std::sync::atomic::Ordering;

use huidan::db::shops::{self, ShopRow};
use huidan::db::statement::sql;
use huidan::domain::id::{OrderId, ShopId};
use huidan::jobs::authorising::{consent, consented};
use huidan::jobs::housekeeping;
use huidan::operations::merging::{self, SplitLine};
use serde_json::{Value as Json, json};

use crate::gateways::pdd::{self, ID, Order, SECRET, number};
use crate::number_runs::{run, shipments};
use crate::pulling;
use crate::ship::{all_write_backs, ship};
use crate::support::TestApp;
use crate::support::effects::{PATIENCE, until};
use crate::support::gateway::Gateway;
use crate::support::shipments::the_shipment_of;
use crate::telling::{said, waits, worker};

/// Noon in China when every test begins.
const NOON: i64 = 1_795_147_200;

fn new_shop(app: &TestApp, gateway: &Gateway, token: &str) -> ShopRow {
    let keys = json!({ "client_id": ID, "client_secret": SECRET, "access_token": token });
    let shop = json!({ "platform": "pdd", "name": "茶庄", "settings": { "address": gateway.address() },
        "credentials": keys });
    let id = app.http().post("/api/v1/shops", shop).expect(201)["id"].as_str().expect("an id").to_owned();
    let id: ShopId = id.parse().expect("an id");
    app.read(|db| shops::find(db, id))
}

fn pull(app: &TestApp, shop: &ShopRow) -> Json {
    let runner = pulling::worker(app);
    let job = pulling::pulled(app, &shop.id.to_string());
    runner.stop(PATIENCE);
    job
}

fn count(app: &TestApp, text: &str) -> i64 {
    app.read(|db| db.number(sql(text.to_owned())))
}

each_database!(
    fn orders_that_move_between_pages_and_windows_are_all_there_as_they_are(app: TestApp) {
        // Long ago by the day, and today within one half hour, a full page's worth in the same second.
        let mut rows = pdd::orders(60, NOON - 40 * 86_400, 3_600);
        rows.extend((0..150).map(|at| (number(1_000 + at), Order::paid(NOON - 300 - i64::from(at < 50)))));
        rows.get_mut(&number(7)).expect("an order").status = "9";
        let (shop, gateway) = pdd::start(app.app(), rows);
        let row = new_shop(&app, &gateway, "token-0");
        shop.bans.store(1, Ordering::Relaxed);
        let job = pull(&app, &row);
        assert_eq!(
            (&job["state"], &job["attempt"]),
            (&json!("done"), &json!(1)),
            "patience is no attempt: {job}"
        );
        assert_eq!(count(&app, "SELECT COUNT(*) AS one FROM orders"), 209, "all but the one not understood");

        // All of today change in one window; while its pages are read, some change again and leave it.
        app.advance(chrono::Duration::minutes(20));
        for order in shop.rows().values_mut().filter(|order| order.updated_at >= NOON - 301) {
            (order.risk, order.updated_at) = (1, NOON + 1_000);
        }
        for at in 0..4 {
            shop.then(move |rows| {
                for order in 0..10 {
                    let order = rows.get_mut(&number(1_000 + 30 * at + order)).expect("an order");
                    (order.risk, order.updated_at) = (0, NOON + 1_201);
                }
            });
        }
        assert_eq!(pull(&app, &row)["state"], "done");
        app.advance(chrono::Duration::minutes(1));
        assert_eq!(pull(&app, &row)["state"], "done");
        let held = shop.rows().values().filter(|order| order.risk == 1).count();
        assert!(held < 150, "some changed meanwhile");
        let text = "SELECT COUNT(*) AS one FROM orders WHERE state = 'held'";
        assert_eq!(count(&app, text), i64::try_from(held).expect("few"));
        let found = app.http().get(&format!("/api/v1/orders?number={}", number(1_000))).expect(200)["items"]
            [0]
        .clone();
        assert_eq!(found["lines"][0]["number"], "9007199254740993", "every digit: {found}");
        assert_eq!(found["lines"][0]["price"], json!({ "amount": 1295, "currency": "CNY" }));
        assert_eq!(found["total"], json!({ "amount": 3990, "currency": "CNY" }));
        assert_eq!(found["flag"], "yellow");
        assert!(!found.to_string().contains("AgAAAAF"), "ciphers are no names: {found}");
    }
);

each_database!(
    fn an_order_of_two_parcels_shows_both_numbers_once_though_answers_are_lost(app: TestApp) {
        let (shop, gateway) = pdd::start(app.app(), pdd::orders(3, NOON - 600, 1));
        let row = new_shop(&app, &gateway, "token-0");
        assert_eq!(pull(&app, &row)["state"], "done");
        let text = "SELECT id AS one FROM orders WHERE number = ?";
        let first = app.read(|db| db.number(sql(text).bind(number(0))));
        let whole = the_shipment_of(&app, OrderId(first));
        let part = SplitLine { line: whole.lines[1].line, quantity: 1 };
        app.write(|tx| merging::split(tx, whole.id, &[part])).expect("it is split");
        run(&app, &shipments(&app));
        {
            let mut rows = shop.rows();
            let other = rows.get_mut(&number(1)).expect("an order");
            (other.status, other.numbers) = ("2", vec!["THEIRS-01".to_owned()]);
            rows.get_mut(&number(2)).expect("an order").refund = "2";
        }
        shop.silent_writes.store(2, Ordering::Relaxed);
        ship(&app, &shipments(&app));
        let runner = worker(&app);
        until("all are told", || waits(&app) == 0);
        runner.stop(PATIENCE);
        let all = all_write_backs(&app);
        let states = |at: i64| -> Vec<&str> {
            let of = all.iter().filter(|told| told.order_number == number(at));
            of.map(|told| told.state.as_str()).collect()
        };
        assert_eq!(states(0), ["done", "done"], "{:?}", said(&all));
        assert_eq!((states(1), states(2)), (vec!["refused"], vec!["refused"]));
        let shown = shop.rows()[&number(0)].clone();
        let mut numbers = shown.numbers.clone();
        numbers.sort();
        numbers.dedup();
        assert_eq!((numbers.len(), shown.told), (2, 2), "{:?}", shown.numbers);
        assert_eq!(shop.rows()[&number(1)].numbers, ["THEIRS-01"], "nothing was written over it");
        assert_eq!(shop.rows()[&number(2)].told, 0);
    }
);

each_database!(
    fn a_token_that_cannot_be_prolonged_is_announced_once_and_consented_to_anew(app: TestApp) {
        let (shop, gateway) = pdd::start(app.app(), pdd::orders(1, NOON - 600, 1));
        shop.tokens().life = (365 * 86_400, 365 * 86_400);
        let row = new_shop(&app, &gateway, "");
        let (owner, back) = (app.owner(), "https://huidan.example/shops/authorised");
        let link = |code: &str| {
            let to = consent(app.app(), owner, row.id, 7, back).expect("a way");
            assert!(to.starts_with("https://fuwu.pinduoduo.com/service-market/auth?"), "{to}");
            assert!(to.contains("redirect_uri=https%3A%2F%2Fhuidan.example%2Fshops%2Fauthorised"), "{to}");
            let state = to.split("&state=").nth(1).and_then(|rest| rest.split('&').next()).expect("a word");
            consented(app.app(), owner, 7, state, code, back, &[])
        };
        assert!(link("wrong").is_err());
        link("the-code").expect("it is linked");
        assert_eq!(pull(&app, &row)["state"], "done");
        let told = || {
            housekeeping::once(app.app()).expect("a round");
            count(&app, "SELECT COUNT(*) AS one FROM events WHERE kind = 'shop.token_ending'")
        };
        app.advance(chrono::Duration::days(357));
        assert_eq!(told(), 0);
        app.advance(chrono::Duration::days(2));
        assert_eq!((told(), told()), (1, 1), "once, six days before");
        shop.tokens().code = "another".to_owned();
        link("another").expect("it is linked anew");
        app.advance(chrono::Duration::days(30));
        assert_eq!((told(), shop.tokens().given), (1, 2));
        assert_eq!(pull(&app, &row)["state"], "done", "the new token counts");
    }
);

#[test]
fn refusals_are_said_in_the_platforms_words() {
    let app = TestApp::sqlite();
    let (shop, gateway) = pdd::start(app.app(), pdd::orders(1, NOON - 600, 1));
    let row = new_shop(&app, &gateway, "token-0");
    let path = format!("/api/v1/shops/{}/try", row.id);
    assert_eq!(app.http().post(&path, json!({})).expect(200)["orders"][0]["number"], number(0));
    let wrong = app.http().post(&path, json!({ "credentials": { "client_secret": "wrong" } }));
    assert!(wrong.text().contains("client_secret"), "{}", wrong.text());
    shop.tokens().access = "another".to_owned();
    assert!(app.http().post(&path, json!({})).text().contains("10019"));
}
