//! Plans: what people and rules say of the way a parcel is to go.
//!
//! A plan itself is derived with everything else of a shipment, see [`planning`]; here is written what it is derived
//! from. What was said by hand is kept by order and survives merging.

pub mod planning;

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::db::events::{self, NewEvent};
use crate::db::plans::{self as record, NewWish};
use crate::db::shipments::{self, MemberRow};
use crate::db::{Db, Tx, carrier_services, sellers, warehouses};
use crate::domain::carrier_service::{self, DeliveryKind, Measures};
use crate::domain::error::{Error, FieldError};
use crate::domain::freight::{Cost, Load};
use crate::domain::id::{OrderId, ShipmentId};
use crate::domain::left_out::{LeftOut, Why, each_once};
use crate::domain::number_run::{already_shipped, cancelled};
use crate::domain::plan::{Other, Parcel, Plan, ShopPlan, Wish};
use crate::domain::shipment::{PrintState, ShipmentState};
use crate::domain::sku::SizeMm;
use crate::operations::shipments::facts::Context;
use crate::operations::shipments::{again, refresh};
use planning::World;

/// Which way some parcels are to go. A part that is left out stays as it is; an empty one goes back to rules and policy.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPlan {
    pub shipments: Vec<ShipmentId>,
    /// Code or name of a carrier: its best service.
    #[serde(default)]
    pub carrier: Option<String>,
    /// Code of a service; names its carrier too.
    #[serde(default)]
    pub service: Option<String>,
    /// Code of a warehouse.
    #[serde(default)]
    pub warehouse: Option<String>,
    /// Branch of the own fleet, or where the buyer fetches it; up to 40 characters, on the delivery note.
    #[serde(default)]
    pub branch: Option<String>,
    /// Who brings it; up to 40 characters, on the delivery note.
    #[serde(default)]
    pub worker: Option<String>,
}

/// Characters of a branch or a worker.
const BRINGER_MAX: usize = 40;

/// What was planned, and what was left out.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PlannedMany {
    pub done: Vec<ShipmentPlan>,
    pub left_out: Vec<LeftOut>,
}

/// The plan of one parcel.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ShipmentPlan {
    pub shipment: ShipmentId,
    /// Null while nothing says which way.
    pub plan: Option<Plan>,
}

/// A plan as it was stored.
///
/// # Errors
/// When the record holds what is no plan.
pub fn read(text: &str) -> Result<Option<Plan>, Error> {
    match text {
        "" => Ok(None),
        text => Ok(Some(serde_json::from_str(text).map_err(anyhow::Error::from)?)),
    }
}

/// Says by hand which way parcels go; that comes before rules and policies, and stays. Parcels with a number keep their
/// plan.
///
/// # Errors
/// Fields that name nothing. Everything else is answered item by item.
pub fn choose(tx: &mut Tx, new: &NewPlan) -> Result<PlannedMany, Error> {
    let new = checked(tx, new)?;
    let (listed, mut left_out) = each_once(&new.shipments);
    // Before the shipments, as whoever changes prices does: two that want both never wait for each other in a ring.
    sellers::share(tx)?;
    let rows: HashMap<ShipmentId, _> =
        shipments::lock(tx, &listed)?.into_iter().map(|row| (row.id, row)).collect();
    let mut fit = Vec::with_capacity(listed.len());
    for id in &listed {
        match rows.get(id) {
            None => left_out.push(LeftOut::not_found(*id)),
            Some(row) => match row.state {
                ShipmentState::Shipped => left_out.push(LeftOut::one(*id, already_shipped(*id))),
                ShipmentState::Cancelled => left_out.push(LeftOut::one(*id, cancelled(*id))),
                _ if !row.waybill.is_empty() => left_out.push(LeftOut::one(*id, numbered(*id, &row.waybill))),
                _ if !new.names_a_way()
                    && new.names_who_brings()
                    && !is_without_number(&row.plan_carrier) =>
                {
                    left_out.push(LeftOut::one(*id, goes_by_carrier(*id)));
                }
                _ => fit.push(*id),
            },
        }
    }
    let members = shipments::members(tx, &fit)?;
    let wishes = said(tx, &new, &members)?;
    record::save(tx, &wishes)?;
    // A worker is a person, and no event names more of one than who acted.
    let data = json!({ "carrier": new.carrier, "service": new.service, "warehouse": new.warehouse, "branch": new.branch });
    if new.names_who_brings() {
        let printed = |id: &&ShipmentId| matches!(rows[*id].print, PrintState::Queued | PrintState::Printed);
        let printed: Vec<ShipmentId> = fit.iter().filter(printed).copied().collect();
        shipments::set_print(tx, &printed, PrintState::Stale)?;
    }
    let log: Vec<_> =
        fit.iter().map(|id| NewEvent::shipment("shipment.planned", *id, data.clone())).collect();
    events::record(tx, &log)?;
    refresh(tx, &fit)?;
    Ok(PlannedMany { done: of(tx, &fit)?, left_out })
}

/// The plans of these parcels, in their order.
fn of(db: &mut Db, ids: &[ShipmentId]) -> Result<Vec<ShipmentPlan>, Error> {
    let rows: HashMap<ShipmentId, String> =
        shipments::find(db, ids)?.into_iter().map(|row| (row.id, row.plan)).collect();
    let plan = |id: &ShipmentId| {
        let text = rows.get(id).map(String::as_str).unwrap_or_default();
        Ok(ShipmentPlan { shipment: *id, plan: read(text)? })
    };
    ids.iter().map(plan).collect()
}

impl NewPlan {
    fn names_a_way(&self) -> bool {
        self.carrier.is_some() || self.service.is_some()
    }

    fn names_who_brings(&self) -> bool {
        self.branch.is_some() || self.worker.is_some()
    }
}

fn goes_by_carrier(id: ShipmentId) -> Why {
    Why::new(
        "goes_by_carrier",
        format!("Shipment {id} is not planned for your own fleet or for pickup."),
        "Choose a service of the own fleet or for pickup first.",
    )
}

fn numbered(id: ShipmentId, waybill: &str) -> Why {
    Why::new(
        "already_numbered",
        format!("Shipment {id} has the waybill {waybill}."),
        "Give that number back first; then its plan can change.",
    )
}

/// The wish with its names checked and the carrier as a code.
fn checked(db: &mut Db, new: &NewPlan) -> Result<NewPlan, Error> {
    let mut new = new.clone();
    let mut errors = Vec::new();
    let parts = [&mut new.carrier, &mut new.service, &mut new.warehouse, &mut new.branch, &mut new.worker];
    for part in parts.into_iter().flatten() {
        *part = part.trim().to_owned();
    }
    if !new.names_a_way() && new.warehouse.is_none() && !new.names_who_brings() {
        let detail = "Nothing is said; name a carrier, a service, a warehouse, a branch or a worker";
        errors.push(FieldError::new("carrier", "required", detail));
    }
    for (field, text) in [("branch", &new.branch), ("worker", &new.worker)] {
        let length = text.as_ref().map_or(0, |text| text.chars().count());
        if length > BRINGER_MAX || text.as_ref().is_some_and(|text| text.chars().any(char::is_control)) {
            let detail = format!("It has {length} characters; write up to {BRINGER_MAX} on one line");
            errors.push(FieldError::new(field, "length", detail));
        }
    }
    if let Some(carrier) = new.carrier.as_mut().filter(|carrier| !carrier.is_empty()) {
        match carrier_service::carrier("carrier", carrier) {
            Ok(code) => *carrier = code,
            Err(error) => errors.push(error),
        }
    }
    let named = ShopPlan {
        service: new.service.clone().unwrap_or_default(),
        warehouse: new.warehouse.clone().unwrap_or_default(),
        ..ShopPlan::default()
    };
    errors.extend(unknown_codes(db, &named, "")?);
    if let (Some(carrier), Some(service)) = (&new.carrier, &new.service)
        && !carrier.is_empty()
        && let Some(found) = carrier_services::by_code(db, service)?
        && found.fields.carrier != *carrier
    {
        let detail = format!(
            "The service {service:?} is of {}, not of {carrier}; name one of them",
            found.fields.carrier
        );
        errors.push(FieldError::new("carrier", "contradiction", detail));
    }
    if errors.is_empty() { Ok(new) } else { Err(Error::Invalid(errors)) }
}

/// Codes of a plan that name no service or warehouse. `place` stands before the fields.
///
/// # Errors
/// When the record cannot be read.
pub fn unknown_codes(db: &mut Db, plan: &ShopPlan, place: &str) -> Result<Vec<FieldError>, Error> {
    let mut errors = Vec::new();
    if !plan.service.is_empty() && carrier_services::by_code(db, &plan.service)?.is_none() {
        let detail = format!("There is no service {:?}; write the code of one under carriers", plan.service);
        errors.push(FieldError::new(format!("{place}service"), "unknown", detail));
    }
    let places = if plan.warehouse.is_empty() { Vec::new() } else { warehouses::all(db)? };
    if !plan.warehouse.is_empty() && !places.iter().any(|row| row.code == plan.warehouse) {
        let detail = format!("There is no warehouse {:?}; write the code of one", plan.warehouse);
        errors.push(FieldError::new(format!("{place}warehouse"), "unknown", detail));
    }
    if !plan.carrier.is_empty() {
        errors.extend(carrier_service::carrier(&format!("{place}carrier"), &plan.carrier).err());
    }
    Ok(errors)
}

/// What is to be kept for each order of the parcels: the new parts, and what was said by hand of the others.
fn said(tx: &mut Tx, new: &NewPlan, members: &[MemberRow]) -> Result<Vec<NewWish>, Error> {
    let orders: Vec<OrderId> = members.iter().map(|member| member.order_id).collect();
    let rows = record::wishes(tx, &orders)?;
    let mut company: HashMap<ShipmentId, Vec<OrderId>> = HashMap::new();
    for member in members {
        company.entry(member.shipment_id).or_default().push(member.order_id);
    }
    let by = tx.actor.name.clone();
    Ok(company
        .into_iter()
        .flat_map(|(shipment, orders)| {
            let before = planning::wish(&rows, &orders, shipment).unwrap_or_default();
            let (carrier, service) = match (&new.carrier, &new.service) {
                (None, None) => (before.carrier, before.service),
                (carrier, service) => {
                    (carrier.clone().unwrap_or_default(), service.clone().unwrap_or_default())
                }
            };
            let warehouse = new.warehouse.clone().unwrap_or(before.warehouse);
            let branch = new.branch.clone().unwrap_or(before.branch);
            let worker = new.worker.clone().unwrap_or(before.worker);
            let wish = Wish { carrier, service, warehouse, branch, worker, said_by: by.clone() };
            let one = move |order| NewWish { order, shipment, wish: wish.clone() };
            orders.into_iter().map(one).collect::<Vec<_>>()
        })
        .collect())
}

/// Whether parcels are planned at all.
///
/// # Errors
/// When the record cannot be read.
pub fn are_on(db: &mut Db) -> Result<bool, Error> {
    let context = Context::load(db)?;
    planning::is_on(db, &context)
}

/// Has every waiting parcel without a number planned anew: services, prices, warehouses, weights or policies changed.
///
/// # Errors
/// When the record cannot be read or written.
pub fn look_again(tx: &mut Tx) -> Result<(), Error> {
    if are_on(tx)? {
        again_after_lock(tx, |tx| Ok(record::look_again(tx)?))?;
    }
    Ok(())
}

/// The same when what it was planned by is gone, so that old plans end too.
///
/// # Errors
/// When the record cannot be read or written.
pub fn look_again_at_all(tx: &mut Tx) -> Result<(), Error> {
    again_after_lock(tx, |tx| Ok(record::look_again(tx)?))
}

/// Has every waiting parcel to these regions looked at anew, also those with a number.
///
/// # Errors
/// When the record cannot be read or written.
pub fn look_again_in(tx: &mut Tx, regions: &[String]) -> Result<(), Error> {
    again_after_lock(tx, |tx| Ok(record::look_again_in(tx, regions)?))
}

fn again_after_lock(tx: &mut Tx, mark: impl FnOnce(&mut Tx) -> Result<usize, Error>) -> Result<(), Error> {
    // Whoever plans right now ends first, so that their shipments are there to be marked.
    sellers::lock(tx)?;
    mark(tx)?;
    again::judge_marked(tx)
}

/// A parcel to be priced that need not be there.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEstimate {
    /// Two, four or six digits of GB/T 2260; empty for everywhere.
    #[serde(default)]
    pub region: String,
    #[serde(default)]
    pub weight_g: Option<i64>,
    #[serde(default)]
    pub size_mm: Option<SizeMm>,
    /// What the buyer pays at the door, in minor units.
    #[serde(default)]
    pub cod: Option<i64>,
    /// What the goods are worth, in minor units.
    #[serde(default)]
    pub value: i64,
}

/// What every service would do with a parcel today.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Estimate {
    pub services: Vec<Offered>,
}

/// One service.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Offered {
    #[serde(flatten)]
    pub service: Other,
    /// How the amount comes about.
    pub cost: Option<Cost>,
    /// Where and until when the region is closed.
    pub closed: Option<String>,
}

/// Prices a parcel with every service, for today.
///
/// # Errors
/// When the record cannot be read.
pub fn estimate(db: &mut Db, new: &NewEstimate) -> Result<Estimate, Error> {
    let context = Context::load(db)?;
    let now = db.now();
    let world = World::load(db, &context, &BTreeSet::from([new.region.as_str()]), now)?;
    let volume = new.size_mm.and_then(|size| size.length.checked_mul(size.width)?.checked_mul(size.height));
    let parcel = Parcel {
        region: new.region.clone(),
        measures: Measures {
            weight_g: new.weight_g,
            side_mm: new.size_mm.map(|size| size.length.max(size.width).max(size.height)),
            girth_mm: new.size_mm.as_ref().map(planning::girth_mm),
            cod: new.cod,
            value: new.value,
        },
        load: Load { weight_g: new.weight_g, volume_mm3: volume },
        currency: String::new(),
        on: world.on,
    };
    let services = world.offers(&parcel).into_iter().map(|offer| Offered {
        service: Other {
            service: offer.service.fields.code.clone(),
            service_name: offer.service.fields.name.clone(),
            amount: offer.cost.as_ref().map(|cost| cost.amount),
            days: offer.days,
            bars: offer.bars,
        },
        cost: offer.cost,
        closed: offer.closed,
    });
    Ok(Estimate { services: services.collect() })
}

/// Why a parcel that is planned for another carrier does not belong into a run for `carrier`; none when it does.
pub fn planned_otherwise(id: ShipmentId, plan_carrier: &str, carrier: &str) -> Option<Why> {
    (!plan_carrier.is_empty() && plan_carrier != carrier).then(|| {
        Why::new(
            "planned_otherwise",
            format!("Shipment {id} is planned for {plan_carrier}, not for {carrier}."),
            format!("Number it in a run for {plan_carrier}, or choose {carrier} for it first."),
        )
    })
}

/// Whether parcels with this carrier in their plan carry no waybill number.
pub fn is_without_number(plan_carrier: &str) -> bool {
    DeliveryKind::parse(plan_carrier).is_ok_and(|kind| !kind.has_number())
}

/// Why a parcel of the seller's own fleet or one that the buyer fetches gets no number.
pub fn needs_no_number(id: ShipmentId, plan_carrier: &str) -> Why {
    Why::new(
        "needs_no_number",
        format!("Shipment {id} goes by {plan_carrier} and carries no waybill number."),
        "Ship it without one, or choose a carrier for it first.",
    )
}
