//! Taobao, played over HTTP by its own rules: tokens that end and are refreshed once, orders that move between pages,
//! numbers told once.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use huidan::db::shops::{self, ShopRow};
use huidan::db::statement::sql;
use huidan::domain::actor::Role;
use huidan::domain::id::{OrderId, ShopId};
use huidan::domain::order::OrderState;
use huidan::jobs::authorising::{Shut, open};
use huidan::jobs::housekeeping;
use huidan::operations::merging::{self, SplitLine};
use huidan::operations::sessions;
use huidan::operations::users::{self, NewUser};
use serde_json::{Value as Json, json};

use crate::gateways::top::{self, FIRST, KEY, SECRET, Top, Trade};
use crate::number_runs::{run, shipments};
use crate::pulling;
use crate::ship::{all_write_backs, ship};
use crate::support::TestApp;
use crate::support::effects::{PATIENCE, until};
use crate::support::gateway::Gateway;
use crate::support::http::Http;
use crate::support::shipments::the_shipment_of;
use crate::telling::{said, waits, worker};

/// Noon in China when every test begins.
const NOON: i64 = 1_795_147_200;

fn new_shop(app: &TestApp, address: &str, credentials: Json) -> ShopRow {
    let shop = json!({ "platform": "taobao", "name": "茶庄", "settings": { "address": address },
        "credentials": credentials });
    let id = app.http().post("/api/v1/shops", shop).expect(201)["id"].as_str().expect("an id").to_owned();
    let id: ShopId = id.parse().expect("an id");
    app.read(|db| shops::find(db, id))
}

/// A shop whose token was typed.
fn linked(app: &TestApp, gateway: &Gateway) -> ShopRow {
    let keys = json!({ "app_key": KEY, "app_secret": SECRET, "access_token": "token-0" });
    new_shop(app, &gateway.address(), keys)
}

/// Pulls to the end.
fn pull(app: &TestApp, shop: &ShopRow) -> Json {
    let runner = pulling::worker(app);
    let job = pulling::pulled(app, &shop.id.to_string());
    runner.stop(PATIENCE);
    job
}

fn events(app: &TestApp, kind: &str) -> i64 {
    app.read(|db| db.number(sql("SELECT COUNT(*) AS one FROM events WHERE kind = ?").bind(kind)))
}

/// A person in a browser of their own.
struct Window {
    client: Http,
    csrf: String,
}

impl Window {
    fn of(app: &TestApp, email: &str) -> Self {
        let new = NewUser::parse(email, Role::Owner, "correct horse").expect("well-formed");
        let user = app.write(|tx| users::create_or_reset(tx, &new)).expect("a user");
        let secret = app.write(|tx| sessions::begin(tx, user)).expect("a session");
        let client = app.http_stranger().with_header("cookie", &format!("huidan={secret}; lang=en"));
        Self { client, csrf: sessions::csrf(&secret) }
    }

    /// Asks for the way to the platform; the word it leads there with.
    fn goes_away(&self, shop: &ShopRow) -> String {
        let path = format!("/shops/{}/authorise", shop.id);
        let body = format!("csrf={}", self.csrf);
        let page = self.client.send("POST", &path, "application/x-www-form-urlencoded", body.as_bytes());
        let text = page.text();
        assert_eq!(page.status, 200, "{text}");
        assert!(
            text.contains("https://oauth.taobao.com/authorize?response_type=code&amp;client_id=12345678")
        );
        assert!(!text.contains(SECRET));
        text.split("&amp;state=")
            .nth(1)
            .and_then(|rest| rest.split("&amp;").next())
            .expect("a word")
            .to_owned()
    }

    fn comes_back(&self, state: &str, code: &str) -> (u16, String) {
        let page = self.client.get(&format!("/shops/authorised?code={code}&state={state}"));
        (page.status, page.text())
    }
}

each_database!(
    fn a_shop_is_linked_by_consent_of_the_session_that_asked_for_it_and_once(app: TestApp) {
        let (shop, gateway) = top::start(app.app(), top::trades(3, NOON - 600, 1));
        let row = new_shop(&app, &gateway.address(), json!({ "app_key": KEY, "app_secret": SECRET }));
        let path = format!("/api/v1/shops/{}", row.id);
        assert_eq!(app.http().post(&format!("{path}/pull"), json!({})).problem(), "409 shop_not_pulled");

        let (mine, other) = (Window::of(&app, "a@example.com"), Window::of(&app, "b@example.com"));
        let first = mine.goes_away(&row);
        let state = mine.goes_away(&row);
        assert_ne!(first, state);
        for (window, state) in [(&mine, first.as_str()), (&other, &state), (&mine, "guessed"), (&mine, "")] {
            let (status, text) = window.comes_back(state, "the-code");
            assert_eq!(status, 409, "{text}");
            assert!(text.contains("Nobody of this session"), "{text}");
        }
        assert_eq!(mine.comes_back(&state, "").0, 409, "the person declined");
        assert_eq!(mine.comes_back(&state, "the-code").0, 303);
        assert_eq!(mine.comes_back(&state, "the-code").0, 409, "once");
        assert_eq!(shop.tokens().given, 1);

        let health = app.http().get(&path).expect(200)["health"].clone();
        assert_eq!(health["linked_until"], "2026-12-20T04:00:00Z", "as long as it may be refreshed");
        assert_eq!(events(&app, "shop.authorised"), 1);
        assert_eq!(pull(&app, &row)["result"], json!({ "orders": 3 }));

        // Too late is too late.
        let late = mine.goes_away(&row);
        app.advance(chrono::Duration::minutes(31));
        assert_eq!(mine.comes_back(&late, "the-code").0, 409);
    }
);

/// A shop whose token lasts a week and may be refreshed for a month.
fn consented(app: &TestApp, shop: &Arc<Top>, gateway: &Gateway) -> ShopRow {
    let row = new_shop(app, &gateway.address(), json!({ "app_key": KEY, "app_secret": SECRET }));
    let window = Window::of(app, "owner@example.com");
    let state = window.goes_away(&row);
    assert_eq!(window.comes_back(&state, "the-code").0, 303);
    assert_eq!(shop.tokens().given, 1);
    row
}

each_database!(
    fn a_token_is_refreshed_ahead_by_one_of_many_and_by_the_next_when_that_one_was_killed(app: TestApp) {
        let (shop, gateway) = top::start(app.app(), top::trades(2, NOON - 600, 1));
        let row = consented(&app, &shop, &gateway);
        app.advance(chrono::Duration::minutes(7 * 24 * 60 - 30));
        let forks: Vec<TestApp> = (0..4).map(|_| app.fork()).collect();
        let opened: Vec<bool> = std::thread::scope(|scope| {
            let tries: Vec<_> = forks
                .iter()
                .map(|fork| scope.spawn(|| open(fork.app(), fork.owner(), row.id, None)))
                .collect();
            let judge = |door| match door {
                Ok(_) => true,
                Err(Shut::Later(_)) => false,
                Err(_) => panic!("one of them refreshes, the others wait"),
            };
            tries.into_iter().map(|one| judge(one.join().expect("no panic"))).collect()
        });
        assert!(opened.contains(&true));
        assert_eq!(shop.tokens().given, 2, "two at once would have ended each other's token");
        assert_eq!(pull(&app, &row)["state"], "done");

        // One that is killed between asking and writing keeps the others off until its right has run out.
        app.advance(chrono::Duration::minutes(7 * 24 * 60 - 30));
        let seize = |until: i64| {
            let text = "UPDATE shop_tokens SET lease_until_ms = ? WHERE shop_id = ?";
            app.write(|tx| Ok(tx.execute(sql(text).bind(until).bind(row.id))?)).expect("it is written");
        };
        seize(i64::MAX / 2);
        assert!(matches!(open(app.app(), app.owner(), row.id, None), Err(Shut::Later(_))));
        assert_eq!(shop.tokens().given, 2);
        seize(1);
        assert!(open(app.app(), app.owner(), row.id, None).is_ok());
        assert_eq!(shop.tokens().given, 3);
        assert_eq!(pull(&app, &row)["state"], "done");
    }
);

each_database!(
    fn whoever_takes_up_a_killed_refreshers_job_refreshes_at_once(app: TestApp) {
        let (shop, gateway) = top::start(app.app(), top::trades(2, NOON - 600, 1));
        let row = consented(&app, &shop, &gateway);
        app.advance(chrono::Duration::minutes(7 * 24 * 60 - 30));
        let job = app.http().post(&format!("/api/v1/shops/{}/pull", row.id), json!({})).expect(202);
        let job: i64 = job["id"].as_str().expect("an id").parse().expect("a number");
        let write = |text: &str, values: [i64; 2]| {
            app.write(|tx| Ok(tx.execute(sql(text).bind(values[0]).bind(values[1]))?))
                .expect("it is written");
        };
        let lease = |token: i64| {
            let text = "UPDATE jobs SET state = 'running', lease_until_ms = 9000000000000000, token = ? WHERE id = ?";
            write(text, [token, job]);
        };
        // Its process asks the platform, with the lease 7 of the job.
        lease(7);
        let text = "UPDATE shop_tokens SET lease_until_ms = 9000000000000000, refresher_token = 7, \
             refresher_job_id = ? WHERE shop_id = ?";
        write(text, [job, row.id.0]);
        assert!(matches!(open(app.app(), app.owner(), row.id, None), Err(Shut::Later(_))));
        assert_eq!(shop.tokens().given, 1);

        // It was killed, and another worker has the job.
        lease(8);
        let hold = workers::Hold { id: job, token: 8 };
        assert!(open(app.app(), app.owner(), row.id, Some(hold)).is_ok());
        assert_eq!(shop.tokens().given, 2);
    }
);

each_database!(
    fn a_pull_goes_on_with_the_token_another_process_got_meanwhile(app: TestApp) {
        let (shop, gateway) = top::start(app.app(), top::trades(2, NOON - 600, 1));
        let row = consented(&app, &shop, &gateway);
        let other = app.fork();
        shop.then(move |_| {
            let text = "UPDATE shop_tokens SET refresh_at = ? WHERE shop_id = ?";
            let now = other.now();
            other.write(|tx| Ok(tx.execute(sql(text).bind(now).bind(row.id))?)).expect("it falls due");
            assert!(open(other.app(), other.owner(), row.id, None).is_ok());
        });
        let job = pull(&app, &row);
        assert_eq!(shop.tokens().given, 2, "the token ended while its list was read");
        assert_eq!((&job["state"], &job["attempt"]), (&json!("done"), &json!(1)), "{job}");
        assert_eq!(events(&app, "shop.silent"), 0, "nobody is alarmed");
    }
);

each_database!(
    fn a_refresh_that_was_one_call_too_many_is_made_a_little_later_without_an_alarm(app: TestApp) {
        let (shop, gateway) = top::start(app.app(), top::trades(2, NOON - 600, 1));
        let row = consented(&app, &shop, &gateway);
        app.advance(chrono::Duration::seconds(7 * 86_400 - 8));
        shop.bans.store(1, Ordering::Relaxed);
        assert!(open(app.app(), app.owner(), row.id, None).is_ok(), "the old one lasts a few seconds");
        app.advance(chrono::Duration::seconds(6));
        assert!(open(app.app(), app.owner(), row.id, None).is_ok());
        assert_eq!(shop.tokens().given, 2, "refreshed before its end");

        app.advance(chrono::Duration::seconds(7 * 86_400 + 1));
        shop.bans.store(1, Ordering::Relaxed);
        assert!(open(app.app(), app.owner(), row.id, None).is_err(), "it has ended");
        assert!(matches!(open(app.app(), app.owner(), row.id, None), Err(Shut::Later(_))), "and is not used");
        app.advance(chrono::Duration::seconds(6));
        assert_eq!(pull(&app, &row)["state"], "done");
        assert_eq!((shop.tokens().given, events(&app, "shop.silent")), (3, 0));
    }
);

each_database!(
    fn a_token_the_shop_ended_early_is_refreshed_and_one_nobody_refreshes_is_announced_once(app: TestApp) {
        let (shop, gateway) = top::start(app.app(), top::trades(2, NOON - 600, 1));
        let row = consented(&app, &shop, &gateway);
        app.advance(chrono::Duration::hours(1));
        shop.tokens().access = "revoked".to_owned();
        assert_eq!(pull(&app, &row)["state"], "done", "the refusal was met with a refresh");
        assert_eq!((shop.tokens().given, events(&app, "shop.silent")), (2, 0));

        // The platform refuses to refresh: the token is good until its end, and that is said.
        shop.tokens().refresh = "taken".to_owned();
        app.advance(chrono::Duration::minutes(7 * 24 * 60 - 30));
        assert_eq!(pull(&app, &row)["state"], "done");
        for _ in 0..2 {
            housekeeping::once(app.app()).expect("a round");
        }
        assert_eq!(events(&app, "shop.token_ending"), 1);
        app.advance(chrono::Duration::hours(1));
        assert_eq!(pull(&app, &row)["state"], "dead");
        assert_eq!(events(&app, "shop.silent"), 1);
    }
);

/// The states of all orders, by how many have it.
fn states(app: &TestApp) -> Vec<(String, i64)> {
    let count = |state: &OrderState| {
        let text = "SELECT COUNT(*) AS one FROM orders WHERE state = ?";
        (state.to_string(), app.read(|db| db.number(sql(text).bind(*state))))
    };
    OrderState::ALL.iter().map(count).filter(|(_, count)| *count > 0).collect()
}

each_database!(
    fn trades_that_move_between_pages_and_windows_are_all_there_as_they_are(app: TestApp) {
        // Over four days, several in the same second, and a full page's worth at a border.
        let mut rows = top::trades(150, NOON - 4 * 86_400, 1);
        rows.extend((0..50).map(|at| {
            let tid = FIRST + 1_000 + at;
            (tid, Trade::paid(tid, NOON - 3 * 86_400, 2))
        }));
        rows.get_mut(&(FIRST + 9)).expect("a trade").status = "ON_THE_MOON";
        let (shop, gateway) = top::start(app.app(), rows);
        let row = linked(&app, &gateway);
        // While pages are read, some of each change: they leave their window, and others move up.
        for round in 0..120_u64 {
            shop.then(move |rows| {
                let trade = rows.get_mut(&(FIRST + round)).expect("a trade");
                trade.modified = NOON + 1;
                trade.hold = true;
            });
        }
        shop.bans.store(2, Ordering::Relaxed);
        let job = pull(&app, &row);
        assert_eq!(
            (&job["state"], &job["attempt"]),
            (&json!("done"), &json!(1)),
            "patience is no attempt: {job}"
        );
        app.advance(chrono::Duration::minutes(1));
        assert_eq!(pull(&app, &row)["state"], "done");
        let truth = shop.rows().values().filter(|trade| trade.hold).count();
        assert!(truth > 50, "much has changed");
        let held = i64::try_from(truth - 1).expect("few");
        assert_eq!(
            states(&app),
            [("awaiting_shipment".to_owned(), 199 - held), ("held".to_owned(), held)],
            "all but the one that is not understood"
        );
        let found =
            app.http().get(&format!("/api/v1/orders?number={}", FIRST + 1)).expect(200)["items"][0].clone();
        assert_eq!(found["number"], (FIRST + 1).to_string(), "every digit");
        assert_eq!(
            found["lines"][0]["price"],
            json!({ "amount": 1000, "currency": "CNY" }),
            "of what was paid"
        );
        assert!(found["flag"] == "red" && found.to_string().contains("老客户"), "{found}");
    }
);

each_database!(
    fn a_history_that_is_cut_off_goes_on_where_it_was(app: TestApp) {
        let rows = (0..20_u64).map(|day| {
            let tid = FIRST + day;
            (tid, Trade::paid(tid, NOON - 3_600 - 86_400 * i64::try_from(day).expect("few"), 1))
        });
        let (shop, gateway) = top::start(app.app(), rows.collect());
        let row = linked(&app, &gateway);
        let path = format!("/api/v1/shops/{}", row.id);
        let days = |days: i64| json!({ "settings": { "history_days": days } });
        assert_eq!(app.http().patch(&path, days(0)).status, 422);
        app.http().patch(&path, days(10)).expect(200);
        // The token ends behind the sixth window.
        for window in 0..6 {
            let ended = shop.clone();
            shop.then(move |_| {
                if window == 5 {
                    ended.tokens().access = "ended".to_owned();
                }
            });
        }
        assert_eq!(pull(&app, &row)["state"], "dead");
        let health = app.http().get(&path).expect(200)["health"].clone();
        assert!((3..=6).contains(&health["history_read"].as_i64().expect("it is being read")), "{health}");
        let lists = shop.lists.load(Ordering::Relaxed);

        shop.tokens().access = "token-0".to_owned();
        let job = pull(&app, &row);
        assert_eq!(job["result"], json!({ "orders": 10 }), "ten days and no more");
        assert!(shop.lists.load(Ordering::Relaxed) - lists <= 6, "what was read is not read again");
        let health = app.http().get(&path).expect(200)["health"].clone();
        assert_eq!(health["history_read"], Json::Null);

        let lists = shop.lists.load(Ordering::Relaxed);
        assert_eq!(pull(&app, &row)["result"], json!({ "orders": 0 }), "from then on what changes");
        assert_eq!(shop.lists.load(Ordering::Relaxed) - lists, 1);
    }
);

each_database!(
    fn a_platform_whose_clock_is_another_is_asked_and_told_by_its_own(app: TestApp) {
        let (shop, gateway) = top::start(app.app(), top::trades(2, NOON - 600, 1));
        let row = linked(&app, &gateway);
        for ahead_s in [1_200, -1_200] {
            shop.ahead_s.store(ahead_s, Ordering::Relaxed);
            let now = NOON + ahead_s;
            shop.rows().get_mut(&FIRST).expect("a trade").modified = now - 5;
            let job = pull(&app, &row);
            assert_eq!((&job["state"], &job["attempt"]), (&json!("done"), &json!(1)), "{ahead_s} {job}");
            let health = app.http().get(&format!("/api/v1/shops/{}", row.id)).expect(200)["health"].clone();
            assert_eq!(health["failures"], 0, "{health}");
            assert_eq!(app.read(|db| db.number(sql("SELECT COUNT(*) AS one FROM orders"))), 2);
        }
        let ids = shipments(&app);
        run(&app, &ids);
        ship(&app, &ids);
        let runner = worker(&app);
        until("both are told", || waits(&app) == 0);
        runner.stop(PATIENCE);
        assert!(shop.rows().values().all(|trade| trade.lines[0].told == 1));
        assert_eq!(events(&app, "shop.silent"), 0);
    }
);

/// Counts to the end.
fn count(app: &TestApp, shop: &ShopRow) -> Json {
    let runner = pulling::worker(app);
    let job = pulling::ended(app, &format!("/api/v1/shops/{}/gap-check", shop.id));
    runner.stop(PATIENCE);
    job
}

each_database!(
    fn an_order_the_list_left_out_is_found_by_counting_and_one_that_stays_away_is_said_once(app: TestApp) {
        const DAY: i64 = 86_400;
        let first = 1_000 + FIRST;
        let mut rows = top::trades(5, NOON - 3 * DAY + 600, 60);
        rows.insert(first, Trade { is_hidden: true, ..Trade::paid(first, NOON - 3 * DAY + 600, 1) });
        // The first second of a day by the shop's clock, and the last one.
        let midnight = NOON - 3 * DAY + DAY / 2;
        for (tid, created) in [(first + 1, midnight), (first + 2, midnight - 1)] {
            rows.insert(tid, Trade { created, ..Trade::paid(tid, created + 60, 1) });
        }
        let (shop, gateway) = top::start(app.app(), rows);
        let row = linked(&app, &gateway);
        assert_eq!(count(&app, &row)["result"], Json::Null, "before the history is read nothing is missing");
        assert_eq!(pull(&app, &row)["result"], json!({ "orders": 7 }));
        let result = |read: i64, missing: i64| json!({ "days": 30, "orders_read": read, "missing": missing });
        assert_eq!(count(&app, &row)["result"], result(0, 0));

        // The list shows it now, and no pull looks so far back.
        shop.rows().get_mut(&first).expect("a trade").is_hidden = false;
        assert_eq!(pull(&app, &row)["result"], json!({ "orders": 0 }));
        assert_eq!(count(&app, &row)["result"], result(8, 0));
        let told = |kind: &str| {
            let log = app.http().get(&format!("/api/v1/events?subject={}&limit=100", row.id)).expect(200);
            let items = log["items"].as_array().expect("a list").clone();
            let of_kind = items.into_iter().filter(|event| event["kind"] == kind);
            of_kind.map(|event| event["data"].clone()).collect::<Vec<Json>>()
        };
        let expected = json!({ "from": "2026-11-16T16:00:00Z", "until": "2026-11-17T16:00:00Z", "theirs": 7,
            "ours_before": 6, "ours": 7 });
        assert_eq!(told("shop.gap_found"), [expected]);
        assert_eq!(count(&app, &row)["result"], result(0, 0));

        // One that cannot be understood stays away.
        let moon = Trade { status: "ON_THE_MOON", ..Trade::paid(first + 3, NOON - 2 * DAY, 1) };
        shop.rows().insert(first + 3, moon);
        for _ in 0..2 {
            assert_eq!(count(&app, &row)["result"]["missing"], 1);
        }
        assert_eq!((told("shop.gap_found").len(), told("shop.gap_closed").len()), (2, 0));
        let path = format!("/api/v1/shops/{}", row.id);
        let health = app.http().get(&path).expect(200)["health"].clone();
        assert_eq!(
            health["gaps"],
            json!([{ "from": "2026-11-17T16:00:00Z", "until": "2026-11-18T16:00:00Z", "theirs": 2, "ours": 1 }])
        );
        shop.rows().get_mut(&(first + 3)).expect("a trade").status = "WAIT_SELLER_SEND_GOODS";
        assert_eq!(count(&app, &row)["result"]["missing"], 0);
        assert_eq!((told("shop.gap_found").len(), told("shop.gap_closed").len()), (2, 1));
        assert_eq!(app.http().get(&path).expect(200)["health"]["gaps"], json!([]));

        // A platform whose lists have no total.
        let keys = json!({ "app_key": "a", "app_secret": "b", "sign_secret": "c", "access_token": "d" });
        let shop = json!({ "platform": "kuaishou", "name": "快手店", "credentials": keys });
        let id = app.http().post("/api/v1/shops", shop).expect(201)["id"].as_str().expect("an id").to_owned();
        let refused = app.http().post(&format!("/api/v1/shops/{id}/gap-check"), json!({}));
        assert_eq!(refused.problem(), "409 shop_not_counted");
    }
);

each_database!(
    fn both_trades_of_a_parcel_show_its_number_once_though_answers_are_lost(app: TestApp) {
        let mut rows = top::trades(2, NOON - 600, 1);
        for trade in rows.values_mut() {
            trade.oaid = "the-same-person".to_owned();
        }
        let (shop, gateway) = top::start(app.app(), rows);
        let row = linked(&app, &gateway);
        assert_eq!(pull(&app, &row)["state"], "done");
        let ids = shipments(&app);
        assert_eq!(ids.len(), 1, "one OAID, one parcel");
        run(&app, &ids);
        shop.silent_writes.store(1, Ordering::Relaxed);
        shop.bans.store(1, Ordering::Relaxed);
        ship(&app, &ids);
        let runner = worker(&app);
        until("both are told", || waits(&app) == 0);
        runner.stop(PATIENCE);
        let number = "100000000001";
        let expected: Vec<String> = (FIRST..FIRST + 2).map(|tid| format!("{tid} {number} done")).collect();
        assert_eq!(said(&all_write_backs(&app)), expected);
        for trade in shop.rows().values() {
            assert_eq!((trade.lines[0].number.as_str(), trade.lines[0].told), (number, 1));
            assert_eq!(trade.status, "WAIT_BUYER_CONFIRM_GOODS");
        }
    }
);

#[test]
fn lines_are_told_parcel_by_parcel_and_what_others_shipped_or_paid_back_is_for_a_person() {
    let app = TestApp::sqlite();
    let mut rows = top::trades(3, NOON - 600, 1);
    for (tid, trade) in &mut rows {
        trade.lines = Trade::paid(*tid, 0, 2).lines;
    }
    let (shop, gateway) = top::start(app.app(), rows);
    let row = linked(&app, &gateway);
    assert_eq!(pull(&app, &row)["state"], "done");
    // The first is taken apart, the second is shipped by somebody else, the third is to be paid back.
    let text = "SELECT id AS one FROM orders WHERE number = ?";
    let first = app.read(|db| db.number(sql(text).bind(FIRST.to_string())));
    let whole = the_shipment_of(&app, OrderId(first));
    let part = SplitLine { line: whole.lines[1].line, quantity: whole.lines[1].quantity };
    app.write(|tx| merging::split(tx, whole.id, &[part])).expect("it is split");
    run(&app, &shipments(&app));
    {
        let mut rows = shop.rows();
        let other = rows.get_mut(&(FIRST + 1)).expect("a trade");
        other.status = "WAIT_BUYER_CONFIRM_GOODS";
        other.lines.iter_mut().for_each(|line| line.number = "THEIRS-01".to_owned());
        rows.get_mut(&(FIRST + 2)).expect("a trade").lines[1].refund = "WAIT_SELLER_AGREE";
    }
    ship(&app, &shipments(&app));
    let runner = worker(&app);
    until("all are told", || waits(&app) == 0);
    runner.stop(PATIENCE);
    let all = all_write_backs(&app);
    let of = |tid: u64, state: &str| {
        let tid = tid.to_string();
        all.iter().filter(|told| told.order_number == tid && told.state.as_str() == state).collect::<Vec<_>>()
    };
    assert_eq!(of(FIRST, "done").len(), 2, "{:?}", said(&all));
    let numbers: Vec<String> = shop.rows()[&FIRST].lines.iter().map(|line| line.number.clone()).collect();
    assert_ne!(numbers[0], numbers[1]);
    assert!(numbers.iter().all(|number| number.starts_with("1000")), "{numbers:?}");
    assert!(of(FIRST + 1, "refused")[0].reply.contains("THEIRS-01"));
    assert!(of(FIRST + 2, "refused")[0].reply.contains("refunded"), "{}", of(FIRST + 2, "refused")[0].reply);
    assert!(
        shop.rows()[&(FIRST + 2)].lines.iter().all(|line| line.number.is_empty()),
        "nothing was told of it"
    );
}

#[test]
fn a_wrong_secret_and_a_token_that_has_ended_are_said_in_the_platforms_words() {
    let app = TestApp::sqlite();
    let (shop, gateway) = top::start(app.app(), top::trades(1, NOON - 600, 1));
    let row = linked(&app, &gateway);
    let path = format!("/api/v1/shops/{}/try", row.id);
    let tried = app.http().post(&path, json!({})).expect(200);
    assert_eq!(tried["orders"][0]["number"], FIRST.to_string());
    let wrong = app.http().post(&path, json!({ "credentials": { "app_secret": "wrong" } }));
    assert_eq!(wrong.problem(), "409 shop_refuses");
    assert!(wrong.text().contains("app_secret"), "{}", wrong.text());
    shop.tokens().access = "another".to_owned();
    let ended = app.http().post(&path, json!({}));
    assert!(ended.text().contains("session-expired"), "{}", ended.text());
    shop.rows().clear();
    shop.tokens().access = "token-0".to_owned();
    assert_eq!(app.http().post(&path, json!({})).expect(200)["orders"], json!([]));
}
