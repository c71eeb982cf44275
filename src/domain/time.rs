//! Moments in UTC with microseconds, the finest that both databases keep.

use std::sync::Arc;

use chrono::{DateTime, Duration, NaiveDateTime, SubsecRound, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A moment in UTC, truncated to microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UtcTime(DateTime<Utc>);

/// Where `now` comes from. Tests bring their own.
pub type Clock = Arc<dyn Fn() -> UtcTime + Send + Sync>;

impl UtcTime {
    /// The moment on the machine's clock. Only edges call this; rules receive `now`.
    pub fn now() -> Self {
        Self::from(Utc::now())
    }

    /// Reads RFC 3339 with any offset: `2026-11-20T10:11:09+08:00`.
    ///
    /// # Errors
    /// A sentence that shows the text and the expected form.
    pub fn parse(text: &str) -> Result<Self, String> {
        DateTime::parse_from_rfc3339(text.trim())
            .map(|moment| Self::from(moment.with_timezone(&Utc)))
            .map_err(|_| format!("{text:?} is no time; write it like 2026-11-20T02:11:09Z"))
    }

    /// The moment so many milliseconds after 1970, held at the ends of the calendar.
    pub fn of_millis(millis: i64) -> Self {
        let end = if millis < 0 { DateTime::<Utc>::MIN_UTC } else { DateTime::<Utc>::MAX_UTC };
        Self::from(DateTime::from_timestamp_millis(millis).unwrap_or(end))
    }

    /// The moment so many microseconds after 1970, held at the ends of the calendar.
    pub fn of_micros(micros: i64) -> Self {
        let end = if micros < 0 { DateTime::<Utc>::MIN_UTC } else { DateTime::<Utc>::MAX_UTC };
        Self::from(DateTime::from_timestamp_micros(micros).unwrap_or(end))
    }

    /// Microseconds since 1970.
    pub fn micros(self) -> i64 {
        self.0.timestamp_micros()
    }

    /// The moment without its zone, which is UTC: what the databases store.
    pub fn naive(self) -> NaiveDateTime {
        self.0.naive_utc()
    }

    /// The same moment as chrono knows it.
    pub fn chrono(self) -> DateTime<Utc> {
        self.0
    }

    /// The end of the year 9999: where nothing promises a day, in columns that sort by it.
    pub fn never() -> Self {
        let end = chrono::NaiveDate::from_ymd_opt(9999, 12, 31).expect("a day of the calendar");
        Self::from(end.and_time(chrono::NaiveTime::MIN))
    }

    /// This moment and a span after it, held at the ends of the calendar.
    pub fn plus(self, span: Duration) -> Self {
        Self(self.0.checked_add_signed(span).unwrap_or(if span < Duration::zero() {
            DateTime::<Utc>::MIN_UTC
        } else {
            DateTime::<Utc>::MAX_UTC
        }))
    }
}

impl From<DateTime<Utc>> for UtcTime {
    fn from(moment: DateTime<Utc>) -> Self {
        Self(moment.trunc_subsecs(6))
    }
}

impl From<NaiveDateTime> for UtcTime {
    fn from(moment: NaiveDateTime) -> Self {
        Self::from(moment.and_utc())
    }
}

impl std::fmt::Display for UtcTime {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.0.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
    }
}

impl utoipa::ToSchema for UtcTime {}
impl utoipa::PartialSchema for UtcTime {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        super::schema::text()
            .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(utoipa::openapi::KnownFormat::DateTime)))
            .examples(["2026-11-20T02:11:09Z"])
            .into()
    }
}

impl Serialize for UtcTime {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for UtcTime {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(from)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}
