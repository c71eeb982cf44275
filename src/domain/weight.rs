//! What a scale says: grams, as typed by a person or by a scale that types like a keyboard.

/// Heaviest parcel that is believed, in grams: 200 kg. More is a slipped digit.
pub const MAX_G: i64 = 200_000;

/// Reads `1250`, `1250 g` or `1.25kg` as whole grams, rounded to the nearest.
///
/// # Errors
/// A sentence that shows the value: no number, 0 or less, or more than [`MAX_G`].
pub fn parse(text: &str) -> Result<i64, String> {
    let typed = text.trim().to_lowercase();
    let (number, thousandths) = match (typed.strip_suffix("kg"), typed.strip_suffix('g')) {
        (Some(number), _) => (number, 1_000),
        (None, Some(number)) => (number, 1),
        (None, None) => (typed.as_str(), 1),
    };
    let grams = grams_of(number.trim().trim_start_matches('+'), thousandths)
        .ok_or_else(|| format!("{text:?} is no weight; write grams, as 1250, or 1.25kg"))?;
    check(grams).map(|()| grams)
}

/// Whether grams are a weight that a parcel can have.
///
/// # Errors
/// A sentence that shows the value.
pub fn check(grams: i64) -> Result<(), String> {
    match grams {
        1..=MAX_G => Ok(()),
        _ => Err(format!("{grams} g is not within 1 to {MAX_G} g; put the parcel on the scale again")),
    }
}

/// Whether a scanner's text is a weight of a scale and no number of a waybill: it names its unit.
pub fn is_weight(text: &str) -> bool {
    let typed = text.trim().to_lowercase();
    typed.strip_suffix('g').is_some_and(|rest| {
        let rest = rest.strip_suffix('k').unwrap_or(rest).trim();
        rest.contains(|c: char| c.is_ascii_digit())
            && rest.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | '+'))
    })
}

/// By how many per cent a weighed parcel is off its estimate, when that is more than the tolerance.
pub fn difference(weighed_g: i64, estimated_g: Option<i64>, tolerance_percent: Option<i64>) -> Option<i64> {
    let (estimated, tolerance) = (estimated_g.filter(|g| *g > 0)?, tolerance_percent?);
    let off = weighed_g.saturating_sub(estimated).saturating_mul(100);
    (off.saturating_abs() > tolerance.saturating_mul(estimated)).then_some(off / estimated)
}

/// A decimal number of units of so many grams each, rounded; no floats, so nothing is lost.
fn grams_of(number: &str, grams_each: i64) -> Option<i64> {
    let (sign, digits) = number.strip_prefix('-').map_or((1, number), |rest| (-1, rest));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 9 || part.len() > 9 || !all_digits(whole) || !all_digits(part) {
        return None;
    }
    let scale = 10_i64.pow(u32::try_from(part.len()).ok()?);
    let units: i64 = format!("{whole}{part}").parse().ok()?;
    Some(sign * ((units.checked_mul(grams_each)? + scale / 2) / scale))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grams_and_kilograms_are_read_and_the_rest_is_named() {
        for (text, grams) in
            [("1250", 1250), (" 1250 g ", 1250), ("1.25kg", 1250), ("0.0004 KG", 0), ("200kg", 200_000)]
        {
            let read = parse(text);
            assert_eq!(read.clone().ok(), Some(grams).filter(|grams| *grams > 0), "{text}: {read:?}");
        }
        for text in ["0", "-5", "200001", "201kg", "heavy", "", "1e3", "1,5kg", "99999999999999999999"] {
            let said = parse(text).expect_err(text);
            assert!(said.contains(text.trim_end_matches("kg")) || said.contains("201000"), "{said}");
        }
    }

    #[test]
    fn a_scale_names_its_unit_and_a_waybill_does_not() {
        for (text, expected) in [
            ("1.25kg", true),
            ("1250g", true),
            ("0 kg", true),
            ("100000000001", false),
            ("SF12g", false),
            ("kg", false),
        ] {
            assert_eq!(is_weight(text), expected, "{text}");
        }
    }

    #[test]
    fn a_difference_is_told_beyond_the_tolerance_only() {
        for (weighed, estimated, tolerance, expected) in [
            (1100, Some(1000), Some(10), None),
            (1101, Some(1000), Some(10), Some(10)),
            (500, Some(1000), Some(10), Some(-50)),
            (500, Some(1000), None, None),
            (500, None, Some(10), None),
        ] {
            assert_eq!(difference(weighed, estimated, tolerance), expected, "{weighed} of {estimated:?}");
        }
    }
}
