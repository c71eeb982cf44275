//! Rules as a text that people keep, read and edit.
//!
//! JSON, because the same words are the body of the API, every editor marks a broken bracket, and what is read and written
//! again is the same to the last byte. One rule after the other, in the order in which they are read.

use serde_json::error::Category;

use super::split::{PIECES_MAX, Split, SplitBy};
use super::{Actions, Amount, Condition, Gift, PiecesOf, RULES_MAX, Range, Rule, RuleSet};
use crate::domain::error::FieldError;
use crate::domain::sku::{CATEGORY_MAX, CODE_MAX};

/// Bytes of a set as text.
pub const TEXT_MAX: usize = 1 << 20;
/// Conditions within conditions.
const DEPTH_MAX: usize = 8;
/// Conditions of one rule.
const CONDITIONS_MAX: usize = 50;
/// Values of one list.
const LIST_MAX: usize = 1_000;
/// Characters of a key.
const KEY_MAX: usize = 40;
/// Characters of a name.
const NAME_MAX: usize = 80;
/// Characters of a word, flag, tag, code of a carrier's service or warehouse.
const WORD_MAX: usize = 40;
/// Characters of the reason of a hold, as of one by hand.
const REASON_MAX: usize = 200;
/// Longest hold in minutes: a year.
const HOLD_MAX_MINUTES: i64 = 366 * 24 * 60;
/// Pieces of one gift.
const GIFT_MAX: i64 = 1_000;

/// Writes a set as text.
pub fn print(set: &RuleSet) -> String {
    let mut text = serde_json::to_string_pretty(set).expect("rules are plain data");
    text.push('\n');
    text
}

/// Reads a text. Rules without a key are given one.
///
/// # Errors
/// Every field that cannot be taken, with the rule's name and the value; one where the text is no JSON of this shape.
pub fn parse(text: &str) -> Result<RuleSet, Vec<FieldError>> {
    if text.len() > TEXT_MAX {
        let detail = format!("The text has {} bytes; up to {TEXT_MAX} are taken", text.len());
        return Err(vec![FieldError::new("text", "length", detail)]);
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    let set: RuleSet = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        vec![unread(text, &path, &error.into_inner())]
    })?;
    reader.end().map_err(|error| vec![unread(text, ".", &error)])?;
    checked(set)
}

/// Says which rule and field cannot be read, and why.
fn unread(text: &str, path: &str, error: &serde_json::Error) -> FieldError {
    if error.classify() != Category::Data {
        return FieldError::new("text", "json", format!("The text is no JSON: {error}"));
    }
    let said = error.to_string();
    let said = said.split(" at line ").next().unwrap_or(&said);
    let field = if path == "." { "rules" } else { path };
    let index = field.strip_prefix("rules[").and_then(|rest| rest.split(']').next()?.parse::<usize>().ok());
    let name = index.and_then(|index| name_of(text, index));
    let detail = match (index, name) {
        (Some(index), Some(name)) => format!("Rule {} {name:?}, line {}: {said}", index + 1, error.line()),
        _ => format!("Line {}: {said}", error.line()),
    };
    FieldError::new(field, "type", detail)
}

/// The name of a rule in a text whose rules cannot all be read.
fn name_of(text: &str, index: usize) -> Option<String> {
    let value: serde_json::Value = serde_json::from_str(text).ok()?;
    Some(value.get("rules")?.get(index)?.get("name")?.as_str()?.to_owned())
}

/// Checks a set and gives keys to rules without one.
///
/// # Errors
/// Every field that cannot be taken.
pub fn checked(mut set: RuleSet) -> Result<RuleSet, Vec<FieldError>> {
    let count = set.rules.len();
    if count > RULES_MAX {
        let detail = format!("There are {count} rules; up to {RULES_MAX} are taken. Join some with \"any\"");
        return Err(vec![FieldError::new("rules", "length", detail)]);
    }
    let mut errors = Vec::new();
    let mut taken = std::collections::HashSet::new();
    for (index, rule) in set.rules.iter_mut().enumerate() {
        let mut check =
            Check { place: format!("rules[{index}]"), rule: said(index, rule), errors: Vec::new() };
        rule.name = rule.name.trim().to_owned();
        check.rule(rule);
        errors.append(&mut check.errors);
        if !rule.key.is_empty() && !taken.insert(rule.key.clone()) {
            let detail = format!("{}: the key {:?} is another rule's; write a new one", check.rule, rule.key);
            errors.push(FieldError::new(format!("rules[{index}].key"), "twice", detail));
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let mut next = 1;
    for rule in set.rules.iter_mut().filter(|rule| rule.key.is_empty()) {
        while !taken.insert(format!("r{next}")) {
            next += 1;
        }
        rule.key = format!("r{next}");
    }
    Ok(set)
}

fn said(index: usize, rule: &Rule) -> String {
    format!("Rule {} {:?}", index + 1, rule.name.trim())
}

struct Check {
    place: String,
    rule: String,
    errors: Vec<FieldError>,
}

impl Check {
    fn hold(&mut self, is_fine: bool, field: &str, code: &'static str, detail: impl FnOnce() -> String) {
        if !is_fine {
            let detail = format!("{}: {}", self.rule, detail());
            self.errors.push(FieldError::new(format!("{}.{field}", self.place), code, detail));
        }
    }

    fn rule(&mut self, rule: &Rule) {
        let is_key = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        self.hold(rule.key.len() <= KEY_MAX && rule.key.chars().all(is_key), "key", "word", || {
            format!("{:?} is no key; write up to {KEY_MAX} of a-z, 0-9 and -, or leave it out", rule.key)
        });
        self.word("name", &rule.name, NAME_MAX);
        if let (Some(from), Some(until)) = (rule.from, rule.until) {
            let detail = || format!("{until} is not after {from}; write a later time, or leave it out");
            self.hold(until > from, "until", "range", detail);
        }
        let mut count = 0;
        rule.when.walk(&mut |_| count += 1);
        self.hold(count <= CONDITIONS_MAX, "when", "length", || {
            format!("it has {count} conditions; write up to {CONDITIONS_MAX}, or make two rules of it")
        });
        self.condition("when".to_owned(), &rule.when, 0);
        self.actions(&rule.then, rule.stop);
    }

    fn condition(&mut self, place: String, condition: &Condition, depth: usize) {
        if depth > DEPTH_MAX {
            let detail =
                || format!("conditions stand in conditions more than {DEPTH_MAX} deep; make two rules of it");
            return self.hold(false, &place, "length", detail);
        }
        match condition {
            Condition::All(list) => {
                for (at, one) in list.iter().enumerate() {
                    self.condition(format!("{place}.all[{at}]"), one, depth + 1);
                }
            }
            Condition::Any(list) => {
                self.some(&format!("{place}.any"), list.len());
                for (at, one) in list.iter().enumerate() {
                    self.condition(format!("{place}.any[{at}]"), one, depth + 1);
                }
            }
            Condition::Not(one) => self.condition(format!("{place}.not"), one, depth + 1),
            Condition::Shop(list) => self.some(&format!("{place}.shop"), list.len()),
            Condition::Platform(list) => self.some(&format!("{place}.platform"), list.len()),
            Condition::Kind(list) => self.some(&format!("{place}.kind"), list.len()),
            Condition::Sku(list) => self.words(&format!("{place}.sku"), list, CODE_MAX),
            Condition::Category(list) => self.words(&format!("{place}.category"), list, CATEGORY_MAX),
            Condition::ShopSku(list) => self.words(&format!("{place}.shop_sku"), list, CODE_MAX),
            Condition::PiecesOf(PiecesOf { skus, at_least, at_most }) => {
                self.words(&format!("{place}.pieces_of.skus"), skus, CODE_MAX);
                self.range(&format!("{place}.pieces_of"), *at_least, *at_most);
            }
            Condition::Pieces(range) => self.span(&format!("{place}.pieces"), *range),
            Condition::Lines(range) => self.span(&format!("{place}.lines"), *range),
            Condition::LineQuantity(range) => self.span(&format!("{place}.line_quantity"), *range),
            Condition::WeightG(range) => self.span(&format!("{place}.weight_g"), *range),
            Condition::ShipmentOrders(range) => self.span(&format!("{place}.shipment_orders"), *range),
            Condition::Amount(Amount { currency, at_least, at_most }) => {
                let is_one = currency.len() == 3 && currency.bytes().all(|b| b.is_ascii_uppercase());
                self.hold(is_one, &format!("{place}.amount.currency"), "word", || {
                    format!("{currency:?} is no currency; write the three capitals of ISO 4217, such as CNY")
                });
                self.range(&format!("{place}.amount"), *at_least, *at_most);
            }
            Condition::Region(list) => {
                let field = format!("{place}.region");
                self.some(&field, list.len());
                for code in list {
                    let digits = code.bytes().all(|b| b.is_ascii_digit());
                    self.hold(digits && matches!(code.len(), 2 | 4 | 6), &field, "word", || {
                        format!(
                            "{code:?} is no region; write 2, 4 or 6 digits of GB/T 2260, such as 65 or 3301"
                        )
                    });
                }
            }
            Condition::Country(list) => {
                let field = format!("{place}.country");
                self.some(&field, list.len());
                for code in list {
                    let is_one = code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase());
                    self.hold(is_one, &field, "word", || {
                        format!("{code:?} is no country; write the two capitals of ISO 3166, such as CN")
                    });
                }
            }
            Condition::Remark(remark) => {
                let field = format!("{place}.remark.any_of");
                for word in &remark.any_of {
                    self.word(&field, word, WORD_MAX);
                    let detail =
                        || format!("{word:?} has nothing but *; write a word, or leave \"any_of\" out");
                    self.hold(word.chars().any(|c| c != '*' && c != '＊'), &field, "word", detail);
                }
            }
            Condition::Flag(list) => self.words(&format!("{place}.flag"), list, WORD_MAX),
            Condition::Tag(list) => self.words(&format!("{place}.tag"), list, WORD_MAX),
            Condition::Buyer(list) => self.words(&format!("{place}.buyer"), list, CODE_MAX),
            Condition::BuyerTag(list) => self.words(&format!("{place}.buyer_tag"), list, WORD_MAX),
            Condition::FirstOrder(_) => {}
            Condition::Paid(at) => {
                let says = !at.days.is_empty() || at.from.is_some() || at.to.is_some();
                self.hold(says, &format!("{place}.paid"), "required", || {
                    "it names neither days nor times; write one of \"days\", \"from\" and \"to\"".to_owned()
                });
                self.hold(
                    at.from.is_none() || at.from != at.to,
                    &format!("{place}.paid.to"),
                    "range",
                    || "it begins and ends at the same time; write another".to_owned(),
                );
            }
        }
    }

    fn actions(&mut self, then: &Actions, stops: bool) {
        self.hold(stops || !then.kinds().is_empty(), "then", "required", || {
            "it does nothing; name what it decides, or let it stop the reading".to_owned()
        });
        for (field, value) in [
            ("then.carrier", &then.carrier),
            ("then.service", &then.service),
            ("then.warehouse", &then.warehouse),
            ("then.flag", &then.flag),
        ] {
            if let Some(value) = value {
                self.word(field, value, WORD_MAX);
            }
        }
        for tag in &then.tags {
            self.word("then.tags", tag, WORD_MAX);
        }
        if let Some(hold) = &then.hold {
            self.word("then.hold.reason", &hold.reason, REASON_MAX);
            self.hold(
                hold.until.is_none() || hold.minutes.is_none(),
                "then.hold.minutes",
                "conflict",
                || "it has two ends; write \"until\" or \"minutes\"".to_owned(),
            );
            let minutes = hold.minutes.unwrap_or(1);
            self.hold((1..=HOLD_MAX_MINUTES).contains(&minutes), "then.hold.minutes", "range", || {
                format!("{minutes} is not within 1 to {HOLD_MAX_MINUTES}")
            });
        }
        if let Some(split) = &then.split {
            self.split(split);
        }
        for Gift { sku, quantity, per, at_most } in &then.gifts {
            self.word("then.gifts.sku", sku, CODE_MAX);
            let whole = !sku.ends_with('*');
            self.hold(whole, "then.gifts.sku", "word", || format!("{sku:?} is many; name one SKU"));
            self.hold((1..=GIFT_MAX).contains(quantity), "then.gifts.quantity", "range", || {
                format!("{quantity} is not within 1 to {GIFT_MAX}")
            });
            self.hold(per.is_none_or(|per| per >= 1), "then.gifts.per", "range", || {
                "it is below 1; write minor units such as 9900 for 99 yuan, or leave it out".to_owned()
            });
            self.hold(
                at_most.is_none_or(|most| (1..=GIFT_MAX).contains(&most)),
                "then.gifts.at_most",
                "range",
                || format!("{} is not within 1 to {GIFT_MAX}", at_most.unwrap_or_default()),
            );
        }
    }

    fn split(&mut self, split: &Split) {
        let by = split.by;
        match by {
            SplitBy::Pieces => self.hold(
                split.pieces.is_some_and(|pieces| (1..=PIECES_MAX).contains(&pieces)),
                "then.split.pieces",
                "range",
                || format!("{:?} pieces are not within 1 to {PIECES_MAX}", split.pieces.unwrap_or_default()),
            ),
            _ => self.hold(split.pieces.is_none(), "then.split.pieces", "contradiction", || {
                format!("pieces are counted with \"by\": \"pieces\"; here it is {by}. Leave them out")
            }),
        }
        if by != SplitBy::Sku {
            self.hold(split.skus.is_empty(), "then.split.skus", "contradiction", || {
                format!("SKUs are named with \"by\": \"sku\"; here it is {by}. Leave them out")
            });
        } else if !split.skus.is_empty() {
            self.words("then.split.skus", &split.skus, CODE_MAX);
        }
    }

    fn word(&mut self, field: &str, text: &str, most: usize) {
        let length = text.chars().count();
        let is_fine = (1..=most).contains(&length)
            && text.trim().len() == text.len()
            && !text.chars().any(char::is_control);
        self.hold(is_fine, field, "length", || {
            format!(
                "{text:?} has {length} characters; write 1 to {most} on one line, without blanks at its ends"
            )
        });
    }

    fn words(&mut self, field: &str, list: &[String], most: usize) {
        self.some(field, list.len());
        for word in list {
            self.word(field, word, most);
        }
    }

    fn some(&mut self, field: &str, count: usize) {
        self.hold((1..=LIST_MAX).contains(&count), field, "length", || {
            format!("the list has {count} values; write 1 to {LIST_MAX}, or take the condition out")
        });
    }

    fn span(&mut self, field: &str, range: Range) {
        self.range(field, range.at_least, range.at_most);
    }

    fn range(&mut self, field: &str, least: Option<i64>, most: Option<i64>) {
        self.hold(least.is_some() || most.is_some(), field, "required", || {
            "it has neither \"at_least\" nor \"at_most\"; write one of them".to_owned()
        });
        let (low, high) = (least.unwrap_or(0), most.unwrap_or(i64::MAX));
        self.hold(low >= 0 && high >= 0, field, "range", || {
            "a number is negative; write 0 or more".to_owned()
        });
        self.hold(low <= high, field, "range", || {
            format!("at_least {low} is above at_most {high}; nothing is in between")
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A set with every condition and every action.
    const EVERYTHING: &str = include_str!("../../../tests/fixtures/rules/everything.json");

    #[test]
    fn what_is_printed_is_read_as_the_same() {
        let set = parse(EVERYTHING).expect("well-formed");
        let text = print(&set);
        assert_eq!(parse(&text).as_ref(), Ok(&set));
        assert_eq!(print(&parse(&text).expect("printed")), text);
        // The example names them all: a condition that is added here has to be added there.
        for word in [
            "all",
            "any",
            "not",
            "shop",
            "platform",
            "kind",
            "sku",
            "shop_sku",
            "pieces_of",
            "pieces",
            "lines",
            "line_quantity",
            "weight_g",
            "amount",
            "region",
            "country",
            "remark",
            "flag",
            "tag",
            "buyer",
            "first_order",
            "paid",
            "shipment_orders",
            "carrier",
            "service",
            "warehouse",
            "tags",
            "hold",
            "gifts",
            "audits",
            "stop",
            "from",
            "until",
            "on",
        ] {
            assert!(text.contains(&format!("\"{word}\":")), "{word} is not in everything.json");
        }
    }

    #[test]
    fn rules_without_a_key_are_given_a_free_one() {
        let text = r#"{"rules":[{"name":"a","then":{"flag":"red"}},{"key":"r1","name":"b","then":{"flag":"red"}},
            {"name":"c","then":{"flag":"red"}}]}"#;
        let keys: Vec<String> =
            parse(text).expect("well-formed").rules.into_iter().map(|rule| rule.key).collect();
        assert_eq!(keys, ["r2", "r1", "r3"]);
    }

    #[test]
    fn an_error_names_rule_field_and_value() {
        let rule = |rest: &str| format!("{{\"rules\":[{{\"name\":\"Heavy\",{rest}}}]}}");
        let then = "\"then\":{\"carrier\":\"sf\"}";
        for (text, field, said) in [
            ("{".to_owned(), "text", "no JSON"),
            ("{}".to_owned(), "rules", "rules"),
            (rule("\"then\":{\"carier\":\"sf\"}"), "rules[0].then.carier", "carier"),
            (rule("\"then\":{}"), "rules[0].then", "does nothing"),
            (rule(&format!("\"key\":\"A b\",{then}")), "rules[0].key", "\"A b\""),
            (rule(&format!("\"when\":{{\"weigth_g\":{{}}}},{then}")), "rules[0].when", "weigth_g"),
            (rule(&format!("\"when\":{{\"weight_g\":{{}}}},{then}")), "rules[0].when.weight_g", "neither"),
            (
                rule(&format!(
                    "\"when\":{{\"all\":[{{\"pieces\":{{\"at_least\":5,\"at_most\":2}}}}]}},{then}"
                )),
                "rules[0].when.all[0].pieces",
                "at_least 5",
            ),
            (rule(&format!("\"when\":{{\"any\":[]}},{then}")), "rules[0].when.any", "0 values"),
            (
                rule(&format!("\"when\":{{\"region\":[\"Tibet\"]}},{then}")),
                "rules[0].when.region",
                "\"Tibet\"",
            ),
            (
                rule(&format!("\"when\":{{\"platform\":[\"ebay9\"]}},{then}")),
                "rules[0].when.platform[0]",
                "ebay9",
            ),
            (
                rule(&format!("\"from\":\"2026-12-01T00:00:00Z\",\"until\":\"2026-11-01T00:00:00Z\",{then}")),
                "rules[0].until",
                "not after",
            ),
            (
                rule("\"then\":{\"gifts\":[{\"sku\":\"CUP\",\"quantity\":0}]}"),
                "rules[0].then.gifts.quantity",
                "0 is",
            ),
            (
                rule(
                    "\"then\":{\"hold\":{\"reason\":\"x\",\"minutes\":5,\"until\":\"2026-12-01T00:00:00Z\"}}",
                ),
                "rules[0].then.hold.minutes",
                "two ends",
            ),
        ] {
            let errors = parse(&text).expect_err(&text);
            assert_eq!(errors[0].field, field, "{text}: {errors:?}");
            assert!(errors[0].detail.contains(said), "{text}: {errors:?}");
            let in_rule = field.starts_with("rules[");
            assert!(!in_rule || errors[0].detail.contains("Rule 1 \"Heavy\""), "{text}: {errors:?}");
        }
        let twice = r#"{"rules":[{"key":"a","name":"1","then":{"flag":"x"}},{"key":"a","name":"2","then":{"flag":"x"}}]}"#;
        assert_eq!(parse(twice).expect_err("twice")[0].field, "rules[1].key");
    }

    #[test]
    fn carriers_may_be_named_as_people_do() {
        let text = r#"{"rules":[{"name":"a","then":{"carrier":"顺丰"}}]}"#;
        assert_eq!(parse(text).expect("well-formed").rules[0].then.carrier.as_deref(), Some("sf"));
    }
}
