//! An address in one text, as Taobao writes it: `浙江省 杭州市 西湖区 文三路478号…(310012)`.
//!
//! Only what the blanks and brackets say is taken apart here. Reading an address without
//! blanks, and bringing region names into one form, is the recipient's business.

use super::cells::fold;
use crate::domain::recipient::Recipient;

/// Fills the address parts of a recipient from one text.
pub(super) fn read(text: &str, recipient: &mut Recipient) {
    let (text, postcode) = split_postcode(text.trim());
    recipient.postcode = postcode;
    let mut parts: Vec<&str> = text.split_whitespace().collect();
    // Without three parts the blanks do not separate regions.
    if parts.len() >= 3 && !parts[0].contains(|c: char| c.is_ascii_digit()) {
        recipient.province = parts.remove(0).to_owned();
        recipient.city = parts.remove(0).to_owned();
        // Cities without districts (东莞市) go on with the town or the street.
        recipient.district = take(&mut parts, &["区", "县", "市", "旗", "岛"]);
        recipient.town = take(&mut parts, &["街道", "镇", "乡", "苏木", "地区办事处"]);
    }
    recipient.detail = parts.join(" ");
}

/// Takes the first part off when its ending says what it is and another part follows.
fn take(parts: &mut Vec<&str>, endings: &[&str]) -> String {
    let is_it = parts.len() > 1 && endings.iter().any(|ending| parts[0].ends_with(ending));
    if is_it { parts.remove(0).to_owned() } else { String::new() }
}

/// Takes six digits in brackets off the end; `000000` says that there is no postcode.
fn split_postcode(text: &str) -> (&str, String) {
    let inner = text.strip_suffix([')', '）']).and_then(|rest| rest.rsplit_once(['(', '（']));
    let Some((rest, code)) = inner else { return (text, String::new()) };
    let code = fold(code.trim());
    if code.len() != 6 || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return (text, String::new());
    }
    (rest.trim_end(), if code == "000000" { String::new() } else { code.into_owned() })
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::domain::recipient::Recipient;

    #[test]
    fn blanks_and_brackets_take_an_address_apart() {
        for (text, expected) in [
            (
                "浙江省 杭州市 西湖区 文三路478号3栋(310012)",
                ["浙江省", "杭州市", "西湖区", "", "文三路478号3栋", "310012"],
            ),
            (
                "浙江省 杭州市 西湖区 文新街道 文三路478号 2单元（000000）",
                ["浙江省", "杭州市", "西湖区", "文新街道", "文三路478号 2单元", ""],
            ),
            (
                "广东省 东莞市 虎门镇 连升路8号(523900)",
                ["广东省", "东莞市", "", "虎门镇", "连升路8号", "523900"],
            ),
            (
                "上海 上海市 浦东新区 世纪大道1号(东门)",
                ["上海", "上海市", "浦东新区", "", "世纪大道1号(东门)", ""],
            ),
            ("杭州市西湖区文三路478号", ["", "", "", "", "杭州市西湖区文三路478号", ""]),
            ("", [""; 6]),
        ] {
            let mut found = Recipient::default();
            read(text, &mut found);
            let Recipient { province, city, district, town, detail, postcode, .. } = found;
            assert_eq!([province, city, district, town, detail, postcode], expected);
        }
    }
}
