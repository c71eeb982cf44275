//! Phone numbers: one text per number, extensions apart.
//!
//! Deliberately without the number plans of the world: an unknown shape is kept as it is rather
//! than bent into a known one, and no digit is ever cut off.

use super::text;

/// A phone number taken apart. Both parts are empty when no phone was given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Phone {
    /// `+8613800001001`, `+14155550132`; a number whose country part is unknown (a landline
    /// without area code) stays as its bare digits, an unreadable text as it was cleaned.
    pub number: String,
    /// Digits behind a switchboard or a privacy number; empty without one.
    pub extension: String,
    pub kind: PhoneKind,
}

/// What sort of number it is, as far as a difference can be explained by it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PhoneKind {
    #[default]
    Missing,
    Mobile,
    /// A Chinese mobile number with an extension: a pool number that is valid for one order, so
    /// neither its base nor its extension says who somebody is.
    Privacy,
    Landline,
    /// A Chinese landline without its area code.
    Local,
    Foreign,
    Unread,
}

impl Phone {
    /// Reads a phone as the platform or a person wrote it; `country` (ISO 3166-1 alpha-2, empty
    /// reads as `CN`) gives the numbering plan for numbers without `+`.
    pub fn read(raw: &str, country: &str) -> Self {
        let text = text::clean(raw);
        if !text.bytes().any(|byte| byte.is_ascii_digit()) {
            return Self::default();
        }
        let (text, marked) = split_marked_extension(&text);
        let (plus, mut groups) = groups(text);
        if groups.iter().any(|group| !group.bytes().all(|byte| byte.is_ascii_digit())) {
            return Self::unread(text, marked);
        }
        // "(0)" after a calling code is the trunk digit for callers inside the country.
        if plus && groups.len() > 2 && groups[1] == "0" {
            groups.remove(1);
        }
        if plus && groups.concat().starts_with("86") {
            return chinese(&strip_front(&groups, 2), marked, true);
        }
        if plus {
            return Self::made(format!("+{}", groups.concat()), marked, PhoneKind::Foreign);
        }
        match country {
            "" | "CN" => chinese_without_plus(groups, marked),
            _ => foreign(&groups.concat(), marked, country),
        }
    }

    /// The text that is equal for equal phones; empty without a phone.
    pub fn key(&self) -> String {
        match self.extension.as_str() {
            "" => self.number.clone(),
            extension => format!("{}x{extension}", self.number),
        }
    }

    fn made(number: String, extension: &str, kind: PhoneKind) -> Self {
        Self { number, extension: extension.to_owned(), kind }
    }

    fn unread(text: &str, extension: &str) -> Self {
        let number = text.chars().filter(|sign| !matches!(sign, ' ' | '-' | '(' | ')')).collect();
        Self::made(number, extension, PhoneKind::Unread)
    }
}

/// Cuts at a written extension mark: 转801, ext 801, x801, #801, `,801`.
fn split_marked_extension(text: &str) -> (&str, &str) {
    const MARKS: [&str; 9] = ["分机", "转", "extension", "ext.", "ext", "x", "#", ",", ";"];
    let end = text.trim_end_matches(|sign: char| !sign.is_ascii_digit());
    let digits = end.bytes().rev().take_while(u8::is_ascii_digit).count();
    let (head, extension) = end.split_at(end.len() - digits);
    let head = head.trim_end_matches([' ', '-', ':', '.', '(']);
    if (1..=6).contains(&digits) {
        for mark in MARKS {
            if let Some(base) = head.strip_suffix(mark.trim_end_matches('.')) {
                let base = base.trim_end_matches([' ', '-', '.', '(', ',']);
                if base.bytes().filter(u8::is_ascii_digit).count() >= 5 {
                    return (base, extension);
                }
            }
        }
    }
    (text, "")
}

/// The runs of digits between blanks, hyphens, dots and brackets, and whether a `+` or `00` leads.
/// Other characters stay inside their group and make it unreadable.
fn groups(text: &str) -> (bool, Vec<&str>) {
    let body = text.trim_matches(|sign: char| !sign.is_ascii_digit() && sign != '+');
    let body = body.trim_start_matches('(');
    let plus = body.starts_with('+');
    let mut groups: Vec<&str> = body
        .trim_start_matches('+')
        .split([' ', '-', '.', '(', ')'])
        .filter(|group| !group.is_empty())
        .collect();
    let international = |group: &&mut &str| group.len() > 2 && group.starts_with("00");
    match groups.first_mut().filter(international) {
        Some(first) if !plus => {
            *first = &first[2..];
            (true, groups)
        }
        _ => (plus, groups),
    }
}

/// The groups without their first `count` digits.
fn strip_front<'a>(groups: &[&'a str], mut count: usize) -> Vec<&'a str> {
    let mut rest = Vec::with_capacity(groups.len());
    for group in groups {
        let cut = count.min(group.len());
        count -= cut;
        if cut < group.len() {
            rest.push(&group[cut..]);
        }
    }
    rest
}

fn chinese_without_plus(groups: Vec<&str>, marked: &str) -> Phone {
    let digits = groups.concat();
    let country_code = groups.first() == Some(&"86") && groups.len() > 1
        || digits.starts_with("86") && digits.len() == 13 && is_mobile(&digits[2..]);
    if country_code {
        chinese(&strip_front(&groups, 2), marked, true)
    } else {
        chinese(&groups, marked, false)
    }
}

/// A number in the Chinese plan. Behind a country code the area code has lost its 0.
fn chinese(groups: &[&str], marked: &str, behind_code: bool) -> Phone {
    let base = |groups: &[&str]| {
        let digits = groups.concat();
        let missing_zero = behind_code && !is_mobile(&digits) && !digits.starts_with('0');
        if missing_zero && is_landline(&format!("0{digits}")) { format!("0{digits}") } else { digits }
    };
    let (number, extension) = match groups {
        [front @ .., last] if marked.is_empty() && last.len() <= 6 && is_complete(&base(front)) => {
            (base(front), (*last).to_owned())
        }
        // A local number has no fixed length to tell it from a split one, so only a short tail counts.
        [local, last] if marked.is_empty() && matches!(local.len(), 7 | 8) && last.len() <= 4 => {
            ((*local).to_owned(), (*last).to_owned())
        }
        _ => (base(groups), marked.to_owned()),
    };
    let kind = match () {
        () if is_mobile(&number) && !extension.is_empty() => PhoneKind::Privacy,
        () if is_mobile(&number) => PhoneKind::Mobile,
        () if is_landline(&number) => PhoneKind::Landline,
        () if matches!(number.len(), 7 | 8) => PhoneKind::Local,
        () => PhoneKind::Unread,
    };
    let number = match kind {
        PhoneKind::Mobile | PhoneKind::Privacy => format!("+86{number}"),
        PhoneKind::Landline => format!("+86{}", &number[1..]),
        _ => number,
    };
    Phone { number, extension, kind }
}

fn is_complete(digits: &str) -> bool {
    is_mobile(digits) || is_landline(digits) || digits.len() == 10 && digits.starts_with("400")
}

fn is_mobile(digits: &str) -> bool {
    digits.len() == 11 && digits.starts_with('1') && matches!(digits.as_bytes()[1], b'3'..=b'9')
}

/// 010 and 02x carry eight digits; the other area codes have four digits and carry seven or eight.
fn is_landline(digits: &str) -> bool {
    let area = match digits.as_bytes() {
        [b'0', b'1', b'0', ..] | [b'0', b'2', ..] => 3,
        [b'0', b'3'..=b'9', ..] => 4,
        _ => return false,
    };
    let local = digits.len().saturating_sub(area);
    local == 8 || local == 7 && area == 4
}

/// A number without `+` in another country's plan.
fn foreign(digits: &str, marked: &str, country: &str) -> Phone {
    let Some(&(_, code, trunk)) = PLANS.iter().find(|(name, _, _)| *name == country) else {
        return Phone::made(digits.to_owned(), marked, PhoneKind::Unread);
    };
    let national = match code {
        // North America writes its own country code in front of ten digits.
        "1" if digits.len() == 11 => digits.strip_prefix('1').unwrap_or(digits),
        _ if !trunk.is_empty() => digits.strip_prefix(trunk).unwrap_or(digits),
        _ => digits,
    };
    Phone::made(format!("+{code}{national}"), marked, PhoneKind::Foreign)
}

/// Country, calling code, trunk prefix dropped behind the code. Source: ITU-T E.164 assignments.
/// Italy keeps its 0, so it has no trunk prefix here.
const PLANS: &[(&str, &str, &str)] = &[
    ("AE", "971", "0"),
    ("AR", "54", "0"),
    ("AT", "43", "0"),
    ("AU", "61", "0"),
    ("BE", "32", "0"),
    ("BG", "359", "0"),
    ("BR", "55", "0"),
    ("BY", "375", "8"),
    ("CA", "1", ""),
    ("CH", "41", "0"),
    ("CL", "56", ""),
    ("CO", "57", ""),
    ("CY", "357", ""),
    ("CZ", "420", ""),
    ("DE", "49", "0"),
    ("DK", "45", ""),
    ("EE", "372", ""),
    ("EG", "20", "0"),
    ("ES", "34", ""),
    ("FI", "358", "0"),
    ("FR", "33", "0"),
    ("GB", "44", "0"),
    ("GR", "30", ""),
    ("HK", "852", ""),
    ("HR", "385", "0"),
    ("HU", "36", "06"),
    ("ID", "62", "0"),
    ("IE", "353", "0"),
    ("IL", "972", "0"),
    ("IN", "91", "0"),
    ("IS", "354", ""),
    ("IT", "39", ""),
    ("JP", "81", "0"),
    ("KH", "855", "0"),
    ("KR", "82", "0"),
    ("KZ", "7", "8"),
    ("LA", "856", "0"),
    ("LT", "370", "0"),
    ("LU", "352", ""),
    ("LV", "371", ""),
    ("MM", "95", "0"),
    ("MO", "853", ""),
    ("MT", "356", ""),
    ("MX", "52", ""),
    ("MY", "60", "0"),
    ("NL", "31", "0"),
    ("NO", "47", ""),
    ("NZ", "64", "0"),
    ("PE", "51", "0"),
    ("PH", "63", "0"),
    ("PL", "48", ""),
    ("PT", "351", ""),
    ("RO", "40", "0"),
    ("RS", "381", "0"),
    ("RU", "7", "8"),
    ("SA", "966", "0"),
    ("SE", "46", "0"),
    ("SG", "65", ""),
    ("SI", "386", "0"),
    ("SK", "421", "0"),
    ("TH", "66", "0"),
    ("TR", "90", "0"),
    ("TW", "886", "0"),
    ("UA", "380", "0"),
    ("US", "1", ""),
    ("VN", "84", "0"),
    ("ZA", "27", "0"),
];

/// The phone keys a number typed into a search box may stand for, Chinese reading first.
///
/// Without `+` a number says nothing of its country, so every plan it may belong to is tried: a
/// handful of hash look-ups. A switchboard's number typed without its extension finds only
/// recipients without one; those with one are found by [`super::keys::phone_last4`].
pub fn phones_for_search(typed: &str) -> Vec<String> {
    let mut keys = vec![Phone::read(typed, "CN").key()];
    if !typed.trim_start().starts_with('+') {
        keys.extend(PLANS.iter().map(|(country, _, _)| Phone::read(typed, country).key()));
    }
    let mut seen = std::collections::HashSet::new();
    keys.retain(|key| !key.is_empty() && seen.insert(key.clone()));
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_has_one_key_however_it_is_written() {
        for (country, writings) in [
            (
                "CN",
                &[
                    "13800001001",
                    "+86 138 0000 1001",
                    "(+86)13800001001",
                    "0086-13800001001",
                    "86 13800001001",
                    "8613800001001",
                    "１３８００００１００１",
                    "138-0000-1001",
                    "+8613800001001",
                ][..],
            ),
            (
                "CN",
                &[
                    "0571-87651234",
                    "0571 8765 1234",
                    "+86 571 87651234",
                    "057187651234",
                    "(0571)87651234",
                    "86-571-87651234",
                ],
            ),
            (
                "CN",
                &[
                    "010-62345678-801",
                    "010-62345678转801",
                    "+86-10-62345678-801",
                    "01062345678,801",
                    "010-62345678 ext 801",
                    "010-62345678#801",
                    "010-62345678 转 801",
                    "010-62345678 ext. 801",
                    "010-62345678（转801）",
                ],
            ),
            (
                "US",
                &["+1 415 555 0132", "(415) 555-0132", "1-415-555-0132", "415.555.0132", "001 415 555 0132"],
            ),
            ("GB", &["07700 900123", "+44 7700 900123", "+44 (0)7700 900123"]),
            ("TW", &["+886 912 000 123", "0912000123", "0912-000-123"]),
            ("DE", &["+49 30 23125 001", "030 23125001"]),
        ] {
            let keys: Vec<String> = writings.iter().map(|raw| Phone::read(raw, country).key()).collect();
            for (key, raw) in keys.iter().zip(writings) {
                assert_eq!(key, &keys[0], "{raw}");
            }
        }
    }

    #[test]
    fn digits_are_never_cut_off() {
        for (one, other) in [
            ("138000010011", "13800001001"),
            ("1380000100", "13800001001"),
            ("010-62345678-801", "010-62345678"),
            ("010-62345678-801", "010-62345678-802"),
            ("87651234", "0571-87651234"),
            ("13800001001/13900002002", "13800001001"),
        ] {
            assert_ne!(Phone::read(one, "CN").key(), Phone::read(other, "CN").key(), "{one}");
        }
    }

    #[test]
    fn a_mobile_number_with_an_extension_is_a_privacy_number() {
        let phone = Phone::read("18412340001-5521", "CN");
        assert_eq!((phone.number.as_str(), phone.extension.as_str()), ("+8618412340001", "5521"));
        assert_eq!(phone.kind, PhoneKind::Privacy);
    }

    #[test]
    fn a_search_tries_the_plans_a_number_may_belong_to() {
        let keys = phones_for_search("415 555 0132");
        assert!(keys.contains(&"+14155550132".to_owned()));
        assert_eq!(phones_for_search("13800001001")[0], "+8613800001001");
        assert!(phones_for_search("abc").is_empty());
    }
}
