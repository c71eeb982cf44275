//! The evening check: what was numbered and has not left, and which labels must be pulled out.

use chrono::Duration;
use huidan::db::evening::Filter;
use huidan::domain::id::WaybillId;
use huidan::operations::evening::{self, NotSent};
use huidan::operations::number_runs::NewRun;
use huidan::operations::print_jobs::{self, NewPrintJob};
use huidan::operations::waybills::{self, Correction};

use crate::number_runs::{commit, ready, run, shipments, zto};
use crate::ship::ship;
use crate::support::{TestApp, order, recipient};

fn all(app: &TestApp) -> Filter {
    Filter { before: app.now().plus(Duration::minutes(1)), carrier: None, number_run: None }
}

fn list(app: &TestApp, filter: &Filter, after: Option<WaybillId>, limit: usize) -> Vec<NotSent> {
    app.read(|db| evening::not_sent(db, filter, after, limit))
}

/// Groups as `zto 3 1`: carrier, parcels, printed ones.
fn groups(app: &TestApp) -> Vec<String> {
    let summary = app.read(|db| evening::summary(db, all(app).before, app.now()));
    summary.groups.iter().map(|one| format!("{} {} {}", one.carrier, one.parcels, one.printed)).collect()
}

/// Labels to be pulled out as `used_twice 100000000001`.
fn pulled(app: &TestApp) -> Vec<String> {
    let summary = app.read(|db| evening::summary(db, all(app).before, app.now()));
    let mut all: Vec<_> = summary.pull_out.iter().map(|one| format!("{} {}", one.why, one.number)).collect();
    all.sort();
    all
}

fn print(app: &TestApp, ids: &[huidan::domain::id::ShipmentId]) {
    let wish = NewPrintJob {
        paper: huidan::domain::print::Paper::Waybill,
        template: String::new(),
        size: None,
        number_run: None,
        shipments: ids.to_vec(),
        station: String::new(),
        reprint: false,
    };
    let job = app.write(|tx| print_jobs::create(tx, &wish)).expect("a job").id.expect("a sheet");
    app.write(|tx| print_jobs::document(tx, job)).expect("it is handed out");
    let last = i64::try_from(ids.len()).expect("few");
    app.write(|tx| print_jobs::acknowledge(tx, job, last)).expect("they are good");
}

each_database!(
    fn what_was_numbered_and_has_not_left_is_counted_by_carrier_and_run_oldest_first(app: TestApp) {
        let ids = ready(&app, 6);
        let first = run(&app, &ids[..3]);
        app.advance(Duration::hours(1));
        commit(&app, &zto(&ids[3..5], "100000000101"));
        print(&app, &ids[..2]);
        assert_eq!(groups(&app), ["zto 3 2", "zto 2 0"]);
        ship(&app, &ids[..1]);
        assert_eq!(groups(&app), ["zto 2 1", "zto 2 0"], "what left is not asked about");

        let early = Filter { before: app.now(), ..all(&app) };
        let found = list(&app, &early, None, 10);
        assert_eq!(found.iter().map(|one| one.shipment).collect::<Vec<_>>(), ids[1..3]);
        assert!(found.iter().all(|one| one.number_run == Some(first)));
        let of_run = Filter { number_run: Some(first), ..all(&app) };
        assert_eq!(list(&app, &of_run, None, 10).len(), 2);
        let of_another = Filter { carrier: Some("sf".to_owned()), ..all(&app) };
        assert!(list(&app, &of_another, None, 10).is_empty());

        let page = list(&app, &all(&app), None, 3);
        let rest = list(&app, &all(&app), Some(page[2].row), 3);
        let both: Vec<_> = page.iter().chain(&rest).map(|one| one.shipment).collect();
        assert_eq!(both, ids[1..5], "two pages, the longest numbered first");
        let other = app.other_seller();
        assert!(list(&other, &all(&app), None, 10).is_empty(), "another seller's parcels are its own");
    }
);

each_database!(
    fn a_label_of_a_cancelled_parcel_must_be_pulled_out(app: TestApp) {
        let shop = app.shop("Tea House");
        let orders: Vec<_> = (0..2).map(|n| order(&n.to_string()).to(recipient(&format!("陈{n}")))).collect();
        app.push(&shop, &orders);
        let ids = shipments(&app);
        run(&app, &ids);
        print(&app, &ids[..1]);
        assert!(pulled(&app).is_empty());
        let gone: Vec<_> =
            orders.into_iter().map(|one| one.state("cancelled").updated_at("2026-11-20T03:30:00Z")).collect();
        app.push(&shop, &gone);
        assert_eq!(pulled(&app), ["cancelled 100000000001"], "nothing was printed of the other one");
        assert!(groups(&app).is_empty());
        app.advance(Duration::days(4));
        assert!(pulled(&app).is_empty(), "such a label has left the table");
    }
);

each_database!(
    fn a_number_on_two_parcels_is_named_with_both(app: TestApp) {
        let ids = ready(&app, 2);
        run(&app, &ids[..1]);
        let wish = Correction {
            carrier: "yto".to_owned(),
            number: "100000000001".to_owned(),
            force_check_digit: true,
        };
        app.write(|tx| waybills::correct(tx, ids[1], &wish)).expect("another carrier's number");
        assert_eq!(pulled(&app), ["used_twice 100000000001", "used_twice 100000000001"]);
        let summary = app.read(|db| evening::summary(db, app.now(), app.now()));
        assert!(summary.pull_out.iter().any(|one| one.other == Some(ids[0])), "{summary:?}");
        ship(&app, &ids[..1]);
        assert_eq!(pulled(&app).len(), 1, "the one that left cannot be pulled out any more");
    }
);

each_database!(
    fn the_evening_check_answers_over_http_and_names_a_bad_time(app: TestApp) {
        let ids = ready(&app, 2);
        let wish = NewRun { confirm: false, ..zto(&ids, crate::number_runs::FIRST) };
        commit(&app, &wish);
        app.advance(Duration::hours(1));
        let http = app.http();
        let summary = http.get("/api/v1/evening-check").expect(200);
        assert_eq!(summary["groups"][0]["parcels"], 2);
        let page = http.get("/api/v1/evening-check/not-sent?limit=1").expect(200);
        assert_eq!(page["items"][0]["number"], "100000000001");
        let cursor = page["next_cursor"].as_str().expect("a second page");
        let rest = http.get(&format!("/api/v1/evening-check/not-sent?limit=1&cursor={cursor}")).expect(200);
        assert_eq!(
            (&rest["items"][0]["number"], rest["next_cursor"].is_null()),
            (&"100000000002".into(), true)
        );
        let refused = http.get("/api/v1/evening-check?before=tonight").expect(422);
        assert_eq!(refused["errors"][0]["field"], "before");
        assert!(refused["errors"][0]["detail"].as_str().expect("words").contains("tonight"), "{refused:?}");
    }
);
