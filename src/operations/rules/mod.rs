//! Rules: kept in versions, applied with every change of an order, and looked at before they run.
//!
//! What rules decide is derived, never set: whatever judges an order asks the rules that count ([`Ruling`]), and stores the
//! decision with that change ([`follow`]). Another set of rules marks what waits to be judged anew. What a person decided on
//! one order stands above all of them ([`by_hand`]).

mod by_hand;
mod dry_run;
pub(crate) mod follow;
mod ready;
mod ruling;
mod view;

use std::collections::HashSet;
use std::time::Duration;

use serde::Serialize;
use serde_json::json;

use crate::db::events::{self, NewEvent};
use crate::db::jobs::{self, JobKind, NewJob, RunAt};
use crate::db::rules::{self as record, SetHead};
use crate::db::{Db, Tx, sellers, shops, skus};
use crate::domain::error::{Error, FieldError};
use crate::domain::id::{OrderId, RuleRunId, ShipmentId};
use crate::domain::rule::analysis::{Finding, RuleFindingCode, findings};
use crate::domain::rule::text::{checked, parse};
use crate::domain::rule::{Condition, Rule, RuleSet};
use crate::domain::time::UtcTime;
use crate::operations::shipments::again;

pub use by_hand::{NewOverride, give, take_back};
pub use dry_run::{BATCH, DRY_RUN, DryRunView, begin as dry_run, one as dry_run_view, step as dry_run_step};
pub use ready::{Ready, ready};
pub use ruling::Ruling;
pub use view::{OrderRules, OverrideView, of_orders};

/// Judges everything that waits by a seller's first rules once more.
pub const FIRST_RULES: JobKind =
    JobKind { name: "rules.first", lane: "house", max_attempts: 5, max_crashes: 5 };

/// Longest write that may have begun before a seller had rules, and so has not seen them.
const SLOWEST_WRITE: Duration = Duration::from_secs(60);

/// The rules that count.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct RulesView {
    /// Counts every change; 0 while there never were any rules.
    pub version: i64,
    pub changed_by: Option<String>,
    pub changed_at: Option<UtcTime>,
    pub rules: Vec<Rule>,
    /// What is odd about them.
    pub findings: Vec<Finding>,
    /// Shipments that wait to be judged anew.
    pub being_judged: i64,
}

/// The rules that count, with what is odd about them.
///
/// # Errors
/// When the record cannot be read.
pub fn current(db: &mut Db) -> Result<RulesView, Error> {
    let (head, set) = newest(db)?;
    let findings = look_at(db, &set)?;
    Ok(RulesView {
        version: head.as_ref().map_or(0, |head| head.version),
        changed_at: head.as_ref().map(|head| head.changed_at),
        changed_by: head.map(|head| head.changed_by),
        rules: set.rules,
        findings,
        being_judged: record::marked(db)?,
    })
}

fn newest(db: &mut Db) -> Result<(Option<SetHead>, RuleSet), Error> {
    let head = record::heads(db, 1)?.pop();
    let set = match &head {
        Some(head) => ready::read(db, head.version)?,
        None => RuleSet::default(),
    };
    Ok((head, set))
}

/// What is odd about a set, also by what is here: shops and SKUs that rules name.
///
/// # Errors
/// When the record cannot be read.
pub fn look_at(db: &mut Db, set: &RuleSet) -> Result<Vec<Finding>, Error> {
    let mut found = findings(set, db.now());
    let there: HashSet<String> = shops::all(db)?.into_iter().map(|shop| shop.id.to_string()).collect();
    let mut named: Vec<&str> = set.rules.iter().flat_map(|rule| names(rule).1).collect();
    named.sort_unstable();
    named.dedup();
    let known: HashSet<String> = match named.is_empty() {
        true => HashSet::new(),
        false => skus::by_codes(db, &named)?.into_iter().map(|sku| sku.code).collect(),
    };
    for rule in set.rules.iter().filter(|rule| rule.on) {
        let (shops, skus) = names(rule);
        for shop in shops.iter().filter(|shop| !there.contains(*shop)) {
            let (english, chinese) = (format!("There is no shop {shop}."), format!("没有店铺 {shop}。"));
            found.push(Finding::new(RuleFindingCode::Unknown, rule, None, english, chinese));
        }
        for sku in skus.iter().filter(|sku| !known.contains(**sku)) {
            let (english, chinese) =
                (format!("There is no SKU {sku:?}."), format!("没有自有编码「{sku}」。"));
            found.push(Finding::new(RuleFindingCode::Unknown, rule, None, english, chinese));
        }
    }
    Ok(found)
}

/// The shops and the whole own SKUs that a rule names.
fn names(rule: &Rule) -> (Vec<String>, Vec<&str>) {
    let (mut shops, mut skus) = (Vec::new(), Vec::new());
    rule.when.walk(&mut |one| match one {
        Condition::Shop(list) => shops.extend(list.iter().map(ToString::to_string)),
        Condition::Sku(list) => skus.extend(list.iter().map(String::as_str)),
        Condition::PiecesOf(of) => skus.extend(of.skus.iter().map(String::as_str)),
        _ => {}
    });
    skus.extend(rule.then.gifts.iter().map(|gift| gift.sku.as_str()));
    skus.retain(|sku| !sku.ends_with('*'));
    (shops, skus)
}

/// Another set takes the place of the one that was seen as `seen`; without it, of whichever counts. Everything that waits
/// follows.
///
/// # Errors
/// Every field that cannot be taken; a conflict when the rules were changed meanwhile.
pub fn replace(tx: &mut Tx, seen: Option<i64>, set: RuleSet) -> Result<RulesView, Error> {
    change(tx, seen, |_| Ok(set.clone()))
}

/// A text takes the place of the rules.
///
/// # Errors
/// As [`replace`]; each error names rule, field and value.
pub fn replace_by_text(tx: &mut Tx, seen: Option<i64>, text: &str) -> Result<RulesView, Error> {
    let set = parse(text).map_err(Error::Invalid)?;
    replace(tx, seen, set)
}

/// Adds a rule at a place of the list, from 0; at its end without one.
///
/// # Errors
/// As [`replace`].
pub fn add(tx: &mut Tx, seen: Option<i64>, rule: &Rule, place: Option<usize>) -> Result<RulesView, Error> {
    change(tx, seen, |mut set| {
        set.rules.insert(place.unwrap_or(set.rules.len()).min(set.rules.len()), rule.clone());
        Ok(set)
    })
}

/// A rule takes the place of the one with this key; it keeps the key.
///
/// # Errors
/// [`Error::Missing`] without such a rule; else as [`replace`].
pub fn change_one(tx: &mut Tx, seen: Option<i64>, key: &str, rule: &Rule) -> Result<RulesView, Error> {
    change(tx, seen, |mut set| {
        let at = place_of(&set, key)?;
        set.rules[at] = Rule { key: key.to_owned(), ..rule.clone() };
        Ok(set)
    })
}

/// The rules of a dry run take the place of those that were seen as `seen`.
///
/// # Errors
/// [`Error::Missing`] when the run is not kept any more; else as [`replace`].
pub fn keep_dry_run(tx: &mut Tx, seen: Option<i64>, id: RuleRunId) -> Result<RulesView, Error> {
    let set = dry_run::rules_of(tx, id)?;
    replace(tx, seen, set)
}

/// Switches a rule on or off.
///
/// # Errors
/// As [`change_one`].
pub fn switch(tx: &mut Tx, seen: Option<i64>, key: &str, on: bool) -> Result<RulesView, Error> {
    change(tx, seen, |mut set| {
        let at = place_of(&set, key)?;
        set.rules[at].on = on;
        Ok(set)
    })
}

/// Moves a rule to a place of the list, from 0; beyond the end it is the last.
///
/// # Errors
/// As [`change_one`].
pub fn move_to(tx: &mut Tx, seen: Option<i64>, key: &str, place: usize) -> Result<RulesView, Error> {
    change(tx, seen, |mut set| {
        let rule = set.rules.remove(place_of(&set, key)?);
        set.rules.insert(place.min(set.rules.len()), rule);
        Ok(set)
    })
}

/// Takes a rule out.
///
/// # Errors
/// As [`change_one`].
pub fn remove(tx: &mut Tx, seen: Option<i64>, key: &str) -> Result<RulesView, Error> {
    change(tx, seen, |mut set| {
        set.rules.remove(place_of(&set, key)?);
        Ok(set)
    })
}

fn place_of(set: &RuleSet, key: &str) -> Result<usize, Error> {
    set.rules.iter().position(|rule| rule.key == key).ok_or_else(|| Error::missing("rule", key))
}

fn change(
    tx: &mut Tx,
    seen: Option<i64>,
    work: impl FnOnce(RuleSet) -> Result<RuleSet, Error>,
) -> Result<RulesView, Error> {
    // Whoever judges orders right now ends first, so that their shipments are there to be marked.
    sellers::lock(tx)?;
    let (head, old) = newest(tx)?;
    let version = head.as_ref().map_or(0, |head| head.version);
    if let Some(seen) = seen.filter(|seen| *seen != version) {
        return Err(Error::conflict(
            "rules_changed",
            format!("The rules were changed meanwhile: version {seen} was seen, {version} counts."),
            "Read them again, then change them.",
        ));
    }
    let set = checked(work(old.clone())?).map_err(Error::Invalid)?;
    gifts_are_there(tx, &set)?;
    if set == old && head.is_some() {
        return current(tx);
    }
    let next = ready::keep(tx, head.as_ref(), &set)?;
    let rules: Vec<&str> = differing(&old, &set);
    let data = json!({ "version": next, "rules": set.rules.len(), "changed": rules });
    let seller = tx.seller();
    events::record(
        tx,
        &[NewEvent { kind: "rules.changed", subject_kind: "seller", subject: seller.0, data }],
    )?;
    record::look_again(tx)?;
    again::judge_marked(tx)?;
    if head.is_none() {
        // Who began to judge before there were rules has not waited for this write.
        let once_more = NewJob { run_at: RunAt::After(SLOWEST_WRITE), ..NewJob::new(FIRST_RULES, json!({})) };
        jobs::enqueue(tx, once_more.unique("first"))?;
    }
    current(tx)
}

/// Has a seller a list of rules, if only an empty one.
fn begin(tx: &mut Tx) -> Result<(), Error> {
    if !record::heads(tx, 1)?.is_empty() {
        return Ok(());
    }
    sellers::lock(tx)?;
    if record::heads(tx, 1)?.is_empty() {
        ready::keep(tx, None, &RuleSet::default())?;
    }
    Ok(())
}

/// Keys of the rules that are new, others or gone.
fn differing<'a>(old: &'a RuleSet, new: &'a RuleSet) -> Vec<&'a str> {
    let own = |set: &'a RuleSet, other: &'a RuleSet| {
        set.rules.iter().filter(|rule| !other.rules.contains(rule)).map(|rule| rule.key.as_str())
    };
    let mut keys: Vec<&str> = own(old, new).chain(own(new, old)).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// A gift that is not here could not be packed.
fn gifts_are_there(tx: &mut Tx, set: &RuleSet) -> Result<(), Error> {
    let gifts = || {
        set.rules.iter().enumerate().flat_map(|(at, rule)| {
            rule.then.gifts.iter().enumerate().map(move |(place, gift)| (at, rule, place, gift))
        })
    };
    let mut codes: Vec<&str> = gifts().map(|(.., gift)| gift.sku.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    if codes.is_empty() {
        return Ok(());
    }
    let known: HashSet<String> = skus::by_codes(tx, &codes)?.into_iter().map(|sku| sku.code).collect();
    let errors: Vec<FieldError> = gifts()
        .filter(|(.., gift)| !known.contains(&gift.sku))
        .map(|(at, rule, place, gift)| {
            let detail = format!(
                "Rule {} {:?}: there is no SKU {:?}; write it down first, or name another",
                at + 1,
                rule.name,
                gift.sku
            );
            FieldError::new(format!("rules[{at}].then.gifts[{place}].sku"), "sku_unknown", detail)
        })
        .collect();
    if errors.is_empty() { Ok(()) } else { Err(Error::Invalid(errors)) }
}

/// Which orders are judged anew.
#[derive(Debug, Clone)]
pub enum Which {
    /// All that wait.
    All,
    Orders(Vec<OrderId>),
    /// Those in these shipments.
    Shipments(Vec<ShipmentId>),
}

/// Has orders judged anew by the rules that count. Answers how many shipments are.
///
/// # Errors
/// When the record cannot be read or written.
pub fn run(tx: &mut Tx, which: &Which) -> Result<usize, Error> {
    let marked = match which {
        Which::All => record::look_again(tx)?,
        Which::Orders(orders) => record::look_again_at(tx, orders)?,
        Which::Shipments(shipments) => record::look_again_in(tx, shipments)?,
    };
    again::judge_marked(tx)?;
    Ok(marked)
}

/// Has everything that waits judged anew, where there are rules: they go by the clock on the seller's wall, and that is
/// another one now.
///
/// # Errors
/// When the record cannot be read or written.
pub fn clock_changed(tx: &mut Tx) -> Result<(), Error> {
    if record::heads(tx, 1)?.is_empty() {
        return Ok(());
    }
    sellers::lock(tx)?;
    run(tx, &Which::All).map(drop)
}

/// Whether what own SKUs are and mean decides on orders.
///
/// # Errors
/// When the record cannot be read.
pub fn ask_for_skus(db: &mut Db) -> Result<bool, Error> {
    let zone = sellers::settings(db)?.time_zone;
    Ok(ready(db, zone)?.is_some_and(|rules| rules.compiled.asks().own_skus))
}
