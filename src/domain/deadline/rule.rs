//! A shop's own rule for when orders leave.

use serde::{Deserialize, Serialize};

use super::{Calendar, DayTime, Zone};
use crate::domain::error::FieldError;
use crate::domain::text_enum;
use crate::domain::time::UtcTime;

text_enum! {
    /// What a deadline is made of when the platform promised none.
    pub enum ShipRule("rule for deadlines") {
        /// So many hours after payment.
        Hours = "hours",
        /// Paid before the cut-off of a working day: that day; else the next working day.
        SameDay = "same_day",
    }
}

text_enum! {
    /// What days off do to hours.
    pub enum DaysOff("rule for days off") {
        /// Their hours count like any others, as platforms count.
        Count = "count",
        /// Their hours do not count.
        Skip = "skip",
    }
}

/// When orders of one shop have to leave. Absent settings have their defaults.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DeadlineSettings {
    /// `hours` takes `ship_within_hours`; `same_day` goes by the cut-offs.
    pub rule: ShipRule,
    pub days_off: DaysOff,
    /// How long before the deadline an alarm rings, in minutes.
    pub warn_minutes: i64,
    /// Paid before it, an order is packed the same day.
    pub payment_cut_off: DayTime,
    /// Until then the orders of a day are packed.
    pub packing_cut_off: DayTime,
    /// Until then the orders of a day are confirmed as shipped.
    pub confirm_cut_off: DayTime,
    /// Hours from a presale's first day to the deadline; `ship_within_hours` without.
    pub presale_within_hours: Option<i64>,
    /// Times in which another promise holds, such as sales days. Of several the last one counts.
    pub activities: Vec<Activity>,
    /// The shop's own time zone; the seller's without.
    pub time_zone: Option<Zone>,
    /// The shop's own working days; the seller's without.
    pub calendar: Option<Calendar>,
}

/// Orders paid within these times have so many hours.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Activity {
    /// What it is called: `Double 11`.
    #[serde(default)]
    pub name: String,
    /// Paid at or after this time,
    pub from: UtcTime,
    /// and before this time.
    pub to: UtcTime,
    /// Hours from payment, or from a presale's first day.
    pub ship_within_hours: i64,
}

impl Default for DeadlineSettings {
    fn default() -> Self {
        Self {
            rule: ShipRule::Hours,
            days_off: DaysOff::Count,
            warn_minutes: 180,
            payment_cut_off: DayTime::hour(16),
            packing_cut_off: DayTime::hour(17),
            confirm_cut_off: DayTime::hour(21),
            presale_within_hours: None,
            activities: Vec::new(),
            time_zone: None,
            calendar: None,
        }
    }
}

/// Longest promise in hours: a year. Longer presales carry their own promised day.
pub const WITHIN_MAX_HOURS: i64 = 8760;
/// Longest warning in minutes: a week.
const WARN_MAX_MINUTES: i64 = 7 * 24 * 60;
/// So many activities are more than a year has.
const ACTIVITIES_MAX: usize = 50;
/// Longest name of an activity, in characters.
const NAME_MAX: usize = 60;

impl DeadlineSettings {
    /// What no shop can mean, all of it at once. `place` is where they stand in the request.
    pub fn check(&self, place: &str) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let mut hold = |is_fine: bool, field: String, code: &'static str, detail: String| {
            if !is_fine {
                errors.push(FieldError::new(format!("{place}.{field}"), code, detail));
            }
        };
        let warn = self.warn_minutes;
        let detail = format!("{warn} is not within 0 to {WARN_MAX_MINUTES}");
        hold((0..=WARN_MAX_MINUTES).contains(&warn), "warn_minutes".to_owned(), "range", detail);
        let (paid, packed, confirmed) = (self.payment_cut_off, self.packing_cut_off, self.confirm_cut_off);
        let detail =
            format!("{packed} is before the cut-off of payments, {paid}; write that time or a later one");
        hold(packed >= paid, "packing_cut_off".to_owned(), "range", detail);
        let detail =
            format!("{confirmed} is before the cut-off of packing, {packed}; write that time or a later one");
        hold(confirmed >= packed, "confirm_cut_off".to_owned(), "range", detail);
        let within = |hours: i64| (1..=WITHIN_MAX_HOURS).contains(&hours);
        let said = |hours: i64| format!("{hours} is not within 1 to {WITHIN_MAX_HOURS}");
        if let Some(hours) = self.presale_within_hours {
            hold(within(hours), "presale_within_hours".to_owned(), "range", said(hours));
        }
        let count = self.activities.len();
        let detail = format!("{count} activities were named; name up to {ACTIVITIES_MAX}");
        hold(count <= ACTIVITIES_MAX, "activities".to_owned(), "range", detail);
        for (at, activity) in self.activities.iter().enumerate() {
            let hours = activity.ship_within_hours;
            let field = |name: &str| format!("activities[{at}].{name}");
            hold(within(hours), field("ship_within_hours"), "range", said(hours));
            let detail = format!("{} is not after {}; write a later time", activity.to, activity.from);
            hold(activity.to > activity.from, field("to"), "range", detail);
            let length = activity.name.chars().count();
            let is_name = length <= NAME_MAX && !activity.name.chars().any(char::is_control);
            let detail = format!("It has {length} characters; write up to {NAME_MAX} on one line");
            hold(is_name, field("name"), "length", detail);
        }
        if let Some(calendar) = &self.calendar {
            errors.extend(calendar.check(&format!("{place}.calendar")));
        }
        errors
    }
}

/// A shop's rule with the seller's days and zone where it has none of its own.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rule {
    pub within_hours: i64,
    pub settings: DeadlineSettings,
    pub zone: Zone,
    pub calendar: Calendar,
}

/// The times of the day of a warehouse; none where it names none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct House {
    /// Until when orders of the day are taken.
    pub order_cut_off: Option<DayTime>,
    /// When the drivers come.
    pub pickup_at: Option<DayTime>,
}

impl House {
    /// Whether it moves no deadline.
    pub fn is_silent(self) -> bool {
        self == Self::default()
    }

    /// The earlier of the times of both: an order that leaves from two warehouses keeps to both.
    pub fn and(self, other: Self) -> Self {
        let earlier = |a: Option<DayTime>, b: Option<DayTime>| a.into_iter().chain(b).min();
        Self {
            order_cut_off: earlier(self.order_cut_off, other.order_cut_off),
            pickup_at: earlier(self.pickup_at, other.pickup_at),
        }
    }
}

impl Rule {
    /// Puts a shop's rule together.
    pub fn new(within_hours: i64, settings: &DeadlineSettings, zone: Zone, calendar: &Calendar) -> Self {
        Self {
            within_hours,
            zone: settings.time_zone.unwrap_or(zone),
            calendar: settings.calendar.clone().unwrap_or_else(|| calendar.clone()),
            settings: settings.clone(),
        }
    }

    /// The rule for what leaves from a warehouse: its cut-offs where they are earlier than the shop's.
    pub fn at(&self, house: House) -> Self {
        let mut rule = self.clone();
        let earlier =
            |own: &mut DayTime, other: Option<DayTime>| *own = other.map_or(*own, |other| other.min(*own));
        earlier(&mut rule.settings.payment_cut_off, house.order_cut_off);
        earlier(&mut rule.settings.packing_cut_off, house.pickup_at);
        rule
    }

    /// Everything a deadline depends on besides the order, as one text: another text, other deadlines.
    ///
    /// The edition of the time zone database is part of it, so that a program with a newer one counts anew.
    pub fn text(&self) -> String {
        let rule = serde_json::to_string(self).expect("a rule is plain data");
        format!("1 {} {rule}", chrono_tz::IANA_TZDB_VERSION)
    }

    /// The activity in which an order was paid.
    pub fn activity(&self, paid_at: UtcTime) -> Option<&Activity> {
        self.settings.activities.iter().rev().find(|one| (one.from..one.to).contains(&paid_at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_shop_can_mean_is_named_at_once() {
        let wrong: DeadlineSettings = serde_json::from_str(
            r#"{"warn_minutes": -1, "packing_cut_off": "15:00", "confirm_cut_off": "14:00",
                "presale_within_hours": 0, "calendar": {"working_days": []},
                "activities": [{"from": "2026-11-11T00:00:00Z", "to": "2026-11-10T00:00:00Z", "ship_within_hours": 9000}]}"#,
        )
        .expect("well-formed");
        let fields: Vec<String> = wrong.check("deadline").into_iter().map(|error| error.field).collect();
        assert_eq!(
            fields,
            [
                "deadline.warn_minutes",
                "deadline.packing_cut_off",
                "deadline.confirm_cut_off",
                "deadline.presale_within_hours",
                "deadline.activities[0].ship_within_hours",
                "deadline.activities[0].to",
                "deadline.calendar.working_days",
            ]
        );
        assert!(DeadlineSettings::default().check("deadline").is_empty());
    }

    #[test]
    fn a_warehouse_moves_cut_offs_to_the_earlier_side_only() {
        let shop = Rule::new(48, &DeadlineSettings::default(), Zone::default(), &Calendar::default());
        let time = |text: &str| Some(DayTime::parse(text).expect(text));
        for (order_cut_off, pickup_at, payment, packing) in [
            (None, None, "16:00", "17:00"),
            (time("14:30"), None, "14:30", "17:00"),
            (time("18:00"), time("16:30"), "16:00", "16:30"),
        ] {
            let house = House { order_cut_off, pickup_at };
            let rule = shop.at(house).settings;
            let found = (rule.payment_cut_off.to_string(), rule.packing_cut_off.to_string());
            assert_eq!(found, (payment.to_owned(), packing.to_owned()), "{house:?}");
        }
        let (early, late) = (
            House { order_cut_off: time("12:00"), pickup_at: None },
            House { order_cut_off: time("15:00"), pickup_at: time("18:00") },
        );
        assert_eq!(early.and(late), House { order_cut_off: time("12:00"), pickup_at: time("18:00") });
        assert!(House::default().is_silent() && !late.is_silent());
    }

    #[test]
    fn another_rule_has_another_text() {
        let rule = |hours, zone: &str| {
            let zone = Zone::parse(zone).expect(zone);
            Rule::new(hours, &DeadlineSettings::default(), zone, &Calendar::default()).text()
        };
        assert_eq!(rule(48, "Asia/Shanghai"), rule(48, "Asia/Shanghai"));
        assert_ne!(rule(48, "Asia/Shanghai"), rule(24, "Asia/Shanghai"));
        assert_ne!(rule(48, "Asia/Shanghai"), rule(48, "Europe/Berlin"));
    }
}
