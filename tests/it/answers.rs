//! Requests that are answered later: handed out, numbered and shipped once, whatever becomes of the workers.

use std::time::Duration;

use huidan::db::answers as record;
use huidan::db::statement::sql;
use huidan::domain::actor::Role;
use huidan::domain::id::{JobId, ShipmentId};
use huidan::jobs::run::parts;
use huidan::jobs::{housekeeping, registry};
use huidan::operations::answers::ACT_AT_ONCE_MAX;
use huidan::operations::orders::{self, NewHold};
use huidan::operations::ship::{self, NewShipping};
use serde_json::{Value as Json, json};
use workers::{Lane, Ledger, Options, Runner, Want};

use crate::number_runs::{FIRST, ready, run};
use crate::support::TestApp;
use crate::support::browser::Browser as Window;
use crate::support::effects::{PATIENCE, until};
use crate::support::http::Answer;
use crate::web::Browser;

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
        let person = Browser::of(&app, Role::Owner);
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
        let person = Browser::of(&app, Role::Owner);
        let shown = person.get(&page).text();
        assert!(shown.contains("could not draw the PDF"), "{shown}");
        app.http().post(&format!("{job}/retry"), json!({})).expect(200);
        work(&app);
        let drawn = app.http().get(&format!("{job}/answer"));
        assert_eq!((drawn.status, drawn.headers["x-copies"].as_str()), (200, "no"));
    }
);

/// What stands between two texts of a page.
fn between<'a>(page: &'a str, before: &str, after: &str) -> &'a str {
    let rest = page.split_once(before).unwrap_or_else(|| panic!("{before} in {page}")).1;
    rest.split(after).next().unwrap_or_default()
}

/// Numbers these on the pages, as the form of one preview that is sent twice.
fn number_twice(person: &Browser, ids: &[ShipmentId]) -> (String, String) {
    let named: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let named = named.join(",");
    let typed =
        [("shipment", named.as_str()), ("format", "zto-12"), ("first_number", FIRST), ("back", "/workbench")];
    let preview = person.post("/batch/preview", &typed).text();
    let mark = between(&preview, "name=\"mark\" value=\"", "\"").to_owned();
    let fields = [typed.as_slice(), &[("mark", mark.as_str())]].concat();
    (person.post("/batch/commit", &fields).text(), person.post("/batch/commit", &fields).text())
}

/// Where a page of a batch says that it stands.
fn way(page: &str) -> String {
    format!("/answers/{}", between(page, "href=\"/answers/", "\""))
}

each_database!(
    fn a_batch_of_hundreds_becomes_a_job_that_the_page_follows_and_tells_of_each(app: TestApp) {
        let ids = ready(&app, ACT_AT_ONCE_MAX + 2);
        let held = app.read(|db| huidan::db::shipments::members(db, &ids[1..2]))[0].order_id;
        let reason = NewHold { reason: "waits for a call".to_owned(), until: None };
        app.write(|tx| orders::hold(tx, held, &reason)).expect("it is held");
        let person = Browser::of(&app, Role::Shipper);

        let (begun, again) = number_twice(&person, &ids);
        assert_eq!(way(&begun), way(&again), "a second click is the same batch");
        assert_eq!(number(&app, "SELECT COUNT(*) AS one FROM jobs WHERE kind = 'answer.number_run'"), 1);
        assert!(
            begun.contains("data-events=\"/live/jobs/") && begun.contains("302 shipments are being"),
            "{begun}"
        );
        work(&app);
        let done = person.get(&way(&begun)).text();
        assert!(!done.contains("data-events") && done.contains("data-done"), "{done}");
        assert!(done.contains("301 shipments are numbered.") && done.contains("waits for a call"), "{done}");
        assert!(done.contains(&format!("<code>{FIRST}</code>")), "each with its number: {done}");
        assert!(person.get(&format!("{}?at=301", way(&begun))).text().contains("301"));
        let run = format!("/number-runs/{}", between(&done, "href=\"/number-runs/", "\""));

        // The run is printed and shipped by jobs as well.
        let shown = person.get(&run).text();
        let mark = between(&shown, "name=\"mark\" value=\"", "\"").to_owned();
        let fields = [("paper", "waybill"), ("size", ""), ("station", ""), ("mark", mark.as_str())];
        let printing = way(&person.post(&format!("{run}/print"), &fields).text());
        work(&app);
        let printed = person.get(&printing).text();
        assert!(
            printed.contains("301 sheets are queued.") && printed.contains("href=\"/print-jobs/"),
            "{printed}"
        );
        let shipping = way(&person.post(&format!("{run}/ship"), &[("mark", "a form")]).text());
        assert_eq!(way(&person.post(&format!("{run}/ship"), &[("mark", "a form")]).text()), shipping);
        work(&app);
        let shipped = person.get(&shipping).text();
        assert!(shipped.contains("301 parcels left; 301 shops"), "{shipped}");
        assert_eq!(number(&app, "SELECT COUNT(*) AS one FROM write_backs"), 301);

        // It is the seller's own, and kept for a day.
        assert_eq!(Browser::of(&app, Role::Viewer).get(&shipping).status, 403);
        app.advance(chrono::Duration::hours(25));
        housekeeping::once(app.app()).expect("the house is gone through");
        let shown = Browser::of(&app, Role::Owner).get(&shipping).text();
        assert!(shown.contains("was kept for a day") && shown.contains(&run), "{shown}");
    }
);

each_database!(
    fn a_shipping_whose_worker_dies_goes_on_behind_its_last_step_and_answers_as_if_nothing_had_been(
        app: TestApp,
    ) {
        let ids = ready(&app, 5);
        run(&app, &ids[..4]);
        let wish = NewShipping { shipments: [ids.as_slice(), &ids[..1]].concat(), ..NewShipping::default() };
        let named: Vec<String> = wish.shipments.iter().map(ToString::to_string).collect();
        let later = app.http().with_header("prefer", "respond-async");
        let job = later.post("/api/v1/shipments/ship", json!({ "shipments": named })).expect(202);
        let id = JobId(job["id"].as_str().and_then(|id| id.parse().ok()).expect("an id"));

        // A worker takes it, does the first step, and dies.
        let ledger = app.app().job_ledger();
        let turn = ledger.look(&["answer"]).expect("the ledger answers").remove(0);
        ledger.lease(&[Want { turn, count: 1 }], Duration::from_millis(200)).expect("it is ready");
        let first = NewShipping { shipments: ids[..2].to_vec(), ..NewShipping::default() };
        app.write(|tx| {
            let shipped = ship::ship(tx, &first)?;
            let bytes = serde_json::to_vec(&shipped).map_err(anyhow::Error::from)?;
            Ok::<_, huidan::domain::error::Error>(record::keep_piece(tx, id, 0, &bytes)?)
        })
        .expect("the first step is written");
        let person = Browser::of(&app, Role::Owner);
        app.http().post(&format!("/api/v1/jobs/{id}/cancel"), json!({})).expect(200);
        until("it is called off", || {
            app.http().get(&format!("/api/v1/jobs/{id}")).expect(200)["state"] == "cancelled" || {
                let runner = worker(&app);
                runner.stop(PATIENCE);
                false
            }
        });
        let shown = person.get(&format!("/answers/{id}")).text();
        assert!(
            shown.contains("It was called off.") && shown.contains("2 parcels left before that"),
            "{shown}"
        );
        let shown = person.post(&format!("/answers/{id}/again"), &[]).text();
        assert!(shown.contains("It goes on."), "{shown}");
        work(&app);

        let answer = answer_of(&app, &job).expect(200);
        let done = answer["done"].as_array().expect("a list");
        assert_eq!((done.len(), answer["left_out"].as_array().map(Vec::len)), (4, Some(2)), "{answer}");
        assert!(done.iter().all(|one| one["already"] == false && one["write_backs"] == 1), "{answer}");
        assert_eq!(answer["left_out"][0]["reasons"][0]["code"], "listed_twice");
        assert_eq!(number(&app, "SELECT COUNT(*) AS one FROM events WHERE kind = 'shipment.shipped'"), 4);
        assert_eq!(number(&app, "SELECT COUNT(*) AS one FROM write_backs"), 4);
        assert_eq!(number(&app, "SELECT COUNT(*) AS one FROM answer_pieces"), 1);
    }
);

each_database!(
    fn a_shop_is_told_by_a_file_that_a_job_writes_and_only_a_person_calls_taken(app: TestApp) {
        let ids = ready(&app, 3);
        run(&app, &ids);
        app.write(|tx| {
            ship::ship(tx, &NewShipping { shipments: ids[..2].to_vec(), ..NewShipping::default() })
        })
        .expect("they leave");
        let shop = app.read(huidan::db::shops::all)[0].id;
        let path = format!("/api/v1/shops/{shop}/write-backs/file?form=taobao");
        let later = app.http().with_header("prefer", "respond-async");
        let job = later.get(&path).expect(202);
        let person = Browser::of(&app, Role::Shipper);
        assert!(person.get("/write-backs").text().contains("2 waiting"));
        let fields = [("shop", shop.to_string()), ("form", "taobao".to_owned()), ("mark", "one".to_owned())];
        let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
        let page = way(&person.post("/write-backs/file", &fields).text());
        assert_eq!(way(&person.post("/write-backs/file", &fields).text()), page, "a second click");
        work(&app);

        let (kept, at_once) = (answer_of(&app, &job), app.http().get(&path));
        assert_eq!((kept.status, &kept.body), (200, &at_once.body), "as it would have been at once");
        for name in ["content-type", "content-disposition"] {
            assert_eq!(kept.headers[name], at_once.headers[name]);
        }
        // What leaves after the file was written does not stand in it, and is not told by it.
        app.write(|tx| {
            ship::ship(tx, &NewShipping { shipments: ids[2..].to_vec(), ..NewShipping::default() })
        })
        .expect("it leaves");
        let shown = person.get(&page).text();
        assert!(shown.contains("2 numbers are in the file."), "{shown}");
        assert_eq!(person.get(&format!("{page}/file")).body, kept.body);
        assert_eq!(Browser::of(&app, Role::Viewer).get(&format!("{page}/file")).status, 403);
        assert_eq!(number(&app, "SELECT COUNT(*) AS one FROM write_backs WHERE state = 'waiting'"), 3);
        let said = person.post(&format!("{page}/taken"), &[]).text();
        assert!(said.contains("2 settled.") && said.contains("1 waiting"), "{said}");
        assert_eq!(number(&app, "SELECT COUNT(*) AS one FROM write_backs WHERE state = 'waiting'"), 1);
    }
);

#[test]
fn a_long_batch_is_followed_in_the_drawer_also_after_a_reload() {
    let app = TestApp::sqlite();
    ready(&app, ACT_AT_ONCE_MAX + 1);
    let window = Window::of(&app, Role::Owner, 1280, 800);
    window.open("/workbench?state=ready");
    window.until("document.querySelectorAll('#rows > tr.row').length > 10");
    window.keys("aa");
    window.keys("n");
    window.choose(".drawer #format", "zto-12");
    window.fill(".drawer #first-number", FIRST);
    window.keys(crate::support::browser::ENTER);
    window.click(".drawer [formaction='/batch/commit']");
    window.until("document.querySelector('.drawer [data-step=answer][data-events] progress')");
    window.picture("batch-under-way-1280");
    // The page is left and come back to: the drawer stands where it stood.
    window.open("/workbench?state=ready");
    window.until("document.querySelector('.drawer [data-step=answer][data-events] progress')");
    let runner = worker(&app);
    window.until("document.querySelector('.drawer [data-step=answer][data-done] tbody code')");
    runner.stop(PATIENCE);
    window.picture("batch-done-1280");
    let text = window.script("return document.querySelector('.drawer').innerText");
    let text = text.as_str().unwrap_or_default();
    assert!(text.contains("301 shipments are numbered.") && text.contains(FIRST), "{text}");
    window.until("document.querySelector('#rail').innerText.match(/Numbered\\s+301/)");
    assert_eq!(window.script("return document.querySelectorAll('#rows input:checked').length"), json!(0));
    window.click(".drawer a.primary[data-step-link]");
    window.until("document.querySelector('.drawer [data-step=run]')");
    assert_eq!(window.complaints(), Vec::<String>::new());
}
