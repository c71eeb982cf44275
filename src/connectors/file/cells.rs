//! Reading single cells: guards, numbers, money and times as exports and spreadsheets write them.

use std::borrow::Cow;

use chrono::{DateTime, Duration, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};

use crate::domain::money::Money;
use crate::domain::time::UtcTime;

/// A cell without blanks around it and without the guards that keep spreadsheets from
/// changing it: `="2608411234567890123"`, `'02928`, a trailing tab.
pub(super) fn clean(cell: &str) -> &str {
    let trim = |text: &'_ str| -> (usize, usize) {
        let rest = text.trim_start_matches(is_blank);
        (text.len() - rest.len(), text.len() - rest.len() + rest.trim_end_matches(is_blank).len())
    };
    let (start, end) = trim(cell);
    let text = &cell[start..end];
    if let Some(inner) = text.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"'))
        && !inner.contains('"')
    {
        let (start, end) = trim(inner);
        return &inner[start..end];
    }
    match text.strip_prefix('\'') {
        // A name may begin with an apostrophe ('t Hooft); a number or a formula does not.
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit() || "=+-@#*".contains(c)) => rest,
        _ => text,
    }
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{FEFF}' | '\u{200B}')
}

/// The text is a word for "nothing", as platforms print an empty field.
pub(super) fn is_nothing(text: &str) -> bool {
    matches!(text, "" | "null" | "NULL" | "Null" | "无" | "None" | "-" | "--" | "'null" | "N/A" | "#N/A")
}

/// Full-width digits and signs (０１２：．) as their ASCII twins.
pub(super) fn fold(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    // The full-width forms stand 0xFEE0 above ASCII (Unicode block FF00).
    let fold = |c: char| match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        '\u{3000}' => ' ',
        other => other,
    };
    Cow::Owned(text.chars().map(fold).collect())
}

/// `2.60841E+18`: a spreadsheet has shown a long number, and its last digits are gone.
pub(super) fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else { return false };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    digits(whole) && digits(fraction) && digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))
}

/// A whole number; `2`, `2.0` and `２` are the same.
pub(super) fn quantity(text: &str) -> Option<i64> {
    let text = fold(text);
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    fraction.bytes().all(|byte| byte == b'0').then(|| whole.parse().ok()).flatten()
}

/// An amount of `currency`: `129.9`, `¥1,299.00`, `12,50`, `129.90元`.
///
/// A single comma before anything but three digits is a decimal comma; with both signs the
/// later one is the decimal sign.
pub(super) fn money(text: &str, currency: &str) -> Option<Money> {
    let text = fold(text);
    let text =
        text.trim().trim_end_matches('元').trim_start_matches(currency).trim_end_matches(currency).trim();
    let decimal_comma = match (text.rfind(','), text.rfind('.')) {
        (Some(comma), Some(point)) => comma > point,
        (Some(comma), None) => text.matches(',').count() == 1 && text.len() - comma != 4,
        (None, _) => false,
    };
    if decimal_comma {
        let swapped: String =
            text.chars().filter(|c| *c != '.').map(|c| if c == ',' { '.' } else { c }).collect();
        return Money::parse(&swapped, currency).ok();
    }
    Money::parse(text, currency).ok()
}

/// Why a text is no time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoTime {
    Unreadable,
    /// `03/04/2026` is in March or in April.
    Ambiguous,
}

/// A moment in any of the ways exports write one; without a zone it is in `zone`.
///
/// RFC 3339 and `2026-05-14 11:23:45 +0100`; `2026/5/14 9:05`, `2026年5月14日 11时23分`,
/// `14.05.2026`, `25/12/2026`, `12/25/2026`; `20260514112345`; seconds or milliseconds since
/// 1970; and days since 1900 as a spreadsheet stores them (`46156.4748`).
pub(super) fn time(text: &str, zone: FixedOffset) -> Result<UtcTime, NoTime> {
    let folded = fold(text);
    let text = folded.trim();
    if text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') && text.matches('.').count() < 2 {
        return numeric_time(text, zone).ok_or(NoTime::Unreadable);
    }
    let (date, rest) = date(text)?;
    let (time, rest) = clock(rest).ok_or(NoTime::Unreadable)?;
    let zone = offset(rest, zone).ok_or(NoTime::Unreadable)?;
    at(date.and_time(time), zone).ok_or(NoTime::Unreadable)
}

fn at(local: NaiveDateTime, zone: FixedOffset) -> Option<UtcTime> {
    let moment = zone.from_local_datetime(&local).single()?;
    Some(UtcTime::from(moment.with_timezone(&Utc)))
}

fn numeric_time(text: &str, zone: FixedOffset) -> Option<UtcTime> {
    let stamp =
        |format: &str| NaiveDateTime::parse_from_str(text, format).ok().and_then(|local| at(local, zone));
    match (text.split('.').next().unwrap_or_default().len(), text.contains('.')) {
        (14, false) => stamp("%Y%m%d%H%M%S"),
        (12, false) => at(NaiveDateTime::parse_from_str(&format!("{text}00"), "%Y%m%d%H%M%S").ok()?, zone),
        (8, false) => at(NaiveDate::parse_from_str(text, "%Y%m%d").ok()?.and_time(NaiveTime::MIN), zone),
        (13, false) => DateTime::from_timestamp_millis(text.parse().ok()?).map(UtcTime::from),
        (10, false) => DateTime::from_timestamp(text.parse().ok()?, 0).map(UtcTime::from),
        (5, _) => {
            let (days, fraction) = text.split_once('.').unwrap_or((text, ""));
            let fraction: f64 = format!("0.{fraction}0").parse().ok()?;
            // Day 0 of the 1900 system, with Excel's leap day that never was, is 1899-12-30.
            let day = NaiveDate::from_ymd_opt(1899, 12, 30)? + Duration::days(days.parse().ok()?);
            at(day.and_time(NaiveTime::MIN) + Duration::seconds((fraction * 86_400.0).round() as i64), zone)
        }
        _ => None,
    }
}

/// The date at the start of the text, and what follows it.
fn date(text: &str) -> Result<(NaiveDate, &str), NoTime> {
    let no_time = || NoTime::Unreadable;
    let (first, rest) = digits(text).ok_or_else(no_time)?;
    let separator = rest.chars().next().filter(|c| "-/.年".contains(*c)).ok_or_else(no_time)?;
    let (second, rest) = digits(&rest[separator.len_utf8()..]).ok_or_else(no_time)?;
    let again = rest.chars().next().filter(|c| "-/.月".contains(*c)).ok_or_else(no_time)?;
    let rest = &rest[again.len_utf8()..];
    let (third, after) = digits(rest).ok_or_else(no_time)?;
    let third_is_year = rest.len() - after.len() == 4;
    let after = after.trim_start_matches(['日', 'T', 't']).trim_start();
    let (year, month, day) = match (first, second, third) {
        (1000.., month, day) => (first, month, day),
        // Points are written in countries that put the day first.
        (day, month, year) if third_is_year && separator == '.' => (year, month, day),
        (day @ 13.., month, year) if third_is_year => (year, month, day),
        (month, day @ 13.., year) if third_is_year => (year, month, day),
        (month, day, year) if third_is_year && month == day => (year, month, day),
        (_, _, _) if third_is_year => return Err(NoTime::Ambiguous),
        _ => return Err(NoTime::Unreadable),
    };
    let date = i32::try_from(year).ok().and_then(|year| NaiveDate::from_ymd_opt(year, month, day));
    date.map(|date| (date, after)).ok_or_else(no_time)
}

/// The time of day at the start of the text, midnight when there is none, and what follows.
fn clock(text: &str) -> Option<(NaiveTime, &str)> {
    let afternoon = text.strip_prefix("下午");
    let text = afternoon.or_else(|| text.strip_prefix("上午")).unwrap_or(text).trim_start();
    let Some((hour, rest)) = digits(text) else {
        return Some((NaiveTime::MIN, text));
    };
    let (minute, rest) = digits(rest.strip_prefix([':', '时', '点'])?)?;
    let rest = rest.strip_prefix('分').unwrap_or(rest);
    let (second, rest) = match digits(rest.strip_prefix(':').unwrap_or(rest)) {
        Some((second, rest)) => (second, rest.strip_prefix('秒').unwrap_or(rest)),
        None => (0, rest),
    };
    let fraction = rest.strip_prefix('.').map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    let rest = fraction.unwrap_or(rest).trim_start();
    let (late, early) = (rest.strip_prefix("PM"), rest.strip_prefix("AM"));
    let hour = match (late.is_some() || afternoon.is_some(), early.is_some()) {
        (true, _) if hour < 12 => hour + 12,
        (false, true) if hour == 12 => 0,
        _ => hour,
    };
    let time = NaiveTime::from_hms_opt(hour, minute, second)?;
    Some((time, late.or(early).unwrap_or(rest).trim_start()))
}

/// The zone that is the rest of the text: nothing, `Z`, `UTC`, `+0100`, `+01:00`, `+01`.
fn offset(text: &str, otherwise: FixedOffset) -> Option<FixedOffset> {
    let text = text.trim();
    match text {
        "" => return Some(otherwise),
        "Z" | "z" | "UTC" | "GMT" => return FixedOffset::east_opt(0),
        _ => {}
    }
    let (east, rest) = match (text.strip_prefix('+'), text.strip_prefix('-')) {
        (Some(rest), _) => (1, rest),
        (_, Some(rest)) => (-1, rest),
        _ => return None,
    };
    let plain: String = rest.chars().filter(|c| *c != ':').collect();
    if !matches!(plain.len(), 2 | 4) || !plain.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let hours: i32 = plain[..2].parse().ok()?;
    let minutes: i32 = plain.get(2..4).and_then(|text| text.parse().ok()).unwrap_or(0);
    FixedOffset::east_opt(east * (hours * 3600 + minutes * 60))
}

/// The number at the start of the text, and what follows it.
fn digits(text: &str) -> Option<(u32, &str)> {
    let length = text.bytes().take_while(u8::is_ascii_digit).count();
    text[..length].parse().ok().map(|number| (number, &text[length..]))
}

#[cfg(test)]
mod tests {
    use super::{NoTime, clean, fold, is_scientific, money, quantity, time};
    use chrono::FixedOffset;

    #[test]
    fn guards_of_spreadsheets_are_taken_off() {
        for (cell, text) in [
            ("=\"2608411234567890123\"", "2608411234567890123"),
            ("'13800001001", "13800001001"),
            ("2608411234567890123\t", "2608411234567890123"),
            ("'t Hooft", "'t Hooft"),
            ("'=HYPERLINK(\"x\")", "=HYPERLINK(\"x\")"),
            ("=HYPERLINK(\"x\")", "=HYPERLINK(\"x\")"),
            ("\u{FEFF}订单编号 ", "订单编号"),
            ("  ", ""),
        ] {
            assert_eq!(clean(cell), text);
        }
        assert_eq!(fold("１３８００００１００１"), "13800001001");
    }

    #[test]
    fn times_in_many_ways_are_one_moment() {
        let zone = FixedOffset::east_opt(8 * 3600).expect("a zone");
        for text in [
            "2026-05-14 11:23:45",
            "2026/5/14 11:23:45",
            "2026.05.14 11:23:45",
            "2026年5月14日 11时23分45秒",
            "２０２６-05-14 １１：23：45",
            "14.05.2026 11:23:45",
            "14/05/2026 11:23:45",
            "05/14/2026 11:23:45 AM",
            "2026-05-14 04:23:45 +0100",
            "2026-05-14T03:23:45Z",
            "2026-05-14T03:23:45.000Z",
            "2026-05-13 22:23:45 -05:00",
            "20260514112345",
            "1778729025",
            "1778729025000",
            "46156.474826389",
        ] {
            let read = time(text, zone).map(|time| time.to_string());
            assert_eq!(read.as_deref(), Ok("2026-05-14T03:23:45Z"), "{text}");
        }
        assert_eq!(
            time("2026-05-14", zone).map(|time| time.to_string()).as_deref(),
            Ok("2026-05-13T16:00:00Z")
        );
        assert_eq!(time("03/04/2026", zone), Err(NoTime::Ambiguous));
        for text in ["soon", "2026-13-01", "2026-05-14 25:00", "12", "2026-05-14 11:23 somewhere", "1.2.3"] {
            assert_eq!(time(text, zone), Err(NoTime::Unreadable), "{text}");
        }
    }

    #[test]
    fn amounts_keep_their_decimal_sign() {
        for (text, amount) in [
            ("129.9", Some(12990)),
            ("¥1,299.00", Some(129_900)),
            ("1,299", Some(129_900)),
            ("12,50", Some(1250)),
            ("1.299,00", Some(129_900)),
            ("129.90元", Some(12990)),
            ("１２．５", Some(1250)),
            ("free", None),
            ("1.2E+3", None),
        ] {
            assert_eq!(money(text, "CNY").map(|money| money.amount), amount, "{text}");
        }
    }

    #[test]
    fn whole_and_scientific_numbers_are_told_apart() {
        for (text, number) in
            [("2", Some(2)), ("2.0", Some(2)), ("２", Some(2)), ("2.5", None), ("two", None), ("", None)]
        {
            assert_eq!(quantity(text), number);
        }
        for (text, is) in [
            ("2.60841E+18", true),
            ("1.38e10", true),
            ("2E10", true),
            ("TEA-250", false),
            ("E2", false),
            ("2608411", false),
        ] {
            assert_eq!(is_scientific(text), is, "{text}");
        }
    }
}
