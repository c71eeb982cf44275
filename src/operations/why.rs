//! Why an order is not further, also for numbers nobody here knows: where it is, what stands in the way, what happens
//! next; or which shop should have brought it, and when that was last heard.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use crate::connectors::file::Rejection;
use crate::connectors::link::connected;
use crate::db::shops::ShopRow;
use crate::db::{Db, imports, shop_pulls, shops, why as record};
use crate::domain::error::Error;
use crate::domain::gap::Gap;
use crate::domain::id::{ImportId, OrderId, ShopId};
use crate::domain::platform::Platform;
use crate::domain::time::UtcTime;
use crate::domain::why::{Brings, WhyStage, are_alike, next, next_of_shop, stage};
use crate::domain::write_back::WriteBackState;
use crate::operations::orders::{self, OrderView, PlaceView};
use crate::operations::write_backs::{self, WriteBack};

/// Orders shown at most, and write-backs of one.
const SHOWN: usize = 20;
/// Imports whose refused rows are looked through.
const IMPORTS: usize = 30;
/// Longest text that is looked for, in characters.
const LONGEST: usize = 100;

/// What is known of a number.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = NumberWhy)]
pub struct Why {
    pub number: String,
    pub orders: Vec<OrderWhy>,
    /// Rows of files that name it and were refused.
    pub rejected: Vec<RejectedRow>,
    /// Where it could have come from.
    pub shops: Vec<ShopWhy>,
}

/// One order: where it is and what happens next.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct OrderWhy {
    pub order: OrderView,
    #[schema(value_type = String)]
    pub stage: WhyStage,
    pub next: &'static str,
    pub next_zh: &'static str,
    pub write_backs: Vec<WriteBack>,
}

/// A refused row of an import.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct RejectedRow {
    pub import: ImportId,
    pub file: String,
    pub row: u64,
    pub message: String,
}

/// A shop and when it was last heard.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ShopWhy {
    pub shop: ShopId,
    pub name: String,
    pub platform: Platform,
    /// `pulled`, `pushed` or `file`.
    pub by: &'static str,
    /// When everything was last read; for shops that are asked.
    pub last_pull_at: Option<UtcTime>,
    /// When an order last came in, and the newest change of one by the platform's clock.
    pub last_intake_at: Option<UtcTime>,
    pub last_order_at: Option<UtcTime>,
    /// When its own count of its orders was last held against ours, and how many it had more; for shops that can be counted.
    pub gaps_checked_at: Option<UtcTime>,
    pub missing: i64,
    /// Why it cannot be read just now.
    pub error: Option<String>,
    /// Its newest order has a number that is written like this one.
    pub looks_alike: bool,
    /// What happens next, if the order is of this shop.
    pub next: &'static str,
    pub next_zh: &'static str,
}

/// Everything known of a number: an order's, the beginning of one, or a waybill's.
///
/// # Errors
/// `Invalid` for an empty or overlong text.
pub fn why(db: &mut Db, number: &str, now: UtcTime) -> Result<Why, Error> {
    let number = number.trim();
    let length = number.chars().count();
    if length == 0 || length > LONGEST {
        let detail = format!("The number has {length} characters; write 1 to {LONGEST}");
        return Err(Error::invalid("number", "length", detail));
    }
    let waybill = number.to_ascii_uppercase();
    let ids = record::orders(db, number, &waybill, SHOWN)?;
    let all = shops::all(db)?;
    let orders = if ids.is_empty() { Vec::new() } else { judged(db, &ids, &all, now)? };
    let heard = heard(db, number, all)?;
    Ok(Why { rejected: rejected(db, number)?, shops: heard, orders, number: number.to_owned() })
}

/// Where these orders are and what happens next, with a handful of questions however many they are.
fn judged(db: &mut Db, ids: &[OrderId], shops: &[ShopRow], now: UtcTime) -> Result<Vec<OrderWhy>, Error> {
    let mut told: HashMap<OrderId, Vec<WriteBack>> = HashMap::new();
    for one in write_backs::of_orders(db, ids)? {
        told.entry(one.order).or_default().push(one);
    }
    let mut linked: HashSet<ShopId> = HashSet::new();
    for shop in shops {
        if connected(shop.platform, &shop.settings()?, shop.is_linked).is_some() {
            linked.insert(shop.id);
        }
    }
    let views = orders::these(db, ids, now)?.into_iter();
    Ok(views
        .map(|order| {
            let write_backs = told.remove(&order.id).unwrap_or_default();
            order_why(order, write_backs, &linked)
        })
        .collect())
}

fn order_why(order: OrderView, mut write_backs: Vec<WriteBack>, linked: &HashSet<ShopId>) -> OrderWhy {
    let is_linked = linked.contains(&order.shop);
    let stage_in = |place: &PlaceView| {
        let told = write_backs.iter().filter(|one| one.shipment == place.id).map(|one| one.state);
        let told: Vec<WriteBackState> = told.collect();
        match stage(place.state, place.print, &told, is_linked) {
            WhyStage::ToNumber if place.needs_no_number => WhyStage::ToShip,
            stage => stage,
        }
    };
    // Of several parcels the one that is least far says what is to be done.
    let stages = order.shipments.iter().map(stage_in);
    let least = stages.min_by_key(|stage| WhyStage::ALL.iter().position(|one| one == stage));
    let stage = least.unwrap_or(WhyStage::Nowhere);
    let next = next(stage);
    write_backs.truncate(SHOWN);
    OrderWhy { order, stage, next: next.en, next_zh: next.zh, write_backs }
}

fn rejected(db: &mut Db, number: &str) -> Result<Vec<RejectedRow>, Error> {
    let mut found = Vec::new();
    for import in imports::list(db, None, None, IMPORTS)?.into_iter().filter(|import| import.rejected > 0) {
        let rows: Vec<Rejection> =
            serde_json::from_str(&imports::rejections(db, &import)?).map_err(anyhow::Error::from)?;
        for row in rows {
            let names_it = row.order.as_deref() == Some(number)
                || row.value.contains(number)
                || row.message.contains(number);
            if found.len() < SHOWN && names_it {
                found.push(RejectedRow {
                    import: import.id,
                    file: import.file_name.clone(),
                    row: row.row,
                    message: row.message,
                });
            }
        }
    }
    Ok(found)
}

/// Every shop with when it was last heard; those whose orders have numbers like this one come first.
fn heard(db: &mut Db, number: &str, all: Vec<ShopRow>) -> Result<Vec<ShopWhy>, Error> {
    let latest: HashMap<ShopId, String> =
        record::latest_numbers(db)?.into_iter().map(|row| (row.shop_id, row.number)).collect();
    let mut pulls = shop_pulls::all(db)?;
    let mut heard = Vec::with_capacity(all.len());
    for shop in all {
        let pull = pulls.remove(&shop.id).unwrap_or_default();
        let by = match (connected(shop.platform, &shop.settings()?, shop.is_linked).is_some(), shop.platform)
        {
            (true, _) => Brings::Pulled,
            (false, Platform::Push) => Brings::Pushed,
            (false, _) => Brings::File,
        };
        let next = next_of_shop(by, !pull.error.is_empty());
        let missing = pull.gaps()?.iter().map(Gap::missing).sum();
        heard.push(ShopWhy {
            by: by.as_str(),
            looks_alike: latest.get(&shop.id).is_some_and(|other| are_alike(number, other)),
            next: next.en,
            next_zh: next.zh,
            shop: shop.id,
            name: shop.name,
            platform: shop.platform,
            last_pull_at: pull.pulled_at,
            gaps_checked_at: pull.gaps_checked_at,
            missing,
            last_intake_at: shop.last_intake_at,
            last_order_at: shop.last_order_at,
            error: Some(pull.error).filter(|error| !error.is_empty()),
        });
    }
    heard.sort_by_key(|shop| !shop.looks_alike);
    Ok(heard)
}
