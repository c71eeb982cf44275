//! Orders in: again, older, in parts, in any sequence.

use std::collections::BTreeSet;

use huidan::db::imports as record;
use huidan::db::statement::sql;
use huidan::domain::id::{OrderId, SellerId};
use huidan::domain::order::OrderSnapshot;
use huidan::domain::shop::ShopSettings;
use huidan::jobs::imports;
use huidan::jobs::intake::take_in_all;
use huidan::operations::intake::Outcome::{Created, Unchanged, Updated};
use huidan::operations::orders;
use proptest::prelude::*;
use serde_json::json;

use crate::support::shipments::{reasons, the_shipment_of};
use crate::support::{TestApp, order, recipient};

each_database!(
    fn importing_again_changes_nothing(app: TestApp) {
        let shop = app.shop("Tea House");
        let told = [order("1001"), order("1002").to(recipient("李娜"))];
        assert_eq!(outcomes(&app.push(&shop, &told)), [Created, Created]);
        let before = picture(&app);
        assert_eq!(outcomes(&app.push(&shop, &told)), [Unchanged, Unchanged]);
        assert_eq!(picture(&app), before);
    }
);

each_database!(
    fn an_older_telling_never_overwrites_a_newer_one(app: TestApp) {
        let shop = app.shop("Tea House");
        let newer = order("1001").memo("送小样").updated_at("2026-11-20T03:00:00Z");
        let older = order("1001").memo("old").updated_at("2026-11-20T02:30:00Z");
        assert_eq!(outcomes(&app.push(&shop, [&newer, &older])), [Created, Unchanged]);
        assert_eq!(outcomes(&app.push(&shop, [&older])), [Unchanged]);
        let order = view(&app, app.push(&shop, [&newer])[0].order);
        assert_eq!(order.remarks[0].text, "送小样");
    }
);

each_database!(
    fn the_same_content_told_later_still_counts_as_the_newest(app: TestApp) {
        let shop = app.shop("Tea House");
        let first = order("1001").with("flag", "red").updated_at("2026-11-20T03:00:00Z");
        let again = first.clone().updated_at("2026-11-20T05:00:00Z");
        let between = order("1001").with("flag", "blue").updated_at("2026-11-20T04:00:00Z");
        let taken = app.push(&shop, [&first, &again, &between]);
        assert_eq!(outcomes(&taken), [Created, Unchanged, Unchanged]);
        assert_eq!(view(&app, taken[0].order).flag, "red");
    }
);

each_database!(
    fn a_change_says_what_changed(app: TestApp) {
        let shop = app.shop("Tea House");
        app.push(&shop, [&order("1001").line("TEA-250", 2)]);
        let changed = order("1001").line_with("TEA-250", 2, "requested").memo("call first");
        let taken = app.push(&shop, [&changed.updated_at("2026-11-20T03:00:00Z")]);
        assert_eq!(outcomes(&taken), [Updated]);
        let events = app.read(|db| huidan::db::events::list(db, Some(taken[0].order.0), None, 10));
        let changes: Vec<&str> = events
            .iter()
            .filter(|event| event.kind == "order.changed")
            .map(|event| event.data.as_str())
            .collect();
        assert_eq!(changes, [r#"{"changed":["remarks","lines"]}"#]);
    }
);

each_database!(
    fn head_and_lines_may_come_apart_in_either_sequence(app: TestApp) {
        let shop = app.shop("Tea House");
        let (head, lines) = halves("1001");
        let taken =
            take_in_all(app.app(), app.owner(), &shop, std::slice::from_ref(&head)).expect("a head alone");
        assert_eq!(reasons(&app, taken[0].order), ["lines_missing"]);
        take_in_all(app.app(), app.owner(), &shop, std::slice::from_ref(&lines)).expect("its lines");
        assert_eq!(reasons(&app, taken[0].order), [""; 0]);
        let (head, lines) = halves("1002");
        let taken = take_in_all(app.app(), app.owner(), &shop, &[lines]).expect("lines alone");
        assert_eq!(reasons(&app, taken[0].order), ["head_missing"]);
        take_in_all(app.app(), app.owner(), &shop, &[head]).expect("its head");
        assert_eq!(
            the_shipment_of(&app, taken[0].order).orders.len(),
            2,
            "it joins the first order's parcel"
        );
    }
);

each_database!(
    fn remarks_wait_to_be_read_where_the_shop_asks_for_it(app: TestApp) {
        let settings = ShopSettings { remarks_must_be_read: true, ..ShopSettings::default() };
        let shop = app.shop_with("Tea House", settings);
        let order = app.push(&shop, [&order("1001").message("请周末前送到")])[0].order;
        assert_eq!(reasons(&app, order), ["remark_unread"]);
        app.write(|tx| orders::mark_read(tx, &[order])).expect("the remark is read");
        assert_eq!(reasons(&app, order), [""; 0]);
        let louder = crate::support::order("1001").message("周五前!").updated_at("2026-11-20T03:00:00Z");
        app.push(&shop, [&louder]);
        assert_eq!(reasons(&app, order), ["remark_unread"], "other words have not been read");
    }
);

each_database!(
    fn two_orders_of_one_number_in_two_shops_are_two_orders(app: TestApp) {
        let (tea, cups) = (app.shop("Tea House"), app.shop("Cups"));
        let a = app.push(&tea, [&order("1001")])[0].order;
        let b = app.push(&cups, [&order("1001")])[0].order;
        assert_ne!(a, b);
    }
);

each_database!(
    fn sellers_are_strangers_to_each_other(app: TestApp) {
        let other = app.other_seller();
        let mine = app.push(&app.shop("Tea House"), [&order("1001")])[0].order;
        let theirs = other.push(&other.shop("Tea House"), [&order("1001")])[0].order;
        assert_eq!(the_shipment_of(&app, mine).orders.len(), 1);
        assert_ne!(the_shipment_of(&app, mine).id, the_shipment_of(&other, theirs).id);
        let seen = app.app().read(SellerId(other.owner().seller.0), |db| orders::order(db, mine, app.now()));
        assert!(seen.is_err(), "another seller's order is not there");
    }
);

/// One seller's orders as told at different times, with everything that moves them about.
fn tellings() -> Vec<OrderSnapshot> {
    let people = ["陈静", "李娜", "王伟"];
    let mut told = Vec::new();
    for n in 0..6 {
        let number = format!("{}", 1001 + n);
        let first = order(&number).line("TEA-250", 2).line("CUP", 1).to(recipient(people[n % 3]));
        told.push(first.clone().unpaid().updated_at("2026-11-20T02:00:00Z").snapshot());
        told.push(first.clone().updated_at("2026-11-20T02:10:00Z").snapshot());
        told.push(match n {
            0 => first.clone().state("cancelled").updated_at("2026-11-20T03:00:00Z").snapshot(),
            1 => first.clone().refund("requested").updated_at("2026-11-20T03:00:00Z").snapshot(),
            2 => first.clone().to(recipient(people[0])).updated_at("2026-11-20T03:00:00Z").snapshot(),
            3 => first.clone().memo("送小样").updated_at("2026-11-20T02:10:00Z").snapshot(),
            4 => halves(&number).1,
            _ => first.clone().with("flag", "red").updated_at("2026-11-20T01:00:00Z").snapshot(),
        });
    }
    told
}

/// The same tellings in any sequence and cut into any batches.
fn sequence() -> impl Strategy<Value = (Vec<OrderSnapshot>, usize)> {
    (Just(tellings()).prop_shuffle(), 1..8_usize)
}

/// What there is after these tellings came in this sequence.
fn ends_in(app: &TestApp, told: &[OrderSnapshot], batch: usize) -> BTreeSet<String> {
    let shop = app.shop("Tea House");
    for batch in told.chunks(batch) {
        take_in_all(app.app(), app.owner(), &shop, batch).expect("orders are taken in");
    }
    picture(app)
}

fn any_sequence_ends_alike(fresh: fn() -> TestApp, cases: u32) {
    let expected = ends_in(&fresh(), &tellings(), 100);
    assert_eq!(expected.len(), 6, "{expected:#?}");
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |((told, batch) in sequence())| {
        prop_assert_eq!(ends_in(&fresh(), &told, batch), expected.clone());
    });
}

#[test]
fn any_sequence_of_arrival_ends_in_the_same_state_on_sqlite() {
    any_sequence_ends_alike(TestApp::sqlite, 24);
}

#[test]
fn any_sequence_of_arrival_ends_in_the_same_state_on_postgres() {
    any_sequence_ends_alike(TestApp::postgres, 12);
}

/// All orders, each with what the platform says and with whom it travels; no ids, no times of ours.
fn picture(app: &TestApp) -> BTreeSet<String> {
    let (all, _) = app.read(|db| orders::orders(db, &Default::default(), None, 500, app.now()));
    all.iter()
        .map(|order| {
            let shipment = the_shipment_of(app, order.id);
            let mut company: Vec<&str> = shipment.orders.iter().map(|order| order.number.as_str()).collect();
            company.sort_unstable();
            let pieces: Vec<String> = shipment
                .lines
                .iter()
                .filter(|l| l.order == order.id)
                .map(|l| format!("{}×{}", l.sku, l.quantity))
                .collect();
            let lines: Vec<String> = order.lines.iter().map(|l| format!("{} {}", l.sku, l.refund)).collect();
            let reasons: Vec<&str> = order.reasons.iter().map(|reason| reason.code.as_str()).collect();
            let remarks: Vec<&str> = order.remarks.iter().map(|remark| remark.text.as_str()).collect();
            format!(
                "{} {} {:?} {lines:?} {reasons:?} {remarks:?} {} with {company:?} {} {pieces:?}",
                order.number, order.state, order.updated_at, order.flag, shipment.state
            )
        })
        .collect()
}

fn halves(number: &str) -> (OrderSnapshot, OrderSnapshot) {
    let whole = order(number).line("TEA-250", 2).line("CUP", 1).snapshot();
    let head = OrderSnapshot { lines: None, ..whole.clone() };
    (head, OrderSnapshot { head: None, ..whole })
}

fn view(app: &TestApp, order: OrderId) -> orders::OrderView {
    app.app().read(app.owner().seller, |db| orders::order(db, order, app.now())).expect("the order is here")
}

fn outcomes(taken: &[huidan::operations::intake::Taken]) -> Vec<huidan::operations::intake::Outcome> {
    taken.iter().map(|taken| taken.outcome).collect()
}

each_database!(
    fn a_file_without_any_time_can_be_imported_again(app: TestApp) {
        let shop = app.file_shop("Files");
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("orders.csv");
        let csv = "订单编号,订单状态,收货人姓名,联系手机,省,市,区,详细地址,商家编码,数量\n\
                   K1,paid,陈静,13800001001,浙江省,杭州市,西湖区,文三路478号3栋2单元1201室,TEA-250,2\n";
        std::fs::write(&file, csv).expect("the file is written");
        let import = || {
            let choice = imports::FileChoice { name: "orders.csv".to_owned(), ..Default::default() };
            let report = imports::import(app.app(), app.owner(), &shop, &file, &choice, &mut |_| ());
            let report = report.expect("it is imported");
            (report.created, report.updated, report.unchanged, report.rejected_count)
        };
        assert_eq!(import(), (1, 0, 0, 0));
        app.advance(chrono::Duration::hours(5));
        assert_eq!(import(), (0, 0, 1, 0));
    }
);

each_database!(
    fn an_import_is_under_way_until_it_ends_or_falls_silent(app: TestApp) {
        let shop = app.file_shop("Tea House");
        let begin =
            || app.write(|tx| Ok(record::begin(tx, shop.id, "orders.csv", "generic")?)).expect("begun");
        let is_running = |id| app.read(|db| record::find(db, id)).is_running(app.now());
        let (one, other) = (begin(), begin());
        app.write(|tx| Ok(record::finish(tx, one, "[]")?)).expect("ended");
        assert_eq!((is_running(one), is_running(other)), (false, true));
        app.advance(chrono::Duration::minutes(1));
        app.write(|tx| Ok(record::progress(tx, other, 0, record::ImportCounts::default())?))
            .expect("it gets on");
        app.advance(chrono::Duration::seconds(90));
        assert!(is_running(other));
        app.advance(chrono::Duration::minutes(1));
        assert!(!is_running(other), "its process is gone");
    }
);

each_database!(
    fn an_e_mail_address_for_a_nick_is_kept_masked_and_still_finds_its_orders(app: TestApp) {
        let (shop, http) = (app.shop("Tea House"), app.http());
        let of = |number: &str, nick: &str| order(number).with("buyer", json!({ "nick": nick }));
        app.push(
            &shop,
            &[
                of("1", "Ada@Example.com"),
                of("2", "ada@example.com"),
                of("3", "abe@example.com"),
                of("4", "tea"),
            ],
        );
        let nicks: Vec<String> = http.get("/api/v1/orders").expect(200)["items"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|order| order["buyer_nick"].as_str().expect("a nick").to_owned())
            .collect();
        assert!(nicks[1..].iter().all(|nick| nick.starts_with("a***@example.com #")), "{nicks:?}");
        assert_eq!((nicks[2] == nicks[3], nicks[1] == nicks[2], nicks[0].as_str()), (true, false, "tea"));
        let kept = "SELECT COUNT(*) AS one FROM orders WHERE buyer_nick LIKE '%ada%'";
        assert_eq!(app.read(|db| db.number(sql(kept))), 0);
        for (path, found) in
            [("/api/v1/orders?nick=ADA@example.com", 2), ("/api/v1/shipments?q=abe@example.com", 1)]
        {
            assert_eq!(http.get(path).expect(200)["items"].as_array().map(Vec::len), Some(found), "{path}");
        }
    }
);
