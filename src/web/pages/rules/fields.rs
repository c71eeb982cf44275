//! The form of one rule: a field for each thing a seller asks of an order, most of them empty.

use maud::{Markup, html};

use crate::db::shops::ShopRow;
use crate::domain::audit::AuditKind;
use crate::domain::deadline::calendar::WeekDay;
use crate::domain::money::Money;
use crate::domain::order::OrderKind;
use crate::domain::platform::Platform;
use crate::domain::rule::{
    Amount, Condition, PaidAt, PiecesOf, Range, Remark, RemarkPlace, Rule, Split, SplitBy,
};
use crate::web::lang::Text;
use crate::web::pages::workbench::chips::carriers;
use crate::web::texts::{audits as a, rules as t, words};
use crate::web::view::View;

/// Conditions as the form shows them: each thing once, as it has to be and as it must not be.
#[derive(Default)]
struct Shown<'a> {
    holds: Vec<&'a Condition>,
    holds_not: Vec<&'a Condition>,
}

/// Conditions that may be excluded in the form.
fn may_be_excluded(condition: &Condition) -> bool {
    matches!(
        condition,
        Condition::Shop(_)
            | Condition::Sku(_)
            | Condition::Region(_)
            | Condition::Remark(_)
            | Condition::Flag(_)
            | Condition::Tag(_)
    )
}

impl<'a> Shown<'a> {
    /// None for conditions that say more than the form can.
    fn of(condition: &'a Condition) -> Option<Self> {
        let list = match condition {
            Condition::All(list) => list.as_slice(),
            other => std::slice::from_ref(other),
        };
        let mut shown = Self::default();
        for one in list {
            let (holds, leaf) = match one {
                Condition::Not(inner) => (false, inner.as_ref()),
                other => (true, other),
            };
            let is_leaf = !matches!(leaf, Condition::All(_) | Condition::Any(_) | Condition::Not(_));
            let side = if holds { &mut shown.holds } else { &mut shown.holds_not };
            let is_new =
                !side.iter().any(|known| std::mem::discriminant(*known) == std::mem::discriminant(leaf));
            // What must not hold is asked for in words alone, wherever they stand.
            let is_plain = holds
                || may_be_excluded(leaf)
                    && !matches!(leaf, Condition::Remark(remark) if !remark.within.is_empty());
            if !is_leaf || !is_new || !is_plain || has_comma(leaf) {
                return None;
            }
            side.push(leaf);
        }
        Some(shown)
    }

    fn find<T>(&self, holds: bool, pick: impl Fn(&'a Condition) -> Option<T>) -> Option<T> {
        let side = if holds { &self.holds } else { &self.holds_not };
        side.iter().find_map(|one| pick(one))
    }
}

/// Values that a field of commas would take apart.
fn has_comma(condition: &Condition) -> bool {
    let list = match condition {
        Condition::Sku(list)
        | Condition::ShopSku(list)
        | Condition::Category(list)
        | Condition::Flag(list)
        | Condition::Tag(list)
        | Condition::BuyerTag(list)
        | Condition::Buyer(list) => list,
        Condition::PiecesOf(of) => &of.skus,
        Condition::Remark(remark) => &remark.any_of,
        _ => return false,
    };
    list.iter().any(|value| value.contains([',', '，', '、', '\n']))
}

/// The fields of a rule.
pub fn fields(view: &View, shops: &[ShopRow], rule: &Rule) -> Markup {
    let local = |time: Option<crate::domain::time::UtcTime>| time.map(|time| view.write_local(time));
    html! {
        div.row-form {
            label { span { (view.t(t::NAME)) } input name="name" value=(rule.name) maxlength="80" required autofocus autocomplete="off"; }
            label { span { (view.t(t::VALID_FROM)) } input type="datetime-local" name="from" value=[local(rule.from)]; }
            label { span { (view.t(t::VALID_UNTIL)) } input type="datetime-local" name="until" value=[local(rule.until)]; }
        }
        (tick("on", rule.on, view.t(t::SWITCH_ON)))
        h2 { (view.t(t::WHEN)) }
        @match Shown::of(&rule.when) {
            Some(shown) => { (conditions(view, shops, &shown)) }
            None => {
                p.hint { (view.t(t::AS_TEXT)) }
                input type="hidden" name="as_text" value="1";
                label { span { (view.t(t::WHEN)) } textarea name="when" rows="12" spellcheck="false" { (serde_json::to_string_pretty(&rule.when).unwrap_or_default()) } }
            }
        }
        h2 { (view.t(t::THEN)) }
        (actions(view, rule))
        (tick("stop", rule.stop, view.t(t::STOP)))
    }
}

fn tick(name: &str, is_on: bool, text: &str) -> Markup {
    html! { label.tick { input type="checkbox" name=(name) value="1" checked[is_on]; span { (text) } } }
}

fn text(view: &View, name: &str, label: Text, value: &str, hint: Option<Text>) -> Markup {
    html! { label { span { (view.t(label)) } input name=(name) value=(value) autocomplete="off"; @if let Some(hint) = hint { small { (view.t(hint)) } } } }
}

fn span(view: &View, name: &str, label: Text, range: Option<Range>) -> Markup {
    let range = range.unwrap_or_default();
    html! {
        label { span { (view.t(label)) " " (view.t(t::FROM)) } input type="number" min="0" name={ (name) "_from" } value=[range.at_least]; }
        label { span { (view.t(label)) " " (view.t(t::TO)) } input type="number" min="0" name={ (name) "_to" } value=[range.at_most]; }
    }
}

fn conditions(view: &View, shops: &[ShopRow], shown: &Shown) -> Markup {
    let list = |pick: &dyn Fn(&Condition) -> Option<&Vec<String>>, holds: bool| {
        shown.find(holds, |one| pick(one).map(|list| list.join(", "))).unwrap_or_default()
    };
    let range = |pick: &dyn Fn(&Condition) -> Option<Range>| shown.find(true, pick);
    let ids = |holds| {
        shown
            .find(holds, |one| if let Condition::Shop(ids) = one { Some(ids.clone()) } else { None })
            .unwrap_or_default()
    };
    let platforms = shown
        .find(true, |one| if let Condition::Platform(list) = one { Some(list.clone()) } else { None })
        .unwrap_or_default();
    let kinds = shown
        .find(true, |one| if let Condition::Kind(list) = one { Some(list.clone()) } else { None })
        .unwrap_or_default();
    let pieces_of =
        shown.find(true, |one| if let Condition::PiecesOf(of) = one { Some(of.clone()) } else { None });
    let amount =
        shown.find(true, |one| if let Condition::Amount(amount) = one { Some(amount.clone()) } else { None });
    let remark =
        shown.find(true, |one| if let Condition::Remark(remark) = one { Some(remark.clone()) } else { None });
    let paid = shown.find(true, |one| if let Condition::Paid(at) = one { Some(at.clone()) } else { None });
    let first = shown.find(true, |one| if let Condition::FirstOrder(is) = one { Some(*is) } else { None });
    let not_remark = shown.find(false, |one| {
        if let Condition::Remark(remark) = one { Some(remark.any_of.join(", ")) } else { None }
    });
    html! {
        p.hint { (view.t(t::ALL_OF)) }
        (shop_ticks(view, "shop", shops, &ids(true)))
        div.row-form {
            (text(view, "sku", t::SKUS, &list(&sku_of, true), Some(t::LIST_HINT)))
            (text(view, "category", t::CATEGORIES, &list(&|one| if let Condition::Category(list) = one { Some(list) } else { None }, true), None))
            (text(view, "region", t::REGIONS, &list(&region_of, true), Some(t::REGION_HINT)))
            (amount_fields(view, amount.as_ref()))
            (span(view, "weight", t::WEIGHT, range(&|one| if let Condition::WeightG(range) = one { Some(*range) } else { None })))
            (span(view, "pieces", t::PIECES, range(&|one| if let Condition::Pieces(range) = one { Some(*range) } else { None })))
        }
        (remark_fields(view, remark.as_ref()))
        details.fold {
            summary { (view.t(t::MORE_CONDITIONS)) }
            (ticks(view.t(t::PLATFORMS), "platform", Platform::ALL.iter().map(|one| (one.to_string(), view.t(words::platform(*one)).to_owned(), platforms.contains(one)))))
            (ticks(view.t(t::KINDS), "kind", OrderKind::ALL.iter().map(|one| (one.to_string(), view.t(words::kind(*one)).to_owned(), kinds.contains(one)))))
            (pieces_fields(view, pieces_of.as_ref()))
            div.row-form {
                (text(view, "shop_sku", t::SHOP_SKUS, &list(&|one| if let Condition::ShopSku(list) = one { Some(list) } else { None }, true), Some(t::LIST_HINT)))
                (span(view, "lines", t::LINES, range(&|one| if let Condition::Lines(range) = one { Some(*range) } else { None })))
                (span(view, "line_quantity", t::LINE_QUANTITY, range(&|one| if let Condition::LineQuantity(range) = one { Some(*range) } else { None })))
                (span(view, "orders", t::ORDERS, range(&|one| if let Condition::ShipmentOrders(range) = one { Some(*range) } else { None })))
                (text(view, "flag", t::FLAGS, &list(&flag_of, true), None))
                (text(view, "tag", t::TAGS, &list(&tag_of, true), None))
                (text(view, "buyer", t::BUYERS, &list(&|one| if let Condition::Buyer(list) = one { Some(list) } else { None }, true), None))
                (text(view, "buyer_tag", t::BUYER_TAGS, &list(&|one| if let Condition::BuyerTag(list) = one { Some(list) } else { None }, true), None))
                (text(view, "country", t::COUNTRIES, &list(&|one| if let Condition::Country(list) = one { Some(list) } else { None }, true), None))
                label { span { (view.t(t::FIRST)) } select name="first_order" {
                    option value="" { (view.t(t::EITHER)) }
                    option value="yes" selected[first == Some(true)] { (view.t(t::YES)) }
                    option value="no" selected[first == Some(false)] { (view.t(t::NO)) }
                } }
            }
            (paid_fields(view, paid.as_ref()))
        }
        details.fold open[!shown.holds_not.is_empty()] {
            summary { (view.t(t::EXCEPT)) }
            (shop_ticks(view, "not_shop", shops, &ids(false)))
            div.row-form {
                (text(view, "not_sku", t::SKUS, &list(&sku_of, false), None))
                (text(view, "not_region", t::REGIONS, &list(&region_of, false), None))
                (text(view, "not_words", t::REMARKS, &not_remark.unwrap_or_default(), None))
                (text(view, "not_flag", t::FLAGS, &list(&flag_of, false), None))
                (text(view, "not_tag", t::TAGS, &list(&tag_of, false), None))
            }
        }
    }
}

fn sku_of(one: &Condition) -> Option<&Vec<String>> {
    if let Condition::Sku(list) = one { Some(list) } else { None }
}

fn region_of(one: &Condition) -> Option<&Vec<String>> {
    if let Condition::Region(list) = one { Some(list) } else { None }
}

fn flag_of(one: &Condition) -> Option<&Vec<String>> {
    if let Condition::Flag(list) = one { Some(list) } else { None }
}

fn tag_of(one: &Condition) -> Option<&Vec<String>> {
    if let Condition::Tag(list) = one { Some(list) } else { None }
}

fn ticks(legend: &str, name: &str, items: impl Iterator<Item = (String, String, bool)>) -> Markup {
    html! {
        fieldset.week {
            legend { (legend) }
            @for (value, said, is_on) in items {
                label.tick { input type="checkbox" name=(name) value=(value) checked[is_on]; span { (said) } }
            }
        }
    }
}

fn shop_ticks(view: &View, name: &str, shops: &[ShopRow], chosen: &[crate::domain::id::ShopId]) -> Markup {
    ticks(
        view.t(t::SHOPS),
        name,
        shops.iter().map(|shop| (shop.id.to_string(), shop.name.clone(), chosen.contains(&shop.id))),
    )
}

fn plain(minor: i64, currency: &str) -> String {
    let text = Money::new(minor, currency).to_string();
    text.trim_end_matches(currency).trim().to_owned()
}

fn amount_fields(view: &View, amount: Option<&Amount>) -> Markup {
    let currency = amount.map_or("CNY", |amount| amount.currency.as_str());
    let money = |minor: Option<i64>| minor.map(|minor| plain(minor, currency));
    html! {
        label { span { (view.t(t::AMOUNT)) " " (view.t(t::FROM)) } input name="amount_from" inputmode="decimal" autocomplete="off" value=[money(amount.and_then(|amount| amount.at_least))]; }
        label { span { (view.t(t::AMOUNT)) " " (view.t(t::TO)) } input name="amount_to" inputmode="decimal" autocomplete="off" value=[money(amount.and_then(|amount| amount.at_most))]; }
        label { span { (view.t(t::CURRENCY)) } input name="currency" value=(currency) maxlength="3" size="4"; }
    }
}

fn remark_fields(view: &View, remark: Option<&Remark>) -> Markup {
    let words = remark.map(|remark| remark.any_of.join(", ")).unwrap_or_default();
    let is_any = remark.is_some_and(|remark| remark.any_of.is_empty());
    let is_in = |place: &RemarkPlace| remark.is_some_and(|remark| remark.within.contains(place));
    html! {
        div.row-form {
            (text(view, "words", t::REMARKS, &words, Some(t::REMARK_HINT)))
            (tick("any_remark", is_any, view.t(t::REMARK_ANY)))
        }
        (ticks(view.t(t::WITHIN), "within", RemarkPlace::ALL.iter().map(|place| (place.to_string(), view.t(t::place(*place)).to_owned(), is_in(place)))))
    }
}

fn pieces_fields(view: &View, of: Option<&PiecesOf>) -> Markup {
    let range = of.map(|of| Range { at_least: of.at_least, at_most: of.at_most });
    html! {
        div.row-form {
            (text(view, "pieces_of", t::PIECES_OF, &of.map(|of| of.skus.join(", ")).unwrap_or_default(), Some(t::LIST_HINT)))
            (span(view, "pieces_of", t::PIECES, range))
        }
    }
}

fn paid_fields(view: &View, at: Option<&PaidAt>) -> Markup {
    let is_on = |day: &WeekDay| at.is_some_and(|at| at.days.contains(day));
    let clock = |time: Option<crate::domain::deadline::DayTime>| time.map(|time| time.to_string());
    html! {
        (ticks(view.t(t::DAYS), "day", WeekDay::ALL.iter().map(|day| (day.to_string(), view.t(t::day(*day)).to_owned(), is_on(day)))))
        div.row-form {
            label { span { (view.t(t::PAID_FROM)) } input type="time" name="paid_from" value=[at.and_then(|at| clock(at.from))]; }
            label { span { (view.t(t::PAID_TO)) } input type="time" name="paid_to" value=[at.and_then(|at| clock(at.to))]; }
        }
    }
}

fn split_fields(view: &View, split: Option<&Split>) -> Markup {
    html! {
        div.row-form {
            label { span { (view.t(t::SPLIT)) } select name="split" {
                option value="" { (view.t(t::SPLIT_NOT)) }
                @for by in SplitBy::ALL { option value=(by) selected[split.is_some_and(|split| split.by == *by)] { (view.t(t::split_by(*by))) } }
            } }
            (text(view, "split_skus", t::SPLIT_SKUS, &split.map(|split| split.skus.join(", ")).unwrap_or_default(), Some(t::SPLIT_SKUS_HINT)))
            label { span { (view.t(t::SPLIT_PIECES)) } input type="number" min="1" name="split_pieces" value=[split.and_then(|split| split.pieces)]; }
        }
    }
}

fn actions(view: &View, rule: &Rule) -> Markup {
    let then = &rule.then;
    let hold = then.hold.as_ref();
    let gifts: Vec<String> =
        then.gifts.iter().map(|gift| format!("{}*{}", gift.sku, gift.quantity)).collect();
    let first = then.gifts.first();
    // One field for all gifts: those that differ stand as text.
    let is_uniform = then
        .gifts
        .iter()
        .all(|gift| first.is_some_and(|first| (gift.per, gift.at_most) == (first.per, first.at_most)));
    let known = carriers(view);
    html! {
        div.row-form {
            label { span { (view.t(t::CARRIER)) } select name="carrier" {
                option value="" { (view.t(t::NO_CARRIER)) }
                @if let Some(other) = then.carrier.as_ref().filter(|code| !known.iter().any(|(known, _)| known == *code)) { option value=(other) selected { (other) } }
                @for (code, name) in &known { option value=(code) selected[then.carrier.as_ref() == Some(code)] { (name) } }
            } }
            (text(view, "service", t::SERVICE, then.service.as_deref().unwrap_or_default(), None))
            (text(view, "warehouse", t::WAREHOUSE, then.warehouse.as_deref().unwrap_or_default(), None))
            (text(view, "give_flag", t::FLAG, then.flag.as_deref().unwrap_or_default(), None))
            (text(view, "give_tags", t::GIVE_TAGS, &then.tags.join(", "), None))
        }
        div.row-form {
            label { span { (view.t(t::HOLD)) } input name="hold" maxlength="200" value=[hold.map(|hold| &hold.reason)]; }
            label { span { (view.t(t::HOLD_UNTIL)) } input type="datetime-local" name="hold_until" value=[hold.and_then(|hold| hold.until).map(|time| view.write_local(time))]; }
            label { span { (view.t(t::HOLD_MINUTES)) } input type="number" min="1" name="hold_minutes" value=[hold.and_then(|hold| hold.minutes)]; }
        }
        @if !is_uniform {
            label { span { (view.t(t::GIFTS)) } textarea name="gifts_as_text" rows="6" spellcheck="false" { (serde_json::to_string_pretty(&then.gifts).unwrap_or_default()) } }
        } @else { div.row-form {
            label { span { (view.t(t::GIFTS)) } textarea name="gifts" rows="2" { (gifts.join("\n")) } small { (view.t(t::GIFTS_HINT)) } }
            label { span { (view.t(t::GIFT_PER)) } input name="gift_per" inputmode="decimal" value=[first.and_then(|gift| gift.per).map(|per| plain(per, "CNY"))]; }
            label { span { (view.t(t::GIFT_MOST)) } input type="number" min="1" name="gift_most" value=[first.and_then(|gift| gift.at_most)]; }
        } }
        (split_fields(view, then.split.as_ref()))
        (ticks(view.t(t::AUDITS), "audit", AuditKind::ALL.iter().map(|kind| (kind.to_string(), view.t(a::kind(*kind)).to_owned(), then.audits.contains(kind)))))
    }
}
