//! Tokens that platforms give for a seller's consent: when they are refreshed, and when somebody is told that they end.

use chrono::Duration;

use super::time::UtcTime;

/// A token of a longer life is refreshed so long before its end.
const AHEAD: Duration = Duration::hours(1);
/// Somebody is told at most so long before they have to consent anew.
const NOTICE: Duration = Duration::days(7);
/// Between two tries to refresh one token, at most and at least.
const REFRESH_PAUSE: Duration = Duration::minutes(5);
const REFRESH_PAUSE_LEAST: Duration = Duration::seconds(5);
/// A token this young is not refreshed because a call was refused: another key is at fault.
pub const FRESH_FOR: Duration = Duration::minutes(10);

/// What a platform says of the life of a token it gave.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Life {
    /// When the shop stops to accept it; `None` where it does not say.
    pub ends_at: Option<UtcTime>,
    /// It can be exchanged for a younger one.
    pub is_refreshable: bool,
    /// When that ends; `None` where it does not say.
    pub refreshable_until: Option<UtcTime>,
}

/// What follows from it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Terms {
    /// When it is to be refreshed; `None` where it cannot be, or need not.
    pub refresh_at: Option<UtcTime>,
    /// From then on a person has to consent anew; `None` where nobody says.
    pub linked_until: Option<UtcTime>,
    /// When somebody is to be told of that.
    pub warn_at: Option<UtcTime>,
}

impl Life {
    /// The terms of a token that was given just now: it is refreshed an hour before it ends, or at half of a life shorter
    /// than two; and somebody is told a week before its last end, or when three quarters of that time have passed.
    pub fn terms(&self, now: UtcTime) -> Terms {
        let span = |end: UtcTime| end.chrono() - now.chrono();
        let linked_until = if self.is_refreshable { self.refreshable_until } else { self.ends_at };
        Terms {
            refresh_at: self
                .ends_at
                .filter(|_| self.is_refreshable)
                .map(|end| end.plus(-AHEAD.min(span(end) / 2))),
            linked_until,
            warn_at: linked_until.map(|end| end.plus(-NOTICE.min(span(end) / 4))),
        }
    }
}

/// When a refresh that failed and may pass is tried again: in five minutes, and sooner for a token that ends sooner.
pub fn refresh_again_at(now: UtcTime, ends_at: Option<UtcTime>) -> UtcTime {
    let half = ends_at.map_or(REFRESH_PAUSE, |end| (end.chrono() - now.chrono()) / 2);
    now.plus(half.clamp(REFRESH_PAUSE_LEAST, REFRESH_PAUSE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_refreshed_and_their_end_is_told_in_time() {
        let now = UtcTime::parse("2026-11-20T00:00:00Z").expect("a time");
        let at = |text: &str| Some(UtcTime::parse(text).expect("a time"));
        let terms = |ends_at, is_refreshable, refreshable_until| {
            Life { ends_at, is_refreshable, refreshable_until }.terms(now)
        };
        // A week, refreshed for two: an hour ahead; told three and a half days before.
        assert_eq!(
            terms(at("2026-11-27T00:00:00Z"), true, at("2026-12-04T00:00:00Z")),
            Terms {
                refresh_at: at("2026-11-26T23:00:00Z"),
                linked_until: at("2026-12-04T00:00:00Z"),
                warn_at: at("2026-11-30T12:00:00Z"),
            }
        );
        // An hour, refreshed for ever.
        assert_eq!(
            terms(at("2026-11-20T01:00:00Z"), true, None),
            Terms { refresh_at: at("2026-11-20T00:30:00Z"), ..Terms::default() }
        );
        // A year, and that is all.
        assert_eq!(
            terms(at("2027-11-20T00:00:00Z"), false, None),
            Terms {
                refresh_at: None,
                linked_until: at("2027-11-20T00:00:00Z"),
                warn_at: at("2027-11-13T00:00:00Z"),
            }
        );
        assert_eq!(terms(None, true, None), Terms::default(), "what never ends is left alone");
    }

    #[test]
    fn a_refresh_that_failed_is_tried_again_before_the_token_ends() {
        let now = UtcTime::parse("2026-11-20T00:00:00Z").expect("a time");
        let after = |seconds: i64| now.plus(Duration::seconds(seconds));
        for (ends_in, expected) in [(3_600, 300), (60, 30), (4, 5), (-60, 5)] {
            assert_eq!(refresh_again_at(now, Some(after(ends_in))), after(expected), "{ends_in}");
        }
        assert_eq!(refresh_again_at(now, None), after(300));
    }
}
