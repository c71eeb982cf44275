//! Shops on platforms that are played, their owner and their buyers.

use std::time::{Duration, Instant};

use huidan::app::App;
use huidan::domain::id::ShopId;
use huidan::domain::time::UtcTime;
use huidan::jobs::authorising::{consent, consented};
use serde_json::json;

use super::places::{Change, Place};
use crate::support::TestApp;
use crate::support::person::Person;

/// How long anything may stand still: a killed process's jobs are its own for a while, its right to refresh a token for 65 s.
/// Shorter than the runner of the tests waits, so that it is said what is late.
pub const PATIENCE: Duration = Duration::from_secs(80);
/// The buyers' hours: so many ticks, each so long.
const TICKS: usize = 50;
const TICK: Duration = Duration::from_millis(250);
/// Where platforms send a person back to.
const BACK: &str = "https://huidan.example/shops/authorised";
/// The session of the person who consents.
const SESSION: i64 = 7;

/// A platform and the shop that stands for it.
pub struct Linked<'a> {
    pub app: &'a TestApp,
    clocked: &'a App,
    pub place: &'a Place,
    /// Ours.
    pub id: String,
}

impl<'a> Linked<'a> {
    /// Links it as its owner does.
    pub fn begin(app: &'a TestApp, clocked: &'a App, person: &Person, place: &'a Place) -> Self {
        let wish = json!({ "platform": place.platform, "name": place.platform, "credentials": place.keys(),
            "settings": { "address": place.address() } });
        let id = person.post("/api/v1/shops", wish)["id"].as_str().expect("an id").to_owned();
        let linked = Self { app, clocked, place, id };
        linked.authorise();
        linked
    }

    /// The owner consents on the platform's page and comes back; again when the platform was called too often just now, or
    /// its token was refreshed meanwhile.
    pub fn authorise(&self) {
        let begun = Instant::now();
        let (owner, id) = (self.app.owner(), self.id.parse::<ShopId>().expect("an id"));
        while let Some(code) = self.place.consents() {
            let to = consent(self.clocked, owner, id, SESSION, BACK).expect("a way there");
            let state = to.split("state=").nth(1).and_then(|rest| rest.split('&').next()).expect("a word");
            match consented(self.clocked, owner, SESSION, state, &code, BACK, &[]) {
                Ok(_) => return,
                Err(error) => {
                    assert!(begun.elapsed() < PATIENCE, "{} is never linked: {error}", self.place.platform);
                    std::thread::sleep(TICK);
                }
            }
        }
    }

    /// Consents anew where the page says that a token ends: a refresh whose answer was lost with the process.
    pub fn authorise_if_asked(&self, person: &Person) {
        let shop = person.get(&format!("/api/v1/shops/{}", self.id));
        let Some(end) = shop["health"]["linked_until"].as_str() else { return };
        if UtcTime::parse(end).expect("a time") < UtcTime::now().plus(chrono::Duration::hours(1)) {
            self.authorise();
        }
    }

    /// Pulls once, to the end.
    pub fn pull_to_the_end(&self, person: &Person) {
        let job = person.post(&format!("/api/v1/shops/{}/pull", self.id), json!({}));
        let path = format!("/api/v1/jobs/{}", job["id"].as_str().expect("an id"));
        let begun = Instant::now();
        loop {
            let job = person.get(&path);
            if job["state"] == "done" {
                return;
            }
            let is_late = job["state"] == "dead" || begun.elapsed() >= PATIENCE;
            assert!(!is_late, "{} is not pulled to its end: {job}", self.place.platform);
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

/// Buyers buy and change their minds; of each eight one is held back and released, one cancels, one wants money back.
pub fn buy(shops: &[Linked], each: usize, address: &dyn Fn() -> String) {
    let per_tick = each.div_ceil(TICKS);
    let of_tick = |tick: usize| (tick * per_tick).min(each)..((tick + 1) * per_tick).min(each);
    let mut last = None;
    for tick in 0..TICKS + 8 {
        for shop in shops {
            let place = shop.place;
            of_tick(tick).for_each(|n| place.sell(n));
            for n in tick.checked_sub(3).map(of_tick).into_iter().flatten() {
                match n % 8 {
                    1 => place.change(n, Change::Hold),
                    5 => place.change(n, Change::Cancel),
                    7 => place.change(n, Change::AskBack),
                    _ => {}
                }
            }
            let released = tick.checked_sub(7).map(of_tick).into_iter().flatten();
            released.filter(|n| n % 8 == 1).for_each(|n| place.change(n, Change::Release));
            if tick % 5 == 2 {
                place.misbehave(tick / 5);
            }
            // Each third is lost. Else the new one, an older one behind it, and the new one again.
            let push = place.push(tick).filter(|_| tick % 3 != 0).map(|push| (shop.id.clone(), push));
            for push in [&push, &last, &push].into_iter().flatten() {
                send(&address(), push);
            }
            last = push.or(last);
        }
        if tick == TICKS / 2 {
            // Older tokens end with it, whoever is asking with them just now.
            shops.iter().filter(|shop| shop.place.platform == "pdd").for_each(Linked::authorise);
        }
        std::thread::sleep(TICK);
    }
}

/// A platform pushes and does not care whether it is heard.
fn send(address: &str, (shop, (body, header, signature)): &(String, (String, &'static str, String))) {
    let timeout = Some(Duration::from_secs(2));
    let agent = ureq::Agent::config_builder().timeout_global(timeout).proxy(None).build().new_agent();
    let request = agent.post(format!("http://{address}/hooks/{shop}"));
    let request = request.header(*header, signature.as_str()).header("content-type", "application/json");
    drop(request.send(body.as_str()));
}
