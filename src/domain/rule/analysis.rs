//! What is odd about a set of rules, seen before it runs.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use super::logic::{Case, cases, covers};
use super::{ActionKind, Condition, Rule, RuleSet};
use crate::domain::text_enum;
use crate::domain::time::UtcTime;

text_enum! {
    /// What is odd about a rule.
    pub enum RuleFindingCode("finding") {
        /// Its conditions cannot hold together.
        NeverMatches = "never_matches",
        /// Every order matches.
        MatchesAll = "matches_all",
        /// An earlier rule always decides first, and decides otherwise where both ask for the same.
        Contradicts = "contradicts",
        /// An earlier rule always decides first.
        Shadowed = "shadowed",
        /// An earlier rule always ends the reading.
        NotReached = "not_reached",
        /// It asks for a flag or tag that comes of itself, or of rules that wait for it.
        Loops = "loops",
        /// It asks for a tag that only a later rule gives.
        TooLate = "too_late",
        /// It asks for a tag that no rule gives.
        NeverGiven = "never_given",
        /// Its time is over.
        Ended = "ended",
        /// It names something that is not here: a shop, a SKU.
        Unknown = "unknown",
    }
}

/// Something odd about a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Finding {
    pub code: RuleFindingCode,
    /// Key of the rule.
    pub rule: String,
    pub name: String,
    /// Key of the other rule, where there is one.
    pub other: Option<String>,
    pub message: String,
    pub message_zh: String,
}

impl Finding {
    /// A finding about a rule; the sentences are what is the case.
    pub fn new(
        code: RuleFindingCode,
        rule: &Rule,
        other: Option<&Rule>,
        message: String,
        message_zh: String,
    ) -> Self {
        Self {
            code,
            rule: rule.key.clone(),
            name: rule.name.clone(),
            other: other.map(|other| other.key.clone()),
            message,
            message_zh,
        }
    }
}

/// What is odd about the rules that are on, in their order.
pub fn findings(set: &RuleSet, now: UtcTime) -> Vec<Finding> {
    let rules: Vec<&Rule> = set.rules.iter().filter(|rule| rule.on).collect();
    let known: Vec<Option<Vec<Case>>> = rules.iter().map(|rule| cases(&rule.when, true)).collect();
    let mut found = Vec::new();
    for (at, rule) in rules.iter().enumerate() {
        if rule.until.is_some_and(|until| until <= now) {
            let (english, chinese) =
                ("Its time is over; orders paid later do not match.", "有效期已过，之后付款的订单不再匹配。");
            found.push(Finding::new(RuleFindingCode::Ended, rule, None, english.into(), chinese.into()));
        }
        match &known[at] {
            Some(cases) if cases.is_empty() => {
                let (english, chinese) = (
                    "Its conditions cannot hold together: it never matches.",
                    "条件互相矛盾，永远不会匹配。",
                );
                found.push(Finding::new(
                    RuleFindingCode::NeverMatches,
                    rule,
                    None,
                    english.into(),
                    chinese.into(),
                ));
                continue;
            }
            _ if cases(&rule.when, false).is_some_and(|cases| cases.is_empty()) => {
                let (english, chinese) = match rule.from.is_some() || rule.until.is_some() {
                    true => ("It matches every order of its time.", "有效期内匹配所有订单。"),
                    false => ("It matches every order.", "匹配所有订单。"),
                };
                found.push(Finding::new(
                    RuleFindingCode::MatchesAll,
                    rule,
                    None,
                    english.into(),
                    chinese.into(),
                ));
            }
            _ => {}
        }
        found.extend(overtaken(&rules, &known, at));
        found.extend(waiting(&rules, at));
    }
    found
}

/// What earlier rules leave of a rule.
fn overtaken(rules: &[&Rule], known: &[Option<Vec<Case>>], at: usize) -> Vec<Finding> {
    let (rule, mut found) = (rules[at], Vec::new());
    let Some(own) = &known[at] else { return found };
    // Whether a split has anything to take apart is not known here.
    let decided_first = |kind: &ActionKind| kind.is_single() && *kind != ActionKind::Split;
    let mut open: Vec<ActionKind> = rule.then.kinds().into_iter().filter(decided_first).collect();
    for (earlier, theirs) in rules[..at].iter().zip(known) {
        let decides: Vec<ActionKind> =
            open.iter().copied().filter(|kind| earlier.then.single(*kind).is_some()).collect();
        if decides.is_empty() && !earlier.stop {
            continue;
        }
        let Some(theirs) =
            theirs.as_ref().filter(|_| lasts_as_long(earlier, rule) && !asks_what_changes(earlier))
        else {
            continue;
        };
        if !covers(theirs, own) {
            continue;
        }
        let name = &earlier.name;
        if earlier.stop {
            let english =
                format!("Rule {name:?} matches whenever it does and ends the reading: it is never reached.");
            let chinese = format!("规则「{name}」先匹配并停止，本规则不会执行。");
            found.push(Finding::new(RuleFindingCode::NotReached, rule, Some(earlier), english, chinese));
            return found;
        }
        let same = covers(own, theirs);
        for kind in decides {
            open.retain(|one| *one != kind);
            let (ours, other) =
                (rule.then.single(kind).unwrap_or(""), earlier.then.single(kind).unwrap_or(""));
            let (word, word_zh) = kind.words();
            let (code, english, chinese) = match same && ours != other {
                true => (
                    RuleFindingCode::Contradicts,
                    format!(
                        "Rule {name:?} matches the same orders and says {word} {other:?}, this one {ours:?}; the first counts."
                    ),
                    format!("与规则「{name}」条件相同但{word_zh}不同({other} / {ours})，以前者为准。"),
                ),
                false => (
                    RuleFindingCode::Shadowed,
                    format!("Rule {name:?} matches whenever it does and decides the {word} first."),
                    format!("规则「{name}」总是先匹配，本规则的{word_zh}不会生效。"),
                ),
            };
            found.push(Finding::new(code, rule, Some(earlier), english, chinese));
        }
    }
    found
}

fn lasts_as_long(earlier: &Rule, rule: &Rule) -> bool {
    let begins = earlier.from.is_none_or(|from| rule.from.is_some_and(|own| own >= from));
    begins && earlier.until.is_none_or(|until| rule.until.is_some_and(|own| own <= until))
}

/// Flags and tags may be others by the time a later rule is read.
fn asks_what_changes(rule: &Rule) -> bool {
    let mut asks = false;
    rule.when.walk(&mut |one| asks |= matches!(one, Condition::Flag(_) | Condition::Tag(_)));
    asks
}

/// A flag or a tag that a rule gives or asks for.
type Mark<'a> = (ActionKind, &'a str);

fn given(rule: &Rule) -> HashSet<Mark<'_>> {
    let tags = rule.then.tags.iter().map(|tag| (ActionKind::Tag, tag.as_str()));
    tags.chain(rule.then.flag.as_deref().map(|flag| (ActionKind::Flag, flag))).collect()
}

fn asked(rule: &Rule) -> HashSet<Mark<'_>> {
    let mut marks = HashSet::new();
    rule.when.walk(&mut |one| match one {
        Condition::Flag(flags) => marks.extend(flags.iter().map(|flag| (ActionKind::Flag, flag.as_str()))),
        Condition::Tag(tags) => marks.extend(tags.iter().map(|tag| (ActionKind::Tag, tag.as_str()))),
        _ => {}
    });
    marks
}

/// What a rule waits for in vain.
fn waiting(rules: &[&Rule], at: usize) -> Vec<Finding> {
    let (rule, mut found) = (rules[at], Vec::new());
    let mut marks: Vec<Mark> = asked(rule).into_iter().collect();
    marks.sort_unstable();
    for mark in marks {
        let givers: Vec<usize> =
            (0..rules.len()).filter(|other| given(rules[*other]).contains(&mark)).collect();
        let (kind, value) = mark;
        let (word, word_zh) = kind.words();
        if let Some(circle) =
            givers.iter().copied().filter(|giver| *giver >= at).find(|giver| feeds(rules, at, *giver))
        {
            let other = Some(rules[circle]).filter(|_| circle != at);
            let (english, chinese) = match other {
                None => (
                    format!(
                        "It asks for the {word} {value:?} that it gives itself; rules are read once, so it does not run again."
                    ),
                    format!("条件中的{word_zh}「{value}」由本规则自己设置；规则只读一遍，不会循环。"),
                ),
                Some(other) => (
                    format!(
                        "It asks for the {word} {value:?} of rule {:?}, which waits for this one; rules are read once, so neither runs again.",
                        other.name
                    ),
                    format!("与规则「{}」互相等待{word_zh}「{value}」；规则只读一遍，不会循环。", other.name),
                ),
            };
            found.push(Finding::new(RuleFindingCode::Loops, rule, other, english, chinese));
        } else if kind == ActionKind::Tag && givers.is_empty() {
            let english = format!("No rule that is on gives the tag {value:?}.");
            let chinese = format!("没有启用的规则设置标签「{value}」。");
            found.push(Finding::new(RuleFindingCode::NeverGiven, rule, None, english, chinese));
        } else if kind == ActionKind::Tag && givers.iter().all(|giver| *giver > at) {
            let other = rules[givers[0]];
            let english = format!(
                "It asks for the tag {value:?}, which rule {:?} gives only afterwards; move it down.",
                other.name
            );
            let chinese = format!("标签「{value}」由后面的规则「{}」设置，请把本规则下移。", other.name);
            found.push(Finding::new(RuleFindingCode::TooLate, rule, Some(other), english, chinese));
        }
    }
    found
}

/// Whether what rule `from` gives reaches rule `to`, by way of others if need be.
fn feeds(rules: &[&Rule], from: usize, to: usize) -> bool {
    let asked: Vec<HashSet<Mark>> = rules.iter().map(|rule| asked(rule)).collect();
    let mut givers: HashMap<usize, bool> = HashMap::new();
    let mut next = vec![from];
    while let Some(one) = next.pop() {
        if givers.insert(one, true).is_some() {
            continue;
        }
        if one == to {
            return true;
        }
        let marks = given(rules[one]);
        next.extend((0..rules.len()).filter(|other| asked[*other].iter().any(|mark| marks.contains(mark))));
    }
    false
}
