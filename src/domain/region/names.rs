//! How people write a division's name: in full, with a shorter official part, or with none.

use super::table::Level;

/// How a name was written. The order is the order of trust.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Form {
    /// 杭州, 内蒙, 恩施: may also begin the name of a road or a house.
    Stem,
    /// 恩施州, 恭城县, 广西自治区: nobody calls a road that.
    Short,
    /// 杭州市, 恩施土家族苗族自治州.
    Full,
}

/// Official endings, longest first.
const ENDINGS: [&str; 17] = [
    "特别行政区",
    "自治区",
    "自治州",
    "自治县",
    "自治旗",
    "矿区",
    "林区",
    "特区",
    "新区",
    "地区",
    "省",
    "市",
    "区",
    "县",
    "盟",
    "旗",
    "州",
];

/// Names used for one division only that follow from no rule. (name, code)
pub(super) const EXTRA: [(&str, &str); 26] = [
    ("科右前旗", "152221"),
    ("科右中旗", "152222"),
    ("科左中旗", "150521"),
    ("科左后旗", "150522"),
    ("昆区", "150203"),
    ("莫旗", "150722"),
    ("喀左县", "211324"),
    ("塔县", "653131"),
    ("和丰县", "654226"),
    ("土左旗", "150121"),
    ("土右旗", "150221"),
    ("东乌旗", "152525"),
    ("西乌旗", "152526"),
    ("察右前旗", "150926"),
    ("察右中旗", "150927"),
    ("察右后旗", "150928"),
    ("内蒙", "150000"),
    ("呼市", "150100"),
    ("克州", "653000"),
    ("巴州", "652800"),
    ("博州", "652700"),
    ("前郭县", "220721"),
    ("达茂旗", "150223"),
    ("双江县", "530925"),
    ("阿盟", "152900"),
    ("锡盟", "152500"),
];

/// The name without its ending; the whole name when fewer than two characters would remain.
pub(super) fn stem(name: &str) -> &str {
    let cut = ENDINGS.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name);
    if cut.chars().count() < 2 { name } else { cut }
}

/// Every way to write `name`, given its stem. Former divisions pass `stem_too = false`: their stems
/// have long become names of roads and houses.
pub(super) fn forms(name: &str, stem: &str, level: Level, stem_too: bool) -> Vec<(String, Form)> {
    let mut forms = vec![(name.to_owned(), Form::Full)];
    if name == stem {
        return forms;
    }
    if stem_too {
        forms.push((stem.to_owned(), Form::Stem));
    }
    let endings: &[&str] = match level {
        Level::Province if name.ends_with("自治区") => &["自治区", "省"],
        Level::Province if name.ends_with("特别行政区") => &["特区", "行政区"],
        Level::Province => &[],
        Level::City if name.ends_with('州') => &["州", "自治州"],
        _ if name.ends_with("自治县") => &["县", "自治县"],
        _ if name.ends_with('旗') && !name.ends_with("自治旗") => &["旗"],
        _ if name.ends_with("自治旗") => &["旗", "自治旗"],
        Level::City => &[],
        _ if name.ends_with("林区") || name.ends_with("矿区") || name.ends_with("族区") => &["区"],
        _ => &[],
    };
    for ending in endings {
        let short = format!("{stem}{ending}");
        if short != name {
            forms.push((short, Form::Short));
        }
    }
    forms
}

/// Whether the text after a bare stem says that the stem belongs to the name of a road or a house:
/// 北京|东路, 二七|新村, 上海|城.
pub(super) fn continues_a_name(after: &[char]) -> bool {
    const NAMES: [&str; 62] = [
        "路",
        "街",
        "大街",
        "大道",
        "道",
        "巷",
        "弄",
        "胡同",
        "里弄",
        "桥",
        "大桥",
        "站",
        "南站",
        "北站",
        "东站",
        "西站",
        "村",
        "新村",
        "镇",
        "乡",
        "城",
        "古城",
        "新城",
        "苑",
        "园",
        "花园",
        "家园",
        "公园",
        "公寓",
        "小区",
        "大学",
        "学院",
        "学校",
        "中学",
        "小学",
        "医院",
        "大厦",
        "大楼",
        "广场",
        "中心",
        "宾馆",
        "酒店",
        "饭店",
        "商场",
        "商城",
        "银行",
        "公司",
        "集团",
        "文化",
        "国际",
        "高速",
        "机场",
        "火车站",
        "街道",
        "社区",
        "山庄",
        "名苑",
        "名城",
        "印象",
        "港湾",
        "风情",
        "人家",
    ];
    let text: String = after.iter().take(6).collect();
    if NAMES.iter().any(|name| text.starts_with(name)) {
        return true;
    }
    let roads = ["路", "街", "大街", "大道", "道", "巷", "弄", "环路"];
    let numbered = |rest: &str| roads.iter().any(|name| rest.starts_with(name));
    let sided = |rest: &str| numbered(rest) || rest.starts_with('里');
    text.strip_prefix(['东', '西', '南', '北', '中', '支', '新', '老', '前', '后']).is_some_and(sided)
        || text
            .strip_prefix(['一', '二', '三', '四', '五', '六', '七', '八', '九', '十'])
            .is_some_and(numbered)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stem_is_told_from_the_start_of_a_road() {
        for (after, continues) in [
            ("东路668号", true),
            ("路148号", true),
            ("新村3栋", true),
            ("城徐汇苑", true),
            ("文三路478号", false),
            ("中山北路200号", false),
            ("西乡街道", false),
            ("三里屯", false),
            ("北里3号楼", true),
            ("", false),
        ] {
            let after: Vec<char> = after.chars().collect();
            assert_eq!(continues_a_name(&after), continues, "{after:?}");
        }
    }

    #[test]
    fn a_stem_keeps_two_characters() {
        assert_eq!(stem("杭州市"), "杭州");
        assert_eq!(stem("雄县"), "雄县");
        assert_eq!(stem("浦东新区"), "浦东");
    }
}
