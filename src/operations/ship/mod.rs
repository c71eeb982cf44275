//! Shipping: the parcels leave, and every source order has its own shop to be told.
//!
//! What is written here is only the intent to tell; workers, files or the shop's own program do it
//! later, and repeating a call adds nothing.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::db::events::{self, NewEvent};
use crate::db::shipments::{self, ShipmentRow};
use crate::db::write_backs::{self, NewWriteBack};
use crate::db::{Tx, number_runs, sheets, shops, waybills};
use crate::domain::error::Error;
use crate::domain::id::{NumberRunId, ShipmentId, ShopId};
use crate::domain::left_out::{LeftOut, Why, each_once};
use crate::domain::platform::Platform;
use crate::domain::shipment::{PrintState, ShipmentState};
use crate::domain::write_back::{ShippedLine, why_not_shipped};
use crate::operations::number_runs::reasons_of;
use crate::operations::plans;
use crate::operations::shipments::{recheck, refresh};
use crate::operations::write_backs::telling;

/// Which parcels leave.
#[derive(Debug, Clone, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewShipping {
    #[serde(default)]
    pub shipments: Vec<ShipmentId>,
    /// All shipments of this run.
    #[serde(default)]
    pub number_run: Option<NumberRunId>,
    /// Ship also what is printed with an address or contents that have changed since.
    #[serde(default)]
    pub stale_labels: bool,
}

/// What left, and what stays.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Shipping {
    pub done: Vec<Shipped>,
    pub left_out: Vec<LeftOut>,
}

/// A parcel that left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Shipped {
    pub shipment: ShipmentId,
    pub carrier: String,
    pub number: String,
    /// Source orders whose shops are told.
    pub write_backs: i64,
    /// It left before; nothing changed now.
    pub already: bool,
}

/// Ships the numbered or printed ones of these shipments, after a last look at each.
///
/// Numbers may stand on pre-printed paper, so nothing needs to have been printed here.
///
/// # Errors
/// `Invalid` fields; a missing number run. Everything else is answered item by item.
pub fn ship(tx: &mut Tx, new: &NewShipping) -> Result<Shipping, Error> {
    let (listed, mut left_out) = each_once(&named(tx, new)?);
    shipments::lock(tx, &listed)?;
    recheck(tx, &listed)?;
    let rows: HashMap<ShipmentId, ShipmentRow> =
        shipments::find(tx, &listed)?.into_iter().map(|row| (row.id, row)).collect();
    let stale = stale_labels(tx, new, &rows)?;

    let (mut leaving, mut done) = (Vec::new(), Vec::new());
    for id in &listed {
        let Some(row) = rows.get(id) else {
            left_out.push(LeftOut::not_found(*id));
            continue;
        };
        let already = row.shipped_at.is_some();
        let mut reasons = Vec::new();
        // The own fleet and the buyer who fetches a parcel need no number.
        let needs_none = row.state == ShipmentState::Ready && plans::is_without_number(&row.plan_carrier);
        if !already && !needs_none {
            reasons = why_not_shipped(*id, row.state, &reasons_of(row)?);
            if reasons.is_empty() && stale.contains(id) {
                reasons.push(label_stale(row));
            }
        }
        if !reasons.is_empty() {
            left_out.push(LeftOut { id: *id, reasons });
            continue;
        }
        if !already {
            leaving.push(row);
        }
        done.push(Shipped {
            shipment: *id,
            carrier: carrier_of(row).to_owned(),
            number: row.waybill.clone(),
            write_backs: 0,
            already,
        });
    }
    write(tx, &leaving)?;
    let ids: Vec<ShipmentId> = done.iter().map(|shipped| shipped.shipment).collect();
    let counts: HashMap<ShipmentId, i64> =
        write_backs::counts(tx, &ids)?.into_iter().map(|row| (row.shipment_id, row.one)).collect();
    for shipped in &mut done {
        shipped.write_backs = counts.get(&shipped.shipment).copied().unwrap_or(0);
    }
    Ok(Shipping { done, left_out })
}

/// Who carries it: by its number, or by its plan where it goes without one.
fn carrier_of(row: &ShipmentRow) -> &str {
    if row.waybill.is_empty() && row.carrier.is_empty() { &row.plan_carrier } else { &row.carrier }
}

/// Why a shop cannot be told of a parcel: without a number only a program of the seller's own takes it.
fn unsupported(parcel: &ShipmentRow, platform: Option<Platform>) -> Option<String> {
    (parcel.waybill.is_empty() && platform != Some(Platform::Push)).then(|| {
        let carrier = carrier_of(parcel);
        format!(
            "It left by {carrier} without a number, which this shop cannot be told; mark it as shipped there."
        )
    })
}

/// The shipments that are meant, in their order.
///
/// # Errors
/// `Invalid` fields; a missing number run.
pub fn named(tx: &mut Tx, new: &NewShipping) -> Result<Vec<ShipmentId>, Error> {
    match (new.number_run, new.shipments.is_empty()) {
        (Some(run), true) => {
            number_runs::find(tx, run)?.ok_or_else(|| Error::missing("number run", run))?;
            Ok(number_runs::assigned(tx, run)?.into_iter().map(|row| row.shipment).collect())
        }
        (None, false) => Ok(new.shipments.clone()),
        (Some(_), false) => Err(Error::invalid(
            "shipments",
            "contradiction",
            "Give either number_run or shipments, not both.",
        )),
        (None, true) => {
            Err(Error::invalid("shipments", "required", "Give number_run, or at least one shipment."))
        }
    }
}

/// Shipments whose good label shows what is no longer so, although the number on it is right.
///
/// A label whose number was corrected afterwards is no reason to stay: the paper in hand has the number.
fn stale_labels(
    tx: &mut Tx,
    new: &NewShipping,
    rows: &HashMap<ShipmentId, ShipmentRow>,
) -> Result<HashSet<ShipmentId>, Error> {
    let suspects: Vec<ShipmentId> = rows
        .values()
        .filter(|row| row.print == PrintState::Stale && row.shipped_at.is_none() && !new.stale_labels)
        .map(|row| row.id)
        .collect();
    if suspects.is_empty() {
        return Ok(HashSet::new());
    }
    Ok(sheets::printed_or_unknown(tx, &suspects)?)
}

fn label_stale(row: &ShipmentRow) -> Why {
    Why::new(
        "label_stale",
        format!("The label of shipment {} was printed before its address or contents changed.", row.id),
        "Print it again, or send \"stale_labels\": true when the change does not matter.",
    )
}

fn write(tx: &mut Tx, leaving: &[&ShipmentRow]) -> Result<(), Error> {
    if leaving.is_empty() {
        return Ok(());
    }
    let ids: Vec<ShipmentId> = leaving.iter().map(|row| row.id).collect();
    waybills::set_shipped(tx, &ids)?;
    let intents = intents(tx, leaving, &ids)?;
    write_backs::insert(tx, &intents)?;
    telling::enqueue(tx, &ids)?;
    refresh(tx, &ids)?;
    let log: Vec<_> = leaving
        .iter()
        .map(|row| {
            let data = json!({ "carrier": carrier_of(row), "number": row.waybill, "print": row.print });
            NewEvent::shipment("shipment.shipped", row.id, data)
        })
        .chain(intents.iter().map(|intent| {
            let data = json!({
                "shipment": intent.shipment, "carrier": intent.carrier, "number": intent.number,
            });
            NewEvent::order("order.shipped", intent.order, data)
        }))
        .collect();
    Ok(events::record(tx, &log)?)
}

/// One write-back per source order, with the lines of it that leave in this parcel.
fn intents(tx: &mut Tx, leaving: &[&ShipmentRow], ids: &[ShipmentId]) -> Result<Vec<NewWriteBack>, Error> {
    let parcels: HashMap<ShipmentId, &ShipmentRow> = leaving.iter().map(|row| (row.id, *row)).collect();
    let platforms: HashMap<ShopId, Platform> =
        shops::all(tx)?.into_iter().map(|shop| (shop.id, shop.platform)).collect();
    let mut intents: Vec<(NewWriteBack, Vec<ShippedLine>)> = Vec::new();
    for leaving in write_backs::leaving(tx, ids)? {
        let same = intents
            .last()
            .is_some_and(|(last, _)| last.order == leaving.order_id && last.shipment == leaving.shipment_id);
        if !same {
            let parcel = parcels[&leaving.shipment_id];
            let intent = NewWriteBack {
                shop: leaving.shop_id,
                order: leaving.order_id,
                shipment: leaving.shipment_id,
                carrier: carrier_of(parcel).to_owned(),
                number: parcel.waybill.clone(),
                lines: String::new(),
                unsupported: unsupported(parcel, platforms.get(&leaving.shop_id).copied()),
            };
            intents.push((intent, Vec::new()));
        }
        if let (Some((_, lines)), Some(line), Some(quantity)) =
            (intents.last_mut(), leaving.line, leaving.quantity)
        {
            lines.push(ShippedLine { line, quantity });
        }
    }
    Ok(intents
        .into_iter()
        .map(|(intent, lines)| NewWriteBack {
            lines: serde_json::to_string(&lines).expect("lines are plain data"),
            ..intent
        })
        .collect())
}
