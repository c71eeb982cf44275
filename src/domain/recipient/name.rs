//! Names: one text per way of writing a name, and what a difference between two names may be.
//!
//! A name never decides by itself; it is one of three keys.

use super::text;

/// The text that is equal for equal names; empty without a name.
pub fn key(raw: &str, country: &str) -> String {
    let text = text::clean(raw);
    if text::is_east_asian(&text) { east_asian(&text) } else { western(&text, country) }
}

/// How two unequal names differ, seen from their keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameDifference {
    Missing,
    /// Surname or initial on one side.
    Shortened,
    /// Letters of another script on one side.
    Script,
    /// A mark, a title or a second person added to the same name.
    Addition,
    /// One character or spelling differs.
    Spelling,
    /// Senior against junior: father and son.
    Generation,
    Other,
}

/// Names the difference between two unequal name keys. Symmetric.
pub fn difference(a: &str, b: &str) -> NameDifference {
    if a.is_empty() || b.is_empty() {
        return NameDifference::Missing;
    }
    if let (Some(a), Some(b)) = (generation(a), generation(b))
        && a != b
    {
        return NameDifference::Generation;
    }
    match (text::is_east_asian(a), text::is_east_asian(b)) {
        (true, true) => east_asian_difference(a, b),
        (false, false) => western_difference(a, b),
        _ => NameDifference::Script,
    }
}

/// A name without the code in square brackets that some platforms add with a privacy number.
pub fn without_privacy_code(raw: &str) -> String {
    strip_privacy_code(&text::clean(raw)).to_owned()
}

/// The text before a `[1234]` at its end. Expects cleaned text.
pub(super) fn strip_privacy_code(text: &str) -> &str {
    let text = text.trim_end();
    let code = text
        .strip_suffix([']', '】'])
        .map(|body| (body, body.trim_end_matches(|sign: char| sign.is_ascii_digit())));
    match code {
        Some((body, head)) if (3..=6).contains(&(body.len() - head.len())) => {
            head.strip_suffix(['[', '【']).unwrap_or(text).trim_end()
        }
        _ => text,
    }
}

/// The customer code a forwarder hands out (`FZ10231`), when the name carries one: one to four
/// letters and at least three digits, or at least five digits.
pub fn customer_code(raw: &str) -> Option<String> {
    let text = text::clean(raw);
    let text = strip_privacy_code(&text);
    text.split(|sign: char| !sign.is_ascii_alphanumeric()).find_map(super::collective::customer_code)
}

fn east_asian(text: &str) -> String {
    let mut text = text;
    for label in ["收件人", "收货人", "姓名", "联系人"] {
        if let Some(rest) = text.strip_prefix(label) {
            let rest = rest.trim_start_matches([':', ' ']);
            if !rest.is_empty() {
                text = rest;
            }
        }
    }
    let mut key: String = text
        .chars()
        .filter_map(|sign| match sign {
            '·' | '•' | '・' | '‧' | '∙' | '⋅' | '.' => Some('·'),
            '【' | '[' => Some('['),
            '】' | ']' => Some(']'),
            '、' | '/' | '&' | '+' | ',' | '|' => Some('/'),
            '(' | ')' | '*' => Some(sign),
            _ => sign.is_alphanumeric().then_some(sign),
        })
        .collect();
    loop {
        let rest = trim_title(&key);
        if rest.len() == key.len() {
            return key;
        }
        key.truncate(rest.len());
    }
}

/// Without one title or 收 at the end, as long as two characters stay.
fn trim_title(name: &str) -> &str {
    const ENDINGS: [&str; 13] = [
        "(收)", "(亲启)", "(先生)", "(女士)", "(小姐)", "(老师)", "先生", "女士", "小姐", "老师", "亲启",
        "收", "()",
    ];
    let tidy = name.trim_end_matches(['·', '/']);
    ENDINGS
        .iter()
        .find_map(|ending| tidy.strip_suffix(ending).filter(|rest| rest.chars().count() >= 2))
        .unwrap_or(if tidy.chars().count() >= 2 { tidy } else { name })
}

fn western(text: &str, country: &str) -> String {
    let folded = text::fold_accents(text);
    let folded = if text::writes_umlauts(country) { text::fold_umlauts(&folded) } else { folded };
    let whole = folded.trim_matches(|sign: char| !sign.is_alphanumeric() && sign != '*');
    // "Smith, John" gives the surname first; with more commas it is something else.
    let mut commas = whole.split(',').map(str::trim);
    let ordered = match (commas.next(), commas.next(), commas.next()) {
        (Some(last), Some(first), None) if generation(first).is_none() => format!("{first} {last}"),
        _ => whole.to_owned(),
    };
    let mut key = String::with_capacity(ordered.len());
    let words = words(&ordered);
    let titles = words.iter().take_while(|word| is_title(word)).count();
    let words = if titles < words.len() { &words[titles..] } else { &words[..] };
    for word in words {
        if !key.is_empty() {
            key.push(' ');
        }
        key.push_str(word);
    }
    key
}

/// Words without apostrophes; every other sign parts two words, a slash stays to keep two people two.
fn words(text: &str) -> Vec<String> {
    text.split(|sign: char| !(sign.is_alphanumeric() || matches!(sign, '\'' | '*' | '/' | '[' | ']')))
        .map(|word| word.replace('\'', ""))
        .filter(|word| !word.is_empty())
        .collect()
}

fn is_title(word: &str) -> bool {
    matches!(word, "mr" | "mrs" | "ms" | "miss" | "dr" | "prof" | "herr" | "frau" | "mme" | "mlle")
}

fn generation(key: &str) -> Option<&'static str> {
    key.split([' ', '.']).rev().find_map(|word| match word {
        "sr" | "senior" => Some("sr"),
        "jr" | "junior" => Some("jr"),
        _ => None,
    })
}

fn east_asian_difference(a: &str, b: &str) -> NameDifference {
    let bare = |name: &str| -> Vec<char> {
        let name = ["先生", "女士", "小姐", "老师"]
            .iter()
            .find_map(|title| name.strip_suffix(title))
            .unwrap_or(name);
        name.chars().filter(|sign| *sign != '·').collect()
    };
    let (a, b) = (bare(a), bare(b));
    let (short, long) = if a.len() <= b.len() { (&a, &b) } else { (&b, &a) };
    if long.starts_with(short) {
        let surname_only = short.len() == 1 && long.iter().all(|sign| text::is_han(*sign));
        return if surname_only { NameDifference::Shortened } else { NameDifference::Addition };
    }
    let changed = short.iter().zip(long.iter()).filter(|(a, b)| a != b).count();
    match (long.len() - short.len(), changed) {
        (0, 1) if long.len() > 1 => NameDifference::Spelling,
        _ => NameDifference::Other,
    }
}

fn western_difference(a: &str, b: &str) -> NameDifference {
    let (a, b): (Vec<&str>, Vec<&str>) = (a.split(' ').collect(), b.split(' ').collect());
    let (short, long) = if a.len() <= b.len() { (&a, &b) } else { (&b, &a) };
    let fits = |one: &str, other: &str| {
        one == other || one.len().min(other.len()) == 1 && one.as_bytes()[0] == other.as_bytes()[0]
    };
    if short.len() == long.len() && short.iter().zip(long.iter()).all(|(a, b)| fits(a, b)) {
        return NameDifference::Shortened;
    }
    if short.iter().all(|word| long.contains(word)) {
        return NameDifference::Addition;
    }
    let alike = short.len() == long.len()
        && short.iter().zip(long.iter()).all(|(a, b)| a == b || super::difference::is_slip(a, b));
    if alike { NameDifference::Spelling } else { NameDifference::Other }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_blanks_and_signs_leave_the_name() {
        for (raw, read) in [
            ("欧阳 雪", "欧阳雪"),
            ("张伟先生", "张伟"),
            ("赵敏 收", "赵敏"),
            ("杨帆（收）", "杨帆"),
            ("收件人：刘洋", "刘洋"),
            ("高峰🌸", "高峰"),
            ("梁文~", "梁文"),
            ("郭濤", "郭涛"),
            ("阿依古丽•买买提", "阿依古丽·买买提"),
            ("阿依古丽.买买提", "阿依古丽·买买提"),
            ("陈小姐", "陈小姐"),
            ("王收", "王收"),
            ("张伟1", "张伟1"),
            ("陈静（前台代收）", "陈静(前台代收)"),
            ("刘洋/王欣", "刘洋/王欣"),
            ("Mr. John Smith", "john smith"),
            ("Smith, John", "john smith"),
            ("John Smith, Jr.", "john smith jr"),
            ("Robert O’Neil", "robert oneil"),
            ("José Álvarez", "jose alvarez"),
            ("田中 太郎", "田中太郎"),
        ] {
            assert_eq!(key(raw, "US"), read, "{raw}");
        }
        assert_eq!(key("Hans Müller", "DE"), key("Hans Mueller", "DE"));
    }

    #[test]
    fn a_difference_between_names_has_a_kind() {
        use NameDifference::*;
        for (a, b, kind) in [
            ("陈静", "陈小姐", Shortened),
            ("张伟", "张玮", Spelling),
            ("杨帆", "杨帆妈妈", Addition),
            ("李娜", "Li Na", Script),
            ("何欣", "王明", Other),
            ("John Smith", "J. Smith", Shortened),
            ("John Smith", "Jon Smith", Spelling),
            ("John Smith", "John A. Smith", Addition),
            ("John Smith", "Smith John", Addition),
            ("John Smith Sr.", "John Smith Jr.", Generation),
            ("John Smith Sr.", "John Smith", Addition),
            ("张伟", "", Missing),
        ] {
            let (a, b) = (key(a, "US"), key(b, "US"));
            assert_eq!(difference(&a, &b), kind, "{a} {b}");
            assert_eq!(difference(&b, &a), kind, "{b} {a}");
        }
    }

    #[test]
    fn a_customer_code_is_found_in_a_name() {
        assert_eq!(customer_code("FZ10231李雷").as_deref(), Some("fz10231"));
        assert_eq!(customer_code("李娜[5521]"), None);
        assert_eq!(customer_code("张伟1"), None);
    }
}
