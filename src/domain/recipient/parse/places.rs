//! What a region needs beyond the table: towns, cities without districts, county cities named like their
//! prefecture.

use super::Parsed;
use crate::domain::region::{self, Reading};

/// A bare 大理 before a town is usually the county-level city; a missing district is worth a look.
pub(super) fn guess_district(parsed: &mut Parsed, read: &Reading, behind: &[char]) {
    if read.resolution.bare && !parsed.recipient.district.is_empty() && !begins_with_street(behind) {
        // 杭州西湖边上3号: the bare 西湖 may be the lake.
        parsed.doubt("district");
        parsed.doubt("detail");
    }
    let recipient = &mut parsed.recipient;
    if !recipient.district.is_empty() || recipient.country != "CN" {
        return;
    }
    let code = read.resolution.region.code.as_str();
    if !region::has_districts(code) {
        // 东莞长安: the town's name without 镇 cannot be told from a street.
        let text: String = behind.iter().take(8).collect();
        if code.ends_with("00") && !code.ends_with("0000") && town_length(text.trim_start()).is_none() {
            parsed.doubt("town");
        }
        return;
    }
    if read.resolution.bare
        && let Some(namesake) = region::namesake_city(code)
    {
        recipient.district = namesake.district;
        parsed.code = Some(namesake.code);
    }
    parsed.doubt("district");
}

/// A street, town or village is named before the first number or break.
fn begins_with_street(text: &[char]) -> bool {
    text.iter()
        .skip_while(|c| !c.is_alphanumeric())
        .take_while(|c| c.is_alphabetic())
        .any(|c| "路街道巷弄镇乡村环".contains(*c))
}

/// Cuts the town off the head of the detail.
pub(super) fn split_town(parsed: &mut Parsed) {
    let recipient = &mut parsed.recipient;
    if recipient.country != "CN" || recipient.province.is_empty() {
        return;
    }
    if let Some(length) = town_length(&recipient.detail) {
        recipient.town = recipient.detail[..length].to_owned();
        recipient.detail =
            recipient.detail[length..].trim_start_matches([' ', '-', '/', ',', '，']).to_owned();
    }
}

/// Length in bytes of a town at the head: 下关镇, 粤海街道; not 景德镇路, 古镇, 小镇.
fn town_length(text: &str) -> Option<usize> {
    const ROADS: [char; 14] =
        ['路', '街', '道', '巷', '弄', '号', '村', '大', '东', '西', '南', '北', '中', '政'];
    let head: Vec<(usize, char)> = text.char_indices().take(9).collect();
    for (place, (at, c)) in head.iter().enumerate() {
        if !super::words::is_han(*c) {
            return None;
        }
        let end = at + c.len_utf8();
        let rest = &text[end..];
        let before = place.checked_sub(1).map(|before| head[before].1);
        let town = match c {
            '镇' => place >= 1 && !matches!(before, Some('古' | '小' | '新')) && !rest.starts_with(ROADS),
            '乡' => {
                place >= 1
                    && !rest.starts_with(ROADS)
                    && before != Some('新')
                    && !rest.starts_with(['镇', '街'])
            }
            '道' => place >= 2 && before == Some('街') && !rest.is_empty(),
            _ => false,
        };
        if town && !rest.is_empty() {
            return Some(end);
        }
        if matches!(c, '路' | '号' | '栋') || (*c == '街' && !rest.starts_with('道')) {
            return None;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::town_length;

    #[test]
    fn towns_are_told_from_streets() {
        for (text, town) in [
            ("下关镇泰安路99号", "下关镇"),
            ("粤海街道科技园", "粤海街道"),
            ("景德镇路1号", ""),
            ("文三路镇东新村", ""),
            ("梦想小镇3栋", ""),
            ("西大街5号", ""),
            ("", ""),
        ] {
            assert_eq!(town_length(text).map_or("", |end| &text[..end]), town, "{text}");
        }
    }
}
