//! The vectors, tables of our own, and properties of every format that counts.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::LazyLock;

use proptest::prelude::*;
use serde::Deserialize;

use super::*;

static VECTORS: LazyLock<Vec<Vector>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../../tests/vectors/waybill-vectors.json")).unwrap()
});

#[derive(Deserialize)]
struct Vector {
    format: String,
    kind: String,
    number: String,
    next: Option<String>,
    error: Option<String>,
    #[serde(default = "one")]
    step: i64,
}

fn one() -> i64 {
    1
}

/// What is expected of a format and a number as typed.
enum Expected<'a> {
    Valid,
    Invalid,
    /// The number at this step, or the code of the refusal.
    Next(i64, Result<&'a str, &'a str>),
}
use Expected::{Invalid, Next, Valid};

fn check(format: &str, typed: &str, expected: Expected) {
    let format = Format::find(format).unwrap_or_else(|| panic!("no format {format}"));
    let number = number(typed);
    match expected {
        Valid => assert_eq!(format.check(&number), Ok(()), "{} {typed}", format.name),
        Invalid => assert!(format.check(&number).is_err(), "{} {typed}", format.name),
        Next(step, expected) => {
            let next = format.next(&number, step);
            let answer = next.as_ref().map(WaybillNumber::as_str).map_err(Refusal::code);
            assert_eq!(answer, expected, "{} {typed} {step:+}", format.name);
        }
    }
}

fn number(typed: &str) -> WaybillNumber {
    WaybillNumber::normalise(typed).unwrap()
}

#[test]
fn every_vector_agrees() {
    assert_eq!(VECTORS.len(), 739);
    for Vector { format, kind, number, next, error, step } in VECTORS.iter() {
        let next = match error.as_deref() {
            None => next.as_deref().ok_or(""),
            Some("exhausted") => Err("number_exhausted"),
            Some("refused") => Err("number_refused"),
            Some("check") => Err("number_check_digit"),
            Some("format") => Err("number_format"),
            Some(other) => panic!("unknown error {other}"),
        };
        match kind.as_str() {
            "valid" => check(format, number, Valid),
            "invalid" => check(format, number, Invalid),
            "successor" => check(format, number, Next(*step, next)),
            other => panic!("unknown kind {other}"),
        }
    }
}

#[test]
fn every_format_has_a_vector_and_a_name_of_its_own() {
    let mut names: Vec<_> = Format::all().iter().map(|format| format.name).collect();
    names.sort_unstable();
    names.dedup();
    let mut known: Vec<_> = VECTORS.iter().map(|vector| vector.format.as_str()).collect();
    known.sort_unstable();
    known.dedup();
    assert_eq!(names, known);
    assert_eq!(Format::all().len(), 69);
}

/// Published numbers beside the vectors; source: `jkeen/tracking_number_data` at b79ce4b (MIT).
#[test]
fn further_published_numbers_agree() {
    for (format, typed) in [
        ("usps-impb", "9400 1112 0108 0805 4830 16"),
        ("usps-impb", "420926029261290336128704067248"),
        ("usps-impb", " 4 2 0 1 0 2 8 2 0 0 0 0 9 2 6 1 2 9 0 1 1 3 1 8 5 4 1 7 4 6 8 5 1 0 "),
        ("usps-legacy", "420 22153 9101026837331000039521"),
        ("usps-legacy", "7196 9010 7560 0307 7385"),
        ("fedex-12", "986578788855"),
        ("fedex-34", "1001901781990001000300617767839437"),
        ("fedex-astra-32", "32971510360102447848540980802018"),
        ("fedex-ground-15", "5682 8361 0012 734"),
        ("fedex-ground-96", "9611020987654312345672"),
        ("fedex-gsn-34", "9622001560000000000000794808390594"),
        ("sscc-18", "00 0123 4500 0000 0027"),
        ("dhl-express", "3821724944"),
        ("dhl-piece", "JVGL0999999990"),
        ("s10", "RB123456785CV"),
        ("purolator-12", "331426749957"),
        ("purolator-alpha", "CGK002986959"),
        ("ontrac-c", "C 110 31 500 00187 9"),
        ("lasership-lx", "LI 129 79072"),
        ("lasership-1ls7", "1LS724505321754"),
        ("lasership-1lscx", "1LS CX VE00 58631Y"),
    ] {
        check(format, typed, Valid);
    }
    for (format, typed) in [
        ("usps-impb", "420000000000000000000000000000"),
        ("fedex-astra-32", "32971514560102449175802852014"),
        ("dhl-ecommerce", "GS295117494011169041"),
        ("old-dominion", "79927398713"),
        ("old-dominion", "80003280389"),
        ("ontrac-d", "D10011342332144"),
        ("lasership-1ls7-18", "1LS7119013618127-2"),
    ] {
        check(format, typed, Invalid);
    }
}

#[test]
fn sf_passes_every_kind_of_border_in_both_directions() {
    for (number, step, expected) in [
        ("444003079994", 1, Ok("444003080003")),
        ("444003080003", -1, Ok("444003079994")),
        ("444003079994", 1000, Ok("444003089996")),
        ("444003077995", 2, Ok("444003078016")),
        ("304312442386", 2, Ok("304312442400")),
        ("304312442400", -2, Ok("304312442386")),
        ("010999999991", -1, Ok("010999999982")),
        ("010999999991", 1, Err("number_exhausted")),
        ("010999999991", i64::MAX, Err("number_exhausted")),
        ("010000000000", i64::MIN, Err("number_exhausted")),
        ("010999999991", 0, Err("step_invalid")),
        ("441003077850", 1, Err("number_check_digit")),
        ("44400307977", 1, Err("number_format")),
        ("SF1040275268927", 1, Err("number_format")),
    ] {
        check("sf-12", number, Next(step, expected));
    }
}

#[test]
fn counters_end_where_their_format_ends() {
    for (format, number, step, expected) in [
        ("best-12", "399999999999", 1, Err("number_exhausted")),
        ("best-12", "210000000000", -1, Err("number_exhausted")),
        ("best-12", "400000000000", 1, Err("number_format")),
        ("best-13", "0999999999999", 1, Err("number_exhausted")),
        ("best-13", "A999999999999", 1, Err("number_exhausted")),
        ("zjs-a12", "A006076150603", 1, Ok("A006076150614")),
        ("zjs-a12", "A006076150614", -1, Ok("A006076150603")),
        ("yto-10", "0999999999", 1, Ok("1000000000")),
        ("ontrac-c", "C11121553156018", -1, Ok("C11121553156000")),
        ("ontrac-d", "D10011345983028", -1, Ok("D10011345983010")),
        ("dpd-14", "09 9800 0002 0033 F", 1, Ok("09980000020034D")),
        ("dpd-14", "09980000020034D", -1, Ok("09980000020033F")),
        ("dpd-14", "09980000020034d", -1, Ok("09980000020033F")),
        ("dpd-28", "0081827099800000200 33 350 276 C", 1, Err("number_refused")),
        ("usps-impb", "9400111206206407628845", -1, Ok("9400111206206407628838")),
        ("usps-impb", "92748931507708513018050063", 2, Ok("92748931507708513018050087")),
        ("fedex-34", "1010095723370011139700578986681398", 1, Err("number_refused")),
        ("ups-1z", "1Z87585E9999999993", 1, Err("number_exhausted")),
        ("plain", "AB-12-C", 1, Err("number_format")),
        (
            "plain",
            "0000000000000000000000000000000000000000099",
            1,
            Ok("0000000000000000000000000000000000000000100"),
        ),
        ("plain", "顺丰1", 1, Err("number_format")),
    ] {
        check(format, number, Next(step, expected));
    }
}

#[test]
fn what_scanners_and_keyboards_add_is_cleaned() {
    for (typed, expected) in [
        ("444003079772\r\n", "444003079772"),
        ("４４４００３０７９７７２", "444003079772"),
        ("ｅａ 123 456 785 ｃｎ", "EA123456785CN"),
        ("\u{FEFF}784\u{2011}1809\u{200B}9992\t", "784-18099992"),
        ("784–18099992", "784-18099992"),
        ("784－18099992", "784-18099992"),
        ("yt\u{3000}4242688631310", "YT4242688631310"),
    ] {
        assert_eq!(number(typed).as_str(), expected, "{typed:?}");
        assert_eq!(serde_json::to_string(&number(typed)).unwrap(), format!("{expected:?}"));
    }
    assert_eq!(WaybillNumber::normalise(" \u{200B}\n"), Err(Refusal::Empty));
    assert!(WaybillNumber::normalise(&"1".repeat(64)).is_ok());
    assert_eq!(WaybillNumber::normalise(&"1".repeat(65)), Err(Refusal::TooLong { length: 65 }));
    assert_eq!(serde_json::from_str::<WaybillNumber>("\" x9 \"").unwrap().as_str(), "X9");
    assert!(serde_json::from_str::<WaybillNumber>("\"\"").is_err());
}

#[test]
fn a_shipping_container_code_counts_behind_its_company_prefix() {
    let format = Format::find("sscc-18").unwrap();
    let last = format!("0{}{}", "0123450000009999", checksum::gs1("00123450000009999").unwrap());
    check("sscc-18", &last, Next(1, Err("number_exhausted")));
    let seven = CompanyPrefix::of_digits(7).unwrap();
    let next = format.next_with(&number(&last), 1, seven).unwrap();
    assert_eq!(&next.as_str()[..17], "00123450000010000");
    assert_eq!(CompanyPrefix::of_digits(3).unwrap_err().code(), "company_prefix_invalid");
    assert!(CompanyPrefix::of_digits(13).is_err());
}

#[test]
fn a_run_stops_where_the_stack_ends() {
    let sf = Format::find("sf-12").unwrap();
    let first = sf.next(&number("010999999991"), -2).unwrap();
    let filled = fill(sf, &first, 1, 5);
    assert_eq!(
        filled.numbers.iter().map(|n| n.as_str()).collect::<Vec<_>>(),
        ["010999999973", "010999999982", "010999999991"]
    );
    assert_eq!(filled.stopped.unwrap().code(), "number_exhausted");

    let filled = fill(sf, &first, 1, 3);
    assert_eq!((filled.numbers.len(), filled.stopped), (3, None));
    assert_eq!(fill(sf, &first, 1, 0), Filled { numbers: vec![], stopped: None });
}

#[test]
fn a_number_without_successor_fills_one_place() {
    for (format, typed, step, numbers, code) in [
        ("sf-15", "SF1040275268927", 1, 1, "number_refused"),
        ("plain", "ABC123X", 1, 1, "number_format"),
        ("sf-12", "444003077891", 1, 0, "number_check_digit"),
        ("sf-12", "44400307789", 1, 0, "number_format"),
        ("sf-12", "444003079772", 0, 0, "step_invalid"),
    ] {
        let filled = fill(Format::find(format).unwrap(), &number(typed), step, 3);
        assert_eq!(filled.numbers.len(), numbers, "{format} {typed}");
        let refusal = filled.stopped.unwrap();
        assert_eq!(refusal.code(), code, "{format} {typed}");
        assert!(!refusal.next_step().is_empty());
    }
    let alone = fill(Format::find("sf-15").unwrap(), &number("SF1040275268927"), 1, 1);
    assert_eq!((alone.numbers.len(), alone.stopped), (1, None));
}

#[test]
fn a_wrong_check_digit_is_shown_with_the_right_one() {
    let refusal = Format::find("ems-s10").unwrap().check(&number("ea123456780cn")).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "EA123456780CN ends its ems-s10 check with 0; the rest of the number asks for 5"
    );
    assert!(refusal.next_step().contains("must be 5"));
}

#[test]
fn the_formats_of_a_carrier_are_found_by_its_code() {
    let names = |code| Format::of_carrier(code).map(|format| format.name).collect::<Vec<_>>();
    assert_eq!(names("sf"), ["sf-12", "sf-15"]);
    assert_eq!(names("ems"), ["ems-13", "ems-s10"]);
    assert_eq!(names("other"), ["plain"]);
    assert!(names("nobody").is_empty());
}

#[test]
fn ten_thousand_numbers_are_made_one_by_one() {
    let filled = fill(Format::find("sf-12").unwrap(), &number("444000010085"), 1, 10_000);
    assert_eq!((filled.numbers.len(), filled.stopped), (10_000, None));
    assert_eq!(
        filled.numbers.last(),
        Format::find("sf-12").unwrap().next(&filled.numbers[0], 9_999).as_ref().ok()
    );
}

/// The table in the docs page is this one, word for word.
#[test]
fn the_docs_list_every_format() {
    let table: String = Format::all()
        .iter()
        .map(|format| {
            let Carrier { code, name, name_zh } = format.carrier;
            let rule = format.check_rule.map_or("–", CheckRule::as_str);
            let (shape, policy, certainty) = (format.shape(), format.policy, format.certainty);
            format!(
                "| `{}` | `{code}` {name} {name_zh} | {shape} | {rule} | {policy} | {certainty} |\n",
                format.name
            )
        })
        .collect();
    let page = include_str!("../../../docs/waybill-formats.md");
    assert!(page.contains(&table), "put this table into docs/waybill-formats.md:\n{table}");
}

/// A number that counts, with its format: those of the vectors, and one of the format that has none there.
fn counting_number() -> impl Strategy<Value = (&'static Format, WaybillNumber)> {
    let numbers: Vec<_> = VECTORS
        .iter()
        .map(|vector| (vector.format.as_str(), vector.number.as_str()))
        .chain([("zjs-a12", "A006076150603")])
        .map(|(format, typed)| (Format::find(format).unwrap(), number(typed)))
        .filter(|(format, number)| format.check(number).is_ok() && format.policy != Policy::Never)
        .collect();
    for format in Format::all().iter().filter(|format| format.policy != Policy::Never) {
        assert!(
            numbers.iter().any(|(counting, _)| counting.name == format.name),
            "no number for {}",
            format.name
        );
    }
    prop::sample::select(numbers)
}

proptest! {
    /// From any number of any format that counts, far away and near.
    #[test]
    fn steps_add_up_and_lead_back(
        (format, start) in counting_number(),
        jump in -3_000_000_i64..3_000_000,
        step in 1_i64..2_000,
    ) {
        let start = if jump == 0 { start } else { format.next(&start, jump).unwrap_or(start) };
        prop_assert_eq!(format.check(&start), Ok(()));
        if let Ok(next) = format.next(&start, step) {
            prop_assert_eq!(format.check(&next), Ok(()));
            prop_assert_eq!(next.as_str().len(), start.as_str().len());
            prop_assert_eq!(format.next(&next, -step), Ok(start.clone()));
            let single = (0..step).try_fold(start.clone(), |number, _| format.next(&number, 1));
            prop_assert_eq!(single, Ok(next.clone()));
            let filled = fill(format, &start, step, 2);
            prop_assert_eq!(filled.numbers, vec![start, next]);
        }
    }

    /// One wrong digit never passes a rule that promises to find it.
    #[test]
    fn a_changed_check_digit_is_refused((format, start) in counting_number(), digit in b'0'..=b'9') {
        if let (Some(_), Ok(Some(at))) = (format.check_rule, format.read(&start, CompanyPrefix::default()).map(|r| r.check)) {
            let mut text = start.as_str().to_owned();
            text.replace_range(at..=at, char::from(digit).encode_utf8(&mut [0; 4]));
            let changed = number(&text);
            prop_assert_eq!(format.check(&changed).is_ok(), changed == start);
        }
    }

    /// Whatever is typed: an answer, never a panic.
    #[test]
    fn any_text_gets_an_answer(text in "\\PC{0,40}", step in any::<i64>()) {
        if let Ok(number) = WaybillNumber::normalise(&text) {
            prop_assert_eq!(WaybillNumber::normalise(number.as_str()), Ok(number.clone()));
            for format in Format::all() {
                let _ = format.next(&number, step);
            }
        }
    }
}
