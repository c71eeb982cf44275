//! From which day to which something holds: prices, notices of carriers.
//!
//! Days are those of the seller's time zone, both ends included. As texts they compare like the days themselves.

use chrono::NaiveDate;

use super::error::FieldError;

/// From the first to the last day; an open end has no limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Validity {
    pub from: Option<NaiveDate>,
    pub until: Option<NaiveDate>,
}

impl Validity {
    /// Reads two ISO days; an empty one is an open end.
    ///
    /// # Errors
    /// The field that is no day, or both when the first day comes after the last.
    pub fn parse(from: &str, until: &str) -> Result<Self, FieldError> {
        let read = |field: &'static str, text: &str| match text.trim() {
            "" => Ok(None),
            text => day(text).map(Some).map_err(|detail| FieldError::new(field, "bad_date", detail)),
        };
        let found = Self { from: read("valid_from", from)?, until: read("valid_until", until)? };
        match (found.from, found.until) {
            (Some(first), Some(last)) if last < first => {
                let detail = format!("{last} comes before {first}; write the last day on which it holds");
                Err(FieldError::new("valid_until", "range", detail))
            }
            _ => Ok(found),
        }
    }

    /// Whether it holds on a day.
    pub fn holds(&self, day: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day <= until)
    }

    /// The next day after `day` on which it begins or no longer holds.
    pub fn turns_after(&self, day: NaiveDate) -> Option<NaiveDate> {
        let ended = self.until.and_then(|until| until.succ_opt());
        [self.from, ended].into_iter().flatten().filter(|turn| *turn > day).min()
    }

    /// The two days as the record keeps them; empty for an open end.
    pub fn texts(&self) -> (String, String) {
        let text = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
        (text(self.from), text(self.until))
    }
}

impl std::fmt::Display for Validity {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (from, until) = self.texts();
        write!(out, "{from} – {until}")
    }
}

/// A day as people and spreadsheets write it: `2026-02-10`, `2026/2/10`, `2026.02.10`, `2026年2月10日`; a time behind it is
/// passed over.
///
/// # Errors
/// A sentence that shows the text.
pub fn day(text: &str) -> Result<NaiveDate, String> {
    let digits: String =
        text.trim().chars().map(|c| if matches!(c, '/' | '.' | '年' | '月') { '-' } else { c }).collect();
    let first = digits.split(['日', ' ', 'T']).next().unwrap_or_default();
    NaiveDate::parse_from_str(first, "%Y-%m-%d")
        .ok()
        .filter(|day| (2000..2200).contains(&chrono::Datelike::year(day)))
        .ok_or_else(|| format!("{text:?} is no day; write it like 2026-02-10"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(text: &str) -> NaiveDate {
        day(text).expect(text)
    }

    #[test]
    fn days_are_read_as_people_write_them() {
        for text in ["2026-02-10", "2026/2/10", "2026.02.10", "2026年2月10日", "2026-02-10 00:00:00"] {
            assert_eq!(on(text).to_string(), "2026-02-10", "{text}");
        }
        for text in ["", "tomorrow", "2026-02-30", "26-02-10", "10/02/2026"] {
            assert!(day(text).expect_err(text).contains(text));
        }
    }

    #[test]
    fn both_ends_are_included_and_each_is_a_turn() {
        let span = Validity::parse("2026-02-10", "2026-02-20").expect("a span");
        for (day, holds, turn) in [
            ("2026-02-09", false, Some("2026-02-10")),
            ("2026-02-10", true, Some("2026-02-21")),
            ("2026-02-20", true, Some("2026-02-21")),
            ("2026-02-21", false, None),
        ] {
            assert_eq!((span.holds(on(day)), span.turns_after(on(day))), (holds, turn.map(on)), "{day}");
        }
        let open = Validity::default();
        assert!(open.holds(on("2026-02-10")));
        assert_eq!(open.turns_after(on("2026-02-10")), None);
        assert_eq!(
            Validity::parse("2026-02-20", "2026-02-10").expect_err("turned round").field,
            "valid_until"
        );
        assert_eq!(Validity::parse("x", "").expect_err("no day").field, "valid_from");
    }
}
