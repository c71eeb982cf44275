//! The top: one search box, every filter as a chip that can be taken away, and the form that adds them.

use maud::{Markup, html};

use super::columns::{self, Column};
use super::query::{FILTERS, FIND, TIMES, Wish, Words};
use crate::db::shops::ShopRow;
use crate::domain::carrier_service::DeliveryKind;
use crate::domain::platform::Platform;
use crate::domain::shipment::PrintState;
use crate::domain::time::UtcTime;
use crate::domain::waybill::Format;
use crate::web::icons::icon;
use crate::web::lang::Text;
use crate::web::shell::csrf;
use crate::web::texts::{audits as a, carriers as c, words, workbench as t};
use crate::web::view::View;

/// What a filter is called.
fn label(name: &str) -> Text {
    match name {
        "shop" => t::SHOP,
        "platform" => t::PLATFORM,
        "carrier" => t::CARRIER,
        "service" => c::SERVICE,
        "warehouse" => c::WAREHOUSE,
        "print" => t::PRINT,
        "remark" => t::REMARK,
        "audit" => a::AUDIT,
        "flag" => t::FLAG,
        "merged" => t::MERGED,
        "region" => t::REGION,
        "sku" => t::SKU,
        "tag" => t::TAG,
        "paid_from" => t::PAID_FROM,
        "paid_to" => t::PAID_TO,
        "ship_by_from" => t::SHIP_BY_FROM,
        "ship_by_before" => t::SHIP_BY_BEFORE,
        "overdue" => t::OVERDUE,
        "pieces_from" => t::PIECES_FROM,
        _ => t::PIECES_TO,
    }
}

/// What a filter can be chosen from; nothing for those that are typed.
fn choices(view: &View, name: &str, shops: &[ShopRow]) -> Vec<(String, String)> {
    let of = |list: &[(&str, Text)]| {
        list.iter().map(|(v, text)| ((*v).to_owned(), view.t(*text).to_owned())).collect()
    };
    match name {
        "shop" => shops.iter().map(|shop| (shop.id.to_string(), shop.name.clone())).collect(),
        "platform" => {
            let mut there: Vec<Platform> = shops.iter().map(|shop| shop.platform).collect();
            there.sort();
            there.dedup();
            there.iter().map(|one| (one.to_string(), view.t(words::platform(*one)).to_owned())).collect()
        }
        "carrier" => ways(view),
        "print" => PrintState::ALL
            .iter()
            .map(|one| (one.to_string(), view.t(words::print(*one)).to_owned()))
            .collect(),
        "remark" => of(&[
            ("any", t::ANY_REMARK),
            ("message", t::MESSAGE),
            ("memo", t::MEMO),
            ("note", t::NOTE),
            ("none", t::NO_REMARK),
        ]),
        "audit" => of(&[
            ("any", a::ANY),
            ("customer", a::CUSTOMER),
            ("finance", a::FINANCE),
            ("left_over", a::LEFT_OVER),
        ]),
        "flag" => of(words::FLAGS),
        "merged" | "overdue" => of(&[("true", t::YES), ("false", t::NO)]),
        _ => Vec::new(),
    }
}

/// Every carrier once, by code.
pub fn carriers(view: &View) -> Vec<(String, String)> {
    let mut list: Vec<(String, String)> = Vec::new();
    for format in Format::all() {
        let carrier = format.carrier;
        if !list.iter().any(|(code, _)| code == carrier.code) {
            list.push((carrier.code.to_owned(), view.lang.pick(carrier.name, carrier.name_zh).to_owned()));
        }
    }
    list
}

/// Every carrier, and the ways that need none.
fn ways(view: &View) -> Vec<(String, String)> {
    let without = DeliveryKind::ALL.iter().filter(|kind| !kind.has_number());
    let without = without.map(|kind| (kind.to_string(), view.t(c::kind(*kind)).to_owned()));
    carriers(view).into_iter().chain(without).collect()
}

/// The name of a carrier's code; the code itself when it is nobody's.
pub fn carrier_name(view: &View, code: &str) -> String {
    if let Ok(kind) = DeliveryKind::parse(code) {
        return view.t(c::kind(kind)).to_owned();
    }
    let format = Format::of_carrier(code).next();
    format.map_or(code, |format| view.lang.pick(format.carrier.name, format.carrier.name_zh)).to_owned()
}

/// The bar with the search box, the chips, the sort and the columns.
pub fn bar(view: &View, wish: &Wish, shops: &[ShopRow], chosen: &[Column]) -> Markup {
    let words = &wish.words;
    html! {
        div.search-bar role="search" {
            form.search method="post" action="/workbench/search" {
                (csrf(view))
                @for (name, value) in words.pairs().filter(|(name, _)| *name != FIND) {
                    input type="hidden" name=(name) value=(value);
                }
                (icon("search"))
                label.visually-hidden for="search" { (view.t(t::SEARCH)) }
                input #search type="search" name="typed" value=(wish.search) maxlength="200" autocomplete="off"
                    placeholder=(view.t(t::SEARCH_HINT)) aria-keyshortcuts="/";
                kbd aria-hidden="true" { "/" }
            }
            (filter_form(view, words, shops))
            (sort_form(view, words))
            (columns::form(view, chosen, &words.href()))
        }
        @if words.is_narrow() {
            ul.chips aria-label=(view.t(t::FILTERS)) {
                @if !wish.search.is_empty() { (chip(view, words, FIND, view.t(t::FOUND), &wish.search)) }
                @for name in FILTERS.iter().filter(|name| !words.get(name).is_empty()) {
                    (chip(view, words, name, view.t(label(name)), &shown(view, name, words.get(name), shops)))
                }
                li { a.clear href=(words.only(&["state", "sort"]).href()) { (view.t(t::CLEAR_ALL)) } }
            }
        }
    }
}

fn chip(view: &View, words: &Words, name: &str, label: &str, value: &str) -> Markup {
    html! {
        li.chip {
            span { span.chip-name { (label) } " " (value) }
            a href=(words.with(name, "").href()) aria-label=(t::REMOVE_CHIP.with(view.lang, &[&label])) { (icon("cross")) }
        }
    }
}

/// A filter's value as a person reads it.
fn shown(view: &View, name: &str, value: &str, shops: &[ShopRow]) -> String {
    if let Ok(moment) = UtcTime::parse(value) {
        return view.moment(moment);
    }
    let choices = choices(view, name, shops);
    let one = |word: &str| {
        choices.iter().find(|(code, _)| code == word).map_or(word.to_owned(), |(_, text)| text.clone())
    };
    value.split(',').map(one).collect::<Vec<_>>().join(", ")
}

fn filter_form(view: &View, words: &Words, shops: &[ShopRow]) -> Markup {
    html! {
        details.filters.menu {
            summary { (icon("plus")) (view.t(t::FILTER)) }
            form.menu-body.filter-grid method="get" action="/workbench" {
                @for name in ["state", "sort", FIND].iter().filter(|name| !words.get(name).is_empty()) {
                    input type="hidden" name=(name) value=(words.get(name));
                }
                @for name in FILTERS {
                    @let choices = choices(view, name, shops);
                    @let value = words.get(name);
                    label { span { (view.t(label(name))) }
                        @if !choices.is_empty() {
                            select name=(name) {
                                option value="" { (view.t(t::ANY)) }
                                @for (code, text) in &choices { option value=(code) selected[code == value] { (text) } }
                                // A list that came by address stays what it is.
                                @if value.contains(',') { option value=(value) selected { (shown(view, name, value, shops)) } }
                            }
                        } @else if TIMES.contains(name) {
                            @let local = UtcTime::parse(value).map(|moment| view.write_local(moment)).unwrap_or_default();
                            input type="datetime-local" name=(name) value=(local);
                        } @else if name.starts_with("pieces") {
                            input type="number" min="0" name=(name) value=(value);
                        } @else {
                            input name=(name) value=(value) placeholder=[(*name == "region").then(|| view.t(t::REGION_HINT))];
                        }
                    }
                }
                div.form-end { button.primary type="submit" { (view.t(t::APPLY)) } }
            }
        }
    }
}

fn sort_form(view: &View, words: &Words) -> Markup {
    let sorts = [
        ("", t::SORT_SHIP_BY),
        ("-ship_by", t::SORT_SHIP_BY_LAST),
        ("created", t::SORT_CREATED),
        ("-created", t::SORT_CREATED_LAST),
    ];
    let now =
        sorts.iter().find(|(word, _)| *word == words.get("sort")).map_or(t::SORT_SHIP_BY, |(_, text)| *text);
    html! {
        details.menu.sort {
            summary { span.visually-hidden { (view.t(t::SORT)) ": " } (view.t(now)) (icon("down")) }
            div.menu-body {
                @for (word, text) in sorts { a href=(words.with("sort", word).href()) aria-current=[(word == words.get("sort")).then_some("true")] { (view.t(text)) } }
            }
        }
    }
}
