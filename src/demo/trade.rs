//! The simulated shops keep selling, and their buyers change their minds.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::orders::{self, Case, Kind};
use super::{Demo, DemoShop};
use crate::app::App;
use crate::db::shops;
use crate::db::write_backs::Filter;
use crate::domain::error::Error;
use crate::domain::order::{OrderSnapshot, OrderState, Refund};
use crate::domain::write_back::{Outcome, WriteBackState};
use crate::jobs::intake::take_in_all;
use crate::operations::write_backs::{self, Settlement};

/// How many numbers a simulated platform takes in one beat.
const ANSWERED_AT_ONCE: usize = 200;

/// One new order this often.
const PACE: Duration = Duration::from_secs(12);

/// Sells until `stop` is set: each beat one shop gets a new order, and now and then a buyer pays,
/// asks for the money back or withdraws the wish.
pub fn keep_selling(app: &App, demo: &Demo, sold: usize, stop: &AtomicBool) {
    let mut beat = 0;
    while !stop.load(Ordering::Relaxed) {
        std::thread::park_timeout(PACE);
        if stop.load(Ordering::Relaxed) {
            return;
        }
        if let Err(error) = sell(app, demo, sold, beat) {
            tracing::warn!("A simulated shop could not sell: {error}");
        }
        beat += 1;
    }
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
