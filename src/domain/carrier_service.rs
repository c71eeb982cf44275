//! Ways a parcel can go: a service of a carrier, the seller's own fleet, pickup by the buyer.
//!
//! Only limits are judged here; whether a region is served is said by [`super::region_rule`], what it costs by
//! [`super::freight`].

use super::error::FieldError;
use super::id::{CarrierAccountId, CarrierServiceId};
use super::text_enum;
use super::waybill::carriers::{Carrier, code_of};

/// Characters of a code that rules and people name something by.
const CODE_MAX: usize = 40;
/// Characters of a name.
const NAME_MAX: usize = 100;
/// Heaviest parcel any service takes, in grams: ten tonnes, for freight.
const WEIGHT_MAX_G: i64 = 10_000_000;
/// Longest side or girth, in millimetres: a hundred metres.
const SIDE_MAX_MM: i64 = 100_000;
/// Most minor units of a limit.
const AMOUNT_MAX: i64 = 1_000_000_000_000;
/// Days from door to door.
const DAYS_MAX: i64 = 90;

text_enum! {
    /// How a parcel reaches its buyer.
    pub enum DeliveryKind("delivery kind") {
        /// By a carrier, with a waybill number.
        Carrier = "carrier",
        /// By the seller's own people; no waybill number.
        OwnFleet = "own_fleet",
        /// The buyer fetches it; no waybill number.
        SelfPickup = "self_pickup",
    }
}

impl DeliveryKind {
    /// Whether its parcels carry a waybill number. Those that do not stay out of number runs and waybill labels.
    pub fn has_number(self) -> bool {
        self == Self::Carrier
    }
}

/// A way parcels can go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    pub id: CarrierServiceId,
    pub fields: ServiceFields,
}

/// What is said of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceFields {
    /// What rules, shops and people name it by.
    pub code: String,
    pub name: String,
    pub kind: DeliveryKind,
    /// The carrier's code; the kind's word for what no carrier carries.
    pub carrier: String,
    pub account: Option<CarrierAccountId>,
    pub is_on: bool,
    pub limits: Limits,
    /// ISO 4217, of limits.
    pub currency: String,
    /// Usual days from door to door.
    pub days: Option<i64>,
}

/// What one parcel of a service may be at most; none where nothing is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub max_weight_g: Option<i64>,
    pub max_side_mm: Option<i64>,
    /// Length plus twice width and height.
    pub max_girth_mm: Option<i64>,
    pub takes_cod: bool,
    /// Minor units.
    pub max_cod: Option<i64>,
    /// Minor units.
    pub max_value: Option<i64>,
}

/// What limits look at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Measures {
    /// None while it is not known; then no limit of weight is broken.
    pub weight_g: Option<i64>,
    /// The longest side and the greatest girth of a single piece: the box is at least as large.
    pub side_mm: Option<i64>,
    pub girth_mm: Option<i64>,
    /// What the buyer pays at the door, in minor units; none without cash on delivery.
    pub cod: Option<i64>,
    /// What the orders cost together, in minor units.
    pub value: i64,
}

text_enum! {
    /// Why a service cannot take a parcel.
    pub enum Bar("bar") {
        /// It was switched off.
        Off = "service_off",
        /// A notice of the carrier closes the region.
        RegionClosed = "region_closed",
        TooHeavy = "too_heavy",
        TooLong = "too_long",
        TooThick = "too_thick",
        NoCod = "no_cod",
        CodTooHigh = "cod_too_high",
        TooDear = "value_too_high",
        /// No price table counts on the day, or none for region and weight.
        NoPrice = "no_price",
        /// Its prices are in another currency than the shop's, so they cannot be compared.
        OtherCurrency = "other_currency",
        /// It carries no waybill number, and nobody asked for that.
        NotAsked = "not_asked_for",
    }
}

impl Bar {
    /// In English and Chinese.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Off => ("switched off", "已停用"),
            Self::RegionClosed => ("region not served", "该地区停发"),
            Self::TooHeavy => ("too heavy", "超重"),
            Self::TooLong => ("a side is too long", "单边超长"),
            Self::TooThick => ("girth too large", "围长超限"),
            Self::NoCod => ("no cash on delivery", "不支持货到付款"),
            Self::CodTooHigh => ("cash on delivery beyond its limit", "代收金额超限"),
            Self::TooDear => ("worth more than it takes", "货值超限"),
            Self::NoPrice => ("no price known", "无报价"),
            Self::OtherCurrency => ("priced in another currency", "报价币种不同"),
            Self::NotAsked => ("only when asked for", "仅在指定时使用"),
        }
    }
}

impl Limits {
    /// Which limits a parcel breaks.
    pub fn broken_by(&self, parcel: &Measures) -> Vec<Bar> {
        let beyond = |value: Option<i64>, limit: Option<i64>| value.zip(limit).is_some_and(|(v, l)| v > l);
        [
            (Bar::TooHeavy, beyond(parcel.weight_g, self.max_weight_g)),
            (Bar::TooLong, beyond(parcel.side_mm, self.max_side_mm)),
            (Bar::TooThick, beyond(parcel.girth_mm, self.max_girth_mm)),
            (Bar::NoCod, parcel.cod.is_some() && !self.takes_cod),
            (Bar::CodTooHigh, self.takes_cod && beyond(parcel.cod, self.max_cod)),
            (Bar::TooDear, beyond(Some(parcel.value), self.max_value)),
        ]
        .into_iter()
        .filter_map(|(bar, is_broken)| is_broken.then_some(bar))
        .collect()
    }
}

impl ServiceFields {
    /// Trims and checks every field, and turns the carrier's name into its code.
    ///
    /// # Errors
    /// Each field that cannot be taken.
    pub fn parse(mut self) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut keep = |found: Result<String, FieldError>, place: &mut String| match found {
            Ok(text) => *place = text,
            Err(error) => errors.push(error),
        };
        keep(code("code", &self.code), &mut self.code);
        keep(name("name", &self.name), &mut self.name);
        if self.kind.has_number() {
            keep(carrier("carrier", &self.carrier), &mut self.carrier);
        } else {
            self.carrier = self.kind.as_str().to_owned();
        }
        if !is_currency(&self.currency) {
            let detail = format!("{:?} is no currency; write three capitals, such as CNY", self.currency);
            errors.push(FieldError::new("currency", "range", detail));
        }
        let limits = &self.limits;
        for (field, value, least, most, unit) in [
            ("max_weight_g", limits.max_weight_g, 1, WEIGHT_MAX_G, " g"),
            ("max_side_mm", limits.max_side_mm, 1, SIDE_MAX_MM, " mm"),
            ("max_girth_mm", limits.max_girth_mm, 1, SIDE_MAX_MM, " mm"),
            ("max_cod", limits.max_cod, 1, AMOUNT_MAX, ""),
            ("max_value", limits.max_value, 1, AMOUNT_MAX, ""),
            ("days", self.days, 0, DAYS_MAX, " days"),
        ] {
            if let Some(value) = value.filter(|value| !(least..=most).contains(value)) {
                let detail = format!("{value}{unit} is not within {least} to {most}; leave it out for none");
                errors.push(FieldError::new(field, "range", detail));
            }
        }
        if errors.is_empty() { Ok(self) } else { Err(errors) }
    }
}

/// A code that something is named by: letters, digits and `-_.`, without blanks, so that it can stand in rules.
///
/// # Errors
/// The field with its value.
pub fn code(field: &str, text: &str) -> Result<String, FieldError> {
    let text = text.trim();
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    if text.is_empty() || text.chars().count() > CODE_MAX || !text.chars().all(fits) {
        let detail =
            format!("{text:?} is no code; write 1 to {CODE_MAX} letters, digits, \"-\", \"_\" or \".\"");
        return Err(FieldError::new(field, "length", detail));
    }
    Ok(text.to_owned())
}

/// A name on one line.
///
/// # Errors
/// The field with its value.
pub fn name(field: &str, text: &str) -> Result<String, FieldError> {
    let text = text.trim();
    let length = text.chars().count();
    if length == 0 || length > NAME_MAX || text.chars().any(char::is_control) {
        let detail = format!("{text:?} has {length} characters; write 1 to {NAME_MAX} on one line");
        return Err(FieldError::new(field, "length", detail));
    }
    Ok(text.to_owned())
}

/// The code of a carrier that has one here.
///
/// # Errors
/// The field with its value.
pub fn carrier(field: &str, text: &str) -> Result<String, FieldError> {
    let code = code_of(text);
    match Carrier::ALL.iter().any(|carrier| carrier.code == code) {
        true => Ok(code),
        false => {
            let detail = format!("{text:?} is no carrier known here; write a code such as sf, zto or other");
            Err(FieldError::new(field, "unknown", detail))
        }
    }
}

/// Three capitals of ISO 4217.
pub fn is_currency(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields() -> ServiceFields {
        ServiceFields {
            code: " sf-std ".into(),
            name: "Standard".into(),
            kind: DeliveryKind::Carrier,
            carrier: "顺丰".into(),
            account: None,
            is_on: true,
            limits: LIMITS,
            currency: "CNY".into(),
            days: Some(2),
        }
    }

    const LIMITS: Limits = Limits {
        max_weight_g: Some(20_000),
        max_side_mm: Some(1_000),
        max_girth_mm: Some(3_000),
        takes_cod: true,
        max_cod: Some(500_000),
        max_value: Some(1_000_000),
    };

    #[test]
    fn each_limit_is_broken_by_what_lies_beyond_it_only() {
        let check = |change: fn(&mut Measures), expected: &[Bar]| {
            let mut parcel = Measures::default();
            change(&mut parcel);
            assert_eq!(LIMITS.broken_by(&parcel), expected, "{parcel:?}");
        };
        check(|_| {}, &[]);
        check(|parcel| parcel.weight_g = Some(20_000), &[]);
        check(|parcel| parcel.weight_g = Some(20_001), &[Bar::TooHeavy]);
        check(|parcel| parcel.side_mm = Some(1_001), &[Bar::TooLong]);
        check(|parcel| parcel.girth_mm = Some(3_001), &[Bar::TooThick]);
        check(|parcel| parcel.cod = Some(500_000), &[]);
        check(|parcel| parcel.cod = Some(500_001), &[Bar::CodTooHigh]);
        check(|parcel| parcel.value = 1_000_001, &[Bar::TooDear]);
        let cashless = Limits { takes_cod: false, ..LIMITS };
        let parcel = Measures { cod: Some(900_000), ..Measures::default() };
        assert_eq!(cashless.broken_by(&parcel), [Bar::NoCod]);
    }

    #[test]
    fn every_field_that_cannot_be_taken_is_named_at_once() {
        let parsed = fields().parse().expect("a service");
        assert_eq!((parsed.code.as_str(), parsed.carrier.as_str()), ("sf-std", "sf"));
        let mut bad = fields();
        bad.code = "a b".into();
        bad.name = String::new();
        bad.carrier = "Nobody".into();
        bad.currency = "yuan".into();
        bad.limits.max_weight_g = Some(0);
        bad.days = Some(91);
        let errors = bad.parse().expect_err("six are wrong");
        let named: Vec<_> = errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(named, ["code", "name", "carrier", "currency", "max_weight_g", "days"]);
    }

    #[test]
    fn what_no_carrier_carries_is_its_own_carrier() {
        let own = ServiceFields { kind: DeliveryKind::OwnFleet, carrier: "zto".into(), ..fields() };
        assert_eq!(own.parse().expect("a service").carrier, "own_fleet");
    }
}
