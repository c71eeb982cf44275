//! The demo: simulated shops whose orders come by jobs, as those of real ones do.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use huidan::app::App;
use huidan::db::jobs::{self as record, JobFilter};
use huidan::db::seal::Keys;
use huidan::db::statement::sql;
use huidan::demo;
use huidan::domain::job::JobState;
use huidan::jobs::run::{Choice, work_until};

use crate::support::TestApp;
use crate::support::effects::until;

#[test]
fn simulated_shops_are_pulled_by_jobs_that_people_see() {
    let base = TestApp::sqlite();
    let keys = Keys::parse("k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").expect("a key");
    let app = App::new(base.app().pool().clone(), keys);
    let demo = Arc::new(demo::set_up(&app, 9).expect("nine orders are made"));
    let seller = demo.actor.seller;
    let orders = || {
        let count = |db: &mut huidan::db::Db| {
            Ok(db.number(sql("SELECT COUNT(*) AS one FROM orders WHERE seller_id = ?").bind(db.seller()))?)
        };
        app.read(seller, count).expect("orders are counted")
    };
    assert_eq!(orders(), 9);
    let stop = AtomicBool::new(false);
    std::thread::scope(|threads| {
        let worker = threads.spawn(|| {
            let beside = demo::trading(&app, demo.clone(), 9);
            work_until(&app, &Choice::all(2), beside, &stop).expect("threads");
        });
        until("a shop has sold", || orders() > 9);
        let filter =
            JobFilter { state: Some(JobState::Done), kind: Some("demo.pull".to_owned()), before: None };
        until("its job is seen", || {
            let rows = app.read(seller, |db| Ok(record::list(db, &filter, 9)?)).expect("jobs are listed");
            !rows.is_empty()
        });
        stop.store(true, Ordering::Relaxed);
        worker.thread().unpark();
    });
    assert!(orders() <= 11, "one order a beat, whatever else happens");
}

#[test]
fn a_newcomer_sees_planned_carriers_with_reasons_flags_and_audits_and_most_orders_ready() {
    let base = TestApp::sqlite();
    let keys = Keys::parse("k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").expect("a key");
    let app = App::new(base.app().pool().clone(), keys);
    let demo = demo::set_up(&app, 288).expect("orders are made");
    demo::set_up(&app, 288).expect("a second start changes nothing of the house");
    let count = |text: &'static str| {
        let number = |db: &mut huidan::db::Db| Ok(db.number(sql(text).bind(db.seller()))?);
        app.read(demo.actor.seller, number).expect("counted")
    };
    let all = count("SELECT COUNT(*) AS one FROM shipments WHERE seller_id = ? AND state <> 'cancelled'");
    let ready = count("SELECT COUNT(*) AS one FROM shipments WHERE seller_id = ? AND state = 'ready'");
    assert!(ready * 10 > all * 7, "{ready} of {all} are ready");
    for (what, text) in [
        (
            "carriers",
            "SELECT COUNT(DISTINCT plan_carrier) AS one FROM shipments WHERE seller_id = ? AND plan_cost > 0",
        ),
        ("decisions", "SELECT COUNT(DISTINCT service) AS one FROM rule_decisions WHERE seller_id = ?"),
        ("warehouses", "SELECT COUNT(DISTINCT plan_warehouse) AS one FROM shipments WHERE seller_id = ?"),
        ("SKUs", "SELECT COUNT(*) AS one FROM skus WHERE seller_id = ?"),
    ] {
        assert!(count(text) >= 2, "{what}: {}", count(text));
    }
    let audited = "SELECT COUNT(*) AS one FROM shipments WHERE seller_id = ? AND reasons LIKE '%audit_%'";
    assert!((1..all / 4).contains(&count(audited)), "{} wait for audits", count(audited));
    assert!(count("SELECT COUNT(*) AS one FROM rule_decisions WHERE seller_id = ? AND flag <> ''") > 0);
    assert_eq!(count("SELECT COUNT(*) AS one FROM rule_sets WHERE seller_id = ?"), 1);
}
