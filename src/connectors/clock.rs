//! The platform's clock, where ours is off: calls are signed with a time, and one that is minutes away is refused.
//!
//! Every answer says when it was given (`Date`). What that differs from our clock is kept for each shop while the program runs;
//! what was refused before anybody knew is done once more, from its beginning, since windows of time end by that clock, too.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Duration};

use super::link::CallError;
use super::parcel::ShipError;
use crate::domain::id::ShopId;
use crate::domain::time::UtcTime;

/// A smaller difference is how long calls took. Platforms take calls from clocks that are six to ten minutes off.
const NOTICED_S: i64 = 180;

/// How far a platform's clock is ahead of ours.
#[derive(Debug, Default)]
pub struct PlatformClock(AtomicI64);

impl PlatformClock {
    /// How far it is ahead; negative where it is behind.
    pub fn ahead(&self) -> Duration {
        Duration::seconds(self.0.load(Ordering::Relaxed))
    }

    /// Learns from a header `Date` that came when our clock showed `now`.
    pub fn hear(&self, date: &str, now: UtcTime) {
        let Ok(date) = DateTime::parse_from_rfc2822(date) else { return };
        let ahead_s = date.timestamp() - now.chrono().timestamp();
        self.0.store(if ahead_s.abs() < NOTICED_S { 0 } else { ahead_s }, Ordering::Relaxed);
    }

    /// Does something in the shop; and once more when the platform said no and has told that its clock is another than the call was made by.
    ///
    /// # Errors
    /// What the call, or the second one, answers.
    pub fn keep<T, E: Why>(&self, call: impl Fn() -> Result<T, E>) -> Result<T, E> {
        let before = self.ahead();
        match call() {
            Err(error)
                if error.why().is_some_and(CallError::is_refusal)
                    && (self.ahead() - before).num_seconds().abs() >= NOTICED_S =>
            {
                call()
            }
            answer => answer,
        }
    }
}

/// An error of a call.
pub trait Why {
    /// Why the platform was not asked; `None` where it may have done what was wished.
    fn why(&self) -> Option<&CallError>;
}

impl Why for CallError {
    fn why(&self) -> Option<&CallError> {
        Some(self)
    }
}

impl Why for ShipError {
    fn why(&self) -> Option<&CallError> {
        match self {
            Self::Unasked(error) => Some(error),
            Self::Refused(_) | Self::Unheard(_) => None,
        }
    }
}

impl CallError {
    /// Whether nothing was done, for sure.
    fn is_refusal(&self) -> bool {
        !matches!(self, Self::Throttled { .. } | Self::PlatformBusy(_))
    }
}

/// The clocks of all shops of this process.
#[derive(Debug, Default)]
pub struct Clocks(Mutex<HashMap<ShopId, Arc<PlatformClock>>>);

impl Clocks {
    /// The clock of a shop's platform.
    pub fn of(&self, shop: ShopId) -> Arc<PlatformClock> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(shop).or_default().clone()
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::time::Instant;

    use serde_json::Map;
    use ureq::http::header::{DATE, HeaderMap, HeaderValue};

    use super::*;
    use crate::connectors::http::{Answer, Http};
    use crate::connectors::link::Access;
    use crate::domain::shop::ShopSettings;

    #[test]
    fn a_clock_that_is_minutes_off_is_learnt_and_the_refused_call_made_again() {
        let (clock, now) = (PlatformClock::default(), UtcTime::of_millis(1_795_147_200_000));
        for (date, ahead_s) in [
            ("Fri, 20 Nov 2026 04:20:00 GMT", 1_200),
            ("Fri, 20 Nov 2026 04:02:00 GMT", 0),
            ("Fri, 20 Nov 2026 03:50:00 GMT", -600),
            ("no time", -600),
        ] {
            clock.hear(date, now);
            assert_eq!(clock.ahead().num_seconds(), ahead_s, "{date}");
        }
        let calls = Cell::new(0);
        let refused = |date: &'static str, error: CallError| {
            calls.set(0);
            clock.keep(|| {
                calls.set(calls.get() + 1);
                clock.hear(date, now);
                Err::<(), CallError>(error.clone())
            })
        };
        let skew = || CallError::ClockSkew("too late".to_owned());
        assert!(refused("Fri, 20 Nov 2026 04:20:00 GMT", skew()).is_err());
        assert_eq!(calls.get(), 2, "the second by the other clock");
        assert!(refused("Fri, 20 Nov 2026 04:20:00 GMT", skew()).is_err());
        assert_eq!(calls.get(), 1, "nothing new was learnt");
        assert!(refused("Fri, 20 Nov 2026 04:00:00 GMT", CallError::PlatformBusy("?".to_owned())).is_err());
        assert_eq!(calls.get(), 1, "it may have been done");
    }

    #[test]
    fn a_slow_shop_is_not_taken_for_one_with_another_clock() {
        let slow = std::time::Duration::from_secs(200);
        let began = Instant::now().checked_sub(slow).expect("a machine that runs for minutes");
        let (clock, now) = (PlatformClock::default(), UtcTime::of_millis(1_795_147_200_000));
        let (settings, credentials) = (ShopSettings::default(), Map::new());
        let http = Http::default();
        let access =
            Access { http: &http, settings: &settings, credentials: &credentials, now, began, clock: &clock };
        let date = HeaderValue::from_static("Fri, 20 Nov 2026 04:03:20 GMT");
        let headers = HeaderMap::from_iter([(DATE, date)]);
        access.heard(Answer { status: 200, headers, body: String::new() });
        assert_eq!(clock.ahead(), Duration::zero());
        assert!(
            access.its_now() >= now.plus(Duration::seconds(200)),
            "and its calls are signed with the present"
        );
    }
}
