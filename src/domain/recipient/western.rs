//! The line of an address in Latin (or another alphabetic) script, as words.

use super::{states, text};

/// The words of a line, shortened where many spellings mean one: `350 w 42nd st unit 12c`.
///
/// `around` are the recipient's own country, state, city and postcode: repeated at the end of
/// the line they say nothing and go.
pub fn words(detail: &str, country: &str, around: &[String]) -> Vec<String> {
    let text = fold(&text::clean(detail), country);
    let mut words: Vec<String> = split(&text).into_iter().map(|word| shorten(&word, country)).collect();
    join_hash(&mut words);
    strip_repeats(&mut words, around);
    unit_before_slash(&mut words, country);
    words
}

/// Words of a region field, folded and shortened like those of the line.
pub fn plain_words(field: &str, country: &str) -> Vec<String> {
    split(&fold(&text::clean(field), country)).into_iter().map(|word| shorten(&word, country)).collect()
}

/// Without accents, and without umlaut digraphs where a country writes them.
pub fn fold(text: &str, country: &str) -> String {
    let folded = text::fold_accents(text);
    if text::writes_umlauts(country) { text::fold_umlauts(&folded) } else { folded }
}

/// Words of letters and digits. Apostrophes vanish; `/`, `-` stay between two digits, `#` before a number.
fn split(text: &str) -> Vec<String> {
    let signs: Vec<char> = text.chars().collect();
    let mut words = vec![String::new()];
    for (at, &sign) in signs.iter().enumerate() {
        let digit = |at: Option<usize>| at.and_then(|at| signs.get(at)).is_some_and(char::is_ascii_digit);
        let inside = matches!(sign, '/' | '-') && digit(at.checked_sub(1)) && digit(Some(at + 1));
        if sign.is_alphanumeric() || sign == '*' || inside {
            words.last_mut().expect("starts with one word").push(sign);
        } else if sign == '#' {
            words.extend(["#".to_owned(), String::new()]);
        } else if sign != '\'' {
            words.push(String::new());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn shorten(word: &str, country: &str) -> String {
    if let Ok(found) = SHORT.binary_search_by(|(long, _)| (*long).cmp(word)) {
        return SHORT[found].1.to_owned();
    }
    if text::writes_umlauts(country)
        && let Some(stem) = word.strip_suffix("strasse").or(word.strip_suffix("str"))
    {
        return format!("{stem}str");
    }
    word.to_owned()
}

/// Apt, Apartment, Unit, Suite and # before a number are one word; "Unit # 5" too.
fn join_hash(words: &mut Vec<String>) {
    for at in 0..words.len() {
        let numbered =
            words.get(at + 1).is_some_and(|next| next == "#" || has_digit(next) || next.len() <= 2);
        if words[at] == "#" || numbered && matches!(words[at].as_str(), "apt" | "ste" | "unit") {
            words[at] = "unit".to_owned();
        }
    }
    words.dedup_by(|next, before| next == "unit" && before == "unit");
}

/// Drops the recipient's own region at the end of the line, as long as two words with a number stay.
fn strip_repeats(words: &mut Vec<String>, around: &[String]) {
    let around: Vec<Vec<&str>> = around.iter().map(|part| part.split(' ').collect()).collect();
    while let Some(part) = around.iter().find(|part| !part[0].is_empty() && ends_with(words, part)) {
        let rest = words.len() - part.len();
        // "Unit 2000" in Sydney 2000 is a unit: a number goes only from behind a word.
        let named = words[..rest].last().is_some_and(|word| !has_digit(word) && word != "unit");
        let number = part.iter().all(|word| has_digit(word));
        if rest < 2 || !words[..rest].iter().any(|word| has_digit(word)) || number && !named {
            break;
        }
        words.truncate(rest);
    }
}

fn ends_with(words: &[String], part: &[&str]) -> bool {
    // A ZIP may be repeated as ZIP+4.
    let same = |word: &str, part: &str| {
        word == part || part.len() == 5 && word.strip_prefix(part).is_some_and(is_plus_four)
    };
    words.len() > part.len()
        && words[words.len() - part.len()..].iter().zip(part).all(|(word, part)| same(word, part))
}

fn is_plus_four(rest: &str) -> bool {
    rest.len() == 5 && rest.starts_with('-')
}

/// Australia and New Zealand write unit 5 of house 120 as 5/120.
fn unit_before_slash(words: &mut Vec<String>, country: &str) {
    if !matches!(country, "AU" | "NZ") || words.is_empty() {
        return;
    }
    if let Some((unit, house)) = words[0].split_once('/').map(|(a, b)| (a.to_owned(), b.to_owned())) {
        words.splice(0..1, ["unit".to_owned(), unit, house]);
    }
}

pub(super) fn has_digit(word: &str) -> bool {
    word.bytes().any(|byte| byte.is_ascii_digit())
}

/// The comparable state: its abbreviation where it has one.
pub fn state(raw: &str, country: &str) -> String {
    let name = plain_name(raw, country);
    states::abbreviation(country, &name).map_or(name, str::to_owned)
}

/// A region name as words with single blanks, unshortened.
pub fn plain_name(raw: &str, country: &str) -> String {
    split(&fold(&text::clean(raw), country)).join(" ")
}

/// Long form, short form; sorted. Street words and directions as in USPS Publication 28.
const SHORT: &[(&str, &str)] = &[
    ("allee", "allee"),
    ("apartment", "apt"),
    ("appartment", "apt"),
    ("av", "ave"),
    ("avda", "ave"),
    ("avenida", "ave"),
    ("avenue", "ave"),
    ("boulevard", "blvd"),
    ("building", "bldg"),
    ("calle", "c"),
    ("circle", "cir"),
    ("close", "cl"),
    ("court", "ct"),
    ("crescent", "cres"),
    ("drive", "dr"),
    ("east", "e"),
    ("expressway", "expy"),
    ("floor", "fl"),
    ("freeway", "fwy"),
    ("gardens", "gdns"),
    ("grove", "grv"),
    ("heights", "hts"),
    ("highway", "hwy"),
    ("house", "hse"),
    ("lane", "ln"),
    ("mount", "mt"),
    ("no", "no"),
    ("north", "n"),
    ("northeast", "ne"),
    ("northwest", "nw"),
    ("parade", "pde"),
    ("parkway", "pkwy"),
    ("place", "pl"),
    ("plaza", "plz"),
    ("road", "rd"),
    ("room", "rm"),
    ("saint", "st"),
    ("south", "s"),
    ("southeast", "se"),
    ("southwest", "sw"),
    ("square", "sq"),
    ("street", "st"),
    ("suite", "ste"),
    ("terrace", "ter"),
    ("trail", "trl"),
    ("ulica", "ul"),
    ("way", "wy"),
    ("west", "w"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn line(detail: &str, country: &str) -> String {
        words(detail, country, &["us".into(), "ny".into(), "new york".into(), "10036".into()]).join(" ")
    }

    #[test]
    fn one_door_has_one_line() {
        for (country, one, other) in [
            ("US", "350 West 42nd Street, Apartment 12C", "350 W 42nd St, Apt 12C"),
            ("US", "350 West 42nd Street #12C", "350 W. 42nd St.\nUnit 12c"),
            ("US", "350 West 42nd Street", "350 West 42nd Street, New York NY 10036, US"),
            ("AU", "5/120 George Street", "Unit 5, 120 George St"),
            ("DE", "Königstraße 12", "Koenigstr. 12"),
            ("FR", "27 bis rue de l'Université", "27 bis rue de l’Universite"),
        ] {
            assert_eq!(line(one, country), line(other, country), "{one}");
        }
    }

    #[test]
    fn other_doors_have_other_lines() {
        for (country, one, other) in [
            ("AU", "5/120 George Street", "51/20 George Street"),
            ("DE", "Königstraße 12", "Königstraße 12a"),
            ("FR", "27 bis rue Monge", "27 rue Monge"),
            ("US", "350 West 42nd Street", "350 East 42nd Street"),
            ("US", "350 West 42nd Street Unit 10036", "350 West 42nd Street"),
        ] {
            assert_ne!(line(one, country), line(other, country), "{one}");
        }
    }

    #[test]
    fn the_table_of_short_forms_is_sorted() {
        assert!(SHORT.is_sorted());
    }
}
