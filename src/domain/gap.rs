//! Gaps: days of which a platform counts more orders than are here.
//!
//! Fewer there than here is no gap: shops delete orders, and some platforms forget old ones.

use serde::{Deserialize, Serialize};

use super::time::UtcTime;

/// A day of which a platform counts more orders than are here, or did before they were read again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// When the day began by the shop's clock.
    pub from: UtcTime,
    /// Where it ended, or how far it was counted; not within.
    pub until: UtcTime,
    /// How many orders the platform counts.
    pub theirs: i64,
    /// How many were here when the gap was found.
    pub ours_before: i64,
    /// How many are here.
    pub ours: i64,
    /// Somebody was told of it.
    pub is_told: bool,
}

impl Gap {
    /// How many orders are missing.
    pub fn missing(&self) -> i64 {
        (self.theirs - self.ours).max(0)
    }
}

/// A day as both sides counted it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    pub from: UtcTime,
    pub until: UtcTime,
    pub theirs: i64,
    pub ours: i64,
}

/// The days by the shop's clock from the first that begins at or after `since`; the last ends at `until`.
pub fn days(since: UtcTime, until: UtcTime, utc_offset_minutes: i32) -> Vec<(UtcTime, UtcTime)> {
    const DAY_S: i64 = 86_400;
    let offset_s = i64::from(utc_offset_minutes) * 60;
    let at = |second: i64| UtcTime::of_millis(second.saturating_mul(1_000));
    let (since_s, until_s) = (since.chrono().timestamp() + offset_s, until.chrono().timestamp() + offset_s);
    let first = (since_s + DAY_S - 1).div_euclid(DAY_S);
    (first..)
        .map(|day| (day * DAY_S, ((day + 1) * DAY_S).min(until_s)))
        .take_while(|(from, until)| from < until)
        .map(|(from, until)| (at(from - offset_s), at(until - offset_s)))
        .collect()
}

/// The gaps of these days. What was known of a gap nobody has been told of is kept, also where a try that was cut off has
/// closed it since; one that has grown is told again.
pub fn found(known: &[Gap], counted: &[Counted]) -> Vec<Gap> {
    let gap = |day: &Counted| {
        let Counted { from, until, theirs, ours } = *day;
        let old = known.iter().find(|gap| gap.from == from);
        let is_told = old.is_some_and(|old| old.is_told && theirs - ours <= old.missing());
        let ours_before = old.filter(|old| !old.is_told).map_or(ours, |old| old.ours_before);
        let gap = Gap { from, until, theirs, ours_before, ours, is_told };
        (gap.missing() > 0 || old.is_some_and(|old| !old.is_told)).then_some(gap)
    };
    counted.iter().filter_map(gap).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> UtcTime {
        UtcTime::parse(text).expect("a time")
    }

    #[test]
    fn days_begin_at_midnight_of_the_shop_and_the_last_is_cut() {
        let days = days(at("2026-11-17T16:00:01Z"), at("2026-11-20T02:00:00Z"), 480);
        let shown: Vec<String> = days.iter().map(|(from, until)| format!("{from} {until}")).collect();
        assert_eq!(
            shown,
            ["2026-11-18T16:00:00Z 2026-11-19T16:00:00Z", "2026-11-19T16:00:00Z 2026-11-20T02:00:00Z"]
        );
        let whole = super::days(at("2026-11-18T05:00:00Z"), at("2026-11-19T05:00:00Z"), -300);
        assert_eq!(whole, [(at("2026-11-18T05:00:00Z"), at("2026-11-19T05:00:00Z"))]);
        assert!(super::days(at("2026-11-18T05:00:00Z"), at("2026-11-18T05:00:00Z"), -300).is_empty());
    }

    #[test]
    fn a_gap_is_told_once_and_again_when_it_grows() {
        let (from, until) = (at("2026-11-18T16:00:00Z"), at("2026-11-19T16:00:00Z"));
        let day = |theirs, ours| Counted { from, until, theirs, ours };
        let told = Gap { from, until, theirs: 9, ours_before: 7, ours: 8, is_told: true };
        let again = |known: &Gap, day| {
            let gaps = found(std::slice::from_ref(known), &[day]);
            gaps.first().map(|gap| (gap.theirs, gap.ours_before, gap.ours, gap.is_told))
        };
        assert_eq!(found(&[], &[day(9, 9), day(8, 9)]), []);
        assert_eq!(again(&told, day(9, 8)), Some((9, 8, 8, true)));
        assert_eq!(again(&told, day(10, 8)), Some((10, 8, 8, false)), "it has grown");
        assert_eq!(again(&told, day(9, 9)), None);
        let untold = Gap { is_told: false, ..told };
        assert_eq!(again(&untold, day(9, 9)), Some((9, 7, 9, false)), "closed by a try that was cut off");
    }
}
