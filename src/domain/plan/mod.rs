//! How a parcel is to go: by which service, from which warehouse, what that should cost, and why.
//!
//! A person's word comes first, then that of a rule, then the policy: the shop's default, the cheapest or the fastest
//! service that may take the parcel. What was said by hand or rule stands even where the service may not take it; the
//! plan then says what speaks against it. Pure choice: prices, notices and wishes are arguments.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::carrier_service::{Bar, DeliveryKind, Measures, Service};
use super::freight::{Cost, Load, Rate, Terms, cost};
use super::region_rule::{RegionRule, says};
use super::text_enum;

/// Other services that a plan tells of.
const OTHERS_TOLD: usize = 12;

text_enum! {
    /// Why a plan is as it is.
    pub enum PlanWhy("reason of a plan") {
        Hand = "hand",
        Rule = "rule",
        /// The shop's default.
        Shop = "shop",
        Cheapest = "cheapest",
        Fastest = "fastest",
        /// All of the parcel lies there.
        Goods = "goods",
        /// The seller's default warehouse.
        Default = "default",
    }
}

text_enum! {
    /// How a service is chosen where nobody and no rule has named one.
    pub enum PlanPolicy("plan policy") {
        /// The shop's default, if it has one.
        Shop = "shop",
        /// The cheapest that may take the parcel; the shop's default where no price is known.
        Cheapest = "cheapest",
        /// The fastest that may take the parcel; of equally fast ones the cheapest.
        Fastest = "fastest",
    }
}

text_enum! {
    /// What a number run for one carrier does with parcels planned for another.
    pub enum OtherCarrier("treatment of parcels planned for another carrier") {
        LeaveOut = "leave_out",
        /// Numbers them, and says so.
        Warn = "warn",
    }
}

/// How the seller plans.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PlanSettings {
    /// For shops without a policy of their own.
    pub policy: PlanPolicy,
    /// Grams that a parcel counts for while its weight is not known, 1 to 200,000; then its cost is unknown without.
    pub assumed_weight_g: Option<i64>,
    /// What a number run does with parcels planned for another carrier.
    pub other_carrier: OtherCarrier,
}

impl Default for PlanSettings {
    fn default() -> Self {
        Self { policy: PlanPolicy::Shop, assumed_weight_g: None, other_carrier: OtherCarrier::LeaveOut }
    }
}

/// How a shop's orders go where nobody and no rule says otherwise.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ShopPlan {
    /// None for the seller's.
    pub policy: Option<PlanPolicy>,
    /// Default carrier, by its code; empty without one.
    pub carrier: String,
    /// Default service, by its code; empty without one.
    pub service: String,
    /// Default warehouse, by its code; empty for the seller's.
    pub warehouse: String,
}

/// Which way somebody or a rule wants; empty parts say nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wish {
    pub carrier: String,
    pub service: String,
    pub warehouse: String,
    /// By hand alone: branch and worker of the own fleet, or the place where the buyer fetches it.
    pub branch: String,
    pub worker: String,
    /// A person, or the name of a rule.
    pub said_by: String,
}

impl Wish {
    fn names_a_way(&self) -> bool {
        !self.carrier.is_empty() || !self.service.is_empty()
    }
}

/// What is known of a parcel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    /// Six digits of GB/T 2260; empty where the region is not known or lies elsewhere.
    pub region: String,
    pub measures: Measures,
    pub load: Load,
    /// The shop's currency.
    pub currency: String,
    /// The day on which it is judged, in the seller's time zone.
    pub on: NaiveDate,
}

/// A service's prices that count on the day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prices {
    pub terms: Terms,
    pub rates: Vec<Rate>,
}

/// A service, judged for one parcel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer<'a> {
    pub service: &'a Service,
    /// What speaks against it; empty when it may be chosen.
    pub bars: Vec<Bar>,
    /// Where and until when the region is closed.
    pub closed: Option<String>,
    pub cost: Option<Cost>,
    /// Expected days from door to door.
    pub days: Option<i64>,
}

/// Judges a service for a parcel.
pub fn offer<'a>(
    service: &'a Service,
    parcel: &Parcel,
    prices: Option<&Prices>,
    rules: &[RegionRule],
) -> Offer<'a> {
    let fields = &service.fields;
    let said = says(rules, &fields.carrier, &fields.code, &parcel.region, parcel.on);
    let mut bars = Vec::new();
    if !fields.is_on {
        bars.push(Bar::Off);
    }
    if said.closed.is_some() {
        bars.push(Bar::RegionClosed);
    }
    bars.extend(fields.limits.broken_by(&parcel.measures));
    let found = prices
        .and_then(|prices| cost(&prices.terms, &prices.rates, &parcel.region, parcel.load, said.surcharge));
    let days = fields.days.map(|days| days + said.days);
    Offer { service, bars, closed: said.closed, cost: found, days }
}

/// How a parcel is to go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Plan {
    /// Code of the carrier; empty when there is no way yet.
    pub carrier: String,
    /// Code of the service; empty when only the carrier is known.
    pub service: String,
    pub service_name: String,
    pub kind: DeliveryKind,
    /// Null without a way.
    pub why: Option<PlanWhy>,
    /// The person or the rule that said so; empty otherwise.
    pub said_by: String,
    /// The estimate, and how it comes about; null while weight or price is not known.
    pub cost: Option<Cost>,
    /// Expected days from door to door.
    pub days: Option<i64>,
    /// What speaks against the service although it was named.
    pub bars: Vec<Bar>,
    /// Where and until when the region is not served; null when it is, or when another way is open.
    pub closed: Option<String>,
    /// Code of the warehouse; empty without one.
    pub warehouse: String,
    pub warehouse_why: Option<PlanWhy>,
    pub warehouse_by: String,
    /// Branch and worker, of what goes without a number; empty where nobody said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub branch: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub worker: String,
    /// The other services, and why each was not chosen.
    pub others: Vec<Other>,
}

/// A service that was not chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Other {
    pub service: String,
    pub service_name: String,
    /// Minor units; null when no price is known.
    pub amount: Option<i64>,
    pub days: Option<i64>,
    /// What speaks against it; empty when it was only dearer, slower or not asked for.
    pub bars: Vec<Bar>,
}

/// Who wants what of one parcel.
#[derive(Debug, Clone, Copy)]
pub struct Wishes<'a> {
    pub hand: Option<&'a Wish>,
    pub rule: Option<&'a Wish>,
    /// Code of the warehouse in which all of the parcel lies; empty without one.
    pub goods: &'a str,
    pub shop: &'a ShopPlan,
    pub policy: PlanPolicy,
}

/// A warehouse as plans know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub code: String,
    pub is_default: bool,
    pub is_on: bool,
}

/// Chooses a way and a warehouse. `everywhere_closed` is what notices for every carrier say of the region.
pub fn choose(
    offers: &[Offer],
    places: &[Place],
    wishes: Wishes,
    currency: &str,
    everywhere_closed: Option<String>,
) -> Plan {
    let way = way(offers, wishes, currency);
    let (warehouse, warehouse_why, warehouse_by) = warehouse(places, wishes);
    let (plan_offer, carrier, why, said_by) = match way {
        Some(way) => (way.offer, way.carrier, Some(way.why), way.said_by),
        None => (None, String::new(), None, String::new()),
    };
    let closed = match (plan_offer, carrier.is_empty()) {
        (Some(offer), _) => offer.closed.clone(),
        (None, false) => everywhere_closed,
        (None, true) => all_closed(offers).or(everywhere_closed),
    };
    let others = offers
        .iter()
        .filter(|offer| plan_offer.is_none_or(|chosen| chosen.service.id != offer.service.id))
        .take(OTHERS_TOLD)
        .map(|offer| Other {
            service: offer.service.fields.code.clone(),
            service_name: offer.service.fields.name.clone(),
            amount: offer.cost.as_ref().map(|cost| cost.amount),
            days: offer.days,
            bars: bars_of_choice(offer, wishes.policy, currency),
        })
        .collect();
    let fields = plan_offer.map(|offer| &offer.service.fields);
    let is_brought = fields.is_some_and(|fields| !fields.kind.has_number());
    let hand = wishes.hand.filter(|_| is_brought);
    let brought = |pick: fn(&Wish) -> &String| hand.map(pick).cloned().unwrap_or_default();
    Plan {
        carrier,
        service: fields.map(|fields| fields.code.clone()).unwrap_or_default(),
        service_name: fields.map(|fields| fields.name.clone()).unwrap_or_default(),
        kind: fields.map_or(DeliveryKind::Carrier, |fields| fields.kind),
        why,
        said_by,
        cost: plan_offer.and_then(|offer| offer.cost.clone()),
        days: plan_offer.and_then(|offer| offer.days),
        bars: plan_offer.map(|offer| offer.bars.clone()).unwrap_or_default(),
        closed,
        warehouse,
        warehouse_why,
        warehouse_by,
        branch: brought(|hand| &hand.branch),
        worker: brought(|hand| &hand.worker),
        others,
    }
}

struct Way<'a> {
    offer: Option<&'a Offer<'a>>,
    carrier: String,
    why: PlanWhy,
    said_by: String,
}

fn way<'a>(offers: &'a [Offer<'a>], wishes: Wishes, currency: &str) -> Option<Way<'a>> {
    let shop = Wish {
        carrier: wishes.shop.carrier.clone(),
        service: wishes.shop.service.clone(),
        ..Wish::default()
    };
    let said = [(wishes.hand, PlanWhy::Hand), (wishes.rule, PlanWhy::Rule)];
    let said = said.into_iter().filter_map(|(wish, why)| named(offers, wish?, why));
    let by_policy = || match wishes.policy {
        PlanPolicy::Shop => None,
        PlanPolicy::Cheapest => best(offers, wishes.policy, currency, PlanWhy::Cheapest),
        PlanPolicy::Fastest => best(offers, wishes.policy, currency, PlanWhy::Fastest),
    };
    said.into_iter().next().or_else(by_policy).or_else(|| {
        // A choice that found every service closed must not end in one of them by default.
        let found = named(offers, &shop, PlanWhy::Shop)?;
        let is_barred = found.offer.is_some_and(|offer| !offer.bars.is_empty());
        (wishes.policy == PlanPolicy::Shop || !is_barred).then_some(found)
    })
}

/// What a wish means: its service, or the best of its carrier. None when nothing of that name is there any more.
fn named<'a>(offers: &'a [Offer<'a>], wish: &Wish, why: PlanWhy) -> Option<Way<'a>> {
    if !wish.names_a_way() {
        return None;
    }
    let by_code = offers.iter().find(|offer| offer.service.fields.code == wish.service);
    let of_carrier = || {
        let of = offers.iter().filter(|offer| offer.service.fields.carrier == wish.carrier);
        of.min_by_key(|offer| (offer.bars.len(), price_key(offer), offer.service.fields.code.clone()))
    };
    let found = if wish.service.is_empty() { of_carrier() } else { by_code.or_else(of_carrier) };
    let carrier = found.map_or_else(|| wish.carrier.clone(), |offer| offer.service.fields.carrier.clone());
    (!carrier.is_empty()).then(|| Way { offer: found, carrier, why, said_by: wish.said_by.clone() })
}

/// The best that may be chosen by a policy.
fn best<'a>(offers: &'a [Offer<'a>], policy: PlanPolicy, currency: &str, why: PlanWhy) -> Option<Way<'a>> {
    let open = offers.iter().filter(|offer| bars_of_choice(offer, policy, currency).is_empty());
    let code = |offer: &&Offer| offer.service.fields.code.clone();
    let found = match policy {
        PlanPolicy::Fastest => open.min_by_key(|offer| (days_key(offer), price_key(offer), code(offer))),
        _ => open.min_by_key(|offer| (price_key(offer), days_key(offer), code(offer))),
    }?;
    let carrier = found.service.fields.carrier.clone();
    Some(Way { offer: Some(found), carrier, why, said_by: String::new() })
}

fn price_key(offer: &Offer) -> i64 {
    offer.cost.as_ref().map_or(i64::MAX, |cost| cost.amount)
}

fn days_key(offer: &Offer) -> i64 {
    offer.days.unwrap_or(i64::MAX)
}

/// What keeps a policy from choosing a service: more than limits and regions, because nobody named it.
fn bars_of_choice(offer: &Offer, policy: PlanPolicy, currency: &str) -> Vec<Bar> {
    let mut bars = offer.bars.clone();
    if policy == PlanPolicy::Shop {
        return bars;
    }
    if !offer.service.fields.kind.has_number() {
        bars.push(Bar::NotAsked);
    }
    match (&offer.cost, policy) {
        (None, PlanPolicy::Cheapest) => bars.push(Bar::NoPrice),
        (Some(cost), _) if cost.currency != currency => bars.push(Bar::OtherCurrency),
        _ => {}
    }
    bars
}

/// What closes the region, when every service that could otherwise be chosen is closed there.
fn all_closed(offers: &[Offer]) -> Option<String> {
    let able = || {
        offers.iter().filter(|offer| {
            offer.service.fields.kind.has_number() && offer.bars.iter().all(|bar| *bar == Bar::RegionClosed)
        })
    };
    let first = able().find_map(|offer| offer.closed.clone())?;
    able().all(|offer| offer.closed.is_some()).then_some(first)
}

fn warehouse(places: &[Place], wishes: Wishes) -> (String, Option<PlanWhy>, String) {
    let there = |code: &str| places.iter().any(|place| place.code == code && (place.is_on));
    let said = |wish: Option<&Wish>, why| {
        let wish = wish.filter(|wish| there(&wish.warehouse))?;
        Some((wish.warehouse.clone(), Some(why), wish.said_by.clone()))
    };
    said(wishes.hand, PlanWhy::Hand)
        .or_else(|| said(wishes.rule, PlanWhy::Rule))
        .or_else(|| {
            there(wishes.goods).then(|| (wishes.goods.to_owned(), Some(PlanWhy::Goods), String::new()))
        })
        .or_else(|| {
            let code = &wishes.shop.warehouse;
            there(code).then(|| (code.clone(), Some(PlanWhy::Shop), String::new()))
        })
        .or_else(|| {
            let usual = places.iter().find(|place| place.is_default && place.is_on)?;
            Some((usual.code.clone(), Some(PlanWhy::Default), String::new()))
        })
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
