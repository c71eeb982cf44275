//! The simulated shops keep selling, and their buyers change their minds.

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde_json::json;
use workers::{End, Periodic};

use super::orders::{self, Case, Kind};
use super::{Demo, DemoShop};
use crate::app::App;
use crate::db::jobs::{self, JobKind, NewJob};
use crate::db::shops;
use crate::db::write_backs::Filter;
use crate::domain::error::Error;
use crate::domain::order::{OrderSnapshot, OrderState, Refund};
use crate::domain::write_back::{Outcome, WriteBackState};
use crate::jobs::intake::take_in_all;
use crate::jobs::run::{Beside, Task, kind};
use crate::operations::write_backs::{self, Settlement};

/// How many numbers a simulated platform takes in one beat.
const ANSWERED_AT_ONCE: usize = 200;

/// One new order this often.
const PACE: Duration = Duration::from_secs(12);

/// Has the shop whose turn it is be pulled.
const TRADE: JobKind = JobKind { name: "demo.trade", lane: "house", max_attempts: 3, max_crashes: 3 };
/// Takes in what a simulated shop has sold.
const PULL: JobKind = JobKind { name: "demo.pull", lane: "pull", max_attempts: 3, max_crashes: 3 };

/// What the demo's workers do beside the ordinary: the simulated shops are pulled again and again. Each beat one shop
/// has a new order, and now and then a buyer pays, asks for the money back or withdraws the wish.
pub fn trading(app: &App, demo: Arc<Demo>, sold: usize) -> Beside {
    let pace_ms = i64::try_from(PACE.as_millis()).unwrap_or(i64::MAX);
    let first = app.now().micros() / 1_000 / pace_ms;
    let beats = {
        let demo = demo.clone();
        move |task: &Task| {
            let Slot { slot } = task.arguments()?;
            let beat = usize::try_from(slot - first).unwrap_or_default();
            let shop = demo.shops[beat % demo.shops.len()].id;
            let job = NewJob::new(PULL, json!({ "shop": shop, "beat": beat }));
            let job = NewJob { turn: Some(shop.0), ..job }.unique(shop.to_string());
            task.app.write(&demo.actor, |tx| jobs::enqueue(tx, job.clone()))?;
            Ok(End::Done)
        }
    };
    let sells = move |task: &Task| {
        let Beat { beat } = task.arguments()?;
        sell(task.app, &demo, sold, beat)?;
        Ok(End::Done)
    };
    Beside {
        kinds: vec![kind(app, TRADE, beats), kind(app, PULL, sells)],
        periodic: vec![Periodic { name: TRADE.name, every: PACE, lane: TRADE.lane, kind: TRADE.name }],
    }
}

#[derive(Deserialize)]
struct Slot {
    slot: i64,
}

#[derive(Deserialize)]
struct Beat {
    beat: usize,
}

fn sell(app: &App, demo: &Demo, sold: usize, beat: usize) -> Result<(), Error> {
    let shop = &demo.shops[beat % demo.shops.len()];
    let n = sold / demo.shops.len() + 1 + beat / demo.shops.len();
    let now = app.now();
    let mut tellings = vec![orders::at(shop.kind, n, now, now)];
    if beat % 4 == 3 {
        tellings.push(change(shop, beat, sold, app));
    }
    let row = app.read(demo.actor.seller, |db| shops::find(db, shop.id))?;
    take_in_all(app, &demo.actor, &row, &tellings)?;
    answer_write_backs(app, demo)
}

/// The simulated platforms take the numbers they are told; the own shop leaves that to its owner.
fn answer_write_backs(app: &App, demo: &Demo) -> Result<(), Error> {
    for shop in demo.shops.iter().filter(|shop| shop.kind != Kind::Own) {
        let filter =
            Filter { state: Some(WriteBackState::Waiting), shop: Some(shop.id), ..Filter::default() };
        let waiting =
            app.read(demo.actor.seller, |db| write_backs::list(db, filter, None, ANSWERED_AT_ONCE))?;
        let ids: Vec<_> = waiting.iter().map(|write_back| write_back.id).collect();
        let reply = format!("simulated: {} has the number", shop.name);
        let settlement = Settlement { result: Outcome::Done, reply };
        if !ids.is_empty() {
            app.write(&demo.actor, |tx| write_backs::settle_many(tx, &ids, &settlement))?;
        }
    }
    Ok(())
}

/// A buyer of an earlier order acts.
fn change(shop: &DemoShop, beat: usize, sold: usize, app: &App) -> OrderSnapshot {
    let share = (sold / 3).max(1);
    let n = beat * 17 % share;
    let now = app.now();
    let mut telling = orders::order(shop.kind, n, share, now);
    telling.updated_at = now;
    let case = orders::case(shop.kind, n);
    if let Some(head) = &mut telling.head
        && case == Case::Unpaid
    {
        head.state = OrderState::AwaitingShipment;
        head.paid_at = Some(now);
    }
    if let Some(line) = telling.lines.as_mut().and_then(|lines| lines.first_mut()) {
        line.refund = match case {
            Case::RefundRequested => Refund::Closed,
            Case::Plain => Refund::Requested,
            _ => line.refund,
        };
    }
    telling
}
