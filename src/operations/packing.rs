//! Packing at the table: every piece is scanned, and the last one prints the waybill and ships, if that is wished.
//!
//! A scan is one transaction under the shipment's lock. It says how many scans it has seen, so one that arrives twice, or from
//! a second table, counts once.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::db::events::{self, NewEvent};
use crate::db::packings::{self as record, PackingRow};
use crate::db::{Db, Tx, shipments, waybills};
use crate::domain::error::Error;
use crate::domain::id::{PrintJobId, ShipmentId};
use crate::domain::left_out::LeftOut;
use crate::domain::packing::{self as rules, Scan, Scanned, Wanted};
use crate::domain::print::Paper;
use crate::domain::shipment::ShipmentState;
use crate::domain::time::UtcTime;
use crate::domain::waybill::WaybillNumber;
use crate::operations::print_jobs::{self, NewPrintJob};
use crate::operations::ship::{self, NewShipping};
use crate::operations::shipments::item::ShipmentItem;
use crate::operations::shipments::{list, recheck};
use crate::operations::skus::{self, Piece};
use crate::papers::data_hash;

/// A piece that was scanned.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewScan {
    /// Code of the item: its barcode, the seller's own code, or the shop's.
    pub code: String,
    /// The scans that were counted when this one was made; another count refuses it.
    pub scans: i64,
    /// When this is the last piece, print the waybill.
    #[serde(default)]
    pub print: bool,
    /// On this station's printer; in the browser when left out.
    #[serde(default)]
    pub station: String,
    /// When this is the last piece, ship the parcel.
    #[serde(default)]
    pub ship: bool,
}

/// How far the packing of a parcel is.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Packing {
    pub shipment: ShipmentId,
    pub items: Vec<PackingItem>,
    /// Pieces that are still missing.
    pub missing: i64,
    /// Scans that were counted.
    pub scans: i64,
    pub packed_at: Option<UtcTime>,
    pub packed_by: Option<String>,
    /// What the last scan printed; null otherwise.
    pub print_job: Option<PrintJobId>,
    /// The last scan shipped it.
    pub shipped: bool,
    /// Why it was not printed or not shipped although that was wished.
    pub left_out: Vec<LeftOut>,
}

/// One item of a parcel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct PackingItem {
    /// Names the item within the parcel; can be sent in place of a code where it has none.
    pub key: String,
    /// The seller's own code, or the shop's; empty without either.
    pub code: String,
    /// The bundle it is a part of, by own code; empty for what is sold by itself.
    pub bundle: String,
    pub title: String,
    pub variant: String,
    pub quantity: i64,
    pub scanned: i64,
}

/// What belongs into a parcel, piece by piece as a scanner meets them: a bundle that has no barcode and no shelf of its own is its
/// parts.
fn contents(item: &ShipmentItem, pieces: &HashMap<String, Vec<Piece>>) -> Vec<(Wanted, PackingItem)> {
    let mut found: Vec<(Wanted, PackingItem)> = Vec::new();
    for line in &item.lines {
        let own = line.own_sku.as_deref().unwrap_or_default();
        if let Some(pieces) = pieces.get(own).filter(|pieces| !pieces.is_empty()) {
            for piece in pieces {
                let is_part = piece.code != own;
                let (title, variant) = match is_part {
                    true => (&piece.title, ""),
                    false => (&line.title, line.variant.as_str()),
                };
                let mut codes = vec![piece.code.clone(), piece.barcode.clone()];
                if !is_part {
                    codes.push(line.sku.clone());
                }
                let shown = PackingItem {
                    key: piece.code.clone(),
                    code: piece.code.clone(),
                    bundle: if is_part { own.to_owned() } else { String::new() },
                    title: title.clone(),
                    variant: variant.to_owned(),
                    quantity: line.quantity.saturating_mul(piece.quantity),
                    scanned: 0,
                };
                put(&mut found, codes, shown);
            }
            continue;
        }
        let code = if own.is_empty() { line.sku.as_str() } else { own };
        let key = match code {
            "" => format!("{} {}", line.title, line.variant).trim().to_owned(),
            code => code.to_owned(),
        };
        let shown = PackingItem {
            key,
            code: code.to_owned(),
            bundle: String::new(),
            title: line.title.clone(),
            variant: line.variant.clone(),
            quantity: line.quantity,
            scanned: 0,
        };
        put(&mut found, vec![own.to_owned(), line.sku.clone()], shown);
    }
    found
}

/// Adds pieces to what belongs inside; more of an item that is there already only count up.
fn put(found: &mut Vec<(Wanted, PackingItem)>, codes: Vec<String>, more: PackingItem) {
    match found.iter_mut().find(|(wanted, _)| wanted.key == more.key) {
        Some((wanted, shown)) => {
            wanted.quantity += more.quantity;
            wanted.codes.extend(codes);
            shown.quantity += more.quantity;
            if shown.bundle != more.bundle {
                // Sold by itself and in a bundle: it is counted as one.
                shown.bundle.clear();
            }
        }
        None => {
            found.push((Wanted { key: more.key.clone(), codes, quantity: more.quantity }, more));
        }
    }
}

struct State {
    item: ShipmentItem,
    wanted: Vec<Wanted>,
    shown: Vec<PackingItem>,
    scanned: Scanned,
    row: PackingRow,
}

fn load(db: &mut Db, id: ShipmentId) -> Result<State, Error> {
    let item = list::one(db, id)?;
    let mut own: Vec<&str> = item.lines.iter().filter_map(|line| line.own_sku.as_deref()).collect();
    own.sort_unstable();
    own.dedup();
    let pieces = skus::pieces(db, &own)?;
    let (wanted, mut shown): (Vec<_>, Vec<_>) = contents(&item, &pieces).into_iter().unzip();
    let inside: Vec<(&str, i64)> = wanted.iter().map(|one| (one.key.as_str(), one.quantity)).collect();
    let contents_hash = data_hash(&inside);
    let row = record::find(db, id)?;
    // What was scanned of other contents says nothing about these; the count of scans goes on.
    let before = row.as_ref().map_or(0, |row| row.scan_count);
    let row = row.filter(|row| row.contents_hash == contents_hash).unwrap_or_else(|| PackingRow {
        shipment_id: id,
        scanned: "{}".to_owned(),
        scan_count: before,
        contents_hash,
        packed_by: String::new(),
        packed_at: None,
    });
    let scanned: Scanned = serde_json::from_str(&row.scanned).map_err(anyhow::Error::from)?;
    for one in &mut shown {
        one.scanned = scanned.get(&one.key).copied().unwrap_or(0);
    }
    Ok(State { item, wanted, shown, scanned, row })
}

/// How far a parcel is.
///
/// # Errors
/// A missing shipment.
pub fn show(db: &mut Db, id: ShipmentId) -> Result<Packing, Error> {
    let State { wanted, shown, scanned, row, .. } = load(db, id)?;
    Ok(Packing {
        shipment: id,
        items: shown,
        missing: rules::missing(&wanted, &scanned),
        scans: row.scan_count,
        packed_by: row.packed_at.map(|_| row.packed_by),
        packed_at: row.packed_at,
        print_job: None,
        shipped: false,
        left_out: Vec::new(),
    })
}

/// The parcel a code opens: its waybill number, or the parcel's own code, as lists and notes show it.
///
/// # Errors
/// When the record cannot be read.
pub fn parcel_of(db: &mut Db, code: &str) -> Result<Option<ShipmentId>, Error> {
    if let Ok(number) = WaybillNumber::normalise(code)
        && let Some(id) = waybills::holder(db, number.as_str())?
    {
        return Ok(Some(id));
    }
    let Ok(id) = code.trim().trim_start_matches('#').parse::<ShipmentId>() else { return Ok(None) };
    Ok(shipments::find(db, &[id])?.first().map(|row| row.id))
}

/// Counts a piece into its parcel. The last one prints and ships, where that is wished.
///
/// # Errors
/// `wrong_item` and `piece_too_many`, which change nothing; `scan_counted` when another scan came first; `not_to_be_packed` for
/// a parcel that left or must not leave.
pub fn scan(tx: &mut Tx, id: ShipmentId, new: &NewScan) -> Result<Packing, Error> {
    shipments::lock(tx, &[id])?;
    recheck(tx, &[id])?;
    let State { item, wanted, mut scanned, row, .. } = load(tx, id)?;
    may_be_packed(&item)?;
    if new.scans != row.scan_count {
        return Err(Error::conflict(
            "scan_counted",
            format!("Parcel {id} has {} scans, and this one followed on {}.", row.scan_count, new.scans),
            "Look at the list, and scan what is missing.",
        ));
    }
    match rules::scan(&wanted, &scanned, &new.code) {
        Scan::Counted(key) => *scanned.entry(key).or_default() += 1,
        Scan::TooMany(key, quantity) => {
            return Err(Error::conflict(
                "piece_too_many",
                format!("All {quantity} pieces of {key:?} are in parcel {id} already."),
                "Put this one back.",
            ));
        }
        Scan::Wrong => {
            return Err(Error::conflict(
                "wrong_item",
                format!("{:?} does not belong into parcel {id}.", new.code.trim()),
                "Put it back, and scan what the list shows.",
            ));
        }
    }
    let is_full = rules::missing(&wanted, &scanned) == 0;
    let row = PackingRow {
        scanned: serde_json::to_string(&scanned).map_err(anyhow::Error::from)?,
        scan_count: row.scan_count + 1,
        packed_by: tx.actor.name.clone(),
        packed_at: is_full.then_some(tx.now),
        ..row
    };
    record::put(tx, &row)?;
    if !is_full {
        return show(tx, id);
    }
    let pieces: i64 = scanned.values().sum();
    events::record(tx, &[NewEvent::shipment("shipment.packed", id, json!({ "pieces": pieces }))])?;
    let (mut print_job, mut left_out) = (None, Vec::new());
    if new.print {
        let job = print_jobs::create(tx, &waybill_of(id, &new.station))?;
        print_job = job.id;
        left_out.extend(job.left_out);
    }
    let mut shipped = false;
    // A parcel whose label could not even be queued stays on the table.
    if new.ship && left_out.is_empty() {
        let wish = NewShipping { shipments: vec![id], ..NewShipping::default() };
        let done = ship::ship(tx, &wish)?;
        shipped = done.left_out.is_empty();
        left_out.extend(done.left_out);
    }
    Ok(Packing { print_job, shipped, left_out, ..show(tx, id)? })
}

fn waybill_of(id: ShipmentId, station: &str) -> NewPrintJob {
    NewPrintJob {
        paper: Paper::Waybill,
        template: String::new(),
        size: None,
        number_run: None,
        shipments: vec![id],
        station: station.to_owned(),
        reprint: false,
    }
}

fn may_be_packed(item: &ShipmentItem) -> Result<(), Error> {
    let why = match item.state {
        ShipmentState::Shipped => "it left already".to_owned(),
        ShipmentState::Cancelled => "it is cancelled".to_owned(),
        ShipmentState::Blocked => {
            item.reasons.first().map_or_else(String::new, |reason| reason.message.clone())
        }
        _ => return Ok(()),
    };
    Err(Error::conflict(
        "not_to_be_packed",
        format!("Parcel {} must not be packed: {}.", item.id, why.trim_end_matches('.')),
        "Put it aside, and look at it on the workbench.",
    ))
}

/// Empties a parcel: its pieces are scanned again. Repeating it changes nothing.
///
/// # Errors
/// A missing shipment.
pub fn start_again(tx: &mut Tx, id: ShipmentId) -> Result<Packing, Error> {
    shipments::lock(tx, &[id])?;
    if let Some(row) = record::find(tx, id)? {
        // The count goes on, so that a scan that is still on its way is not counted into the empty box.
        let row =
            PackingRow { scanned: "{}".to_owned(), packed_at: None, scan_count: row.scan_count + 1, ..row };
        record::put(tx, &row)?;
        events::record(tx, &[NewEvent::shipment("shipment.unpacked", id, json!({}))])?;
    }
    show(tx, id)
}
