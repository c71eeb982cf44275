//! Why an order is not further, also for numbers nobody here knows: where it is, what stands in the way, what happens
//! next; or which shop should have brought it, and when that was last heard.

use serde::Serialize;

use crate::connectors::file::Rejection;
use crate::connectors::link::connected;
use crate::db::{Db, imports, shop_pulls, shops, why as record};
use crate::domain::error::Error;
use crate::domain::id::{ImportId, ShopId};
use crate::domain::platform::Platform;
use crate::domain::time::UtcTime;
use crate::domain::why::{Stage, next, stage};
use crate::domain::write_back::WriteBackState;
use crate::operations::orders::{self, OrderView};
use crate::operations::shipments::list;
use crate::operations::write_backs::{self, Filter, WriteBack};

/// Orders shown at most, and write-backs of one.
const SHOWN: usize = 20;
/// Imports whose refused rows are looked through.
const IMPORTS: usize = 30;
/// Longest text that is looked for, in characters.
const LONGEST: usize = 100;

/// What is known of a number.
#[derive(Debug, Serialize, utoipa::ToSchema)]
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
    pub stage: Stage,
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
    /// Why it cannot be read just now.
    pub error: Option<String>,
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
    let mut found = Vec::new();
    for id in record::orders(db, number, &waybill, SHOWN)? {
        let order = orders::order(db, id, now)?;
        found.push(order_why(db, order)?);
    }
    Ok(Why { rejected: rejected(db, number)?, shops: heard(db)?, orders: found, number: number.to_owned() })
}

fn order_why(db: &mut Db, order: OrderView) -> Result<OrderWhy, Error> {
    let filter = Filter { order: Some(order.id), ..Filter::default() };
    let write_backs = write_backs::list(db, filter, None, SHOWN)?;
    let shop = shops::find(db, order.shop)?;
    let is_linked = connected(shop.platform, &shop.settings()?, shop.is_linked).is_some();
    let mut stages = Vec::new();
    for place in &order.shipments {
        let item = list::one(db, place.id)?;
        let told = write_backs.iter().filter(|one| one.shipment == place.id).map(|one| one.state);
        let told: Vec<WriteBackState> = told.collect();
        stages.push(stage(item.state, item.print, &told, is_linked));
    }
    // Of several parcels the one that is least far says what is to be done.
    let least = stages.into_iter().min_by_key(|stage| Stage::ALL.iter().position(|one| one == stage));
    let stage = least.unwrap_or(Stage::Nowhere);
    let next = next(stage);
    Ok(OrderWhy { order, stage, next: next.en, next_zh: next.zh, write_backs })
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

fn heard(db: &mut Db) -> Result<Vec<ShopWhy>, Error> {
    let mut heard = Vec::new();
    for shop in shops::all(db)? {
        let pull = shop_pulls::find(db, shop.id)?;
        heard.push(ShopWhy {
            by: match (connected(shop.platform, &shop.settings()?, shop.is_linked).is_some(), shop.platform) {
                (true, _) => "pulled",
                (false, Platform::Push) => "pushed",
                (false, _) => "file",
            },
            shop: shop.id,
            name: shop.name,
            platform: shop.platform,
            last_pull_at: pull.pulled_at,
            last_intake_at: shop.last_intake_at,
            last_order_at: shop.last_order_at,
            error: Some(pull.error).filter(|error| !error.is_empty()),
        });
    }
    Ok(heard)
}
