//! A shop tried before its address and keys are kept: its first orders are read, and nothing is written.

use std::time::Instant;

use chrono::Duration;
use serde_json::{Map, Value as Json};

use super::pulling::{HTTP, asked, shop_refuses};
use crate::app::App;
use crate::connectors::clock::PlatformClock;
use crate::connectors::link::{Access, Sweep, is_complete};
use crate::domain::actor::Actor;
use crate::domain::error::Error;
use crate::domain::id::ShopId;
use crate::domain::order::OrderSnapshot;
use crate::operations::shops;

/// Orders that are shown.
const SHOWN: usize = 10;
/// How far back they were placed at most.
const SINCE: Duration = Duration::days(90);

/// Further pages that are looked through for them.
const WINDOWS: usize = 100;

/// What opens a shop, as it would be kept.
#[derive(Debug, Default)]
pub struct Trial {
    /// The shop's own when left out.
    pub address: Option<String>,
    /// Added to the shop's own, which are sent to the shop's own address only.
    pub credentials: Map<String, Json>,
}

/// What a shop answered.
#[derive(Debug)]
pub struct Tried {
    /// The first ones of the last 90 days.
    pub orders: Vec<OrderSnapshot>,
    /// Those that cannot be understood, with the reason.
    pub unreadable: Vec<(String, String)>,
}

/// Asks a shop for its first orders.
///
/// # Errors
/// When there is no such shop, its platform is not asked, or the address is none; `shop_refuses` with what the
/// shop said.
pub fn first_orders(app: &App, actor: &Actor, shop: ShopId, trial: Trial) -> Result<Tried, Error> {
    let (platform, settings, mut credentials) = app.read(actor.seller, |db| {
        let (platform, own) = shops::settings_with(db, shop, &Map::new())?;
        let Some(address) = trial.address.filter(|address| *address != own.address) else {
            return Ok((platform, own, shops::credentials(db, shop)?));
        };
        let patch = Map::from_iter([("address".to_owned(), address.into())]);
        let (_, settings) = shops::settings_with(db, shop, &patch)?;
        // Kept keys are for the address they were given for.
        Ok((platform, settings, Map::new()))
    })?;
    credentials.extend(trial.credentials);
    let connector = asked(shop, platform, &settings, is_complete(platform, &credentials))?;
    let now = app.now();
    let clock = PlatformClock::default();
    let (settings, credentials, began) = (&settings, &credentials, Instant::now());
    let access = Access { http: &HTTP, settings, credentials, now, began, clock: &clock };
    let ask = |from: Option<&str>| {
        let page = clock.keep(|| connector.orders(&access, Sweep::Placed(now.plus(-SINCE)), from));
        page.map_err(|error| shop_refuses(shop, &error))
    };
    let mut page = ask(None)?;
    // Platforms that are read window by window may have nothing in the first ones.
    for _ in 0..WINDOWS {
        let Some(next) = page.next.take().filter(|_| page.orders.is_empty() && page.unreadable.is_empty())
        else {
            break;
        };
        page = ask(Some(&next))?;
    }
    page.orders.truncate(SHOWN);
    page.unreadable.truncate(SHOWN);
    Ok(Tried { orders: page.orders, unreadable: page.unreadable })
}
