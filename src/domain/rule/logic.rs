//! What conditions say of each other: that both cannot hold, or that one holds wherever the other does.
//!
//! Conditions become a list of cases, each a list of literals. What is found is certain; what is not found may still be the
//! case, since a price and a weight know nothing of each other. A rule with more than [`CASES_MAX`] cases is left alone.

use super::{Amount, Condition, PaidAt, PiecesOf, Range, Remark, RemarkPlace};
use crate::domain::region::is_within;

/// Most cases of one rule that are looked at.
const CASES_MAX: usize = 64;

/// A condition that holds, or does not.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Literal {
    holds: bool,
    condition: Condition,
}

/// All literals hold.
pub(super) type Case = Vec<Literal>;

/// The cases in which a condition holds (or does not) that can come about; none when there are too many.
pub(super) fn cases(condition: &Condition, holds: bool) -> Option<Vec<Case>> {
    let mut cases = expand(condition, holds)?;
    cases.retain(|case| !is_impossible(case));
    Some(cases)
}

/// Whether every one of the cases `inner` lies in one of `outer`.
pub(super) fn covers(outer: &[Case], inner: &[Case]) -> bool {
    let within =
        |case: &Case, wider: &Case| wider.iter().all(|wanted| case.iter().any(|one| implies(one, wanted)));
    inner.iter().all(|case| outer.iter().any(|wider| within(case, wider)))
}

fn expand(condition: &Condition, holds: bool) -> Option<Vec<Case>> {
    match (condition, holds) {
        (Condition::Not(one), _) => expand(one, !holds),
        (Condition::All(list), true) | (Condition::Any(list), false) => {
            let mut cases = vec![Vec::new()];
            for one in list {
                let more = expand(one, holds)?;
                cases = cases
                    .iter()
                    .flat_map(|case| more.iter().map(move |other| [&case[..], other].concat()))
                    .collect();
                if cases.len() > CASES_MAX {
                    return None;
                }
            }
            Some(cases)
        }
        (Condition::Any(list), true) | (Condition::All(list), false) => {
            let mut cases = Vec::new();
            for one in list {
                cases.extend(expand(one, holds)?);
            }
            (cases.len() <= CASES_MAX).then_some(cases)
        }
        (other, false) => match number(other) {
            // Every order has this number, so it lies below or above.
            Some(range) => {
                let below =
                    range.at_least.map(|least| Range { at_least: None, at_most: least.checked_sub(1) });
                let above = range.at_most.map(|most| Range { at_least: most.checked_add(1), at_most: None });
                let case = |range| vec![Literal { holds: true, condition: with_range(other, range) }];
                Some(below.into_iter().chain(above).map(case).collect())
            }
            None => Some(vec![vec![Literal { holds: false, condition: other.clone() }]]),
        },
        (other, true) => Some(vec![vec![Literal { holds: true, condition: other.clone() }]]),
    }
}

/// The range of a number that every order has.
fn number(condition: &Condition) -> Option<Range> {
    match condition {
        Condition::Pieces(range) | Condition::Lines(range) | Condition::ShipmentOrders(range) => Some(*range),
        Condition::PiecesOf(of) => Some(Range { at_least: of.at_least, at_most: of.at_most }),
        _ => None,
    }
}

fn with_range(condition: &Condition, range: Range) -> Condition {
    match condition {
        Condition::Pieces(_) => Condition::Pieces(range),
        Condition::Lines(_) => Condition::Lines(range),
        Condition::ShipmentOrders(_) => Condition::ShipmentOrders(range),
        Condition::PiecesOf(of) => Condition::PiecesOf(PiecesOf {
            skus: of.skus.clone(),
            at_least: range.at_least,
            at_most: range.at_most,
        }),
        other => other.clone(),
    }
}

fn is_impossible(case: &Case) -> bool {
    let pair = |at: usize, one: &Literal| case[at + 1..].iter().any(|other| excludes(one, other));
    case.iter().enumerate().any(|(at, one)| pair(at, one) || is_empty(one)) || is_used_up(case)
}

fn is_empty(one: &Literal) -> bool {
    one.holds
        && number(&one.condition)
            .is_some_and(|range| range.at_most.is_some_and(|most| most < range.at_least.unwrap_or(0).max(0)))
}

/// Whether the literals that do not hold take away every value of one that does.
fn is_used_up(case: &Case) -> bool {
    case.iter().filter(|one| one.holds).any(|one| {
        let Some(values) = values(&one.condition) else { return false };
        let others: Vec<Vec<String>> = case
            .iter()
            .filter(|other| {
                !other.holds
                    && std::mem::discriminant(&other.condition) == std::mem::discriminant(&one.condition)
            })
            .filter_map(|other| self::values(&other.condition))
            .collect();
        values.iter().all(|value| others.iter().any(|list| list.contains(value)))
    })
}

/// The values of a condition about something of which an order has one.
fn values(condition: &Condition) -> Option<Vec<String>> {
    match condition {
        Condition::Shop(list) => Some(list.iter().map(ToString::to_string).collect()),
        Condition::Platform(list) => Some(list.iter().map(ToString::to_string).collect()),
        Condition::Kind(list) => Some(list.iter().map(ToString::to_string).collect()),
        Condition::Country(list) | Condition::Flag(list) | Condition::Buyer(list) => Some(list.clone()),
        Condition::FirstOrder(is) => Some(vec![is.to_string()]),
        _ => None,
    }
}

/// Whether two literals cannot hold together.
fn excludes(one: &Literal, other: &Literal) -> bool {
    match (one.holds, other.holds) {
        (true, true) => apart(&one.condition, &other.condition),
        (true, false) => within(&one.condition, &other.condition),
        (false, true) => within(&other.condition, &one.condition),
        (false, false) => matches!(
            (&one.condition, &other.condition),
            (Condition::FirstOrder(a), Condition::FirstOrder(b)) if a != b
        ),
    }
}

/// Whether the second literal holds wherever the first does.
fn implies(one: &Literal, other: &Literal) -> bool {
    match (one.holds, other.holds) {
        (true, true) => within(&one.condition, &other.condition),
        (true, false) => apart(&one.condition, &other.condition),
        (false, false) => within(&other.condition, &one.condition),
        (false, true) => false,
    }
}

/// Whether two conditions never hold together.
fn apart(one: &Condition, other: &Condition) -> bool {
    if let (Some(a), Some(b)) = (values(one), values(other)) {
        return std::mem::discriminant(one) == std::mem::discriminant(other)
            && !a.iter().any(|value| b.contains(value));
    }
    match (one, other) {
        (Condition::Pieces(a), Condition::Pieces(b))
        | (Condition::Lines(a), Condition::Lines(b))
        | (Condition::ShipmentOrders(a), Condition::ShipmentOrders(b))
        | (Condition::WeightG(a), Condition::WeightG(b)) => are_apart(*a, *b),
        (Condition::PiecesOf(a), Condition::PiecesOf(b)) => a.skus == b.skus && are_apart(span(a), span(b)),
        (Condition::Amount(a), Condition::Amount(b)) => {
            a.currency != b.currency || are_apart(total(a), total(b))
        }
        (Condition::Region(a), Condition::Region(b)) => {
            !a.iter().any(|x| b.iter().any(|y| is_within(x, y) || is_within(y, x)))
        }
        (Condition::Paid(a), Condition::Paid(b)) => {
            !a.days.is_empty() && !b.days.is_empty() && !a.days.iter().any(|day| b.days.contains(day))
        }
        _ => false,
    }
}

/// Whether the second condition holds wherever the first does.
fn within(one: &Condition, other: &Condition) -> bool {
    if one == other {
        return true;
    }
    if let (Some(a), Some(b)) = (values(one), values(other)) {
        return std::mem::discriminant(one) == std::mem::discriminant(other)
            && a.iter().all(|value| b.contains(value));
    }
    match (one, other) {
        (Condition::Pieces(a), Condition::Pieces(b))
        | (Condition::Lines(a), Condition::Lines(b))
        | (Condition::LineQuantity(a), Condition::LineQuantity(b))
        | (Condition::ShipmentOrders(a), Condition::ShipmentOrders(b))
        | (Condition::WeightG(a), Condition::WeightG(b)) => is_inside(*a, *b),
        (Condition::PiecesOf(a), Condition::PiecesOf(b)) => a.skus == b.skus && is_inside(span(a), span(b)),
        (Condition::Amount(a), Condition::Amount(b)) => {
            a.currency == b.currency && is_inside(total(a), total(b))
        }
        (Condition::Category(a), Condition::Category(b)) => a.iter().all(|name| b.contains(name)),
        (Condition::Sku(a), Condition::Sku(b)) | (Condition::ShopSku(a), Condition::ShopSku(b)) => {
            a.iter().all(|code| b.iter().any(|wider| is_code_within(code, wider)))
        }
        (Condition::Tag(a), Condition::Tag(b)) | (Condition::BuyerTag(a), Condition::BuyerTag(b)) => {
            a.iter().all(|tag| b.contains(tag))
        }
        (Condition::Region(a), Condition::Region(b)) => a.iter().all(|x| b.iter().any(|y| is_within(x, y))),
        (Condition::Remark(a), Condition::Remark(b)) => {
            places(a).iter().all(|place| places(b).contains(place))
                && (b.any_of.is_empty()
                    || !a.any_of.is_empty() && a.any_of.iter().all(|word| b.any_of.contains(word)))
        }
        (Condition::Paid(a), Condition::Paid(b)) => is_time_within(a, b),
        _ => false,
    }
}

fn are_apart(a: Range, b: Range) -> bool {
    let above =
        |low: Range, high: Range| low.at_most.zip(high.at_least).is_some_and(|(most, least)| most < least);
    above(a, b) || above(b, a)
}

fn is_inside(a: Range, b: Range) -> bool {
    b.at_least.is_none_or(|least| a.at_least.is_some_and(|low| low >= least))
        && b.at_most.is_none_or(|most| a.at_most.is_some_and(|high| high <= most))
}

fn span(of: &PiecesOf) -> Range {
    Range { at_least: of.at_least, at_most: of.at_most }
}

fn total(amount: &Amount) -> Range {
    Range { at_least: amount.at_least, at_most: amount.at_most }
}

fn places(remark: &Remark) -> &[RemarkPlace] {
    if remark.within.is_empty() { RemarkPlace::ALL } else { &remark.within }
}

fn is_code_within(code: &str, wider: &str) -> bool {
    match wider.strip_suffix('*') {
        Some(beginning) => code.strip_suffix('*').unwrap_or(code).starts_with(beginning),
        None => code == wider,
    }
}

fn is_time_within(a: &PaidAt, b: &PaidAt) -> bool {
    let days = b.days.is_empty() || !a.days.is_empty() && a.days.iter().all(|day| b.days.contains(day));
    days && (b.from.is_none() && b.to.is_none() || (a.from, a.to) == (b.from, b.to))
}
