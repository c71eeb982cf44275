//! The labelled pairs: every kind of likeness met in the field, and the bars they must clear.
//!
//! Costs are not equal: a wrong "same" sends goods to a stranger, a wrong "suggest" costs a glance.

use serde::Deserialize;

use super::identity::{Comparison, Party, Verdict, compare};
use super::keys::{self, Keys};

#[derive(Deserialize)]
struct Pair {
    id: String,
    label: Verdict,
    why: String,
    #[serde(default)]
    platform_merge: Option<bool>,
    a: Party,
    b: Party,
}

impl Pair {
    fn compare(&self) -> Comparison {
        compare(&self.a, &self.b, self.platform_merge)
    }
}

fn pairs() -> Vec<Pair> {
    let shared = include_str!("../../../tests/vectors/recipient-pairs.json");
    serde_json::from_str(shared).expect("the file holds pairs")
}

fn own_pairs() -> Vec<Pair> {
    let own = include_str!("../../../tests/vectors/own-recipient-pairs.json");
    serde_json::from_str(own).expect("the file holds pairs")
}

/// Prints what was missed and answers how often a label got a verdict.
fn tally(pairs: &[Pair]) -> impl Fn(Verdict, Verdict) -> usize {
    let mut counts = std::collections::HashMap::new();
    for pair in pairs {
        let found = pair.compare();
        *counts.entry((pair.label, found.verdict)).or_insert(0) += 1;
        if found.verdict != pair.label {
            println!(
                "{}: {} ({}) was called {}: {}",
                pair.id,
                pair.label,
                pair.why,
                found.verdict,
                found.why.code()
            );
        }
    }
    move |label, verdict| counts.get(&(label, verdict)).copied().unwrap_or(0)
}

#[track_caller]
fn check_bars(pairs: &[Pair]) {
    use Verdict::{Different, Same, Suggest};
    let count = tally(pairs);
    let of = |label| Verdict::ALL.iter().map(|verdict| count(label, *verdict)).sum::<usize>();
    println!(
        "same {}/{}, suggest {}/{}, different {}/{}",
        count(Same, Same),
        of(Same),
        count(Suggest, Suggest),
        of(Suggest),
        count(Different, Different),
        of(Different)
    );
    assert_eq!(count(Different, Same), 0, "a stranger's parcel");
    assert!(count(Suggest, Same) * 100 <= of(Suggest), "at most one in a hundred");
    assert!(count(Same, Same) * 100 >= of(Same) * 95);
    assert!(count(Suggest, Suggest) * 100 >= of(Suggest) * 80);
    assert!(count(Different, Suggest) * 100 <= of(Different) * 5);
}

#[test]
fn the_shared_pairs_clear_their_bars() {
    check_bars(&pairs());
}

#[test]
fn our_own_pairs_clear_the_same_bars() {
    check_bars(&own_pairs());
}

/// Pairs written without a look at the comparison, to see how it does on pairs it has never met.
#[test]
fn pairs_written_blind_clear_the_same_bars() {
    let blind = include_str!("../../../tests/vectors/fresh-recipient-pairs.json");
    check_bars(&serde_json::from_str::<Vec<Pair>>(blind).expect("the file holds pairs"));
}

#[test]
fn the_order_of_two_makes_no_difference() {
    for pair in pairs().into_iter().chain(own_pairs()) {
        assert_eq!(pair.compare(), compare(&pair.b, &pair.a, pair.platform_merge), "{}", pair.id);
    }
}

#[test]
fn a_plain_complete_recipient_is_the_same_as_itself() {
    for pair in pairs().into_iter().chain(own_pairs()) {
        for party in [&pair.a, &pair.b] {
            if !keys::is_masked(&party.recipient) && Keys::of(&party.recipient).is_complete() {
                assert_eq!(compare(party, party, None).verdict, Verdict::Same, "{}", pair.id);
            }
        }
    }
}

#[test]
fn equal_keys_and_the_verdict_same_are_one_thing_for_plain_parties() {
    for pair in pairs().into_iter().chain(own_pairs()) {
        let parties = [&pair.a, &pair.b];
        if parties.iter().any(|party| keys::is_masked(&party.recipient) || !party.token.is_empty()) {
            continue;
        }
        let [a, b] = parties.map(|party| Keys::of(&party.recipient));
        let equal = a == b && a.is_complete();
        let zips = parties.map(|party| party.recipient.postcode.as_str());
        // The one exception: two Chinese postcodes that contradict each other, which are in no key.
        if equal && zips[0] != zips[1] && pair.compare().why.code() == "postcode_other" {
            continue;
        }
        assert_eq!(equal, pair.compare().verdict == Verdict::Same, "{}: {}", pair.id, pair.why);
    }
}

#[test]
fn reasons_have_codes_and_sentences_of_their_own() {
    let reasons = super::why::Why::ALL;
    let codes: std::collections::HashSet<_> = reasons.iter().map(|why| why.code()).collect();
    assert_eq!(codes.len(), reasons.len());
    assert!(reasons.iter().all(|why| why.english().ends_with('.') && why.chinese().ends_with('。')));
}

/// The plain parties of the files, each address once.
fn plain_parties() -> Vec<Party> {
    let mut seen = std::collections::HashSet::new();
    let parties = pairs().into_iter().chain(own_pairs()).map(|pair| pair.a);
    // A privacy code behind the line is no door.
    let plain = |party: &Party| {
        party.token.is_empty() && !keys::is_masked(&party.recipient) && !party.recipient.detail.ends_with(']')
    };
    parties.filter(plain).filter(|party| seen.insert(party.recipient.detail.clone())).collect()
}

#[test]
fn another_digit_in_the_line_is_another_door() {
    for party in plain_parties() {
        let detail = &party.recipient.detail;
        for (at, sign) in detail.char_indices().filter(|(_, sign)| sign.is_ascii_digit()) {
            let digit = if sign == '9' { '0' } else { char::from(sign as u8 + 1) };
            let mut other = party.clone();
            other.recipient.detail = format!("{}{digit}{}", &detail[..at], &detail[at + 1..]);
            let found = compare(&party, &other, None);
            assert_eq!(found.verdict, Verdict::Different, "{detail} {}", other.recipient.detail);
        }
    }
}

#[test]
fn a_line_with_a_sign_less_is_never_merged_silently() {
    for party in plain_parties() {
        let (detail, key) = (&party.recipient.detail, Keys::of(&party.recipient).address);
        // 室 or 房 at the end and the sign of an ordinal say nothing.
        let silent = |at: usize, sign: char| {
            sign == 'º' || matches!(sign, '室' | '房') && at + sign.len_utf8() == detail.len()
        };
        for (at, sign) in detail.char_indices() {
            if sign.is_alphanumeric() && !silent(at, sign) {
                let mut other = party.recipient.clone();
                other.detail = format!("{}{}", &detail[..at], &detail[at + sign.len_utf8()..]);
                assert_ne!(Keys::of(&other).address, key, "{detail} {}", other.detail);
            }
        }
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_compared_without_panic_and_either_way_round(
        a in proptest::collection::vec(".{0,24}", 8),
        b in proptest::collection::vec("[0-9一二十百号楼栋单元室路东a-f\\-/#* ,.()\\[\\]+转弄甲之]{0,16}", 8),
    ) {
        let party = |parts: &[String]| Party {
            recipient: super::Recipient {
                name: parts[0].clone(), phone: parts[1].clone(), detail: parts[2].clone(), city: parts[3].clone(),
                town: parts[4].clone(), postcode: parts[5].clone(), province: parts[6].clone(),
                country: if parts[7].is_empty() { "CN".into() } else { "AU".into() },
                ..super::Recipient::default()
            },
            ..Party::default()
        };
        let mixed: Vec<String> = a.iter().zip(&b).enumerate().map(|(at, (a, b))| if at == 2 { format!("{b}{a}") } else { b.clone() }).collect();
        let parties = [party(&a), party(&b), party(&mixed)];
        for one in &parties {
            for other in &parties {
                proptest::prop_assert_eq!(compare(one, other, None), compare(other, one, None));
            }
            let _ = (super::mask::masked(&one.recipient), super::complete::missing_fields(&one.recipient));
            let _ = (keys::phone_last4(&one.recipient), super::phone::phones_for_search(&one.recipient.phone));
        }
    }
}
