//! The days on which a seller works: a week, and days that differ from it.

use std::collections::HashSet;

use chrono::{Datelike, Days, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

use crate::domain::error::FieldError;
use crate::domain::text_enum;

text_enum! {
    /// A day of the week.
    pub enum WeekDay("day of the week") {
        Monday = "mon",
        Tuesday = "tue",
        Wednesday = "wed",
        Thursday = "thu",
        Friday = "fri",
        Saturday = "sat",
        Sunday = "sun",
    }
}

impl From<Weekday> for WeekDay {
    fn from(day: Weekday) -> Self {
        match day {
            Weekday::Mon => Self::Monday,
            Weekday::Tue => Self::Tuesday,
            Weekday::Wed => Self::Wednesday,
            Weekday::Thu => Self::Thursday,
            Weekday::Fri => Self::Friday,
            Weekday::Sat => Self::Saturday,
            Weekday::Sun => Self::Sunday,
        }
    }
}

/// On which days parcels are packed. Without any word every day is worked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Calendar {
    /// At least one.
    pub working_days: Vec<WeekDay>,
    /// Holidays, and days off that are worked instead. Of several on one day the last one counts.
    pub exceptions: Vec<DaysApart>,
}

/// Days that differ from the week.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DaysApart {
    /// The first day, `2027-02-05`.
    #[serde(with = "date")]
    #[schema(value_type = String, format = Date)]
    pub from: NaiveDate,
    /// The last one.
    #[serde(with = "date")]
    #[schema(value_type = String, format = Date)]
    pub to: NaiveDate,
    /// Worked although the week says otherwise; without it, days off.
    #[serde(default)]
    pub works: bool,
    /// Why: `Spring Festival`.
    #[serde(default)]
    pub name: String,
}

/// So many exceptions are more than any year has; they stand in every judgement of an order.
const EXCEPTIONS_MAX: usize = 100;
/// Longest exception in days.
const APART_MAX_DAYS: i64 = 31;
/// Longest name of an exception, in characters.
const NAME_MAX: usize = 60;

impl Default for Calendar {
    fn default() -> Self {
        Self { working_days: WeekDay::ALL.to_vec(), exceptions: Vec::new() }
    }
}

impl Calendar {
    /// Whether parcels are packed on a day.
    pub fn works(&self, day: NaiveDate) -> bool {
        let apart = self.exceptions.iter().rev().find(|apart| (apart.from..=apart.to).contains(&day));
        apart.map_or_else(|| self.working_days.contains(&day.weekday().into()), |apart| apart.works)
    }

    /// The first working day after a day. A checked calendar always has one; at the end of time the day itself.
    pub fn next_after(&self, day: NaiveDate) -> NaiveDate {
        let mut next = day;
        while let Some(after) = next.checked_add_days(Days::new(1)) {
            if self.works(after) {
                return after;
            }
            next = after;
        }
        day
    }

    /// What no calendar can mean, all of it at once. `place` is where it stands in the request.
    pub fn check(&self, place: &str) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if self.working_days.is_empty() {
            let detail = "No day is worked; name at least one of mon, tue, wed, thu, fri, sat, sun";
            errors.push(FieldError::new(format!("{place}.working_days"), "required", detail));
        }
        let different: HashSet<&str> = self.working_days.iter().map(|day| day.as_str()).collect();
        if different.len() < self.working_days.len() {
            let detail = "A day is named twice; name each day once";
            errors.push(FieldError::new(format!("{place}.working_days"), "range", detail));
        }
        if self.exceptions.len() > EXCEPTIONS_MAX {
            let detail =
                format!("{} exceptions were named; name up to {EXCEPTIONS_MAX}", self.exceptions.len());
            errors.push(FieldError::new(format!("{place}.exceptions"), "range", detail));
        }
        for (at, apart) in self.exceptions.iter().enumerate() {
            let field = |name: &str| format!("{place}.exceptions[{at}].{name}");
            let days = (apart.to - apart.from).num_days() + 1;
            if !(1..=APART_MAX_DAYS).contains(&days) {
                let detail = format!(
                    "{} to {} are {days} days; write 1 to {APART_MAX_DAYS}, and longer ones in parts",
                    apart.from, apart.to
                );
                errors.push(FieldError::new(field("to"), "range", detail));
            }
            let length = apart.name.chars().count();
            if length > NAME_MAX || apart.name.chars().any(char::is_control) {
                let detail = format!("It has {length} characters; write up to {NAME_MAX} on one line");
                errors.push(FieldError::new(field("name"), "length", detail));
            }
        }
        errors
    }
}

/// Reads a day as people write it.
///
/// # Errors
/// A sentence that shows the text and the expected form.
pub fn parse_date(text: &str) -> Result<NaiveDate, String> {
    let read = NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d");
    // A calendar of people, not of stars: what lies further off is a slip of the pen.
    let near = read.ok().filter(|day| (1970..=2999).contains(&day.year()));
    near.ok_or_else(|| format!("{text:?} is no day; write it like 2027-02-05"))
}

mod date {
    use super::*;
    use serde::{Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(day: &NaiveDate, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(day)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<NaiveDate, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(from)?;
        parse_date(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        parse_date(text).expect(text)
    }

    fn spring() -> Calendar {
        let apart = |from: &str, to: &str, works| DaysApart {
            from: day(from),
            to: day(to),
            works,
            name: "Spring Festival".to_owned(),
        };
        Calendar {
            working_days: WeekDay::ALL[..5].to_vec(),
            exceptions: vec![
                apart("2027-02-05", "2027-02-11", false),
                apart("2027-02-14", "2027-02-14", true),
                apart("2027-02-10", "2027-02-10", true),
            ],
        }
    }

    #[test]
    fn a_day_is_worked_by_the_week_unless_it_stands_apart() {
        for (text, works) in [
            ("2027-02-03", true),  // a Wednesday
            ("2027-02-05", false), // a Friday of the festival
            ("2027-02-10", true),  // within it, and named again afterwards
            ("2027-02-13", false), // a Saturday
            ("2027-02-14", true),  // a Sunday that is worked instead
        ] {
            assert_eq!(spring().works(day(text)), works, "{text}");
        }
    }

    #[test]
    fn the_next_working_day_steps_over_days_off_and_years() {
        for (from, next) in [("2027-02-04", "2027-02-10"), ("2027-02-12", "2027-02-14")] {
            assert_eq!(spring().next_after(day(from)), day(next), "{from}");
        }
        assert_eq!(Calendar::default().next_after(day("2026-12-31")), day("2027-01-01"));
    }

    #[test]
    fn what_no_calendar_can_mean_is_named_at_once() {
        let mut wrong = spring();
        wrong.working_days.clear();
        wrong.exceptions[0].to = day("2027-02-01");
        wrong.exceptions[1].to = day("2027-04-01");
        wrong.exceptions[2].name = "x".repeat(61);
        let fields: Vec<String> = wrong.check("calendar").into_iter().map(|error| error.field).collect();
        assert_eq!(
            fields,
            [
                "calendar.working_days",
                "calendar.exceptions[0].to",
                "calendar.exceptions[1].to",
                "calendar.exceptions[2].name"
            ]
        );
        assert!(spring().check("calendar").is_empty());
    }
}
