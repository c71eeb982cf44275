//! The pages on a phone: nothing is wider than its screen but tables, which scroll by themselves.

use huidan::domain::actor::Role;
use huidan::domain::id::ShipmentId;
use huidan::domain::shop::ShopSettings;
use huidan::operations::print_jobs::{self, NewPrintJob};
use huidan::operations::ship::{self, NewShipping};
use serde_json::{Value as Json, json};

use crate::number_runs::{run, shipments};
use crate::support::browser::Browser;
use crate::support::{TestApp, order, recipient};

/// A narrow phone.
const PHONE: (u32, u32) = (360, 740);

/// What reaches beyond the screen's edge, though nothing around it scrolls.
const WIDER: &str = "const clips = (e) => e && e !== document.body && e !== document.documentElement && \
    (getComputedStyle(e).overflowX !== 'visible' || clips(e.parentElement)); \
    return document.scrollingElement.scrollWidth <= innerWidth ? [] : [document.scrollingElement.scrollWidth + ' px', \
    ...[...document.querySelectorAll('body *')] \
    .filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !clips(e.parentElement)) \
    .slice(0, 4).map((e) => e.outerHTML.slice(0, 100))]";

/// A demo's day: remarks, a run half printed and half gone, so that every page has something to show.
fn day(app: &TestApp) -> Vec<ShipmentId> {
    let settings = ShopSettings { simulated: true, ..ShopSettings::default() };
    let shop = app.shop_with("An unusually long name of a shop that sells tea 山茶花淘宝旗舰店", settings);
    let orders: Vec<_> = (0..12)
        .map(|n| {
            let long = "请务必在周五之前发出，麻烦放在门口的快递柜，谢谢 please leave it with the neighbour";
            order(&format!("26084112345678901{n:02}"))
                .to(recipient(&format!("陈{n}")))
                .line("TEA", 2)
                .memo(long)
        })
        .collect();
    app.push(&shop, &orders);
    let ids = shipments(app);
    run(app, &ids[..6]);
    app.write(|tx| {
        let wish: NewPrintJob =
            serde_json::from_value(json!({ "paper": "waybill", "shipments": &ids[..4] })).expect("a wish");
        print_jobs::create(tx, &wish)?;
        ship::ship(tx, &NewShipping { shipments: ids[4..6].to_vec(), ..NewShipping::default() })
    })
    .expect("a day's work");
    huidan::jobs::housekeeping::keep(app.app()).expect("a sample is taken");
    ids
}

/// Every address of the menus, and the first page below each list.
fn everywhere(browser: &Browser) -> Vec<String> {
    let found = |css: &str| -> Vec<String> {
        let links = browser.script(&format!(
            "return [...document.querySelectorAll(\"{css}\")].map((a) => a.getAttribute('href').split('#')[0])"
        ));
        let links = links.as_array().cloned().unwrap_or_default();
        links.iter().filter_map(Json::as_str).map(str::to_owned).collect()
    };
    browser.open("/");
    let mut all = found("header a[href^='/']");
    assert!(all.len() > 20, "the menus: {all:?}");
    for list in all.clone() {
        browser.open(&list);
        let path = list.split('?').next().unwrap_or_default();
        all.extend(found(&format!("main a[href^='{path}/']")).into_iter().take(2));
        all.extend(found("main a[href^='/shipments/'], main a[href^='/orders/']").into_iter().take(1));
    }
    all.extend(["/workbench", "/staff", "/settings", "/jobs?state=done"].map(str::to_owned));
    all.sort();
    all.dedup();
    all
}

#[test]
fn no_page_is_wider_than_a_phone_in_either_language() {
    let app = TestApp::sqlite();
    day(&app);
    let mut wrong = Vec::new();
    for lang in ["zh", "en"] {
        let browser = Browser::of(&app, Role::Owner, 820, 1180);
        browser.as_phone(PHONE.0, PHONE.1);
        browser.cookie("lang", lang);
        let pages = everywhere(&browser);
        assert!(pages.len() > 35, "{pages:?}");
        for path in pages {
            browser.open(&path);
            browser.until(&format!("document.readyState === 'complete' && innerWidth === {}", PHONE.0));
            browser
                .script("document.querySelectorAll('details.fold').forEach((fold) => { fold.open = true; })");
            browser.picture(&format!(
                "phone-{lang}{}",
                path.replace(|c: char| !c.is_alphanumeric(), "-").trim_end_matches('-')
            ));
            let wider = browser.script(WIDER);
            if wider != json!([]) {
                wrong.push(format!("{path} in {lang}: {wider}"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}
