//! Which shipments are meant: the same words in the query of a list, in the body of a number run
//! and in a saved filter.

use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::db::shipment_list::{AuditFilter, RemarkFilter, ShipmentFilter, ShipmentSort};
use crate::db::{Db, sellers, shops};
use crate::domain::audit::AuditKind;
use crate::domain::error::{Error, FieldError};
use crate::domain::id::ShopId;
use crate::domain::platform::Platform;
use crate::domain::region;
use crate::domain::shipment::{PrintState, ShipmentState};
use crate::domain::time::UtcTime;
use crate::domain::waybill::carriers;

/// Which shipments. What is left out narrows nothing; several words are separated by commas.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ShipmentQuery {
    /// `blocked`, `ready`, `numbered`, `printed`, `shipped`, `cancelled`.
    #[serde(deserialize_with = "words", skip_serializing_if = "Option::is_none")]
    state: Option<String>,
    /// Ids of shops.
    #[serde(deserialize_with = "words", skip_serializing_if = "Option::is_none")]
    shop: Option<String>,
    /// Platforms of the shops.
    #[serde(deserialize_with = "words", skip_serializing_if = "Option::is_none")]
    platform: Option<String>,
    /// Code or name of a carrier: that of the number, or that of the plan while there is none.
    #[serde(deserialize_with = "words", skip_serializing_if = "Option::is_none")]
    carrier: Option<String>,
    /// Code of the service it is planned for.
    #[serde(deserialize_with = "words", skip_serializing_if = "Option::is_none")]
    service: Option<String>,
    /// Code of the warehouse it leaves from.
    #[serde(deserialize_with = "words", skip_serializing_if = "Option::is_none")]
    warehouse: Option<String>,
    /// `none`, `queued`, `printed`, `stale`.
    #[serde(deserialize_with = "words", skip_serializing_if = "Option::is_none")]
    print: Option<String>,
    /// `message`, `memo`, `note`, `any`, `none`.
    #[serde(deserialize_with = "words", skip_serializing_if = "Option::is_none")]
    remark: Option<String>,
    /// What waits for an audit: `customer`, `finance`, `any`, `left_over` (any, of orders that came in before today in the
    /// seller's time zone).
    #[serde(deserialize_with = "words", skip_serializing_if = "Option::is_none")]
    audit: Option<String>,
    /// Colour of the flag, the platform's or a rule's.
    #[serde(deserialize_with = "words", skip_serializing_if = "Option::is_none")]
    flag: Option<String>,
    /// Digits of GB/T 2260 that the region begins with, or the name of a division.
    #[serde(deserialize_with = "words", skip_serializing_if = "Option::is_none")]
    region: Option<String>,
    /// The seller's code of an article in it.
    #[serde(deserialize_with = "words", skip_serializing_if = "Option::is_none")]
    sku: Option<String>,
    #[serde(deserialize_with = "words", skip_serializing_if = "Option::is_none")]
    tag: Option<String>,
    /// Paid at or after this time.
    #[serde(deserialize_with = "words", skip_serializing_if = "Option::is_none")]
    paid_from: Option<String>,
    /// Paid before this time.
    #[serde(deserialize_with = "words", skip_serializing_if = "Option::is_none")]
    paid_to: Option<String>,
    /// To be shipped at or after this time.
    #[serde(deserialize_with = "words", skip_serializing_if = "Option::is_none")]
    ship_by_from: Option<String>,
    /// To be shipped before this time.
    #[serde(deserialize_with = "words", skip_serializing_if = "Option::is_none")]
    ship_by_before: Option<String>,
    /// `true`: not shipped, and past its deadline; `false`: not shipped, and not past it.
    #[serde(deserialize_with = "words", skip_serializing_if = "Option::is_none")]
    overdue: Option<String>,
    /// `true`: of several orders; `false`: of one.
    #[serde(deserialize_with = "words", skip_serializing_if = "Option::is_none")]
    merged: Option<String>,
    /// At least so many pieces.
    #[serde(deserialize_with = "words", skip_serializing_if = "Option::is_none")]
    pieces_from: Option<String>,
    /// At most so many pieces.
    #[serde(deserialize_with = "words", skip_serializing_if = "Option::is_none")]
    pieces_to: Option<String>,
    /// Search: order number, buyer nick, recipient, phone or its last four digits, waybill number.
    #[serde(deserialize_with = "words", skip_serializing_if = "Option::is_none")]
    q: Option<String>,
    /// `ship_by` (the default), `-ship_by`, `created`, `-created`.
    #[serde(deserialize_with = "words", skip_serializing_if = "Option::is_none")]
    sort: Option<String>,
}

/// A query, read.
#[derive(Debug, Clone)]
pub struct ShipmentWish {
    pub filter: ShipmentFilter,
    pub search: Option<String>,
    pub sort: ShipmentSort,
    platforms: Vec<Platform>,
    overdue: Option<bool>,
    /// Only of orders that came in before today.
    left_over: bool,
}

impl ShipmentQuery {
    /// Reads every word.
    ///
    /// # Errors
    /// Every field that cannot be read, at once.
    pub fn parse(&self) -> Result<ShipmentWish, Error> {
        let mut errors = Errors::default();
        let filter = ShipmentFilter {
            ids: None,
            search: None,
            states: errors.each("state", &self.state, ShipmentState::parse),
            shops: self.shop.is_some().then(|| errors.each("shop", &self.shop, |text| id(text).map(ShopId))),
            carrier: self.carrier.as_deref().map(carriers::code_of),
            service: self.service.clone(),
            warehouse: self.warehouse.clone(),
            print: errors.one("print", &self.print, PrintState::parse),
            remark: errors.one("remark", &self.remark, remark),
            audit: errors.one("audit", &self.audit, audit),
            came_before: None,
            flag: self.flag.clone(),
            region: errors.one("region", &self.region, region_prefix),
            sku: self.sku.clone(),
            tag: self.tag.clone(),
            paid_from: errors.one("paid_from", &self.paid_from, UtcTime::parse),
            paid_to: errors.one("paid_to", &self.paid_to, UtcTime::parse),
            ship_by_from: errors.one("ship_by_from", &self.ship_by_from, UtcTime::parse),
            ship_by_before: errors.one("ship_by_before", &self.ship_by_before, UtcTime::parse),
            merged: errors.one("merged", &self.merged, yes_or_no),
            pieces_from: errors.one("pieces_from", &self.pieces_from, count),
            pieces_to: errors.one("pieces_to", &self.pieces_to, count),
        };
        let overdue = errors.one("overdue", &self.overdue, yes_or_no);
        let platforms = errors.each("platform", &self.platform, Platform::parse);
        let sort = errors.one("sort", &self.sort, sort).unwrap_or(ShipmentSort::ShipBy);
        errors.end()?;
        let left_over = self.audit.as_deref().is_some_and(|word| word.trim() == LEFT_OVER);
        Ok(ShipmentWish { filter, search: self.q.clone(), sort, platforms, overdue, left_over })
    }
}

impl ShipmentWish {
    /// The filter with platforms turned into the seller's shops on them, and what is overdue into times.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn filter(&self, db: &mut Db) -> Result<ShipmentFilter, Error> {
        let mut filter = self.filter.clone();
        if let Some(overdue) = self.overdue {
            narrow_by_deadline(&mut filter, overdue, db.now());
        }
        if self.left_over {
            let zone = sellers::settings(db)?.time_zone;
            filter.came_before = Some(zone.day_start(zone.day_of(db.now())));
        }
        if !self.platforms.is_empty() {
            let on_them = |shop: &shops::ShopRow| self.platforms.contains(&shop.platform);
            let there: Vec<ShopId> =
                shops::all(db)?.iter().filter(|shop| on_them(shop)).map(|s| s.id).collect();
            filter.shops = Some(match filter.shops {
                Some(named) => named.into_iter().filter(|shop| there.contains(shop)).collect(),
                None => there,
            });
        }
        Ok(filter)
    }
}

/// Leaves what has not left and is, or is not, past its deadline.
fn narrow_by_deadline(filter: &mut ShipmentFilter, overdue: bool, now: UtcTime) {
    match filter.states.is_empty() {
        true => filter.states = ShipmentState::OPEN.to_vec(),
        false => filter.states.retain(|state| ShipmentState::OPEN.contains(state)),
    }
    if filter.states.is_empty() {
        filter.ids = Some(Vec::new());
    }
    // The moment itself is past it.
    let ahead = now.plus(chrono::Duration::microseconds(1));
    match overdue {
        true => filter.ship_by_before = Some(filter.ship_by_before.map_or(ahead, |before| before.min(ahead))),
        false => filter.ship_by_from = Some(filter.ship_by_from.map_or(ahead, |from| from.max(ahead))),
    }
}

/// The word of a sort, as it stands in cursors and queries.
pub fn sort_word(sort: ShipmentSort) -> &'static str {
    match sort {
        ShipmentSort::ShipBy => "ship_by",
        ShipmentSort::ShipByDescending => "-ship_by",
        ShipmentSort::Created => "created",
        ShipmentSort::CreatedDescending => "-created",
    }
}

fn sort(text: &str) -> Result<ShipmentSort, String> {
    const ALL: [ShipmentSort; 4] = [
        ShipmentSort::ShipBy,
        ShipmentSort::ShipByDescending,
        ShipmentSort::Created,
        ShipmentSort::CreatedDescending,
    ];
    let found = ALL.into_iter().find(|sort| sort_word(*sort) == text);
    found.ok_or_else(|| format!("{text:?} is no sort; write one of ship_by, -ship_by, created, -created"))
}

fn remark(text: &str) -> Result<RemarkFilter, String> {
    match text {
        "message" => Ok(RemarkFilter::Message),
        "memo" => Ok(RemarkFilter::Memo),
        "note" => Ok(RemarkFilter::Note),
        "any" => Ok(RemarkFilter::Any),
        "none" => Ok(RemarkFilter::None),
        _ => Err(format!("{text:?} is no remark filter; write one of message, memo, note, any, none")),
    }
}

/// The word for what waits for an audit from earlier days.
const LEFT_OVER: &str = "left_over";

fn audit(text: &str) -> Result<AuditFilter, String> {
    match text {
        "any" | LEFT_OVER => Ok(AuditFilter::Any),
        _ => AuditKind::parse(text).map(AuditFilter::Of).map_err(|_| {
            format!("{text:?} is no audit filter; write one of customer, finance, any, left_over")
        }),
    }
}

pub(super) fn yes_or_no(text: &str) -> Result<bool, String> {
    text.parse().map_err(|_| format!("{text:?} is neither true nor false"))
}

fn count(text: &str) -> Result<i64, String> {
    let read = text.parse().ok().filter(|count| *count >= 0);
    read.ok_or_else(|| format!("{text:?} is no whole number from 0"))
}

fn id(text: &str) -> Result<i64, String> {
    text.parse().map_err(|_| format!("{text:?} is no id; ids are strings of digits"))
}

/// A code without its trailing zeros, or that of the division with this name.
fn region_prefix(text: &str) -> Result<String, String> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) && matches!(text.len(), 2 | 4 | 6) {
        return Ok(region::prefix_of(text).to_owned());
    }
    let found = region::search("", text, 1).pop();
    found
        .map(|region| region.prefix().to_owned())
        .ok_or_else(|| format!("{text:?} is no division; write its name, or 2, 4 or 6 digits of GB/T 2260"))
}

/// Everything that cannot be read, gathered.
#[derive(Default)]
struct Errors(Vec<FieldError>);

impl Errors {
    fn one<T>(
        &mut self,
        field: &str,
        text: &Option<String>,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        match parse(text.as_deref()?.trim()) {
            Ok(value) => Some(value),
            Err(detail) => {
                self.0.push(FieldError::new(field, "word", detail));
                None
            }
        }
    }

    fn each<T>(
        &mut self,
        field: &str,
        text: &Option<String>,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Vec<T> {
        let words =
            text.iter().flat_map(|text| text.split(',')).map(str::trim).filter(|word| !word.is_empty());
        words.filter_map(|word| self.one(field, &Some(word.to_owned()), &parse)).collect()
    }

    fn end(self) -> Result<(), Error> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::Invalid(self.0)) }
    }
}

/// A text; in JSON also a number, a truth value or a list of them. An empty text counts as left out,
/// because forms send those.
fn words<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    struct Words;

    impl<'de> Visitor<'de> for Words {
        type Value = Option<String>;

        fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            out.write_str("a text, a number, true or false, or a list of them")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
            Ok(Some(text.to_owned()).filter(|text| !text.is_empty()))
        }

        fn visit_bool<E: de::Error>(self, value: bool) -> Result<Self::Value, E> {
            Ok(Some(value.to_string()))
        }

        fn visit_i64<E: de::Error>(self, value: i64) -> Result<Self::Value, E> {
            Ok(Some(value.to_string()))
        }

        fn visit_u64<E: de::Error>(self, value: u64) -> Result<Self::Value, E> {
            Ok(Some(value.to_string()))
        }

        fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_none<E: de::Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
            words(from)
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            let mut all = Vec::new();
            while let Some(Word(word)) = list.next_element()? {
                all.extend(word);
            }
            Ok(Some(all.join(",")).filter(|text| !text.is_empty()))
        }
    }

    from.deserialize_any(Words)
}

struct Word(Option<String>);

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        words(from).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_words_stand_in_a_query_and_in_json() {
        let query = "state=ready,numbered&shop=7&merged=true&pieces_from=2&sort=-ship_by";
        let in_query = actix_web::web::Query::<ShipmentQuery>::from_query(query).expect("well-formed").0;
        let in_json: ShipmentQuery = serde_json::from_str(
            r#"{"state":["ready","numbered"],"shop":7,"merged":true,"pieces_from":2,"sort":"-ship_by"}"#,
        )
        .expect("well-formed");
        assert_eq!(in_query, in_json);
        let wish = in_json.parse().expect("every word is known");
        assert_eq!(wish.filter.states, [ShipmentState::Ready, ShipmentState::Numbered]);
        assert_eq!((wish.filter.shops, wish.filter.merged), (Some(vec![ShopId(7)]), Some(true)));
        assert_eq!(wish.sort, ShipmentSort::ShipByDescending);
    }

    #[test]
    fn regions_are_digits_or_names() {
        for (text, prefix) in [("33", "33"), ("330100", "3301"), ("浙江", "33"), ("杭州", "3301")] {
            assert_eq!(region_prefix(text), Ok(prefix.to_owned()), "{text}");
        }
        assert!(region_prefix("Atlantis").is_err());
    }

    #[test]
    fn every_word_that_cannot_be_read_is_named_at_once() {
        let query = "state=redy&merged=yes&paid_from=monday&sort=age";
        let query = actix_web::web::Query::<ShipmentQuery>::from_query(query).expect("well-formed").0;
        let Err(Error::Invalid(fields)) = query.parse() else { panic!("four are wrong") };
        let names: Vec<_> = fields.iter().map(|field| field.field.as_str()).collect();
        assert_eq!(names, ["state", "paid_from", "merged", "sort"]);
    }
}
