//! Times as platforms of China write them: whole seconds, without a zone, in China's.

use chrono::{DateTime, FixedOffset, NaiveDateTime, TimeZone};

use crate::domain::time::UtcTime;

const FORM: &str = "%Y-%m-%d %H:%M:%S";

fn zone() -> FixedOffset {
    FixedOffset::east_opt(8 * 3600).expect("eight hours are less than a day")
}

/// Seconds since 1970 as `2026-11-20 12:00:00`.
pub fn time(seconds: i64) -> String {
    let moment = DateTime::from_timestamp(seconds, 0).unwrap_or_default();
    moment.with_timezone(&zone()).format(FORM).to_string()
}

/// Reads what [`time`] writes.
///
/// # Errors
/// A sentence that shows the text.
pub fn read_time(text: &str) -> Result<UtcTime, String> {
    let naive = NaiveDateTime::parse_from_str(text.trim(), FORM);
    let moment = naive.ok().and_then(|naive| zone().from_local_datetime(&naive).single());
    moment.map(|moment| UtcTime::from(moment.to_utc())).ok_or_else(|| format!("{text:?} is no time"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_china() {
        assert_eq!(time(1_451_620_800), "2016-01-01 12:00:00");
        let read = read_time("2016-01-01 12:00:00").expect("a time");
        assert_eq!(read, UtcTime::of_millis(1_451_620_800_000));
        assert!(read_time("2016-01-01").is_err());
    }
}
