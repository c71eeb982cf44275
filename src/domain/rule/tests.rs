//! What rules decide, as tables of values; and that the fast way decides as the plain one does.

use super::analysis::{RuleFindingCode, findings};
use super::dry_run::Tally;
use super::text::parse;
use super::*;
use crate::domain::deadline::Zone;
use crate::domain::id::OrderId;

const TEA: Line = Line { own: "TEA-250", shop: "T1", category: "tea", warehouse: "hz", quantity: 2 };
const CUP: Line = Line { own: "", shop: "C-9", category: "", warehouse: "", quantity: 1 };

fn order() -> Seen<'static> {
    Seen {
        shop: ShopId(12),
        platform: Platform::Taobao,
        kind: OrderKind::Normal,
        currency: "CNY",
        total: 19_900,
        country: "CN",
        region: "650102",
        buyer: "nick",
        message: "请加急",
        memo: "",
        notes: "",
        flag: "red",
        buyer_tags: &[],
        is_first: false,
        // A Saturday, 23:30 in Shanghai.
        moment: Some(moment("2026-11-21T15:30:00Z")),
        weight: Some(520),
        company: 1,
        lines: &[TEA, CUP],
    }
}

fn moment(text: &str) -> UtcTime {
    UtcTime::parse(text).expect(text)
}

fn set(rules: &[&str]) -> RuleSet {
    parse(&format!("{{\"rules\":[{}]}}", rules.join(","))).expect("well-formed")
}

/// Keys and values that count, and those that lost in brackets.
fn decided(set: &RuleSet, seen: &Seen) -> String {
    let compiled = Compiled::new(set, Zone::default());
    let mut scratch = compiled.scratch();
    // Twice: what one order leaves in the tables must not matter to the next.
    compiled.decide(&Seen { shop: ShopId(1), message: "改地址", lines: &[CUP], ..*seen }, &mut scratch);
    let decision = compiled.decide(seen, &mut scratch);
    let shown = decision.outcomes.iter().map(|one| {
        let pieces = one.quantity.map(|pieces| format!("×{pieces}")).unwrap_or_default();
        let word = format!("{}:{}{pieces}", one.rule, one.value);
        if one.counts() { word } else { format!("[{word}]") }
    });
    shown.collect::<Vec<_>>().join(" ")
}

#[test]
fn each_condition_looks_at_its_own_part_of_the_order() {
    for (when, expected) in [
        (r#"{"all":[]}"#, true),
        (r#"{"shop":["12","13"]}"#, true),
        (r#"{"shop":["1"]}"#, false),
        (r#"{"platform":["taobao"]}"#, true),
        (r#"{"kind":["cod"]}"#, false),
        (r#"{"sku":["TEA-*"]}"#, true),
        (r#"{"sku":["TEA"]}"#, false),
        (r#"{"sku":["C-9"]}"#, false),
        (r#"{"shop_sku":["C-9"]}"#, true),
        (r#"{"pieces_of":{"skus":["TEA-*","TEA-250"],"at_least":2,"at_most":2}}"#, true),
        (r#"{"pieces_of":{"skus":["TEA-*"],"at_least":3}}"#, false),
        (r#"{"pieces":{"at_least":3,"at_most":3}}"#, true),
        (r#"{"lines":{"at_most":1}}"#, false),
        (r#"{"line_quantity":{"at_least":2}}"#, true),
        (r#"{"weight_g":{"at_most":500}}"#, false),
        (r#"{"amount":{"at_least":19900}}"#, true),
        (r#"{"amount":{"currency":"USD","at_least":1}}"#, false),
        (r#"{"region":["65"]}"#, true),
        (r#"{"region":["6501"]}"#, true),
        (r#"{"region":["6502","33"]}"#, false),
        (r#"{"country":["CN"]}"#, true),
        (r#"{"remark":{"any_of":["加急"]}}"#, true),
        (r#"{"remark":{"within":["memo"],"any_of":["加急"]}}"#, false),
        (r#"{"remark":{"within":["note"]}}"#, false),
        (r#"{"remark":{}}"#, true),
        (r#"{"flag":["red"]}"#, true),
        (r#"{"tag":["x"]}"#, false),
        (r#"{"buyer":["nick"]}"#, true),
        (r#"{"first_order":false}"#, true),
        (r#"{"paid":{"days":["sat"]}}"#, true),
        (r#"{"paid":{"from":"22:00","to":"06:00"}}"#, true),
        (r#"{"paid":{"from":"06:00","to":"22:00"}}"#, false),
        (r#"{"shipment_orders":{"at_least":2}}"#, false),
        (r#"{"not":{"shipment_orders":{"at_least":2}}}"#, true),
        (r#"{"category":["frozen","tea"]}"#, true),
        (r#"{"category":["frozen"]}"#, false),
        (r#"{"all":[{"flag":["red"]},{"kind":["cod"]}]}"#, false),
        (r#"{"any":[{"kind":["cod"]},{"flag":["red"]}]}"#, true),
    ] {
        let set = set(&[&format!(r#"{{"key":"a","name":"a","when":{when},"then":{{"tags":["t"]}}}}"#)]);
        assert_eq!(decided(&set, &order()), if expected { "a:t" } else { "" }, "{when}");
    }
}

#[test]
fn what_is_not_known_does_not_match() {
    let when =
        |when: &str| set(&[&format!(r#"{{"key":"a","name":"a","when":{when},"then":{{"tags":["t"]}}}}"#)]);
    let unknown = Seen { weight: None, moment: None, ..order() };
    for condition in [r#"{"weight_g":{"at_least":0}}"#, r#"{"paid":{"days":["sat"]}}"#] {
        assert_eq!(decided(&when(condition), &unknown), "", "{condition}");
    }
    let regular = Seen { buyer_tags: &["regular".to_owned(), "vip".to_owned()], ..order() };
    let tagged = when(r#"{"buyer_tag":["vip","trouble"]}"#);
    assert_eq!((decided(&tagged, &regular).as_str(), decided(&tagged, &order()).as_str()), ("a:t", ""));
    let dated = set(&[r#"{"key":"a","name":"a","from":"2026-01-01T00:00:00Z","then":{"tags":["t"]}}"#]);
    assert_eq!(decided(&dated, &unknown), "");
    assert_eq!(decided(&dated, &order()), "a:t");
}

#[test]
fn the_first_rule_wins_what_an_order_has_once_and_the_rest_adds_up() {
    let set = set(&[
        r#"{"key":"off","name":"off","on":false,"then":{"carrier":"jd"}}"#,
        r#"{"key":"old","name":"old","until":"2026-11-21T15:30:00Z","then":{"carrier":"jd"}}"#,
        r#"{"key":"a","name":"a","then":{"carrier":"sf","tags":["x"],"gifts":[{"sku":"CUP","per":9900,"quantity":2,"at_most":3}]}}"#,
        r#"{"key":"b","name":"b","when":{"tag":["x"]},"then":{"carrier":"zto","flag":"blue","hold":{"reason":"look"}}}"#,
        r#"{"key":"c","name":"c","when":{"flag":["blue"]},"then":{"tags":["y"],"hold":{"reason":"call"}},"stop":true}"#,
        r#"{"key":"d","name":"d","then":{"audits":["finance"]}}"#,
    ]);
    assert_eq!(decided(&set, &order()), "a:sf a:x a:CUP×3 [b:zto] b:blue b:look c:y c:call");
    let dear = Seen { total: 9_899, ..order() };
    assert_eq!(decided(&set, &dear), "a:sf a:x [b:zto] b:blue b:look c:y c:call", "99 yuan are not reached");
}

#[test]
fn the_first_rule_that_has_something_to_take_apart_splits() {
    let set = set(&[
        r#"{"key":"few","name":"few","then":{"split":{"by":"pieces","pieces":3}}}"#,
        r#"{"key":"one","name":"one","then":{"split":{"by":"pieces","pieces":2}}}"#,
        r#"{"key":"two","name":"two","then":{"split":{"by":"pieces","pieces":1}}}"#,
        r#"{"key":"sku","name":"sku","then":{"split":{"by":"sku"}}}"#,
    ]);
    assert_eq!(decided(&set, &order()), "one:pieces×2 [two:pieces×3]", "three pieces; one SKU is not known");
    let compiled = Compiled::new(&set, Zone::default());
    let decision = compiled.decide(&order(), &mut compiled.scratch());
    assert_eq!(compiled.parts(&decision, &[TEA, CUP]), [vec![(0, 2)], vec![(1, 1)]]);
    let person =
        Override { kind: ActionKind::Split, rule: String::new(), value: String::new(), by: "x".into() };
    let taken_back = decision.overridden(&[person]);
    assert_eq!(compiled.parts(&taken_back, &[TEA, CUP]), Vec::<Vec<(usize, i64)>>::new());
    for (split, field) in [
        (r#"{"by":"pieces"}"#, "rules[0].then.split.pieces"),
        (r#"{"by":"sku","pieces":2}"#, "rules[0].then.split.pieces"),
        (r#"{"by":"warehouse","skus":["A"]}"#, "rules[0].then.split.skus"),
        (r#"{"by":"size"}"#, "rules[0].then.split.by"),
    ] {
        let text = format!(r#"{{"rules":[{{"name":"a","then":{{"split":{split}}}}}]}}"#);
        assert_eq!(parse(&text).expect_err(split)[0].field, field, "{split}");
    }
}

#[test]
fn a_hold_may_end_by_the_order_s_own_time() {
    let set = set(&[r#"{"key":"a","name":"a","then":{"hold":{"reason":"regret","minutes":30}}}"#]);
    let compiled = Compiled::new(&set, Zone::default());
    let decision = compiled.decide(&order(), &mut compiled.scratch());
    assert_eq!(decision.outcomes[0].until, Some(moment("2026-11-21T16:00:00Z")));
}

#[test]
fn only_what_rules_ask_for_has_to_be_read() {
    for (when, expected) in [
        (r#"{"shop_sku":["A"]}"#, Asks::default()),
        (r#"{"sku":["A"]}"#, Asks { own_skus: true, ..Asks::default() }),
        (r#"{"weight_g":{"at_least":1}}"#, Asks { own_skus: true, ..Asks::default() }),
        (r#"{"remark":{"within":["memo"]}}"#, Asks::default()),
        (r#"{"remark":{"any_of":["x"]}}"#, Asks { notes: true, ..Asks::default() }),
        (r#"{"first_order":true}"#, Asks { first_order: true, ..Asks::default() }),
        (r#"{"shipment_orders":{"at_least":2}}"#, Asks { company: true, ..Asks::default() }),
    ] {
        let set = set(&[&format!(r#"{{"name":"a","when":{when},"then":{{"tags":["t"]}}}}"#)]);
        assert_eq!(Compiled::new(&set, Zone::default()).asks(), expected, "{when}");
    }
}

use super::compile::Asks;

fn found(rules: &[&str]) -> Vec<(String, &'static str, Option<String>)> {
    findings(&set(rules), moment("2026-12-01T00:00:00Z"))
        .into_iter()
        .map(|one| (one.rule, one.code.as_str(), one.other))
        .collect()
}

#[test]
fn what_is_odd_about_a_set_is_told_before_it_runs() {
    let rule = |key: &str, when: &str, then: &str| {
        format!(r#"{{"key":"{key}","name":"{key}","when":{when},"then":{then}}}"#)
    };
    let (sf, zto) = (r#"{"carrier":"sf"}"#, r#"{"carrier":"zto"}"#);
    let never = RuleFindingCode::NeverMatches.as_str();
    for when in [
        r#"{"all":[{"shop":["1"]},{"shop":["2"]}]}"#,
        r#"{"all":[{"shop":["1","2"]},{"not":{"shop":["1"]}},{"not":{"shop":["2"]}}]}"#,
        r#"{"all":[{"pieces":{"at_least":5}},{"pieces":{"at_most":4}}]}"#,
        r#"{"all":[{"pieces":{"at_least":5}},{"not":{"pieces":{"at_least":3}}}]}"#,
        r#"{"all":[{"region":["65"]},{"region":["33"]}]}"#,
        r#"{"all":[{"region":["6501"]},{"not":{"region":["65"]}}]}"#,
        r#"{"all":[{"sku":["TEA-250"]},{"not":{"sku":["TEA-*"]}}]}"#,
        r#"{"all":[{"remark":{"any_of":["x"]}},{"not":{"remark":{}}}]}"#,
        r#"{"all":[{"amount":{"at_least":1}},{"amount":{"currency":"USD","at_least":1}}]}"#,
        r#"{"all":[{"first_order":true},{"first_order":false}]}"#,
        r#"{"any":[{"all":[{"kind":["cod"]},{"kind":["normal"]}]}]}"#,
    ] {
        assert_eq!(found(&[&rule("a", when, sf)]), [("a".to_owned(), never, None)], "{when}");
    }
    for when in [
        r#"{"all":[{"sku":["A"]},{"sku":["B"]}]}"#,
        r#"{"all":[{"pieces":{"at_least":5}},{"pieces":{"at_most":5}}]}"#,
        r#"{"all":[{"region":["65"]},{"not":{"region":["6501"]}}]}"#,
        r#"{"not":{"weight_g":{"at_least":0}}}"#,
    ] {
        assert_eq!(found(&[&rule("a", when, sf)]), [], "{when}");
    }
    for when in [
        r#"{"all":[]}"#,
        r#"{"any":[{"pieces":{"at_most":4}},{"pieces":{"at_least":5}}]}"#,
        r#"{"any":[{"shop":["1"]},{"not":{"shop":["1"]}}]}"#,
        r#"{"any":[{"first_order":true},{"first_order":false}]}"#,
    ] {
        assert_eq!(found(&[&rule("a", when, sf)]), [("a".to_owned(), "matches_all", None)], "{when}");
    }

    let a = Some("a".to_owned());
    for (first, second, then, expected) in [
        (r#"{"shop":["1","2"]}"#, r#"{"shop":["1"]}"#, zto, Some("shadowed")),
        (r#"{"shop":["1"]}"#, r#"{"shop":["1"]}"#, zto, Some("contradicts")),
        (r#"{"shop":["1"]}"#, r#"{"shop":["1"]}"#, sf, Some("shadowed")),
        (r#"{"shop":["1"]}"#, r#"{"shop":["1","2"]}"#, zto, None),
        (r#"{"shop":["1"]}"#, r#"{"shop":["1"]}"#, r#"{"flag":"red"}"#, None),
        (
            r#"{"pieces":{"at_least":2}}"#,
            r#"{"all":[{"pieces":{"at_least":3}},{"shop":["1"]}]}"#,
            zto,
            Some("shadowed"),
        ),
        (r#"{"not":{"country":["CN"]}}"#, r#"{"country":["US"]}"#, zto, Some("shadowed")),
        (r#"{"any":[{"shop":["1"]},{"region":["65"]}]}"#, r#"{"region":["6501"]}"#, zto, Some("shadowed")),
        // By the time the second is read, the tag may have come.
        (r#"{"not":{"flag":["red"]}}"#, r#"{"not":{"flag":["red"]}}"#, zto, None),
    ] {
        let found = found(&[&rule("a", first, sf), &rule("b", second, then)]);
        let expected: Vec<_> = expected.map(|code| ("b".to_owned(), code, a.clone())).into_iter().collect();
        assert_eq!(found, expected, "{first} {second} {then}");
    }

    let stop = r#"{"key":"a","name":"a","when":{"shop":["1"]},"then":{},"stop":true}"#;
    assert_eq!(
        found(&[stop, &rule("b", r#"{"shop":["1"]}"#, sf)]),
        [("b".to_owned(), "not_reached", a.clone())]
    );

    let dated = r#"{"key":"a","name":"a","until":"2026-11-01T00:00:00Z","when":{"shop":["1"]},"then":{"carrier":"sf"}}"#;
    assert_eq!(
        found(&[dated, &rule("b", r#"{"shop":["1"]}"#, zto)]),
        [("a".to_owned(), "ended", None)],
        "it leaves the orders of other times"
    );
}

#[test]
fn rules_that_wait_for_each_other_are_told() {
    let rule = |key: &str, tag: &str, gives: &str| {
        format!(
            r#"{{"key":"{key}","name":"{key}","when":{{"tag":["{tag}"]}},"then":{{"tags":["{gives}"]}}}}"#
        )
    };
    let gives = |key: &str, tag: &str| {
        format!(r#"{{"key":"{key}","name":"{key}","when":{{"shop":["1"]}},"then":{{"tags":["{tag}"]}}}}"#)
    };
    let said = |rule: &str, code, other: Option<&str>| (rule.to_owned(), code, other.map(str::to_owned));
    assert_eq!(found(&[&rule("a", "x", "x")]), [said("a", "loops", None)]);
    assert_eq!(
        found(&[&rule("a", "x", "y"), &rule("b", "y", "x")]),
        [said("a", "loops", Some("b"))],
        "told where the circle begins"
    );
    assert_eq!(found(&[&rule("a", "x", "y"), &gives("b", "x")]), [said("a", "too_late", Some("b"))]);
    assert_eq!(found(&[&gives("a", "x"), &rule("b", "x", "y")]), []);
    assert_eq!(found(&[&rule("a", "x", "y")]), [said("a", "never_given", None)]);
}

#[test]
fn a_dry_run_counts_what_would_change() {
    let orders = [order(), Seen { shop: ShopId(13), ..order() }, Seen { shop: ShopId(14), ..order() }];
    let decide = |set: &RuleSet, seen: &Seen| {
        let compiled = Compiled::new(set, Zone::default());
        compiled.decide(seen, &mut compiled.scratch())
    };
    let now =
        set(&[r#"{"key":"a","name":"a","when":{"shop":["12","13"]},"then":{"carrier":"sf","tags":["x"]}}"#]);
    let then = set(&[r#"{"key":"b","name":"b","then":{"carrier":"zto","gifts":[{"sku":"CUP"}]}}"#]);
    let mut tally = Tally::default();
    for (number, seen) in orders.iter().enumerate() {
        tally.add(OrderId(number as i64), &decide(&now, seen), &decide(&then, seen));
    }
    tally.add(OrderId(9), &decide(&now, &orders[0]), &decide(&now, &orders[0]));
    tally.sort();
    let shown: Vec<_> = tally
        .changes
        .iter()
        .map(|one| format!("{} {}→{} {}", one.kind, one.from, one.to, one.orders))
        .collect();
    assert_eq!(shown, ["gift →CUP × 1 3", "carrier sf→zto 2", "tag x→ 2", "carrier →zto 1"]);
    assert_eq!((tally.looked_at, tally.changed), (4, 3));
}
