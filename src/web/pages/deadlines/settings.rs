//! The rules of deadlines, as forms: a shop's own, and the seller's working days and time zone.

use actix_web::HttpResponse;
use actix_web::web::Path;
use chrono::NaiveDateTime;
use maud::{Markup, html};
use serde_json::{Map, Value as Json, json};

use crate::domain::actor::Right;
use crate::domain::deadline::calendar::{DaysApart, WeekDay, parse_date};
use crate::domain::deadline::rule::{Activity, DaysOff, DeadlineSettings, ShipRule};
use crate::domain::deadline::{Calendar, Zone};
use crate::domain::error::Error;
use crate::domain::id::ShopId;
use crate::domain::seller::SellerSettings;
use crate::operations::{sellers, shops};
use crate::web::form::Form;
use crate::web::lang::Text;
use crate::web::session::{Visitor, then};
use crate::web::shell::csrf;
use crate::web::texts::{common, deadlines as t, house};
use crate::web::view::View;

/// Zones that are offered; any other name of the database can be typed.
const ZONES: &[&str] = &[
    "Asia/Shanghai",
    "Asia/Hong_Kong",
    "Asia/Taipei",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Asia/Kolkata",
    "Asia/Dubai",
    "Europe/London",
    "Europe/Berlin",
    "Europe/Moscow",
    "America/New_York",
    "America/Chicago",
    "America/Los_Angeles",
    "America/Sao_Paulo",
    "Australia/Sydney",
    "UTC",
];

/// How a moment of an activity is written.
const MOMENT: &str = "%Y-%m-%dT%H:%M";

/// A shop's rules, folded.
pub fn shop_form(view: &View, shop: ShopId, settings: &DeadlineSettings, seller: &SellerSettings) -> Markup {
    let zone = settings.time_zone.unwrap_or(seller.time_zone);
    let activities =
        settings.activities.iter().map(|one| activity_line(zone, one)).collect::<Vec<_>>().join("\n");
    let calendar = settings.calendar.as_ref().unwrap_or(&seller.calendar);
    let time = |name: &str, text: Text, value: String| {
        html! { label { span { (view.t(text)) } input type="time" name=(name) value=(value) required; } }
    };
    html! {
        details.fold {
            summary { (view.t(t::RULES)) }
            form.row-form method="post" action={ "/shops/" (shop) "/deadline" } {
                (csrf(view))
                label { span { (view.t(t::RULE)) }
                    select name="rule" { @for one in ShipRule::ALL { option value=(one) selected[*one == settings.rule] { (view.t(t::rule(*one))) } } } }
                label { span { (view.t(t::DAYS_OFF)) }
                    select name="days_off" { @for one in DaysOff::ALL { option value=(one) selected[*one == settings.days_off] { (view.t(t::days_off(*one))) } } } }
                label { span { (view.t(t::WARN_MINUTES)) } input type="number" name="warn_minutes" min="0" max="10080" value=(settings.warn_minutes) required; }
                (time("payment_cut_off", t::PAYMENT_CUT_OFF, settings.payment_cut_off.to_string()))
                (time("packing_cut_off", t::PACKING_CUT_OFF, settings.packing_cut_off.to_string()))
                (time("confirm_cut_off", t::CONFIRM_CUT_OFF, settings.confirm_cut_off.to_string()))
                label { span { (view.t(t::PRESALE_HOURS)) } input type="number" name="presale_within_hours" min="1" max="8760" value=[settings.presale_within_hours]; }
                (zone_field(view, t::ZONE_OWN, settings.time_zone, &format!("zones-{shop}")))
                label.whole { span { (view.t(t::ACTIVITIES)) } textarea name="activities" rows="2" { (activities) } }
                label.tick { input type="checkbox" name="own_days" value="1" checked[settings.calendar.is_some()]; span { (view.t(t::OWN_DAYS)) } }
                (calendar_fields(view, calendar))
                button.primary type="submit" { (view.t(common::SAVE)) }
            }
        }
    }
}

/// The seller's working days and time zone.
pub fn seller_form(view: &View, settings: &SellerSettings) -> Markup {
    html! {
        form.stack.panel method="post" action="/settings/calendar" {
            (csrf(view))
            h2 { (view.t(t::CALENDAR)) }
            p.hint { (view.t(t::CALENDAR_HINT)) }
            (zone_field(view, t::ZONE, Some(settings.time_zone), "zones"))
            (calendar_fields(view, &settings.calendar))
            button.primary type="submit" { (view.t(common::SAVE)) }
        }
    }
}

fn zone_field(view: &View, text: Text, zone: Option<Zone>, list: &str) -> Markup {
    html! {
        label { span { (view.t(text)) } input name="time_zone" list=(list) value=[zone.map(Zone::name)] maxlength="60" autocomplete="off"; }
        datalist id=(list) { @for zone in ZONES { option value=(zone) {} } }
    }
}

fn calendar_fields(view: &View, calendar: &Calendar) -> Markup {
    let lines = calendar.exceptions.iter().map(days_line).collect::<Vec<_>>().join("\n");
    html! {
        fieldset.week {
            legend { (view.t(t::CALENDAR)) }
            @for (day, text) in WeekDay::ALL.iter().zip(t::WEEK) {
                label.tick { input type="checkbox" name="day" value=(day) checked[calendar.working_days.contains(day)]; span { (view.t(text)) } }
            }
        }
        label.whole { span { (view.t(t::EXCEPTIONS)) } textarea name="exceptions" rows="3" { (lines) } }
    }
}

fn days_line(days: &DaysApart) -> String {
    let word = if days.works { "work" } else { "off" };
    format!("{} {} {word} {}", days.from, days.to, days.name).trim_end().to_owned()
}

fn activity_line(zone: Zone, activity: &Activity) -> String {
    let at = |moment| zone.local(moment).format(MOMENT);
    let (from, to) = (at(activity.from), at(activity.to));
    format!("{from} {to} {} {}", activity.ship_within_hours, activity.name).trim_end().to_owned()
}

/// Reads lines; the first one that cannot be read is named.
fn lines<T>(
    view: &View,
    field: &str,
    text: &str,
    form: Text,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Vec<T>, Error> {
    let mut all = Vec::new();
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let Some(one) = read(line) else {
            let said =
                t::NO_LINE.with(view.lang, &[&(at + 1), &format!("“{}” – {}", line.trim(), view.t(form))]);
            return Err(Error::invalid(field, "word", said));
        };
        all.push(one);
    }
    Ok(all)
}

/// `2027-02-05 2027-02-11 off Spring Festival`; the last day may be left out.
fn read_days(line: &str) -> Option<DaysApart> {
    let (first, rest) = word(line)?;
    let from = parse_date(first).ok()?;
    let (second, after) = word(rest)?;
    let (to, rest) = match parse_date(second) {
        Ok(to) => (to, after),
        Err(_) => (from, rest),
    };
    let (kind, name) = word(rest)?;
    let works = match kind {
        "off" | "休" => false,
        "work" | "班" => true,
        _ => return None,
    };
    Some(DaysApart { from, to, works, name: name.trim().to_owned() })
}

/// `2026-11-10T20:00 2026-11-12T00:00 96 Double 11`, in the shop's zone.
fn read_activity(zone: Zone, line: &str) -> Option<Activity> {
    let (from, rest) = word(line)?;
    let (to, rest) = word(rest)?;
    let (hours, name) = word(rest)?;
    let at = |text| NaiveDateTime::parse_from_str(text, MOMENT).ok().map(|local| zone.instant(local));
    Some(Activity {
        name: name.trim().to_owned(),
        from: at(from)?,
        to: at(to)?,
        ship_within_hours: hours.parse().ok()?,
    })
}

/// The first word of a line and the rest.
fn word(line: &str) -> Option<(&str, &str)> {
    let line = line.trim_start();
    let end = line.find(char::is_whitespace).unwrap_or(line.len());
    (end > 0).then(|| line.split_at(end))
}

fn read_calendar(view: &View, form: &Form) -> Result<Json, Error> {
    let exceptions = lines(view, "exceptions", form.exactly("exceptions"), t::LINE_DAYS, read_days)?;
    let days: Vec<&str> = form.each("day").collect();
    Ok(json!({ "working_days": days, "exceptions": exceptions }))
}

/// `POST /shops/{id}/deadline`
pub async fn change_shop(visitor: Visitor, id: Path<ShopId>, form: Form) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Manage, move |tx, view| {
            let seller = crate::db::sellers::settings(tx)?;
            let zone = match form.get("time_zone") {
                "" => None,
                name => Some(Zone::parse(name).map_err(|said| Error::invalid("time_zone", "word", said))?),
            };
            let there = zone.unwrap_or(seller.time_zone);
            let read = |line: &str| read_activity(there, line);
            let activities = lines(view, "activities", form.exactly("activities"), t::LINE_ACTIVITY, read)?;
            let presale = form.has("presale_within_hours").then(|| form.number("presale_within_hours"));
            let calendar = if form.has("own_days") { read_calendar(view, &form)? } else { Json::Null };
            let wish = json!({
                "rule": form.get("rule"),
                "days_off": form.get("days_off"),
                "warn_minutes": form.number("warn_minutes")?,
                "payment_cut_off": form.get("payment_cut_off"),
                "packing_cut_off": form.get("packing_cut_off"),
                "confirm_cut_off": form.get("confirm_cut_off"),
                "presale_within_hours": presale.transpose()?,
                "activities": activities,
                "time_zone": zone,
                "calendar": calendar,
            });
            let mut settings = Map::new();
            settings.insert("deadline".to_owned(), wish);
            let shop = shops::change(tx, id, &shops::ShopChange { settings, ..Default::default() })?;
            Ok(then("/shops", house::SHOP_SAVED.with(view.lang, &[&shop.name])))
        })
        .await
}

/// `POST /settings/calendar`
pub async fn change_seller(visitor: Visitor, form: Form) -> HttpResponse {
    visitor
        .change(Right::Manage, move |tx, view| {
            let wish = json!({ "time_zone": form.get("time_zone"), "calendar": read_calendar(view, &form)? });
            sellers::change_settings(tx, wish.as_object().expect("it was written as an object"))?;
            Ok(then("/settings", view.t(t::CALENDAR_HINT)))
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_as_they_are_shown() {
        for line in ["2027-02-05 2027-02-11 off Spring Festival", "2027-02-14 2027-02-14 work"] {
            assert_eq!(read_days(line).map(|days| days_line(&days)).as_deref(), Some(line));
        }
        let one = read_days(" 2027-02-05  休 春节 ").map(|days| days_line(&days));
        assert_eq!(one.as_deref(), Some("2027-02-05 2027-02-05 off 春节"));
        for line in ["2027-02-05", "tomorrow off", "2027-02-05 2027-02-11", "2027-02-05 maybe"] {
            assert_eq!(read_days(line), None, "{line}");
        }
    }

    #[test]
    fn activities_are_read_in_the_shops_zone() {
        let zone = Zone::default();
        let line = "2026-11-10T20:00 2026-11-12T00:00 96 Double 11";
        let activity = read_activity(zone, line).expect("an activity");
        assert_eq!(activity.from.to_string(), "2026-11-10T12:00:00Z");
        assert_eq!(activity_line(zone, &activity), line);
        assert_eq!(read_activity(zone, "2026-11-10 2026-11-12 96"), None);
    }
}
