//! Services: what a carrier offers, the seller's own fleet, pickup by the buyer.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::note;
use crate::db::carrier_services as record;
use crate::db::{Db, Tx};
use crate::domain::carrier_service::{DeliveryKind, Limits, Service, ServiceFields};
use crate::domain::error::Error;
use crate::domain::id::{CarrierAccountId, CarrierServiceId};
use crate::operations::plans;

/// What is to be said of a service.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewService {
    /// What rules, shops and people name it by: letters, digits, `-`, `_`, `.`.
    pub code: String,
    pub name: String,
    #[serde(default = "by_carrier")]
    pub kind: DeliveryKind,
    /// Code or name of the carrier; not asked for of `own_fleet` and `self_pickup`.
    #[serde(default)]
    pub carrier: String,
    #[serde(default)]
    pub account: Option<CarrierAccountId>,
    #[serde(default = "yes")]
    pub is_on: bool,
    #[serde(default)]
    pub max_weight_g: Option<i64>,
    #[serde(default)]
    pub max_side_mm: Option<i64>,
    /// Length plus twice width and height.
    #[serde(default)]
    pub max_girth_mm: Option<i64>,
    #[serde(default)]
    pub takes_cod: bool,
    /// Minor units.
    #[serde(default)]
    pub max_cod: Option<i64>,
    /// Minor units.
    #[serde(default)]
    pub max_value: Option<i64>,
    #[serde(default = "yuan")]
    pub currency: String,
    /// Usual days from door to door, 0 to 90.
    #[serde(default)]
    pub days: Option<i64>,
}

fn by_carrier() -> DeliveryKind {
    DeliveryKind::Carrier
}

fn yes() -> bool {
    true
}

fn yuan() -> String {
    "CNY".to_owned()
}

impl From<NewService> for ServiceFields {
    fn from(new: NewService) -> Self {
        let limits = Limits {
            max_weight_g: new.max_weight_g,
            max_side_mm: new.max_side_mm,
            max_girth_mm: new.max_girth_mm,
            takes_cod: new.takes_cod,
            max_cod: new.max_cod,
            max_value: new.max_value,
        };
        Self {
            code: new.code,
            name: new.name,
            kind: new.kind,
            carrier: new.carrier,
            account: new.account,
            is_on: new.is_on,
            limits,
            currency: new.currency,
            days: new.days,
        }
    }
}

/// A service.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ServiceView {
    pub id: CarrierServiceId,
    pub code: String,
    pub name: String,
    pub kind: DeliveryKind,
    /// The carrier's code; the kind's word for what no carrier carries.
    pub carrier: String,
    pub account: Option<CarrierAccountId>,
    pub is_on: bool,
    pub max_weight_g: Option<i64>,
    pub max_side_mm: Option<i64>,
    pub max_girth_mm: Option<i64>,
    pub takes_cod: bool,
    pub max_cod: Option<i64>,
    pub max_value: Option<i64>,
    pub currency: String,
    pub days: Option<i64>,
}

impl From<Service> for ServiceView {
    fn from(service: Service) -> Self {
        let Service { id, fields } = service;
        let ServiceFields { code, name, kind, carrier, account, is_on, limits, currency, days } = fields;
        let Limits { max_weight_g, max_side_mm, max_girth_mm, takes_cod, max_cod, max_value } = limits;
        Self {
            id,
            code,
            name,
            kind,
            carrier,
            account,
            is_on,
            max_weight_g,
            max_side_mm,
            max_girth_mm,
            takes_cod,
            max_cod,
            max_value,
            currency,
            days,
        }
    }
}

/// All services, by carrier and code.
///
/// # Errors
/// When the record cannot be read.
pub fn list(db: &mut Db) -> Result<Vec<ServiceView>, Error> {
    Ok(record::all(db)?.into_iter().map(ServiceView::from).collect())
}

/// One service.
///
/// # Errors
/// A missing service.
pub fn show(db: &mut Db, id: CarrierServiceId) -> Result<ServiceView, Error> {
    Ok(found(db, id)?.into())
}

pub(super) fn found(db: &mut Db, id: CarrierServiceId) -> Result<Service, Error> {
    record::find(db, id)?.ok_or_else(|| Error::missing("carrier service", id))
}

/// Writes a service down; waiting parcels are planned anew.
///
/// # Errors
/// Every field that cannot be taken; `service_code_taken`.
pub fn create(tx: &mut Tx, new: NewService) -> Result<ServiceView, Error> {
    let id = CarrierServiceId(tx.id()?);
    save(tx, id, new, "carrier_service.created")
}

/// Replaces all that is said of a service; its prices stay.
///
/// # Errors
/// As [`create`]; a missing service.
pub fn replace(tx: &mut Tx, id: CarrierServiceId, new: NewService) -> Result<ServiceView, Error> {
    found(tx, id)?;
    save(tx, id, new, "carrier_service.changed")
}

fn save(
    tx: &mut Tx,
    id: CarrierServiceId,
    new: NewService,
    kind: &'static str,
) -> Result<ServiceView, Error> {
    let fields = ServiceFields::from(new).parse().map_err(Error::Invalid)?;
    if let Some(account) = fields.account {
        match record::account(tx, account)? {
            Some(row) if row.carrier == fields.carrier => {}
            Some(row) => {
                let detail =
                    format!("Account {account} is with {}, not with {}", row.carrier, fields.carrier);
                return Err(Error::invalid("account", "contradiction", detail));
            }
            None => {
                let detail = format!("There is no carrier account {account}");
                return Err(Error::invalid("account", "unknown", detail));
            }
        }
    }
    if let Some(other) = record::by_code(tx, &fields.code)?.filter(|other| other.id != id) {
        return Err(Error::conflict(
            "service_code_taken",
            format!("The service {:?} has the code {:?} already.", other.fields.name, fields.code),
            "Change that one, or choose another code.",
        ));
    }
    let service = Service { id, fields };
    record::save(tx, &service)?;
    let fields = &service.fields;
    let data =
        json!({ "code": fields.code, "carrier": fields.carrier, "kind": fields.kind, "is_on": fields.is_on });
    note(tx, kind, "carrier_service", id.0, data)?;
    plans::look_again_at_all(tx)?;
    Ok(service.into())
}

/// Forgets a service with its prices. What people and rules say of it says nothing any more; parcels with a number keep
/// their plan.
///
/// # Errors
/// A missing service.
pub fn remove(tx: &mut Tx, id: CarrierServiceId) -> Result<(), Error> {
    let service = found(tx, id)?;
    record::remove(tx, id)?;
    let data = json!({ "code": service.fields.code, "carrier": service.fields.carrier });
    note(tx, "carrier_service.removed", "carrier_service", id.0, data)?;
    plans::look_again_at_all(tx)
}
