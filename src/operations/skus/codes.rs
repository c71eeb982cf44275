//! What shops call SKUs: mapped by people, item by item; and patterns that propose.

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use serde_json::json;

use super::{event, mend};
use crate::db::events;
use crate::db::sku_codes::{self as record, CodeFilter, CodeRow, PatternRow, Said};
use crate::db::{Db, Tx, shops, skus};
use crate::domain::error::{Error, FieldError};
use crate::domain::id::{ShopId, SkuCodeId, SkuId, SkuPatternId};
use crate::domain::left_out::Why;
use crate::domain::sku::{CODE_MAX, parse_pattern};
use crate::domain::time::UtcTime;

/// Codes mapped by one request.
pub const CODES_MAX: usize = 1_000;
/// Bytes of a title and variant that stand for a code: longer ones fit into no index of PostgreSQL.
const TITLE_BYTES: usize = 2_000;
/// Patterns of one seller; each is tried on each proposal.
const PATTERNS_MAX: usize = 500;

impl Said {
    /// A shop's code.
    pub fn code(code: &str) -> Self {
        Self { code: code.to_owned(), title: String::new(), variant: String::new() }
    }
}

impl From<CodeRow> for Said {
    fn from(row: CodeRow) -> Self {
        Self { code: row.code, title: row.title, variant: row.variant }
    }
}

/// A code to be mapped.
#[derive(Debug, Clone)]
pub struct NewCode {
    /// `None` for all shops.
    pub shop: Option<ShopId>,
    /// The shop's code; empty where the shop has none.
    pub code: String,
    /// Names the thing beside an empty code, exactly as the shop writes it.
    pub title: String,
    pub variant: String,
    /// The own code it means.
    pub sku: String,
}

/// A mapped code.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SkuCodeView {
    pub id: SkuCodeId,
    /// Null for all shops.
    pub shop: Option<ShopId>,
    /// The shop's code; empty where title and variant stand for it.
    pub code: String,
    pub title: String,
    pub variant: String,
    pub sku: SkuId,
    /// The own code it means.
    pub sku_code: String,
    pub mapped_by: String,
    pub mapped_at: UtcTime,
}

/// A code that was not mapped.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct CodeLeftOut {
    /// Position in the request, from 0.
    pub index: usize,
    pub code: String,
    pub title: String,
    pub reasons: Vec<Why>,
}

/// What became of codes that were to be mapped.
#[derive(Debug, Clone, Default, Serialize, utoipa::ToSchema)]
pub struct Mapped {
    pub done: Vec<SkuCodeView>,
    pub left_out: Vec<CodeLeftOut>,
    /// Waiting parcels that are judged anew because of it.
    pub judged_anew: usize,
}

impl From<CodeRow> for SkuCodeView {
    fn from(row: CodeRow) -> Self {
        Self {
            id: row.id,
            shop: Some(row.shop_id).filter(|shop| shop.0 != 0),
            code: row.code,
            title: row.title,
            variant: row.variant,
            sku: row.sku_id,
            sku_code: row.sku,
            mapped_by: row.mapped_by,
            mapped_at: row.mapped_at,
        }
    }
}

/// A page of mapped codes, newest first, and the id behind which the next one starts.
///
/// # Errors
/// When the record cannot be read.
pub fn codes(
    db: &mut Db,
    filter: &CodeFilter,
    before: Option<SkuCodeId>,
    limit: usize,
) -> Result<(Vec<SkuCodeView>, Option<SkuCodeId>), Error> {
    let mut rows = record::list(db, filter, before, limit + 1)?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|row| row.id);
    Ok((rows.into_iter().map(SkuCodeView::from).collect(), next))
}

/// Maps codes; all waiting orders with such lines follow. One that cannot be mapped leaves the others.
///
/// # Errors
/// [`Error::Invalid`] for more than [`CODES_MAX`] at once.
pub fn map(tx: &mut Tx, new: &[NewCode]) -> Result<Mapped, Error> {
    if new.is_empty() || new.len() > CODES_MAX {
        let detail = format!("There are {} items; send 1 to {CODES_MAX} at once", new.len());
        return Err(Error::invalid("items", "length", detail));
    }
    map_rows(tx, new)
}

/// As [`map`], however many.
pub(super) fn map_rows(tx: &mut Tx, new: &[NewCode]) -> Result<Mapped, Error> {
    let own: Vec<&str> = new.iter().map(|code| code.sku.trim()).collect();
    let skus: HashMap<String, SkuId> =
        skus::by_codes(tx, &own)?.into_iter().map(|row| (row.code, row.id)).collect();
    let shops: HashSet<ShopId> = shops::all(tx)?.into_iter().map(|shop| shop.id).collect();
    let mut mapped = Mapped::default();
    let (mut wanted, mut seen) = (Vec::new(), HashSet::new());
    for (index, code) in new.iter().enumerate() {
        match checked(code, &skus, &shops).and_then(|one| match seen.insert((one.0, one.1.clone())) {
            true => Ok(one),
            false => Err(Why::new(
                "listed_twice",
                format!("{:?} is listed twice; the first mention counts.", code.code),
                "Send it once.",
            )),
        }) {
            Ok(one) => wanted.push(one),
            Err(why) => mapped.left_out.push(CodeLeftOut {
                index,
                code: code.code.clone(),
                title: code.title.clone(),
                reasons: vec![why],
            }),
        }
    }
    let rows = record::map(tx, &wanted)?;
    let told: Vec<_> = rows.iter().map(|row| event("sku.code_mapped", row.sku_id, said(row))).collect();
    events::record(tx, &told)?;
    mapped.done = rows.into_iter().map(SkuCodeView::from).collect();
    let said: Vec<Said> = wanted.into_iter().map(|(_, said, _)| said).collect();
    mapped.judged_anew = mend(tx, &said)?;
    Ok(mapped)
}

/// What an event says of a mapped code.
fn said(row: &CodeRow) -> serde_json::Value {
    json!({ "code": row.code, "title": row.title, "variant": row.variant, "sku": row.sku,
            "shop": (row.shop_id.0 != 0).then_some(row.shop_id) })
}

/// The row a wish becomes.
fn checked(
    new: &NewCode,
    skus: &HashMap<String, SkuId>,
    shops: &HashSet<ShopId>,
) -> Result<(ShopId, Said, SkuId), Why> {
    let code = new.code.trim();
    let said = match code.is_empty() {
        // A title stands for a code only as it is: blanks at its ends belong to it.
        true => Said { code: String::new(), title: new.title.clone(), variant: new.variant.clone() },
        false => Said::code(code),
    };
    if said.code.is_empty() && said.title.trim().is_empty() {
        return Err(Why::new(
            "required",
            "It names neither code nor title.",
            "Write the shop's code, or the title where the shop has none.",
        ));
    }
    let (length, bytes) = (said.code.chars().count(), said.title.len() + said.variant.len());
    if length > CODE_MAX || bytes > TITLE_BYTES {
        return Err(Why::new(
            "length",
            format!("The code has {length} characters, title and variant {bytes} bytes."),
            format!("Write up to {CODE_MAX} and {TITLE_BYTES}, or give the thing a code in the shop."),
        ));
    }
    let Some(sku) = skus.get(new.sku.trim()) else {
        return Err(Why::new(
            "sku_unknown",
            format!("There is no SKU {:?}.", new.sku.trim()),
            "Write it down first, or choose another.",
        ));
    };
    match new.shop {
        Some(shop) if !shops.contains(&shop) => Err(Why::new(
            "not_found",
            format!("There is no shop {shop}."),
            "Leave the shop out to map the code for all shops.",
        )),
        shop => Ok((shop.unwrap_or(ShopId(0)), said, *sku)),
    }
}

/// Forgets a mapped code; waiting orders follow. Answers what it was.
///
/// # Errors
/// [`Error::Missing`] when this seller has no such mapping.
pub fn unmap(tx: &mut Tx, id: SkuCodeId) -> Result<SkuCodeView, Error> {
    let row = record::find(tx, &[id])?.pop().ok_or_else(|| Error::missing("mapped code", id))?;
    record::remove(tx, id)?;
    events::record(tx, &[event("sku.code_unmapped", row.sku_id, said(&row))])?;
    mend(tx, &[row.clone().into()])?;
    Ok(row.into())
}

/// A pattern of titles that proposes a SKU.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PatternView {
    pub id: SkuPatternId,
    #[schema(example = "龙井*250g")]
    pub pattern: String,
    pub sku: SkuId,
    pub sku_code: String,
    pub created_by: String,
    pub created_at: UtcTime,
}

impl From<PatternRow> for PatternView {
    fn from(row: PatternRow) -> Self {
        let PatternRow { id, pattern, sku_id, sku, created_by, created_at } = row;
        Self { id, pattern, sku: sku_id, sku_code: sku, created_by, created_at }
    }
}

/// All patterns, the longest first.
///
/// # Errors
/// When the record cannot be read.
pub fn patterns(db: &mut Db) -> Result<Vec<PatternView>, Error> {
    Ok(record::patterns(db)?.into_iter().map(PatternView::from).collect())
}

/// Keeps a pattern. It proposes; what is mapped stays a person's decision.
///
/// # Errors
/// Each field that cannot be taken; a conflict when there are too many.
pub fn save_pattern(tx: &mut Tx, pattern: &str, sku: &str) -> Result<PatternView, Error> {
    let mut errors = Vec::new();
    let pattern = parse_pattern(pattern).unwrap_or_else(|said| {
        errors.push(FieldError::new("pattern", "pattern", said));
        String::new()
    });
    let found = skus::by_codes(tx, &[sku.trim()])?.pop();
    if found.is_none() {
        let detail = format!("There is no SKU {:?}; write it down first", sku.trim());
        errors.push(FieldError::new("sku", "sku_unknown", detail));
    }
    let Some(found) = found.filter(|_| errors.is_empty()) else { return Err(Error::Invalid(errors)) };
    let there = record::patterns(tx)?;
    if there.len() >= PATTERNS_MAX && !there.iter().any(|row| row.pattern == pattern) {
        return Err(Error::conflict(
            "too_many_patterns",
            format!("There are {PATTERNS_MAX} patterns already."),
            "Remove one that proposes nothing any more.",
        ));
    }
    record::save_pattern(tx, &pattern, found.id)?;
    events::record(tx, &[event("sku.pattern_saved", found.id, json!({ "pattern": pattern }))])?;
    let saved = record::patterns(tx)?.into_iter().find(|row| row.pattern == pattern);
    saved.map(PatternView::from).ok_or_else(|| Error::missing("pattern", &pattern))
}

/// Forgets a pattern; what was mapped by it stays.
///
/// # Errors
/// [`Error::Missing`] when this seller has no such pattern.
pub fn remove_pattern(tx: &mut Tx, id: SkuPatternId) -> Result<(), Error> {
    let row = record::patterns(tx)?.into_iter().find(|row| row.id == id);
    let row = row.ok_or_else(|| Error::missing("pattern", id))?;
    record::remove_pattern(tx, id)?;
    Ok(events::record(tx, &[event("sku.pattern_removed", row.sku_id, json!({ "pattern": row.pattern }))])?)
}
