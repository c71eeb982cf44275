//! The pages in a real browser, used as people use them.

use huidan::domain::actor::Role;
use huidan::domain::audit::{AuditMode, AuditRule, AuditSettings};
use huidan::domain::id::OrderId;
use huidan::domain::shop::ShopSettings;
use serde_json::json;

use crate::second_factor::shown;
use crate::support::browser::{Browser, ENTER, ESCAPE, TAB};
use crate::support::station::{Agent, FakePrinter};
use crate::support::{TestApp, order, recipient};

const WIDE: (u32, u32) = (1280, 800);
const TABLET: (u32, u32) = (820, 1180);

fn tea_house(app: &TestApp, count: usize) {
    let shop = app.shop("Tea House");
    let orders: Vec<_> =
        (0..count).map(|n| order(&format!("{}", 1000 + n)).to(recipient(&format!("陈{n}")))).collect();
    app.push(&shop, &orders);
}

fn shipper(app: &TestApp) -> Browser {
    Browser::of(app, Role::Owner, WIDE.0, WIDE.1)
}

/// Ticks everything, numbers it from this number, and comes to the run.
fn number_all(browser: &Browser, count: usize, first: &str) {
    browser.open("/workbench?state=ready");
    browser.until(&format!("document.querySelectorAll('#rows > tr.row').length === {count}"));
    browser.keys("a");
    browser.until(&format!("document.querySelectorAll('#rows input:checked').length === {count}"));
    browser.keys("n");
    browser.choose(".drawer #format", "sf-12");
    browser.fill(".drawer #first-number", first);
    browser.keys(ENTER);
    browser.click(".drawer [formaction='/batch/commit']");
    browser.until("document.querySelector('.drawer [data-step=run]')");
}

each_database!(
    fn a_shipper_numbers_prints_and_ships_without_leaving_the_list(app: TestApp) {
        tea_house(&app, 4);
        let browser = shipper(&app);
        number_all(&browser, 4, "444080100016");
        browser.until_shows("444080100043");
        browser.picture("drawer-run-1280");
        browser.click(".drawer form[action$='/print'] button");
        browser.until("document.querySelector('.drawer [data-step=job]')");
        browser.click(".drawer form[action$='/document'] button");
        browser.until("document.querySelector('.drawer form[action$=\"/acknowledge\"]')");
        browser.click(".drawer form[action$='/acknowledge'] button[data-step-on]");
        browser.until("document.querySelector('.drawer form[action$=\"/ship\"]')");
        browser.click(".drawer form[action$='/ship'] button");
        browser.accept();
        browser.until("document.querySelector('#rail').innerText.match(/Shipped\\s+4/)");
        let counts = app.http().get("/api/v1/shipments/counts").json();
        assert_eq!(counts["states"]["shipped"], json!(4));
        assert_eq!(browser.complaints(), Vec::<String>::new());
    }
);

/// Ticks both parcels that are ready and types a first number, without sending it.
fn type_number(browser: &Browser) {
    browser.open("/workbench?state=ready");
    browser.until("document.querySelectorAll('#rows > tr.row').length === 2");
    browser.keys("an");
    browser.choose(".drawer #format", "sf-12");
    browser.fill(".drawer #first-number", "444080100016");
}

#[test]
fn a_typed_number_survives_a_reload_and_a_closed_drawer() {
    let app = TestApp::sqlite();
    tea_house(&app, 2);
    let browser = shipper(&app);
    type_number(&browser);
    browser.open("/workbench?state=ready");
    browser.until("document.querySelector('.drawer #first-number')?.value === '444080100016'");
    browser.keys(ESCAPE);
    browser.until("!document.querySelector('.drawer')");
    browser.until("document.querySelectorAll('#rows input:checked').length === 2");
    browser.keys("n");
    browser.until("document.querySelector('.drawer #first-number')?.value === '444080100016'");
}

#[test]
fn a_jam_is_one_form_in_the_drawer() {
    let app = TestApp::sqlite();
    tea_house(&app, 3);
    let browser = shipper(&app);
    number_all(&browser, 3, "444080100016");
    browser.click(".drawer form[action$='/print'] button");
    browser.until("document.querySelector('.drawer [data-step=job]')");
    let jobs = app.http().get("/api/v1/print-jobs?limit=1").json();
    let job = format!("/api/v1/print-jobs/{}", jobs["items"][0]["id"].as_str().expect("an id"));
    browser.click(".drawer form[action$='/document'] button");
    browser.until("document.querySelector('.drawer form[action$=\"/acknowledge\"]')");
    browser.fill(".drawer input[type=number][name=last_good]", "1");
    browser.click(".drawer form.row-form[action$='/acknowledge'] button");
    browser.until("document.querySelectorAll('.drawer tbody [data-state=unknown]').length === 2");
    browser.picture("jam-1280");
    browser.click(".drawer form[action$='/resume'] button");
    browser.until("document.querySelectorAll('.drawer tbody [data-state=queued]').length === 2");
    let states: Vec<_> = app.http().get(&job).json()["sheets"]
        .as_array()
        .expect("sheets")
        .iter()
        .map(|sheet| sheet["state"].clone())
        .collect();
    assert_eq!(states, ["acknowledged", "queued", "queued"]);
}

#[test]
fn two_people_number_the_same_and_the_second_gets_a_reason() {
    let app = TestApp::sqlite();
    tea_house(&app, 2);
    let (one, other) = (shipper(&app), Browser::of(&app, Role::Shipper, WIDE.0, WIDE.1));
    for browser in [&one, &other] {
        type_number(browser);
        browser.keys(ENTER);
        browser.until("document.querySelector('.drawer [formaction=\"/batch/commit\"]')");
    }
    one.click(".drawer [formaction='/batch/commit']");
    one.until("document.querySelector('.drawer [data-step=run]')");
    other.click(".drawer [formaction='/batch/commit']");
    other.until("document.querySelector('.drawer .notice, .drawer .left-out, .drawer [role=alert]')");
    other.picture("two-people-1280");
    let text = other.script("return document.querySelector('.drawer').innerText");
    assert!(
        text.as_str().is_some_and(|text| text.contains("444080100016")),
        "a reason, not an error: {text}"
    );
    let runs = app.http().get("/api/v1/number-runs").json()["items"].as_array().map(Vec::len);
    assert_eq!(runs, Some(1), "the second click made no run");
}

#[test]
fn two_people_see_each_others_ticks() {
    let app = TestApp::sqlite();
    tea_house(&app, 3);
    let (one, other) = (shipper(&app), Browser::of(&app, Role::Shipper, WIDE.0, WIDE.1));
    for browser in [&one, &other] {
        browser.open("/workbench?state=ready");
        browser.until("document.querySelectorAll('#rows > tr.row').length === 3");
    }
    one.keys("jjx");
    let marks = "[...document.querySelectorAll('#rows > tr.row')].map((row) => !!row.querySelector('.holder')).join()";
    other.until(&format!("{marks} === 'false,true,false'"));
    other.picture("ticks-of-others-1280");
    assert_eq!(one.script(&format!("return {marks}")), json!("false,false,false"), "one's own are no news");
    one.keys("x");
    other.until(&format!("{marks} === 'false,false,false'"));
}

#[test]
fn columns_stand_as_the_reader_numbered_them() {
    let app = TestApp::sqlite();
    tea_house(&app, 2);
    let browser = shipper(&app);
    browser.open("/workbench?state=ready");
    let heads =
        "[...document.querySelectorAll('#shipments thead th')].slice(1).map((head) => head.className).join()";
    browser.click(".columns-menu > summary");
    browser.picture("columns-1280");
    for (name, place) in [("remarks", ""), ("pieces", "1"), ("state", "2")] {
        browser
            .script(&format!("document.querySelector('.columns-menu [name={name}]').value = ''; return 0"));
        if !place.is_empty() {
            browser.fill(&format!(".columns-menu [name={name}]"), place);
        }
    }
    browser.click(".columns-menu button.primary");
    browser.until(&format!("{heads} === 'c-pieces,c-state,c-due,c-orders,c-recipient,c-lines,c-waybill'"));
    browser.open("/workbench?state=ready");
    browser.until(&format!("{heads}.startsWith('c-pieces,')"));
    browser.click(".columns-menu > summary");
    browser.click(".columns-menu [name=usual]");
    browser.until(&format!("{heads}.startsWith('c-state,c-due,')"));
}

/// What a hand does from the list of ready parcels until fifty have left: three keys and a number, six clicks.
#[test]
fn fifty_parcels_leave_with_a_handful_of_acts() {
    let app = TestApp::sqlite();
    tea_house(&app, 50);
    let browser = shipper(&app);
    browser.open("/workbench?state=ready");
    browser.until("document.querySelectorAll('#rows > tr.row').length === 50");
    let begun = std::time::Instant::now();
    number_all(&browser, 50, "444080100016");
    browser.click(".drawer form[action$='/print'] button");
    browser.until("document.querySelector('.drawer [data-step=job]')");
    browser.click(".drawer form[action$='/document'] button");
    browser.until("document.querySelector('.drawer form[action$=\"/acknowledge\"]')");
    browser.click(".drawer form[action$='/acknowledge'] button[data-step-on]");
    browser.until("document.querySelector('.drawer form[action$=\"/ship\"]')");
    browser.click(".drawer form[action$='/ship'] button");
    browser.accept();
    browser.until("document.querySelector('#rail').innerText.match(/Shipped\\s+50/)");
    println!("fifty parcels left after {:.1} s", begun.elapsed().as_secs_f64());
    let counts = app.http().get("/api/v1/shipments/counts").json();
    assert_eq!(counts["states"]["shipped"], json!(50));
}

#[test]
fn the_day_is_drawn_and_an_order_has_a_page_of_its_own() {
    let app = TestApp::sqlite();
    let shop = app.shop("Tea House");
    let orders: Vec<_> = (0..9)
        .map(|n| {
            order(&format!("{}", 1000 + n)).to(recipient(&format!("陈{n}"))).line("TEA", 2).memo("送小样")
        })
        .collect();
    let taken = app.push(&shop, &orders);
    huidan::jobs::housekeeping::keep(app.app()).expect("a sample is taken");
    let browser = shipper(&app);
    browser.open("/");
    browser.until("document.querySelectorAll('.chart').length === 2");
    browser.script("document.querySelector('.charts').scrollIntoView(); return 0");
    browser.picture("day-1280");
    let drawn = browser.script("return document.querySelectorAll('.chart rect.series title').length");
    assert!(drawn.as_i64() > Some(0), "{drawn}");
    browser.open(&format!("/orders/{}", taken[0].order));
    browser.until_shows("1000");
    browser.picture("order-1280");
    for wrong in [browser.script(OUTSIDE), json!(barriers(&browser)), json!(browser.complaints())] {
        assert_eq!(wrong, json!([]));
    }
    browser.click("#order a[href^='/shipments/']");
    browser.until("document.querySelector('#shipment')");
}

#[test]
fn the_tour_walks_the_demo_until_it_is_put_away() {
    let app = TestApp::sqlite();
    let browser = shipper(&app);
    tea_house(&app, 2);
    browser.open("/");
    browser.until("document.querySelector('h1')");
    assert_eq!(browser.script("return document.querySelector('.tour')"), json!(null), "real shops have none");
    app.shop_with("Demo", ShopSettings { simulated: true, ..ShopSettings::default() });
    browser.open("/workbench?state=ready");
    browser.until("document.querySelector('.tour [aria-current=step]')?.innerText.includes('Tick')");
    browser.picture("tour-1280");
    assert_eq!(barriers(&browser), Vec::<String>::new());
    browser.click(".tour a[href='/write-backs']");
    browser.until("location.pathname === '/write-backs' && document.querySelector('.tour')");
    browser.click(".tour button");
    browser.until("document.readyState === 'complete' && !document.querySelector('.tour')");
    browser.open("/");
    browser.until("document.querySelector('h1') && !document.querySelector('.tour')");
}

#[test]
fn a_desk_prints_while_its_job_is_watched() {
    let app = TestApp::sqlite();
    let folder = tempfile::tempdir().expect("a machine");
    let printer = FakePrinter::start(std::time::Duration::from_millis(150));
    let address = app.pages_address().trim_start_matches("http://").parse().expect("an address");
    let printers = [printer.spec("zebra", ""), printer.spec("spare", "&stacking=first_at_bottom")];
    let _agent = Agent::start(address, folder.path(), "desk 1", &printers);
    let browser = Browser::of(&app, Role::Manager, WIDE.0, WIDE.1);
    browser.open("/stations");
    browser.until("document.querySelector('form[action$=\"/approve\"]')");
    browser.picture("stations-waiting-1280");
    assert_eq!(barriers(&browser), Vec::<String>::new());
    browser.click("form[action$='/approve'] button");
    browser.until("document.querySelectorAll('#stations tbody tr').length === 2");
    browser.picture("stations-1280");
    for wrong in [browser.script(OUTSIDE), json!(barriers(&browser)), json!(browser.complaints())] {
        assert_eq!(wrong, json!([]));
    }
    tea_house(&app, 30);
    number_all(&browser, 30, "444080100016");
    browser.choose(".drawer select[name=station]", "desk 1");
    browser.click(".drawer form[action$='/print'] button");
    browser.until("document.querySelector('.drawer [data-step=job]')");
    let jobs = app.http().get("/api/v1/print-jobs?limit=1").json();
    let job = format!("/print-jobs/{}", jobs["items"][0]["id"].as_str().expect("an id"));
    browser.open(&job);
    browser.until("document.querySelector('#print-progress progress')?.value > 0");
    browser.picture("job-at-desk-1280");
    for wrong in [browser.script(OUTSIDE), json!(barriers(&browser)), json!(browser.complaints())] {
        assert_eq!(wrong, json!([]));
    }
    browser.until("document.querySelector('#print-progress').innerText.includes('30 good, 0 to go')");
}

#[test]
fn a_second_factor_is_switched_on_asked_for_and_survives_a_lost_phone() {
    let app = TestApp::sqlite();
    let browser = shipper(&app);
    browser.open("/account");
    browser.click("#factor form button");
    browser.until("document.querySelector('#factor .qr')");
    browser.picture("factor-1280");
    assert_eq!(barriers(&browser), Vec::<String>::new());
    let secret = browser.script("return document.querySelector('#factor .secret').innerText");
    let code = shown(&app, secret.as_str().expect("a text"));
    browser.fill("#factor [name=code]", &code);
    browser.click("#factor button.primary");
    browser.until("document.querySelectorAll('.codes code').length === 8");
    let recovery = browser.script("return document.querySelector('.codes code').innerText");

    let other = Browser::stranger(&app, WIDE.0, WIDE.1);
    let log_in = || {
        other.open("/login?back=/account");
        other.fill("[name=email]", "owner@example.com");
        other.fill("[name=password]", "correct horse");
        other.click("button.primary");
        other.until("document.querySelector('[name=ticket]')");
    };
    log_in();
    other.picture("factor-login-1280");
    other.fill("[name=code]", &code);
    other.click("button.primary");
    other.until("document.querySelector('#trouble')");
    other.fill("[name=code]", recovery.as_str().expect("a text"));
    other.click("button.primary");
    other.until("location.pathname === '/account'");
    other.fill("#factor [name=old]", "correct horse");
    other.click("#factor button.danger");
    other.until("document.querySelector('#factor form[action=\"/account/factor\"]')");
}

#[test]
fn jobs_are_watched_called_off_tried_again_and_their_queue_paused() {
    let app = TestApp::sqlite();
    let shop = json!({ "platform": "vendure", "name": "Woo", "settings": { "address": "http://127.0.0.1:9" },
        "credentials": { "api_key": "k" } });
    let shop = app.http().post("/api/v1/shops", shop).expect(201)["id"].as_str().expect("an id").to_owned();
    let job = app.http().post(&format!("/api/v1/shops/{shop}/pull"), json!({})).expect(202)["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let browser = shipper(&app);
    browser.open("/jobs");
    browser.until_shows("Ask a shop for its orders");
    browser.picture("jobs-1280");
    browser.click("form[action='/queues/pull/pause'] button");
    browser.until("document.querySelector('form[action=\"/queues/pull/resume\"]')");
    browser.click("form[action='/queues/pull/resume'] button");
    browser.until("document.querySelector('form[action=\"/queues/pull/pause\"]')");
    browser.open(&format!("/jobs/{job}"));
    browser.click("#job form[action$='/cancel'] button");
    browser.accept();
    browser.until("document.querySelector('#job')?.innerText.includes('Called off')");
    browser.picture("job-1280");
    browser.click("#job form[action$='/retry'] button");
    browser.until("document.querySelector('#job form[action$=\"/cancel\"]')");
    assert_eq!(barriers(&browser), Vec::<String>::new());
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn a_lost_network_loses_nothing_that_was_typed() {
    let app = TestApp::sqlite();
    tea_house(&app, 2);
    let browser = shipper(&app);
    type_number(&browser);
    browser.offline(true);
    browser.keys(ENTER);
    browser.until("document.querySelector('#trouble')");
    browser.picture("lost-1280");
    assert_eq!(browser.script("return document.querySelector('#first-number').value"), json!("444080100016"));
    browser.offline(false);
    browser.click(".drawer #first-number");
    browser.keys(ENTER);
    browser.until("document.querySelector('.drawer [formaction=\"/batch/commit\"]')");
}

#[test]
fn keys_alone_walk_the_list_and_the_help() {
    let app = TestApp::sqlite();
    tea_house(&app, 3);
    let browser = shipper(&app);
    browser.open("/workbench?state=ready");
    browser.until("document.querySelectorAll('#rows > tr.row').length === 3");
    browser.keys("jjx");
    browser.until("document.querySelectorAll('#rows > tr.row')[1].querySelector('input').checked");
    browser.keys("o");
    browser.until("document.querySelector('#rows > tr.detail')");
    browser.keys(ESCAPE);
    browser.until("!document.querySelector('#rows > tr.detail')");
    browser.keys("?");
    browser.until("document.querySelector('#keys').open");
    browser.keys(ESCAPE);
    browser.until("!document.querySelector('#keys').open");
    browser.keys("/");
    browser.until("document.activeElement.id === 'search'");
    browser.keys("1002");
    browser.keys(ENTER);
    browser.until("document.querySelectorAll('#rows > tr.row').length === 1");
    browser.open("/workbench?state=ready");
    browser.until("document.querySelectorAll('#rows > tr.row').length === 3");
    browser.keys(TAB);
    browser.until("document.activeElement.classList.contains('skip')");
}

/// A shop that has every order audited, with orders in the order of the queue; the third one has something said.
fn audited(app: &TestApp, count: usize) -> Vec<OrderId> {
    let rule = AuditRule { mode: AuditMode::Manual, ..AuditRule::default() };
    let audits = AuditSettings { customer: rule, finance: AuditRule::default() };
    let shop = app.shop_with("Tea House", ShopSettings { audits, ..ShopSettings::default() });
    let orders: Vec<_> = (0..count)
        .map(|n| {
            let paid = format!("2026-11-18T{:02}:00:00Z", 3 + n);
            let one = order(&format!("a{n}")).to(recipient(&format!("陈{n}"))).nick("mei").paid_at(&paid);
            if n == 2 { one.message("请周五前发货") } else { one }
        })
        .collect();
    app.push(&shop, &orders).iter().map(|taken| taken.order).collect()
}

each_database!(
    fn an_auditor_decides_a_queue_without_the_mouse(app: TestApp) {
        let ids = audited(&app, 4);
        let told = |at: usize| app.http().get(&format!("/api/v1/orders/{}", ids[at])).json();
        let browser = Browser::of(&app, Role::Auditor, WIDE.0, WIDE.1);
        let on_desk = |number: &str| {
            browser
                .until(&format!("document.querySelector('#audit-desk h1')?.innerText.includes('{number}')"));
        };
        browser.open("/workbench?state=blocked");
        browser.until("document.querySelector('#rail').innerText.match(/Customer audit\\s+4/)");
        browser.keys("ga");
        on_desk("a0");
        browser.until_shows("3 other orders in this shop");
        browser.picture("audit-desk-1280");
        browser.keys("p");
        on_desk("a1");
        assert_eq!(told(0)["audits"][0]["state"], "passed");
        browser.until("document.activeElement.matches('#audit-desk h1')");
        browser.keys("u");
        on_desk("a0");
        assert_eq!(told(0)["audits"][0]["state"], "open");
        browser.keys("p");
        on_desk("a1");

        for (reason, holds) in [("wrong price", 1), ("buyer calls", 2)] {
            browser.keys("h");
            browser.until("document.activeElement.name === 'reason'");
            browser.keys(reason);
            browser.keys(ENTER);
            browser.until(&format!("document.querySelectorAll('#order .hold').length === {holds}"));
        }
        browser.picture("audit-desk-holds-1280");
        browser.keys("r");
        browser.until("document.querySelectorAll('#order .hold').length === 1");
        assert_eq!(told(1)["holds"][0]["reason"], "buyer calls", "the other one still holds");

        browser.keys("j");
        on_desk("a2");
        browser.until_shows("请周五前发货");
        browser.keys("m");
        browser.until("!document.querySelector('[data-key=m]')");
        browser.keys("n");
        browser.until("document.activeElement.name === 'text'");
        browser.keys("called her");
        browser.keys(ENTER);
        browser.until("document.querySelector('#remarks').innerText.includes('called her')");
        browser.keys("x");
        browser.until("document.activeElement.name === 'note'");
        browser.keys(ESCAPE);
        browser.until("document.activeElement.matches('summary[data-key=x]')");
        browser.keys("x");
        browser.until("document.activeElement.name === 'note'");
        browser.keys("no stock");
        browser.keys(ENTER);
        on_desk("a3");
        let rejected = told(2);
        assert_eq!(rejected["audits"][0]["state"], "rejected");
        assert_eq!(rejected["holds"][0]["reason"], "no stock");
        browser.keys("k");
        on_desk("a2");
        browser.keys("j");
        on_desk("a3");
        browser.keys("p");
        browser.until_shows("2 parcels still wait");
        browser.keys("j");
        on_desk("a1");
        assert_eq!(browser.complaints(), Vec::<String>::new());
    }
);

#[test]
fn the_audit_desk_is_open_to_everybody_on_a_phone() {
    let app = TestApp::sqlite();
    audited(&app, 3);
    for (theme, lang) in [("light", "zh"), ("dark", "en")] {
        let browser = Browser::of(&app, Role::Owner, TABLET.0, TABLET.1);
        browser.as_phone(360, 740);
        browser.cookie("theme", theme);
        browser.cookie("lang", lang);
        browser.open("/audits");
        browser.until("document.readyState === 'complete' && innerWidth === 360");
        browser.script("document.querySelectorAll('details.fold').forEach((fold) => { fold.open = true; })");
        browser.picture(&format!("audit-desk-360-{theme}-{lang}"));
        assert_eq!(browser.script(OUTSIDE), json!([]), "{theme} {lang}");
        assert_eq!(barriers(&browser), Vec::<String>::new(), "{theme} {lang}");
    }
}

/// A second shop, whose orders are overdue or due in the hours of the board.
fn due_today(app: &TestApp) {
    let shop = app.shop("Coffee House");
    let orders: Vec<_> = (0..9)
        .map(|n| {
            let paid = format!("2026-11-18T{:02}:20:00Z", 3 + n * 2);
            order(&format!("c{n}")).to(recipient(&format!("林{n}"))).paid_at(&paid)
        })
        .collect();
    let ids: Vec<_> = app.push(&shop, &orders).iter().map(|taken| taken.order).collect();
    let notice = json!({ "orders": [ids[0]], "reason": "weather", "ship_by": "2026-11-20T11:00:00Z" });
    assert_eq!(app.http().post("/api/v1/delay-notices", notice).status, 200);
}

#[test]
fn the_board_is_reached_and_left_by_keys() {
    let app = TestApp::sqlite();
    due_today(&app);
    let browser = shipper(&app);
    browser.open("/workbench?state=ready");
    browser.until("document.querySelectorAll('#rows > tr.row').length === 9");
    browser.keys("gd");
    browser
        .until("location.pathname === '/deadlines' && document.querySelectorAll('a.due-hour').length === 8");
    browser.script("document.querySelectorAll('a.due-hour')[3].focus()");
    browser.until("document.activeElement.getAttribute('aria-label').startsWith('2 orders due')");
    browser.keys(ENTER);
    browser.until(
        "location.pathname === '/workbench' && document.querySelectorAll('#rows > tr.row').length === 2",
    );
}

/// Every page that stands in a menu, with something on it.
const PAGES: &[(&str, &str)] = &[
    ("start", "/"),
    ("workbench", "/workbench?state=ready"),
    ("audits", "/audits"),
    ("deadlines", "/deadlines"),
    ("scan", "/scan"),
    ("evening", "/evening"),
    ("hand-overs", "/hand-overs"),
    ("templates", "/templates"),
    ("pack", "/pack"),
    ("suggestions", "/suggestions"),
    ("number-runs", "/number-runs"),
    ("print-jobs", "/print-jobs"),
    ("write-backs", "/write-backs"),
    ("imports", "/imports"),
    ("shops", "/shops"),
    ("skus", "/skus"),
    ("rules", "/rules"),
    ("rule", "/rules/new"),
    ("unmapped", "/skus/unmapped"),
    ("why", "/why?number=4711"),
    ("jobs", "/jobs"),
    ("stations", "/stations"),
    ("staff", "/staff"),
    ("settings", "/settings"),
    ("audit", "/audit"),
    ("account", "/account"),
];

/// What the rules of WCAG 2.2 AA that a tool can check have against the page.
fn barriers(browser: &Browser) -> Vec<String> {
    browser.script(include_str!("../fixtures/axe/axe.min.js"));
    browser.script(
        "window.barriers = null; axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }) \
         .then((found) => { window.barriers = found.violations.map((one) => one.id + ': ' + \
         one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160) + ' ' + node.failureSummary.slice(0, 200)).join(' | ')); })",
    );
    browser.until("window.barriers");
    let found = browser.script("return window.barriers");
    found.as_array().expect("a list").iter().map(|one| one.as_str().unwrap_or_default().to_owned()).collect()
}

/// What can be clicked and lies beyond the window's right edge, where nothing scrolls to it.
const OUTSIDE: &str = "const scrolls = (e) => e && e !== document.body && e !== document.documentElement && \
    (['auto', 'scroll'].includes(getComputedStyle(e).overflowX) || scrolls(e.parentElement)); \
    return [...document.querySelectorAll('a, button, input, select, summary')] \
    .filter((e) => e.checkVisibility() && e.getBoundingClientRect().right > innerWidth + 1 && !scrolls(e.parentElement)) \
    .map((e) => e.outerHTML.slice(0, 120))";

#[test]
fn every_page_is_open_to_everybody_in_both_languages_themes_and_widths() {
    let app = TestApp::sqlite();
    tea_house(&app, 12);
    due_today(&app);
    let mut wrong = Vec::new();
    for ((width, height), theme, lang) in
        [(WIDE, "light", "en"), (WIDE, "dark", "zh"), (TABLET, "light", "zh"), (TABLET, "dark", "en")]
    {
        let browser = Browser::of(&app, Role::Owner, width, height);
        browser.cookie("theme", theme);
        browser.cookie("lang", lang);
        for (name, path) in PAGES {
            browser.open(path);
            browser.until("document.readyState === 'complete'");
            browser.picture(&format!("{name}-{width}-{theme}-{lang}"));
            let shown = browser.script(
                "return [document.documentElement.lang.slice(0, 2), document.documentElement.dataset.theme]",
            );
            assert_eq!(shown, json!([lang, theme]), "{name}");
            // What is folded away has to be as open to everybody.
            browser
                .script("document.querySelectorAll('details.fold').forEach((fold) => { fold.open = true; })");
            let outside = browser.script(OUTSIDE);
            if outside != json!([]) {
                wrong.push(format!("{name} at {width} px has beyond its edge: {outside}"));
            }
            wrong.extend(
                barriers(&browser).into_iter().map(|one| format!("{name} {width} {theme} {lang}: {one}")),
            );
            wrong.extend(browser.complaints().into_iter().map(|one| format!("{name}: {one}")));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}
