//! Time zones, and what a local time means on the days on which clocks are changed.

use chrono::{Days, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone};
use chrono_tz::Tz;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::domain::time::UtcTime;

/// A time zone of the IANA database: `Asia/Shanghai`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Zone(Tz);

/// No zone has ever been further from UTC than this, in hours.
const FURTHEST_HOURS: i64 = 16;

impl Zone {
    /// Reads a name of the database.
    ///
    /// # Errors
    /// A sentence that shows the text and the expected form.
    pub fn parse(text: &str) -> Result<Self, String> {
        text.trim().parse().map(Self).map_err(|_| {
            format!("{text:?} is no time zone; write a name of the IANA database such as Asia/Shanghai")
        })
    }

    /// The name in the database.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// Minutes east of UTC at a moment.
    pub fn offset_minutes(self, at: UtcTime) -> i32 {
        at.chrono().with_timezone(&self.0).offset().fix().local_minus_utc() / 60
    }

    /// What the clock on the wall shows at a moment.
    pub fn local(self, at: UtcTime) -> NaiveDateTime {
        at.chrono().with_timezone(&self.0).naive_local()
    }

    /// The moment at which the clock on the wall first shows a time.
    ///
    /// A time that is shown twice, because the clock was set back, means the first of the two; one that is never shown,
    /// because it was set forward, means the moment at which it was. So a later time never means an earlier moment.
    pub fn instant(self, local: NaiveDateTime) -> UtcTime {
        match self.0.from_local_datetime(&local) {
            MappedLocalTime::Single(there) | MappedLocalTime::Ambiguous(there, _) => {
                UtcTime::from(there.with_timezone(&chrono::Utc))
            }
            MappedLocalTime::None => self.after_gap(local),
        }
    }

    /// The moment at which a day begins.
    pub fn day_start(self, day: NaiveDate) -> UtcTime {
        self.instant(day.and_time(NaiveTime::MIN))
    }

    /// The day a moment belongs to: the last one that has begun.
    ///
    /// That is the date on the calendar, but for the hour in which a clock was set back over midnight: the new day
    /// has begun before, and does not begin anew.
    pub fn day_of(self, at: UtcTime) -> NaiveDate {
        let shown = self.local(at).date();
        match shown.checked_add_days(Days::new(1)) {
            Some(next) if self.day_start(next) <= at => next,
            _ => shown,
        }
    }

    /// The first moment at which the clock shows this time or a later one.
    fn after_gap(self, local: NaiveDateTime) -> UtcTime {
        let base = UtcTime::from(local);
        let hours = |hours| base.plus(chrono::Duration::hours(hours)).micros();
        let (mut before, mut reached) = (hours(-FURTHEST_HOURS), hours(FURTHEST_HOURS));
        while reached - before > 1 {
            let middle = before + (reached - before) / 2;
            match self.local(UtcTime::of_micros(middle)) >= local {
                true => reached = middle,
                false => before = middle,
            }
        }
        UtcTime::of_micros(reached)
    }
}

impl Default for Zone {
    /// China, which has one zone.
    fn default() -> Self {
        Self(Tz::Asia__Shanghai)
    }
}

impl std::fmt::Display for Zone {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.name())
    }
}

impl utoipa::ToSchema for Zone {}
impl utoipa::PartialSchema for Zone {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        crate::domain::schema::text()
            .description(Some("A name of the IANA time zone database."))
            .examples(["Asia/Shanghai"])
            .into()
    }
}

impl Serialize for Zone {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(from)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(zone: &str, local: &str, utc: &str) {
        let zone = Zone::parse(zone).expect(zone);
        let local = NaiveDateTime::parse_from_str(local, "%Y-%m-%d %H:%M").expect(local);
        assert_eq!(zone.instant(local).to_string(), utc, "{local} in {zone}");
    }

    #[test]
    fn a_local_time_means_one_moment_also_when_clocks_are_changed() {
        check("Asia/Shanghai", "2026-12-31 23:59", "2026-12-31T15:59:00Z");
        // Set forward: 02:00 becomes 03:00.
        check("Europe/Berlin", "2026-03-29 01:59", "2026-03-29T00:59:00Z");
        check("Europe/Berlin", "2026-03-29 02:30", "2026-03-29T01:00:00Z");
        check("Europe/Berlin", "2026-03-29 03:00", "2026-03-29T01:00:00Z");
        // Set back: 02:30 is shown twice.
        check("Europe/Berlin", "2026-10-25 02:30", "2026-10-25T00:30:00Z");
        check("Europe/Berlin", "2026-10-25 03:00", "2026-10-25T02:00:00Z");
        // A day that begins at one o'clock.
        check("Africa/Cairo", "2026-04-24 00:00", "2026-04-23T22:00:00Z");
        // A day that never was.
        check("Pacific/Apia", "2011-12-30 12:00", "2011-12-30T10:00:00Z");
        check("Pacific/Apia", "2011-12-31 00:00", "2011-12-30T10:00:00Z");
    }

    #[test]
    fn a_day_that_has_begun_does_not_begin_anew() {
        // At one minute past midnight the clock went back to one minute past eleven.
        let zone = Zone::parse("America/St_Johns").expect("a zone");
        let at = |text: &str| UtcTime::parse(text).expect(text);
        let days = ["2010-11-07T02:29:59Z", "2010-11-07T02:30:30Z", "2010-11-07T02:45:00Z"]
            .map(|text| zone.day_of(at(text)).to_string());
        assert_eq!(days, ["2010-11-06", "2010-11-07", "2010-11-07"]);
    }

    #[test]
    fn what_is_no_zone_is_refused_with_the_form() {
        let said = Zone::parse("Beijing").expect_err("no name of the database");
        assert!(said.contains("Asia/Shanghai"), "{said}");
    }
}
