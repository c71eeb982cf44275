//! Masked copies for lists, search results and logs of deeds: enough to recognise, too little to use.
//!
//! What a platform masked already stays as it is.

use super::{Recipient, text};

/// The recipient with name, phone and detail masked. The platform's address key is left out:
/// nobody reads it, and it stands for the person.
pub fn masked(recipient: &Recipient) -> Recipient {
    Recipient {
        name: name(&recipient.name),
        phone: phone(&recipient.phone),
        detail: detail(&recipient.detail),
        address_key: String::new(),
        ..recipient.clone()
    }
}

/// 陈静 is 陈*, 欧阳雪 is 欧**, John Smith is J*** S****: of every word the first character.
pub fn name(raw: &str) -> String {
    let raw = raw.trim();
    if raw.contains('*') {
        return raw.to_owned();
    }
    let mut first = true;
    raw.chars()
        .map(|sign| {
            if sign.is_whitespace() {
                first = !text::is_east_asian(raw);
                return ' ';
            }
            if std::mem::take(&mut first) { sign } else { '*' }
        })
        .collect()
}

/// An e-mail address by its first sign and its host: `ada@example.com` is `a***@example.com`. `None` for what is no address.
pub fn email(raw: &str) -> Option<String> {
    let (name, host) = raw.trim().rsplit_once('@')?;
    let first = name.chars().next()?;
    let is_host = host.contains('.') && !host.starts_with('.') && !host.ends_with('.');
    (is_host && !raw.trim().contains(char::is_whitespace)).then(|| format!("{first}***@{host}"))
}

/// 13800001001 is 138****1001. Every digit between the first three (or the area code) and the last four
/// is masked, and at least half of a short number; an extension is masked whole.
pub fn phone(raw: &str) -> String {
    let raw = raw.trim();
    if raw.contains('*') {
        return raw.to_owned();
    }
    let signs: Vec<char> = raw.chars().collect();
    let numbers: Vec<usize> = (0..signs.len()).filter(|at| signs[*at].is_numeric()).collect();
    // Behind a written mark, or behind eleven digits in one piece, stands an extension.
    let extension = signs
        .iter()
        .position(|sign| matches!(sign, '转' | '轉' | '#' | ',' | '，' | 'x' | 'e' | 'X' | 'E'))
        .or_else(|| extension_behind_hyphen(&signs));
    let main: Vec<usize> =
        numbers.iter().copied().filter(|at| extension.is_none_or(|start| *at < start)).collect();
    let area_code = signs.iter().take_while(|sign| sign.is_numeric()).count();
    let (shown_front, shown_back) = match main.len() {
        11.. if signs[0] == '0' && matches!(area_code, 3 | 4) => (area_code, 4),
        0..=4 => (0, main.len() / 2),
        5..=8 => (0, 4.min(main.len() / 2)),
        9..=10 => (2, 4),
        _ => (3, 4),
    };
    let hidden = |at: usize| match main.iter().position(|number| *number == at) {
        Some(place) => place >= shown_front && place < main.len() - shown_back,
        None => true,
    };
    signs
        .iter()
        .enumerate()
        .map(|(at, sign)| if sign.is_numeric() && hidden(at) { '*' } else { *sign })
        .collect()
}

/// Where a last hyphenated group stands behind a number that is complete without it.
fn extension_behind_hyphen(signs: &[char]) -> Option<usize> {
    let hyphen = signs.iter().rposition(|sign| matches!(sign, '-' | '－' | '—' | '–'))?;
    let digits = signs[..hyphen].iter().filter(|sign| sign.is_numeric()).count();
    let behind = signs.len() - hyphen - 1;
    (digits >= 10 && (1..=6).contains(&behind) && digits + behind > 11).then_some(hyphen)
}

/// The detail up to the end of its road or first part, every digit hidden: `文三路***`,
/// `*** Market Street ***`. The length of what is hidden is hidden too.
pub fn detail(raw: &str) -> String {
    let raw = raw.trim();
    if raw.contains('*') || raw.is_empty() {
        return raw.to_owned();
    }
    let shown = if text::is_east_asian(raw) { east_asian_head(raw) } else { western_head(raw) };
    let mut out = String::new();
    for sign in shown.chars() {
        if !sign.is_numeric() {
            out.push(sign);
        } else if !out.ends_with('*') {
            out.push_str("***");
        }
    }
    let out = out.trim_end_matches(|sign: char| !sign.is_alphanumeric());
    format!("{out}{}***", if text::is_east_asian(raw) || out.is_empty() { "" } else { " " })
}

/// To the end of the first road word, or the first six characters before a digit.
fn east_asian_head(raw: &str) -> &str {
    let end = raw.find(|sign: char| sign.is_numeric()).unwrap_or(raw.len());
    let head = &raw[..end];
    let road = head
        .char_indices()
        .filter(|(at, sign)| {
            let street_office = *sign == '街' && head[*at..].starts_with("街道");
            *at > 0 && matches!(sign, '路' | '街' | '道' | '巷' | '弄' | '村') && !street_office
        })
        .map(|(at, sign)| at + sign.len_utf8())
        .find(|end| !head[..*end].ends_with("街道"));
    let longest = head.char_indices().nth(6).map_or(head.len(), |(at, _)| at);
    &head[..road.unwrap_or(longest)]
}

/// To the first comma, without the words behind the street word.
fn western_head(raw: &str) -> &str {
    let head = raw.split([',', '\n', '#']).next().unwrap_or(raw);
    let unit = ["apt", "suite", "ste", "unit", "flat", "room", "floor"];
    let mut at = 0;
    for word in head.split_inclusive(' ') {
        let bare = word.trim_matches(|sign: char| !sign.is_alphanumeric()).to_lowercase();
        if at > 0 && unit.iter().any(|unit| bare.starts_with(unit)) {
            return &head[..at];
        }
        at += word.len();
    }
    head
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_show_their_first_characters() {
        for (raw, shown) in [
            ("陈静", "陈*"),
            ("欧阳雪", "欧**"),
            ("John Smith", "J*** S****"),
            ("李", "李"),
            ("田中 太郎", "田* **"),
            ("李**", "李**"),
            ("", ""),
        ] {
            assert_eq!(name(raw), shown, "{raw}");
        }
    }

    #[test]
    fn addresses_of_mail_show_their_hosts_and_nicks_are_none() {
        assert_eq!(email(" ada.l@example.com "), Some("a***@example.com".to_owned()));
        for nick in ["", "tea_lover_88", "@home", "a@b", "me @ home.de", "x@.de", "茶**友"] {
            assert_eq!(email(nick), None, "{nick}");
        }
    }

    #[test]
    fn phones_show_their_ends() {
        for (raw, shown) in [
            ("13800001001", "138****1001"),
            ("+86 138 0000 1001", "+86 1** **** 1001"),
            ("0571-87651234", "0571-****1234"),
            ("010-62345678-801", "010-****5678-***"),
            ("18412340001-5521", "184****0001-****"),
            ("010-62345678转801", "010-****5678转***"),
            ("+1 415 555 0132", "+1 41* *** 0132"),
            ("(415) 555-0132", "(41*) ***-0132"),
            ("87651234", "****1234"),
            ("137****3003", "137****3003"),
            ("110", "**0"),
            ("", ""),
        ] {
            assert_eq!(phone(raw), shown, "{raw}");
        }
    }

    #[test]
    fn details_show_the_road() {
        for (raw, shown) in [
            ("文三路478号华星时代广场3栋2单元1201室", "文三路***"),
            ("粤海街道科技园南路18号阳光花园11栋", "粤海街道科技园南路***"),
            ("1234 Market Street Apt 4B", "*** Market Street ***"),
            ("Flat 2, 10 Downing Court", "Flat ***"),
            ("人民南路****", "人民南路****"),
            ("3栋", "***"),
            ("", ""),
        ] {
            assert_eq!(detail(raw), shown, "{raw}");
        }
    }
}
