//! How the audits of orders stand, put together from the record.

use std::collections::{HashMap, HashSet};

use super::facts::{Context, Shop};
use crate::db::Db;
use crate::db::facts::FactRow;
use crate::db::order_audits::{self, AuditRow};
use crate::db::orders::LineRow;
use crate::db::seal::digest;
use crate::domain::audit::{self, AuditCause, AuditKind, Standing, Told};
use crate::domain::error::Error;
use crate::domain::id::{NoteId, OrderId};

/// What was decided on some orders, and which are their buyers' first; nothing where no shop wants audits.
#[derive(Default)]
pub struct Auditing {
    is_on: bool,
    decisions: HashMap<(OrderId, AuditKind), AuditRow>,
    first: HashSet<OrderId>,
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
        let first = match settings.any(|audits| audits.asks_for_first_order()) {
            true => order_audits::first_of_buyer(db, orders)?,
            false => HashSet::new(),
        };
        Ok(Self { is_on: true, decisions: rows.map(|row| ((row.order_id, row.kind), row)).collect(), first })
    }

    /// Whether any shop, or any rule, wants audits.
    pub fn is_on(&self) -> bool {
        self.is_on
    }

    /// How the audits of an order stand, and the hash of what a decision is for. `by_rules` are those that rules want.
    pub fn judge(
        &mut self,
        shop: &Shop,
        row: &FactRow,
        lines: &[LineRow],
        note: Option<NoteId>,
        by_rules: &[AuditKind],
    ) -> (Vec<Standing>, Option<String>) {
        let settings = &shop.settings.audits;
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
