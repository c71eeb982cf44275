//! Reads a region at one place of a text: province, city, county, each possibly left out or shortened.
//!
//! All readings are tried (吉林 is a province and a city, 济南市中区 is 济南 + 市中区 and not 济南市 + 中区);
//! the one that explains most characters wins. Equal readings of different places stay undecided.

use std::cmp::Reverse;

use super::names::{Form, continues_a_name};
use super::table::{Level, NodeId, Table, is_municipality};

/// A region found at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    /// The deepest division that is certain.
    pub node: NodeId,
    /// First character behind the region.
    pub end: usize,
    /// How the deepest name was written.
    pub form: Form,
    /// How many names are certain. Zero: `rivals` bear the first name, and `node` is only one of them.
    pub steps: usize,
    /// The next name fits these divisions alike; it is not part of the hit.
    pub rivals: Vec<NodeId>,
}

#[derive(Clone)]
struct Reading {
    node: NodeId,
    end: usize,
    explained: usize,
    forms: Vec<Form>,
    /// Node and end after each name.
    trail: Vec<(NodeId, usize)>,
    former: bool,
}

/// Words between the levels that say nothing; platforms fill empty levels with them.
const FILLERS: [&str; 12] = [
    "省直辖县级行政区划",
    "省直辖县级行政单位",
    "省直辖县级行政区",
    "自治区直辖县级行政区划",
    "自治区直辖县级行政单位",
    "自治区直辖县级行政区",
    "省直辖行政单位",
    "省直辖县",
    "省直辖",
    "直辖县",
    "市辖区",
    "市辖县",
];

/// Parts of Hong Kong and Macau and managing areas that are no divisions: skipped only when a
/// division of the area follows. (code prefix of the area, word)
const AREAS: [(&str, &str); 9] = [
    ("81", "香港岛"),
    ("81", "九龙"),
    ("81", "新界"),
    ("82", "澳门半岛"),
    ("82", "氹仔"),
    ("13", "雄安新区"),
    ("13", "雄安"),
    ("50", "县"),
    ("50", "郊县"),
];

/// Characters that may stand between two names.
pub(crate) fn is_separator(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '-' | '/' | '\\' | '|' | ',' | '，' | '、' | '.' | '。' | '·' | '>' | '＞' | '\u{1f}')
}

/// The best region that begins exactly at `start`, or `None`. `text` is simplified.
pub(crate) fn at(table: &Table, text: &[char], start: usize) -> Option<Hit> {
    let mut readings = Vec::new();
    let empty = Reading { node: 0, end: start, explained: 0, forms: vec![], trail: vec![], former: false };
    read(table, text, None, &empty, &mut readings);
    choose(table, text, readings)
}

fn read(table: &Table, text: &[char], above: Option<NodeId>, sofar: &Reading, readings: &mut Vec<Reading>) {
    // The deepest real text has four names (a municipality twice); the cap keeps any input cheap.
    if sofar.forms.len() > 4 || readings.len() > 400 {
        return;
    }
    for start in starts(table, text, above, sofar.end) {
        for (form, node, end) in names_at(table, text, start) {
            let fits = above
                .is_none_or(|above| table.is_below(node, above) || repeats_municipality(table, node, above));
            // 北京|东路 is a road, 北京|东城区 is not: a division that follows settles it.
            let road = form == Form::Stem
                && continues_a_name(&text[end..])
                && !names_at(table, text, end).iter().any(|(_, next, _)| table.is_below(*next, node));
            if !fits || road {
                continue;
            }
            let mut reading = sofar.clone();
            reading.node = node;
            reading.end = end;
            reading.explained += end - start;
            reading.forms.push(form);
            reading.trail.push((node, end));
            reading.former |= table.is_former(node);
            read(table, text, Some(node), &reading, readings);
            readings.push(reading);
        }
    }
}

/// 北京市北京市: the city's name is read again as the city.
fn repeats_municipality(table: &Table, node: NodeId, above: NodeId) -> bool {
    node == above && table.level(node) == Level::Province && is_municipality(table.code(node))
}

/// Where the next name may begin: here, or behind separators and fillers.
fn starts(table: &Table, text: &[char], above: Option<NodeId>, from: usize) -> Vec<usize> {
    let mut starts = vec![from];
    let Some(above) = above else { return starts };
    let mut at = skip_separators(text, from);
    starts.push(at);
    for _ in 0..3 {
        let filler = FILLERS.iter().copied().chain(
            AREAS.iter().filter(|(area, _)| table.code(above).starts_with(area)).map(|(_, word)| *word),
        );
        let Some(word) = filler.into_iter().find(|word| starts_with(&text[at..], word)) else { break };
        at = skip_separators(text, at + word.chars().count());
        starts.push(at);
    }
    starts.dedup();
    starts
}

/// The place behind blanks, separators and fillers.
pub(crate) fn skip_fillers(text: &[char], from: usize) -> usize {
    let mut at = from;
    loop {
        let next = skip_separators(text, at);
        match FILLERS.iter().find(|word| starts_with(&text[next..], word)) {
            Some(word) => at = next + word.chars().count(),
            None => return at,
        }
    }
}

pub(crate) fn skip_separators(text: &[char], from: usize) -> usize {
    from + text[from..].iter().take_while(|c| is_separator(**c)).count()
}

pub(crate) fn starts_with(text: &[char], word: &str) -> bool {
    let mut chars = text.iter();
    word.chars().all(|c| chars.next() == Some(&c))
}

fn names_at(table: &Table, text: &[char], start: usize) -> Vec<(Form, NodeId, usize)> {
    let mut found = Vec::new();
    let mut name = String::new();
    for (length, c) in text[start..].iter().take(table.longest_name()).enumerate() {
        if is_separator(*c) {
            break;
        }
        name.push(*c);
        if length == 0 {
            if !table.any_starts_with(&name) {
                break;
            }
            continue;
        }
        found.extend(table.named(&name).map(|(form, node)| (form, node, start + length + 1)));
        if !table.any_starts_with(&name) {
            break;
        }
    }
    found
}

fn choose(table: &Table, text: &[char], readings: Vec<Reading>) -> Option<Hit> {
    let rank = |reading: &Reading| {
        let stems = reading.forms.iter().filter(|form| **form == Form::Stem).count();
        (reading.explained, Reverse(stems), !reading.former)
    };
    let best = readings.iter().map(rank).max()?;
    let mut winners: Vec<&Reading> = readings.iter().filter(|reading| rank(reading) == best).collect();
    winners.sort_by_key(|reading| (table.level(reading.node), reading.forms.len()));
    let first = winners[0];
    let same_place = |a: NodeId, b: NodeId| {
        a == b || table.is_below(b, a) || table.today(a).is_some_and(|heir| Some(heir) == table.today(b))
    };
    let sure = is_renowned(table, first.node)
        || winners.iter().all(|other| same_place(first.node, other.node))
        || all_one_municipality(table, &winners);
    if sure {
        let rivals = other_bearers(table, text, first);
        let steps = if rivals.is_empty() { first.forms.len() } else { 0 };
        return Some(Hit { node: first.node, end: first.end, form: *first.forms.last()?, steps, rivals });
    }
    let mut rivals: Vec<NodeId> = winners.iter().map(|reading| reading.node).collect();
    rivals.sort_unstable();
    rivals.dedup();
    // What all rivals have in common stays certain: 河北省桥西区 is at least in 河北省.
    let common = first
        .trail
        .iter()
        .zip(0..)
        .take_while(|(step, place)| winners.iter().all(|other| other.trail.get(*place) == Some(step)))
        .last();
    Some(match common {
        Some((&(node, end), place)) => Hit { node, end, form: first.forms[place], steps: place + 1, rivals },
        None => Hit { node: first.node, end: first.trail[0].1, form: first.forms[0], steps: 0, rivals },
    })
}

/// A province and its capital need no ending: 海南 is the province (海南州 says so itself), 西安 the capital and
/// neither 西安区.
fn is_renowned(table: &Table, node: NodeId) -> bool {
    table.level(node) == Level::Province || table.code(node).ends_with("0100")
}

/// 重庆 has two city codes that both read 重庆市.
fn all_one_municipality(table: &Table, winners: &[&Reading]) -> bool {
    let code = table.code(winners[0].node);
    is_municipality(code)
        && winners.iter().all(|other| {
            table.code(other.node)[..2] == code[..2] && table.level(other.node) != Level::District
        })
}

/// A single bare stem of a city or county, standing alone, also names these other places:
/// 朝阳 is a city of 辽宁 and a district of two more.
fn other_bearers(table: &Table, text: &[char], reading: &Reading) -> Vec<NodeId> {
    if reading.forms != [Form::Stem] || is_renowned(table, reading.node) {
        return Vec::new();
    }
    let start = reading.end - reading.explained;
    let name: String = text[start..reading.end].iter().collect();
    table
        .named(&name)
        .map(|(_, node)| node)
        .filter(|&node| node != reading.node && !table.is_below(node, reading.node) && !table.is_former(node))
        .collect()
}
