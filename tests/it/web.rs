//! The pages as a browser without scripts uses them: log-in, forms, the main job.

use std::cell::RefCell;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Duration;
use huidan::db::statement::sql;
use huidan::domain::actor::{Actor, Role};
use huidan::jobs::housekeeping;
use huidan::operations::users::NewUser;
use huidan::operations::{NOBODY, sessions, users};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::support::http::{Answer, Http};
use crate::support::{TestApp, order, recipient};

/// A browser: it keeps its session's cookie and fills the hidden fields of forms.
pub struct Browser {
    http: Http,
    cookie: RefCell<String>,
    lang: &'static str,
}

impl Browser {
    fn stranger(app: &TestApp) -> Self {
        Self { http: app.http_stranger(), cookie: RefCell::default(), lang: "en" }
    }

    /// Logged in as someone of a role.
    pub fn of(app: &TestApp, role: Role) -> Self {
        let email = format!("{role}@example.com");
        let new = NewUser::parse(&email, role, "correct horse").expect("well-formed");
        let user = app.write(|tx| users::create_or_reset(tx, &new)).expect("a user");
        let secret = app.write(|tx| sessions::begin(tx, user)).expect("a session");
        let browser = Self::stranger(app);
        browser.cookie.replace(format!("huidan={secret}"));
        browser
    }

    fn client(&self) -> Http {
        self.http
            .with_header("cookie", &format!("{}; lang={}", self.cookie.borrow(), self.lang))
            .with_header("accept", "text/html")
    }

    pub fn get(&self, path: &str) -> Answer {
        self.client().get(path)
    }

    /// Sends a form as it is.
    fn send(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body: Vec<String> =
            fields.iter().map(|(name, value)| format!("{name}={}", escape(value))).collect();
        let answer =
            self.client().send("POST", path, "application/x-www-form-urlencoded", body.join("&").as_bytes());
        if let Some(cookie) = answer.headers.get("set-cookie") {
            self.cookie.replace(cookie.split(';').next().unwrap_or_default().to_owned());
        }
        answer
    }

    /// Sends a form with the token of this session, and follows to the page it leads to.
    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.csrf();
        let mut all = vec![("csrf", csrf.as_str())];
        all.extend(fields);
        let answer = self.send(path, &all);
        match answer.headers.get("location").filter(|_| answer.status == 303) {
            Some(to) => self.get(to),
            None => answer,
        }
    }

    fn csrf(&self) -> String {
        between(&self.get("/account").text(), "name=\"csrf\" value=\"", "\"")
    }
}

fn between(text: &str, before: &str, after: &str) -> String {
    let from = text.find(before).map(|at| at + before.len()).unwrap_or_else(|| panic!("{before} in {text}"));
    text[from..].split(after).next().unwrap_or_default().to_owned()
}

fn escape(text: &str) -> String {
    text.bytes()
        .map(
            |byte| {
                if byte.is_ascii_alphanumeric() {
                    char::from(byte).to_string()
                } else {
                    format!("%{byte:02X}")
                }
            },
        )
        .collect()
}

fn tea_house(app: &TestApp, count: usize) {
    let shop = app.shop("Tea House");
    let orders: Vec<_> =
        (0..count).map(|n| order(&format!("{}", 1000 + n)).to(recipient(&format!("陈{n}")))).collect();
    app.push(&shop, &orders);
}

/// Every page that stands in a menu.
const PAGES: &[&str] = &[
    "/",
    "/workbench",
    "/workbench?state=ready",
    "/audits",
    "/deadlines",
    "/scan",
    "/evening",
    "/hand-overs",
    "/templates",
    "/pack",
    "/suggestions",
    "/number-runs",
    "/print-jobs",
    "/write-backs",
    "/imports",
    "/shops",
    "/carriers",
    "/carriers/regions",
    "/warehouses",
    "/skus",
    "/rules",
    "/skus/unmapped",
    "/stations",
    "/staff",
    "/settings",
    "/audit",
    "/account",
];

each_database!(
    fn the_first_person_comes_in_by_a_link_that_works_once(app: TestApp) {
        let nobody = Actor::system(NOBODY);
        let link =
            app.app().write(&nobody, sessions::offer_setup).expect("a link").expect("nobody is there yet");
        let path = format!("/setup/{link}");
        let browser = Browser::stranger(&app);
        assert!(browser.get(&path).text().contains("name=\"seller\""));
        let fields = [("seller", "Camellia"), ("email", "mei@example.com"), ("password", "correct horse")];
        let begun = browser.send(&path, &fields);
        assert_eq!((begun.status, begun.headers["location"].as_str()), (303, "/shops"));
        let cookie = &begun.headers["set-cookie"];
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
        assert_eq!(browser.get("/shops").status, 200);

        let other = Browser::stranger(&app);
        assert!(!other.get(&path).text().contains("name=\"seller\""), "the link was used");
        assert_eq!(other.send(&path, &fields).status, 409);
        let link = app.app().write(&nobody, sessions::offer_setup).expect("the record can be read");
        assert_eq!(link, None, "there is a user now");
    }
);

each_database!(
    fn a_stranger_sees_nothing_but_the_log_in(app: TestApp) {
        tea_house(&app, 1);
        let browser = Browser::stranger(&app);
        for path in PAGES {
            let answer = browser.get(path);
            assert_eq!(answer.status, 303, "{path}");
            assert!(answer.headers["location"].starts_with("/login"), "{path}");
        }
        assert_eq!(browser.send("/workbench/merge", &[]).status, 303);
        assert_eq!(browser.get("/login?back=%2Fworkbench").status, 200);
    }
);

each_database!(
    fn wrong_passwords_have_to_wait_and_the_right_one_leads_back(app: TestApp) {
        let new = NewUser::parse("li@example.com", Role::Shipper, "correct horse").expect("well-formed");
        app.write(|tx| users::create(tx, &new)).expect("a user");
        let browser = Browser::stranger(&app);
        let log_in = |email: &str, password: &str| {
            browser.send("/login", &[("email", email), ("password", password), ("back", "/shops")])
        };
        assert_eq!(log_in("li@example.com", "wrong horse").status, 401);
        let entered = log_in(" Li@Example.com", "correct horse");
        assert_eq!((entered.status, entered.headers["location"].as_str()), (303, "/shops"));
        let elsewhere = browser.send(
            "/login",
            &[("email", "li@example.com"), ("password", "correct horse"), ("back", "//evil.example/")],
        );
        assert_eq!(elsewhere.headers["location"], "/", "a way back stays within the program");
        // A name of its own per database: the limit is the program's, and both run at once.
        let guessed = format!("{}@example.com", app.database_address().len());
        let statuses: Vec<u16> = (0..9).map(|_| log_in(&guessed, "guess").status).collect();
        assert_eq!(statuses.last(), Some(&429), "{statuses:?}");
    }
);

each_database!(
    fn sessions_end_by_silence_by_age_and_everywhere_at_once(app: TestApp) {
        let here = Browser::of(&app, Role::Owner);
        let there = Browser::of(&app, Role::Owner);
        app.advance(Duration::hours(11));
        assert_eq!(here.get("/shops").status, 200, "within twelve hours");
        app.advance(Duration::hours(11));
        assert_eq!(here.get("/shops").status, 200, "it was used in between");
        assert_eq!(there.get("/shops").status, 303, "silent for 22 hours");

        let there = Browser::of(&app, Role::Owner);
        assert_eq!(here.post("/logout-everywhere", &[]).status, 200);
        assert_eq!((here.get("/shops").status, there.get("/shops").status), (303, 303));

        let restless = Browser::of(&app, Role::Owner);
        for _ in 0..16 {
            app.advance(Duration::hours(11));
            restless.get("/shops");
        }
        assert_eq!(restless.get("/shops").status, 303, "seven days are the most");
    }
);

each_database!(
    fn sessions_nobody_came_back_to_are_swept_away(app: TestApp) {
        let sessions_of = |app: &TestApp| {
            app.read(|db| {
                db.number(sql("SELECT COUNT(*) AS one FROM sessions WHERE seller_id = ?").bind(db.seller()))
            })
        };
        let _gone = Browser::of(&app, Role::Owner);
        assert_eq!(sessions_of(&app), 1);
        housekeeping::once(app.app()).expect("the house is kept");
        assert_eq!(sessions_of(&app), 1, "somebody may come back");
        app.advance(Duration::hours(13));
        housekeeping::once(app.app()).expect("the house is kept");
        assert_eq!(sessions_of(&app), 0);
    }
);

each_database!(
    fn a_form_of_another_session_changes_nothing(app: TestApp) {
        let browser = Browser::of(&app, Role::Owner);
        let foreign = Browser::of(&app, Role::Manager).csrf();
        for fields in
            [&[("name", "Tea"), ("platform", "push")][..], &[("name", "Tea"), ("csrf", foreign.as_str())]]
        {
            assert_eq!(browser.send("/shops", fields).status, 409);
        }
        assert!(app.read(huidan::db::shops::all).is_empty());
    }
);

each_database!(
    fn every_page_is_whole_in_both_languages_and_runs_nothing_inline(app: TestApp) {
        tea_house(&app, 2);
        let mut browser = Browser::of(&app, Role::Owner);
        for lang in ["en", "zh"] {
            browser.lang = lang;
            for path in PAGES {
                let answer = browser.get(path);
                let text = answer.text();
                assert_eq!(answer.status, 200, "{path}: {text}");
                assert!(text.contains(&format!("<html lang=\"{lang}")), "{path}");
                let policy = &answer.headers["content-security-policy"];
                assert!(
                    policy.starts_with("default-src 'none'") && !policy.contains("unsafe"),
                    "{path}: {policy}"
                );
                assert!(
                    !text.contains(" style=") && !text.contains("<style") && !text.contains(" onclick"),
                    "{path}"
                );
                assert!(
                    text.matches("<script").count()
                        == text.matches("<script type=\"module\" src=\"/static/").count()
                );
            }
        }
    }
);

each_database!(
    fn a_batch_is_numbered_printed_and_shipped_by_forms_alone(app: TestApp) {
        tea_house(&app, 3);
        let browser = Browser::of(&app, Role::Shipper);
        let list = browser.get("/workbench?state=ready").text();
        assert_eq!(list.matches("name=\"shipment\"").count(), 3);

        let chosen = browser.post("/batch", &[("all", "1"), ("query", "state=ready")]).text();
        let ids = between(&chosen, "name=\"shipment\" value=\"", "\"");
        let typed = [("shipment", ids.as_str()), ("format", "zto-12"), ("first_number", "100000000001")];
        let preview = browser.post("/batch/preview", &typed).text();
        assert!(preview.contains("100000000003") && preview.contains("Number 3 shipments"), "{preview}");

        let run = browser.post("/batch/commit", &typed).text();
        assert!(run.contains("3 shipments are numbered."), "{run}");
        let run_path = format!("/number-runs/{}", between(&run, "data-run=\"", "\""));
        let again = browser.post("/batch/commit", &typed);
        assert_eq!(again.status, 409, "a second click numbers nothing: {}", again.text());

        let job = browser.post(&format!("{run_path}/print"), &[("paper", "waybill")]).text();
        let job_path = format!("/print-jobs/{}", between(&job, "data-job=\"", "\""));
        let pdf = browser.post(&format!("{job_path}/document"), &[]);
        assert!(pdf.body.starts_with(b"%PDF"), "{}", pdf.text());
        let jammed = browser.post(&format!("{job_path}/acknowledge"), &[("last_good", "2")]).text();
        assert!(jammed.contains("2 sheets are good."), "{jammed}");
        browser.post(&format!("{job_path}/resume"), &[]);
        browser.post(&format!("{job_path}/document"), &[]);
        let back = browser.post(&format!("{job_path}/acknowledge"), &[("last_good", "3")]).text();
        assert!(back.contains("Ship 3 parcels"), "{back}");

        let left = browser.post(&format!("{run_path}/ship"), &[]).text();
        assert!(left.contains("3 parcels left"), "{left}");
        assert!(browser.get("/write-backs").text().contains("100000000002"));
    }
);

each_database!(
    fn a_manager_lets_a_desk_in_by_the_code_on_its_screen(app: TestApp) {
        let knock = json!({ "name": "desk 1", "secret_hash": "Ab3dEf9hIjKlMnOpQrStUvWxYzAb3dEf9hIjKlMnOpQ" });
        let knocked = app.http_stranger().post("/agents/stations", knock).expect(200);
        assert_eq!(knocked["code"], "AB3D-EF9H");
        let shipper = Browser::of(&app, Role::Shipper).get("/stations").text();
        assert!(shipper.contains("AB3D-EF9H") && !shipper.contains("/approve"), "{shipper}");
        let browser = Browser::of(&app, Role::Manager);
        let page = browser.get("/stations").text();
        let path = format!("/stations/{}/approve", between(&page, "action=\"/stations/", "/approve"));
        let page = browser.post(&path, &[]).text();
        assert!(page.contains("desk 1 may print.") && page.contains("Retire"), "{page}");
        let gone = browser.post(&path.replace("approve", "refuse"), &[]).text();
        assert!(gone.contains("desk 1 is out.") && !gone.contains("AB3D"), "{gone}");
    }
);

each_database!(
    fn what_waits_is_sent_to_a_desk_paused_and_taken_back_by_forms(app: TestApp) {
        // A desk's key and its hash, as the program at a desk makes them.
        let key = "hd_desk";
        let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(key.as_bytes()));
        app.http_stranger()
            .post("/agents/stations", json!({ "name": "desk 1", "secret_hash": hash }))
            .expect(200);
        let manager = Browser::of(&app, Role::Manager);
        let page = manager.get("/stations").text();
        manager
            .post(&format!("/stations/{}/approve", between(&page, "action=\"/stations/", "/approve")), &[]);
        let desk = app.http_stranger().with_header("authorization", &format!("Bearer {key}"));
        let printer = json!({ "name": "zebra", "kind": "raw", "address": "10.0.0.7:9100", "sizes": ["100x150"],
                              "language": "zpl", "dpi": 203, "stacking": "first_on_top" });
        let session = json!({ "session": "s", "lease_s": 60, "version": "1", "printers": [printer] });
        desk.post("/api/v1/stations/me/session", session).expect(200);

        tea_house(&app, 2);
        let browser = Browser::of(&app, Role::Shipper);
        let chosen = browser.post("/batch", &[("all", "1"), ("query", "state=ready")]).text();
        let ids = between(&chosen, "name=\"shipment\" value=\"", "\"");
        let typed = [("shipment", ids.as_str()), ("format", "zto-12"), ("first_number", "100000000001")];
        let run = browser.post("/batch/commit", &typed).text();
        let run_path = format!("/number-runs/{}", between(&run, "data-run=\"", "\""));
        let job =
            browser.post(&format!("{run_path}/print"), &[("paper", "waybill"), ("station", "desk 1")]).text();
        let job_path = format!("/print-jobs/{}", between(&job, "data-job=\"", "\""));
        assert!(job.contains("desk 1 · zebra") && job.contains("0 good, 2 to go"), "{job}");
        assert!(!job.contains(&format!("{job_path}/document")), "the desk prints it, not the browser");

        let paused = browser.post(&format!("{job_path}/pause"), &[]).text();
        assert!(paused.contains("This job is paused."), "{paused}");
        let stations = app.http().get("/api/v1/stations").expect(200);
        let printer = &stations["items"][0]["printers"][0]["id"];
        let claim = |request: &str| {
            let wish =
                json!({ "session": "s", "printer": printer, "request": request, "sheets": 5, "lease_s": 60 });
            desk.post("/api/v1/stations/me/claims", wish).expect(200)["sheets"].as_array().map(Vec::len)
        };
        assert_eq!(claim("a"), Some(0));
        browser.post(&format!("{job_path}/go-on"), &[]);
        assert_eq!(claim("b"), Some(2));
        let held = browser.get(&job_path).text();
        assert!(!held.contains("/acknowledge"), "the desk tells, or a manager: {held}");
        assert!(manager.get(&job_path).text().contains("/acknowledge"));
    }
);

each_database!(
    fn a_template_is_changed_on_its_page_and_saved_when_the_button_says_so(app: TestApp) {
        tea_house(&app, 2);
        let browser = Browser::of(&app, Role::Manager);
        let made = browser.post("/templates", &[("name", "mine"), ("paper_size", "waybill:100x150")]).text();
        let path = format!("/templates/{}", between(&made, "data-draft=\"/templates/", "/draft"));
        assert!(made.contains("<svg xmlns=") && made.contains("Nothing is wrong with it."), "{made}");
        // What a browser sends of the form, with one more box and a text that is no field.
        let draft = [
            ("version", "1"),
            ("name", "mine"),
            ("boxes", "1"),
            ("act", "add:badge"),
            ("offset_x_mm", "0"),
            ("offset_y_mm", "0"),
            ("b0.kind", "text"),
            ("b0.x", "3"),
            ("b0.y", "3"),
            ("b0.w", "200"),
            ("b0.h", "5"),
            ("b0.text", "{nobody}"),
            ("b0.size", "9"),
            ("b0.min", "7"),
        ];
        let drawn = browser.post(&format!("{path}/draft"), &draft).text();
        assert!(
            drawn.contains("There is no field") && drawn.contains("and the paper is 100 × 150 mm"),
            "{drawn}"
        );
        assert!(drawn.contains("id=\"box-2\"") && drawn.contains("name=\"boxes\" value=\"2\""), "{drawn}");
        let refused = browser.post(&path, &draft[..4]).text();
        assert!(refused.contains("template"), "{refused}");
        assert!(browser.get(&path).text().contains("version 1"), "nothing was saved");
        assert!(browser.get(&format!("{path}/test-sheet")).body.starts_with(b"%PDF"));
        let viewer = Browser::of(&app, Role::Viewer);
        assert!(!viewer.get(&path).text().contains("Save as a new version"));
        assert_eq!(viewer.post(&path, &draft).status, 403);
    }
);

each_database!(
    fn a_parcel_is_packed_with_nothing_but_a_scanner(app: TestApp) {
        tea_house(&app, 2);
        let browser = Browser::of(&app, Role::Shipper);
        let opened = app.http().get("/api/v1/shipments?limit=1").expect(200);
        let id = opened["items"][0]["id"].as_str().expect("an id").to_owned();
        let sku = opened["items"][0]["lines"][0]["sku"].as_str().expect("a code").to_owned();
        let page = browser.post("/pack", &[("code", &id)]).text();
        assert!(page.contains("data-verdict=\"right\"") && page.contains("scan its pieces"), "{page}");
        let wrong =
            browser.post("/pack", &[("parcel", id.as_str()), ("scans", "0"), ("code", "NONSENSE")]).text();
        assert!(wrong.contains("data-verdict=\"wrong\"") && wrong.contains("does not belong"), "{wrong}");
        let right = browser.post("/pack", &[("parcel", id.as_str()), ("scans", "0"), ("code", &sku)]).text();
        assert!(right.contains("data-verdict=\"right\""), "{right}");
        let none = browser.post("/pack", &[("code", "999999")]).text();
        assert!(none.contains("data-verdict=\"wrong\"") && none.contains("No parcel has the code"), "{none}");
    }
);

each_database!(
    fn a_search_stands_sealed_in_the_address(app: TestApp) {
        tea_house(&app, 3);
        let browser = Browser::of(&app, Role::Shipper);
        let csrf = browser.csrf();
        let answer =
            browser.send("/workbench/search", &[("csrf", &csrf), ("typed", "1001"), ("state", "ready")]);
        let to = &answer.headers["location"];
        assert!(to.contains("find=") && !to.contains("1001"), "{to}");
        let found = browser.get(to).text();
        assert_eq!(found.matches("name=\"shipment\"").count(), 1);
        assert!(found.contains("value=\"1001\""), "what was typed still stands in the box");
    }
);

each_database!(
    fn roles_hide_what_they_refuse(app: TestApp) {
        tea_house(&app, 1);
        let viewer = Browser::of(&app, Role::Viewer);
        let list = viewer.get("/workbench").text();
        assert!(!list.contains("data-act=\"number\"") && !list.contains("data-act=\"merge\""));
        assert!(!list.contains("href=\"/staff\"") && !list.contains("href=\"/settings\""));
        for (path, status) in [("/staff", 403), ("/settings", 403), ("/imports", 403), ("/shops", 200)] {
            assert_eq!(viewer.get(path).status, status, "{path}");
        }
        for path in ["/batch", "/workbench/merge", "/shops", "/tokens"] {
            assert_eq!(viewer.post(path, &[("all", "1")]).status, 403, "{path}");
        }
    }
);

each_database!(
    fn a_recipient_is_masked_until_someone_asks_and_the_asking_is_recorded(app: TestApp) {
        let shop = app.shop("Tea House");
        app.push(&shop, [&order("1").to(recipient("陈静"))]);
        let browser = Browser::of(&app, Role::Shipper);
        let path = format!("/shipments/{}", between(&browser.get("/workbench").text(), "data-id=\"", "\""));
        assert!(!browser.get(&path).text().contains("陈静"));
        assert!(browser.post(&format!("{path}/reveal"), &[]).text().contains("陈静"));
        let after = browser.get(&path).text();
        assert!(!after.contains("陈静") && after.contains("Recipient shown in full"), "{after}");
    }
);

each_database!(
    fn a_weight_is_typed_or_sent_by_a_scale_behind_the_scan(app: TestApp) {
        let shop = app.shop("Tea House");
        app.push(&shop, [&order("1").line("A", 1)]);
        let http = app.http();
        http.post("/api/v1/skus", json!({ "code": "A", "title": "Tea", "weight_g": 1000 })).expect(201);
        http.patch("/api/v1/settings", json!({ "weight_difference_percent": 10 })).expect(200);
        let browser = Browser::of(&app, Role::Shipper);
        let chosen = browser.post("/batch", &[("all", "1"), ("query", "state=ready")]).text();
        let id = between(&chosen, "name=\"shipment\" value=\"", "\"");
        let typed = [("shipment", id.as_str()), ("format", "zto-12"), ("first_number", "100000000001")];
        browser.post("/batch/commit", &typed);
        let number = "100000000001";
        let scanned = browser.post("/scan", &[("code", number)]).text();
        assert!(scanned.contains("name=\"last\" value=\"100000000001\""), "{scanned}");
        let close = browser.post("/scan", &[("code", number), ("weight", "1050")]).text();
        assert!(close.contains("data-verdict=\"right\"") && !close.contains("weight-off"), "{close}");
        let off = browser.post("/scan", &[("code", "1.25kg"), ("last", number), ("at_once", "1")]).text();
        assert!(off.contains("It weighs 1250 g and should weigh 1000 g: 25 % off."), "{off}");
        assert!(off.contains("data-verdict=\"right\""), "a difference stops nothing: {off}");
        let csrf = browser.csrf();
        for (bad, said) in
            [("0", "0 g is not"), ("-3", "-3 g is not"), ("201kg", "201000 g is"), ("heavy", "heavy")]
        {
            let refused = browser.send("/scan", &[("csrf", &csrf), ("code", number), ("weight", bad)]);
            assert_eq!(refused.status, 422, "{bad}");
            assert!(refused.text().contains(said), "{bad}: {}", refused.text());
        }
        let page = browser.get(&format!("/shipments/{id}")).text();
        assert!(
            page.contains("1250 g · shipper@example.com") && page.contains("data-state=\"numbered\""),
            "{page}"
        );
    }
);

each_database!(
    fn a_scan_ships_once_and_stops_what_must_not_leave(app: TestApp) {
        tea_house(&app, 2);
        let browser = Browser::of(&app, Role::Shipper);
        let chosen = browser.post("/batch", &[("all", "1"), ("query", "state=ready")]).text();
        let ids = between(&chosen, "name=\"shipment\" value=\"", "\"");
        let typed = [("shipment", ids.as_str()), ("format", "zto-12"), ("first_number", "100000000001")];
        browser.post("/batch/commit", &typed);
        let (first, second) = ids.split_once(',').expect("two shipments");
        let scan = |number: &str, at_once: &str| {
            let page = browser.post("/scan", &[("code", number), ("at_once", at_once)]).text();
            between(&page, "data-verdict=\"", "\"")
        };
        assert_eq!(scan("100000000001", ""), "right", "looked at, not shipped");
        assert!(browser.get(&format!("/shipments/{first}")).text().contains("data-state=\"numbered\""));
        assert_eq!(scan("100000000001", "1"), "right");
        assert_eq!(scan("100000000001", "1"), "again");
        assert_eq!(scan("999999999999", "1"), "wrong");

        browser.post(
            "/workbench/hold",
            &[("shipment", second), ("reason", "wrong size"), ("back", "/workbench")],
        );
        assert_eq!(scan("100000000002", "1"), "wrong", "it is on hold");
        assert!(!browser.get(&format!("/shipments/{second}")).text().contains("data-state=\"shipped\""));
    }
);

each_database!(
    fn sellers_do_not_see_each_other(app: TestApp) {
        tea_house(&app, 1);
        let id = between(&Browser::of(&app, Role::Owner).get("/workbench").text(), "data-id=\"", "\"");
        let other = app.other_seller();
        let stranger = Browser::of(&other, Role::Manager);
        assert_eq!(stranger.get(&format!("/shipments/{id}")).status, 404);
        assert_eq!(stranger.get("/workbench").text().matches("name=\"shipment\"").count(), 0);
    }
);

each_database!(
    fn a_file_is_looked_at_and_imported(app: TestApp) {
        let shop = app.file_shop("Files");
        let browser = Browser::of(&app, Role::Shipper);
        let csrf = browser.csrf();
        let file = "订单号,收货人,手机号,详细地址,商品名称,数量\nA-1,陈静,13800001001,浙江省杭州市西湖区文三路478号,龙井,2\n\
                    A-2,,,,龙井,x\n";
        let to = |path: &str| format!("/imports/into/{}{path}?csrf={}", shop.id, escape(&csrf));
        let seen = browser.client().upload(&to("/preview"), "orders.csv", file.as_bytes(), &[]).text();
        assert!(seen.contains("map-number") && seen.contains("A-1"), "{seen}");
        let answer = browser.client().upload(&to(""), "orders.csv", file.as_bytes(), &[]);
        assert_eq!(answer.status, 303, "{}", answer.text());
        let page = browser.get(&answer.headers["location"]).text();
        assert!(page.contains("1 new"), "{page}");
        let refused = browser.get(&format!("{}/rejected.csv", answer.headers["location"])).text();
        assert!(refused.contains("\n3,"), "{refused}");
        let foreign =
            browser.client().upload(&format!("/imports/into/{}?csrf=x", shop.id), "o.csv", b"a", &[]);
        assert_eq!(foreign.status, 409);
    }
);

each_database!(
    fn a_long_upload_leads_to_a_page_that_says_how_far_it_is(app: TestApp) {
        let shop = app.file_shop("Files");
        let browser = Browser::of(&app, Role::Shipper);
        let place = format!("/imports/into/{}?csrf={}", shop.id, escape(&browser.csrf()));
        let long = crate::imports::csv(300, &"x".repeat(4_000));
        let answer = browser.client().upload(&place, "orders.csv", long.as_bytes(), &[]);
        assert_eq!(answer.status, 303, "{}", answer.text());
        let page = browser.get(&answer.headers["location"]).text();
        assert!(page.contains("data-events=\"/live/jobs/"), "{page}");
        assert!(page.contains("under way; you may leave this page"), "{page}");
    }
);

each_database!(
    fn a_long_run_is_shown_in_windows_and_counted_whole(app: TestApp) {
        let ids = crate::number_runs::ready(&app, 230);
        let run = crate::number_runs::run(&app, &ids);
        let browser = Browser::of(&app, Role::Owner);
        let page = browser.get(&format!("/number-runs/{run}")).text();
        assert!(page.contains("1–200 of 230") && page.contains("100000000200"), "the first rows");
        assert!(!page.contains("<code>100000000201</code>"), "and no more than that");
        assert!(
            page.contains("100000000001 – 100000000230") || page.contains("100000000230"),
            "the whole span"
        );
        let rest = browser.get(&format!("/number-runs/{run}?at=215")).text();
        assert!(rest.contains("201–230 of 230") && rest.contains("100000000230"));
        let job =
            browser.post(&format!("/number-runs/{run}/print"), &[("paper", "waybill"), ("size", "100x150")]);
        assert!(job.text().contains("1–200 of 230"), "sheets too");
    }
);

each_database!(
    fn a_line_without_a_sku_is_one_click_from_its_mend(app: TestApp) {
        let shop = app.shop("Tea House");
        let to = |number: &str, code: &str| order(number).to(recipient(number)).line(code, 2);
        app.push(&shop, &[to("1", "tea 250"), to("2", "tea 250"), to("3", "CUP"), to("4", "BOX")]);
        let browser = Browser::of(&app, Role::Owner);
        let settings =
            [("merge_policy", "all_shops"), ("merge_wait_minutes", "0"), ("skus_must_be_mapped", "1")];
        assert!(browser.post("/settings", &settings).text().contains("value=\"1\" checked"));
        let sku = [("code", "TEA-250"), ("title", "龙井"), ("weight_g", "250"), ("parts", "")];
        assert!(browser.post("/skus", &sku).text().contains("TEA-250 is written down."));
        let bundle = [("code", "SET"), ("title", "礼盒"), ("parts", "TEA-250*2\nNONE")];
        assert!(browser.post("/skus", &bundle).text().contains("There is no SKU &quot;NONE&quot;"));

        let blocked = browser.get("/workbench?state=blocked").text();
        let path = format!("/shipments/{}", between(&blocked, "data-id=\"", "\""));
        let page = browser.get(&path).text();
        assert!(page.contains("href=\"/skus/unmapped?order=") && page.contains("not known yet"), "{page}");
        let mend = format!("/skus/unmapped?order={}", between(&page, "/skus/unmapped?order=", "\""));
        let one = browser.get(&mend).text();
        assert!(one.contains("tea 250") && !one.contains("CUP"), "{one}");

        let all = browser.get("/skus/unmapped").text();
        assert!(all.contains("It is TEA-250") && all.contains("the code is alike"), "{all}");
        let shop_id = shop.id.to_string();
        let typed =
            [("shop", shop_id.as_str()), ("code", "tea 250"), ("sku", "TEA-250"), ("back", "/skus/unmapped")];
        let after = browser.post("/skus/codes", &typed).text();
        assert!(after.contains("tea 250 is mapped; 2 waiting parcels are judged anew."), "{after}");
        let weighed = browser.get(&path).text();
        assert!(weighed.contains("500 g") && weighed.contains("data-state=\"ready\""), "{weighed}");
        let wrong = browser.post("/skus/codes", &[("code", "CUP"), ("sku", "SAUCER")]);
        assert_eq!(wrong.status, 422, "{}", wrong.text());

        let make = [("shop", shop_id.as_str()), ("code", "CUP"), ("title", "Goods CUP")];
        assert!(browser.post("/skus/codes/new", &make).text().contains("CUP is written down."));
        let pattern = [("pattern", "goods*box"), ("sku", "CUP")];
        let proposed = browser.post("/skus/patterns", &pattern).text();
        assert!(proposed.contains("It is CUP") && proposed.contains("by your pattern"), "{proposed}");
        let item = format!(
            "{{\"shop\":\"{shop_id}\",\"code\":\"BOX\",\"title\":\"\",\"variant\":\"\",\"sku\":\"CUP\"}}"
        );
        let accepted = browser.post("/skus/codes/proposed", &[("item", &item)]).text();
        assert!(accepted.contains("Every waiting line means a SKU."), "{accepted}");
        assert_eq!(browser.get("/workbench?state=ready").text().matches("name=\"shipment\"").count(), 4);

        let found = browser.get("/skus?q=tea").text();
        let sku_path = format!("/skus/{}", between(&found, "href=\"/skus/", "\" "));
        assert!(found.contains("TEA-250"), "{sku_path}");
        let csrf = browser.csrf();
        let list = "code,title,weight_g\nCUP,Cup,80\nBAD,Bad,x\n";
        let sent = browser.client().upload(
            &format!("/skus/import?csrf={}", escape(&csrf)),
            "goods.csv",
            list.as_bytes(),
            &[],
        );
        assert_eq!(sent.status, 303, "{}", sent.text());
        let told = browser.get(&sent.headers["location"]).text();
        assert!(told.contains("0 new, 1 changed") && told.contains("row 3: weight_g is x"), "{told}");
    }
);

each_database!(
    fn a_sku_is_changed_and_its_codes_let_go_on_its_own_page(app: TestApp) {
        let shop = app.shop("Tea House");
        let browser = Browser::of(&app, Role::Owner);
        browser.post("/skus", &[("code", "TEA"), ("title", "龙井"), ("parts", "")]);
        let list = browser.get("/skus").text();
        let path =
            format!("/skus/{}", between(&list[list.find("<code>TEA").unwrap_or(0) - 40..], "/skus/", "\""));
        let sizes = [("length", "10"), ("width", "20"), ("height", "30"), ("weight_g", "")];
        let mut fields = vec![("code", "TEA-1"), ("title", "龙井"), ("parts", "")];
        fields.extend(sizes);
        let saved = browser.post(&path, &fields).text();
        assert!(saved.contains("TEA-1 is saved.") && saved.contains("value=\"30\""), "{saved}");
        let shop_id = shop.id.to_string();
        let typed = [("shop", shop_id.as_str()), ("code", "X"), ("sku", "TEA-1"), ("back", path.as_str())];
        let mapped = browser.post("/skus/codes", &typed).text();
        assert!(mapped.contains("X is mapped") && mapped.contains("Code mapped"), "{mapped}");
        let code = between(&mapped, "/skus/codes/", "/remove");
        let let_go = browser.post(&format!("/skus/codes/{code}/remove"), &[]).text();
        assert!(let_go.contains("X no longer means a SKU."), "{let_go}");
        assert!(browser.post(&format!("{path}/remove"), &[]).text().contains("TEA-1 is removed."));
        assert_eq!(browser.get(&path).status, 404);
        let viewer = Browser::of(&app, Role::Viewer);
        assert!(!viewer.get("/skus").text().contains("name=\"weight_g\""), "a viewer has no form");
        assert_eq!(viewer.post("/skus", &fields).status, 403);
    }
);

each_database!(
    fn a_remark_is_read_and_answered_on_the_orders_page(app: TestApp) {
        let shop = app.shop("Tea House");
        let told = order("1").message("请加急 <b>").memo("送小样").with("flag", "red");
        let id = app.push(&shop, &[told])[0].order;
        let browser = Browser::of(&app, Role::Owner);
        let settings = [
            ("merge_policy", "all_shops"),
            ("merge_wait_minutes", "0"),
            ("remarks_must_be_read", "1"),
            ("remark_keywords", "加急\n换地址"),
        ];
        assert!(browser.post("/settings", &settings).text().contains("加急\n换地址</textarea>"));
        let path = format!("/orders/{id}");
        let page = browser.get(&path).text();
        assert!(page.contains("请<mark>加急</mark> &lt;b&gt;"), "{page}");
        assert!(page.contains("Nobody has marked this as read.") && page.contains("送小样"), "{page}");
        let listed = browser.get("/workbench?state=blocked").text();
        assert!(listed.contains("<mark>加急</mark>"), "{listed}");
        let shipment = format!("/shipments/{}", between(&listed, "data-id=\"", "\""));
        let blocked = browser.get(&shipment).text();
        assert!(blocked.contains(&format!("href=\"{path}#remarks\"")), "{blocked}");

        let written = browser.post(&format!("{path}/notes"), &[("text", "换地址到楼下")]).text();
        assert!(written.contains("<mark>换地址</mark>到楼下") && written.contains("owner@example.com"));
        let read = browser.post(&format!("{path}/remarks-read"), &[("back", &shipment)]).text();
        assert!(
            read.contains("Read by owner@example.com") && read.contains("data-state=\"ready\""),
            "{read}"
        );
        assert_eq!(browser.post(&format!("{path}/notes"), &[("text", " ")]).status, 422);
        let viewer = Browser::of(&app, Role::Viewer);
        assert!(!viewer.get(&path).text().contains("/notes"), "a viewer writes nothing");
        assert_eq!(viewer.post(&format!("{path}/notes"), &[("text", "x")]).status, 403);
    }
);

each_database!(
    fn deadlines_are_seen_moved_and_set_on_pages(app: TestApp) {
        tea_house(&app, 3);
        // Paid at 02:02 and due two days later: within the hours that are drawn.
        app.set_now("2026-11-21T20:00:00Z");
        let browser = Browser::of(&app, Role::Owner);
        let board = browser.get("/deadlines").text();
        assert!(board.contains("No delay has been announced."), "{board}");
        let hour = between(&board, "<a class=\"due-hour\" href=\"", "\"").replace("&amp;", "&");
        assert!(board.contains("3 orders due from 10:00 to 11:00"), "the hour in Shanghai: {board}");
        let list = browser.get(&hour).text();
        assert!(["1000", "1001", "1002"].iter().all(|number| list.contains(number)), "{list}");

        let shipment = between(&list, "data-id=\"", "\"");
        let fields = [
            ("shipment", shipment.as_str()),
            ("delay_until", "2026-11-30T12:00"),
            ("delay_reason", "stock_short"),
            ("back", "/deadlines"),
        ];
        let told = browser.post("/workbench/delay", &fields).text();
        assert!(told.contains("1 orders leave later.") && told.contains("11-30 12:00"), "{told}");
        let again = browser.post("/workbench/delay", &fields).text();
        assert!(again.contains("no later") && again.contains(&format!("/shipments/{shipment}")), "{again}");
        let missing =
            browser.post("/workbench/delay", &[("shipment", &shipment), ("delay_reason", "weather")]);
        assert!(
            missing.status == 422 && missing.text().contains("The new date is missing"),
            "{}",
            missing.text()
        );
        let undo = format!("/delay-notices/{}/undo", between(&told, "action=\"/delay-notices/", "/undo"));
        let undone = browser.post(&undo, &[("back", "/deadlines")]).text();
        assert!(undone.contains("The deadlines of 1 orders") && undone.contains("taken back"), "{undone}");

        let page = format!("/orders/{}", between(&told, "href=\"/orders/", "\""));
        assert!(browser.get(&page).text().contains("action=\"/workbench/delay\""));
        let one =
            [("order", page.rsplit('/').next().unwrap_or_default()), ("delay_until", "2026-12-01T12:00")];
        let fields =
            [one[0], one[1], ("delay_reason", "buyer"), ("delay_note", "on holiday"), ("back", &page)];
        let told = browser.post("/workbench/delay", &fields).text();
        assert!(told.contains("delay announced") && told.contains("on holiday"), "{told}");

        let shops = browser.get("/shops").text();
        let form = format!(
            "/shops/{}/deadline",
            between(&shops, "action=\"/shops/", "/deadline").rsplit('/').next().unwrap_or_default()
        );
        let mut fields = vec![
            ("rule", "same_day"),
            ("days_off", "skip"),
            ("warn_minutes", "60"),
            ("payment_cut_off", "15:00"),
            ("packing_cut_off", "18:00"),
            ("confirm_cut_off", "20:30"),
            ("presale_within_hours", ""),
            ("time_zone", "Asia/Tokyo"),
            ("activities", "2026-11-10T20:00 2026-11-12T00:00 96 Double 11"),
            ("own_days", "1"),
            ("day", "mon"),
            ("day", "tue"),
            ("exceptions", "2026-11-24 off\n2026-11-28 2026-11-29 work Fair"),
        ];
        let saved = browser.post(&form, &fields).text();
        for shown in [
            "15:00",
            "Asia/Tokyo",
            "2026-11-10T20:00 2026-11-12T00:00 96 Double 11",
            "2026-11-28 2026-11-29 work Fair",
        ] {
            assert!(saved.contains(shown), "{shown} in {saved}");
        }
        fields.retain(|(name, _)| *name != "exceptions");
        fields.push(("exceptions", "2026-11-24 off\nsoon"));
        let wrong = browser.post(&form, &fields);
        assert!(wrong.status == 422 && wrong.text().contains("Line 2 cannot be read"), "{}", wrong.text());
        let week = [("time_zone", "Europe/Berlin"), ("day", "mon"), ("exceptions", "")];
        assert!(browser.post("/settings/calendar", &week).text().contains("Europe/Berlin"));
        let nowhere = browser.post("/settings/calendar", &[("time_zone", "Atlantis"), ("day", "mon")]);
        assert!(nowhere.status == 422 && nowhere.text().contains("IANA"), "{}", nowhere.text());
    }
);

each_database!(
    fn a_person_writes_a_rule_sees_what_it_would_change_and_keeps_it(app: TestApp) {
        let shop = app.shop("Tea House");
        let to = |number: &str, pieces| order(number).to(recipient(number)).line("TEA-250", pieces);
        let ids: Vec<_> =
            app.push(&shop, &[to("1", 1), to("2", 8)]).iter().map(|taken| taken.order).collect();
        let browser = Browser::of(&app, Role::Owner);
        assert!(browser.get("/rules").text().contains("No rules yet."));
        let rule = [
            ("version", "0"),
            ("name", "Many pieces"),
            ("on", "1"),
            ("pieces_from", "5"),
            ("amount_from", "1.50"),
            ("currency", "CNY"),
            ("not_region", "65、54"),
            ("carrier", "sf"),
            ("hold", "看一眼"),
            ("give_tags", "big，slow"),
        ];
        let with = |act: &'static str| [&rule[..], &[("act", act)]].concat();
        let tried = browser.post("/rules/new", &with("try"));
        let shown = tried.text();
        assert!(shown.contains("1 of 2 waiting orders would change."), "{shown}");
        assert!(shown.contains("SF Express") && shown.contains("big"), "{shown}");
        assert!(browser.get("/rules").text().contains("No rules yet."), "nothing is kept yet");
        let run = between(&shown, "action=\"/rules/dry-runs/", "\"");
        let kept = browser.post(&format!("/rules/dry-runs/{run}"), &[("version", "0")]).text();
        assert!(kept.contains("Many pieces") && kept.contains("Pieces ≥ 5"), "{kept}");
        assert!(kept.contains("not (Regions: 65, 54)"), "{kept}");

        // What the form shows is what it was given.
        let form = browser.get("/rules/r1").text();
        for value in ["value=\"1.50\"", "value=\"65, 54\"", "value=\"看一眼\"", "value=\"big, slow\""] {
            assert!(form.contains(value), "{value}: {form}");
        }
        let page = browser.get(&format!("/orders/{}", ids[1])).text();
        assert!(page.contains("Decided by rules") && page.contains("A rule holds the order"), "{page}");
        assert!(!browser.get(&format!("/orders/{}", ids[0])).text().contains("Decided by rules"));
        let path = format!("/orders/{}/rule-overrides", ids[1]);
        let free = browser.post(&path, &[("kind", "hold"), ("rule", "r1")]).text();
        assert!(free.contains("taken back by hand") && !free.contains("A rule holds the order"), "{free}");
        let zto = browser.post(&path, &[("kind", "carrier"), ("value", "zto")]).text();
        assert!(
            zto.contains("ZTO Express") && zto.contains("by owner@example.com")
                || zto.contains("owner@example.com"),
            "{zto}"
        );
        let why = browser.post("/why", &[("number", "2")]).text();
        assert!(why.contains("Many pieces") && why.contains("taken back by hand"), "{why}");

        let late = browser.post("/rules/r1", &[&rule[..], &[("act", "save")]].concat());
        assert_eq!(late.status, 409, "version 0 was seen, 1 counts");
        let mut again = with("save").to_vec();
        again[0] = ("version", "1");
        again[1] = ("name", "Many");
        assert!(browser.post("/rules/r1", &again).text().contains("The rule Many is kept"));
        browser.post("/rules/r1/off", &[("version", "2")]);
        assert_eq!(browser.post("/rules/r1/on", &[("version", "2")]).status, 409);
        let text = browser.get("/rules/text").text();
        assert!(text.contains("\"on\": false"), "{text}");
        let wrong =
            browser.post("/rules/text", &[("version", ""), ("text", "{\"rules\": [{\"name\": \"x\"}]}")]);
        assert!(wrong.status == 422 && wrong.text().contains("then"), "{}", wrong.text());
        assert!(browser.post("/rules/text", &[("text", &text)]).text().contains("1 rules are kept."));
        assert!(browser.post("/rules/r1/remove", &[]).text().contains("The rule Many is gone."));
        let viewer = Browser::of(&app, Role::Viewer);
        assert!(!viewer.get("/rules").text().contains("/rules/new"));
        assert_eq!(viewer.post("/rules/new", &rule).status, 403);
        let chinese = Browser { lang: "zh", ..Browser::of(&app, Role::Manager) };
        assert!(chinese.get("/rules/new").text().contains("预览影响"));
    }
);

each_database!(
    fn orders_are_audited_on_their_pages_and_in_batches(app: TestApp) {
        let shop = app.shop("Tea House");
        let to = |number: &str| order(number).to(recipient(number));
        let ids: Vec<_> =
            app.push(&shop, &[to("1"), to("2"), to("3")]).iter().map(|taken| taken.order).collect();
        let browser = Browser::of(&app, Role::Owner);
        let rules = [
            ("customer_mode", "auto"),
            ("customer_total_from", "64.95"),
            ("customer_remarks", "1"),
            ("finance_mode", "off"),
        ];
        let saved = browser.post(&format!("/shops/{}/audits", shop.id), &rules).text();
        assert!(
            saved.contains("name=\"customer_total_from\"") && saved.contains("value=\"64.95\""),
            "{saved}"
        );
        let wrong = [("customer_mode", "auto"), ("customer_total_from", "much"), ("finance_mode", "off")];
        assert_eq!(browser.post(&format!("/shops/{}/audits", shop.id), &wrong).status, 422);

        let path = format!("/orders/{}", ids[0]);
        let page = browser.get(&path).text();
        assert!(page.contains("Customer audit") && page.contains("high total"), "{page}");
        let seen = between(&page, "name=\"facts\" value=\"", "\"");
        let pass = format!("{path}/audits/customer/pass");
        let stale = browser.post(&pass, &[("facts", "old"), ("back", &path)]).text();
        assert!(
            stale.contains("0 orders pass.") && stale.contains("has changed since it was shown"),
            "{stale}"
        );
        let passed = browser.post(&pass, &[("facts", &seen), ("back", &path)]).text();
        assert!(passed.contains("1 orders pass.") && passed.contains("by owner@example.com"), "{passed}");
        let page = browser.get(&format!("/orders/{}", ids[1])).text();
        let seen = between(&page, "name=\"facts\" value=\"", "\"");
        let reject = [("facts", seen.as_str()), ("note", "wrong price"), ("back", "/workbench")];
        let held = browser.post(&format!("/orders/{}/audits/customer/reject", ids[1]), &reject).text();
        assert!(held.contains("1 orders are rejected and held."), "{held}");

        let query = "state=blocked&audit=customer";
        let list = browser.get(&format!("/workbench?{query}")).text();
        assert!(list.contains("/workbench/audits/customer"), "{list}");
        assert!(!list.contains("/workbench/audits/finance"), "no shop asks for it: {list}");
        let ticked = [("all", "1"), ("query", query), ("back", "/workbench?state=ready")];
        let done = browser.post("/workbench/audits/customer", &ticked).text();
        assert!(done.contains("2 orders pass."), "{done}");
        let undone = browser.post(&format!("{path}/audits/customer/undo"), &[("back", &path)]).text();
        assert!(undone.contains("1 audits are open again."), "{undone}");
        let refused = browser.post("/workbench/audits/customer/reject", &ticked);
        assert!(refused.status == 422, "a reason is needed: {}", refused.text());
        let reason =
            [("all", "1"), ("query", "state=ready"), ("back", "/workbench"), ("reject_reason", "no stock")];
        let left = browser.post("/workbench/audits/customer/reject", &reason).text();
        assert!(
            left.contains("0 orders are rejected") && left.contains("has passed its customer audit"),
            "{left}"
        );
        let reason = [("all", "1"), ("query", query), ("back", "/workbench"), ("reject_reason", "no stock")];
        let left = browser.post("/workbench/audits/customer/reject", &reason).text();
        assert!(left.contains("1 orders are rejected and held."), "{left}");
        assert_eq!(browser.get("/audits?audit=much").status, 422);
        let shipper = Browser::of(&app, Role::Shipper);
        assert_eq!(shipper.post("/workbench/audits/customer/reject", &reason).status, 403);
        assert!(!shipper.get("/audits").text().contains("data-key=\"p\""), "only looks");
        assert!(!shipper.get("/workbench?state=blocked").text().contains("/workbench/audits/"));
        assert_eq!(shipper.post("/workbench/audits/customer", &ticked).status, 403);
        assert_eq!(browser.post("/workbench/audits/other", &ticked).status, 422);
    }
);

each_database!(
    fn a_manager_sets_carriers_up_and_sees_plans_change(app: TestApp) {
        tea_house(&app, 2);
        app.http()
            .post("/api/v1/skus", json!({ "code": "TEA-250", "title": "Tea", "weight_g": 800 }))
            .expect(201);
        let manager = Browser::of(&app, Role::Manager);
        let service = [
            ("code", "zto-std"),
            ("name", "Standard"),
            ("kind", "carrier"),
            ("carrier", "zto"),
            ("is_on", "1"),
            ("days", "3"),
            ("currency", "CNY"),
            ("max_cod", "2000"),
        ];
        let page = manager.post("/carriers/services", &service).text();
        assert!(page.contains("Standard is written down") && page.contains("2000.00"), "{page}");
        let id = between(&page, "action=\"/carriers/services/", "/");
        manager.post("/carriers/policy", &[("policy", "cheapest")]);
        let sheet = "省份\t首重\t续重\n浙江\t3.5\t0.8\n火星\t1\t1\n其他\t8\t5\n";
        let prices = |more: &[(&str, &str)]| {
            let mut fields = vec![("text", sheet), ("price_kind", "parcel"), ("currency", "CNY")];
            fields.extend(more);
            manager.post(&format!("/carriers/services/{id}/prices"), &fields).text()
        };
        let seen = prices(&[("preview", "1")]);
        assert!(seen.contains("Nothing is kept yet. 2 rows are understood, 1 refused."), "{seen}");
        assert!(seen.contains("浙江省 1000 g ¥3.50 + 1000 g ¥0.80") && seen.contains("火星"), "{seen}");
        let kept = prices(&[]);
        assert!(kept.contains("counts today") && kept.contains("¥3.50"), "{kept}");
        let list = manager.get("/workbench?carrier=zto").text();
        assert!(list.contains("Standard") && list.contains("¥3.50"), "{list}");

        let house = [("code", "east"), ("name", "East"), ("order_cut_off", "16:00"), ("is_on", "1")];
        assert!(manager.post("/warehouses", &house).text().contains("East is written down"));
        let shipment = app.read(|db| {
            db.number(sql("SELECT MIN(id) AS one FROM shipments WHERE seller_id = ?").bind(db.seller()))
        });
        let chosen = [("shipment", shipment.to_string())];
        let chosen: Vec<(&str, &str)> = chosen
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .chain([("plan_warehouse", "east"), ("plan_service", ""), ("back", "/workbench?warehouse=east")])
            .collect();
        let list = manager.post("/workbench/plan", &chosen).text();
        assert!(list.contains("1 planned by hand") && list.contains(" east"), "{list}");
        let shown = manager.get(&format!("/shipments/{shipment}")).text();
        assert!(
            shown.contains("by hand") && shown.contains("cheapest") && shown.contains("First"),
            "{shown}"
        );

        let notice = [("text", "停发区域,备注\n浙江,大雪\n"), ("effect", "closed"), ("carrier", "zto")];
        let page = manager.post("/carriers/regions/notice", &notice).text();
        assert!(page.contains("1 rows are taken in, 0 refused.") && page.contains("浙江省"), "{page}");
        let shown = manager.get(&format!("/shipments/{shipment}")).text();
        assert!(shown.contains("The region is not served: 浙江省 · 大雪."), "{shown}");
        let shipper = Browser::of(&app, Role::Shipper);
        let page = manager.get("/carriers").text();
        let shop = between(&page, "action=\"/carriers/shops/", "\"");
        let fields = [("policy", "shop"), ("service", "zto-std"), ("carrier", ""), ("warehouse", "")];
        manager.post(&format!("/carriers/shops/{shop}"), &fields);
        let plan = app.http().get(&format!("/api/v1/shops/{shop}")).expect(200)["settings"]["plan"].clone();
        assert_eq!((&plan["policy"], &plan["service"]), (&json!("shop"), &json!("zto-std")), "{page}");
        let wrong =
            manager.post(&format!("/carriers/shops/{shop}"), &[("policy", "shop"), ("service", "gone")]);
        assert_eq!(wrong.status, 422);
        let fields = [("policy", "cheapest"), ("other_carrier", "warn"), ("assumed_weight_g", "400")];
        manager.post("/carriers/policy", &fields);
        let plans = app.http().get("/api/v1/settings").expect(200)["plans"].clone();
        assert_eq!((&plans["other_carrier"], &plans["assumed_weight_g"]), (&json!("warn"), &json!(400)));
        assert_eq!(shipper.post("/carriers/policy", &[("policy", "fastest")]).status, 403);
        assert!(!shipper.get("/carriers").text().contains("action=\"/carriers/services\""));
    }
);

each_database!(
    fn many_parcels_are_held_by_one_act_and_counted_without_their_list(app: TestApp) {
        tea_house(&app, 60);
        let browser = Browser::of(&app, Role::Shipper);
        let page = browser.get("/workbench?state=ready&limit=20&from=20").text();
        let counts = browser.get("/workbench/counts?state=ready&limit=20&from=20").text();
        assert_eq!(page.matches("name=\"shipment\"").count(), 20);
        assert_eq!(counts.matches("name=\"shipment\"").count(), 0, "the counts come without the list");
        for text in ["id=\"rail\"", "data-total=\"60\"", "21–40 of 60", "id=\"ticked-count\""] {
            assert!(page.contains(text), "{text} in {page}");
            assert!(counts.contains(text), "{text} in {counts}");
        }

        let held =
            [("all", "1"), ("query", "state=ready"), ("reason", "stock is counted"), ("back", "/workbench")];
        assert!(browser.post("/workbench/hold", &held).text().contains("60"));
        let number = |text: &str| app.read(|db| db.number(sql(text)));
        assert_eq!(number("SELECT COUNT(*) AS one FROM holds WHERE reason = 'stock is counted'"), 60);
        assert_eq!(
            number("SELECT COUNT(DISTINCT subject_id) AS one FROM events WHERE kind = 'order.held'"),
            60
        );
        assert_eq!(number("SELECT COUNT(*) AS one FROM shipments WHERE state = 'blocked'"), 60);
        // One that is not there leaves all of them as they are.
        let orders: Vec<_> = app
            .read(|db| {
                db.load::<huidan::db::One>(
                    sql("SELECT id AS one FROM orders WHERE seller_id = ? LIMIT 2").bind(db.seller()),
                )
            })
            .into_iter()
            .map(|row| huidan::domain::id::OrderId(row.one))
            .chain([huidan::domain::id::OrderId(1)])
            .collect();
        let new = huidan::operations::orders::NewHold { reason: "again".to_owned(), until: None };
        assert!(app.write(|tx| huidan::operations::orders::hold_all(tx, &orders, &new)).is_err());
        assert_eq!(number("SELECT COUNT(*) AS one FROM holds"), 60);
    }
);
