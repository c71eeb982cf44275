//! Check characters: one pure function per rule.
//!
//! Every function takes the characters the rule covers, without the check character, and answers the
//! check character; `None` when a character lies outside the rule's alphabet or the length is wrong.

use crate::domain::text_enum;

text_enum! {
    /// The rule that gives a format its check character.
    pub enum CheckRule("check rule") {
        /// SF Express: [`sf`].
        Sf = "SF",
        /// Universal Postal Union S10: [`s10`].
        S10 = "S10",
        /// Remainder of seven: [`mod7`].
        Mod7 = "mod 7",
        /// GS1 mod 10: [`gs1`].
        Gs1 = "GS1",
        /// GS1 mod 10 with 91 in front: [`usps_legacy`].
        UspsLegacy = "GS1 with 91 in front",
        /// UPS: [`ups`].
        Ups = "UPS",
        /// FedEx Express: [`fedex`].
        Fedex = "FedEx",
        /// Luhn: [`luhn`].
        Luhn = "Luhn",
        /// ISO 7064 MOD 37,36: [`mod_37_36`].
        Mod3736 = "MOD 37,36",
        /// DHL Paket identcode: [`identcode`].
        Identcode = "identcode",
        /// OnTrac numbers that begin with C: [`ontrac`] with 4.
        OntracC = "OnTrac, 4 in front",
        /// OnTrac numbers that begin with D: [`ontrac`] with 5.
        OntracD = "OnTrac, 5 in front",
    }
}

impl CheckRule {
    /// The check character of `body`.
    pub fn check_char(self, body: &str) -> Option<char> {
        match self {
            Self::Sf => sf(body),
            Self::S10 => s10(body),
            Self::Mod7 => mod7(body),
            Self::Gs1 => gs1(body),
            Self::UspsLegacy => usps_legacy(body),
            Self::Ups => ups(body),
            Self::Fedex => fedex(body),
            Self::Luhn => luhn(body),
            Self::Mod3736 => mod_37_36(body),
            Self::Identcode => identcode(body),
            Self::OntracC => ontrac('4', body),
            Self::OntracD => ontrac('5', body),
        }
    }
}

/// SF Express, twelve digits: over the eight counter digits; the area code does not count.
///
/// Weights 15 13 11 9 7 5 3 1; each product counts as tens plus units (105 is 10 + 5, not 1 + 0 + 5);
/// what lacks to the next ten is the digit. The tables of steps that circulate in shop programs are the
/// trace of this rule and go wrong where a thousand carries.
///
/// Source: derived from published numbers and checked on 27 others; see `docs/waybill-formats.md`.
pub fn sf(counter: &str) -> Option<char> {
    let sum: u32 = pairs(counter, &[15, 13, 11, 9, 7, 5, 3, 1])?.map(|(w, d)| w * d / 10 + w * d % 10).sum();
    digit(complement(sum))
}

/// Postal items (S10), domestic EMS and TNT: over eight digits, weights 8 6 4 2 3 5 9 7, modulo 11.
///
/// Source: UPU standard S10, "Identification of postal items".
pub fn s10(serial: &str) -> Option<char> {
    let sum: u32 = pairs(serial, &[8, 6, 4, 2, 3, 5, 9, 7])?.map(|(w, d)| w * d).sum();
    digit(match 11 - sum % 11 {
        10 => 0,
        11 => 5,
        rest => rest,
    })
}

/// ZJS, DHL Express and air waybills: the digits, read as one number, modulo 7; so 0 to 6.
///
/// Source: IATA resolution 600a (air waybill); the step rules of four shop programs (ZJS);
/// `jkeen/tracking_number_data` (DHL Express).
pub fn mod7(body: &str) -> Option<char> {
    digit(digits(body)?.fold(0, |rest, d| (rest * 10 + d) % 7))
}

/// GS1 mod 10: from the right ×3 ×1 ×3 …; used by SSCC, FedEx Ground, USPS and Canada Post.
///
/// Source: GS1 General Specifications, section 7.9.
pub fn gs1(body: &str) -> Option<char> {
    let sum: u32 = digits(body)?.rev().zip([3, 1].into_iter().cycle()).map(|(d, w)| d * w).sum();
    digit(complement(sum))
}

/// Older USPS numbers: GS1 mod 10 with 91 in front, also where the sheet leaves the 91 out.
///
/// Source: USPS Publication 97, appendix on package identification codes.
pub fn usps_legacy(body: &str) -> Option<char> {
    gs1(&with_lead("91", body))
}

/// UPS: from the left ×1 ×2 ×1 …; a letter counts as (ASCII − 3) mod 10, so A is 2, H is 9, I is 0.
///
/// Over the fifteen characters after `1Z`, or the nine digits of a UPS waybill after its letter.
///
/// Source: UPS tracking number guide, as in `jkeen/tracking_number_data`.
pub fn ups(body: &str) -> Option<char> {
    let values: Option<Vec<u32>> = body
        .bytes()
        .map(|byte| match byte {
            b'0'..=b'9' => Some(u32::from(byte - b'0')),
            b'A'..=b'Z' => Some((u32::from(byte) - 3) % 10),
            _ => None,
        })
        .collect();
    let sum: u32 = values?.into_iter().zip([1, 2].into_iter().cycle()).map(|(v, w)| v * w).sum();
    digit(complement(sum))
}

/// FedEx Express: from the right ×1 ×3 ×7 …; the sum modulo 11, then modulo 10.
///
/// Source: `jkeen/tracking_number_data`; 30 pairs of numbers really issued in a row.
pub fn fedex(body: &str) -> Option<char> {
    let sum: u32 = digits(body)?.rev().zip([1, 3, 7].into_iter().cycle()).map(|(d, w)| d * w).sum();
    digit(sum % 11 % 10)
}

/// Luhn: from the right ×2 ×1 …, digits of the products summed; used by Purolator and Old Dominion.
///
/// Source: ISO/IEC 7812-1, annex B.
pub fn luhn(body: &str) -> Option<char> {
    let sum: u32 =
        digits(body)?.rev().zip([2, 1].into_iter().cycle()).map(|(d, w)| d * w / 10 + d * w % 10).sum();
    digit(complement(sum))
}

/// DPD: ISO 7064 MOD 37,36 over digits and letters; the check character is one of 0–9 A–Z.
///
/// Source: ISO/IEC 7064, hybrid systems; DPD parcel label specification.
pub fn mod_37_36(body: &str) -> Option<char> {
    let mut product = 36;
    for c in body.chars() {
        let value = if c.is_ascii_lowercase() { return None } else { c.to_digit(36)? };
        let sum = (product + value) % 36;
        product = if sum == 0 { 36 } else { sum } * 2 % 37;
    }
    char::from_digit((37 - product) % 36, 36).map(|c| c.to_ascii_uppercase())
}

/// DHL Paket (Germany) identcode and leitcode: from the left ×4 ×9 …; what lacks to the next ten.
///
/// Source: Deutsche Post identcode, as in Perl `Algorithm::CheckDigits` (M10_005).
pub fn identcode(body: &str) -> Option<char> {
    let sum: u32 = digits(body)?.zip([4, 9].into_iter().cycle()).map(|(d, w)| d * w).sum();
    digit(complement(sum))
}

/// OnTrac: the lead digit is put in front unless it stands there; from the left ×1 ×2; what lacks to ten.
///
/// Source: `jkeen/tracking_number_data`, couriers/ontrac.json.
pub fn ontrac(lead: char, body: &str) -> Option<char> {
    let body = with_lead(lead.encode_utf8(&mut [0; 4]), body);
    let sum: u32 = digits(&body)?.zip([1, 2].into_iter().cycle()).map(|(d, w)| d * w).sum();
    digit(complement(sum))
}

fn with_lead(lead: &str, body: &str) -> String {
    if body.starts_with(lead) { body.to_owned() } else { format!("{lead}{body}") }
}

/// What lacks to the next ten.
fn complement(sum: u32) -> u32 {
    (10 - sum % 10) % 10
}

fn digit(value: u32) -> Option<char> {
    char::from_digit(value, 10)
}

fn digits(body: &str) -> Option<impl DoubleEndedIterator<Item = u32>> {
    body.bytes().all(|b| b.is_ascii_digit()).then(|| body.bytes().map(|b| u32::from(b - b'0')))
}

/// Pairs each weight with its digit; `None` when there are more or fewer digits than weights.
fn pairs(body: &str, weights: &[u32]) -> Option<impl Iterator<Item = (u32, u32)>> {
    (body.len() == weights.len()).then(|| digits(body).map(|digits| weights.iter().copied().zip(digits)))?
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Published numbers, split into what the rule covers and the check character.
    #[test]
    fn each_rule_gives_the_published_check_character() {
        for (rule, body, expected) in [
            (CheckRule::Sf, "00307977", '2'),
            (CheckRule::S10, "47312482", '9'),
            (CheckRule::Mod7, "394449086", '3'),
            (CheckRule::Gs1, "703511447713847", '2'),
            (CheckRule::UspsLegacy, "7196901075600307738", '5'),
            (CheckRule::UspsLegacy, "910112345678900000001", '3'),
            (CheckRule::Ups, "999AA1012345678", '4'),
            (CheckRule::Fedex, "98657878885", '5'),
            (CheckRule::Luhn, "32060614699", '3'),
            (CheckRule::Mod3736, "09980000020033", 'F'),
            (CheckRule::Identcode, "42543405751", '0'),
            (CheckRule::OntracC, "1103150000187", '9'),
            (CheckRule::OntracD, "1001135445370", '7'),
        ] {
            assert_eq!(rule.check_char(body), Some(expected), "{rule} over {body}");
        }
    }

    #[test]
    fn a_character_outside_the_alphabet_has_no_check_character() {
        for rule in CheckRule::ALL {
            assert_eq!(rule.check_char("1234567-"), None, "{rule}");
            assert_eq!(rule.check_char("1234567é"), None, "{rule}");
        }
        assert_eq!(sf("1234567"), None);
        assert_eq!(s10("123456789"), None);
        assert_eq!(mod_37_36("12a4"), None);
    }
}
