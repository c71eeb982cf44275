//! Phones in Chinese text: mobiles, landlines, service numbers, Hong Kong, Macau, Taiwan, extensions.
//!
//! A number of the wrong length is kept as typed and doubted, never cut to fit.

use super::pieces::{CUT, PHONE, cut};
use super::words::is_han;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// A number that has the wrong length or was cut from a room number.
    Odd,
    Local,
    Service,
    Abroad,
    Landline,
    Mobile,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Phone {
    pub number: String,
    pub ext: String,
    pub kind: Kind,
    /// The extension was only written behind a comma.
    pub ext_doubtful: bool,
    /// ISO country when the number says so.
    pub country: &'static str,
}

/// Takes all phones out of the text, left to right.
pub(super) fn take(text: &mut [char]) -> Vec<Phone> {
    let mut phones = Vec::new();
    let mut at = 0;
    while at < text.len() {
        match phone_at(text, at) {
            Some((phone, end)) => {
                cut_with_brackets(text, at, end);
                phones.push(phone);
                at = end;
            }
            None => at += 1,
        }
    }
    if phones.is_empty() {
        phones.extend(glued_to_room(text).or_else(|| lone_local(text)));
    }
    phones
}

/// `（13800001001）`: the empty brackets go as well.
fn cut_with_brackets(text: &mut [char], mut from: usize, mut to: usize) {
    let opens = |c: Option<&char>| matches!(c, Some('(' | '（' | '[' | '【'));
    let closes = |c: Option<&char>| matches!(c, Some(')' | '）' | ']' | '】'));
    if opens(from.checked_sub(1).and_then(|before| text.get(before))) && closes(text.get(to)) {
        from -= 1;
        to += 1;
    }
    cut(text, from, to, PHONE);
}

/// Reads digits (and `*` of a mask) with single blanks or hyphens between them.
struct Digits<'t> {
    text: &'t [char],
    at: usize,
    digits: String,
}

impl<'t> Digits<'t> {
    fn new(text: &'t [char], at: usize) -> Self {
        Self { text, at, digits: String::new() }
    }

    fn run(&mut self, count: usize) -> Option<()> {
        for _ in 0..count {
            let c = *self.text.get(self.at)?;
            if !c.is_ascii_digit() && c != '*' {
                return None;
            }
            self.digits.push(c);
            self.at += 1;
        }
        Some(())
    }

    fn gap(&mut self) -> bool {
        let gap = matches!(self.text.get(self.at), Some(' ' | '-'));
        self.at += usize::from(gap);
        gap
    }

    fn word(&mut self, word: &str) -> bool {
        let found = self.text[self.at..].iter().take(word.len()).copied().eq(word.chars());
        if found {
            self.at += word.len();
        }
        found
    }

    fn done(self) -> Option<(String, usize)> {
        let next = self.text.get(self.at);
        (!next.is_some_and(|c| c.is_ascii_digit() || *c == '*')).then_some((self.digits, self.at))
    }
}

fn phone_at(text: &[char], at: usize) -> Option<(Phone, usize)> {
    let first = text[at];
    if !first.is_ascii_digit() && !matches!(first, '+' | '(' | '（') {
        return None;
    }
    let before = at.checked_sub(1).map(|before| text[before]);
    // 张伟+138…: a plus between words separates, it belongs to no number.
    let separates = |plus: usize| plus > 0 && text[plus] == '+' && text[plus - 1].is_alphanumeric();
    let is_inside = |c: char| c.is_ascii_digit() || c == '*' || c == '+' && !separates(at - 1);
    if separates(at) || before.is_some_and(is_inside) {
        return None;
    }
    if before.is_some_and(|c| c.is_ascii_alphabetic()) {
        // Lily13800001001; anything shorter or longer behind a letter is a code of some kind.
        let (number, kind, country, end) = mobile(text, at)?;
        return Some((Phone { number, ext: String::new(), kind, ext_doubtful: false, country }, end));
    }
    let (number, kind, country, end) = mobile(text, at)
        .or_else(|| landline(text, at))
        .or_else(|| service(text, at))
        .or_else(|| greater_china(text, at))
        .or_else(|| abroad(text, at))
        .or_else(|| odd(text, at))
        .or_else(|| odd_groups(text, at))?;
    let (ext, ext_doubtful, end) = extension(text, end, kind).unwrap_or((String::new(), false, end));
    Some((Phone { number, ext, kind, ext_doubtful, country }, end))
}

type Found = (String, Kind, &'static str, usize);

fn china_code(digits: &mut Digits) -> bool {
    let bracket = digits.text.get(digits.at).is_some_and(|c| matches!(c, '(' | '（'));
    let start = digits.at;
    digits.at += usize::from(bracket);
    let found = digits.word("+86") || digits.word("0086") || digits.word("86");
    if !found {
        digits.at = start;
        return false;
    }
    if bracket {
        // (+86)138… opens and closes here; in (+86 138…) the bracket is around the whole number.
        if !matches!(digits.text.get(digits.at), Some(')' | '）')) {
            digits.at = start;
            return false;
        }
        digits.at += 1;
    }
    digits.gap();
    true
}

/// 11 digits from 13 to 19, alone or as 3-4-4, with or without +86.
fn mobile(text: &[char], at: usize) -> Option<Found> {
    let read = |country_code: bool| {
        let mut digits = Digits::new(text, at);
        if country_code && !china_code(&mut digits) {
            return None;
        }
        digits.run(3)?;
        let mut head = digits.digits.chars();
        if head.next() != Some('1') || !matches!(head.next(), Some('3'..='9')) {
            return None;
        }
        digits.gap();
        digits.run(4)?;
        digits.gap();
        digits.run(4)?;
        digits.done()
    };
    let (number, end) = read(true).or_else(|| read(false))?;
    Some((number, Kind::Mobile, "", end))
}

/// Area code 010, 02x or 0xxx and 7 or 8 digits; +86 stands for the zero.
fn landline(text: &[char], at: usize) -> Option<Found> {
    let mut digits = Digits::new(text, at);
    let coded = china_code(&mut digits);
    let bracket = matches!(text.get(digits.at), Some('(' | '（'));
    digits.at += usize::from(bracket);
    if !coded || text.get(digits.at) == Some(&'0') {
        digits.run(1)?;
    } else {
        digits.digits.push('0');
    }
    digits.run(2)?;
    let head = digits.digits.clone();
    // 09xx is the north-west too; a mobile of Taiwan has ten digits, these have eleven or twelve.
    if !head.starts_with('0') || head.contains('*') || head.starts_with("00") {
        return None;
    }
    let short_area = head.starts_with("01") || head.starts_with("02");
    if !short_area {
        digits.run(1)?;
    }
    let area = std::mem::take(&mut digits.digits);
    if bracket {
        if !matches!(text.get(digits.at), Some(')' | '）')) {
            return None;
        }
        digits.at += 1;
    }
    digits.gap();
    let start = digits.at;
    for length in [8, 7] {
        for split in [0, 4, 3] {
            let mut rest = Digits::new(text, start);
            if length == 7 && short_area || rest.run(split).is_none() || (split > 0 && !rest.gap()) {
                continue;
            }
            if rest.run(length - split).is_some()
                && let Some((number, end)) = rest.done()
                && !number.starts_with('0')
            {
                return Some((format!("{area}-{number}"), Kind::Landline, "", end));
            }
        }
    }
    None
}

/// 400 and 800 numbers, kept with their hyphens.
fn service(text: &[char], at: usize) -> Option<Found> {
    let mut digits = Digits::new(text, at);
    digits.run(3)?;
    if !matches!(digits.digits.as_str(), "400" | "800") {
        return None;
    }
    digits.gap();
    let start = digits.at;
    for (first, second) in [(3, 4), (4, 3), (7, 0)] {
        let mut rest = Digits::new(text, start);
        if rest.run(first).is_none() {
            continue;
        }
        rest.gap();
        if rest.run(second).is_some()
            && let Some((number, end)) = rest.done()
        {
            return Some((
                format!("{}-{}-{}", digits.digits, &number[..3], &number[3..]),
                Kind::Service,
                "",
                end,
            ));
        }
    }
    None
}

/// 852 and 853 with 8 digits, 886 with 9, and Taiwan's own 09xx.
fn greater_china(text: &[char], at: usize) -> Option<Found> {
    for (code, country, length) in [("852", "HK", 8), ("853", "MO", 8), ("886", "TW", 9)] {
        let mut digits = Digits::new(text, at);
        let bracket = matches!(text[at], '(' | '（');
        digits.at += usize::from(bracket);
        let plus = digits.word("+") || digits.word("00");
        if !digits.word(code) {
            continue;
        }
        if bracket && !matches!(text.get(digits.at), Some(')' | '）')) {
            continue;
        }
        digits.at += usize::from(bracket);
        let gap = digits.gap() || bracket;
        if text.get(digits.at) == Some(&'0') && country == "TW" {
            digits.at += 1;
        }
        if !plus && !gap {
            continue;
        }
        let before = digits.at;
        while digits.digits.len() < length {
            if digits.run(1).is_none() {
                break;
            }
            if digits.digits.len() < length {
                digits.gap();
            }
        }
        if digits.digits.len() == length
            && digits.at > before
            && let Some((number, end)) = digits.done()
        {
            return Some((format!("+{code}{number}"), Kind::Abroad, country, end));
        }
    }
    let mut digits = Digits::new(text, at);
    digits.run(4)?;
    if !digits.digits.starts_with("09") {
        return None;
    }
    digits.gap();
    digits.run(3)?;
    digits.gap();
    digits.run(3)?;
    let (number, end) = digits.done()?;
    Some((number, Kind::Abroad, "TW", end))
}

/// `+` and a country's number, to E.164.
fn abroad(text: &[char], at: usize) -> Option<Found> {
    if text[at] != '+' {
        return None;
    }
    let mut number = String::from("+");
    let mut end = at + 1;
    while let Some(c) = text.get(end) {
        match c {
            c if c.is_ascii_digit() => number.push(*c),
            ' ' | '-' | '(' | ')' if text.get(end + 1).is_some_and(|c| c.is_ascii_digit() || *c == '(') => {}
            _ => break,
        }
        end += 1;
    }
    (8..=16).contains(&number.len()).then_some((number, Kind::Abroad, "", end))
}

/// A lone run that begins like a mobile but has 9, 10, 12 or 13 digits.
fn odd(text: &[char], at: usize) -> Option<Found> {
    let length = text[at..].iter().take_while(|c| c.is_ascii_digit()).count();
    let number: String = text[at..at + length].iter().collect();
    let mobile_like =
        number.starts_with('1') && !number.starts_with("10") && matches!(length, 9 | 10 | 12 | 13);
    let landline_like = number.starts_with('0') && (9..=13).contains(&length);
    let alone = text.get(at + length).is_none_or(|c| !c.is_alphanumeric() || is_han(*c))
        && at.checked_sub(1).is_none_or(|before| !text[before].is_alphanumeric() || is_han(text[before]));
    // 号 room and 弄 numbers never have that many digits, so Chinese on both sides is no obstacle.
    ((mobile_like || landline_like) && alone).then_some((number, Kind::Odd, "", at + length))
}

/// 131 3301 003: grouped like a mobile, with digits too few or too many in the last group.
fn odd_groups(text: &[char], at: usize) -> Option<Found> {
    let mut digits = Digits::new(text, at);
    digits.run(3)?;
    if !digits.gap() || !digits.digits.starts_with('1') || digits.digits.starts_with("10") {
        return None;
    }
    digits.run(4)?;
    if !digits.gap() {
        return None;
    }
    let last = text[digits.at..].iter().take_while(|c| c.is_ascii_digit()).count();
    if !matches!(last, 2 | 3 | 5) || digits.digits.contains('*') {
        return None;
    }
    let end = digits.at + last;
    let closed = text.get(end).is_none_or(|c| c.is_whitespace() || ",，;；)）".contains(*c));
    closed.then(|| (text[at..end].iter().collect(), Kind::Odd, "", end))
}

/// -801, 转801, ext 801, #801 and, with doubt, a lone `,5521`.
fn extension(text: &[char], at: usize, kind: Kind) -> Option<(String, bool, usize)> {
    let blank = usize::from(text.get(at) == Some(&' '));
    let rest = &text[at + blank..];
    let starts = |word: &str| rest.iter().take(word.chars().count()).copied().eq(word.chars());
    let words = ["转分机", "分机号", "分机", "转", "ext.", "ext", "EXT", "Ext", "#", "-", ",", "，"];
    let word = words.into_iter().find(|word| starts(word))?;
    let comma = matches!(word, "," | "，");
    if blank == 1 && (comma || word == "-") {
        return None;
    }
    let skipped = rest[word.chars().count()..].iter().take_while(|c| matches!(c, ' ' | ':' | '：')).count();
    if skipped > 0 && (comma || word == "-") {
        return None;
    }
    let start = at + blank + word.chars().count() + skipped;
    let ext: String = text[start..].iter().take_while(|c| c.is_ascii_digit()).collect();
    let end = start + ext.len();
    let after = text.get(end);
    let allowed = match word {
        // A room behind a comma is no extension: only the four digits of a privacy number, alone.
        "," | "，" => {
            kind == Kind::Mobile && ext.len() == 4 && after.is_some_and(|c| !c.is_alphanumeric() && *c != '-')
        }
        "-" => match kind {
            Kind::Mobile => {
                (3..=4).contains(&ext.len()) && !after.is_some_and(|c| "号栋幢楼单室弄-".contains(*c))
            }
            _ => (1..=5).contains(&ext.len()) && !after.is_some_and(|c| "号栋幢楼单室弄-".contains(*c)),
        },
        _ => (1..=6).contains(&ext.len()),
    };
    allowed.then_some((ext, comma, end))
}

/// 三单元30115801691123: the last eleven digits are a mobile, the first ones the room.
fn glued_to_room(text: &mut [char]) -> Option<Phone> {
    let mut at = 0;
    while at < text.len() {
        let length = text[at..].iter().take_while(|c| c.is_ascii_digit()).count();
        if (12..=15).contains(&length) && at > 0 && "元栋号楼室层座幢-".contains(text[at - 1]) {
            let from = at + length - 11;
            let number: String = text[from..at + length].iter().collect();
            if number.starts_with('1') && !number.starts_with("10") {
                cut(text, from, at + length, PHONE);
                return Some(odd_phone(number));
            }
        }
        at += length.max(1);
    }
    None
}

/// 7 or 8 digits alone between breaks: a landline without its area, or a number of Hong Kong.
fn lone_local(text: &mut [char]) -> Option<Phone> {
    let mut at = 0;
    while at < text.len() {
        let length = text[at..].iter().take_while(|c| c.is_ascii_digit()).count();
        let open = at == 0 || !text[at - 1].is_alphanumeric() && text[at - 1] != '-';
        let closed = text.get(at + length).is_none_or(|c| !c.is_alphanumeric() && *c != '-');
        let hyphened = length == 4
            && text.get(at + 4).is_some_and(|c| matches!(c, '-' | ' '))
            && text[at + 5..].iter().take_while(|c| c.is_ascii_digit()).count() == 4;
        if open && (closed && matches!(length, 7 | 8) || hyphened) {
            let end = at + if hyphened { 9 } else { length };
            let number = text[at..end].iter().filter(|c| c.is_ascii_digit()).collect();
            cut(text, at, end, PHONE);
            return Some(Phone { kind: Kind::Local, ..odd_phone(number) });
        }
        at += length.max(1);
    }
    None
}

fn odd_phone(number: String) -> Phone {
    Phone { number, ext: String::new(), kind: Kind::Odd, ext_doubtful: false, country: "" }
}

/// `[5521]` beside name and detail is the code of a privacy number: cut out, and answered once.
pub(super) fn take_codes(text: &mut [char]) -> Option<String> {
    let mut code = None;
    for at in 0..text.len().saturating_sub(5) {
        let [open, digits @ .., close] = &text[at..at + 6] else { continue };
        let brackets = matches!((open, close), ('[', ']') | ('【', '】') | ('(', ')') | ('（', '）'));
        if brackets && digits.iter().all(char::is_ascii_digit) {
            code.get_or_insert_with(|| digits.iter().collect());
            cut(text, at, at + 6, CUT);
        }
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_are_read_in_every_usual_spelling() {
        for (text, number, ext, kind) in [
            ("13800001001", "13800001001", "", Kind::Mobile),
            ("+86 138 0000 1001", "13800001001", "", Kind::Mobile),
            ("86-13800001001", "13800001001", "", Kind::Mobile),
            ("(+86)138-0000-1001", "13800001001", "", Kind::Mobile),
            ("18412340001-5521", "18412340001", "5521", Kind::Mobile),
            ("18412340001转5521", "18412340001", "5521", Kind::Mobile),
            ("(0571)87651234", "0571-87651234", "", Kind::Landline),
            ("0571 8765 1234", "0571-87651234", "", Kind::Landline),
            ("057187651234", "0571-87651234", "", Kind::Landline),
            ("+86-10-62345678", "010-62345678", "", Kind::Landline),
            ("010-62345678-801", "010-62345678", "801", Kind::Landline),
            ("010-62345678 转 801", "010-62345678", "801", Kind::Landline),
            ("400-800-1234转5", "400-800-1234", "5", Kind::Service),
            ("853-66001234", "+85366001234", "", Kind::Abroad),
            ("0912-000-123", "0912000123", "", Kind::Abroad),
            ("+44 7700 900123", "+447700900123", "", Kind::Abroad),
            ("136000070071", "136000070071", "", Kind::Odd),
            ("1360000700", "1360000700", "", Kind::Odd),
            ("138****1001", "138****1001", "", Kind::Mobile),
            ("三单元30115801691123", "15801691123", "", Kind::Odd),
            ("87651234", "87651234", "", Kind::Local),
        ] {
            let mut chars: Vec<char> = text.chars().collect();
            let phones = take(&mut chars);
            assert_eq!(phones.len(), 1, "{text}: {phones:?}");
            let found = &phones[0];
            assert_eq!(
                (found.number.as_str(), found.ext.as_str(), found.kind),
                (number, ext, kind),
                "{text}"
            );
        }
    }

    #[test]
    fn numbers_of_houses_and_orders_are_no_phones() {
        for text in ["文三路478号3栋2单元1201室", "20260101123456789012", "310012", "3-2-1201", "18-2号"]
        {
            let mut chars: Vec<char> = text.chars().collect();
            assert_eq!(take(&mut chars), [], "{text}");
        }
    }
}
