//! What holds of every clock, whatever the shop's rule: tried with generated rules and payments around the moments at
//! which clocks are changed.

use proptest::prelude::*;

use super::calendar::{Calendar, DaysApart, WeekDay};
use super::clock::{Clock, Told, clock};
use super::rule::{DaysOff, DeadlineSettings, Rule, ShipRule};
use super::{DayTime, Zone};
use crate::domain::order::OrderKind;
use crate::domain::time::UtcTime;

/// Zones with gaps and folds: at two, at midnight, over midnight, of half an hour, and none.
const ZONES: [&str; 9] = [
    "Asia/Shanghai",
    "Europe/Berlin",
    "America/New_York",
    "Africa/Cairo",
    "America/Havana",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Asia/Kathmandu",
];

/// Days around which something happens: changes of clocks, the day Samoa left out, ends of years, a leap day.
const DAYS: [&str; 10] = [
    "2010-11-07T00:00:00Z",
    "2011-12-30T00:00:00Z",
    "2026-03-08T00:00:00Z",
    "2026-03-29T00:00:00Z",
    "2026-04-04T00:00:00Z",
    "2026-04-24T00:00:00Z",
    "2026-10-25T00:00:00Z",
    "2026-11-01T00:00:00Z",
    "2026-12-31T00:00:00Z",
    "2028-02-29T00:00:00Z",
];

fn moment() -> impl Strategy<Value = UtcTime> {
    (0..DAYS.len(), -36 * 60_i64..36 * 60, 0..60_i64).prop_map(|(day, minutes, seconds)| {
        let day = UtcTime::parse(DAYS[day]).expect("a moment");
        day.plus(chrono::Duration::seconds(minutes * 60 + seconds))
    })
}

fn time() -> impl Strategy<Value = DayTime> {
    (0..24_u32, 0..60_u32)
        .prop_map(|(hour, minute)| DayTime::parse(&format!("{hour:02}:{minute:02}")).expect("a time"))
}

fn rule() -> impl Strategy<Value = Rule> {
    let week = proptest::sample::subsequence(WeekDay::ALL.to_vec(), 1..=7);
    let apart = (0..DAYS.len(), -3..3_i64, 0..4_i64, any::<bool>()).prop_map(|(day, from, length, works)| {
        let day = UtcTime::parse(DAYS[day]).expect("a moment").naive().date();
        let from = day + chrono::Duration::days(from);
        DaysApart { from, to: from + chrono::Duration::days(length), works, name: String::new() }
    });
    let days = (week, proptest::collection::vec(apart, 0..3));
    let words = (any::<bool>(), any::<bool>(), 1..200_i64, 0..600_i64, 0..ZONES.len());
    (words, days, [time(), time(), time()]).prop_map(
        |((same_day, skip, hours, warn, zone), days, mut times)| {
            times.sort();
            let settings = DeadlineSettings {
                rule: if same_day { ShipRule::SameDay } else { ShipRule::Hours },
                days_off: if skip { DaysOff::Skip } else { DaysOff::Count },
                warn_minutes: warn,
                payment_cut_off: times[0],
                packing_cut_off: times[1],
                confirm_cut_off: times[2],
                ..DeadlineSettings::default()
            };
            let calendar = Calendar { working_days: days.0, exceptions: days.1 };
            let rule = Rule::new(hours, &settings, Zone::parse(ZONES[zone]).expect("a zone"), &calendar);
            assert!(settings.check("").is_empty() && calendar.check("").is_empty(), "a rule a shop can have");
            rule
        },
    )
}

fn paid(rule: &Rule, at: UtcTime, ship_from: Option<UtcTime>) -> Clock {
    let told = Told {
        kind: OrderKind::Normal,
        ordered_at: None,
        paid_at: Some(at),
        ship_from,
        promised: None,
        notice: None,
    };
    clock(rule, &told).expect("a paid order has a clock")
}

proptest! {
    #[test]
    fn who_pays_later_is_never_due_earlier(rule in rule(), a in moment(), b in moment(), from in proptest::option::of(moment())) {
        let (first, second) = (paid(&rule, a.min(b), from), paid(&rule, a.max(b), from));
        prop_assert!(first.due_at <= second.due_at, "{first:?} {second:?}");
        prop_assert!(first.pack_by <= second.pack_by, "{first:?} {second:?}");
    }

    #[test]
    fn nothing_is_due_before_it_is_paid(rule in rule(), at in moment(), from in proptest::option::of(moment())) {
        let clock = paid(&rule, at, from);
        let start = from.map_or(at, |from| from.max(at));
        prop_assert!(clock.due_at > start && clock.pack_by > start, "{clock:?} of {start}");
        prop_assert!(clock.pack_by <= clock.due_at && clock.warn_at <= clock.due_at, "{clock:?}");
    }

    #[test]
    fn hours_of_days_off_only_ever_add(rule in rule(), at in moment()) {
        let with = |days_off| {
            let mut rule = rule.clone();
            (rule.settings.rule, rule.settings.days_off) = (ShipRule::Hours, days_off);
            paid(&rule, at, None).due_at
        };
        let counted = at.plus(chrono::Duration::hours(rule.within_hours));
        prop_assert_eq!(with(DaysOff::Count), counted);
        prop_assert!(with(DaysOff::Skip) >= counted);
    }

    #[test]
    fn a_later_local_time_is_never_an_earlier_moment(zone in 0..ZONES.len(), a in moment(), minutes in 0..4000_i64) {
        let zone = Zone::parse(ZONES[zone]).expect("a zone");
        let (early, late) = (a.naive(), a.naive() + chrono::Duration::minutes(minutes));
        prop_assert!(zone.instant(early) <= zone.instant(late), "{early} {late} in {zone}");
    }

    #[test]
    fn a_moment_lies_within_its_day(zone in 0..ZONES.len(), at in moment()) {
        let zone = Zone::parse(ZONES[zone]).expect("a zone");
        let day = zone.day_of(at);
        let next = day.succ_opt().expect("no end of time");
        prop_assert!(zone.day_start(day) <= at && at < zone.day_start(next), "{at} on {day} in {zone}");
    }
}
