//! Own SKUs: written down, made into bundles, and meant by what shops call them.

mod codes;
mod import;
mod unmapped;

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;
use serde_json::{Value as Json, json};

use crate::db::events::{self, NewEvent};
use crate::db::sku_codes::{self, Said};
use crate::db::skus::{self as record, SkuRow};
use crate::db::{Db, Tx, sellers, shops};
use crate::domain::error::{Error, FieldError};
use crate::domain::id::SkuId;
use crate::domain::money::Money;
use crate::domain::sku::{
    BundleFault, Bundles, DEPTH_MAX, PARTS_MAX, Parts, SizeMm, SkuFields, part_quantity, taken_apart,
    weight_g,
};
use crate::operations::shipments::again;
use crate::operations::{plans, rules};

pub use codes::{
    CODES_MAX, CodeLeftOut, Mapped, NewCode, PatternView, SkuCodeView, codes, map, patterns, remove_pattern,
    save_pattern, unmap,
};
pub use import::{Imported, SKU_ROWS_MAX, import};
pub use unmapped::{Proposal, Unmapped, unmapped};

/// A SKU with its parts.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SkuView {
    pub id: SkuId,
    #[schema(example = "TEA-250")]
    pub code: String,
    pub title: String,
    /// Of one piece, as somebody weighed it.
    pub weight_g: Option<i64>,
    /// What one piece counts for in a parcel: its own weight, else the sum of its parts. Null while one is not known.
    pub counted_weight_g: Option<i64>,
    pub size_mm: Option<SizeMm>,
    /// What kind of thing it is; empty without one.
    pub category: String,
    /// Code of the warehouse it lies in; empty for the usual one.
    pub warehouse: String,
    /// What one piece is never sold below.
    pub floor_price: Option<Money>,
    /// Where it lies, as pick lists name it; empty when nobody has said so.
    #[schema(example = "A-02-1")]
    pub shelf: String,
    /// What a scanner reads on a piece; empty without one.
    #[schema(example = "6901234567892")]
    pub barcode: String,
    /// What a bundle consists of; empty for what is no bundle.
    pub parts: Vec<PartView>,
}

/// A part of a bundle.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PartView {
    pub sku: SkuId,
    pub code: String,
    pub title: String,
    pub quantity: i64,
}

/// A SKU as asked for.
#[derive(Debug, Clone)]
pub struct NewSku {
    pub fields: SkuFields,
    /// Own codes with their pieces.
    pub parts: Vec<(String, i64)>,
}

/// A page of SKUs by code, and the code behind which the next one starts.
///
/// # Errors
/// When the record cannot be read.
pub fn list(
    db: &mut Db,
    query: &str,
    after: Option<&str>,
    limit: usize,
) -> Result<(Vec<SkuView>, Option<String>), Error> {
    let mut rows = record::list(db, query, after, limit + 1)?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|row| row.code.clone());
    Ok((views(db, rows)?, next))
}

/// One SKU.
///
/// # Errors
/// [`Error::Missing`] when this seller has no such SKU.
pub fn one(db: &mut Db, id: SkuId) -> Result<SkuView, Error> {
    let rows = record::find(db, &[id])?;
    views(db, rows)?.pop().ok_or_else(|| Error::missing("SKU", id))
}

fn views(db: &mut Db, rows: Vec<SkuRow>) -> Result<Vec<SkuView>, Error> {
    let ids: Vec<SkuId> = rows.iter().map(|row| row.id).collect();
    let (parts, known) = below(db, &ids)?;
    let own = own_weights(&known);
    let view = |row: SkuRow| {
        let part = |(part, quantity): &(SkuId, i64)| {
            let row = &known[part];
            PartView { sku: *part, code: row.code.clone(), title: row.title.clone(), quantity: *quantity }
        };
        SkuView {
            id: row.id,
            counted_weight_g: weight_g(row.id, &own, &parts),
            size_mm: row.size_mm(),
            floor_price: row.floor_price(),
            category: row.category,
            warehouse: row.warehouse,
            parts: parts.get(&row.id).into_iter().flatten().map(part).collect(),
            code: row.code,
            title: row.title,
            weight_g: row.weight_g,
            shelf: row.shelf,
            barcode: row.barcode,
        }
    };
    Ok(rows.into_iter().map(view).collect())
}

/// These SKUs and all that they consist of.
fn below(db: &mut Db, ids: &[SkuId]) -> Result<(Parts, HashMap<SkuId, SkuRow>), Error> {
    let parts = record::parts_below(db, ids)?;
    let mut all: BTreeSet<SkuId> = ids.iter().copied().collect();
    all.extend(parts.values().flatten().map(|(part, _)| *part));
    let all: Vec<SkuId> = all.into_iter().collect();
    Ok((parts, record::find(db, &all)?.into_iter().map(|row| (row.id, row)).collect()))
}

fn own_weights(known: &HashMap<SkuId, SkuRow>) -> HashMap<SkuId, Option<i64>> {
    known.iter().map(|(id, row)| (*id, row.weight_g)).collect()
}

/// The code and the counted weight of a piece of each of these SKUs.
///
/// # Errors
/// When the record cannot be read.
pub fn weights(db: &mut Db, ids: &[SkuId]) -> Result<HashMap<SkuId, (String, Option<i64>)>, Error> {
    let (parts, known) = below(db, ids)?;
    let own = own_weights(&known);
    let of = |id: &SkuId| Some((*id, (known.get(id)?.code.clone(), weight_g(*id, &own, &parts))));
    Ok(ids.iter().filter_map(of).collect())
}

/// What is known of a piece.
#[derive(Debug, Clone, Default)]
pub struct Measured {
    pub code: String,
    /// Counted: its own, else the sum of its parts.
    pub weight_g: Option<i64>,
    /// Where it has one of its own.
    pub size_mm: Option<SizeMm>,
    pub category: String,
    pub warehouse: String,
    pub floor_price: Option<Money>,
}

/// What is known of a piece of each of these SKUs.
///
/// # Errors
/// When the record cannot be read.
pub fn measures(db: &mut Db, ids: &[SkuId]) -> Result<HashMap<SkuId, Measured>, Error> {
    let (parts, known) = below(db, ids)?;
    let own = own_weights(&known);
    let of = |id: &SkuId| {
        let row = known.get(id)?;
        let measured = Measured {
            code: row.code.clone(),
            weight_g: weight_g(*id, &own, &parts),
            size_mm: row.size_mm(),
            category: row.category.clone(),
            warehouse: row.warehouse.clone(),
            floor_price: row.floor_price(),
        };
        Some((*id, measured))
    };
    Ok(ids.iter().filter_map(of).collect())
}

/// Writes a SKU down.
///
/// # Errors
/// Every field that cannot be taken; a conflict when the code is taken or the bundle would contain itself.
pub fn create(tx: &mut Tx, new: NewSku) -> Result<SkuView, Error> {
    let (fields, parts) = checked(tx, new)?;
    if let Some(taken) = record::by_codes(tx, &[&fields.code])?.first() {
        return Err(code_taken(taken));
    }
    barcode_free(tx, None, &fields)?;
    let id = SkuId(tx.id()?);
    let code = fields.code.clone();
    record::save(tx, &[(id, fields)])?;
    set_parts(tx, id, &code, &parts)?;
    note(tx, "sku.created", id, json!({ "code": code }))?;
    mend(tx, &[Said::code(&code)])?;
    one(tx, id)
}

/// Replaces all that is said of a SKU; what means it stays.
///
/// # Errors
/// As [`create`]; [`Error::Missing`] when this seller has no such SKU.
pub fn replace(tx: &mut Tx, id: SkuId, new: NewSku) -> Result<SkuView, Error> {
    let old = record::find(tx, &[id])?.pop().ok_or_else(|| Error::missing("SKU", id))?;
    let (fields, parts) = checked(tx, new)?;
    if let Some(taken) = record::by_codes(tx, &[&fields.code])?.iter().find(|row| row.id != id) {
        return Err(code_taken(taken));
    }
    barcode_free(tx, Some(id), &fields)?;
    record::update(tx, id, &fields)?;
    set_parts(tx, id, &fields.code, &parts)?;
    note(tx, "sku.changed", id, json!({ "code": fields.code, "was": old.code }))?;
    if old.code != fields.code {
        mend(tx, &[Said::code(&old.code), Said::code(&fields.code)])?;
    }
    let measured = (old.weight_g, old.size_mm(), &old.warehouse);
    if measured != (fields.weight_g, fields.size_mm, &fields.warehouse) || !parts.is_empty() {
        plans::look_again(tx)?;
    }
    goods_changed(tx)?;
    one(tx, id)
}

/// Forgets a SKU with the codes that mean it; waiting orders follow.
///
/// # Errors
/// [`Error::Missing`]; a conflict while it is part of a bundle.
pub fn remove(tx: &mut Tx, id: SkuId) -> Result<(), Error> {
    let row = record::find(tx, &[id])?.pop().ok_or_else(|| Error::missing("SKU", id))?;
    if record::is_part(tx, id)? {
        return Err(Error::conflict(
            "sku_is_part",
            format!("SKU {} is part of a bundle.", row.code),
            "Take it out of the bundle first.",
        ));
    }
    let filter = sku_codes::CodeFilter { sku: Some(id), ..Default::default() };
    let mut said = vec![Said::code(&row.code)];
    said.extend(sku_codes::list(tx, &filter, None, usize::MAX >> 1)?.into_iter().map(Said::from));
    record::remove(tx, id)?;
    note(tx, "sku.removed", id, json!({ "code": row.code, "codes": said.len() - 1 }))?;
    mend(tx, &said).map(drop)
}

fn code_taken(row: &SkuRow) -> Error {
    Error::conflict(
        "sku_code_taken",
        format!("SKU {} has the code {:?} already.", row.id, row.code),
        "Change that one, or choose another code.",
    )
}

/// Refuses a barcode that means another SKU: what is scanned means one thing.
fn barcode_free(tx: &mut Tx, own: Option<SkuId>, fields: &SkuFields) -> Result<(), Error> {
    let taken = record::by_barcodes(tx, &[&fields.barcode])?;
    match taken.iter().find(|row| Some(row.id) != own) {
        None => Ok(()),
        Some(row) => Err(Error::conflict(
            "sku_barcode_taken",
            format!("SKU {:?} has the barcode {:?} already.", row.code, row.barcode),
            "Take it away there, or leave it out here.",
        )),
    }
}

/// A piece as it is fetched and packed.
#[derive(Debug, Clone)]
pub struct Piece {
    pub code: String,
    pub title: String,
    pub shelf: String,
    pub barcode: String,
    pub quantity: i64,
}

/// What one piece of each of these SKUs is fetched as ([`taken_apart`]), by own code. Codes nobody has written down are left out.
///
/// # Errors
/// When the record cannot be read.
pub fn pieces(db: &mut Db, codes: &[&str]) -> Result<HashMap<String, Vec<Piece>>, Error> {
    if codes.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = record::by_codes(db, codes)?;
    let ids: Vec<SkuId> = rows.iter().map(|row| row.id).collect();
    let (parts, known) = below(db, &ids)?;
    let is_whole = |id: SkuId| known.get(&id).is_some_and(SkuRow::is_whole);
    let piece = |(id, quantity): (SkuId, i64)| {
        let row = known.get(&id)?;
        Some(Piece {
            code: row.code.clone(),
            title: row.title.clone(),
            shelf: row.shelf.clone(),
            barcode: row.barcode.clone(),
            quantity,
        })
    };
    let of = |row: SkuRow| {
        let pieces = taken_apart(row.id, 1, &parts, &is_whole);
        (row.code, pieces.into_iter().filter_map(piece).collect())
    };
    Ok(rows.into_iter().map(of).collect())
}

/// The fields and the parts by id.
fn checked(tx: &mut Tx, new: NewSku) -> Result<(SkuFields, Vec<(SkuId, i64)>), Error> {
    let mut errors = Vec::new();
    let fields = new.fields.clone().parse().unwrap_or_else(|mut found| {
        errors.append(&mut found);
        new.fields
    });
    if new.parts.len() > PARTS_MAX {
        let detail = format!("There are {} parts; a bundle has at most {PARTS_MAX}", new.parts.len());
        errors.push(FieldError::new("parts", "length", detail));
    }
    let codes: Vec<&str> = new.parts.iter().map(|(code, _)| code.trim()).collect();
    let known: HashMap<String, SkuId> =
        record::by_codes(tx, &codes)?.into_iter().map(|row| (row.code, row.id)).collect();
    let mut parts: Vec<(SkuId, i64)> = Vec::new();
    for (index, (code, quantity)) in new.parts.iter().enumerate() {
        let field = |name: &str| format!("parts[{index}].{name}");
        if let Err(said) = part_quantity(*quantity) {
            errors.push(FieldError::new(field("quantity"), "range", said));
        }
        match known.get(code.trim()) {
            None => {
                let detail = format!("There is no SKU {code:?}; write it down first");
                errors.push(FieldError::new(field("code"), "sku_unknown", detail));
            }
            Some(part) if parts.iter().any(|(known, _)| known == part) => {
                let detail = format!("{code:?} is listed twice; write it once with all its pieces");
                errors.push(FieldError::new(field("code"), "listed_twice", detail));
            }
            Some(part) => parts.push((*part, *quantity)),
        }
    }
    if errors.is_empty() { Ok((fields, parts)) } else { Err(Error::Invalid(errors)) }
}

fn set_parts(tx: &mut Tx, id: SkuId, code: &str, parts: &[(SkuId, i64)]) -> Result<(), Error> {
    if !parts.is_empty() {
        // Two bundles written at once could each contain the other.
        sellers::lock(tx)?;
        let wanted: Vec<SkuId> = parts.iter().map(|(part, _)| *part).collect();
        bundles_around(tx, &wanted, &[id])?.set(id, parts).map_err(|fault| bundle_fault(code, fault))?;
    }
    let rows: Vec<_> = parts.iter().map(|(part, quantity)| (id, *part, *quantity)).collect();
    Ok(record::set_parts(tx, &[id], &rows)?)
}

/// Every bundle below these parts and above these SKUs.
fn bundles_around(tx: &mut Tx, parts: &[SkuId], skus: &[SkuId]) -> Result<Bundles, Error> {
    let mut all = record::parts_above(tx, skus)?;
    // Below, a bundle is known with all of its parts; above, with the one that leads up.
    all.extend(record::parts_below(tx, parts)?);
    Ok(Bundles::new(all))
}

fn bundle_fault(code: &str, fault: BundleFault) -> Error {
    let (name, detail) = fault_words(code, fault);
    Error::conflict(name, detail, "Take one of its parts out.")
}

/// The code and the sentence of a bundle that cannot be.
fn fault_words(code: &str, fault: BundleFault) -> (&'static str, String) {
    match fault {
        BundleFault::Circle(part) => {
            ("bundle_circle", format!("The bundle {code:?} would contain itself, by way of SKU {part}."))
        }
        BundleFault::Deep => (
            "bundle_deep",
            format!("With {code:?} bundles would stand in bundles more than {DEPTH_MAX} deep."),
        ),
    }
}

fn note(tx: &mut Tx, kind: &'static str, id: SkuId, data: Json) -> Result<(), Error> {
    Ok(events::record(tx, &[event(kind, id, data)])?)
}

fn event(kind: &'static str, id: SkuId, data: Json) -> NewEvent {
    NewEvent { kind, subject_kind: "sku", subject: id.0, data }
}

/// Has every waiting parcel with lines of these names judged anew, where the seller wants every line to
/// mean a SKU or parcels are planned; answers how many.
///
/// # Errors
/// When the record cannot be read or written.
fn mend(tx: &mut Tx, said: &[Said]) -> Result<usize, Error> {
    // What a line means is also what it weighs, and so what its parcel costs.
    if !sellers::settings(tx)?.skus_must_be_mapped && !plans::are_on(tx)? {
        return Ok(0);
    }
    // Whoever judges orders right now ends first, so that their shipments are there to be marked.
    sellers::lock(tx)?;
    let marked = sku_codes::look_again_at(tx, said)?;
    again::judge_marked(tx)?;
    Ok(marked)
}

/// Has rules and audits look again at what waits, where they ask what SKUs weigh, are called, or cost at least.
fn goods_changed(tx: &mut Tx) -> Result<(), Error> {
    if rules::ask_for_skus(tx)? || audits_ask_for_floors(tx)? {
        sellers::lock(tx)?;
        rules::run(tx, &rules::Which::All)?;
    }
    Ok(())
}

/// Whether some shop audits what is sold below its floor price.
fn audits_ask_for_floors(db: &mut Db) -> Result<bool, Error> {
    for shop in shops::all(db)? {
        if shop.settings()?.audits.asks_for_floors() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Has every waiting parcel that an unmapped line stands in judged anew: the seller has just decided
/// whether such lines keep orders waiting.
///
/// # Errors
/// When the record cannot be read or written.
pub fn judge_all(tx: &mut Tx) -> Result<usize, Error> {
    let marked = sku_codes::look_again_at_unmapped(tx)?;
    again::judge_marked(tx)?;
    Ok(marked)
}
