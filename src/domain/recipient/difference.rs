//! How two unequal address lines differ: in a door, or only in the way of writing it.
//!
//! Both lines are cut to pieces and the equal heads and tails are taken away. What stays in the
//! middle is judged once; two differences in two places are always too many.

use super::address::Line;
use super::detail::{self, Piece};
use super::western;

/// What the difference between two lines is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineDifference {
    /// A number, letter or stem differs: another door.
    Number,
    /// 东 against 西, West against East, tv against th: another door.
    Side,
    /// Road, house number, building, floor, unit or room on one side only.
    PartMissing,
    /// A town or street office on one side only.
    TownMissing,
    /// Words without a number behind everything else: 放门口.
    Hint,
    /// One unit word for another: 楼 and 层, 门 and 单元, 座 and 栋, a hyphen.
    UnitWord,
    /// A slip in one word.
    Slip,
    /// One word is a shortened form of the other.
    ShortForm,
    /// A numeral of a name written with digits.
    NumeralInName,
    /// The floor is written on one side, a unit on that floor on the other.
    FloorForUnit,
    /// No address on one side.
    Missing,
    Other,
}

impl LineDifference {
    /// Whether a person may be asked if the two lines mean one door.
    pub fn is_soft(self) -> bool {
        !matches!(self, Self::Number | Self::Side | Self::Missing | Self::Other)
    }
}

/// Names the difference between two unequal lines. Symmetric.
pub fn between(a: &Line, b: &Line) -> LineDifference {
    match (a, b) {
        _ if a.is_empty() || b.is_empty() => LineDifference::Missing,
        (Line::EastAsian(a), Line::EastAsian(b)) => east_asian(&detail::pieces(a), &detail::pieces(b)),
        (Line::Western(a), Line::Western(b)) => western_lines(a, b),
        _ => LineDifference::Other,
    }
}

/// The middles of two lists, and how much is equal before and behind them.
fn middles<'a, T: PartialEq>(a: &'a [T], b: &'a [T]) -> (&'a [T], &'a [T], usize, usize) {
    let head = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[head..], &b[head..]);
    let tail = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    (&a[..a.len() - tail], &b[..b.len() - tail], head, tail)
}

/// More numbers than building, unit and room are not left out by accident.
const MOST_MISSING_NUMBERS: usize = 3;

fn east_asian(a: &[Piece], b: &[Piece]) -> LineDifference {
    let (middle_a, middle_b, head, tail) = middles(a, b);
    match (middle_a, middle_b) {
        ([], []) => LineDifference::NumeralInName,
        ([], added) | (added, []) => {
            let (before, behind) = (head.checked_sub(1).map(|at| &a[at]), a.get(a.len() - tail));
            one_sided(added, before, behind.filter(|_| tail > 0), head + tail)
        }
        (middle_a, middle_b) => {
            let before = head.checked_sub(1).map(|at| &a[at]);
            if is_short_university(middle_a, middle_b, before)
                || is_short_university(middle_b, middle_a, before)
            {
                return LineDifference::ShortForm;
            }
            two_sided(middle_a, middle_b)
        }
    }
}

/// 川大 for 四川大学, 西工大 for 西北工业大学: the numeral or side that falls away belongs to the name.
/// A short form keeps the first character, unless that is a numeral; 北大 is not 东北大学.
fn is_short_university(short: &[Piece], long: &[Piece], before: Option<&Piece>) -> bool {
    let is = |piece: &Piece, wanted: &str| matches!(piece, Piece::Word(word) if word == wanted);
    let ([.., last], [first, .., big, school]) = (short, long) else { return false };
    let numeral = matches!(first, Piece::Number(number) if number.len() == 1);
    let in_name = matches!(before, Some(Piece::Word(word)) if !"路街道巷弄里".contains(word.as_str()));
    let kept = numeral || in_name || short.first() == Some(first);
    let words = short.iter().chain(&long[1..]).all(|piece| matches!(piece, Piece::Word(_)));
    is(last, "大") && is(big, "大") && is(school, "学") && words && kept && is_within(short, long)
}

fn one_sided(
    added: &[Piece],
    before: Option<&Piece>,
    behind: Option<&Piece>,
    shared: usize,
) -> LineDifference {
    if added.iter().all(is_side) {
        return LineDifference::Side;
    }
    let numbers = added.iter().filter(|piece| matches!(piece, Piece::Number(_))).count();
    let number = |piece: Option<&Piece>| matches!(piece, Some(Piece::Number(_)));
    // 12 against 12-3, 5楼 against 5楼之2, 66号 against 66号乙.
    let part_of_number = added.first() == Some(&Piece::Hyphen)
        || added.last() == Some(&Piece::Hyphen)
        || added.first() == Some(&Piece::Word("之".to_owned()))
        || added.len() == 1 && numbers == 1 && number(before);
    if part_of_number || numbers > MOST_MISSING_NUMBERS || shared < 3 {
        return LineDifference::Number;
    }
    if behind.is_none() && numbers == 0 && !matches!(added, [Piece::Unit(_)]) {
        return LineDifference::Hint;
    }
    if behind.is_some() && numbers == 0 && ends_like_a_town(added) {
        return LineDifference::TownMissing;
    }
    LineDifference::PartMissing
}

fn two_sided(a: &[Piece], b: &[Piece]) -> LineDifference {
    let same_units = a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a == b || is_one_unit(a, b));
    if same_units {
        return LineDifference::UnitWord;
    }
    if a.iter().chain(b).any(|piece| matches!(piece, Piece::Number(_) | Piece::Unit(_) | Piece::Hyphen)) {
        return LineDifference::Number;
    }
    if a.iter().chain(b).any(is_side) {
        return LineDifference::Side;
    }
    match (a, b) {
        ([_], [_]) => LineDifference::Slip,
        ([a1, a2], [b1, b2]) if a1 == b2 && a2 == b1 => LineDifference::Slip,
        _ if is_shortened(a, b) || is_shortened(b, a) => LineDifference::ShortForm,
        _ => LineDifference::Other,
    }
}

fn is_shortened<T: PartialEq>(short: &[T], long: &[T]) -> bool {
    short.len() >= 2 && is_within(short, long)
}

/// All pieces of the short one stand in the long one, in this order.
fn is_within<T: PartialEq>(short: &[T], long: &[T]) -> bool {
    let mut long = long.iter();
    short.iter().all(|piece| long.any(|other| other == piece))
}

/// Characters that part two places of one name.
fn is_side(piece: &Piece) -> bool {
    match piece {
        Piece::Word(word) => {
            matches!(
                word.as_str(),
                "东" | "西"
                    | "南"
                    | "北"
                    | "中"
                    | "负"
                    | "地"
                    | "左"
                    | "右"
                    | "上"
                    | "下"
                    | "前"
                    | "后"
                    | "内"
                    | "外"
            )
        }
        Piece::Number(text) => text.chars().all(detail::is_stem),
        _ => false,
    }
}

fn is_one_unit(a: &Piece, b: &Piece) -> bool {
    let pair = |one: &str, other: &str, a: &str, b: &str| (a, b) == (one, other) || (b, a) == (one, other);
    match (a, b) {
        // 3#201 may be building 3 or number 3.
        (Piece::Unit("#"), Piece::Unit(unit)) | (Piece::Unit(unit), Piece::Unit("#")) => {
            matches!(*unit, "栋" | "号" | "座")
        }
        (Piece::Unit(a), Piece::Unit(b)) => {
            pair("座", "栋", a, b)
                || pair("楼", "层", a, b)
                || pair("门", "单元", a, b)
                || pair("室", "房", a, b)
        }
        (Piece::Hyphen, Piece::Unit(unit)) | (Piece::Unit(unit), Piece::Hyphen) => {
            matches!(*unit, "栋" | "单元" | "座" | "门" | "层" | "楼" | "室")
        }
        _ => false,
    }
}

fn ends_like_a_town(added: &[Piece]) -> bool {
    match added {
        [.., Piece::Word(last)] => matches!(last.as_str(), "镇" | "乡"),
        // 街道 is read as two unit words.
        [.., Piece::Unit("街"), Piece::Unit("道")] => true,
        _ => false,
    }
}

fn western_lines(a: &[String], b: &[String]) -> LineDifference {
    let (middle_a, middle_b, head, tail) = middles(a, b);
    match (middle_a, middle_b) {
        ([], []) => LineDifference::Slip,
        ([], added) | (added, []) => western_one_sided(added, &a[..head], head + tail),
        (middle_a, middle_b) => western_two_sided(middle_a, middle_b),
    }
}

fn western_one_sided(added: &[String], before: &[String], shared: usize) -> LineDifference {
    if added.iter().all(|word| matches!(word.as_str(), "n" | "e" | "s" | "w" | "ne" | "nw" | "se" | "sw")) {
        return LineDifference::Side;
    }
    let numbers = added.iter().filter(|word| western::has_digit(word)).count();
    // A letter or "bis" behind the house number is part of it; behind a later number it is a door.
    let house_number = before.last().is_some_and(|word| western::has_digit(word))
        && before.iter().filter(|word| western::has_digit(word)).count() == 1;
    let part_of_number = matches!(added, [word] if matches!(word.as_str(), "bis" | "ter" | "quater"))
        || matches!(added, [word] if word.len() == 1 && house_number);
    if part_of_number || numbers > 2 || shared < 2 {
        return LineDifference::Number;
    }
    LineDifference::PartMissing
}

fn western_two_sided(a: &[String], b: &[String]) -> LineDifference {
    if floor_for_unit(a, b) || floor_for_unit(b, a) {
        return LineDifference::FloorForUnit;
    }
    if a.iter().chain(b).any(|word| western::has_digit(word)) {
        return LineDifference::Number;
    }
    let short = |words: &[String]| words.iter().any(|word| word.chars().count() <= 2);
    if a.concat() == b.concat() {
        return LineDifference::Slip;
    }
    match (a, b) {
        _ if short(a) || short(b) => LineDifference::Side,
        ([a], [b]) if is_slip(a, b) => LineDifference::Slip,
        ([a], [b]) if a.starts_with(b.as_str()) || b.starts_with(a.as_str()) => LineDifference::ShortForm,
        _ => LineDifference::Other,
    }
}

/// "Unit 1805" and "18th Floor".
fn floor_for_unit(unit: &[String], floor: &[String]) -> bool {
    let number = match floor {
        [number, word] if word == "fl" => number,
        [word, number] if word == "fl" => number,
        _ => return false,
    };
    let digits = number.trim_end_matches(|sign: char| sign.is_ascii_alphabetic());
    matches!(unit, [word, room] if word == "unit" && room.len() == digits.len() + 2 && !digits.is_empty() && room.starts_with(digits))
}

/// Whether two words of letters are one word with a slip in it: one edit, in long words two.
pub(super) fn is_slip(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let longest = a.len().max(b.len());
    longest >= 3 && edit_distance(&a, &b) <= if longest >= 8 { 2 } else { 1 }
}

/// Insertions, deletions, replacements and swaps of neighbours.
fn edit_distance(a: &[char], b: &[char]) -> usize {
    if a.len().abs_diff(b.len()) > 2 {
        return a.len().abs_diff(b.len());
    }
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (row, cells) in rows.iter_mut().enumerate() {
        cells[0] = row;
    }
    for (column, cell) in rows[0].iter_mut().enumerate() {
        *cell = column;
    }
    for row in 1..=a.len() {
        for column in 1..=b.len() {
            let change = usize::from(a[row - 1] != b[column - 1]);
            let mut best = (rows[row - 1][column] + 1)
                .min(rows[row][column - 1] + 1)
                .min(rows[row - 1][column - 1] + change);
            if row > 1 && column > 1 && a[row - 1] == b[column - 2] && a[row - 2] == b[column - 1] {
                best = best.min(rows[row - 2][column - 2] + 1);
            }
            rows[row][column] = best;
        }
    }
    rows[a.len()][b.len()]
}
