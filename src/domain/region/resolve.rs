//! Region fields as a platform sends them, and the head of the detail, to one division.

use super::Region;
use super::names::Form;
use super::scan::{self, Hit};
use super::simplify::char_pairs;
use super::table::{Level, NodeId, Table, table};

/// How much of the written region is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// One division of today, or an old name with exactly one heir.
    Certain,
    /// A name that several divisions bear, or a former division whose area was cut up.
    /// The region is what all of them have in common.
    Ambiguous,
    /// No division was recognised.
    Unknown,
}

/// What the region fields say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolution {
    /// The deepest certain division; empty when nothing is.
    pub region: Region,
    pub certainty: Certainty,
    /// Codes the undecided name may mean, the likeliest first. Empty when certain.
    pub candidates: Vec<String>,
    /// The former name as it was official, when one was written.
    pub old_name: Option<String>,
    /// Written without its ending (杭州 for 杭州市): a road or a house may bear that name too.
    pub bare: bool,
    /// The text behind the region, as typed, without the region's repetition. Region fields that were not
    /// understood (a town, a development zone) stand at its head.
    pub rest: String,
}

impl Resolution {
    /// The code of the deepest certain division: six digits, zeros for unknown levels.
    pub fn code(&self) -> Option<&str> {
        (!self.region.code.is_empty()).then_some(self.region.code.as_str())
    }
}

/// Resolves separate fields; any of them may be empty, and `detail` may repeat the region.
///
/// Never fails: what is not understood is left in `rest`.
pub fn resolve(province: &str, city: &str, district: &str, detail: &str) -> Resolution {
    let mut text = String::new();
    for field in [province, city, district] {
        let field = field.trim();
        if !field.is_empty() {
            text.push_str(field);
            text.push('\u{1f}');
        }
    }
    text.push_str(detail.trim());
    let (original, lookup) = char_pairs(&text);
    let (mut resolution, end) = resolve_at(&lookup, 0);
    resolution.rest = rest(&original, end);
    resolution
}

/// A region read inside a longer text.
pub(crate) struct Reading {
    pub resolution: Resolution,
    /// First character of the region, and the first behind it.
    pub start: usize,
    pub end: usize,
    /// Characters that the names explain; zero when nothing was recognised.
    pub weight: usize,
    /// Every bit of doubt about a bare name aside: the last name was written with its ending.
    pub whole: bool,
}

/// Reads the region that begins at `start` of a longer, simplified text; `rest` stays empty.
pub(crate) fn read_at(lookup: &[char], start: usize) -> Reading {
    let (resolution, end) = resolve_at(lookup, start);
    let known = resolution.certainty != Certainty::Unknown;
    let weight = match resolution.certainty {
        Certainty::Unknown => 0,
        // A name of several places explains something, but less than any name that is certain.
        Certainty::Ambiguous if resolution.region.code.is_empty() => 1,
        _ => end - start,
    };
    let whole = known && !resolution.bare && !resolution.region.code.is_empty();
    Reading { resolution, start, end, weight, whole }
}

/// The division and the place where the rest begins.
fn resolve_at(lookup: &[char], start: usize) -> (Resolution, usize) {
    let table = table();
    let start = skip_country(lookup, start);
    let Some(hit) = scan::at(table, lookup, start) else { return (unknown(), start) };
    if hit.steps == 0 {
        let candidates = hit.rivals.iter().map(|&rival| table.code(rival).to_owned()).collect();
        let resolution = Resolution { certainty: Certainty::Ambiguous, candidates, ..unknown() };
        return (resolution, start);
    }
    let rivals = hit.rivals.clone();
    let (node, end, form) = skip_repeats(table, lookup, hit);
    let end = scan::skip_fillers(lookup, end);
    let mut resolution = decide(table, node);
    resolution.bare = form == Form::Stem;
    if !rivals.is_empty() {
        resolution.certainty = Certainty::Ambiguous;
        resolution.candidates = rivals.iter().map(|&rival| table.code(rival).to_owned()).collect();
    }
    (resolution, end)
}

fn unknown() -> Resolution {
    Resolution {
        region: Region::default(),
        certainty: Certainty::Unknown,
        candidates: Vec::new(),
        old_name: None,
        bare: false,
        rest: String::new(),
    }
}

fn rest(original: &[char], from: usize) -> String {
    let rest: String = original[from..].iter().filter(|c| **c != '\u{1f}').collect();
    rest.trim_matches(|c: char| scan::is_separator(c)).to_owned()
}

fn skip_country(lookup: &[char], start: usize) -> usize {
    let at = scan::skip_separators(lookup, start);
    let word =
        ["中华人民共和国", "中国大陆", "中国"].iter().find(|word| scan::starts_with(&lookup[at..], word));
    match word {
        Some(word) => scan::skip_separators(lookup, at + word.chars().count()),
        None => at,
    }
}

/// Platforms copy the region into the detail once more; the copy is dropped when it reaches as deep as
/// the region itself (北京市朝阳区北京市朝阳区望京), and kept when it begins a name (广州大学城).
fn skip_repeats(table: &Table, lookup: &[char], hit: Hit) -> (NodeId, usize, Form) {
    let (mut node, mut end, mut form) = (hit.node, hit.end, hit.form);
    if !hit.rivals.is_empty() {
        return (node, end, form);
    }
    for _ in 0..3 {
        let at = skip_country(lookup, end);
        let Some(again) = scan::at(table, lookup, at) else { break };
        let same =
            again.node == node || table.today(again.node) == table.today(node) && table.today(node).is_some();
        let deeper = table.is_below(again.node, node);
        let whole = again.form > Form::Stem;
        let apart = lookup.get(again.end) == Some(&'\u{1f}');
        let above = table.is_below(node, again.node) && again.rivals.is_empty();
        if whole && (same || deeper) && again.steps > 0 {
            node = if deeper { again.node } else { node };
            (end, form) = (again.end, again.form);
        } else if apart && above {
            end = again.end;
        } else {
            break;
        }
    }
    (node, end, form)
}

/// Takes a division to what it is today; one that was cut up leaves its parent.
fn decide(table: &Table, node: NodeId) -> Resolution {
    let old_name = table.is_former(node).then(|| table.name(node).to_owned());
    let mut resolution = Resolution {
        region: Region::default(),
        certainty: Certainty::Certain,
        candidates: Vec::new(),
        old_name,
        bare: false,
        rest: String::new(),
    };
    if let Some(today) = table.today(node) {
        resolution.region = table.region(today);
        return resolution;
    }
    resolution.certainty = Certainty::Ambiguous;
    resolution.candidates = table.heirs(node).into_iter().map(str::to_owned).collect();
    let mut above = table.parent(node);
    while let Some(parent) = above {
        if let Some(today) = table.today(parent).filter(|&today| table.level(today) < Level::District) {
            resolution.region = table.region(today);
            break;
        }
        above = table.parent(parent);
    }
    resolution
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(fields: [&str; 4], code: &str, rest: &str) -> Resolution {
        let [province, city, district, detail] = fields;
        let found = resolve(province, city, district, detail);
        assert_eq!((found.code().unwrap_or(""), found.rest.as_str()), (code, rest), "{fields:?} {found:?}");
        found
    }

    #[test]
    fn fields_are_read_with_and_without_their_endings() {
        for (fields, code, rest) in [
            (["浙江省", "杭州市", "西湖区", "文三路478号"], "330106", "文三路478号"),
            (["浙江", "杭州", "西湖", "文三路478号"], "330106", "文三路478号"),
            (["内蒙", "呼市", "赛罕区", "大学西街235号"], "150105", "大学西街235号"),
            (["湖北", "恩施州", "恩施市", "航空路1号"], "422801", "航空路1号"),
            (["云南省", "大理白族自治州", "大理市", "下关镇"], "532901", "下关镇"),
            (["北京", "北京市", "朝阳区", "望京"], "110105", "望京"),
            (["北京市", "市辖区", "朝阳区", "望京"], "110105", "望京"),
            (["北京", "", "朝阳", "望京"], "110105", "望京"),
            (["重庆市", "县", "城口县", "葛城街道"], "500229", "葛城街道"),
            (["江苏省", "昆山市", "", "玉山镇前进中路333号"], "320583", "玉山镇前进中路333号"),
            (["湖北省", "省直辖县级行政区划", "仙桃市", "沙嘴街道"], "429004", "沙嘴街道"),
            (["湖北省", "仙桃市", "", "沙嘴街道"], "429004", "沙嘴街道"),
            (["广东省", "东莞市", "长安镇", "德政中路"], "441900", "长安镇德政中路"),
            (["海南省", "儋州市", "", "那大镇"], "460400", "那大镇"),
            (["臺灣省", "臺北市", "大安區", "忠孝東路四段"], "710105", "忠孝東路四段"),
            (["香港特别行政区", "九龙", "油尖旺区", "弥敦道132号"], "810202", "弥敦道132号"),
            (["四川省", "成都市", "高新区", "天府大道"], "510100", "高新区天府大道"),
            (["", "", "", "山东济南市中区英雄山路129号"], "370103", "英雄山路129号"),
            (["", "", "", "山西省晋城市城区凤台西街321号"], "140502", "凤台西街321号"),
            (["", "", "", "海南州共和县恰卜恰镇"], "632521", "恰卜恰镇"),
            (["", "", "", "吉林市船营区解放西路3号"], "220204", "解放西路3号"),
            (["", "", "", "湖南长沙县星沙街道"], "430121", "星沙街道"),
            (["", "", "", "中国河北雄安新区雄县雄州路66号"], "130638", "雄州路66号"),
        ] {
            let found = check(fields, code, rest);
            assert_eq!(found.certainty, Certainty::Certain, "{fields:?}");
        }
    }

    #[test]
    fn a_region_repeated_in_the_detail_is_dropped() {
        check(["海南省", "三亚市", "天涯区", "海南省三亚市天涯区凤凰镇"], "460204", "凤凰镇");
        check(["北京市", "北京市", "朝阳区", "北京市朝阳区望京"], "110105", "望京");
        check(["广东省", "广州市", "", "广东省广州市番禺区大学城"], "440113", "大学城");
        check(["广东省", "广州市", "番禺区", "广州大学城外环西路"], "440113", "广州大学城外环西路");
        check(["北京市", "北京市", "朝阳区", "北京市第八十中学"], "110105", "北京市第八十中学");
        check(["上海市", "上海市", "黄浦区", "北京东路668号"], "310101", "北京东路668号");
    }

    #[test]
    fn an_old_name_with_one_heir_is_its_heir() {
        let found = check(["山东省", "莱芜市", "莱城区", "凤城街道"], "370116", "凤城街道");
        assert_eq!(found.old_name.as_deref(), Some("莱城区"));
        assert_eq!(found.certainty, Certainty::Certain);
        check(["河北省", "邢台市", "南和县", "和阳镇"], "130506", "和阳镇");
        check(["湖北省", "襄樊市", "谷城县", "城关镇"], "420625", "城关镇");
        check(["四川省", "资阳市", "简阳市", "石桥镇"], "510185", "石桥镇");
    }

    #[test]
    fn an_old_name_that_was_cut_up_stays_undecided() {
        let found = check(["浙江省", "杭州市", "江干区", "下沙街道"], "330100", "下沙街道");
        assert_eq!(found.certainty, Certainty::Ambiguous);
        assert_eq!(found.candidates, ["330102", "330114"]);
        assert_eq!(found.old_name.as_deref(), Some("江干区"));
        let found = check(["重庆市", "重庆市", "渝北区", "龙溪街道"], "500000", "龙溪街道");
        assert_eq!(found.certainty, Certainty::Ambiguous);
    }

    #[test]
    fn a_name_of_several_places_is_never_guessed() {
        let found = check(["", "", "朝阳区", "建国路93号"], "", "朝阳区建国路93号");
        assert_eq!(found.certainty, Certainty::Ambiguous);
        assert_eq!(found.candidates, ["110105", "220104"]);
        let found = check(["河北省", "", "桥西区", "中华大街"], "130000", "桥西区中华大街");
        assert_eq!(found.certainty, Certainty::Ambiguous);
        check(["", "", "", "鼓楼中山北路"], "", "鼓楼中山北路");
        check(["", "", "", "朝阳建国路93号"], "", "朝阳建国路93号");
    }

    #[test]
    fn what_is_no_region_is_left_alone() {
        for detail in ["", "北京东路668号", "二七新村3栋", "12 Nathan Road", "上海城徐汇苑", "，，"]
        {
            let found = resolve("", "", "", detail);
            assert_eq!((found.code(), found.certainty), (None, Certainty::Unknown), "{detail}");
        }
    }
}
