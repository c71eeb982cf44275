//! Divisions of China: names, codes, former names.
//!
//! Platforms and people write the same county in a dozen ways: with or without 省 市 区, with old names,
//! with the region a second time in the detail. Here every way becomes one code of GB/T 2260, so that
//! recipients can be compared and rules of carriers ("closed in 6501 until Monday") can be looked up.
//!
//! The table has three levels and is compiled in (`data/divisions.txt`, sources in `docs/divisions.md`).
//! Deliberately absent: streets and villages, and any guess. A 朝阳区 without a city stays undecided.

mod names;
mod resolve;
mod scan;
mod simplify;
mod table;

pub use resolve::{Certainty, Resolution, resolve};
pub(crate) use resolve::{Reading, read_at};
pub use simplify::simplified;

use table::{Level, table as divisions};

/// A division of today, with the official names from the top down to it. Absent levels are empty.
///
/// A county directly under a province (省直辖: 仙桃市, 石河子市) stands in `city`; a district of
/// Hong Kong or Macau has no city.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Region {
    /// Six digits of GB/T 2260; levels that are not known are zeros: `330000`, `330100`, `330106`.
    pub code: String,
    pub province: String,
    pub city: String,
    pub district: String,
}

impl Region {
    /// The code without the zeros of unknown levels: 2, 4 or 6 digits.
    pub fn prefix(&self) -> &str {
        prefix_of(&self.code)
    }

    /// The names in one text; 北京市 is its own province and written once.
    pub fn name(&self) -> String {
        let city = if self.city == self.province { "" } else { self.city.as_str() };
        [self.province.as_str(), city, self.district.as_str()].concat()
    }
}

/// A code without the zeros of unknown levels: `330100` is `3301`.
pub fn prefix_of(code: &str) -> &str {
    if code.len() != 6 || !code.is_ascii() {
        return code;
    }
    match (&code[2..4], &code[4..6]) {
        ("00", "00") => &code[..2],
        (_, "00") => &code[..4],
        _ => code,
    }
}

/// Whether a division lies in the area a rule names by 2, 4 or 6 digits.
///
/// Both may be written with trailing zeros: `is_within("330106", "330000")` holds.
pub fn is_within(code: &str, prefix: &str) -> bool {
    let prefix = prefix_of(prefix);
    !prefix.is_empty() && code.starts_with(prefix)
}

/// The division of today that carries this code (2, 4 or 6 digits), or `None`.
pub fn name_of(code: &str) -> Option<Region> {
    let table = divisions();
    table.current(code).map(|node| table.region(node))
}

/// The codes of today that a former code stands for, the main heir first.
///
/// A current code answers itself. An empty answer means the code was never met.
pub fn heirs_of(code: &str) -> Vec<&'static str> {
    let table = divisions();
    match table.current(code) {
        Some(node) => vec![table.code(node)],
        None => table.former(code).map(|node| table.heirs(node)).unwrap_or_default(),
    }
}

/// Divisions below a code prefix of 0, 2, 4 or 6 digits whose name contains `text`, in the order of codes.
///
/// Serves the region filter: an empty prefix and an empty text list the provinces, a prefix with an empty
/// text the division itself and everything below it. At most `limit` answers.
pub fn search(prefix: &str, text: &str, limit: usize) -> Vec<Region> {
    let table = divisions();
    let prefix = prefix_of(prefix);
    let text = simplified(text);
    table
        .all_current()
        .filter(|&node| table.code(node).starts_with(prefix))
        .filter(|&node| !(prefix.is_empty() && text.is_empty()) || table.level(node) == Level::Province)
        .filter(|&node| table.name(node).contains(text.trim()))
        .take(limit)
        .map(|node| table.region(node))
        .collect()
}

/// Whether people live in districts below this division; 东莞 and its like have towns instead.
pub(crate) fn has_districts(code: &str) -> bool {
    let table = divisions();
    table.current(code).is_some_and(|node| {
        let node = if table::is_municipality(code) { table.province_of(node) } else { node };
        table.all_current().any(|below| table.level(below) == Level::District && table.is_below(below, node))
    })
}

/// The county-level city that bears the name of its prefecture: 大理市 in 大理白族自治州.
pub(crate) fn namesake_city(code: &str) -> Option<Region> {
    let table = divisions();
    let above = table.current(code).filter(|&node| table.level(node) == Level::City)?;
    table
        .all_current()
        .filter(|&node| table.is_below(node, above) && table.stem(node) == table.stem(above))
        .find(|&node| table.name(node).ends_with('市'))
        .map(|node| table.region(node))
}

/// Whether a text is the name of a division, written in any way: a person may be called 长春.
pub(crate) fn is_division_name(text: &str) -> bool {
    divisions().named(&simplified(text)).next().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_answers_its_official_names() {
        for (code, province, city, district) in [
            ("33", "浙江省", "", ""),
            ("330100", "浙江省", "杭州市", ""),
            ("330106", "浙江省", "杭州市", "西湖区"),
            ("110105", "北京市", "北京市", "朝阳区"),
            ("500229", "重庆市", "重庆市", "城口县"),
            ("429004", "湖北省", "仙桃市", ""),
            ("500157", "重庆市", "重庆市", "两江新区"),
            ("653229", "新疆维吾尔自治区", "和田地区", "和安县"),
            ("820102", "澳门特别行政区", "", "花地玛堂区"),
        ] {
            let region = name_of(code).expect(code);
            assert_eq!(
                (&*region.province, &*region.city, &*region.district),
                (province, city, district),
                "{code}"
            );
        }
        assert_eq!(name_of("500112"), None, "渝北区 ended in 2025");
        assert_eq!(name_of("99"), None);
        assert_eq!(name_of("北京"), None);
    }

    #[test]
    fn a_city_that_is_its_own_province_is_written_once() {
        for (code, name) in
            [("310000", "上海市"), ("310100", "上海市"), ("110105", "北京市朝阳区"), ("3301", "浙江省杭州市")]
        {
            assert_eq!(name_of(code).expect(code).name(), name);
        }
    }

    #[test]
    fn a_rule_covers_what_lies_below_its_prefix() {
        for (code, prefix, within) in [
            ("330106", "33", true),
            ("330106", "330000", true),
            ("330106", "3301", true),
            ("330106", "330106", true),
            ("330106", "3302", false),
            ("330100", "330106", false),
            ("330106", "", false),
        ] {
            assert_eq!(is_within(code, prefix), within, "{code} in {prefix}");
        }
    }

    #[test]
    fn a_former_code_leads_to_its_heirs() {
        assert_eq!(heirs_of("371202"), ["370116"], "莱城区");
        assert_eq!(heirs_of("500112"), ["500157", "500109"], "渝北区 was cut up");
        assert_eq!(heirs_of("330106"), ["330106"]);
        assert!(heirs_of("990000").is_empty());
    }

    #[test]
    fn the_filter_finds_divisions_by_prefix_and_name() {
        let names = |found: Vec<Region>| found.into_iter().map(|region| region.code).collect::<Vec<_>>();
        assert_eq!(search("", "", 99).len(), 34);
        assert_eq!(names(search("3301", "西湖", 9)), ["330106"]);
        assert_eq!(names(search("", "鼓楼", 9)), ["320106", "320302", "350102", "410204"]);
        assert_eq!(search("33", "", 3).len(), 3);
    }

    #[test]
    fn the_table_loads_in_a_few_milliseconds() {
        let started = std::time::Instant::now();
        let size = table::Table::load().all_current().count();
        println!("{size} divisions in {:?}", started.elapsed());
        assert!(size > 3_500);
    }
}
