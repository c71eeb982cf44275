//! SKUs from a list: many at once, row by row. What an empty cell does not say stays.

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use serde_json::json;

use super::codes::{NewCode, map_rows};
use super::{bundles_around, event, fault_words, goods_changed, mend};
use crate::connectors::file::Rejection;
use crate::connectors::file::goods::{Goods, GoodsRow};
use crate::db::sku_codes::Said;
use crate::db::skus::{self as record, SkuRow};
use crate::db::{Tx, events, sellers, shops};
use crate::domain::error::Error;
use crate::domain::id::{ShopId, SkuId};
use crate::domain::sku::{PARTS_MAX, SkuFields, part_quantity};
use crate::operations::plans;

/// Rows of one list.
pub const SKU_ROWS_MAX: u64 = 20_000;

/// What a list did.
#[derive(Debug, Default, Serialize, utoipa::ToSchema)]
pub struct Imported {
    pub created: usize,
    pub updated: usize,
    pub unchanged: usize,
    /// Codes of shops that mean a SKU now.
    pub mapped: usize,
    pub rejected: Vec<Rejection>,
    /// Columns that mean nothing here.
    pub passed_over: Vec<String>,
}

/// Takes a list of SKUs in as one transaction; a row that cannot be taken is listed and leaves the others.
///
/// # Errors
/// When the record cannot be read or written.
pub fn import(tx: &mut Tx, goods: &Goods) -> Result<Imported, Error> {
    let mut done = Imported {
        rejected: goods.rejected.clone(),
        passed_over: goods.passed_over.clone(),
        ..Imported::default()
    };
    let mut codes: Vec<&str> = goods.rows.iter().map(|row| row.code.as_str()).collect();
    codes.extend(goods.rows.iter().flat_map(|row| row.parts.iter().flatten()).map(|(code, _)| code.as_str()));
    codes.sort_unstable();
    codes.dedup();
    let known: HashMap<String, SkuRow> =
        record::by_codes(tx, &codes)?.into_iter().map(|row| (row.code.clone(), row)).collect();

    let taken = take(tx, goods, &known, &mut done)?;
    let ids: HashMap<String, SkuId> =
        record::by_codes(tx, &codes)?.into_iter().map(|row| (row.code, row.id)).collect();
    put_together(tx, goods, &taken, &ids, &mut done)?;
    map_codes(tx, goods, &taken, &mut done)?;
    let new: Vec<Said> =
        ids.keys().filter(|code| !known.contains_key(*code)).map(|code| Said::code(code)).collect();
    mend(tx, &new)?;
    if done.updated > 0 {
        plans::look_again(tx)?;
    }
    goods_changed(tx)?;
    done.rejected.sort_by_key(|rejection| rejection.row);
    Ok(done)
}

/// Writes what the rows say of SKUs; answers the rows that could be taken.
fn take<'a>(
    tx: &mut Tx,
    goods: &'a Goods,
    known: &HashMap<String, SkuRow>,
    done: &mut Imported,
) -> Result<Vec<&'a GoodsRow>, Error> {
    let mut wanted: HashMap<&str, SkuFields> = HashMap::new();
    let mut taken = Vec::new();
    let barcodes: Vec<&str> =
        goods.rows.iter().filter_map(|row| row.barcode.as_deref()).map(str::trim).collect();
    // What is scanned means one thing: barcodes of the record, then of the rows above.
    let mut taken_codes: HashMap<String, String> =
        record::by_barcodes(tx, &barcodes)?.into_iter().map(|row| (row.barcode, row.code)).collect();
    for row in &goods.rows {
        let before = wanted.get(row.code.as_str()).cloned().or_else(|| known.get(&row.code).map(fields));
        let Some(title) = row.title.clone().or_else(|| before.as_ref().map(|sku| sku.title.clone())) else {
            let next = "write the title of the new SKU";
            done.rejected.push(Rejection::new(row.row, goods.column("title"), "", "missing", next));
            continue;
        };
        let wish = SkuFields {
            code: row.code.clone(),
            title,
            weight_g: row.weight_g.or(before.as_ref().and_then(|sku| sku.weight_g)),
            size_mm: row.size_mm.or(before.as_ref().and_then(|sku| sku.size_mm)),
            category: said(&row.category, before.as_ref().map(|sku| &sku.category)),
            warehouse: said(&row.warehouse, before.as_ref().map(|sku| &sku.warehouse)),
            floor_price: row.floor_price.clone().or_else(|| before.as_ref()?.floor_price.clone()),
            shelf: said(&row.shelf, before.as_ref().map(|sku| &sku.shelf)),
            barcode: said(&row.barcode, before.as_ref().map(|sku| &sku.barcode)),
        };
        let other = |code: &&String| **code != row.code;
        match wish.parse() {
            Ok(wish) if taken_codes.get(&wish.barcode).is_some_and(|code| other(&code)) => {
                let next = "leave the barcode out, or take it away from the other SKU first";
                let rejection = Rejection::new(
                    row.row,
                    goods.column("barcode"),
                    &wish.barcode,
                    "sku_barcode_taken",
                    next,
                );
                done.rejected.push(rejection);
            }
            Ok(wish) => {
                if !wish.barcode.is_empty() {
                    taken_codes.insert(wish.barcode.clone(), wish.code.clone());
                }
                wanted.insert(&row.code, wish);
                taken.push(row);
            }
            Err(errors) => done.rejected.extend(errors.into_iter().take(1).map(|error| {
                Rejection::new(row.row, goods.column(&error.field), "", error.code, &error.detail)
            })),
        }
    }
    let mut changed: Vec<SkuFields> = wanted
        .into_values()
        .filter(|wish| known.get(&wish.code).map(fields).as_ref() != Some(wish))
        .collect();
    changed.sort_by(|a, b| a.code.cmp(&b.code));
    let fresh = tx.ids(changed.len())?;
    let changed: Vec<(SkuId, SkuFields)> = changed
        .into_iter()
        .zip(fresh)
        .map(|(sku, id)| (known.get(&sku.code).map_or(SkuId(id), |row| row.id), sku))
        .collect();
    record::save(tx, &changed)?;
    let told: Vec<_> = changed
        .iter()
        .map(|(id, sku)| {
            let kind = if known.contains_key(&sku.code) { "sku.changed" } else { "sku.created" };
            event(kind, *id, json!({ "code": sku.code, "by_file": true }))
        })
        .collect();
    events::record(tx, &told)?;
    done.created = changed.iter().filter(|(_, sku)| !known.contains_key(&sku.code)).count();
    done.updated = changed.len() - done.created;
    let named: HashSet<&str> = taken.iter().map(|row| row.code.as_str()).collect();
    done.unchanged = named.len() - changed.len();
    Ok(taken)
}

fn fields(row: &SkuRow) -> SkuFields {
    SkuFields {
        code: row.code.clone(),
        title: row.title.clone(),
        weight_g: row.weight_g,
        size_mm: row.size_mm(),
        category: row.category.clone(),
        warehouse: row.warehouse.clone(),
        floor_price: row.floor_price(),
        shelf: row.shelf.clone(),
        barcode: row.barcode.clone(),
    }
}

/// What a cell says, or what is known already.
fn said(cell: &Option<String>, before: Option<&String>) -> String {
    cell.as_ref().or(before).cloned().unwrap_or_default()
}

/// What a row wants a bundle to consist of.
struct Wish<'a> {
    row: u64,
    sku: SkuId,
    code: &'a str,
    parts: Vec<(SkuId, i64)>,
}

/// Writes what bundles consist of; the last row of a code counts. A bundle that cannot be leaves its SKU.
fn put_together(
    tx: &mut Tx,
    goods: &Goods,
    rows: &[&GoodsRow],
    ids: &HashMap<String, SkuId>,
    done: &mut Imported,
) -> Result<(), Error> {
    let mut wishes: Vec<Wish> = Vec::new();
    for row in rows {
        let Some(parts) = &row.parts else { continue };
        let mut refuse = |value: &str, code, next: &str| {
            let next = format!("{next}; the SKU itself was taken");
            done.rejected.push(Rejection::new(row.row, goods.column("parts"), value, code, &next));
        };
        let Some(id) = ids.get(&row.code) else { continue };
        if parts.len() > PARTS_MAX {
            refuse(&parts.len().to_string(), "length", &format!("a bundle has at most {PARTS_MAX} parts"));
            continue;
        }
        let mut resolved: Vec<(SkuId, i64)> = Vec::new();
        let fault = parts.iter().find_map(|(code, quantity)| {
            if let Err(said) = part_quantity(*quantity) {
                return Some((code, "range", said));
            }
            match ids.get(code) {
                None => Some((code, "sku_unknown", "write that SKU down first".to_owned())),
                Some(part) if resolved.iter().any(|(known, _)| known == part) => {
                    Some((code, "listed_twice", "write it once with all its pieces".to_owned()))
                }
                Some(part) => {
                    resolved.push((*part, *quantity));
                    None
                }
            }
        });
        match fault {
            Some((value, code, next)) => refuse(value, code, &next),
            None => wishes.push(Wish { row: row.row, sku: *id, code: &row.code, parts: resolved }),
        }
    }
    if wishes.is_empty() {
        return Ok(());
    }
    sellers::lock(tx)?;
    let parts: Vec<SkuId> = wishes.iter().flat_map(|wish| &wish.parts).map(|(part, _)| *part).collect();
    let skus: Vec<SkuId> = wishes.iter().map(|wish| wish.sku).collect();
    let mut bundles = bundles_around(tx, &parts, &skus)?;
    let mut last: HashMap<SkuId, Vec<(SkuId, i64)>> = HashMap::new();
    for Wish { row, sku: id, code, parts } in wishes {
        match bundles.set(id, &parts) {
            Ok(()) => drop(last.insert(id, parts)),
            Err(fault) => {
                let (name, said) = fault_words(code, fault);
                let next = format!("{said} Take a part out; the SKU itself was taken");
                done.rejected.push(Rejection::new(row, goods.column("parts"), code, name, &next));
            }
        }
    }
    let skus: Vec<SkuId> = last.keys().copied().collect();
    let rows: Vec<_> = last
        .iter()
        .flat_map(|(id, parts)| parts.iter().map(|(part, quantity)| (*id, *part, *quantity)))
        .collect();
    Ok(record::set_parts(tx, &skus, &rows)?)
}

/// Maps what the rows say that shops call their SKUs.
fn map_codes(tx: &mut Tx, goods: &Goods, rows: &[&GoodsRow], done: &mut Imported) -> Result<(), Error> {
    let shops: HashMap<String, ShopId> =
        shops::all(tx)?.into_iter().map(|shop| (shop.name, shop.id)).collect();
    let mut wanted = Vec::new();
    for row in rows {
        let Some(code) = &row.platform_code else { continue };
        let shop = match &row.shop {
            None => None,
            Some(name) => match shops.get(name) {
                Some(shop) => Some(*shop),
                None => {
                    let next = "write the name of a shop as it is linked; the SKU itself was taken";
                    done.rejected.push(Rejection::new(
                        row.row,
                        goods.column("shop"),
                        name,
                        "not_found",
                        next,
                    ));
                    continue;
                }
            },
        };
        let new = NewCode {
            shop,
            code: code.clone(),
            title: String::new(),
            variant: String::new(),
            sku: row.code.clone(),
        };
        wanted.push((row.row, new));
    }
    let codes: Vec<NewCode> = wanted.iter().map(|(_, code)| code.clone()).collect();
    let mapped = map_rows(tx, &codes)?;
    done.mapped = mapped.done.len();
    for left in mapped.left_out {
        let why = &left.reasons[0];
        let next = format!("{} {} The SKU itself was taken", why.message, why.next);
        let row = wanted[left.index].0;
        done.rejected.push(Rejection::new(row, goods.column("platform_code"), &left.code, why.code, &next));
    }
    Ok(())
}
