//! The line of a Chinese (or Japanese) address: road, house, building, unit, room.
//!
//! Safe steps only, the ones after which equal text means an equal door. What merely hints at one
//! door is in [`super::difference`]. Numerals inside names (三里屯, 二七新村) stay as they are, and
//! no hyphen or blank between two digits is lost: 1-12-3 is not 112-3.

/// Words behind a number that make it a number of something. Longer words come first.
const UNITS: [&str; 24] = [
    "#", "号楼", "单元", "号院", "栋", "幢", "号", "座", "层", "楼", "室", "房", "门", "期", "弄", "组",
    "排", "段", "区", "巷", "村", "街", "路", "道",
];

/// Units that are a mere character of a name without a number before them: 小区, 大门.
const NEEDS_NUMBER: [&str; 10] = ["层", "座", "室", "房", "门", "期", "组", "排", "段", "区"];

/// Words before which a Chinese numeral is a plain number. 村 街 路 道 are absent: there it is a name.
const NUMBERED: [&str; 17] =
    ["单元", "栋", "幢", "号", "座", "层", "楼", "室", "房", "门", "期", "弄", "组", "排", "段", "区", "巷"];

/// The comparable line. Expects cleaned text ([`super::text::clean`]) without the region.
pub fn normalise(text: &str) -> String {
    let line = drop_signs(text);
    let line = numerals_before_units(&line);
    let line = one_word_for_buildings(&line);
    expand_triple(strip_room_word(&line))
}

/// Blanks, punctuation and brackets go; between two digits something stays. `F` behind digits is 层.
fn drop_signs(text: &str) -> String {
    let signs: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < signs.len() {
        let sign = signs[at];
        let last = out.chars().next_back().unwrap_or(' ');
        if sign == 'f' && last.is_ascii_digit() && !signs.get(at + 1).is_some_and(char::is_ascii_alphabetic) {
            out.push('层');
            at += 1;
        } else if sign.is_alphanumeric() || matches!(sign, '*' | '#') {
            out.push(sign);
            at += 1;
        } else {
            let end = signs[at..].iter().position(|s| s.is_alphanumeric() || matches!(s, '*' | '#'));
            let end = end.map_or(signs.len(), |length| at + length);
            out.extend(kept(last, &signs[at..end], &signs[end..]));
            at = end;
        }
    }
    out
}

/// What stays of a run of signs between two characters.
fn kept(last: char, run: &[char], after: &[char]) -> Option<char> {
    let next = *after.first()?;
    let digits = last.is_ascii_digit() && next.is_ascii_digit();
    if run.contains(&'-') {
        let code = last.is_ascii_alphanumeric() && next.is_ascii_alphanumeric();
        let basement = !last.is_ascii_alphanumeric()
            && next.is_ascii_digit()
            && matches!(after.get(1), Some('层' | '楼' | 'f'));
        if basement {
            return Some('负');
        }
        return (digits || code && (last.is_ascii_digit() || next.is_ascii_digit())).then_some('-');
    }
    let light = |sign: &&char| {
        !matches!(sign, ' ' | ',' | '、' | '.' | '。' | ';' | ':' | '(' | ')' | '[' | ']' | '·')
    };
    digits.then(|| run.iter().find(light).copied().unwrap_or(' '))
}

fn numerals_before_units(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(sign) = rest.chars().next() {
        let run = numeral_run(rest);
        if run.is_empty() {
            out.push(sign);
            rest = &rest[sign.len_utf8()..];
            continue;
        }
        let behind = &rest[run.len()..];
        let free = !out.ends_with(|sign: char| sign.is_ascii_digit());
        match numeral(run).filter(|_| free && NUMBERED.iter().any(|unit| behind.starts_with(unit))) {
            Some(number) => out.push_str(&number),
            None => out.push_str(run),
        }
        rest = behind;
    }
    out
}

fn numeral_run(text: &str) -> &str {
    let end = text.find(|sign| value(sign).is_none() && !matches!(sign, '十' | '百')).unwrap_or(text.len());
    &text[..end]
}

fn value(sign: char) -> Option<u32> {
    "零一二三四五六七八九".chars().position(|numeral| numeral == sign).map(|value| value as u32).or(
        match sign {
            '〇' => Some(0),
            _ => None,
        },
    )
}

/// Reads 十二 as 12 and, digit by digit, 一二〇一 as 1201. `None` for anything else.
fn numeral(run: &str) -> Option<String> {
    if !run.contains(['十', '百']) {
        return run.chars().map(|sign| value(sign).and_then(|digit| char::from_digit(digit, 10))).collect();
    }
    let (mut total, mut pending, mut smallest) = (0, None, 1000);
    for sign in run.chars() {
        let weight = match sign {
            '十' => 10,
            '百' => 100,
            _ => 0,
        };
        if weight == 0 {
            let digit = value(sign)?;
            if pending.is_some_and(|before| before != 0) {
                return None;
            }
            pending = Some(digit);
        } else {
            // 百 needs its digit, 十 alone is 10; weights fall from left to right.
            let count = pending.take().or((weight == 10 && total == 0).then_some(1))?;
            if weight >= smallest || count == 0 {
                return None;
            }
            (total, smallest) = (total + count * weight, weight);
        }
    }
    Some((total + pending.unwrap_or(0)).to_string())
}

/// 栋 is 幢, and 号楼 (typed #楼 too) behind a number or letter.
fn one_word_for_buildings(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(sign) = rest.chars().next() {
        let numbered = out.ends_with(|last: char| last.is_ascii_alphanumeric() || is_stem(last));
        let building = ["号楼", "#楼"].iter().find_map(|word| rest.strip_prefix(word));
        if let Some(behind) = building.filter(|_| numbered) {
            out.push('栋');
            rest = behind;
            continue;
        }
        out.push(if sign == '幢' { '栋' } else { sign });
        rest = &rest[sign.len_utf8()..];
    }
    out
}

/// 室 or 房 behind the number at the end says nothing.
fn strip_room_word(line: &str) -> &str {
    match line.strip_suffix(['室', '房']) {
        Some(head) if head.ends_with(|last: char| last.is_ascii_alphanumeric()) => head,
        _ => line,
    }
}

/// 4-3-601 at the end is building, unit, room.
fn expand_triple(line: &str) -> String {
    let tail_start = line
        .rfind(|sign: char| !(sign.is_ascii_digit() || sign == '-'))
        .map_or(0, |at| at + line[at..].chars().next().map_or(0, char::len_utf8));
    let (head, tail) = line.split_at(tail_start);
    let parts: Vec<&str> = tail.split('-').collect();
    match parts[..] {
        [building, unit, room]
            if !head.ends_with(|last: char| last.is_ascii_alphanumeric())
                && parts.iter().all(|part| !part.is_empty()) =>
        {
            format!("{head}{building}栋{unit}单元{room}")
        }
        _ => line.to_owned(),
    }
}

/// 甲 乙 丙 丁: they part houses of one number.
pub(super) fn is_stem(sign: char) -> bool {
    matches!(sign, '甲' | '乙' | '丙' | '丁')
}

/// A piece of a normalised line, for telling how two lines differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// Anything whose difference is a difference of number: `12`, `12a`, `48-1`, `a`, 乙 as `乙`,
    /// and a Chinese numeral anywhere, as its digits.
    Number(String),
    Unit(&'static str),
    /// Between the numbers of 15-1802 at the end of a line, where a unit word may be meant.
    Hyphen,
    Word(String),
}

/// Takes a normalised line to pieces.
pub(super) fn pieces(line: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut rest = line;
    while let Some(sign) = rest.chars().next() {
        let numbered = matches!(pieces.last(), Some(Piece::Number(_)));
        let unit = UNITS
            .iter()
            .find(|unit| rest.starts_with(**unit))
            .filter(|unit| numbered || !NEEDS_NUMBER.contains(unit));
        let run = numeral_run(rest);
        let length = if sign.is_ascii_alphanumeric() {
            let length = code_length(rest);
            let text = &rest[..length];
            let long_word = length > 3 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
            pieces.push(if long_word {
                Piece::Word(text.to_owned())
            } else {
                Piece::Number(text.to_owned())
            });
            length
        } else if let Some(number) = (!run.is_empty()).then(|| numeral(run)).flatten() {
            pieces.push(Piece::Number(number));
            run.len()
        } else if sign == '-' && ends_in_numbers(rest) && matches!(pieces.last(), Some(Piece::Number(_))) {
            pieces.push(Piece::Hyphen);
            1
        } else if let Some(unit) = unit.copied() {
            pieces.push(Piece::Unit(unit));
            unit.len()
        } else {
            let stem = is_stem(sign)
                && (matches!(pieces.last(), Some(Piece::Number(_) | Piece::Unit("号")))
                    || rest[sign.len_utf8()..].starts_with(|next: char| next.is_ascii_digit()));
            let text = sign.to_string();
            pieces.push(if stem { Piece::Number(text) } else { Piece::Word(text) });
            sign.len_utf8()
        };
        rest = &rest[length..];
    }
    pieces
}

/// Letters and digits that belong together. A hyphenated pair inside the line is one number (48-1号);
/// at the end of the line its parts may be building and room.
fn code_length(text: &str) -> usize {
    let alphanumeric = |text: &str| text.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let mut length = alphanumeric(text);
    while text[length..].starts_with('-') && !ends_in_numbers(&text[length..]) {
        match alphanumeric(&text[length + 1..]) {
            0 => break,
            more => length += 1 + more,
        }
    }
    length
}

fn ends_in_numbers(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && text.ends_with(|last: char| last != '-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::recipient::text::clean;

    fn check(one: &str, other: &str, equal: bool) {
        let (one, other) = (normalise(&clean(one)), normalise(&clean(other)));
        assert_eq!(one == other, equal, "{one} against {other}");
    }

    #[test]
    fn one_door_has_one_line() {
        for (one, other) in [
            ("望京西园三区305号楼2门1102", "望京西园三区305号，楼2门1102"),
            ("三栋二单元一二〇一室", "3幢2单元1201"),
            ("十一栋一单元502", "11号楼1单元502房"),
            ("二十三栋", "23栋"),
            ("一百零二号", "102号"),
            ("5#楼301", "5号楼301"),
            ("大厦-1层", "大厦负一层"),
            ("4-3-601", "4号楼3单元601室"),
            ("1—12—3", "1-12-3"),
            ("B座16层1608", "b座 16F 1608室"),
            ("国际银行大厦25层C单元", "国际银行大厦25F C单元"),
            ("（金陵大厦）B座", "金陵大厦B座"),
            ("忠孝東路四段100號5樓之2", "忠孝东路4段100号5楼之2"),
        ] {
            check(one, other, true);
        }
    }

    #[test]
    fn other_doors_have_other_lines() {
        for (one, other) in [
            ("5号1-12-3", "5号112-3"),
            ("5号1-12-3", "5号11-2-3"),
            ("48号", "48-1号"),
            ("5#楼301", "5楼301"),
            ("大厦-1层", "大厦1层"),
            ("12 3", "123"),
            ("二七新村", "27新村"),
            ("12A", "12"),
            ("88弄12号", "88号12号"),
        ] {
            check(one, other, false);
        }
    }
}
