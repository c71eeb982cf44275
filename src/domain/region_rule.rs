//! What carriers announce for regions: not served, dearer, slower, from one day to another.
//!
//! The calendars of the Spring Festival and of sales peaks come as such notices, and so do closures of an epidemic or
//! a flood. A rule names its region by digits of GB/T 2260, so it covers everything below it.

use chrono::NaiveDate;

use super::region;
use super::text_enum;
use super::validity::Validity;

text_enum! {
    /// What a notice says.
    pub enum RegionEffect("effect of a region rule") {
        /// Parcels are not taken.
        Closed = "closed",
        /// Each parcel costs more.
        Surcharge = "surcharge",
        /// Parcels take longer.
        Slow = "slow",
    }
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegionRule {
    /// Empty for every carrier.
    pub carrier: String,
    /// Code of a service; empty for all of the carrier.
    pub service: String,
    /// Digits of GB/T 2260 without zeros behind them; empty for everywhere.
    pub region: String,
    pub effect: RegionEffect,
    /// Of a surcharge, in minor units of the service's currency.
    pub amount: i64,
    /// Of a slow region, days beyond the usual ones.
    pub days: i64,
    pub validity: Validity,
    pub note: String,
}

/// What all rules together say of a service, a region and a day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RegionSays {
    /// The note of the rule that closes it, with its days.
    pub closed: Option<String>,
    /// Sum of all surcharges.
    pub surcharge: i64,
    /// Most additional days of any rule.
    pub days: i64,
}

impl RegionRule {
    /// Whether it is about this region of this carrier's service, on whatever day. An empty carrier of a parcel is met by
    /// rules for every carrier alone.
    pub fn covers(&self, carrier: &str, service: &str, code: &str) -> bool {
        (self.carrier.is_empty() || self.carrier == carrier)
            && (self.service.is_empty() || self.service == service)
            && (self.region.is_empty() || region::is_within(code, &self.region))
    }
}

/// What the rules say together.
pub fn says(rules: &[RegionRule], carrier: &str, service: &str, code: &str, on: NaiveDate) -> RegionSays {
    let mut found = RegionSays::default();
    let meant = |rule: &&RegionRule| rule.covers(carrier, service, code) && rule.validity.holds(on);
    for rule in rules.iter().filter(meant) {
        match rule.effect {
            RegionEffect::Closed if found.closed.is_none() => found.closed = Some(told(rule)),
            RegionEffect::Closed => {}
            RegionEffect::Surcharge => found.surcharge = found.surcharge.saturating_add(rule.amount),
            RegionEffect::Slow => found.days = found.days.max(rule.days),
        }
    }
    found
}

/// Where, until when and why, for the sentence of a reason.
fn told(rule: &RegionRule) -> String {
    let place = region::name_of(&rule.region).map(|found| {
        let names = [found.province, found.city, found.district];
        names.into_iter().rfind(|name| !name.is_empty()).unwrap_or_default()
    });
    let days = (rule.validity != Validity::default()).then(|| rule.validity.to_string());
    let note = Some(rule.note.clone()).filter(|note| !note.is_empty());
    [place, days, note].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// The next day after `on` on which any rule for this region begins or ends, whichever carrier it is about.
pub fn turns_after(rules: &[RegionRule], code: &str, on: NaiveDate) -> Option<NaiveDate> {
    let about = |rule: &&RegionRule| rule.region.is_empty() || region::is_within(code, &rule.region);
    rules.iter().filter(about).filter_map(|rule| rule.validity.turns_after(on)).min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::validity::day;

    fn rule(carrier: &str, service: &str, place: &str, effect: RegionEffect) -> RegionRule {
        RegionRule {
            carrier: carrier.into(),
            service: service.into(),
            region: place.into(),
            effect,
            amount: 300,
            days: 2,
            validity: Validity::parse("2026-02-10", "2026-02-20").expect("a span"),
            note: "春节停发".into(),
        }
    }

    #[test]
    fn a_rule_covers_its_carrier_service_region_and_days() {
        let closed = rule("zto", "zto-std", "65", RegionEffect::Closed);
        for (carrier, service, code, on, expected) in [
            ("zto", "zto-std", "650100", "2026-02-10", true),
            ("zto", "zto-std", "650100", "2026-02-20", true),
            ("zto", "zto-std", "650100", "2026-02-21", false),
            ("zto", "zto-std", "650100", "2026-02-09", false),
            ("zto", "zto-std", "540100", "2026-02-10", false),
            ("zto", "other", "650100", "2026-02-10", false),
            ("sf", "zto-std", "650100", "2026-02-10", false),
            ("zto", "zto-std", "", "2026-02-10", false),
        ] {
            let found = says(std::slice::from_ref(&closed), carrier, service, code, day(on).expect(on));
            assert_eq!(found.closed.is_some(), expected, "{carrier} {service} {code} {on}");
        }
        let everywhere = rule("", "", "", RegionEffect::Closed);
        let found = says(&[everywhere], "", "", "", day("2026-02-12").expect("a day"));
        assert_eq!(found.closed.as_deref(), Some("2026-02-10 – 2026-02-20 · 春节停发"));
    }

    #[test]
    fn surcharges_add_up_and_of_delays_the_longest_counts() {
        let rules = [
            rule("", "", "65", RegionEffect::Surcharge),
            rule("zto", "", "6501", RegionEffect::Surcharge),
            rule("zto", "", "65", RegionEffect::Slow),
            RegionRule { days: 5, ..rule("zto", "", "6501", RegionEffect::Slow) },
            rule("zto", "", "65", RegionEffect::Closed),
        ];
        let found = says(&rules, "zto", "", "650102", day("2026-02-15").expect("a day"));
        assert_eq!((found.surcharge, found.days), (600, 5));
        assert_eq!(found.closed.as_deref(), Some("新疆维吾尔自治区 · 2026-02-10 – 2026-02-20 · 春节停发"));
        let turn = |on: &str| turns_after(&rules, "650102", day(on).expect(on)).map(|day| day.to_string());
        assert_eq!(turn("2026-02-01").as_deref(), Some("2026-02-10"));
        assert_eq!(turn("2026-02-10").as_deref(), Some("2026-02-21"));
        assert_eq!(turns_after(&rules, "330100", day("2026-02-01").expect("a day")), None);
    }
}
