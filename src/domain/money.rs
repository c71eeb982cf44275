//! Money in minor units with its currency, and weight in whole grams. No floats.

use serde::{Deserialize, Serialize};

/// An amount in minor units (fen, cents) of a currency.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// Minor units: 12990 is 129.90 yuan.
    pub amount: i64,
    /// ISO 4217 code in capitals.
    pub currency: String,
}

impl Money {
    /// An amount of minor units.
    pub fn new(amount: i64, currency: &str) -> Self {
        Self { amount, currency: currency.to_owned() }
    }

    /// Reads a decimal text such as `129.9`, `1,299.00` or `¥ 12` as an amount of `currency`.
    ///
    /// Currencies without minor units (JPY, KRW, VND) count whole units.
    ///
    /// # Errors
    /// The text itself, when it is not a decimal number with at most as many decimals as the
    /// currency has, or when it does not fit.
    pub fn parse(text: &str, currency: &str) -> Result<Self, String> {
        let refuse = || text.to_owned();
        let clean: String =
            text.chars().filter(|c| !matches!(c, ',' | ' ' | '¥' | '￥' | '$' | '€' | '£')).collect();
        let (negative, digits) = match clean.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, clean.as_str()),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let decimals = decimals(currency);
        let (kept, beyond) = fraction.split_at_checked(decimals).unwrap_or((fraction, ""));
        let is_number = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !is_number(whole) || !is_number(kept) || !beyond.bytes().all(|b| b == b'0') {
            return Err(refuse());
        }
        let padded = format!("{whole}{kept:0<decimals$}");
        let amount: i64 = padded.parse().map_err(|_| refuse())?;
        Ok(Self::new(if negative { -amount } else { amount }, currency))
    }
}

impl Money {
    /// The number alone, without its currency: `129.90`.
    pub fn plain(&self) -> String {
        self.to_string().trim_end_matches(&self.currency).trim_end().to_owned()
    }
}

impl std::fmt::Display for Money {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let decimals = decimals(&self.currency);
        let sign = if self.amount < 0 { "-" } else { "" };
        let digits = format!("{:0>width$}", self.amount.unsigned_abs(), width = decimals + 1);
        let (whole, fraction) = digits.split_at(digits.len() - decimals);
        let point = if decimals == 0 { "" } else { "." };
        write!(out, "{sign}{whole}{point}{fraction} {}", self.currency)
    }
}

/// How many decimals a currency's minor unit has (ISO 4217).
fn decimals(currency: &str) -> usize {
    match currency {
        "JPY" | "KRW" | "VND" | "CLP" | "ISK" | "XAF" | "XOF" | "PYG" | "UGX" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2,
    }
}

/// Whole grams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Grams(pub i64);

#[cfg(test)]
mod tests {
    use super::Money;

    #[test]
    fn decimal_texts_become_minor_units() {
        for (text, currency, shown) in [
            ("129.9", "CNY", "129.90 CNY"),
            ("¥1,299.00", "CNY", "1299.00 CNY"),
            ("0", "CNY", "0.00 CNY"),
            ("-0.05", "EUR", "-0.05 EUR"),
            ("12.500", "EUR", "12.50 EUR"),
            ("1500", "JPY", "1500 JPY"),
        ] {
            assert_eq!(Money::parse(text, currency).expect(text).to_string(), shown);
        }
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in ["", "free", "1.999", "1e3", "1.2.3", "99999999999999999999"] {
            assert_eq!(Money::parse(text, "CNY"), Err(text.to_owned()));
        }
    }
}
