//! The facts of orders, put together from the record and judged at one moment.

use std::collections::{HashMap, HashSet};

use super::audits::Auditing;
use super::houses::Houses;
use crate::db::facts::{self, FactRow};
use crate::db::orders::{self, LineRow};
use crate::db::seal::digest;
use crate::db::shops::{self, ShopRow};
use crate::db::{Db, Tx, delay_notices, order_notes, sellers, sku_codes};
use crate::domain::audit::Standing;
use crate::domain::deadline::{Clock, House, Notice, Rule, Told, clock};
use crate::domain::error::Error;
use crate::domain::id::{LineId, NoteId, OrderId, ShopId};
use crate::domain::order::OrderState;
use crate::domain::platform::Platform;
use crate::domain::reason::{self, HoldFact, OrderFacts, Reason};
use crate::domain::rule::{ActionKind, Decision, Outcome};
use crate::domain::seller::SellerSettings;
use crate::domain::shop::ShopSettings;
use crate::domain::time::UtcTime;
use crate::operations::merging::{BY_HAND, SPLIT};
use crate::operations::plans::planning;
use crate::operations::rules::{self, Ready, Ruling};

/// The settings that orders are judged by.
pub struct Context {
    pub seller: SellerSettings,
    pub shops: HashMap<ShopId, Shop>,
    /// The seller's rules; none while there never were any.
    pub rules: Option<Ready>,
    /// Warehouses whose times move deadlines.
    pub houses: Houses,
}

/// A shop with its settings read.
pub struct Shop {
    pub row: ShopRow,
    pub settings: ShopSettings,
    /// When its orders have to leave, with the seller's days where it has none of its own.
    pub rule: Rule,
    /// Hash of that rule: clocks made by another one are counted anew.
    pub rule_hash: String,
}

/// So much of the hash tells two rules of one shop apart.
const RULE_HASH: usize = 16;

impl Context {
    /// Reads the settings of the seller and of all shops.
    pub fn load(db: &mut Db) -> Result<Self, Error> {
        let seller = sellers::settings(db)?;
        let rows = shops::all(db)?.into_iter();
        let shops = rows.map(|row| Ok((row.id, Shop::of(row, &seller)?))).collect::<Result<_, Error>>()?;
        let rules = rules::ready(db, seller.time_zone)?;
        Ok(Self { seller, shops, rules, houses: Houses::load(db)? })
    }

    /// The same for a write that stores what it judges. Where orders wait for codes to be mapped or are planned, or rules
    /// decide on them, a mapping, a new price or another set of rules waits for this write, or this one for it: otherwise
    /// an order that comes in meanwhile would be judged by neither.
    pub fn load_to_judge(tx: &mut Tx) -> Result<Self, Error> {
        let context = Self::load(tx)?;
        let waits = context.seller.skus_must_be_mapped || context.rules.is_some();
        if !waits && !planning::is_on(tx, &context)? {
            return Ok(context);
        }
        sellers::share(tx)?;
        // Whoever held the seller may have changed the rules.
        let rules = rules::ready(tx, context.seller.time_zone)?;
        Ok(Self { rules, ..context })
    }

    /// Whether rules or audits ask how many orders leave together.
    pub fn asks_for_company(&self) -> bool {
        self.rules.as_ref().is_some_and(|rules| rules.compiled.asks().company)
            || self.shops.values().any(|shop| shop.settings.audits.asks_for_company())
    }

    /// The shop of an order; every order has one, by foreign key.
    pub fn shop(&self, shop: ShopId) -> &Shop {
        &self.shops[&shop]
    }
}

impl Shop {
    /// Until when an order has to leave, from a warehouse with times of its own or without.
    pub fn clock(&self, house: Option<House>, told: &Told) -> Option<Clock> {
        match house {
            Some(house) => clock(&self.rule.at(house), told),
            None => clock(&self.rule, told),
        }
    }

    fn of(row: ShopRow, seller: &SellerSettings) -> Result<Self, Error> {
        let settings = row.settings()?;
        let rule =
            Rule::new(settings.ship_within_hours, &settings.deadline, seller.time_zone, &seller.calendar);
        let rule_hash = digest(rule.text().as_bytes())[..RULE_HASH].to_owned();
        Ok(Self { row, settings, rule, rule_hash })
    }
}

/// One order, judged.
pub struct Facts {
    pub row: FactRow,
    pub platform: Platform,
    pub lines: Vec<LineRow>,
    pub reasons: Vec<Reason>,
    /// The audits that it needs, also those it has passed; the customer audit first.
    pub audits: Vec<Standing>,
    /// What a decision of an audit is for; none where the shop wants no audit.
    pub audit_hash: Option<String>,
    /// What rules decide on it; none where there are no rules, or nothing will leave on it any more.
    pub decision: Option<Decision>,
    /// The parcels into which that takes it apart: lines with their pieces, the first for what stays; none where it does not.
    pub parts: Vec<Vec<(LineId, i64)>>,
    /// Until when it has to leave; none while nothing has been promised.
    pub clock: Option<Clock>,
    /// What it says of its time.
    pub told: Told,
    /// The delay notice that counts, 0 without one.
    pub round: i64,
    pub recheck_at: Option<UtcTime>,
}

impl Facts {
    /// Until when it has to leave.
    pub fn due_at(&self) -> Option<UtcTime> {
        self.clock.map(|clock| clock.due_at)
    }

    /// Whether a rule has it taken apart, where it stands by itself as `joined_why`. It is so once: what was taken apart, or
    /// put together by a person, stays.
    pub fn is_to_be_split(&self, joined_why: Option<&str>) -> bool {
        self.parts.len() > 1
            && self.may_merge()
            && !joined_why.is_some_and(|why| [SPLIT, BY_HAND].contains(&why))
    }

    /// It may travel with others: nothing about the order itself stands in its way.
    pub fn may_merge(&self) -> bool {
        !self.reasons.iter().any(|reason| reason.code.parts_company())
    }
}

/// What remarks say, as one hash: reading them counts only for these words and notes.
pub fn remark_hash(message: &str, memo: &str, newest_note: Option<NoteId>) -> String {
    let note = newest_note.map(|note| format!("\u{0}{note}")).unwrap_or_default();
    digest(format!("{message}\u{0}{memo}{note}").as_bytes())
}

/// The lines of these orders that mean no SKU.
fn unmapped(db: &mut Db, orders: &[OrderId]) -> Result<HashSet<LineId>, Error> {
    let lines = sku_codes::of_lines(db, orders)?.into_iter();
    Ok(lines.filter(|line| line.sku_id.is_none()).map(|line| line.line_id).collect())
}

/// The holds a decision brings.
fn rule_holds(decision: &Decision) -> Vec<HoldFact> {
    let hold = |one: &Outcome| HoldFact {
        reason: one.value.clone(),
        held_by: one.name.clone(),
        until_at: one.until,
    };
    decision.counting(ActionKind::Hold).map(hold).collect()
}

/// What the shop calls lines that are to be sent, each once.
fn names<'a>(lines: impl Iterator<Item = &'a LineRow>) -> Vec<String> {
    let mut names = Vec::new();
    for line in lines.filter(|line| line.shippable() > 0) {
        let name = if line.sku.is_empty() { &line.title } else { &line.sku };
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    names
}

/// Judges orders at `now`.
pub fn load(
    db: &mut Db,
    context: &Context,
    ids: &[OrderId],
    now: UtcTime,
) -> Result<HashMap<OrderId, Facts>, Error> {
    let mut lines: HashMap<OrderId, Vec<LineRow>> = HashMap::new();
    for line in orders::lines(db, ids)? {
        lines.entry(line.order_id).or_default().push(line);
    }
    let mut holds: HashMap<OrderId, Vec<HoldFact>> = HashMap::new();
    for hold in facts::holds(db, ids)? {
        let fact = HoldFact { reason: hold.reason, held_by: hold.held_by, until_at: hold.until_at };
        holds.entry(hold.order_id).or_default().push(fact);
    }
    let must_read = |shop: &Shop| context.seller.remarks_must_be_read || shop.settings.remarks_must_be_read;
    let mut reads: HashSet<(OrderId, String)> = HashSet::new();
    let mut notes = HashMap::new();
    if context.shops.values().any(must_read) {
        reads.extend(facts::remark_reads(db, ids)?.into_iter().map(|read| (read.order_id, read.remark_hash)));
    }
    let mut auditing = Auditing::load(db, context, ids)?;
    if auditing.is_on() || context.shops.values().any(must_read) {
        notes = order_notes::newest(db, ids)?;
    }

    let meaningless = match context.seller.skus_must_be_mapped {
        true => unmapped(db, ids)?,
        false => HashSet::new(),
    };

    // The newest of an order comes last and stays.
    let mut notices: HashMap<OrderId, Notice> = HashMap::new();
    for row in delay_notices::standing(db, ids)? {
        let notice = Notice { id: row.id, due_at: row.due_at, promised_then: row.promised_then };
        notices.insert(row.order_id, notice);
    }

    let houses = context.houses.of_orders(db, ids, &HashMap::new())?;
    let mut judged = HashMap::with_capacity(ids.len());
    let mut ruling =
        context.rules.as_ref().map(|rules| Ruling::load(db, &rules.compiled, ids)).transpose()?;
    for row in facts::orders(db, ids)? {
        let shop = context.shop(row.shop_id);
        let lines = lines.remove(&row.id).unwrap_or_default();
        let note = notes.get(&row.id).copied();
        let has_remark = !row.buyer_message.is_empty() || !row.seller_memo.is_empty() || note.is_some();
        let remark_unread = must_read(shop)
            && has_remark
            && !reads.contains(&(row.id, remark_hash(&row.buyer_message, &row.seller_memo, note)));
        let decision = match (&mut ruling, row.state) {
            (None, _) | (_, OrderState::Cancelled | OrderState::Shipped | OrderState::Completed) => None,
            (Some(ruling), _) => Some(ruling.decide(shop.row.platform, &row, &lines)),
        };
        let (decision, parts) =
            decision.map_or((None, Vec::new()), |(decision, parts)| (Some(decision), parts));
        let (audits, audit_hash) = auditing.judge(shop, &row, &lines, note, decision.as_ref());
        let waits_until = row
            .paid_at
            .filter(|_| context.seller.merge_wait_minutes > 0)
            .map(|paid| paid.plus(chrono::Duration::minutes(context.seller.merge_wait_minutes)));
        let order = OrderFacts {
            order: row.id,
            state: row.state,
            kind: row.kind,
            has_head: row.head_at.is_some(),
            has_lines: row.lines_at.is_some() && lines.iter().any(|line| !line.is_gone),
            pieces: lines.iter().map(LineRow::shippable).sum(),
            refund_open: lines.iter().any(|line| !line.is_gone && line.refund.is_open()),
            ship_from: row.ship_from,
            waits_until,
            missing: match &row.missing {
                Some(missing) => serde_json::from_str(missing).map_err(anyhow::Error::from)?,
                None => Vec::new(),
            },
            is_masked: row.is_masked.unwrap_or(false) && row.identity_key.as_deref().unwrap_or("").is_empty(),
            holds: holds.remove(&row.id).unwrap_or_default(),
            rule_holds: decision.iter().flat_map(rule_holds).collect(),
            remark_unread,
            audits,
            unmapped: names(lines.iter().filter(|line| meaningless.contains(&line.id))),
        };
        let notice = notices.remove(&row.id);
        let told = Told {
            kind: row.kind,
            ordered_at: row.ordered_at,
            paid_at: row.paid_at,
            ship_from: row.ship_from,
            promised: row.ship_by,
            notice,
        };
        judged.insert(
            row.id,
            Facts {
                platform: shop.row.platform,
                reasons: reason::reasons(&order, now),
                audit_hash,
                decision,
                parts,
                recheck_at: reason::recheck_at(&order, now),
                audits: order.audits,
                clock: shop.clock(houses.get(&row.id).copied(), &told),
                told,
                round: notice.filter(|notice| notice.holds(row.ship_by)).map_or(0, |notice| notice.id),
                lines,
                row,
            },
        );
    }
    Ok(judged)
}
