//! One reading of any text, whatever keyboard or export it came through.
//!
//! Only for comparing: what is shown or printed stays as it was typed, because these steps lose
//! the difference between ① and 1, or ㎡ and m2. Nothing here knows names, phones or addresses.

use unicode_normalization::UnicodeNormalization;

/// The text as it is compared: compatibility characters unfolded, controls and zero-width
/// characters dropped, every dash a `-`, blanks collapsed to one, lower case, and traditional
/// characters simplified one by one.
pub fn clean(raw: &str) -> String {
    let unfolded: String =
        if raw.is_ascii() { raw.to_owned() } else { raw.chars().map(before_unfolding).nfkc().collect() };
    let mut out = String::with_capacity(unfolded.len());
    for sign in unfolded.chars() {
        if sign.is_whitespace() {
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
        } else if is_dash(sign) {
            out.push('-');
        } else if !sign.is_control() && !is_invisible(sign) {
            out.extend(sign.to_lowercase());
        }
    }
    out.truncate(out.trim_end().len());
    if out.chars().any(is_han) { fast2s::convert(&out) } else { out }
}

/// A character of the Chinese script (also used by Japanese), numerals included.
pub fn is_han(sign: char) -> bool {
    matches!(sign, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3134f}' | '〇' | '々')
}

/// Whether the text is in an East Asian script, where blanks mean nothing inside a name or address.
pub fn is_east_asian(text: &str) -> bool {
    text.chars().any(|sign| {
        is_han(sign)
            || matches!(sign, '\u{3040}'..='\u{30ff}' | '\u{1100}'..='\u{11ff}' | '\u{ac00}'..='\u{d7af}')
    })
}

/// Latin letters without their accents: `é` is `e`, `ø` is `o`, `ß` is `ss`. Expects lower case.
pub fn fold_accents(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for sign in text.nfd() {
        match sign {
            '\u{300}'..='\u{36f}' => {}
            'ø' => out.push('o'),
            'ł' => out.push('l'),
            'đ' | 'ð' => out.push('d'),
            'ħ' => out.push('h'),
            'ı' => out.push('i'),
            'ß' => out.push_str("ss"),
            'æ' => out.push_str("ae"),
            'œ' => out.push_str("oe"),
            'þ' => out.push_str("th"),
            _ => out.push(sign),
        }
    }
    out
}

/// Where `ü` may be typed `ue`, `ö` `oe` and `ä` `ae`: both spellings become the bare vowel.
///
/// Expects text without accents. Used only for countries that write so, because elsewhere the
/// two letters are two sounds and the fold would join different names.
pub fn fold_umlauts(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        out.push(sign);
        if matches!(sign, 'a' | 'o' | 'u') && signs.peek() == Some(&'e') {
            signs.next();
        }
    }
    out
}

/// Whether [`fold_umlauts`] applies to the addresses and names of this country.
pub fn writes_umlauts(country: &str) -> bool {
    matches!(country, "DE" | "AT" | "CH" | "LI" | "LU" | "DK" | "NO" | "SE" | "FI" | "IS" | "EE")
}

/// Signs whose unfolding would lose what they mean: ordinals become letters ("3º" to "3o"), a
/// typed acute becomes a blank and a lone accent.
fn before_unfolding(sign: char) -> char {
    match sign {
        'º' | 'ª' => ' ',
        '´' | '’' | '‘' | '`' | 'ʼ' | '′' => '\'',
        _ => sign,
    }
}

fn is_dash(sign: char) -> bool {
    matches!(
        sign,
        '-' | '\u{ad}' | '\u{58a}' | '\u{2010}'
            ..='\u{2015}'
                | '\u{2043}'
                | '\u{207b}'
                | '\u{208b}'
                | '\u{2212}'
                | '\u{2500}'
                | '\u{2501}'
                | '\u{2e3a}'
                | '\u{2e3b}'
                | '\u{fe31}'
                | '\u{fe32}'
                | '\u{fe58}'
                | '\u{fe63}'
                | '\u{ff0d}'
    )
}

/// Characters without width: joiners, direction and variation marks, the byte order mark, fillers.
fn is_invisible(sign: char) -> bool {
    matches!(sign, '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_keyboards_write_one_text() {
        for (raw, read) in [
            ("Ａ座１２０１", "a座1201"),
            ("1—12－3", "1-12-3"),
            ("a\u{200b}b\u{feff}c", "abc"),
            ("  a \t\n b　c ", "a b c"),
            ("長沙市國際大廈", "长沙市国际大厦"),
            ("①②", "12"),
            ("3º B", "3 b"),
            ("", ""),
        ] {
            assert_eq!(clean(raw), read, "{raw:?}");
        }
    }

    #[test]
    fn latin_letters_lose_their_accents_and_nothing_else() {
        assert_eq!(
            fold_accents("marszałkowska université ø straße œ"),
            "marszalkowska universite o strasse oe"
        );
        assert_eq!(fold_umlauts("mueller koenig baer"), "muller konig bar");
    }
}
