//! Addresses many people share: parcel points, front desks, campuses, forwarders.
//!
//! There an equal address says little, so a differing name or phone is a different recipient.

use super::address::Line;
use super::detail::{self, Piece};
use super::text;

/// Parcel points: the people behind one are as many as its parcels.
const POINTS: [&str; 22] = [
    "驿站",
    "快递",
    "丰巢",
    "自提",
    "代收",
    "代取",
    "菜鸟",
    "收发室",
    "传达室",
    "门卫",
    "保安",
    "保安亭",
    "前台",
    "服务台",
    "物业",
    "收货点",
    "取件",
    "寄存",
    "邮局",
    "兔喜",
    "便利店",
    "超市",
];

/// Places with a gate and thousands behind it.
const CAMPUSES: [&str; 14] = [
    "大学",
    "学院",
    "校区",
    "学校",
    "中学",
    "小学",
    "高中",
    "宿舍",
    "校园",
    "医院",
    "工业园",
    "部队",
    "校本部",
    "技校",
];

/// Warehouses that send on, for customers told apart by a code.
const FORWARDERS: [&str; 12] = [
    "集运",
    "转运",
    "集货",
    "中转仓",
    "转寄",
    "代运",
    "仓库",
    "freight",
    "forwarder",
    "forwarding",
    "consolidat",
    "warehouse",
];

/// Words that begin a hint to the courier; a locker named in a hint is not where somebody lives.
const HINTS: [&str; 14] =
    ["放", "存", "送", "请", "打电话", "搁", "不要", "勿", "联系", "敲门", "电联", "如", "若", "没人"];

/// Whether the line names a place many people share and no door of one's own. `line` is
/// normalised, `raw` the line as it was written.
pub fn is_collective(line: &Line, raw: &str) -> bool {
    match line {
        Line::EastAsian(line) => is_forwarder(line) || is_shared(line),
        Line::Western(words) => {
            let raw = text::clean(raw);
            is_forwarder(&raw) || suite_code(words) || raw.contains("po box") || raw.contains("p.o. box")
        }
    }
}

/// Whether the line is a forwarder's warehouse.
pub fn is_forwarder(line: &str) -> bool {
    FORWARDERS.iter().any(|word| line.contains(word))
}

/// The customer code of a forwarder in a word of lower-case letters and digits: one to four letters
/// and at least three digits, or at least five digits.
pub fn customer_code(word: &str) -> Option<String> {
    let letters = word.bytes().take_while(u8::is_ascii_alphabetic).count();
    let digits = word.len() - letters;
    let code = word.bytes().skip(letters).all(|byte| byte.is_ascii_digit())
        && ((1..=4).contains(&letters) && digits >= 3 || letters == 0 && digits >= 5);
    code.then(|| word.to_owned())
}

/// A suite with letters and digits (`Suite AB1234`) is a forwarder's customer, not a room.
fn suite_code(words: &[String]) -> bool {
    words.windows(2).any(|pair| {
        let letters = pair[1].bytes().take_while(u8::is_ascii_alphabetic).count();
        pair[0] == "unit" && letters >= 2 && customer_code(&pair[1]).is_some()
    })
}

fn is_shared(line: &str) -> bool {
    let line = without_hint(line);
    // A point at the end is where the parcel goes, whatever room it stands in.
    let ends_in_point = POINTS.iter().any(|point| line.ends_with(point))
        || ["点", "中心", "柜", "处", "店", "站"].iter().any(|end| {
            line.strip_suffix(end).is_some_and(|head| POINTS.iter().any(|point| head.ends_with(point)))
        });
    if ends_in_point {
        return !line.ends_with("前台") || !has_room(line);
    }
    let named = POINTS.iter().chain(&CAMPUSES).any(|word| line.contains(word));
    named && !has_room(line)
}

/// The line before a hint that follows a number or room.
fn without_hint(line: &str) -> &str {
    let mut cut = line.len();
    for hint in HINTS {
        for (at, _) in line.match_indices(hint) {
            if line[..at].ends_with(|last: char| {
                last.is_ascii_digit() || matches!(last, '室' | '房' | '号' | '层' | '栋')
            }) {
                cut = cut.min(at);
            }
        }
    }
    &line[..cut]
}

/// Whether the line leads to a door of one's own: a room, or a number behind building, unit or floor.
fn has_room(line: &str) -> bool {
    let pieces = detail::pieces(line);
    let own = |at: usize| match (&pieces[at], pieces.get(at + 1)) {
        (Piece::Number(_), Some(Piece::Unit(unit))) => {
            matches!(*unit, "室" | "房" | "单元" | "栋" | "座" | "门")
        }
        (Piece::Number(number), Some(Piece::Hyphen) | None) => {
            number.bytes().all(|byte| byte.is_ascii_digit())
        }
        (Piece::Number(number), Some(Piece::Word(_))) => {
            number.len() >= 3 && number.bytes().all(|byte| byte.is_ascii_digit())
        }
        _ => false,
    };
    let letter_only = |at: usize| matches!(&pieces[at], Piece::Number(text) if text.bytes().all(|byte| byte.is_ascii_alphabetic()));
    (0..pieces.len()).any(|at| own(at) && !letter_only(at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::recipient::detail::normalise;

    #[test]
    fn shared_places_are_told_from_doors() {
        for (detail, shared) in [
            ("珞喻路1037号华中科技大学菜鸟驿站", true),
            ("珞喻路1037号华中科技大学韵苑学生公寓5栋318室", false),
            ("漕河泾开发区宜山路900号科技大楼A座前台", true),
            ("转塘街道象山路352号中国美术学院象山校区", true),
            ("大学城外环西路100号广东工业大学快递中心", true),
            ("高崎工业区翔云一路40号盛通集运仓A区FZ10231", true),
            ("坞城路92号山西大学令德阁B区3层315", false),
            ("金杨路88弄12号301室（放门口快递柜）", false),
            ("中关村大街27号中关村大厦9层", false),
            ("东大街1号", false),
            ("阳光花园8栋101菜鸟驿站", true),
        ] {
            let line = Line::EastAsian(normalise(&text::clean(detail)));
            assert_eq!(is_collective(&line, detail), shared, "{detail}");
        }
    }
}
