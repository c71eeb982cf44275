//! What a parcel costs by a carrier's price table, and how that comes about.
//!
//! Chinese price sheets name for each region a first weight with its price and a price for each further step, or bands of
//! fixed prices below that; some contracts ask for each parcel what one of the month's average weight would cost
//! (全国均重). Everything is whole grams and minor units; steps and volumes are rounded up, as carriers do.

use std::num::NonZeroI64;

use serde::{Deserialize, Serialize};

use super::error::FieldError;
use super::text_enum;

/// Most minor units of one price.
const PRICE_MAX: i64 = 100_000_000;
/// Most grams of a first weight or step: ten tonnes.
const WEIGHT_MAX_G: i64 = 10_000_000;

text_enum! {
    /// Which weight is paid for.
    pub enum PriceKind("kind of price table") {
        /// Each parcel's own.
        Parcel = "parcel",
        /// The month's average of all parcels.
        Average = "average",
    }
}

/// The prices of one region, up to and beyond a first weight.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// Digits of GB/T 2260 that the region begins with; empty for everywhere. The longest counts.
    #[serde(default)]
    pub region: String,
    /// Up to so many grams the first price is asked. Several of one region are bands.
    pub first_g: i64,
    /// Minor units.
    pub first_price: i64,
    /// Grams of each further step; 0 when nothing heavier is priced.
    #[serde(default)]
    pub step_g: i64,
    /// Minor units for each step that has begun.
    #[serde(default)]
    pub step_price: i64,
    /// Minor units for each parcel on top; may be negative for a rebate.
    #[serde(default)]
    pub surcharge: i64,
}

/// How a table is read, beside its rates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    pub kind: PriceKind,
    pub currency: String,
    /// Cubic centimetres that count as a kilogram (6000 and 8000 are common); none when size does not matter.
    pub volumetric_divisor: Option<NonZeroI64>,
    /// The average weight of kind `average`, in grams.
    pub average_g: Option<i64>,
}

/// What is known of a parcel's weight.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Load {
    pub weight_g: Option<i64>,
    /// Cubic millimetres; none while a size is not known, which then does not count.
    pub volume_mm3: Option<i64>,
}

/// What a parcel costs, and how that comes about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Cost {
    /// Minor units.
    pub amount: i64,
    pub currency: String,
    /// The weight that is paid for, in grams.
    pub charged_g: i64,
    pub basis: WeightBasis,
    /// The rate's region; empty for everywhere.
    pub region: String,
    /// What adds up to the amount.
    pub steps: Vec<Step>,
}

text_enum! {
    /// Which weight is the one paid for.
    pub enum WeightBasis("basis of a weight") {
        /// What it weighs.
        Actual = "actual",
        /// Its volume counts more than its weight.
        Volumetric = "volumetric",
        /// The contract's average.
        Average = "average",
    }
}

text_enum! {
    /// A part of a cost.
    pub enum StepKind("part of a cost") {
        First = "first",
        Further = "further",
        Surcharge = "surcharge",
        /// By a notice of the carrier, for some days.
        Notice = "notice",
    }
}

/// One part of a cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Step {
    pub kind: StepKind,
    /// Grams of the first weight, or of one step; 0 for surcharges.
    pub grams: i64,
    /// How many steps.
    pub count: i64,
    /// Minor units of all of them.
    pub amount: i64,
}

/// Volumetric weight in whole grams, rounded up.
///
/// Carriers divide the volume in cubic centimetres by a divisor and read the result as kilograms; in cubic millimetres
/// and grams the divisor stays the same.
pub fn volumetric_g(volume_mm3: i64, divisor: NonZeroI64) -> i64 {
    volume_mm3.max(0).div_euclid(divisor.get()) + i64::from(volume_mm3.max(0).rem_euclid(divisor.get()) > 0)
}

/// What a parcel to a region costs; `None` when its weight is not known or no rate covers it.
///
/// `rates` may hold those of other regions too. `notice` is the surcharge of a carrier's notice.
pub fn cost(terms: &Terms, rates: &[Rate], region: &str, load: Load, notice: i64) -> Option<Cost> {
    let (charged_g, basis) = charged(terms, load)?;
    let rate = rate_for(rates, region, charged_g)?;
    let mut steps =
        vec![Step { kind: StepKind::First, grams: rate.first_g, count: 1, amount: rate.first_price }];
    if charged_g > rate.first_g {
        let beyond = charged_g - rate.first_g;
        let count = beyond / rate.step_g + i64::from(beyond % rate.step_g > 0);
        let amount = count.checked_mul(rate.step_price)?;
        steps.push(Step { kind: StepKind::Further, grams: rate.step_g, count, amount });
    }
    for (kind, amount) in [(StepKind::Surcharge, rate.surcharge), (StepKind::Notice, notice)] {
        if amount != 0 {
            steps.push(Step { kind, grams: 0, count: 1, amount });
        }
    }
    let amount = steps.iter().try_fold(0_i64, |sum, step| sum.checked_add(step.amount))?.max(0);
    let currency = terms.currency.clone();
    Some(Cost { amount, currency, charged_g, basis, region: rate.region.clone(), steps })
}

/// The weight that is paid for.
fn charged(terms: &Terms, load: Load) -> Option<(i64, WeightBasis)> {
    if terms.kind == PriceKind::Average {
        return Some((terms.average_g?, WeightBasis::Average));
    }
    let weight = load.weight_g?;
    match load.volume_mm3.zip(terms.volumetric_divisor) {
        Some((volume, divisor)) if volumetric_g(volume, divisor) > weight => {
            Some((volumetric_g(volume, divisor), WeightBasis::Volumetric))
        }
        _ => Some((weight, WeightBasis::Actual)),
    }
}

/// The rate of the closest region: the smallest band that holds the weight, else the last one, if it has steps.
fn rate_for<'a>(rates: &'a [Rate], region: &str, grams: i64) -> Option<&'a Rate> {
    let closest =
        rates.iter().filter(|rate| region.starts_with(&rate.region)).map(|rate| rate.region.len()).max()?;
    let here =
        || rates.iter().filter(move |rate| rate.region.len() == closest && region.starts_with(&rate.region));
    here()
        .filter(|rate| rate.first_g >= grams)
        .min_by_key(|rate| rate.first_g)
        .or_else(|| here().max_by_key(|rate| rate.first_g).filter(|rate| rate.step_g > 0))
}

/// The prefixes of a region's code by which rates may be found: `""`, `33`, `3301`, `330106`.
pub fn prefixes(region: &str) -> Vec<&str> {
    [0, 2, 4, 6].into_iter().filter_map(|end| region.get(..end)).collect()
}

/// Checks a rate.
///
/// # Errors
/// Each field that cannot be taken.
pub fn check(rate: &Rate) -> Result<(), Vec<FieldError>> {
    let mut errors = Vec::new();
    for (field, value, least, most) in [
        ("first_g", rate.first_g, 1, WEIGHT_MAX_G),
        ("first_price", rate.first_price, 0, PRICE_MAX),
        ("step_g", rate.step_g, 0, WEIGHT_MAX_G),
        ("step_price", rate.step_price, 0, PRICE_MAX),
        ("surcharge", rate.surcharge, -PRICE_MAX, PRICE_MAX),
    ] {
        if !(least..=most).contains(&value) {
            let detail = format!("{value} is not within {least} to {most}");
            errors.push(FieldError::new(field, "range", detail));
        }
    }
    if rate.step_g == 0 && rate.step_price > 0 {
        let detail = format!("A price of {} for no step; write how many grams a step has", rate.step_price);
        errors.push(FieldError::new("step_g", "missing", detail));
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(region: &str, first_g: i64, first_price: i64, step_g: i64, step_price: i64) -> Rate {
        Rate { region: region.into(), first_g, first_price, step_g, step_price, surcharge: 0 }
    }

    fn terms(divisor: i64) -> Terms {
        Terms {
            kind: PriceKind::Parcel,
            currency: "CNY".into(),
            volumetric_divisor: NonZeroI64::new(divisor),
            average_g: None,
        }
    }

    /// Bands to three kilograms in Zhejiang, first and further weight in Xinjiang, one price elsewhere.
    fn table() -> Vec<Rate> {
        vec![
            rate("33", 500, 250, 0, 0),
            rate("33", 1000, 300, 0, 0),
            rate("33", 3000, 450, 1000, 80),
            rate("65", 1000, 1500, 1000, 1200),
            Rate { surcharge: 500, ..rate("6501", 1000, 1400, 500, 700) },
            rate("", 1000, 800, 0, 0),
        ]
    }

    fn check(region: &str, grams: i64, expected: Option<i64>) {
        let load = Load { weight_g: Some(grams), volume_mm3: None };
        let found = cost(&terms(0), &table(), region, load, 0);
        if let Some(found) = &found {
            assert_eq!(found.steps.iter().map(|step| step.amount).sum::<i64>(), found.amount);
        }
        assert_eq!(found.map(|cost| cost.amount), expected, "{region} {grams}");
    }

    #[test]
    fn bands_then_steps_of_the_closest_region() {
        check("330106", 1, Some(250));
        check("330106", 500, Some(250));
        check("330106", 501, Some(300));
        check("330106", 3000, Some(450));
        check("330106", 3001, Some(530));
        check("330106", 5000, Some(610));
        check("653200", 1000, Some(1500));
        check("653200", 1001, Some(2700));
        check("653200", 2000, Some(2700));
        check("650102", 1000, Some(1900));
        check("650102", 1501, Some(3300));
        check("110105", 1000, Some(800));
        check("110105", 1001, None);
        check("", 700, Some(800));
    }

    #[test]
    fn a_large_light_parcel_pays_for_its_volume() {
        let load = |volume| Load { weight_g: Some(900), volume_mm3: volume };
        let found = |volume| cost(&terms(6000), &table(), "653200", load(volume), 0).expect("a price");
        // 30 × 20 × 10 cm are 6,000 cm³: one kilogram by 6000.
        assert_eq!(
            (found(Some(6_000_000)).charged_g, found(Some(6_000_000)).basis),
            (1000, WeightBasis::Volumetric)
        );
        assert_eq!(found(Some(6_000_001)).charged_g, 1001);
        assert_eq!(found(Some(5_000_000)).basis, WeightBasis::Actual);
        assert_eq!(found(None).charged_g, 900);
        assert_eq!(volumetric_g(-5, NonZeroI64::MIN), 0);
    }

    #[test]
    fn an_average_contract_asks_for_no_weight_of_the_parcel() {
        let average = Terms { kind: PriceKind::Average, average_g: Some(480), ..terms(0) };
        let found = cost(&average, &table(), "330106", Load::default(), 0).expect("a price");
        assert_eq!((found.amount, found.charged_g, found.basis), (250, 480, WeightBasis::Average));
        assert_eq!(cost(&terms(0), &table(), "330106", Load::default(), 0), None, "its weight is not known");
        let empty = Terms { average_g: None, ..average };
        assert_eq!(cost(&empty, &table(), "330106", Load::default(), 0), None);
    }

    #[test]
    fn every_part_of_a_cost_is_told() {
        let load = Load { weight_g: Some(1600), volume_mm3: None };
        let found = cost(&terms(0), &table(), "650102", load, 200).expect("a price");
        let parts: Vec<_> = found.steps.iter().map(|step| (step.kind, step.count, step.amount)).collect();
        use StepKind::*;
        assert_eq!(parts, [(First, 1, 1400), (Further, 2, 1400), (Surcharge, 1, 500), (Notice, 1, 200)]);
        assert_eq!((found.amount, found.region.as_str()), (3500, "6501"));
        assert_eq!(prefixes("330106"), ["", "33", "3301", "330106"]);
        assert_eq!(prefixes(""), [""]);
    }

    #[test]
    fn a_rate_that_cannot_be_is_refused_with_its_field() {
        let named = |rate: Rate| {
            let errors = super::check(&rate).err().unwrap_or_default();
            errors.into_iter().map(|error| error.field).collect::<Vec<_>>()
        };
        assert!(named(rate("", 1000, 0, 0, 0)).is_empty());
        assert_eq!(named(rate("", 0, -1, 0, 0)), ["first_g", "first_price"]);
        assert_eq!(named(rate("", 1000, 1, 0, 100)), ["step_g"]);
    }
}
