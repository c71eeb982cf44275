//! Rules: 500 of them over 100,000 orders, on one core, beside a reader that takes each condition as it is written.

use std::time::Duration;

use huidan::domain::deadline::Zone;
use huidan::domain::id::ShopId;
use huidan::domain::order::OrderKind;
use huidan::domain::platform::Platform;
use huidan::domain::region::is_within;
use huidan::domain::rule::text::parse;
use huidan::domain::rule::{Compiled, Condition, Decision, Line, Range, RuleSet, Seen};
use huidan::domain::time::UtcTime;
use serde_json::{Value as Json, json};

use crate::report::{Bound, Report, best, size, timed};
use crate::resources::memory_kib;

const RULES: usize = 500;
const ORDERS: usize = 100_000;
const ROUNDS: usize = 5;
/// Orders that the plain reader is asked of: it is slow.
const PLAIN: usize = 5_000;
/// The promise.
const PER_SECOND: f64 = 20_000.0;

/// Numbers that look like chance and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        // Xorshift, Marsaglia 2003.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

const WORDS: [&str; 12] = [
    "加急",
    "改*地址",
    "发票",
    "礼物",
    "不要顺丰",
    "顺丰",
    "周末",
    "放门口",
    "易碎",
    "换货",
    "urgent",
    "gift",
];
const CARRIERS: [&str; 4] = ["sf", "zto", "yto", "jd"];
const REGIONS: [&str; 8] = ["65", "54", "6501", "33", "3301", "330106", "44", "11"];

/// Rules as sellers have them: most ask for a shop, a SKU or a region and one thing more, some for words.
fn rules(count: usize) -> RuleSet {
    let mut dice = Dice(42);
    let mut pick = |limit: u64| dice.below(limit);
    let rules: Vec<Json> = (0..count)
        .map(|n| {
            let first = match n % 5 {
                0 => json!({ "shop": [pick(60).to_string(), pick(60).to_string()] }),
                1 => json!({ "sku": [format!("SKU-{}", pick(2_000)), format!("SKU-{}*", 10 + pick(190))] }),
                2 => json!({ "region": [REGIONS[pick(8) as usize]] }),
                3 => json!({ "remark": { "any_of": [WORDS[pick(12) as usize], format!("词{}", pick(300))] } }),
                _ => json!({ "pieces_of": { "skus": [format!("SKU-{}*", 1 + pick(19))], "at_least": 2 + pick(3) } }),
            };
            let second = match n % 7 {
                0 => json!({ "amount": { "at_least": 1_000 * pick(60) } }),
                1 => json!({ "weight_g": { "at_least": 100 * pick(100), "at_most": 60_000 } }),
                2 => json!({ "not": { "platform": ["jd", "pdd"] } }),
                3 => json!({ "any": [{ "kind": ["presale", "cod"] }, { "pieces": { "at_least": 1 + pick(6) } }] }),
                4 => json!({ "paid": { "days": ["sat", "sun"], "from": "08:00", "to": "20:00" } }),
                5 => json!({ "not": { "flag": ["red"] } }),
                _ => json!({ "lines": { "at_least": 1 + pick(3) } }),
            };
            let then = match n % 4 {
                0 => json!({ "carrier": CARRIERS[pick(4) as usize] }),
                1 => json!({ "tags": [format!("t{}", pick(30))] }),
                2 => json!({ "flag": "blue", "warehouse": format!("w{}", pick(4)) }),
                _ => json!({ "gifts": [{ "sku": "CUP", "per": 9_900 }] }),
            };
            json!({ "name": format!("rule {n}"), "when": { "all": [first, second] }, "then": then })
        })
        .collect();
    parse(&json!({ "rules": rules }).to_string()).expect("rules as sellers write them")
}

/// What orders say, kept so that [`Seen`] can borrow it.
struct Told {
    region: String,
    message: String,
    skus: Vec<(String, i64)>,
    shop: i64,
    total: i64,
    minutes: i64,
}

fn orders(count: usize) -> Vec<Told> {
    let mut dice = Dice(7);
    (0..count)
        .map(|n| Told {
            region: ["650102", "330106", "440305", "110105", "540102", "320102"][dice.below(6) as usize]
                .to_owned(),
            // One in five says something.
            message: match n % 5 {
                0 => format!(
                    "老板您好,{}谢谢,词{}",
                    WORDS[dice.below(12) as usize].replace('*', "一下"),
                    dice.below(600)
                ),
                _ => String::new(),
            },
            skus: (0..1 + dice.below(3))
                .map(|_| (format!("SKU-{}", dice.below(2_000)), 1 + dice.below(4) as i64))
                .collect(),
            shop: dice.below(60) as i64,
            total: 1_000 + dice.below(80_000) as i64,
            minutes: dice.below(20_000) as i64,
        })
        .collect()
}

fn lines(told: &Told) -> Vec<Line<'_>> {
    told.skus
        .iter()
        .map(|(sku, quantity)| Line { own: sku, shop: sku, category: "", warehouse: "", quantity: *quantity })
        .collect()
}

fn seen<'a>(told: &'a Told, lines: &'a [Line<'a>], start: UtcTime) -> Seen<'a> {
    Seen {
        shop: ShopId(told.shop),
        platform: [Platform::Taobao, Platform::Jd, Platform::Pdd, Platform::Douyin][told.shop as usize % 4],
        kind: if told.total % 9 == 0 { OrderKind::Presale } else { OrderKind::Normal },
        currency: "CNY",
        total: told.total,
        country: "CN",
        region: &told.region,
        buyer: "",
        message: &told.message,
        memo: "",
        notes: "",
        flag: if told.total % 11 == 0 { "red" } else { "" },
        buyer_tags: &[],
        is_first: false,
        moment: Some(start.plus(chrono::Duration::minutes(told.minutes))),
        weight: Some(told.total / 3),
        company: 1,
        lines,
    }
}

/// Measures both readers in one run, and holds them to the same answers.
pub fn measure(report: &mut Report) -> anyhow::Result<()> {
    let (rule_count, count) = (size("BENCH_RULES", RULES)?, size("BENCH_ORDERS", ORDERS)?);
    let rounds = size("BENCH_ROUNDS", ROUNDS)?;
    let set = rules(rule_count);
    let told = orders(count);
    let start = UtcTime::parse("2026-11-01T00:00:00Z").map_err(anyhow::Error::msg)?;
    let (compiling, compiled) = timed(|| Compiled::new(&set, Zone::default()));
    report.note("making the rules ready", &format!("{:.2} ms", compiling.as_secs_f64() * 1_000.0));

    let before = memory_kib("self", "VmRSS")?;
    let mut scratch = compiled.scratch();
    let mut spent = Vec::new();
    let mut outcomes = 0;
    for _ in 0..rounds {
        let (round, found) = timed(|| {
            told.iter()
                .map(|told| {
                    let lines = lines(told);
                    compiled.decide(&seen(told, &lines, start), &mut scratch).outcomes.len()
                })
                .sum::<usize>()
        });
        spent.push(round.as_secs_f64());
        outcomes = found;
    }
    let grown = memory_kib("self", "VmRSS")?.saturating_sub(before);
    let pace = count as f64 / best(&spent);
    let each = outcomes as f64 / count as f64;

    let zone = Zone::default();
    let few = &told[..PLAIN.min(count)];
    let (plain, answers) = timed(|| {
        few.iter()
            .map(|told| {
                let lines = lines(told);
                plain_matches(&set, &seen(told, &lines, start), zone)
            })
            .collect::<Vec<_>>()
    });
    for (told, plain) in few.iter().zip(&answers) {
        let lines = lines(told);
        let decision = compiled.decide(&seen(told, &lines, start), &mut scratch);
        anyhow::ensure!(named(&decision, &set) == *plain, "both readers decide the same");
    }
    let plain_pace = few.len() as f64 / plain.max(Duration::from_nanos(1)).as_secs_f64();

    let beside = format!(
        "{rule_count} rules, {count} orders, one core, best of {rounds}, {each:.1} outcomes per order"
    );
    report.hold("orders per second through the rules", pace, Bound::AtLeast(PER_SECOND), &beside);
    let beside = format!("{pace:.0}/s beside {plain_pace:.0}/s, same answers on {} orders", few.len());
    report.hold("of a reader of each condition as written", pace / plain_pace, Bound::AtLeast(1.5), &beside);
    report.hold("memory grown over all rounds, KiB", grown as f64, Bound::AtMost(4_096.0), "resident");
    Ok(())
}

/// Which rules have any outcome, by their place.
fn named(decision: &Decision, set: &RuleSet) -> Vec<usize> {
    let place = |key: &str| set.rules.iter().position(|rule| rule.key == key).expect("a rule of the set");
    let mut places: Vec<usize> = decision.outcomes.iter().map(|one| place(&one.rule)).collect();
    places.dedup();
    places
}

/// The peer: each rule's conditions are read as they are written, for each order.
fn plain_matches(set: &RuleSet, seen: &Seen, zone: Zone) -> Vec<usize> {
    let mut flag = seen.flag.to_owned();
    let mut matched = Vec::new();
    for (place, rule) in set.rules.iter().enumerate() {
        if !plain(&rule.when, seen, &flag, zone) {
            continue;
        }
        if let (Some(new), true) = (&rule.then.flag, flag == seen.flag) {
            flag.clone_from(new);
        }
        // A gift per so many yuan may come to nothing.
        let gives = rule.then.gifts.iter().any(|gift| gift.per.is_none_or(|per| seen.total >= per));
        if gives || rule.then.gifts.is_empty() {
            matched.push(place);
        }
    }
    matched
}

fn plain(condition: &Condition, seen: &Seen, flag: &str, zone: Zone) -> bool {
    let code = |wanted: &str, code: &str| match wanted.strip_suffix('*') {
        Some(beginning) => code.starts_with(beginning),
        None => code == wanted,
    };
    let any = |codes: &[String], line: &Line| codes.iter().any(|wanted| code(wanted, line.own));
    match condition {
        Condition::All(list) => list.iter().all(|one| plain(one, seen, flag, zone)),
        Condition::Any(list) => list.iter().any(|one| plain(one, seen, flag, zone)),
        Condition::Not(one) => !plain(one, seen, flag, zone),
        Condition::Shop(list) => list.contains(&seen.shop),
        Condition::Platform(list) => list.contains(&seen.platform),
        Condition::Kind(list) => list.contains(&seen.kind),
        Condition::Sku(codes) => seen.lines.iter().any(|line| any(codes, line)),
        Condition::PiecesOf(of) => {
            let pieces = seen.lines.iter().filter(|line| any(&of.skus, line)).map(|line| line.quantity).sum();
            Range { at_least: of.at_least, at_most: of.at_most }.holds(pieces)
        }
        Condition::Pieces(range) => range.holds(seen.lines.iter().map(|line| line.quantity).sum()),
        Condition::Lines(range) => range.holds(seen.lines.len() as i64),
        Condition::WeightG(range) => seen.weight.is_some_and(|weight| range.holds(weight)),
        Condition::Amount(amount) => {
            amount.currency == seen.currency
                && Range { at_least: amount.at_least, at_most: amount.at_most }.holds(seen.total)
        }
        Condition::Region(codes) => codes.iter().any(|code| is_within(seen.region, code)),
        Condition::Remark(remark) => remark.any_of.iter().any(|word| {
            let mut rest = seen.message.to_lowercase();
            word.to_lowercase().split('*').all(|piece| match rest.find(piece) {
                Some(at) => {
                    rest = rest.split_off(at + piece.len());
                    true
                }
                None => false,
            })
        }),
        Condition::Flag(flags) => flags.iter().any(|one| one == flag),
        Condition::Paid(at) => seen.moment.is_some_and(|moment| {
            use chrono::{Datelike, Timelike};
            let local = zone.local(moment);
            let day = at.days.is_empty() || at.days.contains(&local.weekday().into());
            let time =
                local.time().with_second(0).and_then(|time| time.with_nanosecond(0)).unwrap_or(local.time());
            day && at.from.is_none_or(|from| time >= from.chrono())
                && at.to.is_none_or(|to| time < to.chrono())
        }),
        // The rules above ask for nothing else.
        _ => false,
    }
}
