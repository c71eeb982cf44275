//! What rules see of orders, put together from the record, and what they decide.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::db::facts::FactRow;
use crate::db::orders::{self, LineRow};
use crate::db::{Db, order_audits, order_notes, rules as record, shops, sku_codes};
use crate::domain::error::Error;
use crate::domain::id::{LineId, OrderId, ShopId, SkuId};
use crate::domain::platform::Platform;
use crate::domain::rule::compile::Scratch;
use crate::domain::rule::{Compiled, Decision, Line, Override, Seen};
use crate::domain::sku::total_g;
use crate::operations::orders::{NOTE, tags_of_nicks};
use crate::operations::skus;

/// What rules ask of some orders beyond the orders themselves.
pub struct Ruling {
    compiled: Arc<Compiled>,
    scratch: Scratch,
    meant: HashMap<LineId, SkuId>,
    skus: HashMap<SkuId, skus::Measured>,
    notes: HashMap<OrderId, String>,
    first: HashSet<OrderId>,
    buyer_tags: HashMap<OrderId, Vec<String>>,
    companies: HashMap<OrderId, i64>,
    by_people: HashMap<OrderId, Vec<Override>>,
}

impl Ruling {
    /// Reads what these rules ask of these orders, and what people decided on them.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn load(db: &mut Db, compiled: &Arc<Compiled>, orders: &[OrderId]) -> Result<Self, Error> {
        let mut ruling = Self {
            compiled: compiled.clone(),
            scratch: compiled.scratch(),
            meant: HashMap::new(),
            skus: HashMap::new(),
            notes: HashMap::new(),
            first: HashSet::new(),
            buyer_tags: HashMap::new(),
            companies: HashMap::new(),
            by_people: HashMap::new(),
        };
        let asks = compiled.asks();
        if asks.own_skus {
            let lines = sku_codes::of_lines(db, orders)?.into_iter();
            ruling.meant = lines.filter_map(|line| Some((line.line_id, line.sku_id?))).collect();
            let mut ids: Vec<SkuId> = ruling.meant.values().copied().collect();
            ids.sort_unstable();
            ids.dedup();
            ruling.skus = if ids.is_empty() { HashMap::new() } else { skus::measures(db, &ids)? };
        }
        if asks.notes {
            for note in order_notes::of_orders(db, orders)?.0 {
                let text = db.open(NOTE, &note.sealed)?;
                let all = ruling.notes.entry(note.order_id).or_default();
                all.push('\n');
                all.push_str(&text);
            }
        }
        if asks.first_order {
            ruling.first = order_audits::first_of_buyer(db, orders)?;
        }
        if asks.buyer_tags {
            ruling.buyer_tags = buyer_tags(db, orders)?;
        }
        if asks.company {
            ruling.companies = record::companies(db, orders)?;
        }
        for row in record::overrides(db, orders)? {
            let (order, by) = (row.order_id, row.decided_by);
            let one = Override { kind: row.kind, rule: row.rule, value: row.value, by };
            ruling.by_people.entry(order).or_default().push(one);
        }
        Ok(ruling)
    }

    /// What is decided on an order, by rules and by people, and the parcels into which that takes it apart: lines with
    /// their pieces, the first for what stays; none where it does not.
    pub fn decide(
        &mut self,
        platform: Platform,
        row: &FactRow,
        lines: &[LineRow],
    ) -> (Decision, Vec<Vec<(LineId, i64)>>) {
        let sku = |line: &LineRow| self.meant.get(&line.id).and_then(|sku| self.skus.get(sku));
        let sent: Vec<&LineRow> = lines.iter().filter(|line| line.shippable() > 0).collect();
        let seen_lines: Vec<Line> = sent
            .iter()
            .map(|one| {
                let (sku, quantity) = (sku(one), one.shippable());
                let text = |pick: fn(&skus::Measured) -> &String| sku.map_or("", |sku| pick(sku).as_str());
                Line {
                    own: text(|sku| &sku.code),
                    shop: &one.sku,
                    category: text(|sku| &sku.category),
                    warehouse: text(|sku| &sku.warehouse),
                    quantity,
                }
            })
            .collect();
        let weight = total_g(sent.iter().map(|one| (one.shippable(), sku(one).and_then(|sku| sku.weight_g))));
        let seen = Seen {
            shop: row.shop_id,
            platform,
            kind: row.kind,
            currency: &row.currency,
            total: row.total_amount,
            country: row.country.as_deref().unwrap_or_default(),
            region: row.region_code.as_deref().unwrap_or_default(),
            buyer: &row.buyer_nick,
            message: &row.buyer_message,
            memo: &row.seller_memo,
            notes: self.notes.get(&row.id).map_or("", String::as_str),
            flag: &row.flag,
            buyer_tags: self.buyer_tags.get(&row.id).map_or(&[][..], Vec::as_slice),
            is_first: self.first.contains(&row.id),
            moment: row.paid_at.or(row.ordered_at),
            weight,
            // An order that is not in a shipment yet is alone.
            company: self.companies.get(&row.id).copied().unwrap_or(1),
            lines: &seen_lines,
        };
        let decision = self.compiled.decide(&seen, &mut self.scratch);
        let decision = match self.by_people.get(&row.id) {
            Some(by_people) => decision.overridden(by_people),
            None => decision,
        };
        let parts = self.compiled.parts(&decision, &seen_lines).into_iter();
        let parts = parts.map(|part| part.into_iter().map(|(at, pieces)| (sent[at].id, pieces)).collect());
        (decision, parts.collect())
    }
}

/// What is said of the buyers of these orders.
fn buyer_tags(db: &mut Db, ids: &[OrderId]) -> Result<HashMap<OrderId, Vec<String>>, Error> {
    let platforms: HashMap<ShopId, Platform> =
        shops::all(db)?.into_iter().map(|shop| (shop.id, shop.platform)).collect();
    let rows = orders::find(db, ids)?;
    let nicks = rows.iter().map(|row| (row.id, platforms[&row.shop_id], row.buyer_nick.as_str()));
    tags_of_nicks(db, nicks)
}
