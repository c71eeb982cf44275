//! One order's clock: when it is due, and for which day's packing it is.

use chrono::{Days, Duration};

use super::notice::Notice;
use super::rule::{DaysOff, Rule, ShipRule};
use crate::domain::order::OrderKind;
use crate::domain::text_enum;
use crate::domain::time::UtcTime;

text_enum! {
    /// What a deadline comes from.
    pub enum ClockSource("source of a deadline") {
        /// A person announced a delay.
        Notice = "notice",
        /// The platform promised it.
        Promise = "promise",
        /// The order was paid during an activity with another promise.
        Activity = "activity",
        /// So many hours after a presale's first day.
        Presale = "presale",
        /// The cut-offs of the day.
        SameDay = "same_day",
        /// So many hours after payment.
        Payment = "payment",
    }
}

/// What an order says of its time.
#[derive(Debug, Clone, Copy)]
pub struct Told {
    pub kind: OrderKind,
    pub ordered_at: Option<UtcTime>,
    pub paid_at: Option<UtcTime>,
    /// A presale's first day; before it nothing leaves.
    pub ship_from: Option<UtcTime>,
    /// The platform's promise.
    pub promised: Option<UtcTime>,
    /// The newest delay notice.
    pub notice: Option<Notice>,
}

/// An order's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    /// Before this moment the order has to leave.
    pub due_at: UtcTime,
    /// From then on little time is left.
    pub warn_at: UtcTime,
    /// The packing cut-off of the day for which it is.
    pub pack_by: UtcTime,
    pub source: ClockSource,
}

/// The clock of an order: a delay that was announced, the platform's promise, else the shop's rule.
///
/// `None` while nothing has been promised: the order is not paid, and not cash on delivery.
pub fn clock(rule: &Rule, told: &Told) -> Option<Clock> {
    let paid = match told.kind {
        OrderKind::Cod => told.paid_at.or(told.ordered_at),
        _ => told.paid_at,
    };
    let notice = told.notice.filter(|notice| notice.holds(told.promised));
    let (due_at, source) = match (notice, told.promised) {
        (Some(notice), _) => (notice.due_at, ClockSource::Notice),
        (None, Some(promised)) => (promised, ClockSource::Promise),
        (None, None) => by_rule(rule, paid?, told.ship_from),
    };
    let warning = Duration::minutes(rule.settings.warn_minutes);
    let pack_by = match paid {
        Some(paid) => day_end(rule, started(paid, told.ship_from), rule.settings.packing_cut_off),
        None => due_at,
    };
    Some(Clock { due_at, warn_at: due_at.plus(-warning), pack_by: pack_by.min(due_at), source })
}

/// From when the clock runs: a presale's first day, when that is after the payment.
fn started(paid: UtcTime, ship_from: Option<UtcTime>) -> UtcTime {
    ship_from.map_or(paid, |from| from.max(paid))
}

fn by_rule(rule: &Rule, paid: UtcTime, ship_from: Option<UtcTime>) -> (UtcTime, ClockSource) {
    let start = started(paid, ship_from);
    let is_presale = start > paid;
    if let Some(activity) = rule.activity(paid) {
        return (hours_after(rule, start, activity.ship_within_hours), ClockSource::Activity);
    }
    match (is_presale, rule.settings.presale_within_hours, rule.settings.rule) {
        (true, Some(hours), _) => (hours_after(rule, start, hours), ClockSource::Presale),
        (true, None, ShipRule::Hours) => (hours_after(rule, start, rule.within_hours), ClockSource::Presale),
        (false, _, ShipRule::Hours) => (hours_after(rule, start, rule.within_hours), ClockSource::Payment),
        (_, _, ShipRule::SameDay) => {
            (day_end(rule, start, rule.settings.confirm_cut_off), ClockSource::SameDay)
        }
    }
}

/// So many hours later, those of days off left out where they do not count.
fn hours_after(rule: &Rule, start: UtcTime, hours: i64) -> UtcTime {
    let mut left = Duration::hours(hours);
    if rule.settings.days_off == DaysOff::Count {
        return start.plus(left);
    }
    let (mut at, mut day) = (start, rule.zone.day_of(start));
    while let Some(next) = day.checked_add_days(Days::new(1)) {
        let end = rule.zone.day_start(next);
        if rule.calendar.works(day) {
            let room = end.chrono() - at.chrono();
            if room >= left {
                break;
            }
            left -= room;
        }
        (at, day) = (end, next);
    }
    at.plus(left)
}

/// A time on the day for which an order is: its own when that is worked and its cut-off has not passed, else the next
/// working day.
fn day_end(rule: &Rule, start: UtcTime, time: super::DayTime) -> UtcTime {
    let today = rule.zone.day_of(start);
    let at = |day: chrono::NaiveDate, time: super::DayTime| rule.zone.instant(day.and_time(time.chrono()));
    let is_today = rule.calendar.works(today) && start < at(today, rule.settings.payment_cut_off);
    let day = if is_today { today } else { rule.calendar.next_after(today) };
    at(day, time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::deadline::calendar::{Calendar, DaysApart, WeekDay, parse_date};
    use crate::domain::deadline::rule::{Activity, DeadlineSettings};
    use crate::domain::deadline::{DayTime, Zone};

    fn at(text: &str) -> UtcTime {
        UtcTime::parse(text).expect(text)
    }

    fn paid(text: &str) -> Told {
        Told {
            kind: OrderKind::Normal,
            ordered_at: Some(at("2026-01-01T00:00:00Z")),
            paid_at: Some(at(text)),
            ship_from: None,
            promised: None,
            notice: None,
        }
    }

    fn rule(zone: &str, change: impl FnOnce(&mut DeadlineSettings)) -> Rule {
        let mut settings = DeadlineSettings::default();
        change(&mut settings);
        Rule::new(48, &settings, Zone::parse(zone).expect(zone), &Calendar::default())
    }

    fn five_days() -> Calendar {
        Calendar { working_days: WeekDay::ALL[..5].to_vec(), exceptions: Vec::new() }
    }

    #[track_caller]
    fn check(rule: &Rule, told: &Told, due: &str, source: ClockSource) -> Clock {
        let clock = clock(rule, told).expect("a clock");
        assert_eq!((clock.due_at.to_string().as_str(), clock.source), (due, source), "{told:?}");
        clock
    }

    #[test]
    fn the_newest_word_counts() {
        let plain = rule("Asia/Shanghai", |_| {});
        let told = paid("2026-11-20T02:02:00Z");
        let clock = check(&plain, &told, "2026-11-22T02:02:00Z", ClockSource::Payment);
        assert_eq!(clock.warn_at, at("2026-11-21T23:02:00Z"));
        // Ten in the morning in Shanghai: packed by five in the afternoon.
        assert_eq!(clock.pack_by, at("2026-11-20T09:00:00Z"));

        let promised = Told { promised: Some(at("2026-11-20T12:00:00Z")), ..told };
        check(&plain, &promised, "2026-11-20T12:00:00Z", ClockSource::Promise);
        let notice = Notice { id: 7, due_at: at("2026-11-25T00:00:00Z"), promised_then: promised.promised };
        let delayed = Told { notice: Some(notice), ..promised };
        check(&plain, &delayed, "2026-11-25T00:00:00Z", ClockSource::Notice);
        // The platform moved its promise afterwards.
        let moved = Told { promised: Some(at("2026-11-26T00:00:00Z")), ..delayed };
        check(&plain, &moved, "2026-11-26T00:00:00Z", ClockSource::Promise);
    }

    #[test]
    fn without_a_payment_only_cash_on_delivery_runs() {
        let plain = rule("Asia/Shanghai", |_| {});
        let unpaid = Told { paid_at: None, ..paid("2026-11-20T00:00:00Z") };
        assert_eq!(clock(&plain, &unpaid), None);
        let cod = Told { kind: OrderKind::Cod, ..unpaid };
        check(&plain, &cod, "2026-01-03T00:00:00Z", ClockSource::Payment);
    }

    #[test]
    fn presales_begin_on_their_first_day_and_activities_have_their_own_hours() {
        let presale = Told { ship_from: Some(at("2026-12-01T00:00:00Z")), ..paid("2026-11-20T00:00:00Z") };
        check(&rule("Asia/Shanghai", |_| {}), &presale, "2026-12-03T00:00:00Z", ClockSource::Presale);
        let longer = rule("Asia/Shanghai", |settings| settings.presale_within_hours = Some(120));
        check(&longer, &presale, "2026-12-06T00:00:00Z", ClockSource::Presale);
        let past = Told { ship_from: Some(at("2026-11-01T00:00:00Z")), ..paid("2026-11-20T00:00:00Z") };
        check(&longer, &past, "2026-11-22T00:00:00Z", ClockSource::Payment);

        let sale = rule("Asia/Shanghai", |settings| {
            settings.activities = vec![Activity {
                name: "Double 11".to_owned(),
                from: at("2026-11-10T16:00:00Z"),
                to: at("2026-11-11T16:00:00Z"),
                ship_within_hours: 96,
            }];
        });
        check(&sale, &paid("2026-11-10T15:59:59Z"), "2026-11-12T15:59:59Z", ClockSource::Payment);
        check(&sale, &paid("2026-11-10T16:00:00Z"), "2026-11-14T16:00:00Z", ClockSource::Activity);
        check(&sale, &paid("2026-11-11T16:00:00Z"), "2026-11-13T16:00:00Z", ClockSource::Payment);
    }

    #[test]
    fn same_day_goes_by_the_cut_offs_and_the_working_days() {
        let mut same_day = rule("Asia/Shanghai", |settings| settings.rule = ShipRule::SameDay);
        // A minute before four in Shanghai, and four itself.
        check(&same_day, &paid("2026-11-20T07:59:00Z"), "2026-11-20T13:00:00Z", ClockSource::SameDay);
        let late =
            check(&same_day, &paid("2026-11-20T08:00:00Z"), "2026-11-21T13:00:00Z", ClockSource::SameDay);
        assert_eq!(late.pack_by, at("2026-11-21T09:00:00Z"));
        // The end of the year.
        check(&same_day, &paid("2026-12-31T08:00:00Z"), "2027-01-01T13:00:00Z", ClockSource::SameDay);
        // A Friday evening, and a Saturday morning.
        same_day.calendar = five_days();
        check(&same_day, &paid("2026-11-20T09:00:00Z"), "2026-11-23T13:00:00Z", ClockSource::SameDay);
        check(&same_day, &paid("2026-11-21T01:00:00Z"), "2026-11-23T13:00:00Z", ClockSource::SameDay);
        // A Sunday that is worked instead.
        let sunday = parse_date("2026-11-22").expect("a day");
        let apart = DaysApart { from: sunday, to: sunday, works: true, name: String::new() };
        same_day.calendar.exceptions.push(apart);
        check(&same_day, &paid("2026-11-21T01:00:00Z"), "2026-11-22T13:00:00Z", ClockSource::SameDay);
    }

    #[test]
    fn hours_of_days_off_count_or_do_not() {
        let friday = paid("2026-11-20T10:00:00Z");
        let mut skip = rule("Asia/Shanghai", |settings| settings.days_off = DaysOff::Skip);
        check(&skip, &friday, "2026-11-22T10:00:00Z", ClockSource::Payment);
        skip.calendar = five_days();
        // Six hours of Friday, all of Monday, eighteen of Tuesday.
        check(&skip, &friday, "2026-11-24T10:00:00Z", ClockSource::Payment);
        // Paid on a Sunday, it begins on Monday.
        check(&skip, &paid("2026-11-22T10:00:00Z"), "2026-11-24T16:00:00Z", ClockSource::Payment);
        let mut count = rule("Asia/Shanghai", |_| {});
        count.calendar = five_days();
        check(&count, &friday, "2026-11-22T10:00:00Z", ClockSource::Payment);
    }

    #[test]
    fn changed_clocks_move_cut_offs_and_never_hours() {
        let berlin = rule("Europe/Berlin", |_| {});
        check(&berlin, &paid("2026-03-28T12:00:00Z"), "2026-03-30T12:00:00Z", ClockSource::Payment);
        let same_day = rule("Europe/Berlin", |settings| settings.rule = ShipRule::SameDay);
        // 21:00 is 20:00 UTC before the change and 19:00 after it.
        check(&same_day, &paid("2026-03-28T12:00:00Z"), "2026-03-28T20:00:00Z", ClockSource::SameDay);
        check(&same_day, &paid("2026-03-29T12:00:00Z"), "2026-03-29T19:00:00Z", ClockSource::SameDay);
        // A cut-off in the hour that is shown twice: the first of the two counts.
        let fold = rule("Europe/Berlin", |settings| {
            settings.rule = ShipRule::SameDay;
            settings.payment_cut_off = DayTime::parse("02:30").expect("a time");
        });
        check(&fold, &paid("2026-10-25T00:29:00Z"), "2026-10-25T20:00:00Z", ClockSource::SameDay);
        check(&fold, &paid("2026-10-25T01:29:00Z"), "2026-10-26T20:00:00Z", ClockSource::SameDay);
        // And in the hour that is never shown: the moment of the change.
        check(&fold, &paid("2026-03-29T00:59:59Z"), "2026-03-29T19:00:00Z", ClockSource::SameDay);
        check(&fold, &paid("2026-03-29T01:00:00Z"), "2026-03-30T19:00:00Z", ClockSource::SameDay);
        // A day of 23 hours that does not count, and one that does.
        let mut skip = rule("Europe/Berlin", |settings| settings.days_off = DaysOff::Skip);
        skip.calendar = five_days();
        check(&skip, &paid("2026-03-27T11:00:00Z"), "2026-03-31T10:00:00Z", ClockSource::Payment);
    }
}
