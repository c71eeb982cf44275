//! Chinese text: what is left after labels and phones is region, detail, name and talk.

use super::super::Recipient;
use super::phone::{self, Kind, Phone};
use super::pieces::{self, CUT, Piece, REGION, cut, split};
use super::{Parsed, labels, places, words};
use crate::domain::region::{self, Certainty};

pub(super) fn parse(original: &[char]) -> Parsed {
    let mut parsed = Parsed {
        recipient: Recipient { country: "CN".to_owned(), ..Recipient::default() },
        ..Parsed::default()
    };
    let mut text = original.to_vec();
    let labelled = labels::take(&mut text);
    let phones = phone::take(&mut text);
    let code = phone::take_codes(&mut text);
    let labelled_name = !labelled.name.is_empty();
    let name_code = strip_code(&labelled.name);
    take_phones(&mut parsed, &phones, code.or(name_code.1));
    parsed.company = labelled.company;
    parsed.recipient.name = words::without_receive_mark(&name_code.0).0.to_owned();
    if labelled.note {
        parsed.doubt("detail");
    }
    parsed.recipient.postcode = labelled.postcode;
    if parsed.recipient.postcode.is_empty() {
        parsed.recipient.postcode = take_postcode(&mut text, 6).unwrap_or_default();
    }
    let found = take_region(&mut parsed, &mut text);
    if parsed.recipient.country == "TW" && parsed.recipient.postcode.is_empty() {
        parsed.recipient.postcode =
            take_postcode(&mut text, 3).or_else(|| take_postcode(&mut text, 5)).unwrap_or_default();
    }
    take_name_and_detail(&mut parsed, &text, found);
    finish(&mut parsed, original, &phones, labelled_name);
    parsed
}

/// A labelled name may carry the code too: `李娜[5521]`.
fn strip_code(name: &str) -> (String, Option<String>) {
    let mut chars: Vec<char> = name.chars().collect();
    let code = phone::take_codes(&mut chars);
    (chars.into_iter().filter(|c| *c != CUT).collect(), code)
}

/// The best number is the phone: mobile before landline, the first among equals.
fn take_phones(parsed: &mut Parsed, phones: &[Phone], code: Option<String>) {
    let best = phones.iter().map(|phone| phone.kind).max();
    let Some(phone) = phones.iter().find(|phone| Some(phone.kind) == best) else {
        parsed.doubt("phone");
        parsed.ext = code.unwrap_or_default();
        return;
    };
    parsed.recipient.phone = phone.number.clone();
    parsed.ext = phone.ext.clone();
    if phone.ext_doubtful {
        parsed.doubt("ext");
    }
    if let (Some(code), true) = (code, parsed.ext.is_empty()) {
        parsed.ext = code;
        parsed.doubt("ext");
    }
    let other_numbers = phones.iter().any(|other| other.number != phone.number);
    if phone.kind <= Kind::Local || other_numbers {
        parsed.doubt("phone");
    }
    if !phone.country.is_empty() {
        parsed.recipient.country = phone.country.to_owned();
    }
}

/// Digits alone between breaks; room numbers have another length.
fn take_postcode(text: &mut [char], length: usize) -> Option<String> {
    let piece = split(text).into_iter().rev().find(|piece| {
        piece.end - piece.start == length && text[piece.start..piece.end].iter().all(char::is_ascii_digit)
    })?;
    let postcode = piece.text(text);
    cut(text, piece.start, piece.end, CUT);
    Some(postcode)
}

/// What the search for the region found, besides the fields it filled.
#[derive(Default)]
struct Found {
    /// Place behind the region.
    end: Option<usize>,
    /// The region began inside a piece: what stands before it may be a name.
    glued: bool,
}

/// Tries every piece as the start of the region and takes the reading that explains most; only then looks
/// inside the pieces (张伟浙江省杭州市…).
fn take_region(parsed: &mut Parsed, text: &mut [char]) -> Found {
    let all = split(text);
    let lookup: Vec<char> = region::simplified(&text.iter().collect::<String>()).chars().collect();
    if lookup.len() != text.len() {
        return Found::default();
    }
    let read = |start: usize| region::read_at(&lookup, start);
    let mut best = all
        .iter()
        .map(|piece| read(piece.start))
        .filter(|read| read.weight > 0)
        .max_by_key(|read| read.weight);
    let mut glued = false;
    if best.as_ref().is_none_or(|read| read.weight < 3) {
        let inside = all
            .iter()
            .flat_map(|piece| piece.start + 1..piece.end)
            .map(read)
            // Inside a piece only whole names count, and more than one character must be won by it.
            .filter(|read| read.whole && read.weight > best.as_ref().map_or(2, |best| best.weight + 2))
            .max_by_key(|read| (read.weight, std::cmp::Reverse(read.start)));
        if inside.is_some() {
            glued = true;
            best = inside;
        }
    }
    let Some(read) = best else {
        parsed.doubt("region");
        return Found::default();
    };
    let resolution = &read.resolution;
    if resolution.certainty == Certainty::Ambiguous && resolution.region.code.is_empty() {
        parsed.doubt("region");
        return Found { end: Some(read.start), glued: false };
    }
    fill_region(parsed, &read);
    let end = read.end;
    cut(text, read.start, end, REGION);
    places::guess_district(parsed, &read, &text[end..]);
    Found { end: Some(end), glued }
}

fn fill_region(parsed: &mut Parsed, read: &region::Reading) {
    let resolution = &read.resolution;
    let found = &resolution.region;
    let recipient = &mut parsed.recipient;
    recipient.province.clone_from(&found.province);
    recipient.city.clone_from(&found.city);
    recipient.district.clone_from(&found.district);
    recipient.country = match found.prefix().get(..2) {
        Some("71") => "TW",
        Some("81") => "HK",
        Some("82") => "MO",
        _ => "CN",
    }
    .to_owned();
    if resolution.certainty == Certainty::Ambiguous {
        match (resolution.candidates.as_slice(), &resolution.old_name) {
            // Merged into one other district whose borders moved: the likely answer, to be looked at.
            ([heir], Some(_)) => {
                if let Some(heir) = region::name_of(heir) {
                    recipient.city = heir.city.clone();
                    recipient.district = heir.district.clone();
                    parsed.code = Some(heir.code);
                    parsed.doubt("district");
                    return;
                }
            }
            (_, Some(old_name)) => recipient.district.clone_from(old_name),
            _ => {}
        }
        parsed.doubt("district");
    }
    parsed.code = (!found.code.is_empty()).then(|| found.code.clone());
}

/// Tells the pieces that are left into name, company, talk and detail.
fn take_name_and_detail(parsed: &mut Parsed, text: &[char], found: Found) {
    let all = split(text);
    let region_end = found.end;
    // The piece right behind the region is the street, whatever it looks like.
    let head = region_end.and_then(|end| all.iter().position(|piece| piece.start >= end)).filter(|&head| {
        let end = region_end.unwrap_or(0);
        !text[end..all[head].start].contains(&pieces::PHONE)
    });
    let head = head.filter(|&head| {
        let piece = all[head].text(text);
        let last_name = parsed.recipient.name.is_empty()
            && all.len() == head + 1
            && words::without_receive_mark(&piece).1;
        !last_name
    });
    let mut detail: Vec<Piece> = Vec::new();
    let mut candidates: Vec<Piece> = Vec::new();
    for (place, piece) in all.iter().enumerate() {
        let typed = piece.text(text);
        let before_region = region_end.is_some_and(|end| piece.start < end);
        if Some(place) == head {
            if words::speaks(&typed) || words::has_date(&typed) {
                parsed.doubt("detail");
            }
            detail.push(*piece);
        } else if words::is_goods(&typed) || words::has_date(&typed) || is_order_number(&typed) {
            parsed.doubt("detail");
        } else if belongs_to_name(&typed)
            && candidates.last().is_some_and(|name| only_blanks(text, *name, *piece))
        {
            let name = candidates.len() - 1;
            candidates[name].end = piece.end;
            candidates[name].beside_phone |= piece.beside_phone;
        } else if is_beside_the_point(text, *piece, &typed) || typed == parsed.recipient.name {
            // Requests go to the seller, not on the label.
        } else if words::speaks(&typed) && !words::is_address(&typed) {
            // The same with a number or a place in it is worth a look.
            parsed.doubt("detail");
        } else if words::is_company(&typed)
            && (before_region || region_end.is_none())
            && parsed.company.is_empty()
        {
            parsed.company = typed;
        } else if (before_region || piece.beside_phone) && words::without_remark(&typed).is_some() {
            candidates.push(*piece);
        } else if words::is_address(&typed) && !words::without_receive_mark(&typed).1
            || !words::is_name_like(&typed)
        {
            if before_region && !is_labelled(text, *piece) || !words::is_certainly_address(&typed) {
                parsed.doubt("detail");
            }
            detail.push(*piece);
        } else {
            candidates.push(*piece);
        }
    }
    choose_name(parsed, text, candidates, &mut detail, region_end);
    if found.glued {
        parsed.doubt("name");
    }
    write_detail(parsed, text, detail, region_end);
}

/// Talk, the buttons of a form, 收 alone, 备用 beside a second number.
fn is_beside_the_point(text: &[char], piece: Piece, typed: &str) -> bool {
    words::is_talk(typed) && !words::is_address(typed)
        || words::is_request(typed)
        || is_list_number(text, piece, typed)
        || introduces(text, piece, typed)
        || words::is_button(typed)
        || words::is_receive_mark(typed)
        || piece.beside_phone && words::is_phone_word(typed)
}

/// `1.` or `2、` at the very beginning.
fn is_list_number(text: &[char], piece: Piece, typed: &str) -> bool {
    piece.start == 0
        && typed.len() <= 2
        && typed.bytes().all(|b| b.is_ascii_digit())
        && text[..text.len().min(piece.end + 1)].iter().any(|c| matches!(c, '.' | '、' | ')' | '）'))
}

/// 女士 or 收 alone behind the name.
fn belongs_to_name(typed: &str) -> bool {
    words::is_title(typed) || words::is_receive_mark(typed)
}

/// A label was cut out right before the piece.
fn is_labelled(text: &[char], piece: Piece) -> bool {
    text[..piece.start].iter().rev().find(|c| **c != ' ').is_some_and(|c| *c == CUT)
}

fn only_blanks(text: &[char], first: Piece, second: Piece) -> bool {
    text.get(first.end..second.start).is_some_and(|gap| gap.iter().all(|c| *c == ' '))
}

/// 老板发这个：… A longer piece before a colon announces what follows.
fn introduces(text: &[char], piece: Piece, typed: &str) -> bool {
    matches!(text.get(piece.end), Some(':' | '：')) && typed.chars().count() > 4 && !words::is_address(typed)
}

fn is_order_number(text: &str) -> bool {
    text.len() >= 10
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        && text.chars().filter(char::is_ascii_digit).count() >= 8
}

/// Labelled before marked with 收, before the phone's neighbour, before the shortest.
fn choose_name(
    parsed: &mut Parsed,
    text: &[char],
    mut candidates: Vec<Piece>,
    detail: &mut Vec<Piece>,
    region_end: Option<usize>,
) {
    if parsed.recipient.name.is_empty() && !candidates.is_empty() {
        let score = |piece: &Piece| {
            let typed = piece.text(text);
            let (name, marked) = words::without_receive_mark(&typed);
            let length = name.chars().count();
            let before = region_end.is_none_or(|end| piece.start < end);
            let mut score = 0_i32;
            score += if marked { 8 } else { 0 };
            score += if words::has_title(name) { 6 } else { 0 };
            score += if piece.beside_phone { 4 } else { 0 };
            score += if before { 2 } else { 0 };
            score += if words::has_surname(name) { 2 } else { 0 };
            score += if (2..=3).contains(&length) { 2 } else { i32::from(length == 4) };
            score -= if words::is_greeting(name) { 6 } else { 0 };
            score - if words::is_post(name) { 3 } else { 0 }
        };
        let best =
            (0..candidates.len()).max_by_key(|&place| (score(&candidates[place]), std::cmp::Reverse(place)));
        if let Some(best) = best {
            let chosen = candidates.remove(best);
            let typed = chosen.text(text);
            let (name, _) = words::without_receive_mark(&typed);
            parsed.recipient.name = words::without_remark(name).unwrap_or(name).to_owned();
            if parsed.recipient.name.len() < name.len() {
                parsed.doubt("name");
            }
            if !chosen.beside_phone && region_end.is_some_and(|end| chosen.start >= end) {
                parsed.doubt("name");
            }
        }
    }
    for other in candidates {
        let typed = other.text(text);
        if words::is_greeting(&typed) || words::without_receive_mark(&typed).0 == parsed.recipient.name {
            continue;
        }
        if region_end.is_some_and(|end| other.start < end) || words::has_surname(&typed) {
            parsed.doubt("name");
            parsed.doubt("detail");
        } else if !words::is_certainly_address(&typed) {
            parsed.doubt("detail");
        }
        detail.push(other);
    }
    detail.sort_by_key(|piece| (region_end.is_some_and(|end| piece.start < end), piece.start));
}

/// Joins the detail in its order and spelling, and takes a name glued to its end.
fn write_detail(parsed: &mut Parsed, text: &[char], detail: Vec<Piece>, region_end: Option<usize>) {
    let mut written = String::new();
    for (place, piece) in detail.iter().enumerate() {
        if place > 0 {
            let before = detail[place - 1].end;
            // A comma that separates no other fields belongs to the detail.
            let gap: String = text.get(before..piece.start).unwrap_or_default().iter().collect();
            let commas = text.iter().filter(|c| matches!(c, ',' | '，')).count();
            let keep = matches!(gap.trim(), "，" | ",") && commas == 1;
            written.push_str(if keep { "，" } else { " " });
        }
        written.push_str(&piece.text(text));
    }
    if parsed.recipient.name.is_empty()
        && region_end.is_some()
        && let Some(at) = glued_name(&written)
    {
        parsed.recipient.name = words::without_receive_mark(&written[at..]).0.to_owned();
        written.truncate(at);
        parsed.doubt("name");
    }
    parsed.recipient.detail = written.trim().to_owned();
    places::split_town(parsed);
}

/// …3栋张伟, …301室李娜收: two or three characters with a surname behind the last number or unit.
fn glued_name(detail: &str) -> Option<usize> {
    let units = "号栋幢楼层室座元房户院期区门";
    let last = detail
        .char_indices()
        .rfind(|(_, c)| c.is_ascii_digit() || units.contains(*c) || *c == ' ' || matches!(c, ')' | '）'))?;
    let from = last.0 + last.1.len_utf8();
    let tail = detail[from..].trim_start();
    let at = detail.len() - tail.len();
    let (name, marked) = words::without_receive_mark(tail);
    let length = name.chars().count();
    let plain = name.chars().all(words::is_han);
    let fits = plain
        && ((2..=3).contains(&length) && words::has_surname(name) || marked && (1..=4).contains(&length));
    (fits && at > 0).then_some(at)
}

/// Doubts that follow from the whole picture.
fn finish(parsed: &mut Parsed, original: &[char], phones: &[Phone], labelled_name: bool) {
    let recipient = &parsed.recipient;
    let (no_name, no_phone, no_detail) =
        (recipient.name.is_empty(), recipient.phone.is_empty(), recipient.detail.is_empty());
    let no_region = recipient.province.is_empty();
    if no_region && no_phone {
        // A line of talk or nothing at all: give it back whole.
        parsed.recipient.name.clear();
        parsed.recipient.detail = original.iter().collect::<String>().trim().to_owned();
        parsed.doubt("all");
        return;
    }
    if no_region && no_detail {
        parsed.doubt("all");
    }
    let name = parsed.recipient.name.clone();
    if no_name || words::is_post(&name) || !labelled_name && region::is_division_name(&name) {
        parsed.doubt("name");
    }
    // Without a name the tail of the street may be one: …3栋502桃子.
    let tail = parsed.recipient.detail.chars().rev().take_while(|c| words::is_han(*c)).count();
    let open_end =
        no_name && (2..=4).contains(&tail) && !words::is_certainly_address(&parsed.recipient.detail);
    if no_detail || open_end {
        parsed.doubt("detail");
    }
    if parsed.recipient.country == "TW"
        || parsed.recipient.country == "HK"
        || parsed.recipient.country == "MO"
    {
        // Their numbers have eight to ten digits; nothing is odd about them.
        if phones.first().is_some_and(|phone| phone.kind == Kind::Local) {
            parsed.review.retain(|field| *field != "phone");
        }
        parsed.code = parsed.code.take().map(|code| format!("{}0000", &code[..2]));
        // 香港九龙旺角…: the district can be told from the street only.
        if parsed.recipient.country == "HK" && parsed.recipient.district.is_empty() {
            parsed.doubt("district");
        }
    }
}
