//! What services cost: versions of price tables, and the rates of regions.

use std::collections::HashMap;

use diesel::QueryResult;

use super::column::row;
use super::statement::{Rows, sql};
use super::{Db, Tx};
use crate::domain::freight::{PriceKind, Rate};
use crate::domain::id::{CarrierServiceId, PriceTableId};
use crate::domain::time::UtcTime;

row! {
    /// A version of a service's prices.
    pub struct PriceTableRow {
        pub id: PriceTableId,
        pub service_id: CarrierServiceId,
        pub kind: PriceKind,
        pub currency: String,
        /// ISO days; empty for an open end.
        pub valid_from: String,
        pub valid_until: String,
        pub volumetric_divisor: Option<i64>,
        pub average_g: Option<i64>,
        pub note: String,
        pub created_by: String,
        pub created_at: UtcTime,
    }
}

const COLUMNS: &str = "id, service_id, kind, currency, valid_from, valid_until, volumetric_divisor, average_g, note, \
     created_by, created_at";

/// The versions that end on this day or later, of all services. On a day the last of a service in this order counts of
/// those that hold.
pub fn from_day(db: &mut Db, day: &str) -> QueryResult<Vec<PriceTableRow>> {
    let seller = db.seller();
    let text = format!(
        "SELECT {COLUMNS} FROM price_tables WHERE seller_id = ? AND (valid_until = '' OR valid_until >= ?) \
         ORDER BY service_id, valid_from, id"
    );
    db.load(sql(text).bind(seller).bind(day))
}

/// All versions of a service, the one that counts last first.
pub fn of_service(db: &mut Db, service: CarrierServiceId) -> QueryResult<Vec<PriceTableRow>> {
    let seller = db.seller();
    let text = format!(
        "SELECT {COLUMNS} FROM price_tables WHERE seller_id = ? AND service_id = ? ORDER BY valid_from DESC, id DESC"
    );
    db.load(sql(text).bind(seller).bind(service))
}

/// One version.
pub fn find(db: &mut Db, id: PriceTableId) -> QueryResult<Option<PriceTableRow>> {
    let seller = db.seller();
    let text = format!("SELECT {COLUMNS} FROM price_tables WHERE seller_id = ? AND id = ?");
    db.first(sql(text).bind(seller).bind(id))
}

row! {
    struct RateRow {
        table_id: PriceTableId,
        region: String,
        first_g: i64,
        first_price: i64,
        step_g: i64,
        step_price: i64,
        surcharge: i64,
    }
}

/// The rates of some versions, of these regions alone or of all.
pub fn rates(
    db: &mut Db,
    tables: &[PriceTableId],
    regions: Option<&[String]>,
) -> QueryResult<HashMap<PriceTableId, Vec<Rate>>> {
    let mut found: HashMap<PriceTableId, Vec<Rate>> = HashMap::new();
    if tables.is_empty() {
        return Ok(found);
    }
    let seller = db.seller();
    let text = "SELECT table_id, region, first_g, first_price, step_g, step_price, surcharge FROM rates \
         WHERE seller_id = ? AND table_id IN ?";
    let mut statement = sql(text).bind(seller).list(tables.iter().copied());
    if let Some(regions) = regions {
        statement = statement.push(" AND region IN ?").list(regions);
    }
    let rows: Vec<RateRow> = db.load(statement.push(" ORDER BY table_id, region, first_g"))?;
    for row in rows {
        let RateRow { table_id, region, first_g, first_price, step_g, step_price, surcharge } = row;
        let rate = Rate { region, first_g, first_price, step_g, step_price, surcharge };
        found.entry(table_id).or_default().push(rate);
    }
    Ok(found)
}

/// Adds a version with its rates. No two rates have the same region and first weight.
pub fn insert(tx: &mut Tx, table: &PriceTableRow, rates: &[Rate]) -> QueryResult<()> {
    let seller = tx.seller();
    tx.execute(
        sql(format!(
            "INSERT INTO price_tables (seller_id, {COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        ))
        .bind(seller)
        .bind(table.id)
        .bind(table.service_id)
        .bind(table.kind)
        .bind(&table.currency)
        .bind(&table.valid_from)
        .bind(&table.valid_until)
        .bind(table.volumetric_divisor)
        .bind(table.average_g)
        .bind(&table.note)
        .bind(&table.created_by)
        .bind(table.created_at),
    )?;
    let rows = Rows::new("new")
        .column("region", rates.iter().map(|rate| &rate.region))
        .column("first_g", rates.iter().map(|rate| rate.first_g))
        .column("first_price", rates.iter().map(|rate| rate.first_price))
        .column("step_g", rates.iter().map(|rate| rate.step_g))
        .column("step_price", rates.iter().map(|rate| rate.step_price))
        .column("surcharge", rates.iter().map(|rate| rate.surcharge));
    tx.execute(
        sql("INSERT INTO rates (seller_id, table_id, region, first_g, first_price, step_g, step_price, surcharge) \
             SELECT ?, ?, new.region, new.first_g, new.first_price, new.step_g, new.step_price, new.surcharge FROM ?")
        .bind(seller)
        .bind(table.id)
        .rows(rows),
    )
    .map(drop)
}

/// Forgets a version.
pub fn remove(tx: &mut Tx, id: PriceTableId) -> QueryResult<()> {
    let seller = tx.seller();
    for which in ["rates WHERE seller_id = ? AND table_id = ?", "price_tables WHERE seller_id = ? AND id = ?"]
    {
        tx.execute(sql(format!("DELETE FROM {which}")).bind(seller).bind(id))?;
    }
    Ok(())
}
