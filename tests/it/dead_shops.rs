//! Shops that take a call and never answer: the others are read and told as if those were not there.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use huidan::jobs::run::{Beside, Choice, THREADS, work_until};
use serde_json::json;

use crate::gateways::woo;
use crate::number_runs::{run, shipments};
use crate::pulling;
use crate::ship::{all_write_backs, ship};
use crate::support::TestApp;
use crate::support::effects::{PATIENCE, until};
use crate::support::gateway::Gateway;

const DEAD: usize = 3;

each_database!(
    fn dead_shops_delay_neither_pulls_nor_tellings_of_the_others(app: TestApp) {
        let is_dead = Arc::new(AtomicBool::new(false));
        let shops: Vec<Arc<woo::Shop>> = (0..=DEAD).map(|_| woo::Shop::new()).collect();
        let start = |(at, shop): (usize, &Arc<woo::Shop>)| {
            let (shop, is_dead) = (shop.clone(), is_dead.clone());
            Gateway::start(move |asked| {
                while at < DEAD && is_dead.load(Ordering::Relaxed) {
                    std::thread::sleep(Duration::from_millis(20));
                }
                shop.answer(asked)
            })
        };
        let gateways: Vec<Gateway> = shops.iter().enumerate().map(start).collect();
        let link = |gateway: &Gateway| {
            let shop = json!({ "platform": "woocommerce", "name": gateway.address(), "credentials": woo::credentials(),
                "settings": { "address": gateway.address() } });
            app.http().post("/api/v1/shops", shop).expect(201)["id"].as_str().expect("an id").to_owned()
        };
        let ids: Vec<String> = gateways.iter().map(link).collect();
        let runner = pulling::worker(&app);
        for (at, (shop, id)) in shops.iter().zip(&ids).enumerate() {
            shop.sell(at);
            assert_eq!(pulling::pulled(&app, id)["state"], "done");
        }
        runner.stop(PATIENCE);
        let parcels = shipments(&app);
        assert_eq!(parcels.len(), DEAD + 1);
        run(&app, &parcels);
        ship(&app, &parcels);

        // Of each dead shop a pull and a telling are under way, and neither ends.
        is_dead.store(true, Ordering::Relaxed);
        for id in &ids[..DEAD] {
            app.http().post(&format!("/api/v1/shops/{id}/pull"), json!({})).expect(202);
        }
        let stop = AtomicBool::new(false);
        let (alive, of_alive) = (&ids[DEAD], format!("{}", DEAD + 1));
        std::thread::scope(|scope| {
            let choice = Choice::all(usize::from(THREADS));
            let worker = scope.spawn({
                let (app, stop) = (app.app(), &stop);
                move || work_until(app, &choice, Beside::default(), stop)
            });
            let running = || {
                let page = app.http().get("/api/v1/jobs?state=running").expect(200);
                page["items"].as_array().expect("a page").len()
            };
            until("the dead shops are called", || running() >= DEAD);
            let begun = Instant::now();
            assert_eq!(pulling::pulled(&app, alive)["state"], "done");
            let is_told = || {
                let told = all_write_backs(&app);
                told.iter().any(|one| one.order_number == of_alive && one.state.as_str() == "done")
            };
            until("the shop that lives is told", is_told);
            let took = begun.elapsed();
            is_dead.store(false, Ordering::Relaxed);
            stop.store(true, Ordering::Relaxed);
            worker.thread().unpark();
            worker.join().expect("no panic").expect("it works");
            assert!(
                took < Duration::from_secs(10),
                "a call to a dead shop lasts 30 s, and this lasted {took:?}"
            );
        });
    }
);
