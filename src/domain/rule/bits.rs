//! Codes and words of all rules as small numbers, so that an order is looked through once and not once per rule.

use std::collections::HashMap;

/// Codes, and beginnings of codes, each with a number.
#[derive(Debug, Default)]
pub(super) struct Codes {
    exact: HashMap<String, u32>,
    beginnings: HashMap<String, u32>,
    /// Lengths of beginnings in bytes, each once.
    lengths: Vec<usize>,
    count: u32,
}

impl Codes {
    /// The number of a code as a rule writes it; `TEA-*` is a beginning.
    pub fn number(&mut self, code: &str) -> u32 {
        let (table, key) = match code.strip_suffix('*') {
            Some(beginning) => {
                if !self.lengths.contains(&beginning.len()) {
                    self.lengths.push(beginning.len());
                }
                (&mut self.beginnings, beginning)
            }
            None => (&mut self.exact, code),
        };
        *table.entry(key.to_owned()).or_insert_with(|| {
            self.count += 1;
            self.count - 1
        })
    }

    pub fn len(&self) -> usize {
        self.count as usize
    }

    /// Every number an order's code has.
    pub fn find(&self, code: &str, mut hit: impl FnMut(u32)) {
        if let Some(number) = self.exact.get(code) {
            hit(*number);
        }
        for length in &self.lengths {
            if let Some(number) = code.get(..*length).and_then(|beginning| self.beginnings.get(beginning)) {
                hit(*number);
            }
        }
    }
}

/// Words that are looked for in remarks, each with a number.
#[derive(Debug, Default)]
pub(super) struct Words {
    numbers: HashMap<String, u32>,
    /// The pieces of each word between `*`, folded.
    pieces: Vec<Vec<String>>,
    by_first: HashMap<char, Vec<u32>>,
}

impl Words {
    /// The number of a word as a rule writes it. One without a letter, digit or sign stands nowhere.
    pub fn number(&mut self, word: &str) -> u32 {
        let mut text = String::new();
        fold(word, &mut text);
        if let Some(number) = self.numbers.get(&text) {
            return *number;
        }
        let number = self.pieces.len() as u32;
        let pieces: Vec<String> =
            text.split('*').map(str::trim).filter(|piece| !piece.is_empty()).map(str::to_owned).collect();
        if let Some(first) = pieces.first().and_then(|piece| piece.chars().next()) {
            self.by_first.entry(first).or_default().push(number);
        }
        self.numbers.insert(text, number);
        self.pieces.push(pieces);
        number
    }

    pub fn len(&self) -> usize {
        self.pieces.len()
    }

    /// Every word that stands in a folded text; one may be told several times.
    pub fn find(&self, text: &str, mut hit: impl FnMut(u32)) {
        for (at, first) in text.char_indices() {
            for number in self.by_first.get(&first).into_iter().flatten() {
                let mut pieces = self.pieces[*number as usize].iter();
                let Some(piece) = pieces.next() else { continue };
                let Some(mut rest) = text[at..].strip_prefix(piece.as_str()) else { continue };
                let stands = pieces.all(|piece| match rest.find(piece.as_str()) {
                    Some(there) => {
                        rest = &rest[there + piece.len()..];
                        true
                    }
                    None => false,
                });
                if stands {
                    hit(*number);
                }
            }
        }
    }
}

/// Writes a text in lower case, full-width forms as plain ones (Unicode block FF00).
pub(super) fn fold(text: &str, into: &mut String) {
    into.clear();
    for c in text.chars() {
        let c = match c {
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
            other => other,
        };
        into.extend(c.to_lowercase());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_found_whole_and_by_their_beginning() {
        let mut codes = Codes::default();
        let numbers = ["TEA-250", "TEA-*", "茶*", "*"].map(|code| codes.number(code));
        assert_eq!(numbers, [0, 1, 2, 3]);
        assert_eq!(codes.number("TEA-*"), 1);
        for (code, expected) in
            [("TEA-250", &[0, 1, 3][..]), ("TEA-500", &[1, 3]), ("茶杯", &[2, 3]), ("TEA", &[3]), ("", &[3])]
        {
            let mut found = Vec::new();
            codes.find(code, |number| found.push(number));
            found.sort_unstable();
            assert_eq!(found, expected, "{code}");
        }
    }

    #[test]
    fn words_are_found_whatever_case_and_width() {
        let mut words = Words::default();
        for word in ["加急", "改*地址", "URGENT", "*"] {
            words.number(word);
        }
        for (text, expected) in [
            ("请加急", &[0][..]),
            ("请改一下收货地址", &[1]),
            ("地址要改", &[]),
            ("Ｕrgent! 加急加急", &[0, 2]),
            ("", &[]),
        ] {
            let (mut folded, mut found) = (String::new(), Vec::new());
            fold(text, &mut folded);
            words.find(&folded, |number| found.push(number));
            found.sort_unstable();
            found.dedup();
            assert_eq!(found, expected, "{text}");
        }
    }
}
