//! Counting in text: any width, any step, noughts in front kept.

/// Adds `step` to the decimal digits in place, keeping their width.
///
/// Returns false when the result is below nought or wider than the digits; they are then meaningless.
/// The digits must be ASCII digits.
pub(super) fn add(digits: &mut [u8], step: i64) -> bool {
    let mut rest = step.unsigned_abs();
    for digit in digits.iter_mut().rev() {
        if rest == 0 {
            break;
        }
        let value = u64::from(*digit - b'0');
        let place = rest % 10;
        rest /= 10;
        let sum = if step > 0 {
            rest += (value + place) / 10;
            (value + place) % 10
        } else {
            rest += u64::from(value < place);
            (10 + value - place) % 10
        };
        *digit = b'0' + u8::try_from(sum).expect("a remainder of ten fits a byte");
    }
    rest == 0
}

#[cfg(test)]
mod tests {
    use super::add;

    fn check(digits: &str, step: i64, expected: Option<&str>) {
        let mut bytes = digits.as_bytes().to_vec();
        let sum = add(&mut bytes, step).then(|| String::from_utf8(bytes).expect("digits stay digits"));
        assert_eq!(sum.as_deref(), expected, "{digits} {step:+}");
    }

    #[test]
    fn counting_keeps_the_width_and_stops_at_its_ends() {
        check("009", 1, Some("010"));
        check("010", -1, Some("009"));
        check("999", 1, None);
        check("000", -1, None);
        check("0", 9, Some("9"));
        check("5", -6, None);
        check("0999", 1001, Some("2000"));
        check("2000", -1001, Some("0999"));
        check("", 1, None);
        check(
            "99999999999999999999999999999999999999999998",
            1,
            Some("99999999999999999999999999999999999999999999"),
        );
        check("00000000000000000000", i64::MAX, Some("09223372036854775807"));
        check("09223372036854775808", i64::MIN, Some("00000000000000000000"));
        check("09223372036854775807", i64::MIN, None);
    }
}
