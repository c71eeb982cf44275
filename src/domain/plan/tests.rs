//! Which way is chosen, as tables of cases.

use super::*;
use crate::domain::carrier_service::{Limits, ServiceFields};
use crate::domain::freight::PriceKind;
use crate::domain::id::CarrierServiceId;
use crate::domain::region_rule::RegionEffect;
use crate::domain::validity::{Validity, day};

fn service(id: i64, code: &str, carrier: &str, days: i64) -> Service {
    let limits = Limits {
        max_weight_g: Some(10_000),
        max_side_mm: None,
        max_girth_mm: None,
        takes_cod: carrier == "sf",
        max_cod: None,
        max_value: None,
    };
    let kind = match carrier {
        "own_fleet" => DeliveryKind::OwnFleet,
        _ => DeliveryKind::Carrier,
    };
    let (code, name, carrier) = (code.to_owned(), code.to_uppercase(), carrier.to_owned());
    let currency = "CNY".to_owned();
    let fields = ServiceFields {
        code,
        name,
        kind,
        carrier,
        account: None,
        is_on: true,
        limits,
        currency,
        days: Some(days),
    };
    Service { id: CarrierServiceId(id), fields }
}

fn services() -> Vec<Service> {
    vec![
        service(1, "sf-air", "sf", 1),
        service(2, "sf-land", "sf", 3),
        service(3, "zto-std", "zto", 2),
        service(4, "van", "own_fleet", 0),
    ]
}

fn prices(amount: i64) -> Prices {
    let terms =
        Terms { kind: PriceKind::Parcel, currency: "CNY".into(), volumetric_divisor: None, average_g: None };
    let rate = Rate {
        region: String::new(),
        first_g: 1000,
        first_price: amount,
        step_g: 1000,
        step_price: 100,
        surcharge: 0,
    };
    Prices { terms, rates: vec![rate] }
}

struct World {
    services: Vec<Service>,
    prices: Vec<Option<Prices>>,
    rules: Vec<RegionRule>,
    parcel: Parcel,
    hand: Option<Wish>,
    rule: Option<Wish>,
    goods: &'static str,
    shop: ShopPlan,
    policy: PlanPolicy,
}

fn world() -> World {
    let parcel = Parcel {
        region: "650102".into(),
        measures: Measures { weight_g: Some(800), ..Measures::default() },
        load: Load { weight_g: Some(800), volume_mm3: None },
        currency: "CNY".into(),
        on: day("2026-02-12").expect("a day"),
    };
    World {
        services: services(),
        prices: vec![Some(prices(2300)), Some(prices(1200)), Some(prices(900)), None],
        rules: Vec::new(),
        parcel,
        hand: None,
        rule: None,
        goods: "",
        shop: ShopPlan { service: "sf-land".into(), ..ShopPlan::default() },
        policy: PlanPolicy::Shop,
    }
}

fn plan(change: impl FnOnce(&mut World)) -> Plan {
    let mut world = world();
    change(&mut world);
    let offers: Vec<_> = (world.services.iter().zip(&world.prices))
        .map(|(service, prices)| offer(service, &world.parcel, prices.as_ref(), &world.rules))
        .collect();
    let wishes = Wishes {
        hand: world.hand.as_ref(),
        rule: world.rule.as_ref(),
        goods: world.goods,
        shop: &world.shop,
        policy: world.policy,
    };
    let everywhere = says(&world.rules, "", "", &world.parcel.region, world.parcel.on).closed;
    let places = [
        Place { code: "east".into(), is_default: true, is_on: true },
        Place { code: "west".into(), is_default: false, is_on: true },
        Place { code: "shut".into(), is_default: false, is_on: false },
    ];
    choose(&offers, &places, wishes, &world.parcel.currency, everywhere)
}

fn check(change: impl FnOnce(&mut World), service: &str, why: Option<PlanWhy>) -> Plan {
    let plan = plan(change);
    assert_eq!((plan.service.as_str(), plan.why), (service, why));
    plan
}

fn wish(carrier: &str, service: &str) -> Option<Wish> {
    let (carrier, service) = (carrier.to_owned(), service.to_owned());
    Some(Wish { carrier, service, said_by: "user:1".into(), ..Wish::default() })
}

fn closed(carrier: &str, service: &str) -> RegionRule {
    RegionRule {
        carrier: carrier.into(),
        service: service.into(),
        region: "65".into(),
        effect: RegionEffect::Closed,
        amount: 0,
        days: 0,
        validity: Validity::default(),
        note: String::new(),
    }
}

use PlanWhy::{Cheapest, Fastest, Hand, Rule, Shop};

#[test]
fn a_person_comes_before_a_rule_and_a_rule_before_the_policy() {
    check(|_| {}, "sf-land", Some(Shop));
    check(|w| w.policy = PlanPolicy::Cheapest, "zto-std", Some(Cheapest));
    check(|w| w.policy = PlanPolicy::Fastest, "sf-air", Some(Fastest));
    check(|w| (w.policy, w.rule) = (PlanPolicy::Cheapest, wish("", "sf-air")), "sf-air", Some(Rule));
    let both = check(|w| (w.hand, w.rule) = (wish("zto", ""), wish("", "sf-air")), "zto-std", Some(Hand));
    assert_eq!((both.carrier.as_str(), both.said_by.as_str()), ("zto", "user:1"));
    let none = check(|w| w.shop = ShopPlan::default(), "", None);
    assert_eq!((none.carrier.as_str(), none.others.len()), ("", 4));
}

#[test]
fn a_carrier_alone_means_its_best_service_or_just_the_carrier() {
    let cheapest = check(|w| w.hand = wish("sf", ""), "sf-land", Some(Hand));
    assert_eq!(cheapest.cost.map(|cost| cost.amount), Some(1200));
    check(|w| (w.hand, w.rules) = (wish("sf", ""), vec![closed("", "sf-land")]), "sf-air", Some(Hand));
    let unknown = check(|w| w.hand = wish("yto", ""), "", Some(Hand));
    assert_eq!(unknown.carrier, "yto");
    check(|w| w.hand = wish("", "gone"), "sf-land", Some(Shop));
    check(|w| w.hand = wish("", "van"), "van", Some(Hand));
}

#[test]
fn a_closed_region_leaves_a_choice_and_blocks_what_was_named() {
    let cheapest =
        |rules: Vec<RegionRule>| move |w: &mut World| (w.policy, w.rules) = (PlanPolicy::Cheapest, rules);
    let way = check(cheapest(vec![closed("zto", "")]), "sf-land", Some(Cheapest));
    assert_eq!(way.closed, None);
    let other = way.others.iter().find(|other| other.service == "zto-std").expect("it is told");
    assert_eq!(other.bars, [Bar::RegionClosed]);
    let none = check(cheapest(vec![closed("zto", ""), closed("sf", "")]), "", None);
    assert_eq!(none.closed.as_deref(), Some("新疆维吾尔自治区"));
    let named =
        check(|w| (w.hand, w.rules) = (wish("", "zto-std"), vec![closed("zto", "")]), "zto-std", Some(Hand));
    assert!(named.closed.is_some() && named.bars == [Bar::RegionClosed]);
    let shop = check(|w| w.rules = vec![closed("sf", "")], "sf-land", Some(Shop));
    assert!(shop.closed.is_some(), "the shop's default is planned, and waits");
    let unknown = check(|w| (w.hand, w.rules) = (wish("yto", ""), vec![closed("", "")]), "", Some(Hand));
    assert!(unknown.closed.is_some(), "closed for everybody");
}

#[test]
fn limits_and_missing_prices_leave_services_out() {
    let heavy = |w: &mut World| {
        w.policy = PlanPolicy::Cheapest;
        w.parcel.measures.weight_g = Some(10_001);
    };
    let none = check(heavy, "", None);
    assert_eq!((none.closed, none.others[0].bars.as_slice()), (None, &[Bar::TooHeavy][..]));
    let cod = check(
        |w| (w.policy, w.parcel.measures.cod) = (PlanPolicy::Cheapest, Some(5000)),
        "sf-land",
        Some(Cheapest),
    );
    assert_eq!(cod.others.iter().find(|o| o.service == "zto-std").expect("told").bars, [Bar::NoCod]);
    let unpriced = |w: &mut World| (w.policy, w.prices) = (PlanPolicy::Cheapest, vec![None; 4]);
    check(unpriced, "sf-land", Some(Shop));
    let foreign = check(
        |w| (w.policy, w.parcel.currency) = (PlanPolicy::Cheapest, "EUR".into()),
        "sf-land",
        Some(Shop),
    );
    assert!(foreign.others.iter().any(|other| other.bars == [Bar::OtherCurrency]));
    check(|w| w.services[1].fields.is_on = false, "sf-land", Some(Shop));
}

#[test]
fn a_warehouse_is_chosen_by_the_same_order_of_words() {
    let from = |goods: &'static str| {
        let found = plan(|w| (w.goods, w.shop.warehouse) = (goods, "east".into()));
        (found.warehouse, found.warehouse_why)
    };
    assert_eq!(from("west"), ("west".to_owned(), Some(PlanWhy::Goods)), "where all of it lies");
    assert_eq!(from("shut"), ("east".to_owned(), Some(Shop)), "one that is shut is none");
    let at = |hand: &str, rule: &str, shop: &str| {
        let of = |code: &str| Some(Wish { warehouse: code.into(), ..Wish::default() });
        let found = plan(|w| {
            (w.hand, w.rule) = (of(hand), of(rule));
            w.shop.warehouse = shop.into();
        });
        (found.warehouse, found.warehouse_why)
    };
    for (hand, rule, shop, expected, why) in [
        ("", "", "", "east", PlanWhy::Default),
        ("", "", "west", "west", Shop),
        ("", "east", "west", "east", Rule),
        ("west", "east", "", "west", Hand),
        ("gone", "shut", "west", "west", Shop),
    ] {
        assert_eq!(at(hand, rule, shop), (expected.to_owned(), Some(why)), "{hand} {rule} {shop}");
    }
}

#[test]
fn who_brings_it_is_told_of_what_goes_without_a_number_alone() {
    let said = |service: &str| {
        let hand =
            Wish { service: service.into(), branch: "West".into(), worker: "Wang".into(), ..Wish::default() };
        let plan = plan(|w| w.hand = Some(hand));
        (plan.branch, plan.worker)
    };
    assert_eq!(said("van"), ("West".to_owned(), "Wang".to_owned()));
    assert_eq!(said("sf-land"), (String::new(), String::new()));
}
