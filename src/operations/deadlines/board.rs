//! The board: what is due when, by hour and by shop, and what is overdue.

use std::collections::HashMap;

use chrono::{Duration, Timelike};
use serde::Serialize;

use crate::db::deadlines::{self as record, DeadlineRow};
use crate::db::{Db, sellers, shops};
use crate::domain::deadline::{ClockSource, Stage, Zone};
use crate::domain::error::Error;
use crate::domain::id::{OrderId, ShopId};
use crate::domain::time::UtcTime;

/// Packing cut-offs that are shown.
const PACKINGS: usize = 5;

/// An order's clock.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct DeadlineView {
    /// Before this time it has to leave.
    pub ship_by: UtcTime,
    /// From then on little time is left.
    pub warn_at: UtcTime,
    /// The packing cut-off of the day for which it is.
    pub pack_by: UtcTime,
    pub source: ClockSource,
    pub stage: Stage,
    /// When its last parcel left.
    pub left_at: Option<UtcTime>,
}

/// What is due when. Counts are of orders that have not left.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Board {
    pub now: UtcTime,
    /// Every order whose clock runs.
    pub open: i64,
    pub overdue: i64,
    /// Within the warning time of their shops.
    pub near: i64,
    /// Where the longest warning time of these shops ends, counted from now.
    pub near_until: UtcTime,
    /// Due after the hours shown.
    pub later: i64,
    /// Where the hours shown end.
    pub until: UtcTime,
    /// By hour and shop, those ahead; hours without any are left out.
    pub due: Vec<DueHour>,
    pub shops: Vec<ShopDeadlines>,
    /// Orders by the packing cut-off for which they are, the next five.
    pub packing: Vec<PackingItem>,
    /// Orders whose packing cut-off has passed.
    pub packing_missed: i64,
}

/// How many orders of a shop are due in an hour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct DueHour {
    /// When the hour begins.
    pub from: UtcTime,
    pub shop: ShopId,
    pub count: i64,
}

/// How a shop's orders stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ShopDeadlines {
    pub shop: ShopId,
    pub shop_name: String,
    pub open: i64,
    pub overdue: i64,
    pub near: i64,
    /// Where its warning time ends, counted from now.
    pub near_until: UtcTime,
    pub later: i64,
}

/// How many orders are for one packing cut-off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = PackingCutOff)]
pub struct PackingItem {
    pub pack_by: UtcTime,
    pub count: i64,
}

/// The board over so many hours from the present one on. Hours are those of the seller's time zone.
///
/// # Errors
/// When the record cannot be read.
pub fn board(db: &mut Db, hours: i64) -> Result<Board, Error> {
    let now = db.now();
    let began = hour_of(now, sellers::settings(db)?.time_zone);
    let until = began.plus(Duration::hours(hours));
    let mut known: HashMap<ShopId, (String, UtcTime)> = HashMap::new();
    for row in shops::all(db)? {
        let warning = Duration::minutes(row.settings()?.deadline.warn_minutes);
        known.insert(row.id, (row.name, now.plus(warning)));
    }
    let due = record::by_hour(db, began, until)?.into_iter().map(|row| DueHour {
        from: began.plus(Duration::hours(row.hour)),
        shop: row.shop_id,
        count: row.count,
    });
    let due = due.collect();
    let shops: Vec<ShopDeadlines> = record::by_shop(db, until)?
        .into_iter()
        .map(|row| {
            let (shop_name, near_until) = known.remove(&row.shop_id).unwrap_or((String::new(), now));
            ShopDeadlines {
                shop: row.shop_id,
                shop_name,
                near_until,
                open: row.open,
                overdue: row.overdue,
                near: row.near,
                later: row.later,
            }
        })
        .collect();
    let sum = |of: fn(&ShopDeadlines) -> i64| shops.iter().map(of).sum();
    let packing = record::by_packing(db, PACKINGS)?;
    Ok(Board {
        now,
        open: sum(|shop| shop.open),
        overdue: sum(|shop| shop.overdue),
        near: sum(|shop| shop.near),
        near_until: shops.iter().map(|shop| shop.near_until).max().unwrap_or(now),
        later: sum(|shop| shop.later),
        until,
        due,
        packing: packing
            .into_iter()
            .map(|row| PackingItem { pack_by: row.pack_by, count: row.count })
            .collect(),
        packing_missed: record::packing_missed(db)?,
        shops,
    })
}

/// The clocks of these orders as people see them.
///
/// # Errors
/// When the record cannot be read.
pub fn views(db: &mut Db, orders: &[OrderId]) -> Result<HashMap<OrderId, DeadlineView>, Error> {
    let now = db.now();
    Ok(record::find(db, orders)?.into_iter().map(|row| (row.order_id, view(&row, now))).collect())
}

/// A clock at a moment: its stage is not older than that, although the alarm may ring a minute later.
fn view(row: &DeadlineRow, now: UtcTime) -> DeadlineView {
    DeadlineView {
        ship_by: row.due_at,
        warn_at: row.warn_at,
        pack_by: row.pack_by,
        source: row.source,
        stage: row.stage_at(now),
        left_at: row.left_at,
    }
}

/// When the present hour began on the clock on the wall, which is not everywhere a full one of UTC.
fn hour_of(now: UtcTime, zone: Zone) -> UtcTime {
    let local = zone.local(now);
    let past = Duration::seconds(i64::from(local.minute() * 60 + local.second()))
        + Duration::nanoseconds(i64::from(local.nanosecond()));
    now.plus(-past)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_begin_by_the_clock_on_the_wall() {
        for (zone, began) in [
            ("Asia/Shanghai", "2026-11-20T04:00:00Z"),
            ("Asia/Kolkata", "2026-11-20T03:30:00Z"),
            ("Asia/Kathmandu", "2026-11-20T04:15:00Z"),
        ] {
            let now = UtcTime::parse("2026-11-20T04:20:30.000001Z").expect("a moment");
            assert_eq!(hour_of(now, Zone::parse(zone).expect(zone)).to_string(), began, "{zone}");
        }
    }
}
