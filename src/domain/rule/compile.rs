//! Rules made ready to be asked of many orders.
//!
//! Every condition that several rules share is asked once per order; codes and words are numbers, looked up once per
//! line and remark; the answers stand in tables that live as long as the batch. So a rule costs a few look-ups, and no
//! condition takes memory.

use std::collections::HashMap;

use chrono::{Datelike, Duration, Timelike};

use super::bits::{Codes, Words, fold};
use super::decision::{Decision, Fate, Outcome};
use super::split::{Part, parts};
use super::{ActionKind, Condition, Range, RemarkPlace, Rule, RuleSet};
use crate::domain::deadline::Zone;
use crate::domain::deadline::calendar::WeekDay;
use crate::domain::id::ShopId;
use crate::domain::order::OrderKind;
use crate::domain::platform::Platform;
use crate::domain::region::prefix_of;
use crate::domain::time::UtcTime;

/// An order as rules see it.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    pub shop: ShopId,
    pub platform: Platform,
    pub kind: OrderKind,
    pub currency: &'a str,
    /// Minor units.
    pub total: i64,
    pub country: &'a str,
    /// GB/T 2260, six digits; empty where it is not known.
    pub region: &'a str,
    pub buyer: &'a str,
    pub message: &'a str,
    pub memo: &'a str,
    /// The notes of the staff, together.
    pub notes: &'a str,
    /// The platform's.
    pub flag: &'a str,
    /// What is said here of the buyer.
    pub buyer_tags: &'a [String],
    pub is_first: bool,
    /// When it was paid, else placed.
    pub moment: Option<UtcTime>,
    /// Grams; none while one of its pieces has no weight.
    pub weight: Option<i64>,
    /// Orders in its shipment, itself among them.
    pub company: i64,
    /// Lines that are to be sent.
    pub lines: &'a [Line<'a>],
}

/// A line that is to be sent.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    /// The own SKU it means; empty while nobody knows.
    pub own: &'a str,
    pub shop: &'a str,
    /// What kind of thing that SKU is, and where it lies; empty while nobody says.
    pub category: &'a str,
    pub warehouse: &'a str,
    pub quantity: i64,
}

/// A set of rules made ready.
#[derive(Debug)]
pub struct Compiled {
    rules: Vec<Ready>,
    nodes: Vec<Node>,
    children: Vec<u32>,
    atoms: Vec<Atom>,
    own: Codes,
    shop: Codes,
    words: Words,
    zone: Zone,
    asks: Asks,
}

/// What rules want to know beyond the order itself, so that nothing is read that nobody asks for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Asks {
    pub own_skus: bool,
    pub notes: bool,
    pub first_order: bool,
    pub buyer_tags: bool,
    pub company: bool,
    /// Some rule has orders audited.
    pub audits: bool,
}

#[derive(Debug)]
struct Ready {
    rule: Rule,
    root: u32,
}

#[derive(Debug)]
enum Node {
    All { from: u32, to: u32 },
    Any { from: u32, to: u32 },
    Not(u32),
    Atom(u32),
}

/// A question that has one answer per order.
#[derive(Debug)]
enum Atom {
    Shop(Vec<ShopId>),
    Platform(Vec<Platform>),
    Kind(Vec<OrderKind>),
    Own(Vec<u32>),
    ShopCode(Vec<u32>),
    Category(Vec<String>),
    PiecesOf(Vec<u32>, Range),
    Pieces(Range),
    Lines(Range),
    LineQuantity(Range),
    Weight(Range),
    Amount(String, Range),
    Region(Vec<String>),
    Country(Vec<String>),
    Remark(u8, Vec<u32>),
    AnyRemark(u8),
    Buyer(Vec<String>),
    BuyerTag(Vec<String>),
    First(bool),
    Paid {
        days: u8,
        from: Option<u32>,
        to: Option<u32>,
    },
    Company(Range),
    /// These two change while the rules are read, so they are asked each time.
    Flag(Vec<String>),
    Tag(Vec<String>),
}

impl Atom {
    fn changes(&self) -> bool {
        matches!(self, Self::Flag(_) | Self::Tag(_))
    }

    /// Cheap questions are asked first.
    fn cost(&self) -> u8 {
        match self {
            Self::PiecesOf(..)
            | Self::LineQuantity(_)
            | Self::Category(_)
            | Self::Buyer(_)
            | Self::Region(_) => 1,
            Self::Remark(..) | Self::Tag(_) => 2,
            _ => 0,
        }
    }
}

/// Tables that are used again for each order of a batch.
#[derive(Debug, Default)]
pub struct Scratch {
    turn: u64,
    /// Per question: the turn in which it was asked, and the answer in the lowest bit.
    answers: Vec<u64>,
    own: Vec<u64>,
    shop: Vec<u64>,
    /// Which numbers each line has.
    hits: Vec<(u32, u32)>,
    words: Vec<(u64, u8)>,
    text: String,
}

/// What is known of one order while rules are read.
struct Reading<'a> {
    seen: &'a Seen<'a>,
    local: Option<(u8, u32)>,
    pieces: i64,
    flag: &'a str,
    tags: Vec<&'a str>,
}

impl Compiled {
    /// Makes the rules of a set ready that are on. Local times are those of `zone`.
    pub fn new(set: &RuleSet, zone: Zone) -> Self {
        let mut build = Build::default();
        let mut rules = Vec::new();
        for rule in set.rules.iter().filter(|rule| rule.on) {
            let root = build.node(&rule.when);
            rules.push(Ready { rule: rule.clone(), root });
        }
        let mut asks = Asks::default();
        for ready in &rules {
            asks.audits |= !ready.rule.then.audits.is_empty();
            asks.own_skus |= ready.rule.then.split.is_some();
        }
        for atom in &build.atoms {
            match atom {
                Atom::Own(_) | Atom::Category(_) | Atom::PiecesOf(..) | Atom::Weight(_) => {
                    asks.own_skus = true
                }
                Atom::Remark(places, _) | Atom::AnyRemark(places) => {
                    asks.notes |= places & bit(RemarkPlace::Note) > 0;
                }
                Atom::First(_) => asks.first_order = true,
                Atom::BuyerTag(_) => asks.buyer_tags = true,
                Atom::Company(_) => asks.company = true,
                _ => {}
            }
        }
        let Build { nodes, children, atoms, own, shop, words, .. } = build;
        Self { rules, nodes, children, atoms, own, shop, words, zone, asks }
    }

    /// What has to be known beyond the order itself.
    pub fn asks(&self) -> Asks {
        self.asks
    }

    /// Whether no rule is on.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Tables for a batch of orders.
    pub fn scratch(&self) -> Scratch {
        Scratch {
            answers: vec![0; self.atoms.len()],
            own: vec![0; self.own.len()],
            shop: vec![0; self.shop.len()],
            words: vec![(0, 0); self.words.len()],
            ..Scratch::default()
        }
    }

    /// What the rules decide on an order. The tables are those of [`Compiled::scratch`] of the same rules.
    pub fn decide(&self, seen: &Seen, scratch: &mut Scratch) -> Decision {
        self.look_through(seen, scratch);
        let local = seen.moment.map(|moment| {
            let local = self.zone.local(moment);
            (local.weekday().num_days_from_monday() as u8, local.hour() * 60 + local.minute())
        });
        let pieces = seen.lines.iter().map(|line| line.quantity).sum();
        let mut reading = Reading { seen, local, pieces, flag: seen.flag, tags: Vec::new() };
        let mut decision = Decision::default();
        for ready in &self.rules {
            if !is_valid(&ready.rule, seen.moment) || !self.holds(ready.root, &reading, scratch) {
                continue;
            }
            apply(&ready.rule, &mut reading, &mut decision);
            if ready.rule.stop {
                decision.stopped_by = Some(ready.rule.key.clone());
                break;
            }
        }
        decision
    }

    /// The parcels into which a decision takes an order apart, as places of its lines; none where it does not.
    pub fn parts(&self, decision: &Decision, lines: &[Line]) -> Vec<Part> {
        let Some(winner) = decision.counting(ActionKind::Split).next() else { return Vec::new() };
        let rule = self.rules.iter().map(|ready| &ready.rule).find(|rule| rule.key == winner.rule);
        rule.and_then(|rule| rule.then.split.as_ref()).map(|split| parts(split, lines)).unwrap_or_default()
    }

    /// Finds the numbers of an order's codes and words.
    fn look_through(&self, seen: &Seen, scratch: &mut Scratch) {
        scratch.turn += 1;
        scratch.hits.clear();
        let turn = scratch.turn;
        for (index, line) in seen.lines.iter().enumerate() {
            if self.own.len() > 0 && !line.own.is_empty() {
                self.own.find(line.own, |number| {
                    scratch.own[number as usize] = turn;
                    scratch.hits.push((index as u32, number));
                });
            }
            if self.shop.len() > 0 && !line.shop.is_empty() {
                self.shop.find(line.shop, |number| scratch.shop[number as usize] = turn);
            }
        }
        if self.words.len() == 0 {
            return;
        }
        let Scratch { text, words, .. } = scratch;
        for (place, remark) in [
            (RemarkPlace::Message, seen.message),
            (RemarkPlace::Memo, seen.memo),
            (RemarkPlace::Note, seen.notes),
        ] {
            if remark.is_empty() {
                continue;
            }
            fold(remark, text);
            self.words.find(text, |number| {
                let word = &mut words[number as usize];
                let known = if word.0 == turn { word.1 } else { 0 };
                *word = (turn, known | bit(place));
            });
        }
    }

    fn holds(&self, node: u32, reading: &Reading, scratch: &mut Scratch) -> bool {
        let children = |from: u32, to: u32| &self.children[from as usize..to as usize];
        match &self.nodes[node as usize] {
            Node::All { from, to } => {
                children(*from, *to).iter().all(|child| self.holds(*child, reading, scratch))
            }
            Node::Any { from, to } => {
                children(*from, *to).iter().any(|child| self.holds(*child, reading, scratch))
            }
            Node::Not(child) => !self.holds(*child, reading, scratch),
            Node::Atom(number) => {
                let atom = &self.atoms[*number as usize];
                if atom.changes() {
                    return self.answer(atom, reading, scratch);
                }
                let known = scratch.answers[*number as usize];
                if known >> 1 == scratch.turn {
                    return known & 1 == 1;
                }
                let answer = self.answer(atom, reading, scratch);
                scratch.answers[*number as usize] = scratch.turn << 1 | u64::from(answer);
                answer
            }
        }
    }

    fn answer(&self, atom: &Atom, reading: &Reading, scratch: &Scratch) -> bool {
        let seen = reading.seen;
        let has = |list: &[String], text: &str| list.binary_search_by(|one| one.as_str().cmp(text)).is_ok();
        let turn = scratch.turn;
        match atom {
            Atom::Shop(shops) => shops.binary_search(&seen.shop).is_ok(),
            Atom::Platform(platforms) => platforms.contains(&seen.platform),
            Atom::Kind(kinds) => kinds.contains(&seen.kind),
            Atom::Own(codes) => codes.iter().any(|code| scratch.own[*code as usize] == turn),
            Atom::ShopCode(codes) => codes.iter().any(|code| scratch.shop[*code as usize] == turn),
            Atom::Category(names) => seen.lines.iter().any(|line| has(names, line.category)),
            Atom::PiecesOf(codes, range) => range.holds(pieces_of(codes, seen.lines, &scratch.hits)),
            Atom::Pieces(range) => range.holds(reading.pieces),
            Atom::Lines(range) => range.holds(seen.lines.len() as i64),
            Atom::LineQuantity(range) => seen.lines.iter().any(|line| range.holds(line.quantity)),
            Atom::Weight(range) => seen.weight.is_some_and(|weight| range.holds(weight)),
            Atom::Amount(currency, range) => currency == seen.currency && range.holds(seen.total),
            Atom::Region(codes) => [2, 4, 6]
                .into_iter()
                .any(|digits| seen.region.get(..digits).is_some_and(|code| has(codes, code))),
            Atom::Country(codes) => has(codes, seen.country),
            Atom::Remark(places, words) => words.iter().any(|word| {
                let (found, there) = scratch.words[*word as usize];
                found == turn && there & places > 0
            }),
            Atom::AnyRemark(places) => [
                (RemarkPlace::Message, seen.message),
                (RemarkPlace::Memo, seen.memo),
                (RemarkPlace::Note, seen.notes),
            ]
            .into_iter()
            .any(|(place, text)| places & bit(place) > 0 && !text.is_empty()),
            Atom::Buyer(nicks) => has(nicks, seen.buyer),
            Atom::BuyerTag(tags) => seen.buyer_tags.iter().any(|tag| has(tags, tag)),
            Atom::First(wanted) => seen.is_first == *wanted,
            Atom::Paid { days, from, to } => reading.local.is_some_and(|(day, minute)| {
                (*days == 0 || days & 1 << day > 0) && within_day(minute, *from, *to)
            }),
            Atom::Company(range) => range.holds(seen.company),
            Atom::Flag(flags) => has(flags, reading.flag),
            Atom::Tag(tags) => reading.tags.iter().any(|tag| has(tags, tag)),
        }
    }
}

fn bit(place: RemarkPlace) -> u8 {
    1 << place as u8
}

/// An order without a moment matches no rule that has dates.
fn is_valid(rule: &Rule, moment: Option<UtcTime>) -> bool {
    match (rule.from, rule.until, moment) {
        (None, None, _) => true,
        (_, _, None) => false,
        (from, until, Some(moment)) => {
            from.is_none_or(|from| moment >= from) && until.is_none_or(|until| moment < until)
        }
    }
}

fn within_day(minute: u32, from: Option<u32>, to: Option<u32>) -> bool {
    match (from, to) {
        (None, None) => true,
        (Some(from), None) => minute >= from,
        (None, Some(to)) => minute < to,
        (Some(from), Some(to)) if from < to => (from..to).contains(&minute),
        // Over midnight: 22:00 to 06:00.
        (Some(from), Some(to)) => minute >= from || minute < to,
    }
}

/// Pieces of the lines that have one of these numbers, each line once.
fn pieces_of(codes: &[u32], lines: &[Line], hits: &[(u32, u32)]) -> i64 {
    let mut counted = None;
    let mut pieces = 0;
    for (line, code) in hits {
        if counted != Some(*line) && codes.binary_search(code).is_ok() {
            counted = Some(*line);
            pieces += lines[*line as usize].quantity;
        }
    }
    pieces
}

/// Does what a rule says to an order that it matches.
fn apply<'a>(rule: &'a Rule, reading: &mut Reading<'a>, decision: &mut Decision) {
    let then = &rule.then;
    let outcome = |kind, value: &str| Outcome {
        kind,
        value: value.to_owned(),
        quantity: None,
        until: None,
        rule: rule.key.clone(),
        name: rule.name.clone(),
        fate: Fate::Won,
        lost_to: None,
    };
    for kind in [ActionKind::Carrier, ActionKind::Service, ActionKind::Warehouse, ActionKind::Flag] {
        let Some(value) = then.single(kind) else { continue };
        let winner = decision.counting(kind).next().map(|winner| winner.rule.clone());
        if kind == ActionKind::Flag && winner.is_none() {
            reading.flag = value;
        }
        let fate = if winner.is_some() { Fate::Lost } else { Fate::Won };
        decision.outcomes.push(Outcome { fate, lost_to: winner, ..outcome(kind, value) });
    }
    for tag in &then.tags {
        if !reading.tags.contains(&tag.as_str()) {
            reading.tags.push(tag);
        }
        decision.outcomes.push(outcome(ActionKind::Tag, tag));
    }
    if let Some(hold) = &then.hold {
        let later = |minutes: i64| Some(reading.seen.moment?.plus(Duration::minutes(minutes)));
        let until = hold.until.or_else(|| hold.minutes.and_then(later));
        decision.outcomes.push(Outcome { until, ..outcome(ActionKind::Hold, &hold.reason) });
    }
    for gift in &then.gifts {
        let times = gift.per.map_or(1, |per| reading.seen.total.max(0) / per.max(1));
        let pieces = gift.quantity.saturating_mul(times).min(gift.at_most.unwrap_or(i64::MAX));
        if pieces > 0 {
            decision
                .outcomes
                .push(Outcome { quantity: Some(pieces), ..outcome(ActionKind::Gift, &gift.sku) });
        }
    }
    for audit in &then.audits {
        decision.outcomes.push(outcome(ActionKind::Audit, audit.as_str()));
    }
    if let Some(split) = &then.split {
        let parcels = parts(split, reading.seen.lines).len() as i64;
        // Where there is nothing to take apart, nothing is decided.
        if parcels > 1 {
            let winner = decision.counting(ActionKind::Split).next().map(|winner| winner.rule.clone());
            decision.outcomes.push(Outcome {
                quantity: Some(parcels),
                fate: if winner.is_some() { Fate::Lost } else { Fate::Won },
                lost_to: winner,
                ..outcome(ActionKind::Split, split.by.as_str())
            });
        }
    }
}

#[derive(Default)]
struct Build {
    nodes: Vec<Node>,
    children: Vec<u32>,
    atoms: Vec<Atom>,
    /// Which condition has become which node, so that rules share it.
    known: HashMap<String, u32>,
    own: Codes,
    shop: Codes,
    words: Words,
}

impl Build {
    fn node(&mut self, condition: &Condition) -> u32 {
        let name = format!("{condition:?}");
        if let Some(node) = self.known.get(&name) {
            return *node;
        }
        let node = match condition {
            Condition::All(list) => {
                let (from, to) = self.list(list);
                Node::All { from, to }
            }
            Condition::Any(list) => {
                let (from, to) = self.list(list);
                Node::Any { from, to }
            }
            Condition::Not(one) => Node::Not(self.node(one)),
            other => {
                let atom = self.atom(other);
                self.atoms.push(atom);
                Node::Atom(self.atoms.len() as u32 - 1)
            }
        };
        self.nodes.push(node);
        let number = self.nodes.len() as u32 - 1;
        self.known.insert(name, number);
        number
    }

    fn list(&mut self, list: &[Condition]) -> (u32, u32) {
        let mut nodes: Vec<u32> = list.iter().map(|one| self.node(one)).collect();
        nodes.sort_by_key(|node| match &self.nodes[*node as usize] {
            Node::Atom(atom) => self.atoms[*atom as usize].cost(),
            _ => 3,
        });
        let from = self.children.len() as u32;
        self.children.extend(nodes);
        (from, self.children.len() as u32)
    }

    fn atom(&mut self, condition: &Condition) -> Atom {
        let sorted = |list: &[String]| {
            let mut list = list.to_vec();
            list.sort_unstable();
            list
        };
        match condition {
            Condition::Shop(shops) => {
                let mut shops = shops.clone();
                shops.sort_unstable();
                Atom::Shop(shops)
            }
            Condition::Platform(platforms) => Atom::Platform(platforms.clone()),
            Condition::Kind(kinds) => Atom::Kind(kinds.clone()),
            Condition::Sku(codes) => Atom::Own(numbers(&mut self.own, codes)),
            Condition::ShopSku(codes) => Atom::ShopCode(numbers(&mut self.shop, codes)),
            Condition::Category(names) => Atom::Category(sorted(names)),
            Condition::PiecesOf(of) => {
                let range = Range { at_least: of.at_least, at_most: of.at_most };
                Atom::PiecesOf(numbers(&mut self.own, &of.skus), range)
            }
            Condition::Pieces(range) => Atom::Pieces(*range),
            Condition::Lines(range) => Atom::Lines(*range),
            Condition::LineQuantity(range) => Atom::LineQuantity(*range),
            Condition::WeightG(range) => Atom::Weight(*range),
            Condition::Amount(amount) => {
                let range = Range { at_least: amount.at_least, at_most: amount.at_most };
                Atom::Amount(amount.currency.clone(), range)
            }
            Condition::Region(codes) => {
                Atom::Region(sorted(&codes.iter().map(|code| prefix_of(code).to_owned()).collect::<Vec<_>>()))
            }
            Condition::Country(codes) => Atom::Country(sorted(codes)),
            Condition::Remark(remark) => {
                let all = RemarkPlace::ALL;
                let places = if remark.within.is_empty() { all } else { &remark.within };
                let places = places.iter().fold(0, |mask, place| mask | bit(*place));
                match remark.any_of.is_empty() {
                    true => Atom::AnyRemark(places),
                    false => {
                        let words = remark.any_of.iter().map(|word| self.words.number(word)).collect();
                        Atom::Remark(places, words)
                    }
                }
            }
            Condition::Flag(flags) => Atom::Flag(sorted(flags)),
            Condition::Tag(tags) => Atom::Tag(sorted(tags)),
            Condition::Buyer(nicks) => Atom::Buyer(sorted(nicks)),
            Condition::BuyerTag(tags) => Atom::BuyerTag(sorted(tags)),
            Condition::FirstOrder(wanted) => Atom::First(*wanted),
            Condition::Paid(at) => {
                let minute = |time: crate::domain::deadline::DayTime| {
                    let time = time.chrono();
                    time.hour() * 60 + time.minute()
                };
                let day = |day: &WeekDay| 1 << *day as u8;
                Atom::Paid {
                    days: at.days.iter().map(day).fold(0, |mask, day| mask | day),
                    from: at.from.map(minute),
                    to: at.to.map(minute),
                }
            }
            Condition::ShipmentOrders(range) => Atom::Company(*range),
            Condition::All(_) | Condition::Any(_) | Condition::Not(_) => {
                unreachable!("what joins others is no question of its own")
            }
        }
    }
}

fn numbers(codes: &mut Codes, names: &[String]) -> Vec<u32> {
    let mut numbers: Vec<u32> = names.iter().map(|code| codes.number(code)).collect();
    numbers.sort_unstable();
    numbers
}
