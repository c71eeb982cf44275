//! Addresses in Latin letters: pieces at commas and lines, read from the end (country, postcode, state, city).
//!
//! Parsing the world needs gigabytes of data; this reads the usual shapes of the countries in
//! `western_places` and doubts the rest.

#[path = "western_phone.rs"]
mod western_phone;
#[path = "western_places.rs"]
mod western_places;

use super::super::Recipient;
use super::Parsed;
use western_places::{Country, Shape};

pub(super) fn parse(text: &[char]) -> Parsed {
    let mut line: String = text.iter().collect();
    let mut parsed = Parsed::default();
    let phone = western_phone::take(&mut line);
    let labelled_place = take_labelled_place(&mut line);
    let one_line = labelled_place.is_empty() && !line.contains([',', '\n', ';', '|', '\t', '，']);
    let mut pieces: Vec<String> = line
        .split([',', '\n', ';', '|', '\t', '，'])
        .map(|piece| without_label(&piece.split_whitespace().collect::<Vec<_>>().join(" ")))
        .filter(|piece| piece.chars().any(char::is_alphanumeric))
        .chain(labelled_place)
        .collect();
    let named = take_country(&mut pieces);
    let country = named
        .or_else(|| phone.as_ref().and_then(|phone| western_places::by_dial(&phone.digits)))
        .or_else(|| western_places::by_shape(&pieces));
    take_person(&mut parsed, &mut pieces, one_line);
    let mut recipient = std::mem::take(&mut parsed.recipient);
    match country {
        Some(country) => {
            country.iso.clone_into(&mut recipient.country);
            take_place(&mut recipient, &mut pieces, country, &mut parsed, one_line);
        }
        None => parsed.doubt("region"),
    }
    recipient.detail = pieces.join(", ");
    if let Some(phone) = phone {
        recipient.phone = phone.international(country.map_or("", |country| country.dial));
        parsed.ext = phone.ext;
    } else {
        parsed.doubt("phone");
    }
    for (field, empty) in [("name", recipient.name.is_empty()), ("detail", recipient.detail.is_empty())] {
        if empty {
            parsed.doubt(field);
        }
    }
    let placed = !recipient.city.is_empty() || matches!(recipient.country.as_str(), "HK" | "SG" | "MO");
    // Brackets, digits or a whole sentence: something else came along with the town.
    let odd_city = recipient.city.contains(|c: char| c.is_ascii_digit() || "()#:".contains(c))
        || recipient.city.split(' ').count() > 4;
    if !placed || odd_city {
        parsed.doubt("city");
    }
    parsed.recipient = recipient;
    parsed
}

/// `City: …`, `State: …`, `Zip: …` on lines of their own become the usual last pieces.
fn take_labelled_place(line: &mut String) -> Vec<String> {
    let [mut city, mut state, mut postcode] = [const { String::new() }; 3];
    let mut kept = Vec::new();
    for piece in line.split('\n') {
        let (label, value) = piece.split_once(':').unwrap_or_default();
        let target = match label.trim().to_lowercase().as_str() {
            "city" | "town" | "city/town" => &mut city,
            "state" | "province" | "state/province" | "region" => &mut state,
            "zip" | "zip code" | "postcode" | "postal code" | "post code" => &mut postcode,
            _ => {
                kept.push(piece);
                continue;
            }
        };
        value.trim().trim_end_matches(',').clone_into(target);
    }
    if city.is_empty() || postcode.is_empty() {
        return Vec::new();
    }
    *line = kept.join("\n");
    // Where no state stands, digits lead in most countries: 10115 Berlin.
    if state.is_empty() && postcode.chars().all(|c| c.is_ascii_digit()) && postcode.len() <= 5 {
        return vec![format!("{postcode} {city}")];
    }
    vec![city, format!("{state} {postcode}").trim().to_owned()]
}

/// `Name: John Smith` → `John Smith`.
fn without_label(piece: &str) -> String {
    const LABELS: [&str; 16] = [
        "ship to",
        "deliver to",
        "recipient",
        "full name",
        "name",
        "address",
        "shipping address",
        "street",
        "city",
        "state",
        "zip",
        "zip code",
        "postcode",
        "country",
        "to",
        "delivery address",
    ];
    match piece.split_once(':') {
        Some((label, value)) if LABELS.contains(&label.trim().to_lowercase().as_str()) => {
            value.trim().to_owned()
        }
        _ => piece.trim().to_owned(),
    }
}

/// The country's name alone in a piece, or at the end of the last one.
fn take_country(pieces: &mut Vec<String>) -> Option<&'static Country> {
    for at in (0..pieces.len()).rev() {
        if let Some(country) = western_places::by_name(&pieces[at]) {
            pieces.remove(at);
            return Some(country);
        }
    }
    let last = pieces.last_mut()?;
    let (country, length) = western_places::by_ending(last)?;
    last.truncate(last.len() - length);
    let trimmed = last.trim_end_matches([' ', '.']).len();
    last.truncate(trimmed);
    if last.is_empty() {
        pieces.pop();
    }
    Some(country)
}

/// Name and company are the pieces before the first one with a number.
fn take_person(parsed: &mut Parsed, pieces: &mut Vec<String>, one_line: bool) {
    if let Some(at) = pieces.iter().position(|piece| attention(piece).is_some()) {
        // c/o names the host: the person stands before it, and the courier needs both.
        let host = pieces[at].to_lowercase().starts_with("c/o");
        if host && at > 0 && !is_company(&pieces[at - 1]) {
            parsed.recipient.name = pieces.remove(at - 1);
            parsed.doubt("name");
            return;
        }
        let piece = pieces.remove(at);
        attention(&piece).unwrap_or_default().trim().clone_into(&mut parsed.recipient.name);
        if at > 0 && !pieces[at - 1].contains(|c: char| c.is_ascii_digit()) {
            parsed.company = pieces.remove(at - 1);
        }
        return;
    }
    if pieces.is_empty() {
        return;
    }
    if one_line || pieces.len() == 1 {
        // Everything before the house number; the number may also stand behind the street's name.
        let words: Vec<&str> = pieces[0].split(' ').collect();
        let number = words.iter().position(|word| word.contains(|c: char| c.is_ascii_digit())).unwrap_or(0);
        let length = if number > 3 { 2 } else { number };
        if length > 0 {
            parsed.recipient.name = words[..length].join(" ");
            pieces[0] = words[length..].join(" ");
        }
        parsed.doubt("name");
        parsed.doubt("city");
        return;
    }
    if pieces[0].contains(|c: char| c.is_ascii_digit()) {
        // The address stands first: a name may stand at the very end.
        let last_is_name = pieces.last().is_some_and(|last| {
            !last.contains(|c: char| c.is_ascii_digit())
                && last.split(' ').count() >= 2
                && western_places::by_name(last).is_none()
        });
        if last_is_name && pieces.len() > 2 {
            parsed.recipient.name = pieces.pop().unwrap_or_default();
        }
        parsed.doubt("name");
        return;
    }
    let first = pieces.remove(0);
    let second_is_person = pieces.len() > 2
        && is_company(&first)
        && !pieces[0].contains(|c: char| c.is_ascii_digit())
        && !is_company(&pieces[0]);
    let second_is_company = pieces.len() > 2 && !second_is_person && is_company(&pieces[0]);
    if second_is_person {
        parsed.company = first;
        parsed.recipient.name = pieces.remove(0);
    } else if is_company(&first) {
        parsed.company.clone_from(&first);
        parsed.recipient.name = first;
        parsed.doubt("name");
    } else {
        parsed.recipient.name = first;
        if second_is_company {
            parsed.company = pieces.remove(0);
        }
    }
}

/// The person behind "for the attention of", in the usual languages.
fn attention(piece: &str) -> Option<&str> {
    const MARKS: [&str; 16] = [
        "attention:",
        "attention ",
        "attn:",
        "attn.",
        "attn ",
        "att:",
        "att.",
        "c/o ",
        "fao ",
        "fao:",
        "z. hd. ",
        "z.hd. ",
        "zu händen ",
        "à l'attention de ",
        "t.a.v. ",
        "care of ",
    ];
    MARKS.iter().find_map(|mark| {
        let head = piece.get(..mark.len())?;
        (head.to_lowercase() == *mark).then(|| &piece[mark.len()..])
    })
}

fn is_company(piece: &str) -> bool {
    const ENDINGS: [&str; 20] = [
        "corp", "inc", "llc", "ltd", "limited", "gmbh", "ag", "co", "company", "group", "sarl", "sas", "bv",
        "plc", "pty", "kg", "oy", "ab", "studio", "holdings",
    ];
    let last = piece.rsplit(' ').next().unwrap_or_default().trim_matches('.').to_lowercase();
    piece.contains(' ') && ENDINGS.contains(&last.as_str())
}

/// Reads postcode, state and city off the last pieces by the country's shape.
fn take_place(
    recipient: &mut Recipient,
    pieces: &mut Vec<String>,
    country: &Country,
    parsed: &mut Parsed,
    one_line: bool,
) {
    match country.shape {
        Shape::HongKong => {
            "香港特别行政区".clone_into(&mut recipient.province);
            parsed.doubt("district");
            parsed.code = Some("810000".to_owned());
            if let Some(district) = western_places::hong_kong_district(&pieces.join(", ")) {
                district.clone_into(&mut recipient.district);
            }
            return;
        }
        Shape::PostcodeFirst => {
            // 10115 Berlin, 1012 AB Amsterdam, 111 22 Stockholm
            for at in (0..pieces.len()).rev() {
                if let Some((postcode, city)) = western_places::leading_postcode(&pieces[at], country) {
                    (recipient.postcode, recipient.city) = (postcode, city);
                    pieces.remove(at);
                    break;
                }
            }
            if one_line && recipient.city.is_empty() {
                split_inside(recipient, pieces, country);
            }
        }
        Shape::CityFirst => {
            for at in (0..pieces.len()).rev() {
                let Some((before, postcode)) = western_places::trailing_postcode(&pieces[at], country) else {
                    continue;
                };
                recipient.postcode = postcode;
                pieces[at] = before;
                finish_city(recipient, pieces, at, country, one_line);
                break;
            }
        }
    }
    if recipient.postcode.is_empty() {
        parsed.doubt("postcode");
        // No postcode: the last piece is the town.
        if recipient.city.is_empty() && pieces.len() > 1 {
            let last = pieces.len() - 1;
            finish_city(recipient, pieces, last, country, one_line);
        }
        parsed.doubt("city");
    }
}

/// Piece `at` is what stood before the postcode: `San Francisco CA`, `CA`, `London` or nothing.
fn finish_city(
    recipient: &mut Recipient,
    pieces: &mut Vec<String>,
    mut at: usize,
    country: &Country,
    one_line: bool,
) {
    if let Some((before, state)) = western_places::trailing_state(&pieces[at], country) {
        recipient.province = state;
        pieces[at] = before;
    }
    if pieces[at].is_empty() {
        pieces.remove(at);
        if at == 0 {
            return;
        }
        at -= 1;
    }
    // A state of its own: San Francisco, California, 94103.
    if recipient.province.is_empty()
        && !country.states.is_empty()
        && at > 0
        && let Some((before, state)) = western_places::trailing_state(&pieces[at], country)
        && before.is_empty()
    {
        recipient.province = state;
        pieces.remove(at);
        at -= 1;
    }
    if one_line || (at == 0 && pieces[at].contains(|c: char| c.is_ascii_digit())) {
        let (street, city) = western_places::split_city(&pieces[at]);
        recipient.city = city;
        pieces[at] = street;
    } else {
        recipient.city = pieces.remove(at);
    }
}

/// `Königstraße 12 10115 Berlin` on one line.
fn split_inside(recipient: &mut Recipient, pieces: &mut [String], country: &Country) {
    let Some(piece) = pieces.first_mut() else { return };
    let words: Vec<String> = piece.split(' ').map(str::to_owned).collect();
    for at in (1..words.len()).rev() {
        if let Some((postcode, city)) = western_places::leading_postcode(&words[at..].join(" "), country) {
            (recipient.postcode, recipient.city) = (postcode, city);
            *piece = words[..at].join(" ");
            return;
        }
    }
}
