//! What is late when the day gives up: which order of which shop, and what its job says.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value as Json;

use super::linked::Linked;
use crate::support::played;

/// So many orders of each shop are shown.
const SHOWN: usize = 5;

/// Each shop's health, the orders that should have left with what we know of them, and everything that waits.
pub fn described(shops: &[Linked]) -> String {
    let mut text = String::new();
    let Some(first) = shops.first() else { return text };
    let http = first.app.http();
    let of_key = |order: &Json| (order["shop"].to_string(), order["number"].to_string());
    let ours: BTreeMap<_, Json> =
        played::orders(first.app).into_iter().map(|order| (of_key(&order), order)).collect();
    for shop in shops {
        let health = http.get(&format!("/api/v1/shops/{}", shop.id)).expect(200)["health"].clone();
        let due: Vec<String> = shop.place.due().into_iter().collect();
        writeln!(text, "{}: {} late; {health}", shop.place.platform, due.len()).expect("a text grows");
        for number in due.iter().take(SHOWN) {
            let key = (Json::from(shop.id.as_str()).to_string(), Json::from(number.as_str()).to_string());
            let order = ours.get(&key).map_or("never came".to_owned(), Json::to_string);
            writeln!(text, "  {number}: {order}").expect("a text grows");
        }
    }
    let open =
        ["waiting", "refused", "unknown"].map(|state| format!("/api/v1/write-backs?state={state}&limit=50"));
    for path in ["/api/v1/jobs?limit=100".to_owned()].iter().chain(&open) {
        let items = http.get(path).expect(200)["items"].as_array().cloned().unwrap_or_default();
        for item in items.iter().filter(|item| item["state"] != "done") {
            writeln!(text, "{item}").expect("a text grows");
        }
    }
    text
}
