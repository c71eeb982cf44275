//! The parser against labelled lines: the shared set and a set of our own.

use serde::Deserialize;

use super::{Parsed, parse_line};

#[derive(Deserialize)]
struct Line {
    id: String,
    line: String,
    expect: Expected,
    #[serde(default)]
    review: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Expected {
    name: String,
    phone: String,
    ext: String,
    country: String,
    province: String,
    city: String,
    district: String,
    town: String,
    detail: String,
    zip: String,
    company: String,
    code: String,
}

/// Town and detail count as one text; blanks are no difference.
fn squeeze(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Field name, whether it is right, whether its doubt was shown.
fn fields(line: &Line, got: &Parsed) -> Vec<(&'static str, bool, bool)> {
    let (want, who) = (&line.expect, &got.recipient);
    let doubted = |names: &[&str]| got.review.iter().any(|field| *field == "all" || names.contains(field));
    let region = ["region", "province", "city", "district"];
    let code = want.code.is_empty() || got.code.as_deref() == Some(want.code.as_str());
    let mut region_right = (&want.country, &want.province, &want.city, &want.district)
        == (&who.country, &who.province, &who.city, &who.district)
        && code;
    // A district both sides hold unsure may be left empty, or keep its old name.
    if line.review == "district" && doubted(&region) {
        region_right = want.province == who.province && want.city == who.city;
    }
    let written = |town: &str, detail: &str| squeeze(&format!("{town}{detail}"));
    let mut detail_right = written(&want.town, &want.detail) == written(&who.town, &who.detail);
    if line.review == "town" && doubted(&["town"]) {
        detail_right = true;
    }
    vec![
        ("region", region_right, doubted(&region)),
        ("phone", want.phone == who.phone && want.ext == got.ext, doubted(&["phone", "ext"])),
        ("name", want.name == who.name, doubted(&["name"])),
        ("detail", detail_right, doubted(&["detail", "town"])),
        ("zip", want.zip == who.postcode, doubted(&["postcode"])),
        ("company", want.company == got.company, doubted(&["company", "name"])),
    ]
}

#[track_caller]
fn measure(label: &str, json: &str, all_four_at_least: f64, silent_at_most: f64) {
    let lines: Vec<Line> = serde_json::from_str(json).expect("the vectors are JSON");
    let total = lines.len() as f64;
    let mut right = std::collections::BTreeMap::<&str, usize>::new();
    let (mut all_four, mut silent, mut marks_missing, mut marks_extra) = (0, 0, 0, 0);
    for line in &lines {
        let got = parse_line(&line.line).expect("the vectors are short");
        let fields = fields(line, &got);
        let four = fields[..4].iter().all(|(_, right, _)| *right);
        all_four += usize::from(four);
        let quiet: Vec<&str> =
            fields.iter().filter(|(_, right, doubt)| !right && !doubt).map(|f| f.0).collect();
        silent += usize::from(!quiet.is_empty());
        for (field, ok, _) in &fields {
            *right.entry(field).or_default() += usize::from(*ok);
        }
        let marked = line.review.is_empty()
            || got.review.iter().any(|field| {
                *field == "all" || *field == line.review || line.review == "region" && *field == "district"
            })
            || line.review == "all" && !got.review.is_empty();
        marks_missing += usize::from(!marked);
        let needless = line.review.is_empty() && !got.review.is_empty();
        marks_extra += usize::from(needless);
        if needless {
            println!("{} {:?} needless marks {:?}", line.id, line.line, got.review);
        }
        if fields.iter().any(|(_, right, _)| !right) || !marked {
            let who = &got.recipient;
            println!(
                "{} {:?} wrong {:?} silent {quiet:?} marked {marked}: name {:?} phone {:?}/{:?} region {} {}/{}/{} code {:?} town {:?} detail {:?} zip {:?} company {:?} review {:?}",
                line.id,
                line.line,
                fields.iter().filter(|f| !f.1).map(|f| f.0).collect::<Vec<_>>(),
                who.name,
                who.phone,
                got.ext,
                who.country,
                who.province,
                who.city,
                who.district,
                got.code,
                who.town,
                who.detail,
                who.postcode,
                got.company,
                got.review
            );
        }
    }
    for (field, count) in &right {
        println!("{label}: {field} {:.1} %", *count as f64 / total * 100.0);
    }
    let (four, quiet) = (all_four as f64 / total * 100.0, silent as f64 / total * 100.0);
    println!(
        "{label}: all four {four:.1} %, silent errors {quiet:.1} % of {total}; expected marks missing {marks_missing}, needless marks {marks_extra}"
    );
    assert!(four >= all_four_at_least, "{label}: all four right on {four:.1} %");
    assert!(quiet <= silent_at_most, "{label}: silent errors on {quiet:.1} %");
}

#[test]
fn the_shared_lines_are_read() {
    measure("shared", include_str!("../../../../tests/vectors/address-lines.json"), 90.0, 2.0);
}

#[test]
fn our_own_lines_are_read() {
    measure("own", include_str!("../../../../tests/vectors/own-address-lines.json"), 90.0, 2.0);
}

/// Lines written without a look at the parser, to see how it does on lines it has never met.
#[test]
fn lines_written_blind_are_read() {
    measure("fresh a", include_str!("../../../../tests/vectors/fresh-a.json"), 90.0, 2.0);
    measure("fresh b", include_str!("../../../../tests/vectors/fresh-b.json"), 90.0, 2.0);
    measure("fresh c", include_str!("../../../../tests/vectors/fresh-c.json"), 90.0, 2.0);
}

#[test]
fn a_long_text_is_refused_and_the_longest_is_quick() {
    let error = parse_line(&"杭".repeat(2_001)).expect_err("too long");
    assert!(error.to_string().contains("2001"));
    for unit in
        ["北京市朝阳区", "1", "吉林", "138 ", "a,", "，", "朝阳区 张伟 13800001001 ", "9-", "转", "收"]
    {
        let text: String = unit.chars().cycle().take(2_000).collect();
        let _ = parse_line("北京");
        let started = std::time::Instant::now();
        let _ = parse_line(&text);
        let took = started.elapsed();
        println!("2,000 characters of {unit:?}: {took:?}");
        // An unoptimised build on a busy machine is slower by two orders of magnitude.
        let limit_ms = if cfg!(debug_assertions) { 1_500 } else { 10 };
        assert!(took.as_millis() < limit_ms, "{unit:?} took {took:?}");
    }
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,120}") {
        let _ = parse_line(&text);
    }

    #[test]
    fn no_address_like_text_makes_it_panic(
        text in "[0-9+()（）转，,\\- 收张李省市区县北京上海号室栋a-z*\\[\\]:：\n]{0,80}"
    ) {
        let _ = parse_line(&text);
    }
}

/// Every county of the table, its region written in the ways people write it, turn by turn.
#[test]
fn every_county_is_found_however_its_region_is_written() {
    let (mut province, mut city) = (String::new(), String::new());
    let (mut counties, mut wrong) = (0, Vec::new());
    for line in include_str!("../../../../data/divisions.txt").lines() {
        let name = line.trim_start().trim_start_matches(|c: char| c.is_ascii_digit());
        let official = name.split(' ').next().unwrap_or_default();
        match line.len() - line.trim_start().len() {
            0 => province = official.to_owned(),
            1 => city = official.to_owned(),
            _ => {
                counties += 1;
                let short = province.trim_end_matches(['省', '市']);
                let region = match counties % 4 {
                    0 => format!("{province}{city}{official}"),
                    1 => format!("{short} {city} {official} "),
                    2 => format!("{short}{city}{official}"),
                    _ => format!("{city}{official}"),
                };
                let text = format!("何冰 15700001234 {region}人民路12号");
                let got = parse_line(&text).expect("it is short");
                let found = &got.recipient;
                let right = (&found.province, &found.city, &found.district, found.detail.as_str())
                    == (&province, &city, &official.to_owned(), "人民路12号");
                let code = got.code.as_deref().is_some_and(|code| code.len() == 6);
                if !(right && code && got.review.is_empty()) {
                    wrong.push(format!("{text}: {found:?} {:?}", got.review));
                }
            }
        }
    }
    assert!(counties > 2_800, "{counties} counties");
    assert_eq!(wrong, Vec::<String>::new());
}
