//! What carriers announced for regions.

use diesel::QueryResult;

use super::column::row;
use super::statement::{Rows, sql};
use super::{Db, Tx};
use crate::domain::error::Error;
use crate::domain::id::RegionRuleId;
use crate::domain::region_rule::{RegionEffect, RegionRule};
use crate::domain::time::UtcTime;
use crate::domain::validity::Validity;

row! {
    /// A rule with who wrote it down.
    pub struct RegionRuleRow {
        pub id: RegionRuleId,
        pub carrier: String,
        pub service: String,
        pub region: String,
        pub effect: RegionEffect,
        pub amount: i64,
        pub days: i64,
        /// ISO days; empty for an open end.
        pub valid_from: String,
        pub valid_until: String,
        pub note: String,
        pub created_by: String,
        pub created_at: UtcTime,
    }
}

impl RegionRuleRow {
    /// The rule itself.
    ///
    /// # Errors
    /// When the record holds what is no day.
    pub fn rule(self) -> Result<RegionRule, Error> {
        let validity = Validity::parse(&self.valid_from, &self.valid_until)
            .map_err(|error| anyhow::anyhow!("region rule {}: {}", self.id, error.detail))?;
        let Self { carrier, service, region, effect, amount, days, note, .. } = self;
        Ok(RegionRule { carrier, service, region, effect, amount, days, validity, note })
    }
}

const COLUMNS: &str = "id, carrier, service, region, effect, amount, days, valid_from, valid_until, note, created_by, \
     created_at";

/// The rules for these regions that end on this day or later.
pub fn of_regions(db: &mut Db, regions: &[String], day: &str) -> QueryResult<Vec<RegionRuleRow>> {
    let seller = db.seller();
    let text = format!(
        "SELECT {COLUMNS} FROM region_rules WHERE seller_id = ? AND region IN ? \
         AND (valid_until = '' OR valid_until >= ?) ORDER BY id"
    );
    db.load(sql(text).bind(seller).list(regions).bind(day))
}

/// A page of rules, newest first, of ids below `before`; those that have ended are left out unless wanted.
pub fn list(
    db: &mut Db,
    ended_before: Option<&str>,
    before: Option<RegionRuleId>,
    limit: usize,
) -> QueryResult<Vec<RegionRuleRow>> {
    let mut statement = sql(format!("SELECT {COLUMNS} FROM region_rules WHERE seller_id = ? AND id < ?"))
        .bind(db.seller())
        .bind(before.map_or(i64::MAX, |id| id.0));
    if let Some(day) = ended_before {
        statement = statement.push(" AND (valid_until = '' OR valid_until >= ?)").bind(day);
    }
    db.load(statement.push(" ORDER BY id DESC LIMIT ?").bind(limit))
}

/// Rules by id.
pub fn find(db: &mut Db, ids: &[RegionRuleId]) -> QueryResult<Vec<RegionRuleRow>> {
    let seller = db.seller();
    let text = format!("SELECT {COLUMNS} FROM region_rules WHERE seller_id = ? AND id IN ? ORDER BY id");
    db.load(sql(text).bind(seller).list(ids.iter().copied()))
}

/// Adds rules; one for the same carrier, service, region, effect and days gets the new amount, days and note.
pub fn save(tx: &mut Tx, rules: &[(RegionRuleId, RegionRule)]) -> QueryResult<()> {
    if rules.is_empty() {
        return Ok(());
    }
    let (seller, now, actor) = (tx.seller(), tx.now, tx.actor.name.clone());
    let rows = Rows::new("new")
        .column("id", rules.iter().map(|(id, _)| *id))
        .column("carrier", rules.iter().map(|(_, rule)| &rule.carrier))
        .column("service", rules.iter().map(|(_, rule)| &rule.service))
        .column("region", rules.iter().map(|(_, rule)| &rule.region))
        .column("effect", rules.iter().map(|(_, rule)| rule.effect))
        .column("amount", rules.iter().map(|(_, rule)| rule.amount))
        .column("days", rules.iter().map(|(_, rule)| rule.days))
        .column("valid_from", rules.iter().map(|(_, rule)| rule.validity.texts().0))
        .column("valid_until", rules.iter().map(|(_, rule)| rule.validity.texts().1))
        .column("note", rules.iter().map(|(_, rule)| &rule.note));
    tx.execute(
        sql("INSERT INTO region_rules (seller_id, id, carrier, service, region, effect, amount, days, valid_from, \
             valid_until, note, created_by, created_at) SELECT ?, new.id, new.carrier, new.service, new.region, \
             new.effect, new.amount, new.days, new.valid_from, new.valid_until, new.note, ?, ? FROM ? WHERE true \
             ON CONFLICT (seller_id, carrier, service, region, effect, valid_from, valid_until) \
             DO UPDATE SET amount = excluded.amount, days = excluded.days, note = excluded.note")
        .bind(seller)
        .bind(actor)
        .bind(now)
        .rows(rows),
    )
    .map(drop)
}

/// Forgets rules.
pub fn remove(tx: &mut Tx, ids: &[RegionRuleId]) -> QueryResult<usize> {
    let seller = tx.seller();
    let text = "DELETE FROM region_rules WHERE seller_id = ? AND id IN ?";
    tx.execute(sql(text).bind(seller).list(ids.iter().copied()))
}
