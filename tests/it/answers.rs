//! Requests that are answered later: handed out, numbered and shipped once, whatever becomes of the workers.

use std::time::Duration;

use huidan::db::statement::sql;
use huidan::domain::id::ShipmentId;
use huidan::jobs::run::parts;
use huidan::jobs::{housekeeping, registry};
use serde_json::{Value as Json, json};
use workers::{Lane, Ledger, Options, Runner, Want};

use crate::number_runs::{ready, run};
use crate::support::TestApp;
use crate::support::effects::{PATIENCE, until};
use crate::support::http::Answer;

fn worker(app: &TestApp) -> Runner {
    let options = Options {
        lanes: vec![Lane { name: "answer".to_owned(), at_once: 2 }],
        threads: 2,
        idle_poll: Duration::from_millis(20),
        quiet_poll: Duration::from_millis(20),
        ..Options::default()
    };
    Runner::start(parts(app.app(), registry::kinds(app.app())), options).expect("threads")
}

/// Has everything that waits be worked on.
fn work(app: &TestApp) {
    let runner = worker(app);
    until("all jobs have ended", || {
        app.read(|db| db.number(sql("SELECT COUNT(*) AS one FROM jobs WHERE lane = 'answer'"))) == 0
    });
    runner.stop(PATIENCE);
}

fn answer_of(app: &TestApp, job: &Json) -> Answer {
    app.http().get(&format!("/api/v1/jobs/{}/answer", job["id"].as_str().expect("an id")))
}

/// A print job of labels for so many shipments, as a path.
fn labels(app: &TestApp, ids: &[ShipmentId]) -> String {
    run(app, ids);
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let wish = json!({ "paper": "waybill", "size": "100x150", "shipments": ids });
    let made = app.http().post("/api/v1/print-jobs", wish).expect(201);
    format!("/api/v1/print-jobs/{}", made["id"].as_str().expect("an id"))
}

fn sheets(app: &TestApp, path: &str) -> Vec<String> {
    let shown = app.http().get(path).expect(200);
    let sheets = shown["sheets"].as_array().expect("sheets").clone();
    sheets
        .iter()
        .map(|sheet| format!("{} {}", sheet["state"].as_str().unwrap_or("?"), sheet["copy"]))
        .collect()
}

fn number(app: &TestApp, text: &str) -> i64 {
    app.read(|db| db.number(sql(text)))
}

each_database!(
    fn a_document_that_is_drawn_later_is_given_out_once(app: TestApp) {
        let path = labels(&app, &ready(&app, 3));
        let document = format!("{path}/document");
        let later = app.http().with_header("prefer", "respond-async");
        let job = later.get(&document).expect(202);
        assert_eq!((&job["kind"], &job["arguments"]["sheets"]), (&json!("answer.document"), &json!(3)));
        assert_eq!(sheets(&app, &path), ["sent 1"; 3], "handed out when it was asked for");
        assert_eq!(
            later.get(&document).expect(202)["id"],
            job["id"],
            "an impatient click is the same document"
        );
        assert_eq!(answer_of(&app, &job).expect(202)["state"], "ready");
        let kept = number(
            &app,
            "SELECT COUNT(*) AS one FROM answers WHERE request LIKE '%客户%' OR request LIKE '%sheets%'",
        );
        assert_eq!(kept, 0, "names are kept sealed");

        // Its first worker dies with it.
        let ledger = app.app().job_ledger();
        let turn = ledger.look(&["answer"]).expect("the ledger answers").remove(0);
        ledger.lease(&[Want { turn, count: 1 }], Duration::from_millis(200)).expect("it is ready");
        work(&app);
        assert_eq!(sheets(&app, &path), ["sent 1"; 3], "drawn again, it is not handed out again");
        let ended =
            app.http().get(&format!("/api/v1/jobs/{}", job["id"].as_str().expect("an id"))).expect(200);
        assert_eq!((&ended["state"], &ended["result"]["sheets"]), (&json!("done"), &json!(3)));

        let viewer = app.http_as(huidan::domain::actor::Role::Viewer);
        let answer = format!("/api/v1/jobs/{}/answer", job["id"].as_str().expect("an id"));
        assert_eq!(viewer.get(&answer).problem(), "403 forbidden");
        assert_eq!(app.other_seller().http().get(&answer).problem(), "404 not_found");
        let taken = answer_of(&app, &job);
        assert_eq!((taken.status, taken.headers["x-sheets"].as_str()), (200, "1,2,3"));
        assert_eq!(taken.headers["x-copies"], "no");
        assert!(taken.body.starts_with(b"%PDF-"), "{} bytes", taken.body.len());
        assert_eq!(
            answer_of(&app, &job).problem(),
            "409 document_taken",
            "a second one has to say that it is a copy"
        );
        let copies = app.http().get(&document);
        assert_eq!((copies.status, copies.headers["x-copies"].as_str()), (200, "yes"));

        app.advance(chrono::Duration::hours(25));
        housekeeping::once(app.app()).expect("the house is gone through");
        assert_eq!(number(&app, "SELECT COUNT(*) AS one FROM answers"), 0);
        assert_eq!(number(&app, "SELECT COUNT(*) AS one FROM answer_pieces"), 0);
        assert_eq!(answer_of(&app, &job).problem(), "404 not_found");
    }
);

each_database!(
    fn who_asks_again_for_a_drawn_document_gets_it_and_no_copy(app: TestApp) {
        let path = labels(&app, &ready(&app, 2));
        let document = format!("{path}/document");
        app.http().with_header("prefer", "respond-async").get(&document).expect(202);
        let runner = worker(&app);
        let waited = app.http().get(&document);
        runner.stop(PATIENCE);
        assert_eq!((waited.status, waited.headers["x-copies"].as_str()), (200, "no"));
        assert_eq!(sheets(&app, &path), ["sent 1"; 2]);
        // Somebody says what became of them: what is drawn then is out of date.
        app.http().post(&format!("{path}/acknowledge"), json!({ "last_good": 1 })).expect(200);
        app.http().post(&format!("{path}/resume"), json!({})).expect(200);
        let job = app.http().with_header("prefer", "respond-async").get(&document).expect(202);
        work(&app);
        app.http().post(&format!("{path}/acknowledge"), json!({ "last_good": 2 })).expect(200);
        assert_eq!(answer_of(&app, &job).problem(), "409 document_outdated");
    }
);

each_database!(
    fn what_cannot_be_drawn_is_told_like_at_once(app: TestApp) {
        let path = labels(&app, &ready(&app, 1));
        let document = format!("{path}/document");
        let zpl = app.http().with_header("prefer", "respond-async").with_header("accept", "application/zpl");
        zpl.get(&document).expect(202);
        assert_eq!(
            app.http().get("/api/v1/print-jobs/999/document").problem(),
            zpl.get("/api/v1/print-jobs/999/document").problem()
        );
        work(&app);
        let drawn = app.http().with_header("accept", "application/zpl").get(&document);
        assert_eq!((drawn.status, drawn.headers["content-type"].as_str()), (200, "application/zpl"));
        app.http().post(&format!("{path}/acknowledge"), json!({ "last_good": 1 })).expect(200);
        assert_eq!(zpl.get(&document).problem(), "409 nothing_to_print");
    }
);

each_database!(
    fn a_run_and_a_shipping_that_are_done_later_are_done_once_and_tell_of_each(app: TestApp) {
        let ids = ready(&app, 3);
        let named: Vec<String> = ids.iter().map(ToString::to_string).collect();
        let wish =
            json!({ "carrier": "sf", "format": "sf-12", "first_number": "773000123452", "shipments": named });
        let later = app.http().with_header("prefer", "respond-async").with_header("idempotency-key", "run");
        let job = later.post("/api/v1/number-runs", wish.clone()).expect(202);
        assert_eq!(job["kind"], "answer.number_run");
        assert_eq!(later.post("/api/v1/number-runs", wish.clone()).expect(202)["id"], job["id"]);
        work(&app);
        let made = answer_of(&app, &job).expect(201);
        assert_eq!(made["assigned"].as_array().map(Vec::len), Some(3), "{made}");
        assert_eq!(answer_of(&app, &job).expect(201), made, "it can be read again");
        assert_eq!(number(&app, "SELECT COUNT(*) AS one FROM number_runs"), 1);
        let by = app.http().get("/api/v1/events").text();
        assert!(by.contains("number_run.assigned") || by.contains("number_run"), "{by}");

        // The same numbers again: what stands against it is the answer.
        let again =
            app.http().with_header("prefer", "respond-async").post("/api/v1/number-runs", wish).expect(202);
        work(&app);
        let said = answer_of(&app, &again);
        assert!(
            said.problem() == "409 job_failed" || said.json()["assigned"] == json!([]),
            "{}",
            said.text()
        );

        let ship = json!({ "number_run": made["id"], "stale_labels": true });
        let later = app.http().with_header("prefer", "respond-async");
        let jobs =
            [later.post("/api/v1/shipments/ship", ship.clone()), later.post("/api/v1/shipments/ship", ship)];
        let jobs = jobs.map(|answer| answer.expect(202));
        work(&app);
        let told = jobs.each_ref().map(|job| answer_of(&app, job).expect(200));
        for told in &told {
            let count = |name: &str| told[name].as_array().map_or(0, Vec::len);
            assert_eq!(count("done") + count("left_out"), 3, "{told}");
        }
        assert_eq!(number(&app, "SELECT COUNT(*) AS one FROM events WHERE kind = 'shipment.shipped'") % 3, 0);
        assert_eq!(
            number(&app, "SELECT COUNT(DISTINCT order_id) AS one FROM write_backs"),
            number(&app, "SELECT COUNT(*) AS one FROM write_backs")
        );
    }
);

each_database!(
    fn the_page_of_a_print_job_follows_its_document_and_opens_it_when_it_is_drawn(app: TestApp) {
        let path = labels(&app, &ready(&app, 2));
        let page = path.replace("/api/v1", "");
        let person = crate::web::Browser::of(&app, huidan::domain::actor::Role::Owner);
        person.post(&format!("{page}/document/later"), &[]);
        let shown = person.get(&page).text();
        assert!(shown.contains("data-events=\"/live/jobs/"), "it is followed: {shown}");
        assert!(!shown.contains(&format!("action=\"{page}/document\"")), "and cannot be asked for twice");
        assert!(!shown.contains("/acknowledge"), "what nobody has seen cannot be called good");
        let early = person.post(&format!("{page}/document"), &[]);
        assert_eq!(early.status, 409, "{}", early.text());
        work(&app);
        let shown = person.get(&page).text();
        assert!(shown.contains(&format!("action=\"{page}/document\"")), "it can be opened: {shown}");
        let opened = person.post(&format!("{page}/document"), &[]);
        assert!(opened.body.starts_with(b"%PDF-"), "{}", opened.text());
        assert!(person.get(&page).text().contains("/acknowledge"));
        assert_eq!(sheets(&app, &path), ["sent 1"; 2]);
    }
);

each_database!(
    fn the_page_says_when_a_document_was_not_drawn_and_its_job_can_be_taken_up_again(app: TestApp) {
        let path = labels(&app, &ready(&app, 2));
        let page = path.replace("/api/v1", "");
        let job =
            app.http().with_header("prefer", "respond-async").get(&format!("{path}/document")).expect(202);
        let job = format!("/api/v1/jobs/{}", job["id"].as_str().expect("an id"));
        app.http().post(&format!("{job}/cancel"), json!({})).expect(200);
        let person = crate::web::Browser::of(&app, huidan::domain::actor::Role::Owner);
        let shown = person.get(&page).text();
        assert!(shown.contains("could not draw the PDF"), "{shown}");
        app.http().post(&format!("{job}/retry"), json!({})).expect(200);
        work(&app);
        let drawn = app.http().get(&format!("{job}/answer"));
        assert_eq!((drawn.status, drawn.headers["x-copies"].as_str()), (200, "no"));
    }
);
