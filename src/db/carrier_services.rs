//! Contracts with carriers, and the ways parcels can go.

use diesel::QueryResult;

use super::column::row;
use super::statement::sql;
use super::{Db, Tx};
use crate::domain::carrier_service::{DeliveryKind, Limits, Service, ServiceFields};
use crate::domain::id::{CarrierAccountId, CarrierServiceId};

row! {
    /// A contract. The account number is sealed, or empty.
    pub struct AccountRow {
        pub id: CarrierAccountId,
        pub carrier: String,
        pub name: String,
        pub account_number: String,
        pub is_on: bool,
    }
}

const ACCOUNT: &str = "id, carrier, name, account_number, is_on";

/// All contracts, by carrier and name.
pub fn accounts(db: &mut Db) -> QueryResult<Vec<AccountRow>> {
    let seller = db.seller();
    let text =
        format!("SELECT {ACCOUNT} FROM carrier_accounts WHERE seller_id = ? ORDER BY carrier, name, id");
    db.load(sql(text).bind(seller))
}

/// One contract.
pub fn account(db: &mut Db, id: CarrierAccountId) -> QueryResult<Option<AccountRow>> {
    let seller = db.seller();
    let text = format!("SELECT {ACCOUNT} FROM carrier_accounts WHERE seller_id = ? AND id = ?");
    db.first(sql(text).bind(seller).bind(id))
}

/// Adds a contract, or replaces what is said of it.
pub fn save_account(tx: &mut Tx, row: &AccountRow) -> QueryResult<()> {
    let (seller, now) = (tx.seller(), tx.now);
    tx.execute(
        sql("INSERT INTO carrier_accounts (seller_id, id, carrier, name, account_number, is_on, created_at, updated_at) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (seller_id, id) DO UPDATE SET carrier = excluded.carrier, \
             name = excluded.name, account_number = excluded.account_number, is_on = excluded.is_on, \
             updated_at = excluded.updated_at")
        .bind(seller)
        .bind(row.id)
        .bind(&row.carrier)
        .bind(&row.name)
        .bind(&row.account_number)
        .bind(row.is_on)
        .bind(now)
        .bind(now),
    )
    .map(drop)
}

/// Forgets a contract; its services stay without one.
pub fn remove_account(tx: &mut Tx, id: CarrierAccountId) -> QueryResult<()> {
    let seller = tx.seller();
    let free = "UPDATE carrier_services SET account_id = NULL WHERE seller_id = ? AND account_id = ?";
    tx.execute(sql(free).bind(seller).bind(id))?;
    let text = "DELETE FROM carrier_accounts WHERE seller_id = ? AND id = ?";
    tx.execute(sql(text).bind(seller).bind(id)).map(drop)
}

row! {
    struct ServiceRow {
        id: CarrierServiceId,
        code: String,
        name: String,
        kind: DeliveryKind,
        carrier: String,
        account_id: Option<CarrierAccountId>,
        is_on: bool,
        max_weight_g: Option<i64>,
        max_side_mm: Option<i64>,
        max_girth_mm: Option<i64>,
        takes_cod: bool,
        max_cod: Option<i64>,
        max_value: Option<i64>,
        currency: String,
        days: Option<i64>,
    }
}

impl From<ServiceRow> for Service {
    fn from(row: ServiceRow) -> Self {
        let limits = Limits {
            max_weight_g: row.max_weight_g,
            max_side_mm: row.max_side_mm,
            max_girth_mm: row.max_girth_mm,
            takes_cod: row.takes_cod,
            max_cod: row.max_cod,
            max_value: row.max_value,
        };
        let fields = ServiceFields {
            code: row.code,
            name: row.name,
            kind: row.kind,
            carrier: row.carrier,
            account: row.account_id,
            is_on: row.is_on,
            limits,
            currency: row.currency,
            days: row.days,
        };
        Self { id: row.id, fields }
    }
}

const SERVICE: &str = "SELECT id, code, name, kind, carrier, account_id, is_on, max_weight_g, max_side_mm, \
     max_girth_mm, takes_cod, max_cod, max_value, currency, days FROM carrier_services WHERE seller_id = ?";

/// All services, by carrier and code.
pub fn all(db: &mut Db) -> QueryResult<Vec<Service>> {
    let seller = db.seller();
    let rows: Vec<ServiceRow> = db.load(sql(format!("{SERVICE} ORDER BY carrier, code")).bind(seller))?;
    Ok(rows.into_iter().map(Service::from).collect())
}

/// One service.
pub fn find(db: &mut Db, id: CarrierServiceId) -> QueryResult<Option<Service>> {
    let seller = db.seller();
    let row: Option<ServiceRow> = db.first(sql(format!("{SERVICE} AND id = ?")).bind(seller).bind(id))?;
    Ok(row.map(Service::from))
}

/// The service with this code.
pub fn by_code(db: &mut Db, code: &str) -> QueryResult<Option<Service>> {
    let seller = db.seller();
    let row: Option<ServiceRow> = db.first(sql(format!("{SERVICE} AND code = ?")).bind(seller).bind(code))?;
    Ok(row.map(Service::from))
}

/// Adds a service, or replaces what is said of it.
pub fn save(tx: &mut Tx, service: &Service) -> QueryResult<()> {
    let (seller, now) = (tx.seller(), tx.now);
    let Service { id, fields } = service;
    tx.execute(
        sql("INSERT INTO carrier_services (seller_id, id, code, name, kind, carrier, account_id, is_on, max_weight_g, \
             max_side_mm, max_girth_mm, takes_cod, max_cod, max_value, currency, days, created_at, updated_at) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) \
             ON CONFLICT (seller_id, id) DO UPDATE SET code = excluded.code, name = excluded.name, \
             kind = excluded.kind, carrier = excluded.carrier, account_id = excluded.account_id, \
             is_on = excluded.is_on, max_weight_g = excluded.max_weight_g, max_side_mm = excluded.max_side_mm, \
             max_girth_mm = excluded.max_girth_mm, takes_cod = excluded.takes_cod, max_cod = excluded.max_cod, \
             max_value = excluded.max_value, currency = excluded.currency, days = excluded.days, \
             updated_at = excluded.updated_at")
        .bind(seller)
        .bind(*id)
        .bind(&fields.code)
        .bind(&fields.name)
        .bind(fields.kind)
        .bind(&fields.carrier)
        .bind(fields.account)
        .bind(fields.is_on)
        .bind(fields.limits.max_weight_g)
        .bind(fields.limits.max_side_mm)
        .bind(fields.limits.max_girth_mm)
        .bind(fields.limits.takes_cod)
        .bind(fields.limits.max_cod)
        .bind(fields.limits.max_value)
        .bind(&fields.currency)
        .bind(fields.days)
        .bind(now)
        .bind(now),
    )
    .map(drop)
}

/// Forgets a service with its prices.
pub fn remove(tx: &mut Tx, id: CarrierServiceId) -> QueryResult<()> {
    let seller = tx.seller();
    let rates = "DELETE FROM rates WHERE seller_id = ? AND table_id IN \
         (SELECT p.id FROM price_tables p WHERE p.seller_id = ? AND p.service_id = ?)";
    tx.execute(sql(rates).bind(seller).bind(seller).bind(id))?;
    for table in [
        "price_tables WHERE seller_id = ? AND service_id = ?",
        "carrier_services WHERE seller_id = ? AND id = ?",
    ] {
        tx.execute(sql(format!("DELETE FROM {table}")).bind(seller).bind(id))?;
    }
    Ok(())
}
