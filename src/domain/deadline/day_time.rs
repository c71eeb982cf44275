//! Times of the day by the clock on the wall.

use chrono::{NaiveTime, Timelike};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A time of the day in hours and minutes: `16:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DayTime(NaiveTime);

impl DayTime {
    /// A full hour of the day; beyond 23 it is the last.
    pub const fn hour(hour: u32) -> Self {
        let hour = if hour > 23 { 23 } else { hour };
        Self(NaiveTime::from_hms_opt(hour, 0, 0).expect("every hour up to 23 is a time"))
    }

    /// Reads `16:00`, from `00:00` to `23:59`.
    ///
    /// # Errors
    /// A sentence that shows the text and the expected form.
    pub fn parse(text: &str) -> Result<Self, String> {
        NaiveTime::parse_from_str(text.trim(), "%H:%M")
            .map(Self)
            .map_err(|_| format!("{text:?} is no time of the day; write it like 16:00"))
    }

    /// The same as chrono knows it.
    pub fn chrono(self) -> NaiveTime {
        self.0
    }
}

impl std::fmt::Display for DayTime {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{:02}:{:02}", self.0.hour(), self.0.minute())
    }
}

impl utoipa::ToSchema for DayTime {}
impl utoipa::PartialSchema for DayTime {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        crate::domain::schema::text().pattern(Some("^[0-2][0-9]:[0-5][0-9]$")).examples(["16:00"]).into()
    }
}

impl Serialize for DayTime {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DayTime {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(from)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_the_day_are_hours_and_minutes() {
        for (text, read) in [
            ("16:00", Some("16:00")),
            (" 7:05", Some("07:05")),
            ("00:00", Some("00:00")),
            ("24:00", None),
            ("16", None),
            ("4 pm", None),
        ] {
            assert_eq!(DayTime::parse(text).map(|time| time.to_string()).ok().as_deref(), read, "{text}");
        }
    }
}
