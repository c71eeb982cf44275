//! Regions as price sheets and notices write them: one or several in a cell, by name, code or nickname.

use crate::domain::region;

/// What stands for several provinces at once in price sheets.
const GROUPS: &[(&str, &[&str])] = &[
    ("江浙沪皖", &["32", "33", "31", "34"]),
    ("江浙沪", &["32", "33", "31"]),
    ("京津冀", &["11", "12", "13"]),
    ("东北三省", &["21", "22", "23"]),
    ("东三省", &["21", "22", "23"]),
    ("港澳台", &["81", "82", "71"]),
    ("新藏", &["65", "54"]),
];

/// What stands for everywhere, or for everywhere else: the closest region counts, so the two are the same.
const EVERYWHERE: &[&str] =
    &["全国", "其他", "其它", "其余", "其他地区", "其它地区", "全国其他", "all", "everywhere", "*"];

/// The codes of the regions in a cell, without zeros behind them; an empty one means everywhere.
///
/// # Errors
/// The name that is no region.
pub(super) fn codes(cell: &str) -> Result<Vec<String>, String> {
    let names = cell
        .split(['、', ',', '，', ';', '；', '/', '\n', '|'])
        .map(str::trim)
        .filter(|name| !name.is_empty());
    let mut found = Vec::new();
    for name in names {
        let here = match GROUPS.iter().find(|(group, _)| *group == name) {
            Some((_, codes)) => codes.iter().map(|code| (*code).to_owned()).collect(),
            None => vec![code(name)?],
        };
        found.extend(here.into_iter().filter(|code| !found.contains(code)).collect::<Vec<_>>());
    }
    if found.is_empty() { Err(cell.to_owned()) } else { Ok(found) }
}

fn code(name: &str) -> Result<String, String> {
    if EVERYWHERE.contains(&name.to_lowercase().as_str()) {
        return Ok(String::new());
    }
    if name.bytes().all(|byte| byte.is_ascii_digit()) {
        return region::name_of(name).map(|found| found.prefix().to_owned()).ok_or_else(|| name.to_owned());
    }
    let found = region::resolve(name, "", "", "");
    match found.certainty {
        region::Certainty::Certain if found.rest.trim().is_empty() => Ok(found.region.prefix().to_owned()),
        _ => Err(name.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::codes;

    #[test]
    fn regions_are_read_as_sheets_write_them() {
        for (cell, expected) in [
            ("浙江", &["33"][..]),
            ("浙江省", &["33"]),
            ("内蒙古", &["15"]),
            ("新疆、西藏", &["65", "54"]),
            ("江浙沪,北京", &["32", "33", "31", "11"]),
            ("浙江省杭州市", &["3301"]),
            ("3301", &["3301"]),
            ("650000", &["65"]),
            ("全国", &[""]),
            ("其他", &[""]),
            ("浙江/浙江", &["33"]),
        ] {
            assert_eq!(codes(cell).expect(cell), expected, "{cell}");
        }
        for cell in ["", "Atlantis", "990000", "浙江、火星", "鼓楼区"] {
            assert!(codes(cell).is_err(), "{cell}");
        }
    }
}
