//! Deadlines: clocks that follow orders, rules and people's words, and ring once.

use chrono::Duration;
use diesel::Connection;
use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::sqlite::SqliteConnection;
use huidan::db::deadlines::{self, DeadlineRow};
use huidan::db::events;
use huidan::db::shops::ShopRow;
use huidan::domain::deadline::{ClockSource, Stage};
use huidan::domain::error::Error;
use huidan::domain::id::{OrderId, ShopId};
use huidan::domain::shop::ShopSettings;
use huidan::jobs::run::parts;
use huidan::jobs::{housekeeping, registry};
use huidan::operations::deadlines::{BATCH, ring_due};
use huidan::operations::merging::{self, SplitLine};
use huidan::operations::ship::{NewShipping, ship};
use serde_json::{Value as Json, json};
use workers::{Lane, Options, Runner};

use crate::support::effects::until;
use crate::support::shipments::the_shipment_of;
use crate::support::{TestApp, order, recipient};

fn clock(app: &TestApp, order: OrderId) -> Option<DeadlineRow> {
    app.read(|db| deadlines::find(db, &[order])).pop()
}

#[track_caller]
fn due(app: &TestApp, order: OrderId) -> String {
    let clock = clock(app, order).expect("a clock runs");
    let shipment = the_shipment_of(app, order);
    assert_eq!(shipment.ship_by, Some(clock.due_at), "the shipment is due with its only order");
    clock.due_at.to_string()
}

fn stage(app: &TestApp, order: OrderId) -> Stage {
    clock(app, order).expect("a clock runs").stage
}

fn keep_house(app: &TestApp) {
    housekeeping::keep(app.app()).expect("the house is kept");
}

/// The alarms of an order, oldest first.
fn alarms(app: &TestApp, order: OrderId) -> Vec<String> {
    let log = app.read(|db| events::list(db, Some(order.0), None, 100));
    let rings = ["order.deadline_near", "order.overdue", "order.shipped_late"];
    log.into_iter().rev().map(|event| event.kind).filter(|kind| rings.contains(&kind.as_str())).collect()
}

fn patch_shop(app: &TestApp, shop: ShopId, settings: Json) {
    app.http().patch(&format!("/api/v1/shops/{shop}"), json!({ "settings": settings })).expect(200);
}

/// Gives a shop other settings as if the clocks' first batch had been lost.
fn set_quietly(app: &TestApp, shop: &ShopRow, settings: ShopSettings) {
    app.write(|tx| huidan::db::shops::update(tx, shop.id, &shop.name, &settings)).expect("settings are kept");
}

/// Numbers and ships what is ready.
fn ship_ready(app: &TestApp, first_number: &str) {
    let run = json!({ "carrier": "SF Express", "format": "sf-12", "first_number": first_number,
                      "filter": { "state": "ready" } });
    let run = app.http().post("/api/v1/number-runs", run).expect(201);
    app.http().post("/api/v1/shipments/ship", json!({ "number_run": run["id"] })).expect(200);
}

each_database!(
    fn a_clock_follows_its_order_from_payment_to_leaving(app: TestApp) {
        let shop = app.shop("Tea House");
        let [paid, unpaid] = [order("1001"), order("1002").unpaid().to(recipient("王芳"))];
        let ids: Vec<OrderId> = app.push(&shop, &[paid, unpaid.clone()]).iter().map(|t| t.order).collect();
        assert_eq!(due(&app, ids[0]), "2026-11-22T02:02:00Z");
        assert!(clock(&app, ids[1]).is_none(), "what is not paid has no clock");

        let later = unpaid.state("awaiting_shipment").updated_at("2026-11-20T03:30:00Z");
        app.push(&shop, &[later.clone().paid_at("2026-11-20T03:00:00Z")]);
        assert_eq!(due(&app, ids[1]), "2026-11-22T03:00:00Z");
        let promised = later.paid_at("2026-11-20T03:00:00Z").updated_at("2026-11-20T03:40:00Z");
        app.push(&shop, &[promised.clone().with("ship_by", "2026-11-20T10:00:00Z")]);
        let row = clock(&app, ids[1]).expect("a clock");
        assert_eq!(
            (row.due_at.to_string().as_str(), row.source),
            ("2026-11-20T10:00:00Z", ClockSource::Promise)
        );

        app.set_now("2026-11-20T09:59:59Z");
        ship_ready(&app, "755000000000");
        assert_eq!((stage(&app, ids[0]), stage(&app, ids[1])), (Stage::ShippedInTime, Stage::ShippedInTime));
        app.set_now("2026-11-24T10:00:00Z");
        keep_house(&app);
        assert_eq!(alarms(&app, ids[0]), [] as [&str; 0], "what has left rings no more");
    }
);

each_database!(
    fn closed_orders_stop_their_clock_and_a_payment_taken_back_removes_it(app: TestApp) {
        let shop = app.shop("Tea House");
        let [a, b] = [order("1001"), order("1002").to(recipient("王芳"))];
        let ids: Vec<OrderId> = app.push(&shop, &[a.clone(), b.clone()]).iter().map(|t| t.order).collect();
        app.push(
            &shop,
            &[
                a.state("cancelled").updated_at("2026-11-20T03:00:00Z"),
                b.unpaid().updated_at("2026-11-20T03:00:00Z"),
            ],
        );
        assert_eq!(stage(&app, ids[0]), Stage::Ended);
        assert!(clock(&app, ids[1]).is_none());
        app.set_now("2026-11-30T00:00:00Z");
        keep_house(&app);
        assert_eq!(alarms(&app, ids[0]), [] as [&str; 0]);
    }
);

each_database!(
    fn a_clock_warns_once_and_is_overdue_once(app: TestApp) {
        let shop = app.shop("Tea House");
        let other = app.other_seller();
        let theirs = other.shop("Coffee House");
        let stranger = other.push(&theirs, &[order("1001")])[0].order;
        let ids: Vec<OrderId> = app
            .push(&shop, &[order("1001"), order("1002").to(recipient("王芳"))])
            .iter()
            .map(|taken| taken.order)
            .collect();
        keep_house(&app);
        assert_eq!(alarms(&app, ids[0]), [] as [&str; 0], "there is time");
        app.set_now("2026-11-21T23:02:00Z");
        for _ in 0..3 {
            keep_house(&app);
        }
        assert_eq!(alarms(&app, ids[0]), ["order.deadline_near"]);
        assert_eq!(stage(&app, ids[1]), Stage::Warn);
        app.set_now("2026-11-22T02:02:00Z");
        for _ in 0..3 {
            keep_house(&app);
        }
        for order in &ids {
            assert_eq!(alarms(&app, *order), ["order.deadline_near", "order.overdue"]);
        }
        assert_eq!(alarms(&other, stranger), ["order.deadline_near", "order.overdue"]);
        ship_ready(&app, "755000000000");
        assert_eq!(stage(&app, ids[0]), Stage::ShippedLate);
        assert_eq!(alarms(&app, ids[0]).last().map(String::as_str), Some("order.shipped_late"));
        assert_eq!(clock(&app, ids[0]).and_then(|row| row.left_at), Some(app.now()));
    }
);

each_database!(
    fn two_workers_that_look_at_once_ring_once(app: TestApp) {
        let shop = app.shop("Tea House");
        let people = ["王芳", "李娜", "张伟", "刘洋", "陈杰", "杨静", "赵敏", "黄磊"];
        let orders: Vec<_> =
            people.iter().enumerate().map(|(at, name)| order(&format!("{at}")).to(recipient(name))).collect();
        let ids: Vec<OrderId> = app.push(&shop, &orders).iter().map(|taken| taken.order).collect();
        app.set_now("2026-11-22T03:00:00Z");
        let forks: Vec<TestApp> = (0..4).map(|_| app.fork()).collect();
        std::thread::scope(|scope| {
            for fork in &forks {
                scope.spawn(|| keep_house(fork));
            }
        });
        for id in ids {
            // The warning was slept through.
            assert_eq!(alarms(&app, id), ["order.overdue"]);
        }
    }
);

each_database!(
    fn clocks_follow_the_shops_rule_in_batches(app: TestApp) {
        let shop = app.shop("Tea House");
        let other = app.shop("Tea Room");
        let taken = app.push(&shop, &[order("1001"), order("1002").to(recipient("王芳"))]);
        let elsewhere = app.push(&other, &[order("1001").to(recipient("李娜"))])[0].order;
        set_quietly(&app, &shop, ShopSettings { ship_within_hours: 24, ..ShopSettings::default() });
        assert_eq!(due(&app, taken[0].order), "2026-11-22T02:02:00Z", "not counted yet");
        // Batches of one, so that the second is a batch of its own.
        let mut batches = 0;
        while app.write(|tx| huidan::operations::deadlines::recount(tx, 1)).expect("counted anew") == 1 {
            batches += 1;
        }
        assert_eq!(batches, 2);
        for one in &taken {
            assert_eq!(due(&app, one.order), "2026-11-21T02:02:00Z");
        }
        assert_eq!(due(&app, elsewhere), "2026-11-22T02:02:00Z");
    }
);

each_database!(
    fn clocks_follow_the_calendar_and_the_zone(app: TestApp) {
        let settings = ShopSettings::default();
        let shop = app.shop_with("Tea House", settings);
        patch_shop(&app, shop.id, json!({ "deadline": { "rule": "same_day" } }));
        // Ten in the morning of a Friday in Shanghai; ten in the evening of Thursday in New York.
        let id = app.push(&shop, &[order("1001")])[0].order;
        assert_eq!(due(&app, id), "2026-11-20T13:00:00Z");
        let settings = |body: Json| app.http().patch("/api/v1/settings", body).expect(200);
        settings(json!({ "time_zone": "America/New_York" }));
        assert_eq!(due(&app, id), "2026-11-21T02:00:00Z");
        settings(json!({ "calendar": { "exceptions": [{ "from": "2026-11-20", "to": "2026-11-22" }] } }));
        assert_eq!(due(&app, id), "2026-11-24T02:00:00Z", "the Monday after three days off");
        patch_shop(&app, shop.id, json!({ "deadline": { "calendar": {} } }));
        assert_eq!(due(&app, id), "2026-11-21T02:00:00Z", "a calendar of its own");
        patch_shop(&app, shop.id, json!({ "deadline": { "time_zone": "Asia/Tokyo" } }));
        assert_eq!(due(&app, id), "2026-11-20T12:00:00Z");
    }
);

each_database!(
    fn settings_nobody_can_mean_are_refused_by_name(app: TestApp) {
        let shop = app.shop("Tea House");
        let wrong = json!({ "settings": { "deadline": { "packing_cut_off": "08:00", "warn_minutes": -5 } } });
        let answer = app.http().patch(&format!("/api/v1/shops/{}", shop.id), wrong);
        assert_eq!(answer.status, 422, "{}", answer.text());
        let fields: Vec<String> = serde_json::from_str::<Json>(&answer.text()).expect("JSON")["errors"]
            .as_array()
            .expect("errors")
            .iter()
            .map(|error| error["field"].as_str().expect("a field").to_owned())
            .collect();
        assert_eq!(fields, ["settings.deadline.warn_minutes", "settings.deadline.packing_cut_off"]);
        for (body, named) in [
            (json!({ "time_zone": "Beijing" }), "Asia/Shanghai"),
            (json!({ "calendar": { "working_days": [] } }), "at least one"),
            (json!({ "calendar": { "working_days": ["monday"] } }), "mon, tue"),
            (
                json!({ "calendar": { "exceptions": [{ "from": "5 Feb", "to": "2027-02-06" }] } }),
                "2027-02-05",
            ),
        ] {
            let answer = app.http().patch("/api/v1/settings", body.clone());
            assert!(answer.status == 422 && answer.text().contains(named), "{body}: {}", answer.text());
        }
        app.advance(Duration::hours(1));
        keep_house(&app);
    }
);

each_database!(
    fn the_board_counts_by_hour_and_shop(app: TestApp) {
        let (tea, coffee) = (app.shop("Tea House"), app.shop("Coffee House"));
        let names = ["王芳", "李娜", "张伟", "刘洋"];
        let paid = |number: &str, name: &str, at: &str| order(number).to(recipient(name)).paid_at(at);
        app.push(
            &tea,
            &[
                paid("1", names[0], "2026-11-18T03:00:00Z"), // overdue for an hour
                paid("2", names[1], "2026-11-18T05:30:00Z"), // due in 90 minutes
                paid("3", names[2], "2026-11-18T05:45:00Z"),
            ],
        );
        app.push(
            &coffee,
            &[paid("1", names[3], "2026-11-18T20:15:00Z"), order("2").to(recipient("陈杰")).unpaid()],
        );
        app.other_seller().shop("Not ours");
        let board = app.http().get("/api/v1/deadlines?hours=24").expect(200);
        let counts = ["open", "overdue", "near", "later"].map(|name| board[name].as_i64().expect(name));
        assert_eq!(counts, [4, 1, 2, 0], "{board}");
        let due: Vec<(&str, &str, i64)> = board["due"]
            .as_array()
            .expect("hours")
            .iter()
            .map(|hour| {
                let text = |name: &str| hour[name].as_str().expect("a text");
                (text("from"), text("shop"), hour["count"].as_i64().expect("a count"))
            })
            .collect();
        let (tea, coffee) = (tea.id.to_string(), coffee.id.to_string());
        assert_eq!(
            due,
            [("2026-11-20T05:00:00Z", tea.as_str(), 2), ("2026-11-20T20:00:00Z", coffee.as_str(), 1)]
        );
        assert_eq!(board["shops"][0]["shop_name"], "Tea House");
        assert_eq!(board["shops"][0]["overdue"], 1);
        assert_eq!(board["shops"][1]["near"], 0);
        let short = app.http().get("/api/v1/deadlines?hours=1").expect(200);
        assert_eq!((short["due"].as_array().map(Vec::len), &short["later"]), (Some(0), &json!(3)), "{short}");
        assert_eq!(app.http().get("/api/v1/deadlines?hours=0").problem(), "422 invalid_fields");
        let theirs = app.other_seller().http().get("/api/v1/deadlines").expect(200);
        assert_eq!(theirs["open"], 0);
    }
);

each_database!(
    fn lists_are_narrowed_by_deadline(app: TestApp) {
        let shop = app.shop("Tea House");
        let paid = |number: &str, name: &str, at: &str| order(number).to(recipient(name)).paid_at(at);
        app.push(
            &shop,
            &[
                paid("late", "王芳", "2026-11-18T04:00:00Z"), // due at this very moment
                paid("soon", "李娜", "2026-11-18T05:00:00Z"),
                paid("calm", "张伟", "2026-11-20T01:00:00Z"),
                paid("closed", "刘洋", "2026-11-01T01:00:00Z").state("cancelled"),
            ],
        );
        let numbers = |path: &str, pick: fn(&Json) -> &Json| -> Vec<String> {
            let page = app.http().get(path).expect(200);
            let items = page["items"].as_array().expect("items").clone();
            items.iter().map(|item| pick(item).as_str().expect("a number").to_owned()).collect()
        };
        let orders = |query: &str| numbers(&format!("/api/v1/orders?{query}"), |item| &item["number"]);
        let parcels =
            |query: &str| numbers(&format!("/api/v1/shipments?{query}"), |item| &item["orders"][0]["number"]);
        assert_eq!(orders("overdue=true"), ["late"]);
        assert_eq!(orders("overdue=false"), ["soon", "calm"]);
        assert_eq!(orders("ship_by_before=2026-11-20T06:00:00Z"), ["soon", "late"]);
        assert_eq!(parcels("overdue=true"), ["late"]);
        assert_eq!(parcels("overdue=false"), ["soon", "calm"]);
        assert_eq!(parcels("overdue=true&state=cancelled"), [] as [&str; 0]);
        assert_eq!(
            parcels("ship_by_from=2026-11-20T05:00:00Z&ship_by_before=2026-11-21T00:00:00Z"),
            ["soon"]
        );
        assert_eq!(app.http().get("/api/v1/orders?overdue=maybe").problem(), "422 invalid_fields");
    }
);

/// Announces a delay of these orders.
fn delay(app: &TestApp, orders: &[OrderId], ship_by: &str) -> Json {
    let body =
        json!({ "orders": orders, "reason": "stock_short", "note": "leaves were late", "ship_by": ship_by });
    app.http().post("/api/v1/delay-notices", body).expect(200)
}

each_database!(
    fn a_delay_moves_the_clock_order_by_order_and_can_be_taken_back(app: TestApp) {
        let shop = app.shop("Tea House");
        let promised = order("1002").to(recipient("王芳")).with("ship_by", "2026-11-21T00:00:00Z");
        let orders = [order("1001"), promised.clone(), order("1003").to(recipient("李娜")).unpaid()];
        let ids: Vec<OrderId> = app.push(&shop, &orders).iter().map(|taken| taken.order).collect();
        let strange = OrderId(999_999);
        let asked = [ids[0], ids[1], ids[2], strange, ids[0]];
        let answer = delay(&app, &asked, "2026-11-22T02:02:00Z");
        let left: Vec<(String, &str)> = answer["left_out"]
            .as_array()
            .expect("left out")
            .iter()
            .map(|one| {
                (
                    one["id"].as_str().expect("an id").to_owned(),
                    one["reasons"][0]["code"].as_str().expect("a code"),
                )
            })
            .collect();
        assert_eq!(
            left,
            [
                (ids[0].to_string(), "listed_twice"),
                (ids[0].to_string(), "deadline_not_later"),
                (ids[2].to_string(), "deadline_not_running"),
                (strange.to_string(), "not_found"),
            ]
        );
        assert_eq!(
            answer["done"],
            json!([{ "order": ids[1].to_string(), "was": "2026-11-21T00:00:00Z", "ship_by": "2026-11-22T02:02:00Z" }])
        );
        assert_eq!(due(&app, ids[1]), "2026-11-22T02:02:00Z");
        let view = app.http().get(&format!("/api/v1/orders/{}", ids[1])).expect(200);
        assert_eq!(view["deadline"]["source"], "notice", "{view}");
        assert_eq!(view["events"][0]["kind"], "order.delayed");

        // A second one counts until it is taken back; then the first one does.
        let second = delay(&app, &[ids[0], ids[1]], "2026-11-25T00:00:00Z");
        assert_eq!(due(&app, ids[0]), "2026-11-25T00:00:00Z");
        let notices = app.http().get(&format!("/api/v1/delay-notices?order={}", ids[1])).expect(200);
        assert_eq!(notices["items"].as_array().map(Vec::len), Some(2));
        let words = &notices["items"][0]["for_buyer"];
        assert!(words["zh"].as_str().is_some_and(|text| text.contains("预计")), "{words}");
        assert!(words["en"].as_str().is_some_and(|text| text.contains("(Asia/Shanghai)")), "{words}");
        let place = format!("/api/v1/delay-notices/{}", second["id"].as_str().expect("an id"));
        let undone = app.http().delete(&place).expect(200);
        assert_eq!(undone["done"].as_array().map(Vec::len), Some(2), "{undone}");
        assert_eq!(
            (due(&app, ids[0]).as_str(), due(&app, ids[1]).as_str()),
            ("2026-11-22T02:02:00Z", "2026-11-22T02:02:00Z")
        );
        assert_eq!(app.http().delete(&place).expect(200)["done"], json!([]));
        assert_eq!(app.other_seller().http().delete(&place).problem(), "404 not_found");

        // The platform's newer word counts more than the notice.
        let moved = promised.with("ship_by", "2026-11-23T00:00:00Z").updated_at("2026-11-20T05:00:00Z");
        app.push(&shop, &[moved]);
        assert_eq!(due(&app, ids[1]), "2026-11-23T00:00:00Z");
    }
);

each_database!(
    fn a_delayed_order_rings_again_for_its_new_date(app: TestApp) {
        let shop = app.shop("Tea House");
        let id = app.push(&shop, &[order("1001")])[0].order;
        app.set_now("2026-11-22T03:00:00Z");
        keep_house(&app);
        assert_eq!(alarms(&app, id), ["order.overdue"]);
        let notice = delay(&app, &[id], "2026-11-25T00:00:00Z");
        keep_house(&app);
        assert_eq!((stage(&app, id), alarms(&app, id).len()), (Stage::Running, 1));
        app.set_now("2026-11-24T22:00:00Z");
        keep_house(&app);
        assert_eq!(alarms(&app, id), ["order.overdue", "order.deadline_near"]);
        app.http()
            .delete(&format!("/api/v1/delay-notices/{}", notice["id"].as_str().expect("an id")))
            .expect(200);
        keep_house(&app);
        assert_eq!(stage(&app, id), Stage::Overdue);
        assert_eq!(alarms(&app, id).len(), 2, "that date has rung already");

        let answer = app.http().post(
            "/api/v1/delay-notices",
            json!({ "orders": [id], "reason": "other", "ship_by": "2026-11-20T00:00:00Z" }),
        );
        assert!(
            answer.text().contains("\"note\"") && answer.text().contains("in_the_past"),
            "{}",
            answer.text()
        );
        ship_ready(&app, "755000000000");
        let late = delay(&app, &[id], "2026-12-01T00:00:00Z");
        assert_eq!(late["left_out"][0]["reasons"][0]["code"], "deadline_not_running", "{late}");
        assert_eq!(late["id"], Json::Null);
    }
);

each_database!(
    fn merged_orders_are_due_with_the_first_of_them(app: TestApp) {
        let shop = app.shop("Tea House");
        let orders = [order("1001"), order("1002").paid_at("2026-11-20T03:00:00Z")];
        let ids: Vec<OrderId> = app.push(&shop, &orders).iter().map(|taken| taken.order).collect();
        let shipment = the_shipment_of(&app, ids[0]);
        assert_eq!(shipment.orders.len(), 2);
        delay(&app, &ids[..1], "2026-11-25T00:00:00Z");
        let due = |app: &TestApp| the_shipment_of(app, ids[0]).ship_by.map(|at| at.to_string());
        assert_eq!(due(&app).as_deref(), Some("2026-11-22T03:00:00Z"), "the other order's day");
        delay(&app, &ids[1..], "2026-11-24T00:00:00Z");
        assert_eq!(due(&app).as_deref(), Some("2026-11-24T00:00:00Z"));
    }
);

each_database!(
    fn an_alarm_that_was_not_committed_rings_later_and_once(app: TestApp) {
        let shop = app.shop("Tea House");
        let id = app.push(&shop, &[order("1001")])[0].order;
        app.set_now("2026-11-22T03:00:00Z");
        let cut_off = app.write(|tx| -> Result<(), Error> {
            assert_eq!(ring_due(tx, 10)?, 1);
            Err(Error::missing("power", "line"))
        });
        assert!(cut_off.is_err());
        assert_eq!(alarms(&app, id), [] as [&str; 0]);
        for _ in 0..2 {
            keep_house(&app);
        }
        assert_eq!(alarms(&app, id), ["order.overdue"]);
    }
);

each_database!(
    fn a_job_counts_the_clocks_anew_when_a_rule_is_changed(app: TestApp) {
        let shop = app.shop("Tea House");
        // One more than a batch: the first batch is counted with the change, the last order by the job.
        let orders: Vec<_> = (0..=BATCH)
            .map(|n| order(&format!("{n:04}")).to(recipient(&format!("陈{n}"))).line("TEA-250", 1))
            .collect();
        let ids: Vec<OrderId> = app.push(&shop, &orders).iter().map(|taken| taken.order).collect();
        let options = Options {
            lanes: vec![Lane { name: "house".to_owned(), at_once: 1 }],
            idle_poll: std::time::Duration::from_millis(20),
            quiet_poll: std::time::Duration::from_millis(20),
            ..Options::default()
        };
        let counted = || {
            let rows = app.read(|db| deadlines::find(db, &ids));
            rows.iter().filter(|row| row.due_at.to_string() == "2026-11-23T02:02:00Z").count()
        };
        patch_shop(&app, shop.id, json!({ "ship_within_hours": 72 }));
        assert_eq!(counted(), BATCH, "with the change itself");
        let runner = Runner::start(parts(app.app(), registry::kinds(app.app())), options).expect("threads");
        until("every clock is counted anew", || counted() == BATCH + 1);
        runner.stop(std::time::Duration::from_secs(5));
        let jobs = app.http().get("/api/v1/jobs?kind=deadlines.recount").expect(200);
        assert_eq!(jobs["items"].as_array().map(Vec::len), Some(1), "{jobs}");
        // What has nothing to do with deadlines enqueues nothing.
        patch_shop(&app, shop.id, json!({ "remarks_must_be_read": true }));
        let jobs = app.http().get("/api/v1/jobs?kind=deadlines.recount").expect(200);
        assert_eq!(jobs["items"].as_array().map(Vec::len), Some(1), "{jobs}");
    }
);

each_database!(
    fn orders_from_before_there_were_clocks_get_theirs(app: TestApp) {
        let shop = app.shop("Tea House");
        let orders = [
            order("1001"),
            order("1002").to(recipient("王芳")).unpaid(),
            order("1003").to(recipient("李娜")).state("cancelled"),
        ];
        let ids: Vec<OrderId> = app.push(&shop, &orders).iter().map(|taken| taken.order).collect();
        let before = clock(&app, ids[0]);
        let address = app.database_address();
        let dialect = if address.starts_with("sqlite") { "sqlite" } else { "postgres" };
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
        let file = |name: &str| {
            let path = format!("{folder}/{dialect}/2026-11-28-130000_deadlines/{name}");
            std::fs::read_to_string(&path).expect("a migration")
        };
        let again = format!("{}\n{}", file("down.sql"), file("up.sql"));
        match address.strip_prefix("sqlite://") {
            Some(path) => SqliteConnection::establish(path).expect("a file").batch_execute(&again),
            None => PgConnection::establish(&address).expect("a server").batch_execute(&again),
        }
        .expect("the migration runs on data");
        let found: Vec<bool> = ids.iter().map(|id| clock(&app, *id).is_some()).collect();
        assert_eq!(found, [true, false, false]);
        assert_eq!(clock(&app, ids[0]).map(|row| row.ring_at), Some(None), "nothing rings unjudged");
        housekeeping::once(app.app()).expect("the house is gone through");
        let after = clock(&app, ids[0]);
        assert_eq!(format!("{before:?}"), format!("{after:?}"));
    }
);

each_database!(
    fn a_countdown_warns_by_its_shops_own_time(app: TestApp) {
        let shop = app.shop("Tea House");
        let id = app.push(&shop, &[order("1001")])[0].order;
        let warn_at = |app: &TestApp| the_shipment_of(app, id).warn_at.map(|at| at.to_string());
        assert_eq!(warn_at(&app).as_deref(), Some("2026-11-21T23:02:00Z"));
        patch_shop(&app, shop.id, json!({ "deadline": { "warn_minutes": 600 } }));
        keep_house(&app);
        assert_eq!(warn_at(&app).as_deref(), Some("2026-11-21T16:02:00Z"));
        app.set_now("2026-11-21T16:02:00Z");
        keep_house(&app);
        assert_eq!(alarms(&app, id), ["order.deadline_near"]);
    }
);

each_database!(
    fn two_halves_of_an_order_that_leave_at_once_stop_its_clock(app: TestApp) {
        let shop = app.shop("Tea House");
        let orders: Vec<_> = (0..12)
            .map(|n| order(&n.to_string()).to(recipient(&format!("陈{n}"))).line("TEA-250", 2))
            .collect();
        let ids: Vec<OrderId> = app.push(&shop, &orders).iter().map(|taken| taken.order).collect();
        let mut halves = [Vec::new(), Vec::new()];
        for id in &ids {
            let whole = the_shipment_of(&app, *id);
            let half = [SplitLine { line: whole.lines[0].line, quantity: 1 }];
            let other = app.write(|tx| merging::split(tx, whole.id, &half)).expect("two pieces are split");
            halves[0].push(whole.id);
            halves[1].push(other);
        }
        let run = json!({ "carrier": "SF Express", "format": "sf-12", "first_number": "755000000000",
                          "filter": { "state": "ready" } });
        app.http().post("/api/v1/number-runs", run).expect(201);
        let (forks, start) = ([app.fork(), app.fork()], std::sync::Barrier::new(2));
        std::thread::scope(|scope| {
            for (fork, half) in forks.iter().zip(&halves) {
                scope.spawn(|| {
                    let wish = NewShipping { shipments: half.clone(), ..NewShipping::default() };
                    start.wait();
                    let left = fork.write(|tx| ship(tx, &wish)).expect("they leave");
                    assert_eq!(left.done.len(), 12, "{:?}", left.left_out);
                });
            }
        });
        for id in ids {
            assert_eq!(stage(&app, id), Stage::ShippedInTime);
        }
    }
);

each_database!(
    fn a_warehouse_with_earlier_times_moves_the_packing_day_and_the_same_day_deadline(app: TestApp) {
        let (shop, http) = (app.shop("Tea House"), app.http());
        // Paid at 10:02 in Shanghai.
        let id = app.push(&shop, &[order("1")])[0].order;
        let shown = || {
            let clock = http.get(&format!("/api/v1/orders/{id}")).expect(200)["deadline"].clone();
            let word = |name: &str| clock[name].as_str().unwrap_or("-").to_owned();
            (word("pack_by"), word("ship_by"))
        };
        let pair = |pack: &str, due: &str| (pack.to_owned(), due.to_owned());
        let path = format!("/api/v1/shops/{}", shop.id);
        http.patch(&path, json!({ "settings": { "deadline": { "rule": "same_day" } } })).expect(200);
        let today = pair("2026-11-20T09:00:00Z", "2026-11-20T13:00:00Z");
        assert_eq!(shown(), today);
        let house = |code: &str, order_cut_off: &str, pickup_at: &str, is_default: bool| json!({ "code": code, "name": code, "order_cut_off": order_cut_off, "pickup_at": pickup_at, "is_default": is_default });
        let east = http.post("/api/v1/warehouses", house("east", "10:00", "15:30", true)).expect(201);
        let tomorrow = pair("2026-11-21T07:30:00Z", "2026-11-21T13:00:00Z");
        assert_eq!(shown(), tomorrow, "the house takes orders until ten");
        assert_eq!(due(&app, id), "2026-11-21T13:00:00Z", "as lists are sorted");

        // Another warehouse by hand, then other times of that one.
        http.post("/api/v1/warehouses", house("west", "", "", false)).expect(201);
        let parcel = the_shipment_of(&app, id).id;
        let choose = |code: &str| {
            let body = json!({ "shipments": [parcel], "warehouse": code });
            http.post("/api/v1/shipments/plan", body).expect(200);
        };
        choose("west");
        assert_eq!(shown(), today);
        choose("");
        assert_eq!(shown(), tomorrow);
        let path = format!("/api/v1/warehouses/{}", east["id"].as_str().expect("an id"));
        http.put(&path, house("east", "11:00", "", true)).expect(200);
        assert_eq!(shown(), today, "half past ten is early enough now");
        assert_eq!(http.delete(&path).status, 204);
        assert_eq!(shown(), today);
    }
);
