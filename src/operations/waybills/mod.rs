//! The number of one shipment: corrected, or given back.
//!
//! Correcting saves and prints nothing: the paper in the person's hand is what counts.

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::db::events::{self, NewEvent};
use crate::db::shipments::{self, ShipmentRow};
use crate::db::waybills::{self as record, Given};
use crate::db::{Tx, sheets};
use crate::domain::error::Error;
use crate::domain::id::ShipmentId;
use crate::domain::number_run::{self as rules, WaybillState};
use crate::domain::shipment::{PrintState, ShipmentState};
use crate::domain::waybill::carriers;
use crate::domain::waybill::{Format, WaybillNumber};
use crate::operations::number_runs::{in_use, reasons_of};
use crate::operations::shipments::{recheck, refresh};

/// The number a shipment is to have.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Correction {
    /// Code or name of the carrier.
    #[serde(deserialize_with = "carriers::named")]
    pub carrier: String,
    pub number: String,
    /// Take the number although its check character or shape is not one of this carrier's.
    #[serde(default)]
    pub force_check_digit: bool,
}

/// A shipment's number after a correction or a return.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Waybill {
    pub shipment: ShipmentId,
    pub carrier: String,
    /// `None` when it was given back.
    pub number: Option<String>,
    /// The number it had before.
    pub previous: Option<String>,
    /// What became of that number: `void`, or `returned` and free again.
    pub previous_state: Option<WaybillState>,
    /// It was so already; nothing changed.
    pub already: bool,
}

/// Gives a shipment this number instead of the one it has, or its first one.
///
/// A printed number becomes void, an unprinted one is free again; printed labels become stale.
///
/// # Errors
/// `number_format`, `number_check_digit`; `number_taken`, `number_void`; `already_shipped`,
/// `cancelled`, `shipment_blocked`. Then nothing is changed.
pub fn correct(tx: &mut Tx, id: ShipmentId, wish: &Correction) -> Result<Waybill, Error> {
    let number = WaybillNumber::normalise(&wish.number).map_err(|refusal| rules::refused(&refusal))?;
    let row = lock(tx, id)?;
    if row.carrier == wish.carrier && row.waybill == number.as_str() {
        return Ok(Waybill {
            shipment: id,
            carrier: row.carrier,
            number: Some(row.waybill),
            previous: None,
            previous_state: None,
            already: true,
        });
    }
    if row.state == ShipmentState::Blocked && row.waybill.is_empty() {
        let reasons = reasons_of(&row)?;
        let (message, next) = reasons.first().map_or_else(Default::default, |reason| {
            (reason.message().0, reason.code.next_step().0.to_owned())
        });
        let detail = format!("Shipment {id} cannot have a number yet. {message}");
        return Err(Error::conflict("shipment_blocked", detail, next));
    }
    let format = fitting_format(&wish.carrier, &number, wish.force_check_digit)?;
    if let Some(occupied) = in_use(tx, &wish.carrier, std::slice::from_ref(&number))?.get(&number) {
        return Err(occupied.refusal());
    }

    let reason = format!("corrected to {number}");
    let previous_state = end(tx, &row, &reason)?;
    let place = row.number_run_id.zip(row.run_position);
    let print = match row.print {
        PrintState::Printed => PrintState::Stale,
        print => print,
    };
    let given = Given { shipment: id, number: number.to_string(), run: None, place, print };
    record::give(tx, &wish.carrier, format.name, &[given])?;
    refresh(tx, &[id])?;
    let data = json!({
        "carrier": wish.carrier, "number": number, "forced": wish.force_check_digit,
        "previous_carrier": row.carrier, "previous": row.waybill,
    });
    events::record(tx, &[NewEvent::shipment("shipment.number_corrected", id, data)])?;
    Ok(Waybill {
        shipment: id,
        carrier: wish.carrier.clone(),
        number: Some(number.to_string()),
        previous: Some(row.waybill).filter(|previous| !previous.is_empty()),
        previous_state,
        already: false,
    })
}

/// Takes the number off a shipment. A printed one is void, an unprinted one is free again.
///
/// # Errors
/// `already_shipped`, `cancelled`, `not_numbered`; then nothing is changed.
pub fn void(tx: &mut Tx, id: ShipmentId, reason: &str) -> Result<Waybill, Error> {
    let row = lock(tx, id)?;
    if row.waybill.is_empty() {
        return Err(Error::conflict(
            "not_numbered",
            format!("Shipment {id} has no waybill number."),
            "Nothing is to be done.",
        ));
    }
    let reason = if reason.trim().is_empty() { "given back" } else { reason.trim() };
    let previous_state = end(tx, &row, reason)?;
    sheets::spoil_unfinished(tx, &[id], reason)?;
    sheets::spoil_acknowledged(tx, &[id], reason)?;
    refresh(tx, &[id])?;
    let data = json!({
        "carrier": row.carrier, "number": row.waybill, "became": previous_state, "reason": reason,
    });
    events::record(tx, &[NewEvent::shipment("shipment.number_voided", id, data)])?;
    Ok(Waybill {
        shipment: id,
        carrier: row.carrier,
        number: None,
        previous: Some(row.waybill),
        previous_state,
        already: false,
    })
}

/// The shipment, locked, looked at anew, and not gone yet.
fn lock(tx: &mut Tx, id: ShipmentId) -> Result<ShipmentRow, Error> {
    recheck(tx, &[id])?;
    let row = shipments::lock(tx, &[id])?.pop().ok_or_else(|| Error::missing("shipment", id))?;
    let gone = match row.state {
        _ if row.shipped_at.is_some() => rules::already_shipped(id),
        ShipmentState::Shipped => rules::already_shipped(id),
        ShipmentState::Cancelled => rules::cancelled(id),
        _ => return Ok(row),
    };
    Err(Error::conflict(
        gone.code,
        gone.message,
        "Correct the number in the shop by hand, if it is wrong there.",
    ))
}

/// Ends the number a shipment has, if it has one.
fn end(tx: &mut Tx, row: &ShipmentRow, reason: &str) -> Result<Option<WaybillState>, Error> {
    if row.waybill.is_empty() {
        return Ok(None);
    }
    // What may be on paper must not meet a second parcel.
    let doubtful = !sheets::printed_or_unknown(tx, &[row.id])?.is_empty();
    let printed = matches!(row.print, PrintState::Printed | PrintState::Stale) || doubtful;
    let state = if printed { WaybillState::Void } else { WaybillState::Returned };
    record::end(tx, &[row.id], state, reason)?;
    Ok(Some(state))
}

/// The format of this carrier that the number fits; `plain` for a carrier without formats.
fn fitting_format(carrier: &str, number: &WaybillNumber, force: bool) -> Result<&'static Format, Error> {
    rules::check_carrier(carrier).map_err(|detail| Error::invalid("carrier", "carrier_invalid", detail))?;
    let plain = Format::find("plain").expect("the format of every other carrier");
    let mut misfits = Vec::new();
    for format in Format::of_carrier(carrier) {
        match format.check(number) {
            Ok(()) => return Ok(format),
            Err(refusal) => misfits.push(refusal),
        }
    }
    // A wrong check digit tells more than another format's shape.
    misfits.sort_by_key(|refusal| refusal.code() != "number_check_digit");
    match misfits.first() {
        Some(refusal) if !force => Err(rules::refused(refusal)),
        _ => Ok(plain),
    }
}
