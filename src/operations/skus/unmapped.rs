//! What waits in parcels and means no SKU, with the SKU it probably means.

use std::collections::HashMap;

use serde::Serialize;

use crate::db::sku_codes::{self as record, PatternRow, Said, UnmappedAfter, UnmappedRow};
use crate::db::skus::{self, SkuRow};
use crate::db::{Db, shops};
use crate::domain::error::Error;
use crate::domain::id::{OrderId, ShopId, SkuId};
use crate::domain::sku::{Likeness, fits, loose};

/// Something a shop sells that means no SKU, counted over the parcels that wait.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Unmapped {
    pub shop: ShopId,
    pub shop_name: String,
    /// The shop's code; empty where the shop has none, and then title and variant name it.
    pub code: String,
    /// Of one of its lines.
    pub title: String,
    /// Empty beside a code.
    pub variant: String,
    pub lines: i64,
    pub orders: i64,
    pub pieces: i64,
    /// What it probably means, for a person to confirm.
    pub proposal: Option<Proposal>,
}

/// A SKU that a line probably means.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Proposal {
    pub sku: SkuId,
    pub sku_code: String,
    pub title: String,
    pub why: Likeness,
}

impl Unmapped {
    /// Where the page behind this row begins.
    pub fn place(&self) -> UnmappedAfter {
        let title = if self.code.is_empty() { self.title.clone() } else { String::new() };
        let said = Said { code: self.code.clone(), title, variant: self.variant.clone() };
        UnmappedAfter { orders: self.orders, shop: self.shop, said }
    }
}

/// A page of what means no SKU, the most wanted first, and whether there is more.
///
/// # Errors
/// When the record cannot be read.
pub fn unmapped(
    db: &mut Db,
    shop: Option<ShopId>,
    order: Option<OrderId>,
    after: Option<&UnmappedAfter>,
    limit: usize,
) -> Result<(Vec<Unmapped>, bool), Error> {
    let mut rows = record::unmapped(db, shop, order, after, limit + 1)?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let shops: HashMap<ShopId, String> =
        shops::all(db)?.into_iter().map(|shop| (shop.id, shop.name)).collect();
    let guess = Guess::load(db, &rows)?;
    let view = |row: UnmappedRow| Unmapped {
        proposal: guess.of(&row),
        shop_name: shops.get(&row.shop_id).cloned().unwrap_or_default(),
        shop: row.shop_id,
        code: row.code,
        title: row.title,
        variant: row.variant,
        lines: row.lines,
        orders: row.orders,
        pieces: row.pieces,
    };
    Ok((rows.into_iter().map(view).collect(), more))
}

/// What proposals are made of, read for a whole page.
struct Guess {
    patterns: Vec<PatternRow>,
    by_pattern: HashMap<SkuId, SkuRow>,
    like: Vec<SkuRow>,
}

impl Guess {
    fn load(db: &mut Db, rows: &[UnmappedRow]) -> Result<Self, Error> {
        let keys = |of: fn(&UnmappedRow) -> String| {
            rows.iter().map(of).filter(|key| !key.is_empty()).collect::<Vec<String>>()
        };
        let like = skus::by_keys(db, &keys(|row| loose(&row.code)), &keys(|row| loose(&row.title)))?;
        let patterns = record::patterns(db)?;
        let named: Vec<SkuId> = patterns.iter().map(|pattern| pattern.sku_id).collect();
        let by_pattern = skus::find(db, &named)?.into_iter().map(|row| (row.id, row)).collect();
        Ok(Self { patterns, by_pattern, like })
    }

    /// A seller's own pattern says most, then the code, then the title.
    fn of(&self, row: &UnmappedRow) -> Option<Proposal> {
        let text = format!("{} {}", row.title, row.variant);
        let pattern = self.patterns.iter().find(|pattern| fits(&pattern.pattern, &text));
        let by_pattern = pattern.and_then(|pattern| self.by_pattern.get(&pattern.sku_id));
        let (code, title) = (loose(&row.code), loose(&row.title));
        let by_code = || self.like.iter().find(|sku| !code.is_empty() && sku.code_key == code);
        let by_title = || self.like.iter().find(|sku| !title.is_empty() && sku.title_key == title);
        let (sku, why) = by_pattern
            .map(|sku| (sku, Likeness::Pattern))
            .or_else(|| by_code().map(|sku| (sku, Likeness::Code)))
            .or_else(|| by_title().map(|sku| (sku, Likeness::Title)))?;
        Some(Proposal { sku: sku.id, sku_code: sku.code.clone(), title: sku.title.clone(), why })
    }
}
