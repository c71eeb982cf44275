//! How the audits of orders stand, put together from the record.

use std::collections::{HashMap, HashSet};

use super::facts::{Context, Shop};
use crate::db::facts::FactRow;
use crate::db::order_audits::{self, AuditRow};
use crate::db::orders::LineRow;
use crate::db::seal::digest;
use crate::db::{Db, rules, sku_codes, skus};
use crate::domain::audit::{self, AuditCause, AuditKind, Standing, Told};
use crate::domain::error::Error;
use crate::domain::id::{LineId, NoteId, OrderId, SkuId};
use crate::domain::money::Money;
use crate::domain::rule::Decision;

/// What was decided on some orders, and which are their buyers' first; nothing where no shop wants audits.
#[derive(Default)]
pub struct Auditing {
    is_on: bool,
    decisions: HashMap<(OrderId, AuditKind), AuditRow>,
    first: HashSet<OrderId>,
    /// Orders that leave together with others.
    companies: HashMap<OrderId, i64>,
    /// What a piece of a line is never sold below.
    floors: HashMap<LineId, Money>,
}

impl Auditing {
    /// Reads what is needed by the settings of the shops.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn load(db: &mut Db, context: &Context, orders: &[OrderId]) -> Result<Self, Error> {
        let mut settings = context.shops.values().map(|shop| &shop.settings.audits);
        let by_rules = context.rules.as_ref().is_some_and(|rules| rules.compiled.asks().audits);
        if !by_rules && !settings.clone().any(|audits| audits.is_on()) {
            return Ok(Self::default());
        }
        let rows = order_audits::of_orders(db, orders)?.into_iter();
        let first = match settings.clone().any(|audits| audits.asks_for_first_order()) {
            true => order_audits::first_of_buyer(db, orders)?,
            false => HashSet::new(),
        };
        let companies = match settings.clone().any(|audits| audits.asks_for_company()) {
            true => rules::companies(db, orders)?,
            false => HashMap::new(),
        };
        let floors = match settings.any(|audits| audits.asks_for_floors()) {
            true => floors(db, orders)?,
            false => HashMap::new(),
        };
        let decisions = rows.map(|row| ((row.order_id, row.kind), row)).collect();
        Ok(Self { is_on: true, decisions, first, companies, floors })
    }

    /// Whether any shop, or any rule, wants audits.
    pub fn is_on(&self) -> bool {
        self.is_on
    }

    /// How the audits of an order stand, and the hash of what a decision is for. `ruled` is what rules decided on it.
    pub fn judge(
        &mut self,
        shop: &Shop,
        row: &FactRow,
        lines: &[LineRow],
        note: Option<NoteId>,
        ruled: Option<&Decision>,
    ) -> (Vec<Standing>, Option<String>) {
        let settings = &shop.settings.audits;
        let by_rules: Vec<AuditKind> = ruled.into_iter().flat_map(Decision::audits).collect();
        if !settings.is_on() && by_rules.is_empty() {
            return (Vec::new(), None);
        }
        let told = Told {
            total: row.total_amount,
            worth: worth(row, lines),
            has_free_line: lines.iter().any(|line| line.shippable() > 0 && line.price_amount == 0),
            has_remarks: has_flag(&row.flag)
                || note.is_some()
                || !row.buyer_message.is_empty()
                || !row.seller_memo.is_empty(),
            is_first: self.first.contains(&row.id),
            is_linked: shop.row.platform.tells_itself(),
            has_gift: ruled.is_some_and(|decision| !decision.gifts().is_empty()),
            has_company: self.companies.get(&row.id).is_some_and(|orders| *orders > 1),
            is_below_floor: self.is_below_floor(row, lines),
        };
        let hash = facts_hash(row, lines, note);
        let standing = |kind: &AuditKind| {
            let decision = self.decisions.get(&(row.id, *kind));
            let decision = decision.map(|decision| (decision.state, decision.facts_hash == hash));
            let mut causes = audit::causes(settings.rule(*kind), &told);
            causes.extend(by_rules.contains(kind).then_some(AuditCause::Rule));
            audit::standing(*kind, causes, decision)
        };
        (AuditKind::ALL.iter().filter_map(standing).collect(), Some(hash))
    }

    /// Prices in another currency than the order's, or than the floor's, are not compared.
    fn is_below_floor(&self, row: &FactRow, lines: &[LineRow]) -> bool {
        let priced = lines.iter().filter(|line| !line.is_gone).filter_map(|line| {
            let floor = self.floors.get(&line.id)?;
            let is_same = floor.currency == row.currency && line.currency == row.currency;
            is_same.then_some((line.quantity, line.price_amount, floor.amount))
        });
        let paid = row.total_amount.saturating_sub(row.shipping_amount);
        audit::is_below_floor(&priced.collect::<Vec<_>>(), paid)
    }
}

/// What a piece of each line of these orders is never sold below, where its SKU says so.
fn floors(db: &mut Db, orders: &[OrderId]) -> Result<HashMap<LineId, Money>, Error> {
    let meant: Vec<(LineId, SkuId)> = sku_codes::of_lines(db, orders)?
        .into_iter()
        .filter_map(|line| Some((line.line_id, line.sku_id?)))
        .collect();
    let mut ids: Vec<SkuId> = meant.iter().map(|(_, sku)| *sku).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = skus::find(db, &ids)?.into_iter();
    let known: HashMap<SkuId, Money> = rows.filter_map(|row| Some((row.id, row.floor_price()?))).collect();
    Ok(meant.into_iter().filter_map(|(line, sku)| Some((line, known.get(&sku)?.clone()))).collect())
}

fn has_flag(flag: &str) -> bool {
    !matches!(flag, "" | "none")
}

/// Lines and shipping as they are priced; none where a line is in another currency.
fn worth(row: &FactRow, lines: &[LineRow]) -> Option<i64> {
    let mut there = lines.iter().filter(|line| !line.is_gone);
    there.try_fold(row.shipping_amount, |sum, line| {
        (line.currency == row.currency)
            .then(|| sum.checked_add(line.price_amount.checked_mul(line.quantity)?))
            .flatten()
    })
}

/// Total, lines and remarks as one hash: a decision counts while they stay the same.
fn facts_hash(row: &FactRow, lines: &[LineRow], note: Option<NoteId>) -> String {
    let lines: Vec<_> = lines
        .iter()
        .filter(|line| !line.is_gone)
        .map(|line| {
            let what = (&line.number, &line.sku, &line.title, &line.variant);
            (what, line.quantity, line.shippable(), &line.currency, line.price_amount)
        })
        .collect();
    let money = (&row.currency, row.total_amount, row.shipping_amount);
    let remarks = (&row.buyer_message, &row.seller_memo, &row.flag, note);
    digest(serde_json::json!([money, lines, remarks]).to_string().as_bytes())
}
