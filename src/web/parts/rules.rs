//! Rules in words, and what they decided on an order with what a person may say to it.

use maud::{Markup, html};

use super::events::People;
use crate::db::shops::ShopRow;
use crate::domain::actor::Right;
use crate::domain::audit::AuditKind;
use crate::domain::money::Money;
use crate::domain::rule::analysis::Finding;
use crate::domain::rule::{ActionKind, Actions, Condition, Fate, Outcome, Range, SplitBy};
use crate::operations::orders::OrderView;
use crate::web::icons::icon;
use crate::web::lang::Text;
use crate::web::pages::workbench::chips::{carrier_name, carriers};
use crate::web::shell::csrf;
use crate::web::texts::{audits as a, rules as t, words};
use crate::web::view::View;

/// When a rule matches, as a sentence.
pub fn when(view: &View, shops: &[ShopRow], condition: &Condition) -> String {
    if condition.is_nothing() {
        return view.t(t::EVERY_ORDER).to_owned();
    }
    let joined = |list: &[Condition], between: Text| {
        let parts: Vec<String> = list
            .iter()
            .map(|one| match one {
                Condition::All(inner) | Condition::Any(inner) if inner.len() > 1 => {
                    format!("({})", when(view, shops, one))
                }
                _ => when(view, shops, one),
            })
            .collect();
        parts.join(view.t(between))
    };
    let of = |name: Text, values: Vec<String>| {
        t::ANY_OF.with(view.lang, &[&view.t(name), &values.join(view.lang.pick(", ", "、"))])
    };
    let span = |name: &str, range: Range| match (range.at_least, range.at_most) {
        (Some(least), Some(most)) => t::BETWEEN.with(view.lang, &[&name, &least, &most]),
        (Some(least), None) => t::AT_LEAST.with(view.lang, &[&name, &least]),
        (None, most) => t::AT_MOST.with(view.lang, &[&name, &most.unwrap_or_default()]),
    };
    match condition {
        Condition::All(list) => joined(list, t::AND),
        Condition::Any(list) => joined(list, t::OR),
        Condition::Not(one) => t::NOT.with(view.lang, &[&when(view, shops, one)]),
        Condition::Shop(ids) => {
            let name = |id: &crate::domain::id::ShopId| {
                shops
                    .iter()
                    .find(|shop| shop.id == *id)
                    .map_or_else(|| id.to_string(), |shop| shop.name.clone())
            };
            of(t::SHOPS, ids.iter().map(name).collect())
        }
        Condition::Platform(list) => {
            of(t::PLATFORMS, list.iter().map(|one| view.t(words::platform(*one)).to_owned()).collect())
        }
        Condition::Kind(list) => {
            of(t::KINDS, list.iter().map(|one| view.t(words::kind(*one)).to_owned()).collect())
        }
        Condition::Sku(codes) => of(t::SKUS, codes.clone()),
        Condition::Category(names) => of(t::CATEGORIES, names.clone()),
        Condition::ShopSku(codes) => of(t::SHOP_SKUS, codes.clone()),
        Condition::PiecesOf(pieces) => {
            let name = of(t::PIECES_OF, pieces.skus.clone());
            span(&name, Range { at_least: pieces.at_least, at_most: pieces.at_most })
        }
        Condition::Pieces(range) => span(view.t(t::PIECES), *range),
        Condition::Lines(range) => span(view.t(t::LINES), *range),
        Condition::LineQuantity(range) => span(view.t(t::LINE_QUANTITY), *range),
        Condition::WeightG(range) => span(view.t(t::WEIGHT), *range),
        Condition::ShipmentOrders(range) => span(view.t(t::IN_PARCEL), *range),
        Condition::Amount(amount) => {
            let money = |minor: i64| Money::new(minor, &amount.currency).to_string();
            let name = view.t(t::AMOUNT);
            match (amount.at_least, amount.at_most) {
                (Some(least), Some(most)) => {
                    t::BETWEEN.with(view.lang, &[&name, &money(least), &money(most)])
                }
                (Some(least), None) => t::AT_LEAST.with(view.lang, &[&name, &money(least)]),
                (None, most) => t::AT_MOST.with(view.lang, &[&name, &money(most.unwrap_or_default())]),
            }
        }
        Condition::Region(codes) => of(t::REGIONS, codes.clone()),
        Condition::Country(codes) => of(t::COUNTRIES, codes.clone()),
        Condition::Remark(remark) => match (remark.any_of.is_empty(), remark.within.is_empty()) {
            (true, true) => view.t(t::REMARK_ANY).to_owned(),
            (true, false) => {
                of(t::REMARK_ANY, remark.within.iter().map(|one| view.t(t::place(*one)).to_owned()).collect())
            }
            (false, _) => of(t::REMARKS, remark.any_of.clone()),
        },
        Condition::Flag(flags) => {
            of(t::FLAGS, flags.iter().map(|one| view.t(words::flag(one)).to_owned()).collect())
        }
        Condition::Tag(tags) => of(t::TAGS, tags.clone()),
        Condition::Buyer(nicks) => of(t::BUYERS, nicks.clone()),
        Condition::BuyerTag(tags) => of(t::BUYER_TAGS, tags.clone()),
        Condition::FirstOrder(is) => of(t::FIRST, vec![view.t(if *is { t::YES } else { t::NO }).to_owned()]),
        Condition::Paid(at) => {
            let mut said: Vec<String> = at.days.iter().map(|day| view.t(t::day(*day)).to_owned()).collect();
            if at.from.is_some() || at.to.is_some() {
                let clock = |time: Option<crate::domain::deadline::DayTime>, other: &str| {
                    time.map_or_else(|| other.to_owned(), |time| time.to_string())
                };
                said.push(format!("{}–{}", clock(at.from, "00:00"), clock(at.to, "24:00")));
            }
            of(t::DAYS, said)
        }
    }
}

/// What a rule does, as a sentence.
pub fn then(view: &View, actions: &Actions) -> String {
    let mut said = Vec::new();
    let mut say = |kind: ActionKind, value: String| {
        said.push(t::ANY_OF.with(view.lang, &[&view.t(t::kind(kind)), &value]));
    };
    for kind in ActionKind::ALL {
        if let Some(value) = actions.single(*kind) {
            say(*kind, value_of(view, *kind, value, None));
        }
    }
    let between = view.lang.pick(", ", "、");
    if !actions.tags.is_empty() {
        say(ActionKind::Tag, actions.tags.join(between));
    }
    if let Some(hold) = &actions.hold {
        say(ActionKind::Hold, hold.reason.clone());
    }
    for gift in &actions.gifts {
        say(ActionKind::Gift, value_of(view, ActionKind::Gift, &gift.sku, Some(gift.quantity)));
    }
    for audit in &actions.audits {
        say(ActionKind::Audit, value_of(view, ActionKind::Audit, audit.as_str(), None));
    }
    said.join(view.lang.pick("; ", "；"))
}

/// What is decided, in the reader's words.
pub fn value_of(view: &View, kind: ActionKind, value: &str, quantity: Option<i64>) -> String {
    match kind {
        ActionKind::Carrier if !value.is_empty() => carrier_name(view, value),
        ActionKind::Flag if !value.is_empty() => view.t(words::flag(value)).to_owned(),
        ActionKind::Split => split_of(view, value, quantity),
        ActionKind::Gift => quantity.map_or_else(|| value.to_owned(), |pieces| format!("{value} × {pieces}")),
        ActionKind::Audit => {
            AuditKind::parse(value).map_or_else(|_| value.to_owned(), |kind| view.t(a::kind(kind)).to_owned())
        }
        _ => value.to_owned(),
    }
}

/// By what an order is split, and into how many parcels.
fn split_of(view: &View, by: &str, parcels: Option<i64>) -> String {
    let by = SplitBy::parse(by).map_or_else(|_| by.to_owned(), |by| view.t(t::split_by(by)).to_owned());
    match parcels {
        Some(parcels) => t::SPLIT_INTO.with(view.lang, &[&by, &parcels]),
        None => by,
    }
}

/// Gives gifts by hand, in place of those of rules.
fn gift_form(view: &View, order: &OrderView, back: &str) -> Markup {
    html! {
        details.fold {
            summary { (view.t(t::GIFT_BY_HAND)) }
            form.row-form method="post" action={ "/orders/" (order.id) "/rule-overrides" } data-trouble-here {
                (csrf(view))
                input type="hidden" name="back" value=(back);
                input type="hidden" name="kind" value="gift";
                label { span { (view.t(t::GIFTS)) } input name="value" maxlength="400" autocomplete="off" placeholder="CUP*2; BAG"; small { (view.t(t::GIFT_BY_HAND_HINT)) } }
                button type="submit" { (view.t(t::SET)) }
            }
        }
    }
}

/// What is odd about rules; nothing without.
pub fn findings(view: &View, findings: &[Finding]) -> Markup {
    html! {
        @if !findings.is_empty() {
            section.panel.is-blocked #findings {
                h2 { (icon("alarm")) " " (view.t(t::ODD)) }
                ul.plain { @for one in findings { li {
                    a href={ "/rules/" (one.rule) } { (one.name) } ": " (view.lang.pick(&one.message, &one.message_zh))
                } } }
            }
        }
    }
}

/// What rules decided on an order, and what a person may decide instead. `back` is where its forms lead.
pub fn panel(view: &View, people: &People, order: &OrderView, back: &str) -> Markup {
    let may = view.may(Right::Audit);
    html! {
        @if let Some(rules) = &order.rules {
            section.panel #rules data-trouble-here {
                h2 { (view.t(t::DECIDED)) }
                p.hint { (t::DECIDED_BY.with(view.lang, &[&rules.version, &view.moment(rules.decided_at)])) }
                table.lines { tbody {
                    @for one in &rules.outcomes { tr.is-undone[!one.counts()] {
                        td { (view.t(t::kind(one.kind))) }
                        td { b { (value_of(view, one.kind, &one.value, one.quantity)) }
                            @if let Some(until) = one.until { " " small { "→ " (view.moment(until)) } } }
                        td { @if one.rule.is_empty() { (people.name(&one.name)) }
                            @else if view.may(Right::Manage) { a href={ "/rules/" (one.rule) } { (one.name) } } @else { (one.name) } }
                        td { small { (outcome(view, &rules.outcomes, one)) } }
                        td { @if may && one.fate == Fate::Won {
                            (word(view, order, back, "rule-overrides", one.kind, &one.rule,
                                if one.kind == ActionKind::Hold { t::LET_GO } else { t::TAKE_BACK }))
                        } }
                    } }
                } }
                @if let Some(key) = &rules.stopped_by { p.hint { (t::STOPPED.with(view.lang, &[&name_of(&rules.outcomes, key)])) } }
                @if may {
                    @for one in &rules.overrides { p {
                        (view.t(t::kind(one.kind))) " · " (view.t(t::BY_HAND)) " " small { (people.name(&one.by)) ", " (view.moment(one.at)) } " "
                        (word(view, order, back, "rule-overrides/end", one.kind, "", t::GIVE_BACK))
                    } }
                    form.row-form method="post" action={ "/orders/" (order.id) "/rule-overrides" } {
                        (csrf(view))
                        input type="hidden" name="back" value=(back);
                        input type="hidden" name="kind" value="carrier";
                        label { span { (view.t(t::SET_CARRIER)) } select name="value" {
                            option value="" { (view.t(t::NO_CARRIER)) }
                            @for (code, name) in carriers(view) { option value=(code) { (name) } }
                        } }
                        button type="submit" { (view.t(t::SET)) }
                    }
                }
            }
        }
        @if may { (gift_form(view, order, back)) }
    }
}

fn word(
    view: &View,
    order: &OrderView,
    back: &str,
    act: &str,
    kind: ActionKind,
    rule: &str,
    text: Text,
) -> Markup {
    html! {
        form method="post" action={ "/orders/" (order.id) "/" (act) } {
            (csrf(view))
            input type="hidden" name="back" value=(back);
            input type="hidden" name="kind" value=(kind);
            input type="hidden" name="rule" value=(rule);
            button.quiet type="submit" { (view.t(text)) }
        }
    }
}

/// One outcome in a line: what, by which rule, and what became of it.
pub fn outcome_line(view: &View, one: &Outcome) -> String {
    let value = value_of(view, one.kind, &one.value, one.quantity);
    let said = t::ANY_OF.with(view.lang, &[&view.t(t::kind(one.kind)), &value]);
    format!("{said} · {} · {}", one.name, view.t(t::fate(one.fate)))
}

fn outcome(view: &View, all: &[Outcome], one: &Outcome) -> String {
    match &one.lost_to {
        Some(key) => t::LOST_TO.with(view.lang, &[&name_of(all, key)]),
        None => view.t(t::fate(one.fate)).to_owned(),
    }
}

/// The name of a rule that has an outcome here; else its key.
fn name_of<'a>(all: &'a [Outcome], key: &'a str) -> &'a str {
    all.iter().find(|one| one.rule == key).map_or(key, |one| one.name.as_str())
}
