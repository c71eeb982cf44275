//! How far a clock is.

use super::clock::Clock;
use crate::domain::text_enum;
use crate::domain::time::UtcTime;

text_enum! {
    /// How far an order's clock is.
    pub enum Stage("stage of a deadline") {
        /// There is time.
        Running = "running",
        /// Little is left: an alarm.
        Warn = "warn",
        /// None is left: an alarm.
        Overdue = "overdue",
        ShippedInTime = "shipped_in_time",
        ShippedLate = "shipped_late",
        /// It stopped for another reason: closed, or shipped elsewhere at a time nobody knows.
        Ended = "ended",
    }
}

impl Stage {
    /// The clock still runs.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Running | Self::Warn | Self::Overdue)
    }
}

/// What became of the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It has not left.
    Open,
    /// Its last parcel left then.
    Left(UtcTime),
    /// Nothing leaves here any more.
    Void,
}

impl Clock {
    /// The stage at a moment.
    pub fn stage(&self, end: End, now: UtcTime) -> Stage {
        match end {
            End::Void => Stage::Ended,
            End::Left(at) if at < self.due_at => Stage::ShippedInTime,
            End::Left(_) => Stage::ShippedLate,
            End::Open if now >= self.due_at => Stage::Overdue,
            End::Open if now >= self.warn_at => Stage::Warn,
            End::Open => Stage::Running,
        }
    }

    /// When to ring: the beginning of the present stage when it rings, else of the next one; nothing at rest.
    ///
    /// A moment that has passed is wanted: whoever looks for what is to ring finds it at once, and learns from the
    /// alarms whether it has rung already.
    pub fn rings_at(&self, stage: Stage) -> Option<UtcTime> {
        match stage {
            Stage::Running | Stage::Warn => Some(self.warn_at.min(self.due_at)),
            Stage::Overdue => Some(self.due_at),
            Stage::ShippedInTime | Stage::ShippedLate | Stage::Ended => None,
        }
    }

    /// When the clock rings next after it has rung in a stage.
    pub fn rings_after(&self, stage: Stage) -> Option<UtcTime> {
        match stage {
            Stage::Running => self.rings_at(stage),
            Stage::Warn => Some(self.due_at),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::deadline::ClockSource;

    fn at(text: &str) -> UtcTime {
        UtcTime::parse(text).expect(text)
    }

    #[test]
    fn a_clock_warns_is_overdue_and_stops_when_the_order_has_left() {
        let clock = Clock {
            due_at: at("2026-11-22T02:00:00Z"),
            warn_at: at("2026-11-21T23:00:00Z"),
            pack_by: at("2026-11-20T09:00:00Z"),
            source: ClockSource::Payment,
        };
        let early = at("2026-11-20T00:00:00Z");
        for (end, now, stage) in [
            (End::Open, early, Stage::Running),
            (End::Open, at("2026-11-21T22:59:59Z"), Stage::Running),
            (End::Open, at("2026-11-21T23:00:00Z"), Stage::Warn),
            (End::Open, at("2026-11-22T01:59:59Z"), Stage::Warn),
            (End::Open, at("2026-11-22T02:00:00Z"), Stage::Overdue),
            (End::Left(at("2026-11-22T01:59:59Z")), early, Stage::ShippedInTime),
            // What is open at that moment is overdue, so what leaves then is late.
            (End::Left(clock.due_at), early, Stage::ShippedLate),
            (End::Void, at("2026-11-23T00:00:00Z"), Stage::Ended),
        ] {
            assert_eq!(clock.stage(end, now), stage, "{end:?} at {now}");
        }
        assert_eq!(clock.rings_at(Stage::Running), Some(clock.warn_at));
        assert_eq!(clock.rings_after(Stage::Warn), Some(clock.due_at));
        assert_eq!((clock.rings_after(Stage::Overdue), clock.rings_at(Stage::ShippedLate)), (None, None));
    }
}
